#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

#include "lsp/convert.h"
#include "protocol/json_rpc_server.h"

namespace braid::lsp {

/// Computes the diagnostics of the open documents on the pool and publishes them. An edit cancels what runs (the
/// database does that) and starts over with the new text: no timers. What is slow does not hold back what is quick:
/// syntax, names and types go out first when the checks take long, and at once for a large document that shows nothing
/// yet. What takes long is done by two threads.
class Publisher {
  public:
    Publisher(const AnalysisHost& host, protocol::JsonRpcServer& server, protocol::Executor executor,
              std::chrono::milliseconds patience)
        : host_(host), server_(server), executor_(std::move(executor)), patience_(patience) {}
    ~Publisher() { stop(); }

    /// From the reading thread, after every change of a text or of the set of open documents; `first` goes first.
    /// `superseded` says stop when that one is about to change again.
    void refresh(Documents documents, const ClientFeatures& features, FileId first, std::stop_token superseded);
    /// Empties what is shown for a document.
    void clear(const std::string& uri);
    /// Cancels what runs and waits until it has ended. Nothing is published from here on.
    void stop();

  private:
    struct Run {
        uint64_t generation;
        uint64_t revision;
        Documents documents;
        ClientFeatures features;
        std::stop_token superseded;
    };
    /// Pieces of one document's work that threads share, each taking the next.
    struct Pieces;
    void on_pool(std::function<void()> job);
    void work(const Run& run, FileId first);
    /// False when the run is out of date.
    bool work_off(const Run& run, const std::shared_ptr<Pieces>& pieces, const std::function<bool()>& between);
    bool publish_document(const Run& run, const Document& document);
    /// Asks on the run's revision; none when the run is out of date.
    std::optional<Json> ask(const Run& run, const std::function<Json(QueryContext&)>& question) const;
    void publish_manifests(const Run& run);
    bool send(const Run& run, const Document& document, const Json& diagnostics);
    bool send(const Run& run, const Json& params);
    bool shows(const Document& document);
    size_t shown_count();

    const AnalysisHost& host_;
    protocol::JsonRpcServer& server_;
    const protocol::Executor executor_;
    const std::chrono::milliseconds patience_;  // see ServerOptions
    std::stop_source end_;
    std::atomic<uint64_t> generation_{0};

    std::mutex mutex_;  // what is below
    std::condition_variable idle_;
    int running_ = 0;
    bool stopped_ = false;

    std::mutex sending_;                        // keeps messages about one document in order
    std::map<std::string, std::string> shown_;  // uri to what was last published, under sending_
    std::set<std::string> manifests_;           // uris, under sending_
};

}  // namespace braid::lsp
