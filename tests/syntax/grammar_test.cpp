// docs/grammar-altru.md is true and covered: every kind of node has a production, whatever a production names occurs
// under its node in a fixture, and nothing occurs there that it does not name.
#include <cctype>
#include <map>
#include <set>

#include "tests/syntax/support.h"

using namespace braid;
using namespace braid::test;
using altru::Group;
using altru::Kind;

namespace {

/// Names and quoted texts of each production.
std::map<std::string, std::set<std::string>> productions() {
    std::map<std::string, std::set<std::string>> result;
    std::istringstream page(read_file(std::string(BRAID_SOURCE_DIR) + "/docs/grammar-altru.md"));
    bool inside = false;
    for (std::string line; std::getline(page, line);) {
        if (line.rfind("```", 0) == 0) {
            inside = line == "```ebnf";
            continue;
        }
        if (!inside) continue;
        size_t equal = line.find(" =");
        REQUIRE(equal != std::string::npos);
        auto& symbols = result[line.substr(0, equal)];
        for (size_t at = equal + 2; at < line.size();) {
            size_t end = at + 1;
            if (line[at] == '"') {
                end = line.find('"', at + 1) + 1;
                symbols.insert(line.substr(at, end - at));
            } else if (std::isalpha(static_cast<unsigned char>(line[at]))) {
                while (end < line.size() && std::isalpha(static_cast<unsigned char>(line[end]))) ++end;
                symbols.insert(line.substr(at, end - at));
            }
            at = end;
        }
    }
    return result;
}

/// What a production may call this child.
std::set<std::string> names_of(const SyntaxElement& child) {
    static const std::map<Group, std::string> groups = {{Group::Declaration, "Declaration"},
                                                        {Group::Statement, "Statement"},
                                                        {Group::Expression, "Expression"},
                                                        {Group::Type, "Type"},
                                                        {Group::Pattern, "Pattern"}};
    Kind kind = altru::to_kind(child.kind());
    std::string name(altru::grammar().kind_name(child.kind()));
    if (child.is_node()) {
        std::set<std::string> names{name};
        if (auto group = groups.find(altru::group(kind)); group != groups.end()) names.insert(group->second);
        return names;
    }
    if (kind == Kind::Identifier && child.text() == "_") return {"\"_\"", name};
    return {kind >= Kind::FnKw ? "\"" + name + "\"" : name};
}

}  // namespace

TEST_CASE("the page of the grammar names every kind of node, and only those") {
    auto rules = productions();
    for (size_t kind = altru::raw(Kind::Error) + 1; kind < size_t(Kind::Count); ++kind) {
        INFO(altru::grammar().kind_names[kind]);
        CHECK(rules.erase(std::string(altru::grammar().kind_names[kind])) == 1);
    }
    for (const auto& rule : rules) CHECK(rule.first == "");
}

TEST_CASE("every production has a fixture") {
    auto rules = productions();
    std::map<std::string, std::set<std::string>> seen;
    std::set<std::string> unknown;
    for (const auto& path : sound_files()) {
        auto tree = altru::parse(read_file(path));
        for (Preorder walk(tree->root()); walk; walk.next()) {
            if (!walk->is_node() || walk->kind() == altru::raw(Kind::Error)) continue;
            std::string parent(walk->kind_name());
            seen[parent];
            for (SyntaxElement child : SyntaxNode(*walk).children()) {
                if (child.kind() == altru::raw(Kind::Error)) continue;
                bool known = false;
                for (const std::string& name : names_of(child)) {
                    if (!rules[parent].count(name)) continue;
                    seen[parent].insert(name);
                    known = true;
                }
                if (!known) unknown.insert(parent + " holds " + std::string(child.kind_name()));
            }
        }
    }
    for (const auto& [name, symbols] : rules) {
        INFO(name);
        CHECK(seen.count(name));
        for (const std::string& symbol : symbols) {
            INFO(symbol);
            CHECK(seen[name].count(symbol));
        }
    }
    for (const std::string& surprise : unknown) CHECK(surprise == "");
}
