#include "analyzer/checks/static_uses.h"

#include <algorithm>
#include <set>

#include "analyzer/semantics/body_walk.h"

namespace braid::checks {

StaticReads::Value StaticReads::compute(QueryContext& context, const Key& item) {
    Value reads;
    auto body = context.get<BodyOf>(item);
    if (body->has_errors) return reads;
    for (const BodyFunction& function : body->functions) {
        std::vector<ExprId> written;
        std::set<ExprId> awaited;  // what the first `await` waits for is evaluated before it
        bool waited = false;
        walk_expressions(*body, function.root, [&](ExprId id) {
            if (auto* assign = body->as<hir::Assign>(id)) written.push_back(assign->place);
            if (auto* await = body->as<hir::Await>(id); await && !waited) {
                waited = true;
                walk_expressions(*body, await->operand, [&](ExprId part) { awaited.insert(part); });
            }
            auto* variable = body->as<hir::StaticRef>(id);
            if (!variable || std::find(written.begin(), written.end(), id) != written.end()) return;
            const bool late = waited && !awaited.count(id);
            bool known = std::any_of(reads.begin(), reads.end(), [&](const Read& read) {
                return read.variable == variable->item && (read.after_await || !late);
            });
            if (!known) reads.push_back({variable->item, (*body)[id].node, late, false});
        });
    }
    for (const Expr& e : body->expressions)
        if (auto* assign = std::get_if<hir::Assign>(&e.data))
            if (auto* variable = body->as<hir::StaticRef>(assign->place))
                for (Read& read : reads) read.sets |= read.variable == variable->item;
    return reads;
}

std::optional<Place> reader_of(QueryContext& context, ItemId variable, ItemId besides, bool after_await) {
    std::vector<ItemId> pending{file_item(file_of(variable))};
    for (size_t i = 0; i < pending.size(); ++i) {
        ItemId item = pending[i];
        for (const auto& child : *context.get<ItemChildren>(item)) pending.push_back(child.item);
        if (item == besides || (kind_of(item) != ItemKind::Function && kind_of(item) != ItemKind::File)) continue;
        for (const auto& read : *context.get<StaticReads>(item))
            if (read.variable == variable && (!after_await || (read.after_await && !read.sets)))
                return Place{item, read.node};
    }
    return std::nullopt;
}

}  // namespace braid::checks
