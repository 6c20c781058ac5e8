#include "analyzer/checks/body_regions.h"

#include "analyzer/checks/call_regions.h"
#include "analyzer/flow/mir_walk.h"

namespace braid::checks {

using namespace mir;
using mir::Place;  // not the place in the source

BodyRegions::BodyRegions(RegionsOfTypes& types, const MirBody& body) : types_(types), body_(body), owner_{kNoLocal} {
    for (const Block& block : body.blocks)
        for (const Statement& s : block.statements)
            if (auto index = walked_by(s)) walks_.insert(*index);
    first_.resize(body.locals.size(), 0);
    for (Local local = 0; local < body.locals.size(); ++local) {
        const LocalDeclaration& declaration = body.locals[local];
        uint32_t n = declaration.is_alias ? 0 : types.count(declaration.type);
        if (n == 0 && walks_.count(local)) n = 1;
        if (n == 0) continue;
        first_[local] = Region(owner_.size());
        owner_.resize(owner_.size() + n, local);
    }
    parent_.resize(owner_.size());
    for (Region r = 0; r < parent_.size(); ++r) parent_[r] = r;
    unite_all();
}

std::optional<Local> BodyRegions::walked_by(const Statement& s) {
    auto* read = std::get_if<FakeRead>(&s.kind);
    if (!read || read->place.projections.empty()) return std::nullopt;
    auto* index = std::get_if<IndexOf>(&read->place.projections.back());
    return index ? std::optional(index->index) : std::nullopt;
}

std::vector<Region> BodyRegions::regions_of(Local local) const {
    std::vector<Region> out;
    for_each_region(local, [&](Region r) { out.push_back(r); });
    return out;
}

Region BodyRegions::representative(Region r) {
    while (parent_[r] != r) r = parent_[r] = parent_[parent_[r]];
    return r;
}

void BodyRegions::unite(Region a, Region b) {
    a = representative(a), b = representative(b);
    if (a != b && a != kStatic && b != kStatic) parent_[std::max(a, b)] = std::min(a, b);
}

View BodyRegions::view(const Place& place) {
    View at = view(place.local);
    ItemId variant = ItemId::None;
    for (const Projection& projection : place.projections) {
        if (!at.type || at.type->is(TypeKind::Error)) return {type::error(), {}};
        if (auto* field = std::get_if<FieldOf>(&projection)) {
            at = types_.field(at, variant, field->index);
            variant = ItemId::None;
        } else if (auto* downcast = std::get_if<Downcast>(&projection)) {
            variant = downcast->variant;
        } else if (std::holds_alternative<Deref>(projection)) {
            at = at.type->is(TypeKind::Reference) ? types_.target(at) : View{type::error(), {}};
        } else if (at.type->is(TypeKind::Tuple)) {
            auto* fixed = std::get_if<ConstantIndex>(&projection);
            size_t n = at.type->arguments.size();
            size_t which = !fixed ? 0 : fixed->from_end ? n - 1 - fixed->index : fixed->index;
            at = which < n ? types_.argument(at, which) : View{type::error(), {}};
        } else {
            at = types_.element(at);
        }
    }
    return at;
}

View BodyRegions::view(const Operand& operand) {
    if (auto* place = read_place(operand)) return view(*place);
    Type t = std::get<Constant>(operand).type;
    return {t, std::vector<Region>(types_.count(t), kStatic)};
}

std::vector<Region> BodyRegions::lenders(const Place& place) {
    std::vector<Region> out;
    for (size_t n = place.projections.size(); n-- > 0;) {
        if (!std::holds_alternative<Deref>(place.projections[n])) continue;
        Place reference = place;
        reference.projections.resize(n);
        View lender = view(reference);
        if (lender.regions.empty()) continue;
        out.push_back(lender.regions[0]);
        if (!lender.type->has(TypeMutable)) break;  // a `&` may be copied out and live on by itself
    }
    return out;
}

void BodyRegions::all_to_all(const View& to, const View& from, const RegionFlow& f) {
    for (Region t : to.regions)
        for (Region r : from.regions) f(t, r);
}

void BodyRegions::flow(const View& to, const View& from, const RegionFlow& f) {
    if (to.regions.empty() || from.regions.empty()) return;
    if (to.regions.size() == from.regions.size()) {
        for (size_t i = 0; i < to.regions.size(); ++i) f(to.regions[i], from.regions[i]);
    } else if (from.type->is(TypeKind::Reference) && !to.type->is(TypeKind::Reference)) {
        flow(to, types_.target(from), f);  // read through the reference
    } else {
        all_to_all(to, from, f);
    }
}

void BodyRegions::flow(const Assign& assign, const RegionFlow& f) {
    if (!is_tracked(assign.place.local)) return;
    View to = view(assign.place);
    if (to.regions.empty()) return;
    if (auto* borrow = std::get_if<BorrowOf>(&assign.value)) {
        for (Region lender : lenders(borrow->place)) f(to.regions[0], lender);
        return flow(types_.target(to), view(borrow->place), f);
    }
    if (auto* closure = std::get_if<ClosureOf>(&assign.value)) {
        for (const Operand& captured : closure->captures) all_to_all(to, view(captured), f);
        return;
    }
    if (auto* slice = std::get_if<SliceOf>(&assign.value)) return flow(to, view(slice->place), f);
    if (auto* made = std::get_if<AggregateOf>(&assign.value)) {
        bool by_field = made->kind == hir::AggregateKind::Struct || made->kind == hir::AggregateKind::Variant ||
                        made->kind == hir::AggregateKind::Tuple;
        ItemId variant = made->kind == hir::AggregateKind::Variant ? made->item : ItemId::None;
        for (size_t i = 0; i < made->operands.size(); ++i) {
            View part = by_field                                ? types_.field(to, variant, uint32_t(i))
                        : made->kind == hir::AggregateKind::Map ? types_.argument(to, i % 2)
                        : to.type->is(TypeKind::Nominal)        ? types_.argument(to, 0)
                                                                : types_.element(to);
            flow(part, view(made->operands[i]), f);
        }
        return;
    }
    if (auto* repeat = std::get_if<RepeatOf>(&assign.value)) return flow(types_.element(to), view(repeat->value), f);
    if (auto* element = std::get_if<ElementOf>(&assign.value)) {
        View whole = view(element->object);
        while (whole.type->is(TypeKind::Reference)) whole = types_.target(whole);
        bool is_map = whole.type->is(TypeKind::Nominal) && whole.type->arguments.size() == 2;
        return flow(to, is_map ? types_.argument(whole, 1) : whole, f);
    }
    for_each_operand(
        assign.value, [&](const Operand& o) { flow(to, view(o), f); }, [](const Place&) {});
}

void BodyRegions::flow(const CallTerminator& call, const RegionFlow& f) {
    CallRegions regions(types_, call);
    for (const Operand& argument : call.arguments) regions.argument(view(argument));
    if (std::holds_alternative<hir::ValueCallee>(call.callee)) regions.function_value(view(call.function_value));
    regions.flow(call.target == kNoBlock ? View{type::unit(), {}} : view(call.destination), f);
}

void BodyRegions::flow(const Terminator& terminator, const RegionFlow& f) {
    if (auto* call = std::get_if<CallTerminator>(&terminator.kind)) return flow(*call, f);
    if (auto* await = std::get_if<AwaitTerminator>(&terminator.kind)) {
        View to = view(await->destination), future = view(await->operand);
        if (to.regions.empty()) return;
        bool plain = future.type->is(TypeKind::Nominal) && future.type->arguments.size() == 1;
        flow(to, plain ? types_.argument(future, 0) : future, f);
    } else if (auto* select = std::get_if<SelectTerminator>(&terminator.kind)) {
        for (const SelectArm& arm : select->arms) all_to_all(view(arm.destination), view(arm.channel), f);
    }
}

/// What stands behind a `&mut` is one with what was borrowed: writing through the one is seen through the other.
void BodyRegions::unite_shared(const View& to, const View& from) {
    if (to.regions.size() != from.regions.size() || to.type != from.type) return;
    const std::vector<bool>& shared = types_.shared_with_others(to.type);
    for (size_t i = 0; i < to.regions.size() && i < shared.size(); ++i)
        if (shared[i]) unite(to.regions[i], from.regions[i]);
}

void BodyRegions::unite_all() {
    for (const Block& block : body_.blocks)
        for (const Statement& s : block.statements) {
            auto* assign = std::get_if<Assign>(&s.kind);
            if (!assign || !is_tracked(assign->place.local)) continue;
            View to = view(assign->place);
            if (auto* use = std::get_if<Use>(&assign->value)) unite_shared(to, view(use->operand));
            auto* borrow = std::get_if<BorrowOf>(&assign->value);
            if (!borrow || !to.type->is(TypeKind::Reference)) continue;
            View target = types_.target(to), whole = view(borrow->place);
            if (target.regions.size() != whole.regions.size()) continue;
            if (borrow->kind == BorrowKind::Shared && !types_.keeps(whole.type)) continue;
            for (size_t i = 0; i < target.regions.size(); ++i) unite(target.regions[i], whole.regions[i]);
        }
}

}  // namespace braid::checks
