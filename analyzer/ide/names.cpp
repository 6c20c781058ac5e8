#include "analyzer/ide/names.h"

#include <algorithm>
#include <unordered_map>

#include "analyzer/semantics/language.h"

namespace braid {
namespace {

/// The items a walk through a file is inside of, each with the number of the next node in the words of a Place.
class OwnerStack {
  public:
    OwnerStack(QueryContext& context, FileId file) : context_(context), items_(context.get<FileItems>(file)) {}

    struct Owner {
        ItemId item;
        uint32_t end;  // global preorder index behind its text
        uint32_t next_node = 0;
        std::shared_ptr<const Body> body;
        std::unordered_map<uint32_t, const Resolution*> resolutions;
        std::unordered_map<uint32_t, LocalId> locals;  // by declaring node, those with a name
    };

    /// Tells of the element with this index; must be called for every element in preorder.
    void enter(uint32_t index, const SyntaxElement& element) {
        while (!stack_.empty() && index >= stack_.back().end) stack_.pop_back();
        if (!stack_.empty()) node_ = stack_.back().next_node++;
        while (next_ < items_->entries.size() && items_->entries[next_].node <= index) {
            const ItemEntry& entry = items_->entries[next_++];
            if (entry.node == index && entry.owns_syntax && element.is_node())
                push(entry.item, index, SyntaxNode(element));
        }
    }
    bool empty() const { return stack_.empty(); }
    const Owner& owner() const { return stack_.back(); }
    uint32_t node() const { return node_; }  ///< of the element last entered, within owner()

  private:
    void push(ItemId item, uint32_t index, const SyntaxNode& node) {
        Owner owner{item, index + node.size(), 1, nullptr, {}, {}};
        node_ = 0;
        if (may_have_body(kind_of(item))) {
            owner.body = context_.get<BodyOf>(item);
            for (const Resolution& r : owner.body->resolutions) owner.resolutions.emplace(r.node, &r);
            for (size_t i = 0; i < owner.body->locals.size(); ++i)
                if (!owner.body->locals[i].name.empty()) owner.locals.emplace(owner.body->locals[i].node, LocalId(i));
        }
        stack_.push_back(std::move(owner));
    }

    QueryContext& context_;
    std::shared_ptr<const FileItems::Value> items_;
    size_t next_ = 0;
    uint32_t node_ = 0;
    std::vector<Owner> stack_;
};

bool is_named(const OwnerStack::Owner& owner, const Resolution& resolution, std::string_view text) {
    if (auto* local = std::get_if<LocalId>(&resolution.target)) return (*owner.body)[*local].name.text() == text;
    return name_of(std::get<ItemId>(resolution.target)).text() == text;
}

/// Resolves the tokens of one file, one after the other.
class NameCollector {
  public:
    NameCollector(QueryContext& context, FileId file) : context_(context), owners_(context, file) {
        for (const ItemEntry& entry : context.get<FileItems>(file)->entries)
            if (entry.name_node != entry.node) declared_.emplace(entry.name_node, entry.item);
    }

    void visit(uint32_t index, const SyntaxElement& element, int depth) {
        owners_.enter(index, element);
        if (owners_.empty()) return;
        // What a parent is said to be is also what the name in it is, as long as they are parts of one item.
        parents_.resize(size_t(depth));
        if (element.is_node()) {
            parents_.push_back({owners_.owner().item, owners_.node()});
            return;
        }
        SyntaxToken token(element);
        if (token.begin() == token.end()) return;
        if (auto found = resolve(index, token, depth)) {
            found->range = {token.begin(), token.end()};
            found->owner = owners_.owner().item;
            names.push_back(*found);
        }
    }

    std::vector<NameUse> names;

