// Trees of small programs, pinned beside them (goldens/NAME.velox and NAME.tree; BRAID_UPDATE=1 rewrites), and what
// every tree of a correct program obeys.
#include <catch2/catch.hpp>

#include <map>
#include <set>

#include "analyzer/syntax/dump.h"
#include "analyzer/syntax/velox/velox.h"
#include "tests/support/golden.h"
#include "tests/support/sources.h"

using namespace braid;
using velox::Group;
using velox::Kind;

namespace {

std::map<std::string, std::string> programs(const std::string& folder) {
    std::map<std::string, std::string> texts;
    for (const auto& path : test::sources({folder}, ".velox")) texts[path.string()] = test::text_of(path);
    return texts;
}

bool is_hint(const SyntaxError& error) { return default_severity(error.code) == Severity::Hint; }

std::string golden_of(const std::string& program) {
    return std::filesystem::path(program).replace_extension(".tree").string();
}

/// What nodes.def lets a node hold.
struct Shape {
    std::set<Group> groups;
    std::set<Kind> kinds;
    void allow(Group group) { groups.insert(group); }
    void allow(Kind kind) { kinds.insert(kind); }
};

template <typename View>
struct Allowed {
    static constexpr Kind value = View::KindOf;
};
#define GROUP(View)                                 \
    template <>                                     \
    struct Allowed<velox::View> {                   \
        static constexpr Group value = Group::View; \
    }
GROUP(Statement);
GROUP(Expression);
GROUP(Type);
GROUP(Pattern);
GROUP(Binding);
GROUP(Member);
#undef GROUP

std::map<Kind, Shape> shapes() {
    using namespace velox;
    std::map<Kind, Shape> result;
    Shape* shape = nullptr;
#define NODE(Name, group) shape = &result[Kind::Name];
#define CHILD(Class, name, index) shape->allow(Allowed<Class>::value);
#define CHILDREN(Class, name) shape->allow(Allowed<Class>::value);
#include "analyzer/syntax/velox/nodes.def"
    return result;
}

}  // namespace

TEST_CASE("every code block of the language's design parses without an error") {
    auto seeds = programs("tests/seeds/velox");
    CHECK(seeds.size() == 10);
    for (const auto& [path, text] : seeds) {
        auto tree = velox::parse(text);
        INFO(path << "\n" << dump_tree(*tree));
        CHECK(tree->errors().empty());
        CHECK(tree->root().full_text() == text);
    }
}

TEST_CASE("trees of small programs") {
    for (const auto& [path, text] : programs("tests/syntax_velox/goldens")) {
        auto tree = velox::parse(text);
        INFO(path);
        CHECK(test::golden_difference(golden_of(path), dump_tree(*tree)) == "");
        for (const SyntaxError& error : tree->errors()) {
            INFO(error.message);
            CHECK(is_hint(error));
        }
    }
}

TEST_CASE("recovery from what is missing") {
    for (const auto& [path, text] : programs("tests/syntax_velox/broken")) {
        INFO(path);
        CHECK(test::golden_difference(golden_of(path), dump_tree(*velox::parse(text))) == "");
    }
}

TEST_CASE("nodes hold what nodes.def says, and every kind of node occurs") {
    auto allowed = shapes();
    std::set<Kind> seen;
    auto texts = programs("tests/syntax_velox/goldens");
    texts.merge(programs("tests/seeds/velox"));
    for (const auto& [path, text] : texts) {
        auto tree = velox::parse(text);
        for (Preorder walk(tree->root()); walk; walk.next()) {
            if (!walk->is_node()) continue;
            Kind parent = velox::to_kind(walk->kind());
            seen.insert(parent);
            for (SyntaxElement child : SyntaxNode(*walk).children()) {
                if (!child.is_node()) continue;
                Kind kind = velox::to_kind(child.kind());
                INFO(path << ": " << child.kind_name() << " in " << walk->kind_name() << ": " << child.text());
                CHECK((allowed[parent].kinds.count(kind) || allowed[parent].groups.count(velox::group(kind))));
            }
        }
    }
    for (const auto& [kind, shape] : allowed) {
        INFO(velox::grammar().kind_name(velox::raw(kind)));
        CHECK(seen.count(kind));
    }
}

TEST_CASE("typed views") {
    auto tree = velox::parse("async function f<T>(a: T, { b } = c): Promise<T> { return a + 1 * 2; }\n");
    auto f = velox::source_file(*tree).statements().at(0).as<velox::FunctionDecl>();
    REQUIRE(f);
    CHECK(f.name().text() == "f");
    CHECK(f.modifiers().has_async());
    CHECK(f.type_parameters().parameters().at(0).name().text() == "T");
    CHECK(f.parameters().parameters().at(0).binding().as<velox::NameBinding>().name().text() == "a");
    CHECK(f.parameters().parameters().at(1).initializer().value().text() == "c");
    CHECK(f.result().type().as<velox::NamedType>().arguments().types().at(0).text() == "T");
    auto sum = f.body().statements().at(0).as<velox::ReturnStmt>().value().as<velox::BinaryExpr>();
    CHECK(sum.op().text() == "+");
    CHECK(sum.left().text() == "a");
    CHECK(sum.right().text() == "1 * 2");
    CHECK_FALSE(f.body().statements().at(0).as<velox::IfStmt>());
    CHECK_FALSE(velox::IfStmt().condition());
    CHECK(velox::IfStmt().kind() == Kind::Error);
}

TEST_CASE("documentation comments") {
    auto tree = velox::parse(
        "/// One.\n/// Two.\nfunction f() {}\n\n/** Three\n *  four.\r\n * five.\n */\nlet x = 1\n// no\nlet y\n");
    auto statements = velox::source_file(*tree).statements();
    CHECK(doc_comment(statements.at(0).node) == "One.\nTwo.");
    CHECK(doc_comment(statements.at(1).node) == "Three\n four.\nfive.");
    CHECK(doc_comment(statements.at(2).node) == "");
}
