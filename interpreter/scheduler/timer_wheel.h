#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "interpreter/scheduler/task.h"

namespace braid::scheduler {

// What a timer does: wakes a task, or calls.
struct TimerAction {
    TaskRef task;
    ParkToken token;
    std::function<void()> call;
};

// Hierarchical timing wheel (Varghese and Lauck, SOSP 1987), 64 slots a level, over the whole range of ticks. The level
// of an entry is where its deadline first differs from the present time, so that an entry moves down at most once per
// level, and entries of equal deadline are always in the same slot, in order of insertion. All operations are O(1)
// amortized. Not synchronized.
class TimerWheel {
  public:
    using Tick = uint64_t;

    // Never 0.
    uint64_t insert(Tick deadline, TimerAction action);
    bool cancel(uint64_t id);

    // Moves time to `now` and appends what is due, by deadline, then order of insertion. Time never goes back.
    void advance(Tick now, std::vector<TimerAction>& due);

    // A tick at or before the next deadline, and after the present if nothing is due; none if there is no entry.
    std::optional<Tick> next() const;

    size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

  private:
    static constexpr unsigned kBits = 6, kSlots = 1 << kBits, kLevels = (64 + kBits - 1) / kBits;
    static constexpr uint32_t kNone = UINT32_MAX;

    struct Node {
        Tick deadline = 0;
        uint32_t previous = kNone;
        uint32_t next = kNone;
        uint32_t generation = 1;
        bool queued = false;
        TimerAction action;
    };
    struct List {
        uint32_t head = kNone;
        uint32_t tail = kNone;
    };

    void link(uint32_t index);
    void unlink(uint32_t index);
    void release(uint32_t index);
    unsigned level_of(Tick deadline) const;
    static unsigned slot_of(Tick deadline, unsigned level) { return (deadline >> (kBits * level)) & (kSlots - 1); }
    Tick start_of(unsigned level, unsigned slot) const;

    Tick now_ = 0;
    size_t size_ = 0;
    std::vector<Node> nodes_;
    std::vector<uint32_t> free_;
    std::array<uint64_t, kLevels> occupied_{};
    std::array<std::array<List, kSlots>, kLevels> slots_{};
};

}  // namespace braid::scheduler
