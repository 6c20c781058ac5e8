#pragma once
// What holds of the tree of any text in any language. The tests of each language try it on their texts.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "analyzer/syntax/grammar.h"
#include "analyzer/syntax/tree.h"

namespace braid::test {

/// `index_of` counts nodes and tokens in preorder, and `element_at` is its inverse.
inline void check_indices(const SyntaxTree& tree) {
    uint32_t index = 0;
    for (Preorder walk(tree.root()); walk; walk.next(), ++index) {
        REQUIRE(index_of(tree.root(), *walk) == index);
        REQUIRE(element_at(tree.root(), index) == *walk);
    }
    CHECK(index == tree.root().size());
    CHECK(!element_at(tree.root(), index));
}

/// Parents, neighbours and tokens at offsets agree with a walk.
inline void check_neighbours(const SyntaxTree& tree) {
    std::vector<SyntaxNode> path;
    SyntaxToken previous;
    for (Preorder walk(tree.root()); walk; walk.next()) {
        path.resize(size_t(walk.depth()));
        if (!path.empty()) REQUIRE(walk->parent() == path.back());
        if (walk->is_node()) {
            path.emplace_back(*walk);
            continue;
        }
        SyntaxToken token(*walk);
        REQUIRE((token.previous() == previous));
        if (previous) REQUIRE((previous.next() == token));
        if (token.slot().length() > 0) REQUIRE((tree.token_at(token.begin()) == token));
        previous = token;
    }
    CHECK(!tree.root().parent());
    CHECK(!bool(previous.next()));
    CHECK((tree.token_at(uint32_t(tree.text().size())) == previous));
}

/// A pointer finds an element of its kind and range.
inline void check_pointers(const SyntaxTree& tree) {
    for (Preorder walk(tree.root()); walk; walk.next()) {
        SyntaxElement found = NodePointer::of(*walk).resolve(tree);
        REQUIRE(bool(found));
        REQUIRE(found.kind() == walk->kind());
        REQUIRE(found.text_range() == walk->text_range());
    }
    CHECK(!NodePointer{tree.root().first_child().kind(), {1, 1'000'000'000}}.resolve(tree));
}

/// After any edit, what is in a declaration that neither touches the edit nor was re-parsed is found again: by its
/// pointer, moved with the text, and by its index below the declaration. How many declarations that holds of.
inline size_t check_survival(const Grammar& grammar, const SyntaxTree& before, const TextEdit& edit) {
    std::string text(before.text());
    text.replace(edit.range.begin, edit.range.length(), edit.replacement);
    auto after = grammar.reparse(before, std::span(&edit, 1), std::make_shared<const std::string>(text));
    size_t survivors = 0;
    for (const SyntaxNode& declaration : before.root().child_nodes()) {
        TextRange range = declaration.text_range();
        if (range.end >= edit.range.begin && range.begin <= edit.range.end) continue;
        uint32_t shift = range.begin > edit.range.end ? uint32_t(edit.replacement.size()) - edit.range.length() : 0;
        auto moved = [shift](NodePointer pointer) {
            pointer.range = {pointer.range.begin + shift, pointer.range.end + shift};
            return pointer;
        };
        SyntaxNode again = moved(NodePointer::of(declaration)).resolve(*after).as_node();
        if (!again || again.green() != declaration.green()) continue;
        ++survivors;
        uint32_t index = 0;
        for (Preorder walk(declaration); walk; walk.next(), ++index) {
            SyntaxElement found = moved(NodePointer::of(*walk)).resolve(*after);
            REQUIRE(bool(found));
            REQUIRE(found.text() == walk->text());
            SyntaxElement same = element_at(again, index);
            REQUIRE(same.kind() == walk->kind());
            REQUIRE(same.text() == walk->text());
            REQUIRE(index_of(again, same) == index);
        }
    }
    return survivors;
}

/// A line of ten megabytes, `piece` again and again: it is kept, and an edit in its middle costs a few nodes.
inline void check_long_line(const Grammar& grammar, std::string_view begin, std::string_view piece,
                            std::string_view end) {
    std::string text(begin);
    while (text.size() < 10'000'000) text += piece;
    text += end;
    auto tree = grammar.parse(std::make_shared<const std::string>(text));
    REQUIRE(tree->root().full_text() == text);
    auto middle = uint32_t(text.size() / 2);
    TextEdit edit{{middle, middle}, "x"};
    auto changed = std::make_shared<const std::string>(text.insert(middle, "x"));
    size_t before = GreenNode::bytes_alive();
    auto again = grammar.reparse(*tree, std::span(&edit, 1), changed);
    REQUIRE(again->root().full_text() == *changed);
    CHECK(GreenNode::bytes_alive() - before < 1'000'000);
}

}  // namespace braid::test
