#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "analyzer/explore/decisions.h"
#include "analyzer/explore/quiet_loops.h"
#include "analyzer/flow/mir.h"
#include "analyzer/semantics/item.h"
#include "analyzer/semantics/place.h"

/// The states of the explorer: what the tasks of a small program part know, hold and wait for. Values are as precise
/// as the program text makes them (constants, channel handles, closures) and *unknown* elsewhere. An unknown has a
/// symbol, a hash of where it comes from, so that what was once decided about it holds for all its copies.
namespace braid::explore {

using Symbol = uint64_t;
using ObjectIndex = uint32_t;
using TaskIndex = uint32_t;
constexpr uint32_t kNone = 0xffffffff;

inline uint64_t mix(uint64_t a, uint64_t b) {
    a ^= b + 0x9e3779b97f4a7c15ull + (a << 12) + (a >> 4);
    return a * 0xff51afd7ed558ccdull;
}

struct Value {
    enum class Kind : uint8_t {
        Unknown,    // number: symbol
        Moved,      // nothing: its drop does nothing
        Integer,    // number; also bool, char
        Composite,  // parts; number: variant; item: the type, where it has a `drop` of its own that has not run
        Pointer,    // number: see Pointer; parts: projections as integers
        Closure,    // item, number: function; parts: captures, as pointers into the heap where they live in a slot
        Future,     // a call that has not begun: as Closure; parts: arguments
        Task,       // number: task
        Object,     // number: object: a shared handle
        Sender,     // number: object
        Receiver,   // number: object
        Guard,      // number: object
        Permit,     // number: object: a semaphore's
        Record,     // an object by reference lies in the heap as this: names and values in turn; item: its class
        Resolver,   // number: object, a promise; parts: one, where it rejects
        Failure,    // an error that the explorer knows the reason of: number: Machine::failures_
    };
    Kind kind = Kind::Unknown;
    uint64_t number = 0;
    ItemId item = ItemId::None;
    std::vector<Value> parts;