  private:
    std::optional<NameUse> resolve(uint32_t index, const SyntaxToken& token, int depth) {
        const OwnerStack::Owner& owner = owners_.owner();
        NameUse use;
        if (auto it = declared_.find(index); it != declared_.end()) {
            use.target = it->second;
            use.is_declaration = true;
            return use;
        }
        if (owner.body) {
            if (auto it = owner.resolutions.find(owners_.node()); it != owner.resolutions.end())
                return from_resolution(owner, *it->second, owners_.node());
            if (auto it = owner.locals.find(owners_.node()); it != owner.locals.end())
                return declared_local(owner, it->second);
            TokenClass token_class = token.tree()->grammar().token_class(token.kind());
            for (int up = 1; token_class == TokenClass::Name && up <= 2 && up <= depth; ++up) {
                const Place& parent = parents_[size_t(depth - up)];
                if (parent.item != owner.item) break;
                if (auto it = owner.resolutions.find(parent.node);
                    it != owner.resolutions.end() && is_named(owner, *it->second, token.text()))
                    return from_resolution(owner, *it->second, parent.node);
                if (auto it = owner.locals.find(parent.node);
                    it != owner.locals.end() && (*owner.body)[it->second].name.text() == token.text())
                    return declared_local(owner, it->second);
            }
        }
        const Language& language = language_of(owner.item);
        if (!language.declared_name) return std::nullopt;
        ItemId item = language.declared_name(context_, owner.item, token);
        if (item == ItemId::None) return std::nullopt;
        use.target = item;
        return use;
    }

    NameUse from_resolution(const OwnerStack::Owner& owner, const Resolution& resolution, uint32_t node) {
        NameUse use;
        use.target = resolution.target;
        use.type = resolution.type;
        use.is_write = resolution.is_write;
        if (auto* local = std::get_if<LocalId>(&resolution.target))
            use.is_declaration = (*owner.body)[*local].node == node;
        return use;
    }

    NameUse declared_local(const OwnerStack::Owner& owner, LocalId local) {
        NameUse use;
        use.target = local;
        use.type = (*owner.body)[local].type;
        use.is_declaration = true;
        return use;
    }

    QueryContext& context_;
    OwnerStack owners_;
    std::unordered_map<uint32_t, ItemId> declared_;  // by global index of the name token
    std::vector<Place> parents_;                     // nodes around the present element, by depth
};

}  // namespace

bool may_have_body(ItemKind kind) {
    switch (kind) {
        case ItemKind::File:
        case ItemKind::Function:
        case ItemKind::Constant:
        case ItemKind::Static:
        case ItemKind::Struct:
        case ItemKind::Class:
        case ItemKind::Actor: return true;
        default: return false;
    }
}

FileLines::Value FileLines::compute(QueryContext& context, const Key& file) {
    auto tree = context.get<FileTree>(file);
    if (!tree || !*tree) return {};
    return {*tree, std::make_shared<const LineIndex>((*tree)->text())};
}

std::vector<NameUse> FileNames::compute(QueryContext& context, const Key& file) {
    auto tree = context.get<FileTree>(file);
    if (!tree || !*tree) return {};
    NameCollector collector(context, file);
    uint32_t index = 0;
    for (Preorder walk((*tree)->root()); walk; walk.next()) {
        if (index % 256 == 0) context.check_cancelled();
        collector.visit(index++, *walk, walk.depth());
    }
    return std::move(collector.names);
}

std::optional<NameUse> name_at(QueryContext& context, FileId file, uint32_t offset) {
    auto names = context.get<FileNames>(file);
    auto after = std::upper_bound(names->begin(), names->end(), offset,
                                  [](uint32_t o, const NameUse& use) { return o < use.range.begin; });
    if (after == names->begin()) return std::nullopt;
    const NameUse& use = *std::prev(after);
    if (!use.range.touches(offset)) return std::nullopt;
    return use;
}

std::optional<DeclaredAt> declaration_of_item(QueryContext& context, ItemId item) {
    for (; item != ItemId::None; item = parent_of(item)) {
        FileId file = file_of(item);
        auto tree = context.get<FileTree>(file);
        const ItemEntry* entry = context.get<FileItems>(file)->find(item);
        if (!tree || !*tree) return std::nullopt;
        if (!entry) continue;  // no text declares it: a constructor that the class has by itself, for example
        SyntaxElement whole = element_at((*tree)->root(), entry->node),
                      name = element_at((*tree)->root(), entry->name_node);
        if (!whole || !name) return std::nullopt;
        if (kind_of(item) == ItemKind::File) return DeclaredAt{file, {0, 0}, whole.full_range()};
        return DeclaredAt{file, name.text_range(), whole.text_range()};
    }
    return std::nullopt;
}

}  // namespace braid
