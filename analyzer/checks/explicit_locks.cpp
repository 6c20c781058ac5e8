#include <map>
#include <set>

#include <fmt/format.h>

#include "analyzer/checks/body_context.h"
#include "analyzer/checks/calls.h"
#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/checks/explicit_locks.h"
#include "analyzer/checks/tasks.h"
#include "analyzer/flow/dataflow.h"
#include "analyzer/flow/mir_walk.h"
#include "analyzer/semantics/bodies.h"

// Locks that the program takes and releases by calls: lock-not-released, double-unlock, self-deadlock, and two
// functions that take two locks in opposite orders: lock-order-cycle.
//
//     await lock.lock();
//     const value = await compute();     // when it throws, the lock stays
//     lock.unlock();
//
// A forward dataflow over what is done to each lock, named by the variable and properties that lead to it. A function
// that only takes, or only releases, does so for its caller.
namespace braid::checks {
namespace {

using namespace mir;
using MirPlace = braid::mir::Place;

enum State : uint8_t {
    Held = 1,             // by this function
    Released = 2,         // by this function, after it had taken it
    ReleasedCallers = 4,  // it was the caller's; taken again it is the caller's once more
};

struct Known {
    uint8_t states = 0;
    uint32_t locked = 0, released = 0;  // nodes
    bool shared = false;                // held as one of several readers
    friend bool operator==(const Known&, const Known&) = default;
};
using Locks = std::map<LockName, Known>;

bool merge(Locks& into, const Locks& from) {
    bool changed = false;
    for (auto it = into.begin(); it != into.end();) {
        // Untouched on the other way: what is held here is held on one way only, and that is no bug by itself.
        if (!from.count(it->first) && !(it->second.states & Held)) it = into.erase(it), changed = true;
        else ++it;
    }
    for (const auto& [name, known] : from) {
        if (!into.count(name) && !(known.states & Held)) continue;
        Known& mine = into[name];
        uint8_t states = mine.states | known.states;
        changed |= states != mine.states;
        mine.states = states;
        if (known.shared && !mine.shared) mine.shared = changed = true;
        if (!mine.locked) mine.locked = known.locked;
        if (!mine.released) mine.released = known.released;
    }
    return changed;
}

/// Calls that may end with an error, as far as the program's own text says.
bool may_throw(QueryContext& context, const CallTerminator& call) {
    if (std::holds_alternative<hir::ValueCallee>(call.callee)) return true;
    ItemId function = called_function(call);
    if (function == ItemId::None || is_std(file_of(function))) return false;
    if (call.mode == hir::CallMode::HotPromise) return false;  // its promise fails, where it is awaited
    return context.get<MayThrow>(function)->yes;
}

/// A lock that is the same wherever it is named so: of the module, or of the receiver.
struct LockKey {
    ItemId owner = ItemId::None;  // the module variable, the class
    std::string path;
    friend bool operator==(const LockKey&, const LockKey&) = default;
};

/// `second` is taken with `first` held.
struct LockEdge {
    LockKey first, second;
    std::string first_text, second_text;
    uint32_t function = 0, first_node = 0, second_node = 0;
    friend bool operator==(const LockEdge&, const LockEdge&) = default;
};

class Analysis {
  public:
    Analysis(QueryContext& context, ItemId item, const MirBody& body, std::vector<ItemDiagnostic>& out)
        : context_(context), item_(item), body_(body), names_(lock_names(context, body)), out_(out) {}

