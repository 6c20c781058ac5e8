#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "analyzer/checks/body_check.h"
#include "analyzer/checks/checks.h"
#include "analyzer/semantics/body_walk.h"
#include "analyzer/semantics/item_diagnostic.h"

// order-by-completion: several runs of one async function push what they waited for into one list, which is then used
// as if it stood in the order of the inputs.
//
//     await Promise.all(urls.map(async url => { pages.push(await load(url)); }));
//     return pages;
//
// Silent: a list that is sorted or only counted, a value that carries its index, a log of what happened (the pushed
// value does not come from what was waited for), one run at a time.
namespace braid::checks {
namespace {

using namespace hir;

class Check : public BodyCheck {
  public:
    using BodyCheck::BodyCheck;

    void run() {
        for (uint32_t i = 0; i < body_.expressions.size(); ++i) {
            const ExprId id{i};
            if (inside_.function(id) == BodyFunctionId::None) continue;
            const Call* push = std_call(body_, id, "Array", "push");
            auto* text = body_.as<CompoundAssign>(id);
            if (push && !push->arguments.empty())
                pushed(id, push->arguments[0], {push->arguments.begin() + 1, push->arguments.end()}, false);
            else if (text && text->op == BinaryOp::Concat) pushed(id, text->place, {text->value}, true);
        }
    }

  private:
    void pushed(ExprId id, ExprId place, const std::vector<ExprId>& values, bool is_text) {
        auto* list = body_.as<LocalRef>(unconverted(body_, place));
        BodyFunctionId task = inside_.function(id);
        if (!list || body_[list->local].function == task || task == BodyFunctionId(0)) return;
        ExprId waited = ExprId::None;
        for (size_t i = 0; i < values.size() && waited == ExprId::None; ++i) waited = awaited_part(values[i], task);
        bool in_then = is_then_callback(task);
        if (waited == ExprId::None && !(in_then && uses_parameter(values, task))) return;
        ExprId started = many_runs(task);
        if (started == ExprId::None) return;
        ExprId used = ordered_use(list->local);
        if (used == ExprId::None || (!is_text && carries_position(values, task))) return;

        std::string_view name = body_[list->local].name.text();
        ItemDiagnostic d = diagnostic(
            DiagnosticCode::OrderByCompletion, {item_, body_[id].node},
            fmt::format("`{}` is filled in the order in which the tasks finish, not in that of what they work on",
                        name));
        d.related.push_back({{item_, body_[started].node}, "1. several runs are started here and go on side by side"});
        if (waited != ExprId::None)
            d.related.push_back({{item_, body_[waited].node}, "2. each waits here; a later one can be through first"});
        d.related.push_back({{item_, body_[id].node},
                             is_text ? "3. who is through first adds first" : "3. who is through first pushes first"});
        d.related.push_back({{item_, body_[used].node},
                             is_text ? fmt::format("4. `{}` is used here", name)
                                     : fmt::format("4. `{}` is used here as an ordered list", name)});
        out_.push_back(std::move(d));
    }

    /// What in the value comes from an `await` of this function: the await, directly or through variables.
    ExprId awaited_part(ExprId value, BodyFunctionId task, int depth = 0) {
        ExprId found = ExprId::None;
        if (depth > 8) return found;
        walk_expressions(body_, value, [&](ExprId id) {
            if (found != ExprId::None) return;
            if (body_.as<Await>(id)) found = id;
            auto* local = body_.as<LocalRef>(id);
            if (!local || body_[local->local].function != task) return;
            ExprId initial = inside_.initializer(local->local);
            if (initial != ExprId::None && initial != value) found = awaited_part(initial, task, depth + 1);
        });
        return found;
    }

    bool is_then_callback(BodyFunctionId task) {
        ExprId given = inside_.call_given(task);
        return given != ExprId::None && std_call(body_, given, "Promise", "then");
    }

    bool uses_parameter(const std::vector<ExprId>& values, BodyFunctionId task) {
        bool uses = false;
        for (ExprId value : values)
            walk_expressions(body_, value, [&](ExprId id) {
                auto* local = body_.as<LocalRef>(id);
                uses |= local && body_[local->local].is_parameter && body_[local->local].function == task;
            });
        return uses;
    }

    bool is_each_function(ExprId call) {
        for (std::string_view owner : {"Array", "ParallelArray"})
            for (std::string_view name : {"map", "forEach", "flatMap"})
                if (std_call(body_, call, owner, name)) return true;
        return std_call(body_, call, "", "processWithConcurrency") != nullptr;
    }

