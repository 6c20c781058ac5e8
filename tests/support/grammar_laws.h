#pragma once
// The page of a grammar is true and covered: every kind of node has a production, whatever a production names occurs
// under its node in a fixture, and nothing occurs there that it does not name.
#include <catch2/catch.hpp>

#include <cctype>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "analyzer/syntax/grammar.h"
#include "analyzer/syntax/tree.h"
#include "tests/support/sources.h"

namespace braid::test {

using Productions = std::map<std::string, std::set<std::string>>;

/// Names and quoted texts of each production of a page.
inline Productions productions(const std::filesystem::path& path) {
    Productions result;
    std::istringstream page(text_of(path));
    bool inside = false;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("```")) {
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

/// The page names every kind of node, and only those.
inline void check_kinds_of_page(const Grammar& grammar, Productions rules) {
    for (size_t kind = grammar.first_node + size_t(1); kind < grammar.kind_names.size(); ++kind) {
        INFO(grammar.kind_names[kind]);
        CHECK(rules.erase(std::string(grammar.kind_names[kind])) == 1);
    }
    for (const auto& rule : rules) CHECK(rule.first == "");
}

/// `names_of(child)`: what a production may call this element.
template <typename NamesOf>
void check_productions(const Grammar& grammar, Productions rules, const std::vector<std::filesystem::path>& sources,
                       NamesOf names_of) {
    Productions seen;
    std::set<std::string> unknown;
    for (const auto& path : sources) {
        auto tree = grammar.parse(std::make_shared<const std::string>(text_of(path)));
        for (Preorder walk(tree->root()); walk; walk.next()) {
            if (!walk->is_node() || walk->kind() == grammar.first_node) continue;
            std::string parent(walk->kind_name());
            seen[parent];
            for (SyntaxElement child : SyntaxNode(*walk).children()) {
                if (child.kind() == grammar.first_node) continue;
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

}  // namespace braid::test
