#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_set>

#include "analyzer/semantics/altru/builder.h"
#include "analyzer/semantics/altru/foreign_names.h"
#include "analyzer/semantics/altru/visibility.h"
#include "analyzer/semantics/item_diagnostic.h"
#include "analyzer/semantics/list_edits.h"
#include "analyzer/semantics/used_names.h"

// What is wrong with declarations, bodies aside.
namespace braid::altru_semantics {

namespace detail {
void report_signature(QueryContext&, ItemId, std::vector<ItemDiagnostic>&);
void report_definition(QueryContext&, ItemId, std::vector<ItemDiagnostic>&);
void report_impl(QueryContext&, ItemId, std::vector<ItemDiagnostic>&);
void report_value_type(QueryContext&, ItemId, std::vector<ItemDiagnostic>&);
}  // namespace detail

namespace {

class DeclarationChecker {
  public:
    DeclarationChecker(QueryContext& context, ItemId item)
        : context_(context), item_(item), tree_(*context.get<ItemSyntax>(item)) {}

    std::vector<ItemDiagnostic> run() {
        if (!tree_) return {};
        switch (kind_of(item_)) {
            case ItemKind::File:
            case ItemKind::Module: check_scope(); break;
            case ItemKind::Function: check_function(); break;
            case ItemKind::Struct:
            case ItemKind::Enum:
            case ItemKind::Actor:
                detail::report_definition(context_, item_, out_);
                check_members();
                report_type_cycles(context_, item_, out_);
                check_attributes();
                if (kind_of(item_) == ItemKind::Enum) check_derive();
                if (kind_of(item_) == ItemKind::Struct) check_derive();
                break;
            case ItemKind::Trait:
                detail::report_definition(context_, item_, out_);
                check_members();
                check_attributes();
                report_type_cycles(context_, item_, out_);
                break;
            case ItemKind::Impl: check_impl(); break;
            case ItemKind::Static:
            case ItemKind::Constant:
            case ItemKind::TypeAlias:
                detail::report_value_type(context_, item_, out_);
                report_type_cycles(context_, item_, out_);
                break;
            default: break;
        }
        return std::move(out_);
    }

  private:
    ItemDiagnostic& error(DiagnosticCode code, Place place, std::string message) {
        return out_.emplace_back(diagnostic(code, place, std::move(message)));
    }
    ItemDiagnostic& error(DiagnosticCode code, uint32_t node, std::string message) {
        return error(code, Place{item_, node}, std::move(message));
    }

    Place name_place(ItemId item) {
        auto tree = context_.get<ItemSyntax>(item);
        if (!*tree) return {item, 0};
        ast::Ast declaration(tree->root());
        SyntaxToken name = declaration.kind() == Kind::FunctionDecl ? ast::FunctionDecl::cast(declaration).name()
                                                                    : ast::name_of(declaration);
        return {item, name ? tree->node_of(name) : 0};
    }

    void check_scope() {
        std::map<Name, ItemId> types, values;
        auto scope = context_.get<ScopeNames>(item_);
        for (const auto& child : *context_.get<ItemChildren>(item_)) {
            ItemKind kind = kind_of(child.item);
            Name name = name_of(child.item);
            if (name.empty() || kind == ItemKind::Impl) continue;
            bool is_type = is_type_item(kind) || kind == ItemKind::Module;
            auto& known = is_type ? types : values;
            auto [it, inserted] = known.emplace(name, child.item);
            if (inserted || is_std_item(item_)) continue;
            auto& d = error(DiagnosticCode::DuplicateDeclaration, name_place(child.item),
                            "`" + std::string(name.text()) + "` is declared twice");
            d.related.push_back({name_place(it->second), "first declared here"});
            d.fixes.push_back(rename_second(d.location, name.text(), "Rename it to"));
        }
        types.insert(values.begin(), values.end());
        check_imports(*scope, types);
        check_modules();
    }

