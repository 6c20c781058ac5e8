#include "interpreter/bytecode/known_types.h"

#include <algorithm>
#include <set>
#include <utility>

namespace braid::bytecode {

namespace {

using Base = Known::Base;

uint64_t all_variants(const TypeDescriptor& type) {
    return type.variants.size() >= 64 ? ~uint64_t{0} : (uint64_t{1} << type.variants.size()) - 1;
}

}  // namespace

ItemId actor_of(const TypeDescriptor& type) {
    if (type.kind == DescriptorKind::Handle) return type.item;
    bool handle = type.kind == DescriptorKind::Native && type.native_name == "actor::Actor" && !type.arguments.empty();
    return handle ? type.arguments[0]->item : ItemId::None;
}

namespace {

/// Equality of the descriptors' memory; pairs under way are taken for equal.
class SameMemory {
  public:
    bool same(const TypeDescriptor* a, const TypeDescriptor* b) {
        if (a == b) return true;
        if (!a || !b || seen_.size() > kMostPairs) return false;
        if (!is_traced(a->repr) || !is_traced(b->repr)) return is_traced(a->repr) == is_traced(b->repr);
        if (kind_of(*a) != kind_of(*b)) return false;
        if (!seen_.emplace(a, b).second) return true;
        switch (kind_of(*a)) {
            case DescriptorKind::Struct: return a->item == b->item && same_fields(a->fields, b->fields);
            case DescriptorKind::Enum:
                return a->item == b->item &&
                       std::equal(a->variants.begin(), a->variants.end(), b->variants.begin(), b->variants.end(),
                                  [this](const auto& x, const auto& y) { return same_fields(x.fields, y.fields); });
            case DescriptorKind::Native:
                return a->native_name == b->native_name && same_all(a->arguments, b->arguments);
            case DescriptorKind::Handle: return actor_of(*a) == actor_of(*b);
            case DescriptorKind::Closure: return same_all(a->members, b->members);
            default: return same(a->key, b->key) && same(a->element, b->element);
        }
    }

  private:
    static constexpr size_t kMostPairs = 1000;

    static DescriptorKind kind_of(const TypeDescriptor& type) {
        if (actor_of(type) != ItemId::None) return DescriptorKind::Handle;
        return type.kind == DescriptorKind::Array ? DescriptorKind::List : type.kind;
    }
    bool same_fields(const std::vector<FieldDescriptor>& a, const std::vector<FieldDescriptor>& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                          [this](const auto& x, const auto& y) { return x.slot == y.slot && same(x.type, y.type); });
    }
    bool same_all(const std::vector<const TypeDescriptor*>& a, const std::vector<const TypeDescriptor*>& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                          [this](const auto* x, const auto* y) { return same(x, y); });
    }

    std::set<std::pair<const TypeDescriptor*, const TypeDescriptor*>> seen_;
};

bool has_object(const Known& known, DescriptorKind kind) { return known.is(Base::Object) && known.type->kind == kind; }

bool is_callable(const Known& known) {
    return known.is(Base::Closure) || known.is(Base::Bound) || known.is(Base::Future) ||
           has_object(known, DescriptorKind::Closure) || has_object(known, DescriptorKind::Future);
}

bool fits_callable(const Known& have, const Known& want) {
    auto a = signature_of(have), b = signature_of(want);
    if (!a || !b || a->parameters.size() != b->parameters.size()) return false;
    for (size_t i = 0; i < a->parameters.size(); ++i)
        if (!fits(b->parameters[i], a->parameters[i])) return false;
    return b->result.is(Base::Nothing) || fits(a->result, b->result);  // a result may be left where it is
}

bool is_value(const Known& known) { return known.depth == 0 && known.base < Base::Error && known.base != Base::Scalar; }

}  // namespace

bool same_memory(const TypeDescriptor* a, const TypeDescriptor* b) { return SameMemory().same(a, b); }

Known Known::of(const TypeDescriptor& type) {
    if (!bytecode::is_traced(type.repr)) return of(Base::Scalar);
    switch (type.kind) {
        case DescriptorKind::Reference:
            return (type.policy == SlotPolicy::Boxed ? of(Base::Boxed) : of(*type.element)).reference();
        case DescriptorKind::String: return of(Base::String);
        case DescriptorKind::Union: return of(Base::Union);
        case DescriptorKind::Dyn: return of(Base::Dyn);
        case DescriptorKind::Boxed: return of(Base::Boxed);
        default: break;
    }
    if (type.repr == Repr::Boxed) return of(Base::Boxed);
    return {Base::Object, 0, &type, nullptr, all_variants(type)};
}

