#include <fmt/format.h>

#include <algorithm>

#include "interpreter/bytecode/code.h"

namespace braid::bytecode {

namespace {

class Verifier {
  public:
    explicit Verifier(const Function& function) : f_(function) {}

    std::string run() {
        if (f_.kind != FunctionKind::Bytecode) return check_signature();
        if (std::string problem = check_signature(); !problem.empty()) return problem;
        if (f_.code.empty()) return error(0, "no code");
        starts_.assign(f_.code.size() + 1, false);
        for (uint32_t pc = 0; pc < f_.code.size();) {
            uint32_t length = instruction_length(f_.code, pc);
            if (length == 0)
                return error(pc, "no such instruction, or cut off, after " + disassemble_instruction(f_, last_));
            if (Opcode(f_.code[pc]) == Opcode::Break) return error(pc, "a breakpoint in fresh code");
            starts_[pc] = true;
            last_ = pc;
            pc += length;
        }
        for (uint32_t pc = 0; pc < f_.code.size(); pc += instruction_length(f_.code, pc))
            if (std::string problem = check_instruction(pc); !problem.empty()) return problem;
        if (!ends(Opcode(f_.code[last_]))) return error(last_, "control runs off the end");
        return check_tables();
    }

  private:
    uint32_t registers() const { return uint32_t(f_.scalar_count) + f_.traced_count; }
    bool is_scalar(Unit r) const { return r < f_.scalar_count; }
    bool is_traced_index(Unit r) const { return r >= f_.scalar_count && r < registers(); }
    std::string error(uint32_t pc, std::string what) const { return fmt::format("{} at {}: {}", f_.name, pc, what); }

    static bool ends(Opcode op) {
        switch (op) {
            case Opcode::Jump:
            case Opcode::JumpBack:
            case Opcode::Return:
            case Opcode::ReturnUnit:
            case Opcode::Raise:
            case Opcode::ResumeUnwind:
            case Opcode::Panic:
            case Opcode::AssertFail: return true;
            default: return false;
        }
    }

    /// JumpBack and the conditional ones: safepoints.
    static bool is_loop_edge(Opcode op) {
        return op == Opcode::JumpBack || (op >= Opcode::BackIfEmpty && op <= Opcode::BackCountLessImmediate);
    }

    /// Its text says how, or names what fails; others are about the text.
    static bool may_lack_text(Opcode op) {
        return op != Opcode::LoadString && op != Opcode::Panic && op != Opcode::FormatString;
    }

    std::string check_signature() {
        if (registers() >= kNoRegister) return error(0, "too many registers");
        if (f_.kind == FunctionKind::Missing) return "";
        if (f_.parameters.size() != f_.parameter_reprs.size()) return error(0, "parameters without representation");
        for (size_t i = 0; i < f_.parameters.size(); ++i)
            if (is_traced(f_.parameter_reprs[i]) ? !is_traced_index(f_.parameters[i]) : !is_scalar(f_.parameters[i]))
                return error(0, fmt::format("parameter {} is in the wrong partition", i));
        if (f_.closure != kNoRegister && !is_traced_index(f_.closure)) return error(0, "closure register");
        return "";
    }

    std::string check_tables() {
        for (const Handler& h : f_.handlers) {
            if (h.begin > h.end || h.end > f_.code.size() || h.target >= f_.code.size() || !starts_[h.target])
                return error(h.target, "handler out of the code");
            if (!is_traced_index(h.error)) return error(h.target, "handler's error register");
        }
        for (const SelectInfo& select : f_.selects)
            for (const SelectArmInfo& arm : select.arms) {
                if (arm.target >= f_.code.size() || !starts_[arm.target])
                    return error(arm.target, "select arm's target");
                if (arm.destination == kNoRegister) continue;
                if (arm.destination >= registers()) return error(arm.target, "select arm's destination");
                bool traced = f_.policy == SlotPolicy::Boxed || (arm.value && is_traced(arm.value->repr));
                if (traced && is_scalar(arm.destination)) return error(arm.target, "select arm's destination");
            }
        for (const LineEntry& line : f_.debug.lines)
            if (line.pc > f_.code.size() || line.inlined > f_.debug.inlined.size()) return error(line.pc, "line table");
        return "";
    }

    std::string check_register(uint32_t pc, Shape shape, Unit r) {
        if (r == kNoRegister && shape == Shape::DA) return "";  // result not wanted
        bool scalar = shape == Shape::DS || shape == Shape::S, any = shape == Shape::DA || shape == Shape::A;
        if (any ? r >= registers() : scalar ? !is_scalar(r) : !is_traced_index(r))
            return error(pc, fmt::format("{} register expected, found {}",
                                         any      ? "a"
                                         : scalar ? "scalar"
                                                  : "traced",
                                         r));
        return "";
    }

