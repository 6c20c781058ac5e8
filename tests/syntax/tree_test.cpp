// The red side: places, indices, equality; what sharing between versions promises.
#include <set>

#include "analyzer/syntax/chunks.h"
#include "tests/support/tree_laws.h"
#include "tests/syntax/support.h"

using namespace braid;
using namespace braid::altru;
using namespace braid::test;

namespace {

std::string many_functions(int count) {
    std::string text;
    for (int i = 0; i < count; ++i)
        text += "fn f" + std::to_string(i) + "(a: int) -> int:\n    let x = a + " + std::to_string(i) +
                "\n    return x\n\n";
    return text;
}

void collect(const GreenNode* root, std::set<const GreenNode*>& nodes) {
    std::vector<const GreenNode*> pending{root};
    while (!pending.empty()) {
        const GreenNode* node = pending.back();
        pending.pop_back();
        if (!nodes.insert(node).second) continue;
        for (GreenSlot slot : *node)
            if (!slot.is_inline()) pending.push_back(slot.heap());
    }
}

/// Green nodes of `tree` that `old` has not.
size_t fresh_nodes(const SyntaxTree& old, const SyntaxTree& tree) {
    std::set<const GreenNode*> before, after;
    collect(old.green_root().get(), before);
    collect(tree.green_root().get(), after);
    size_t fresh = 0;
    for (const GreenNode* node : after) fresh += before.count(node) == 0;
    return fresh;
}

SyntaxTreePtr edit(const SyntaxTree& tree, uint32_t at, uint32_t removed, const std::string& inserted) {
    std::vector<TextEdit> edits{{{at, at + removed}, inserted}};
    return altru::reparse(tree, edits,
                          std::make_shared<const std::string>(apply_edits(std::string(tree.text()), edits)));
}

}  // namespace

TEST_CASE("places in a tree agree with a walk") {
    SyntaxTreePtr tree = altru::parse(many_functions(100) + "let x = [1, 2, {3: 4}]\n");
    check_indices(*tree);
    check_neighbours(*tree);
    check_pointers(*tree);
    for (const auto& path : sound_files()) {
        INFO(path.string());
        SyntaxTreePtr of_file = altru::parse(text_of(path));
        check_indices(*of_file);
        check_neighbours(*of_file);
        check_pointers(*of_file);
    }
}

TEST_CASE("places in other declarations survive an edit") {
    SyntaxTreePtr tree = altru::parse(many_functions(100));
    for (const char* inserted : {"y", "\n    g(1)\n    ", "(", "\"", "### ", "# "}) {
        INFO(inserted);
        auto at = uint32_t(tree->text().find("x = a", tree->text().size() / 2));
        CHECK(check_survival(altru::grammar(), *tree, {{at, at}, inserted}) >= 48);
    }
}

TEST_CASE("one line of ten megabytes") { check_long_line(altru::grammar(), "[", "f(a, b), ", "]"); }

TEST_CASE("an index below an item survives edits of comments and of other items") {
    SyntaxTreePtr tree = altru::parse("fn f():\n    a(1)\n\nfn g():\n    b(2)\n");
    SyntaxTreePtr changed = altru::parse("# more\nfn f():\n    a(1, 2, 3)\n\nfn g():\n    # here\n    b(  2 )\n");
    auto function = [](const SyntaxTreePtr& t) { return source_file(*t).declarations()[1].node; };
    SyntaxNode before = function(tree), after = function(changed);
    REQUIRE(before.size() == after.size());
    for (uint32_t i = 0; i < before.size(); ++i) {
        CHECK(element_at(before, i).kind() == element_at(after, i).kind());
        if (element_at(before, i).is_token()) CHECK(element_at(before, i).text() == element_at(after, i).text());
    }
    CHECK(tokens_equal(before, after));
    CHECK(!tokens_equal(source_file(*tree).declarations()[0].node, source_file(*changed).declarations()[0].node));
}

TEST_CASE("equal tokens in another structure are not equal") {
    SyntaxTreePtr one = altru::parse("if a:\n    b()\nc()\n");
    SyntaxTreePtr two = altru::parse("if a:\n    b()\n    c()\n");
    CHECK(!tokens_equal(one->root(), two->root()));
}

