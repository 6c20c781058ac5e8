#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analyzer/diagnostics/diagnostic.h"
#include "analyzer/text/source_text.h"

namespace braid {

/// Where the renderers get file names and lines from. Asked only for files that a diagnostic mentions.
class SourceProvider {
  public:
    virtual ~SourceProvider() = default;
    /// As the reader should see it: usually relative to the working directory.
    virtual std::string path(FileId file) const = 0;
    /// None when the text is not at hand; the diagnostic is then shown without lines.
    virtual std::optional<SourceText> text(FileId file) const = 0;
};

struct TextStyle {
    bool colours = false;  ///< ANSI; the caller knows whether it writes to a terminal and honours NO_COLOR
    uint32_t tab_width = 4;
    uint32_t max_width = 140;  ///< longer source lines are cut around what is marked
    bool show_fixes = true;
};

/// What people know from rustc: code, message, lines with carets, related notes in order, `help:` with the fix. Ends
/// with a newline; an empty line between two diagnostics is the caller's.
std::string render_text(const Diagnostic& diagnostic, const SourceProvider& sources, const TextStyle& style = {});

/// One JSON object on one line, without the newline. The stable form of `braid check --format json`.
std::string render_json(const Diagnostic& diagnostic, const SourceProvider& sources);

/// A workflow command of GitHub Actions (`::error file=…::…`), without the newline.
std::string render_github(const Diagnostic& diagnostic, const SourceProvider& sources);

struct SarifTool {
    std::string version;
    std::string information_uri;
};
/// A whole SARIF 2.1.0 log with one run.
std::string render_sarif(std::span<const Diagnostic> diagnostics, const SourceProvider& sources, const SarifTool& tool);

/// "2 errors, 1 warning"; empty when there is nothing to count (hints and information are not).
std::string count_summary(std::span<const Diagnostic> diagnostics);

/// Files in order of their paths, then by place, then errors first: the order in which reports are printed.
void sort_for_output(std::vector<Diagnostic>& diagnostics, const SourceProvider& sources);

/// The edit that `edit` stands for, with insertions as empty ranges.
TextEdit text_edit(const Diagnostic::FixEdit& edit);
/// The edits of a fix, per file, in order of place.
std::map<FileId, std::vector<TextEdit>> text_edits(const Diagnostic::Fix& fix);

}  // namespace braid
