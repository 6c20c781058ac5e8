#pragma once
#include <optional>
#include <string>
#include <vector>

#include "analyzer/diagnostics/diagnostic.h"
#include "analyzer/text/range.h"

namespace braid {

/// What a parser has to say about the text. Ranges are absolute when handed out by `SyntaxTree::errors()`; inside the
/// tree they are relative to the node that owns the error, so that reuse keeps them.
struct SyntaxError {
    struct Related {
        TextRange range;
        std::string message;
        friend bool operator==(const Related&, const Related&) = default;
    };
    struct Fix {
        std::string title;
        std::vector<TextEdit> edits;
        friend bool operator==(const Fix&, const Fix&) = default;
    };

    DiagnosticCode code{};
    TextRange range;
    std::string message;
    std::vector<Related> related;
    std::optional<Fix> fix;

    /// Modular arithmetic: a relative range may begin before its owner.
    void shift(uint32_t delta);
    friend bool operator==(const SyntaxError&, const SyntaxError&) = default;
};

}  // namespace braid
