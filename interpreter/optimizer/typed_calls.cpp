#include "interpreter/optimizer/typed_calls.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <utility>

#include "interpreter/optimizer/graph.h"

namespace braid::optimizer {

using bytecode::Function;
using bytecode::FunctionKind;
using bytecode::Repr;
using bytecode::SlotPolicy;

namespace {

struct Boxing {
    Opcode box, unbox;
};
constexpr Boxing kBoxings[] = {{Opcode::BoxI64, Opcode::UnboxI64},
                               {Opcode::BoxF64, Opcode::UnboxF64},
                               {Opcode::BoxBool, Opcode::UnboxBool},
                               {Opcode::BoxChar, Opcode::UnboxChar}};

Repr scalar_of(Opcode op) {
    switch (op) {
        case Opcode::BoxI64: return Repr::I64;
        case Opcode::BoxF64: return Repr::F64;
        case Opcode::BoxBool: return Repr::Bool;
        default: return Repr::Char;
    }
}
const Boxing* boxing_by_unbox(Opcode op) {
    auto found = std::find_if(std::begin(kBoxings), std::end(kBoxings), [&](auto& b) { return b.unbox == op; });
    return found == std::end(kBoxings) ? nullptr : found;
}
const Boxing* boxing_by_box(Opcode op) {
    auto found = std::find_if(std::begin(kBoxings), std::end(kBoxings), [&](auto& b) { return b.box == op; });
    return found == std::end(kBoxings) ? nullptr : found;
}

/// How the typed instance of a function takes its arguments and gives its result; null where values stay as they are.
struct Signature {
    std::vector<const Boxing*> parameters;
    const Boxing* result = nullptr;
    bool typed() const {
        return result || std::any_of(parameters.begin(), parameters.end(), [](auto* p) { return p; });
    }
};

bool may_have_instance(const Function& f) {
    return f.kind == FunctionKind::Bytecode && f.policy == SlotPolicy::Boxed && !f.is_async && !f.is_generator &&
           !f.rest && !f.self && f.closure == kNoRegister && f.selects.empty();
}

/// Parameters that the first block unboxes, before anything else can fail or be seen, and that nothing else reads.
/// Results that every return boxes.
Signature signature_of(const Graph& graph) {
    Signature signature;
    std::unordered_map<Register, int> uses;
    size_t returns = 0, boxed_returns = 0;
    for (const Block& block : graph.blocks)
        for (size_t k = 0; k < block.code.size(); ++k) {
            const Instruction& i = block.code[k];
            for_each_read(i, [&](const uint16_t& r) { ++uses[r]; });
            if (Register r = written(i); r != kNoRegister) ++uses[r];
            if (i.op == Opcode::ReturnUnit) ++returns;
            if (i.op != Opcode::Return) continue;
            ++returns;
            const Boxing* boxing = k > 0 ? boxing_by_box(block.code[k - 1].op) : nullptr;
            if (!boxing || block.code[k - 1].operands[0] != i.operands[0]) continue;
            if (signature.result && signature.result != boxing) continue;
            signature.result = boxing;
            ++boxed_returns;
        }
    if (boxed_returns != returns) signature.result = nullptr;
    signature.parameters.assign(graph.parameters.size(), nullptr);
    for (const Instruction& i : graph.blocks[0].code) {
        const Boxing* boxing = boxing_by_unbox(i.op);
        if (!boxing) break;
        auto at = std::find(graph.parameters.begin(), graph.parameters.end(), i.operands[1]);
        if (at == graph.parameters.end() || uses[i.operands[1]] != 1) break;
        signature.parameters[static_cast<size_t>(at - graph.parameters.begin())] = boxing;
    }
    return signature;
}

class TypedCalls {
  public:
    explicit TypedCalls(bytecode::Program& program) : program_(program) {}

    std::string run() {
        // Instances made meanwhile come last and are looked through, too.
        for (size_t n = 0; n < program_.functions.size(); ++n) {
            Function& f = program_.functions[n];
            bool calls = f.kind == FunctionKind::Bytecode && f.policy == SlotPolicy::Boxed &&
                         std::any_of(f.functions.begin(), f.functions.end(),
                                     [](const Function* callee) { return may_have_instance(*callee); });
            if (!calls) continue;
            Graph graph(f);
            if (!rewrite(graph, f)) continue;
            if (problem_.empty()) problem_ = graph.write(f);
            if (!problem_.empty()) return problem_;
        }
        return "";
    }

