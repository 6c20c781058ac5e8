#include <algorithm>
#include <set>

#include "analyzer/ide/refactor.h"
#include "analyzer/semantics/language.h"

namespace braid {

using namespace syntax_role;

namespace {

/// The outermost expression that is exactly the range.
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

/// The statement before which the expression's value could be computed just as well; null when it is computed later,
/// several times, or perhaps not at all.
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

// ---- functions ----

namespace {

/// A local variable of the function around that the selected text uses.
struct Input {
    Name name;
    Type type;
};

struct Flow {
    std::vector<Input> inputs;
    bool is_closed = true;  ///< nothing else goes in or out
};

/// Which variables flow into a piece of text; not closed when one flows out or control leaves it.
Flow flow_of(const Refactoring& r, TextRange range) {
    Flow flow;
    auto names = r.context.get<FileNames>(r.file);
    std::set<std::pair<ItemId, LocalId>> declared, used;
    auto key = [](const NameUse& use) { return std::pair(use.home, std::get<LocalId>(use.target)); };
    auto inside = [&](const NameUse& use) { return range.begin <= use.range.begin && use.range.end <= range.end; };
    for (const NameUse& use : *names)
        if (std::holds_alternative<LocalId>(use.target) && use.is_declaration && inside(use)) declared.insert(key(use));
    for (const NameUse& use : *names) {
        if (!std::holds_alternative<LocalId>(use.target)) continue;
        bool is_own = declared.count(key(use)) != 0;
        if (!inside(use)) {
            flow.is_closed &= !is_own;
        } else if (!is_own && use.home == use.owner) {
            auto body = r.context.get<BodyOf>(use.home);
            const LocalInfo& local = (*body)[std::get<LocalId>(use.target)];
            flow.is_closed &= !use.is_write && !local.is_self;
            if (used.insert(key(use)).second) flow.inputs.push_back({local.name, local.type});
        }
    }
    for (Preorder walk(r.tree.root()); walk; walk.next()) {
        TextRange at = walk->text_range();
        if (at.end <= range.begin || at.begin >= range.end) {
            if (walk->is_node()) walk.skip_children();
            continue;
        }
        bool is_inside = range.begin <= at.begin && at.end <= range.end;
        bool leaves = is_inside && walk->is_node() && r.rules.is(*walk, Return | Break | Continue | Suspend);
        std::string_view word = walk->is_token() && is_inside ? walk->text() : std::string_view();
        flow.is_closed &= !leaves && word != "self" && word != "this" && word != "super";
    }
    return flow;
}

/// The statements that are exactly the range, one after the other in one block; empty when it is no such.
std::vector<SyntaxNode> selected_statements(const Refactoring& r) {
    std::vector<SyntaxNode> found;
    for (SyntaxNode node = r.tree.root().covering(r.range); node; node = node.parent()) {
        if (!r.rules.is(node, Statements)) continue;
        for (const SyntaxNode& child : node.child_nodes()) {
            TextRange at = child.text_range();
            if (at.begin >= r.range.begin && at.end <= r.range.end && r.rules.is(child, Statement))
                found.push_back(child);
        }
        break;
    }
    bool exact = !found.empty() && found.front().text_range().begin == r.range.begin &&
                 found.back().text_range().end == r.range.end;
    return exact ? found : std::vector<SyntaxNode>();
}

/// The lines of a text with another indentation.
std::string reindented(std::string_view text, std::string_view from, std::string_view to) {
    std::string out(to);
    for (size_t at = 0; at < text.size();) {
        size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        if (at > 0 && line.starts_with(from)) line.remove_prefix(from.size());
        if (at > 0) out += "\n" + (line.empty() ? std::string() : std::string(to));
        out += line;
        at = end + 1;
    }
    return out;
}

/// The declaration of the file around an offset: a new function stands behind it.
SyntaxNode declaration_around(const Refactoring& r) {
    for (const SyntaxNode& child : r.tree.root().child_nodes())
        if (child.text_range().begin <= r.range.begin && r.range.end <= child.text_range().end) return child;
    return {};
}

}  // namespace

void extract_function(const Refactoring& r) {
    SyntaxNode expression = selected_expression(r);
    std::vector<SyntaxNode> statements = expression ? std::vector<SyntaxNode>() : selected_statements(r);
    SyntaxNode around = declaration_around(r);
    if ((!expression && statements.empty()) || !around || around.text_range() == r.range) return;
    Type result = expression ? type_of_expression(r.context, r.file, expression) : type::unit();
    if (expression && (!is_worth_a_name(result) || !statement_of(r, expression))) return;
    Flow flow = flow_of(r, r.range);
    if (!flow.is_closed || result->has(TypeHasParameter)) return;
    std::vector<std::pair<Name, Type>> parameters;
    for (const Input& input : flow.inputs) {
        if (!is_worth_a_name(input.type) || input.type->has(TypeHasParameter)) return;
        parameters.emplace_back(input.name, input.type);
    }
    std::string name = free_name(r.context, r.file, r.range.begin, "extracted");
    std::string unit = indentation_unit(r.tree, r.rules);
    std::string terminator(r.rules.statement_terminator);
    std::string body = expression ? unit + "return " + std::string(r.text(r.range)) + terminator
                                  : reindented(r.text(r.range), line_indentation(r.tree.text(), r.range.begin), unit);
    std::string call = name + "(";
    for (const auto& [parameter, type] : parameters)
        call += (call.ends_with('(') ? "" : ", ") + std::string(parameter.text());
    call += expression ? ")" : ")" + terminator;
    uint32_t end = around.text_range().end;
    r.offer("Extract into a function", CodeActionKind::Extract,
            {{r.range, call}, {{end, end}, "\n\n" + r.rules.function_text(name, parameters, result, body)}});
}

}  // namespace braid
