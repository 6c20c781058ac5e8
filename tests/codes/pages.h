#pragma once
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "analyzer/diagnostics/catalogue.h"

namespace braid::test {

using Texts = std::vector<std::pair<std::string, std::string>>;

inline std::string listed(const std::vector<Diagnostic>& diagnostics) {
    std::string out;
    for (const Diagnostic& d : diagnostics) out += fmt::format("\n  {}: {}", code_name(d.code), d.message);
    return out;
}

/// The programs of a page in one language. Lines like `// main.velox` divide one of several files.
inline std::vector<std::pair<bool, Texts>> programs_of(DiagnosticCode code, std::string_view language) {
    std::vector<std::pair<bool, Texts>> programs;
    std::istringstream page{std::string(explain_page(code))};
    bool right = false, inside = false;
    const std::string mark = language == "altru" ? "# " : "// ", ending = fmt::format(".{}", language);
    for (std::string line; std::getline(page, line);) {
        if (line.rfind("## ", 0) == 0 && !inside) right = line == "## Right";
        else if (line == fmt::format("```{}", language)) {
            inside = true;
            programs.push_back({right, {{"example" + ending, ""}}});
        } else if (line == "```") inside = false;
        else if (inside) {
            Texts& texts = programs.back().second;
            const bool divides = line.rfind(mark, 0) == 0 && line.size() > ending.size() + mark.size() &&
                                 line.find(ending) == line.size() - ending.size() &&
                                 line.find(' ', mark.size()) == std::string::npos;
            if (divides && texts.back().second.empty()) texts.pop_back();
            if (divides) texts.emplace_back(line.substr(mark.size()), "");
            else texts.back().second += line + "\n";
        }
    }
    return programs;
}

}  // namespace braid::test
