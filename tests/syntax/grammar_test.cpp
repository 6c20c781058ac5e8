// docs/grammar-altru.md is true and covered (see grammar_laws.h).
#include "tests/support/grammar_laws.h"
#include "tests/syntax/support.h"

using namespace braid;
using namespace braid::test;
using altru::Group;
using altru::Kind;

namespace {

const std::filesystem::path page = BRAID_SOURCE_DIR "/docs/grammar-altru.md";

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
    check_kinds_of_page(altru::grammar(), productions(page));
}

TEST_CASE("every production has a fixture") {
    check_productions(altru::grammar(), productions(page), sound_files(), names_of);
}
