#include <algorithm>
#include <optional>
#include <unordered_map>

#include "interpreter/optimizer/available_values.h"
#include "interpreter/optimizer/passes.h"

namespace braid::optimizer {

namespace {

using bytecode::Repr;

constexpr size_t kMaxKnown = 256;  // copies and constants remembered at one place

/// What is known of registers at a place.
struct Known {
    std::unordered_map<Register, Register> copies;    // copy -> original
    std::unordered_map<Register, int64_t> constants;  // scalars
    struct Boxed {
        Opcode how;
        Register scalar;
    };
    std::unordered_map<Register, Boxed> boxes;           // what a value was made of
    std::vector<std::pair<Register, uint16_t>> guarded;  // values and types they are known to have
    struct Optional {
        Register entry;
        bool lends;
    };
    struct Received {
        Register payload, tag;
    };
    std::unordered_map<Register, Received> results;    // what a result was made of
    std::unordered_map<Register, Optional> options;    // what an option was made of; nothing was written since
    std::unordered_map<Register, Register> emptiness;  // the entry whose emptiness a scalar tells
    std::unordered_map<Register, Register> negations;  // the scalar of which one is the negation
    std::unordered_map<Register, bool> empty;          // references that a branch has asked whether they are
    AvailableValues values;

    void forget(Register r) {
        copies.erase(r);
        constants.erase(r);
        boxes.erase(r);
        std::erase_if(boxes, [&](const auto& box) { return box.second.scalar == r; });
        std::erase_if(guarded, [&](const auto& guard) { return guard.first == r; });
        options.erase(r);
        std::erase_if(options, [&](const auto& option) { return option.second.entry == r; });
        results.erase(r);
        std::erase_if(results, [&](const auto& made) { return made.second.payload == r || made.second.tag == r; });
        emptiness.erase(r);
        std::erase_if(emptiness, [&](const auto& known) { return known.second == r; });
        negations.erase(r);
        std::erase_if(negations, [&](const auto& known) { return known.second == r; });
        empty.erase(r);
        for (auto it = copies.begin(); it != copies.end();) it = it->second == r ? copies.erase(it) : std::next(it);
    }
    std::optional<int64_t> constant(Register r) const {
        auto found = constants.find(r);
        if (found == constants.end()) return std::nullopt;
        return found->second;
    }
    void limit() {
        if (copies.size() > kMaxKnown) copies.clear();
        if (constants.size() > kMaxKnown) constants.clear();
        if (boxes.size() > kMaxKnown) boxes.clear();
        if (options.size() > kMaxKnown) options.clear();
        if (results.size() > kMaxKnown) results.clear();
        if (emptiness.size() > kMaxKnown) emptiness.clear();
        if (negations.size() > kMaxKnown) negations.clear();
        if (empty.size() > kMaxKnown) empty.clear();
        if (guarded.size() > kMaxKnown) guarded.clear();
    }
};

bool fits(int64_t value) { return value == static_cast<int16_t>(value); }

/// Comparing jumps with one side constant: the immediate form for a constant on the right, and on the left.
struct ImmediateForm {
    Opcode op, right, left;
};
constexpr ImmediateForm kImmediateForms[] = {
    {Opcode::JumpEqualWord, Opcode::JumpEqualImmediate, Opcode::JumpEqualImmediate},
    {Opcode::JumpNotEqualWord, Opcode::JumpNotEqualImmediate, Opcode::JumpNotEqualImmediate},
    {Opcode::JumpLessI64, Opcode::JumpLessImmediate, Opcode::JumpGreaterImmediate},
    {Opcode::JumpLessEqualI64, Opcode::JumpLessEqualImmediate, Opcode::JumpGreaterEqualImmediate},
};

/// Comparisons and the jump on their result in one.
struct FusedForm {
    Opcode comparison, jump;
};
constexpr FusedForm kFusedForms[] = {
    {Opcode::EqualWord, Opcode::JumpEqualWord}, {Opcode::NotEqualWord, Opcode::JumpNotEqualWord},
    {Opcode::LessI64, Opcode::JumpLessI64},     {Opcode::LessEqualI64, Opcode::JumpLessEqualI64},
    {Opcode::LessF64, Opcode::JumpLessF64},     {Opcode::LessEqualF64, Opcode::JumpLessEqualF64},
};

std::optional<bool> decided(Opcode op, int64_t value, int64_t immediate) {
    switch (op) {
        case Opcode::JumpIf: return value != 0;
        case Opcode::JumpIfNot: return value == 0;
        case Opcode::JumpEqualImmediate: return value == immediate;
        case Opcode::JumpNotEqualImmediate: return value != immediate;
        case Opcode::JumpLessImmediate: return value < immediate;
        case Opcode::JumpLessEqualImmediate: return value <= immediate;
        case Opcode::JumpGreaterImmediate: return value > immediate;
        case Opcode::JumpGreaterEqualImmediate: return value >= immediate;
        default: return std::nullopt;
    }
}

class Propagation {
  public:
    Propagation(Graph& graph, const bytecode::Function& function) : graph_(graph), f_(function) {}

