#include "interpreter/vm/native.h"

#include "interpreter/vm/closures.h"
#include "interpreter/vm/generator.h"
#include "interpreter/vm/runtime_state.h"

namespace braid::vm {

using bytecode::SlotPolicy;

void NativeRegistry::add(std::string qualified_name, NativeInfo info) { functions_[std::move(qualified_name)] = info; }
void NativeRegistry::add_type(std::string qualified_name, NativeTypeOps ops) {
    types_[std::move(qualified_name)] = ops;
}

const NativeInfo* NativeRegistry::function(std::string_view name) const {
    auto found = functions_.find(std::string(name));
    return found == functions_.end() ? nullptr : &found->second;
}
const NativeTypeOps* NativeRegistry::type(std::string_view name) const {
    auto found = types_.find(std::string(name));
    return found == types_.end() ? nullptr : &found->second;
}
bytecode::NativeTraits NativeRegistry::find(std::string_view name) const {
    const NativeInfo* info = function(name);
    return info ? bytecode::NativeTraits{true, info->shows_rest} : bytecode::NativeTraits{};
}

scheduler::Scheduler& NativeCall::scheduler() const { return vm_.scheduler(); }
heap::Allocator& NativeCall::allocator() const { return vm_.allocator(); }

const bytecode::SelectInfo& NativeCall::select() const { return function().selects[0]; }

const TypeDescriptor& NativeCall::type_argument(size_t i) const {
    const Function& f = function();
    if (f.type_arguments.empty() && !f.parameter_types.empty()) {  // drop glue: of the type dropped
        const TypeDescriptor& type = *f.parameter_types[0];
        if (i < type.arguments.size()) return *type.arguments[i];
    }
    const TypeDescriptor* type = i < f.type_arguments.size() ? vm_.find_type(f.type_arguments[i]) : nullptr;
    return type ? *type : *vm_.find_type(type::unit());
}

Word& NativeCall::traced(size_t i) const { return task_->frame()->registers()[linked(function()).scratch_traced + i]; }
Word& NativeCall::scalar(size_t i) const { return task_->frame()->registers()[linked(function()).scratch_scalar + i]; }

SourceSite NativeCall::call_site() const { return task_->innermost_site(); }

const Function* NativeCall::caller() const {
    for (const FrameView& f : task_->frames())
        if (f.function->kind == bytecode::FunctionKind::Bytecode) return f.function;
    return nullptr;
}

bool FastCall::give_success(Word payload) {
    const VariantDescriptor& success = *callee_.success;
    Object* object = vm().new_variant(success);
    if (!success.shared) object->slots()[kVariantTag + 1] = payload;
    return give(word_of(object));
}
NativeAction NativeCall::give_success(Word payload) {
    const VariantDescriptor* success = linked(function()).success;
    if (!success) return panic("internal error: the result of a native is neither Result nor Option");
    return give(word_of(vm_.new_variant(*success, {payload})));
}

NativeAction NativeCall::give_text(std::string_view text) { return give(vm_.string_word(text)); }
NativeAction NativeCall::give_select(uint32_t arm, Word value) {
    task_->frame()->step = arm;
    return give(value);
}

NativeAction NativeCall::raise(Word error) {
    task_->native_result_ = error;
    return NativeAction::Raise;
}
NativeAction NativeCall::panic(std::string message) {
    return raise(word_of(vm_.new_panic(PanicKind::Panic, message, task_->stack_trace())));
}
NativeAction NativeCall::throw_error(bytecode::WellKnown klass, std::string message) {
    return raise(vm_.new_error(klass, message));
}
NativeAction NativeCall::fail(bytecode::WellKnown klass, std::string message) {
    return function().policy == SlotPolicy::Boxed ? throw_error(klass, std::move(message)) : panic(std::move(message));
}
NativeAction NativeCall::recover(Word result) {
    task_->native_result_ = result;
    return NativeAction::Recover;
}

namespace {
const char* kTooDeep = "stack overflow: too many nested calls";
}

NativeAction NativeCall::invoke(Word closure, std::span<const Word> arguments, uint32_t next) {
    task_->frame()->step = next;
    bool raw = task_->frame()->flags & (FrameAsyncBoundary | kFrameGenerator);
    if (!Value::is_pointer(closure)) return fail(bytecode::WellKnown::TypeError, "the value is not a function");
    ObjectKind kind = vm_.kind_of(object_of(closure));
    if (kind != ObjectKind::Closure && kind != ObjectKind::BoundCall)
        return fail(bytecode::WellKnown::TypeError, "the value is not a function");
    if (!task_->call_value(closure, arguments, bytecode::kNoRegister, FrameReturnsToNative, raw))
        return fail(bytecode::WellKnown::RangeError, kTooDeep);
    return NativeAction::Invoke;
}

NativeAction NativeCall::invoke(const Function& function, std::span<const Word> arguments, uint32_t next,
                                Word closure) {
    task_->frame()->step = next;
    if (const LinkedFunction& l = linked(function); l.direct && !l.native && l.arity == arguments.size() && !closure) {
        Frame* pushed = task_->push_frame(function, bytecode::kNoRegister, FrameReturnsToNative);
        if (!pushed) return fail(bytecode::WellKnown::RangeError, kTooDeep);
        for (size_t i = 0; i < arguments.size(); ++i) pushed->registers()[l.parameters[i]] = arguments[i];
        return NativeAction::Invoke;
    }
    bool raw = task_->frame()->flags & (FrameAsyncBoundary | kFrameGenerator);
    bool wrapped = is_wrapped(function) && !raw;
    bool done = wrapped ? task_->call_async(function, arguments, bytecode::kNoRegister, FrameReturnsToNative, closure)
                        : task_->call(function, arguments, bytecode::kNoRegister, FrameReturnsToNative, closure);
    if (!done) return fail(bytecode::WellKnown::RangeError, kTooDeep);
    return NativeAction::Invoke;
}

NativeAction NativeCall::drop(Word word, const TypeDescriptor& type, uint32_t next) {
    if (word == 0 || !type.needs_drop || !type.drop_glue) return again(next, false);
    return invoke(*type.drop_glue, {&word, 1}, next);
}

NativeAction NativeCall::drop_callable(Word callable, uint32_t next) {
    if (!Value::is_pointer(callable) || vm_.kind_of(object_of(callable)) != ObjectKind::Closure)
        return again(next, false);
    return closure_function(object_of(callable))->owns_captures
               ? invoke(vm_.drop_closure_function(), std::span<const Word>(&callable, 1), next)
               : again(next, false);
}

Word NativeCall::error() const { return task_->frame()->registers()[linked(function()).saved_error]; }

NativeAction NativeCall::show(Word word, const TypeDescriptor& type, uint32_t next) {
    return invoke(vm_.show_function(type), std::span<const Word>(&word, 1), next);
}

void NativeCall::begin_async(Word promise) {
    // Kept where a collection finds it: the error slot, unused until something unwinds.
    task_->frame()->flags |= FrameAsyncBoundary;
    task_->had_boundary_ = true;
    task_->frame()->registers()[linked(function()).saved_error] = promise;
}
bool NativeCall::detached() const { return task_->frame()->flags & FrameDetached; }

bool NativeCall::tried_fast() const { return linked(function()).fast != nullptr; }

WakeToken NativeCall::park(const scheduler::WaitReason* reason) {
    size_t boundary = task_->boundary_index();
    if (boundary != SIZE_MAX) {
        auto* frame = reinterpret_cast<Frame*>(task_->stack_.get() + boundary);
        Word promise = frame->registers()[linked(*frame->function).saved_error];
        VmTask* outer = task_;
        scheduler::TaskRef fiber = outer->detach(boundary, promise);
        task_ = &vm_task(fiber);
        if (DebugHook* hook = vm_.debug_hook()) hook->on_detach(*outer, *task_, boundary);
        auto token = vm_.scheduler().spawn_parked(fiber, outer->strand(), reason);
        if (token) {
            task_->was_parked_ = true;
            return {task_, *token};
        }
        fiber->retain();  // shutting down: nobody will run it, nor end it
        return {task_, {}};
    }
    WakeToken handle{task_, task_->prepare_park(reason)};
    task_->was_parked_ = true;
    if (task_->cancel_requested() && !task_->cancelled_) vm_.wake(handle, scheduler::WakeCancel);
    return handle;
}

bool NativeCall::unpark(const WakeToken& handle) {
    if (task_->state() == scheduler::TaskState::Parking || task_->state() == scheduler::TaskState::ParkingClaimed ||
        task_->state() == scheduler::TaskState::ParkingWoken) {
        if (!task_->cancel_park()) return false;
        task_->was_parked_ = false;
        return true;
    }
    vm_.wake(handle);  // a fiber of its own already: it comes back through its queue
    return false;
}

NativeAction NativeCall::parked(uint32_t next) {
    task_->frame()->step = next;
    return NativeAction::Parked;
}
NativeAction NativeCall::again(uint32_t next, bool yield) {
    task_->frame()->step = next;
    return yield ? NativeAction::Again : NativeAction::Next;
}
scheduler::WakeTag NativeCall::wake_tag() const { return task_->wake_tag(); }
bool NativeCall::was_cancelled() const { return task_->was_parked_ && task_->wake_tag() == scheduler::WakeCancel; }
NativeAction NativeCall::cancelled() {
    task_->cancelled_ = true;
    return raise(word_of(vm_.new_panic(PanicKind::Cancelled, "the task was cancelled", task_->stack_trace())));
}

}  // namespace braid::vm
