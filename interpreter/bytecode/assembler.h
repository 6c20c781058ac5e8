#pragma once
#include <initializer_list>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "interpreter/bytecode/code.h"

namespace braid::bytecode {

/// A register while a function is being made: which partition, and its number there. `finish` makes frame indices.
using Virtual = uint16_t;
constexpr Virtual kTracedBit = 0x8000;
constexpr bool is_traced_register(Virtual r) { return r != kNoRegister && (r & kTracedBit); }

struct Label {
    uint32_t index = 0;
};

/// Writes one function's code. Registers in code and tables are virtual until finish().
class Assembler {
  public:
    explicit Assembler(Function& function) : function_(function) {}

    Virtual new_register(bool traced);
    /// Registers taken after the mark are free again: temporaries of one statement.
    struct Mark {
        uint16_t scalars, traced;
    };
    Mark mark() const { return {next_scalar_, next_traced_}; }
    void release(Mark mark) {
        next_scalar_ = mark.scalars;
        next_traced_ = mark.traced;
    }

    void emit(Opcode op, std::initializer_list<uint32_t> operands = {});
    void emit_list(Opcode op, std::initializer_list<uint32_t> operands, const std::vector<Virtual>& list);
    void emit_jump(Opcode op, std::initializer_list<uint32_t> operands, Label target);

    Label new_label();
    void bind(Label label);
    bool is_bound(Label label) const { return labels_[label.index] != kUnbound; }
    uint32_t pc() const { return uint32_t(function_.code.size()); }
    uint32_t pc_of(Label label) const { return labels_[label.index]; }

    uint16_t word(uint64_t value);
    uint16_t string(const std::string& text);
    uint16_t function(const Function* f) { return index(function_.functions, functions_, f); }
    uint16_t type(const TypeDescriptor* t) { return index(function_.types, types_, t); }
    uint16_t klass(const ClassDescriptor* c) { return index(function_.classes, classes_, c); }
    uint16_t variant(const VariantDescriptor* v) { return index(function_.variants, variants_, v); }
    uint16_t static_item(ItemId item);
    uint16_t name(Name name);
    uint16_t new_cache() { return count(function_.cache_count++); }
    template <class T>
    uint16_t append(std::vector<T>& table, T entry) {
        table.push_back(std::move(entry));
        return count(uint32_t(table.size() - 1));
    }

    void line(uint32_t node, bool is_statement);
    void move(Virtual to, Virtual from);
    void load_integer(Virtual to, uint64_t value);

    /// Resolves labels and registers. An error is a limit exceeded ("" if none).
    std::string finish();
    bool too_large() const { return too_large_; }

  private:
    static constexpr uint32_t kUnbound = 0xffffffff;
    uint16_t count(uint32_t n) {
        if (n >= kNone) too_large_ = true;
        return uint16_t(n);
    }
    template <class T>
    uint16_t index(std::vector<T>& table, std::unordered_map<T, uint16_t>& known, T entry) {
        auto [it, added] = known.emplace(entry, uint16_t(table.size()));
        if (added) append(table, entry);
        return it->second;
    }
    Register final_register(Virtual r) const;

    Function& function_;
    struct Fixup {
        uint32_t at, instruction, label;
    };
    std::vector<Fixup> fixups_;
    std::vector<uint32_t> labels_;
    std::unordered_map<uint64_t, uint16_t> words_;
    std::unordered_map<std::string, uint16_t> strings_;
    std::unordered_map<const Function*, uint16_t> functions_;
    std::unordered_map<const TypeDescriptor*, uint16_t> types_;
    std::unordered_map<const ClassDescriptor*, uint16_t> classes_;
    std::unordered_map<const VariantDescriptor*, uint16_t> variants_;
    std::unordered_map<Name, uint16_t> names_;
    uint16_t next_scalar_ = 0, next_traced_ = 0, max_scalar_ = 0, max_traced_ = 0;
    bool too_large_ = false;
};

}  // namespace braid::bytecode
