#include "analyzer/ide/file_diagnostics.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "analyzer/checks/checks.h"
#include "analyzer/ide/suppressions.h"
#include "analyzer/project/project.h"
#include "analyzer/semantics/bodies.h"

namespace braid {
namespace {

Diagnostic from_syntax(FileId file, SyntaxError error) {
    Diagnostic out;
    out.code = error.code;
    out.severity = default_severity(error.code);
    out.location = {file, error.range};
    out.message = std::move(error.message);
    for (auto& related : error.related) out.related.push_back({{file, related.range}, std::move(related.message)});
    if (error.fix) {
        Diagnostic::Fix fix{std::move(error.fix->title), {}};
        for (TextEdit& edit : error.fix->edits)
            fix.edits.push_back({{file, edit.range}, Diagnostic::FixEdit::Replace, std::move(edit.replacement)});
        out.fixes.push_back(std::move(fix));
    }
    return out;
}

void sort_by_place(std::vector<Diagnostic>& diagnostics) {
    auto key = [](const Diagnostic& d) { return std::tuple(d.location.range.begin, d.location.range.end, d.code); };
    std::stable_sort(diagnostics.begin(), diagnostics.end(),
                     [&](const auto& a, const auto& b) { return key(a) < key(b); });
    diagnostics.erase(std::unique(diagnostics.begin(), diagnostics.end()), diagnostics.end());
}

/// What a misspelt name was meant to be is not unused, nor is it the first thing to say of a variable without a type.
void drop_consequences(std::string_view text, std::vector<Diagnostic>& diagnostics) {
    std::set<std::string_view> meant;
    for (const Diagnostic& d : diagnostics)
        if (d.code == DiagnosticCode::UnresolvedName)
            for (const auto& fix : d.fixes)
                for (const auto& edit : fix.edits) meant.insert(edit.text);
    std::set<uint32_t> without_type;
    for (const Diagnostic& d : diagnostics)
        if (d.code == DiagnosticCode::AnnotationNeeded) without_type.insert(d.location.range.begin);
    if (meant.empty() && without_type.empty()) return;
    std::erase_if(diagnostics, [&](const Diagnostic& d) {
        const TextRange at = d.location.range;
        return (d.code == DiagnosticCode::UnusedVariable || d.code == DiagnosticCode::UnusedImport) &&
               (meant.count(text.substr(at.begin, at.length())) || without_type.count(at.begin));
    });
}

}  // namespace

std::vector<Diagnostic> LanguageDiagnostics::compute(QueryContext& context, const Key& file) {
    std::vector<Diagnostic> out;
    auto tree = context.get<FileTree>(file);
    if (!tree || !*tree) return out;
    for (SyntaxError& error : (*tree)->errors()) out.push_back(from_syntax(file, std::move(error)));
    auto add = [&](const std::vector<ItemDiagnostic>& diagnostics) {
        for (const ItemDiagnostic& d : diagnostics) out.push_back(render(context, d));
    };
    for (const ItemEntry& entry : context.get<FileItems>(file)->entries)
        if (entry.owns_syntax) add(*context.get<ItemDiagnosticsOf>(entry.item));
    for (ItemId item : items_with_bodies(context, file)) add(context.get<BodyOf>(item)->diagnostics);
    drop_consequences((*tree)->text(), out);
    apply_severities(context, file, out);
    sort_by_place(out);
    return out;
}

std::vector<Diagnostic> FastDiagnostics::compute(QueryContext& context, const Key& file) {
    std::vector<Diagnostic> out = *context.get<LanguageDiagnostics>(file);
    if (auto tree = context.get<FileTree>(file); tree && *tree) apply_suppressions(**tree, file, false, out);
    return out;
}

std::vector<Diagnostic> FileDiagnostics::compute(QueryContext& context, const Key& file) {
    std::vector<Diagnostic> out = *context.get<LanguageDiagnostics>(file);
    for (ItemId item : items_with_bodies(context, file))
        for (const ItemDiagnostic& d : *context.get<CheckDiagnostics>(item)) out.push_back(render(context, d));
    if (auto tree = context.get<FileTree>(file); tree && *tree) apply_suppressions(**tree, file, true, out);
    apply_severities(context, file, out);
    sort_by_place(out);
    return out;
}

}  // namespace braid
