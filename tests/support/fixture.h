#pragma once
#include <compare>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

/// The one dialect of test sources, for both languages; tests/README.md describes it for those who write them.
namespace braid::test {

/// From 1; columns count Unicode code points, as in `braid check --format json`.
struct Position {
    int line = 1;
    int column = 1;
    friend auto operator<=>(const Position&, const Position&) = default;
};

/// `end` is the position after the last character.
struct Range {
    Position start;
    Position end;
    friend auto operator<=>(const Range&, const Range&) = default;
};

std::string to_string(const Range& range);

enum class ExpectationKind { Diagnostic, Note, Hover, Definition, Use };

struct Expectation {
    ExpectationKind kind;
    Range range;           ///< in the text of the file it stands in
    std::string severity;  ///< of a Diagnostic: error, warning, information, hint
    std::string code;      ///< of a Diagnostic
    std::string text;      ///< the part of a message or hover that must appear; the symbol of a Definition or Use
    int mark_line = 0;     ///< line of the fixture that holds the mark, for messages
};

struct FixtureFile {
    std::string name;
    std::string text;  ///< what the tool gets: marks are comments of the language and stay, cursors are taken out
    std::vector<Expectation> expectations;
    std::vector<Position> cursors;
};

/// The project as it stands after an edit; the first step is the project as opened.
struct FixtureStep {
    std::vector<FixtureFile> files;
    std::string edited;                             ///< the file this step changed; empty in the first step
    std::map<std::string, std::string> properties;  ///< `#--- expect KEY: VALUE`, for drivers that measure
};

struct Fixture {
    std::filesystem::path path;
    std::vector<FixtureStep> steps;
};

/// `path` gives the language by its ending and the name of a file that has no separator line of its own.
tl::expected<Fixture, std::string> parse_fixture(const std::filesystem::path& path, std::string_view text);
tl::expected<Fixture, std::string> read_fixture(const std::filesystem::path& path);

/// What a driver found, in the words of the fixture.
struct FoundRelated {
    std::string file;
    Range range;
    std::string message;
};

struct FoundDiagnostic {
    std::string file;
    Range range;
    std::string severity;
    std::string code;
    std::string message;
    std::vector<FoundRelated> related;
};

struct FoundLocation {
    std::string file;
    Range range;
};

/// A tool that has the files of a step open. A function left empty means that this driver cannot answer the
/// question; the expectations of that kind are then left to the drivers that can.
struct Subject {
    std::vector<FoundDiagnostic> diagnostics;
    std::function<std::optional<std::string>(const std::string& file, Position)> hover;
    std::function<std::vector<FoundLocation>(const std::string& file, Position)> definition;
};

/// What differs, one line each; empty when everything expected was found and nothing else. File names are compared
/// by their last components, so that a driver may give full paths.
std::vector<std::string> mismatches(const FixtureStep& step, const Subject& subject);

/// The mark as a fixture would have it: `#   ^^^^ error[use-after-move]`.
std::string render_mark(const FoundDiagnostic& diagnostic, std::string_view comment_mark);

/// The text of a one-step, one-file fixture with its diagnostic marks replaced by what was found. A part of a
/// message that still fits is kept.
std::string with_marks(const FixtureFile& file, const std::vector<FoundDiagnostic>& found);

/// `#` or `//`, by the ending of the file.
std::string_view comment_mark(const std::filesystem::path& path);

}  // namespace braid::test
