#include "interpreter/vm/structural.h"

#include <algorithm>
#include <cmath>

#include "interpreter/vm/closures.h"
#include "interpreter/vm/hash_table.h"
#include "interpreter/vm/native.h"
#include "interpreter/vm/runtime_state.h"

namespace braid::vm {

using bytecode::DescriptorKind;
using bytecode::FieldDescriptor;

namespace {

constexpr int kMaxDepth = 400;

/// `a` of an Altru reference type stands for what it refers to.
const TypeDescriptor* follow(const TypeDescriptor* type, Word& word) {
    while (type->kind == DescriptorKind::Reference && word) {
        word = heap::load_slot(reinterpret_cast<const Word*>(static_cast<uintptr_t>(word)));
        type = type->element;
    }
    return type;
}

const TypeDescriptor* held_type(Word object, int slot) {
    return reinterpret_cast<const TypeDescriptor*>(static_cast<uintptr_t>(object_of(object)->slots()[slot]));
}

const std::vector<FieldDescriptor>* fields_of(const TypeDescriptor& type, Word word) {
    if (type.kind == DescriptorKind::Struct) return &type.fields;
    uint64_t tag = variant_tag(object_of(word));
    return tag < type.variants.size() ? &type.variants[tag].fields : nullptr;
}

Word slot(Word object, size_t i) { return heap::load_slot(object_of(object)->slots() + i); }

class Walk {
  public:
    explicit Walk(Vm& vm) : vm_(vm) {}

    int compare(const TypeDescriptor* type, Word a, Word b, int depth = 0) {
        if (type->kind == DescriptorKind::Reference) {
            Word other = b;
            follow(type, other);
            type = follow(type, a);
            b = other;
        }
        switch (type->kind) {
            case DescriptorKind::Scalar: return compare_scalar(type->repr, a, b);
            default: break;
        }
        if (a == b) return 0;
        if (!a || !b || depth > kMaxDepth) return a < b ? -1 : 1;
        switch (type->kind) {
            case DescriptorKind::String: {
                int order = string_view_of(a).compare(string_view_of(b));
                return order < 0 ? -1 : order > 0;
            }
            case DescriptorKind::Enum:
                if (int order = compare_scalar(Repr::U64, slot(a, 0), slot(b, 0))) return order;
                [[fallthrough]];
            case DescriptorKind::Struct: {
                const auto* fields = fields_of(*type, a);
                for (const FieldDescriptor& field : *fields)
                    if (int order = compare(field.type, slot(a, field.slot), slot(b, field.slot), depth + 1))
                        return order;
                return 0;
            }
            case DescriptorKind::List:
            case DescriptorKind::Array: {
                uint64_t n = list_count(object_of(a)), m = list_count(object_of(b));
                for (uint64_t i = 0; i < std::min(n, m); ++i) {
                    Word *x = list_element(object_of(a), i), *y = list_element(object_of(b), i);
                    if (!x || !y) break;
                    if (int order = compare(type->element, heap::load_slot(x), heap::load_slot(y), depth + 1))
                        return order;
                }
                return n < m ? -1 : n > m;
            }
            case DescriptorKind::Map:
            case DescriptorKind::Set: return compare_maps(*type, a, b, depth);
            case DescriptorKind::Union: {
                const TypeDescriptor *x = held_type(a, kUnionType), *y = held_type(b, kUnionType);
                if (x != y) return x->id < y->id ? -1 : 1;
                return compare(x, slot(a, kUnionValue), slot(b, kUnionValue), depth + 1);
            }
            default:
                if (type->ops && type->ops->compare) return type->ops->compare(vm_, *type, a, b);
                if (type->ops && type->ops->equal && type->ops->equal(vm_, *type, a, b)) return 0;
                return a < b ? -1 : 1;
        }
    }

    uint64_t hash(const TypeDescriptor* type, Word word, int depth = 0) {
        type = follow(type, word);
        if (type->kind == DescriptorKind::Scalar) {
            if (bytecode::is_float(type->repr) && word_double(word) == 0) word = 0;  // -0 and 0 are equal
            return bytecode::is_float(type->repr) ? mix_hash(word) : hash_integer(word);
        }
        if (!word || depth > kMaxDepth) return 0;
        uint64_t h = 0;
        auto add = [&](uint64_t part) { h = mix_hash(h * 31 + part); };
        switch (type->kind) {
            case DescriptorKind::String: return std::hash<std::string_view>{}(string_view_of(word));
            case DescriptorKind::Enum: add(slot(word, 0)); [[fallthrough]];
            case DescriptorKind::Struct:
                for (const FieldDescriptor& field : *fields_of(*type, word))
                    add(hash(field.type, slot(word, field.slot), depth + 1));
                return h;
            case DescriptorKind::List:
            case DescriptorKind::Array:
                for (uint64_t i = 0; Word* element = list_element(object_of(word), i); ++i)
                    add(hash(type->element, heap::load_slot(element), depth + 1));
                return h;
            case DescriptorKind::Union: return hash(held_type(word, kUnionType), slot(word, kUnionValue), depth + 1);
            case DescriptorKind::Map:
            case DescriptorKind::Set: return mix_hash(map_count(object_of(word)));
            default: return type->ops && type->ops->hash ? type->ops->hash(vm_, *type, word) : mix_hash(word);
        }
    }

