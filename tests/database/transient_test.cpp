// Values of transient queries come and go; what is answered, and what is computed because of it, does not show it.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "analyzer/database/transient_query.h"
#include "tests/database/queries.h"

using namespace braid;
using namespace braid::test;

namespace {

/// Large, and read by `Summary` alone.
struct Large {
    using Key = int;
    using Value = std::vector<int>;
    static constexpr const char* name = "large";
    static Value compute(QueryContext& context, const Key& key) {
        auto text = context.get<Text>(key);
        return Value(1000, text ? int(text->size()) : 0);
    }
    static bool equal(const Value&, const Value&) { return false; }
};
const TransientQuery<Large> kLarge;

struct Summary {
    using Key = int;
    using Value = int;
    static constexpr const char* name = "summary";
    static Value compute(QueryContext& context, const Key& key) { return (*context.get<Large>(key))[999]; }
};

constexpr int kKeys = 500;

void fill(Database& database) {
    database.write([](InputWriter& writer) {
        for (int key = 0; key < kKeys; ++key) writer.set<Text>(key, std::string(size_t(key), 'x'));
    });
}
int sum(const Database& database) {
    auto all = database.snapshot().run([](QueryContext& context) {
        int sum = 0;
        for (int key = 0; key < kKeys; ++key) sum += *context.get<Summary>(key);
        return sum;
    });
    REQUIRE(all);
    return *all;
}

}  // namespace

TEST_CASE("few values of a transient query are kept, and what was made of them stays") {
    Database database;
    fill(database);
    CHECK(sum(database) == kKeys * (kKeys - 1) / 2);
    CHECK(database.memo_count<Large>() < 100);
    CHECK(database.memo_count<Summary>() == kKeys);
    database.reset_statistics();
    CHECK(sum(database) == kKeys * (kKeys - 1) / 2);
    CHECK(database.statistics<Large>().computed == 0);

    SECTION("one that is gone is made again, and nothing above it") {
        auto first = database.snapshot().get<Large>(1);
        REQUIRE(first);
        CHECK((**first)[0] == 1);
        CHECK(database.statistics<Large>().computed == 1);
        CHECK(sum(database) == kKeys * (kKeys - 1) / 2);
        CHECK(database.statistics<Summary>().computed == 0);
    }
    SECTION("a change below one that is gone is seen, and only there") {
        database.set<Text>(1, "four");
        CHECK(sum(database) == kKeys * (kKeys - 1) / 2 + 3);
        CHECK(database.statistics<Large>().computed == 1);
        CHECK(database.statistics<Summary>().computed == 1);
    }
    SECTION("so after a collection of what is not used") {
        database.collect_garbage();
        database.set<Text>(2, "");
        CHECK(sum(database) == kKeys * (kKeys - 1) / 2 - 2);
        CHECK((**database.snapshot().get<Large>(3))[0] == 3);
    }
}

TEST_CASE("what a run has read of a transient query stays until the run has ended") {
    Database database;
    fill(database);
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    for (int at = 0; at < 3; ++at)
        threads.emplace_back([&, at] {
            auto done = database.snapshot().run([&](QueryContext& context) {
                std::vector<const Large::Value*> seen;
                for (int step = 0; step < 4 * kKeys; ++step)
                    seen.push_back(&*context.get<Large>((step * (at * 2 + 1) + at) % kKeys));
                for (int step = 0; step < 4 * kKeys; ++step)
                    wrong += (*seen[size_t(step)])[500] != (step * (at * 2 + 1) + at) % kKeys;
            });
            if (!done) ++wrong;
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(database.memo_count<Large>() < 100);
}
