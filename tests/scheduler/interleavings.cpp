#include "tests/scheduler/interleavings.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "interpreter/scheduler/deque.h"
#include "interpreter/scheduler/parker.h"
#include "tests/scheduler/tasks.h"

// Contexts that change stacks are nothing for the sanitizers; there the threads of the other tests are real.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace braid::scheduler::model {

namespace {
constexpr size_t kStack = 64 << 10;
}

void Explorer::start() {
    Explorer& explorer = current();
    explorer.running_->body();
    explorer.running_->ended = true;
    explorer.swap_out();
}

void Explorer::swap_out() {
    Thread* self = running_;
    running_ = nullptr;
    swapcontext(&self->context, &main_);
}

void Explorer::wait_until(const std::function<bool()>& ready) {
    while (!ready()) {
        learn(1);
        running_->waits_for = &ready;
        swap_out();
        running_->waits_for = nullptr;
    }
}

size_t Explorer::choose(size_t options) {
    if (depth_ == path_.size()) path_.push_back({0, options});
    size_t taken = path_[depth_++].taken;
    learn(taken);
    return taken;
}

bool Explorer::is_new_state() {
    uint64_t state = 0;
    for (auto& thread : threads_) state = mixed(mixed(state, thread->seen), thread->ended);
    for (const Shared* shared : shared_) state = mixed(state, shared->content());
    return states_.insert(state).second;
}

void Explorer::run_once(Scenario scenario) {
    threads_.clear();
    for (size_t i = 0; i < scenario.threads.size(); ++i) {
        if (stacks_.size() <= i) stacks_.emplace_back(new char[kStack]);
        auto& thread = threads_.emplace_back(std::make_unique<Thread>());
        thread->body = std::move(scenario.threads[i]);
        thread->number = i;
        getcontext(&thread->context);
        thread->context.uc_stack.ss_sp = stacks_[i].get();
        thread->context.uc_stack.ss_size = kStack;
        makecontext(&thread->context, &Explorer::start, 0);
    }
    for (;;) {
        std::vector<Thread*> ready;
        bool left = false;
        for (auto& thread : threads_) {
            if (thread->ended) continue;
            left = true;
            if (!thread->waits_for || (*thread->waits_for)()) ready.push_back(thread.get());
        }
        if (!left) break;
        if (ready.empty()) {
            ++stuck_;
            return;
        }
        size_t next = 0;
        if (ready.size() > 1) {
            if (depth_ == path_.size() && !is_new_state()) return;
            next = choose(ready.size());
        }
        running_ = ready[next];
        swapcontext(&main_, &running_->context);
    }
    scenario.check();
}

// The next path in depth-first order.
bool Explorer::next_path() {
    while (!path_.empty() && path_.back().taken + 1 == path_.back().options) path_.pop_back();
    if (path_.empty()) return false;
    ++path_.back().taken;
    return true;
}

size_t Explorer::explore(const std::function<Scenario()>& make) {
    size_t runs = 0;
    path_.clear();
    states_.clear();
    current_ = this;
    do {
        depth_ = 0;
        threads_.clear();
        shared_.clear();
        numbers_.clear();
        run_once(make());
        ++runs;
    } while (next_path());
    threads_.clear();
    current_ = nullptr;
    return runs;
}

}  // namespace braid::scheduler::model

using namespace braid::scheduler;
using model::Explorer;

