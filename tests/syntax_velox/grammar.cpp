// docs/grammar-velox.md is true and covered (see grammar_laws.h).
#include "tests/support/grammar_laws.h"

#include "analyzer/syntax/velox/kinds.h"
#include "analyzer/syntax/velox/velox.h"

using namespace braid;
using velox::Group;
using velox::Kind;

namespace {

const std::filesystem::path page = BRAID_SOURCE_DIR "/docs/grammar-velox.md";

/// What a production may call this child.
std::set<std::string> names_of(const SyntaxElement& child) {
    static const std::map<Group, std::string> groups = {
        {Group::Statement, "Statement"}, {Group::Expression, "Expression"}, {Group::Type, "Type"},
        {Group::Pattern, "Pattern"},     {Group::Binding, "Binding"},       {Group::Member, "Member"},
    };
    Kind kind = velox::to_kind(child.kind());
    std::string name(velox::grammar().kind_name(child.kind()));
    if (child.is_node()) {
        std::set<std::string> names{name};
        if (auto group = groups.find(velox::group(kind)); group != groups.end()) names.insert(group->second);
        return names;
    }
    if (kind == Kind::Identifier && child.text() == "_") return {"\"_\"", name};
    return {kind >= Kind::AwaitKw ? "\"" + name + "\"" : name};
}

}  // namespace

TEST_CASE("the page of the grammar names every kind of node, and only those") {
    test::check_kinds_of_page(velox::grammar(), test::productions(page));
}

TEST_CASE("every production has a fixture") {
    test::check_productions(velox::grammar(), test::productions(page),
                            test::sources({"tests/syntax_velox/goldens", "tests/seeds/velox"}, ".velox"), names_of);
}
