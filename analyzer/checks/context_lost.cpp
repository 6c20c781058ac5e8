#include <map>
#include <set>

#include <fmt/format.h>

#include "analyzer/checks/checks.h"
#include "analyzer/checks/static_uses.h"
#include "analyzer/checks/tasks.h"
#include "analyzer/flow/dataflow.h"
#include "analyzer/flow/mir_walk.h"
#include "analyzer/semantics/item_diagnostic.h"

// context-lost-across-await: ambient state, "the current one" in a static or module variable, is set before an await
// and relied on after it.
//
//     Request.current = user;
//     await audit();
//     println(Request.current);        // may be another request's user
//
// So is ambient state that is set, awaited over, and put back: whatever runs inside and asks for the current one after
// a suspension of its own finds another task's. What is set has to say who is at work: it comes from a parameter,
// `this` or a new object. Flags, counters and what was loaded are no context.
namespace braid::checks {
namespace {

using namespace mir;
using mir::Place;

struct Setting {
    uint32_t set = 0;      // node of the assignment
    uint32_t awaited = 0;  // node of the first await after it; 0: none yet
    bool loaded = false;   // to what was waited for: that one is at work with it is seen from a read of its own only
    friend bool operator==(const Setting&, const Setting&) = default;
};

struct State {
    std::map<ItemId, Setting> settings;  // of static variables, as this task has set them
    std::set<Local> contextual;          // locals whose value says who is at work
    std::set<Local> loaded;              // of these what was waited for

    bool merge(const State& other) {
        bool changed = false;
        for (const auto& [item, setting] : other.settings) {
            auto [it, inserted] = settings.emplace(item, setting);
            if (inserted) changed = true;
            else if (!it->second.awaited && setting.awaited) it->second = setting, changed = true;
        }
        for (Local local : other.contextual) changed |= contextual.insert(local).second;
        for (Local local : other.loaded) changed |= loaded.insert(local).second;
        return changed;
    }
};

class Analysis {
  public:
    Analysis(QueryContext& context, ItemId item, const MirBody& body, const TaskRivals::Value& rivals,
             std::vector<ItemDiagnostic>& out)
        : context_(context), item_(item), body_(body), rivals_(rivals), out_(out) {
        for (const Block& block : body.blocks)
            for (const Statement& s : block.statements)
                if (auto* assign = std::get_if<Assign>(&s.kind))
                    if (auto* ref = std::get_if<StaticRefOf>(&assign->value))
                        if (kind_of(ref->item) == ItemKind::Static) statics_[assign->place.local] = ref->item;
    }

    void run() {
        if (statics_.empty()) return;
        auto entry = forward_dataflow(
            body_, State(),
            [&](BlockId id, State state, auto&& leaving) {
                const Block& block = body_.blocks[id];
                for (const Statement& s : block.statements) statement(state, s);
                terminator(state, block.terminator);
                for_each_successor(block.terminator, [&](BlockId target, const Place*) { leaving(target, state); });
                if (block.unwind != kNoBlock) leaving(block.unwind, state);
            },
            [](State& into, const State& from) { return into.merge(from); });
        reporting_ = true;
        for (BlockId id = 0; id < body_.blocks.size(); ++id) {
            if (!entry[id]) continue;
            State state = *entry[id];
            for (const Statement& s : body_.blocks[id].statements) statement(state, s);
            terminator(state, body_.blocks[id].terminator);
        }
    }

  private:
    /// Another task may set the variable while this function waits.
    bool is_set_by_others(ItemId variable) const {
        for (const auto& entry : rivals_.entries)
            if (entry.function == uint32_t(body_.function) && entry.key.owner == variable && entry.writer) return true;
        return false;
    }

    ItemId static_of(const Place& place) const {
        auto it = statics_.find(place.local);
        bool whole = place.projections.size() == 1 && std::holds_alternative<Deref>(place.projections[0]);
        return it != statics_.end() && whole ? it->second : ItemId::None;
    }

    bool is_contextual(const State& state, const Operand& operand) const {
        auto* place = read_place(operand);
        if (!place) return false;
        LocalKind kind = body_.locals[place->local].kind;
        return kind == LocalKind::Parameter || kind == LocalKind::Capture || state.contextual.count(place->local);
    }

    std::string name_of_static(ItemId item) const {
        std::string name(name_of(item).text());
        ItemId owner = parent_of(item);
        return kind_of(owner) == ItemKind::File ? name : fmt::format("{}.{}", name_of(owner).text(), name);
    }

    void read(const State& state, const Operand& operand, uint32_t node) {
        auto* place = read_place(operand);
        ItemId item = place ? static_of(*place) : ItemId::None;
        auto it = state.settings.find(item);
        if (!reporting_ || item == ItemId::None || it == state.settings.end() || !it->second.awaited) return;
        if (!reported_.insert(it->second.set).second) return;
        std::string name = name_of_static(item);
        uint32_t at = node_of(operand, node);
        ItemDiagnostic d =
            diagnostic(DiagnosticCode::ContextLostAcrossAwait, {item_, at},
                       fmt::format("`{}` is read after an `await`: another task may have set it since", name));
        d.related.push_back({{item_, it->second.set}, fmt::format("1. this task sets `{}`", name)});
        d.related.push_back(
            {{item_, it->second.awaited}, fmt::format("2. it waits here; another task runs and sets `{}`", name)});
        d.related.push_back({{item_, at}, "3. this task goes on with what the other one has set"});
        out_.push_back(std::move(d));
    }

