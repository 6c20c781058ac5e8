#include "interpreter/optimizer/inline_calls.h"

#include <algorithm>

#include "interpreter/optimizer/liveness.h"
#include "interpreter/optimizer/passes.h"

namespace braid::optimizer {

using bytecode::Function;
using bytecode::FunctionKind;

namespace {

constexpr size_t kMaxUnits = 160;        // of code as it was compiled: larger functions are not looked at
constexpr size_t kMaxInstructions = 16;  // of a small function, once it is optimized
constexpr size_t kMaxGrowth = 2000;      // instructions that one function may take over
constexpr Register kMaxRegisters = 0x4000;

bool may_be_small(const Function& f) {
    return f.kind == FunctionKind::Bytecode && !f.is_async && !f.is_generator && !f.rest && !f.learns_concurrency &&
           f.closure == kNoRegister && f.handlers.empty() && f.selects.empty() && f.code.size() <= kMaxUnits &&
           !f.name.empty() && f.name[0] != '$';
}

/// No loop, no call of itself; nothing that is about the frame it stands in.
bool is_small(const Graph& graph, const Function& f) {
    size_t count = 0;
    auto predecessors = graph.predecessors();
    for (BlockId id = 0; id < graph.blocks.size(); ++id) {
        if (id > 0 && predecessors[id].empty()) continue;
        bool goes_back = false;
        graph.for_each_successor(id, [&](BlockId to) { goes_back |= to <= id; });
        if (goes_back) return false;
        for (const Instruction& i : graph.blocks[id].code) {
            bool own_frame = i.op == Opcode::Yield || i.op == Opcode::ResumeUnwind || i.op == Opcode::Select;
            bool itself = i.op == Opcode::Call && f.functions[i.operands[1]] == &f;
            if (own_frame || itself || (i.op == Opcode::Return && i.operands[0] == kNoRegister)) return false;
        }
        count += graph.blocks[id].code.size();
    }
    return count <= kMaxInstructions;
}

template <class T>
uint16_t append(std::vector<T>& table, const T& entry) {
    table.push_back(entry);
    return static_cast<uint16_t>(table.size() - 1);
}

/// Puts the blocks of a function into another one's graph in place of a call.
class Splice {
  public:
    Splice(Graph& graph, Function& into, const Graph& body, const Function& callee)
        : graph_(graph), into_(into), body_(body), callee_(callee), first_(static_cast<BlockId>(graph.blocks.size())) {}

    /// `call` has been taken out of its block; the code behind it is in block `rest`. Returns the first block.
    BlockId run(const Instruction& call, BlockId rest) {
        into_.debug.inlined.push_back({&callee_, call.node});
        inlined_ = static_cast<uint32_t>(into_.debug.inlined.size());
        graph_.blocks.resize(first_ + body_.blocks.size());
        pass_arguments(call);
        for (BlockId id = 0; id < body_.blocks.size(); ++id) {
            Block& made = graph_.blocks[first_ + id];
            const Block& block = body_.blocks[id];
            made.next = block.next == kNoBlock ? kNoBlock : first_ + block.next;
            for (const Instruction& i : block.code) append_copy(made, i, call, rest);
        }
        return first_;
    }

  private:
    void pass_arguments(const Instruction& call) {
        std::vector<Instruction>& entry = graph_.blocks[first_].code;
        auto emit = [&](Opcode op, uint16_t to, uint16_t from) {
            Instruction i = like(call);
            i.op = op;
            i.operands = {to, from};
            entry.push_back(std::move(i));
        };
        for (size_t p = 0; p < body_.parameters.size(); ++p) {
            Register to = renamed(body_.parameters[p]);
            emit(is_traced(to) ? Opcode::MoveT : Opcode::MoveS, to, call.list[p]);
        }
        // What a fresh frame has: zeros in whatever is read before it is written.
        RegisterSet wanted = Liveness(body_).in(0);
        for (Register p : body_.parameters) wanted.remove(Graph::index(p));
        wanted.for_each([&](size_t index) {
            bool traced = index % 2;
            auto r = static_cast<Register>(index / 2 | (traced ? kTracedBit : 0));
            emit(traced ? Opcode::LoadEmpty : Opcode::LoadImmediate, renamed(r), 0);
        });
    }

    Instruction like(const Instruction& call) const {
        Instruction i;
        i.region = call.region;
        i.node = call.node;
        i.inlined = call.inlined;
        return i;
    }

