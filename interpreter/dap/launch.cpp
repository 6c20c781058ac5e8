#include "interpreter/dap/launch.h"

#include <set>

#include "analyzer/diagnostics/render.h"
#include "analyzer/ide/file_diagnostics.h"
#include "interpreter/bytecode/compiler.h"
#include "interpreter/bytecode/database_model.h"
#include "interpreter/natives/natives.h"
#include "workspace/workspace.h"

namespace braid::dap {

namespace {

/// The file and what it imports, imported ones first: the order in which scripts run.
std::vector<FileId> in_order_of_import(const AnalysisHost& host, FileId root) {
    std::vector<FileId> result;
    std::set<FileId> seen{root};
    struct Open {
        FileId file;
        std::vector<std::string> imports;
        size_t next = 0;
    };
    auto open = [&](FileId file) { return Open{file, host.imports(file)}; };
    std::vector<Open> stack{open(root)};
    while (!stack.empty()) {
        Open& top = stack.back();
        if (top.next == top.imports.size()) {
            result.push_back(top.file);
            stack.pop_back();
            continue;
        }
        auto file = files().find(top.imports[top.next++]);
        if (file && host.has_file(*file) && !is_std(*file) && seen.insert(*file).second) stack.push_back(open(*file));
    }
    return result;
}

/// Scripts with statements, then `main` of the file that was named.
std::vector<ItemId> entries_of(QueryContext& context, const std::vector<FileId>& order) {
    std::vector<ItemId> entries;
    for (FileId file : order) {
        auto body = context.get<BodyOf>(file_item(file));
        if (!body || body->functions.empty() || body->functions[0].root == ExprId::None) continue;
        const auto* block = body->as<hir::Block>(body->functions[0].root);
        if (!block || !block->statements.empty() || block->value != ExprId::None) entries.push_back(file_item(file));
    }
    for (const auto& child : *context.get<ItemChildren>(file_item(order.back())))
        if (kind_of(child.item) == ItemKind::Function && name_of(child.item) == Name("main"))
            entries.push_back(child.item);
    return entries;
}

}  // namespace

tl::expected<LoadedProgram, LaunchError> load_program(const std::string& path, bytecode::ContractChecks contracts) {
    LoadedProgram loaded;
    loaded.host = make_host();
    auto root = load_file(*loaded.host, path);
    if (!root) return tl::unexpected(LaunchError{root.error(), {}});
    std::vector<FileId> order = in_order_of_import(*loaded.host, *root);
    Snapshot snapshot = loaded.host->snapshot();

    std::vector<Diagnostic> errors;
    for (FileId file : order) {
        auto found = snapshot.get<FileDiagnostics>(file);
        if (!found) continue;
        for (const Diagnostic& diagnostic : **found)
            if (diagnostic.severity == Severity::Error) errors.push_back(diagnostic);
    }
    HostSources sources(*loaded.host);
    if (!errors.empty()) {
        LaunchError error{path + " has errors: " + count_summary(errors), {}};
        sort_for_output(errors, sources);
        for (const Diagnostic& diagnostic : errors) error.details += render_text(diagnostic, sources) + "\n";
        return tl::unexpected(std::move(error));
    }
    auto entries = snapshot.run([&](QueryContext& context) { return entries_of(context, order); });
    if (!entries || entries->empty())
        return tl::unexpected(LaunchError{path + ": there is nothing to run; write a function `main`", {}});
    auto model = std::make_shared<bytecode::DatabaseModel>(snapshot);
    bytecode::CompileLimits limits;
    limits.contracts = contracts;
    auto program = bytecode::compile(model, natives::standard_natives(), *entries, limits);
    if (!program) {
        LaunchError error{program.error().message, {}};
        if (program.error().place.item != ItemId::None) {
            auto at = model->location(program.error().place.item, program.error().place.node);
            error.message = at.file + ":" + std::to_string(at.line) + ": " + error.message;
        }
        return tl::unexpected(std::move(error));
    }
    loaded.program = std::move(*program);
    return loaded;
}

}  // namespace braid::dap
