#pragma once
#include <array>
#include <map>
#include <mutex>
#include <unordered_map>

#include "analyzer/semantics/queries.h"
#include "analyzer/text/source_text.h"
#include "interpreter/bytecode/model.h"

namespace braid::bytecode {

/// The front end's answers, asked of one snapshot of the query database. The program is compiled as it was then;
/// writers wait until the model is gone.
class DatabaseModel : public ProgramModel {
  public:
    explicit DatabaseModel(Snapshot snapshot);

    SlotPolicy slot_policy(ItemId item) const override;
    std::shared_ptr<const mir::MirBodies> mir(ItemId item) const override;
    FunctionSignature function_signature(ItemId function) const override;
    TypeDefinition type_definition(ItemId type) const override;
    Type static_type(ItemId static_or_constant) const override;
    std::vector<std::pair<ItemId, uint32_t>> generic_owners(ItemId function) const override;
    ResolvedFunction resolve_trait_method(ItemId method, Type self, const std::vector<Type>& arguments) const override;
    ResolvedFunction user_drop(Type type) const override;
    ResolvedFunction user_show(Type type) const override;
    Type normalize(Type type) const override;
    Capabilities capabilities(Type type) const override;
    ItemId find_member(ItemId klass, Name name, MemberKind kind) const override;
    ItemId well_known(WellKnown item) const override;
    std::string print_type(Type type) const override;
    SourceLocation location(ItemId item, uint32_t node) const override;
    std::string source_line(std::string_view file, uint32_t line) const override;

  private:
    template <typename F>
    auto ask(F&& f) const;
    void index_standard_library(QueryContext& context);
    ResolvedFunction user_method(ItemId trait, std::string_view method, Type type) const;

    Snapshot snapshot_;
    std::unordered_map<Name, ItemId> static_names_, boxed_names_;  // top-level std types by name, per slot policy
    mutable std::mutex mutex_;
    mutable std::map<FileId, SourceText> texts_;
};

}  // namespace braid::bytecode
