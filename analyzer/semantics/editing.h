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
    X(Introduces)   /* a new name follows */                                                                     \
    X(BeforeType)   /* a type follows: `extends`, `impl` */                                                      \
    X(BeforeClass)  /* a class follows: `new` */                                                                 \
    X(BeforeFile)   /* the name of a file may follow: `mod` */                                                   \
    X(BeginsHeader) /* a declaration whose header has words of its own: `class C extends B` */                   \
    X(BeforeChoice) /* a value that something is compared with follows: `case` of a switch */                    \
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
    X(MarksParameters) /* of functions: words may stand in front of its parameters */                            \
    X(Labeled)         /* `name: loop` */                                                                        \
    X(Break)                                                                                                     \
    X(Continue)                                                                                                  \
    X(Return)                                                                                                    \
    X(Throw)      /* of what returns: its caller may handle it */                                                \
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
    X(Shorthand)     /* `{ x }` for `{ x: x }` */                                                                \
    X(Property)      /* `name: value` in a literal */                                                            \
    X(Elements)      /* a list's literal */                                                                      \
    X(ObjectType)    /* a type that is written as its members, which are no items */                             \
    X(FieldsPattern) /* takes a value apart by the names of its fields */                                        \
    X(ImportNames)   /* the names in braces of an import */                                                      \
    X(Arm)           /* a pattern first, then what is done */                                                    \
    X(Refutable)     /* a pattern that may not fit, behind its first word: `let Some(x) = v` as a condition */   \
    X(TypeParameter) /* its first name is a type; seen in it, and around the list it stands in */                \
    X(TypeParameters)                                                                                            \
    X(TypeArguments)                                                                                             \
    X(Instantiation) /* `f[int]`, also an index */                                                               \
    X(Arms)          /* holds arms; behind what opens it one may begin */                                        \
    X(Derives)       /* holds what attributes are given */

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

/// A member of an object type that is written in an item's text.
struct DeclaredMember {
    uint32_t node = 0;  ///< of the token that is its name, in the item
    Name name;
    Type object = nullptr;  ///< the type it is a member of
    friend bool operator==(const DeclaredMember&, const DeclaredMember&) = default;
};

/// Words and snippets a language has at a place of some kind.
enum class SnippetPlace : uint8_t {
    Declaration,
    Member,
    Statement,
    Expression,
    Type,
    Arm,
    Header,         ///< behind the name of a declaration: `extends`
    Parameter,      ///< in front of a parameter's name: `mut`
    AttributeName,  ///< `derive`
    Attribute,      ///< what an attribute is given: `Clone`
};
struct SnippetRule {
    SnippetPlace place;
    std::string_view label;
    std::string_view body;  ///< in LSP's snippet syntax, lines indented with tabs; empty: the label is all
    std::string_view description;
};

/// A function that a refactoring makes.
struct NewFunction {
    struct Parameter {
        std::string name;
        std::string type;
        bool is_assigned = false;
    };
    std::string name;
    std::string generics;  ///< with brackets, as declared
    std::vector<Parameter> parameters;
    Type result = nullptr;
    bool is_async = false;
    bool takes_self = false;  ///< a method that says so
    std::string body;         ///< lines with their indentation
};

/// What a word of the language means, in Markdown.
struct WordRule {
    std::string_view word;
    std::string_view text;
};

/// What an editor asks of a language beyond the analysis. One constant per language.
struct EditingRules {
    std::span<const uint64_t> roles;  ///< by kind; see syntax_role
    std::string_view indentation;     ///< of one level, where a file does not show another
    std::span<const SnippetRule> snippets;
    std::span<const WordRule> words;        ///< sorted by word
    std::string_view path_separator;        ///< between an enum and its variant
    std::string_view named_argument;        ///< between name and value in a call; empty: there are none
    std::string_view field_initializer;     ///< between name and value in a literal: ": "
    std::string_view binding_prefix;        ///< of an extracted variable: "let "
    std::string_view statement_terminator;  ///< ";" or empty
    std::string_view arm_prefix;            ///< of an arm of a match: "case "
    std::string_view placeholder;           ///< a statement for what is to be written yet
    bool has_tail_values = false;           ///< the last expression of a block is its value
    bool has_borrows = false;               ///< a parameter may borrow, `&T`, and has to say so when it is assigned to
    bool closures_see_later = false;        ///< a closure may name a variable that is declared further down
    bool has_impls = false;                 ///< methods stand in `impl` blocks; one of a trait takes no others

    std::string (*function_text)(const NewFunction&) = nullptr;
    /// What a type has to implement and does not, as text that does, one declaration each; without indentation, `unit`
    /// is one level of it.
    std::vector<std::string> (*missing_members)(QueryContext&, ItemId type_or_impl, std::string_view unit) = nullptr;

    /// What may stand behind the dot of a value of this type, as code in `scope` sees it.
    std::vector<Offer> (*members)(QueryContext&, Type, ItemId scope) = nullptr;
    /// What else may, of a value that a call gives; null: nothing.
    std::vector<Offer> (*result_members)(QueryContext&, Type, ItemId scope) = nullptr;
    /// What a method takes when it is called on a value of a type: without the type's own parameters. Empty: not known.
    std::vector<Type> (*taken_by)(QueryContext&, Type receiver, ItemId method) = nullptr;
    /// What may stand behind `item::` or `Item.`.
    std::vector<Offer> (*path_members)(QueryContext&, ItemId item, ItemId scope) = nullptr;
    /// The class that a variable holds: a local of an item's code, or the item itself. None: none; null: no variable
    /// does.
    ItemId (*class_held)(QueryContext&, ItemId item, std::optional<LocalId>) = nullptr;
    /// Declared and imported names that code in `scope` sees, locals left out.
    std::vector<Offer> (*visible)(QueryContext&, ItemId scope) = nullptr;
    /// Whether a value of one type may stand where another is wanted, without inference.
    bool (*fits)(QueryContext&, Type from, Type to) = nullptr;
    /// What may stand behind `word::` where the word is no declaration's name; null: nothing.
    std::vector<Offer> (*root_members)(QueryContext&, std::string_view word, ItemId scope) = nullptr;
    /// The members of object types in an item's own text; null: the language has none.
    std::vector<DeclaredMember> (*object_members)(QueryContext&, ItemId item) = nullptr;
    /// The object types that values of a type may have.
    std::vector<Type> (*object_types)(QueryContext&, Type) = nullptr;
    /// What names the files that a file may import: in quotes, or behind `BeforeFile`.
    std::vector<std::string> (*importable_files)(QueryContext&, FileId file) = nullptr;
    /// What the braces of an import may name.
    std::vector<Offer> (*importable)(QueryContext&, FileId file, const SyntaxNode& names) = nullptr;
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
