#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "analyzer/flow/mir_walk.h"
#include "analyzer/flow/queries.h"

// What a struct's `inv` says is checked when a program runs, by a call of the struct's own function: it takes the
// struct by reference and asserts each clause. It is called
//   - where a value is made by a literal;
//   - where a function that got the struct by `&mut` returns, its methods above all;
//   - behind the last of several writes to fields that follow one another, so that they may be out of step in between;
//   - behind a call that a part of the struct was lent to.
// What was lent through the guard of a lock is checked by the machine when the guard ends, wherever that is.
// This runs on elaborated MIR, which drops nothing twice, and is for the machine alone: no check of the analyzer sees
// it.
namespace braid::mir {
namespace {

template <typename P>
bool projects(const Place& place) {
    return std::any_of(place.projections.begin(), place.projections.end(),
                       [](const Projection& p) { return std::holds_alternative<P>(p); });
}

bool lends(Type type) {
    if (type->is(TypeKind::Reference)) return true;
    return std::any_of(type->arguments.begin(), type->arguments.end(),
                       [](Type part) { return part->is(TypeKind::Reference); });
}

bool is_mutable_reference(Type type) { return type->is(TypeKind::Reference) && type->has(TypeMutable); }

class InvariantChecks {
  public:
    InvariantChecks(QueryContext& context, const Body& source, const MirBody& body)
        : context_(context), source_(source), body_(body) {}

    /// Where something has to be checked; empty: the body may stay as it is.
    bool plan() {
        collect_definitions();
        for (BlockId id = 0; id < body_.blocks.size(); ++id)
            if (!body_.blocks[id].is_cleanup) plan_block(id);
        return !checks_.empty();
    }

    MirBody apply() {
        out_ = body_;
        std::stable_sort(checks_.begin(), checks_.end(), [](const Check& a, const Check& b) {
            return std::tuple(a.block, b.index, b.after) < std::tuple(b.block, a.index, a.after);
        });
        for (const Check& check : checks_) insert(check);
        return std::move(out_);
    }

  private:
    struct Check {
        BlockId block;
        size_t index;        // before this statement; that many as there are: before the terminator
        Place place;         // of the struct
        Type type;           // of the struct
        bool after = false;  // behind the terminator's call
    };

    bool has_invariant(Type type) {
        if (!type || !type->is(TypeKind::Nominal) || kind_of(type->item) != ItemKind::Struct) return false;
        auto [found, inserted] = structs_.try_emplace(type->item, false);
        if (inserted) found->second = !context_.get<DefinitionOf>(type->item)->invariants.empty();
        return found->second;
    }

    /// `&mut T` of a parameter that the caller lent, whose end is this function's.
    bool is_lent_parameter(Local local) {
        if (local == 0 || local > body_.parameter_count) return false;
        Type type = body_.locals[local].type;
        return is_mutable_reference(type) && has_invariant(type->arguments[0]);
    }

    void collect_definitions() {
        predecessors_.assign(body_.blocks.size(), 0);
        std::set<Local> defined;
        auto define = [&](const Place& place) {
            if (!place.is_local()) return;
            if (!defined.insert(place.local).second) borrowed_.erase(place.local);
        };
        for (const Block& block : body_.blocks) {
            for (const Statement& s : block.statements) {
                auto* assign = std::get_if<Assign>(&s.kind);
                if (!assign) continue;
                bool first = assign->place.is_local() && !defined.count(assign->place.local);
                define(assign->place);
                if (auto* borrow = std::get_if<BorrowOf>(&assign->value); borrow && first)
                    borrowed_[assign->place.local] = *borrow;
            }
            for_each_successor(block.terminator, [&](BlockId target, const Place* written) {
                ++predecessors_[target];
                if (written) define(*written);
            });
        }
        for (const Block& block : body_.blocks)
            if (auto* call = std::get_if<CallTerminator>(&block.terminator.kind)) note_guard(*call);
    }

    /// `deref_mut` of a guard: what it lends is checked when the guard ends.
    void note_guard(const CallTerminator& call) {
        if (call.arguments.size() != 1 || !std::holds_alternative<hir::DirectCallee>(call.callee)) return;
        if (!is_mutable_reference(place_type(context_, body_, call.destination))) return;
        Type argument = operand_type(context_, body_, call.arguments[0]);
        if (!argument->is(TypeKind::Reference) || !is_guard(context_, argument->arguments[0])) return;
        if (call.destination.is_local()) through_guard_.insert(call.destination.local);
    }

    /// What a place is part of when it is reached through a borrow made here.
    Place resolved(Place place) const {
        for (int steps = 0; steps < 16; ++steps) {
            if (place.projections.empty() || !std::holds_alternative<Deref>(place.projections[0])) break;
            auto found = borrowed_.find(place.local);
            if (found == borrowed_.end() || found->second.kind == BorrowKind::Shared) break;
            Place whole = found->second.place;
            if (projects<IndexOf>(whole)) break;  // the index may have changed since
            whole.projections.insert(whole.projections.end(), place.projections.begin() + 1, place.projections.end());
            place = std::move(whole);
        }
        return place;
    }

