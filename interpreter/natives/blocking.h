#pragma once
#include <memory>
#include <string_view>
#include <utility>

#include "interpreter/natives/support.h"

namespace braid::natives {

/// State of a native that lets a thread of the pool do its blocking work. The result is shared with that thread: a task
/// that is cancelled meanwhile goes its way.
template <class Result>
struct Blocking : vm::NativeState {
    std::shared_ptr<Result> result = std::make_shared<Result>();
    runtime::WaitReason reason;
};

/// Parks the task while `work(result)` runs on a thread of the pool; the native is entered at `next` afterwards.
/// `work` may not touch the heap. `waits_to` completes "waits to …".
template <class Result, class Work>
NativeAction run_blocking(NativeCall& call, std::string_view waits_to, Work work, uint32_t next) {
    auto& state = call.state<Blocking<Result>>();
    state.reason = {waits_to, nullptr};
    vm::WakeHandle handle = call.park(&state.reason);
    call.scheduler().run_blocking(*handle.task, handle.token,
                                  [result = state.result, work = std::move(work)] { work(*result); });
    return call.parked(next);
}
template <class Result>
Result& blocking_result(NativeCall& call) {
    return *call.state<Blocking<Result>>().result;
}

}  // namespace braid::natives
