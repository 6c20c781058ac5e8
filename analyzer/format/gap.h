#pragma once
#include <vector>

#include "analyzer/format/flat_tree.h"

namespace braid::format {

struct Comment {
    uint32_t begin, end;
    uint32_t line_ends;  ///< before it, since the token or comment before
    bool is_line;        ///< reaches to the end of its line
};

/// What stands between two tokens: comments and line ends.
struct Gap {
    std::vector<Comment> comments;
    size_t next = 0;         ///< the first comment that is not written yet
    uint32_t line_ends = 0;  ///< behind the last comment

    bool has_comments() const { return next < comments.size(); }
    bool has_own_line_comment() const;
    /// Whether nothing but comments follows a comment on its line.
    bool ends_line(size_t comment) const;
};

bool is_line_comment(std::string_view text, TriviaKind kind);

/// Adds the trivia in front of a token.
void read_gap(const FlatTree& tree, uint32_t token, Gap& gap);

}  // namespace braid::format
