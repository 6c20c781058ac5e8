#include <map>
#include <set>

#include <fmt/format.h>

#include "analyzer/checks/checks.h"
#include "analyzer/checks/concurrency.h"
#include "analyzer/checks/describe.h"
#include "analyzer/flow/dataflow.h"
#include "analyzer/flow/mir_walk.h"

// await-race, the model case: shared state is read, an `await` lets other tasks of the isolate run, and then the state
// is written from what was read before.
//
//     let b = this.balance;
//     await audit();
//     this.balance = b - amount;     // a withdrawal in between is lost
//
// A forward dataflow of taints: which values come from which read of which shared place, and whether an await stands
// between. Reading again after the await gives a fresh value. While a lock is held nothing can come between. A program
// that only ever waits for one task at a time has nobody to come between (concurrency.h).
namespace braid::checks {
namespace {

using namespace mir;
using mir::Place;

/// A place other tasks may reach: a property of an object that is not fresh here, or a captured or module variable.
struct Shared {
    Local object;      // the local that holds the object, resolved through copies; kNoLocal: a variable itself
    std::string name;  // property, or variable
    friend auto operator<=>(const Shared&, const Shared&) = default;
};

struct Taint {
    uint32_t read = 0;     // node of the read
    uint32_t awaited = 0;  // node of the first await after it; 0: none yet
    friend auto operator<=>(const Taint&, const Taint&) = default;
};

struct State {
    std::map<Local, std::map<Shared, Taint>> taints;
    std::map<Local, Local> same_object;  // temp → the local it was copied from
    bool lock_held = false;

    bool merge(const State& other) {
        bool changed = false;
        for (const auto& [local, sources] : other.taints)
            for (const auto& [shared, taint] : sources) {
                auto [it, inserted] = taints[local].emplace(shared, taint);
                if (inserted) changed = true;
                else if (!it->second.awaited && taint.awaited) it->second = taint, changed = true;
            }
        for (auto [temp, source] : other.same_object) changed |= same_object.emplace(temp, source).second;
        if (lock_held && !other.lock_held) lock_held = false, changed = true;
        return changed;
    }
};

class Analysis {
  public:
    Analysis(QueryContext& context, ItemId item, const MirBody& body, std::vector<ItemDiagnostic>& out)
        : context_(context), item_(item), body_(body), out_(out) {}

    void run() {
        auto entry = forward_dataflow(
            body_, State(),
            [&](BlockId id, State state, auto&& leaving) {
                transfer(id, state);
                for_each_successor(body_.blocks[id].terminator,
                                   [&](BlockId target, const Place*) { leaving(target, state); });
            },
            [](State& into, const State& from) { return into.merge(from); });
        reporting_ = true;
        for (BlockId id = 0; id < body_.blocks.size(); ++id)
            if (entry[id]) transfer(id, *entry[id]);
    }

  private:
    Local object_of(const State& state, Local local) const {
        for (int steps = 0; steps < 64; ++steps) {
            auto it = state.same_object.find(local);
            if (it == state.same_object.end()) return local;
            local = it->second;
        }
        return local;
    }

    /// Parameters (`this` among them), captures and what was read from elsewhere are reachable by others; an object
    /// made here is not, as far as this check knows.
    bool is_shared_object(Local local) const {
        LocalKind kind = body_.locals[local].kind;
        return kind == LocalKind::Parameter || kind == LocalKind::Capture;
    }

    std::optional<Shared> shared_variable(const Place& place) const {
        const LocalDeclaration& local = body_.locals[place.local];
        bool through = place.projections.size() == 1 && std::holds_alternative<Deref>(place.projections[0]);
        if (!through) return std::nullopt;
        if (local.kind == LocalKind::Capture && local.is_alias) return Shared{kNoLocal, std::string(local.name.text())};
        auto it = statics_.find(place.local);
        if (it != statics_.end() && it->second != ItemId::None)
            return Shared{kNoLocal, std::string(name_of(it->second).text())};
        return std::nullopt;
    }

    using Sources = std::map<Shared, Taint>;

    Sources sources_of(const State& state, const Operand& operand, uint32_t node) const {
        auto* place = read_place(operand);
        if (!place) return {};
        if (auto shared = shared_variable(*place)) return {{*shared, Taint{node, 0}}};
        auto it = state.taints.find(place->local);
        return it == state.taints.end() ? Sources{} : it->second;
    }

    Sources sources_of(State& state, const Rvalue& value, uint32_t node) {
        Sources all;
        if (auto* property = std::get_if<PropertyOf>(&value)) {
            if (auto* place = read_place(property->object); place && place->is_local()) {
                Local object = object_of(state, place->local);
                if (is_shared_object(object))
                    return {{Shared{object, std::string(property->name.text())}, Taint{node, 0}}};
            }
            return all;
        }
        // What compares a stale value decides, it does not carry it on; only the model case is judged here.
        if (auto* binary = std::get_if<BinaryOperation>(&value))
            if (binary->op >= hir::BinaryOp::Equal && binary->op <= hir::BinaryOp::GreaterEqual) return all;
        for_each_operand(
            value, [&](const Operand& o) { all.merge(sources_of(state, o, node)); }, [](const Place&) {});
        return all;
    }

