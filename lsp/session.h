#pragma once
#include <memory>
#include <unordered_map>

#include "analyzer/ide/completion.h"
#include "lsp/publisher.h"
#include "lsp/server.h"
#include "protocol/thread_pool.h"

namespace braid {
struct FormattingRules;
}

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
    void add_semantic_tokens();
    // features.cpp
    void add_formatting();
    void add_structure();
    void add_hint_details();
    void add_navigation();
    void add_rename();
    void add_completion();
    void add_hierarchies();
    void add_code_actions();

    Json initialize(const Json& params);
    void register_watchers();
    void enter_folders(std::vector<std::string> paths);
    /// Makes the work of a request from its params and the question; a file that is not known answers null.
    Work about_file(const Json& params, Question question) const;
    Work about_format(const Json& params,
                      std::function<std::vector<TextEdit>(const SyntaxTree&, const FormattingRules&, const LineIndex&)>
                          question) const;
    Work at_position(const Json& params,
                     std::function<Json(QueryContext&, Converter&, FileId, uint32_t offset)> question) const;
    /// Runs a question on a snapshot until no write interrupts it; without an answer the text has changed meanwhile.
    /// So does `superseded`, before the text changes.
    Work answer(std::function<std::optional<Json>(QueryContext&, Converter&)> question,
                std::stop_token superseded = {}) const;
    /// The work of a request about no file in particular.
    Work about_workspace(std::function<Json(QueryContext&, Converter&)> question) const;
    /// An answer made of what stands at a position, for each method that has no other params.
    using PositionQuestion = std::function<Json(QueryContext&, Converter&, FileId, uint32_t offset)>;
    void add_position_question(std::string method, PositionQuestion question);
    /// Texts changed: diagnose anew, `file` first.
    void texts_changed(FileId file);
    void tell(const std::string& message);

    Json semantic_tokens_result(QueryContext&, FileId file, std::vector<uint32_t> data, const std::string& previous_id);

    const ServerOptions options_;
    std::unique_ptr<AnalysisHost> host_;
    DocumentStore store_;
    ClientFeatures features_;
    std::vector<std::string> first_folders_;  // until the client is ready
    uint64_t last_progress_ = 0;
    protocol::ThreadPool pool_;
    protocol::JsonRpcServer server_;
    Publisher publisher_;

    struct SentTokens {
        uint64_t id = 0;
        std::vector<uint32_t> data;
    };
    std::mutex completion_mutex_;
    uint64_t last_completion_id_ = 0;                        // under completion_mutex_
    std::shared_ptr<const CompletionList> last_completion_;  // under completion_mutex_; what `resolve` asks about

    std::mutex tokens_mutex_;
    uint64_t last_tokens_id_ = 0;                         // under tokens_mutex_
    std::unordered_map<FileId, SentTokens> sent_tokens_;  // under tokens_mutex_
};

}  // namespace braid::lsp
