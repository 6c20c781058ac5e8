#pragma once
#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "analyzer/diagnostics/diagnostic.h"
#include "analyzer/ide/host.h"
#include "interpreter/bytecode/compiler.h"
#include "interpreter/runtime/run.h"

namespace braid::loader {

/// Errors and warnings of the file and all that it imports, in the order of output. Of the schedules of its tasks only
/// a few are looked at.
std::vector<Diagnostic> problems(AnalysisHost& host, FileId file);

/// Which contracts are checked where nobody says it at the start: what the project's manifest says, else all.
bytecode::ContractChecks contracts_of_project(const AnalysisHost& host, FileId file);

/// What a run of the file has to know of its project. Files are named from the manifest's folder on.
runtime::ProjectSettings project_settings(const AnalysisHost& host, FileId file);

struct Executable {
    std::shared_ptr<bytecode::Program> program;
    std::string note;  ///< one line for the user, who may have meant something else; empty: none
};

struct CompileOptions {
    bytecode::ContractChecks contracts = bytecode::ContractChecks::All;
    bool optimize = true;  ///< false: every variable has its own place in a frame, as a debugger needs it
};

/// What a start of `file` runs (entries.h), compiled as the host knows it now; a message of one line if that is
/// impossible. Precondition: `problems` has no error. Until the program is gone nobody may write to the host.
tl::expected<Executable, std::string> compile(const AnalysisHost& host, FileId file,
                                              const CompileOptions& options = {});

}  // namespace braid::loader
