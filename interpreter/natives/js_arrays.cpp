#include <algorithm>

#include <fmt/format.h>

#include "interpreter/natives/js_support.h"
#include "interpreter/natives/natives.h"
#include "interpreter/natives/unicode.h"

// Velox's arrays.
namespace braid::natives {

namespace {

constexpr double kLongestArray = 1 << 28;

NativeAction no_array(NativeCall& call) { return type_error(call, "the receiver is not an array"); }
void set_count(Object* list, uint64_t n) { heap::store_slot(list->slots() + vm::kListCount, n); }
void set(Object* list, uint64_t i, Word word) { heap::store_traced(vm::list_element(list, i), word); }
int64_t count(const Object* list) { return static_cast<int64_t>(vm::list_count(list)); }

#define BRAID_ARRAY(name)                  \
    Object* name = list_argument(call, 0); \
    if (!name) return no_array(call)
#define BRAID_MUTABLE_ARRAY(name) \
    BRAID_ARRAY(name);            \
    if (NativeAction refused{}; frozen(call, name, refused)) return refused

NativeAction construct(NativeCall& call) {
    double length = number_or(call, 0, 0);
    if (!(length >= 0 && length <= kLongestArray))
        return call.throw_error(WellKnown::RangeError, "Invalid array length");
    Object* list = new_array(call, static_cast<uint64_t>(length));
    for (double i = 0; i < length; ++i) push(call, list, Value::undefined().word());
    return give_object(call, list);
}
NativeAction array_push(NativeCall& call) {
    BRAID_MUTABLE_ARRAY(list);
    Object* items = list_argument(call, 1);
    for (uint64_t i = 0, n = items ? vm::list_count(items) : 0; i < n; ++i) push(call, list, element(items, i));
    return give_int(call, count(list));
}
NativeAction pop(NativeCall& call) {
    BRAID_MUTABLE_ARRAY(list);
    uint64_t n = vm::list_count(list);
    if (n == 0) return give_undefined(call);
    Word last = element(list, n - 1);
    set(list, n - 1, Value::undefined().word());
    set_count(list, n - 1);
    return call.give(last);
}
/// Precondition: both ranges lie within the list.
void move_elements(Object* list, uint64_t to, uint64_t from, uint64_t n) {
    Word* elements = vm::list_buffer(list)->elements();
    if (to < from)
        for (uint64_t i = 0; i < n; ++i) heap::store_traced(elements + to + i, heap::load_slot(elements + from + i));
    else
        for (uint64_t i = n; i-- > 0;) heap::store_traced(elements + to + i, heap::load_slot(elements + from + i));
}
/// Takes `removed` elements out at `at` and puts `items` there.
void splice_words(NativeCall& call, Object* list, uint64_t at, uint64_t removed, const std::vector<Word>& items) {
    uint64_t n = vm::list_count(list), kept = n - at - removed;
    for (uint64_t i = removed; i < items.size(); ++i) push(call, list, Value::undefined().word());
    if (items.size() != removed) move_elements(list, at + items.size(), at + removed, kept);
    for (uint64_t i = 0; i < items.size(); ++i) set(list, at + i, items[i]);
    for (uint64_t i = at + items.size() + kept; i < n; ++i) set(list, i, Value::undefined().word());
    set_count(list, at + items.size() + kept);
}
std::vector<Word> words_of(Object* list) {
    std::vector<Word> words;
    for (uint64_t i = 0; list && i < vm::list_count(list); ++i) words.push_back(element(list, i));
    return words;
}
NativeAction shift(NativeCall& call) {
    BRAID_MUTABLE_ARRAY(list);
    if (vm::list_count(list) == 0) return give_undefined(call);
    Word first = element(list, 0);
    splice_words(call, list, 0, 1, {});
    return call.give(first);
}
NativeAction unshift(NativeCall& call) {
    BRAID_MUTABLE_ARRAY(list);
    splice_words(call, list, 0, 0, words_of(list_argument(call, 1)));
    return give_int(call, count(list));
}
NativeAction at(NativeCall& call) {
    BRAID_ARRAY(list);
    double i = std::trunc(number_or(call, 1, 0));
    if (i < 0) i += static_cast<double>(count(list));
    if (!(i >= 0 && i < static_cast<double>(count(list)))) return give_undefined(call);
    return call.give(element(list, static_cast<uint64_t>(i)));
}
NativeAction slice(NativeCall& call) {
    BRAID_ARRAY(list);
    int64_t begin = index_or(call, 1, 0, count(list)), end = index_or(call, 2, INFINITY, count(list));
    Object* out = new_array(call, begin < end ? static_cast<uint64_t>(end - begin) : 0);
    for (int64_t i = begin; i < end; ++i) push(call, out, element(list, static_cast<uint64_t>(i)));
    return give_object(call, out);
}
NativeAction splice(NativeCall& call) {
    BRAID_MUTABLE_ARRAY(list);
    int64_t begin = index_or(call, 1, 0, count(list));
    double wanted = number_or(call, 2, INFINITY);
    auto removed = static_cast<uint64_t>(std::clamp(std::trunc(wanted), 0.0, static_cast<double>(count(list) - begin)));
    Object* out = new_array(call, removed);
    for (uint64_t i = 0; i < removed; ++i) push(call, out, element(list, static_cast<uint64_t>(begin) + i));
    splice_words(call, list, static_cast<uint64_t>(begin), removed, words_of(list_argument(call, 3)));
    return give_object(call, out);
}
NativeAction concat(NativeCall& call) {
    BRAID_ARRAY(list);
    Object* out = new_array(call, vm::list_count(list));
    for (Word word : words_of(list)) push(call, out, word);
    for (Word other : words_of(list_argument(call, 1))) {
        Object* part = vm::as_object(call.vm(), Value(other), ObjectKind::List);
        if (!part) push(call, out, other);
        for (Word word : words_of(part)) push(call, out, word);
    }
    return give_object(call, out);
}
int64_t find_item(NativeCall& call, Object* list, int64_t from, bool same_value) {
    for (int64_t i = from; i < count(list); ++i) {
        Value item(element(list, static_cast<uint64_t>(i)));
        if (same_value ? vm::same_value_zero(call.vm(), item, call.value(1))
                       : vm::strict_equal(call.vm(), item, call.value(1)))
            return i;
    }
    return -1;
}
NativeAction index_of(NativeCall& call) {
    BRAID_ARRAY(list);
    return give_int(call, find_item(call, list, index_or(call, 2, 0, count(list)), false));
}
NativeAction last_index_of(NativeCall& call) {
    BRAID_ARRAY(list);
    double from = std::trunc(number_or(call, 2, INFINITY));
    if (from < 0) from += static_cast<double>(count(list));
    for (int64_t i = static_cast<int64_t>(std::min(from + 1, static_cast<double>(count(list)))); i-- > 0;)
        if (vm::strict_equal(call.vm(), Value(element(list, static_cast<uint64_t>(i))), call.value(1)))
            return give_int(call, i);
    return give_int(call, -1);
}
NativeAction includes(NativeCall& call) {
    BRAID_ARRAY(list);
    return give_boolean(call, find_item(call, list, index_or(call, 2, 0, count(list)), true) >= 0);
}
std::string joined(NativeCall& call, Object* list, const std::string& separator) {
    std::string out;
    for (uint64_t i = 0; i < vm::list_count(list); ++i) {
        if (i) out += separator;
        Value item(element(list, i));
        if (!item.is_null() && !item.is_undefined()) out += vm::text_of(call.vm(), item);
    }
    return out;
}
NativeAction join(NativeCall& call) {
    BRAID_ARRAY(list);
    return call.give_text(joined(call, list, is_missing(call, 1) ? "," : text_argument(call, 1)));
}
NativeAction to_string(NativeCall& call) {
    BRAID_ARRAY(list);
    return call.give_text(joined(call, list, ","));
}
NativeAction reverse(NativeCall& call) {
    BRAID_MUTABLE_ARRAY(list);
    std::vector<Word> words = words_of(list);
    for (uint64_t i = 0; i < words.size(); ++i) set(list, i, words[words.size() - 1 - i]);
    return give_object(call, list);
}
NativeAction fill(NativeCall& call) {
    BRAID_MUTABLE_ARRAY(list);
    int64_t begin = index_or(call, 2, 0, count(list)), end = index_or(call, 3, INFINITY, count(list));
    for (int64_t i = begin; i < end; ++i) set(list, static_cast<uint64_t>(i), call.argument(1));
    return give_object(call, list);
}

/// A stable merge sort that stops at every comparison.
struct Sorting : vm::NativeState {
    std::vector<Word> words, merged;
    size_t width = 1, low = 0, left = 0, right = 0;
    void trace(heap::Marker& marker) override {
        for (Word word : words) marker.visit(word);
        for (Word word : merged) marker.visit(word);
    }
    size_t middle() const { return std::min(low + width, words.size()); }
    size_t high() const { return std::min(low + 2 * width, words.size()); }
    void begin(size_t at) {
        low = at;
        left = low;
        right = middle();
        merged.clear();
    }
    /// Goes on to where a comparison is needed; false: sorted.
    bool advance() {
        for (;;) {
            if (width >= words.size()) return false;
            if (left < middle() && right < high()) return true;
            while (left < middle()) merged.push_back(words[left++]);
            while (right < high()) merged.push_back(words[right++]);
            std::copy(merged.begin(), merged.end(), words.begin() + static_cast<long>(low));
            size_t next = low + 2 * width;
            if (next >= words.size()) {
                width *= 2;
                next = 0;
            }
            begin(next);
        }
    }
};
NativeAction sort(NativeCall& call) {
    BRAID_MUTABLE_ARRAY(list);
    auto& sorting = call.state<Sorting>();
    vm::Vm& vm = call.vm();
    if (call.step() == 0) {
        sorting.words = words_of(list);
        if (is_missing(call, 1)) {
            std::vector<std::pair<std::string, Word>> keyed;
            for (Word word : sorting.words) keyed.emplace_back(vm::text_of(vm, Value(word)), word);
            auto less = [](const auto& a, const auto& b) {
                if (Value(a.second).is_undefined() || Value(b.second).is_undefined())
                    return !Value(a.second).is_undefined() && Value(b.second).is_undefined();
                return a.first < b.first;
            };
            std::stable_sort(keyed.begin(), keyed.end(), less);
            for (uint64_t i = 0; i < keyed.size(); ++i) set(list, i, keyed[i].second);
            return give_object(call, list);
        }
        // What is undefined comes last; the function never sees it.
        auto there = [](Word word) { return !Value(word).is_undefined(); };
        auto none = std::stable_partition(sorting.words.begin(), sorting.words.end(), there);
        for (auto last = static_cast<uint64_t>(none - sorting.words.begin()); last < sorting.words.size(); ++last)
            set(list, last, sorting.words[last]);
        sorting.words.erase(none, sorting.words.end());
        sorting.begin(0);
    } else {
        double order = 0;
        vm::as_double(vm, Value(call.result()), order);
        sorting.merged.push_back(order > 0 ? sorting.words[sorting.right++] : sorting.words[sorting.left++]);
    }
    if (sorting.advance())
        return call.invoke(call.argument(1), {sorting.words[sorting.left], sorting.words[sorting.right]}, 1);
    for (uint64_t i = 0; i < sorting.words.size() && vm::list_element(list, i); ++i) set(list, i, sorting.words[i]);
    return give_object(call, list);
}

// --- with a function: scalar 0 is the index, traced 0 what is made ---

enum class Loop { Map, FlatMap, Filter, ForEach, Find, FindIndex, Some, Every, Reduce, ReduceRight };
template <Loop kLoop>
NativeAction loop(NativeCall& call) {
    constexpr bool kReduces = kLoop == Loop::Reduce || kLoop == Loop::ReduceRight;
    BRAID_ARRAY(list);
    vm::Vm& vm = call.vm();
    auto n = vm::list_count(list);
    uint64_t& i = call.scalar(0);
    Word& made = call.traced(0);
    auto item = [&] { return element(list, kLoop == Loop::ReduceRight ? n - 1 - i : i); };
    if (call.step() == 0) {
        i = 0;
        if (kLoop == Loop::Map || kLoop == Loop::FlatMap || kLoop == Loop::Filter) made = word_of(new_array(call));
        if (kReduces) {
            made = call.argument_count() > 2 ? call.argument(2) : Value::undefined().word();
            bool is_given = call.argument_count() > 2 && !call.value(2).is_empty();
            if (!is_given) {
                if (n == 0) return type_error(call, "Reduce of empty array with no initial value");
                made = item();
                i = 1;
            }
        }
    } else {
        Value result(call.result());
        Object* out = Value::is_pointer(made) && !kReduces ? vm::object_of(made) : nullptr;
        switch (kLoop) {
            case Loop::Map: push(call, out, result.word()); break;
            case Loop::FlatMap:
                if (Object* part = vm::as_object(vm, result, ObjectKind::List))
                    for (Word word : words_of(part)) push(call, out, word);
                else push(call, out, result.word());
                break;
            case Loop::Filter:
                if (vm::truthy(vm, result)) push(call, out, item());
                break;
            case Loop::Find:
                if (vm::truthy(vm, result)) return call.give(item());
                break;
            case Loop::FindIndex:
                if (vm::truthy(vm, result)) return give_int(call, static_cast<int64_t>(i));
                break;
            case Loop::Some:
                if (vm::truthy(vm, result)) return give_boolean(call, true);
                break;
            case Loop::Every:
                if (!vm::truthy(vm, result)) return give_boolean(call, false);
                break;
            case Loop::Reduce:
            case Loop::ReduceRight: made = result.word(); break;
            case Loop::ForEach: break;
        }
        ++i;
    }
    if (i < n) {
        Word index = vm.box_integer(static_cast<int64_t>(kLoop == Loop::ReduceRight ? n - 1 - i : i)).word();
        if (kReduces) return call.invoke(call.argument(1), {made, item(), index, word_of(list)}, 1);
        return call.invoke(call.argument(1), {item(), index, word_of(list)}, 1);
    }
    switch (kLoop) {
        case Loop::FindIndex: return give_int(call, -1);
        case Loop::Some: return give_boolean(call, false);
        case Loop::Every: return give_boolean(call, true);
        case Loop::Find:
        case Loop::ForEach: return give_undefined(call);
        default: return call.give(made);
    }
}

NativeAction flat(NativeCall& call) {
    BRAID_ARRAY(list);
    constexpr size_t kDeepest = 10'000;  // an array may hold itself
    double depth = number_or(call, 1, 1);
    Object* out = new_array(call);
    struct Level {
        Object* list;
        uint64_t next;
    };
    std::vector<Level> open{{list, 0}};
    while (!open.empty()) {
        Level& level = open.back();
        if (level.next == vm::list_count(level.list)) {
            open.pop_back();
            continue;
        }
        Word word = element(level.list, level.next++);
        Object* part = vm::as_object(call.vm(), Value(word), ObjectKind::List);
        if (!part || !(static_cast<double>(open.size()) <= depth)) {
            push(call, out, word);
        } else if (open.size() == kDeepest) {
            return call.throw_error(WellKnown::RangeError, "the array is nested too deeply to be flattened");
        } else {
            open.push_back({part, 0});
        }
    }
    return give_object(call, out);
}
NativeAction keys(NativeCall& call) {
    BRAID_ARRAY(list);
    Object* out = new_array(call);
    for (int64_t i = 0; i < count(list); ++i) push(call, out, call.vm().box_integer(i).word());
    return give_object(call, out);
}
NativeAction entries(NativeCall& call) {
    BRAID_ARRAY(list);
    Object* out = new_array(call);
    for (int64_t i = 0; i < count(list); ++i)
        push(call, out, word_of(pair(call, call.vm().box_integer(i).word(), element(list, static_cast<uint64_t>(i)))));
    return give_object(call, out);
}

// --- static ---

/// The elements of anything that can be walked through, as an array of their own.
Object* elements_of(NativeCall& call, Value value) {
    vm::Vm& vm = call.vm();
    Object* out = new_array(call);
    vm::MapEntry entry;
    if (Object* list = vm::as_object(vm, value, ObjectKind::List)) {
        for (Word word : words_of(list)) push(call, out, word);
    } else if (Object* set = vm::as_object(vm, value, ObjectKind::Set)) {
        for (uint64_t i = 0; i < vm::map_used(set); ++i)
            if (vm::map_entry(set, i, entry)) push(call, out, entry.key);
    } else if (Object* map = vm::as_object(vm, value, ObjectKind::Map)) {
        for (uint64_t i = 0; i < vm::map_used(map); ++i)
            if (vm::map_entry(map, i, entry)) push(call, out, word_of(pair(call, entry.key, entry.value)));
    } else if (vm::is_string(vm, value)) {
        std::string_view text = vm::string_view_of(value.word());
        for (size_t at = 0; at < text.size();) {
            size_t begin = at;
            next_character(text, at);
            push_text(call, out, text.substr(begin, at - begin));
        }
    } else if (Object* object = vm::as_object(vm, value, ObjectKind::Instance)) {
        double length = 0;
        if (Word* slot = vm::find_property(object, Name("length"))) vm::as_double(vm, Value(*slot), length);
        for (double i = 0; i < std::min(length, kLongestArray); ++i) {
            Word* slot = vm::find_property(object, Name(fmt::format("{}", static_cast<int64_t>(i))));
            push(call, out, slot ? *slot : Value::undefined().word());
        }
    }
    return out;
}
NativeAction from(NativeCall& call) {
    if (call.step() == 0) {
        Object* list = elements_of(call, call.value(0));
        if (is_missing(call, 1)) return give_object(call, list);
        call.traced(0) = word_of(list);
        call.scalar(0) = 0;
    } else {
        set(vm::object_of(call.traced(0)), call.scalar(0)++, call.result());
    }
    Object* list = vm::object_of(call.traced(0));
    uint64_t i = call.scalar(0);
    if (i >= vm::list_count(list)) return give_object(call, list);
    return call.invoke(call.argument(1), {element(list, i), call.vm().box_integer(static_cast<int64_t>(i)).word()}, 1);
}
NativeAction of(NativeCall& call) { return call.give(call.argument(0)); }
NativeAction is_array(NativeCall& call) { return give_boolean(call, list_argument(call, 0) != nullptr); }

}  // namespace

void register_js_arrays(vm::NativeRegistry& r) {
    const std::string p = "collections::Array::";
    r.add(p + "constructor", construct);
    r.add(p + "push", array_push);
    r.add(p + "pop", pop);
    r.add(p + "shift", shift);
    r.add(p + "unshift", unshift);
    r.add(p + "at", at);
    r.add(p + "slice", slice);
    r.add(p + "splice", splice);
    r.add(p + "concat", concat);
    r.add(p + "indexOf", index_of);
    r.add(p + "lastIndexOf", last_index_of);
    r.add(p + "includes", includes);
    r.add(p + "join", join);
    r.add(p + "reverse", reverse);
    r.add(p + "sort", sort);
    r.add(p + "fill", fill);
    r.add(p + "map", {loop<Loop::Map>, 1, 1});
    r.add(p + "flatMap", {loop<Loop::FlatMap>, 1, 1});
    r.add(p + "filter", {loop<Loop::Filter>, 1, 1});
    r.add(p + "forEach", {loop<Loop::ForEach>, 1, 1});
    r.add(p + "find", {loop<Loop::Find>, 1, 1});
    r.add(p + "findIndex", {loop<Loop::FindIndex>, 1, 1});
    r.add(p + "some", {loop<Loop::Some>, 1, 1});
    r.add(p + "every", {loop<Loop::Every>, 1, 1});
    r.add(p + "reduce", {loop<Loop::Reduce>, 1, 1});
    r.add(p + "reduceRight", {loop<Loop::ReduceRight>, 1, 1});
    r.add(p + "flat", flat);
    r.add(p + "keys", keys);
    r.add(p + "entries", entries);
    r.add(p + "toString", to_string);
    r.add(p + "gather", {from, 1, 1});
    r.add(p + "of", of);
    r.add(p + "isArray", is_array);
}

}  // namespace braid::natives
