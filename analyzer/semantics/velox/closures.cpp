#include <utility>

#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/generic_values.h"
#include "analyzer/semantics/velox/type_operators.h"

namespace braid::velox_semantics {

using namespace hir;

/// The function type that the context wants, if it wants one.
Type BodyBuilder::function_wanted(Type expected) {
    if (!expected) return nullptr;
    Type only = nullptr;
    for (Type member : members_of(nullable_parts_removed(resolved(context_, expected)))) {
        if (is_std_type(member, "Resolver"))
            member = type::function({member->arguments[0]}, type::unit(), TypeShared, 1);
        if (member->is(TypeKind::Function)) only = with_tuple_taken_apart(member);
    }
    return only;
}

/// The function type a lambda has as far as it is written; what is left off comes from the context.
Type BodyBuilder::closure_type(const FunctionParts& parts, Type expected, std::vector<Type>& parameters) {
    Type context = function_wanted(expected);
    for (ast::TypeParameter p : parts.type_parameters.parameters())
        if (p.name()) types_.bind(Name(p.name().text()), type::any());  // a generic lambda is checked as if of any
    uint32_t optional = 0;
    bool variadic = false;
    size_t i = 0;
    std::vector<Type> arriving;
    for (ast::Parameter p : parts.parameters.parameters()) {
        if (is_this_parameter(p)) continue;
        Type from_context = nullptr;
        if (context) {
            auto wanted = context->parameters();
            bool in_rest = context->has(TypeVariadic) && i + 1 >= wanted.size();
            if (in_rest)
                from_context = p.is_rest()                         ? wanted.back()
                               : wanted.back()->is(TypeKind::List) ? wanted.back()->element()
                                                                   : type::any();
            else if (i < wanted.size()) from_context = wanted[i];
        }
        // What a callee has yet to infer says nothing; parameters of the function around this one are types.
        if (from_context && is_open_here(from_context)) from_context = nullptr;
        if (from_context && p.initializer()) from_context = excluded(context_, from_context, type::undefined());
        Type t = p.type() ? types_.read(p.type().type()) : from_context;
        if (!t && p.initializer()) t = initializer_type(p.initializer().value());
        if (!t) t = type::any();
        t = resolved(context_, t);
        if (p.is_optional()) t = or_undefined(t);
        if (p.is_rest())
            variadic = true, t = t->is(TypeKind::List) || t->is(TypeKind::Tuple) ? t : list_of(type::any());
        parameters.push_back(t);
        bool may_be_left_off = p.initializer() || p.is_optional();
        if (may_be_left_off) ++optional;
        arriving.push_back(may_be_left_off ? or_undefined(t) : t);
        ++i;
    }
    Type result = nullptr;
    if (parts.result) result = types_.read(parts.result.type());
    else if (context) result = context->result();
    if (!result || result->has(TypeHasParameter)) {
        // Parameters of the function this body stands in are as good as types; only those of a callee are open.
        bool open = !result || (!parts.result && is_open_here(result));
        if (open) result = parts.modifiers.has_async() ? promise_of(context_, type::any()) : type::any();
    }
    return type::function(std::move(arriving), result, uint16_t(TypeShared | (variadic ? TypeVariadic : 0)), optional);
}

/// Whether a call has yet to find out what parameters in it stand for. Those of the function and class around are types
/// here, unless the call is one of that function itself.
bool BodyBuilder::is_open_here(Type t) const {
    if (!t->has(TypeHasParameter)) return false;
    bool open = false;
    walk_type(t, [&](Type part) {
        if (!part->is(TypeKind::Parameter)) return true;
        bool is_own = false;
        for (ItemId around = item_; around != ItemId::None && !is_own; around = parent_of(around))
            is_own = part->item == around;
        open |= !is_own || std::find(inferring_.begin(), inferring_.end(), part->item) != inferring_.end();
        return true;
    });
    return open;
}

/// The type of a parameter that only its default tells.
Type BodyBuilder::initializer_type(const ast::Expression& value) {
    if (auto literal = value.as<ast::LiteralExpr>(); literal && literal.value()) {
        Type t = literal_type(literal.value(), false);
        return t && !may_be_absent(t) ? widened(t) : nullptr;
    }
    return value.kind() == Kind::TemplateExpr ? type::string() : nullptr;
}

/// `x => x !== null`: what the parameter is known to be when the function gives true.
void BodyBuilder::remember_filter(BodyFunctionId id, const ast::Expression& value, const FunctionParts& parts) {
    auto written = parts.parameters.parameters();
    auto name = written.empty() ? ast::NameBinding() : written[0].binding().as<ast::NameBinding>();
    auto local = name && name.name() ? find_local(Name(name.name().text())) : std::nullopt;
    if (!local || body_[*local].is_reassigned) return;
    Facts before = facts_;
    facts_.clear();
    assume(value, true);
    Type declared = body_[*local].type;
    Type now = narrowed(std::to_string(uint32_t(*local)), declared);
    if (now != declared && !declared->is(TypeKind::Any)) filtered_[uint32_t(id)] = now;
    facts_ = std::move(before);
    auto predicate = parts.result ? parts.result.type().as<ast::PredicateType>() : ast::PredicateType();
    if (predicate && predicate.type()) filtered_[uint32_t(id)] = types_.read(predicate.type());
}

/// `function fact(n) { … fact(n - 1) … }`: its name is known inside of it.
ExprId BodyBuilder::function_expression(const ast::FunctionExpr& e, Type expected) {
    if (!e.name()) return closure(e.node, expected);
    uint32_t node = node_of(e.node), at = node_of(e.name());
    std::vector<Type> parameters;
    Type outline = closure_type(function_parts(e.node), expected, parameters);
    scopes_.emplace_back();
    LocalId own = declare(Name(e.name().text()), outline, at, false);
    resolve(at, own, outline, true);
    ExprId value = closure(e.node, expected);
    scopes_.pop_back();
    if (!read_.count(own)) return value;
    Type made = type_of(value);
    ExprId let = let_temporary(own, convert(value, body_[own].type), node);
    return add(made, node, Block{{let}, convert(add(body_[own].type, node, LocalRef{own}), made)});
}

/// `xs.every(x => x.name)`: what the library is answered counts as true or false; a promise is neither.
ExprId BodyBuilder::result_as(Type wanted, ExprId value, uint32_t node) {
    bool counts = functions_.back().is_test && !is_std_type(type_of(value), "Promise");
    return counts ? truth(value) : coerce(value, wanted, node, "result");
}

ExprId BodyBuilder::closure(const SyntaxNode& written, Type expected, Type receiver) {
    uint32_t node = node_of(written);
    FunctionParts parts = function_parts(written);
    auto arrow = ast::ArrowExpr::cast(written);
    std::vector<Type> parameters;
    Type outline = closure_type(parts, expected, parameters);
    bool is_async = parts.modifiers.has_async();

    // The result that is known before the body: written, or wanted by a context that leaves nothing open.
    Type context = function_wanted(expected);
    Type wanted = parts.result ? outline->result() : nullptr;
    if (!wanted && context) {
        Type result = context->result();
        if (!is_open_here(result) && !result->is(TypeKind::Any) && !result->is(TypeKind::Unit)) wanted = result;
    }
    if (wanted && parts.is_generator && !parts.result) wanted = nullptr;
    if (wanted) wanted = resolved(context_, wanted);
    if (wanted && is_async && !parts.is_generator) wanted = awaited(wanted);
    const bool is_test =
        std::exchange(to_library_, false) && !parts.result && !is_async && wanted && wanted->is(TypeKind::Bool);

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
    LocalId outer_this = this_;
    if (receiver) {
        this_ = declare(Name("this"), receiver, 0, false);
        body_.locals[uint32_t(this_)].is_parameter = body_.locals[uint32_t(this_)].is_self = true;
        function().parameters.push_back(this_);
        function().parameter_patterns.push_back(PatternId::None);
    }
    functions_.back().declared_result = wanted;
    if (!wanted && context && !parts.is_generator) {
        Type result = is_async ? awaited(context->result()) : context->result();
        Type inner = result->is(TypeKind::List) ? result->element() : result;
        if (inner->is(TypeKind::Tuple)) functions_.back().shape = result;
    }
    for (Type member : context && !is_async ? members_of(context->result()) : std::vector<Type>())
        functions_.back().adopts |= is_std_type(member, "Promise");
    functions_.back().is_test = is_test;
    functions_.back().is_generator = parts.is_generator;
    function().is_generator = parts.is_generator;
    ast::Expression single = arrow && !arrow.block() ? arrow.expression() : ast::Expression();
    ExprId root = function_body(parts, single, parameters, {});
    if (single) remember_filter(id, single, parts);
    end_function(root);
    this_ = outer_this;
    jumps_.swap(outer_jumps);
    links_ = outer_links;
    try_depth_ = outer_try;
    facts_ = std::move(outer_facts);
    reachable_ = outer_reachable;

    Type result = body_.functions[uint32_t(id)].result;
    if (result->is(TypeKind::Never)) result = type::unit(), body_.functions[uint32_t(id)].result = result;
    if (is_async && !parts.is_generator) result = promise_of(context_, result);
    std::vector<Type> arriving(outline->parameters().begin(), outline->parameters().end());
    Type t = type::function(std::move(arriving), result,
                            outline->flags & TypeVariadic ? uint16_t(TypeShared | TypeVariadic) : uint16_t(TypeShared),
                            outline->optional_parameters);
    return add(t, node, hir::Closure{id});
}

}  // namespace braid::velox_semantics
