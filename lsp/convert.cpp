#include "lsp/convert.h"

#include <algorithm>

#include "analyzer/diagnostics/catalogue.h"
#include "analyzer/diagnostics/render.h"
#include "analyzer/project/project.h"
#include "lsp/uri.h"
#include "workspace/materialized.h"

namespace braid::lsp {
namespace {

int symbol_kind_of(const DocumentSymbol& symbol) {
    constexpr int kConstructor = 9, kMethod = 6;
    return symbol.is_constructor ? kConstructor : symbol.is_method ? kMethod : symbol_kind(symbol.kind);
}

int severity_number(Severity severity) { return int(severity) + 1; }

Json to_json(LineColumn position) { return {{"line", position.line}, {"character", position.column}}; }

const Json* find(const Json& object, std::initializer_list<const char*> path) {
    const Json* at = &object;
    for (const char* key : path) {
        if (!at->is_object()) return nullptr;
        auto it = at->find(key);
        if (it == at->end()) return nullptr;
        at = &*it;
    }
    return at;
}

bool says(const Json& object, std::initializer_list<const char*> path) {
    const Json* found = find(object, path);
    return found && found->is_boolean() && found->get<bool>();
}

bool lists(const Json& object, std::initializer_list<const char*> path, std::string_view value) {
    const Json* found = find(object, path);
    return found && found->is_array() && std::find(found->begin(), found->end(), value) != found->end();
}

ColumnUnit unit_of(const Json& capabilities) {
    if (const Json* offered = find(capabilities, {"general", "positionEncodings"}); offered && offered->is_array()) {
        for (const Json& encoding : *offered) {
            if (encoding == "utf-8") return ColumnUnit::Utf8;
            if (encoding == "utf-16") return ColumnUnit::Utf16;
            if (encoding == "utf-32") return ColumnUnit::CodePoint;
        }
    }
    return ColumnUnit::Utf16;
}

}  // namespace

int symbol_kind(ItemKind kind) {
    switch (kind) {
        case ItemKind::File: return 1;
        case ItemKind::Module: return 2;
        case ItemKind::Function: return 12;
        case ItemKind::Struct: return 23;
        case ItemKind::Class:
        case ItemKind::Actor: return 5;
        case ItemKind::Interface:
        case ItemKind::Trait: return 11;
        case ItemKind::Enum: return 10;
        case ItemKind::Variant: return 22;
        case ItemKind::Impl: return 3;
        case ItemKind::TypeAlias:
        case ItemKind::TraitType: return 26;
        case ItemKind::Constant: return 14;
        case ItemKind::Static: return 13;
        case ItemKind::Field: return 8;
    }
    return 13;
}

ClientFeatures features_of(const Json& params) {
    ClientFeatures features;
    const Json* capabilities = find(params, {"capabilities"});
    if (!capabilities) return features;
    const Json& all = *capabilities;
    features.unit = unit_of(all);
    features.markdown_hover = lists(all, {"textDocument", "hover", "contentFormat"}, "markdown");
    features.hierarchical_symbols = says(all, {"textDocument", "documentSymbol", "hierarchicalDocumentSymbolSupport"});
    features.definition_links = says(all, {"textDocument", "definition", "linkSupport"});
    features.related_information = says(all, {"textDocument", "publishDiagnostics", "relatedInformation"});
    features.code_descriptions = says(all, {"textDocument", "publishDiagnostics", "codeDescriptionSupport"});
    features.code_action_literals = find(all, {"textDocument", "codeAction", "codeActionLiteralSupport"}) != nullptr;
    features.disabled_actions = says(all, {"textDocument", "codeAction", "disabledSupport"});
    features.completion_tags = find(all, {"textDocument", "completion", "completionItem", "tagSupport"}) != nullptr;
    features.document_changes = says(all, {"workspace", "workspaceEdit", "documentChanges"});
    features.watches_files = says(all, {"workspace", "didChangeWatchedFiles", "dynamicRegistration"});
    features.shows_progress = says(all, {"window", "workDoneProgress"});
    features.prepare_rename = says(all, {"textDocument", "rename", "prepareSupport"});
    features.snippets = says(all, {"textDocument", "completion", "completionItem", "snippetSupport"});
    features.markdown_completion =
        lists(all, {"textDocument", "completion", "completionItem", "documentationFormat"}, "markdown");
    features.label_offsets = says(
        all, {"textDocument", "signatureHelp", "signatureInformation", "parameterInformation", "labelOffsetSupport"});
    features.folds_lines_only = says(all, {"textDocument", "foldingRange", "lineFoldingOnly"});
    if (const Json* tags = find(all, {"textDocument", "publishDiagnostics", "tagSupport", "valueSet"});
        tags && tags->is_array())
        for (const Json& tag : *tags)
            if (tag.is_number_integer()) features.tags.push_back(tag.get<int>());
    return features;
}

LineColumn position_from(const Json& position) {
    auto number = [&](const char* key) {
        // What is out of any text's reach is clamped, also below.
        return uint32_t(std::clamp<int64_t>(position.at(key).get<int64_t>(), 0, 0xfffffff0));
    };
    return {number("line"), number("character")};
}

TextRange PositionRange::in(const LineIndex& lines, ColumnUnit unit) const {
    uint32_t first = lines.offset(start, unit), last = lines.offset(end, unit);
    return {std::min(first, last), std::max(first, last)};
}

PositionRange range_from(const Json& range) {
    return {position_from(range.at("start")), position_from(range.at("end"))};
}

Json to_json(const LineIndex& lines, TextRange range, ColumnUnit unit) {
    return {{"start", to_json(lines.position(range.begin, unit))}, {"end", to_json(lines.position(range.end, unit))}};
}

std::optional<std::string> Converter::uri(FileId file) {
    if (const Document* open = documents_.by_file(file)) return open->uri;
    const std::string& path = files().path(file);
    if (!is_std(file)) return uri_of_path(path);
    auto found = lines(file);
    if (!found->tree) return std::nullopt;
    auto on_disk = materialized_standard_file(path, found->tree->text());
    return on_disk ? std::optional(uri_of_path(*on_disk)) : std::nullopt;
}

Json Converter::range(FileId file, TextRange range) {
    auto found = lines(file);
    if (auto manifest = found->lines ? nullptr : context_.get<ManifestText>(file); manifest && *manifest)
        return to_json(LineIndex(**manifest), range, features_.unit);
    return found->lines ? to_json(*found->lines, range, features_.unit) : to_json(LineIndex({}), {}, features_.unit);
}

std::optional<Json> Converter::location(FileRange place) {
    auto where = uri(place.file);
    if (!where) return std::nullopt;
    return Json{{"uri", *where}, {"range", range(place.file, place.range)}};
}

Json Converter::diagnostic(const Diagnostic& diagnostic) {
    std::string code(code_name(diagnostic.code));
    Json out{{"range", range(diagnostic.location.file, diagnostic.location.range)},
             {"severity", severity_number(diagnostic.severity)},
             {"code", code},
             {"source", "braid"},
             {"message", diagnostic.message}};
    std::string_view page = explain_page(diagnostic.code);
    if (features_.code_descriptions && !page.empty())
        if (auto file = materialized("diagnostics/" + code + ".md", page))
            out["codeDescription"] = {{"href", uri_of_path(*file)}};
    if (features_.related_information) {
        Json related = Json::array();
        for (const auto& each : diagnostic.related)
            if (auto where = location(each.location))
                related.push_back({{"location", *where}, {"message", each.message}});
        if (!related.empty()) out["relatedInformation"] = std::move(related);
    } else {
        for (const auto& each : diagnostic.related) out["message"].get_ref<std::string&>() += "\n" + each.message;
    }
    Json tags = Json::array();
    for (int tag : features_.tags)
        if (tag >= 1 && tag <= 2 && diagnostic.tags & tag) tags.push_back(tag);
    if (!tags.empty()) out["tags"] = std::move(tags);
    return out;
}

std::string plain_text(std::string_view markdown) {
    std::string out;
    while (!markdown.empty()) {
        size_t end = markdown.find('\n');
        std::string_view line = markdown.substr(0, end);
        markdown.remove_prefix(end == std::string_view::npos ? markdown.size() : end + 1);
        if (line.starts_with("```") || line == "---" || (line.empty() && (out.empty() || out.ends_with("\n\n"))))
            continue;
        out += std::string(line) + "\n";
    }
    while (out.ends_with('\n')) out.pop_back();
    return out;
}

Json Converter::hover(FileId file, const Hover& hover) {
    Json contents{{"kind", features_.markdown_hover ? "markdown" : "plaintext"},
                  {"value", features_.markdown_hover ? hover.markdown : plain_text(hover.markdown)}};
    return {{"contents", std::move(contents)}, {"range", range(file, hover.range)}};
}

Json Converter::targets(const std::vector<Target>& targets, FileId from) {
    Json out = Json::array();
    for (const Target& target : targets) {
        auto where = uri(target.file);
        if (!where) continue;
        if (features_.definition_links) {
            out.push_back({{"originSelectionRange", range(from, target.origin)},
                           {"targetUri", *where},
                           {"targetRange", range(target.file, target.whole)},
                           {"targetSelectionRange", range(target.file, target.name)}});
        } else {
            out.push_back({{"uri", *where}, {"range", range(target.file, target.name)}});
        }
    }
    return out;
}

Json Converter::symbol(FileId file, const DocumentSymbol& symbol) {
    // The selection must be inside of the whole, whatever recovery made of the declaration.
    TextRange whole{std::min(symbol.whole.begin, symbol.name_range.begin),
                    std::max(symbol.whole.end, symbol.name_range.end)};
    Json out{{"name", symbol.name.empty() ? "?" : symbol.name},
             {"kind", symbol_kind_of(symbol)},
             {"range", range(file, whole)},
             {"selectionRange", range(file, symbol.name_range)}};
    if (!symbol.detail.empty()) out["detail"] = symbol.detail;
    if (!symbol.children.empty()) {
        Json children = Json::array();
        for (const DocumentSymbol& child : symbol.children) children.push_back(this->symbol(file, child));
        out["children"] = std::move(children);
    }
    return out;
}

void Converter::flat_symbols(FileId file, const std::vector<DocumentSymbol>& symbols, const std::string& uri,
                             const std::string& container, Json& out) {
    for (const DocumentSymbol& symbol : symbols) {
        Json flat{{"name", symbol.name.empty() ? "?" : symbol.name},
                  {"kind", symbol_kind_of(symbol)},
                  {"location", {{"uri", uri}, {"range", range(file, symbol.whole)}}}};
        if (!container.empty()) flat["containerName"] = container;
        out.push_back(std::move(flat));
        flat_symbols(file, symbol.children, uri, symbol.name, out);
    }
}

Json Converter::symbols(FileId file, const std::vector<DocumentSymbol>& symbols, const std::string& uri) {
    Json out = Json::array();
    if (!features_.hierarchical_symbols) {
        flat_symbols(file, symbols, uri, {}, out);
        return out;
    }
    for (const DocumentSymbol& each : symbols) out.push_back(symbol(file, each));
    return out;
}

std::vector<uint32_t> Converter::tokens(FileId file, const std::vector<SemanticToken>& tokens) {
    std::vector<uint32_t> data;
    data.reserve(tokens.size() * 5);
    auto found = lines(file);
    LineColumn last;
    for (const SemanticToken& token : tokens) {
        if (data.size() % 1280 == 0) context_.check_cancelled();
        LineColumn begin = found->lines->position(token.range.begin, features_.unit);
        LineColumn end = found->lines->position(token.range.end, features_.unit);
        uint32_t line = begin.line - last.line;
        uint32_t column = line == 0 ? begin.column - last.column : begin.column;
        data.insert(data.end(), {line, column, end.column - begin.column, uint32_t(token.type), token.modifiers});
        last = begin;
    }
    return data;
}

Json Converter::workspace_edit(const std::vector<FileEdits>& edits) {
    Json changes = features_.document_changes ? Json::array() : Json::object();
    for (const FileEdits& each : edits) {
        auto where = uri(each.file);
        if (!where || is_std(each.file)) return nullptr;
        Json list = Json::array();
        for (const TextEdit& edit : each.edits) list.push_back(text_edit(each.file, edit));
        if (features_.document_changes) {
            const Document* open = documents_.by_file(each.file);
            Json version = open ? Json(open->version) : Json();
            changes.push_back({{"textDocument", {{"uri", *where}, {"version", version}}}, {"edits", std::move(list)}});
        } else {
            changes[*where] = std::move(list);
        }
    }
    return {{features_.document_changes ? "documentChanges" : "changes", std::move(changes)}};
}

std::optional<Json> Converter::code_action(const QuickFix& fix) {
    std::vector<FileEdits> edits;
    for (auto& [file, list] : text_edits(fix.fix)) edits.push_back({file, list});
    Json edit = edits.empty() ? Json() : workspace_edit(edits);
    if (edit.is_null()) return std::nullopt;
    return Json{{"title", fix.fix.title},
                {"kind", "quickfix"},
                {"diagnostics", Json::array({diagnostic(fix.diagnostic)})},
                {"isPreferred", fix.diagnostic.fixes.size() == 1},
                {"edit", std::move(edit)}};
}

std::optional<Json> Converter::refactoring(const CodeAction& action) {
    Json out{{"title", action.title}, {"kind", code_action_kind_names()[size_t(action.kind)]}};
    if (!action.refusal.empty()) {
        if (!features_.disabled_actions) return std::nullopt;
        out["disabled"] = {{"reason", action.refusal}};
        return out;
    }
    Json edit = workspace_edit(action.edits);
    if (edit.is_null()) return std::nullopt;
    out["edit"] = std::move(edit);
    return out;
}

}  // namespace braid::lsp
