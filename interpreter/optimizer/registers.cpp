#include <algorithm>
#include <map>

#include "interpreter/optimizer/liveness.h"
#include "interpreter/optimizer/passes.h"

namespace braid::optimizer {

namespace {

/// Which registers must differ: one is written while the other's value is wanted (Chaitin). A move does not force its
/// two sides apart.
class Interference {
  public:
    explicit Interference(const Graph& graph)
        : graph_(graph), sets_(graph.register_count(), RegisterSet(graph.register_count())) {
        Liveness liveness(graph);
        for (BlockId id = 0; id < graph.blocks.size(); ++id) {
            const Block& block = graph.blocks[id];
            RegisterSet live = liveness.out(id);
            for (auto i = block.code.rbegin(); i != block.code.rend(); ++i) {
                if (Register r = written(*i); r != kNoRegister)
                    write(r, live, is_move(i->op) ? i->operands[1] : kNoRegister);
                liveness.step_back(*i, live);
            }
            if (block.arrives != kNoRegister) write(block.arrives, live, kNoRegister);
        }
        for (size_t s = 0; s < graph.select_targets.size(); ++s)
            for (Register r : graph.select_destinations[s])
                for (BlockId arm : graph.select_targets[s])
                    if (r != kNoRegister) write(r, liveness.in(arm), kNoRegister);
        // At entry: the arguments, and what is read before it is written (it begins as zero).
        RegisterSet arrive = liveness.in(0);
        auto add = [&](Register r) {
            if (r != kNoRegister) arrive.add(graph.index(r));
        };
        for (Register r : graph.parameters) add(r);
        add(graph.closure);
        arrive.for_each([&](size_t a) { arrive.for_each([&](size_t b) { connect(a, b); }); });
    }
    const RegisterSet& of(size_t r) const { return sets_[r]; }

  private:
    void write(Register r, const RegisterSet& live, Register source) {
        size_t i = graph_.index(r), from = source == kNoRegister ? i : graph_.index(source);
        live.for_each([&](size_t other) {
            if (other != from) connect(i, other);
        });
    }
    void connect(size_t a, size_t b) {
        if (a == b) return;
        sets_[a].add(b);
        sets_[b].add(a);
    }

    const Graph& graph_;
    std::vector<RegisterSet> sets_;
};

constexpr Register kUncoloured = kNoRegister;
constexpr uint16_t kMaxSplit = 0x6000;  // registers of a partition; beyond, values share as they did

}  // namespace

void split_local_values(Graph& graph) {
    Liveness liveness(graph);
    for (BlockId id = 0; id < graph.blocks.size(); ++id) {
        auto& code = graph.blocks[id].code;
        // A value is local when neither the block's end nor a handler reads its register before the next write.
        RegisterSet wanted = liveness.out(id);
        std::vector<bool> local(code.size(), false);
        for (size_t k = code.size(); k-- > 0;) {
            Register r = written(code[k]);
            if (r != kNoRegister) {
                local[k] = !wanted.has(graph.index(r));
                wanted.remove(graph.index(r));
            }
            liveness.add_handlers(code[k], wanted);
        }
        std::map<Register, Register> renamed;
        for (size_t k = 0; k < code.size(); ++k) {
            for_each_read(code[k], [&](uint16_t& r) {
                if (auto it = renamed.find(r); it != renamed.end()) r = it->second;
            });
            Register r = written(code[k]);
            if (r == kNoRegister) continue;
            bool fits = (is_traced(r) ? graph.traced : graph.scalars) < kMaxSplit;
            if (!local[k] || !fits) {
                renamed.erase(r);
                continue;
            }
            renamed[r] = code[k].operands[0] = graph.new_register(is_traced(r));
        }
    }
}

void allocate_registers(Graph& graph) {
    constexpr size_t kMaxRegisters = 4096;  // the relation is quadratic
    if (graph.register_count() > kMaxRegisters) return;
    Interference interference(graph);
    std::vector<Register> colour(graph.register_count(), kUncoloured);
    uint16_t scalars = 0, traced = 0;
    auto is_free = [&](Register r, Register c) {
        bool free = true;
        interference.of(graph.index(r)).for_each([&](size_t other) { free &= colour[other] != c; });
        return free;
    };
    auto give = [&](Register r, Register preferred) {
        if (r == kNoRegister || colour[graph.index(r)] != kUncoloured) return;
        Register& mine = colour[graph.index(r)];
        Register bit = r & kTracedBit;
        uint16_t& used = bit ? traced : scalars;
        if (preferred != kUncoloured && is_free(r, preferred)) {
            mine = preferred;
            return;
        }
        std::vector<bool> taken(used + 1u, false);
        interference.of(graph.index(r)).for_each([&](size_t other) {
            Register c = colour[other];
            if (c != kUncoloured && (c & kTracedBit) == bit && (c & ~kTracedBit) < used) taken[c & ~kTracedBit] = true;
        });
        auto lowest = static_cast<uint16_t>(std::find(taken.begin(), taken.end(), false) - taken.begin());
        if (lowest == used) ++used;
        mine = lowest | bit;
    };
    for (Register r : graph.parameters) give(r, kUncoloured);
    give(graph.closure, kUncoloured);
    for (const Block& block : graph.blocks) {
        give(block.arrives, kUncoloured);
        for (const Instruction& i : block.code) {
            if (is_move(i.op)) {
                // Either side has a colour: the other would like the same.
                give(i.operands[0], colour[graph.index(i.operands[1])]);
                give(i.operands[1], colour[graph.index(i.operands[0])]);
                continue;
            }
            for_each_read(i, [&](const uint16_t& r) { give(r, kUncoloured); });
            give(written(i), kUncoloured);
        }
    }
    for (const auto& arms : graph.select_destinations)
        for (Register r : arms) give(r, kUncoloured);

    auto rename = [&](uint16_t& r) {
        if (r != kNoRegister) r = colour[graph.index(r)];
    };
    Graph::for_each_arrival(graph, rename);
    for (Block& block : graph.blocks) {
        for (Instruction& i : block.code) {
            for_each_read(i, rename);
            if (written(i) != kNoRegister) rename(i.operands[0]);
        }
        block.code.erase(
            std::remove_if(block.code.begin(), block.code.end(),
                           [](const Instruction& i) { return is_move(i.op) && i.operands[0] == i.operands[1]; }),
            block.code.end());
    }
    graph.scalars = scalars;
    graph.traced = traced;
}

}  // namespace braid::optimizer
