#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "analyzer/checks/body_check.h"
#include "analyzer/checks/checks.h"
#include "analyzer/checks/transactions.h"
#include "analyzer/semantics/body_walk.h"
#include "analyzer/semantics/item_diagnostic.h"

// What goes wrong with transactions. A transaction is run again when another one has changed what it read.
//
//     atomically(async () => { println("paid"); … })          side-effect-in-transaction: printed once per run
//     await balance.write(0);                                  write-outside-transaction
//     if (await a.read() > 0) await atomically(… a.write …)    write-skew: decided on what nothing protects
//     atomically(… atomically(async () => { retry(); }))       nested-retry: restarts the outer one too
namespace braid::checks {
namespace {

using namespace hir;

class Check : public BodyCheck {
  public:
    Check(QueryContext& context, ItemId item, const Body& body, std::vector<ItemDiagnostic>& out)
        : BodyCheck(context, item, body, out), transactional_(transactional_functions(inside_)) {}

    void run() {
        auto facts = context_.get<TransactionFacts>(item_);
        bool has_transaction = std::any_of(transactional_.begin(), transactional_.end(), [](bool is) { return is; });
        bool writes = std::any_of(facts->accesses.begin(), facts->accesses.end(),
                                  [](const auto& access) { return access.is_write && !access.inside; });
        // Most bodies have neither: an edit of another one does not concern them.
        if (!has_transaction && !writes) return;
        auto parts = context_.get<TransactionalParts>(file_of(item_));
        side_effects(*facts);
        bool reached = std::binary_search(parts->functions.begin(), parts->functions.end(), item_);
        if (!reached) outside_writes(*facts, *parts);
        for (uint32_t i = 0; i < body_.expressions.size(); ++i) {
            auto* call = body_.as<Call>(ExprId(i));
            if (!call || inside_.function(ExprId(i)) == BodyFunctionId::None || !is_transaction(*call)) continue;
            bool nested = in_transaction(ExprId(i));
            for (ExprId argument : call->arguments) {
                BodyFunctionId block = inside_.function_value(argument);
                if (block == BodyFunctionId::None) continue;
                if (nested && !is_std_call(*call, "", "orElse")) nested_retry(ExprId(i), block);
                if (!nested && !reached) skew(ExprId(i), block);
                if (!nested && !is_std_call(*call, "", "orElse")) {
                    retry_of_nothing(block);
                    retry_unheard(block, *parts);
                }
            }
        }
    }

  private:
    bool in_transaction(ExprId id) const { return transactional_[uint32_t(inside_.function(id))]; }

    void side_effects(const TransactionFacts::Value& facts) {
        for (const auto& effect : facts.side_effects)
            if (effect.inside) report_effect(effect.node, effect.what, {});
        for (const auto& call : facts.calls) {
            if (!call.inside) continue;
            std::vector<ItemId> path;
            std::set<ItemId> seen;
            if (auto found = effect_below(call.function, seen, 0))
                report_effect(call.node,
                              fmt::format("`{}` does something that is no transaction's: {}",
                                          name_of(call.function).text(), found->second),
                              found->first);
        }
    }

    std::optional<std::pair<Place, std::string>> effect_below(ItemId function, std::set<ItemId>& seen, int depth) {
        if (depth > 32 || !seen.insert(function).second) return std::nullopt;
        auto facts = context_.get<TransactionFacts>(function);
        if (!facts->side_effects.empty()) {
            const auto& effect = facts->side_effects.front();
            return std::make_pair(Place{function, effect.node}, effect.what);
        }
        for (const auto& call : facts->calls)
            if (auto found = effect_below(call.function, seen, depth + 1)) return found;
        return std::nullopt;
    }

    void report_effect(uint32_t node, const std::string& what, Place where) {
        if (!reported_.insert(node).second) return;
        ItemDiagnostic d =
            diagnostic(DiagnosticCode::SideEffectInTransaction, {item_, node},
                       what + "; a transaction that conflicts is run again, and this would happen again");
        if (where.item != ItemId::None) d.related.push_back({where, "it happens here"});
        out_.push_back(std::move(d));
    }

