#include "analyzer/semantics/altru/common.h"
#include "analyzer/semantics/altru/types.h"

// Types, signatures and documentation in Altru's spelling.
namespace braid::altru_semantics {

namespace {

std::string join(std::span<const Type> types, std::string_view separator = ", ") {
    std::string out;
    for (Type t : types) {
        if (!out.empty()) out += separator;
        out += print_type(t);
    }
    return out;
}

std::string_view integer_name(IntegerKind kind) {
    switch (kind) {
        case IntegerKind::I8: return "i8";
        case IntegerKind::I16: return "i16";
        case IntegerKind::I32: return "i32";
        case IntegerKind::I64: return "int";
        case IntegerKind::U8: return "u8";
        case IntegerKind::U16: return "u16";
        case IntegerKind::U32: return "u32";
        case IntegerKind::U64: return "u64";
        case IntegerKind::Isize: return "isize";
        case IntegerKind::Usize: return "usize";
    }
    return "int";
}

std::string nominal(Type t) {
    std::string name(name_of(t->item).text());
    std::string inside = join(t->arguments);
    for (const RecordField& said : t->fields)  // `dyn Source[Item = int]`
        inside += (inside.empty() ? "" : ", ") + std::string(said.name.text()) + " = " + print_type(said.type);
    return inside.empty() ? name : name + "[" + inside + "]";
}

/// In parentheses where more than one word would be taken apart.
std::string print_operand(Type t) {
    bool open = t->is(TypeKind::Union) || t->is(TypeKind::Function) || (t->is(TypeKind::Dyn) && t->has(TypeSendBound));
    return open ? "(" + print_type(t) + ")" : print_type(t);
}

}  // namespace

std::string print_type(Type t) {
    if (!t) return "?";
    switch (t->kind) {
        case TypeKind::Error: return "?";
        case TypeKind::Never: return "never";
        case TypeKind::Unit: return "()";
        case TypeKind::Bool: return "bool";
        case TypeKind::Integer: return std::string(integer_name(t->integer));
        case TypeKind::Float: return t->bits == 32 ? "f32" : "f64";
        case TypeKind::Char: return "char";
        case TypeKind::String: return "string";
        case TypeKind::Nominal: return nominal(t);
        case TypeKind::ActorHandle: return nominal(t);
        case TypeKind::Function: {
            std::string out = "fn(" + join(t->parameters()) + ")";
            if (!t->result()->is(TypeKind::Unit)) out += " -> " + print_type(t->result());
            return out;
        }
        case TypeKind::Tuple: return "(" + join(t->arguments) + (t->arguments.size() == 1 ? ",)" : ")");
        case TypeKind::List: return "[" + print_type(t->element()) + "]";
        case TypeKind::Array: return "[" + print_type(t->element()) + "; " + std::to_string(t->length) + "]";
        case TypeKind::Union: {
            std::string out;
            for (Type member : t->arguments) out += (out.empty() ? "" : " | ") + print_operand(member);
            return out;
        }
        case TypeKind::Literal: return std::string(t->text.text());
        case TypeKind::Reference: return (t->has(TypeMutable) ? "&mut " : "&") + print_operand(t->element());
        case TypeKind::Dyn: return "dyn " + nominal(t) + (t->has(TypeSendBound) ? " + Send" : "");
        case TypeKind::Projection: return print_type(t->element()) + "::" + std::string(t->text.text());
        case TypeKind::Parameter: return std::string(t->text.text());
        case TypeKind::Inference: return "_";
        default: return "?";
    }
}

namespace {

std::string generics_text(const std::vector<GenericParameter>& generics) {
    std::string out;
    for (const GenericParameter& g : generics) {
        out += (out.empty() ? "" : ", ") + std::string(g.name.text());
        for (size_t i = 0; i < g.bounds.size(); ++i) out += (i ? " + " : ": ") + print_type(g.bounds[i]);
        if (g.default_type) out += " = " + print_type(g.default_type);
    }
    return out.empty() ? "" : "[" + out + "]";
}

std::string function_text(QueryContext& context, ItemId item) {
    auto signature = context.get<SignatureOf>(item);
    std::string out = signature->is_async ? "async fn " : "fn ";
    out += std::string(name_of(item).text()) + generics_text(signature->generics) + "(";
    bool first = true;
    auto add = [&](const std::string& text) {
        out += (first ? "" : ", ") + text;
        first = false;
    };
    bool in_actor = kind_of(parent_of(item)) == ItemKind::Actor;
    if (!in_actor) {
        switch (signature->receiver) {
            case Receiver::None: break;
            case Receiver::Shared: add("&self"); break;
            case Receiver::Mutable: add("&mut self"); break;
            case Receiver::Move: add("move self"); break;
            case Receiver::Inferred: add("self"); break;
        }
    }
    for (const ParameterInfo& p : signature->parameters)
        add((p.is_mutable ? "mut " : "") + std::string(p.name.text()) + ": " + print_type(p.type) +
            (p.has_default ? " = …" : "") + (p.rest ? "…" : ""));
    out += ")";
    if (!signature->result->is(TypeKind::Unit)) out += " -> " + print_type(signature->result);
    return out;
}

}  // namespace

std::string print_signature(QueryContext& context, ItemId item) {
    std::string name(name_of(item).text());
    switch (kind_of(item)) {
        case ItemKind::Function: return function_text(context, item);
        case ItemKind::Struct: return "struct " + name + generics_text(context.get<DefinitionOf>(item)->generics);
        case ItemKind::Enum: return "enum " + name + generics_text(context.get<DefinitionOf>(item)->generics);
        case ItemKind::Trait: return "trait " + name + generics_text(context.get<DefinitionOf>(item)->generics);
        case ItemKind::Actor: return "actor " + name + generics_text(context.get<DefinitionOf>(item)->generics);
        case ItemKind::Variant: {
            auto definition = context.get<DefinitionOf>(item);
            std::string out = std::string(name_of(parent_of(item)).text()) + "::" + name;
            if (definition->fields.empty()) return out;
            bool named = !isdigit(definition->fields[0].name.text()[0]);
            out += named ? "{" : "(";
            for (size_t i = 0; i < definition->fields.size(); ++i) {
                if (i) out += ", ";
                if (named) out += std::string(definition->fields[i].name.text()) + ": ";
                out += print_type(definition->fields[i].type);
            }
            return out + (named ? "}" : ")");
        }
        case ItemKind::Field: {
            ItemId owner = parent_of(item);
            for (const FieldInfo& field : context.get<DefinitionOf>(owner)->fields)
                if (field.item == item) return name + ": " + print_type(field.type);
            return name;
        }
        case ItemKind::Constant: return "const " + name + ": " + print_type(*context.get<ValueTypeOf>(item));
        case ItemKind::Static: return "static " + name + ": " + print_type(*context.get<ValueTypeOf>(item));
        case ItemKind::TypeAlias:
        case ItemKind::TraitType: return "type " + name + " = " + print_type(*context.get<ValueTypeOf>(item));
        case ItemKind::Module:
        case ItemKind::File: return "mod " + name;
        default: return name;
    }
}

namespace {
/// In the present tree of its file: comments change nothing about an item, its own syntax may be an older one.
ast::Ast present_declaration(QueryContext& context, ItemId item) {
    auto tree = context.get<FileTree>(file_of(item));
    const ItemEntry* entry = context.get<FileItems>(file_of(item))->find(item);
    if (!tree || !*tree || !entry) return {};
    return ast::Ast(element_at((*tree)->root(), entry->node).as_node());
}
}  // namespace

namespace {

/// What a file says of itself: the lines it begins with, unless they belong to a declaration right below.
std::string documentation_of_file(std::string_view text) {
    constexpr std::string_view kMark = "##";
    std::string out;
    while (text.starts_with(kMark)) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        line.remove_prefix(kMark.size());
        if (line.starts_with(' ')) line.remove_prefix(1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        out.append(out.empty() ? "" : "\n").append(line);
    }
    return text.starts_with('\n') || text.starts_with('\r') ? out : std::string();
}

}  // namespace

std::string documentation(QueryContext& context, ItemId item) {
    ItemKind kind = kind_of(item);
    if (kind == ItemKind::File) {
        auto tree = context.get<FileTree>(file_of(item));
        return tree && *tree ? documentation_of_file((*tree)->text()) : std::string();
    }
    if (kind == ItemKind::Field || kind == ItemKind::Variant) {
        ItemId owner = parent_of(item);
        while (owner != ItemId::None && (kind_of(owner) == ItemKind::Variant)) owner = parent_of(owner);
        ast::Ast declaration = present_declaration(context, owner);
        ast::MemberList members = declaration ? declaration.child<ast::MemberList>() : ast::MemberList();
        for (const ast::FieldDecl& field : members.fields())
            if (field.name() && field.name().text() == name_of(item).text()) return ast::documentation_of(field);
        for (const ast::VariantDecl& variant : members.variants())
            if (variant.name() && variant.name().text() == name_of(item).text()) return ast::documentation_of(variant);
        return {};
    }
    ast::Ast declaration = present_declaration(context, item);
    return declaration ? ast::documentation_of(declaration) : std::string();
}

}  // namespace braid::altru_semantics
