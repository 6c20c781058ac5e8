#include <algorithm>

#include "analyzer/semantics/altru/builder.h"
#include "analyzer/semantics/list_edits.h"

namespace braid::altru_semantics {

using namespace hir;

ExprId BodyBuilder::prepare_scrutinee(ExprId value, PatternContext& context) {
    bool peeled = false;
    bool all_mutable = true;
    auto* local = body().as<LocalRef>(value);
    context.undecided = local && body().locals[uint32_t(local->local)].is_self &&
                        context_.get<SignatureOf>(item_)->receiver == Receiver::Inferred;
    while (type_of(value)->is(TypeKind::Reference)) {
        all_mutable = all_mutable && type_of(value)->has(TypeMutable);
        value = deref(value, expr(value).node);
        peeled = true;
    }
    if (peeled) {
        context.by_reference = true;
        context.mutable_reference = all_mutable;
        context.source = value;
    } else if (is_place(value) && is_behind_reference(value)) {
        context.by_reference = true;
        context.implicit = true;
        context.source = value;
    }
    return value;
}

PatternId BodyBuilder::bind_name(const SyntaxToken& name, bool is_mutable, Type expected,
                                 const PatternContext& context) {
    uint32_t node = node_of(name);
    Name wanted(name.text());
    Type t = table_.resolve(expected);
    BindMode mode = BindMode::Value;
    // Matched through a `&mut` that is written, a Copy part is lent, too: it may be written.
    if (context.by_reference && !t->is(TypeKind::Error) && (context.lends_copies() || !traits_.is_copy(t))) {
        mode = context.mutable_reference ? BindMode::BorrowMutable : BindMode::Borrow;
        t = type::reference(t, context.mutable_reference);
    } else {
        t = expected;
    }
    if (context.reuse) {
        auto found = context.reuse->find(wanted);
        if (found != context.reuse->end()) {
            Type bound = body().locals[uint32_t(found->second)].type;
            if (!table_.unify(bound, t))
                mismatch(node, bound, t, "every alternative binds the name with the same type");
            resolution(name, found->second, bound);
            return emit_pattern(BindPattern{found->second, mode}, expected, node);
        }
        error(DiagnosticCode::UnresolvedName, node,
              "`" + std::string(name.text()) + "` is not bound by the other alternatives of this pattern");
    }
    LocalId local = declare(wanted, t, node, is_mutable);
    if (mode != BindMode::Value && context.source != ExprId::None) draft_.binding_source[local] = context.source;
    if (mode != BindMode::Value && context.implicit) {
        draft_.implicit_bindings.push_back(local);
        implicit_borrow_locals_.insert(uint32_t(local));
    }
    resolution(name, local, t);
    return emit_pattern(BindPattern{local, mode}, expected, node);
}

ItemId BodyBuilder::variant_by_path(const std::vector<SyntaxToken>& path, bool report) {
    std::vector<Name> names;
    for (const SyntaxToken& segment : path) names.emplace_back(segment.text());
    if (names.empty()) return ItemId::None;
    if (names.size() == 2)
        if (Type t = types_.builtin_or_parameter(names[0]);
            t && t->is(TypeKind::Nominal) && kind_of(t->item) == ItemKind::Enum) {
            ItemId variant = find_child(context_, t->item, names[1], ItemKind::Variant);
            if (variant != ItemId::None) return variant;
        }
    PathResolution resolved = resolve_path(context_, scope_item_, names, Want::Value);
    for (size_t i = 0; i + 1 < path.size() && i < resolved.steps.size(); ++i)
        if (resolved.steps[i] != ItemId::None && report) resolution(path[i], resolved.steps[i], nullptr);
    if (report) report_hidden(resolved, path);
    if (resolved.resolved == names.size() && kind_of(resolved.item) == ItemKind::Variant) return resolved.item;
    if (resolved.resolved + 1 == names.size() && resolved.item != ItemId::None &&
        kind_of(resolved.item) == ItemKind::TypeAlias) {
        Type target = *context_.get<ValueTypeOf>(resolved.item);
        if (target->is(TypeKind::Nominal)) return find_child(context_, target->item, names.back(), ItemKind::Variant);
    }
    if (!report) return ItemId::None;
    size_t bad = std::min(resolved.resolved, path.size() - 1);
    std::string what(path[bad].text());
    if (bad > 0 && resolved.item != ItemId::None && kind_of(resolved.item) == ItemKind::Enum) {
        std::vector<std::string> candidates;
        for (ItemId variant : context_.get<DefinitionOf>(resolved.item)->variants)
            candidates.emplace_back(name_of(variant).text());
        std::string near = nearest_name(what, candidates);
        auto& d = error(DiagnosticCode::MissingMember, node_of(path[bad]),
                        "`" + std::string(path[bad - 1].text()) + "` has no variant `" + what + "`" +
                            (near.empty() ? "" : "; did you mean `" + near + "`?"));
        if (!near.empty())
            d.fixes.push_back({"Change to `" + near + "`", {{d.location, ItemDiagnostic::FixEdit::Replace, near}}});
    } else if (!is_without_file(context_, resolved.item)) {
        error(DiagnosticCode::UnresolvedName, node_of(path[bad]), "there is no variant `" + what + "` here");
    }
    return ItemId::None;
}

PatternId BodyBuilder::check_variant_pattern(const std::vector<SyntaxToken>& path,
                                             const std::vector<ast::Pattern>& elements, bool has_payload, Type expected,
                                             const PatternContext& context, uint32_t node) {
    Type t = table_.shallow(expected);
    // `Circle(r)` for `Shape::Circle(r)`: say how it is written.
    ItemId variant = ItemId::None;
    if (path.size() == 1 && t->is(TypeKind::Nominal) && kind_of(t->item) == ItemKind::Enum && !is_std_item(t->item)) {
        ItemId visible = lookup_name(context_, scope_item_, Name(path[0].text()), Want::Value);
        ItemId member = find_child(context_, t->item, Name(path[0].text()), ItemKind::Variant);
        if (member != ItemId::None && visible != member) {
            std::string full = std::string(name_of(t->item).text()) + "::" + std::string(path[0].text());
            auto& d = error(DiagnosticCode::UnresolvedName, node_of(path[0]),
                            "a variant is qualified in a pattern: `" + full + "`");
            d.fixes.push_back({"Write `" + full + "`", {{d.location, ItemDiagnostic::FixEdit::Replace, full}}});
            variant = member;
        }
    }
    if (variant == ItemId::None) variant = variant_by_path(path, true);
    auto bind_rest = [&] {
        for (const ast::Pattern& element : elements) check_pattern(element, type::error(), context);
        return emit_pattern(ErrorPattern{}, type::error(), node);
    };
    if (variant == ItemId::None) return bind_rest();
    ItemId owner = parent_of(variant);
    std::vector<Type> arguments = traits_.fresh_arguments(owner, node);
    Type self = type::nominal(owner, arguments);
    resolution(path.back(), variant, self);
    Type matched = t;
    if (t->is(TypeKind::Union))
        for (Type member : t->arguments)
            if (is_nominal(member, owner)) matched = member;
    if (!table_.unify(self, matched)) {
        mismatch(node, matched, self, "the pattern can never match");
        return bind_rest();
    }
    auto definition = context_.get<DefinitionOf>(variant);
    VariantPattern pattern{variant, {}};
    size_t count = definition->fields.size();
    auto rest = std::find_if(elements.begin(), elements.end(),
                             [](const ast::Pattern& p) { return p.kind() == Kind::RestPattern; });
    bool has_rest = rest != elements.end();
    size_t given = elements.size() - has_rest;
    bool unit_payload = count == 1 && elements.empty() &&
                        table_.shallow(substitute(definition->fields[0].type, owner, arguments))->is(TypeKind::Unit);
    if (has_rest ? given > count : (given != count && !unit_payload)) {
        std::string name(name_of(variant).text());
        error(DiagnosticCode::WrongArgumentCount, node,
              count == 0 ? "`" + name + "` carries no value"
                         : "`" + name + "` carries " + std::to_string(count) + " value" + (count == 1 ? "" : "s") +
                               ", the pattern has " + std::to_string(given));
        (void)has_payload;
        return bind_rest();
    }
    size_t before = has_rest ? size_t(rest - elements.begin()) : elements.size();
    for (size_t i = 0; i < count; ++i) {
        Type field_type = substitute(definition->fields[i].type, owner, arguments);
        size_t from_end = count - i;
        ast::Pattern element;
        if (i < before) element = elements[i];
        else if (has_rest && from_end <= elements.size() - before - 1) element = elements[elements.size() - from_end];
        pattern.fields.push_back(element ? check_pattern(element, field_type, context)
                                         : emit_pattern(WildcardPattern{}, field_type, node));
    }
    PatternId id = emit_pattern(std::move(pattern), self, node);
    if (matched != t) return emit_pattern(TypePattern{matched, id}, t, node);
    return id;
}

PatternId BodyBuilder::check_struct_pattern(const ast::StructPattern& p, Type expected, const PatternContext& context) {
    uint32_t node = node_of(p);
    auto path = p.path();
    Type t = table_.shallow(expected);
    ItemId owner = ItemId::None;
    Type self = nullptr;
    ItemId variant = path.size() >= 2 ? variant_by_path(path, false) : ItemId::None;
    if (variant != ItemId::None) {
        owner = variant;
        self = type::nominal(parent_of(variant), traits_.fresh_arguments(parent_of(variant), node));
        resolution(path.back(), variant, self);
    } else {
        self = types_.lower_path(path, {}, path.empty() ? node : node_of(path.back()));
        if (self->is(TypeKind::Nominal)) owner = self->item;
    }
    auto give_up = [&] {
        for (const ast::FieldPattern& field : p.fields())
            if (field.pattern()) check_pattern(field.pattern(), type::error(), context);
            else if (field.name()) bind_name(field.name(), field.is_mut(), type::error(), context);
        return emit_pattern(ErrorPattern{}, type::error(), node);
    };
    if (owner == ItemId::None || (kind_of(owner) != ItemKind::Struct && kind_of(owner) != ItemKind::Variant)) {
        if (!self->is(TypeKind::Error))
            error(DiagnosticCode::TypeMismatch, node, "`" + show(self) + "` has no fields to take apart");
        return give_up();
    }
    if (!table_.unify(self, t)) {
        mismatch(node, t, self, "the pattern can never match");
        return give_up();
    }
    auto definition = context_.get<DefinitionOf>(owner);
    StructPattern pattern{owner, {}};
    std::set<uint32_t> seen;
    bool has_unknown = false;
    for (const ast::FieldPattern& field : p.fields()) {
        if (!field.name()) continue;
        std::string name(field.name().text());
        uint32_t index = 0;
        while (index < definition->fields.size() && definition->fields[index].name.text() != name) ++index;
        if (index == definition->fields.size()) {
            has_unknown = true;
            std::vector<std::string> candidates;
            for (const FieldInfo& known : definition->fields) candidates.emplace_back(known.name.text());
            std::string near = nearest_name(name, candidates);
            auto& d = error(DiagnosticCode::MissingMember, node_of(field.name()),
                            "`" + std::string(name_of(owner).text()) + "` has no field `" + name + "`" +
                                (near.empty() ? "" : "; did you mean `" + near + "`?"));
            if (!near.empty())
                d.fixes.push_back({"Change to `" + near + "`", {{d.location, ItemDiagnostic::FixEdit::Replace, near}}});
            if (field.pattern()) check_pattern(field.pattern(), type::error(), context);
            else bind_name(field.name(), field.is_mut(), type::error(), context);
            continue;
        }
        seen.insert(index);
        Type field_type = substitute(definition->fields[index].type, self->item, self->arguments);
        resolution(field.name(), definition->fields[index].item, field_type);
        check_access(definition->fields[index].item, field.name());
        PatternId sub = field.pattern() ? check_pattern(field.pattern(), field_type, context)
                                        : bind_name(field.name(), field.is_mut(), field_type, context);
        pattern.fields.emplace_back(index, sub);
    }
    if (!p.has_rest() && !has_unknown && seen.size() < definition->fields.size()) {
        std::string missing;
        for (uint32_t i = 0; i < definition->fields.size(); ++i)
            if (!seen.count(i))
                missing += (missing.empty() ? "`" : ", `") + std::string(definition->fields[i].name.text()) + "`";
        auto& d = error(DiagnosticCode::WrongArgumentCount, node,
                        "the pattern leaves out " + missing + "; `..` stands for the rest");
        if (SyntaxToken last = p.node.last_token(); last && !p.fields().empty()) {
            SyntaxToken before = last.previous();
            bool comma = before && before.text() == ",";
            d.fixes.push_back(
                {"Leave the rest out",
                 {{{item_, node_of(last)}, ItemDiagnostic::FixEdit::InsertBefore, comma ? " .." : ", .."}}});
        }
    }
    return emit_pattern(std::move(pattern), t, node);
}

void BodyBuilder::report_bound_twice(size_t first) {
    for (size_t i = first; i < body().locals.size(); ++i) {
        const LocalInfo& local = body().locals[i];
        if (local.name.empty() || local.name.text() == "_") continue;
        for (size_t j = first; j < i; ++j) {
            if (body().locals[j].name != local.name) continue;
            ++local_reads_[j];
            auto& d = error(DiagnosticCode::DuplicateDeclaration, local.node,
                            "`" + std::string(local.name.text()) + "` is bound twice in this pattern");
            d.related.push_back({{item_, body().locals[j].node}, "first bound here"});
            d.fixes.push_back(rename_second(d.location, local.name.text(), "Rename it to"));
            break;
        }
    }
}

PatternId BodyBuilder::check_list_pattern(const ast::ListPattern& p, Type expected, const PatternContext& context) {
    uint32_t node = node_of(p);
    Type t = table_.shallow(expected);
    auto elements = p.elements();
    if (t->is(TypeKind::Tuple)) {  // the seed's `let [sender, receiver] = channel[int]()`
        TuplePattern pattern;
        if (elements.size() != t->arguments.size())
            error(DiagnosticCode::TypeMismatch, node,
                  "`" + show(t) + "` has " + std::to_string(t->arguments.size()) + " parts, the pattern " +
                      std::to_string(elements.size()));
        for (size_t i = 0; i < t->arguments.size(); ++i)
            pattern.elements.push_back(i < elements.size() ? check_pattern(elements[i], t->arguments[i], context)
                                                           : emit_pattern(WildcardPattern{}, t->arguments[i], node));
        return emit_pattern(std::move(pattern), t, node);
    }
    Type element = t->is(TypeKind::List) || t->is(TypeKind::Array) ? t->element() : nullptr;
    if (!element && t->is(TypeKind::Inference)) {
        element = fresh(node);
        table_.unify(t, type::list(element));
    }
    if (!element) {
        if (!t->is(TypeKind::Error))
            mismatch(node, t, type::list(fresh(node)), "a list pattern matches lists and tuples");
        for (const ast::Pattern& e : elements)
            if (e.kind() != Kind::RestPattern) check_pattern(e, type::error(), context);
        return emit_pattern(ErrorPattern{}, type::error(), node);
    }
    ListPattern pattern;
    for (const ast::Pattern& e : elements) {
        if (auto rest = e.as<ast::RestPattern>()) {
            pattern.rest = uint32_t(pattern.elements.size());
            if (rest.name()) {
                PatternContext own;
                own.reuse = context.reuse;
                pattern.rest_pattern = bind_name(rest.name(), false, type::list(element), own);
            }
            continue;
        }
        pattern.elements.push_back(check_pattern(e, element, context));
    }
    return emit_pattern(std::move(pattern), t, node);
}

PatternId BodyBuilder::check_literal_pattern(const ast::LiteralPattern& p, Type expected) {
    uint32_t node = node_of(p);
    ast::Expression literal = p.literal();
    ExprId value = literal.kind() == Kind::LiteralExpr
                       ? check_literal(literal.as<ast::LiteralExpr>(), expected, p.is_negative())
                       : check(literal, expected);
    Type t = table_.shallow(expected);
    if (t->is(TypeKind::Union)) {
        for (Type member : t->arguments)
            if (table_.unify(member, type_of(value)))
                return emit_pattern(TypePattern{member, emit_pattern(LiteralPattern{value}, member, node)}, t, node);
    }
    if (!table_.unify(t, type_of(value))) mismatch(node, t, type_of(value), "the pattern can never match");
    return emit_pattern(LiteralPattern{value}, t, node);
}

PatternId BodyBuilder::check_typed_pattern(const ast::TypedPattern& p, Type expected, const PatternContext& context) {
    uint32_t node = node_of(p);
    Type tested = types_.lower(p.type());
    Type t = table_.resolve(expected);
    bool is_member = t->is(TypeKind::Union) && std::any_of(t->arguments.begin(), t->arguments.end(),
                                                           [&](Type member) { return table_.unify(member, tested); });
    if (t->is(TypeKind::Inference)) is_member = table_.unify(t, tested);
    if (!is_member && !t->is(TypeKind::Error) && !tested->is(TypeKind::Error) && !table_.unify(t, tested))
        mismatch(node, t, tested,
                 t->is(TypeKind::Union) ? "it is no member of the union" : "the pattern can never match");
    PatternContext own = context;
    if (own.by_reference && !own.lends_copies() && traits_.is_copy(tested)) own.by_reference = false;
    PatternId sub = p.pattern() ? check_pattern(p.pattern(), tested, own) : PatternId::None;
    return emit_pattern(TypePattern{tested, sub}, t, node);
}

PatternId BodyBuilder::check_pattern(const ast::Pattern& p, Type expected, PatternContext context) {
    if (!p) return emit_pattern(ErrorPattern{}, type::error(), 0);
    uint32_t node = node_of(p);
    Type place = expected;
    bool binds_whole = p.kind() == Kind::WildcardPattern || p.kind() == Kind::ParenPattern ||
                       p.kind() == Kind::OrPattern || p.kind() == Kind::ReferencePattern;
    if (p.kind() == Kind::NamePattern) {
        auto name = p.as<ast::NamePattern>();
        if (!name.name()) return emit_pattern(ErrorPattern{}, type::error(), node);
        ItemId item =
            name.is_mut() ? ItemId::None : lookup_name(context_, scope_item_, Name(name.name().text()), Want::Value);
        bool is_variant = item != ItemId::None && kind_of(item) == ItemKind::Variant;
        bool is_constant = item != ItemId::None && kind_of(item) == ItemKind::Constant;
        Type inner = table_.shallow(expected);
        while (inner->is(TypeKind::Reference)) inner = table_.shallow(inner->element());
        bool own_variant =
            inner->is(TypeKind::Nominal) && kind_of(inner->item) == ItemKind::Enum &&
            find_child(context_, inner->item, Name(name.name().text()), ItemKind::Variant) != ItemId::None;
        if (!is_variant && !is_constant && !(own_variant && !name.is_mut()))
            return bind_name(name.name(), name.is_mut(), expected, context);
        PatternId id;
        if (is_constant) {
            Type t = *context_.get<ValueTypeOf>(item);
            if (!table_.unify(t, inner)) mismatch(node, inner, t, "the pattern can never match");
            resolution(name.name(), item, t);
            id = emit_pattern(LiteralPattern{emit(StaticRef{item}, t, node)}, inner, node);
        } else {
            id = check_variant_pattern({name.name()}, {}, false, inner, context, node);
        }
        body().patterns[uint32_t(id)].type = expected;
        return id;
    }
    if (!binds_whole) {
        for (Type t = table_.shallow(expected); t->is(TypeKind::Reference); t = table_.shallow(t->element())) {
            context.mutable_reference =
                context.by_reference ? context.mutable_reference && t->has(TypeMutable) : t->has(TypeMutable);
            context.by_reference = true;
            context.implicit = false;
            expected = t->element();
        }
    }
    PatternId id;
    switch (p.kind()) {
        case Kind::WildcardPattern: return emit_pattern(WildcardPattern{}, expected, node);
        case Kind::ParenPattern: return check_pattern(p.as<ast::ParenPattern>().inner(), expected, context);
        case Kind::ReferencePattern: {
            // `&p` takes the borrow off: what it binds is the value.
            Type t = table_.shallow(expected);
            if (t->is(TypeKind::Reference)) {
                PatternContext own = context;
                own.by_reference = false;
                PatternId inner = check_pattern(p.as<ast::ReferencePattern>().inner(), t->element(), own);
                if (std::holds_alternative<BindPattern>(body().patterns[uint32_t(inner)].data)) {
                    // Binding looks at the borrow's place by value: a Copy element is read through it.
                    if (!traits_.is_copy(t->element()))
                        error(DiagnosticCode::MoveOutOfBorrow, node,
                              "`" + show(t->element()) + "` is no Copy type and cannot be moved out of a borrow");
                }
                return reference_pattern(inner, t, node);
            }
            return check_pattern(p.as<ast::ReferencePattern>().inner(), expected, context);
        }
        case Kind::OrPattern: {
            OrPattern pattern;
            std::map<Name, LocalId> bound;
            size_t names = scope_.size();
            bool first = true;
            for (const ast::Pattern& alternative : p.as<ast::OrPattern>().alternatives()) {
                PatternContext own = context;
                if (!first) own.reuse = &bound;
                pattern.alternatives.push_back(check_pattern(alternative, expected, own));
                if (first) {
                    for (size_t i = names; i < scope_.size(); ++i) bound.emplace(scope_[i].first, scope_[i].second);
                    if (context.reuse) bound = *context.reuse;
                }
                first = false;
            }
            return emit_pattern(std::move(pattern), expected, node);
        }
        case Kind::PathPattern: {
            auto segments = p.as<ast::PathPattern>().segments();
            std::vector<Name> names;
            for (const SyntaxToken& segment : segments) names.emplace_back(segment.text());
            PathResolution path = resolve_path(context_, scope_item_, names, Want::Value);
            ItemId constant =
                path.resolved == names.size() && path.item != ItemId::None && kind_of(path.item) == ItemKind::Constant
                    ? path.item
                    : ItemId::None;
            if (constant == ItemId::None && path.resolved < names.size()) {
                Named named = resolve_named(segments, false);
                if (named.kind == Named::AssociatedFunction && named.item != ItemId::None &&
                    kind_of(named.item) == ItemKind::Constant)
                    constant = named.item;
            }
            if (constant != ItemId::None) {
                Type t = *context_.get<ValueTypeOf>(constant);
                if (!table_.unify(t, expected)) mismatch(node, expected, t, "the pattern can never match");
                id = emit_pattern(LiteralPattern{emit(StaticRef{constant}, t, node)}, t, node);
            } else {
                id = check_variant_pattern(segments, {}, false, expected, context, node);
            }
            break;
        }
        case Kind::VariantPattern: {
            auto variant = p.as<ast::VariantPattern>();
            id = check_variant_pattern(variant.path(), variant.elements(), true, expected, context, node);
            break;
        }
        case Kind::LiteralPattern: id = check_literal_pattern(p.as<ast::LiteralPattern>(), expected); break;
        case Kind::RangePattern: {
            auto range = p.as<ast::RangePattern>();
            auto bound = [&](const ast::Pattern& b) {
                if (!b) return ExprId::None;
                PatternId checked = check_pattern(b, expected, {});
                auto* literal = std::get_if<LiteralPattern>(&body().patterns[uint32_t(checked)].data);
                return literal ? literal->value : ExprId::None;
            };
            ExprId low = bound(range.low()), high = bound(range.high());
            id = emit_pattern(RangePattern{low, high, range.is_inclusive()}, expected, node);
            break;
        }
        case Kind::TuplePattern: {
            auto elements = p.as<ast::TuplePattern>().elements();
            Type t = table_.shallow(expected);
            if (t->is(TypeKind::Inference)) {
                std::vector<Type> parts;
                for (const ast::Pattern& e : elements) parts.push_back(fresh(node_of(e)));
                table_.unify(t, type::tuple(parts));
                t = table_.shallow(t);
            }
            if (t->is(TypeKind::Union)) {  // the one member that it can be
                std::vector<Type> members;
                for (Type member : t->arguments)
                    if (elements.empty() ? member->is(TypeKind::Unit)
                                         : member->is(TypeKind::Tuple) && member->arguments.size() == elements.size())
                        members.push_back(member);
                if (members.size() == 1) {
                    PatternId inner = check_pattern(p, members[0], context);
                    id = emit_pattern(TypePattern{members[0], inner}, t, node);
                    break;
                }
            }
            if (elements.empty() && t->is(TypeKind::Unit)) {
                id = emit_pattern(WildcardPattern{}, t, node);
                break;
            }
            auto rest = std::find_if(elements.begin(), elements.end(),
                                     [](const ast::Pattern& e) { return e.kind() == Kind::RestPattern; });
            bool has_rest = rest != elements.end();
            bool fits = t->is(TypeKind::Tuple) && (has_rest ? elements.size() - 1 <= t->arguments.size()
                                                            : elements.size() == t->arguments.size());
            if (!fits) {
                if (!t->is(TypeKind::Error)) {
                    if (t->is(TypeKind::Tuple))
                        error(DiagnosticCode::TypeMismatch, node,
                              "`" + show(t) + "` has " + std::to_string(t->arguments.size()) + " parts, the pattern " +
                                  std::to_string(elements.size()));
                    else error(DiagnosticCode::TypeMismatch, node, "a tuple pattern cannot match `" + show(t) + "`");
                }
                for (const ast::Pattern& e : elements)
                    if (e.kind() != Kind::RestPattern) check_pattern(e, type::error(), context);
                return emit_pattern(ErrorPattern{}, type::error(), node);
            }
            TuplePattern pattern;
            size_t before = has_rest ? size_t(rest - elements.begin()) : elements.size(),
                   after = has_rest ? elements.size() - before - 1 : 0;
            for (size_t i = 0; i < t->arguments.size(); ++i) {
                ast::Pattern element;
                if (i < before) element = elements[i];
                else if (t->arguments.size() - i <= after)
                    element = elements[elements.size() - (t->arguments.size() - i)];
                pattern.elements.push_back(element ? check_pattern(element, t->arguments[i], context)
                                                   : emit_pattern(WildcardPattern{}, t->arguments[i], node));
            }
            id = emit_pattern(std::move(pattern), t, node);
            break;
        }
        case Kind::ListPattern: id = check_list_pattern(p.as<ast::ListPattern>(), expected, context); break;
        case Kind::StructPattern: id = check_struct_pattern(p.as<ast::StructPattern>(), expected, context); break;
        case Kind::TypedPattern: id = check_typed_pattern(p.as<ast::TypedPattern>(), expected, context); break;
        default: return emit_pattern(ErrorPattern{}, type::error(), node);
    }
    body().patterns[uint32_t(id)].type = place;
    return id;
}

/// `&x` against a borrow: x is bound to the value behind it.
PatternId BodyBuilder::reference_pattern(PatternId inner, Type reference, uint32_t) {
    // A binding whose type is no reference, against a reference, stands for what is behind it (flow's lower_pattern).
    Pattern& p = body().patterns[uint32_t(inner)];
    p.type = reference;
    return inner;
}

bool BodyBuilder::is_irrefutable(PatternId id) {
    if (id == PatternId::None) return true;
    const Pattern p = body().patterns[uint32_t(id)];
    auto all = [&](const std::vector<PatternId>& ids) {
        return std::all_of(ids.begin(), ids.end(), [&](PatternId x) { return is_irrefutable(x); });
    };
    if (std::holds_alternative<WildcardPattern>(p.data) || std::holds_alternative<ErrorPattern>(p.data)) return true;
    if (auto* bind = std::get_if<BindPattern>(&p.data)) return is_irrefutable(bind->sub);
    if (auto* tuple = std::get_if<TuplePattern>(&p.data)) return all(tuple->elements);
    if (auto* list = std::get_if<ListPattern>(&p.data)) {
        Type t = table_.shallow(p.type);
        if (t->is(TypeKind::Array))
            return (list->rest ? list->elements.size() <= t->length : list->elements.size() == t->length) &&
                   all(list->elements);
        return list->rest && list->elements.empty();
    }
    if (auto* variant = std::get_if<VariantPattern>(&p.data))
        return context_.get<DefinitionOf>(parent_of(variant->variant))->variants.size() == 1 && all(variant->fields);
    if (auto* fields = std::get_if<StructPattern>(&p.data)) {
        bool single = kind_of(fields->item) != ItemKind::Variant ||
                      context_.get<DefinitionOf>(parent_of(fields->item))->variants.size() == 1;
        return single && std::all_of(fields->fields.begin(), fields->fields.end(),
                                     [&](const auto& f) { return is_irrefutable(f.second); });
    }
    if (auto* alternatives = std::get_if<OrPattern>(&p.data))
        return std::any_of(alternatives->alternatives.begin(), alternatives->alternatives.end(),
                           [&](PatternId x) { return is_irrefutable(x); });
    return false;
}

}  // namespace braid::altru_semantics
