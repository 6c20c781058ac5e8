#include "interpreter/natives/natives.h"
#include "interpreter/natives/support.h"

// Altru's ranges as values: {low, high, inclusive}.
namespace braid::natives {

namespace {

struct RangeView {
    Repr repr;
    __int128 low, end;  // without `end`
    explicit RangeView(const NativeCall& call) {
        auto o = operand(call, 0);
        Object* range = vm::object_of(o.word);
        const auto& fields = o.type->fields;
        repr = fields[0].type->repr;
        auto wide = [&](Word w) { return bytecode::is_signed(repr) ? __int128{static_cast<int64_t>(w)} : __int128{w}; };
        low = wide(range->slots()[fields[0].slot]);
        end = wide(range->slots()[fields[1].slot]) + (range->slots()[fields[2].slot] ? 1 : 0);
    }
    int64_t count() const { return end > low ? static_cast<int64_t>(end - low) : 0; }
};

NativeAction start(NativeCall& call) {
    return call.give(vm::object_of(operand_word(call, 0))->slots()[operand(call, 0).type->fields[0].slot]);
}
NativeAction end(NativeCall& call) {
    return call.give(vm::object_of(operand_word(call, 0))->slots()[operand(call, 0).type->fields[1].slot]);
}
NativeAction contains(NativeCall& call) {
    auto o = operand(call, 0);
    Object* range = vm::object_of(o.word);
    const TypeDescriptor& type = *o.type->fields[0].type;
    Word value = operand_word(call, 1);
    int high = vm::compare_words(call.vm(), type, value, range->slots()[o.type->fields[1].slot]);
    bool inclusive = range->slots()[o.type->fields[2].slot] != 0;
    return call.give_bool(vm::compare_words(call.vm(), type, value, range->slots()[o.type->fields[0].slot]) >= 0 &&
                          (inclusive ? high <= 0 : high < 0));
}
NativeAction len(NativeCall& call) { return call.give_integer(RangeView(call).count()); }
NativeAction is_empty(NativeCall& call) { return call.give_bool(RangeView(call).count() == 0); }

NativeAction values(NativeCall& call, const RangeView& range, int64_t step, bool backwards) {
    constexpr int64_t kMost = int64_t{1} << 28;
    if (range.count() / step > kMost) return call.panic("the range has too many values for a list");
    Object* list = call.vm().new_list(range.repr, static_cast<uint64_t>(range.count() / step + 1));
    for (int64_t i = 0; i < range.count(); i += step) {
        __int128 value = backwards ? range.end - 1 - i : range.low + i;
        call.vm().list_push(list, range.repr, static_cast<Word>(value));
    }
    return call.give(word_of(list));
}
NativeAction nth(NativeCall& call) {
    RangeView range(call);
    int64_t index = integer(call, 1);
    if (index < 0 || range.low + index >= range.end) return give_none(call);
    return give_some(call, static_cast<Word>(range.low + index));
}
NativeAction collect(NativeCall& call) { return values(call, RangeView(call), 1, false); }
NativeAction rev(NativeCall& call) { return values(call, RangeView(call), 1, true); }
NativeAction step_by(NativeCall& call) {
    int64_t step = integer(call, 1);
    if (step <= 0) return call.panic("the step of a range is not positive");
    return values(call, RangeView(call), step, false);
}

}  // namespace

void register_ranges(vm::NativeRegistry& r) {
    r.add("core::Range::start", start);
    r.add("core::Range::end", end);
    r.add("core::Range::contains", contains);
    r.add("core::Range::len", len);
    r.add("core::Range::is_empty", is_empty);
    r.add("core::Range::collect", collect);
    r.add("core::Range::nth", nth);
    r.add("core::Range::rev", rev);
    r.add("core::Range::step_by", step_by);
}

}  // namespace braid::natives
