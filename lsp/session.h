#pragma once
#include <memory>
#include <unordered_map>

#include "lsp/publisher.h"
#include "lsp/server.h"
#include "protocol/thread_pool.h"

namespace braid::lsp {

/// One client's server: its state, and the methods it answers.
class Session {
  public:
    Session(protocol::Transport& transport, ServerOptions options);
    int run();

  private:
    /// A question about one file: computed on the pool from the text the client had when it asked.
    using Question = std::function<Json(QueryContext&, Converter&, FileId)>;
    using Work = tl::expected<protocol::SnapshotWork, protocol::ResponseError>;

    void add_lifecycle();
    void add_synchronization();
    void add_questions();
    void add_semantic_tokens();

    Json initialize(const Json& params);
    void register_watchers();
    /// Makes the work of a request from its params and the question; a file that is not known answers null.
    Work about_file(const Json& params, Question question) const;
    Work at_position(const Json& params,
                     std::function<Json(QueryContext&, Converter&, FileId, uint32_t offset)> question) const;
    /// Texts changed: diagnose anew, `file` first.
    void texts_changed(FileId file);
    void tell(const std::string& message);

    Json semantic_tokens_result(FileId file, std::vector<uint32_t> data, const std::string& previous_id);

    const ServerOptions options_;
    std::unique_ptr<AnalysisHost> host_;
    DocumentStore store_;
    ClientFeatures features_;
    protocol::ThreadPool pool_;
    protocol::JsonRpcServer server_;
    Publisher publisher_;

    struct SentTokens {
        uint64_t id = 0;
        std::vector<uint32_t> data;
    };
    std::mutex tokens_mutex_;
    uint64_t last_tokens_id_ = 0;                         // under tokens_mutex_
    std::unordered_map<FileId, SentTokens> sent_tokens_;  // under tokens_mutex_
};

}  // namespace braid::lsp
