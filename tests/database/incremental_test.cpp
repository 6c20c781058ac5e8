#include <catch2/catch.hpp>
#include <map>

#include "tests/database/queries.h"

using namespace braid;
using namespace braid::test;

namespace {

template <typename Q>
typename Q::Value ask(const Database& database, const typename Q::Key& key = {}) {
    auto answer = database.snapshot().get<Q>(key);
    REQUIRE(answer);
    REQUIRE(*answer);
    return **answer;
}

QueryStatistics times(uint64_t computed, uint64_t verified, uint64_t reused) { return {computed, verified, reused, 0}; }

}  // namespace

TEST_CASE("a query is computed once and then reused") {
    Database database;
    database.set<Text>(1, "hello");
    CHECK(ask<Length>(database, 1) == 5);
    CHECK(ask<Length>(database, 1) == 5);
    CHECK(database.statistics<Length>() == times(1, 0, 1));
    database.reset_statistics();
    CHECK(database.all_statistics().at("length") == times(0, 0, 0));
}

TEST_CASE("an input that is not set is null, and setting it later is a change") {
    Database database;
    CHECK(ask<Length>(database, 7) == 0);
    auto text = database.snapshot().get<Text>(7);
    REQUIRE(text);
    CHECK(*text == nullptr);
    database.set<Text>(7, "seven", Durability::High);
    CHECK(ask<Length>(database, 7) == 5);
    database.remove<Text>(7);
    CHECK(ask<Length>(database, 7) == 0);
}

TEST_CASE("an equal result cuts off recomputation above it") {
    Database database;
    database.set<Files>({}, {1, 2});
    database.set<Text>(1, "a long long text");
    database.set<Text>(2, "short");
    CHECK(ask<CountLong>(database) == 1);
    database.reset_statistics();

    SECTION("equal length: only the length is computed again") {
        database.set<Text>(1, "A LONG LONG TEXT");
        CHECK(ask<CountLong>(database) == 1);
        CHECK(database.statistics<Length>() == times(1, 0, 0));  // the other text's is not even looked at
        CHECK(database.statistics<IsLong>() == times(0, 2, 0));
        CHECK(database.statistics<CountLong>() == times(0, 1, 0));
    }
    SECTION("another length that is still long: cut off one level higher") {
        database.set<Text>(1, "an even longer text");
        CHECK(ask<CountLong>(database) == 1);
        CHECK(database.statistics<IsLong>().computed == 1);
        CHECK(database.statistics<CountLong>() == times(0, 1, 0));
    }
    SECTION("a real change reaches the top") {
        database.set<Text>(1, "tiny");
        CHECK(ask<CountLong>(database) == 0);
        CHECK(database.statistics<CountLong>() == times(1, 0, 0));
    }
    SECTION("the value that stayed is the same object") {
        auto before = *database.snapshot().get<Length>(1);
        database.set<Text>(1, "A LONG LONG TEXT");
        CHECK(*database.snapshot().get<Length>(1) == before);
    }
}

TEST_CASE("setting what is already there is no new revision") {
    Database database;
    CHECK(database.set<Text>(1, "x"));
    const auto revision = database.revision();
    CHECK_FALSE(database.set<Text>(1, "x"));
    CHECK_FALSE(database.remove<Text>(2));
    CHECK_FALSE(database.write([](InputWriter& writer) {
        writer.set<Text>(1, "y");
        writer.set<Text>(1, "x");
    }));
    CHECK(database.revision() == revision);
    CHECK(database.write([](InputWriter& writer) {
        writer.set<Text>(1, "y");
        writer.set<Text>(2, "z");
    }));
    CHECK(database.revision() == revision + 1);
}

