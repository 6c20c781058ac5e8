#include "analyzer/semantics/velox/types.h"

#include <fmt/format.h>

#include "analyzer/semantics/loaded_files.h"
#include "analyzer/semantics/named_children.h"
#include "analyzer/semantics/names.h"
#include "analyzer/semantics/velox/enum_values.h"
#include "analyzer/semantics/velox/foreign_names.h"
#include "analyzer/semantics/velox/items.h"
#include "analyzer/semantics/velox/local_classes.h"
#include "analyzer/semantics/velox/local_types.h"
#include "analyzer/semantics/velox/relations.h"
#include "analyzer/semantics/velox/type_operators.h"

namespace braid::velox_semantics {
namespace {

bool names_a_type(ItemKind kind) {
    return kind == ItemKind::Class || kind == ItemKind::Interface || kind == ItemKind::Enum ||
           kind == ItemKind::TypeAlias;
}
bool names_a_value(ItemKind kind) {
    return kind == ItemKind::Class || kind == ItemKind::Enum || kind == ItemKind::Function || kind == ItemKind::Static;
}

}  // namespace

Type primitive(std::string_view name) {
    static const std::map<std::string_view, Type> table = {
        {"number", type::float_()},   {"float", type::float_()},    {"int", type::integer()}, {"bool", type::boolean()},
        {"boolean", type::boolean()}, {"string", type::string()},   {"char", type::string()}, {"void", type::unit()},
        {"any", type::any()},         {"unknown", type::unknown()}, {"never", type::never()}, {"object", type::any()},
        {"bigint", type::integer()},  {"symbol", type::string()},
    };
    auto found = table.find(name);
    return found == table.end() ? nullptr : found->second;
}

namespace {
/// What `String` and its like are in the place of a type; null: another name.
Type wrapped(std::string_view name) {
    return name == "String"    ? type::string()
           : name == "Number"  ? type::float_()
           : name == "Boolean" ? type::boolean()
                               : nullptr;
}
}  // namespace

FileId imported_file(QueryContext& context, FileId from, std::string_view token_text) {
    std::string path = std::string(files().path(from));
    std::string folder = path.substr(0, path.rfind('/') + 1), target = string_value(token_text);
    while (target.starts_with("./")) target.erase(0, 2);
    while (target.starts_with("../") && folder.size() > 1) {
        target.erase(0, 3);
        folder.erase(folder.rfind('/', folder.size() - 2) + 1);
    }
    if (!target.ends_with(".velox")) target += ".velox";
    return loaded_file(context, target.starts_with("/") ? target : folder + target);
}

ItemId exported_item(QueryContext& context, FileId file, Name name, int depth) {
    if (ItemId own = find_child(context, file_item(file), name, [](ItemId) { return true; }); own != ItemId::None)
        return own;
    auto syntax = context.get<ItemSyntax>(file_item(file));
    if (!*syntax || depth > 20) return ItemId::None;
    for (ast::Statement s : ast::source_file(syntax->tree()).statements()) {
        auto e = s.as<ast::ExportDecl>();
        if (!e) continue;
        FileId from = e.path() ? imported_file(context, file, e.path().text()) : file;
        if (from == FileId::None) continue;
        if (e.is_star() && from != file)
            if (ItemId item = exported_item(context, from, name, depth + 1); item != ItemId::None) return item;
        for (ast::ImportSpecifier specifier : e.specifiers()) {
            SyntaxToken given =
                specifier.alias() && specifier.alias().name() ? specifier.alias().name() : specifier.name();
            if (!given || !specifier.name() || Name(given.text()) != name) continue;
            Name own(specifier.name().text());
            if (from == file && own == name) continue;
            ItemId item =
                from == file ? FileScope(context, file).find(own.text()) : exported_item(context, from, own, depth + 1);
            if (item != ItemId::None) return item;
        }
    }
    return ItemId::None;
}

namespace {
/// What `export default` stands before: a declaration, or the name of one.
ItemId default_item(QueryContext& context, FileId file) {
    auto syntax = context.get<ItemSyntax>(file_item(file));
    if (!*syntax) return ItemId::None;
    auto named = [&](const ast::Modifiers& modifiers, const SyntaxToken& name) {
        if (!modifiers.has_default() || !name) return ItemId::None;
        return find_child(context, file_item(file), Name(name.text()), [](ItemId) { return true; });
    };
    for (ast::Statement s : ast::source_file(syntax->tree()).statements()) {
        ItemId item = ItemId::None;
        if (auto f = s.as<ast::FunctionDecl>()) item = named(f.modifiers(), f.name());
        if (auto c = s.as<ast::ClassDecl>()) item = named(c.modifiers(), c.name());
        if (auto e = s.as<ast::EnumDecl>()) item = named(e.modifiers(), e.name());
        if (auto i = s.as<ast::InterfaceDecl>()) item = named(i.modifiers(), i.name());
        if (auto value = s.as<ast::ExportDefault>().value().as<ast::NameExpr>(); value && value.name())
            item = FileScope(context, file).find(value.name().text());
        if (item != ItemId::None) return item;
    }
    return exported_item(context, file, Name("default"));
}

/// Where the imports of a file stand, as numbers of nodes.
struct FileImports {
    using Key = FileId;
    using Value = std::vector<uint32_t>;
    static constexpr const char* name = "velox_file_imports";
    static Value compute(QueryContext& context, const Key& file) {
        Value nodes;
        auto syntax = context.get<ItemSyntax>(file_item(file));
        if (!*syntax) return nodes;
        for (ast::Statement s : ast::source_file(syntax->tree()).statements())
            if (auto import = s.as<ast::ImportDecl>()) nodes.push_back(syntax->node_of(import.node));
        return nodes;
    }
};
}  // namespace

ItemId FileScope::find(std::string_view text, Wanted wanted, const SyntaxElement& at) const {
    Name name(text);
    auto fits = [&](ItemId item) {
        ItemKind kind = kind_of(item);
        return wanted == Wanted::Any    ? names_a_type(kind) || names_a_value(kind)
               : wanted == Wanted::Type ? names_a_type(kind)
                                        : names_a_value(kind);
    };
    if (!is_std(file_) && within_ != ItemId::None)
        if (ItemId own = find_local_type(context_, within_, name, at); own != ItemId::None && fits(own)) return own;
    auto fits_here = [&](ItemId item) { return fits(item) && !is_in_block_of_file(context_, item); };
    if (ItemId own = find_child(context_, file_item(file_), name, fits_here); own != ItemId::None) return own;
    if (!is_std(file_)) {
        auto imports = context_.get<FileImports>(file_);
        auto syntax = imports->empty() ? nullptr : context_.get<ItemSyntax>(file_item(file_));
        if (syntax && *syntax)
            for (uint32_t node : *imports) {
                auto import = ast::Ast(SyntaxNode(syntax->element(node))).as<ast::ImportDecl>();
                if (!import || !import.path()) continue;
                FileId from = imported_file(context_, file_, import.path().text());
                if (from == FileId::None) continue;
                for (ast::ImportSpecifier specifier : import.named().specifiers()) {
                    SyntaxToken local = specifier.alias() ? specifier.alias().name() : specifier.name();
                    if (local && specifier.name() && local.text() == text)
                        if (ItemId item = exported_item(context_, from, Name(specifier.name().text()));
                            item != ItemId::None && fits(item))
                            return item;
                }
                if (auto all = import.namespace_import(); all && all.name() && all.name().text() == text)
                    if (wanted == Wanted::Any) return file_item(from);
                if (auto whole = import.default_import(); whole && whole.name() && whole.name().text() == text)
                    if (ItemId item = default_item(context_, from); item != ItemId::None && fits(item)) return item;
            }
    }
    ItemId item = std_item(context_, text);
    return item != ItemId::None && fits(item) ? item : ItemId::None;
}

bool FileScope::imports(std::string_view name) const {
    if (is_std(file_)) return false;
    auto imports = context_.get<FileImports>(file_);
    auto syntax = imports->empty() ? nullptr : context_.get<ItemSyntax>(file_item(file_));
    if (!syntax || !*syntax) return false;
    for (uint32_t node : *imports) {
        auto import = ast::Ast(SyntaxNode(syntax->element(node))).as<ast::ImportDecl>();
        if (!import) continue;
        for (ast::ImportSpecifier specifier : import.named().specifiers()) {
            SyntaxToken local = specifier.alias() ? specifier.alias().name() : specifier.name();
            if (local && local.text() == name) return true;
        }
        if (auto all = import.namespace_import(); all && all.name() && all.name().text() == name) return true;
        if (auto whole = import.default_import(); whole && whole.name() && whole.name().text() == name) return true;
    }
    return false;
}

bool has_default_export(QueryContext& context, FileId file) {
    auto syntax = context.get<ItemSyntax>(file_item(file));
    if (!*syntax) return false;
    for (ast::Statement s : ast::source_file(syntax->tree()).statements())
        if (s.as<ast::ExportDefault>()) return true;
    return default_item(context, file) != ItemId::None;
}

std::vector<std::string> FileScope::names_like(std::string_view mistyped) const {
    std::vector<std::string> all;
    auto add_children = [&](ItemId item) {
        for (const auto& child : *context_.get<ItemChildren>(item))
            if (std::string_view name = name_of(child.item).text(); may_be_near(mistyped, name)) all.emplace_back(name);
    };
    auto sources = context_.get<SourceFiles>();
    for (FileId file : *sources)
        if (file == file_ || (is_std(file) && files().path(file).ends_with(".velox"))) add_children(file_item(file));
    for (ItemId around = within_; around != ItemId::None && kind_of(around) != ItemKind::File;
         around = parent_of(around))
        if (kind_of(around) == ItemKind::Function) add_children(around);
    return all;
}

uint32_t TypeParameterCount::compute(QueryContext& context, const Key& item) {
    auto syntax = context.get<ItemSyntax>(item);
    if (!*syntax) return 0;
    return uint32_t(ast::Ast(syntax->root()).child<ast::TypeParameterList>().parameters().size());
}

std::vector<GenericParameter> GenericsOf::compute(QueryContext& context, const Key& item) {
    auto syntax = context.get<ItemSyntax>(item);
    if (!*syntax) return {};
    TypeReader reader(context, item, silent_report());
    reader.enter(parent_of(item));
    const OuterParameters::Names outer = outer_parameters(context, item);
    for (Name open : outer.open) reader.bind(open, type::any());
    const uint32_t first = *context.get<TypeParameterCount>(item);
    auto here = [&](Type part) {
        if (!part->is(TypeKind::Parameter) || part->item == item) return part;
        for (uint32_t i = 0; i < outer.parameters.size(); ++i)
            if (outer.parameters[i] == OuterParameters::Parameter{part->item, part->index})
                return type::parameter(item, first + i, part->text);
        return type::any();
    };
    std::vector<GenericParameter> from_around;
    for (const auto& [owner, nth] : outer.parameters) {
        auto theirs = context.get<GenericsOf>(owner);
        GenericParameter parameter = nth < theirs->size() ? (*theirs)[nth] : GenericParameter();
        reader.bind(parameter.name, type::parameter(item, first + uint32_t(from_around.size()), parameter.name));
        for (Type& bound : parameter.bounds) bound = map_type(bound, here);
        if (parameter.default_type) parameter.default_type = map_type(parameter.default_type, here);
        from_around.push_back(std::move(parameter));
    }
    auto generics = reader.declare(ast::Ast(syntax->root()).child<ast::TypeParameterList>(), item, *syntax);
    generics.insert(generics.end(), from_around.begin(), from_around.end());
    return generics;
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
    if (owner == ItemId::None || kind_of(owner) == ItemKind::File) return;
    enter(parent_of(owner));
    for (Name open : outer_parameters(context_, owner).open) bind(open, type::any());
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
                bool open = false;
                for (ast::TupleElement e : t.as<ast::TupleType>().elements()) {
                    Type element = read(e.type());
                    if (e.is_optional()) element = or_undefined(element);
                    if (e.is_rest()) open = true, element = element->is(TypeKind::List) ? element->element() : element;
                    elements.push_back(element);
                }
                // Any number of elements may stand where `...T[]` does.
                if (open || elements.empty()) return list_of(type::union_of(std::move(elements)));
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
                std::string_view word = op.op() ? op.op().text() : std::string_view();
                Type operand = read(op.operand());
                if (word == "readonly") return operand;
                if (word == "keyof") return operation("keyof", {operand});
                if (word == "infer") return operand;
                break;
            }
            case Kind::IndexedType: {
                auto i = t.as<ast::IndexedType>();
                Type object = read(i.object());
                return operation("[]", {object, read(i.index())});
            }
            case Kind::ConditionalType: return conditional(t.as<ast::ConditionalType>());
            case Kind::TypeofType: return type_of_value(t.as<ast::TypeofType>());
            case Kind::TemplateType: return template_type(t.as<ast::TemplateType>());
            case Kind::ConstructorType: return type::any();  // classes as values are checked when they are used
            case Kind::PredicateType: {
                auto p = t.as<ast::PredicateType>();
                if (p.type()) read(p.type());
                return p.is_asserts() ? type::unit() : type::boolean();
            }
            case Kind::IntersectionType: {
                std::vector<Type> parts;
                for (ast::Type part : t.as<ast::IntersectionType>().parts()) parts.push_back(read(part));
                return operation("&", std::move(parts));
            }
            default: break;
        }
        report_(DiagnosticCode::SyntaxError, t.node, "this form of type is not understood yet; write the type out", {});
        return type::error();
    }();
    --depth_;
    return result;
}

