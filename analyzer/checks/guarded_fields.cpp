#include "analyzer/checks/guarded_fields.h"

#include <map>

#include "analyzer/checks/calls.h"
#include "analyzer/checks/explicit_locks.h"
#include "analyzer/flow/dataflow.h"
#include "analyzer/flow/mir_walk.h"

namespace braid::checks {
namespace {

using namespace mir;
using Site = braid::Place;
using MirPlace = braid::mir::Place;
using Held = std::map<std::string, uint32_t>;  // lock → where it was taken

class Reader {
  public:
    Reader(QueryContext& context, const MirBodies& bodies) : context_(context), bodies_(bodies) {
        self_ = bodies.functions[0].locals[1].source;
    }

    FieldUses::Value read() {
        body(bodies_.functions[0], {}, false);
        for (const auto& [function, held] : exclusive_) body(bodies_.functions[uint32_t(function)], held, true);
        return std::move(out_);
    }

  private:
    std::optional<std::string> path_of(const LockNames& names, const Operand& operand) const {
        auto name = names.of(operand);
        if (!name || name->item != ItemId::None || name->root != self_) return std::nullopt;
        return name->path;
    }

    void act(const MirBody& body, const LockNames& names, BlockId id, Held& held) {
        auto* call = std::get_if<CallTerminator>(&body.blocks[id].terminator.kind);
        auto operation = call ? lock_operation(context_, body, *call) : std::nullopt;
        auto path = operation ? path_of(names, call->arguments[0]) : std::nullopt;
        if (!path) return;
        if (*operation == LockOperation::Release) held.erase(*path);
        else if (*operation == LockOperation::Take) held[*path] = body.blocks[id].terminator.node;
    }

    void body(const MirBody& body, const Held& start, bool nested) {
        LockNames names = lock_names(context_, body);
        auto entry = forward_dataflow(
            body, start,
            [&](BlockId id, Held held, auto&& leaving) {
                if (body.blocks[id].unwind != kNoBlock) leaving(body.blocks[id].unwind, held);
                act(body, names, id, held);
                for_each_successor(body.blocks[id].terminator,
                                   [&](BlockId target, const MirPlace*) { leaving(target, held); });
            },
            [](Held& into, const Held& from) {
                return std::erase_if(into, [&](const auto& lock) { return !from.count(lock.first); }) > 0;
            });
        std::map<uint32_t, uint32_t> suspends;  // section, by where it begins → where it waits
        std::set<Local> lock_calls;
        for (const Block& block : body.blocks)
            if (auto* call = std::get_if<CallTerminator>(&block.terminator.kind);
                call && lock_operation(context_, body, *call))
                lock_calls.insert(call->destination.local);
        for (BlockId id = 0; id < body.blocks.size(); ++id) {
            auto* await = std::get_if<AwaitTerminator>(&body.blocks[id].terminator.kind);
            if (!entry[id] || !await) continue;
            auto* place = read_place(await->operand);
            if (place && lock_calls.count(place->local)) continue;
            for (const auto& [lock, node] : *entry[id]) suspends.emplace(node, body.blocks[id].terminator.node);
        }
        for (BlockId id = 0; id < body.blocks.size(); ++id) {
            if (!entry[id]) continue;
            const Held& held = *entry[id];
            const Block& block = body.blocks[id];
            for (const Statement& s : block.statements) {
                if (auto* assign = std::get_if<Assign>(&s.kind)) {
                    auto* property = std::get_if<PropertyOf>(&assign->value);
                    if (property && path_of(names, property->object) == std::string())
                        use(body, property->name, s.node, false, held, suspends);
                } else if (auto* set = std::get_if<SetProperty>(&s.kind)) {
                    if (path_of(names, set->object) == std::string())
                        use(body, set->name, s.node, true, held, suspends);
                }
            }
            auto* call = std::get_if<CallTerminator>(&block.terminator.kind);
            if (!call || call->arguments.empty()) continue;
            if (auto operation = lock_operation(context_, body, *call);
                operation && *operation == LockOperation::Exclusive && !nested) {
                auto lock = path_of(names, call->arguments[0]);
                auto closure = closure_given(body, *call);
                if (lock && closure) exclusive_[*closure] = Held{{*lock, block.terminator.node}};
            } else if (!held.empty() && path_of(names, call->arguments[0]) == std::string()) {
                if (ItemId function = called_function(*call); function != ItemId::None)
                    out_.called_locked.push_back(function);
            }
        }
    }

    void use(const MirBody& body, Name field, uint32_t node, bool writes, const Held& held,
             const std::map<uint32_t, uint32_t>& suspends) {
        FieldUses::Use use;
        use.field = std::string(field.text());
        use.place = {body.item, node};
        use.writes = writes;
        for (const auto& [lock, taken] : held) {
            use.held.insert(lock);
            use.locked = {body.item, taken};
            if (auto waits = suspends.find(taken); waits != suspends.end()) use.suspends = {body.item, waits->second};
        }
        out_.uses.push_back(std::move(use));
    }

    QueryContext& context_;
    const MirBodies& bodies_;
    LocalId self_{};
    std::map<BodyFunctionId, Held> exclusive_;
    FieldUses::Value out_;
};

}  // namespace

FieldUses::Value FieldUses::compute(QueryContext& context, const Key& item) {
    if (kind_of(item) != ItemKind::Function || is_std(file_of(item)) || context.get<BodyOf>(item)->has_errors)
        return {};
    auto signature = context.get<SignatureOf>(item);
    if (!signature->has_body || signature->is_native || signature->is_constructor || signature->is_static) return {};
    auto bodies = context.get<BuiltMir>(item);
    const mir::MirBody& body = bodies->functions.at(0);
    if (!body.errors_are_exceptions || body.parameter_count == 0) return {};
    return Reader(context, *bodies).read();
}

}  // namespace braid::checks
