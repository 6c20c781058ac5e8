#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/diagnostics/diagnostic.h"

namespace braid {

/// A language's projects: `Altru.toml` beside `main.altru` or `src/main.altru`.
struct ProjectKind {
    std::string_view manifest;
    std::string_view ending;
};
inline constexpr ProjectKind kProjectKinds[] = {{"Altru.toml", ".altru"}, {"Velox.toml", ".velox"}};
/// The kind of a manifest by its path; null when the path is none.
const ProjectKind* project_kind_of(std::string_view manifest_path);

/// What a manifest says, and what is wrong with how it says it.
struct Manifest {
    struct Problem {
        DiagnosticCode code;
        TextRange range;
        std::string message;
        friend bool operator==(const Problem&, const Problem&) = default;
    };
    struct Text {
        std::string value;
        TextRange range;
        friend bool operator==(const Text&, const Text&) = default;
    };
    std::optional<Text> name, version;
    std::optional<Text> main;                       ///< the file the project starts with, relative to the manifest
    std::optional<Text> source;                     ///< the folder its files are in, relative to the manifest
    std::string contracts;                          ///< as `braid run --contracts`; empty: not said
    std::string database;                           ///< the default file of `database`
    std::map<std::string, std::string> statements;  ///< prepared for `database::query`, by name
    std::map<DiagnosticCode, std::optional<Severity>> severities;  ///< none: off
    std::vector<Problem> problems;
    friend bool operator==(const Manifest&, const Manifest&) = default;

    /// Where the project starts, relative to the manifest, the likeliest first.
    std::vector<std::string> mains(const ProjectKind& kind) const;
};

Manifest read_manifest(std::string_view text);

}  // namespace braid
