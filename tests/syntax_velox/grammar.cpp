// docs/grammar-velox.md is true and covered: every kind of node has a production, whatever a production names occurs
// under its node in a fixture, and nothing occurs there that it does not name.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "analyzer/syntax/velox/kinds.h"
#include "analyzer/syntax/velox/velox.h"

using namespace braid;
using velox::Group;
using velox::Kind;

namespace {

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Names and quoted texts of each production.
std::map<std::string, std::set<std::string>> productions() {
    std::map<std::string, std::set<std::string>> result;
    std::istringstream page(read(std::string(BRAID_SOURCE_DIR) + "/docs/grammar-velox.md"));
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
            if (line[at] == '"') {
                size_t end = line.find('"', at + 1);
                symbols.insert(line.substr(at, end + 1 - at));
                at = end + 1;
            } else if (std::isalpha(static_cast<unsigned char>(line[at]))) {
                size_t end = at;
                while (end < line.size() && std::isalpha(static_cast<unsigned char>(line[end]))) ++end;
                symbols.insert(line.substr(at, end - at));
                at = end;
            } else {
                ++at;
            }
        }
    }
    return result;
}

const std::map<std::string, Group> groups = {
    {"Statement", Group::Statement}, {"Expression", Group::Expression}, {"Type", Group::Type},
    {"Pattern", Group::Pattern},     {"Binding", Group::Binding},       {"Member", Group::Member},
};

/// What a production may call this child.
std::set<std::string> names_of(const SyntaxElement& child) {
    Kind kind = velox::to_kind(child.kind());
    std::string name(velox::grammar().kind_name(child.kind()));
    if (child.is_node()) {
        std::set<std::string> names{name};
        for (const auto& [group_name, group] : groups)
            if (velox::group(kind) == group) names.insert(group_name);
        return names;
    }
    bool has_fixed_text = kind >= Kind::AwaitKw;
    if (kind == Kind::Identifier && child.text() == "_") return {"\"_\"", name};
    return {has_fixed_text ? "\"" + name + "\"" : name};
}

}  // namespace

TEST_CASE("the page of the grammar names every kind of node, and only those") {
    auto rules = productions();
    for (size_t kind = velox::raw(Kind::Error) + 1; kind < size_t(Kind::Count); ++kind) {
        INFO(velox::grammar().kind_names[kind]);
        CHECK(rules.erase(std::string(velox::grammar().kind_names[kind])) == 1);
    }
    for (const auto& rule : rules) CHECK(rule.first == "");
}

TEST_CASE("every production has a fixture") {
    auto rules = productions();
    std::map<std::string, std::set<std::string>> seen;
    std::set<std::string> unknown;
    for (std::string folder : {"/tests/syntax_velox/goldens", "/tests/seeds/velox"})
        for (const auto& entry : std::filesystem::directory_iterator(BRAID_SOURCE_DIR + folder)) {
            if (entry.path().extension() != ".velox") continue;
            auto tree = velox::parse(read(entry.path()));
            for (Preorder walk(tree->root()); walk; walk.next()) {
                if (!walk->is_node() || walk->kind() == velox::raw(Kind::Error)) continue;
                std::string parent(walk->kind_name());
                seen[parent];
                for (SyntaxElement child : SyntaxNode(*walk).children()) {
                    if (child.kind() == velox::raw(Kind::Error)) continue;
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
