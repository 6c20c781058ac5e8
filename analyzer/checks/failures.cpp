#include "analyzer/checks/failures.h"

#include <algorithm>
#include <set>

#include "analyzer/semantics/body_walk.h"

namespace braid::checks {
namespace {

using namespace hir;

/// Of the standard library: what deals with the world outside, or says in its name that it fails.
bool fails_by_itself(const Call& call) {
    ItemId item = called_item(call);
    if (item == ItemId::None || !is_std(file_of(item))) return false;
    std::string_view owner = name_of(parent_of(item)).text(), name = name_of(item).text();
    if (owner == "http" || owner == "fs" || owner == "Database") return true;
    return (owner == "Promise" && name == "reject") || (owner == "Async" && name == "timeout") ||
           (owner == "JSON" && name == "parse") || (owner == "Worker" && name == "getResult");
}

class Search {
  public:
    Search(QueryContext& context, const BodyContext& body) : context_(context), body_(body) {}

    FailureFacts::Value found;

    void expression(ExprId root) {
        const Body& body = body_.body();
        std::vector<ExprId> pending{root};
        while (!pending.empty()) {
            ExprId id = pending.back();
            pending.pop_back();
            if (id == ExprId::None) continue;
            if (auto* attempt = body.as<TryCatch>(id)) {
                bool catches_all = std::any_of(attempt->catches.begin(), attempt->catches.end(),
                                               [](const CatchClause& c) { return c.filter == nullptr; });
                if (!catches_all) pending.push_back(attempt->body);
                for (const CatchClause& clause : attempt->catches) pending.push_back(clause.body);
                pending.push_back(attempt->finally);
                continue;
            }
            if (body.as<Throw>(id)) found.fails = true;
            else if (auto* call = body.as<Call>(id)) {
                if (is_handled(*call)) continue;  // what it is called on cannot be heard of any more
                this->call(id, *call);
            } else if (auto* made = body.as<New>(id)) {
                this->made(*made);
            } else if (auto* await = body.as<Await>(id)) {
                ExprId value = body_.resolved(await->operand);
                if (value != ExprId::None && value != unconverted(body, await->operand)) pending.push_back(value);
            }
            for_each_child(body[id], [&](ExprId child) { pending.push_back(child); });
        }
    }

    /// `p.catch(…)`, whatever `p` is.
    bool is_handled(const Call& call) const {
        return is_std_call(call, "Promise", "catch") || is_std_call(call, "Promise", "allSettled");
    }

  private:
    void function(BodyFunctionId id) {
        if (id == BodyFunctionId::None || !seen_.insert(id).second) return;
        expression(body_.body()[id].root);
    }

    void call(ExprId id, const Call& call) {
        const Body& body = body_.body();
        // A promise that is not waited for in this function fails for somebody else.
        bool gives_promise = is_promise(body[id].type);
        if (fails_by_itself(call)) {
            found.fails |= !gives_promise || is_awaited(id);
        } else if (auto* value = std::get_if<ValueCallee>(&call.callee)) {
            BodyFunctionId known = body_.function_value(value->function);
            if (known != BodyFunctionId::None) function(known);
            else found.fails |= gives_promise && is_awaited(id);
        } else if (ItemId item = called_item(call); item != ItemId::None) {
            if (is_std(file_of(item))) callbacks(call);
            else if (!gives_promise || is_awaited(id)) relies_on(item, gives_promise);
        } else if (gives_promise && is_awaited(id)) {
            found.fails = true;  // a function held by a property
        }
    }

    /// What the library calls fails as the library's call.
    void callbacks(const Call& call) {
        for (ExprId argument : call.arguments) function(body_.function_value(argument));
    }

    void relies_on(ItemId item, bool gives_promise) {
        auto signature = context_.get<SignatureOf>(item);
        if (!signature->has_body) found.fails |= gives_promise;  // whoever implements it may
        else found.relies_on.push_back(item);
    }

    /// `new Promise(executor)` fails as the executor does, and where it uses `reject`.
    void made(const New& made) {
        const Body& body = body_.body();
        if (!is_promise(made.type)) {
            if (made.constructor != ItemId::None && !is_std(file_of(made.constructor)))
                found.relies_on.push_back(made.constructor);
            return;
        }
        BodyFunctionId executor =
            made.arguments.empty() ? BodyFunctionId::None : body_.function_value(made.arguments[0]);
        if (executor == BodyFunctionId::None) return;
        function(executor);
        const auto& parameters = body[executor].parameters;
        if (parameters.size() < 2) return;
        LocalId reject = parameters[1];
        for (const Resolution& r : body.resolutions)
            if (auto* local = std::get_if<LocalId>(&r.target); local && *local == reject && r.node != body[reject].node)
                found.fails = true;
    }

    bool is_awaited(ExprId id) const {
        const Body& body = body_.body();
        while (true) {
            id = body_.parent(id);
            if (id == ExprId::None) return true;  // an arrow's value, or what somebody else looked up
            if (body.as<Await>(id) || body.as<Return>(id)) return true;
            auto* call = body.as<Call>(id);
            bool passes = body.as<Convert>(id) || body.as<Aggregate>(id) || body.as<If>(id) ||
                          (call && (!promise_combinator(*call).empty() || is_promise(body[id].type)));
            if (!passes) return body.as<Let>(id) != nullptr;
        }
    }

    QueryContext& context_;
    const BodyContext& body_;
    std::set<BodyFunctionId> seen_;
};

}  // namespace

FailureFacts::Value FailureFacts::compute(QueryContext& context, const Key& item) {
    auto body = context.get<BodyOf>(item);
    if (body->has_errors || body->functions.empty() || body->functions[0].root == ExprId::None) return {};
    BodyContext inside(*body);
    Search search(context, inside);
    search.expression(body->functions[0].root);
    std::sort(search.found.relies_on.begin(), search.found.relies_on.end());
    auto last = std::unique(search.found.relies_on.begin(), search.found.relies_on.end());
    search.found.relies_on.erase(last, search.found.relies_on.end());
    return std::move(search.found);
}

bool may_fail(QueryContext& context, const BodyContext& body, ExprId awaited) {
    Search search(context, body);
    search.expression(body.resolved(awaited));
    std::vector<ItemId> pending = search.found.relies_on;
    std::set<ItemId> seen(pending.begin(), pending.end());
    bool fails = search.found.fails;
    while (!fails && !pending.empty()) {
        ItemId item = pending.back();
        pending.pop_back();
        auto facts = context.get<FailureFacts>(item);
        fails = facts->fails;
        for (ItemId next : facts->relies_on)
            if (seen.insert(next).second) pending.push_back(next);
    }
    return fails;
}

}  // namespace braid::checks
