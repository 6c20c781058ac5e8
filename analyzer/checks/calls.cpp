#include "analyzer/checks/calls.h"

#include <set>

#include "analyzer/flow/mir_walk.h"

namespace braid::checks {

ItemId called_function(const mir::CallTerminator& call) {
    if (auto* direct = std::get_if<hir::DirectCallee>(&call.callee)) return direct->function;
    if (auto* found = std::get_if<hir::VirtualCallee>(&call.callee)) return found->method;
    return ItemId::None;
}

std::string_view called_name(const mir::CallTerminator& call) {
    if (auto* direct = std::get_if<hir::DirectCallee>(&call.callee))
        return direct->function == ItemId::None ? std::string_view() : name_of(direct->function).text();
    if (auto* found = std::get_if<hir::VirtualCallee>(&call.callee)) return found->name.text();
    if (auto* message = std::get_if<hir::MessageCallee>(&call.callee)) return name_of(message->method).text();
    return {};
}

std::string_view effect_of(QueryContext& context, ItemId function) {
    if (function == ItemId::None || kind_of(function) != ItemKind::Function || !is_std(file_of(function))) return {};
    static const Name effect("effect");
    auto signature = context.get<SignatureOf>(function);
    for (const Attribute& attribute : signature->attributes)
        if (attribute.name == effect && !attribute.arguments.empty()) return Name(attribute.arguments[0]).text();
    return {};
}

bool is_in_loop(const mir::MirBody& body, mir::BlockId block) {
    std::vector<bool> seen(body.blocks.size(), false);
    std::vector<mir::BlockId> work{block};
    while (!work.empty()) {
        mir::BlockId from = work.back();
        work.pop_back();
        bool back = false;
        mir::for_each_successor(body.blocks[from].terminator, [&](mir::BlockId to, const mir::Place*) {
            back |= to == block;
            if (!seen[to]) seen[to] = true, work.push_back(to);
        });
        if (back) return true;
    }
    return false;
}

mir::Place source_of(const mir::MirBody& body, const mir::Block& block, const mir::Place& place) {
    mir::Place current = place;
    for (auto s = block.statements.rbegin(); s != block.statements.rend(); ++s) {
        if (!body.locals[current.local].name.empty()) break;
        auto* assign = std::get_if<mir::Assign>(&s->kind);
        if (!assign || !assign->place.is_local() || assign->place.local != current.local) continue;
        const mir::Place* from = nullptr;
        if (auto* borrow = std::get_if<mir::BorrowOf>(&assign->value)) from = &borrow->place;
        else if (auto* use = std::get_if<mir::Use>(&assign->value)) from = mir::read_place(use->operand);
        if (!from) break;
        mir::Place next = *from;
        next.projections.insert(next.projections.end(), current.projections.begin(), current.projections.end());
        current = std::move(next);
    }
    return current;
}

bool decides_about(const mir::MirBody& body, mir::BlockId check, mir::BlockId to) {
    std::vector<mir::BlockId> edges;
    mir::for_each_successor(body.blocks[check].terminator,
                            [&](mir::BlockId target, const mir::Place*) { edges.push_back(target); });
    bool avoidable = false, reached = false;
    size_t goes_on = 0;  // an edge to a panic decides nothing
    for (mir::BlockId edge : edges) {
        bool alive = false;
        std::set<mir::BlockId> seen{edge};
        std::vector<mir::BlockId> work{edge};
        while (!work.empty()) {
            mir::BlockId id = work.back();
            work.pop_back();
            if (id == to) {
                reached = alive = true;
                continue;
            }
            if (id == check || std::holds_alternative<mir::ReturnTerminator>(body.blocks[id].terminator.kind)) {
                avoidable = alive = true;
                continue;
            }
            mir::for_each_successor(body.blocks[id].terminator, [&](mir::BlockId target, const mir::Place*) {
                if (seen.insert(target).second) work.push_back(target);
            });
        }
        goes_on += alive;
    }
    return avoidable && reached && goes_on > 1;
}

}  // namespace braid::checks
