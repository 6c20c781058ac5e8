#include "analyzer/semantics/velox/items.h"

namespace braid::velox_semantics {

Name symbol_name(const ast::Expression& key) {
    auto symbol = key.as<ast::MemberExpr>();
    auto holder = symbol ? symbol.object().as<ast::NameExpr>() : ast::NameExpr();
    bool is_symbol = symbol && symbol.name() && holder && holder.name() && holder.name().text() == "Symbol";
    return is_symbol ? Name("@@" + std::string(symbol.name().text())) : Name();
}

Name member_name(const ast::PropertyName& name) {
    SyntaxToken word = name.word();
    if (Name symbol = symbol_name(name.computed()); !word && !symbol.empty()) return symbol;
    if (auto literal = name.computed().as<ast::LiteralExpr>(); !word && literal) word = literal.value();
    if (!word) return {};
    return to_kind(word.kind()) == Kind::StringLiteral ? Name(string_value(word.text())) : Name(word.text());
}

namespace {

/// Walks what one top-level statement declares: itself, members of classes and interfaces, variants, and the types in
/// its code. Functions inside of bodies belong to the bodies.
class ItemCollector {
  public:
    explicit ItemCollector(const SyntaxNode& piece) : piece_(piece) {}

    std::vector<DeclaredItem> collect() {
        if (ast::Statement statement = ast::Statement::cast(piece_)) declaration(statement, kFile);
        return std::move(items_);
    }

  private:
    uint32_t add(ItemKind kind, const SyntaxNode& node, const SyntaxElement& name_element, Name name, uint32_t parent,
                 bool owns, bool is_public) {
        const uint32_t index = index_of(piece_, node);
        const uint32_t name_index = name_element ? index_of(piece_, name_element) : index;
        items_.push_back({kind, name, parent, index, name_index, is_public, owns});
        return uint32_t(items_.size() - 1);
    }

    static Name text_of(const SyntaxToken& token) { return Name(token ? token.text() : std::string_view()); }

    /// Classes and other types in the code of an item.
    void inside(const SyntaxNode& code, uint32_t owner) {
        if (!code) return;
        for (Preorder walk(code); walk; walk.next()) {
            if (!walk->is_node() || walk.depth() == 0) continue;
            SyntaxNode node(*walk);
            auto expression = ast::ClassExpr::cast(node);
            Kind kind = to_kind(node.kind());
            bool declares = kind == Kind::ClassDecl || kind == Kind::EnumDecl || kind == Kind::InterfaceDecl ||
                            kind == Kind::TypeAliasDecl;
            if (!expression && !declares) continue;
            if (expression) class_expression(expression, owner);
            else declaration(ast::Statement::cast(node), owner);
            walk.skip_children();
        }
    }

    /// Without a name of its own it is known by the variable that holds it.
    void class_expression(const ast::ClassExpr& e, uint32_t owner) {
        members(add(ItemKind::Class, e.node, e.name(), text_of(e.name()), owner, true, false), e.members());
    }

    void declaration(const ast::Statement& statement, uint32_t owner) {
        switch (statement.kind()) {
            case Kind::FunctionDecl: {
                auto f = statement.as<ast::FunctionDecl>();
                inside(f.node, add(ItemKind::Function, f.node, f.name(), text_of(f.name()), owner, true,
                                   f.modifiers().has_export()));
                break;
            }
            case Kind::ClassDecl: {
                auto c = statement.as<ast::ClassDecl>();
                members(
                    add(ItemKind::Class, c.node, c.name(), text_of(c.name()), owner, true, c.modifiers().has_export()),
                    c.members());
                break;
            }
            case Kind::InterfaceDecl: {
                auto i = statement.as<ast::InterfaceDecl>();
                members(add(ItemKind::Interface, i.node, i.name(), text_of(i.name()), owner, true,
                            i.modifiers().has_export()),
                        i.members());
                break;
            }
            case Kind::EnumDecl: {
                auto e = statement.as<ast::EnumDecl>();
                uint32_t item =
                    add(ItemKind::Enum, e.node, e.name(), text_of(e.name()), owner, true, e.modifiers().has_export());
                for (ast::EnumVariant v : e.variants()) {
                    SyntaxToken name = v.name();
                    bool quoted = name && to_kind(name.kind()) == Kind::StringLiteral;
                    uint32_t variant = add(ItemKind::Variant, v.node, name,
                                           quoted ? Name(string_value(name.text())) : text_of(name), item, false, true);
                    uint32_t position = 0;
                    for (ast::PayloadField field : v.payload().fields()) {
                        Name field_name = field.name() ? text_of(field.name()) : Name(std::to_string(position));
                        add(ItemKind::Field, field.node, field.name(), field_name, variant, false, true);
                        ++position;
                    }
                }
                break;
            }
            case Kind::TypeAliasDecl: {
                auto a = statement.as<ast::TypeAliasDecl>();
                add(ItemKind::TypeAlias, a.node, a.name(), text_of(a.name()), owner, true, a.modifiers().has_export());
                break;
            }
            case Kind::VariableDecl: {
                // Variables of a module are reached from every function in it: statics without a syntax of their own,
                // because the script initializes them in its turn.
                auto v = statement.as<ast::VariableDecl>();
                bool exported = v.modifiers().has_export();
                for (ast::Declarator d : v.declarators()) {
                    variables(d.binding(), exported);
                    inside(d.node, owner);
                }
                break;
            }
            default: inside(statement.node, owner); break;
        }
    }

