#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "analyzer/syntax/kind.h"
#include "analyzer/text/range.h"

namespace braid {

class SyntaxTree;
using SyntaxTreePtr = std::shared_ptr<const SyntaxTree>;
using SharedText = std::shared_ptr<const std::string>;

enum class TriviaKind : uint8_t {
    Space,
    NewLine,
    LineComment,
    BlockComment,
    DocComment,
    Mark /* byte order mark, `\` before a line end, bytes without meaning */
};

struct TriviaPiece {
    TriviaKind kind = TriviaKind::Space;
    uint32_t length = 0;
};

/// What an editor colours a token as when nothing is known of its meaning.
enum class TokenClass : uint8_t {
    None /* punctuation, nothing to see */,
    Name,
    Keyword,
    Operator,
    Number,
    String,
    Regex
};

/// What the language-blind part of syntax needs to know about a language; one constant per language
/// (`altru::grammar()`, `velox::grammar()`).
struct Grammar {
    std::string_view name;                         ///< "altru"
    std::span<const std::string_view> kind_names;  ///< by kind, "FunctionDecl", "Identifier", "+"
    SyntaxKind first_node = 0;                     ///< kinds from here on are nodes; this one is the error node
    std::span<const std::string_view> keywords;    ///< reserved words, sorted
    /// The trivia piece that `text` (what is left of a token's trivia, not empty) begins with.
    TriviaPiece (*next_trivia)(std::string_view text) = nullptr;
    /// Parses `text`; with `old` and edits, takes over what the edits left alone (see reuse.h).
    SyntaxTreePtr (*parse)(SharedText text) = nullptr;
    SyntaxTreePtr (*reparse)(const SyntaxTree& old, std::span<const TextEdit> edits, SharedText text) = nullptr;
    /// What a documentation comment says: its marks and the space after them removed.
    std::string (*doc_text)(std::string_view comment) = nullptr;
    TokenClass (*token_class)(SyntaxKind kind) = nullptr;

    bool is_token(SyntaxKind kind) const { return kind < first_node && kind != KindList; }
    std::string_view kind_name(SyntaxKind kind) const { return kind_names[kind]; }
};

}  // namespace braid
