// The learned limit of concurrency, on simulated loads: near the best fixed one in each, better than all over a change.
#include "interpreter/runtime/concurrency_limit.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>
#include <random>

namespace braid::runtime {
namespace {

/// How long a call takes that is started as the n-th one that runs, in nanoseconds.
using Load = std::function<double(size_t running)>;

const Load kWaits = [](size_t) { return 5e6; };
const Load kFourCores = [](size_t running) { return 1e6 * std::max(1.0, double(running) / 4); };
const Load kCrowds = [](size_t running) { return 4e6 * (1 + std::pow(double(running) / 12, 1.5)); };

constexpr size_t kCalls = 20'000;
constexpr size_t kFixed[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024};

/// Nanoseconds for all calls of a load; `learned` null: at a fixed limit.
uint64_t run(const Load& load, ConcurrencyLimit* learned, size_t fixed, uint64_t& now, std::mt19937& random) {
    std::normal_distribution<double> noise(1, 0.1);
    std::priority_queue<uint64_t, std::vector<uint64_t>, std::greater<>> ends;
    auto limit = [&] { return learned ? learned->limit() : fixed; };
    uint64_t begin = now;
    for (size_t started = 0, ended = 0; ended < kCalls; ++ended) {
        for (; started < kCalls && ends.size() < limit(); ++started)
            ends.push(now + static_cast<uint64_t>(load(ends.size() + 1) * std::max(0.2, noise(random))));
        now = ends.top();
        if (learned) learned->ended(now, ends.size(), started < kCalls);
        ends.pop();
    }
    return now - begin;
}

TEST_CASE("a learned limit comes within a tenth of the best fixed one in each steady load") {
    for (const Load& load : {kWaits, kFourCores, kCrowds}) {
        std::mt19937 random(1);
        uint64_t best = ~0ULL, now = 0;
        for (size_t fixed : kFixed) best = std::min(best, run(load, nullptr, fixed, now, random));
        ConcurrencyLimit learned(2);
        run(load, &learned, 0, now, random);
        uint64_t steady = run(load, &learned, 0, now, random);
        INFO("limit " << learned.limit() << ", " << double(steady) / double(best) << " times the best");
        CHECK(double(steady) <= double(best) * 1.1);
    }
}

TEST_CASE("over loads that change a learned limit beats every fixed one") {
    auto sequence = [](ConcurrencyLimit* learned, size_t fixed) {
        std::mt19937 random(2);
        uint64_t now = 0;
        for (int round = 0; round < 2; ++round)
            for (const Load& load : {kWaits, kFourCores, kCrowds}) run(load, learned, fixed, now, random);
        return now;
    };
    ConcurrencyLimit learned(2);
    uint64_t ours = sequence(&learned, 0);
    for (size_t fixed : kFixed) CHECK(ours < sequence(nullptr, fixed));
}

TEST_CASE("what ends while nothing waits teaches nothing") {
    ConcurrencyLimit learned(2);
    size_t before = learned.limit();
    for (uint64_t now = 0; now < 1000; ++now) learned.ended(now * 10'000'000, before, false);
    CHECK(learned.limit() == before);
    CHECK(learned.throughput() == 0);
}

}  // namespace
}  // namespace braid::runtime
