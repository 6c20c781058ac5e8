#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "analyzer/database/database.h"

// The law of the engine: whatever was asked before, in whatever order and on however many threads, a query gives what a
// fresh database would give. Graphs are random; which dependencies a node reads depends on what it has read so far.
using namespace braid;

namespace {

struct Step {
    int target = 0;       ///< a node, or an input if negative
    int only_if_mod = 0;  ///< read only if the sum so far is divisible by this (0: always)
    friend bool operator==(const Step&, const Step&) = default;
};

struct Program {
    using Key = int;
    using Value = std::vector<Step>;
    static constexpr const char* name = "program";
};
struct Number {
    using Key = int;
    using Value = int;
    static constexpr const char* name = "number";
};
struct Evaluate {
    using Key = int;
    using Value = int;
    static constexpr const char* name = "evaluate";
    static Value compute(QueryContext& context, const Key& node) {
        int sum = node;
        auto steps = context.get<Program>(node);
        if (!steps) return -1;
        for (const Step& step : *steps) {
            if (step.only_if_mod > 0 && sum % step.only_if_mod != 0) continue;
            if (step.target < 0) {
                auto number = context.get<Number>(step.target);
                sum += number ? *number : 0;
            } else {
                sum += *context.get<Evaluate>(step.target);
            }
        }
        return sum % 7;  // few values, so that cut-offs are common
    }
    static Value cycle_fallback(const Key& node) { return 100 + node; }
};

constexpr int node_count = 12;
constexpr int number_count = 4;

struct World {
    std::vector<std::vector<Step>> programs = std::vector<std::vector<Step>>(node_count);
    std::vector<int> numbers = std::vector<int>(number_count);
};

Durability durability_of(int index) { return static_cast<Durability>(index % 3); }

void write_node(InputWriter& writer, const World& world, int node) {
    writer.set<Program>(node, world.programs[node], durability_of(node));
}
void write_number(InputWriter& writer, const World& world, int index) {
    writer.set<Number>(-1 - index, world.numbers[index], durability_of(index));
}

std::vector<int> from_scratch(const World& world, bool backwards) {
    std::vector<int> values(node_count);
    Database database;
    database.write([&](InputWriter& writer) {
        for (int node = 0; node < node_count; ++node) write_node(writer, world, node);
        for (int index = 0; index < number_count; ++index) write_number(writer, world, index);
    });
    for (int i = 0; i < node_count; ++i) {
        const int node = backwards ? node_count - 1 - i : i;
        values[node] = **database.snapshot().get<Evaluate>(node);
    }
    return values;
}

std::vector<Step> random_program(int node, bool cyclic) {
    std::vector<Step> steps(*rc::gen::inRange(0, 5));
    for (Step& step : steps) {
        const int highest = cyclic ? node_count : node;
        step.target = *rc::gen::inRange(-number_count, std::max(highest, 0));
        step.only_if_mod = *rc::gen::inRange(0, 4);
    }
    return steps;
}

World random_world(bool cyclic) {
    World world;
    for (int node = 0; node < node_count; ++node) world.programs[node] = random_program(node, cyclic);
    for (int& number : world.numbers) number = *rc::gen::inRange(0, 3);
    return world;
}

/// Changes one thing in both.
void edit(World& world, Database& database, bool cyclic) {
    database.write([&](InputWriter& writer) {
        if (*rc::gen::inRange(0, 3) == 0) {
            const int node = *rc::gen::inRange(0, node_count);
            world.programs[node] = random_program(node, cyclic);
            write_node(writer, world, node);
        } else {
            const int index = *rc::gen::inRange(0, number_count);
            world.numbers[index] = *rc::gen::inRange(0, 3);
            write_number(writer, world, index);
        }
    });
}

void fill(Database& database, const World& world) {
    database.write([&](InputWriter& writer) {
        for (int node = 0; node < node_count; ++node) write_node(writer, world, node);
        for (int index = 0; index < number_count; ++index) write_number(writer, world, index);
    });
}

void check_incremental(bool cyclic) {
    World world = random_world(cyclic);
    Database database;
    fill(database, world);
    const int edits = *rc::gen::inRange(1, 12);
    for (int i = 0; i < edits; ++i) {
        const auto asked = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, node_count));
        const auto expected = from_scratch(world, false);
        for (int node : asked) RC_ASSERT(**database.snapshot().get<Evaluate>(node) == expected[node]);
        if (*rc::gen::inRange(0, 5) == 0) database.collect_garbage(*rc::gen::inRange(0, 3));
        edit(world, database, cyclic);
    }
    const auto expected = from_scratch(world, true);
    for (int node = 0; node < node_count; ++node) {
        RC_ASSERT(**database.snapshot().get<Evaluate>(node) == expected[node]);
    }
}

