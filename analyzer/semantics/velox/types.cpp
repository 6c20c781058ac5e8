#include "analyzer/semantics/velox/types.h"

#include <fmt/format.h>

#include "analyzer/semantics/names.h"
#include "analyzer/semantics/velox/items.h"

namespace braid::velox_semantics {
namespace {

bool names_a_type(ItemKind kind) {
    return kind == ItemKind::Class || kind == ItemKind::Interface || kind == ItemKind::Enum ||
           kind == ItemKind::TypeAlias;
}
bool names_a_value(ItemKind kind) {
    return kind == ItemKind::Class || kind == ItemKind::Enum || kind == ItemKind::Function || kind == ItemKind::Static;
}

/// The built-in types that are spelled as names.
Type primitive(std::string_view name) {
    static const std::map<std::string_view, Type> table = {
        {"number", type::float_()},   {"float", type::float_()},    {"int", type::integer()},
        {"bool", type::boolean()},    {"boolean", type::boolean()}, {"string", type::string()},
        {"char", type::character()},  {"void", type::unit()},       {"any", type::any()},
        {"unknown", type::unknown()}, {"never", type::never()},     {"object", type::any()},
    };
    auto found = table.find(name);
    return found == table.end() ? nullptr : found->second;
}

}  // namespace

FileId imported_file(FileId from, std::string_view token_text) {
    std::string path = std::string(files().path(from));
    std::string folder = path.substr(0, path.rfind('/') + 1), target = string_value(token_text);
    while (target.starts_with("./")) target.erase(0, 2);
    while (target.starts_with("../") && folder.size() > 1) {
        target.erase(0, 3);
        folder.erase(folder.rfind('/', folder.size() - 2) + 1);
    }
    if (!target.ends_with(".velox")) target += ".velox";
    return files().find(target.starts_with("/") ? target : folder + target).value_or(FileId::None);
}

ItemId FileScope::find(std::string_view name) const { return find(name, Wanted::Any); }
ItemId FileScope::find_type(std::string_view name) const { return find(name, Wanted::Type); }
ItemId FileScope::find_value(std::string_view name) const { return find(name, Wanted::Value); }

ItemId FileScope::find(std::string_view text, Wanted wanted) const {
    Name name(text);
    auto fits = [&](ItemId item) {
        ItemKind kind = kind_of(item);
        return wanted == Wanted::Any    ? names_a_type(kind) || names_a_value(kind)
               : wanted == Wanted::Type ? names_a_type(kind)
                                        : names_a_value(kind);
    };
    auto in_file = [&](FileId file, Name wanted_name) {
        for (const auto& child : *context_.get<ItemChildren>(file_item(file)))
            if (name_of(child.item) == wanted_name && fits(child.item)) return child.item;
        return ItemId::None;
    };
    if (ItemId own = in_file(file_, name); own != ItemId::None) return own;
    if (!is_std(file_)) {
        auto syntax = context_.get<ItemSyntax>(file_item(file_));
        if (*syntax)
            for (ast::Statement s : ast::source_file(syntax->tree()).statements()) {
                auto import = s.as<ast::ImportDecl>();
                if (!import || !import.path()) continue;
                FileId from = imported_file(file_, import.path().text());
                if (from == FileId::None) continue;
                for (ast::ImportSpecifier specifier : import.named().specifiers()) {
                    SyntaxToken local = specifier.alias() ? specifier.alias().name() : specifier.name();
                    if (local && specifier.name() && local.text() == text)
                        if (ItemId item = in_file(from, Name(specifier.name().text())); item != ItemId::None)
                            return item;
                }
                if (auto whole = import.default_import(); whole && whole.name() && whole.name().text() == text)
                    for (const auto& child : *context_.get<ItemChildren>(file_item(from)))
                        if (child.is_public && fits(child.item)) return child.item;
            }
    }
    ItemId item = std_item(context_, text);
    return item != ItemId::None && fits(item) ? item : ItemId::None;
}

std::vector<std::string> FileScope::names() const {
    std::vector<std::string> all;
    auto sources = context_.get<SourceFiles>();
    for (FileId file : *sources) {
        bool visible = file == file_ || (is_std(file) && files().path(file).ends_with(".velox"));
        if (!visible) continue;
        for (const auto& child : *context_.get<ItemChildren>(file_item(file)))
            all.emplace_back(name_of(child.item).text());
    }
    return all;
}

std::vector<GenericParameter> GenericsOf::compute(QueryContext& context, const Key& item) {
    auto syntax = context.get<ItemSyntax>(item);
    if (!*syntax) return {};
    TypeReader reader(context, file_of(item), [](DiagnosticCode, const SyntaxElement&, const std::string&) {});
    reader.enter(parent_of(item));
    return reader.declare(ast::Ast(syntax->root()).child<ast::TypeParameterList>(), item, *syntax);
}

std::vector<GenericParameter> TypeReader::declare(const ast::TypeParameterList& list, ItemId owner,
                                                  const ItemTree& tree) {
    std::vector<GenericParameter> generics;
    for (ast::TypeParameter p : list.parameters()) {
        Name name(p.name() ? p.name().text() : std::string_view("?"));
        bind(name, type::parameter(owner, uint32_t(generics.size()), name));
        GenericParameter parameter;
        parameter.name = name;
        parameter.node = tree.node_of(p.node);
        generics.push_back(std::move(parameter));
    }
    size_t i = 0;
    for (ast::TypeParameter p : list.parameters()) {
        if (p.constraint()) generics[i].bounds.push_back(read(p.constraint().type()));
        if (p.default_type()) generics[i].default_type = read(p.default_type().type());
        ++i;
    }
    return generics;
}

void TypeReader::enter(ItemId owner) {
    if (owner == ItemId::None) return;
    if (kind_of(owner) == ItemKind::File) return;
    auto generics = context_.get<GenericsOf>(owner);
    for (uint32_t i = 0; i < generics->size(); ++i)
        bind((*generics)[i].name, type::parameter(owner, i, (*generics)[i].name));
}

Type TypeReader::read(const ast::Type& t) {
    if (!t || depth_ > 200) return type::error();
    ++depth_;
    Type result = [&]() -> Type {
        switch (t.kind()) {
            case Kind::NamedType: return named(t.as<ast::NamedType>());
            case Kind::KeywordType: {
                SyntaxToken word = t.as<ast::KeywordType>().word();
                std::string_view text = word ? word.text() : std::string_view();
                if (text == "void") return type::unit();
                if (text == "null") return type::null();
                if (text == "undefined") return type::undefined();
                if (text == "this" && self_) return self_;
                return type::any();
            }
            case Kind::LiteralType: {
                auto literal = t.as<ast::LiteralType>();
                SyntaxToken value = literal.value();
                if (!value) return type::error();
                switch (to_kind(value.kind())) {
                    case Kind::TrueKw:
                    case Kind::FalseKw: return type::literal(type::boolean(), value.text());
                    case Kind::NullKw: return type::null();
                    case Kind::UndefinedKw: return type::undefined();
                    case Kind::NumberLiteral:
                        return type::literal(type::float_(),
                                             std::string(literal.is_negative() ? "-" : "") + std::string(value.text()));
                    default: return type::literal(type::string(), "\"" + string_value(value.text()) + "\"");
                }
            }
            case Kind::ArrayType: return list_of(read(t.as<ast::ArrayType>().element()));
            case Kind::TupleType: {
                std::vector<Type> elements;
                for (ast::TupleElement e : t.as<ast::TupleType>().elements()) elements.push_back(read(e.type()));
                return type::tuple(std::move(elements), TypeShared);
            }
            case Kind::FunctionType: {
                auto f = t.as<ast::FunctionType>();
                return function(f.parameters(), f.result(), f.type_parameters());
            }
            case Kind::ObjectType: return object(t.as<ast::ObjectType>().members());
            case Kind::UnionType: {
                std::vector<Type> members;
                for (ast::Type part : t.as<ast::UnionType>().alternatives()) members.push_back(read(part));
                return type::union_of(std::move(members));
            }
            case Kind::ParenType: return read(t.as<ast::ParenType>().inner());
            case Kind::OperatorType: {
                auto op = t.as<ast::OperatorType>();
                if (op.op() && op.op().text() == "readonly") return read(op.operand());
                break;
            }
            case Kind::PredicateType: return type::boolean();
            case Kind::IntersectionType: {
                std::vector<RecordField> fields;
                for (ast::Type part : t.as<ast::IntersectionType>().parts()) {
                    Type member = read(part);
                    fields.insert(fields.end(), member->fields.begin(), member->fields.end());
                    if (!member->is(TypeKind::Record)) return member;
                }
                return type::record(std::move(fields));
            }
            default: break;
        }
        report_(DiagnosticCode::SyntaxError, t.node, "this form of type is not understood yet; write the type out");
        return type::error();
    }();
    --depth_;
    return result;
}

Type TypeReader::named(const ast::NamedType& t) {
    std::vector<SyntaxToken> path = t.path().names();
    if (path.empty()) return type::error();
    std::string_view name = path.back().text();
    std::vector<Type> arguments;
    for (ast::Type argument : t.arguments().types()) arguments.push_back(read(argument));
    if (path.size() == 1 && arguments.empty()) {
        auto parameter = parameters_.find(Name(name));
        if (parameter != parameters_.end()) return parameter->second;
    }
    ItemId item = scope_.find_type(name == "map" && arguments.size() == 2   ? "Map"
                                   : name == "set" && arguments.size() == 1 ? "Set"
                                                                            : name);
    if (item == ItemId::None || is_std(file_of(item))) {
        if (Type simple = primitive(name); simple && arguments.empty()) return simple;
        if ((name == "Array" || name == "ReadonlyArray") && arguments.size() <= 1)
            return list_of(arguments.empty() ? type::any() : arguments[0]);
    }
    if (item == ItemId::None) {
        std::string near = nearest_name(name, scope_.names());
        report_(DiagnosticCode::UnresolvedName, path.back(),
                fmt::format("no type `{}` is known here{}", name,
                            near.empty() ? std::string() : fmt::format("; did you mean `{}`?", near)));
        return type::error();
    }
    return instantiate(item, std::move(arguments), t.node);
}

Type TypeReader::instantiate(ItemId item, std::vector<Type> arguments, const SyntaxElement& at) {
    if (kind_of(item) == ItemKind::TypeAlias) {
        const auto& generics = *context_.get<GenericsOf>(item);
        Type target = *context_.get<ValueTypeOf>(item);
        for (size_t i = arguments.size(); i < generics.size(); ++i)
            arguments.push_back(generics[i].default_type ? generics[i].default_type : type::any());
        return substitute(target, item, arguments);
    }
    auto generics = context_.get<GenericsOf>(item);
    size_t wanted = generics->size(), required = 0;
    for (const GenericParameter& g : *generics) required += g.default_type ? 0 : 1;
    if (arguments.size() > wanted || (arguments.size() < required && !arguments.empty())) {
        report_(DiagnosticCode::WrongTypeArguments, at,
                fmt::format("`{}` takes {} type argument{}, not {}", name_of(item).text(), wanted,
                            wanted == 1 ? "" : "s", arguments.size()));
        arguments.resize(wanted, type::error());
    }
    for (size_t i = arguments.size(); i < wanted; ++i) {
        Type fallback = (*generics)[i].default_type;
        arguments.push_back(fallback ? substitute(fallback, item, arguments) : type::any());
    }
    return type::nominal(item, std::move(arguments));
}

Type TypeReader::function(const ast::ParameterList& list, const ast::Type& result,
                          const ast::TypeParameterList& generics) {
    for (ast::TypeParameter p : generics.parameters())
        if (p.name()) bind(Name(p.name().text()), type::any());  // generic function types are checked as if of any
    std::vector<Type> parameters;
    uint32_t optional = 0;
    bool rest = false;
    for (ast::Parameter p : list.parameters()) {
        Type declared = read(p.type(), type::any());
        if (p.is_optional() || p.initializer()) ++optional, declared = type::union_of({declared, type::undefined()});
        rest |= p.is_rest();
        parameters.push_back(declared);
    }
    return type::function(std::move(parameters), read(result), uint16_t(TypeShared | (rest ? TypeVariadic : 0)),
                          optional);
}

Type TypeReader::object(const std::vector<ast::Member>& members) {
    std::vector<RecordField> fields;
    for (const ast::Member& m : members) {
        if (auto f = m.as<ast::FieldDecl>()) {
            bool readonly = f.modifiers().has_readonly();
            fields.push_back({member_name(f.name()), read(f.type(), type::any()), f.is_optional(), readonly});
        } else if (auto method = m.as<ast::MethodDecl>()) {
            Type result = method.result() ? read(method.result().type()) : type::any();
            Type signature = function(method.parameters(), ast::Type(), method.type_parameters());
            std::vector<Type> parameters(signature->parameters().begin(), signature->parameters().end());
            fields.push_back({member_name(method.name()),
                              type::function(std::move(parameters), result,
                                             signature->flags & TypeVariadic ? uint16_t(TypeShared | TypeVariadic)
                                                                             : uint16_t(TypeShared),
                                             signature->optional_parameters),
                              method.is_optional(), false});
        } else if (m.kind() == Kind::CallSignature && members.size() == 1) {
            auto call = m.as<ast::CallSignature>();
            return function(call.parameters(), call.result() ? call.result().type() : ast::Type(),
                            call.type_parameters());
        } else {
            return type::any();  // index signatures: a dictionary
        }
    }
    return type::record(std::move(fields));
}

}  // namespace braid::velox_semantics
