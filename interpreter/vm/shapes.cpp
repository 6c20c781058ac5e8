#include "interpreter/vm/shapes.h"

#include <algorithm>
#include <optional>

#include "interpreter/vm/accessors.h"
#include "interpreter/vm/runtime_state.h"

namespace braid::vm {

namespace {
constexpr uint32_t kIndexEvery = 16;  // shapes of so many properties (and multiples) have an index; others walk to one
}  // namespace

uint32_t Shape::find(Name wanted) const {
    for (const Shape* s = this; s; s = s->parent) {
        if (const auto* known = s->index.load(std::memory_order_acquire)) {
            auto found = known->find(wanted);
            return found == known->end() ? kMissing : found->second;
        }
        if (s->count > 0 && s->name == wanted) return s->count - 1;
    }
    return kMissing;
}

namespace {
std::vector<Name> all_names(const Shape* shape) {
    std::vector<Name> result;
    for (const Shape* s = shape; s && s->count > 0; s = s->parent) result.push_back(s->name);
    std::reverse(result.begin(), result.end());
    return result;
}

/// The name as an index of an array: digits without a leading zero; none: it is no such number.
std::optional<uint64_t> as_index(Name name) {
    std::string_view text = name.text();
    if (text.empty() || text.size() > 10 || (text[0] == '0' && text.size() > 1)) return std::nullopt;
    uint64_t value = 0;
    for (char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<uint64_t>(c - '0');
    }
    return value < 0xffff'ffff ? std::optional(value) : std::nullopt;
}

void bring_indices_forward(std::vector<Name>& names) {
    if (std::none_of(names.begin(), names.end(), [](Name name) { return as_index(name).has_value(); })) return;
    std::stable_sort(names.begin(), names.end(), [](Name a, Name b) {
        auto x = as_index(a), y = as_index(b);
        return x && (!y || *x < *y);
    });
}
}  // namespace

std::vector<Name> Shape::names() const {
    std::vector<Name> result = keys();
    if (has_accessors) std::erase_if(result, [&](Name name) { return find(name) == kMissing; });
    return result;
}

std::vector<Name> Shape::keys() const {
    std::vector<Name> result;
    for (Name name : all_names(this)) {
        // `#name` of a class is seen by its methods only; a plain object may have a member that is called so.
        if (klass && name.text().starts_with('#')) continue;
        if (is_accessor_name(name)) {
            name = accessed_name(name);
            if (std::find(result.begin(), result.end(), name) != result.end()) continue;
        }
        result.push_back(name);
    }
    if (!klass) bring_indices_forward(result);
    return result;
}

Shape* ShapeTable::root(const ClassDescriptor* klass) {
    std::lock_guard lock(mutex_);
    Shape*& root = roots_[klass];
    if (!root) {
        root = &shapes_.emplace_back();
        root->klass = klass;
    }
    return root;
}

Shape* ShapeTable::with(const Shape* shape, Name name) {
    std::lock_guard lock(mutex_);
    Shape*& next = const_cast<Shape*>(shape)->transitions[name];
    if (next) return next;
    Shape& made = shapes_.emplace_back();
    made.klass = shape->klass;
    made.parent = shape;
    made.name = name;
    made.count = shape->count + 1;
    made.has_accessors = shape->has_accessors || is_accessor_name(name);
    if (made.count % kIndexEvery == 0) {
        auto& index = indices_.emplace_back();
        uint32_t slot = 0;
        for (Name property : all_names(&made)) index.emplace(property, slot++);
        made.index.store(&index, std::memory_order_release);
    }
    return next = &made;
}

Shape* ShapeTable::of_names(const std::vector<Name>& names) {
    Shape* shape = root(nullptr);
    for (Name name : names) shape = with(shape, name);
    return shape;
}

Object* new_instance(Vm& vm, const Shape* shape) {
    Object* instance = vm.require(vm.allocator().fixed(vm.runtime().layouts.instance));
    Object* slots = vm.new_buffer(Repr::Boxed, std::max<uint32_t>(shape->count, 2));
    for (uint32_t i = 0; i < shape->count; ++i) slots->elements()[i] = Value::undefined().word();
    instance->slots()[kInstanceSlots] = word_of(slots);
    instance->slots()[kInstanceShape] = word_of(shape);
    return instance;
}

Word* find_property(const Object* instance, Name name) {
    uint32_t slot = shape_of(instance)->find(name);
    if (slot == Shape::kMissing) return nullptr;
    Object* slots = object_of(heap::load_slot_acquire(instance->slots() + kInstanceSlots));
    return slot < slots->length() ? slots->elements() + slot : nullptr;
}

void set_property(Vm& vm, Object* instance, Name name, Word value) {
    if (Word* slot = find_property(instance, name)) return heap::store_traced(slot, value);
    const Shape* shape = vm.shapes().with(shape_of(instance), name);
    Object* slots = object_of(instance->slots()[kInstanceSlots]);
    if (shape->count > slots->length()) {
        Object* larger = vm.new_buffer(Repr::Boxed, slots->length() * 2);
        for (uint64_t i = 0; i < slots->length(); ++i) larger->elements()[i] = slots->elements()[i];
        heap::store_traced(instance->slots() + kInstanceSlots, word_of(larger));
        slots = larger;
    }
    heap::store_traced(slots->elements() + shape->count - 1, value);
    heap::store_slot_release(instance->slots() + kInstanceShape, word_of(shape));
}

bool remove_property(Vm& vm, Object* instance, Name name) {
    const Shape* old = shape_of(instance);
    uint32_t removed = old->find(name);
    if (removed == Shape::kMissing) return false;
    Shape* shape = vm.shapes().root(old->klass);
    Object* slots = object_of(instance->slots()[kInstanceSlots]);
    Object* kept = vm.new_buffer(Repr::Boxed, slots->length());
    uint32_t from = 0, to = 0;
    for (Name property : all_names(old)) {
        if (from != removed) {
            shape = vm.shapes().with(shape, property);
            kept->elements()[to++] = slots->elements()[from];
        }
        ++from;
    }
    heap::store_traced(instance->slots() + kInstanceSlots, word_of(kept));
    heap::store_slot_release(instance->slots() + kInstanceShape, word_of(shape));
    return true;
}

}  // namespace braid::vm
