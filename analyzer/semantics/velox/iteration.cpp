#include <fmt/format.h>

#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/type_operators.h"

// `for … of`: what can be gone through, and how.
namespace braid::velox_semantics {

using namespace hir;

/// What going through a value gives; null: it cannot be gone through.
Type BodyBuilder::element_type(Type t, bool is_await) {
    t = resolved(context_, t);
    if (t->is(TypeKind::Any) || t->has(TypeHasError)) return type::any();
    if (t->is(TypeKind::Union)) {
        std::vector<Type> elements;
        for (Type member : t->arguments) {
            Type element = element_type(member, is_await);
            if (!element) return nullptr;
            elements.push_back(element);
        }
        return type::union_of(std::move(elements));
    }
    if (t->is(TypeKind::List)) return is_await ? awaited(t->element()) : t->element();
    if (t->is(TypeKind::Tuple)) return type::union_of(t->arguments);
    if (Type list = array_base(context_, t)) return list->element();
    if (widened(t)->is(TypeKind::String)) return type::string();
    if (is_std_type(t, "Map")) return type::tuple({t->arguments[0], t->arguments[1]}, TypeShared);
    if (is_std_type(t, "Set")) return is_await ? awaited(t->arguments[0]) : t->arguments[0];
    if (is_std_type(t, "Channel") && is_await) return t->arguments[0];
    for (std::string_view name : {"@@asyncIterator", "@@iterator"}) {
        if (name == "@@asyncIterator" && !is_await) continue;
        MemberInfo made = find_member(context_, t, Name(name));
        if (made.kind == MemberInfo::None || !made.type->is(TypeKind::Function)) continue;
        Type iterator = resolved(context_, made.type->result());
        if (iterator != t)
            if (Type element = element_type(iterator, is_await)) return element;
    }
    MemberInfo next = find_member(context_, t, Name("next"));
    if (next.kind == MemberInfo::None || !next.type->is(TypeKind::Function)) return nullptr;
    Type step = resolved(context_, awaited(next.type->result()));
    // The step that ends the iteration carries no element.
    std::vector<Type> given;
    for (Type part : members_of(step)) {
        MemberInfo done = find_member(context_, part, Name("done"));
        bool ends =
            done.kind != MemberInfo::None && done.type->is(TypeKind::Literal) && done.type->text.text() == "true";
        MemberInfo value = find_member(context_, part, Name("value"));
        if (!ends) given.push_back(value.kind == MemberInfo::None ? type::any() : value.type);
    }
    Type element = given.empty() ? type::any() : type::union_of(std::move(given));
    if (may_be_absent(element) && !element->is(TypeKind::Any)) {
        // `{ value: T | undefined, done: boolean }`: undefined is the end.
        Type there = excluded(context_, element, type::undefined());
        if (!there->is(TypeKind::Never)) element = there;
    }
    return element;
}

/// A map's entries or a set's values as they are now, as a list.
ExprId BodyBuilder::snapshot(ExprId container, uint32_t node) {
    Type t = type_of(container);
    Name method(is_std_type(t, "Map") ? "entries" : "values");
    MemberInfo info = find_member(context_, t, method);
    if (info.item == ItemId::None) return container;
    Type list = info.type->is(TypeKind::Function) ? info.type->result() : type::any();
    return add(list, node, Call{VirtualCallee{method, info.item}, {container}, CallMode::Plain});
}

/// What a spread goes through: lists as they are, containers and objects with `[Symbol.iterator]` as a list.
ExprId BodyBuilder::as_list(ExprId container, uint32_t node) {
    Type t = resolved(context_, type_of(container));
    if (is_std_type(t, "Map") || is_std_type(t, "Set")) return snapshot(container, node);
    if (Type list = array_base(context_, t)) return convert(container, list);
    Type element = t->is(TypeKind::Nominal) || t->is(TypeKind::Record) ? element_type(t, false) : nullptr;
    ItemId array = std_item(context_, "Array");
    if (t->is(TypeKind::Any) && array != ItemId::None) {
        MemberInfo spread = find_member(context_, type::nominal(array, {type::any()}), Name("spread"), true);
        return add(type::any(), node,
                   Call{DirectCallee{spread.item, {type::any()}, nullptr}, {container}, CallMode::Plain});
    }
    if (!element || array == ItemId::None) return container;
    MemberInfo collect = find_member(context_, type::nominal(array, {type::any()}), Name("collect"), true);
    if (collect.item == ItemId::None) return container;
    ExprId iterator = convert(iterator_of(container, node), type::any());
    return add(list_of(element), node,
               Call{DirectCallee{collect.item, {type::any()}, nullptr}, {iterator}, CallMode::Plain});
}

/// The code points of a text, as a list of strings.
ExprId BodyBuilder::code_points(ExprId text, uint32_t node) {
    ItemId array = std_item(context_, "Array");
    if (array == ItemId::None) return error_expression(node);
    MemberInfo from = find_member(context_, type::nominal(array, {type::any()}), Name("from"), true);
    ExprId absent = convert(add(type::undefined(), node, UndefinedLiteral{}), type::any());
    return add(list_of(type::string()), node,
               Call{DirectCallee{from.item, {type::any(), type::string()}, nullptr},
                    {convert(text, type::any()), absent},
                    CallMode::Plain});
}

/// `xs[Symbol.iterator]()`
ExprId BodyBuilder::call_by_symbol(const ast::IndexExpr& callee, Name symbol, const Arguments& arguments, Type expected,
                                   uint32_t node) {
    ExprId object = expression(callee.object());
    Type t = type_of(object);
    if (t->has(TypeHasError)) return error_expression(node);
    if (t->is(TypeKind::Any)) return add(t, node, Call{VirtualCallee{symbol, ItemId::None}, {object}, CallMode::Plain});
    present(object, node_of(callee.object().node), "and cannot be iterated");
    MemberInfo info = find_member(context_, type_of(object), symbol);
    if (info.kind == MemberInfo::Method && info.item != ItemId::None)
        return call_function(info.item, object, type::nominal(info.owner, info.owner_arguments), true, {}, arguments,
                             expected, node);
    if (info.kind != MemberInfo::None)
        return call_value(add(info.type, node, Property{object, symbol}), arguments, node);
    report(DiagnosticCode::MissingMember, node_of(callee.index().node),
           fmt::format("`{}` has no `[{}]`", print_type(t), callee.index().text()));
    return error_expression(node);
}

/// `x[Symbol.iterator]()`, or `x` itself where that is an iterator.
ExprId BodyBuilder::iterator_of(ExprId iterated, uint32_t node) {
    MemberInfo made = find_member(context_, type_of(iterated), Name("@@iterator"));
    if (made.kind == MemberInfo::None) return iterated;
    Type result = made.type->is(TypeKind::Function) ? made.type->result() : type::any();
    return add(result, node, Call{VirtualCallee{Name("@@iterator"), made.item}, {iterated}, CallMode::Plain});
}

/// The iterator of a value that may be a list, a map, an object with `[Symbol.iterator]`, or one with `next`.
ExprId BodyBuilder::open_iterator(ExprId iterated, uint32_t node) {
    ItemId array = std_item(context_, "Array");
    if (array == ItemId::None) return error_expression(node);
    MemberInfo made = find_member(context_, type::nominal(array, {type::any()}), Name("iterator"), true);
    return add(
        type::any(), node,
        Call{DirectCallee{made.item, {type::any()}, nullptr}, {convert(iterated, type::any())}, CallMode::Plain});
}

PatternId BodyBuilder::loop_target(const ast::ForOfStmt& s, Type element, ExprId& store) {
    uint32_t node = node_of(s.node);
    if (auto v = s.target().declaration(); v && !v.declarators().empty()) {
        bool is_mutable = !v.keyword() || to_kind(v.keyword().kind()) != Kind::ConstKw;
        Type declared = v.declarators()[0].type() ? types_.read(v.declarators()[0].type().type()) : element;
        if (v.declarators()[0].type() && !is_assignable(context_, element, declared))
            mismatch(node_of(v.declarators()[0].type().node), element, declared, "element");
        return binding(v.declarators()[0].binding(), declared, is_mutable);
    }
    LocalId held = temporary(element, node);
    if (s.target().expression()) store = assign_to(s.target().expression(), add(element, node, LocalRef{held}), node);
    return add_pattern(element, node, BindPattern{held, BindMode::Value, PatternId::None});
}

ExprId BodyBuilder::for_of(const ast::ForOfStmt& s, Name label) {
    uint32_t node = node_of(s.node), at = node_of(s.iterated().node);
    scopes_.emplace_back();
    ExprId id = reserve(node);
    ExprId iterated = expression(s.iterated());
    present(iterated, at, "and cannot be iterated");
    if (Type list = array_base(context_, type_of(iterated))) iterated = convert(iterated, list);
    Type t = type_of(iterated);
    if (s.is_await() && !functions_.back().is_async)
        report(DiagnosticCode::AwaitOutsideAsync, node, "`for await` stands in a function that is not async");
    Type element = element_type(t, s.is_await());
    if (!element) {
        if (!t->has(TypeHasError))
            report(DiagnosticCode::TypeMismatch, at,
                   is_std_type(t, "Promise") ? std::string("this is a promise, not its value; `await` it")
                                             : fmt::format("`{}` cannot be iterated", print_type(t)));
        element = type::error();
    }
    Iteration iteration = s.is_await() ? Iteration::AsyncIterator : Iteration::Iterator;
    bool by_protocol = t->is(TypeKind::Nominal) && !is_std_type(t, "Map") && !is_std_type(t, "Set") &&
                       (!s.is_await() || is_std_type(t, "AsyncGenerator"));
    if (t->is(TypeKind::List)) {
        iteration = Iteration::List;
    } else if (t->is(TypeKind::Tuple)) {
        iterated = add(list_of(element), node, Convert{ConvertKind::Unwrap, convert(iterated, type::any())});
        iteration = Iteration::List;
    } else if (widened(t)->is(TypeKind::String)) {
        iterated = code_points(iterated, node);
        iteration = Iteration::List;
    } else if (is_std_type(t, "Map") || is_std_type(t, "Set")) {
        iterated = snapshot(iterated, at);
        iteration = Iteration::List;
    } else if (s.is_await()) {
        if (!by_protocol) iterated = convert(iterated, type::any());
    } else if (!by_protocol && !t->has(TypeHasError)) {
        iterated = open_iterator(iterated, at);
        by_protocol = true;
    }
    forget_assigned(s.body().node);
    Facts head = facts_;
    if (by_protocol) {
        ExprId loop = iterate(s, label, iterated, element);
        body_.expressions[uint32_t(id)] = body_.expressions[uint32_t(loop)];
        scopes_.pop_back();
        return id;
    }
    ExprId store = ExprId::None;
    std::vector<ExprId> first;
    PatternId pattern;
    if (iteration == Iteration::List && s.is_await()) {
        // `for await` over an array of promises waits for each of them.
        Type arriving = type_of(iterated)->element();
        LocalId held = temporary(arriving, node);
        ExprId waited = add(element, node, Await{add(arriving, node, LocalRef{held})});
        pattern = add_pattern(arriving, node, BindPattern{held, BindMode::Value, PatternId::None});
        first.push_back(add(type::unit(), node, Let{loop_target(s, element, store), waited, ExprId::None}));
    } else {
        pattern = loop_target(s, element, store);
    }
    flush_rests(first);
    if (store != ExprId::None) first.push_back(store);
    ExprId body = loop_body(s.body(), label, id);
    Jump left = std::move(left_);
    if (!first.empty()) {
        first.push_back(body);
        body = add(type::unit(), node, Block{std::move(first), ExprId::None});
    }
    facts_ = head;
    leave_loop(left, true);
    reachable_ = true;
    body_.expressions[uint32_t(id)] = {type::unit(), node, For{pattern, iterated, body, iteration, ItemId::None}};
    scopes_.pop_back();
    return id;
}

/// An object of the program's own: `let it = x[Symbol.iterator](); while (true) { let step = it.next(); if (step.done)
/// break; … step.value … }`. One with a `return` (a generator) is told where the loop is left early, in a `finally`.
ExprId BodyBuilder::iterate(const ast::ForOfStmt& s, Name label, ExprId iterated, Type element) {
    uint32_t node = node_of(s.node);
    std::vector<ExprId> out;
    ExprId iterator = iterator_of(iterated, node);
    bool is_known = type_of(iterator)->is(TypeKind::Nominal) && kind_of(type_of(iterator)->item) == ItemKind::Class;
    bool ends = find_member(context_, type_of(iterator), Name("return")).kind == MemberInfo::Method;
    bool can_end = ends || !is_known;
    LocalId held = temporary(type::any(), node), open = temporary(type::boolean(), node);
    out.push_back(let_temporary(held, convert(iterator, type::any()), node));
    if (can_end) out.push_back(let_temporary(open, add(type::boolean(), node, BoolLiteral{true}), node));
    ExprId loop = reserve(node);
    LocalId step = temporary(type::any(), node);
    std::vector<ExprId> round;
    ExprId next =
        add(type::any(), node,
            Call{VirtualCallee{Name("next"), ItemId::None}, {add(type::any(), node, LocalRef{held})}, CallMode::Plain});
    auto awaited = [&](ExprId made) { return s.is_await() ? add(type::any(), node, Await{made}) : made; };
    round.push_back(let_temporary(step, awaited(next), node));
    auto part = [&](std::string_view name) {
        return add(type::any(), node, Property{add(type::any(), node, LocalRef{step}), Name(name)});
    };
    ExprId done = add(type::boolean(), node, Convert{ConvertKind::ToBool, part("done")});
    ExprId leave = add(type::never(), node, Break{loop, ExprId::None});
    if (can_end) {
        ExprId over = add(type::boolean(), node, LocalRef{open});
        ExprId close = add(type::unit(), node, hir::Assign{over, add(type::boolean(), node, BoolLiteral{false})});
        leave = add(type::never(), node, Block{{close}, leave});
    }
    round.push_back(add(type::unit(), node, If{done, leave, ExprId::None}));
    Facts head = facts_;
    ExprId store = ExprId::None;
    PatternId pattern = loop_target(s, element, store);
    round.push_back(add(type::unit(), node, Let{pattern, convert(part("value"), element), ExprId::None}));
    flush_rests(round);
    if (store != ExprId::None) round.push_back(store);
    round.push_back(loop_body(s.body(), label, loop));
    Jump left = std::move(left_);
    facts_ = head;
    leave_loop(left, true);
    reachable_ = true;
    ExprId body = add(type::unit(), node, Block{std::move(round), ExprId::None});
    body_.expressions[uint32_t(loop)] = {type::unit(), node, Loop{ExprId::None, body, ExprId::None, false}};
    if (can_end) {
        Call end{
            VirtualCallee{Name("return"), ItemId::None}, {add(type::any(), node, LocalRef{held})}, CallMode::Plain};
        ExprId ended = add(type::unit(), node, Block{{awaited(add(type::any(), node, std::move(end)))}, ExprId::None});
        if (!ends) {
            ExprId own = add(type::any(), node, Property{add(type::any(), node, LocalRef{held}), Name("return")});
            ExprId has = add(type::boolean(), node, Convert{ConvertKind::ToBool, own});
            ended = add(type::unit(), node, If{has, ended, ExprId::None});
        }
        ExprId early = add(type::unit(), node, If{add(type::boolean(), node, LocalRef{open}), ended, ExprId::None});
        loop = add(type::unit(), node, TryCatch{loop, {}, early});
    }
    out.push_back(loop);
    return add(type::unit(), node, Block{std::move(out), ExprId::None});
}

}  // namespace braid::velox_semantics
