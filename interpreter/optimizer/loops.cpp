#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "interpreter/optimizer/available_values.h"
#include "interpreter/optimizer/liveness.h"
#include "interpreter/optimizer/passes.h"

namespace braid::optimizer {

namespace {

constexpr size_t kMaxTest = 6;  // instructions of a loop's test that are worth a copy

/// Immediate dominators by the iteration of Cooper, Harvey and Kennedy (A Simple, Fast Dominance Algorithm, 2001).
/// Handlers and select arms count as entered from the entry block: nothing is hoisted out of them.
class Dominators {
  public:
    explicit Dominators(const Graph& graph) : number_(graph.blocks.size(), 0), parent_(graph.blocks.size(), kNoBlock) {
        order(graph);
        auto predecessors = graph.predecessors();
        for (BlockId handler : graph.handler_targets) predecessors[handler].push_back(0);
        parent_[0] = 0;
        for (bool changed = true; changed;) {
            changed = false;
            for (auto id = order_.rbegin(); id != order_.rend(); ++id) {
                if (*id == 0) continue;
                BlockId parent = kNoBlock;
                for (BlockId from : predecessors[*id])
                    if (parent_[from] != kNoBlock) parent = parent == kNoBlock ? from : meet(from, parent);
                if (parent != parent_[*id]) parent_[*id] = parent, changed = true;
            }
        }
    }
    bool dominates(BlockId a, BlockId b) const {
        while (parent_[b] != kNoBlock && number_[b] < number_[a]) b = parent_[b];
        return a == b;
    }
    bool reachable(BlockId id) const { return parent_[id] != kNoBlock; }

  private:
    void order(const Graph& graph) {  // postorder
        std::vector<uint8_t> seen(graph.blocks.size(), 0);
        std::vector<std::pair<BlockId, bool>> stack;
        auto visit = [&](BlockId root) {
            stack.push_back({root, false});
            while (!stack.empty()) {
                auto [id, leaving] = stack.back();
                stack.pop_back();
                if (leaving) {
                    number_[id] = static_cast<uint32_t>(order_.size());
                    order_.push_back(id);
                } else if (!seen[id]) {
                    seen[id] = 1;
                    stack.push_back({id, true});
                    graph.for_each_successor(id, [&](BlockId to) {
                        if (!seen[to]) stack.push_back({to, false});
                    });
                }
            }
        };
        // The entry last: it has the greatest number.
        for (BlockId handler : graph.handler_targets) visit(handler);
        visit(0);
    }
    BlockId meet(BlockId a, BlockId b) const {
        while (a != b) {
            while (number_[a] < number_[b]) a = parent_[a];
            while (number_[b] < number_[a]) b = parent_[b];
        }
        return a;
    }

