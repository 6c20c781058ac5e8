#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "interpreter/io/sqlite.h"
#include "interpreter/natives/support.h"

namespace braid::natives {

/// The connections of one database, or the one of a transaction. A task that finds none free waits here, not on a
/// thread: so a transaction that holds one can always go on.
class DatabasePool final : public runtime::WaitObject {
  public:
    DatabasePool(vm::Vm& vm, std::string path);
    /// Of a transaction: the connection that `parent` lent for it.
    DatabasePool(std::shared_ptr<DatabasePool> parent, std::shared_ptr<io::SqlConnection> connection);
    ~DatabasePool();

    const std::string& path() const { return path_; }
    /// No statement runs any more. What a transaction did without a commit is undone, and its connection goes back.
    void close();

    std::string describe() const override { return "a free connection to the database " + path_; }
    void holders(std::vector<uint64_t>& ids) const override;

  private:
    friend struct Query;
    friend NativeAction run_statement(NativeCall& call);
    void give_back(std::shared_ptr<io::SqlConnection> connection);

    vm::Vm& vm_;
    std::string path_;
    std::shared_ptr<DatabasePool> parent_;
    const size_t limit_;
    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<io::SqlConnection>> idle_;
    size_t open_ = 0;  // idle, in use, or being opened
    bool closed_ = false;
    runtime::WaiterList waiters_;
    std::vector<uint64_t> users_;  // tasks that hold one
};

/// A statement on its way: the state of the native that runs it.
struct Query : runtime::WaitState {
    std::shared_ptr<DatabasePool> pool;
    std::string sql;
    io::SqlParameters parameters;
    bool only_opens = false;  // runs nothing: says whether the database can be opened

    std::shared_ptr<io::SqlConnection> connection;
    struct Answer {
        std::shared_ptr<io::SqlConnection> connection;  // valid once `opened`
        std::atomic<bool> opened{false};
        io::SqlResult result;
        std::string problem;
        bool locked = false;  // by another connection: it may be tried again
    };
    std::shared_ptr<Answer> answer = std::make_shared<Answer>();
    bool holds = false;
    scheduler::Instant first_tried = 0;
    uint64_t pause = 0;  // before it is tried again
    ~Query() override;
};

/// Runs what `call.state<Query>()` says: gets a connection, then lets a thread of the pool work. Precondition at step
/// 0: the state is filled in. `Next`: `answer` is there.
NativeAction run_statement(NativeCall& call);

/// What a run has besides: the default database, and statements by name.
class Databases {
  public:
    static Databases& of(const NativeCall& call);
    explicit Databases(vm::Vm& vm);

    std::shared_ptr<DatabasePool> standard();
    /// A program opened a database. Where the project names none, the first is the standard one.
    void opened(const std::shared_ptr<DatabasePool>& pool);
    void prepare(const std::string& name, const std::string& sql);
    std::optional<std::string> prepared(const std::string& name);

    const vm::LayoutId altru_layout, velox_layout;

  private:
    vm::Vm& vm_;
    std::mutex mutex_;
    std::shared_ptr<DatabasePool> standard_;
    std::map<std::string, std::string> statements_;
};

/// What a handle of a database is in the heap.
struct DatabaseHandle {
    std::shared_ptr<DatabasePool> pool;
};

}  // namespace braid::natives
