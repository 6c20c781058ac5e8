#include "interpreter/vm/builtins.h"

#include <fmt/format.h>

#include "interpreter/vm/closures.h"
#include "interpreter/vm/hash_table.h"
#include "interpreter/vm/runtime_state.h"
#include "interpreter/vm/shapes.h"
#include "interpreter/vm/structural.h"
#include "interpreter/vm/values.h"

// Natives of the machine itself, errors, boxing.
namespace braid::vm {

using bytecode::SlotPolicy;
using bytecode::WellKnown;

NativeAction show_native(NativeCall& call);  // show.cpp

/// Drops keys and values in order; scalar(0): entry and half to be dropped next.
static NativeAction drop_map(NativeCall& call) {
    const TypeDescriptor& type = call.argument_type(0);
    Object* map = call.object(0);
    uint64_t at = call.step() == 0 ? 0 : call.scalar(0);
    MapEntry entry;
    for (; at < map_used(map) * 2; ++at) {
        if (!map_entry(map, at / 2, entry)) continue;
        const TypeDescriptor* part = at % 2 == 0 ? type.key : type.element;
        if (!part || !part->needs_drop) continue;
        call.scalar(0) = at + 1;
        return call.drop(at % 2 == 0 ? entry.key : entry.value, *part, 1);
    }
    return call.give_unit();
}

/// Closures drop their captures, cold futures never awaited their arguments.
static NativeAction drop_closure(NativeCall& call) {
    Object* closure = call.object(0);
    const Function& f = *closure_function(closure);
    bool bound = call.vm().kind_of(closure) == ObjectKind::BoundCall;
    const auto& types = bound ? f.parameter_types : f.capture_types;
    if (!bound && call.step() == 0 && !release_closure(closure)) return call.give_unit();
    uint64_t at = call.step() == 0 ? 0 : call.scalar(0);
    for (; at < types.size(); ++at) {
        if (!types[at]->needs_drop) continue;
        Word* slot = closure->slots() + (bound ? kBoundFirst : kClosureFirst) + at;
        Word word = heap::load_slot(slot);
        if (!Value::is_pointer(word)) continue;
        heap::store_slot(slot, 0);
        call.scalar(0) = at + 1;
        return call.drop(word, *types[at], 1);
    }
    return call.give_unit();
}

static NativeAction drop_dyn(NativeCall& call) {
    Object* object = call.object(0);
    if (call.step() != 0 || object->slots()[kDynIsReference]) return call.give_unit();
    const auto& type = *reinterpret_cast<const TypeDescriptor*>(object->slots()[kDynType]);
    return call.drop(heap::load_slot(object->slots() + kDynValue), type, 1);
}

/// A method taken as a value is a closure over {method, receiver}; its arguments come as one list.
static NativeAction call_method_value(NativeCall& call) {
    if (call.step() == 1) return call.give(call.result());
    const Object* closure = object_of(call.traced(0));
    std::vector<Word> words{closure->slots()[kClosureFirst + 1]};
    for (uint64_t i = 0; Word* element = list_element(call.object(0), i); ++i)
        words.push_back(heap::load_slot(element));
    return call.invoke(closure->slots()[kClosureFirst], words, 1);
}

const NativeInfo* find_builtin(std::string_view name) {
    static const std::unordered_map<std::string_view, NativeInfo> kBuiltins = {
        {"$show", {show_native}},
        {"$drop_map", {drop_map, 0, 1}},
        {"$drop_closure", {drop_closure, 0, 1}},
        {"$drop_dyn", {drop_dyn}},
    };
    auto found = kBuiltins.find(name);
    return found == kBuiltins.end() ? nullptr : &found->second;
}

NativeAction run_entries(NativeCall& call) {
    const auto& program = call.vm().program();
    uint32_t step = call.step();
    size_t statics = program.initialization.size();
    if (step > 0 && step <= statics && program.initialization[step - 1]->initializer)
        heap::store_traced(program.initialization[step - 1]->slot, call.result());
    for (; step < statics; ++step)
        if (const Function* initializer = program.initialization[step]->initializer)
            return call.invoke(*initializer, {}, step + 1);
    // An async entry is waited for before the next one runs.
    constexpr uint32_t kAwaited = 1u << 31;
    bool awaited = step & kAwaited;
    size_t entry = (step & ~kAwaited) - statics;
    if (entry > 0 && !awaited && program.entries[entry - 1]->is_async &&
        program.entries[entry - 1]->policy == SlotPolicy::Boxed) {
        Word promise = call.result();
        return call.invoke(call.vm().intrinsic(Intrinsic::Await), {&promise, 1}, step | kAwaited);
    }
    // A main that can fail ends the program with its error; what runs beside it is waited for by the scheduler.
    if (entry > 0)
        if (std::string message; failed_result(call.vm(), *program.entries[entry - 1], call.result(), message)) {
            call.vm().options().print_error("error: " + message + "\n");
            call.scheduler().shutdown(1);
            return call.give_unit();
        }
    if (entry >= program.entries.size()) return call.give_unit();
    return call.invoke(*program.entries[entry], {}, static_cast<uint32_t>(statics + entry + 1));
}

bool failed_result(Vm& vm, const Function& entry, Word result, std::string& message) {
    const TypeDescriptor* type = entry.result_type;
    ItemId known = vm.model().well_known(WellKnown::Result);
    if (!type || type->kind != bytecode::DescriptorKind::Enum || type->item != known || !Value::is_pointer(result))
        return false;
    const VariantDescriptor& variant = type->variants[variant_tag(object_of(result))];
    if (variant.name.text() != "Err" || variant.fields.empty()) return false;
    show_word(vm, *variant.fields[0].type, object_of(result)->slots()[1], message);
    return true;
}

const Function& Vm::drop_closure_function() { return *runtime_->drop_closure; }
const Function& Vm::method_value() { return *runtime_->method_value; }

void Vm::make_builtins() {
    auto& f = const_cast<Function&>(make_native("$method", {call_method_value, 1}, {Repr::Boxed}, Repr::Boxed));
    f.policy = SlotPolicy::Boxed;
    f.rest = true;
    f.closure = bytecode::Register(linked(f).scratch_traced);
    f.capture_reprs = {Repr::Boxed, Repr::Boxed};
    linked(f).closure_layout =
        register_layout(heap::Layout::fixed("method", {false, true, true}), {ObjectKind::Closure});
    runtime_->method_value = &f;
    runtime_->drop_closure = &make_native("$drop_closure", {drop_closure, 0, 1}, {Repr::Object}, Repr::Unit);
}

const Function& Vm::show_function(const TypeDescriptor& type) {
    {
        std::lock_guard lock(runtime_->mutex);
        if (auto found = runtime_->show_functions.find(&type); found != runtime_->show_functions.end())
            return *found->second;
    }
    auto& f = const_cast<Function&>(make_native("$show", {show_native}, {type.repr}, Repr::Object));
    f.parameter_types = {&type};
    std::lock_guard lock(runtime_->mutex);
    return *runtime_->show_functions.emplace(&type, &f).first->second;
}

// --- boxing ---

Value Vm::box_integer(int64_t i) {
    if (Value::fits_integer(i)) return Value::small_integer(i);
    Value boxed = allocator().integer(i);
    if (boxed.is_empty()) out_of_memory();
    return boxed;
}

Value Vm::box(Word word, Repr repr) {
    switch (repr) {
        case Repr::Unit: return Value::undefined();
        case Repr::Bool: return Value::boolean(word != 0);
        case Repr::Char: return Value::character(static_cast<uint32_t>(word));
        case Repr::F32:
        case Repr::F64: return Value::number(word_double(word));
        default: return bytecode::is_traced(repr) ? Value(word) : box_integer(static_cast<int64_t>(word));
    }
}

// --- errors ---

Word Vm::new_error(WellKnown klass, std::string_view message) {
    scheduler::Worker* worker = scheduler::Worker::current();
    std::string trace;
    if (worker && worker->current_task()) trace = static_cast<VmTask*>(worker->current_task())->stack_trace();
    const ClassDescriptor* c = find_class(model().well_known(klass));
    if (!c) c = find_class(model().well_known(WellKnown::JsError));
    if (!c) return word_of(new_panic(PanicKind::Panic, message, trace));
    Object* error = new_instance(*this, runtime_of(*c).first_shape);
    set_property(*this, error, Name("name"), string_word(c->name));
    set_property(*this, error, Name("message"), string_word(message));
    set_property(*this, error, Name("stack"), string_word(trace));
    return word_of(error);
}

std::string Vm::describe_error(Word error) const {
    auto& vm = const_cast<Vm&>(*this);
    Value value(error);
    if (Object* panic = as_object(vm, value, ObjectKind::Panic))
        return fmt::format("{}\n{}", string_view_of(panic->slots()[kPanicMessage]),
                           string_view_of(panic->slots()[kPanicTrace]));
    std::string text;
    inspect_value(vm, value, text, true);
    if (Object* object = as_object(vm, value, ObjectKind::Instance))
        if (Word* stack = find_property(object, Name("stack")); stack && is_string(vm, Value(*stack)))
            text += "\n" + std::string(string_view_of(*stack));
    return text;
}

}  // namespace braid::vm