    std::vector<BlockId> order_;
    std::vector<uint32_t> number_;
    std::vector<BlockId> parent_;
};

struct Loop {
    BlockId header;
    std::vector<bool> has;  // by block
    size_t size = 0;
};

/// Natural loops, one per header, the innermost first.
std::vector<Loop> loops_of(const Graph& graph) {
    Dominators dominators(graph);
    auto predecessors = graph.predecessors();
    std::vector<Loop> loops;
    for (BlockId header = 0; header < graph.blocks.size(); ++header) {
        if (!dominators.reachable(header)) continue;
        Loop loop{header, std::vector<bool>(graph.blocks.size(), false)};
        loop.has[header] = true;
        std::vector<BlockId> work;
        for (BlockId from : predecessors[header])
            if (dominators.reachable(from) && dominators.dominates(header, from)) work.push_back(from);
        if (work.empty()) continue;
        while (!work.empty()) {
            BlockId id = work.back();
            work.pop_back();
            if (loop.has[id]) continue;
            loop.has[id] = true;
            for (BlockId from : predecessors[id])
                if (dominators.reachable(from)) work.push_back(from);
        }
        loop.size = static_cast<size_t>(std::count(loop.has.begin(), loop.has.end(), true));
        loops.push_back(std::move(loop));
    }
    std::sort(loops.begin(), loops.end(), [](const Loop& a, const Loop& b) { return a.size < b.size; });
    return loops;
}

/// A block before the loop's header, entered by all who come from outside.
BlockId make_preheader(Graph& graph, Loop& loop, std::vector<Loop>& loops) {
    auto id = static_cast<BlockId>(graph.blocks.size());
    auto redirect = [&](BlockId& to) {
        if (to == loop.header) to = id;
    };
    for (BlockId from = 0; from < graph.blocks.size(); ++from) {
        if (loop.has[from]) continue;
        redirect(graph.blocks[from].next);
        if (Instruction* branch = graph.blocks[from].branch()) redirect(branch->target);
    }
    graph.blocks.emplace_back().next = loop.header;
    for (Loop& other : loops) other.has.push_back(other.header != loop.header && other.has[loop.header]);
    return id;
}

/// Constants whose register is written once are loaded before the outermost loop that holds them.
void hoist_constants(Graph& graph) {
    std::vector<uint32_t> writes(graph.register_count(), 0);
    for (const Block& block : graph.blocks)
        for (const Instruction& i : block.code)
            if (Register r = written(i); r != kNoRegister) ++writes[graph.index(r)];
    Graph::for_each_arrival(graph, [&](Register r) { ++writes[graph.index(r)]; });
    std::vector<Loop> loops = loops_of(graph);
    Liveness liveness(graph);
    std::vector<bool> is_entry = graph.entries();
    for (size_t n = loops.size(); n-- > 0;) {  // the outermost first: what it takes, inner ones have no more
        if (is_entry[loops[n].header]) continue;
        std::vector<Instruction> hoisted;
        for (BlockId id = 0; id < loops[n].has.size(); ++id) {
            if (!loops[n].has[id]) continue;
            for (Instruction& i : graph.blocks[id].code) {
                if (!is_constant_load(i.op) || writes[graph.index(i.operands[0])] != 1) continue;
                // Read before it is written on some way: there it has to be empty.
                if (liveness.in(loops[n].header).has(graph.index(i.operands[0]))) continue;
                hoisted.push_back(i);
                i.op = Opcode::Nop;
                i.operands = {};
            }
        }
        if (hoisted.empty()) continue;
        BlockId preheader = make_preheader(graph, loops[n], loops);
        // One register per constant.
        std::map<std::tuple<Opcode, uint16_t>, Register> known;
        auto& code = graph.blocks[preheader].code;
        for (Instruction& i : hoisted) {
            i.region = 0;
            i.is_statement = false;
            auto [it, added] = known.emplace(std::tuple(i.op, i.operands[1]), i.operands[0]);
            if (!added) {
                i.op = is_traced(i.operands[0]) ? Opcode::MoveT : Opcode::MoveS;
                i.operands[1] = it->second;
            }
            code.push_back(i);
        }
    }
}

/// `while test: body` becomes `if test: do body while test`: one jump per round instead of two.
void invert(Graph& graph) {
    for (const Loop& loop : loops_of(graph)) {
        const Block header = graph.blocks[loop.header];
        if (!header.branch() || header.code.size() > kMaxTest || header.arrives != kNoRegister) continue;
        bool leaves = !loop.has[header.next] || !loop.has[header.branch()->target];
        if (!leaves) continue;
        for (BlockId id = 0; id < loop.has.size(); ++id) {
            Block& latch = graph.blocks[id];
            if (!loop.has[id] || id == loop.header || latch.next != loop.header || latch.branch()) continue;
            latch.code.insert(latch.code.end(), header.code.begin(), header.code.end());
            latch.next = header.next;
        }
    }
}

/// Fails only where something is used after it was moved, which the checker has refused.
bool is_sure_load(Opcode op) {
    return op == Opcode::LoadReferenceS || op == Opcode::LoadReferenceT || op == Opcode::LoadSlotS ||
           op == Opcode::LoadSlotT || op == Opcode::AddressSlot;
}

/// What the first block of a loop computes or loads from what no round changes is computed before the first round.
/// What can fail only from where nothing stands before it that has an effect or can fail.
class Invariants {
  public:
    Invariants(Graph& graph, Loop& loop) : graph_(graph), loop_(loop), writes_(graph.register_count(), 0) {
        for (BlockId id = 0; id < loop.has.size(); ++id) {
            if (!loop.has[id]) continue;
            if (Register r = graph.blocks[id].arrives; r != kNoRegister) ++writes_[graph.index(r)];
            for (const Instruction& i : graph.blocks[id].code) {
                if (Register r = written(i); r != kNoRegister) ++writes_[graph.index(r)];
                if (i.op == Opcode::Select) has_select_ = true;
            }
        }
        for (const Block& block : graph.blocks)
            for (const Instruction& i : block.code)
                if (i.op == Opcode::StaticReference) statics_.insert(i.operands[0]);
    }

