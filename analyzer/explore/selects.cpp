#include "analyzer/explore/machine.h"

#include <algorithm>

// Velox: `Channel.select({ receive: [[channel, f], …], send: [[channel, value, f], …], timeout: [ms, f], default: f })`
// is an operation that waits, and calls the function of the arm it takes.
namespace braid::explore {

Machine::Outcome Machine::select_channels(State& state, TaskIndex task, std::vector<Value>& arguments, Place place) {
    const Value operations = arguments.empty() ? Value() : Value(*pointee(state, &arguments[0]));
    if (!operations.is(Value::Kind::Record)) return unknown_call(state, task, arguments);
    auto member = [&](std::string_view name) -> std::optional<Value> {
        const uint64_t key = std::hash<std::string_view>{}(name);
        for (size_t i = 0; i + 1 < operations.parts.size(); i += 2)
            if (operations.parts[i].number == key) return Value(operations.parts[i + 1]);
        return std::nullopt;
    };
    auto elements_of = [&](std::optional<Value> list) -> std::optional<std::vector<Value>> {
        if (!list) return std::vector<Value>();
        const Value* held = pointee(state, &*list);
        if (!held->is(Value::Kind::Composite)) return std::nullopt;
        return held->parts;
    };
    Pending pending;
    pending.kind = OpKind::Select;
    pending.reply = Model::SelectChannels;
    pending.place = place;
    std::vector<Value> handlers;
    bool known = true;
    auto add_channels = [&](std::string_view name, hir::SelectArmKind kind) {
        auto rows = elements_of(member(name));
        known &= rows.has_value();
        for (const Value& row : rows ? *rows : std::vector<Value>()) {
            auto parts = elements_of(row);
            const size_t wanted = kind == hir::SelectArmKind::Send ? 3 : 2;
            auto channel =
                parts && parts->size() == wanted ? object_of(state, (*parts)[0], ObjectKind::Channel) : std::nullopt;
            if (!channel) {
                known = false;
                return;
            }
            Arm arm;
            arm.kind = kind;
            arm.channel = *channel;
            arm.only_ok = true;
            if (kind == hir::SelectArmKind::Send) arm.value = (*parts)[1];
            pending.arms.push_back(std::move(arm));
            handlers.push_back(parts->back());
        }
    };
    add_channels("receive", hir::SelectArmKind::Receive);
    add_channels("send", hir::SelectArmKind::Send);
    auto timeout = elements_of(member("timeout"));
    known &= timeout.has_value();
    auto add = [&](hir::SelectArmKind kind, Value handler) {
        Arm arm;
        arm.kind = kind;
        arm.channel = kNone;
        pending.arms.push_back(std::move(arm));
        handlers.push_back(std::move(handler));
    };
    if (timeout && !timeout->empty()) add(hir::SelectArmKind::Timeout, timeout->back());
    if (auto otherwise = member("default")) add(hir::SelectArmKind::Default, *otherwise);
    auto index = known && !pending.arms.empty() ? make_task(state, task, place) : std::nullopt;
    if (!index) return unknown_call(state, task, arguments);
    const ObjectIndex promise = make_promise(state, place);
    state.tasks[*index].promise = promise;
    state.tasks[*index].owner = task;
    state.tasks[*index].result = Value::integer(uint64_t(Model::SelectChannels));
    state.tasks[*index].closure = Value::composite(std::move(handlers));
    const std::vector<Arm> arms = pending.arms;
    (void)park(state, *index, std::move(pending));
    complete(state, task, Value::of(Value::Kind::Object, promise));
    // An arm that is ready is taken at once.
    for (const Move& move : moves(state)) {
        const bool takes = move.task == *index && !move.unknown && arms[move.arm].kind != hir::SelectArmKind::Timeout;
        if (takes || move.partner == *index) return perform(state, move) ? Outcome::Continue : Outcome::Abandon;
    }
    return Outcome::Continue;
}

}  // namespace braid::explore