    void check_imports(const ScopeNames::Value& scope, const std::map<Name, ItemId>& declared) {
        std::map<Name, const Import*> seen;
        for (const Import& import : scope.imports) {
            PathResolution path = resolve_path(context_, item_, import.path, Want::Any);
            bool found = path.resolved == import.path.size() && path.item != ItemId::None;
            // `use std::sync` names a module; `use std::thread::Thread` an item; an enum's variants count as items.
            if (!found && !(import.path.size() == 1 && import.path[0].text() == "std")) {
                if (is_without_file(context_, path.item)) continue;  // said where the module is declared
                size_t bad = std::min(path.resolved, import.path.size() - 1);
                if (import.path[0].text() == "std" && path.resolved < 2)
                    bad = std::min<size_t>(1, import.path.size() - 1);
                std::vector<std::string> candidates;
                if (path.item != ItemId::None)
                    for (const auto& child : *context_.get<ItemChildren>(module_contents(context_, path.item)))
                        candidates.emplace_back(name_of(child.item).text());
                if (auto* foreign = foreign_name(import.path.back().text(), ForeignPlace::Type)) {
                    auto& d = error(DiagnosticCode::UnresolvedImport, import.nodes[bad], "");
                    describe_foreign(d, *foreign);
                    d.message += "; that needs no `use`";
                    d.fixes.clear();
                    continue;
                }
                if (import.path[0].text() == "std" &&
                    in_prelude(context_, import.path.back(), Want::Any) != ItemId::None) {
                    auto& d =
                        error(DiagnosticCode::UnresolvedImport, import.nodes[bad],
                              "`" + std::string(import.path.back().text()) + "` needs no `use`: every file has it");
                    if (import.name == import.path.back())
                        d.fixes.push_back({"Remove it", removal_of(import.name_node)});
                    continue;
                }
                std::string what(import.path[bad].text()), near = nearest_name(what, candidates);
                auto& d =
                    error(DiagnosticCode::UnresolvedImport, import.nodes[bad],
                          (what == "super" ? no_outer_module(item_)
                           : bad == 0      ? "there is no module or item `" + what + "`"
                                      : "`" + std::string(import.path[bad - 1].text()) + "` has no `" + what + "`") +
                              (near.empty() ? "" : "; did you mean `" + near + "`?"));
                if (!near.empty())
                    d.fixes.push_back(
                        {"Change to `" + near + "`", {{d.location, ItemDiagnostic::FixEdit::Replace, near}}});
                continue;
            }
            if (path.hidden) {
                ItemId hidden = path.steps[*path.hidden];
                auto& d = error(DiagnosticCode::PrivateAccess, import.nodes[*path.hidden],
                                private_message(hidden, import.path[*path.hidden].text()));
                d.related.push_back({name_place(hidden), "declared here"});
                if (auto fix = publish(context_, hidden)) d.fixes.push_back(std::move(*fix));
            }
            if (import.is_glob || is_std_item(item_)) continue;
            auto own = declared.find(import.name);
            bool is_type = path.item != ItemId::None && is_type_item(kind_of(path.item));
            if (own != declared.end() && own->second != path.item && is_type == is_type_item(kind_of(own->second))) {
                auto& d = error(DiagnosticCode::DuplicateDeclaration, name_place(own->second),
                                "`" + std::string(import.name.text()) + "` is imported and declared here, too");
                d.related.push_back({{item_, import.name_node}, "imported here"});
                continue;
            }
            if (import.is_public) continue;
            auto [it, inserted] = seen.emplace(import.name, &import);
            if (!inserted) {
                auto& d = error(DiagnosticCode::DuplicateDeclaration, import.name_node,
                                "`" + std::string(import.name.text()) + "` is imported twice");
                d.related.push_back({{item_, it->second->name_node}, "first imported here"});
                continue;
            }
            // Traits are used by the methods they bring.
            bool is_trait = path.item != ItemId::None && kind_of(path.item) == ItemKind::Trait;
            if (!is_trait && !is_named_in(context_, file_of(item_), import.name)) {
                auto& d = error(DiagnosticCode::UnusedImport, import.name_node,
                                "`" + std::string(import.name.text()) + "` is imported and never used");
                d.tags |= TagUnnecessary;
                d.fixes.push_back({"Remove it", removal_of(import.name_node)});
            }
        }
    }

