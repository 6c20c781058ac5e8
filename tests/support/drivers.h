#pragma once
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "tests/support/fixture.h"

namespace braid::test {

/// A way to ask Braid about the files of a fixture. Each fixture goes through every driver.
class Driver {
  public:
    virtual ~Driver() = default;
    /// Opens the files of a step (for a later step: applies its edit) and gives what is found. The Subject may refer
    /// to the driver and is valid until the next call. The error says why nothing can be said at all.
    virtual tl::expected<Subject, std::string> open(const FixtureStep& step) = 0;
};

/// `braid check --format json FILES`, a new process for each step.
std::unique_ptr<Driver> make_check_driver();

/// `braid lsp` on its standard streams, one server for all steps of a fixture: a step is an incremental change.
std::unique_ptr<Driver> make_lsp_driver();

/// Runs every step of a fixture through a driver; what does not agree, one line each.
std::vector<std::string> run_fixture(const Fixture& fixture, Driver& driver);

}  // namespace braid::test
