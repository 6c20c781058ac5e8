#include "analyzer/semantics/velox/builder.h"

namespace braid::velox_semantics {

using namespace hir;

/// The function type a lambda has as far as it is written; what is left off comes from the context.
Type BodyBuilder::closure_type(const FunctionParts& parts, Type expected, std::vector<Type>& parameters) {
    Type context = expected ? nullable_parts_removed(expected) : nullptr;
    if (context && context->is(TypeKind::Union)) {
        Type only = nullptr;
        for (Type member : context->arguments)
            if (member->is(TypeKind::Function)) only = member;
        context = only;
    }
    if (context && !context->is(TypeKind::Function)) context = nullptr;
    for (ast::TypeParameter p : parts.type_parameters.parameters())
        if (p.name()) types_.bind(Name(p.name().text()), type::any());  // a generic lambda is checked as if of any
    uint32_t optional = 0;
    bool variadic = false;
    size_t i = 0;
    std::vector<Type> arriving;
    for (ast::Parameter p : parts.parameters.parameters()) {
        Type from_context = nullptr;
        if (context && i < context->parameters().size()) from_context = context->parameters()[i];
        if (from_context && from_context->is(TypeKind::Parameter)) from_context = nullptr;
        Type t = p.type() ? types_.read(p.type().type()) : from_context;
        if (!t && p.initializer()) t = nullptr;
        if (!t) t = type::any();
        if (p.is_optional()) t = type::union_of({t, type::undefined()});
        if (p.is_rest()) variadic = true, t = t->is(TypeKind::List) ? t : list_of(type::any());
        parameters.push_back(t);
        bool may_be_left_off = p.initializer() || p.is_optional();
        if (may_be_left_off) ++optional;
        arriving.push_back(may_be_left_off ? type::union_of({t, type::undefined()}) : t);
        ++i;
    }
    Type result = nullptr;
    if (parts.result) result = types_.read(parts.result.type());
    else if (context) result = context->result();
    if (!result || result->has(TypeHasParameter)) {
        // Parameters of the function this body stands in are as good as types; only those of a callee are open.
        bool open = !result;
        if (result && !parts.result)
            walk_type(result, [&](Type part) {
                open |= part->is(TypeKind::Parameter) && part->item != item_ && part->item != class_;
                return true;
            });
        if (open) result = parts.modifiers.has_async() ? promise_of(context_, type::any()) : type::any();
    }
    return type::function(std::move(arriving), result, uint16_t(TypeShared | (variadic ? TypeVariadic : 0)), optional);
}

ExprId BodyBuilder::closure(const SyntaxNode& written, Type expected) {
    uint32_t node = node_of(written);
    FunctionParts parts = function_parts(written);
    auto arrow = ast::ArrowExpr::cast(written);
    std::vector<Type> parameters;
    Type outline = closure_type(parts, expected, parameters);
    bool is_async = parts.modifiers.has_async();

    // The result that is known before the body: written, or wanted by a context that leaves nothing open.
    Type context = expected ? nullable_parts_removed(expected) : nullptr;
    Type wanted = parts.result ? outline->result() : nullptr;
    if (!wanted && context && context->is(TypeKind::Function)) {
        Type result = context->result();
        bool open = false;
        walk_type(result, [&](Type part) {
            open |= part->is(TypeKind::Parameter) && part->item != item_ && part->item != class_;
            return true;
        });
        if (!open && !result->is(TypeKind::Any) && !result->is(TypeKind::Unit)) wanted = result;
    }
    if (wanted && is_async) wanted = awaited(wanted);

    SyntaxToken name_token = ast::FunctionDecl::cast(written) ? ast::FunctionDecl::cast(written).name() : SyntaxToken();
    Facts outer_facts = facts_;
    bool outer_reachable = reachable_;
    // What may be assigned meanwhile is not known inside; constants stay what they are.
    for (auto it = facts_.begin(); it != facts_.end();) {
        bool number = !it->first.empty() && it->first[0] >= '0' && it->first[0] <= '9' &&
                      it->first.find('.') == std::string::npos;
        bool keeps = number && !body_.locals[std::stoul(it->first)].is_reassigned;
        it = keeps ? std::next(it) : facts_.erase(it);
    }
    std::vector<Jump> outer_jumps;
    outer_jumps.swap(jumps_);
    std::vector<Link>* outer_links = links_;
    links_ = nullptr;
    int outer_try = try_depth_;
    try_depth_ = 0;
    reachable_ = true;
    BodyFunctionId id = begin_function(written, name_token ? Name(name_token.text()) : Name(), is_async);
    functions_.back().declared_result = wanted;
    functions_.back().is_generator = parts.is_generator;
    function().is_generator = parts.is_generator;
    ExprId root =
        function_body(parts, arrow && !arrow.block() ? arrow.expression() : ast::Expression(), parameters, {});
    end_function(root);
    jumps_.swap(outer_jumps);
    links_ = outer_links;
    try_depth_ = outer_try;
    facts_ = std::move(outer_facts);
    reachable_ = outer_reachable;

    Type result = body_.functions[uint32_t(id)].result;
    if (result->is(TypeKind::Never)) result = type::unit(), body_.functions[uint32_t(id)].result = result;
    if (is_async) result = promise_of(context_, result);
    if (parts.is_generator) result = type::any();
    std::vector<Type> arriving(outline->parameters().begin(), outline->parameters().end());
    Type t = type::function(std::move(arriving), result,
                            outline->flags & TypeVariadic ? uint16_t(TypeShared | TypeVariadic) : uint16_t(TypeShared),
                            outline->optional_parameters);
    return add(t, node, hir::Closure{id});
}

}  // namespace braid::velox_semantics
