#include "analyzer/semantics/velox/operator_kinds.h"

#include <map>

namespace braid::velox_semantics {

using hir::BinaryOp;

std::optional<BinaryOp> arithmetic_operator(Kind kind) {
    static const std::map<Kind, BinaryOp> table = {
        {Kind::Minus, BinaryOp::Subtract},
        {Kind::Star, BinaryOp::Multiply},
        {Kind::Slash, BinaryOp::Divide},
        {Kind::Percent, BinaryOp::Remainder},
        {Kind::StarStar, BinaryOp::Power},
        {Kind::Ampersand, BinaryOp::BitAnd},
        {Kind::Bar, BinaryOp::BitOr},
        {Kind::Caret, BinaryOp::BitXor},
        {Kind::LessLess, BinaryOp::ShiftLeft},
        {Kind::GreaterGreater, BinaryOp::ShiftRight},
        {Kind::GreaterGreaterGreater, BinaryOp::UnsignedShiftRight},
        {Kind::Plus, BinaryOp::Add},
    };
    auto found = table.find(kind);
    return found == table.end() ? std::nullopt : std::optional(found->second);
}

std::optional<BinaryOp> comparison_operator(Kind kind) {
    static const std::map<Kind, BinaryOp> table = {
        {Kind::EqualEqual, BinaryOp::Equal},
        {Kind::EqualEqualEqual, BinaryOp::Equal},
        {Kind::ExclamationEqual, BinaryOp::NotEqual},
        {Kind::ExclamationEqualEqual, BinaryOp::NotEqual},
        {Kind::Less, BinaryOp::Less},
        {Kind::LessEqual, BinaryOp::LessEqual},
        {Kind::Greater, BinaryOp::Greater},
        {Kind::GreaterEqual, BinaryOp::GreaterEqual},
    };
    auto found = table.find(kind);
    return found == table.end() ? std::nullopt : std::optional(found->second);
}

Kind compound_operator(Kind kind) {
    static const std::map<Kind, Kind> table = {
        {Kind::PlusEqual, Kind::Plus},
        {Kind::MinusEqual, Kind::Minus},
        {Kind::StarEqual, Kind::Star},
        {Kind::SlashEqual, Kind::Slash},
        {Kind::PercentEqual, Kind::Percent},
        {Kind::StarStarEqual, Kind::StarStar},
        {Kind::AmpersandEqual, Kind::Ampersand},
        {Kind::BarEqual, Kind::Bar},
        {Kind::CaretEqual, Kind::Caret},
        {Kind::LessLessEqual, Kind::LessLess},
        {Kind::GreaterGreaterEqual, Kind::GreaterGreater},
        {Kind::GreaterGreaterGreaterEqual, Kind::GreaterGreaterGreater},
        {Kind::AmpersandAmpersandEqual, Kind::AmpersandAmpersand},
        {Kind::BarBarEqual, Kind::BarBar},
        {Kind::QuestionQuestionEqual, Kind::QuestionQuestion},
    };
    auto found = table.find(kind);
    return found == table.end() ? Kind::Error : found->second;
}

}  // namespace braid::velox_semantics