    void outside_writes(const TransactionFacts::Value& facts, const TransactionalParts::Value& parts) {
        for (const auto& access : facts.accesses) {
            if (access.inside || !access.is_write) continue;
            if (!std::binary_search(parts.cells.begin(), parts.cells.end(), access.cell)) continue;
            ItemDiagnostic d = diagnostic(
                DiagnosticCode::WriteOutsideTransaction, {item_, access.node},
                "this cell is written outside of a transaction: one that runs now may have decided on the old value");
            wrap(d, access.node);
            out_.push_back(std::move(d));
        }
    }

    void wrap(ItemDiagnostic& d, uint32_t node) {
        d.fixes.push_back({"write it in a transaction",
                           {{{item_, node}, ItemDiagnostic::FixEdit::InsertBefore, "atomically(async () => "},
                            {{item_, node}, ItemDiagnostic::FixEdit::InsertAfter, ")"}}});
    }

    /// In the block itself, not in what stands in functions of it.
    template <typename F>
    ExprId find_call(BodyFunctionId block, F&& f) {
        ExprId found = ExprId::None;
        walk_expressions(body_, body_[block].root, [&](ExprId id) {
            auto* call = body_.as<Call>(id);
            if (call && found == ExprId::None && f(*call)) found = id;
        });
        return found;
    }

    void nested_retry(ExprId transaction, BodyFunctionId block) {
        ExprId retried = find_call(block, [](const Call& call) { return is_std_call(call, "", "retry"); });
        if (retried == ExprId::None) return;
        ItemDiagnostic d = diagnostic(DiagnosticCode::NestedRetry, {item_, body_[retried].node},
                                      "this `retry` restarts the outer transaction too, of which this one is part; "
                                      "`orElse` gives an alternative");
        d.related.push_back({{item_, body_[transaction].node}, "this transaction is part of the one around it"});
        out_.push_back(std::move(d));
    }

    /// It waits for a change of cells that nobody changes.
    void retry_unheard(BodyFunctionId block, const TransactionalParts::Value& parts) {
        ExprId retried = find_call(block, [](const Call& call) { return is_std_call(call, "", "retry"); });
        if (retried == ExprId::None) return;
        std::vector<ExprId> reads;
        bool all_known = true;
        walk_expressions(body_, body_[block].root, [&](ExprId id) {
            auto* call = body_.as<Call>(id);
            if (!call) return;
            ItemId called = called_item(*call);
            if (called == ItemId::None || !is_std(file_of(called)) || is_transaction(*call)) all_known = false;
            if (!is_cell_read(*call)) return;
            reads.push_back(id);
            all_known = all_known && is_constant(call->arguments[0], parts);
        });
        if (!all_known || reads.empty()) return;
        ExprId cell = body_.as<Call>(reads[0])->arguments[0];
        ItemDiagnostic d = diagnostic(
            DiagnosticCode::NeverSettled, {item_, body_[retried].node},
            fmt::format("nothing ever writes `{}`: no write can wake this transaction, and it waits for ever",
                        path_of(body_, cell)));
        d.related.push_back(
            {{item_, body_[reads[0]].node}, "the transaction waits for a change of what it reads here"});
        out_.push_back(std::move(d));
    }

    /// A cell of this file alone that keeps what it was made with.
    bool is_constant(ExprId cell, const TransactionalParts::Value& parts) {
        auto name = cell_name(inside_, item_, cell);
        if (!name || std::binary_search(parts.changing.begin(), parts.changing.end(), *name)) return false;
        cell = unconverted(body_, cell);
        if (auto* local = body_.as<LocalRef>(cell)) {
            ExprId made = inside_.initializer(local->local);
            return made != ExprId::None && body_.as<New>(unconverted(body_, made));
        }
        auto* variable = body_.as<StaticRef>(cell);
        if (!variable || is_std(file_of(variable->item)) || file_of(variable->item) != file_of(item_)) return false;
        for (const auto& child : *context_.get<ItemChildren>(file_item(file_of(item_))))
            if (child.item == variable->item) return !child.is_public;
        return false;
    }

    void retry_of_nothing(BodyFunctionId block) {
        ExprId retried = find_call(block, [](const Call& call) { return is_std_call(call, "", "retry"); });
        if (retried == ExprId::None) return;
        ExprId reads = find_call(block, [](const Call& call) {
            ItemId item = called_item(call);
            return is_cell_read(call) || item == ItemId::None || !is_std(file_of(item)) || is_transaction(call);
        });
        if (reads != ExprId::None) return;
        out_.push_back(diagnostic(
            DiagnosticCode::NeverSettled, {item_, body_[retried].node},
            "the transaction has read nothing when it retries: no write can ever wake it, and it waits for ever"));
    }

