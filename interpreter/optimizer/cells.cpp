#include <algorithm>

#include "interpreter/optimizer/passes.h"

namespace braid::optimizer {

using bytecode::Function;
using bytecode::SlotPolicy;

namespace {

bool is_cell_maker(Opcode op) { return op == Opcode::NewCellEmpty || op == Opcode::NewCellS || op == Opcode::NewCellT; }
bool is_load(Opcode op) { return op == Opcode::LoadReferenceS || op == Opcode::LoadReferenceT; }
bool is_store(Opcode op) { return op == Opcode::StoreReferenceS || op == Opcode::StoreReferenceT; }

}  // namespace

void promote_cells(Graph& graph, const Function& function) {
    // Cells of the Boxed policy begin as `undefined`; they exist only where closures capture, and escape.
    if (function.policy != SlotPolicy::Static) return;
    struct Candidate {
        bool makes = false, escapes = false, scalar = false, traced = false;
        Register value = kNoRegister;
    };
    std::vector<Candidate> candidates(graph.traced);
    auto candidate = [&](Register r) -> Candidate& { return candidates[r & ~kTracedBit]; };
    auto escapes = [&](Register r) {
        if (r != kNoRegister && is_traced(r)) candidate(r).escapes = true;
    };
    for (const Block& block : graph.blocks) {
        for (const Instruction& i : block.code) {
            if (is_cell_maker(i.op)) {
                Candidate& c = candidate(i.operands[0]);
                c.makes = true;
                bool traced = i.op == Opcode::NewCellT || (i.op == Opcode::NewCellEmpty && i.operands[1]);
                (traced ? c.traced : c.scalar) = true;
                if (i.op == Opcode::NewCellT) escapes(i.operands[1]);
            } else if (is_load(i.op)) {
                escapes(i.operands[0]);
                (i.op == Opcode::LoadReferenceT ? candidate(i.operands[1]).traced : candidate(i.operands[1]).scalar) =
                    true;
            } else if (is_store(i.op)) {
                escapes(i.operands[1]);
                (i.op == Opcode::StoreReferenceT ? candidate(i.operands[0]).traced : candidate(i.operands[0]).scalar) =
                    true;
            } else {
                escapes(written(i));
                for_each_read(i, [&](const uint16_t& r) { escapes(r); });
            }
        }
    }
    Graph::for_each_arrival(graph, escapes);
    for (Candidate& c : candidates)
        if (c.makes && !c.escapes && c.scalar != c.traced) c.value = graph.new_register(c.traced);

    auto promoted = [&](Register r) {
        return is_traced(r) && static_cast<size_t>(r & ~kTracedBit) < candidates.size() ? candidate(r).value
                                                                                        : kNoRegister;
    };
    for (Block& block : graph.blocks)
        for (Instruction& i : block.code) {
            Register cell = is_load(i.op)                           ? i.operands[1]
                            : is_cell_maker(i.op) || is_store(i.op) ? i.operands[0]
                                                                    : kNoRegister;
            Register value = cell == kNoRegister ? kNoRegister : promoted(cell);
            if (value == kNoRegister) continue;
            Opcode move = is_traced(value) ? Opcode::MoveT : Opcode::MoveS;
            if (is_load(i.op)) i.operands = {i.operands[0], value};
            else i.operands = {value, i.operands[1]};
            if (i.op == Opcode::NewCellEmpty) {
                move = is_traced(value) ? Opcode::LoadEmpty : Opcode::LoadImmediate;
                i.operands[1] = 0;
            }
            i.op = move;
        }
}

}  // namespace braid::optimizer