    static Value unknown(Symbol symbol) { return {Kind::Unknown, symbol, ItemId::None, {}}; }
    static Value integer(uint64_t n) { return {Kind::Integer, n, ItemId::None, {}}; }
    static Value of(Kind kind, uint64_t n) { return {kind, n, ItemId::None, {}}; }
    static Value composite(std::vector<Value> parts, uint64_t variant = 0) {
        return {Kind::Composite, variant, ItemId::None, std::move(parts)};
    }
    bool is(Kind k) const { return kind == k; }
    uint64_t hash() const;
};

/// A list of more elements than are kept; nothing is known of its length any more.
constexpr uint64_t kCutList = ~uint64_t(0);
inline bool is_cut(const Value& list) { return list.is(Value::Kind::Composite) && list.number == kCutList; }

/// Too much is in it to be carried through thousands of states.
bool is_large(const Value& value);

/// Where a pointer points: a local of a frame of a task, or a cell of the heap.
struct Target {
    static constexpr uint64_t kHeap = uint64_t(1) << 63;
    static uint64_t local(TaskIndex task, size_t frame, mir::Local local) {
        return uint64_t(task) << 44 | uint64_t(frame) << 24 | local;
    }
    static uint64_t heap(size_t cell) { return kHeap | cell; }
};

enum class ObjectKind : uint8_t {
    Unknown,
    Mutex,
    RwLock,
    Channel,
    WaitGroup,
    Condvar,
    Once,
    Semaphore,
    Barrier,
    Atomic,
    Scope,
    Actor,
    Promise
};

enum class Model : uint8_t;

struct Hold {
    TaskIndex task = kNone;
    Place place;
    bool shared = false;
};

struct Object {
    ObjectKind kind{};
    Symbol symbol = 0;  // of the unknown it was found in; 0: made here
    Place made;
    Name name, receiver_name;  // of the first variables that hold it
    bool wild = false;         // others may act on it too: nothing waits for it for ever
    bool unbounded = false, closed = false, closed_by_drop = false;
    int64_t capacity = 0;
    // WaitGroup, Semaphore, Barrier; Once: 1 running, 2 done; a channel that others have too: what came from them.
    int64_t count = 0;
    uint32_t senders = 0, receivers = 0;
    bool two_way = false;
    size_t content = 0;           // heap cell of a lock, an atomic, an actor's state, of what a promise gives
    std::vector<Value> buffer;    // of an actor: the tasks whose messages wait, in order; of a promise: `combines`
    ObjectIndex follows = kNone;  // a promise: settled as this one is; a condition: its mutex
    Model combines{};             // a promise of several
    std::vector<Hold> holders;
    Place closed_at, missed_at, added_at;
    TaskIndex closer = kNone;
};

enum class OpKind : uint8_t {
    None,
    Lock,
    Read,
    Write,
    TryLock,
    Send,
    TrySend,
    Receive,
    ReceiveMany,
    TryReceive,
    ReceiveTimeout,
    Select,
    Close,
    Add,
    WaitGroupWait,
    ConditionBegin,  // another lock was given back just before: something may happen in between
    ConditionWait,
    ConditionTimeout,
    Notify,
    NotifyAll,
    OnceBegin,
    Permit,
    Hold,
    Barrier,
    Join,
    JoinSome,
    ScopeJoin,
    Load,
    Change,
    Ask,  // a message: it begins when the actor is idle
    AwaitPromise,
    Yield
};

/// The operations of the standard library that models.def names.
enum class Model : uint8_t {
    None,
    NewMutex,
    NewRwLock,
    NewCondvar,
    NewOnce,
    NewWaitGroup,
    NewSemaphore,
    NewBarrier,
    NewAtomic,
    NewActor,
    NewUnbounded,
    NewBounded,
    NewRendezvous,
    NewTwoWay,
    NewScope,
    Lock,
    TryLock,
    Read,
    Write,
    TryRead,
    TryWrite,
    GuardContent,
    ConditionWait,
    ConditionTimeout,
    Notify,
    NotifyAll,
    OnceBegin,
    Add,
    Done,
    WaitGroupWait,
    Acquire,
    HoldPermit,
    ReleasePermit,
    BarrierWait,
    Load,
    Store,
    Swap,
    FetchAdd,
    FetchSubtract,
    CompareExchange,
    Close,
    Send,
    SendAll,
    TrySend,
    Receive,
    ReceiveMany,
    TryReceive,
    ReceiveTimeout,
    Clone,
    IsClosed,
    ChannelLength,
    Spawn,
    ScopeSpawn,
    ScopeJoin,
    Join,
    JoinAll,
    ListLength,
    ListPush,
    ListPop,
    ListRemove,
    ListReverse,
    ListClear,
    ListShift,
    ListCopy,
    ListMap,
    ListEach,
    DropValue,
    Stop,
    NewPromise,
    Resolve,
    Reject,
    PromiseThen,
    PromiseCatch,
    PromiseFinally,
    PromiseResolve,
    PromiseReject,
    PromiseAll,
    PromiseAllSettled,
    PromiseRace,
    PromiseAny,
    Later,
    SelectChannels,
    ReceiveNext,
    Unlock,
    Opaque
};

struct Arm {
    hir::SelectArmKind kind{};
    ObjectIndex channel = kNone;
    Value value;
    bool only_ok = false, only_err = false;
};

/// What a parked task does next.
struct Pending {
    OpKind kind = OpKind::None;
    Model model = Model::None;  // Change: which one
    Model reply = Model::None;  // Velox: as this one's result
    ObjectIndex object = kNone;
    ObjectIndex lock = kNone;  // ConditionWait: the mutex to take again
    bool notified = false;
    bool shared = false;
    Value value;
    std::vector<Value> rest;  // Send: what follows it, of a list; Ask: the arguments, `value` being the method
    std::vector<Arm> arms;
    Place place;
};

/// Calls of one function for each element of a list, all stacked at once: each result goes into a list in the heap.
struct Gather {
    size_t cell = 0;
    uint32_t index = 0;
    bool last = false;  // its end is the end of them all
};

struct Frame {
    std::shared_ptr<const mir::MirBodies> bodies;
    const mir::MirBody* body = nullptr;
    mir::BlockId block = 0;
    uint32_t statement = 0;
    uint64_t path = 0;             // hash of the calls that lead here
    ObjectIndex once = kNone;      // it is the initialization of this one
    ObjectIndex actor = kNone;     // it handles a message of this one
    size_t dropped = 0;            // it is the `drop` of what this heap cell holds; nobody waits for its result
    ObjectIndex executes = kNone;  // it is the executor of this promise, which is the result
    size_t constructs = 0;         // it initializes what this heap cell holds, which is the result
    Gather gather;
    bool is_getter = false;       // for the statement its caller stands at
    std::vector<uint32_t> boxes;  // heap cells of locals that closures share
    std::vector<Value> locals;
    const QuietLoops* quiet_loops = nullptr;
    uint32_t quiet_loop = kNone, quiet_steps = 0;  // the one it is in, and for how long without an act of its task
};

enum class TaskStatus : uint8_t { Running, Parked, Done };

struct Task {
    TaskStatus status = TaskStatus::Running;
    std::vector<Frame> frames;
    Pending pending;
    Value closure;  // dropped at its end
    Value result;
    Place spawned;
    uint64_t path = 0;
    ObjectIndex scope = kNone;
    bool handle_lost = false;
    bool unlocked = false;        // a lock since it last waited
    ObjectIndex promise = kNone;  // settled when it ends
    TaskIndex owner = kNone;      // it is one operation, begun by this task
    uint32_t order = 0;           // what was begun later runs first: a call, up to where it waits
};

/// How a state came about, newest step first.
struct Step {
    std::shared_ptr<Step> before;
    TaskIndex task = kNone;
    OpKind kind{};
    ObjectIndex object = kNone;
    Place place;
    uint32_t arm = kNone;
    ~Step() {  // not by recursion: schedules are long
        auto rest = std::move(before);
        while (rest && rest.use_count() == 1) rest = std::move(rest->before);
    }
};

struct State {
    std::vector<Task> tasks;
    std::vector<Object> objects;
    std::vector<Value> heap;
    Decisions decided;
    std::shared_ptr<Step> steps;
    bool root_returned = false;
    bool main_begun = false;                         // Velox: after the statements of its file
    uint32_t begun = 0;                              // calls and resumptions, see Task::order
    std::vector<std::pair<ItemId, size_t>> statics;  // Velox: heap cells of variables of files
    std::vector<size_t> open;  // Velox: heap cells that others have too, sorted: what is put into them goes to them

    uint64_t hash() const;
};

}  // namespace braid::explore
