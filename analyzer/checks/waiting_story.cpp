#include "analyzer/checks/waiting_story.h"

#include <algorithm>

#include <fmt/format.h>

#include "analyzer/checks/describe.h"
#include "analyzer/checks/waiting.h"
#include "analyzer/flow/mir_walk.h"

namespace braid::checks {

using namespace explore;

bool is_lock(OpKind kind) {
    return kind == OpKind::Lock || kind == OpKind::Read || kind == OpKind::Write || kind == OpKind::Ask;
}
bool is_receive(OpKind kind) {
    return kind == OpKind::Receive || kind == OpKind::ReceiveMany || kind == OpKind::ReceiveTimeout;
}
bool is_permit(OpKind kind) { return kind == OpKind::Permit || kind == OpKind::Hold; }
bool is_channel(OpKind kind) { return kind == OpKind::Send || is_receive(kind) || kind == OpKind::Select; }

/// Of promises a task is a call of a function, and is called so.
std::string Story::called_function_of(TaskIndex task) const {
    auto name_of_call = [&](const Task& each) -> std::string_view {
        if (each.frames.empty() || !each.frames[0].body->errors_are_exceptions) return {};
        const mir::MirBody& body = *each.frames[0].body;
        const bool whole = uint32_t(body.function) == 0;
        return body.name.empty() && whole ? name_of(body.item).text() : body.name.text();
    };
    const std::string_view name = name_of_call(state_.tasks[task]);
    if (name.empty()) return {};
    const auto same = std::count_if(state_.tasks.begin(), state_.tasks.end(),
                                    [&](const Task& each) { return name_of_call(each) == name; });
    return same == 1 ? fmt::format("`{}`", name) : fmt::format("`{}` (task {})", name, task);
}

std::string Story::task_name(TaskIndex task) const {
    if (state_.tasks[task].owner != kNone) return task_name(state_.tasks[task].owner);
    if (task == 0) {
        const Task& root = state_.tasks[0];
        if (root.frames.empty()) return "the function";
        ItemId item = root.frames[0].body->item;
        if (kind_of(item) == ItemKind::File) return "the script";
        return fmt::format("`{}`", name_of(item).text());
    }
    if (std::string called = called_function_of(task); !called.empty()) return called;
    return state_.tasks.size() == 2 ? "the task" : fmt::format("task {}", task);
}

std::string Story::written_name(TaskIndex task, size_t argument) const {
    const Task& t = state_.tasks[task];
    for (auto frame = t.frames.rbegin(); frame != t.frames.rend(); ++frame) {
        if (is_std(file_of(frame->body->item))) continue;
        const mir::Block& block = frame->body->blocks[frame->block];
        auto* call = std::get_if<mir::CallTerminator>(&block.terminator.kind);
        if (!call || call->arguments.size() <= argument) return {};
        auto* place = mir::read_place(call->arguments[argument]);
        return place ? name_of_place(*frame->body, block, *place) : std::string();
    }
    return {};
}

std::string Story::name_at(Place place, ObjectIndex index) const {
    if (place.item != ItemId::None) {
        auto bodies = context_.get<BuiltMir>(place.item);
        for (const mir::MirBody& body : bodies->functions)
            for (const mir::Block& block : body.blocks) {
                auto* call = std::get_if<mir::CallTerminator>(&block.terminator.kind);
                if (!call || block.terminator.node != place.node || call->arguments.empty()) continue;
                auto* read = mir::read_place(call->arguments[0]);
                std::string name = read ? name_of_place(body, block, *read) : std::string();
                if (!name.empty()) return "`" + name + "`";
            }
    }
    return object_name(index, kNone);
}

std::string Story::object_name(ObjectIndex index, TaskIndex task) const {
    if (index >= state_.objects.size()) return "it";
    const Object& object = state_.objects[index];
    if (task < state_.tasks.size() && state_.tasks[task].pending.object == index)
        if (std::string written = written_name(task); !written.empty()) return "`" + written + "`";
    Name name = object.name.empty() ? object.receiver_name : object.name;
    if (!name.empty()) return fmt::format("`{}`", name.text());
    switch (object.kind) {
        case ObjectKind::Channel: return "the channel";
        case ObjectKind::WaitGroup: return "the WaitGroup";
        case ObjectKind::Condvar: return "the condition";
        case ObjectKind::Once: return "the Once";
        case ObjectKind::Semaphore: return "the semaphore";
        case ObjectKind::Barrier: return "the barrier";
        case ObjectKind::Actor: return "the actor";
        default: return "the lock";
    }
}

std::string Story::act(const Step& step) const {
    std::string who = task_name(step.task), what = object_name(step.object, kNone);
    switch (step.kind) {
        case OpKind::Lock:
        case OpKind::Write: return fmt::format("{} locks {}", who, what);
        case OpKind::Read: return fmt::format("{} takes a read lock of {}", who, what);
        case OpKind::Send: return fmt::format("{} sends on {}", who, what);
        case OpKind::Select: return fmt::format("{} takes an arm of this `select`", who);
        case OpKind::Close: return fmt::format("{} closes {}", who, what);
        case OpKind::Add: return fmt::format("{} adds to {}", who, what);
        case OpKind::Notify:
        case OpKind::NotifyAll: return fmt::format("{} notifies {}", who, what);
        case OpKind::WaitGroupWait: return fmt::format("{} finds {} at zero and goes on", who, what);
        default: return is_receive(step.kind) ? fmt::format("{} receives from {}", who, what) : std::string();
    }
}

std::string Story::wait(TaskIndex task) const {
    const Pending& p = state_.tasks[task].pending;
    std::string who = task_name(task), what = object_name(p.object, task);
    switch (p.kind) {
        case OpKind::Send: return fmt::format("{} waits here to send on {}", who, what);
        case OpKind::Select: return fmt::format("{} waits in this `select`", who);
        case OpKind::WaitGroupWait: return fmt::format("{} waits for {}", who, what);
        case OpKind::Join:
        case OpKind::JoinSome:
        case OpKind::ScopeJoin: return fmt::format("{} waits here for another task to end", who);
        case OpKind::ConditionWait: return fmt::format("{} waits for {} to be notified", who, what);
        case OpKind::Permit:
        case OpKind::Hold: return fmt::format("{} waits here for a permit of {}", who, what);
        case OpKind::Barrier: return fmt::format("{} waits at {} for the others", who, what);
        case OpKind::AwaitPromise: return fmt::format("{} waits here for a promise", who);
        case OpKind::Ask: return fmt::format("{} waits here for {} to answer", who, what);
        default:
            if (is_lock(p.kind)) return fmt::format("{} waits here for {}", who, what);
            return fmt::format("{} waits here to receive from {}", who, what);
    }
}

void Story::tell(ItemDiagnostic& d, const std::vector<TaskIndex>& waiting, bool with_steps) const {
    std::vector<ItemDiagnostic::Related> story;
    for (TaskIndex t : waiting) {
        const TaskIndex who = state_.tasks[t].owner == kNone ? t : state_.tasks[t].owner;
        if (who != 0 && state_.tasks[who].spawned.item != ItemId::None)
            story.push_back({state_.tasks[who].spawned, fmt::format("{} is started here", task_name(who))});
    }
    if (with_steps) steps(story, waiting);
    for (TaskIndex t : waiting) {
        // Who awaits an operation of its own waits for that.
        const bool told = std::any_of(waiting.begin(), waiting.end(),
                                      [&](TaskIndex other) { return state_.tasks[other].owner == t; });
        if (!told) story.push_back({place_of(state_.tasks[t]), wait(t)});
    }
    for (TaskIndex t : waiting) call_path(story, t);
    std::erase_if(story, [&](const auto& r) { return r.location.item == ItemId::None; });
    if (story.size() == 1 && story[0].location == d.location) story.clear();
    d.related.insert(d.related.end(), story.begin(), story.end());
}

void Story::steps(std::vector<ItemDiagnostic::Related>& story, const std::vector<TaskIndex>& waiting) const {
    std::vector<ObjectIndex> objects;
    for (TaskIndex t : waiting) {
        const Pending& p = state_.tasks[t].pending;
        objects.push_back(p.object);
        if (p.kind == OpKind::ConditionWait) objects.push_back(p.lock);
        for (const Arm& arm : p.arms) objects.push_back(arm.channel);
    }
    std::vector<const Step*> chosen;
    for (const Step* s = state_.steps.get(); s; s = s->before.get())
        if (s->object != kNone && std::count(objects.begin(), objects.end(), s->object)) chosen.push_back(s);
    std::reverse(chosen.begin(), chosen.end());
    constexpr size_t kMost = 8;
    if (chosen.size() > kMost) chosen.erase(chosen.begin(), chosen.end() - kMost);
    size_t number = 0;
    for (const Step* s : chosen)
        if (std::string text = act(*s); !text.empty())
            story.push_back({s->place, fmt::format("{}. {}", ++number, text)});
}

std::string Story::name_of_place(const mir::MirBody& body, const mir::Block& block, const mir::Place& place) const {
    if (!body.locals[place.local].name.empty()) return describe(context_, body, place);
    if (!place.is_local()) return {};
    for (auto s = block.statements.rbegin(); s != block.statements.rend(); ++s) {
        auto* assign = std::get_if<mir::Assign>(&s->kind);
        if (!assign || !assign->place.is_local() || assign->place.local != place.local) continue;
        if (auto* borrow = std::get_if<mir::BorrowOf>(&assign->value)) return describe(context_, body, borrow->place);
        if (auto* item = std::get_if<mir::StaticRefOf>(&assign->value)) return std::string(name_of(item->item).text());
        if (auto* use = std::get_if<mir::Use>(&assign->value))
            if (auto* read = mir::read_place(use->operand)) return describe(context_, body, *read);
    }
    return {};
}

void Story::call_path(std::vector<ItemDiagnostic::Related>& story, TaskIndex task) const {
    const Task& t = state_.tasks[task];
    if (t.frames.size() < 2) return;
    for (size_t i = t.frames.size() - 1; i-- > 0;) {
        const Frame& caller = t.frames[i];
        if (is_std(file_of(caller.body->item)) || is_std(file_of(t.frames[i + 1].body->item))) continue;
        story.push_back(
            {place_of(caller), fmt::format("`{}` is called here", name_of(t.frames[i + 1].body->item).text())});
    }
}

}  // namespace braid::checks
