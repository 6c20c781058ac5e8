#include "interpreter/vm/hash_table.h"

#include "interpreter/vm/runtime_state.h"
#include "interpreter/vm/structural.h"

namespace braid::vm {

using bytecode::DescriptorKind;

namespace {

constexpr Word kLive = Word{1} << 63;

Object* slot_object(const Object* map, int slot) { return object_of(heap::load_slot_acquire(map->slots() + slot)); }

Object* new_entries(Vm& vm, LayoutId layout, uint64_t capacity) {
    return vm.require(vm.allocator().array(layout, capacity));
}
Object* new_index(Vm& vm, uint64_t capacity) {
    return vm.require(vm.allocator().array(vm.runtime().layouts.index, capacity));
}

Object* make(Vm& vm, LayoutId layout, bool key_traced, bool value_traced) {
    Object* map = vm.require(vm.allocator().fixed(layout));
    LayoutId entries = vm.runtime().layouts.entries[int(key_traced) + 2 * int(value_traced)];
    map->slots()[kMapEntries] = word_of(new_entries(vm, entries, 4));
    map->slots()[kMapIndex] = word_of(new_index(vm, 8));
    return map;
}

/// Keys that are compared as words: integers, booleans, characters of the Static policy.
bool is_plain(const TypeDescriptor* type) {
    return type && type->kind == DescriptorKind::Scalar && !bytecode::is_float(type->repr);
}
bool is_string(const TypeDescriptor* type) {
    return type && type->kind == DescriptorKind::String && type->repr != Repr::Boxed;
}
Word hash_key(Vm& vm, const TypeDescriptor* type, Word key) {
    if (is_plain(type)) return hash_integer(key) | kLive;
    return (type ? hash_word(vm, *type, key) : hash_value(vm, Value(key))) | kLive;
}

/// A word of the index: the entry's number (from 1; 0: empty) and the upper half of its hash, so that a probe of
/// another key's place need not look at the entry.
constexpr Word kNumber = 0xffff'ffff;
Word index_word(Word number, Word hash) { return number | (hash & ~kNumber); }

/// Places of the index in the order in which a hash tries them: the one its lowest bits name and its neighbours, which
/// lie in the same line of the cache; then the same where ever more of the bits lead, in the end all places (5 i + 1
/// has the full period).
class Probes {
  public:
    Probes(Word hash, uint64_t mask) : rest_(hash), mask_(mask), home_(hash & mask) {}
    uint64_t position() const { return (home_ + step_) & mask_; }
    void next() {
        if (++step_ < kNeighbours) return;
        step_ = 0;
        rest_ >>= 5;
        home_ = (home_ * 5 + rest_ + 1) & mask_;
    }
    /// Enough to have tried every place.
    static uint64_t limit(uint64_t mask) { return kNeighbours * (mask + 14); }

