#pragma once
#include <cstdint>
#include <string_view>

#include "analyzer/syntax/velox/kinds.h"

/// A template over several lines may be the code between two others, one of which lacks a backquote.
namespace braid::velox {

struct ReadTemplate {
    uint32_t begin = 0;       ///< of the backquote, or of the `}` of a hole, that it begins with
    uint32_t line_end = 0;    ///< of the line it begins in; before `end`
    uint32_t end = 0;         ///< after the backquote or the `${` that ends it
    Kind kind = Kind::List;   ///< TemplateHead or TemplateMiddle: a hole follows
    bool terminated = false;  ///< false: the text ended first
};

/// A line of it stands no further in than the one it begins in, and begins as code does.
bool looks_like_code(std::string_view text, const ReadTemplate& read);

struct BackquoteVerdict {
    bool believed = true;   ///< false: it ends at its own line
    uint32_t examined = 0;  ///< the text up to here decided; never far behind the template
};

/// Of a template that looks like code. It is disbelieved where that leaves a later template without an end, or where
/// what follows the closing backquote is no code, but what an opening one would hold. Programs without errors are
/// believed.
BackquoteVerdict judge_backquote(std::string_view text, const ReadTemplate& read);

}  // namespace braid::velox