Type TypeReader::read_base(const ast::Type& t) {
    auto named = t.as<ast::NamedType>();
    auto path = named ? named.path().names() : std::vector<SyntaxToken>();
    ItemId held_by =
        path.size() == 1 && scope_.find_type(path[0]) == ItemId::None ? scope_.find_value(path[0]) : ItemId::None;
    ItemId klass = held_by == ItemId::None ? ItemId::None : class_in_variable(context_, held_by);
    if (klass == ItemId::None) return read(t);
    std::vector<Type> arguments;
    for (ast::Type argument : named.arguments().types()) arguments.push_back(read(argument));
    return instantiate(klass, std::move(arguments), t.node);
}

Type TypeReader::named(const ast::NamedType& t) {
    std::vector<SyntaxToken> path = t.path().names();
    if (path.empty()) return type::error();
    std::string_view name = path.back().text();
    std::vector<Type> arguments;
    for (ast::Type argument : t.arguments().types()) arguments.push_back(read(argument));
    if (path.size() == 2)  // `Msg.Get`: a value of that variant is one of its enum
        if (ItemId owner = scope_.find(path[0]); owner != ItemId::None) {
            if (kind_of(owner) == ItemKind::Enum) {
                for (ItemId variant : context_.get<DefinitionOf>(owner)->variants)
                    if (name_of(variant).text() == name && enum_value(context_, variant))
                        return variant_type(context_, variant);
                return instantiate(owner, std::move(arguments), t.node);
            }
            ItemId member =
                kind_of(owner) == ItemKind::File ? exported_item(context_, file_of(owner), Name(name)) : ItemId::None;
            if (member != ItemId::None && names_a_type(kind_of(member)))
                return instantiate(member, std::move(arguments), t.node);
        }
    if (path.size() == 1 && arguments.empty()) {
        auto parameter = parameters_.find(Name(name));
        if (parameter != parameters_.end()) return parameter->second;
    }
    ItemId item = name == "map" && arguments.size() == 2   ? scope_.find_type("Map")
                  : name == "set" && arguments.size() == 1 ? scope_.find_type("Set")
                                                           : scope_.find_type(path.back());
    if (item == ItemId::None || is_std(file_of(item))) {
        if (Type simple = item == ItemId::None || is_std(scope_.file()) ? nullptr : wrapped(name)) {
            report_(DiagnosticCode::ForeignSpelling, path.back(),
                    fmt::format("the type of such values is `{}`; `{}` has the functions", print_type(simple), name),
                    print_type(simple));
            return simple;
        }
        if (Type simple = primitive(name); simple && arguments.empty()) return simple;
        if ((name == "Array" || name == "ReadonlyArray") && arguments.size() <= 1)
            return list_of(arguments.empty() ? type::any() : arguments[0]);
        if (name == "ReadonlyMap" || name == "ReadonlySet") item = std_item(context_, name.substr(8));
        if (item == ItemId::None && is_type_operator(name, arguments.size()))
            return operation(name, std::move(arguments));
    }
    if (item == ItemId::None) {
        if (scope_.imports(path[0].text())) return type::error();
        if (auto* foreign = foreign_name(name, ForeignPlace::Type)) {
            report_(DiagnosticCode::UnresolvedName, path.back(),
                    fmt::format("no type `{}` is known here{}", name,
                                foreign->instead.empty() ? std::string(foreign->message)
                                                         : fmt::format("; write `{}`", foreign->instead)),
                    foreign->instead);
            return type::error();
        }
        std::vector<std::string> candidates{"string", "number", "boolean", "int", "float", "char", "any", "unknown"};
        for (const auto& [parameter, type] : parameters_) candidates.emplace_back(parameter.text());
        for (std::string& each : scope_.names_like(name))
            if (scope_.find_type(each) != ItemId::None && !wrapped(each)) candidates.push_back(std::move(each));
        std::string near = nearest_name(name, candidates);
        report_(DiagnosticCode::UnresolvedName, path.back(),
                fmt::format("no type `{}` is known here{}", name,
                            near.empty() ? std::string() : fmt::format("; did you mean `{}`?", near)),
                near);
        return type::error();
    }
    return instantiate(item, std::move(arguments), t.node);
}

