#include <algorithm>

#include "analyzer/ide/structure.h"

namespace braid {

using namespace syntax_role;

SyntaxToken token_touching(const SyntaxTree& tree, uint32_t offset, bool (*wanted)(const SyntaxToken&)) {
    SyntaxToken after = tree.token_at(std::min(offset, uint32_t(tree.text().size())));
    if (!after) return {};
    SyntaxToken before = after.previous();
    bool at_after = after.begin() <= offset && after.begin() < after.end();
    bool at_before = before && after.begin() >= offset && before.end() == offset && before.begin() < before.end();
    if (at_after && (!at_before || !wanted || wanted(after) || !wanted(before))) return after;
    return at_before ? before : SyntaxToken();
}

SyntaxNode enclosing(const EditingRules& rules, const SyntaxElement& element, uint64_t roles) {
    for (SyntaxNode node = element.parent(); node; node = node.parent())
        if (rules.is(node, roles)) return node;
    return {};
}

namespace {

bool is_mark(const SyntaxToken& token) {
    TokenClass token_class = token.tree()->grammar().token_class(token.kind());
    return token_class == TokenClass::None || token_class == TokenClass::Operator;
}

}  // namespace

SyntaxToken matching_bracket(const EditingRules& rules, const SyntaxToken& bracket) {
    SyntaxNode parent = bracket.parent();
    if (!parent) return {};
    if (rules.is(parent, Enclosed)) {
        SyntaxToken first = parent.first_token(), last = parent.last_token();
        bool closed = rules.is(first, Open) ? rules.is(last, Close) : is_mark(first) && is_mark(last);
        if (closed && first == bracket && last != bracket) return last;
        if (closed && last == bracket && first != bracket) return first;
    }
    if (!rules.is(bracket, Open | Close)) return {};
    std::vector<SyntaxToken> open;
    for (SyntaxElement child : parent.children()) {
        if (!child.is_token()) continue;
        SyntaxToken token(child);
        if (rules.is(token, Open)) open.push_back(token);
        if (!rules.is(token, Close) || open.empty()) continue;
        if (open.back() == bracket) return token;
        if (token == bracket) return open.back();
        open.pop_back();
    }
    return {};
}

namespace {

/// Who a jump or an await belongs to; null when nobody.
SyntaxNode target_of(const EditingRules& rules, const SyntaxNode& jump) {
    uint64_t roles = rules.roles_of(jump);
    if (roles & (Return | Suspend)) return enclosing(rules, jump, Function);
    std::string_view label;
    for (SyntaxElement child : jump.children())
        if (child.is_token() && jump.tree()->grammar().token_class(child.kind()) == TokenClass::Name)
            label = child.text();
    for (SyntaxNode node = jump.parent(); node; node = node.parent()) {
        if (rules.is(node, Function)) break;
        bool is_target = rules.is(node, Loop) || (label.empty() && (roles & Break) && rules.is(node, Switch));
        if (!is_target) continue;
        if (label.empty()) return node;
        SyntaxNode labeled = node.parent();
        if (labeled && rules.is(labeled, Labeled) && labeled.first_token() && labeled.first_token().text() == label)
            return node;
    }
    return {};
}

/// The construct a word stands in, `else if` chains from their first `if` on.
SyntaxNode construct_of(const EditingRules& rules, const SyntaxToken& word) {
    SyntaxNode node = word.parent();
    if (node && rules.is(node, Break | Continue | Return | Suspend)) return target_of(rules, node);
    while (node && rules.is(node, Part) && !rules.is(node, Construct)) node = node.parent();
    if (!node || !rules.is(node, Construct)) return {};
    for (SyntaxNode up = node.parent(); up && rules.is(up, Chain); up = node.parent()) {
        node = up.parent();
        if (!node || !rules.is(node, Construct)) return {};
    }
    return node;
}

class WordCollector {
  public:
    WordCollector(const EditingRules& rules, uint64_t wanted, uint64_t unwanted)
        : rules_(rules), wanted_(wanted), unwanted_(unwanted) {}

    void add_words(const SyntaxNode& construct) {
        for (SyntaxElement child : construct.children()) {
            if (child.is_token()) {
                uint64_t roles = rules_.roles_of(child);
                if ((roles & wanted_) && !(roles & unwanted_)) add(SyntaxToken(child));
            } else if (rules_.is(child, Part) || (rules_.is(child, Construct) && rules_.is(construct, Chain))) {
                if (++depth_ < kMaxDepth) add_words(SyntaxNode(child));
                --depth_;
            }
        }
    }

    void add_jumps(const SyntaxNode& construct, uint64_t kinds) {
        for (Preorder walk(construct); walk; walk.next()) {
            if (!walk->is_node() || *walk == construct) continue;
            SyntaxNode node(*walk);
            if (rules_.is(node, Function)) {
                walk.skip_children();
            } else if (rules_.is(node, kinds) && target_of(rules_, node) == construct) {
                for (SyntaxElement child : node.children())
                    if (child.is_token() && rules_.is(child, Word)) add(SyntaxToken(child));
            }
        }
    }

    std::vector<TextRange> finish() {
        std::sort(found_.begin(), found_.end(), [](TextRange a, TextRange b) { return a.begin < b.begin; });
        found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
        return std::move(found_);
    }

  private:
    static constexpr int kMaxDepth = 500;  // an `else if` chain is as deep as it is long
    void add(const SyntaxToken& token) { found_.push_back({token.begin(), token.end()}); }

    const EditingRules& rules_;
    uint64_t wanted_, unwanted_;
    int depth_ = 0;
    std::vector<TextRange> found_;
};

bool begins_or_ends(const EditingRules& rules, const SyntaxToken& token) {
    return rules.is(token, Open | Close | Word) || matching_bracket(rules, token);
}

}  // namespace

std::vector<TextRange> matching_words(const SyntaxTree& tree, const EditingRules& rules, uint32_t offset) {
    SyntaxToken after = token_touching(tree, offset);
    if (!after) return {};
    SyntaxToken before = after.begin() == offset ? after.previous() : SyntaxToken();
    for (const SyntaxToken& token : {after, before && before.end() == offset ? before : SyntaxToken()}) {
        if (!token || !begins_or_ends(rules, token)) continue;
        if (SyntaxToken partner = matching_bracket(rules, token)) {
            TextRange a{token.begin(), token.end()}, b{partner.begin(), partner.end()};
            return a.begin < b.begin ? std::vector{a, b} : std::vector{b, a};
        }
        SyntaxNode construct = rules.is(token, Word) ? construct_of(rules, token) : SyntaxNode();
        if (!construct) continue;
        bool waits = rules.is(token, AsyncWord) && rules.is(construct, Function);
        uint64_t wanted = waits ? AsyncWord : Word;
        uint64_t unwanted = rules.is(construct, Function) && !waits ? uint64_t(AsyncWord) : 0;
        WordCollector collector(rules, wanted, unwanted);
        collector.add_words(construct);
        if (rules.is(construct, Function)) collector.add_jumps(construct, waits ? Suspend : Return);
        if (rules.is(construct, Loop)) collector.add_jumps(construct, Break | Continue);
        if (rules.is(construct, Switch)) collector.add_jumps(construct, Break);
        return collector.finish();
    }
    return {};
}

}  // namespace braid
