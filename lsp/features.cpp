#include <algorithm>

#include "lsp/session.h"

// The requests of single features: each converts, calls one function of analyzer/ide, and converts back.
namespace braid::lsp {

using protocol::Reply;
using protocol::ResponseError;
using protocol::RpcError;

void Session::add_structure() {
    server_.on_snapshot_request("textDocument/documentSymbol", [this](Json params) {
        std::string uri = params.at("textDocument").at("uri");
        return about_file(params, [uri](QueryContext& context, Converter& convert, FileId file) {
            return convert.symbols(file, document_symbols(context, file), uri);
        });
    });
    server_.on_snapshot_request("textDocument/foldingRange", [this](Json params) {
        return about_file(params, [](QueryContext& context, Converter& convert, FileId file) {
            return convert.folding(file, folding_ranges(context, file));
        });
    });
    server_.on_snapshot_request("textDocument/selectionRange", [this](Json params) -> Work {
        std::vector<LineColumn> positions;
        for (const Json& each : params.at("positions")) positions.push_back(position_from(each));
        return about_file(params, [=, unit = features_.unit](QueryContext& context, Converter& convert, FileId file) {
            auto lines = context.get<FileLines>(file)->lines;
            Json out = Json::array();
            for (LineColumn position : positions)
                out.push_back(convert.selection(file, selection_ranges(context, file, lines->offset(position, unit))));
            return out;
        });
    });
    server_.on_snapshot_request("textDocument/inlayHint", [this](Json params) -> Work {
        PositionRange range = range_from(params.at("range"));
        return about_file(params, [=, unit = features_.unit](QueryContext& context, Converter& convert, FileId file) {
            Json out = Json::array();
            TextRange wanted = range.in(*context.get<FileLines>(file)->lines, unit);
            for (const InlayHint& hint : inlay_hints(context, file, wanted))
                out.push_back(convert.inlay_hint(file, hint));
            return out;
        });
    });
}

void Session::add_hint_details() {
    // A hint that names a declaration shows, when pointed at, what the declaration shows.
    server_.on_snapshot_request("inlayHint/resolve", [this](Json params) -> Work {
        const Json label = params.value("label", Json());
        const Json* location =
            label.is_array() && !label.empty() && label[0].contains("location") ? &label[0].at("location") : nullptr;
        if (!location || store_.find(location->at("uri")) == FileId::None)
            return protocol::SnapshotWork([params](const auto&) -> Reply { return params; });
        Json place{{"textDocument", {{"uri", location->at("uri")}}}, {"position", location->at("range").at("start")}};
        return at_position(place, [params](QueryContext& context, Converter& convert, FileId file, uint32_t offset) {
            Json out = params;
            if (auto found = hover(context, file, offset)) out["tooltip"] = convert.hover(file, *found)["contents"];
            return out;
        });
    });
}

void Session::add_navigation() {
    add_position_question("textDocument/hover",
                          [](QueryContext& context, Converter& convert, FileId file, uint32_t offset) -> Json {
                              auto found = hover(context, file, offset);
                              return found ? convert.hover(file, *found) : Json();
                          });
    using Targets = std::vector<Target> (*)(QueryContext&, FileId, uint32_t);
    for (auto [method, find] : {std::pair<const char*, Targets>{"textDocument/definition", definition},
                                {"textDocument/declaration", declaration},
                                {"textDocument/typeDefinition", type_definition},
                                {"textDocument/implementation", implementations}})
        add_position_question(method,
                              [find = find](QueryContext& context, Converter& convert, FileId file, uint32_t offset) {
                                  return convert.targets(find(context, file, offset), file);
                              });
    add_position_question(
        "textDocument/documentHighlight", [](QueryContext& context, Converter& convert, FileId file, uint32_t offset) {
            Json out = Json::array();
            for (const Highlight& each : document_highlights(context, file, offset))
                out.push_back(Json{{"range", convert.range(file, each.range)}, {"kind", int(each.kind)}});
            return out;
        });
    server_.on_snapshot_request("textDocument/references", [this](Json params) {
        bool with_declaration = params.at("context").at("includeDeclaration");
        return at_position(params, [=](QueryContext& context, Converter& convert, FileId file, uint32_t offset) {
            Json out = Json::array();
            for (const FileRange& place : references(context, file, offset, with_declaration))
                if (auto location = convert.location(place)) out.push_back(std::move(*location));
            return out;
        });
    });
    server_.on_snapshot_request("workspace/symbol", [this](Json params) {
        std::string typed = params.at("query");
        return about_workspace([typed](QueryContext& context, Converter& convert) {
            Json out = Json::array();
            for (const WorkspaceSymbol& symbol : workspace_symbols(context, typed))
                if (auto converted = convert.workspace_symbol(symbol)) out.push_back(std::move(*converted));
            return out;
        });
    });
}

namespace {

/// A refusal travels as a result that no answer has, and becomes an error for the user to read.
constexpr const char* kRefused = "$refused";
Json refused(const std::string& why) { return {{kRefused, why}}; }

Reply with_refusals(Reply reply) {
    if (reply && reply->is_object() && reply->contains(kRefused))
        return tl::unexpected(ResponseError{RpcError::RequestFailed, reply->at(kRefused)});
    return reply;
}

}  // namespace

void Session::add_rename() {
    auto add = [this](std::string method, auto question_of) {
        server_.on_snapshot_request(std::move(method), [this, question_of](Json params) -> Work {
            Work work = at_position(params, question_of(params));
            if (!work) return work;
            return protocol::SnapshotWork(
                [run = std::move(work->run)](const protocol::CancellationToken& cancelled) {
                    return with_refusals(run(cancelled));
                },
                work->superseded);
        });
    };
    add("textDocument/prepareRename", [](const Json&) -> PositionQuestion {
        return [](QueryContext& context, Converter& convert, FileId file, uint32_t offset) -> Json {
            auto place = prepare_rename(context, file, offset);
            if (!place) return refused(place.error());
            return {{"range", convert.range(file, place->range)}, {"placeholder", place->name}};
        };
    });
    add("textDocument/rename", [](const Json& params) -> PositionQuestion {
        return [name = params.at("newName").get<std::string>()](QueryContext& context, Converter& convert, FileId file,
                                                                uint32_t offset) -> Json {
            auto edits = rename(context, file, offset, name);
            if (!edits) return refused(edits.error());
            Json edit = convert.workspace_edit(*edits);
            return edit.is_null() ? refused("a file that would change cannot be opened") : edit;
        };
    });
}

void Session::add_completion() {
    server_.on_snapshot_request("textDocument/completion", [this](Json params) -> Work {
        std::string typed;
        if (params.contains("context")) typed = params["context"].value("triggerCharacter", std::string());
        char character = typed.empty() ? '\0' : typed[0];
        return at_position(params, [=, this](QueryContext& context, Converter& convert, FileId file, uint32_t offset) {
            auto list = std::make_shared<CompletionList>(completion(context, file, offset, character));
            std::lock_guard lock(completion_mutex_);
            last_completion_ = list;
            return convert.completion(file, *list, ++last_completion_id_);
        });
    });
    server_.on_snapshot_request("completionItem/resolve", [this](Json params) -> Work {
        // Of the last list only: an older one is not on the screen any more.
        std::shared_ptr<const CompletionList> list;
        size_t index = 0;
        if (Json data = params.value("data", Json()); data.is_array() && data.size() == 2) {
            std::lock_guard lock(completion_mutex_);
            if (data[0] == last_completion_id_) list = last_completion_;
            index = data[1].get<size_t>();
        }
        return about_workspace([=](QueryContext& context, Converter& convert) {
            Json out = params;
            if (!list || index >= list->items.size()) return out;
            CompletionItem item = list->items[index];
            resolve_completion(context, item);
            if (!item.detail.empty()) out["detail"] = item.detail;
            if (!item.documentation.empty())
                out["documentation"] = convert.prose(item.documentation, convert.features().markdown_completion);
            return out;
        });
    });
    add_position_question("textDocument/signatureHelp",
                          [](QueryContext& context, Converter& convert, FileId file, uint32_t offset) -> Json {
                              auto help = signature_help(context, file, offset);
                              return help ? convert.signatures(*help) : Json();
                          });
}

void Session::add_hierarchies() {
    using Items = std::vector<HierarchyItem>;
    auto to_json = [](Converter& convert, const Items& items) {
        Json out = Json::array();
        for (const HierarchyItem& item : items)
            if (auto converted = convert.hierarchy_item(item)) out.push_back(std::move(*converted));
        return out;
    };
    using Prepare = Items (*)(QueryContext&, FileId, uint32_t);
    for (auto [method, prepare] :
         {std::pair<const char*, Prepare>{"textDocument/prepareCallHierarchy", prepare_call_hierarchy},
          {"textDocument/prepareTypeHierarchy", prepare_type_hierarchy}})
        add_position_question(method, [prepare = prepare, to_json](QueryContext& context, Converter& convert,
                                                                   FileId file, uint32_t offset) {
            Json out = to_json(convert, prepare(context, file, offset));
            return out.empty() ? Json() : out;
        });
    // An item comes back as a place: what is declared there now is meant.
    auto about_item = [this](std::string method, Prepare prepare,
                             std::function<Json(QueryContext&, Converter&, const HierarchyItem&)> answer) {
        server_.on_snapshot_request(std::move(method), [this, prepare, answer](Json params) {
            const Json& item = params.at("item");
            Json place{{"textDocument", {{"uri", item.at("uri")}}},
                       {"position", item.at("selectionRange").at("start")}};
            return at_position(place, [=](QueryContext& context, Converter& convert, FileId file, uint32_t offset) {
                Items items = prepare(context, file, offset);
                return items.empty() ? Json() : answer(context, convert, items.front());
            });
        });
    };
    using Calls = std::vector<Call> (*)(QueryContext&, ItemId);
    for (auto [method, calls, key] :
         {std::tuple<const char*, Calls, const char*>{"callHierarchy/incomingCalls", incoming_calls, "from"},
          {"callHierarchy/outgoingCalls", outgoing_calls, "to"}})
        about_item(method, prepare_call_hierarchy,
                   [calls = calls, key = std::string(key)](QueryContext& context, Converter& convert,
                                                           const HierarchyItem& item) {
                       Json out = Json::array();
                       for (const Call& call : calls(context, item.item)) {
                           auto other = convert.hierarchy_item(call.other);
                           if (!other) continue;
                           FileId caller = key == "from" ? call.other.place.file : item.place.file;
                           Json ranges = Json::array();
                           for (TextRange range : call.places) ranges.push_back(convert.range(caller, range));
                           out.push_back({{key, std::move(*other)}, {"fromRanges", std::move(ranges)}});
                       }
                       return out;
                   });
    using Types = Items (*)(QueryContext&, ItemId);
    for (auto [method, types] :
         {std::pair<const char*, Types>{"typeHierarchy/supertypes", supertypes}, {"typeHierarchy/subtypes", subtypes}})
        about_item(method, prepare_type_hierarchy,
                   [types = types, to_json](QueryContext& context, Converter& convert, const HierarchyItem& item) {
                       return to_json(convert, types(context, item.item));
                   });
}

void Session::add_code_actions() {
    server_.on_snapshot_request("textDocument/codeAction", [this](Json params) -> Work {
        PositionRange range = range_from(params.at("range"));
        Json only = params.at("context").value("only", Json());
        // A client asks for a kind and everything below it: `refactor` means `refactor.extract`, too.
        auto is_wanted = [only](std::string_view kind) {
            if (!only.is_array() || only.empty()) return true;
            return std::any_of(only.begin(), only.end(), [&](const Json& each) {
                if (!each.is_string()) return false;
                const std::string& asked = each.get_ref<const std::string&>();
                return asked.empty() || kind == asked ||
                       (kind.starts_with(asked) && kind.size() > asked.size() && kind[asked.size()] == '.');
            });
        };
        bool asks_for_imports = only.is_array() && !only.empty() &&
                                is_wanted(code_action_kind_names()[size_t(CodeActionKind::OrganizeImports)]);
        return about_file(params, [=, unit = features_.unit](QueryContext& context, Converter& convert, FileId file) {
            Json out = Json::array();
            if (!convert.features().code_action_literals) return out;
            TextRange wanted = range.in(*context.get<FileLines>(file)->lines, unit);
            if (is_wanted("quickfix"))
                for (const QuickFix& fix : quick_fixes(context, file, wanted))
                    if (auto action = convert.code_action(fix)) out.push_back(std::move(*action));
            std::vector<CodeAction> actions = code_actions(context, file, wanted);
            if (asks_for_imports)
                for (CodeAction& action : organize_imports(context, file)) actions.push_back(std::move(action));
            for (const CodeAction& action : actions)
                if (is_wanted(code_action_kind_names()[size_t(action.kind)]))
                    if (auto converted = convert.refactoring(action)) out.push_back(std::move(*converted));
            return out;
        });
    });
}

}  // namespace braid::lsp
