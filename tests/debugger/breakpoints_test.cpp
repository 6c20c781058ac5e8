// What needs no running program; tests/dap has the rest as sessions.
#include <catch2/catch.hpp>

#include "interpreter/debugger/breakpoints.h"

namespace braid::debugger {
namespace {

bool wants(const std::string& condition, uint64_t n) {
    Breakpoint breakpoint;
    breakpoint.request.hit_condition = condition;
    return breakpoint.wants_hit(n);
}

TEST_CASE("hit counts") {
    CHECK(wants("", 1));
    CHECK(wants("3", 3));
    CHECK(!wants("3", 4));
    CHECK(wants("== 3", 3));
    CHECK(wants(">= 3", 7));
    CHECK(!wants("> 3", 3));
    CHECK(wants("<4", 3));
    CHECK(wants("% 5", 10));
    CHECK(!wants("% 5", 11));
    CHECK(!wants("% 0", 11));
}

/// A statement a line: line n is [10n, 10n + 9); the loop goes over lines 2 to 5 and has its body in 3 and 4.
FileMap lines() {
    FileMap map;
    std::string text;
    for (int i = 0; i < 9; ++i) text += "xxxxxxxxx\n";
    map.text = SourceText(text);
    auto add = [&](uint32_t first, uint32_t last, bool is_loop = false) {
        map.statements.push_back({{(first - 1) * 10, last * 10 - 1}, first, last, ItemId(1), {}, is_loop});
    };
    add(1, 1);
    add(2, 5, true);
    add(3, 3);
    add(4, 4);
    add(7, 8);  // one statement on two lines
    return map;
}

TEST_CASE("a breakpoint moves to the nearest statement") {
    FileMap map = lines();
    auto line = [&](uint32_t wanted) { return map.statements[map.nearest(wanted).at(0)].line; };
    CHECK(line(1) == 1);
    CHECK(line(2) == 2);
    CHECK(line(3) == 3);
    CHECK(line(6) == 7);  // nothing there: the next one
    CHECK(line(8) == 7);  // inside one
    CHECK(line(9) == 7);  // nothing after it
    CHECK(FileMap().nearest(1).empty());
}

TEST_CASE("the innermost statement around a place") {
    FileMap map = lines();
    CHECK(map.innermost({21, 25}) == 2);
    CHECK(map.innermost({10, 12}) == 1);
    CHECK(map.innermost({15, 35}) == 1);
    CHECK(map.innermost({55, 57}) == kNoStatement);
}

}  // namespace
}  // namespace braid::debugger
