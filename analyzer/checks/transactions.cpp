#include "analyzer/checks/transactions.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "analyzer/checks/effects.h"
#include "analyzer/semantics/body_walk.h"

namespace braid::checks {

using namespace hir;

bool is_transaction(const Call& call) {
    return is_std_call(call, "", "atomically") || is_std_call(call, "Transaction", "run") ||
           is_std_call(call, "", "orElse");
}
bool is_cell_read(const Call& call) { return is_std_call(call, "STM", "read"); }
bool is_cell_write(const Call& call) { return is_std_call(call, "STM", "write"); }

std::vector<bool> transactional_functions(const BodyContext& inside) {
    const Body& body = inside.body();
    std::vector<bool> transactional(body.functions.size(), false);
    for (uint32_t i = 0; i < body.expressions.size(); ++i) {
        auto* call = body.as<Call>(ExprId(i));
        if (!call || !is_transaction(*call)) continue;
        for (ExprId argument : call->arguments) {
            BodyFunctionId f = inside.function_value(argument);
            if (f != BodyFunctionId::None) transactional[uint32_t(f)] = true;
        }
    }
    // Functions come after the ones they stand in.
    for (uint32_t i = 1; i < body.functions.size(); ++i) {
        BodyFunctionId parent = body.functions[i].parent;
        if (parent != BodyFunctionId::None && transactional[uint32_t(parent)]) transactional[i] = true;
    }
    return transactional;
}

std::optional<CellName> cell_name(const BodyContext& inside, ItemId item, ExprId cell) {
    const Body& body = inside.body();
    cell = unconverted(body, cell);
    if (auto* variable = body.as<StaticRef>(cell)) return CellName{variable->item, {}, LocalId::None};
    if (auto* local = body.as<LocalRef>(cell)) {
        ExprId value = inside.resolved(cell);
        if (value != cell && !body.as<New>(value)) return cell_name(inside, item, value);
        if (body[local->local].is_parameter) return std::nullopt;
        return CellName{item, {}, local->local};
    }
    auto* property = body.as<Property>(cell);
    if (!property) return std::nullopt;
    Type owner = body[property->base].type;
    if (!owner->is(TypeKind::Nominal)) return std::nullopt;
    return CellName{owner->item, property->name, LocalId::None};
}

namespace {

/// What the library's function does that a second run repeats; empty: nothing.
std::string side_effect_of(const Call& call) {
    ItemId item = called_item(call);
    if (item == ItemId::None || !is_std(file_of(item))) return {};
    std::string_view owner = name_of(parent_of(item)).text(), name = name_of(item).text();
    if (name == "println" || name == "print" || owner == "console") return fmt::format("`{}` prints", name);
    if (owner == "http" || owner == "fs" || owner == "Database")
        return fmt::format("`{}.{}` reaches outside of the program", owner, name);
    if (name == "setTimeout" || name == "setInterval" || name == "queueMicrotask")
        return fmt::format("`{}` starts something", name);
    if (owner == "Async") return fmt::format("`Async.{}` waits", name);
    for (std::string_view shared : {"Channel", "Worker", "Actor", "ConcurrentQueue", "ConcurrentMap", "Atomic"})
        if (owner == shared) return fmt::format("`{}` acts on a {}, which is no cell", name, shared);
    for (std::string_view lock : {"Mutex", "Semaphore", "RwLock", "Barrier", "Condition"})
        if (owner == lock) return fmt::format("`{}` waits for a {}", name, lock);
    return {};
}

class Facts {
  public:
    Facts(ItemId item, const Body& body)
        : item_(item), body_(body), inside_(body), transactional_(transactional_functions(inside_)) {}

    TransactionFacts::Value found;

    void run() {
        for (uint32_t i = 0; i < body_.expressions.size(); ++i) {
            ExprId id{i};
            BodyFunctionId function = inside_.function(id);
            if (function == BodyFunctionId::None) continue;
            bool inside = transactional_[uint32_t(function)];
            if (auto* call = body_.as<Call>(id)) this->call(id, *call, inside);
            else if (auto* compound = body_.as<CompoundAssign>(id)) changed(id, compound->place, inside);
            else if (auto* step = body_.as<Increment>(id)) changed(id, step->place, inside);
            if (body_[id].type && is_std_type(body_[id].type, "STM")) used(id);
        }
    }