    /// What goes with an imported name: in braces its comma, else the whole `use`.
    std::vector<ItemDiagnostic::FixEdit> removal_of(uint32_t name_node) {
        auto remove = [&](const SyntaxElement& e) {
            return ItemDiagnostic::FixEdit{{item_, tree_.node_of(e)}, ItemDiagnostic::FixEdit::Replace, ""};
        };
        for (SyntaxNode tree = tree_.element(name_node).parent();;) {
            SyntaxNode around = tree.parent();
            if (!around) return {remove(tree)};
            if (altru::to_kind(around.kind()) == Kind::UseDecl) return {remove(around)};
            if (altru::to_kind(around.kind()) == Kind::UseGroup && around.child_nodes().size() > 1) {
                SyntaxToken comma = tree.last_token().next();
                if (comma.text() != ",") comma = tree.first_token().previous();
                return {remove(tree), remove(comma)};
            }
            tree = around;
        }
    }

    void check_modules() {
        for (const auto& child : *context_.get<ItemChildren>(item_)) {
            if (kind_of(child.item) != ItemKind::Module) continue;
            auto tree = context_.get<ItemSyntax>(child.item);
            ast::ModDecl module = *tree ? ast::ModDecl::cast(tree->root()) : ast::ModDecl();
            if (!module || module.members() || !module.name()) continue;
            std::string name(module.name().text());
            ItemId contents = module_contents(context_, child.item);
            if (contents == child.item)
                error(DiagnosticCode::UnresolvedImport, name_place(child.item),
                      "there is no file `" + name + ".altru` or `" + name + "/mod.altru` beside this one");
            else if (closes_circle(context_, item_, contents))
                error(DiagnosticCode::ImportCycle, name_place(child.item),
                      "this file is part of the module `" + name +
                          "`, which cannot be its own part too; another file is "
                          "reached by its path: `use super::…`");
        }
    }

    void check_function() {
        detail::report_signature(context_, item_, out_);
        check_attributes();
        check_shadowed_generics();
        ItemId parent = parent_of(item_);
        ast::FunctionDecl function = ast::FunctionDecl::cast(tree_.root());
        auto signature = context_.get<SignatureOf>(item_);
        bool in_trait = kind_of(parent) == ItemKind::Trait;
        bool may_lack_body = in_trait || is_std_item(item_);
        if (!may_lack_body && !function.body() && function.name() && !function.node.has_errors())
            error(DiagnosticCode::ExpectedBlock, tree_.node_of(function.name()),
                  "the function `" + std::string(name_of(item_).text()) + "` has no body");
        bool free = kind_of(parent) == ItemKind::File || kind_of(parent) == ItemKind::Module ||
                    kind_of(parent) == ItemKind::Function;
        if (free && function.self_parameter())
            error(DiagnosticCode::UnresolvedName, tree_.node_of(function.self_parameter().node),
                  "`self` belongs into the functions of an `impl`, `trait` or `actor`");
        if (kind_of(parent) == ItemKind::File && name_of(item_).text() == "main" && !is_std_item(item_)) {
            if (!signature->parameters.empty())
                error(DiagnosticCode::WrongArgumentCount, signature->parameters[0].node,
                      "`main` takes no parameters; `env::args()` gives the arguments");
        }
        bool lends = false;  // also as a part: `Option[&T]`, `[&T]`
        walk_type(signature->result, [&](Type part) {
            lends |= part->is(TypeKind::Reference);
            return !part->is(TypeKind::Function);
        });
        if (kind_of(parent) == ItemKind::Actor && !signature->is_constructor && lends)
            error(DiagnosticCode::ActorStateEscapes, tree_.node_of(function.result_type().node),
                  "a borrow of the actor's state cannot leave the actor; return a value of its own");
    }

    void check_shadowed_generics() {
        std::map<Name, bool> seen;
        for (const GenericParameter& g : context_.get<SignatureOf>(item_)->generics)
            if (!seen.emplace(g.name, true).second)
                error(DiagnosticCode::DuplicateDeclaration, g.node,
                      "the type parameter `" + std::string(g.name.text()) + "` is declared twice");
    }

