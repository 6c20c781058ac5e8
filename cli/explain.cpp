#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "analyzer/diagnostics/catalogue.h"
#include "cli/command.h"

namespace braid::cli {

static int refuse(const std::string& name) {
    std::string near;
    for (DiagnosticCode code : nearest_codes(name))
        near += fmt::format("{}`{}`", near.empty() ? "; did you mean " : " or ", code_name(code));
    complain(fmt::format("`{}` is no diagnostic code{}", name,
                         near.empty() ? "; `braid explain` lists them all" : near + "?"));
    return Exit::Usage;
}

static int explain(const std::string& name) {
    auto code = find_code(name);
    if (!code) return refuse(name);
    std::string_view page = explain_page(*code);
    if (page.empty()) fmt::print("# {}\n\n{}\n", code_name(*code), code_summary(*code));
    else fmt::print("{}", page);
    return Exit::Fine;
}

static int list_codes() {
    for (DiagnosticCode code : all_codes()) fmt::print("{:<28} {}\n", code_name(code), code_summary(code));
    return Exit::Fine;
}

void add_explain(CLI::App& app, int& status) {
    auto name = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("explain", "The page of a diagnostic code");
    command->add_option("code", *name, "For example use-after-move (default: a list of all)");
    command->callback([name, &status] { status = name->empty() ? list_codes() : explain(*name); });
}

}  // namespace braid::cli