Known Known::variant(const VariantDescriptor& variant) {
    return {Base::Object, 0, variant.owner, nullptr, variant.index < 64 ? uint64_t{1} << variant.index : 0};
}

Known Known::reference() const {
    Known known = *this;
    ++known.depth;
    if (known.base == Base::Object) known.variants = all_variants(*known.type);
    return known;
}

Known Known::referred() const {
    if (depth == 0) return is(Base::Nothing) ? *this : of(Base::Any);
    Known known = *this;
    --known.depth;
    return known;
}

std::string Known::name() const {
    constexpr std::string_view kNames[] = {"nothing", "scalar", "string", "object",   "value", "closure", "call",
                                           "future",  "union",  "dyn",    "received", "error", "anything"};
    std::string name(depth, '&');
    name += kNames[size_t(base)];
    if (type) name += " " + type->name;
    if (function) name += " " + function->name;
    return name;
}

namespace {
/// Nothing, of a call that gives no value.
Known result_of_type(const TypeDescriptor& type) {
    return type.repr == Repr::Unit ? Known::of(Base::Nothing) : Known::of(type);
}
}  // namespace

Known result_of(const Function& f) {
    if (f.native_name == "$receive")
        return is_traced(f.result) ? Known{Base::Received, 0, f.result_type, nullptr, 3} : Known::of(Base::Scalar);
    if (f.policy == SlotPolicy::Boxed && is_traced(f.result)) return Known::of(Base::Boxed);
    return f.result_type ? result_of_type(*f.result_type) : Known::of(Base::Any);
}

Known parameter_of(const Function& f, size_t i) {
    if (!is_traced(f.parameter_reprs[i])) return Known::of(Base::Scalar);
    bool boxed = f.policy == SlotPolicy::Boxed && f.parameter_reprs[i] == Repr::Boxed;
    if (boxed || i >= f.parameter_types.size()) return Known::of(Base::Boxed);
    return Known::of(*f.parameter_types[i]);
}

std::optional<Signature> signature_of(const Known& callee) {
    Signature signature;
    if (callee.is(Base::Future)) {
        signature.result = result_of_type(*callee.type);
    } else if (callee.is(Base::Closure) || callee.is(Base::Bound)) {
        const Function& f = *callee.function;
        size_t count = callee.is(Base::Bound) ? callee.variants : f.parameter_reprs.size();
        for (size_t i = 0; i < count; ++i) signature.parameters.push_back(parameter_of(f, i));
        signature.result = result_of(f);
        // Calling an async closure makes a future.
        if (callee.is(Base::Closure) && f.is_async && f.result_type)
            signature.result = {Base::Future, 0, f.result_type};
    } else if (has_object(callee, DescriptorKind::Future)) {
        signature.result = result_of_type(*callee.type->element);
    } else if (has_object(callee, DescriptorKind::Closure) && !callee.type->members.empty()) {
        for (size_t i = 0; i + 1 < callee.type->members.size(); ++i)
            signature.parameters.push_back(Known::of(*callee.type->members[i]));
        signature.result = result_of_type(*callee.type->members.back());
    } else {
        return std::nullopt;
    }
    return signature;
}

bool fits(const Known& have, const Known& want) {
    if (want.is(Base::Any)) return true;
    if (have.base == Base::Nothing)
        return have.depth == 0 ? is_traced(want) : want.depth >= have.depth && want.base != Base::Scalar;
    if (have.depth != want.depth) return false;
    if (want.base == Base::Boxed && want.depth == 0) return is_value(have);
    if (have.base == want.base) {
        switch (have.base) {
            case Base::Object:
                return same_memory(have.type, want.type) && (have.depth > 0 || !(have.variants & ~want.variants));
            case Base::Received: return same_memory(have.type, want.type);
            case Base::Any: return false;
            case Base::Closure:
            case Base::Bound:
            case Base::Future: break;
            default: return true;
        }
    }
    Known a = have, b = want;
    a.depth = b.depth = 0;
    return is_callable(a) && is_callable(b) && fits_callable(a, b);
}

Known join(const Known& a, const Known& b) {
    if (a == b) return a;
    if (a.is(Base::Object) && b.is(Base::Object) && same_memory(a.type, b.type)) {
        Known both = a;
        both.variants |= b.variants;
        return both;
    }
    if (fits(a, b)) return b;
    if (fits(b, a)) return a;
    if (is_value(a) && is_value(b) && (a.base == Base::Boxed || b.base == Base::Boxed)) return Known::of(Base::Boxed);
    return Known::of(Base::Any);
}

}  // namespace braid::bytecode
