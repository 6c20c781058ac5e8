// The laws of parsing: every byte is kept, and a re-parse after edits equals a parse of the new text. With
// RC_PARAMS="max_success=1000000" they are tried that often.
#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "analyzer/syntax/dump.h"
#include "analyzer/syntax/velox/velox.h"
#include "tests/support/golden.h"
#include "tests/support/sources.h"

using namespace braid;

namespace {

std::vector<std::string> texts_to_change() {
    std::vector<std::string> texts;
    for (const auto& path :
         test::sources({"tests/seeds/velox", "tests/syntax_velox/goldens", "tests/syntax_velox/broken"}, ".velox"))
        texts.push_back(test::text_of(path));
    return texts;
}

const char* const snippets[] = {
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ";",
    ",",
    "\n",
    " ",
    "=>",
    "->",
    ":",
    "?",
    ".",
    "?.",
    "<",
    ">",
    "=",
    "!",
    "`",
    "\"",
    "'",
    "${",
    "/",
    "//",
    "/*",
    "*/",
    "..",
    "|",
    "&&",
    "??",
    "async ",
    "await ",
    "function ",
    "class A {",
    "match (x) {",
    "case ",
    "let x = ",
    "if (a) ",
    "return ",
    "x",
    "1",
    "0x",
    "import ",
    "export ",
    "for (",
    "in ",
    "of ",
    "as ",
    "new ",
    "static ",
    "private ",
    "get ",
    "@",
    "#",
    "\x80",
    "\xc3\xa9",
    "    ",
    "\n}\n",
    "interface I {",
    "enum E {",
    "type T = ",
    "yield ",
    "else ",
    "catch (e) ",
    "default",
    "extends ",
    "\r\n",
    "if (a) {\n",
    "() => {\n",
    "def f(x):\n",
    "class A:\n",
    ":=",
    "::",
    "# ",
    "'''",
    "lambda x: ",
    " and ",
    "not ",
    "elif ",
    "struct S {",
    "int x",
    "pub ",
    "<-",
    "|x| ",
    "infer T extends ",
    "println!(",
    "f\"",
    "loop {",
};

struct Change {
    uint32_t where;  // of a million
    uint32_t removed;
    std::vector<uint32_t> inserted;
};

rc::Gen<Change> change() {
    return rc::gen::build<Change>(
        rc::gen::set(&Change::where, rc::gen::inRange<uint32_t>(0, 1000001)),
        rc::gen::set(&Change::removed, rc::gen::weightedOneOf<uint32_t>({{3, rc::gen::just(0u)},
                                                                         {4, rc::gen::inRange<uint32_t>(0, 4)},
                                                                         {1, rc::gen::inRange<uint32_t>(0, 60)}})),
        rc::gen::set(&Change::inserted,
                     rc::gen::resize(2, rc::gen::container<std::vector<uint32_t>>(
                                            rc::gen::inRange<uint32_t>(0, uint32_t(std::size(snippets)))))));
}

TextEdit edit_of(const Change& change, const std::string& text) {
    uint32_t begin = uint32_t(uint64_t(change.where) * text.size() / 1000000);
    TextEdit edit{{begin, std::min<uint32_t>(begin + change.removed, uint32_t(text.size()))}, {}};
    for (uint32_t snippet : change.inserted) edit.replacement += snippets[snippet];
    return edit;
}

bool same(const SyntaxTree& a, const SyntaxTree& b) {
    Preorder left(a.root()), right(b.root());
    for (; left && right; left.next(), right.next())
        if (left->kind() != right->kind() || !(left->full_range() == right->full_range()) ||
            !(left->text_range() == right->text_range()))
            return false;
    return !left && !right && a.errors() == b.errors();
}

}  // namespace

TEST_CASE("a re-parse after any edits equals a parse from scratch") {
    auto texts = texts_to_change();
    auto law = rc::check([&] {
        std::string text = *rc::gen::elementOf(texts);
        auto tree = velox::parse(text);
        for (const Change& next : *rc::gen::resize(6, rc::gen::container<std::vector<Change>>(change()))) {
            TextEdit edit = edit_of(next, text);
            text.replace(edit.range.begin, edit.range.length(), edit.replacement);
            auto shared = std::make_shared<const std::string>(text);
            tree = velox::reparse(*tree, {&edit, 1}, shared);
            auto fresh = velox::parse(shared);
            RC_ASSERT(tree->root().full_text() == text);
            if (!same(*tree, *fresh)) {
                RC_LOG() << "--- text\n"
                         << text << "\n--- trees\n"
                         << test::difference(dump_tree(*fresh), dump_tree(*tree));
                RC_FAIL("trees differ");
            }
        }
    });
    CHECK(law);
}

TEST_CASE("two edits at once") {
    auto texts = texts_to_change();
    auto law = rc::check([&] {
        std::string text = *rc::gen::elementOf(texts);
        auto tree = velox::parse(text);
        TextEdit first = edit_of(*change(), text), second = edit_of(*change(), text);
        if (first.range.begin > second.range.begin) std::swap(first, second);
        RC_PRE(first.range.end < second.range.begin);
        text.replace(second.range.begin, second.range.length(), second.replacement);
        text.replace(first.range.begin, first.range.length(), first.replacement);
        auto shared = std::make_shared<const std::string>(text);
        TextEdit edits[] = {first, second};
        RC_ASSERT(same(*velox::reparse(*tree, edits, shared), *velox::parse(shared)));
    });
    CHECK(law);
}

TEST_CASE("every byte is kept, whatever the bytes are") {
    auto bytes = rc::check([](const std::string& text) {
        auto tree = velox::parse(text);
        RC_ASSERT(tree->root().full_text() == text);
        dump_tokens(*tree);
    });
    CHECK(bytes);
    auto pieces = rc::check([] {
        std::string text;
        for (uint32_t piece :
             *rc::gen::container<std::vector<uint32_t>>(rc::gen::inRange<uint32_t>(0, uint32_t(std::size(snippets)))))
            text += snippets[piece];
        auto tree = velox::parse(text);
        uint32_t covered = 0;
        for (Preorder walk(tree->root()); walk; walk.next()) {
            if (!walk->is_token()) continue;
            RC_ASSERT(walk->full_range().begin == covered);
            covered = walk->full_range().end;
        }
        RC_ASSERT(covered == text.size());
    });
    CHECK(pieces);
}

TEST_CASE("an edit inside one function takes over the others") {
    std::string text;
    for (int i = 0; i < 300; ++i) text += "function f" + std::to_string(i) + "(a: number) {\n    return a + 1;\n}\n";
    auto tree = velox::parse(text);
    auto place = uint32_t(text.find("a + 1", text.size() / 2));
    TextEdit edit{{place, place + 1}, "b"};
    std::string changed = text;
    changed.replace(place, 1, "b");
    auto again = velox::reparse(*tree, {&edit, 1}, std::make_shared<const std::string>(changed));
    int shared = 0, total = 0;
    auto olds = tree->root().child_nodes(), news = again->root().child_nodes();
    REQUIRE(olds.size() == news.size());
    for (size_t i = 0; i < news.size(); ++i, ++total) shared += olds[i].green() == news[i].green();
    CHECK(total == 300);
    CHECK(shared == 299);
}
