#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "analyzer/diagnostics/fixes.h"
#include "analyzer/diagnostics/render.h"
#include "cli/check.h"
#include "cli/command.h"
#include "workspace/formatting.h"

namespace braid::cli {
namespace {

/// What a diagnostic is, wherever edits have moved it to.
using Identity = std::tuple<FileId, DiagnosticCode, std::string>;
Identity identity(const Diagnostic& d) { return {d.location.file, d.code, d.message}; }

/// Parts of a file that did not parse are checked for the first time once it does.
bool is_about_syntax(const Diagnostic& d) { return d.code < DiagnosticCode::UnresolvedName; }

/// The tries after which what is left stays, whatever it is; each makes a fix, rules one out or halves their number.
constexpr int kMostTries = 200;

class Fixer {
  public:
    Fixer(CheckSession& session, const CheckOptions& options) : session_(session), options_(options) {}

    void run() {
        std::vector<Diagnostic> present = diagnostics();
        size_t limit = present.size();
        for (int tries = 0; tries < kMostTries; ++tries) {
            ChosenFixes chosen = choose_fixes(
                present, [&](const Diagnostic& d) { return may_fix(d); }, limit);
            if (chosen.edits.empty()) {
                if (level_ == Severity::Hint) return;
                level_ = Severity(int(level_) + 1);
                limit = present.size();
                continue;
            }
            Texts before = make(chosen);
            std::vector<Diagnostic> after = diagnostics();
            if (is_better(present, chosen, after)) {
                fixed_ += chosen.diagnostics.size();
                for (auto& [file, text] : before) originals_.try_emplace(file, std::move(text));
                present = std::move(after);
                limit = present.size();
                continue;
            }
            for (auto& [file, text] : before) session_.host().set_file(files().path(file), std::move(text));
            limit = chosen.diagnostics.size() / 2;
            if (limit > 0) continue;
            ruled_out_.insert(identity(present[chosen.diagnostics[0]]));
            limit = 1;
        }
    }

    bool save() {
        bool all_saved = true;
        size_t saved = 0;
        for (const auto& [file, original] : originals_) {
            auto done = save_file(file, original);
            if (!done) complain(done.error());
            all_saved &= done.has_value();
            saved += done.has_value();
        }
        if (saved > 0)
            say(fmt::format("fixed {} problem{} in {} file{}", fixed_, fixed_ == 1 ? "" : "s", saved,
                            saved == 1 ? "" : "s"));
        else if (all_saved) say("nothing to fix");
        return all_saved;
    }

  private:
    using Texts = std::map<FileId, std::string>;

    std::vector<Diagnostic> diagnostics() {
        auto found = unknown_to_baseline(session_.check(options_.jobs), options_);
        return found ? std::move(*found) : std::vector<Diagnostic>();
    }

    /// Only in the files that were asked for.
    bool may_fix(const Diagnostic& d) const {
        if (d.severity > level_ || ruled_out_.count(identity(d))) return false;
        return std::all_of(d.fixes[0].edits.begin(), d.fixes[0].edits.end(), [&](const auto& edit) {
            return session_.asked().count(edit.location.file) && !is_std(edit.location.file);
        });
    }

    /// In the host; gives the texts as they were.
    Texts make(const ChosenFixes& chosen) {
        Texts before;
        for (const auto& [file, edits] : chosen.edits) {
            before.emplace(file, session_.host().tree(file)->text());
            // From the last to the first: each is applied to the text that the one before left.
            std::vector<TextEdit> last_first(edits.rbegin(), edits.rend());
            session_.host().edit_file(file, last_first);
        }
        return before;
    }

    /// What was fixed is gone, and no errors came in its place.
    static bool is_better(const std::vector<Diagnostic>& before, const ChosenFixes& chosen,
                          const std::vector<Diagnostic>& after) {
        auto errors = [](const std::vector<Diagnostic>& list) {
            return std::count_if(list.begin(), list.end(), [](const auto& d) { return d.severity == Severity::Error; });
        };
        std::map<Identity, int> counts;
        for (const Diagnostic& d : before) ++counts[identity(d)];
        for (size_t index : chosen.diagnostics) --counts[identity(before[index])];
        std::map<Identity, int> left;
        for (const Diagnostic& d : after) ++left[identity(d)];
        bool was_syntax = false;
        for (size_t index : chosen.diagnostics) {
            const Identity fixed = identity(before[index]);
            if (left[fixed] > counts[fixed]) return false;
            was_syntax |= is_about_syntax(before[index]);
        }
        return was_syntax || errors(after) <= errors(before);
    }

    tl::expected<void, std::string> save_file(FileId file, const std::string& original) {
        const std::string& path = files().path(file);
        auto on_disk = read_source_file(path);
        if (!on_disk) return tl::make_unexpected(on_disk.error());
        if (*on_disk != original)
            return tl::make_unexpected(path +
                                       ": was changed by someone else meanwhile and is left as it is; run again");
        return replace_file(path, session_.host().tree(file)->text());
    }

    CheckSession& session_;
    const CheckOptions& options_;
    Texts originals_;
    std::set<Identity> ruled_out_;
    Severity level_ = Severity::Error;  ///< errors first: a variable is unused perhaps because its use is misspelt
    size_t fixed_ = 0;
};

}  // namespace

bool apply_fixes(CheckSession& session, const CheckOptions& options) {
    Fixer fixer(session, options);
    fixer.run();
    return fixer.save();
}

}  // namespace braid::cli