Type TypeReader::instantiate(ItemId item, std::vector<Type> arguments, const SyntaxElement& at) {
    if (kind_of(item) == ItemKind::TypeAlias) {
        auto generics = context_.get<GenericsOf>(item);
        count_arguments(item, *generics, arguments, at);
        for (Type outer : outer_arguments(context_, scope_.within(), item)) arguments.push_back(outer);
        if (*context_.get<IsLazyAlias>(item)) return type::nominal(item, std::move(arguments));
        return substitute(*context_.get<ValueTypeOf>(item), item, arguments);
    }
    // Bounds may name what they belong to (`class Node<T extends Node<T>>`): it is enough to count.
    if (checks_bounds_ || arguments.size() != *context_.get<TypeParameterCount>(item)) {
        auto generics = context_.get<GenericsOf>(item);
        count_arguments(item, *generics, arguments, at);
    }
    for (Type outer : outer_arguments(context_, scope_.within(), item)) arguments.push_back(outer);
    if (arguments.size() == 1 && is_std(file_of(item)) && name_of(item).text() == "Promise")
        return promise_of(context_, awaited(arguments[0]));
    return type::nominal(item, std::move(arguments));
}

Type TypeReader::made_by(const SyntaxToken& token, const ast::TypeArgumentList& written) {
    ItemId item = scope_.find_type(token);
    std::string_view name = token.text();
    if (item == ItemId::None || kind_of(item) != ItemKind::Class) return nullptr;
    std::vector<Type> arguments;
    for (ast::Type argument : written.types()) arguments.push_back(read(argument));
    if (arguments.empty() && *context_.get<TypeParameterCount>(item) != 0) return nullptr;
    if (name == "Array" && is_std(file_of(item)) && arguments.size() == 1) return list_of(arguments[0]);
    return instantiate(item, std::move(arguments), written.node);
}

