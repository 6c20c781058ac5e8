#pragma once
#include <span>
#include <string_view>

#include "analyzer/syntax/velox/kinds.h"

/// The table of foreign.def: what other languages write and Velox does not.
namespace braid::velox::foreign {

/// What must stand after a word for it to be a habit from elsewhere and not a name; on the same line but for `Alone`.
enum Next : uint16_t {
    Name = 1,
    Keyword = 2,
    Literal = 4,
    Block = 8,       ///< `{`
    Head = 16,       ///< `(…) {`
    Alone = 32,      ///< the statement ends
    Function = 64,   ///< a name and `(` or `<`
    Variable = 128,  ///< a name, and `=`, `:`, or the end of the statement
    Type = 256       ///< a name and `{`, `<`, `:`, or a heritage clause
};

enum class Reading : uint8_t { AsKeyword, Needless, Statement };

struct Word {
    std::string_view text;
    uint16_t next;
    Reading reading;
    Kind kind;
    std::string_view message;
};

/// All entries for one text; they differ in what must come next.
std::span<const Word> words(std::string_view text);

/// What the word between two operands stands for; List when nothing.
Kind operator_elsewhere(std::string_view text);
bool is_macro_elsewhere(std::string_view text);
/// The message about a string with this prefix; empty when it is none.
std::string_view string_prefix(std::string_view text);

}  // namespace braid::velox::foreign