    void check_members() {
        std::map<std::pair<Name, bool>, Place> seen;
        auto definition = context_.get<DefinitionOf>(item_);
        auto visit = [&](Name name, bool is_method, Place place, std::string_view what) {
            auto [it, inserted] = seen.emplace(std::pair(name, is_method), place);
            if (inserted || name.empty()) return;
            auto& d = error(DiagnosticCode::DuplicateDeclaration, place,
                            "the " + std::string(what) + " `" + std::string(name.text()) + "` is declared twice");
            d.related.push_back({it->second, "first declared here"});
            d.fixes.push_back(rename_second(place, name.text(), "Rename it to"));
        };
        for (const FieldInfo& field : definition->fields) visit(field.name, false, {item_, field.node}, "field");
        if (kind_of(item_) != ItemKind::Enum)
            for (ItemId method : definition->methods) visit(name_of(method), true, name_place(method), "method");
        if (kind_of(item_) == ItemKind::Enum)
            for (const ast::VariantDecl& variant : ast::EnumDecl::cast(tree_.root()).members().variants())
                if (variant.name())
                    visit(Name(variant.name().text()), false, {item_, tree_.node_of(variant.name())}, "variant");
    }

    void check_attributes() {
        if (is_std_item(item_)) return;
        static constexpr std::array kKnown = {"derive",   "test",  "mailbox",
                                              "must_use", "allow", "ai_concurrent_optimize"};
        static constexpr std::array kDerivable = {"Clone", "Copy", "Debug", "Eq", "Ord", "Hash", "Default"};
        for (const ast::Attribute& a : ast::attributes_of(ast::Ast(tree_.root()))) {
            if (!a.name()) continue;
            std::string name(a.name().text());
            if (std::find(kKnown.begin(), kKnown.end(), name) == kKnown.end()) {
                unknown_attribute(a.name(), "Braid does not know the attribute `" + name + "`; it is kept and ignored",
                                  kKnown);
                continue;
            }
            for (const ast::AttributeArgument& argument : a.arguments()) {
                std::string text(argument.text());
                if (name == "derive" && std::find(kDerivable.begin(), kDerivable.end(), text) == kDerivable.end())
                    unknown_attribute(
                        argument.node,
                        "`" + text + "` cannot be derived; `Clone, Copy, Debug, Eq, Ord, Hash, Default` can",
                        kDerivable);
                if (name == "mailbox" && argument.name() != "capacity")
                    unknown_attribute(argument.node.first_token(), "a mailbox has a `capacity`, not this",
                                      std::array{"capacity"});
            }
        }
    }

    template <size_t N>
    void unknown_attribute(const SyntaxElement& at, std::string message, const std::array<const char*, N>& known) {
        std::string near = nearest_name(std::string(at.text()), std::vector<std::string>(known.begin(), known.end()));
        if (!near.empty()) message += "; did you mean `" + near + "`?";
        auto& d = error(DiagnosticCode::UnknownAttribute, tree_.node_of(at), std::move(message));
        if (!near.empty())
            d.fixes.push_back({"Change to `" + near + "`", {{d.location, ItemDiagnostic::FixEdit::Replace, near}}});
    }

    /// `derive(Copy)` of something that holds a part which is not Copy.
    void check_derive() {
        auto definition = context_.get<DefinitionOf>(item_);
        if (!derives(definition->attributes, "Copy") || is_std_item(item_)) return;
        auto judge = [&](const std::string& owner, const FieldInfo& field) {
            Type t = field.type;
            if (t->has(TypeHasParameter) || t->has(TypeHasError) || context_.get<CapabilitiesOf>(t)->copy) return;
            error(DiagnosticCode::TraitNotImplemented, field.node,
                  "`" + owner + "` cannot be `Copy`: `" + std::string(field.name.text()) + "` is a `" + print_type(t) +
                      "`, which is not");
        };
        for (const FieldInfo& field : definition->fields) judge(std::string(name_of(item_).text()), field);
        for (ItemId variant : definition->variants)
            for (const FieldInfo& field : context_.get<DefinitionOf>(variant)->fields)
                judge(std::string(name_of(item_).text()), field);
    }

