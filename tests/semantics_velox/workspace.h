#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "analyzer/semantics/queries.h"
#include "tests/support/fixture.h"

namespace braid::test {

/// Velox files and the standard library in a database of their own; no I/O but reading stdlib/velox.
class Workspace {
  public:
    Workspace();
    void set(const std::string& name, const std::string& text);
    /// Of syntax, declarations and bodies; not of the checks.
    std::vector<FoundDiagnostic> diagnostics();
    std::vector<FoundDiagnostic> standard_library_diagnostics();
    /// Dumps of all bodies of a file, in order.
    std::string dump(const std::string& name);
    Database& database() { return database_; }

  private:
    std::vector<FoundDiagnostic> diagnostics_of(const std::vector<FileId>& wanted);
    void publish_files();
    Database database_;
    std::vector<FileId> standard_, own_;
};

}  // namespace braid::test