    size_t table_size(Shape shape) const {
        switch (shape) {
            case Shape::KW: return f_.words.size();
            case Shape::KS: return f_.strings.size();
            case Shape::KF: return f_.functions.size();
            case Shape::KT: return f_.types.size();
            case Shape::KC: return f_.classes.size();
            case Shape::KV: return f_.variants.size();
            case Shape::KX: return f_.statics.size();
            case Shape::KN: return f_.names.size();
            case Shape::KM: return f_.sites.size();
            case Shape::KQ: return f_.selects.size();
            case Shape::KE: return f_.asserts.size();
            case Shape::KR: return f_.records.size();
            case Shape::IC: return f_.cache_count;
            default: return SIZE_MAX;
        }
    }

    std::string check_instruction(uint32_t pc) {
        const OpcodeInfo& info = info_of(Opcode(f_.code[pc]));
        uint32_t at = pc + 1;
        for (size_t i = 0; i < info.operand_count(); ++i) {
            Shape shape = info.operands[i];
            std::string problem;
            switch (shape) {
                case Shape::DS:
                case Shape::DT:
                case Shape::DA:
                case Shape::S:
                case Shape::T:
                case Shape::A: problem = check_register(pc, shape, f_.code[at++]); break;
                case Shape::I:
                case Shape::U: ++at; break;
                case Shape::J: {
                    int64_t target = int64_t(pc) + read_jump(&f_.code[at]);
                    if (target < 0 || target >= int64_t(f_.code.size()) || !starts_[size_t(target)])
                        problem = error(pc, fmt::format("jump to {}", target));
                    else if (target <= pc && !is_loop_edge(Opcode(f_.code[pc])))
                        problem = error(pc, "a loop edge without safepoint");
                    at += 2;
                    break;
                }
                case Shape::L:
                    for (Unit n = f_.code[at++]; n > 0 && problem.empty(); --n)
                        problem = check_register(pc, Shape::A, f_.code[at++]);
                    break;
                default: {
                    Unit index = f_.code[at++];
                    bool none = shape == Shape::KS && index == kNone && may_lack_text(Opcode(f_.code[pc]));
                    if (!none && index >= table_size(shape)) problem = error(pc, "table index out of range");
                }
            }
            if (!problem.empty()) return problem;
        }
        return check_meaning(pc);
    }

    bool partitions_match(const Unit* list, const std::vector<Repr>& reprs, size_t first = 0) const {
        size_t n = list[0];
        if (n + first != reprs.size()) return false;
        for (size_t i = 0; i < n; ++i)
            if (is_traced(reprs[first + i]) == is_scalar(list[1 + i])) return false;
        return true;
    }
    /// A function of the Boxed policy that takes or gives scalars: only calls that know it may reach it.
    static bool is_typed(const Function& f) {
        if (f.kind != FunctionKind::Bytecode || f.policy != SlotPolicy::Boxed) return false;
        return !is_traced(f.result) || !std::all_of(f.parameter_reprs.begin(), f.parameter_reprs.end(), is_traced);
    }
    bool all_traced(const Unit* list) const {
        for (size_t i = 0; i < list[0]; ++i)
            if (is_scalar(list[1 + i])) return false;
        return true;
    }
    bool result_matches(Unit destination, Repr result) const {
        return destination == kNoRegister || result == Repr::Unit || is_traced(result) != is_scalar(destination);
    }

