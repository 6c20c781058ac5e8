#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "analyzer/checks/calls.h"
#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/explore/machine.h"
#include "analyzer/flow/dataflow.h"
#include "analyzer/flow/mir_walk.h"

// atomicity-violation: what is read in one lock section decides, or goes into, what is written in another one.
//
//     if account.lock().balance >= 10:
//         account.lock().balance -= 10     # another task may have taken it in between
//
//     hits.store(hits.load() + 1)          # the same of an atomic
//
// A forward dataflow of what comes from which section. A section that looks again before it writes is silent, and so
// is a lock that only this function knows.
namespace braid::checks {
namespace {

using namespace mir;
using MirPlace = braid::mir::Place;

struct Section {
    std::string lock;
    uint32_t node = 0;       // where it begins
    bool is_atomic = false;  // a load
    friend auto operator<=>(const Section&, const Section&) = default;
};

/// The first and the last section of each lock speak for all between them.
void keep_few(std::set<Section>& sections) {
    for (auto it = sections.begin(); it != sections.end();) {
        auto next = std::next(it), after = next == sections.end() ? next : std::next(next);
        const bool between = after != sections.end() && after->lock == it->lock;
        if (between) sections.erase(next);
        else it = next;
    }
}

/// Where a pointer leads that was made of a guard: which field, where it is one.
struct Reach {
    static constexpr uint32_t kWhole = 0xffffffff;
    Local guard = 0;
    uint32_t field = kWhole;
    friend bool operator==(const Reach&, const Reach&) = default;
};

struct State {
    std::map<Local, std::set<Section>> from;  // what a local's value was read in
    std::map<Local, Section> guards;          // open sections
    std::map<Local, Reach> content;           // of pointers
    std::map<Section, BlockId> decided;       // where values of a section decided something
    std::set<Section> claimed;                // those that wrote themselves then: others can see what was decided

    bool merge(const State& other) {
        bool changed = false;
        for (const auto& [local, sections] : other.from) {
            std::set<Section>& mine = from[local];
            std::set<Section> both = mine;
            both.insert(sections.begin(), sections.end());
            keep_few(both);
            changed |= both != mine;
            mine = std::move(both);
        }
        for (const auto& [local, section] : other.guards) changed |= guards.emplace(local, section).second;
        for (const auto& [local, reach] : other.content) changed |= content.emplace(local, reach).second;
        for (const auto& [section, at] : other.decided) changed |= decided.emplace(section, at).second;
        for (const Section& section : other.claimed) changed |= claimed.insert(section).second;
        return changed;
    }
};

class Analysis {
  public:
    Analysis(QueryContext& context, ItemId item, const MirBody& body, std::vector<ItemDiagnostic>& out)
        : context_(context), item_(item), body_(body), out_(out) {}

    void run() {
        std::vector<BlockId> operations;
        for (BlockId id = 0; id < body_.blocks.size(); ++id) {
            const Block& block = body_.blocks[id];
            if (auto* call = std::get_if<CallTerminator>(&block.terminator.kind)) {
                if (is_lock(*call) || is_atomic(*call)) operations.push_back(id);
                shares_ |= call->is_go;
            }
            for (const Statement& s : block.statements)
                if (auto* assign = std::get_if<Assign>(&s.kind))
                    shares_ |= std::holds_alternative<ClosureOf>(assign->value);
        }
        std::set<std::string> seen;  // one that is used once is no matter of two sections
        if (std::none_of(operations.begin(), operations.end(), [&](BlockId id) {
                std::string name = name_of_shared(id, std::get<CallTerminator>(body_.blocks[id].terminator.kind));
                return !name.empty() && !seen.insert(std::move(name)).second;
            }))
            return;
        uses_.emplace(body_);
        auto typed = context_.get<BodyOf>(item_);
        for (const Expr& e : typed->expressions)
            if (std::holds_alternative<hir::For>(e.data)) loop_nodes_.insert(e.node);
        auto entry = forward_dataflow_of_blocks(
            body_, State(), [&](BlockId id, State& state) { transfer(id, state); },
            [](State& into, const State& from) { return into.merge(from); });
        reports_ = true;
        for (BlockId id = 0; id < body_.blocks.size(); ++id)
            if (entry[id]) transfer(id, *entry[id]);
    }

  private:
    static bool is_lock(const CallTerminator& call) {
        using explore::Model;
        Model model = explore::model_of(called_function(call));
        return model == Model::Lock || model == Model::Read || model == Model::Write;
    }

