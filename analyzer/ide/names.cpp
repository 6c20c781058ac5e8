#include "analyzer/ide/names.h"

#include <algorithm>
#include <span>
#include <unordered_map>

#include "analyzer/ide/own_text.h"
#include "analyzer/ide/structure.h"
#include "analyzer/semantics/bodies.h"
#include "analyzer/semantics/language.h"

namespace braid {
namespace {

/// `T` of `T: Show`, `const T extends U`, `[K in keyof T]`.
SyntaxToken name_of_type_parameter(const SyntaxNode& parameter) {
    for (SyntaxElement child : parameter.children())
        if (child.is_token() && child.tree()->grammar().token_class(child.kind()) == TokenClass::Name)
            return SyntaxToken(child);
    return {};
}

/// Those that a node itself declares, or the list of parameters in it.
void add_type_parameters(const EditingRules& rules, const SyntaxNode& node, std::vector<SyntaxToken>& out) {
    auto add = [&](const SyntaxNode& parameter) {
        SyntaxToken name = name_of_type_parameter(parameter);
        if (name && name.begin() < name.end()) out.push_back(name);
    };
    if (rules.is(node, syntax_role::TypeParameter)) add(node);
    for (SyntaxElement child : node.children()) {
        if (rules.is(child, syntax_role::Statement)) break;  // the list stands in front of all members
        if (!rules.is(child, syntax_role::TypeParameters)) continue;
        for (const SyntaxNode& parameter : child.as_node().child_nodes())
            if (rules.is(parameter, syntax_role::TypeParameter)) add(parameter);
    }
}

uint32_t node_of(const Resolution& resolution) { return resolution.node; }
uint32_t node_of(uint32_t node) { return node; }

/// Resolves the tokens of one item's own text, one after the other. Their ranges are those within the item.
class NameCollector {
  public:
    NameCollector(QueryContext& context, ItemId item)
        : context_(context),
          item_(item),
          rules_(editing_rules_of(file_of(item))),
          declared_(context.get<OwnDeclarations>(item)) {
        if (!may_have_body(kind_of(item))) return;
        body_ = context.get<BodyOf>(item);
        for (size_t i = 0; i < body_->locals.size(); ++i)
            if (!body_->locals[i].name.empty()) locals_.emplace(body_->locals[i].node, LocalId(i));
    }

    void visit(uint32_t number, const SyntaxElement& element, int depth) {
        parents_.resize(size_t(depth));
        number_ = number;
        if (element.is_node()) {
            parents_.push_back({number, SyntaxNode(element)});
            return;
        }
        SyntaxToken token(element);
        if (token.begin() == token.end()) return;
        const size_t first = names.size();
        resolve(token, depth);
        for (size_t i = first; i < names.size(); ++i) {
            names[i].node = number;
            names[i].use.range = {token.begin(), token.end()};
            names[i].use.owner = item_;
            if (names[i].use.home == ItemId::None) names[i].use.home = item_;
        }
        // Variables before the fields that share their token.
        std::stable_partition(names.begin() + long(first), names.end(),
                              [](const PlacedName& name) { return std::holds_alternative<LocalId>(name.use.target); });
    }

    std::vector<PlacedName> names;

  private:
    void add(const NameUse& use) {
        bool known = std::any_of(names.begin() + long(token_begin_), names.end(),
                                 [&](const PlacedName& other) { return other.use.target == use.target; });
        if (!known) names.push_back({number_, use});
    }

    void resolve(const SyntaxToken& token, int depth) {
        token_begin_ = names.size();
        const auto& known = declared_->names;
        auto declared = std::lower_bound(known.begin(), known.end(), number_,
                                         [](const auto& each, uint32_t number) { return each.first < number; });
        if (declared != known.end() && declared->first == number_) {
            NameUse use;
            use.target = declared->second;
            use.is_declaration = true;
            add(use);
        }
        if (body_) resolve_in_body(token, depth);
        if (names.size() > token_begin_ || parents_.empty() || !rules_) return;
        const TokenClass token_class = token.tree()->grammar().token_class(token.kind());
        const bool may_be_name = token_class == TokenClass::Name || token_class == TokenClass::Keyword;
        const SyntaxNode& parent = parents_.back().node;
        if (!may_be_name || add_type_parameter(token, parent)) return;
        if (ItemId item = named_argument(token, parent); item != ItemId::None) return;
        if (token_class == TokenClass::Name && add_captured(token, parent)) return;
        if (rules_->is(parent, syntax_role::Expression)) return;  // what the body says nothing of means nothing
        const Language& language = language_of(item_);
        ItemId item = language.declared_name ? language.declared_name(context_, item_, token) : ItemId::None;
        if (item == ItemId::None) return;
        NameUse use;
        use.target = item;
        add(use);
    }

