#include <algorithm>

#include "analyzer/checks/calls.h"
#include "analyzer/checks/explicit_locks.h"
#include "analyzer/flow/mir_walk.h"

namespace braid::checks {

using namespace mir;

std::optional<LockName> LockNames::of(const Operand& operand) const {
    auto* place = read_place(operand);
    // A captured variable is reached through its alias: the same one.
    bool plain = place && std::all_of(place->projections.begin(), place->projections.end(),
                                      [](const Projection& p) { return std::holds_alternative<Deref>(p); });
    return plain ? locals[place->local] : std::nullopt;
}

LockNames lock_names(QueryContext&, const MirBody& body) {
    LockNames out;
    out.locals.resize(body.locals.size());
    std::vector<int> assigned(body.locals.size(), 0);
    for (const Block& block : body.blocks) {
        for (const Statement& s : block.statements)
            if (auto* assign = std::get_if<Assign>(&s.kind)) ++assigned[assign->place.local];
        for_each_successor(block.terminator, [&](BlockId, const braid::mir::Place* written) {
            if (written) ++assigned[written->local];
        });
    }
    for (Local i = 0; i < body.locals.size(); ++i) {
        const LocalDeclaration& local = body.locals[i];
        if (local.source == LocalId::None || local.name.empty()) continue;
        bool given = local.kind == LocalKind::Parameter || local.kind == LocalKind::Capture;
        if (assigned[i] > (given ? 0 : 1)) continue;
        out.locals[i] = LockName{local.source, ItemId::None, "", std::string(local.name.text())};
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (const Block& block : body.blocks)
            for (const Statement& s : block.statements) {
                auto* assign = std::get_if<Assign>(&s.kind);
                if (!assign || !assign->place.is_local() || out.locals[assign->place.local] ||
                    assigned[assign->place.local] != 1)
                    continue;
                std::optional<LockName> name;
                if (auto* use = std::get_if<Use>(&assign->value)) name = out.of(use->operand);
                else if (auto* conversion = std::get_if<Conversion>(&assign->value)) name = out.of(conversion->operand);
                else if (auto* item = std::get_if<StaticRefOf>(&assign->value))
                    name = LockName{LocalId::None, item->item, "", std::string(name_of(item->item).text())};
                else if (auto* property = std::get_if<PropertyOf>(&assign->value)) {
                    name = out.of(property->object);
                    if (name) {
                        std::string step = "." + std::string(property->name.text());
                        name->path += step;
                        name->text += step;
                    }
                }
                if (name) out.locals[assign->place.local] = std::move(name), changed = true;
            }
    }
    return out;
}

std::optional<LockOperation> lock_operation(QueryContext& context, const MirBody& body, const CallTerminator& call) {
    if (call.arguments.empty()) return std::nullopt;
    std::string_view name = called_name(call);
    bool may_be =
        name == "lock" || name == "unlock" || name == "runExclusive" || name == "readLock" || name == "writeLock";
    if (!may_be) return std::nullopt;
    Type type = operand_type(context, body, call.arguments[0]);
    if (!type || !type->is(TypeKind::Nominal)) return std::nullopt;
    std::string_view owner = name_of(type->item).text();
    if (owner != "Mutex" && owner != "RwLock") return std::nullopt;
    if (name == "runExclusive") return LockOperation::Exclusive;
    if (name == "unlock") return LockOperation::Release;
    return name == "readLock" ? LockOperation::TakeShared : LockOperation::Take;
}

/// A class of the program that hands something out by `acquire` and takes it back by `release`.
static bool is_pool(QueryContext& context, ItemId klass) {
    if (kind_of(klass) != ItemKind::Class || is_std(file_of(klass))) return false;
    bool hands_out = false, takes_back = false;
    for (ItemId method : context.get<DefinitionOf>(klass)->methods) {
        hands_out |= name_of(method).text() == "acquire" && context.get<SignatureOf>(method)->is_async;
        takes_back |= name_of(method).text() == "release";
    }
    return hands_out && takes_back;
}

std::optional<LockOperation> permit_operation(QueryContext& context, const MirBody& body, const CallTerminator& call) {
    const std::string_view name = called_name(call);
    if (call.arguments.empty() || (name != "acquire" && name != "release")) return std::nullopt;
    Type type = operand_type(context, body, call.arguments[0]);
    if (!type || !type->is(TypeKind::Nominal)) return std::nullopt;
    if (name_of(type->item).text() != "Semaphore" && !is_pool(context, type->item)) return std::nullopt;
    return name == "acquire" ? LockOperation::Take : LockOperation::Release;
}

std::optional<BodyFunctionId> closure_given(const MirBody& body, const CallTerminator& call) {
    std::vector<Local> pending;
    auto follow = [&](const Operand& operand) {
        auto* place = read_place(operand);
        if (place && place->is_local() && std::find(pending.begin(), pending.end(), place->local) == pending.end())
            pending.push_back(place->local);
    };
    for (const Operand& argument : call.arguments) follow(argument);
    for (size_t i = 0; i < pending.size(); ++i)
        for (const Block& block : body.blocks)
            for (const Statement& s : block.statements) {
                auto* assign = std::get_if<Assign>(&s.kind);
                if (!assign || !assign->place.is_local() || assign->place.local != pending[i]) continue;
                if (auto* closure = std::get_if<ClosureOf>(&assign->value)) return closure->function;
                if (auto* use = std::get_if<Use>(&assign->value)) follow(use->operand);
                if (auto* conversion = std::get_if<Conversion>(&assign->value)) follow(conversion->operand);
            }
    return std::nullopt;
}

LocksOf::Value LocksOf::compute(QueryContext& context, const Key& item) {
    if (kind_of(item) != ItemKind::Function || context.get<BodyOf>(item)->has_errors) return {};
    auto signature = context.get<SignatureOf>(item);
    if (!signature->has_body || signature->is_native || is_std(file_of(item))) return {};
    auto bodies = context.get<BuiltMir>(item);
    const MirBody& body = bodies->functions.at(0);
    if (!body.errors_are_exceptions || body.parameter_count == 0) return {};
    LockNames names = lock_names(context, body);
    const LocalId self = body.locals[1].source;
    Value out;
    auto add = [&](std::string path, braid::Place place, bool shared) {
        for (const Lock& known : out.locks)
            if (known.path == path && (shared || !known.shared)) return;
        out.locks.push_back({std::move(path), place, shared});
    };
    for (const Block& block : body.blocks) {
        auto* call = std::get_if<CallTerminator>(&block.terminator.kind);
        auto name = call && !call->arguments.empty() ? names.of(call->arguments[0]) : std::nullopt;
        if (!name || name->root != self || name->item != ItemId::None) continue;
        auto operation = lock_operation(context, body, *call);
        if (operation && *operation == LockOperation::Release && out.locks.empty()) return {};  // the caller's lock
        if (operation && *operation != LockOperation::Release)
            add(name->path, {item, block.terminator.node}, *operation == LockOperation::TakeShared);
        ItemId function = called_function(*call);
        if (operation || function == ItemId::None || call->mode == hir::CallMode::ColdFuture) continue;
        for (const Lock& inner : context.get<LocksOf>(function)->locks)
            add(name->path + inner.path, inner.place, inner.shared);
    }
    return out;
}

MayThrow::Value MayThrow::compute(QueryContext& context, const Key& item) {
    if (kind_of(item) != ItemKind::Function || is_std(file_of(item))) return {};
    auto signature = context.get<SignatureOf>(item);
    if (!signature->has_body) return {true};
    if (signature->is_native || context.get<BodyOf>(item)->has_errors) return {};
    auto bodies = context.get<BuiltMir>(item);
    for (const Block& block : bodies->functions.at(0).blocks) {
        if (block.unwind != kNoBlock) continue;
        if (std::holds_alternative<ThrowTerminator>(block.terminator.kind)) return {true};
        auto* call = std::get_if<CallTerminator>(&block.terminator.kind);
        ItemId function = call ? called_function(*call) : ItemId::None;
        if (function != ItemId::None && call->mode == hir::CallMode::Plain && context.get<MayThrow>(function)->yes)
            return {true};
    }
    return {};
}

}  // namespace braid::checks
