#include <catch2/catch.hpp>
#include <set>
#include <sstream>

#include "tests/scheduler/tasks.h"

using namespace braid::scheduler;

namespace {

// Tasks that spawn, yield, park with timers, wake each other and ask for numbers; what they did, in order.
std::string run_program(uint64_t seed, std::string* trace = nullptr) {
    std::ostringstream points, output;
    auto record = [&](const Point& p) { points << name_of(p.kind) << ' ' << p.task << ' ' << p.detail << '\n'; };
    Scheduler scheduler(seeded(seed, record));
    std::vector<std::pair<TaskRef, ParkToken>> waiting;
    for (int i = 0; i < 12; ++i) {
        auto body = [&, i](Step& self, Worker& worker, Budget& budget) {
            Scheduler& s = worker.scheduler();
            output << i << '.' << self.count << '@' << s.now() << ' ';
            switch ((self.count++ + i) % 5) {
                case 0:
                    while (!budget.spent()) {
                    }
                    return StepResult::Yielded;
                case 1:
                    if (!waiting.empty()) {
                        auto [task, token] = waiting.back();
                        waiting.pop_back();
                        s.wake(*task, token);
                    }
                    waiting.emplace_back(TaskRef(&self), self.prepare_park());
                    return StepResult::Parked;
                case 2:
                    s.wake_at(s.now() + s.choose(1000) * 1'000'000, self, self.prepare_park());
                    return StepResult::Parked;
                case 3:
                    if (self.count < 12) s.spawn(once([&, i](Worker&) { output << 'n' << i << ' '; }));
                    budget.left = 0;
                    return StepResult::Yielded;
                default: return self.count < 20 ? (budget.left = 0, StepResult::Yielded) : StepResult::Done;
            }
        };
        i % 4 == 0 ? scheduler.spawn_external(step(body)) : scheduler.spawn(step(body));
    }
    scheduler.run();
    if (trace) *trace = points.str();
    return output.str();
}

}  // namespace

TEST_CASE("the same seed gives the same run, point by point") {
    std::set<std::string> outputs;
    for (uint64_t seed = 0; seed < 20; ++seed) {
        std::string first, second;
        std::string output = run_program(seed, &first);
        REQUIRE(run_program(seed, &second) == output);
        REQUIRE(first == second);
        REQUIRE_FALSE(first.empty());
        outputs.insert(output);
    }
    CHECK(outputs.size() == 20);
}

TEST_CASE("seeds reach every order of three tasks") {
    std::set<std::string> orders;
    for (uint64_t seed = 0; seed < 100; ++seed) {
        Scheduler scheduler(seeded(seed));
        std::string order;
        for (char name : {'a', 'b', 'c'}) scheduler.spawn(once([&, name](Worker&) { order += name; }));
        scheduler.run();
        orders.insert(order);
    }
    CHECK(orders.size() == 6);
}

TEST_CASE("virtual time jumps to the timer and stands meanwhile") {
    Scheduler scheduler(seeded(1));
    Instant before = 0, after = 0;
    constexpr Instant kYear = Instant{365} * 24 * 3600 * 1'000'000'000;
    scheduler.spawn(step([&](Step& self, Worker& worker, Budget&) {
        if (self.count++ == 0) {
            before = worker.scheduler().now();
            worker.scheduler().wake_at(before + kYear, self, self.prepare_park());
            return StepResult::Parked;
        }
        after = worker.scheduler().now();
        return StepResult::Done;
    }));
    scheduler.run();
    CHECK(after >= before + kYear);
    CHECK(after <= before + kYear + 1000);
}

TEST_CASE("a loop that waits for the virtual clock ends") {
    Scheduler scheduler(seeded(1));
    Instant until = 0;
    scheduler.spawn(step([&](Step&, Worker& worker, Budget& budget) {
        if (!until) until = worker.scheduler().now() + 5'000'000;
        while (worker.scheduler().now() < until)
            if (budget.spent()) return StepResult::Yielded;
        return StepResult::Done;
    }));
    CHECK(scheduler.run().end == RunEnd::Quiescent);
}

TEST_CASE("another policy is another class") {
    // Always the oldest task, one safepoint at a time: round robin.
    struct RoundRobin : Policy {
        bool sequential() const override { return true; }
        int32_t budget(const Task&) override { return 1; }
        uint64_t choose(uint64_t) override { return 0; }
        size_t pick(std::span<Task* const> runnable) override {
            size_t best = 0;
            for (size_t i = 1; i < runnable.size(); ++i)
                if (last[runnable[i]->id() % 8] < last[runnable[best]->id() % 8]) best = i;
            last[runnable[best]->id() % 8] = ++clock;
            return best;
        }
        uint64_t last[8] = {}, clock = 0;
    };
    Options options;
    options.policy = std::make_unique<RoundRobin>();
    Scheduler scheduler(std::move(options));
    std::string order;
    for (char name : {'a', 'b', 'c'}) {
        scheduler.spawn(step([&order, name](Step& self, Worker&, Budget& budget) {
            while (self.count++ < 3) {
                order += name;
                if (budget.spent()) return StepResult::Yielded;
            }
            return StepResult::Done;
        }));
    }
    scheduler.run();
    std::sort(order.begin(), order.begin() + 3);
    CHECK(order.substr(0, 3) == "abc");
    CHECK(order.size() == 9);
}

TEST_CASE("numbers below a bound are below it and reach it") {
    Random random(42);
    std::set<uint64_t> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(random.below(7));
    CHECK(seen == std::set<uint64_t>{0, 1, 2, 3, 4, 5, 6});
    CHECK(random.below(1) == 0);
    CHECK(random.below(0) == 0);
}
