#include "analyzer/checks/describe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "analyzer/semantics/language.h"

namespace braid::checks {

std::string describe(QueryContext& context, const mir::MirBody& body, const mir::Place& place) {
    const mir::LocalDeclaration& local = body.locals[place.local];
    if (local.name.empty()) return {};
    std::string text(local.name.text());
    mir::Place prefix{place.local, {}};
    for (const mir::Projection& projection : place.projections) {
        if (auto* field = std::get_if<mir::FieldOf>(&projection)) {
            Type owner = mir::place_type(context, body, prefix);
            if (owner->is(TypeKind::Tuple)) {
                text += "." + std::to_string(field->index);
            } else if (owner->item != ItemId::None && kind_of(owner->item) != ItemKind::Enum) {
                auto definition = context.get<DefinitionOf>(owner->item);
                if (field->index < definition->fields.size())
                    text += "." + std::string(definition->fields[field->index].name.text());
            }
        } else if (std::holds_alternative<mir::IndexOf>(projection)) {
            text += "[…]";
        }
        prefix.projections.push_back(projection);
    }
    return text;
}

uint32_t looks_at(const mir::MirBody& body, const mir::Statement& s) {
    auto* assign = std::get_if<mir::Assign>(&s.kind);
    if (!assign || !assign->place.is_local() || !std::holds_alternative<mir::BorrowOf>(assign->value)) return s.node;
    const mir::LocalDeclaration& holder = body.locals[assign->place.local];
    return holder.name.empty() && holder.node != 0 ? holder.node : s.node;
}

bool is_written_expression(const Body& body, uint32_t node) {
    for (const BodyFunction& f : body.functions)
        for (const Capture& c : f.captures)
            if (c.node == node) return false;
    return std::none_of(body.patterns.begin(), body.patterns.end(), [&](const Pattern& p) { return p.node == node; });
}

std::string print_type(ItemId item, Type type) { return language_of(item).print_type(type); }

std::string describe_path(ItemId item, const CapabilityPath& path, Type whole) {
    if (!path.culprit || path.culprit == whole) return {};
    return fmt::format(" (`{}: {}`)", fmt::join(path.steps, ", "), print_type(item, path.culprit));
}

bool has_std_trait(QueryContext& context, Type type, std::string_view trait) {
    for (const auto& [item, impls] : context.get<ImplIndex>()->by_trait)
        if (is_std(file_of(item)) && name_of(item).text() == trait) return implements(context, type, item);
    return false;
}

}  // namespace braid::checks
