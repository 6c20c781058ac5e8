#include "analyzer/semantics/velox/local_types.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "analyzer/semantics/named_children.h"
#include "analyzer/semantics/velox/signatures.h"
#include "analyzer/semantics/velox/types.h"

namespace braid::velox_semantics {
namespace {

bool may_be_local(ItemKind kind) {
    return kind == ItemKind::Class || kind == ItemKind::Enum || kind == ItemKind::Interface ||
           kind == ItemKind::TypeAlias;
}

/// Its syntax is a part of the parent's.
bool is_of_parent(ItemId item) {
    ItemKind kind = kind_of(item);
    return kind == ItemKind::Field || kind == ItemKind::Variant ||
           (kind == ItemKind::Static && kind_of(parent_of(item)) == ItemKind::File);
}

bool is_block(const SyntaxNode& node) {
    Kind kind = to_kind(node.kind());
    return kind == Kind::Block || kind == Kind::SwitchStmt;
}

/// The innermost block around a node.
SyntaxNode around_it(const SyntaxNode& node) {
    for (SyntaxNode around = node.parent(); around && around.parent(); around = around.parent())
        if (is_block(around)) return around;
    return {};
}

/// The block that a declaration is known in; a class that is a value is known by its name in itself only. Null: all of
/// the item's code.
SyntaxNode block_of(const SyntaxNode& declaration) {
    return declaration.kind() == raw(Kind::ClassExpr) ? declaration : around_it(declaration);
}

/// Declarations that are items where they stand at the top of a file.
bool is_declaration(Kind kind) {
    return kind == Kind::FunctionDecl || kind == Kind::ClassDecl || kind == Kind::InterfaceDecl ||
           kind == Kind::EnumDecl || kind == Kind::TypeAliasDecl;
}
/// What may be an item in the code of another one.
bool may_be_part(Kind kind) {
    switch (kind) {
        case Kind::ClassDecl:
        case Kind::ClassExpr:
        case Kind::InterfaceDecl:
        case Kind::EnumDecl:
        case Kind::TypeAliasDecl:
        case Kind::FieldDecl:
        case Kind::MethodDecl:
        case Kind::GetterDecl:
        case Kind::SetterDecl:
        case Kind::ConstructorDecl:
        case Kind::StaticBlock: return true;
        default: return false;
    }
}

/// The blocks around each part of an item that does not stand at its top, outermost first, by number: blocks without
/// such parts do not count, so that edits elsewhere leave the numbers alone.
struct BlocksOfParts {
    using Key = ItemId;
    using Value = std::map<ItemId, std::vector<uint32_t>>;
    static constexpr const char* name = "velox_blocks_of_parts";
    static Value compute(QueryContext& context, const Key& item) {
        Value value;
        auto syntax = context.get<ItemSyntax>(item);
        if (!*syntax) return value;
        auto parts = parts_of(context, item);
        const bool is_file = kind_of(item) == ItemKind::File;
        std::map<uint32_t, uint32_t> numbers;
        size_t nth = 0;
        for (Preorder walk(syntax->root()); walk && nth < parts.size(); walk.next()) {
            if (walk.depth() == 0 || !walk->is_node()) continue;
            const bool is_at_top = is_file && walk.depth() == 1 && is_declaration(to_kind(walk->kind()));
            if (!is_at_top && !(may_be_part(to_kind(walk->kind())) && syntax->is_hole(*walk))) continue;
            const SyntaxNode part(*walk);
            std::vector<uint32_t> blocks;
            for (SyntaxNode around = block_of(part); around; around = around_it(around))
                blocks.push_back(numbers.emplace(around.text_range().begin, uint32_t(numbers.size())).first->second);
            std::reverse(blocks.begin(), blocks.end());
            if (!blocks.empty()) value.emplace(parts[nth], std::move(blocks));
            ++nth;
            walk.skip_children();
        }
        return value;
    }
};

/// Of the candidates, in the code of one item, the one whose block is the innermost of those that the part is in.
ItemId seen_by_part(QueryContext& context, ItemId around, ItemId part, const std::vector<ItemId>& candidates) {
    auto blocks = context.get<BlocksOfParts>(around);
    auto own = blocks->find(part);
    ItemId found = ItemId::None;
    size_t depth = 0;
    for (ItemId candidate : candidates) {
        auto theirs = blocks->find(candidate);
        if (theirs == blocks->end()) {
            if (found == ItemId::None) found = candidate;
            continue;
        }
        if (own == blocks->end() || theirs->second.size() <= depth) continue;
        bool is_inside = std::count(own->second.begin(), own->second.end(), theirs->second.back()) != 0;
        if (is_inside) found = candidate, depth = theirs->second.size();
    }
    return found;
}

/// The same for a token of the item's own.
ItemId seen_at(QueryContext& context, ItemId around, const SyntaxElement& at, const std::vector<ItemId>& candidates) {
    auto syntax = context.get<ItemSyntax>(around);
    if (!*syntax) return ItemId::None;
    auto parts = parts_of(context, around);
    auto holes = holes_of(*syntax);
    const uint32_t offset = at.text_range().begin;
    ItemId found = ItemId::None;
    std::optional<uint32_t> nearest;
    for (ItemId candidate : candidates) {
        auto nth = size_t(std::find(parts.begin(), parts.end(), candidate) - parts.begin());
        if (nth >= parts.size() || nth >= holes.size()) continue;
        SyntaxNode block = block_of(SyntaxNode(syntax->element(holes[nth])));
        TextRange range = block ? block.text_range() : syntax->root().text_range();
        if (block && (offset < range.begin || offset >= range.end)) continue;
        if (nearest && range.begin <= *nearest) continue;
        nearest = range.begin;
        found = candidate;
    }
    return found;
}

}  // namespace

std::vector<uint32_t> holes_of(const ItemTree& tree) {
    std::vector<uint32_t> holes;
    for (Preorder walk(tree.root()); walk; walk.next()) {
        if (walk.depth() == 0 || !tree.is_hole(*walk)) continue;
        holes.push_back(tree.node_of(*walk));
        walk.skip_children();
    }
    return holes;
}

std::vector<ItemId> parts_of(QueryContext& context, ItemId item) {
    std::vector<ItemId> parts;
    for (const auto& child : *context.get<ItemChildren>(item))
        if (!is_of_parent(child.item)) parts.push_back(child.item);
    return parts;
}

ItemId find_local_type(QueryContext& context, ItemId within, Name name, const SyntaxElement& at) {
    ItemId part = ItemId::None;  // in whose place of `around` the name stands; None: in its own code, at `at`
    for (ItemId around = within; around != ItemId::None; around = parent_of(around)) {
        if (part == ItemId::None && is_of_parent(around)) continue;
        auto children = context.get<NamedChildren>(around);
        auto namesakes = children->find(name);
        std::vector<ItemId> candidates;
        if (namesakes != children->end())
            for (ItemId item : namesakes->second)
                if (may_be_local(kind_of(item))) candidates.push_back(item);
        const bool is_file = kind_of(around) == ItemKind::File;
        if (is_file)  // what stands at its top is known to everybody
            std::erase_if(candidates, [&](ItemId item) { return !is_in_block_of_file(context, item); });
        ItemId found = candidates.empty()     ? ItemId::None
                       : part != ItemId::None ? seen_by_part(context, around, part, candidates)
                       : at                   ? seen_at(context, around, at, candidates)
                       : is_file              ? ItemId::None
                                              : candidates[0];
        if (found != ItemId::None || is_file) return found;
        part = around;
    }
    return ItemId::None;
}

bool is_in_block_of_file(QueryContext& context, ItemId type) {
    ItemId file = parent_of(type);
    return may_be_local(kind_of(type)) && kind_of(file) == ItemKind::File && !is_std(file_of(type)) &&
           context.get<BlocksOfParts>(file)->count(type) != 0;
}

namespace {
bool is_local_type(QueryContext& context, ItemId item) {
    return may_be_local(kind_of(item)) && !is_std(file_of(item)) &&
           (kind_of(parent_of(item)) != ItemKind::File || is_in_block_of_file(context, item));
}
}  // namespace

OuterParameters::Names outer_parameters(QueryContext& context, ItemId item) {
    return is_local_type(context, item) ? *context.get<OuterParameters>(item) : OuterParameters::Names();
}

bool is_of_local_type(QueryContext& context, ItemId item) {
    for (; item != ItemId::None && kind_of(item) != ItemKind::File; item = parent_of(item))
        if (is_local_type(context, item)) return true;
    return false;
}

OuterParameters::Value OuterParameters::compute(QueryContext& context, const Key& type) {
    Value value;
    std::set<Name> known;
    auto own = context.get<ItemSyntax>(type);
    if (!*own) return value;
    auto know = [&](const ast::TypeParameterList& list, const auto& add) {
        uint32_t index = 0;
        for (ast::TypeParameter p : list.parameters()) {
            if (p.name() && known.insert(Name(p.name().text())).second) add(index, Name(p.name().text()));
            ++index;
        }
    };
    know(ast::Ast(own->root()).child<ast::TypeParameterList>(), [](uint32_t, Name) {});
    ItemId part = type;
    for (ItemId around = parent_of(type); around != ItemId::None; part = around, around = parent_of(around)) {
        auto syntax = context.get<ItemSyntax>(around);
        auto parts = parts_of(context, around);
        auto at = std::find(parts.begin(), parts.end(), part);
        if (!*syntax || at == parts.end()) break;
        auto holes = holes_of(*syntax);
        if (size_t(at - parts.begin()) >= holes.size()) break;
        SyntaxNode node(syntax->element(holes[size_t(at - parts.begin())]));
        for (node = node.parent(); node && node.parent(); node = node.parent())
            if (is_function(to_kind(node.kind())))
                know(ast::Ast(node).child<ast::TypeParameterList>(),
                     [&](uint32_t, Name name) { value.open.push_back(name); });
        if (kind_of(around) == ItemKind::File) break;
        know(ast::Ast(syntax->root()).child<ast::TypeParameterList>(), [&](uint32_t index, Name) {
            value.parameters.push_back({around, index});
        });
    }
    return value;
}

Type outer_argument(QueryContext& context, ItemId within, const OuterParameters::Parameter& wanted) {
    for (ItemId around = within; around != ItemId::None && kind_of(around) != ItemKind::File;
         around = parent_of(around)) {
        auto generics = context.get<GenericsOf>(around);
        auto as_parameter = [&](uint32_t index) {
            return index < generics->size() ? type::parameter(around, index, (*generics)[index].name) : type::any();
        };
        if (around == wanted.owner) return as_parameter(wanted.index);
        const OuterParameters::Names outer = outer_parameters(context, around);
        auto known = std::find(outer.parameters.begin(), outer.parameters.end(), wanted);
        if (known != outer.parameters.end())
            return as_parameter(*context.get<TypeParameterCount>(around) + uint32_t(known - outer.parameters.begin()));
    }
    return type::any();
}

std::vector<Type> outer_arguments(QueryContext& context, ItemId within, ItemId type) {
    std::vector<Type> arguments;
    if (kind_of(parent_of(type)) == ItemKind::File) return arguments;
    for (const OuterParameters::Parameter& parameter : context.get<OuterParameters>(type)->parameters)
        arguments.push_back(outer_argument(context, within, parameter));
    return arguments;
}

}  // namespace braid::velox_semantics
