#include <fmt/format.h>

#include "analyzer/checks/body_check.h"
#include "analyzer/checks/checks.h"
#include "analyzer/checks/failures.h"
#include "analyzer/semantics/body_walk.h"
#include "analyzer/semantics/item_diagnostic.h"

// error-replaced: what a `finally` block does can fail, or leaves it for good, and then the error that was on its way
// is gone.
//
//     try { await send(data); }
//     finally { await connection.close(); }                        // its failure hides that of `send`
//     finally { await connection.close().catch(log); }             // silent
//     finally { mutex.unlock(); await Async.sleep(1); }            // silent: neither can fail
namespace braid::checks {
namespace {

using namespace hir;

class Check : public BodyCheck {
  public:
    using BodyCheck::BodyCheck;

    void run() {
        for (uint32_t i = 0; i < body_.expressions.size(); ++i)
            if (auto* attempt = std::get_if<TryCatch>(&body_.expressions[i].data))
                if (attempt->finally != ExprId::None) clean_up(*attempt);
    }

  private:
    /// Where the first error can come from: something that is waited for, called or thrown in the block.
    ExprId source_of_error(ExprId block) {
        ExprId source = ExprId::None;
        walk_expressions(body_, block, [&](ExprId id) {
            bool can = body_.as<Await>(id) || body_.as<Throw>(id) || body_.as<Call>(id);
            if (can && source == ExprId::None) source = id;
        });
        return source;
    }

    void clean_up(const TryCatch& attempt) {
        ExprId source = source_of_error(attempt.body);
        for (const CatchClause& clause : attempt.catches)
            if (source == ExprId::None) source = source_of_error(clause.body);
        if (source == ExprId::None) return;
        walk_expressions(body_, attempt.finally, [&](ExprId id) {
            if (is_caught(id, attempt.finally)) return;
            if (auto* await = body_.as<Await>(id)) {
                if (may_fail(context_, inside_, await->operand)) report_await(id, *await, source);
            } else if (body_.as<Return>(id)) {
                report(id, source, "`return` in a `finally` block: an error that was on its way is dropped",
                       "2. `return` ends the function as if nothing had happened");
            } else if (auto* thrown = body_.as<Throw>(id); thrown && !rethrows(*thrown)) {
                report(id, source, "an error thrown in a `finally` block replaces the one that was on its way",
                       "2. this error replaces it");
            } else if (leaves(id, attempt.finally)) {
                report(id, source, "this leaves the `finally` block: an error that was on its way is dropped",
                       "2. the loop goes on as if nothing had happened");
            }
        });
    }

    /// By a `catch` that stands inside of the `finally` too.
    bool is_caught(ExprId id, ExprId finally) {
        for (ExprId inner = id; inner != finally && inner != ExprId::None; inner = inside_.parent(inner)) {
            auto* attempt = body_.as<TryCatch>(inside_.parent(inner));
            if (attempt && attempt->body == inner && !attempt->catches.empty()) return true;
        }
        return false;
    }

    bool rethrows(const Throw& thrown) {
        auto* local = body_.as<LocalRef>(unconverted(body_, thrown.value));
        return local != nullptr;  // an error kept from the block, most likely
    }

    bool leaves(ExprId id, ExprId finally) {
        ExprId target = ExprId::None;
        if (auto* stop = body_.as<Break>(id)) target = stop->target;
        if (auto* next = body_.as<Continue>(id)) target = next->target;
        return target != ExprId::None && !inside_.is_inside(target, finally);
    }

    void report_await(ExprId id, const Await& await, ExprId source) {
        auto* call = body_.as<Call>(unconverted(body_, await.operand));
        std::string what(call ? called_name(*call) : std::string_view());
        auto* value = call ? std::get_if<ValueCallee>(&call->callee) : nullptr;
        if (what.empty()) what = path_of(body_, value ? value->function : await.operand);
        what = what.empty() ? "this" : fmt::format("`{}`", what);
        ItemDiagnostic& d =
            report(id, source,
                   fmt::format("when {} fails in this `finally`, its error hides the one that was on its way", what),
                   fmt::format("2. on the way out {} fails too: this error is the one that is seen", what));
        ExprId parent = inside_.parent(id);
        bool discarded = parent != ExprId::None && body_.as<Block>(parent);
        if (call && discarded)
            d.fixes.push_back({"handle its failure here",
                               {{{item_, body_[unconverted(body_, await.operand)].node},
                                 ItemDiagnostic::FixEdit::InsertAfter,
                                 ".catch(error => println(error.message))"}}});
    }

    ItemDiagnostic& report(ExprId at, ExprId source, std::string message, std::string second) {
        ItemDiagnostic d = diagnostic(DiagnosticCode::ErrorReplaced, {item_, body_[at].node}, std::move(message));
        d.related.push_back({{item_, body_[source].node}, "1. this fails: its error leaves the `try`"});
        d.related.push_back({{item_, body_[at].node}, std::move(second)});
        out_.push_back(std::move(d));
        return out_.back();
    }
};

}  // namespace

void error_replaced(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    check_body<Check>(context, item, out);
}

}  // namespace braid::checks