    void run() {
        std::vector<Known> behind(graph_.blocks.size());
        graph_.for_each_extended_block([&](BlockId id, BlockId before) {
            known_ = before == kNoBlock ? Known{} : behind[before];
            if (before != kNoBlock) learn(graph_.blocks[before], id);
            block(graph_.blocks[id]);
            behind[id] = std::move(known_);
        });
    }

  private:
    /// What follows from having come here: the outcome of the branch before.
    void learn(const Block& before, BlockId here) {
        const Instruction* branch = before.branch();
        if (!branch || branch->target == before.next) return;
        bool taken = branch->target == here;
        Register r = branch->operands[0];
        switch (branch->op) {
            case Opcode::JumpIfEmpty: known_.empty[r] = taken; break;
            case Opcode::JumpIfNotEmpty: known_.empty[r] = !taken; break;
            case Opcode::JumpIf: known_.constants[r] = taken; break;
            case Opcode::JumpIfNot: known_.constants[r] = !taken; break;
            case Opcode::JumpEqualImmediate:
                if (taken) known_.constants[r] = branch->immediate(1);
                break;
            case Opcode::JumpNotEqualImmediate:
                if (!taken) known_.constants[r] = branch->immediate(1);
                break;
            default: break;
        }
    }

    std::optional<bool> outcome(const Instruction& branch) const {
        if (branch.op == Opcode::JumpIfEmpty || branch.op == Opcode::JumpIfNotEmpty) {
            auto known = known_.empty.find(branch.operands[0]);
            if (known == known_.empty.end()) return std::nullopt;
            return known->second == (branch.op == Opcode::JumpIfEmpty);
        }
        auto value = known_.constant(branch.operands[0]);
        return value ? decided(branch.op, *value, branch.immediate(1)) : std::nullopt;
    }

    void block(Block& block) {
        for (size_t k = 0; k < block.code.size(); ++k) {
            Instruction& i = block.code[k];
            for_each_read(i, [&](uint16_t& r) {
                if (auto original = known_.copies.find(r); original != known_.copies.end()) r = original->second;
            });
            if (k > 0) fuse(block.code[k - 1], i);
            simplify(i);
            known_.values.take(i);
            note(i);
        }
        if (Instruction* branch = block.branch()) {
            if (auto jumps = outcome(*branch)) {
                if (*jumps) block.next = branch->target;
                block.code.pop_back();
            } else if (branch->target == block.next) {
                block.code.pop_back();
            }
        }
    }

    /// `d = a < b; if d …`: the jump compares itself. The comparison goes when nobody else reads it.
    static void fuse(const Instruction& before, Instruction& i) {
        bool positive = i.op == Opcode::JumpIf;
        if ((!positive && i.op != Opcode::JumpIfNot) || written(before) != i.operands[0] ||
            written(before) == kNoRegister)
            return;
        bool overwrites = before.operands[0] == before.operands[1] || before.operands[0] == before.operands[2];
        for (const FusedForm& form : kFusedForms) {
            if (form.comparison != before.op || overwrites) continue;
            const Branch& kinds = *branch_of(form.jump);
            i.op = positive ? form.jump : kinds.inverse;
            i.operands[0] = before.operands[1];
            i.operands[1] = before.operands[2];
            if (!positive && kinds.inverse_swaps) std::swap(i.operands[0], i.operands[1]);
            return;
        }
    }

    static void load(Instruction& i, int64_t value) {
        i.op = Opcode::LoadImmediate;
        i.operands[1] = static_cast<uint16_t>(value);
    }
    static void immediate(Instruction& i, Opcode op, Register operand, int64_t value) {
        i.op = op;
        i.operands = {i.operands[0], operand, static_cast<uint16_t>(value)};
    }