    std::vector<Instruction> take(const RegisterSet& live) {
        std::vector<Instruction> taken;
        bool first = true;  // nothing that stays so far can be noticed
        for (Instruction& i : graph_.blocks[loop_.header].code) {
            bool pure = is_pure(i.op);
            if ((first || pure || is_sure_load(i.op)) && is_invariant(i) && !live.has(graph_.index(i.operands[0]))) {
                taken.push_back(i);
                taken.back().is_statement = false;
                --writes_[graph_.index(i.operands[0])];
                i.op = Opcode::Nop;
                i.operands = {};
            } else if (!pure) {
                first = false;
            }
        }
        return taken;
    }

  private:
    bool is_invariant(const Instruction& i) const {
        if (has_select_ || !is_reusable(i.op)) return false;
        Register result = i.operands[0];
        bool same = writes_[graph_.index(result)] == 1;
        for_each_read(i, [&](const uint16_t& r) {
            // Another task may write a static between two rounds.
            same &= writes_[graph_.index(r)] == 0 && statics_.count(r) == 0;
        });
        for (BlockId id = 0; id < loop_.has.size() && same; ++id)
            for (const Instruction& other : graph_.blocks[id].code)
                if (loop_.has[id] && reads_what_is_written(i, other)) same = false;
        return same;
    }

    Graph& graph_;
    const Loop& loop_;
    std::vector<uint32_t> writes_;
    std::set<Register> statics_;
    bool has_select_ = false;
};

void hoist_invariants(Graph& graph) {
    std::vector<Loop> loops = loops_of(graph);
    for (Loop& loop : loops) {  // the innermost first: what it gives, the next one may give on
        if (graph.entries()[loop.header]) continue;
        Liveness liveness(graph);
        std::vector<Instruction> taken = Invariants(graph, loop).take(liveness.in(loop.header));
        if (taken.empty()) continue;
        graph.blocks[make_preheader(graph, loop, loops)].code = std::move(taken);
    }
}

/// `n < limit` as a conditional jump says it, and whether it holds where the jump goes or where it does not.
struct Below {
    Register count = kNoRegister;
    bool immediate = false;
    uint16_t limit = 0;
    bool operator==(const Below&) const = default;
};
std::optional<Below> known_on_edge(const Block& from, BlockId to) {
    const Instruction* branch = from.branch();
    if (!branch || branch->target == from.next) return std::nullopt;
    bool taken = branch->target == to;
    const auto& o = branch->operands;
    switch (branch->op) {
        case Opcode::JumpLessI64: return taken ? std::optional(Below{o[0], false, o[1]}) : std::nullopt;
        case Opcode::JumpLessEqualI64: return taken ? std::nullopt : std::optional(Below{o[1], false, o[0]});
        case Opcode::JumpLessImmediate: return taken ? std::optional(Below{o[0], true, o[1]}) : std::nullopt;
        case Opcode::JumpGreaterEqualImmediate: return taken ? std::nullopt : std::optional(Below{o[0], true, o[1]});
        default: return std::nullopt;
    }
}

/// Loops that count one up to a limit that no round changes, below which they begin: there the count cannot overflow.
class Counting {
  public:
    using Predecessors = std::vector<std::vector<BlockId>>;
    Counting(Graph& graph, const Loop& loop, const Predecessors& predecessors)
        : graph_(graph), loop_(loop), predecessors_(predecessors) {}

