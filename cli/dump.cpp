#include <map>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "analyzer/checks/ownership_facts.h"
#include "analyzer/flow/queries.h"
#include "analyzer/semantics/bodies.h"
#include "analyzer/syntax/dump.h"
#include "cli/command.h"
#include "interpreter/bytecode/code.h"
#include "interpreter/loader/executable.h"
#include "workspace/workspace.h"

namespace braid::cli {
namespace {

/// What a stage made of a file, or a message.
using Stage = tl::expected<std::string, std::string> (*)(AnalysisHost&, FileId);

template <typename F>
std::string for_each_body(AnalysisHost& host, FileId file, F&& dump) {
    auto text = host.snapshot().run([&](QueryContext& context) {
        std::string out;
        for (ItemId item : items_with_bodies(context, file)) out += dump(context, item);
        return out;
    });
    return text ? *text : std::string();
}

tl::expected<std::string, std::string> tokens(AnalysisHost& host, FileId file) { return dump_tokens(*host.tree(file)); }
tl::expected<std::string, std::string> tree(AnalysisHost& host, FileId file) { return dump_tree(*host.tree(file)); }
tl::expected<std::string, std::string> hir(AnalysisHost& host, FileId file) {
    return for_each_body(host, file, [](QueryContext& c, ItemId item) { return dump_body(*c.get<BodyOf>(item)); });
}
tl::expected<std::string, std::string> mir(AnalysisHost& host, FileId file) {
    return for_each_body(host, file,
                         [](QueryContext& c, ItemId item) { return mir::dump(**c.get<RunnableMir>(item)); });
}

tl::expected<std::string, std::string> facts(AnalysisHost& host, FileId file) {
    return for_each_body(host, file, [](QueryContext& c, ItemId item) { return checks::dump_ownership(c, item); });
}

tl::expected<std::string, std::string> bytecode(AnalysisHost& host, FileId file) {
    return loader::compile(host, file).map([](const auto& made) { return bytecode::disassemble(*made.program); });
}

const std::map<std::string, Stage>& stages() {
    static const std::map<std::string, Stage> table = {{"tokens", tokens}, {"tree", tree},   {"hir", hir},
                                                       {"mir", mir},       {"facts", facts}, {"bytecode", bytecode}};
    return table;
}

int dump(const std::string& stage, const std::string& path) {
    auto host = make_host();
    auto file = load_file(*host, path);
    if (!file) {
        complain(file.error());
        return Exit::Usage;
    }
    auto text = stages().at(stage)(*host, *file);
    if (!text) {
        complain(text.error());
        return Exit::Failed;
    }
    fmt::print("{}", *text);
    return Exit::Fine;
}

}  // namespace

void add_dump(CLI::App& app, int& status) {
    auto stage = std::make_shared<std::string>(), path = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("dump", "What a stage made of a file");
    std::vector<std::string> names;
    for (const auto& [name, function] : stages()) names.push_back(name);
    command->add_option("stage", *stage, "Which stage")->required()->check(CLI::IsMember(names));
    command->add_option("file", *path, "The source file")->required();
    command->callback([stage, path, &status] { status = dump(*stage, *path); });
}

}  // namespace braid::cli
