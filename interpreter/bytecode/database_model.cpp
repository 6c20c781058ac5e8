#include "interpreter/bytecode/database_model.h"

#include <algorithm>

#include "analyzer/flow/queries.h"
#include "analyzer/semantics/impls.h"

namespace braid::bytecode {

/// Nobody writes while a program is compiled or run on this snapshot, so only a bug cancels; then the default is given.
template <typename F>
auto DatabaseModel::ask(F&& f) const {
    using Result = std::invoke_result_t<F, QueryContext&>;
    auto result = snapshot_.run(std::forward<F>(f));
    return result ? std::move(*result) : Result{};
}

DatabaseModel::DatabaseModel(Snapshot snapshot) : snapshot_(std::move(snapshot)) {
    (void)snapshot_.run([&](QueryContext& context) { index_standard_library(context); });
}

void DatabaseModel::index_standard_library(QueryContext& context) {
    auto sources = context.get<SourceFiles>();
    if (!sources) return;
    for (FileId file : *sources) {
        if (!is_std(file)) continue;
        ItemId module = file_item(file);
        auto& names = slot_policy(module) == SlotPolicy::Boxed ? boxed_names_ : static_names_;
        for (const auto& child : *context.get<ItemChildren>(module)) {
            ItemKind kind = kind_of(child.item);
            bool is_type = kind == ItemKind::Struct || kind == ItemKind::Class || kind == ItemKind::Enum ||
                           kind == ItemKind::Trait || kind == ItemKind::Interface;
            if (is_type) names.emplace(name_of(child.item), child.item);
        }
    }
}

SlotPolicy DatabaseModel::slot_policy(ItemId item) const {
    return language_of(item).errors_are_exceptions ? SlotPolicy::Boxed : SlotPolicy::Static;
}

std::shared_ptr<const mir::MirBodies> DatabaseModel::mir(ItemId item) const {
    if (kind_of(item) == ItemKind::Function && function_signature(item).is_native) return nullptr;
    return ask([&](QueryContext& context) { return *context.get<RunnableMir>(item); });
}

FunctionSignature DatabaseModel::function_signature(ItemId function) const {
    ItemKind kind = kind_of(function);
    if (kind == ItemKind::File || kind == ItemKind::Static || kind == ItemKind::Constant)
        return {};  // a script, an initializer
    return ask([&](QueryContext& context) {
        FunctionSignature signature = *context.get<SignatureOf>(function);
        if (signature.result_inferred) signature.result = *context.get<InferredResult>(function);
        return signature;
    });
}

TypeDefinition DatabaseModel::type_definition(ItemId type) const {
    return ask([&](QueryContext& context) { return *context.get<DefinitionOf>(type); });
}

Type DatabaseModel::static_type(ItemId item) const {
    return ask([&](QueryContext& context) { return *context.get<ValueTypeOf>(item); });
}

std::vector<std::pair<ItemId, uint32_t>> DatabaseModel::generic_owners(ItemId function) const {
    return ask([&](QueryContext& context) {
        std::vector<std::pair<ItemId, uint32_t>> owners;
        ItemId parent = parent_of(function);
        if (parent != ItemId::None) {
            ItemKind kind = kind_of(parent);
            size_t count = 0;
            if (kind == ItemKind::Impl) count = context.get<ImplOf>(parent)->generics.size();
            else if (kind != ItemKind::File && kind != ItemKind::Module && kind != ItemKind::Function)
                count = context.get<DefinitionOf>(parent)->generics.size();
            if (count) owners.emplace_back(parent, uint32_t(count));
        }
        if (kind_of(function) == ItemKind::Function) {
            size_t own = context.get<SignatureOf>(function)->generics.size();
            if (own) owners.emplace_back(function, uint32_t(own));
        }
        return owners;
    });
}

ResolvedFunction DatabaseModel::resolve_trait_method(ItemId method, Type self,
                                                     const std::vector<Type>& arguments) const {
    return ask([&](QueryContext& context) {
        ResolvedMethod found = braid::resolve_trait_method(context, method, self, arguments);
        return ResolvedFunction{found.function, std::move(found.type_arguments),
                                found.function == method ? self : nullptr};
    });
}

ResolvedFunction DatabaseModel::user_method(ItemId trait, std::string_view method, Type type) const {
    if (trait == ItemId::None) return {};
    ResolvedFunction resolved = ask([&](QueryContext& context) {
        for (ItemId candidate : context.get<DefinitionOf>(trait)->methods) {
            if (name_of(candidate).text() != method) continue;
            ResolvedMethod found = braid::resolve_trait_method(context, candidate, type, {});
            return ResolvedFunction{found.function, std::move(found.type_arguments), nullptr};
        }
        return ResolvedFunction{};
    });
    // Of a native the machine has its own way to show and drop values.
    bool is_code = resolved.function != ItemId::None && !function_signature(resolved.function).is_native;
    return is_code ? resolved : ResolvedFunction{};
}

ResolvedFunction DatabaseModel::user_drop(Type type) const {
    auto trait = static_names_.find(Name("Drop"));
    return trait == static_names_.end() ? ResolvedFunction{} : user_method(trait->second, "drop", type);
}

ResolvedFunction DatabaseModel::user_show(Type type) const {
    auto trait = static_names_.find(Name("Show"));
    if (trait == static_names_.end()) return {};
    ResolvedFunction found = user_method(trait->second, "show", type);
    if (found.function == ItemId::None || !is_std(file_of(found.function))) return found;
    // Types of the library are shown in derived form unless they say otherwise.
    auto attributes = function_signature(found.function).attributes;
    bool is_wanted =
        std::any_of(attributes.begin(), attributes.end(), [](const Attribute& a) { return a.name.text() == "shown"; });
    return is_wanted ? found : ResolvedFunction{};
}

Type DatabaseModel::normalize(Type type) const {
    return ask([&](QueryContext& context) { return with_associated_types(context, type); });
}

Capabilities DatabaseModel::capabilities(Type type) const {
    return ask([&](QueryContext& context) {
        auto found = context.get<CapabilitiesOf>(type);
        return Capabilities{found->copy, found->needs_drop};
    });
}

ItemId DatabaseModel::find_member(ItemId klass, Name name, MemberKind kind) const {
    return ask([&](QueryContext& context) {
        ItemId current = klass;
        for (int depth = 0; depth < 256 && current != ItemId::None; ++depth) {
            auto definition = context.get<DefinitionOf>(current);
            ItemId without_body = ItemId::None;  // abstract, or an overload before the one with the body
            for (ItemId method : definition->methods) {
                if (name_of(method) != name) continue;
                auto signature = context.get<SignatureOf>(method);
                MemberKind its = signature->is_getter   ? MemberKind::Getter
                                 : signature->is_setter ? MemberKind::Setter
                                                        : MemberKind::Method;
                if (its != kind || signature->is_static) continue;
                if (signature->has_body || signature->is_native) return method;
                if (without_body == ItemId::None) without_body = method;
            }
            if (without_body != ItemId::None) return without_body;
            current =
                definition->base && definition->base->is(TypeKind::Nominal) ? definition->base->item : ItemId::None;
        }
        return ItemId::None;
    });
}

ItemId DatabaseModel::well_known(WellKnown item) const {
    const auto& names = item >= WellKnown::Promise ? boxed_names_ : static_names_;
    auto found = names.find(Name(spelling(item)));
    return found == names.end() ? ItemId::None : found->second;
}

std::string DatabaseModel::print_type(Type type) const {
    // A structural type of no item is spelled as either language would; the nominal part decides where there is one.
    ItemId item = ItemId::None;
    bool shared = false;
    walk_type(type, [&](Type part) {
        if (item == ItemId::None) item = part->item;
        shared |= part->has(TypeShared);
        return true;
    });
    const Language* language = item != ItemId::None ? &language_of(item) : nullptr;
    if (!language) {
        const auto& names = shared ? boxed_names_ : static_names_;
        if (!names.empty()) language = &language_of(names.begin()->second);
    }
    return language ? language->print_type(type) : "?";
}

SourceLocation DatabaseModel::location(ItemId item, uint32_t node) const {
    SourceLocation out;
    FileRange range = ask([&](QueryContext& context) { return locate(context, Place{item, node}); });
    if (range.file == FileId::None) return out;
    std::lock_guard lock(mutex_);
    auto cached = texts_.find(range.file);
    if (cached == texts_.end()) {
        SyntaxTreePtr tree = ask([&](QueryContext& context) {
            auto found = context.get<FileTree>(range.file);
            return found ? *found : SyntaxTreePtr();
        });
        if (!tree) return out;
        cached = texts_.emplace(range.file, SourceText(std::string(tree->text()))).first;
    }
    const SourceText& text = cached->second;
    const LineIndex& lines = text.lines();
    auto begin = lines.position(range.range.begin, ColumnUnit::CodePoint);
    auto end = lines.position(range.range.end, ColumnUnit::CodePoint);
    out.file = files().path(range.file);
    out.line = begin.line + 1;
    out.column = begin.column + 1;
    out.end_line = end.line + 1;
    out.end_column = end.column + 1;
    out.text = std::string(text.slice(lines.line_range(begin.line)));
    return out;
}

std::string DatabaseModel::source_line(std::string_view file, uint32_t line) const {
    std::lock_guard lock(mutex_);
    for (const auto& [id, text] : texts_)
        if (files().path(id) == file && line >= 1 && line <= text.lines().line_count())
            return std::string(text.slice(text.lines().line_range(line - 1)));
    return {};
}

}  // namespace braid::bytecode
