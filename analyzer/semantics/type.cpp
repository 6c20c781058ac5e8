#include "analyzer/semantics/type.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <tuple>
#include <unordered_map>

namespace braid {
namespace {

size_t combine(size_t seed, size_t value) { return (seed ^ value) * 0x9e3779b97f4a7c15ull + (seed >> 29); }

size_t hash_of(const TypeData& t) {
    size_t h = combine(size_t(t.kind), size_t(t.integer) << 8 | t.bits);
    h = combine(h, (t.flags & 0xff) | uint64_t(t.item) << 16);
    h = combine(h, t.index | uint64_t(t.region) << 32);
    h = combine(combine(h, t.length), t.text.hash());
    h = combine(h, t.optional_parameters);
    for (Type argument : t.arguments) h = combine(h, argument->id);
    for (const RecordField& field : t.fields)
        h = combine(combine(h, field.name.hash()), field.type->id * 4 + field.optional * 2 + field.readonly);
    return h;
}

bool same(const TypeData& a, const TypeData& b) {
    return a.kind == b.kind && a.integer == b.integer && a.bits == b.bits && (a.flags & 0xff) == (b.flags & 0xff) &&
           a.item == b.item && a.index == b.index && a.region == b.region && a.length == b.length && a.text == b.text &&
           a.optional_parameters == b.optional_parameters && a.arguments == b.arguments && a.fields == b.fields;
}

/// Sharded so that threads checking different bodies seldom meet.
class Interner {
  public:
    Type intern(TypeData data) {
        derive_flags(data);
        size_t hash = hash_of(data);
        Shard& shard = shards_[hash % shards_.size()];
        std::lock_guard lock(shard.mutex);
        auto [begin, end] = shard.terms.equal_range(hash);
        for (auto it = begin; it != end; ++it)
            if (same(*it->second, data)) return it->second.get();
        data.id = next_id_.fetch_add(1, std::memory_order_relaxed);
        return shard.terms.emplace(hash, std::make_unique<const TypeData>(std::move(data)))->second.get();
    }

  private:
    struct Shard {
        std::mutex mutex;
        std::unordered_multimap<size_t, std::unique_ptr<const TypeData>> terms;
    };

    static void derive_flags(TypeData& data) {
        uint16_t derived = 0;
        if (data.kind == TypeKind::Parameter) derived |= TypeHasParameter;
        if (data.kind == TypeKind::Inference) derived |= TypeHasInference;
        if (data.kind == TypeKind::Error) derived |= TypeHasError;
        constexpr uint16_t kDerived = TypeHasParameter | TypeHasInference | TypeHasError;
        for (Type argument : data.arguments) derived |= argument->flags & kDerived;
        for (const RecordField& field : data.fields) derived |= field.type->flags & kDerived;
        data.flags = (data.flags & ~kDerived) | derived;
    }

