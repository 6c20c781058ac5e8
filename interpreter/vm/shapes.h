#pragma once
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "interpreter/vm/objects.h"

namespace braid::vm {

class Vm;

/// Hidden class of an object of the Boxed policy: which property is in which slot. Immutable but for what was learnt of
/// it (transitions, index); lives as long as the Vm.
struct Shape {
    const ClassDescriptor* klass = nullptr;  // null: a plain object
    const Shape* parent = nullptr;
    Name name;           // the property this shape added
    uint32_t count = 0;  // properties
    bool has_accessors = false;

    static constexpr uint32_t kMissing = 0xffffffff;
    uint32_t find(Name name) const;
    /// In JavaScript's order: whole numbers by value, then the others in order of insertion.
    std::vector<Name> names() const;  // of what has a value in a slot
    std::vector<Name> keys() const;   // the same with those of accessors

  private:
    friend struct ShapeTable;
    mutable std::atomic<const std::unordered_map<Name, uint32_t>*> index{nullptr};
    std::unordered_map<Name, Shape*> transitions;  // under the table's lock
};

struct ShapeTable {
    Shape* root(const ClassDescriptor* klass);
    Shape* with(const Shape* shape, Name name);
    Shape* of_names(const std::vector<Name>& names);

  private:
    std::mutex mutex_;
    std::deque<Shape> shapes_;
    std::deque<std::unordered_map<Name, uint32_t>> indices_;
    std::unordered_map<const ClassDescriptor*, Shape*> roots_;
};

inline const Shape* shape_of(const Object* instance) {
    return reinterpret_cast<const Shape*>(
        static_cast<uintptr_t>(heap::load_slot_acquire(instance->slots() + kInstanceShape)));
}
Object* new_instance(Vm& vm, const Shape* shape);
/// Own property; null: none.
Word* find_property(const Object* instance, Name name);
void set_property(Vm& vm, Object* instance, Name name, Word value);
/// Keeps order; a fresh shape without the property.
bool remove_property(Vm& vm, Object* instance, Name name);

}  // namespace braid::vm