TEST_CASE("durable inputs are not looked at after a keystroke") {
    Database database;
    std::vector<int> library;
    database.write([&](InputWriter& writer) {
        for (int file = 100; file < 200; ++file) {
            writer.set<Text>(file, "library text " + std::to_string(file), Durability::High);
            library.push_back(file);
        }
        writer.set<Files>({}, library, Durability::High);
        writer.set<Text>(1, "open file", Durability::Low);
    });
    CHECK(ask<CountLong>(database) == 100);
    database.reset_statistics();
    database.set<Text>(1, "open file!", Durability::Low);
    CHECK(ask<CountLong>(database) == 100);
    CHECK(database.statistics<CountLong>() == times(0, 1, 0));
    CHECK(database.statistics<IsLong>() == times(0, 0, 0));
    CHECK(database.statistics<Length>() == times(0, 0, 0));

    SECTION("a change of a durable input is seen") {
        database.set<Text>(150, "tiny", Durability::High);
        CHECK(ask<CountLong>(database) == 99);
    }
    SECTION("an input that becomes less durable, unchanged, and then changes is seen") {
        database.set<Text>(150, "library text 150", Durability::Low);
        CHECK(ask<CountLong>(database) == 100);
        database.set<Text>(150, "tiny", Durability::Low);
        CHECK(ask<CountLong>(database) == 99);
    }
    SECTION("an input that is removed and set again is seen") {
        database.remove<Text>(150);
        CHECK(ask<CountLong>(database) == 99);
        database.set<Text>(150, "library text 150", Durability::Low);
        CHECK(ask<CountLong>(database) == 100);
    }
}

namespace {

struct Switch {
    using Key = NoKey;
    using Value = bool;
    static constexpr const char* name = "switch";
};
/// Reads a durable input, or, once switched, one that is not; its value is the same.
struct Chosen {
    using Key = NoKey;
    using Value = size_t;
    static constexpr const char* name = "chosen";
    static Value compute(QueryContext& context, const Key&) {
        return *context.get<Length>(*context.get<Switch>() ? 1 : 2);
    }
};
struct AboveChosen {
    using Key = NoKey;
    using Value = size_t;
    static constexpr const char* name = "above_chosen";
    static Value compute(QueryContext& context, const Key&) { return *context.get<Chosen>() * 2; }
};

}  // namespace

TEST_CASE("an equal value that became less durable is a change for those above") {
    Database database;
    database.set<Switch>({}, false, Durability::High);
    database.set<Text>(2, "same", Durability::High);
    database.set<Text>(1, "text", Durability::Low);
    CHECK(ask<AboveChosen>(database) == 8);
    database.set<Switch>({}, true, Durability::High);
    CHECK(ask<AboveChosen>(database) == 8);
    database.set<Text>(1, "longer", Durability::Low);
    CHECK(ask<AboveChosen>(database) == 12);
}

TEST_CASE("dependencies are those of the last computation") {
    Database database;
    database.set<Switch>({}, false);
    database.set<Text>(2, "two");
    database.set<Text>(1, "one!");
    CHECK(ask<Chosen>(database) == 3);
    database.reset_statistics();
    database.set<Text>(1, "not read");
    CHECK(ask<Chosen>(database) == 3);
    CHECK(database.statistics<Chosen>().computed == 0);
    database.set<Switch>({}, true);
    CHECK(ask<Chosen>(database) == 8);
}

TEST_CASE("events tell what happened") {
    Database database;
    std::vector<std::string> log;
    database.set_event_hook([&](const QueryEvent& event) {
        static const char* const names[] = {"computing", "computed", "unchanged", "verified", "cycle", "bug"};
        log.push_back(std::string(names[static_cast<int>(event.kind)]) + " " + event.query + "(" + event.key + ")");
    });
    database.set<Text>(1, "hello");
    ask<IsLong>(database, 1);
    CHECK(log == std::vector<std::string>{"computing is_long(1)", "computing length(1)", "computed length(1)",
                                          "computed is_long(1)"});
    log.clear();
    database.set<Text>(1, "HELLO");
    ask<IsLong>(database, 1);
    CHECK(log == std::vector<std::string>{"computing length(1)", "unchanged length(1)", "verified is_long(1)"});
}

