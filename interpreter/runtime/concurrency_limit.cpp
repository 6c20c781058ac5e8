#include "interpreter/runtime/concurrency_limit.h"

#include <algorithm>

namespace braid::runtime {

namespace {
constexpr size_t kFewestCalls = 64, kGenerations = 4;  // of a window; calls started together also end together
constexpr uint64_t kShortestWindow = 2'000'000;
constexpr double kGain = 1.05;    // a level higher by half has to be better by so much,
constexpr double kLoss = 0.97;    // a lower one may be worse than the best by so much
constexpr double kChange = 0.25;  // a level held that differs by so much from before: another load
constexpr double kCollapse = 4;   // so many times less than was known: begin anew, with few
constexpr double kLate = 3;       // a window is cut short when it takes so many times longer than expected
constexpr int kFirstHold = 4, kLongestHold = 64;
}  // namespace

ConcurrencyLimit::ConcurrencyLimit(size_t workers) : hold_length_(kFirstHold) {
    auto first = std::lower_bound(kLevels.begin(), kLevels.end(), workers * 2);
    level_ = home_ = first_ = std::min<size_t>(static_cast<size_t>(first - kLevels.begin()), kLevels.size() - 1);
}

size_t ConcurrencyLimit::limit() const {
    std::lock_guard lock(mutex_);
    return kLevels[level_];
}
double ConcurrencyLimit::throughput() const {
    std::lock_guard lock(mutex_);
    return known_[home_];
}

void ConcurrencyLimit::ended(uint64_t now, size_t running, bool more) {
    std::lock_guard lock(mutex_);
    size_t limit = kLevels[level_];
    if (!more || running != limit) {  // fewer than may, or still those of a higher limit
        counted_ = 0;
        return;
    }
    if (counted_++ == 0) {
        began_ = now;
        return;
    }
    // The calls that were started under another limit, or together, come first.
    if (counted_ == limit + 1) settled_ = now;
    double seconds = static_cast<double>(now - began_) / 1e9;
    bool late = known_[home_] > 0 && counted_ > kFewestCalls / 4 &&
                seconds > 0.02 + kLate * static_cast<double>(counted_ + limit) / known_[home_];
    if (late) return learn(static_cast<double>(counted_) / seconds);
    if (counted_ < limit + std::max(kFewestCalls, kGenerations * limit) || now < settled_ + kShortestWindow) return;
    learn(static_cast<double>(counted_ - limit) * 1e9 / static_cast<double>(now - settled_));
}

void ConcurrencyLimit::learn(double throughput) {
    counted_ = 0;
    if (throughput * kCollapse < known_[home_]) {
        level_ = first_;
        return forget();
    }
    if (hold_left_ > 0) hold(throughput);
    else probe(throughput);
}

void ConcurrencyLimit::hold(double throughput) {
    double expected = known_[home_];
    if (throughput < expected * (1 - kChange) || throughput > expected * (1 + kChange)) {
        forget();
        return probe(throughput);
    }
    known_[home_] = best_ = expected * 0.75 + throughput * 0.25;
    if (--hold_left_ > 0) return;
    failures_ = 0;
    try_level(direction_, 1);
}

void ConcurrencyLimit::probe(double throughput) {
    known_[level_] = throughput;
    bool first = level_ == home_;
    bool better = first || (level_ > home_ ? throughput > known_[home_] * (stride_ > 1 ? kGain * kGain : kGain)
                                           : throughput >= best_ * kLoss);
    if (better) {
        if (!first) hold_length_ = kFirstHold;
        home_ = level_;
        best_ = std::max(best_, throughput);
        failures_ = 0;
        return try_level(direction_, stride_);
    }
    if (stride_ > 1) return try_level(direction_, 1);  // it went too far
    ++failures_;
    try_level(-direction_, 1);
}

/// Goes to a neighbour of home; stays there when both are known to be no better, or there is none.
void ConcurrencyLimit::try_level(int direction, size_t stride) {
    stride_ = stride;
    for (; failures_ < 2; ++failures_, direction = -direction) {
        direction_ = direction;
        size_t room = direction > 0 ? kLevels.size() - 1 - home_ : home_;
        if (room == 0) continue;
        size_t step = std::min(stride, room);
        level_ = direction > 0 ? home_ + step : home_ - step;
        return;
    }
    level_ = home_;
    direction_ = direction;
    hold_left_ = hold_length_;
    hold_length_ = std::min(hold_length_ * 2, kLongestHold);
    best_ = known_[home_];
}

void ConcurrencyLimit::forget() {
    known_ = {};
    best_ = 0;
    home_ = level_;
    hold_left_ = 0;
    hold_length_ = kFirstHold;
    failures_ = 0;
    direction_ = 1;
    stride_ = 2;
}

}  // namespace braid::runtime
