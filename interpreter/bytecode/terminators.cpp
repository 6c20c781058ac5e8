#include <type_traits>

#include "interpreter/bytecode/function_compiler.h"

namespace braid::bytecode {

Label FunctionCompiler::edge_to(mir::BlockId target) {
    if (!compiled_[target]) return blocks_[target];
    back_edges_.push_back({asm_.new_label(), target});
    return back_edges_.back().first;
}

void FunctionCompiler::jump_to(mir::BlockId target) {
    if (compiled_[target]) return asm_.emit_jump(Opcode::JumpBack, {}, blocks_[target]);
    pending_.push_back(target);  // compiled next: falls through
}

void FunctionCompiler::terminator(const mir::Block& block, mir::BlockId) {
    std::visit(
        [&](const auto& v) {
            using T = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<T, mir::Goto>) {
                jump_to(v.target);
            } else if constexpr (std::is_same_v<T, mir::SwitchInteger>) {
                switch_integer(v);
            } else if constexpr (std::is_same_v<T, mir::ReturnTerminator>) {
                asm_.line(node_, false);
                return_();
            } else if constexpr (std::is_same_v<T, mir::Unreachable>) {
                emit(Opcode::Panic, {asm_.string("internal error: entered unreachable code")});
            } else if constexpr (std::is_same_v<T, mir::ResumeUnwind>) {
                if (unwind_register_ == kNoRegister) unwind_register_ = asm_.new_register(true);
                emit(Opcode::ResumeUnwind, {unwind_register_});
            } else if constexpr (std::is_same_v<T, mir::Drop>) {
                drop(v);
            } else if constexpr (std::is_same_v<T, mir::CallTerminator>) {
                asm_.line(node_, true);
                call(v);
            } else if constexpr (std::is_same_v<T, mir::AwaitTerminator>) {
                asm_.line(node_, true);
                await(v);
            } else if constexpr (std::is_same_v<T, mir::SelectTerminator>) {
                asm_.line(node_, true);
                select(v);
            } else if constexpr (std::is_same_v<T, mir::ThrowTerminator>) {
                asm_.line(node_, true);
                emit(Opcode::Raise, {boxed_operand(v.value)});
            } else if constexpr (std::is_same_v<T, mir::YieldTerminator>) {
                Virtual value = boxed_operand(v.value), sent = temp(Repr::Boxed);
                emit(Opcode::Yield, {sent, value});
                Location to = location(v.destination);
                store(to, {sent, Repr::Boxed, to.type});
                jump_to(v.target);
            } else if constexpr (std::is_same_v<T, mir::AssertTerminator>) {
                asm_.line(node_, true);
                assert_(v);
            }
        },
        block.terminator.kind);
}

void FunctionCompiler::switch_integer(const mir::SwitchInteger& s) {
    Value value = operand(s.value);
    if (instances_.error()) return;
    if (is_traced(value.repr)) value = {as(value, Repr::Bool), Repr::Bool, value.type};
    if (value.repr == Repr::Bool && s.targets.size() == 1) {
        // A bool: one test, the other way falls through.
        bool when = s.targets[0].first != 0;
        asm_.emit_jump(when ? Opcode::JumpIf : Opcode::JumpIfNot, {value.reg}, edge_to(s.targets[0].second));
    } else {
        for (const auto& [number, target] : s.targets) {
            if (int64_t(number) == int16_t(number)) {
                asm_.emit_jump(Opcode::JumpEqualImmediate, {value.reg, Unit(number)}, edge_to(target));
            } else {
                Virtual word = temp(Repr::I64);
                asm_.load_integer(word, number);
                asm_.emit_jump(Opcode::JumpEqualWord, {value.reg, word}, edge_to(target));
            }
        }
    }
    for (auto target = s.targets.rbegin(); target != s.targets.rend(); ++target)
        if (!compiled_[target->second]) pending_.push_back(target->second);
    jump_to(s.otherwise);
}

void FunctionCompiler::drop(const mir::Drop& d) {
    const TypeDescriptor* type = type_of(d.place);
    if (!type->needs_drop || lent_[d.place.local]) return jump_to(d.target);
    const Function* glue = instances_.drop_glue(type);
    Label skip = asm_.new_label();
    if (d.flag != mir::kNoLocal) {
        Value flag = load(local_location(d.flag));
        asm_.emit_jump(Opcode::JumpIfNot, {flag.reg}, skip);
    }
    Location at = location(d.place);
    if (instances_.error()) return;
    Value value = load(at);
    asm_.emit_jump(Opcode::JumpIfEmpty, {value.reg}, skip);
    asm_.emit_list(Opcode::Call, {kNoRegister, asm_.function(glue)}, {value.reg});
    asm_.bind(skip);
    jump_to(d.target);
}

