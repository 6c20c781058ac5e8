#include <unistd.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/command.h"

#ifndef BRAID_VERSION
#define BRAID_VERSION "0.1.0"
#endif

namespace braid::cli {

void complain(const std::string& message) { fmt::print(stderr, "error: {}\n", message); }

bool wants_colours(int descriptor) {
    const char* off = std::getenv("NO_COLOR");
    return isatty(descriptor) && !(off && *off);
}

}  // namespace braid::cli

int main(int argc, char** argv) {
    using namespace braid::cli;
    std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write, not a death

    CLI::App app{"Braid: analysis, execution and debugging of Altru and Velox programs", "braid"};
    app.set_version_flag("--version", "braid " BRAID_VERSION);
    app.require_subcommand(1);
    app.failure_message([](const CLI::App*, const CLI::Error& error) {
        return fmt::format("error: {}\nrun `braid --help` for the commands\n", error.what());
    });
    int status = Exit::Fine;
    add_run(app, status);
    add_check(app, status);
    add_dump(app, status);
    add_explain(app, status);
    add_lsp(app, status);
    add_dap(app, status);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        int code = app.exit(error);
        return code == 0 ? Exit::Fine : Exit::Usage;
    }
    std::fflush(stdout);
    return status;
}
