#pragma once
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>

#include "analyzer/explore/touches.h"

namespace braid::explore {

/// Something that happens at a step, beside being stuck.
struct Incident {
    DiagnosticCode code{};
    Place place;
    ObjectIndex object = kNone;
    TaskIndex task = kNone;
    State state;
    bool rejects = false;  // an error that is thrown, and that nobody catches
};

/// What a state may do next: a task acts, alone or with a partner, one arm of its select or a time-out of its wait.
struct Move {
    TaskIndex task = kNone;
    uint32_t arm = kNone;
    TaskIndex partner = kNone;
    uint32_t partner_arm = kNone;
    bool timed_out = false;
    bool unknown = false;  // on what others may act on too
};

/// The place of a frame's current terminator; of a task, that of its innermost frame in a program's own file.
Place place_of(const Frame&);
Place place_of(const Task&);

/// Runs MIR over states: an abstract interpreter. It is exact on handles, closures, guards and constants, and forks
/// where an unknown value decides.
class Machine {
  public:
    Machine(QueryContext& context, ItemId root);

    std::optional<State> initial();
    /// Runs until every task waits or has ended; several states where something unknown decided.
    void settle(State state, std::vector<State>& out);
    std::vector<Move> moves(const State& state);
    /// Acts; the result is to be settled. False: the program stops there.
    bool perform(State& state, const Move& move);
    /// A program of promises: only what its root waits for matters.
    bool by_promises() const { return by_promises_; }
    /// Whose operation a task is; else itself.
    TaskIndex owner_of(const State& state, TaskIndex task) const {
        return state.tasks[task].owner == kNone ? task : state.tasks[task].owner;
    }
    /// Who matters there: the root, whom it waits for, and so on.
    std::vector<TaskIndex> awaited_by_root(const State&);
    std::vector<ObjectIndex> promises_behind(const State&, ObjectIndex) const;

    /// What the rest of a parked task may still reach, beside what it waits for now.
    bool mentions(const State& state, TaskIndex task, ObjectIndex object);

    std::vector<Incident> incidents;
    /// Something was left out: a limit, or a construct that is not understood.
    bool incomplete = false;
    /// A number that the text does not say was taken to be some number.
    bool assumed = false;
    /// A large count stood for a small one although others beside it may be what it is compared with: what was found
    /// says nothing. The machine takes all counts as they are from now on.
    bool must_run_unscaled();
    void follow_anew() { steps_ = 0; }
    /// The same, of one schedule: what it has need not be copied at each step.
    void follow_one_schedule() {
        constexpr size_t kMaxTasksOfOne = 128;
        steps_ = 0;
        max_tasks_ = kMaxTasksOfOne;
    }
    std::set<ItemId> visited;  // items whose bodies ran

  private:
    enum class Outcome : uint8_t { Continue, Parked, Fork, Abandon };

    // Values and places.
    Value* at(State&, TaskIndex, const mir::Place&);
    Value* part(Value*, uint64_t index);
    Value* pointee(State&, Value*);
    Value* behind_pointers(State&, Value*);
    Value evaluate(State&, TaskIndex, const mir::Operand&);
    Value borrow(State&, TaskIndex, const mir::Place&);
    bool rvalue(State&, TaskIndex, const mir::Rvalue&, Value& out);
    bool binary(State&, const mir::BinaryOperation&, TaskIndex, Value& out);
    bool order(State&, const mir::BinaryOperation&, TaskIndex, const Value& left, const Value& right, Value& out);
    void assign(State&, TaskIndex, const mir::Place&, Value);
    void resolve(State&, Value&);
    uint64_t number_of(State&, Value&);
    uint64_t scaled(uint64_t number);
    void note_count(uint64_t number);
    bool is_simple(ItemId);
    Value closure(State&, TaskIndex, const mir::ClosureOf&);
    void name_object(State&, Name, const Value&);

    // Steps.
    Outcome step(State&, TaskIndex);
    Outcome terminator(State&, TaskIndex, const mir::Terminator&);
    const QuietLoops* quiet_loops_of(const mir::MirBody&);
    bool runs_long(Frame&) const;
    static bool in_quiet_loop(const Frame&);
    void note_fork(State&, TaskIndex) const;
    Outcome step_over_loop(State&, TaskIndex);
    void acts(State&, TaskIndex) const;
    Outcome call(State&, TaskIndex, const mir::CallTerminator&, Place);
    Outcome enter(State&, TaskIndex, ItemId, uint32_t function, std::vector<Value> arguments,
                  const std::vector<Value>* captures);
    Outcome enter_callable(State&, TaskIndex, const Value& callable, std::vector<Value> arguments);
    Outcome unknown_call(State&, TaskIndex, std::vector<Value>& arguments);
    Outcome select(State&, TaskIndex, const mir::SelectTerminator&, Place);
    Outcome await(State&, TaskIndex, Value, Place);
    void leave(State&, TaskIndex);
    bool begin_main(State&);
    void complete(State&, TaskIndex, Value result, uint32_t arm = kNone);
    void end_task(State&, TaskIndex, Value result);
    Outcome message(State&, TaskIndex, ItemId method, std::vector<Value> arguments, Place);
    bool handle(State&, TaskIndex, ObjectIndex actor, ItemId method, std::vector<Value> arguments, Place);
    Outcome spawn(State&, TaskIndex, Value callable, std::vector<Value> arguments, Place, ObjectIndex scope);
    bool make_frame(State&, TaskIndex, ItemId, uint32_t function, std::vector<Value> arguments,
                    const std::vector<Value>* captures, uint64_t path);

