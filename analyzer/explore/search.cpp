#include "analyzer/explore/search.h"

#include <algorithm>
#include <deque>
#include <unordered_set>

#include "analyzer/flow/mir_walk.h"

namespace braid::explore {

namespace {
constexpr size_t kMaxStates = 3000, kMaxStuck = 64;
constexpr size_t kMaxPromiseStates = 250;  // in Velox most functions have schedules, and few of them matter
constexpr size_t kMaxCells = 1'000'000;    // locals in all states

size_t cells_of(const State& state) {
    size_t cells = 0;
    for (const Task& task : state.tasks)
        for (const Frame& frame : task.frames) cells += frame.locals.size();
    return cells;
}

/// States to go on from: the shortest schedules first, or those that deviate least from always taking the last move,
/// each to its end (Emmi, Qadeer and Rakamaric, "Delay-bounded scheduling", POPL 2011).
class Frontier {
  public:
    explicit Frontier(bool in_depth) : in_depth_(in_depth) {}
    bool empty() const { return size_ == 0; }
    void push(State&& state, size_t deviations) {
        ++size_;
        const size_t at = in_depth_ ? std::min(deviations, kMaxDeviations) : 0;
        if (states_.size() <= at) states_.resize(at + 1);
        states_[at].push_back(std::move(state));
    }
    std::pair<State, size_t> pop() {
        --size_;
        size_t at = 0;
        while (states_[at].empty()) ++at;
        State state = std::move(in_depth_ ? states_[at].back() : states_[at].front());
        in_depth_ ? states_[at].pop_back() : states_[at].pop_front();
        return {std::move(state), at};
    }

