#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "interpreter/vm/vm.h"

/// Values as trees, for people. Nothing here runs code of the program or changes anything.
namespace braid::debugger {

using bytecode::TypeDescriptor;
using heap::Word;

/// A value: how to read the word is in `type`; null: the word describes itself.
struct Datum {
    const TypeDescriptor* type = nullptr;
    Word word = 0;
};

struct Member {
    std::string name;
    Datum value;
};

/// How many parts a value has. Indexed ones come after the named ones.
struct MemberCount {
    uint64_t named = 0, indexed = 0;
    uint64_t all() const { return named + indexed; }
};

class Inspector {
  public:
    explicit Inspector(vm::Vm& vm) : vm_(vm) {}

    /// One line, cut off where it gets long.
    std::string preview(Datum value, size_t width = 100) const;
    std::string type_name(Datum value) const;

    MemberCount count(Datum value) const;
    /// Parts [start, start + limit) of named and indexed ones together.
    std::vector<Member> members(Datum value, uint64_t start = 0, uint64_t limit = UINT64_MAX) const;
    std::optional<Datum> member(Datum value, std::string_view name) const;
    std::optional<Datum> element(Datum value, int64_t index) const;
    std::optional<Datum> entry(Datum map, const Datum& key) const;
    /// Characters, elements or entries; nullopt: it has no length.
    std::optional<uint64_t> length(Datum value) const;

    /// Through references, unions and `dyn` to what is there.
    Datum settle(Datum value) const;
    /// What a slot of an object or a cell of this type holds.
    static Datum in_slot(const TypeDescriptor* type, Word word);
    bool is_text(Datum value, std::string_view& out) const;
    /// The variant's name of an enum's value; empty: it is none.
    std::string_view variant_name(Datum value) const;
    /// Of what is thrown or panics: its kind and message.
    std::pair<std::string, std::string> describe_error(Word error) const;

    vm::Vm& vm() const { return vm_; }

  private:
    struct Shape;  // which kind of thing a settled value is
    Shape shape(Datum value) const;
    void append(std::string& out, Datum value, size_t width, int depth) const;
    void append_scalar(std::string& out, Datum value) const;
    void append_members(std::string& out, Datum value, const Shape& shape, size_t width, int depth) const;
    std::string capture_name(const vm::Function& function, size_t index) const;

    vm::Vm& vm_;
};

}  // namespace braid::debugger
