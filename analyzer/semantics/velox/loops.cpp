#include <fmt/format.h>

#include "analyzer/semantics/velox/builder.h"

namespace braid::velox_semantics {

using namespace hir;

ExprId BodyBuilder::loop_body(const ast::Statement& body, Name label, ExprId loop) {
    jumps_.push_back({label, loop, true, false});
    ExprId made = statement(body);
    jumps_.pop_back();
    return made != ExprId::None ? made : add(type::unit(), body_[loop].node, Block{{}, ExprId::None});
}

namespace {
/// The loop's condition is the literal `true`: it ends only by break, return or throw.
bool is_endless(const ast::Expression& condition) {
    auto literal = condition.as<ast::LiteralExpr>();
    return literal && literal.value() && to_kind(literal.value().kind()) == Kind::TrueKw;
}

bool has_break(const SyntaxNode& body, Name label) {
    int nested = 0;  // inside of inner loops a plain break is theirs
    std::vector<int> ends;
    for (Preorder walk(body); walk; walk.next()) {
        while (!ends.empty() && walk.depth() <= ends.back()) ends.pop_back(), --nested;
        if (!walk->is_node()) continue;
        Kind kind = to_kind(walk->kind());
        if (kind == Kind::ArrowExpr || kind == Kind::FunctionExpr || kind == Kind::FunctionDecl) {
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
}  // namespace

ExprId BodyBuilder::while_loop(const ast::WhileStmt& s, Name label) {
    uint32_t node = node_of(s.node);
    ExprId id = reserve(node);
    forget_assigned(s.node);
    bool endless = is_endless(s.condition());
    ExprId test = endless ? ExprId::None : condition(s.condition());
    Facts head = facts_;
    assume(s.condition(), true);
    ExprId body = loop_body(s.body(), label, id);
    facts_ = head;
    if (!has_break(s.body().node, label)) assume(s.condition(), false);
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
    reachable_ = true;
    ExprId test = condition(s.condition());
    bool endless = is_endless(s.condition());
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
    else if (auto e = s.init().expression()) out.push_back(expression(e));
    size_t last = body_.locals.size();
    ExprId id = reserve(node);
    forget_assigned(s.node);
    ast::Expression condition_written = s.condition().expression();
    ExprId test = condition_written ? condition(condition_written) : ExprId::None;
    Facts head = facts_;
    if (condition_written) assume(condition_written, true);
    ExprId body = loop_body(s.body(), label, id);
    reachable_ = true;
    ExprId step = s.update().expression() ? expression(s.update().expression()) : ExprId::None;
    facts_ = head;
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

ExprId BodyBuilder::for_of(const ast::ForOfStmt& s, Name label) {
    uint32_t node = node_of(s.node);
    scopes_.emplace_back();
    ExprId id = reserve(node);
    ExprId iterated = expression(s.iterated());
    present(iterated, node_of(s.iterated().node), "and cannot be iterated");
    Type t = type_of(iterated);
    Type element = type::any();
    Iteration iteration = s.is_await() ? Iteration::AsyncIterator : Iteration::Iterator;
    if (s.is_await() && !functions_.back().is_async)
        report(DiagnosticCode::AwaitOutsideAsync, node, "`for await` stands in a function that is not async");
    auto list_of_method = [&](std::string_view method) {
        // A snapshot of the container's elements, as a list.
        MemberInfo info = find_member(context_, t, Name(method));
        Type owner = type::nominal(info.owner, info.owner_arguments);
        Type list = substitute(complete_signature(context_, info.item).result, owner->item, owner->arguments);
        iterated = add(list, node_of(s.iterated().node),
                       Call{VirtualCallee{Name(method), info.item}, {iterated}, CallMode::Plain});
        element = list->element();
        iteration = Iteration::List;
    };
    if (t->is(TypeKind::List)) {
        element = t->element();
        iteration = Iteration::List;
    } else if (t->is(TypeKind::Tuple)) {
        element = type::union_of(t->arguments);
        iterated = convert(iterated, type::any());
        iterated = add(list_of(element), node, Convert{ConvertKind::Unwrap, iterated});
        iteration = Iteration::List;
    } else if (widened(t)->is(TypeKind::String)) {
        // Code points, as a list of strings.
        ItemId array = std_item(context_, "Array");
        MemberInfo from = array == ItemId::None
                              ? MemberInfo()
                              : find_member(context_, type::nominal(array, {type::any()}), Name("from"), true);
        if (from.item != ItemId::None) {
            ExprId absent = convert(add(type::undefined(), node, UndefinedLiteral{}), type::any());
            iterated = add(list_of(type::string()), node,
                           Call{DirectCallee{from.item, {type::any(), type::string()}, nullptr},
                                {convert(iterated, type::any()), absent},
                                CallMode::Plain});
            element = type::string();
            iteration = Iteration::List;
        }
    } else if (is_std_type(t, "Map")) {
        list_of_method("entries");
    } else if (is_std_type(t, "Set")) {
        list_of_method("values");
    } else if (t->is(TypeKind::Any) || t->has(TypeHasError)) {
        iterated = convert(iterated, type::any());
    } else {
        MemberInfo next = find_member(context_, t, Name("next"));
        if (next.kind == MemberInfo::None)
            report(DiagnosticCode::TypeMismatch, node_of(s.iterated().node),
                   fmt::format("`{}` cannot be iterated", print_type(t)));
        iterated = convert(iterated, type::any());
    }
    if (iteration != Iteration::List && !s.is_await()) iteration = Iteration::Iterator;
    forget_assigned(s.body().node);
    Facts head = facts_;
    PatternId pattern;
    ExprId store = ExprId::None;
    if (auto v = s.target().declaration(); v && !v.declarators().empty()) {
        bool is_mutable = !v.keyword() || to_kind(v.keyword().kind()) != Kind::ConstKw;
        Type declared = v.declarators()[0].type() ? types_.read(v.declarators()[0].type().type()) : element;
        pattern = binding(v.declarators()[0].binding(), declared, is_mutable);
    } else {
        LocalId held = temporary(element, node);
        pattern = add_pattern(element, node, BindPattern{held, BindMode::Value, PatternId::None});
        if (s.target().expression())
            store = assign_to(s.target().expression(), add(element, node, LocalRef{held}), node);
    }
    ExprId body = loop_body(s.body(), label, id);
    if (store != ExprId::None) body = add(type::unit(), node, Block{{store, body}, ExprId::None});
    facts_ = head;
    reachable_ = true;
    body_.expressions[uint32_t(id)] = {type::unit(), node, For{pattern, iterated, body, iteration, ItemId::None}};
    scopes_.pop_back();
    return id;
}

/// Cases are tested in order; the body of a `:` case runs on into the next unless it ends by itself.
ExprId BodyBuilder::switch_statement(const ast::SwitchStmt& s) {
    uint32_t node = node_of(s.node);
    ExprId id = reserve(node);
    scopes_.emplace_back();
    ExprId subject = expression(s.subject());
    Type t = widened(type_of(subject));
    LocalId held = temporary(t, node);
    std::vector<ExprId> out{let_temporary(held, convert(subject, t), node)};
    jumps_.push_back({{}, id, false, true});
    auto cases = s.cases();
    Facts before = facts_;
    Facts merged;
    bool any_reached = false;
    size_t default_case = cases.size();
    auto body_from = [&](size_t first) {
        facts_ = before;
        reachable_ = true;
        scopes_.emplace_back();
        std::vector<ExprId> list;
        for (size_t i = first; i < cases.size() && reachable_; ++i) {
            bool breaks = false;
            for (ast::Statement st : cases[i].statements())
                if (reachable_) {
                    breaks |= has_break(st.node, {});
                    std::vector<ExprId> made;
                    statements({st}, made);
                    list.insert(list.end(), made.begin(), made.end());
                }
            if (cases[i].is_arrow() || breaks) {
                if (breaks) any_reached = true;
                break;
            }
        }
        scopes_.pop_back();
        if (reachable_) {
            if (any_reached) merge_facts(merged, true, facts_, true), merged = facts_;
            else merged = facts_;
            any_reached = true;
        }
        return add(type::unit(), node, Block{std::move(list), ExprId::None});
    };
    ExprId chain = ExprId::None;
    std::vector<std::pair<ExprId, ExprId>> tests;  // condition, body
    for (size_t i = 0; i < cases.size(); ++i) {
        if (cases[i].is_default()) default_case = i;
        ExprId test = ExprId::None;
        for (ast::Expression v : cases[i].values()) {
            ExprId value = expression(v, t);
            ExprId same = comparison(BinaryOp::Equal, add(t, node, LocalRef{held}), value, node_of(v.node));
            test = test == ExprId::None ? same : add(type::boolean(), node, Logical{LogicalOp::Or, test, same});
        }
        if (test != ExprId::None) tests.emplace_back(test, body_from(i));
    }
    if (default_case < cases.size()) chain = body_from(default_case);
    for (auto it = tests.rbegin(); it != tests.rend(); ++it)
        chain = add(type::unit(), node, If{it->first, it->second, chain});
    if (chain != ExprId::None) out.push_back(chain);
    jumps_.pop_back();
    scopes_.pop_back();
    facts_ = before;
    forget_assigned(s.node);
    reachable_ = default_case == cases.size() || any_reached;
    body_.expressions[uint32_t(id)] = {reachable_ ? type::unit() : type::never(), node,
                                       Block{std::move(out), ExprId::None}};
    return id;
}

ExprId BodyBuilder::jump(const SyntaxToken& label, bool is_break, uint32_t node) {
    reachable_ = false;
    for (auto j = jumps_.rbegin(); j != jumps_.rend(); ++j) {
        bool fits = label ? j->label == Name(label.text()) : is_break ? j->is_loop || j->is_switch : j->is_loop;
        if (!fits) continue;
        if (is_break) return add(type::never(), node, Break{j->id, ExprId::None});
        return add(type::never(), node, Continue{j->id});
    }
    std::string_view word = is_break ? "break" : "continue";
    report(DiagnosticCode::BreakOutsideLoop, node,
           label ? fmt::format("no enclosing statement is labelled `{}`", label.text())
                 : fmt::format("`{}` stands in no loop", word));
    reachable_ = true;
    return error_expression(node);
}

}  // namespace braid::velox_semantics
