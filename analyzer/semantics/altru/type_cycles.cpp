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
        if (!is_endless(item_) || !is_told_here([&](ItemId item) { return endless_parts(item); })) return;
        std::string name(name_of(item_).text());
        if (kind_of(item_) == ItemKind::Enum)
            error(DiagnosticCode::InfiniteType, name_place(item_),
                  "every `" + name + "` would hold another one without end; a variant without one can end");
        else if (const FieldInfo* field = endless_field(item_))
            error(DiagnosticCode::InfiniteType, Place{item_, field->node},
                  "a `" + name + "` would hold another one without end; `Option[" + print_type(field->type) +
                      "]` or a list can end");
    }

    void check_alias() {
        if (is_told_here([&](ItemId alias) { return aliases_in(alias); }))
            error(DiagnosticCode::InfiniteType, name_place(item_),
                  "`" + std::string(name_of(item_).text()) +
                      "` is another name for itself; a `struct` or an `enum` can hold its own kind");
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

    /// A circle is one mistake, told at one of its members.
    bool is_told_here(const std::function<std::vector<ItemId>(ItemId)>& next) {
        return reports_cycle(context_, cycle_through(item_, next));
    }

    std::vector<ItemId> aliases_in(ItemId alias) {
        std::vector<ItemId> found;
        auto tree = context_.get<ItemSyntax>(alias);
        if (!*tree) return found;
        TypeLowering lowering(context_, alias, *tree, nullptr);
        lowering.resolved = [&](uint32_t, ItemId target, Type) {
            if (target != ItemId::None && kind_of(target) == ItemKind::TypeAlias) found.push_back(target);
        };
        lowering.lower(ast::TypeAliasDecl::cast(tree->root()).type());
        return found;
    }

    bool is_endless(ItemId item) {
        std::set<ItemId> seen;
        if (kind_of(item) == ItemKind::Enum) return holds_another(item, type::nominal(item), seen, true);
        return kind_of(item) == ItemKind::Struct && endless_field(item);
    }

    /// The first field of a struct for whose sake it has no end; the definition keeps it alive.
    const FieldInfo* endless_field(ItemId item) {
        definition_ = context_.get<DefinitionOf>(item);
        std::set<ItemId> seen;
        for (const FieldInfo& field : definition_->fields)
            if (holds_another(item, field.type, seen)) return &field;
        return nullptr;
    }

    /// What an item holds by value and has no end either.
    std::vector<ItemId> endless_parts(ItemId item) {
        std::vector<ItemId> found;
        auto look_at = [&](const TypeDefinition& of) {
            for (const FieldInfo& field : of.fields)
                walk_type(field.type, [&](Type part) {
                    if (part->is(TypeKind::Nominal) && !is_std_item(part->item) && is_endless(part->item))
                        found.push_back(part->item);
                    return !part->is(TypeKind::List) && !part->is(TypeKind::Function);
                });
        };
        auto definition = context_.get<DefinitionOf>(item);
        look_at(*definition);
        for (ItemId variant : definition->variants) look_at(*context_.get<DefinitionOf>(variant));
        return found;
    }

    /// Whether no value of this type is without one of `item`, by value.
    bool holds_another(ItemId item, Type t, std::set<ItemId>& seen, bool is_item = false) {
        auto any = [&](const std::vector<Type>& parts) {
            return std::any_of(parts.begin(), parts.end(), [&](Type part) { return holds_another(item, part, seen); });
        };
        if (t->is(TypeKind::Tuple) || (t->is(TypeKind::Array) && t->length > 0)) return any(t->arguments);
        if (t->is(TypeKind::Union))
            return std::all_of(t->arguments.begin(), t->arguments.end(),
                               [&](Type member) { return holds_another(item, member, seen); });
        if (!t->is(TypeKind::Nominal) || is_std_item(t->item)) return false;
        if (t->item == item && !is_item) return true;
        if (!seen.insert(t->item).second) return false;
        auto definition = context_.get<DefinitionOf>(t->item);
        auto fields_hold = [&](const TypeDefinition& of) {
            return std::any_of(of.fields.begin(), of.fields.end(),
                               [&](const FieldInfo& field) { return holds_another(item, field.type, seen); });
        };
        if (kind_of(t->item) == ItemKind::Struct) return fields_hold(*definition);
        return kind_of(t->item) == ItemKind::Enum && !definition->variants.empty() &&
               std::all_of(definition->variants.begin(), definition->variants.end(),
                           [&](ItemId variant) { return fields_hold(*context_.get<DefinitionOf>(variant)); });
    }

    QueryContext& context_;
    ItemId item_;
    std::vector<ItemDiagnostic>& out_;
    std::shared_ptr<const TypeDefinition> definition_;
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
