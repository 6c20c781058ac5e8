// Law: a re-parse after edits equals a parse from scratch, and costs what the edit costs.
#include "tests/syntax/support.h"

using namespace braid;
using namespace braid::test;

namespace {

/// Snippets that break things: layout, brackets, strings, comments, keywords.
const std::vector<std::string> insertions = {" ",
                                             "\n",
                                             "    ",
                                             "\n    ",
                                             "\n        ",
                                             "\t",
                                             "(",
                                             ")",
                                             "[",
                                             "]",
                                             "{",
                                             "}",
                                             ",",
                                             ":",
                                             "\"",
                                             "\"\"\"",
                                             "'",
                                             "#",
                                             "###",
                                             "##",
                                             "//",
                                             "\\\n",
                                             "fn ",
                                             "if ",
                                             "else",
                                             "else:",
                                             "let ",
                                             "x",
                                             "1",
                                             "1.",
                                             ".",
                                             "..",
                                             "::",
                                             "->",
                                             "=>",
                                             "<-",
                                             "=",
                                             "|",
                                             "||",
                                             "&&",
                                             "!",
                                             "?",
                                             "req ",
                                             "inv ",
                                             "ens ",
                                             "async ",
                                             "await ",
                                             "move ",
                                             "match ",
                                             "select:",
                                             "case ",
                                             "return ",
                                             "${",
                                             "}",
                                             ";",
                                             "\r\n",
                                             "\xff",
                                             "\xe2\x80",
                                             "\0x",
                                             "a.b()",
                                             "\nfn f():\n    x\n",
                                             "\nstruct S:\n    a: int\n",
                                             "|x|:\n        y\n",
                                             "[a]\n",
                                             "`",
                                             "as ",
                                             "in ",
                                             "not ",
                                             "and ",
                                             "pub ",
                                             "_"};

struct Random {
    std::mt19937 engine;
    explicit Random(uint32_t seed) : engine(seed) {}
    uint32_t below(uint32_t n) { return n ? std::uniform_int_distribution<uint32_t>(0, n - 1)(engine) : 0; }
};

TextEdit random_edit(Random& random, const std::string& text, uint32_t from) {
    uint32_t size = uint32_t(text.size());
    uint32_t begin = from + random.below(size - from + 1);
    uint32_t length = 0;
    switch (random.below(4)) {
        case 0: length = random.below(3); break;
        case 1: length = random.below(30); break;
        default: break;
    }
    length = std::min(length, size - begin);
    std::string replacement;
    if (length == 0 || random.below(2)) {
        if (random.below(4) == 0) {
            uint32_t at = random.below(size + 1);
            replacement = text.substr(at, random.below(60));
        } else {
            replacement = insertions[random.below(uint32_t(insertions.size()))];
        }
    }
    return {{begin, begin + length}, replacement};
}

void check_edits(std::string text, uint32_t seed, int steps) {
    Random random(seed);
    SyntaxTreePtr tree = altru::parse(text);
    for (int step = 0; step < steps; ++step) {
        std::vector<TextEdit> edits{random_edit(random, text, 0)};
        if (random.below(4) == 0) {
            TextEdit second = random_edit(random, text, edits[0].range.end);
            if (second.range.begin > edits[0].range.end) edits.push_back(second);
        }
        std::string next = apply_edits(text, edits);
        auto shared = std::make_shared<const std::string>(next);
        SyntaxTreePtr incremental = altru::reparse(*tree, edits, shared);
        SyntaxTreePtr full = altru::parse(shared);
        std::string expected = dump_tree(*full);
        std::string actual = dump_tree(*incremental);
        if (actual != expected) {
            INFO("seed " << seed << " step " << step << " edit at " << edits[0].range.begin << ".."
                         << edits[0].range.end << " by '" << edits[0].replacement << "'");
            INFO("before:\n" << text);
            INFO("after:\n" << next);
            CHECK(actual == expected);
            return;
        }
        REQUIRE(covered_text(*incremental) == next);
        // Sometimes start over from the sound text, so that errors do not pile up.
        if (random.below(8) == 0 && step % 16 == 15) continue;
        text = next;
        tree = incremental;
    }
}

}  // namespace

TEST_CASE("re-parse equals parse, over random edits of real files") {
    int rounds = std::getenv("BRAID_ROUNDS") ? std::atoi(std::getenv("BRAID_ROUNDS")) : 6;
    for (const auto& path : sources({"tests/syntax/goldens", "tests/syntax/recovery", "tests/seeds/altru"}, ".altru")) {
        INFO(path.string());
        std::string text = text_of(path);
        for (int round = 0; round < rounds; ++round)
            check_edits(text, uint32_t(round) * 7919 + uint32_t(text.size()), 25);
    }
    // Pieces of the habits of other languages, which look ahead the most.
    std::string habits = text_of(std::string(BRAID_SOURCE_DIR) + "/tests/syntax/habits.txt");
    Random random(1);
    for (int round = 0; round < 4 * rounds; ++round)
        check_edits(habits.substr(random.below(uint32_t(habits.size())), 700), uint32_t(round), 25);
}
