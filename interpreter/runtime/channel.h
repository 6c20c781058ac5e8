#pragma once
#include <deque>
#include <limits>
#include <memory>
#include <span>

#include "interpreter/runtime/waiting.h"
#include "interpreter/runtime/word_ring.h"

namespace braid::runtime {

struct ChannelWait;

/// What is to be done at a channel.
struct ChannelOperation {
    class Channel* channel = nullptr;
    Word value = 0;  // what it sends
    bool sends = false;
    bool only_ok = false;   // not ready on a closed channel
    bool only_err = false;  // ready on a closed channel only
};

/// A task that waits at one channel for one thing; a select has one per arm.
struct ChannelArm : Waiter, ChannelOperation {
    uint32_t index = 0;
    ChannelWait* wait = nullptr;
    uint64_t flow = 0;  // of the value, see Profile
};

enum class Outcome : uint8_t { None, Received, Sent, Closed, Disconnected, Full, Empty };

/// The arms of a select that wait.
class SelectArms final : public WaitObject {
  public:
    explicit SelectArms(size_t count) : arms(std::make_unique<ChannelArm[]>(count)), count(count) {}
    const std::unique_ptr<ChannelArm[]> arms;
    const size_t count;

    std::string describe() const override;
    std::string missing(std::string_view what) const override;
    bool can_be_reached(const std::function<bool(const void*)>& reached) const override;
};

/// State of send, recv and select while they wait. Written by whoever claimed the task.
struct ChannelWait : vm::NativeState {
    ChannelArm first;                  // most wait at one channel only
    std::unique_ptr<SelectArms> many;  // of a select
    WaitReason reason;
    uint32_t chosen = 0;
    Outcome outcome = Outcome::None;
    scheduler::TimerId timer = 0;
    // What a receive got: its arm sends nothing, so there is room.
    Word& value() { return first.value; }
    uint64_t& flow() { return first.flow; }
    std::span<ChannelArm> arms() {
        return many ? std::span<ChannelArm>(many->arms.get(), many->count) : std::span<ChannelArm>(&first, 1);
    }
    void trace(heap::Marker& marker) override {
        marker.visit(first.value);
        for (const ChannelArm& arm : arms()) marker.visit(arm.value);
    }
    /// Takes what is still queued out of the channels' queues.
    void unlink();
};

/// Behind Sender, Receiver and Channel: all are the same object, counted per end.
class Channel final : public WaitObject {
  public:
    static constexpr uint64_t kUnbounded = std::numeric_limits<uint64_t>::max();
    Channel(heap::Heap& heap, uint64_t capacity) : buffer_(heap), capacity_(capacity) {}

    /// `value` moves on Sent. `self`: the calling task, which does not meet itself.
    Outcome try_send(vm::Vm& vm, Word value, const scheduler::Task* self);
    Outcome try_receive(vm::Vm& vm, Word& value, const scheduler::Task* self);
    /// Queues the arm unless it is ready; true: ready, nothing was queued.
    bool enqueue(ChannelArm& arm);
    void remove(ChannelArm& arm);

    bool close(vm::Vm& vm);  // false: closed before
    bool is_closed();
    int64_t length();
    void retain(bool sender, bool receiver);
    /// True: no end is left; the contents are the caller's to drop.
    bool release(vm::Vm& vm, bool sender, bool receiver);
    /// The same for ends that are not the last ones; false: nothing happened.
    bool release_one(bool sender, bool receiver);
    bool take_content(Word& value);

    std::string describe() const override;
    std::string missing(std::string_view what) const override;
    void trace(heap::Marker& marker) { buffer_.trace(marker); }

  private:
    bool ready(const ChannelArm& arm) const;
    ChannelArm* claim_first(vm::Vm& vm, WaiterList& list, const scheduler::Task* self, bool for_value);
    void wake(vm::Vm& vm, ChannelArm& arm, Outcome outcome, Word value = 0, uint64_t flow = 0);
    void push(Word value, uint64_t flow);
    void wake_all(vm::Vm& vm, WaiterList& list, Outcome outcome, bool receivers);

    scheduler::ShortLock mutex_;
    bool closed_ = false;
    WordRing buffer_;
    const uint64_t capacity_;
    int64_t senders_ = 1, receivers_ = 1;
    WaiterList senders_waiting_, receivers_waiting_;
    std::unique_ptr<std::deque<uint64_t>> flows_;  // of what is in the buffer, while a profile is taken
};

}  // namespace braid::runtime
