#include "analyzer/ide/host.h"

#include <algorithm>
#include <set>

#include "analyzer/text/source_text.h"

namespace braid {

AnalysisHost::AnalysisHost(std::span<const StandardFile> standard_library) {
    database_.write([&](InputWriter& writer) {
        for (const StandardFile& source : standard_library) {
            const Language* language = language_of_path(source.path);
            if (!language) continue;
            FileId file = files().intern(source.path);
            SyntaxTreePtr tree = language->grammar().parse(std::make_shared<const std::string>(source.text));
            trees_[file] = tree;
            writer.set<FileTree>(file, std::move(tree), Durability::High);
        }
        writer.set<SourceFiles>(NoKey{}, sorted_files(), Durability::Medium);
    });
}

FileId AnalysisHost::set_file(std::string_view path, std::string text) {
    const Language* language = language_of_path(path);
    if (!language) return FileId::None;
    FileId file = files().intern(path);
    auto old = trees_.find(file);
    if (old != trees_.end()) {
        TextEdit edit = difference(old->second->text(), text);
        if (edit.range.empty() && edit.replacement.empty()) return file;
        edit_file(file, std::span(&edit, 1));
        return file;
    }
    store(file, language->grammar().parse(std::make_shared<const std::string>(std::move(text))), true);
    return file;
}

void AnalysisHost::edit_file(FileId file, std::span<const TextEdit> edits) {
    SyntaxTreePtr current = tree(file);
    if (!current) return;
    for (const TextEdit& edit : edits) {
        std::string_view before = current->text();
        uint32_t size = uint32_t(before.size());
        TextEdit clamped{{std::min(edit.range.begin, size), std::min(edit.range.end, size)}, edit.replacement};
        auto text = std::make_shared<std::string>();
        text->reserve(before.size() + clamped.replacement.size());
        text->append(before.substr(0, clamped.range.begin))
            .append(clamped.replacement)
            .append(before.substr(clamped.range.end));
        current = current->grammar().reparse(*current, std::span(&clamped, 1), std::move(text));
    }
    store(file, std::move(current), false);
}

void AnalysisHost::remove_file(FileId file) {
    if (!trees_.erase(file)) return;
    database_.write([&](InputWriter& writer) {
        writer.remove<FileTree>(file);
        writer.set<SourceFiles>(NoKey{}, sorted_files(), Durability::Medium);
    });
}

SyntaxTreePtr AnalysisHost::tree(FileId file) const {
    auto found = trees_.find(file);
    return found == trees_.end() ? nullptr : found->second;
}

std::vector<FileId> AnalysisHost::sorted_files() const {
    std::vector<FileId> result;
    for (const auto& [file, tree] : trees_) result.push_back(file);
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

std::vector<std::string> AnalysisHost::missing_imports() const {
    std::set<std::string> missing;
    for (const auto& [file, tree] : trees_) {
        if (is_std(file)) continue;
        for (std::string& imported : imports(file)) {
            auto known = files().find(imported);
            if (!known || !trees_.count(*known)) missing.insert(std::move(imported));
        }
    }
    return {missing.begin(), missing.end()};
}

void AnalysisHost::store(FileId file, SyntaxTreePtr tree, bool is_new) {
    trees_[file] = tree;
    database_.write([&](InputWriter& writer) {
        writer.set<FileTree>(file, std::move(tree), Durability::Low);
        if (is_new) writer.set<SourceFiles>(NoKey{}, sorted_files(), Durability::Medium);
    });
}

}  // namespace braid
