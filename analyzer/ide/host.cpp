#include "analyzer/ide/host.h"

#include <algorithm>
#include <set>

#include "analyzer/ide/names.h"
#include "analyzer/syntax/shared_ends.h"
#include "analyzer/text/source_text.h"

namespace braid {

AnalysisHost::AnalysisHost(std::span<const StandardFile> standard_library) {
    database_.write([&](InputWriter& writer) {
        for (const StandardFile& source : standard_library) {
            const Language* language = language_of_path(source.path);
            if (!language) continue;
            FileId file = files().intern(source.path);
            SyntaxTreePtr tree = language->grammar().parse(std::make_shared<const std::string>(source.text));
            sources_[file] = {tree, nullptr};
            writer.set<FileTree>(file, std::move(tree), Durability::High);
        }
        writer.set<SourceFiles>(NoKey{}, sorted_files(), Durability::Medium);
    });
}

FileId AnalysisHost::set_file(std::string_view path, std::string text) {
    const Language* language = language_of_path(path);
    if (!language) return FileId::None;
    FileId file = files().intern(path);
    auto old = sources_.find(file);
    if (old != sources_.end()) {
        TextEdit edit = difference(old->second.tree->text(), text);
        if (edit.range.empty() && edit.replacement.empty()) return file;
        edit_file(file, std::span(&edit, 1));
        return file;
    }
    store(file, {language->grammar().parse(std::make_shared<const std::string>(std::move(text))), nullptr}, true);
    return file;
}

void AnalysisHost::edit_file(FileId file, std::span<const TextEdit> edits) {
    Source current{tree(file), lines(file)};
    if (!current.tree) return;
    for (const TextEdit& edit : edits) {
        std::string_view before = current.tree->text();
        uint32_t size = uint32_t(before.size());
        TextEdit clamped{{std::min(edit.range.begin, size), std::min(edit.range.end, size)}, edit.replacement};
        auto text = std::make_shared<std::string>();
        text->reserve(before.size() + clamped.replacement.size());
        text->append(before.substr(0, clamped.range.begin))
            .append(clamped.replacement)
            .append(before.substr(clamped.range.end));
        Source edited;
        edited.tree = current.tree->grammar().reparse(*current.tree, std::span(&clamped, 1), std::move(text));
        edited.lines = std::make_shared<const LineIndex>(*current.lines, clamped, edited.tree->text());
        current = std::move(edited);
    }
    store(file, std::move(current), false);
}

void AnalysisHost::remove_file(FileId file) {
    if (!sources_.erase(file)) return;
    database_.write([&](InputWriter& writer) {
        writer.remove<FileTree>(file);
        writer.remove<KnownLines>(file);
        writer.set<SourceFiles>(NoKey{}, sorted_files(), Durability::Medium);
    });
}

FileId AnalysisHost::set_manifest(std::string_view path, std::string text) {
    FileId manifest = files().intern(path);
    auto known = manifests_.find(manifest);
    if (known != manifests_.end() && *known->second == text) return manifest;
    const bool is_new = known == manifests_.end();
    auto shared = std::make_shared<const std::string>(std::move(text));
    manifests_[manifest] = shared;
    database_.write([&](InputWriter& writer) {
        writer.set<ManifestText>(manifest, std::move(shared), Durability::Medium);
        if (is_new) writer.set<ManifestFiles>(NoKey{}, manifests(), Durability::Medium);
    });
    return manifest;
}

void AnalysisHost::remove_manifest(FileId manifest) {
    if (!manifests_.erase(manifest)) return;
    database_.write([&](InputWriter& writer) {
        writer.remove<ManifestText>(manifest);
        writer.set<ManifestFiles>(NoKey{}, manifests(), Durability::Medium);
    });
}

std::vector<FileId> AnalysisHost::manifests() const {
    std::vector<FileId> result;
    for (const auto& [manifest, text] : manifests_) result.push_back(manifest);
    return result;
}

std::shared_ptr<const std::string> AnalysisHost::manifest_text(FileId manifest) const {
    auto found = manifests_.find(manifest);
    return found == manifests_.end() ? nullptr : found->second;
}

SyntaxTreePtr AnalysisHost::tree(FileId file) const {
    auto found = sources_.find(file);
    return found == sources_.end() ? nullptr : found->second.tree;
}

std::shared_ptr<const LineIndex> AnalysisHost::lines(FileId file) {
    auto found = sources_.find(file);
    if (found == sources_.end()) return nullptr;
    Source& source = found->second;
    if (!source.lines) source.lines = std::make_shared<const LineIndex>(source.tree->text());
    return source.lines;
}

std::vector<FileId> AnalysisHost::sorted_files() const {
    std::vector<FileId> result;
    for (const auto& [file, source] : sources_) result.push_back(file);
    std::sort(result.begin(), result.end());
    return result;
}

std::vector<FileId> AnalysisHost::workspace_files() const {
    std::vector<FileId> result = sorted_files();
    std::erase_if(result, [](FileId file) { return is_std(file); });
    return result;
}

std::vector<std::string> AnalysisHost::imports(FileId file) const {
    SyntaxTreePtr current = tree(file);
    const std::string& path = files().path(file);
    const Language* language = language_of_path(path);
    return current && language ? language->imported_paths(path, *current) : std::vector<std::string>();
}

bool AnalysisHost::may_import_anew(FileId file, const SyntaxTree& before) const {
    SyntaxTreePtr now = tree(file);
    const Language* language = language_of_path(files().path(file));
    if (!now || !language) return true;
    const SharedEnds ends = shared_ends(before.root(), now->root());
    for (const SyntaxTree* tree : {&before, now.get()}) {
        const uint32_t end = tree->root().size() - ends.behind;
        for (uint32_t at = 1 + ends.before; at < end;) {
            const SyntaxElement piece = element_at(tree->root(), at);
            if (!piece || language->may_import(piece.kind())) return true;
            at += piece.slot().size();
        }
    }
    return false;
}

std::vector<std::string> AnalysisHost::missing_imports() const {
    std::set<std::string> missing;
    for (const auto& [file, source] : sources_) {
        if (is_std(file)) continue;
        for (std::string& imported : imports(file)) {
            auto known = files().find(imported);
            if (!known || !sources_.count(*known)) missing.insert(std::move(imported));
        }
    }
    return {missing.begin(), missing.end()};
}

void AnalysisHost::store(FileId file, Source source, bool is_new) {
    sources_[file] = source;
    database_.write([&](InputWriter& writer) {
        if (source.lines) writer.set<KnownLines>(file, {source.tree, std::move(source.lines)}, Durability::Low);
        writer.set<FileTree>(file, std::move(source.tree), Durability::Low);
        if (is_new) writer.set<SourceFiles>(NoKey{}, sorted_files(), Durability::Medium);
    });
}

}  // namespace braid