/// How many answers of several threads, on one revision, differ from `expected`.
int wrong_answers(const Database& database, const std::vector<int>& expected) {
    constexpr int thread_count = 4;
    std::atomic<int> wrong{0};
    std::atomic<int> ready{0};
    std::vector<std::thread> threads;
    const Snapshot snapshot = database.snapshot();
    for (int t = 0; t < thread_count; ++t) {
        threads.emplace_back([&, t, mine = snapshot] {
            ++ready;
            while (ready < thread_count) std::this_thread::yield();
            for (int i = 0; i < node_count; ++i) {
                const int node = (i * (t % 2 == 0 ? 1 : node_count - 1) + t * 3) % node_count;
                if (**mine.get<Evaluate>(node) != expected[node]) ++wrong;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    return wrong;
}

void check_threads(bool cyclic) {
    World world = random_world(cyclic);
    Database database;
    fill(database, world);
    for (int round = 0; round < 4; ++round) {
        RC_ASSERT(wrong_answers(database, from_scratch(world, round % 2 == 0)) == 0);
        edit(world, database, cyclic);
    }
}

}  // namespace

TEST_CASE("incremental results are those of a fresh database") {
    CHECK(rc::check("without cycles", [] { check_incremental(false); }));
    CHECK(rc::check("with cycles", [] { check_incremental(true); }));
}

TEST_CASE("many threads on one revision agree with one") {
    CHECK(rc::check("without cycles", [] { check_threads(false); }));
    CHECK(rc::check("with cycles", [] { check_threads(true); }));
}

TEST_CASE("a cycle gives every member its fallback, whichever is asked first") {
    World world;
    world.programs[0] = {{1, 0}};
    world.programs[1] = {{-1, 0}, {2, 0}};
    world.programs[2] = {{0, 0}};
    world.programs[3] = {{2, 0}};
    for (bool backwards : {false, true}) {
        const auto values = from_scratch(world, backwards);
        CHECK(values[0] == 100);
        CHECK(values[1] == 101);
        CHECK(values[2] == 102);
        CHECK(values[3] == (3 + 102) % 7);
    }
    Database database;
    fill(database, world);
    CHECK(**database.snapshot().get<Evaluate>(3) == (3 + 102) % 7);
    CHECK(database.statistics<Evaluate>().cycles == 3);
    SECTION("it opens when what a member read changes") {
        world.programs[1] = {{-1, 0}};
        database.write([&](InputWriter& writer) { write_node(writer, world, 1); });
        CHECK(**database.snapshot().get<Evaluate>(0) == 1);
    }
}

namespace {

struct Ouroboros {
    using Key = int;
    using Value = int;
    static constexpr const char* name = "ouroboros";
    static Value compute(QueryContext& context, const Key& key) { return *context.get<Ouroboros>(1 - key) + 1; }
};

}  // namespace

TEST_CASE("an undeclared cycle gives default values and an event") {
    Database database;
    int bugs = 0;
    database.set_event_hook([&](const QueryEvent& event) { bugs += event.kind == QueryEvent::Kind::UndeclaredCycle; });
    CHECK(**database.snapshot().get<Ouroboros>(0) == 0);
    CHECK(bugs == 2);
}