    void variables(const ast::Binding& binding, bool exported) {
        if (auto name = binding.as<ast::NameBinding>()) {
            add(ItemKind::Static, name.node, name.name(), text_of(name.name()), kFile, false, exported);
        } else if (auto object = binding.as<ast::ObjectBinding>()) {
            for (ast::BindingProperty p : object.properties()) variables(p.binding(), exported);
        } else if (auto array = binding.as<ast::ArrayBinding>()) {
            for (ast::BindingElement e : array.elements()) variables(e.binding(), exported);
        }
    }

    void members(uint32_t owner, const std::vector<ast::Member>& members) {
        for (const ast::Member& m : members) {
            switch (m.kind()) {
                case Kind::FieldDecl: {
                    auto f = m.as<ast::FieldDecl>();
                    bool is_static = f.modifiers().has_static();
                    uint32_t field = add(is_static ? ItemKind::Static : ItemKind::Field, f.node, f.name().word(),
                                         member_name(f.name()), owner, is_static, true);
                    inside(f.node, is_static ? field : owner);
                    break;
                }
                case Kind::MethodDecl: {
                    auto f = m.as<ast::MethodDecl>();
                    inside(f.node,
                           add(ItemKind::Function, f.node, f.name().word(), member_name(f.name()), owner, true, true));
                    break;
                }
                case Kind::GetterDecl: {
                    auto f = m.as<ast::GetterDecl>();
                    inside(f.node,
                           add(ItemKind::Function, f.node, f.name().word(), member_name(f.name()), owner, true, true));
                    break;
                }
                case Kind::SetterDecl: {
                    auto f = m.as<ast::SetterDecl>();
                    inside(f.node,
                           add(ItemKind::Function, f.node, f.name().word(), member_name(f.name()), owner, true, true));
                    break;
                }
                case Kind::StaticBlock:  // a static function without a name, which the script calls in its turn
                    inside(m.node, add(ItemKind::Function, m.node, m.node.first_token(), Name(), owner, true, false));
                    break;
                case Kind::ConstructorDecl: {
                    auto c = m.as<ast::ConstructorDecl>();
                    uint32_t constructor =
                        add(ItemKind::Function, c.node, c.node.first_token(), Name("constructor"), owner, true, true);
                    // `constructor(private name: T)`: a field whose syntax is the constructor's.
                    for (ast::Parameter p : c.parameters().parameters())
                        if (auto name = p.binding().as<ast::NameBinding>(); p.modifiers() && name && name.name())
                            add(ItemKind::Field, p.node, name.name(), text_of(name.name()), owner, false, true);
                    inside(c.body().node, constructor);
                    break;
                }
                default: break;
            }
        }
    }

    static constexpr uint32_t kFile = DeclaredItem::kNoParent;
    const SyntaxNode& piece_;
    std::vector<DeclaredItem> items_;
};

}  // namespace

std::vector<DeclaredItem> declared_items(FileId, const SyntaxNode& piece) { return ItemCollector(piece).collect(); }

std::vector<std::string> imported_paths(std::string_view path, const SyntaxTree& tree) {
    size_t slash = path.rfind('/');
    std::string folder(slash == std::string_view::npos ? "" : path.substr(0, slash + 1));
    std::vector<std::string> paths;
    auto add = [&](const SyntaxToken& token) {
        if (!token) return;
        std::string target = string_value(token.text());
        while (target.starts_with("./")) target.erase(0, 2);
        std::string base = folder;
        while (target.starts_with("../") && base.size() > 1) {
            target.erase(0, 3);
            base.erase(base.rfind('/', base.size() - 2) + 1);
        }
        if (!target.ends_with(".velox")) target += ".velox";
        paths.push_back(target.starts_with("/") ? target : base + target);
    };
    for (ast::Statement statement : ast::source_file(tree).statements()) {
        if (auto import = statement.as<ast::ImportDecl>()) add(import.path());
        if (auto exported = statement.as<ast::ExportDecl>()) add(exported.path());
    }
    return paths;
}

ItemId find_child(QueryContext& context, ItemId parent, Name name) {
    for (const auto& child : *context.get<ItemChildren>(parent))
        if (name_of(child.item) == name) return child.item;
    return ItemId::None;
}

}  // namespace braid::velox_semantics
