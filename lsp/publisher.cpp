#include "lsp/publisher.h"

#include "analyzer/checks/checks.h"
#include "analyzer/ide/file_diagnostics.h"
#include "analyzer/project/project.h"
#include "analyzer/semantics/bodies.h"

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

}  // namespace

void Publisher::refresh(Documents documents, const ClientFeatures& features, FileId first) {
    Run run{++generation_, host_.snapshot().revision(), std::move(documents), features};
    {
        std::lock_guard lock(mutex_);
        if (stopped_) return;
        ++running_;
    }
    executor_([this, run = std::move(run), first] {
        work(run, first);
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
    token_.cancel();
    ++generation_;
    std::unique_lock lock(mutex_);
    stopped_ = true;
    idle_.wait(lock, [&] { return running_ == 0; });
}

void Publisher::work(const Run& run, FileId first) {
    for (const Document& document : run.documents->documents)
        if (document.file == first && !publish_document(run, document)) return;
    for (const Document& document : run.documents->documents)
        if (document.file != first && !publish_document(run, document)) return;
    publish_manifests(run);
}

std::optional<Json> Publisher::ask(const Run& run, const std::function<Json(QueryContext&)>& question) const {
    if (generation_ != run.generation) return std::nullopt;
    Snapshot snapshot = host_.snapshot();
    if (snapshot.revision() != run.revision) return std::nullopt;
    auto answer = snapshot.run(question, token_);
    if (answer) return std::move(*answer);
    if (answer.error().reason == Cancelled::Reason::TooDeep) return Json();
    return std::nullopt;
}

bool Publisher::publish_document(const Run& run, const Document& document) {
    if (document.file == FileId::None || document.is_standard) return true;
    auto begin = std::chrono::steady_clock::now();
    auto fast = ask(run, [&](QueryContext& context) {
        Converter converter(context, run.features, *run.documents);
        return all_of(context, converter, *context.get<FastDiagnostics>(document.file));
    });
    if (!fast) return false;
    // Some items at a time, so that the cheap ones can go out between two dear ones.
    bool sent_fast = false;
    std::vector<std::function<void(QueryContext&)>> parts;
    if (!ask(run, [&](QueryContext& context) {
            parts = parts_of_diagnostics(context, document.file);
            return Json();
        }))
        return false;
    for (const auto& part : parts) {
        if (!ask(run, [&](QueryContext& context) {
                part(context);
                return Json();
            }))
            return false;
        if (sent_fast || std::chrono::steady_clock::now() - begin < patience_) continue;
        sent_fast = true;
        if (!send(run, document, *fast)) return false;
    }
    auto all = ask(run, [&](QueryContext& context) {
        Converter converter(context, run.features, *run.documents);
        return all_of(context, converter, *context.get<FileDiagnostics>(document.file));
    });
    if (!all) return false;
    return send(run, document, all->is_array() ? *all : fast->is_array() ? *fast : Json::array());
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
