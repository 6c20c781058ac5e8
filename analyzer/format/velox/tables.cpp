#include "analyzer/format/velox/tables.h"

#include <algorithm>

#include "analyzer/format/rows.h"

namespace braid::velox {

using format::Layout;
using format::ListRule;
using namespace format::rows;

namespace {

constexpr Kind Any = Kind::List;

constexpr auto layouts = by_kind<Kind>({
#define LAYOUT(Name, L) {Kind::Name, Layout::L},
#include "analyzer/format/velox/layouts.def"
#undef LAYOUT
});

constexpr ListRule angles(Kind node, int flags) { return list(node, Kind::Less, Kind::Greater, flags); }

constexpr int Padded = ListRule::Padded, Trailing = ListRule::Trailing, Hugs = ListRule::Hugs, Keeps = ListRule::Keeps,
              Broken = ListRule::Broken, Statements = ListRule::Statements, Fill = ListRule::Fill;

constexpr ListRule lists[] = {
    braces(Kind::Block, Statements),
    braces(Kind::ClassDecl, Statements),
    braces(Kind::ClassExpr, Statements),
    braces(Kind::InterfaceDecl, Statements),
    braces(Kind::SwitchStmt, Statements),
    braces(Kind::MatchExpr, Statements),
    braces(Kind::EnumDecl, Broken | Trailing),
    braces(Kind::ObjectType, Padded | Keeps),
    braces(Kind::ObjectExpr, Padded | Trailing | Keeps),
    braces(Kind::ObjectBinding, Padded | Trailing),
    braces(Kind::ObjectPattern, Padded | Trailing),
    braces(Kind::NamedImports, Padded | Trailing),
    braces(Kind::ExportDecl, Padded | Trailing),
    brackets(Kind::ArrayExpr, Trailing | Keeps | Fill),
    brackets(Kind::ArrayBinding, Trailing),
    brackets(Kind::ArrayPattern, Trailing),
    brackets(Kind::TupleType, Trailing),
    parens(Kind::ParameterList, Trailing | Hugs),
    parens(Kind::ArgumentList, Trailing | Hugs),
    parens(Kind::VariantPayload, Trailing),
    parens(Kind::VariantPattern, Trailing),
    parens(Kind::ParenExpr, 0),
    parens(Kind::ParenType, 0),
    parens(Kind::IfStmt, 0),
    parens(Kind::WhileStmt, 0),
    parens(Kind::DoStmt, 0),
    parens(Kind::SwitchStmt, 0),
    parens(Kind::MatchExpr, 0),
    parens(Kind::ForStmt, 0),
    angles(Kind::TypeParameterList, Trailing),
};

constexpr Kind with_semicolon[] = {
    Kind::VariableDecl,  Kind::ExprStmt,     Kind::ReturnStmt,     Kind::ThrowStmt,     Kind::BreakStmt,
    Kind::ContinueStmt,  Kind::DoStmt,       Kind::ImportDecl,     Kind::ExportDecl,    Kind::ExportDefault,
    Kind::TypeAliasDecl, Kind::FunctionDecl, Kind::FieldDecl,      Kind::MethodDecl,    Kind::ConstructorDecl,
    Kind::GetterDecl,    Kind::SetterDecl,   Kind::IndexSignature, Kind::CallSignature, Kind::ConstructSignature,
    Kind::MappedMember,  Kind::MatchArm,
};

}  // namespace

Layout layout_of(Kind kind) { return layouts[raw(kind)]; }

const format::Spacing& spacing() {
    static const format::Spacing table(
        {
            // Brackets that begin what follows a name are tight; those of `if (…)` and the like are not.
            tight(Kind::FunctionDecl, Any, Kind::ParameterList),
            space(Kind::FunctionExpr, Kind::FunctionKw, Kind::ParameterList),
            space(Kind::FunctionExpr, Kind::Star, Any),
            tight(Kind::FunctionExpr, Any, Kind::ParameterList),
            space(Kind::FunctionDecl, Kind::Star, Any),
            space(Kind::MethodDecl, Kind::Star, Kind::PropertyName),
            tight(Kind::FunctionDecl, Any, Kind::Star),
            tight(Kind::FunctionExpr, Any, Kind::Star),
            tight(Kind::MethodDecl, Kind::FunctionKw, Kind::Star),
            tight(Kind::YieldExpr, Any, Kind::Star),
            space(Kind::ArrowExpr, Kind::Modifiers, Any),
            space(Kind::ConstructSignature, Kind::NewKw, Any),
            space(Kind::ConstructorType, Kind::NewKw, Any),
            tight(Kind::VariantPattern, Any, Kind::LeftParen),
            tight(Kind::IndexExpr, Any, Kind::LeftBracket),
            tight(Kind::IndexedType, Any, Kind::LeftBracket),
            tight(Kind::ArrayType, Any, Kind::LeftBracket),
            space(Kind::ConditionalExpr, Any, Any),
            space(Kind::ConditionalType, Any, Any),
            // Signs; `- -x` and `+ ++x` must not run together.
            tight(Kind::LiteralPattern, Kind::Minus, Any),
            tight(Kind::LiteralType, Kind::Minus, Any),
            tight(Kind::RangeBound, Kind::Minus, Any),
            tight(Kind::PrefixExpr, Kind::Minus, Any),
            tight(Kind::PrefixExpr, Kind::Plus, Any),
            tight(Kind::PrefixExpr, Kind::Exclamation, Any),
            tight(Kind::PrefixExpr, Kind::Tilde, Any),
            tight(Kind::PrefixExpr, Kind::PlusPlus, Any),
            tight(Kind::PrefixExpr, Kind::MinusMinus, Any),
            tight(Kind::PostfixExpr, Any, Any),
            tight(Kind::NonNullExpr, Any, Any),
            tight(Kind::RangePattern, Any, Any),
            tight(Kind::TaggedTemplateExpr, Any, Any),
            tight(Kind::FieldDecl, Any, Kind::Exclamation),
            tight(Kind::TypeArgumentList, Kind::Less, Any),
            tight(Kind::TypeArgumentList, Any, Kind::Greater),
            tight(Kind::AsExpr, Kind::Less, Any),
            tight(Kind::AsExpr, Any, Kind::Greater),
            tight(Kind::AsExpr, Kind::Greater, Any),
            tight(Kind::MappedMember, Kind::Plus, Any),
            tight(Kind::MappedMember, Kind::Minus, Any),
        },
        {raw(Kind::Comma), raw(Kind::Semicolon), raw(Kind::RightParen), raw(Kind::RightBracket), raw(Kind::Dot),
         raw(Kind::QuestionDot), raw(Kind::Colon), raw(Kind::Question), raw(Kind::ArgumentList),
         raw(Kind::ParameterList), raw(Kind::TypeArgumentList), raw(Kind::TypeParameterList), raw(Kind::TypeAnnotation),
         raw(Kind::VariantPayload)},
        {raw(Kind::LeftParen), raw(Kind::LeftBracket), raw(Kind::Dot), raw(Kind::QuestionDot), raw(Kind::Ellipsis),
         raw(Kind::At)},
        size_t(Kind::Count));
    return table;
}

const ListRule* list_rule(SyntaxKind node, SyntaxKind open) { return find_list(lists, node, open); }

bool ends_with_semicolon(Kind node) {
    return std::find(std::begin(with_semicolon), std::end(with_semicolon), node) != std::end(with_semicolon);
}

}  // namespace braid::velox