    /// Calls `f(struct place, its type)` for every struct with an invariant that `place` is a part of, innermost first,
    /// but those that are checked elsewhere: at the function's or a guard's end.
    template <typename F>
    void for_each_owner(const Place& written, F&& f) {
        Place place = resolved(written);
        while (!place.projections.empty()) {
            place.projections.pop_back();
            Type type = place_type(context_, body_, place);
            if (!has_invariant(type)) continue;
            bool through = place.projections.size() == 1 && std::holds_alternative<Deref>(place.projections[0]);
            if (through && (is_lent_parameter(place.local) || through_guard_.count(place.local))) continue;
            if (body_.locals[place.local].kind == LocalKind::Capture && captures_self(place.local)) continue;
            f(place, type);
        }
    }

    bool captures_self(Local local) const {
        LocalId variable = body_.locals[local].source;
        return variable != LocalId::None && source_[variable].is_self;
    }

    void add(Check check) {
        bool known = std::any_of(checks_.begin(), checks_.end(), [&](const Check& c) {
            return c.block == check.block && c.index == check.index && c.after == check.after && c.place == check.place;
        });
        if (!known) checks_.push_back(std::move(check));
    }

    void plan_block(BlockId id) {
        const Block& block = body_.blocks[id];
        for (size_t i = 0; i < block.statements.size(); ++i) {
            const Statement& statement = block.statements[i];
            auto* assign = std::get_if<Assign>(&statement.kind);
            if (!assign) continue;
            auto* made = std::get_if<AggregateOf>(&assign->value);
            Type type = made ? place_type(context_, body_, assign->place) : nullptr;
            if (made && made->kind == hir::AggregateKind::Struct && has_invariant(type))
                add({id, i + 1, assign->place, type});
            if (!assign->place.is_local())
                for_each_owner(assign->place, [&](const Place& owner, Type t) { plan_write(id, i, owner, t); });
        }
        plan_terminator(id);
    }

    void plan_terminator(BlockId id) {
        const Block& block = body_.blocks[id];
        size_t end = block.statements.size();
        if (std::holds_alternative<ReturnTerminator>(block.terminator.kind))
            for (Local local = 1; local <= body_.parameter_count; ++local)
                if (is_lent_parameter(local))
                    add({id, end, Place{local, {Deref{}}}, body_.locals[local].type->arguments[0]});
        auto* call = std::get_if<CallTerminator>(&block.terminator.kind);
        if (!call || call->target == kNoBlock || lends(place_type(context_, body_, call->destination))) return;
        for (const Operand& argument : call->arguments) {
            const Place* place = read_place(argument);
            Type type = place ? place_type(context_, body_, *place) : nullptr;
            if (!type || !is_mutable_reference(type)) continue;
            Place lent = *place;
            lent.projections.push_back(Deref{});
            for_each_owner(lent, [&](const Place& owner, Type t) { add({id, end, owner, t, true}); });
        }
    }

    /// Behind the last of the writes that certainly follow this one before anything else is done with the struct.
    void plan_write(BlockId id, size_t index, const Place& owner, Type type) {
        BlockId last = id;
        size_t last_index = index + 1;
        BlockId at = id;
        size_t next = index + 1;
        for (size_t passed = 0; passed < body_.blocks.size(); ++passed) {
            const Block& block = body_.blocks[at];
            for (; next < block.statements.size(); ++next) {
                if (uses(block.statements[next], owner)) return add({last, last_index, owner, type});
                if (writes_part(block.statements[next], owner)) last = at, last_index = next + 1;
            }
            BlockId successor = kNoBlock;
            size_t successors = 0;
            for_each_successor(block.terminator,
                               [&](BlockId target, const Place*) { successor = target, ++successors; });
            if (successors != 1 || predecessors_[successor] != 1 || uses(block.terminator, owner)) break;
            at = successor;
            next = 0;
        }
        add({last, last_index, owner, type});
    }

    bool writes_part(const Statement& statement, const Place& owner) {
        auto* assign = std::get_if<Assign>(&statement.kind);
        return assign && !assign->place.is_local() && is_part(resolved(assign->place), owner);
    }
    static bool is_part(const Place& place, const Place& owner) {
        if (place.projections.size() <= owner.projections.size()) return false;
        Place front{place.local, {place.projections.begin(), place.projections.begin() + owner.projections.size()}};
        return front == owner;
    }