    // Velox: objects by reference, promises. See records.cpp and promises.cpp.
    Value* box(State&, TaskIndex, mir::Local);
    bool is_boxed(const Frame&, mir::Local) const;
    Value allocate(State&, Value);
    Value static_of(State&, ItemId);
    Value property(State&, TaskIndex, const mir::PropertyOf&);
    bool enter_getter(State&, TaskIndex, const mir::PropertyOf&);
    void set_property(State&, const Value& object, Name, Value);
    Value aggregate(State&, TaskIndex, const mir::AggregateOf&);
    bool identical(const Value& left, const Value& right, bool& known) const;
    ItemId member_of(ItemId klass, Name, bool getter);
    ItemId method_of(State&, const hir::VirtualCallee&, Value receiver);
    Outcome call_by_name(State&, TaskIndex, const mir::CallTerminator&, ItemId, std::vector<Value> arguments, Place);
    Outcome construct(State&, TaskIndex, const mir::CallTerminator&, ItemId, std::vector<Value> arguments);
    Outcome promise_model(State&, TaskIndex, Model, std::vector<Value>& arguments, Place);
    Outcome select_channels(State&, TaskIndex, std::vector<Value>& arguments, Place);
    Outcome list_model(State&, TaskIndex, Model, std::vector<Value>& arguments);
    Outcome operate(State&, TaskIndex, Model, Pending);
    Outcome start(State&, TaskIndex, const Value& callable, std::vector<Value> arguments, Place);
    Outcome start_each(State&, TaskIndex, const Value& callable, const std::vector<Value>& elements, size_t results);
    std::optional<TaskIndex> make_task(State&, TaskIndex starter, Place);
    ObjectIndex make_promise(State&, Place);
    int settled(const State&, ObjectIndex, int depth = 0) const;
    Value outcome_of(State&, ObjectIndex);
    void settle_promise(State&, ObjectIndex, Value, bool rejected);
    Outcome throw_error(State&, TaskIndex, Value);
    bool converted(State&, const Pending&, Value& result);
    void finish_operation(State&, TaskIndex, Value, bool rejected, uint32_t arm);
    bool gathered(State&, const Frame&, Value result);
    Value failure(DiagnosticCode, Place, ObjectIndex, TaskIndex);

    // Objects.
    Outcome model(State&, TaskIndex, Model, std::vector<Value>& arguments, Place);
    std::optional<ObjectIndex> object_of(State&, Value, ObjectKind);
    ObjectIndex make_object(State&, ObjectKind, Place);
    Value change_atomic(State&, TaskIndex, const Pending&);
    Value lock_content(State&, ObjectIndex, Value content);
    std::vector<Value> elements(State&, Value list);
    static Symbol length_symbol(const Value& list);
    Value* shown_list(State&, Value* borrow);
    std::optional<Value> cloned(State&, const Value& value);
    Outcome park(State&, TaskIndex, Pending);
    void drop(State&, Value&, TaskIndex);
    void run_drops(State&, TaskIndex);
    bool send_next(State&, TaskIndex);
    Value receive_many(State&, const Move&, Pending&);
    void begin_once(State&, const Move&, const Pending&);
    void release(State&, ObjectIndex, TaskIndex);
    void escape(State&, const Value&);
    void escape(State&, const Value&, std::set<uint64_t>& seen);
    void escape_statics(State&, const Value& closure, std::set<uint64_t>& seen);
    bool is_open(State&, Value pointer, int depth = 4);
    bool perform_select(State&, const Move&);
    Value receive(State&, const Move&, ObjectIndex);
    void receive_moves(const State&, TaskIndex, uint32_t arm, ObjectIndex, std::vector<Move>&, bool only_ok,
                       bool only_err);
    void send_moves(const State&, TaskIndex, uint32_t arm, ObjectIndex, std::vector<Move>&);
    bool can_lock(const State&, TaskIndex, ObjectIndex, bool shared);
    void incident(DiagnosticCode, const State&, Place, ObjectIndex, TaskIndex);
    uint64_t site(const State&, TaskIndex) const;
    bool reaches(State&, const Value&, ObjectIndex, std::set<uint64_t>& seen);
    const mir::MirBodies* bodies_of(ItemId);

    QueryContext& context_;
    ItemId root_;
    std::unordered_map<ItemId, std::shared_ptr<const mir::MirBodies>> bodies_;
    std::deque<Value> scratch_;
    Symbol fork_symbol_ = 0;
    std::vector<uint64_t> fork_options_;
    std::vector<Value> dropped_;  // with a `drop` of their own: run_drops runs it
    uint64_t scaled_ = 0;         // the large number that stands for a small one
    bool scales_ = true;
    std::set<uint64_t> counts_;  // what a scaled number could be mistaken for
    int steps_ = 0;              // of all runs that follow schedules from the start once
    size_t max_tasks_ = 14;
    std::unordered_map<ItemId, bool> simple_;
    std::unordered_map<const mir::MirBody*, QuietLoops> quiet_loops_;
    std::unordered_map<Symbol, ItemId> statics_;
    struct Failure {
        DiagnosticCode code{};
        Place place;
        ObjectIndex object = kNone;
        TaskIndex task = kNone;
    };
    std::vector<Failure> failures_;
    bool by_promises_ = false;
};

}  // namespace braid::explore
