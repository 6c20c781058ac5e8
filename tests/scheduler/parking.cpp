#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "interpreter/scheduler/parker.h"
#include "tests/scheduler/tasks.h"

using namespace braid::scheduler;

TEST_CASE("a parker remembers one unpark and loses none") {
    Parker a, b;
    std::atomic<int> turns{0};
    std::thread other([&] {
        for (int i = 0; i < 2000; ++i) {
            a.park();
            ++turns;
            b.unpark();
        }
    });
    for (int i = 0; i < 2000; ++i) {
        a.unpark();
        b.park();
        REQUIRE(turns == i + 1);
    }
    other.join();
    CHECK_FALSE(a.park_until(std::chrono::steady_clock::now()));
}

TEST_CASE("a task that cancels its park goes on, and its token is worthless") {
    Scheduler scheduler(with_workers(1));
    bool cancelled = false, woken = true;
    scheduler.spawn(step([&](Step& self, Worker& worker, Budget&) {
        ParkToken token = self.prepare_park();
        cancelled = self.cancel_park();
        woken = worker.scheduler().wake(self, token);
        return StepResult::Done;
    }));
    CHECK(scheduler.run().end == RunEnd::Quiescent);
    CHECK(cancelled);
    CHECK_FALSE(woken);
}

TEST_CASE("a task woken before it has parked runs again, with the tag") {
    Scheduler scheduler(with_workers(1));
    std::vector<WakeTag> tags;
    scheduler.spawn(step([&](Step& self, Worker& worker, Budget&) {
        if (self.count++ > 0) tags.push_back(self.wake_tag());
        if (self.count == 3) return StepResult::Done;
        ParkToken token = self.prepare_park();
        EXPECT(worker.scheduler().wake(self, token, WakeUser + static_cast<WakeTag>(self.count)));
        EXPECT(!(worker.scheduler().wake(self, token)));
        EXPECT(!(self.cancel_park()));
        return StepResult::Parked;
    }));
    scheduler.run();
    CHECK(tags == std::vector<WakeTag>{WakeUser + 1, WakeUser + 2});
}

// The heart of every primitive: many who want to wake the same park, exactly one may.
TEST_CASE("of all who race for a token exactly one wins, and the task always runs again") {
    for (unsigned workers : {1u, 4u}) {
        constexpr int kTasks = 20, kParks = 300, kWakers = 3;
        Scheduler scheduler(with_workers(workers));
        std::atomic<int> wins{0}, resumptions{0};
        for (int t = 0; t < kTasks; ++t) {
            scheduler.spawn(step([&](Step& self, Worker& worker, Budget&) {
                if (self.count > 0) ++resumptions;
                if (self.count++ == kParks) return StepResult::Done;
                ParkToken token = self.prepare_park();
                TaskRef me(&self);
                auto attempt = [&wins, me, token](Worker& w) {
                    if (w.scheduler().claim(*me, token)) {
                        ++wins;
                        w.scheduler().resume(*me);
                    }
                };
                for (int w = 0; w < kWakers; ++w) worker.scheduler().spawn(once(attempt));
                worker.scheduler().wake_at(worker.scheduler().now() + 1000, self, token);
                return StepResult::Parked;
            }));
        }
        CHECK(scheduler.run().end == RunEnd::Quiescent);
        Stats stats = scheduler.stats();
        CHECK(resumptions == kTasks * kParks);
        CHECK(wins <= kTasks * kParks);
        CHECK(stats.tasks_live == 0);
        CHECK(stats.total.wakes == kTasks * kParks);
        CHECK(stats.tasks_spawned == kTasks + kTasks * kParks * kWakers);
    }
}

TEST_CASE("a task that begins parked runs when its first token is won") {
    for (bool sequential : {false, true}) {
        Scheduler scheduler(sequential ? seeded(1) : with_workers(2));
        WakeTag tag = WakeNormal;
        TaskRef idle = step([&](Step& self, Worker&, Budget&) {
            tag = self.wake_tag();
            return StepResult::Done;
        });
        auto token = scheduler.spawn_parked(idle, nullptr, nullptr);
        REQUIRE(token);
        CHECK(idle->state() == TaskState::Parked);
        scheduler.spawn(once([&](Worker& worker) { EXPECT(worker.scheduler().wake(*idle, *token, WakeUser)); }));
        scheduler.run();
        CHECK(tag == WakeUser);
        CHECK(idle->state() == TaskState::Done);
    }
}

TEST_CASE("wake_anyway wakes what is parked and nothing else") {
    Scheduler scheduler(with_workers(2));
    WakeTag tag = WakeNormal;
    TaskRef sleeper = step([&](Step& self, Worker&, Budget&) {
        if (self.count++ == 0) return self.prepare_park(), StepResult::Parked;
        tag = self.wake_tag();
        return StepResult::Done;
    });
    bool done = false;
    scheduler.spawn(sleeper);
    scheduler.spawn(step([&](Step&, Worker& worker, Budget& budget) {
        if (sleeper->state() != TaskState::Parked) {
            budget.left = 0;
            return StepResult::Yielded;
        }
        done = worker.scheduler().wake_anyway(*sleeper);
        return StepResult::Done;
    }));
    scheduler.run();
    CHECK(done);
    CHECK(tag == WakeCancel);
    CHECK(sleeper->state() == TaskState::Done);
    CHECK_FALSE(scheduler.wake_anyway(*sleeper));
}

namespace {

struct Pong {
    std::mutex mutex;
    std::atomic<int> rounds{0};
    TaskRef waiting;
    ParkToken token;
};

// Two tasks that hand a ball to each other through one slot, `limit` times.
TaskRef player(Pong& table, int limit) {
    return step([&table, limit](Step& self, Worker& worker, Budget&) {
        std::unique_lock lock(table.mutex);
        TaskRef other = std::exchange(table.waiting, TaskRef());
        ParkToken token = table.token;
        int round = ++table.rounds;
        bool stay = round <= limit;
        if (stay) {
            table.token = self.prepare_park();
            table.waiting = TaskRef(&self);
        }
        lock.unlock();
        if (other) worker.scheduler().wake(*other, token);
        return stay ? StepResult::Parked : StepResult::Done;
    });
}

}  // namespace

TEST_CASE("two tasks that keep waking each other starve nobody") {
    Scheduler scheduler(with_workers(1));
    Pong table;
    int at_third = -1;
    scheduler.spawn(player(table, 100'000));
    scheduler.spawn(player(table, 100'000));
    scheduler.spawn(once([&](Worker&) { at_third = table.rounds; }));
    scheduler.run();
    CHECK(table.rounds > 100'000);
    CHECK(at_third >= 0);
    CHECK(at_third < 100);
    CHECK(scheduler.stats().total.lifo_hits > 1000);
}

TEST_CASE("hand-overs across workers lose nobody") {
    Scheduler scheduler(with_workers(4));
    std::vector<std::unique_ptr<Pong>> tables;
    for (int i = 0; i < 16; ++i) {
        tables.push_back(std::make_unique<Pong>());
        scheduler.spawn(player(*tables.back(), 5000));
        scheduler.spawn(player(*tables.back(), 5000));
    }
    scheduler.run();
    for (auto& table : tables) CHECK(table->rounds > 5000);
}
