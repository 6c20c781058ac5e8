#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "analyzer/ide/file_diagnostics.h"
#include "analyzer/ide/rename.h"
#include "analyzer/ide/scratch.h"
#include "analyzer/semantics/language.h"

namespace braid {
namespace {

/// Places of the old text in the new one. What stands within an edit is at the edit's begin.
class Shift {
  public:
    explicit Shift(const std::vector<TextEdit>* edits) : edits_(edits) {}

    uint32_t from_old(uint32_t offset) const {
        int64_t moved = 0;
        if (edits_)
            for (const TextEdit& edit : *edits_) {
                if (edit.range.begin > offset) break;
                if (offset < edit.range.end) return uint32_t(edit.range.begin + moved);
                moved += int64_t(edit.replacement.size()) - edit.range.length();
            }
        return uint32_t(offset + moved);
    }
    uint32_t from_new(uint32_t offset) const {
        int64_t moved = 0;
        if (edits_)
            for (const TextEdit& edit : *edits_) {
                uint32_t begin = uint32_t(edit.range.begin + moved), end = begin + uint32_t(edit.replacement.size());
                if (begin > offset) break;
                if (offset < end) return begin;
                moved += int64_t(edit.replacement.size()) - edit.range.length();
            }
        return offset;
    }

  private:
    const std::vector<TextEdit>* edits_;  // null: the file is as it was
};

/// What a name at a place means or which error is reported there, in the places of the new text.
struct Fact {
    uint32_t begin = 0;
    FileId file = FileId::None;
    uint32_t declared = 0;
    uint32_t what = 0;  // the item's kind, or a local's number, or a diagnostic's code
    int category = 0;
    auto key() const { return std::tie(begin, category, file, declared, what); }
    friend bool operator<(const Fact& a, const Fact& b) { return a.key() < b.key(); }
    friend bool operator==(const Fact& a, const Fact& b) { return a.key() == b.key(); }
};

using Edited = std::map<FileId, const std::vector<TextEdit>*>;

Shift shift_of(const Edited& edited, FileId file) {
    auto it = edited.find(file);
    return Shift(it == edited.end() ? nullptr : it->second);
}

std::vector<Fact> facts_of(QueryContext& context, FileId file, const Edited& edited, bool is_new) {
    enum { Variable = 1, Item, Report };
    auto at = [&](FileId in, uint32_t offset) {
        return is_new ? shift_of(edited, in).from_new(offset) : shift_of(edited, in).from_old(offset);
    };
    std::vector<Fact> facts;
    for (const NameUse& use : *context.get<FileNames>(file)) {
        Fact fact;
        fact.begin = at(file, use.range.begin);
        auto* item = std::get_if<ItemId>(&use.target);
        ItemId declared = item ? *item : use.home;
        if (auto place = declaration_of_item(context, declared)) {
            fact.file = place->file;
            fact.declared = at(place->file, place->name.begin);
        }
        fact.category = item ? Item : Variable;
        fact.what = item ? uint32_t(kind_of(*item)) : uint32_t(std::get<LocalId>(use.target));
        facts.push_back(fact);
    }
    for (const Diagnostic& each : *context.get<FastDiagnostics>(file))
        if (each.severity == Severity::Error)
            facts.push_back({at(file, each.location.range.begin), file, 0, uint32_t(each.code), Report});
    std::sort(facts.begin(), facts.end());
    facts.erase(std::unique(facts.begin(), facts.end()), facts.end());
    return facts;
}

bool mentions_one(const SyntaxTree& tree, const std::vector<std::string>& words) {
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& word) { return tree.text().find(word) != std::string_view::npos; });
}

}  // namespace

std::optional<std::string> changed_meaning(QueryContext& context, const std::vector<FileEdits>& edits,
                                           const std::vector<std::string>& words) {
    Edited edited;
    for (const FileEdits& each : edits) edited[each.file] = &each.edits;
    std::vector<FileId> affected;
    for (FileId file : *context.get<SourceFiles>()) {
        auto tree = context.get<FileTree>(file);
        bool is_affected = tree && *tree && !is_std(file) && (edited.count(file) || mentions_one(**tree, words));
        if (is_affected) affected.push_back(file);
    }
    ScratchProgram scratch(context, edits);
    Snapshot after = scratch.snapshot();
    for (FileId file : affected) {
        context.check_cancelled();
        std::vector<Fact> old_facts = facts_of(context, file, edited, false);
        auto new_facts = after.run([&](QueryContext& changed) { return facts_of(changed, file, edited, true); });
        if (!new_facts) return std::string("the program could not be analyzed");
        auto [a, b] = std::mismatch(old_facts.begin(), old_facts.end(), new_facts->begin(), new_facts->end());
        if (a == old_facts.end() && b == new_facts->end()) continue;
        uint32_t where = a == old_facts.end()    ? b->begin
                         : b == new_facts->end() ? a->begin
                                                 : std::min(a->begin, b->begin);
        auto line = after.run([&](QueryContext& changed) {
            return changed.get<FileLines>(file)->lines->position(where, ColumnUnit::CodePoint);
        });
        std::string path = files().path(file);
        return fmt::format("line {} of {} would mean something else", line ? line->line + 1 : 0,
                           path.substr(path.rfind('/') + 1));
    }
    return std::nullopt;
}

}  // namespace braid
