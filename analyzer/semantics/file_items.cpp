// What a file declares, and how that follows an edit: only the pieces of the file between the ends that both versions
// share are looked at (syntax/shared_ends.h).
#include <algorithm>

#include "analyzer/semantics/language.h"
#include "analyzer/semantics/queries.h"
#include "analyzer/syntax/shared_ends.h"

namespace braid {
namespace {

using Value = FileItems::Value;

/// Items whose numbers differ in so many lower bits only are one group, and so on with groups: numbers are given in
/// source order as a file is first seen, and are for life.
constexpr uint32_t kGroupBits = 4;
uint32_t group_of(ItemId item, uint32_t level) { return uint32_t(item) >> kGroupBits * (level + 1); }
uint32_t first_of(uint32_t number, uint32_t level) { return number << kGroupBits * (level + 1); }

/// Declarations of several pieces in a row, places counted from the root.
class Declarations {
  public:
    Declarations(const QueryContext& context, FileId file, const SyntaxNode& root, const Language& language)
        : context_(context), file_(file), root_(root), language_(language) {}

    /// The pieces that make up the nodes from `begin` to `end`.
    void read(uint32_t begin, uint32_t end) {
        for (uint32_t index = begin; index < end;) {
            const SyntaxElement piece = element_at(root_, index);
            if (!piece) break;
            read(piece, index);
            index += piece.slot().size();
        }
    }
    void read_all() {
        uint32_t index = 1;
        for (SyntaxElement piece : root_.children()) {
            read(piece, index);
            index += piece.slot().size();
        }
    }
    /// Those of another version, which stand `shift` further on now.
    void take(const Value& old, size_t begin, size_t end, uint32_t shift) {
        std::unordered_map<ItemId, uint32_t> positions;
        for (size_t i = begin; i < end; ++i) {
            const ItemEntry& entry = old.entries[i];
            const ItemKey& key = item_key(entry.item);
            auto parent = positions.find(key.parent);
            positions.emplace(entry.item, uint32_t(items.size()));
            items.push_back({key.kind, key.name, parent == positions.end() ? DeclaredItem::kNoParent : parent->second,
                             entry.node + shift, entry.name_node + shift, entry.is_public, entry.owns_syntax});
        }
    }

    std::vector<DeclaredItem> items;

  private:
    void read(const SyntaxElement& piece, uint32_t index) {
        if (!piece.is_node()) return;
        context_.check_cancelled();
        const uint32_t first = uint32_t(items.size());
        for (DeclaredItem& item : language_.declared_items(file_, SyntaxNode(piece))) {
            item.node += index;
            item.name_node += index;
            if (item.parent != DeclaredItem::kNoParent) item.parent += first;
            items.push_back(item);
        }
    }

