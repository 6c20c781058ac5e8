// Typing, simulated: every prefix of the example programs, every way of leaving out one token, a bracket too many. What
// is declared before and after the damage keeps its tree, and the damage is told in few words.
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

#include "analyzer/syntax/velox/velox.h"
#include "tests/support/sources.h"

using namespace braid;
using velox::Group;
using velox::Kind;

namespace {

std::map<std::string, std::string> examples() {
    std::map<std::string, std::string> texts;
    for (const auto& path : test::sources({"examples/velox", "tests/seeds/velox"}, ".velox"))
        texts[path.filename().string()] = test::text_of(path);
    return texts;
}

struct Damage {
    uint32_t begin, end;    ///< what was taken out of the text
    uint32_t inserted = 0;  ///< how much came in its place
};

/// How many errors a damaged text has: `histogram[n]` texts have n.
struct Distribution {
    std::vector<int> histogram;
    int total = 0;
    void add(size_t errors) {
        if (histogram.size() <= errors) histogram.resize(errors + 1);
        ++histogram[errors];
        ++total;
    }
    int percentile(int percent) const {
        int seen = 0;
        for (size_t n = 0; n < histogram.size(); ++n) {
            seen += histogram[n];
            if (seen * 100 >= total * percent) return int(n);
        }
        return 0;
    }
    std::string text() const {
        std::string result;
        for (size_t n = 0; n < histogram.size(); ++n)
            result += std::to_string(n) + ": " + std::to_string(histogram[n]) + "  ";
        return result;
    }
};

size_t count_errors(const SyntaxTree& tree) {
    auto errors = tree.errors();
    return size_t(std::count_if(errors.begin(), errors.end(),
                                [](const SyntaxError& e) { return default_severity(e.code) == Severity::Error; }));
}

/// The declarations of the file: its statements.
bool keeps_declarations(const SyntaxTree& whole, const SyntaxTree& damaged, Damage damage, std::string* lost) {
    std::map<uint32_t, SyntaxNode> found;  // by where they begin
    for (const auto& statement : damaged.root().child_nodes()) found.emplace(statement.text_range().begin, statement);
    uint32_t shift = damage.inserted - (damage.end - damage.begin);
    for (const auto& statement : whole.root().child_nodes()) {
        TextRange range = statement.text_range();
        // What touches the damage may well become a part of it.
        if (range.end >= damage.begin && range.begin <= damage.end) continue;
        if (range.begin >= damage.end) range.begin += shift;
        auto it = found.find(range.begin);
        if (it != found.end() && tokens_equal(statement, it->second)) continue;
        *lost = std::string(statement.text().substr(0, 60));
        return false;
    }
    return true;
}

std::vector<TextRange> tokens_of(const SyntaxTree& tree) {
    std::vector<TextRange> ranges;
    for (Preorder walk(tree.root()); walk; walk.next())
        if (walk->is_token() && walk->text_range().length() > 0) ranges.push_back(walk->text_range());
    return ranges;
}

}  // namespace

TEST_CASE("typing a program from its begin") {
    Distribution errors;
    int lost_declarations = 0;
    for (const auto& [name, text] : examples()) {
        auto whole = velox::parse(text);
        for (uint32_t length = 0; length <= text.size(); ++length) {
            auto tree = velox::parse(std::string_view(text).substr(0, length));
            errors.add(count_errors(*tree));
            std::string lost;
            bool keeps = keeps_declarations(*whole, *tree, {length, uint32_t(text.size())}, &lost);
            if (!keeps) UNSCOPED_INFO(name << " up to " << length << " loses " << lost);
            lost_declarations += !keeps;
        }
    }
    INFO("texts by number of errors: " << errors.text());
    CHECK(lost_declarations == 0);
    CHECK(errors.percentile(50) <= 1);
    CHECK(errors.percentile(95) <= 3);
}

TEST_CASE("one token left out") {
    Distribution errors;
    int lost_declarations = 0;
    for (const auto& [name, text] : examples()) {
        auto whole = velox::parse(text);
        for (TextRange token : tokens_of(*whole)) {
            std::string without = text;
            without.erase(token.begin, token.length());
            auto tree = velox::parse(without);
            errors.add(count_errors(*tree));
            std::string lost;
            bool keeps = keeps_declarations(*whole, *tree, {token.begin, token.end}, &lost);
            if (!keeps)
                UNSCOPED_INFO(name << " without `" << text.substr(token.begin, token.length()) << "` at " << token.begin
                                   << " loses " << lost);
            lost_declarations += !keeps;
        }
    }
    INFO("texts by number of errors: " << errors.text());
    CHECK(lost_declarations == 0);
    CHECK(errors.percentile(50) <= 1);
    CHECK(errors.percentile(95) <= 3);
}

TEST_CASE("one bracket too many") {
    constexpr const char* brackets[] = {"(", "[", "{", ")", "]", "}"};
    Distribution errors;
    int lost_declarations = 0;
    size_t turn = 0;
    for (const auto& [name, text] : examples()) {
        auto whole = velox::parse(text);
        for (TextRange token : tokens_of(*whole)) {
            const char* bracket = brackets[turn++ % std::size(brackets)];
            std::string with = text;
            with.insert(token.begin, bracket);
            auto tree = velox::parse(with);
            errors.add(count_errors(*tree));
            std::string lost;
            bool keeps = keeps_declarations(*whole, *tree, {token.begin, token.begin, 1}, &lost);
            if (!keeps) UNSCOPED_INFO(name << " with `" << bracket << "` at " << token.begin << " loses " << lost);
            lost_declarations += !keeps;
        }
    }
    INFO("texts by number of errors: " << errors.text());
    CHECK(lost_declarations <= 4);  // of 6000 texts: what an object without its `}` swallows
    CHECK(errors.percentile(50) <= 1);
    CHECK(errors.percentile(95) <= 4);
}
