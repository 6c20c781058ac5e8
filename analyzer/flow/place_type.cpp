#include "analyzer/flow/queries.h"

namespace braid::mir {

Type place_type(QueryContext& context, const MirBody& body, const Place& place) {
    Type type = body.locals[place.local].type;
    ItemId variant = ItemId::None;
    for (const Projection& projection : place.projections) {
        if (!type) return type::error();
        if (auto* field = std::get_if<FieldOf>(&projection)) {
            auto types = field_types(context, type, variant);
            type = field->index < types.size() ? types[field->index] : type::error();
            variant = ItemId::None;
        } else if (auto* downcast = std::get_if<Downcast>(&projection)) {
            variant = downcast->variant;
        } else {  // Deref, IndexOf, ConstantIndex
            auto* fixed = type->is(TypeKind::Tuple) ? std::get_if<ConstantIndex>(&projection) : nullptr;
            size_t which = !fixed ? 0 : fixed->from_end ? type->arguments.size() - 1 - fixed->index : fixed->index;
            type = which < type->arguments.size() ? type->arguments[which] : type::error();
        }
    }
    return type;
}

Type operand_type(QueryContext& context, const MirBody& body, const Operand& operand) {
    if (auto* constant = std::get_if<Constant>(&operand)) return constant->type;
    const Place& place =
        std::holds_alternative<Copy>(operand) ? std::get<Copy>(operand).place : std::get<Move>(operand).place;
    return place_type(context, body, place);
}

}  // namespace braid::mir
