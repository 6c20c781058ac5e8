#include "interpreter/vm/task.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "interpreter/vm/closures.h"
#include "interpreter/vm/interpreter.h"

namespace braid::vm {

using bytecode::FunctionKind;
using bytecode::SlotPolicy;

std::string_view name_of(TaskKind kind) {
    constexpr std::string_view kNames[] = {"main", "goroutine", "thread", "async task", "actor", "fiber", "isolate"};
    return kNames[static_cast<size_t>(kind)];
}

namespace {
const std::string kNameless;
// Words of the smallest stack: a body that waits in a native fits. Small ones grow slowly, because there may be
// millions.
constexpr size_t kFirstWords = 21, kSmallWords = 1024;
}  // namespace

VmTask::VmTask(Vm& vm, TaskKind kind) : vm_(vm), name_(&kNameless), kind_(kind) { vm_.heap().charge(sizeof(VmTask)); }

VmTask::~VmTask() {
    while (!empty_) pop_frame();
}

void VmTask::release_memory() {
    while (!empty_) pop_frame();
    vm_.heap().discharge(sizeof(VmTask) + capacity() * sizeof(Word));
    stack_ = {};
}

size_t VmTask::used() const { return empty_ ? 0 : top_ + kFrameWords + linked(*frame()->function).frame_words; }

bool VmTask::reserve(size_t words) {
    const size_t capacity = this->capacity();
    if (words <= capacity) return true;
    if (words > vm_.options().max_stack_words) return false;
    size_t larger = capacity < kSmallWords ? capacity + capacity / 2 : capacity * 2;
    larger = std::min(std::max({words, larger, kFirstWords}), vm_.options().max_stack_words);
    vm_.heap().charge((larger - capacity) * sizeof(Word));
    Stack stack(static_cast<Word*>(TaskMemory::allocate(larger * sizeof(Word))), {static_cast<uint32_t>(larger)});
    if (stack_) std::memcpy(stack.get(), stack_.get(), used() * sizeof(Word));
    stack_ = std::move(stack);
    return true;
}

Frame* VmTask::push_frame(const Function& function, bytecode::Register destination, uint16_t flags) {
    const LinkedFunction& l = linked(function);
    size_t at = used();
    if (!reserve(at + kFrameWords + l.frame_words)) return nullptr;
    size_t distance = std::exchange(empty_, false) ? 0 : at - top_;
    return Interpreter::place_frame(*this, at, l, destination, flags, distance);
}

void VmTask::pop_frame() {
    Frame* f = frame();
    delete f->state;
    if (f->caller_distance == 0) empty_ = true;
    else top_ -= f->caller_distance;
}

bool VmTask::call(const Function& function, std::span<const Word> arguments, bytecode::Register destination,
                  uint16_t flags, Word closure, bool gathered) {
    Frame* f = push_frame(function, destination, flags);
    if (!f) return false;
    Word* r = f->registers();
    size_t n = function.parameters.size();
    bool boxed = function.policy == SlotPolicy::Boxed;
    bool already = gathered && arguments.size() == n;
    size_t plain = function.rest && n > 0 && !already ? n - 1 : n;
    // A native with overloads sees whether an argument was left off, or is undefined.
    bool tells_absent = gathered && function.kind == bytecode::FunctionKind::Native;
    Value absent = tells_absent ? Value::empty() : Value::undefined();
    for (size_t i = 0; i < plain; ++i) {
        if (i < arguments.size()) r[function.parameters[i]] = arguments[i];
        else if (boxed) r[function.parameters[i]] = absent.word();
        else r[function.parameters[i]] = 0;
    }
    if (plain < n) {
        Object* rest = vm_.new_list(Repr::Boxed, arguments.size() > plain ? arguments.size() - plain : 0);
        for (size_t i = plain; i < arguments.size(); ++i) vm_.list_push(rest, Repr::Boxed, arguments[i]);
        r[function.parameters[plain]] = word_of(rest);
    }
    if (function.closure != bytecode::kNoRegister) r[function.closure] = closure;
    return true;
}

bool VmTask::call_async(const Function& function, std::span<const Word> arguments, bytecode::Register destination,
                        uint16_t flags, Word closure, bool gathered) {
    // The boundary's native invokes this bound call on this stack.
    Object* bound = vm_.new_bound_call(function);
    bound->slots()[kBoundClosure] = closure;
    size_t n = function.parameters.size();
    bool already = gathered && arguments.size() == n;
    size_t plain = function.rest && n > 0 && !already ? n - 1 : n;
    for (size_t i = 0; i < plain; ++i)
        bound->slots()[kBoundFirst + i] = i < arguments.size() ? arguments[i] : Value::undefined().word();
    if (plain < n) {
        Object* rest = vm_.new_list(Repr::Boxed, 0);
        for (size_t i = plain; i < arguments.size(); ++i) vm_.list_push(rest, Repr::Boxed, arguments[i]);
        bound->slots()[kBoundFirst + plain] = word_of(rest);
    }
    Word argument = word_of(bound);
    return call(vm_.intrinsic(Intrinsic::AsyncCall), {&argument, 1}, destination, flags, 0);
}

bool VmTask::call_value(Word callee, std::span<const Word> arguments, bytecode::Register destination, uint16_t flags,
                        bool raw, bool gathered) {
    Object* object = object_of(callee);
    const Function& f = *closure_function(object);
    if (vm_.kind_of(object) == ObjectKind::BoundCall) {
        size_t n = f.parameters.size(), given = std::min(arguments.size(), n);
        // More arguments than are missing (a resolver called by forEach): those that are bound stay.
        while (given > 0 && bytecode::is_traced(f.parameter_reprs[given - 1]) &&
               object->slots()[kBoundFirst + given - 1])
            --given;
        Frame* frame = push_frame(f, destination, flags);
        if (!frame) return false;
        // What was bound are the last ones; a rest list was made when it was bound.
        for (size_t i = 0; i < n; ++i)
            frame->registers()[f.parameters[i]] =
                i < given ? arguments[i] : heap::load_slot(object->slots() + kBoundFirst + i);
        if (f.closure != bytecode::kNoRegister) frame->registers()[f.closure] = object->slots()[kBoundClosure];
        return true;
    }
    if (const LinkedFunction& l = linked(f); !gathered && l.direct && !l.native && l.arity == arguments.size())
        return call(f, arguments, destination, flags, callee);
    std::vector<Word> words;
    adapt_arguments(vm_, f, Value::undefined().word(), arguments, gathered, words);
    if (is_wrapped(f) && !raw) return call_async(f, arguments, destination, flags, callee, gathered);
    return call(f, arguments, destination, flags, callee, gathered);
}

size_t VmTask::boundary_index() const {
    if (!had_boundary_) return SIZE_MAX;
    size_t at = top_;
    for (;;) {
        auto* f = reinterpret_cast<const Frame*>(stack_.get() + at);
        if (f->flags & FrameAsyncBoundary) return f->caller_distance ? at : SIZE_MAX;
        if (f->caller_distance == 0) return SIZE_MAX;
        at -= f->caller_distance;
    }
}

scheduler::TaskRef VmTask::detach(size_t boundary, Word result) {
    auto ref = scheduler::make_task<VmTask>(vm_, TaskKind::Fiber);
    VmTask& fiber = vm_task(ref);
    size_t words = used() - boundary;
    fiber.reserve(words);
    std::memcpy(fiber.stack_.get(), stack_.get() + boundary, words * sizeof(Word));
    fiber.top_ = static_cast<uint32_t>(top_ - boundary);
    fiber.empty_ = false;
    fiber.context = context;
    fiber.had_boundary_ = true;
    auto* first = reinterpret_cast<Frame*>(fiber.stack_.get());
    const Frame caller_view = *first;
    first->caller_distance = 0;
    first->flags = static_cast<uint16_t>((first->flags & ~FrameReturnsToNative) | FrameDetached);
    first->destination = bytecode::kNoRegister;
    if (words > kFrameWords + linked(*first->function).frame_words) {
        auto* body = reinterpret_cast<Frame*>(fiber.stack_.get() + kFrameWords + linked(*first->function).frame_words);
        fiber.name_ = &body->function->name;
        fiber.site_ = {body->function->item, body->function->first_node};
    }
    top_ = static_cast<uint32_t>(boundary - caller_view.caller_distance);
    if (caller_view.flags & FrameReturnsToNative) native_result_ = result;
    else if (caller_view.destination != bytecode::kNoRegister) frame()->registers()[caller_view.destination] = result;
    return ref;
}

void VmTask::cancel() {
    if (cancel_.exchange(true, std::memory_order_seq_cst)) return;
    vm_.scheduler().wake_anyway(*this, scheduler::WakeCancel);
}

void VmTask::trace(heap::Marker& marker) const {
    marker.visit(native_result_);
    marker.visit(raised_);
    if (empty_) return;
    for (size_t at = top_;;) {
        auto* f = reinterpret_cast<const Frame*>(stack_.get() + at);
        const LinkedFunction& l = linked(*f->function);
        marker.visit_range(f->registers() + l.traced_first, l.traced_words);
        if (f->state) f->state->trace(marker);
        if (f->caller_distance == 0) break;
        at -= f->caller_distance;
    }
}

namespace {
/// Calls `visit(function, node)` for the function whose code stands at the pc, and for the one it was inlined into.
template <class Visit>
void for_each_inlined(const Function& function, uint32_t pc, Visit&& visit) {
    const auto& lines = function.debug.lines;
    auto after =
        std::upper_bound(lines.begin(), lines.end(), pc, [](uint32_t p, const auto& line) { return p < line.pc; });
    uint32_t node = after == lines.begin() ? function.first_node : std::prev(after)->node;
    if (uint32_t inlined = after == lines.begin() ? 0 : std::prev(after)->inlined) {
        const bytecode::InlinedCall& call = function.debug.inlined[inlined - 1];
        visit(*call.callee, node);
        node = call.node;
    }
    visit(function, node);
}
}  // namespace

std::vector<FrameView> VmTask::frames() const {
    std::vector<FrameView> result;
    if (empty_) return result;
    for (size_t at = top_;;) {
        auto* f = reinterpret_cast<const Frame*>(stack_.get() + at);
        uint32_t pc = at == top_ || f->pc == 0 ? f->pc : f->pc - 1;
        for_each_inlined(*f->function, pc, [&](const Function& function, uint32_t node) {
            result.push_back({&function, pc, {function.item, node}, f->registers()});
        });
        if (f->caller_distance == 0) break;
        at -= f->caller_distance;
    }
    return result;
}

SourceSite VmTask::innermost_site() const {
    if (empty_) return {};
    for (size_t at = top_;;) {
        auto* f = reinterpret_cast<const Frame*>(stack_.get() + at);
        if (f->function->kind == FunctionKind::Bytecode) {
            SourceSite innermost;
            for_each_inlined(*f->function, at == top_ || f->pc == 0 ? f->pc : f->pc - 1,
                             [&](const Function& function, uint32_t node) {
                                 if (innermost.item == ItemId::None) innermost = {function.item, node};
                             });
            return innermost;
        }
        if (f->caller_distance == 0) return {};
        at -= f->caller_distance;
    }
}

std::string VmTask::stack_trace() const {
    constexpr size_t kShown = 24;
    std::string out;
    auto all = frames();
    std::erase_if(all, [](const FrameView& f) { return !f.function->name.empty() && f.function->name[0] == '$'; });
    for (size_t i = 0; i < all.size(); ++i) {
        if (all.size() > 2 * kShown && i == kShown) {
            out += fmt::format("  … {} more …\n", all.size() - 2 * kShown);
            i = all.size() - kShown;
        }
        const FrameView& f = all[i];
        std::string_view name = f.function->name.empty() ? "script" : std::string_view(f.function->name);
        if (f.function->kind != FunctionKind::Bytecode || f.site.item == ItemId::None) {
            out += fmt::format("  at {}\n", name);
            continue;
        }
        bytecode::SourceLocation where = vm_.model().location(f.site.item, f.site.node);
        out += fmt::format("  at {} ({}:{}:{})\n", name, where.file, where.line, where.column);
    }
    return out;
}

}  // namespace braid::vm
