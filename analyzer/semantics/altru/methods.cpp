#include <algorithm>

#include "analyzer/semantics/altru/builder.h"

// Method calls: look-up over the dereferences of the receiver, and how the receiver is handed over.
namespace braid::altru_semantics {

using namespace hir;

std::optional<BodyBuilder::Target> BodyBuilder::find_method_on(Type t, Name name) {
    t = traits_.normalize(table_.shallow(t));
    auto in_traits = [&](const std::vector<Type>& bounds, bool is_dyn) -> std::optional<Target> {
        for (Type bound : bounds) {
            if (!bound->is(TypeKind::Nominal) || kind_of(bound->item) != ItemKind::Trait) continue;
            ItemId function = find_child(context_, bound->item, name, ItemKind::Function);
            if (function == ItemId::None) continue;
            Target target;
            target.function = function;
            target.parent_arguments = bound->arguments;
            target.self = t;
            target.is_dyn = is_dyn;
            return target;
        }
        return std::nullopt;
    };
    if (t->is(TypeKind::ActorHandle) || (t->is(TypeKind::Nominal) && kind_of(t->item) == ItemKind::Actor)) {
        ItemId function = find_child(context_, t->item, name, ItemKind::Function);
        if (function != ItemId::None && name.text() != "new") {
            Target target;
            target.function = function;
            target.parent_arguments = t->arguments;
            target.is_message = t->is(TypeKind::ActorHandle);
            return target;
        }
    }
    if (t->is(TypeKind::Dyn))
        if (auto found = in_traits(traits_.supertraits(type::nominal(t->item, t->arguments)), true)) return found;
    if (t->is(TypeKind::Parameter))
        if (auto found = in_traits(traits_.all_bounds(t), false)) return found;

    Type looked_up = t;
    bool literal = false;
    if (t->is(TypeKind::Inference)) {
        if (table_.kind_of(t) == VariableKind::General) return std::nullopt;
        looked_up = table_.default_of(t);
        literal = true;
    }
    if (t->is(TypeKind::Array)) looked_up = type::list(t->element());
    bool is_state = t->is(TypeKind::Nominal) && kind_of(t->item) == ItemKind::Actor;
    if (is_state) looked_up = type::actor_handle(t->item, t->arguments);
    auto candidates = context_.get<MethodsOf>({name, head_of(looked_up)});
    enum { Inherent, Trait, Blanket };
    for (int phase : {Inherent, Trait, Blanket}) {
        for (const auto& candidate : *candidates) {
            if (kind_of(candidate.function) != ItemKind::Function) continue;
            bool is_impl = kind_of(candidate.parent) == ItemKind::Impl;
            if (is_impl != (phase != Trait)) continue;
            if (context_.get<SignatureOf>(candidate.function)->receiver == Receiver::None) continue;
            Target target;
            target.function = candidate.function;
            if (is_impl) {
                auto info = context_.get<ImplOf>(candidate.parent);
                if (!info->self || info->self->is(TypeKind::Parameter) != (phase == Blanket)) continue;
                if (is_state && info->trait) continue;  // it takes the handle
                target.is_message =
                    t->is(TypeKind::ActorHandle) && info->self->is(TypeKind::ActorHandle) && !info->trait;
                auto before = table_.snapshot();
                target.parent_arguments = traits_.fresh_arguments(candidate.parent);
                if (!table_.unify(substitute(info->self, candidate.parent, target.parent_arguments),
                                  phase == Blanket ? t : looked_up)) {
                    table_.rollback(before);
                    continue;
                }
                if (literal && phase == Inherent) table_.unify(t, looked_up);
                return target;
            }
            auto before = table_.snapshot();
            target.parent_arguments = traits_.fresh_arguments(candidate.parent);
            Type trait = type::nominal(candidate.parent, target.parent_arguments);
            if (traits_.satisfies(t, trait) == TraitSolver::Answer::Yes) {
                target.self = t;
                return target;
            }
            table_.rollback(before);
        }
    }
    return std::nullopt;
}

std::optional<BodyBuilder::MethodMatch> BodyBuilder::find_method(ExprId receiver, Name name) {
    bool is_blanket_candidate = false;
    std::optional<MethodMatch> blanket;
    for (int step = 0; step < 16; ++step) {
        Type t = type_of(receiver);
        if (auto target = find_method_on(t, name)) {
            ItemId parent = parent_of(target->function);
            // Traits and blanket impls also hold for borrows and guards: what the value itself has comes first.
            bool weak =
                (t->is(TypeKind::Reference) || is_std_item(t->item)) && t->kind != TypeKind::Dyn &&
                (kind_of(parent) == ItemKind::Trait ||
                 (kind_of(parent) == ItemKind::Impl && context_.get<ImplOf>(parent)->self->is(TypeKind::Parameter)));
            if (!weak) return MethodMatch{*target, receiver};
            if (!blanket) blanket = MethodMatch{*target, receiver};
            is_blanket_candidate = true;
        }
        auto next = deref_step(receiver);
        if (!next) break;
        receiver = *next;
    }
    (void)is_blanket_candidate;
    if (!blanket) return std::nullopt;
    // `r.clone()` of a borrow clones what is borrowed.
    if (type_of(blanket->receiver)->is(TypeKind::Reference)) {
        ExprId inner = blanket->receiver;
        while (type_of(inner)->is(TypeKind::Reference)) inner = deref(inner, expr(inner).node);
        if (auto target = find_method_on(type_of(inner), name)) return MethodMatch{*target, inner};
    }
    return blanket;
}

/// Standard methods come in two forms where elements that are Copy are copied and others lent or given.
BodyBuilder::Target BodyBuilder::copied_alternative(Target target, Type expected) {
    auto signature = context_.get<SignatureOf>(target.function);
    const Attribute* copied = find_attribute(signature->attributes, "copied");
    const Attribute* ordered = find_attribute(signature->attributes, "ordered");
    const Attribute* general = find_attribute(signature->attributes, "general");
    const Attribute* choice = nullptr;
    if (target.parent_arguments.empty()) return target;
    Type element = table_.resolve(target.parent_arguments.back());
    bool number = element->is(TypeKind::Integer) || element->is(TypeKind::Float) || element->is(TypeKind::Inference);
    if (general && !number) choice = general;
    Type wanted = expected ? table_.shallow(expected) : nullptr;  // `-> Option[&T]` asks for a lent one
    bool lent = wanted && is_nominal(wanted, Known::get().option) &&
                table_.shallow(wanted->arguments[0])->is(TypeKind::Reference);
    if (copied && traits_.is_copy(element) && !lent) choice = copied;
    if (ordered && !element->is(TypeKind::Inference)) {
        // Anything that may hold a type with an order of its own.
        bool plain = true;
        walk_type(element, [&](Type part) {
            plain = plain && !part->is(TypeKind::Parameter) && !part->is(TypeKind::Projection) &&
                    !part->is(TypeKind::Dyn) && !(part->is(TypeKind::Nominal) && !is_std_item(part->item));
            return plain;
        });
        if (!plain) choice = ordered;
    }
    if (!choice || choice->arguments.empty()) return target;
    ItemId found = find_child(context_, parent_of(target.function), Name(choice->arguments[0]), ItemKind::Function);
    if (found == ItemId::None) return target;
    target.stands_for = target.function;
    target.function = found;
    return target;
}

/// `collect` and its like give what is wanted: itself if it does, else the first of its alternatives that does.
BodyBuilder::Target BodyBuilder::wanted_alternative(Target target, Type receiver, Type wanted) {
    auto signature = context_.get<SignatureOf>(target.function);
    const Attribute* alternatives = find_attribute(signature->attributes, "alternatives");
    wanted = table_.shallow(wanted);
    if (!alternatives || wanted->is(TypeKind::Inference) || wanted->has(TypeHasError)) return target;
    auto gives = [&](Target candidate) {
        auto before = table_.snapshot();
        candidate.own_arguments = traits_.fresh_arguments(candidate.function);
        Type result = instantiate(context_.get<SignatureOf>(candidate.function)->result, candidate);
        bool fits = table_.unify(table_.resolve(result), wanted);
        table_.rollback(before);
        return fits;
    };
    if (gives(target)) return target;
    for (const std::string& name : alternatives->arguments)
        if (auto other = find_method_on(receiver, Name(name)); other && gives(*other)) return *other;
    return target;
}

ExprId BodyBuilder::adjust_receiver(ExprId receiver, const Target& target, uint32_t node) {
    if (target.is_message) return receiver;
    auto signature = context_.get<SignatureOf>(target.function);
    switch (signature->receiver) {
        case Receiver::None:
        case Receiver::Move: return receiver;
        case Receiver::Shared: return borrow(receiver, false, node);
        case Receiver::Mutable: return borrow(receiver, true, node);
        case Receiver::Inferred: {
            ExprId lent = borrow(receiver, false, node);
            draft_.open_borrows.push_back({lent, target.function});
            return lent;
        }
    }
    return receiver;
}

ExprId BodyBuilder::call_std_method(ItemId head, std::string_view name, ExprId receiver, std::vector<ExprId> arguments,
                                    uint32_t node) {
    (void)head;
    auto target = find_method_on(type_of(receiver), Name(name));
    if (!target) return error_expr(node);
    target->own_arguments = traits_.fresh_arguments(target->function, node);
    auto signature = context_.get<SignatureOf>(target->function);
    ExprId lent = adjust_receiver(receiver, *target, expr(receiver).node);
    arguments.insert(arguments.begin(), lent);
    std::vector<Type> type_arguments = target->parent_arguments;
    type_arguments.insert(type_arguments.end(), target->own_arguments.begin(), target->own_arguments.end());
    return emit(Call{DirectCallee{target->function, std::move(type_arguments), target->self}, std::move(arguments)},
                instantiate(signature->result, *target), node);
}

/// Calls that look like methods and are none: of actor handles, of fields that hold functions.
ExprId BodyBuilder::special_method(const ast::CallExpr& e, ExprId receiver, Name name, bool& handled) {
    uint32_t node = node_of(e);
    const Known& known = Known::get();
    handled = true;
    ExprId base = receiver;
    for (int step = 0; step < 16; ++step) {
        Type t = type_of(base);
        bool is_actor_state = t->is(TypeKind::Nominal) && kind_of(t->item) == ItemKind::Actor;
        if (t->is(TypeKind::ActorHandle) && e.arguments().empty() &&
            (name.text() == "stop" || name.text() == "is_alive")) {
            bool alive = name.text() == "is_alive";
            return call_std("actor", name.text(), {t}, {base}, alive ? type::boolean() : type::unit(), node);
        }
        if (is_actor_state && e.arguments().empty() && name.text() == "handle")
            return call_std("actor", "self_handle", {t}, {borrow(base, false, node)},
                            type::actor_handle(t->item, t->arguments), node);
        bool option_or_list = t->is(TypeKind::List) || is_nominal(t, known.option);
        if (option_or_list && (name.text() == "copied" || name.text() == "cloned") && e.arguments().empty() &&
            !table_.shallow(t->arguments[0])->is(TypeKind::Reference)) {
            // The elements were copied when they were reached; the name still has its meaning.
            auto meant = context_.get<MethodsOf>({name, head_of(t)});
            if (!meant->empty()) resolution(e.callee().as<ast::FieldExpr>().name(), meant->front().function, nullptr);
            return base;
        }
        if (t->is(TypeKind::Nominal) && kind_of(t->item) != ItemKind::Trait) {
            auto definition = context_.get<DefinitionOf>(t->item);
            for (uint32_t i = 0; i < definition->fields.size(); ++i) {
                if (definition->fields[i].name != name) continue;
                Type field_type = table_.shallow(substitute(definition->fields[i].type, t->item, t->arguments));
                bool callable = field_type->is(TypeKind::Function);
                if (field_type->is(TypeKind::Parameter))
                    for (Type bound : traits_.all_bounds(field_type)) callable |= bound->is(TypeKind::Function);
                if (!callable) continue;
                auto field = e.callee().as<ast::FieldExpr>();
                if (field.name()) resolution(field.name(), definition->fields[i].item, field_type);
                return call_value(e, emit(Field{base, i}, field_type, node));
            }
        }
        auto next = deref_step(base);
        if (!next) break;
        base = *next;
    }
    handled = false;
    return ExprId::None;
}

/// A list that is only borrowed keeps its elements: what takes those of an owned one (`map`, `filter`) gets them lent,
/// except where owned elements are asked for. None: nothing has to be lent.
std::optional<ExprId> BodyBuilder::lent_elements(const MethodMatch& match, Type expected) {
    auto signature = context_.get<SignatureOf>(match.target.function);
    Type list = table_.shallow(type_of(match.receiver));
    const bool takes = signature->receiver == Receiver::Move && find_attribute(signature->attributes, "copied");
    if (!takes || !list->is(TypeKind::List) || traits_.is_copy(list->element())) return std::nullopt;
    if (expected && table_.resolve(expected) == table_.resolve(list)) return std::nullopt;
    for (ExprId at = match.receiver;;) {
        const ExprData& data = expr(at).data;
        if (auto* field = std::get_if<Field>(&data)) at = field->base;
        else if (auto* index = std::get_if<Index>(&data)) at = index->base;
        else if (!std::holds_alternative<hir::Deref>(data)) return std::nullopt;
        else break;
    }
    return call_std_method(std_module("list"), "lent", match.receiver, {}, expr(match.receiver).node);
}

/// What a method is called on that takes a list and leaves one of `Copy` elements where it is: a copy of the list.
ExprId BodyBuilder::copied_receiver(const MethodMatch& match) {
    auto signature = context_.get<SignatureOf>(match.target.function);
    Type list = table_.shallow(type_of(match.receiver));
    bool copies = find_attribute(signature->attributes, "copies") && list->is(TypeKind::List) &&
                  traits_.is_copy(table_.resolve(list->element())) && is_place(match.receiver);
    if (!copies) return match.receiver;
    return call_std_method(std_module("list"), "to_list", match.receiver, {}, expr(match.receiver).node);
}

ExprId BodyBuilder::check_method_call(const ast::CallExpr& e, const ast::FieldExpr& field,
                                      std::vector<Type> type_arguments, Type expected) {
    uint32_t node = node_of(e);
    ExprId receiver = check(field.base());
    auto check_rest = [&] {
        for (const ast::Argument& argument : e.arguments()) check(argument.value());
        return error_expr(node);
    };
    if (!field.name()) return check_rest();
    select_deferred();
    Name name(field.name().text());
    uint32_t name_node = node_of(field.name());
    if (type_of(receiver)->is(TypeKind::Error)) return check_rest();
    if (type_of(receiver)->is(TypeKind::Never)) {
        check_rest();
        return emit(ErrorExpr{}, type::error(), node);
    }
    auto match = find_method(receiver, name);
    if (!match) {
        bool handled = false;
        ExprId special = special_method(e, receiver, name, handled);
        if (handled) return special;
        Type t = receiver == ExprId::None ? type::error() : type_of(receiver);
        while (t->is(TypeKind::Reference)) t = table_.shallow(t->element());
        if (t->is(TypeKind::Inference) && table_.kind_of(t) == VariableKind::General) {
            error(DiagnosticCode::AnnotationNeeded, expr(receiver).node,
                  "the type of this value is not known yet; write it where it is bound");
            return check_rest();
        }
        if (!t->is(TypeKind::Error)) report_missing_method(receiver, field.name());
        return check_rest();
    }
    if (auto lent = lent_elements(*match, expected)) match = find_method(*lent, name);
    match->receiver = copied_receiver(*match);
    Target target = copied_alternative(match->target, expected);
    bool chooses = find_attribute(context_.get<SignatureOf>(target.function)->attributes, "alternatives");
    if (chooses && type_arguments.size() == 1) {  // `collect[set[int]]()`
        expected = type_arguments[0];
        type_arguments.clear();
    }
    if (chooses && expected) target = wanted_alternative(std::move(target), type_of(match->receiver), expected);
    target.own_arguments = traits_.fresh_arguments(target.function, node);
    if (type_arguments.size() > target.own_arguments.size())
        error(DiagnosticCode::WrongTypeArguments, name_node,
              "`" + std::string(name.text()) + "` takes " + std::to_string(target.own_arguments.size()) +
                  " type argument" + (target.own_arguments.size() == 1 ? "" : "s"));
    for (size_t i = 0; i < type_arguments.size() && i < target.own_arguments.size(); ++i)
        table_.unify(target.own_arguments[i], type_arguments[i]);
    resolution(field.name(), match->target.function, nullptr);
    check_access(target.function, field.name());
    ExprId adjusted = adjust_receiver(match->receiver, target, expr(match->receiver).node);
    if (target.is_message && functions_.size() >= 1 &&
        context_.get<SignatureOf>(target.function)->receiver == Receiver::None) {
        error(DiagnosticCode::MissingMember, name_node, "`" + std::string(name.text()) + "` is not called on a handle");
        return check_rest();
    }
    return call_function(e, std::move(target), adjusted, expected, name_node);
}

std::vector<std::string> BodyBuilder::member_names(Type t) {
    std::vector<std::string> names;
    for (int step = 0; step < 8; ++step) {
        t = table_.shallow(t);
        if ((t->is(TypeKind::Nominal) || t->is(TypeKind::ActorHandle)) && kind_of(t->item) != ItemKind::Trait) {
            auto definition = context_.get<DefinitionOf>(t->item);
            if (t->is(TypeKind::Nominal))
                for (const FieldInfo& field : definition->fields) names.emplace_back(field.name.text());
            for (ItemId method : definition->methods) names.emplace_back(name_of(method).text());
            for (ItemId variant : definition->variants) names.emplace_back(name_of(variant).text());
        }
        auto index = context_.get<MethodIndex>();
        for (const auto& [name, candidates] : index->by_name) {
            for (const auto& candidate : candidates) {
                if (kind_of(candidate.parent) != ItemKind::Impl) continue;
                Type self = context_.get<ImplOf>(candidate.parent)->self;
                if (self && self->kind == t->kind && self->item == t->item) names.emplace_back(name.text());
            }
        }
        if (t->is(TypeKind::Reference)) t = t->element();
        else if (t->is(TypeKind::Nominal) && t->arguments.size() == 1 && is_std_item(t->item)) t = t->arguments[0];
        else break;
    }
    std::sort(names.begin(), names.end());
    return names;
}

void BodyBuilder::report_missing_method(ExprId receiver, const SyntaxToken& token) {
    struct Foreign {
        std::string_view name, instead;
    };
    static constexpr Foreign kForeign[] = {{"length", "len"},
                                           {"size", "len"},
                                           {"append", "push"},
                                           {"push_back", "push"},
                                           {"add", "push"},
                                           {"put", "insert"},
                                           {"has", "contains"},
                                           {"includes", "contains"},
                                           {"contains_key", "contains"},
                                           {"toString", "to_string"},
                                           {"str", "to_string"},
                                           {"to_uppercase", "to_upper"},
                                           {"toUpperCase", "to_upper"},
                                           {"upper", "to_upper"},
                                           {"lower", "to_lower"},
                                           {"strip", "trim"},
                                           {"forEach", "for_each"},
                                           {"indexOf", "index_of"},
                                           {"indexOf", "find"},
                                           {"index_of", "find"},
                                           {"index", "index_of"},
                                           {"startswith", "starts_with"},
                                           {"endswith", "ends_with"},
                                           {"unlock", "drop"},
                                           {"Lock", "lock"},
                                           {"Add", "add"},
                                           {"Done", "done"},
                                           {"Wait", "wait"},
                                           {"acquire", "lock"},
                                           {"release", "drop"},
                                           {"get", "load"},
                                           {"set", "store"},
                                           {"receive", "recv"},
                                           {"next", "recv"}};
    std::string name(token.text());
    Type t = type_of(receiver);
    while (t->is(TypeKind::Reference)) t = table_.shallow(t->element());
    if (t->is(TypeKind::Inference) && table_.kind_of(t) == VariableKind::General) {
        error(DiagnosticCode::AnnotationNeeded, expr(receiver).node,
              "the type of this value is not known yet; write it where it is bound");
        return;
    }
    if (t->is(TypeKind::Parameter))
        for (Type bound : traits_.all_bounds(t))
            if (bound->is(TypeKind::Error)) return;  // who knows what that trait has
    std::vector<std::string> names = member_names(t);
    auto exists = [&](std::string_view candidate) {
        return std::find(names.begin(), names.end(), candidate) != names.end();
    };
    std::string near;
    for (const Foreign& foreign : kForeign)
        if (foreign.name == name && exists(foreign.instead)) near = foreign.instead;
    if (near.empty()) near = nearest_name(name, names);
    auto& d = error(
        DiagnosticCode::MissingMember, node_of(token),
        "`" + show(t) + "` has no member `" + name + "`" + (near.empty() ? "" : "; did you mean `" + near + "`?"));
    if (!near.empty())
        d.fixes.push_back({"Change to `" + near + "`", {{d.location, ItemDiagnostic::FixEdit::Replace, near}}});
    if (name == "unwrap" || name == "expect") {
        d.message = "`" + show(t) + "` is no `Option` and no `Result`: there is nothing to unwrap; leave `." + name +
                    "(…)` off";
        auto call = ast::CallExpr::cast(token.parent().parent());
        SyntaxToken dot = ast::Ast(token.parent()).token(Kind::Dot);
        d.fixes.clear();
        if (call && call.argument_list() && dot) {
            ItemDiagnostic::Fix fix{"Remove `." + name + "(…)`", {}};
            for (uint32_t part : {node_of(dot), node_of(token), node_of(call.argument_list())})
                fix.edits.push_back({{item_, part}, ItemDiagnostic::FixEdit::Replace, ""});
            d.fixes.push_back(std::move(fix));
        }
    }
    if (near.empty() && t->is(TypeKind::Parameter))
        d.message += "; a bound on `" + std::string(t->text.text()) + "` would say what it can do";
    if (near.empty() && is_nominal(t, Known::get().future)) d.message += "; `await` it first";
}

}  // namespace braid::altru_semantics
