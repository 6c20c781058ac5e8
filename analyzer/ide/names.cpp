#include "analyzer/ide/names.h"

#include <algorithm>
#include <span>
#include <unordered_map>

#include "analyzer/semantics/bodies.h"
#include "analyzer/semantics/editing.h"
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
        std::unordered_map<uint32_t, LocalId> locals;  // by declaring node, those with a name

        std::span<const Resolution> resolutions_at(uint32_t node) const {
            const auto& all = body->resolutions;
            auto less = [](const auto& a, const auto& b) { return node_of(a) < node_of(b); };
            auto [first, last] = std::equal_range(all.begin(), all.end(), node, less);
            return {first, last};
        }
        static uint32_t node_of(const Resolution& r) { return r.node; }
        static uint32_t node_of(uint32_t node) { return node; }
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
        Owner owner{item, index + node.size(), 1, nullptr, {}};
        node_ = 0;
        if (may_have_body(kind_of(item))) {
            owner.body = context_.get<BodyOf>(item);
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
    NameCollector(QueryContext& context, FileId file)
        : context_(context), rules_(editing_rules_of(file)), owners_(context, file) {
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
        size_t first = names.size();
        resolve(index, token, depth);
        for (size_t i = first; i < names.size(); ++i) {
            names[i].range = {token.begin(), token.end()};
            names[i].owner = owners_.owner().item;
            if (names[i].home == ItemId::None) names[i].home = names[i].owner;
        }
        // Variables before the fields that share their token.
        std::stable_partition(names.begin() + long(first), names.end(),
                              [](const NameUse& use) { return std::holds_alternative<LocalId>(use.target); });
    }

    std::vector<NameUse> names;

  private:
    void add(NameUse use) {
        bool known = std::any_of(names.begin() + long(token_begin_), names.end(),
                                 [&](const NameUse& other) { return other.target == use.target; });
        if (!known) names.push_back(std::move(use));
    }

    void resolve(uint32_t index, const SyntaxToken& token, int depth) {
        const OwnerStack::Owner& owner = owners_.owner();
        token_begin_ = names.size();
        if (auto it = declared_.find(index); it != declared_.end()) {
            NameUse use;
            use.target = it->second;
            use.is_declaration = true;
            add(use);
        }
        if (owner.body) resolve_in_body(owner, token, depth);
        if (names.size() > token_begin_) return;
        if (ItemId item = named_argument(token); item != ItemId::None) return;
        const Language& language = language_of(owner.item);
        ItemId item = language.declared_name ? language.declared_name(context_, owner.item, token) : ItemId::None;
        if (item == ItemId::None) return;
        NameUse use;
        use.target = item;
        add(use);
    }

    void resolve_in_body(const OwnerStack::Owner& owner, const SyntaxToken& token, int depth) {
        for (const Resolution& each : owner.resolutions_at(owners_.node()))
            add(from_resolution(owner, each, owners_.node()));
        if (auto it = owner.locals.find(owners_.node()); it != owner.locals.end())
            add(declared_local(owner, it->second));
        if (names.size() > token_begin_) return;
        TokenClass token_class = token.tree()->grammar().token_class(token.kind());
        for (int up = 1; token_class == TokenClass::Name && up <= 2 && up <= depth; ++up) {
            const Place& parent = parents_[size_t(depth - up)];
            if (parent.item != owner.item) break;
            for (const Resolution& each : owner.resolutions_at(parent.node))
                if (is_named(owner, each, token.text())) add(from_resolution(owner, each, parent.node));
            if (names.size() > token_begin_) return;
            if (auto it = owner.locals.find(parent.node);
                it != owner.locals.end() && (*owner.body)[it->second].name.text() == token.text())
                return add(declared_local(owner, it->second));
        }
    }

    /// `name` of `f(name = value)`: the parameter, or the field when `f` makes a value of a type. What was called has
    /// been resolved before.
    ItemId named_argument(const SyntaxToken& token) {
        SyntaxNode argument = token.parent();
        bool names_one = rules_ && rules_->is(argument, syntax_role::NamedArgument) &&
                         argument.first_token() == token && argument.last_token() != token &&
                         token.next().parent() == argument;
        SyntaxNode list = names_one ? argument.parent() : SyntaxNode();
        SyntaxNode callee = list && list.parent() ? list.parent().first_child().as_node() : SyntaxNode();
        while (callee && !rules_->is(callee, syntax_role::Member | syntax_role::PathSyntax))
            callee = callee.first_child().as_node();
        SyntaxToken name = callee ? callee.last_token() : SyntaxToken();
        if (!name) return ItemId::None;
        auto found = std::find_if(names.rbegin(), names.rend(),
                                  [&](const NameUse& use) { return use.range.begin <= name.begin(); });
        if (found == names.rend() || found->range.begin != name.begin()) return ItemId::None;
        auto* item = std::get_if<ItemId>(&found->target);
        if (!item) return ItemId::None;
        if (kind_of(*item) == ItemKind::Function) return parameter_named(*item, token.text());
        for (const FieldInfo& field : context_.get<DefinitionOf>(*item)->fields) {
            if (field.name.text() != token.text() || field.item == ItemId::None) continue;
            NameUse use;
            use.target = field.item;
            use.type = field.type;
            add(use);
            return field.item;
        }
        return ItemId::None;
    }

    ItemId parameter_named(ItemId function, std::string_view name) {
        auto body = context_.get<BodyOf>(function);
        for (size_t i = 0; i < body->locals.size(); ++i) {
            const LocalInfo& local = body->locals[i];
            if (!local.is_parameter || local.is_self || local.name.text() != name) continue;
            if (local.function != BodyFunctionId(0)) continue;
            NameUse use;
            use.target = LocalId(i);
            use.home = function;
            use.type = local.type;
            add(use);
            return function;
        }
        return ItemId::None;
    }

    /// Whether a node is the one directly around the present token.
    bool is_innermost(const OwnerStack::Owner& owner, uint32_t node) const {
        return !parents_.empty() && parents_.back().item == owner.item && parents_.back().node == node;
    }

    NameUse from_resolution(const OwnerStack::Owner& owner, const Resolution& resolution, uint32_t node) {
        NameUse use;
        use.target = resolution.target;
        use.type = resolution.type;
        use.is_write = resolution.is_write;
        if (auto* local = std::get_if<LocalId>(&resolution.target))
            use.is_declaration = (*owner.body)[*local].node == node || is_innermost(owner, (*owner.body)[*local].node);
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
    const EditingRules* rules_;
    OwnerStack owners_;
    size_t token_begin_ = 0;                         // of the present token's names
    std::unordered_map<uint32_t, ItemId> declared_;  // by global index of the name token
    std::vector<Place> parents_;                     // nodes around the present element, by depth
};

}  // namespace

bool is_type(ItemKind kind) {
    switch (kind) {
        case ItemKind::Struct:
        case ItemKind::Class:
        case ItemKind::Interface:
        case ItemKind::Enum:
        case ItemKind::Trait:
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

std::vector<NameUse> names_at(QueryContext& context, FileId file, uint32_t offset) {
    auto names = context.get<FileNames>(file);
    auto after = std::upper_bound(names->begin(), names->end(), offset,
                                  [](uint32_t o, const NameUse& use) { return o < use.range.begin; });
    std::vector<NameUse> out;
    if (after == names->begin()) return out;
    TextRange range = std::prev(after)->range;
    if (!range.touches(offset)) return out;
    while (after != names->begin() && std::prev(after)->range == range) --after;
    for (; after != names->end() && after->range == range; ++after) out.push_back(*after);
    return out;
}

std::optional<NameUse> name_at(QueryContext& context, FileId file, uint32_t offset) {
    auto all = names_at(context, file, offset);
    return all.empty() ? std::nullopt : std::optional(all.front());
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
