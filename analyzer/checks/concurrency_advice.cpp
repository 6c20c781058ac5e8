#include <algorithm>

#include "analyzer/checks/body_check.h"
#include "analyzer/checks/checks.h"
#include "analyzer/checks/effects.h"
#include "analyzer/semantics/body_walk.h"
#include "analyzer/semantics/item_diagnostic.h"

// Too little and too much at once, both as hints.
//
// await-in-loop: each round of a loop waits for something that does not depend on the rounds before.
//
//     for (let url of urls) { pages.push(await load(url)); }
//
// Silent unless that is plain to see: the loop goes through a collection, its body only binds variables of the round,
// waits, and stores a result; and what is waited for neither prints nor changes what others see nor waits in a line.
//
// unbounded-concurrency: one task that reaches outside of the program for each element of a list of unknown length.
//
//     await Promise.all(files.map(file => upload(file)));
namespace braid::checks {
namespace {

using namespace hir;

class Check : public BodyCheck {
  public:
    using BodyCheck::BodyCheck;

    void run() {
        for (uint32_t i = 0; i < body_.expressions.size(); ++i) {
            ExprId id{i};
            if (inside_.function(id) == BodyFunctionId::None) continue;
            if (auto* loop = body_.as<For>(id)) in_loop(id, *loop);
            else if (auto* call = body_.as<Call>(id)) all_at_once(*call);
        }
    }

  private:
    void in_loop(ExprId id, const For& loop) {
        if (loop.iteration == Iteration::Channel || loop.iteration == Iteration::AsyncIterator ||
            loop.iteration == Iteration::Iterator)
            return;
        ExprId waited = ExprId::None;
        if (!only_gathers(loop, waited) || waited == ExprId::None) return;
        ExprId operand = unconverted(body_, body_.as<Await>(waited)->operand);
        auto* call = body_.as<Call>(operand);
        if (!call || !is_promise(body_[operand].type)) return;
        Effects effects = effects_of(context_, inside_, operand);
        if (effects.prints || effects.writes || effects.in_line || effects.unknown) return;
        ItemId called = called_item(*call);
        if (is_std(file_of(called)) && !effects.outside) return;  // a pause between the rounds, most likely
        ItemDiagnostic d = diagnostic(
            DiagnosticCode::AwaitInLoop, {item_, body_[waited].node},
            effects.outside ? "each round waits for the one before, although none needs it: `processWithConcurrency` "
                              "works on several at a time"
                            : "each round waits for the one before, although none needs it: `Promise.all` starts them "
                              "together");
        d.related.push_back({{item_, body_[id].node}, "the rounds of this loop do not depend on each other"});
        out_.push_back(std::move(d));
    }

    /// The body binds variables, waits, and stores what came of it in a list or map; nothing else.
    bool only_gathers(const For& loop, ExprId& waited) {
        bool gathers = true, stores = false;
        walk_expressions(body_, loop.body, [&](ExprId id) {
            if (body_.as<Await>(id)) {
                gathers &= waited == ExprId::None;
                waited = id;
            } else if (auto* call = body_.as<Call>(id)) {
                bool store = is_std_call(*call, "Array", "push") || is_std_call(*call, "Map", "set");
                ExprId parent = inside_.parent(id);
                bool is_awaited = parent != ExprId::None && body_.as<Await>(parent);
                stores |= store;
                gathers &= store || is_awaited || is_library_value(*call);
            } else if (auto* assign = body_.as<Assign>(id)) {
                stores |= body_.as<Index>(assign->place) != nullptr;
                gathers &= body_.as<Index>(assign->place) != nullptr;
            } else {
                gathers &= !(body_.as<CompoundAssign>(id) || body_.as<Increment>(id) || body_.as<Return>(id) ||
                             body_.as<Break>(id) || body_.as<Throw>(id) || body_.as<TryCatch>(id) ||
                             body_.as<Yield>(id) || body_.as<Loop>(id) || body_.as<For>(id) || body_.as<If>(id) ||
                             body_.as<Match>(id) || body_.as<Continue>(id) || body_.as<Closure>(id));
            }
        });
        return gathers && stores && !gathered_is_read(loop);
    }

    /// `pages[i] = await load(pages[i - 1])`: what is gathered is looked at in the loop.
    bool gathered_is_read(const For& loop) {
        std::vector<LocalId> gathered;
        auto note = [&](ExprId list) {
            if (auto* local = body_.as<LocalRef>(unconverted(body_, list))) gathered.push_back(local->local);
        };
        walk_expressions(body_, loop.body, [&](ExprId id) {
            auto* call = body_.as<Call>(id);
            if (call && is_mutator(*call) && !call->arguments.empty()) note(call->arguments[0]);
            auto* assign = body_.as<Assign>(id);
            if (auto* index = assign ? body_.as<Index>(assign->place) : nullptr) note(index->base);
        });
        size_t uses = 0;
        walk_expressions(body_, loop.body, [&](ExprId id) {
            auto* local = body_.as<LocalRef>(id);
            uses += local && std::find(gathered.begin(), gathered.end(), local->local) != gathered.end();
        });
        return uses > gathered.size();
    }

    /// Text, numbers, collections: calls that only give a value.
    bool is_library_value(const Call& call) {
        ItemId item = called_item(call);
        if (item == ItemId::None || !is_std(file_of(item)) || is_mutator(call)) return false;
        std::string_view owner = name_of(parent_of(item)).text();
        return owner == "String" || owner == "Number" || owner == "Math" || owner == "Array" || owner == "Map" ||
               owner == "Set" || owner == "JSON" || owner == "Object";
    }

    void all_at_once(const Call& call) {
        std::string_view combinator = promise_combinator(call);
        if ((combinator != "all" && combinator != "allSettled") || call.arguments.empty()) return;
        ExprId list = inside_.resolved(call.arguments[0]);
        const Call* map = std_call(body_, list, "Array", "map");
        if (!map || map->arguments.size() < 2 || has_known_length(map->arguments[0])) return;
        ExprId function = unconverted(body_, map->arguments[1]);
        BodyFunctionId known = inside_.function_value(function);
        ExprId started = known == BodyFunctionId::None ? list : body_[known].root;
        if (!effects_of(context_, inside_, started).outside) return;
        out_.push_back(diagnostic(DiagnosticCode::UnboundedConcurrency, {item_, body_[list].node},
                                  "one task for each element, all at once, each with a connection or file of its own; "
                                  "`processWithConcurrency` works on so many at a time as it is told"));
    }

    /// A literal, or a variable that is bound to one and only read.
    bool has_known_length(ExprId list) {
        list = inside_.resolved(list);
        if (auto* parts = body_.as<Aggregate>(list))
            return std::none_of(parts->operands.begin(), parts->operands.end(),
                                [&](ExprId id) { return body_.as<Spread>(id); });
        return std_call(body_, list, "Array", "slice") != nullptr;  // a part at a time
    }
};

}  // namespace

void concurrency_advice(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    check_body<Check>(context, item, out);
}

}  // namespace braid::checks
