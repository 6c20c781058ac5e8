#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "interpreter/bytecode/program.h"
#include "interpreter/heap/heap.h"
#include "interpreter/scheduler/scheduler.h"
#include "interpreter/vm/debug_hook.h"
#include "interpreter/vm/native.h"
#include "interpreter/vm/objects.h"
#include "interpreter/vm/task.h"

namespace braid::vm {

struct ClassRuntime;
struct Shape;
struct ShapeTable;

struct VmOptions {
    size_t max_stack_words = 1 << 20;                          // of one task: 8 MB
    std::function<void(std::string_view)> print;               // standard output; called by any worker
    std::function<void(std::string_view)> print_error;         // reports
    std::function<std::string(std::string)> with_source_line;  // an error's text, with the line it is about put in
};

/// What a thread that runs tasks owns: Worker::local.
struct ThreadState {
    std::unique_ptr<heap::Allocator> allocator;
    TaskMemory::Cache task_memory = {};
};

/// How a program that could not go on ended.
constexpr int kExitPanic = 101, kExitThrown = 1, kExitDeadlock = 3;

/// Shared by all tasks of a run. Made in this order: heap, Vm, then the scheduler with hooks() merged in, attach().
class Vm {
  public:
    Vm(std::shared_ptr<bytecode::Program> program, const NativeRegistry& natives, heap::Heap& heap,
       VmOptions options = {});
    ~Vm();
    Vm(const Vm&) = delete;
    Vm& operator=(const Vm&) = delete;

    /// Binds natives and types, makes shared variants and constants. An error names what is missing.
    tl::expected<void, std::string> link();
    void attach(scheduler::Scheduler& scheduler) { scheduler_ = &scheduler; }
    /// Hooks::worker_started / worker_stopped must call these.
    void worker_started(scheduler::Worker& worker);
    void worker_stopped(scheduler::Worker& worker);
    /// HeapOptions::collection_wanted must call this.
    void collection_wanted();
    /// Runs static initializers, then the entries, as the main task. Call before Scheduler::run().
    tl::expected<scheduler::TaskRef, scheduler::SpawnError> start(scheduler::Strand* strand = nullptr);

    bytecode::Program& program() const { return *program_; }
    const bytecode::ProgramModel& model() const { return *program_->model; }
    const NativeRegistry& natives() const { return natives_; }
    heap::Heap& heap() const { return heap_; }
    scheduler::Scheduler& scheduler() const { return *scheduler_; }
    const VmOptions& options() const { return options_; }
    heap::Allocator& allocator() const;  // of the calling worker

    // --- tasks ---
    struct SpawnOptions {
        TaskKind kind = TaskKind::Goroutine;
        const std::string* name = nullptr;  // null: the function's; lives as long as the program
        SourceSite site;                    // where it was started
        scheduler::Strand* strand = nullptr;
        bool external = false;  // an OS thread of its own
        bool daemon = false;
        // What the task waits for, if it begins its life parked: whoever has its token wakes it.
        const scheduler::WaitReason* parked_for = nullptr;
    };
    /// A task whose first frame calls `function`. When the frame is a native made by make_native, that native sees the
    /// result or (NativeInfo::unwind) the error; an error that leaves the first frame ends the program.
    tl::expected<TaskPointer, scheduler::SpawnError> spawn(const Function& function, std::span<const Word> arguments,
                                                           SpawnOptions options, Word closure = 0);
    /// A native of the runtime's own, to stand under a task or to be invoked. Lives as long as the Vm.
    const Function& make_native(std::string name, NativeInfo info, std::vector<Repr> parameters, Repr result);
    /// The native that shows a value of `type`: argument the value, result its string.
    const Function& show_function(const TypeDescriptor& type);
    const Function& drop_closure_function();
    /// The function of a method taken as a value: a closure over {method, receiver}.
    const Function& method_value();
    const Function& intrinsic(Intrinsic which) const { return *intrinsics_[static_cast<size_t>(which)]; }

    bool claim(const WakeToken& handle) { return scheduler_->claim(*handle.task, handle.token); }
    void resume(const WakeToken& handle, scheduler::WakeTag tag = scheduler::WakeNormal) {
        scheduler_->resume(*handle.task, tag);
    }
    bool wake(const WakeToken& handle, scheduler::WakeTag tag = scheduler::WakeNormal) {
        return scheduler_->wake(*handle.task, handle.token, tag);
    }

