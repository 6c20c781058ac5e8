#pragma once
#include <optional>
#include <tuple>

#include "analyzer/checks/body_context.h"

/// Which functions can run at the same time in one isolate, and what they change that others can reach.
namespace braid::checks {

/// A function of an item's body.
struct TaskFunction {
    ItemId item = ItemId::None;
    uint32_t function = 0;
    friend bool operator==(const TaskFunction&, const TaskFunction&) = default;
    friend bool operator<(const TaskFunction& a, const TaskFunction& b) {
        return std::tie(a.item, a.function) < std::tie(b.item, b.function);
    }
};

/// State that several tasks may reach: a property of a class, a module variable, a variable that closures share.
struct StateKey {
    ItemId owner = ItemId::None;  ///< the class that declares it, the module variable, the item of a local variable
    Name property;
    LocalId local = LocalId::None;
    friend bool operator==(const StateKey&, const StateKey&) = default;
    friend bool operator<(const StateKey& a, const StateKey& b) {
        return std::tuple(a.owner, a.property.text(), a.local) < std::tuple(b.owner, b.property.text(), b.local);
    }
};

/// Where an object comes from, as far as the function it is used in knows: any object that others may have too, one of
/// this task alone, a parameter, or (in a closure) a parameter of the function the item is.
enum class Origin : uint8_t { Shared = 0, Own = 1, Parameter = 2, Outer = 16 };
constexpr uint32_t kTrackedParameters = 8;

/// What one body does with tasks and shared state.
struct TaskFacts {
    using Key = ItemId;
    struct Edge {
        uint32_t from = 0;
        TaskFunction to;
        bool starts = false;  ///< goes on beside the caller; otherwise the caller waits for it, or it is no task
        bool in_loop = false, for_each = false, locked = false;
        uint32_t group = 0;              ///< of those that are waited for together; 0: nobody waits at once
        std::vector<uint8_t> arguments;  ///< an Origin each, with the parameter's number added
        friend bool operator==(const Edge&, const Edge&) = default;
    };
    struct Access {
        uint32_t function = 0;
        StateKey key;
        uint8_t object = 0;                        ///< Origin of the object the property is of
        bool is_write = false, is_change = false;  ///< assigned; changed in place; neither: read
        bool removes = false;                      ///< a change after which others stand elsewhere or are gone
        friend bool operator==(const Access&, const Access&) = default;
    };
    /// A loop through shared state that waits in its body, no lock held.
    struct Iteration {
        uint32_t function = 0;
        StateKey key;
        uint8_t object = 0;
        friend bool operator==(const Iteration&, const Iteration&) = default;
    };
    struct Value {
        std::vector<Iteration> iterations;
        std::vector<Edge> edges;
        std::vector<Access> accesses;
        bool runs = false;  ///< a script whose top level does something
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "task_facts";
    static Value compute(QueryContext&, const Key&);
};

/// Somebody else who writes what a function has read, and may run while that waits.
struct Rival {
    TaskFunction function;
    uint32_t access = 0;     ///< the write: its number among those of the item
    bool is_change = false;  ///< in place
    bool same = false;       ///< the function itself, run by another task
    friend bool operator==(const Rival&, const Rival&) = default;
};

/// For each function of an item and each piece of state that it uses: who may write it meanwhile. `locked`: the
/// function is only called with a lock held.
struct TaskRivals {
    using Key = ItemId;
    struct Entry {
        uint32_t function = 0;
        StateKey key;
        uint8_t object = 0;
        std::optional<Rival> writer, changer;  ///< assigns it; changes it in place
        friend bool operator==(const Entry&, const Entry&) = default;
    };
    struct Disturbed {
        uint32_t function = 0, iteration = 0;  ///< the loop: its number in TaskFacts
        Rival remover;
        friend bool operator==(const Disturbed&, const Disturbed&) = default;
    };
    struct Value {
        std::vector<Entry> entries;
        std::vector<Disturbed> disturbed;
        std::vector<bool> runs_twice, locked;  ///< by function: beside another run of itself; see above
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "task_rivals";
    static Value compute(QueryContext&, const Key&);
};

/// It uses state that others may reach. What others do, TaskRivals, is asked for such bodies only: an edit of another
/// one does not concern the rest.
bool shares_state(QueryContext&, ItemId item);

/// Where these accesses and loops stand: apart, since they move with every edit of the body.
struct TaskPlaces {
    using Key = ItemId;
    struct Loop {
        uint32_t node = 0, awaited = 0;  ///< what is gone through; the first await
        bool is_list = false;
        friend bool operator==(const Loop&, const Loop&) = default;
    };
    struct Value {
        std::vector<uint32_t> accesses;
        std::vector<Loop> iterations;
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "task_places";
    static Value compute(QueryContext&, const Key&);
};

/// One task can be in the first while another, or the same one by another way, is in the second.
bool run_together(QueryContext&, const TaskFunction&, const TaskFunction&);

/// The state that a property of this object is, wherever it is declared.
StateKey property_key(QueryContext&, Type object, Name property);

/// What the property holds is made for each object, and nobody puts anything else there: whose the object is, its is
/// too.
bool is_part(QueryContext&, const StateKey& holder);

}  // namespace braid::checks
