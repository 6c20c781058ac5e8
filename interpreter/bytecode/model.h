#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/flow/mir.h"
#include "analyzer/semantics/item.h"
#include "analyzer/semantics/type.h"

namespace braid::bytecode {

/// What the slots of a body's (or type's) heap data hold. The one thing the compiler knows of the two languages.
enum class SlotPolicy : uint8_t {
    Static,  ///< statically typed words; aggregates are values; failures are panics
    Boxed,   ///< self-describing words; aggregates are shared by reference; failures are thrown errors
};

struct Capabilities {
    bool copy = false;        ///< a Copy operand duplicates the value
    bool needs_drop = false;  ///< has drop glue (a user's drop, a native type's release, or a part that has)
};

/// Types and classes of stdlib/ that the machine itself makes or takes apart. X(enumerator, spelled)
#define BRAID_WELL_KNOWN_ITEMS(X) \
    X(Option, "Option")           \
    X(Result, "Result")           \
    X(Future, "Future")           \
    X(Task, "Task")               \
    X(Map, "map")                 \
    X(Set, "set")                 \
    X(Range, "Range")             \
    X(ErrorValue, "error")        \
    X(Promise, "Promise")         \
    X(JsMap, "Map")               \
    X(JsSet, "Set")               \
    X(JsArray, "Array")           \
    X(JsString, "String")         \
    X(JsNumber, "Number")         \
    X(JsBoolean, "Boolean")       \
    X(JsFunction, "Function")     \
    X(JsObject, "Object")         \
    X(JsError, "Error")           \
    X(TypeError, "TypeError")     \
    X(RangeError, "RangeError")   \
    X(MatchError, "MatchError")
enum class WellKnown : uint8_t {
#define X(name, text) name,
    BRAID_WELL_KNOWN_ITEMS(X)
#undef X
};
std::string_view spelling(WellKnown item);

/// A function with everything known: what a call of a trait's method becomes once its implementing type is.
struct ResolvedFunction {
    ItemId function = ItemId::None;
    std::vector<Type> type_arguments;  ///< of the parent (impl, class, trait) first, then the function's own
    Type self = nullptr;               ///< set for a trait's default method: what `Self` stands for
};

/// Where a place is in the text, rendered when somebody wants to see it.
struct SourceLocation {
    std::string file;
    uint32_t line = 0, column = 0;  ///< from 1; 0: unknown
    uint32_t end_line = 0, end_column = 0;
    std::string text;  ///< the line
};

/// Everything the compiler asks of the front end. Implemented over the query database; by hand in tests.
/// Called from one thread at a time. Types handed in hold no parameters unless said otherwise.
class ProgramModel {
  public:
    virtual ~ProgramModel() = default;

    virtual SlotPolicy slot_policy(ItemId item) const = 0;
    /// Null or empty functions: no body (native, abstract, a static without initializer).
    virtual std::shared_ptr<const mir::MirBodies> mir(ItemId item) const = 0;
    virtual FunctionSignature function_signature(ItemId function) const = 0;
    /// Parameters still in the field types; the compiler substitutes.
    virtual TypeDefinition type_definition(ItemId type) const = 0;
    virtual Type static_type(ItemId static_or_constant) const = 0;
    /// Items whose generic parameters a function's `type_arguments` bind, in that order, with how many each has.
    virtual std::vector<std::pair<ItemId, uint32_t>> generic_owners(ItemId function) const = 0;

    /// The impl's method (or the trait's default) for `self`. Empty function: `self` does not implement it.
    virtual ResolvedFunction resolve_trait_method(ItemId method, Type self,
                                                  const std::vector<Type>& arguments) const = 0;
    /// `impl Drop for T`'s drop, `impl Show for T`'s show; None if the type has no such impl.
    virtual ResolvedFunction user_drop(Type type) const = 0;
    virtual ResolvedFunction user_show(Type type) const = 0;
    /// Replaces `T::Item` by what it stands for, everywhere in `type`.
    virtual Type normalize(Type type) const = 0;
    virtual Capabilities capabilities(Type type) const = 0;

    /// A method, getter or setter of a class (bases included) by its name; None: it has none.
    enum class MemberKind : uint8_t { Method, Getter, Setter };
    virtual ItemId find_member(ItemId klass, Name name, MemberKind kind) const = 0;

    virtual ItemId well_known(WellKnown item) const = 0;  ///< None: this program's library has none
    virtual std::string print_type(Type type) const = 0;
    virtual SourceLocation location(ItemId item, uint32_t node) const = 0;
    /// A line, from 1, of a file that `location` has named; empty: of no such file.
    virtual std::string source_line(std::string_view file, uint32_t line) const = 0;
};

/// What the compiler must know of a native before it calls it. Implemented by the VM's registry.
struct NativeTraits {
    bool known = false;
    /// Arguments of the `args…` parameter arrive as strings, shown by `Show` (println, panic, …).
    bool shows_rest = false;
};
class NativeCatalog {
  public:
    virtual ~NativeCatalog() = default;
    virtual NativeTraits find(std::string_view qualified_name) const = 0;
};

}  // namespace braid::bytecode