namespace {

struct Named {
    using Key = std::pair<int, std::string>;
    using Value = std::string;
    static constexpr const char* name = "named";
    static Value compute(QueryContext& context, const Key& key) {
        auto text = context.get<Text>(key.first);
        return text && text->find(key.second) != std::string::npos ? key.second : "";
    }
};
/// Parses a file into names and asks a query per name: the keys come and go with the text.
struct Names {
    using Key = int;
    using Value = std::vector<std::string>;
    static constexpr const char* name = "names";
    static Value compute(QueryContext& context, const Key& file) {
        std::vector<std::string> names;
        auto text = context.get<Text>(file);
        for (size_t at = 0; text && at < text->size();) {
            const size_t end = std::min(text->find(' ', at), text->size());
            names.push_back(*context.get<Named>({file, text->substr(at, end - at)}));
            at = end + 1;
        }
        return names;
    }
};

}  // namespace

TEST_CASE("a change is paid for by what depends on it") {
    constexpr int kFiles = 500;
    Database database;
    for (int file = 0; file < kFiles; ++file) {
        database.set<Text>(file, "text " + std::to_string(file));
        ask<IsLong>(database, file);
    }
    database.reset_statistics();
    database.set<Text>(7, "another text");
    for (int file = 0; file < kFiles; ++file) ask<IsLong>(database, file);
    CHECK(database.statistics<Length>() == times(1, 0, 1));  // the edited text's, and it only
    CHECK(database.statistics<IsLong>() == times(1, kFiles - 1, 0));
}

namespace {

/// The words of a text with their places: another value with every edit. Says which words came, went or moved to
/// another line.
struct Words {
    using Key = int;
    using Value = std::map<std::string, size_t>;
    static constexpr const char* name = "words";
    static Value compute(QueryContext& context, const Key& file) {
        Value words;
        auto text = context.get<Text>(file);
        for (size_t at = 0; text && at < text->size();) {
            const size_t end = std::min(text->find(' ', at), text->size());
            words.emplace(text->substr(at, end - at), at);
            at = end + 1;
        }
        return words;
    }
    static void announce(const Value& old, const Value& now, Announcements& out);
};

struct HasWord {
    using Key = std::pair<int, std::string>;
    using Value = bool;
    static constexpr const char* name = "has_word";
    static constexpr bool announced = true;
    static Value compute(QueryContext& context, const Key& key) {
        return context.get<Words>(key.first)->count(key.second) != 0;
    }
};

void Words::announce(const Value& old, const Value& now, Announcements& out) {
    for (const auto& [word, at] : old)
        if (!now.count(word)) out.changed<HasWord>({1, word});
    for (const auto& [word, at] : now)
        if (!old.count(word)) out.changed<HasWord>({1, word});
}

/// On top of an announced query.
struct BothWords {
    using Key = std::pair<std::string, std::string>;
    using Value = bool;
    static constexpr const char* name = "both_words";
    static Value compute(QueryContext& context, const Key& words) {
        return *context.get<HasWord>({1, words.first}) && *context.get<HasWord>({1, words.second});
    }
};

}  // namespace

