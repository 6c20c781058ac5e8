#include "analyzer/checks/effects.h"

#include <algorithm>
#include <set>

#include "analyzer/semantics/body_walk.h"

namespace braid::checks {
namespace {

using namespace hir;

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

Effects of_library_call(ItemId item) {
    std::string_view owner = name_of(parent_of(item)).text(), name = name_of(item).text();
    Effects e;
    e.outside = is_one_of(owner, {"http", "fs", "Database", "Worker", "Response"});
    e.prints = is_one_of(owner, {"console"}) || name == "println" || name == "print";
    e.in_line = is_one_of(owner, {"Channel", "Mutex", "Condition", "RwLock", "Semaphore", "Barrier", "STM", "Actor",
                                  "Transaction", "ConcurrentQueue"}) ||
                is_one_of(name, {"atomically", "orElse", "retry"});
    e.writes = is_one_of(owner, {"Atomic", "ConcurrentMap"});
    return e;
}

class Search {
  public:
    explicit Search(const BodyContext& body) : body_(body) {}
    EffectFacts::Value found;

    void expression(ExprId root) {
        const Body& body = body_.body();
        walk_expressions(body, root, [&](ExprId id) {
            if (auto* assign = body.as<Assign>(id)) written(assign->place);
            else if (auto* compound = body.as<CompoundAssign>(id)) written(compound->place);
            else if (auto* step = body.as<Increment>(id)) written(step->place);
            else if (auto* call = body.as<Call>(id)) this->call(*call);
            else if (auto* made = body.as<New>(id)) {
                if (is_std_type(made->type, "Worker")) found.own.outside = true;
                else if (made->constructor != ItemId::None && !is_std(file_of(made->constructor)))
                    found.calls.push_back(made->constructor);
            } else if (auto* closure = body.as<Closure>(id)) {
                function(closure->function);
            }
        });
    }

  private:
    void function(BodyFunctionId id) {
        if (id != BodyFunctionId::None && seen_.insert(id).second) expression(body_.body()[id].root);
    }

    /// Seen by others unless it is a variable of the function that assigns, or in an object made there.
    void written(ExprId place) {
        const Body& body = body_.body();
        BodyFunctionId here = body_.function(place);
        while (true) {
            place = unconverted(body, place);
            if (auto* property = body.as<Property>(place)) place = property->base;
            else if (auto* index = body.as<Index>(place)) place = index->base;
            else break;
        }
        auto* local = body.as<LocalRef>(place);
        bool own = local && body[local->local].function == here && !body[local->local].is_parameter;
        found.own.writes |= !own;
    }

    void call(const Call& call) {
        const Body& body = body_.body();
        if (auto* value = std::get_if<ValueCallee>(&call.callee)) {
            BodyFunctionId known = body_.function_value(value->function);
            if (known != BodyFunctionId::None) function(known);
            else found.own.unknown = true;
            return;
        }
        ItemId item = called_item(call);
        if (item == ItemId::None) found.own.unknown = true;
        else if (!is_std(file_of(item))) found.calls.push_back(item);
        else {
            found.own |= of_library_call(item);
            if (is_mutator(call) && !call.arguments.empty()) written(call.arguments[0]);
            for (ExprId argument : call.arguments) {
                auto* reference = body.as<FunctionRef>(unconverted(body, argument));
                if (reference && !is_std(file_of(reference->item))) found.calls.push_back(reference->item);
                function(body_.function_value(argument));
            }
        }
    }

    const BodyContext& body_;
    std::set<BodyFunctionId> seen_;
};

}  // namespace

bool is_mutator(const Call& call) { return is_mutator(called_item(call)); }

bool is_mutator(ItemId item) {
    if (item == ItemId::None || !is_std(file_of(item))) return false;
    std::string_view owner = name_of(parent_of(item)).text(), name = name_of(item).text();
    if (!is_one_of(owner, {"Array", "Map", "Set", "Queue"})) return false;
    return is_one_of(name, {"push", "pop", "shift", "unshift", "splice", "sort", "reverse", "fill", "set", "delete",
                            "clear", "add", "enqueue", "dequeue"});
}

EffectFacts::Value EffectFacts::compute(QueryContext& context, const Key& item) {
    auto body = context.get<BodyOf>(item);
    if (body->functions.empty() || body->has_errors) return {};
    BodyContext inside(*body);
    Search search(inside);
    search.expression(body->functions[0].root);
    auto& calls = search.found.calls;
    std::sort(calls.begin(), calls.end());
    calls.erase(std::unique(calls.begin(), calls.end()), calls.end());
    return std::move(search.found);
}

Effects effects_of(QueryContext& context, const BodyContext& body, ExprId expression) {
    Search search(body);
    search.expression(expression);
    Effects all = search.found.own;
    std::vector<ItemId> pending = search.found.calls;
    std::set<ItemId> seen(pending.begin(), pending.end());
    while (!pending.empty()) {
        ItemId item = pending.back();
        pending.pop_back();
        auto facts = context.get<EffectFacts>(item);
        all |= facts->own;
        for (ItemId next : facts->calls)
            if (seen.insert(next).second) pending.push_back(next);
    }
    return all;
}

}  // namespace braid::checks
