#pragma once
#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "analyzer/flow/queries.h"

/// Where values can hold borrows. A type has *regions* in a fixed order (preorder of its term): one for each reference,
/// function value and trait object in it, and one for a struct or enum whose own fields hold any of these, however many
/// (its *hidden* region; those in its type arguments are counted with the arguments). A local of the type has a
/// variable for each. `&map[string, &Job]` has two: of the outer reference and of the jobs.
namespace braid::checks {

using Region = uint32_t;
constexpr Region kStatic = 0;  // borrows nothing that ends

/// A value: its type and the regions in it.
struct View {
    Type type = nullptr;
    std::vector<Region> regions;
};

/// What is asked of a function that is called.
enum class Calls : uint8_t { BySignature, BySummary };

class RegionsOfTypes {
  public:
    explicit RegionsOfTypes(QueryContext& context, Calls calls = Calls::BySummary) : context_(context), calls_(calls) {}

    uint32_t count(Type);
    /// For each region of the type, whether what it holds may be exchanged from elsewhere: it stands behind a `&mut`.
    const std::vector<bool>& shared_with_others(Type);
    bool has_hidden(ItemId nominal);
    /// Its hidden region is not only of functions and trait objects, which hold what they were made with and no more.
    bool has_references(ItemId nominal);
    /// Whether a borrow of `part` can come out of a borrow of `whole`: one of its fields, elements, …
    bool may_contain(Type whole, Type part);
    /// A native type that keeps what its methods are given, however it is lent.
    bool keeps(Type);
    /// Whether the end of such a value looks at what it borrows: an impl of Drop sees its fields.
    bool drop_looks(Type);

    View target(const View& reference) const;
    View element(const View& list) const;
    /// Argument `index` of a nominal type, tuple, …
    View argument(const View& whole, size_t index);
    View field(const View& aggregate, ItemId variant, uint32_t index);
    Region hidden(const View& nominal);

    QueryContext& context() { return context_; }
    Calls calls() const { return calls_; }

  private:
    void walk_field(Type generic, const View& owner, std::vector<Region>& out);
    enum class Hidden : uint8_t { Any, References };
    bool holds(Hidden, Type, std::vector<ItemId>& active);
    bool has(Hidden, ItemId nominal);
    bool has(Hidden, ItemId nominal, std::vector<ItemId>& active);
    bool drop_looks(Type, int depth);
    bool may_contain(Type whole, Type part, std::vector<Type>& seen);
    void note_shared(Type, bool behind, std::vector<bool>& out);

    QueryContext& context_;
    Calls calls_;
    std::unordered_map<Type, uint32_t> counts_;
    std::unordered_map<Type, std::vector<bool>> shared_;
    std::map<std::pair<Hidden, ItemId>, bool> hidden_;
};

}  // namespace braid::checks
