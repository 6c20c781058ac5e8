// Typing, simulated: every prefix of the example programs, and every program with one token missing. What stands
// before and after the damage keeps its tree, and the damage is reported about once.
#include <algorithm>
#include <cstdio>
#include <map>
#include <numeric>

#include "analyzer/diagnostics/diagnostic.h"
#include "tests/syntax/support.h"

using namespace braid;
using namespace braid::test;

namespace {

struct Distribution {
    std::vector<int> counts;
    int percentile(int percent) {
        std::sort(counts.begin(), counts.end());
        return counts.empty() ? 0 : counts[(counts.size() - 1) * size_t(percent) / 100];
    }
    void print(const char* name) {
        double sum = std::accumulate(counts.begin(), counts.end(), 0.0);
        std::printf("%-24s %7zu %7d %7d %7d %7d %7.2f\n", name, counts.size(), percentile(50), percentile(95),
                    percentile(99), percentile(100), sum / double(counts.size()));
    }
};

int error_count(const SyntaxTree& tree) {
    int count = 0;
    for (const SyntaxError& error : tree.errors()) count += default_severity(error.code) == Severity::Error;
    return count;
}

/// Declarations of the file and of bodies, members included.
std::vector<SyntaxNode> declarations(const SyntaxTree& tree) {
    std::vector<SyntaxNode> nodes;
    for (Preorder walk(tree.root()); walk; walk.next())
        if (walk->is_node() && altru::group(altru::to_kind(walk->kind())) == altru::Group::Declaration)
            nodes.emplace_back(*walk);
    return nodes;
}

/// Whether the damaged tree has the same declaration, where it has moved to.
bool keeps(const std::map<uint32_t, std::vector<SyntaxNode>>& after, const SyntaxNode& before, uint32_t begin) {
    auto found = after.find(begin);
    if (found == after.end()) return false;
    return std::any_of(found->second.begin(), found->second.end(), [&](const SyntaxNode& node) {
        return node.kind() == before.kind() && tokens_equal(node, before);
    });
}

std::map<uint32_t, std::vector<SyntaxNode>> by_begin(const SyntaxTree& tree) {
    std::map<uint32_t, std::vector<SyntaxNode>> map;
    for (const SyntaxNode& node : declarations(tree)) map[node.text_range().begin].push_back(node);
    return map;
}

std::vector<std::filesystem::path> examples() { return sources({"examples/altru"}, ".altru"); }

void explain(const std::string& what, const SyntaxTree& tree, uint32_t place) {
    if (!std::getenv("BRAID_EXPLAIN")) return;
    size_t line = 1 + size_t(std::count(tree.text().begin(), tree.text().begin() + place, '\n'));
    std::printf("%s at line %zu\n", what.c_str(), line);
    for (const SyntaxError& error : tree.errors())
        std::printf("    %zu: %s\n",
                    1 + size_t(std::count(tree.text().begin(), tree.text().begin() + error.range.begin, '\n')),
                    error.message.c_str());
}

}  // namespace

