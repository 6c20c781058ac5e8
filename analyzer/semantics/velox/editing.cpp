#include "analyzer/semantics/velox/editing.h"

#include <algorithm>
#include <unordered_set>

#include "analyzer/semantics/roles_table.h"
#include "analyzer/semantics/velox/local_classes.h"
#include "analyzer/semantics/velox/object_members.h"
#include "analyzer/semantics/velox/relations.h"
#include "analyzer/semantics/velox/signatures.h"

namespace braid::velox_semantics {
namespace {

using namespace syntax_role;

std::span<const uint64_t> roles() {
    static const auto table = roles_by_kind<Kind>({
#define ROLES(kind, bits) {Kind::kind, bits},
#include "analyzer/semantics/velox/editing.def"
#undef ROLES
    });
    return table;
}

constexpr SnippetRule kSnippets[] = {
    {SnippetPlace::Declaration, "function", "function ${1:name}($2): ${3:void} {\n\t$0\n}", "function"},
    {SnippetPlace::Declaration, "async function", "async function ${1:name}($2): Promise<${3:void}> {\n\t$0\n}",
     "asynchronous function"},
    {SnippetPlace::Declaration, "class", "class ${1:Name} {\n\t$0\n}", "class"},
    {SnippetPlace::Declaration, "interface", "interface ${1:Name} {\n\t$0\n}", "interface"},
    {SnippetPlace::Declaration, "enum", "enum ${1:Name} {\n\t${2:Variant},\n}", "enumeration"},
    {SnippetPlace::Member, "function", "function ${1:name}($2): ${3:void} {\n\t$0\n}", "method"},
    {SnippetPlace::Member, "constructor", "constructor($1) {\n\t$0\n}", "constructor"},
    {SnippetPlace::Statement, "if", "if (${1:condition}) {\n\t$0\n}", "if"},
    {SnippetPlace::Statement, "for of", "for (const ${1:item} of ${2:items}) {\n\t$0\n}", "loop over a sequence"},
    {SnippetPlace::Statement, "for", "for (let ${1:i} = 0; $1 < ${2:count}; $1++) {\n\t$0\n}", "loop with a counter"},
    {SnippetPlace::Statement, "while", "while (${1:condition}) {\n\t$0\n}", "loop while a condition holds"},
    {SnippetPlace::Statement, "try", "try {\n\t$1\n} catch (${2:error}) {\n\t$0\n}", "handle errors"},
    {SnippetPlace::Statement, "const", "const ${1:name} = $0;", "constant"},
    {SnippetPlace::Statement, "let", "let ${1:name} = $0;", "variable"},
    {SnippetPlace::Statement, "return", "return $0;", "return"},
    {SnippetPlace::Expression, "match", "match (${1:value}) {\n\tcase ${2:pattern} => $0;\n}", "match"},
#define WORD(place, word) \
    { SnippetPlace::place, word, "", "" }
    WORD(Declaration, "export"),
    WORD(Declaration, "import"),
    WORD(Declaration, "type"),
    WORD(Member, "private"),
    WORD(Member, "protected"),
    WORD(Member, "abstract"),
    WORD(Member, "override"),
    WORD(Member, "public"),
    WORD(Member, "static"),
    WORD(Member, "readonly"),
    WORD(Member, "async"),
    WORD(Member, "get"),
    WORD(Member, "set"),
    WORD(Header, "extends"),
    WORD(Header, "implements"),
    WORD(Parameter, "private"),
    WORD(Parameter, "protected"),
    WORD(Parameter, "public"),
    WORD(Parameter, "readonly"),
    WORD(Statement, "break"),
    WORD(Statement, "continue"),
    WORD(Statement, "else"),
    WORD(Statement, "catch"),
    WORD(Statement, "finally"),
    WORD(Arm, "case"),
    WORD(Arm, "default"),
    WORD(Statement, "throw"),
    WORD(Statement, "switch"),
    WORD(Statement, "do"),
    WORD(Expression, "true"),
    WORD(Expression, "false"),
    WORD(Expression, "null"),
    WORD(Expression, "undefined"),
    WORD(Expression, "new"),
    WORD(Expression, "await"),
    WORD(Expression, "async"),
    WORD(Expression, "function"),
    WORD(Expression, "typeof"),
    WORD(Expression, "this"),
    WORD(Expression, "super"),
    WORD(Type, "number"),
    WORD(Type, "int"),
    WORD(Type, "string"),
    WORD(Type, "boolean"),
    WORD(Type, "any"),
    WORD(Type, "unknown"),
    WORD(Type, "void"),
    WORD(Type, "never"),
    WORD(Type, "null"),
    WORD(Type, "undefined"),
#undef WORD
};

constexpr WordRule kWords[] = {
#define WORD(word, text) {word, text},
#include "analyzer/semantics/velox/words.def"
#undef WORD
};

class MemberCollector {
  public:
    MemberCollector(QueryContext& context, ItemId scope) : context_(context), scope_(scope) {}

