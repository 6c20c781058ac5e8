#pragma once
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "analyzer/diagnostics/diagnostic.h"

namespace braid {

/// Fixes that can be made together.
struct ChosenFixes {
    std::vector<size_t> diagnostics;                ///< indices of those that are dealt with
    std::map<FileId, std::vector<TextEdit>> edits;  ///< per file in order of place, none touching another
};

/// The first fixes, `limit` at most, that leave no choice and are not in each other's way: a diagnostic with several
/// fixes asks a person which one; of two whose edits touch, the first is taken, and the other one has its turn once
/// the text was checked again. The same fix offered twice is made once. `allowed` says no to diagnostics that are to
/// stay.
ChosenFixes choose_fixes(std::span<const Diagnostic> diagnostics, const std::function<bool(const Diagnostic&)>& allowed,
                         size_t limit);

}  // namespace braid