/// As many arguments as there are parameters: defaults, or any, for those left off.
void TypeReader::count_arguments(ItemId item, const std::vector<GenericParameter>& generics,
                                 std::vector<Type>& arguments, const SyntaxElement& at) {
    size_t wanted = *context_.get<TypeParameterCount>(item), required = 0;
    for (size_t i = 0; i < wanted; ++i) required += generics[i].default_type ? 0 : 1;
    if (arguments.size() > wanted || (arguments.size() < required && !arguments.empty())) {
        report_(DiagnosticCode::WrongTypeArguments, at,
                fmt::format("`{}` takes {} type argument{}, not {}", name_of(item).text(), wanted,
                            wanted == 1 ? "" : "s", arguments.size()),
                {});
        arguments.resize(wanted, type::error());
    }
    for (size_t i = arguments.size(); i < wanted; ++i) {
        Type fallback = generics[i].default_type;
        arguments.push_back(fallback ? substitute(fallback, item, arguments) : type::any());
    }
    for (size_t i = 0; i < wanted; ++i) {
        if (generics[i].bounds.empty() || !checks_bounds_) continue;
        Type bound = substitute(generics[i].bounds[0], item, arguments);
        if (is_assignable(context_, arguments[i], bound)) continue;
        report_(DiagnosticCode::BoundNotMet, at,
                fmt::format("`{}` asks for a `{}` that is a `{}`; `{}` is none", name_of(item).text(),
                            generics[i].name.text(), print_type(bound), print_type(arguments[i])),
                {});
    }
}

