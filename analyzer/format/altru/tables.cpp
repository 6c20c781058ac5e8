#include "analyzer/format/altru/tables.h"

#include "analyzer/format/rows.h"

namespace braid::altru {

using format::Layout;
using format::ListRule;
using format::Separator;
using namespace format::rows;

namespace {

constexpr Kind Any = Kind::List;

constexpr auto layouts = by_kind<Kind>({
#define LAYOUT(Name, L) {Kind::Name, Layout::L},
#include "analyzer/format/altru/layouts.def"
#undef LAYOUT
});

constexpr int Trailing = ListRule::Trailing, Hugs = ListRule::Hugs, Keeps = ListRule::Keeps, Fill = ListRule::Fill;

constexpr ListRule lists[] = {
    parens(Kind::ParameterList, Trailing),
    parens(Kind::ArgumentList, Trailing | Hugs),
    brackets(Kind::IndexArgumentList, Fill),
    brackets(Kind::ListExpr, Trailing | Keeps | Fill),
    braces(Kind::MapExpr, Trailing | Keeps),
    braces(Kind::SetExpr, Trailing | Keeps),
    braces(Kind::StructExpr, Trailing | Keeps),
    parens(Kind::TupleExpr, Trailing),
    parens(Kind::ParenExpr, 0),
    braces(Kind::UseGroup, Trailing),
    parens(Kind::VariantPayload, Trailing),
    braces(Kind::VariantPayload, Trailing),
    brackets(Kind::GenericParameterList, Trailing),
    parens(Kind::TupleType, Trailing),
    parens(Kind::FunctionType, Trailing),
    parens(Kind::TuplePattern, Trailing),
    brackets(Kind::ListPattern, Trailing),
    parens(Kind::VariantPattern, Trailing),
    braces(Kind::StructPattern, Trailing),
};

}  // namespace

Layout layout_of(Kind kind) { return layouts[raw(kind)]; }

const format::Spacing& spacing() {
    static const format::Spacing table(
        {
            rule(Kind::MatchArm, Kind::FatArrow, Kind::Block, Separator::Delegate),
            tight(Kind::AttributeArgument, Any, Kind::Minus),
            tight(Kind::AttributeArgument, Kind::Minus, Any),
            tight(Kind::LiteralPattern, Kind::Minus, Any),
            tight(Kind::PrefixExpr, Kind::Minus, Any),
            tight(Kind::PrefixExpr, Kind::Star, Any),
            tight(Kind::PrefixExpr, Kind::LeftArrow, Any),
            rule(Kind::BorrowExpr, Kind::Amp, Kind::BorrowExpr, Separator::Space),
            tight(Kind::BorrowExpr, Kind::Amp, Any),
            rule(Kind::ReferenceType, Kind::Amp, Kind::ReferenceType, Separator::Space),
            tight(Kind::ReferenceType, Kind::Amp, Any),
            rule(Kind::ReferencePattern, Kind::Amp, Kind::ReferencePattern, Separator::Space),
            tight(Kind::ReferencePattern, Kind::Amp, Any),
            tight(Kind::SelfParameter, Kind::Amp, Any),
            tight(Kind::RangeExpr, Any, Any),
            tight(Kind::RangePattern, Any, Any),
            tight(Kind::RestPattern, Kind::DotDot, Any),
            tight(Kind::StructBase, Kind::DotDot, Any),
            tight(Kind::StructExpr, Any, Kind::LeftBrace),
            tight(Kind::StructPattern, Any, Kind::LeftBrace),
            tight(Kind::VariantPattern, Any, Kind::LeftParen),
            tight(Kind::FunctionType, Kind::FnKw, Kind::LeftParen),
            rule(Kind::ParameterList, Kind::Pipe, Kind::Pipe, Separator::Space),
            tight(Kind::ParameterList, Kind::Pipe, Any),
            tight(Kind::ParameterList, Any, Kind::Pipe),
            tight(Kind::ClosureExpr, Kind::FnKw, Kind::ParameterList),
            rule(Kind::ClosureExpr, Any, Kind::ParameterList, Separator::Space),
            tight(Kind::TypeArgumentList, Kind::Less, Any),
            tight(Kind::TypeArgumentList, Any, Kind::Greater),
            tight(Kind::GenericParameterList, Kind::Less, Any),
            tight(Kind::GenericParameterList, Any, Kind::Greater),
        },
        {raw(Kind::Comma), raw(Kind::Semicolon), raw(Kind::RightParen), raw(Kind::RightBracket), raw(Kind::Dot),
         raw(Kind::Colon), raw(Kind::ColonColon), raw(Kind::Question), raw(Kind::ArgumentList),
         raw(Kind::ParameterList), raw(Kind::IndexArgumentList), raw(Kind::TypeArgumentList),
         raw(Kind::GenericParameterList), raw(Kind::VariantPayload), raw(Kind::AttributeArgumentList)},
        {raw(Kind::LeftParen), raw(Kind::LeftBracket), raw(Kind::Dot), raw(Kind::ColonColon)}, size_t(Kind::Count));
    return table;
}

const ListRule* list_rule(SyntaxKind node, SyntaxKind open) { return find_list(lists, node, open); }

int operator_class(Kind op) {
    switch (op) {
        case Kind::Star:
        case Kind::Slash:
        case Kind::Percent: return 1;
        case Kind::Plus:
        case Kind::Minus: return 2;
        case Kind::ShiftLeft:
        case Kind::ShiftRight: return 3;
        case Kind::Amp: return 4;
        case Kind::Caret: return 5;
        case Kind::Pipe: return 6;
        case Kind::AndKw: return 8;
        case Kind::OrKw: return 9;
        case Kind::ImpliesKw: return 10;
        default: return 7;
    }
}

}  // namespace braid::altru
