#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "analyzer/format/altru/rules.h"
#include "analyzer/format/velox/rules.h"
#include "analyzer/syntax/altru/altru.h"
#include "analyzer/syntax/velox/velox.h"

namespace braid::test {

/// One language, as the tests of formatting see it.
struct Formatted {
    const Grammar& grammar;
    const format::Rules& rules;

    SyntaxTreePtr parse(const std::string& text) const {
        return grammar.parse(std::make_shared<const std::string>(text));
    }
    tl::expected<std::string, format::Refusal> format(const std::string& text,
                                                      const format::Options& options = {}) const {
        return format::format(*parse(text), rules, options);
    }
};

inline Formatted altru_language() { return {altru::grammar(), altru::format_rules()}; }
inline Formatted velox_language() { return {velox::grammar(), velox::format_rules()}; }
inline Formatted language_of_file(const std::filesystem::path& path) {
    return path.extension() == ".altru" ? altru_language() : velox_language();
}

/// All source files of both languages that the project has.
std::vector<std::filesystem::path> all_sources();

inline std::string applied(std::string text, const std::vector<TextEdit>& edits) {
    for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit)
        text.replace(edit->range.begin, edit->range.length(), edit->replacement);
    return text;
}

}  // namespace braid::test
