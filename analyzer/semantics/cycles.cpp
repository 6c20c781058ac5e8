#include "analyzer/semantics/cycles.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace braid {
namespace {

/// In the order of the text, where that can be known without positions.
bool stands_before(QueryContext& context, ItemId a, ItemId b) {
    if (parent_of(a) == parent_of(b) && parent_of(a) != ItemId::None) {
        for (const auto& child : *context.get<ItemChildren>(parent_of(a)))
            if (child.item == a || child.item == b) return child.item == a;
    }
    // By path: which file has the smaller number depends on which was heard of first.
    auto key = [](ItemId item) { return std::tuple(files().path(file_of(item)), qualified_name(item), item); };
    return key(a) < key(b);
}

}  // namespace

std::vector<ItemId> cycle_through(ItemId start, const std::function<std::vector<ItemId>(ItemId)>& next) {
    std::unordered_map<ItemId, ItemId> came_from;
    std::vector<ItemId> pending{start};
    for (size_t i = 0; i < pending.size(); ++i) {
        for (ItemId reached : next(pending[i])) {
            if (reached == start) {
                std::vector<ItemId> cycle{pending[i]};
                while (cycle.back() != start) cycle.push_back(came_from[cycle.back()]);
                std::reverse(cycle.begin(), cycle.end());
                return cycle;
            }
            if (came_from.emplace(reached, pending[i]).second) pending.push_back(reached);
        }
    }
    return {};
}

bool reports_cycle(QueryContext& context, const std::vector<ItemId>& cycle) {
    return !cycle.empty() && std::none_of(cycle.begin() + 1, cycle.end(),
                                          [&](ItemId item) { return stands_before(context, item, cycle[0]); });
}

}  // namespace braid