TEST_CASE("an announced query is asked again when it was announced, and only then") {
    Database database;
    const Durability durability = GENERATE(Durability::Low, Durability::High);
    database.set<Text>(1, "alpha beta gamma", durability);
    CHECK(ask<BothWords>(database, {"alpha", "beta"}));
    CHECK_FALSE(ask<BothWords>(database, {"alpha", "delta"}));
    database.reset_statistics();

    SECTION("words that only moved") {
        database.set<Text>(1, "gamma alpha beta", durability);
        CHECK(ask<BothWords>(database, {"alpha", "beta"}));
        CHECK_FALSE(ask<BothWords>(database, {"alpha", "delta"}));
        CHECK(database.statistics<Words>().computed == 1);
        CHECK(database.statistics<HasWord>().computed == 0);
        CHECK(database.statistics<BothWords>().computed == 0);
    }
    SECTION("a word that came") {
        database.set<Text>(1, "alpha beta gamma delta", durability);
        CHECK(ask<BothWords>(database, {"alpha", "beta"}));
        CHECK(ask<BothWords>(database, {"alpha", "delta"}));
        CHECK(database.statistics<HasWord>().computed == 1);
        CHECK(database.statistics<BothWords>().computed == 1);
    }
    SECTION("a word that went and came back between two questions") {
        database.set<Text>(1, "beta gamma", durability);
        database.set<Text>(1, "alpha beta gamma", durability);
        CHECK(ask<BothWords>(database, {"alpha", "beta"}));
        CHECK(database.statistics<BothWords>().computed == 0);
    }
    SECTION("the text itself goes and comes back, and unused memos are collected in between") {
        database.remove<Text>(1);
        CHECK_FALSE(ask<BothWords>(database, {"alpha", "beta"}));
        database.collect_garbage();
        database.set<Text>(1, "alpha beta", durability);
        CHECK(ask<BothWords>(database, {"alpha", "beta"}));
        CHECK_FALSE(ask<BothWords>(database, {"alpha", "delta"}));
    }
}

TEST_CASE("ten thousand edits do not grow the database") {
    Database database;
    database.set<Text>(1, "alpha beta gamma");
    SECTION("with the same keys the number of memos stays exactly the same") {
        ask<IsLong>(database, 1);
        const size_t before = database.memo_count();
        for (int edit = 0; edit < 10'000; ++edit) {
            database.set<Text>(1, std::string(edit % 20, 'x'));
            ask<IsLong>(database, 1);
        }
        CHECK(database.memo_count() == before);
    }
    SECTION("with a new key per edit it stays bounded") {
        size_t most = 0;
        for (int edit = 0; edit < 10'000; ++edit) {
            database.set<Text>(1, "alpha beta name" + std::to_string(edit));
            CHECK(ask<Names>(database, 1).size() == 3);
            most = std::max(most, database.memo_count<Named>());
        }
        CHECK(most < 2'000);
        database.collect_garbage();
        CHECK(database.memo_count<Named>() == 3);
        CHECK(ask<Names>(database, 1).back() == "name9999");
    }
}

TEST_CASE("what removed inputs left behind can be collected") {
    Database database;
    database.set<Files>({}, {});
    for (int file = 0; file < 100; ++file) {
        database.set<Text>(file, "some text");
        ask<IsLong>(database, file);
    }
    const size_t before = database.memo_count();
    for (int file = 1; file < 100; ++file) database.remove<Text>(file);
    CHECK(ask<IsLong>(database, 0) == false);
    database.collect_garbage();
    CHECK(before == 301);
    CHECK(database.memo_count() == 4);  // the list of files; text, length and is_long of file 0
    CHECK(ask<Length>(database, 50) == 0);
}

namespace {

constexpr int chain_length = 30'000;

struct Chain {
    using Key = int;
    using Value = int;
    static constexpr const char* name = "chain";
    static Value compute(QueryContext& context, const Key& link) {
        if (link == 0) return static_cast<int>(*context.get<Length>(1));
        return *context.get<Chain>(link - 1) + 1;
    }
};

}  // namespace

TEST_CASE("long chains overflow no stack, neither computed nor verified") {
    Database database;
    database.set<Text>(1, "abc");
    CHECK(ask<Chain>(database, chain_length) == chain_length + 3);
    database.set<Text>(1, "xyz");
    database.reset_statistics();
    CHECK(ask<Chain>(database, chain_length) == chain_length + 3);
    CHECK(database.statistics<Chain>() == times(0, chain_length + 1, 0));
    database.set<Text>(1, "abcd");
    CHECK(ask<Chain>(database, chain_length) == chain_length + 4);
}
