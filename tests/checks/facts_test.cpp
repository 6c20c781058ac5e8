// What `braid dump facts` says of ownership, line by line.
#include <catch2/catch.hpp>

#include "analyzer/checks/ownership_facts.h"
#include "analyzer/semantics/bodies.h"
#include "workspace/workspace.h"

namespace braid::test {
namespace {

std::string facts_of(const std::string& text) {
    auto host = make_host();
    FileId file = host->set_file("/test/example.altru", text);
    auto found = host->snapshot().run([&](QueryContext& context) {
        std::string out;
        for (ItemId item : items_with_bodies(context, file)) out += checks::dump_ownership(context, item);
        return out;
    });
    REQUIRE(found);
    return *found;
}

bool has(const std::string& text, const std::string& line) { return text.find(line + "\n") != std::string::npos; }

}  // namespace

TEST_CASE("facts say what is owned, moved and borrowed on each line") {
    std::string facts = facts_of(
        "fn consume(list: [int]):\n"  // 1
        "    println(list)\n"
        "\n"
        "fn f():\n"
        "    let mut list = [1]\n"  // 5
        "    let first = &list[0]\n"
        "    println(first)\n"
        "    consume(list)\n"
        "    list = [2]\n"
        "    println(list)\n");  // 10
    INFO(facts);
    CHECK(has(facts, "  5  owned: list"));
    CHECK(has(facts, "  6  owned: list, first  borrowed: list[…] by first"));
    CHECK(has(facts, "  7  owned: list, first"));
    CHECK(has(facts, "  8  owned: first  moved: list"));
    CHECK(has(facts, "  9  owned: list, first"));
}

TEST_CASE("facts name a mutable borrow and who holds it") {
    std::string facts = facts_of(
        "fn f():\n"
        "    let mut count = 0\n"
        "    let up = || count += 1\n"
        "    up()\n"
        "    println(count)\n");
    INFO(facts);
    CHECK(has(facts, "  3  owned: count, up  borrowed: count mutably by up"));
    CHECK(has(facts, "  4  owned: count, up"));
}

TEST_CASE("facts say in which tasks a function runs") {
    std::string facts = facts_of(
        "fn work(n: int):\n"  // 1
        "    print(helped(n))\n"
        "fn helped(n: int) -> int: n + 1\n"
        "fn alone(n: int) -> int: n + 2\n"
        "fn main():\n"  // 5
        "    go work(1)\n"
        "    print(alone(2))\n");
    INFO(facts);
    CHECK(has(facts, "function #0 work\n  runs in the tasks started in: line 6 (main)"));
    CHECK(has(facts, "function #0 helped\n  runs in the tasks started in: line 6 (main)"));
    CHECK_FALSE(has(facts, "function #0 alone\n  runs in the tasks started in: line 6 (main)"));
}

}  // namespace braid::test
