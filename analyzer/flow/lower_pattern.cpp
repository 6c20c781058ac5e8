#include <type_traits>

#include "analyzer/flow/lowering.h"
#include "analyzer/flow/queries.h"

// Patterns are tested first and bound after: a test never moves anything.
namespace braid::mir {

using namespace hir;

Local Lowering::property_value(const Place& object, Name name, Type type, uint32_t node) {
    Local value = new_local(type, LocalKind::Temporary, {}, LocalId::None, node);
    assign(Place{value, {}}, PropertyOf{Copy{object}, name}, node);
    return value;
}

/// Calls `f(sub, place)` for each subpattern with the place it looks at.
template <typename F>
static void for_each_subpattern(QueryContext&, const Pattern& p, const Place& place, F&& f) {
    auto at = [&](std::initializer_list<Projection> projections) {
        Place result = place;
        result.projections.insert(result.projections.end(), projections);
        return result;
    };
    if (auto* tuple = std::get_if<TuplePattern>(&p.data)) {
        for (uint32_t i = 0; i < tuple->elements.size(); ++i) f(tuple->elements[i], at({FieldOf{i}}));
    } else if (auto* variant = std::get_if<VariantPattern>(&p.data)) {
        for (uint32_t i = 0; i < variant->fields.size(); ++i)
            f(variant->fields[i], at({Downcast{variant->variant}, FieldOf{i}}));
    } else if (auto* fields = std::get_if<StructPattern>(&p.data)) {
        bool is_variant = kind_of(fields->item) == ItemKind::Variant;
        for (auto [index, sub] : fields->fields)
            f(sub, is_variant ? at({Downcast{fields->item}, FieldOf{index}}) : at({FieldOf{index}}));
    } else if (auto* list = std::get_if<ListPattern>(&p.data)) {
        uint32_t count = uint32_t(list->elements.size());
        for (uint32_t i = 0; i < count; ++i) {
            bool from_end = list->rest && i >= *list->rest;
            f(list->elements[i], at({ConstantIndex{from_end ? count - 1 - i : i, from_end}}));
        }
    }
}

bool Lowering::binds_reference(PatternId id) const {
    const Pattern& p = body_[id];
    if (auto* bind = std::get_if<BindPattern>(&p.data)) {
        if (bind->mode != BindMode::Value || body_[bind->local].type->is(TypeKind::Reference)) return true;
        return bind->sub != PatternId::None && binds_reference(bind->sub);
    }
    bool found = false;
    if (auto* alternatives = std::get_if<OrPattern>(&p.data))
        for (PatternId sub : alternatives->alternatives) found |= binds_reference(sub);
    if (auto* typed = std::get_if<TypePattern>(&p.data))
        found |= typed->sub != PatternId::None && binds_reference(typed->sub);
    for_each_subpattern(context_, p, Place{}, [&](PatternId sub, const Place&) { found |= binds_reference(sub); });
    return found;
}

/// How the names of a pattern hold what they stand for: the strongest of them; nullopt: by value, or not at all.
static std::optional<BorrowKind> lends(const Body& body, PatternId id) {
    if (id == PatternId::None) return std::nullopt;
    const Pattern& p = body[id];
    std::optional<BorrowKind> found;
    auto look = [&](PatternId sub) {
        auto kind = lends(body, sub);
        if (kind && found != BorrowKind::Mutable) found = kind;
    };
    if (auto* bind = std::get_if<BindPattern>(&p.data)) {
        if (bind->mode != BindMode::Value)
            found = bind->mode == BindMode::Borrow ? BorrowKind::Shared : BorrowKind::Mutable;
        look(bind->sub);
    } else if (auto* alternatives = std::get_if<OrPattern>(&p.data)) {
        for (PatternId sub : alternatives->alternatives) look(sub);
    } else if (auto* typed = std::get_if<TypePattern>(&p.data)) {
        look(typed->sub);
    } else if (auto* tuple = std::get_if<TuplePattern>(&p.data)) {
        for (PatternId sub : tuple->elements) look(sub);
    } else if (auto* variant = std::get_if<VariantPattern>(&p.data)) {
        for (PatternId sub : variant->fields) look(sub);
    } else if (auto* fields = std::get_if<StructPattern>(&p.data)) {
        for (auto [index, sub] : fields->fields) look(sub);
    } else if (auto* list = std::get_if<ListPattern>(&p.data)) {
        for (PatternId sub : list->elements) look(sub);
        look(list->rest_pattern);
    }
    return found;
}

/// A member of a union that names of the pattern borrow stays where it is: the place behind a borrow of it.
std::optional<Place> Lowering::lent_member(const TypePattern& typed, const Place& place, uint32_t node) {
    auto kind = lends(body_, typed.sub);
    Type type = place_type(context_, mir_, place);
    if (!kind || !type->is(TypeKind::Union)) return std::nullopt;
    const bool is_mutable = *kind == BorrowKind::Mutable;
    Local whole = new_local(type::reference(type, is_mutable), LocalKind::Temporary, {}, LocalId::None, node);
    assign(Place{whole, {}}, BorrowOf{*kind, place}, node);
    Type part = type::reference(typed.tested, is_mutable);
    Local member = new_local(part, LocalKind::Temporary, {}, LocalId::None, node);
    Operand borrow = is_mutable ? Operand(Move{{whole, {}}}) : Operand(Copy{{whole, {}}});
    assign(Place{member, {}}, Conversion{ConvertKind::Unwrap, std::move(borrow), part}, node);
    return Place{member, {mir::Deref{}}};
}

void Lowering::declare_bindings(PatternId id) {
    if (id == PatternId::None) return;
    const Pattern& p = body_[id];
    if (auto* bind = std::get_if<BindPattern>(&p.data)) {
        declare(bind->local);
        declare_bindings(bind->sub);
    } else if (auto* alternatives = std::get_if<OrPattern>(&p.data)) {
        // Every alternative binds the same locals.
        if (!alternatives->alternatives.empty()) declare_bindings(alternatives->alternatives[0]);
    } else if (auto* typed = std::get_if<TypePattern>(&p.data)) {
        declare_bindings(typed->sub);
    } else if (auto* fallback = std::get_if<DefaultPattern>(&p.data)) {
        declare_bindings(fallback->sub);
    } else if (auto* record = std::get_if<RecordPattern>(&p.data)) {
        for (auto& [name, sub] : record->fields) declare_bindings(sub);
        declare_bindings(record->rest);
    } else {
        for_each_subpattern(context_, p, Place{}, [&](PatternId sub, const Place&) { declare_bindings(sub); });
        if (auto* list = std::get_if<ListPattern>(&p.data)) declare_bindings(list->rest_pattern);
    }
}

/// What a pattern that meets a reference looks at (body.h). Bindings and wildcards take the reference itself, and the
/// alternatives of `p | q` look through it one by one.
static Place looked_at(const Pattern& p, Place place) {
    bool takes_it = std::holds_alternative<BindPattern>(p.data) || std::holds_alternative<WildcardPattern>(p.data) ||
                    std::holds_alternative<OrPattern>(p.data);
    for (Type type = p.type; !takes_it && type && type->is(TypeKind::Reference); type = type->element())
        place.projections.push_back(mir::Deref{});
    return place;
}

void Lowering::test(PatternId id, const Place& matched, BlockId failed) {
    if (id == PatternId::None) return;
    const Pattern& p = body_[id];
    Place place = looked_at(p, matched);
    auto branch = [&](Rvalue condition, uint32_t node) {
        Local holds = new_local(type::boolean(), LocalKind::Temporary, {}, LocalId::None, node);
        assign(Place{holds, {}}, std::move(condition), node);
        BlockId next = new_block();
        terminate(SwitchInteger{consume(holds), {{0, failed}}, next}, node);
        start(next);
    };
    auto compare = [&](BinaryOp op, ExprId value) { branch(BinaryOperation{op, Copy{place}, operand(value)}, p.node); };
    if (auto* bind = std::get_if<BindPattern>(&p.data)) return test(bind->sub, place, failed);
    if (auto* literal = std::get_if<LiteralPattern>(&p.data)) return compare(BinaryOp::Equal, literal->value);
    if (auto* range = std::get_if<RangePattern>(&p.data)) {
        // Of an open type, only values that have an order with the bounds are compared with them.
        ExprId bound = range->begin != ExprId::None ? range->begin : range->end;
        if (auto* wrapped = bound == ExprId::None ? nullptr : body_.as<Convert>(bound)) {
            Type kind = body_[wrapped->operand].type;
            if (kind->is(TypeKind::Literal)) kind = kind->element();
            bool number = kind->is(TypeKind::Float) || kind->is(TypeKind::Integer);
            branch(TypeTestOf{Copy{place}, number ? type::union_of({type::float_(), type::integer()}) : kind}, p.node);
        }
        if (range->begin != ExprId::None) compare(BinaryOp::GreaterEqual, range->begin);
        if (range->end != ExprId::None) compare(range->inclusive ? BinaryOp::LessEqual : BinaryOp::Less, range->end);
        return;
    }
    if (auto* alternatives = std::get_if<OrPattern>(&p.data)) {
        BlockId matched = new_block();
        for (size_t i = 0; i < alternatives->alternatives.size(); ++i) {
            bool last = i + 1 == alternatives->alternatives.size();
            BlockId otherwise = last ? failed : new_block();
            test(alternatives->alternatives[i], place, otherwise);
            go_to(matched, p.node);
            if (!last) start(otherwise);
        }
        return start(matched);
    }
    if (auto* typed = std::get_if<TypePattern>(&p.data)) {
        branch(TypeTestOf{Copy{place}, typed->tested}, p.node);
        if (typed->sub == PatternId::None || is_irrefutable(typed->sub)) return;
        Local narrowed = new_local(typed->tested, LocalKind::Temporary, {}, LocalId::None, p.node);
        assign(Place{narrowed, {}}, Conversion{ConvertKind::Unwrap, Copy{place}, typed->tested}, p.node);
        return test(typed->sub, Place{narrowed, {}}, failed);
    }
    if (auto* fallback = std::get_if<DefaultPattern>(&p.data)) return test(fallback->sub, place, failed);
    if (auto* record = std::get_if<RecordPattern>(&p.data)) {
        for (auto& [name, sub] : record->fields) {
            if (is_irrefutable(sub)) continue;
            test(sub, Place{property_value(place, name, body_[sub].type, p.node), {}}, failed);
        }
        return;
    }
    ItemId variant = ItemId::None;
    if (auto* v = std::get_if<VariantPattern>(&p.data)) variant = v->variant;
    if (auto* s = std::get_if<StructPattern>(&p.data); s && kind_of(s->item) == ItemKind::Variant) variant = s->item;
    if (variant != ItemId::None) {
        auto variants = context_.get<DefinitionOf>(parent_of(variant))->variants;
        uint64_t index = uint64_t(std::find(variants.begin(), variants.end(), variant) - variants.begin());
        Local tag = new_local(type::integer(), LocalKind::Temporary, {}, LocalId::None, p.node);
        assign(Place{tag, {}}, DiscriminantOf{place}, p.node);
        BlockId next = new_block();
        terminate(SwitchInteger{consume(tag), {{index, next}}, failed}, p.node);
        start(next);
    }
    if (auto* list = std::get_if<ListPattern>(&p.data)) {
        Local length = new_local(type::integer());
        assign(Place{length, {}}, LengthOf{place}, p.node);
        BinaryOp op = list->rest ? BinaryOp::GreaterEqual : BinaryOp::Equal;
        branch(BinaryOperation{op, consume(length), Constant{type::integer(), uint64_t(list->elements.size())}},
               p.node);
    }
    for_each_subpattern(context_, p, place, [&](PatternId sub, const Place& at) { test(sub, at, failed); });
}

bool Lowering::is_irrefutable(PatternId id) const {
    if (id == PatternId::None) return true;
    const Pattern& p = body_[id];
    if (std::holds_alternative<WildcardPattern>(p.data) || std::holds_alternative<ErrorPattern>(p.data)) return true;
    if (auto* bind = std::get_if<BindPattern>(&p.data)) return is_irrefutable(bind->sub);
    if (auto* fallback = std::get_if<DefaultPattern>(&p.data)) return is_irrefutable(fallback->sub);
    bool all = std::holds_alternative<TuplePattern>(p.data) || std::holds_alternative<RecordPattern>(p.data);
    if (auto* fields = std::get_if<StructPattern>(&p.data)) all = kind_of(fields->item) != ItemKind::Variant;
    if (auto* record = std::get_if<RecordPattern>(&p.data))
        for (auto& [name, sub] : record->fields) all = all && is_irrefutable(sub);
    for_each_subpattern(context_, p, Place{}, [&](PatternId sub, const Place&) { all = all && is_irrefutable(sub); });
    return all;
}

/// Gives the pattern's locals their values. `may_move` false (a guard, a lent element): bindings by value of types that
/// are not Copy are read without a move; the real binding follows.
void Lowering::bind(PatternId id, const Place& matched, bool may_move) {
    if (id == PatternId::None || !reachable()) return;
    const Pattern& p = body_[id];
    Place place = looked_at(p, matched);
    if (auto* binding = std::get_if<BindPattern>(&p.data)) {
        const LocalInfo& info = body_[binding->local];
        // `&x`: the name stands for what is behind the reference.
        for (Type type = p.type; type && type->is(TypeKind::Reference) && !info.type->is(TypeKind::Reference);
             type = type->element())
            place.projections.push_back(mir::Deref{});
        Place target = place_of_local(binding->local);
        if (binding->mode == BindMode::Value) {
            bool copies = is_copy(info.type) || !may_move;
            if (!may_move && needs_drop(info.type) && !is_copy(info.type)) return;  // a guard does not own it
            assign(target, Use{copies ? Operand(Copy{place}) : Operand(Move{place})}, p.node);
        } else {
            BorrowKind kind = binding->mode == BindMode::Borrow ? BorrowKind::Shared : BorrowKind::Mutable;
            assign(target, BorrowOf{kind, place}, p.node);
        }
        return bind(binding->sub, place, may_move);
    }
    if (auto* typed = std::get_if<TypePattern>(&p.data)) {
        if (typed->sub == PatternId::None || std::holds_alternative<WildcardPattern>(body_[typed->sub].data)) return;
        if (auto member = lent_member(*typed, place, p.node)) return bind(typed->sub, *member, may_move);
        Local narrowed = temporary(typed->tested, p.node);
        Operand value = is_copy(typed->tested) || !may_move ? Operand(Copy{place}) : Operand(Move{place});
        assign(Place{narrowed, {}}, Conversion{ConvertKind::Unwrap, std::move(value), typed->tested}, p.node);
        return bind(typed->sub, Place{narrowed, {}}, may_move);
    }
    if (auto* fallback = std::get_if<DefaultPattern>(&p.data)) {
        Local absent = new_local(type::boolean()),
              value = new_local(p.type, LocalKind::Temporary, {}, LocalId::None, p.node);
        BlockId missing = new_block(), present = new_block(), join = new_block();
        auto* element = place.is_local() ? nullptr : std::get_if<ConstantIndex>(&place.projections.back());
        Place list = place;
        if (element) list.projections.pop_back();
        Type whole = element ? place_type(context_, mir_, list) : nullptr;
        if (whole && (whole->is(TypeKind::List) || whole->is(TypeKind::Any))) {
            // An array that is too short has no such element.
            uint64_t index = element->index;
            Local length = new_local(type::integer()), there = new_local(type::boolean());
            assign(Place{length, {}}, LengthOf{list}, p.node);
            assign(Place{there, {}},
                   BinaryOperation{BinaryOp::Greater, consume(length), Constant{type::integer(), index}}, p.node);
            BlockId long_enough = new_block();
            terminate(SwitchInteger{consume(there), {{0, missing}}, long_enough}, p.node);
            start(long_enough);
        }
        assign(Place{absent, {}}, TypeTestOf{Copy{place}, type::undefined()}, p.node);
        terminate(SwitchInteger{consume(absent), {{0, present}}, missing}, p.node);
        start(present);
        assign(Place{value, {}}, Conversion{ConvertKind::Unwrap, Copy{place}, p.type}, p.node);
        go_to(join, p.node);
        start(missing);
        into(Place{value, {}}, fallback->value);
        go_to(join, p.node);
        start(join);
        return bind(fallback->sub, Place{value, {}}, may_move);
    }
    if (auto* alternatives = std::get_if<OrPattern>(&p.data)) {
        BlockId join = new_block();
        for (size_t i = 0; i < alternatives->alternatives.size(); ++i) {
            BlockId next = new_block();
            bool last = i + 1 == alternatives->alternatives.size();
            if (!last) test(alternatives->alternatives[i], place, next);
            bind(alternatives->alternatives[i], place, may_move);
            go_to(join, p.node);
            start(next);
        }
        terminate(Unreachable{}, p.node);
        return start(join);
    }
    if (auto* record = std::get_if<RecordPattern>(&p.data)) {
        for (auto& [name, sub] : record->fields) {
            // A default sees undefined; other subpatterns get the field at its own type.
            auto* fallback = std::get_if<DefaultPattern>(&body_[sub].data);
            Type type = fallback ? type::any() : body_[sub].type;
            bind(sub, Place{property_value(place, name, type, p.node), {}}, may_move);
        }
        return;
    }
    for_each_subpattern(context_, p, place, [&](PatternId sub, const Place& at) { bind(sub, at, may_move); });
    if (auto* list = std::get_if<ListPattern>(&p.data); list && list->rest_pattern != PatternId::None) {
        // `[first, ...rest]`: the elements that no other subpattern names, as a list of their own.
        Local rest = temporary(body_[list->rest_pattern].type, p.node);
        uint32_t before = *list->rest, after = uint32_t(list->elements.size()) - before;
        assign(Place{rest, {}}, SliceOf{place, before, after}, p.node);
        bind(list->rest_pattern, Place{rest, {}}, may_move);
    }
}

}  // namespace braid::mir