    // --- objects; these never return null: at the limit of memory the program ends with a message ---
    Object* new_string(std::string_view text);
    Word string_word(std::string_view text) { return word_of(new_string(text)); }
    Object* new_list(Repr element, uint64_t capacity);  // empty
    void list_push(Object* list, Repr element, Word word);
    Object* new_buffer(Repr element, uint64_t capacity);
    Object* new_struct(const TypeDescriptor& type);         // slots empty
    Object* new_variant(const VariantDescriptor& variant);  // the shared one if all are alike
    Object* new_variant(const VariantDescriptor& variant, std::initializer_list<Word> payload);
    Object* new_closure(const Function& function);     // captures empty
    Object* new_bound_call(const Function& function);  // arguments empty
    Object* new_cell(bool traced, Word word);
    Object* new_panic(PanicKind kind, std::string_view message, std::string_view trace);
    template <class T, class... A>
    Object* new_native(LayoutId layout, A&&... arguments) {
        return require(allocator().template native<T>(layout, std::forward<A>(arguments)...));
    }
    /// Once per C++ type, before the scheduler runs. `native_type`: the qualified name of its stdlib item.
    template <class T>
    LayoutId register_native_layout(std::string native_type) {
        return register_layout(heap::Layout::native_object<T>(native_type),
                               {ObjectKind::Native, nullptr, nullptr, nullptr, native_type});
    }
    LayoutId register_layout(heap::Layout layout, LayoutInfo info);
    const LayoutInfo& info_of(const Object* object) const {
        return *infos_[object->layout()].load(std::memory_order_acquire);
    }
    ObjectKind kind_of(const Object* object) const { return info_of(object).kind; }

    /// Ok/Err, Some/None… by name; null if the type has no such variant.
    static const VariantDescriptor* find_variant(const TypeDescriptor& type, std::string_view name);
    /// The descriptor of a type some instance uses; null if the program never mentions it.
    const TypeDescriptor* find_type(Type type) const;

    // --- values of the Boxed policy (values.h, instances.h have the rest) ---
    Value box(Word word, Repr repr);  // number, int, bool, char into a value
    Value box_integer(int64_t i);
    Word new_error(bytecode::WellKnown klass, std::string_view message);  // an error object; trace of the current task
    const ClassDescriptor* find_class(ItemId item) const;

    /// All roots but the tasks.
    void trace_roots(heap::Marker& marker);
    /// Roots of the runtime's own objects.
    void add_roots(std::function<void(heap::Marker&)> trace);

    // --- failures ---
    /// The error that left a task's first frame: by default prints it with its stack and ends the run with 101 (panic)
    /// or 1 (thrown). `ended`: the name of a task that ended before, whose error nobody asked `task` for.
    std::function<void(VmTask& task, Word error, std::string_view ended)> on_uncaught;
    std::string describe_error(Word error) const;  // message and stack, as printed
    [[noreturn]] void out_of_memory();
    std::string memory_message() const;  // what a panic for want of memory says

    // --- debugger ---
    void set_debug_hook(DebugHook* hook) { hook_.store(hook, std::memory_order_release); }
    DebugHook* debug_hook() const { return hook_.load(std::memory_order_acquire); }
    Breakpoints& breakpoints() { return *breakpoints_; }

    ShapeTable& shapes() { return *shapes_; }
    Object* require(Object* object) {
        if (!object) [[unlikely]]
            out_of_memory();
        return object;
    }

    /// What the natives of a run share; runtime/'s.
    void* embedder = nullptr;

    struct Runtime;
    Runtime& runtime() const { return *runtime_; }

  private:
    friend class VmTask;
    void link_function(const Function& function);
    void make_builtins();
    tl::expected<void, std::string> bind_native(const Function& function);
    void link_types();
    void link_layouts();
    std::shared_ptr<bytecode::Program> program_;
    const NativeRegistry& natives_;
    heap::Heap& heap_;
    VmOptions options_;
    scheduler::Scheduler* scheduler_ = nullptr;
    std::atomic<DebugHook*> hook_{nullptr};
    std::unique_ptr<Breakpoints> breakpoints_;
    std::unique_ptr<ShapeTable> shapes_;
    std::unique_ptr<Runtime> runtime_;
    const std::atomic<const LayoutInfo*>* infos_ = nullptr;  // the runtime's, by layout
    std::vector<const Function*> intrinsics_;
};

}  // namespace braid::vm
