#include "cli/check.h"

#include <unistd.h>
#include <algorithm>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/check_baseline.h"
#include "cli/check_progress.h"
#include "cli/command.h"

namespace braid::cli {
namespace {

void print(const std::vector<Diagnostic>& diagnostics, const HostSources& sources, const std::string& format) {
    if (format == "sarif") return fmt::print("{}", render_sarif(diagnostics, sources, {kVersion, ""}));
    TextStyle style;
    style.colours = wants_colours(STDOUT_FILENO);
    for (const Diagnostic& d : diagnostics) {
        if (format == "json") fmt::print("{}\n", render_json(d, sources));
        else if (format == "github") fmt::print("{}\n", render_github(d, sources));
        else fmt::print("{}\n", render_text(d, sources, style));
    }
    if (std::string summary = count_summary(diagnostics); format == "text" && !summary.empty())
        fmt::print("{}\n", summary);
}

int status_of(const std::vector<Diagnostic>& diagnostics, bool warnings_fail) {
    bool failed = std::any_of(diagnostics.begin(), diagnostics.end(), [&](const Diagnostic& d) {
        return d.severity == Severity::Error || (warnings_fail && d.severity == Severity::Warning);
    });
    return failed ? Exit::Failed : Exit::Fine;
}

int update_baseline(CheckSession& session, const CheckOptions& options) {
    session.load();
    std::vector<Diagnostic> diagnostics = session.check(options.jobs);
    auto problems = session.problems();
    if (problems.empty()) problems = session.unanswered();
    if (problems.empty())
        if (auto written = Baseline(options.baseline).write(diagnostics); !written) problems = {written.error()};
    for (const std::string& problem : problems) complain(problem);
    if (!problems.empty()) return Exit::Usage;
    say(fmt::format("{}: {} known diagnostic{} written", options.baseline, diagnostics.size(),
                    diagnostics.size() == 1 ? "" : "s"));
    return Exit::Fine;
}

int check(const CheckOptions& options) {
    auto refuse = [](const char* message) {
        complain(message);
        return Exit::Usage;
    };
    if (options.watch && options.format == "sarif")
        return refuse("--watch reports again and again, and a SARIF log is one document; use --format json");
    if (options.update_baseline && options.baseline.empty())
        return refuse("--update-baseline needs --baseline FILE, the file to write");
    end_on_signals();
    // It lives as long as the process: giving its memory back object by object would cost a seventh of a check.
    static CheckSession& session = *new CheckSession(options.paths);
    if (options.update_baseline) return update_baseline(session, options);
    // Before any work: a baseline that cannot be read.
    if (auto known = unknown_to_baseline({}, options); !known) return refuse(known.error().c_str());
    if (options.watch) return check_and_watch(session, options);
    session.load();
    bool saved = !options.fix || apply_fixes(session, options);
    int status = check_and_report(session, options).status;
    return saved ? status : Exit::Usage;
}

}  // namespace

tl::expected<std::vector<Diagnostic>, std::string> unknown_to_baseline(std::vector<Diagnostic> diagnostics,
                                                                       const CheckOptions& options) {
    if (options.baseline.empty()) return diagnostics;
    Baseline baseline(options.baseline);
    if (auto read = baseline.read(); !read) return tl::make_unexpected(read.error());
    return baseline.unknown(std::move(diagnostics));
}

CheckReport check_and_report(CheckSession& session, const CheckOptions& options) {
    std::vector<Diagnostic> diagnostics = session.check(options.jobs);
    std::vector<std::string> problems = session.problems();
    problems.insert(problems.end(), session.unanswered().begin(), session.unanswered().end());
    auto reported = unknown_to_baseline(diagnostics, options);
    if (!reported) problems.push_back(reported.error());
    for (const std::string& problem : problems) complain(problem);
    if (reported) diagnostics = std::move(*reported);
    print(diagnostics, HostSources(session.host()), options.format);
    int status = problems.empty() ? status_of(diagnostics, options.deny == "warnings") : int(Exit::Usage);
    std::string counts = count_summary(diagnostics);
    return {status, counts.empty() ? "nothing wrong" : counts};
}

void add_check(CLI::App& app, int& status) {
    auto options = std::make_shared<CheckOptions>();
    CLI::App* command = app.add_subcommand("check", "Report what is wrong with files or folders");
    command->add_option("path", options->paths, "Files, folders or manifests (default: this folder)");
    command->add_option("--format", options->format, "How to report")
        ->check(CLI::IsMember({"text", "json", "sarif", "github"}))
        ->capture_default_str();
    command->add_option("--deny", options->deny, "Also fail on these")->check(CLI::IsMember({"warnings"}));
    auto* watch = command->add_flag("--watch", options->watch, "Check again whenever a file changes");
    auto* fix = command->add_flag("--fix", options->fix, "Make the fixes that leave no choice, then report the rest");
    command->add_option("--baseline", options->baseline, "Report only what this file does not know");
    auto* update = command->add_flag("--update-baseline", options->update_baseline,
                                     "Write the present diagnostics to the file of --baseline");
    watch->excludes(fix)->excludes(update);
    fix->excludes(update);
    command->add_option("-j,--jobs", options->jobs, "Threads (default: one for each processor)")
        ->check(CLI::Range(1u, 256u));
    command->callback([options, &status] {
        if (options->paths.empty()) options->paths.push_back(".");
        status = check(*options);
    });
}

}  // namespace braid::cli
