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
    std::set<ItemId> visited;  // items whose bodies ran

  private:
    enum class Outcome : uint8_t { Continue, Parked, Fork, Abandon };

    // Values and places.
    Value* at(State&, TaskIndex, const mir::Place&);
    Value* part(Value*, uint64_t index);
    Value* pointee(State&, Value*);
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
    Outcome call(State&, TaskIndex, const mir::CallTerminator&, Place);
    Outcome enter(State&, TaskIndex, ItemId, uint32_t function, std::vector<Value> arguments,
                  const std::vector<Value>* captures);
    Outcome enter_callable(State&, TaskIndex, const Value& callable, std::vector<Value> arguments);
    Outcome unknown_call(State&, TaskIndex, std::vector<Value>& arguments);
    Outcome select(State&, TaskIndex, const mir::SelectTerminator&, Place);
    Outcome await(State&, TaskIndex, Value, Place);
    void leave(State&, TaskIndex);
    void complete(State&, TaskIndex, Value result, uint32_t arm = kNone);
    void end_task(State&, TaskIndex, Value result);
    Outcome message(State&, TaskIndex, ItemId method, std::vector<Value> arguments, Place);
    bool handle(State&, TaskIndex, ObjectIndex actor, ItemId method, std::vector<Value> arguments, Place);
    Outcome spawn(State&, TaskIndex, Value callable, std::vector<Value> arguments, Place, ObjectIndex scope);
    bool make_frame(State&, TaskIndex, ItemId, uint32_t function, std::vector<Value> arguments,
                    const std::vector<Value>* captures, uint64_t path);

    // Objects.
    Outcome model(State&, TaskIndex, Model, std::vector<Value>& arguments, Place);
    std::optional<ObjectIndex> object_of(State&, Value, ObjectKind);
    ObjectIndex make_object(State&, ObjectKind, Place);
    Value change_atomic(State&, TaskIndex, const Pending&);
    Value lock_content(State&, ObjectIndex, Value content);
    std::vector<Value> elements(State&, Value list);
    std::optional<Value> cloned(State&, const Value& value);
    Outcome park(State&, TaskIndex, Pending);
    void drop(State&, Value&, TaskIndex);
    void run_drops(State&, TaskIndex);
    bool send_next(State&, TaskIndex);
    Value receive_many(State&, const Move&, Pending&);
    void begin_once(State&, const Move&, const Pending&);
    void release(State&, ObjectIndex, TaskIndex);
    void escape(State&, const Value&, int depth = 0);
    bool perform_select(State&, const Move&);
    Value receive(State&, const Move&, ObjectIndex);
    void receive_moves(const State&, TaskIndex, uint32_t arm, ObjectIndex, std::vector<Move>&, bool only_ok,
                       bool only_err);
    void send_moves(const State&, TaskIndex, uint32_t arm, ObjectIndex, std::vector<Move>&);
    bool can_lock(const State&, TaskIndex, ObjectIndex, bool shared);
    void incident(DiagnosticCode, const State&, Place, ObjectIndex, TaskIndex);
    uint64_t site(const State&, TaskIndex) const;
    bool reaches(State&, const Value&, ObjectIndex, int depth);
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
    int steps_ = 0;              // of all runs
    std::unordered_map<ItemId, bool> simple_;
    std::unordered_map<Symbol, ItemId> statics_;
};

}  // namespace braid::explore
