#pragma once
#include <map>
#include <optional>

#include "analyzer/checks/await_values.h"

namespace braid::checks::awaits {

/// Which places of a body other tasks may reach: properties of parameters, captures, module variables and of what is
/// found in one of them, and such variables themselves. An object made here is not among them.
class Places {
  public:
    Places(QueryContext& context, ItemId item, const Body& source, const MirBody& body);

    std::optional<Shared> property(const State&, const Operand& object, const Name& name) const;
    std::optional<Shared> variable(const mir::Place&) const;
    /// The shared variable that has the place in it: `users` of `users[0]`.
    std::optional<Shared> variable_around(const mir::Place&) const;
    /// The shared place whose content a value is.
    std::optional<Shared> held_by(const State&, const Operand&) const;
    /// The local that a copy was made of.
    Local object_of(const State&, Local) const;

  private:
    std::optional<Shared> property_of_held(const Shared& holder, Type type, const Name& name) const;
    ItemId variable_of(const State&, const mir::Place&) const;
    uint8_t origin_of(const LocalDeclaration&, Local) const;

    QueryContext& context_;
    ItemId item_;
    const Body& source_;
    const MirBody& body_;
    std::map<Local, ItemId> statics_;
    mutable std::map<Shared, Local> held_;  // objects that are held by a property, as if each were a local
};

}  // namespace braid::checks::awaits
