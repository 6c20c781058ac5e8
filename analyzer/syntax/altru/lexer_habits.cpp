// Habits of other languages that show in single tokens: comments, suffixes of numbers, characters that only look right.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "analyzer/syntax/altru/lexer.h"

namespace braid::altru {

/// `//`: one report per run of trivia; its fix changes every such comment of the run.
void Lexer::foreign_comment(const char* p) {
    bool doc = p[2] == '/' && p[3] != '/';
    TextRange mark{offset(p), offset(p) + (doc ? 3u : 2u)};
    if (!problem_)
        problem_ = SyntaxError{DiagnosticCode::ForeignSpelling,
                               mark,
                               "a comment begins with `#` in Altru, not with `//`",
                               {},
                               SyntaxError::Fix{"write comments with `#`", {}}};
    if (problem_->code == DiagnosticCode::ForeignSpelling && problem_->fix)
        problem_->fix->edits.push_back({mark, doc ? "##" : "#"});
}

/// `/* … */`, with its end somewhere behind it (else it is a division).
const char* Lexer::foreign_block_comment(const char* p) {
    std::string_view rest(p + 2, size_t(end_ - p) - 2);
    size_t close = offset(p) >= no_comment_end_ ? std::string_view::npos : rest.find("*/");
    if (close == std::string_view::npos) {
        no_comment_end_ = std::min(no_comment_end_, offset(p));
        ends_at(offset(end_) + 1);
        return nullptr;
    }
    TextRange open{offset(p), offset(p) + 2};
    TextRange end{offset(p) + 2 + uint32_t(close), offset(p) + 4 + uint32_t(close)};
    if (!problem_)
        problem_ = SyntaxError{DiagnosticCode::ForeignSpelling,
                               open,
                               "a comment over several lines stands between `###` and `###` in Altru",
                               {},
                               SyntaxError::Fix{"write `###`", {}}};
    if (problem_->fix && problem_->code == DiagnosticCode::ForeignSpelling) {
        problem_->fix->edits.push_back({open, "###"});
        problem_->fix->edits.push_back({end, "###"});
    }
    return text_.data() + end.end;
}

/// `#[derive(…)]`: a comment here, an attribute elsewhere.
void Lexer::foreign_attribute(const char* p) {
    static constexpr std::string_view known[] = {"derive", "test",   "allow", "must_use", "mailbox",
                                                 "cfg",    "inline", "tokio", "repr"};
    const char* name = p + 2;
    const char* q = name;
    while (*q == '_' || std::isalnum(static_cast<unsigned char>(*q))) ++q;
    std::string_view word(name, size_t(q - name));
    if (problem_ || (*q != '(' && *q != ']' && *q != ':')) return;
    if (std::find(std::begin(known), std::end(known), word) == std::end(known)) return;
    TextRange hash{offset(p), offset(p) + 1};
    problem_ = SyntaxError{DiagnosticCode::ForeignSpelling,
                           hash,
                           "this is a comment; an attribute stands in brackets without `#`",
                           {},
                           SyntaxError::Fix{"remove the `#`", {{hash, ""}}}};
}

/// Suffixes of numbers elsewhere.
void Lexer::foreign_suffix(const char* begin, const char* end) {
    static constexpr std::pair<std::string_view, std::string_view> others[] = {
        {"L", ""},    {"l", ""},    {"n", ""},     {"f", "f32"},  {"F", "f32"},   {"d", "f64"},    {"D", "f64"},
        {"u", "u32"}, {"U", "u32"}, {"ul", "u64"}, {"UL", "u64"}, {"int", "i64"}, {"float", "f64"}};
    for (auto [foreign, ours] : others)
        if (foreign == std::string_view(begin, size_t(end - begin)))
            fix(ours.empty() ? "remove the suffix" : "write the type", begin, end, std::string(ours));
}

/// Characters that look like one of Altru's.
bool Lexer::look_alike(const char* begin, const char* end) {
    static constexpr std::pair<std::string_view, std::string_view> look_alikes[] = {
        {"“", "\""},          {"”", "\""},         {"„", "\""},
        {"«", "\""},          {"»", "\""},         {"‘", "'"},
        {"’", "'"},           {"–", "-"},          {"—", "-"},
        {"−", "-"},           {"×", "*"},          {"÷", "/"},
        {"≠", "!="},          {"≤", "<="},         {"≥", ">="},
        {"→", "->"},          {"⇒", "=>"},         {"←", "<-"},
        {"…", ".."},          {"（", "("},         {"）", ")"},
        {"，", ","},          {"：", ":"},         {"；", ""},
        {"\xc2\xa0", " "},    {"¬", "not "},       {"\xe3\x80\x80", " "},
        {"\xe2\x80\x8b", ""}, {"\xef\xbb\xbf", ""}};
    std::string_view character(begin, size_t(end - begin));
    for (auto [foreign, ours] : look_alikes) {
        if (character != foreign) continue;
        problem(DiagnosticCode::InvalidCharacter, begin, end,
                ours.empty() ? std::string("this character has no meaning in Altru; remove it")
                             : fmt::format("`{}` only looks like `{}`", character, ours));
        fix(ours.empty() ? std::string("remove it") : fmt::format("write `{}`", ours), begin, end, std::string(ours));
        return true;
    }
    return false;
}

}  // namespace braid::altru
