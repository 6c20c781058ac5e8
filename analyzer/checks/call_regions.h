#pragma once
#include <functional>
#include <vector>

#include "analyzer/checks/regions.h"

/// What a call's result and its `&mut` arguments may borrow afterwards: told by the signature alone.
///
/// A type parameter brings the borrows of every argument that has it. A reference in the result borrows what the
/// receiver does where the method takes it by reference, else what any argument does that is a reference to something
/// with such a part (Rust's elision, RFC 141; where that asks for a lifetime, all are taken). A function, trait object
/// or struct with borrows in the result may keep those of all arguments of these kinds. Where a result names a
/// lifetime, it borrows what the arguments of that lifetime do and nothing else.
namespace braid::checks {

class CallRegions {
  public:
    CallRegions(RegionsOfTypes& types, const mir::CallTerminator& call);

    void argument(View);
    void function_value(View);
    /// Calls `f(to, from)` for all that may flow into the result or into what arguments refer to.
    void flow(const View& result, const std::function<void(Region, Region)>& f);

  private:
    enum class Role : uint8_t { Parameter, Reference, Hidden, Function };
    struct Occurrence {
        Role role;
        Type parameter = nullptr;  // Parameter: which; null: `Self`
        uint32_t part = 0;         // the region within what the parameter stands for
        Region region;
        bool writable = false;  // behind a `&mut`
        bool outermost = false;
        bool only_functions = false;  // Hidden: of functions and trait objects
        Type target = nullptr;        // Reference: to what, as the signature says it
        std::vector<Name> lifetimes;  // as written; most have none
    };
    using Occurrences = std::vector<Occurrence>;

    /// `written`: which term of which type in the signature is matched, for the lifetimes that it names.
    void match(Type formal, const View& actual, bool writable, bool outermost, Occurrences& out,
               LifetimePlace written = {});
    void match_parts(Type formal, const View& actual, bool writable, Occurrences& out, LifetimePlace written);
    void flow_stored(const std::function<void(Region, Region)>& f);
    std::vector<Name> lifetimes_at(LifetimePlace) const;
    bool share_lifetime(const Occurrence& a, const Occurrence& b) const;
    Type formal_receiver(const View& actual) const;
    void find_made_by_functions(Type formal, bool in_result);
    std::vector<Region> of_parameters(const Occurrence&) const;
    std::vector<Region> sources(const Occurrence&) const;

    RegionsOfTypes& types_;
    const mir::CallTerminator& call_;
    std::shared_ptr<const FunctionSignature> signature_;
    ItemId function_ = ItemId::None;
    Type self_ = nullptr;
    std::vector<View> arguments_;
    Occurrences given_;
    std::vector<Type> made_by_functions_;
    bool receiver_is_reference_ = false, keeps_functions_ = false;
    bool functions_get_borrows_ = false;  // a function among the arguments is lent what it works on
};

}  // namespace braid::checks
