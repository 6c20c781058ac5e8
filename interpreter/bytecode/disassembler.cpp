#include <fmt/format.h>

#include "interpreter/bytecode/code.h"

namespace braid::bytecode {

namespace {

std::string register_name(const Function& f, Unit r) {
    if (r == kNoRegister) return "-";
    return r < f.scalar_count ? fmt::format("s{}", r) : fmt::format("t{}", r - f.scalar_count);
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (c == '\n') out += "\\n";
        else out += c;
    }
    return out + '"';
}

template <class T, class F>
std::string entry(const std::vector<T>& table, Unit index, F&& text) {
    if (index == kNone) return "-";
    return index < table.size() ? text(table[index]) : fmt::format("<bad {}>", index);
}

std::string operand(const Function& f, Shape shape, const Unit* at, uint32_t pc) {
    switch (shape) {
        case Shape::DS:
        case Shape::DT:
        case Shape::DA:
        case Shape::S:
        case Shape::T:
        case Shape::A: return register_name(f, *at);
        case Shape::I: return fmt::format("{}", int16_t(*at));
        case Shape::U: return fmt::format("{}", *at);
        case Shape::IC: return fmt::format("ic{}", *at);
        case Shape::J: return fmt::format("->{}", int64_t(pc) + read_jump(at));
        case Shape::L: {
            std::string list = "(";
            for (Unit i = 0; i < *at; ++i) list += (i ? ", " : "") + register_name(f, at[1 + i]);
            return list + ")";
        }
        case Shape::KW: return entry(f.words, *at, [](uint64_t w) { return fmt::format("#{:x}", w); });
        case Shape::KS: return entry(f.strings, *at, [](const std::string& s) { return quoted(s); });
        case Shape::KF: return entry(f.functions, *at, [](const Function* g) { return "@" + g->name; });
        case Shape::KT: return entry(f.types, *at, [](const TypeDescriptor* t) { return "<" + t->name + ">"; });
        case Shape::KC: return entry(f.classes, *at, [](const ClassDescriptor* c) { return "class " + c->name; });
        case Shape::KV:
            return entry(f.variants, *at, [](const VariantDescriptor* v) {
                return fmt::format("{}::{}", v->owner->name, v->name.text());
            });
        case Shape::KX: return entry(f.statics, *at, [](ItemId item) { return qualified_name(item); });
        case Shape::KN: return entry(f.names, *at, [](Name n) { return "." + std::string(n.text()); });
        case Shape::KM:
            return entry(f.sites, *at, [](const VirtualSite& s) { return "." + std::string(s.name.text()); });
        case Shape::KQ: return fmt::format("select{}", *at);
        case Shape::KE: return entry(f.asserts, *at, [](const AssertInfo& a) { return quoted(a.message); });
        case Shape::KR:
            return entry(f.records, *at, [](const RecordInfo& r) {
                std::string names = "{";
                for (size_t i = 0; i < r.names.size(); ++i) names += (i ? "," : "") + std::string(r.names[i].text());
                return names + "}";
            });
        case Shape::None: break;
    }
    return "";
}

}  // namespace

std::string disassemble_instruction(const Function& f, uint32_t pc) {
    uint32_t length = instruction_length(f.code, pc);
    if (length == 0) return pc < f.code.size() ? fmt::format("<bad {}>", f.code[pc]) : "<end>";
    const OpcodeInfo& info = info_of(Opcode(f.code[pc]));
    std::string text(info.name);
    uint32_t at = pc + 1;
    for (size_t i = 0; i < info.operand_count(); ++i) {
        text += (i ? ", " : " ") + operand(f, info.operands[i], &f.code[at], pc);
        at += info.operands[i] == Shape::J ? 2 : info.operands[i] == Shape::L ? 1u + f.code[at] : 1u;
    }
    return text;
}

std::string disassemble(const Function& f) {
    std::string out = fmt::format("function {}", f.name);
    if (f.kind == FunctionKind::Native) return out + fmt::format(" = native {}\n", f.native_name);
    if (f.kind == FunctionKind::Missing) return out + " = missing\n";
    out += fmt::format("\n  scalars {} traced {} parameters (", f.scalar_count, f.traced_count);
    for (size_t i = 0; i < f.parameters.size(); ++i) out += (i ? ", " : "") + register_name(f, f.parameters[i]);
    out += fmt::format(") -> {}\n", name_of(f.result));
    for (uint32_t pc = 0; pc < f.code.size();) {
        out += fmt::format("{:5}  {}\n", pc, disassemble_instruction(f, pc));
        uint32_t length = instruction_length(f.code, pc);
        if (length == 0) break;
        pc += length;
    }
    for (const Handler& h : f.handlers)
        out += fmt::format("  unwind {}..{} -> {}{}\n", h.begin, h.end, h.target, h.catches ? " catches" : "");
    return out;
}

std::string disassemble(const Program& program) {
    std::string out;
    for (const Function& f : program.functions) out += disassemble(f) + "\n";
    return out;
}

}  // namespace braid::bytecode
