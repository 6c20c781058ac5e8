#pragma once
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "workspace/workspace.h"

namespace braid::cli {

/// Diagnostics that are known and not reported again: a file in version control. They are told by file, code and
/// message, each so many times, so that edits elsewhere in a file make nothing new; paths are relative to its folder.
class Baseline {
  public:
    explicit Baseline(std::string path);
    // Errors are messages for the user.
    tl::expected<void, std::string> read();
    tl::expected<void, std::string> write(const std::vector<Diagnostic>& diagnostics) const;
    std::vector<Diagnostic> unknown(std::vector<Diagnostic> diagnostics) const;

  private:
    using Entry = std::tuple<std::string, std::string, std::string>;  // file, code, message
    Entry entry(const Diagnostic& d) const;

    std::string path_;
    std::string folder_;
    std::map<Entry, size_t> known_;
};

}  // namespace braid::cli
