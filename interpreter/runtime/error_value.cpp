#include "interpreter/runtime/run.h"
#include "interpreter/vm/structural.h"

// Altru's `error`: a message and perhaps a cause.
namespace braid::runtime {

namespace {

struct ErrorValue {
    Word message = 0, cause = 0;
    void trace(heap::Marker& marker) {
        marker.visit(message);
        marker.visit(cause);
    }
};
std::string_view message_of(Word word) {
    return vm::string_view_of(vm::object_of(word)->native<ErrorValue>()->message);
}

NativeAction make(NativeCall& call) {
    return call.give(make_error(call.vm(), vm::string_view_of(operand_word(call, 0))));
}
NativeAction wrap(NativeCall& call) {
    return call.give(make_error(call.vm(), vm::string_view_of(operand_word(call, 1)), operand_word(call, 0)));
}
NativeAction message(NativeCall& call) { return call.give(self_of<ErrorValue>(call)->message); }
NativeAction cause(NativeCall& call) {
    Word word = self_of<ErrorValue>(call)->cause;
    return word ? give_some(call, word) : give_none(call);
}

}  // namespace

Word make_error(vm::Vm& vm, std::string_view message, Word cause) {
    Object* object = vm.new_native<ErrorValue>(Run::of(vm).error);
    object->native<ErrorValue>()->message = vm.string_word(message);
    object->native<ErrorValue>()->cause = cause;
    return vm::word_of(object);
}

void register_error_layout(Run& run) { run.error = run.vm().register_native_layout<ErrorValue>("core::error"); }

void register_error_natives(vm::NativeRegistry& r) {
    r.add("core::error::new", make);
    r.add("core::error::wrap", wrap);
    r.add("core::error::message", message);
    r.add("core::error::cause", cause);
    vm::NativeTypeOps ops;
    ops.show = [](vm::Vm&, const TypeDescriptor&, Word word, std::string& out) { out += message_of(word); };
    ops.equal = [](vm::Vm&, const TypeDescriptor&, Word a, Word b) { return message_of(a) == message_of(b); };
    ops.hash = [](vm::Vm&, const TypeDescriptor&, Word word) {
        return uint64_t{std::hash<std::string_view>()(message_of(word))};
    };
    ops.compare = [](vm::Vm&, const TypeDescriptor&, Word a, Word b) { return message_of(a).compare(message_of(b)); };
    r.add_type("core::error", ops);
}

}  // namespace braid::runtime
