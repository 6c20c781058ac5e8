#pragma once

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <utility>

#include "interpreter/scheduler/scheduler.h"

// For tasks, hooks and threads: the framework's own assertions are for one thread.
#define EXPECT(condition)                                                                \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            std::fprintf(stderr, "%s:%d: EXPECT(%s)\n", __FILE__, __LINE__, #condition); \
            std::abort();                                                                \
        }                                                                                \
    } while (false)

namespace braid::scheduler {

// A task written as a function that is called for every step.
struct Step : Task {
    using Body = std::function<StepResult(Step&, Worker&, Budget&)>;
    explicit Step(Body body) : body(std::move(body)) {}
    StepResult run(Worker& worker, Budget& budget) override { return body(*this, worker, budget); }

    Body body;
    int count = 0;  // free for the body
};

inline TaskRef step(Step::Body body) { return make_task<Step>(std::move(body)); }

// Runs once.
inline TaskRef once(std::function<void(Worker&)> body) {
    return step([body = std::move(body)](Step&, Worker& worker, Budget&) {
        body(worker);
        return StepResult::Done;
    });
}

inline Options with_workers(unsigned workers) {
    Options options;
    options.workers = workers;
    return options;
}

inline Options seeded(uint64_t seed, std::function<void(const Point&)> trace = {}) {
    Options options;
    options.policy = seeded_policy(seed, std::move(trace));
    return options;
}

}  // namespace braid::scheduler
