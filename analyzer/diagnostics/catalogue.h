#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "analyzer/diagnostics/diagnostic.h"

namespace braid {

/// The code of this name ("use-after-move"); underscores count as hyphens, since `allow(use_after_move)` is common.
std::optional<DiagnosticCode> find_code(std::string_view name);
/// In the order of the catalogue.
std::vector<DiagnosticCode> all_codes();
/// The codes whose names are near to a mistyped or half remembered one, the nearest first, three at most.
std::vector<DiagnosticCode> nearest_codes(std::string_view name);

std::string_view severity_name(Severity severity);  // "error", "warning", "information", "hint": as in JSON
std::optional<Severity> find_severity(std::string_view name);

/// An error that keeps a program from running. One that says where tasks will wait for each other does not: the machine
/// finds that itself, says who waits where, and ends with a status of its own.
bool stops_run(const Diagnostic& diagnostic);

/// The page of a code in Markdown (docs/diagnostics/CODE.md, embedded at build time). Empty when there is none yet.
std::string_view explain_page(DiagnosticCode code);

}  // namespace braid
