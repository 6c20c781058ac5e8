#include "cli/check_progress.h"

#include <unistd.h>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

namespace braid::cli {

namespace {

constexpr std::string_view kClearLine = "\r\x1b[K";
constexpr std::chrono::milliseconds kPatience{300};

volatile std::sig_atomic_t line_is_shown = 0;

/// write, because it may be called in a signal handler; a terminal that takes nothing is no reason to stop.
void put(std::string_view text) {
    if (write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

void clear_line() {
    if (line_is_shown) put(kClearLine);
    line_is_shown = 0;
}

extern "C" void end_by_signal(int number) {
    clear_line();
    _exit(128 + number);
}

bool understands_escapes() {
    const char* terminal = std::getenv("TERM");
    return isatty(STDERR_FILENO) && terminal && std::string_view(terminal) != "dumb";
}

}  // namespace

CheckProgress::CheckProgress(size_t files)
    : files_(files), is_terminal_(understands_escapes()), start_(std::chrono::steady_clock::now()) {}

CheckProgress::~CheckProgress() { clear_line(); }

void CheckProgress::show(size_t done) {
    if (!is_terminal_ || std::chrono::steady_clock::now() - start_ < kPatience) return;
    line_is_shown = 1;
    put(fmt::format("{}checking: {} of {} files", kClearLine, done, files_));
}

void end_on_signals() {
    struct sigaction action {};
    action.sa_handler = end_by_signal;
    sigemptyset(&action.sa_mask);
    for (int number : {SIGINT, SIGTERM}) sigaction(number, &action, nullptr);
}

}  // namespace braid::cli
