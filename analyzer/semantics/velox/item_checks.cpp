#include <map>
#include <optional>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "analyzer/semantics/cycles.h"
#include "analyzer/semantics/item_diagnostic.h"
#include "analyzer/semantics/list_edits.h"
#include "analyzer/semantics/names.h"
#include "analyzer/semantics/velox/callables.h"
#include "analyzer/semantics/velox/enum_values.h"
#include "analyzer/semantics/velox/generic_values.h"
#include "analyzer/semantics/velox/imports.h"
#include "analyzer/semantics/velox/items.h"
#include "analyzer/semantics/velox/local_classes.h"
#include "analyzer/semantics/velox/relations.h"
#include "analyzer/semantics/velox/signatures.h"
#include "analyzer/semantics/velox/type_operators.h"
#include "analyzer/semantics/velox/types.h"

// What is said of declarations: their types, what they promise, what they override.
namespace braid::velox_semantics {
namespace {

struct Declaration {
    QueryContext& context;
    ItemId item;
    const ItemTree& tree;
    std::vector<ItemDiagnostic>& out;
    TypeReader& reader;

    ItemDiagnostic& report(DiagnosticCode code, const SyntaxElement& at, std::string message) {
        return out.emplace_back(diagnostic(code, {item, tree.node_of(at)}, std::move(message)));
    }

