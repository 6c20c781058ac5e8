#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace braid::dap {

/// What the program prints, handed on in pieces of a convenient size, in order, by a thread of its own: a program that
/// prints much waits for no event. One that prints far more than the client takes waits.
class OutputBuffer {
  public:
    using Sink = std::function<void(std::string_view category, std::string text)>;

    explicit OutputBuffer(Sink sink);
    ~OutputBuffer();
    void add(std::string_view category, std::string_view text);
    /// Returns when all that was added is handed on.
    void flush();

  private:
    struct Piece {
        std::string category, text;
    };
    void work();
    void hand_on(std::unique_lock<std::mutex>& lock);

    static constexpr size_t kLimit = 1 << 20;

    Sink sink_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Piece> pieces_;
    size_t size_ = 0;
    bool handing_ = false;
    bool done_ = false;
    std::thread thread_;
};

}  // namespace braid::dap
