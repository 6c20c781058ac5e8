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
/// syntax, names and types go out first when the checks take long.
class Publisher {
  public:
    Publisher(const AnalysisHost& host, protocol::JsonRpcServer& server, protocol::Executor executor,
              std::chrono::milliseconds patience)
        : host_(host), server_(server), executor_(std::move(executor)), patience_(patience) {}
    ~Publisher() { stop(); }

    /// From the reading thread, after every change of a text or of the set of open documents; `first` goes first.
    void refresh(Documents documents, const ClientFeatures& features, FileId first);
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
    };
    void work(const Run& run, FileId first);
    bool publish_document(const Run& run, const Document& document);
    /// Asks on the run's revision; none when the run is out of date.
    std::optional<Json> ask(const Run& run, const std::function<Json(QueryContext&)>& question) const;
    void publish_manifests(const Run& run);
    bool send(const Run& run, const Document& document, const Json& diagnostics);
    bool send(const Run& run, const Json& params);

    const AnalysisHost& host_;
    protocol::JsonRpcServer& server_;
    const protocol::Executor executor_;
    const std::chrono::milliseconds patience_;  // see ServerOptions
    const CancellationToken token_ = CancellationToken::create();
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
