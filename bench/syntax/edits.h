#pragma once
#include <string_view>
#include <vector>

#include "analyzer/text/range.h"

namespace braid::bench {

/// What both sides are measured on: their text and its tokens, which correspond by their number.
struct Side {
    std::string_view text;
    std::vector<TextRange> tokens;
    bool velox = false;   ///< TypeScript's spelling of comments and strings
    bool python = false;  ///< `"""` where Altru has `###`
};

struct EditPair {
    TextEdit ours;
    TextEdit theirs;
    bool damaging = false;  ///< opens or closes a bracket, a string or a comment
};

/// `count` edits at uniformly random places, a fifth of them opening or closing a bracket, a string or a comment. With
/// `same_text` both sides get the same bytes; else the place is the same within the same token.
std::vector<EditPair> random_edits(const Side& ours, const Side& theirs, bool same_text, uint32_t count);

}  // namespace braid::bench
