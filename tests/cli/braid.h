#pragma once
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace braid::test {

/// `braid ARGUMENTS…`, run in `directory` if one is given.
inline ProcessResult braid(std::vector<std::string> arguments, const std::filesystem::path& directory = {},
                           std::string input = {}) {
    Command command{.program = braid_program(), .arguments = std::move(arguments), .input = std::move(input)};
    command.directory = directory;
    return run_process(command);
}

/// Ended by itself, in time, and not by a signal: what is asked of every run, whatever it was given.
inline bool ended_well(const ProcessResult& result) { return !result.timed_out && result.status < 127; }

}  // namespace braid::test
