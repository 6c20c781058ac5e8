#include <algorithm>

#include "lsp/convert.h"

namespace braid::lsp {

Json Converter::text_edit(FileId file, const TextEdit& edit) {
    return {{"range", range(file, edit.range)}, {"newText", edit.replacement}};
}

Json Converter::prose(std::string_view markdown, bool as_markdown) {
    return {{"kind", as_markdown ? "markdown" : "plaintext"},
            {"value", as_markdown ? std::string(markdown) : plain_text(markdown)}};
}

Json Converter::folding(FileId file, const std::vector<FoldingRange>& ranges) {
    static constexpr const char* kKinds[] = {nullptr, "comment", "imports"};
    Json out = Json::array();
    for (const FoldingRange& each : ranges) {
        Json place = range(file, each.range);
        uint32_t first = place["start"]["line"], last = place["end"]["line"];
        Json folded{{"startLine", first}};
        if (features_.folds_lines_only) {
            if (each.keeps_last_line) --last;  // the closing bracket stays to be seen
            if (last <= first) continue;
        } else {
            folded["startCharacter"] = place["start"]["character"];
            folded["endCharacter"] = place["end"]["character"];
        }
        folded["endLine"] = last;
        if (const char* kind = kKinds[size_t(each.kind)]) folded["kind"] = kind;
        out.push_back(std::move(folded));
    }
    return out;
}

Json Converter::selection(FileId file, const std::vector<TextRange>& outwards) {
    Json out;
    for (auto it = outwards.rbegin(); it != outwards.rend(); ++it) {
        Json around{{"range", range(file, *it)}};
        if (!out.is_null()) around["parent"] = std::move(out);
        out = std::move(around);
    }
    return out;
}

Json Converter::completion(FileId file, const CompletionList& list, uint64_t id) {
    constexpr int kSnippet = 2, kDeprecated = 1;
    Json items = Json::array();
    for (size_t i = 0; i < list.items.size(); ++i) {
        const CompletionItem& item = list.items[i];
        bool needs_snippets = item.is_snippet && !features_.snippets;
        const bool is_word = item.kind == CompletionKind::Snippet && !item.replaced && item.filter.empty();
        if (needs_snippets && item.kind == CompletionKind::Snippet && !is_word) continue;
        std::string text = item.insert.empty() || needs_snippets ? item.label : item.insert;
        std::string rank = std::to_string(i);
        Json out{{"label", item.label},
                 {"kind", int(item.kind)},
                 {"sortText", std::string(6 - std::min<size_t>(6, rank.size()), '0') + rank},
                 {"textEdit", text_edit(file, {item.replaced.value_or(list.replaced), std::move(text)})},
                 {"data", {id, i}}};
        if (!item.detail.empty()) out["detail"] = item.detail;
        if (item.is_deprecated && features_.completion_tags) out["tags"] = Json::array({kDeprecated});
        if (!item.filter.empty()) out["filterText"] = item.filter;
        if (!item.origin.empty()) out["labelDetails"] = {{"description", item.origin}};
        if (item.is_snippet && !needs_snippets) out["insertTextFormat"] = kSnippet;
        Json additional = Json::array();
        for (const TextEdit& edit : item.additional) additional.push_back(text_edit(file, edit));
        if (!additional.empty()) out["additionalTextEdits"] = std::move(additional);
        items.push_back(std::move(out));
    }
    return {{"isIncomplete", list.is_incomplete}, {"items", std::move(items)}};
}

Json Converter::signatures(const SignatureHelp& help) {
    Json list = Json::array();
    for (const SignatureInformation& each : help.signatures) {
        LineIndex line(each.label);
        Json parameters = Json::array();
        for (TextRange range : each.parameters) {
            if (features_.label_offsets) {
                // Always UTF-16, whatever was agreed upon for documents.
                auto unit = [&](uint32_t offset) { return line.position(offset, ColumnUnit::Utf16).column; };
                parameters.push_back({{"label", {unit(range.begin), unit(range.end)}}});
            } else {
                parameters.push_back({{"label", each.label.substr(range.begin, range.length())}});
            }
        }
        Json out{{"label", each.label}, {"parameters", std::move(parameters)}};
        if (!each.documentation.empty())
            out["documentation"] = prose(each.documentation, features_.markdown_completion);
        if (each.active) out["activeParameter"] = *each.active;
        list.push_back(std::move(out));
    }
    Json out{{"signatures", std::move(list)}, {"activeSignature", help.active}};
    const SignatureInformation& active = help.signatures[help.active];
    out["activeParameter"] = active.active.value_or(uint32_t(active.parameters.size()));
    return out;
}

std::optional<Json> Converter::workspace_symbol(const WorkspaceSymbol& symbol) {
    auto where = location({symbol.place.file, symbol.place.name});
    if (!where) return std::nullopt;
    return Json{{"name", symbol.name},
                {"kind", symbol_kind(symbol.kind)},
                {"containerName", symbol.container},
                {"location", std::move(*where)}};
}

std::optional<Json> Converter::hierarchy_item(const HierarchyItem& item) {
    auto where = uri(item.place.file);
    if (!where) return std::nullopt;
    Json out{{"name", item.name},
             {"kind", symbol_kind(kind_of(item.item))},
             {"uri", *where},
             {"range", range(item.place.file, item.place.whole)},
             {"selectionRange", range(item.place.file, item.place.name)}};
    if (!item.detail.empty()) out["detail"] = item.detail;
    return out;
}

Json Converter::inlay_hint(FileId file, const InlayHint& hint) {
    Json part{{"value", hint.label}};
    if (hint.item != ItemId::None)
        if (auto place = declaration_of_item(context_, hint.item))
            if (auto where = location({place->file, place->name})) part["location"] = std::move(*where);
    Json out{{"position", range(file, {hint.offset, hint.offset})["start"]}, {"label", Json::array({std::move(part)})}};
    if (hint.kind != InlayHint::Kind::Note) out["kind"] = int(hint.kind);
    if (hint.kind == InlayHint::Kind::Parameter) out["paddingRight"] = true;
    Json edits = Json::array();
    for (const TextEdit& edit : hint.edits) edits.push_back(text_edit(file, edit));
    if (!edits.empty()) out["textEdits"] = std::move(edits);
    return out;
}

}  // namespace braid::lsp
