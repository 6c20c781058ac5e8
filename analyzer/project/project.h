#pragma once
#include <memory>
#include <string>
#include <vector>

#include "analyzer/project/manifest.h"
#include "analyzer/semantics/queries.h"

namespace braid {

/// Input: the text of a manifest.
struct ManifestText {
    using Key = FileId;
    using Value = std::shared_ptr<const std::string>;
    static constexpr const char* name = "manifest_text";
    static bool equal(const Value& a, const Value& b) { return a && b ? *a == *b : a == b; }
};
/// Input: the manifests that are known, sorted.
struct ManifestFiles {
    using Key = NoKey;
    using Value = std::vector<FileId>;
    static constexpr const char* name = "manifest_files";
};

struct ManifestOf {
    using Key = FileId;  // of the manifest
    using Value = Manifest;
    static constexpr const char* name = "manifest";
    static Value compute(QueryContext&, const Key&);
};
/// The nearest manifest of the file's language at or above it; None: the file belongs to no project.
struct ProjectOf {
    using Key = FileId;
    using Value = FileId;
    static constexpr const char* name = "project";
    static Value compute(QueryContext&, const Key&);
};
/// How a project ranks diagnostics. A query of its own: other edits of the manifest recompute nothing.
struct ProjectSeverities {
    using Key = FileId;  // of the manifest
    using Value = std::map<DiagnosticCode, std::optional<Severity>>;
    static constexpr const char* name = "project_severities";
    static Value compute(QueryContext&, const Key&);
};
/// What is wrong with a manifest.
struct ManifestDiagnostics {
    using Key = FileId;
    using Value = std::vector<Diagnostic>;
    static constexpr const char* name = "manifest_diagnostics";
    static Value compute(QueryContext&, const Key&);
};

/// The path of a file that a manifest names relative to itself.
std::string beside(std::string_view manifest_path, std::string_view relative);

/// Gives the diagnostics of a file the severities that its project wants.
void apply_severities(QueryContext&, FileId file, std::vector<Diagnostic>& diagnostics);

}  // namespace braid
