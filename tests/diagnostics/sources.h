#pragma once
#include <map>
#include <string>
#include <string_view>

#include "analyzer/diagnostics/render.h"

namespace braid::test {

/// Files in memory.
class Sources : public SourceProvider {
  public:
    FileId add(std::string path, std::string text) {
        const auto id = static_cast<FileId>(paths_.size());
        paths_[id] = std::move(path);
        texts_[id] = SourceText(std::move(text));
        return id;
    }
    FileId add_unreadable(std::string path) {
        const auto id = static_cast<FileId>(paths_.size());
        paths_[id] = std::move(path);
        return id;
    }
    /// The `occurrence`-th (from 0) place of `part`.
    FileRange find(FileId file, std::string_view part, int occurrence = 0) const {
        size_t at = texts_.at(file).view().find(part);
        for (; occurrence > 0; --occurrence) at = texts_.at(file).view().find(part, at + 1);
        return {file, {static_cast<uint32_t>(at), static_cast<uint32_t>(at + part.size())}};
    }

    std::string path(FileId file) const override { return paths_.at(file); }
    std::optional<SourceText> text(FileId file) const override {
        auto known = texts_.find(file);
        return known == texts_.end() ? std::nullopt : std::optional(known->second);
    }

  private:
    std::map<FileId, std::string> paths_;
    std::map<FileId, SourceText> texts_;
};

}  // namespace braid::test
