#pragma once
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "interpreter/bytecode/compiler.h"
#include "interpreter/bytecode/program.h"

namespace braid::bytecode {

/// Which code a call needs. The one place that decides what shares an instance: the Static policy by the concrete type
/// arguments, the Boxed policy not by types at all.
struct InstanceKey {
    ItemId item = ItemId::None;
    BodyFunctionId body{};
    std::vector<Type> type_arguments;
    Type self = nullptr;
    std::vector<Type> arguments;  // natives: types of the words handed over
    Type result = nullptr;        // natives made for a site
    std::string special;          // glue and intrinsics
    friend auto operator<=>(const InstanceKey&, const InstanceKey&) = default;
};

/// Finds or makes what code refers to: instances, descriptors, classes, statics. Functions are compiled from a work
/// list, so none of these calls compiles anything.
class Instances {
  public:
    Instances(std::shared_ptr<Program> program, const NativeCatalog& natives, const CompileLimits& limits)
        : program_(std::move(program)), model_(*program_->model), natives_(natives), limits_(limits) {}

    const CompileLimits& limits() const { return limits_; }

    const ProgramModel& model() const { return model_; }
    const NativeCatalog& natives() const { return natives_; }
    Program& program() { return *program_; }

    const TypeDescriptor* describe(Type type, SlotPolicy policy);
    /// `Self` and parameters of `function` replaced, projections normalized.
    Type substitute_in(const Function& function, Type type);

    /// Null: an error was reported. `site`: the types of the arguments as they are handed over.
    const Function* function(ItemId item, std::vector<Type> type_arguments, Type self,
                             const std::vector<const TypeDescriptor*>& site, Place place, bool late_bound = false);
    /// What calls of an async function go through where the caller owes it something (MirBodies::guard); the function
    /// itself where not.
    const Function* guarded(const Function* function);
    const Function* closure(const Function& outer, BodyFunctionId body);
    /// What sends an actor a message: handle and arguments without self. Its `functions[0]` is the method.
    const Function* message(const Function* method, const TypeDescriptor* handle, SlotPolicy policy);
    const Function* intrinsic(const std::string& name, const std::vector<const TypeDescriptor*>& arguments,
                              const TypeDescriptor* result, SlotPolicy policy, SelectInfo* select = nullptr);
    const Function* drop_glue(const TypeDescriptor* type);
    bool shows_user_code(const TypeDescriptor* type);
    const Function* user_show(const TypeDescriptor* type);
    const ClassDescriptor* klass(ItemId item);
    void use_static(ItemId item, Place place);
    void use_method_name(Name name);
    /// Values of `type` become `dyn`: its impl of each trait method must exist.
    void use_dyn(const TypeDescriptor* type, ItemId trait);
    const Function* dyn_method(const TypeDescriptor* type, ItemId method);

    void fail(Place place, std::string message);
    const std::optional<CompileError>& error() const { return error_; }

    struct Work {
        Function* function;
        enum Kind : uint8_t { Body, Guard, Glue } kind;
        const TypeDescriptor* glued = nullptr;
    };
    std::optional<Work> next_work();
    void order_statics();

  private:
    Function* make(InstanceKey key, FunctionKind kind);
    void describe_nominal(TypeDescriptor& d, Type type);
    void describe_parts(TypeDescriptor& d, Type type);
    void add_fields(std::vector<FieldDescriptor>& out, const std::vector<FieldInfo>& fields, Type instance,
                    const std::vector<ItemId>& owners, SlotPolicy policy, uint16_t first_slot);
    void set_parameters(Function& f, const std::vector<const TypeDescriptor*>& types);
    std::vector<const TypeDescriptor*> signature_types(const Function& f, const FunctionSignature& signature);
    void bind_late(ClassDescriptor& klass, Name name);
    void need_drop_of(const TypeDescriptor* type) {
        if (type->needs_drop) drop_glue(type);
    }
    bool is_well_known(ItemId item, WellKnown which) const {
        ItemId known = model_.well_known(which);
        return known != ItemId::None && known == item;
    }

    std::shared_ptr<Program> program_;
    const ProgramModel& model_;
    const NativeCatalog& natives_;
    CompileLimits limits_;
    std::map<InstanceKey, Function*> instances_;
    std::map<std::pair<Type, SlotPolicy>, TypeDescriptor*> types_;
    std::unordered_map<ItemId, ClassDescriptor*> classes_;
    std::unordered_map<ItemId, StaticDescriptor*> statics_;
    std::vector<Name> method_names_;
    std::unordered_set<Name> known_names_;
    std::map<std::pair<const TypeDescriptor*, ItemId>, const Function*> dyn_methods_;
    std::vector<Work> work_;
    std::optional<CompileError> error_;
};

/// Fills in `function` from its MIR (function_compiler.cpp), as the drop glue of a type (drop_glue.cpp).
void compile_body(Instances& instances, Function& function, const mir::MirBody& body);
void compile_drop_glue(Instances& instances, Function& function, const TypeDescriptor* type);

}  // namespace braid::bytecode
