#pragma once
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/ide/file_diagnostics.h"
#include "workspace/workspace.h"

namespace braid::test {

/// Some files in memory, and everything that is wrong with them.
class Program {
  public:
    explicit Program(const std::vector<std::pair<std::string, std::string>>& texts) : host_(make_host()) {
        for (const auto& [name, text] : texts) files_.push_back(host_->set_file("/test/" + name, text));
    }

    std::vector<Diagnostic> diagnostics() const {
        std::vector<Diagnostic> all;
        for (FileId file : files_) {
            auto found = host_->snapshot().get<FileDiagnostics>(file);
            REQUIRE(found);
            all.insert(all.end(), (*found)->begin(), (*found)->end());
        }
        return all;
    }

    /// The texts as a fix leaves them.
    std::vector<std::pair<std::string, std::string>> fixed(const Diagnostic::Fix& fix) const {
        std::vector<std::pair<std::string, std::string>> texts;
        for (FileId file : files_) {
            std::string text(host_->tree(file)->text());
            std::vector<TextEdit> edits;
            for (const auto& edit : fix.edits) {
                if (edit.location.file != file) continue;
                TextRange at = edit.location.range;
                if (edit.position == Diagnostic::FixEdit::InsertBefore) at.end = at.begin;
                if (edit.position == Diagnostic::FixEdit::InsertAfter) at.begin = at.end;
                edits.push_back({at, edit.text});
            }
            std::stable_sort(edits.begin(), edits.end(),
                             [](const TextEdit& a, const TextEdit& b) { return a.range.begin > b.range.begin; });
            for (const TextEdit& edit : edits) text.replace(edit.range.begin, edit.range.length(), edit.replacement);
            texts.emplace_back(files().path(file).substr(sizeof("/test/") - 1), std::move(text));
        }
        return texts;
    }

  private:
    std::unique_ptr<AnalysisHost> host_;
    std::vector<FileId> files_;
};

}  // namespace braid::test