    std::span<const Resolution> resolutions_at(uint32_t node) const {
        auto less = [](const auto& a, const auto& b) { return node_of(a) < node_of(b); };
        auto [first, last] = std::equal_range(body_->resolutions.begin(), body_->resolutions.end(), node, less);
        return {first, last};
    }
    bool is_named(const Resolution& resolution, std::string_view text) const {
        if (auto* local = std::get_if<LocalId>(&resolution.target)) return (*body_)[*local].name.text() == text;
        return name_of(std::get<ItemId>(resolution.target)).text() == text;
    }

    /// A receiver that nobody writes, such as an actor's, stands at the name of its function.
    bool is_written(LocalId local, const SyntaxToken& token) const {
        const LocalInfo& info = (*body_)[local];
        return !info.is_self || info.name.text() == token.text();
    }

    void resolve_in_body(const SyntaxToken& token, int depth) {
        for (const Resolution& each : resolutions_at(number_)) add(from_resolution(each, number_));
        if (auto it = locals_.find(number_); it != locals_.end() && is_written(it->second, token))
            add(declared_local(it->second));
        if (names.size() > token_begin_) return;
        // What a parent is said to be is also what the name in it is.
        TokenClass token_class = token.tree()->grammar().token_class(token.kind());
        for (int up = 1; token_class == TokenClass::Name && up <= 2 && up <= depth; ++up) {
            const uint32_t parent = parents_[size_t(depth - up)].number;
            for (const Resolution& each : resolutions_at(parent))
                if (is_named(each, token.text())) add(from_resolution(each, parent));
            if (names.size() > token_begin_) return;
            if (auto it = locals_.find(parent); it != locals_.end() && (*body_)[it->second].name.text() == token.text())
                return add(declared_local(it->second));
        }
    }

    /// What declares a type parameter, and what begins a path with its name: `T`, `T::new`.
    bool add_type_parameter(const SyntaxToken& token, const SyntaxNode& parent) {
        if (token.tree()->grammar().token_class(token.kind()) != TokenClass::Name) return false;
        bool declares = rules_->is(parent, syntax_role::TypeParameter) && name_of_type_parameter(parent) == token;
        bool begins_path = rules_->is(parent, syntax_role::PathSyntax) && parent.first_token() == token;
        NameUse use;
        use.is_declaration = declares;
        if (declares) use.target = TypeParameterId{item_, number_};
        else if (auto named = begins_path ? type_parameter_named(token) : std::nullopt) use.target = *named;
        else return false;
        use.home = std::get<TypeParameterId>(use.target).owner;
        add(std::move(use));
        return true;
    }

    /// A variable of the function that the class of this code stands in.
    bool add_captured(const SyntaxToken& token, const SyntaxNode& parent) {
        bool is_value = rules_->is(parent, syntax_role::Expression | syntax_role::Shorthand) &&
                        parent.first_token() == token && parent.last_token() == token;
        if (!is_value) return false;
        ItemId inner = item_;
        bool in_class = false;
        for (ItemId around = parent_of(inner); around != ItemId::None; inner = around, around = parent_of(around)) {
            in_class |= kind_of(inner) == ItemKind::Class;
            if (!in_class || !may_have_body(kind_of(around))) continue;
            auto use = variable_around(around, inner, token.text());
            if (!use) continue;
            add(*use);
            return true;
        }
        return false;
    }

