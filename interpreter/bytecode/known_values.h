#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "interpreter/bytecode/known_types.h"

namespace braid::bytecode {

/// What is known at one place of a function. Registers name values, so that what is learnt of a value holds for all of
/// its copies, and reading the same memory twice, with nothing stored between, gives the same value.
class KnownValues {
  public:
    using Id = uint32_t;

    /// What a scalar says of another value.
    struct Fact {
        enum class Kind : uint8_t { None, Constant, Tag, IsVariant } kind = Kind::None;
        Id of = 0;
        int64_t constant = 0;   // Constant
        uint64_t variants = 0;  // IsVariant: which make it true
        bool operator==(const Fact&) const = default;
    };
    enum class Place : uint8_t { Slot, Referred, Element, SlotAddress, ElementAddress, Tag, Option };

    explicit KnownValues(size_t registers) : ids_(registers) {}

    Id id(Register r) const { return ids_[r]; }
    const Known& known(Register r) const { return values_[ids_[r]].known; }
    const Fact& fact(Register r) const { return values_[ids_[r]].fact; }
    void set(Register r, const Known& known, const Fact& fact) { ids_[r] = add(known, fact); }
    void set(Register r, const Known& known) { set(r, known, Fact()); }
    void copy(Register to, Register from) { ids_[to] = ids_[from]; }
    /// More is known of the value in `r`.
    void learn(Register r, const Known& known) { values_[ids_[r]].known = known; }
    /// Of an enum, and what has its tag, only these variants are left; false: none, so the place cannot be reached.
    bool keep_variants(Id id, uint64_t variants);
    /// The same of the options that were made of a reference, if it refers to something, and if not.
    bool keep_option(Id reference, bool some);

    /// The value at a place, if it was read or written before; else it is put into `r` as one of that type.
    void load(Register r, Place place, Id base, uint32_t index, const Known& known);
    /// Whatever may lie where something of this type was stored is forgotten, or everything.
    void forget(const Known* stored);
    void remember(Place place, Id base, uint32_t index, Register value);

    /// What holds here as well as there; true: less than before.
    bool meet(const KnownValues& other);

  private:
    struct Value {
        Known known;
        Fact fact;
        bool operator==(const Value&) const = default;
    };
    struct Memory {
        Place place;
        Id base;
        uint32_t index;
        Id content;
        bool operator==(const Memory&) const = default;
    };

    Id add(const Known& known, const Fact& fact) {
        values_.push_back({known, fact});
        return static_cast<Id>(values_.size() - 1);
    }

    std::vector<Id> ids_;  // of registers
    std::vector<Value> values_;
    std::vector<Memory> memory_;
};

}  // namespace braid::bytecode
