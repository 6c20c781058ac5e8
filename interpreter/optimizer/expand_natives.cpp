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
    i.inlined = like.inlined;
    std::copy(operands.begin(), operands.end(), i.operands.begin());
    return i;
}

class Expander {
  public:
    Expander(Graph& graph, Function& function) : graph_(graph), f_(function) {}

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
        if (expand_lookup(i, callee, out)) return true;
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

    /// `m.get(&k)`: the entry is found, and an option made of it. Where the option is only looked at, propagation reads
    /// the entry instead and the option is never made. `m.contains(&k)` asks whether there is an entry.
    bool expand_lookup(const Instruction& i, const Function& callee, std::vector<Instruction>& out) {
        bool lends = callee.native_name == "map::get", copies = callee.native_name == "map::get_copied";
        bool asks = callee.native_name == "map::contains";
        if ((!lends && !copies && !asks) || callee.policy != SlotPolicy::Static || i.operands[0] == kNoRegister ||
            i.list.size() != 2 || !refers_to(callee.parameter_types[0], DescriptorKind::Map))
            return false;
        const TypeDescriptor &map = *callee.parameter_types[0]->element, &key = *callee.parameter_types[1];
        bool by_reference = key.kind == DescriptorKind::Reference;
        if ((!asks && !gives_option(callee)) || (copies && map.element->deep_copy) ||
            map.key->kind == DescriptorKind::Reference ||
            (by_reference && key.element->kind == DescriptorKind::Reference))
            return false;
        Register table = load(i, out, i.list[0], true);
        Register wanted = by_reference ? load(i, out, i.list[1], bytecode::is_traced(key.element->repr)) : i.list[1];
        Register entry = graph_.new_register(true);
        out.push_back(with(i, Opcode::MapFind, {entry, table, wanted, index(f_.types, &map)}));
        if (asks) {
            Register missing = graph_.new_register(false);
            out.push_back(with(i, Opcode::IsEmpty, {missing, entry}));
            out.push_back(with(i, Opcode::NotBool, {i.operands[0], missing}));
            return true;
        }
        const auto& variants = callee.result_type->variants;
        out.push_back(with(i, Opcode::NewOption,
                           {i.operands[0], entry, uint16_t(lends), index(f_.variants, &variants[0]),
                            index(f_.variants, &variants[1])}));
        return true;
    }

    /// Some, which holds a value, is variant 0, None is 1.
    static bool gives_option(const Function& callee) {
        const auto& variants = callee.result_type->variants;
        return variants.size() == 2 && variants[0].name.text() == "Some" && variants[0].fields.size() == 1 &&
               variants[1].fields.empty();
    }

    template <class T>
    static uint16_t index(std::vector<const T*>& table, const T* entry) {
        auto at = std::find(table.begin(), table.end(), entry);
        if (at == table.end()) at = table.insert(at, entry);
        return static_cast<uint16_t>(at - table.begin());
    }

    Register load(const Instruction& like, std::vector<Instruction>& out, Register reference, bool traced) {
        Register value = graph_.new_register(traced);
        Opcode op = traced ? Opcode::LoadReferenceT : Opcode::LoadReferenceS;
        out.push_back(with(like, op, {value, reference}));
        out.back().is_statement = like.is_statement;
        return value;
    }

    Graph& graph_;
    Function& f_;
};

}  // namespace

void expand_natives(Graph& graph, Function& function) { Expander(graph, function).run(); }

}  // namespace braid::optimizer
