#pragma once
#include "analyzer/ide/code_actions.h"
#include "analyzer/ide/expression_types.h"
#include "analyzer/ide/file_diagnostics.h"
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
    /// Says why what the user selected for it cannot be done.
    void refuse(std::string title, CodeActionKind kind, std::string why) const;
};

/// The outermost expression that is exactly the range; null when there is none.
SyntaxNode selected_expression(const Refactoring&);
/// The statement before which an expression's value could be computed just as well; null when it is computed later,
/// several times, or perhaps not at all.
SyntaxNode statement_of(const Refactoring&, const SyntaxNode& expression);
/// Whether a value of this type can be kept in a variable, and the type be written.
bool is_worth_a_name(Type type);

void extract_variable(const Refactoring&);
void extract_function(const Refactoring&);
void inline_variable(const Refactoring&);
void add_missing_arms(const Refactoring&);
void implement_missing_members(const Refactoring&);
void import_name(const Refactoring&);

/// The white space a line begins with, and whether an offset is the first thing of its line.
std::string_view line_indentation(std::string_view text, uint32_t offset);
bool begins_line(std::string_view text, uint32_t offset);
/// A name nothing visible at an offset has: `base`, `base2`…
std::string free_name(QueryContext&, FileId file, uint32_t offset, std::string_view base);

}  // namespace braid
