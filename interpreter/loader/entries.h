#pragma once
#include <vector>

#include "analyzer/ide/host.h"

namespace braid::loader {

/// The file and all that it imports, directly or not; what a file imports stands before it. Circles are cut where they
/// close.
std::vector<FileId> in_order_of_import(const AnalysisHost& host, FileId file);

/// What a start of a file runs, in order: the top level of every file it imports where the language says so, each once
/// and after those that it imports itself; its own top level; then its `main`, unless the top level calls `main` or
/// hands it on, and so sees to it itself.
struct Entries {
    std::vector<ItemId> items;  ///< never empty: the file's own top level at least
    bool nothing_to_run = false;
};
Entries entries_of(const AnalysisHost& host, FileId file);

}  // namespace braid::loader
