// Habits of other languages in the headers of declarations and loops: one message for a header, with the whole of it as
// it is to be.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "analyzer/syntax/altru/parser.h"

namespace braid::altru {

void Parser::gather(HeaderHabits& header, SyntaxError error) {
    ++header.habits;
    if (!header.error) {
        header.error = std::move(error);
        return;
    }
    auto& edits = header.error->fix->edits;
    edits.insert(edits.end(), error.fix->edits.begin(), error.fix->edits.end());
}

/// Several habits in one header: what it is to be as a whole.
void Parser::report_header(HeaderHabits& header) {
    if (!header.error) return;
    SyntaxError error = *std::exchange(header.error, std::nullopt);
    if (header.habits > 1 && !header.is_told) {
        constexpr size_t MaxShown = 100;
        auto& edits = error.fix->edits;
        std::stable_sort(edits.begin(), edits.end(),
                         [](const TextEdit& a, const TextEdit& b) { return a.range.begin < b.range.begin; });
        std::string written;
        uint32_t at = std::min(error.range.begin, edits.front().range.begin);
        // A declaration is shown from its first word on.
        const size_t line = at == 0 ? 0 : text_.rfind('\n', at - 1) + 1;
        const size_t word = text_.find_first_not_of(" \t", line);
        for (std::string_view begins : {"fn ", "pub ", "async ", "struct ", "actor ", "trait "})
            if (text_.substr(word).starts_with(begins)) at = uint32_t(word);
        for (const TextEdit& edit : edits) {
            if (edit.range.begin < at || edit.range.end > header.end) break;
            written.append(text_.substr(at, edit.range.begin - at)).append(edit.replacement);
            at = edit.range.end;
        }
        if (at < header.end) written.append(text_.substr(at, header.end - at));
        if (written.find('\n') == std::string::npos && written.size() <= MaxShown) {
            if (written.back() != ':') written += ':';
            error.message =
                fmt::format("this is {} as `{}`", written.starts_with("fn(") ? "written" : "declared", written);
            error.fix->title = fmt::format("write `{}`", written);
        }
    }
    builder_.error(std::move(error));
}

/// The tokens of a `for` header up to its block, when it is C's `for (int i = 0; i < n; i++)`, Go's `for i := range xs`
/// or `for (const x of xs)`: its names are bound, the rest is skipped.
bool Parser::foreign_for() {
    std::vector<Token> tokens;
    int depth = 0;
    size_t ranges = 0, of = 0, semicolons[2] = {}, count = 0;
    auto text_of = [&](const Token& token) { return text_.substr(token.text_begin(), token.length); };
    for (Token token = token_; tokens.size() < 64; token = peek_after(token)) {
        if (token.first_on_line || token.kind == Kind::EndOfFile || token.kind == Kind::StringStart) break;
        if (token.kind == Kind::LeftBrace && depth <= (tokens.empty() || tokens[0].kind != Kind::LeftParen ? 0 : 1))
            break;
        if (token.kind == Kind::InKw) return false;
        if (token.kind == Kind::LeftParen) ++depth;
        if (token.kind == Kind::RightParen) --depth;
        if (token.kind == Kind::Semicolon && count < 2) semicolons[count++] = tokens.size();
        if (token.kind == Kind::Identifier && !ranges && text_of(token) == "range") ranges = tokens.size();
        if (token.kind == Kind::Identifier && !of && text_of(token) == "of") of = tokens.size();
        tokens.push_back(token);
    }
    if (tokens.empty() || (!count && !ranges && !of)) return false;
    const uint32_t begin = tokens[0].text_begin();
    size_t end = tokens.size();  // of what is inside of the parentheses
    if (tokens[end - 1].kind == Kind::Colon) --end;
    const uint32_t header_end = tokens[end - 1].end();
    size_t first = 0;
    if (tokens[0].kind == Kind::LeftParen && end > 1 && tokens[end - 1].kind == Kind::RightParen) first = 1, --end;
    auto words = [&](size_t from, size_t to) {
        return from < to && to <= tokens.size()
                   ? std::string(
                         text_.substr(tokens[from].text_begin(), tokens[to - 1].end() - tokens[from].text_begin()))
                   : std::string();
    };
    auto is_word = [&](size_t i) { return tokens[i].kind == Kind::Identifier; };
    size_t names = first;  // where the variables begin: `let`, `const`, `int` and their like come first
    while (names + 1 < end && (tokens[names].kind == Kind::LetKw || tokens[names].kind == Kind::ConstKw ||
                               tokens[names].kind == Kind::MutKw ||
                               (is_word(names) && is_word(names + 1) && text_of(tokens[names + 1]) != "of")))
        ++names;
    std::string written;
    if (count == 2 && is_word(names) && names + 1 < semicolons[0]) {
        const std::string name = words(names, names + 1);
        size_t value = names + 1;
        while (value < semicolons[0] && (tokens[value].kind == Kind::Equal || tokens[value].kind == Kind::Colon))
            ++value;
        const size_t test = semicolons[0] + 1;
        const std::string step = words(semicolons[1] + 1, end);
        const bool ascends = step == name + "++" || step == "++" + name || step == name + " += 1";
        const bool less = test + 2 < semicolons[1] && words(test, test + 1) == name &&
                          (tokens[test + 1].kind == Kind::Less || tokens[test + 1].kind == Kind::LessEqual);
        if (ascends && less)
            written = fmt::format("{} in {}{}{}", name, words(value, semicolons[0]),
                                  tokens[test + 1].kind == Kind::Less ? ".." : "..=", words(test + 2, semicolons[1]));
    } else if (of > names || ranges > names) {
        const size_t to = of > names ? of : ranges - (ranges >= 2 && tokens[ranges - 1].kind == Kind::Equal ? 2 : 1);
        const std::string over = words((of > names ? of : ranges) + 1, end), name = words(names, to);
        const bool pair = to == names + 3 && tokens[names + 1].kind == Kind::Comma;
        if (over.empty()) written = {};
        else if (pair && words(names, names + 1) == "_") written = fmt::format("{} in {}", words(names + 2, to), over);
        else if (pair) written = fmt::format("({}) in {}.enumerate()", name, over);
        else if (ranges > names && !of) written = fmt::format("{} in 0..{}.len()", name, over);
        else if (to > names) written = fmt::format("{} in {}", name, over);
    }
    std::string message =
        count ? "a loop that counts is written `for i in 0..n:`" : "a loop over elements is written `for x in xs:`";
    if (!written.empty()) message = fmt::format("this loop is written `for {}:`", written);
    habit({begin, header_end}, std::move(message), fmt::format("write `for {}`", written),
          written.empty() ? std::vector<TextEdit>{} : std::vector<TextEdit>{{{begin, header_end}, written}});
    if (header_) header_->is_told = !written.empty();
    auto skip_to = [&](size_t to) {
        Mark mark = builder_.mark();
        while (token_.text_begin() < (to < tokens.size() ? tokens[to].text_begin() : header_end) && !at_statement_end())
            skip_into_error(mark);
        if (!builder_.empty_since(mark)) builder_.finish(mark, raw(Kind::Error));
    };
    skip_to(names);
    if (at(Kind::Identifier)) {
        Mark mark = builder_.mark();
        pattern_of_kind();
        bool many = at(Kind::Comma);
        while (eat(Kind::Comma) && at(Kind::Identifier)) pattern_of_kind();
        if (many) builder_.finish(mark, raw(Kind::TuplePattern));
    }
    skip_to(tokens.size());
    return true;
}

}  // namespace braid::altru
