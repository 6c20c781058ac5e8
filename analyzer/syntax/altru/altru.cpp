#include "analyzer/syntax/altru/altru.h"

#include <algorithm>
#include <array>

#include "analyzer/syntax/altru/lexer.h"
#include "analyzer/syntax/altru/parser.h"

namespace braid::altru {

namespace {

constexpr std::string_view kind_names[] = {
    "List",
    "EndOfFile",
    "BadToken",
#define TOKEN(Name, description) #Name,
#define KEYWORD(Name, spelling) spelling,
#define CONTEXTUAL(Name, spelling) spelling,
#define SYMBOL(Name, spelling) spelling,
#include "analyzer/syntax/altru/tokens.def"
#undef TOKEN
#undef KEYWORD
#undef CONTEXTUAL
#undef SYMBOL
    "Error",
#define NODE(Name, group) #Name,
#include "analyzer/syntax/altru/nodes.def"
#undef NODE
};
static_assert(std::size(kind_names) == static_cast<size_t>(Kind::Count));

auto sorted_keywords() {
    std::array words = {
#define TOKEN(Name, description)
#define KEYWORD(Name, spelling) std::string_view(spelling),
#define CONTEXTUAL(Name, spelling)
#define SYMBOL(Name, spelling)
#include "analyzer/syntax/altru/tokens.def"
#undef TOKEN
#undef KEYWORD
#undef CONTEXTUAL
#undef SYMBOL
    };
    std::sort(words.begin(), words.end());
    return words;
}

std::string doc_text(std::string_view comment) {
    if (comment.substr(0, 2) == "##") comment.remove_prefix(2);
    if (!comment.empty() && comment[0] == ' ') comment.remove_prefix(1);
    while (!comment.empty() && (comment.back() == ' ' || comment.back() == '\t')) comment.remove_suffix(1);
    return std::string(comment);
}

TokenClass token_class(SyntaxKind raw_kind) {
    Kind kind = to_kind(raw_kind);
    if (kind >= Kind::FnKw && kind <= Kind::TimeoutKw) return TokenClass::Keyword;
    if (kind >= Kind::DotDot && kind <= Kind::Bang) return TokenClass::Operator;
    switch (kind) {
        case Kind::Identifier: return TokenClass::Name;
        case Kind::IntLiteral:
        case Kind::FloatLiteral: return TokenClass::Number;
        case Kind::CharLiteral:
        case Kind::RawStringLiteral:
        case Kind::StringStart:
        case Kind::StringText:
        case Kind::StringEnd: return TokenClass::String;
        default: return TokenClass::None;
    }
}

SyntaxTreePtr parse_with(SharedText text, ReuseCursor* reuse) {
    Parser parser(*text, reuse);
    GreenRef root = parser.parse_file();
    return std::make_shared<const SyntaxTree>(grammar(), std::move(text), std::move(root));
}

}  // namespace

const Grammar& grammar() {
    static const auto keywords = sorted_keywords();
    static const Grammar grammar{"altru", kind_names, raw(Kind::Error), keywords,    &Lexer::next_trivia,
                                 &parse,  &reparse,   &doc_text,        &token_class};
    return grammar;
}

SyntaxTreePtr parse(SharedText text) { return parse_with(std::move(text), nullptr); }

SyntaxTreePtr parse(std::string_view text) { return parse(std::make_shared<const std::string>(text)); }

SyntaxTreePtr reparse(const SyntaxTree& old, std::span<const TextEdit> edits, SharedText text) {
    ReuseCursor cursor(old.green_root().get(), edits);
    return parse_with(std::move(text), &cursor);
}

}  // namespace braid::altru
