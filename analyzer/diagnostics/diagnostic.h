#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/text/range.h"

namespace braid {

/// Every code of analyzer/diagnostics/catalogue.def: DIAGNOSTIC(UseAfterMove, "use-after-move", Error, …).
enum class DiagnosticCode : uint16_t {
#define DIAGNOSTIC(Name, code, severity, summary) Name,
#include "analyzer/diagnostics/catalogue.def"
#undef DIAGNOSTIC
    Count
};

enum class Severity : uint8_t { Error, Warning, Information, Hint };

/// Bit set: how an editor may draw the range.
enum DiagnosticTag : uint8_t { TagNone = 0, TagUnnecessary = 1, TagDeprecated = 2 };

std::string_view code_name(DiagnosticCode code);  // "use-after-move"
Severity default_severity(DiagnosticCode code);
std::string_view code_summary(DiagnosticCode code);  // one line for --help and the docs

/// A diagnostic is data: what happened, where, the story in order, and the mechanical fixes. `Location` is a
/// stable `Place` inside the analyzer (semantics/place.h) and a `FileRange` once rendered for a reader.
template <typename Location>
struct BasicDiagnostic {
    struct Related {
        Location location;
        std::string message;
        friend bool operator==(const Related&, const Related&) = default;
    };
    struct FixEdit {
        Location location;  ///< the range that is replaced (see `position` for insertions)
        enum Position : uint8_t { Replace, InsertBefore, InsertAfter } position = Replace;
        std::string text;
        friend bool operator==(const FixEdit&, const FixEdit&) = default;
    };
    struct Fix {
        std::string title;
        std::vector<FixEdit> edits;
        friend bool operator==(const Fix&, const Fix&) = default;
    };

    DiagnosticCode code{};
    Severity severity = Severity::Error;
    Location location;
    std::string message;
    std::vector<Related> related;
    std::vector<Fix> fixes;
    uint8_t tags = TagNone;
    friend bool operator==(const BasicDiagnostic&, const BasicDiagnostic&) = default;
};

using Diagnostic = BasicDiagnostic<FileRange>;

}  // namespace braid
