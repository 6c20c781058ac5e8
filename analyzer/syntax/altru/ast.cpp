#include "analyzer/syntax/altru/ast.h"

#include "analyzer/syntax/altru/declarations.h"

namespace braid::altru {

SyntaxToken name_of(const Ast& ast) { return ast.token(Kind::Identifier); }

std::vector<SyntaxToken> path_segments(const SyntaxNode& node) {
    std::vector<SyntaxToken> segments;
    if (node)
        for (SyntaxElement element : node.children()) {
            Kind kind = to_kind(element.kind());
            if (kind == Kind::Identifier || kind == Kind::SelfKw || kind == Kind::SuperKw)
                segments.emplace_back(element);
            else if (kind != Kind::ColonColon) break;
        }
    return segments;
}

namespace {

SyntaxToken name_after(const Ast& ast, Kind mark) {
    bool seen = false;
    if (ast)
        for (SyntaxElement element : ast.node.children()) {
            if (seen && (element.kind() == raw(Kind::Identifier) || element.kind() == raw(Kind::IntLiteral)))
                return SyntaxToken(element);
            seen |= element.kind() == raw(mark);
        }
    return {};
}

/// The first token that stands between two child expressions: the operator.
SyntaxToken operator_between(const Ast& ast) {
    if (ast)
        for (SyntaxElement element : ast.node.children())
            if (element.is_token()) return SyntaxToken(element);
    return {};
}

Expression expression_after_operator(const Ast& ast) {
    bool seen = false;
    if (ast)
        for (SyntaxElement element : ast.node.children()) {
            seen |= element.is_token();
            if (!seen) continue;
            if (Expression expression = Expression::cast(element)) return expression;
        }
    return {};
}

}  // namespace

// ---- expressions ----

SyntaxToken ScopedExpr::name() const { return name_after(*this, Kind::ColonColon); }
SyntaxToken FieldExpr::name() const { return name_after(*this, Kind::Dot); }

std::vector<SyntaxElement> StringExpr::parts() const {
    std::vector<SyntaxElement> parts;
    if (node)
        for (SyntaxElement element : node.children())
            if (element.kind() == raw(Kind::StringText) || element.kind() == raw(Kind::Interpolation))
                parts.push_back(element);
    return parts;
}

SyntaxToken BinaryExpr::operator_token() const { return operator_between(*this); }
Expression BinaryExpr::left() const { return child<Expression>(); }
Expression BinaryExpr::right() const { return expression_after_operator(*this); }

ParameterList ClosureExpr::parameters() const { return child<ParameterList>(); }
Block ClosureExpr::block() const { return child<Block>(); }
Block ElseClause::block() const { return child<Block>(); }
IfExpr ElseClause::if_expression() const { return child<IfExpr>(); }
Block IfExpr::then_block() const { return child<Block>(); }
Block MatchArm::block() const { return child<Block>(); }

// ---- statements ----

namespace {

std::vector<Ast> children_of_groups(const Ast& ast, bool declarations) {
    std::vector<Ast> result;
    if (ast)
        for (SyntaxElement element : ast.node.children()) {
            Group of = group(to_kind(element.kind()));
            if (of == Group::Statement || (declarations && of == Group::Declaration))
                result.emplace_back(SyntaxNode(element));
        }
    return result;
}

}  // namespace

std::vector<Ast> Block::statements() const { return children_of_groups(*this, true); }
SyntaxToken AssignStmt::operator_token() const { return operator_between(*this); }
Expression AssignStmt::value() const { return expression_after_operator(*this); }

std::vector<Ast> SelectArmList::arms() const {
    std::vector<Ast> result;
    if (node)
        for (SyntaxElement element : node.children()) {
            Kind kind = to_kind(element.kind());
            if (kind == Kind::SelectArm || kind == Kind::SelectTimeoutArm || kind == Kind::SelectDefaultArm)
                result.emplace_back(SyntaxNode(element));
        }
    return result;
}

// ---- declarations ----

std::string AttributeArgument::name() const {
    std::string name;
    if (node)
        for (SyntaxElement element : node.children()) {
            if (!element.is_token() || element.kind() == raw(Kind::Equal)) break;
            name += element.text();
        }
    return name;
}

std::vector<AttributeArgument> Attribute::arguments() const {
    Ast list;
    if (node) list.node = node.child(raw(Kind::AttributeArgumentList));
    return list.all<AttributeArgument>();
}

std::vector<Attribute> attributes_of(const Ast& declaration) {
    std::vector<Attribute> result;
    for (const AttributeList& list : declaration.all<AttributeList>())
        for (const Attribute& attribute : list.attributes()) result.push_back(attribute);
    return result;
}

std::string documentation_of(const Ast& declaration) {
    if (!declaration) return {};
    std::string text = doc_comment(declaration.node);
    if (!text.empty()) return text;
    // Else the first lines of the body: they lead its first token.
    SyntaxNode body = declaration.node.child(raw(Kind::Block));
    if (!body) body = declaration.node.child(raw(Kind::MemberList));
    if (!body) return {};
    bool colon = false;
    for (SyntaxElement element : body.children()) {
        // Above a member or a nested function the comment is that one's.
        if (colon) return group(to_kind(element.kind())) == Group::Declaration ? std::string() : doc_comment(element);
        colon = element.kind() == raw(Kind::Colon);
    }
    return {};
}

SyntaxToken FunctionDecl::name() const { return name_of(*this); }

std::vector<SyntaxToken> UseTree::segments() const { return path_segments(node); }
SyntaxToken UseTree::alias() const { return name_after(*this, Kind::AsKw); }
std::vector<UseTree> UseTree::group() const {
    Ast list;
    if (node) list.node = node.child(raw(Kind::UseGroup));
    return list.all<UseTree>();
}

std::vector<Ast> SourceFile::items() const { return children_of_groups(*this, true); }

}  // namespace braid::altru