TEST_CASE("typing: what surrounds the damage keeps its tree, and one mistake is one message") {
    Distribution prefixes, deletions, all;
    size_t lost = 0;
    for (const auto& path : examples()) {
        std::string name = path.filename().string();
        std::string text = text_of(path);
        SyntaxTreePtr tree = altru::parse(text);
        REQUIRE(error_count(*tree) == 0);
        std::vector<SyntaxNode> whole = declarations(*tree);

        for (uint32_t end = 0; end < text.size(); ++end) {
            SyntaxTreePtr cut = altru::parse(text.substr(0, end));
            prefixes.counts.push_back(error_count(*cut));
            auto after = by_begin(*cut);
            for (const SyntaxNode& node : whole) {
                TextRange range = node.text_range();
                if (range.end >= end || keeps(after, node, range.begin)) continue;
                ++lost;
                explain(name + ": lost " + std::string(node.text().substr(0, 40)) + " in a prefix", *cut, end);
            }
            if (prefixes.counts.back() > 2) explain(name + ": prefix", *cut, end);
        }

        for (SyntaxToken token = tree->root().first_token(); token; token = token.next()) {
            if (token.begin() == token.end()) continue;
            uint32_t length = token.end() - token.begin();
            std::vector<TextEdit> edits{{{token.begin(), token.end()}, ""}};
            auto shared = std::make_shared<const std::string>(apply_edits(text, edits));
            SyntaxTreePtr damaged = altru::reparse(*tree, edits, shared);
            deletions.counts.push_back(error_count(*damaged));
            auto after = by_begin(*damaged);
            for (const SyntaxNode& node : whole) {
                TextRange range = node.text_range();
                if (range.begin <= token.begin() && token.end() <= range.end) continue;
                if (keeps(after, node, range.begin >= token.end() ? range.begin - length : range.begin)) continue;
                ++lost;
                explain(name + ": without `" + std::string(token.text()) + "` lost " +
                            std::string(node.text().substr(0, 40)),
                        *damaged, token.begin());
            }
            if (deletions.counts.back() > 2)
                explain(name + ": without `" + std::string(token.text()) + "`", *damaged, token.begin());
        }
    }
    all.counts = prefixes.counts;
    all.counts.insert(all.counts.end(), deletions.counts.begin(), deletions.counts.end());
    std::printf("errors in damaged texts     texts  median     p95     p99     max    mean\n");
    prefixes.print("prefixes");
    deletions.print("one token missing");
    all.print("all");
    CHECK(lost == 0);
    CHECK(all.percentile(50) <= 1);
    CHECK(all.percentile(95) <= 3);
}

TEST_CASE("a line in the wrong column, a bracket left open: the other declarations of the file keep their trees") {
    Distribution columns, brackets;
    size_t lost = 0;
    auto check = [&](const SyntaxTree& tree, const TextEdit& edit, Distribution& distribution) {
        std::vector<TextEdit> edits{edit};
        auto shared = std::make_shared<const std::string>(apply_edits(std::string(tree.text()), edits));
        SyntaxTreePtr damaged = altru::reparse(tree, edits, shared);
        distribution.counts.push_back(error_count(*damaged));
        auto after = by_begin(*damaged);
        for (const SyntaxNode& node : declarations(tree)) {
            TextRange range = node.text_range();
            bool top = range.begin == 0 || tree.text()[range.begin - 1] == '\n';
            if (!top || (range.begin <= edit.range.end && edit.range.begin <= range.end)) continue;
            uint32_t begin = range.begin;
            if (begin > edit.range.end) begin += uint32_t(edit.replacement.size()) - edit.range.length();
            if (keeps(after, node, begin)) continue;
            ++lost;
            explain("lost " + std::string(node.text().substr(0, 40)), *damaged, edit.range.begin);
        }
    };
    for (const auto& path : examples()) {
        std::string text = text_of(path);
        SyntaxTreePtr tree = altru::parse(text);
        for (uint32_t line = 0; line < text.size(); line = uint32_t(text.find('\n', line)) + 1) {
            auto content = uint32_t(text.find_first_not_of(' ', line));
            // A declaration indented below another is that one's.
            if (text[content] == '\n' || text[content] == '#' || content == line) continue;
            for (const char* more : {" ", "    "}) check(*tree, {{line, line}, more}, columns);
            for (uint32_t less : {1u, 4u})
                if (content - line >= less) check(*tree, {{line, line + less}, ""}, columns);
        }
        for (SyntaxToken token = tree->root().first_token(); token; token = token.next())
            for (const char* bracket : {"(", "[", "{"})
                if (token.end() > token.begin()) check(*tree, {{token.begin(), token.begin()}, bracket}, brackets);
    }
    std::printf("errors in damaged texts     texts  median     p95     p99     max    mean\n");
    columns.print("line in a wrong column");
    brackets.print("bracket left open");
    CHECK(lost == 0);
    CHECK(columns.percentile(50) <= 1);
    CHECK(brackets.percentile(50) <= 1);
    CHECK(columns.percentile(95) <= 3);
    CHECK(brackets.percentile(95) <= 3);
}
