#include "analyzer/explore/touches.h"

#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>

#include "analyzer/flow/mir_walk.h"
#include "analyzer/semantics/bodies.h"

namespace braid::explore {
namespace {

/// It neither waits nor concerns what others may wait for.
bool is_plain(Model model) {
    switch (model) {
        case Model::ListLength:
        case Model::ListPush:
        case Model::ListPop:
        case Model::ListRemove:
        case Model::ListReverse:
        case Model::ListClear:
        case Model::Clone:
        case Model::DropValue:
        case Model::Stop: return true;
        default: return false;
    }
}

ItemId callee_of(const mir::CallTerminator& call) {
    if (auto* direct = std::get_if<hir::DirectCallee>(&call.callee)) return direct->function;
    if (auto* found = std::get_if<hir::VirtualCallee>(&call.callee)) return found->method;
    return ItemId::None;
}

/// Velox: it makes something that others wait for, or keeps the promise of a call. What only waits for what comes from
/// outside has schedules, but none that it can be told of alone.
void note_promises(const mir::MirBody& body, const mir::CallTerminator& call, OwnTaskUse::Value& out) {
    out.runs = true;
    switch (model_of(callee_of(call))) {
        case Model::NewMutex:
        case Model::NewRwLock:
        case Model::NewSemaphore:
        case Model::NewBarrier:
        case Model::NewTwoWay:
        case Model::NewPromise: out.touches = true; break;
        default: break;
    }
    const mir::Block& next = body.blocks[call.target == mir::kNoBlock ? 0 : call.target];
    auto* waits = std::get_if<mir::AwaitTerminator>(&next.terminator.kind);
    const mir::Place* awaited = waits ? mir::read_place(waits->operand) : nullptr;
    const bool at_once = awaited && awaited->local == call.destination.local && next.statements.empty();
    const Type type = body.locals[call.destination.local].type;
    const bool promise = type && type->is(TypeKind::Nominal) && name_of(type->item).text() == "Promise";
    const ItemId callee = callee_of(call);
    out.touches |= promise && !at_once && !(callee != ItemId::None && is_std(file_of(callee)));
}

void note(QueryContext& context, const mir::MirBody& body, OwnTaskUse::Value& out) {
    auto calls = [&](ItemId function) {
        if (std::find(out.callees.begin(), out.callees.end(), function) == out.callees.end())
            out.callees.push_back(function);
    };
    for (const mir::Block& block : body.blocks) {
        for (const mir::Statement& s : block.statements) {
            auto* assign = std::get_if<mir::Assign>(&s.kind);
            out.runs |= assign && std::holds_alternative<mir::ClosureOf>(assign->value);
        }
        out.touches |= std::holds_alternative<mir::SelectTerminator>(block.terminator.kind);
        out.runs |= std::holds_alternative<mir::AwaitTerminator>(block.terminator.kind);
        if (auto* drop = std::get_if<mir::Drop>(&block.terminator.kind); drop && drop->place.is_local()) {
            Type type = body.locals[drop->place.local].type;
            ItemId method = type->is(TypeKind::Nominal) ? *context.get<DropMethodOf>(type->item) : ItemId::None;
            if (method != ItemId::None) calls(method);
        }
        auto* call = std::get_if<mir::CallTerminator>(&block.terminator.kind);
        if (!call) continue;
        out.touches |= call->is_go;
        out.runs |= std::holds_alternative<hir::ValueCallee>(call->callee);
        if (auto* sent = std::get_if<hir::MessageCallee>(&call->callee)) {
            out.touches = true;
            calls(sent->method);
        }
        if (body.errors_are_exceptions) {
            note_promises(body, *call, out);
            if (ItemId called = callee_of(*call); called != ItemId::None && !is_std(file_of(called))) calls(called);
            continue;
        }
        auto* direct = std::get_if<hir::DirectCallee>(&call->callee);
        if (!direct || direct->function == ItemId::None) continue;
        if (Model known = model_of(direct->function); known != Model::None)
            (is_plain(known) ? out.runs : out.touches) = true;
        else calls(direct->function);
    }
}

/// What makes items of a group task users to begin with: those that touch tasks, and what is called in other files.
struct TaskSourcesOfGroup {
    using Key = ItemGroup;
    struct Value {
        std::vector<ItemId> touching, called_elsewhere;  // sorted
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "task_sources_of_group";
    static Value compute(QueryContext& context, const Key& group) {
        Value out;
        if (group.level > 0) {
            for (ItemGroup part : *context.get<SubGroups>(group)) {
                auto more = context.get<TaskSourcesOfGroup>(part);
                out.touching.insert(out.touching.end(), more->touching.begin(), more->touching.end());
                out.called_elsewhere.insert(out.called_elsewhere.end(), more->called_elsewhere.begin(),
                                            more->called_elsewhere.end());
            }
        } else {
            for (ItemId item : *context.get<GroupItems>(group)) {
                if (!may_have_body(kind_of(item))) continue;
                auto use = context.get<OwnTaskUse>(item);
                if (use->touches) out.touching.push_back(item);
                for (ItemId callee : use->callees)
                    if (file_of(callee) != group.file) out.called_elsewhere.push_back(callee);
            }
        }
        for (auto* items : {&out.touching, &out.called_elsewhere}) {
            std::sort(items->begin(), items->end());
            items->erase(std::unique(items->begin(), items->end()), items->end());
        }
        return out;
    }
};

/// Of the items of a group those that call something or touch tasks.
struct TaskUseOfGroup {
    using Key = ItemGroup;
    using Value = std::vector<std::pair<ItemId, std::shared_ptr<const OwnTaskUse::Value>>>;
    static constexpr const char* name = "task_use_of_group";
    static Value compute(QueryContext& context, const Key& group) {
        Value out;
        if (group.level > 0) {
            for (ItemGroup part : *context.get<SubGroups>(group)) {
                auto more = context.get<TaskUseOfGroup>(part);
                out.insert(out.end(), more->begin(), more->end());
            }
            return out;
        }
        for (ItemId item : *context.get<GroupItems>(group)) {
            if (!may_have_body(kind_of(item))) continue;
            auto use = context.get<OwnTaskUse>(item);
            if (use->touches || !use->callees.empty()) out.emplace_back(item, std::move(use));
        }
        return out;
    }
};

}  // namespace

Model model_of(ItemId function) {
    static const auto models = [] {
        std::unordered_map<std::string, Model> table;
#define MODEL(name, operation) table.emplace(name, Model::operation);
#include "analyzer/explore/models.def"
#undef MODEL
        return table;
    }();
    if (function == ItemId::None || !is_std(file_of(function))) return Model::None;
    auto it = models.find(qualified_name(function));
    return it == models.end() ? Model::None : it->second;
}

DropMethodOf::Value DropMethodOf::compute(QueryContext& context, const Key& type) {
    auto index = context.get<ImplIndex>(NoKey{});
    if (!index->dropped.count(type) || is_std(file_of(type))) return ItemId::None;
    for (const auto& [trait, impls] : index->by_trait) {
        if (name_of(trait).text() != "Drop" || !is_std(file_of(trait))) continue;
        for (ItemId impl : impls) {
            auto info = context.get<ImplOf>(impl);
            if (!info->self || !info->self->is(TypeKind::Nominal) || info->self->item != type) continue;
            for (const auto& child : *context.get<ItemChildren>(impl))
                if (name_of(child.item).text() == "drop") return child.item;
        }
    }
    return ItemId::None;
}

OwnTaskUse::Value OwnTaskUse::compute(QueryContext& context, const Key& item) {
    if (kind_of(item) == ItemKind::Function) {
        auto signature = context.get<SignatureOf>(item);
        if (!signature->has_body || signature->is_native) return {};
    } else if (kind_of(item) != ItemKind::File) return {};
    if (context.get<BodyOf>(item)->has_errors) return {};
    auto bodies = context.get<BuiltMir>(item);
    Value out;
    for (const mir::MirBody& body : bodies->functions) note(context, body, out);
    // After a script's statements its `main` runs.
    if (kind_of(item) == ItemKind::File && !bodies->functions.empty() && bodies->functions[0].errors_are_exceptions)
        for (const auto& child : *context.get<ItemChildren>(item))
            if (kind_of(child.item) == ItemKind::Function && name_of(child.item).text() == "main")
                out.callees.push_back(child.item);
    out.runs |= out.touches;
    return out;
}

TouchesTasks::Value TouchesTasks::compute(QueryContext& context, const Key& item) {
    auto own = context.get<OwnTaskUse>(item);
    Value out{own->touches, own->runs};
    for (ItemId callee : own->callees) {
        if (out.yes) break;
        auto below = context.get<TouchesTasks>(callee);
        out.yes |= below->yes;
        out.runs |= below->runs;
    }
    return out;
}

TaskUsers::Value TaskUsers::compute(QueryContext& context, const Key& file) {
    std::vector<ItemId> reached;
    for (ItemGroup group : *context.get<ItemGroups>(file)) {
        auto sources = context.get<TaskSourcesOfGroup>(group);
        reached.insert(reached.end(), sources->touching.begin(), sources->touching.end());
        for (ItemId callee : sources->called_elsewhere)
            if (context.get<TouchesTasks>(callee)->yes) reached.push_back(callee);
    }
    if (reached.empty()) return {};  // then nobody's callers matter
    std::unordered_map<ItemId, std::vector<ItemId>> callers;
    for (ItemGroup group : *context.get<ItemGroups>(file))
        for (const auto& [item, use] : *context.get<TaskUseOfGroup>(group))
            for (ItemId callee : use->callees) callers[callee].push_back(item);
    std::set<ItemId> all;
    while (!reached.empty()) {
        ItemId item = reached.back();
        reached.pop_back();
        if (!all.insert(item).second) continue;
        if (auto from = callers.find(item); from != callers.end())
            reached.insert(reached.end(), from->second.begin(), from->second.end());
    }
    std::erase_if(all, [&](ItemId item) { return file_of(item) != file; });
    return {all.begin(), all.end()};
}

}  // namespace braid::explore
