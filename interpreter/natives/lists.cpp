#include <algorithm>

#include <fmt/format.h>

#include "interpreter/natives/natives.h"
#include "interpreter/natives/support.h"
#include "interpreter/vm/hash_table.h"

// Altru's lists.
namespace braid::natives {

namespace {

NativeAction out_of_range(NativeCall& call, int64_t index, uint64_t count) {
    return call.panic(fmt::format("index {} is out of range: the list has {} elements", index, count));
}
Object* new_list(NativeCall& call, const TypeDescriptor& element, uint64_t capacity = 0) {
    return call.vm().new_list(element.repr, capacity);
}

NativeAction with_capacity(NativeCall& call) {
    auto capacity = static_cast<uint64_t>(std::clamp<int64_t>(integer(call, 0), 0, 1 << 20));
    return call.give(word_of(new_list(call, *call.result_type().element, capacity)));
}
NativeAction len(NativeCall& call) { return call.give_integer(static_cast<int64_t>(ListView(call, 0).count())); }
NativeAction push(NativeCall& call) {
    ListView list(call, 0);
    call.vm().list_push(list.object, list.element->repr, call.argument(1));
    return call.give_unit();
}
NativeAction pop(NativeCall& call) {
    ListView list(call, 0);
    uint64_t n = list.count();
    if (n == 0) return give_none(call);
    Word last = list.at(n - 1);
    list.set(n - 1, 0);
    list.set_count(n - 1);
    return give_some(call, last);
}
/// Moves the element at `from` to `to`; those between make room.
void rotate(const ListView& list, uint64_t from, uint64_t to) {
    Word moved = list.at(from);
    for (; from < to; ++from) list.set(from, list.at(from + 1));
    for (; from > to; --from) list.set(from, list.at(from - 1));
    list.set(to, moved);
}
NativeAction insert(NativeCall& call) {
    ListView list(call, 0);
    int64_t index = integer(call, 1);
    uint64_t n = list.count();
    if (index < 0 || static_cast<uint64_t>(index) > n) return out_of_range(call, index, n);
    call.vm().list_push(list.object, list.element->repr, call.argument(2));
    rotate(list, n, static_cast<uint64_t>(index));
    return call.give_unit();
}
NativeAction remove(NativeCall& call) {
    ListView list(call, 0);
    int64_t index = integer(call, 1);
    uint64_t n = list.count();
    if (index < 0 || static_cast<uint64_t>(index) >= n) return out_of_range(call, index, n);
    Word removed = list.at(static_cast<uint64_t>(index));
    rotate(list, static_cast<uint64_t>(index), n - 1);
    list.set(n - 1, 0);
    list.set_count(n - 1);
    return call.give(removed);
}
NativeAction swap_remove(NativeCall& call) {
    ListView list(call, 0);
    int64_t index = integer(call, 1);
    uint64_t n = list.count();
    if (index < 0 || static_cast<uint64_t>(index) >= n) return out_of_range(call, index, n);
    Word removed = list.at(static_cast<uint64_t>(index));
    list.set(static_cast<uint64_t>(index), list.at(n - 1));
    list.set(n - 1, 0);
    list.set_count(n - 1);
    return call.give(removed);
}
/// Drops from the end down to `keep`.
NativeAction cut(NativeCall& call, uint64_t keep) {
    ListView list(call, 0);
    uint64_t n = list.count();
    if (n <= keep) return call.give_unit();
    if (!list.element->needs_drop) {
        for (uint64_t i = keep; i < n; ++i) list.set(i, 0);
        list.set_count(keep);
        return call.give_unit();
    }
    Word last = list.at(n - 1);
    list.set(n - 1, 0);
    list.set_count(n - 1);
    return call.drop(last, *list.element, 1);
}
NativeAction clear(NativeCall& call) { return cut(call, 0); }
NativeAction truncate(NativeCall& call) {
    return cut(call, static_cast<uint64_t>(std::max<int64_t>(0, integer(call, 1))));
}
NativeAction append(NativeCall& call) {
    ListView list(call, 0), other(call, 1);
    uint64_t n = other.count();
    for (uint64_t i = 0; i < n; ++i) call.vm().list_push(list.object, list.element->repr, other.at(i));
    if (other.object != list.object) other.set_count(0);
    return call.give_unit();
}
NativeAction swap(NativeCall& call) {
    ListView list(call, 0);
    uint64_t n = list.count();
    for (size_t i : {1, 2})
        if (integer(call, i) < 0 || static_cast<uint64_t>(integer(call, i)) >= n)
            return out_of_range(call, integer(call, i), n);
    auto a = static_cast<uint64_t>(integer(call, 1)), b = static_cast<uint64_t>(integer(call, 2));
    Word word = list.at(a);
    list.set(a, list.at(b));
    list.set(b, word);
    return call.give_unit();
}
NativeAction reverse(NativeCall& call) {
    ListView list(call, 0);
    for (uint64_t i = 0, n = list.count(); i < n / 2; ++i) {
        Word word = list.at(i);
        list.set(i, list.at(n - 1 - i));
        list.set(n - 1 - i, word);
    }
    return call.give_unit();
}
NativeAction sort(NativeCall& call) {
    ListView list(call, 0);
    std::vector<Word> words;
    for (uint64_t i = 0; i < list.count(); ++i) words.push_back(list.at(i));
    std::stable_sort(words.begin(), words.end(),
                     [&](Word a, Word b) { return vm::compare_words(call.vm(), *list.element, a, b) < 0; });
    for (uint64_t i = 0; i < words.size(); ++i) list.set(i, words[i]);
    return call.give_unit();
}
NativeAction move_to(NativeCall& call) {
    ListView list(call, 0);
    uint64_t n = list.count();
    for (size_t i : {1, 2})
        if (integer(call, i) < 0 || static_cast<uint64_t>(integer(call, i)) >= n)
            return out_of_range(call, integer(call, i), n);
    rotate(list, static_cast<uint64_t>(integer(call, 1)), static_cast<uint64_t>(integer(call, 2)));
    return call.give_unit();
}
NativeAction arrange(NativeCall& call) {
    ListView list(call, 0), order(call, 1);
    uint64_t n = list.count();
    std::vector<Word> words(n);
    std::vector<bool> taken(n, false);
    bool every_index = order.count() == n;
    for (uint64_t i = 0; i < n && every_index; ++i) {
        Word from = order.at(i);
        every_index = from < n && !taken[from];
        if (!every_index) break;
        taken[from] = true;
        words[i] = list.at(from);
    }
    if (!every_index) return call.panic("an order holds every index of the list once");
    for (uint64_t i = 0; i < n; ++i) list.set(i, words[i]);
    return call.give_unit();
}
NativeAction dedup(NativeCall& call) {
    ListView list(call, 0);
    uint64_t kept = 0, n = list.count();
    for (uint64_t i = 0; i < n; ++i)
        if (kept == 0 || !vm::equal_words(call.vm(), *list.element, list.at(kept - 1), list.at(i)))
            list.set(kept++, list.at(i));
    list.set_count(kept);
    return call.give_unit();
}

/// Option of a borrow of the element, or of a copy.
NativeAction some_element(NativeCall& call, const ListView& list, int64_t index, bool copies) {
    if (index < 0 || static_cast<uint64_t>(index) >= list.count()) return give_none(call);
    auto i = static_cast<uint64_t>(index);
    return give_some(call, copies ? copied(call.vm(), *list.element, list.at(i)) : word_of(list.slot(i)));
}
template <bool kCopied>
NativeAction first(NativeCall& call) {
    return some_element(call, ListView(call, 0), 0, kCopied);
}
template <bool kCopied>
NativeAction last(NativeCall& call) {
    ListView list(call, 0);
    return some_element(call, list, static_cast<int64_t>(list.count()) - 1, kCopied);
}
template <bool kCopied>
NativeAction get(NativeCall& call) {
    return some_element(call, ListView(call, 0), integer(call, 1), kCopied);
}
template <bool kCopied, int kSign>
NativeAction extreme(NativeCall& call) {
    ListView list(call, 0);
    int64_t best = list.count() ? 0 : -1;
    for (uint64_t i = 1; i < list.count(); ++i)
        if (vm::compare_words(call.vm(), *list.element, list.at(i), list.at(static_cast<uint64_t>(best))) * kSign > 0)
            best = static_cast<int64_t>(i);
    return some_element(call, list, best, kCopied);
}

int64_t position(NativeCall& call) {
    ListView list(call, 0);
    auto value = operand(call, 1);
    for (uint64_t i = 0; i < list.count(); ++i)
        if (vm::equal_words(call.vm(), *list.element, list.at(i), value.word)) return static_cast<int64_t>(i);
    return -1;
}
NativeAction contains(NativeCall& call) { return call.give_bool(position(call) >= 0); }
NativeAction index_of(NativeCall& call) {
    int64_t at = position(call);
    return at < 0 ? give_none(call) : give_some(call, static_cast<Word>(at));
}

NativeAction copies(NativeCall& call, const ListView& list, uint64_t from, uint64_t to) {
    Object* out = new_list(call, *list.element, to - from);
    for (uint64_t i = from; i < to; ++i)
        call.vm().list_push(out, list.element->repr, vm::clone_word(call.vm(), *list.element, list.at(i)));
    return call.give(word_of(out));
}
NativeAction to_list(NativeCall& call) {
    ListView list(call, 0);
    return copies(call, list, 0, list.count());
}
NativeAction lent(NativeCall& call) {
    ListView list(call, 0);
    Object* out = call.vm().new_list(Repr::Reference, list.count());
    for (uint64_t i = 0; i < list.count(); ++i) call.vm().list_push(out, Repr::Reference, word_of(list.slot(i)));
    return call.give(word_of(out));
}
NativeAction slice(NativeCall& call) {
    ListView list(call, 0);
    int64_t from = integer(call, 1), to = integer(call, 2), n = static_cast<int64_t>(list.count());
    if (from < 0 || to < from || to > n)
        return call.panic(fmt::format("slice {}..{} of a list of {} elements", from, to, n));
    return copies(call, list, static_cast<uint64_t>(from), static_cast<uint64_t>(to));
}
template <bool kTake>
NativeAction part(NativeCall& call) {
    ListView list(call, 0);
    uint64_t n = list.count(), count = std::min(n, static_cast<uint64_t>(std::max<int64_t>(0, integer(call, 1))));
    return kTake ? copies(call, list, 0, count) : copies(call, list, count, n);
}
template <bool kCopied>
NativeAction enumerate(NativeCall& call) {
    ListView list(call, 0);
    const TypeDescriptor& pair = *call.result_type().element;
    Object* out = new_list(call, pair, list.count());
    for (uint64_t i = 0; i < list.count(); ++i) {
        Word word = kCopied ? copied(call.vm(), *list.element, list.at(i)) : word_of(list.slot(i));
        call.vm().list_push(out, pair.repr, runtime::new_struct_of(call.vm(), pair, {i, word}));
    }
    return call.give(word_of(out));
}
template <bool kWindows>
NativeAction parts(NativeCall& call) {
    ListView list(call, 0);
    int64_t size = integer(call, 1);
    if (size <= 0) return call.panic("the size of the parts is not positive");
    auto width = static_cast<uint64_t>(size);
    Object* out = new_list(call, *call.result_type().element);
    uint64_t n = list.count();
    for (uint64_t i = 0; i < n && (!kWindows || i + width <= n); i += kWindows ? 1 : width) {
        Object* one = new_list(call, *list.element, std::min(width, n - i));
        for (uint64_t k = i; k < std::min(n, i + width); ++k)
            call.vm().list_push(one, list.element->repr, vm::clone_word(call.vm(), *list.element, list.at(k)));
        call.vm().list_push(out, Repr::Object, word_of(one));
    }
    return call.give(word_of(out));
}

/// Shows one element after the other (a user's `Show` may run), then joins.
NativeAction join(NativeCall& call) {
    ListView list(call, 0);
    struct Text : vm::NativeState {
        std::string out;
    };
    auto& state = call.state<Text>();
    uint64_t i = call.step() == 0 ? 0 : call.scalar(0);
    if (call.step() == 1) {
        if (Word shown = call.result()) state.out += vm::string_view_of(shown);
        ++i;
    }
    if (list.element->kind == DescriptorKind::String)
        for (; i < list.count(); ++i) {
            if (i) state.out += text(call, 1);
            if (Word part = list.at(i)) state.out += vm::string_view_of(part);
        }
    if (i >= list.count()) return call.give_text(state.out);
    if (i) state.out += text(call, 1);
    call.scalar(0) = i;
    return call.show(list.at(i), *list.element, 1);
}

NativeAction to_set(NativeCall& call) {
    ListView list(call, 0);
    Object* set = vm::new_set(call.vm(), list.element->repr);
    for (uint64_t i = 0; i < list.count(); ++i)
        vm::map_insert(call.vm(), set, list.element, vm::clone_word(call.vm(), *list.element, list.at(i)), 0);
    return call.give(word_of(set));
}

template <bool kProduct>
NativeAction total(NativeCall& call) {
    ListView list(call, 0);
    Repr repr = list.element->repr;
    const TypeDescriptor* type = list.element;
    auto word_at = [&](uint64_t i) {
        Word word = list.at(i);
        return type->kind == DescriptorKind::Reference ? heap::load_slot(reinterpret_cast<Word*>(word)) : word;
    };
    if (type->kind == DescriptorKind::Reference) repr = type->element->repr;
    if (bytecode::is_float(repr)) {
        double sum = kProduct ? 1 : 0;
        for (uint64_t i = 0; i < list.count(); ++i) {
            double value = vm::word_double(word_at(i));
            sum = kProduct ? sum * value : sum + value;
            if (repr == Repr::F32) sum = double(float(sum));
        }
        return call.give_number(sum);
    }
    if (!bytecode::is_integer(repr)) return call.panic("only numbers have a sum");
    int bits = bytecode::bits_of(repr);
    bool is_signed = bytecode::is_signed(repr);
    __int128 low = is_signed ? -(__int128{1} << (bits - 1)) : 0,
             high = is_signed ? (__int128{1} << (bits - 1)) - 1 : (__int128{1} << bits) - 1;
    __int128 sum = kProduct ? 1 : 0;
    for (uint64_t i = 0; i < list.count(); ++i) {
        __int128 value = is_signed ? __int128{static_cast<int64_t>(word_at(i))} : __int128{word_at(i)};
        sum = kProduct ? sum * value : sum + value;
        if (sum < low || sum > high)
            return call.panic(fmt::format("integer overflow in {}", kProduct ? "product" : "sum"));
    }
    return call.give(static_cast<Word>(sum));
}

}  // namespace

void register_lists(vm::NativeRegistry& r) {
    const std::string p = "list::";
    r.add(p + "with_capacity", with_capacity);
    r.add(p + "len", len);
    r.add(p + "push", push);
    r.add(p + "pop", pop);
    r.add(p + "insert", insert);
    r.add(p + "remove", remove);
    r.add(p + "swap_remove", swap_remove);
    r.add(p + "clear", clear);
    r.add(p + "truncate", truncate);
    r.add(p + "extend", append);
    r.add(p + "append", append);
    r.add(p + "swap", swap);
    r.add(p + "reverse", reverse);
    r.add(p + "sort", sort);
    r.add(p + "move_to", move_to);
    r.add(p + "arrange", arrange);
    r.add(p + "dedup", dedup);
    r.add(p + "first", first<false>);
    r.add(p + "first_copied", first<true>);
    r.add(p + "last", last<false>);
    r.add(p + "last_copied", last<true>);
    r.add(p + "get", get<false>);
    r.add(p + "get_copied", get<true>);
    r.add(p + "get_mut", get<false>);
    r.add(p + "contains", contains);
    r.add(p + "index_of", index_of);
    r.add(p + "lent", lent);
    r.add(p + "lent_mut", lent);
    r.add(p + "to_list", to_list);
    r.add(p + "slice", slice);
    r.add(p + "sum", total<false>);
    r.add(p + "product", total<true>);
    r.add(p + "min", extreme<false, -1>);
    r.add(p + "min_copied", extreme<true, -1>);
    r.add(p + "max", extreme<false, 1>);
    r.add(p + "max_copied", extreme<true, 1>);
    r.add(p + "enumerate", enumerate<false>);
    r.add(p + "enumerate_copied", enumerate<true>);
    r.add(p + "take", part<true>);
    r.add(p + "take_copied", part<true>);
    r.add(p + "skip", part<false>);
    r.add(p + "skip_copied", part<false>);
    r.add(p + "chunks", parts<false>);
    r.add(p + "windows", parts<true>);
    r.add(p + "join", {join, 0, 1});
    r.add(p + "to_set", to_set);
}

}  // namespace braid::natives