    /// Set again after the await: put back, if somebody else may have asked for it in between.
    void put_back(ItemId item, const Setting& setting, uint32_t node) {
        if (!reporting_ || !setting.awaited || setting.loaded || reported_.count(setting.set)) return;
        auto reader = reader_of(context_, item, item_);
        if (!reader) return;
        reported_.insert(setting.set);
        std::string name = name_of_static(item);
        ItemDiagnostic d = diagnostic(
            DiagnosticCode::ContextLostAcrossAwait, {item_, setting.set},
            fmt::format("`{}` is set here for what runs until the `await` ends: another task that runs meanwhile sees "
                        "it, and may set it to its own",
                        name));
        d.related.push_back({{item_, setting.set}, fmt::format("1. this task sets `{}`", name)});
        d.related.push_back(
            {{item_, setting.awaited},
             fmt::format("2. it waits here; another task runs this too and sets `{}` to its own", name)});
        d.related.push_back({{reader->item, reader->node},
                             fmt::format("3. what this task has started reads `{}` and gets the other task's", name)});
        d.related.push_back({{item_, node}, fmt::format("4. whoever is done first puts `{}` back for both", name)});
        out_.push_back(std::move(d));
    }

    /// Set for what runs until the await ends, and left so.
    void left(ItemId item, const Setting& setting) {
        if (!reporting_ || !setting.awaited || setting.loaded || reported_.count(setting.set)) return;
        auto reader = reader_of(context_, item, item_, true);
        if (!reader) return;
        reported_.insert(setting.set);
        std::string name = name_of_static(item);
        ItemDiagnostic d = diagnostic(
            DiagnosticCode::ContextLostAcrossAwait, {reader->item, reader->node},
            fmt::format("`{}` is read after an `await`: another task may have set it to its own since", name));
        d.related.push_back({{item_, setting.set}, fmt::format("1. a task sets `{}` for what it starts", name)});
        d.related.push_back(
            {{item_, setting.awaited}, fmt::format("2. while it waits here, another task sets `{}` to its own", name)});
        d.related.push_back({*reader, "3. what the first has started goes on and reads the other one's"});
        out_.push_back(std::move(d));
    }

    static void note(State& state, Local local, bool contextual, bool loaded) {
        if (contextual) state.contextual.insert(local);
        else state.contextual.erase(local);
        if (contextual && loaded) state.loaded.insert(local);
        else state.loaded.erase(local);
    }

    void statement(State& state, const Statement& s) {
        for_each_operand(
            s, [&](const Operand& o) { read(state, o, s.node); }, [](const Place&) {});
        auto* assign = std::get_if<Assign>(&s.kind);
        if (!assign) return;
        bool contextual = false, own = false, loaded = false;
        for_each_operand(
            assign->value,
            [&](const Operand& o) {
                contextual |= is_contextual(state, o);
                auto* place = read_place(o);
                own |= place && static_of(*place) != ItemId::None;
                loaded |= place && state.loaded.count(place->local);
            },
            [](const Place&) {});
        if (ItemId item = static_of(assign->place); item != ItemId::None) {
            auto it = state.settings.find(item);
            if (it != state.settings.end() && !contextual) put_back(item, it->second, s.node);
            if (contextual && !own && is_set_by_others(item)) state.settings[item] = {s.node, 0, loaded};
            else state.settings.erase(item);
        } else if (assign->place.is_local()) {
            note(state, assign->place.local, contextual, loaded);
        }
    }

    void terminator(State& state, const Terminator& t) {
        for_each_operand(t, [&](const Operand& o) { read(state, o, t.node); });
        if (std::holds_alternative<ReturnTerminator>(t.kind))
            for (const auto& [item, setting] : state.settings) left(item, setting);
        if (auto* call = std::get_if<CallTerminator>(&t.kind)) {
            bool contextual = call->is_new;
            for (const Operand& o : call->arguments) contextual |= is_contextual(state, o);
            if (call->destination.is_local()) note(state, call->destination.local, contextual, false);
        } else if (auto* await = std::get_if<AwaitTerminator>(&t.kind)) {
            for (auto& [item, setting] : state.settings)
                if (!setting.awaited) setting.awaited = t.node;
            if (await->destination.is_local())
                note(state, await->destination.local, is_contextual(state, await->operand), true);
        }
    }

    QueryContext& context_;
    ItemId item_;
    const MirBody& body_;
    const TaskRivals::Value& rivals_;
    std::vector<ItemDiagnostic>& out_;
    std::map<Local, ItemId> statics_;
    std::set<uint32_t> reported_;
    bool reporting_ = false;
};

}  // namespace

void context_lost(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    if (kind_of(item) == ItemKind::File) return;  // runs once
    auto bodies = context.get<BuiltMir>(item);
    for (const MirBody& body : bodies->functions) {
        if (!body.is_async || !body.errors_are_exceptions) continue;
        if (!shares_state(context, item)) return;
        auto rivals = context.get<TaskRivals>(item);
        if (rivals->entries.empty()) return;
        Analysis(context, item, body, *rivals, out).run();
    }
}

}  // namespace braid::checks