    void append_copy(Block& made, const Instruction& from, const Instruction& call, BlockId rest) {
        if (from.op == Opcode::Return || from.op == Opcode::ReturnUnit) {
            made.next = rest;
            if (call.operands[0] == kNoRegister || from.op == Opcode::ReturnUnit) return;
            Instruction result = like(call);
            result.op = is_traced(call.operands[0]) ? Opcode::MoveT : Opcode::MoveS;
            result.operands = {call.operands[0], renamed(from.operands[0])};
            made.code.push_back(std::move(result));
            return;
        }
        Instruction i = from;
        i.region = call.region;
        i.inlined = inlined_;
        i.is_statement = false;
        if (i.target != kNoBlock) i.target += first_;
        const auto& shapes = bytecode::info_of(i.op).operands;
        for (size_t k = 0; k < shapes.size() && shapes[k] != Shape::None; ++k)
            i.operands[k] = operand(shapes[k], i.operands[k]);
        for (Register& r : i.list) r = renamed(r);
        made.code.push_back(std::move(i));
    }

    uint16_t operand(Shape shape, uint16_t value) {
        if (is_read(shape) || is_written(shape)) return renamed(value);
        switch (shape) {
            case Shape::IC: return into_.cache_count++;
            case Shape::KW: return index_in(into_.words, callee_.words[value]);
            case Shape::KS: return value == bytecode::kNone ? value : index_in(into_.strings, callee_.strings[value]);
            case Shape::KF: return index_in(into_.functions, callee_.functions[value]);
            case Shape::KT: return index_in(into_.types, callee_.types[value]);
            case Shape::KC: return index_in(into_.classes, callee_.classes[value]);
            case Shape::KV: return index_in(into_.variants, callee_.variants[value]);
            case Shape::KX: return index_in(into_.statics, callee_.statics[value]);
            case Shape::KN: return index_in(into_.names, callee_.names[value]);
            case Shape::KM: return append(into_.sites, callee_.sites[value]);
            case Shape::KE: return append(into_.asserts, callee_.asserts[value]);
            case Shape::KR: return append(into_.records, callee_.records[value]);
            default: return value;
        }
    }

    Register renamed(Register r) {
        if (r == kNoRegister) return r;
        auto [it, added] = registers_.try_emplace(r, kNoRegister);
        if (added) it->second = graph_.new_register(is_traced(r));
        return it->second;
    }

    Graph& graph_;
    Function& into_;
    const Graph& body_;
    const Function& callee_;
    BlockId first_;
    uint32_t inlined_ = 0;
    std::unordered_map<Register, Register> registers_;
};

}  // namespace

Inliner::Inliner(const bytecode::Program& program) {
    for (const Function& f : program.functions) {
        if (!may_be_small(f)) continue;
        // Its tables may grow with what is expanded: of a copy, whose entries are looked up by what they are.
        Graph graph(f);
        thread_jumps(graph);
        propagate(graph, f);
        remove_dead_code(graph);
        promote_cells(graph, f);
        propagate(graph, f);
        thread_jumps(graph);
        remove_dead_code(graph);
        if (is_small(graph, f)) small_.emplace(&f, std::move(graph));
    }
}

void Inliner::run(Graph& graph, Function& function) const {
    size_t taken = 0;
    // Blocks that are added hold code of functions that were taken over, whose own calls stay, and the rest of blocks.
    std::vector<BlockId> todo(graph.blocks.size());
    for (BlockId id = 0; id < todo.size(); ++id) todo[id] = id;
    while (!todo.empty()) {
        BlockId id = todo.back();
        todo.pop_back();
        for (size_t k = 0; k < graph.blocks[id].code.size(); ++k) {
            const Instruction& i = graph.blocks[id].code[k];
            if (i.op != Opcode::Call) continue;
            const Function* callee = function.functions[i.operands[1]];
            auto body = small_.find(callee);
            bool fits = body != small_.end() && callee != &function && callee->policy == function.policy &&
                        i.list.size() == body->second.parameters.size() && taken < kMaxGrowth &&
                        std::max(graph.scalars, graph.traced) < kMaxRegisters;
            if (!fits) continue;
            for (const Block& block : body->second.blocks) taken += block.code.size();
            Instruction call = i;
            auto rest = static_cast<BlockId>(graph.blocks.size());
            Block& behind = graph.blocks.emplace_back();
            auto& code = graph.blocks[id].code;
            behind.code.assign(std::make_move_iterator(code.begin() + static_cast<long>(k) + 1),
                               std::make_move_iterator(code.end()));
            behind.next = graph.blocks[id].next;
            code.resize(k);
            graph.blocks[id].next = Splice(graph, function, body->second, *callee).run(call, rest);
            todo.push_back(rest);
            break;
        }
    }
}

}  // namespace braid::optimizer