    void mark() {
        for (BlockId latch : predecessors_[loop_.header]) {
            Block& block = graph_.blocks[latch];
            if (!loop_.has[latch] || block.code.size() < 2) continue;
            std::optional<Below> below = known_on_edge(block, loop_.header);
            const Instruction& add = block.code[block.code.size() - 2];
            bool counts = below && add.op == Opcode::AddImmediateI64 && add.immediate(2) == 1 &&
                          add.operands[0] == add.operands[1] && add.operands[0] == below->count &&
                          writes(below->count) == 1 && (below->immediate || writes(below->limit) == 0);
            for (BlockId from : predecessors_[loop_.header])
                counts = counts && (loop_.has[from] ? known_on_edge(graph_.blocks[from], loop_.header) == below
                                                    : begins_below(from, loop_.header, *below));
            if (counts) block.branch()->counts = true;
        }
    }

  private:
    size_t writes(Register r) const {
        size_t count = 0;
        for (BlockId id = 0; id < loop_.has.size(); ++id) {
            if (!loop_.has[id]) continue;
            count += graph_.blocks[id].arrives == r;
            for (const Instruction& i : graph_.blocks[id].code) count += written(i) == r || i.op == Opcode::Select;
        }
        return count;
    }

    /// By a test on the way there, or because of constants.
    bool begins_below(BlockId from, BlockId to, const Below& below) const {
        std::optional<int64_t> count, limit;  // what it is, the least it can be
        bool count_changed = false, limit_changed = below.immediate;
        if (below.immediate) limit = static_cast<int16_t>(below.limit);
        for (size_t steps = 0; steps < graph_.blocks.size(); ++steps) {
            const Block& block = graph_.blocks[from];
            if (!count_changed && (below.immediate || !limit_changed) && known_on_edge(block, to) == below) return true;
            if (!limit_changed && !limit) limit = least_on_edge(block, to, below.limit);
            for (size_t k = block.code.size(); k-- > 0;) {
                const Instruction& i = block.code[k];
                Register r = written(i);
                bool is_count = r == below.count && !count_changed, is_limit = r == below.limit && !limit_changed;
                if (r == kNoRegister || (!is_count && !is_limit)) continue;
                bool constant = i.op == Opcode::LoadImmediate;
                if (is_count && !constant) return false;
                if (is_count) count = i.immediate(1);
                else if (constant) limit = i.immediate(1);
                (is_count ? count_changed : limit_changed) = true;
            }
            if (count && limit) return *count < *limit;
            if ((limit_changed && !limit) || predecessors_[from].size() != 1 || block.arrives != kNoRegister ||
                from == 0)
                return false;
            to = from;
            from = predecessors_[from][0];
        }
        return false;
    }

    static std::optional<int64_t> least_on_edge(const Block& from, BlockId to, Register limit) {
        const Instruction* branch = from.branch();
        if (!branch || branch->target == from.next || branch->operands[0] != limit) return std::nullopt;
        bool taken = branch->target == to;
        int64_t immediate = branch->immediate(1);
        switch (branch->op) {
            case Opcode::JumpLessImmediate: return taken ? std::nullopt : std::optional(immediate);
            case Opcode::JumpLessEqualImmediate: return taken ? std::nullopt : std::optional(immediate + 1);
            case Opcode::JumpGreaterImmediate: return taken ? std::optional(immediate + 1) : std::nullopt;
            case Opcode::JumpGreaterEqualImmediate: return taken ? std::optional(immediate) : std::nullopt;
            default: return std::nullopt;
        }
    }

    Graph& graph_;
    const Loop& loop_;
    const Predecessors& predecessors_;
};

}  // namespace

void improve_loops(Graph& graph) {
    hoist_constants(graph);
    invert(graph);
    hoist_invariants(graph);
    for (const Loop& loop : loops_of(graph))
        for (BlockId id = 0; id < loop.has.size(); ++id) graph.blocks[id].depth += loop.has[id];
}

void mark_counting_loops(Graph& graph) {
    const auto predecessors = graph.predecessors();
    for (const Loop& loop : loops_of(graph)) Counting(graph, loop, predecessors).mark();
}

}  // namespace braid::optimizer
