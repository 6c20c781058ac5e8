#include <algorithm>
#include <map>

#include "analyzer/ide/structure.h"

namespace braid {

using namespace syntax_role;

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

uint32_t line_begin(std::string_view text, uint32_t offset) {
    while (offset > 0 && text[offset - 1] != '\n' && text[offset - 1] != '\r') --offset;
    return offset;
}

std::string_view indentation_at(std::string_view text, uint32_t offset) {
    uint32_t begin = line_begin(text, offset), end = begin;
    while (end < text.size() && is_blank(text[end])) ++end;
    return text.substr(begin, end - begin);
}

bool is_inside_comment(const SyntaxToken& token, uint32_t offset) {
    std::string_view text = token.tree()->text();
    for (uint32_t at = token.full_begin(); at < token.begin();) {
        TriviaPiece piece = token.tree()->grammar().next_trivia(text.substr(at, token.begin() - at));
        if (piece.length == 0 || at >= offset) return false;
        bool is_block = piece.kind == TriviaKind::BlockComment || piece.kind == TriviaKind::DocComment;
        if (is_block && offset < at + piece.length) return true;
        at += piece.length;
    }
    return false;
}

/// The innermost bracket before `begin` that is still open there; null when there is none.
SyntaxToken open_bracket(const EditingRules& rules, const SyntaxToken& before, uint32_t begin) {
    for (SyntaxNode node = before.parent(); node; node = node.parent()) {
        SyntaxToken innermost;
        for (SyntaxElement child : node.children()) {
            if (!child.is_token()) continue;
            SyntaxToken token(child);
            if (token.begin() >= begin) break;
            bool opens = rules.is(token, Open) || (rules.is(node, Enclosed) && token == node.first_token());
            if (!opens) continue;
            SyntaxToken close = matching_bracket(rules, token);
            if (!close || close.begin() >= begin) innermost = token;
        }
        if (innermost) return innermost;
    }
    return {};
}

/// Whether the line after the token is one level deeper.
bool opens_suite(const EditingRules& rules, const SyntaxToken& token) {
    if (!rules.is(token, OpensSuite)) return false;
    SyntaxNode parent = token.parent();
    return rules.is(token, Continues) || (parent && rules.is(parent, Suite));
}

/// The first token of what a suite belongs to: `if` of the `:` behind its condition.
SyntaxToken header_of(const SyntaxToken& opener) {
    SyntaxNode suite = opener.parent();
    if (suite && suite.first_token() == opener && suite.parent()) suite = suite.parent();
    return suite ? suite.first_token() : opener;
}

/// `}` stands where the line of its `{` begins, `else` where its `if` does.
SyntaxToken aligned_with(const EditingRules& rules, const SyntaxToken& token) {
    if (rules.is(token, Close)) return matching_bracket(rules, token);
    SyntaxNode part = token.parent();
    if (!rules.is(token, Word) || !part || !rules.is(part, Part) || part.first_token() != token) return {};
    SyntaxNode owner = part.parent();
    bool is_arm = !owner || rules.is(owner, Part) || rules.is(part, Suite | Statement);  // these stand deeper
    return is_arm || owner.first_token() == token ? SyntaxToken() : owner.first_token();
}

/// `else` that is not yet where it belongs: it will go on with what the block above is a block of.
SyntaxToken header_above(const EditingRules& rules, const SyntaxToken& token, const SyntaxToken& before) {
    SyntaxNode parent = token.parent();
    bool is_stray = rules.is(token, Word) && parent && parent.kind() == token.tree()->grammar().first_node;
    SyntaxNode suite = is_stray && before ? enclosing(rules, before, Suite) : SyntaxNode();
    SyntaxToken first = suite ? suite.first_token() : SyntaxToken();
    return first && rules.is(first, OpensSuite) ? header_of(first) : SyntaxToken();
}

/// What the line after `before` looks like when it goes on with what is there.
std::string after(const EditingRules& rules, const SyntaxToken& before, uint32_t begin, std::string_view unit) {
    std::string_view text = before.tree()->text();
    auto of = [&](const SyntaxToken& token) { return std::string(indentation_at(text, token.begin())); };
    if (opens_suite(rules, before)) return of(header_of(before)) + std::string(unit);
    SyntaxToken bracket = open_bracket(rules, before, begin);
    SyntaxNode statement = enclosing(rules, before, Statement);
    if (bracket && (!statement || statement.text_range().begin <= bracket.begin()))
        return of(bracket) + std::string(unit);
    if (!statement) return of(before);
    // Nothing follows what leaves a block.
    SyntaxNode suite = rules.is(statement, Break | Continue | Return) && statement.last_token() == before
                           ? enclosing(rules, statement, Suite)
                           : SyntaxNode();
    if (suite && suite.last_token() == before) {
        SyntaxToken first = suite.first_token();
        return of(rules.is(first, OpensSuite) ? header_of(first) : first);
    }
    return of(statement.first_token());
}

}  // namespace

std::optional<std::string> indentation_of_line(const SyntaxTree& tree, const EditingRules& rules, uint32_t offset,
                                               std::string_view unit) {
    std::string_view text = tree.text();
    uint32_t begin = line_begin(text, std::min(offset, uint32_t(text.size()))), first = begin;
    while (first < text.size() && is_blank(text[first])) ++first;
    SyntaxToken next = tree.token_at(first);
    if (!next || (next.begin() < begin && next.end() > begin)) return std::nullopt;  // inside of a string
    if (is_inside_comment(next, begin)) return std::nullopt;
    SyntaxToken before = next.previous();
    while (before && before.begin() == before.end()) before = before.previous();
    if (next.begin() == first && next.begin() < next.end()) {
        SyntaxToken aligned = aligned_with(rules, next);
        if (!aligned) aligned = header_above(rules, next, before);
        if (aligned) return std::string(indentation_at(text, aligned.begin()));
    }
    return before ? after(rules, before, begin, unit) : std::string();
}

std::string indentation_unit(const SyntaxTree& tree, const EditingRules& rules) {
    // The most frequent step to the right from one line to the next.
    constexpr size_t kEnough = 200;
    auto is_usual = [](std::string_view step) {  // others line something up
        return step == "\t" || ((step.size() == 2 || step.size() == 4 || step.size() == 8) &&
                                step.find('\t') == std::string_view::npos);
    };
    std::map<std::string_view, size_t> steps;
    std::string_view text = tree.text(), last;
    size_t seen = 0;
    for (size_t at = 0; at < text.size() && seen < kEnough;) {
        size_t end = std::min(text.find('\n', at), text.size());
        std::string_view indent = indentation_at(text, uint32_t(at));
        bool is_empty = at + indent.size() >= end || text[at + indent.size()] == '\r';
        if (!is_empty) {
            bool deeper = indent.size() > last.size() && indent.starts_with(last);
            if (deeper && is_usual(indent.substr(last.size()))) ++steps[indent.substr(last.size())], ++seen;
            last = indent;
        }
        at = end + 1;
    }
    auto most =
        std::max_element(steps.begin(), steps.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return std::string(most == steps.end() ? rules.indentation : most->first);
}

}  // namespace braid
