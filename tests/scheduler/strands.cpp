#include <atomic>
#include <catch2/catch.hpp>

#include "tests/scheduler/tasks.h"

using namespace braid::scheduler;

TEST_CASE("tasks of a strand never run at the same time") {
    for (unsigned workers : {1u, 4u}) {
        Scheduler scheduler(with_workers(workers));
        constexpr int kStrands = 4, kTasks = 20, kSteps = 100;
        std::vector<std::unique_ptr<Strand>> strands;
        std::vector<int> unsynchronized(kStrands);  // ThreadSanitizer sees whether the strand orders the accesses
        for (int s = 0; s < kStrands; ++s) strands.push_back(std::make_unique<Strand>());
        for (int t = 0; t < kTasks * kStrands; ++t) {
            int s = t % kStrands;
            scheduler.spawn(
                step([&unsynchronized, s](Step& self, Worker& worker, Budget& budget) {
                    ++unsynchronized[s];
                    if (++self.count == kSteps) return StepResult::Done;
                    if (self.count % 2) {
                        budget.left = 0;
                        return StepResult::Yielded;
                    }
                    ParkToken token = self.prepare_park();
                    TaskRef me(&self);
                    worker.scheduler().spawn(once([me, token](Worker& w) { w.scheduler().wake(*me, token); }));
                    return StepResult::Parked;
                }),
                strands[s].get());
        }
        scheduler.run();
        for (int sum : unsynchronized) CHECK(sum == kTasks * kSteps);
    }
}

TEST_CASE("a preempted task keeps its strand's turn") {
    for (bool sequential : {false, true}) {
        Scheduler scheduler(sequential ? seeded(9) : with_workers(3));
        Strand strand;
        std::string order;
        for (char name : {'a', 'b', 'c'}) {
            scheduler.spawn(step([&order, name](Step& self, Worker&, Budget& budget) {
                                order += name;
                                budget.left = 0;
                                return ++self.count == 4 ? StepResult::Done : StepResult::Yielded;
                            }),
                            &strand);
        }
        scheduler.run();
        CHECK(order == "aaaabbbbcccc");
        CHECK(strand.waiting() == 0);
    }
}

TEST_CASE("what timers and input wake runs after what tasks wake") {
    Scheduler scheduler(seeded(4));
    Strand strand;
    std::string order;
    std::vector<std::pair<TaskRef, ParkToken>> waiting;
    for (char name : {'a', 'b', 'c', 'd'}) {
        scheduler.spawn(step([&, name](Step& self, Worker&, Budget&) {
                            if (self.count++ > 0) {
                                order += name;
                                return StepResult::Done;
                            }
                            waiting.emplace_back(TaskRef(&self), self.prepare_park());
                            return StepResult::Parked;
                        }),
                        &strand);
    }
    scheduler.spawn(step([&](Step& self, Worker& worker, Budget&) {
                        Scheduler& s = worker.scheduler();
                        if (self.count++ == 0) {
                            s.wake_at(s.now() + 1000, self, self.prepare_park());
                            return StepResult::Parked;
                        }
                        WakeTag tags[] = {WakeTimer, WakeNormal, WakeInput, WakeNormal};
                        for (size_t i = 0; i < 4; ++i) s.wake(*waiting[i].first, waiting[i].second, tags[i]);
                        return StepResult::Done;
                    }),
                    &strand);
    scheduler.run();
    CHECK(order == "bdac");
}
