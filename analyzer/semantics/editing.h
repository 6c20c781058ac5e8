#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/semantics/body.h"
#include "analyzer/syntax/tree.h"

namespace braid {

class QueryContext;

/// What the kinds of a language's tree mean to an editor, one bit each; a kind may have several. Each language has a
/// table (`editing.def`).
#define BRAID_SYNTAX_ROLES(X)                                                                                    \
    /* tokens */                                                                                                 \
    X(Open) /* opening bracket; its partner is the next `Close` of the same node, nested ones left out */        \
    X(Close)                                                                                                     \
    X(Word)       /* lights up with its construct */                                                             \
    X(AsyncWord)  /* of the words of a function, those about waiting */                                          \
    X(OpensSuite) /* at the end of a line: the next one is indented, if its parent has the role `Suite` or it is \
                     the last thing of its line in any case (`Continues`) */                                     \
    X(Continues)                                                                                                 \
    X(Introduces) /* a new name follows */                                                                       \
    /* nodes */                                                                                                  \
    X(Enclosed) /* its first and last tokens are brackets: `<T>`, `|x|` */                                       \
    X(Suite)    /* an indented run of lines without brackets */                                                  \
    X(ImportLine)                                                                                                \
    X(Construct) /* its words, and those of its parts, belong together */                                        \
    X(Part)      /* belongs to the construct around it */                                                        \
    X(Chain)     /* a construct directly below belongs to the one around: `else if` */                           \
    X(Loop)                                                                                                      \
    X(Switch) /* `break` leaves it */                                                                            \
    X(Function)                                                                                                  \
    X(Labeled) /* `name: loop` */                                                                                \
    X(Break)                                                                                                     \
    X(Continue)                                                                                                  \
    X(Return)                                                                                                    \
    X(Suspend)    /* `await`, `yield`: belongs to its function */                                                \
    X(Scope)      /* names declared inside are not seen outside */                                               \
    X(Statement)  /* what a line break separates; where an extracted variable may stand before */                \
    X(Statements) /* holds statements, one after the other */                                                    \
    X(Expression)                                                                                                \
    X(TypeSyntax)                                                                                                \
    X(PatternSyntax)                                                                                             \
    X(Member)     /* `object.name`, the object first */                                                          \
    X(PathSyntax) /* `a::b`, `A.b` of types and patterns */                                                      \
    X(Call)                                                                                                      \
    X(Arguments)     /* the list of a call */                                                                    \
    X(Literal)       /* `T { field: value }`: names in it are fields */                                          \
    X(NamedArgument) /* `name = value` in a call, or a value alone */                                            \
    X(Shorthand)     /* `{ x }` for `{ x: x }` */

namespace syntax_role {
enum Number : uint8_t {
#define X(Name) Name##Number,
    BRAID_SYNTAX_ROLES(X)
#undef X
};
enum Bit : uint64_t {
#define X(Name) Name = uint64_t(1) << Name##Number,
    BRAID_SYNTAX_ROLES(X)
#undef X
};
}  // namespace syntax_role

/// Something a value, a type or a scope offers under a name.
struct Offer {
    Name name;
    ItemId item = ItemId::None;  ///< its declaration, where there is one
    Type type = nullptr;         ///< of the field, or the function's type; null where only the item says
    /// How far away it is declared: of an outer scope, a base class, a trait, the prelude.
    uint8_t distance = 0;
};

/// Words and snippets a language has at a place of some kind.
enum class SnippetPlace : uint8_t { Declaration, Member, Statement, Expression, Type };
struct SnippetRule {
    SnippetPlace place;
    std::string_view label;
    std::string_view body;  ///< in LSP's snippet syntax, lines indented with tabs; empty: the label is all
    std::string_view description;
};

/// What an editor asks of a language beyond the analysis. One constant per language.
struct EditingRules {
    std::span<const uint64_t> roles;  ///< by kind; see syntax_role
    std::string_view indentation;     ///< of one level, where a file does not show another
    std::span<const SnippetRule> snippets;
    std::string_view path_separator;        ///< between an enum and its variant
    std::string_view named_argument;        ///< between name and value in a call; empty: there are none
    std::string_view field_initializer;     ///< between name and value in a literal: ": "
    std::string_view binding_prefix;        ///< of an extracted variable: "let "
    std::string_view statement_terminator;  ///< ";" or empty
    std::string_view arm_prefix;            ///< of an arm of a match: "case "
    std::string_view placeholder;           ///< a statement for what is to be written yet

    /// A function's text: parameters as name and type, the body's lines with their indentation.
    std::string (*function_text)(std::string_view name, const std::vector<std::pair<Name, Type>>& parameters,
                                 Type result, std::string_view body) = nullptr;
    /// What a type has to implement and does not, as text that does, one declaration each; without indentation, `unit`
    /// is one level of it.
    std::vector<std::string> (*missing_members)(QueryContext&, ItemId type_or_impl, std::string_view unit) = nullptr;

    /// What may stand behind the dot of a value of this type, as code in `scope` sees it.
    std::vector<Offer> (*members)(QueryContext&, Type, ItemId scope) = nullptr;
    /// What may stand behind `item::` or `Item.`.
    std::vector<Offer> (*path_members)(QueryContext&, ItemId item, ItemId scope) = nullptr;
    /// Declared and imported names that code in `scope` sees, locals left out.
    std::vector<Offer> (*visible)(QueryContext&, ItemId scope) = nullptr;
    /// Whether a value of one type may stand where another is wanted, without inference.
    bool (*fits)(QueryContext&, Type from, Type to) = nullptr;
    /// The edit that makes a declaration of another file known in this one; none when it cannot be.
    std::optional<TextEdit> (*import_of)(QueryContext&, FileId file, ItemId item) = nullptr;
    /// Whether a value can be awaited.
    bool (*is_awaitable)(QueryContext&, Type) = nullptr;
    bool postfix_await = false;  ///< `x.await`, else `await x`
    /// Whether a word may be a new name; contextual words are looked at where they stand.
    bool (*is_name)(std::string_view word) = nullptr;

    uint64_t roles_of(const SyntaxElement& element) const {
        return element && element.kind() < roles.size() ? roles[element.kind()] : 0;
    }
    bool is(const SyntaxElement& element, uint64_t any_of) const { return roles_of(element) & any_of; }
};

/// Of the language of a path; null when it is none of ours.
const EditingRules* editing_rules_of(FileId file);

}  // namespace braid