    void run(const Locks& start) {
        note_calls();
        if (operations_.empty() && start.empty()) return;
        auto entry = forward_dataflow(
            body_, start,
            [&](BlockId id, Locks locks, auto&& leaving) {
                const Block& block = body_.blocks[id];
                if (block.unwind != kNoBlock && throws(block)) leaving(block.unwind, locks);
                act(id, locks, false);
                for_each_successor(block.terminator, [&](BlockId target, const MirPlace*) { leaving(target, locks); });
            },
            [](Locks& into, const Locks& from) { return merge(into, from); });
        for (BlockId id : reached_without_error()) {
            auto operation = operations_.find(id);
            if (operation == operations_.end() || operation->second.takes || !entry[id]) continue;
            auto known = entry[id]->find(operation->second.name);
            if (known != entry[id]->end() && known->second.states & Held) given_back_.insert(known->first);
        }
        for (BlockId id = 0; id < body_.blocks.size(); ++id) {
            if (!entry[id]) continue;
            const Block& block = body_.blocks[id];
            Locks locks = *entry[id];
            if (block.unwind == kNoBlock && throws(block)) leaves(locks, block.terminator.node, true);
            act(id, locks, true);
            if (std::holds_alternative<ReturnTerminator>(block.terminator.kind)) leaves(locks, 0, false);
        }
    }

    /// For each closure given to `runExclusive`: what is held while it runs.
    struct Exclusive {
        BodyFunctionId closure;
        LockName lock;
        uint32_t node;
    };
    std::vector<Exclusive> exclusive;
    std::vector<LockEdge> edges;

  private:
    struct Operation {
        LockName name;
        bool takes = false, shared = false;
    };

    void note_calls() {
        for (BlockId id = 0; id < body_.blocks.size(); ++id) {
            auto* call = std::get_if<CallTerminator>(&body_.blocks[id].terminator.kind);
            if (!call || call->arguments.empty()) continue;
            if (never_fails(*call) && call->destination.is_local()) waits_.insert(call->destination.local);
            auto operation = lock_operation(context_, body_, *call);
            const auto permit = operation ? std::nullopt : permit_operation(context_, body_, *call);
            if (permit) operation = permit;
            auto name = operation ? names_.of(call->arguments[0]) : std::nullopt;
            if (!name) continue;
            if (*operation == LockOperation::Exclusive) {
                if (auto closure = closure_given(body_, *call))
                    exclusive.push_back({*closure, *name, body_.blocks[id].terminator.node});
                exclusive_calls_.emplace(id, *name);
                continue;
            }
            bool takes = *operation != LockOperation::Release;
            operations_[id] = {*name, takes, *operation == LockOperation::TakeShared};
            if (!takes) released_.insert(*name);
            if (permit) permits_.insert(*name);  // there may be more than one
            if (call->destination.is_local()) waits_.insert(call->destination.local);
        }
    }

    /// What it promises of the library comes without an error: a pause, a notification, a permit.
    static bool never_fails(const CallTerminator& call) {
        ItemId function = called_function(call);
        std::string_view name = called_name(call);
        return function != ItemId::None && is_std(file_of(function)) &&
               (name == "sleep" || name == "wait" || name == "acquire");
    }

    bool throws(const Block& block) const {
        if (std::holds_alternative<ThrowTerminator>(block.terminator.kind)) return true;
        if (auto* await = std::get_if<AwaitTerminator>(&block.terminator.kind)) {
            auto* place = read_place(await->operand);
            return !place || !waits_.count(place->local);
        }
        auto* call = std::get_if<CallTerminator>(&block.terminator.kind);
        return call && may_throw(context_, *call);
    }

    std::set<BlockId> reached_without_error() const {
        std::set<BlockId> seen{0};
        std::vector<BlockId> work{0};
        while (!work.empty()) {
            const BlockId from = work.back();
            work.pop_back();
            for_each_successor(body_.blocks[from].terminator, [&](BlockId to, const MirPlace*) {
                if (seen.insert(to).second) work.push_back(to);
            });
        }
        return seen;
    }

    ItemDiagnostic& report(DiagnosticCode code, uint32_t node, std::string message) {
        out_.push_back(diagnostic(code, {item_, node}, std::move(message)));
        return out_.back();
    }

