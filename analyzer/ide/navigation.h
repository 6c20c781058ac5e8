#pragma once
#include <optional>
#include <string>
#include <vector>

#include "analyzer/ide/names.h"

namespace braid {

/// What to say about the name at a place, in Markdown.
struct Hover {
    std::string markdown;
    TextRange range;
};
std::optional<Hover> hover(QueryContext&, FileId file, uint32_t offset);

/// Where the name at a place is declared.
struct Target {
    TextRange origin;  ///< the name asked about
    FileId file = FileId::None;
    TextRange name;   ///< the declared name
    TextRange whole;  ///< the declaration around it
};
std::vector<Target> definition(QueryContext&, FileId file, uint32_t offset);
/// What a use names; of a trait's function that is called on a value whose type implements it, the implementation.
/// None: no item.
ItemId implementation_called(QueryContext&, FileId file, const NameUse& use);
/// The trait's or interface's declaration of what the name stands for, where there is one, else its definition.
std::vector<Target> declaration(QueryContext&, FileId file, uint32_t offset);
/// Where the type of the value at a place is declared; several for unions.
std::vector<Target> type_definition(QueryContext&, FileId file, uint32_t offset);

/// Occurrences of the name at a place in the same file, its declaration included.
std::vector<NameUse> highlights(QueryContext&, FileId file, uint32_t offset);
/// What an editor marks when the cursor is there: the occurrences of a name, else the partner of a bracket or keyword.
struct Highlight {
    enum class Kind : uint8_t { Text = 1, Read = 2, Write = 3 };
    TextRange range;
    Kind kind{};
};
std::vector<Highlight> document_highlights(QueryContext&, FileId file, uint32_t offset);
/// Occurrences in all files of the workspace that could be meant, in order of files and places.
std::vector<FileRange> references(QueryContext&, FileId file, uint32_t offset, bool with_declaration);

/// The outline of a file.
struct DocumentSymbol {
    std::string name;
    std::string detail;
    ItemKind kind{};
    bool is_method = false, is_constructor = false;
    TextRange whole;
    TextRange name_range;
    std::vector<DocumentSymbol> children;
};
std::vector<DocumentSymbol> document_symbols(QueryContext&, FileId file);

/// A fix of a diagnostic, with its edits by file.
struct QuickFix {
    Diagnostic diagnostic;
    Diagnostic::Fix fix;
};
/// The fixes of what is reported within or across a range.
std::vector<QuickFix> quick_fixes(QueryContext&, FileId file, TextRange range);

}  // namespace braid
