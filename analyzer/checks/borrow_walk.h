#pragma once
#include "analyzer/checks/borrow_story.h"
#include "analyzer/checks/describe.h"
#include "analyzer/checks/loans.h"
#include "analyzer/flow/mir_walk.h"

namespace braid::checks {

/// Goes through a body for the borrow check: what each statement touches, and which locals that hold borrows begin and
/// end to live between. `Check` has
///     void begin(Local), end(Local);                  the local's borrows are used from, until here
///     void touch(const Place&, Touch, Depth, uint32_t node);
///     void activate(Local holder);                    the call happens for which `holder` is a borrow in two phases
///     void passed(const Statement&, uint32_t index);  all of a statement was seen
template <typename Check>
class BorrowWalk {
  public:
    BorrowWalk(QueryContext& context, const mir::MirBody& body, const Loans& loans, Check& check)
        : context_(context), body_(body), loans_(loans), check_(check), live_(loans.liveness().words(), 0) {
        for (mir::Local local = 0; local < body.locals.size(); ++local)
            if (Liveness::lives_everywhere(body.locals[local])) check.begin(local);
    }

    void walk(mir::BlockId id) {
        const mir::Block& block = body_.blocks[id];
        enter(id);
        auto changes = loans_.liveness().changes(id);
        size_t next = 0;
        for (index_ = 0; index_ <= block.statements.size(); ++index_) {
            bool last = index_ == block.statements.size();
            if (last) reads(block.terminator);
            else reads(block.statements[index_]);
            size_t first = next;
            while (next < changes.size() && changes[next].statement == index_) ++next;
            // All ends come first: what dies here is read here at the latest.
            for (bool begins : {false, true})
                for (size_t c = first; c < next; ++c)
                    if (changes[c].begins == begins) change(changes[c].local);
            if (last) return writes(block.terminator);
            writes(block.statements[index_]);
            check_.passed(block.statements[index_], index_);
        }
    }

    bool lives(mir::Local local) const {
        uint32_t bit = loans_.liveness().index_of(local);
        return bit != Liveness::kNone && (live_[bit / 64] >> (bit % 64) & 1);
    }
    uint32_t index() const { return index_; }

  private:
    /// From what lived where the last block ended to what lives where this one begins.
    void enter(mir::BlockId id) {
        const uint64_t* at_start = loans_.liveness().at_start(id);
        for (bool begins : {false, true})
            for (size_t word = 0; word < live_.size(); ++word) {
                uint64_t changed = (live_[word] ^ at_start[word]) & (begins ? at_start[word] : live_[word]);
                for (; changed != 0; changed &= changed - 1)
                    change(loans_.liveness().local_at(word * 64 + size_t(__builtin_ctzll(changed))));
            }
    }
    void change(mir::Local local) {
        uint32_t bit = loans_.liveness().index_of(local);
        live_[bit / 64] ^= uint64_t(1) << (bit % 64);
        if (lives(local)) check_.begin(local);
        else check_.end(local);
    }

    void reads(const mir::Statement& s) {
        for_each_operand(
            s, [&](const mir::Operand& o) { operand(o, s.node); },
            [&](const mir::Place& place) {
                auto* assign = std::get_if<mir::Assign>(&s.kind);
                auto* borrow = assign ? std::get_if<mir::BorrowOf>(&assign->value) : nullptr;
                if (!borrow) return check_.touch(place, Touch::Read, Depth::Shallow, s.node);
                if (borrow->kind == mir::BorrowKind::Alias) return;
                // A borrow for a call looks until the call happens.
                bool looks = borrow->kind == mir::BorrowKind::Shared || borrow->kind == mir::BorrowKind::TwoPhase;
                check_.touch(place, looks ? Touch::Lend : Touch::LendMutably, Depth::Deep, looks_at(body_, s));
            });
        auto* set = std::get_if<mir::SetElement>(&s.kind);
        if (auto* object = set ? mir::read_place(set->object) : nullptr)
            check_.touch(*object, Touch::LendMutably, Depth::Deep, s.node);
    }

    void writes(const mir::Statement& s) {
        if (auto* assign = std::get_if<mir::Assign>(&s.kind)) {
            if (is_variable(assign->place.local)) check_.touch(assign->place, Touch::Assign, Depth::Shallow, s.node);
        } else if (auto* dead = std::get_if<mir::StorageDead>(&s.kind)) {
            check_.touch({dead->local, {}}, Touch::End, Depth::Shallow, s.node);
        }
    }

    void reads(const mir::Terminator& t) {
        for_each_operand(t, [&](const mir::Operand& o) { operand(o, t.node); });
        if (auto* select = std::get_if<mir::SelectTerminator>(&t.kind))
            for (const mir::SelectArm& arm : select->arms) operand(arm.value, arm.node);
        if (!std::holds_alternative<mir::ReturnTerminator>(t.kind)) return;
        for (mir::Local local = 1; local <= body_.parameter_count; ++local)
            check_.touch({local, {}}, Touch::End, Depth::Shallow, t.node);
    }

    void writes(const mir::Terminator& t) {
        if (auto* drop = std::get_if<mir::Drop>(&t.kind))
            check_.touch(drop->place, Touch::Drop, Depth::Dropping, t.node);
        for_each_successor(t, [&](mir::BlockId, const mir::Place* destination) {
            if (destination && is_variable(destination->local))
                check_.touch(*destination, Touch::Assign, Depth::Shallow, t.node);
        });
    }

    /// Not a temporary of the lowering: those are written before anybody can see them.
    bool is_variable(mir::Local local) const {
        return !body_.locals[local].name.empty() || body_.locals[local].kind == mir::LocalKind::Temporary;
    }

    void operand(const mir::Operand& o, uint32_t node) {
        auto* place = mir::read_place(o);
        if (!place) return;
        if (place->is_local()) check_.activate(place->local);
        if (!loans_.on(place->local)) return;
        uint32_t at = mir::node_of(o, node);
        bool moves = mir::moved_place(o) && !context_.get<CapabilitiesOf>(place_type(context_, body_, *place))->copy;
        check_.touch(*place, moves ? Touch::Move : Touch::Read, Depth::Deep, at);
    }

    QueryContext& context_;
    const mir::MirBody& body_;
    const Loans& loans_;
    Check& check_;
    std::vector<uint64_t> live_;
    uint32_t index_ = 0;
};

}  // namespace braid::checks
