#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "tests/support/fixture.h"
#include "tests/support/process.h"

namespace braid::test {
namespace {

constexpr std::string_view cursor_mark = "<|>";

template <typename T>
using Parsed = tl::expected<T, std::string>;

std::string_view trimmed(std::string_view text) {
    size_t start = text.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return {};
    return text.substr(start, text.find_last_not_of(" \t\r\n") + 1 - start);
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (text.substr(0, prefix.size()) != prefix) return false;
    text.remove_prefix(prefix.size());
    return true;
}

int code_points(std::string_view text) {
    return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool take_number(std::string_view& text, int& number) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return false;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    return true;
}

/// Reads a fixture line by line; every line either is a directive, a mark below a line of code, or code.
class Parser {
  public:
    Parser(const std::filesystem::path& path, std::string_view text) : mark_(comment_mark(path)), text_(text) {
        fixture_.path = path;
        fixture_.steps.emplace_back();
        default_name_ = path.filename().string();
    }

    Parsed<Fixture> run() {
        while (!text_.empty()) {
            size_t end = text_.find('\n');
            std::string_view line = text_.substr(0, end == std::string_view::npos ? end : end + 1);
            text_.remove_prefix(line.size());
            ++line_number_;
            if (!read_line(line)) return tl::unexpected(fmt::format("{}:{}: {}", default_name_, line_number_, error_));
        }
        if (file_ == nullptr) open_file(default_name_);
        return std::move(fixture_);
    }

  private:
    bool fail(std::string message) {
        error_ = std::move(message);
        return false;
    }

    FixtureStep& step() { return fixture_.steps.back(); }

    bool read_line(std::string_view line) {
        std::string_view content = trimmed(line);
        if (take_prefix(content, mark_)) {
            if (take_prefix(content, "---")) return read_directive(trimmed(content));
            content = trimmed(content);
            bool is_mark = !content.empty() && (content.front() == '^' || is_explicit_range(content));
            if (is_mark && !read_mark(line, content)) return false;
            if (is_mark) return append(line);
        }
        return read_code(line);
    }

    static bool is_explicit_range(std::string_view content) {
        int ignored = 0;
        return take_prefix(content, "@") && take_number(content, ignored);
    }

    bool read_directive(std::string_view text) {
        if (take_prefix(text, "file:")) return open_directive(trimmed(text), false);
        if (take_prefix(text, "edit:")) return open_directive(trimmed(text), true);
        if (take_prefix(text, "expect")) {
            size_t colon = text.find(':');
            if (colon == std::string_view::npos) return fail("`expect` wants KEY: VALUE");
            step().properties.emplace(trimmed(text.substr(0, colon)), trimmed(text.substr(colon + 1)));
            return true;
        }
        return fail(fmt::format("unknown directive `{}` (known: file: NAME, edit: NAME, expect KEY: VALUE)", text));
    }

    bool open_directive(std::string_view name, bool edit) {
        if (name.empty()) return fail("a file has a name");
        if (!edit) {
            if (fixture_.steps.size() > 1) return fail("`file:` comes before the first `edit:`");
            for (const FixtureFile& file : step().files) {
                if (file.name == name) return fail(fmt::format("`{}` is here twice", name));
            }
            open_file(std::string(name));
            return true;
        }
        FixtureStep next = step();
        auto file = std::find_if(next.files.begin(), next.files.end(), [&](auto& each) { return each.name == name; });
        if (file == next.files.end()) return fail(fmt::format("there is no file `{}` to edit", name));
        next.properties.clear();
        next.edited = name;
        *file = FixtureFile{.name = std::string(name), .text = {}, .expectations = {}, .cursors = {}};
        size_t index = static_cast<size_t>(file - next.files.begin());
        fixture_.steps.push_back(std::move(next));
        begin(step().files[index]);
        return true;
    }

    void open_file(std::string name) {
        step().files.push_back({.name = std::move(name), .text = {}, .expectations = {}, .cursors = {}});
        begin(step().files.back());
    }

    void begin(FixtureFile& file) {
        file_ = &file;
        target_line_ = 0;
        line_ = 0;
    }

    bool append(std::string_view line) {
        file_->text += line;
        ++line_;
        return true;
    }

    bool read_code(std::string_view line) {
        if (file_ == nullptr) open_file(default_name_);
        target_line_ = line_ + 1;
        target_cursors_.clear();
        std::string stripped;
        size_t from = 0;
        for (size_t at; (at = line.find(cursor_mark, from)) != std::string_view::npos; from = at + cursor_mark.size()) {
            stripped += line.substr(from, at - from);
            file_->cursors.push_back({target_line_, code_points(stripped) + 1});
            target_cursors_.push_back(code_points(stripped));
        }
        stripped += line.substr(from);
        target_length_ = code_points(stripped.substr(0, stripped.find_last_not_of("\r\n") + 1));
        return append(stripped);
    }

