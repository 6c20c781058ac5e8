#include "interpreter/bytecode/compiler.h"

#include "interpreter/bytecode/code.h"
#include "interpreter/bytecode/instances.h"

namespace braid::bytecode {

std::optional<ContractChecks> contract_checks(std::string_view name) {
    if (name == "all") return ContractChecks::All;
    if (name == "marked") return ContractChecks::Marked;
    if (name == "off") return ContractChecks::Off;
    return std::nullopt;
}

tl::expected<std::shared_ptr<Program>, CompileError> compile(std::shared_ptr<const ProgramModel> model,
                                                             const NativeCatalog& natives,
                                                             const std::vector<ItemId>& entries,
                                                             const CompileLimits& limits) {
    auto program = std::make_shared<Program>();
    program->model = model;
    Instances instances(program, natives, limits);
    for (SlotPolicy policy : {SlotPolicy::Static, SlotPolicy::Boxed}) instances.describe(type::unit(), policy);
    for (ItemId entry : entries)
        if (const Function* f = instances.function(entry, {}, nullptr, {}, {entry, 0})) program->entries.push_back(f);
    if (!instances.error()) {
        // Errors that the machine itself raises are objects of these classes.
        for (WellKnown known :
             {WellKnown::JsError, WellKnown::TypeError, WellKnown::RangeError, WellKnown::MatchError}) {
            ItemId item = model->well_known(known);
            bool boxed = !program->entries.empty() && program->entries[0]->policy == SlotPolicy::Boxed;
            if (boxed && item != ItemId::None) instances.klass(item);
        }
    }
    while (!instances.error()) {
        auto work = instances.next_work();
        if (!work) break;
        if (work->kind == Instances::Work::Glue) {
            compile_drop_glue(instances, *work->function, work->glued);
        } else {
            auto mir = model->mir(work->function->item);
            bool guard = work->kind == Instances::Work::Guard;
            compile_body(instances, *work->function,
                         guard ? *mir->guard : mir->functions[size_t(work->function->body)]);
        }
    }
    if (instances.error()) return tl::unexpected(*instances.error());
    instances.order_statics();
    if (std::string problem = verify(*program); !problem.empty())
        return tl::unexpected(CompileError{"internal error: malformed code: " + problem, {}});
    return program;
}

}  // namespace braid::bytecode
