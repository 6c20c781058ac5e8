#include <catch2/catch.hpp>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "tests/database/queries.h"

using namespace braid;
using namespace braid::test;

namespace {

/// A door that threads wait at: tests wait for conditions, not for time.
class Gate {
  public:
    void open() {
        std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return open_; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
};

std::atomic<int> endless_running{0};

/// Never ends by itself.
struct Endless {
    using Key = int;
    using Value = int;
    static constexpr const char* name = "endless";
    static Value compute(QueryContext& context, const Key& file) {
        context.get<Text>(file);
        ++endless_running;
        for (;;) context.check_cancelled();
    }
};

std::atomic<int> slow_calls{0};
Gate* slow_gate = nullptr;

struct Slow {
    using Key = int;
    using Value = size_t;
    static constexpr const char* name = "slow";
    static Value compute(QueryContext& context, const Key& file) {
        auto text = context.get<Text>(file);
        ++slow_calls;
        slow_gate->wait();
        return text->size();
    }
};

void wait_until(const std::function<bool()>& condition) {
    while (!condition()) std::this_thread::yield();
}

}  // namespace

TEST_CASE("a write cancels what runs and does not wait for it to finish") {
    Database database;
    database.set<Text>(1, "old");
    endless_running = 0;
    std::vector<std::thread> readers;
    std::atomic<int> cancelled{0};
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back([&, snapshot = database.snapshot()]() mutable {
            const Snapshot mine = std::move(snapshot);
            auto result = mine.get<Endless>(1);
            if (!result && result.error().reason == Cancelled::Reason::Write && mine.stale()) ++cancelled;
        });
    }
    wait_until([] { return endless_running > 0; });
    CHECK(database.set<Text>(1, "new"));  // does not wait for ever
    for (auto& reader : readers) reader.join();
    CHECK(cancelled == 3);
    CHECK(**database.snapshot().get<Length>(1) == 3);
}

TEST_CASE("a token stops one run and not its neighbours") {
    Database database;
    database.set<Text>(1, "text");
    endless_running = 0;
    const auto token = CancellationToken::create();
    Snapshot snapshot = database.snapshot();
    tl::expected<void, Cancelled> result;
    std::thread reader(
        [&, mine = snapshot] { result = mine.run([](QueryContext& context) { context.get<Endless>(1); }, token); });
    wait_until([] { return endless_running > 0; });
    CHECK(**snapshot.get<Length>(1) == 4);
    token.cancel();
    reader.join();
    REQUIRE_FALSE(result);
    CHECK(result.error().reason == Cancelled::Reason::Request);
    CHECK_FALSE(snapshot.stale());
    CHECK(**snapshot.get<Length>(1) == 4);
    SECTION("a run with a cancelled token does not begin") { CHECK_FALSE(snapshot.get<Length>(1, token)); }
}

TEST_CASE("a computation in flight is shared") {
    Database database;
    database.set<Text>(1, "text");
    Gate gate;
    slow_gate = &gate;
    slow_calls = 0;
    std::atomic<int> right{0};
    std::vector<std::thread> readers;
    {
        const Snapshot snapshot = database.snapshot();
        for (int i = 0; i < 4; ++i) {
            readers.emplace_back([&right, mine = snapshot] { right += **mine.get<Slow>(1) == 4; });
        }
        wait_until([] { return slow_calls > 0; });
        gate.open();
        for (auto& reader : readers) reader.join();
    }
    CHECK(right == 4);
    CHECK(slow_calls == 1);
    CHECK(database.statistics<Slow>().computed == 1);
}

TEST_CASE("who waits for another's computation takes over when that one is cancelled") {
    Database database;
    database.set<Text>(1, "text");
    endless_running = 0;
    const Snapshot snapshot = database.snapshot();
    const auto first = CancellationToken::create();
    const auto second = CancellationToken::create();
    std::atomic<int> cancelled{0};
    std::thread one([&, mine = snapshot] { cancelled += !mine.get<Endless>(1, first).has_value(); });
    wait_until([] { return endless_running == 1; });
    std::thread two([&, mine = snapshot] { cancelled += !mine.get<Endless>(1, second).has_value(); });
    first.cancel();
    one.join();
    wait_until([] { return endless_running == 2; });
    second.cancel();
    two.join();
    CHECK(cancelled == 2);
}

TEST_CASE("readers and a typing writer at once") {
    Database database;
    constexpr int file_count = 20;
    std::vector<int> files;
    database.write([&](InputWriter& writer) {
        for (int file = 0; file < file_count; ++file) {
            writer.set<Text>(file, "text of a file");
            files.push_back(file);
        }
        writer.set<Files>({}, files);
    });
    std::atomic<bool> done{false};
    std::atomic<int> answered{0}, wrong{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back([&] {
            while (!done) {
                const Snapshot snapshot = database.snapshot();
                auto result = snapshot.run([&](QueryContext& context) {
                    int expected = 0;
                    for (int file : files) expected += context.get<Text>(file)->size() > 10 ? 1 : 0;
                    return std::pair(expected, *context.get<CountLong>());
                });
                if (!result) continue;
                ++answered;
                if (result->first != result->second) ++wrong;
            }
        });
    }
    for (int edit = 0; edit < 500; ++edit) {
        database.set<Text>(edit % file_count, std::string(static_cast<size_t>(edit * 7 % 23), 'x'));
        std::this_thread::yield();
        if (edit % 50 != 49) continue;
        database.collect_garbage(1);
        // Who types without a pause may cancel every answer; in a pause there is one.
        for (const int before = answered; answered == before;) std::this_thread::yield();
    }
    done = true;
    for (auto& reader : readers) reader.join();
    CHECK(wrong == 0);
}

TEST_CASE("a snapshot outlives its database") {
    auto database = std::make_unique<Database>();
    database->set<Text>(1, "text");
    const Snapshot snapshot = database->snapshot();
    database.reset();
    CHECK(**snapshot.get<Length>(1) == 4);
}

TEST_CASE("an exception of a query leaves the database usable") {
    Database database;
    database.set<Text>(1, "text");
    const Snapshot snapshot = database.snapshot();
    CHECK_THROWS_AS(snapshot.run([](QueryContext& context) {
        context.get<Length>(1);
        throw std::runtime_error("a bug");
    }),
                    std::runtime_error);
    CHECK(**snapshot.get<Length>(1) == 4);
}
