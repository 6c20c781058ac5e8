#include <algorithm>
#include <set>

#include "analyzer/semantics/altru/signatures.h"
#include "analyzer/semantics/cycles.h"
#include "analyzer/semantics/item_diagnostic.h"

// Types that would contain themselves without end.
namespace braid::altru_semantics {
namespace {

class EndlessType {
  public:
    EndlessType(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out)
        : context_(context), item_(item), out_(out) {}

    /// Recursive types need no indirection, but a way to end.
    void check_infinite() {
        std::set<ItemId> seen;
        auto definition = context_.get<DefinitionOf>(item_);
        if (kind_of(item_) == ItemKind::Enum && holds_another(type::nominal(item_), seen, true)) {
            error(DiagnosticCode::InfiniteType, name_place(item_),
                  "every `" + std::string(name_of(item_).text()) +
                      "` would hold another one without end; a variant without one can end");
        }
        if (kind_of(item_) != ItemKind::Struct) return;
        for (const FieldInfo& field : definition->fields) {
            if (!holds_another(field.type, seen)) continue;
            error(DiagnosticCode::InfiniteType, Place{item_, field.node},
                  "a `" + std::string(name_of(item_).text()) + "` would hold another one without end; `Option[" +
                      print_type(field.type) + "]` or a list can end");
            return;
        }
    }

    void check_alias() {
        std::vector<ItemId> open{item_};
        for (size_t i = 0; i < open.size(); ++i) {
            auto tree = context_.get<ItemSyntax>(open[i]);
            if (!*tree) continue;
            TypeLowering lowering(context_, open[i], *tree, nullptr);
            bool circular = false;
            lowering.resolved = [&](uint32_t, ItemId target, Type) {
                circular |= target == item_;
                bool is_alias = target != ItemId::None && kind_of(target) == ItemKind::TypeAlias;
                if (is_alias && std::find(open.begin(), open.end(), target) == open.end()) open.push_back(target);
            };
            lowering.lower(ast::TypeAliasDecl::cast(tree->root()).type());
            if (!circular) continue;
            error(DiagnosticCode::InfiniteType, name_place(item_),
                  "`" + std::string(name_of(item_).text()) +
                      "` is another name for itself; a `struct` or an `enum` can hold " + "its own kind");
            return;
        }
    }

  private:
    void error(DiagnosticCode code, Place place, std::string message) {
        out_.push_back(diagnostic(code, place, std::move(message)));
    }

    Place name_place(ItemId item) {
        auto tree = context_.get<ItemSyntax>(item);
        SyntaxToken name = *tree ? ast::name_of(ast::Ast(tree->root())) : SyntaxToken();
        return {item, name ? tree->node_of(name) : 0};
    }

    /// Whether no value of this type is without one of the item, by value.
    bool holds_another(Type t, std::set<ItemId>& seen, bool is_item = false) {
        auto any = [&](const std::vector<Type>& parts) {
            return std::any_of(parts.begin(), parts.end(), [&](Type part) { return holds_another(part, seen); });
        };
        if (t->is(TypeKind::Tuple) || (t->is(TypeKind::Array) && t->length > 0)) return any(t->arguments);
        if (t->is(TypeKind::Union))
            return std::all_of(t->arguments.begin(), t->arguments.end(),
                               [&](Type member) { return holds_another(member, seen); });
        if (!t->is(TypeKind::Nominal) || is_std_item(t->item)) return false;
        if (t->item == item_ && !is_item) return true;
        if (!seen.insert(t->item).second) return false;
        auto definition = context_.get<DefinitionOf>(t->item);
        auto fields_hold = [&](const TypeDefinition& of) {
            return std::any_of(of.fields.begin(), of.fields.end(),
                               [&](const FieldInfo& field) { return holds_another(field.type, seen); });
        };
        if (kind_of(t->item) == ItemKind::Struct) return fields_hold(*definition);
        return kind_of(t->item) == ItemKind::Enum && !definition->variants.empty() &&
               std::all_of(definition->variants.begin(), definition->variants.end(),
                           [&](ItemId variant) { return fields_hold(*context_.get<DefinitionOf>(variant)); });
    }

    QueryContext& context_;
    ItemId item_;
    std::vector<ItemDiagnostic>& out_;
};

void check_supertraits(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    auto cycle = cycle_through(item, [&](ItemId trait) {
        std::vector<ItemId> supers;
        for (Type super : context.get<DefinitionOf>(trait)->interfaces)
            if (super->is(TypeKind::Nominal)) supers.push_back(super->item);
        return supers;
    });
    if (!reports_cycle(context, cycle)) return;
    auto tree = context.get<ItemSyntax>(item);
    auto bounds = ast::TraitDecl::cast(tree->root()).supertraits();
    bool written = bounds && !bounds.bounds().empty();
    out.push_back(diagnostic(DiagnosticCode::InfiniteType, {item, written ? tree->node_of(bounds.bounds()[0].node) : 0},
                             "to implement `" + std::string(name_of(item).text()) + "` one would have to implement `" +
                                 std::string(name_of(item).text()) + "` first"));
}

}  // namespace

void report_type_cycles(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    switch (kind_of(item)) {
        case ItemKind::Struct:
        case ItemKind::Enum: return EndlessType(context, item, out).check_infinite();
        case ItemKind::TypeAlias: return EndlessType(context, item, out).check_alias();
        case ItemKind::Trait: return check_supertraits(context, item, out);
        default: return;
    }
}

}  // namespace braid::altru_semantics
