#include "interpreter/scheduler/timer_wheel.h"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <map>
#include <vector>

using namespace braid::scheduler;

namespace {

struct Fired {
    std::vector<int> ids;
    TimerAction action(int id) {
        return {{}, {}, [this, id] { ids.push_back(id); }};
    }
    void advance(TimerWheel& wheel, uint64_t now) {
        std::vector<TimerAction> due;
        wheel.advance(now, due);
        for (auto& timer : due) timer.call();
    }
};

}  // namespace

TEST_CASE("a timer wheel behaves as a sorted multimap") {
    CHECK(rc::check([] {
        TimerWheel wheel;
        Fired fired;
        std::multimap<uint64_t, int> model;  // equal keys keep their order of insertion
        std::vector<int> expected;
        std::map<int, uint64_t> handles;
        uint64_t now = 0;
        int count = *rc::gen::inRange(1, 200);
        for (int i = 0; i < count; ++i) {
            switch (*rc::gen::inRange(0, 4)) {
                case 0:
                case 1: {
                    uint64_t range = uint64_t{1} << *rc::gen::inRange(0, 40);
                    uint64_t deadline = now + *rc::gen::inRange<uint64_t>(0, range);
                    handles[i] = wheel.insert(deadline, fired.action(i));
                    model.emplace(deadline, i);
                    break;
                }
                case 2: {
                    if (handles.empty()) break;
                    auto victim = std::next(handles.begin(), *rc::gen::inRange<size_t>(0, handles.size()));
                    auto entry =
                        std::find_if(model.begin(), model.end(), [&](auto& e) { return e.second == victim->first; });
                    RC_ASSERT(wheel.cancel(victim->second) == (entry != model.end()));
                    if (entry != model.end()) model.erase(entry);
                    handles.erase(victim);
                    break;
                }
                case 3: {
                    now += *rc::gen::inRange<uint64_t>(0, uint64_t{1} << *rc::gen::inRange(0, 40));
                    fired.advance(wheel, now);
                    while (!model.empty() && model.begin()->first <= now) {
                        expected.push_back(model.begin()->second);
                        model.erase(model.begin());
                    }
                    RC_ASSERT(fired.ids == expected);
                    break;
                }
            }
            RC_ASSERT(wheel.size() == model.size());
            RC_ASSERT(wheel.next().has_value() == !model.empty());
            if (!model.empty()) RC_ASSERT(*wheel.next() <= model.begin()->first);
        }
    }));
}

TEST_CASE("jumping from next to next reaches every timer in a few steps") {
    TimerWheel wheel;
    Fired fired;
    wheel.insert(UINT64_MAX, fired.action(3));
    wheel.insert(uint64_t{1} << 50, fired.action(2));
    wheel.insert(7, fired.action(1));
    int jumps = 0;
    while (auto next = wheel.next()) {
        fired.advance(wheel, *next);
        ++jumps;
    }
    CHECK(fired.ids == std::vector<int>{1, 2, 3});
    CHECK(jumps < 40);
}

TEST_CASE("a timer that is gone cannot be cancelled, nor its successor in the same place") {
    TimerWheel wheel;
    Fired fired;
    uint64_t first = wheel.insert(5, fired.action(1));
    fired.advance(wheel, 5);
    uint64_t second = wheel.insert(9, fired.action(2));
    CHECK_FALSE(wheel.cancel(first));
    CHECK(wheel.cancel(second));
    CHECK_FALSE(wheel.cancel(second));
    CHECK_FALSE(wheel.cancel(12345));
    fired.advance(wheel, 100);
    CHECK(fired.ids == std::vector<int>{1});
}
