#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "analyzer/semantics/body.h"

/// MIR: the control-flow graph both the checks and the interpreter read (`braid dump mir`). After rustc's MIR: places
/// and moves explicit, drops and unwinding spelled out, evaluation order fixed. One MirBody per function, closure,
/// local function or script of an item; generic code has one MIR.
namespace braid::mir {

using Local = uint32_t;  // 0 is the return place; then parameters (receiver first), then captures, then the rest
using BlockId = uint32_t;
constexpr BlockId kNoBlock = 0xffffffff;

enum class LocalKind : uint8_t { Return, Parameter, Capture, Variable, Temporary };

struct LocalDeclaration {
    Type type = nullptr;
    LocalKind kind = LocalKind::Temporary;
    Name name;  // empty for temporaries
    LocalId source = LocalId::None;
    uint32_t node = 0;
    bool is_mutable = false;
    bool in_cell = false;  // its address is taken (borrowed or aliased): lives in a heap cell of its own
    // Capture by Borrow, BorrowMutable and Alias: the local *holds a reference* to the outer variable and every use of
    // the variable is `(*local)`. `type` is then Reference(T); an Alias one is marked so that ownership checks skip it.
    bool is_alias = false;
    // Capture by value that lives in its closure's slot (it is mutable, moves or drops): a reference to that slot too.
    bool is_slot = false;
};

struct Deref {
    friend bool operator==(const Deref&, const Deref&) = default;
};
struct FieldOf {
    uint32_t index;
    friend bool operator==(const FieldOf&, const FieldOf&) = default;
};  // struct, tuple, variant payload (after Downcast), actor state, closure
struct IndexOf {
    Local index;
    friend bool operator==(const IndexOf&, const IndexOf&) = default;
};  // list, array; bounds are checked (panic / RangeError)
struct ConstantIndex {
    uint32_t index;
    bool from_end;  // 0 is the last element then
    friend bool operator==(const ConstantIndex&, const ConstantIndex&) = default;
};  // patterns; already tested
struct Downcast {
    ItemId variant;
    friend bool operator==(const Downcast&, const Downcast&) = default;
};
using Projection = std::variant<Deref, FieldOf, IndexOf, ConstantIndex, Downcast>;

struct Place {
    Local local = 0;
    std::vector<Projection> projections;
    bool is_local() const { return projections.empty(); }
    friend bool operator==(const Place&, const Place&) = default;
};

struct Constant {
    Type type = nullptr;
    // Unit, Null, Undefined: monostate. Integers, char: uint64_t.
    std::variant<std::monostate, uint64_t, double, bool, std::string> value;
    // A function or class as a value:
    ItemId item = ItemId::None;
    std::vector<Type> type_arguments;
};
struct Copy {
    Place place;
    uint32_t node = 0;
};  // node: the expression read; 0: the statement's
struct Move {
    Place place;
    uint32_t node = 0;
};
using Operand = std::variant<Copy, Move, Constant>;

enum class BorrowKind : uint8_t { Shared, Mutable, TwoPhase, Alias /* Velox capture: no rules */ };

struct Use {
    Operand operand;
};
struct BorrowOf {
    BorrowKind kind;
    Place place;
};
struct UnaryOperation {
    hir::UnaryOp op;
    Operand operand;
};
/// Arithmetic is checked: overflow, division by zero and shifts too wide unwind (panic or RangeError).
struct BinaryOperation {
    hir::BinaryOp op;
    Operand left, right;
};
struct Conversion {
    hir::ConvertKind kind;
    Operand operand;
    Type to;
};
struct AggregateOf {
    hir::AggregateKind kind;
    ItemId item = ItemId::None;
    std::vector<Name> names;
    std::vector<Operand> operands;
    std::vector<bool> spread;  // empty: none is; else one per operand
};
struct RepeatOf {
    Operand value, count;
};
struct RangeOf {
    Operand begin, end;
    bool inclusive;
};
struct DiscriminantOf {
    Place place;
};  // index of the variant among its enum's
struct LengthOf {
    Place place;
};
struct SliceOf {
    Place place;
    uint32_t skip_front, skip_back;
};  // the rest of a list pattern, copied or moved out
struct TypeTestOf {
    Operand operand;
    Type tested;
};
struct TypeOfOperand {
    Operand operand;
};
/// `captures`: one per capture of the body function, a BorrowOf result already in a temporary where by reference.
struct ClosureOf {
    BodyFunctionId function;
    std::vector<Operand> captures;
};
struct PropertyOf {
    Operand object;
    Name name;
};  // Velox; a getter makes flow emit a Call instead
struct ElementOf {
    Operand object, index;
};  // Velox dynamic/any, map, string: as a value
struct InterpolateOf {
    std::vector<std::string> texts, formats;
    std::vector<Operand> values;
};  // texts = values + 1
struct StaticRefOf {
    ItemId item;
};  // a reference to the static: use through Deref
using Rvalue = std::variant<Use, BorrowOf, UnaryOperation, BinaryOperation, Conversion, AggregateOf, RepeatOf, RangeOf,
                            DiscriminantOf, LengthOf, TypeTestOf, TypeOfOperand, ClosureOf, PropertyOf, ElementOf,
                            InterpolateOf, StaticRefOf, SliceOf>;

struct Assign {
    Place place;
    Rvalue value;
};  // never drops the old value: an explicit Drop comes first
struct SetProperty {
    Operand object;
    Name name;
    Operand value;
};
struct SetElement {
    Operand object, index, value;
};
struct StorageLive {
    Local local;
};  // a fresh cell for an in_cell local (also per loop iteration)
struct StorageDead {
    Local local;
};
/// Reads nothing, does nothing: what a check must know of the place: a match scrutinee, `let _`.
struct FakeRead {
    Place place;
};
using StatementKind = std::variant<Assign, SetProperty, SetElement, StorageLive, StorageDead, FakeRead>;

struct Statement {
    StatementKind kind;
    uint32_t node = 0;  // syntax node within the body's item
};

struct Goto {
    BlockId target;
};
struct SwitchInteger {
    Operand value;
    std::vector<std::pair<uint64_t, BlockId>> targets;
    BlockId otherwise;
};
// over bool, integer, char, discriminant
struct ReturnTerminator {};
struct Unreachable {};
struct ResumeUnwind {};  // end of a cleanup path: go on unwinding
/// Drops `place` if the drop flag (a bool local) holds; kNoLocal: always. Types without drop glue get no Drop.
constexpr Local kNoLocal = 0xffffffff;
struct Drop {
    Place place;
    Local flag = kNoLocal;
    BlockId target;
};
struct CallTerminator {
    hir::Callee callee;  // ValueCallee: `function_value` holds it
    Operand function_value;
    std::vector<Operand> arguments;
    std::vector<bool> spread;  // empty: none
    hir::CallMode mode = hir::CallMode::Plain;
    Place destination;
    BlockId target;       // kNoBlock: never returns
    bool is_new = false;  // Velox `new`: callee is the constructor, `new_type` the class
    Type new_type = nullptr;
    bool is_go = false;               // run as a goroutine; destination is unit
    std::vector<Type> operand_types;  // of arguments, substituted lazily by the consumer
};
struct AwaitTerminator {
    Operand operand;
    Place destination;
    BlockId target;
};
struct SelectArm {
    hir::SelectArmKind kind;
    Operand channel;                         // a borrow of the channel end; Timeout: milliseconds
    Operand value;                           // Send: moved only if taken
    bool only_ok = false, only_err = false;  // pattern Ok(p): never ready when closed; Err(p): only when closed
    bool raw_value = false;
    Place destination;  // Receive: gets Result or the raw value
    BlockId target;
    uint32_t node = 0;
};
struct SelectTerminator {
    std::vector<SelectArm> arms;
};
struct ThrowTerminator {
    Operand value;
};
struct YieldTerminator {
    Operand value;
    Place destination;
    BlockId target;
};
/// A run-time check that panics with a message made from `message` and the values of the named operands.
struct AssertTerminator {
    Operand condition;
    bool expected = true;
    std::string message;                                  // `req b != 0.0` …
    std::string error_class;                              // where errors are exceptions: the class thrown, else "Error"
    std::vector<std::pair<std::string, Operand>> values;  // names in the clause and their values
    bool always = false;                                  // the `?` marker: also under --contracts=marked
    uint8_t contract = 0;                                 // 0 none, else 1 + ContractKind; 1 (req) blames the caller
    BlockId target;
};
using TerminatorKind =
    std::variant<Goto, SwitchInteger, ReturnTerminator, Unreachable, ResumeUnwind, Drop, CallTerminator,
                 AwaitTerminator, SelectTerminator, ThrowTerminator, YieldTerminator, AssertTerminator>;

struct Terminator {
    TerminatorKind kind = Unreachable{};
    uint32_t node = 0;
};

/// Where control goes when something in the block unwinds: a cleanup block (drops, then ResumeUnwind) or a handler
/// (`catch`/`finally`), which begins by reading `error_local` of the body.
struct Block {
    std::vector<Statement> statements;
    Terminator terminator;
    BlockId unwind = kNoBlock;
    bool is_cleanup = false;  // reached only while unwinding from a panic: nothing catches it
    bool is_handler = false;  // entry: the thrown value is in `error_local`
    Local error_local = kNoLocal;
};

struct MirBody {
    ItemId item = ItemId::None;
    BodyFunctionId function{};  // which function of the item's Body
    std::vector<LocalDeclaration> locals;
    uint32_t parameter_count = 0, capture_count = 0;
    std::vector<Block> blocks;  // entry is 0
    bool is_async = false, is_generator = false, is_task = false;
    bool errors_are_exceptions = false;  // Velox: overflow, index… throw and can be caught; else they panic
    Type result = nullptr;
    Name name;
    uint32_t node = 0;
};

/// All functions of one item, index = BodyFunctionId.
struct MirBodies {
    std::vector<MirBody> functions;
    std::optional<MirBody> guard;  // of functions[0]: what calls of it reach instead (Lowering::run_guard)
    std::shared_ptr<const Body> body;
};

std::string dump(const MirBodies& bodies);
/// Checks the invariants above (targets in range, types of projections, every block ends, no use of an undeclared
/// local); returns the first violation or "". Run after each construction and rewrite in debug builds and tests.
std::string verify(const MirBodies& bodies);

}  // namespace braid::mir