  private:
    static constexpr size_t kMaxDeviations = 12;
    std::vector<std::deque<State>> states_;
    size_t size_ = 0;
    bool in_depth_;
};

/// Follows schedules from `first` until all are known, or too many states.
bool follow(QueryContext& context, Machine& machine, const State& first, bool in_depth, size_t max_states,
            Exploration& out) {
    Frontier queue(in_depth);
    std::unordered_set<uint64_t> seen;
    size_t cells = 0;
    auto add = [&](State&& from, size_t deviations) {
        std::vector<State> settled;
        machine.settle(std::move(from), settled);
        for (State& state : settled) {
            if (!seen.insert(state.hash()).second) continue;
            cells += cells_of(state);
            queue.push(std::move(state), deviations);
        }
    };
    add(State(first), 0);
    while (!queue.empty() && seen.size() <= max_states && cells <= kMaxCells) {
        context.check_cancelled();
        auto [state, deviations] = queue.pop();
        std::vector<Move> moves = machine.moves(state);
        if (moves.empty()) {
            bool lives = false;
            for (const Task& task : state.tasks)
                lives |= task.status == TaskStatus::Parked && (!machine.by_promises() || &task == &state.tasks[0]);
            if (!lives) out.ends_well = true;
            else if (out.stuck.size() < kMaxStuck) out.stuck.push_back(std::move(state));
            continue;
        }
        for (const Move& move : moves) {
            const bool last = &move == &moves.back();
            State next = last ? std::move(state) : state;
            if (machine.perform(next, move)) add(std::move(next), deviations + !last);
        }
    }
    return queue.empty();
}

/// Follows one schedule from `first` as far as it goes: of what may happen next `policy` takes the first, the last, or
/// something in between.
void walk(QueryContext& context, Machine& machine, const State& first, uint64_t policy, Exploration& out) {
    constexpr int kMaxMoves = 6000;
    uint64_t mixed = policy;
    size_t cells = 0;
    auto choose = [&](size_t count) -> size_t {
        if (policy < 2) return policy == 0 ? 0 : count - 1;
        mixed = mix(mixed, 0x3a1);
        return mixed % count;
    };
    machine.follow_one_schedule();
    std::vector<State> settled;
    machine.settle(State(first), settled);
    for (int i = 0; i < kMaxMoves && cells <= kMaxCells && !settled.empty(); ++i) {
        context.check_cancelled();
        State state = std::move(settled[choose(settled.size())]);
        cells += settled.size() * cells_of(state);
        settled.clear();
        const std::vector<Move> moves = machine.moves(state);
        if (moves.empty()) {
            const bool lives = std::any_of(state.tasks.begin(), state.tasks.end(),
                                           [](const Task& task) { return task.status == TaskStatus::Parked; });
            if (lives) out.stuck.push_back(std::move(state));
            return;
        }
        if (!machine.perform(state, moves[choose(moves.size())])) return;
        machine.settle(std::move(state), settled);
    }
}

/// Where not all schedules could be tried, and those that were show nothing: some that run long, or have many tasks.
void walk_some(QueryContext& context, Machine& machine, const State& first, Exploration& out) {
    constexpr uint64_t kWalks = 4;
    do {
        out.stuck.clear();
        for (uint64_t policy = 0; policy < kWalks && out.stuck.empty() && machine.incidents.empty(); ++policy)
            walk(context, machine, first, policy, out);
    } while (machine.must_run_unscaled());
}

}  // namespace

Exploration explore(QueryContext& context, Machine& machine) {
    Exploration out;
    auto first = machine.initial();
    if (!first) return out;
    auto wanted = context.get<StateLimit>({});
    const size_t max_states = wanted ? *wanted : machine.by_promises() ? kMaxPromiseStates : kMaxStates;
    bool finished = false;
    do {
        out = {};
        finished = follow(context, machine, *first, false, max_states, out);
        // Too many ways to try all: some of them to their end.
        if (!finished && out.stuck.empty() && machine.incidents.empty()) {
            machine.follow_anew();
            finished = follow(context, machine, *first, true, max_states, out);
        }
    } while (machine.must_run_unscaled());
    if (!machine.by_promises() && (!finished || machine.incomplete) && out.stuck.empty() && machine.incidents.empty()) {
        finished = false;
        walk_some(context, machine, *first, out);
    }
    out.incidents = std::move(machine.incidents);
    out.visited = machine.visited;
    out.complete = finished && !machine.incomplete && !machine.assumed;
    return out;
}

bool Machine::reaches(State& state, const Value& value, ObjectIndex object, std::set<uint64_t>& seen) {
    constexpr size_t kMaxSeen = 400;
    switch (value.kind) {
        case Value::Kind::Object:
            // A promise is settled by who has its resolver, and by its task.
            return value.number == object && state.objects[object].kind != ObjectKind::Promise;
        case Value::Kind::Resolver:
        case Value::Kind::Sender:
        case Value::Kind::Receiver:
        case Value::Kind::Guard:
        case Value::Kind::Permit: return value.number == object;
        case Value::Kind::Pointer: {
            if (seen.size() > kMaxSeen) return true;
            if (!seen.insert(value.hash()).second) return false;
            Value copy = value;
            return reaches(state, Value(*pointee(state, &copy)), object, seen);
        }
        default:
            for (const Value& part : value.parts)
                if (reaches(state, part, object, seen)) return true;
            return false;
    }
}

bool Machine::mentions(const State& from, TaskIndex task, ObjectIndex object) {
    State state = from;
    std::set<uint64_t> reached;
    // The end of what one waits at is an act only where it closes a channel.
    const bool ends_count = object < state.objects.size() && state.objects[object].kind == ObjectKind::Channel;
    for (const Value& value : from.tasks[task].pending.rest)
        if (from.tasks[task].pending.kind == OpKind::Ask && reaches(state, value, object, reached)) return true;
    for (const Frame& frame : from.tasks[task].frames) {
        std::set<mir::Local> read;
        std::vector<bool> seen(frame.body->blocks.size(), false);
        std::vector<mir::BlockId> work;
        auto follow = [&](mir::BlockId block) {
            mir::for_each_successor(frame.body->blocks[block].terminator, [&](mir::BlockId to, const mir::Place*) {
                if (!seen[to]) seen[to] = true, work.push_back(to);
            });
        };
        follow(frame.block);
        auto note = [&](const mir::Operand& o) {
            if (auto* place = mir::read_place(o)) read.insert(place->local);
        };
        while (!work.empty()) {
            mir::BlockId id = work.back();
            work.pop_back();
            const mir::Block& block = frame.body->blocks[id];
            for (const mir::Statement& s : block.statements)
                for_each_operand(s, note, [&](const mir::Place& p) { read.insert(p.local); });
            for_each_operand(block.terminator, note);
            auto* drop = std::get_if<mir::Drop>(&block.terminator.kind);
            if (drop && ends_count) read.insert(drop->place.local);
            follow(id);
        }
        for (mir::Local local : read) {
            const uint32_t box = local < frame.boxes.size() ? frame.boxes[local] : 0;
            if (reaches(state, box ? state.heap[box] : frame.locals[local], object, reached)) return true;
        }
    }
    if (!by_promises_) return false;
    // What is called at the end of a wait, and what every function can reach.
    for (const Value& value : from.tasks[task].closure.parts)
        if (reaches(state, value, object, reached)) return true;
    for (const auto& [item, cell] : state.statics)
        if (!from.tasks[task].frames.empty() && reaches(state, state.heap[cell], object, reached)) return true;
    return false;
}

}  // namespace braid::explore
