#pragma once
#include <memory>
#include <string>

#include <tl/expected.hpp>

#include "analyzer/ide/host.h"
#include "interpreter/bytecode/compiler.h"

namespace braid::cli {

/// The file's top-level statements, then `main`, compiled as the host knows them now; a message if that is impossible.
/// Precondition: the file has no errors. Until the program is gone nobody may write to the host.
tl::expected<std::shared_ptr<bytecode::Program>, std::string> compile_program(
    AnalysisHost& host, FileId file, bytecode::ContractChecks contracts = bytecode::ContractChecks::All);

/// `braid dump bytecode`.
tl::expected<std::string, std::string> dump_bytecode(AnalysisHost& host, FileId file);

}  // namespace braid::cli
