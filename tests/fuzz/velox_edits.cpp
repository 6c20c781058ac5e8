// A sequence of edits of a Velox file (laws.h); the snippets are what opens and closes, what decides between a regular
// expression and a division, an arrow function and parentheses, type arguments and a comparison, and where a line ends.
#include "analyzer/syntax/velox/velox.h"
#include "tests/fuzz/laws.h"

namespace {

constexpr std::string_view snippets[] = {
    "",        " ",       "\n",   "\r\n",  "(",       ")",     "[",      "]",      "{",         "}",
    ",",       ":",       ";",    "\"",    "'",       "`",     "${",     "/",      "//",        "/*",
    "*/",      "/**",     "<",    ">",     ">>=",     "=>",    "?",      "?.",     "??",        "=",
    "==",      "++",      "-",    "!",     "...",     "#!",    "async ", "await ", "function ", "function* ",
    "class ",  "return ", "let ", "type ", "case 1:", "else ", "do ",    "yield ", "as ",       "extends ",
    "import ", "export ", "get ", "\xff",  "\t",      "@a ",   "match ", "try {",  "catch ",    "\nconst x = 1;\n"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    braid::fuzz::edit_in_sequence(braid::velox::grammar(), snippets, data, size);
    return 0;
}
