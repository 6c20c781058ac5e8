#include "analyzer/ide/refactor.h"

namespace braid {

using namespace syntax_role;

SyntaxNode selected_expression(const Refactoring& r) {
    if (r.range.empty()) return {};
    SyntaxNode found;
    for (SyntaxNode node = r.tree.root().covering(r.range); node; node = node.parent()) {
        if (node.text_range() != r.range) {
            if (node.text_range().begin < r.range.begin || node.text_range().end > r.range.end) break;
            continue;
        }
        if (r.rules.is(node, Expression)) found = node;
    }
    return found;
}

namespace {

bool is_lazy_operator(std::string_view text) {
    for (std::string_view lazy : {"and", "or", "implies", "&&", "||", "??", "?", "?."})
        if (text == lazy) return true;
    return false;
}

bool is_assignment(std::string_view text) {
    return text.ends_with("=") && text != "==" && text != "!=" && text != "<=" && text != ">=" && text != "===" &&
           text != "!==";
}

SyntaxElement first_expression(const EditingRules& rules, const SyntaxNode& node) {
    for (SyntaxElement child : node.children())
        if (child.is_node() && rules.is(child, Expression)) return child;
    return {};
}

}  // namespace

SyntaxNode statement_of(const Refactoring& r, const SyntaxNode& expression) {
    SyntaxNode child = expression;
    for (SyntaxNode node = child.parent(); node; child = node, node = node.parent()) {
        if (r.rules.is(node, Statements))
            return r.rules.is(child, Statement) && begins_line(r.tree.text(), child.text_range().begin) ? child
                                                                                                        : SyntaxNode();
        bool is_first = first_expression(r.rules, node) == child;
        if (r.rules.is(node, Loop | Function | Switch | Part)) return {};
        if (r.rules.is(node, Construct | Scope) && (!is_first || r.rules.is(node.parent(), Chain))) return {};
        for (SyntaxElement each : node.children()) {
            if (!each.is_token()) continue;
            if (is_lazy_operator(each.text()) && !is_first) return {};
            // A place that is written or called through is no value to be kept.
            bool is_place = is_assignment(each.text()) && each.full_begin() >= child.full_range().end &&
                            !r.rules.is(node, NamedArgument);
            if (is_place) return {};
        }
        bool is_callee = child == expression && r.rules.is(node, Call) && is_first;
        if (is_callee) return {};
    }
    return {};
}

bool is_worth_a_name(Type type) {
    return type && !type->has(TypeHasError) && !type->has(TypeHasInference) && !type->is(TypeKind::Never) &&
           !type->is(TypeKind::Unit);
}

namespace {

bool is_name(const Refactoring& r, const SyntaxNode& expression) {
    SyntaxToken first = expression.first_token();
    TokenClass token_class = r.tree.grammar().token_class(first.kind());
    return first == expression.last_token() && (token_class == TokenClass::Name || token_class == TokenClass::Keyword);
}

}  // namespace

void extract_variable(const Refactoring& r) {
    SyntaxNode expression = selected_expression(r);
    if (!expression || is_name(r, expression)) return;
    if (!is_worth_a_name(type_of_expression(r.context, r.file, expression))) return;
    SyntaxNode statement = statement_of(r, expression);
    if (!statement) return;
    uint32_t at = statement.text_range().begin;
    std::string name = free_name(r.context, r.file, r.range.begin, "value");
    std::string line = std::string(r.rules.binding_prefix) + name + " = " + std::string(r.text(r.range)) +
                       std::string(r.rules.statement_terminator);
    // A statement that is the expression becomes the variable.
    std::string_view rest = r.text(statement.text_range());
    if (rest.substr(0, r.range.length()) == r.text(r.range) && rest.size() <= r.range.length() + 1 &&
        at == r.range.begin)
        return r.offer("Extract into a variable", CodeActionKind::Extract, {{statement.text_range(), line}});
    std::string indentation(line_indentation(r.tree.text(), at));
    r.offer("Extract into a variable", CodeActionKind::Extract,
            {{{at, at}, line + "\n" + indentation}, {r.range, name}});
}

}  // namespace braid
