#include <unistd.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "analyzer/diagnostics/catalogue.h"
#include "analyzer/ide/file_diagnostics.h"
#include "cli/command.h"
#include "workspace/workspace.h"

namespace braid::cli {
namespace {

struct Options {
    std::vector<std::string> paths;
    std::string format = "text";
    std::string deny;
};

int print(std::vector<Diagnostic> diagnostics, const HostSources& sources, const Options& options) {
    sort_for_output(diagnostics, sources);
    if (options.format == "sarif") {
        fmt::print("{}\n", render_sarif(diagnostics, sources, {"0.1.0", ""}));
    } else {
        TextStyle style;
        style.colours = wants_colours(STDOUT_FILENO);
        for (const Diagnostic& d : diagnostics) {
            if (options.format == "json") fmt::print("{}\n", render_json(d, sources));
            else if (options.format == "github") fmt::print("{}\n", render_github(d, sources));
            else fmt::print("{}\n", render_text(d, sources, style));
        }
    }
    bool warnings_fail = options.deny == "warnings";
    int status = Exit::Fine;
    for (const Diagnostic& d : diagnostics)
        if (d.severity == Severity::Error || (warnings_fail && d.severity == Severity::Warning)) status = Exit::Failed;
    if (options.format == "text")
        if (std::string summary = count_summary(diagnostics); !summary.empty()) fmt::print("{}\n", summary);
    return status;
}

int check(const Options& options) {
    auto host = make_host();
    std::vector<FileId> asked;
    bool unreadable = false;
    for (const std::string& path : options.paths) {
        auto sources = find_sources(path);
        if (!sources) {
            complain(sources.error());
            unreadable = true;
            continue;
        }
        for (const std::string& source : *sources) {
            auto file = load_file(*host, source);
            if (!file) complain(file.error());
            unreadable |= !file;
            if (file) asked.push_back(*file);
        }
    }
    std::vector<Diagnostic> all;
    Snapshot snapshot = host->snapshot();
    for (FileId file : asked) {
        auto found = snapshot.get<FileDiagnostics>(file);
        if (found) all.insert(all.end(), (*found)->begin(), (*found)->end());
    }
    int status = print(std::move(all), HostSources(*host), options);
    return unreadable ? Exit::Usage : status;
}

}  // namespace

void add_check(CLI::App& app, int& status) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("check", "Report what is wrong with files or folders");
    command->add_option("path", options->paths, "Files or folders (default: this folder)");
    command->add_option("--format", options->format, "How to report")
        ->check(CLI::IsMember({"text", "json", "sarif", "github"}))
        ->capture_default_str();
    command->add_option("--deny", options->deny, "Also fail on these")->check(CLI::IsMember({"warnings"}));
    command->callback([options, &status] {
        if (options->paths.empty()) options->paths.push_back(".");
        status = check(*options);
    });
}

}  // namespace braid::cli