    void collect(Type t, bool is_static, int depth) {
        constexpr int kMaxDepth = 64;
        if (depth > kMaxDepth || !t) return;
        uint8_t distance = uint8_t(std::min(depth, 20));
        if (t->is(TypeKind::Union)) return collect_union(t, depth);
        if (t->is(TypeKind::Record)) {
            for (const RecordField& f : t->fields) add(f.name, ItemId::None, f.type, distance);
            return;
        }
        if (t->is(TypeKind::Parameter)) {
            auto generics = context_.get<GenericsOf>(t->item);
            if (t->index < generics->size() && !(*generics)[t->index].bounds.empty())
                collect((*generics)[t->index].bounds[0], is_static, depth + 1);
            return;
        }
        Type klass = t->is(TypeKind::Nominal) ? t : wrapper_class(context_, t);
        if (!klass || !klass->is(TypeKind::Nominal)) return;
        auto definition = context_.get<DefinitionOf>(klass->item);
        auto here = [&](Type member) { return substitute(member, klass->item, klass->arguments); };
        bool is_own = file_of(klass->item) == file_of(scope_);
        for (const FieldInfo& f : definition->fields)
            if (f.is_static == is_static && (is_own || !f.is_private))
                add(f.name, f.item, f.type ? here(f.type) : nullptr, distance);
        for (ItemId method : definition->methods) {
            auto signature = context_.get<SignatureOf>(method);
            bool shown =
                signature->is_static == is_static && (is_own || !signature->is_private) && !signature->is_constructor;
            bool is_value = signature->is_getter || signature->is_setter;
            if (shown)
                add(name_of(method), method, is_value ? nullptr : here(function_type(context_, method)), distance);
        }
        if (definition->base) collect(here(definition->base), is_static, depth + 1);
        for (Type i : definition->interfaces) collect(here(i), is_static, depth + 1);
    }

    std::vector<Offer> found;

  private:
    void add(Name name, ItemId item, Type type, uint8_t distance) {
        std::string_view text = name.text();
        bool is_word = !text.empty() && (isalpha(uint8_t(text[0])) || text[0] == '_' || text[0] == '$' ||
                                         text[0] == '#' || uint8_t(text[0]) >= 0x80);
        if (is_word && seen_.insert(name).second) found.push_back({name, item, type, distance});
    }

    /// What every member of a union has, `null` and `undefined` left out.
    void collect_union(Type t, int depth) {
        bool first = true;
        std::vector<Offer> common;
        for (Type member : t->arguments) {
            if (member->is(TypeKind::Null) || member->is(TypeKind::Undefined)) continue;
            MemberCollector each(context_, scope_);
            each.collect(member, false, depth + 1);
            if (first) common = std::move(each.found);
            else std::erase_if(common, [&](const Offer& o) { return !each.seen_.count(o.name); });
            first = false;
        }
        for (const Offer& offer : common) add(offer.name, offer.item, offer.type, offer.distance);
    }

