#include <fmt/format.h>

#include <algorithm>

#include "analyzer/semantics/list_edits.h"
#include "analyzer/semantics/names.h"
#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/items.h"
#include "analyzer/semantics/velox/type_operators.h"

namespace braid::velox_semantics {

using namespace hir;

PatternId BodyBuilder::binding_with_default(const ast::Binding& b, const ast::Initializer& initializer, Type type,
                                            bool is_mutable) {
    uint32_t node = node_of(initializer.node);
    type = resolved(context_, type);
    ExprId value = checked(initializer.value(), type, "default");
    PatternId sub = binding(b, type, is_mutable);
    return add_pattern(type, node, DefaultPattern{sub, convert(value, type)});
}

/// `let [first, second] = naturals()`: of what is no array but can be iterated, as many elements as the pattern names.
ExprId BodyBuilder::elements_for(const ast::ArrayBinding& pattern, ExprId value) {
    Type t = resolved(context_, type_of(value));
    bool is_text = widened(t)->is(TypeKind::String);
    bool is_object = t->is(TypeKind::Nominal) || t->is(TypeKind::Record);
    if (t->has(TypeHasError) || (!is_text && !is_object) || array_base(context_, t)) return value;
    Type element = element_type(t, false);
    ItemId array = std_item(context_, "Array");
    if (!element || array == ItemId::None) return value;
    uint32_t node = node_of(pattern.node);
    if (is_text) return code_points(value, node);
    auto bound = pattern.elements();
    bool takes_all = std::any_of(bound.begin(), bound.end(), [](const ast::BindingElement& e) { return e.is_rest(); });
    if (takes_all || is_std_type(t, "Map") || is_std_type(t, "Set")) return as_list(value, node);
    MemberInfo taken = find_member(context_, type::nominal(array, {type::any()}), Name("taken"), true);
    ExprId iterator = convert(iterator_of(value, node), type::any());
    ExprId count = add(type::float_(), node, FloatLiteral{static_cast<double>(bound.size())});
    return add(list_of(element), node,
               Call{DirectCallee{taken.item, {type::any()}, nullptr}, {iterator, count}, CallMode::Plain});
}

/// `let [a, b] = [1, "x"]`: taken apart at once, the literal is a tuple.
ExprId BodyBuilder::initial_value(const ast::Binding& b, const ast::Expression& value, Type declared) {
    auto pattern = b.as<ast::ArrayBinding>();
    auto literal = value.as<ast::ArrayExpr>();
    if (pattern && !literal && !declared) return elements_for(pattern, expression(value));
    if (declared || !pattern || !literal) return expression(value, declared);
    auto bound = pattern.elements();
    auto elements = literal.elements();
    bool is_plain = bound.size() == elements.size() && !bound.empty();
    for (const ast::BindingElement& e : bound) is_plain &= !e.is_rest();
    for (const ast::Expression& e : elements) is_plain &= e.kind() != Kind::SpreadExpr && e.kind() != Kind::HoleExpr;
    if (!is_plain) return expression(value);
    Aggregate tuple{AggregateKind::Tuple, ItemId::None, {}, {}};
    std::vector<Type> types;
    for (size_t i = 0; i < elements.size(); ++i) {
        ExprId made = initial_value(bound[i].binding(), elements[i], nullptr);
        Type t = widened(type_of(made));
        bool tells = !t->is(TypeKind::Null) && !t->is(TypeKind::Undefined) && !t->is(TypeKind::Unit);
        types.push_back(tells ? t : type::any());
        tuple.operands.push_back(convert(made, types.back()));
    }
    return add(type::tuple(std::move(types), TypeShared), node_of(value.node), std::move(tuple));
}

PatternId BodyBuilder::binding(const ast::Binding& b, Type t, bool is_mutable) {
    if (!b) return add_pattern(t, 0, WildcardPattern{});
    uint32_t node = node_of(b.node);
    if (auto n = b.as<ast::NameBinding>()) {
        if (!n.name()) return add_pattern(t, node, WildcardPattern{});
        Name name(n.name().text());
        uint32_t at = node_of(n.name());
        bool is_second = false;
        if (scopes_.back().names.count(name)) {
            LocalId earlier = scopes_.back().names[name];
            bool parameter_itself = body_[earlier].node == at;
            if (!parameter_itself) {
                auto& d = report(DiagnosticCode::DuplicateDeclaration, at,
                                 fmt::format("`{}` is declared twice in this block", name.text()));
                if (d.related.empty()) d.related.push_back({{item_, body_[earlier].node}, "it is declared first here"});
                if (d.fixes.empty()) d.fixes.push_back(rename_second(d.location, name.text(), "rename it to"));
                read_.insert(earlier);  // which of the two is meant elsewhere nobody knows
            }
            is_second = !parameter_itself;
        }
        LocalId local = declare(name, t, at, is_mutable);
        if (is_second) read_.insert(local);
        t = body_[local].type;
        resolve(at, local, t, true);
        return add_pattern(t, node, BindPattern{local, BindMode::Value, PatternId::None});
    }
    t = resolved(context_, t);
    auto sub = [&](const ast::Binding& inner, const ast::Initializer& initializer, Type type) {
        if (!initializer) return binding(inner, type, is_mutable);
        return binding_with_default(inner, initializer,
                                    nullable_parts_removed(type)->is(TypeKind::Never)
                                        ? type::any()
                                        : excluded(context_, type, type::undefined()),
                                    is_mutable);
    };
    if (auto o = b.as<ast::ObjectBinding>()) {
        RecordPattern record;
        std::vector<Name> taken;
        std::vector<LocalId> taken_keys;
        std::vector<Rest> later;
        std::optional<LocalId> whole;
        auto whole_object = [&] { return whole ? *whole : *(whole = temporary(t, node)); };
        present_type(t, node);
        for (ast::BindingProperty p : o.properties()) {
            auto rest_name = p.binding().as<ast::NameBinding>();
            if (p.is_rest()) {
                if (!rest_name || !rest_name.name()) continue;
                uint32_t at = node_of(rest_name.name());
                LocalId object = whole_object();
                Type others = taken_keys.empty() ? rest_type(t, taken) : type::any();
                LocalId local = declare(Name(rest_name.name().text()), others, at, is_mutable);
                resolve(at, local, body_[local].type, true);
                later.push_back({object, local, taken, at, taken_keys});
                continue;
            }
            if (p.key() && p.key().computed() && member_name(p.key()).empty()) {
                Rest computed{whole_object(), LocalId::None, {}, node_of(p.key().node)};
                computed.computed = to_text(expression(p.key().computed()));
                computed.key = temporary(type::string(), computed.node);
                computed.pattern = sub(p.binding(), p.initializer(), type::any());
                taken_keys.push_back(computed.key);
                later.push_back(std::move(computed));
                continue;
            }
            auto plain = p.binding().as<ast::NameBinding>();
            Name name = p.key() ? member_name(p.key()) : plain && plain.name() ? Name(plain.name().text()) : Name();
            Type type = type::any();
            taken.push_back(name);
            if (!t->is(TypeKind::Any) && !t->has(TypeHasError)) {
                MemberInfo info = find_member(context_, nullable_parts_removed(t), name);
                if (info.kind == MemberInfo::None && (is_std_type(t, "Message") || p.initializer())) {
                    type = is_std_type(t, "Message") ? type::any() : type::undefined();
                } else if (info.kind == MemberInfo::None) {
                    std::string near = nearest_name(name.text(), member_names(context_, t));
                    uint32_t at = node_of(p.key() ? SyntaxElement(p.key().node) : SyntaxElement(p.node));
                    auto& d =
                        report(DiagnosticCode::MissingMember, at,
                               fmt::format("`{}` has no member `{}`{}", print_type(t), name.text(),
                                           near.empty() ? std::string() : fmt::format("; did you mean `{}`?", near)));
                    if (!near.empty() && d.fixes.empty() && p.key())
                        d.fixes.push_back({fmt::format("change to `{}`", near),
                                           {{{item_, at}, ItemDiagnostic::FixEdit::Replace, near}}});
                    type = type::error();
                } else {
                    if (!private_is_visible(info))
                        report(DiagnosticCode::PrivateAccess,
                               node_of(p.key() ? SyntaxElement(p.key().node) : SyntaxElement(p.node)),
                               fmt::format("`{}` is private to the file of `{}`", name.text(),
                                           name_of(info.owner).text()));
                    type = info.type;
                }
            }
            resolve_member(p.key() ? p.key().word() : plain ? plain.name() : SyntaxToken(), t);
            record.fields.emplace_back(name, sub(p.binding(), p.initializer(), type));
        }
        PatternId made = add_pattern(t, node, std::move(record));
        if (!whole) return made;
        for (Rest& r : later) rests_.push_back(std::move(r));
        return add_pattern(t, node, BindPattern{*whole, BindMode::Value, made});
    }
    auto a = b.as<ast::ArrayBinding>();
    present_type(t, node);
    if (Type list_type = array_base(context_, t)) t = list_type;
    ListPattern list;
    TuplePattern tuple;
    bool is_tuple = t->is(TypeKind::Tuple);
    Type iterated = is_tuple || t->is(TypeKind::List) || t->is(TypeKind::Any) ? nullptr : element_type(t, false);
    size_t i = 0;
    for (ast::BindingElement e : a.elements()) {
        Type element = is_tuple                ? (i < t->arguments.size() ? t->arguments[i] : type::undefined())
                       : t->is(TypeKind::List) ? t->element()
                                               : type::any();
        if (e.is_rest()) {
            list.rest = uint32_t(list.elements.size());
            Type others = t;
            if (is_tuple)
                others = list_of(
                    type::union_of({t->arguments.begin() + std::min(i, t->arguments.size()), t->arguments.end()}));
            list.rest_pattern = binding(e.binding(), others, is_mutable);
            continue;
        }
        PatternId made = e.binding() ? sub(e.binding(), e.initializer(), element)
                                     : add_pattern(element, node_of(e.node), WildcardPattern{});
        list.elements.push_back(made);
        ++i;
    }
    if (!is_tuple && !t->is(TypeKind::List) && !t->is(TypeKind::Any) && !t->has(TypeHasError))
        report(DiagnosticCode::TypeMismatch, node,
               iterated ? fmt::format("`{}` is taken apart as an array: write `[...value]`", print_type(t))
                        : fmt::format("`{}` has no elements to take apart", print_type(t)));
    return add_pattern(t, node, std::move(list));
}

/// What may be absent cannot be taken apart.
void BodyBuilder::present_type(Type& t, uint32_t node) {
    if (!may_be_absent(t) || t->is(TypeKind::Any)) return;
    Type there = nullable_parts_removed(t);
    Type absent = there->is(TypeKind::Never) ? t : excluded(context_, t, there);
    report(DiagnosticCode::PossiblyNull, node, fmt::format("this takes apart what may be {}", print_type(absent)));
    t = there->is(TypeKind::Never) ? type::error() : there;
}

Type BodyBuilder::rest_type(Type object, const std::vector<Name>& taken) {
    if (!object->is(TypeKind::Record) && !object->is(TypeKind::Nominal)) return type::any();
    std::vector<RecordField> fields = fields_of(context_, object);
    std::erase_if(fields, [&](const RecordField& f) {
        bool method = f.type->is(TypeKind::Function) && object->is(TypeKind::Nominal) && f.readonly;
        return method || std::find(taken.begin(), taken.end(), f.name) != taken.end();
    });
    return type::record(std::move(fields));
}

/// `object` without some of its members, as an object of its own.
ExprId BodyBuilder::rest_of(ExprId object, const std::vector<Name>& taken, uint32_t node,
                            const std::vector<LocalId>& taken_keys) {
    ItemId holder = std_item(context_, "Object");
    MemberInfo without =
        holder == ItemId::None ? MemberInfo() : find_member(context_, type::nominal(holder), Name("without"), true);
    if (without.item == ItemId::None) return error_expression(node);
    Aggregate names{AggregateKind::List, ItemId::None, {}, {}};
    for (Name name : taken)
        names.operands.push_back(add(type::string(), node, StringLiteral{std::string(name.text())}));
    for (LocalId key : taken_keys) names.operands.push_back(add(type::string(), node, LocalRef{key}));
    ExprId list = add(list_of(type::string()), node, std::move(names));
    return add(type::any(), node,
               Call{DirectCallee{without.item, {}, nullptr}, {convert(object, type::any()), list}, CallMode::Plain});
}

/// Behind a pattern: what is under its computed names, the objects of its `...rest`.
void BodyBuilder::flush_rests(std::vector<ExprId>& out) {
    std::vector<Rest> made;
    made.swap(rests_);
    for (const Rest& r : made) {
        ExprId object = add(body_[r.object].type, r.node, LocalRef{r.object});
        if (r.computed != ExprId::None) {
            out.push_back(let_temporary(r.key, r.computed, r.node));
            ExprId key = convert(add(type::string(), r.node, LocalRef{r.key}), type::any());
            ExprId value = add(type::any(), r.node, Index{convert(object, type::any()), key});
            out.push_back(add(type::unit(), r.node, Let{r.pattern, value, ExprId::None}));
            continue;
        }
        ExprId others = rest_of(object, r.taken, r.node, r.taken_keys);
        out.push_back(let_temporary(r.rest, convert(others, body_[r.rest].type), r.node));
    }
}

}  // namespace braid::velox_semantics
