#include <fmt/format.h>

#include "analyzer/checks/body_check.h"
#include "analyzer/checks/checks.h"
#include "analyzer/checks/effects.h"
#include "analyzer/semantics/body_walk.h"
#include "analyzer/semantics/item_diagnostic.h"

// task-outlives-scope: the losers of a race work on. Promises cannot be cancelled; whoever is to stop has to be told.
//
//     let first = await Promise.race([load(primary), load(backup)]);
//
// Silent: what only waits and gives a value (a time limit), what gets a token or another way to be told.
namespace braid::checks {
namespace {

using namespace hir;

class Check : public BodyCheck {
  public:
    using BodyCheck::BodyCheck;

    void run() {
        for (uint32_t i = 0; i < body_.expressions.size(); ++i) {
            auto* call = body_.as<Call>(ExprId(i));
            if (!call || inside_.function(ExprId(i)) == BodyFunctionId::None) continue;
            std::string_view combinator = promise_combinator(*call);
            if ((combinator == "race" || combinator == "any") && !call->arguments.empty())
                race(ExprId(i), combinator, call->arguments[0]);
        }
    }

  private:
    void race(ExprId id, std::string_view combinator, ExprId given) {
        ExprId list = inside_.resolved(given), loser = ExprId::None;
        size_t racers = 0;
        if (auto* parts = body_.as<Aggregate>(list)) {
            racers = parts->operands.size();
            for (ExprId part : parts->operands)
                if (loser == ExprId::None && works_on(inside_.resolved(part)) && !is_awaited(part))
                    loser = inside_.resolved(part);
        } else if (const Call* map = std_call(body_, list, "Array", "map"); map && map->arguments.size() > 1) {
            racers = 2;
            BodyFunctionId f = inside_.function_value(map->arguments[1]);
            if (f != BodyFunctionId::None && !is_told(body_[f].root) &&
                works(effects_of(context_, inside_, body_[f].root)))
                loser = list;
        }
        if (loser == ExprId::None || racers < 2) return;
        auto* call = body_.as<Call>(loser);
        std::string what = call && loser != list ? fmt::format("`{}`", called_name(*call)) : "what this starts";
        ItemDiagnostic d = diagnostic(
            DiagnosticCode::TaskOutlivesScope, {item_, body_[loser].node},
            fmt::format("when another promise of this `{}` is first, {} works on although nobody waits for it",
                        combinator, what));
        d.related.push_back({{item_, body_[loser].node}, "1. the task starts here"});
        d.related.push_back({{item_, body_[id].node},
                             fmt::format("2. another promise of the `{}` is first: this scope goes on", combinator)});
        d.related.push_back({{item_, body_[loser].node},
                             "3. the task has not been told, and does what it does; a `CancellationToken` tells it"});
        out_.push_back(std::move(d));
    }

    /// The variable that holds the promise is waited for by itself, too.
    bool is_awaited(ExprId racer) {
        auto* held = body_.as<LocalRef>(unconverted(body_, racer));
        if (!held) return false;
        for (const Expr& e : body_.expressions) {
            auto* await = std::get_if<Await>(&e.data);
            auto* local = await ? body_.as<LocalRef>(unconverted(body_, await->operand)) : nullptr;
            if (local && local->local == held->local) return true;
        }
        return false;
    }

    static bool works(const Effects& effects) { return effects.outside || effects.prints || effects.writes; }

    /// A call of the program's own that does more than wait, and gets nothing by which it could be told to stop.
    bool works_on(ExprId part) {
        auto* call = body_.as<Call>(part);
        if (!call || !is_promise(body_[part].type)) return false;
        ItemId item = called_item(*call);
        if (item != ItemId::None && is_std(file_of(item)) && name_of(parent_of(item)).text() == "Promise") return false;
        return !is_told(part) && works(effects_of(context_, inside_, part));
    }

    /// Something in it is a token, or a property that has one.
    bool is_told(ExprId root) {
        bool told = false;
        walk_expressions(body_, root, [&](ExprId id) {
            Type type = body_[id].type;
            told |= is_std_type(type, "CancellationToken");
        });
        return told;
    }
};

}  // namespace

void task_outlives_scope(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    check_body<Check>(context, item, out);
}

}  // namespace braid::checks
