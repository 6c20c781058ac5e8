#include "analyzer/database/task.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <system_error>
#include <thread>

namespace braid::detail {

namespace {

/// Native stack a run may use before its next query is computed on a fresh stack. Leaves the larger part of the usual
/// 8 MiB to the computations themselves.
constexpr ptrdiff_t segment_size = 512 * 1024;
constexpr size_t most_segments = 512;
constexpr size_t linear_search_limit = 24;
constexpr size_t poll_every = 256;

const char* stack_position() { return static_cast<const char*>(__builtin_frame_address(0)); }

bool is_input(const Node& node) { return node.table->type.is_input; }

}  // namespace

Task::Task(Engine& engine, const CancellationToken& token, Access access)
    : engine_(engine),
      token_(token),
      access_(access),
      context_(*this),
      answers_(kAnswers),
      stack_base_(stack_position()),
      run_(engine.transient_values()) {}

Task::~Task() {
    unwind_to(0);
    for (Answer& answer : answers_) answer.count();
    engine_.retire(*this);
}

void Task::check_cancelled() const {
    if (access_ == Access::Exclusive) return;
    if (engine_.cancel_requested()) throw Unwind{Cancelled::Reason::Write};
    if (token_.cancelled()) throw Unwind{Cancelled::Reason::Request};
}

QueryTable& Task::table(const QueryType& type) {
    QueryTable*& cached = tables_[&type];
    if (!cached) cached = &engine_.table(type);
    return *cached;
}

std::shared_ptr<const void> Task::fetch(const QueryType& type, const void* key) {
    check_cancelled();
    const size_t hash = combine_hashes(type.hash_key(key), reinterpret_cast<size_t>(&type));
    Answer& known = answers_[(hash * 0x9e3779b97f4a7c15ull) >> (64 - kAnswerBits)];
    if (known.node && &known.node->table->type == &type && type.equal_keys(known.node->key.get(), key)) {
        if (!type.is_input) ++known.reused;
        if (!frames_.empty()) record(frames_.back(), *known.node, durability_of(known.memo.get()));
        return known.memo ? known.memo->value : nullptr;
    }
    Node& node = engine_.node(table(type), key);
    std::shared_ptr<Memo> memo = node.current_memo();
    if (!type.is_input) {
        if (memo && memo->verified_at.load(std::memory_order_acquire) == engine_.revision()) {
            node.table->counters.reused.fetch_add(1, std::memory_order_relaxed);
        } else {
            memo = up_to_date(node);
        }
        if (memo && memo->value && node.table->is_transient) node.asked_again.store(true, std::memory_order_relaxed);
        while (!memo || !memo->value) memo = refresh(node);  // another task may drop it at once
    }
    if (!frames_.empty()) record(frames_.back(), node, durability_of(memo.get()));
    std::shared_ptr<const void> value = memo ? memo->value : nullptr;
    known.count();
    known = {&node, std::move(memo), 0};
    return value;
}

void Task::Answer::count() {
    if (reused > 0) node->table->counters.reused.fetch_add(reused, std::memory_order_relaxed);
    reused = 0;
}

void Task::record(Frame& frame, Node& dependency, Durability durability) {
    frame.durability = std::min(frame.durability, durability);
    if (frame.node->table->type.is_announced) return;  // it is told when it has to look again
    if (frame.read.size() < linear_search_limit) {
        if (std::find(frame.read.begin(), frame.read.end(), &dependency) != frame.read.end()) return;
    } else {
        if (frame.read_set.empty()) frame.read_set.insert(frame.read.begin(), frame.read.end());
        if (!frame.read_set.insert(&dependency).second) return;
    }
    frame.read.push_back(&dependency);
    if (frame.node->must_be_told_by(durability)) frame.tells.push_back(&dependency);
}

/// The memo of a query, if it holds without looking at its dependencies: no write reached it since it was verified.
std::shared_ptr<Memo> Task::up_to_date(Node& node) {
    std::shared_ptr<Memo> memo = node.current_memo();
    if (!memo) return nullptr;
    const Revision verified_at = memo->verified_at.load(std::memory_order_acquire);
    if (verified_at == engine_.revision()) return memo;
    if (verified_at < node.suspect_since) return nullptr;
    if (verified_at < engine_.last_changed(std::max(memo->durability, Durability::Medium))) return nullptr;
    memo->verified_at.store(engine_.revision(), std::memory_order_release);
    node.table->counters.verified.fetch_add(1, std::memory_order_relaxed);
    return memo;
}

/// Brings `node` up to date. Old dependencies are walked with the frames as stack, so that a long chain needs no native
/// stack; only functions of queries nest natively.
std::shared_ptr<Memo> Task::refresh(Node& node) {
    const size_t base = frames_.size();
    try {
        if (auto done = begin(node, true)) return done;
        while (frames_.size() > base) {
            Frame& frame = frames_.back();
            Node* dependency = nullptr;
            try {
                switch (advance(frame, dependency)) {
                    case Next::Descend: begin(*dependency, false); break;
                    case Next::Compute:
                        compute(frame);
                        pop();
                        break;
                    case Next::Done: pop(); break;
                }
            } catch (const CycleUnwind& cycle) {
                if (cycle.head < base) throw;
                unwind_to(cycle.head);  // that node has its value by now
            }
        }
        return node.current_memo();
    } catch (...) {
        unwind_to(base);
        throw;
    }
}

/// Claims `node` and pushes its frame; or gives its memo if that turns out to be up to date.
std::shared_ptr<Memo> Task::begin(Node& node, bool wants_value) {
    check_cancelled();
    auto is_enough = [wants_value](const std::shared_ptr<Memo>& memo) { return memo && (memo->value || !wants_value); };
    if (auto active = active_.find(&node); active != active_.end()) {
        throw CycleUnwind{resolve_cycle(active->second)};
    }
    bool owned = false;
    for (;;) {
        Task* nobody = nullptr;
        owned = node.owner.compare_exchange_strong(nobody, this);
        if (owned) break;
        // If waiting would be a deadlock the two tasks are in one cycle of queries: this one goes through it by itself
        // and finds it on its own stack. The first to store a memo decides.
        if (!engine_.wait_for_owner(node, *this)) break;
        check_cancelled();
        if (auto memo = up_to_date(node); is_enough(memo)) return memo;
    }
    if (auto memo = up_to_date(node); is_enough(memo)) {
        if (owned) engine_.release(node);
        return memo;
    }
    Frame& frame = frames_.emplace_back();
    frame.node = &node;
    frame.owned = owned;
    frame.wants_value = wants_value;
    frame.old = node.current_memo();
    if (frame.old) frame.old_verified_at = frame.old->verified_at.load(std::memory_order_acquire);
    active_.emplace(&node, frames_.size() - 1);
    return nullptr;
}

/// Looks at the old dependencies from where it stopped. Their order matters: a later one may only make sense as long as
/// the earlier ones are unchanged.
Task::Next Task::advance(Frame& frame, Node*& dependency) {
    if (!frame.old || frame.old_verified_at < frame.node->announced_since) return Next::Compute;
    const bool is_dropped = frame.wants_value && !frame.old->value;
    if (is_dropped && frame.old_verified_at == engine_.revision()) {
        frame.restores = true;
        return Next::Compute;
    }
    const auto& dependencies = frame.old->dependencies;
    for (; frame.next < dependencies.size(); ++frame.next) {
        if (frame.next % poll_every == poll_every - 1) check_cancelled();
        Node& candidate = *dependencies[frame.next];
        const std::shared_ptr<Memo> memo = is_input(candidate) ? candidate.current_memo() : up_to_date(candidate);
        if (!memo && !is_input(candidate)) {
            dependency = &candidate;
            return Next::Descend;
        }
        if (memo && memo->changed_at > frame.old_verified_at) return Next::Compute;
        // The next member of the cycle could be finished: this node is in a cycle with it no longer.
        if (frame.old->cyclic && frame.next + 1 == dependencies.size()) return Next::Compute;
    }
    frame.old->verified_at.store(engine_.revision(), std::memory_order_release);
    frame.node->table->counters.verified.fetch_add(1, std::memory_order_relaxed);
    engine_.notify(QueryEvent::Kind::Verified, *frame.node);
    frame.restores = is_dropped;
    return is_dropped ? Next::Compute : Next::Done;
}

void Task::compute_again(Node& node) {
    Frame& frame = frames_.emplace_back();
    frame.node = &node;
    frame.old = node.current_memo();
    active_.emplace(&node, 0);
    compute(frame);
    pop();
}

void Task::compute(Frame& frame) {
    frame.computing = true;
    engine_.notify(QueryEvent::Kind::Computing, *frame.node);
    frame.node->table->counters.computed.fetch_add(1, std::memory_order_relaxed);
    auto memo = std::make_shared<Memo>();
    memo->value = call_on_enough_stack(*frame.node, frame.old ? frame.old->value.get() : nullptr);
    memo->dependencies = std::move(frame.read);
    memo->durability = frame.durability;
    memo = store(frame, std::move(memo));
    const bool unchanged = frame.old && memo->changed_at == frame.old->changed_at;
    engine_.notify(unchanged ? QueryEvent::Kind::Unchanged : QueryEvent::Kind::Computed, *frame.node);
}

std::shared_ptr<const void> Task::call_on_enough_stack(const Node& node, const void* old) {
    const QueryType& type = node.table->type;
    if (std::abs(stack_base_ - stack_position()) < segment_size) return type.compute(context_, node.key.get(), old);
    if (stack_segments_ == most_segments) throw Unwind{Cancelled::Reason::TooDeep};

    const char* const outer_base = stack_base_;
    std::shared_ptr<const void> value;
    std::exception_ptr failure;
    auto body = [&] {
        stack_base_ = stack_position();
        try {
            value = type.compute(context_, node.key.get(), old);
        } catch (...) {
            failure = std::current_exception();
        }
    };
    ++stack_segments_;
    try {
        std::thread(body).join();
    } catch (const std::system_error&) {  // no more threads to be had
        failure = std::make_exception_ptr(Unwind{Cancelled::Reason::TooDeep});
    }
    --stack_segments_;
    stack_base_ = outer_base;
    if (failure) std::rethrow_exception(failure);
    return value;
}

/// Publishes a result, unless another task was first. A value equal to the old one keeps its date, so that dependents
/// stay valid — but not if it became less durable: they would overlook later changes.
std::shared_ptr<Memo> Task::store(Frame& frame, std::shared_ptr<Memo> memo) {
    memo->dependencies.shrink_to_fit();
    memo->changed_at = engine_.revision();
    memo->verified_at.store(engine_.revision(), std::memory_order_relaxed);
    const QueryType& type = frame.node->table->type;
    if (frame.restores) {
        memo->changed_at = frame.old->changed_at;
    } else if (frame.old && frame.old->value && memo->durability >= frame.old->durability &&
               type.equal(frame.old->value.get(), memo->value.get())) {
        memo->changed_at = frame.old->changed_at;
        memo->value = frame.old->value;
    }
    for (Node* dependency : frame.tells) dependency->add_dependent(*frame.node);
    std::shared_ptr<Memo> stored;
    {
        std::lock_guard lock(frame.node->mutex());
        const std::shared_ptr<Memo>& present = frame.node->memo;
        if (!present || !present->value || present->verified_at.load(std::memory_order_acquire) != engine_.revision()) {
            if (present && !frame.restores) engine_.count_replacement();
            frame.node->memo = std::move(memo);
        }
        stored = frame.node->memo;
    }
    if (frame.node->table->is_transient) engine_.transient_values().keep(*frame.node);
    return stored;
}

std::vector<Node*> Task::read_so_far(const Frame& frame) {
    if (frame.computing) return frame.read;
    if (!frame.old) return {};
    const auto& dependencies = frame.old->dependencies;
    return {dependencies.begin(), dependencies.begin() + static_cast<ptrdiff_t>(frame.next)};
}

/// Gives every member of the cycle — the frames from `head` to the top — its fallback value. Which queries are members
/// does not depend on the one that was asked for first: each runs deterministically until its first dependency that
/// cannot be finished, and the members are exactly those on a circle of such steps; all others see finished values.
/// A member depends on what it read and on the next member, so verifying one goes the same way round.
///
/// Another task may have gone through the same cycle and given a frame of this one its value; whatever this task did
/// since, with the fallback values it saw, is then void. So the frame to unwind to may be lower than `head`; and the
/// values of a cycle appear together, under one mutex.
size_t Task::resolve_cycle(size_t head) {
    std::lock_guard lock(engine_.cycle_mutex());
    for (size_t i = 0; i < frames_.size(); ++i) {
        const std::shared_ptr<Memo> memo = frames_[i].node->current_memo();
        if (memo && memo->verified_at.load(std::memory_order_acquire) == engine_.revision()) return i;
    }
    Durability durability = Durability::High;
    std::vector<std::vector<Node*>> read;
    for (size_t i = head; i < frames_.size(); ++i) {
        read.push_back(read_so_far(frames_[i]));
        for (Node* node : read.back()) {
            const Durability of_read = durability_of(node->current_memo().get());
            durability = std::min(durability, of_read);
            if (frames_[i].node->must_be_told_by(of_read)) frames_[i].tells.push_back(node);
        }
    }
    for (size_t i = head; i < frames_.size(); ++i) {
        Frame& frame = frames_[i];
        const QueryType& type = frame.node->table->type;
        auto memo = std::make_shared<Memo>();
        memo->value = type.fallback(frame.node->key.get());
        memo->dependencies = std::move(read[i - head]);
        memo->dependencies.push_back(frames_[i + 1 < frames_.size() ? i + 1 : head].node);
        frame.tells.push_back(memo->dependencies.back());
        memo->durability = durability;
        memo->cyclic = true;
        store(frame, std::move(memo));
        frame.node->table->counters.cycles.fetch_add(1, std::memory_order_relaxed);
        engine_.notify(type.declares_fallback ? QueryEvent::Kind::Cycle : QueryEvent::Kind::UndeclaredCycle,
                       *frame.node);
    }
    return head;
}

void Task::pop() {
    Frame& frame = frames_.back();
    active_.erase(frame.node);
    if (frame.owned) engine_.release(*frame.node);
    frames_.pop_back();
}

void Task::unwind_to(size_t depth) {
    while (frames_.size() > depth) pop();
}

}  // namespace braid::detail
