#include "analyzer/semantics/list_edits.h"

namespace braid {
namespace {

ItemDiagnostic::FixEdit removal(ItemId item, const ItemTree& tree, const SyntaxElement& element) {
    return {{item, tree.node_of(element)}, ItemDiagnostic::FixEdit::Replace, ""};
}

}  // namespace

FixEdits remove_all(ItemId item, const ItemTree& tree, const std::vector<SyntaxNode>& removed) {
    FixEdits edits;
    for (const SyntaxNode& node : removed) edits.push_back(removal(item, tree, node));
    return edits;
}

FixEdits remove_from_list(ItemId item, const ItemTree& tree, const std::vector<SyntaxNode>& removed) {
    FixEdits edits;
    for (const SyntaxNode& node : removed) {
        SyntaxToken before = node.first_token().previous();
        if (before && before.text() == ",") edits.push_back(removal(item, tree, before));
        edits.push_back(removal(item, tree, node));
    }
    if (removed.empty()) return edits;
    SyntaxToken first = removed.front().first_token().previous(), behind = removed.back().last_token().next();
    if (first && first.text() != "," && behind && behind.text() == ",") edits.push_back(removal(item, tree, behind));
    return edits;
}

FixEdits append_to_list(ItemId item, const ItemTree& tree, const SyntaxNode& list, std::string element) {
    auto elements = list.child_nodes();
    if (!elements.empty())
        return {{{item, tree.node_of(elements.back())}, ItemDiagnostic::FixEdit::InsertAfter, ", " + element}};
    return {{{item, tree.node_of(list.first_token())}, ItemDiagnostic::FixEdit::InsertAfter, std::move(element)}};
}

ItemDiagnostic::Fix rename_second(Place name_place, std::string_view name, std::string_view title) {
    return {std::string(title) + " `" + std::string(name) + "2`",
            {{name_place, ItemDiagnostic::FixEdit::InsertAfter, "2"}}};
}

std::string indentation_of(const SyntaxNode& node) {
    std::string_view text = node.tree()->text().substr(0, node.text_range().begin);
    size_t line = text.rfind('\n');
    if (line == std::string_view::npos) return "";
    std::string_view before = text.substr(line + 1);
    return before.find_first_not_of(" \t") == std::string_view::npos ? std::string(before) : "";
}

}  // namespace braid
