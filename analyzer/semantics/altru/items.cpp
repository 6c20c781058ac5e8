#include "analyzer/semantics/altru/items.h"

#include <map>
#include <optional>

namespace braid::altru_semantics {
namespace {

std::optional<ItemKind> item_kind(const ast::Ast& node, const ast::Ast& parent) {
    switch (node.kind()) {
        case Kind::FunctionDecl: return ItemKind::Function;
        case Kind::StructDecl: return ItemKind::Struct;
        case Kind::EnumDecl: return ItemKind::Enum;
        case Kind::TraitDecl: return ItemKind::Trait;
        case Kind::ImplDecl: return ItemKind::Impl;
        case Kind::ActorDecl: return ItemKind::Actor;
        case Kind::TypeAliasDecl:
            return parent && (parent.kind() == Kind::TraitDecl || parent.kind() == Kind::ImplDecl)
                       ? ItemKind::TraitType
                       : ItemKind::TypeAlias;
        case Kind::ConstDecl: return ItemKind::Constant;
        case Kind::StaticDecl: return ItemKind::Static;
        case Kind::ModDecl: return ItemKind::Module;
        case Kind::FieldDecl: return ItemKind::Field;
        case Kind::VariantDecl: return ItemKind::Variant;
        case Kind::PayloadField: return ItemKind::Field;
        default: return std::nullopt;
    }
}

/// An impl is called after the head of its self type, so that its methods read `sync::Mutex::lock`; impls of built-in
/// types have no name, and their module stands for them: `list::push`.
Name impl_name(const ast::ImplDecl& impl) {
    ast::PathType path = ast::PathType::cast(impl.self_type());
    if (!path) return {};
    auto segments = path.segments();
    if (segments.empty()) return {};
    std::string_view head = segments.back().text();
    bool lower_case = head == "string" || head == "map" || head == "set";
    return lower_case || head.size() == 1 ? Name() : Name(head);
}

class ItemCollector {
  public:
    ItemCollector(FileId file, const SyntaxNode& piece) : piece_(piece), is_std_(is_std(file)) {}

    std::vector<DeclaredItem> collect() {
        struct Frame {
            int depth;
            uint32_t item;
            ast::Ast node;
        };
        std::vector<Frame> stack{{-1, DeclaredItem::kNoParent, {}}};
        uint32_t index = 0;
        for (Preorder walk(piece_); walk; walk.next(), ++index) {
            if (!walk->is_node()) continue;
            while (stack.size() > 1 && stack.back().depth >= walk.depth()) stack.pop_back();
            ast::Ast node{SyntaxNode(*walk)};
            auto kind = item_kind(node, stack.back().node);
            if (!kind) continue;
            add(*kind, node, index, stack.back().item);
            stack.push_back({walk.depth(), uint32_t(items_.size() - 1), node});
        }
        return std::move(items_);
    }

  private:
    void add(ItemKind kind, const ast::Ast& node, uint32_t index, uint32_t parent) {
        SyntaxToken name_token = kind == ItemKind::Impl              ? SyntaxToken()
                                 : kind == ItemKind::Function        ? ast::FunctionDecl::cast(node).name()
                                 : node.kind() == Kind::PayloadField ? ast::PayloadField::cast(node).name()
                                                                     : ast::name_of(node);
        DeclaredItem item;
        item.kind = kind;
        item.name = kind == ItemKind::Impl ? impl_name(ast::ImplDecl::cast(node))
                                           : Name(name_token ? name_token.text() : std::string_view());
        if (node.kind() == Kind::PayloadField) {
            const uint32_t position = payload_[parent]++;
            if (item.name.empty()) item.name = Name(std::to_string(position));
        }
        item.parent = parent;
        item.node = index;
        item.name_node = index + (name_token ? index_of(SyntaxNode(node.node), name_token) : 0);
        item.is_public = is_std_ || ast::is_public(node) || kind == ItemKind::Variant ||
                         node.kind() == Kind::PayloadField || node.kind() == Kind::ImplDecl;
        item.owns_syntax = kind != ItemKind::Field && kind != ItemKind::Variant;
        items_.push_back(item);
    }

    const SyntaxNode& piece_;
    bool is_std_;
    std::vector<DeclaredItem> items_;
    std::map<uint32_t, uint32_t> payload_;
};

void module_paths(const std::vector<ast::Declaration>& declarations, const std::string& folder,
                  std::vector<std::string>& paths) {
    for (const ast::Declaration& declaration : declarations) {
        ast::ModDecl module = declaration.as<ast::ModDecl>();
        if (module && module.members()) module_paths(module.members().declarations(), folder, paths);
        if (!module || module.members() || !module.name()) continue;
        paths.push_back(folder + std::string(module.name().text()) + ".altru");
        paths.push_back(folder + std::string(module.name().text()) + "/mod.altru");
    }
}

}  // namespace

std::vector<DeclaredItem> declared_items(FileId file, const SyntaxNode& piece) {
    return ItemCollector(file, piece).collect();
}

std::vector<std::string> imported_paths(std::string_view path, const SyntaxTree& tree) {
    size_t slash = path.rfind('/');
    std::string folder(slash == std::string_view::npos ? "" : path.substr(0, slash + 1));
    std::vector<std::string> paths;
    module_paths(ast::source_file(tree).declarations(), folder, paths);
    return paths;
}

}  // namespace braid::altru_semantics
