#include "analyzer/syntax/velox/token_scan.h"

namespace braid::velox {
namespace {

bool ends_operand(Kind kind) {
    switch (kind) {
        case Kind::Identifier:
        case Kind::PrivateName:
        case Kind::NumberLiteral:
        case Kind::StringLiteral:
        case Kind::RegexLiteral:
        case Kind::TemplateWhole:
        case Kind::TemplateTail:
        case Kind::ThisKw:
        case Kind::SuperKw:
        case Kind::NullKw:
        case Kind::UndefinedKw:
        case Kind::TrueKw:
        case Kind::FalseKw:
        case Kind::RightParen:
        case Kind::RightBracket:
        case Kind::RightBrace:
        case Kind::PlusPlus:
        case Kind::MinusMinus: return true;
        default: return is_contextual(kind);
    }
}

// Stands inside parentheses only in the block of a function, never directly.
bool begins_statement_only(Kind kind) {
    switch (kind) {
        case Kind::LetKw:
        case Kind::ReturnKw:
        case Kind::IfKw:
        case Kind::ForKw:
        case Kind::WhileKw:
        case Kind::DoKw:
        case Kind::SwitchKw:
        case Kind::TryKw:
        case Kind::ThrowKw:
        case Kind::BreakKw:
        case Kind::ContinueKw:
        case Kind::ExportKw:
        case Kind::EnumKw: return true;
        default: return false;
    }
}

bool opens(Kind kind) {
    return kind == Kind::LeftParen || kind == Kind::LeftBracket || kind == Kind::LeftBrace ||
           kind == Kind::TemplateHead;
}

/// What a closing token closes; List for other tokens.
Kind opener_of(Kind kind) {
    switch (kind) {
        case Kind::RightParen: return Kind::LeftParen;
        case Kind::RightBracket: return Kind::LeftBracket;
        case Kind::RightBrace: return Kind::LeftBrace;
        case Kind::TemplateTail: return Kind::TemplateHead;
        default: return Kind::List;
    }
}

}  // namespace

Kind TokenScan::next() {
    lex_token(text_, at_, token_, backquotes_);
    uint32_t begin = at_ + token_.trivia_length;
    examined_ = std::max(examined_, begin + token_.length + token_.lookahead);
    bool newline = token_.newline_before;
    switch (token_.kind) {
        case Kind::Slash:
        case Kind::SlashEqual:
            if (!after_operand_) token_ = lex_regex(text_, begin);
            break;
        case Kind::LeftBrace: braces_.push_back('{'); break;
        case Kind::TemplateHead: braces_.push_back(text_[begin]); break;
        case Kind::RightBrace:
            if (!braces_.empty() && braces_.back() != '{')
                token_ = lex_template_rest(text_, begin, braces_.back(), backquotes_);
            if (!braces_.empty() && token_.kind != Kind::TemplateMiddle) braces_.pop_back();
            break;
        default: break;
    }
    token_.newline_before = newline;
    at_ = begin + token_.length;
    examined_ = std::max(examined_, at_ + token_.lookahead);
    after_operand_ = ends_operand(token_.kind);
    return token_.kind;
}

ParenMatches::Match ParenMatches::find(uint32_t open) {
    if (auto it = known_.find(open); it != known_.end()) return it->second;
    struct Open {
        Kind kind;
        uint32_t begin;
        bool holds_statement = false;  // then it is no list of parameters, and looking further is no use
    };
    std::vector<Open> opened;
    TokenScan scan(text_, open);
    for (;;) {
        Kind kind = scan.next();
        bool fails = kind == Kind::EndOfFile;
        if (opens(kind)) {
            opened.push_back({kind, scan.begin()});
        } else if (kind == Kind::TemplateMiddle) {
            fails = opened.back().kind != Kind::TemplateHead;
        } else if (Kind opener = opener_of(kind); opener != Kind::List) {
            Open closed = opened.back();
            fails = closed.kind != opener;
            if (!fails) {
                opened.pop_back();
                if (kind == Kind::RightParen)
                    known_[closed.begin] = {closed.holds_statement ? 0 : scan.end(), scan.examined()};
                if (opened.empty()) return known_[open];
            }
        } else if (kind == Kind::Semicolon || begins_statement_only(kind)) {
            fails = opened.size() == 1;
            opened.back().holds_statement = true;
        }
        if (fails) {
            Match none{0, scan.examined() + (kind == Kind::EndOfFile)};
            for (const Open& still : opened)
                if (still.kind == Kind::LeftParen) known_[still.begin] = none;
            return none;
        }
    }
}

BraceRegion brace_region(std::string_view text, uint32_t begin, uint32_t column) {
    constexpr uint32_t farthest = 1 << 16;  // a declaration left open that long after the next one began is broken
    TokenScan scan(text, begin);
    uint32_t depth = 0;
    uint32_t dedented = 0;  // the first line that stands too far out while a brace is open
    for (bool first = true;; first = false) {
        uint32_t before = scan.end();
        Kind kind = scan.next();
        bool closes = kind == Kind::RightBrace || kind == Kind::TemplateTail;
        if (kind == Kind::EndOfFile) return {begin, true, depth == 0, scan.examined() + 1};
        if (closes && depth == 0) return {begin, true, false, scan.examined()};
        if (dedented && scan.end() - dedented > farthest) return {begin, true, false, scan.examined()};
        if (scan.newline_before() && !closes && !first) {
            size_t line = text.substr(before, scan.begin() - before).find_last_of("\r\n");
            if (line != std::string_view::npos && scan.begin() - (before + line + 1) <= column) {
                bool next_statement = is_keyword(kind) || kind == Kind::Identifier || kind == Kind::At;
                if (depth == 0 && next_statement) return {begin, true, true, scan.examined()};
                if (depth > 0 && !dedented) dedented = scan.begin();
            }
        }
        if (kind == Kind::LeftBrace || kind == Kind::TemplateHead) ++depth;
        if (closes) --depth;
    }
}

}  // namespace braid::velox