  private:
    struct Instance {
        Signature signature;
        Function* function = nullptr;  // null: not made yet
    };

    bool rewrite(Graph& graph, Function& f) {
        bool changed = false;
        for (Block& block : graph.blocks)
            for (size_t k = 0; k < block.code.size(); ++k)
                if (block.code[k].op == Opcode::Call && rewrite_call(graph, f, block.code, k)) changed = true;
        return changed;
    }

    bool rewrite_call(Graph& graph, Function& f, std::vector<Instruction>& code, size_t k) {
        const Function* callee = f.functions[code[k].operands[1]];
        if (!may_have_instance(*callee)) return false;
        Instance& instance = instance_of(*callee);
        const Signature& signature = instance.signature;
        if (!signature.typed() || code[k].list.size() != signature.parameters.size()) return false;
        std::vector<Register> arguments = code[k].list;
        for (size_t i = 0; i < arguments.size(); ++i) {
            if (!signature.parameters[i]) continue;
            Register unboxed = unboxed_at(code, k, arguments[i], signature.parameters[i]->box);
            if (unboxed == kNoRegister) return false;
            arguments[i] = unboxed;
        }
        code[k].list = std::move(arguments);
        code[k].operands[1] = function_index(f, make(*callee, instance));
        if (!signature.result || code[k].operands[0] == kNoRegister) return true;
        Instruction box = code[k];
        box.op = signature.result->box;
        box.list.clear();
        box.is_statement = false;
        code[k].operands[0] = graph.new_register(false);
        box.operands = {box.operands[0], code[k].operands[0]};
        code.insert(code.begin() + static_cast<long>(k) + 1, std::move(box));
        return true;
    }

    /// The scalar that `boxed` was made of earlier in the block, if it is still there.
    static Register unboxed_at(const std::vector<Instruction>& code, size_t before, Register boxed, Opcode box) {
        for (size_t k = before; k-- > 0;) {
            if (written(code[k]) != boxed) continue;
            if (code[k].op != box) return kNoRegister;
            Register scalar = code[k].operands[1];
            bool kept = std::none_of(code.begin() + static_cast<long>(k), code.begin() + static_cast<long>(before),
                                     [&](const Instruction& i) { return written(i) == scalar; });
            return kept ? scalar : kNoRegister;
        }
        return kNoRegister;
    }

    Instance& instance_of(const Function& f) {
        auto [it, added] = instances_.try_emplace(&f);
        if (added) it->second.signature = signature_of(Graph(f));
        return it->second;
    }

    /// The code of `f` with typed parameters and result, everything else as it is.
    const Function& make(const Function& f, Instance& instance) {
        if (instance.function) return *instance.function;
        Function& made = program_.functions.emplace_back(f);
        instance.function = &made;
        made.id = static_cast<uint32_t>(program_.functions.size() - 1);
        const Signature& signature = instance.signature;
        Graph graph(made);
        for (size_t p = 0; p < signature.parameters.size(); ++p) {
            if (!signature.parameters[p]) continue;
            Register boxed = std::exchange(graph.parameters[p], graph.new_register(false));
            made.parameter_reprs[p] = scalar_of(signature.parameters[p]->box);
            for (Instruction& i : graph.blocks[0].code) {
                if (i.op != signature.parameters[p]->unbox || i.operands[1] != boxed) continue;
                i.op = Opcode::MoveS;
                i.operands = {i.operands[0], graph.parameters[p]};
                break;
            }
        }
        if (signature.result) {
            made.result = scalar_of(signature.result->box);
            for (Block& block : graph.blocks)
                for (size_t k = 1; k < block.code.size(); ++k)
                    if (block.code[k].op == Opcode::Return) block.code[k].operands[0] = block.code[k - 1].operands[1];
        }
        if (problem_.empty()) problem_ = graph.write(made);
        return made;
    }

    static uint16_t function_index(Function& f, const Function& callee) {
        auto at = std::find(f.functions.begin(), f.functions.end(), &callee);
        if (at == f.functions.end()) at = f.functions.insert(at, &callee);
        return static_cast<uint16_t>(at - f.functions.begin());
    }

    bytecode::Program& program_;
    std::unordered_map<const Function*, Instance> instances_;
    std::string problem_;
};

}  // namespace

std::string type_calls(bytecode::Program& program) { return TypedCalls(program).run(); }

}  // namespace braid::optimizer