Type TypeReader::function(const ast::ParameterList& list, const ast::Type& result,
                          const ast::TypeParameterList& generics) {
    for (ast::TypeParameter p : generics.parameters())
        if (p.name()) bind(Name(p.name().text()), type::any());  // generic function types are checked as if of any
    std::vector<Type> parameters;
    uint32_t optional = 0;
    bool rest = false;
    for (ast::Parameter p : list.parameters()) {
        if (auto name = p.binding().as<ast::NameBinding>(); name && name.name() && name.name().text() == "this")
            continue;
        Type declared = read(p.type(), type::any());
        if (p.is_optional() || p.initializer()) ++optional, declared = or_undefined(declared);
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
            Type outline = function(method.parameters(), ast::Type(), method.type_parameters());
            std::vector<Type> parameters(outline->parameters().begin(), outline->parameters().end());
            Type member = type::function(
                std::move(parameters), result,
                outline->flags & TypeVariadic ? uint16_t(TypeShared | TypeVariadic) : uint16_t(TypeShared),
                outline->optional_parameters);
            fields.push_back({member_name(method.name()), member, method.is_optional(), false});
        } else if (auto getter = m.as<ast::GetterDecl>()) {
            fields.push_back({member_name(getter.name()), read(getter.result(), type::any()), false, true});
        } else if (auto index = m.as<ast::IndexSignature>()) {
            fields.push_back({index_signature(), read(index.type(), type::any()), true, false});
        } else if (auto mapped = m.as<ast::MappedMember>()) {
            return mapped_object(mapped);
        } else if (m.kind() == Kind::CallSignature && members.size() == 1) {
            auto call = m.as<ast::CallSignature>();
            return function(call.parameters(), call.result() ? call.result().type() : ast::Type(),
                            call.type_parameters());
        } else {
            return type::any();  // callable objects with members
        }
    }
    return type::record(std::move(fields));
}

