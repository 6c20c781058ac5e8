#include <algorithm>
#include <array>

#include "analyzer/syntax/velox/characters.h"
#include "analyzer/syntax/velox/velox.h"

namespace braid::velox {
namespace {

constexpr std::string_view kind_names[] = {
    "List",
    "EndOfFile",
    "BadToken",
#define TOKEN(Name, description) #Name,
#define KEYWORD(Name, text) text,
#define CONTEXTUAL(Name, text) text,
#define SYMBOL(Name, text) text,
#include "analyzer/syntax/velox/tokens.def"
    "Error",
#define NODE(Name, group) #Name,
#include "analyzer/syntax/velox/nodes.def"
};
static_assert(std::size(kind_names) == size_t(Kind::Count));
static_assert(raw(Kind::Error) < KindTokenLimit);

constexpr auto keywords = [] {
    std::array words = {
#define KEYWORD(Name, text) std::string_view(text),
#include "analyzer/syntax/velox/tokens.def"
    };
    std::sort(words.begin(), words.end());
    return words;
}();

uint32_t line_length(std::string_view text) {
    size_t end = text.find_first_of("\r\n");
    return uint32_t(end == std::string_view::npos ? text.size() : end);
}

TriviaPiece next_trivia(std::string_view text) {
    if (text[0] == '\n') return {TriviaKind::NewLine, 1};
    if (text[0] == '\r') return {TriviaKind::NewLine, text.substr(0, 2) == "\r\n" ? 2u : 1u};
    if (text.starts_with("//") || text.starts_with("#!")) {
        bool documents = text.starts_with("///") && !text.starts_with("////");
        return {documents ? TriviaKind::DocComment : TriviaKind::LineComment, line_length(text)};
    }
    if (text.starts_with("/*")) {
        size_t end = text.find("*/", 2);
        bool documents = text.starts_with("/**") && !text.starts_with("/**/");
        return {documents ? TriviaKind::DocComment : TriviaKind::BlockComment,
                uint32_t(end == std::string_view::npos ? text.size() : end + 2)};
    }
    if (uint8_t(text[0]) >= 0x80) {
        CodePoint point = decode(text, 0);
        if (point.value == 0xfeff) return {TriviaKind::Mark, point.length};
        bool line_end = point.value == 0x2028 || point.value == 0x2029;
        return {line_end ? TriviaKind::NewLine : TriviaKind::Space, point.length};
    }
    size_t end = text.find_first_not_of(" \t\v\f");
    if (end == 0) return {TriviaKind::Mark, 1};
    return {TriviaKind::Space, uint32_t(end == std::string_view::npos ? text.size() : end)};
}

TokenClass token_class(SyntaxKind raw_kind) {
    Kind kind = to_kind(raw_kind);
    if (is_keyword(kind)) return TokenClass::Keyword;
    if (is_binary_operator(kind) && kind != Kind::Comma) return TokenClass::Operator;
    if (is_prefix_operator(kind) || is_update_operator(kind) || is_assignment_operator(kind))
        return TokenClass::Operator;
    switch (kind) {
        case Kind::Identifier:
        case Kind::PrivateName: return TokenClass::Name;
        case Kind::NumberLiteral: return TokenClass::Number;
        case Kind::StringLiteral:
        case Kind::TemplateWhole:
        case Kind::TemplateHead:
        case Kind::TemplateMiddle:
        case Kind::TemplateTail: return TokenClass::String;
        case Kind::RegexLiteral: return TokenClass::Regex;
        default: return TokenClass::None;
    }
}

std::string_view without_first(std::string_view text, std::string_view mark) {
    return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

std::string_view without_end_blanks(std::string_view text) {
    size_t last = text.find_last_not_of(" \t\r\n");
    return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// The text of `/// …` or of `/** … */`, without the marks at the begin of its lines.
std::string doc_text(std::string_view comment) {
    if (comment.starts_with("///")) return std::string(without_end_blanks(without_first(comment.substr(3), " ")));
    comment.remove_prefix(3);
    if (comment.ends_with("*/")) comment.remove_suffix(2);
    std::string text;
    while (!comment.empty()) {
        uint32_t length = line_length(comment);
        std::string_view line = comment.substr(0, length);
        comment.remove_prefix(length);
        comment.remove_prefix(comment.starts_with("\r\n") ? 2 : !comment.empty());
        line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t")));
        line = without_end_blanks(without_first(without_first(line, "*"), " "));
        if (!text.empty()) text += '\n';
        text += line;
    }
    return std::string(without_end_blanks(text));
}

}  // namespace

const Grammar& grammar() {
    static const Grammar record{
        .name = "velox",
        .kind_names = kind_names,
        .first_node = raw(Kind::Error),
        .keywords = keywords,
        .next_trivia = next_trivia,
        .parse = [](SharedText text) { return parse(std::move(text)); },
        .reparse = reparse,
        .doc_text = doc_text,
        .token_class = token_class,
    };
    return record;
}

}  // namespace braid::velox
