#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "analyzer/diagnostics/catalogue.h"
#include "cli/command.h"

namespace braid::cli {

static int explain(const std::string& name) {
    auto code = find_code(name);
    if (!code) {
        auto near = nearest_code(name);
        complain(fmt::format("`{}` is no diagnostic code{}", name,
                             near ? fmt::format("; did you mean `{}`?", code_name(*near)) : std::string()));
        return Exit::Usage;
    }
    std::string_view page = explain_page(*code);
    if (page.empty()) fmt::print("# {}\n\n{}\n", code_name(*code), code_summary(*code));
    else fmt::print("{}", page);
    return Exit::Fine;
}

void add_explain(CLI::App& app, int& status) {
    auto name = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("explain", "The page of a diagnostic code");
    command->add_option("code", *name, "For example use-after-move")->required();
    command->callback([name, &status] { status = explain(*name); });
}

}  // namespace braid::cli
