#include <fmt/format.h>

#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/type_operators.h"

namespace braid::velox_semantics {

using namespace hir;

ExprId BodyBuilder::loop_body(const ast::Statement& body, Name label, ExprId loop) {
    jumps_.push_back({label, loop, true, false, false, {}});
    ExprId made = statement(body);
    left_ = std::move(jumps_.back());
    jumps_.pop_back();
    return made != ExprId::None ? made : add(type::unit(), body_[loop].node, Block{{}, ExprId::None});
}

namespace {
/// The loop's condition is the literal `true`: it ends only by break, return or throw.
bool is_endless(const ast::Expression& condition) {
    auto literal = condition.as<ast::LiteralExpr>();
    return literal && literal.value() && to_kind(literal.value().kind()) == Kind::TrueKw;
}

}  // namespace

bool has_break(const SyntaxNode& body, Name label) {
    int nested = 0;  // inside of inner loops a plain break is theirs
    std::vector<int> ends;
    for (Preorder walk(body); walk; walk.next()) {
        while (!ends.empty() && walk.depth() <= ends.back()) ends.pop_back(), --nested;
        if (!walk->is_node()) continue;
        Kind kind = to_kind(walk->kind());
        if (is_function(kind)) {
            walk.skip_children();
        } else if (kind == Kind::WhileStmt || kind == Kind::DoStmt || kind == Kind::ForStmt ||
                   kind == Kind::ForOfStmt || kind == Kind::SwitchStmt) {
            ends.push_back(walk.depth());
            ++nested;
        } else if (auto b = ast::BreakStmt::cast(*walk)) {
            if (b.label() ? !label.empty() && b.label().text() == label.text() : nested == 0) return true;
        }
    }
    return false;
}

ExprId BodyBuilder::while_loop(const ast::WhileStmt& s, Name label) {
    uint32_t node = node_of(s.node);
    ExprId id = reserve(node);
    forget_assigned(s.node);
    bool endless = is_endless(s.condition());
    ExprId test = endless ? ExprId::None : condition(s.condition());
    Facts head = facts_;
    assume(s.condition(), true);
    ExprId body = loop_body(s.body(), label, id);
    Jump left = std::move(left_);
    facts_ = head;
    if (!endless) assume(s.condition(), false);
    leave_loop(left, !endless);
    reachable_ = !endless || has_break(s.body().node, label);
    body_.expressions[uint32_t(id)] = {reachable_ ? type::unit() : type::never(), node,
                                       Loop{test, body, ExprId::None, false}};
    return id;
}

ExprId BodyBuilder::do_loop(const ast::DoStmt& s, Name label) {
    uint32_t node = node_of(s.node);
    ExprId id = reserve(node);
    forget_assigned(s.node);
    ExprId body = loop_body(s.body(), label, id);
    Jump left = std::move(left_);
    reachable_ = true;
    ExprId test = condition(s.condition());
    bool endless = is_endless(s.condition());
    if (!endless) assume(s.condition(), false);
    leave_loop(left, !endless);
    reachable_ = !endless || has_break(s.body().node, label);
    body_.expressions[uint32_t(id)] = {reachable_ ? type::unit() : type::never(), node,
                                       Loop{test, body, ExprId::None, true}};
    return id;
}

ExprId BodyBuilder::for_loop(const ast::ForStmt& s, Name label) {
    uint32_t node = node_of(s.node);
    scopes_.emplace_back();
    std::vector<ExprId> out;
    size_t first = body_.locals.size();
    if (auto v = s.init().declaration()) variables(v, out);
    else if (auto e = s.init().expression()) out.push_back(discarded(e));
    size_t last = body_.locals.size();
    ExprId id = reserve(node);
    forget_assigned(s.node);
    ast::Expression condition_written = s.condition().expression();
    ExprId test = condition_written ? condition(condition_written) : ExprId::None;
    Facts head = facts_;
    if (condition_written) assume(condition_written, true);
    ExprId body = loop_body(s.body(), label, id);
    Jump left = std::move(left_);
    reachable_ = true;
    ExprId step = s.update().expression() ? discarded(s.update().expression()) : ExprId::None;
    facts_ = head;
    if (condition_written) assume(condition_written, false);
    leave_loop(left, bool(condition_written));
    bool breaks = has_break(s.body().node, label);
    reachable_ = condition_written ? true : breaks;
    Loop made{test, body, step, false};
    for (size_t i = first; i < last; ++i)
        if (body_.locals[i].is_captured && body_.locals[i].function == functions_.back().id)
            made.renewed.push_back(LocalId(uint32_t(i)));
    body_.expressions[uint32_t(id)] = {reachable_ ? type::unit() : type::never(), node, std::move(made)};
    out.push_back(id);
    scopes_.pop_back();
    return add(reachable_ ? type::unit() : type::never(), node, Block{std::move(out), ExprId::None});
}

/// After a loop: what its own end and all its breaks know.
void BodyBuilder::leave_loop(const Jump& loop, bool ends_by_itself) {
    if (!loop.is_left) return;
    Facts own = facts_;
    merge_facts(own, ends_by_itself, loop.facts, true);
}

ExprId BodyBuilder::jump(const SyntaxToken& label, bool is_break, uint32_t node) {
    for (auto j = jumps_.rbegin(); j != jumps_.rend(); ++j) {
        bool fits = label ? j->label == Name(label.text()) : is_break ? j->is_loop || j->is_switch : j->is_loop;
        if (!fits) continue;
        if (is_break) {
            Facts here = facts_;
            merge_facts(j->facts, j->is_left, here, true);
            j->facts = facts_;
            j->is_left = true;
            facts_ = std::move(here);
        }
        reachable_ = false;
        if (is_break) return add(type::never(), node, Break{j->id, ExprId::None});
        return add(type::never(), node, Continue{j->id});
    }
    std::string_view word = is_break ? "break" : "continue";
    auto& d = report(DiagnosticCode::BreakOutsideLoop, node,
                     label ? fmt::format("no enclosing statement is labelled `{}`", label.text())
                           : fmt::format("`{}` stands in no loop", word));
    Type result = functions_.back().declared_result;
    bool ends_function = functions_.size() > 1 || kind_of(item_) == ItemKind::Function;
    if (!label && ends_function && (!result || result->is(TypeKind::Unit)) && d.fixes.empty())
        d.fixes.push_back({"write `return;`", {{d.location, ItemDiagnostic::FixEdit::Replace, "return;"}}});
    return error_expression(node);
}

}  // namespace braid::velox_semantics
