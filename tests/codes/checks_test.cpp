// The checks' codes that are complete: a page whose wrong program has this code and no other, and whose right one has
// none; fixes that take their diagnostic away and bring no other.
#include <algorithm>
#include <filesystem>

#include "tests/codes/pages.h"
#include "tests/codes/program.h"
#include "tests/support/cases.h"
#include "tests/support/fixture.h"

namespace braid::test {
namespace {

using Code = DiagnosticCode;

struct Row {
    Code code;
    std::string_view language;
    std::string_view fixture;  ///< in tests/checks/fixtures: one that speaks
    bool is_fixed;             ///< has a mechanical fix
};

const Row kRows[] = {
    {Code::MisusedPromise, "velox", "misused_promise", true},
    {Code::AsyncInConstructor, "velox", "floating_promise", false},
    {Code::NeverSettled, "velox", "never_settled", false},
    {Code::SettledTwice, "velox", "settled_twice", false},
    {Code::TaskOutlivesScope, "velox", "task_outlives_scope", false},
    {Code::AwaitInLoop, "velox", "concurrency_advice", false},
    {Code::UnboundedConcurrency, "velox", "concurrency_advice", false},
    {Code::FloatingPromise, "velox", "floating_promise", true},
    {Code::AwaitRace, "velox", "await_race", true},
    {Code::StaleResponse, "velox", "stale_response", false},
    {Code::ReturnWithoutAwait, "velox", "return_without_await", true},
    {Code::NotSend, "velox", "isolates", true},
    {Code::UseAfterTransfer, "velox", "use_after_transfer", false},
    {Code::RunsOnOneCore, "velox", "isolates", false},
    {Code::UnusedFuture, "altru", "unused_future", true},
    {Code::SideEffectInTransaction, "velox", "stm", false},
    {Code::WriteOutsideTransaction, "velox", "stm", true},
    {Code::WriteSkew, "velox", "stm", false},
    {Code::NestedRetry, "velox", "stm", false},
    {Code::ErrorReplaced, "velox", "error_replaced", true},
    {Code::OrderByCompletion, "velox", "order_by_completion", false},
    {Code::ContextLostAcrossAwait, "velox", "context_lost", false},
    {Code::SelfDeadlock, "altru", "kernels/waiting/self_lock", false},
    {Code::LockOrderCycle, "altru", "kernels/waiting/abba", false},
    {Code::ChannelDeadlock, "altru", "kernels/waiting/no_receiver", false},
    {Code::GoroutineLeak, "altru", "kernels/waiting/go_timeout_leak", false},
    {Code::MissingClose, "altru", "kernels/waiting/jobs_never_closed", false},
    {Code::SendOnClosedChannel, "altru", "kernels/waiting/send_after_close", false},
    {Code::DoubleClose, "altru", "kernels/waiting/double_close_race", false},
    {Code::WaitgroupMisuse, "altru", "kernels/waiting/done_twice", false},
    {Code::LostWakeup, "altru", "kernels/waiting/nobody_notifies", false},
    {Code::GuardAcrossAwait, "altru", "kernels/waiting/async_guard", false},
    {Code::AtomicityViolation, "altru", "kernels/waiting/check_then_act", false},
    {Code::WaitOutsideLoop, "velox", "wait_outside_loop", false},
    {Code::LockNotReleased, "velox", "kernels/waiting/unlock_missing_on_error", true},
    {Code::DoubleUnlock, "velox", "kernels/waiting/unlock_in_both", false},
    {Code::UnlockedAccess, "velox", "unlocked_access", false},
    {Code::BlockingInAsync, "altru", "blocking_in_async", false},
    {Code::ActorSelfCall, "altru", "actor_calls", false},
    {Code::ActorStateEscapes, "altru", "actor_calls", false},
    {Code::UnreachableSelectArm, "altru", "select_arms", false},
    {Code::BusySelect, "altru", "select_arms", false},
};

void check_page(const Row& row) {
    bool has_wrong = false, has_right = false;
    for (const auto& [right, texts] : programs_of(row.code, row.language)) {
        const auto found = Program(texts).diagnostics();
        INFO((right ? "right:\n" : "wrong:\n") << texts.back().second << listed(found));
        (right ? has_right : has_wrong) = true;
        CHECK(found.empty() == right);
        CHECK(std::all_of(found.begin(), found.end(), [&](const Diagnostic& d) { return d.code == row.code; }));
    }
    CHECK(has_wrong);
    CHECK(has_right);
}

void check_fixes(const Row& row) {
    auto path = std::filesystem::path(BRAID_SOURCE_DIR) / "tests/checks/fixtures" /
                fmt::format("{}.{}", row.fixture, row.language);
    auto fixture = read_fixture(path);
    REQUIRE(fixture);
    Texts texts;
    for (const FixtureFile& file : fixture->steps[0].files) texts.emplace_back(file.name, file.text);
    const Program program(texts);
    const auto before = program.diagnostics();
    size_t fixes = 0;
    for (const Diagnostic& d : before) {
        if (d.code != row.code) continue;
        for (const Diagnostic::Fix& fix : d.fixes) {
            ++fixes;
            const Texts fixed = program.fixed(fix);
            const auto after = Program(fixed).diagnostics();
            INFO(fix.title << listed(after) << "\n" << fixed.back().second);
            CHECK(after.size() < before.size());
        }
    }
    CHECK((fixes > 0) == row.is_fixed);
}

}  // namespace

REGISTER_CASES(rows_of_checks) {
    for (const Row& row : kRows) {
        register_case(fmt::format("page {} {}", row.language, code_name(row.code)), "[row]",
                      [&row] { check_page(row); });
        register_case(fmt::format("fixes {} {}", row.language, code_name(row.code)), "[row]",
                      [&row] { check_fixes(row); });
    }
}

}  // namespace braid::test
