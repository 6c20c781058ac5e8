#include "analyzer/checks/regions.h"

#include <algorithm>

namespace braid::checks {
namespace {

constexpr int kMaxDepth = 32;

bool is_list_like(Type t) {
    return t->is(TypeKind::List) || t->is(TypeKind::Array) || t->is(TypeKind::Tuple) || t->is(TypeKind::Union);
}

bool has_own(Type t) { return t->is(TypeKind::Reference) || t->is(TypeKind::Function) || t->is(TypeKind::Dyn); }

}  // namespace

uint32_t RegionsOfTypes::count(Type t) {
    if (!t) return 0;
    if (auto known = counts_.find(t); known != counts_.end()) return known->second;
    uint32_t n = has_own(t);
    if (t->is(TypeKind::Reference)) n += count(t->element());
    if (t->is(TypeKind::Nominal)) n += has_hidden(t->item);
    if (t->is(TypeKind::Nominal) || is_list_like(t))
        for (Type part : t->arguments) n += count(part);
    return counts_[t] = n;
}

void RegionsOfTypes::note_shared(Type t, bool behind, std::vector<bool>& out) {
    if (has_own(t)) out.push_back(behind);
    if (t->is(TypeKind::Reference)) return note_shared(t->element(), behind || t->has(TypeMutable), out);
    if (t->is(TypeKind::Nominal) && has_hidden(t->item)) {
        out.push_back(behind);
        behind = true;  // a field may be a `&mut` to what the arguments are of (`Entry[K, V]`)
    }
    if (t->is(TypeKind::Nominal) || is_list_like(t))
        for (Type part : t->arguments) note_shared(part, behind, out);
}

const std::vector<bool>& RegionsOfTypes::shared_with_others(Type t) {
    auto [it, inserted] = shared_.try_emplace(t);
    if (inserted) note_shared(t, false, it->second);
    return it->second;
}

bool RegionsOfTypes::holds(Hidden which, Type t, std::vector<ItemId>& active) {
    if (which == Hidden::Any ? has_own(t) : t->is(TypeKind::Reference)) return true;
    if (t->is(TypeKind::Nominal) && has(which, t->item, active)) return true;
    if (!t->is(TypeKind::Nominal) && !is_list_like(t)) return false;
    return std::any_of(t->arguments.begin(), t->arguments.end(), [&](Type part) { return holds(which, part, active); });
}

bool RegionsOfTypes::has_hidden(ItemId nominal) { return has(Hidden::Any, nominal); }
bool RegionsOfTypes::has_references(ItemId nominal) { return has(Hidden::References, nominal); }

bool RegionsOfTypes::has(Hidden which, ItemId nominal) {
    if (auto known = hidden_.find({which, nominal}); known != hidden_.end()) return known->second;
    std::vector<ItemId> active;
    return hidden_[{which, nominal}] = has(which, nominal, active);
}

bool RegionsOfTypes::has(Hidden which, ItemId nominal, std::vector<ItemId>& active) {
    if (auto known = hidden_.find({which, nominal}); known != hidden_.end()) return known->second;
    if (active.size() > kMaxDepth || std::find(active.begin(), active.end(), nominal) != active.end()) return false;
    auto definition = context_.get<DefinitionOf>(nominal);
    for (const Attribute& attribute : definition->attributes)
        if (attribute.name.text() == "borrows") return true;
    if (definition->is_native) return false;
    active.push_back(nominal);
    bool found = false;
    auto look = [&](const TypeDefinition& parts) {
        for (const FieldInfo& field : parts.fields) found = found || (field.type && holds(which, field.type, active));
    };
    look(*definition);
    for (ItemId variant : definition->variants) look(*context_.get<DefinitionOf>(variant));
    active.pop_back();
    return found;
}

bool RegionsOfTypes::may_contain(Type whole, Type part) {
    std::vector<Type> seen;
    return may_contain(whole, part, seen);
}

bool RegionsOfTypes::may_contain(Type whole, Type part, std::vector<Type>& seen) {
    auto is_open = [](Type t) {
        return t->is(TypeKind::Parameter) || t->is(TypeKind::Projection) || t->is(TypeKind::Dyn) ||
               t->is(TypeKind::Function) || t->is(TypeKind::Error);
    };
    if (whole == part || is_open(whole) || is_open(part) || seen.size() > kMaxDepth) return true;
    if (std::find(seen.begin(), seen.end(), whole) != seen.end()) return false;
    seen.push_back(whole);
    std::vector<Type> parts;
    if (whole->is(TypeKind::Nominal)) {
        parts = field_types(context_, whole);
        for (ItemId variant : context_.get<DefinitionOf>(whole->item)->variants)
            for (Type payload : field_types(context_, whole, variant)) parts.push_back(payload);
    }
    parts.insert(parts.end(), whole->arguments.begin(), whole->arguments.end());
    return std::any_of(parts.begin(), parts.end(), [&](Type p) { return p && may_contain(p, part, seen); });
}

bool RegionsOfTypes::keeps(Type t) {
    if (!t->is(TypeKind::Nominal) || !has_hidden(t->item)) return false;
    auto definition = context_.get<DefinitionOf>(t->item);
    return std::any_of(definition->attributes.begin(), definition->attributes.end(),
                       [](const Attribute& a) { return a.name.text() == "borrows"; });
}

bool RegionsOfTypes::drop_looks(Type t) { return count(t) != 0 && drop_looks(t, 0); }

bool RegionsOfTypes::drop_looks(Type t, int depth) {
    if (depth > kMaxDepth || count(t) == 0) return false;
    if (is_list_like(t))
        return std::any_of(t->arguments.begin(), t->arguments.end(),
                           [&](Type part) { return drop_looks(part, depth + 1); });
    if (!t->is(TypeKind::Nominal)) return false;
    if (context_.get<ImplIndex>()->dropped.count(t->item)) return true;
    auto definition = context_.get<DefinitionOf>(t->item);
    if (definition->is_native)
        return std::any_of(t->arguments.begin(), t->arguments.end(),
                           [&](Type part) { return drop_looks(part, depth + 1); });
    auto parts = field_types(context_, t);
    for (ItemId variant : definition->variants)
        for (Type part : field_types(context_, t, variant)) parts.push_back(part);
    return std::any_of(parts.begin(), parts.end(), [&](Type part) { return drop_looks(part, depth + 1); });
}

View RegionsOfTypes::target(const View& reference) const {
    View out{reference.type->element(), reference.regions};
    if (!out.regions.empty()) out.regions.erase(out.regions.begin());
    return out;
}

View RegionsOfTypes::element(const View& list) const {
    return {list.type->arguments.empty() ? type::error() : list.type->arguments[0], list.regions};
}

View RegionsOfTypes::argument(const View& whole, size_t index) {
    size_t at = whole.type->is(TypeKind::Nominal) && has_hidden(whole.type->item);
    for (size_t i = 0; i < index; ++i) at += count(whole.type->arguments[i]);
    View out{whole.type->arguments[index], {}};
    size_t end = at + count(out.type);
    if (end <= whole.regions.size())
        out.regions.assign(whole.regions.begin() + ptrdiff_t(at), whole.regions.begin() + ptrdiff_t(end));
    return out;
}

Region RegionsOfTypes::hidden(const View& nominal) {
    bool has = nominal.type->is(TypeKind::Nominal) && has_hidden(nominal.type->item) && !nominal.regions.empty();
    return has ? nominal.regions[0] : kStatic;
}

/// The regions of a field, in the order of its type: where the declaration names a parameter, those of the argument;
/// what the declaration itself borrows has the owner's hidden one.
void RegionsOfTypes::walk_field(Type generic, const View& owner, std::vector<Region>& out) {
    if (generic->is(TypeKind::Parameter) && generic->item == owner.type->item) {
        if (generic->index >= owner.type->arguments.size()) return;
        View part = argument(owner, generic->index);
        out.insert(out.end(), part.regions.begin(), part.regions.end());
        return;
    }
    if (has_own(generic)) out.push_back(hidden(owner));
    if (generic->is(TypeKind::Reference)) return walk_field(generic->element(), owner, out);
    if (generic->is(TypeKind::Nominal) && has_hidden(generic->item)) out.push_back(hidden(owner));
    if (generic->is(TypeKind::Nominal) || is_list_like(generic))
        for (Type part : generic->arguments) walk_field(part, owner, out);
}

View RegionsOfTypes::field(const View& aggregate, ItemId variant, uint32_t index) {
    Type t = aggregate.type;
    if (t->is(TypeKind::Tuple))
        return index < t->arguments.size() ? argument(aggregate, index) : View{type::error(), {}};
    auto types = field_types(context_, t, variant);
    if (index >= types.size()) return {type::error(), {}};
    View out{types[index], {}};
    if (aggregate.regions.empty()) return out;
    ItemId owner = variant != ItemId::None ? variant : t->item;
    size_t at = 0;
    for (const FieldInfo& field : context_.get<DefinitionOf>(owner)->fields)
        if (!field.is_static && at++ == index) walk_field(field.type, aggregate, out.regions);
    out.regions.resize(count(out.type), hidden(aggregate));
    return out;
}

}  // namespace braid::checks
