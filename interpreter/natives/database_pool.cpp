#include "interpreter/natives/database_pool.h"

#include <algorithm>

namespace braid::natives {

namespace {

/// Every connection to a database in memory is a database of its own.
size_t connections_of(const std::string& path) { return path.empty() || path == ":memory:" ? 1 : 4; }

}  // namespace

DatabasePool::DatabasePool(vm::Vm& vm, std::string path)
    : vm_(vm), path_(std::move(path)), limit_(connections_of(path_)) {}

DatabasePool::DatabasePool(std::shared_ptr<DatabasePool> parent, std::shared_ptr<io::SqlConnection> connection)
    : vm_(parent->vm_), path_(parent->path_), parent_(std::move(parent)), limit_(1), open_(1) {
    idle_.push_back(std::move(connection));
}

DatabasePool::~DatabasePool() {
    // Nobody waits: who does holds the pool. The machine may be gone by now.
    if (!parent_ || closed_) return;
    std::lock_guard lock(parent_->mutex_);
    --parent_->open_;
}

void DatabasePool::close() {
    std::unique_lock lock(mutex_);
    if (std::exchange(closed_, true)) return;
    auto idle = std::exchange(idle_, {});
    runtime::grant_all(vm_, waiters_);  // each finds it closed
    lock.unlock();
    if (!parent_) return;
    for (auto& connection : idle) {
        connection->roll_back();
        parent_->give_back(std::move(connection));
    }
}

void DatabasePool::holders(std::vector<uint64_t>& ids) const {
    std::lock_guard lock(mutex_);
    ids.insert(ids.end(), users_.begin(), users_.end());
}

void DatabasePool::give_back(std::shared_ptr<io::SqlConnection> connection) {
    std::unique_lock lock(mutex_);
    if (closed_) {
        lock.unlock();
        if (!parent_) return;
        connection->roll_back();
        return parent_->give_back(std::move(connection));
    }
    // On no worker: the run is over, and so is the waiting.
    while (scheduler::Worker::current()) {
        runtime::Waiter* waiter = waiters_.pop_front();
        if (!waiter) break;
        vm::WakeToken handle = waiter->handle;
        if (!vm_.claim(handle)) continue;
        auto& query = static_cast<Query&>(runtime::wait_state_of(*waiter));
        query.connection = std::move(connection);
        query.holds = query.granted = true;
        vm_.resume(handle);
        return;
    }
    idle_.push_back(std::move(connection));
}

Query::~Query() {
    if (!pool) return;
    std::unique_lock lock(pool->mutex_);
    pool->waiters_.remove(waiter);
    if (!holds) return;
    if (!connection && answer->opened.load(std::memory_order_acquire)) connection = answer->connection;
    if (!connection) --pool->open_;  // it could not be opened, or is not open yet
    lock.unlock();
    if (connection) pool->give_back(std::move(connection));
}

namespace {
constexpr uint64_t kLongestWait = 5'000'000'000, kFirstPause = 500'000, kLongestPause = 20'000'000;

/// Another connection has a lock, perhaps that of a task that waits to go on: no thread waits for it.
NativeAction try_again_later(NativeCall& call, Query& query) {
    scheduler::Scheduler& scheduler = call.scheduler();
    scheduler::Instant now = scheduler.now();
    if (query.first_tried == 0) query.first_tried = now;
    if (now - query.first_tried >= kLongestWait) return NativeAction::Next;
    query.pause = query.pause == 0 ? kFirstPause : std::min(query.pause * 2, kLongestPause);
    query.reason = {"get a lock of the database", nullptr, true};
    vm::WakeHandle handle = call.park(&query.reason);
    query.timer = scheduler.wake_at(now + query.pause, *handle.task, handle.token);
    return call.parked(3);
}
}  // namespace

NativeAction run_statement(NativeCall& call) {
    auto& query = call.state<Query>();
    DatabasePool& pool = *query.pool;
    if (call.step() == 2) {
        std::unique_lock lock(pool.mutex_);
        auto user = std::find(pool.users_.begin(), pool.users_.end(), call.task().id());
        if (user != pool.users_.end()) pool.users_.erase(user);
        lock.unlock();
        if (!call.was_cancelled()) return query.answer->locked ? try_again_later(call, query) : NativeAction::Next;
        if (query.connection) query.connection->interrupt();
        return call.cancelled();
    }
    if (call.step() == 3) {
        call.scheduler().cancel_timer(std::exchange(query.timer, 0));
        if (call.was_cancelled()) return call.cancelled();
        query.connection = query.answer->connection;
        query.answer = std::make_shared<Query::Answer>();
    }
    std::unique_lock lock(pool.mutex_);
    pool.waiters_.remove(query.waiter);
    if (call.step() == 1 && call.was_cancelled()) return call.cancelled();
    if (!query.holds) {
        if (pool.closed_) {
            query.answer->problem =
                pool.parent_ ? "the transaction has ended" : "the database " + pool.path_ + " is closed";
            return NativeAction::Next;
        }
        if (!pool.idle_.empty()) {
            query.connection = std::move(pool.idle_.back());
            pool.idle_.pop_back();
        } else if (pool.open_ < pool.limit_) {
            ++pool.open_;
        } else {
            return runtime::wait_in(call, pool.waiters_, "get", &pool, 1);
        }
        query.holds = true;
    }
    query.reason = {"run a statement of SQL", nullptr};
    vm::WakeHandle handle = call.park(&query.reason);
    pool.users_.push_back(handle.task->id());
    lock.unlock();
    auto work = [answer = query.answer, connection = query.connection, path = pool.path_, sql = query.sql,
                 parameters = query.parameters, only_opens = query.only_opens]() mutable {
        if (!connection) {
            auto opened = io::SqlConnection::open(path);
            if (!opened) {
                answer->problem = std::move(opened.error());
                return;
            }
            connection = *opened;
        }
        answer->connection = connection;
        answer->opened.store(true, std::memory_order_release);
        auto result = only_opens ? io::Outcome<io::SqlResult>() : connection->run(sql, parameters, answer->locked);
        if (result) answer->result = std::move(*result);
        else answer->problem = std::move(result.error());
    };
    call.scheduler().run_blocking(*handle.task, handle.token, std::move(work));
    return call.parked(2);
}

Databases::Databases(vm::Vm& vm)
    : altru_layout(vm.register_native_layout<DatabaseHandle>("database::Connection")),
      velox_layout(vm.register_native_layout<DatabaseHandle>("system::Database")),
      vm_(vm),
      statements_(runtime::Run::of(vm).project().statements) {}

Databases& Databases::of(const NativeCall& call) { return runtime::Run::of(call).part<Databases>(); }

std::shared_ptr<DatabasePool> Databases::standard() {
    std::lock_guard lock(mutex_);
    if (!standard_) {
        const std::string& file = runtime::Run::of(vm_).project().database;
        standard_ = std::make_shared<DatabasePool>(vm_, file.empty() ? ":memory:" : file);
    }
    return standard_;
}
void Databases::opened(const std::shared_ptr<DatabasePool>& pool) {
    std::lock_guard lock(mutex_);
    if (!standard_ && runtime::Run::of(vm_).project().database.empty()) standard_ = pool;
}
void Databases::prepare(const std::string& name, const std::string& sql) {
    std::lock_guard lock(mutex_);
    statements_[name] = sql;
}
std::optional<std::string> Databases::prepared(const std::string& name) {
    std::lock_guard lock(mutex_);
    auto found = statements_.find(name);
    if (found == statements_.end()) return std::nullopt;
    return found->second;
}

}  // namespace braid::natives
