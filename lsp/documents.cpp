#include "lsp/documents.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include <fmt/format.h>

#include "analyzer/text/source_text.h"
#include "lsp/convert.h"
#include "lsp/uri.h"
#include "workspace/materialized.h"
#include "workspace/workspace.h"

namespace braid::lsp {
namespace {

/// More changes than this in one message are taken as one: what they make of the text.
constexpr size_t kMaxSeparateEdits = 16;

const std::string& uri_in(const Json& params) {
    return params.at("textDocument").at("uri").get_ref<const std::string&>();
}

/// The sources and manifests below a folder. A folder that is no project, such as a home, may hold anything: the search
/// ends early enough not to be noticed, and what is not found then is known once it is opened.
std::vector<std::string> sources_below(const std::string& folder) {
    namespace fs = std::filesystem;
    constexpr size_t kMaxEntries = 100000, kMaxSources = 5000;
    constexpr int kMaxDepth = 24;
    std::vector<std::string> found;
    std::error_code error;
    size_t entries = 0;
    fs::recursive_directory_iterator walk(folder, fs::directory_options::skip_permission_denied, error), end;
    for (; !error && walk != end && ++entries < kMaxEntries && found.size() < kMaxSources; walk.increment(error)) {
        std::string name = walk->path().filename().string();
        if (walk->is_directory(error)) {
            bool is_left_out = name.starts_with(".") || name == "node_modules" || name == "build";
            if (is_left_out || walk.depth() >= kMaxDepth) walk.disable_recursion_pending();
        } else if (language_of_path(name) || project_kind_of(name)) {
            found.push_back(normalized_path(walk->path().string()));
        }
        error.clear();
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::string too_large(const std::string& uri) {
    return fmt::format("{} has more than {} MB; Braid leaves it alone", uri, kMaxSourceBytes >> 20);
}

}  // namespace

const Document* DocumentTable::by_uri(std::string_view uri) const {
    auto it = std::find_if(documents.begin(), documents.end(), [&](const Document& d) { return d.uri == uri; });
    return it == documents.end() ? nullptr : &*it;
}

const Document* DocumentTable::by_file(FileId file) const {
    auto it = std::find_if(documents.begin(), documents.end(), [&](const Document& d) { return d.file == file; });
    return it == documents.end() ? nullptr : &*it;
}

std::string path_of_document(const std::string& uri, std::string_view language) {
    auto path = path_of_uri(uri);
    std::string known = path ? normalized_path(*path) : uri;
    if (auto standard = standard_path_of(known)) return *standard;
    if (language_of_path(known)) return known;
    std::string with_ending = known + "." + std::string(language);  // a new document without a name
    return !language.empty() && language_of_path(with_ending) ? with_ending : std::string();
}

std::vector<TextEdit> edits_of_changes(std::string_view before, const LineIndex& lines, const Json& changes,
                                       ColumnUnit unit) {
    if (changes.size() == 1 && changes[0].contains("range"))
        return {{range_from(changes[0].at("range")).in(lines, unit), changes[0].at("text").get<std::string>()}};
    std::vector<TextEdit> edits;
    std::string text(before);
    for (const Json& change : changes) {
        std::string replacement = change.at("text").get<std::string>();
        TextEdit edit;
        if (change.contains("range"))
            edit = {range_from(change.at("range")).in(LineIndex(text), unit), std::move(replacement)};
        else edit = difference(text, replacement);
        text.replace(edit.range.begin, edit.range.length(), edit.replacement);
        edits.push_back(std::move(edit));
    }
    if (edits.size() > kMaxSeparateEdits) return {difference(before, text)};
    return edits;
}

void DocumentStore::put(Document document) {
    auto fresh = std::make_shared<DocumentTable>(*table_);
    std::erase_if(fresh->documents, [&](const Document& d) { return d.uri == document.uri; });
    fresh->documents.push_back(std::move(document));
    table_ = std::move(fresh);
}

std::string DocumentStore::open(const Json& params) {
    const Json& given = params.at("textDocument");
    Document document;
    document.uri = uri_in(params);
    document.version = given.value("version", int64_t(0));
    std::string path = path_of_document(document.uri, given.value("languageId", std::string()));
    if (path.empty()) return fmt::format("{} is neither Altru nor Velox", document.uri);
    std::string text = given.at("text").get<std::string>();
    std::string message;
    if (path.starts_with("std:")) {
        document.is_standard = true;
        document.file = files().find(path).value_or(FileId::None);
    } else if (text.size() > kMaxSourceBytes) {
        message = too_large(document.uri);
    } else {
        document.file = host_.set_file(path, std::move(text));
        load_project(host_, path);
        load_imports(host_);
    }
    put(std::move(document));
    return message;
}

std::string DocumentStore::change(const Json& params, ColumnUnit unit) {
    const std::string& uri = uri_in(params);
    const Document* known = table_->by_uri(uri);
    if (!known) return fmt::format("{} was changed but is not open", uri);
    Document document = *known;
    const Json& version = params.at("textDocument").value("version", Json());
    document.version = version.is_number_integer() ? version.get<int64_t>() : document.version + 1;
    if (!document.is_standard && document.file != FileId::None) {
        SyntaxTreePtr tree = host_.tree(document.file);
        if (!tree) return {};
        std::exchange(editions_[document.file], std::stop_source()).request_stop();
        std::vector<TextEdit> edits =
            edits_of_changes(tree->text(), *host_.lines(document.file), params.at("contentChanges"), unit);
        size_t size = tree->text().size();
        for (const TextEdit& edit : edits) size += edit.replacement.size();
        if (size > 2 * kMaxSourceBytes) return too_large(uri);
        host_.edit_file(document.file, edits);
        if (host_.may_import_anew(document.file, *tree)) load_imports(host_);
    }
    put(std::move(document));
    return {};
}

void DocumentStore::close(const Json& params) {
    const Document* known = table_->by_uri(uri_in(params));
    if (!known) return;
    Document document = *known;
    auto fresh = std::make_shared<DocumentTable>(*table_);
    std::erase_if(fresh->documents, [&](const Document& d) { return d.uri == document.uri; });
    table_ = std::move(fresh);
    if (document.is_standard || document.file == FileId::None || table_->by_file(document.file)) return;
    if (auto edition = editions_.extract(document.file)) edition.mapped().request_stop();
    // Others may import it: from here on it is what the disk says.
    const std::string path = files().path(document.file);
    if (auto text = read_source_file(path)) host_.set_file(path, std::move(*text));
    else host_.remove_file(document.file);
    forget_unused();
}

void DocumentStore::forget_unused() {
    std::unordered_set<FileId> used;
    std::vector<FileId> pending;
    for (const Document& document : table_->documents) {
        pending.push_back(document.file);
        if (document.file == FileId::None || document.is_standard) continue;
        if (auto main = project_main(files().path(document.file)))
            if (auto known = files().find(*main); known && host_.has_file(*known)) pending.push_back(*known);
    }
    while (!pending.empty()) {
        FileId file = pending.back();
        pending.pop_back();
        if (file == FileId::None || !used.insert(file).second) continue;
        for (const std::string& path : host_.imports(file))
            if (auto imported = files().find(path); imported && host_.has_file(*imported)) pending.push_back(*imported);
    }
    for (FileId file : host_.workspace_files())
        if (!used.count(file) && !is_in_folder(files().path(file))) host_.remove_file(file);
}

bool DocumentStore::is_in_folder(std::string_view path) const {
    return std::any_of(folders_.begin(), folders_.end(),
                       [&](const std::string& folder) { return path.starts_with(folder); });
}

void DocumentStore::enter_folder(const std::string& path) {
    std::string folder = normalized_path(path);
    if (!folder.ends_with('/')) folder += '/';
    load_project(host_, folder);
    for (const std::string& source : sources_below(folder)) {
        if (project_kind_of(source)) {
            load_project(host_, source.substr(0, source.rfind('/') + 1));
            continue;
        }
        auto known = files().find(source);
        if (known && host_.has_file(*known)) continue;
        if (auto text = read_source_file(source)) host_.set_file(source, std::move(*text));
    }
    load_imports(host_);
    folders_.push_back(std::move(folder));
}

void DocumentStore::leave_folder(const std::string& path) {
    std::string folder = normalized_path(path);
    if (!folder.ends_with('/')) folder += '/';
    std::erase(folders_, folder);
    forget_unused();
}

bool DocumentStore::changed_on_disk(const Json& params) {
    constexpr int kDeleted = 3;
    bool concerns_us = false;
    for (const Json& change : params.at("changes")) {
        auto path = path_of_uri(change.at("uri").get_ref<const std::string&>());
        if (path && project_kind_of(*path)) {
            manifest_changed(normalized_path(*path));
            concerns_us = true;
        }
        if (!path || !language_of_path(*path)) continue;
        concerns_us = true;
        std::string known_as = normalized_path(*path);
        auto file = files().find(known_as);
        bool is_known = file && host_.has_file(*file);
        if ((!is_known && !is_in_folder(known_as)) || (is_known && table_->by_file(*file))) continue;
        auto text = change.value("type", 0) == kDeleted ? tl::make_unexpected(std::string()) : read_source_file(*path);
        if (text) host_.set_file(known_as, std::move(*text));
        else if (is_known) host_.remove_file(*file);
    }
    if (concerns_us) load_imports(host_);
    return concerns_us;
}

/// It may have come, gone, or name another file to start with.
void DocumentStore::manifest_changed(const std::string& path) {
    read_manifests_again(host_);
    std::string folder = path.substr(0, path.rfind('/') + 1);
    if (is_in_folder(path)) load_project(host_, folder);
    for (const Document& document : table_->documents)
        if (document.file != FileId::None && files().path(document.file).starts_with(folder))
            load_project(host_, files().path(document.file));
}

FileId DocumentStore::find(const std::string& uri) const {
    if (const Document* document = table_->by_uri(uri)) return document->file;
    std::string path = path_of_document(uri, {});
    auto file = path.empty() ? std::nullopt : files().find(path);
    return file && host_.has_file(*file) ? *file : FileId::None;
}

}  // namespace braid::lsp