    void simplify(Instruction& i) {
        bool is_i64 = bytecode::info_of(i.op).operands[3] == Shape::U && i.operands[3] == uint16_t(Repr::I64);
        if (i.op == Opcode::DivInteger && is_i64) i.op = Opcode::DivI64;
        if (i.op == Opcode::RemInteger && is_i64) i.op = Opcode::RemI64;
        switch (i.op) {
            case Opcode::AddI64:
            case Opcode::SubI64:
            case Opcode::MulI64:
            case Opcode::DivI64:
            case Opcode::RemI64: return arithmetic(i);
            case Opcode::AddImmediateI64:
                if (auto a = known_.constant(i.operands[1])) fold(i, Opcode::AddI64, *a, i.immediate(2));
                return;
            case Opcode::UnboxI64:
            case Opcode::UnboxF64:
            case Opcode::UnboxBool:
            case Opcode::UnboxChar:
            case Opcode::Truthy: return unbox(i);
            case Opcode::Guard: return guard(i);
            case Opcode::LoadSlotS:
            case Opcode::LoadSlotT: return option_part(i), result_part(i);
            case Opcode::JumpEqualImmediate:
            case Opcode::JumpNotEqualImmediate: return empty_test(i);
            case Opcode::JumpIf:
            case Opcode::JumpIfNot: return truth_test(i);
            default: break;
        }
        for (const ImmediateForm& form : kImmediateForms) {
            if (form.op != i.op) continue;
            auto left = known_.constant(i.operands[0]), right = known_.constant(i.operands[1]);
            if (right && fits(*right)) {
                i.op = form.right;
                i.operands[1] = static_cast<uint16_t>(*right);
            } else if (left && fits(*left)) {
                i.op = form.left;
                i.operands[0] = i.operands[1];
                i.operands[1] = static_cast<uint16_t>(*left);
            }
            return;
        }
    }

    /// Of a value made here: the scalar it was made of.
    void unbox(Instruction& i) {
        auto box = known_.boxes.find(i.operands[1]);
        if (box == known_.boxes.end()) return;
        auto [how, scalar] = box->second;
        if (i.op == Opcode::UnboxF64 && how == Opcode::BoxI64) {
            i.op = Opcode::IntegerToFloat;
            i.operands = {i.operands[0], scalar, uint16_t(Repr::I64), uint16_t(Repr::F64)};
            return;
        }
        bool same = (i.op == Opcode::UnboxI64 && how == Opcode::BoxI64) ||
                    (i.op == Opcode::UnboxF64 && how == Opcode::BoxF64) ||
                    (i.op == Opcode::UnboxChar && how == Opcode::BoxChar) ||
                    ((i.op == Opcode::UnboxBool || i.op == Opcode::Truthy) && how == Opcode::BoxBool);
        if (!same) return;
        i.op = Opcode::MoveS;
        i.operands = {i.operands[0], scalar};
    }

    /// Tag and payload of an option of an entry that was found (or not) before.
    void option_part(Instruction& i) {
        auto option = known_.options.find(i.operands[1]);
        if (option == known_.options.end()) return;
        auto [entry, lends] = option->second;
        if (i.operands[2] == 0) i.op = Opcode::IsEmpty;  // Some is variant 0
        else if (lends) i.op = Opcode::MoveT;
        else i.op = i.op == Opcode::LoadSlotS ? Opcode::LoadReferenceS : Opcode::LoadReferenceT;
        i.operands = {i.operands[0], entry};
    }
    /// Tag and payload of a result made here. (The payload of Err is no scalar.)
    void result_part(Instruction& i) {
        auto made = known_.results.find(i.operands[1]);
        if ((i.op != Opcode::LoadSlotS && i.op != Opcode::LoadSlotT) || made == known_.results.end()) return;
        Register part = i.operands[2] == 0 ? made->second.tag : made->second.payload;
        if (is_traced(part) != is_traced(i.operands[0])) return;
        i.op = is_traced(part) ? Opcode::MoveT : Opcode::MoveS;
        i.operands = {i.operands[0], part};
    }
    void empty_test(Instruction& i) {
        auto entry = known_.emptiness.find(i.operands[0]);
        if (entry == known_.emptiness.end() || i.operands[1] > 1) return;
        bool when_empty = (i.op == Opcode::JumpEqualImmediate) == (i.operands[1] == 1);
        i.op = when_empty ? Opcode::JumpIfEmpty : Opcode::JumpIfNotEmpty;
        i.operands = {entry->second};
    }