    void check_impl() {
        detail::report_impl(context_, item_, out_);
        auto info = context_.get<ImplOf>(item_);
        check_conflicts(*info);
        std::map<Name, ItemId> seen;
        for (ItemId method : info->methods) {
            auto [it, inserted] = seen.emplace(name_of(method), method);
            if (inserted) continue;
            auto& d = error(DiagnosticCode::DuplicateDeclaration, name_place(method),
                            "the method `" + std::string(name_of(method).text()) + "` is declared twice");
            d.related.push_back({name_place(it->second), "first declared here"});
            d.fixes.push_back(rename_second(d.location, name_of(method).text(), "Rename it to"));
        }
        if (!info->trait || !info->trait->is(TypeKind::Nominal)) {
            if (!info->trait) check_inherent_target(*info);
            return;
        }
        ItemId trait = info->trait->item;
        ast::ImplDecl declaration = ast::ImplDecl::cast(tree_.root());
        uint32_t at = tree_.node_of(declaration.trait_type().node);
        std::vector<std::string> missing;
        for (const auto& member : *context_.get<ItemChildren>(trait)) {
            bool is_function = kind_of(member.item) == ItemKind::Function;
            bool is_type = kind_of(member.item) == ItemKind::TraitType;
            if (!is_function && !is_type) continue;
            if (is_function) {
                auto signature = context_.get<SignatureOf>(member.item);
                bool has_default = signature->has_body || signature->is_native;
                ItemId own = find_child(context_, item_, name_of(member.item), ItemKind::Function);
                if (own != ItemId::None) check_signature(member.item, own, *info);
                else if (!has_default) missing.emplace_back(name_of(member.item).text());
            } else if (find_child(context_, item_, name_of(member.item), ItemKind::TraitType) == ItemId::None) {
                auto tree = context_.get<ItemSyntax>(member.item);
                if (!ast::TypeAliasDecl::cast(tree->root()).type())
                    missing.push_back("type " + std::string(name_of(member.item).text()));
            }
        }
        std::string trait_name(name_of(trait).text());
        for (ItemId method : info->methods) {
            if (find_child(context_, trait, name_of(method), ItemKind::Function) != ItemId::None) continue;
            std::string name(name_of(method).text()), near = nearest_name(name, missing);
            auto& d = error(DiagnosticCode::MissingMember, name_place(method),
                            "`" + trait_name + "` has no method `" + name + "`" +
                                (near.empty() ? "" : "; did you mean `" + near + "`?"));
            if (near.empty()) continue;
            d.fixes.push_back({"Change to `" + near + "`", {{d.location, ItemDiagnostic::FixEdit::Replace, near}}});
            std::erase(missing, near);  // one mistake
        }
        std::string lacks;
        for (const std::string& name : missing) lacks += (lacks.empty() ? "`" : ", `") + name + "`";
        if (!lacks.empty())
            error(DiagnosticCode::TraitNotImplemented, at,
                  "the `impl` of `" + trait_name + "` for `" + print_type(info->self) + "` lacks " + lacks);
        check_supertraits(*info, trait, at);
    }

    void check_supertraits(const ImplInfo& info, ItemId trait, uint32_t at) {
        for (Type super : context_.get<DefinitionOf>(trait)->interfaces) {
            InferenceTable table;
            TraitSolver solver(context_, table);
            if (solver.satisfies(info.self, substitute(super, trait, info.trait->arguments)) == TraitSolver::Answer::No)
                error(DiagnosticCode::BoundNotMet, at,
                      "`" + std::string(name_of(trait).text()) + "` asks for `" + print_type(super) + "`, which `" +
                          print_type(info.self) + "` does not implement");
        }
    }

    void check_inherent_target(const ImplInfo& info) {
        if (is_std_item(item_) || !info.self) return;
        bool own =
            (info.self->is(TypeKind::Nominal) || info.self->is(TypeKind::ActorHandle)) && !is_std_item(info.self->item);
        if (own || info.self->has(TypeHasError)) return;
        ast::ImplDecl declaration = ast::ImplDecl::cast(tree_.root());
        if (info.self->is(TypeKind::Nominal) && kind_of(info.self->item) == ItemKind::Trait)
            error(DiagnosticCode::TypeMismatch, tree_.node_of(declaration.self_type().node),
                  "`" + print_type(info.self) + "` is a trait; `impl " + print_type(info.self) +
                      " for Type:` implements it");
    }

