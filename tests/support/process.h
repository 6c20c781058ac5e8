#pragma once
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace braid::test {

/// What to start. The child gets a process group of its own, so that a timeout ends what it started, too.
struct Command {
    std::filesystem::path program;
    std::vector<std::string> arguments;
    std::string input;                ///< everything the child will read from standard input
    std::filesystem::path directory;  ///< empty: the current one
    std::vector<std::pair<std::string, std::string>> environment;  ///< added to the inherited one
    /// Generous: it tells what hangs from what is slow on a busy machine under a sanitizer.
    std::chrono::milliseconds timeout{300'000};
};

struct ProcessResult {
    std::string output;
    std::string errors;
    int status = -1;         ///< exit status; 128 + signal number for a child that a signal ended, as in a shell
    bool timed_out = false;  ///< the group was killed
};

/// Runs a program to its end. A program that cannot be started gives status 127 and the reason in `errors`.
ProcessResult run_process(const Command& command);

/// A program one talks to: a server on its standard streams, or a program to be interrupted.
class ChildProcess {
  public:
    using Clock = std::chrono::steady_clock;

    /// `input` of the command is written first; standard input then stays open.
    static tl::expected<ChildProcess, std::string> start(const Command& command);

    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&&) = delete;
    /// Kills the whole group of a child that still runs.
    ~ChildProcess();

    /// Queues text for the child's standard input; it is written while one of the functions below waits.
    void write(std::string_view text);
    void close_input();
    void signal(int number) const;

    /// Waits until `done(*this)` holds (asked once at the start and after every piece of output). False: the time
    /// is over, or both output streams have ended without it.
    bool wait_until(const std::function<bool(const ChildProcess&)>& done, std::chrono::milliseconds timeout);

    /// Waits for the end and kills the group at the timeout.
    ProcessResult finish(std::chrono::milliseconds timeout);

    const std::string& output() const { return output_; }
    const std::string& errors() const { return errors_; }
    /// Takes the first `count` bytes of the output away: what a reader of messages has understood.
    void consume_output(size_t count) { output_.erase(0, count); }
    pid_t pid() const { return pid_; }

  private:
    ChildProcess(pid_t pid, int input, int output, int errors);

    bool pump(Clock::time_point deadline);
    void flush_input();
    void drain(int& descriptor, std::string& text);

    pid_t pid_;
    int input_fd_;
    int output_fd_;
    int errors_fd_;
    bool input_ends_ = false;
    std::string pending_input_;
    std::string output_;
    std::string errors_;
};

/// A folder that is removed with everything in it at the end of the scope.
class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    /// Writes a file (and the folders on its way) and gives its full path.
    std::filesystem::path write(const std::string& name, std::string_view text) const;

  private:
    std::filesystem::path path_;
};

/// The program under test: ${BRAID_BINARY_DIR}/braid, or what the variable BRAID names.
std::filesystem::path braid_program();

tl::expected<std::string, std::string> read_file(const std::filesystem::path& path);
/// The files below `folder` with one of the endings, sorted; empty when there is no such folder.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder,
                                               const std::vector<std::string>& endings);

}  // namespace braid::test
