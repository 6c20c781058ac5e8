#include "analyzer/ide/expression_types.h"

#include <algorithm>
#include <unordered_set>

#include "analyzer/ide/own_text.h"
#include "analyzer/ide/structure.h"
#include "analyzer/semantics/bodies.h"
#include "analyzer/semantics/language.h"

namespace braid {
namespace {

/// The result of what the analysis adds around an expression to get at its value.
ExprId as_written(const Body& body, ExprId id) {
    constexpr int kMaxSteps = 64;
    uint32_t node = body[id].node;
    for (int step = 0; step < kMaxSteps; ++step) {
        ExprId inner = ExprId::None;
        if (auto* deref = body.as<hir::Deref>(id)) inner = deref->reference;
        else if (auto* borrow = body.as<hir::Borrow>(id); borrow && borrow->is_implicit) inner = borrow->place;
        else if (auto* convert = body.as<hir::Convert>(id);
                 convert && (convert->kind == hir::ConvertKind::CopyOut ||
                             convert->kind == hir::ConvertKind::ToString || convert->kind == hir::ConvertKind::ToBool))
            inner = convert->operand;
        else if (auto* call = body.as<hir::Call>(id); call && call->arguments.size() == 1) {
            auto* borrow = body.as<hir::Borrow>(call->arguments[0]);
            if (borrow && borrow->is_implicit && body[borrow->place].node == node) inner = call->arguments[0];
        }
        if (inner == ExprId::None || body[inner].node != node) return id;
        id = inner;
    }
    return id;
}

Type type_at(const Body& body, uint32_t node) {
    for (size_t i = body.expressions.size(); i-- > 0;) {
        const Expr& expr = body.expressions[i];
        if (expr.node != node || !expr.type || expr.type->is(TypeKind::Error)) continue;
        Type type = body[as_written(body, ExprId(i))].type;
        return type && !type->has(TypeHasError) ? type : nullptr;
    }
    return nullptr;
}

/// Whether code at an offset is in a scope. Behind the last token of one without a closing bracket it still is, on the
/// same line or deeper than the line the scope begins with.
bool reaches(const EditingRules& rules, const SyntaxNode& scope, uint32_t offset) {
    if (scope.full_begin() <= offset && offset < scope.full_range().end) return true;
    SyntaxToken last = scope.last_token();
    if (!last || last.end() > offset || rules.is(last, syntax_role::Close)) return !scope.parent();
    SyntaxToken next = last.next();
    while (next && next.begin() == next.end() && next.next()) next = next.next();
    if (next && next.begin() < offset && next.begin() < next.end()) return false;
    std::string_view text = scope.tree()->text();
    uint32_t line = offset;
    while (line > last.end() && text[line - 1] != '\n') --line;
    if (line == last.end()) return true;
    uint32_t header = scope.text_range().begin;
    while (header > 0 && text[header - 1] != '\n') --header;
    auto column = [&](uint32_t begin) {
        uint32_t end = begin;
        while (end < text.size() && (text[end] == ' ' || text[end] == '\t')) ++end;
        return end - begin;
    };
    return column(line) > column(header);
}

}  // namespace

Place place_of(QueryContext& context, FileId file, const SyntaxElement& element) {
    auto tree = context.get<FileTree>(file);
    if (!tree || !*tree || !element) return {};
    auto items = context.get<FileItems>(file);
    const uint32_t index = index_of((*tree)->root(), element);
    const ItemEntry* owner = owner_at(**tree, *items, index);
    if (!owner) return {};
    return {owner->item, OwnText(**tree, *items, *owner).number(index)};
}

ItemId item_at(QueryContext& context, FileId file, uint32_t offset) {
    auto tree = context.get<FileTree>(file);
    if (!tree || !*tree) return file_item(file);
    auto items = context.get<FileItems>(file);
    // Of the token that the offset is in or in front of, and of the one that ends there.
    SyntaxToken token = (*tree)->token_at(offset);
    const ItemEntry* found = nullptr;
    for (const SyntaxToken& each : {token, token ? token.previous() : SyntaxToken()}) {
        const ItemEntry* entry = each ? owner_at(**tree, *items, index_of((*tree)->root(), each)) : nullptr;
        auto touches = [&] { return element_at((*tree)->root(), entry->node).text_range().touches(offset); };
        while (entry && !(entry->owns_syntax && touches())) entry = items->find(parent_of(entry->item));
        if (entry && (!found || found->node < entry->node)) found = entry;
    }
    return found ? found->item : file_item(file);
}

Type type_of_expression(QueryContext& context, FileId file, const SyntaxNode& expression) {
    Place place = place_of(context, file, expression);
    const EditingRules* rules = editing_rules_of(file);
    if (!rules || place.item == ItemId::None || !may_have_body(kind_of(place.item))) return nullptr;
    auto body = context.get<BodyOf>(place.item);
    Type type = type_at(*body, place.node);
    if (type && type->is(TypeKind::Any) && expression.first_token() == expression.last_token())
        for (const NameUse& use : names_at(context, file, expression.first_token().begin()))
            if (use.type && use.home != use.owner) return use.type;  // a variable of a function around this one's class
    if (type) return type;
    // A name may be known by its token only.
    if (expression.size() == 2)
        if (Type type = type_at(*body, place.node + 1)) return type;
    if (rules->is(expression, syntax_role::Member)) {
        Place member = place_of(context, file, expression.last_token());
        if (Type type = member.item == place.item ? type_at(*body, member.node) : nullptr) return type;
    }
    TextRange known = expression.text_range();
    SyntaxToken last = expression.last_token();
    if (last && rules->is(expression, syntax_role::Member | syntax_role::PathSyntax)) known = last.text_range();
    for (const NameUse& use : names_at(context, file, known.begin)) {
        if (use.range != known) continue;
        if (use.type) return use.type;
        auto* item = std::get_if<ItemId>(&use.target);
        if (item && kind_of(*item) == ItemKind::Variant) return type::nominal(parent_of(*item));
    }
    std::vector<SyntaxNode> parts = expression.child_nodes();
    // A call of a known method that left nothing behind, such as a copy of what is copied already, is its receiver.
    auto is_here = [&](const Expr& expr) { return expr.node == place.node; };
    if (std::none_of(body->expressions.begin(), body->expressions.end(), is_here) && parts.size() == 2 &&
        rules->is(parts[0], syntax_role::Member) && rules->is(parts[1], syntax_role::Arguments) &&
        parts[0].child_nodes().size() == 1) {
        const SyntaxToken name = parts[0].last_token();
        for (const NameUse& use : names_at(context, file, name.begin())) {
            auto* item = std::get_if<ItemId>(&use.target);
            if (item && use.range == name.text_range() && kind_of(*item) == ItemKind::Function)
                return type_of_expression(context, file, parts[0].child_nodes()[0]);
        }
    }
    // A cast to the type that its operand has leaves nothing behind.
    if (parts.size() == 2 && rules->is(parts[0], syntax_role::Expression) &&
        rules->is(parts[1], syntax_role::TypeSyntax) &&
        std::none_of(body->expressions.begin(), body->expressions.end(), is_here))
        return type_of_expression(context, file, parts[0]);
    // Brackets around an expression are nothing of their own.
    bool in_brackets = parts.size() == 1 && rules->is(parts[0], syntax_role::Expression) &&
                       rules->is(expression.first_token(), syntax_role::Open) &&
                       matching_bracket(*rules, expression.first_token()) == expression.last_token() &&
                       expression.first_token().parent() == expression;
    return in_brackets && expression.size() == parts[0].size() + 3 ? type_of_expression(context, file, parts[0])
                                                                   : nullptr;
}

namespace {

/// Whether a variable's declaration is still going on at an offset, so that its value cannot be used there. What a
/// scope within the statement declares (a closure's parameter) is seen at once, and a closure in the value runs later.
bool is_made_at(const SyntaxTree& tree, const EditingRules& rules, const SyntaxToken& name, const SyntaxNode& scope,
                uint32_t offset) {
    using namespace syntax_role;
    SyntaxNode statement = enclosing(rules, name, Statement);
    bool has_own_scope = false;
    for (SyntaxNode node = scope; node && statement && !has_own_scope; node = node.parent())
        has_own_scope = node == statement;
    bool declares = statement && !rules.is(statement, Scope | Function) && !has_own_scope;
    if (!declares) return false;
    SyntaxNode part = name.parent();
    while (part != statement && part.parent() != statement) part = part.parent();
    SyntaxToken separator = part.last_token().next();  // `const a = 1, b = a`: the next one begins
    if (separator && separator.text() == "," && separator.parent() == statement && separator.end() <= offset)
        return false;
    SyntaxToken next = tree.token_at(offset);
    SyntaxNode closure =
        next ? enclosing(rules, next.begin() < offset ? next : next.previous(), Function) : SyntaxNode();
    if (closure && closure.text_range().begin > name.begin() &&
        statement.text_range().contains(closure.text_range().begin))
        return false;
    uint32_t end = statement.text_range().end;
    bool is_ended = !rules.statement_terminator.empty() && statement.last_token().text() == rules.statement_terminator;
    bool is_last = next && !is_ended && statement.last_token().next() == next && next.begin() >= offset &&
                   offset >= end && tree.text().substr(end, offset - end).find('\n') == std::string_view::npos;
    return end >= offset || is_last;
}

/// Whether code at an offset runs later than it is written: it is in a closure of the scope that declares the variable
/// further down.
bool runs_later(const SyntaxTree& tree, const EditingRules& rules, const SyntaxNode& scope, uint32_t declared,
                uint32_t offset) {
    SyntaxToken next = tree.token_at(offset);
    SyntaxToken here = next && next.begin() >= offset ? next.previous() : next;
    SyntaxNode closure = here ? enclosing(rules, here, syntax_role::Function) : SyntaxNode();
    return closure && closure.text_range().begin > scope.full_begin() && closure.text_range().end <= declared;
}

}  // namespace

std::vector<VisibleLocal> locals_at(QueryContext& context, FileId file, uint32_t offset) {
    std::vector<VisibleLocal> out;
    auto tree = context.get<FileTree>(file);
    const EditingRules* rules = editing_rules_of(file);
    if (!tree || !*tree || !rules) return out;
    const ItemId innermost = item_at(context, file, offset);
    for (ItemId item = innermost; item != ItemId::None; item = parent_of(item)) {
        if (!may_have_body(kind_of(item))) continue;
        auto body = context.get<BodyOf>(item);
        for (size_t i = 0; i < body->locals.size(); ++i) {
            const LocalInfo& local = body->locals[i];
            if (local.name.empty() || local.is_self) continue;
            TextRange at = locate(context, {item, local.node}).range;
            if (at.empty()) continue;
            SyntaxToken token = (*tree)->token_at(at.begin);
            // A function is seen in all of the block that declares it, not only behind itself.
            SyntaxNode parent = token.parent();
            while (parent.parent() && !rules->is(parent, syntax_role::Function) &&
                   parent.parent().first_token() == token)
                parent = parent.parent();
            bool is_function = rules->is(parent, syntax_role::Function) && !rules->is(parent, syntax_role::Expression);
            if (at.begin >= offset && !is_function && !rules->closures_see_later) continue;
            SyntaxNode scope = is_function ? enclosing(*rules, parent.parent(), syntax_role::Scope)
                                           : enclosing(*rules, token, syntax_role::Scope);
            if (!scope || !reaches(*rules, scope, offset)) continue;
            if (item != innermost && !scope.parent()) continue;  // the file's: everybody reaches them as items
            if (at.begin >= offset && !is_function && !runs_later(**tree, *rules, scope, at.begin, offset)) continue;
            bool is_being_made = !is_function && at.begin < offset && is_made_at(**tree, *rules, token, scope, offset);
            if (!is_being_made) out.push_back({item, LocalId(i), local.name, local.type, at.begin});
        }
        if (kind_of(item) == ItemKind::File) break;
        // Methods of a class in a function see what is around the class; other functions are by themselves.
        bool is_method = parent_of(item) != ItemId::None && kind_of(parent_of(item)) == ItemKind::Class;
        if (kind_of(item) == ItemKind::Function && !is_method) break;
    }
    std::sort(out.begin(), out.end(), [offset](const auto& a, const auto& b) {
        const bool a_is_later = a.declared >= offset, b_is_later = b.declared >= offset;
        return a_is_later != b_is_later ? b_is_later : a.declared > b.declared;
    });
    std::unordered_set<Name> seen;
    std::erase_if(out, [&](const VisibleLocal& local) { return !seen.insert(local.name).second; });
    return out;
}

bool is_in_block_of(QueryContext& context, ItemId item, FileId file, uint32_t offset) {
    auto tree = context.get<FileTree>(file);
    const EditingRules* rules = editing_rules_of(file);
    const ItemEntry* entry = context.get<FileItems>(file)->find(item);
    if (!tree || !*tree || !rules || !entry) return true;
    SyntaxNode node = element_at((*tree)->root(), entry->node).as_node();
    SyntaxNode block = node && rules->is(node, syntax_role::Expression) ? node
                       : node                                           ? enclosing(*rules, node, syntax_role::Scope)
                                                                        : SyntaxNode();
    return !block || reaches(*rules, block, offset);
}

namespace {

bool is_called_by_name(ItemKind kind) {
    return kind == ItemKind::Function || kind == ItemKind::Struct || kind == ItemKind::Class ||
           kind == ItemKind::Actor || kind == ItemKind::Variant;
}

}  // namespace

std::optional<CalledFunction> called_function(QueryContext& context, FileId file, const SyntaxNode& call) {
    const EditingRules* rules = editing_rules_of(file);
    SyntaxNode callee;
    for (SyntaxElement child : call.children())
        if (child.is_node() && rules->is(child, syntax_role::Expression)) {
            callee = SyntaxNode(child);
            break;
        }
    if (!callee) return std::nullopt;
    SyntaxNode named = callee;
    while (named && !rules->is(named, syntax_role::Member | syntax_role::PathSyntax) && named.first_child().is_node())
        named = named.first_child().as_node();
    SyntaxToken name = named ? named.last_token() : SyntaxToken();
    CalledFunction out;
    if (name) {
        out.name = Name(name.text());
        for (const NameUse& use : names_at(context, file, name.begin())) {
            auto* item = std::get_if<ItemId>(&use.target);
            if (!item || use.range.begin != name.begin() || !is_called_by_name(kind_of(*item))) continue;
            out.overloads.push_back(*item);
            if (kind_of(*item) == ItemKind::Function && parent_of(*item) != ItemId::None)
                for (const auto& other : *context.get<ItemChildren>(parent_of(*item)))
                    if (other.item != *item && name_of(other.item) == name_of(*item) &&
                        kind_of(other.item) == ItemKind::Function)
                        out.overloads.push_back(other.item);
            return out;
        }
    }
    out.type = without_references(type_of_expression(context, file, callee));
    if (!out.type || !out.type->is(TypeKind::Function)) return std::nullopt;
    return out;
}

std::optional<ArgumentPosition> argument_at(const SyntaxTree& tree, const EditingRules& rules, uint32_t offset) {
    SyntaxToken token = tree.token_at(offset);
    if (!token) return std::nullopt;
    if (token.begin() >= offset) token = token.previous();  // what stands before the cursor
    while (token && token.begin() == token.end()) token = token.previous();
    for (SyntaxNode node = token ? token.parent() : SyntaxNode(); node; node = node.parent()) {
        if (rules.is(node, syntax_role::Function) && node.text_range().begin < offset && node.last_token() != token &&
            node.text_range().end > offset && rules.is(node, syntax_role::Statement))
            return std::nullopt;
        if (!rules.is(node, syntax_role::Arguments)) continue;
        SyntaxToken open = node.first_token();
        SyntaxToken close = open ? matching_bracket(rules, open) : SyntaxToken();
        SyntaxNode call = node.parent();
        if (!open || open.end() > offset || (close && close.begin() < offset) || !call) continue;
        ArgumentPosition out{call, node, 0, {}};
        SyntaxNode last;
        for (SyntaxElement child : node.children()) {
            if (child.text_range().begin >= offset) break;
            if (child.is_token() && child.text() == ",") ++out.index, last = {};
            if (child.is_node()) last = SyntaxNode(child);
        }
        bool is_named = last && rules.is(last, syntax_role::NamedArgument) && last.first_token() != last.last_token() &&
                        last.first_token().next().parent() == last && last.first_token().parent() == last;
        if (is_named) out.name = last.first_token().text();
        return out;
    }
    return std::nullopt;
}

}  // namespace braid
