#include "analyzer/ide/navigation.h"

#include <algorithm>
#include <unordered_set>

#include "analyzer/ide/expression_types.h"
#include "analyzer/ide/file_diagnostics.h"
#include "analyzer/ide/object_members.h"
#include "analyzer/ide/rename.h"
#include "analyzer/ide/structure.h"

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

ItemId implementation_called(QueryContext& context, FileId file, const NameUse& use) {
    auto* item = std::get_if<ItemId>(&use.target);
    if (!item) return ItemId::None;
    const ItemId trait = kind_of(*item) == ItemKind::Function ? parent_of(*item) : ItemId::None;
    auto tree = context.get<FileTree>(file);
    const EditingRules* rules = editing_rules_of(file);
    if (trait == ItemId::None || kind_of(trait) != ItemKind::Trait || !tree || !*tree || !rules) return *item;
    SyntaxNode member = (*tree)->token_at(use.range.begin).parent();
    SyntaxNode receiver = rules->is(member, syntax_role::Member) ? member.first_child().as_node() : SyntaxNode();
    Type type = receiver ? without_references(type_of_expression(context, file, receiver)) : nullptr;
    auto index = context.get<ImplIndex>();
    auto impls = index->by_trait.find(trait);
    if (!type || impls == index->by_trait.end()) return *item;
    std::vector<ItemId> found;
    for (ItemId impl : impls->second) {
        Type self = context.get<ImplOf>(impl)->self;
        bool is_it = self && (self == type || (self->kind == type->kind && self->item != ItemId::None &&
                                               self->item == type->item && !self->is(TypeKind::Parameter)));
        for (const auto& child : *context.get<ItemChildren>(impl))
            if (is_it && name_of(child.item) == name_of(*item)) found.push_back(child.item);
    }
    return found.size() == 1 ? found[0] : *item;
}

std::vector<Target> definition(QueryContext& context, FileId file, uint32_t offset) {
    std::vector<Target> out;
    for (const NameUse& use : meanings_at(context, file, offset)) {
        if (std::holds_alternative<ItemId>(use.target)) {
            add_item(context, implementation_called(context, file, use), use.range, out);
            continue;
        }
        if (auto* member = std::get_if<ObjectMemberId>(&use.target)) {
            if (auto at = declaration_of_member(context, *member))
                out.push_back({use.range, at->file, at->name, at->whole});
            continue;
        }
        FileId home = file_of(use.home);
        size_t before = out.size();
        for (const PlacedName& other : *context.get<ItemNames>(use.home)) {
            if (!other.use.is_declaration || !other.use.same_target(use)) continue;
            TextRange place = locate(context, {use.home, other.node}).range;
            out.push_back({use.range, home, place, place});
        }
        auto local = local_of(context, use);
        if (local && out.size() == before) {  // without a name of its own, such as `self`
            TextRange place = locate(context, {use.home, local->node}).range;
            out.push_back({use.range, home, place, place});
        }
    }
    auto same = [](const Target& a, const Target& b) { return a.file == b.file && a.name == b.name; };
    out.erase(std::unique(out.begin(), out.end(), same), out.end());
    return out;
}

std::vector<Target> declaration(QueryContext& context, FileId file, uint32_t offset) {
    std::vector<Target> out;
    for (const NameUse& use : names_at(context, file, offset)) {
        auto* item = std::get_if<ItemId>(&use.target);
        if (!item) continue;
        for (ItemId other : items_of_one_name(context, *item)) {
            ItemKind parent = parent_of(other) == ItemId::None ? ItemKind::File : kind_of(parent_of(other));
            if (parent == ItemKind::Trait || parent == ItemKind::Interface) add_item(context, other, use.range, out);
        }
    }
    return out.empty() ? definition(context, file, offset) : out;
}

std::vector<Target> type_definition(QueryContext& context, FileId file, uint32_t offset) {
    std::vector<Target> out;
    auto use = name_at(context, file, offset);
    if (!use) return out;
    Type type = use->type;
    if (auto local = local_of(context, *use); local && !type) type = local->type;
    if (!type) return out;
    std::unordered_set<ItemId> seen;
    walk_type(type, [&](Type part) {
        bool is_named = part->is(TypeKind::Nominal) || part->is(TypeKind::ActorHandle) || part->is(TypeKind::Dyn);
        if (is_named && seen.insert(part->item).second) add_item(context, part->item, use->range, out);
        return !is_named && !part->is(TypeKind::Function);
    });
    return out;
}

namespace {

bool is_implemented_by(const std::vector<NameUse>& wanted, ItemId called) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const NameUse& each) {
        auto* item = std::get_if<ItemId>(&each.target);
        return item && *item == called;
    });
}

