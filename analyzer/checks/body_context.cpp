#include "analyzer/checks/body_context.h"

#include "analyzer/semantics/body_walk.h"

namespace braid::checks {

using namespace hir;

BodyContext::BodyContext(const Body& body)
    : body_(body),
      parents_(body.expressions.size(), ExprId::None),
      closures_(body.functions.size(), ExprId::None),
      initializers_(body.locals.size(), ExprId::None),
      functions_(body.expressions.size(), BodyFunctionId::None) {
    for (uint32_t i = 0; i < body.functions.size(); ++i) {
        walk_expressions(body, body.functions[i].root, [&](ExprId id) {
            functions_[uint32_t(id)] = BodyFunctionId(i);
            for_each_child(body[id], [&](ExprId child) { parents_[uint32_t(child)] = id; });
            if (auto* closure = body.as<Closure>(id)) closures_[uint32_t(closure->function)] = id;
            auto* let = body.as<Let>(id);
            if (!let || let->pattern == PatternId::None) return;
            auto* bind = body.as<BindPattern>(let->pattern);
            if (bind && bind->sub == PatternId::None && !body[bind->local].is_reassigned)
                initializers_[uint32_t(bind->local)] = let->initializer;
        });
    }
}

ExprId BodyContext::initializer(LocalId local) const { return initializers_[uint32_t(local)]; }

ExprId BodyContext::resolved(ExprId id) const {
    for (int steps = 0; steps < 16 && id != ExprId::None; ++steps) {
        id = unconverted(body_, id);
        auto* local = body_.as<LocalRef>(id);
        if (!local || initializer(local->local) == ExprId::None) return id;
        id = initializer(local->local);
    }
    return id;
}

BodyFunctionId BodyContext::function_value(ExprId id) const {
    id = resolved(id);
    auto* closure = id == ExprId::None ? nullptr : body_.as<Closure>(id);
    return closure ? closure->function : BodyFunctionId::None;
}

ExprId BodyContext::loop_around(ExprId id) const {
    return find_around(id, [&](ExprId at) { return body_.as<Loop>(at) || body_.as<For>(at); });
}

ExprId BodyContext::call_given(BodyFunctionId function) const {
    ExprId id = closure(function);
    if (id == ExprId::None) return id;
    do id = parent(id);
    while (id != ExprId::None && body_.as<Convert>(id));
    return id != ExprId::None && (body_.as<Call>(id) || body_.as<New>(id)) ? id : ExprId::None;
}

ExprId unconverted(const Body& body, ExprId id) {
    while (id != ExprId::None) {
        auto* convert = body.as<Convert>(id);
        if (!convert) break;
        id = convert->operand;
    }
    return id;
}

std::string_view called_name(const Call& call) {
    if (auto* found = std::get_if<VirtualCallee>(&call.callee)) return found->name.text();
    ItemId item = called_item(call);
    return item == ItemId::None ? std::string_view() : name_of(item).text();
}

ItemId called_item(const Call& call) {
    if (auto* direct = std::get_if<DirectCallee>(&call.callee)) return direct->function;
    if (auto* found = std::get_if<VirtualCallee>(&call.callee)) return found->method;
    if (auto* message = std::get_if<MessageCallee>(&call.callee)) return message->method;
    return ItemId::None;
}

bool is_std_call(const Call& call, std::string_view owner, std::string_view name) {
    ItemId item = called_item(call);
    if (item == ItemId::None || name_of(item).text() != name || !is_std(file_of(item))) return false;
    ItemId parent = parent_of(item);
    bool in_module = kind_of(parent) == ItemKind::File || kind_of(parent) == ItemKind::Module;
    return in_module ? owner.empty() : name_of(parent).text() == owner;
}

const Call* std_call(const Body& body, ExprId id, std::string_view owner, std::string_view name) {
    auto* call = id == ExprId::None ? nullptr : body.as<Call>(id);
    return call && is_std_call(*call, owner, name) ? call : nullptr;
}

std::string_view promise_combinator(const Call& call) {
    for (std::string_view name : {"all", "allSettled", "race", "any"})
        if (is_std_call(call, "Promise", name)) return name;
    return {};
}

bool is_promise(Type type) { return is_std_type(type, "Promise"); }

std::string path_of(const Body& body, ExprId id) {
    id = unconverted(body, id);
    if (id == ExprId::None) return {};
    if (auto* local = body.as<LocalRef>(id)) return std::string(body[local->local].name.text());
    if (auto* variable = body.as<StaticRef>(id)) {
        ItemId owner = parent_of(variable->item);
        std::string name(name_of(variable->item).text());
        return kind_of(owner) == ItemKind::File ? name : std::string(name_of(owner).text()) + "." + name;
    }
    if (auto* property = body.as<Property>(id)) {
        std::string base = path_of(body, property->base);
        return base.empty() ? base : base + "." + std::string(property->name.text());
    }
    return {};
}

}  // namespace braid::checks
