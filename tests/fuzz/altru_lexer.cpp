// The lexer alone, from many places where it may be asked to begin: it moves on, stays in the text, and comments cover
// it.
#include <cstdint>
#include <string>

#include "analyzer/syntax/altru/lexer.h"
#include "tests/fuzz/laws.h"

using namespace braid;
using braid::fuzz::require;
using namespace braid::altru;

namespace {

void check(Lexer& lexer, const Token& token, const std::string& text) {
    require(token.end() <= text.size());
    require(lexer.looked_at() >= token.end());
    if (auto problem = lexer.take_problem()) {
        require(token.has_problem && !problem->message.empty());
        require(problem->range.begin <= problem->range.end && problem->range.end <= text.size());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 1 << 14) return 0;
    std::string text(reinterpret_cast<const char*>(data), size);
    Lexer lexer(text);
    for (std::uint32_t at = 0;;) {
        Token token = lexer.lex(at);
        check(lexer, token, text);
        std::string_view trivia = std::string_view(text).substr(at, token.trivia);
        while (!trivia.empty()) {
            TriviaPiece piece = Lexer::next_trivia(trivia);
            require(piece.length > 0 && piece.length <= trivia.size());
            trivia.remove_prefix(piece.length);
        }
        if (token.kind == Kind::EndOfFile) {
            require(token.end() == text.size());
            break;
        }
        require(token.end() > at);
        at = token.end();
    }
    constexpr std::size_t MaxPlaces = 256;  // each may read to the end
    auto step = std::uint32_t(size / MaxPlaces + 1);
    for (std::uint32_t at = 0; at <= size; at += step)
        for (bool multi_line : {false, true})
            for (char quote : {'"', '\'', '`'}) check(lexer, lexer.lex_string_part(at, multi_line, quote), text);
    return 0;
}