    void check_conflicts(const ImplInfo& info) {
        if (is_std_item(item_) || !info.trait || !info.trait->is(TypeKind::Nominal) || !info.self) return;
        if (conflicts_with_derive(info)) return;
        for (ItemId other : *context_.get<ImplsFor>({info.trait->item, head_of(info.self)})) {
            if (other == item_) break;  // the later one is at fault
            auto theirs = context_.get<ImplOf>(other);
            if (!theirs->self || !theirs->trait) continue;
            InferenceTable table;
            TraitSolver solver(context_, table);
            Type a = substitute(info.self, item_, solver.fresh_arguments(item_)),
                 b = substitute(theirs->self, other, solver.fresh_arguments(other));
            bool bounded = std::any_of(theirs->generics.begin(), theirs->generics.end(),
                                       [](const GenericParameter& g) { return !g.bounds.empty(); });
            if (bounded || theirs->trait->arguments != info.trait->arguments || !table.unify(a, b)) continue;
            auto& d = error(
                DiagnosticCode::ConflictingImpl, tree_.node_of(ast::ImplDecl::cast(tree_.root()).trait_type().node),
                "`" + print_type(info.trait) + "` is already implemented for `" + print_type(info.self) + "`");
            d.related.push_back({{other, 0}, "by this `impl`"});
            return;
        }
    }

    /// A plain `self` is what the trait says; another form has to be the trait's.
    void check_receiver(ItemId own, Receiver wanted, Receiver found) {
        if (wanted == found || is_std_item(item_)) return;
        auto written = [](Receiver receiver) {
            return receiver == Receiver::Mutable ? "mut self" : receiver == Receiver::Move ? "move self" : "&self";
        };
        auto tree = context_.get<ItemSyntax>(own);
        ast::SelfParameter self = ast::FunctionDecl::cast(tree->root()).self_parameter();
        auto& d = error(DiagnosticCode::InvalidOverride, Place{own, tree->node_of(self.node)},
                        "`" + std::string(name_of(own).text()) + "` takes `" + written(wanted) +
                            "` in its trait, not `" + written(found) + "`");
        if (wanted == Receiver::Shared && found == Receiver::Mutable)
            d.message += "; the trait has to say `mut self` for it";
        d.fixes.push_back(
            {"Write `self`, as the trait says", {{d.location, ItemDiagnostic::FixEdit::Replace, "self"}}});
    }

    /// `impl Eq for P` where P has `derive(Eq)`.
    bool conflicts_with_derive(const ImplInfo& info) {
        if (!is_std_item(info.trait->item) || !info.self->is(TypeKind::Nominal) || !info.trait->arguments.empty())
            return false;
        std::string trait(name_of(info.trait->item).text());
        auto definition = context_.get<DefinitionOf>(info.self->item);
        for (const Attribute& a : definition->attributes) {
            if (a.name.text() != "derive") continue;
            if (std::find(a.arguments.begin(), a.arguments.end(), trait) == a.arguments.end()) continue;
            auto& d = error(DiagnosticCode::ConflictingImpl,
                            tree_.node_of(ast::ImplDecl::cast(tree_.root()).trait_type().node),
                            "`" + trait + "` is already derived for `" + print_type(info.self) + "`");
            d.related.push_back({{info.self->item, a.node}, "by this attribute"});
            return true;
        }
        return false;
    }

