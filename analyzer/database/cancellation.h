#pragma once
#include <atomic>
#include <cstdint>
#include <memory>

namespace braid {

/// Lets someone else ask a run to stop ($/cancelRequest, a closed client). Copies share the request. A default token is
/// never cancelled and costs nothing.
class CancellationToken {
  public:
    CancellationToken() = default;
    static CancellationToken create() {
        CancellationToken token;
        token.flag_ = std::make_shared<std::atomic<bool>>(false);
        return token;
    }
    void cancel() const {
        if (flag_) flag_->store(true, std::memory_order_release);
    }
    bool cancelled() const { return flag_ && flag_->load(std::memory_order_acquire); }

  private:
    std::shared_ptr<std::atomic<bool>> flag_;
};

/// Why a run ended without a result.
struct Cancelled {
    enum class Reason : uint8_t {
        Write,    ///< newer inputs are waiting: ask again on a new snapshot
        Request,  ///< the run's token was cancelled
        TooDeep,  ///< queries nested beyond what any program needs; a result of its own, not a crash
    };
    Reason reason = Reason::Write;
    friend bool operator==(const Cancelled&, const Cancelled&) = default;
};

}  // namespace braid
