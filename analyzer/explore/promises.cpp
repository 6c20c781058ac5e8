#include <algorithm>

#include "analyzer/explore/machine.h"

// Velox: tasks that are calls of async functions, and the promises they settle. A call runs at once up to where it
// waits. An operation of the standard library that waits is a task of its own, without a body.
namespace braid::explore {

namespace {

constexpr size_t kMaxTasks = 16;
constexpr int kMaxChain = 24;  // of promises that are settled as others are

bool is_promise(const State& state, const Value& value) {
    return value.is(Value::Kind::Object) && state.objects[value.number].kind == ObjectKind::Promise;
}

/// Done by the time the call returns.
bool is_immediate(Model model) {
    switch (model) {
        case Model::TrySend:
        case Model::TryReceive:
        case Model::TryLock:
        case Model::Close:
        case Model::Notify:
        case Model::NotifyAll: return true;
        default: return false;
    }
}

}  // namespace

ObjectIndex Machine::make_promise(State& state, Place place) { return make_object(state, ObjectKind::Promise, place); }

std::optional<TaskIndex> Machine::make_task(State& state, TaskIndex starter, Place place) {
    auto holds = [&](TaskIndex task) {
        for (const Object& object : state.objects)
            for (const Hold& hold : object.holders)
                if (hold.task == task) return true;
        return false;
    };
    TaskIndex index = TaskIndex(state.tasks.size());
    for (TaskIndex t = 1; t < state.tasks.size() && index == state.tasks.size(); ++t)
        if (state.tasks[t].status == TaskStatus::Done && !holds(t)) index = t;
    if (index == state.tasks.size()) {
        if (state.tasks.size() >= kMaxTasks) {
            incomplete = true;
            return std::nullopt;
        }
        state.tasks.emplace_back();
    }
    Task task;
    task.spawned = place;
    task.path = mix(site(state, starter), index);
    task.closure = Value::of(Value::Kind::Moved, 0);
    state.tasks[index] = std::move(task);
    return index;
}

/// An async function is called: the caller has its promise, and it runs first.
Machine::Outcome Machine::start(State& state, TaskIndex task, const Value& callable, std::vector<Value> arguments,
                                Place place) {
    auto index = make_task(state, task, place);
    if (!index) return unknown_call(state, task, arguments);
    if (!make_frame(state, *index, callable.item, uint32_t(callable.number), arguments, &callable.parts,
                    mix(site(state, task), uint64_t(callable.item)))) {
        state.tasks[*index].status = TaskStatus::Done;
        incomplete = true;
        return unknown_call(state, task, arguments);
    }
    const ObjectIndex promise = make_promise(state, place);
    state.tasks[*index].promise = promise;
    complete(state, task, Value::of(Value::Kind::Object, promise));
    state.tasks[*index].order = ++state.begun;
    return Outcome::Continue;
}

/// The same for each element of a list; the first one runs first.
Machine::Outcome Machine::start_each(State& state, TaskIndex task, const Value& callable,
                                     const std::vector<Value>& elements, size_t results) {
    const Place place = place_of(state.tasks[task]);
    std::vector<TaskIndex> begun;
    for (size_t i = 0; i < elements.size(); ++i) {
        auto index = make_task(state, task, place);
        if (!index || !make_frame(state, *index, callable.item, uint32_t(callable.number),
                                  {elements[i], Value::integer(i)}, &callable.parts, mix(site(state, task), i))) {
            incomplete = true;
            return Outcome::Abandon;
        }
        const ObjectIndex promise = make_promise(state, place);
        state.tasks[*index].promise = promise;
        state.heap[results].parts[i] = Value::of(Value::Kind::Object, promise);
        begun.push_back(*index);
    }
    complete(state, task, Value::of(Value::Kind::Pointer, Target::heap(results)));
    for (size_t i = begun.size(); i-- > 0;) state.tasks[begun[i]].order = ++state.begun;
    return Outcome::Continue;
}

Machine::Outcome Machine::call_by_name(State& state, TaskIndex task, const mir::CallTerminator& call, ItemId function,
                                       std::vector<Value> arguments, Place place) {
    if (function == ItemId::None) {
        if (call.is_new) return construct(state, task, call, function, std::move(arguments));
        auto* found = std::get_if<hir::VirtualCallee>(&call.callee);
        const bool channel = !arguments.empty() && arguments[0].is(Value::Kind::Object) &&
                             state.objects[arguments[0].number].kind == ObjectKind::Channel;
        if (channel && found && found->name.text() == "next")
            return model(state, task, Model::ReceiveNext, arguments, place);
        return unknown_call(state, task, arguments);
    }
    if (Model known = model_of(function); known != Model::None) return model(state, task, known, arguments, place);
    if (call.is_new) return construct(state, task, call, function, std::move(arguments));
    auto signature = context_.get<SignatureOf>(function);
    if (!signature->has_body || signature->is_native) return unknown_call(state, task, arguments);
    if (call.mode == hir::CallMode::HotPromise)
        return start(state, task, Value{Value::Kind::Closure, 0, function, {}}, std::move(arguments), place);
    return enter(state, task, function, 0, std::move(arguments), nullptr);
}

/// 0: not yet, 1: fulfilled, 2: rejected. What others may settle too may have been.
int Machine::settled(const State& state, ObjectIndex index, int depth) const {
    const Object& promise = state.objects[index];
    if (depth > kMaxChain) return 1;
    if (promise.follows != kNone) return settled(state, promise.follows, depth + 1);
    if (promise.combines == Model::None) return promise.count ? int(promise.count) : promise.wild;
    size_t fulfilled = 0, rejected = 0;
    for (const Value& value : promise.buffer) {
        const int each = is_promise(state, value) ? settled(state, ObjectIndex(value.number), depth + 1) : 1;
        fulfilled += each == 1, rejected += each == 2;
    }
    const bool all = fulfilled + rejected == promise.buffer.size();
    switch (promise.combines) {
        case Model::PromiseAll: return rejected ? 2 : all;
        case Model::PromiseAllSettled: return all;
        case Model::PromiseAny: return fulfilled ? 1 : all && rejected ? 2 : 0;
        default: return fulfilled ? 1 : rejected ? 2 : 0;
    }
}

/// What a settled promise gives, or the reason of its rejection.
Value Machine::outcome_of(State& state, ObjectIndex index) {
    for (int i = 0; i < kMaxChain && state.objects[index].follows != kNone; ++i) index = state.objects[index].follows;
    const Object& promise = state.objects[index];
    if (promise.combines == Model::None)
        return promise.count ? state.heap[promise.content] : Value::unknown(mix(index, 0x70));
    const bool rejected = settled(state, index) == 2;
    std::vector<Value> all;
    for (const Value& value : std::vector<Value>(promise.buffer)) {
        if (is_promise(state, value) && settled(state, ObjectIndex(value.number)) == 0) continue;
        Value outcome =
            is_promise(state, value) && value.number != index ? outcome_of(state, ObjectIndex(value.number)) : value;
        const bool fails = is_promise(state, value) && settled(state, ObjectIndex(value.number)) == 2;
        if (rejected && fails) return outcome;
        all.push_back(std::move(outcome));
    }
    if (state.objects[index].combines == Model::PromiseAll) return allocate(state, Value::composite(std::move(all)));
    return Value::unknown(mix(index, 0x71));
}

void Machine::settle_promise(State& state, ObjectIndex index, Value value, bool rejected) {
    Object& promise = state.objects[index];
    if (promise.count || promise.follows != kNone) return;
    if (!rejected && is_promise(state, value) && value.number != index) {
        promise.follows = ObjectIndex(value.number);
        return;
    }
    promise.count = rejected ? 2 : 1;
    promise.content = state.heap.size();
    state.heap.push_back(std::move(value));
}

/// Begins an operation of a task: what can be done at once is, else it waits by itself.
Machine::Outcome Machine::operate(State& state, TaskIndex task, Model model, Pending pending) {
    pending.reply = model;
    auto act = [&](TaskIndex who) {
        for (const Move& move : moves(state))
            if (move.task == who || move.partner == who) return perform(state, move);
        return true;
    };
    if (is_immediate(model)) {
        (void)park(state, task, std::move(pending));
        return act(task) ? Outcome::Continue : Outcome::Abandon;
    }
    const Place place = pending.place;
    auto index = make_task(state, task, place);
    if (!index) {
        state.objects[pending.object].wild = true;
        std::vector<Value> given{std::move(pending.value)};
        return unknown_call(state, task, given);
    }
    const ObjectIndex promise = make_promise(state, place);
    state.tasks[*index].promise = promise;
    state.tasks[*index].owner = task;
    (void)park(state, *index, std::move(pending));
    if (!act(*index)) return Outcome::Abandon;
    complete(state, task, Value::of(Value::Kind::Object, promise));
    return Outcome::Continue;
}

Value Machine::failure(DiagnosticCode code, Place place, ObjectIndex object, TaskIndex task) {
    failures_.push_back({code, place, object, task});
    return Value::of(Value::Kind::Failure, failures_.size() - 1);
}

/// What an operation of Altru's model is in Velox. True: it fails.
bool Machine::converted(State& state, const Pending& pending, Value& result) {
    const bool first = result.is(Value::Kind::Composite) && result.number == 0;
    if (pending.reply == Model::None) return false;
    if (result.is(Value::Kind::Failure)) return true;
    switch (pending.reply) {
        case Model::TrySend:
        case Model::TryLock: result = Value::integer(first); return false;
        case Model::SelectChannels:
            if (first && !result.parts.empty()) result = Value(result.parts[0]);
            return false;
        case Model::Receive:
        case Model::TryReceive:
            if (result.is(Value::Kind::Unknown)) return false;
            if (!first && pending.reply == Model::Receive) return true;
            result = first ? Value(result.parts.at(0)) : Value::composite({});
            return false;
        case Model::ReceiveNext: {
            Value next;
            next.kind = Value::Kind::Record;
            next.parts = {Value::integer(std::hash<std::string_view>{}("done")),
                          Value::integer(result.is(Value::Kind::Composite) && !first),
                          Value::integer(std::hash<std::string_view>{}("value")),
                          first ? Value(result.parts.at(0)) : result};
            result = allocate(state, std::move(next));
            return false;
        }
        case Model::BarrierWait: return false;
        default: result = Value::composite({}); return false;
    }
}

/// A task without a body has what it waited for: it settles its promise, or calls what was to be called then.
void Machine::finish_operation(State& state, TaskIndex task, Value value, bool rejected, uint32_t arm) {
    Task& ended = state.tasks[task];
    const Model kind = ended.result.is(Value::Kind::Integer) ? Model(ended.result.number) : Model::None;
    const ObjectIndex promise = ended.promise;
    std::vector<Value> handlers = std::move(ended.closure.parts);
    ended.pending = {};
    ended.result = Value();
    ended.closure = Value::of(Value::Kind::Moved, 0);
    const size_t wanted = kind == Model::SelectChannels ? arm : kind == Model::PromiseThen && rejected ? 1 : 0;
    const bool handles = kind != Model::None && wanted < handlers.size() && (kind != Model::PromiseCatch || rejected);
    if (!handles) {
        ended.status = TaskStatus::Done;
        if (promise != kNone) settle_promise(state, promise, std::move(value), rejected);
        return;
    }
    Value handler = *pointee(state, &handlers[wanted]);
    ended.status = TaskStatus::Running;
    ended.order = ++state.begun;
    std::vector<Value> given;
    if (kind == Model::PromiseThen || kind == Model::PromiseCatch || kind == Model::SelectChannels)
        given.push_back(value);
    if (handler.is(Value::Kind::Closure) && kind_of(handler.item) != ItemKind::Class &&
        make_frame(state, task, handler.item, uint32_t(handler.number), given, &handler.parts,
                   mix(state.tasks[task].path, uint64_t(handler.item))))
        return;
    state.tasks[task].status = TaskStatus::Done;
    if (handler.is(Value::Kind::Resolver))
        settle_promise(state, ObjectIndex(handler.number), given.empty() ? Value::composite({}) : given[0],
                       !handler.parts.empty());
    else escape(state, handler);
    if (promise != kNone) settle_promise(state, promise, Value::unknown(mix(state.tasks[task].path, 0x72)), false);
}

/// Goes to who catches; a call that nobody catches in rejects its promise.
Machine::Outcome Machine::throw_error(State& state, TaskIndex task, Value error) {
    std::vector<Frame>& frames = state.tasks[task].frames;
    state.tasks[task].pending = {};
    while (!frames.empty()) {
        Frame& frame = frames.back();
        const mir::BlockId handler = frame.body->blocks[frame.block].unwind;
        if (handler != mir::kNoBlock && !frame.body->blocks[handler].is_cleanup) {
            frame.block = handler;
            frame.statement = 0;
            state.tasks[task].status = TaskStatus::Running;
            state.tasks[task].order = ++state.begun;
            if (mir::Local caught = frame.body->blocks[handler].error_local; caught != mir::kNoLocal)
                *at(state, task, mir::Place{caught, {}}) = std::move(error);
            return Outcome::Continue;
        }
        const ObjectIndex executes = frame.executes;
        bool more = frame.gather.cell != 0 && !frame.gather.last;
        frames.pop_back();
        for (; more && !frames.empty(); frames.pop_back()) more = !frames.back().gather.last;
        if (executes == kNone) continue;
        settle_promise(state, executes, std::move(error), true);
        complete(state, task, Value::of(Value::Kind::Object, executes));
        return Outcome::Continue;
    }
    state.tasks[task].status = TaskStatus::Done;
    if (const ObjectIndex promise = state.tasks[task].promise; promise != kNone) {
        settle_promise(state, promise, std::move(error), true);
        return Outcome::Continue;
    }
    if (task != 0) return Outcome::Continue;
    state.root_returned = true;
    if (error.is(Value::Kind::Failure)) {
        const Failure& why = failures_[error.number];
        incident(why.code, state, why.place, why.object, why.task);
        incidents.back().rejects = true;
    }
    return Outcome::Abandon;
}

Machine::Outcome Machine::promise_model(State& state, TaskIndex task, Model model, std::vector<Value>& arguments,
                                        Place place) {
    auto done = [&](Value value) {
        complete(state, task, std::move(value));
        return Outcome::Continue;
    };
    auto given = [&](size_t i) { return i < arguments.size() ? arguments[i] : Value::composite({}); };
    switch (model) {
        case Model::NewPromise: {
            const ObjectIndex promise = make_promise(state, place);
            Value executor = given(0);
            executor = *pointee(state, &executor);
            Value resolve = Value::of(Value::Kind::Resolver, promise), reject = resolve;
            reject.parts.push_back(Value::integer(1));
            if (executor.is(Value::Kind::Closure) &&
                make_frame(state, task, executor.item, uint32_t(executor.number), {resolve, reject}, &executor.parts,
                           mix(site(state, task), uint64_t(executor.item)))) {
                state.tasks[task].frames.back().executes = promise;
                return Outcome::Continue;
            }
            state.objects[promise].wild = true;
            return done(Value::of(Value::Kind::Object, promise));
        }
        case Model::Resolve:
        case Model::Reject: {
            Value resolver = given(0);
            resolver = *pointee(state, &resolver);
            if (!resolver.is(Value::Kind::Resolver)) return unknown_call(state, task, arguments);
            settle_promise(state, ObjectIndex(resolver.number), given(1),
                           model == Model::Reject || !resolver.parts.empty());
            return done(Value::composite({}));
        }
        case Model::PromiseThen:
        case Model::PromiseCatch:
        case Model::PromiseFinally: {
            if (!is_promise(state, given(0))) return unknown_call(state, task, arguments);
            auto index = make_task(state, task, place);
            if (!index) return unknown_call(state, task, arguments);
            const ObjectIndex promise = make_promise(state, place);
            Pending pending;
            pending.kind = OpKind::AwaitPromise;
            pending.object = ObjectIndex(arguments[0].number);
            pending.place = place;
            Task& then = state.tasks[*index];
            then.promise = promise;
            then.owner = task;
            then.result = Value::integer(uint64_t(model));
            then.closure = Value::composite({});
            for (size_t i = 1; i < arguments.size(); ++i)
                if (!arguments[i].is(Value::Kind::Composite)) then.closure.parts.push_back(arguments[i]);
            (void)park(state, *index, std::move(pending));
            return done(Value::of(Value::Kind::Object, promise));
        }
        case Model::PromiseResolve:
        case Model::PromiseReject: {
            if (model == Model::PromiseResolve && is_promise(state, given(0))) return done(given(0));
            const ObjectIndex promise = make_promise(state, place);
            settle_promise(state, promise, given(0), model == Model::PromiseReject);
            return done(Value::of(Value::Kind::Object, promise));
        }
        case Model::PromiseAll:
        case Model::PromiseAllSettled:
        case Model::PromiseRace:
        case Model::PromiseAny: {
            Value list = given(0);
            list = *pointee(state, &list);
            if (!list.is(Value::Kind::Composite)) return unknown_call(state, task, arguments);
            const ObjectIndex promise = make_promise(state, place);
            state.objects[promise].combines = model;
            state.objects[promise].buffer = std::move(list.parts);
            return done(Value::of(Value::Kind::Object, promise));
        }
        case Model::Later: {
            auto index = make_task(state, task, place);
            if (!index) return unknown_call(state, task, arguments);
            Pending pending;
            pending.kind = OpKind::Yield;
            pending.place = place;
            state.tasks[*index].owner = task;
            state.tasks[*index].result = Value::integer(uint64_t(model));
            state.tasks[*index].closure = Value::composite({given(0)});
            (void)park(state, *index, std::move(pending));
            return done(Value::unknown(mix(site(state, task), 0x73)));
        }
        case Model::SelectChannels: return select_channels(state, task, arguments, place);
        case Model::Unlock:
            if (auto lock = object_of(state, given(0), ObjectKind::Mutex)) release(state, *lock, task);
            return done(Value::composite({}));
        default: return unknown_call(state, task, arguments);
    }
}

std::vector<TaskIndex> Machine::awaited_by_root(const State& from) {
    State state = from;
    std::vector<TaskIndex> out{0};
    auto parked = [&](TaskIndex t) { return state.tasks[t].status == TaskStatus::Parked; };
    auto add = [&](TaskIndex t) {
        if (parked(t) && std::find(out.begin(), out.end(), t) == out.end()) out.push_back(t);
    };
    for (size_t i = 0; i < out.size(); ++i) {
        const Pending& pending = state.tasks[out[i]].pending;
        std::vector<ObjectIndex> objects;
        if (pending.object < state.objects.size()) objects = promises_behind(state, pending.object);
        for (const Arm& arm : pending.arms)
            if (arm.channel < state.objects.size()) objects.push_back(arm.channel);
        for (ObjectIndex object : objects) {
            for (const Hold& hold : state.objects[object].holders) add(hold.task);
            for (TaskIndex t = 0; t < state.tasks.size(); ++t)
                if (state.tasks[t].promise == object || (parked(t) && t != out[i] && mentions(state, t, object)))
                    add(t);
        }
    }
    return out;
}

/// The promise and those it is settled by; of another object, itself.
std::vector<ObjectIndex> Machine::promises_behind(const State& state, ObjectIndex index) const {
    std::vector<ObjectIndex> out{index};
    auto add = [&](ObjectIndex object) {
        if (object != kNone && std::find(out.begin(), out.end(), object) == out.end()) out.push_back(object);
    };
    for (size_t i = 0; i < out.size(); ++i) {
        const Object& object = state.objects[out[i]];
        if (object.kind != ObjectKind::Promise) continue;
        add(object.follows);
        for (const Value& value : object.buffer)
            if (is_promise(state, value)) add(ObjectIndex(value.number));
    }
    return out;
}

}  // namespace braid::explore