    void function();
    void signature(const FunctionParts& parts);
    void type();
    bool extends_variable(const ast::Type& base);
    void implements(Type self, Type promised, const SyntaxElement& at);
    void overrides(Type self);
    void overridden(Type base, Name name, bool is_static, const SyntaxElement& at, bool is_marked);
    std::optional<Place> member_place(Name name, bool is_static, size_t nth);
    static std::tuple<Name, bool, SyntaxElement> named(const ast::Member& m);
    void duplicates();
    void alias();
    void file();
};

SyntaxElement name_of_function(const SyntaxNode& node) {
    if (auto f = ast::FunctionDecl::cast(node); f && f.name()) return f.name();
    if (auto f = ast::MethodDecl::cast(node); f && f.name()) return f.name().node;
    if (auto f = ast::GetterDecl::cast(node); f && f.name()) return f.name().node;
    if (auto f = ast::SetterDecl::cast(node); f && f.name()) return f.name().node;
    return node.first_token();
}

void Declaration::signature(const FunctionParts& parts) {
    reader.declare(parts.type_parameters, item, tree);
    std::set<std::string_view> seen;
    SyntaxToken optional;
    for (ast::Parameter p : parts.parameters.parameters()) {
        bool required = !p.is_optional() && !p.initializer() && !p.is_rest();
        if (auto bound = p.binding().as<ast::NameBinding>(); bound && bound.name()) {
            if (p.is_optional()) optional = bound.name();
            else if (required && optional)
                report(DiagnosticCode::SyntaxError, bound.name(),
                       fmt::format("`{}` has to be given, so `{}` before it cannot be left off", bound.name().text(),
                                   optional.text()));
        }
        if (p.type()) reader.read(p.type().type());
        auto name = p.binding().as<ast::NameBinding>();
        if (name && name.name() && !seen.insert(name.name().text()).second)
            report(DiagnosticCode::DuplicateDeclaration, name.name(),
                   fmt::format("`{}` is a parameter twice", name.name().text()));
    }
    seen.clear();
    for (ast::TypeParameter p : parts.type_parameters.parameters())
        if (p.name() && !seen.insert(p.name().text()).second)
            report(DiagnosticCode::DuplicateDeclaration, p.name(),
                   fmt::format("`{}` is a type parameter twice", p.name().text()));
}

void Declaration::function() {
    ItemId parent = parent_of(item);
    if (parent != ItemId::None && kind_of(parent) == ItemKind::Class) reader.set_self(self_type(context, parent));
    SyntaxNode node = tree.root();
    FunctionParts parts = function_parts(node);
    signature(parts);
    if (parts.result) {
        Type result = resolved(context, reader.read(parts.result.type()));
        bool is_open = result->is(TypeKind::Any) || result->has(TypeHasError) || result->is(TypeKind::Projection);
        if (parts.modifiers.has_async() && awaited(result) == result && !is_open && !parts.is_generator) {
            auto& d =
                report(DiagnosticCode::TypeMismatch, parts.result.type().node,
                       fmt::format("an async function returns a promise: write `Promise<{}>`", print_type(result)));
            Place at = d.location;
            d.fixes.push_back({"write the promise",
                               {{at, ItemDiagnostic::FixEdit::InsertBefore, "Promise<"},
                                {at, ItemDiagnostic::FixEdit::InsertAfter, ">"}}});
        }
    }
    bool is_overload = !parts.body && implementation_of(context, item) != item;
    bool needs_body = !parts.body && !is_overload && !is_std(file_of(item)) && !parts.modifiers.has_abstract() &&
                      !parts.modifiers.has_declare() && parent != ItemId::None &&
                      kind_of(parent) != ItemKind::Interface;
    if (needs_body) report(DiagnosticCode::SyntaxError, node.last_token(), "this function has no body");
    if (*context.get<IsRecursivelyInferred>(item) && gives_values(context, item))
        report(DiagnosticCode::AnnotationNeeded, name_of_function(node),
               fmt::format("what `{}` gives follows from itself; write its result type", name_of(item).text()));
    bool in_concrete_class = parent != ItemId::None && kind_of(parent) == ItemKind::Class &&
                             parts.modifiers.has_abstract() && !context.get<DefinitionOf>(parent)->is_abstract;
    if (in_concrete_class)
        report(DiagnosticCode::InvalidOverride, name_of_function(node),
               fmt::format("`{}` is abstract, but its class is not: write `abstract class {}`", name_of(item).text(),
                           name_of(parent).text()));
}

/// What a class or interface says it is, it has to be.
void Declaration::implements(Type self, Type promised, const SyntaxElement& at) {
    promised = resolved(context, promised);
    if (promised->has(TypeHasError)) return;
    bool is_class = kind_of(item) == ItemKind::Class;
    std::vector<std::string> missing;
    for (const RecordField& f : fields_of(context, promised)) {
        if (f.name == index_signature()) continue;
        MemberInfo have = find_member(context, self, f.name);
        // What an interface promises no class has yet.
        bool own = have.kind != MemberInfo::None &&
                   (have.item == ItemId::None || (parent_of(have.item) != promised->item &&
                                                  (!is_class || kind_of(parent_of(have.item)) != ItemKind::Interface)));
        if (!own) {
            if (!f.optional && is_class) missing.push_back(fmt::format("`{}`", f.name.text()));
        } else if (have.is_private) {
            report(DiagnosticCode::TraitNotImplemented, at,
                   fmt::format("`{}` of `{}` is private here", f.name.text(), print_type(promised)));
        } else {
            Type wanted = f.optional ? or_undefined(f.type) : f.type;
            if (is_assignable(context, have.type, wanted)) continue;
            auto& d = report(DiagnosticCode::InvalidOverride, at,
                             fmt::format("`{}` is `{}` here; `{}` asks for `{}`", f.name.text(), print_type(have.type),
                                         print_type(promised), print_type(wanted)));
            if (auto place = member_place(f.name, false, 0)) {
                d.related.push_back({d.location, fmt::format("`{}` is promised here", print_type(promised))});
                d.location = *place;
            }
        }
    }
    if (missing.empty()) return;
    std::string list;
    for (size_t i = 0; i < missing.size(); ++i) list += (i ? ", " : "") + missing[i];
    report(DiagnosticCode::TraitNotImplemented, at,
           fmt::format("`{}` lacks {} of `{}`", name_of(item).text(), list, print_type(promised)));
}

/// Where the `nth` member of a name is declared in this class or interface; nullopt: elsewhere.
std::optional<Place> Declaration::member_place(Name name, bool is_static, size_t nth) {
    SyntaxNode node = tree.root();
    auto members =
        kind_of(item) == ItemKind::Class ? class_of(node).members() : ast::InterfaceDecl::cast(node).members();
    std::vector<ItemId> namesakes;  // those with a syntax of their own, in order
    for (const auto& child : *context.get<ItemChildren>(item))
        if (name_of(child.item) == name && kind_of(child.item) != ItemKind::Field) namesakes.push_back(child.item);
    size_t hole = 0, seen = 0;
    for (const ast::Member& m : members) {
        auto [own, fixed, at] = named(m);
        if (own != name) continue;
        bool is_hole = tree.is_hole(m.node);
        size_t index = hole;
        hole += is_hole;
        if (fixed != is_static || seen++ != nth) continue;
        if (!is_hole) return Place{item, tree.node_of(at)};
        if (index >= namesakes.size()) return std::nullopt;
        auto syntax = context.get<ItemSyntax>(namesakes[index]);
        if (!*syntax) return std::nullopt;
        auto field = ast::FieldDecl::cast(syntax->root());
        SyntaxElement own_name = field ? SyntaxElement(field.name().node) : name_of_function(syntax->root());
        return Place{namesakes[index], syntax->node_of(own_name)};
    }
    return std::nullopt;
}

/// Name, whether static, and where the name stands.
std::tuple<Name, bool, SyntaxElement> Declaration::named(const ast::Member& m) {
    if (auto f = m.as<ast::FieldDecl>()) return {member_name(f.name()), f.modifiers().has_static(), f.name().node};
    if (auto g = m.as<ast::MethodDecl>()) return {member_name(g.name()), g.modifiers().has_static(), g.name().node};
    if (auto h = m.as<ast::GetterDecl>()) return {member_name(h.name()), h.modifiers().has_static(), h.name().node};
    if (auto i = m.as<ast::SetterDecl>()) return {member_name(i.name()), i.modifiers().has_static(), i.name().node};
    return {};
}

void Declaration::overridden(Type base, Name name, bool is_static, const SyntaxElement& at, bool is_marked) {
    MemberInfo theirs = base ? find_member(context, base, name, is_static) : MemberInfo();
    if (theirs.kind == MemberInfo::None || theirs.by_index) {
        if (is_marked)
            report(DiagnosticCode::InvalidOverride, at,
                   fmt::format("`{}` overrides nothing: no base class has it", name.text()));
        return;
    }
    MemberInfo ours = find_member(context, self_type(context, item), name, is_static);
    if (ours.kind == MemberInfo::None || ours.type->has(TypeHasError) || theirs.type->has(TypeHasError)) return;
    if (theirs.owner == ItemId::None) return;
    if (theirs.is_private && file_of(theirs.owner) != file_of(item)) return;
    if (is_std(file_of(theirs.owner)) && is_std(file_of(item))) return;
    if (ours.is_private && !theirs.is_private)
        return void(report(DiagnosticCode::InvalidOverride, at,
                           fmt::format("`{}` is private here; in `{}` everyone may use it", name.text(),
                                       name_of(theirs.owner).text())));
    bool method = ours.kind == MemberInfo::Method, their_method = theirs.kind == MemberInfo::Method;
    if (method != their_method && !(method && theirs.type->is(TypeKind::Function)))
        return void(
            report(DiagnosticCode::InvalidOverride, at,
                   fmt::format("`{}` is a {} in `{}` and a {} here", name.text(), their_method ? "method" : "field",
                               name_of(theirs.owner).text(), method ? "method" : "field")));
    bool generic = method && their_method;
    Type mine = generic ? for_anything(ours.type, ours.item) : ours.type;
    if (is_assignable(context, mine, generic ? for_anything(theirs.type, theirs.item) : theirs.type)) return;
    report(DiagnosticCode::InvalidOverride, at,
           fmt::format("`{}` is `{}` in `{}`, and `{}` here does not fit it", name.text(), print_type(theirs.type),
                       name_of(theirs.owner).text(), print_type(ours.type)));
}

void Declaration::overrides(Type self) {
    auto definition = context.get<DefinitionOf>(item);
    Type base = definition->base ? resolved(context, definition->base) : nullptr;
    auto here = [&](const SyntaxElement& element) {  // members that own syntax are holes: named at the class
        return element;
    };
    for (const ast::Member& m : class_of(tree.root()).members()) {
        if (auto f = m.as<ast::FieldDecl>(); f && !tree.is_hole(f.node))
            overridden(base, member_name(f.name()), f.modifiers().has_static(), here(f.name().node),
                       f.modifiers().has_override());
    }
    (void)self;
    // An own class that is not abstract has bodies for all that its bases leave open.
    if (definition->is_abstract || !base || !base->is(TypeKind::Nominal)) return;
    std::vector<std::string> open;
    std::set<Name> seen;
    int depth = 0;
    for (Type t = self; t && t->is(TypeKind::Nominal) && ++depth < 64;) {
        auto its = context.get<DefinitionOf>(t->item);
        for (ItemId method : its->methods) {
            auto signature = context.get<SignatureOf>(method);
            if (signature->is_static || !seen.insert(name_of(method)).second) continue;
            if (signature->is_abstract) open.push_back(fmt::format("`{}`", name_of(method).text()));
        }
        for (const FieldInfo& f : its->fields) seen.insert(f.name);
        t = its->base ? resolved(context, its->base) : nullptr;
    }
    if (open.empty()) return;
    std::string list;
    for (size_t i = 0; i < open.size(); ++i) list += (i ? ", " : "") + open[i];
    auto c = class_of(tree.root());
    report(DiagnosticCode::TraitNotImplemented, c.name() ? SyntaxElement(c.name()) : SyntaxElement(c.node),
           fmt::format("`{}` leaves {} of `{}` abstract", name_of(item).text(), list, print_type(base)));
}

/// Members of one name: overloads, or a getter with its setter, and nothing else.
void Declaration::duplicates() {
    struct Seen {
        std::string_view what;
        size_t count = 0;
    };
    std::map<std::pair<Name, bool>, Seen> seen;  // name, static
    SyntaxNode node = tree.root();
    auto members =
        kind_of(item) == ItemKind::Class ? class_of(node).members() : ast::InterfaceDecl::cast(node).members();
    for (const ast::Member& m : members) {
        auto [name, is_static, at] = named(m);
        if (name.empty()) continue;
        Seen& before = seen[{name, is_static}];
        const size_t nth = before.count++;
        auto method = m.as<ast::MethodDecl>();
        if (method && !method.body()) continue;  // an overload
        std::string_view what = method                    ? "method"
                                : m.as<ast::GetterDecl>() ? "getter"
                                : m.as<ast::SetterDecl>() ? "setter"
                                                          : "field";
        bool is_pair = (before.what == "getter" && what == "setter") || (before.what == "setter" && what == "getter");
        if (before.what.empty() || is_pair) {
            before.what = is_pair ? "pair" : what;
            continue;
        }
        auto& d = report(DiagnosticCode::DuplicateDeclaration, m.node,
                         fmt::format("`{}` is declared twice in `{}`", name.text(), name_of(item).text()));
        if (auto place = member_place(name, is_static, nth)) d.location = *place;
        if (auto first = member_place(name, is_static, 0)) d.related.push_back({*first, "it is declared first here"});
    }
}

/// `class extends Base {…}` where `Base` is a parameter or a variable.
bool Declaration::extends_variable(const ast::Type& base) {
    auto named = base.as<ast::NamedType>();
    auto path = named ? named.path().names() : std::vector<SyntaxToken>();
    if (path.size() != 1 || reader.scope().find_type(path[0]) != ItemId::None) return false;
    const ItemId value = reader.scope().find_value(path[0]);
    if (value != ItemId::None && class_in_variable(context, value) != ItemId::None) return false;
    bool is_variable = value != ItemId::None;
    for (ItemId around = parent_of(item); around != ItemId::None && !is_variable; around = parent_of(around)) {
        auto syntax = context.get<ItemSyntax>(around);
        if (!*syntax) continue;
        syntax->each_own([&](const SyntaxElement& element) {
            auto bound = element.is_node() ? ast::NameBinding::cast(element) : ast::NameBinding();
            is_variable |= bound && bound.name() && bound.name().text() == path[0].text();
            return !is_variable;
        });
    }
    if (is_variable)
        report(DiagnosticCode::UnresolvedName, path[0],
               fmt::format("`{}` is a variable; a class extends one that is known by its name before the program runs",
                           path[0].text()));
    return is_variable;
}

void Declaration::type() {
    SyntaxNode node = tree.root();
    bool is_class = kind_of(item) == ItemKind::Class;
    Type self = self_type(context, item);
    reader.set_self(self);
    reader.enter(item);
    auto c = class_of(node);
    auto i = ast::InterfaceDecl::cast(node);
    auto members = is_class ? c.members() : i.members();
    auto bases = [&](ItemId each) {
        std::vector<ItemId> out;
        auto definition = context.get<DefinitionOf>(each);
        auto add = [&](Type t) {
            if (t && t->is(TypeKind::Nominal)) out.push_back(t->item);
        };
        add(definition->base);
        if (kind_of(each) == ItemKind::Interface)
            for (Type t : definition->interfaces) add(t);
        return out;
    };
    for (ast::Type t : is_class ? c.extends().types() : i.extends().types()) {
        if (is_class && extends_variable(t)) continue;
        Type base = resolved(context, is_class ? reader.read_base(t) : reader.read(t));
        bool wrong = is_class && base->is(TypeKind::Nominal) && kind_of(base->item) != ItemKind::Class;
        wrong |= is_class && !base->is(TypeKind::Nominal) && !base->has(TypeHasError) && !base->is(TypeKind::Any);
        bool is_array = is_class && base->is(TypeKind::List);
        if (is_array && !is_std(file_of(item)))
            report(DiagnosticCode::TypeMismatch, t.node, "arrays cannot be extended; hold one in a field");
        if (wrong && !is_array)
            report(DiagnosticCode::TypeMismatch, t.node,
                   fmt::format("a class extends a class; write `implements {}`", print_type(base)));
        bool is_endless = base->is(TypeKind::Nominal) && derives_from(context, base, item);
        if (is_endless && reports_cycle(context, cycle_through(item, bases)))
            report(DiagnosticCode::InfiniteType, t.node, fmt::format("`{}` extends itself", name_of(item).text()));
        else if (!is_class && !wrong && !is_endless) implements(self, base, t.node);
    }
    if (is_class)
        for (ast::Type t : c.implements().types()) implements(self, reader.read(t), t.node);
    for (const ast::Member& m : members) {
        auto f = m.as<ast::FieldDecl>();
        if (f && f.type() && !tree.is_hole(f.node)) reader.read(f.type().type());
        if (auto index = m.as<ast::IndexSignature>(); index && index.type()) reader.read(index.type().type());
    }
    duplicates();
    if (is_class) overrides(self);
}

void Declaration::alias() {
    auto a = ast::TypeAliasDecl::cast(tree.root());
    reader.enter(item);
    reader.read(a.type());
    auto infinite_parts = [&](ItemId each) {
        std::vector<ItemId> out;
        auto syntax = context.get<ItemSyntax>(each);
        FileScope scope(context, file_of(each), each);
        for (Preorder walk(syntax->root()); walk; walk.next()) {
            auto name = walk->is_node() ? ast::NamedType::cast(*walk) : ast::NamedType();
            auto path = name ? name.path().names() : std::vector<SyntaxToken>();
            ItemId found = path.size() == 1 ? scope.find_type(path[0].text()) : ItemId::None;
            if (found != ItemId::None && kind_of(found) == ItemKind::TypeAlias && is_infinite_alias(context, found))
                out.push_back(found);
        }
        return out;
    };
    if (is_infinite_alias(context, item) && reports_cycle(context, cycle_through(item, infinite_parts)))
        report(DiagnosticCode::InfiniteType, a.name() ? SyntaxElement(a.name()) : SyntaxElement(a.node),
               fmt::format("`{}` stands for itself, without an end", name_of(item).text()));
}

void Declaration::file() {
    std::map<std::string_view, ItemId> seen;
    // Positions are asked for only where there is something to report: they change with every edit.
    std::shared_ptr<const FileItems::Value> entries;
    auto entry_of = [&](ItemId child) {
        if (!entries) entries = context.get<FileItems>(file_of(item));
        return entries->find(child);
    };
    auto place_of = [&](const ItemEntry& entry) -> Place {
        if (entry.owns_syntax) return {entry.item, entry.name_node - entry.node};
        const ItemTree present = present_syntax(*entries, entries->entries[0]);
        return {item, present.node_of(element_at(present.root(), entry.name_node))};
    };
    // A class in code of the top level, `const Point = class { … }` say, is known by its name only there.
    auto is_inside = [&](ItemId child) {
        auto entry = kind_of(child) == ItemKind::Class || kind_of(child) == ItemKind::Enum ? entry_of(child) : nullptr;
        if (!entry) return false;
        SyntaxNode root = present_syntax(*entries, entries->entries[0]).root();
        return element_at(root, entry->node).parent() != root;
    };
    for (const auto& child : *context.get<ItemChildren>(item)) {
        std::string_view name = name_of(child.item).text();
        if (name.empty()) continue;
        auto [first, fresh] = seen.emplace(name, child.item);
        if (fresh) continue;
        bool overloads = kind_of(child.item) == ItemKind::Function && kind_of(first->second) == ItemKind::Function &&
                         !overloads_of(context, child.item).empty();
        if (overloads || is_inside(child.item) || is_inside(first->second)) continue;
        auto entry = entry_of(child.item);
        auto d = diagnostic(DiagnosticCode::DuplicateDeclaration, entry ? place_of(*entry) : Place{item, 0},
                            fmt::format("`{}` is declared twice in this file", name));
        if (auto earlier = entry_of(first->second))
            d.related.push_back({place_of(*earlier), "it is declared first here"});
        d.fixes.push_back(rename_second(d.location, name, "rename it to"));
        out.push_back(std::move(d));
    }
    std::map<std::string_view, SyntaxToken> imported;
    for (ast::Statement s : ast::source_file(tree.tree()).statements()) {
        auto import = s.as<ast::ImportDecl>();
        if (!import) continue;
        for (ast::ImportSpecifier x : import.named().specifiers()) {
            SyntaxToken local = x.alias() && x.alias().name() ? x.alias().name() : x.name();
            if (local) imported.emplace(local.text(), local);
        }
    }
    for (const auto& [name, declared] : seen) {
        auto found = imported.find(name);
        auto entry = found == imported.end() ? nullptr : entry_of(declared);
        if (!entry) continue;
        ItemDiagnostic d;
        d.code = DiagnosticCode::DuplicateDeclaration;
        d.severity = default_severity(d.code);
        d.location = place_of(*entry);
        d.message = fmt::format("`{}` is imported and declared here, too", name);
        d.related.push_back({{item, tree.node_of(found->second)}, "it is imported here"});
        out.push_back(std::move(d));
    }
    check_imports(context, item, tree, out);
}

}  // namespace

std::vector<ItemDiagnostic> item_diagnostics(QueryContext& context, ItemId item) {
    std::vector<ItemDiagnostic> out;
    auto syntax = context.get<ItemSyntax>(item);
    if (!*syntax) return out;
    TypeReader reader(context, item, collect_into(out, item, *syntax));
    reader.check_bounds();
    if (parent_of(item) != ItemId::None) reader.enter(parent_of(item));
    Declaration declaration{context, item, *syntax, out, reader};
    switch (kind_of(item)) {
        case ItemKind::Function: {
            declaration.function();
            ItemId parent = parent_of(item);
            if (parent == ItemId::None || kind_of(parent) != ItemKind::Class) break;
            auto definition = context.get<DefinitionOf>(parent);
            auto signature = context.get<SignatureOf>(item);
            if (signature->is_constructor || name_of(item).text() == "constructor") break;
            Type base = definition->base ? resolved(context, definition->base) : nullptr;
            // Asked as the class: its members are compared with the base's.
            Declaration{context, parent, *syntax, out, reader}.overridden(base, name_of(item), signature->is_static,
                                                                          SyntaxElement(), false);
            for (ItemDiagnostic& d : out)
                if (d.location.item == parent) d.location = {item, syntax->node_of(name_of_function(syntax->root()))};
            if (function_parts(syntax->root()).modifiers.has_override() &&
                (!base || find_member(context, base, name_of(item), signature->is_static).kind == MemberInfo::None))
                declaration.report(DiagnosticCode::InvalidOverride, name_of_function(syntax->root()),
                                   fmt::format("`{}` overrides nothing: no base class has it", name_of(item).text()));
            break;
        }
        case ItemKind::Class:
        case ItemKind::Interface: declaration.type(); break;
        case ItemKind::TypeAlias: declaration.alias(); break;
        case ItemKind::Enum: {
            reader.enter(item);
            std::set<Name> seen;
            for (ast::EnumVariant v : ast::EnumDecl::cast(syntax->root()).variants()) {
                if (v.name() && !seen.insert(Name(v.name().text())).second)
                    declaration.report(DiagnosticCode::DuplicateDeclaration, v.name(),
                                       fmt::format("`{}` stands twice in this enum", v.name().text()));
                for (ast::PayloadField f : v.payload().fields()) reader.read(f.type());
            }
            for (const SyntaxNode& value : open_enum_values(context, item, syntax->root()))
                declaration.report(DiagnosticCode::TypeMismatch, value,
                                   "the value of a variant is a constant: a number, a text, or made of such");
            break;
        }
        case ItemKind::File: declaration.file(); break;
        default: break;
    }
    return out;
}

}  // namespace braid::velox_semantics
