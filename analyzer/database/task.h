#pragma once
#include <deque>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analyzer/database/engine.h"

namespace braid::detail {

/// One run on one snapshot: the stack of nodes being brought up to date. Used by one thread at a time.
class Task {
  public:
    /// Exclusive: for the writer itself, which nobody cancels.
    enum class Access : uint8_t { Shared, Exclusive };
    Task(Engine& engine, const CancellationToken& token, Access access = Access::Shared);
    ~Task();
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;

    std::shared_ptr<const void> fetch(const QueryType& type, const void* key);
    /// Computes a node whose query reads inputs only, whether its memo holds or not.
    void compute_again(Node& node);
    bool cancelled() const { return engine_.cancel_requested() || token_.cancelled(); }
    void check_cancelled() const;

    QueryContext& context() { return context_; }

    Node* waiting_for = nullptr;  ///< guarded by Engine::wait_mutex_

  private:
    /// A node being verified (its old memo's dependencies, in order) or, once one of them changed, computed.
    struct Frame {
        Node* node = nullptr;
        bool owned = false;  ///< false: another task has it, and waiting for that one would be a deadlock
        bool computing = false;
        bool wants_value = false;  ///< a memo whose value was dropped is not enough
        bool restores = false;     ///< such a memo holds: what is computed is what it was
        std::shared_ptr<Memo> old;
        Revision old_verified_at = 0;
        size_t next = 0;  ///< of old->dependencies, while verifying

        // What the computation read so far.
        std::vector<Node*> read;
        std::unordered_set<Node*> read_set;  ///< once there are many
        std::vector<Node*> tells;            ///< those of `read` that have to know of this node
        Durability durability = Durability::High;
    };
    struct CycleUnwind {
        size_t head;  ///< index of the lowest frame that is finished by it
    };
    enum class Next { Descend, Compute, Done };

    /// A node whose memo holds in this revision: neither changes while the task lives.
    struct Answer {
        Node* node = nullptr;
        std::shared_ptr<Memo> memo;
        uint64_t reused = 0;  ///< counted here first: one counter for all threads would be waited for
        void count();
    };
    static constexpr size_t kAnswerBits = 8;
    static constexpr size_t kAnswers = size_t(1) << kAnswerBits;

    QueryTable& table(const QueryType& type);
    std::shared_ptr<Memo> up_to_date(Node& node);
    std::shared_ptr<Memo> refresh(Node& node);
    std::shared_ptr<Memo> begin(Node& node, bool wants_value);
    Next advance(Frame& frame, Node*& dependency);
    void compute(Frame& frame);
    std::shared_ptr<const void> call_on_enough_stack(const Node& node, const void* old);
    std::shared_ptr<Memo> store(Frame& frame, std::shared_ptr<Memo> memo);
    size_t resolve_cycle(size_t head);
    void pop();
    void unwind_to(size_t depth);

    static void record(Frame& frame, Node& dependency, Durability durability);
    static std::vector<Node*> read_so_far(const Frame& frame);

    Engine& engine_;
    CancellationToken token_;
    Access access_;
    QueryContext context_;
    std::deque<Frame> frames_;  // references stay valid while deeper frames come and go
    std::unordered_map<const Node*, size_t> active_;
    std::unordered_map<const QueryType*, QueryTable*> tables_;  // spares the lock of Engine::table
    std::vector<Answer> answers_;  // those asked for lately, by hash: spares the locks of table and node

    const char* stack_base_;
    size_t stack_segments_ = 1;
    const TransientValues::Run run_;
};

}  // namespace braid::detail
