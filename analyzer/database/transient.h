#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

namespace braid::detail {

struct Node;

/// The values of transient queries: those that were made or asked for last are kept, the others dropped, though not
/// before every run that may have seen them has ended.
class TransientValues {
  public:
    /// As long as it lives, what is dropped is not freed.
    class Run {
      public:
        explicit Run(TransientValues& values);
        ~Run();
        Run(const Run&) = delete;
        Run& operator=(const Run&) = delete;

      private:
        TransientValues& values_;
        uint64_t begun_;
    };

    /// The node has a value anew. May drop that of another.
    void keep(Node& node);
    /// Nobody is expected to ask for any of them soon. From within a lease.
    void drop_all();
    /// Nodes that are not marked are going to be freed. Exclusive access only.
    void forget_unmarked();

  private:
    using Dropped = std::pair<uint64_t, std::shared_ptr<const void>>;
    void drop(Node& node);

    std::mutex mutex_;  // guards all below
    std::deque<Node*> nodes_;
    uint64_t drops_ = 0;
    std::deque<Dropped> dropped_;
    std::multiset<uint64_t> running_;  // how many drops there had been when each began
};

}  // namespace braid::detail
