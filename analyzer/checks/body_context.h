#pragma once
#include <string_view>
#include <vector>

#include "analyzer/semantics/queries.h"

/// Questions that checks of typed bodies share: what stands around an expression, what a call reaches.
namespace braid::checks {

/// A typed body with the ways up.
class BodyContext {
  public:
    explicit BodyContext(const Body& body);

    const Body& body() const { return body_; }
    ExprId parent(ExprId id) const { return parents_[uint32_t(id)]; }  ///< None at the root of a function
    BodyFunctionId function(ExprId id) const { return functions_[uint32_t(id)]; }
    ExprId closure(BodyFunctionId id) const { return closures_[uint32_t(id)]; }  ///< the expression that makes it
    /// What the variable is bound to; None when that is not one `let` without a pattern, or another value is assigned.
    ExprId initializer(LocalId local) const;
    /// The value itself, or what the variable that it names is bound to; without conversions.
    ExprId resolved(ExprId id) const;
    /// The closure or local function that a value is; None if that is not known.
    BodyFunctionId function_value(ExprId id) const;
    /// Up from `id`, in the same function, until `f` says true; None if it never does.
    template <typename F>
    ExprId find_around(ExprId id, F&& f) const {
        for (id = parent(id); id != ExprId::None; id = parent(id))
            if (f(id)) return id;
        return ExprId::None;
    }
    bool is_inside(ExprId id, ExprId outer) const {
        while (id != ExprId::None && id != outer) id = parent(id);
        return id == outer;
    }
    /// In a loop of its own function: the innermost one.
    ExprId loop_around(ExprId id) const;
    /// The call that this closure is given to as an argument, and None otherwise.
    ExprId call_given(BodyFunctionId function) const;

  private:
    const Body& body_;
    std::vector<ExprId> parents_, closures_, initializers_;
    std::vector<BodyFunctionId> functions_;
};

ExprId unconverted(const Body& body, ExprId id);
std::string_view called_name(const hir::Call& call);
/// The function or method that is called as far as it is known before the program runs; None for a value's call.
ItemId called_item(const hir::Call& call);
/// A call of the standard library's `owner.name`, static or on an object; an empty `owner` is a function of a module.
bool is_std_call(const hir::Call& call, std::string_view owner, std::string_view name);
const hir::Call* std_call(const Body& body, ExprId id, std::string_view owner, std::string_view name);
/// `Promise.all`, `allSettled`, `race` or `any`: its name, else empty.
std::string_view promise_combinator(const hir::Call& call);
bool is_promise(Type type);
/// `this`, a variable, a module variable, a property of one of them, as the source writes it; empty for anything else.
std::string path_of(const Body& body, ExprId id);

}  // namespace braid::checks
