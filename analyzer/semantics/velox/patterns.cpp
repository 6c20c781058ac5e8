#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "analyzer/semantics/names.h"
#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/enum_values.h"
#include "analyzer/semantics/velox/exhaustive.h"
#include "analyzer/semantics/velox/items.h"
#include "analyzer/semantics/velox/type_operators.h"

namespace braid::velox_semantics {

using namespace hir;

ItemId BodyBuilder::resolve_path(const ast::Path& path, Type scrutinee) {
    auto names = path.names();
    if (names.empty()) return ItemId::None;
    auto variant_of = [&](ItemId owner, const SyntaxToken& name) {
        if (owner == ItemId::None || kind_of(owner) != ItemKind::Enum) return ItemId::None;
        for (ItemId v : context_.get<DefinitionOf>(owner)->variants)
            if (name_of(v).text() == name.text()) return v;
        return ItemId::None;
    };
    if (names.size() == 2) {
        ItemId owner = types_.scope().find_type(names[0]);
        if (owner != ItemId::None) resolve(node_of(names[0]), owner, nullptr);
        return variant_of(owner, names[1]);
    }
    // A bare name: a variant of what is matched comes before anything else of that name.
    for (Type member : members_of(scrutinee))
        if (Type base = widened(member); base->is(TypeKind::Nominal))
            if (ItemId v = variant_of(base->item, names[0]); v != ItemId::None) return v;
    if (ItemId type = types_.scope().find_type(names[0]); type != ItemId::None) return type;
    // Of a value that may be anything, a variant of the file's enums.
    if (!scrutinee->is(TypeKind::Any) && !scrutinee->is(TypeKind::Unknown)) return ItemId::None;
    for (const auto& child : *context_.get<ItemChildren>(file_item(file_of(item_))))
        if (ItemId v = variant_of(child.item, names[0]); v != ItemId::None) return v;
    return ItemId::None;
}

PatternId BodyBuilder::variant_pattern(ItemId variant, const std::vector<ast::Pattern>& fields, Type scrutinee,
                                       Type& narrowed, uint32_t node) {
    if (auto value = enum_value(context_, variant)) {
        if (!fields.empty())
            report(DiagnosticCode::WrongArgumentCount, node,
                   fmt::format("`{}` carries no values", name_of(variant).text()));
        Type literal = variant_type(context_, variant);
        narrowed = restricted(context_, scrutinee, literal);
        if (narrowed->is(TypeKind::Never)) {
            mismatch(node, literal, scrutinee, "pattern");
            narrowed = literal;
        }
        return add_pattern(scrutinee, node, LiteralPattern{convert(variant_value(variant, *value, node), type::any())});
    }
    ItemId owner = parent_of(variant);
    Type enum_type = type::nominal(owner, std::vector<Type>(context_.get<GenericsOf>(owner)->size(), type::any()));
    bool direct = scrutinee->is(TypeKind::Nominal) && scrutinee->item == owner;
    for (Type member : scrutinee->is(TypeKind::Union) ? scrutinee->arguments : std::vector<Type>{scrutinee})
        if (member->is(TypeKind::Nominal) && member->item == owner) enum_type = member;
    narrowed = enum_type;
    auto definition = context_.get<DefinitionOf>(variant);
    if (fields.size() > definition->fields.size())
        report(DiagnosticCode::WrongArgumentCount, node,
               fmt::format("`{}` has {} value{}, not {}", name_of(variant).text(), definition->fields.size(),
                           definition->fields.size() == 1 ? "" : "s", fields.size()));
    VariantPattern out{variant, {}};
    for (size_t i = 0; i < definition->fields.size(); ++i) {
        Type field = substitute(definition->fields[i].type, owner, enum_type->arguments), ignored = field;
        out.fields.push_back(i < fields.size() ? pattern(fields[i], field, ignored)
                                               : add_pattern(field, node, WildcardPattern{}));
    }
    PatternId made = add_pattern(enum_type, node, std::move(out));
    return direct ? made : add_pattern(scrutinee, node, TypePattern{enum_type, made});
}

PatternId BodyBuilder::name_pattern(const ast::Pattern& p, Type scrutinee, Type& narrowed) {
    uint32_t node = node_of(p.node);
    auto n = p.as<ast::NamePattern>();
    auto names = n.path().names();
    if (names.empty()) return add_pattern(scrutinee, node, ErrorPattern{});
    ItemId item = resolve_path(n.path(), scrutinee);
    if (item != ItemId::None) {
        resolve(node_of(names.back()), item, nullptr);
        if (kind_of(item) == ItemKind::Variant) return variant_pattern(item, {}, scrutinee, narrowed, node);
        if (kind_of(item) == ItemKind::Interface) {
            report(DiagnosticCode::TypeMismatch, node,
                   fmt::format("`{}` is an interface and cannot be tested; test a class or a field", names[0].text()));
            return add_pattern(scrutinee, node, ErrorPattern{});
        }
        std::vector<Type> any(context_.get<GenericsOf>(item)->size(), type::any());
        Type tested = kind_of(item) == ItemKind::TypeAlias ? substitute(*context_.get<ValueTypeOf>(item), item, any)
                                                           : type::nominal(item, any);
        narrowed = restricted(context_, scrutinee, tested);
        if (narrowed->is(TypeKind::Never)) narrowed = tested;
        return add_pattern(scrutinee, node, TypePattern{tested, PatternId::None});
    }
    std::string_view text = names[0].text();
    Type scalar = names.size() == 1 ? primitive(text) : nullptr;
    if (scalar && !scalar->is(TypeKind::Any) && !scalar->is(TypeKind::Unknown)) {
        narrowed = restricted(context_, scrutinee, scalar);
        if (narrowed->is(TypeKind::Never)) narrowed = scalar;
        return add_pattern(scrutinee, node, TypePattern{scalar, PatternId::None});
    }
    if (names.size() > 1 || std::isupper(static_cast<unsigned char>(text[0]))) {
        std::vector<std::string> candidates = types_.scope().names_like(names.back().text());
        if (scrutinee->is(TypeKind::Nominal))
            for (ItemId v : context_.get<DefinitionOf>(scrutinee->item)->variants)
                candidates.emplace_back(name_of(v).text());
        if (types_.scope().imports(text)) return add_pattern(scrutinee, node, ErrorPattern{});
        std::string near = nearest_name(names.back().text(), candidates);
        auto& d = report(DiagnosticCode::UnresolvedName, node_of(names.back()),
                         fmt::format("no class, variant or type `{}` is known here{}", names.back().text(),
                                     near.empty() ? std::string() : fmt::format("; did you mean `{}`?", near)));
        if (!near.empty() && d.fixes.empty()) d.fixes.push_back(change_to(d.location, near));
        return add_pattern(scrutinee, node, ErrorPattern{});
    }
    uint32_t at = node_of(names[0]);
    LocalId local = declare(Name(text), scrutinee, at, true);
    resolve(at, local, scrutinee, true);
    return add_pattern(scrutinee, node, BindPattern{local, BindMode::Value, PatternId::None});
}

/// The literal a pattern or expression is, as a type; null: it is none.
Type BodyBuilder::literal_type(const ast::Pattern& p) {
    auto l = p.as<ast::LiteralPattern>();
    return l && l.value() ? literal_type(l.value(), l.is_negative()) : nullptr;
}

Type BodyBuilder::literal_type(const SyntaxToken& token, bool negative) {
    switch (to_kind(token.kind())) {
        case Kind::NullKw: return type::null();
        case Kind::UndefinedKw: return type::undefined();
        case Kind::TrueKw:
        case Kind::FalseKw: return type::literal(type::boolean(), token.text());
        case Kind::StringLiteral:
        case Kind::TemplateWhole: return type::literal(type::string(), "\"" + string_value(token.text()) + "\"");
        case Kind::NumberLiteral:
            return type::literal(type::float_(), std::string(negative ? "-" : "") + std::string(token.text()));
        default: return nullptr;
    }
}

PatternId BodyBuilder::object_pattern(const ast::ObjectPattern& p, Type scrutinee, Type& narrowed) {
    uint32_t node = node_of(p.node);
    Type tested = nullptr;
    if (p.path()) {
        ItemId item = resolve_path(p.path(), scrutinee);
        if (item != ItemId::None && kind_of(item) == ItemKind::Class)
            tested = type::nominal(item, std::vector<Type>(context_.get<GenericsOf>(item)->size(), type::any()));
    }
    Type base = tested ? tested : nullable_parts_removed(scrutinee);
    // Literal fields tell which members of a union are meant.
    if (!tested && base->is(TypeKind::Union)) {
        std::vector<Type> members;
        for (Type member : base->arguments) {
            bool fits = true;
            for (ast::PatternProperty f : p.properties()) {
                if (f.is_rest()) continue;
                MemberInfo info = find_member(context_, member, member_name(f.key()));
                Type wanted = literal_type(f.pattern());
                if (info.kind == MemberInfo::None) fits = member->is(TypeKind::Any);
                else if (wanted) fits &= !restricted(context_, info.type, wanted)->is(TypeKind::Never);
            }
            if (fits) members.push_back(member);
        }
        base = type::union_of(std::move(members));
        if (base->is(TypeKind::Never)) {
            report(DiagnosticCode::TypeMismatch, node,
                   fmt::format("no member of `{}` has this form", print_type(scrutinee)));
            base = type::error();
        }
    }
    narrowed = base;
    RecordPattern record;
    std::vector<Name> taken;
    std::optional<Rest> rest;
    for (ast::PatternProperty f : p.properties()) {
        if (f.is_rest()) {
            SyntaxToken rest_name = f.key() ? f.key().word() : SyntaxToken();
            if (!rest_name)
                for (SyntaxElement part : f.node.children())
                    if (part.is_token() && to_kind(part.kind()) == Kind::Identifier) rest_name = SyntaxToken(part);
            if (!rest_name) continue;
            LocalId object = temporary(base, node);
            LocalId local = declare(Name(rest_name.text()), rest_type(base, taken), node_of(rest_name), true);
            resolve(node_of(rest_name), local, body_[local].type, true);
            rest = Rest{object, local, {}, node_of(rest_name)};
            continue;
        }
        taken.push_back(member_name(f.key()));
        Name name = member_name(f.key());
        Type field = type::any();
        if (!base->is(TypeKind::Any) && !base->is(TypeKind::Never) && !base->has(TypeHasError)) {
            MemberInfo info = find_member(context_, base, name);
            if (info.kind == MemberInfo::None)
                report(DiagnosticCode::MissingMember, node_of(f.node),
                       fmt::format("`{}` has no member `{}`", print_type(base), name.text()));
            else field = info.type;
        }
        Type inner = field;
        PatternId sub;
        resolve_member(f.key().word(), base);
        if (f.pattern()) {
            sub = pattern(f.pattern(), field, inner);
        } else {
            uint32_t at = node_of(f.key().word() ? SyntaxElement(f.key().word()) : SyntaxElement(f.key().node));
            LocalId local = declare(name, field, at, true);
            resolve(at, local, field, true);
            sub = add_pattern(field, at, BindPattern{local, BindMode::Value, PatternId::None});
        }
        record.fields.emplace_back(name, sub);
    }
    PatternId made = add_pattern(base, node, std::move(record));
    if (rest) {
        rest->taken = std::move(taken);
        made = add_pattern(base, node, BindPattern{rest->object, BindMode::Value, made});
        rests_.push_back(std::move(*rest));
    }
    // What may be no object, or absent, is tested for being one.
    bool is_open = scrutinee->is(TypeKind::Any) || scrutinee->is(TypeKind::Unknown);
    if (!tested && is_open) tested = type::record({});
    if (!tested && may_be_absent(scrutinee) && !base->has(TypeHasError)) tested = base;
    return tested ? add_pattern(scrutinee, node, TypePattern{tested, made}) : made;
}

/// The members of a type that `[…]` can fit: lists, and tuples of as many elements whose literals are not others.
std::vector<Type> BodyBuilder::sequences(const ast::ArrayPattern& p, Type scrutinee) {
    auto elements = p.elements();
    bool has_rest = std::any_of(elements.begin(), elements.end(),
                                [](const ast::Pattern& e) { return e.kind() == Kind::RestPattern; });
    size_t count = elements.size() - (has_rest ? 1 : 0);
    std::vector<Type> fitting;
    for (Type member : members_of(resolved(context_, scrutinee))) {
        if (member->is(TypeKind::List)) fitting.push_back(member);
        if (!member->is(TypeKind::Tuple)) continue;
        size_t size = member->arguments.size();
        bool fits = has_rest ? size >= count : size == count;
        for (size_t i = 0; fits && i < elements.size() && elements[i].kind() != Kind::RestPattern; ++i)
            if (Type literal = literal_type(elements[i]))
                fits = !restricted(context_, resolved(context_, member->arguments[i]), literal)->is(TypeKind::Never);
        if (fits) fitting.push_back(member);
    }
    return fitting;
}

/// `[first, ...rest]`. What may be something else than an array is tested for one first.
PatternId BodyBuilder::array_pattern(const ast::ArrayPattern& p, Type scrutinee, Type& narrowed) {
    uint32_t node = node_of(p.node);
    bool is_sequence = scrutinee->is(TypeKind::List) || scrutinee->is(TypeKind::Tuple);
    bool is_open = scrutinee->is(TypeKind::Any) || scrutinee->is(TypeKind::Unknown);
    std::vector<Type> fitting = sequences(p, scrutinee);
    if (fitting.empty() && !is_open && !scrutinee->has(TypeHasError) && !scrutinee->has(TypeHasParameter)) {
        report(DiagnosticCode::TypeMismatch, node,
               fmt::format("no value of `{}` has this form", print_type(scrutinee)));
        scrutinee = type::error();
    }
    Type sequence = fitting.size() == 1 ? fitting[0] : list_of(type::any());
    if (!fitting.empty()) narrowed = type::union_of(fitting);
    auto element_at = [&](size_t i) -> Type {
        std::vector<Type> found;
        for (Type member : fitting) {
            bool named = member->is(TypeKind::Tuple) && i < member->arguments.size();
            found.push_back(named ? resolved(context_, member->arguments[i]) : built_in_element(member));
        }
        return found.empty() ? type::any() : type::union_of(std::move(found));
    };
    ListPattern list;
    for (ast::Pattern e : p.elements()) {
        auto rest = e.as<ast::RestPattern>();
        size_t at = list.elements.size();
        if (rest) {
            list.rest = uint32_t(at);
            if (!rest.name()) continue;
            std::vector<Type> others;
            for (Type member : fitting)
                if (member->is(TypeKind::Tuple))
                    others.insert(others.end(), member->arguments.begin() + long(at), member->arguments.end());
                else others.push_back(member->element());
            Type type = list_of(others.empty() ? type::any() : type::union_of(std::move(others)));
            LocalId local = declare(Name(rest.name().text()), type, node_of(rest.name()), true);
            resolve(node_of(rest.name()), local, type, true);
            list.rest_pattern =
                add_pattern(type, node_of(rest.node), BindPattern{local, BindMode::Value, PatternId::None});
            continue;
        }
        Type element = list.rest ? built_in_element(sequence) : element_at(at), inner = element;
        list.elements.push_back(pattern(e, element, inner));
    }
    PatternId made = add_pattern(sequence, node, std::move(list));
    return is_sequence ? made : add_pattern(scrutinee, node, TypePattern{sequence, made});
}

PatternId BodyBuilder::pattern(const ast::Pattern& p, Type scrutinee, Type& narrowed) {
    if (!p) return add_pattern(scrutinee, 0, ErrorPattern{});
    uint32_t node = node_of(p.node);
    narrowed = scrutinee;
    auto literal_of = [&](const SyntaxToken& token, bool negative) {
        Type hint = widened(nullable_parts_removed(scrutinee));
        ExprId value = literal(token, negative, hint, node);
        Type t = type_of(value);
        if (!is_assignable(context_, widened(t), hint) && !is_assignable(context_, hint, widened(t)) &&
            !is_assignable(context_, t, scrutinee))
            mismatch(node, t, scrutinee, "pattern");
        bool same = widened(t) == scrutinee;
        return same ? convert(value, scrutinee) : convert(value, type::any());
    };
    switch (p.kind()) {
        case Kind::WildcardPattern: return add_pattern(scrutinee, node, WildcardPattern{});
        case Kind::ParenPattern: return pattern(p.as<ast::ParenPattern>().inner(), scrutinee, narrowed);
        case Kind::LiteralPattern: {
            auto l = p.as<ast::LiteralPattern>();
            ExprId value = literal_of(l.value(), l.is_negative());
            if (scrutinee->is(TypeKind::Union) || scrutinee->is(TypeKind::Bool))
                if (Type t = literal_type(p)) narrowed = restricted(context_, scrutinee, t);
            return add_pattern(scrutinee, node, LiteralPattern{value});
        }
        case Kind::RangePattern: {
            auto r = p.as<ast::RangePattern>();
            auto bound = [&](const ast::RangeBound& b) {
                return b && b.value() ? literal_of(b.value(), b.is_negative()) : ExprId::None;
            };
            return add_pattern(scrutinee, node, RangePattern{bound(r.begin()), bound(r.end()), r.is_inclusive()});
        }
        case Kind::NamePattern: return name_pattern(p, scrutinee, narrowed);
        case Kind::TypePattern: {
            auto t = p.as<ast::TypePattern>();
            Type tested = types_.read(t.type());
            narrowed = restricted(context_, scrutinee, tested);
            if (narrowed->is(TypeKind::Never)) narrowed = tested;
            PatternId sub = PatternId::None;
            if (t.name() && t.name().text() != "_") {
                uint32_t at = node_of(t.name());
                LocalId local = declare(Name(t.name().text()), tested, at, true);
                resolve(at, local, tested, true);
                sub = add_pattern(tested, at, BindPattern{local, BindMode::Value, PatternId::None});
            }
            return add_pattern(scrutinee, node, TypePattern{tested, sub});
        }
        case Kind::VariantPattern: {
            auto v = p.as<ast::VariantPattern>();
            ItemId variant = resolve_path(v.path(), scrutinee);
            if (variant == ItemId::None || kind_of(variant) != ItemKind::Variant) {
                report_no_variant(v.path(), scrutinee, node);
                Type unknown = type::error();
                for (const ast::Pattern& field : v.fields()) pattern(field, type::error(), unknown);
                return add_pattern(scrutinee, node, ErrorPattern{});
            }
            resolve(node_of(v.path().names().back()), variant, nullptr);
            return variant_pattern(variant, v.fields(), scrutinee, narrowed, node);
        }
        case Kind::ObjectPattern: return object_pattern(p.as<ast::ObjectPattern>(), scrutinee, narrowed);
        case Kind::ArrayPattern: return array_pattern(p.as<ast::ArrayPattern>(), scrutinee, narrowed);
        case Kind::OrPattern: {
            OrPattern out;
            std::vector<Type> parts;
            for (ast::Pattern alternative : p.as<ast::OrPattern>().alternatives()) {
                Type part = scrutinee;
                out.alternatives.push_back(pattern(alternative, scrutinee, part));
                parts.push_back(part);
            }
            narrowed = type::union_of(std::move(parts));
            return add_pattern(scrutinee, node, std::move(out));
        }
        default: return add_pattern(scrutinee, node, ErrorPattern{});
    }
}

/// A block gives the value of its last expression statement.
ExprId BodyBuilder::statement_value(const ast::Statement& s, Type expected) {
    uint32_t node = node_of(s.node);
    if (auto e = s.as<ast::ExprStmt>()) return expression(e.expression(), expected);
    if (auto b = s.as<ast::Block>()) {
        auto list = b.statements();
        scopes_.emplace_back();
        ExprId value = ExprId::None;
        std::vector<ExprId> out;
        bool has_value = !list.empty() && list.back().kind() == Kind::ExprStmt;
        ast::Statement last = has_value ? list.back() : ast::Statement();
        if (has_value) list.pop_back();
        statements(list, out);
        if (has_value && reachable_) value = expression(last.as<ast::ExprStmt>().expression(), expected);
        scopes_.pop_back();
        Type t = value != ExprId::None ? type_of(value) : reachable_ ? type::unit() : type::never();
        return add(t, node, Block{std::move(out), value});
    }
    ExprId made = statement(s);
    return made != ExprId::None ? made : add(type::unit(), node, Block{{}, ExprId::None});
}

ExprId BodyBuilder::match(const ast::MatchExpr& e, Type expected) {
    uint32_t node = node_of(e.node);
    ExprId subject = expression(e.subject());
    Type scrutinee = type_of(subject);
    if (scrutinee->is(TypeKind::Literal)) subject = convert(subject, scrutinee = widened(scrutinee));
    Match out{subject, {}, true};
    Facts before = facts_;
    Facts merged;
    bool any_reached = false, has_wildcard = false, saw_error = false;
    Type rest = scrutinee;
    std::set<ItemId> seen;
    std::vector<Type> results;
    for (ast::MatchArm arm : e.arms()) {
        facts_ = before;
        reachable_ = true;
        scopes_.emplace_back();
        Type narrowed = scrutinee;
        hir::MatchArm made{PatternId::None, ExprId::None, ExprId::None};
        size_t first_bound = body_.locals.size(), reports = body_.diagnostics.size();
        made.pattern = pattern(arm.pattern(), scrutinee, narrowed);
        for (size_t i = first_bound; i < body_.locals.size() && body_.diagnostics.size() == reports; ++i)
            if (!body_.locals[i].name.empty()) unread_matters_.insert(LocalId(uint32_t(i)));
        if (!saw_error && (has_wildcard || is_covered(made.pattern, rest, scrutinee, seen))) {
            auto& d = report(DiagnosticCode::UnreachableCode, node_of(arm.pattern().node),
                             "this arm is never taken: those above it match everything it does");
            d.tags |= TagUnnecessary;
        }
        if (narrowed != scrutinee) assume_type(e.subject(), [&](Type) { return narrowed; });
        if (arm.guard()) {
            made.guard = condition(arm.guard().condition());
            assume(arm.guard().condition(), true);
        }
        std::vector<ExprId> rests;
        flush_rests(rests);
        made.body =
            arm.statement() ? statement_value(arm.statement(), expected) : expression(arm.expression(), expected);
        if (type_of(made.body)->is(TypeKind::Never)) reachable_ = false;
        if (!rests.empty()) {
            Type t = type_of(made.body);
            bool valueless = t->is(TypeKind::Unit) || t->is(TypeKind::Never);
            if (valueless) rests.push_back(made.body);
            made.body = add(t, node_of(arm.node), Block{std::move(rests), valueless ? ExprId::None : made.body});
        }
        scopes_.pop_back();
        if (!arm.guard()) {
            std::function<void(PatternId)> covers = [&](PatternId id) {
                const Pattern& p = body_[id];
                auto* bound = std::get_if<BindPattern>(&p.data);
                saw_error |= std::holds_alternative<ErrorPattern>(p.data);
                if (std::holds_alternative<WildcardPattern>(p.data) || std::holds_alternative<ErrorPattern>(p.data) ||
                    (bound && bound->sub == PatternId::None))
                    has_wildcard = true;
                if (auto* v = std::get_if<VariantPattern>(&p.data); v && takes_all(v->fields)) seen.insert(v->variant);
                if (auto* t = std::get_if<hir::TypePattern>(&p.data)) {
                    if (t->sub == PatternId::None || std::holds_alternative<BindPattern>(body_[t->sub].data))
                        rest = excluded(context_, rest, t->tested);
                    else covers(t->sub);
                }
                if (auto* o = std::get_if<hir::OrPattern>(&p.data))
                    for (PatternId sub : o->alternatives) covers(sub);
                if (auto* b = std::get_if<BindPattern>(&p.data); b && b->sub != PatternId::None) return covers(b->sub);
                if (auto* r = std::get_if<RecordPattern>(&p.data); r && tests_discriminants_only(*r, narrowed))
                    rest = excluded(context_, rest, narrowed);
                if (auto* l = std::get_if<ListPattern>(&p.data); l && fits_all_of(*l, p.type))
                    rest = excluded(context_, rest, p.type);
                if (std::holds_alternative<hir::LiteralPattern>(p.data) &&
                    (rest->is(TypeKind::Union) || rest->is(TypeKind::Bool) || rest->is(TypeKind::Literal) ||
                     rest->is(TypeKind::Null) || rest->is(TypeKind::Undefined) || is_plain_enum(context_, rest)))
                    rest = excluded(context_, rest, narrowed);
            };
            covers(made.pattern);
        }
        results.push_back(type_of(made.body));
        if (reachable_) {
            if (any_reached) merge_facts(merged, true, facts_, true), merged = facts_;
            else merged = facts_;
            any_reached = true;
        }
        out.arms.push_back(made);
    }
    std::vector<PatternId> certain;
    for (const hir::MatchArm& arm : out.arms)
        if (arm.guard == ExprId::None) certain.push_back(arm.pattern);
    if (saw_error || !fit_all_values(context_, body_, certain, scrutinee))
        check_exhaustive(e, rest, seen, scrutinee, has_wildcard);
    Type result = nullptr;
    for (Type t : results)
        if (!t->is(TypeKind::Never)) result = result ? joined(context_, result, widened(t)) : widened(t);
    if (!result) result = type::never();
    bool valueless = false;
    for (Type t : results) valueless |= t->is(TypeKind::Unit);
    if (valueless) result = type::unit();
    bool fit = is_target(expected) && !result->is(TypeKind::Never) && !result->is(TypeKind::Unit);
    for (const hir::MatchArm& arm : out.arms) fit = fit && fits(arm.body, expected);
    if (fit) result = expected;
    for (hir::MatchArm& arm : out.arms)
        if (!result->is(TypeKind::Unit)) arm.body = fit ? coerce(arm.body, result, node) : convert(arm.body, result);
    facts_ = any_reached ? merged : before;
    reachable_ = any_reached;
    return add(result, node, std::move(out));
}

/// Patterns that fit every value of their place.
bool BodyBuilder::takes_all(const std::vector<PatternId>& patterns) const {
    for (PatternId id : patterns) {
        const Pattern& p = body_[id];
        if (std::holds_alternative<WildcardPattern>(p.data) || std::holds_alternative<ErrorPattern>(p.data)) continue;
        auto* bind = std::get_if<BindPattern>(&p.data);
        auto* typed = std::get_if<hir::TypePattern>(&p.data);
        auto* record = std::get_if<RecordPattern>(&p.data);
        if (bind && (bind->sub == PatternId::None || takes_all({bind->sub}))) continue;
        if (typed && is_assignable(context_, p.type, typed->tested) &&
            (typed->sub == PatternId::None || takes_all({typed->sub})))
            continue;
        std::vector<PatternId> parts;
        if (record)
            for (const auto& [name, sub] : record->fields) parts.push_back(sub);
        if (record && takes_all(parts)) continue;
        return false;
    }
    return true;
}

/// Whether the arms above have left nothing of what a pattern matches. `rest` is what they left of the scrutinee's
/// type, `seen` the variants they take whole.
bool BodyBuilder::is_covered(PatternId id, Type rest, Type scrutinee, const std::set<ItemId>& seen) const {
    const Pattern& p = body_[id];
    if (std::holds_alternative<ErrorPattern>(p.data) || scrutinee->has(TypeHasError)) return false;
    if (rest->is(TypeKind::Never) && !scrutinee->is(TypeKind::Never)) return true;
    if (auto* v = std::get_if<VariantPattern>(&p.data)) return seen.count(v->variant);
    if (auto* o = std::get_if<hir::OrPattern>(&p.data))
        return std::all_of(o->alternatives.begin(), o->alternatives.end(),
                           [&](PatternId sub) { return is_covered(sub, rest, scrutinee, seen); });
    if (scrutinee->is(TypeKind::Nominal)) {
        auto definition = context_.get<DefinitionOf>(scrutinee->item);
        return !definition->variants.empty() && std::all_of(definition->variants.begin(), definition->variants.end(),
                                                            [&](ItemId variant) { return seen.count(variant); });
    }
    auto* typed = std::get_if<hir::TypePattern>(&p.data);
    return typed && rest->is(TypeKind::Union) && restricted(context_, rest, typed->tested)->is(TypeKind::Never) &&
           !restricted(context_, scrutinee, typed->tested)->is(TypeKind::Never);
}

/// `[a, b]` of a pair, `["add", n]` of a tuple that begins with this literal, `[...all]` of a list.
bool BodyBuilder::fits_all_of(const ListPattern& list, Type sequence) const {
    if (!sequence->is(TypeKind::Tuple)) return list.elements.empty() && list.rest;
    return std::all_of(list.elements.begin(), list.elements.end(), [&](PatternId id) {
        bool is_literal = std::holds_alternative<hir::LiteralPattern>(body_[id].data);
        return takes_all({id}) || (is_literal && body_[id].type->is(TypeKind::Literal));
    });
}

/// `{ type: "user", name }` fits every value of its type: what it compares is what tells that type apart.
bool BodyBuilder::tests_discriminants_only(const RecordPattern& record, Type type) {
    for (const auto& [name, sub] : record.fields) {
        if (takes_all({sub})) continue;
        auto* literal = std::get_if<hir::LiteralPattern>(&body_[sub].data);
        for (Type member : members_of(type)) {
            MemberInfo info = find_member(context_, member, name);
            if (!literal || info.kind == MemberInfo::None || !info.type->is(TypeKind::Literal)) return false;
        }
    }
    return true;
}

void BodyBuilder::check_exhaustive(const ast::MatchExpr& e, Type rest, const std::set<ItemId>& seen, Type scrutinee,
                                   bool has_wildcard) {
    if (has_wildcard || scrutinee->has(TypeHasError) || scrutinee->is(TypeKind::Any) ||
        scrutinee->is(TypeKind::Unknown))
        return;
    std::vector<std::string> missing;
    for (Type member : rest->is(TypeKind::Union) ? rest->arguments : std::vector<Type>{rest}) {
        if (member->is(TypeKind::Never)) continue;
        if (is_plain_enum(context_, member)) {
            for (ItemId v : context_.get<DefinitionOf>(member->item)->variants)
                missing.push_back(fmt::format("`{}`", name_of(v).text()));
            continue;
        }
        if (member->is(TypeKind::Literal) && member->item != ItemId::None) {
            missing.push_back(fmt::format("`{}`", name_of(member->item).text()));
            continue;
        }
        auto definition = member->is(TypeKind::Nominal) ? context_.get<DefinitionOf>(member->item) : nullptr;
        if (definition && !definition->variants.empty()) {
            for (ItemId v : definition->variants)
                if (!seen.count(v)) missing.push_back(fmt::format("`{}`", name_of(v).text()));
        } else {
            bool all = rest == scrutinee && !rest->is(TypeKind::Union);
            missing.push_back(all ? "every other value" : fmt::format("`{}`", print_type(member)));
        }
    }
    // Only a closed set has to be covered; for the others `MatchError` is thrown at run time.
    bool closed = scrutinee->is(TypeKind::Union) || scrutinee->is(TypeKind::Bool) || scrutinee->is(TypeKind::Literal) ||
                  (scrutinee->is(TypeKind::Nominal) && !context_.get<DefinitionOf>(scrutinee->item)->variants.empty());
    if (missing.empty() || !closed) return;
    std::string list;
    for (size_t i = 0; i < missing.size(); ++i) list += (i ? ", " : "") + missing[i];
    report(DiagnosticCode::NonExhaustiveMatch, node_of(e.node.first_token()),
           fmt::format("this match does not cover {}", list));
}

}  // namespace braid::velox_semantics