    void truth_test(Instruction& i) {
        bool positive = i.op == Opcode::JumpIf;
        if (auto negated = known_.negations.find(i.operands[0]); negated != known_.negations.end()) {
            positive = !positive;
            i.operands = {negated->second};
        }
        i.op = positive ? Opcode::JumpIf : Opcode::JumpIfNot;
        auto entry = known_.emptiness.find(i.operands[0]);
        if (entry == known_.emptiness.end()) return;
        i.op = positive ? Opcode::JumpIfEmpty : Opcode::JumpIfNotEmpty;
        i.operands = {entry->second};
    }

    /// A value keeps its class, whatever happens to it; what literal types say may change with its properties.
    void guard(Instruction& i) {
        TypeKind kind = f_.types[i.operands[1]]->type->kind;
        if (kind != TypeKind::Nominal && kind != TypeKind::List && kind != TypeKind::String) return;
        std::pair key(Register{i.operands[0]}, i.operands[1]);
        if (std::find(known_.guarded.begin(), known_.guarded.end(), key) == known_.guarded.end()) {
            known_.guarded.push_back(key);
            return;
        }
        i.op = Opcode::Nop;
        i.operands = {};
    }

    void arithmetic(Instruction& i) {
        auto a = known_.constant(i.operands[1]), b = known_.constant(i.operands[2]);
        if (a && b && fold(i, i.op, *a, *b)) return;
        bool commutes = i.op == Opcode::AddI64 || i.op == Opcode::MulI64;
        if (b && fits(*b)) {
            if (i.op == Opcode::AddI64) return immediate(i, Opcode::AddImmediateI64, i.operands[1], *b);
            if (i.op == Opcode::SubI64 && fits(-*b)) return immediate(i, Opcode::AddImmediateI64, i.operands[1], -*b);
            if (i.op == Opcode::MulI64) return immediate(i, Opcode::MulImmediateI64, i.operands[1], *b);
            bool safe = *b != 0 && *b != -1;
            if (i.op == Opcode::DivI64 && safe) return immediate(i, Opcode::DivImmediateI64, i.operands[1], *b);
            if (i.op == Opcode::RemI64 && safe) return immediate(i, Opcode::RemImmediateI64, i.operands[1], *b);
        } else if (a && fits(*a) && commutes) {
            immediate(i, i.op == Opcode::AddI64 ? Opcode::AddImmediateI64 : Opcode::MulImmediateI64, i.operands[2], *a);
        }
    }

    /// Only results that fit an immediate; what would fail stays and fails.
    static bool fold(Instruction& i, Opcode op, int64_t a, int64_t b) {
        int64_t value = 0;
        bool failed = true;
        switch (op) {
            case Opcode::AddI64: failed = __builtin_add_overflow(a, b, &value); break;
            case Opcode::SubI64: failed = __builtin_sub_overflow(a, b, &value); break;
            case Opcode::MulI64: failed = __builtin_mul_overflow(a, b, &value); break;
            case Opcode::DivI64:
            case Opcode::RemI64:
                failed = b == 0 || b == -1;
                if (!failed) value = op == Opcode::DivI64 ? a / b : a % b;
                break;
            default: break;
        }
        if (failed || !fits(value)) return false;
        load(i, value);
        return true;
    }

    void note(const Instruction& i) {
        known_.values.note(i);
        if (writes_memory(i)) known_.options.clear();
        Register r = written(i);
        if (i.op == Opcode::Select) return;  // ends the block; its arms begin with nothing known
        if (r == kNoRegister) return;
        known_.forget(r);
        if (is_move(i.op) && i.operands[1] != r) {
            known_.copies[r] = i.operands[1];
            if (auto value = known_.constant(i.operands[1])) known_.constants[r] = *value;
        } else if (i.op == Opcode::LoadImmediate) {
            known_.constants[r] = i.immediate(1);
        } else if (i.op == Opcode::BoxI64 || i.op == Opcode::BoxF64 || i.op == Opcode::BoxBool ||
                   i.op == Opcode::BoxChar) {
            known_.boxes[r] = {i.op, i.operands[1]};
        }
        if (i.op == Opcode::NewOption && i.operands[1] != r) known_.options[r] = {i.operands[1], i.operands[2] == 1};
        if (i.op == Opcode::NewResult && i.operands[1] != r) known_.results[r] = {i.operands[1], i.operands[2]};
        if (i.op == Opcode::IsEmpty) known_.emptiness[r] = i.operands[1];
        if (i.op == Opcode::NotBool && i.operands[1] != r) known_.negations[r] = i.operands[1];
        known_.limit();
    }

    Graph& graph_;
    const bytecode::Function& f_;
    Known known_;
};

}  // namespace

void propagate(Graph& graph, const bytecode::Function& function) { Propagation(graph, function).run(); }

}  // namespace braid::optimizer
