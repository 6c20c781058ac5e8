#pragma once
#include <memory>
#include <string>

#include <tl/expected.hpp>

#include "analyzer/ide/host.h"
#include "interpreter/bytecode/compiler.h"
#include "interpreter/runtime/run.h"

namespace braid::dap {

struct LaunchError {
    std::string message;  // one line
    std::string details;  // the diagnostics as `braid check` prints them
};

/// A program ready to run, with the sources it was made of.
struct LoadedProgram {
    std::shared_ptr<AnalysisHost> host;
    std::shared_ptr<bytecode::Program> program;
    std::string note;  // one line for the user; empty: none
    runtime::ProjectSettings project;
};

/// Reads, checks and compiles the file and what it imports.
tl::expected<LoadedProgram, LaunchError> load_program(const std::string& path, bytecode::ContractChecks contracts);

}  // namespace braid::dap