    Word duplicate(const TypeDescriptor* type, Word word, bool clone, int depth = 0) {
        if (!word || depth > kMaxDepth) return word;
        auto part = [&](const TypeDescriptor* t, Word w) {
            bool needed =
                clone ? t->kind != DescriptorKind::Scalar && t->kind != DescriptorKind::Reference : t->deep_copy;
            return needed ? duplicate(t, w, clone, depth + 1) : w;
        };
        switch (type->kind) {
            case DescriptorKind::Struct: {
                Object* fresh = vm_.new_struct(*type);
                for (const FieldDescriptor& field : type->fields)
                    fresh->slots()[field.slot] = part(field.type, slot(word, field.slot));
                return word_of(fresh);
            }
            case DescriptorKind::Enum: {
                uint64_t tag = variant_tag(object_of(word));
                if (tag >= type->variants.size() || type->variants[tag].shared) return word;
                Object* fresh = vm_.new_variant(type->variants[tag]);
                for (const FieldDescriptor& field : type->variants[tag].fields)
                    fresh->slots()[field.slot] = part(field.type, slot(word, field.slot));
                return word_of(fresh);
            }
            case DescriptorKind::List:
            case DescriptorKind::Array: {
                Object* fresh = vm_.new_list(type->element->repr, list_count(object_of(word)));
                for (uint64_t i = 0; Word* element = list_element(object_of(word), i); ++i)
                    vm_.list_push(fresh, type->element->repr, part(type->element, heap::load_slot(element)));
                return word_of(fresh);
            }
            case DescriptorKind::Union: {
                const TypeDescriptor* member = held_type(word, kUnionType);
                return new_union(vm_, *member, part(member, slot(word, kUnionValue)));
            }
            case DescriptorKind::Map:
            case DescriptorKind::Set: {
                bool map = type->kind == DescriptorKind::Map;
                Object* fresh =
                    map ? new_map(vm_, type->key->repr, type->element->repr) : new_set(vm_, type->key->repr);
                MapEntry entry;
                for (uint64_t i = 0; i < map_used(object_of(word)); ++i)
                    if (map_entry(object_of(word), i, entry))
                        map_insert(vm_, fresh, type->key, part(type->key, entry.key),
                                   map ? part(type->element, entry.value) : 0);
                return word_of(fresh);
            }
            case DescriptorKind::Closure:
                if (vm_.kind_of(object_of(word)) == ObjectKind::Closure) retain_closure(object_of(word));
                return word;
            default:
                if (!type->ops) return word;
                if (clone && type->ops->clone) return type->ops->clone(vm_, *type, word);
                return type->ops->copy ? type->ops->copy(vm_, *type, word) : word;
        }
    }

  private:
    static int compare_scalar(Repr repr, Word a, Word b) {
        if (bytecode::is_float(repr)) {
            double x = word_double(a), y = word_double(b);
            if (x < y) return -1;
            if (x > y) return 1;
            return x == y ? 0 : 1;  // NaN equals nothing
        }
        if (bytecode::is_signed(repr)) return static_cast<int64_t>(a) < static_cast<int64_t>(b) ? -1 : a != b;
        return a < b ? -1 : a != b;
    }

    int compare_maps(const TypeDescriptor& type, Word a, Word b, int depth) {
        Object *x = object_of(a), *y = object_of(b);
        if (map_count(x) != map_count(y)) return map_count(x) < map_count(y) ? -1 : 1;
        MapEntry entry;
        for (uint64_t i = 0; i < map_used(x); ++i) {
            if (!map_entry(x, i, entry)) continue;
            Word* other = map_find(vm_, y, type.key, entry.key);
            if (!other) return 1;
            if (type.kind == DescriptorKind::Map)
                if (int order = compare(type.element, entry.value, heap::load_slot(other), depth + 1)) return order;
        }
        return 0;
    }

    Vm& vm_;
};

}  // namespace

Word new_union(Vm& vm, const TypeDescriptor& member, Word value) {
    const Layouts& l = vm.runtime().layouts;
    Object* fresh = vm.require(vm.allocator().fixed(bytecode::is_traced(member.repr) ? l.union_traced : l.union_raw));
    fresh->slots()[kUnionType] = word_of(&member);
    fresh->slots()[kUnionValue] = value;
    return word_of(fresh);
}

bool equal_words(Vm& vm, const TypeDescriptor& type, Word a, Word b) {
    if (type.repr == Repr::Boxed) return strict_equal(vm, Value(a), Value(b));
    if (type.kind == DescriptorKind::Scalar && !bytecode::is_float(type.repr)) return a == b;
    if (type.kind == DescriptorKind::String) return a == b || (a && b && string_view_of(a) == string_view_of(b));
    if (type.ops && type.ops->equal) return type.ops->equal(vm, type, a, b);
    return Walk(vm).compare(&type, a, b) == 0;
}
int compare_words(Vm& vm, const TypeDescriptor& type, Word a, Word b) { return Walk(vm).compare(&type, a, b); }
uint64_t hash_word(Vm& vm, const TypeDescriptor& type, Word word) {
    return type.repr == Repr::Boxed ? hash_value(vm, Value(word)) : Walk(vm).hash(&type, word);
}
Word copy_word(Vm& vm, const TypeDescriptor& type, Word word) {
    if (word && type.ops && type.ops->copy) return type.ops->copy(vm, type, word);
    return Walk(vm).duplicate(&type, word, false);
}
Word clone_word(Vm& vm, const TypeDescriptor& type, Word word) { return Walk(vm).duplicate(&type, word, true); }

}  // namespace braid::vm
