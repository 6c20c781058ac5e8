#include "analyzer/format/editorconfig.h"

#include <catch2/catch.hpp>

#include "analyzer/format/glob.h"

namespace braid::test {

using format::glob_matches;

TEST_CASE("globs of an .editorconfig", "[format][editorconfig]") {
    const std::pair<const char*, const char*> fits[] = {
        {"*", "a.altru"},
        {"*", "src/a.altru"},
        {"*.altru", "a.altru"},
        {"*.altru", "src/x/a.altru"},
        {"*.{altru,velox}", "b.velox"},
        {"{a,b}.altru", "b.altru"},
        {"src/*.altru", "src/a.altru"},
        {"/src/*.altru", "src/a.altru"},
        {"src/**.altru", "src/x/a.altru"},
        {"src/**/a.altru", "src/a.altru"},
        {"src/**/a.altru", "src/x/y/a.altru"},
        {"?.altru", "a.altru"},
        {"[ab].altru", "b.altru"},
        {"[!ab].altru", "c.altru"},
        {"[a-c].altru", "b.altru"},
        {"v{1..3}.altru", "v2.altru"},
        {"{a,{b,c}}.altru", "c.altru"},
        {"a\\*.altru", "a*.altru"},
        {"{single}.altru", "{single}.altru"},
        {"**", "x/y"},
        {"{,a}.altru", ".altru"},
    };
    for (auto [glob, path] : fits) {
        INFO(glob << " " << path);
        CHECK(glob_matches(glob, path));
    }
    const std::pair<const char*, const char*> fits_not[] = {
        {"*.altru", "a.velox"},
        {"*.altru", "a.altru.txt"},
        {"*.{altru,velox}", "b.py"},
        {"src/*.altru", "src/x/a.altru"},
        {"src/*.altru", "a.altru"},
        {"/a.altru", "src/a.altru"},
        {"?.altru", "ab.altru"},
        {"?.altru", "/.altru"},
        {"[ab].altru", "c.altru"},
        {"[!ab].altru", "a.altru"},
        {"v{1..3}.altru", "v4.altru"},
        {"v{1..3}.altru", "vx.altru"},
        {"", "a"},
        {"a\\*.altru", "ab.altru"},
        {"[", "a"},
        {"{a,b", "a"},
    };
    for (auto [glob, path] : fits_not) {
        INFO(glob << " " << path);
        CHECK_FALSE(glob_matches(glob, path));
    }
    // Ends soon, whatever the answer is.
    CHECK_FALSE(glob_matches("**a**a**a**a**a**a**a**a**a**a**b", std::string(2000, 'a')));
}

TEST_CASE("an .editorconfig says how code looks", "[format][editorconfig]") {
    auto options_of = [](std::string_view text, std::string_view path) {
        format::Options options;
        format::apply(format::parse_editor_config(text), path, options);
        return options;
    };
    std::string_view config =
        "; comment\nroot = true\n\n[*]\nindent_style = tab\ntab_width=8\nend_of_line = CRLF\n"
        "[*.{altru,velox}]\nindent_style = space\nindent_size = 2\nmax_line_length: 80\ninsert_final_newline = false\n";
    CHECK(format::parse_editor_config(config).is_root);
    format::Options options = options_of(config, "src/a.altru");
    CHECK_FALSE(options.tabs);
    CHECK(options.indent == 2);
    CHECK(options.tab_width == 8);
    CHECK(options.width == 80);
    CHECK_FALSE(options.final_newline);
    CHECK(options.line_end == format::LineEnd::CrLf);
    options = options_of(config, "README");
    CHECK(options.tabs);
    CHECK(options.indent == 8);
    CHECK(options.width == 100);
    // What makes no sense is passed over.
    options = options_of("[*]\nindent_size = 0\nmax_line_length = wide\nindent_style = curly\n[", "a");
    CHECK(options.indent == 4);
    CHECK(options.width == 100);
    CHECK_FALSE(options.tabs);
    CHECK(options_of("[*]\nmax_line_length = off\n", "a").width > 1'000'000);
    CHECK_FALSE(format::parse_editor_config("[*]\nroot = true\n").is_root);
}

}  // namespace braid::test
