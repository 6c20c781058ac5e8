#include <algorithm>
#include <unordered_set>

#include "analyzer/ide/file_diagnostics.h"
#include "analyzer/ide/refactor.h"
#include "analyzer/semantics/language.h"

namespace braid {

using namespace syntax_role;

namespace {

std::vector<SyntaxNode> arms_of(const EditingRules& rules, const SyntaxNode& match) {
    std::vector<SyntaxNode> arms;
    for (const SyntaxNode& child : match.child_nodes()) {
        if (!rules.is(child, Part)) continue;
        if (rules.is(child, Statement)) arms.push_back(child);
        for (const SyntaxNode& inner : child.child_nodes())
            if (!rules.is(child, Statement) && rules.is(inner, Part) && rules.is(inner, Statement))
                arms.push_back(inner);
    }
    return arms;
}

/// The `match` around the range that is reported to miss a case.
SyntaxNode incomplete_match(const Refactoring& r) {
    for (SyntaxNode node = r.tree.root().covering(r.range); node; node = node.parent()) {
        if (!r.rules.is(node, Construct) || !r.rules.is(node, Expression)) continue;
        for (const Diagnostic& each : *r.context.get<FastDiagnostics>(r.file))
            if (each.code == DiagnosticCode::NonExhaustiveMatch &&
                node.text_range().contains(each.location.range.begin))
                return node;
        if (arms_of(r.rules, node).empty() && !r.rules.is(node, Function)) return node;  // just begun
    }
    return {};
}

/// `Shape::Circle(_)`
std::string pattern_of(const Refactoring& r, ItemId variant) {
    ItemId owner = parent_of(variant);
    std::string out(name_of(variant).text());
    if (!is_std(file_of(owner))) out = std::string(name_of(owner).text()) + std::string(r.rules.path_separator) + out;
    size_t fields = r.context.get<DefinitionOf>(variant)->fields.size();
    for (size_t i = 0; i < fields; ++i) out += i ? ", _" : "(_";
    return out + (fields ? ")" : "");
}

/// The arms that a member of what is matched asks for, by their patterns; none where its values cannot be counted.
std::vector<std::string> patterns_for(const Refactoring& r, Type member, const std::unordered_set<ItemId>& present) {
    std::vector<std::string> out;
    auto add = [&](ItemId variant) {
        if (!present.count(variant)) out.push_back(pattern_of(r, variant));
    };
    if (member->is(TypeKind::Nominal) && kind_of(member->item) == ItemKind::Enum)
        for (ItemId variant : r.context.get<DefinitionOf>(member->item)->variants) add(variant);
    else if (member->is(TypeKind::Literal) && member->item != ItemId::None) add(member->item);
    else if (member->is(TypeKind::Literal)) out.emplace_back(member->text.text());
    else if (member->is(TypeKind::Bool)) out = {"true", "false"};
    else if (member->is(TypeKind::Null)) out = {"null"};
    else if (member->is(TypeKind::Undefined)) out = {"undefined"};
    return out;
}

}  // namespace

void add_missing_arms(const Refactoring& r) {
    SyntaxNode match = incomplete_match(r);
    if (!match) return;
    Type type = nullptr;
    for (const SyntaxNode& child : match.child_nodes())
        if (!type && r.rules.is(child, Expression)) type = type_of_expression(r.context, r.file, child);
    type = without_references(type);
    std::vector<SyntaxNode> arms = arms_of(r.rules, match);
    if (!type) return;
    std::unordered_set<ItemId> present;
    for (const NameUse& use : *r.context.get<FileNames>(r.file)) {
        auto* item = std::get_if<ItemId>(&use.target);
        if (!item || kind_of(*item) != ItemKind::Variant || !match.text_range().contains(use.range.begin)) continue;
        for (const SyntaxNode& arm : arms)
            if (SyntaxElement pattern = arm.child_nodes().empty() ? SyntaxElement() : arm.child_nodes().front();
                pattern && pattern.text_range().contains(use.range.begin))
                present.insert(*item);
    }
    SyntaxToken close = match.last_token();
    bool has_close = r.rules.is(close, Close) && close.parent() == match;
    uint32_t end = arms.empty() ? (has_close ? close.begin() : match.text_range().end) : arms.back().text_range().end;
    std::string indentation(
        line_indentation(r.tree.text(), arms.empty() ? match.text_range().begin : arms.back().text_range().begin));
    std::string outer = indentation, added;
    if (arms.empty()) indentation += indentation_unit(r.tree, r.rules);
    std::unordered_set<std::string> seen;
    for (const SyntaxNode& arm : arms)
        for (const SyntaxNode& pattern : arm.child_nodes())
            for (Preorder walk(pattern); walk && r.rules.is(pattern, PatternSyntax); walk.next())
                if (walk->is_node()) seen.insert(std::string(walk->text()));
    for (Type member : type->is(TypeKind::Union) ? type->arguments : std::vector<Type>{type})
        for (const std::string& pattern : patterns_for(r, member, present))
            if (seen.insert(pattern).second)
                added += "\n" + indentation + std::string(r.rules.arm_prefix) + pattern + " => " +
                         std::string(r.rules.placeholder);
    if (arms.empty() && has_close) {  // the bracket goes on a line of its own
        std::string_view text = r.tree.text();
        while (end > match.text_range().begin && isspace(uint8_t(text[end - 1]))) --end;
        if (!added.empty())
            r.offer("Add the missing arms", CodeActionKind::QuickFix, {{{end, close.begin()}, added + "\n" + outer}});
        return;
    }
    if (!added.empty())
        r.offer("Add the missing arms", CodeActionKind::QuickFix, {{{end, end}, std::move(added)}}, true);
}

void implement_missing_members(const Refactoring& r) {
    ItemId item = item_at(r.context, r.file, r.range.begin);
    const ItemEntry* entry = r.context.get<FileItems>(r.file)->find(item);
    SyntaxElement declared = entry ? element_at(r.tree.root(), entry->node) : SyntaxElement();
    if (!declared || !declared.is_node()) return;
    std::string unit = indentation_unit(r.tree, r.rules);
    std::vector<std::string> missing = r.rules.missing_members(r.context, item, unit);
    if (missing.empty()) return;
    std::string indentation = std::string(line_indentation(r.tree.text(), declared.text_range().begin)) + unit;
    std::string text;
    for (const std::string& member : missing) {
        text += indentation;
        for (char c : member) text += c == '\n' ? "\n" + indentation : std::string(1, c);
        text += "\n";
    }
    SyntaxToken last = SyntaxNode(declared).last_token();
    if (r.rules.is(last, Close) &&
        last.parent() == declared) {  // in front of the closing bracket, on lines of their own
        bool own_line = begins_line(r.tree.text(), last.begin());
        uint32_t at = last.begin();
        while (own_line && at > 0 && r.tree.text()[at - 1] != '\n') --at;
        r.offer("Implement the missing members", CodeActionKind::QuickFix, {{{at, at}, (own_line ? "" : "\n") + text}});
        return;
    }
    text.pop_back();
    uint32_t end = declared.text_range().end;
    bool has_mark = r.rules.is(last, OpensSuite);
    SyntaxNode suite = has_mark ? last.parent() : SyntaxNode();
    bool has_members = !has_mark && SyntaxNode(declared).last_child().is_node() &&
                       r.rules.is(SyntaxNode(declared).last_child(), Suite);
    std::string lead = has_members ? "\n\n" : suite ? "\n" : ":\n";
    r.offer("Implement the missing members", CodeActionKind::QuickFix, {{{end, end}, lead + text}});
}

}  // namespace braid
