#include "lsp/session.h"

#include <algorithm>
#include <thread>

#include "lsp/uri.h"
#include "workspace/workspace.h"

namespace braid::lsp {

using protocol::Reply;
using protocol::ResponseError;
using protocol::RpcError;
using protocol::RunOn;

namespace {

std::size_t pool_size(const ServerOptions& options) {
    return options.threads ? options.threads : std::max<std::size_t>(3, std::thread::hardware_concurrency());
}

Json names(std::span<const std::string_view> all) {
    Json out = Json::array();
    for (std::string_view name : all) out.push_back(name);
    return out;
}

std::string_view encoding_name(ColumnUnit unit) {
    switch (unit) {
        case ColumnUnit::Utf8: return "utf-8";
        case ColumnUnit::Utf16: return "utf-16";
        case ColumnUnit::CodePoint: return "utf-32";
    }
    return "utf-16";
}

std::vector<std::string> folder_paths(const Json& folders) {
    std::vector<std::string> paths;
    if (folders.is_array())
        for (const Json& folder : folders)
            if (auto path = path_of_uri(folder.at("uri").get_ref<const std::string&>())) paths.push_back(*path);
    return paths;
}

Json capabilities_of(const ClientFeatures& features) {
    constexpr int kIncremental = 2;
    Json tokens{
        {"legend", {{"tokenTypes", names(token_type_names())}, {"tokenModifiers", names(token_modifier_names())}}},
        {"full", {{"delta", true}}},
        {"range", true}};
    Json capabilities{
        {"positionEncoding", encoding_name(features.unit)},
        {"textDocumentSync", {{"openClose", true}, {"change", kIncremental}}},
        {"hoverProvider", true},
        {"definitionProvider", true},
        {"declarationProvider", true},
        {"typeDefinitionProvider", true},
        {"implementationProvider", true},
        {"referencesProvider", true},
        {"documentHighlightProvider", true},
        {"documentSymbolProvider", true},
        {"workspaceSymbolProvider", true},
        {"foldingRangeProvider", true},
        {"documentFormattingProvider", true},
        {"documentRangeFormattingProvider", true},
        {"documentOnTypeFormattingProvider", {{"firstTriggerCharacter", "\n"}, {"moreTriggerCharacter", {"}", ":"}}}},
        {"selectionRangeProvider", true},
        {"callHierarchyProvider", true},
        {"typeHierarchyProvider", true},
        {"inlayHintProvider", {{"resolveProvider", true}}},
        {"completionProvider", {{"triggerCharacters", {".", ":", "\"", "'", "/"}}, {"resolveProvider", true}}},
        {"signatureHelpProvider", {{"triggerCharacters", {"(", ","}}, {"retriggerCharacters", {")"}}}},
        {"semanticTokensProvider", std::move(tokens)},
        {"workspace", {{"workspaceFolders", {{"supported", true}, {"changeNotifications", true}}}}}};
    if (features.code_action_literals)
        capabilities["codeActionProvider"] = {{"codeActionKinds", names(code_action_kind_names())}};
    if (features.prepare_rename) capabilities["renameProvider"] = {{"prepareProvider", true}};
    else capabilities["renameProvider"] = true;
    return capabilities;
}

}  // namespace

Session::Session(protocol::Transport& transport, ServerOptions options)
    : options_(std::move(options)),
      host_(make_host()),
      store_(*host_),
      pool_(pool_size(options_)),
      server_(transport, pool_.executor(), {.trace = options_.trace}),
      publisher_(*host_, server_, pool_.executor(), options_.patience) {
    add_lifecycle();
    add_synchronization();
    add_semantic_tokens();
    add_structure();
    add_hint_details();
    add_formatting();
    add_navigation();
    add_rename();
    add_completion();
    add_hierarchies();
    add_code_actions();
}

int Session::run() {
    int status = server_.run();
    publisher_.stop();
    return status;
}

void Session::add_lifecycle() {
    server_.on_request({{"initialize", RunOn::Reader,
                         [this](const Json& params, const auto&) -> Reply { return initialize(params); }}});
    auto nothing = [](const Json&) {};
    server_.on_notification({{"initialized",
                              [this](const Json&) {
                                  register_watchers();
                                  enter_folders(std::move(first_folders_));
                              }},
                             {"$/setTrace", nothing},
                             {"workspace/didChangeConfiguration", nothing},
                             {"workspace/didChangeWorkspaceFolders", [this](const Json& params) {
                                  const Json& event = params.at("event");
                                  for (const std::string& path : folder_paths(event.at("removed")))
                                      store_.leave_folder(path);
                                  enter_folders(folder_paths(event.at("added")));
                              }}});
}

Json Session::initialize(const Json& params) {
    features_ = features_of(params);
    first_folders_ = folder_paths(params.value("workspaceFolders", Json()));
    if (Json root = params.value("rootUri", Json()); first_folders_.empty() && root.is_string())
        if (auto path = path_of_uri(root.get_ref<const std::string&>())) first_folders_.push_back(*path);
    return {{"capabilities", capabilities_of(features_)},
            {"serverInfo", {{"name", "braid"}, {"version", options_.version}}}};
}

/// On the reading thread: a document opened meanwhile waits for it. With progress where the client shows one.
void Session::enter_folders(std::vector<std::string> paths) {
    if (paths.empty()) return;
    auto enter = [this, paths = std::move(paths)] {
        for (const std::string& path : paths) store_.enter_folder(path);
        texts_changed(FileId::None);
    };
    if (!features_.shows_progress) return enter();
    const std::string token = "braid-index-" + std::to_string(++last_progress_);
    auto report = [this, token](Json value) {
        server_.notify("$/progress", {{"token", token}, {"value", std::move(value)}});
    };
    server_.request("window/workDoneProgress/create", {{"token", token}}, [report, enter](const Reply& reply) {
        if (reply) report({{"kind", "begin"}, {"title", "Reading the workspace"}});
        enter();
        if (reply) report({{"kind", "end"}});
    });
}

void Session::register_watchers() {
    if (!features_.watches_files) return;
    Json registration{
        {"id", "braid-files"},
        {"method", "workspace/didChangeWatchedFiles"},
        {"registerOptions",
         {{"watchers", Json::array({Json{{"globPattern", "**/{*.altru,*.velox,Altru.toml,Velox.toml}"}}})}}}};
    server_.request("client/registerCapability", {{"registrations", Json::array({std::move(registration)})}},
                    [](const Reply&) {});
}

void Session::add_synchronization() {
    server_.on_notification({{"textDocument/didOpen",
                              [this](const Json& params) {
                                  tell(store_.open(params));
                                  texts_changed(store_.find(params.at("textDocument").at("uri")));
                              }},
                             {"textDocument/didChange",
                              [this](const Json& params) {
                                  tell(store_.change(params, features_.unit));
                                  texts_changed(store_.find(params.at("textDocument").at("uri")));
                              }},
                             {"textDocument/didSave", [](const Json&) {}},
                             {"textDocument/didClose",
                              [this](const Json& params) {
                                  std::string uri = params.at("textDocument").at("uri");
                                  FileId file = store_.find(uri);
                                  store_.close(params);
                                  texts_changed(FileId::None);
                                  publisher_.clear(uri);
                                  std::lock_guard lock(tokens_mutex_);
                                  sent_tokens_.erase(file);
                              }},
                             {"workspace/didChangeWatchedFiles", [this](const Json& params) {
                                  if (store_.changed_on_disk(params)) texts_changed(FileId::None);
                              }}});
}

void Session::texts_changed(FileId file) {
    publisher_.refresh(store_.table(), features_, file, store_.superseded(file));
}

void Session::tell(const std::string& message) {
    constexpr int kWarning = 2;
    if (!message.empty()) server_.notify("window/showMessage", {{"type", kWarning}, {"message", message}});
}

Session::Work Session::about_file(const Json& params, Question question) const {
    const std::string& uri = params.at("textDocument").at("uri").get_ref<const std::string&>();
    FileId file = store_.find(uri);
    SyntaxTreePtr asked = file == FileId::None ? nullptr : host_->tree(file);
    if (!asked) return protocol::SnapshotWork([](const auto&) -> Reply { return nullptr; });
    // A write of another file cancels what runs, too; only when this file has another text the answer is of no use.
    return answer(
        [file, asked, question = std::move(question)](QueryContext& context,
                                                      Converter& converter) -> std::optional<Json> {
            auto tree = context.get<FileTree>(file);
            if (!tree || *tree != asked) return std::nullopt;
            return question(context, converter, file);
        },
        store_.superseded(file));
}

Session::Work Session::about_workspace(std::function<Json(QueryContext&, Converter&)> question) const {
    return answer([question = std::move(question)](QueryContext& context, Converter& converter) {
        return std::optional(question(context, converter));
    });
}

Session::Work Session::answer(std::function<std::optional<Json>(QueryContext&, Converter&)> question,
                              std::stop_token superseded) const {
    auto work = [this, documents = store_.table(), features = features_, question = std::move(question),
                 superseded](const protocol::CancellationToken& cancelled) -> Reply {
        auto token = CancellationToken::create();
        std::stop_callback forward(cancelled, [&] { token.cancel(); });
        std::stop_callback forward_edit(superseded, [&] { token.cancel(); });
        for (;;) {
            // Without waiting for the write that is to come.
            if (superseded.stop_requested()) return tl::unexpected(ResponseError{RpcError::ContentModified, {}});
            auto answer = host_->snapshot().run(
                [&](QueryContext& context) {
                    Converter converter(context, features, *documents);
                    return question(context, converter);
                },
                token);
            if (answer && !*answer) return tl::unexpected(ResponseError{RpcError::ContentModified, {}});
            if (answer) return std::move(**answer);
            if (answer.error().reason == Cancelled::Reason::TooDeep)
                return tl::unexpected(
                    ResponseError{RpcError::RequestFailed, "this program is nested too deeply to be analyzed"});
            if (answer.error().reason == Cancelled::Reason::Request && !superseded.stop_requested())
                return tl::unexpected(ResponseError{RpcError::RequestCancelled, {}});
        }
    };
    return protocol::SnapshotWork(std::move(work), superseded);
}

Session::Work Session::at_position(const Json& params,
                                   std::function<Json(QueryContext&, Converter&, FileId, uint32_t)> question) const {
    LineColumn position = position_from(params.at("position"));
    return about_file(params, [position, unit = features_.unit, question = std::move(question)](
                                  QueryContext& context, Converter& converter, FileId file) {
        return question(context, converter, file, context.get<FileLines>(file)->lines->offset(position, unit));
    });
}

void Session::add_position_question(std::string method, PositionQuestion question) {
    server_.on_snapshot_request(std::move(method), [this, question = std::move(question)](Json params) {
        return at_position(params, question);
    });
}

void Session::add_semantic_tokens() {
    constexpr TextRange kWhole{0, 0xffffffff};
    auto tokens_of = [this](const Json& params, std::string previous_id) {
        return about_file(params, [this, previous_id](QueryContext& context, Converter& convert, FileId file) {
            return semantic_tokens_result(context, file, convert.tokens(file, semantic_tokens(context, file, kWhole)),
                                          previous_id);
        });
    };
    server_.on_snapshot_request("textDocument/semanticTokens/full",
                                [tokens_of](Json params) { return tokens_of(params, {}); });
    server_.on_snapshot_request("textDocument/semanticTokens/full/delta", [tokens_of](Json params) {
        return tokens_of(params, params.at("previousResultId").get<std::string>());
    });
    server_.on_snapshot_request("textDocument/semanticTokens/range", [this](Json params) -> Work {
        PositionRange range = range_from(params.at("range"));
        return about_file(params,
                          [range, unit = features_.unit](QueryContext& context, Converter& convert, FileId file) {
                              TextRange wanted = range.in(*context.get<FileLines>(file)->lines, unit);
                              return Json{{"data", convert.tokens(file, semantic_tokens(context, file, wanted))}};
                          });
    });
}

Json Session::semantic_tokens_result(QueryContext& context, FileId file, std::vector<uint32_t> data,
                                     const std::string& previous_id) {
    auto array = [&](auto begin, auto end) {
        Json out = Json::array();
        for (auto at = begin; at != end; ++at) {
            if (out.size() % 4096 == 0) context.check_cancelled();
            out.push_back(*at);
        }
        return out;
    };
    std::lock_guard lock(tokens_mutex_);
    SentTokens& sent = sent_tokens_[file];
    Json result;
    if (!previous_id.empty() && previous_id == std::to_string(sent.id)) {
        auto [old_begin, new_begin] = std::mismatch(sent.data.begin(), sent.data.end(), data.begin(), data.end());
        auto [old_end, new_end] = std::mismatch(sent.data.rbegin(), std::make_reverse_iterator(old_begin),
                                                data.rbegin(), std::make_reverse_iterator(new_begin));
        Json edits = Json::array();
        auto removed = old_end.base() - old_begin;
        if (removed || new_begin != new_end.base())
            edits.push_back(Json{{"start", old_begin - sent.data.begin()},
                                 {"deleteCount", removed},
                                 {"data", array(new_begin, new_end.base())}});
        result["edits"] = std::move(edits);
    } else {
        result["data"] = array(data.begin(), data.end());
    }
    sent.id = ++last_tokens_id_;
    sent.data = std::move(data);
    result["resultId"] = std::to_string(sent.id);
    return result;
}

int serve(protocol::Transport& transport, ServerOptions options) {
    return Session(transport, std::move(options)).run();
}

}  // namespace braid::lsp
