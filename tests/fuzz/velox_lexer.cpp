// Any bytes are a sequence of Velox tokens: they follow one another without a gap, what they report lies inside the
// text, and their trivia is a sequence of pieces. The first byte chooses the readings that only the parser asks for.
#include <cstdint>
#include <string>
#include <string_view>

#include "analyzer/syntax/velox/token_scan.h"
#include "analyzer/syntax/velox/velox.h"
#include "tests/fuzz/laws.h"

using namespace braid;
using braid::fuzz::require;
using namespace braid::velox;

namespace {

void check(const LexedToken& token, std::string_view text, std::uint32_t own_begin) {
    require(own_begin + token.length <= text.size());
    require(token.length > 0 || token.kind == Kind::EndOfFile);
    require(raw(token.kind) < KindTokenLimit);
    if (token.error != LexError::None) require(token.error_offset + token.error_length <= text.size());
}

void check_trivia(std::string_view trivia) {
    while (!trivia.empty()) {
        TriviaPiece piece = velox::grammar().next_trivia(trivia);
        require(piece.length > 0 && piece.length <= trivia.size());
        trivia.remove_prefix(piece.length);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    std::uint32_t at = 0;
    for (;;) {
        LexedToken token;
        lex_token(text, at, token);
        std::uint32_t begin = at + token.trivia_length;
        check(token, text, begin);
        check_trivia(std::string_view(text).substr(at, token.trivia_length));
        if (token.kind == Kind::EndOfFile) {
            require(begin == text.size());
            break;
        }
        if (token.kind == Kind::Slash && data[0] & 1) check(token = lex_regex(text, begin), text, begin);
        if (token.kind == Kind::RightBrace && data[0] & 2)
            check(token = lex_template_rest(text, begin, data[0] & 4 ? '`' : '"'), text, begin);
        if (token.kind == Kind::Greater && data[0] & 8) check(token = lex_greater(text, begin), text, begin);
        at = begin + token.length;
    }

    TokenScan scan(text, 0);
    std::uint32_t end = 0;
    while (scan.next() != Kind::EndOfFile) {
        require(scan.begin() >= end && scan.end() > scan.begin());
        end = scan.end();
    }
    return 0;
}
