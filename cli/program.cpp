#include "cli/program.h"

#include <set>

#include <fmt/format.h>

#include "analyzer/semantics/language.h"
#include "interpreter/bytecode/code.h"
#include "interpreter/bytecode/database_model.h"
#include "interpreter/natives/natives.h"
#include "workspace/workspace.h"

namespace braid::cli {

namespace {

/// Files in the order in which their top-level statements run: what is imported comes first. Modules of Altru have
/// declarations only.
void order_files(const AnalysisHost& host, FileId file, std::set<FileId>& seen, std::vector<FileId>& out) {
    constexpr size_t kMostFiles = 10'000;
    if (seen.size() > kMostFiles || !seen.insert(file).second) return;
    for (const std::string& path : host.imports(file))
        if (auto imported = files().find(path); imported && host.has_file(*imported) && !is_std(*imported))
            order_files(host, *imported, seen, out);
    out.push_back(file);
}

std::vector<ItemId> entries_of(const AnalysisHost& host, const bytecode::ProgramModel& model, FileId file) {
    std::vector<ItemId> entries;
    auto add = [&](ItemId item) {
        auto mir = model.mir(item);
        if (mir && !mir->functions.empty()) entries.push_back(item);
    };
    std::vector<FileId> order{file};
    if (model.slot_policy(file_item(file)) == bytecode::SlotPolicy::Boxed) {
        std::set<FileId> seen;
        order.clear();
        order_files(host, file, seen, order);
    }
    for (FileId part : order) add(file_item(part));
    auto main = host.snapshot().run([&](QueryContext& context) {
        for (const auto& child : *context.get<ItemChildren>(file_item(file)))
            if (kind_of(child.item) == ItemKind::Function && name_of(child.item).text() == "main") return child.item;
        return ItemId::None;
    });
    if (main && *main != ItemId::None) add(*main);
    return entries;
}

}  // namespace

tl::expected<std::shared_ptr<bytecode::Program>, std::string> compile_program(AnalysisHost& host, FileId file,
                                                                              bytecode::ContractChecks contracts) {
    auto model = std::make_shared<bytecode::DatabaseModel>(host.snapshot());
    std::vector<ItemId> entries = entries_of(host, *model, file);
    if (entries.empty())
        return tl::unexpected(std::string("the file has nothing to run: no `main` and no top-level statement"));
    bytecode::CompileLimits limits;
    limits.contracts = contracts;
    auto program = bytecode::compile(model, natives::standard_natives(), entries, limits);
    if (program) return *program;
    const bytecode::CompileError& error = program.error();
    if (error.place.item == ItemId::None) return tl::unexpected(error.message);
    auto where = model->location(error.place.item, error.place.node);
    return tl::unexpected(fmt::format("{}\n  at {}:{}:{}", error.message, where.file, where.line, where.column));
}

tl::expected<std::string, std::string> dump_bytecode(AnalysisHost& host, FileId file) {
    auto program = compile_program(host, file);
    if (!program) return tl::unexpected(program.error());
    return bytecode::disassemble(**program);
}

}  // namespace braid::cli
