#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <system_error>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/command.h"

namespace braid::cli {

// Not fmt::print, which throws when the stream takes nothing: who closed standard error wants no message.
void say(const std::string& line) { std::fputs((line + "\n").c_str(), stderr); }
void complain(const std::string& message) { say("error: " + message); }

bool wants_colours(int descriptor) {
    const char* off = std::getenv("NO_COLOR");
    return isatty(descriptor) && !(off && *off);
}

static int parse_and_run(int argc, char** argv) {
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
    add_fmt(app, status);
    add_lsp(app, status);
    add_dap(app, status);
    add_completions(app, status);
    add_manual(app, status);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        int code = app.exit(error);
        status = code == 0 ? Exit::Fine : Exit::Usage;
    }
    if (std::fflush(stdout) != 0) throw std::system_error(errno, std::generic_category());
    if (std::ferror(stdout)) throw std::system_error(EIO, std::generic_category());
    return status;
}

}  // namespace braid::cli

// A reader that goes away (`braid check | head`) ends the program by SIGPIPE, as it does others; a full disk is said.
int main(int argc, char** argv) {
    using namespace braid::cli;
    try {
        return parse_and_run(argc, argv);
    } catch (const std::system_error& error) {
        complain(fmt::format("the output cannot be written: {}", error.code().message()));
    } catch (const std::bad_alloc&) {
        complain("out of memory");
    }
    return Exit::Usage;
}
