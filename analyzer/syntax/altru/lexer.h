#pragma once
#include <algorithm>
#include <optional>
#include <string_view>

#include "analyzer/syntax/altru/kinds.h"
#include "analyzer/syntax/error.h"
#include "analyzer/syntax/grammar.h"

namespace braid::altru {

/// Where a line's content begins, measured twice: with tabs to multiples of eight and with tabs of one. Lines are
/// comparable when both measures order them alike (as in Python).
struct Column {
    uint32_t wide = 0;
    uint32_t narrow = 0;
    friend bool operator==(const Column&, const Column&) = default;
};

inline bool deeper(const Column& a, const Column& b) { return a.wide > b.wide; }

/// One token and the trivia before it; stands at the lexer's `begin`.
struct Token {
    Kind kind = Kind::EndOfFile;
    bool first_on_line = false;
    bool has_problem = false;  ///< `Lexer::take_problem` has something to report when the token is used
    uint32_t begin = 0;        ///< of the trivia
    uint32_t trivia = 0;
    uint32_t length = 0;
    Column column;  ///< when first on its line

    uint32_t text_begin() const { return begin + trivia; }
    uint32_t end() const { return begin + trivia + length; }
    TextRange range() const { return {text_begin(), end()}; }
};

/// Makes one token at a time from any offset; keeps no state but the problem of the last token. The parser decides
/// where the parts of strings are lexed. The text must be followed by a NUL, as std::string's is.
class Lexer {
  public:
    explicit Lexer(std::string_view text) : text_(text), end_(text.data() + text.size()) {}

    Token lex(uint32_t offset) {
        Token token;
        lex(offset, token);
        return token;
    }
    void lex(uint32_t offset, Token& token);
    /// After a `.` on the same line: digits only, so that `pair.0.1` is two fields. What a line holds depends on no
    /// other.
    Token lex_field(uint32_t offset);
    /// What follows in a string: StringText, InterpolationStart, StringEnd; an empty BadToken where the string breaks
    /// off.
    Token lex_string_part(uint32_t offset, bool multi_line, char quote = '"');
    /// `:` and all up to `}` or the end of the line.
    Token lex_format(uint32_t offset);

    std::optional<SyntaxError> take_problem();
    /// The end of the bytes that decided the last token; the end of the text counts as one byte.
    uint32_t looked_at() const { return looked_at_; }

    static TriviaPiece next_trivia(std::string_view text);

  private:
    /// What most tokens need: `1e+5`, the four bytes of a character.
    static constexpr uint32_t MaxLookahead = 4;
    const char* skip_trivia(const char* p, Token& token);
    const char* skip_block_comment(const char* p);
    const char* number(const char* p, Token& token);
    const char* quote(const char* p, Token& token);
    const char* raw_string(const char* p);
    const char* bad(const char* p);
    const char* name(const char* p, Token& token);
    /// Checks the escape at `p` (a backslash); returns its end.
    const char* escape(const char* p);
    void problem(DiagnosticCode code, const char* begin, const char* end, std::string message);
    void fix(std::string title, const char* begin, const char* end, std::string replacement);
    void foreign_comment(const char* p);
    const char* foreign_block_comment(const char* p);
    void foreign_attribute(const char* p);
    void foreign_suffix(const char* begin, const char* end);
    bool look_alike(const char* begin, const char* end);
    void ends_at(uint32_t end, uint32_t lookahead = MaxLookahead) {
        looked_at_ = std::max(looked_at_, end + lookahead);
    }
    uint32_t offset(const char* p) const { return uint32_t(p - text_.data()); }

    std::string_view text_;
    const char* end_;
    std::optional<SyntaxError> problem_;
    uint32_t looked_at_ = 0;
    uint32_t no_comment_end_ = 0xffffffff;  ///< from here on there is no `*/`: looked for once
};

/// The length of the well-formed UTF-8 sequence at `p` (within `end`), or 0.
uint32_t utf8_length(const char* p, const char* end);

}  // namespace braid::altru
