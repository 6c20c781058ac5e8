#include "analyzer/flow/lowering.h"

// Blocks, the stack of scheduled things, and unwinding.
namespace braid::mir {

BlockId Lowering::new_block(bool is_cleanup) {
    mir_.blocks.emplace_back();
    mir_.blocks.back().is_cleanup = is_cleanup;
    return BlockId(mir_.blocks.size() - 1);
}

void Lowering::push(StatementKind kind, uint32_t node) {
    ensure_block();
    mir_.blocks[current_].statements.push_back({std::move(kind), node});
}

namespace {
bool may_unwind(const Block& block) {
    auto fallible = [](const Statement& s) {
        if (std::holds_alternative<StorageLive>(s.kind) || std::holds_alternative<StorageDead>(s.kind)) return false;
        auto* assign = std::get_if<Assign>(&s.kind);
        if (!assign) return true;
        auto indexed = [](const Place& place) {
            for (const Projection& p : place.projections)
                if (std::holds_alternative<IndexOf>(p)) return true;
            return false;
        };
        if (indexed(assign->place)) return true;
        if (auto* use = std::get_if<Use>(&assign->value)) {
            auto* copy = std::get_if<Copy>(&use->operand);
            auto* move = std::get_if<Move>(&use->operand);
            return (copy && indexed(copy->place)) || (move && indexed(move->place));
        }
        return true;
    };
    for (const Statement& statement : block.statements)
        if (fallible(statement)) return true;
    const TerminatorKind& t = block.terminator.kind;
    return !(std::holds_alternative<Goto>(t) || std::holds_alternative<SwitchInteger>(t) ||
             std::holds_alternative<ReturnTerminator>(t) || std::holds_alternative<Unreachable>(t) ||
             std::holds_alternative<ResumeUnwind>(t));
}
}  // namespace

void Lowering::terminate(TerminatorKind kind, uint32_t node) {
    ensure_block();
    BlockId block = current_;
    if (auto* jump = std::get_if<Goto>(&kind)) {
        if (jumped_to_.size() <= jump->target) jumped_to_.resize(mir_.blocks.size() + 1);
        jumped_to_[jump->target] = true;
    }
    mir_.blocks[block].terminator = {std::move(kind), node};
    current_ = kNoBlock;
    if (mir_.blocks[block].is_cleanup || !may_unwind(mir_.blocks[block])) return;
    BlockId unwind = unwind_target(scheduled_.size());
    mir_.blocks[block].unwind = unwind;
    current_ = kNoBlock;
}

void Lowering::go_to(BlockId target, uint32_t node) {
    if (reachable()) terminate(Goto{target}, node);
}

/// A block has one unwind target, so what guards it must not change inside it.
void Lowering::split(uint32_t node) {
    if (!reachable() || mir_.blocks[current_].statements.empty()) return;
    BlockId next = new_block();
    terminate(Goto{next}, node);
    start(next);
}

void Lowering::schedule(Scheduled entry) {
    if (entry.kind != Scheduled::Storage) split(0);
    scheduled_.push_back(entry);
}

void Lowering::schedule_local(Local local) {
    bool drops = needs_drop(mir_.locals[local].type);
    schedule({drops ? Scheduled::Drop : Scheduled::Storage, local});
}

void Lowering::emit_exits(size_t mark, uint32_t node) {
    // Each entry runs with itself and everything above it off the stack: a `finally` that returns or throws must not
    // run again.
    std::vector<Scheduled> saved(scheduled_.begin() + mark, scheduled_.end());
    while (scheduled_.size() > mark && reachable()) {
        Scheduled entry = scheduled_.back();
        if (entry.kind != Scheduled::Storage) split(node);  // what stands before is still guarded by the entry
        scheduled_.pop_back();
        if (entry.kind == Scheduled::Drop) {
            BlockId next = new_block();
            terminate(Drop{Place{entry.local, {}}, kNoLocal, next}, node);
            start(next);
        }
        if (entry.kind == Scheduled::Finally) effect(entry.finally);
        bool is_local = entry.kind == Scheduled::Drop || entry.kind == Scheduled::Storage;
        LocalKind kind = is_local ? mir_.locals[entry.local].kind : LocalKind::Return;
        bool ends = kind == LocalKind::Variable || (kind == LocalKind::Temporary && entry.kind == Scheduled::Storage);
        if (ends && reachable()) push(StorageDead{entry.local}, node);
    }
    scheduled_.resize(mark);
    scheduled_.insert(scheduled_.end(), saved.begin(), saved.end());
}

void Lowering::leave(size_t mark, uint32_t node) {
    emit_exits(mark, node);
    scheduled_.resize(mark);
}

BlockId Lowering::unwind_target(size_t depth) {
    while (depth > 0 && scheduled_[depth - 1].kind == Scheduled::Storage) --depth;
    if (depth == 0) return kNoBlock;
    Scheduled& entry = scheduled_[depth - 1];
    if (entry.unwind != kNoBlock) return entry.unwind;
    if (entry.kind == Scheduled::Catch) return entry.unwind = entry.handler;

    BlockId block = new_block(entry.kind == Scheduled::Drop);
    scheduled_[depth - 1].unwind = block;
    BlockId interrupted = current_;
    if (entry.kind == Scheduled::Drop) {
        BlockId next = unwind_target(depth - 1);
        if (next == kNoBlock) {
            next = new_block(true);
            mir_.blocks[next].terminator = {ResumeUnwind{}, 0};
        }
        mir_.blocks[block].terminator = {Drop{Place{scheduled_[depth - 1].local, {}}, kNoLocal, next}, 0};
    } else {
        // `finally` on the way out of an exception: run it, then throw on.
        ExprId finally = entry.finally;
        std::vector<Scheduled> above(scheduled_.begin() + (depth - 1), scheduled_.end());
        scheduled_.resize(depth - 1);
        mir_.blocks[block].is_handler = true;
        Local error = new_local(type::any());
        mir_.blocks[block].error_local = error;
        start(block);
        effect(finally);
        if (reachable()) terminate(ThrowTerminator{consume(error)}, body_[finally].node);
        scheduled_.insert(scheduled_.end(), above.begin(), above.end());
    }
    current_ = interrupted;
    return block;
}

void Lowering::break_to(const Target& target, BlockId block, uint32_t node) {
    emit_exits(target.mark, node);
    go_to(block, node);
}

Local Lowering::new_local(Type type, LocalKind kind, Name name, LocalId source, uint32_t node) {
    mir_.locals.push_back({type, kind, name, source, node});
    return Local(mir_.locals.size() - 1);
}

Local Lowering::temporary(Type type, uint32_t node) {
    Local local = new_local(type, LocalKind::Temporary, {}, LocalId::None, node);
    if (needs_drop(type)) schedule({Scheduled::Drop, local});
    return local;
}

Local Lowering::declare(LocalId id) {
    const LocalInfo& info = body_[id];
    auto known = locals_.find(uint32_t(id));
    Local local =
        known != locals_.end() ? known->second : new_local(info.type, LocalKind::Variable, info.name, id, info.node);
    mir_.locals[local].is_mutable = info.is_mutable;
    locals_[uint32_t(id)] = local;
    schedule_local(local);
    push(StorageLive{local}, info.node);
    return local;
}

Place Lowering::place_of_local(LocalId id) {
    auto found = locals_.find(uint32_t(id));
    Local local = found != locals_.end() ? found->second : declare(id);
    Place place{local, {}};
    if (captured_by_reference_.count(uint32_t(id))) place.projections.push_back(Deref{});
    return place;
}

/// References, and iterators that a program declares itself: they may look into temporaries.
bool Lowering::may_borrow(Type type) {
    bool found = type->is(TypeKind::Nominal) && !is_std(file_of(type->item));
    walk_type(type, [&](Type part) {
        found |= part->is(TypeKind::Reference);
        return !found;
    });
    return found;
}

bool Lowering::is_copy(Type type) { return context_.get<CapabilitiesOf>(type)->copy; }
bool Lowering::needs_drop(Type type) { return context_.get<CapabilitiesOf>(type)->needs_drop; }

}  // namespace braid::mir
