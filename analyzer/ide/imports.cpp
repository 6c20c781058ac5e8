#include "analyzer/ide/imports.h"

#include "analyzer/diagnostics/catalogue.h"
#include "analyzer/ide/refactor.h"
#include "analyzer/semantics/language.h"

namespace braid {

void for_each_importable(QueryContext& context, FileId file, const std::function<void(ItemId)>& use) {
    const Language* language = language_of_path(files().path(file));
    for (FileId other : *context.get<SourceFiles>()) {
        if (other == file || language_of_path(files().path(other)) != language) continue;
        context.check_cancelled();
        std::vector<ItemId> open{file_item(other)};
        while (!open.empty()) {
            ItemId scope = open.back();
            open.pop_back();
            for (const auto& child : *context.get<ItemChildren>(scope)) {
                ItemKind kind = kind_of(child.item);
                if (!child.is_public || kind == ItemKind::Impl || name_of(child.item).empty()) continue;
                if (kind == ItemKind::Module) open.push_back(child.item);
                else use(child.item);
            }
        }
    }
}

std::string origin_of(ItemId item) {
    const std::string& path = files().path(file_of(item));
    if (is_std(file_of(item))) return path.substr(4);
    return path.substr(path.rfind('/') + 1);
}

/// A name that nothing in sight has, and another file has: the import that brings it in.
void import_name(const Refactoring& r) {
    for (const Diagnostic& diagnostic : *r.context.get<FastDiagnostics>(r.file)) {
        TextRange where = diagnostic.location.range;
        bool is_here = diagnostic.code == DiagnosticCode::UnresolvedName && where.begin <= r.range.end &&
                       r.range.begin <= where.end;
        if (!is_here) continue;
        std::string_view wanted = r.text(where);
        for_each_importable(r.context, r.file, [&](ItemId item) {
            if (name_of(item).text() != wanted) return;
            if (auto import = r.rules.import_of(r.context, r.file, item))
                r.offer("Import `" + std::string(wanted) + "` from " + origin_of(item), CodeActionKind::QuickFix,
                        {std::move(*import)}, true);
        });
        return;
    }
}

}  // namespace braid
