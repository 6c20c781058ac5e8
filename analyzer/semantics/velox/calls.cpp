#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "analyzer/semantics/list_edits.h"
#include "analyzer/semantics/names.h"
#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/generic_values.h"
#include "analyzer/semantics/velox/items.h"
#include "analyzer/semantics/velox/type_operators.h"

namespace braid::velox_semantics {

using namespace hir;

bool BodyBuilder::is_function_literal(const ast::Expression& e) const {
    if (!e) return false;
    if (auto paren = e.as<ast::ParenExpr>()) return is_function_literal(paren.inner());
    return e.kind() == Kind::ArrowExpr || e.kind() == Kind::FunctionExpr;
}

ExprId BodyBuilder::call(const ast::CallExpr& e, Type expected) {
    uint32_t node = node_of(e.node);
    ast::Expression callee = e.callee();
    while (auto paren = callee.as<ast::ParenExpr>()) callee = paren.inner();
    Arguments arguments{e.arguments().arguments(), node};
    if (callee.kind() == Kind::SuperExpr) return super_call(e);

    if (auto n = callee.as<ast::NameExpr>(); n && n.name() && !find_local(Name(n.name().text()))) {
        ItemId item = types_.scope().find_value(n.name());
        if (item != ItemId::None && kind_of(item) == ItemKind::Function) {
            item = pick_overload(item, nullptr, arguments);
            resolve(node_of(n.name()), item, function_type(context_, item));
            return call_overload(item, ExprId::None, nullptr, false, e.type_arguments(), arguments, expected, node);
        }
        if (item != ItemId::None && kind_of(item) == ItemKind::Class) {
            resolve(node_of(n.name()), item, nullptr);
            if (is_std(file_of(item)))
                if (ExprId converted = conversion_call(n.name().text(), e); converted != ExprId::None) return converted;
            if (n.name().text() == "Array" && is_std(file_of(item))) {
                // `Array(n)`, with or without `new`.
                Inference inference;
                std::vector<Type> wanted{type::float_()};
                Type element = expected && expected->is(TypeKind::List) && !is_open_here(expected) ? expected->element()
                                                                                                   : type::any();
                auto values = match_arguments(arguments, wanted, 1, false, inference, "Array", item);
                return add(list_of(element), node,
                           New{type::nominal(item, {element}), context_.get<DefinitionOf>(item)->constructor,
                               std::move(values)});
            }
            auto& d = report(DiagnosticCode::TypeMismatch, node,
                             fmt::format("a class is instantiated with `new {}(…)`", n.name().text()));
            if (d.fixes.empty())
                d.fixes.push_back({"insert `new`", {{{item_, node}, ItemDiagnostic::FixEdit::InsertBefore, "new "}}});
            return error_expression(node);
        }
        if (item != ItemId::None && kind_of(item) == ItemKind::Variant) return variant(item, arguments, expected, node);
    }
    if (auto m = callee.as<ast::MemberExpr>(); m && m.name()) {
        if (auto owner = static_owner(m.object())) return call_static(*owner, e, m, arguments, expected);
        return call_method(e, m, arguments, expected);
    }
    if (auto i = callee.as<ast::IndexExpr>(); i && !i.is_optional()) {
        Name symbol = symbol_name(i.index());
        if (!symbol.empty()) return call_by_symbol(i, symbol, arguments, expected, node);
    }
    ExprId value = expression(callee);
    if (e.is_optional()) value = optional_link(value, node_of(callee.node));
    return call_value(value, arguments, node);
}

ExprId BodyBuilder::call_static(ItemId owner, const ast::CallExpr& e, const ast::MemberExpr& m,
                                const Arguments& arguments, Type expected) {
    uint32_t node = node_of(e.node), at = node_of(m.name());
    Name name(m.name().text());
    if (kind_of(owner) == ItemKind::Enum) {
        for (ItemId v : context_.get<DefinitionOf>(owner)->variants)
            if (name_of(v) == name) {
                resolve(at, v, nullptr);
                return variant(v, arguments, expected, node);
            }
        return call_value(member(m), arguments, node);
    }
    if (kind_of(owner) == ItemKind::File) {
        ItemId item = exported_item(context_, file_of(owner), name);
        if (item == ItemId::None || kind_of(item) != ItemKind::Function) return call_value(member(m), arguments, node);
        item = pick_overload(item, nullptr, arguments);
        resolve(at, item, function_type(context_, item));
        return call_overload(item, ExprId::None, nullptr, false, e.type_arguments(), arguments, expected, node);
    }
    std::vector<Type> any(context_.get<GenericsOf>(owner)->size(), type::any());
    MemberInfo info = find_member(context_, type::nominal(owner, any), name, true);
    if (info.kind != MemberInfo::Method) return call_value(member(m), arguments, node);
    info.item = pick_overload(info.item, nullptr, arguments);
    resolve(at, info.item, info.type);
    if (!private_is_visible(info))
        report(DiagnosticCode::PrivateAccess, at,
               fmt::format("`{}` is private to the file of `{}`", name.text(), name_of(info.owner).text()));
    if (name.text() == "resolve" && is_std_type(type::nominal(owner, any), "Promise") &&
        arguments.written.size() == 1 && may_be_thenable(arguments.written[0]))
        if (ExprId promise = promise_of_thenable(expression(arguments.written[0]), node); promise != ExprId::None)
            return promise;
    return call_overload(info.item, ExprId::None, nullptr, false, e.type_arguments(), arguments, expected, node);
}

ExprId BodyBuilder::call_method(const ast::CallExpr& e, const ast::MemberExpr& m, const Arguments& arguments,
                                Type expected) {
    uint32_t node = node_of(e.node), at = node_of(m.name());
    Name name(m.name().text());
    bool is_super = m.object().kind() == Kind::SuperExpr;
    ExprId object = is_super ? this_expression(node_of(m.object().node)) : expression(m.object());
    bool is_held = e.is_optional() && (type_of(object)->is(TypeKind::Any) || !may_be_absent(type_of(object)));
    if (m.is_optional() || is_held) object = optional_link(object, node_of(m.object().node));
    Type t = type_of(object);
    if (is_super && class_ != ItemId::None) {
        Type base = context_.get<DefinitionOf>(class_)->base;
        t = base ? resolved(context_, base) : t;
    }
    if (!t->has(TypeHasError) && !t->is(TypeKind::Any) && may_be_absent(t)) {
        if (!present(object, node_of(m.object().node), fmt::format("and then has no `{}`", name.text())))
            offer_optional_chain(at);
        t = type_of(object);
    }
    if (t->has(TypeHasError)) {
        for (const ast::Expression& a : arguments.written)
            expression(a.kind() == Kind::SpreadExpr ? a.as<ast::SpreadExpr>().operand() : a);
        return error_expression(node);
    }
    if (t->is(TypeKind::List) && name.text() == "next" && m.object().kind() == Kind::CallExpr) {
        // `map.keys().next()`: what is a list here is an iterator in JavaScript.
        MemberInfo made = find_member(context_, t, Name("@@iterator"));
        if (made.item != ItemId::None) {
            object = call_function(made.item, object, type::nominal(made.owner, made.owner_arguments), true, {},
                                   {{}, node}, nullptr, node);
            t = type_of(object);
        }
    }
    MemberInfo info = t->is(TypeKind::Any) ? MemberInfo() : find_member(context_, t, name);
    if (t->is(TypeKind::Union)) {
        // The same method of each member: called by name, checked against the first whose parameters the others take.
        info = {};
        for (Type part : t->arguments) {
            MemberInfo other = find_member(context_, part, name);
            if (other.kind != MemberInfo::Method) {
                info = {};
                break;
            }
            if (info.kind == MemberInfo::None) info = other;
        }
        if (info.kind == MemberInfo::Method) {
            std::vector<Type> results;
            for (Type part : t->arguments)
                if (Type f = find_member(context_, part, name).type; f->is(TypeKind::Function))
                    results.push_back(f->result());
            Type result = type::union_of(std::move(results));
            Type own = info.type->is(TypeKind::Function) ? info.type->result() : nullptr;
            if (own != result && !result->has(TypeHasParameter) && is_std(file_of(info.owner)) == false)
                info.kind = MemberInfo::Field,
                info.type = type::function({info.type->parameters().begin(), info.type->parameters().end()}, result,
                                           uint16_t(info.type->flags & (TypeShared | TypeVariadic)),
                                           info.type->optional_parameters);
            if (info.kind == MemberInfo::Field) {
                Inference inference;
                auto values = match_arguments(arguments, info.type->parameters(), info.type->optional_parameters,
                                              info.type->has(TypeVariadic), inference, fmt::format("`{}`", name.text()),
                                              info.item);
                values.insert(values.begin(), convert(object, type::any()));
                return add(result, node, Call{VirtualCallee{name, ItemId::None}, std::move(values), CallMode::Plain});
            }
        }
    }
    bool optional_member = info.kind == MemberInfo::Method && info.type->is(TypeKind::Union);
    if (info.kind == MemberInfo::Method && info.item != ItemId::None && !optional_member) {
        Type owner = type::nominal(info.owner, info.owner_arguments);
        info.item = pick_overload(info.item, owner, arguments);
        resolve(at, info.item, info.type);
        if (!private_is_visible(info))
            report(DiagnosticCode::PrivateAccess, at,
                   fmt::format("`{}` is private to the file of `{}`", name.text(), name_of(info.owner).text()));
        if (is_super && context_.get<SignatureOf>(info.item)->is_abstract)
            report(DiagnosticCode::TypeMismatch, at,
                   fmt::format("`{}` is abstract in `{}`: there is nothing to call", name.text(),
                               name_of(info.owner).text()));
        return call_overload(info.item, object, owner, !is_super, e.type_arguments(), arguments, expected, node);
    }
    if (t->is(TypeKind::Any)) {
        if (e.is_optional()) optional_link(add(t, node, Property{object, name}), at);
        ChainBreak own_chains(*this);
        Call out{VirtualCallee{name, ItemId::None}, {object}, CallMode::Plain};
        for (const ast::Expression& a : arguments.written) {
            auto spread = a.as<ast::SpreadExpr>();
            ExprId value = convert(expression(spread ? spread.operand() : a), type::any());
            out.arguments.push_back(spread ? add(type::any(), node_of(a.node), Spread{value}) : value);
        }
        return add(type::any(), node, std::move(out));
    }
    ExprId value = property(object, m.name(), m.object());
    Type declared = type_of(value), now = narrowed(fact_key(m.as<ast::Expression>()), declared);
    if (now != declared && !declared->has(TypeHasError)) value = convert(value, now);
    if (e.is_optional() && !type_of(value)->has(TypeHasError)) {
        optional_link(value, at);  // tested; what is called is the member, on its object
        value = property(object, m.name(), m.object());
        value = convert(value, nullable_parts_removed(type_of(value)));
    }
    return call_value(value, arguments, node);
}

ExprId BodyBuilder::call_value(ExprId callee, const Arguments& arguments, uint32_t node) {
    if (is_std_type(type_of(callee), "Function")) callee = convert(callee, type::any());
    Type t = type_of(callee);
    if (t->is(TypeKind::Parameter)) {  // `F extends (...args: any[]) => any`
        auto generics = context_.get<GenericsOf>(t->item);
        bool is_bound = t->index < generics->size() && !(*generics)[t->index].bounds.empty();
        Type bound = is_bound ? resolved(context_, (*generics)[t->index].bounds[0]) : t;
        if (bound->is(TypeKind::Function)) callee = convert(callee, bound), t = bound;
    }
    if (!t->has(TypeHasError) && !t->is(TypeKind::Any) && may_be_absent(t)) {
        present(callee, body_[callee].node, "and then cannot be called");
        t = type_of(callee);
    }
    if (is_std_type(t, "Resolver")) {
        MemberInfo info = find_member(context_, t, Name("resolve"));
        if (info.item != ItemId::None) return call_function(info.item, callee, t, true, {}, arguments, nullptr, node);
    }
    if (!t->is(TypeKind::Function)) {
        if (!t->has(TypeHasError) && !t->is(TypeKind::Any))
            report(DiagnosticCode::TypeMismatch, body_[callee].node,
                   fmt::format("`{}` cannot be called", print_type(t)));
        ChainBreak own_chains(*this);
        Call out{ValueCallee{callee}, {}, CallMode::Plain};
        for (const ast::Expression& a : arguments.written) {
            auto spread = a.as<ast::SpreadExpr>();
            ExprId value = convert(expression(spread ? spread.operand() : a), type::any());
            out.arguments.push_back(spread ? add(type::any(), node_of(a.node), Spread{value}) : value);
        }
        if (!t->is(TypeKind::Any)) return error_expression(node);
        return add(type::any(), node, std::move(out));
    }
    t = with_tuple_taken_apart(t);
    Inference inference;
    auto values = match_arguments(arguments, t->parameters(), t->optional_parameters, t->has(TypeVariadic), inference,
                                  "this function", ItemId::None);
    // A function that an object holds is called on that object: it may be a method of a literal.
    ExprId plain = callee;
    while (auto* c = body_.as<Convert>(plain)) plain = c->operand;
    if (auto* p = body_.as<Property>(plain)) {
        ExprId object = p->base;
        Name name = p->name;
        bool is_getter = !type_of(object)->is(TypeKind::Any) &&
                         find_member(context_, type_of(object), name).kind == MemberInfo::Getter;
        if (!is_getter) {
            // What a rest parameter takes is one list already: the machine sees that by a method that is named.
            ItemId known = t->has(TypeVariadic) ? std_item(context_, "Function") : ItemId::None;
            values.insert(values.begin(), object);
            return add(t->result(), node, Call{VirtualCallee{name, known}, std::move(values), CallMode::Plain});
        }
    }
    return add(t->result(), node, Call{ValueCallee{callee}, std::move(values), CallMode::Plain});
}

/// Evaluates one argument against the parameter's type as far as it is known by now.
ExprId BodyBuilder::argument(const ast::Expression& e, Type wanted, Inference& inference) {
    Type known = settled(context_, inference.apply(wanted));
    bool open = known->has(TypeHasParameter) && !inference.owners.empty();
    Type hint = known;
    if (open) {
        // What is still unknown gives no hint, but the shape around it does (a lambda's parameter count and kinds).
        bool still_own = false;
        walk_type(known, [&](Type part) {
            still_own |= part->is(TypeKind::Parameter) && inference.owns(part);
            return true;
        });
        open = still_own;
        // `ints.reduce((a, b) => a + b, 0)`: a whole number beside elements that are `int` is one, too.
        if (open && known->is(TypeKind::Parameter)) hint = inference.prefers_int ? type::integer() : nullptr;
        // `Object.fromEntries(xs.map(x => [x.name, x]))`: what the shape says reaches into another call.
        else if (open && e.kind() == Kind::CallExpr) hint = settled(context_, inference.apply(wanted, type::any()));
    }
    // What the result is wanted for says what the rest is (`let zeros: int[] = Array(3).fill(0)`), where that fits.
    Type by_context = open ? settled(context_, inference.from_context(known)) : nullptr;
    size_t outer = inferring_.size();
    if (open)
        for (const auto& owner : inference.owners) inferring_.push_back(owner.first);
    if (by_context && !is_open_here(by_context)) hint = by_context;
    ExprId value = expression(e, hint);
    inferring_.resize(outer);
    if (by_context && hint == by_context && known->is(TypeKind::Parameter) && type_of(value) != by_context &&
        fits(value, by_context)) {
        Type& slot = inference.slot(known);
        if (!slot) slot = by_context;
        return coerce(value, by_context, node_of(e.node));
    }
    infer(context_, inference, wanted, type_of(value));
    return value;
}

/// The arguments as they are written, except that a spread of a tuple is as many arguments as it has elements.
std::vector<BodyBuilder::Given> BodyBuilder::taken_apart(const Arguments& arguments) {
    std::vector<Given> given;
    if (arguments.first != ExprId::None) given.push_back({{}, arguments.first});
    for (const ast::Expression& written : arguments.written) {
        auto spread = written.as<ast::SpreadExpr>();
        if (!spread) {
            given.push_back({written});
            continue;
        }
        ExprId whole = expression(spread.operand());
        Type t = type_of(whole);
        uint32_t node = node_of(written.node);
        if (!t->is(TypeKind::Tuple) || t->arguments.empty()) {
            given.push_back({written, whole, true});
            continue;
        }
        LocalId held = temporary(t, node);
        for (size_t i = 0; i < t->arguments.size(); ++i) {
            ExprId position = add(type::integer(), node, IntegerLiteral{uint64_t(i)});
            ExprId element =
                element_of_open(add(t, node, LocalRef{held}), position, resolved(context_, t->arguments[i]), node);
            if (i == 0) element = add(type_of(element), node, Block{{let_temporary(held, whole, node)}, element});
            given.push_back({written, element});
        }
    }
    return given;
}

/// A plain value of a type, for a fix to put where one is missing; empty: there is none.
std::string BodyBuilder::stand_in(Type t) {
    if (is_number(t) || is_int(t)) return "0";
    if (t->is(TypeKind::String)) return "\"\"";
    if (t->is(TypeKind::Bool)) return "false";
    if (t->is(TypeKind::List)) return "[]";
    if (t->is(TypeKind::Any) || t->is(TypeKind::Unknown) || t->is(TypeKind::Null)) return "null";
    return "";
}

SyntaxNode BodyBuilder::argument_list(uint32_t call) const {
    SyntaxNode node = tree_.element(call).as_node();
    if (auto made = ast::NewExpr::cast(node)) return made.arguments().node;
    if (auto called = ast::CallExpr::cast(node)) return called.arguments().node;
    return SyntaxNode();
}

/// What names the function in a call; the call itself where nothing does.
uint32_t BodyBuilder::callee_node(uint32_t call) const {
    SyntaxElement element = tree_.element(call);
    auto c = ast::CallExpr::cast(element.as_node());
    auto n = ast::NewExpr::cast(element.as_node());
    ast::Expression callee = c ? c.callee() : n ? n.callee() : ast::Expression();
    if (!callee) return call;
    auto member = callee.as<ast::MemberExpr>();
    return member && member.name() ? node_of(member.name()) : node_of(callee.node);
}

/// Counts, positions, durations: where the standard library wants a `number`, an `int` serves as one.
bool BodyBuilder::takes_int_as_number(ItemId declared, Type parameter) const {
    if (declared == ItemId::None || !is_std(file_of(declared))) return false;
    bool takes_number = false;
    for (Type member : members_of(parameter)) {
        takes_number |= is_number(member);
        if (is_int(member) || member->is(TypeKind::Any) || member->is(TypeKind::Unknown)) return false;
    }
    return takes_number;
}

/// Matches arguments with parameters: lambdas last, so that the others say what theirs are. Absent ones become
/// undefined; a rest parameter takes a list.
std::vector<ExprId> BodyBuilder::match_arguments(const Arguments& arguments, std::span<const Type> parameters,
                                                 uint32_t optional, bool variadic, Inference& inference,
                                                 std::string_view callee, ItemId declared) {
    ChainBreak own_chains(*this);
    std::vector<Given> given = taken_apart(arguments);
    size_t count = given.size(), fixed = parameters.size() - (variadic ? 1 : 0);
    size_t required = fixed - std::min<size_t>(fixed, optional);
    bool spreads = std::any_of(given.begin(), given.end(), [](const Given& g) { return g.is_spread; });
    auto may_be_left_off = [&](Type parameter) {
        Type t = inference.apply(parameter);
        bool takes_void = t->is(TypeKind::Union) && std::any_of(t->arguments.begin(), t->arguments.end(),
                                                                [](Type part) { return part->is(TypeKind::Unit); });
        return t->is(TypeKind::Unit) || takes_void || is_std_type(parameter, "never");
    };
    while (required > count && may_be_left_off(parameters[required - 1])) --required;
    // `resolve()` of a Resolver<T> whose T is not known yet stands for void.
    if (required == 1 && count == 0 && inference.apply(parameters[0])->is(TypeKind::Any)) required = 0;
    if ((count < required && !spreads) || (!variadic && count > fixed)) {
        auto& d =
            report(DiagnosticCode::WrongArgumentCount,
                   count > fixed ? node_of(given[fixed].written.node) : callee_node(arguments.node),
                   required == fixed && !variadic
                       ? fmt::format("{} takes {} argument{}, not {}", callee, fixed, fixed == 1 ? "" : "s", count)
                       : fmt::format("{} takes {} {} argument{}, not {}", callee,
                                     count < required ? "at least" : "at most", count < required ? required : fixed,
                                     (count < required ? required : fixed) == 1 ? "" : "s", count));
        if (declared != ItemId::None && d.related.empty()) d.related.push_back({{declared, 0}, "it is declared here"});
        if (count > fixed && !spreads && d.fixes.empty()) {
            std::vector<SyntaxNode> surplus;
            for (size_t i = fixed; i < count; ++i) surplus.push_back(given[i].written.node);
            d.fixes.push_back({surplus.size() > 1 ? "remove the arguments that are too many" : "remove it",
                               remove_from_list(item_, tree_, surplus)});
        } else if (!spreads && d.fixes.empty()) {
            SyntaxNode list = argument_list(arguments.node);
            std::string added;
            for (size_t i = count; i < required && list; ++i) {
                std::string value = stand_in(resolved(context_, inference.apply(parameters[i], type::any())));
                if (value.empty()) list = SyntaxNode();
                added += (i > count ? ", " : "") + value;
            }
            if (list) d.fixes.push_back({"fill in what is missing", append_to_list(item_, tree_, list, added)});
        }
    }
    Type rest = nullptr;
    if (variadic) rest = parameters.back()->is(TypeKind::List) ? parameters.back()->element() : type::any();
    auto parameter_of = [&](size_t i) -> Type { return i < fixed ? parameters[i] : rest ? rest : type::any(); };
    std::vector<ExprId> values(count, ExprId::None);
    for (bool literals : {false, true})
        for (size_t i = 0; i < count; ++i) {
            const ast::Expression& written = given[i].written;
            if (is_function_literal(written) != literals) continue;
            if (given[i].is_spread) {
                ExprId list = given[i].value;
                Type inner = element_type(type_of(list), false);
                if (!inner && !type_of(list)->has(TypeHasError))
                    report(DiagnosticCode::TypeMismatch, node_of(written.node),
                           fmt::format("`{}` cannot be spread", print_type(type_of(list))));
                list = as_list(list, node_of(written.node));
                Type wanted = inference.apply(parameter_of(i));
                bool as_number = inner && is_int(inner) && takes_int_as_number(declared, parameter_of(i));
                if (inner && !wanted->has(TypeHasParameter) && !as_number && !is_assignable(context_, inner, wanted))
                    mismatch(node_of(written.node), inner, wanted, "argument");
                bool is_open = type_of(list)->is(TypeKind::Any) || type_of(list)->has(TypeHasError);
                if (i < fixed && rest && inner && !is_open)
                    report(DiagnosticCode::WrongArgumentCount, node_of(written.node),
                           fmt::format("{} takes {} argument{} before the others; how many this gives is not known",
                                       callee, fixed, fixed == 1 ? "" : "s"));
                if (rest && type_of(list)->is(TypeKind::List))
                    infer(context_, inference, rest, type_of(list)->element());
                values[i] = add(type_of(list), node_of(written.node), Spread{list});
            } else if (given[i].value != ExprId::None) {
                values[i] = given[i].value;
                infer(context_, inference, parameter_of(i), type_of(values[i]));
            } else {
                const bool is_library = literals && declared != ItemId::None && is_std(file_of(declared));
                const bool outer = std::exchange(to_library_, is_library);
                values[i] = argument(written, parameter_of(i), inference);
                to_library_ = outer;
            }
        }
    std::vector<ExprId> result;
    Aggregate extra{AggregateKind::List, ItemId::None, {}, {}};
    for (size_t i = 0; i < count; ++i) {
        bool spread = std::holds_alternative<Spread>(body_[values[i]].data);
        Type wanted = settled(context_, inference.apply(parameter_of(i), type::any()));
        uint32_t at = given[i].written ? node_of(given[i].written.node) : arguments.node;
        if (!spread && is_int(type_of(values[i])) && takes_int_as_number(declared, parameter_of(i)))
            values[i] = add(type::float_(), at, Convert{ConvertKind::IntegerToFloat, values[i]});
        if (!spread) values[i] = coerce(values[i], wanted, at, "argument");
        if (i < fixed && !(spread && rest)) result.push_back(values[i]);
        else if (rest) extra.operands.push_back(values[i]);
    }
    if (!spreads)
        for (size_t i = count; i < fixed; ++i) {
            Type wanted = settled(context_, inference.apply(parameters[i], type::any()));
            ExprId undefined = add(type::undefined(), arguments.node, UndefinedLiteral{});
            bool is_optional = i + optional >= fixed;
            Type arriving = is_optional ? or_undefined(wanted) : wanted;
            result.push_back(convert(undefined, arriving));
        }
    if (rest) result.push_back(add(list_of(inference.apply(rest, type::any())), arguments.node, std::move(extra)));
    return result;
}

ExprId BodyBuilder::call_function(ItemId callee, ExprId receiver, Type owner, bool is_virtual,
                                  const ast::TypeArgumentList& explicit_types, const Arguments& arguments,
                                  Type expected, uint32_t node) {
    FunctionSignature signature = complete_signature(context_, callee);
    Inference inference;
    inference.owners.push_back({callee, std::vector<Type>(signature.generics.size(), nullptr)});
    auto explicit_list = explicit_types.types();
    if (explicit_list.size() > signature.generics.size())
        report(DiagnosticCode::WrongTypeArguments, node_of(explicit_types.node),
               fmt::format("`{}` takes {} type argument{}, not {}", name_of(callee).text(), signature.generics.size(),
                           signature.generics.size() == 1 ? "" : "s", explicit_list.size()));
    for (size_t i = 0; i < explicit_list.size() && i < signature.generics.size(); ++i)
        inference.owners[0].second[i] = types_.read(explicit_list[i]);
    auto here = [&](Type t) { return owner ? substitute(t, owner->item, owner->arguments) : t; };
    inference.prefers_int = owner && !owner->arguments.empty() && is_int(owner->arguments[0]);
    std::vector<Type> parameters;
    uint32_t optional = 0;
    bool variadic = false;
    for (const ParameterInfo& p : signature.parameters) {
        Type t = inference.apply(here(p.type));  // with the type arguments that are written
        if (p.rest) t = t->is(TypeKind::List) ? t : list_of(t), variadic = true;
        if (p.has_default) ++optional, t = or_undefined(t);
        parameters.push_back(t);
    }
    Type result = here(signature.result);
    if (signature.is_async && !signature.is_generator) result = promise_of(context_, result);
    // What the context wants is evidence where the arguments say nothing; tried on a copy so that arguments win.
    Inference hinted = inference;
    if (expected && !is_open_here(expected) && !expected->is(TypeKind::Any)) {
        Type wanted = expected;  // of `Promise<T> | undefined` what the result can be
        for (Type member : members_of(expected))
            if (member->kind == result->kind && member->item == result->item) wanted = member;
        infer(context_, hinted, result, wanted);
        if (is_std_type(result, "Promise") && !is_std_type(wanted, "Promise"))
            infer(context_, hinted, result->arguments[0], wanted);
        if (arguments.written.empty()) inference = hinted;
        inference.context = &hinted;
    }
    auto values = match_arguments(arguments, parameters, optional, variadic, inference,
                                  fmt::format("`{}`", name_of(callee).text()), callee);
    for (size_t i = 0; i < inference.owners[0].second.size(); ++i)
        if (!inference.owners[0].second[i]) inference.owners[0].second[i] = hinted.owners[0].second[i];
    std::vector<Type> type_arguments;
    for (size_t i = 0; i < inference.owners[0].second.size(); ++i) {
        Type t = inference.owners[0].second[i];
        Type fallback = signature.generics[i].default_type;
        if (!t && fallback) t = inference.owners[0].second[i] = inference.apply(here(fallback), type::any());
        type_arguments.push_back(t ? t : type::any());
        if (!t || signature.generics[i].bounds.empty()) continue;
        Type bound = settled(context_, inference.apply(here(signature.generics[i].bounds[0]), type::any()));
        if (is_assignable(context_, t, bound)) continue;
        uint32_t at = callee_node(node);
        if (i < explicit_list.size()) at = node_of(explicit_list[i].node);
        else
            for (size_t j = 0; j < arguments.written.size() && j < signature.parameters.size(); ++j) {
                Type parameter = signature.parameters[j].type;
                if (parameter->is(TypeKind::Parameter) && parameter->item == callee && parameter->index == i) {
                    at = node_of(arguments.written[j].node);
                    break;
                }
            }
        auto& d = report(DiagnosticCode::BoundNotMet, at,
                         fmt::format("`{}` asks for a `{}` that is a `{}`; `{}` is none", name_of(callee).text(),
                                     signature.generics[i].name.text(), print_type(bound), print_type(t)));
        if (d.related.empty()) d.related.push_back({{callee, 0}, "it is declared here"});
    }
    result = settled(context_, inference.apply(result, type::any()));
    if (receiver != ExprId::None && *context_.get<ReturnsThis>(callee)) result = type_of(receiver);
    result = refined_result(callee, arguments, values, result);
    if (is_std_type(result, "Promise")) result = promise_of(context_, result->arguments[0]);
    bool is_whole =
        is_int(result) && is_std(file_of(callee)) && name_of(callee).text() != "int" && !is_std_type(owner, "Atomic");
    if (is_whole) result = type::float_();
    auto made = [&](ExprId call) {
        if (is_whole) whole_.insert(uint32_t(call));
        if (type_of(call)->is(TypeKind::Never)) reachable_ = false;
        if (auto predicate = *context_.get<PredicateOf>(callee); predicate && predicate->asserts)
            assume_asserted(*predicate, arguments);
        return call;
    };
    CallMode mode = signature.is_async && !signature.is_generator ? CallMode::HotPromise : CallMode::Plain;
    if (receiver != ExprId::None) {
        if (!type_of(receiver)->is(TypeKind::Nominal)) receiver = convert(receiver, type_of(receiver));
        values.insert(values.begin(), receiver);
        if (is_virtual)
            return made(add(result, node, Call{VirtualCallee{name_of(callee), callee}, std::move(values), mode}));
        std::vector<Type> all = owner ? owner->arguments : std::vector<Type>();
        all.insert(all.end(), type_arguments.begin(), type_arguments.end());
        return made(add(result, node, Call{DirectCallee{callee, std::move(all), nullptr}, std::move(values), mode}));
    }
    if (signature.is_static && kind_of(parent_of(callee)) == ItemKind::Class) {
        std::vector<Type> all(context_.get<GenericsOf>(parent_of(callee))->size(), type::any());
        all.insert(all.end(), type_arguments.begin(), type_arguments.end());
        type_arguments = std::move(all);
    }
    return made(
        add(result, node, Call{DirectCallee{callee, std::move(type_arguments), nullptr}, std::move(values), mode}));
}

/// `asserts x is T`, `asserts x`: behind the call it is so.
void BodyBuilder::assume_asserted(const Predicate& predicate, const Arguments& arguments) {
    if (predicate.parameter < 0 || size_t(predicate.parameter) >= arguments.written.size()) return;
    const ast::Expression& subject = arguments.written[size_t(predicate.parameter)];
    if (!predicate.type) return assume(subject, true);
    if (!predicate.type->has(TypeHasParameter))
        assume_type(subject, [&](Type t) { return restricted(context_, t, predicate.type); });
}

}  // namespace braid::velox_semantics