    /// A read outside of any transaction, or the result of an earlier one, in what the value is made from.
    ExprId unprotected_part(ExprId value, BodyFunctionId besides, int depth = 0) {
        ExprId found = ExprId::None;
        if (value == ExprId::None || depth > 8) return found;
        walk_expressions(body_, value, [&](ExprId id) {
            if (found != ExprId::None) return;
            if (auto* call = body_.as<Call>(id)) {
                bool gives = is_cell_read(*call) ||
                             (is_transaction(*call) && !body_[id].type->is(TypeKind::Unit) && reads_cells(*call));
                if (gives && !in_transaction(id)) found = id;
            } else if (auto* local = body_.as<LocalRef>(id)) {
                ExprId initial = inside_.initializer(local->local);
                if (initial != ExprId::None && body_[local->local].function != besides)
                    found = unprotected_part(initial, besides, depth + 1);
            }
        });
        return found;
    }

    bool reads_cells(const Call& transaction) {
        for (ExprId argument : transaction.arguments) {
            BodyFunctionId block = inside_.function_value(argument);
            if (block != BodyFunctionId::None && find_call(block, is_cell_read) != ExprId::None) return true;
        }
        return false;
    }

    void skew(ExprId transaction, BodyFunctionId block) {
        ExprId write = find_call(block, is_cell_write);
        if (write == ExprId::None) return;
        // What is written is made from what was read before.
        ExprId value = body_.as<Call>(write)->arguments[1];
        ExprId read = unprotected_part(value, block);
        bool decides_itself = false;
        walk_expressions(body_, body_[block].root, [&](ExprId id) {
            decides_itself |= body_.as<If>(id) || body_.as<Match>(id) || body_.as<Logical>(id) || body_.as<Loop>(id);
        });
        ExprId decision = ExprId::None;
        if (read == ExprId::None && !decides_itself)
            inside_.find_around(transaction, [&](ExprId id) {
                auto* choice = body_.as<If>(id);
                if (!choice || inside_.is_inside(transaction, choice->condition)) return false;
                read = unprotected_part(choice->condition, block);
                if (read != ExprId::None) decision = choice->condition;
                return read != ExprId::None;
            });
        if (read == ExprId::None && !decides_itself) early_exit(transaction, block, read, decision);
        if (read == ExprId::None) return;
        uint32_t at = body_[write].node;
        ItemDiagnostic d = diagnostic(
            DiagnosticCode::WriteSkew, {item_, at},
            decision == ExprId::None
                ? "this writes what was made from a read outside of this transaction: it may be old by now"
                : "this write rests on a decision made outside of this transaction: it may not hold any more");
        d.related.push_back({{item_, body_[read].node}, "1. this task reads here; nothing protects what it has read"});
        if (decision != ExprId::None)
            d.related.push_back({{item_, body_[decision].node}, "2. it decides here, and so does another task"});
        d.related.push_back({{item_, at},
                             decision == ExprId::None ? "2. another task has written since; this writes over it"
                                                      : "3. both write, although only one of them should have"});
        out_.push_back(std::move(d));
    }

    /// `if (await a.read() < 10) return;` in front of the transaction.
    void early_exit(ExprId transaction, BodyFunctionId block, ExprId& read, ExprId& decision) {
        ExprId statement = transaction;
        for (ExprId up = inside_.parent(statement); up != ExprId::None; statement = up, up = inside_.parent(up)) {
            auto* around = body_.as<Block>(up);
            if (!around) continue;
            for (ExprId before : around->statements) {
                if (before == statement || read != ExprId::None) break;
                auto* choice = body_.as<If>(before);
                if (!choice || choice->otherwise != ExprId::None || !body_[choice->then].type->is(TypeKind::Never))
                    continue;
                read = unprotected_part(choice->condition, block);
                if (read != ExprId::None) decision = choice->condition;
            }
        }
    }

    std::vector<bool> transactional_;
    std::set<uint32_t> reported_;
};

}  // namespace

void stm(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    check_body<Check>(context, item, out);
}

}  // namespace braid::checks
