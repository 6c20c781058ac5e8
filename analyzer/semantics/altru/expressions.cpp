#include "analyzer/semantics/altru/builder.h"
#include "analyzer/semantics/list_edits.h"

namespace braid::altru_semantics {

using namespace hir;

namespace {
constexpr uint32_t kMaxDepth = 400;
}

ExprId BodyBuilder::check(const ast::Expression& e, Type expected) {
    if (!e) return error_expr(0);
    Kind kind = e.kind();
    bool keeps_tail = kind == Kind::IfExpr || kind == Kind::MatchExpr || kind == Kind::ParenExpr;
    bool tail = in_tail_;
    in_tail_ = tail && keeps_tail;
    ++depth_;
    ExprId result;
    if (depth_ > kMaxDepth) {
        error(DiagnosticCode::NestingTooDeep, node_of(e), "expressions are nested too deeply here");
        result = error_expr(node_of(e));
    } else {
        result = check_inner(e, expected);
    }
    --depth_;
    in_tail_ = tail;
    if (type_of(result)->is(TypeKind::Never)) diverges_ = true;
    return result;
}

ExprId BodyBuilder::check_inner(const ast::Expression& e, Type expected) {
    uint32_t node = node_of(e);
    switch (e.kind()) {
        case Kind::PathExpr: return check_path(e.as<ast::PathExpr>(), expected);
        case Kind::ScopedExpr: {
            Named named = resolve_callee(e);
            if (named.kind == Named::Item) return item_value(named.item, named.type_arguments, node, expected);
            if (named.kind == Named::AssociatedFunction && named.item != ItemId::None &&
                kind_of(named.item) == ItemKind::Constant)
                return emit(StaticRef{named.item}, *context_.get<ValueTypeOf>(named.item), node);
            if (named.kind != Named::Error)
                error(DiagnosticCode::TypeMismatch, node, "`" + std::string(e.text()) + "` must be called");
            return error_expr(node);
        }
        case Kind::LiteralExpr: return check_literal(e.as<ast::LiteralExpr>(), expected, false);
        case Kind::StringExpr: return check_string(e.as<ast::StringExpr>());
        case Kind::ListExpr: return check_list(e.as<ast::ListExpr>().elements(), expected, node);
        case Kind::RepeatExpr: return check_repeat(e.as<ast::RepeatExpr>(), expected);
        case Kind::MapExpr: return check_map(e.as<ast::MapExpr>(), expected);
        case Kind::SetExpr: return check_set(e.as<ast::SetExpr>(), expected);
        case Kind::StructExpr: return check_struct(e.as<ast::StructExpr>(), expected);
        case Kind::TupleExpr: return check_tuple(e.as<ast::TupleExpr>(), expected);
        case Kind::ParenExpr: return check(e.as<ast::ParenExpr>().inner(), expected);
        case Kind::CallExpr: return check_call(e.as<ast::CallExpr>(), expected);
        case Kind::IndexExpr: return check_index(e.as<ast::IndexExpr>(), expected);
        case Kind::FieldExpr: return check_field(e.as<ast::FieldExpr>());
        case Kind::TryExpr: return check_try(e.as<ast::TryExpr>(), expected);
        case Kind::AwaitExpr: return check_await(e.as<ast::AwaitExpr>(), expected);
        case Kind::PrefixExpr: return check_prefix(e.as<ast::PrefixExpr>(), expected);
        case Kind::BorrowExpr: return check_borrow(e.as<ast::BorrowExpr>(), expected);
        case Kind::BinaryExpr: return check_binary(e.as<ast::BinaryExpr>(), expected);
        case Kind::RangeExpr: return check_range(e.as<ast::RangeExpr>(), expected);
        case Kind::CastExpr: return check_cast(e.as<ast::CastExpr>());
        case Kind::ClosureExpr: return check_closure(e.as<ast::ClosureExpr>(), expected, false, false);
        case Kind::IfExpr: return check_if(e.as<ast::IfExpr>(), expected);
        case Kind::MatchExpr: return check_match(e.as<ast::MatchExpr>(), expected);
        case Kind::LetExpr: return check_condition(e);
        case Kind::QuantifierExpr: return check_quantifier(e.as<ast::QuantifierExpr>());
        case Kind::TypeExpr:
            error(DiagnosticCode::TypeMismatch, node, "a value is expected here, not a type");
            return error_expr(node);
        default: return error_expr(node);  // the parser has reported it
    }
}

ExprId BodyBuilder::check_as(const ast::Expression& e, Type expected) {
    return coerce(check(e, expected), expected, node_of(e));
}

ExprId BodyBuilder::check_value(const ast::Expression& e, Type expected) { return decay(check(e, expected)); }

ExprId BodyBuilder::to_text(ExprId value, uint32_t node) {
    if (type_of(value)->is(TypeKind::String)) return value;
    Interpolate text;
    text.parts.push_back({"", value, ""});
    return emit(std::move(text), type::string(), node);
}

ExprId BodyBuilder::check_list(const std::vector<ast::Expression>& elements, Type expected, uint32_t node) {
    Type wanted = expected ? table_.shallow(expected) : nullptr;
    if (wanted && wanted->is(TypeKind::Union))
        for (Type member : wanted->arguments)
            if (table_.shallow(member)->is(TypeKind::List)) wanted = table_.shallow(member);
    bool is_array = wanted && wanted->is(TypeKind::Array);
    Type element = wanted && (is_array || wanted->is(TypeKind::List)) ? wanted->element() : fresh(node);
    Aggregate aggregate{is_array ? AggregateKind::Array : AggregateKind::List, ItemId::None, {}, {}};
    for (const ast::Expression& e : elements) aggregate.operands.push_back(check_as(e, element));
    if (is_array && wanted->length != elements.size()) {
        error(DiagnosticCode::TypeMismatch, node,
              "`" + show(wanted) + "` has " + std::to_string(wanted->length) + " elements, not " +
                  std::to_string(elements.size()));
    }
    Type t = is_array ? type::array(element, elements.size()) : type::list(element);
    return emit(std::move(aggregate), t, node);
}

ExprId BodyBuilder::check_repeat(const ast::RepeatExpr& e, Type expected) {
    uint32_t node = node_of(e);
    Type wanted = expected ? table_.shallow(expected) : nullptr;
    bool is_array = wanted && wanted->is(TypeKind::Array);
    Type element = wanted && (is_array || wanted->is(TypeKind::List)) ? wanted->element() : fresh(node);
    ExprId value = check_as(e.value(), element);
    ExprId count = check_value(e.count());
    Type count_type = type_of(count);
    if (!count_type->is(TypeKind::Integer) && !count_type->has(TypeHasError) &&
        !(count_type->is(TypeKind::Inference) && table_.unify(count_type, type::integer())))
        count = coerce(count, type::integer(), node_of(e.count()));
    Type t = is_array ? type::array(element, wanted->length) : type::list(element);
    return emit(Repeat{value, count}, t, node);
}

/// What a literal of a map or set has as keys can be hashed. Parameters of types are left to who says what they are.
void BodyBuilder::ask_hash(Type key, std::string_view container, uint32_t node) {
    defer([this, key, container, node](bool last) {
        Type t = table_.resolve(key);
        if (t->is(TypeKind::Inference) && !last) return false;
        bool is_open = t->has(TypeHasParameter) || t->has(TypeHasInference) || t->has(TypeHasError);
        const Known& known = Known::get();
        if (is_open || traits_.satisfies(t, type::nominal(known.trait_hash)) != TraitSolver::Answer::No) return true;
        auto& d = error(DiagnosticCode::BoundNotMet, node,
                        "`" + show(t) + "` does not implement `Hash`, which a " + std::string(container) +
                            " asks of its " + (container == "map" ? "keys" : "elements"));
        if (t->is(TypeKind::Nominal) && !is_std_item(t->item))
            d.message += "; `[derive(Eq, Hash)]` above `" + std::string(name_of(t->item).text()) + "` gives it one";
        return true;
    });
}

ExprId BodyBuilder::check_map(const ast::MapExpr& e, Type expected) {
    uint32_t node = node_of(e);
    Type wanted = expected ? table_.shallow(expected) : nullptr;
    const Known& known = Known::get();
    if (e.entries().empty() && wanted && is_nominal(wanted, known.set))
        return emit(Aggregate{AggregateKind::Set, ItemId::None, {}, {}}, wanted, node);
    if (e.entries().empty() && wanted && wanted->is(TypeKind::Unit))  // `_ => {}` where the others give nothing
        return emit(UnitLiteral{}, type::unit(), node);
    bool known_map = wanted && is_nominal(wanted, known.map);
    Type key = known_map ? wanted->arguments[0] : fresh(node), value = known_map ? wanted->arguments[1] : fresh(node);
    Aggregate aggregate{AggregateKind::Map, ItemId::None, {}, {}};
    for (const ast::MapEntry& entry : e.entries()) {
        aggregate.operands.push_back(check_as(entry.key(), key));
        aggregate.operands.push_back(check_as(entry.value(), value));
    }
    if (!known_map) ask_hash(key, "map", node);
    return emit(std::move(aggregate), map_of(key, value), node);
}

ExprId BodyBuilder::check_set(const ast::SetExpr& e, Type expected) {
    uint32_t node = node_of(e);
    Type wanted = expected ? table_.shallow(expected) : nullptr;
    Type element = wanted && is_nominal(wanted, Known::get().set) ? wanted->arguments[0] : fresh(node);
    Aggregate aggregate{AggregateKind::Set, ItemId::None, {}, {}};
    for (const ast::Expression& x : e.elements()) aggregate.operands.push_back(check_as(x, element));
    if (!wanted || !is_nominal(wanted, Known::get().set)) ask_hash(element, "set", node);
    return emit(std::move(aggregate), set_of(element), node);
}

ExprId BodyBuilder::check_tuple(const ast::TupleExpr& e, Type expected) {
    uint32_t node = node_of(e);
    auto elements = e.elements();
    if (elements.empty()) return emit(UnitLiteral{}, type::unit(), node);
    Type wanted = expected ? table_.shallow(expected) : nullptr;
    bool fits = wanted && wanted->is(TypeKind::Tuple) && wanted->arguments.size() == elements.size();
    Aggregate aggregate{AggregateKind::Tuple, ItemId::None, {}, {}};
    std::vector<Type> types;
    for (size_t i = 0; i < elements.size(); ++i) {
        ExprId value = fits ? check_as(elements[i], wanted->arguments[i]) : decay_shared(check(elements[i], nullptr));
        aggregate.operands.push_back(value);
        types.push_back(fits ? wanted->arguments[i] : type_of(value));
    }
    return emit(std::move(aggregate), type::tuple(std::move(types)), node);
}

/// Evaluates a value into a variable without a name, once for all who read it.
ExprId BodyBuilder::hold(ExprId value, Block& block, uint32_t node) {
    Type t = type_of(value);
    LocalId local = declare({}, t, node, false);
    PatternId pattern = emit_pattern(BindPattern{local, BindMode::Value}, t, node);
    block.statements.push_back(emit(Let{pattern, value, ExprId::None}, type::unit(), node));
    return emit(LocalRef{local}, t, node);
}

ExprId BodyBuilder::check_struct(const ast::StructExpr& e, Type expected) {
    uint32_t node = node_of(e);
    Type self = nullptr;
    ItemId variant = ItemId::None;
    auto path = e.path().as<ast::PathExpr>();
    std::vector<SyntaxToken> segments = path ? path.segments() : std::vector<SyntaxToken>();
    std::vector<Name> names;
    for (const SyntaxToken& segment : segments) names.emplace_back(segment.text());
    if (segments.size() >= 2) {
        variant = variant_by_path(segments, false);
        if (variant != ItemId::None) {
            self = type::nominal(parent_of(variant), traits_.fresh_arguments(parent_of(variant), node));
            resolution(segments.back(), variant, self);
        }
    }
    if (!self && path) self = types_.lower_path(segments, {}, node_of(e.path()));
    else if (!self) self = expression_as_type(e.path());
    if (self->is(TypeKind::ActorHandle)) self = type::nominal(self->item, self->arguments);  // the first state
    bool is_struct = self->is(TypeKind::Nominal) && (kind_of(self->item) == ItemKind::Struct ||
                                                     kind_of(self->item) == ItemKind::Actor || variant != ItemId::None);
    if (!is_struct) {
        if (self->is(TypeKind::Nominal) && kind_of(self->item) == ItemKind::Trait)
            report_abstract(self->item, node_of(e.path()));
        else if (!self->is(TypeKind::Error))
            error(DiagnosticCode::TypeMismatch, node_of(e.path()), "`" + show(self) + "` has no fields to fill in");
        for (const ast::StructFieldInit& field : e.fields())
            if (field.value()) check(field.value());
        return error_expr(node);
    }
    if (expected) table_.unify(self, table_.shallow(expected));
    ItemId owner = variant != ItemId::None ? variant : self->item;
    auto definition = context_.get<DefinitionOf>(owner);
    std::string type_name = std::string(name_of(owner).text());
    Aggregate aggregate{variant != ItemId::None ? AggregateKind::Variant : AggregateKind::Struct, owner, {}, {}};
    aggregate.operands.assign(definition->fields.size(), ExprId::None);
    std::vector<uint32_t> written;
    for (const ast::StructFieldInit& init : e.fields()) {
        if (!init.name()) continue;
        std::string name(init.name().text());
        size_t index = 0;
        while (index < definition->fields.size() && definition->fields[index].name.text() != name) ++index;
        if (index == definition->fields.size()) {
            std::vector<std::string> candidates;
            for (const FieldInfo& field : definition->fields) candidates.emplace_back(field.name.text());
            std::string near = nearest_name(name, candidates);
            auto& d = error(DiagnosticCode::MissingMember, node_of(init.name()),
                            "`" + type_name + "` has no field `" + name + "`" +
                                (near.empty() ? "" : "; did you mean `" + near + "`?"));
            if (!near.empty())
                d.fixes.push_back({"Change to `" + near + "`", {{d.location, ItemDiagnostic::FixEdit::Replace, near}}});
            if (init.value()) check(init.value());
            continue;
        }
        Type field_type = substitute(definition->fields[index].type, self->item, self->arguments);
        resolution(init.name(), definition->fields[index].item, field_type);
        check_access(definition->fields[index].item, init.name());
        if (aggregate.operands[index] != ExprId::None)
            error(DiagnosticCode::DuplicateDeclaration, node_of(init.name()),
                  "the field `" + name + "` is given twice");
        else written.push_back(uint32_t(index));
        ExprId value;
        if (init.value()) {
            value = check_as(init.value(), field_type);
        } else {
            uint32_t at = node_of(init.name());
            if (auto local = find_local(Name(name))) {
                value = local_ref(*local, at);
                resolution(init.name(), *local, type_of(value));
                value = coerce(value, field_type, at);
            } else {
                report_unresolved_name(init.name(), false);
                value = error_expr(at);
            }
        }
        aggregate.operands[index] = value;
    }
    ExprId base = ExprId::None;
    Block held{{}, ExprId::None};
    if (e.base()) base = check_as(e.base().value(), self);
    if (base != ExprId::None && !is_place(base)) {
        // What is not a place is evaluated once for all fields, after those that are written.
        for (uint32_t i : written) aggregate.operands[i] = hold(aggregate.operands[i], held, node);
        base = hold(base, held, node);
    }
    std::string missing, added;
    int missing_count = 0;
    for (size_t i = 0; i < definition->fields.size(); ++i) {
        if (aggregate.operands[i] != ExprId::None) continue;
        const FieldInfo& field = definition->fields[i];
        Type field_type = substitute(field.type, self->item, self->arguments);
        if (base != ExprId::None) {
            aggregate.operands[i] = emit(Field{base, uint32_t(i)}, field_type, node);
        } else if (field.has_default) {
            aggregate.operands[i] = default_field(owner, field, field_type, node);
        } else if (std::any_of(definition->fields.begin(), definition->fields.begin() + long(i),
                               [&](const FieldInfo& other) { return other.name == field.name; })) {
            aggregate.operands[i] = error_expr(node);  // declared twice: said there
        } else {
            missing += (missing.empty() ? "`" : ", `") + std::string(field.name.text()) + "`";
            added += (added.empty() ? "" : ", ") + std::string(field.name.text()) + ": " +
                     stand_in(table_.resolve(field_type));
            ++missing_count;
            aggregate.operands[i] = error_expr(node);
        }
    }
    if (missing_count) {
        auto& d = error(DiagnosticCode::WrongArgumentCount, node_of(e.path()),
                        "`" + type_name + "` also needs the field" + (missing_count > 1 ? "s " : " ") + missing);
        std::string title = missing_count > 1 ? "Fill in the missing fields" : "Fill in the missing field";
        SyntaxElement last =
            e.fields().empty() ? SyntaxElement(e.token(Kind::LeftBrace)) : SyntaxElement(e.fields().back().node);
        if (last)
            d.fixes.push_back({title,
                               {{{item_, tree_.node_of(last)},
                                 ItemDiagnostic::FixEdit::InsertAfter,
                                 (e.fields().empty() ? "" : ", ") + added}}});
    }
    aggregate.order = order_of(written, aggregate.operands.size());
    ExprId made = emit(std::move(aggregate), self, node);
    if (held.statements.empty()) return made;
    held.value = made;
    return emit(std::move(held), self, node);
}

ExprId BodyBuilder::check_field(const ast::FieldExpr& e) {
    uint32_t node = node_of(e);
    ExprId base = check(e.base());
    if (!e.name()) return error_expr(node);
    std::string name(e.name().text());
    select_deferred();
    for (int step = 0; step < 16; ++step) {
        Type t = traits_.normalize(type_of(base));
        if (t->is(TypeKind::Error)) return error_expr(node);
        if (t->is(TypeKind::Tuple) && !name.empty() && isdigit(name[0])) {
            size_t index = name.size() < 6 ? std::stoul(name) : t->arguments.size();
            if (index < t->arguments.size()) return emit(Field{base, uint32_t(index)}, t->arguments[index], node);
        }
        if (t->is(TypeKind::Nominal) && kind_of(t->item) != ItemKind::Trait) {
            auto definition = context_.get<DefinitionOf>(t->item);
            for (uint32_t i = 0; i < definition->fields.size(); ++i) {
                if (definition->fields[i].name.text() != name) continue;
                Type field_type = substitute(definition->fields[i].type, t->item, t->arguments);
                resolution(e.name(), definition->fields[i].item, field_type);
                check_access(definition->fields[i].item, e.name());
                return emit(Field{base, i}, field_type, node_of(e.name()));
            }
        }
        if (t->is(TypeKind::Inference)) {
            error(DiagnosticCode::AnnotationNeeded, expr(base).node,
                  "the type of this value is not known yet; write it where it is bound");
            return error_expr(node);
        }
        auto next = deref_step(base);
        if (!next) break;
        base = *next;
    }
    Type t = type_of(base);
    if (t->is(TypeKind::ActorHandle)) {
        auto definition = context_.get<DefinitionOf>(t->item);
        for (const FieldInfo& field : definition->fields)
            if (field.name.text() == name) {
                error(DiagnosticCode::PrivateAccess, node_of(e.name()),
                      "`" + name + "` is state of the actor `" + std::string(name_of(t->item).text()) +
                          "`; only its own methods reach it. Ask for it with a method");
                return error_expr(node);
            }
    }
    report_missing_method(base, e.name());
    return error_expr(node);
}

ExprId BodyBuilder::check_try(const ast::TryExpr& e, Type) {
    uint32_t node = node_of(e);
    const Known& known = Known::get();
    ExprId operand = check(e.operand());
    select_deferred();
    Type t = type_of(operand);
    if (t->is(TypeKind::Error)) return error_expr(node);
    if (is_nominal(t, known.future) && table_.shallow(t->arguments[0])->is(TypeKind::Nominal)) {
        auto& d = error(DiagnosticCode::TypeMismatch, node_of(e.operand()),
                        "this is a `" + show(t) + "`; `await` it before `?`");
        d.fixes.push_back({"Await it", {{d.location, ItemDiagnostic::FixEdit::InsertBefore, "await "}}});
        return error_expr(node);
    }
    bool is_option = is_nominal(t, known.option), is_result = is_nominal(t, known.result);
    if (!is_option && !is_result) {
        error(DiagnosticCode::TypeMismatch, node, "`?` needs an `Option` or a `Result`, not `" + show(t) + "`");
        return error_expr(node);
    }
    Type value_type = t->arguments[0];
    Type result = table_.shallow(function().result);
    auto refuse = [&](const std::string& why) {
        error(DiagnosticCode::TypeMismatch, node, why);
        return error_expr(node);
    };
    if (result->is(TypeKind::Inference)) {
        // A closure without a written result: `?` decides its shape.
        Type shape = is_option ? option_of(fresh(node)) : result_of(fresh(node), t->arguments[1]);
        table_.unify(result, shape);
        result = table_.shallow(result);
    }
    function().saw_return_value = true;
    if (is_option) {
        if (!is_nominal(result, known.option))
            return result->is(TypeKind::Error)
                       ? error_expr(node)
                       : refuse("`?` on an `Option` needs a function that returns an `Option`; this one returns `" +
                                show(result) + "`");
        return emit(Try{operand}, value_type, node);
    }
    if (!is_nominal(result, known.result))
        return result->is(TypeKind::Error)
                   ? error_expr(node)
                   : refuse("`?` on a `Result` needs a function that returns a `Result`; this one returns `" +
                            show(result) + "`");
    Type from = table_.shallow(t->arguments[1]), to = table_.shallow(result->arguments[1]);
    if (table_.unify(from, to)) return emit(Try{operand}, value_type, node);
    // The error changes its type on the way: `match e { Ok(v) => v, Err(x) => return Err(converted x) }`.
    LocalId good = declare({}, value_type, node, false), bad = declare({}, from, node, false);
    PatternId ok = emit_pattern(
        VariantPattern{known.ok, {emit_pattern(BindPattern{good, BindMode::Value}, value_type, node)}}, t, node);
    PatternId err =
        emit_pattern(VariantPattern{known.err, {emit_pattern(BindPattern{bad, BindMode::Value}, from, node)}}, t, node);
    ExprId problem = emit(LocalRef{bad}, from, node);
    ExprId converted;
    if (is_nominal(to, known.error)) {
        ItemId make = ItemId::None;
        for (const auto& candidate : *context_.get<MethodsNamed>(Name("new")))
            if (is_std_item(candidate.function) && name_of(candidate.parent).text() == "error")
                make = candidate.function;
        converted = emit(Call{DirectCallee{make, {}, nullptr}, {to_text(problem, node)}}, to, node);
    } else if (auto coerced = try_coerce(problem, to, node)) {
        converted = *coerced;
    } else {
        return refuse("`?` gives the error `" + show(from) + "`, but the function's error is `" + show(to) +
                      "`; convert it with `.map_err(…)`");
    }
    ExprId failure = emit(Aggregate{AggregateKind::Variant, known.err, {}, {converted}}, result, node);
    ExprId leave = emit(Return{failure}, type::never(), node);
    Match match{operand, {{ok, ExprId::None, emit(LocalRef{good}, value_type, node)}, {err, ExprId::None, leave}}};
    return emit(std::move(match), value_type, node);
}

ExprId BodyBuilder::check_await(const ast::AwaitExpr& e, Type expected) {
    uint32_t node = node_of(e);
    const Known& known = Known::get();
    ExprId operand = check(e.operand(), expected ? nullptr : nullptr);
    select_deferred();
    Type t = type_of(operand);
    bool is_message = false;
    if (auto* call = std::get_if<Call>(&expr(operand).data))
        is_message = std::holds_alternative<MessageCallee>(call->callee);
    if (!is_message && kind_of(item_) == ItemKind::Constant && !t->is(TypeKind::Error)) {
        auto& d = error(DiagnosticCode::AwaitOutsideAsync, node,
                        "a `const` is computed before the program runs; bind what is awaited with `let`");
        if (SyntaxToken keyword = ast::Ast(tree_.root()).token(Kind::ConstKw))
            d.fixes.push_back({"Write `let`", {{{item_, node_of(keyword)}, ItemDiagnostic::FixEdit::Replace, "let"}}});
    } else if (!is_message && !function().await_allowed && !t->is(TypeKind::Error)) {
        auto& d = error(DiagnosticCode::AwaitOutsideAsync, node, "`await` needs an `async fn` around it");
        if (kind_of(item_) == ItemKind::Function && functions_.size() == 1) {
            auto declaration = ast::FunctionDecl::cast(tree_.root());
            SyntaxToken keyword = declaration.token(Kind::FnKw);
            if (keyword)
                d.fixes.push_back({"Make the function async",
                                   {{{item_, node_of(keyword)}, ItemDiagnostic::FixEdit::InsertBefore, "async "}}});
        }
    }
    if (is_message && !is_nominal(t, known.future) && !is_nominal(t, known.task))
        return operand;  // a message's caller waits for the reply anyway
    if (t->is(TypeKind::Error)) return operand;
    if (is_nominal(t, known.future) || is_nominal(t, known.task)) return emit(Await{operand}, t->arguments[0], node);
    if (t->is(TypeKind::Inference)) {
        Type result = fresh(node);
        table_.unify(t, future_of(result));
        return emit(Await{operand}, result, node);
    }
    error(DiagnosticCode::TypeMismatch, node_of(e.operand()),
          "`await` needs a `Future` or a `Task`, not `" + show(t) + "`");
    return error_expr(node);
}

ExprId BodyBuilder::check_prefix(const ast::PrefixExpr& e, Type expected) {
    uint32_t node = node_of(e);
    switch (e.op()) {
        case Kind::Minus: {
            if (auto literal = e.operand().as<ast::LiteralExpr>()) {
                ExprId value = check_literal(literal, expected, true);
                expr(value).node = node;
                return value;
            }
            ExprId operand = check_value(e.operand(), expected);
            select_deferred();
            Type t = type_of(operand);
            if (t->is(TypeKind::Error)) return operand;
            if (t->is(TypeKind::Integer) || t->is(TypeKind::Float) ||
                (t->is(TypeKind::Inference) && table_.kind_of(t) != VariableKind::General)) {
                bool is_unsigned =
                    t->is(TypeKind::Integer) && (t->integer == IntegerKind::U8 || t->integer == IntegerKind::U16 ||
                                                 t->integer == IntegerKind::U32 || t->integer == IntegerKind::U64 ||
                                                 t->integer == IntegerKind::Usize);
                if (is_unsigned) error(DiagnosticCode::TypeMismatch, node, "`" + show(t) + "` has no negative values");
                return emit(Unary{UnaryOp::Negate, operand}, t, node);
            }
            if (auto own = operator_trait("Neg", "neg", t, nullptr)) return call_operator(*own, t, {operand}, node);
            if (t->is(TypeKind::Inference)) return emit(Unary{UnaryOp::Negate, operand}, t, node);
            error(DiagnosticCode::TypeMismatch, node, "`-` does not work on `" + show(t) + "`");
            return error_expr(node);
        }
        case Kind::Bang:
        case Kind::NotKw: {
            ExprId operand = check_value(e.operand(), type::boolean());
            Type t = type_of(operand);
            if (t->is(TypeKind::Nominal) || t->is(TypeKind::Parameter))
                if (auto own = operator_trait("Not", "invert", t, nullptr))
                    return call_operator(*own, t, {operand}, node);
            return emit(Unary{UnaryOp::Not, coerce(operand, type::boolean(), node_of(e.operand()))}, type::boolean(),
                        node);
        }
        case Kind::Star: {
            ExprId operand = check(e.operand());
            select_deferred();
            Type t = type_of(operand);
            if (t->is(TypeKind::Error)) return operand;
            if (auto value = deref_step(operand)) {
                expr(*value).node = node;
                return *value;
            }
            // A lent element that was copied, or a Copy value: `*x` is the value itself.
            if (std::get_if<LocalRef>(&expr(operand).data) && !t->is(TypeKind::Inference) && traits_.is_copy(t))
                return operand;
            error(DiagnosticCode::TypeMismatch, node, "`*` needs a borrow or a guard, not `" + show(t) + "`");
            return error_expr(node);
        }
        case Kind::LeftArrow: {
            ExprId channel = auto_deref(check(e.operand()));
            const Known& known = Known::get();
            Type t = type_of(channel);
            if (t->is(TypeKind::Error)) return channel;
            if (!is_nominal(t, known.channel) && !is_nominal(t, known.receiver)) {
                error(DiagnosticCode::TypeMismatch, node, "`<-` receives from a channel, not from `" + show(t) + "`");
                return error_expr(node);
            }
            return call_std_method(t->item, "recv", channel, {}, node);
        }
        default: return error_expr(node);
    }
}

ExprId BodyBuilder::check_borrow(const ast::BorrowExpr& e, Type expected) {
    uint32_t node = node_of(e);
    Type wanted = expected ? table_.shallow(expected) : nullptr;
    Type inner = wanted && wanted->is(TypeKind::Reference) ? wanted->element() : nullptr;
    if (inner && table_.shallow(inner)->is(TypeKind::Dyn)) inner = nullptr;
    ExprId place = check(e.operand(), inner);
    // `&x` of a lent Copy element names the same place.
    Type t = type::reference(type_of(place), e.is_mut());
    return emit(Borrow{place, e.is_mut(), false}, t, node);
}

ExprId BodyBuilder::check_range(const ast::RangeExpr& e, Type expected) {
    uint32_t node = node_of(e);
    Type wanted = expected ? table_.shallow(expected) : nullptr;
    Type element =
        wanted && is_nominal(wanted, Known::get().range) ? wanted->arguments[0] : fresh(node, VariableKind::General);
    ExprId low = e.low() ? check_as(e.low(), element) : emit(IntegerLiteral{0}, element, node);
    ExprId high = e.high() ? check_as(e.high(), element) : ExprId::None;
    Type t = table_.shallow(element);
    bool fine = t->is(TypeKind::Integer) || t->is(TypeKind::Char) || t->is(TypeKind::Error) ||
                t->is(TypeKind::Inference) || t->is(TypeKind::Float);
    if (!fine)
        error(DiagnosticCode::TypeMismatch, node, "a range needs whole numbers or characters, not `" + show(t) + "`");
    return emit(hir::Range{low, high, e.is_inclusive()}, range_of(element), node);
}

}  // namespace braid::altru_semantics
