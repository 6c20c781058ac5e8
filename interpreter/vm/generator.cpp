#include "interpreter/vm/generator.h"

#include <cstring>
#include <utility>

#include "interpreter/vm/interpreter.h"

namespace braid::vm {

void Generator::trace(heap::Marker& marker) const {
    marker.visit(call);
    marker.visit(waiting);
    if (frame.empty()) return;
    auto* f = reinterpret_cast<const Frame*>(frame.data());
    const LinkedFunction& l = linked(*f->function);
    marker.visit_range(f->registers() + l.traced_first, l.traced_words);
}

bool Interpreter::resume_generator(VmTask& task, Generator& generator, Word sent, uint32_t next) {
    task.frame()->flags |= kFrameGenerator;
    task.frame()->step = next;
    size_t at = task.used();
    if (!task.reserve(at + generator.frame.size())) return false;
    std::memcpy(task.stack_.get() + at, generator.frame.data(), generator.frame.size() * sizeof(Word));
    auto* f = reinterpret_cast<Frame*>(task.stack_.get() + at);
    f->flags = FrameReturnsToNative;
    f->destination = bytecode::kNoRegister;
    f->caller_distance = static_cast<uint32_t>(at - task.top_);
    if (generator.sent != bytecode::kNoRegister) f->registers()[generator.sent] = sent;
    task.top_ = static_cast<uint32_t>(at);
    generator.frame.clear();
    return true;
}

bool Interpreter::suspend_generator(bytecode::Register sent) {
    Frame* f = task_.frame();
    if (f->caller_distance == 0) return false;
    auto* below = reinterpret_cast<Frame*>(task_.stack_.get() + task_.top_ - f->caller_distance);
    if (!(below->flags & kFrameGenerator)) return false;
    Object* object = object_of(below->registers()[below->function->parameters[0]]);
    auto& generator = *object->native<Generator>();
    generator.frame.assign(task_.stack_.get() + task_.top_, task_.stack_.get() + task_.used());
    generator.sent = sent;
    generator.status = Generator::Status::Suspended;
    task_.top_ -= f->caller_distance;
    return true;
}

bool Interpreter::start_generator(VmTask& task, Generator& generator, uint32_t next) {
    task.frame()->flags |= kFrameGenerator;
    task.frame()->step = next;
    Word call = std::exchange(generator.call, 0);
    return task.call_value(call, {}, bytecode::kNoRegister, FrameReturnsToNative, true);
}

NativeAction resume(NativeCall& call, Generator& generator, Word sent, uint32_t next) {
    bool fresh = generator.status == Generator::Status::Fresh;
    generator.status = Generator::Status::Running;
    bool pushed = fresh ? Interpreter::start_generator(call.task(), generator, next)
                        : Interpreter::resume_generator(call.task(), generator, sent, next);
    if (pushed) return NativeAction::Invoke;
    return call.fail(bytecode::WellKnown::RangeError, "stack overflow: too many nested calls");
}

}  // namespace braid::vm
