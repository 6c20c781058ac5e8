#include <algorithm>

#include "interpreter/bytecode/guarded_slot.h"
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
/// Those that say where a guard's value lies.
constexpr std::string_view kGuardDereferences[] = {
    "sync::MutexGuard::deref", "sync::MutexGuard::deref_mut", "sync::ReadGuard::deref",
    "sync::WriteGuard::deref", "sync::WriteGuard::deref_mut",
};
constexpr std::string_view kReceives[] = {"sync::Channel::recv", "sync::Receiver::recv"};
template <size_t n>
bool is_one_of(const std::string_view (&names)[n], const Function& callee) {
    return callee.kind == FunctionKind::Native && callee.policy == SlotPolicy::Static &&
           std::find(std::begin(names), std::end(names), callee.native_name) != std::end(names);
}

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
    Expander(Graph& graph, Function& function, const ReceivingTwins& twins)
        : graph_(graph), f_(function), twins_(twins) {}

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
        if (expand_lookup(i, callee, out) || expand_receive(i, callee, out)) return true;
        if (i.operands[0] != kNoRegister && is_one_of(kGuardDereferences, callee) &&
            refers_to(callee.parameter_types[0], DescriptorKind::Native)) {
            Register guard = load(i, out, i.list[0], true);
            out.push_back(with(i, Opcode::AddressSlot, {i.operands[0], guard, bytecode::kGuardedSlot}));
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
        out.push_back(with(i, Opcode::MapFind, {entry, table, wanted, index_in(f_.types, &map)}));
        if (asks) {
            Register missing = graph_.new_register(false);
            out.push_back(with(i, Opcode::IsEmpty, {missing, entry}));
            out.push_back(with(i, Opcode::NotBool, {i.operands[0], missing}));
            return true;
        }
        const auto& variants = callee.result_type->variants;
        out.push_back(with(i, Opcode::NewOption,
                           {i.operands[0], entry, uint16_t(lends), index_in(f_.variants, &variants[0]),
                            index_in(f_.variants, &variants[1])}));
        return true;
    }

    /// Some, which holds a value, is variant 0, None is 1.
    static bool gives_option(const Function& callee) {
        const auto& variants = callee.result_type->variants;
        return variants.size() == 2 && variants[0].name.text() == "Some" && variants[0].fields.size() == 1 &&
               variants[1].fields.empty();
    }

    /// The value and its tag come apart. Where the result is only looked at, it is never made.
    bool expand_receive(const Instruction& i, const Function& callee, std::vector<Instruction>& out) {
        auto twin = twins_.find(&callee);
        if (twin == twins_.end() || i.operands[0] == kNoRegister) return false;
        const auto& variants = callee.result_type->variants;
        Register value = graph_.new_register(bytecode::is_traced(twin->second->result));
        Register tag = graph_.new_register(false);
        out.push_back(i);
        out.back().operands[0] = value;
        out.back().operands[1] = index_in(f_.functions, twin->second);
        out.push_back(with(i, Opcode::Received, {tag}));
        out.push_back(with(
            i, Opcode::NewResult,
            {i.operands[0], value, tag, index_in(f_.variants, &variants[0]), index_in(f_.variants, &variants[1])}));
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
    Function& f_;
    const ReceivingTwins& twins_;
};

}  // namespace

ReceivingTwins make_receiving_twins(bytecode::Program& program) {
    ReceivingTwins twins;
    const size_t count = program.functions.size();
    for (size_t k = 0; k < count; ++k) {
        const Function& f = program.functions[k];
        if (!is_one_of(kReceives, f)) continue;
        const auto& variants = f.result_type->variants;
        bool result = variants.size() == 2 && variants[0].name.text() == "Ok" && variants[0].fields.size() == 1 &&
                      variants[1].fields.size() == 1;
        if (!result || variants[0].fields[0].type->repr == bytecode::Repr::Unit) continue;
        Function& twin = program.functions.emplace_back(f);
        twin.id = static_cast<uint32_t>(program.functions.size() - 1);
        twin.native_name = "$receive";
        twin.result = variants[0].fields[0].type->repr;
        twins.emplace(&f, &twin);
    }
    return twins;
}

void expand_natives(Graph& graph, Function& function, const ReceivingTwins& twins) {
    Expander(graph, function, twins).run();
}

}  // namespace braid::optimizer
