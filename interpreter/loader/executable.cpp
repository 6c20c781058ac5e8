#include "interpreter/loader/executable.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "analyzer/explore/search.h"
#include "analyzer/ide/file_diagnostics.h"
#include "interpreter/bytecode/database_model.h"
#include "interpreter/loader/entries.h"
#include "interpreter/natives/natives.h"
#include "interpreter/optimizer/optimizer.h"
#include "workspace/workspace.h"

namespace braid::loader {

std::vector<Diagnostic> problems(AnalysisHost& host, FileId root) {
    host.database().set<explore::StateLimit>({}, explore::StateLimit::kBeforeRun);
    std::vector<Diagnostic> result;
    Snapshot snapshot = host.snapshot();
    for (FileId file : in_order_of_import(host, root)) {
        auto found = snapshot.get<FileDiagnostics>(file);
        auto language = snapshot.get<LanguageDiagnostics>(file);
        if (!found || !language) continue;
        const auto& shown = **found;
        for (const Diagnostic& diagnostic : shown)
            if (diagnostic.severity == Severity::Error || diagnostic.severity == Severity::Warning)
                result.push_back(diagnostic);
        // An allow silences a report; it does not make the program one that can run.
        for (const Diagnostic& diagnostic : **language)
            if (diagnostic.severity == Severity::Error &&
                std::find(shown.begin(), shown.end(), diagnostic) == shown.end())
                result.push_back(diagnostic);
    }
    if (auto manifest = snapshot.get<ProjectOf>(root); manifest && **manifest != FileId::None)
        if (auto found = snapshot.get<ManifestDiagnostics>(**manifest))
            result.insert(result.end(), (*found)->begin(), (*found)->end());
    sort_for_output(result, HostSources(host));
    return result;
}

bytecode::ContractChecks contracts_of_project(const AnalysisHost& host, FileId file) {
    Snapshot snapshot = host.snapshot();
    auto manifest = snapshot.get<ProjectOf>(file);
    if (!manifest || **manifest == FileId::None) return bytecode::ContractChecks::All;
    auto read = snapshot.get<ManifestOf>(**manifest);
    return read ? bytecode::contract_checks((*read)->contracts).value_or(bytecode::ContractChecks::All)
                : bytecode::ContractChecks::All;
}

runtime::ProjectSettings project_settings(const AnalysisHost& host, FileId file) {
    Snapshot snapshot = host.snapshot();
    auto manifest = snapshot.get<ProjectOf>(file);
    if (!manifest || **manifest == FileId::None) return {};
    auto read = snapshot.get<ManifestOf>(**manifest);
    if (!read) return {};
    runtime::ProjectSettings settings{(*read)->database, (*read)->statements};
    std::filesystem::path folder = std::filesystem::path(HostSources(host).path(**manifest)).parent_path();
    if (!settings.database.empty() && settings.database != ":memory:")
        settings.database = (folder / settings.database).string();
    return settings;
}

tl::expected<Executable, std::string> compile(const AnalysisHost& host, FileId file, const CompileOptions& options) {
    Entries entries = entries_of(host, file);
    auto model = std::make_shared<bytecode::DatabaseModel>(host.snapshot());
    bytecode::CompileLimits limits;
    limits.contracts = options.contracts;
    auto program = bytecode::compile(model, natives::standard_natives(), entries.items, limits);
    if (program) {
        if (options.optimize)
            if (std::string problem = optimizer::optimize(**program); !problem.empty())
                return tl::unexpected("internal error: malformed code: " + problem);
        Executable executable{std::move(*program), {}};
        if (entries.nothing_to_run)
            executable.note = fmt::format("{} does nothing: it has neither statements at its top level nor a `main`",
                                          HostSources(host).path(file));
        return executable;
    }
    const bytecode::CompileError& error = program.error();
    if (error.place.item == ItemId::None) return tl::unexpected(error.message);
    auto at = model->location(error.place.item, error.place.node);
    return tl::unexpected(fmt::format("{}:{}:{}: {}", at.file, at.line, at.column, error.message));
}

}  // namespace braid::loader
