#pragma once
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "analyzer/ide/file_diagnostics.h"
#include "analyzer/ide/navigation.h"
#include "analyzer/ide/tokens.h"
#include "workspace/workspace.h"

namespace braid::test {

/// A host with one file of text, and questions about it.
class World {
  public:
    World(std::string_view name, std::string text)
        : host_(make_host()), file_(host_->set_file("/test/" + std::string(name), std::move(text))) {}

    AnalysisHost& host() { return *host_; }
    FileId file() const { return file_; }
    std::string text() const { return std::string(host_->tree(file_)->text()); }

    uint32_t offset_of(std::string_view marked, size_t occurrence = 0) const {
        std::string all = text();
        size_t at = all.find(marked);
        for (; occurrence > 0 && at != std::string::npos; --occurrence) at = all.find(marked, at + 1);
        REQUIRE(at != std::string::npos);
        return uint32_t(at);
    }
    void replace(std::string_view old_text, std::string_view new_text, size_t occurrence = 0) {
        uint32_t at = offset_of(old_text, occurrence);
        TextEdit edit{{at, at + uint32_t(old_text.size())}, std::string(new_text)};
        host_->edit_file(file_, std::span(&edit, 1));
    }

    template <typename F>
    auto ask(F&& question) {
        auto answer = host_->snapshot().run(question);
        REQUIRE(answer);
        return std::move(*answer);
    }
    std::vector<Diagnostic> diagnostics() {
        return ask([&](QueryContext& context) { return *context.get<FileDiagnostics>(file_); });
    }
    std::string hover_at(std::string_view marked, size_t occurrence = 0) {
        uint32_t offset = offset_of(marked, occurrence);
        auto found = ask([&](QueryContext& context) { return hover(context, file_, offset); });
        return found ? found->markdown : std::string();
    }
    std::vector<Target> definition_at(std::string_view marked, size_t occurrence = 0) {
        uint32_t offset = offset_of(marked, occurrence);
        return ask([&](QueryContext& context) { return definition(context, file_, offset); });
    }

  private:
    std::unique_ptr<AnalysisHost> host_;
    FileId file_;
};

/// "12..15 unused-variable: message", one line each.
inline std::string to_text(const std::vector<Diagnostic>& diagnostics) {
    std::string out;
    for (const Diagnostic& d : diagnostics) {
        out +=
            fmt::format("{}..{} {}: {}\n", d.location.range.begin, d.location.range.end, code_name(d.code), d.message);
        for (const auto& related : d.related)
            out +=
                fmt::format("  {}..{} {}\n", related.location.range.begin, related.location.range.end, related.message);
        for (const auto& fix : d.fixes) {
            out += fmt::format("  fix {}", fix.title);
            for (const auto& edit : fix.edits)
                out += fmt::format(" [{}..{} {} {}]", edit.location.range.begin, edit.location.range.end,
                                   int(edit.position), edit.text);
            out += "\n";
        }
    }
    return out;
}

/// A file of `functions` functions, ten lines each, that call one another in a chain.
inline std::string long_altru(int functions) {
    std::string text = "## A long file.\n\nfn step_0(value: int) -> int:\n    return value\n\n";
    for (int i = 1; i < functions; ++i)
        text += fmt::format(
            "fn step_{0}(value: int) -> int:\n"
            "    let mut total = value\n"
            "    for k in 0..10:\n"
            "        if k % 2 == 0:\n"
            "            total = total + k\n"
            "        else:\n"
            "            total = total - 1\n"
            "    # The one before.\n"
            "    return step_{1}(total) + {0}\n\n",
            i, i - 1);
    return text + fmt::format("fn main():\n    println(\"${{step_{}(1)}}\")\n", functions - 1);
}

inline std::string long_velox(int functions) {
    std::string text = "// A long file.\n\nfunction step_0(value: number): number {\n  return value;\n}\n\n";
    for (int i = 1; i < functions; ++i)
        text += fmt::format(
            "function step_{0}(value: number): number {{\n"
            "  let total = value;\n"
            "  for (let k = 0; k < 10; k++) {{\n"
            "    if (k % 2 === 0) {{\n"
            "      total = total + k;\n"
            "    }}\n"
            "  }}\n"
            "  // The one before.\n"
            "  return step_{1}(total) + {0};\n"
            "}}\n\n",
            i, i - 1);
    return text + fmt::format("console.log(step_{}(1));\n", functions - 1);
}

}  // namespace braid::test
