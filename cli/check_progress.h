#pragma once
#include <chrono>
#include <cstddef>

namespace braid::cli {

/// A line on standard error that says how far a check is: only on a terminal, only when it takes a while, and gone when
/// it is done.
class CheckProgress {
  public:
    explicit CheckProgress(size_t files);
    ~CheckProgress();
    CheckProgress(const CheckProgress&) = delete;
    CheckProgress& operator=(const CheckProgress&) = delete;
    void show(size_t done);

  private:
    size_t files_;
    bool is_terminal_;
    std::chrono::steady_clock::time_point start_;
};

/// SIGINT ends the program with status 130, SIGTERM with 143, from any state; a progress line is taken away first.
void end_on_signals();

}  // namespace braid::cli