  private:
    void call(ExprId id, const Call& call, bool inside) {
        uint32_t node = body_[id].node;
        if (is_cell_read(call) || is_cell_write(call)) {
            if (auto cell = cell_name(inside_, item_, call.arguments[0]))
                found.accesses.push_back({*cell, node, is_cell_write(call), inside});
            return;
        }
        if (std::string effect = side_effect_of(call); !effect.empty()) {
            found.side_effects.push_back({effect, node, inside});
            return;
        }
        if (is_mutator(call) && !call.arguments.empty()) changed(id, call.arguments[0], inside);
        ItemId item = called_item(call);
        if (item != ItemId::None && !is_std(file_of(item))) found.calls.push_back({item, node, inside});
        for (ExprId argument : call.arguments) {
            auto* reference = body_.as<FunctionRef>(unconverted(body_, argument));
            if (reference && !is_std(file_of(reference->item)))
                found.calls.push_back({reference->item, node, inside || is_transaction(call)});
        }
    }

    /// `const cell = new STM(0)` of a module.
    bool makes(ExprId assignment, ExprId cell) const {
        auto* assign = body_.as<Assign>(assignment);
        return assign && assign->place == cell && body_.as<New>(unconverted(body_, assign->value));
    }

    void used(ExprId id) {
        auto cell = cell_name(inside_, item_, id);
        if (!cell || unconverted(body_, id) != id) return;
        ExprId around = inside_.parent(id);
        while (around != ExprId::None && body_.as<Convert>(around)) around = inside_.parent(around);
        if (around != ExprId::None && makes(around, id)) return;
        auto* call = around == ExprId::None ? nullptr : body_.as<Call>(around);
        if (!call || !(is_cell_read(*call) || is_cell_write(*call)) || unconverted(body_, call->arguments[0]) != id)
            found.lent.push_back(*cell);
    }

    /// `attempts += 1`, `log.push(x)` on what the transaction did not make itself: each run does it once more.
    void changed(ExprId id, ExprId place, bool inside) {
        while (true) {
            place = unconverted(body_, place);
            if (auto* property = body_.as<Property>(place)) place = property->base;
            else if (auto* index = body_.as<Index>(place)) place = index->base;
            else break;
        }
        std::string name;
        if (auto* local = body_.as<LocalRef>(place)) {
            BodyFunctionId owner = body_[local->local].function;
            bool made_inside = !body_[local->local].is_parameter &&
                               (inside ? transactional_[uint32_t(owner)] : owner == inside_.function(place));
            if (made_inside) return;
            if (!inside && !body_[local->local].is_self && body_[local->local].is_parameter) return;
        } else if (!body_.as<StaticRef>(place)) {
            return;
        }
        name = path_of(body_, place);
        found.side_effects.push_back({fmt::format("`{}`, which is no cell, is changed", name), body_[id].node, inside});
    }

    ItemId item_;
    const Body& body_;
    BodyContext inside_;
    std::vector<bool> transactional_;
};

}  // namespace

TransactionFacts::Value TransactionFacts::compute(QueryContext& context, const Key& item) {
    auto body = context.get<BodyOf>(item);
    if (body->has_errors || body->functions.empty()) return {};
    Facts facts(item, *body);
    facts.run();
    return std::move(facts.found);
}

TransactionalParts::Value TransactionalParts::compute(QueryContext& context, const Key& file) {
    std::vector<ItemId> pending{file_item(file)};
    std::set<ItemId> functions;
    std::set<CellName> cells, changing;
    for (size_t i = 0; i < pending.size(); ++i) {
        ItemId item = pending[i];
        for (const auto& child : *context.get<ItemChildren>(item)) pending.push_back(child.item);
        if (kind_of(item) != ItemKind::Function && kind_of(item) != ItemKind::File) continue;
        auto facts = context.get<TransactionFacts>(item);
        for (const auto& call : facts->calls)
            if (call.inside) functions.insert(call.function);
        for (const auto& access : facts->accesses) {
            if (access.inside) cells.insert(access.cell);
            if (access.is_write) changing.insert(access.cell);
        }
        changing.insert(facts->lent.begin(), facts->lent.end());
    }
    std::vector<ItemId> reached(functions.begin(), functions.end());
    while (!reached.empty()) {
        ItemId item = reached.back();
        reached.pop_back();
        auto facts = context.get<TransactionFacts>(item);
        for (const auto& access : facts->accesses) cells.insert(access.cell);
        for (const auto& call : facts->calls)
            if (functions.insert(call.function).second) reached.push_back(call.function);
    }
    return {{functions.begin(), functions.end()}, {cells.begin(), cells.end()}, {changing.begin(), changing.end()}};
}

}  // namespace braid::checks
