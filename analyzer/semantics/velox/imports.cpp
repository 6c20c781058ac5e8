#include "analyzer/semantics/velox/imports.h"

#include <algorithm>

#include <fmt/format.h>

#include "analyzer/semantics/cycles.h"
#include "analyzer/semantics/item_diagnostic.h"
#include "analyzer/semantics/names.h"
#include "analyzer/semantics/used_names.h"
#include "analyzer/semantics/velox/items.h"
#include "analyzer/semantics/velox/types.h"

namespace braid::velox_semantics {

namespace {

struct Imported {
    SyntaxToken name, local;
    ast::Ast node;
};

std::vector<Imported> names_of(const ast::ImportDecl& import) {
    std::vector<Imported> out;
    for (ast::ImportSpecifier s : import.named().specifiers())
        if (s.name())
            out.push_back({s.name(), s.alias() && s.alias().name() ? s.alias().name() : s.name(), ast::Ast(s.node)});
    return out;
}

/// Files whose variables the top level of `file` reads, with the name that does it.
std::vector<std::pair<FileId, Name>> needs(QueryContext& context, FileId file) {
    std::vector<std::pair<FileId, Name>> out;
    auto syntax = context.get<ItemSyntax>(file_item(file));
    if (!*syntax) return out;
    auto read = context.get<NamesIn>(file_item(file));
    for (ast::Statement s : ast::source_file(syntax->tree()).statements()) {
        auto import = s.as<ast::ImportDecl>();
        if (!import || !import.path() || import.is_type_only()) continue;
        FileId from = imported_file(context, file, import.path().text());
        if (from == FileId::None) continue;
        for (const Imported& i : names_of(import)) {
            ItemId item = find_child(context, file_item(from), Name(i.name.text()));
            if (item != ItemId::None && kind_of(item) == ItemKind::Static && read->count(Name(i.local.text())))
                out.emplace_back(from, Name(i.local.text()));
        }
    }
    return out;
}

/// The file by whose import this one reports that they need each other; None: it reports nothing.
FileId needed_in_a_circle(QueryContext& context, ItemId file) {
    auto cycle = cycle_through(file, [&](ItemId at) {
        std::vector<ItemId> next;
        for (const auto& [needed, name] : needs(context, file_of(at))) next.push_back(file_item(needed));
        return next;
    });
    if (!reports_cycle(context, cycle)) return FileId::None;
    return file_of(cycle.size() > 1 ? cycle[1] : cycle[0]);
}

}  // namespace

void check_imports(QueryContext& context, ItemId file, const ItemTree& tree, std::vector<ItemDiagnostic>& out) {
    auto report = [&](DiagnosticCode code, const SyntaxElement& at, std::string message) -> ItemDiagnostic& {
        return out.emplace_back(diagnostic(code, {file, tree.node_of(at)}, std::move(message)));
    };
    auto unused = [&](const SyntaxToken& local, const ast::ImportDecl& import, const SyntaxElement& part) {
        if (is_named_in(context, file_of(file), Name(local.text()))) return;
        auto& d =
            report(DiagnosticCode::UnusedImport, local, fmt::format("`{}` is imported and never used", local.text()));
        d.tags |= TagUnnecessary;
        size_t specifiers = import.named().specifiers().size();
        bool is_whole = specifiers + bool(import.default_import()) + bool(import.namespace_import()) == 1;
        if (!is_whole && specifiers < 2) return;
        auto remove = [&](const SyntaxElement& e) {
            return ItemDiagnostic::FixEdit{{file, tree.node_of(e)}, ItemDiagnostic::FixEdit::Replace, ""};
        };
        ItemDiagnostic::Fix fix{"remove it", {remove(is_whole ? SyntaxElement(import.node) : part)}};
        if (!is_whole) {
            SyntaxNode removed(part);
            SyntaxToken comma = removed.last_token().next();
            if (comma.text() != ",") comma = removed.first_token().previous();
            fix.edits.push_back(remove(comma));
        }
        d.fixes.push_back(std::move(fix));
    };
    FileId circle_by = needed_in_a_circle(context, file);
    for (ast::Statement s : ast::source_file(tree.tree()).statements()) {
        auto exported = s.as<ast::ExportDecl>();
        auto import = s.as<ast::ImportDecl>();
        SyntaxToken path = import ? import.path() : exported ? exported.path() : SyntaxToken();
        if (exported && !exported.path()) {
            // `export { a, b }` of what the file has.
            FileScope scope(context, file_of(file));
            for (ast::ImportSpecifier specifier : exported.specifiers())
                if (specifier.name() && scope.find(specifier.name().text()) == ItemId::None)
                    report(DiagnosticCode::UnresolvedName, specifier.name(),
                           fmt::format("no `{}` is known here", specifier.name().text()));
        }
        if (!path) continue;
        FileId from = imported_file(context, file_of(file), path.text());
        if (from == FileId::None) {
            std::string target = string_value(path.text());
            bool relative = target.starts_with(".") || target.starts_with("/");
            report(DiagnosticCode::UnresolvedImport, path,
                   relative ? fmt::format("there is no file `{}`", target)
                            : fmt::format("there is no module `{}`; the standard library needs no import, and files "
                                          "are named by a path: \"./{}\"",
                                          target, target));
            continue;
        }
        if (!import) continue;
        std::vector<std::string> candidates;
        for (const auto& child : *context.get<ItemChildren>(file_item(from)))
            if (child.is_public) candidates.emplace_back(name_of(child.item).text());
        auto re_exports = [&](std::string_view wanted) {
            auto syntax = context.get<ItemSyntax>(file_item(from));
            if (!*syntax) return false;
            for (ast::Statement other : ast::source_file(syntax->tree()).statements()) {
                auto e = other.as<ast::ExportDecl>();
                if (!e) continue;
                if (e.is_star()) return true;
                for (ast::ImportSpecifier x : e.specifiers()) {
                    SyntaxToken given = x.alias() && x.alias().name() ? x.alias().name() : x.name();
                    if (given && given.text() == wanted) return true;
                }
            }
            return false;
        };
        for (const Imported& i : names_of(import)) {
            ItemId item = ItemId::None;
            bool is_public = false;
            for (const auto& child : *context.get<ItemChildren>(file_item(from)))
                if (name_of(child.item).text() == i.name.text()) item = child.item, is_public |= child.is_public;
            if (re_exports(i.name.text())) is_public = true;
            else if (item == ItemId::None) {
                std::string near = nearest_name(i.name.text(), candidates);
                auto& d = report(DiagnosticCode::UnresolvedImport, i.name,
                                 fmt::format("{} has no `{}`{}", path.text(), i.name.text(),
                                             near.empty() ? "" : fmt::format("; did you mean `{}`?", near)));
                if (!near.empty())
                    d.fixes.push_back(
                        {fmt::format("change to `{}`", near), {{d.location, ItemDiagnostic::FixEdit::Replace, near}}});
                continue;
            }
            if (!is_public) {
                auto& d = report(DiagnosticCode::UnresolvedImport, i.name,
                                 fmt::format("`{}` is not exported by {}", i.name.text(), path.text()));
                if (item != ItemId::None) {
                    bool owns = kind_of(item) != ItemKind::Static;
                    d.related.push_back({{item, 0}, "it is declared here"});
                    if (owns)
                        d.fixes.push_back(
                            {"export it", {{{item, 0}, ItemDiagnostic::FixEdit::InsertBefore, "export "}}});
                }
                continue;
            }
            unused(i.local, import, i.node.node);
        }
        if (auto whole = import.default_import(); whole && whole.name()) {
            if (has_default_export(context, from)) unused(whole.name(), import, whole.node);
            else
                report(DiagnosticCode::UnresolvedImport, whole.name(),
                       fmt::format("{} has no default export; write `import {{ name }} from {}`", path.text(),
                                   path.text()));
        }
        if (auto all = import.namespace_import(); all && all.name()) unused(all.name(), import, all.node);
        if (circle_by != from) continue;
        for (const auto& [needed, name] : needs(context, file_of(file)))
            for (const Imported& i : names_of(import))
                if (needed == from && circle_by == from && i.local.text() == name.text()) {
                    report(DiagnosticCode::ImportCycle, i.name,
                           fmt::format("`{}` is needed to set up this file, and {} needs this file first", name.text(),
                                       path.text()));
                    circle_by = FileId::None;
                }
    }
}

}  // namespace braid::velox_semantics
