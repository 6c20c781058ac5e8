#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "tests/support/cases.h"

namespace braid::test {
namespace {

/// Writes `passed failed` to the file named by BRAID_TEST_COUNTS, for `./dev test` to add up.
class CountsListener : public Catch::TestEventListenerBase {
  public:
    using TestEventListenerBase::TestEventListenerBase;

    void testRunEnded(const Catch::TestRunStats& stats) override {
        const char* file = std::getenv("BRAID_TEST_COUNTS");
        if (file == nullptr) return;
        const Catch::Counts& cases = stats.totals.testCases;
        std::ofstream(file) << cases.passed + cases.failedButOk << ' ' << cases.failed << '\n';
    }
};
CATCH_REGISTER_LISTENER(CountsListener)

class CaseInvoker : public Catch::ITestInvoker {
  public:
    explicit CaseInvoker(std::function<void()> body) : body_(std::move(body)) {}
    void invoke() const override { body_(); }

  private:
    std::function<void()> body_;
};

}  // namespace

void register_case(const std::string& name, const std::string& tags, std::function<void()> body) {
    // Catch2 takes ownership of the invoker; the registrar object itself carries no state.
    Catch::AutoReg(new CaseInvoker(std::move(body)), CATCH_INTERNAL_LINEINFO, "", Catch::NameAndTags{name, tags});
}

}  // namespace braid::test

int main(int argc, char** argv) {
    // A child that ends early makes a write fail; it must not end the test program.
    std::signal(SIGPIPE, SIG_IGN);
    return Catch::Session().run(argc, argv);
}
