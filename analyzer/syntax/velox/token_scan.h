#pragma once
#include <algorithm>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/syntax/velox/lexer.h"

namespace braid::velox {

/// Reads tokens ahead of the parser, without a grammar: a `/` after an operand divides, else it begins a regular
/// expression; the `}` that closes a template's hole continues the template. Where that guess is wrong (`if (x) /re/`)
/// the parser's own tokens are still right; only what it wanted to know from here (where a bracket closes) may be off.
class TokenScan {
  public:
    /// `hole`: the quote of the template in whose hole it begins.
    TokenScan(std::string_view text, uint32_t begin, Backquotes backquotes = Backquotes::Judged, char hole = '\0')
        : text_(text), at_(begin), backquotes_(backquotes) {
        if (hole) braces_.push_back(hole);
    }

    /// The next token; its own bytes are [begin(), end()).
    Kind next();
    uint32_t begin() const { return at_ - token_.length; }
    uint32_t end() const { return at_; }
    /// What was read depends on the text up to here, of which the end counts as one byte.
    uint32_t examined() const { return std::min(examined_, uint32_t(text_.size()) + 1); }
    bool newline_before() const { return token_.newline_before; }
    LexError error() const { return token_.error; }

  private:
    std::string_view text_;
    uint32_t at_;
    uint32_t examined_ = 0;
    Backquotes backquotes_;
    LexedToken token_;
    bool after_operand_ = false;
    std::vector<char> braces_;  ///< '{', or the quote of the template whose hole is open
};

/// Where parentheses close, remembered per parse, so that asking again for every nested one stays linear.
class ParenMatches {
  public:
    explicit ParenMatches(std::string_view text) : text_(text) {}

    struct Match {
        uint32_t close = 0;     ///< end of the matching `)`; 0: there is none before the statement ends
        uint32_t examined = 0;  ///< the text up to here was looked at
    };
    /// For the `(` at `open`.
    Match find(uint32_t open);

  private:
    std::string_view text_;
    std::unordered_map<uint32_t, Match> known_;
};

/// Whether the braces of one statement of a file match.
struct BraceRegion {
    uint32_t begin = 0;
    bool asked = false;
    bool balanced = true;
    uint32_t examined = 0;  ///< the text up to here was looked at
};

/// The statement begins at `begin`, in a line indented by `column`. It ends, at the latest, where a line stands as far
/// out while no brace is open; a brace left open is looked for its partner only so far beyond such a line.
BraceRegion brace_region(std::string_view text, uint32_t begin, uint32_t column);

}  // namespace braid::velox
