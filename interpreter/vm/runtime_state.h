#pragma once
#include <deque>
#include <map>
#include <mutex>
#include <unordered_map>

#include "interpreter/vm/vm.h"

/// What the machine keeps beside the Program. Private to vm/.
namespace braid::vm {

struct Shape;
class TypeTest;

/// Inline cache of one site, for up to four keys (Hoelzle, Chambers, Ungar: polymorphic inline caches, 1991). Code is
/// shared by isolates: an entry is filled once, its key last, so that who sees the key sees the target.
class InlineCache {
  public:
    /// Null: not known.
    const void* find(const void* key) const {
        for (const Entry& entry : entries_) {
            const void* known = entry.key.load(std::memory_order_acquire);
            if (known == key) return entry.target.load(std::memory_order_relaxed);
            if (!known) break;
        }
        return nullptr;
    }
    void fill(const void* key, const void* target) {
        for (Entry& entry : entries_) {
            const void* none = nullptr;
            if (!entry.target.compare_exchange_strong(none, target, std::memory_order_relaxed)) continue;
            entry.key.store(key, std::memory_order_release);
            break;
        }
    }
    /// Slots are kept as targets, one higher.
    static const void* target_of(uint32_t slot) { return reinterpret_cast<const void*>(uintptr_t{slot} + 1); }
    static uint64_t slot_of(const void* target) { return reinterpret_cast<uintptr_t>(target) - 1; }

  private:
    struct Entry {
        std::atomic<const void*> key{nullptr}, target{nullptr};
    };
    Entry entries_[4];
};

/// An argument of a native that must be there, and what it refers to.
struct NeededArgument {
    uint16_t index;
    uint8_t references;
    bool traced;  // behind the references
};

struct LinkedFunction {
    const Function* function = nullptr;
    const NativeInfo* native = nullptr;
    FastFunction fast = nullptr;                 // the native's short way
    const VariantDescriptor* success = nullptr;  // Ok or Some of a native's result type
    bool direct = false;            // takes its arguments as they lie in the caller's registers, if all are there
    bool checks_arguments = false;  // a native of the Boxed policy: typed parameters are checked before it sees them
    uint32_t arity = 0;
    std::vector<NeededArgument> needed_arguments;  // of a native of the Static policy
    const bytecode::Unit* code = nullptr;
    const bytecode::Register* parameters = nullptr;
    bytecode::Register closure = bytecode::kNoRegister;
    std::vector<LinkedFunction*> callees;  // as Function::functions
    uint32_t frame_words = 0;              // registers of a frame
    uint32_t traced_first = 0, traced_words = 0;
    uint32_t scratch_traced = 0, scratch_scalar = 0;  // register indices
    uint32_t saved_error = 0;                         // natives with `unwind`: traced register
    LayoutId closure_layout = 0, bound_layout = 0;
    Word shared_closure = 0;
    std::vector<Word> strings;
    std::vector<Word*> statics;
    std::unique_ptr<InlineCache[]> caches;
};
inline LinkedFunction& linked(const Function& f) { return *static_cast<LinkedFunction*>(f.runtime); }

struct ClassRuntime {
    const ClassDescriptor* descriptor = nullptr;
    Shape* first_shape = nullptr;  // with the declared fields
    Word value = 0;                // the class as a value
};
inline ClassRuntime& runtime_of(const ClassDescriptor& c) {
    return *const_cast<ClassRuntime*>(static_cast<const ClassRuntime*>(c.runtime));
}

struct Layouts {
    LayoutId string, list, buffer_traced, buffer_raw, cell_traced, cell_raw, union_traced, union_raw, dyn_traced,
        dyn_raw, instance, klass, panic, map, set, entries[4], index;
};

struct Vm::Runtime {
    size_t max_layouts = 0;  // entries of infos
    Layouts layouts{};
    Name length_name{"length"};
    std::unique_ptr<std::atomic<const LayoutInfo*>[]> infos;
    std::deque<LayoutInfo> info_storage;
    std::map<std::vector<bool>, LayoutId> closure_layouts, bound_layouts;
    std::deque<LinkedFunction> functions;
    std::deque<Function> internal;  // made by make_native
    std::deque<NativeInfo> internal_natives;
    std::deque<ClassRuntime> classes;
    std::unordered_map<ItemId, const ClassDescriptor*> classes_by_item;
    std::vector<const ClassDescriptor*> known_classes;  // by WellKnown; null: the program has no use for it
    std::unordered_map<std::string, const ClassDescriptor*> classes_by_name;
    std::unordered_map<Type, const TypeDescriptor*> types;
    std::deque<TypeTest> type_tests;
    std::vector<Object*> permanent;  // shared variants, constants, statics' cells
    std::unordered_map<std::string, Object*> interned;
    std::vector<std::function<void(heap::Marker&)>> roots;
    std::unique_ptr<heap::Allocator> link_allocator;
    std::unordered_map<const TypeDescriptor*, const Function*> show_functions;
    const Function* method_value = nullptr;
    const Function* drop_closure = nullptr;
    std::mutex mutex;
    std::atomic<bool> memory_exceeded{false};
    /// True for one task after each collection that found too much alive: that one panics, and frees what it owned.
    bool take_memory_exceeded() {
        return memory_exceeded.load(std::memory_order_relaxed) && memory_exceeded.exchange(false);
    }
    LayoutInfo boxed_integer{ObjectKind::Integer};
};

}  // namespace braid::vm
