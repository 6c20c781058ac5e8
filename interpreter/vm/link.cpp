#include <fmt/format.h>

#include <algorithm>

#include "interpreter/vm/builtins.h"
#include "interpreter/vm/closures.h"
#include "interpreter/vm/runtime_state.h"
#include "interpreter/vm/shapes.h"
#include "interpreter/vm/type_test.h"

// Binding a Program to the heap and the natives, once, before it runs.
namespace braid::vm {

using bytecode::DescriptorKind;
using bytecode::FunctionKind;
using bytecode::SlotPolicy;

std::string_view spelling(Intrinsic intrinsic) {
    constexpr std::string_view kNames[] = {
#define X(name, text) text,
        BRAID_INTRINSICS(X)
#undef X
    };
    return kNames[static_cast<size_t>(intrinsic)];
}

namespace {
std::vector<NeededArgument> needed_arguments(const Function& native) {
    std::vector<NeededArgument> needed;
    for (size_t i = 0; i < native.parameter_types.size(); ++i) {
        const TypeDescriptor* type = native.parameter_types[i];
        uint8_t references = 0;
        for (; type->kind == bytecode::DescriptorKind::Reference; type = type->element) ++references;
        bool traced = bytecode::is_traced(type->repr);
        if (references > 0 || traced) needed.push_back({static_cast<uint16_t>(i), references, traced});
    }
    return needed;
}
}  // namespace

/// Scalars of the arguments, traced arguments, traced scratch (and the error kept while unwinding), scalar scratch.
void size_native_frame(const Function& f, LinkedFunction& l) {
    const NativeInfo& info = *l.native;
    uint32_t traced_scratch = uint32_t{info.traced_scratch} + 1;
    l.traced_first = f.scalar_count;
    l.traced_words = f.traced_count + traced_scratch;
    l.scratch_traced = uint32_t{f.scalar_count} + f.traced_count;
    l.saved_error = l.scratch_traced + info.traced_scratch;
    l.scratch_scalar = l.traced_first + l.traced_words;
    l.frame_words = l.scratch_scalar + info.scalar_scratch;
}

void Vm::link_function(const Function& f) {
    std::unique_lock lock(runtime_->mutex);
    LinkedFunction& l = runtime_->functions.emplace_back();
    lock.unlock();
    f.runtime = &l;
    l.function = &f;
    l.arity = static_cast<uint32_t>(f.parameters.size());
    l.code = f.code.data();
    l.parameters = f.parameters.data();
    l.closure = f.closure;
    l.direct = f.kind == FunctionKind::Bytecode && !is_wrapped(f) && !f.rest && !has_receiver(f);
    l.traced_first = f.scalar_count;
    l.traced_words = f.traced_count;
    l.frame_words = uint32_t{f.scalar_count} + f.traced_count;
    l.caches = std::make_unique<InlineCache[]>(f.cache_count);

    std::vector<bool> bound{false, true}, closure{false};
    for (Repr repr : f.parameter_reprs) bound.push_back(bytecode::is_traced(repr));
    for (Repr repr : f.capture_reprs) closure.push_back(bytecode::is_traced(repr));
    if (f.owns_captures) closure.push_back(false);
    LayoutId& bound_layout = runtime_->bound_layouts[bound];
    if (!bound_layout)
        bound_layout = register_layout(heap::Layout::fixed("bound call", bound), {ObjectKind::BoundCall});
    l.bound_layout = bound_layout;
    LayoutId& closure_layout = runtime_->closure_layouts[closure];
    if (!closure_layout)
        closure_layout = register_layout(heap::Layout::fixed("closure", closure), {ObjectKind::Closure});
    l.closure_layout = closure_layout;

    auto permanent = [&](Object* object) {
        runtime_->permanent.push_back(require(object));
        return word_of(object);
    };
    if (f.capture_reprs.empty()) {
        l.shared_closure = permanent(allocator().fixed(l.closure_layout));
        object_of(l.shared_closure)->slots()[kClosureFunction] = word_of(&f);
    }
    for (const std::string& text : f.strings) {
        Object*& interned = runtime_->interned[text];
        if (!interned) interned = new_string(text);
        l.strings.push_back(word_of(interned));
    }
}

tl::expected<void, std::string> Vm::bind_native(const Function& f) {
    LinkedFunction& l = linked(f);
    l.native = find_builtin(f.native_name);
    if (!l.native) l.native = natives_.function(f.native_name);
    if (!l.native && f.native_name.rfind("drop ", 0) == 0) {
        const NativeTypeOps* ops = natives_.type(std::string_view(f.native_name).substr(5));
        if (ops && ops->drop) {
            NativeInfo info{ops->drop, 2, 2, ops->drop_unwind};
            info.fast = ops->fast_drop;
            l.native = &runtime_->internal_natives.emplace_back(info);
        } else {  // nothing of its own to release
            static const NativeInfo kNothing = [] {
                NativeInfo info{[](NativeCall& call) { return call.give_unit(); }};
                info.fast = [](FastCall& call) { return call.give(0); };
                return info;
            }();
            l.native = &kNothing;
        }
    }
    if (!l.native) return tl::unexpected(fmt::format("'{}' has no native implementation", f.native_name));
    size_native_frame(f, l);
    if (f.policy == SlotPolicy::Static) {
        l.fast = l.native->fast;
        l.needed_arguments = needed_arguments(f);
    }
    for (std::string_view name : {"Ok", "Some"})
        if (f.result_type && !l.success) l.success = find_variant(*f.result_type, name);
    l.direct = true;
    l.checks_arguments = f.policy == SlotPolicy::Boxed && f.native_name[0] != '$';
    return {};
}

void Vm::link_types() {
    for (TypeDescriptor& type : program_->types) {
        bool boxed = type.policy == SlotPolicy::Boxed;
        if (boxed && type.type) type.test = &runtime_->type_tests.emplace_back(type.type);
        runtime_->types.emplace(type.type, &type);
        auto traced = [&](const bytecode::FieldDescriptor& field) {
            return boxed || bytecode::is_traced(field.type->repr);
        };
        if (type.kind == DescriptorKind::Struct) {
            std::vector<bool> slots;
            for (const auto& field : type.fields) slots.push_back(traced(field));
            type.layout = register_layout(heap::Layout::fixed(type.name, slots), {ObjectKind::Struct, &type});
        }
        for (VariantDescriptor& variant : type.variants) {
            std::vector<bool> slots{false};
            for (const auto& field : variant.fields) slots.push_back(traced(field));
            variant.layout =
                register_layout(heap::Layout::fixed(type.name, slots), {ObjectKind::Variant, &type, &variant});
            // Also those that carry nothing but units, as `Ok(())`, are all alike.
            if (std::any_of(variant.fields.begin(), variant.fields.end(),
                            [&](const auto& field) { return boxed || field.type->repr != Repr::Unit; }))
                continue;
            Object* shared = require(allocator().fixed(variant.layout));
            shared->slots()[kVariantTag] = variant.index;
            runtime_->permanent.push_back(shared);
            variant.shared = word_of(shared);
        }
        if (type.kind == DescriptorKind::Native || type.kind == DescriptorKind::Handle)
            type.ops = natives_.type(type.native_name);
    }
    for (bytecode::ClassDescriptor& klass : program_->classes) {
        ClassRuntime& runtime = runtime_->classes.emplace_back();
        klass.runtime = &runtime;
        runtime.descriptor = &klass;
        runtime.first_shape = shapes_->root(&klass);
        for (Name field : klass.fields) runtime.first_shape = shapes_->with(runtime.first_shape, field);
        Object* value = require(allocator().fixed(runtime_->layouts.klass));
        value->slots()[0] = word_of(&klass);
        runtime_->permanent.push_back(value);
        runtime.value = word_of(value);
        runtime_->classes_by_item.emplace(klass.item, &klass);
        runtime_->classes_by_name.emplace(qualified_name(klass.item), &klass);
    }
    constexpr bytecode::WellKnown kKnown[] = {
#define X(name, text) bytecode::WellKnown::name,
        BRAID_WELL_KNOWN_ITEMS(X)
#undef X
    };
    for (bytecode::WellKnown known : kKnown) runtime_->known_classes.push_back(find_class(model().well_known(known)));
}

tl::expected<void, std::string> Vm::link() {
    link_types();
    make_builtins();
    for (Function& f : program_->functions) {
        link_function(f);
        if (f.kind != FunctionKind::Native) continue;
        if (auto bound = bind_native(f); !bound) return bound;
    }
    for (const Function& f : program_->functions)
        for (const Function* callee : f.functions) linked(f).callees.push_back(&linked(*callee));
    std::unordered_map<ItemId, Word*> slots;
    for (bytecode::StaticDescriptor& s : program_->statics) {
        bool traced = s.policy == SlotPolicy::Boxed || bytecode::is_traced(s.type->repr);
        Object* cell = new_cell(traced, s.policy == SlotPolicy::Boxed ? Value::undefined().word() : 0);
        runtime_->permanent.push_back(cell);
        s.slot = cell->slots();
        slots[s.item] = cell->slots();
    }
    for (Function& f : program_->functions)
        for (ItemId item : f.statics) linked(f).statics.push_back(slots.at(item));
    constexpr Intrinsic kAll[] = {
#define X(name, text) Intrinsic::name,
        BRAID_INTRINSICS(X)
#undef X
    };
    intrinsics_.assign(std::size(kAll), nullptr);
    for (Intrinsic which : kAll) {
        const NativeInfo* info = natives_.function(spelling(which));
        if (!info) continue;  // a program that needs it was refused above
        intrinsics_[static_cast<size_t>(which)] =
            &make_native(std::string(spelling(which)), *info, {Repr::Boxed}, Repr::Boxed);
    }
    return {};
}

}  // namespace braid::vm
