#pragma once
#include <cstdint>

namespace braid {

/// Kinds of tokens and nodes of one language, numbered in one space. Each language has an enum with this underlying
/// type, made from its .def tables: tokens first, then nodes. The first values are the same everywhere.
using SyntaxKind = uint16_t;

inline constexpr SyntaxKind KindList = 0;       ///< hidden: a chunk of a long sibling list, never shown by the red side
inline constexpr SyntaxKind KindEndOfFile = 1;  ///< the empty token that owns the trivia after the last real one
inline constexpr SyntaxKind KindBadToken = 2;   ///< bytes that begin no token
inline constexpr SyntaxKind KindFirstToken = 3;

/// Token kinds must stay below this, so that a token packs into one word.
inline constexpr SyntaxKind KindTokenLimit = 1024;

}  // namespace braid