    /// Where several runs of the function are started that do not wait for each other.
    ExprId many_runs(BodyFunctionId task) {
        ExprId given = inside_.call_given(task);
        if (given != ExprId::None && is_each_function(given)) return given;
        if (is_then_callback(task)) {
            const Call& then = *body_.as<Call>(given);
            return started_many(then.arguments[0], inside_.function(given));
        }
        for (uint32_t i = 0; i < body_.expressions.size(); ++i) {
            auto* call = body_.as<Call>(ExprId(i));
            auto* value = call ? std::get_if<ValueCallee>(&call->callee) : nullptr;
            if (!value || inside_.function_value(value->function) != task) continue;
            BodyFunctionId caller = inside_.function(ExprId(i));
            if (caller == task || caller == BodyFunctionId::None) continue;
            ExprId started = started_many(ExprId(i), caller);
            if (started != ExprId::None) return started;
        }
        return ExprId::None;
    }

    /// The expression makes a promise that is not awaited at once, in a loop or in what `map` calls for each element;
    /// or it is one of several in a list.
    ExprId started_many(ExprId promise, BodyFunctionId caller) {
        ExprId up = inside_.parent(promise);
        while (up != ExprId::None && body_.as<Convert>(up)) up = inside_.parent(up);
        if (up != ExprId::None && body_.as<Await>(up)) return ExprId::None;
        if (inside_.loop_around(promise) != ExprId::None) return promise;
        ExprId given = inside_.call_given(caller);
        if (given != ExprId::None && is_each_function(given)) return given;
        auto* list = up == ExprId::None ? nullptr : body_.as<Aggregate>(up);
        return list && list->operands.size() > 1 ? up : ExprId::None;
    }

    /// The pushed value is put together with an index or a key, by which it can be put into order.
    bool carries_position(const std::vector<ExprId>& values, BodyFunctionId task) {
        bool carries = false;
        for (ExprId value : values)
            walk_expressions(body_, value, [&](ExprId id) {
                auto* parts = body_.as<Aggregate>(id);
                if (!parts || id == value || parts->operands.size() < 2) return;
                for (ExprId part : parts->operands) carries |= is_input(part, task);
            });
        return carries;
    }

    /// What the run was given: a parameter or a part of one, or a variable that holds one.
    bool is_input(ExprId value, BodyFunctionId task) {
        value = inside_.resolved(value);
        while (auto* property = body_.as<Property>(value)) value = inside_.resolved(property->base);
        auto* local = body_.as<LocalRef>(value);
        return local && body_[local->local].function == task && body_[local->local].is_parameter;
    }

    /// A use of the list that depends on its order; None if there is none, or if it is put into order itself.
    ExprId ordered_use(LocalId list) {
        ExprId found = ExprId::None;
        for (uint32_t i = 0; i < body_.expressions.size(); ++i) {
            auto* local = body_.as<LocalRef>(ExprId(i));
            if (!local || local->local != list || inside_.function(ExprId(i)) == BodyFunctionId::None) continue;
            ExprId id = ExprId(i), up = inside_.parent(id);
            while (up != ExprId::None && body_.as<Convert>(up)) id = up, up = inside_.parent(up);
            if (up == ExprId::None) {
                if (found == ExprId::None) found = id;  // an arrow's value
                continue;
            }
            if (auto* call = body_.as<Call>(up); call && !call->arguments.empty() && call->arguments[0] == id) {
                std::string_view name = called_name(*call);
                if (name == "sort" || name == "toSorted") return ExprId::None;
                static const std::set<std::string_view> kOrdered = {"join", "at",    "map",     "slice",   "forEach",
                                                                    "pop",  "shift", "entries", "indexOf", "findIndex"};
                if (!kOrdered.count(name)) continue;
            } else if (auto* property = body_.as<Property>(up); property) {
                continue;
            } else if (body_.as<Assign>(up) || body_.as<Block>(up)) {
                auto* assign = body_.as<Assign>(up);
                if (!assign || assign->value != id) continue;
            } else if (auto* made = body_.as<New>(up)) {
                if (is_std_type(made->type, "Set") || is_std_type(made->type, "Map")) continue;
            }
            if (found == ExprId::None) found = id;
        }
        return found;
    }
};

}  // namespace

void order_by_completion(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    check_body<Check>(context, item, out);
}

}  // namespace braid::checks
