#pragma once
#include <algorithm>
#include <unordered_map>
#include <vector>

#include "interpreter/optimizer/graph.h"

namespace braid::optimizer {

/// Empty blocks vanish, jumps go where the next jump leads, blocks with one way in join what comes before.
void thread_jumps(Graph& graph);

/// Forward over extended basic blocks: reads of copies become reads of the original, known integers become
/// immediates, what was computed, loaded, boxed or guarded before is not again, decided branches become plain ways.
void propagate(Graph& graph, const bytecode::Function& function);

/// Natives that receive from a channel, each with its twin that gives the bare value and its tag apart.
using ReceivingTwins = std::unordered_map<const bytecode::Function*, const bytecode::Function*>;
ReceivingTwins make_receiving_twins(bytecode::Program& program);
/// Where a function's table has an entry, which is added where it has not.
template <class T>
uint16_t index_in(std::vector<T>& table, const T& entry) {
    auto at = std::find(table.begin(), table.end(), entry);
    if (at == table.end()) at = table.insert(at, entry);
    return static_cast<uint16_t>(at - table.begin());
}
/// Calls of natives that are an instruction or two become these.
void expand_natives(Graph& graph, bytecode::Function& function, const ReceivingTwins& twins);
/// Heap cells that only this function's loads and stores see become registers (scalar replacement).
void promote_cells(Graph& graph, const bytecode::Function& function);

/// Pure instructions without a reader go; a value is made where it is wanted instead of moved there.
void remove_dead_code(Graph& graph);

/// An element or property and the unboxing of what it holds are one quick instruction, with both behind it for what it
/// cannot do. After registers are allocated.
void mark_quick_loads(Graph& graph);

/// Gives each value that lives inside one block a register of its own.
void split_local_values(Graph& graph);
/// Constants of loops are loaded before the loop; a loop's test stands at its end (inversion); what is the same in
/// every round is computed before the first.
void improve_loops(Graph& graph);
/// Finds the loops whose count cannot overflow: its check is left out, and it is one instruction with the jump. After
/// registers are allocated.
void mark_counting_loops(Graph& graph);

/// Registers that are never live together become one (greedy colouring, moves preferred equal).
void allocate_registers(Graph& graph);

}  // namespace braid::optimizer
