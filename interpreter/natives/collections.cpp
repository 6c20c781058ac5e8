#include <fmt/format.h>

#include "interpreter/natives/natives.h"
#include "interpreter/natives/support.h"
#include "interpreter/vm/hash_table.h"

// Altru's maps, sets and ranges.
namespace braid::natives {

namespace {

struct MapView {
    Object* object;
    const TypeDescriptor* key;
    const TypeDescriptor* value;  // null: a set
    MapView(const NativeCall& call, size_t i) {
        auto o = operand(call, i);
        object = vm::object_of(o.word);
        key = o.type->key;
        value = o.type->element;
    }
    template <class F>
    void each(F&& f) const {
        vm::MapEntry entry;
        for (uint64_t i = 0; i < vm::map_used(object); ++i)
            if (vm::map_entry(object, i, entry)) f(entry);
    }
};

NativeAction no_key(NativeCall& call, const MapView& map, Word key) {
    std::string text;
    vm::show_word(call.vm(), *map.key, key, text, true);
    return call.panic(fmt::format("the map has no key {}", text));
}

NativeAction new_map(NativeCall& call) {
    const TypeDescriptor& type = call.result_type();
    return call.give(word_of(vm::new_map(call.vm(), type.key->repr, type.element->repr)));
}
NativeAction len(NativeCall& call) {
    return call.give_integer(static_cast<int64_t>(vm::map_count(MapView(call, 0).object)));
}
Word* find(NativeCall& call, const MapView& map) {
    return vm::map_find(call.vm(), map.object, map.key, operand_word(call, 1));
}
NativeAction get(NativeCall& call) {
    Word* slot = find(call, MapView(call, 0));
    return slot ? give_some(call, word_of(slot)) : give_none(call);
}
NativeAction get_copied(NativeCall& call) {
    MapView map(call, 0);
    Word* slot = find(call, map);
    return slot ? give_some(call, copied(call.vm(), *map.value, heap::load_slot_acquire(slot))) : give_none(call);
}
NativeAction insert(NativeCall& call) {
    MapView map(call, 0);
    Word old = 0;
    bool fresh = vm::map_insert(call.vm(), map.object, map.key, call.argument(1), call.argument(2), &old);
    return fresh ? give_none(call) : give_some(call, old);
}
NativeAction remove(NativeCall& call) {
    MapView map(call, 0);
    auto removed = vm::map_remove(call.vm(), map.object, map.key, operand_word(call, 1));
    return removed.found ? give_some(call, removed.value) : give_none(call);
}
NativeAction contains(NativeCall& call) {
    MapView map(call, 0);
    return call.give_bool(vm::map_contains(call.vm(), map.object, map.key, operand_word(call, 1)));
}
/// Drops the entries one after the other, then empties the table.
NativeAction clear(NativeCall& call) {
    MapView map(call, 0);
    uint64_t at = call.step() == 0 ? 0 : call.scalar(0);
    vm::MapEntry entry;
    for (; at < vm::map_used(map.object) * 2; ++at) {
        const TypeDescriptor* type = at % 2 ? map.value : map.key;
        if (!type || !type->needs_drop || !vm::map_entry(map.object, at / 2, entry)) continue;
        call.scalar(0) = at + 1;
        return call.drop(at % 2 ? entry.value : entry.key, *type, 1);
    }
    vm::map_clear(call.vm(), map.object);
    return call.give_unit();
}

enum class Part { Key, ValueReference, ValueCopy, PairReference, PairCopy };
template <Part kPart>
NativeAction list_of(NativeCall& call) {
    MapView map(call, 0);
    vm::Vm& vm = call.vm();
    const TypeDescriptor& element = *call.result_type().element;
    Object* out = vm.new_list(element.repr, vm::map_count(map.object));
    map.each([&](const vm::MapEntry& entry) {
        Word word = 0;
        switch (kPart) {
            case Part::Key: word = copied(vm, *map.key, entry.key); break;
            case Part::ValueReference: word = word_of(entry.value_slot); break;
            case Part::ValueCopy: word = copied(vm, *map.value, entry.value); break;
            case Part::PairReference:
                word =
                    runtime::new_struct_of(vm, element, {copied(vm, *map.key, entry.key), word_of(entry.value_slot)});
                break;
            case Part::PairCopy:
                word = runtime::new_struct_of(vm, element,
                                              {copied(vm, *map.key, entry.key), copied(vm, *map.value, entry.value)});
        }
        vm.list_push(out, element.repr, word);
    });
    return call.give(word_of(out));
}
NativeAction into_entries(NativeCall& call) {
    MapView map(call, 0);
    vm::Vm& vm = call.vm();
    const TypeDescriptor& element = *call.result_type().element;
    Object* out = vm.new_list(element.repr, vm::map_count(map.object));
    map.each([&](const vm::MapEntry& entry) {
        vm.list_push(out, element.repr, runtime::new_struct_of(vm, element, {entry.key, entry.value}));
    });
    return call.give(word_of(out));
}
NativeAction get_or_insert(NativeCall& call) {
    MapView map(call, 0);
    Word key = call.argument(1);
    if (Word* slot = vm::map_find(call.vm(), map.object, map.key, key)) return call.give(word_of(slot));
    vm::map_insert(call.vm(), map.object, map.key, key, call.argument(2));
    return call.give(word_of(vm::map_find(call.vm(), map.object, map.key, key)));
}
NativeAction index(NativeCall& call) {
    MapView map(call, 0);
    Word* slot = find(call, map);
    return slot ? call.give(word_of(slot)) : no_key(call, map, operand_word(call, 1));
}

// --- sets ---

NativeAction new_set(NativeCall& call) {
    return call.give(word_of(vm::new_set(call.vm(), call.result_type().key->repr)));
}
NativeAction set_insert(NativeCall& call) {
    MapView set(call, 0);
    return call.give_bool(vm::map_insert(call.vm(), set.object, set.key, call.argument(1), 0));
}
NativeAction set_remove(NativeCall& call) {
    MapView set(call, 0);
    return call.give_bool(vm::map_remove(call.vm(), set.object, set.key, operand_word(call, 1)).found);
}
enum class Algebra { Union, Intersection, Difference };
template <Algebra kOperation>
NativeAction algebra(NativeCall& call) {
    MapView a(call, 0), b(call, 1);
    vm::Vm& vm = call.vm();
    Object* out = vm::new_set(vm, a.key->repr);
    auto add = [&](const vm::MapEntry& e) { vm::map_insert(vm, out, a.key, vm::clone_word(vm, *a.key, e.key), 0); };
    a.each([&](const vm::MapEntry& e) {
        if (kOperation == Algebra::Union ||
            vm::map_contains(vm, b.object, b.key, e.key) == (kOperation == Algebra::Intersection))
            add(e);
    });
    if (kOperation == Algebra::Union) b.each(add);
    return call.give(word_of(out));
}

}  // namespace

void register_collections(vm::NativeRegistry& r) {
    for (std::string p : {"map::map::", "map::"}) {
        r.add(p + "new", new_map);
        r.add(p + "len", len);
        r.add(p + "get", get);
        r.add(p + "get_copied", get_copied);
        r.add(p + "get_mut", get);
        r.add(p + "insert", insert);
        r.add(p + "remove", remove);
        r.add(p + "contains", contains);
        r.add(p + "clear", {clear, 0, 1});
        r.add(p + "keys", list_of<Part::Key>);
        r.add(p + "values", list_of<Part::ValueReference>);
        r.add(p + "values_copied", list_of<Part::ValueCopy>);
        r.add(p + "entries", list_of<Part::PairReference>);
        r.add(p + "entries_copied", list_of<Part::PairCopy>);
        r.add(p + "entries_mut", list_of<Part::PairReference>);
        r.add(p + "into_entries", into_entries);
        r.add(p + "get_or_insert", get_or_insert);
        r.add(p + "index", index);
        r.add(p + "index_mut", index);
    }
    for (std::string p : {"set::set::", "set::"}) {
        r.add(p + "new", new_set);
        r.add(p + "len", len);
        r.add(p + "insert", set_insert);
        r.add(p + "remove", set_remove);
        r.add(p + "contains", contains);
        r.add(p + "clear", {clear, 0, 1});
        r.add(p + "to_list", list_of<Part::Key>);
        r.add(p + "union", algebra<Algebra::Union>);
        r.add(p + "intersection", algebra<Algebra::Intersection>);
        r.add(p + "difference", algebra<Algebra::Difference>);
    }
}

}  // namespace braid::natives
