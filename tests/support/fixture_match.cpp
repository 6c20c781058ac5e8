#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tests/support/fixture.h"

namespace braid::test {
namespace {

bool same_file(const std::string& found, const std::string& name) {
    if (found.size() < name.size() || found.compare(found.size() - name.size(), name.size(), name) != 0) return false;
    return found.size() == name.size() || found[found.size() - name.size() - 1] == '/';
}

/// A mark cannot be drawn narrower than one column, so one that is one wide also fits an empty range at its start.
bool fits(const Range& expected, const Range& found) {
    if (expected == found) return true;
    bool one_wide = expected.start.line == expected.end.line && expected.end.column == expected.start.column + 1;
    return one_wide && found.start == expected.start && found.end == found.start;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

bool matches(const FixtureFile& file, const Expectation& expectation, const FoundDiagnostic& found) {
    return expectation.kind == ExpectationKind::Diagnostic && same_file(found.file, file.name) &&
           fits(expectation.range, found.range) && expectation.severity == found.severity &&
           expectation.code == found.code && contains(found.message, expectation.text);
}

std::string describe(const FoundDiagnostic& found) {
    return fmt::format("{} {}[{}]: {}", to_string(found.range), found.severity, found.code, found.message);
}

class Matcher {
  public:
    Matcher(const FixtureStep& step, const Subject& subject) : step_(step), subject_(subject) {}

    std::vector<std::string> run() {
        match_diagnostics();
        collect_definitions();
        for (const FixtureFile& file : step_.files) {
            for (const Expectation& expectation : file.expectations) match(file, expectation);
        }
        return std::move(result_);
    }

  private:
    void say(const FixtureFile& file, const Expectation& expectation, const std::string& message) {
        result_.push_back(fmt::format("{} (mark in line {}): {}", file.name, expectation.mark_line, message));
    }

    void match_diagnostics() {
        std::vector<bool> used(subject_.diagnostics.size(), false);
        for (const FixtureFile& file : step_.files) {
            for (const Expectation& expectation : file.expectations) {
                if (expectation.kind != ExpectationKind::Diagnostic) continue;
                size_t i = 0;
                while (i < used.size() && (used[i] || !matches(file, expectation, subject_.diagnostics[i]))) ++i;
                if (i < used.size()) {
                    used[i] = true;
                } else {
                    say(file, expectation,
                        fmt::format("missing: {} {}[{}]{}{}", to_string(expectation.range), expectation.severity,
                                    expectation.code, expectation.text.empty() ? "" : ": ", expectation.text));
                }
            }
        }
        for (size_t i = 0; i < used.size(); ++i) {
            if (used[i]) continue;
            const FoundDiagnostic& found = subject_.diagnostics[i];
            result_.push_back(fmt::format("{}: unexpected: {}\n      {}", found.file, describe(found),
                                          render_mark(found, comment_mark(found.file))));
        }
    }

    void collect_definitions() {
        for (const FixtureFile& file : step_.files) {
            for (const Expectation& expectation : file.expectations) {
                if (expectation.kind != ExpectationKind::Definition) continue;
                if (!definitions_.emplace(expectation.text, FoundLocation{file.name, expectation.range}).second) {
                    say(file, expectation, fmt::format("`def {}` is here twice", expectation.text));
                }
            }
        }
    }

    void match(const FixtureFile& file, const Expectation& expectation) {
        switch (expectation.kind) {
            case ExpectationKind::Diagnostic:
            case ExpectationKind::Definition: return;
            case ExpectationKind::Note: return match_note(file, expectation);
            case ExpectationKind::Hover: return match_hover(file, expectation);
            case ExpectationKind::Use: return match_use(file, expectation);
        }
    }

    void match_note(const FixtureFile& file, const Expectation& expectation) {
        for (const FoundDiagnostic& found : subject_.diagnostics) {
            for (const FoundRelated& related : found.related) {
                if (same_file(related.file, file.name) && fits(expectation.range, related.range) &&
                    contains(related.message, expectation.text)) {
                    return;
                }
            }
        }
        say(file, expectation,
            fmt::format("no related range {} says `{}`", to_string(expectation.range), expectation.text));
    }

    void match_hover(const FixtureFile& file, const Expectation& expectation) {
        if (!subject_.hover) return;
        auto text = subject_.hover(file.name, expectation.range.start);
        if (!text) {
            say(file, expectation, "no hover here");
        } else if (!contains(*text, expectation.text)) {
            say(file, expectation, fmt::format("hover lacks `{}`; it is:\n{}", expectation.text, *text));
        }
    }

    void match_use(const FixtureFile& file, const Expectation& expectation) {
        auto definition = definitions_.find(expectation.text);
        if (definition == definitions_.end()) {
            return say(file, expectation, fmt::format("there is no `def {}`", expectation.text));
        }
        if (!subject_.definition) return;
        auto found = subject_.definition(file.name, expectation.range.start);
        for (const FoundLocation& location : found) {
            if (same_file(location.file, definition->second.file) && fits(definition->second.range, location.range))
                return;
        }
        std::string places;
        for (const auto& each : found) places += fmt::format(" {}:{}", each.file, to_string(each.range));
        say(file, expectation,
            fmt::format("`{}` is defined at {}, but go to definition gives{}", expectation.text,
                        to_string(definition->second.range), places.empty() ? " nothing" : places));
    }

    const FixtureStep& step_;
    const Subject& subject_;
    std::map<std::string, FoundLocation> definitions_;
    std::vector<std::string> result_;
};

}  // namespace

std::string to_string(const Range& range) {
    if (range.start.line == range.end.line) {
        return fmt::format("{}:{}-{}", range.start.line, range.start.column, range.end.column);
    }
    return fmt::format("{}:{}-{}:{}", range.start.line, range.start.column, range.end.line, range.end.column);
}

std::vector<std::string> mismatches(const FixtureStep& step, const Subject& subject) {
    return Matcher(step, subject).run();
}

std::string render_mark(const FoundDiagnostic& diagnostic, std::string_view comment_mark) {
    const Range& range = diagnostic.range;
    std::string label = fmt::format("{}[{}]", diagnostic.severity, diagnostic.code);
    int lines = range.end.line - range.start.line;
    int width = range.end.column - range.start.column;
    int room = range.start.column - 1 - static_cast<int>(comment_mark.size());
    if (lines == 0 && width > 0 && room >= 0) {
        return fmt::format("{}{}{} {}", comment_mark, std::string(static_cast<size_t>(room), ' '),
                           std::string(static_cast<size_t>(width), '^'), label);
    }
    std::string end = lines == 0 ? fmt::format("{}", range.end.column) : fmt::format("+{}:{}", lines, range.end.column);
    return fmt::format("{} @{}..{} {}", comment_mark, range.start.column, end, label);
}

std::string with_marks(const FixtureFile& file, const std::vector<FoundDiagnostic>& found) {
    std::set<int> marks;
    for (const Expectation& expectation : file.expectations) {
        if (expectation.kind == ExpectationKind::Diagnostic) marks.insert(expectation.mark_line);
    }
    auto kept_text = [&](const FoundDiagnostic& diagnostic) -> std::string {
        for (const Expectation& expectation : file.expectations) {
            if (!expectation.text.empty() && matches(file, expectation, diagnostic)) return ": " + expectation.text;
        }
        return {};
    };
    std::string result;
    std::string_view text = file.text;
    for (int line = 1; !text.empty(); ++line) {
        size_t end = text.find('\n');
        std::string_view content = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (marks.count(line) != 0) continue;
        result += content;
        result += '\n';
        for (const FoundDiagnostic& diagnostic : found) {
            if (diagnostic.range.start.line != line) continue;
            result += render_mark(diagnostic, comment_mark(file.name)) + kept_text(diagnostic) + '\n';
        }
    }
    return result;
}

}  // namespace braid::test
