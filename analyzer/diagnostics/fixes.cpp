#include "analyzer/diagnostics/fixes.h"

#include <algorithm>

#include "analyzer/diagnostics/render.h"

namespace braid {

namespace {

using Edits = std::map<FileId, std::vector<TextEdit>>;

auto position_of(std::vector<TextEdit>& edits, const TextEdit& edit) {
    return std::lower_bound(edits.begin(), edits.end(), edit, [](const TextEdit& left, const TextEdit& right) {
        return left.range.begin < right.range.begin;
    });
}

bool touch(TextRange left, TextRange right) { return left.begin <= right.end && right.begin <= left.end; }

bool is_free(Edits& taken, FileId file, const TextEdit& edit) {
    std::vector<TextEdit>& edits = taken[file];
    auto next = position_of(edits, edit);
    return (next == edits.end() || !touch(next->range, edit.range)) &&
           (next == edits.begin() || !touch(std::prev(next)->range, edit.range));
}

bool is_taken(Edits& taken, FileId file, const TextEdit& edit) {
    std::vector<TextEdit>& edits = taken[file];
    auto next = position_of(edits, edit);
    return next != edits.end() && *next == edit;
}

template <typename Predicate>
bool all_of(const Edits& edits, Predicate holds) {
    return std::all_of(edits.begin(), edits.end(), [&](const auto& file) {
        return std::all_of(file.second.begin(), file.second.end(),
                           [&](const TextEdit& edit) { return holds(file.first, edit); });
    });
}

}  // namespace

ChosenFixes choose_fixes(std::span<const Diagnostic> diagnostics, const std::function<bool(const Diagnostic&)>& allowed,
                         size_t limit) {
    ChosenFixes chosen;
    size_t made = 0;
    for (size_t i = 0; i < diagnostics.size() && made < limit; ++i) {
        const Diagnostic& diagnostic = diagnostics[i];
        if (diagnostic.fixes.size() != 1 || diagnostic.fixes[0].edits.empty() || !allowed(diagnostic)) continue;
        const Edits wanted = text_edits(diagnostic.fixes[0]);
        if (!all_of(wanted, [&](FileId file, const TextEdit& edit) { return is_taken(chosen.edits, file, edit); })) {
            if (!all_of(wanted, [&](FileId file, const TextEdit& edit) { return is_free(chosen.edits, file, edit); }))
                continue;
            for (const auto& [file, edits] : wanted)
                for (const TextEdit& edit : edits) {
                    std::vector<TextEdit>& taken = chosen.edits[file];
                    taken.insert(position_of(taken, edit), edit);
                }
            ++made;
        }
        chosen.diagnostics.push_back(i);
    }
    std::erase_if(chosen.edits, [](const auto& file) { return file.second.empty(); });
    return chosen;
}

}  // namespace braid
