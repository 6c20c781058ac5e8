#include "analyzer/ide/file_diagnostics.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "analyzer/checks/checks.h"
#include "analyzer/checks/waiting.h"
#include "analyzer/ide/suppressions.h"
#include "analyzer/project/project.h"
#include "analyzer/semantics/bodies.h"
#include "analyzer/syntax/shared_ends.h"

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

using ItemDiagnostics = std::vector<ItemDiagnostic>;

void append(ItemDiagnostics& out, const ItemDiagnostics& more) { out.insert(out.end(), more.begin(), more.end()); }

/// What names and types say of a group of items.
struct GroupFastDiagnostics {
    using Key = ItemGroup;
    using Value = ItemDiagnostics;
    static constexpr const char* name = "group_fast_diagnostics";
    static Value compute(QueryContext& context, const Key& group) {
        Value out;
        if (group.level > 0) {
            for (ItemGroup part : *context.get<SubGroups>(group)) append(out, *context.get<GroupFastDiagnostics>(part));
            return out;
        }
        for (ItemId item : *context.get<GroupItems>(group)) {
            append(out, *context.get<ItemDiagnosticsOf>(item));
            if (may_have_body(kind_of(item))) append(out, context.get<BodyOf>(item)->diagnostics);
        }
        return out;
    }
};

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

/// Whether a text has the word at all: most have not, and a keystroke must not search the whole file for it.
struct MentionsAllow {
    using Key = FileId;
    struct Value {
        SyntaxTreePtr tree;
        bool any = false;
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "mentions_allow";

    static bool is_in(std::string_view text) { return text.find("allow") != std::string_view::npos; }
    static Value compute(QueryContext& context, const Key& file) {
        auto tree = context.get<FileTree>(file);
        if (!tree || !*tree) return {};
        return {*tree, is_in((*tree)->text())};
    }
    static Value update(QueryContext& context, const Key& file, const Value& old) {
        auto tree = context.get<FileTree>(file);
        if (!tree || !*tree || !old.tree || old.any) return compute(context, file);
        const SyntaxNode root = (*tree)->root();
        const SharedEnds ends = shared_ends(old.tree->root(), root);
        const SyntaxElement first = element_at(root, 1 + ends.before);
        const SyntaxElement behind = element_at(root, root.size() - ends.behind);
        const size_t begin = first ? first.full_begin() : 0;
        const size_t end = behind ? behind.full_begin() : (*tree)->text().size();
        return {*tree, is_in((*tree)->text().substr(begin, end - begin))};
    }
};

void suppress(QueryContext& context, FileId file, bool complete, std::vector<Diagnostic>& diagnostics) {
    auto mentions = context.get<MentionsAllow>(file);
    if (mentions->any) apply_suppressions(*mentions->tree, file, complete, diagnostics);
}

}  // namespace

std::vector<Diagnostic> LanguageDiagnostics::compute(QueryContext& context, const Key& file) {
    std::vector<Diagnostic> out;
    auto tree = context.get<FileTree>(file);
    if (!tree || !*tree) return out;
    for (SyntaxError& error : (*tree)->errors()) out.push_back(from_syntax(file, std::move(error)));
    for (ItemGroup group : *context.get<ItemGroups>(file))
        for (const ItemDiagnostic& d : *context.get<GroupFastDiagnostics>(group)) out.push_back(render(context, d));
    drop_consequences((*tree)->text(), out);
    apply_severities(context, file, out);
    sort_by_place(out);
    return out;
}

std::vector<Diagnostic> FastDiagnostics::compute(QueryContext& context, const Key& file) {
    std::vector<Diagnostic> out = *context.get<LanguageDiagnostics>(file);
    suppress(context, file, false, out);
    return out;
}

ItemDiagnostics GroupCheckDiagnostics::compute(QueryContext& context, const Key& group) {
    Value out;
    if (group.level > 0) {
        for (ItemGroup part : *context.get<SubGroups>(group)) append(out, *context.get<GroupCheckDiagnostics>(part));
        return out;
    }
    for (ItemId item : *context.get<GroupItems>(group)) {
        if (!may_have_body(kind_of(item))) continue;
        append(out, *context.get<CheckDiagnostics>(item));
        context.get<explore::OwnTaskUse>(item);  // for the schedules, while the MIR is at hand
    }
    return out;
}

Parts parts_of_fast_diagnostics(QueryContext& context, FileId file, PartSize size) {
    Parts parts;
    for (ItemGroup group : groups_at(context, file, size == PartSize::Large))
        parts.push_back([group](QueryContext& later) { later.get<GroupFastDiagnostics>(group); });
    return parts;
}

Parts parts_of_checks(QueryContext& context, FileId file, PartSize size) {
    Parts parts;
    for (ItemGroup group : groups_at(context, file, size == PartSize::Large))
        parts.push_back([group](QueryContext& later) { later.get<GroupCheckDiagnostics>(group); });
    return parts;
}

Parts parts_of_schedules(QueryContext& context, FileId file) {
    Parts parts;
    for (ItemId item : *context.get<explore::TaskUsers>(file))
        parts.push_back([item](QueryContext& later) { later.get<checks::ScheduleFindings>(item); });
    return parts;
}

std::vector<Diagnostic> FileDiagnostics::compute(QueryContext& context, const Key& file) {
    std::vector<Diagnostic> out = *context.get<LanguageDiagnostics>(file);
    for (ItemGroup group : *context.get<ItemGroups>(file))
        for (const ItemDiagnostic& d : *context.get<GroupCheckDiagnostics>(group)) out.push_back(render(context, d));
    for (const ItemDiagnostic& d : *context.get<checks::ScheduleDiagnostics>(file)) out.push_back(render(context, d));
    suppress(context, file, true, out);
    apply_severities(context, file, out);
    sort_by_place(out);
    return out;
}

}  // namespace braid
