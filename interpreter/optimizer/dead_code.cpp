#include <algorithm>

#include "interpreter/optimizer/liveness.h"
#include "interpreter/optimizer/passes.h"

namespace braid::optimizer {

namespace {

constexpr size_t kMaxDistance = 48;  // from a value to its move: keeps the search linear

/// `d = …; …; x = d` with d unused afterwards: make x at once. False if something between needs the old x.
bool retarget(std::vector<Instruction>& code, size_t move, const Liveness& liveness) {
    Register x = code[move].operands[0], d = code[move].operands[1];
    for (size_t j = move; j-- > 0 && move - j < kMaxDistance;) {
        Instruction& i = code[j];
        if (written(i) == d) {
            i.operands[0] = x;
            for (size_t k = j + 1; k < move; ++k)
                for_each_read(code[k], [&](uint16_t& r) {
                    if (r == d) r = x;
                });
            return true;
        }
        bool in_the_way =
            written(i) == x || reads(i, x) || liveness.handlers_read(i, x) || liveness.handlers_read(i, d);
        if (in_the_way) return false;
    }
    return false;
}

bool pass(Graph& graph) {
    bool changed = false;
    Liveness liveness(graph);
    for (BlockId id = 0; id < graph.blocks.size(); ++id) {
        auto& code = graph.blocks[id].code;
        std::vector<bool> dead(code.size(), false);
        RegisterSet live = liveness.out(id);
        for (size_t k = code.size(); k-- > 0;) {
            Instruction& i = code[k];
            Register r = written(i);
            bool unused = r != kNoRegister && !live.has(graph.index(r));
            bool nothing = i.op == Opcode::Nop || (is_move(i.op) && i.operands[0] == i.operands[1]);
            if (nothing || (unused && is_pure(i.op))) {
                dead[k] = true;
                continue;
            }
            bool last_use = is_move(i.op) && !live.has(graph.index(i.operands[1]));
            if (last_use && retarget(code, k, liveness)) {
                dead[k] = true;
                // What was live behind the move is live before it, under the new name.
                continue;
            }
            liveness.step_back(i, live);
        }
        for (size_t k = 0; k + 1 < code.size(); ++k)
            if (dead[k] && code[k].is_statement && code[k].node == code[k + 1].node) code[k + 1].is_statement = true;
        size_t kept = 0;
        for (size_t k = 0; k < code.size(); ++k)
            if (!dead[k]) {
                if (kept != k) code[kept] = std::move(code[k]);
                ++kept;
            }
        changed |= kept != code.size();
        code.resize(kept);
    }
    return changed;
}

}  // namespace

void remove_dead_code(Graph& graph) {
    while (pass(graph)) {
    }
}

}  // namespace braid::optimizer
