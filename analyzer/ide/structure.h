#pragma once
#include <optional>
#include <string>
#include <vector>

#include "analyzer/ide/names.h"
#include "analyzer/semantics/editing.h"

/// Features that need the tree and nothing else, so that they work in any text and at once.
namespace braid {

struct FoldingRange {
    enum class Kind : uint8_t { Code, Comment, Imports };
    TextRange range;  ///< what is hidden, with the line ends in it
    Kind kind{};
    bool keeps_last_line = false;  ///< a closing bracket stands there
    friend bool operator==(const FoldingRange&, const FoldingRange&) = default;
};
/// By begin, at most one for each first line, none within a line.
std::vector<FoldingRange> folding_ranges(QueryContext&, FileId file);

/// From the word at the offset outwards to the whole file, each a part of the next.
std::vector<TextRange> selection_ranges(QueryContext&, FileId file, uint32_t offset);

/// What lights up with the bracket or keyword at an offset, itself included, in order: the two brackets of a pair; `if`
/// and its `else`; a loop and what leaves or continues it; a function and its returns, or its `async` and its awaits.
std::vector<TextRange> matching_words(const SyntaxTree& tree, const EditingRules& rules, uint32_t offset);

/// The white space that the line at `offset` should begin with, as `unit`s of what the text shows; none inside of
/// strings and comments, where only the user knows. The line may be empty yet or begin with a token.
std::optional<std::string> indentation_of_line(const SyntaxTree& tree, const EditingRules& rules, uint32_t offset,
                                               std::string_view unit);
/// One level of indentation as a file shows it, else as the language has it.
std::string indentation_unit(const SyntaxTree& tree, const EditingRules& rules);

/// The token that covers or ends at an offset: of two that meet there the later one, unless only the earlier one is
/// `wanted`. Null in trivia.
SyntaxToken token_touching(const SyntaxTree& tree, uint32_t offset, bool (*wanted)(const SyntaxToken&) = nullptr);
/// The closest node around an element with one of the roles; null if there is none.
SyntaxNode enclosing(const EditingRules& rules, const SyntaxElement& element, uint64_t roles);
/// The partner of a bracket; null when it has none.
SyntaxToken matching_bracket(const EditingRules& rules, const SyntaxToken& bracket);

}  // namespace braid
