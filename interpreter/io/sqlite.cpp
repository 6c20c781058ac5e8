#include "interpreter/io/sqlite.h"

#include <sqlite3.h>

#include <fmt/format.h>

#include <utility>

#include "analyzer/text/utf8.h"

namespace braid::io {

namespace {

constexpr int kMillisecondsToOpen = 5000;
constexpr size_t kLargestResult = size_t{1} << 30;

struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

int bind(sqlite3_stmt* statement, int index, const SqlValue& value) {
    struct Binder {
        sqlite3_stmt* statement;
        int index;
        int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
        int operator()(int64_t i) const { return sqlite3_bind_int64(statement, index, i); }
        int operator()(double d) const { return sqlite3_bind_double(statement, index, d); }
        int operator()(const std::string& text) const {
            return sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
        }
        int operator()(const SqlBytes& blob) const {
            return sqlite3_bind_blob64(statement, index, blob.bytes.data(), blob.bytes.size(), SQLITE_TRANSIENT);
        }
    };
    return std::visit(Binder{statement, index}, value);
}

/// Null: bound. Else what is wrong.
std::string bind_all(sqlite3_stmt* statement, const SqlParameters& parameters) {
    int count = sqlite3_bind_parameter_count(statement);
    if (!parameters.by_name) {
        if (static_cast<size_t>(count) != parameters.positional.size())
            return fmt::format("it has {} parameter{}, and {} value{} given", count, count == 1 ? "" : "s",
                               parameters.positional.size(), parameters.positional.size() == 1 ? " is" : "s are");
        for (int i = 0; i < count; ++i)
            if (bind(statement, i + 1, parameters.positional[static_cast<size_t>(i)]) != SQLITE_OK)
                return "a value is too large";
        return {};
    }
    size_t used = 0;
    for (int i = 1; i <= count; ++i) {
        const char* name = sqlite3_bind_parameter_name(statement, i);
        if (!name) return "a parameter without a name cannot be bound by name";
        auto found = parameters.named.find(name + 1);  // without its `:`, `@` or `$`
        if (found == parameters.named.end()) return fmt::format("no value is given for {}", name);
        if (bind(statement, i, found->second) != SQLITE_OK) return "a value is too large";
        ++used;
    }
    if (used < parameters.named.size() && !parameters.ignores_rest) {
        for (const auto& [name, value] : parameters.named) {
            bool known = false;
            for (int i = 1; i <= count; ++i) known |= name == sqlite3_bind_parameter_name(statement, i) + 1;
            if (!known) return fmt::format("it has no parameter :{}", name);
        }
    }
    return {};
}

std::string hexadecimal(const unsigned char* bytes, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += fmt::format("{:02x}", bytes[i]);
    return out;
}

SqlValue column(sqlite3_stmt* statement, int i) {
    switch (sqlite3_column_type(statement, i)) {
        case SQLITE_INTEGER: return static_cast<int64_t>(sqlite3_column_int64(statement, i));
        case SQLITE_FLOAT: return sqlite3_column_double(statement, i);
        case SQLITE_NULL: return std::monostate();
        case SQLITE_BLOB: {
            const auto* bytes = static_cast<const unsigned char*>(sqlite3_column_blob(statement, i));
            return hexadecimal(bytes, sqlite3_column_bytes(statement, i));
        }
        default: {
            const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
            if (!text) return std::string();
            return utf8::sanitize({text, static_cast<size_t>(sqlite3_column_bytes(statement, i))});
        }
    }
}
size_t size_of(const SqlValue& value) {
    const auto* text = std::get_if<std::string>(&value);
    return sizeof(SqlValue) + (text ? text->size() : 0);
}

}  // namespace

Outcome<std::shared_ptr<SqlConnection>> SqlConnection::open(const std::string& path) {
    if (path.find('\0') != std::string::npos)
        return tl::unexpected(std::string("cannot open a database: the path has a NUL character in it"));
    sqlite3* handle = nullptr;
    int code = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                               nullptr);
    std::shared_ptr<SqlConnection> made(new SqlConnection(handle, path));
    if (code == SQLITE_OK) sqlite3_busy_timeout(handle, kMillisecondsToOpen);
    // Opening reads nothing: whether the file is a database shows when something is asked of it.
    if (code == SQLITE_OK)
        code = sqlite3_exec(handle, "select 1 from sqlite_schema limit 1", nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return tl::unexpected(fmt::format("cannot open the database {}: {}", path,
                                          handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code)));
    sqlite3_busy_timeout(handle, 0);  // who runs a statement waits without a thread
    return made;
}

SqlConnection::~SqlConnection() { sqlite3_close_v2(handle_); }

void SqlConnection::interrupt() { sqlite3_interrupt(handle_); }

tl::unexpected<std::string> SqlConnection::failed(const std::string& sql, std::string_view reason) const {
    std::string_view shown = std::string_view(sql).substr(0, utf8::floor_boundary(sql, 200));
    return tl::unexpected(fmt::format("{} (in `{}{}`, database {})", reason.empty() ? sqlite3_errmsg(handle_) : reason,
                                      shown, shown.size() < sql.size() ? "…" : "", path_));
}

Outcome<SqlResult> SqlConnection::run(const std::string& sql, const SqlParameters& parameters, bool& locked) {
    std::lock_guard lock(mutex_);
    locked = false;
    SqlResult result;
    std::string_view rest = sql;
    bool has_parameters = parameters.by_name || !parameters.positional.empty(), any = false;
    size_t bytes = 0;
    int64_t before = sqlite3_total_changes64(handle_);
    while (!rest.empty()) {
        sqlite3_stmt* made = nullptr;
        const char* tail = nullptr;
        if (rest.size() > size_t{1} << 30) return failed(sql, "the statement is too long");
        if (sqlite3_prepare_v2(handle_, rest.data(), static_cast<int>(rest.size()), &made, &tail) != SQLITE_OK) {
            locked = !any && sqlite3_errcode(handle_) == SQLITE_BUSY;
            return failed(sql);
        }
        Statement statement(made);
        rest.remove_prefix(static_cast<size_t>(tail - rest.data()));
        if (!statement) continue;  // white space and comments
        if (any && has_parameters) return failed(sql, "several statements cannot share parameters");
        bool is_first = !std::exchange(any, true);
        if (std::string problem = bind_all(statement.get(), parameters); !problem.empty()) return failed(sql, problem);
        result.columns.clear();
        result.rows.clear();
        int count = sqlite3_column_count(statement.get());
        for (int i = 0; i < count; ++i) result.columns.emplace_back(sqlite3_column_name(statement.get(), i));
        int step;
        while ((step = sqlite3_step(statement.get())) == SQLITE_ROW) {
            auto& row = result.rows.emplace_back();
            for (int i = 0; i < count; ++i) bytes += size_of(row.emplace_back(column(statement.get(), i)));
            if (bytes > kLargestResult) return failed(sql, "the result is larger than 1 GiB");
        }
        if (step != SQLITE_DONE) {
            locked = is_first && result.rows.empty() && step == SQLITE_BUSY;
            return failed(sql);
        }
    }
    if (!any) return failed(sql, "there is no statement");
    result.changes = sqlite3_total_changes64(handle_) - before;
    return result;
}

void SqlConnection::roll_back() {
    std::lock_guard lock(mutex_);
    if (!sqlite3_get_autocommit(handle_)) sqlite3_exec(handle_, "rollback", nullptr, nullptr, nullptr);
}

}  // namespace braid::io
