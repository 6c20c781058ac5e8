#include "analyzer/checks/task_starts.h"

#include <set>

#include "analyzer/explore/touches.h"
#include "analyzer/semantics/body_walk.h"
#include "analyzer/semantics/language.h"

namespace braid::checks {
namespace {

using namespace hir;

/// A start, and what the task calls first.
struct Task {
    TaskStart start;
    std::vector<ItemId> calls;
};

ItemId called_directly(const Body& body, ExprId id) {
    auto* call = body.as<Call>(id);
    auto* direct = call ? std::get_if<DirectCallee>(&call->callee) : nullptr;
    return direct ? direct->function : ItemId::None;
}

/// What a function of a body calls, and those inside of it.
std::vector<ItemId> called_in(const Body& body, BodyFunctionId function) {
    std::vector<ItemId> out;
    std::vector<BodyFunctionId> pending{function};
    for (size_t i = 0; i < pending.size(); ++i)
        walk_expressions(body, body[pending[i]].root, [&](ExprId id) {
            if (auto* closure = body.as<Closure>(id)) pending.push_back(closure->function);
            if (ItemId called = called_directly(body, id); called != ItemId::None) out.push_back(called);
        });
    return out;
}

std::vector<Task> tasks_of(const Body& body) {
    std::vector<Task> out;
    for (size_t i = 1; i < body.functions.size(); ++i)
        if (body.functions[i].is_task)
            out.push_back({{body.item, body.functions[i].node}, called_in(body, BodyFunctionId(i))});
    for (const Expr& each : body.expressions) {
        auto* go = std::get_if<Go>(&each.data);
        ItemId called = go ? called_directly(body, go->call) : ItemId::None;
        if (called != ItemId::None) out.push_back({{body.item, each.node}, {called}});
    }
    return out;
}

bool reaches(QueryContext& context, std::vector<ItemId> pending, ItemId function) {
    constexpr size_t kMost = 512;
    std::set<ItemId> seen;
    for (size_t i = 0; i < pending.size() && i < kMost; ++i) {
        if (pending[i] == function) return true;
        if (is_std(file_of(pending[i])) || !seen.insert(pending[i]).second) continue;
        auto use = context.get<explore::OwnTaskUse>(pending[i]);
        pending.insert(pending.end(), use->callees.begin(), use->callees.end());
    }
    return false;
}

}  // namespace

std::vector<TaskStart> starts_of(QueryContext& context, ItemId function) {
    std::vector<TaskStart> out;
    const Language& language = language_of(function);
    for (FileId file : *context.get<SourceFiles>()) {
        if (is_std(file) || language_of_path(files().path(file)) != &language) continue;
        for (ItemId item : *context.get<explore::TaskUsers>(file))
            for (const Task& task : tasks_of(*context.get<BodyOf>(item)))
                if (reaches(context, task.calls, function)) out.push_back(task.start);
    }
    return out;
}

}  // namespace braid::checks
