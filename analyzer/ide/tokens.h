#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "analyzer/ide/names.h"

namespace braid {

/// The kinds of semantic tokens, in the order of the legend, and what may be said of them, one bit each.
// clang-format off
#define BRAID_TOKEN_TYPES(X) \
    X(Namespace, "namespace") X(Type, "type") X(Class, "class") X(Enum, "enum") X(Interface, "interface") \
    X(Struct, "struct") X(TypeParameter, "typeParameter") X(Parameter, "parameter") X(Variable, "variable") X(Property, "property") \
    X(EnumMember, "enumMember") X(Function, "function") X(Method, "method") X(Keyword, "keyword") \
    X(Comment, "comment") X(String, "string") X(Number, "number") X(Regexp, "regexp") X(Operator, "operator")
#define BRAID_TOKEN_MODIFIERS(X) \
    X(Declaration, "declaration") X(Readonly, "readonly") X(Static, "static") X(Async, "async") \
    X(Modification, "modification") X(Documentation, "documentation") X(DefaultLibrary, "defaultLibrary") \
    X(Mutable, "mutable") X(Captured, "captured") X(Deprecated, "deprecated")
// clang-format on

enum class TokenType : uint8_t {
#define X(Name, text) Name,
    BRAID_TOKEN_TYPES(X)
#undef X
};
namespace token_modifier {
enum Bit : uint8_t {
#define X(Name, text) Name,
    BRAID_TOKEN_MODIFIERS(X)
#undef X
};
}  // namespace token_modifier

std::span<const std::string_view> token_type_names();
std::span<const std::string_view> token_modifier_names();

struct SemanticToken {
    TextRange range;  ///< within one line
    TokenType type{};
    uint32_t modifiers = 0;
    friend bool operator==(const SemanticToken&, const SemanticToken&) = default;
};
/// Tokens that touch `range`, in order, without overlaps.
std::vector<SemanticToken> semantic_tokens(QueryContext&, FileId file, TextRange range);

}  // namespace braid
