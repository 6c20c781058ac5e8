#include "analyzer/explore/quiet_loops.h"

#include <algorithm>
#include <map>
#include <set>

#include "analyzer/explore/machine.h"
#include "analyzer/flow/mir_walk.h"

namespace braid::explore {
namespace {

using namespace mir;
using MirPlace = braid::mir::Place;

/// The explorer runs it without another task's help, as far as the text says. What a closure or a `drop` does that runs
/// meanwhile shows then.
bool is_quiet(QueryContext& context, const MirBody& body, const CallTerminator& call) {
    if (call.is_go || std::holds_alternative<hir::MessageCallee>(call.callee)) return false;
    if (call.mode == hir::CallMode::HotPromise || call.mode == hir::CallMode::ColdFuture) return false;
    ItemId function = ItemId::None;
    if (auto* direct = std::get_if<hir::DirectCallee>(&call.callee)) function = direct->function;
    if (auto* found = std::get_if<hir::VirtualCallee>(&call.callee)) function = found->method;
    if (function == ItemId::None) return true;
    switch (model_of(function)) {
        case Model::None: return !context.get<TouchesTasks>(function)->yes;
        case Model::ListLength:
        case Model::ListPush:
        case Model::ListPop:
        case Model::ListRemove:
        case Model::ListReverse:
        case Model::ListClear:
        case Model::ListShift:
        case Model::ListCopy:
        case Model::GuardContent: return true;
        case Model::Clone: return !context.get<CapabilitiesOf>(place_type(context, body, call.destination))->needs_drop;
        default: return false;
    }
}

bool is_quiet(QueryContext& context, const MirBody& body, const Block& block) {
    const TerminatorKind& t = block.terminator.kind;
    if (auto* call = std::get_if<CallTerminator>(&t)) return is_quiet(context, body, *call);
    return std::holds_alternative<Goto>(t) || std::holds_alternative<SwitchInteger>(t) ||
           std::holds_alternative<AssertTerminator>(t) || std::holds_alternative<Drop>(t);
}

/// Edges that lead back to a block that leads to them: from, to. Graphs of MIR are reducible.
std::vector<std::pair<BlockId, BlockId>> back_edges(const MirBody& body) {
    enum Mark : uint8_t { New, Open, Done };
    std::vector<Mark> marks(body.blocks.size(), New);
    std::vector<std::pair<BlockId, BlockId>> out;
    struct Entry {
        BlockId block;
        std::vector<BlockId> rest;
    };
    std::vector<Entry> open;
    auto enter = [&](BlockId block) {
        marks[block] = Open;
        open.push_back({block, {}});
        for_each_successor(body.blocks[block].terminator,
                           [&](BlockId to, const MirPlace*) { open.back().rest.push_back(to); });
    };
    enter(0);
    while (!open.empty()) {
        if (open.back().rest.empty()) {
            marks[open.back().block] = Done;
            open.pop_back();
            continue;
        }
        const BlockId to = open.back().rest.back();
        open.back().rest.pop_back();
        if (marks[to] == Open) out.emplace_back(open.back().block, to);
        else if (marks[to] == New) enter(to);
    }
    return out;
}

void note_change(const MirPlace& place, std::vector<MirPlace>& out) {
    auto same = [&](const MirPlace& known) {
        return known.local == place.local && known.is_local() && place.is_local();
    };
    if (std::none_of(out.begin(), out.end(), same)) out.push_back(place);
}

bool resizes_list(const Block& block) {
    auto* call = std::get_if<CallTerminator>(&block.terminator.kind);
    auto* direct = call ? std::get_if<hir::DirectCallee>(&call->callee) : nullptr;
    switch (direct ? model_of(direct->function) : Model::None) {
        case Model::ListPush:
        case Model::ListPop:
        case Model::ListRemove:
        case Model::ListClear:
        case Model::ListShift: return true;
        default: return false;
    }
}

void note_changes(const Block& block, QuietLoop& loop) {
    loop.resizes |= resizes_list(block);
    std::vector<MirPlace>& out = loop.changed;
    for (const Statement& s : block.statements) {
        if (auto* set = std::get_if<SetProperty>(&s.kind))
            if (auto* object = read_place(set->object)) loop.properties.emplace_back(*object, set->name);
        auto* assign = std::get_if<Assign>(&s.kind);
        if (!assign) continue;
        note_change(assign->place, out);
        auto* borrow = std::get_if<BorrowOf>(&assign->value);
        if (borrow && borrow->kind != BorrowKind::Shared) note_change(borrow->place, out);
    }
    for_each_successor(block.terminator, [&](BlockId, const MirPlace* written) {
        if (written) note_change(*written, out);
    });
}

}  // namespace

QuietLoops quiet_loops(QueryContext& context, const MirBody& body) {
    QuietLoops out;
    const auto edges = back_edges(body);
    if (edges.empty()) return out;
    std::vector<std::vector<BlockId>> before(body.blocks.size());
    for (BlockId id = 0; id < body.blocks.size(); ++id)
        for_each_successor(body.blocks[id].terminator, [&](BlockId to, const MirPlace*) { before[to].push_back(id); });
    std::map<BlockId, std::vector<BlockId>> ends;  // by header: where its loop is gone through again from
    for (const auto& [from, header] : edges) ends[header].push_back(from);
    std::vector<std::set<BlockId>> found;
    for (auto& [header, work] : ends) {
        std::set<BlockId> inside{header};
        bool quiet = is_quiet(context, body, body.blocks[header]);
        while (quiet && !work.empty()) {
            const BlockId id = work.back();
            work.pop_back();
            if (!inside.insert(id).second) continue;
            quiet = is_quiet(context, body, body.blocks[id]);
            work.insert(work.end(), before[id].begin(), before[id].end());
        }
        if (quiet) found.push_back(std::move(inside));
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
    if (!found.empty()) out.loop_of.assign(body.blocks.size(), QuietLoops::kNoLoop);
    for (const std::set<BlockId>& inside : found) {
        if (out.of(*inside.begin()) != QuietLoops::kNoLoop) continue;  // in a larger one
        QuietLoop loop;
        for (BlockId id : inside) {
            out.loop_of[id] = uint32_t(out.loops.size());
            note_changes(body.blocks[id], loop);
            for_each_successor(body.blocks[id].terminator, [&](BlockId to, const MirPlace*) {
                const bool known = std::find(loop.exits.begin(), loop.exits.end(), to) != loop.exits.end();
                if (!inside.count(to) && !known &&
                    !std::holds_alternative<Unreachable>(body.blocks[to].terminator.kind))
                    loop.exits.push_back(to);
            });
        }
        std::stable_partition(loop.changed.begin(), loop.changed.end(),
                              [](const MirPlace& p) { return !p.is_local(); });
        out.loops.push_back(std::move(loop));
    }
    return out;
}

namespace {
// Blocks of a quiet loop that are run before the rest of it is stepped over: enough for some twenty rounds.
constexpr uint32_t kMaxQuietSteps = 128;
constexpr uint32_t kMaxQuietForks = 4;
}  // namespace

const QuietLoops* Machine::quiet_loops_of(const mir::MirBody& body) {
    auto known = quiet_loops_.find(&body);
    if (known == quiet_loops_.end()) known = quiet_loops_.emplace(&body, quiet_loops(context_, body)).first;
    return &known->second;
}

/// It is in a loop whose number of rounds is no matter later.
bool Machine::in_quiet_loop(const Frame& frame) {
    return frame.quiet_loop != QuietLoops::kNoLoop && !frame.quiet_loops->loops[frame.quiet_loop].resizes;
}

/// Counts the blocks that a frame has been through in a quiet loop.
bool Machine::runs_long(Frame& frame) const {
    const uint32_t loop = frame.quiet_loops->of(frame.block);
    if (loop != frame.quiet_loop) {
        frame.quiet_loop = loop;
        frame.quiet_steps = 0;
    }
    return loop != QuietLoops::kNoLoop && ++frame.quiet_steps > kMaxQuietSteps;
}

/// What an unknown decides in each round of a loop would be too many ways.
void Machine::note_fork(State& state, TaskIndex task) const {
    Frame& frame = state.tasks[task].frames.back();
    if (frame.quiet_loop != QuietLoops::kNoLoop) frame.quiet_steps += kMaxQuietSteps / kMaxQuietForks;
}

/// Others see what the task does: the loops it is in are not quiet.
void Machine::acts(State& state, TaskIndex task) const {
    for (Frame& frame : state.tasks[task].frames) frame.quiet_steps = 0;
}

/// The end of a loop that nobody else notices, with values that nobody knows.
Machine::Outcome Machine::step_over_loop(State& state, TaskIndex task) {
    const Frame& frame = state.tasks[task].frames.back();
    const QuietLoop& loop = frame.quiet_loops->loops[frame.quiet_loop];
    if (loop.exits.empty()) return Outcome::Abandon;
    const Symbol symbol = mix(mix(frame.path, state.tasks[task].path), mix(loop.exits[0], 0x100b));
    size_t exit = 0;
    if (loop.exits.size() > 1) {
        auto chosen = state.decided.find(symbol);
        if (chosen == state.decided.end()) {
            fork_symbol_ = symbol;
            fork_options_.clear();
            for (uint64_t i = 0; i < loop.exits.size(); ++i) fork_options_.push_back(i);
            return Outcome::Fork;
        }
        exit = chosen->second;
    }
    uint64_t changes = 0;
    for (const auto& [object, name] : loop.properties) {
        const Value held = *at(state, task, object);
        set_property(state, held, name, Value::unknown(mix(symbol, ++changes)));
    }
    for (const mir::Place& place : loop.changed) {
        Value value = *at(state, task, place);
        const bool is_list = mir::place_type(context_, *frame.body, place)->is(TypeKind::List);
        if (is_list && value.is(Value::Kind::Composite) && loop.resizes) {
            value.number = kCutList;
        } else if (is_list && value.is(Value::Kind::Composite)) {
            for (Value& part : value.parts) {
                escape(state, part);
                part = Value::unknown(mix(symbol, ++changes));
            }
        } else {
            if (!value.is(Value::Kind::Pointer)) escape(state, value);
            value = Value::unknown(mix(symbol, ++changes));
        }
        *at(state, task, place) = std::move(value);
    }
    Frame& after = state.tasks[task].frames.back();
    after.block = loop.exits[exit];
    after.statement = 0;
    return Outcome::Continue;
}

}  // namespace braid::explore
