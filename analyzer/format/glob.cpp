#include "analyzer/format/glob.h"

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace braid::format {

namespace {

/// Backtracking over pairs of what is left of the glob and of the path. A brace puts its alternatives, each followed by
/// what stands behind the brace, in place of the glob.
class Matcher {
  public:
    bool matches(std::string glob, std::string_view path) {
        tasks_.push_back({std::move(glob), path});
        constexpr int kMostSteps = 20'000;
        for (int steps = 0; !tasks_.empty() && steps < kMostSteps; ++steps) {
            Task task = std::move(tasks_.back());
            tasks_.pop_back();
            if (step(task)) return true;
        }
        return false;
    }

  private:
    struct Task {
        std::string glob;
        std::string_view path;
    };

    /// Goes on as long as there is one way only; true: all of the path was matched.
    bool step(const Task& task) {
        std::string_view glob = task.glob;
        std::string_view path = task.path;
        while (!glob.empty()) {
            switch (glob[0]) {
                case '*': return star(glob, path);
                case '{':
                    if (auto done = brace(glob, path)) return *done;
                    break;  // a plain `{`
                case '?':
                    if (path.empty() || path[0] == '/') return false;
                    glob.remove_prefix(1);
                    path.remove_prefix(1);
                    continue;
                case '[': {
                    size_t close = glob.find(']', 2);
                    if (close == std::string_view::npos || glob.substr(0, close).find('/') != std::string_view::npos)
                        break;
                    if (path.empty() || path[0] == '/' || !in_set(glob.substr(1, close - 1), path[0])) return false;
                    glob.remove_prefix(close + 1);
                    path.remove_prefix(1);
                    continue;
                }
                case '\\':
                    if (glob.size() > 1) glob.remove_prefix(1);
                    break;
                default: break;
            }
            if (path.empty() || path[0] != glob[0]) return false;
            glob.remove_prefix(1);
            path.remove_prefix(1);
        }
        return path.empty();
    }

    bool star(std::string_view glob, std::string_view path) {
        bool any_folder = glob.substr(0, 2) == "**";
        std::string_view rest = glob.substr(any_folder ? 2 : 1);
        // `a/**/b` fits `a/b`, too.
        if (any_folder && !rest.empty() && rest[0] == '/') tasks_.push_back({std::string(rest.substr(1)), path});
        for (size_t skipped = 0;; ++skipped) {
            tasks_.push_back({std::string(rest), path.substr(skipped)});
            if (skipped == path.size() || (path[skipped] == '/' && !any_folder)) return false;
        }
    }

    static bool in_set(std::string_view set, char c) {
        bool negated = !set.empty() && (set[0] == '!' || set[0] == '^');
        if (negated) set.remove_prefix(1);
        bool found = false;
        for (size_t i = 0; i < set.size(); ++i) {
            if (i + 2 < set.size() && set[i + 1] == '-') {
                found |= set[i] <= c && c <= set[i + 2];
                i += 2;
            } else {
                found |= set[i] == c;
            }
        }
        return found != negated;
    }

    /// None: no alternatives, so the brace stands for itself.
    std::optional<bool> brace(std::string_view glob, std::string_view path) {
        std::vector<std::string_view> alternatives;
        size_t depth = 0, from = 1, close = 0;
        for (size_t i = 0; i < glob.size() && close == 0; ++i) {
            if (glob[i] == '\\') {
                ++i;
            } else if (glob[i] == '{') {
                ++depth;
            } else if (glob[i] == '}' && --depth == 0) {
                alternatives.push_back(glob.substr(from, i - from));
                close = i;
            } else if (glob[i] == ',' && depth == 1) {
                alternatives.push_back(glob.substr(from, i - from));
                from = i + 1;
            }
        }
        if (close == 0) return std::nullopt;
        std::string_view rest = glob.substr(close + 1);
        if (alternatives.size() == 1) {
            if (auto range = number_range(alternatives[0])) return number(*range, rest, path);
            return std::nullopt;
        }
        for (std::string_view alternative : alternatives)
            tasks_.push_back({std::string(alternative) + std::string(rest), path});
        return false;
    }

    using Range = std::pair<long, long>;
    static std::optional<Range> number_range(std::string_view text) {
        size_t dots = text.find("..");
        if (dots == std::string_view::npos) return std::nullopt;
        std::string low(text.substr(0, dots)), high(text.substr(dots + 2));
        char *low_end = nullptr, *high_end = nullptr;
        Range range{std::strtol(low.c_str(), &low_end, 10), std::strtol(high.c_str(), &high_end, 10)};
        if (low.empty() || high.empty() || *low_end || *high_end) return std::nullopt;
        return range;
    }

    bool number(Range range, std::string_view rest, std::string_view path) {
        size_t digits = !path.empty() && (path[0] == '-' || path[0] == '+') ? 1 : 0;
        size_t sign = digits;
        while (digits < path.size() && path[digits] >= '0' && path[digits] <= '9' && digits < 18) ++digits;
        if (digits == sign) return false;
        long value = std::strtol(std::string(path.substr(0, digits)).c_str(), nullptr, 10);
        if (range.first > range.second) std::swap(range.first, range.second);
        if (value >= range.first && value <= range.second) tasks_.push_back({std::string(rest), path.substr(digits)});
        return false;
    }

    std::vector<Task> tasks_;
};

}  // namespace

bool glob_matches(std::string_view glob, std::string_view path) {
    constexpr size_t kLongest = 1024;
    if (glob.size() > kLongest || path.size() > 4 * kLongest) return false;
    size_t slash = glob.find('/');
    if (slash == std::string_view::npos) return Matcher().matches("**/" + std::string(glob), path);
    if (slash == 0) glob.remove_prefix(1);
    return Matcher().matches(std::string(glob), path);
}

}  // namespace braid::format
