#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "interpreter/bytecode/program.h"

// What the type verifier knows of a value. Only what memory depends on is told apart: all scalars are one type.
namespace braid::bytecode {

struct Known {
    enum class Base : uint8_t {
        Nothing,   // the word 0, or what a fresh cell holds: nothing has been stored yet
        Scalar,    // behind a reference only
        String,    //
        Object,    // of `type`, one of its `variants` if that is an enum
        Boxed,     // any value of the Boxed policy
        Closure,   // of `function`
        Bound,     // a call of `function` where `variants` parameters are left
        Future,    // gives `type`
        Union,     // some member of some union
        Dyn,       // some trait object
        Received,  // what a channel gave: what is in one of the `variants` of the result `type`
        Error,     // on its way, in the Static policy
        Any,       // cannot be used
    };
    Base base = Base::Any;
    uint8_t depth = 0;  // references in front of it
    const TypeDescriptor* type = nullptr;
    const Function* function = nullptr;
    uint64_t variants = 0;

    bool operator==(const Known&) const = default;
    bool is(Base b) const { return base == b && depth == 0; }

    static Known of(Base base, uint8_t depth = 0) { return {base, depth}; }
    static Known of(const TypeDescriptor& type);
    static Known variant(const VariantDescriptor& variant);
    static Known closure(const Function& function) { return {Base::Closure, 0, nullptr, &function}; }
    static Known bound(const Function& function, size_t left) { return {Base::Bound, 0, nullptr, &function, left}; }

    Known reference() const;
    Known referred() const;  // Any, unless it is a reference
    std::string name() const;
};

/// A register that holds it lies in the traced part of a frame.
inline bool is_traced(const Known& known) { return known.depth > 0 || known.base != Known::Base::Scalar; }

/// Whose handle it is: `Counter` and `Actor[Counter]` are one. None: it is no handle.
ItemId actor_of(const TypeDescriptor& type);
/// Whether two types are one to the machine.
bool same_memory(const TypeDescriptor* a, const TypeDescriptor* b);
/// Whether what is `have` may be used where `want` is wanted.
bool fits(const Known& have, const Known& want);
/// What holds of both.
Known join(const Known& a, const Known& b);

/// What is called: types of its parameters and its result. None: it cannot be called.
struct Signature {
    std::vector<Known> parameters;
    Known result;
};
std::optional<Signature> signature_of(const Known& callee);
Known result_of(const Function& function);
Known parameter_of(const Function& function, size_t i);

}  // namespace braid::bytecode
