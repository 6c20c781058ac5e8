#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "interpreter/scheduler/task.h"

namespace braid::scheduler {

enum class PointKind : uint8_t { Spawn, Run, Block, Wake, Preempt, Done, Choice, Timer, Input };
const char* name_of(PointKind kind);

// One scheduling point. `detail`: Run, Preempt: safepoints granted or spent; Wake: the tag; Choice: the number chosen;
// Timer: the new time; Input: what the input's owner passed.
struct Point {
    PointKind kind;
    uint64_t task;  // id; 0 when no task is concerned
    uint64_t detail;
};

// Who decides. A policy either lets the workers run free (parallel) or is sequential: then all tasks, external threads
// included, run one at a time on one runner, time is virtual, and every decision is asked of the policy, in order, on
// that runner. Replay, exploration and stepping are further sequential policies: they answer pick(), budget(),
// choose() and input() from a record, a search tree or a user.
class Policy {
  public:
    virtual ~Policy() = default;

    virtual bool sequential() const = 0;

    // How many safepoints the next step of this task may pass (at least 1).
    virtual int32_t budget(const Task& task) = 0;

    // A number in [0, bound) that the program's behaviour depends on: ready arms of a select, random seeds, hash seeds.
    virtual uint64_t choose(uint64_t bound) = 0;

    // Sequential policies only.
    virtual size_t pick(std::span<Task* const> runnable) { return runnable.size() - 1; }
    // Sees each point after it happened. True asks the running task to let others run at its next safepoint.
    virtual bool at(const Point&) { return false; }
    // An outside value enters the run (a result of I/O). A replaying policy gives back the recorded one.
    virtual uint64_t input(uint64_t, uint64_t value) { return value; }
};

std::unique_ptr<Policy> parallel_policy();

// Same program, seed and inputs: same run. `trace`, if given, sees every point.
std::unique_ptr<Policy> seeded_policy(uint64_t seed, std::function<void(const Point&)> trace = {});

// SplitMix64 / xoshiro256** (Blackman, Vigna 2018): the generator behind every policy, the same on every platform.
class Random {
  public:
    explicit Random(uint64_t seed) noexcept;
    uint64_t next() noexcept;
    uint64_t below(uint64_t bound) noexcept;  // unbiased (Lemire 2019)

  private:
    uint64_t state_[4];
};

}  // namespace braid::scheduler
