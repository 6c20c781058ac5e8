#pragma once
#include <fmt/format.h>

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "interpreter/runtime/waiting.h"

// An actor is its state and a mailbox; what it does is in actors.cpp.
namespace braid::runtime {

/// Arguments that a message carries itself; where there are more they are in a bound call of the method.
constexpr size_t kFewArguments = 2;

struct Sender;

struct Message {
    const vm::Function* method = nullptr;
    Word arguments[kFewArguments] = {};  // or the bound call
    Sender* reply = nullptr;             // valid for whoever claims `handle`
    vm::WakeHandle handle;
    uint64_t flow = 0;

    bool is_bound() const { return method->is_async || method->parameters.size() > 1 + kFewArguments; }
    void trace(heap::Marker& marker) const {
        for (Word word : arguments) marker.visit(word);
    }
};
using Messages = std::vector<Message>;

/// Where a caller waits, first for room in a mailbox that is full, then for the answer: in one park, if it wants one.
/// Written by the actor's task, which has claimed the caller or holds the lock of the mailbox.
struct Sender : WaitState {
    class Actor* full = nullptr;  // it waits, or waited, for room there
    Message message;              // not sent yet
    enum class Status : uint8_t { Waiting, Answered, Failed } status = Status::Waiting;
    std::string failure;  // how the actor failed
    void trace(heap::Marker& marker) override {
        WaitState::trace(marker);
        message.trace(marker);
    }
};

/// Of an actor that `actor::supervise` made: how to make it again.
struct Supervision {
    Word make = 0;
    int64_t restart = 0;
    uint64_t within = 0;  // nanoseconds
    std::deque<scheduler::Instant> failures;

    /// Notes one more; true: so many may happen.
    bool allows(scheduler::Instant now) {
        failures.push_back(now);
        while (now - failures.front() > within) failures.pop_front();
        return static_cast<int64_t>(failures.size()) <= restart;
    }
};

/// What senders wait for while a mailbox is full.
class Room final : public WaitObject {
  public:
    explicit Room(const WaitObject& actor) : actor_(actor) {}
    std::string describe() const override { return "room in the mailbox of " + actor_.made_name(); }
    std::string made_name() const override { return actor_.made_name(); }
    void holders(std::vector<uint64_t>& ids) const override { actor_.holders(ids); }
    bool can_be_reached(const std::function<bool(const void*)>& reached) const override { return reached(&actor_); }

  private:
    const WaitObject& actor_;
};

/// One that was made again is a shell: what is sent to it goes to its successor (`forward`), for which the shell holds
/// a handle. A lock of a successor may be taken while that of its shell is held, never the other way round.
class Actor final : public WaitObject {
  public:
    Actor(Word state, const TypeDescriptor* type) : state(state), type(type), room(*this) {}
    Word state;
    const TypeDescriptor* type;
    scheduler::ShortLock mutex;  // beside what every sender changes: workers that contend fetch one line, not two
    size_t unbegun = 0;          // messages sent and not begun to be handled, where the mailbox has a capacity
    Messages mailbox;
    WaiterList senders;  // that wait for room
    Room room;
    scheduler::TaskRef task;             // handles messages now
    vm::WakeToken lingering;             // the task that did, and waits to do so again
    std::atomic<int64_t> references{1};  // handles; none comes or goes as the last one without the lock
    bool stopping = false;               // takes no more messages
    bool dead = false;
    bool state_dropped = false;
    std::string death;  // how it ended, if by a panic
    Object* forward = nullptr;
    std::unique_ptr<Supervision> supervision;

    bool is_full() const { return type->mailbox_capacity && unbegun >= type->mailbox_capacity; }
    std::string describe() const override { return fmt::format("an answer of actor '{}'", type->name); }
    std::string made_name() const override { return fmt::format("actor '{}'", type->name); }
    void holders(std::vector<uint64_t>& ids) const override {
        const Actor* living = this;
        while (living->forward) living = living->forward->native<Actor>();
        if (living->task) ids.push_back(living->task->id());
    }
    void trace(heap::Marker& marker) {
        marker.visit(state);
        marker.visit(forward);
        if (supervision) marker.visit(supervision->make);
        for (const Message& m : mailbox) m.trace(marker);
    }
};

}  // namespace braid::runtime
