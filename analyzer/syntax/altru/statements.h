#pragma once
#include "analyzer/syntax/altru/expressions.h"

namespace braid::altru {

/// `req P`, `ens P`, `inv P`, each with an optional `?` at the end
struct ContractClause : AstOf<ContractClause, Kind::ContractClause> {
    SyntaxToken keyword() const { return node ? node.first_token() : SyntaxToken(); }
    bool is_requires() const { return has(Kind::ReqKw); }
    bool is_ensures() const { return has(Kind::EnsKw); }
    bool is_invariant() const { return has(Kind::InvKw); }
    Expression condition() const { return child<Expression>(); }
    bool is_runtime_checked() const { return has(Kind::Question); }
};
struct ContractList : AstOf<ContractList, Kind::ContractList> {
    std::vector<ContractClause> clauses() const { return all<ContractClause>(); }
};

/// `: statements` on lines of their own or one on the same line. After `=>` the block has no colon of its own.
struct Block : AstOf<Block, Kind::Block> {
    /// Contract clauses that open a function's, trait method's or loop's body.
    std::vector<ContractClause> contracts() const { return child<ContractList>().clauses(); }
    /// Statements and nested declarations, in order.
    std::vector<Ast> statements() const;
    /// No statement and no declaration (contract clauses do not count).
    bool is_empty() const { return statements().empty(); }
};

/// `let p: T = e else: block`
struct LetStmt : AstOf<LetStmt, Kind::LetStmt> {
    Pattern pattern() const { return child<Pattern>(); }
    Type type() const { return child<Type>(); }
    Expression value() const { return child<Expression>(); }
    ElseClause else_clause() const { return child<ElseClause>(); }
};
struct ExprStmt : AstOf<ExprStmt, Kind::ExprStmt> {
    Expression expression() const { return child<Expression>(); }
};
/// `place = e`, `place += e`
struct AssignStmt : AstOf<AssignStmt, Kind::AssignStmt> {
    Expression target() const { return nth<Expression>(0); }
    SyntaxToken operator_token() const;
    Kind op() const { return to_kind(operator_token().kind()); }
    Expression value() const;
};
/// `channel <- value`
struct SendStmt : AstOf<SendStmt, Kind::SendStmt> {
    Expression channel() const { return child_before<Expression>(Kind::LeftArrow); }
    Expression value() const { return child_after<Expression>(Kind::LeftArrow); }
};
struct ReturnStmt : AstOf<ReturnStmt, Kind::ReturnStmt> {
    Expression value() const { return child<Expression>(); }
};
struct BreakStmt : AstOf<BreakStmt, Kind::BreakStmt> {};
struct ContinueStmt : AstOf<ContinueStmt, Kind::ContinueStmt> {};
struct WhileStmt : AstOf<WhileStmt, Kind::WhileStmt> {
    Expression condition() const { return child<Expression>(); }
    Block body() const { return child<Block>(); }
};
/// `for p in [move] e: block`
struct ForStmt : AstOf<ForStmt, Kind::ForStmt> {
    Pattern pattern() const { return child<Pattern>(); }
    bool is_move() const { return has(Kind::MoveKw); }
    Expression iterable() const { return child<Expression>(); }
    Block body() const { return child<Block>(); }
};
struct LoopStmt : AstOf<LoopStmt, Kind::LoopStmt> {
    Block body() const { return child<Block>(); }
};
/// `go call(args)`, `go fn(): …`
struct GoStmt : AstOf<GoStmt, Kind::GoStmt> {
    Expression operand() const { return child<Expression>(); }
};

/// `case [p =] operation:`, `case channel <- value:`
struct SelectArm : AstOf<SelectArm, Kind::SelectArm> {
    Pattern pattern() const { return child<Pattern>(); }
    /// `rx.recv()`, `<-ch`, `tx.send(v)`; for `ch <- v` the channel
    Expression operation() const { return child<Expression>(); }
    bool is_arrow_send() const { return has(Kind::LeftArrow); }
    Expression sent_value() const { return child_after<Expression>(Kind::LeftArrow); }  ///< of `ch <- v`
    Block body() const { return child<Block>(); }
};
/// `case timeout(ms):`
struct SelectTimeoutArm : AstOf<SelectTimeoutArm, Kind::SelectTimeoutArm> {
    ArgumentList argument_list() const { return child<ArgumentList>(); }
    Expression duration() const {
        auto arguments = argument_list().arguments();
        return arguments.empty() ? Expression() : arguments[0].value();
    }
    Block body() const { return child<Block>(); }
};
/// `default:`
struct SelectDefaultArm : AstOf<SelectDefaultArm, Kind::SelectDefaultArm> {
    Block body() const { return child<Block>(); }
};
struct SelectArmList : AstOf<SelectArmList, Kind::SelectArmList> {
    std::vector<Ast> arms() const;  ///< SelectArm, SelectTimeoutArm, SelectDefaultArm in order
};
struct SelectStmt : AstOf<SelectStmt, Kind::SelectStmt> {
    SelectArmList arm_list() const { return child<SelectArmList>(); }
    std::vector<Ast> arms() const { return arm_list().arms(); }
};

}  // namespace braid::altru
