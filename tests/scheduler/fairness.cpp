// How long a runnable task waits, counted in ticks: a tick is over when every worker has had one, so that a slow
// machine makes ticks long and not the count.
#include <catch2/catch.hpp>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "interpreter/scheduler/injector.h"
#include "tests/scheduler/tasks.h"

using namespace braid::scheduler;

namespace {

class Ticks {
  public:
    Ticks(unsigned workers, uint64_t last) : workers_(workers), last_(last) {}

    // The number of the tick that the caller spends. Returns when it is over; false: no more are wanted.
    bool spend(uint64_t& number) {
        std::unique_lock lock(mutex_);
        number = now_;
        if (++spent_ == workers_) {
            spent_ = 0;
            ++now_;
            over_.notify_all();
        } else {
            over_.wait(lock, [&] { return now_ > number || now_ >= last_; });
        }
        return now_ < last_;
    }

  private:
    const unsigned workers_;
    const uint64_t last_;
    std::mutex mutex_;
    std::condition_variable over_;
    unsigned spent_ = 0;
    uint64_t now_ = 0;
};

// Uses up every tick it gets, and notes the longest time between two.
struct Busy : Task {
    explicit Busy(Ticks& ticks) : ticks(ticks) {}
    StepResult run(Worker&, Budget& budget) override {
        uint64_t number = 0;
        bool more = ticks.spend(number);
        if (runs++ > 0) longest = std::max(longest, number - before - 1);
        before = number;
        budget.left = 0;
        return more ? StepResult::Yielded : StepResult::Done;
    }
    Ticks& ticks;
    uint64_t before = 0, longest = 0;
    int runs = 0;
};

}  // namespace

TEST_CASE("with R runnable tasks on W workers none waits longer than 2 * R/W ticks") {
    for (unsigned workers : {1u, 2u, 3u, 8u}) {
        for (unsigned tasks : {2 * workers + 1, 5 * workers, 64 * workers + 3, 300 * workers + 1}) {
            if (tasks > 1000) continue;
            Ticks ticks(workers, 40 + 6 * (tasks / workers));
            Scheduler scheduler(with_workers(workers));
            std::vector<TaskRef> all;
            // All begin in the queue of one worker.
            scheduler.spawn(once([&](Worker& worker) {
                for (unsigned i = 0; i < tasks; ++i) {
                    all.push_back(make_task<Busy>(ticks));
                    worker.scheduler().spawn(all.back());
                }
            }));
            scheduler.run();
            uint64_t longest = 0;
            for (const TaskRef& task : all) {
                longest = std::max(longest, static_cast<Busy&>(*task).longest);
                CHECK(static_cast<Busy&>(*task).runs > 1);
            }
            INFO(tasks << " tasks on " << workers << " workers");
            CHECK(longest <= 2 * ((tasks + workers - 1) / workers));
        }
    }
}

TEST_CASE("what comes from outside gets its turn among tasks that never wait") {
    Scheduler scheduler(with_workers(2));
    std::atomic<bool> stop{false};
    std::atomic<int> began{0};
    std::atomic<uint64_t> ticks{0}, waited{~uint64_t{0}};
    for (int i = 0; i < 10; ++i) {
        scheduler.spawn(step([&](Step& self, Worker&, Budget& budget) {
            if (self.count++ == 0) ++began;
            ++ticks;
            budget.left = 0;
            return stop ? StepResult::Done : StepResult::Yielded;
        }));
    }
    std::thread outside([&] {
        while (began < 10) std::this_thread::yield();
        uint64_t before = ticks;
        scheduler.spawn(once([&, before](Worker&) {
            waited = ticks - before;
            stop = true;
        }));
    });
    scheduler.run();
    outside.join();
    // It comes behind what is queued already; the thread that asks may itself wait for its processor.
    CHECK(waited != ~uint64_t{0});
}

TEST_CASE("tasks that keep waking each other share one tick") {
    // One worker, one pair that never stops waking each other, and one task that counts how often it gets its turn.
    Scheduler scheduler(with_workers(1));
    constexpr int kTurns = 20;
    int turns = 0;
    uint64_t wakes = 0;
    struct Partner {
        Task* task = nullptr;
        ParkToken token;
    } partners[2];
    for (int i = 0; i < 2; ++i) {
        scheduler.spawn(step([&, i](Step& self, Worker& worker, Budget& budget) {
            if (turns >= kTurns) {
                if (partners[1 - i].task) worker.scheduler().wake_anyway(*partners[1 - i].task, WakeNormal);
                partners[i].task = nullptr;  // gone soon
                return StepResult::Done;
            }
            ++wakes;
            budget.spent();
            partners[i] = {&self, self.prepare_park()};
            if (Task* other = partners[1 - i].task) worker.scheduler().wake(*other, partners[1 - i].token);
            return StepResult::Parked;
        }));
    }
    scheduler.spawn(step([&](Step&, Worker&, Budget& budget) {
        budget.left = 0;
        return ++turns < kTurns ? StepResult::Yielded : StepResult::Done;
    }));
    scheduler.run();
    CHECK(turns == kTurns);
    CHECK(wakes < kTurns * 2000);
}

TEST_CASE("an injector hands out each task once, oldest first") {
    constexpr size_t kPushers = 3, kTasks = 20'000;
    std::vector<TaskRef> tasks;
    for (size_t i = 0; i < kPushers * kTasks; ++i) tasks.push_back(once([](Worker&) {}));
    std::map<Task*, size_t> number;
    for (size_t i = 0; i < tasks.size(); ++i) number[tasks[i].get()] = i;
    Injector injector;
    std::atomic<size_t> taken{0};
    std::vector<std::vector<size_t>> seen(2);
    std::vector<std::thread> threads;
    for (size_t p = 0; p < kPushers; ++p)
        threads.emplace_back([&, p] {
            for (size_t i = 0; i < kTasks; ++i) injector.push(*tasks[p * kTasks + i]);
        });
    for (auto& list : seen)
        threads.emplace_back([&] {
            while (taken < tasks.size()) {
                TaskQueue some = injector.pop(7);
                while (Task* task = some.pop()) {
                    list.push_back(number.at(task));
                    ++taken;
                }
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(injector.empty());
    std::vector<int> times(tasks.size());
    for (const auto& list : seen) {
        size_t last[kPushers] = {};
        for (size_t n : list) {
            ++times[n];
            // Of one pusher, each taker sees them in order.
            REQUIRE(n + 1 > last[n / kTasks]);
            last[n / kTasks] = n + 1;
        }
    }
    CHECK(std::all_of(times.begin(), times.end(), [](int n) { return n == 1; }));
}
