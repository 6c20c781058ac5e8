#include <fmt/format.h>

#include "analyzer/semantics/names.h"
#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/items.h"
#include "analyzer/semantics/velox/type_operators.h"

// Object literals, regular expressions, what a generator yields.
namespace braid::velox_semantics {

using namespace hir;

/// What the context wants under this name.
Type BodyBuilder::wanted_member(Type wanted, Name name) {
    if (!wanted || wanted->is(TypeKind::Any) || wanted->is(TypeKind::Unknown)) return nullptr;
    std::vector<Type> found;
    for (Type member : members_of(wanted))
        if (MemberInfo info = find_member(context_, member, name);
            info.kind != MemberInfo::None && (info.owner == ItemId::None || name_of(info.owner).text() != "Object"))
            found.push_back(resolved(context_, info.type));
    if (found.empty()) return nullptr;
    Type result = type::union_of(std::move(found));
    return result->is(TypeKind::Parameter) ? nullptr : result;
}

namespace {

/// An object literal as it is written, member by member. Once a name is computed, what follows goes into the object
/// made so far.
struct Made {
    Aggregate record{AggregateKind::Record, ItemId::None, {}, {}};
    std::vector<RecordField> fields;
    std::vector<ExprId> steps;
    std::optional<LocalId> so_far;
    bool open = false;

