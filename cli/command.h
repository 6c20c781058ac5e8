#pragma once
#include <string>

namespace CLI {
class App;
}

#ifndef BRAID_VERSION
#define BRAID_VERSION "0.1.0"
#endif

namespace braid::cli {

inline constexpr const char* kVersion = BRAID_VERSION;

/// Exit statuses of the program; the same for all commands.
enum Exit : int { Fine = 0, Failed = 1, Usage = 2, Deadlock = 3, Panic = 101, Interrupted = 130 };

// Each declares its subcommand; when it was the one typed, its callback stores the exit status.
void add_check(CLI::App& app, int& status);
void add_dump(CLI::App& app, int& status);
void add_explain(CLI::App& app, int& status);
void add_run(CLI::App& app, int& status);
void add_fmt(CLI::App& app, int& status);
void add_lsp(CLI::App& app, int& status);
void add_dap(CLI::App& app, int& status);
void add_completions(CLI::App& app, int& status);
void add_manual(CLI::App& app, int& status);

/// A line on standard error, if that is open.
void say(const std::string& line);
/// "error: …" on standard error, in the one form all commands use.
void complain(const std::string& message);
/// Colours for a stream: it is a terminal and NO_COLOR is not set.
bool wants_colours(int descriptor);

}  // namespace braid::cli
