#pragma once
#include <optional>
#include <vector>

#include "analyzer/semantics/altru/common.h"

namespace braid::altru_semantics {

enum class VariableKind : uint8_t { General, Integer, Float };

/// Inference variables of one body: union-find over terms with a trail, so that an attempt can be taken back.
class InferenceTable {
  public:
    Type fresh(VariableKind kind = VariableKind::General, uint32_t node = 0);
    /// Follows variables at the top of the term only.
    Type shallow(Type t) const;
    /// Follows variables everywhere.
    Type resolve(Type t) const;
    /// As resolve, with int and f64 for literals that have no type yet.
    Type resolve_with_defaults(Type t) const;
    VariableKind kind_of(Type variable) const;
    uint32_t node_of(Type variable) const { return variables_[variable->index].node; }
    bool is_variable(Type t) const { return shallow(t)->is(TypeKind::Inference); }

    /// Makes two terms equal, or changes nothing and returns false. Ignores function flags and reference regions.
    bool unify(Type a, Type b);

    struct Snapshot {
        size_t trail;
        size_t variables;
    };
    Snapshot snapshot() const { return {trail_.size(), variables_.size()}; }
    void rollback(Snapshot snapshot);

    /// Integer and float variables without a context become int and f64.
    Type default_of(Type variable) const;
    void bind_defaults();
    size_t size() const { return variables_.size(); }

  private:
    struct Variable {
        Type bound = nullptr;
        VariableKind kind = VariableKind::General;
        uint32_t node = 0;
    };
    bool unify_terms(Type a, Type b, int depth);
    bool bind(Type variable, Type t);
    bool occurs(Type variable, Type t) const;

    std::vector<Variable> variables_;
    struct Change {
        uint32_t index;
        Type bound;
        VariableKind kind;
    };
    std::vector<Change> trail_;
};

}  // namespace braid::altru_semantics