    /// Operations of an atomic: a load, and what writes without looking.
    static bool is_atomic(const CallTerminator& call) {
        using explore::Model;
        const Model model = explore::model_of(called_function(call));
        return model == Model::Load || model == Model::Store || model == Model::FetchAdd ||
               model == Model::FetchSubtract;
    }

    std::set<Section> sections(const State& state, const Operand& operand) const {
        auto* place = read_place(operand);
        return place ? sections(state, *place) : std::set<Section>();
    }
    std::set<Section> sections(const State& state, const MirPlace& place) const {
        if (auto it = state.content.find(place.local); it != state.content.end())
            if (auto guard = state.guards.find(it->second.guard); guard != state.guards.end()) return {guard->second};
        auto it = state.from.find(place.local);
        return it == state.from.end() ? std::set<Section>() : it->second;
    }

    static std::optional<Reach> reach_of(const State& state, const MirPlace& place) {
        auto held = state.content.find(place.local);
        if (held == state.content.end()) return std::nullopt;
        Reach out = held->second;
        for (const Projection& p : place.projections)
            if (auto* field = std::get_if<FieldOf>(&p); field && out.field == Reach::kWhole) out.field = field->index;
        return out;
    }

    void note_look(const State& state, const Reach& reach) {
        if (auto open = state.guards.find(reach.guard); open != state.guards.end())
            looked_[open->second.node].insert(reach.field);
    }
    void note_looks(const State& state, const Rvalue& value) {
        if (std::holds_alternative<BorrowOf>(value)) return;
        auto look = [&](const MirPlace& place) {
            if (auto reach = reach_of(state, place); reach && !place.is_local()) note_look(state, *reach);
        };
        for_each_operand(
            value,
            [&](const Operand& o) {
                if (auto* place = read_place(o)) look(*place);
            },
            look);
    }

    /// What is added to, by a sum or a difference.
    static std::optional<Reach> sum_of(const State& state, const Rvalue& value) {
        auto* sum = std::get_if<BinaryOperation>(&value);
        auto* left = sum ? read_place(sum->left) : nullptr;
        if (!left || (sum->op != hir::BinaryOp::Add && sum->op != hir::BinaryOp::Subtract)) return std::nullopt;
        return reach_of(state, *left);
    }

    /// `x += n`, of what `reach` leads to.
    bool adds(const Rvalue& value, const Reach& reach) const {
        auto* use = std::get_if<Use>(&value);
        auto* place = use ? read_place(use->operand) : nullptr;
        auto added = place ? added_.find(place->local) : added_.end();
        return added != added_.end() && added->second == reach;
    }

    /// By itself, or from what was computed.
    bool is_computed(const Rvalue& value) const {
        if (std::holds_alternative<BinaryOperation>(value)) return true;
        auto* use = std::get_if<Use>(&value);
        auto* place = use ? read_place(use->operand) : nullptr;
        return place && place->is_local() && computed_locals_.count(place->local);
    }

    /// A guard moves; also into a struct that keeps it.
    static void move_guard(State& state, Local from, Local to) {
        auto guard = state.guards.find(from);
        if (guard == state.guards.end()) return;
        const Section section = guard->second;
        state.guards.erase(guard);
        state.guards[to] = section;
    }

    void statement(const Statement& s, State& state) {
        auto* assign = std::get_if<Assign>(&s.kind);
        if (auto* dead = std::get_if<StorageDead>(&s.kind)) {
            state.from.erase(dead->local);
            state.content.erase(dead->local);
        }
        if (auto* set = std::get_if<SetElement>(&s.kind))
            if (auto* place = read_place(set->object))
                if (auto written = state.content.find(place->local); written != state.content.end())
                    write(state, written->second, s.node, sections(state, set->value), computed_.count(s.node), false);
        if (!assign) return;
        std::set<Section> sources;
        for_each_operand(
            assign->value, [&](const Operand& o) { sources.merge(sections(state, o)); },
            [&](const MirPlace& p) { sources.merge(sections(state, p)); });
        keep_few(sources);
        note_looks(state, assign->value);
        auto written = state.content.find(assign->place.local);
        const bool computed = is_computed(assign->value);
        if (written != state.content.end() && !assign->place.is_local()) {
            const Reach reach = *reach_of(state, assign->place);
            write(state, reach, s.node, sources, computed || computed_.count(s.node), adds(assign->value, reach));
            return;
        }
        if (!assign->place.is_local()) return;
        if (std::holds_alternative<BinaryOperation>(assign->value)) computed_.insert(s.node);
        const Local to = assign->place.local;
        if (computed) computed_locals_.insert(to);
        if (auto added = sum_of(state, assign->value)) added_[to] = *added;
        state.content.erase(to);
        const MirPlace* from = nullptr;
        if (auto* use = std::get_if<Use>(&assign->value)) from = read_place(use->operand);
        if (auto* borrow = std::get_if<BorrowOf>(&assign->value)) from = &borrow->place;
        if (auto* made = std::get_if<AggregateOf>(&assign->value))
            for (const Operand& part : made->operands)
                if (auto* moved = moved_place(part)) move_guard(state, moved->local, to);
        if (from) {
            if (auto reach = reach_of(state, *from); reach && body_.locals[to].type->is(TypeKind::Reference))
                state.content.emplace(to, *reach);
            if (!std::holds_alternative<BorrowOf>(assign->value)) move_guard(state, from->local, to);
            else if (state.guards.count(from->local)) state.content.emplace(to, Reach{from->local});
        }
        if (sources.empty()) state.from.erase(to);
        else state.from[to] = std::move(sources);
    }

