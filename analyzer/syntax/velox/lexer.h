#pragma once
#include <cstdint>
#include <string_view>

#include "analyzer/syntax/velox/kinds.h"

/// The Velox lexer: a pure function from bytes and an offset to one token. Velox cannot be cut into tokens without its
/// grammar (`/` divides or begins a regular expression, `}` closes a block or a template's hole, `>>` is a shift or
/// closes two type argument lists), so the parser asks for one token at a time and says where it stands.
namespace braid::velox {

enum class LexError : uint8_t {
    None,
    UnterminatedString,
    UnterminatedTemplate,
    UnterminatedRegex,
    UnterminatedComment,
    MalformedNumber,  // `0x`, `1e`, `3px`
    MalformedEscape,  // "\u{110000}", "\xg1"
    TripleQuote,      // """…"""
    HashComment,      // # …
    UnknownCharacter,
    InvalidUtf8,
};

/// A template over several lines may be code between two others, one of which lacks a backquote. Judged: where it looks
/// like code, and the last template of the text would not end, it ends at its own line.
enum class Backquotes : uint8_t { Believed, Judged };

/// One token; it begins with its trivia (blanks, line ends, comments), so tokens cover every byte of a text.
struct LexedToken {
    Kind kind = Kind::EndOfFile;
    LexError error = LexError::None;
    bool newline_before = false;  ///< the trivia holds a line end: automatic semicolons ask
    uint32_t trivia_length = 0;
    uint32_t length = 0;        ///< without the trivia
    uint32_t error_offset = 0;  ///< where in the text the error is, and
    uint32_t error_length = 0;  ///< how much of it is wrong
    uint32_t lookahead = 0;     ///< bytes after the token that decided where it ends
};

/// What the bytes at `offset` (the trivia's begin) mean by themselves: `/` divides, `}` closes a brace, `>` is one `>`.
void lex_token(std::string_view text, uint32_t offset, LexedToken& token, Backquotes backquotes = Backquotes::Judged);

/// The token whose own text begins at `begin` with `/`, where an operand is expected.
LexedToken lex_regex(std::string_view text, uint32_t begin);
/// With `}` at `begin`, in the hole of a template opened by `quote` ('`' or '"'): TemplateMiddle or TemplateTail.
LexedToken lex_template_rest(std::string_view text, uint32_t begin, char quote,
                             Backquotes backquotes = Backquotes::Judged);
/// With `>` at `begin`, where an operator is expected: `>`, `>=`, `>>`, `>>=`, `>>>`, `>>>=`.
LexedToken lex_greater(std::string_view text, uint32_t begin);

/// Where the line that `offset` is in begins; `known` where that is not after it.
uint32_t line_begin(std::string_view text, uint32_t known, uint32_t offset);
inline constexpr uint32_t FarthestColumn = 1000;  ///< beyond that no one reads it as indentation
/// How far the line that `offset` is in is indented; 0 where it begins too far away.
uint32_t indentation_of_line(std::string_view text, uint32_t offset);

/// Identifier when `text` is no keyword.
Kind keyword_kind(std::string_view text);

}  // namespace braid::velox
