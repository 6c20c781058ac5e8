#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "workspace/workspace.h"

namespace braid::cli {

/// The files that a check was asked for, as they are on disk, in one host: what was known of a file before stays known
/// as far as it still holds.
class CheckSession {
  public:
    explicit CheckSession(std::vector<std::string> paths);

    /// Brings the host to what is on disk: new files, gone files, and those of `changed` (absolute paths; none: all)
    /// that differ. True if something that can be seen is different now.
    bool load(const std::optional<std::set<std::string>>& changed = std::nullopt);

    /// What there is to say about the files asked for, in the order of reports. On `jobs` threads; 0: one for each
    /// processor.
    std::vector<Diagnostic> check(unsigned jobs);

    /// Messages about files and folders that cannot be read.
    const std::vector<std::string>& problems() const { return problems_; }
    /// Messages about files that the last check could not do.
    const std::vector<std::string>& unanswered() const { return unanswered_; }
    const std::set<FileId>& asked() const { return asked_; }
    /// Where something can happen that changes the result, absolute.
    std::vector<std::string> folders() const;
    AnalysisHost& host() { return *host_; }
    /// How many files the last check looked at anew.
    size_t computed() const { return computed_; }

  private:
    void read(const std::string& path);
    void read_changed_imports(const std::optional<std::set<std::string>>& changed);

    std::vector<std::string> paths_;
    std::unique_ptr<AnalysisHost> host_;
    std::map<std::string, FileId> sources_;  ///< as found, with what they are in the host
    std::set<FileId> asked_;
    std::vector<std::string> problems_;
    std::vector<std::string> unanswered_;
    size_t computed_ = 0;
};

}  // namespace braid::cli
