#include "interpreter/optimizer/liveness.h"
#include "interpreter/optimizer/passes.h"

namespace braid::optimizer {

namespace {

struct QuickForm {
    Opcode load, unbox, quick;
};
constexpr QuickForm kLoads[] = {{Opcode::GetProperty, Opcode::UnboxI64, Opcode::TryPropertyI64},
                                {Opcode::GetProperty, Opcode::UnboxF64, Opcode::TryPropertyF64},
                                {Opcode::LoadElementT, Opcode::UnboxI64, Opcode::TryElementI64},
                                {Opcode::LoadElementT, Opcode::UnboxF64, Opcode::TryElementF64},
                                {Opcode::LoadElementT, Opcode::UnboxBool, Opcode::TryElementBool}};
constexpr QuickForm kStores[] = {{Opcode::BoxI64, Opcode::StoreElementT, Opcode::StoreElementI64},
                                 {Opcode::BoxF64, Opcode::StoreElementT, Opcode::StoreElementF64}};

}  // namespace

void mark_quick_loads(Graph& graph) {
    Liveness liveness(graph);
    for (BlockId id = 0; id < graph.blocks.size(); ++id) {
        auto& code = graph.blocks[id].code;
        RegisterSet live = liveness.out(id);
        for (size_t k = code.size(); k-- > 0;) {
            Instruction& second = code[k];
            Register value = k > 0 ? written(code[k - 1]) : kNoRegister;
            bool last_use = value != kNoRegister && !live.has(graph.index(value)) &&
                            !liveness.handlers_read(second, value) && code[k - 1].region == second.region;
            for (const QuickForm& form : kLoads)
                if (last_use && form.load == code[k - 1].op && form.unbox == second.op && second.operands[1] == value)
                    code[k - 1].quick = form.quick;
            for (const QuickForm& form : kStores)
                if (last_use && form.load == code[k - 1].op && form.unbox == second.op && second.operands[2] == value &&
                    second.operands[0] != value) {
                    second.op = form.quick;
                    second.operands[2] = code[k - 1].operands[1];
                    code[k - 1].op = Opcode::Nop;
                    code[k - 1].operands = {};
                }
            liveness.step_back(second, live);
        }
        std::erase_if(code, [](const Instruction& i) { return i.op == Opcode::Nop && !i.is_statement; });
    }
}

}  // namespace braid::optimizer
