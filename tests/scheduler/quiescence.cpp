#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/scheduler/tasks.h"

using namespace braid::scheduler;

namespace {

TaskRef sleeper(uint8_t kind = 0) {
    TaskRef task = step([](Step& self, Worker&, Budget&) {
        if (self.count++ > 0) return StepResult::Done;
        return self.prepare_park(), StepResult::Parked;
    });
    task->kind = kind;
    return task;
}

Options make(int kind) { return kind == 0 ? with_workers(1) : kind == 1 ? with_workers(4) : seeded(11); }

}  // namespace

namespace braid::scheduler {
struct WaitReason {
    int object;
};
}  // namespace braid::scheduler

TEST_CASE("a deadlock reports every blocked task, in order of spawning, with what it waits for") {
    for (int kind : {0, 1, 2}) {
        Options options = make(kind);
        std::vector<uint8_t> kinds;
        std::vector<int> objects;
        int reports = 0;
        options.hooks.on_quiescent = [&](const std::vector<Task*>& blocked) {
            ++reports;
            for (Task* task : blocked) {
                kinds.push_back(task->kind);
                EXPECT(task->state() == TaskState::Parked);
                objects.push_back(task->wait_reason()->object);
            }
            return QuiescentAction::End;
        };
        Scheduler scheduler(std::move(options));
        WaitReason reasons[3] = {{7}, {8}, {9}};
        for (uint32_t i = 0; i < 3; ++i) {
            TaskRef task = step([&reasons, i](Step& self, Worker&, Budget&) {
                return self.prepare_park(&reasons[i]), StepResult::Parked;
            });
            task->kind = static_cast<uint8_t>(i + 1);
            i == 1 ? scheduler.spawn_external(task) : scheduler.spawn(task);
            scheduler.spawn(once([](Worker&) {}));
        }
        CHECK(scheduler.run().end == RunEnd::Quiescent);
        CHECK(reports == 1);
        CHECK(kinds == std::vector<uint8_t>{1, 2, 3});
        CHECK(objects == std::vector<int>{7, 8, 9});
    }
}

TEST_CASE("the hook may set things going again, and is asked again") {
    for (int kind : {0, 1, 2}) {
        Options options = make(kind);
        Scheduler* running = nullptr;
        int reports = 0;
        options.hooks.on_quiescent = [&](const std::vector<Task*>& blocked) {
            ++reports;
            if (blocked.empty()) return QuiescentAction::End;
            running->wake_anyway(*blocked.front());
            return QuiescentAction::Continue;
        };
        Scheduler scheduler(std::move(options));
        running = &scheduler;
        for (int i = 0; i < 20; ++i) scheduler.spawn(sleeper());
        scheduler.run();
        CHECK(reports == 21);
    }
}

TEST_CASE("a pending timer is no deadlock") {
    for (int kind : {0, 1, 2}) {
        Scheduler scheduler(make(kind));
        bool woken = false;
        scheduler.spawn(step([&](Step& self, Worker& worker, Budget&) {
            if (self.count++ == 0) {
                ParkToken token = self.prepare_park();
                worker.scheduler().wake_at(worker.scheduler().now() + 3'000'000, self, token);
                return StepResult::Parked;
            }
            woken = self.wake_tag() == WakeTimer;
            return StepResult::Done;
        }));
        CHECK(scheduler.run().end == RunEnd::Quiescent);
        CHECK(woken);
    }
}

TEST_CASE("a cancelled timer keeps nothing alive") {
    for (int kind : {0, 1, 2}) {
        Scheduler scheduler(make(kind));
        scheduler.spawn(once([](Worker& worker) {
            TimerId timer =
                worker.scheduler().call_at(worker.scheduler().now() + 3'600'000'000'000, [] { EXPECT(!"cancelled"); });
            EXPECT(worker.scheduler().cancel_timer(timer));
            EXPECT(!(worker.scheduler().cancel_timer(timer)));
            EXPECT(!(worker.scheduler().cancel_timer(0)));
        }));
        CHECK(scheduler.run().end == RunEnd::Quiescent);
    }
}

TEST_CASE("timers fire in order of deadline, equal ones in order of setting") {
    for (int kind : {0, 1, 2}) {
        Scheduler scheduler(make(kind));
        std::vector<int> order;
        scheduler.spawn(once([&](Worker& worker) {
            Scheduler& s = worker.scheduler();
            Instant base = s.now() + 1'000'000;
            for (int i = 0; i < 30; ++i) s.call_at(base + 1'000'000 * (i % 3), [&order, i] { order.push_back(i); });
        }));
        scheduler.run();
        std::vector<int> expected;
        for (int i = 0; i < 30; ++i) expected.push_back(i / 10 + i % 10 * 3);
        CHECK(order == expected);
    }
}

TEST_CASE("input under way is no deadlock; its end is judged anew") {
    for (int kind : {0, 1, 2}) {
        Options options = make(kind);
        std::atomic<bool> ended{false};
        std::atomic<int> reports{0};
        options.hooks.on_quiescent = [&](const std::vector<Task*>&) {
            EXPECT(ended);
            ++reports;
            return QuiescentAction::End;
        };
        Scheduler scheduler(std::move(options));
        InputGuard guard = scheduler.expect_input();
        std::atomic<bool> started{false};
        scheduler.spawn(once([&](Worker&) { started = true; }));
        std::thread outside([&] {
            while (!started) std::this_thread::yield();
            ended = true;
            InputGuard last = std::move(guard);
        });
        scheduler.run();
        outside.join();
        CHECK(reports == 1);
    }
}

TEST_CASE("an external thread that computes is no deadlock") {
    Options options = with_workers(2);
    std::atomic<bool> computed{false};
    options.hooks.on_quiescent = [&](const std::vector<Task*>& blocked) {
        EXPECT(computed);
        EXPECT(blocked.size() == 1);
        return QuiescentAction::End;
    };
    Scheduler scheduler(std::move(options));
    scheduler.spawn(sleeper());
    scheduler.spawn_external(step([&](Step& self, Worker&, Budget& budget) {
        while (!budget.spent()) {
        }
        if (++self.count < 200) return StepResult::Yielded;
        computed = true;
        return StepResult::Done;
    }));
    scheduler.run();
}

TEST_CASE("the end of a run is found every time", "[stress]") {
    for (int round = 0; round < 300; ++round) {
        Scheduler scheduler(with_workers(3));
        std::atomic<int> runs{0};
        for (int i = 0; i < 4; ++i) {
            TaskRef waiting = sleeper();
            scheduler.spawn(waiting);
            auto waker = [&runs, waiting](Step&, Worker& worker, Budget& budget) {
                if (!worker.scheduler().wake_anyway(*waiting)) {
                    budget.left = 0;
                    return StepResult::Yielded;
                }
                ++runs;
                return StepResult::Done;
            };
            i % 2 ? scheduler.spawn(step(waker)) : scheduler.spawn_external(step(waker));
        }
        REQUIRE(scheduler.run().end == RunEnd::Quiescent);
        REQUIRE(runs == 4);
        REQUIRE(scheduler.stats().tasks_live == 0);
    }
}