    void act(BlockId id, Locks& locks, bool reports) {
        const uint32_t node = body_.blocks[id].terminator.node;
        if (auto* call = std::get_if<CallTerminator>(&body_.blocks[id].terminator.kind); call && reports)
            calls(*call, node, locks);
        if (auto whole = exclusive_calls_.find(id); whole != exclusive_calls_.end() && reports)
            note_order(locks, whole->second, node);
        auto found = operations_.find(id);
        if (found == operations_.end()) return;
        const Operation& operation = found->second;
        if (operation.takes && reports && !permits_.count(operation.name)) note_order(locks, operation.name, node);
        Known& known = locks[operation.name];
        if (operation.takes) {
            if (reports && known.states == Held && !(operation.shared && known.shared) &&
                !permits_.count(operation.name) && reported_.insert(node).second) {
                ItemDiagnostic& d =
                    report(DiagnosticCode::SelfDeadlock, node,
                           fmt::format("`{}` is locked already by this task, which waits here for itself for ever",
                                       operation.name.text));
                d.related.push_back({{item_, known.locked}, "locked here and still held"});
            }
            if (known.states == ReleasedCallers) locks.erase(operation.name);
            else known = {Held, node, 0, operation.shared};
            return;
        }
        if (reports && (known.states & Released) && !known.shared && !permits_.count(operation.name) &&
            reported_.insert(node).second) {
            bool always = !(known.states & Held);
            ItemDiagnostic& d = report(DiagnosticCode::DoubleUnlock, node,
                                       fmt::format("`{}` is {} released when this releases it", operation.name.text,
                                                   always ? "already" : "on one path already"));
            d.related.push_back({{item_, known.locked}, "locked here"});
            d.related.push_back({{item_, known.released}, "released here first"});
        }
        if (known.states & Held || known.states & Released) known = {Released, known.locked, node, known.shared};
        else known = {ReleasedCallers, 0, node};
    }

    std::optional<LockKey> key_of(const LockName& name) const {
        if (name.item != ItemId::None) return LockKey{name.item, name.path};
        if (name.text.rfind("this.", 0) != 0 || kind_of(parent_of(item_)) != ItemKind::Class) return std::nullopt;
        return LockKey{parent_of(item_), name.path};
    }

    void note_order(const Locks& locks, const LockName& taken, uint32_t node) {
        auto second = key_of(taken);
        for (const auto& [held, known] : locks) {
            auto first = second && known.states == Held ? key_of(held) : std::nullopt;
            if (first && *first != *second)
                edges.push_back({*first, *second, held.text, taken.text, uint32_t(body_.function), known.locked, node});
        }
    }

    /// A call into a method of the same object that takes the lock again.
    void calls(const CallTerminator& call, uint32_t node, const Locks& locks) {
        ItemId function = called_function(call);
        if (function == ItemId::None || is_std(file_of(function)) || call.arguments.empty()) return;
        auto receiver = names_.of(call.arguments[0]);
        if (!receiver) return;
        auto taken = context_.get<LocksOf>(function);
        for (const LocksOf::Lock& lock : taken->locks) {
            LockName name{receiver->root, receiver->item, receiver->path + lock.path, receiver->text + lock.path};
            auto held = locks.find(name);
            if (held == locks.end() || held->second.states != Held || permits_.count(name)) continue;
            if (lock.shared && held->second.shared) continue;
            if (!reported_.insert(node).second) return;
            ItemDiagnostic& d =
                report(DiagnosticCode::SelfDeadlock, node,
                       fmt::format("`{}` is held here, and `{}` waits for it: this task waits for itself for ever",
                                   name.text, name_of(function).text()));
            d.related.push_back({{item_, held->second.locked}, "locked here and still held"});
            d.related.push_back({lock.place, fmt::format("`{}` locks it here", name_of(lock.place.item).text())});
        }
    }

