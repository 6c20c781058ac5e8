#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/drivers.h"
#include "tests/support/process.h"

namespace braid::test {
namespace {

using nlohmann::json;

Position position_of(const json& value) { return {value.at("line").get<int>(), value.at("column").get<int>()}; }

Range range_of(const json& value) { return {position_of(value.at("start")), position_of(value.at("end"))}; }

FoundDiagnostic diagnostic_of(const json& value) {
    FoundDiagnostic result{.file = value.at("file"),
                           .range = range_of(value.at("range")),
                           .severity = value.at("severity"),
                           .code = value.at("code"),
                           .message = value.at("message"),
                           .related = {}};
    for (const json& each : value.at("related")) {
        result.related.push_back({each.at("file"), range_of(each.at("range")), each.at("message")});
    }
    return result;
}

class CheckDriver : public Driver {
  public:
    tl::expected<Subject, std::string> open(const FixtureStep& step) override {
        TemporaryFolder folder;
        Command command{.program = braid_program(), .arguments = {"check", "--format", "json"}};
        command.directory = folder.path();
        for (const FixtureFile& file : step.files) {
            folder.write(file.name, file.text);
            command.arguments.push_back(file.name);
        }
        ProcessResult result = run_process(command);
        if (result.timed_out) return tl::unexpected(std::string("braid check does not end"));
        Subject subject;
        auto read = read_lines(result.output, subject);
        if (!read) return tl::unexpected(read.error() + "\n" + result.errors);

        bool has_error = false;
        for (const auto& each : subject.diagnostics) has_error = has_error || each.severity == "error";
        int wanted = has_error ? 1 : 0;
        if (result.status != wanted) {
            return tl::unexpected(fmt::format("braid check ends with status {}, not {}\n{}{}", result.status, wanted,
                                              result.output, result.errors));
        }
        return subject;
    }

  private:
    static tl::expected<void, std::string> read_lines(const std::string& output, Subject& subject) {
        std::istringstream lines(output);
        for (std::string line; std::getline(lines, line);) {
            try {
                subject.diagnostics.push_back(diagnostic_of(json::parse(line)));
            } catch (const json::exception& error) {
                return tl::unexpected(fmt::format("not a diagnostic: {} ({})", line, error.what()));
            }
        }
        return {};
    }
};

}  // namespace

std::unique_ptr<Driver> make_check_driver() { return std::make_unique<CheckDriver>(); }

std::vector<std::string> run_fixture(const Fixture& fixture, Driver& driver) {
    std::vector<std::string> result;
    for (size_t i = 0; i < fixture.steps.size(); ++i) {
        const FixtureStep& step = fixture.steps[i];
        std::string prefix = i == 0 ? "" : fmt::format("after edit {}: ", i);
        auto subject = driver.open(step);
        if (!subject) {
            result.push_back(prefix + subject.error());
            return result;
        }
        for (const std::string& each : mismatches(step, *subject)) result.push_back(prefix + each);
    }
    return result;
}

}  // namespace braid::test
