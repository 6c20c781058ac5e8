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

enum FactCategory : int { kVariable = 1, kItem, kTypeParameter, kReport };

/// What a name at a place means or which error is reported there, in the places of the new text.
struct Fact {
    uint32_t begin = 0;
    FileId file = FileId::None;
    uint32_t declared = 0;
    uint32_t what =
        0;  // the item's kind, or a local's number, a type parameter's or local's number, a diagnostic's code
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
    auto at = [&](FileId in, uint32_t offset) {
        return is_new ? shift_of(edited, in).from_new(offset) : shift_of(edited, in).from_old(offset);
    };
    std::vector<Fact> facts;
    for (const NameUse& use : *context.get<FileNames>(file)) {
        Fact fact;
        fact.begin = at(file, use.range.begin);
        auto* item = std::get_if<ItemId>(&use.target);
        auto* local = std::get_if<LocalId>(&use.target);
        ItemId declared = item ? *item : use.home;
        if (auto place = declaration_of_item(context, declared)) {
            fact.file = place->file;
            fact.declared = at(place->file, place->name.begin);
        }
        fact.category = item ? kItem : local ? kVariable : kTypeParameter;
        fact.what = item    ? uint32_t(kind_of(*item))
                    : local ? uint32_t(*local)
                            : std::get<TypeParameterId>(use.target).node;
        facts.push_back(fact);
    }
    for (const Diagnostic& each : *context.get<FastDiagnostics>(file))
        if (each.severity == Severity::Error)
            facts.push_back({at(file, each.location.range.begin), file, 0, uint32_t(each.code), kReport});
    std::sort(facts.begin(), facts.end());
    facts.erase(std::unique(facts.begin(), facts.end()), facts.end());
    return facts;
}

/// "line 3 of shop.velox".
std::string line_of(QueryContext& context, FileId file, uint32_t offset) {
    auto lines = context.get<FileLines>(file)->lines;
    std::string path = files().path(file);
    uint32_t line = lines ? lines->position(offset, ColumnUnit::CodePoint).line + 1 : 0;
    return fmt::format("line {} of {}", line, path.substr(path.rfind('/') + 1));
}

/// What is different in the changed program at a place: an error, or what a name there means now.
std::string describe_change(QueryContext& context, FileId file, uint32_t where, bool is_error) {
    std::string place = line_of(context, file, where);
    if (is_error)
        for (const Diagnostic& each : *context.get<FastDiagnostics>(file))
            if (each.severity == Severity::Error && each.location.range.begin == where)
                return fmt::format("there would be an error in {}: {}", place, each.message);
    auto names = context.get<FileNames>(file);
    for (const NameUse& use : *names) {
        if (use.range.begin != where) continue;
        std::string text((*context.get<FileTree>(file))->text().substr(where, use.range.length()));
        auto* item = std::get_if<ItemId>(&use.target);
        auto declared = item ? declaration_of_item(context, *item) : std::nullopt;
        if (declared)
            return fmt::format("`{}` in {} would then be the one that {} declares", text, place,
                               line_of(context, declared->file, declared->name.begin));
        for (const NameUse& other : *names)
            if (!item && other.is_declaration && other.same_target(use))
                return fmt::format("`{}` in {} would then be the one that {} declares", text, place,
                                   line_of(context, file, other.range.begin));
    }
    return fmt::format("{} would mean something else", place);
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
        bool is_error = b != new_facts->end() && b->begin == where && b->category == kReport;
        auto what = after.run([&](QueryContext& changed) { return describe_change(changed, file, where, is_error); });
        return what.value_or("the program would mean something else");
    }
    return std::nullopt;
}

}  // namespace braid
