#include "interpreter/scheduler/task.h"

#include "interpreter/scheduler/task_state.h"

namespace braid::scheduler {

ParkToken Task::prepare_park(const WaitReason* reason) noexcept {
    // Nobody else changes the word of a running task.
    uint32_t epoch = epoch_of(word_.load(std::memory_order_relaxed)) + 1;
    wait_reason_.store(reason, std::memory_order_release);
    // Sequentially consistent: a task that now looks whether it was cancelled, and a canceller that set its mark and
    // now looks whether the task is parked, do not miss each other.
    word_.store(make_word(epoch, TaskState::Parking), std::memory_order_seq_cst);
    return {epoch};
}

bool Task::cancel_park() noexcept {
    if (!transition(TaskState::Parking, TaskState::Running)) return false;
    wait_reason_.store(nullptr, std::memory_order_release);
    return true;
}

}  // namespace braid::scheduler
