#include "analyzer/explore/machine.h"

#include <array>
#include <string>

#include "analyzer/flow/mir_walk.h"

// Runs bodies: statements, calls, forks. What waits is in objects.cpp and moves.cpp.
namespace braid::explore {

namespace {
constexpr size_t kMaxFrames = 24, kMaxHeap = 400;
constexpr int kMaxSteps = 6000;  // between two waits
constexpr int kMaxSettleSteps = 30'000;
constexpr int kMaxAllSteps = 1'000'000;

}  // namespace

Place place_of(const Frame& frame) { return {frame.body->item, frame.body->blocks[frame.block].terminator.node}; }

Place place_of(const Task& task) {
    for (auto frame = task.frames.rbegin(); frame != task.frames.rend(); ++frame)
        if (!is_std(file_of(frame->body->item))) return place_of(*frame);
    return task.spawned;
}

Machine::Machine(QueryContext& context, ItemId root) : context_(context), root_(root) {}

std::optional<State> Machine::initial() {
    auto* bodies = bodies_of(root_);
    if (!bodies || bodies->functions.empty()) return std::nullopt;
    State state;
    state.heap.push_back(Value::composite({}));  // cell 0: none
    state.tasks.emplace_back();
    by_promises_ = bodies->functions[0].errors_are_exceptions;
    std::vector<Value> arguments;
    for (uint32_t i = 0; i < bodies->functions[0].parameter_count; ++i)
        arguments.push_back(Value::unknown(mix(i, 0xa11)));
    if (!make_frame(state, 0, root_, 0, std::move(arguments), nullptr, 1)) return std::nullopt;
    return state;
}

bool Machine::make_frame(State& state, TaskIndex task, ItemId item, uint32_t function, std::vector<Value> arguments,
                         const std::vector<Value>* captures, uint64_t path) {
    auto* bodies = bodies_of(item);
    if (!bodies || function >= bodies->functions.size() || state.tasks[task].frames.size() >= kMaxFrames) return false;
    const mir::MirBody& body = bodies->functions[function];
    if (body.is_generator || body.blocks.empty()) return false;
    visited.insert(item);
    Frame frame;
    frame.bodies = bodies_[item];
    frame.body = &body;
    frame.path = path;
    frame.quiet_loops = quiet_loops_of(body);
    frame.locals.resize(body.locals.size());
    for (size_t i = 0; i < frame.locals.size(); ++i) frame.locals[i] = Value::of(Value::Kind::Moved, 0);
    for (size_t i = 0; i < arguments.size() && i < body.parameter_count; ++i) {
        name_object(state, body.locals[1 + i].name, arguments[i]);
        frame.locals[1 + i] = std::move(arguments[i]);
    }
    if (captures)
        for (size_t i = 0; i < captures->size() && i < body.capture_count; ++i)
            frame.locals[1 + body.parameter_count + i] = (*captures)[i];
    state.tasks[task].frames.push_back(std::move(frame));
    return true;
}

void Machine::settle(State first, std::vector<State>& out) {
    std::vector<std::pair<State, int>> work;  // with the steps since its tasks waited
    work.emplace_back(std::move(first), 0);
    int all = 0;
    while (!work.empty()) {
        State state = std::move(work.back().first);
        int steps = work.back().second;
        work.pop_back();
        bool dead = false;
        while (!dead) {
            TaskIndex running = kNone;
            for (TaskIndex i = 0; i < state.tasks.size(); ++i)
                if (state.tasks[i].status == TaskStatus::Running &&
                    (running == kNone || state.tasks[i].order > state.tasks[running].order))
                    running = i;
            if (running == kNone) break;
            if (++all > kMaxSettleSteps || ++steps_ > kMaxAllSteps) {
                incomplete = true;
                return;
            }
            if (++steps > kMaxSteps || state.heap.size() > kMaxHeap) {
                incomplete = dead = true;
                break;
            }
            scratch_.clear();
            Outcome outcome = step(state, running);
            if (outcome == Outcome::Abandon) dead = true;
            if (outcome != Outcome::Fork) continue;
            note_fork(state, running);
            for (size_t i = 0; i < fork_options_.size(); ++i) {
                if (i + 1 < fork_options_.size()) work.emplace_back(state, steps);
                else work.emplace_back(std::move(state), steps);
                work.back().first.decided[fork_symbol_] = fork_options_[i];
            }
            dead = true;
        }
        if (!dead) out.push_back(std::move(state));
    }
}

Machine::Outcome Machine::step(State& state, TaskIndex task) {
    Frame& frame = state.tasks[task].frames.back();
    if (frame.statement == 0 && runs_long(frame)) return step_over_loop(state, task);
    const mir::Block& block = frame.body->blocks[frame.block];
    if (frame.statement >= block.statements.size()) return terminator(state, task, block.terminator);
    const mir::Statement& statement = block.statements[frame.statement];
    if (auto* set = std::get_if<mir::Assign>(&statement.kind)) {
        Value value;
        if (auto* property = std::get_if<mir::PropertyOf>(&set->value);
            property && enter_getter(state, task, *property))
            return Outcome::Continue;
        if (!rvalue(state, task, set->value, value)) return Outcome::Fork;
        assign(state, task, set->place, std::move(value));
    } else if (auto* dead = std::get_if<mir::StorageDead>(&statement.kind)) {
        frame.locals[dead->local] = Value::of(Value::Kind::Moved, 0);
        if (dead->local < frame.boxes.size()) frame.boxes[dead->local] = 0;
    } else if (auto* live = std::get_if<mir::StorageLive>(&statement.kind)) {
        if (live->local < frame.boxes.size()) frame.boxes[live->local] = 0;
    } else if (auto* set = std::get_if<mir::SetProperty>(&statement.kind)) {
        Value object = evaluate(state, task, set->object);
        set_property(state, object, set->name, evaluate(state, task, set->value));
    } else if (auto* set = std::get_if<mir::SetElement>(&statement.kind)) {
        escape(state, evaluate(state, task, set->value));
    }
    ++state.tasks[task].frames.back().statement;
    return Outcome::Continue;
}

Machine::Outcome Machine::terminator(State& state, TaskIndex task, const mir::Terminator& t) {
    Frame& frame = state.tasks[task].frames.back();
    const Place place = place_of(state.tasks[task]);
    auto go_to = [&](mir::BlockId target) {
        Frame& current = state.tasks[task].frames.back();
        current.block = target;
        current.statement = 0;
        return Outcome::Continue;
    };
    if (auto* next = std::get_if<mir::Goto>(&t.kind)) return go_to(next->target);
    if (auto* next = std::get_if<mir::AssertTerminator>(&t.kind)) return go_to(next->target);
    if (auto* branch = std::get_if<mir::SwitchInteger>(&t.kind)) {
        Value value = evaluate(state, task, branch->value);
        if (value.is(Value::Kind::Integer)) {
            for (const auto& [wanted, target] : branch->targets)
                if (wanted == value.number) return go_to(target);
            return go_to(branch->otherwise);
        }
        // Read again after the fork: give the operand back what a move took.
        if (auto* moved = mir::moved_place(branch->value)) *at(state, task, *moved) = value;
        if (!value.is(Value::Kind::Unknown)) return Outcome::Abandon;
        fork_symbol_ = value.number;
        fork_options_.clear();
        uint64_t other = 0;
        for (const auto& [wanted, target] : branch->targets) {
            fork_options_.push_back(wanted);
            other = std::max(other, wanted + 1);
        }
        const mir::Block& otherwise = frame.body->blocks[branch->otherwise];
        bool impossible =
            otherwise.statements.empty() && std::holds_alternative<mir::Unreachable>(otherwise.terminator.kind);
        if (!impossible) fork_options_.push_back(branch->targets.size() == 1 && other == 1 ? 1 : other);
        return Outcome::Fork;
    }
    if (auto* dropped = std::get_if<mir::Drop>(&t.kind)) {
        Value* value = at(state, task, dropped->place);
        drop(state, *value, task);
        go_to(dropped->target);
        run_drops(state, task);
        return Outcome::Continue;
    }
    if (auto* called = std::get_if<mir::CallTerminator>(&t.kind)) return call(state, task, *called, place);
    if (auto* waits = std::get_if<mir::SelectTerminator>(&t.kind)) return select(state, task, *waits, place);
    if (auto* waits = std::get_if<mir::AwaitTerminator>(&t.kind))
        return await(state, task, evaluate(state, task, waits->operand), place);
    if (std::holds_alternative<mir::ReturnTerminator>(t.kind)) {
        leave(state, task);
        return Outcome::Continue;
    }
    if (auto* thrown = std::get_if<mir::ThrowTerminator>(&t.kind))
        return throw_error(state, task, evaluate(state, task, thrown->value));
    return Outcome::Abandon;  // a panic, or what is not understood
}

/// After a script's statements its `main` is called, unless they have done so.
bool Machine::begin_main(State& state) {
    if (!by_promises_ || state.main_begun || kind_of(root_) != ItemKind::File) return false;
    state.main_begun = true;
    for (const auto& child : *context_.get<ItemChildren>(root_)) {
        if (kind_of(child.item) != ItemKind::Function || name_of(child.item).text() != "main") continue;
        return !visited.count(child.item) && make_frame(state, 0, child.item, 0, {}, nullptr, uint64_t(child.item));
    }
    return false;
}

void Machine::leave(State& state, TaskIndex task) {
    Value result = std::move(state.tasks[task].frames.back().locals[0]);
    if (result.is(Value::Kind::Moved)) result = Value::composite({});
    const ObjectIndex once = state.tasks[task].frames.back().once;
    const ObjectIndex actor = state.tasks[task].frames.back().actor;
    const size_t dropped = state.tasks[task].frames.back().dropped;
    const Frame ended = std::move(state.tasks[task].frames.back());
    state.tasks[task].frames.pop_back();
    if (ended.is_getter) {
        Frame& reader = state.tasks[task].frames.back();
        if (auto* set = std::get_if<mir::Assign>(&reader.body->blocks[reader.block].statements[reader.statement].kind))
            assign(state, task, set->place, std::move(result));
        ++state.tasks[task].frames.back().statement;
        return;
    }
    if (ended.executes != kNone) result = Value::of(Value::Kind::Object, ended.executes);
    if (ended.constructs) result = Value::of(Value::Kind::Pointer, Target::heap(ended.constructs));
    if (ended.gather.cell && gathered(state, ended, std::move(result))) return;
    if (ended.gather.cell) result = Value::of(Value::Kind::Pointer, Target::heap(ended.gather.cell));
    if (once != kNone) {
        state.objects[once].count = 2;
        state.objects[once].holders.clear();
    }
    if (actor != kNone) release(state, actor, task);
    if (dropped) {
        Value value = std::move(state.heap[dropped]);
        state.heap[dropped] = Value::of(Value::Kind::Moved, 0);
        value.item = ItemId::None;
        drop(state, value, task);
        run_drops(state, task);
        if (state.tasks[task].frames.empty()) end_task(state, task, std::move(state.tasks[task].result));
    } else if (state.tasks[task].frames.empty()) {
        if (task == 0 && begin_main(state)) return;
        end_task(state, task, std::move(result));
    } else complete(state, task, std::move(result));
}

void Machine::end_task(State& state, TaskIndex task, Value result) {
    Value closure = std::move(state.tasks[task].closure);
    state.tasks[task].closure = Value::of(Value::Kind::Moved, 0);
    state.tasks[task].result = std::move(result);
    drop(state, closure, task);
    run_drops(state, task);
    if (!state.tasks[task].frames.empty()) return;  // comes back here when they have run
    if (ObjectIndex promise = state.tasks[task].promise; promise != kNone)
        settle_promise(state, promise, Value(state.tasks[task].result), false);
    if (task == 0) {
        state.root_returned = true;
        escape(state, Value(state.tasks[task].result));
    }
    Task& ended = state.tasks[task];
    ended.status = TaskStatus::Done;
    ended.pending = {};
}

/// The call, await or select the task stands at gives `result`.
void Machine::complete(State& state, TaskIndex task, Value result, uint32_t arm) {
    const bool rejected = converted(state, state.tasks[task].pending, result);
    state.tasks[task].status = TaskStatus::Running;
    if (by_promises_) state.tasks[task].order = ++state.begun;
    state.tasks[task].pending = {};
    if (state.tasks[task].frames.empty()) return finish_operation(state, task, std::move(result), rejected, arm);
    if (rejected) return void(throw_error(state, task, std::move(result)));
    Frame& frame = state.tasks[task].frames.back();
    const mir::Terminator& t = frame.body->blocks[frame.block].terminator;
    const mir::Place* destination = nullptr;
    mir::BlockId target = mir::kNoBlock;
    if (auto* call = std::get_if<mir::CallTerminator>(&t.kind)) destination = &call->destination, target = call->target;
    else if (auto* wait = std::get_if<mir::AwaitTerminator>(&t.kind))
        destination = &wait->destination, target = wait->target;
    else if (auto* select = std::get_if<mir::SelectTerminator>(&t.kind)) {
        const mir::SelectArm& taken = select->arms[arm];
        target = taken.target;
        if (taken.kind == hir::SelectArmKind::Receive) destination = &taken.destination;
    }
    if (target == mir::kNoBlock) {
        state.tasks[task].status = TaskStatus::Done;
        state.tasks[task].frames.clear();
        return;
    }
    if (destination) assign(state, task, *destination, std::move(result));
    Frame& current = state.tasks[task].frames.back();
    current.block = target;
    current.statement = 0;
}

Machine::Outcome Machine::unknown_call(State& state, TaskIndex task, std::vector<Value>& arguments) {
    for (const Value& value : arguments) escape(state, value);
    complete(state, task, Value::unknown(mix(site(state, task), 11)));
    return Outcome::Continue;
}

Machine::Outcome Machine::enter(State& state, TaskIndex task, ItemId item, uint32_t function,
                                std::vector<Value> arguments, const std::vector<Value>* captures) {
    uint64_t path = mix(site(state, task), uint64_t(item));
    if (make_frame(state, task, item, function, arguments, captures, path)) return Outcome::Continue;
    incomplete = true;
    return unknown_call(state, task, arguments);
}

Machine::Outcome Machine::enter_callable(State& state, TaskIndex task, const Value& callable,
                                         std::vector<Value> arguments) {
    const Value* target = pointee(state, const_cast<Value*>(&callable));
    if (target->is(Value::Kind::Resolver)) {
        settle_promise(state, ObjectIndex(target->number), arguments.empty() ? Value::composite({}) : arguments[0],
                       !target->parts.empty());
        complete(state, task, Value::composite({}));
        return Outcome::Continue;
    }
    if (!target->is(Value::Kind::Closure)) {
        arguments.push_back(callable);
        return unknown_call(state, task, arguments);
    }
    Value closure = *target;
    auto* bodies = bodies_of(closure.item);
    if (bodies && closure.number < bodies->functions.size() && bodies->functions[closure.number].is_async) {
        if (bodies->functions[closure.number].errors_are_exceptions)
            return start(state, task, closure, std::move(arguments), place_of(state.tasks[task]));
        Value future = closure;
        future.kind = Value::Kind::Future;
        future.parts = {closure, Value::composite(std::move(arguments))};
        complete(state, task, std::move(future));
        return Outcome::Continue;
    }
    return enter(state, task, closure.item, uint32_t(closure.number), std::move(arguments), &closure.parts);
}

/// Short, without loops, and calls nothing of the program: cheap enough to be run for its value alone.
bool Machine::is_simple(ItemId function) {
    auto known = simple_.find(function);
    if (known != simple_.end()) return known->second;
    auto* bodies = bodies_of(function);
    bool simple = bodies && !bodies->functions.empty() && bodies->functions[0].blocks.size() <= 60;
    for (mir::BlockId id = 0; simple && id < bodies->functions[0].blocks.size(); ++id) {
        const mir::Terminator& t = bodies->functions[0].blocks[id].terminator;
        std::set<mir::BlockId> seen;
        std::vector<mir::BlockId> work{id};
        while (!work.empty() && simple) {
            mir::BlockId from = work.back();
            work.pop_back();
            mir::for_each_successor(bodies->functions[0].blocks[from].terminator,
                                    [&](mir::BlockId to, const mir::Place*) {
                                        simple &= to != id;
                                        if (seen.insert(to).second) work.push_back(to);
                                    });
        }
        auto* call = std::get_if<mir::CallTerminator>(&t.kind);
        auto* direct = call ? std::get_if<hir::DirectCallee>(&call->callee) : nullptr;
        simple &= !call || (direct && direct->function != ItemId::None && is_std(file_of(direct->function)));
    }
    return simple_[function] = simple;
}

Machine::Outcome Machine::call(State& state, TaskIndex task, const mir::CallTerminator& call, Place place) {
    std::vector<Value> arguments;
    for (const mir::Operand& operand : call.arguments) arguments.push_back(evaluate(state, task, operand));
    if (std::holds_alternative<hir::ValueCallee>(call.callee)) {
        Value callable = evaluate(state, task, call.function_value);
        if (call.is_go) return spawn(state, task, std::move(callable), std::move(arguments), place, kNone);
        return enter_callable(state, task, callable, std::move(arguments));
    }
    if (auto* sent = std::get_if<hir::MessageCallee>(&call.callee); sent && !call.is_go)
        return message(state, task, sent->method, std::move(arguments), place);
    auto* direct = std::get_if<hir::DirectCallee>(&call.callee);
    if (state.tasks[task].frames.back().body->errors_are_exceptions) {
        auto* found = std::get_if<hir::VirtualCallee>(&call.callee);
        if ((!found && !direct) || !call.spread.empty()) return unknown_call(state, task, arguments);
        ItemId function = direct              ? direct->function
                          : arguments.empty() ? ItemId::None
                                              : method_of(state, *found, arguments[0]);
        return call_by_name(state, task, call, function, std::move(arguments), place);
    }
    if (!direct || direct->function == ItemId::None || !call.spread.empty())
        return unknown_call(state, task, arguments);
    ItemId function = direct->function;
    if (kind_of(parent_of(function)) == ItemKind::Trait && direct->self && !direct->self->has(TypeHasParameter))
        if (auto found = resolve_trait_method(context_, function, direct->self, direct->type_arguments);
            found.function != ItemId::None)
            function = found.function;
    if (call.is_go)
        return spawn(state, task, Value{Value::Kind::Closure, 0, function, {}}, std::move(arguments), place, kNone);
    if (Model known = model_of(function); known != Model::None) return model(state, task, known, arguments, place);
    auto signature = context_.get<SignatureOf>(function);
    bool runs = signature->has_body && !signature->is_native && context_.get<TouchesTasks>(function)->runs;
    if (call.mode == hir::CallMode::ColdFuture && signature->has_body && !signature->is_native) {
        Value future{Value::Kind::Future, 0, function, {}};
        future.parts = {Value{Value::Kind::Closure, 0, function, {}}, Value::composite(std::move(arguments))};
        complete(state, task, std::move(future));
        return Outcome::Continue;
    }
    if (runs) return enter(state, task, function, 0, std::move(arguments), nullptr);
    // It neither waits nor starts anything: what it does to its arguments matters only where they are handles.
    if (signature->has_body && !signature->is_native) {
        if (is_simple(function)) return enter(state, task, function, 0, std::move(arguments), nullptr);
    }
    return unknown_call(state, task, arguments);
}

/// The actor is idle, and handles a message.
bool Machine::handle(State& state, TaskIndex task, ObjectIndex actor, ItemId method, std::vector<Value> arguments,
                     Place place) {
    const size_t cell = state.objects[actor].content;
    arguments.at(0) = Value::of(Value::Kind::Pointer, Target::heap(cell));
    const uint64_t path = state.tasks[task].frames.empty() ? state.tasks[task].path : site(state, task);
    if (!make_frame(state, task, method, 0, std::move(arguments), nullptr, mix(path, uint64_t(method)))) return false;
    state.tasks[task].frames.back().actor = actor;
    state.objects[actor].holders.push_back({task, place, false});
    return true;
}

/// A message with a reply is a call for which the actor has to be idle, one without goes on beside the sender. Handlers
/// that do not wait themselves run at once where they can: what others could do meanwhile makes nobody wait.
Machine::Outcome Machine::message(State& state, TaskIndex task, ItemId method, std::vector<Value> arguments,
                                  Place place) {
    Value* target = arguments.empty() ? nullptr : behind_pointers(state, &arguments[0]);
    auto signature = context_.get<SignatureOf>(method);
    if (!target || !target->is(Value::Kind::Object) || !signature->has_body || state.objects[target->number].wild)
        return unknown_call(state, task, arguments);
    const auto actor = ObjectIndex(target->number);
    const bool replies = signature->result && !signature->result->is(TypeKind::Unit);
    const bool idle = state.objects[actor].holders.empty() && state.objects[actor].buffer.empty();
    if (idle && !context_.get<TouchesTasks>(method)->yes) {
        if (handle(state, task, actor, method, arguments, place)) return Outcome::Continue;
        incomplete = true;
        return unknown_call(state, task, arguments);
    }
    Pending pending;
    pending.kind = OpKind::Ask;
    pending.object = actor;
    pending.value = Value{Value::Kind::Closure, 0, method, {}};
    pending.rest = std::move(arguments);
    pending.place = place;
    if (replies) {
        state.objects[actor].buffer.push_back(Value::integer(task));
        return park(state, task, std::move(pending));
    }
    if (state.tasks.size() >= max_tasks_) {
        incomplete = true;
        return Outcome::Abandon;
    }
    Task handler;
    handler.status = TaskStatus::Parked;
    handler.spawned = place;
    handler.path = mix(site(state, task), state.tasks.size());
    handler.pending = std::move(pending);
    state.objects[actor].buffer.push_back(Value::integer(state.tasks.size()));
    state.tasks.push_back(std::move(handler));
    complete(state, task, Value::composite({}));
    return Outcome::Continue;
}

Machine::Outcome Machine::await(State& state, TaskIndex task, Value value, Place place) {
    if (value.is(Value::Kind::Future) && value.parts.size() == 2) {
        Value closure = value.parts[0];
        return enter(state, task, closure.item, uint32_t(closure.number), std::move(value.parts[1].parts),
                     &closure.parts);
    }
    Pending pending;
    pending.place = place;
    if (state.tasks[task].frames.back().body->errors_are_exceptions) {
        const bool promise = value.is(Value::Kind::Object) && state.objects[value.number].kind == ObjectKind::Promise;
        pending.kind = promise ? OpKind::AwaitPromise : OpKind::Yield;
        if (promise) pending.object = ObjectIndex(value.number);
        pending.value = std::move(value);
        return park(state, task, std::move(pending));
    }
    if (value.is(Value::Kind::Task)) {
        pending.kind = OpKind::Join;
        pending.object = ObjectIndex(value.number);
        return park(state, task, std::move(pending));
    }
    if (value.is(Value::Kind::Composite)) {  // join_all
        pending.kind = OpKind::Join;
        pending.object = kNone;
        pending.value = std::move(value);
        return park(state, task, std::move(pending));
    }
    // Something the text does not show ends: whatever task it may be has ended then.
    pending.kind = OpKind::JoinSome;
    return park(state, task, std::move(pending));
}

Machine::Outcome Machine::spawn(State& state, TaskIndex task, Value callable, std::vector<Value> arguments, Place place,
                                ObjectIndex scope) {
    callable = *pointee(state, &callable);
    if (callable.is(Value::Kind::Future) && callable.parts.size() == 2) {
        arguments = std::move(callable.parts[1].parts);
        callable = Value(callable.parts[0]);
    }
    if (!callable.is(Value::Kind::Closure) || model_of(callable.item) != Model::None) {
        arguments.push_back(std::move(callable));
        return unknown_call(state, task, arguments);
    }
    if (state.tasks.size() >= max_tasks_) {
        incomplete = true;
        return Outcome::Abandon;
    }
    Task started;
    started.spawned = place;
    started.path = mix(site(state, task), state.tasks.size());
    started.scope = scope;
    started.closure = callable;
    acts(state, task);
    state.tasks.push_back(std::move(started));
    TaskIndex index = TaskIndex(state.tasks.size() - 1);
    if (!make_frame(state, index, callable.item, uint32_t(callable.number), arguments, &callable.parts,
                    mix(uint64_t(callable.item), callable.number))) {
        state.tasks.pop_back();
        arguments.push_back(std::move(callable));
        incomplete = true;
        return unknown_call(state, task, arguments);
    }
    complete(state, task, Value::of(Value::Kind::Task, index));
    return Outcome::Continue;
}

}  // namespace braid::explore
