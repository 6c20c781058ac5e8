#include "analyzer/semantics/altru/builder.h"

namespace braid::altru_semantics {

using namespace hir;

BodyFunctionId BodyBuilder::new_function(BodyFunctionId parent, uint32_t node) {
    BodyFunction f;
    f.parent = parent;
    f.node = node;
    body().functions.push_back(std::move(f));
    draft_.captures_by_value.push_back(false);
    return BodyFunctionId(body().functions.size() - 1);
}

ExprId BodyBuilder::check_closure(const ast::ClosureExpr& e, Type expected, bool is_task, bool is_async) {
    uint32_t node = node_of(e);
    Type wanted = expected ? table_.shallow(expected) : nullptr;
    if (wanted && wanted->is(TypeKind::Union))
        for (Type member : wanted->arguments)
            if (table_.shallow(member)->is(TypeKind::Function)) wanted = table_.shallow(member);
    if (wanted && wanted->is(TypeKind::Inference))  // of a parameter `F: fn(A) -> B`
        for (auto& [subject, bound] : function_bounds_)
            if (table_.shallow(subject) == wanted) {
                wanted = table_.shallow(bound);
                break;
            }
    if (wanted && !wanted->is(TypeKind::Function)) wanted = nullptr;
    is_async = is_async || e.is_async();

    BodyFunctionId id = new_function(function().id, node);
    draft_.captures_by_value[uint32_t(id)] = is_task || e.is_move();
    FunctionContext inner;
    inner.id = id;
    inner.is_async = is_async;
    inner.await_allowed = is_async;
    auto mark = open_scope();
    bool outer_diverges = diverges_;
    functions_.push_back(std::move(inner));

    std::vector<Type> parameters;
    std::vector<std::pair<ast::Pattern, size_t>> destructured;
    auto written = e.parameters() ? e.parameters().parameters() : std::vector<ast::Parameter>();
    for (size_t i = 0; i < written.size(); ++i) {
        const ast::Parameter& parameter = written[i];
        Type hint = wanted && i < wanted->parameters().size() ? wanted->parameters()[i] : nullptr;
        Type t;
        if (parameter.type()) {
            t = types_.lower(parameter.type());
            if (hint) table_.unify(t, hint);
        } else {
            t = hint ? hint : fresh(node_of(parameter));
        }
        // `|x: int|` where elements are lent: the parameter is the borrow, the name its value.
        if (hint && parameter.type()) {
            Type h = table_.shallow(hint);
            if (h->is(TypeKind::Reference) && !table_.shallow(t)->is(TypeKind::Reference) && traits_.is_copy(t) &&
                table_.unify(h->element(), t))
                t = h;
        }
        parameters.push_back(t);
        auto name = ast::NamePattern::cast(parameter.pattern());
        bool simple = name && name.name();
        LocalId local = add_parameter(simple ? Name(name.name().text()) : Name(), t, simple && name.is_mut(),
                                      simple ? node_of(name.name()) : node_of(parameter));
        if (simple) resolution(name.name(), local, t);
        else destructured.emplace_back(parameter.pattern(), size_t(uint32_t(local)));
    }
    BodyFunction* f = &body().functions[uint32_t(id)];
    for (auto& [pattern, local] : destructured) {
        LocalId target = LocalId(local);
        PatternContext context;
        Type t = table_.shallow(body().locals[local].type);
        while (t->is(TypeKind::Reference)) {
            context.by_reference = true;
            context.mutable_reference = t->has(TypeMutable);
            t = table_.shallow(t->element());
        }
        PatternId checked = check_pattern(pattern, t, context);
        draft_.body.patterns[uint32_t(checked)].type = body().locals[local].type;
        f = &body().functions[uint32_t(id)];
        for (size_t i = 0; i < f->parameters.size(); ++i)
            if (f->parameters[i] == target) f->parameter_patterns[i] = checked;
    }

    Type result_hint = nullptr;
    if (wanted) {
        result_hint = table_.shallow(wanted->result());
        if (is_async) {
            // The closure's own result is what its future gives.
            Type inner_result = fresh(node);
            if (is_nominal(result_hint, Known::get().future)) inner_result = result_hint->arguments[0];
            else table_.unify(result_hint, future_of(inner_result));
            result_hint = inner_result;
        }
    }
    if (e.result_type()) {
        function().result = types_.lower(e.result_type());
    } else if (result_hint) {
        function().result = result_hint;
        function().result_is_inferred = table_.is_variable(result_hint);
    } else {
        function().result = fresh(node);
        function().result_is_inferred = true;
    }
    Type result = function().result;
    check_function_body(e.block(), e.expression(), node);
    // `spawn(|| panic("…"))`: nobody else says what a closure gives that never gives anything.
    ExprId root = body().functions[uint32_t(id)].root;
    if (function().result_is_inferred && !function().saw_return_value && type_of(root)->is(TypeKind::Never))
        defer([this, result](bool last) {
            if (last && table_.is_variable(result)) table_.unify(result, type::unit());
            return last || !table_.is_variable(result);
        });

    functions_.pop_back();
    close_scope(mark);
    diverges_ = outer_diverges;
    f = &body().functions[uint32_t(id)];
    f->is_async = is_async;
    f->is_move = e.is_move();
    f->is_task = is_task;
    f->result = result;
    Type value_result = is_async ? future_of(result) : result;
    TypeData data;
    data.kind = TypeKind::Function;
    data.arguments = parameters;
    data.arguments.push_back(value_result);
    data.region = next_closure_++;
    draft_.closure_regions[data.region] = id;
    Type t = intern(std::move(data));
    if (wanted && wanted->parameters().size() != parameters.size()) {
        error(DiagnosticCode::WrongArgumentCount, node,
              "a function with " + std::to_string(wanted->parameters().size()) + " parameter" +
                  (wanted->parameters().size() == 1 ? "" : "s") + " is expected here, this one has " +
                  std::to_string(parameters.size()));
        return error_expr(node);
    }
    return emit(hir::Closure{id}, t, node);
}

}  // namespace braid::altru_semantics