    /// The innermost of the variables of this name that are seen where a part of an item stands in it.
    std::optional<NameUse> variable_around(ItemId around, ItemId part, std::string_view name) {
        auto body = context_.get<BodyOf>(around);
        bool has_one = std::any_of(body->locals.begin(), body->locals.end(),
                                   [&](const LocalInfo& local) { return local.name.text() == name; });
        auto syntax = has_one ? context_.get<ItemSyntax>(around) : nullptr;
        auto place = has_one ? hole_of(around, part) : std::nullopt;
        if (!place || !*syntax) return std::nullopt;
        const TextRange inside = syntax->element(*place).text_range();
        std::optional<NameUse> found;
        uint32_t nearest = 0;
        for (size_t i = 0; i < body->locals.size(); ++i) {
            const LocalInfo& local = body->locals[i];
            SyntaxElement declared = local.name.text() == name ? syntax->element(local.node) : SyntaxElement();
            if (!declared) continue;
            SyntaxNode parent = declared.parent();
            bool is_function = parent && declared.is_token() && rules_->is(parent, syntax_role::Function) &&
                               !rules_->is(parent, syntax_role::Expression);
            // A function's name is seen in the block around it.
            SyntaxNode scope = enclosing(*rules_, is_function ? SyntaxElement(parent) : declared, syntax_role::Scope);
            TextRange range = scope ? scope.text_range() : TextRange();
            bool is_seen = scope && range.begin <= inside.begin && inside.end <= range.end;
            if (!is_seen || (found && range.begin <= nearest)) continue;
            nearest = range.begin;
            found.emplace();
            found->target = LocalId(i);
            found->home = around;
            found->type = local.type;
        }
        return found;
    }

    /// Where an item that owns its syntax stands in the text of the one around it.
    std::optional<uint32_t> hole_of(ItemId around, ItemId part) {
        auto declared = context_.get<OwnDeclarations>(around);
        auto at = std::find(declared->parts.begin(), declared->parts.end(), part);
        const size_t nth = size_t(at - declared->parts.begin());
        if (at == declared->parts.end() || nth >= declared->holes.size()) return std::nullopt;
        return declared->holes[nth];
    }

    /// Declared in the item's own text around the token, else by an item around it.
    std::optional<TypeParameterId> type_parameter_named(const SyntaxToken& token) {
        for (ItemId owner = item_; owner != ItemId::None; owner = parent_of(owner)) {
            bool is_scope = kind_of(owner) == ItemKind::File || kind_of(owner) == ItemKind::Module;
            if (owner != item_ && is_scope) break;  // these have none, and change with every statement
            auto syntax = context_.get<ItemSyntax>(owner);
            if (!*syntax) return std::nullopt;
            std::vector<SyntaxToken> known;
            if (owner != item_) known = type_parameters_at(*rules_, syntax->root());
            else
                for (auto up = parents_.rbegin(); up != parents_.rend(); ++up)
                    add_type_parameters(*rules_, up->node, known);
            for (const SyntaxToken& each : known)
                if (each.text() == token.text()) return TypeParameterId{owner, syntax->node_of(each)};
        }
        return std::nullopt;
    }

