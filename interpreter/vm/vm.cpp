#include "interpreter/vm/vm.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "interpreter/vm/builtins.h"
#include "interpreter/vm/hash_table.h"
#include "interpreter/vm/runtime_state.h"
#include "interpreter/vm/shapes.h"
#include "interpreter/vm/type_test.h"

namespace braid::vm {

namespace {
/// More than a program needs: the machine's own, one per type and variant, two per function, and room for what a
/// debugger's expressions add.
size_t layouts_of(const bytecode::Program& program) {
    size_t count = 4096 + program.types.size() + 2 * program.functions.size();
    for (const TypeDescriptor& type : program.types) count += type.variants.size();
    return count;
}
}  // namespace

Vm::Vm(std::shared_ptr<bytecode::Program> program, const NativeRegistry& natives, heap::Heap& heap, VmOptions options)
    : program_(std::move(program)),
      natives_(natives),
      heap_(heap),
      options_(std::move(options)),
      breakpoints_(std::make_unique<Breakpoints>()),
      runtime_(std::make_unique<Runtime>()) {
    runtime_->max_layouts = layouts_of(*program_);
    runtime_->infos = std::make_unique<std::atomic<const LayoutInfo*>[]>(runtime_->max_layouts);
    runtime_->infos[heap::kBoxedInteger].store(&runtime_->boxed_integer);
    infos_ = runtime_->infos.get();
    runtime_->link_allocator = heap_.make_allocator();
    if (!options_.print) options_.print = [](std::string_view s) { std::fwrite(s.data(), 1, s.size(), stdout); };
    if (!options_.print_error)
        options_.print_error = [](std::string_view s) {
            std::fflush(stdout);  // what was printed before stands before it
            std::fwrite(s.data(), 1, s.size(), stderr);
        };
    on_uncaught = [this](VmTask& task, Word error, std::string_view ended) {
        bool panic = kind_of(object_of(error)) == ObjectKind::Panic;
        options_.print_error(fmt::format("error: {} in {}\n{}\n", panic ? "panic" : "uncaught error",
                                         ended.empty() ? task.display_name() : ended, describe_error(error)));
        scheduler_->shutdown(panic ? kExitPanic : kExitThrown);
    };
    link_layouts();
    shapes_ = std::make_unique<ShapeTable>();
    heap_.add_root_provider([this](heap::Marker& marker) { trace_roots(marker); });
    heap_.add_root_provider(scheduler::Scheduler::kTaskParts, [this](heap::Marker& marker, size_t part) {
        // Stacks are asked of memory some tasks before they are read: there may be a million.
        std::array<VmTask*, 16> ahead{};
        size_t next = 0;
        auto trace = [&](VmTask* task) {
            if (VmTask* before = std::exchange(ahead[next++ % ahead.size()], task)) before->trace(marker);
        };
        if (!scheduler_) return;
        scheduler_->for_each_task(part, [&](scheduler::Task& task) {
            vm_task(task).prefetch();
            trace(&vm_task(task));
        });
        for (size_t i = 0; i < ahead.size(); ++i) trace(nullptr);
    });
}

Vm::~Vm() = default;

heap::Allocator& Vm::allocator() const {
    scheduler::Worker* worker = scheduler::Worker::current();
    if (!worker || !worker->local) return *runtime_->link_allocator;
    return *static_cast<ThreadState*>(worker->local)->allocator;
}

void Vm::worker_started(scheduler::Worker& worker) { worker.local = new ThreadState{heap_.make_allocator()}; }

void Vm::worker_stopped(scheduler::Worker& worker) {
    delete static_cast<ThreadState*>(worker.local);
    worker.local = nullptr;
}

void Vm::collection_wanted() {
    if (!scheduler_) return;
    scheduler_->at_stopped_world([this] {
        heap_.collect();
        runtime_->memory_exceeded.store(heap_.live_over_limit(), std::memory_order_relaxed);
    });
}

void Vm::trace_roots(heap::Marker& marker) {
    for (Object* object : runtime_->permanent) marker.visit(object);
    for (auto& [text, object] : runtime_->interned) marker.visit(object);
    for (auto& trace : runtime_->roots) trace(marker);
}

std::string Vm::memory_message() const {
    uint64_t limit = heap_.options().max_bytes;
    if (!limit) return "out of memory";
    if (limit < 10 << 20) return fmt::format("out of memory: the limit is {} KB", limit >> 10);
    return fmt::format("out of memory: the limit is {} MB", limit >> 20);
}

void Vm::add_roots(std::function<void(heap::Marker&)> trace) { runtime_->roots.push_back(std::move(trace)); }

void Vm::out_of_memory() {
    scheduler::Worker* worker = scheduler::Worker::current();
    if (scheduler::Task* task = worker ? worker->current_task() : nullptr) {
        const VmTask& here = vm_task(*task);
        std::string text =
            fmt::format("error: {} panicked: {}\n{}", here.display_name(), memory_message(), here.stack_trace());
        options_.print_error(options_.with_source_line ? options_.with_source_line(std::move(text)) : text);
    } else {
        options_.print_error(fmt::format("error: {}\n", memory_message()));
    }
    std::fflush(nullptr);
    std::_Exit(kExitPanic);
}

// --- layouts ---

LayoutId Vm::register_layout(heap::Layout layout, LayoutInfo info) {
    std::lock_guard lock(runtime_->mutex);
    const LayoutInfo& stored = runtime_->info_storage.emplace_back(std::move(info));
    layout.description = &stored;
    LayoutId id = heap_.register_layout(std::move(layout));
    if (id >= runtime_->max_layouts) out_of_memory();
    runtime_->infos[id].store(&stored, std::memory_order_release);
    return id;
}

void Vm::link_layouts() {
    using heap::Layout;
    Layouts& l = runtime_->layouts;
    l.string = register_layout(Layout::bytes("string"), {ObjectKind::String});
    l.list = register_layout(Layout::fixed("list", {false, true}), {ObjectKind::List});
    l.buffer_traced = register_layout(Layout::array("buffer"), {ObjectKind::Buffer});
    l.buffer_raw = register_layout(Layout::raw_array("buffer"), {ObjectKind::Buffer});
    l.cell_traced = register_layout(Layout::fixed("cell", {true}), {ObjectKind::Cell});
    l.cell_raw = register_layout(Layout::fixed("cell", {false}), {ObjectKind::Cell});
    l.union_traced = register_layout(Layout::fixed("union", {false, true}), {ObjectKind::Union});
    l.union_raw = register_layout(Layout::fixed("union", {false, false}), {ObjectKind::Union});
    l.dyn_traced = register_layout(Layout::fixed("dyn", {false, false, true}), {ObjectKind::Dyn});
    l.dyn_raw = register_layout(Layout::fixed("dyn", {false, false, false}), {ObjectKind::Dyn});
    l.instance = register_layout(Layout::fixed("object", {false, true}), {ObjectKind::Instance});
    l.klass = register_layout(Layout::fixed("class", {false}), {ObjectKind::Class});
    l.panic = register_layout(Layout::fixed("panic", {false, true, true}), {ObjectKind::Panic});
    l.map = register_layout(Layout::fixed("map", {false, false, true, true}), {ObjectKind::Map});
    l.set = register_layout(Layout::fixed("set", {false, false, true, true}), {ObjectKind::Set});
    l.index = register_layout(Layout::raw_array("map index"), {ObjectKind::Buffer});
    for (int i = 0; i < 4; ++i)
        l.entries[i] =
            register_layout(Layout::array("map entries", {false, bool(i & 1), bool(i & 2)}), {ObjectKind::Buffer});
}

// --- objects ---

Object* Vm::new_string(std::string_view text) { return require(allocator().bytes(runtime_->layouts.string, text)); }

Object* Vm::new_buffer(Repr element, uint64_t capacity) {
    bool traced = bytecode::is_traced(element);
    return require(
        allocator().array(traced ? runtime_->layouts.buffer_traced : runtime_->layouts.buffer_raw, capacity));
}

Object* Vm::new_list(Repr element, uint64_t capacity) {
    Object* list = require(allocator().fixed(runtime_->layouts.list));
    // Also an empty list has a buffer: its layout says what the elements are.
    Object* buffer = new_buffer(element, capacity);
    list->slots()[kListBuffer] = word_of(buffer);
    return list;
}

void Vm::list_push(Object* list, Repr element, Word word) {
    uint64_t count = list_count(list);
    Object* buffer = list_buffer(list);
    if (!buffer || count >= buffer->length()) {
        // References into the old buffer see its old contents.
        Object* larger = new_buffer(element, count < 4 ? 4 : count * 2);
        for (uint64_t i = 0; buffer && i < buffer->length(); ++i)
            larger->elements()[i] = heap::load_slot(buffer->elements() + i);
        heap::store_traced(list->slots() + kListBuffer, word_of(larger));
        buffer = larger;
    }
    heap::store_traced(buffer->elements() + count, word);
    heap::store_slot(list->slots() + kListCount, count + 1);
}

Object* Vm::new_struct(const TypeDescriptor& type) { return require(allocator().fixed(type.layout)); }

Object* Vm::new_variant(const VariantDescriptor& variant) {
    if (variant.shared) return object_of(variant.shared);
    Object* object = require(allocator().fixed(variant.layout));
    object->slots()[kVariantTag] = variant.index;
    return object;
}

Object* Vm::new_variant(const VariantDescriptor& variant, std::initializer_list<Word> payload) {
    Object* object = new_variant(variant);
    size_t i = 1;
    if (!variant.shared)
        for (Word word : payload) object->slots()[i++] = word;
    return object;
}

Object* Vm::new_closure(const Function& function) {
    LinkedFunction& l = linked(function);
    if (function.capture_reprs.empty()) return object_of(l.shared_closure);
    Object* object = require(allocator().fixed(l.closure_layout));
    object->slots()[kClosureFunction] = word_of(&function);
    return object;
}

Object* Vm::new_bound_call(const Function& function) {
    Object* object = require(allocator().fixed(linked(function).bound_layout));
    object->slots()[kBoundFunction] = word_of(&function);
    return object;
}

Object* Vm::new_cell(bool traced, Word word) {
    Object* cell = require(allocator().fixed(traced ? runtime_->layouts.cell_traced : runtime_->layouts.cell_raw));
    cell->slots()[0] = word;
    return cell;
}

Object* Vm::new_panic(PanicKind kind, std::string_view message, std::string_view trace) {
    Object* panic = require(allocator().fixed(runtime_->layouts.panic));
    panic->slots()[kPanicKind] = static_cast<Word>(kind);
    panic->slots()[kPanicMessage] = string_word(message);
    panic->slots()[kPanicTrace] = string_word(trace);
    return panic;
}

const VariantDescriptor* Vm::find_variant(const TypeDescriptor& type, std::string_view name) {
    for (const VariantDescriptor& variant : type.variants)
        if (variant.name.text() == name) return &variant;
    return nullptr;
}

const TypeDescriptor* Vm::find_type(Type type) const {
    auto found = runtime_->types.find(type);
    return found == runtime_->types.end() ? nullptr : found->second;
}

const ClassDescriptor* Vm::find_class(ItemId item) const {
    auto found = runtime_->classes_by_item.find(item);
    return found == runtime_->classes_by_item.end() ? nullptr : found->second;
}

// --- tasks ---

tl::expected<TaskPointer, scheduler::SpawnError> Vm::spawn(const Function& function, std::span<const Word> arguments,
                                                           SpawnOptions options, Word closure) {
    if (heap_.over_limit() && runtime_->memory_exceeded.load(std::memory_order_relaxed))
        return tl::unexpected(scheduler::SpawnError::TooManyTasks);
    auto task = scheduler::make_task<VmTask>(*this, options.kind);
    VmTask& t = vm_task(task);
    t.name_ = options.name ? options.name : &function.name;
    t.site_ = options.site;
    t.daemon = options.daemon;
    t.kind = static_cast<uint8_t>(options.kind);
    t.call(function, arguments, bytecode::kNoRegister, 0, closure);
    if (options.parked_for) {
        auto parked = scheduler_->spawn_parked(task, options.strand, options.parked_for);
        if (!parked) return tl::unexpected(parked.error());
        return task;
    }
    auto spawned = options.external ? scheduler_->spawn_external(task) : scheduler_->spawn(task, options.strand);
    if (!spawned) return tl::unexpected(spawned.error());
    return task;
}

tl::expected<scheduler::TaskRef, scheduler::SpawnError> Vm::start(scheduler::Strand* strand) {
    // What the heap asked for before there was a scheduler to stop was dropped, and it asks only once.
    collection_wanted();
    SpawnOptions options;
    options.kind = TaskKind::Main;
    static const std::string kMain = "main";
    options.name = &kMain;
    options.strand = strand;
    return spawn(make_native("$main", {run_entries}, {}, Repr::Unit), {}, options);
}

const Function& Vm::make_native(std::string name, NativeInfo info, std::vector<Repr> parameters, Repr result) {
    std::unique_lock lock(runtime_->mutex);
    Function& f = runtime_->internal.emplace_back();
    const NativeInfo& stored = runtime_->internal_natives.emplace_back(info);
    lock.unlock();
    f.kind = bytecode::FunctionKind::Native;
    f.name = f.native_name = std::move(name);
    f.parameter_reprs = parameters;
    for (Repr repr : parameters)
        f.parameters.push_back(bytecode::is_traced(repr) ? f.traced_count++ : f.scalar_count++);
    for (size_t i = 0; i < parameters.size(); ++i)
        if (bytecode::is_traced(parameters[i])) f.parameters[i] = bytecode::Register(f.parameters[i] + f.scalar_count);
    f.result = result;
    link_function(f);
    LinkedFunction& l = linked(f);
    l.native = &stored;
    size_native_frame(f, l);
    return f;
}

}  // namespace braid::vm