    /// Anything that could see the struct as a whole, lends or moves of it, or ends its storage. Reading a field is
    /// not.
    bool uses(const Operand& operand, const Place& owner) {
        const Place* place = read_place(operand);
        if (!place) return false;
        if (resolved(Place{place->local, {Deref{}}}).local == owner.local && place->is_local()) return true;
        return place->local == owner.local && (moved_place(operand) || !is_part(*place, owner));
    }
    bool uses(const Statement& statement, const Place& owner) {
        bool found = false;
        for_each_operand(
            statement, [&](const Operand& o) { found |= uses(o, owner); },
            [&](const Place& place) { found |= resolved(place).local == owner.local; });
        if (auto* assign = std::get_if<Assign>(&statement.kind))
            found |= assign->place.local == owner.local && !is_part(assign->place, owner);
        if (auto* live = std::get_if<StorageLive>(&statement.kind)) found |= live->local == owner.local;
        if (auto* dead = std::get_if<StorageDead>(&statement.kind)) found |= dead->local == owner.local;
        return found;
    }
    bool uses(const Terminator& terminator, const Place& owner) {
        bool found = false;
        for_each_operand(terminator, [&](const Operand& o) { found |= uses(o, owner); });
        for_each_successor(terminator,
                           [&](BlockId, const Place* written) { found |= written && written->local == owner.local; });
        if (auto* drop = std::get_if<Drop>(&terminator.kind)) found |= drop->place.local == owner.local;
        return found;
    }

    // Insertion. Of checks in one block the last comes first, so that indices stay true.

    BlockId new_block(const Block& like, BlockId unwind) {
        Block block;
        block.unwind = unwind;
        block.is_cleanup = like.is_cleanup;
        out_.blocks.push_back(std::move(block));
        return BlockId(out_.blocks.size() - 1);
    }
    Local new_local(Type type, bool in_cell = false) {
        LocalDeclaration local;
        local.type = type;
        local.in_cell = in_cell;
        out_.locals.push_back(std::move(local));
        return Local(out_.locals.size() - 1);
    }

    void insert(const Check& check) {
        BlockId unwind = out_.blocks[check.block].unwind;
        if (check.after) {
            BlockId entry = new_block(body_.blocks[check.block], unwind);
            Terminator& call = out_.blocks[check.block].terminator;
            BlockId target = std::exchange(std::get<CallTerminator>(call.kind).target, entry);
            return call_check(entry, check.place, check.type, target, call.node);
        }
        uint32_t node = node_at(check);
        BlockId rest = new_block(body_.blocks[check.block], unwind);
        Block& first = out_.blocks[check.block];
        Block& second = out_.blocks[rest];
        auto middle = first.statements.begin() + ptrdiff_t(std::min(check.index, first.statements.size()));
        second.statements.assign(std::make_move_iterator(middle), std::make_move_iterator(first.statements.end()));
        first.statements.erase(middle, first.statements.end());
        second.terminator = std::move(first.terminator);
        BlockId entry = new_block(body_.blocks[check.block], unwind);
        out_.blocks[check.block].terminator = {Goto{entry}, node};
        call_check(entry, check.place, check.type, rest, node);
    }

    uint32_t node_at(const Check& check) const {
        const Block& block = body_.blocks[check.block];
        size_t before = check.index == 0 ? 0 : check.index - 1;
        if (block.statements.empty()) return block.terminator.node;
        return block.statements[std::min(before, block.statements.size() - 1)].node;
    }

    void call_check(BlockId block, const Place& place, Type type, BlockId next, uint32_t node) {
        Place looked_at = place;
        bool addressable = projects<Deref>(place) || projects<IndexOf>(place) || out_.locals[place.local].in_cell;
        auto push = [&](BlockId where, Place to, Rvalue value) {
            out_.blocks[where].statements.push_back({Assign{std::move(to), std::move(value)}, node});
        };
        if (!addressable) {
            looked_at = Place{new_local(type, true), {}};
            push(block, looked_at, Use{Move{place}});
            BlockId back = new_block(out_.blocks[block], out_.blocks[block].unwind);
            push(back, place, Use{Move{looked_at}});
            out_.blocks[back].terminator = {Goto{next}, node};
            next = back;
        }
        Place reference{new_local(type::reference(type, false)), {}};
        push(block, reference, BorrowOf{BorrowKind::Shared, looked_at});
        CallTerminator call;
        call.callee = hir::DirectCallee{type->item, type->arguments, nullptr};
        call.function_value = Constant{type::unit(), {}};
        call.arguments.emplace_back(Move{reference});
        call.destination = Place{new_local(type::unit()), {}};
        call.target = next;
        out_.blocks[block].terminator = {std::move(call), node};
    }

    QueryContext& context_;
    const Body& source_;
    const MirBody& body_;
    MirBody out_;
    std::vector<Check> checks_;
    std::vector<uint32_t> predecessors_;
    std::map<Local, BorrowOf> borrowed_;  // references that are made once
    std::set<Local> through_guard_;
    std::map<ItemId, bool> structs_;
};

}  // namespace

std::shared_ptr<const MirBodies> with_invariants(QueryContext& context, std::shared_ptr<const MirBodies> bodies) {
    std::shared_ptr<MirBodies> changed;
    for (size_t i = 0; i < bodies->functions.size(); ++i) {
        InvariantChecks checks(context, *bodies->body, bodies->functions[i]);
        if (!checks.plan()) continue;
        if (!changed) changed = std::make_shared<MirBodies>(*bodies);
        changed->functions[i] = checks.apply();
    }
    if (changed) return changed;
    return bodies;
}

}  // namespace braid::mir