    /// `name` of `f(name = value)`: the parameter, or the field when `f` makes a value of a type. What was called has
    /// been resolved before.
    ItemId named_argument(const SyntaxToken& token, const SyntaxNode& argument) {
        bool names_one = rules_->is(argument, syntax_role::NamedArgument) && argument.first_token() == token &&
                         argument.last_token() != token && token.next().parent() == argument;
        SyntaxNode list = names_one ? argument.parent() : SyntaxNode();
        SyntaxNode callee = list && list.parent() ? list.parent().first_child().as_node() : SyntaxNode();
        while (callee && !rules_->is(callee, syntax_role::Member | syntax_role::PathSyntax))
            callee = callee.first_child().as_node();
        SyntaxToken name = callee ? callee.last_token() : SyntaxToken();
        if (!name) return ItemId::None;
        auto found = std::find_if(names.rbegin(), names.rend(),
                                  [&](const PlacedName& each) { return each.use.range.begin <= name.begin(); });
        if (found == names.rend() || found->use.range.begin != name.begin()) return ItemId::None;
        auto* item = std::get_if<ItemId>(&found->use.target);
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
    bool is_innermost(uint32_t node) const { return !parents_.empty() && parents_.back().number == node; }

    NameUse from_resolution(const Resolution& resolution, uint32_t node) {
        NameUse use;
        std::visit([&](auto target) { use.target = target; }, resolution.target);
        use.type = resolution.type;
        use.is_write = resolution.is_write;
        if (auto* local = std::get_if<LocalId>(&resolution.target))
            use.is_declaration = (*body_)[*local].node == node || is_innermost((*body_)[*local].node);
        return use;
    }

    NameUse declared_local(LocalId local) {
        NameUse use;
        use.target = local;
        use.type = (*body_)[local].type;
        use.is_declaration = true;
        return use;
    }

    QueryContext& context_;
    const ItemId item_;
    const EditingRules* rules_;
    std::shared_ptr<const OwnDeclarations::Value> declared_;
    std::shared_ptr<const Body> body_;              // null: it has none
    std::unordered_map<uint32_t, LocalId> locals_;  // by declaring node, those with a name
    uint32_t number_ = 0;                           // of the present element
    size_t token_begin_ = 0;                        // of the present token's names
    struct Around {
        uint32_t number;
        SyntaxNode node;
    };
    std::vector<Around> parents_;  // the nodes around the present element, by depth
};

/// The items that a walk through a file is inside of, each with what is left of its names.
class OwnerStack {
  public:
    OwnerStack(QueryContext& context, FileId file) : context_(context), items_(context.get<FileItems>(file)) {}

    /// The names at this element; must be called for every element in preorder.
    std::span<const PlacedName> enter(uint32_t index, const SyntaxElement& element) {
        while (!stack_.empty() && index >= stack_.back().end) stack_.pop_back();
        std::span<const PlacedName> found;
        if (!stack_.empty()) found = stack_.back().take();
        for (; next_ < items_->entries.size() && items_->entries[next_].node <= index; ++next_) {
            const ItemEntry& entry = items_->entries[next_];
            if (entry.node == index && entry.owns_syntax && element.is_node())
                stack_.push_back({index + element.slot().size(), context_.get<ItemNames>(entry.item)});
        }
        return found;
    }

  private:
    struct Owner {
        uint32_t end;  // index behind its text
        std::shared_ptr<const ItemNames::Value> names;
        size_t next = 0;
        uint32_t node = 1;

        std::span<const PlacedName> take() {
            const size_t first = next;
            while (next < names->size() && (*names)[next].node == node) ++next;
            ++node;
            return {names->data() + first, next - first};
        }
    };

    QueryContext& context_;
    std::shared_ptr<const FileItems::Value> items_;
    size_t next_ = 0;
    std::vector<Owner> stack_;
};

NameUse placed(const PlacedName& name, TextRange range) {
    NameUse use = name.use;
    use.range = range;
    return use;
}

/// Finds the names of single tokens; those of one item after the other are found faster.
class TokenNames {
  public:
    TokenNames(QueryContext& context, FileId file) : context_(context), items_(context.get<FileItems>(file)) {}

    void add_names(const SyntaxToken& token, std::vector<NameUse>& out) {
        const uint32_t index = index_of(token.tree()->root(), token);
        const ItemEntry* owner = owner_at(*token.tree(), *items_, index);
        if (!owner) return;
        if (owner != owner_) {
            owner_ = owner;
            text_.emplace(*token.tree(), *items_, *owner);
            names_ = context_.get<ItemNames>(owner->item);
        }
        const uint32_t number = text_->number(index);
        auto it = std::lower_bound(names_->begin(), names_->end(), number,
                                   [](const PlacedName& name, uint32_t n) { return name.node < n; });
        for (; it != names_->end() && it->node == number; ++it)
            out.push_back(placed(*it, {token.begin(), token.end()}));
    }

