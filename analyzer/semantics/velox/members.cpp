#include <fmt/format.h>

#include "analyzer/semantics/names.h"
#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/enum_values.h"
#include "analyzer/semantics/velox/foreign_names.h"
#include "analyzer/semantics/velox/generic_values.h"
#include "analyzer/semantics/velox/local_classes.h"
#include "analyzer/semantics/velox/type_operators.h"

namespace braid::velox_semantics {

using namespace hir;

/// A chain of accesses as a whole: what stands behind a `?.` is not reached when its object is absent, and the chain's
/// value is then undefined.
ExprId BodyBuilder::chain(const ast::Expression& e, Type expected) {
    uint32_t node = node_of(e.node);
    std::vector<Link> links;
    bool outermost = links_ == nullptr;
    std::vector<Link>* outer = links_;
    if (outermost) links_ = &links;
    ExprId value;
    switch (e.kind()) {
        case Kind::MemberExpr: value = member(e.as<ast::MemberExpr>()); break;
        case Kind::IndexExpr: value = index(e.as<ast::IndexExpr>()); break;
        case Kind::CallExpr: value = call(e.as<ast::CallExpr>(), expected); break;
        default: {
            ast::Expression operand = e.as<ast::NonNullExpr>().operand();
            value = expression(operand);
            Type t = type_of(value);
            if (may_be_absent(t))
                value = add(nullable_parts_removed(t), node, Convert{ConvertKind::Unwrap, convert(value, t)});
        }
    }
    links_ = outer;
    if (!outermost || links.empty()) return value;
    Type result = or_undefined(widened(type_of(value)));
    if (type_of(value)->is(TypeKind::Unit)) result = type::unit();
    if (type_of(value)->has(TypeHasError)) return value;
    for (auto link = links.rbegin(); link != links.rend(); ++link) {
        // All this is the chain's and not the object's: what stands at the object's node last says what that is.
        ExprId let = let_temporary(link->local, link->initializer, node);
        ExprId held = convert(add(body_[link->local].type, node, LocalRef{link->local}), type::any());
        ExprId absent = add(type::boolean(), node, TypeTest{held, type::union_of({type::null(), type::undefined()})});
        ExprId nothing = result->is(TypeKind::Unit) ? ExprId::None
                                                    : convert(add(type::undefined(), node, UndefinedLiteral{}), result);
        if (nothing == ExprId::None) nothing = add(type::unit(), node, UnitLiteral{});
        ExprId choice = add(result, node, If{absent, nothing, convert(value, result)});
        value = add(result, node, Block{{let}, choice});
    }
    return value;
}

/// The object of a `?.`: kept in a variable, tested later by `chain`, and present from here on.
ExprId BodyBuilder::optional_link(ExprId object, uint32_t node) {
    object = unguarded(object);
    auto declared = open_places_.find(uint32_t(object));
    Type element = declared == open_places_.end() ? nullptr : resolved(context_, declared->second);
    Type t = type_of(object);
    if (!links_ || t->has(TypeHasError)) return object;
    LocalId held = temporary(t, node);
    links_->push_back({held, object, node});
    ExprId reference = add(t, node, LocalRef{held});
    Type there = nullable_parts_removed(element ? element : t);
    if (there->is(TypeKind::Never))
        return convert(reference, type::any());  // known to be absent: the rest is never reached
    return there == t ? reference : convert(reference, there);
}

/// `Name` where it stands for a class or enum, so that `Name.x` is one of its own members.
std::optional<ItemId> BodyBuilder::static_owner(const ast::Expression& e) {
    if (e.kind() == Kind::ThisExpr && this_ == LocalId::None && class_ != ItemId::None) {
        resolve(node_of(e.node.first_token()), class_, nullptr);
        return class_;
    }
    if (e.kind() == Kind::SuperExpr && this_ == LocalId::None && class_ != ItemId::None) {
        Type base = context_.get<DefinitionOf>(class_)->base;
        if (!base || !base->is(TypeKind::Nominal)) return std::nullopt;
        resolve(node_of(e.node.first_token()), base->item, nullptr);
        return base->item;
    }
    auto name = e.as<ast::NameExpr>();
    if (!name || !name.name()) return std::nullopt;
    if (auto local = find_local(Name(name.name().text()))) {  // `const Pair = class { static … }`
        auto known = class_variables_.find(*local);
        if (known == class_variables_.end()) return std::nullopt;
        read_.insert(*local);
        resolve(node_of(name.name()), *local, body_[*local].type);
        return known->second;
    }
    ItemId item = types_.scope().find(name.name());
    if (item == ItemId::None) return std::nullopt;
    ItemKind kind = kind_of(item);
    if (ItemId held = kind == ItemKind::Static ? class_in_variable(context_, item) : ItemId::None;
        held != ItemId::None) {
        resolve(node_of(name.name()), item, nullptr);
        return held;
    }
    if (kind != ItemKind::Class && kind != ItemKind::Enum && kind != ItemKind::File) return std::nullopt;
    resolve(node_of(name.name()), item, nullptr);
    return item;
}

ExprId BodyBuilder::member(const ast::MemberExpr& e) {
    uint32_t node = node_of(e.node);
    if (!e.name()) {
        if (e.object()) expression(e.object());
        return error_expression(node);
    }
    Name name(e.name().text());
    uint32_t at = node_of(e.name());
    if (auto owner = static_owner(e.object())) {
        if (kind_of(*owner) == ItemKind::File) {
            ItemId item = exported_item(context_, file_of(*owner), name);
            if (item != ItemId::None) {
                ExprId reference = item_reference(item, node);
                resolve(at, item, type_of(reference));
                return reference;
            }
        }
        if (kind_of(*owner) == ItemKind::Enum) {
            for (ItemId v : context_.get<DefinitionOf>(*owner)->variants)
                if (name_of(v) == name) {
                    resolve(at, v, nullptr);
                    return variant(v, {{}, node}, nullptr, node);
                }
        } else {
            std::vector<Type> any(context_.get<GenericsOf>(*owner)->size(), type::any());
            MemberInfo info = find_member(context_, type::nominal(*owner, any), name, true);
            if (info.kind != MemberInfo::None) {
                resolve(at, info.item, info.type);
                if (!private_is_visible(info))
                    report(DiagnosticCode::PrivateAccess, at,
                           fmt::format("`{}` is private to the file of `{}`", name.text(), name_of(info.owner).text()));
                if (info.kind == MemberInfo::Method) return add(info.type, node, FunctionRef{info.item, {}});
                if (info.kind == MemberInfo::Getter) {
                    std::vector<Type> arguments(context_.get<GenericsOf>(info.owner)->size(), type::any());
                    return add(info.type, node,
                               Call{DirectCallee{info.item, std::move(arguments), nullptr}, {}, CallMode::Plain});
                }
                Type now = narrowed(fact_key(e.as<ast::Expression>()), info.type);
                ExprId reference = add(info.type, node, StaticRef{info.item});
                return now == info.type ? reference : convert(reference, now);
            }
        }
        if (kind_of(*owner) == ItemKind::Class && name.text() == "name")
            return add(type::string(), node, StringLiteral{std::string(name_of(*owner).text())});
        std::vector<std::string> candidates;
        for (const auto& child : *context_.get<ItemChildren>(*owner))
            candidates.emplace_back(name_of(child.item).text());
        std::string near = nearest_name(name.text(), candidates);
        auto& d =
            report(DiagnosticCode::MissingMember, at,
                   fmt::format("`{}` has no {} `{}`{}", name_of(*owner).text(),
                               kind_of(*owner) == ItemKind::Enum   ? "variant"
                               : kind_of(*owner) == ItemKind::File ? "export"
                                                                   : "static member",
                               name.text(), near.empty() ? std::string() : fmt::format("; did you mean `{}`?", near)));
        if (!near.empty() && d.fixes.empty())
            d.fixes.push_back(
                {fmt::format("change to `{}`", near), {{{item_, at}, ItemDiagnostic::FixEdit::Replace, near}}});
        return error_expression(node);
    }
    if (ExprId inherited = super_member(e); inherited != ExprId::None) return inherited;
    ExprId object = expression(e.object());
    if (e.is_optional()) object = optional_link(object, node_of(e.object().node));
    ExprId value = property(object, e.name(), e.object());
    Type declared = type_of(value), now = narrowed(fact_key(e.as<ast::Expression>()), declared);
    return now == declared || declared->has(TypeHasError) ? value : convert(value, now);
}

/// `super.area`: what the getter of the base class gives, or a field, of which there is one.
ExprId BodyBuilder::super_member(const ast::MemberExpr& e) {
    if (e.object().kind() != Kind::SuperExpr || this_ == LocalId::None || class_ == ItemId::None) return ExprId::None;
    Type base = context_.get<DefinitionOf>(class_)->base;
    if (!base) return ExprId::None;
    uint32_t node = node_of(e.node);
    ExprId object = this_expression(node_of(e.object().node));
    MemberInfo info = find_member(context_, resolved(context_, base), Name(e.name().text()));
    if (info.kind != MemberInfo::Getter) return property(object, e.name(), e.object());
    resolve(node_of(e.name()), info.item, info.type);
    Type owner = type::nominal(info.owner, info.owner_arguments);
    return call_function(info.item, object, owner, false, {}, {{}, node}, nullptr, node);
}

/// Reading `object.name`.
ExprId BodyBuilder::property(ExprId object, const SyntaxToken& token, const ast::Expression& whole) {
    uint32_t at = node_of(token), node = at;
    Name name(token.text());
    Type t = type_of(object);
    if (t->has(TypeHasError)) return error_expression(node);
    if (t->is(TypeKind::Any)) return add(type::any(), node, Property{object, name});
    if (may_be_absent(t)) {
        if (!present(object, node_of(whole.node), fmt::format("and then has no `{}`", name.text())))
            offer_optional_chain(at);
        t = type_of(object);
        if (t->has(TypeHasError)) return error_expression(node);
    }
    if (t->is(TypeKind::Unknown)) {
        report(DiagnosticCode::TypeMismatch, at, "nothing is known of this value; test what it is first");
        return error_expression(node);
    }
    bool is_object = t->is(TypeKind::Nominal) && kind_of(t->item) != ItemKind::Enum;
    if (is_object && name.text() == "constructor" && find_member(context_, t, name).kind == MemberInfo::None)
        return add(type::any(), node, Property{convert(object, type::any()), name});  // its class
    std::vector<Type> members = t->is(TypeKind::Union) ? t->arguments : std::vector<Type>{t};
    std::vector<Type> results;
    bool is_whole = true;
    for (Type member : members) {
        if (member->is(TypeKind::Any)) {
            results.push_back(type::any());
            is_whole = false;
            continue;
        }
        // A message is open: it may carry anything.
        MemberInfo info = find_member(context_, member, name);
        if (info.by_index && members.size() == 1) {
            ExprId key = add(type::string(), at, StringLiteral{std::string(name.text())});
            return element_of_open(object, key, resolved(context_, info.type), node);
        }
        if (info.kind == MemberInfo::None) {
            if (is_std_type(member, "Message") || is_std_type(member, "Object") || is_std_type(member, "Function")) {
                results.push_back(type::any());
                is_whole = false;
                continue;
            }
            const std::vector<std::string> candidates = member_names(context_, member);
            std::string near = foreign_member(name.text(), candidates);
            if (near.empty()) near = nearest_name(name.text(), candidates);
            std::string hint = near.empty() ? std::string() : fmt::format("; did you mean `{}`?", near);
            if (auto* foreign = near.empty() ? foreign_name(name.text(), ForeignPlace::Member) : nullptr)
                hint = foreign->message;
            if (is_std_type(member, "Promise") && find_member(context_, awaited(member), name).kind != MemberInfo::None)
                hint = "; `await` it first";
            auto& d = report(DiagnosticCode::MissingMember, at,
                             fmt::format("`{}` has no member `{}`{}", print_type(member), name.text(), hint));
            if (!near.empty() && d.fixes.empty())
                d.fixes.push_back(
                    {fmt::format("change to `{}`", near), {{{item_, at}, ItemDiagnostic::FixEdit::Replace, near}}});
            return error_expression(node);
        }
        if (!private_is_visible(info)) {
            auto& d =
                report(DiagnosticCode::PrivateAccess, at,
                       fmt::format("`{}` is private to the file of `{}`", name.text(), name_of(info.owner).text()));
            if (d.related.empty() && info.item != ItemId::None)
                d.related.push_back({{info.item, 0}, "it is declared here"});
        }
        if (info.item != ItemId::None) resolve(at, info.item, info.type);
        results.push_back(info.kind == MemberInfo::Method ? for_anything(info.type, info.item) : info.type);
        is_whole &= is_int(info.type) && info.owner != ItemId::None && is_std(file_of(info.owner));
    }
    if (!is_whole) return add(type::union_of(std::move(results)), node, Property{object, name});
    // A length is a number, or an `int` where one is wanted.
    ExprId length = add(type::float_(), node, Property{object, name});
    whole_.insert(uint32_t(length));
    return length;
}

static bool is_key(Type t) {
    if (t->is(TypeKind::Nominal) && kind_of(t->item) == ItemKind::Enum) return true;
    return widened(t)->is(TypeKind::String) || is_number(t);
}

ExprId BodyBuilder::index(const ast::IndexExpr& e) {
    uint32_t node = node_of(e.node);
    ExprId object = expression(e.object());
    if (e.is_optional()) object = optional_link(object, node_of(e.object().node));
    ChainBreak own_chains(*this);
    Type t = type_of(object);
    if (t->has(TypeHasError)) return expression(e.index()), error_expression(node);
    if (may_be_absent(t) && !t->is(TypeKind::Any)) {
        present(object, node_of(e.object().node), "and then has no elements");
        t = type_of(object);
        if (t->has(TypeHasError)) return error_expression(node);
    }
    auto literal_key = e.index().as<ast::LiteralExpr>();
    bool by_name = literal_key && literal_key.value() && to_kind(literal_key.value().kind()) == Kind::StringLiteral;
    if (Type list = array_base(context_, t); list && !by_name) object = convert(object, t = list);
    if (t->is(TypeKind::List) || t->is(TypeKind::Tuple) || t->is(TypeKind::String) ||
        (t->is(TypeKind::Literal) && t->element()->is(TypeKind::String))) {
        ExprId position = expression(e.index());
        Type p = widened(type_of(position));
        if (!is_number(p) && !is_int(p) && !p->is(TypeKind::Any) && is_assignable(context_, p, type::float_()))
            position = convert(position, p = type::float_());  // a plain enum of numbers
        if (t->is(TypeKind::Tuple)) {
            auto* literal = std::get_if<FloatLiteral>(&body_.expressions[uint32_t(position)].data);
            if (literal && literal->value >= 0 && literal->value < double(t->arguments.size()))
                return element_of_open(object, position, resolved(context_, t->arguments[size_t(literal->value)]),
                                       node);
            if (literal)
                report(DiagnosticCode::MissingMember, node_of(e.index().node),
                       fmt::format("`{}` has no element {}", print_type(t), literal->value));
        }
        if (ExprId whole = is_number(p) ? as_whole(position) : ExprId::None; whole != ExprId::None) position = whole;
        else if (is_number(p))
            position = add(type::integer(), node_of(e.index().node),
                           Convert{ConvertKind::FloatToInteger, convert(position, type::float_())});
        else if (p->is(TypeKind::Any)) position = convert(position, type::integer());
        else if (!is_int(p) && !p->has(TypeHasError)) mismatch(node_of(e.index().node), p, type::float_(), "index");
        Type element = t->is(TypeKind::List)    ? t->element()
                       : t->is(TypeKind::Tuple) ? type::union_of(t->arguments)
                                                : type::string();
        if (t->is(TypeKind::List)) return add(element, node, Index{object, position});
        if (t->is(TypeKind::Literal)) object = convert(object, type::string());
        if (t->is(TypeKind::Tuple)) return element_of_open(object, position, element, node);
        return add(element, node, Index{object, position});
    }
    ExprId key = expression(e.index());
    Type k = type_of(key);
    if (t->is(TypeKind::Any)) return add(type::any(), node, Index{object, convert(key, type::any())});
    if (k->has(TypeHasError)) return error_expression(node);
    if (auto* text = std::get_if<StringLiteral>(&body_.expressions[uint32_t(key)].data)) {
        std::string value = text->value;
        MemberInfo info = find_member(context_, t, Name(value));
        if (info.kind != MemberInfo::None && !info.by_index) {
            Type declared = resolved(context_, info.type);
            ExprId read = add(declared, node, Property{object, Name(value)});
            Type now = narrowed(fact_key(e.as<ast::Expression>()), declared);
            return now == declared ? read : convert(read, now);
        }
    }
    bool indexable =
        t->is(TypeKind::Record) || t->is(TypeKind::Nominal) || t->is(TypeKind::Union) || t->is(TypeKind::Parameter);
    if (indexable && !is_std_type(t, "Map") && !is_std_type(t, "Set")) {
        // A key of literal types reads one of those members; any other, what the index signature says.
        std::vector<Type> found;
        for (Type part : told_apart_members(context_, k)) {
            MemberInfo info;
            if (part->is(TypeKind::Literal)) info = find_member(context_, t, Name(string_value(part->text.text())));
            else info = find_member(context_, t, index_signature());
            if (info.kind == MemberInfo::None) {
                found.clear();
                break;
            }
            found.push_back(resolved(context_, info.type));
        }
        Type declared = found.empty() ? nullptr : type::union_of(std::move(found));
        bool open_key = k->is(TypeKind::Parameter) || k->is(TypeKind::Any) || t->is(TypeKind::Parameter);
        if (!declared && open_key) declared = type::any();
        if (!declared &&
            (t->is(TypeKind::Record) || (t->is(TypeKind::Nominal) && kind_of(t->item) == ItemKind::Interface)) &&
            is_key(k)) {
            declared = type::any();
        }
        if (declared) {
            ExprId read = element_of_open(object, key, declared, node);
            Type now = narrowed(fact_key(e.as<ast::Expression>()), declared);
            return now == declared ? read : convert(read, now);
        }
    }
    std::string hint = is_std_type(t, "Map") ? "; use `.get(key)`" : "";
    report(DiagnosticCode::MissingMember, node, fmt::format("`{}` has no elements{}", print_type(t), hint));
    return error_expression(node);
}

}  // namespace braid::velox_semantics
