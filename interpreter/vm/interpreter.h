#pragma once
#include <string>

#include "interpreter/bytecode/code.h"
#include "interpreter/vm/closures.h"
#include "interpreter/vm/generator.h"
#include "interpreter/vm/runtime_state.h"
#include "interpreter/vm/shapes.h"

namespace braid::vm {

/// One step of a task; the parts of instructions that need no speed. Private to vm/.
class Interpreter {
  public:
    static scheduler::StepResult run(VmTask& task, scheduler::Budget& budget);

    /// Puts the generator's frame on top of the native's, which is entered at `next` later; false: over the limit.
    static bool resume_generator(VmTask& task, Generator& generator, Word sent, uint32_t next);
    static bool start_generator(VmTask& task, Generator& generator, uint32_t next);

    /// Makes the words from `at` on, which are there, the innermost frame; its traced registers are empty.
    static Frame* place_frame(VmTask& task, size_t at, const LinkedFunction& callee, bytecode::Register destination,
                              uint16_t flags, size_t caller_distance) {
        task.top_ = static_cast<uint32_t>(at);
        Frame* frame = task.frame();
        *frame = {callee.function, 0, flags, destination, static_cast<uint32_t>(caller_distance), 0, nullptr};
        Word* traced = frame->registers() + callee.traced_first;
        for (Word* end = traced + callee.traced_words; traced != end; ++traced) *traced = 0;
        return frame;
    }

    /// What the methods of a value follow from: its shape, or its layout; null: its own nature (bound calls), or it is
    /// no object.
    static const void* method_key(Vm& vm, Value receiver) {
        if (!receiver.is_pointer()) return nullptr;
        auto* object = receiver.as_pointer<Object>();
        const LayoutInfo& info = vm.info_of(object);
        if (info.kind == ObjectKind::Instance) return shape_of(object);
        return info.kind == ObjectKind::BoundCall ? nullptr : &info;
    }

  private:
    Interpreter(Vm& vm, VmTask& task) : vm_(vm), task_(task) {}

    /// A frame of `callee`, which is direct, on that of the running function; null: the stack has no room, or not yet.
    static Frame* push_direct(VmTask& task, uint32_t caller_words, const LinkedFunction& callee,
                              bytecode::Register destination) {
        size_t distance = kFrameWords + caller_words, at = task.top_ + distance;
        if (at + kFrameWords + callee.frame_words > task.capacity()) [[unlikely]]
            return nullptr;
        return place_frame(task, at, callee, destination, 0, distance);
    }

    /// The error for a failed instruction: a panic, or an object of `klass` thrown.
    Word failure(const Function& in, bytecode::WellKnown klass, std::string_view message);
    Word assertion(const Function& in, const bytecode::AssertInfo& info, const Word* registers,
                   const bytecode::Unit* list);
    Word guard_failure(const Function& in, uint16_t path, std::string_view expected, Value found);
    /// An error object that is thrown for the first time learns where.
    void note_stack(Word error);
    bool stop_at_raise(DebugHook& hook, Word error);
    static uint64_t position(const Function& f, uint32_t pc) { return uint64_t{f.id} << 32 | pc; }

    bool push(const Function& f, const Word* registers, const bytecode::Unit* list, size_t skip,
              bytecode::Register destination, uint16_t flags, Word closure, Word first = 0, bool has_first = false,
              bool gathered = false);
    /// What a property of an object holds, called on it.
    bool call_member(Word callee, Word object, std::span<const Word> arguments, bytecode::Register destination,
                     bool gathered);
    /// Takes the innermost frame off into the generator that the native below goes on with.
    bool suspend_generator(bytecode::Register sent);
    bool push_value(Word callee, const Word* registers, const bytecode::Unit* list, bytecode::Register destination,
                    bool gathered = false);
    /// A bound call of an async closure of the Static policy: calling it only makes a future.
    Word bind(const Function& f, Word closure, const Word* registers, const bytecode::Unit* list);
    /// What `name` is on `receiver`: a function, or (false) a property's value or nothing.
    const Function* find_method(Value receiver, Name name, InlineCache& cache);
    /// Null: they are as the native's signature says.
    const std::string* check_native_arguments(const LinkedFunction& target, const Word* registers,
                                              const bytecode::Unit* list);

    // Text
    Word shown(const Function& in, const TypeDescriptor& type, Word word, uint16_t format);
    Word padded(Word string, const std::string& format);
    Word concatenated(const Word* registers, const bytecode::Unit* list);

    bool integer_fits(Repr repr, __int128 value, Word& out);
    std::string integer_operation(bytecode::Opcode op, Repr repr, Word a, Word b, Word& out);

    // Boxed policy
    enum class Property : uint8_t { Found, Getter, Accessor /* a closure of an object literal */, Failed };
    Property get_property(Value object, Name name, InlineCache& cache, Word& out, std::string& message);
    Property get_builtin_property(Value object, Name name, Word& out, std::string& message);
    Property set_length(Object* list, Word value, std::string& message);
    Property set_property(Value object, Name name, Word value, InlineCache& cache, std::string& message,
                          const Function*& setter, Word& accessor);
    /// An object some members of which are read or written by functions: for elements by their names, too.
    bool runs_code(Value object);
    bool get_element(Value object, Value index, Word& out, bytecode::WellKnown& klass, std::string& message);
    bool set_element(Value object, Value index, Word value, bytecode::WellKnown& klass, std::string& message);
    std::string extend_list(Object* list, Value spread);
    std::string new_repeat(const TypeDescriptor& type, Word value, Word count, Word& out);
    std::string contains(const TypeDescriptor& type, Word item, Word container, bool& out);

    /// For the message of an instruction that may fail. (A local of an instruction must not own memory when the next
    /// one is jumped to: a computed jump runs no destructors.)
    std::string& fresh_problem() {
        scratch_.clear();
        return scratch_;
    }

    Vm& vm_;
    VmTask& task_;
    std::string scratch_;
};

}  // namespace braid::vm
