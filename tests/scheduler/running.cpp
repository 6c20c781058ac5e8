#include <atomic>
#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "tests/scheduler/tasks.h"

using namespace braid::scheduler;

TEST_CASE("a task object is small") { CHECK(sizeof(Task) <= 128); }

TEST_CASE("an empty run ends") {
    CHECK(Scheduler(with_workers(3)).run().end == RunEnd::Quiescent);
    CHECK(Scheduler(seeded(1)).run().end == RunEnd::Quiescent);
}

TEST_CASE("a hundred thousand tasks run once each") {
    for (bool sequential : {false, true}) {
        Scheduler scheduler(sequential ? seeded(7) : with_workers(4));
        std::atomic<int> runs{0};
        scheduler.spawn(once([&](Worker& worker) {
            for (int i = 0; i < 1000; ++i)
                worker.scheduler().spawn(once([&](Worker& inner) {
                    for (int j = 0; j < 100; ++j) inner.scheduler().spawn(once([&](Worker&) { ++runs; }));
                }));
        }));
        scheduler.run();
        CHECK(runs == 100'000);
        CHECK(scheduler.stats().tasks_spawned == 101'001);
        CHECK(scheduler.stats().tasks_live == 0);
    }
}

TEST_CASE("no loop starves others, even on one worker") {
    for (bool sequential : {false, true}) {
        Scheduler scheduler(sequential ? seeded(3) : with_workers(1));
        std::atomic<bool> flag{false};
        scheduler.spawn(step([&](Step&, Worker&, Budget& budget) {
            while (!flag.load())
                if (budget.spent()) return StepResult::Yielded;
            return StepResult::Done;
        }));
        scheduler.spawn(once([&](Worker&) { flag = true; }));
        CHECK(scheduler.run().end == RunEnd::Quiescent);
        CHECK(flag);
    }
}

TEST_CASE("idle workers take over work") {
    Scheduler scheduler(with_workers(3));
    std::atomic<int> together{0};
    // Each loops until all three run at the same time.
    for (int i = 0; i < 3; ++i) {
        scheduler.spawn(step([&](Step& self, Worker&, Budget& budget) {
            if (self.count++ == 0) ++together;
            while (together.load() < 3)
                if (budget.spent()) return StepResult::Yielded;
            return StepResult::Done;
        }));
    }
    CHECK(scheduler.run().end == RunEnd::Quiescent);
    CHECK(scheduler.stats().workers.size() == 3);
}

TEST_CASE("shutdown ends loops that never end, and the first code counts") {
    for (bool sequential : {false, true}) {
        Scheduler scheduler(sequential ? seeded(5) : with_workers(2));
        auto forever = [](Step&, Worker&, Budget& budget) {
            while (!budget.spent()) {
            }
            return StepResult::Yielded;
        };
        for (int i = 0; i < 5; ++i) scheduler.spawn(step(forever));
        scheduler.spawn_external(step(forever));
        scheduler.spawn_external(
            step([](Step& self, Worker&, Budget&) { return self.prepare_park(), StepResult::Parked; }));
        scheduler.spawn(once([](Worker& worker) {
            worker.scheduler().shutdown(42);
            worker.scheduler().shutdown(43);
        }));
        RunResult result = scheduler.run();
        CHECK(result.end == RunEnd::Shutdown);
        CHECK(result.code == 42);
        auto late = scheduler.spawn(once([](Worker&) {}));
        REQUIRE_FALSE(late);
        CHECK(late.error() == SpawnError::ShuttingDown);
    }
}

TEST_CASE("shutdown from outside interrupts") {
    Scheduler scheduler(with_workers(2));
    std::atomic<bool> started{false};
    scheduler.spawn(step([&](Step&, Worker&, Budget& budget) {
        started = true;
        while (!budget.spent()) {
        }
        return StepResult::Yielded;
    }));
    std::thread interrupter([&] {
        while (!started) std::this_thread::yield();
        scheduler.shutdown(130);
    });
    CHECK(scheduler.run().code == 130);
    interrupter.join();
}

TEST_CASE("a flood of tasks or threads is refused, not fatal") {
    Options options = with_workers(2);
    options.max_tasks = 100;
    options.max_external_threads = 3;
    Scheduler scheduler(std::move(options));
    auto sleeper = [](Step& self, Worker&, Budget&) { return self.prepare_park(), StepResult::Parked; };
    for (int i = 0; i < 3; ++i) CHECK(scheduler.spawn_external(step(sleeper)));
    auto thread = scheduler.spawn_external(step(sleeper));
    REQUIRE_FALSE(thread);
    CHECK(thread.error() == SpawnError::TooManyThreads);
    for (int i = 0; i < 97; ++i) CHECK(scheduler.spawn(step(sleeper)));
    auto task = scheduler.spawn(step(sleeper));
    REQUIRE_FALSE(task);
    CHECK(task.error() == SpawnError::TooManyTasks);
    CHECK(scheduler.run().end == RunEnd::Quiescent);
}

TEST_CASE("external tasks run beside the workers and park their own thread") {
    Scheduler scheduler(with_workers(1));
    std::mutex mutex;
    std::set<std::thread::id> threads;
    std::atomic<int> done{0};
    for (int i = 0; i < 8; ++i) {
        scheduler.spawn_external(step([&](Step& self, Worker& worker, Budget&) {
            {
                std::lock_guard lock(mutex);
                threads.insert(std::this_thread::get_id());
            }
            EXPECT(worker.is_external());
            EXPECT(self.is_external());
            if (self.count++ == 50) {
                ++done;
                return StepResult::Done;
            }
            ParkToken token = self.prepare_park();
            TaskRef me(&self);
            worker.scheduler().spawn(once([me, token](Worker& w) { w.scheduler().wake(*me, token); }));
            return StepResult::Parked;
        }));
    }
    scheduler.run();
    CHECK(done == 8);
    CHECK(threads.size() == 8);
    CHECK(scheduler.stats().external_threads == 8);
}

TEST_CASE("thousands of threads one after another reuse what the earlier ones left") {
    Options options = with_workers(1);
    options.max_external_threads = 4;
    Scheduler scheduler(std::move(options));
    int started = 0;
    scheduler.spawn(step([&](Step&, Worker& worker, Budget& budget) {
        if (started == 500) return StepResult::Done;
        if (worker.scheduler().spawn_external(once([](Worker& w) { EXPECT(w.index() >= 1); }))) ++started;
        budget.left = 0;
        return StepResult::Yielded;
    }));
    scheduler.run();
    CHECK(scheduler.stats().external_threads == 500);
}

TEST_CASE("hooks see each worker start and stop") {
    Options options = with_workers(3);
    std::atomic<int> alive{0}, ever{0};
    options.hooks.worker_started = [&](Worker& worker) {
        ++alive, ++ever;
        worker.local = new int(5);
    };
    options.hooks.worker_stopped = [&](Worker& worker) {
        --alive;
        delete static_cast<int*>(worker.local);
    };
    Scheduler scheduler(std::move(options));
    std::atomic<int> seen{0};
    scheduler.spawn_external(once([&](Worker& worker) { seen += *static_cast<int*>(worker.local); }));
    scheduler.spawn(once([&](Worker& worker) { seen += *static_cast<int*>(worker.local); }));
    scheduler.run();
    CHECK(alive == 0);
    CHECK(ever == 4);
    CHECK(seen == 10);
}

TEST_CASE("blocking work wakes its task") {
    for (bool sequential : {false, true}) {
        Scheduler scheduler(sequential ? seeded(2) : with_workers(1));
        std::atomic<int> worked{0}, resumed{0};
        for (int i = 0; i < 200; ++i) {
            scheduler.spawn(step([&](Step& self, Worker& worker, Budget&) {
                if (self.count++ == 0) {
                    ParkToken token = self.prepare_park();
                    worker.scheduler().run_blocking(self, token, [&] { ++worked; });
                    return StepResult::Parked;
                }
                EXPECT(self.wake_tag() == WakeInput);
                ++resumed;
                return StepResult::Done;
            }));
        }
        CHECK(scheduler.run().end == RunEnd::Quiescent);
        CHECK(worked == 200);
        CHECK(resumed == 200);
    }
}

TEST_CASE("work that is still blocked at shutdown is abandoned") {
    auto gate = std::make_shared<std::atomic<bool>>(false);
    {
        Scheduler scheduler(with_workers(1));
        std::atomic<bool> entered{false};
        scheduler.spawn(step([&](Step& self, Worker& worker, Budget&) {
            ParkToken token = self.prepare_park();
            worker.scheduler().run_blocking(self, token, [gate, &entered] {
                entered = true;
                while (!*gate) std::this_thread::yield();
            });
            return StepResult::Parked;
        }));
        std::thread interrupter([&] {
            while (!entered) std::this_thread::yield();
            scheduler.shutdown(1);
        });
        CHECK(scheduler.run().code == 1);
        interrupter.join();
    }
    *gate = true;
}
