#pragma once
#include <optional>
#include <tuple>

#include "analyzer/checks/body_context.h"

namespace braid::checks {

/// A cell as the program names it: a module variable, a property of a class, a variable of one item.
struct CellName {
    ItemId owner = ItemId::None;  ///< the module variable, the class, or the item of a local variable
    Name property;                ///< of a class
    LocalId local = LocalId::None;
    friend bool operator==(const CellName&, const CellName&) = default;
    friend bool operator<(const CellName& a, const CellName& b) {
        return std::tuple(a.owner, a.property.text(), a.local) < std::tuple(b.owner, b.property.text(), b.local);
    }
};

/// What one item's body does with transactions, for the checks of all items of its file.
struct TransactionFacts {
    using Key = ItemId;
    struct Access {
        CellName cell;
        uint32_t node = 0;
        bool is_write = false, inside = false;  ///< `inside` of a function given to a transaction
        friend bool operator==(const Access&, const Access&) = default;
    };
    struct Call {
        ItemId function = ItemId::None;
        uint32_t node = 0;
        bool inside = false;
        friend bool operator==(const Call&, const Call&) = default;
    };
    /// Something that a second run would do again.
    struct SideEffect {
        std::string what;  ///< as the message says it
        uint32_t node = 0;
        bool inside = false;
        friend bool operator==(const SideEffect&, const SideEffect&) = default;
    };
    struct Value {
        std::vector<Access> accesses;
        std::vector<Call> calls;
        std::vector<SideEffect> side_effects;
        std::vector<CellName> lent;  ///< cells that are used in another way than read or written
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "transaction_facts";
    static Value compute(QueryContext&, const Key&);
};

/// The functions that a file's transactions reach, and the cells that they read or write.
struct TransactionalParts {
    using Key = FileId;
    struct Value {
        std::vector<ItemId> functions;
        std::vector<CellName> cells;
        std::vector<CellName> changing;  ///< that somebody writes, or that somebody unknown may write
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "transactional_parts";
    static Value compute(QueryContext&, const Key&);
};

/// The call is one of a transaction: `atomically(f)`, `transaction.run(f)`, `orElse(f, g)`.
bool is_transaction(const hir::Call& call);
/// The functions of a body that run as (part of) a transaction, those inside of them included.
std::vector<bool> transactional_functions(const BodyContext&);
/// `cell.read()`, `cell.write(v)`.
bool is_cell_read(const hir::Call& call);
bool is_cell_write(const hir::Call& call);
std::optional<CellName> cell_name(const BodyContext&, ItemId item, ExprId cell);

}  // namespace braid::checks