TEST_CASE("an edit copies a path, not the file") {
    for (int count : {100, 10'000}) {
        SyntaxTreePtr tree = altru::parse(many_functions(count));
        auto at = uint32_t(tree->text().find("a +", tree->text().size() / 2));
        SyntaxTreePtr changed = edit(*tree, at, 1, "bb");
        CHECK(dump_tree(*changed) == dump_tree(*altru::parse(changed->text())));
        // The function's own nodes, and at each level of lists the chunks that are opened on the way.
        CHECK(fresh_nodes(*tree, *changed) < 60);
    }
}

TEST_CASE("lists stay balanced over many edits") {
    SyntaxTreePtr tree = altru::parse(many_functions(2'000));
    std::mt19937 engine(7);
    for (int i = 0; i < 300; ++i) {
        auto at = uint32_t(tree->text().find("\nfn ", engine() % (tree->text().size() / 2))) + 1;
        tree = i % 3 == 2 ? edit(*tree, at, uint32_t(tree->text().find("\nfn ", at)) + 1 - at, "")
                          : edit(*tree, at, 0, many_functions(1 + i % 2));
    }
    CHECK(dump_tree(*tree) == dump_tree(*altru::parse(tree->text())));
    CHECK(list_height(tree->green_root()->slot(0)) <= 4);
    std::set<const GreenNode*> nodes;
    collect(tree->green_root().get(), nodes);
    size_t lists = 0, slots = 0;
    for (const GreenNode* node : nodes)
        if (node->is_list()) ++lists, slots += node->slot_count();
    CHECK(slots / lists >= MinChunk);
}

TEST_CASE("long lists of elements are taken over in chunks, too") {
    std::string text = "let xs = [\n";
    for (int i = 0; i < 20'000; ++i) text += "    " + std::to_string(i) + ",\n";
    text += "]\nlet ys = [";
    for (int i = 0; i < 20'000; ++i) text += "f(" + std::to_string(i) + "), ";
    text += "1]\n";
    SyntaxTreePtr tree = altru::parse(text);
    for (const char* place : {"9999", "f(9999)"}) {
        SyntaxTreePtr changed = edit(*tree, uint32_t(text.find(place)), 1, "8");
        CHECK(dump_tree(*changed) == dump_tree(*altru::parse(changed->text())));
        CHECK(fresh_nodes(*tree, *changed) < 60);
    }
}

TEST_CASE("errors stay with what is taken over") {
    SyntaxTreePtr tree = altru::parse("fn f():\n    let = 1\n\nfn g():\n    a(\n\nfn h():\n    1\n");
    auto before = tree->errors();
    REQUIRE(before.size() == 2);
    SyntaxTreePtr changed = edit(*tree, 0, 0, "let first = 1\n");
    auto after = changed->errors();
    REQUIRE(after.size() == 2);
    for (size_t i = 0; i < 2; ++i) {
        CHECK(after[i].message == before[i].message);
        CHECK(after[i].range.begin == before[i].range.begin + 14);
    }
}

TEST_CASE("documentation") {
    SyntaxTreePtr tree = altru::parse(
        "## Not this.\n\n## Adds.\n##   Two lines. \nfn add():\n    1\n\nfn sub():\n    ## Inside.\n    2\n\nstruct "
        "S:\n    ## Of x.\n    x: int\n");
    auto declarations = source_file(*tree).declarations();
    CHECK(documentation_of(declarations[0]) == "Adds.\n  Two lines.");
    CHECK(documentation_of(declarations[1]) == "Inside.");
    CHECK(documentation_of(declarations[2]).empty());
    CHECK(documentation_of(StructDecl::cast(declarations[2]).members().fields()[0]) == "Of x.");
}

TEST_CASE("trees are freed and share what they share") {
    {
        size_t before = GreenNode::bytes_alive();
        SyntaxTreePtr tree = altru::parse(many_functions(3'000));
        size_t one = GreenNode::bytes_alive() - before;
        CHECK(one < 20 * tree->text().size());
        std::vector<SyntaxTreePtr> versions{tree};
        for (int i = 0; i < 50; ++i)
            versions.push_back(edit(*versions.back(), uint32_t(versions.back()->text().find("let", size_t(i) * 100)), 0,
                                    "let z = 1\n    "));
        CHECK(GreenNode::bytes_alive() - before < one + one / 2);
    }
    // One chunk may stay with the thread.
    CHECK(GreenNode::bytes_alive() <= 64 * 1024);
}
