#include <algorithm>

#include <fmt/format.h>

#include "analyzer/semantics/item_diagnostic.h"
#include "analyzer/semantics/list_edits.h"
#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/items.h"
#include "analyzer/semantics/velox/local_classes.h"
#include "analyzer/semantics/velox/local_types.h"

// Classes in the code of a function are items of their own, below the item in whose code they stand. What they use of
// the function's variables goes through an object with a getter and a setter for each: where the class stands it is
// made and kept (as a static of the class), and each instance keeps the one it was made with.
namespace braid::velox_semantics {

using namespace hir;

namespace {

/// The part that stands at a node of an item; None: none does.
ItemId part_at(QueryContext& context, ItemId item, const std::vector<uint32_t>& holes, uint32_t node) {
    auto at = std::find(holes.begin(), holes.end(), node);
    const auto parts = parts_of(context, item);
    const size_t nth = size_t(at - holes.begin());
    return at == holes.end() || nth >= parts.size() ? ItemId::None : parts[nth];
}

/// The names that an item and all below it use.
void used_in(QueryContext& context, ItemId item, std::set<Name>& names, int depth = 0) {
    auto syntax = context.get<ItemSyntax>(item);
    if (!*syntax || depth > 50) return;
    syntax->each_own([&](const SyntaxElement& element) {
        if (auto used = element.is_node() ? ast::NameExpr::cast(element) : ast::NameExpr(); used && used.name())
            names.insert(Name(used.name().text()));
        return true;
    });
    for (const auto& child : *context.get<ItemChildren>(item)) used_in(context, child.item, names, depth + 1);
}

/// The variables that are there where `inside` stands: not those of functions and blocks that it is no part of.
std::set<Name> bound_around(const ItemTree& tree, const TextRange& inside) {
    std::set<Name> names;
    tree.each_own([&](const SyntaxElement& element) {
        if (!element.is_node()) return true;
        SyntaxNode node(element);
        TextRange range = node.text_range();
        if (auto bound = ast::NameBinding::cast(node); bound && bound.name()) names.insert(Name(bound.name().text()));
        if (range.begin <= inside.begin && inside.end <= range.end) return true;
        if (auto function = ast::FunctionDecl::cast(node); function && function.name())
            names.insert(Name(function.name().text()));
        bool is_apart = ast::Statement::cast(node) && !ast::VariableDecl::cast(node);
        return !is_apart && !is_function(to_kind(node.kind()));
    });
    return names;
}

/// Variables and functions of the top level are reached by everybody.
bool is_variable_of_file(QueryContext& context, ItemId around, Name name) {
    return kind_of(around) == ItemKind::File && find_child(context, around, name) != ItemId::None;
}

}  // namespace

CapturedNames::Value CapturedNames::compute(QueryContext& context, const Key& klass) {
    Value captured;
    if (kind_of(klass) != ItemKind::Class || is_std(file_of(klass))) return captured;
    std::set<Name> used;
    ItemId inner = klass;
    for (ItemId around = parent_of(klass); around != ItemId::None; inner = around, around = parent_of(around)) {
        auto syntax = context.get<ItemSyntax>(around);
        auto parts = parts_of(context, around);
        auto at = std::find(parts.begin(), parts.end(), inner);
        if (!*syntax || at == parts.end()) break;
        if (kind_of(around) == ItemKind::Class) continue;
        auto holes = holes_of(*syntax);
        if (size_t(at - parts.begin()) >= holes.size()) break;
        SyntaxElement place = syntax->element(holes[size_t(at - parts.begin())]);
        if (kind_of(around) == ItemKind::File && place.parent() == syntax->root()) break;
        if (used.empty()) used_in(context, klass, used);
        for (Name name : bound_around(*syntax, place.text_range()))
            if (used.count(name) && !is_variable_of_file(context, around, name)) captured.insert(name);
    }
    return captured;
}

ItemId class_in_variable(QueryContext& context, ItemId variable) {
    ItemId file = parent_of(variable);
    if (kind_of(variable) != ItemKind::Static || kind_of(file) != ItemKind::File) return ItemId::None;
    auto syntax = context.get<ItemSyntax>(file);
    if (!*syntax || !is_constant(context, variable)) return ItemId::None;
    for (ast::Statement s : ast::source_file(syntax->tree()).statements())
        for (ast::Declarator d : s.as<ast::VariableDecl>().declarators()) {
            auto name = d.binding().as<ast::NameBinding>();
            ast::Expression value = d.initializer().value();
            if (!name || !name.name() || name.name().text() != name_of(variable).text()) continue;
            if (auto other = value.as<ast::NameExpr>(); other && other.name()) {  // `const B = Animal`
                ItemId klass = FileScope(context, file_of(file)).find_type(other.name().text());
                return klass != ItemId::None && kind_of(klass) == ItemKind::Class ? klass : ItemId::None;
            }
            if (!value || value.kind() != Kind::ClassExpr) return ItemId::None;
            return part_at(context, file, holes_of(*syntax), syntax->node_of(value.node));
        }
    return ItemId::None;
}

ItemId class_in_local(QueryContext& context, ItemId home, LocalId local) {
    auto syntax = context.get<ItemSyntax>(home);
    auto body = context.get<BodyOf>(home);
    if (!syntax || !*syntax || uint32_t(local) >= body->locals.size()) return ItemId::None;
    SyntaxElement name = syntax->element((*body)[local].node);
    ast::Declarator declarator;
    for (SyntaxNode node = name ? name.parent() : SyntaxNode(); node && !declarator; node = node.parent()) {
        if (ast::Statement::cast(node)) return ItemId::None;
        declarator = ast::Declarator::cast(node);
    }
    ast::Expression value = declarator ? declarator.initializer().value() : ast::Expression();
    if (!value || value.kind() != Kind::ClassExpr) return ItemId::None;
    return part_at(context, home, holes_of(*syntax), syntax->node_of(value.node));
}

ItemId scope_variable(ItemId klass) {
    const std::string name = fmt::format("#scope {} {}", qualified_name(klass), item_key(klass).ordinal);
    return intern_item({klass, ItemKind::Static, Name(name), 0, file_of(klass)});
}

/// The item that a declaration in this code is; None: it is none.
ItemId BodyBuilder::item_of(const SyntaxNode& declaration) {
    if (!holes_) holes_ = holes_of(tree_);
    return part_at(context_, item_, *holes_, node_of(declaration));
}

/// Types of one name in one block.
void BodyBuilder::report_duplicate_types(const std::vector<ast::Statement>& statements) {
    std::map<Name, ItemId> seen;
    for (const ast::Statement& s : statements) {
        Kind kind = s.kind();
        bool declares = kind == Kind::ClassDecl || kind == Kind::EnumDecl || kind == Kind::InterfaceDecl ||
                        kind == Kind::TypeAliasDecl;
        ItemId item = declares ? item_of(s.node) : ItemId::None;
        if (item == ItemId::None || name_of(item).empty() || seen.emplace(name_of(item), item).second) continue;
        auto name_place = [&](ItemId type) {
            auto syntax = context_.get<ItemSyntax>(type);
            for (SyntaxElement part : syntax->root().children())
                if (part.is_token() && part.text() == name_of(type).text()) return Place{type, syntax->node_of(part)};
            return Place{type, 0};
        };
        auto d = diagnostic(DiagnosticCode::DuplicateDeclaration, name_place(item),
                            fmt::format("`{}` is declared twice in this block", name_of(item).text()));
        d.related.push_back({name_place(seen[name_of(item)]), "it is declared first here"});
        d.fixes.push_back(rename_second(d.location, name_of(item).text(), "rename it to"));
        body_.diagnostics.push_back(std::move(d));
    }
}

/// A class is met where it stands: what it uses of this function is put into its object, its `static { … }` run.
void BodyBuilder::meet_class(ItemId klass, uint32_t node, std::vector<ExprId>& out) {
    if (klass == ItemId::None || kind_of(klass) != ItemKind::Class) return;
    if (auto captured = context_.get<CapturedNames>(klass); !captured->empty()) {
        Aggregate record{AggregateKind::Record, ItemId::None, {}, {}};
        for (Name name : *captured) put_accessors(name, node, record);
        ExprId made = convert(add(type::record({}), node, std::move(record)), type::any());
        LocalId scope = temporary(type::any(), node);
        out.push_back(let_temporary(scope, made, node));
        scopes_of_classes_[klass] = scope;
        out.push_back(set_scope(klass, node));
    }
    std::vector<Type> any(context_.get<GenericsOf>(klass)->size(), type::any());
    for (const auto& member : *context_.get<ItemChildren>(klass))
        if (kind_of(member.item) == ItemKind::Function && name_of(member.item).empty())
            out.push_back(add(type::unit(), node, Call{DirectCallee{member.item, any, nullptr}, {}}));
}

ExprId BodyBuilder::class_expression(const ast::ClassExpr& e) {
    uint32_t node = node_of(e.node);
    ItemId klass = item_of(e.node);
    if (klass == ItemId::None || kind_of(klass) != ItemKind::Class) return error_expression(node);
    std::vector<ExprId> out;
    meet_class(klass, node, out);
    ExprId value = add(type::any(), node, ClassRef{klass});
    return out.empty() ? value : add(type::any(), node, Block{std::move(out), value});
}

/// `get name() { return name; }` and `set name(value) { name = value; }` of a variable that is known here.
void BodyBuilder::put_accessors(Name name, uint32_t node, Aggregate& record) {
    auto local = find_local(name);
    if (!local && !is_captured_by_class(name)) return;
    auto variable = [&] { return local ? local_reference(*local, node) : captured_by_class(name, node); };
    if (local) read_.insert(*local);
    bool is_set = !local || body_[*local].is_mutable;
    for (bool sets : {false, true}) {
        if (sets && !is_set) continue;
        begin_function({}, {}, false);
        functions_.back().declared_result = sets ? type::unit() : type::any();
        LocalId given = LocalId::None;
        for (int i = 0; i < (sets ? 2 : 1); ++i) {  // `this`, and the value
            given = declare({}, type::any(), node, false);
            body_.locals[uint32_t(given)].is_parameter = true;
            body_.locals[uint32_t(given)].is_self = i == 0;
            function().parameters.push_back(given);
            function().parameter_patterns.push_back(PatternId::None);
        }
        ExprId place = variable();
        ExprId root;
        if (sets) {
            if (local) body_.locals[uint32_t(*local)].is_reassigned = true;
            ExprId value = convert(add(type::any(), node, LocalRef{given}), type_of(place));
            root = add(type::unit(), node, Block{{add(type::unit(), node, hir::Assign{place, value})}, ExprId::None});
        } else {
            ExprId result = add(type::never(), node, Return{convert(place, type::any()), false});
            root = add(type::never(), node, Block{{result}, ExprId::None});
        }
        BodyFunctionId id = functions_.back().id;
        end_function(root);
        std::vector<Type> parameters(sets ? 2 : 1, type::any());
        Type t = type::function(std::move(parameters), sets ? type::unit() : type::any(), TypeShared);
        record.names.push_back(Name((sets ? "\x01set " : "\x01get ") + std::string(name.text())));
        record.operands.push_back(convert(add(t, node, hir::Closure{id}), type::any()));
    }
}

/// The object of a class that this code stands in, or that it knows from there.
ExprId BodyBuilder::scope_of(ItemId klass, uint32_t node) {
    if (auto known = scopes_of_classes_.find(klass); known != scopes_of_classes_.end())
        return local_reference(known->second, node);
    if (klass == class_ && this_ != LocalId::None) {
        ExprId self = convert(local_reference(this_, node), type::any());
        return add(type::any(), node, Property{self, name_of(scope_variable(klass))});
    }
    return add(type::any(), node, StaticRef{scope_variable(klass)});
}

ExprId BodyBuilder::set_scope(ItemId klass, uint32_t node) {
    ExprId kept = add(type::any(), node, StaticRef{scope_variable(klass)});
    return add(type::unit(), node, hir::Assign{kept, scope_of(klass, node)});
}

bool BodyBuilder::is_captured_by_class(Name name) {
    return class_ != ItemId::None && context_.get<CapturedNames>(class_)->count(name) != 0;
}

/// A variable of the function around this class.
ExprId BodyBuilder::captured_by_class(Name name, uint32_t node) {
    return add(type::any(), node, Property{scope_of(class_, node), name});
}

/// A constructor begins: the object that is current is the new instance's.
void BodyBuilder::take_scope(std::vector<ExprId>& out) {
    if (class_ == ItemId::None || context_.get<CapturedNames>(class_)->empty()) return;
    LocalId scope = temporary(type::any(), 0);
    ExprId current = add(type::any(), 0, StaticRef{scope_variable(class_)});
    out.push_back(let_temporary(scope, current, 0));
    scopes_of_classes_[class_] = scope;
}

/// … and keeps it.
void BodyBuilder::keep_scope(ItemId klass, uint32_t node, std::vector<ExprId>& out) {
    auto scope = scopes_of_classes_.find(klass);
    if (klass != class_ || scope == scopes_of_classes_.end()) return;
    ExprId self = convert(local_reference(this_, node), type::any());
    ExprId own = add(type::any(), node, Property{self, name_of(scope_variable(klass))});
    out.push_back(add(type::unit(), node, hir::Assign{own, local_reference(scope->second, node)}));
}

/// `new` of a class that uses variables around it: its object is the current one by the time the constructor begins.
/// The arguments come before; they may make instances, too.
ExprId BodyBuilder::in_scope_of(ItemId klass, ExprId made) {
    std::vector<ItemId> classes;
    int depth = 0;  // classes that extend each other in a circle have no end
    for (ItemId each = klass; each != ItemId::None && ++depth < 64;) {
        if (!context_.get<CapturedNames>(each)->empty()) classes.push_back(each);
        Type base = context_.get<DefinitionOf>(each)->base;
        base = base ? resolved(context_, base) : nullptr;
        each = base && base->is(TypeKind::Nominal) ? base->item : ItemId::None;
    }
    if (classes.empty()) return made;
    const uint32_t node = body_[made].node;
    Type result = type_of(made);
    New object = std::get<New>(body_[made].data);
    std::vector<ExprId> steps;
    for (ExprId& argument : object.arguments) {
        if (std::holds_alternative<Spread>(body_[argument].data)) continue;
        LocalId held = temporary(type_of(argument), node);
        if (body_[held].type != type_of(argument)) continue;
        steps.push_back(let_temporary(held, argument, node));
        argument = add(type_of(argument), node, LocalRef{held});
    }
    for (ItemId each : classes) steps.push_back(set_scope(each, node));
    ExprId value = add(result, node, std::move(object));
    return add(result, node, Block{std::move(steps), value});
}

}  // namespace braid::velox_semantics
