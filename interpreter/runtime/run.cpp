#include "interpreter/runtime/run.h"

#include <cstdio>

#include "interpreter/runtime/channel.h"
#include "interpreter/runtime/locks.h"
#include "interpreter/runtime/promise.h"
#include "interpreter/runtime/task_core.h"

namespace braid::runtime {

void register_condition_layouts(Run& run);
void register_error_layout(Run& run);
void register_error_natives(vm::NativeRegistry& registry);

Run::Run(vm::Vm& vm, std::vector<std::string> arguments, uint64_t seed, ProjectSettings project)
    : vm_(vm), arguments_(std::move(arguments)), random_(seed), project_(std::move(project)) {
    vm_.embedder = this;
    channel = vm.register_native_layout<Channel>("sync::Channel");
    mutex = vm.register_native_layout<Mutex>("sync::Mutex");
    rwlock = vm.register_native_layout<RwLock>("sync::RwLock");
    task = vm.register_native_layout<TaskCore>("async::Task");
    register_condition_layouts(*this);
    register_error_layout(*this);
    make_task_functions(*this);
    make_future_functions(*this);
    make_scope_functions(*this);
    make_concurrent_call_functions(*this);
    make_actor_functions(*this);
    make_promise_functions(*this);
    make_combinator_functions(*this);
    make_timer_functions(*this);
}

Run::~Run() { vm_.embedder = nullptr; }

void Run::make_isolate() {
    isolate_ = std::make_unique<Isolate>();
    isolate_->make_layouts(vm_);
    vm_.add_roots([isolate = isolate_.get()](heap::Marker& marker) { isolate->trace(marker); });
}

uint64_t Run::random() {
    std::lock_guard lock(random_mutex_);
    return random_.next();
}
void Run::seed_random(uint64_t seed) {
    std::lock_guard lock(random_mutex_);
    random_ = scheduler::Random(seed);
}

ConcurrencyLimit& Run::concurrency_limit(const vm::Function& function) {
    std::lock_guard lock(limits_mutex_);
    return limits_.try_emplace(&function, vm_.scheduler().worker_count()).first->second;
}
std::vector<Run::Learned> Run::learned_limits() {
    std::lock_guard lock(limits_mutex_);
    std::vector<Learned> found;
    for (const auto& [function, limit] : limits_)
        if (limit.throughput() > 0) found.push_back({function->name, limit.limit(), limit.throughput()});
    return found;
}

void Run::exit(int status) { vm_.scheduler().shutdown(status); }

void register_runtime(vm::NativeRegistry& registry) {
    register_error_natives(registry);
    register_channels(registry);
    register_select(registry);
    register_locks(registry);
    register_tasks(registry);
    register_futures(registry);
    register_scopes(registry);
    register_concurrent_calls(registry);
    register_actors(registry);
    register_promises(registry);
    register_generators(registry);
    register_promise_combinators(registry);
    register_timers(registry);
}

}  // namespace braid::runtime
