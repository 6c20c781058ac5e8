#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "analyzer/diagnostics/catalogue.h"
#include "cli/command.h"
#include "cli/description.h"

namespace braid::cli {
namespace {

std::vector<std::string> diagnostic_codes() {
    std::vector<std::string> out;
    for (DiagnosticCode code : all_codes()) out.emplace_back(code_name(code));
    return out;
}

}  // namespace

void add_completions(CLI::App& app, int& status) {
    auto shell = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("completions", "A script that completes commands and options in a shell");
    command->add_option("shell", *shell, "Which shell")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->callback([&app, shell, &status] {
        fmt::print("{}", completion_script(describe(app), *shell, diagnostic_codes()));
        status = Exit::Fine;
    });
}

void add_manual(CLI::App& app, int& status) {
    CLI::App* command = app.add_subcommand("manual", "The manual page, for man");
    command->callback([&app, &status] {
        fmt::print("{}", manual_page(describe(app)));
        status = Exit::Fine;
    });
}

}  // namespace braid::cli
