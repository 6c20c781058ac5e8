#pragma once
#include "analyzer/ide/code_actions.h"
#include "analyzer/ide/expression_types.h"
#include "analyzer/ide/structure.h"

/// What the refactorings share. Each adds to `out` what it can do to a range, if anything.
namespace braid {

struct Refactoring {
    QueryContext& context;
    FileId file;
    const SyntaxTree& tree;
    const EditingRules& rules;
    TextRange range;
    std::vector<CodeAction>& out;

    std::string_view text(TextRange of) const { return tree.text().substr(of.begin, of.length()); }
    /// Offers the edits if the program has as few errors with them as without (`fewer`: fewer).
    void offer(std::string title, CodeActionKind kind, std::vector<TextEdit> edits, bool fewer = false) const;
};

void extract_variable(const Refactoring&);
void extract_function(const Refactoring&);
void inline_variable(const Refactoring&);
void add_missing_arms(const Refactoring&);
void implement_missing_members(const Refactoring&);

/// The white space a line begins with, and whether an offset is the first thing of its line.
std::string_view line_indentation(std::string_view text, uint32_t offset);
bool begins_line(std::string_view text, uint32_t offset);
/// A name nothing visible at an offset has: `base`, `base2`…
std::string free_name(QueryContext&, FileId file, uint32_t offset, std::string_view base);

}  // namespace braid