    QueryContext& context_;
    ItemId scope_;
    std::unordered_set<Name> seen_;
};

std::vector<Offer> members(QueryContext& context, Type t, ItemId scope) {
    MemberCollector collector(context, scope);
    collector.collect(t, false, 0);
    return std::move(collector.found);
}

/// `map.keys().next()`: what is a list here is an iterator in JavaScript.
std::vector<Offer> result_members(QueryContext& context, Type t, ItemId scope) {
    if (!t->is(TypeKind::List)) return {};
    MemberInfo iterator = find_member(context, t, Name("@@iterator"));
    if (iterator.item == ItemId::None || !iterator.type->is(TypeKind::Function)) return {};
    std::vector<Offer> out = members(context, iterator.type->result(), scope);
    std::erase_if(out, [](const Offer& offer) { return offer.name.text() != "next"; });
    for (Offer& offer : out) offer.distance = 20;
    return out;
}

std::vector<Type> taken_by(QueryContext& context, Type receiver, ItemId method) {
    for (const Offer& offer : members(context, receiver, method))
        if (offer.item == method && offer.type && offer.type->is(TypeKind::Function)) {
            auto parameters = offer.type->parameters();
            return {parameters.begin(), parameters.end()};
        }
    return {};
}

std::vector<Offer> path_members(QueryContext& context, ItemId item, ItemId scope) {
    std::vector<Offer> out;
    if (kind_of(item) == ItemKind::Enum)
        for (ItemId variant : context.get<DefinitionOf>(item)->variants)
            out.push_back({name_of(variant), variant, nullptr, 0});
    if (kind_of(item) == ItemKind::Class) {
        MemberCollector collector(context, scope);
        collector.collect(type::nominal(item, std::vector<Type>(context.get<GenericsOf>(item)->size(), type::any())),
                          true, 0);
        out = std::move(collector.found);
    }
    return out;
}

ItemId class_held(QueryContext& context, ItemId item, std::optional<LocalId> local) {
    if (local) return class_in_local(context, item, *local);
    return kind_of(item) == ItemKind::Static ? class_in_variable(context, item) : ItemId::None;
}

std::vector<Offer> visible(QueryContext& context, ItemId scope) {
    std::vector<Offer> out;
    FileId file = file_of(scope);
    for (ItemId around = scope; around != ItemId::None && kind_of(around) != ItemKind::File; around = parent_of(around))
        for (const auto& child : *context.get<ItemChildren>(around))
            if (kind_of(around) == ItemKind::Function && !name_of(child.item).empty())
                out.push_back({name_of(child.item), child.item, nullptr, 0});
    for (const auto& child : *context.get<ItemChildren>(file_item(file)))
        out.push_back({name_of(child.item), child.item, nullptr, 1});
    auto syntax = context.get<ItemSyntax>(file_item(file));
    if (*syntax) {
        FileScope names(context, file);
        for (ast::Statement s : ast::source_file(syntax->tree()).statements()) {
            auto import = s.as<ast::ImportDecl>();
            if (!import) continue;
            SyntaxToken whole[] = {import.default_import().name(), import.namespace_import().name()};
            for (const SyntaxToken& name : whole)
                if (ItemId item = name ? names.find(name.text()) : ItemId::None; item != ItemId::None)
                    out.push_back({Name(name.text()), item, nullptr, 2});
            for (ast::ImportSpecifier specifier : import.named().specifiers()) {
                SyntaxToken local = specifier.alias() ? specifier.alias().name() : specifier.name();
                ItemId item = local ? names.find(local.text()) : ItemId::None;
                if (item != ItemId::None) out.push_back({Name(local.text()), item, nullptr, 2});
            }
        }
    }
    for (FileId other : *context.get<SourceFiles>()) {
        if (!is_std(other) || !files().path(other).ends_with(".velox")) continue;
        for (const auto& child : *context.get<ItemChildren>(file_item(other)))
            if (child.is_public) out.push_back({name_of(child.item), child.item, nullptr, 10});
    }
    std::erase_if(out, [](const Offer& offer) { return offer.name.empty(); });
    return out;
}

bool fits(QueryContext& context, Type from, Type to) {
    bool says_nothing = to->is(TypeKind::Any) || to->is(TypeKind::Unknown) || from->is(TypeKind::Any);
    bool known = !from->has(TypeHasError) && !to->has(TypeHasError) && !to->has(TypeHasParameter);
    return known && !says_nothing && is_assignable(context, from, to);
}

std::string relative_path(std::string_view from, std::string_view to) {
    size_t common = 0;
    for (size_t i = 0; i < from.size() && i < to.size() && from[i] == to[i]; ++i)
        if (from[i] == '/') common = i + 1;
    std::string out;
    for (size_t i = common; i < from.size(); ++i)
        if (from[i] == '/') out += "../";
    return (out.empty() ? "./" : out) + std::string(to.substr(common));
}

/// `import { Name } from "./file.velox";`, or one more name in the braces of such an import that is there.
std::optional<TextEdit> import_of(QueryContext& context, FileId file, ItemId item) {
    auto tree = context.get<FileTree>(file);
    FileId from = file_of(item);
    if (!tree || !*tree || is_std(from) || from == file || kind_of(parent_of(item)) != ItemKind::File)
        return std::nullopt;
    const std::string& here = files().path(file);
    std::string name(name_of(item).text());
    uint32_t after = 0;
    for (ast::Statement s : ast::source_file(**tree).statements()) {
        auto import = s.as<ast::ImportDecl>();
        if (!import) continue;
        after = import.range().end;
        if (!import.path() || import.is_type_only()) continue;
        auto specifiers = import.named().specifiers();
        if (specifiers.empty() || imported_file(context, file, import.path().text()) != from) continue;
        uint32_t end = specifiers.back().range().end;
        return TextEdit{{end, end}, ", " + name};
    }
    std::string line = "import { " + name + " } from \"" + relative_path(here, files().path(from)) + "\";";
    if (after) return TextEdit{{after, after}, "\n" + line};
    std::string_view text = (*tree)->text();
    uint32_t begin = text.starts_with("#!") ? uint32_t(std::min(text.find('\n') + 1, text.size())) : 0;
    return TextEdit{{begin, begin}, line + "\n"};
}

std::vector<std::string> importable_files(QueryContext& context, FileId file) {
    std::vector<std::string> out;
    for (FileId other : *context.get<SourceFiles>())
        if (const std::string& path = files().path(other); other != file && !is_std(other) && path.ends_with(".velox"))
            out.push_back(relative_path(files().path(file), path));
    return out;
}

std::vector<Offer> importable(QueryContext& context, FileId file, const SyntaxNode& names) {
    std::vector<Offer> out;
    auto import = ast::Ast(names.parent()).as<ast::ImportDecl>();
    FileId from = import && import.path() ? imported_file(context, file, import.path().text()) : FileId::None;
    if (from == FileId::None) return out;
    for (const auto& child : *context.get<ItemChildren>(file_item(from)))
        if (child.is_public && !name_of(child.item).empty())
            out.push_back({name_of(child.item), child.item, nullptr, 0});
    return out;
}

constexpr std::string_view kPlaceholder = "throw new Error(\"not written yet\");";

std::string function_text(const NewFunction& f) {
    std::string out = (f.is_async ? "async function " : "function ") + f.name + f.generics + "(";
    for (const NewFunction::Parameter& p : f.parameters)
        out += (out.ends_with('(') ? "" : ", ") + p.name + ": " + p.type;
    std::string result = print_type(f.result);
    return out + "): " + (f.is_async ? "Promise<" + result + ">" : result) + " {\n" + f.body + "\n}";
}

std::vector<std::string> missing_members(QueryContext& context, ItemId klass, std::string_view unit) {
    std::vector<std::string> out;
    if (kind_of(klass) != ItemKind::Class) return out;
    Type self = self_type(context, klass);
    std::unordered_set<Name> seen;
    auto add_method = [&](ItemId method) {
        std::string signature = print_signature(context, method);
        out.push_back("function " + std::string(name_of(method).text()) +
                      signature.substr(std::min(signature.find_first_of("<("), signature.size())) + " {\n" +
                      std::string(unit) + std::string(kPlaceholder) + "\n}");
    };
    constexpr int kMaxDepth = 64;
    Type base = context.get<DefinitionOf>(klass)->base;
    for (int depth = 0; base && base->is(TypeKind::Nominal) && depth < kMaxDepth; ++depth) {
        auto definition = context.get<DefinitionOf>(base->item);
        for (ItemId method : definition->methods)
            if (context.get<SignatureOf>(method)->is_abstract &&
                find_member(context, self, name_of(method)).owner == base->item && seen.insert(name_of(method)).second)
                add_method(method);
        base = definition->base;
    }
    for (Type each : context.get<DefinitionOf>(klass)->interfaces) {
        if (!each->is(TypeKind::Nominal) || kind_of(each->item) != ItemKind::Interface) continue;
        auto definition = context.get<DefinitionOf>(each->item);
        auto is_missing = [&](Name name) {
            return find_member(context, self, name).owner == each->item && seen.insert(name).second;
        };
        for (const FieldInfo& field : definition->fields)
            if (!field.is_optional && is_missing(field.name))
                out.push_back(std::string(field.name.text()) + ": " +
                              print_type(substitute(field.type, each->item, each->arguments)) + ";");
        for (ItemId method : definition->methods)
            if (is_missing(name_of(method))) add_method(method);
    }
    return out;
}

bool is_awaitable(QueryContext&, Type t) { return is_std_type(t, "Promise"); }

bool is_name(std::string_view word) {
    auto letter = [](char c) { return isalpha(uint8_t(c)) || c == '_' || c == '$' || uint8_t(c) >= 0x80; };
    auto keywords = ast::grammar().keywords;
    return !word.empty() && letter(word[0]) && !std::binary_search(keywords.begin(), keywords.end(), word) &&
           std::all_of(word.begin(), word.end(), [&](char c) { return letter(c) || isdigit(uint8_t(c)); });
}

}  // namespace

const EditingRules editing_rules{
    .roles = roles(),
    .indentation = "  ",
    .snippets = kSnippets,
    .words = kWords,
    .path_separator = ".",
    .named_argument = "",
    .field_initializer = ": ",
    .binding_prefix = "const ",
    .statement_terminator = ";",
    .arm_prefix = "case ",
    .placeholder = kPlaceholder,
    .closures_see_later = true,
    .function_text = function_text,
    .missing_members = missing_members,
    .members = members,
    .result_members = result_members,
    .taken_by = taken_by,
    .path_members = path_members,
    .class_held = class_held,
    .visible = visible,
    .fits = fits,
    .object_members = object_members,
    .object_types = object_types,
    .importable_files = importable_files,
    .importable = importable,
    .import_of = import_of,
    .is_awaitable = is_awaitable,
    .is_name = is_name,
};

}  // namespace braid::velox_semantics
