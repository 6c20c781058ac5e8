#include "interpreter/scheduler/policy.h"

#include <random>

namespace braid::scheduler {

const char* name_of(PointKind kind) {
    static constexpr const char* kNames[] = {"spawn", "run",    "block", "wake", "preempt",
                                             "done",  "choice", "timer", "input"};
    return kNames[static_cast<size_t>(kind)];
}

namespace {

uint64_t rotate_left(uint64_t x, int bits) { return x << bits | x >> (64 - bits); }

// Long enough that switching costs nothing, short enough that nobody waits long: about half a millisecond of bytecode.
constexpr int32_t kParallelBudget = 20'000;

class ParallelPolicy final : public Policy {
  public:
    bool sequential() const override { return false; }
    int32_t budget(const Task&) override { return kParallelBudget; }
    uint64_t choose(uint64_t bound) override {
        thread_local Random random(std::random_device{}() | uint64_t{std::random_device{}()} << 32);
        return random.below(bound);
    }
};

class SeededPolicy final : public Policy {
  public:
    SeededPolicy(uint64_t seed, std::function<void(const Point&)> trace) : random_(seed), trace_(std::move(trace)) {}

    bool sequential() const override { return true; }

    // One step in eight is short, so that tasks are also interrupted in the middle of a few instructions.
    int32_t budget(const Task&) override {
        bool brief = random_.below(8) == 0;
        return 1 + static_cast<int32_t>(random_.below(brief ? 32 : 8192));
    }

    uint64_t choose(uint64_t bound) override { return random_.below(bound); }
    size_t pick(std::span<Task* const> runnable) override { return random_.below(runnable.size()); }

    bool at(const Point& point) override {
        if (trace_) trace_(point);
        bool offers_switch = point.kind == PointKind::Spawn || point.kind == PointKind::Wake;
        return offers_switch && random_.below(4) == 0;
    }

  private:
    Random random_;
    std::function<void(const Point&)> trace_;
};

}  // namespace

Random::Random(uint64_t seed) noexcept {
    for (uint64_t& word : state_) {  // SplitMix64
        uint64_t z = seed += 0x9e3779b97f4a7c15;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        word = z ^ z >> 31;
    }
}

uint64_t Random::next() noexcept {
    uint64_t result = rotate_left(state_[1] * 5, 7) * 9;
    uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate_left(state_[3], 45);
    return result;
}

uint64_t Random::below(uint64_t bound) noexcept {
    if (bound <= 1) return 0;
    unsigned __int128 product = static_cast<unsigned __int128>(next()) * bound;
    if (static_cast<uint64_t>(product) < bound) {
        uint64_t threshold = -bound % bound;
        while (static_cast<uint64_t>(product) < threshold) product = static_cast<unsigned __int128>(next()) * bound;
    }
    return static_cast<uint64_t>(product >> 64);
}

std::unique_ptr<Policy> parallel_policy() { return std::make_unique<ParallelPolicy>(); }

std::unique_ptr<Policy> seeded_policy(uint64_t seed, std::function<void(const Point&)> trace) {
    return std::make_unique<SeededPolicy>(seed, std::move(trace));
}

}  // namespace braid::scheduler