    /// What shapes alone do not say: partitions that depend on a callee or a type.
    std::string check_meaning(uint32_t pc) {
        const Unit* code = &f_.code[pc];
        auto bad = [&](const char* what) { return error(pc, what); };
        switch (Opcode(code[0])) {
            case Opcode::LoadValue: {
                uint64_t word = f_.words[code[2]];
                if (word >= 4096 && word < (uint64_t{1} << 48)) return bad("a constant that looks like a pointer");
                return "";
            }
            case Opcode::DivImmediateI64:
            case Opcode::RemImmediateI64:
                return int16_t(code[3]) == 0 || int16_t(code[3]) == -1 ? bad("a divisor that can fail") : "";
            case Opcode::Call: {
                const Function& callee = *f_.functions[code[2]];
                if (!result_matches(code[1], callee.result)) return bad("result in the wrong partition");
                if (callee.kind == FunctionKind::Missing) return "";
                if (callee.policy == SlotPolicy::Boxed && callee.native_name.substr(0, 1) != "$" && !is_typed(callee))
                    return all_traced(code + 3) ? "" : bad("an unboxed argument");
                return partitions_match(code + 3, callee.parameter_reprs) ? "" : bad("arguments do not fit the callee");
            }
            case Opcode::LoadFunction:
                return is_typed(*f_.functions[code[2]]) ? bad("a typed instance as a value") : "";
            case Opcode::NewBoundCall: {
                const Function& callee = *f_.functions[code[2]];
                if (is_typed(callee)) return bad("a typed instance as a value");
                size_t n = code[3];
                if (callee.kind == FunctionKind::Missing) return "";
                if (callee.policy == SlotPolicy::Boxed) return all_traced(code + 3) ? "" : bad("an unboxed argument");
                if (n > callee.parameter_reprs.size()) return bad("too many bound arguments");
                return partitions_match(code + 3, callee.parameter_reprs, callee.parameter_reprs.size() - n)
                           ? ""
                           : bad("bound arguments do not fit the callee");
            }
            case Opcode::NewClosure:
                if (is_typed(*f_.functions[code[2]])) return bad("a typed instance as a value");
                return partitions_match(code + 3, f_.functions[code[2]]->capture_reprs) ? ""
                                                                                        : bad("captures do not fit");
            case Opcode::CallValue:
            case Opcode::NewRecord: return all_traced(code + 4) ? "" : bad("an unboxed value");
            case Opcode::CallMethod: return all_traced(code + 4) && code[4] > 0 ? "" : bad("an unboxed argument");
            case Opcode::CallDyn: return code[4] > 0 && !is_scalar(code[5]) ? "" : bad("no receiver");
            case Opcode::Concat: return all_traced(code + 2) ? "" : bad("an unboxed string");
            case Opcode::NewStruct:
                return check_fields(pc, f_.types[code[2]]->fields, code + 3, f_.types[code[2]]->policy);
            case Opcode::NewVariant: {
                const VariantDescriptor& v = *f_.variants[code[2]];
                return check_fields(pc, v.fields, code + 3, v.owner->policy);
            }
            case Opcode::NewList: {
                const TypeDescriptor& type = *f_.types[code[2]];
                if (!type.element) return bad("a list without element type");
                bool traced = type.policy == SlotPolicy::Boxed || is_traced(type.element->repr);
                for (size_t i = 0; i < code[3]; ++i)
                    if (traced == is_scalar(code[4 + i])) return bad("element in the wrong partition");
                return "";
            }
            case Opcode::MapFind: {
                const TypeDescriptor& type = *f_.types[code[4]];
                if (!type.key || !type.element) return bad("not a map");
                return is_traced(type.key->repr) == is_scalar(code[3]) ? bad("key in the wrong partition") : "";
            }
            case Opcode::NewOption: {
                const VariantDescriptor &some = *f_.variants[code[4]], &none = *f_.variants[code[5]];
                bool fits = some.fields.size() == 1 && none.fields.empty() && some.owner == none.owner;
                if (fits && code[3] == 1) fits = is_traced(some.fields[0].type->repr);
                return fits && code[3] <= 1 ? "" : bad("not the variants of an option");
            }
            case Opcode::NewResult: {
                const VariantDescriptor &ok = *f_.variants[code[4]], &err = *f_.variants[code[5]];
                bool fits = ok.fields.size() == 1 && err.fields.size() == 1 && ok.owner == err.owner && ok.index == 0 &&
                            err.index == 1;
                if (!fits) return bad("not the variants of a result");
                Repr payload = ok.fields[0].type->repr;
                fits = payload != Repr::Unit && is_traced(payload) != is_scalar(code[2]) &&
                       err.fields[0].type->kind == DescriptorKind::Struct;
                return fits ? "" : bad("not what a channel gives");
            }
            case Opcode::MapGet:
            case Opcode::MapInsert: {
                const TypeDescriptor& type = *f_.types[code[4]];
                Unit key = Opcode(code[0]) == Opcode::MapGet ? code[3] : code[2];
                Unit value = Opcode(code[0]) == Opcode::MapGet ? code[1] : code[3];
                if (!type.key || !type.element) return bad("not a map");
                if (is_traced(type.key->repr) == is_scalar(key) || is_traced(type.element->repr) == is_scalar(value))
                    return bad("entry in the wrong partition");
                return "";
            }
            case Opcode::NewUnion:
            case Opcode::NewDyn: {
                bool traced = is_traced(f_.types[code[2]]->repr) || (Opcode(code[0]) == Opcode::NewDyn && code[4]);
                return traced == is_scalar(code[3]) ? bad("value in the wrong partition") : "";
            }
            case Opcode::UnionValueS:
            case Opcode::UnionValueT:
                return is_traced(f_.types[code[3]]->repr) == is_scalar(code[1]) ? bad("member in the wrong partition")
                                                                                : "";
            case Opcode::Return: return result_matches(code[1], f_.result) ? "" : bad("result in the wrong partition");
            case Opcode::Select: {
                const Function& native = *f_.functions[code[1]];
                if (native.native_name != "$select") return bad("not a select");
                if (f_.selects[code[2]].arms.size() * 2 != code[3]) return bad("arms and operands differ");
                return partitions_match(code + 3, native.parameter_reprs) ? "" : bad("operands do not fit");
            }
            default: return "";
        }
    }

    std::string check_fields(uint32_t pc, const std::vector<FieldDescriptor>& fields, const Unit* list,
                             SlotPolicy policy) {
        if (fields.size() != list[0]) return error(pc, "wrong number of fields");
        for (size_t i = 0; i < fields.size(); ++i) {
            bool traced = policy == SlotPolicy::Boxed || is_traced(fields[i].type->repr);
            if (traced == is_scalar(list[1 + i])) return error(pc, "field in the wrong partition");
        }
        return "";
    }

    const Function& f_;
    std::vector<bool> starts_;
    uint32_t last_ = 0;
};

}  // namespace

std::string verify(const Function& function) { return Verifier(function).run(); }

std::string verify(const Program& program) {
    for (const Function& f : program.functions)
        if (std::string problem = verify(f); !problem.empty()) return problem;
    return "";
}

}  // namespace braid::bytecode
