#include "interpreter/natives/js_support.h"
#include "interpreter/natives/natives.h"

// Velox's Map and Set.
namespace braid::natives {

namespace {

Object* table(NativeCall& call) {
    Object* map = vm::as_object(call.vm(), call.value(0), ObjectKind::Map);
    return map ? map : vm::as_object(call.vm(), call.value(0), ObjectKind::Set);
}
#define BRAID_TABLE(name)       \
    Object* name = table(call); \
    if (!name) return type_error(call, "the receiver is no map or set")
#define BRAID_MUTABLE_TABLE(name) \
    BRAID_TABLE(name);            \
    if (NativeAction refused{}; frozen(call, name, refused)) return refused

template <class F>
void each(Object* map, F&& f) {
    vm::MapEntry entry;
    for (uint64_t i = 0; i < vm::map_used(map); ++i)
        if (vm::map_entry(map, i, entry)) f(entry);
}

NativeAction new_map(NativeCall& call) {
    Object* map = vm::new_map(call.vm(), Repr::Boxed, Repr::Boxed);
    if (Object* list = list_argument(call, 0)) {
        for (uint64_t i = 0; i < vm::list_count(list); ++i) {
            Object* item = vm::as_object(call.vm(), Value(element(list, i)), ObjectKind::List);
            if (!item) return type_error(call, "an entry of a map is not a pair");
            vm::map_insert(call.vm(), map, nullptr, element(item, 0), element(item, 1));
        }
    } else if (Object* other =
                   call.argument_count() ? vm::as_object(call.vm(), call.value(0), ObjectKind::Map) : nullptr) {
        each(other, [&](const vm::MapEntry& e) { vm::map_insert(call.vm(), map, nullptr, e.key, e.value); });
    }
    return give_object(call, map);
}
NativeAction new_set(NativeCall& call) {
    Object* set = vm::new_set(call.vm(), Repr::Boxed);
    if (Object* list = list_argument(call, 0)) {
        for (uint64_t i = 0; i < vm::list_count(list); ++i)
            vm::map_insert(call.vm(), set, nullptr, element(list, i), 0);
    } else if (Object* other =
                   call.argument_count() ? vm::as_object(call.vm(), call.value(0), ObjectKind::Set) : nullptr) {
        each(other, [&](const vm::MapEntry& e) { vm::map_insert(call.vm(), set, nullptr, e.key, 0); });
    }
    return give_object(call, set);
}
NativeAction get(NativeCall& call) {
    BRAID_TABLE(map);
    Word* slot = vm::map_find(call.vm(), map, nullptr, call.argument(1));
    return slot ? call.give(heap::load_slot_acquire(slot)) : give_undefined(call);
}
NativeAction set(NativeCall& call) {
    BRAID_MUTABLE_TABLE(map);
    Word* slot = vm::map_find(call.vm(), map, nullptr, call.argument(1));
    if (slot) heap::store_traced(slot, call.argument(2));
    else vm::map_insert(call.vm(), map, nullptr, call.argument(1), call.argument(2));
    return call.give(call.argument(0));
}
NativeAction add(NativeCall& call) {
    BRAID_MUTABLE_TABLE(set);
    vm::map_insert(call.vm(), set, nullptr, call.argument(1), 0);
    return call.give(call.argument(0));
}
NativeAction has(NativeCall& call) {
    BRAID_TABLE(map);
    return give_boolean(call, vm::map_contains(call.vm(), map, nullptr, call.argument(1)));
}
NativeAction remove(NativeCall& call) {
    BRAID_MUTABLE_TABLE(map);
    return give_boolean(call, vm::map_remove(call.vm(), map, nullptr, call.argument(1)).found);
}
NativeAction clear(NativeCall& call) {
    BRAID_MUTABLE_TABLE(map);
    vm::map_clear(call.vm(), map);
    return give_undefined(call);
}
NativeAction keys(NativeCall& call) {
    BRAID_TABLE(map);
    Object* out = new_array(call, vm::map_count(map));
    each(map, [&](const vm::MapEntry& e) { push(call, out, e.key); });
    return give_object(call, out);
}
NativeAction values(NativeCall& call) {
    BRAID_TABLE(map);
    Object* out = new_array(call, vm::map_count(map));
    each(map, [&](const vm::MapEntry& e) { push(call, out, e.value); });
    return give_object(call, out);
}
NativeAction entries(NativeCall& call) {
    BRAID_TABLE(map);
    Object* out = new_array(call, vm::map_count(map));
    each(map, [&](const vm::MapEntry& e) { push(call, out, word_of(pair(call, e.key, e.value))); });
    return give_object(call, out);
}
/// Sees entries that its function adds.
template <bool kMap>
NativeAction for_each(NativeCall& call) {
    BRAID_TABLE(map);
    uint64_t& at = call.scalar(0);
    if (call.step() == 0) at = 0;
    vm::MapEntry entry;
    for (; at < vm::map_used(map);)
        if (vm::map_entry(map, at++, entry))
            return call.invoke(call.argument(1), {kMap ? entry.value : entry.key, entry.key, word_of(map)}, 1);
    return give_undefined(call);
}

}  // namespace

void register_js_collections(vm::NativeRegistry& r) {
    for (std::string p : {"collections::Map::", "collections::Set::"}) {
        r.add(p + "has", has);
        r.add(p + "delete", remove);
        r.add(p + "clear", clear);
        r.add(p + "keys", keys);
        r.add(p + "values", p == "collections::Map::" ? values : keys);
    }
    r.add("collections::Map::constructor", new_map);
    r.add("collections::Map::get", get);
    r.add("collections::Map::set", set);
    r.add("collections::Map::entries", entries);
    r.add("collections::Map::forEach", {for_each<true>, 0, 1});
    r.add("collections::Set::constructor", new_set);
    r.add("collections::Set::add", add);
    r.add("collections::Set::forEach", {for_each<false>, 0, 1});
}

}  // namespace braid::natives
