#include <algorithm>

#include <fmt/format.h>

#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/type_operators.h"

// Which declaration of an overloaded function a call means, and results that need more than a signature says.
namespace braid::velox_semantics {

using namespace hir;

/// The first overload that takes the arguments; the last one when none does, which then says why.
ItemId BodyBuilder::pick_overload(ItemId callee, Type owner, const Arguments& arguments) {
    std::vector<ItemId> candidates = overloads_of(context_, callee);
    if (candidates.size() < 2) return candidates.empty() ? callee : candidates[0];
    size_t count = arguments.written.size();
    bool spreads = std::any_of(arguments.written.begin(), arguments.written.end(),
                               [](const ast::Expression& a) { return a.kind() == Kind::SpreadExpr; });
    for (ItemId candidate : candidates) {
        FunctionSignature signature = complete_signature(context_, candidate);
        size_t required = 0;
        for (const ParameterInfo& p : signature.parameters) required += p.has_default || p.rest ? 0 : 1;
        bool open_end = !signature.parameters.empty() && signature.parameters.back().rest;
        if (!spreads && (count < required || (count > signature.parameters.size() && !open_end))) continue;
        bool fit = true;
        Inference inference;
        inference.owners.push_back({candidate, std::vector<Type>(signature.generics.size(), nullptr)});
        for (size_t i = 0; fit && i < count && i < signature.parameters.size() && !spreads; ++i) {
            const ast::Expression& written = arguments.written[i];
            Type wanted = signature.parameters[i].type;
            if (owner) wanted = substitute(wanted, owner->item, owner->arguments);
            if (signature.parameters[i].rest) wanted = wanted->is(TypeKind::List) ? wanted->element() : wanted;
            if (is_function_literal(written)) {
                bool callable = false;
                for (Type member : members_of(resolved(context_, wanted)))
                    callable |= member->is(TypeKind::Function) || member->is(TypeKind::Any);
                fit = callable;
                continue;
            }
            fit = tried(written, wanted, inference);
        }
        if (fit) return candidate;
    }
    return candidates.back();
}

/// Whether an expression would fit; nothing of the attempt stays.
bool BodyBuilder::tried(const ast::Expression& e, Type wanted, Inference& inference) {
    size_t expressions = body_.expressions.size(), patterns = body_.patterns.size(), locals = body_.locals.size(),
           functions = body_.functions.size(), resolutions = body_.resolutions.size();
    auto diagnostics = body_.diagnostics;
    Facts facts = facts_;
    bool reached = reachable_;
    std::vector<std::vector<Capture>> captures;
    for (const BodyFunction& f : body_.functions) captures.push_back(f.captures);
    std::vector<Link>* links = links_;
    links_ = nullptr;

    ExprId value = argument(e, wanted, inference);
    bool fit = body_.diagnostics.size() == diagnostics.size() &&
               fits(value, settled(context_, inference.apply(wanted, type::any())));

    links_ = links;
    body_.expressions.resize(expressions);
    body_.patterns.resize(patterns);
    body_.locals.resize(locals);
    body_.functions.resize(functions);
    body_.resolutions.resize(resolutions);
    for (size_t i = 0; i < captures.size(); ++i) body_.functions[i].captures = std::move(captures[i]);
    body_.diagnostics = std::move(diagnostics);
    facts_ = std::move(facts);
    reachable_ = reached;
    auto stale = [&](uint32_t id) { return id >= expressions; };
    std::erase_if(whole_, stale);
    std::erase_if(open_places_, [&](const auto& entry) { return stale(entry.first); });
    auto gone = [&](LocalId id) { return uint32_t(id) >= locals; };
    std::erase_if(read_, gone);
    std::erase_if(late_, gone);
    std::erase_if(unread_matters_, gone);
    return fit;
}

/// The call of an overload runs the function with the body: its parameters take what the overload's take.
ExprId BodyBuilder::call_overload(ItemId chosen, ExprId receiver, Type owner, bool is_virtual,
                                  const ast::TypeArgumentList& explicit_types, const Arguments& arguments,
                                  Type expected, uint32_t node) {
    ExprId made = call_function(chosen, receiver, owner, is_virtual, explicit_types, arguments, expected, node);
    ItemId implementation = implementation_of(context_, chosen);
    if (implementation == chosen) return made;
    auto* call = std::get_if<Call>(&body_.expressions[uint32_t(made)].data);
    if (!call) return made;
    Call changed = *call;
    FunctionSignature signature = complete_signature(context_, implementation);
    size_t first = receiver == ExprId::None ? 0 : 1;
    auto type_arguments = [&](std::vector<Type>& list) {
        list.resize(signature.generics.size() + (owner ? owner->arguments.size() : 0), type::any());
    };
    if (auto* direct = std::get_if<DirectCallee>(&changed.callee)) {
        direct->function = implementation;
        type_arguments(direct->type_arguments);
    } else if (auto* by_name = std::get_if<VirtualCallee>(&changed.callee)) {
        by_name->method = implementation;
    }
    for (size_t i = 0; i < signature.parameters.size(); ++i) {
        const ParameterInfo& p = signature.parameters[i];
        if (p.rest) break;
        Type wanted = owner ? substitute(p.type, owner->item, owner->arguments) : p.type;
        if (p.has_default) wanted = or_undefined(wanted);
        if (wanted->has(TypeHasParameter)) wanted = type::any();
        if (first + i < changed.arguments.size())
            changed.arguments[first + i] = convert(changed.arguments[first + i], wanted);
        else changed.arguments.push_back(convert(add(type::undefined(), node, UndefinedLiteral{}), wanted));
    }
    size_t taken = first + signature.parameters.size();
    bool open_end = !signature.parameters.empty() && signature.parameters.back().rest;
    if (changed.arguments.size() > taken && !open_end) changed.arguments.resize(taken);
    Type result = type_of(made), own = signature.result;
    if (signature.is_async) own = promise_of(context_, own);
    if (own->has(TypeHasParameter)) own = type::any();
    if (result->is(TypeKind::Unit) || own->is(TypeKind::Unit) || own->has(TypeHasError))
        return add(result, node, std::move(changed));
    ExprId call_made = add(own, node, std::move(changed));
    return own == result ? call_made : add(result, node, Convert{ConvertKind::Unwrap, convert(call_made, type::any())});
}

namespace {
/// What an argument was before it was made to fit.
ExprId original(const Body& body, ExprId value) {
    while (auto* c = std::get_if<Convert>(&body[value].data)) {
        if (c->kind != ConvertKind::Wrap && c->kind != ConvertKind::Upcast) break;
        value = c->operand;
    }
    return value;
}
}  // namespace

/// `Promise.all([a, b])` gives a tuple; `filter` with a type guard gives what the guard says.
Type BodyBuilder::refined_result(ItemId callee, const Arguments& arguments, const std::vector<ExprId>& values,
                                 Type result) {
    ItemId owner = parent_of(callee);
    if (!is_std(file_of(callee)) || owner == ItemId::None || arguments.written.empty() || values.empty()) return result;
    std::string_view klass = name_of(owner).text(), name = name_of(callee).text();
    if (klass == "Promise" && name == "all" && is_std_type(result, "Promise")) {
        auto* list = std::get_if<Aggregate>(&body_[original(body_, values[0])].data);
        if (!list || list->kind != AggregateKind::List || list->operands.empty()) return result;
        std::vector<Type> parts;
        for (ExprId operand : list->operands) {
            if (std::holds_alternative<Spread>(body_[operand].data)) return result;
            Type t = awaited(widened(type_of(original(body_, operand))));
            parts.push_back(t->is(TypeKind::Unit) ? type::undefined() : t);
        }
        if (std::adjacent_find(parts.begin(), parts.end(), std::not_equal_to<>()) == parts.end()) return result;
        return type::nominal(result->item, {type::tuple(std::move(parts), TypeShared)});
    }
    bool filters = klass == "Array" && name == "filter", finds = klass == "Array" && name == "find";
    if (!filters && !finds) return result;
    Type told = nullptr;
    if (auto predicate = predicate_of(arguments.written[0])) told = predicate->type;
    ast::Expression written = arguments.written[0];
    while (auto paren = written.as<ast::ParenExpr>()) written = paren.inner();
    if (is_function_literal(written)) {
        if (auto closure = std::get_if<Closure>(&body_[original(body_, values[0])].data))
            if (auto found = filtered_.find(uint32_t(closure->function)); found != filtered_.end())
                told = found->second;
    }
    if (auto n = written.as<ast::NameExpr>(); n && n.name() && n.name().text() == "Boolean" && filters)
        told = truthy_part(result->element());
    auto guard = written.as<ast::NameExpr>();
    ItemId generic = told && told->has(TypeHasParameter) && guard && guard.name()
                         ? types_.scope().find_value(guard.name())
                         : ItemId::None;
    if (generic != ItemId::None && kind_of(generic) == ItemKind::Function) {
        // `x is T` of a generic guard: T is what the elements say.
        auto signature = context_.get<SignatureOf>(generic);
        Inference inference;
        inference.owners.push_back({generic, std::vector<Type>(signature->generics.size(), nullptr)});
        Type given = filters ? result->element() : nullable_parts_removed(result);
        if (!signature->parameters.empty()) infer(context_, inference, signature->parameters[0].type, given);
        told = inference.apply(told, type::any());
    }
    if (!told || told->has(TypeHasParameter) || told->is(TypeKind::Never)) return result;
    Type element = filters ? result->element() : nullable_parts_removed(result);
    Type kept = restricted(context_, element, told);
    if (kept->is(TypeKind::Never)) return result;
    return filters ? list_of(kept) : or_undefined(kept);
}

}  // namespace braid::velox_semantics
