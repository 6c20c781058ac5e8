#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "analyzer/semantics/item.h"

/// The typed body (`braid dump hir`): what a function, script, initializer or closure does, with every name resolved,
/// every type known and every conversion explicit. Made by the language folders; nothing after it asks which language
/// it was. Expressions form a tree of ids in one arena. `node` is the syntax node's index within the body's item.
namespace braid {

enum class ExprId : uint32_t { None = 0xffffffff };
enum class PatternId : uint32_t { None = 0xffffffff };
enum class LocalId : uint32_t { None = 0xffffffff };
/// Index into Body::functions: 0 is the item itself, the rest its closures and local functions.
enum class BodyFunctionId : uint32_t { None = 0xffffffff };

namespace hir {

struct IntegerLiteral {
    uint64_t bits;
};  // two's complement, already of the expression's type
struct FloatLiteral {
    double value;
};
struct BoolLiteral {
    bool value;
};
struct CharLiteral {
    uint32_t value;
};
struct StringLiteral {
    std::string value;
};
struct UnitLiteral {};
struct NullLiteral {};
struct UndefinedLiteral {};

struct LocalRef {
    LocalId local;
};  // also of an enclosing function: then a capture
struct StaticRef {
    ItemId item;
};  // Static, Constant, module variable: a place
struct FunctionRef {
    ItemId item;
    std::vector<Type> type_arguments;
};  // a function as a value
struct ClassRef {
    ItemId item;
};  // Velox class as a value

/// Indices of operands in the order in which they are evaluated: as they are written, what is filled in last. Empty: as
/// they stand.
using EvaluationOrder = std::vector<uint32_t>;

enum class AggregateKind : uint8_t { Tuple, List, Array, Set, Map /* k, v, k, v… */, Struct, Variant, Record };
struct Aggregate {
    AggregateKind kind;
    ItemId item = ItemId::None;    // Struct (also an actor's first state), Variant
    std::vector<Name> names;       // Record: one per operand (a Spread operand has an empty name)
    std::vector<ExprId> operands;  // Struct, Variant: in field order, defaults filled in
    EvaluationOrder order = {};
};
struct Repeat {
    ExprId value, count;
};  // [v; n]
struct Range {
    ExprId begin, end;
    bool inclusive;
};  // either may be None
struct Spread {
    ExprId operand;
};  // operand of Aggregate or argument only

struct Field {
    ExprId base;
    uint32_t index;
};  // slot of struct, tuple, actor state: known statically
struct Property {
    ExprId base;
    Name name;
};  // Velox object: hidden class, inline cache
struct Index {
    ExprId base, index;
};  // list, array, map, string, Velox dynamic
enum class UnaryOp : uint8_t { Negate, Not, BitNot };
struct Unary {
    UnaryOp op;
    ExprId operand;
};
enum class BinaryOp : uint8_t {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
    UnsignedShiftRight,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Concat,
    Contains /* a in b */
};
/// Operands have equal (built-in) types after explicit conversions; user operators are calls of trait methods.
/// Equal/NotEqual are structural for Altru values, identity/value as `===` for Velox objects.
struct Binary {
    BinaryOp op;
    ExprId left, right;
};
enum class LogicalOp : uint8_t { And, Or, Coalesce /* ?? */, Implies };
struct Logical {
    LogicalOp op;
    ExprId left, right;
};

enum class ConvertKind : uint8_t {
    IntegerToInteger,  // `as`: panics when the value does not fit
    IntegerToFloat,
    FloatToInteger,
    FloatToFloat,
    CharToInteger,
    IntegerToChar,
    BoolToInteger,
    Wrap,     // value into union, any/unknown, T|null, optional: no check
    Unwrap,   // from union/any into a typed place after narrowing: guarded shallowly (TypeError when it fails)
    ToDyn,    // value or reference to `dyn Trait`
    CopyOut,  // `&T` of a Copy T read as `T`
    FunctionToValue,
    ClosureToFunction,
    Upcast,    // class to base/interface, record width: no change at run time
    ToString,  // for concatenation and interpolation
    ToBool,    // Velox truthiness
};
struct Convert {
    ConvertKind kind;
    ExprId operand;
};

struct DirectCallee {
    ItemId function;
    std::vector<Type> type_arguments;
    Type self = nullptr;
};
// type_arguments: those of the parent (impl, class, trait) first, then the function's own. `self`: for a trait's
// method, the type that implements it; resolved to the impl's method when the instance is made.
struct VirtualCallee {
    Name name;
    ItemId method = ItemId::None;
};  // args[0] is a Velox object or `dyn`; found at run time
struct ValueCallee {
    ExprId function;
};  // closure or function value
struct MessageCallee {
    ItemId method;
};  // args[0] is an actor handle
using Callee = std::variant<DirectCallee, VirtualCallee, ValueCallee, MessageCallee>;
enum class CallMode : uint8_t {
    Plain,
    ColdFuture,  // Altru async fn: the call only makes a Future[T]
    HotPromise,  // Velox async function: runs at once to its first suspension; the call's value is a Promise<T>
};
/// `arguments` begins with the receiver of a method, are in parameter order with defaults filled in.
struct Call {
    Callee callee;
    std::vector<ExprId> arguments;
    CallMode mode = CallMode::Plain;
    EvaluationOrder order = {};
};
struct New {
    Type type;
    ItemId constructor;
    std::vector<ExprId> arguments;
};  // Velox; constructor None: base's or none
struct SuperCall {
    ItemId constructor;
    std::vector<ExprId> arguments;
};
struct Closure {
    BodyFunctionId function;
};

struct Borrow {
    ExprId place;
    bool is_mutable;
    bool is_implicit;
};
struct Deref {
    ExprId reference;
};
struct Assign {
    ExprId place, value;
};
struct CompoundAssign {
    BinaryOp op;
    ExprId place, value;
};
struct Increment {
    ExprId place;
    int delta;
    bool is_prefix;
};

struct Let {
    PatternId pattern;
    ExprId initializer;
    ExprId otherwise;
};  // initializer, otherwise may be None
struct Block {
    std::vector<ExprId> statements;
    ExprId value;
};  // value may be None; owns its locals' scope
struct If {
    ExprId condition, then, otherwise;
};
struct Matches {
    ExprId scrutinee;
    PatternId pattern;
};  // bool; binds on true (`if let`, `while let`)
struct MatchArm {
    PatternId pattern;
    ExprId guard, body;
};
struct Match {
    ExprId scrutinee;
    std::vector<MatchArm> arms;
    bool throws_on_miss = false;
};
/// while, do-while, for(;;), loop. Break/Continue name the loop's own ExprId.
/// `renewed`: variables of the head that functions made in the body keep; each round has its own, with the value
/// carried on.
struct Loop {
    ExprId condition, body, update;
    bool test_after = false;
    std::vector<LocalId> renewed = {};
};
enum class Iteration : uint8_t {
    Range,
    List,
    ListMove,
    ListMutable,
    Map,
    MapMove,
    Set,
    String,
    Channel /* recv until closed */,
    Iterator /* calls `next` */,
    AsyncIterator,
    Keys
};
struct For {
    PatternId pattern;
    ExprId iterable, body;
    Iteration iteration;
    ItemId next = ItemId::None;
};
struct Break {
    ExprId target;
    ExprId value;
};
struct Continue {
    ExprId target;
};
/// value may be None. `adopts`: it is a promise that the caller's promise follows, awaited after every `try` is left.
struct Return {
    ExprId value;
    bool adopts = false;
};

struct Await {
    ExprId operand;
};
struct Go {
    ExprId call;
};  // a Call, or a Closure with no parameters
enum class SelectArmKind : uint8_t { Receive, Send, Timeout, Default };
struct SelectArm {
    SelectArmKind kind;
    ExprId channel = ExprId::None;  // Receive, Send: borrowed; Timeout: milliseconds
    ExprId value = ExprId::None;    // Send: evaluated before the select, moved only if the arm is taken
    PatternId pattern = PatternId::None;
    ExprId body = ExprId::None;
    uint32_t node = 0;
    bool raw_value = false;  // pattern binds the value itself (`v = <-ch`), not Result (`rx.recv()`)
};
struct Select {
    std::vector<SelectArm> arms;
};
struct Try {
    ExprId operand;
};  // `e?` on Option or Result
struct Throw {
    ExprId value;
};
struct CatchClause {
    Type filter;
    PatternId pattern;
    ExprId body;
    uint32_t node;
};  // filter null: every error
struct TryCatch {
    ExprId body;
    std::vector<CatchClause> catches;
    ExprId finally;
};
struct Yield {
    ExprId value;
};

struct InterpolatePart {
    std::string text;
    ExprId value = ExprId::None;
    std::string format;
};
struct Interpolate {
    std::vector<InterpolatePart> parts;
};
struct TypeTest {
    ExprId operand;
    Type tested;
};  // instanceof, typeof x == "…", union member
struct TypeOf {
    ExprId operand;
};

struct Old {
    ExprId operand;
};                    // value at entry; contract clauses only
struct ResultRef {};  // `result` in ens
struct Quantifier {
    bool is_forall;
    LocalId local;
    ExprId range, body;
};
struct ErrorExpr {};

using ExprData = std::variant<ErrorExpr, IntegerLiteral, FloatLiteral, BoolLiteral, CharLiteral, StringLiteral,
                              UnitLiteral, NullLiteral, UndefinedLiteral, LocalRef, StaticRef, FunctionRef, ClassRef,
                              Aggregate, Repeat, Range, Spread, Field, Property, Index, Unary, Binary, Logical, Convert,
                              Call, New, SuperCall, Closure, Borrow, Deref, Assign, CompoundAssign, Increment, Let,
                              Block, If, Matches, Match, Loop, For, Break, Continue, Return, Await, Go, Select, Try,
                              Throw, TryCatch, Yield, Interpolate, TypeTest, TypeOf, Old, ResultRef, Quantifier>;

struct WildcardPattern {};
enum class BindMode : uint8_t { Value /* moves or copies by type */, Borrow, BorrowMutable };
struct BindPattern {
    LocalId local;
    BindMode mode;
    PatternId sub = PatternId::None;
};
struct LiteralPattern {
    ExprId value;
};
struct RangePattern {
    ExprId begin, end;
    bool inclusive;
};
struct TuplePattern {
    std::vector<PatternId> elements;
};
struct ListPattern {
    std::vector<PatternId> elements;
    std::optional<uint32_t> rest;
    PatternId rest_pattern = PatternId::None;
};
struct VariantPattern {
    ItemId variant;
    std::vector<PatternId> fields;
};  // one per field
struct StructPattern {
    ItemId item;
    std::vector<std::pair<uint32_t, PatternId>> fields;
};
struct RecordPattern {
    std::vector<std::pair<Name, PatternId>> fields;
    PatternId rest = PatternId::None;
};
struct OrPattern {
    std::vector<PatternId> alternatives;
};
struct TypePattern {
    Type tested;
    PatternId sub;
};  // union member, class, primitive
struct DefaultPattern {
    PatternId sub;
    ExprId value;
};  // destructuring default for undefined
struct ErrorPattern {};
using PatternData =
    std::variant<ErrorPattern, WildcardPattern, BindPattern, LiteralPattern, RangePattern, TuplePattern, ListPattern,
                 VariantPattern, StructPattern, RecordPattern, OrPattern, TypePattern, DefaultPattern>;
}  // namespace hir

struct Expr {
    Type type = nullptr;
    uint32_t node = 0;
    hir::ExprData data;
};

/// `type` is that of the place it is matched against. A pattern other than Bind and Wildcard that meets a reference
/// looks through it (`match pairs.get(0): Some((a, b)) => …`); what binds below then has mode Borrow or copies.
struct Pattern {
    Type type = nullptr;
    uint32_t node = 0;
    hir::PatternData data;
};

struct LocalInfo {
    Name name;  // empty for temporaries of desugaring
    Type type = nullptr;
    uint32_t node = 0;
    BodyFunctionId function{};  // where it is declared
    bool is_mutable = false;
    bool is_parameter = false;
    bool is_self = false;
    bool is_reassigned = false;  // assigned after its initialization, anywhere
    bool is_captured = false;    // by a closure or local function
};

enum class CaptureMode : uint8_t {
    Copy,
    Move,
    Borrow,         // Altru `&`
    BorrowMutable,  // Altru `&mut`
    Alias,          // Velox: shares the variable itself
};
struct Capture {
    LocalId local;  // of an enclosing function
    CaptureMode mode;
    uint32_t node;  // first use inside the closure, for messages
};

enum class ContractKind : uint8_t { Requires, Ensures, Invariant };
struct ContractClause {
    ContractKind kind;
    ExprId condition;
    bool always_checked = false;  // the `?` marker
    std::string text;             // as written, for the message
    uint32_t node = 0;
    ExprId loop = ExprId::None;  // Invariant of that loop
};

struct BodyFunction {
    Name name;  // of a local function; empty for closures
    BodyFunctionId parent = BodyFunctionId::None;
    std::vector<LocalId> parameters;            // with the receiver first
    std::vector<PatternId> parameter_patterns;  // destructuring, applied in order after binding; None entries allowed
    Type result = nullptr;                      // async: the awaited type
    Type future = nullptr;                      // async with calls that start nothing: what they give
    ExprId root = ExprId::None;                 // its value is the result unless it never completes
    std::vector<Capture> captures;
    std::vector<ContractClause> contracts;
    bool is_async = false, is_move = false, is_generator = false;
    bool is_task = false;  // given to go, spawn, or sent: may not hold borrows of the spawner
    uint32_t node = 0;
};

/// What a name in the text stands for; hover, definition, references and semantic tokens read these.
struct Resolution {
    uint32_t node = 0;  // the identifier token
    std::variant<LocalId, ItemId> target;
    Type type = nullptr;
    bool is_write = false;
};

struct Body {
    ItemId item = ItemId::None;
    std::vector<Expr> expressions;
    std::vector<Pattern> patterns;
    std::vector<LocalInfo> locals;
    std::vector<BodyFunction> functions;  // [0] is the item
    std::vector<ExprId> defaults;         // of the item's parameters, None where there is none
    std::vector<Resolution> resolutions;  // sorted by node
    std::vector<ItemDiagnostic> diagnostics;
    bool has_errors = false;  // an error diagnostic: no MIR consumer may run it

    const Expr& operator[](ExprId id) const { return expressions[uint32_t(id)]; }
    const Pattern& operator[](PatternId id) const { return patterns[uint32_t(id)]; }
    const LocalInfo& operator[](LocalId id) const { return locals[uint32_t(id)]; }
    const BodyFunction& operator[](BodyFunctionId id) const { return functions[uint32_t(id)]; }
    template <typename T>
    const T* as(ExprId id) const {
        return std::get_if<T>(&expressions[uint32_t(id)].data);
    }
    template <typename T>
    const T* as(PatternId id) const {
        return std::get_if<T>(&patterns[uint32_t(id)].data);
    }
};

/// `braid dump hir`: readable and stable enough for goldens.
std::string dump_body(const Body& body);

}  // namespace braid
