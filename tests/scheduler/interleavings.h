#pragma once

#include <ucontext.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <vector>

// Runs a few small threads in every order their accesses to shared state can come in (sequentially consistent: what the
// hardware may reorder beyond that is for ThreadSanitizer). The threads are contexts of one thread; each access of an
// Interleaved type is a point where another may go on. Depth-first search over the choices, by running again from the
// start, as in Godefroid, "Model checking for programming languages using VeriSoft" (POPL 1997). A state reached before
// (the same shared values, and threads that have seen the same) is not gone on from again: what follows is known.
namespace braid::scheduler::model {

class Explorer {
  public:
    using Body = std::function<void()>;

    // `make` sets up fresh state and returns the threads and, last, what must hold when all have ended.
    struct Scenario {
        std::vector<Body> threads;
        Body check;
    };
    // Returns how many runs that took. One in which some wait and nobody can go on counts as stuck.
    size_t explore(const std::function<Scenario()>& make);
    size_t stuck() const { return stuck_; }

    static Explorer& current() { return *current_; }
    void point() {
        if (!running_) return;
        learn(0);  // how far it has come is part of the state
        swap_out();
    }
    // Goes on when `ready`, which others make true, holds.
    void wait_until(const std::function<bool()>& ready);
    // One of 0 … options-1, each in some run.
    size_t choose(size_t options);
    // The running thread has learnt this: what it does from now on may depend on it.
    void learn(uint64_t value) {
        if (running_) running_->seen = mixed(running_->seen, value);
    }
    // Of what a pointer points to, in the order in which pointers were stored: addresses differ from run to run.
    uint64_t number_of(const void* pointer) { return numbers_.try_emplace(pointer, numbers_.size() + 1).first->second; }
    uint64_t running_number() const { return running_ ? running_->number : ~uint64_t{0}; }
    static uint64_t mixed(uint64_t hash, uint64_t value) {
        hash = (hash + value + 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9;
        return hash ^ hash >> 29;
    }

  private:
    struct Thread {
        ucontext_t context;
        std::unique_ptr<char[]> stack;
        Body body;
        const std::function<bool()>* waits_for = nullptr;
        bool ended = false;
        uint64_t number = 0;
        uint64_t seen = 0;
    };
    struct Choice {
        size_t taken, options;
    };

    static void start();
    void swap_out();
    void run_once(Scenario scenario);
    bool next_path();
    bool is_new_state();

    static inline Explorer* current_ = nullptr;
    std::vector<std::unique_ptr<Thread>> threads_;
    std::vector<std::unique_ptr<char[]>> stacks_;
    Thread* running_ = nullptr;
    ucontext_t main_;
    std::vector<Choice> path_;
    size_t depth_ = 0, stuck_ = 0;
    std::unordered_set<uint64_t> states_;
    std::unordered_map<const void*, uint64_t> numbers_;

    friend class Shared;
    std::vector<const class Shared*> shared_;
};

// A value that threads share, as part of the state.
class Shared {
  public:
    Shared() { Explorer::current().shared_.push_back(this); }
    virtual uint64_t content() const = 0;

  protected:
    ~Shared() { std::erase(Explorer::current().shared_, this); }
};

// What stands for std::atomic, std::mutex and std::condition_variable.
template <class T>
class Atomic final : public Shared {
  public:
    Atomic(T value = {}) : value_(value) { content(); }
    uint64_t content() const override {
        if constexpr (std::is_pointer_v<T>) return value_ ? Explorer::current().number_of(value_) : 0;
        else return static_cast<uint64_t>(value_);
    }
    T load(std::memory_order = std::memory_order_seq_cst) const {
        Explorer::current().point();
        Explorer::current().learn(content());
        return value_;
    }
    void store(T value, std::memory_order = std::memory_order_seq_cst) {
        Explorer::current().point();
        value_ = value;
        content();
    }
    bool compare_exchange_strong(T& expected, T value, std::memory_order = std::memory_order_seq_cst) {
        Explorer::current().point();
        Explorer::current().learn(content());
        bool same = value_ == expected;
        if (same) value_ = value;
        else expected = value_;
        return same;
    }

  private:
    T value_;
};

class Mutex final : public Shared {
  public:
    // Who has had it, in order: what it guards follows from that.
    uint64_t content() const override { return owners_ + taken_; }
    void lock() {
        Explorer::current().point();
        Explorer::current().wait_until([this] { return !taken_; });
        taken_ = true;
        owners_ = Explorer::mixed(owners_, Explorer::current().running_number());
        Explorer::current().learn(owners_);
    }
    void unlock() { taken_ = false; }

  private:
    bool taken_ = false;
    uint64_t owners_ = 0;
};

class Condition final : public Shared {
  public:
    uint64_t content() const override { return static_cast<uint64_t>(sleepers_ * 1000 + notified_); }
    template <class Lock, class Ready>
    void wait(Lock& lock, Ready ready) {
        while (!ready()) sleep(lock, false);
    }
    template <class Lock, class Time, class Ready>
    bool wait_until(Lock& lock, Time, Ready ready) {
        while (!ready())
            if (sleep(lock, true)) return ready();
        return true;
    }
    void notify_one() {
        Explorer::current().point();
        if (sleepers_ > 0) ++notified_;
    }

  private:
    // True: time ran out, or it was woken for no reason (as conditions may).
    template <class Lock>
    bool sleep(Lock& lock, bool timed) {
        ++sleepers_;
        lock.unlock();
        bool by_itself = timed && Explorer::current().choose(2) == 1;
        if (!by_itself) {
            Explorer::current().wait_until([this] { return notified_ > 0; });
            --notified_;
        }
        --sleepers_;
        lock.lock();
        return by_itself;
    }
    int sleepers_ = 0, notified_ = 0;
};

}  // namespace braid::scheduler::model
