#include "interpreter/scheduler/deque.h"

#include <rapidcheck.h>
#include <atomic>
#include <catch2/catch.hpp>
#include <deque>
#include <thread>
#include <vector>

#include "interpreter/scheduler/task.h"

using namespace braid::scheduler;

namespace {

// The deque never looks into a task.
Task* number(size_t n) { return reinterpret_cast<Task*>((n + 1) * 64); }
size_t number_of(Task* task) { return reinterpret_cast<uintptr_t>(task) / 64 - 1; }

}  // namespace

TEST_CASE("a deque used by one thread is a double-ended queue") {
    CHECK(rc::check([] {
        WorkDeque deque;
        std::deque<Task*> model;
        size_t next = 0;
        for (int operation : *rc::gen::container<std::vector<int>>(400, rc::gen::inRange(0, 4))) {
            Task* expected = nullptr;
            if (operation <= 1) {
                deque.push(number(next));
                model.push_back(number(next++));
            } else if (operation == 2) {
                if (!model.empty()) expected = model.back(), model.pop_back();
                RC_ASSERT(deque.take() == expected);
            } else {
                if (!model.empty()) expected = model.front(), model.pop_front();
                RC_ASSERT(deque.steal() == expected);
            }
            RC_ASSERT(deque.size() == model.size());
        }
    }));
}

TEST_CASE("every task in a deque is taken exactly once, whoever takes") {
    constexpr size_t kTasks = 60'000;
    WorkDeque deque;
    std::vector<std::atomic<int>> taken(kTasks);
    std::atomic<bool> finished{false};
    std::vector<std::thread> thieves;
    for (int i = 0; i < 3; ++i) {
        thieves.emplace_back([&] {
            while (!finished.load() || !deque.empty())
                if (Task* task = deque.steal()) ++taken[number_of(task)];
        });
    }
    for (size_t i = 0; i < kTasks; ++i) {
        deque.push(number(i));
        if (i % 3 == 0)
            if (Task* task = deque.take()) ++taken[number_of(task)];
    }
    while (Task* task = deque.take()) ++taken[number_of(task)];
    finished = true;
    for (auto& thief : thieves) thief.join();
    for (size_t i = 0; i < kTasks; ++i) REQUIRE(taken[i] == 1);
}