/// `typeof value`: the declared type of a function, variable or class of the file.
Type TypeReader::type_of_value(const ast::TypeofType& t) {
    std::vector<SyntaxToken> path = t.path().names();
    if (path.empty()) return type::error();
    Type result = nullptr;
    if (auto local = values_ ? values_(Name(path[0].text())) : nullptr) {
        result = local;
    } else {
        ItemId item = scope_.find_value(path[0]);
        // A type in a function does not see its variables; the code around it does.
        if (item == ItemId::None && is_of_local_type(context_, scope_.within())) return type::any();
        if (item == ItemId::None) {
            report_(DiagnosticCode::UnresolvedName, path[0], fmt::format("no `{}` is known here", path[0].text()), {});
            return type::error();
        }
        if (kind_of(item) == ItemKind::Static) result = *context_.get<ValueTypeOf>(item);
        else if (kind_of(item) == ItemKind::Function) result = function_type(context_, item);
        else if (is_plain_enum(context_, type::nominal(item))) result = enum_object(context_, item);
        else return type::any();
    }
    for (size_t i = 1; i < path.size(); ++i) {
        MemberInfo member = find_member(context_, result, Name(path[i].text()));
        result = member.kind == MemberInfo::None ? type::any() : member.type;
    }
    return result;
}

}  // namespace braid::velox_semantics