  private:
    QueryContext& context_;
    std::shared_ptr<const FileItems::Value> items_;
    const ItemEntry* owner_ = nullptr;  // of what is below
    std::optional<OwnText> text_;
    std::shared_ptr<const ItemNames::Value> names_;
};

}  // namespace

const ItemEntry* owner_at(const SyntaxTree& tree, const FileItems::Value& items, uint32_t index) {
    auto after = std::upper_bound(items.entries.begin(), items.entries.end(), index,
                                  [](uint32_t i, const ItemEntry& entry) { return i < entry.node; });
    if (after == items.entries.begin()) return nullptr;
    const ItemEntry* entry = &*std::prev(after);
    while (entry) {
        if (!entry->owns_syntax) {
            entry = entry == items.entries.data() ? nullptr : entry - 1;
            continue;
        }
        if (index < entry->node + OwnText::size_at(tree, entry->node)) return entry;
        entry = items.find(parent_of(entry->item));
    }
    return nullptr;
}

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

std::shared_ptr<const LocalInfo> local_of(QueryContext& context, const NameUse& use) {
    auto* local = std::get_if<LocalId>(&use.target);
    if (!local) return nullptr;
    auto body = context.get<BodyOf>(use.home);
    return {body, &(*body)[*local]};
}

std::vector<SyntaxToken> type_parameters_at(const EditingRules& rules, const SyntaxElement& element) {
    std::vector<SyntaxToken> out;
    for (SyntaxNode node = element.is_node() ? element.as_node() : element.parent(); node; node = node.parent())
        add_type_parameters(rules, node, out);
    return out;
}

FileLines::Value FileLines::compute(QueryContext& context, const Key& file) {
    auto tree = context.get<FileTree>(file);
    if (!tree || !*tree) return {};
    if (auto known = context.get<KnownLines>(file); known && known->tree == *tree) return *known;
    return {*tree, std::make_shared<const LineIndex>((*tree)->text())};
}

std::vector<PlacedName> ItemNames::compute(QueryContext& context, const Key& item) {
    auto syntax = context.get<ItemSyntax>(item);
    if (!*syntax) return {};
    NameCollector collector(context, item);
    auto declarations = context.get<OwnDeclarations>(item);
    auto hole = declarations->holes.begin();
    uint32_t number = 0;
    for (Preorder walk(syntax->root()); walk; walk.next()) {
        if (number % 256 == 0) context.check_cancelled();
        collector.visit(number, *walk, walk.depth());
        if (hole != declarations->holes.end() && *hole == number) {
            walk.skip_children();
            ++hole;
        }
        ++number;
    }
    for (PlacedName& name : collector.names) name.use.range = {};
    return std::move(collector.names);
}

std::vector<NameUse> FileNames::compute(QueryContext& context, const Key& file) {
    auto tree = context.get<FileTree>(file);
    std::vector<NameUse> names;
    if (!tree || !*tree) return names;
    OwnerStack owners(context, file);
    uint32_t index = 0;
    for (Preorder walk((*tree)->root()); walk; walk.next()) {
        if (index % 256 == 0) context.check_cancelled();
        for (const PlacedName& name : owners.enter(index++, *walk))
            names.push_back(placed(name, {SyntaxToken(*walk).begin(), SyntaxToken(*walk).end()}));
    }
    return names;
}

std::vector<NameUse> names_at(QueryContext& context, FileId file, uint32_t offset) {
    auto tree = context.get<FileTree>(file);
    if (!tree || !*tree) return {};
    TokenNames names(context, file);
    std::vector<NameUse> found;
    // The token that begins or goes on here, else the one that ends here; some have no text.
    for (SyntaxToken token = (*tree)->token_at(offset); token && token.end() >= offset; token = token.previous()) {
        if (token.begin() > offset || token.begin() == token.end()) continue;
        names.add_names(token, found);
        if (!found.empty()) break;
    }
    return found;
}

std::vector<NameUse> names_in(QueryContext& context, FileId file, TextRange range) {
    auto tree = context.get<FileTree>(file);
    if (!tree || !*tree) return {};
    TokenNames names(context, file);
    std::vector<NameUse> found;
    SyntaxToken token = (*tree)->token_at(range.begin > 0 ? range.begin - 1 : 0);  // or the one that ends there
    for (; token && token.begin() <= range.end; token = token.next())
        if (token.begin() != token.end()) names.add_names(token, found);
    return found;
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
