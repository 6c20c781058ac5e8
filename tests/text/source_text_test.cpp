#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <thread>

#include "analyzer/text/files.h"
#include "analyzer/text/source_text.h"
#include "analyzer/text/utf8.h"

using namespace braid;

namespace {

/// Text with everything that is hard: line ends of all kinds, characters of all lengths, malformed bytes.
std::string any_text(int longest = 60) {
    static const std::vector<std::string> pieces{"a", "bc", "\n",   "\r\n",     "\r", "ä",
                                                 "€", "😀",  "\xff", "\xe2\x82", " ",  "\t"};
    std::string text;
    for (int i = *rc::gen::inRange(0, longest); i > 0; --i) text += *rc::gen::elementOf(pieces);
    return text;
}

}  // namespace

TEST_CASE("lines end as in LSP") {
    const SourceText text("one\ntwo\r\nthree\rfour\n");
    const LineIndex& lines = text.lines();
    REQUIRE(lines.line_count() == 5);
    const char* const expected[] = {"one", "two", "three", "four", ""};
    const char* const full[] = {"one\n", "two\r\n", "three\r", "four\n", ""};
    for (uint32_t line = 0; line < 5; ++line) {
        CHECK(text.slice(lines.line_range(line)) == expected[line]);
        CHECK(text.slice(lines.full_line_range(line)) == full[line]);
    }
    CHECK(lines.line_range(99) == TextRange{20, 20});
    CHECK(SourceText().lines().line_count() == 1);
    CHECK(SourceText("\r").lines().line_count() == 2);
    CHECK(lines.position(8, ColumnUnit::Utf8) == LineColumn{1, 3});  // between \r and \n
    CHECK(lines.position(100, ColumnUnit::Utf16) == LineColumn{4, 0});
    CHECK(lines.offset({1, 100}, ColumnUnit::Utf16) == 7);
    CHECK(lines.offset({77, 3}, ColumnUnit::Utf16) == 20);
}

TEST_CASE("columns in three units") {
    const SourceText text("x\na€😀b\n");
    const LineIndex& lines = text.lines();
    CHECK(lines.position(10, ColumnUnit::Utf8) == LineColumn{1, 8});
    CHECK(lines.position(10, ColumnUnit::Utf16) == LineColumn{1, 4});
    CHECK(lines.position(10, ColumnUnit::CodePoint) == LineColumn{1, 3});
    CHECK(lines.offset({1, 4}, ColumnUnit::Utf16) == 10);
    CHECK(lines.offset({1, 3}, ColumnUnit::Utf16) == 6);  // inside the surrogate pair: before it
    CHECK(lines.offset({1, 5}, ColumnUnit::Utf8) == 6);   // inside the character: before it
    CHECK(lines.position(8, ColumnUnit::Utf16) == LineColumn{1, 2});
}

TEST_CASE("offset to position and back, for every character of any text") {
    CHECK(rc::check([] {
        std::string content = any_text();
        if (*rc::gen::inRange(0, 3) == 0)
            content = std::string(3000, 'x') + content + std::string(2000, 'y') + "€" + content;
        const SourceText text(content);
        const LineIndex& lines = text.lines();
        for (ColumnUnit unit : {ColumnUnit::Utf8, ColumnUnit::Utf16, ColumnUnit::CodePoint}) {
            LineColumn expected;  // counted naively
            for (uint32_t offset = 0; offset <= text.size();) {
                const bool between =
                    offset > 0 && offset < text.size() && text[offset - 1] == '\r' && text[offset] == '\n';
                if (!between) {
                    RC_ASSERT(lines.position(offset, unit) == expected);
                    RC_ASSERT(lines.offset(expected, unit) == offset);
                }
                const utf8::Decoded c = utf8::decode(text.view(), offset);
                if (c.length == 0) break;
                const bool ends =
                    c.value == '\n' || (c.value == '\r' && (offset + 1 == text.size() || text[offset + 1] != '\n'));
                if (ends) {
                    expected = {expected.line + 1, 0};
                } else if (c.value != '\r') {
                    expected.column += unit == ColumnUnit::Utf8    ? c.length
                                       : unit == ColumnUnit::Utf16 ? utf8::utf16_length(c.value)
                                                                   : 1;
                }
                offset += c.length;
            }
        }
    }));
}

TEST_CASE("the lines of an edited text are those of the text") {
    rc::check([] {
        // Plain texts take the short way, as long as what is typed is plain, too.
        std::string text;
        for (int i = *rc::gen::inRange(0, 40); i > 0; --i) text += *rc::gen::elementOf(std::string("ab\n"));
        LineIndex lines(text);
        std::vector<std::string> kept;
        for (int edits = *rc::gen::inRange(1, 6); edits > 0; --edits) {
            const auto size = static_cast<uint32_t>(text.size());
            const uint32_t begin = *rc::gen::inRange(0u, size + 1), end = *rc::gen::inRange(begin, size + 1);
            const TextEdit edit{{begin, end},
                                *rc::gen::element<std::string>("", "x", "\n", "x\ny\n\n", "\r\n", "\r", "ä")};
            kept.push_back(text);  // an index looks into its text
            text = text.substr(0, begin) + edit.replacement + text.substr(end);
            lines = LineIndex(lines, edit, text);
            const LineIndex expected(text);
            RC_ASSERT(lines.line_count() == expected.line_count());
            for (uint32_t line = 0; line < expected.line_count(); ++line)
                RC_ASSERT(lines.full_line_range(line) == expected.full_line_range(line));
            for (uint32_t offset = 0; offset <= text.size(); ++offset)
                RC_ASSERT(lines.position(offset, ColumnUnit::Utf16) == expected.position(offset, ColumnUnit::Utf16));
        }
    });
}

