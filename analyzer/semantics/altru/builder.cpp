#include "analyzer/semantics/altru/builder.h"
#include "analyzer/semantics/list_edits.h"

#include <algorithm>

#include "analyzer/database/transient_query.h"
#include "analyzer/semantics/item_diagnostic.h"

namespace braid::altru_semantics {

using namespace hir;

/// Read once, to make the body.
static const TransientQuery<DraftOf> kDraftOf;

BodyBuilder::BodyBuilder(QueryContext& context, ItemId item, ItemTree tree)
    : context_(context),
      item_(item),
      tree_(std::move(tree)),
      scope_item_(enclosing_scope(item)),
      traits_(context, table_),
      types_(context, item, tree_, &draft_.body.diagnostics) {
    draft_.body.item = item;
    types_.infer = [this](uint32_t node) { return fresh(node); };
    types_.resolved = [this](uint32_t node, ItemId target, Type t) {
        draft_.body.resolutions.push_back({node, target, t, false});
    };
    self_type_ = self_type(context, item);
    if (kind_of(item) == ItemKind::Function) traits_.extra_bounds = *context.get<WhereBounds>(item);
}

ItemDiagnostic& BodyBuilder::error(DiagnosticCode code, uint32_t node, std::string message) {
    return body().diagnostics.emplace_back(diagnostic(code, {item_, node}, std::move(message)));
}

void BodyBuilder::mismatch(uint32_t node, Type expected, Type actual, const std::string& hint) {
    auto holds = [&](Type whole, Type part) {
        bool found = false;
        if (part->is(TypeKind::Inference) && whole != part)
            walk_type(whole, [&](Type each) {
                found |= each == part;
                return !found;
            });
        return found;
    };
    if (Type a = table_.resolve(expected), b = table_.resolve(actual); holds(a, b) || holds(b, a)) {
        error(DiagnosticCode::InfiniteType, node,
              "this would need a type that contains itself: `" + show(a->is(TypeKind::Inference) ? b : a) +
                  "` within itself");
        return;
    }
    std::string wanted = show(expected), found = show(actual);
    error(DiagnosticCode::TypeMismatch, node,
          "`" + wanted + "` is expected here, this is `" + found + "`" + (hint.empty() ? "" : "; " + hint));
}

void BodyBuilder::resolution(const SyntaxToken& token, std::variant<LocalId, ItemId> target, Type t, bool is_write) {
    if (!token) return;
    body().resolutions.push_back({node_of(token), target, t, is_write});
}

LocalId BodyBuilder::add_parameter(Name name, Type t, bool is_mutable, uint32_t node) {
    LocalId local = declare(name, t, node, is_mutable);
    body().locals[uint32_t(local)].is_parameter = true;
    local_reads_[uint32_t(local)] = 1;
    BodyFunction& f = body().functions[uint32_t(function().id)];
    f.parameters.push_back(local);
    f.parameter_patterns.push_back(PatternId::None);
    return local;
}

void BodyBuilder::add_self(Receiver receiver, Type self, uint32_t node) {
    if (receiver == Receiver::None || !self) return;
    // An inferred receiver is mutable here; what callers need to know comes from ReceiverOf.
    Type t = receiver == Receiver::Move ? self : type::reference(self, receiver != Receiver::Shared);
    LocalId local = add_parameter(Name("self"), t, receiver == Receiver::Move, node);
    body().locals[uint32_t(local)].is_self = true;
}

void BodyBuilder::check_function_body(const ast::Block& block, const ast::Expression& expression, uint32_t end_node) {
    bool outer_tail = in_tail_, outer_diverges = diverges_;
    diverges_ = false;
    ExprId root;
    Type result = table_.shallow(function().result);
    bool wants_value = !result->is(TypeKind::Unit);
    if (block) {
        in_tail_ = false;
        check_contracts(block.contracts(), ExprId::None);
        if (functions_.size() == 1 && kind_of(item_) == ItemKind::Function)
            check_inherited_contracts(ast::FunctionDecl::cast(tree_.root()));
        in_tail_ = wants_value;
        root = check_block(block, wants_value ? function().result : nullptr, wants_value);
    } else if (expression) {
        in_tail_ = wants_value;
        if (wants_value) {
            root = check(expression, function().result);
            if (!function().saw_falling_end) root = coerce_result(root, node_of(expression));
        } else {
            // A closure whose value nobody wants: `|x| list.push(x)`.
            root = check_discarding(expression);
            Type t = type_of(root)->is(TypeKind::Never) ? type::never() : type::unit();
            root = emit(Block{{root}, ExprId::None}, t, node_of(expression));
        }
    } else {
        root = emit(Block{{}, ExprId::None}, type::unit(), end_node);
    }
    result = table_.shallow(function().result);
    if (function().saw_falling_end && !diverges_) {
        bool unit_like = result->is(TypeKind::Unit) || result->is(TypeKind::Error) || result->is(TypeKind::Inference);
        if (!unit_like) {
            uint32_t at = end_node;
            std::string what = "the function";
            if (functions_.size() == 1 && kind_of(item_) == ItemKind::Function) {
                what = "`" + std::string(name_of(item_).text()) + "`";
                if (ast::Type written = ast::FunctionDecl::cast(tree_.root()).result_type()) at = node_of(written);
            } else if (auto closure = ast::ClosureExpr::cast(tree_.element(end_node).as_node())) {
                if (closure.result_type()) at = node_of(closure.result_type());
            }
            auto& d =
                error(DiagnosticCode::MissingReturn, at, what + " can end without giving its `" + show(result) + "`");
            auto statements = block.statements();
            std::string indentation = statements.empty() ? "" : indentation_of(statements.back().node);
            if (!indentation.empty())
                d.fixes.push_back({"End with `todo()`",
                                   {{{item_, node_of(statements.back())},
                                     ItemDiagnostic::FixEdit::InsertAfter,
                                     "\n" + indentation + "todo()"}}});
        }
    }
    body().functions[uint32_t(function().id)].root = root;
    in_tail_ = outer_tail;
    diverges_ = outer_diverges;
}

void BodyBuilder::build_function(const ast::FunctionDecl& declaration) {
    auto signature = context_.get<SignatureOf>(item_);
    BodyFunctionId id = new_function(BodyFunctionId::None, 0);
    FunctionContext f;
    f.id = id;
    f.result = signature->result;
    f.is_async = signature->is_async;
    // A message has no future of its own.
    bool is_message = self_type_ && self_type_->is(TypeKind::Nominal) && kind_of(self_type_->item) == ItemKind::Actor;
    if (f.is_async && !is_message) body().functions[uint32_t(id)].future = future_of(signature->result);
    bool is_main = name_of(item_).text() == "main" && kind_of(parent_of(item_)) == ItemKind::File;
    f.await_allowed = f.is_async || is_main || signature->is_test;
    functions_.push_back(std::move(f));
    ast::SelfParameter self_parameter = declaration.self_parameter();
    uint32_t self_node = self_parameter       ? node_of(self_parameter)
                         : declaration.name() ? node_of(declaration.name())
                                              : 0;
    add_self(signature->receiver, self_type_, self_node);
    auto written = declaration.parameters();
    body().defaults.assign(written.size(), ExprId::None);
    std::vector<std::pair<size_t, LocalId>> destructured;
    for (size_t i = 0; i < written.size() && i < signature->parameters.size(); ++i) {
        const ParameterInfo& info = signature->parameters[i];
        for (size_t j = 0; j < i; ++j)
            if (!info.name.empty() && signature->parameters[j].name == info.name)
                error(DiagnosticCode::DuplicateDeclaration, info.node,
                      "the parameter `" + std::string(info.name.text()) + "` is declared twice");
        LocalId local = add_parameter(info.name, info.type, info.is_mutable, info.node);
        if (SyntaxToken name = written[i].name()) resolution(name, local, info.type);
        if (info.name.empty() && written[i].pattern()) destructured.emplace_back(i, local);
        if (written[i].default_value()) {
            auto names = std::move(scope_);
            scope_.clear();
            body().defaults[i] = check_as(written[i].default_value(), info.type);
            scope_ = std::move(names);
        }
    }
    for (auto [i, local] : destructured) {
        PatternId pattern = check_pattern(written[i].pattern(), signature->parameters[i].type, {});
        BodyFunction& out = body().functions[0];
        for (size_t k = 0; k < out.parameters.size(); ++k)
            if (out.parameters[k] == local) out.parameter_patterns[k] = pattern;
    }
    bool has_body = signature->has_body || (declaration.body() && !signature->is_abstract);
    if (has_body && !signature->is_native) {
        SyntaxToken name = declaration.name();
        check_function_body(declaration.body(), {}, name ? node_of(name) : 0);
    } else if (declaration.body()) {
        check_contracts(declaration.body().contracts(), ExprId::None);
    }
    BodyFunction& out = body().functions[0];
    out.name = name_of(item_);
    out.is_async = signature->is_async;
    out.result = signature->result;
}

void BodyBuilder::build_script(const ast::SourceFile& source) {
    new_function(BodyFunctionId::None, 0);
    FunctionContext f;
    f.result = type::unit();
    f.await_allowed = true;
    functions_.push_back(std::move(f));
    std::vector<ast::Ast> statements;
    for (const ast::Statement& s : source.statements()) statements.push_back(s);
    // `await` in a script runs where the script does: its body is a task like main.
    ExprId root = check_statements(statements, nullptr, false, 0);
    body().functions[0].root = root;
    body().functions[0].result = type::unit();
}

void BodyBuilder::build_value(const ast::Ast& declaration) {
    new_function(BodyFunctionId::None, 0);
    ast::Type written = declaration.child<ast::Type>();
    ast::Expression value = declaration.child<ast::Expression>();
    FunctionContext f;
    f.result = written ? types_.lower(written) : value ? fresh(0) : type::error();
    Type result = f.result;
    functions_.push_back(std::move(f));
    ExprId root = value ? coerce(check(value, result), result, node_of(value)) : error_expr(0);
    body().functions[0].root = root;
    body().functions[0].result = result;
}

/// Contract clauses of a struct or actor, and the defaults of its fields.
void BodyBuilder::build_type(const ast::Ast& declaration) {
    new_function(BodyFunctionId::None, 0);
    FunctionContext f;
    f.result = type::unit();
    functions_.push_back(std::move(f));
    ast::MemberList members = declaration.child<ast::MemberList>();
    auto definition = context_.get<DefinitionOf>(item_);
    auto fields = members.fields();
    for (size_t i = 0; i < fields.size() && i < definition->fields.size(); ++i) {
        ExprId value =
            fields[i].default_value() ? check_as(fields[i].default_value(), definition->fields[i].type) : ExprId::None;
        body().defaults.push_back(value);
    }
    if (self_type_ && !members.invariants().empty()) {
        add_self(Receiver::Shared, self_type_, 0);
        check_contracts(members.invariants(), ExprId::None);
    }
    body().functions[0].root = emit(Block{{}, ExprId::None}, type::unit(), 0);
    body().functions[0].result = type::unit();
}

BodyDraft BodyBuilder::run() {
    ast::Ast declaration(tree_.root());
    switch (kind_of(item_)) {
        case ItemKind::File: build_script(ast::SourceFile::cast(declaration)); break;
        case ItemKind::Function: build_function(ast::FunctionDecl::cast(declaration)); break;
        case ItemKind::Constant:
        case ItemKind::Static: build_value(declaration); break;
        case ItemKind::Struct:
        case ItemKind::Actor: build_type(declaration); break;
        default:
            new_function(BodyFunctionId::None, 0);
            body().functions[0].result = type::unit();
            break;
    }
    finish();
    return std::move(draft_);
}

void BodyBuilder::select_deferred(bool last) {
    if (deferred_.empty()) return;
    bool progress = true;
    for (int round = 0; progress && round < 8; ++round) {
        progress = false;
        std::vector<Deferred> pending = std::move(deferred_);
        deferred_.clear();
        for (Deferred& d : pending) {
            if (d.attempt(last)) progress = true;
            else deferred_.push_back(std::move(d));
        }
    }
}

void BodyBuilder::finish() {
    select_deferred();
    table_.bind_defaults();
    select_deferred();
    select_deferred(true);
    for (const auto& look : looks_) look();
    report_unresolved();
    for (Expr& e : body().expressions) e.type = traits_.normalize(table_.resolve(e.type));
    for (Pattern& p : body().patterns) p.type = traits_.normalize(table_.resolve(p.type));
    for (LocalInfo& l : body().locals) l.type = traits_.normalize(table_.resolve(l.type));
    auto close = [this](Type t) { return t ? traits_.normalize(table_.resolve(t)) : t; };
    for (BodyFunction& f : body().functions) f.result = close(f.result);
    for (Expr& e : body().expressions) {
        if (auto* call = std::get_if<Call>(&e.data)) {
            if (auto* direct = std::get_if<DirectCallee>(&call->callee)) {
                for (Type& t : direct->type_arguments) t = close(t);
                direct->self = close(direct->self);
            }
        }
        if (auto* reference = std::get_if<FunctionRef>(&e.data))
            for (Type& t : reference->type_arguments) t = close(t);
        if (auto* test = std::get_if<TypeTest>(&e.data)) test->tested = close(test->tested);
    }
    for (Pattern& p : body().patterns)
        if (auto* typed = std::get_if<TypePattern>(&p.data)) typed->tested = close(typed->tested);
    for (Resolution& r : body().resolutions)
        if (r.type) r.type = close(r.type);
    for (auto [id, node] : pending_matches_) {
        const Match* match = std::get_if<Match>(&expr(id).data);
        if (!match) continue;
        for (PatternId pattern : unreachable_arms(context_, body(), expr(match->scrutinee).type, match->arms)) {
            auto& d = error(DiagnosticCode::UnreachableCode, body()[pattern].node,
                            "this arm is never taken: those above it match everything it does");
            d.tags |= TagUnnecessary;
        }
        auto missing = missing_cases(context_, body(), expr(match->scrutinee).type, match->arms);
        if (missing.empty()) continue;
        std::string list;
        for (size_t i = 0; i < missing.size() && i < 3; ++i) list += (i ? ", `" : "`") + missing[i] + "`";
        // It goes on after a match that does not cover everything.
        std::erase_if(body().diagnostics,
                      [](const ItemDiagnostic& d) { return d.code == DiagnosticCode::UnreachableCode; });
        if (missing.size() > 3) list += " and " + std::to_string(missing.size() - 3) + " more";
        error(DiagnosticCode::NonExhaustiveMatch, node, "the `match` misses " + list);
    }
    for (auto [pattern, node] : pending_lets_) {
        auto missing = missing_cases(context_, body(), body()[pattern].type, {{pattern, ExprId::None, ExprId::None}});
        if (!missing.empty())
            error(DiagnosticCode::NonExhaustiveMatch, node,
                  "the pattern misses `" + missing[0] + "`; add `else:` with a way out, or use `if let`");
    }
    report_unused();
    std::stable_sort(body().resolutions.begin(), body().resolutions.end(),
                     [](const Resolution& a, const Resolution& b) { return a.node < b.node; });
    body().resolutions.erase(
        std::unique(body().resolutions.begin(), body().resolutions.end(),
                    [](const Resolution& a, const Resolution& b) { return a.node == b.node && a.target == b.target; }),
        body().resolutions.end());
    for (const ItemDiagnostic& d : body().diagnostics) body().has_errors |= d.severity == Severity::Error;
}

/// What inference left open must be written. One report per body place, nearest to where the variable was made.
void BodyBuilder::report_unresolved() {
    bool has_errors =
        tree_.root().has_errors() || std::any_of(body().diagnostics.begin(), body().diagnostics.end(),
                                                 [](const ItemDiagnostic& d) { return d.severity == Severity::Error; });
    std::set<uint32_t> reported;
    auto open_variable = [&](Type t) -> Type {
        Type found = nullptr;
        walk_type(table_.resolve(t), [&](Type part) {
            if (part->is(TypeKind::Inference) && !found) found = part;
            return !found;
        });
        return found;
    };
    for (const LocalInfo& local : body().locals) {
        Type variable = open_variable(local.type);
        if (!variable || has_errors || !reported.insert(variable->index).second) continue;
        std::string name(local.name.text());
        error(DiagnosticCode::AnnotationNeeded, local.node,
              name.empty() ? "the type of this value is never decided"
                           : "the type of `" + name + "` is never decided: write it, as in `let " + name + ": …`");
    }
    for (size_t i = 0; i < body().expressions.size(); ++i) {
        const Expr& e = body().expressions[i];
        Type variable = open_variable(e.type);
        if (!variable) continue;
        bool quiet = has_errors || !reported.empty() || std::holds_alternative<ErrorExpr>(e.data);
        if (!quiet && reported.insert(variable->index).second)
            error(DiagnosticCode::AnnotationNeeded, table_.node_of(variable) ? table_.node_of(variable) : e.node,
                  "a type here is never decided and must be written");
    }
    // Close what is left, so that no variable leaves the body.
    for (size_t i = 0; i < table_.size(); ++i) {
        Type v = type::inference(uint32_t(i));
        if (table_.is_variable(v)) table_.unify(table_.shallow(v), type::error());
    }
}

namespace {
/// Whether a declaration inside of the item, at whatever depth, has this name among its tokens.
bool is_written_below(QueryContext& context, ItemId item, Name name) {
    std::vector<ItemId> left{item};
    while (!left.empty()) {
        const ItemId parent = left.back();
        left.pop_back();
        for (const auto& child : *context.get<ItemChildren>(parent)) {
            left.push_back(child.item);
            auto syntax = context.get<ItemSyntax>(child.item);
            if (!*syntax || syntax->tree().text().find(name.text()) == std::string_view::npos) continue;
            bool found = false;
            syntax->each_own([&](const SyntaxElement& element) {
                found |= element.is_token() && element.text() == name.text();
                return !found;
            });
            if (found) return true;
        }
    }
    return false;
}
}  // namespace

void BodyBuilder::report_unused() {
    // A variable whose type is not known yet is not finished.
    if (std::any_of(body().diagnostics.begin(), body().diagnostics.end(),
                    [](const ItemDiagnostic& d) { return d.code == DiagnosticCode::AnnotationNeeded; }))
        return;
    // A local of the script body that a function names has been reported there.
    auto named_by_function = [&](Name name) {
        return kind_of(item_) == ItemKind::File && is_written_below(context_, item_, name);
    };
    // A name that nobody knows where it is used is most likely meant there.
    auto is_missed = [&](Name name) {
        return std::any_of(body().diagnostics.begin(), body().diagnostics.end(), [&](const ItemDiagnostic& d) {
            if (d.code != DiagnosticCode::UnresolvedName || d.location.item != item_) return false;
            SyntaxElement at = tree_.element(d.location.node);
            return at && at.text() == name.text();
        });
    };
    for (uint32_t i : warn_unused_) {
        if (i >= body().locals.size()) continue;
        const LocalInfo& local = body().locals[i];
        if (is_missed(local.name)) continue;
        if (local.name.empty() || local.name.text()[0] == '_' || local_reads_[i] > 0 || local.type->has(TypeHasError))
            continue;
        if (named_by_function(local.name)) continue;
        // A guard is held, a handle keeps something alive: the name has its use.
        if (is_guard(context_, local.type)) continue;
        if (is_nominal(local.type, Known::get().future)) {
            report_unawaited(LocalId(i));
            continue;
        }
        auto& d =
            error(DiagnosticCode::UnusedVariable, local.node, "`" + std::string(local.name.text()) + "` is never read");
        d.tags |= TagUnnecessary;
        // `Point{x}`: the name is the field's, too.
        bool names_field = altru::to_kind(tree_.element(local.node).parent().kind()) == Kind::FieldPattern;
        std::string before = names_field ? std::string(local.name.text()) + ": _" : "_";
        ItemDiagnostic::Fix fix{"Rename it to `_" + std::string(local.name.text()) + "`",
                                {{d.location, ItemDiagnostic::FixEdit::InsertBefore, before}}};
        std::set<uint32_t> renamed{local.node};  // and where it is assigned
        for (const Resolution& r : body().resolutions)
            if (auto* target = std::get_if<LocalId>(&r.target);
                target && *target == LocalId(i) && renamed.insert(r.node).second)
                fix.edits.push_back({{item_, r.node}, ItemDiagnostic::FixEdit::InsertBefore, "_"});
        d.fixes.push_back(std::move(fix));
    }
}

/// A future that has a name and is not looked at again never runs.
void BodyBuilder::report_unawaited(LocalId local) {
    const LocalInfo& info = body().locals[uint32_t(local)];
    auto& d = error(DiagnosticCode::UnusedFuture, info.node,
                    "`" + std::string(info.name.text()) + "` is never awaited: what this future stands for never runs");
    for (const Expr& e : body().expressions) {
        auto* let = std::get_if<Let>(&e.data);
        if (!let || let->pattern == PatternId::None || let->initializer == ExprId::None) continue;
        auto* bind = std::get_if<BindPattern>(&body()[let->pattern].data);
        if (!bind || bind->local != local) continue;
        uint32_t value = expr(let->initializer).node;
        d.fixes.push_back({"Await it", {{{item_, value}, ItemDiagnostic::FixEdit::InsertBefore, "await "}}});
    }
}

BodyDraft DraftOf::compute(QueryContext& context, const Key& item) {
    auto tree = context.get<ItemSyntax>(item);
    if (!*tree) {
        BodyDraft draft;
        draft.body.item = item;
        BodyFunction f;
        f.result = type::error();
        draft.body.functions.push_back(std::move(f));
        return draft;
    }
    return BodyBuilder(context, item, *tree).run();
}

}  // namespace braid::altru_semantics
