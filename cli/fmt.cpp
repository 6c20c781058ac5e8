#include <unistd.h>
#include <iostream>
#include <iterator>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "analyzer/diagnostics/render.h"
#include "cli/command.h"
#include "workspace/formatting.h"
#include "workspace/workspace.h"

namespace braid::cli {
namespace {

struct Options {
    std::vector<std::string> paths;
    bool check = false;
    std::string stdin_path;
};

/// The one text that a refusal is about.
class OneSource : public SourceProvider {
  public:
    OneSource(const std::string& path, const std::string& text) : path_(path), text_(text) {}
    std::string path(FileId) const override { return path_; }
    std::optional<SourceText> text(FileId) const override { return SourceText(text_); }

  private:
    const std::string& path_;
    const std::string& text_;
};

void report(const format::Refusal& refusal, const std::string& path, const std::string& text) {
    if (!refusal.code) return complain(fmt::format("{}: {}", path, refusal.message));
    Diagnostic diagnostic;
    diagnostic.code = *refusal.code;
    diagnostic.location = {FileId{0}, refusal.range};
    diagnostic.message = refusal.message;
    TextStyle style;
    style.colours = wants_colours(STDERR_FILENO);
    std::string shown = render_text(diagnostic, OneSource(path, text), style);
    std::fputs(shown.c_str(), stderr);
    complain(fmt::format("{}: not formatted, because of this syntax error", path));
}

/// The formatted text, or an exit status.
tl::expected<std::string, int> formatted(const std::string& path, const std::string& text) {
    auto how = formatting_rules(path);
    if (!how) {
        complain(fmt::format("{}: neither an .altru nor a .velox file", path));
        return tl::unexpected(int(Exit::Usage));
    }
    SyntaxTreePtr tree = how->grammar.parse(std::make_shared<const std::string>(text));
    auto result = format::format(*tree, how->rules, how->options);
    if (result) return std::move(*result);
    report(result.error(), path, text);
    return tl::unexpected(int(Exit::Failed));
}

int format_input(const Options& options) {
    if (options.stdin_path.empty()) {
        complain("standard input has no name; say with --stdin-filepath main.altru what language it is");
        return Exit::Usage;
    }
    std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    auto result = formatted(options.stdin_path, text);
    if (!result) return result.error();
    if (!options.check) {
        std::fwrite(result->data(), 1, result->size(), stdout);
        return Exit::Fine;
    }
    if (*result == text) return Exit::Fine;
    fmt::print("{}\n", options.stdin_path);
    return Exit::Failed;
}

int format_file(const std::string& path, const Options& options) {
    auto text = read_source_file(path);
    if (!text) {
        complain(text.error());
        return Exit::Usage;
    }
    auto result = formatted(path, *text);
    if (!result) return result.error();
    if (*result == *text) return Exit::Fine;
    if (options.check) {
        fmt::print("{}\n", path);
        return Exit::Failed;
    }
    auto written = replace_file(path, *result);
    if (written) return Exit::Fine;
    complain(written.error());
    return Exit::Usage;
}

int format_all(const Options& options) {
    int status = Exit::Fine;
    for (const std::string& path : options.paths) {
        if (path == "-") {
            status = std::max(status, format_input(options));
            continue;
        }
        auto sources = find_sources(path);
        if (!sources) {
            complain(sources.error());
            status = Exit::Usage;
            continue;
        }
        for (const std::string& source : *sources) status = std::max(status, format_file(source, options));
    }
    return status;
}

}  // namespace

void add_fmt(CLI::App& app, int& status) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("fmt", "Format files or folders");
    command->add_option("path", options->paths, "Files or folders, or - for standard input (default: this folder)");
    command->add_flag("--check", options->check, "Change nothing; list the files that would change, and fail if any");
    command->add_option("--stdin-filepath", options->stdin_path,
                        "Name of what stands on standard input: gives its language and its .editorconfig");
    command->callback([options, &status] {
        if (options->paths.empty()) options->paths.push_back(options->stdin_path.empty() ? "." : "-");
        status = format_all(*options);
    });
}

}  // namespace braid::cli