namespace {

Task* number(size_t n) { return reinterpret_cast<Task*>((n + 1) * 64); }

using ModelDeque = BasicWorkDeque<model::Atomic, 2>;

// What each thread does, a letter per operation: owner `p` push, `t` take; thieves `s` steal.
struct DequeScenario {
    size_t before;  // tasks in the deque at the start
    const char* owner;
    std::vector<const char*> thieves;
};

size_t explore(const DequeScenario& scenario) {
    Explorer explorer;
    return explorer.explore([&] {
        auto deque = std::make_shared<ModelDeque>();
        auto next = std::make_shared<size_t>(0);
        auto taken = std::make_shared<std::vector<std::vector<Task*>>>(scenario.thieves.size() + 1);
        while (*next < scenario.before) deque->push(number((*next)++));
        Explorer::Scenario threads;
        threads.threads.push_back([=] {
            for (const char* operation = scenario.owner; *operation; ++operation) {
                if (*operation == 'p') deque->push(number((*next)++));
                else if (Task* task = deque->take()) (*taken)[0].push_back(task);
            }
        });
        for (size_t i = 0; i < scenario.thieves.size(); ++i) {
            threads.threads.push_back([=] {
                for (const char* operation = scenario.thieves[i]; *operation; ++operation)
                    if (Task* task = deque->steal()) (*taken)[i + 1].push_back(task);
            });
        }
        threads.check = [=] {
            std::vector<int> seen(*next);
            auto count = [&](Task* task) { ++seen[reinterpret_cast<uintptr_t>(task) / 64 - 1]; };
            for (size_t who = 0; who < taken->size(); ++who) {
                for (Task* task : (*taken)[who]) count(task);
                // Thieves see the oldest first.
                if (who > 0) EXPECT(std::is_sorted((*taken)[who].begin(), (*taken)[who].end()));
            }
            while (Task* task = deque->steal()) count(task);
            for (int times : seen) EXPECT(times == 1);
        };
        return threads;
    });
}

}  // namespace

TEST_CASE("in every order of accesses a deque gives each task out once") {
    CHECK(explore({1, "t", {"s"}}) > 10);
    CHECK(explore({1, "t", {"s", "s"}}) > 100);
    CHECK(explore({2, "tt", {"ss"}}) > 50);
    CHECK(explore({0, "pt", {"s"}}) > 10);
    CHECK(explore({0, "ptpt", {"ss", "s"}}) > 100);
    // The third one does not fit: the ring grows while somebody steals.
    CHECK(explore({2, "p", {"s", "s"}}) > 100);
    CHECK(explore({2, "pt", {"ss"}}) > 100);
}

TEST_CASE("in every order of accesses a parker loses no wake-up") {
    using ModelParker = BasicParker<model::Mutex, model::Condition>;
    struct State {
        ModelParker parker;
        int parks = 0;
    };
    auto scenario = [](int parks, bool timed, int wakers) {
        return [=] {
            auto state = std::make_shared<State>();
            Explorer::Scenario threads;
            threads.threads.push_back([=] {
                for (int i = 0; i < parks; ++i) {
                    if (timed) state->parker.park_until({});
                    else state->parker.park();
                    ++state->parks;
                }
            });
            for (int i = 0; i < wakers; ++i) threads.threads.push_back([=] { state->parker.unpark(); });
            threads.check = [=] { EXPECT(state->parks == parks); };
            return threads;
        };
    };
    Explorer explorer;
    CHECK(explorer.explore(scenario(1, false, 1)) >= 2);
    CHECK(explorer.explore(scenario(1, false, 2)) > 4);
    CHECK(explorer.explore(scenario(1, true, 0)) >= 1);
    CHECK(explorer.stuck() == 1);  // in one choice time does not run out, and nobody wakes it
    Explorer timed;
    CHECK(timed.explore(scenario(1, true, 2)) > 4);
    CHECK(timed.stuck() == 0);
    // Two wake-ups before the first park count once, so a second park may wait for ever; never the first.
    Explorer twice;
    CHECK(twice.explore(scenario(2, false, 2)) > 4);
    CHECK(twice.stuck() > 0);
}

TEST_CASE("the explorer finds the order that breaks a program") {
    Explorer explorer;
    size_t lost = 0;
    size_t runs = explorer.explore([&] {
        auto counter = std::make_shared<model::Atomic<int>>(0);
        Explorer::Scenario threads;
        for (int i = 0; i < 2; ++i) threads.threads.push_back([=] { counter->store(counter->load() + 1); });
        threads.check = [&lost, counter] { lost += counter->load() == 1; };
        return threads;
    });
    CHECK(runs >= 4);
    CHECK(lost > 0);
    CHECK(lost < runs);
}

#endif
