#include "lsp/publisher.h"

#include "analyzer/checks/checks.h"
#include "analyzer/ide/file_diagnostics.h"
#include "analyzer/project/project.h"
#include "analyzer/semantics/bodies.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace braid::lsp {
namespace {

Json all_of(QueryContext& context, Converter& converter, const std::vector<Diagnostic>& diagnostics) {
    Json out = Json::array();
    for (const Diagnostic& diagnostic : diagnostics) {
        context.check_cancelled();
        out.push_back(converter.diagnostic(diagnostic));
    }
    return out;
}

/// What reading and checking a large file took and no longer needs goes back to the system.
void give_back_memory() {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

}  // namespace

void Publisher::refresh(Documents documents, const ClientFeatures& features, FileId first, std::stop_token superseded) {
    Run run{++generation_, host_.snapshot().revision(), std::move(documents), features, std::move(superseded)};
    on_pool([this, run = std::move(run), first] { work(run, first); });
}

void Publisher::on_pool(std::function<void()> job) {
    {
        std::lock_guard lock(mutex_);
        if (stopped_) return;
        ++running_;
    }
    executor_([this, job = std::move(job)] {
        job();
        std::lock_guard lock(mutex_);
        --running_;
        idle_.notify_all();
    });
}

void Publisher::clear(const std::string& uri) {
    std::lock_guard lock(sending_);
    if (shown_.erase(uri))
        server_.notify("textDocument/publishDiagnostics", {{"uri", uri}, {"diagnostics", Json::array()}});
}

void Publisher::stop() {
    end_.request_stop();
    ++generation_;
    std::unique_lock lock(mutex_);
    stopped_ = true;
    idle_.wait(lock, [&] { return running_ == 0; });
}

void Publisher::work(const Run& run, FileId first) {
    const size_t shown = shown_count();
    for (const Document& document : run.documents->documents)
        if (document.file == first && !publish_document(run, document)) return;
    for (const Document& document : run.documents->documents)
        if (document.file != first && !publish_document(run, document)) return;
    publish_manifests(run);
    if (shown_count() == shown) return;
    host_.snapshot().drop_transient_values();
    give_back_memory();
}

std::optional<Json> Publisher::ask(const Run& run, const std::function<Json(QueryContext&)>& question) const {
    if (generation_ != run.generation || run.superseded.stop_requested()) return std::nullopt;
    auto token = CancellationToken::create();
    std::stop_callback forward(end_.get_token(), [&] { token.cancel(); });
    std::stop_callback forward_edit(run.superseded, [&] { token.cancel(); });
    Snapshot snapshot = host_.snapshot();
    if (snapshot.revision() != run.revision) return std::nullopt;
    auto answer = snapshot.run(question, token);
    if (answer) return std::move(*answer);
    if (answer.error().reason == Cancelled::Reason::TooDeep) return Json();
    return std::nullopt;
}

struct Publisher::Pieces {
    std::vector<std::function<void(QueryContext&)>> all;
    std::atomic<size_t> next{0};
};

/// A document of so many is large: the checks of a smaller one are done before anybody misses them.
constexpr size_t kManyPieces = 50;
/// A keystroke leaves next to nothing to do; what is still at it after this is shared with another thread.
constexpr std::chrono::milliseconds kAlone{5};

bool Publisher::work_off(const Run& run, const std::shared_ptr<Pieces>& pieces, const std::function<bool()>& between) {
    auto next = [this, run, pieces] {
        const size_t at = pieces->next++;
        if (at >= pieces->all.size()) return tl::expected<bool, Cancelled>(false);
        const bool is_current = ask(run, [&](QueryContext& context) {
                                    pieces->all[at](context);
                                    return Json();
                                }).has_value();
        return is_current ? tl::expected<bool, Cancelled>(true) : tl::make_unexpected(Cancelled{});
    };
    const auto begin = std::chrono::steady_clock::now();
    bool is_shared = false;
    for (;;) {
        const auto went_on = next();
        if (!went_on || !between()) return false;
        if (!*went_on) return true;
        if (is_shared || std::chrono::steady_clock::now() - begin < kAlone) continue;
        is_shared = true;
        on_pool([next] {
            while (next().value_or(false)) {
            }
        });
    }
}

bool Publisher::publish_document(const Run& run, const Document& document) {
    if (document.file == FileId::None || document.is_standard) return true;
    const auto begin = std::chrono::steady_clock::now();
    const PartSize size = shows(document) ? PartSize::Large : PartSize::Small;
    auto pieces_by = [&](const std::function<Parts(QueryContext&)>& parts) {
        auto pieces = std::make_shared<Pieces>();
        const auto asked = ask(run, [&](QueryContext& context) {
            pieces->all = parts(context);
            return Json();
        });
        return asked ? pieces : nullptr;
    };
    bool waits = true;
    std::shared_ptr<Pieces> pieces;
    if (size == PartSize::Small) {
        pieces = pieces_by([&](QueryContext& c) { return parts_of_fast_diagnostics(c, document.file, size); });
        if (!pieces || !work_off(run, pieces, [] { return true; })) return false;
        waits = pieces->all.size() < kManyPieces;
    }
    auto fast = ask(run, [&](QueryContext& context) {
        Converter converter(context, run.features, *run.documents);
        return all_of(context, converter, *context.get<FastDiagnostics>(document.file));
    });
    if (!fast) return false;
    // Between two parts the cheap ones can go out.
    bool sent_fast = false;
    auto send_fast = [&] {
        if (sent_fast || (waits && std::chrono::steady_clock::now() - begin < patience_)) return true;
        sent_fast = true;
        return send(run, document, *fast);
    };
    pieces = pieces_by([&](QueryContext& c) { return parts_of_checks(c, document.file, size); });
    if (!pieces || !send_fast() || !work_off(run, pieces, send_fast)) return false;
    pieces = pieces_by([&](QueryContext& c) { return parts_of_schedules(c, document.file); });
    if (!pieces || !work_off(run, pieces, send_fast)) return false;
    auto all = ask(run, [&](QueryContext& context) {
        Converter converter(context, run.features, *run.documents);
        return all_of(context, converter, *context.get<FileDiagnostics>(document.file));
    });
    return all && send(run, document, all->is_array() ? *all : fast->is_array() ? *fast : Json::array());
}

/// Manifests are no documents of ours: what is wrong with one stands beside its name whether it is open or not.
void Publisher::publish_manifests(const Run& run) {
    auto all = ask(run, [&](QueryContext& context) {
        Converter converter(context, run.features, *run.documents);
        Json found = Json::object();
        if (auto manifests = context.get<ManifestFiles>())
            for (FileId manifest : *manifests)
                if (auto uri = converter.uri(manifest))
                    found[*uri] = all_of(context, converter, *context.get<ManifestDiagnostics>(manifest));
        return found;
    });
    if (!all) return;
    std::set<std::string> gone;
    {
        std::lock_guard lock(sending_);
        gone = manifests_;
    }
    for (const auto& [uri, diagnostics] : all->items()) {
        gone.erase(uri);
        if (!send(run, {{"uri", uri}, {"diagnostics", diagnostics}})) return;
        std::lock_guard lock(sending_);
        manifests_.insert(uri);
    }
    for (const std::string& uri : gone) {
        clear(uri);
        std::lock_guard lock(sending_);
        manifests_.erase(uri);
    }
}

size_t Publisher::shown_count() {
    std::lock_guard lock(sending_);
    return shown_.size();
}

bool Publisher::shows(const Document& document) {
    std::lock_guard lock(sending_);
    return shown_.count(document.uri) != 0;
}

bool Publisher::send(const Run& run, const Document& document, const Json& diagnostics) {
    return send(run, {{"uri", document.uri}, {"version", document.version}, {"diagnostics", diagnostics}});
}

bool Publisher::send(const Run& run, const Json& params) {
    std::string text = protocol::to_text(params);
    std::lock_guard lock(sending_);
    if (generation_ != run.generation) return false;
    auto known = shown_.find(params.at("uri").get<std::string>());
    // A manifest that was never wrong is not worth a message.
    if (known == shown_.end() && !params.contains("version") && params.at("diagnostics").empty()) return true;
    std::string& shown = shown_[params.at("uri").get<std::string>()];
    if (shown == text) return true;
    shown = std::move(text);
    server_.notify("textDocument/publishDiagnostics", params);
    return true;
}

}  // namespace braid::lsp