    const QueryContext& context_;
    FileId file_;
    SyntaxNode root_;
    const Language& language_;
};

/// Gives the declarations of a whole file their identity.
Value identified(const QueryContext& context, FileId file, SyntaxTreePtr tree, const std::vector<DeclaredItem>& items) {
    struct Hash {
        size_t operator()(const ItemKey& key) const {
            return combine_hashes(size_t(key.parent) * 64 + size_t(key.kind), key.name.hash());
        }
    };
    std::unordered_map<ItemKey, uint32_t, Hash> namesakes;
    namesakes.reserve(items.size());
    Value value;
    value.tree = std::move(tree);
    value.entries.reserve(items.size() + 1);
    value.entries.push_back({file_item(file), 0, 0, true, true});
    for (const DeclaredItem& item : items) {
        if (value.entries.size() % 256 == 0) context.check_cancelled();
        const size_t parent = item.parent == DeclaredItem::kNoParent ? 0 : item.parent + 1;
        ItemKey key{value.entries[parent].item, item.kind, item.name, 0, file};
        key.ordinal = namesakes[key]++;
        value.entries.push_back({intern_item(key), item.node, item.name_node, item.is_public, item.owns_syntax});
    }
    auto index = std::make_shared<Value::Index>();
    index->reserve(value.entries.size());
    for (uint32_t i = 0; i < value.entries.size(); ++i) index->emplace_back(value.entries[i].item, i);
    std::sort(index->begin(), index->end());
    value.index = std::move(index);
    return value;
}

/// What an edit left alone: entries before `begin`, and as many at the end as there are behind `old_end` and `new_end`.
struct Middle {
    SharedEnds ends;
    size_t begin, old_end, new_end;
};

size_t entry_at(const Value& value, uint32_t node) {
    return size_t(std::lower_bound(value.entries.begin(), value.entries.end(), node,
                                   [](const ItemEntry& entry, uint32_t n) { return entry.node < n; }) -
                  value.entries.begin());
}

Middle middle_of(const Value& old, const Value& now) {
    Middle middle{shared_ends(old.tree->root(), now.tree->root()), 0, 0, 0};
    middle.begin = entry_at(old, 1 + middle.ends.before);
    middle.old_end = entry_at(old, old.tree->root().size() - middle.ends.behind);
    middle.new_end = now.entries.size() - (old.entries.size() - middle.old_end);
    return middle;
}

/// Whether `items` declare what the old entries did; their places may be others.
bool same_items(const Value& old, size_t begin, size_t end, const std::vector<DeclaredItem>& items) {
    if (items.size() != end - begin) return false;
    for (size_t i = 0; i < items.size(); ++i) {
        const ItemEntry& entry = old.entries[begin + i];
        const ItemKey& key = item_key(entry.item);
        const size_t parent = items[i].parent == DeclaredItem::kNoParent ? 0 : begin + items[i].parent;
        if (key.kind != items[i].kind || key.name != items[i].name || entry.owns_syntax != items[i].owns_syntax ||
            key.parent != old.entries[parent].item)
            return false;
    }
    return true;
}

bool same_syntax(const Value& old, const Value& now, const ItemEntry& before, const ItemEntry& after) {
    return element_at(old.tree->root(), before.node).slot() == element_at(now.tree->root(), after.node).slot() ||
           present_syntax(old, before) == present_syntax(now, after);
}

/// Whether the file's own pieces, those that are not items, are the same; the items are the same ones.
bool same_top_level(const Value& old, const Value& now, const Middle& middle) {
    const SyntaxNode before = old.tree->root(), after = now.tree->root();
    const uint32_t end_before = before.size() - middle.ends.behind, end_after = after.size() - middle.ends.behind;
    uint32_t i = 1 + middle.ends.before, j = i;
    size_t entry = middle.begin;
    while (i < end_before && j < end_after) {
        const SyntaxElement a = element_at(before, i), b = element_at(after, j);
        if (!a || !b) break;
        while (entry < middle.old_end && old.entries[entry].node < i) ++entry;
        auto is_own = [&](const Value& value, uint32_t node) {
            return entry >= middle.old_end || value.entries[entry].node != node || !value.entries[entry].owns_syntax;
        };
        const bool own = is_own(old, i);
        if (own != is_own(now, j) || a.kind() != b.kind() || a.is_token() != b.is_token()) return false;
        if (own && !(a.is_token() ? a.text() == b.text() : tokens_equal(SyntaxNode(a), SyntaxNode(b)))) return false;
        i += a.slot().size();
        j += b.slot().size();
    }
    return i >= end_before && j >= end_after;
}

void announce_item(const ItemEntry& entry, Announcements& out) {
    const ItemKey& key = item_key(entry.item);
    out.changed<ItemSyntax>(entry.item);
    out.changed<ItemChildren>(entry.item);
    out.changed<GroupItems>({key.file, 0, group_of(entry.item, 0)});
    for (uint32_t level = 1; level <= ItemGroup::kTop; ++level)
        out.changed<SubGroups>({key.file, level, group_of(entry.item, level)});
    if (key.parent == ItemId::None) return;
    out.changed<ItemSyntax>(key.parent);
    out.changed<ItemChildren>(key.parent);
}

}  // namespace

ItemTree present_syntax(const Value& value, const ItemEntry& entry) {
    SyntaxElement found = element_at(value.tree->root(), entry.node);
    if (!found.is_node()) return {};
    SyntaxNode node(found);
    // A tree of its own over a copy of the item's bytes: a memo must not keep whole old versions of a file alive.
    auto text = std::make_shared<const std::string>(node.full_text());
    auto own = std::make_shared<const SyntaxTree>(value.tree->grammar(), std::move(text), GreenRef(node.green()));
    std::vector<ItemTree::Hole> holes;
    for (const ItemEntry& child : value.inside(entry)) {
        if (!child.owns_syntax || child.node <= entry.node || parent_of(child.item) != entry.item) continue;
        const uint32_t index = child.node - entry.node;
        SyntaxElement hole = element_at(own->root(), index);
        if (hole.is_node()) holes.push_back({index, hole.slot().size()});
    }
    return ItemTree(std::move(own), std::move(holes));
}

const ItemEntry* Value::find(ItemId item) const {
    if (!index) return nullptr;
    auto found = std::lower_bound(index->begin(), index->end(), std::pair(item, 0u));
    return found == index->end() || found->first != item ? nullptr : &entries[found->second];
}

std::span<const ItemEntry> Value::inside(const ItemEntry& entry) const {
    const size_t first = size_t(&entry - entries.data()) + 1;
    const SyntaxElement node = element_at(tree->root(), entry.node);
    const uint32_t end = node ? entry.node + node.slot().size() : entry.node;
    return {entries.data() + first, std::max(entry_at(*this, end), first) - first};
}

Value FileItems::compute(QueryContext& context, const Key& file) {
    auto tree = context.get<FileTree>(file);
    const Language* language = language_of_path(files().path(file));
    if (!tree || !*tree || !language) return {};
    Declarations declarations(context, file, (*tree)->root(), *language);
    declarations.read_all();
    return identified(context, file, *tree, declarations.items);
}

Value FileItems::update(QueryContext& context, const Key& file, const Value& old) {
    auto tree = context.get<FileTree>(file);
    const Language* language = language_of_path(files().path(file));
    if (!tree || !*tree || !language || !old.tree) return compute(context, file);
    const SyntaxNode before = old.tree->root(), after = (*tree)->root();
    const SharedEnds ends = shared_ends(before, after);
    const size_t begin = entry_at(old, 1 + ends.before), end = entry_at(old, before.size() - ends.behind);
    const uint32_t shift = after.size() - before.size();  // modulo 2^32, as are the places it is added to
    Declarations middle(context, file, after, *language);
    middle.read(1 + ends.before, after.size() - ends.behind);
    if (same_items(old, begin, end, middle.items)) {
        Value now{old.entries, old.index, *tree};
        for (size_t i = begin; i < end; ++i) {
            const DeclaredItem& item = middle.items[i - begin];
            now.entries[i].node = item.node;
            now.entries[i].name_node = item.name_node;
            now.entries[i].is_public = item.is_public;
        }
        for (size_t i = end; shift != 0 && i < now.entries.size(); ++i) {
            now.entries[i].node += shift;
            now.entries[i].name_node += shift;
        }
        return now;
    }
    Declarations all(context, file, after, *language);
    all.take(old, 1, begin, 0);
    all.read(1 + ends.before, after.size() - ends.behind);
    all.take(old, end, old.entries.size(), shift);
    return identified(context, file, *tree, all.items);
}

void FileItems::announce(const Value& old, const Value& now, Announcements& out) {
    const FileId file = file_of((old.tree ? old : now).entries[0].item);
    if (!old.tree || !now.tree) {
        out.changed<ItemGroups>(file);
        for (const Value* value : {&old, &now})
            for (const ItemEntry& entry : value->entries) announce_item(entry, out);
        return;
    }
    const Middle middle = middle_of(old, now);
    if (old.index == now.index) {
        for (size_t i = middle.begin; i < middle.old_end; ++i) {
            const ItemEntry &before = old.entries[i], &after = now.entries[i];
            if (before.is_public != after.is_public) out.changed<ItemChildren>(parent_of(after.item));
            if (after.owns_syntax && !same_syntax(old, now, before, after)) out.changed<ItemSyntax>(after.item);
        }
        if (!same_top_level(old, now, middle)) out.changed<ItemSyntax>(now.entries[0].item);
        return;
    }
    out.changed<ItemGroups>(file);
    announce_item(now.entries[0], out);
    for (size_t i = middle.begin; i < middle.old_end; ++i) announce_item(old.entries[i], out);
    for (size_t i = middle.begin; i < middle.new_end; ++i) announce_item(now.entries[i], out);
    // A namesake that came or went above makes others of those below.
    for (size_t i = middle.old_end, j = middle.new_end; i < old.entries.size(); ++i, ++j) {
        if (old.entries[i].item == now.entries[j].item) continue;
        announce_item(old.entries[i], out);
        announce_item(now.entries[j], out);
    }
}

ItemChildren::Value ItemChildren::compute(QueryContext& context, const Key& item) {
    Value children;
    auto items = context.get<FileItems>(file_of(item));
    const ItemEntry* entry = items->find(item);
    if (!entry) return children;
    for (const ItemEntry& child : items->inside(*entry))
        if (parent_of(child.item) == item) children.push_back({child.item, child.is_public});
    return children;
}

ItemSyntax::Value ItemSyntax::compute(QueryContext& context, const Key& item) {
    auto items = context.get<FileItems>(file_of(item));
    const ItemEntry* entry = items->find(item);
    return entry && entry->owns_syntax ? present_syntax(*items, *entry) : Value();
}

namespace {

/// The part of the index with the items of one group.
std::span<const std::pair<ItemId, uint32_t>> members(const Value& items, const ItemGroup& group) {
    if (!items.index) return {};
    auto by_item = [](const auto& entry, ItemId item) { return entry.first < item; };
    auto begin = std::lower_bound(items.index->begin(), items.index->end(), ItemId(first_of(group.number, group.level)),
                                  by_item);
    auto end = begin;
    while (end != items.index->end() && group_of(end->first, group.level) == group.number) ++end;
    return {begin, end};
}

std::vector<ItemGroup> groups_in(std::span<const std::pair<ItemId, uint32_t>> members, FileId file, uint32_t level) {
    std::vector<ItemGroup> groups;
    for (const auto& [item, position] : members) {
        const uint32_t number = group_of(item, level);
        if (groups.empty() || groups.back().number != number) groups.push_back({file, level, number});
    }
    return groups;
}

}  // namespace

ItemGroups::Value ItemGroups::compute(QueryContext& context, const Key& file) {
    auto items = context.get<FileItems>(file);
    return items->index ? groups_in(*items->index, file, ItemGroup::kTop) : Value();
}

SubGroups::Value SubGroups::compute(QueryContext& context, const Key& group) {
    auto items = context.get<FileItems>(group.file);
    return groups_in(members(*items, group), group.file, group.level - 1);
}

GroupItems::Value GroupItems::compute(QueryContext& context, const Key& group) {
    auto items = context.get<FileItems>(group.file);
    std::vector<uint32_t> positions;
    for (const auto& [item, position] : members(*items, group))
        if (items->entries[position].owns_syntax) positions.push_back(position);
    std::sort(positions.begin(), positions.end());
    Value result;
    for (uint32_t position : positions) result.push_back(items->entries[position].item);
    return result;
}

std::vector<ItemGroup> groups_at(QueryContext& context, FileId file, uint32_t level) {
    std::vector<ItemGroup> groups = *context.get<ItemGroups>(file);
    for (uint32_t at = ItemGroup::kTop; at > level; --at) {
        std::vector<ItemGroup> parts;
        for (ItemGroup group : groups) {
            auto of_group = context.get<SubGroups>(group);
            parts.insert(parts.end(), of_group->begin(), of_group->end());
        }
        groups = std::move(parts);
    }
    return groups;
}

}  // namespace braid
