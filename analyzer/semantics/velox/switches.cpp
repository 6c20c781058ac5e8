#include <fmt/format.h>

#include <algorithm>

#include "analyzer/semantics/names.h"
#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/type_operators.h"

namespace braid::velox_semantics {

using namespace hir;

/// Cases are tested in order; the body of a `:` case runs on into the next unless it ends by itself. Each body knows
/// what its values say of the subject, and what the values above it rule out.
ExprId BodyBuilder::switch_statement(const ast::SwitchStmt& s) {
    uint32_t node = node_of(s.node);
    ExprId id = reserve(node);
    scopes_.emplace_back();
    ExprId subject = expression(s.subject());
    Type exact = type_of(subject), t = widened(exact);
    auto truth_subject = s.subject().as<ast::LiteralExpr>();
    bool on_truth = truth_subject && truth_subject.value() && to_kind(truth_subject.value().kind()) == Kind::TrueKw;
    LocalId held = temporary(t, node);
    std::vector<ExprId> out{let_temporary(held, convert(subject, t), node)};
    jumps_.push_back({{}, id, false, true, false, {}});
    auto cases = s.cases();
    Facts open = facts_;  // what is known where no case has fitted yet
    Type rest = exact;
    std::set<ItemId> variants;
    Facts merged;
    bool any_reached = false;
    auto reach_end = [&](const Facts& facts) {
        Facts here = facts;
        if (any_reached) merge_facts(merged, true, here, true), merged = facts_;
        else merged = std::move(here);
        any_reached = true;
    };
    auto body_from = [&](size_t first) {
        reachable_ = true;
        scopes_.emplace_back();
        std::vector<ExprId> list;
        for (size_t i = first; i < cases.size() && reachable_; ++i) {
            std::vector<ExprId> made;
            statements(cases[i].statements(), made);
            list.insert(list.end(), made.begin(), made.end());
            if (cases[i].is_arrow()) break;
        }
        scopes_.pop_back();
        if (reachable_) reach_end(facts_);
        return add(type::unit(), node, Block{std::move(list), ExprId::None});
    };
    auto assume_case = [&](const ast::Expression& value, bool holds) {
        if (on_truth) assume(value, holds);
        else assume_equal(s.subject(), value, holds);
    };
    std::vector<std::pair<ExprId, ExprId>> tests;  // condition, body
    size_t default_case = cases.size();
    std::vector<ast::Expression> values;
    for (size_t i = 0; i < cases.size(); ++i) {
        if (cases[i].is_default()) default_case = i;
        for (ast::Expression v : cases[i].values()) values.push_back(v);
        bool shares = !cases[i].is_arrow() && cases[i].statements().empty() && i + 1 < cases.size() &&
                      !cases[i + 1].is_default() && !cases[i].is_default();
        if (shares || values.empty()) continue;
        ExprId test = ExprId::None;
        Facts inside;
        bool first = true;
        for (const ast::Expression& v : values) {
            facts_ = open;
            ExprId value = expression(v, t);
            if (auto* variant = std::get_if<Aggregate>(&body_[value].data);
                variant && variant->kind == AggregateKind::Variant)
                variants.insert(variant->item);
            Type compared = type_of(value);
            ExprId same = comparison(BinaryOp::Equal, add(t, node, LocalRef{held}), value, node_of(v.node));
            test = test == ExprId::None ? same : add(type::boolean(), node, Logical{LogicalOp::Or, test, same});
            bool told =
                compared->is(TypeKind::Literal) || compared->is(TypeKind::Null) || compared->is(TypeKind::Undefined);
            if (told && !on_truth) rest = excluded(context_, rest, compared);
            assume_case(v, true);
            if (first) inside = facts_;
            else {
                Facts here = facts_;
                merge_facts(inside, true, here, true);
                inside = facts_;
            }
            first = false;
            facts_ = open;
            assume_case(v, false);
            open = facts_;
        }
        values.clear();
        facts_ = inside;
        tests.emplace_back(test, body_from(i));
    }
    bool covered = rest->is(TypeKind::Never);
    if (t->is(TypeKind::Nominal) && !variants.empty()) {
        auto all = context_.get<DefinitionOf>(t->item)->variants;
        covered |= std::all_of(all.begin(), all.end(), [&](ItemId v) { return variants.count(v) > 0; });
    }
    ExprId chain = ExprId::None;
    if (default_case < cases.size()) {
        facts_ = open;
        chain = body_from(default_case);
    } else if (covered) {
        // What the types rule out, the run throws `MatchError` for.
        chain = add(type::never(), node, Match{convert(add(t, node, LocalRef{held}), type::any()), {}, true});
    } else {
        reach_end(open);
    }
    for (auto it = tests.rbegin(); it != tests.rend(); ++it)
        chain = add(type::unit(), node, If{it->first, it->second, chain});
    if (chain != ExprId::None) out.push_back(chain);
    Jump left = std::move(jumps_.back());
    jumps_.pop_back();
    scopes_.pop_back();
    if (left.is_left) reach_end(left.facts);
    if (any_reached) facts_ = merged;
    reachable_ = any_reached;
    body_.expressions[uint32_t(id)] = {reachable_ ? type::unit() : type::never(), node,
                                       Block{std::move(out), ExprId::None}};
    return id;
}

/// A pattern that names no variant: perhaps one of what is matched is meant.
void BodyBuilder::report_no_variant(const ast::Path& path, Type scrutinee, uint32_t node) {
    std::vector<std::string> variants;
    for (Type member : members_of(scrutinee))
        if (member->is(TypeKind::Nominal) && kind_of(member->item) == ItemKind::Enum)
            for (ItemId variant : context_.get<DefinitionOf>(member->item)->variants)
                variants.emplace_back(name_of(variant).text());
    SyntaxToken last = path.names().empty() ? SyntaxToken() : path.names().back();
    std::string near = last ? nearest_name(last.text(), variants) : std::string();
    auto& d = report(DiagnosticCode::UnresolvedName, node,
                     fmt::format("no variant `{}` is known here{}", path.text(),
                                 near.empty() ? std::string() : fmt::format("; did you mean `{}`?", near)));
    if (near.empty() || !d.fixes.empty()) return;
    d.fixes.push_back(
        {fmt::format("change to `{}`", near), {{{item_, node_of(last)}, ItemDiagnostic::FixEdit::Replace, near}}});
}

}  // namespace braid::velox_semantics
