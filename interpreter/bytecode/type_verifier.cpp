#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "interpreter/bytecode/code.h"
#include "interpreter/bytecode/guarded_slot.h"
#include "interpreter/bytecode/known_values.h"

// Types of registers, by abstract interpretation of a function that verify() has accepted: after Leroy, "Java bytecode
// verification: algorithms and formalizations" (2003). An object is used only as what it is, an enum's payload only
// where its tag was looked at, a callee gets what it takes.
namespace braid::bytecode {

namespace {

using Base = Known::Base;
using Fact = KnownValues::Fact;
using Place = KnownValues::Place;

constexpr size_t kMostWays = 64;

class TypeVerifier {
  public:
    TypeVerifier(const Program& program, const Function& function)
        : program_(program), f_(function), boxed_(function.policy == SlotPolicy::Boxed) {}

    std::string run() {
        KnownValues start(size_t(f_.scalar_count) + f_.traced_count);
        for (uint32_t r = 0; r < uint32_t(f_.scalar_count) + f_.traced_count; ++r)
            start.set(Register(r), Known::of(r < f_.scalar_count ? Base::Scalar : Base::Nothing));
        for (size_t i = 0; i < f_.parameters.size(); ++i) start.set(f_.parameters[i], parameter_of(f_, i));
        if (f_.closure != kNoRegister) start.set(f_.closure, Known::closure(f_));
        check_caches();
        find_flags();
        flow_to(0, start);
        while (!work_.empty() && problem_.empty()) {
            auto [pc, flags] = work_.front();
            work_.pop_front();
            Reached& reached = at_.at(pc).at(flags);
            reached.queued = false;
            follow(pc, reached.state);
        }
        return problem_;
    }

  private:
    /// What an inline cache remembers depends on the instruction: those that share one ask the same.
    void check_caches() {
        struct Use {
            Opcode op;
            Unit site;
        };
        std::unordered_map<Unit, Use> uses;
        for (pc_ = 0; pc_ < f_.code.size(); pc_ += instruction_length(f_.code, pc_)) {
            const Unit* code = &f_.code[pc_];
            Use use{Opcode(code[0]), kNone};
            Unit cache = 0;
            switch (use.op) {
                // A quick way reads what GetProperty behind it has found.
                case Opcode::TryPropertyI64:
                case Opcode::TryPropertyF64: use.op = Opcode::GetProperty, cache = code[3]; break;
                case Opcode::GetProperty: use.site = code[3], cache = code[4]; break;
                case Opcode::SetProperty: use.site = code[2], cache = code[4]; break;
                case Opcode::CallMethod:
                case Opcode::CallDyn:
                case Opcode::NewRecord: use.site = code[2], cache = code[3]; break;
                default: continue;
            }
            Use& known = uses.try_emplace(cache, use).first->second;
            bool either = use.site == kNone || known.site == kNone;
            if (known.op != use.op || (!either && known.site != use.site))
                return bad("an inline cache of another site");
            if (known.site == kNone) known.site = use.site;
        }
    }

    // --- control ---

    /// What is known where control comes with these values of the flags.
    struct Reached {
        KnownValues state;
        bool queued = false;
    };
    using Flags = std::vector<int8_t>;  // -1: either

    void flow_to(uint32_t pc, const KnownValues& state) {
        auto& here = at_[pc];
        Flags flags = flags_of(state);
        // So many ways are told apart; the others are one.
        if (here.size() >= kMostWays && !here.count(flags)) flags.assign(flags_.size(), -1);
        auto [reached, fresh] = here.try_emplace(flags, Reached{state});
        if (!fresh && !reached->second.state.meet(state)) return;
        if (!std::exchange(reached->second.queued, true)) work_.emplace_back(pc, flags);
    }