    void check_signature(ItemId declared, ItemId own, const ImplInfo& info) {
        auto wanted = context_.get<SignatureOf>(declared), found = context_.get<SignatureOf>(own);
        std::string name(name_of(own).text());
        bool wanted_self = wanted->receiver != Receiver::None, found_self = found->receiver != Receiver::None;
        if (wanted_self != found_self) {
            override_error(
                declared, name_place(own),
                "`" + name + "` " + (wanted_self ? "needs a `self` parameter" : "has no `self`") + ", as in its trait");
            return;
        }
        if (wanted->generics.size() != found->generics.size()) {
            override_error(declared, name_place(own),
                           "`" + name + "` has " + std::to_string(found->generics.size()) +
                               " type parameters, in the trait " + std::to_string(wanted->generics.size()));
            return;
        }
        check_receiver(own, wanted->receiver, found->receiver);
        if (wanted->parameters.size() != found->parameters.size()) {
            override_error(declared, name_place(own),
                           "`" + name + "` has " + std::to_string(found->parameters.size()) +
                               " parameters, in the trait " + std::to_string(wanted->parameters.size()));
            return;
        }
        ItemId trait = parent_of(declared);
        InferenceTable table;
        TraitSolver solver(context_, table);
        auto in_impl = [&](Type t) {
            std::vector<Type> arguments = info.trait->arguments;
            arguments.push_back(info.self);
            t = substitute(t, trait, arguments);
            std::vector<Type> generics;
            for (uint32_t i = 0; i < found->generics.size(); ++i)
                generics.push_back(type::parameter(own, i, found->generics[i].name));
            t = substitute(t, declared, generics);
            t = map_type(t, [&](Type part) {  // what this impl says its associated types are
                if (!part->is(TypeKind::Projection) || part->item != trait || part->element() != info.self) return part;
                for (const auto& [associated, said] : info.associated_types)
                    if (associated == part->text) return said;
                return part;
            });
            return solver.normalize(t);
        };
        for (size_t i = 0; i < wanted->parameters.size(); ++i) {
            Type a = in_impl(wanted->parameters[i].type), b = solver.normalize(found->parameters[i].type);
            if (table.unify(a, b)) continue;
            auto& d = override_error(declared, Place{own, found->parameters[i].node},
                                     "the trait says `" + print_type(a) + "` here, this is `" + print_type(b) + "`");
            auto tree = context_.get<ItemSyntax>(own);
            auto parameters = ast::FunctionDecl::cast(tree->root()).parameters();
            if (i < parameters.size() && parameters[i].type()) retype(d, own, *tree, parameters[i].type(), a);
        }
        Type a = in_impl(wanted->result), b = solver.normalize(found->result);
        auto tree = context_.get<ItemSyntax>(own);
        ast::FunctionDecl function = ast::FunctionDecl::cast(tree->root());
        if (!table.unify(a, b)) {
            ast::Type written = function.result_type();
            auto& d =
                override_error(declared, written ? Place{own, tree->node_of(written.node)} : name_place(own),
                               "`" + name + "` returns `" + print_type(b) + "`, in the trait `" + print_type(a) + "`");
            if (written) retype(d, own, *tree, written, a);
        }
        if (wanted->is_async == found->is_async) return;
        auto& d = override_error(declared, name_place(own),
                                 "`" + name + "` is " + (wanted->is_async ? "" : "not ") + "async in its trait");
        if (SyntaxToken keyword = function.token(Kind::FnKw); keyword && wanted->is_async)
            d.fixes.push_back(
                {"Make it async", {{{own, tree->node_of(keyword)}, ItemDiagnostic::FixEdit::InsertBefore, "async "}}});
    }

    ItemDiagnostic& override_error(ItemId declared, Place place, std::string message) {
        auto& d = error(DiagnosticCode::InvalidOverride, place, std::move(message));
        d.related.push_back({name_place(declared), "the trait declares it here"});
        return d;
    }

    static void retype(ItemDiagnostic& d, ItemId own, const ItemTree& tree, const ast::Type& written, Type wanted) {
        if (wanted->has(TypeHasError) || wanted->has(TypeHasInference)) return;
        std::string text = print_type(wanted);
        d.fixes.push_back({"Change the type to `" + text + "`",
                           {{{own, tree.node_of(written.node)}, ItemDiagnostic::FixEdit::Replace, text}}});
    }

    QueryContext& context_;
    ItemId item_;
    ItemTree tree_;
    std::vector<ItemDiagnostic> out_;
};

}  // namespace

std::vector<ItemDiagnostic> item_diagnostics(QueryContext& context, ItemId item) {
    return DeclarationChecker(context, item).run();
}

}  // namespace braid::altru_semantics
