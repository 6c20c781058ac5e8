#include "analyzer/ide/completion_postfix.h"

#include "analyzer/ide/structure.h"

namespace braid {
namespace {

/// What a snippet of a statement has a hole for: a place of one of these names, or the end of its only line.
std::optional<std::string> with_value(std::string_view body, const std::string& value) {
    for (std::string_view name : {":condition}", ":value}", ":items}"}) {
        size_t at = body.find(name);
        if (at == std::string_view::npos) continue;
        size_t open = body.rfind("${", at);
        return std::string(body.substr(0, open)) + value + std::string(body.substr(at + name.size()));
    }
    size_t end = body.find("$0");
    if (end == std::string_view::npos || body.find('\n') != std::string_view::npos) return std::nullopt;
    return std::string(body.substr(0, end)) + value + std::string(body.substr(end + 2));
}

}  // namespace

std::vector<CompletionItem> postfix_items(const EditingRules& rules, const SyntaxTree& tree,
                                          const CompletionPlace& place) {
    std::vector<CompletionItem> out;
    TextRange receiver = place.receiver.text_range();
    SyntaxNode statement = enclosing(rules, place.receiver, syntax_role::Statement);
    std::string text(tree.text().substr(receiver.begin, receiver.length())), value;
    bool is_statement =
        statement && statement.text_range().begin == receiver.begin && text.find('\n') == std::string::npos;
    if (!is_statement) return out;
    for (char c : text) value += c == '$' || c == '}' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    for (const SnippetRule& rule : rules.snippets) {
        if (rule.place != SnippetPlace::Statement && rule.place != SnippetPlace::Expression) continue;
        auto body = with_value(rule.body, value);
        if (!body) continue;
        CompletionItem& item = out.emplace_back();
        item.label = rule.label;
        item.kind = CompletionKind::Snippet;
        item.detail = rule.description;
        item.insert = std::move(*body);
        item.filter = text + "." + item.label;
        item.is_snippet = true;
        item.replaced = TextRange{receiver.begin, place.word.end};
    }
    return out;
}

}  // namespace braid
