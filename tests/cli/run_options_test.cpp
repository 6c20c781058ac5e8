// What `braid run` shows of a run: profiles, statistics, tasks that can never go on.
#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/cli/braid.h"

namespace braid::test {
namespace {

using Catch::Contains;

constexpr const char* kPipeline =
    "fn main():\n"
    "    let numbers = make(chan int, 4)\n"
    "    let done = make(chan int)\n"
    "    go fn():\n"
    "        let mut sum = 0\n"
    "        for n in numbers:\n"
    "            sum += n\n"
    "        done <- sum\n"
    "    for n in 0..100:\n"
    "        numbers <- n\n"
    "    close(numbers)\n"
    "    match <-done:\n"
    "        Ok(sum) => println(sum)\n"
    "        Err(_) => println(\"closed\")\n";

TEST_CASE("under a seed the profile is the same each time, its times included") {
    TemporaryFolder folder;
    folder.write("pipeline.altru", kPipeline);
    for (const char* file : {"first.json", "second.json"})
        CHECK(braid({"run", "--seed=3", "--profile", file, "pipeline.altru"}, folder.path()).status == 0);
    auto first = read_file(folder.path() / "first.json"), second = read_file(folder.path() / "second.json");
    REQUIRE(first);
    CHECK(first == second);
}

TEST_CASE("a profile has a lane per worker, slices of tasks that do not overlap, and an arrow per message") {
    TemporaryFolder folder;
    folder.write("pipeline.altru", kPipeline);
    for (const char* policy : {"--workers=2", "--seed=3"}) {
        ProcessResult result = braid({"run", policy, "--profile", "out.json", "pipeline.altru"}, folder.path());
        INFO(result.errors);
        CHECK(result.status == 0);
        CHECK(result.output == "4950\n");
        auto text = read_file(folder.path() / "out.json");
        REQUIRE(text);
        auto trace = nlohmann::json::parse(*text);
        std::map<int, std::string> lanes;
        std::map<int, double> end;
        std::map<int, int> arrows;  // 1 for where it begins, 2 for where it ends
        int slices = 0;
        for (const auto& event : trace.at("traceEvents")) {
            std::string kind = event.at("ph");
            if (kind == "M" && event.at("name") == "thread_name") {
                lanes[event.at("tid")] = event.at("args").at("name");
            } else if (kind == "X") {
                ++slices;
                CHECK(lanes.count(event.at("tid")));
                CHECK(event.at("ts").get<double>() >= end[event.at("tid")]);
                end[event.at("tid")] = event.at("ts").get<double>() + event.at("dur").get<double>() - 0.002;
            } else if (kind == "s" || kind == "f") {
                arrows[event.at("id")] += kind == "s" ? 1 : 2;
            }
        }
        CHECK(slices >= 2);
        CHECK(lanes.begin()->second.rfind("worker ", 0) == 0);
        int whole = 0;
        for (auto [id, ends] : arrows) whole += ends == 3;
        CHECK(whole == 101);
    }
}

TEST_CASE("a profile that cannot be written is said before the program runs") {
    TemporaryFolder folder;
    folder.write("hello.altru", "println(\"hello\")\n");
    ProcessResult result = braid({"run", "--profile", "missing/out.json", "hello.altru"}, folder.path());
    CHECK(result.status == 2);
    CHECK(result.output.empty());
    CHECK_THAT(result.errors, Contains("missing/out.json"));
}

TEST_CASE("statistics show workers, steals and pauses") {
    TemporaryFolder folder;
    folder.write("pipeline.altru", kPipeline);
    ProcessResult result = braid({"run", "--workers", "2", "--stats", "pipeline.altru"}, folder.path());
    CHECK(result.status == 0);
    CHECK_THAT(result.errors,
               Contains("worker 0: ") && Contains("worker 1: ") && Contains(" steals") && Contains("p99"));
}

TEST_CASE("tasks that can never go on are reported while others run, and only these") {
    TemporaryFolder folder;
    folder.write("partial.altru",
                 "use std::sync::Mutex\n"
                 "use std::time\n"
                 "fn main():\n"
                 "    let a = Mutex::new(1)\n"
                 "    let b = Mutex::new(2)\n"
                 "    let shared = make(chan int)\n"
                 "    go fn():\n"
                 "        let x = a.lock()\n"
                 "        time::sleep(10)\n"
                 "        println(*x + *b.lock())\n"
                 "    go fn():\n"
                 "        let y = b.lock()\n"
                 "        time::sleep(10)\n"
                 "        println(*y + *a.lock())\n"
                 "    go fn():\n"
                 "        let never = make(chan int)\n"
                 "        for n in never:\n"
                 "            println(n)\n"
                 "    go fn():\n"
                 "        for n in shared:\n"
                 "            println(n)\n"
                 "    time::sleep(1500)\n"
                 "    shared <- 5\n"
                 "    exit(0)\n");
    ProcessResult with = braid({"run", "--detect-partial-deadlock", "partial.altru"}, folder.path());
    INFO(with.errors);
    CHECK(with.status == 0);
    CHECK_THAT(with.errors, Contains("3 tasks are blocked for good; others still run") &&
                                Contains("these wait for each other:") && Contains("held up by goroutine"));
    CHECK_THAT(with.errors, Contains("partial.altru:17:9") && !Contains("partial.altru:20:9"));
    CHECK_THAT(braid({"run", "partial.altru"}, folder.path()).errors, !Contains("deadlock"));
}

}  // namespace
}  // namespace braid::test
