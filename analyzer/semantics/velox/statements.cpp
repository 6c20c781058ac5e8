#include <fmt/format.h>

#include "analyzer/semantics/list_edits.h"
#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/items.h"
#include "analyzer/semantics/velox/operator_kinds.h"
#include "analyzer/semantics/velox/type_operators.h"

namespace braid::velox_semantics {

using namespace hir;

ExprId BodyBuilder::block(const std::vector<ast::Statement>& list, uint32_t node) {
    scopes_.emplace_back();
    std::vector<ExprId> out;
    statements(list, out);
    scopes_.pop_back();
    return add(reachable_ ? type::unit() : type::never(), node, Block{std::move(out), ExprId::None});
}

void BodyBuilder::statements(const std::vector<ast::Statement>& list, std::vector<ExprId>& out) {
    bool is_script_level = kind_of(item_) == ItemKind::File && functions_.size() == 1 &&
                           scopes_.size() == functions_.back().scope_base + 1;
    if (!is_script_level) {
        report_duplicate_types(list);
        hoist(list);
        predeclare(list, out);
    }
    bool told = false;
    for (const ast::Statement& s : list) {
        context_.check_cancelled();
        bool is_declaration = s.kind() == Kind::FunctionDecl || s.kind() == Kind::ClassDecl ||
                              s.kind() == Kind::InterfaceDecl || s.kind() == Kind::TypeAliasDecl ||
                              s.kind() == Kind::EnumDecl || s.kind() == Kind::ImportDecl ||
                              s.kind() == Kind::ExportDecl || s.kind() == Kind::EmptyStmt;
        if (!reachable_ && !told && !is_declaration) {
            told = true;
            auto& d = report(DiagnosticCode::UnreachableCode, node_of(s.node), "this is never reached");
            d.tags |= TagUnnecessary;
            std::vector<SyntaxNode> rest;
            for (auto each = &s; each != list.data() + list.size(); ++each) rest.push_back(each->node);
            bool declares = std::any_of(&s, list.data() + list.size(), [](const ast::Statement& each) {
                return each.kind() == Kind::FunctionDecl || each.kind() == Kind::ClassDecl;
            });
            if (!declares && d.fixes.empty()) d.fixes.push_back({"remove it", remove_all(item_, tree_, rest)});
        }
        if (is_script_level && s.kind() == Kind::ClassDecl) meet_class(item_of(s.node), node_of(s.node), out);
        if (is_script_level && is_declaration) continue;
        if (auto v = s.as<ast::VariableDecl>()) {
            if (is_script_level)
                for (ast::Declarator d : v.declarators()) module_variable(d, out);
            else variables(v, out);
        } else if (auto f = s.as<ast::FunctionDecl>()) {
            bool before = reachable_;
            local_function(f, out);
            reachable_ = before;
        } else if (auto alias = s.as<ast::TypeAliasDecl>()) {
            local_alias(alias);
        } else {
            ExprId made = statement(s);
            if (made != ExprId::None) out.push_back(made);
        }
    }
}

/// `let x!: T`: that it has a value in time is the program's word.
static bool is_definite(const ast::Declarator& d) {
    for (SyntaxElement part : d.node.children())
        if (part.is_token() && to_kind(part.kind()) == Kind::Exclamation) return true;
    return false;
}

/// A top-level variable is a static of the file: the script assigns it in its turn.
void BodyBuilder::module_variable(const ast::Declarator& d, std::vector<ExprId>& out) {
    uint32_t node = node_of(d.node);
    Type declared = d.type() ? types_.read(d.type().type()) : nullptr;
    ast::Expression initializer = d.initializer().value();
    auto name = d.binding().as<ast::NameBinding>();
    if (!initializer && name) {
        if (!declared) declared = type::any();
        ItemId item = name.name() ? find_child(context_, item_, Name(name.name().text())) : ItemId::None;
        if (item == ItemId::None) return;
        resolve(node_of(name.name()), item, declared, true);
        if (is_assignable(context_, type::undefined(), declared))
            out.push_back(add(type::unit(), node,
                              hir::Assign{add(declared, node, StaticRef{item}),
                                          convert(add(type::undefined(), node, UndefinedLiteral{}), declared)}));
        else if (!is_definite(d) && !is_assigned_by_functions(name_of(item))) late_items_.insert(item);
        return;
    }
    ItemId item = name && name.name() ? find_child(context_, item_, Name(name.name().text())) : ItemId::None;
    // One type for all who use the variable: what the query says, even where the statements above would say more.
    if (item != ItemId::None && !declared) {
        declared = resolved(context_, *context_.get<ValueTypeOf>(item));
        if (declared->has(TypeHasError)) declared = nullptr;
    }
    ExprId value = initial_value(d.binding(), initializer, declared);
    Type produced = type_of(value);
    Type t = declared ? resolved(context_, declared) : widened_value(value);
    if (t->is(TypeKind::Null) || t->is(TypeKind::Undefined)) t = type::any();
    if (t->is(TypeKind::Unit)) t = type::undefined();
    if (Type list = array_base(context_, t); list && d.binding().kind() == Kind::ArrayBinding) t = list;
    if (name && name.name()) {
        if (item == ItemId::None) return;
        resolve(node_of(name.name()), item, t, true);
        bool narrows = d.type() && is_assignable(context_, produced, t) && !element_type_if_open(value);
        value = d.type() ? coerce(value, t, initializer ? node_of(initializer.node) : node, "initializer")
                         : convert(value, t);
        bool only_here = narrows && t->is(TypeKind::Union) && !is_assigned_by_functions(name_of(item));
        if (Type now = narrows ? narrowed_by_assignment(t, produced, only_here) : nullptr; now && now != t)
            facts_["static " + std::string(name.name().text())] = now;
        out.push_back(add(type::unit(), node, hir::Assign{add(t, node, StaticRef{item}), value}));
        return;
    }
    // `let { a, b } = v` at the top: bound to variables of the script, then stored.
    size_t first = body_.locals.size();
    scopes_.emplace_back();
    PatternId pattern = binding(d.binding(), t, true);
    out.push_back(add(type::unit(), node, Let{pattern, coerce(value, t, node, "initializer"), ExprId::None}));
    flush_rests(out);
    scopes_.pop_back();
    for (size_t i = first; i < body_.locals.size(); ++i) {
        const LocalInfo info = body_.locals[i];
        ItemId item = info.name.empty() ? ItemId::None : find_child(context_, item_, info.name);
        if (item == ItemId::None) continue;
        resolve(info.node, item, info.type, true);
        out.push_back(add(
            type::unit(), node,
            hir::Assign{add(info.type, node, StaticRef{item}), add(info.type, node, LocalRef{LocalId(uint32_t(i))})}));
    }
}

/// `let timer = setInterval(() => clearInterval(timer))`: a variable that a function inside its own initializer names
/// is there before the initializer; without an annotation it may hold anything.
std::optional<LocalId> BodyBuilder::declared_early(const ast::Declarator& d, Type declared, bool is_mutable) {
    auto name = d.binding().as<ast::NameBinding>();
    if (!name || !name.name() || scopes_.back().names.count(Name(name.name().text()))) return std::nullopt;
    bool is_named = false;
    each_inner_node(d.initializer().node, [&](const SyntaxNode& node) {
        auto used = ast::NameExpr::cast(node);
        is_named |= used && used.name() && used.name().text() == name.name().text();
    });
    if (!is_named) return std::nullopt;
    uint32_t at = node_of(name.name());
    ast::Expression value = d.initializer().value();
    std::vector<Type> parameters;
    if (!declared && is_function_literal(value) && value.kind() != Kind::ParenExpr)
        declared = closure_type(function_parts(value.node), nullptr, parameters);
    LocalId local = declare(Name(name.name().text()), declared ? declared : type::any(), at, is_mutable);
    resolve(at, local, body_[local].type, true);
    return local;
}

void BodyBuilder::variables(const ast::VariableDecl& v, std::vector<ExprId>& out) {
    bool is_mutable = !v.keyword() || to_kind(v.keyword().kind()) != Kind::ConstKw;
    for (ast::Declarator d : v.declarators()) {
        uint32_t node = node_of(d.node);
        Type declared = d.type() ? resolved(context_, types_.read(d.type().type())) : nullptr;
        ast::Expression initializer = d.initializer().value();
        auto plain = d.binding().as<ast::NameBinding>();
        Name name(plain && plain.name() ? plain.name().text() : std::string_view());
        auto known = scopes_.back().names.find(name);
        bool is_early = known != scopes_.back().names.end() && scopes_.back().early.erase(name);
        if (!initializer) {
            if (is_early) continue;
            if (!declared) declared = type::any();
            PatternId pattern = binding(d.binding(), declared, is_mutable);
            bool open = is_assignable(context_, type::undefined(), declared);
            ExprId value = open ? convert(add(type::undefined(), node, UndefinedLiteral{}), declared) : ExprId::None;
            if (auto* bind = body_.as<BindPattern>(pattern)) {
                unread_matters_.insert(bind->local);
                if (!open && !is_definite(d)) late_.insert(bind->local);
            }
            out.push_back(add(type::unit(), node, Let{pattern, value, ExprId::None}));
            continue;
        }
        std::optional<LocalId> early;
        if (is_early) early = known->second;
        else early = declared_early(d, declared, is_mutable);
        if (early && !declared && !body_[*early].type->is(TypeKind::Any)) declared = body_[*early].type;
        ExprId value = initial_value(d.binding(), initializer, declared);
        const ExprId made = value;
        Type produced = type_of(value);
        if (declared) value = coerce(value, declared, node_of(initializer.node), "initializer");
        remember_guard(initializer, early ? *early : LocalId::None);
        if (early) {
            unread_matters_.insert(*early);
            Type t = body_[*early].type;
            value = coerce(value, t, node_of(initializer.node), "initializer");
            if (is_early) out.push_back(add(type::unit(), node, hir::Assign{add(t, node, LocalRef{*early}), value}));
            else out.push_back(let_temporary(*early, value, node));
            if (is_early) body_.locals[uint32_t(*early)].is_reassigned = true;
            continue;
        }
        Type t = declared ? declared : widened_value(made);
        Type there = plain && !declared ? element_type_if_open(value) : nullptr;
        if (there) t = or_undefined(t);
        if (!declared && (t->is(TypeKind::Null) || t->is(TypeKind::Undefined))) t = type::any();
        if (t->is(TypeKind::Unit)) t = type::undefined();
        if (Type list = array_base(context_, t); list && d.binding().kind() == Kind::ArrayBinding) t = list;
        size_t first = body_.locals.size();
        PatternId pattern = binding(d.binding(), t, is_mutable);
        bool has_rest = !rests_.empty();
        if (auto* bind = body_.as<BindPattern>(pattern); bind && bind->sub == PatternId::None) {
            LocalId local = bind->local;
            unread_matters_.insert(local);
            if (initializer.kind() == Kind::ClassExpr && !declared) class_variables_[local] = item_of(initializer.node);
            remember_guard(initializer, local);
            std::string key = std::to_string(uint32_t(local));
            if (there && may_be_absent(t)) open_variables_[local] = there;
            if (declared && declared->is(TypeKind::Union) && !element_type_if_open(made)) {
                bool only_here = !is_assigned_in_closure(body_.locals[uint32_t(local)].name);
                Type now = narrowed_by_assignment(declared, produced, only_here);
                if (now && now != declared) facts_[key] = now;
            } else if (!declared && !is_mutable && produced != t && widened(produced) == t) {
                facts_[key] = produced;  // a constant keeps its literal type
            }
        } else if (!has_rest && d.binding().kind() == Kind::ObjectBinding) {
            for (size_t i = first; i < body_.locals.size(); ++i)
                if (!body_.locals[i].name.empty()) unread_matters_.insert(LocalId(uint32_t(i)));
        }
        out.push_back(add(type::unit(), node, Let{pattern, convert(value, t), ExprId::None}));
        flush_rests(out);
    }
}

/// `let isText = (x: any): x is string => …`.
void BodyBuilder::remember_guard(const ast::Expression& value, LocalId local) {
    if (local == LocalId::None || !value || !is_function_literal(value) || value.kind() == Kind::ParenExpr) return;
    FunctionParts parts = function_parts(value.node);
    auto written = parts.result ? parts.result.type().as<ast::PredicateType>() : ast::PredicateType();
    if (!written || !written.name()) return;
    Predicate predicate;
    predicate.type = written.type() ? types_.read(written.type()) : nullptr;
    predicate.asserts = written.is_asserts();
    int index = 0;
    for (ast::Parameter p : parts.parameters.parameters()) {
        auto name = p.binding().as<ast::NameBinding>();
        if (name && name.name() && name.name().text() == written.name().text()) predicate.parameter = index;
        ++index;
    }
    guards_[uint32_t(local)] = predicate;
}

ExprId BodyBuilder::statement(const ast::Statement& s) {
    if (!s) return ExprId::None;
    uint32_t node = node_of(s.node);
    if (++depth_ > 400) {
        --depth_;
        report(DiagnosticCode::SyntaxError, node, "statements are nested too deeply; move some into a function");
        return error_expression(node);
    }
    ExprId result = [&]() -> ExprId {
        switch (s.kind()) {
            case Kind::Block: return block(s.as<ast::Block>().statements(), node);
            case Kind::EmptyStmt: return ExprId::None;
            case Kind::ExprStmt: {
                auto e = s.as<ast::ExprStmt>().expression();
                ExprId value = discarded(e);
                if (type_of(value)->is(TypeKind::Never)) reachable_ = false;
                return value;
            }
            case Kind::VariableDecl: {
                std::vector<ExprId> out;
                variables(s.as<ast::VariableDecl>(), out);
                return out.size() == 1 ? out[0] : add(type::unit(), node, Block{std::move(out), ExprId::None});
            }
            case Kind::IfStmt: return if_statement(s.as<ast::IfStmt>());
            case Kind::WhileStmt: return while_loop(s.as<ast::WhileStmt>(), {});
            case Kind::DoStmt: return do_loop(s.as<ast::DoStmt>(), {});
            case Kind::ForStmt: return for_loop(s.as<ast::ForStmt>(), {});
            case Kind::ForOfStmt: return for_of(s.as<ast::ForOfStmt>(), {});
            case Kind::SwitchStmt: return switch_statement(s.as<ast::SwitchStmt>());
            case Kind::LabeledStmt: {
                auto l = s.as<ast::LabeledStmt>();
                Name label = l.label() ? Name(l.label().text()) : Name();
                ast::Statement body = l.body();
                switch (body.kind()) {
                    case Kind::WhileStmt: return while_loop(body.as<ast::WhileStmt>(), label);
                    case Kind::DoStmt: return do_loop(body.as<ast::DoStmt>(), label);
                    case Kind::ForStmt: return for_loop(body.as<ast::ForStmt>(), label);
                    case Kind::ForOfStmt: return for_of(body.as<ast::ForOfStmt>(), label);
                    default: break;
                }
                ExprId id = reserve(node);
                jumps_.push_back({label, id, false, false});
                ExprId inner = statement(body);
                jumps_.pop_back();
                reachable_ = true;
                std::vector<ExprId> out;
                if (inner != ExprId::None) out.push_back(inner);
                body_.expressions[uint32_t(id)].data = Block{std::move(out), ExprId::None};
                return id;
            }
            case Kind::BreakStmt: return jump(s.as<ast::BreakStmt>().label(), true, node);
            case Kind::ContinueStmt: return jump(s.as<ast::ContinueStmt>().label(), false, node);
            case Kind::ReturnStmt: return return_statement(s.as<ast::ReturnStmt>());
            case Kind::ThrowStmt: {
                ExprId value = expression(s.as<ast::ThrowStmt>().value());
                Type t = type_of(value);
                ItemId error = std_item(context_, "Error");
                bool is_error = t->is(TypeKind::Any) || t->is(TypeKind::Unknown) || t->has(TypeHasError) ||
                                (error != ItemId::None && derives_from(context_, t, error));
                if (t->is(TypeKind::Union)) {
                    is_error = true;
                    for (Type member : t->arguments) is_error &= derives_from(context_, member, error);
                }
                if (!is_error) {
                    auto& d = report(DiagnosticCode::TypeMismatch, body_[value].node,
                                     fmt::format("only an `Error` can be thrown, not `{}`", print_type(t)));
                    uint32_t at = body_[value].node;
                    if (d.fixes.empty() && widened(t)->is(TypeKind::String))
                        d.fixes.push_back({"wrap it in an `Error`",
                                           {{{item_, at}, ItemDiagnostic::FixEdit::InsertBefore, "new Error("},
                                            {{item_, at}, ItemDiagnostic::FixEdit::InsertAfter, ")"}}});
                }
                reachable_ = false;
                return add(type::never(), node, Throw{convert(value, type::any())});
            }
            case Kind::TryStmt: return try_statement(s.as<ast::TryStmt>());
            case Kind::FunctionDecl: {
                std::vector<ExprId> out;
                local_function(s.as<ast::FunctionDecl>(), out);
                return out.empty() ? ExprId::None : out[0];
            }
            case Kind::ExportDefault: return expression(s.as<ast::ExportDefault>().value());
            case Kind::ClassDecl: {
                std::vector<ExprId> out;
                meet_class(item_of(s.node), node, out);
                return out.empty() ? ExprId::None : add(type::unit(), node, Block{std::move(out), ExprId::None});
            }
            default: return ExprId::None;
        }
    }();
    --depth_;
    return result;
}

/// An expression for its effect: an assignment needs no value then.
ExprId BodyBuilder::discarded(const ast::Expression& e) {
    if (auto paren = e.as<ast::ParenExpr>()) return discarded(paren.inner());
    if (auto a = e.as<ast::AssignExpr>()) return assignment(a, false);
    if (auto b = e.as<ast::BinaryExpr>(); b && b.op() && to_kind(b.op().kind()) == Kind::Comma) {
        ExprId first = discarded(b.left()), second = discarded(b.right());
        return add(type::unit(), node_of(e.node), Block{{first, second}, ExprId::None});
    }
    auto b = e.as<ast::BinaryExpr>();
    if (b && b.op() && (arithmetic_operator(to_kind(b.op().kind())) || comparison_operator(to_kind(b.op().kind())))) {
        ExprId value = expression(e);
        if (!type_of(value)->has(TypeHasError))
            report(DiagnosticCode::UnusedResult, node_of(e.node),
                   fmt::format("nobody uses what `{}` gives{}", b.op().text(),
                               b.op().text().starts_with("==") ? "; `=` assigns" : ""));
        return value;
    }
    return expression(e);
}

ExprId BodyBuilder::if_statement(const ast::IfStmt& s) {
    uint32_t node = node_of(s.node);
    ExprId test = condition(s.condition());
    Facts before = facts_;
    bool reached = reachable_;
    assume(s.condition(), true);
    ExprId then = statement(s.then_branch());
    if (then == ExprId::None) then = add(type::unit(), node, Block{{}, ExprId::None});
    Facts after_then = facts_;
    bool then_reached = reachable_;
    facts_ = before;
    reachable_ = reached;
    assume(s.condition(), false);
    ExprId otherwise = ExprId::None;
    if (s.else_clause()) otherwise = statement(s.else_clause().body());
    bool else_reached = reachable_;
    Facts after_else = facts_;
    merge_facts(after_then, then_reached, after_else, else_reached);
    return add(reachable_ ? type::unit() : type::never(), node, If{test, then, otherwise});
}

ExprId BodyBuilder::return_statement(const ast::ReturnStmt& s) {
    uint32_t node = node_of(s.node);
    Function& frame = functions_.back();
    Type wanted = frame.declared_result;
    if (kind_of(item_) == ItemKind::File && functions_.size() == 1)
        report(DiagnosticCode::SyntaxError, node, "`return` stands in a function");
    if (!s.value()) {
        frame.returned.push_back(type::unit());
        bool needs = wanted && !frame.is_generator && !is_assignable(context_, type::undefined(), wanted) &&
                     !wanted->is(TypeKind::Unit);
        if (needs)
            report(DiagnosticCode::TypeMismatch, node,
                   fmt::format("`return` needs a value of type `{}`", print_type(wanted)));
        reachable_ = false;
        ExprId value = ExprId::None;
        if (wanted && !needs && !wanted->is(TypeKind::Unit))
            value = convert(add(type::undefined(), node, UndefinedLiteral{}), wanted);
        return add(type::never(), node, Return{value});
    }
    Type hint = !wanted ? frame.shape : wanted->is(TypeKind::Unit) ? nullptr : wanted;
    if (wanted && hint && frame.is_async && (s.value().kind() == Kind::NewExpr || s.value().kind() == Kind::CallExpr)) {
        // The promise that is made may be told by what this function gives.
        auto n = s.value().as<ast::NewExpr>();
        auto name = n.callee().as<ast::NameExpr>();
        if ((name && name.name() && name.name().text() == "Promise")) hint = promise_of(context_, hint);
    }
    ExprId value = expression(s.value(), hint);
    if ((frame.is_async && !frame.is_generator) || frame.adopts)
        if (ExprId promise = promise_of_thenable(value, node_of(s.value().node)); promise != ExprId::None)
            value = promise;
    functions_.back().returned.push_back(type_of(value));
    Type produced = type_of(value);
    uint32_t at = node_of(s.value().node);
    bool adopts = functions_.back().is_async && awaited(produced) != produced && !produced->is(TypeKind::Any);
    if (adopts && try_depth_ > 0) {
        auto& d = report(DiagnosticCode::ReturnWithoutAwait, at,
                         "this promise leaves the `try` before it settles: its failure is not caught here");
        if (d.fixes.empty())
            d.fixes.push_back({"await it inside", {{{item_, at}, ItemDiagnostic::FixEdit::InsertBefore, "await "}}});
    }
    if (wanted && !functions_.back().is_generator) {
        if (adopts) {
            Type inner = resolved(context_, awaited(produced));
            if (!is_assignable(context_, inner, wanted) && !wanted->is(TypeKind::Unit))
                mismatch(at, inner, wanted, "result");
        } else if (wanted->is(TypeKind::Unit)) {
            if (!produced->is(TypeKind::Unit) && !produced->is(TypeKind::Undefined) && !produced->is(TypeKind::Any) &&
                !produced->has(TypeHasError) && !produced->is(TypeKind::Never)) {
                bool is_async = functions_.back().is_async;
                report(DiagnosticCode::TypeMismatch, at,
                       is_async ? "this function is declared to give `Promise<void>`"
                                : "this function is declared to give `void`");
            }
        } else {
            value = result_as(wanted, value, at);
        }
    } else if (functions_.back().is_generator) {
        value = convert(value, type::any());
    }
    reachable_ = false;
    return add(type::never(), node, Return{value, adopts});
}

ExprId BodyBuilder::try_statement(const ast::TryStmt& s) {
    uint32_t node = node_of(s.node);
    TryCatch out{ExprId::None, {}, ExprId::None};
    Facts before = facts_;
    bool reached = reachable_;
    ++try_depth_;  // `catch` does not see what leaves the block as a promise, `finally` runs before it is settled
    out.body = block(s.body().statements(), node_of(s.body().node));
    --try_depth_;
    Facts after = facts_;
    bool after_reached = reachable_;
    // A generator that is ended where it stands runs its `finally` blocks; its own `catch` has no part in that.
    ItemId end =
        functions_.back().is_generator && !s.catches().empty() ? std_item(context_, "GeneratorEnd") : ItemId::None;
    if (end != ItemId::None) {
        Type t = type::nominal(end);
        LocalId ended = temporary(t, node);
        PatternId bound = add_pattern(t, node, BindPattern{ended, BindMode::Value, PatternId::None});
        out.catches.push_back({t, bound, add(type::never(), node, Throw{add(t, node, LocalRef{ended})}), node});
    }
    for (ast::CatchClause c : s.catches()) {
        // Anything in the body may have failed: only what held before and was not assigned is known.
        facts_ = before;
        forget_assigned(s.body().node);
        reachable_ = reached;
        scopes_.emplace_back();
        hir::CatchClause clause{nullptr, PatternId::None, ExprId::None, node_of(c.node)};
        ItemId error = std_item(context_, "Error");
        Type caught = error == ItemId::None ? type::any() : type::nominal(error);
        if (c.class_type()) {
            caught = types_.read(c.class_type());
            clause.filter = caught;
        } else if (c.type()) {
            Type written = types_.read(c.type().type());
            caught = written;
            if (caught->is(TypeKind::Nominal) && caught->item != error) clause.filter = caught;
        }
        if (c.binding()) clause.pattern = binding(c.binding(), caught, true);
        clause.body = block(c.body().statements(), node_of(c.body().node));
        scopes_.pop_back();
        out.catches.push_back(clause);
        Facts handler = facts_;
        bool handler_reached = reachable_;
        merge_facts(after, after_reached, handler, handler_reached);
        after = facts_;
        after_reached = reachable_;
    }
    facts_ = after;
    reachable_ = after_reached;
    if (s.finally()) {
        bool completes_before = reachable_;
        reachable_ = true;
        if (s.catches().empty()) {
            facts_ = before;
            forget_assigned(s.body().node);
        }
        out.finally = block(s.finally().body().statements(), node_of(s.finally().node));
        reachable_ = reachable_ && completes_before;
        if (s.catches().empty() && completes_before) facts_ = after;
    }
    return add(reachable_ ? type::unit() : type::never(), node, std::move(out));
}

}  // namespace braid::velox_semantics