    /// Registers that are tested: a value is dropped only where the flag says that it is there, and its register may
    /// hold something else where not. And where tasks stop.
    void find_flags() {
        safepoints_.insert(0);
        for (const SelectInfo& select : f_.selects)
            for (const SelectArmInfo& arm : select.arms) safepoints_.insert(arm.target);
        for (uint32_t pc = 0; pc < f_.code.size(); pc += instruction_length(f_.code, pc)) {
            if (uint32_t at = jump_operand(pc); at && read_jump(&f_.code[at]) <= 0)
                safepoints_.insert(pc + read_jump(&f_.code[at]));
            Opcode op = Opcode(f_.code[pc]);
            bool tests =
                op == Opcode::JumpIf || op == Opcode::JumpIfNot || op == Opcode::BackIf || op == Opcode::BackIfNot;
            if (tests && std::find(flags_.begin(), flags_.end(), f_.code[pc + 1]) == flags_.end())
                flags_.push_back(f_.code[pc + 1]);
        }
    }
    Flags flags_of(const KnownValues& state) const {
        Flags flags;
        for (Register r : flags_) {
            const Fact& fact = state.fact(r);
            bool known = fact.kind == Fact::Kind::Constant && (fact.constant == 0 || fact.constant == 1);
            flags.push_back(known ? static_cast<int8_t>(fact.constant) : int8_t{-1});
        }
        return flags;
    }

    /// From a place that others lead to until the next.
    void follow(uint32_t pc, KnownValues state) {
        while (problem_.empty()) {
            pc_ = pc;
            code_ = &f_.code[pc];
            for (const Handler& h : f_.handlers) {
                if (pc < h.begin || pc >= h.end || (never_raises(Opcode(*code_)) && !safepoints_.count(pc))) continue;
                KnownValues raised = state;
                raised.forget(nullptr);
                raised.set(h.error, Known::of(boxed_ ? Base::Boxed : Base::Error));
                flow_to(h.target, raised);
            }
            uint32_t next = pc + instruction_length(f_.code, pc);
            if (!step(state) || !problem_.empty()) return;
            pc = next;
            if (joins().count(pc)) return flow_to(pc, state);
        }
    }

    const std::set<uint32_t>& joins() {
        if (!joins_.empty()) return joins_;
        joins_.insert(0);
        for (const Handler& h : f_.handlers) joins_.insert(h.target);
        for (const SelectInfo& select : f_.selects)
            for (const SelectArmInfo& arm : select.arms) joins_.insert(arm.target);
        for (uint32_t pc = 0; pc < f_.code.size(); pc += instruction_length(f_.code, pc))
            if (uint32_t at = jump_operand(pc)) joins_.insert(pc + read_jump(&f_.code[at]));
        return joins_;
    }
    /// Where the distance of a jump stands; 0: it is none.
    uint32_t jump_operand(uint32_t pc) const {
        uint32_t at = pc + 1;
        for (Shape shape : info_of(Opcode(f_.code[pc])).operands) {
            if (shape == Shape::None) return 0;
            if (shape == Shape::J) return at;
            at += shape == Shape::L ? 1u + f_.code[at] : 1u;
        }
        return 0;
    }
    uint32_t target() const { return pc_ + read_jump(&f_.code[jump_operand(pc_)]); }

    /// Nor is the task stopped there, unless a loop edge leads to it.
    static bool never_raises(Opcode op) {
        if (op >= Opcode::Jump && op <= Opcode::BackCountLessImmediate) return true;  // stopped where they lead to
        switch (op) {
            case Opcode::MoveS:
            case Opcode::MoveT:
            case Opcode::LoadImmediate:
            case Opcode::LoadWord:
            case Opcode::LoadValue:
            case Opcode::LoadEmpty:
            case Opcode::LoadString:
            case Opcode::LoadFunction: return true;
            default: return false;
        }
    }

    // --- what instructions need ---

