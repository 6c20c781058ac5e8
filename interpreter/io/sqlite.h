#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "interpreter/io/files.h"

struct sqlite3;

/// One connection to an SQLite database. Values are bound, never part of the SQL.
namespace braid::io {

/// `bytes` are text in UTF-8, or a blob.
struct SqlBytes {
    std::string bytes;
};
using SqlValue = std::variant<std::monostate, int64_t, double, std::string, SqlBytes>;

struct SqlParameters {
    std::vector<SqlValue> positional;
    std::map<std::string, SqlValue> named;
    bool by_name = false;
    /// By name: values that no parameter asks for are no error (they come from a request).
    bool ignores_rest = false;
};

struct SqlResult {
    std::vector<std::string> columns;
    std::vector<std::vector<SqlValue>> rows;
    int64_t changes = 0;
};

class SqlConnection {
  public:
    /// A file, which is made if need be, or `:memory:`.
    static Outcome<std::shared_ptr<SqlConnection>> open(const std::string& path);
    ~SqlConnection();
    SqlConnection(const SqlConnection&) = delete;
    SqlConnection& operator=(const SqlConnection&) = delete;

    /// One statement; several, separated by `;`, if there are no parameters: the result is that of the last. `locked`:
    /// another connection has a lock, nothing was done, and it may be tried again.
    Outcome<SqlResult> run(const std::string& sql, const SqlParameters& parameters, bool& locked);
    /// Ends what runs on another thread soon. From any thread.
    void interrupt();
    /// Undoes what the transaction under way did, if there is one.
    void roll_back();

  private:
    SqlConnection(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
    tl::unexpected<std::string> failed(const std::string& sql, std::string_view reason = {}) const;

    std::mutex mutex_;  // a cancelled task's statement may still run when the connection is taken again
    sqlite3* handle_;
    std::string path_;
};

}  // namespace braid::io
