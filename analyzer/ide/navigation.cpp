#include "analyzer/ide/navigation.h"

#include <algorithm>
#include <unordered_set>

#include "analyzer/ide/file_diagnostics.h"

namespace braid {
namespace {

void add_item(QueryContext& context, ItemId item, TextRange origin, std::vector<Target>& out) {
    if (auto found = declaration_of_item(context, item))
        out.push_back({origin, found->file, found->name, found->whole});
}

std::string_view text_of(const SyntaxTree& tree, TextRange range) {
    return tree.text().substr(range.begin, range.length());
}

/// A file that uses a declaration writes its name at least once, if only where it imports it under another.
bool mentions(const SyntaxTree& tree, std::string_view name) {
    return tree.text().find(name) != std::string_view::npos;
}

}  // namespace

std::vector<Target> definition(QueryContext& context, FileId file, uint32_t offset) {
    std::vector<Target> out;
    auto use = name_at(context, file, offset);
    if (!use) return out;
    if (auto* item = std::get_if<ItemId>(&use->target)) {
        add_item(context, *item, use->range, out);
        return out;
    }
    for (const NameUse& other : *context.get<FileNames>(file))
        if (other.is_declaration && other.same_target(*use))
            out.push_back({use->range, file, other.range, other.range});
    if (out.empty()) {  // a local without a name of its own, such as `self`
        auto body = context.get<BodyOf>(use->owner);
        TextRange place = locate(context, {use->owner, (*body)[std::get<LocalId>(use->target)].node}).range;
        out.push_back({use->range, file, place, place});
    }
    return out;
}

std::vector<Target> type_definition(QueryContext& context, FileId file, uint32_t offset) {
    std::vector<Target> out;
    auto use = name_at(context, file, offset);
    if (!use) return out;
    Type type = use->type;
    if (!type && std::holds_alternative<LocalId>(use->target))
        type = (*context.get<BodyOf>(use->owner))[std::get<LocalId>(use->target)].type;
    if (!type) return out;
    std::unordered_set<ItemId> seen;
    walk_type(type, [&](Type part) {
        bool is_named = part->is(TypeKind::Nominal) || part->is(TypeKind::ActorHandle) || part->is(TypeKind::Dyn);
        if (is_named && seen.insert(part->item).second) add_item(context, part->item, use->range, out);
        return !is_named && !part->is(TypeKind::Function);
    });
    return out;
}

std::vector<NameUse> highlights(QueryContext& context, FileId file, uint32_t offset) {
    std::vector<NameUse> out;
    auto use = name_at(context, file, offset);
    if (!use) return out;
    for (const NameUse& other : *context.get<FileNames>(file))
        if (other.same_target(*use)) out.push_back(other);
    return out;
}

std::vector<FileRange> references(QueryContext& context, FileId file, uint32_t offset, bool with_declaration) {
    std::vector<FileRange> out;
    auto use = name_at(context, file, offset);
    if (!use) return out;
    auto add_from = [&](FileId in) {
        for (const NameUse& other : *context.get<FileNames>(in))
            if (other.same_target(*use) && (with_declaration || !other.is_declaration))
                out.push_back({in, other.range});
    };
    auto* item = std::get_if<ItemId>(&use->target);
    if (!item) {
        add_from(file);
        return out;
    }
    std::string_view name = name_of(*item).text();
    for (FileId other : *context.get<SourceFiles>()) {
        auto tree = context.get<FileTree>(other);
        bool is_home = other == file || other == file_of(*item);
        if ((is_std(other) && !is_home) || !tree || !*tree || !mentions(**tree, name)) continue;
        context.check_cancelled();
        add_from(other);
    }
    return out;
}

// ---- the outline ----

namespace {

bool is_shown(ItemKind kind, Name name) { return kind != ItemKind::File && (!name.empty() || kind == ItemKind::Impl); }

DocumentSymbol symbol_of(QueryContext& context, const SyntaxTree& tree, const ItemEntry& entry) {
    DocumentSymbol symbol;
    const ItemKey& key = item_key(entry.item);
    symbol.kind = key.kind;
    SyntaxElement whole = element_at(tree.root(), entry.node), name = element_at(tree.root(), entry.name_node);
    if (whole) symbol.whole = whole.text_range();
    symbol.name_range = name ? name.text_range() : symbol.whole;
    symbol.name = std::string(key.name.text());
    if (key.kind == ItemKind::Function) {
        auto signature = context.get<SignatureOf>(entry.item);
        symbol.is_method = signature->receiver != Receiver::None || kind_of(key.parent) == ItemKind::Class ||
                           kind_of(key.parent) == ItemKind::Interface || kind_of(key.parent) == ItemKind::Actor;
        symbol.is_constructor = signature->is_constructor;
        symbol.detail = language_of(entry.item).print_signature(context, entry.item);
    } else if (key.kind == ItemKind::Impl) {
        // The header is its name: `impl Show for Point`.
        std::string_view text = text_of(tree, symbol.whole);
        text = text.substr(0, text.find_first_of("\r\n"));
        while (!text.empty() && (text.back() == ':' || text.back() == ' ' || text.back() == '{')) text.remove_suffix(1);
        symbol.name = text.empty() ? std::string("impl") : std::string(text);
        symbol.name_range = {symbol.whole.begin, symbol.whole.begin + uint32_t(text.size())};
    }
    return symbol;
}

}  // namespace

std::vector<DocumentSymbol> document_symbols(QueryContext& context, FileId file) {
    std::vector<DocumentSymbol> roots;
    auto tree = context.get<FileTree>(file);
    if (!tree || !*tree) return roots;
    // The path of open symbols: entries come parents first, and a vector moves its elements when it grows, so the way
    // down is kept as indices.
    std::vector<std::pair<ItemId, size_t>> path;
    auto children_at = [&](size_t depth) {
        std::vector<DocumentSymbol>* level = &roots;
        for (size_t i = 0; i < depth; ++i) level = &(*level)[path[i].second].children;
        return level;
    };
    for (const ItemEntry& entry : context.get<FileItems>(file)->entries) {
        context.check_cancelled();
        const ItemKey& key = item_key(entry.item);
        if (!is_shown(key.kind, key.name)) continue;
        while (!path.empty() && path.back().first != key.parent) path.pop_back();
        auto* level = children_at(path.size());
        path.emplace_back(entry.item, level->size());
        level->push_back(symbol_of(context, **tree, entry));
    }
    return roots;
}

// ---- fixes ----

std::vector<QuickFix> quick_fixes(QueryContext& context, FileId file, TextRange range) {
    std::vector<QuickFix> out;
    for (const Diagnostic& diagnostic : *context.get<FileDiagnostics>(file)) {
        TextRange where = diagnostic.location.range;
        if (where.begin > range.end || where.end < range.begin) continue;
        for (const Diagnostic::Fix& fix : diagnostic.fixes) out.push_back({diagnostic, fix});
    }
    return out;
}

}  // namespace braid
