#include "interpreter/runtime/promise.h"
#include "interpreter/vm/shapes.h"
#include "interpreter/vm/values.h"

// Promise.all and its kin, Async.timeout: one derived promise settled by parts.
namespace braid::runtime {

using bytecode::Repr;

namespace {

struct PromiseGroup {
    enum class Kind : uint8_t { All, AllSettled, Race, Any, Timeout } kind{};
    Object* derived = nullptr;
    Object* results = nullptr;  // list
    uint64_t left = 0;
    int64_t timer = 0;
    void trace(heap::Marker& marker) {
        marker.visit(derived);
        marker.visit(results);
    }
};
using Kind = PromiseGroup::Kind;

Word settled_result(NativeCall& call, bool rejected, Word value) {
    vm::Vm& vm = call.vm();
    Object* object = vm::new_instance(vm, vm.shapes().root(nullptr));
    vm::set_property(vm, object, Name("status"), vm.string_word(rejected ? "rejected" : "fulfilled"));
    vm::set_property(vm, object, Name(rejected ? "reason" : "value"), value);
    return vm::word_of(object);
}

Word aggregate_error(NativeCall& call, Object* errors) {
    Word error = new_error_named(call, "AggregateError", "All promises were rejected");
    vm::set_property(call.vm(), vm::object_of(error), Name("errors"), vm::word_of(errors));
    return error;
}

/// (value, group, index, is rejection)
NativeAction settle_part(NativeCall& call) {
    PromiseGroup& group = *call.object(1)->native<PromiseGroup>();
    Word value = call.argument(0);
    bool rejected = call.boolean(3);
    auto store = [&](Word word) {
        heap::store_traced(vm::list_element(group.results, static_cast<uint64_t>(call.integer(2))), word);
        return --group.left == 0;
    };
    switch (group.kind) {
        case Kind::All:
            if (rejected) reject(call, group.derived, value);
            else if (store(value)) resolve(call, group.derived, vm::word_of(group.results));
            break;
        case Kind::AllSettled:
            if (store(settled_result(call, rejected, value))) resolve(call, group.derived, vm::word_of(group.results));
            break;
        case Kind::Any:
            if (!rejected) resolve(call, group.derived, value);
            else if (store(value)) reject(call, group.derived, aggregate_error(call, group.results));
            break;
        case Kind::Timeout: clear_timer(call, group.timer); [[fallthrough]];
        case Kind::Race:
            if (rejected) reject(call, group.derived, value);
            else resolve(call, group.derived, value);
    }
    return give_undefined(call);
}

Object* new_group(NativeCall& call, Kind kind) {
    Object* object = call.vm().new_native<PromiseGroup>(Run::of(call).group);
    auto& group = *object->native<PromiseGroup>();
    group.kind = kind;
    group.derived = new_promise(call);
    return object;
}

void add_part(NativeCall& call, Object* group, uint64_t index, Word value) {
    Object* promise = vm::object_of(value);
    if (!as_promise(call.vm(), value)) {
        promise = new_promise(call);
        resolve(call, promise, value);
    }
    Promise::Reaction reaction;
    reaction.kind = Promise::Reaction::Kind::Part;
    reaction.target = vm::word_of(group);
    reaction.index = index;
    add_reaction(call, promise, reaction);
}

template <Kind kKind>
NativeAction combine(NativeCall& call) {
    vm::Vm& vm = call.vm();
    Object* list = vm::as_object(vm, call.value(0), vm::ObjectKind::List);
    if (!list) return call.throw_error(bytecode::WellKnown::TypeError, "an array of promises is expected");
    Object* object = new_group(call, kKind);
    PromiseGroup& group = *object->native<PromiseGroup>();
    uint64_t count = vm::list_count(list);
    group.left = count;
    group.results = vm.new_list(Repr::Boxed, count);
    for (uint64_t i = 0; i < count; ++i) vm.list_push(group.results, Repr::Boxed, Value::undefined().word());
    for (uint64_t i = 0; i < count; ++i) add_part(call, object, i, heap::load_slot(vm::list_element(list, i)));
    if (count == 0 && kKind == Kind::Any) reject(call, group.derived, aggregate_error(call, group.results));
    else if (count == 0 && kKind != Kind::Race) resolve(call, group.derived, vm::word_of(group.results));
    return call.give(vm::word_of(group.derived));
}

NativeAction timed_out(NativeCall& call) {
    PromiseGroup& group = *call.object(0)->native<PromiseGroup>();
    reject(call, group.derived, new_error_named(call, "TimeoutError", "timed out"));
    return give_undefined(call);
}

NativeAction timeout(NativeCall& call) {
    double ms = 0;
    vm::as_double(call.vm(), call.value(1), ms);
    Object* object = new_group(call, Kind::Timeout);
    PromiseGroup& group = *object->native<PromiseGroup>();
    Word callback = bound_call(call.vm(), *Run::of(call).functions.timed_out, {vm::word_of(object)});
    group.timer = start_timer(call, callback, ms, false);
    add_part(call, object, 0, call.argument(0));
    return call.give(vm::word_of(group.derived));
}

}  // namespace

void make_combinator_functions(Run& run) {
    vm::Vm& vm = run.vm();
    constexpr Repr kValue = Repr::Boxed;
    run.group = vm.register_native_layout<PromiseGroup>("$PromiseGroup");
    run.functions.settle_part =
        &vm.make_native("$part", {settle_part}, {kValue, kValue, Repr::I64, Repr::Bool}, kValue);
    run.functions.timed_out = &vm.make_native("$timed_out", {timed_out}, {kValue}, kValue);
}

void register_promise_combinators(vm::NativeRegistry& r) {
    r.add("promises::Promise::all", combine<Kind::All>);
    r.add("promises::Promise::allSettled", combine<Kind::AllSettled>);
    r.add("promises::Promise::race", combine<Kind::Race>);
    r.add("promises::Promise::any", combine<Kind::Any>);
    r.add("promises::Async::timeout", timeout);
}

}  // namespace braid::runtime
