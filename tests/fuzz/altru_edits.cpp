// A sequence of edits of an Altru file (laws.h); the snippets are what opens and closes, and what the layout hangs on.
#include "analyzer/syntax/altru/altru.h"
#include "tests/fuzz/laws.h"

namespace {

constexpr std::string_view snippets[] = {"",           " ",       "\n",          "\n    ",
                                         "\n        ", "(",       ")",           "[",
                                         "]",          "{",       "}",           ",",
                                         ":",          "\"",      "\"\"\"",      "'",
                                         "`",          "#",       "###",         "##",
                                         "//",         "/*",      "*/",          ";",
                                         "fn ",        "if ",     "else:",       "let ",
                                         "match ",     "select:", "case ",       "=>",
                                         "->",         "?",       ":=",          "async ",
                                         "req ",       "${",      "\t",          "\r\n",
                                         "\xff",       "class ",  "\nfn f():\n", "\nstruct S:\n    a: int\n"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    braid::fuzz::edit_in_sequence(braid::altru::grammar(), snippets, data, size);
    return 0;
}