    void remember(RecordField field) {
        std::erase_if(fields, [&](const RecordField& f) { return f.name == field.name; });
        fields.push_back(std::move(field));
    }
};

}  // namespace

ExprId BodyBuilder::object(const ast::ObjectExpr& e, Type expected) {
    uint32_t node = node_of(e.node);
    Type wanted = expected ? nullable_parts_removed(expected) : nullptr;
    if (wanted && wanted->is(TypeKind::Union)) wanted = told_apart(e, wanted);
    Made made;
    // A literal stays one where the context tells values apart by it (`{ type: "key" }`).
    auto field_type = [&](ExprId value, Type field) {
        Type produced = type_of(value);
        if (keeps_literals_) return produced;
        if (!field || field->has(TypeHasParameter)) {
            return field && produced->is(TypeKind::Literal) ? produced : widened(produced);
        }
        Type kept = produced->is(TypeKind::Literal) ? restricted(context_, field, produced) : nullptr;
        if (kept == produced) return produced;
        return fits(value, field) ? field : widened(produced);
    };
    auto put = [&](Name name, ExprId value, Type field, uint32_t at) {
        Type as = field_type(value, field);
        made.record.names.push_back(name);
        made.record.operands.push_back(field && as == field ? coerce(value, as, at) : convert(value, as));
        made.remember({name, as, false, keeps_literals_});
    };
    std::set<Name> own;
    auto check_twice = [&](Name name, const SyntaxElement& at) {
        if (!name.empty() && !own.insert(name).second)
            report(DiagnosticCode::DuplicateDeclaration, node_of(at),
                   fmt::format("`{}` stands twice in this object", name.text()));
    };
    for (const ast::Member& m : e.members()) {
        uint32_t at = node_of(m.node);
        if (auto p = m.as<ast::Property>()) {
            Name name = member_name(p.name());
            if (name.empty() && p.name().computed()) {
                computed_property(p, wanted, made.record, made.steps, made.so_far, made.fields);
                continue;
            }
            check_twice(name, p.name().node);
            Type field = wanted_member(wanted, name);
            resolve_member(p.name().word(), wanted);
            put(name, expression(p.value(), field), field, p.value() ? node_of(p.value().node) : at);
        } else if (auto s = m.as<ast::ShorthandProperty>()) {
            if (s.initializer())
                report(DiagnosticCode::SyntaxError, node_of(s.initializer().node),
                       "`= value` stands in a pattern only; in an object write `name: value`");
            check_twice(s.name().name() ? Name(s.name().name().text()) : Name(), s.name().node);
            ExprId value = this->name(s.name());
            resolve_member(s.name().name(), wanted);
            Name name(s.name().name() ? s.name().name().text() : std::string_view());
            put(name, value, wanted_member(wanted, name), at);
        } else if (auto method = m.as<ast::MethodDecl>()) {
            Name name = member_name(method.name());
            check_twice(name, method.name().node);
            resolve_member(method.name().word(), wanted);
            ExprId value = closure(method.node, wanted_member(wanted, name));
            put(name, value, nullptr, at);
        } else if (auto spread = m.as<ast::SpreadProperty>()) {
            ExprId value = expression(spread.value());
            Type t = nullable_parts_removed(type_of(value));
            own.clear();
            std::vector<Type> alternatives = members_of(t);
            bool plain = false;
            for (Type part : alternatives) plain |= part->is(TypeKind::Record) || part->is(TypeKind::Nominal);
            if (alternatives.size() > 1 || may_be_absent(type_of(value))) {
                // Of several, what all have; what some have may be there.
                for (Type part : alternatives)
                    for (RecordField f : fields_of(context_, part)) {
                        MemberInfo everywhere = find_member(context_, t, f.name);
                        bool certain = everywhere.kind != MemberInfo::None && !may_be_absent(type_of(value));
                        f.type = certain ? everywhere.type : f.type;
                        f.optional = f.optional || !certain;
                        for (const RecordField& before : made.fields)
                            if (before.name == f.name && f.optional && !before.optional)
                                f.type = type::union_of({f.type, before.type}), f.optional = false;
                        made.remember(f);
                    }
            } else if (t->is(TypeKind::Record) || t->is(TypeKind::Nominal)) {
                for (RecordField f : fields_of(context_, t)) {
                    bool method_of_class = t->is(TypeKind::Nominal) && f.readonly && f.type->is(TypeKind::Function);
                    if (method_of_class) continue;
                    f.readonly = false;
                    for (const RecordField& before : made.fields)
                        if (before.name == f.name && f.optional)
                            f.type = type::union_of({f.type, before.type}), f.optional = before.optional;
                    made.remember(f);
                }
            }
            made.open |= !plain && !t->is(TypeKind::Never);
            made.record.names.push_back(Name());
            made.record.operands.push_back(add(type_of(value), node_of(spread.node), Spread{value}));
        } else {
            report(DiagnosticCode::SyntaxError, at,
                   "an object has no accessors in Velox; write a method, or declare a class");
        }
    }
    check_excess(e, made.fields, wanted);
    Type result = made.open ? type::any() : type::record(std::move(made.fields));
    if (!made.so_far) return add(result, node, std::move(made.record));
    if (!made.record.names.empty()) {
        ExprId before = add(type::any(), node, LocalRef{*made.so_far});
        made.record.names.insert(made.record.names.begin(), Name());
        made.record.operands.insert(made.record.operands.begin(), add(type::any(), node, Spread{before}));
        ExprId whole = convert(add(type::record({}), node, std::move(made.record)), type::any());
        made.steps.push_back(
            add(type::unit(), node, hir::Assign{add(type::any(), node, LocalRef{*made.so_far}), whole}));
    }
    ExprId whole = convert(add(type::any(), node, LocalRef{*made.so_far}), result);
    return add(result, node, Block{std::move(made.steps), whole});
}

/// Of a union, the members that the literal's own literal fields fit.
Type BodyBuilder::told_apart(const ast::ObjectExpr& e, Type wanted) {
    std::vector<Type> kept;
    for (Type member : wanted->arguments) {
        bool fit = true;
        for (const ast::Member& m : e.members()) {
            auto p = m.as<ast::Property>();
            auto literal = p ? p.value().as<ast::LiteralExpr>() : ast::LiteralExpr();
            if (!literal || !literal.value()) continue;
            MemberInfo info = find_member(context_, member, member_name(p.name()));
            Type value = literal_type(literal.value(), false);
            if (info.kind == MemberInfo::None || !value) continue;
            bool tells = true;
            for (Type part : members_of(resolved(context_, info.type))) tells &= part->is(TypeKind::Literal);
            if (tells) fit &= is_assignable(context_, value, info.type);
        }
        if (fit) kept.push_back(member);
    }
    return kept.empty() ? wanted : type::union_of(std::move(kept));
}

/// A member that the wanted type does not know is most likely mistyped.
void BodyBuilder::check_excess(const ast::ObjectExpr& e, const std::vector<RecordField>& fields, Type wanted) {
    if (!wanted || wanted->has(TypeHasParameter) || wanted->has(TypeHasError)) return;
    std::vector<std::string> candidates;
    for (Type member : members_of(wanted)) {
        bool known = member->is(TypeKind::Record) ||
                     (member->is(TypeKind::Nominal) && kind_of(member->item) == ItemKind::Interface);
        if (!known || is_std_type(member, "Message")) return;
        if (find_member(context_, member, index_signature()).kind != MemberInfo::None) return;
        if (fields_of(context_, member).empty()) return;
        for (std::string& name : member_names(context_, member)) candidates.push_back(std::move(name));
    }
    for (const ast::Member& m : e.members()) {
        auto p = m.as<ast::Property>();
        Name name = p ? member_name(p.name()) : Name();
        bool present = false;
        for (const RecordField& f : fields) present |= f.name == name;
        if (name.empty() || !present) continue;
        bool declared = false;
        for (Type member : members_of(wanted)) {
            MemberInfo info = find_member(context_, member, name);
            declared |= info.kind != MemberInfo::None;
        }
        if (declared) continue;
        std::string near = nearest_name(name.text(), candidates);
        uint32_t at = node_of(p.name().node);
        auto& d = report(DiagnosticCode::MissingMember, at,
                         fmt::format("`{}` has no member `{}`{}", print_type(wanted), name.text(),
                                     near.empty() ? std::string() : fmt::format("; did you mean `{}`?", near)));
        if (!near.empty() && d.fixes.empty())
            d.fixes.push_back(
                {fmt::format("change to `{}`", near), {{{item_, at}, ItemDiagnostic::FixEdit::Replace, near}}});
    }
}

/// `[key]: value`: the object so far is kept in a variable, and the member set in it.
void BodyBuilder::computed_property(const ast::Property& p, Type wanted, Aggregate& record, std::vector<ExprId>& steps,
                                    std::optional<LocalId>& so_far, std::vector<RecordField>& fields) {
    uint32_t node = node_of(p.node);
    if (so_far) {
        ExprId before = add(type::any(), node, LocalRef{*so_far});
        record.names.insert(record.names.begin(), Name());
        record.operands.insert(record.operands.begin(), add(type::any(), node, Spread{before}));
    }
    if (!so_far || record.names.size() > 1) {
        LocalId held = temporary(type::any(), node);
        ExprId whole = add(type::record({}), node, std::move(record));
        steps.push_back(let_temporary(held, convert(whole, type::any()), node));
        so_far = held;
    }
    record = Aggregate{AggregateKind::Record, ItemId::None, {}, {}};
    ExprId key = expression(p.name().computed());
    Type key_type = type_of(key);
    Type index = wanted_member(wanted, index_signature());
    ExprId value = expression(p.value(), index);
    if (index && fits(value, index)) value = coerce(value, index, node);
    Type value_type = index && type_of(value) == index ? index : widened(type_of(value));
    ExprId place = add(type::any(), node, Index{add(type::any(), node, LocalRef{*so_far}), convert(key, type::any())});
    steps.push_back(add(type::unit(), node, hir::Assign{place, convert(value, type::any())}));
    bool named = key_type->is(TypeKind::Literal) && key_type->element()->is(TypeKind::String);
    Name name = named ? Name(string_value(key_type->text.text())) : index_signature();
    for (const RecordField& f : fields)
        if (f.name == name && !named) value_type = joined(context_, f.type, value_type);
    std::erase_if(fields, [&](const RecordField& f) { return f.name == name; });
    fields.push_back({name, value_type, !named, false});
}

/// `/ab+/g` is `new RegExp("ab+", "g")`.
ExprId BodyBuilder::regular_expression(const SyntaxToken& token, uint32_t node) {
    std::string_view text = token.text();
    size_t end = text.rfind('/');
    ItemId klass = std_item(context_, "RegExp");
    if (klass == ItemId::None || text.size() < 2 || end == 0 || end == std::string_view::npos)
        return error_expression(node);
    ExprId pattern = add(type::string(), node, StringLiteral{std::string(text.substr(1, end - 1))});
    ExprId flags = add(type::string(), node, StringLiteral{std::string(text.substr(end + 1))});
    ItemId constructor = context_.get<DefinitionOf>(klass)->constructor;
    return add(type::nominal(klass), node,
               New{type::nominal(klass), constructor, {pattern, convert(flags, or_undefined(type::string()))}});
}

ExprId BodyBuilder::yield(const ast::YieldExpr& e) {
    uint32_t node = node_of(e.node);
    Function& frame = functions_.back();
    if (!frame.is_generator)
        report(DiagnosticCode::SyntaxError, node, "`yield` stands in a generator: `function* name() {…}`");
    Type wanted = frame.declared_result ? element_type(frame.declared_result, frame.is_async) : nullptr;
    ExprId value = e.value() ? expression(e.value(), e.is_delegating() ? nullptr : wanted)
                             : add(type::undefined(), node, UndefinedLiteral{});
    Type given = type_of(value);
    if (e.is_delegating()) {
        given = element_type(given, functions_.back().is_async);
        if (!given) {
            report(DiagnosticCode::TypeMismatch, node,
                   fmt::format("`{}` cannot be iterated", print_type(type_of(value))));
            given = type::error();
        }
        if (wanted && !is_assignable(context_, given, wanted)) mismatch(node, given, wanted, "element");
    } else if (wanted && e.value()) {
        value = coerce(value, wanted, node_of(e.value().node), "element");
    }
    functions_.back().yielded.push_back(given);
    return add(type::any(), node, Yield{convert(value, type::any())});
}

}  // namespace braid::velox_semantics
