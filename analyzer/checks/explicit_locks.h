#pragma once
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "analyzer/flow/queries.h"

/// Locks that are taken and released by calls, by name: the variable and the properties that lead to them.
namespace braid::checks {

struct LockName {
    LocalId root = LocalId::None;  ///< the variable, the same one in closures that capture it
    ItemId item = ItemId::None;    ///< or the module variable
    std::string path;              ///< `.a.b`
    std::string text;              ///< as the program writes it
    friend bool operator<(const LockName& a, const LockName& b) {
        return std::tie(a.root, a.item, a.path) < std::tie(b.root, b.item, b.path);
    }
    friend bool operator==(const LockName& a, const LockName& b) {
        return a.root == b.root && a.item == b.item && a.path == b.path;
    }
};

/// What the values of a body's locals are called; nothing for what is assigned in two ways.
class LockNames {
  public:
    std::optional<LockName> of(const mir::Operand&) const;
    std::vector<std::optional<LockName>> locals;
};
LockNames lock_names(QueryContext&, const mir::MirBody&);

enum class LockOperation : uint8_t { Take, TakeShared, Release, Exclusive };
/// A call of a method of a lock: the library's Mutex or RwLock, or a class of the program called so.
std::optional<LockOperation> lock_operation(QueryContext&, const mir::MirBody&, const mir::CallTerminator&);

/// `acquire` and `release` of a semaphore: Take and Release.
std::optional<LockOperation> permit_operation(QueryContext&, const mir::MirBody&, const mir::CallTerminator&);

/// The closure that a call is given, through conversions.
std::optional<BodyFunctionId> closure_given(const mir::MirBody&, const mir::CallTerminator&);

/// The locks that a method takes, itself or through methods of the same object, relative to its receiver.
struct LocksOf {
    using Key = ItemId;
    struct Lock {
        std::string path;
        Place place;
        bool shared = false;  // as one of several readers
        friend bool operator==(const Lock&, const Lock&) = default;
    };
    struct Value {
        std::vector<Lock> locks;
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "locks_of";
    static Value compute(QueryContext&, const Key&);
    static Value cycle_fallback(const Key&) { return {}; }
};

/// An error can leave the function (Velox): it throws, or calls what does, outside of a `try`.
struct MayThrow {
    using Key = ItemId;
    struct Value {
        bool yes = false;
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "may_throw";
    static Value compute(QueryContext&, const Key&);
    static Value cycle_fallback(const Key&) { return {}; }
};

}  // namespace braid::checks
