#include <algorithm>
#include <map>
#include <set>

#include "analyzer/semantics/velox/builder.h"

namespace braid::velox_semantics {

using namespace hir;

/// Functions of a block know each other from its start on; each is made where it stands or is first needed, because it
/// may capture what is declared before it.
void BodyBuilder::hoist(const std::vector<ast::Statement>& statements) {
    for (const ast::Statement& s : statements) {
        auto f = s.as<ast::FunctionDecl>();
        if (!f || !f.name()) continue;
        Name name(f.name().text());
        if (!f.body() && scopes_.back().names.count(name)) continue;  // an overload: the first one speaks
        std::vector<Type> parameters;
        Type type = closure_type(function_parts(f.node), nullptr, parameters);
        LocalId local = declare(name, type, node_of(f.name()), false);
        resolve(node_of(f.name()), local, type, true);
    }
}

void BodyBuilder::local_function(const ast::FunctionDecl& f, std::vector<ExprId>& out) {
    if (!f.name() || !f.body()) return;
    Name name(f.name().text());
    auto local = find_local(name);
    if (!local) return;
    ExprId value = closure(f.node, body_[*local].type);
    Type type = type_of(value);
    body_.locals[uint32_t(*local)].type = type;
    uint32_t node = node_of(f.node);
    if (!scopes_.back().early.erase(name)) return out.push_back(let_temporary(*local, value, node));
    body_.locals[uint32_t(*local)].is_reassigned = true;
    out.push_back(add(type::unit(), node, hir::Assign{add(type, node, LocalRef{*local}), value}));
}

/// The names that running a statement asks for. What `const f = () => …` names, it asks for when `f` is called.
static std::set<Name> names_asked_for(const SyntaxNode& node) {
    std::set<Name> names;
    for (Preorder walk(node); walk; walk.next()) {
        if (!walk->is_node()) continue;
        if (auto used = ast::NameExpr::cast(SyntaxNode(*walk)); used && used.name())
            names.insert(Name(used.name().text()));
    }
    return names;
}

/// The statements of a block, each function before the first statement that may call it, if that comes before the
/// function itself: functions are there from the start of their block on.
std::vector<ast::Statement> BodyBuilder::in_order_of_making(const std::vector<ast::Statement>& list) {
    std::map<Name, size_t> functions;  // by name: declarations, and variables that hold a function
    bool declares = false;
    auto holds_function = [this](const ast::Statement& s) {
        auto written = s.as<ast::VariableDecl>().declarators();
        return !written.empty() && std::all_of(written.begin(), written.end(), [this](const ast::Declarator& d) {
            ast::Expression value = d.initializer().value();
            return value && is_function_literal(value) && d.binding().as<ast::NameBinding>().name();
        });
    };
    for (size_t i = 0; i < list.size(); ++i) {
        if (auto f = list[i].as<ast::FunctionDecl>(); f && f.name() && f.body()) {
            functions[Name(f.name().text())] = i;
            declares = true;
        } else if (holds_function(list[i])) {
            for (ast::Declarator d : list[i].as<ast::VariableDecl>().declarators())
                functions[Name(d.binding().as<ast::NameBinding>().name().text())] = i;
        }
    }
    if (!declares) return list;

    std::vector<ast::Statement> ordered;
    std::vector<bool> is_made(list.size()), is_called(list.size());
    auto make = [&](size_t i) {
        if (!is_made[i]) ordered.push_back(list[i]);
        is_made[i] = true;
    };
    for (size_t i = 0; i < list.size(); ++i) {
        bool is_function = list[i].kind() == Kind::FunctionDecl || holds_function(list[i]);
        std::vector<size_t> called;
        if (!is_function) called.push_back(i);
        while (!called.empty()) {
            size_t caller = called.back();
            called.pop_back();
            for (const Name& name : names_asked_for(list[caller].node)) {
                auto callee = functions.find(name);
                if (callee == functions.end() || is_called[callee->second]) continue;
                is_called[callee->second] = true;
                called.push_back(callee->second);
                if (list[callee->second].kind() == Kind::FunctionDecl) make(callee->second);
            }
        }
        make(i);
    }
    return ordered;
}

/// A variable or function that a function made before it names is there from the start of the block on: the function
/// may only run later.
void BodyBuilder::predeclare(const std::vector<ast::Statement>& statements, std::vector<ExprId>& out) {
    std::set<Name> named;  // by functions in the statements so far
    for (const ast::Statement& s : statements) {
        if (auto f = s.as<ast::FunctionDecl>(); f && f.name() && f.body() && named.count(Name(f.name().text()))) {
            Name name(f.name().text());
            LocalId local = scopes_.back().names.at(name);
            scopes_.back().early.insert(name);
            out.push_back(let_temporary(local, ExprId::None, node_of(f.name())));
        }
        for (ast::Declarator d : s.as<ast::VariableDecl>().declarators()) {
            auto plain = d.binding().as<ast::NameBinding>();
            if (!plain || !plain.name() || !named.count(Name(plain.name().text()))) continue;
            Name name(plain.name().text());
            if (scopes_.back().names.count(name)) continue;
            ast::Expression value = d.initializer().value();
            Type type = type::any();
            std::vector<Type> parameters;
            if (d.type()) type = types_.read(d.type().type());
            else if (value && is_function_literal(value) && value.kind() != Kind::ParenExpr)
                type = closure_type(function_parts(value.node), nullptr, parameters);
            uint32_t at = node_of(plain.name());
            LocalId local = declare(name, type, at, true);
            scopes_.back().early.insert(name);
            PatternId pattern = add_pattern(type, at, hir::BindPattern{local, hir::BindMode::Value, PatternId::None});
            bool open = is_assignable(context_, type::undefined(), type);
            ExprId nothing = open ? convert(add(type::undefined(), at, hir::UndefinedLiteral{}), type) : ExprId::None;
            out.push_back(add(type::unit(), at, hir::Let{pattern, nothing, ExprId::None}));
        }
        each_inner_node(s.node, [&](const SyntaxNode& node) {
            if (auto used = ast::NameExpr::cast(node); used && used.name()) named.insert(Name(used.name().text()));
        });
    }
}

}  // namespace braid::velox_semantics