    void transfer(BlockId id, State& state) {
        const Block& block = body_.blocks[id];
        std::erase_if(state.from, [&](const auto& entry) { return uses_->is_over(entry.first, id); });
        std::erase_if(state.content, [&](const auto& entry) { return uses_->is_over(entry.first, id); });
        for (const Statement& s : block.statements) statement(s, state);
        const Terminator& t = block.terminator;
        if (auto* branch = std::get_if<SwitchInteger>(&t.kind); branch && !loop_nodes_.count(t.node)) {
            for (const Section& section : sections(state, branch->value)) {
                // A section that looks for itself relies on no older look.
                std::erase_if(state.decided, [&](const auto& entry) {
                    return entry.first.lock == section.lock && entry.first != section;
                });
                state.decided[section] = id;
            }
        } else if (auto* drop = std::get_if<Drop>(&t.kind)) {
            if (drop->place.is_local()) state.guards.erase(drop->place.local);
        } else if (auto* call = std::get_if<CallTerminator>(&t.kind)) {
            this->call(id, *call, t.node, state);
        }
    }

    void call(BlockId id, const CallTerminator& call, uint32_t node, State& state) {
        if (!call.destination.is_local()) return;
        const Local to = call.destination.local;
        state.from.erase(to);
        state.content.erase(to);
        if (is_lock(call)) {
            if (std::string name = name_of_shared(id, call); !name.empty()) state.guards[to] = {name, node};
            return;
        }
        if (is_atomic(call)) return atomic(id, call, node, state);
        std::set<Section> sources;
        bool takes = false;  // out of the container: nobody else has that any more
        for (const Operand& argument : call.arguments) {
            sources.merge(sections(state, argument));
            auto* place = read_place(argument);
            auto held = place ? state.content.find(place->local) : state.content.end();
            if (held == state.content.end()) continue;
            if (explore::model_of(called_function(call)) != explore::Model::GuardContent)
                note_look(state, held->second);
            if (body_.locals[to].type->is(TypeKind::Reference)) state.content.emplace(to, held->second);  // deref
            Type type = operand_type(context_, body_, argument);
            bool is_mutable = type->is(TypeKind::Reference) && type->has(TypeMutable);
            takes |= is_mutable && called_function(call) != ItemId::None && is_std(file_of(called_function(call)));
            bool changes = is_mutable && (body_.locals[to].type->is(TypeKind::Unit) || called_name(call) == "insert");
            if (changes && explore::model_of(called_function(call)) != explore::Model::GuardContent)
                write(state, held->second, node, {}, false, false);
        }
        if (!sources.empty() && (!takes || state.content.count(to))) state.from[to] = std::move(sources);
    }

    /// What the lock, or the atomic, that a call works on is called; nothing where only this function knows it.
    std::string name_of_shared(BlockId id, const CallTerminator& call) const {
        auto* place = call.arguments.empty() ? nullptr : read_place(call.arguments[0]);
        if (!place) return {};
        MirPlace source = source_of(body_, body_.blocks[id], *place);
        bool mine = body_.locals[source.local].kind == LocalKind::Variable && !shares_;
        std::string name = mine ? std::string() : describe(context_, body_, source);
        return name.find('[') == std::string::npos ? name : std::string();
    }

