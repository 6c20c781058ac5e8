#include "analyzer/semantics/altru/builder.h"

// `base[index]`: elements, entries, slices, what `Index` lends, and type arguments that look like an index.
namespace braid::altru_semantics {

using namespace hir;

/// `base[key]` as the place that `Index` lends; finalize turns to `IndexMut` where it is changed.
std::optional<ExprId> BodyBuilder::overloaded_index(ExprId base, const ast::Expression& argument, uint32_t node) {
    Type self = type_of(base);
    auto found = operator_trait("Index", "index", self, nullptr);
    if (!found) return std::nullopt;
    Type wanted = table_.shallow(found->arguments[0]);
    ExprId key;
    if (wanted->is(TypeKind::Inference)) {  // indexed by several types
        key = check_value(argument);
        auto by_key = operator_trait("Index", "index", self, type_of(key));
        if (!by_key) {
            if (!type_of(key)->is(TypeKind::Error))
                error(DiagnosticCode::TypeMismatch, node_of(argument),
                      "`" + show(self) + "` is not indexed by `" + show(type_of(key)) + "`");
            return error_expr(node);
        }
        found = by_key;
    } else {
        key = check_as(argument, wanted);
    }
    ExprId lent = call_operator(*found, self, {borrow(base, false, expr(base).node), key}, node);
    if (auto changing = operator_trait("IndexMut", "index_mut", self, found->arguments[0]))
        draft_.mutable_deref[lent] = changing->method;
    return deref(lent, node);
}

ExprId BodyBuilder::index_value(ExprId base, const ast::Expression& argument, uint32_t node) {
    const Known& known = Known::get();
    base = auto_deref(base);
    Type t = table_.shallow(type_of(base));
    if (t->is(TypeKind::Error)) {
        check(argument);
        return error_expr(node);
    }
    auto range = argument.as<ast::RangeExpr>();
    if (range && (t->is(TypeKind::List) || t->is(TypeKind::Array) || t->is(TypeKind::String))) {
        ExprId low =
            range.low() ? check_as(range.low(), type::integer()) : emit(IntegerLiteral{0}, type::integer(), node);
        ItemId head = t->is(TypeKind::String) ? std_module("string") : std_module("list");
        if (!range.high()) return call_std_method(head, "slice_from", base, {low}, node);
        ExprId high = check_as(range.high(), type::integer());
        if (range.is_inclusive())
            high = emit(Binary{BinaryOp::Add, high, emit(IntegerLiteral{1}, type::integer(), node)}, type::integer(),
                        node);
        return call_std_method(head, "slice", base, {low, high}, node);
    }
    if (t->is(TypeKind::List) || t->is(TypeKind::Array)) {
        ExprId index = check_value(argument);
        Type index_type = type_of(index);
        if (index_type->is(TypeKind::Inference)) table_.unify(index_type, type::integer());
        else if (!index_type->is(TypeKind::Integer)) index = coerce(index, type::integer(), node_of(argument));
        return emit(Index{base, index}, t->element(), node);
    }
    if (is_nominal(t, known.map)) {
        ExprId key = check(argument, t->arguments[0]);
        if (!type_of(key)->is(TypeKind::Reference))
            key = borrow(coerce(key, t->arguments[0], node_of(argument)), false, node);
        else key = coerce(key, type::reference(t->arguments[0], false), node_of(argument));
        // A place inside the map: `m[k]` as a target of assignment is made into an Index by assign_target.
        ExprId called = call_std_method(known.map, "index", base, {key}, node);
        return deref(called, node);
    }
    if (t->is(TypeKind::String)) {
        check(argument);
        auto& d = error(DiagnosticCode::TypeMismatch, node,
                        "a string cannot be indexed; `.chars()` gives its characters, `.bytes()` its bytes");
        d.fixes.push_back(
            {"Index its characters", {{{item_, expr(base).node}, ItemDiagnostic::FixEdit::InsertAfter, ".chars()"}}});
        return error_expr(node);
    }
    if (t->is(TypeKind::Tuple)) {
        check(argument);
        error(DiagnosticCode::TypeMismatch, node, "a tuple's parts are named by number: `pair.0`");
        return error_expr(node);
    }
    if (auto place = overloaded_index(base, argument, node)) return *place;
    check(argument);
    if (t->is(TypeKind::Inference)) {
        error(DiagnosticCode::AnnotationNeeded, expr(base).node,
              "the type of this value is not known yet; write it where it is bound");
        return error_expr(node);
    }
    auto& d = error(DiagnosticCode::TypeMismatch, node, "`" + show(t) + "` cannot be indexed");
    if (t->is(TypeKind::Nominal) && !is_std_item(t->item))
        d.message += "; `impl Index[…] for " + std::string(name_of(t->item).text()) + "` would say what it means";
    return error_expr(node);
}

ExprId BodyBuilder::check_index(const ast::IndexExpr& e, Type expected) {
    uint32_t node = node_of(e);
    auto arguments = e.arguments();
    if (auto path = e.base().as<ast::PathExpr>()) {
        auto segments = path.segments();
        bool is_local = segments.size() == 1 && find_local(Name(segments[0].text()));
        bool contract_result = in_contract_ && result_in_contract_ && path.text() == "result";
        if (!is_local && !contract_result) {
            ItemId item = ItemId::None;
            if (segments.size() == 1 && segments[0].text() == "vec" &&
                lookup_name(context_, scope_item_, Name("vec"), Want::Value) == ItemId::None)
                return check_list(arguments, expected, node);
            Named named = resolve_callee(ast::Expression::cast(e));
            item = named.item;
            if (named.kind == Named::Item) {
                ExprId value = item_value(item, named.type_arguments, node, expected);
                resolution(segments.back(), item, type_of(value));
                return value;
            }
            if (named.kind == Named::Error) return error_expr(node);
        }
    }
    ExprId base = check(e.base());
    select_deferred();
    if (arguments.size() != 1) {
        for (const ast::Expression& argument : arguments) check(argument);
        if (!type_of(base)->is(TypeKind::Error))
            error(DiagnosticCode::WrongArgumentCount, node,
                  "one index is expected, not " + std::to_string(arguments.size()));
        return error_expr(node);
    }
    return index_value(base, arguments[0], node);
}

}  // namespace braid::altru_semantics
