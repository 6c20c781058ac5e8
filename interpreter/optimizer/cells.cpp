#include <algorithm>

#include "interpreter/optimizer/passes.h"

namespace braid::optimizer {

using bytecode::DescriptorKind;
using bytecode::Function;
using bytecode::FunctionKind;
using bytecode::SlotPolicy;
using bytecode::TypeDescriptor;

namespace {

/// Natives that are one instruction. Their first argument is the operand, or a reference to it.
struct Expansion {
    std::string_view native;
    Opcode op;
    bool by_reference;
};
constexpr Expansion kExpansions[] = {
    {"list::len", Opcode::ListLength, true},        {"math::sqrt", Opcode::SqrtF64, false},
    {"number::f64::sqrt", Opcode::SqrtF64, true},   {"math::abs", Opcode::AbsF64, false},
    {"number::f64::abs", Opcode::AbsF64, true},     {"math::floor", Opcode::FloorF64, false},
    {"number::f64::floor", Opcode::FloorF64, true},
};

const Expansion* expansion_of(const Function& callee) {
    if (callee.kind != FunctionKind::Native || callee.policy != SlotPolicy::Static) return nullptr;
    for (const Expansion& e : kExpansions)
        if (e.native == callee.native_name) return &e;
    return nullptr;
}

bool refers_to(const TypeDescriptor* type, DescriptorKind kind) {
    return type && type->kind == DescriptorKind::Reference && type->element && type->element->kind == kind;
}

Instruction with(const Instruction& like, Opcode op, std::initializer_list<uint16_t> operands) {
    Instruction i;
    i.op = op;
    i.region = like.region;
    i.node = like.node;
    std::copy(operands.begin(), operands.end(), i.operands.begin());
    return i;
}

class Expander {
  public:
    Expander(Graph& graph, const Function& function) : graph_(graph), f_(function) {}

    void run() {
        for (Block& block : graph_.blocks) {
            std::vector<Instruction> code;
            code.reserve(block.code.size());
            for (Instruction& i : block.code)
                if (!expand(i, code)) code.push_back(std::move(i));
            block.code = std::move(code);
        }
    }

  private:
    bool expand(const Instruction& i, std::vector<Instruction>& out) {
        if (i.op != Opcode::Call) return false;
        const Function& callee = *f_.functions[i.operands[1]];
        if (callee.native_name == "list::push" && callee.policy == SlotPolicy::Static &&
            refers_to(callee.parameter_types[0], DescriptorKind::List)) {
            Register list = load(i, out, i.list[0], true);
            out.push_back(with(i, is_traced(i.list[1]) ? Opcode::ListPushT : Opcode::ListPushS, {list, i.list[1]}));
            return true;
        }
        const Expansion* e = expansion_of(callee);
        if (!e || i.operands[0] == kNoRegister || i.list.empty()) return false;
        Register operand = i.list[0];
        if (e->by_reference) {
            bool on_list = e->op == Opcode::ListLength;
            if (!refers_to(callee.parameter_types[0], on_list ? DescriptorKind::List : DescriptorKind::Scalar))
                return false;
            operand = load(i, out, operand, on_list);
        }
        out.push_back(with(i, e->op, {i.operands[0], operand}));
        return true;
    }

    Register load(const Instruction& like, std::vector<Instruction>& out, Register reference, bool traced) {
        Register value = graph_.new_register(traced);
        Opcode op = traced ? Opcode::LoadReferenceT : Opcode::LoadReferenceS;
        out.push_back(with(like, op, {value, reference}));
        out.back().is_statement = like.is_statement;
        return value;
    }

    Graph& graph_;
    const Function& f_;
};

bool is_cell_maker(Opcode op) { return op == Opcode::NewCellEmpty || op == Opcode::NewCellS || op == Opcode::NewCellT; }
bool is_load(Opcode op) { return op == Opcode::LoadReferenceS || op == Opcode::LoadReferenceT; }
bool is_store(Opcode op) { return op == Opcode::StoreReferenceS || op == Opcode::StoreReferenceT; }

}  // namespace

void expand_natives(Graph& graph, const Function& function) { Expander(graph, function).run(); }

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