    /// A load is a section of its own; what is stored after a decision that it made, or computed from it, is late.
    void atomic(BlockId id, const CallTerminator& call, uint32_t node, State& state) {
        const std::string name = name_of_shared(id, call);
        if (name.empty()) return;
        const explore::Model model = explore::model_of(called_function(call));
        const Section now{name, node, true};
        if (model == explore::Model::Load) {
            state.from[call.destination.local] = {now};
            return;
        }
        if (!reports_ || call.arguments.size() < 2) return;
        const bool constant = std::holds_alternative<Constant>(call.arguments[1]);
        for (const auto& [section, at] : state.decided) {
            if (section.lock != name || !section.is_atomic || !decides_about(body_, at, id)) continue;
            // A flag that ends a loop is often its own task's.
            if (model == explore::Model::Store && constant && is_in_loop(body_, at)) continue;
            return report(node, section, now,
                          "what an earlier load of `{}` found decides about this write: it may have changed since");
        }
        for (const Section& section : sections(state, call.arguments[1]))
            if (section.lock == name && section.is_atomic)
                return report(node, section, now,
                              "`{}` is written from a value that was loaded before: what another task wrote in "
                              "between is lost; `fetch_add` and `compare_exchange` do both at once");
    }

    BlockId block_of(uint32_t lock_node) const {
        for (BlockId id = 0; id < body_.blocks.size(); ++id)
            if (auto* call = std::get_if<CallTerminator>(&body_.blocks[id].terminator.kind);
                call && is_lock(*call) && body_.blocks[id].terminator.node == lock_node)
                return id;
        return kNoBlock;
    }

    void write(State& state, const Reach& reach, uint32_t node, const std::set<Section>& sources, bool computed,
               bool adds) {
        auto open = state.guards.find(reach.guard);
        if (open == state.guards.end()) return;
        const Section& now = open->second;
        if (state.decided.count(now)) state.claimed.insert(now);
        if (!reports_) return;
        for (const auto& [section, at] : state.decided) {
            BlockId begins = block_of(now.node);
            if (section.lock != now.lock || section == now || state.claimed.count(section) || begins == kNoBlock ||
                !decides_about(body_, at, begins))
                continue;
            // A counter of what was found elsewhere: whoever counts, in whatever order, the sum is the same.
            if (adds && reach.field != Reach::kWhole && !looked_[section.node].count(Reach::kWhole) &&
                !looked_[section.node].count(reach.field))
                continue;
            return report(node, section, now,
                          "what was found in one lock section of `{}` decides about this write in another one");
        }
        if (state.decided.count(now)) return;  // it looked again
        for (const Section& section : sources)
            if (computed && section.lock == now.lock && section != now)
                return report(node, section, now,
                              "`{}` is written from a value that an earlier lock section read: what another task wrote "
                              "in between is lost");
    }

    void report(uint32_t node, const Section& before, const Section& now, std::string_view message) {
        if (!reported_.insert(now.node).second) return;
        ItemDiagnostic d =
            diagnostic(DiagnosticCode::AtomicityViolation, {item_, node}, fmt::format(fmt::runtime(message), now.lock));
        const bool atomic = before.is_atomic;
        d.related.push_back({{item_, before.node},
                             fmt::format(fmt::runtime(atomic ? "1. this task loads `{}`"
                                                             : "1. this task locks `{}`, reads, and unlocks"),
                                         before.lock)});
        d.related.push_back(
            {{item_, node}, atomic ? "2. another task changes it" : "2. another task locks it and writes"});
        d.related.push_back({{item_, now.node},
                             atomic ? "3. this task writes and goes by what it loaded"
                                    : "3. this task locks it again and goes by what it read"});
        out_.push_back(std::move(d));
    }

    QueryContext& context_;
    ItemId item_;
    const MirBody& body_;
    std::optional<LastUses> uses_;  // where there are two sections
    std::vector<ItemDiagnostic>& out_;
    std::set<uint32_t> reported_, computed_;  // nodes
    std::set<Local> computed_locals_;
    std::map<Local, Reach> added_;                   // what a local is a sum of
    std::map<uint32_t, std::set<uint32_t>> looked_;  // by section: which fields
    std::set<uint32_t> loop_nodes_;  // of `for`: how often one runs decides nothing about what follows it
    bool reports_ = false, shares_ = false;
};

}  // namespace

void atomicity_violation(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    if (is_std(file_of(item))) return;
    auto bodies = context.get<BuiltMir>(item);
    for (const MirBody& body : bodies->functions)
        if (!body.errors_are_exceptions) Analysis(context, item, body, out).run();
}

}  // namespace braid::checks
