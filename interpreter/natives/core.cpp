#include "interpreter/natives/natives.h"
#include "interpreter/natives/support.h"
#include "interpreter/vm/hash_table.h"

// Altru's prelude: output, panics, ownership helpers, the derived operations.
namespace braid::natives {

namespace {

std::string joined(NativeCall& call, bool line) {
    std::string out;
    for (size_t i = 0; i < call.argument_count(); ++i) {
        if (i) out += ' ';
        Object* part = call.object(i);
        if (call.vm().kind_of(part) != vm::ObjectKind::List) {
            out += call.text(i);
            continue;
        }
        for (uint64_t k = 0; Word* element = vm::list_element(part, k); ++k) {
            if (k) out += ' ';
            if (Word text = heap::load_slot(element)) out += vm::string_view_of(text);
        }
    }
    if (line) out += '\n';
    return out;
}
NativeAction print(NativeCall& call) {
    call.vm().options().print(joined(call, false));
    return call.give_unit();
}
NativeAction println(NativeCall& call) {
    call.vm().options().print(joined(call, true));
    return call.give_unit();
}
NativeAction eprintln(NativeCall& call) {
    call.vm().options().print_error(joined(call, true));
    return call.give_unit();
}

NativeAction panic(NativeCall& call) { return call.panic(std::string(text(call, 0))); }
/// Parks for ever: nothing of the task runs any more while the run ends.
NativeAction exit(NativeCall& call) {
    if (call.step() == 0) runtime::Run::of(call).exit(static_cast<int>(call.integer(0) & 0xff));
    return call.again(1);
}
NativeAction drop(NativeCall& call) {
    if (call.step() == 1) return call.give_unit();
    return call.drop(call.argument(0), call.argument_type(0), 1);
}
NativeAction replace(NativeCall& call) {
    Word* place = call.reference(0);
    Word old = heap::load_slot_acquire(place);
    heap::store_traced(place, call.argument(1));
    return call.give(old);
}
NativeAction swap(NativeCall& call) {
    Word *a = call.reference(0), *b = call.reference(1);
    Word word = heap::load_slot_acquire(a);
    heap::store_traced(a, heap::load_slot_acquire(b));
    heap::store_traced(b, word);
    return call.give_unit();
}

NativeAction clone(NativeCall& call) {
    auto o = operand(call, 0);
    return call.give(vm::clone_word(call.vm(), *o.type, o.word));
}
NativeAction to_string(NativeCall& call) {
    if (call.step() == 1) return call.give(call.result());
    auto o = operand(call, 0);
    return call.show(o.word, *o.type, 1);
}
NativeAction eq(NativeCall& call) {
    auto a = operand(call, 0), b = operand(call, 1);
    return call.give_bool(vm::equal_words(call.vm(), *a.type, a.word, b.word));
}
NativeAction cmp(NativeCall& call) {
    auto a = operand(call, 0), b = operand(call, 1);
    int order = vm::compare_words(call.vm(), *a.type, a.word, b.word);
    return runtime::give_variant(call, call.result_type(), order < 0 ? "Less" : order > 0 ? "Greater" : "Equal");
}
NativeAction hash(NativeCall& call) {
    auto o = operand(call, 0);
    return call.give(vm::hash_word(call.vm(), *o.type, o.word));
}

/// The obvious first value of a type; 0 at the limit of nesting.
Word default_of(vm::Vm& vm, const TypeDescriptor& type, int depth = 0) {
    if (depth > 64) return 0;
    switch (type.kind) {
        case DescriptorKind::String: return vm.string_word("");
        case DescriptorKind::List: return word_of(vm.new_list(type.element->repr, 0));
        case DescriptorKind::Array: {
            Object* list = vm.new_list(type.element->repr, type.length);
            for (uint64_t i = 0; i < type.length; ++i)
                vm.list_push(list, type.element->repr, default_of(vm, *type.element, depth + 1));
            return word_of(list);
        }
        case DescriptorKind::Map: return word_of(vm::new_map(vm, type.key->repr, type.element->repr));
        case DescriptorKind::Set: return word_of(vm::new_set(vm, type.key->repr));
        case DescriptorKind::Struct: {
            Object* object = vm.new_struct(type);
            for (const auto& field : type.fields) object->slots()[field.slot] = default_of(vm, *field.type, depth + 1);
            return word_of(object);
        }
        case DescriptorKind::Enum: {
            const vm::VariantDescriptor* variant = vm::Vm::find_variant(type, "None");
            if (!variant) variant = &type.variants.front();
            Object* object = vm.new_variant(*variant);
            for (const auto& field : variant->fields)
                object->slots()[field.slot] = default_of(vm, *field.type, depth + 1);
            return word_of(object);
        }
        default: return type.repr == Repr::F64 || type.repr == Repr::F32 ? vm::double_word(0) : 0;
    }
}
NativeAction default_value(NativeCall& call) { return call.give(default_of(call.vm(), call.result_type())); }

}  // namespace

NativeAction altru_print(NativeCall& call) { return print(call); }
NativeAction altru_println(NativeCall& call) { return println(call); }

void register_core(vm::NativeRegistry& r) {
    r.add("core::eprintln", eprintln);
    r.add("core::panic", panic);
    r.add("core::exit", exit);
    r.add("core::drop", drop);
    r.add("core::replace", replace);
    r.add("core::swap", swap);
    r.add("core::Clone::clone", clone);
    r.add("core::Debug::debug", to_string);
    r.add("core::Eq::eq", eq);
    r.add("core::Ord::cmp", cmp);
    r.add("core::Hash::hash", hash);
    r.add("core::Default::default", default_value);
    r.add("core::to_string", to_string);
    r.add("core::T::to_string", to_string);
}

}  // namespace braid::natives