TEST_CASE("positions outside are clamped, always onto characters") {
    CHECK(rc::check([] {
        const SourceText text(any_text());
        const LineColumn wild{*rc::gen::inRange<uint32_t>(0, 40), *rc::gen::inRange<uint32_t>(0, 40)};
        for (ColumnUnit unit : {ColumnUnit::Utf8, ColumnUnit::Utf16, ColumnUnit::CodePoint}) {
            const uint32_t offset = text.lines().offset(wild, unit);
            RC_ASSERT(offset <= text.size());
            RC_ASSERT(utf8::floor_boundary(text.view(), offset) == offset);
            RC_ASSERT(text.lines().position(offset, unit) <= wild);
        }
    }));
}

TEST_CASE("a list of edits is the same as applying them one by one from the end") {
    CHECK(rc::check([] {
        const SourceText text(any_text());
        // Cut points, pairwise: ranges that do not overlap. Strictly growing, so that order is beyond doubt.
        auto cuts = *rc::gen::container<std::vector<uint32_t>>(rc::gen::inRange<uint32_t>(0, text.size() + 1));
        std::sort(cuts.begin(), cuts.end());
        cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
        std::vector<TextEdit> edits;
        for (size_t i = 0; i + 1 < cuts.size(); i += 2) edits.push_back({{cuts[i], cuts[i + 1]}, any_text(4)});
        SourceText naive = text;
        for (size_t i = edits.size(); i-- > 0;) naive = naive.apply(edits[i]);
        std::vector<TextEdit> shuffled = edits;
        for (size_t i = shuffled.size(); i > 1; --i)
            std::swap(shuffled[i - 1], shuffled[*rc::gen::inRange<size_t>(0, i)]);
        const auto together = text.apply(shuffled);
        RC_ASSERT(together.has_value());
        RC_ASSERT(*together == naive);
    }));
}

TEST_CASE("insertions at one place keep their order and come before a replacement") {
    const SourceText text("abc");
    const std::vector<TextEdit> edits{{{1, 2}, "B"}, {{1, 1}, "1"}, {{1, 1}, "2"}, {{3, 3}, "!"}};
    CHECK(text.apply(edits)->view() == "a12Bc!");
    CHECK(text.apply(std::vector<TextEdit>{}).value() == text);
}

TEST_CASE("edits that make no sense are refused, with the reason") {
    const SourceText text("abcdef");
    auto overlapping = text.apply(std::vector<TextEdit>{{{0, 3}, "x"}, {{2, 4}, "y"}});
    REQUIRE_FALSE(overlapping);
    CHECK(overlapping.error().edit == 1);
    CHECK_FALSE(text.apply(std::vector<TextEdit>{{{4, 9}, ""}}));
    CHECK_FALSE(text.apply(std::vector<TextEdit>{{{4, 2}, ""}}));
    CHECK(text.apply(TextEdit{{4, 99}, "!"}).view() == "abcd!");
}

TEST_CASE("the difference of two texts leads from one to the other") {
    CHECK(rc::check([] {
        const std::string before = any_text(12), after = any_text(12);
        const TextEdit edit = difference(before, after);
        RC_ASSERT(SourceText(before).apply(edit).view() == after);
    }));
    CHECK(difference("abcd", "abXd") == TextEdit{{2, 3}, "X"});
    CHECK(difference("same", "same").range.empty());
    CHECK(difference("aaa", "aaaa") == TextEdit{{3, 3}, "a"});
}

TEST_CASE("texts are shared and compared by content") {
    const SourceText text("some text");
    const SourceText copy = text;
    CHECK(copy.view().data() == text.view().data());
    CHECK(copy == text);
    CHECK(SourceText("some text") == text);
    CHECK(SourceText("some text").hash() == text.hash());
    CHECK_FALSE(SourceText("other") == text);
}

TEST_CASE("lines are made once, from whatever thread") {
    const SourceText text(std::string(10'000, '\n'));
    std::vector<std::thread> threads;
    std::vector<const LineIndex*> seen(4);
    for (auto& slot : seen) threads.emplace_back([&slot, text] { slot = &text.lines(); });
    for (auto& thread : threads) thread.join();
    for (const LineIndex* lines : seen) CHECK(lines == seen[0]);
}

TEST_CASE("one huge line is no trap") {
    std::string content(4'000'000, 'x');
    for (size_t i = 0; i + 4 < content.size(); i += 1000) content.replace(i, 4, "😀");
    const SourceText text(content);
    for (uint32_t offset = 4; offset < text.size(); offset += 10'000) {
        const LineColumn at = text.lines().position(offset, ColumnUnit::Utf16);
        REQUIRE(text.lines().offset(at, ColumnUnit::Utf16) == offset);
    }
}

TEST_CASE("files are numbered once") {
    FileTable files;
    const FileId a = files.intern("/a.altru"), b = files.intern("/b.velox");
    CHECK(a != b);
    CHECK(files.intern("/a.altru") == a);
    CHECK(files.find("/b.velox") == b);
    CHECK_FALSE(files.find("/c"));
    CHECK(files.path(a) == "/a.altru");
    CHECK(files.path(FileId::None).empty());
    CHECK(files.size() == 2);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&files] {
            for (int i = 0; i < 1000; ++i) files.path(files.intern("/file" + std::to_string(i)));
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(files.size() == 1002);
    CHECK(files.path(*files.find("/file77")) == "/file77");
}
