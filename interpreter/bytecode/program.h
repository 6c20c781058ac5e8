#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "interpreter/bytecode/types.h"

namespace braid::bytecode {

struct Function;

/// Code is a sequence of 16-bit units: an opcode, then its operands as opcodes.def spells them.
using Unit = uint16_t;
using Register = uint16_t;  // index in the frame: scalars are [0, scalar_count), traced ones follow
constexpr Register kNoRegister = 0xffff;

/// pc ranges that unwind to `target`; the innermost comes first. The raised error is put into `error`.
struct Handler {
    uint32_t begin = 0, end = 0;
    uint32_t target = 0;
    Register error = kNoRegister;  // traced
    bool catches = false;          // a handler of the program; else a clean-up that resumes unwinding
};

struct LineEntry {
    uint32_t pc = 0;            // from here on
    uint32_t node = 0;          // of the function's item
    bool is_statement = false;  // a breakpoint may stand here
    uint32_t inlined = 0;       // DebugInfo::inlined, from 1: then `node` is of that callee's item
};

/// A call whose callee's code stands in the caller's.
struct InlinedCall {
    const Function* callee = nullptr;
    uint32_t node = 0;  // of the call, in the function's item
};

/// A source variable and where it is.
struct VariableEntry {
    Name name;
    const TypeDescriptor* type = nullptr;
    Register reg = kNoRegister;
    enum class Kind : uint8_t {
        Register,  // the register holds the value
        Cell,      // … an interior pointer to the word that does (in_cell, captured by reference)
        Capture,   // in the closure object in `reg`, slot `slot`
    } kind = Kind::Register;
    uint16_t slot = 0;
};

struct DebugInfo {
    std::vector<LineEntry> lines;  // by pc
    std::vector<VariableEntry> variables;
    std::vector<InlinedCall> inlined;
};

/// One arm of a select instruction: where the machine goes on when the runtime has chosen it.
struct SelectArmInfo {
    enum class Kind : uint8_t { Receive, Send, Timeout, Default } kind{};
    bool only_ok = false, only_err = false, raw_value = false;
    const TypeDescriptor* channel = nullptr;  // type of the operand
    const TypeDescriptor* value = nullptr;    // Send: of the value sent; Receive: of the destination
    Register destination = kNoRegister;
    uint32_t target = 0;  // pc
    uint32_t node = 0;
};
struct SelectInfo {
    std::vector<SelectArmInfo> arms;
};

/// A run-time check: what its failure says.
struct AssertInfo {
    std::string message;
    std::vector<std::pair<std::string, const TypeDescriptor*>> values;
    uint8_t contract = 0;  // as in MIR
    std::string error_class;
};

/// Site of a call of a method found at run time.
struct VirtualSite {
    Name name;
    ItemId method = ItemId::None;  // dyn: the trait's method
};

/// Descriptor of a shape-building literal: property names of an object literal in order.
struct RecordInfo {
    std::vector<Name> names;
};

enum class FunctionKind : uint8_t {
    Bytecode,
    Native,
    Missing,  // reached only by late binding; panics with `missing` when called
};

/// A function instance: code, registers, tables. Immutable once linked but for what the VM owns in it
/// (`runtime`, inline caches, breakpoint patches).
struct Function {
    uint32_t id = 0;
    FunctionKind kind = FunctionKind::Bytecode;
    std::string name;         // for stacks and messages: `bank::transfer`, `closure in main`
    std::string native_name;  // Native: key in the registry
    std::string missing;      // Missing: why
    ItemId item = ItemId::None;
    BodyFunctionId body{};
    std::vector<Type> type_arguments;
    Type self = nullptr;
    SlotPolicy policy = SlotPolicy::Static;
    bool is_async = false, is_generator = false;
    bool learns_concurrency = false;  // the runtime finds out how many of its concurrent calls run at once

    uint16_t scalar_count = 0, traced_count = 0;
    std::vector<Register> parameters;                    // where each argument goes
    std::vector<const TypeDescriptor*> parameter_types;  // Boxed policy: how they arrive is always Boxed
    std::vector<Repr> parameter_reprs;                   // how they arrive
    bool rest = false;                                   // the last parameter is a list of what is left (Boxed policy)
    Register closure = kNoRegister;                      // traced: gets the closure object of the call
    std::vector<const TypeDescriptor*> capture_types;    // slots 1… of the closure object, in order
    std::vector<Repr> capture_reprs;
    bool owns_captures = false;  // some need to be dropped: its closures count their copies
    const TypeDescriptor* result_type = nullptr;
    Repr result = Repr::Unit;

    std::vector<Unit> code;
    std::vector<uint64_t> words;       // scalar constants
    std::vector<std::string> strings;  // string constants
    std::vector<const TypeDescriptor*> types;
    std::vector<const Function*> functions;
    std::vector<const ClassDescriptor*> classes;
    std::vector<const VariantDescriptor*> variants;
    std::vector<ItemId> statics;
    std::vector<Name> names;
    std::vector<VirtualSite> sites;
    std::vector<SelectInfo> selects;
    std::vector<AssertInfo> asserts;
    std::vector<RecordInfo> records;
    uint16_t cache_count = 0;  // inline caches

    std::vector<Handler> handlers;
    DebugInfo debug;
    uint32_t first_node = 0;

    mutable void* runtime = nullptr;  // vm::LinkedFunction
};

struct StaticDescriptor {
    ItemId item = ItemId::None;
    std::string name;
    const TypeDescriptor* type = nullptr;
    SlotPolicy policy = SlotPolicy::Static;
    const Function* initializer = nullptr;  // null: assigned by the script body
    uint64_t* slot = nullptr;               // the VM's
};

/// Everything reachable from the entry points, compiled and verified. Functions, descriptors and classes never move or
/// die; the program may grow (debugger expressions, methods bound late) under the Linker's lock.
struct Program {
    std::deque<Function> functions;
    std::deque<TypeDescriptor> types;
    std::deque<ClassDescriptor> classes;
    std::deque<StaticDescriptor> statics;
    std::vector<StaticDescriptor*> initialization;  // the same, each after those its initializer can reach
    std::vector<const Function*> entries;           // scripts, then main, in order
    std::shared_ptr<const ProgramModel> model;

    const Function* find_function(ItemId item) const;  // the first instance
};

struct CompileError {
    std::string message;  // for the user
    Place place;          // where, if known
};

}  // namespace braid::bytecode