  private:
    static constexpr uint64_t kNeighbours = 4;
    uint64_t rest_, mask_, home_, step_ = 0;
};

/// Index slot of the key, or of the place where it would be put.
struct Found {
    uint64_t position = 0;
    uint64_t entry = 0;  // number + 1; 0: not there
};

// Racing tasks can hand a torn table to a reader: every number is checked against the buffers it is used with.
template <class Same>
inline Found find_where(const Object* map, Word hash, Same same) {
    Object* index = slot_object(map, kMapIndex);
    Object* entries = slot_object(map, kMapEntries);
    uint64_t mask = index->length() - 1;
    Probes at(hash, mask);
    for (uint64_t left = Probes::limit(mask); left > 0; --left, at.next()) {
        Word word = heap::load_slot(index->elements() + at.position());
        if (word == 0) return {at.position(), 0};
        uint64_t number = word & kNumber;
        if ((word ^ hash) & ~kNumber || number == 0 || number > entries->length()) continue;
        const Word* entry = entries->elements() + (number - 1) * 3;
        if (heap::load_slot(entry) == hash && same(heap::load_slot(entry + 1))) return {at.position(), number};
    }
    return {at.position(), 0};
}

Found find(Vm& vm, const Object* map, const TypeDescriptor* type, Word key, Word hash) {
    if (is_plain(type)) return find_where(map, hash, [&](Word other) { return other == key; });
    if (is_string(type) && key) {
        std::string_view text = string_view_of(key);
        return find_where(map, hash,
                          [&](Word other) { return other == key || (other && string_view_of(other) == text); });
    }
    return find_where(map, hash, [&](Word other) {
        return type ? equal_words(vm, *type, other, key)
                    : other == key || same_value_zero(vm, Value(other), Value(key));
    });
}

void rebuild(Vm& vm, Object* map, uint64_t capacity) {
    Object* old = slot_object(map, kMapEntries);
    uint64_t used = std::min(map_used(map), old->length());
    Object* entries = new_entries(vm, old->layout(), capacity);
    Object* index = new_index(vm, capacity * 2);
    uint64_t mask = capacity * 2 - 1, count = 0;
    for (uint64_t i = 0; i < used && count < capacity; ++i) {
        const Word* from = old->elements() + i * 3;
        if (!(from[0] & kLive)) continue;
        Word* to = entries->elements() + count * 3;
        for (int word = 0; word < 3; ++word) to[word] = heap::load_slot(from + word);
        Probes at(from[0], mask);
        while (index->elements()[at.position()]) at.next();
        index->elements()[at.position()] = index_word(++count, from[0]);
    }
    heap::store_traced(map->slots() + kMapEntries, word_of(entries));
    heap::store_traced(map->slots() + kMapIndex, word_of(index));
    heap::store_slot(map->slots() + kMapUsed, count);
    heap::store_slot(map->slots() + kMapCount, count);
}

}  // namespace

Object* new_map(Vm& vm, Repr key, Repr value) {
    return make(vm, vm.runtime().layouts.map, bytecode::is_traced(key), bytecode::is_traced(value));
}
Object* new_set(Vm& vm, Repr key) { return make(vm, vm.runtime().layouts.set, bytecode::is_traced(key), false); }

Word* map_find(Vm& vm, const Object* map, const TypeDescriptor* type, Word key) {
    if (map_count(map) == 0) return nullptr;
    Found found = find(vm, map, type, key, hash_key(vm, type, key));
    return found.entry ? slot_object(map, kMapEntries)->elements() + (found.entry - 1) * 3 + 2 : nullptr;
}

bool map_insert(Vm& vm, Object* map, const TypeDescriptor* type, Word key, Word value, Word* old) {
    Word hash = hash_key(vm, type, key);
    Found found = find(vm, map, type, key, hash);
    if (found.entry) {
        Word* slot = slot_object(map, kMapEntries)->elements() + (found.entry - 1) * 3 + 2;
        if (old) *old = heap::load_slot(slot);
        heap::store_traced(slot, value);
        return false;
    }
    if (map_used(map) >= slot_object(map, kMapEntries)->length()) {
        uint64_t live = map_count(map), capacity = slot_object(map, kMapEntries)->length();
        rebuild(vm, map, live * 2 > capacity ? capacity * 2 : capacity);
        found = find(vm, map, type, key, hash);
    }
    Object* entries = slot_object(map, kMapEntries);
    uint64_t used = map_used(map);
    if (used >= entries->length()) return true;  // a race of the program's lost an update
    Word* entry = entries->elements() + used * 3;
    heap::store_traced(entry + 1, key);
    heap::store_traced(entry + 2, value);
    heap::store_slot(entry, hash);
    heap::store_slot(slot_object(map, kMapIndex)->elements() + found.position, index_word(used + 1, hash));
    heap::store_slot(map->slots() + kMapUsed, used + 1);
    heap::store_slot(map->slots() + kMapCount, map_count(map) + 1);
    return true;
}

MapRemoved map_remove(Vm& vm, Object* map, const TypeDescriptor* type, Word key) {
    Found found = find(vm, map, type, key, hash_key(vm, type, key));
    if (!found.entry) return {};
    // The index keeps pointing at the dead entry, so that probing goes on past it.
    Word* entry = slot_object(map, kMapEntries)->elements() + (found.entry - 1) * 3;
    MapRemoved removed{true, entry[1], entry[2]};
    heap::store_slot(entry, 0);
    heap::store_slot(entry + 1, 0);
    heap::store_slot(entry + 2, 0);
    heap::store_slot(map->slots() + kMapCount, map_count(map) - 1);
    return removed;
}

void map_clear(Vm& vm, Object* map) {
    Object* old = slot_object(map, kMapEntries);
    heap::store_traced(map->slots() + kMapEntries, word_of(new_entries(vm, old->layout(), 4)));
    heap::store_traced(map->slots() + kMapIndex, word_of(new_index(vm, 8)));
    heap::store_slot(map->slots() + kMapUsed, 0);
    heap::store_slot(map->slots() + kMapCount, 0);
}

bool map_entry(const Object* map, uint64_t number, MapEntry& out) {
    Object* entries = slot_object(map, kMapEntries);
    if (number >= entries->length() || number >= map_used(map)) return false;
    Word* entry = entries->elements() + number * 3;
    if (!(heap::load_slot(entry) & kLive)) return false;
    out = {heap::load_slot(entry + 1), heap::load_slot(entry + 2), entry + 2};
    return true;
}

}  // namespace braid::vm
