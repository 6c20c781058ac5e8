#include "bench/syntax/lexing.h"

#include <vector>

#include "analyzer/syntax/altru/lexer.h"
#include "analyzer/syntax/velox/token_scan.h"

namespace braid::bench {

uint32_t lex_velox(std::string_view text) {
    velox::TokenScan scan(text, 0);
    uint32_t count = 1;
    while (scan.next() != velox::Kind::EndOfFile) ++count;
    return count;
}

uint32_t lex_altru(std::string_view text) {
    using altru::Kind;
    altru::Lexer lexer(text);
    altru::Token token;
    uint32_t count = 0;
    bool in_string = false;
    std::vector<bool> open;  // braces, and whether they opened in a string
    uint32_t at = 0;
    do {
        if (in_string) token = lexer.lex_string_part(at, false);
        else lexer.lex(at, token);
        ++count;
        at = token.end();
        switch (token.kind) {
            case Kind::StringStart: in_string = true; break;
            case Kind::StringEnd: in_string = false; break;
            case Kind::InterpolationStart:
                open.push_back(true);
                in_string = false;
                break;
            case Kind::LeftBrace: open.push_back(false); break;
            case Kind::RightBrace:
                if (open.empty()) break;
                in_string = open.back();
                open.pop_back();
                break;
            default: break;
        }
    } while (token.kind != Kind::EndOfFile);
    return count;
}

}  // namespace braid::bench
