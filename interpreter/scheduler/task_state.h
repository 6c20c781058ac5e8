#pragma once

#include "interpreter/scheduler/task.h"

// Task::word_: the epoch of the last park in the high half, the state in the low byte.
namespace braid::scheduler {

inline TaskState state_of(uint64_t word) { return static_cast<TaskState>(word & 0xff); }
inline uint32_t epoch_of(uint64_t word) { return static_cast<uint32_t>(word >> 32); }
inline uint64_t make_word(uint32_t epoch, TaskState state) {
    return uint64_t{epoch} << 32 | static_cast<uint64_t>(state);
}
inline uint64_t with_state(uint64_t word, TaskState state) { return make_word(epoch_of(word), state); }

inline bool Task::transition(TaskState from, TaskState to) noexcept {
    uint64_t word = word_.load(std::memory_order_relaxed);
    while (state_of(word) == from)
        if (word_.compare_exchange_weak(word, with_state(word, to), std::memory_order_acq_rel)) return true;
    return false;
}

}  // namespace braid::scheduler