    void bad(std::string what) {
        if (problem_.empty())
            problem_ = fmt::format("{} at {}: {}: {}", f_.name, pc_, disassemble_instruction(f_, pc_), what);
    }
    bool need(KnownValues& s, Register r, const Known& want) {
        if (!fits(s.known(r), want)) {
            bad(fmt::format("{} is {}, not {}", r, s.known(r).name(), want.name()));
            return false;
        }
        // A fresh cell is what it is first used as.
        if (s.known(r).base == Base::Nothing && s.known(r).depth > 0 && want.base != Base::Any) s.learn(r, want);
        return true;
    }
    bool need_type(KnownValues& s, Register r, const TypeDescriptor& type) {
        return is_traced(r) == is_traced(type.repr) ? need(s, r, value_of(type)) : (bad("the wrong partition"), false);
    }
    void need_list(KnownValues& s, const Unit* list, const std::vector<Known>& types, size_t first = 0) {
        if (list[0] + first != types.size()) return bad("another number of arguments");
        for (size_t i = 0; i < list[0]; ++i) {
            if (is_traced(list[1 + i]) != bytecode::is_traced(types[first + i])) return bad("the wrong partition");
            need(s, list[1 + i], types[first + i]);
        }
    }
    bool is_traced(Register r) const { return r >= f_.scalar_count; }
    static bool is_traced(Repr repr) { return bytecode::is_traced(repr); }
    /// As slots and registers hold it.
    Known value_of(const TypeDescriptor& type) const {
        return boxed_ && type.policy == SlotPolicy::Boxed && type.repr != Repr::Reference && is_traced(type.repr)
                   ? Known::of(Base::Boxed)
                   : Known::of(type);
    }
    Known slot_of(const TypeDescriptor& type, SlotPolicy policy) const {
        return policy == SlotPolicy::Boxed && type.repr != Repr::Reference ? Known::of(Base::Boxed) : Known::of(type);
    }
    void give(KnownValues& s, Register r, const Known& known) {
        if (r == kNoRegister) return;
        if (known.is(Base::Nothing) && !is_traced(r)) return s.set(r, Known::of(Base::Scalar));
        if (is_traced(r) != bytecode::is_traced(known) && !known.is(Base::Any)) return bad("the result's partition");
        s.set(r, known);
    }

    /// What a slot of an object holds; none: it has no such slot, or not in each of its variants.
    std::optional<Known> slot(const Known& object, uint32_t index) const {
        if (object.is(Base::Closure)) {
            const Function& f = *object.function;
            if (index == 0 || index > f.capture_types.size()) return std::nullopt;
            Repr repr = f.capture_reprs[index - 1];
            if (repr == Repr::Boxed) return Known::of(Base::Boxed);
            return Known::of(*f.capture_types[index - 1]);
        }
        if (!object.is(Base::Object)) return std::nullopt;
        const TypeDescriptor& type = *object.type;
        if (type.kind == DescriptorKind::Struct) return field(type.fields, index, type.policy);
        if (type.kind == DescriptorKind::Native && index == kGuardedSlot && is_guard(type))
            return Known::of(*type.arguments[0]);
        if (type.kind != DescriptorKind::Enum) return std::nullopt;
        if (index == 0) return Known::of(Base::Scalar);
        std::optional<Known> all;
        for (const VariantDescriptor& variant : type.variants) {
            if (variant.index < 64 && !(object.variants >> variant.index & 1)) continue;
            auto one = field(variant.fields, index, type.policy);
            if (!one || (all && *all != *one)) return std::nullopt;
            all = one;
        }
        return all;
    }
    std::optional<Known> field(const std::vector<FieldDescriptor>& fields, uint32_t index, SlotPolicy policy) const {
        for (const FieldDescriptor& f : fields)
            if (f.slot == index) return slot_of(*f.type, policy);
        return std::nullopt;
    }
    static bool is_guard(const TypeDescriptor& type) {
        return !type.arguments.empty() && type.native_name.find("Guard") != std::string::npos;
    }
    std::optional<Known> element(const Known& list) const {
        if (list.is(Base::Boxed)) return Known::of(Base::Boxed);
        if (!list.is(Base::Object) ||
            (list.type->kind != DescriptorKind::List && list.type->kind != DescriptorKind::Array))
            return list.is(Base::Nothing) ? std::optional(Known::of(Base::Nothing)) : std::nullopt;
        return list.type->element ? slot_of(*list.type->element, list.type->policy) : Known::of(Base::Boxed);
    }

#include "interpreter/bytecode/type_rules.inc"

    const Program& program_;
    const Function& f_;
    const bool boxed_;
    uint32_t pc_ = 0;
    const Unit* code_ = nullptr;
    std::string problem_;
    KnownValues::Id received_ = 0;  // what the call before gave
    uint32_t after_receiving_ = 0;  // where its tag can be asked for
    std::unordered_map<uint32_t, std::map<Flags, Reached>> at_;
    std::set<uint32_t> joins_, safepoints_;
    std::deque<std::pair<uint32_t, Flags>> work_;
    std::vector<Register> flags_;
};

}  // namespace

std::string verify_types(const Program& program, const Function& function) {
    if (function.kind != FunctionKind::Bytecode) return "";
    return TypeVerifier(program, function).run();
}

std::string verify_types(const Program& program) {
    for (const Function& f : program.functions)
        if (std::string problem = verify_types(program, f); !problem.empty()) return problem;
    return "";
}

}  // namespace braid::bytecode
