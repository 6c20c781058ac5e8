#include "analyzer/syntax/velox/kinds.h"

namespace braid::velox {
namespace {

constexpr std::string_view descriptions[] = {
    "",
    "the end of the file",
    "a character that begins no token",
#define TOKEN(Name, description) description,
#define KEYWORD(Name, text) "`" text "`",
#define CONTEXTUAL(Name, text) "`" text "`",
#define SYMBOL(Name, text) "`" text "`",
#include "analyzer/syntax/velox/tokens.def"
};

constexpr Group node_groups[] = {
    Group::Error,
#define NODE(Name, group) Group::group,
#include "analyzer/syntax/velox/nodes.def"
};

template <typename... Kinds>
constexpr bool one_of(Kind kind, Kinds... kinds) {
    return ((kind == kinds) || ...);
}

}  // namespace

std::string_view describe(Kind kind) {
    return raw(kind) < std::size(descriptions) ? descriptions[raw(kind)] : std::string_view("a node");
}

Group group(Kind kind) { return kind < Kind::Error ? Group::Token : node_groups[raw(kind) - raw(Kind::Error)]; }

bool is_variable_keyword(Kind kind) { return one_of(kind, Kind::LetKw, Kind::ConstKw, Kind::VarKw); }

bool is_literal(Kind kind) {
    return one_of(kind, Kind::NumberLiteral, Kind::StringLiteral, Kind::RegexLiteral, Kind::TemplateWhole, Kind::TrueKw,
                  Kind::FalseKw, Kind::NullKw, Kind::UndefinedKw);
}

bool is_property_name(Kind kind) {
    return one_of(kind, Kind::Identifier, Kind::StringLiteral, Kind::NumberLiteral, Kind::PrivateName);
}

bool is_member_name(Kind kind) { return one_of(kind, Kind::Identifier, Kind::PrivateName); }
bool is_name_or_this(Kind kind) { return one_of(kind, Kind::Identifier, Kind::ThisKw); }
bool is_name_or_string(Kind kind) { return one_of(kind, Kind::Identifier, Kind::StringLiteral); }
bool is_module_name(Kind kind) { return one_of(kind, Kind::Identifier, Kind::StringLiteral, Kind::DefaultKw); }

bool is_prefix_operator(Kind kind) {
    return one_of(kind, Kind::Plus, Kind::Minus, Kind::Exclamation, Kind::Tilde, Kind::TypeofKw, Kind::VoidKw,
                  Kind::DeleteKw, Kind::PlusPlus, Kind::MinusMinus);
}

bool is_update_operator(Kind kind) { return one_of(kind, Kind::PlusPlus, Kind::MinusMinus); }
bool is_binary_operator(Kind kind) { return binary_precedence(kind) != 0; }
bool is_assignment_operator(Kind kind) { return kind >= Kind::Equal && kind <= Kind::QuestionQuestionEqual; }

bool is_keyword_type(Kind kind) {
    return one_of(kind, Kind::VoidKw, Kind::NullKw, Kind::UndefinedKw, Kind::ThisKw, Kind::ConstKw);
}

bool is_type_operator(Kind kind) { return one_of(kind, Kind::KeyofKw, Kind::ReadonlyKw, Kind::InferKw); }

bool is_modifier(Kind kind) {
    return one_of(kind, Kind::ExportKw, Kind::DefaultKw, Kind::DeclareKw, Kind::NativeKw, Kind::PublicKw,
                  Kind::PrivateKw, Kind::ProtectedKw, Kind::StaticKw, Kind::AbstractKw, Kind::OverrideKw,
                  Kind::ReadonlyKw, Kind::AsyncKw);
}

int binary_precedence(Kind kind) {
    switch (kind) {
        case Kind::Comma: return 1;
        case Kind::QuestionQuestion: return 2;
        case Kind::BarBar: return 3;
        case Kind::AmpersandAmpersand: return 4;
        case Kind::Bar: return 5;
        case Kind::Caret: return 6;
        case Kind::Ampersand: return 7;
        case Kind::EqualEqual:
        case Kind::ExclamationEqual:
        case Kind::EqualEqualEqual:
        case Kind::ExclamationEqualEqual: return 8;
        case Kind::Less:
        case Kind::LessEqual:
        case Kind::Greater:
        case Kind::GreaterEqual:
        case Kind::InKw:
        case Kind::InstanceofKw: return 9;
        case Kind::LessLess:
        case Kind::GreaterGreater:
        case Kind::GreaterGreaterGreater: return 10;
        case Kind::Plus:
        case Kind::Minus: return 11;
        case Kind::Star:
        case Kind::Slash:
        case Kind::Percent: return 12;
        case Kind::StarStar: return 13;
        default: return 0;
    }
}

}  // namespace braid::velox
