#include <algorithm>

#include "analyzer/semantics/altru/associated.h"
#include "analyzer/semantics/altru/builder.h"

// Where a value of one type may stand for another, and what the typed body says about it.
namespace braid::altru_semantics {

using namespace hir;

bool BodyBuilder::is_place(ExprId id) {
    const ExprData& data = expr(id).data;
    if (std::holds_alternative<LocalRef>(data) || std::holds_alternative<StaticRef>(data) ||
        std::holds_alternative<hir::Deref>(data))
        return true;
    if (auto* field = std::get_if<Field>(&data)) return is_place(field->base);
    if (auto* index = std::get_if<Index>(&data)) return is_place(index->base);
    return false;
}

bool BodyBuilder::is_behind_reference(ExprId place) {
    const ExprData& data = expr(place).data;
    if (std::holds_alternative<hir::Deref>(data) || std::holds_alternative<StaticRef>(data)) return true;
    if (auto* field = std::get_if<Field>(&data)) return is_behind_reference(field->base);
    if (std::holds_alternative<Index>(data)) return true;  // an element does not leave its list
    return false;
}

bool BodyBuilder::is_lendable_temporary(ExprId id) {
    auto* local = std::get_if<LocalRef>(&expr(id).data);
    return local && lendable_.count(uint32_t(local->local));
}

ExprId BodyBuilder::deref(ExprId reference, uint32_t node) {
    Type t = type_of(reference);
    Type target = t->is(TypeKind::Reference) ? t->element() : type::error();
    return emit(hir::Deref{reference}, target, node);
}

ExprId BodyBuilder::borrow(ExprId place, bool is_mutable, uint32_t node) {
    Type t = type::reference(type_of(place), is_mutable);
    return emit(Borrow{place, is_mutable, true}, t, node);
}

std::optional<ExprId> BodyBuilder::deref_step(ExprId value) {
    Type t = type_of(value);
    uint32_t node = expr(value).node;
    if (t->is(TypeKind::Reference)) return deref(value, node);
    if (!t->is(TypeKind::Nominal)) return std::nullopt;
    const Known& known = Known::get();
    auto match = [&]() -> std::optional<TraitSolver::ImplMatch> {
        for (ItemId impl : *context_.get<ImplsFor>({known.trait_deref, head_of(t)})) {
            Type self = context_.get<ImplOf>(impl)->self;
            if (self && self->is(TypeKind::Nominal) && self->item == t->item)
                return traits_.find_impl(t, type::nominal(known.trait_deref));
        }
        return std::nullopt;
    }();
    if (!match) return std::nullopt;
    auto info = context_.get<ImplOf>(match->impl);
    Type target = nullptr;
    for (const auto& [name, associated] : info->associated_types)
        if (name.text() == "Target") target = substitute(associated, match->impl, match->arguments);
    ItemId function = find_child(context_, match->impl, Name("deref"), ItemKind::Function);
    if (!target || function == ItemId::None) return std::nullopt;
    ExprId lent = borrow(value, false, node);
    Call call{DirectCallee{function, match->arguments, nullptr}, {lent}};
    ExprId called = emit(std::move(call), type::reference(target, false), node);
    // The mutable counterpart stands in an inherent impl of the same type.
    for (const auto& candidate : *context_.get<MethodsOf>({Name("deref_mut"), head_of(t)})) {
        if (kind_of(candidate.parent) != ItemKind::Impl) continue;
        Type self = context_.get<ImplOf>(candidate.parent)->self;
        if (self && self->is(TypeKind::Nominal) && self->item == t->item)
            draft_.mutable_deref[called] = candidate.function;
    }
    return deref(called, node);
}

ExprId BodyBuilder::auto_deref(ExprId value) {
    for (int i = 0; i < 16; ++i) {
        auto next = deref_step(value);
        if (!next) return value;
        value = *next;
    }
    return value;
}

ExprId BodyBuilder::decay(ExprId value) {
    for (int i = 0; i < 8; ++i) {
        Type t = type_of(value);
        if (!t->is(TypeKind::Reference)) return value;
        Type target = table_.resolve(t->element());
        if (target->is(TypeKind::Reference)) {
            if (target->has(TypeMutable)) return value;
        } else if (!traits_.is_copy(target)) {
            return value;
        }
        value = emit(Convert{ConvertKind::CopyOut, value}, target, expr(value).node);
    }
    return value;
}

ExprId BodyBuilder::decay_shared(ExprId value) {
    Type t = type_of(value);
    return t->is(TypeKind::Reference) && t->has(TypeMutable) ? value : decay(value);
}

std::optional<ExprId> BodyBuilder::try_coerce(ExprId value, Type expected, uint32_t node) {
    expected = traits_.normalize(table_.shallow(expected));
    Type actual = traits_.normalize(type_of(value));
    if (actual->is(TypeKind::Never) || actual->is(TypeKind::Error) || expected->is(TypeKind::Error)) return value;
    // A `&mut` in a place is lent again, below, so that it can still be used after the call.
    bool is_lent_again = actual->is(TypeKind::Reference) && actual->has(TypeMutable) && is_place(value);
    if (actual == expected && !is_lent_again) return value;

    if (expected->is(TypeKind::Inference)) {
        ExprId plain = decay_shared(value);
        if (table_.unify(expected, type_of(plain))) return plain;
        return std::nullopt;
    }
    if (expected->is(TypeKind::Union) && !actual->is(TypeKind::Union)) {
        ExprId plain = decay(value);
        actual = type_of(plain);
        // A number's literal that has no type yet is the usual one, where that is a member.
        if (actual->is(TypeKind::Inference) && table_.kind_of(actual) != VariableKind::General)
            for (Type member : expected->arguments)
                if (table_.resolve(member) == table_.default_of(actual)) table_.unify(member, actual);
        for (Type member : expected->arguments)
            if (table_.unify(member, actual)) return emit(Convert{ConvertKind::Wrap, plain}, expected, node);
        for (Type member : expected->arguments)
            if (auto converted = try_coerce(plain, member, node))
                return emit(Convert{ConvertKind::Wrap, *converted}, expected, node);
        return std::nullopt;
    }
    if (expected->is(TypeKind::Union) && actual->is(TypeKind::Union)) {
        Type wide = table_.resolve(expected), narrow = table_.resolve(actual);
        bool all = std::all_of(narrow->arguments.begin(), narrow->arguments.end(), [&](Type member) {
            return std::find(wide->arguments.begin(), wide->arguments.end(), member) != wide->arguments.end();
        });
        if (wide == narrow) return value;
        if (all) return emit(Convert{ConvertKind::Wrap, value}, expected, node);
        return std::nullopt;
    }
    // A number's literal that has no type yet takes the one that implements the trait, or the usual one.
    auto becomes_dyn = [this](Type t) {
        return !t->is(TypeKind::Dyn) && !(t->is(TypeKind::Inference) && table_.kind_of(t) == VariableKind::General);
    };
    auto implements = [this](Type t, Type dyn) {
        if (traits_.satisfies(t, type::nominal(dyn->item, dyn->arguments)) != TraitSolver::Answer::Yes) return false;
        t = table_.shallow(t);
        if (t->is(TypeKind::Inference) && !table_.unify(t, table_.default_of(t))) return false;
        return std::all_of(dyn->fields.begin(), dyn->fields.end(), [&](const RecordField& said) {
            ItemId trait = trait_with_type(context_, dyn->item, said.name);
            Type own = trait == ItemId::None ? nullptr : traits_.project(t, trait, said.name);
            return !own || table_.unify(own, said.type);
        });
    };
    if (expected->is(TypeKind::Dyn) && becomes_dyn(actual)) {
        ExprId plain = actual->is(TypeKind::Reference) ? decay(value) : value;
        if (!type_of(plain)->is(TypeKind::Reference) && implements(type_of(plain), expected))
            return emit(Convert{ConvertKind::ToDyn, plain}, expected, node);
        return std::nullopt;
    }
    if (expected->is(TypeKind::Dyn) && actual->is(TypeKind::Dyn) && expected->item == actual->item) {
        bool loses_send = !expected->has(TypeSendBound) || actual->has(TypeSendBound);
        if (loses_send && table_.unify(expected, actual)) return value;
        return std::nullopt;
    }
    if (expected->is(TypeKind::Reference)) {
        Type wanted = table_.shallow(expected->element());
        if (actual->is(TypeKind::Reference)) {
            if (expected->has(TypeMutable) && !actual->has(TypeMutable)) return std::nullopt;
            Type target = table_.shallow(actual->element());
            if (wanted->is(TypeKind::Dyn) && becomes_dyn(target) && implements(target, wanted))
                return emit(Convert{ConvertKind::ToDyn, value}, expected, node);
            if (table_.unify(wanted, target)) {
                bool weaker = actual->has(TypeMutable) && !expected->has(TypeMutable);
                // A reborrow, so that a `&mut` stays usable after the call.
                if (weaker || actual->has(TypeMutable)) {
                    if (is_place(value) || weaker)
                        return emit(Borrow{deref(value, node), expected->has(TypeMutable), true}, expected, node);
                }
                return value;
            }
            // `&Guard` as `&T`, `& &T` as `&T`.
            ExprId place = deref(value, node);
            for (int i = 0; i < 8; ++i) {
                auto next = deref_step(place);
                if (!next) break;
                place = *next;
                if (table_.unify(wanted, type_of(place)))
                    return emit(Borrow{place, expected->has(TypeMutable), true}, expected, node);
            }
            return std::nullopt;
        }
        if (is_lendable_temporary(value) && table_.unify(wanted, actual))
            return emit(Borrow{value, expected->has(TypeMutable), true}, expected, node);
        return std::nullopt;
    }
    if (actual->is(TypeKind::Reference)) {
        ExprId plain = decay(value);
        if (plain != value) return try_coerce(plain, expected, node);
        Type target = table_.shallow(actual->element());
        if (target->is(TypeKind::Inference) && table_.kind_of(target) == VariableKind::General &&
            !expected->is(TypeKind::Parameter)) {
            if (traits_.is_copy(expected) && table_.unify(target, expected))
                return emit(Convert{ConvertKind::CopyOut, value}, expected, node);
        }
        return std::nullopt;
    }
    if (table_.unify(expected, actual)) return value;
    return std::nullopt;
}

/// `dyn Source[Item = int]` of a type that gives something else.
bool BodyBuilder::report_other_binding(Type wanted, Type actual, uint32_t node) {
    for (const RecordField& said : wanted->fields) {
        ItemId trait = trait_with_type(context_, wanted->item, said.name);
        Type own = trait == ItemId::None ? nullptr : traits_.project(actual, trait, said.name);
        if (!own || table_.unify(own, said.type)) continue;
        error(DiagnosticCode::TypeMismatch, node,
              "`" + std::string(said.name.text()) + "` of `" + show(actual) + "` is `" + show(own) + "`; `" +
                  show(wanted) + "` asks for `" + show(said.type) + "`");
        return true;
    }
    return false;
}

/// A type where `dyn Trait` is wanted that does not implement the trait.
bool BodyBuilder::report_no_dyn(Type wanted, Type actual, uint32_t node) {
    wanted = without_references(wanted);
    actual = without_references(actual);
    if (!wanted->is(TypeKind::Dyn) || actual->is(TypeKind::Dyn) || actual->has(TypeHasError)) return false;
    Type trait = type::nominal(wanted->item, wanted->arguments);
    if (traits_.satisfies(actual, trait) != TraitSolver::Answer::No) return report_other_binding(wanted, actual, node);
    auto& d =
        error(DiagnosticCode::TraitNotImplemented, node,
              "`" + show(actual) + "` does not implement `" + show(trait) + "`, which `" + show(wanted) + "` asks for");
    d.related.push_back({Place{wanted->item, 0}, "the trait is declared here"});
    return true;
}

bool BodyBuilder::binds_tightly(uint32_t expression) const {
    static constexpr Kind kTight[] = {Kind::PathExpr,  Kind::LiteralExpr, Kind::CallExpr,  Kind::FieldExpr,
                                      Kind::IndexExpr, Kind::ParenExpr,   Kind::TupleExpr, Kind::ListExpr};
    Kind kind = altru::to_kind(tree_.element(expression).kind());
    return std::find(std::begin(kTight), std::end(kTight), kind) != std::end(kTight);
}

ExprId BodyBuilder::coerce(ExprId value, Type expected, uint32_t node) {
    if (!expected) return value;
    if (auto coerced = try_coerce(value, expected, node)) return *coerced;
    select_deferred();
    if (auto coerced = try_coerce(value, expected, node)) return *coerced;

    Type wanted = table_.resolve(expected), actual = table_.resolve(type_of(value));
    const Known& known = Known::get();
    if (actual->is(TypeKind::Reference) && table_.resolve(actual->element()) == wanted) {
        auto* local = std::get_if<LocalRef>(&expr(value).data);
        if (local && implicit_borrow_locals_.count(uint32_t(local->local))) {
            auto& d = error(DiagnosticCode::MoveOutOfBorrow, node,
                            "`" + std::string(body().locals[uint32_t(local->local)].name.text()) +
                                "` is borrowed here and cannot be moved out of what it belongs to");
            if (traits_.holds(wanted, known.trait_clone))
                d.fixes.push_back({"Clone it", {{d.location, ItemDiagnostic::FixEdit::InsertAfter, ".clone()"}}});
            return error_expr(node);
        }
    }
    if (report_no_dyn(wanted, actual, node)) return error_expr(node);
    mismatch(node, wanted, actual);
    // What only this value could have said is not asked for again.
    if (!actual->has(TypeHasInference))
        walk_type(wanted, [&](Type part) {
            if (part->is(TypeKind::Inference) && table_.kind_of(part) == VariableKind::General)
                table_.unify(part, type::error());
            return true;
        });
    ItemDiagnostic& d = body().diagnostics.back();
    auto fix = [&](std::string title, ItemDiagnostic::FixEdit::Position position, std::string text) {
        // What is written behind an operator would belong to its last operand.
        bool wraps = position == ItemDiagnostic::FixEdit::InsertAfter && !binds_tightly(node);
        d.fixes.push_back({std::move(title), {}});
        if (wraps) d.fixes.back().edits.push_back({d.location, ItemDiagnostic::FixEdit::InsertBefore, "("});
        d.fixes.back().edits.push_back({d.location, position, (wraps ? ")" : "") + std::move(text)});
    };
    using Edit = ItemDiagnostic::FixEdit;
    // What is appended binds more tightly than an operator in the value.
    auto enclose = [&] {
        SyntaxElement written = tree_.element(d.location.node);
        bool has_operator = written && (ast::BinaryExpr::cast(written) || ast::PrefixExpr::cast(written) ||
                                        ast::RangeExpr::cast(written) || ast::IfExpr::cast(written));
        if (!has_operator) return;
        auto& edits = d.fixes.back().edits;
        edits.back().text = ")" + edits.back().text;
        edits.push_back({d.location, Edit::InsertBefore, "("});
    };
    auto* literal = std::get_if<IntegerLiteral>(&expr(value).data);
    if (wanted->is(TypeKind::Reference) && !actual->is(TypeKind::Reference) &&
        table_.unify(wanted->element(), actual)) {
        fix("Borrow it", Edit::InsertBefore, wanted->has(TypeMutable) ? "&mut " : "&");
        d.message += "; lend it with `&" + std::string(wanted->has(TypeMutable) ? "mut " : "") + "`";
    } else if (actual->is(TypeKind::Reference) && table_.unify(actual->element(), wanted)) {
        if (traits_.holds(wanted, known.trait_clone)) fix("Clone it", Edit::InsertAfter, ".clone()");
    } else if (wanted->is(TypeKind::Float) && literal) {
        fix("Write it with a decimal point", Edit::InsertAfter, ".0");
    } else if ((wanted->is(TypeKind::Integer) || wanted->is(TypeKind::Float)) &&
               (actual->is(TypeKind::Integer) || actual->is(TypeKind::Float))) {
        fix("Convert with `as`", Edit::InsertAfter, " as " + print_type(wanted));
        enclose();
        d.message += "; `as " + print_type(wanted) + "` converts";
    } else if (wanted->is(TypeKind::String) && !actual->is(TypeKind::Function)) {
        fix("Turn it into text", Edit::InsertAfter, ".to_string()");
        enclose();
    } else if (is_nominal(actual, known.future) && table_.unify(actual->arguments[0], wanted)) {
        fix("Await it", Edit::InsertBefore, "await ");
        d.message += "; `await` gives the value";
    } else if (is_nominal(wanted, known.option) && table_.unify(wanted->arguments[0], actual)) {
        d.fixes.push_back(
            {"Wrap it in `Some`", {{d.location, Edit::InsertBefore, "Some("}, {d.location, Edit::InsertAfter, ")"}}});
    } else if (is_nominal(wanted, known.result) && table_.unify(wanted->arguments[0], actual)) {
        d.fixes.push_back(
            {"Wrap it in `Ok`", {{d.location, Edit::InsertBefore, "Ok("}, {d.location, Edit::InsertAfter, ")"}}});
    }
    return error_expr(node);
}

/// Gives branches one type: the expected one, else that of the first branch that has a value.
ExprId BodyBuilder::join_value(Type& joined, ExprId value, Type expected, uint32_t node) {
    if (type_of(value)->is(TypeKind::Never)) return value;
    if (expected) return coerce(value, expected, node);
    value = decay_shared(value);
    if (!joined) {
        joined = type_of(value);
        return value;
    }
    return coerce(value, joined, node);
}

}  // namespace braid::altru_semantics
