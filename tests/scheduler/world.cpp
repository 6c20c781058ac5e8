#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/scheduler/tasks.h"

using namespace braid::scheduler;

namespace {

// Loops, counting without synchronization of its own: ThreadSanitizer sees whether stopping orders the accesses.
struct Spinner : Task {
    StepResult run(Worker&, Budget& budget) override {
        do ++turns;
        while (!budget.spent());
        return StepResult::Yielded;
    }
    uint64_t turns = 0;
};

Spinner& spin(Scheduler& scheduler, bool external) {
    TaskRef task = make_task<Spinner>();
    external ? scheduler.spawn_external(task) : scheduler.spawn(task);
    return static_cast<Spinner&>(*task);
}

}  // namespace

TEST_CASE("a stopped world stands, whoever stops it") {
    for (bool sequential : {false, true}) {
        Scheduler scheduler(sequential ? seeded(6) : with_workers(2));
        std::vector<Spinner*> spinners;
        for (int i = 0; i < 4; ++i) spinners.push_back(&spin(scheduler, i == 0));
        std::atomic<int> rounds{0};
        std::vector<std::thread> stoppers;
        for (int s = 0; s < 2; ++s) {
            stoppers.emplace_back([&] {
                for (int i = 0; i < 50; ++i) {
                    StoppedWorld world = scheduler.stop_world();
                    uint64_t before = 0, after = 0;
                    for (Spinner* spinner : spinners) before += spinner->turns;
                    std::this_thread::yield();
                    for (Spinner* spinner : spinners) after += spinner->turns++;
                    if (before == after) ++rounds;
                }
            });
        }
        std::thread ender([&] {
            for (auto& stopper : stoppers) stopper.join();
            scheduler.shutdown(0);
        });
        scheduler.run();
        ender.join();
        CHECK(rounds == 100);
        CHECK(scheduler.stats().world_stops == 100);
    }
}

TEST_CASE("actions asked for by tasks run while everything stands") {
    for (bool sequential : {false, true}) {
        Scheduler scheduler(sequential ? seeded(8) : with_workers(3));
        std::vector<Spinner*> spinners;
        for (int i = 0; i < 4; ++i) spinners.push_back(&spin(scheduler, i == 3));
        std::atomic<int> actions{0};
        for (int i = 0; i < 3; ++i) {
            scheduler.spawn(step([&](Step& self, Worker& worker, Budget& budget) {
                if (self.count++ == 40) return StepResult::Done;
                worker.scheduler().at_stopped_world([&] {
                    for (Spinner* spinner : spinners) ++spinner->turns;
                    if (++actions == 120) scheduler.shutdown(0);
                });
                while (!budget.spent()) {
                }
                return StepResult::Yielded;
            }));
        }
        scheduler.run();
        CHECK(actions == 120);
    }
}

TEST_CASE("an action asked for while nothing runs happens at once or with the next worker") {
    Scheduler scheduler(with_workers(2));
    bool acted = false;
    scheduler.at_stopped_world([&] { acted = true; });
    CHECK(acted);
    CHECK(scheduler.run().end == RunEnd::Quiescent);
}

TEST_CASE("an action may wake tasks, and may be asked for in a world stopped from outside") {
    Scheduler scheduler(with_workers(2));
    std::atomic<bool> parked{false};
    bool woken = false;
    InputGuard guard = scheduler.expect_input();
    TaskRef task = step([&](Step& self, Worker&, Budget&) {
        if (self.count++ == 0) {
            self.prepare_park();
            return StepResult::Parked;
        }
        woken = true;
        return StepResult::Done;
    });
    scheduler.spawn(task);
    std::thread outside([&, last = std::move(guard)]() mutable {
        while (task->state() != TaskState::Parked) std::this_thread::yield();
        {
            StoppedWorld world = scheduler.stop_world();
            scheduler.at_stopped_world([&] { EXPECT(scheduler.wake_anyway(*task)); });
            EXPECT(task->state() == TaskState::Parked);
        }
        InputGuard end = std::move(last);
    });
    scheduler.run();
    outside.join();
    CHECK(woken);
}

TEST_CASE("a held task stands while others run, and goes on when released") {
    for (bool sequential : {false, true}) {
        Scheduler scheduler(sequential ? seeded(12) : with_workers(2));
        Spinner* held = &spin(scheduler, false);
        Spinner* own_thread = &spin(scheduler, true);
        Spinner* other = &spin(scheduler, false);
        std::thread debugger([&] {
            for (Spinner* victim : {held, own_thread}) {
                scheduler.hold(*victim);
                while (scheduler.is_running(*victim)) std::this_thread::yield();
                auto turns = [&](Spinner* spinner) {
                    StoppedWorld world = scheduler.stop_world();
                    return spinner->turns;
                };
                uint64_t before = turns(victim), others = turns(other);
                while (turns(other) == others) std::this_thread::yield();
                EXPECT(turns(victim) == before);
                scheduler.unhold(*victim);
                while (turns(victim) == before) std::this_thread::yield();
            }
            scheduler.shutdown(0);
        });
        scheduler.run();
        debugger.join();
    }
}

TEST_CASE("with the focus on one task only it runs; when it waits, the debugger is told") {
    for (bool sequential : {false, true}) {
        Options options = sequential ? seeded(13) : with_workers(2);
        std::atomic<int> told{0};
        options.hooks.on_only_held = [&] { ++told; };
        options.hooks.on_quiescent = [](const std::vector<Task*>&) -> QuiescentAction {
            EXPECT(!"held tasks are no deadlock");
            return QuiescentAction::End;
        };
        Scheduler scheduler(std::move(options));
        std::atomic<int> others{0};
        TaskRef focused = step([](Step& self, Worker&, Budget& budget) {
            if (++self.count < 5) {
                budget.left = 0;
                return StepResult::Yielded;
            }
            return self.prepare_park(), StepResult::Parked;
        });
        scheduler.set_focus(focused.get());
        scheduler.spawn(once([&](Worker&) { ++others; }));
        scheduler.spawn(focused);
        scheduler.spawn_external(once([&](Worker& worker) {
            ++others;
            worker.scheduler().shutdown(9);
        }));
        std::thread debugger([&] {
            while (told == 0) std::this_thread::yield();
            EXPECT(others == 0);
            EXPECT(focused->state() == TaskState::Parked);
            scheduler.set_focus(nullptr);
        });
        CHECK(scheduler.run().code == 9);
        debugger.join();
        CHECK(others >= 1);
    }
}

TEST_CASE("every live task is listed") {
    Scheduler scheduler(with_workers(2));
    for (int i = 0; i < 50; ++i)
        scheduler.spawn(step([](Step& self, Worker&, Budget&) { return self.prepare_park(), StepResult::Parked; }));
    size_t listed = 0;
    scheduler.for_each_task([&](Task&) { ++listed; });
    CHECK(listed == 50);
    scheduler.run();
    std::vector<TaskRef> tasks = scheduler.tasks();
    REQUIRE(tasks.size() == 50);
    for (size_t i = 0; i < 50; ++i) CHECK(tasks[i]->id() == i + 1);
}
