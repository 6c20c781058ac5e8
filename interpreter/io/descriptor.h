#pragma once

#include <unistd.h>

#include <utility>

namespace braid::io {

/// A file descriptor, closed at the end. Negative: there is none.
class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return number_; }
    /// What closing says: a full disk is sometimes seen only then.
    int close() { return ::close(std::exchange(number_, -1)); }

  private:
    int number_;
};

}  // namespace braid::io
