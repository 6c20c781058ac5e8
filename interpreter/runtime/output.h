#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>

namespace braid::runtime {

/// Standard output of a program that runs: what it prints goes to the system in pieces, the last of it soon after. The
/// thread that sees to that waits for the reader, and sleeps while nothing is printed.
class Output {
  public:
    Output() : thread_([this] { work(); }) {}
    ~Output();
    void print(std::string_view text);

  private:
    void work();

    std::atomic<bool> dirty_{false};
    std::mutex mutex_;
    std::condition_variable changed_;
    bool done_ = false;
    std::thread thread_;
};

}  // namespace braid::runtime
