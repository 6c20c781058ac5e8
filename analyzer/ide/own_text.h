#pragma once
#include <algorithm>
#include <utility>
#include <vector>

#include "analyzer/semantics/queries.h"

/// What an item's own text has: without the parts that are items with a text of their own, the holes.
namespace braid {

/// The numbers that places of an item have, from what FileItems says in indices of the whole file.
class OwnText {
  public:
    OwnText(const SyntaxTree& tree, const FileItems::Value& items, const ItemEntry& owner) : owner_(owner) {
        const uint32_t end = owner.node + size_at(tree, owner.node);
        uint32_t hole_end = 0;
        for (const ItemEntry* entry = &owner; entry != items.entries.data() + items.entries.size(); ++entry) {
            if (entry->node >= end) break;
            if (entry->node < hole_end) continue;
            if (entry != &owner && entry->owns_syntax && entry->node > owner.node) {
                const uint32_t size = size_at(tree, entry->node);
                hole_end = entry->node + size;
                holes_.push_back({entry->node, size});
                parts_.push_back(entry->item);
            } else {
                entries_.push_back(entry);
            }
        }
    }

    static uint32_t size_at(const SyntaxTree& tree, uint32_t index) {
        SyntaxElement element = element_at(tree.root(), index);
        return element ? element.slot().size() : 0;
    }

    /// Of a node or token outside of the holes.
    uint32_t number(uint32_t index) const {
        uint32_t hidden = 0;
        for (const Hole& hole : holes_) {
            if (hole.index >= index) break;
            hidden += hole.size - 1;
        }
        return index - owner_.node - hidden;
    }
    std::vector<uint32_t> hole_numbers() const {
        std::vector<uint32_t> numbers;
        uint32_t hidden = owner_.node;
        for (const Hole& hole : holes_) {
            numbers.push_back(hole.index - hidden);
            hidden += hole.size - 1;
        }
        return numbers;
    }
    /// The items in the holes.
    const std::vector<ItemId>& parts() const { return parts_; }
    /// The owner, and what is declared in its text without a text of its own.
    const std::vector<const ItemEntry*>& entries() const { return entries_; }

  private:
    struct Hole {
        uint32_t index, size;
    };
    const ItemEntry& owner_;
    std::vector<Hole> holes_;
    std::vector<ItemId> parts_;
    std::vector<const ItemEntry*> entries_;
};

/// What is declared in an item's own text, and where it has holes, in the numbers of its places.
struct OwnDeclarations {
    using Key = ItemId;
    struct Value {
        std::vector<std::pair<uint32_t, ItemId>> names;  // by the token that is the name, sorted
        std::vector<uint32_t> holes;
        std::vector<ItemId> parts;  // what stands in the holes
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "own_declarations";
    static Value compute(QueryContext& context, const Key& item) {
        Value found;
        auto items = context.get<FileItems>(file_of(item));
        auto tree = context.get<FileTree>(file_of(item));
        const ItemEntry* owner = items->find(item);
        if (!owner || !tree || !*tree) return found;
        OwnText text(**tree, *items, *owner);
        found.holes = text.hole_numbers();
        found.parts = text.parts();
        for (const ItemEntry* entry : text.entries())
            if (entry->name_node != entry->node) found.names.emplace_back(text.number(entry->name_node), entry->item);
        std::stable_sort(found.names.begin(), found.names.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        return found;
    }
};

}  // namespace braid
