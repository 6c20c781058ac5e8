#pragma once
#include <cstdint>
#include <span>

#include "analyzer/syntax/kind.h"

namespace braid::format {

/// What stands between two tokens, as a rule has it; comments may ask for more.
enum class Separator : uint8_t {
    None,
    Space,
    SpaceOrLine /* a space, or a line end where comments stand on lines of their own */,
    Soft /* nothing or a line end: as the group has it */,
    Line /* a space or a line end */,
    Hard /* a line end */,
    Statement /* a line end, and an empty line if the source has one */,
    Element /* as Line; an empty line if the source has one and the group breaks */,
    Tail /* see LineKind::Tail */,
    Delegate /* the node that follows writes it */
};

/// How the children of a node are laid out.
enum class Layout : uint8_t {
    Unknown /* a kind that has no row: as in the source */,
    Tokens /* by the spacing of its tokens; brackets are lists where the language says so */,
    Verbatim /* not to be touched: strings */,
    Lines /* each child on a line of its own */,
    Block /* Altru: `:` and indented lines, or one statement on the same line */,
    Binary /* lines break behind the operators, all of one precedence together */,
    Link /* of a chain `a.b(c).d(e)` */,
    Conditional /* `c ? a : b` */,
    Alternatives /* lines break before the operators: union types */,
};

/// A bracket pair whose content may go on lines of its own.
struct ListRule {
    SyntaxKind node;
    SyntaxKind open, close;
    enum Flag : uint16_t {
        Padded = 1,    ///< `{ a, b }` when flat
        Trailing = 2,  ///< a comma after the last element when broken
        Hugs = 4,      ///< see GroupKind::Hug
        Keeps = 8,     ///< stays broken where the source breaks before the first element
        Broken = 16,   ///< always
        Statements = 32 /**< elements end with themselves, without commas; always broken unless empty */,
        Fill = 64  ///< short literals share lines
    };
    uint16_t flags;
};

}  // namespace braid::format
