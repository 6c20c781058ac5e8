#include "interpreter/bytecode/assembler.h"

namespace braid::bytecode {

Virtual Assembler::new_register(bool traced) {
    uint16_t& next = traced ? next_traced_ : next_scalar_;
    uint16_t& max = traced ? max_traced_ : max_scalar_;
    if (next >= 0x7000) too_large_ = true;
    else ++next;
    if (next > max) max = next;
    return Virtual((next - 1) | (traced ? kTracedBit : 0));
}

void Assembler::emit(Opcode op, std::initializer_list<uint32_t> operands) {
    function_.code.push_back(Unit(op));
    for (uint32_t operand : operands) function_.code.push_back(Unit(operand));
}

void Assembler::emit_list(Opcode op, std::initializer_list<uint32_t> operands, const std::vector<Virtual>& list) {
    emit(op, operands);
    function_.code.push_back(count(uint32_t(list.size())));
    function_.code.insert(function_.code.end(), list.begin(), list.end());
}

void Assembler::emit_jump(Opcode op, std::initializer_list<uint32_t> operands, Label target) {
    uint32_t start = pc();
    emit(op, operands);
    fixups_.push_back({pc(), start, target.index});
    function_.code.push_back(0);
    function_.code.push_back(0);
}

Label Assembler::new_label() {
    labels_.push_back(kUnbound);
    return {uint32_t(labels_.size() - 1)};
}

void Assembler::bind(Label label) { labels_[label.index] = pc(); }

uint16_t Assembler::word(uint64_t value) { return index(function_.words, words_, value); }
uint16_t Assembler::string(const std::string& text) { return index(function_.strings, strings_, text); }
uint16_t Assembler::name(Name name) { return index(function_.names, names_, name); }

uint16_t Assembler::static_item(ItemId item) {
    for (size_t i = 0; i < function_.statics.size(); ++i)
        if (function_.statics[i] == item) return uint16_t(i);
    return append(function_.statics, item);
}

void Assembler::line(uint32_t node, bool is_statement) {
    auto& lines = function_.debug.lines;
    if (!lines.empty() && lines.back().pc == pc()) lines.pop_back();
    if (!lines.empty() && lines.back().node == node && !is_statement) return;
    lines.push_back({pc(), node, is_statement});
}

void Assembler::move(Virtual to, Virtual from) {
    if (to != from) emit(is_traced_register(to) ? Opcode::MoveT : Opcode::MoveS, {to, from});
}

void Assembler::load_integer(Virtual to, uint64_t value) {
    if (int64_t(value) == int16_t(value)) emit(Opcode::LoadImmediate, {to, Unit(value)});
    else emit(Opcode::LoadWord, {to, word(value)});
}

Register Assembler::final_register(Virtual r) const {
    if (r == kNoRegister) return r;
    return is_traced_register(r) ? Register(max_scalar_ + (r & ~kTracedBit)) : r;
}

std::string Assembler::finish() {
    auto& code = function_.code;
    if (too_large_ || code.size() >= (size_t(1) << 30) || max_scalar_ + max_traced_ >= 0xf000)
        return "the function is too large";
    for (const Fixup& fixup : fixups_) {
        uint32_t offset = labels_[fixup.label] - fixup.instruction;
        code[fixup.at] = Unit(offset);
        code[fixup.at + 1] = Unit(offset >> 16);
    }
    for (uint32_t pc = 0; pc < code.size();) {
        if (instruction_length(code, pc) == 0) return "internal error: malformed code at " + std::to_string(pc);
        uint32_t at = pc + 1;
        for (Shape shape : info_of(Opcode(code[pc])).operands) {
            if (shape == Shape::None) break;
            switch (shape) {
                case Shape::DS:
                case Shape::DT:
                case Shape::DA:
                case Shape::S:
                case Shape::T:
                case Shape::A:
                    code[at] = final_register(code[at]);
                    ++at;
                    break;
                case Shape::J: at += 2; break;
                case Shape::L: {
                    uint32_t n = code[at++];
                    for (; n > 0; --n, ++at) code[at] = final_register(code[at]);
                    break;
                }
                default: ++at;
            }
        }
        pc = at;
    }
    function_.scalar_count = max_scalar_;
    function_.traced_count = max_traced_;
    for (Register& r : function_.parameters) r = final_register(r);
    function_.closure = final_register(function_.closure);
    for (Handler& h : function_.handlers) h.error = final_register(h.error);
    for (VariableEntry& v : function_.debug.variables) v.reg = final_register(v.reg);
    for (SelectInfo& select : function_.selects)
        for (SelectArmInfo& arm : select.arms) arm.destination = final_register(arm.destination);
    return "";
}

}  // namespace braid::bytecode