    void written(const Shared& shared, const Sources& sources, const State& state, uint32_t node) {
        auto stale = sources.find(shared);
        if (!reporting_ || stale == sources.end() || !stale->second.awaited || state.lock_held) return;
        if (!reported_.insert(node).second) return;
        std::string name = shared.object == kNoLocal
                               ? shared.name
                               : std::string(body_.locals[shared.object].name.text()) + "." + shared.name;
        ItemDiagnostic d = diagnostic(
            DiagnosticCode::AwaitRace, {item_, node},
            fmt::format(
                "`{}` is written from a value read before an `await`: what another task writes in between is lost",
                name));
        d.related.push_back({{item_, stale->second.read}, fmt::format("1. this task reads `{}` here", name)});
        d.related.push_back({{item_, stale->second.awaited},
                             fmt::format("2. it waits here; another task may run and write `{}`", name)});
        d.related.push_back({{item_, node}, "3. it goes on and writes over that"});
        out_.push_back(std::move(d));
    }

    void transfer(BlockId id, State& state) {
        const Block& block = body_.blocks[id];
        for (const Statement& s : block.statements) {
            if (auto* assign = std::get_if<Assign>(&s.kind)) {
                if (auto* item = std::get_if<StaticRefOf>(&assign->value)) statics_[assign->place.local] = item->item;
                Sources sources = sources_of(state, assign->value, s.node);
                if (auto shared = shared_variable(assign->place)) {
                    written(*shared, sources, state, s.node);
                } else if (assign->place.is_local()) {
                    track_object(state, assign->place.local, assign->value);
                    if (sources.empty()) state.taints.erase(assign->place.local);
                    else state.taints[assign->place.local] = std::move(sources);
                }
            } else if (auto* set = std::get_if<SetProperty>(&s.kind)) {
                auto* place = read_place(set->object);
                if (!place || !place->is_local()) continue;
                Local object = object_of(state, place->local);
                if (is_shared_object(object))
                    written(Shared{object, std::string(set->name.text())}, sources_of(state, set->value, s.node), state,
                            s.node);
            }
        }
        terminator(state, block.terminator);
    }

    void track_object(State& state, Local local, const Rvalue& value) {
        state.same_object.erase(local);
        auto* use = std::get_if<Use>(&value);
        auto* place = use ? read_place(use->operand) : nullptr;
        if (place && place->is_local() && place->local != local)
            state.same_object[local] = object_of(state, place->local);
    }

    void terminator(State& state, const Terminator& t) {
        if (auto* call = std::get_if<CallTerminator>(&t.kind)) {
            std::string_view name = called_name(*call);
            if (name == "unlock" || name == "release") state.lock_held = false;
            if (name == "lock" || name == "acquire" || name == "writeLock" || name == "readLock")
                state.lock_held = true;
            // A call's result carries on what went into it: `compute(b)` is as stale as `b`.
            Sources sources;
            for (const Operand& o : call->arguments) sources.merge(sources_of(state, o, t.node));
            if (call->destination.is_local()) {
                state.same_object.erase(call->destination.local);
                bool carries = !body_.locals[call->destination.local].type->is(TypeKind::Unit);
                if (sources.empty() || !carries) state.taints.erase(call->destination.local);
                else state.taints[call->destination.local] = std::move(sources);
            }
        } else if (auto* await = std::get_if<AwaitTerminator>(&t.kind)) {
            for (auto& [local, sources] : state.taints)
                for (auto& [shared, taint] : sources)
                    if (!taint.awaited && !state.lock_held) taint.awaited = t.node;
            if (await->destination.is_local()) state.taints.erase(await->destination.local);
        }
    }

    static std::string_view called_name(const CallTerminator& call) {
        if (auto* direct = std::get_if<hir::DirectCallee>(&call.callee))
            return direct->function == ItemId::None ? std::string_view() : name_of(direct->function).text();
        if (auto* found = std::get_if<hir::VirtualCallee>(&call.callee)) return found->name.text();
        return {};
    }

    QueryContext& context_;
    ItemId item_;
    const MirBody& body_;
    std::vector<ItemDiagnostic>& out_;
    std::map<Local, ItemId> statics_;
    std::set<uint32_t> reported_;
    bool reporting_ = false;
};

}  // namespace

void await_race(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    auto bodies = context.get<BuiltMir>(item);
    for (const MirBody& body : bodies->functions) {
        if (!body.is_async || !body.errors_are_exceptions) continue;
        if (!context.get<MayRunConcurrently>(file_of(item))->yes) return;
        Analysis(context, item, body, out).run();
    }
}

}  // namespace braid::checks
