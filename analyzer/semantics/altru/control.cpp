#include "analyzer/semantics/altru/builder.h"
#include "analyzer/semantics/list_edits.h"

// `if`, `match`, conditions, blocks.
namespace braid::altru_semantics {

using namespace hir;

ExprId BodyBuilder::check_condition(const ast::Expression& e) {
    if (!e) return error_expr(0);
    auto let = e.as<ast::LetExpr>();
    if (!let) return check_as(e, type::boolean());
    uint32_t node = node_of(e);
    ExprId scrutinee = check(let.value());
    select_deferred();
    PatternContext context;
    bool names_whole = let.pattern() && let.pattern().kind() == Kind::NamePattern;
    if (!names_whole || type_of(scrutinee)->is(TypeKind::Reference)) scrutinee = prepare_scrutinee(scrutinee, context);
    size_t first_bound = body().locals.size();
    PatternId pattern = check_pattern(let.pattern(), type_of(scrutinee), context);
    report_bound_twice(first_bound);
    return emit(Matches{scrutinee, pattern}, type::boolean(), node);
}

ExprId BodyBuilder::check_discarding(const ast::Expression& e) {
    bool tail = in_tail_;
    in_tail_ = false;
    ExprId value;
    auto map = e.as<ast::MapExpr>();
    if (map && map.entries().empty()) value = emit(UnitLiteral{}, type::unit(), node_of(e));  // `_ => {}`
    else if (auto branch = e.as<ast::IfExpr>()) value = check_if(branch, nullptr, false);
    else if (auto match = e.as<ast::MatchExpr>()) value = check_match(match, nullptr, false);
    else {
        value = check(e);
        check_discarded(value, node_of(e));
    }
    in_tail_ = tail;
    if (type_of(value)->is(TypeKind::Never)) diverges_ = true;
    return value;
}

ExprId BodyBuilder::check_if(const ast::IfExpr& e, Type expected, bool wants_value) {
    uint32_t node = node_of(e);
    auto mark = open_scope();
    ExprId condition = check_condition(e.condition());
    bool before = diverges_;
    ast::ElseClause else_clause = e.else_clause();
    if (wants_value && !else_clause) {
        Type wanted = expected ? table_.shallow(expected) : nullptr;
        if (!wanted || wanted->is(TypeKind::Unit) || wanted->is(TypeKind::Inference) || in_tail_) {
            if (in_tail_ && wanted && !wanted->is(TypeKind::Unit) && !wanted->is(TypeKind::Inference))
                function().saw_falling_end = true;
        } else if (!wanted->is(TypeKind::Error)) {
            error(DiagnosticCode::TypeMismatch, node, "an `if` that gives a value needs an `else`");
        }
        wants_value = false;
    }
    Type joined = expected;
    auto branch_value = [&](ExprId value, uint32_t at) {
        if (!wants_value) return value;
        if (!expected) value = join_value(joined, value, nullptr, at);
        return value;
    };
    ExprId then = check_block(e.then_block(), wants_value ? joined : nullptr, wants_value);
    then = branch_value(then, node_of(e.then_block()));
    bool then_diverges = diverges_;
    close_scope(mark);
    diverges_ = before;
    ExprId otherwise = ExprId::None;
    bool else_diverges = false;
    if (else_clause) {
        if (ast::IfExpr chained = else_clause.if_expression()) {
            otherwise = check_if(chained, wants_value ? joined : nullptr, wants_value);
            otherwise = branch_value(otherwise, node_of(chained));
        } else {
            otherwise = check_block(else_clause.block(), wants_value ? joined : nullptr, wants_value);
            otherwise = branch_value(otherwise, node_of(else_clause));
        }
        else_diverges = diverges_ || type_of(otherwise)->is(TypeKind::Never);
        diverges_ = before;
    }
    bool both = then_diverges && else_diverges;
    diverges_ = before || both;
    Type t = type::unit();
    if (both) t = type::never();
    else if (wants_value && otherwise != ExprId::None) t = joined ? joined : type::unit();
    return emit(If{condition, then, otherwise}, t, node);
}

ExprId BodyBuilder::check_match(const ast::MatchExpr& e, Type expected, bool wants_value) {
    uint32_t node = node_of(e);
    bool tail = in_tail_;
    in_tail_ = false;
    ExprId scrutinee = check(e.scrutinee());
    in_tail_ = tail;
    select_deferred();
    PatternContext context;
    scrutinee = prepare_scrutinee(scrutinee, context);
    bool before = diverges_;
    Type joined = expected;
    Match match{scrutinee, {}};
    bool all_diverge = !e.arms().empty();
    for (const ast::MatchArm& arm : e.arms()) {
        auto mark = open_scope();
        MatchArm out{PatternId::None, ExprId::None, ExprId::None};
        size_t first_bound = body().locals.size();
        out.pattern = check_pattern(arm.pattern(), type_of(scrutinee), context);
        report_bound_twice(first_bound);
        for (size_t i = first_bound; i < body().locals.size(); ++i) warn_unused_.insert(uint32_t(i));
        if (arm.guard()) {
            in_tail_ = false;
            out.guard = check_condition(arm.guard().condition());
            in_tail_ = tail;
        }
        diverges_ = before;
        uint32_t at = node_of(arm);
        if (ast::Block block = arm.block()) {
            out.body = check_block(block, wants_value ? joined : nullptr, wants_value);
        } else if (arm.expression()) {
            at = node_of(arm.expression());
            if (wants_value) {
                out.body = check(arm.expression(), joined);
                if (expected) {
                    bool unit_where_value = tail && type_of(out.body)->is(TypeKind::Unit) &&
                                            !table_.shallow(expected)->is(TypeKind::Unit) &&
                                            !table_.is_variable(expected);
                    if (unit_where_value) function().saw_falling_end = true;
                    else out.body = tail ? coerce_result(out.body, at) : coerce(out.body, expected, at);
                }
            } else {
                ExprId value = check_discarding(arm.expression());
                Type t = type_of(value)->is(TypeKind::Never) ? type::never() : type::unit();
                out.body = emit(Block{{value}, ExprId::None}, t, at);
            }
        } else if (arm.statement()) {
            ExprId statement = check_statement(arm.statement());
            out.body = emit(Block{{statement}, ExprId::None}, diverges_ ? type::never() : type::unit(),
                            node_of(arm.statement()));
            if (wants_value && !diverges_) {
                if (tail && expected && !table_.shallow(expected)->is(TypeKind::Unit))
                    function().saw_falling_end = true;
                else if (expected) coerce(out.body, expected, node_of(arm.statement()));
            }
        } else {
            out.body = error_expr(at);
        }
        if (wants_value && !expected) out.body = join_value(joined, out.body, nullptr, at);
        all_diverge = all_diverge && (diverges_ || type_of(out.body)->is(TypeKind::Never));
        diverges_ = before;
        close_scope(mark);
        match.arms.push_back(out);
    }
    diverges_ = before || all_diverge;
    Type t = all_diverge ? type::never() : wants_value && joined ? joined : type::unit();
    auto arms = match.arms;
    ExprId id = emit(std::move(match), t, node);
    uint32_t scrutinee_node = e.scrutinee() ? node_of(e.scrutinee()) : node;
    SyntaxToken keyword = e.token(Kind::MatchKw);
    uint32_t at = keyword ? node_of(keyword) : node;
    (void)scrutinee_node;
    defer([this, id, at](bool last) {
        const Match& m = std::get<Match>(expr(id).data);
        Type t = table_.resolve(type_of(m.scrutinee));
        if (t->has(TypeHasInference) && !last) return false;
        pending_matches_.push_back({id, at});
        return true;
    });
    return id;
}

ExprId BodyBuilder::check_block(const ast::Block& block, Type expected, bool wants_value) {
    if (!block) return emit(Block{{}, ExprId::None}, type::unit(), 0);
    return check_statements(block.statements(), expected, wants_value, node_of(block));
}

ExprId BodyBuilder::check_statements(const std::vector<ast::Ast>& statements, Type expected, bool wants_value,
                                     uint32_t node) {
    auto mark = open_scope();
    bool tail = in_tail_;
    bool before = diverges_;
    bool reported_unreachable = before;
    Block block{{}, ExprId::None};
    uint32_t last_node = node;
    size_t last_index = statements.size();
    for (size_t i = 0; i < statements.size(); ++i)
        if (ast::Statement::cast(statements[i])) last_index = i;
    for (size_t i = 0; i < statements.size(); ++i) {
        ast::Statement statement = ast::Statement::cast(statements[i]);
        if (!statement) continue;  // a nested declaration is an item of its own
        if (diverges_ && !reported_unreachable) {
            reported_unreachable = true;
            auto& d = error(DiagnosticCode::UnreachableCode, node_of(statement), "no execution reaches this statement");
            d.tags |= TagUnnecessary;
            std::vector<SyntaxNode> rest;
            for (size_t k = i; k < statements.size(); ++k)
                if (ast::Statement::cast(statements[k])) rest.push_back(statements[k].node);
            d.fixes.push_back({"Remove it", remove_all(item_, tree_, rest)});
        }
        last_node = node_of(statement);
        auto as_expression = statement.as<ast::ExprStmt>();
        if (as_expression && i == last_index && wants_value) {
            in_tail_ = tail;
            ast::Expression e = as_expression.expression();
            ExprId value = check(e, expected);
            Type wanted = expected ? table_.shallow(expected) : nullptr;
            bool branches = e && (e.kind() == Kind::IfExpr || e.kind() == Kind::MatchExpr);
            if (tail && wanted && !wanted->is(TypeKind::Unit) && !wanted->is(TypeKind::Inference) &&
                type_of(value)->is(TypeKind::Unit)) {
                function().saw_falling_end = true;
                block.statements.push_back(value);
                continue;
            }
            if (expected && !(branches && type_of(value) == wanted))
                value = tail ? coerce_result(value, node_of(e)) : coerce(value, expected, node_of(e));
            block.value = value;
            continue;
        }
        in_tail_ = false;
        block.statements.push_back(as_expression ? check_discarding(as_expression.expression())
                                                 : check_statement(statement));
        in_tail_ = tail;
    }
    in_tail_ = tail;
    close_scope(mark);
    Type t = type::unit();
    if (block.value != ExprId::None) t = type_of(block.value);
    if (diverges_ && !before) t = type::never();
    else if (block.value == ExprId::None && wants_value && expected && !diverges_) {
        Type wanted = table_.shallow(expected);
        if (wanted->is(TypeKind::Inference)) table_.unify(wanted, type::unit());
        else if (!wanted->is(TypeKind::Unit) && !wanted->is(TypeKind::Error)) {
            if (tail) function().saw_falling_end = true;
            else
                error(DiagnosticCode::TypeMismatch, last_node,
                      "this block has to end with a value of type `" + show(wanted) + "`");
            t = type::error();
        }
    }
    return emit(std::move(block), t, node);
}

}  // namespace braid::altru_semantics