    std::array<Shard, 16> shards_;
    std::atomic<uint64_t> next_id_{1};
};

Type simple(TypeKind kind) {
    TypeData data;
    data.kind = kind;
    return intern(std::move(data));
}

/// A total order that does not depend on the order in which terms were made, so that unions print and hash alike in
/// every run.
int order(Type a, Type b) {
    if (a == b) return 0;
    auto rank = [](Type t) {
        bool absent = t->kind == TypeKind::Null || t->kind == TypeKind::Undefined;  // `T | null` reads best at the end
        return std::tuple(absent, t->kind, t->integer, t->bits, t->text.text(), t->item, t->index, t->length, t->flags,
                          t->arguments.size(), t->fields.size());
    };
    auto ra = rank(a), rb = rank(b);
    if (ra != rb) return ra < rb ? -1 : 1;
    for (size_t i = 0; i < a->arguments.size(); ++i)
        if (int c = order(a->arguments[i], b->arguments[i])) return c;
    for (size_t i = 0; i < a->fields.size(); ++i) {
        if (a->fields[i].name != b->fields[i].name) return a->fields[i].name < b->fields[i].name ? -1 : 1;
        if (int c = order(a->fields[i].type, b->fields[i].type)) return c;
    }
    return a->id < b->id ? -1 : 1;
}

}  // namespace

Type intern(TypeData data) {
    static Interner& interner = *new Interner;  // lives for the process: handles outlive every static
    return interner.intern(std::move(data));
}

namespace type {

#define BRAID_SIMPLE_TYPE(function, Kind)             \
    Type function() {                                 \
        static const Type t = simple(TypeKind::Kind); \
        return t;                                     \
    }
BRAID_SIMPLE_TYPE(error, Error)
BRAID_SIMPLE_TYPE(never, Never)
BRAID_SIMPLE_TYPE(unit, Unit)
BRAID_SIMPLE_TYPE(boolean, Bool)
BRAID_SIMPLE_TYPE(character, Char)
BRAID_SIMPLE_TYPE(string, String)
BRAID_SIMPLE_TYPE(null, Null)
BRAID_SIMPLE_TYPE(undefined, Undefined)
BRAID_SIMPLE_TYPE(any, Any)
BRAID_SIMPLE_TYPE(unknown, Unknown)
#undef BRAID_SIMPLE_TYPE

Type integer(IntegerKind kind) {
    TypeData data;
    data.kind = TypeKind::Integer;
    data.integer = kind;
    return intern(std::move(data));
}

Type float_(uint8_t bits) {
    TypeData data;
    data.kind = TypeKind::Float;
    data.bits = bits;
    return intern(std::move(data));
}

static Type of_item(TypeKind kind, ItemId item, std::vector<Type> arguments, uint16_t flags = 0) {
    TypeData data;
    data.kind = kind;
    data.item = item;
    data.arguments = std::move(arguments);
    data.flags = flags;
    return intern(std::move(data));
}

Type nominal(ItemId item, std::vector<Type> arguments) {
    return of_item(TypeKind::Nominal, item, std::move(arguments));
}
Type actor_handle(ItemId item, std::vector<Type> arguments) {
    return of_item(TypeKind::ActorHandle, item, std::move(arguments));
}
Type dyn(ItemId trait, std::vector<Type> arguments, bool send) {
    return of_item(TypeKind::Dyn, trait, std::move(arguments), send ? TypeSendBound : 0);
}

Type record(std::vector<RecordField> fields) {
    TypeData data;
    data.kind = TypeKind::Record;
    data.flags = TypeShared;
    data.fields = std::move(fields);
    return intern(std::move(data));
}

Type function(std::vector<Type> parameters, Type result, uint16_t flags, uint32_t optional_parameters) {
    TypeData data;
    data.kind = TypeKind::Function;
    data.arguments = std::move(parameters);
    data.arguments.push_back(result);
    data.flags = flags;
    data.optional_parameters = optional_parameters;
    return intern(std::move(data));
}

Type tuple(std::vector<Type> elements, uint16_t flags) {
    if (elements.empty()) return unit();
    TypeData data;
    data.kind = TypeKind::Tuple;
    data.flags = flags;
    data.arguments = std::move(elements);
    return intern(std::move(data));
}

Type list(Type element, uint16_t flags) {
    TypeData data;
    data.kind = TypeKind::List;
    data.flags = flags;
    data.arguments = {element};
    return intern(std::move(data));
}

Type array(Type element, uint64_t length) {
    TypeData data;
    data.kind = TypeKind::Array;
    data.arguments = {element};
    data.length = length;
    return intern(std::move(data));
}

Type union_of(std::vector<Type> members) {
    std::vector<Type> flat;
    for (Type member : members) {
        if (member->is(TypeKind::Union)) flat.insert(flat.end(), member->arguments.begin(), member->arguments.end());
        else if (!member->is(TypeKind::Never)) flat.push_back(member);
    }
    std::sort(flat.begin(), flat.end(), [](Type a, Type b) { return order(a, b) < 0; });
    flat.erase(std::unique(flat.begin(), flat.end()), flat.end());
    if (flat.empty()) return never();
    if (flat.size() == 1) return flat[0];
    TypeData data;
    data.kind = TypeKind::Union;
    data.arguments = std::move(flat);
    return intern(std::move(data));
}

Type literal(Type base, std::string_view text) {
    TypeData data;
    data.kind = TypeKind::Literal;
    data.arguments = {base};
    data.text = Name(text);
    return intern(std::move(data));
}

Type reference(Type target, bool is_mutable, uint32_t region) {
    TypeData data;
    data.kind = TypeKind::Reference;
    data.arguments = {target};
    data.flags = is_mutable ? TypeMutable : 0;
    data.region = region;
    return intern(std::move(data));
}

Type projection(Type self, ItemId trait, Name associated) {
    TypeData data;
    data.kind = TypeKind::Projection;
    data.arguments = {self};
    data.item = trait;
    data.text = associated;
    return intern(std::move(data));
}

Type parameter(ItemId owner, uint32_t index, Name name) {
    TypeData data;
    data.kind = TypeKind::Parameter;
    data.item = owner;
    data.index = index;
    data.text = name;
    return intern(std::move(data));
}

Type inference(uint32_t index) {
    TypeData data;
    data.kind = TypeKind::Inference;
    data.index = index;
    return intern(std::move(data));
}

}  // namespace type

Type map_type(Type t, const std::function<Type(Type)>& f) {
    if (t->arguments.empty() && t->fields.empty()) return f(t);
    TypeData data;
    bool changed = false;
    auto mapped = [&](Type part) {
        Type result = map_type(part, f);
        changed |= result != part;
        return result;
    };
    std::vector<Type> arguments;
    arguments.reserve(t->arguments.size());
    for (Type argument : t->arguments) arguments.push_back(mapped(argument));
    std::vector<RecordField> fields = t->fields;
    for (RecordField& field : fields) field.type = mapped(field.type);
    if (!changed) return f(t);
    if (t->is(TypeKind::Union)) return f(type::union_of(std::move(arguments)));
    data = *t;
    data.arguments = std::move(arguments);
    data.fields = std::move(fields);
    return f(intern(std::move(data)));
}

Type without_references(Type t) {
    while (t && t->is(TypeKind::Reference)) t = t->element();
    return t;
}

Type substitute(Type t, ItemId owner, std::span<const Type> arguments) {
    if (!t->has(TypeHasParameter) || arguments.empty()) return t;
    return map_type(t, [&](Type part) {
        bool ours = part->is(TypeKind::Parameter) && part->item == owner && part->index < arguments.size();
        return ours ? arguments[part->index] : part;
    });
}

void walk_type(Type t, const std::function<bool(Type)>& f) {
    if (!f(t)) return;
    for (Type argument : t->arguments) walk_type(argument, f);
    for (const RecordField& field : t->fields) walk_type(field.type, f);
}

}  // namespace braid
