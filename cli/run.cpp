#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <optional>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "analyzer/diagnostics/catalogue.h"
#include "cli/command.h"
#include "interpreter/loader/executable.h"
#include "interpreter/natives/natives.h"
#include "interpreter/runtime/session.h"
#include "workspace/workspace.h"

namespace braid::cli {
namespace {

struct Options {
    std::string path;
    std::vector<std::string> arguments;
    unsigned workers = 0;
    std::optional<uint64_t> seed;
    std::string contracts;  // empty: as the project says
    bool plain = false;
    bool stats = false;
    std::string max_memory;
    std::string profile;
    bool detect_partial_deadlock = false;
};

/// Errors and warnings of the file and what it imports, on standard error. True: it may run.
bool report(AnalysisHost& host, FileId file) {
    std::vector<Diagnostic> shown = loader::problems(host, file);
    HostSources sources(host);
    TextStyle style;
    style.colours = wants_colours(STDERR_FILENO);
    bool fine = true;
    for (const Diagnostic& d : shown) {
        say(render_text(d, sources, style));
        fine &= !stops_run(d);
    }
    if (!fine) say(count_summary(shown));
    return fine;
}

/// "64M", "2G", "1000000"; none: not a size.
std::optional<uint64_t> parse_size(const std::string& text) {
    char* end = nullptr;
    if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
    uint64_t value = std::strtoull(text.c_str(), &end, 10);
    std::string unit = end;
    uint64_t factor = 1;
    if (unit == "K" || unit == "k") factor = uint64_t{1} << 10;
    else if (unit == "M" || unit == "m") factor = uint64_t{1} << 20;
    else if (unit == "G" || unit == "g") factor = uint64_t{1} << 30;
    else if (!unit.empty()) return std::nullopt;
    if (value > UINT64_MAX / factor) return std::nullopt;
    return value * factor;
}

int run(Options options) {
    runtime::SessionOptions session_options;
    if (!options.max_memory.empty()) {
        auto size = parse_size(options.max_memory);
        if (!size) {
            complain(fmt::format("--max-memory: `{}` is not a size like 64M or 2G", options.max_memory));
            return Exit::Usage;
        }
        session_options.max_memory = *size;
    }
    if (!options.profile.empty()) {
        session_options.profile = {std::fopen(options.profile.c_str(), "w"), [](std::FILE* file) {
                                       if (file) std::fclose(file);
                                   }};
        if (!session_options.profile) {
            complain(fmt::format("--profile: cannot write {}: {}", options.profile, std::strerror(errno)));
            return Exit::Usage;
        }
    }
    if (options.path.empty()) {
        options.path = ".";
        if (projects_of(options.path).empty()) {
            complain(
                "run what? Name a program; this folder belongs to no project (there is no Altru.toml or Velox.toml)");
            return Exit::Usage;
        }
    }
    auto host = make_host_for(options.path);
    auto file = load_file(*host, options.path);
    if (!file) {
        complain(file.error());
        return Exit::Usage;
    }
    if (!report(*host, *file)) return Exit::Failed;
    auto contracts = bytecode::contract_checks(options.contracts);
    auto executable = loader::compile(
        *host, *file, {contracts ? *contracts : loader::contracts_of_project(*host, *file), !options.plain});
    if (!executable) {
        complain(executable.error());
        return Exit::Failed;
    }
    if (!executable->note.empty()) say("note: " + executable->note);
    session_options.workers = options.workers;
    session_options.seed = options.seed;
    session_options.stats = options.stats;
    session_options.detect_partial_deadlock = options.detect_partial_deadlock;
    session_options.arguments = options.arguments;
    session_options.project = loader::project_settings(*host, *file);
    session_options.handle_signals = true;
    runtime::Session session(executable->program, natives::standard_natives(), std::move(session_options));
    if (auto linked = session.link(); !linked) {
        complain(linked.error());
        return Exit::Failed;
    }
    return session.run();
}

}  // namespace

void add_run(CLI::App& app, int& status) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("run", "Run a program");
    command->add_option("file", options->path, "The program, or the folder of a project (default: the project here)");
    command->add_option("--workers", options->workers, "Threads that run tasks (default: cores)")
        ->check(CLI::Range(1u, 1024u));
    command->add_option("--seed", options->seed, "One reproducible schedule, with virtual time");
    command->add_flag("--plain", options->plain, "Run the code a debugger runs, not optimized");
    command
        ->add_option("--contracts", options->contracts,
                     "Which contracts are checked (default: as the project says, else all)")
        ->check(CLI::IsMember({"all", "marked", "off"}));
    command->add_flag("--stats", options->stats, "Say at the end what the run has cost");
    command->add_option("--max-memory", options->max_memory,
                        "Limit of live memory, like 512M (default: three quarters of the machine's)");
    command->add_option("--profile", options->profile, "Write what ran when, for ui.perfetto.dev, to this file");
    command->add_flag("--detect-partial-deadlock", options->detect_partial_deadlock,
                      "Report tasks that can never go on while others still run");
    command->add_option("arguments", options->arguments, "Arguments of the program");
    command->callback([options, &status] { status = run(*options); });
}

}  // namespace braid::cli
