#include "interpreter/optimizer/optimizer.h"

#include "interpreter/optimizer/inline_calls.h"
#include "interpreter/optimizer/passes.h"
#include "interpreter/optimizer/typed_calls.h"

namespace braid::optimizer {

namespace {

constexpr size_t kMaxCode = 1 << 16;          // units; larger functions stay as they are
constexpr size_t kMaxBits = size_t{1} << 26;  // of one liveness table: blocks times registers

std::string optimize(bytecode::Function& function, const Inliner& inliner, const ReceivingTwins& twins) {
    if (function.kind != bytecode::FunctionKind::Bytecode || function.code.size() > kMaxCode) return "";
    Graph graph(function);
    if (graph.blocks.size() * graph.register_count() > kMaxBits) return "";
    inliner.run(graph, function);
    expand_natives(graph, function, twins);
    thread_jumps(graph);
    propagate(graph, function);
    remove_dead_code(graph);
    promote_cells(graph, function);
    propagate(graph, function);
    thread_jumps(graph);
    split_local_values(graph);
    propagate(graph, function);
    remove_dead_code(graph);
    split_local_values(graph);
    improve_loops(graph);
    propagate(graph, function);
    remove_dead_code(graph);
    thread_jumps(graph);
    allocate_registers(graph);
    mark_counting_loops(graph);
    mark_quick_loads(graph);
    if (std::string problem = graph.write(function); !problem.empty()) return problem;
    return bytecode::verify(function);
}

}  // namespace

std::string optimize(bytecode::Program& program) {
    if (std::string problem = type_calls(program); !problem.empty()) return problem;
    const Inliner inliner(program);
    const ReceivingTwins twins = make_receiving_twins(program);
    for (bytecode::Function& function : program.functions)
        if (std::string problem = optimize(function, inliner, twins); !problem.empty()) return problem;
    return "";
}

}  // namespace braid::optimizer