    /// `await lock.lock(); …; lock.unlock();` in one block: what stands between goes into a `try`, the rest stays.
    void release_in_finally(ItemDiagnostic& d, uint32_t locked) const {
        const auto bodies = context_.get<BuiltMir>(item_);
        const Body& source = *bodies->body;
        const BodyContext inside(source);
        auto path_of_call = [&](ExprId id) {
            auto* call = source.as<hir::Call>(id);
            return call && !call->arguments.empty() ? path_of(source, call->arguments[0]) : std::string();
        };
        ExprId taken = ExprId::None, released = ExprId::None;
        std::string path;
        for (uint32_t i = 0; i < source.expressions.size(); ++i)
            if (source.expressions[i].node == locked && source.as<hir::Call>(ExprId(i))) taken = ExprId(i);
        if (taken != ExprId::None) path = path_of_call(taken);
        if (path.empty()) return;
        for (uint32_t i = 0; i < source.expressions.size(); ++i) {
            auto* call = source.as<hir::Call>(ExprId(i));
            const bool releases =
                call && (checks::called_name(*call) == "unlock" || checks::called_name(*call) == "release");
            if (!releases || path_of_call(ExprId(i)) != path) continue;
            if (released != ExprId::None || call->arguments.size() != 1) return;
            released = ExprId(i);
        }
        if (released == ExprId::None) return;
        const ExprId around =
            inside.find_around(taken, [&](ExprId id) { return source.as<hir::Block>(id) != nullptr; });
        auto* block = around == ExprId::None ? nullptr : source.as<hir::Block>(around);
        if (!block) return;
        size_t first = block->statements.size(), last = first;
        for (size_t i = 0; i < block->statements.size(); ++i) {
            if (inside.is_inside(taken, block->statements[i])) first = i;
            if (unconverted(source, block->statements[i]) == released) last = i;
        }
        if (last == block->statements.size() || first + 1 >= last) return;
        // A declaration's node is what stands behind its `let`.
        if (source.as<hir::Let>(block->statements[first + 1])) return;
        // What is declared in between has to be at an end there.
        for (size_t i = first + 1; i < last; ++i) {
            auto* let = source.as<hir::Let>(block->statements[i]);
            if (!let) continue;
            auto* bind = source.as<hir::BindPattern>(let->pattern);
            if (!bind || used_behind(source, inside, *block, last, bind->local)) return;
        }
        const std::string_view name = checks::called_name(*source.as<hir::Call>(released));
        d.fixes.push_back(
            {"release it in `finally`",
             {{{item_, source[block->statements[first + 1]].node}, ItemDiagnostic::FixEdit::InsertBefore, "try { "},
              {{item_, source[released].node},
               ItemDiagnostic::FixEdit::Replace,
               fmt::format("}} finally {{ {}.{}(); }}", path, name)}}});
    }

    static bool used_behind(const Body& source, const BodyContext& inside, const hir::Block& block, size_t last,
                            LocalId local) {
        for (uint32_t i = 0; i < source.expressions.size(); ++i) {
            auto* use = source.as<hir::LocalRef>(ExprId(i));
            if (!use || use->local != local) continue;
            for (size_t at = last + 1; at < block.statements.size(); ++at)
                if (inside.is_inside(ExprId(i), block.statements[at])) return true;
            if (block.value != ExprId::None && inside.is_inside(ExprId(i), block.value)) return true;
        }
        return false;
    }

    void leaves(const Locks& locks, uint32_t node, bool by_error) {
        for (const auto& [name, known] : locks) {
            // Taken and nowhere released: for the caller, or it was said already.
            if (!(known.states & Held) || !released_.count(name) || !known.locked) continue;
            // A permit that is given back on errors only is for whoever goes on with what it is for.
            if (permits_.count(name) && !given_back_.count(name)) continue;
            if (!reported_.insert(known.locked).second) continue;
            if (permits_.count(name)) {
                ItemDiagnostic& d = report(
                    DiagnosticCode::LockNotReleased, known.locked,
                    by_error ? fmt::format("what is taken from `{}` here is not given back when an error leaves this "
                                           "function; release it in `finally`",
                                           name.text)
                             : fmt::format("what is taken from `{}` here is not given back on a path out of this "
                                           "function",
                                           name.text));
                if (node) d.related.push_back({{item_, node}, "an error here leaves without giving it back"});
                if (by_error) release_in_finally(d, known.locked);
                continue;
            }
            ItemDiagnostic& d = report(
                DiagnosticCode::LockNotReleased, known.locked,
                by_error ? fmt::format("`{}` stays locked when an error leaves this function; release it in `finally`, "
                                       "or use `runExclusive`",
                                       name.text)
                         : fmt::format("`{}` stays locked on a path out of this function", name.text));
            if (node) d.related.push_back({{item_, node}, "an error here leaves with the lock held"});
            if (by_error) release_in_finally(d, known.locked);
        }
    }

