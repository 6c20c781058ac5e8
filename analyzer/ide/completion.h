#pragma once
#include <optional>
#include <string>
#include <vector>

#include "analyzer/ide/names.h"

namespace braid {

/// By the names of LSP's CompletionItemKind.
// clang-format off
#define BRAID_COMPLETION_KINDS(X) \
    X(Method, 2) X(Function, 3) X(Field, 5) X(Variable, 6) X(Class, 7) X(Interface, 8) X(Module, 9) X(Property, 10) \
    X(Enum, 13) X(Keyword, 14) X(Snippet, 15) X(File, 17) X(EnumMember, 20) X(Constant, 21) X(Struct, 22) X(TypeParameter, 25)
// clang-format on
enum class CompletionKind : uint8_t {
#define X(Name, number) Name = (number),
    BRAID_COMPLETION_KINDS(X)
#undef X
};

struct CompletionItem {
    std::string label;
    CompletionKind kind{};
    std::string detail;         ///< the type or signature
    std::string documentation;  ///< Markdown; once resolved
    std::string origin;         ///< where an import would take it from
    std::string filter;         ///< what the typed text is compared with; empty: the label
    std::string insert;         ///< a snippet if `is_snippet`; empty: the label
    bool is_snippet = false;
    bool is_deprecated = false;
    std::optional<TextRange> replaced;  ///< another range than the list's
    std::vector<TextEdit> additional;   ///< an import
    int rank = 0;                       ///< smaller is better
    ItemId item = ItemId::None;
};
struct CompletionList {
    TextRange replaced;                 ///< the word in front of the cursor
    std::vector<CompletionItem> items;  ///< best first
    bool is_incomplete = false;         ///< more would come with more letters
};
/// What may stand at an offset. `typed` is the character that asked, or 0.
CompletionList completion(QueryContext&, FileId file, uint32_t offset, char typed = 0);

/// Fills in what a list leaves out: the signature where it is missing, and the documentation.
void resolve_completion(QueryContext&, CompletionItem& item);

/// How well `text` fits what was typed: letters in order, better at the begin of words; none when it does not.
/// Smaller is better.
std::optional<int> fuzzy_score(std::string_view typed, std::string_view text);

}  // namespace braid
