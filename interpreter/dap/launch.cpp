#include "interpreter/dap/launch.h"

#include <algorithm>

#include "analyzer/diagnostics/catalogue.h"
#include "interpreter/loader/executable.h"
#include "workspace/workspace.h"

namespace braid::dap {

tl::expected<LoadedProgram, LaunchError> load_program(const std::string& path, bytecode::ContractChecks contracts) {
    LoadedProgram loaded;
    loaded.host = make_host_for(path);
    auto file = load_file(*loaded.host, path);
    if (!file) return tl::unexpected(LaunchError{file.error(), {}});

    std::vector<Diagnostic> errors = loader::problems(*loaded.host, *file);
    std::erase_if(errors, [](const Diagnostic& diagnostic) { return !stops_run(diagnostic); });
    if (!errors.empty()) {
        LaunchError error{path + " has errors: " + count_summary(errors), {}};
        HostSources sources(*loaded.host);
        for (const Diagnostic& diagnostic : errors) error.details += render_text(diagnostic, sources) + "\n";
        return tl::unexpected(std::move(error));
    }
    loaded.project = loader::project_settings(*loaded.host, *file);
    auto executable = loader::compile(*loaded.host, *file, {contracts, false});
    if (!executable) return tl::unexpected(LaunchError{executable.error(), {}});
    loaded.program = std::move(executable->program);
    loaded.note = std::move(executable->note);
    return loaded;
}

}  // namespace braid::dap
