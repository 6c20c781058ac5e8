#pragma once
#include <memory>
#include <optional>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "interpreter/bytecode/program.h"

namespace braid::bytecode {

/// Which contract clauses are checked at run time.
enum class ContractChecks : uint8_t {
    All,
    Marked,  // only those that the program marks with `?`
    Off,
};
/// As flags and settings spell it: "all", "marked", "off".
std::optional<ContractChecks> contract_checks(std::string_view name);

struct CompileLimits {
    size_t max_instances = 200'000;  // of functions
    size_t max_type_depth = 64;      // nesting of a type argument: polymorphic recursion ends here
    ContractChecks contracts = ContractChecks::All;
};

/// Compiles what `entries` can reach, before anything runs: a program that reaches a missing native, or an unbounded
/// number of instances, is refused with a message. Methods found by name at run time are compiled for every class that
/// is reachable; among those a missing native becomes a function that panics when called.
tl::expected<std::shared_ptr<Program>, CompileError> compile(std::shared_ptr<const ProgramModel> model,
                                                             const NativeCatalog& natives,
                                                             const std::vector<ItemId>& entries,
                                                             const CompileLimits& limits = {});

}  // namespace braid::bytecode
