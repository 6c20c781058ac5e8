#pragma once
#include <deque>
#include <limits>

#include "interpreter/runtime/waiting.h"

namespace braid::runtime {

struct ChannelWait;

/// A task that waits at one channel for one thing; a select has one per arm.
struct ChannelArm : Waiter {
    ChannelWait* wait = nullptr;
    class Channel* channel = nullptr;
    uint32_t index = 0;
    bool sends = false;
    bool only_ok = false;   // not ready on a closed channel
    bool only_err = false;  // ready on a closed channel only
    Word value = 0;         // what it sends
};

enum class Outcome : uint8_t { None, Received, Sent, Closed, Disconnected, Full, Empty };

/// State of send, recv and select while they wait. Written by whoever claimed the task.
struct ChannelWait : vm::NativeState {
    std::vector<ChannelArm> arms;
    WaitReason reason;
    Outcome outcome = Outcome::None;
    uint32_t chosen = 0;
    Word value = 0;
    scheduler::TimerId timer = 0;
    void trace(heap::Marker& marker) override {
        marker.visit(value);
        for (const ChannelArm& arm : arms) marker.visit(arm.value);
    }
    /// Takes what is still queued out of the channels' queues.
    void unlink();
};

/// Behind Sender, Receiver and Channel: all are the same object, counted per end.
class Channel final : public WaitObject {
  public:
    static constexpr uint64_t kUnbounded = std::numeric_limits<uint64_t>::max();
    Channel(uint64_t capacity, bool two_way) : capacity_(capacity), two_way_(two_way) {}

    /// `arm.value` moves on Sent. `self`: the calling task, which does not meet itself.
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
    bool take_content(Word& value);

    std::string describe() const override;
    std::string missing(std::string_view what) const override;
    void trace(heap::Marker& marker) {
        for (Word word : buffer_) marker.visit(word);
    }

  private:
    bool ready(const ChannelArm& arm) const;
    ChannelArm* claim_first(vm::Vm& vm, WaiterList& list, const scheduler::Task* self, bool for_value);
    void wake(vm::Vm& vm, ChannelArm& arm, Outcome outcome, Word value = 0);
    void wake_all(vm::Vm& vm, WaiterList& list, Outcome outcome, bool receivers);

    std::mutex mutex_;
    std::deque<Word> buffer_;
    const uint64_t capacity_;
    const bool two_way_;
    bool closed_ = false;
    int64_t senders_ = 1, receivers_ = 1;
    WaiterList senders_waiting_, receivers_waiting_;
};

}  // namespace braid::runtime
