#include "analyzer/database/database.h"

#include "analyzer/database/engine.h"
#include "analyzer/database/task.h"

namespace braid {

std::shared_ptr<const void> QueryContext::fetch(const detail::QueryType& type, const void* key) {
    return task_.fetch(type, key);
}

void QueryContext::check_cancelled() const { task_.check_cancelled(); }

Snapshot::Snapshot(std::shared_ptr<detail::Engine> engine) : engine_(std::move(engine)) { engine_->acquire_lease(); }

Snapshot::Snapshot(const Snapshot& other) : engine_(other.engine_) {
    if (engine_) engine_->share_lease();
}

Snapshot::Snapshot(Snapshot&& other) noexcept = default;

Snapshot& Snapshot::operator=(Snapshot other) noexcept {
    std::swap(engine_, other.engine_);
    return *this;
}

Snapshot::~Snapshot() {
    if (engine_) engine_->release_lease();
}

void Snapshot::drop_transient_values() const { engine_->transient_values().drop_all(); }
uint64_t Snapshot::revision() const { return engine_->revision(); }
bool Snapshot::stale() const { return engine_->cancel_requested(); }

std::optional<Cancelled> Snapshot::run_erased(const std::function<void(QueryContext&)>& body,
                                              const CancellationToken& token) const {
    detail::Task task(*engine_, token);
    try {
        task.check_cancelled();
        body(task.context());
        return std::nullopt;
    } catch (const detail::Unwind& unwind) {
        return Cancelled{unwind.reason};
    }
}

struct InputWriter::Changes {
    std::vector<detail::Engine::Change> list;
};

InputWriter::InputWriter() : changes_(std::make_unique<Changes>()) {}
InputWriter::~InputWriter() = default;

void InputWriter::set_erased(const detail::QueryType& type, const void* key, std::shared_ptr<const void> value,
                             Durability durability) {
    changes_->list.push_back({&type, type.copy_key(key), std::move(value), durability});
}

Database::Database() : engine_(std::make_shared<detail::Engine>()) {}
Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;

bool Database::commit(InputWriter& writer) { return engine_->commit(writer.changes_->list); }
Snapshot Database::snapshot() const { return Snapshot(engine_); }
uint64_t Database::revision() const { return engine_->revision(); }

std::map<std::string, QueryStatistics> Database::all_statistics() const { return engine_->all_statistics(); }
QueryStatistics Database::statistics_of(const detail::QueryType& type) const { return engine_->statistics_of(type); }
void Database::reset_statistics() { engine_->reset_statistics(); }
size_t Database::count_of(const detail::QueryType& type) const { return engine_->count(&type); }
size_t Database::memo_count() const { return engine_->count(nullptr); }

size_t Database::collect_garbage(uint64_t revisions) { return engine_->collect_garbage(revisions); }
void Database::set_event_hook(std::function<void(const QueryEvent&)> hook) { engine_->set_event_hook(std::move(hook)); }

}  // namespace braid
