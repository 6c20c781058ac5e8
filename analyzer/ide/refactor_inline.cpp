#include <algorithm>

#include "analyzer/ide/refactor.h"

namespace braid {

using namespace syntax_role;

namespace {

/// One token, a call, a member or something in brackets binds at least as tightly as anything around it.
bool needs_brackets(const EditingRules& rules, const SyntaxNode& value) {
    if (value.first_token() == value.last_token()) return false;
    if (rules.is(value, Call | Member | PathSyntax | Literal)) return false;
    SyntaxToken partner = matching_bracket(rules, value.first_token());
    return !partner || partner != value.last_token();
}

constexpr uint64_t kDoesMore =
    Call | Suspend | Return | Function | Construct | Member | Literal | Elements | Instantiation;

/// A variable that has one value for ever, of a type that is copied.
bool stays(const Refactoring& r, const NameUse& use) {
    auto local = local_of(r.context, use);
    return local && !local->is_reassigned && !local->is_self && local->type &&
           (local->type->is(TypeKind::Integer) || local->type->is(TypeKind::Float) || local->type->is(TypeKind::Bool) ||
            local->type->is(TypeKind::Char) || local->type->is(TypeKind::Literal) ||
            (local->type->is(TypeKind::String) && !r.rules.has_borrows));
}

/// Nothing happens when it is computed, and it gives the same wherever it stands.
bool is_constant(const Refactoring& r, const SyntaxNode& value, bool has_variables) {
    for (Preorder walk(value); walk; walk.next()) {
        if (walk->is_node() && r.rules.is(*walk, kDoesMore)) return false;
        if (!walk->is_token() || r.tree.grammar().token_class(walk->kind()) != TokenClass::Name) continue;
        const auto uses = names_at(r.context, r.file, SyntaxToken(*walk).begin());
        const bool stay = std::all_of(uses.begin(), uses.end(), [&](const NameUse& use) { return stays(r, use); });
        if (!has_variables || uses.empty() || !stay) return false;
    }
    return true;
}

}  // namespace

void inline_variable(const Refactoring& r) {
    auto use = name_at(r.context, r.file, r.range.begin);
    if (!use || !std::holds_alternative<LocalId>(use->target) || r.range.length() > use->range.length()) return;
    auto body = r.context.get<BodyOf>(use->home);
    const LocalInfo& local = (*body)[std::get<LocalId>(use->target)];
    if (local.is_parameter || local.is_self || local.is_reassigned) return;
    std::vector<NameUse> uses;
    std::optional<TextRange> declared;
    for (const NameUse& each : *r.context.get<FileNames>(r.file)) {
        if (!each.same_target(*use)) continue;
        if (each.is_declaration) {
            if (declared) return;
            declared = each.range;
        } else {
            if (each.is_write) return;
            uses.push_back(each);
        }
    }
    if (!declared || uses.empty()) return;
    // `let name = value`, a line of its own.
    SyntaxToken name = r.tree.token_at(declared->begin);
    SyntaxToken equal = name.next();
    SyntaxNode statement = enclosing(r.rules, name, Statement);
    if (!equal || equal.text() != "=" || !statement || !begins_line(r.tree.text(), statement.text_range().begin))
        return;
    SyntaxNode value;
    for (Preorder walk(statement); walk && !value; walk.next())
        if (walk->is_node() && walk->text_range().begin >= equal.end() && r.rules.is(*walk, Expression))
            value = SyntaxNode(*walk);
    size_t names_declared = 0;
    for (const NameUse& each : *r.context.get<FileNames>(r.file))
        names_declared += each.is_declaration && statement.text_range().contains(each.range.begin) &&
                          !(value && value.text_range().contains(each.range.begin));
    if (!value || names_declared != 1) return;
    // Used once, in the very next statement, the value is computed at the same moment as before; what has one value
    // for ever may stand anywhere, and a constant as often as one likes.
    SyntaxToken behind = statement.last_token().next();
    SyntaxNode next = behind ? enclosing(r.rules, behind, Statement) : SyntaxNode();
    bool is_next = uses.size() == 1 && next && next.text_range().begin == behind.begin() &&
                   next.text_range().contains(uses[0].range.begin) &&
                   !r.rules.is(next, Loop | Function | Construct | Scope);
    for (SyntaxNode node = is_next ? r.tree.token_at(uses[0].range.begin).parent() : SyntaxNode(); node && node != next;
         node = node.parent())
        is_next &= !r.rules.is(node, Function | Loop);
    if (!is_next && !is_constant(r, value, uses.size() == 1)) return;
    std::string text(r.text(value.text_range()));
    if (text.find('\n') != std::string::npos) return;
    if (needs_brackets(r.rules, value)) text = "(" + text + ")";
    std::string_view all = r.tree.text();
    TextRange line = statement.text_range();
    while (line.begin > 0 && all[line.begin - 1] != '\n') --line.begin;
    while (line.end < all.size() && all[line.end] != '\n') ++line.end;
    if (line.end < all.size()) ++line.end;
    if (all.substr(statement.text_range().end, line.end - statement.text_range().end).find_first_not_of(" \t\r\n") !=
        std::string_view::npos)
        return;  // a comment stands behind it
    std::vector<TextEdit> edits{{line, ""}};
    for (const NameUse& each : uses) {
        SyntaxToken token = r.tree.token_at(each.range.begin);
        SyntaxNode shorthand = token.parent();
        for (int up = 0; shorthand && up < 2 && !r.rules.is(shorthand, Shorthand); ++up) shorthand = shorthand.parent();
        if (shorthand && r.rules.is(shorthand, Shorthand)) return;
        edits.push_back({each.range, text});
    }
    r.offer("Inline the variable", CodeActionKind::Inline, std::move(edits));
}

}  // namespace braid
