#include "tests/support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

extern char** environ;

namespace braid::test {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

struct Pipe {
    int read = -1;
    int write = -1;

    bool open() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) return false;
        read = ends[0];
        write = ends[1];
        return true;
    }
};

void close_descriptor(int& descriptor) {
    if (descriptor >= 0) ::close(descriptor);
    descriptor = -1;
}

std::vector<std::string> environment_of(const Command& command) {
    std::vector<std::string> result;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        std::string_view text = *entry;
        bool replaced = std::any_of(command.environment.begin(), command.environment.end(),
                                    [&](const auto& pair) { return text.substr(0, text.find('=')) == pair.first; });
        if (!replaced) result.emplace_back(text);
    }
    for (const auto& [name, value] : command.environment) result.push_back(name + "=" + value);
    return result;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

/// Spawns the command on the child's ends of the pipes; 0 or an error number.
int spawn(const Command& command, const Pipe& input, const Pipe& output, const Pipe& errors, pid_t& pid) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.read, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output.write, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, errors.write, STDERR_FILENO);
    if (!command.directory.empty()) posix_spawn_file_actions_addchdir_np(&actions, command.directory.c_str());

    // The test program ignores SIGPIPE; its children must not inherit that.
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigdefault(&attributes, &defaults);

    std::vector<std::string> arguments{command.program.string()};
    arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
    std::vector<std::string> environment = environment_of(command);
    int error = posix_spawnp(&pid, command.program.c_str(), &actions, &attributes, pointers_to(arguments).data(),
                             pointers_to(environment).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

}  // namespace

ProcessResult run_process(const Command& command) {
    auto child = ChildProcess::start(command);
    if (!child) return {.output = {}, .errors = child.error(), .status = 127};
    return child->finish(command.timeout);
}

tl::expected<ChildProcess, std::string> ChildProcess::start(const Command& command) {
    Pipe input, output, errors;
    pid_t pid = -1;
    int error = 0;
    if (!input.open() || !output.open() || !errors.open()) {
        error = errno;
    } else {
        error = spawn(command, input, output, errors, pid);
    }
    close_descriptor(input.read);
    close_descriptor(output.write);
    close_descriptor(errors.write);
    if (error != 0) {
        close_descriptor(input.write);
        close_descriptor(output.read);
        close_descriptor(errors.read);
        return tl::unexpected("cannot start " + command.program.string() + ": " + std::strerror(error));
    }
    ::fcntl(input.write, F_SETFL, O_NONBLOCK);
    ChildProcess child(pid, input.write, output.read, errors.read);
    child.write(command.input);
    return child;
}

ChildProcess::ChildProcess(pid_t pid, int input, int output, int errors)
    : pid_(pid), input_fd_(input), output_fd_(output), errors_fd_(errors) {}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      input_fd_(std::exchange(other.input_fd_, -1)),
      output_fd_(std::exchange(other.output_fd_, -1)),
      errors_fd_(std::exchange(other.errors_fd_, -1)),
      input_ends_(other.input_ends_),
      pending_input_(std::move(other.pending_input_)),
      output_(std::move(other.output_)),
      errors_(std::move(other.errors_)) {}

ChildProcess::~ChildProcess() {
    close_descriptor(input_fd_);
    close_descriptor(output_fd_);
    close_descriptor(errors_fd_);
    if (pid_ > 0) {
        ::kill(-pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
}

void ChildProcess::write(std::string_view text) {
    pending_input_ += text;
    flush_input();
}

void ChildProcess::close_input() {
    input_ends_ = true;
    flush_input();
}

void ChildProcess::signal(int number) const {
    if (pid_ > 0) ::kill(pid_, number);
}

void ChildProcess::flush_input() {
    while (input_fd_ >= 0 && !pending_input_.empty()) {
        ssize_t count = ::write(input_fd_, pending_input_.data(), pending_input_.size());
        if (count > 0) {
            pending_input_.erase(0, static_cast<size_t>(count));
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR) {  // the child does not listen any more
            pending_input_.clear();
            close_descriptor(input_fd_);
        }
    }
    if (input_ends_) close_descriptor(input_fd_);
}

void ChildProcess::drain(int& descriptor, std::string& text) {
    char buffer[65536];
    ssize_t count = ::read(descriptor, buffer, sizeof buffer);
    if (count > 0) {
        text.append(buffer, static_cast<size_t>(count));
    } else if (count == 0 || errno != EINTR) {
        close_descriptor(descriptor);
    }
}

/// Moves bytes once in every direction that is ready; false when the deadline is over or nothing can come any more.
bool ChildProcess::pump(Clock::time_point deadline) {
    if (output_fd_ < 0 && errors_fd_ < 0) return false;
    auto left = duration_cast<milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd polled[3] = {
        {output_fd_, POLLIN, 0}, {errors_fd_, POLLIN, 0}, {pending_input_.empty() ? -1 : input_fd_, POLLOUT, 0}};
    if (::poll(polled, 3, static_cast<int>(std::min<long long>(left, 60'000))) < 0) return errno == EINTR;
    if (polled[0].revents != 0) drain(output_fd_, output_);
    if (polled[1].revents != 0) drain(errors_fd_, errors_);
    if (polled[2].revents != 0) flush_input();
    return true;
}

bool ChildProcess::wait_until(const std::function<bool(const ChildProcess&)>& done, milliseconds timeout) {
    auto deadline = Clock::now() + timeout;
    while (!done(*this)) {
        if (!pump(deadline)) return false;
    }
    return true;
}

ProcessResult ChildProcess::finish(milliseconds timeout) {
    close_input();
    auto deadline = Clock::now() + timeout;
    while (pump(deadline)) {
    }
    ProcessResult result;
    int status = 0;
    // The streams have ended; the process follows at once, or it is past the deadline.
    pid_t ended = ::waitpid(pid_, &status, WNOHANG);
    while (ended == 0 && Clock::now() < deadline) {
        ::poll(nullptr, 0, 1);
        ended = ::waitpid(pid_, &status, WNOHANG);
    }
    result.timed_out = ended == 0;
    ::kill(-pid_, SIGKILL);  // whatever of the group is left
    if (ended == 0) ::waitpid(pid_, &status, 0);
    pid_ = -1;
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    result.output = std::move(output_);
    result.errors = std::move(errors_);
    return result;
}

TemporaryFolder::TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "braid-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = std::filesystem::canonical(pattern);
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TemporaryFolder::write(const std::string& name, std::string_view text) const {
    std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
}

std::filesystem::path braid_program() {
    const char* chosen = std::getenv("BRAID");
    return chosen != nullptr ? std::filesystem::path(chosen) : std::filesystem::path(BRAID_BINARY_DIR) / "braid";
}

tl::expected<std::string, std::string> read_file(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return tl::unexpected("cannot read " + path.string());
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder,
                                               const std::vector<std::string>& endings) {
    std::vector<std::filesystem::path> result;
    if (!std::filesystem::is_directory(folder)) return result;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        bool wanted = std::find(endings.begin(), endings.end(), entry.path().extension()) != endings.end();
        if (entry.is_regular_file() && wanted) result.push_back(entry.path());
    }
    std::sort(result.begin(), result.end());
    return result;
}

}  // namespace braid::test
