#include "interpreter/scheduler/strand.h"

namespace braid::scheduler {

size_t Strand::waiting() const {
    std::lock_guard lock(mutex_);
    return micro_.size() + macro_.size();
}

bool Strand::enter(Task& task, bool macro) {
    std::lock_guard lock(mutex_);
    if (busy_) {
        (macro ? macro_ : micro_).push(task);
        return false;
    }
    busy_ = true;
    return true;
}

Task* Strand::leave() {
    std::lock_guard lock(mutex_);
    Task* next = micro_.empty() ? macro_.pop() : micro_.pop();
    busy_ = next != nullptr;
    return next;
}

}  // namespace braid::scheduler
