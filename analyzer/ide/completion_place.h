#pragma once
#include "analyzer/ide/expression_types.h"

namespace braid {

/// What is being written at an offset, as far as the tree tells.
struct CompletionPlace {
    enum class Kind : uint8_t {
        None,     ///< a comment, a string, a number, a new name
        Member,   ///< behind a dot: `receiver`
        Path,     ///< behind `::`, or the dot of a type: `path_name`
        Literal,  ///< a field of a literal or of a pattern of such a form: `node`
        Import,   ///< a name in the braces of an import: `node`
        Module,   ///< behind `use`
        File,     ///< behind `mod`
        Quoted,   ///< between the quotes of `node`'s string, `before`; `word` is all of it up to the cursor
        Type,
        Pattern,
        Arm,  ///< where an arm of a match, a switch or a select may begin
        Class,
        Header,         ///< behind the name of a class
        Parameter,      ///< where the name of a parameter may stand, and words in front of it: `node`, the function
        AttributeName,  ///< behind `[` at the begin of a declaration
        Attribute,      ///< what an attribute is given
        Declarations,   ///< at the begin of a line outside of any body
        Members,        ///< at the begin of a line of a type
        Statement,      ///< at the begin of a statement
        Expression,
    };
    Kind kind = Kind::None;
    TextRange word;         ///< in front of the cursor
    SyntaxToken before;     ///< the token before that; null at the begin
    SyntaxNode receiver;    ///< Member
    SyntaxToken path_name;  ///< Path
    SyntaxNode node;        ///< Literal, Import, Parameter
};
CompletionPlace completion_place(const SyntaxTree& tree, const EditingRules& rules, uint32_t offset);

}  // namespace braid
