#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/ide/rename.h"

namespace braid {

#define BRAID_CODE_ACTION_KINDS(X) \
    X(QuickFix, "quickfix")        \
    X(Extract, "refactor.extract") \
    X(Inline, "refactor.inline") X(Rewrite, "refactor.rewrite") X(OrganizeImports, "source.organizeImports")
enum class CodeActionKind : uint8_t {
#define X(Name, text) Name,
    BRAID_CODE_ACTION_KINDS(X)
#undef X
};
std::span<const std::string_view> code_action_kind_names();

struct CodeAction {
    std::string title;
    CodeActionKind kind{};
    std::vector<FileEdits> edits;
    std::string refusal;  ///< why it cannot be done although the range asks for it; then there are no edits
};
/// What can be done to the text in a range beside the fixes of diagnostics (navigation.h). Only what keeps the meaning
/// of the program is offered; what cannot be done to a selection that asks for it says why.
std::vector<CodeAction> code_actions(QueryContext&, FileId file, TextRange range);
/// The imports of a file, unused ones removed, sorted; none when they are so already.
std::vector<CodeAction> organize_imports(QueryContext&, FileId file);

}  // namespace braid
