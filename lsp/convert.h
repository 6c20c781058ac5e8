#pragma once
#include <nlohmann/json.hpp>
#include <optional>

#include "analyzer/ide/code_actions.h"
#include "analyzer/ide/completion.h"
#include "analyzer/ide/hierarchy.h"
#include "analyzer/ide/inlay_hints.h"
#include "analyzer/ide/navigation.h"
#include "analyzer/ide/rename.h"
#include "analyzer/ide/signature_help.h"
#include "analyzer/ide/structure.h"
#include "analyzer/ide/tokens.h"
#include "analyzer/ide/workspace_symbols.h"
#include "lsp/documents.h"

namespace braid::lsp {

/// What the client said it can do, as far as our answers differ by it.
struct ClientFeatures {
    ColumnUnit unit = ColumnUnit::Utf16;
    bool markdown_hover = false;
    bool hierarchical_symbols = false;
    bool definition_links = false;
    bool related_information = false;
    bool code_descriptions = false;
    bool code_action_literals = false;
    bool document_changes = false;  ///< edits that name the version they are for
    bool watches_files = false;     ///< by dynamic registration
    bool shows_progress = false;
    bool prepare_rename = false;
    bool snippets = false;  ///< in completions
    bool markdown_completion = false;
    bool label_offsets = false;  ///< of a signature's parameters
    bool folds_lines_only = false;
    bool disabled_actions = false;  ///< that say why they cannot be done
    bool completion_tags = false;
    std::vector<int> tags;
};
ClientFeatures features_of(const Json& initialize_params);

/// These throw the exceptions of nlohmann::json for what is no position; the reading thread calls them, no query does.
LineColumn position_from(const Json& position);
struct PositionRange {
    LineColumn start, end;
    TextRange in(const LineIndex& lines, ColumnUnit unit) const;
};
PositionRange range_from(const Json& range);
Json to_json(const LineIndex& lines, TextRange range, ColumnUnit unit);

/// Turns what analyzer/ide says into protocol types, on one snapshot.
class Converter {
  public:
    Converter(QueryContext& context, const ClientFeatures& features, const DocumentTable& documents)
        : context_(context), features_(features), documents_(documents) {}

    /// As the client calls the file; none when it is nowhere to be opened.
    std::optional<std::string> uri(FileId file);
    Json range(FileId file, TextRange range);
    std::optional<Json> location(FileRange place);
    Json diagnostic(const Diagnostic& diagnostic);
    Json hover(FileId file, const Hover& hover);
    Json targets(const std::vector<Target>& targets, FileId from);
    Json symbols(FileId file, const std::vector<DocumentSymbol>& symbols, const std::string& uri);
    /// Five numbers per token, relative to the one before.
    std::vector<uint32_t> tokens(FileId file, const std::vector<SemanticToken>& tokens);
    /// A code action; none when an edit reaches a file that the client cannot open.
    std::optional<Json> code_action(const QuickFix& fix);
    std::optional<Json> refactoring(const CodeAction& action);

    // convert_features.cpp
    Json folding(FileId file, const std::vector<FoldingRange>& ranges);
    Json selection(FileId file, const std::vector<TextRange>& outwards);
    /// Null when an edit reaches a file that the client cannot open.
    Json workspace_edit(const std::vector<FileEdits>& edits);
    Json completion(FileId file, const CompletionList& list, uint64_t id);
    Json signatures(const SignatureHelp& help);
    std::optional<Json> workspace_symbol(const WorkspaceSymbol& symbol);
    std::optional<Json> hierarchy_item(const HierarchyItem& item);
    Json inlay_hint(FileId file, const InlayHint& hint);
    Json text_edit(FileId file, const TextEdit& edit);
    /// Markdown, or plain text for clients that show no other.
    Json prose(std::string_view markdown, bool as_markdown);
    const ClientFeatures& features() const { return features_; }

  private:
    std::shared_ptr<const FileLines::Value> lines(FileId file) { return context_.get<FileLines>(file); }
    Json symbol(FileId file, const DocumentSymbol& symbol);
    void flat_symbols(FileId file, const std::vector<DocumentSymbol>& symbols, const std::string& uri,
                      const std::string& container, Json& out);

    QueryContext& context_;
    const ClientFeatures& features_;
    const DocumentTable& documents_;
};

/// Number of LSP's SymbolKind.
int symbol_kind(ItemKind kind);

/// A hover without its Markdown fences, for clients that show plain text.
std::string plain_text(std::string_view markdown);

}  // namespace braid::lsp