/// What the members of object types among these are called; empty: there are none.
std::string member_name(QueryContext& context, const std::vector<NameUse>& uses) {
    for (const NameUse& use : uses)
        if (auto* member = std::get_if<ObjectMemberId>(&use.target)) return name_of_member(context, *member);
    return {};
}

/// Each place once.
void in_order(std::vector<NameUse>& uses) {
    auto begin_of = [](const NameUse& use) { return use.range.begin; };
    std::stable_sort(uses.begin(), uses.end(),
                     [&](const NameUse& a, const NameUse& b) { return begin_of(a) < begin_of(b); });
    auto same = [&](const NameUse& a, const NameUse& b) { return a.range == b.range; };
    uses.erase(std::unique(uses.begin(), uses.end(), same), uses.end());
}

bool is_one_of(const std::vector<NameUse>& wanted, const NameUse& use) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const NameUse& each) { return each.same_target(use); });
}

}  // namespace

std::vector<NameUse> highlights(QueryContext& context, FileId file, uint32_t offset) {
    std::vector<NameUse> out;
    auto wanted = meanings_at(context, file, offset);
    auto add = [&](const NameUse& other) {
        if (!is_one_of(wanted, other)) return;
        if (!out.empty() && out.back().range == other.range) out.back().is_write |= other.is_write;
        else out.push_back(other);
    };
    for (const NameUse& other : *context.get<FileNames>(file)) add(other);
    if (std::string member = member_name(context, wanted); !member.empty()) {
        each_object_member(context, file, member, add);
        in_order(out);
    }
    return out;
}

std::vector<Highlight> document_highlights(QueryContext& context, FileId file, uint32_t offset) {
    std::vector<Highlight> out;
    for (const NameUse& use : highlights(context, file, offset))
        out.push_back({use.range, use.is_write || use.is_declaration ? Highlight::Kind::Write : Highlight::Kind::Read});
    auto tree = context.get<FileTree>(file);
    const EditingRules* rules = editing_rules_of(file);
    if (!out.empty() || !tree || !*tree || !rules) return out;
    for (TextRange range : matching_words(**tree, *rules, offset)) out.push_back({range, Highlight::Kind::Text});
    return out;
}

std::vector<FileRange> references(QueryContext& context, FileId file, uint32_t offset, bool with_declaration) {
    std::vector<FileRange> out;
    auto wanted = meanings_at(context, file, offset);
    if (wanted.empty()) return out;
    std::vector<FileId> homes{file};
    std::vector<std::string_view> names;
    const std::string member = member_name(context, wanted);
    std::vector<ItemId> declared;  // by a trait: calls of it on a known type are those of the implementation
    for (const NameUse& use : wanted) {
        auto* item = std::get_if<ItemId>(&use.target);
        if (item && kind_of(*item) == ItemKind::Function && kind_of(parent_of(*item)) == ItemKind::Impl)
            for (ItemId other : items_of_one_name(context, *item))
                if (kind_of(parent_of(other)) == ItemKind::Trait) declared.push_back(other);
        homes.push_back(file_of(item ? *item : use.home));
        auto local = local_of(context, use);
        if (item) names.push_back(name_of(*item).text());
        else if (!member.empty()) names.push_back(member);
        else if (local && local->is_parameter) names.push_back(local->name.text());  // calls may name it
    }
    for (FileId other : *context.get<SourceFiles>()) {
        auto tree = context.get<FileTree>(other);
        bool is_home = std::find(homes.begin(), homes.end(), other) != homes.end();
        const bool is_readable = tree && *tree && editing_rules_of(other) == editing_rules_of(file);
        if (!is_readable || (is_std(other) && !is_home)) continue;
        bool is_searched = is_home || std::any_of(names.begin(), names.end(),
                                                  [&](std::string_view name) { return mentions(**tree, name); });
        if (!is_searched) continue;
        context.check_cancelled();
        std::vector<NameUse> members;
        each_object_member(context, other, member, [&](const NameUse& use) {
            if (is_one_of(wanted, use) && (with_declaration || !use.is_declaration)) members.push_back(use);
        });
        auto next = members.begin();
        auto add_members = [&](uint32_t end) {
            for (; next != members.end() && next->range.begin < end; ++next)
                if (out.empty() || out.back() != FileRange{other, next->range}) out.push_back({other, next->range});
        };
        for (const NameUse& use : *context.get<FileNames>(other)) {
            add_members(use.range.begin);
            bool is_wanted = is_one_of(wanted, use) && (with_declaration || !use.is_declaration);
            auto* item = std::get_if<ItemId>(&use.target);
            if (item && !use.is_declaration && std::find(declared.begin(), declared.end(), *item) != declared.end())
                is_wanted |= is_implemented_by(wanted, implementation_called(context, other, use));
            if (is_wanted && (out.empty() || out.back() != FileRange{other, use.range}))
                out.push_back({other, use.range});
        }
        add_members(uint32_t((*tree)->text().size()));
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
