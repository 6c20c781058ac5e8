#pragma once
#include <atomic>

#include "interpreter/vm/runtime_state.h"
#include "interpreter/vm/shapes.h"
#include "interpreter/vm/values.h"

namespace braid::vm {

/// Which values of the Boxed policy a type accepts. For most types the kind of a value decides, or its shape or layout:
/// these are asked for once and remembered. Literals and what is told apart by them depend on the value itself.
class TypeTest {
  public:
    explicit TypeTest(Type type) : type_(type), by_kind_(decided_by_kind(type)) {}

    bool accepts(Vm& vm, Value v) {
        if (!by_kind_) return value_has_type(vm, v, type_);
        if (!v.is_pointer()) {
            uint32_t known = immediates_.load(std::memory_order_relaxed);
            if (!known) [[unlikely]]
                known = learn_immediates(vm);
            return known >> kind_of_immediate(v) & 1;
        }
        auto* object = v.as_pointer<Object>();
        const void* key = object->layout() == vm.runtime().layouts.instance
                              ? static_cast<const void*>(shape_of(object))
                              : static_cast<const void*>(&vm.info_of(object));
        const void* known = verdicts_.find(key);
        return known ? known == &kYes : learn(vm, v, key);
    }

  private:
    static constexpr char kYes = 1, kNo = 0;  // their addresses are the verdicts

    static bool decided_by_kind(Type type) {
        if (type->is(TypeKind::Literal) || type->is(TypeKind::Record)) return false;
        if (!type->is(TypeKind::Union)) return true;
        for (Type member : type->arguments)
            if (!decided_by_kind(member)) return false;
        return true;
    }
    static unsigned kind_of_immediate(Value v) {
        if (v.is_small_integer()) return 1;
        if (v.is_number()) return 2;
        if (v.is_character()) return 3;
        if (v.is_boolean()) return 4;
        if (v.is_null()) return 5;
        return v.is_undefined() ? 6 : 7;
    }
    uint32_t learn_immediates(Vm& vm) {
        constexpr Value kSamples[] = {Value::small_integer(1), Value::number(0.5), Value::character('a'),
                                      Value::boolean(true),    Value::null(),      Value::undefined(),
                                      Value::empty()};
        uint32_t known = 1;
        for (Value v : kSamples) known |= uint32_t{value_has_type(vm, v, type_)} << kind_of_immediate(v);
        immediates_.store(known, std::memory_order_relaxed);
        return known;
    }
    bool learn(Vm& vm, Value v, const void* key) {
        bool accepted = value_has_type(vm, v, type_);
        // Bound calls are of one layout and, by what they are bound to, of several classes.
        if (vm.kind_of(v.as_pointer<Object>()) != ObjectKind::BoundCall) verdicts_.fill(key, accepted ? &kYes : &kNo);
        return accepted;
    }

    Type type_;
    bool by_kind_;
    std::atomic<uint32_t> immediates_{0};  // bit 0: known; bit n: of kind n
    InlineCache verdicts_;
};

inline bool accepts(Vm& vm, const TypeDescriptor& type, Value v) {
    return type.test ? type.test->accepts(vm, v) : value_has_type(vm, v, type.type);
}

}  // namespace braid::vm
