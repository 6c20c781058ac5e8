#pragma once
#include "analyzer/semantics/altru/inference.h"
#include "analyzer/semantics/altru/signatures.h"

namespace braid::altru_semantics {

/// Questions about traits while a body is inferred: terms may hold inference variables.
class TraitSolver {
  public:
    TraitSolver(QueryContext& context, InferenceTable& table) : context_(context), table_(table) {}

    enum class Answer : uint8_t { Yes, No, Unknown /* depends on what is not inferred yet */ };
    /// Send and Sync are always Yes here: the checks judge them, with the path to the culprit.
    Answer satisfies(Type self, Type trait, int depth = 0);
    bool holds(Type self, ItemId trait) { return satisfies(self, type::nominal(trait)) != Answer::No; }
    bool is_copy(Type t);

    /// Bounds of a parameter, those of supertraits included.
    std::vector<Type> all_bounds(Type parameter);
    std::vector<Type> supertraits(Type trait);

    struct ImplMatch {
        ItemId impl = ItemId::None;
        std::vector<Type> arguments;  // of the impl's generics
    };
    /// The impl of a trait for a type; binds inference variables when there is exactly one candidate.
    std::optional<ImplMatch> find_impl(Type self, Type trait, int depth = 0);
    /// `<self as trait>::name`; null when it is not known yet.
    Type project(Type self, ItemId trait, Name name);
    /// Replaces the projections in a term that can be.
    Type normalize(Type t);

    /// Bounds that a function's `where` adds to the parameters of its impl or trait.
    std::vector<std::pair<Type, Type>> extra_bounds;

    std::vector<Type> fresh_arguments(ItemId item, uint32_t node = 0);

  private:
    Answer structural(Type self, ItemId trait, int depth);
    Answer all(const std::vector<Type>& parts, ItemId trait, int depth);

    QueryContext& context_;
    InferenceTable& table_;
};

}  // namespace braid::altru_semantics