    /// A column as drawn under a line that shows its cursors, as a column of the text without them.
    int without_cursors(int drawn) const {
        int column = drawn;
        for (size_t i = 0; i < target_cursors_.size(); ++i) {
            int mark_start = target_cursors_[i] + 1 + static_cast<int>(i * cursor_mark.size());
            if (drawn > mark_start) column -= std::min(drawn - mark_start, static_cast<int>(cursor_mark.size()));
        }
        return column;
    }

    bool read_mark(std::string_view line, std::string_view content) {
        if (file_ == nullptr || target_line_ == 0) return fail("a mark stands below the line it is about");
        Expectation expectation{
            .kind = ExpectationKind::Diagnostic, .range = {}, .severity = {}, .code = {}, .text = {}};
        expectation.mark_line = line_number_;
        if (!read_range(line, content, expectation.range) || !read_label(trimmed(content), expectation)) return false;
        file_->expectations.push_back(std::move(expectation));
        return true;
    }

    bool read_range(std::string_view line, std::string_view& content, Range& range) {
        range.start.line = range.end.line = target_line_;
        if (take_prefix(content, "@")) return read_explicit_range(content, range);
        size_t at = static_cast<size_t>(content.data() - line.data());
        size_t width = content.find_first_not_of('^');
        width = width == std::string_view::npos ? content.size() : width;
        int column = code_points(line.substr(0, at)) + 1;
        range.start.column = without_cursors(column);
        range.end.column = without_cursors(column + static_cast<int>(width));
        content.remove_prefix(width);
        if (range.end.column > target_length_ + 2) return fail("the mark reaches beyond the line above");
        return true;
    }

    /// COLUMN..COLUMN or COLUMN..+LINES:COLUMN, the `@` taken already.
    bool read_explicit_range(std::string_view& content, Range& range) {
        int lines = 0;
        bool read = take_number(content, range.start.column) && take_prefix(content, "..");
        if (read && take_prefix(content, "+")) read = take_number(content, lines) && take_prefix(content, ":");
        if (!read || !take_number(content, range.end.column)) {
            return fail("an explicit range is @COLUMN..COLUMN or @COLUMN..+LINES:COLUMN");
        }
        range.end.line += lines;
        return true;
    }

    bool read_label(std::string_view label, Expectation& expectation) {
        static constexpr std::array<std::string_view, 4> severities{"error", "warning", "information", "hint"};
        std::string_view word = label.substr(0, label.find_first_of("[: "));
        std::string_view rest = label.substr(word.size());
        if (std::find(severities.begin(), severities.end(), word) != severities.end()) {
            return read_diagnostic(word, rest, expectation);
        }
        static const std::map<std::string_view, ExpectationKind> kinds{{"note", ExpectationKind::Note},
                                                                       {"hover", ExpectationKind::Hover},
                                                                       {"def", ExpectationKind::Definition},
                                                                       {"use", ExpectationKind::Use}};
        auto kind = kinds.find(word);
        if (kind == kinds.end()) return fail(fmt::format("unknown label `{}`", word));
        take_prefix(rest, ":");
        expectation.kind = kind->second;
        expectation.text = trimmed(rest);
        if (expectation.text.empty()) return fail(fmt::format("`{}` says nothing", word));
        return true;
    }

    bool read_diagnostic(std::string_view severity, std::string_view rest, Expectation& expectation) {
        size_t close = rest.find(']');
        if (rest.empty() || rest.front() != '[' || close == std::string_view::npos) {
            return fail(fmt::format("write {}[code]", severity));
        }
        expectation.severity = severity;
        expectation.code = rest.substr(1, close - 1);
        rest = trimmed(rest.substr(close + 1));
        if (!rest.empty() && !take_prefix(rest, ":"))
            return fail("after the code comes nothing, or `: ` and a part of the message");
        expectation.text = trimmed(rest);
        return true;
    }

    std::string_view mark_;
    std::string_view text_;
    std::string default_name_;
    std::string error_;
    Fixture fixture_;
    FixtureFile* file_ = nullptr;  // in the last step; set anew whenever a file or step is added
    int line_number_ = 0;          // of the fixture
    int line_ = 0;                 // of the current file
    int target_line_ = 0;          // the line of code that marks below it are about
    int target_length_ = 0;
    std::vector<int> target_cursors_;
};

}  // namespace

std::string_view comment_mark(const std::filesystem::path& path) { return path.extension() == ".velox" ? "//" : "#"; }

tl::expected<Fixture, std::string> parse_fixture(const std::filesystem::path& path, std::string_view text) {
    return Parser(path, text).run();
}

tl::expected<Fixture, std::string> read_fixture(const std::filesystem::path& path) {
    auto text = read_file(path);
    if (!text) return tl::unexpected(text.error());
    return parse_fixture(path, *text);
}

}  // namespace braid::test
