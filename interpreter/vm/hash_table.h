#pragma once
#include "interpreter/vm/objects.h"

namespace braid::vm {

class Vm;

/// Maps and sets: {live count, used entries, entries, index}. Entries {hash, key, value} stand in order of insertion; a
/// removed one has hash 0 until the next growth. The index is open addressing over entry numbers, probed as Python's
/// dictionaries are. `key` null: keys are
/// values of the Boxed policy (SameValueZero).
inline uint64_t mix_hash(uint64_t x) {  // SplitMix64's finalizer
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}
/// Of an integer: neighbours stand beside each other in the index, which the first probe takes by the lower half; the
/// upper half scatters what collides there.
inline uint64_t hash_integer(uint64_t x) {
    constexpr uint64_t kLower = 0xffff'ffff;
    return (mix_hash(x) & ~kLower) | (x & kLower);
}

constexpr int kMapCount = 0, kMapUsed = 1, kMapEntries = 2, kMapIndex = 3;

Object* new_map(Vm& vm, Repr key, Repr value);
Object* new_set(Vm& vm, Repr key);
inline uint64_t map_count(const Object* map) { return heap::load_slot(map->slots() + kMapCount); }
/// Where the value stands; null: no such key.
Word* map_find(Vm& vm, const Object* map, const TypeDescriptor* key_type, Word key);
inline bool map_contains(Vm& vm, const Object* map, const TypeDescriptor* key_type, Word key) {
    return map_find(vm, map, key_type, key) != nullptr;
}
/// True: the key is new. Else the old value (if wanted) is put into `old` and the old key stays.
bool map_insert(Vm& vm, Object* map, const TypeDescriptor* key_type, Word key, Word value, Word* old = nullptr);
struct MapRemoved {
    bool found = false;
    Word key = 0, value = 0;
};
MapRemoved map_remove(Vm& vm, Object* map, const TypeDescriptor* key_type, Word key);
void map_clear(Vm& vm, Object* map);

/// Iteration by entry number in [0, map_used): entries made meanwhile are seen, removed ones not.
inline uint64_t map_used(const Object* map) { return heap::load_slot(map->slots() + kMapUsed); }
struct MapEntry {
    Word key = 0, value = 0;
    Word* value_slot = nullptr;
};
bool map_entry(const Object* map, uint64_t number, MapEntry& out);

}  // namespace braid::vm
