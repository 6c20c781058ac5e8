#include "analyzer/semantics/altru/builder.h"

// Operators of types that implement their traits: `a + b`, `a += b`, `-a`, `x in c`, `c[k]`.
namespace braid::altru_semantics {

using namespace hir;

/// The trait of an operator as `self` implements it, for this type on the right or for any. A type that implements it
/// for several types on the right leaves its arguments open when `other` is null.
std::optional<BodyBuilder::OperatorTrait> BodyBuilder::operator_trait(std::string_view trait, std::string_view method,
                                                                      Type self, Type other) {
    ItemId item = std_item(ItemKind::Trait, "operators", trait);
    self = traits_.normalize(table_.shallow(self));
    bool open = self->is(TypeKind::Inference) && table_.kind_of(self) == VariableKind::General;
    if (open || self->is(TypeKind::Error) || self->is(TypeKind::Never)) return std::nullopt;
    auto before = table_.snapshot();
    OperatorTrait found{find_child(context_, item, Name(method), ItemKind::Function), traits_.fresh_arguments(item)};
    bool fits = !other || (!found.arguments.empty() && table_.unify(found.arguments[0], other));
    // A borrow has an operator of its own or none: what it borrows is not to be consumed.
    Type wanted = type::nominal(item, found.arguments);
    if (fits && self->is(TypeKind::Reference)) fits = traits_.find_impl(self, wanted).has_value();
    else if (fits) fits = traits_.satisfies(self, wanted) == TraitSolver::Answer::Yes;
    if (fits && found.method != ItemId::None) return found;
    table_.rollback(before);
    return std::nullopt;
}

ExprId BodyBuilder::call_operator(const OperatorTrait& of, Type self, std::vector<ExprId> operands, uint32_t node) {
    Target target;
    target.function = of.method;
    target.parent_arguments = of.arguments;
    target.self = self;
    Type result = instantiate(context_.get<SignatureOf>(of.method)->result, target);
    return emit(Call{DirectCallee{of.method, of.arguments, self}, std::move(operands)}, result, node);
}

/// `left + right` through a trait; None when the left side has no such operator.
std::optional<ExprId> BodyBuilder::overloaded(std::string_view trait, std::string_view method, ExprId left,
                                              ExprId right, uint32_t node) {
    Type self = type_of(left);
    auto found = operator_trait(trait, method, self, type_of(right));
    if (!found) {
        if (!self->is(TypeKind::Nominal) && !self->is(TypeKind::Parameter)) return std::nullopt;
        found = operator_trait(trait, method, self, nullptr);
        if (!found || table_.is_variable(found->arguments[0])) return std::nullopt;
        right = coerce(right, found->arguments[0], expr(right).node);
    }
    return call_operator(*found, type_of(left), {left, right}, node);
}

/// `target += value` where the type says itself how it is added to.
std::optional<ExprId> BodyBuilder::overloaded_assignment(Kind op, ExprId target, ExprId value, uint32_t node) {
    struct Assigning {
        Kind kind;
        const char* trait;
        const char* method;
    };
    static constexpr Assigning kAssigning[] = {
        {Kind::Plus, "AddAssign", "add_assign"},      {Kind::Minus, "SubAssign", "sub_assign"},
        {Kind::Star, "MulAssign", "mul_assign"},      {Kind::Slash, "DivAssign", "div_assign"},
        {Kind::Percent, "RemAssign", "rem_assign"},   {Kind::Amp, "BitAndAssign", "bitand_assign"},
        {Kind::Pipe, "BitOrAssign", "bitor_assign"},  {Kind::Caret, "BitXorAssign", "bitxor_assign"},
        {Kind::ShiftLeft, "ShlAssign", "shl_assign"}, {Kind::ShiftRight, "ShrAssign", "shr_assign"}};
    Type self = type_of(target);
    if (!self->is(TypeKind::Nominal) && !self->is(TypeKind::Parameter)) return std::nullopt;
    for (const Assigning& a : kAssigning) {
        if (a.kind != op) continue;
        auto found = operator_trait(a.trait, a.method, self, type_of(value));
        if (!found) {
            found = operator_trait(a.trait, a.method, self, nullptr);
            if (!found || table_.is_variable(found->arguments[0])) return std::nullopt;
            value = coerce(value, found->arguments[0], expr(value).node);
        }
        return call_operator(*found, self, {borrow(target, true, node), value}, node);
    }
    return std::nullopt;
}

}  // namespace braid::altru_semantics