    QueryContext& context_;
    ItemId item_;
    const MirBody& body_;
    LockNames names_;
    std::vector<ItemDiagnostic>& out_;
    std::map<BlockId, Operation> operations_;
    std::map<BlockId, LockName> exclusive_calls_;
    std::set<LockName> released_, permits_;
    std::set<LockName> given_back_;  // on a way out without an error
    std::set<Local> waits_;          // promises that never fail: of lock calls and their like
    std::set<uint32_t> reported_;
};

struct ExplicitLocks {
    using Key = ItemId;
    struct Value {
        std::vector<ItemDiagnostic> said;
        std::vector<LockEdge> edges;
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "explicit_locks";
    static Value compute(QueryContext& context, const Key& item);
};

ExplicitLocks::Value ExplicitLocks::compute(QueryContext& context, const Key& item) {
    Value value;
    if (context.get<BodyOf>(item)->has_errors) return value;
    auto bodies = context.get<BuiltMir>(item);
    std::map<BodyFunctionId, Locks> starts;
    for (const MirBody& body : bodies->functions) {
        if (!body.errors_are_exceptions) break;
        Analysis analysis(context, item, body, value.said);
        analysis.run(starts[body.function]);
        for (const auto& given : analysis.exclusive) starts[given.closure][given.lock] = {Held, given.node, 0};
        value.edges.insert(value.edges.end(), analysis.edges.begin(), analysis.edges.end());
    }
    return value;
}

/// Apart: what else is said of an item is no business of the others.
struct LockEdgesOf {
    using Key = ItemId;
    using Value = std::vector<LockEdge>;
    static constexpr const char* name = "lock_edges";
    static Value compute(QueryContext& context, const Key& item) { return context.get<ExplicitLocks>(item)->edges; }
};

/// Two locks taken in opposite orders by functions that run side by side; told where the first of them stands.
void opposite_orders(QueryContext& context, ItemId item, const std::vector<LockEdge>& edges,
                     std::vector<ItemDiagnostic>& out) {
    std::set<uint32_t> reported;
    for (ItemId other : items_with_bodies(context, file_of(item))) {
        if (other < item) continue;
        for (const LockEdge& theirs : *context.get<LockEdgesOf>(other))
            for (const LockEdge& mine : edges) {
                if (mine.first != theirs.second || mine.second != theirs.first) continue;
                if (other == item && mine.second_node >= theirs.second_node) continue;
                if (!run_together(context, {item, mine.function}, {other, theirs.function})) continue;
                if (!reported.insert(mine.second_node).second) continue;
                std::string_view here = name_of(item).text(), there = name_of(other).text();
                ItemDiagnostic d = diagnostic(
                    DiagnosticCode::LockOrderCycle, {item, mine.second_node},
                    fmt::format("`{}` is locked here while `{}` is held, and `{}` locks them the other way round: each "
                                "can wait for the other for ever",
                                mine.second_text, mine.first_text, there));
                d.related.push_back(
                    {{item, mine.first_node}, fmt::format("1. `{}` holds `{}`", here, mine.first_text)});
                d.related.push_back(
                    {{other, theirs.first_node}, fmt::format("2. `{}` holds `{}`", there, theirs.first_text)});
                d.related.push_back(
                    {{item, mine.second_node}, fmt::format("3. `{}` waits for `{}`", here, mine.second_text)});
                d.related.push_back(
                    {{other, theirs.second_node}, fmt::format("4. `{}` waits for `{}`", there, theirs.second_text)});
                out.push_back(std::move(d));
            }
    }
}

}  // namespace

void explicit_locks(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    if (is_std(file_of(item))) return;
    auto found = context.get<ExplicitLocks>(item);
    out.insert(out.end(), found->said.begin(), found->said.end());
    if (!found->edges.empty()) opposite_orders(context, item, found->edges, out);
}

}  // namespace braid::checks
