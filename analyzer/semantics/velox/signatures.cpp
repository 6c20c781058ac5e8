#include "analyzer/semantics/velox/signatures.h"
#include "analyzer/semantics/velox/local_classes.h"

#include <set>

#include <fmt/format.h>

#include "analyzer/semantics/item_diagnostic.h"
#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/callables.h"
#include "analyzer/semantics/velox/items.h"

namespace braid::velox_semantics {

ItemDiagnostic::Fix change_to(Place place, std::string_view instead) {
    return {fmt::format("change to `{}`", instead), {{place, ItemDiagnostic::FixEdit::Replace, std::string(instead)}}};
}

Report collect_into(std::vector<ItemDiagnostic>& out, ItemId item, const ItemTree& tree) {
    return [&out, item, &tree](DiagnosticCode code, const SyntaxElement& at, std::string message,
                               std::string_view instead) {
        out.push_back(diagnostic(code, {item, tree.node_of(at)}, std::move(message)));
        if (!instead.empty()) out.back().fixes.push_back(change_to(out.back().location, instead));
    };
}

Report silent_report() {
    return [](DiagnosticCode, const SyntaxElement&, const std::string&, std::string_view) {};
}

FunctionParts function_parts(const SyntaxNode& node) {
    if (auto f = ast::FunctionDecl::cast(node))
        return {f.modifiers(), f.type_parameters(), f.parameters(), f.result(), f.body(), f.is_generator()};
    if (auto f = ast::MethodDecl::cast(node))
        return {f.modifiers(), f.type_parameters(), f.parameters(), f.result(), f.body(), f.is_generator()};
    if (auto f = ast::ConstructorDecl::cast(node)) return {f.modifiers(), {}, f.parameters(), {}, f.body()};
    if (auto f = ast::StaticBlock::cast(node)) return {f.modifiers(), {}, {}, {}, f.body()};
    if (auto f = ast::GetterDecl::cast(node)) return {f.modifiers(), {}, f.parameters(), f.result(), f.body()};
    if (auto f = ast::SetterDecl::cast(node)) return {f.modifiers(), {}, f.parameters(), f.result(), f.body()};
    if (auto f = ast::FunctionExpr::cast(node))
        return {f.modifiers(), f.type_parameters(), f.parameters(), f.result(), f.body(), f.is_generator()};
    if (auto f = ast::ArrowExpr::cast(node))
        return {f.modifiers(), f.type_parameters(), f.parameters(), f.result(), f.block()};
    return {};
}

bool is_this_parameter(const ast::Parameter& p) {
    auto name = p.binding().as<ast::NameBinding>();
    return name && name.name() && name.name().text() == "this";
}

ItemId implicit_constructor(ItemId klass) {
    return intern_item({klass, ItemKind::Function, Name("constructor"), 0, file_of(klass)});
}

Type self_type(QueryContext& context, ItemId klass) {
    std::vector<Type> arguments;
    auto generics = context.get<GenericsOf>(klass);
    for (uint32_t i = 0; i < generics->size(); ++i) arguments.push_back(type::parameter(klass, i, (*generics)[i].name));
    return type::nominal(klass, std::move(arguments));
}

namespace {

/// The type an initializer says plainly, without a body having to be typed; null: it does not.
Type plain_type(TypeReader& reader, const ast::Expression& value, bool keeps_literals, int depth = 0) {
    if (!value || depth > 20) return nullptr;
    auto literal_or = [&](Type base, std::string_view text) {
        return keeps_literals ? type::literal(base, text) : base;
    };
    switch (value.kind()) {
        case Kind::LiteralExpr: {
            SyntaxToken token = value.as<ast::LiteralExpr>().value();
            switch (token ? to_kind(token.kind()) : Kind::Error) {
                case Kind::TrueKw:
                case Kind::FalseKw: return literal_or(type::boolean(), token.text());
                case Kind::NumberLiteral: return literal_or(type::float_(), token.text());
                case Kind::StringLiteral:
                case Kind::TemplateWhole: return literal_or(type::string(), "\"" + string_value(token.text()) + "\"");
                case Kind::NullKw:
                case Kind::UndefinedKw: return type::any();
                default: return nullptr;
            }
        }
        case Kind::TemplateExpr: return type::string();
        case Kind::ParenExpr: return plain_type(reader, value.as<ast::ParenExpr>().inner(), keeps_literals, depth + 1);
        case Kind::PrefixExpr: {
            auto prefix = value.as<ast::PrefixExpr>();
            Kind op = prefix.op() ? to_kind(prefix.op().kind()) : Kind::Error;
            if (op == Kind::Exclamation) return type::boolean();
            return op == Kind::Minus && prefix.operand().kind() == Kind::LiteralExpr ? type::float_() : nullptr;
        }
        case Kind::AsExpr: {
            auto as = value.as<ast::AsExpr>();
            auto word = as.type().as<ast::KeywordType>();
            bool is_const = word && word.word() && to_kind(word.word().kind()) == Kind::ConstKw;
            if (!as.is_satisfies() && !is_const) return reader.read(as.type());
            return is_const && as.operand().kind() == Kind::LiteralExpr
                       ? plain_type(reader, as.operand(), true, depth + 1)
                       : nullptr;
        }
        case Kind::NewExpr: {
            auto made = value.as<ast::NewExpr>();
            auto name = made.callee().as<ast::NameExpr>();
            return name && name.name() ? reader.made_by(name.name(), made.type_arguments()) : nullptr;
        }
        case Kind::ArrowExpr:
        case Kind::FunctionExpr: {
            // Fully annotated functions may name the variable that holds them.
            FunctionParts parts = function_parts(value.node);
            if (!parts.result || !parts.type_parameters.parameters().empty()) return nullptr;
            for (ast::Parameter p : parts.parameters.parameters())
                if (!p.type() || p.initializer()) return nullptr;
            return reader.function_of(parts.parameters, parts.result.type());
        }
        case Kind::ArrayExpr: {
            Type element = nullptr;
            for (const ast::Expression& e : value.as<ast::ArrayExpr>().elements()) {
                Type t = plain_type(reader, e, false, depth + 1);
                if (!t || (element && element != t)) return nullptr;
                element = t;
            }
            return list_of(element ? element : type::any());
        }
        default: return nullptr;
    }
}

/// Type of a field or variable from its annotation, else from its initializer where that says it plainly.
Type declared_or_plain(TypeReader& reader, const ast::TypeAnnotation& annotation, const ast::Initializer& initializer,
                       bool keeps_literals = false) {
    if (annotation) return reader.read(annotation.type());
    return plain_type(reader, initializer.value(), keeps_literals);
}

/// The implicit constructor takes what the base's takes.
FunctionSignature implicit_signature(QueryContext& context, ItemId klass) {
    FunctionSignature signature;
    auto definition = context.get<DefinitionOf>(klass);
    if (definition->base && definition->base->is(TypeKind::Nominal)) {
        ItemId base_constructor = context.get<DefinitionOf>(definition->base->item)->constructor;
        if (base_constructor != ItemId::None) {
            signature = *context.get<SignatureOf>(base_constructor);
            for (ParameterInfo& p : signature.parameters)
                p.type = substitute(p.type, definition->base->item, definition->base->arguments);
        }
    }
    signature.result = type::unit();
    signature.receiver = Receiver::Shared;
    signature.is_constructor = true;
    signature.is_native = false;
    signature.has_body = true;
    return signature;
}

/// `@native(planned)`: declared for those who check, not written yet for those who run.
bool is_planned(const ast::Modifiers& modifiers) {
    for (ast::Decorator d : modifiers.decorators())
        if (std::string(d.text()).starts_with("@native(planned")) return true;
    return false;
}

/// Result of an async function as its callers see it after `await`.
Type async_result(Type declared) { return awaited(declared); }

}  // namespace

bool has_field_initializers(QueryContext& context, ItemId klass) {
    for (const FieldInfo& f : context.get<DefinitionOf>(klass)->fields)
        if (f.has_default && !f.is_static) return true;
    return false;
}

FunctionSignature function_signature(QueryContext& context, ItemId function) {
    FunctionSignature signature;
    if (kind_of(function) == ItemKind::Class) {  // the initializer of its fields
        signature.receiver = Receiver::Shared;
        signature.result = type::unit();
        return signature;
    }
    ItemId parent = parent_of(function);
    bool in_class = kind_of(parent) == ItemKind::Class || kind_of(parent) == ItemKind::Interface;
    auto syntax = context.get<ItemSyntax>(function);
    if (!*syntax) return in_class ? implicit_signature(context, parent) : signature;

    SyntaxNode node = syntax->root();
    FunctionParts parts = function_parts(node);
    TypeReader reader(context, function, silent_report());
    reader.enter(parent);
    reader.apply_operators_late();
    if (in_class) reader.set_self(self_type(context, parent));
    signature.generics = reader.declare(parts.type_parameters, function, *syntax);
    for (ast::Parameter p : parts.parameters.parameters()) {
        if (is_this_parameter(p)) continue;
        ParameterInfo info;
        if (auto name = p.binding().as<ast::NameBinding>(); name && name.name()) info.name = Name(name.name().text());
        info.type = declared_or_plain(reader, p.type(), p.initializer());
        if (!info.type) info.type = type::any();
        if (p.is_optional()) info.type = or_undefined(info.type);
        info.has_default = bool(p.initializer()) || p.is_optional();
        info.rest = p.is_rest();
        info.is_mutable = true;
        info.node = syntax->node_of(p.node);
        signature.parameters.push_back(std::move(info));
    }
    ast::Modifiers m = parts.modifiers;
    Kind kind = to_kind(node.kind());
    signature.is_constructor = kind == Kind::ConstructorDecl;
    signature.is_getter = kind == Kind::GetterDecl;
    signature.is_setter = kind == Kind::SetterDecl;
    signature.is_async = m.has_async();
    signature.is_static = m.has_static();
    signature.is_abstract = m.has_abstract() || (kind_of(parent) == ItemKind::Interface && !parts.body);
    signature.is_generator = parts.is_generator;
    signature.is_private = m.has_private();
    signature.is_public = in_class || m.has_export();
    signature.has_body = bool(parts.body);
    signature.is_native = !parts.body && !signature.is_abstract && is_std(file_of(function));
    signature.receiver = in_class && !signature.is_static ? Receiver::Shared : Receiver::None;
    if (signature.is_constructor || signature.is_setter) signature.result = type::unit();
    else if (parts.result) signature.result = reader.read(parts.result.type());
    else signature.result_inferred = signature.has_body;
    if (!signature.result) signature.result = signature.has_body ? type::error() : type::any();
    if (signature.is_async && !signature.result_inferred) signature.result = async_result(signature.result);
    signature.native_missing = is_planned(m);
    return signature;
}

FunctionSignature complete_signature(QueryContext& context, ItemId function) {
    FunctionSignature signature = *context.get<SignatureOf>(function);
    if (!signature.result_inferred) return signature;
    signature.result = *context.get<InferredResult>(function);
    bool follows_from_itself = signature.result->is(TypeKind::Any) && !gives_values(context, function);
    if (follows_from_itself) signature.result = type::unit();
    return signature;
}

namespace {

void read_members(QueryContext& context, ItemId item, const std::vector<ast::Member>& members, const ItemTree& tree,
                  TypeReader& reader, TypeDefinition& definition) {
    for (const ast::Member& m : members) {
        if (auto index = m.as<ast::IndexSignature>()) {
            FieldInfo field;
            field.name = index_signature();
            field.type = reader.read(index.type(), type::any());
            field.is_optional = true;
            field.node = tree.node_of(index.node);
            definition.fields.push_back(std::move(field));
        }
        auto f = m.as<ast::FieldDecl>();
        if (!f) continue;
        FieldInfo field;
        field.name = member_name(f.name());
        field.is_static = f.modifiers().has_static();
        field.type = declared_or_plain(reader, f.type(), f.initializer(), f.modifiers().has_readonly());
        if (!field.type) field.type = type::any();
        field.is_optional = f.is_optional();
        if (field.is_optional) field.type = or_undefined(field.type);
        field.has_default = bool(f.initializer());
        field.is_private = f.modifiers().has_private() || f.modifiers().has_protected();
        field.is_readonly = f.modifiers().has_readonly();
        field.node = tree.is_hole(f.node) ? 0 : tree.node_of(f.node);
        definition.fields.push_back(std::move(field));
    }
    for (const auto& child : *context.get<ItemChildren>(item)) {
        ItemKind kind = kind_of(child.item);
        if (kind == ItemKind::Function && name_of(child.item).text() == "constructor") {
            auto syntax = context.get<ItemSyntax>(child.item);
            if (*syntax && syntax->root().kind() == raw(Kind::ConstructorDecl)) {
                definition.constructor = child.item;
                // `constructor(private name: T)` declares a field; these come first, as TypeScript has them.
                auto first = definition.fields.begin();
                for (ast::Parameter p : ast::ConstructorDecl::cast(syntax->root()).parameters().parameters()) {
                    auto name = p.binding().as<ast::NameBinding>();
                    if (!p.modifiers() || !name || !name.name()) continue;
                    FieldInfo field;
                    field.name = Name(name.name().text());
                    field.type = declared_or_plain(reader, p.type(), p.initializer());
                    if (!field.type) field.type = type::any();
                    if (p.is_optional()) field.type = or_undefined(field.type);
                    field.is_private = p.modifiers().has_private() || p.modifiers().has_protected();
                    field.is_readonly = p.modifiers().has_readonly();
                    first = definition.fields.insert(first, std::move(field)) + 1;
                }
                continue;
            }
        }
        if (kind == ItemKind::Function && !name_of(child.item).empty()) definition.methods.push_back(child.item);
        for (FieldInfo& field : definition.fields)
            if (field.name == name_of(child.item) && (kind == ItemKind::Field || kind == ItemKind::Static))
                field.item = child.item;
    }
}

}  // namespace

namespace {

/// Whether code makes the objects of a class: its constructor, the initial values of its fields, or those of its base.
/// Not part of the definition, which for classes that extend each other in a circle would have to be known already.
struct HasConstructor {
    using Key = ItemId;
    using Value = bool;
    static constexpr const char* name = "velox_has_constructor";
    static Value compute(QueryContext& context, const Key& klass) {
        auto syntax = context.get<ItemSyntax>(klass);
        auto c = *syntax ? class_of(syntax->root()) : ast::ClassDecl();
        if (!c) return false;
        if (!context.get<CapturedNames>(klass)->empty()) return true;
        for (const ast::Member& m : c.members()) {
            auto field = m.as<ast::FieldDecl>();
            if (m.kind() == Kind::ConstructorDecl || (field && field.initializer() && !field.modifiers().has_static()))
                return true;
        }
        auto bases = c.extends().types();
        if (bases.empty()) return false;
        TypeReader reader(context, klass, silent_report());
        reader.enter(klass);
        Type base = reader.read_base(bases[0]);
        return base->is(TypeKind::Nominal) && *context.get<HasConstructor>(base->item);
    }
    static Value cycle_fallback(const Key&) { return false; }
};

}  // namespace

TypeDefinition type_definition(QueryContext& context, ItemId item) {
    TypeDefinition definition;
    definition.by_reference = true;
    ItemKind kind = kind_of(item);
    ItemId owner = kind == ItemKind::Variant ? parent_of(item) : item;
    auto syntax = context.get<ItemSyntax>(owner);
    if (!*syntax) return definition;
    definition.generics = *context.get<GenericsOf>(owner);
    TypeReader reader(context, item, silent_report());
    reader.enter(owner);
    reader.apply_operators_late();
    SyntaxNode node = syntax->root();
    const std::string doc = doc_comment(node);
    for (std::string_view attribute : {"shared", "not_send"})
        if (doc.find("@" + std::string(attribute)) != std::string::npos)
            definition.attributes.push_back({Name(attribute), {}, 0});
    if (auto c = class_of(node)) {
        reader.set_self(self_type(context, item));
        auto bases = c.extends().types();
        if (!bases.empty()) definition.base = reader.read_base(bases[0]);
        for (ast::Type t : c.implements().types()) definition.interfaces.push_back(reader.read(t));
        definition.is_abstract = c.modifiers().has_abstract();
        read_members(context, item, c.members(), *syntax, reader, definition);
        if (definition.constructor == ItemId::None && *context.get<HasConstructor>(item))
            definition.constructor = implicit_constructor(item);
        for (ItemId method : definition.methods) {
            auto signature = context.get<ItemSyntax>(method);
            FunctionParts parts = *signature ? function_parts(signature->root()) : FunctionParts();
            definition.is_native |=
                is_std(file_of(item)) && !parts.body && !parts.modifiers.has_static() && !is_planned(parts.modifiers);
        }
        if (definition.constructor != ItemId::None) {
            auto signature = context.get<ItemSyntax>(definition.constructor);
            FunctionParts parts = *signature ? function_parts(signature->root()) : FunctionParts();
            definition.is_native |= is_std(file_of(item)) && *signature && !parts.body && !is_planned(parts.modifiers);
        }
    } else if (auto i = ast::InterfaceDecl::cast(node)) {
        for (ast::Type t : i.extends().types()) definition.interfaces.push_back(reader.read(t));
        read_members(context, item, i.members(), *syntax, reader, definition);
    } else if (auto e = ast::EnumDecl::cast(node)) {
        for (const auto& child : *context.get<ItemChildren>(item))
            if (kind_of(child.item) == ItemKind::Variant) definition.variants.push_back(child.item);
        if (kind == ItemKind::Variant) {
            definition.variants.clear();
            uint32_t ordinal = 0;
            for (ast::EnumVariant v : e.variants()) {
                SyntaxToken name = v.name();
                std::string text = name && to_kind(name.kind()) == Kind::StringLiteral
                                       ? string_value(name.text())
                                       : std::string(name ? name.text() : std::string_view());
                if (text != name_of(item).text() || ordinal++ != item_key(item).ordinal) continue;
                uint32_t position = 0;
                for (ast::PayloadField f : v.payload().fields()) {
                    FieldInfo field;
                    field.name = f.name() ? Name(f.name().text()) : Name(std::to_string(position));
                    field.type = reader.read(f.type());
                    if (f.is_optional()) field.type = or_undefined(field.type);
                    field.node = syntax->node_of(f.node);
                    definition.fields.push_back(std::move(field));
                    ++position;
                }
            }
        }
    }
    return definition;
}

static bool binds_name(const ast::Binding& binding, std::string_view name) {
    for (Preorder walk(binding.node); walk; walk.next())
        if (auto n = walk->is_node() ? ast::NameBinding::cast(*walk) : ast::NameBinding(); n && n.name())
            if (n.name().text() == name) return true;
    return false;
}

bool is_constant(QueryContext& context, ItemId variable) {
    auto syntax = context.get<ItemSyntax>(file_item(file_of(variable)));
    if (kind_of(variable) != ItemKind::Static || kind_of(parent_of(variable)) != ItemKind::File || !*syntax)
        return false;
    for (ast::Statement s : ast::source_file(syntax->tree()).statements()) {
        auto v = s.as<ast::VariableDecl>();
        bool is_const = v.keyword() && to_kind(v.keyword().kind()) == Kind::ConstKw;
        for (ast::Declarator d : v.declarators())
            if (binds_name(d.binding(), name_of(variable).text())) return is_const;
    }
    return false;
}

ImplInfo impl_info(QueryContext&, ItemId) { return {}; }  // interfaces are structural: there are no impls

Type value_type(QueryContext& context, ItemId item) {
    ItemKind kind = kind_of(item);
    ItemId parent = parent_of(item);
    if (kind == ItemKind::TypeAlias) {
        auto syntax = context.get<ItemSyntax>(item);
        if (!*syntax) return type::error();
        TypeReader reader(context, item, silent_report());
        reader.enter(item);
        return reader.read(ast::TypeAliasDecl::cast(syntax->root()).type());
    }
    if (kind == ItemKind::Static && kind_of(parent) == ItemKind::Class) {
        auto syntax = context.get<ItemSyntax>(item);
        if (!*syntax) return item == scope_variable(parent) ? type::any() : type::error();
        TypeReader reader(context, item, silent_report());
        reader.enter(parent);
        auto field = ast::FieldDecl::cast(syntax->root());
        if (Type declared = declared_or_plain(reader, field.type(), field.initializer())) return declared;
    }
    if (kind == ItemKind::Static) {
        // A module variable: the annotation, else what its initializer has by itself, so that functions which name it
        // do not depend on the statements around it.
        auto syntax = context.get<ItemSyntax>(file_item(file_of(item)));
        if (kind_of(parent) == ItemKind::File && *syntax) {
            for (ast::Statement s : ast::source_file(syntax->tree()).statements()) {
                auto v = s.as<ast::VariableDecl>();
                bool is_const = v.keyword() && to_kind(v.keyword().kind()) == Kind::ConstKw;
                for (ast::Declarator d : v.declarators()) {
                    if (!binds_name(d.binding(), name_of(item).text())) continue;
                    TypeReader reader(context, item, silent_report());
                    if (d.binding().kind() == Kind::NameBinding)
                        if (Type declared = declared_or_plain(reader, d.type(), d.initializer(), is_const))
                            return declared;
                    return variable_type(context, parent, d, name_of(item));
                }
            }
        }
        if (kind_of(parent) == ItemKind::File) return type::any();
        Body body = build_body(context, item);  // BodyOf would be in a cycle where the initializer names the class
        return body.functions.empty() ? type::any() : body.functions[0].result;
    }
    return type::error();
}

namespace {

/// What an optional parameter is given: `undefined` goes without saying.
Type given(Type type) {
    if (!type->is(TypeKind::Union)) return type;
    std::vector<Type> members = type->arguments;
    std::erase_if(members, [](Type member) { return member->is(TypeKind::Undefined); });
    return type::union_of(std::move(members));
}

}  // namespace

std::string print_signature(QueryContext& context, ItemId item) {
    std::string name(name_of(item).text());
    switch (kind_of(item)) {
        case ItemKind::Function: {
            FunctionSignature s = complete_signature(context, item);
            std::string out =
                s.is_constructor ? "constructor" : std::string(s.is_async ? "async " : "") + "function " + name;
            ItemId parent = parent_of(item);
            if (!s.is_constructor && kind_of(parent) != ItemKind::File)
                out = std::string(s.is_async ? "async " : "") + "function " + std::string(name_of(parent).text()) +
                      "." + name;
            for (size_t i = 0; i < s.generics.size(); ++i)
                out += (i ? ", " : "<") + std::string(s.generics[i].name.text());
            if (!s.generics.empty()) out += ">";
            if (s.is_getter)
                return "get " + std::string(name_of(parent).text()) + "." + name + ": " + print_type(s.result);
            if (s.is_setter) out = "set " + std::string(name_of(parent).text()) + "." + name;
            out += "(";
            for (size_t i = 0; i < s.parameters.size(); ++i) {
                const ParameterInfo& p = s.parameters[i];
                out += fmt::format("{}{}{}{}: {}", i ? ", " : "", p.rest ? "..." : "", p.name.text(),
                                   p.has_default ? "?" : "", print_type(p.has_default ? given(p.type) : p.type));
            }
            if (s.is_setter) return out + ")";
            Type result = s.is_async && !s.is_generator ? promise_of(context, s.result) : s.result;
            return out + ")" + (s.is_constructor ? "" : ": " + print_type(result));
        }
        case ItemKind::Class: return "class " + print_type(self_type(context, item));
        case ItemKind::Interface: return "interface " + print_type(self_type(context, item));
        case ItemKind::Enum: return "enum " + name;
        case ItemKind::Variant: {
            std::string out = std::string(name_of(parent_of(item)).text()) + "." + name;
            auto definition = context.get<DefinitionOf>(item);
            for (size_t i = 0; i < definition->fields.size(); ++i)
                out += (i ? ", " : "(") + std::string(definition->fields[i].name.text()) + ": " +
                       print_type(definition->fields[i].type);
            return definition->fields.empty() ? out : out + ")";
        }
        case ItemKind::TypeAlias: return "type " + name + " = " + print_type(*context.get<ValueTypeOf>(item));
        case ItemKind::Field: {
            ItemId owner = parent_of(item);
            for (const FieldInfo& f : context.get<DefinitionOf>(owner)->fields)
                if (f.name == name_of(item))
                    return std::string(name_of(owner).text()) + "." + name + ": " + print_type(f.type);
            return name;
        }
        case ItemKind::Static: {
            bool is_member = kind_of(parent_of(item)) == ItemKind::Class;
            std::string declared = is_member ? "static " + std::string(name_of(parent_of(item)).text()) + "." : "let ";
            return declared + name + ": " + print_type(*context.get<ValueTypeOf>(item));
        }
        default: return name;
    }
}

std::string documentation(QueryContext& context, ItemId item) {
    // Comments change nothing about an item: its present ones stand in the file's tree.
    auto tree = context.get<FileTree>(file_of(item));
    const ItemEntry* entry = context.get<FileItems>(file_of(item))->find(item);
    if (!tree || !*tree || !entry) return {};
    return doc_comment(element_at((*tree)->root(), entry->node));
}

}  // namespace braid::velox_semantics
