#include "analyzer/checks/await_places.h"

#include <fmt/format.h>

#include "analyzer/flow/mir_walk.h"

namespace braid::checks::awaits {

using mir::Place;

namespace {

bool is_through(const Place& place) {
    return place.projections.size() == 1 && std::holds_alternative<Deref>(place.projections[0]);
}

/// An object with members of its own: of the program's classes, or a record.
bool has_members(Type type) {
    if (type->is(TypeKind::Union))
        for (Type member : type->arguments)
            if (has_members(member)) return true;
    return is_program_object(type) || type->is(TypeKind::Record);
}

}  // namespace

Places::Places(QueryContext& context, ItemId item, const Body& source, const MirBody& body)
    : context_(context), item_(item), source_(source), body_(body) {
    for (const Block& block : body.blocks)
        for (const Statement& s : block.statements)
            if (auto* assign = std::get_if<Assign>(&s.kind))
                if (auto* ref = std::get_if<StaticRefOf>(&assign->value))
                    if (kind_of(ref->item) == ItemKind::Static) statics_[assign->place.local] = ref->item;
}

Local Places::object_of(const State& state, Local local) const {
    for (int steps = 0; steps < 64; ++steps) {
        auto it = state.same_object.find(local);
        if (it == state.same_object.end()) return local;
        local = it->second;
    }
    return local;
}

std::optional<Shared> Places::property(const State& state, const Operand& object, const Name& name) const {
    auto* place = read_place(object);
    if (!place) return std::nullopt;
    const bool through = is_through(*place);
    if (ItemId variable = variable_of(state, *place); variable != ItemId::None) {
        Type type = body_.locals[place->local].type;
        if (type->is(TypeKind::Reference)) type = type->element();
        if (has_members(type))
            return Shared{object_in(variable), fmt::format("{}.{}", name_of(variable).text(), name.text()),
                          property_key(context_, type, name), 0};
    }
    if (auto held = place->is_local() ? state.holds.find(place->local) : state.holds.end();
        held != state.holds.end() && !held->second.key.property.empty())
        if (auto shared = property_of_held(held->second, body_.locals[place->local].type, name)) return shared;
    const Local local = object_of(state, place->local);
    const LocalDeclaration& declared = body_.locals[local];
    const bool capture = declared.kind == LocalKind::Capture;
    const bool found = place->is_local() && declared.kind == LocalKind::Variable && state.found.count(local) &&
                       has_members(declared.type);
    if (declared.kind != LocalKind::Parameter && !capture && !found) return std::nullopt;
    if (!place->is_local() && !(capture && through)) return std::nullopt;
    Type type = declared.type->is(TypeKind::Reference) ? declared.type->element() : declared.type;
    Shared shared{local, std::string(declared.name.text()) + "." + std::string(name.text()),
                  property_key(context_, type, name), 0};
    shared.origin = found ? 0 : origin_of(declared, local);
    return shared;
}

/// `this.stats.count`: the object is the same one each time, as long as nobody puts another in its place.
std::optional<Shared> Places::property_of_held(const Shared& holder, Type type, const Name& name) const {
    if (!has_members(type)) return std::nullopt;
    const Local object = held_.emplace(holder, Local(body_.locals.size() + held_.size())).first->second;
    const bool part = is_part(context_, holder.key);
    return Shared{object, fmt::format("{}.{}", holder.name, name.text()), property_key(context_, type, name),
                  part ? holder.origin : uint8_t(0)};
}

/// The module variable whose object this is.
ItemId Places::variable_of(const State& state, const Place& place) const {
    if (auto it = statics_.find(place.local); it != statics_.end() && is_through(place)) return it->second;
    auto held = place.is_local() ? state.holds.find(place.local) : state.holds.end();
    const bool is_static = held != state.holds.end() && held->second.object == kNoLocal &&
                           held->second.key.local == LocalId::None && held->second.key.property.empty();
    return is_static ? held->second.key.owner : ItemId::None;
}

/// As TaskFacts numbers the parameters.
uint8_t Places::origin_of(const LocalDeclaration& declared, Local local) const {
    if (declared.kind == LocalKind::Parameter)
        return local - 1 < kTrackedParameters ? uint8_t(uint32_t(Origin::Parameter) + local - 1) : 0;
    if (declared.source == LocalId::None || source_[declared.source].function != BodyFunctionId(0)) return 0;
    const auto& parameters = source_[BodyFunctionId(0)].parameters;
    for (uint32_t i = 0; i < parameters.size() && i < kTrackedParameters; ++i)
        if (parameters[i] == declared.source) return uint8_t(uint32_t(Origin::Outer) + i);
    return 0;
}

std::optional<Shared> Places::variable(const Place& place) const {
    const LocalDeclaration& local = body_.locals[place.local];
    const bool through = is_through(place);
    const bool captured_here = place.is_local() && local.kind == LocalKind::Variable && local.in_cell &&
                               local.source != LocalId::None && source_[local.source].is_captured;
    if (captured_here || (through && local.kind == LocalKind::Capture && local.is_alias)) {
        if (local.source == LocalId::None) return std::nullopt;
        return Shared{kNoLocal, std::string(local.name.text()), {item_, {}, local.source}, 0};
    }
    auto it = statics_.find(place.local);
    if (!through || it == statics_.end()) return std::nullopt;
    const ItemId owner = parent_of(it->second);
    std::string name(name_of(it->second).text());
    if (kind_of(owner) != ItemKind::File) name = std::string(name_of(owner).text()) + "." + name;
    return Shared{kNoLocal, name, {it->second, {}, LocalId::None}, 0};
}

std::optional<Shared> Places::variable_around(const Place& place) const {
    for (size_t length = 0; length < 2 && length < place.projections.size(); ++length)
        if (auto shared =
                variable({place.local, {place.projections.begin(), place.projections.begin() + long(length)}}))
            return shared;
    return std::nullopt;
}

std::optional<Shared> Places::held_by(const State& state, const Operand& operand) const {
    auto* place = read_place(operand);
    if (!place) return std::nullopt;
    if (auto shared = variable(*place)) return shared;
    auto it = state.holds.find(place->local);
    return it == state.holds.end() ? std::nullopt : std::optional(it->second);
}

}  // namespace braid::checks::awaits
