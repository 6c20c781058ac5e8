#include "analyzer/semantics/queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "analyzer/semantics/language.h"

namespace braid {

FileTable& files() {
    static FileTable& table = *new FileTable;
    return table;
}

bool is_std(FileId file) { return files().path(file).starts_with("std:"); }

bool is_std_type(Type type, std::string_view name) {
    return type && type->is(TypeKind::Nominal) && is_std(file_of(type->item)) && name_of(type->item).text() == name;
}

ItemId file_item(FileId file) {
    std::string_view name;
    const std::string& path = files().path(file);
    if (is_std(file)) {
        size_t slash = path.rfind('/');
        name = std::string_view(path).substr(slash + 1);
        name = name.substr(0, name.rfind('.'));
    }
    return intern_item({ItemId::None, ItemKind::File, Name(name), 0, file});
}

FunctionSignature SignatureOf::compute(QueryContext& context, const Key& item) {
    return language_of(item).function_signature(context, item);
}
TypeDefinition DefinitionOf::compute(QueryContext& context, const Key& item) {
    return language_of(item).type_definition(context, item);
}
ImplInfo ImplOf::compute(QueryContext& context, const Key& item) { return language_of(item).impl_info(context, item); }
Type ValueTypeOf::compute(QueryContext& context, const Key& item) {
    return language_of(item).value_type(context, item);
}
std::vector<ItemDiagnostic> ItemDiagnosticsOf::compute(QueryContext& context, const Key& item) {
    return language_of(item).item_diagnostics(context, item);
}
Body BodyOf::compute(QueryContext& context, const Key& item) {
    Body body = language_of(item).body(context, item);
    // It stays as long as the text does.
    body.expressions.shrink_to_fit();
    body.patterns.shrink_to_fit();
    body.locals.shrink_to_fit();
    body.functions.shrink_to_fit();
    body.resolutions.shrink_to_fit();
    body.diagnostics.shrink_to_fit();
    return body;
}
Body BodyOf::cycle_fallback(const Key& item) {
    Body body;
    body.item = item;
    body.has_errors = true;
    ItemDiagnostic diagnostic;
    diagnostic.code = DiagnosticCode::AnnotationNeeded;
    diagnostic.location = {item, 0};
    diagnostic.message =
        kind_of(item) == ItemKind::File
            ? "types of this file's variables follow from themselves; write one of them"
            : fmt::format("the types in `{}` follow from themselves; write one of them", name_of(item).text());
    body.diagnostics.push_back(std::move(diagnostic));
    return body;
}

Type ValueTypeOf::cycle_fallback(const Key& item) {
    bool is_variable = kind_of(item) == ItemKind::Static;
    return is_variable && language_of(item).has_any ? type::any() : type::error();
}

Type InferredResult::compute(QueryContext& context, const Key& item) {
    Body body = language_of(item).body(context, item);
    return body.functions.empty() || !body.functions[0].result ? type::error() : body.functions[0].result;
}

ImplIndex::Value ImplIndex::compute(QueryContext& context, const Key&) {
    Value value;
    auto sources = context.get<SourceFiles>();
    if (!sources) return value;
    std::vector<ItemId> pending;
    for (FileId file : *sources) pending.push_back(file_item(file));
    // Impls stand in files and in modules; ItemChildren keeps this independent of positions and bodies.
    for (size_t i = 0; i < pending.size(); ++i) {
        for (const auto& child : *context.get<ItemChildren>(pending[i])) {
            if (kind_of(child.item) == ItemKind::Module) pending.push_back(child.item);
            if (kind_of(child.item) == ItemKind::Impl) value.impls.push_back(child.item);
        }
    }
    for (ItemId impl : value.impls) {
        auto info = context.get<ImplOf>(impl);
        if (!info->trait || !info->trait->is(TypeKind::Nominal)) continue;
        const ItemId trait = info->trait->item;
        std::vector<ItemId>& of_trait = value.by_trait[trait];
        value.by_head[{trait, info->self ? head_of(info->self) : 0}].push_back(uint32_t(of_trait.size()));
        of_trait.push_back(impl);
        const bool drops = info->self && info->self->is(TypeKind::Nominal) && name_of(trait).text() == "Drop";
        if (drops && is_std(file_of(trait))) value.dropped.insert(info->self->item);
    }
    return value;
}

TypeHead head_of(Type t) {
    switch (t->kind) {
        case TypeKind::Error:
        case TypeKind::Parameter:
        case TypeKind::Projection:
        case TypeKind::Inference: return 0;
        default: return TypeHead(t->kind) << 32 | uint32_t(t->item);
    }
}

ImplsFor::Value ImplsFor::compute(QueryContext& context, const Key& key) {
    auto index = context.get<ImplIndex>();
    auto of_trait = index->by_trait.find(key.first);
    if (of_trait == index->by_trait.end()) return {};
    if (key.second == 0) return of_trait->second;
    std::vector<uint32_t> fitting;
    for (TypeHead head : {key.second, TypeHead(0)}) {
        auto found = index->by_head.find({key.first, head});
        if (found != index->by_head.end()) fitting.insert(fitting.end(), found->second.begin(), found->second.end());
    }
    std::sort(fitting.begin(), fitting.end());
    Value impls;
    for (uint32_t position : fitting) impls.push_back(of_trait->second[position]);
    return impls;
}

// ---- rendering ----

FileRange locate(QueryContext& context, Place place) {
    FileId file = file_of(place.item);
    auto items = context.get<FileItems>(file);
    auto tree = context.get<FileTree>(file);
    const ItemEntry* entry = items->find(place.item);
    if (!entry || !tree || !*tree) return {file, {}};
    uint32_t index = entry->node + place.node;
    if (entry->owns_syntax) {
        // Entries stand in preorder, so holes of this item that begin before the place shift it.
        for (const ItemEntry& child : items->inside(*entry)) {
            if (child.node >= index) break;
            if (!child.owns_syntax || parent_of(child.item) != place.item) continue;
            SyntaxElement hole = element_at((*tree)->root(), child.node);
            if (hole.is_node()) index += SyntaxNode(hole).size() - 1;
        }
    }
    SyntaxElement element = element_at((*tree)->root(), index);
    if (!element) element = element_at((*tree)->root(), entry->node);
    return {file, element ? element.text_range() : TextRange{}};
}

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// What is removed does not leave its traces: a removed comma takes the blanks after it, and what stood alone on its
/// lines takes the lines. Removals with nothing but blanks between them are one.
void widen_removals(QueryContext& context, Diagnostic::Fix& fix) {
    using Edit = Diagnostic::FixEdit;
    auto is_removal = [](const Edit& e) { return e.position == Edit::Replace && e.text.empty(); };
    if (std::none_of(fix.edits.begin(), fix.edits.end(), is_removal)) return;
    std::stable_sort(fix.edits.begin(), fix.edits.end(), [](const Edit& a, const Edit& b) {
        return std::tuple(a.location.file, a.location.range.begin) <
               std::tuple(b.location.file, b.location.range.begin);
    });
    std::vector<Edit> edits;
    for (Edit& edit : fix.edits) {
        auto tree = context.get<FileTree>(edit.location.file);
        if (!is_removal(edit) || !tree || !*tree) {
            edits.push_back(std::move(edit));
            continue;
        }
        std::string_view text = (*tree)->text();
        TextRange& range = edit.location.range;
        if (text.substr(range.begin, range.length()) == ",")
            while (range.end < text.size() && is_blank(text[range.end])) ++range.end;
        if (!edits.empty() && is_removal(edits.back()) && edits.back().location.file == edit.location.file) {
            TextRange& before = edits.back().location.range;
            auto gap = text.substr(before.end, range.begin > before.end ? range.begin - before.end : 0);
            if (std::all_of(gap.begin(), gap.end(), is_blank)) {
                before.end = std::max(before.end, range.end);
                continue;
            }
        }
        edits.push_back(std::move(edit));
    }
    for (Edit& edit : edits) {
        if (!is_removal(edit)) continue;
        auto tree = context.get<FileTree>(edit.location.file);
        std::string_view text = (*tree)->text();
        TextRange range = edit.location.range;
        while (range.begin > 0 && is_blank(text[range.begin - 1])) --range.begin;
        while (range.end < text.size() && is_blank(text[range.end])) ++range.end;
        bool begins_line = range.begin == 0 || text[range.begin - 1] == '\n';
        if (!begins_line || range.end == text.size() || text[range.end] != '\n') continue;
        edit.location.range = {range.begin, range.end + 1};
    }
    fix.edits = std::move(edits);
}

}  // namespace

Diagnostic render(QueryContext& context, const ItemDiagnostic& diagnostic) {
    Diagnostic out;
    out.code = diagnostic.code;
    out.severity = diagnostic.severity;
    out.message = diagnostic.message;
    out.tags = diagnostic.tags;
    out.location = locate(context, diagnostic.location);
    for (const auto& related : diagnostic.related)
        out.related.push_back({locate(context, related.location), related.message});
    for (const auto& fix : diagnostic.fixes) {
        Diagnostic::Fix rendered{fix.title, {}};
        for (const auto& edit : fix.edits)
            rendered.edits.push_back(
                {locate(context, edit.location), Diagnostic::FixEdit::Position(edit.position), edit.text});
        widen_removals(context, rendered);
        out.fixes.push_back(std::move(rendered));
    }
    return out;
}

}  // namespace braid
