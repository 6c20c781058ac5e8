#include "analyzer/checks/loans.h"

#include <algorithm>
#include <set>

#include "analyzer/checks/describe.h"
#include "analyzer/flow/mir_walk.h"

namespace braid::checks {

using namespace mir;
using mir::Place;  // not the place in the source

namespace {

enum class Overlap : uint8_t { Same, Disjoint };

Overlap compare(const Projection& a, const Projection& b) {
    if (a.index() == b.index()) {
        if (auto* field = std::get_if<FieldOf>(&a))
            return field->index == std::get<FieldOf>(b).index ? Overlap::Same : Overlap::Disjoint;
        if (auto* variant = std::get_if<Downcast>(&a))
            return variant->variant == std::get<Downcast>(b).variant ? Overlap::Same : Overlap::Disjoint;
        if (auto* fixed = std::get_if<ConstantIndex>(&a)) {
            const auto& other = std::get<ConstantIndex>(b);
            return fixed->index == other.index && fixed->from_end == other.from_end ? Overlap::Same : Overlap::Disjoint;
        }
    }
    return Overlap::Same;
}

bool unite(LoanSet& into, const LoanSet& from) {
    if (std::includes(into.begin(), into.end(), from.begin(), from.end())) return false;
    LoanSet all;
    std::set_union(into.begin(), into.end(), from.begin(), from.end(), std::back_inserter(all));
    into = std::move(all);
    return true;
}

}  // namespace

bool conflicts(const MirBody& body, QueryContext& context, const Place& lent, const Place& accessed, Depth depth) {
    size_t common = std::min(lent.projections.size(), accessed.projections.size());
    for (size_t i = 0; i < common; ++i)
        if (compare(lent.projections[i], accessed.projections[i]) == Overlap::Disjoint) return false;
    Place prefix{lent.local, {lent.projections.begin(), lent.projections.begin() + ptrdiff_t(common)}};
    for (size_t i = common; i < lent.projections.size(); ++i) {
        if (std::holds_alternative<Deref>(lent.projections[i])) {
            if (depth != Depth::Deep) return false;
            Type type = place_type(context, body, prefix);
            // What a `&` refers to is nobody's to change, and its copy may live on.
            if (type->is(TypeKind::Reference) && !type->has(TypeMutable)) return false;
        }
        prefix.projections.push_back(lent.projections[i]);
    }
    return true;
}

const LoanSet* LoanState::of(Region region) const {
    auto found = held_.find(region);
    return found == held_.end() ? nullptr : &found->second;
}

void LoanState::add(Region region, const LoanSet& loans) {
    if (region != kStatic && !loans.empty()) unite(held_[region], loans);
}

void LoanState::kill(const LoanSet& loans) {
    for (auto it = held_.begin(); it != held_.end();) {
        LoanSet left;
        std::set_difference(it->second.begin(), it->second.end(), loans.begin(), loans.end(), std::back_inserter(left));
        it->second = std::move(left);
        it = it->second.empty() ? held_.erase(it) : std::next(it);
    }
}

bool LoanState::merge(const LoanState& other) {
    bool changed = false;
    for (const auto& [region, loans] : other.held_) changed |= unite(held_[region], loans);
    return changed;
}

Loans::Loans(QueryContext& context, const MirBody& body, Calls calls)
    : context_(context), body_(body), types_(context, calls), regions_(types_, body) {
    collect();
    index();
    if (!loans_.empty()) prepare();
}

void Loans::prepare() {
    if (liveness_) return;
    members_.assign(regions_.region_count(), 0);
    for (Region r = 1; r < regions_.region_count(); ++r) ++members_[regions_.representative(r)];
    liveness_.emplace(body_, regions_, types_);
}

void Loans::collect() {
    for (BlockId id = 0; id < body_.blocks.size(); ++id) {
        const Block& block = body_.blocks[id];
        if (block.is_cleanup) continue;
        for (uint32_t i = 0; i < block.statements.size(); ++i) {
            if (auto index = BodyRegions::walked_by(block.statements[i])) {
                Place list = std::get<FakeRead>(block.statements[i].kind).place;
                list.projections.pop_back();
                add({list, BorrowKind::Shared, id, block.statements[i].node, *index, true,
                     regions_.regions_of(*index)[0]},
                    i);
                continue;
            }
            auto* assign = std::get_if<Assign>(&block.statements[i].kind);
            auto* borrow = assign ? std::get_if<BorrowOf>(&assign->value) : nullptr;
            if (!borrow || borrow->kind == BorrowKind::Alias || body_.locals[borrow->place.local].is_alias) continue;
            View to = regions_.view(assign->place);
            bool replaced = assign->place.is_local() && borrow->place.local == assign->place.local;
            add({borrow->place, borrow->kind, id, looks_at(body_, block.statements[i]), assign->place.local, false,
                 replaced || to.regions.empty() ? kStatic : to.regions[0]},
                i);
        }
    }
}

void Loans::follow_parameters() {
    loans_.clear();
    made_at_.clear();
    index();
    for (Local local = 1; local <= body_.parameter_count; ++local)
        if (body_.locals[local].type->is(TypeKind::Reference) && regions_.is_tracked(local))
            loans_.push_back({{local, {}}, BorrowKind::Shared, 0, 0, local, false, regions_.regions_of(local)[0]});
    if (!loans_.empty()) prepare();
}

void Loans::add(Loan loan, uint32_t statement) {
    made_at_[{loan.block, statement}] = LoanId(loans_.size());
    loans_.push_back(std::move(loan));
}

void Loans::index() {
    by_local_.assign(body_.locals.size(), {});
    for (LoanId id = 0; id < loans_.size(); ++id) by_local_[loans_[id].place.local].push_back(id);
}

void Loans::keep_only(const std::vector<bool>& wanted) {
    std::vector<Loan> kept;
    std::map<std::pair<BlockId, uint32_t>, LoanId> made_at;
    for (const auto& [at, id] : made_at_) {
        if (!wanted[id]) continue;
        made_at[at] = LoanId(kept.size());
        kept.push_back(loans_[id]);
    }
    loans_ = std::move(kept);
    made_at_ = std::move(made_at);
    index();
}

/// The local gets another value or ends: what its regions held goes, and loans of what it was or referred to.
void Loans::forget(Local local, LoanState& state) {
    for (Region region : regions_.regions_of(local))
        if (is_alone(region)) state.erase(regions_.representative(region));
    if (const LoanSet* lent = on(local)) state.kill(*lent);
}

void Loans::apply(const Statement& s, uint32_t statement, BlockId block, LoanState& state) {
    if (auto* live = std::get_if<StorageLive>(&s.kind)) return forget(live->local, state);
    if (auto* dead = std::get_if<StorageDead>(&s.kind)) return forget(dead->local, state);
    if (auto index = BodyRegions::walked_by(s)) {
        auto made = made_at_.find({block, statement});
        if (made != made_at_.end()) state.add(regions_.representative(regions_.regions_of(*index)[0]), {made->second});
        return;
    }
    auto* assign = std::get_if<Assign>(&s.kind);
    if (!assign) return;
    Gained gained;
    regions_.flow(*assign, [&](Region to, Region from) {
        if (auto* loans = state.of(regions_.representative(from)))
            gained.emplace_back(regions_.representative(to), *loans);
    });
    if (auto made = made_at_.find({block, statement}); made != made_at_.end()) {
        Region held_by = loans_[made->second].held_by;
        if (held_by != kStatic) gained.emplace_back(regions_.representative(held_by), LoanSet{made->second});
    }
    if (assign->place.is_local()) {
        forget(assign->place.local, state);
        if (const LoanSet* lent = on(assign->place.local))
            for (auto& [region, loans] : gained) {
                LoanSet left;
                std::set_difference(loans.begin(), loans.end(), lent->begin(), lent->end(), std::back_inserter(left));
                loans = std::move(left);
            }
    }
    for (const auto& [region, loans] : gained) state.add(region, loans);
}

/// What a call puts into things that its arguments refer to.
void Loans::apply(const Terminator& t, LoanState& state) {
    Gained gained;
    regions_.flow(t, [&](Region to, Region from) {
        if (auto* loans = state.of(regions_.representative(from)))
            gained.emplace_back(regions_.representative(to), *loans);
    });
    for (const auto& [region, loans] : gained) state.add(region, loans);
}

/// On the way out of a call: its destination has a new value.
void Loans::apply_edge(const Place* destination, const LoanState& before, const Terminator& t, LoanState& state) {
    if (!destination || !destination->is_local()) return;
    forget(destination->local, state);
    std::set<Region> own;
    for (Region region : regions_.regions_of(destination->local)) own.insert(regions_.representative(region));
    if (own.empty()) return;
    regions_.flow(t, [&](Region to, Region from) {
        if (!own.count(regions_.representative(to))) return;
        if (auto* loans = before.of(regions_.representative(from))) state.add(regions_.representative(to), *loans);
    });
}

void Loans::solve() {
    entry_.assign(body_.blocks.size(), std::nullopt);
    entry_[0].emplace();
    if (made_at_.empty())
        for (LoanId id = 0; id < loans_.size(); ++id) entry_[0]->add(regions_.representative(loans_[id].held_by), {id});
    std::vector<uint32_t> mark(regions_.region_count(), 0);
    uint32_t round = 0;
    std::set<Region> everywhere;
    for (Local local = 0; local < body_.locals.size(); ++local)
        if (Liveness::lives_everywhere(body_.locals[local]))
            for (Region region : regions_.regions_of(local)) everywhere.insert(regions_.representative(region));
    std::set<BlockId> work{0};  // blocks are made in about the order they run in
    while (!work.empty()) {
        BlockId id = *work.begin();
        work.erase(work.begin());
        context_.check_cancelled();
        LoanState state = *entry_[id];
        const Block& block = body_.blocks[id];
        auto leave = [&](BlockId target, LoanState leaving) {
            ++round;
            liveness_->at_start(target, [&](Local local) {
                for (Region region : regions_.regions_of(local)) mark[regions_.representative(region)] = round;
            });
            leaving.keep_only([&](Region region) { return mark[region] == round || everywhere.count(region) != 0; });
            bool first = !entry_[target];
            if (first) entry_[target].emplace();
            if (entry_[target]->merge(leaving) || first) work.insert(target);
        };
        for (uint32_t i = 0; i < block.statements.size(); ++i) apply(block.statements[i], i, id, state);
        LoanState before = state;
        apply(block.terminator, state);
        for_each_successor(block.terminator, [&](BlockId target, const Place* destination) {
            LoanState edge = state;
            apply_edge(destination, before, block.terminator, edge);
            leave(target, std::move(edge));
        });
        if (block.unwind != kNoBlock) leave(block.unwind, state);
    }
}

}  // namespace braid::checks