void FunctionCompiler::assert_(const mir::AssertTerminator& a) {
    ContractChecks checks = instances_.limits().contracts;
    if (a.contract && (checks == ContractChecks::Off || (checks == ContractChecks::Marked && !a.always)))
        return jump_to(a.target);
    Value condition = operand(a.condition);
    if (instances_.error()) return;
    Label fine = asm_.new_label();
    asm_.emit_jump(a.expected ? Opcode::JumpIf : Opcode::JumpIfNot, {as(condition, Repr::Bool)}, fine);
    AssertInfo info{a.message, {}, a.contract, a.error_class};
    std::vector<Virtual> words;
    for (const auto& [name, value] : a.values) {
        Value v;
        if (auto* copy = std::get_if<mir::Copy>(&value)) v = read_place(copy->place, false);
        else v = operand(value);
        if (instances_.error()) return;
        const TypeDescriptor* type = v.type;
        while (type->kind == DescriptorKind::Reference) {
            v = load({Location::Address, v.reg, kNoRegister, 0, slot_repr(type->element), type->element});
            type = type->element;
        }
        words.push_back(v.reg);
        info.values.emplace_back(name, type);
    }
    asm_.emit_list(Opcode::AssertFail, {asm_.append(function_.asserts, std::move(info))}, words);
    asm_.bind(fine);
    jump_to(a.target);
}

void FunctionCompiler::return_() {
    Value value = load(local_location(0));
    if (value.repr == Repr::Unit) return emit(Opcode::ReturnUnit);
    Repr repr = boxed() ? Repr::Boxed : value.repr;
    emit(Opcode::Return, {as(value, repr)});
}

/// Two arguments per arm, operand and value; `$select` says which arm was chosen, the machine stores and jumps.
void FunctionCompiler::select(const mir::SelectTerminator& s) {
    SelectInfo info;
    std::vector<const TypeDescriptor*> types;
    std::vector<Virtual> words;
    for (const mir::SelectArm& arm : s.arms) {
        SelectArmInfo out;
        out.kind = SelectArmInfo::Kind(arm.kind);
        out.only_ok = arm.only_ok;
        out.only_err = arm.only_err;
        out.raw_value = arm.raw_value;
        out.node = arm.node;
        Value channel;
        if (auto* copy = std::get_if<mir::Copy>(&arm.channel)) channel = read_place(copy->place, false);
        else channel = operand(arm.channel);
        Value value = operand(arm.value);
        if (instances_.error()) return;
        out.channel = channel.type;
        out.value = value.type;
        if (arm.kind == hir::SelectArmKind::Receive) {
            Location destination = location(arm.destination);
            out.value = destination.type;
            out.destination =
                destination.kind == Location::Register ? destination.base : temp(slot_repr(destination.type));
        }
        types.push_back(channel.type);
        types.push_back(value.type);
        words.push_back(channel.reg);
        words.push_back(value.reg);
        info.arms.push_back(out);
    }
    const Function* native = instances_.intrinsic("$select", types, describe(type::integer()), function_.policy, &info);
    size_t index = function_.selects.size();
    function_.selects.push_back(info);
    asm_.emit_list(Opcode::Select, {asm_.function(native), uint32_t(index)}, words);
    for (size_t i = 0; i < s.arms.size(); ++i) {
        // Each arm begins with a store where its destination is no plain register; then its block.
        function_.selects[index].arms[i].target = asm_.pc();
        if (s.arms[i].kind == hir::SelectArmKind::Receive) {
            renew_cell(s.arms[i].destination);
            Location destination = location(s.arms[i].destination);
            if (destination.kind != Location::Register)
                store(destination, {info.arms[i].destination, slot_repr(destination.type), destination.type});
        }
        bool back = compiled_[s.arms[i].target];
        asm_.emit_jump(back ? Opcode::JumpBack : Opcode::Jump, {}, blocks_[s.arms[i].target]);
        if (!back) pending_.push_back(s.arms[i].target);
    }
}

}  // namespace braid::bytecode
