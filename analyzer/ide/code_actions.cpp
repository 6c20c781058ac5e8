#include "analyzer/ide/code_actions.h"

#include <algorithm>

#include "analyzer/ide/refactor.h"
#include "analyzer/ide/scratch.h"

namespace braid {
namespace {

constexpr std::string_view kKindNames[] = {
#define X(Name, text) text,
    BRAID_CODE_ACTION_KINDS(X)
#undef X
};

constexpr void (*kRefactorings[])(const Refactoring&) = {extract_variable, extract_function,          inline_variable,
                                                         add_missing_arms, implement_missing_members, import_name};

}  // namespace

std::span<const std::string_view> code_action_kind_names() { return kKindNames; }

void Refactoring::offer(std::string title, CodeActionKind kind, std::vector<TextEdit> edits, bool fewer) const {
    std::stable_sort(edits.begin(), edits.end(),
                     [](const TextEdit& a, const TextEdit& b) { return a.range.begin < b.range.begin; });
    std::vector<FileEdits> change{{file, std::move(edits)}};
    if (added_errors(context, change) > (fewer ? -1 : 0)) return;
    out.push_back({std::move(title), kind, std::move(change), {}});
}

void Refactoring::refuse(std::string title, CodeActionKind kind, std::string why) const {
    out.push_back({std::move(title), kind, {}, std::move(why)});
}

std::vector<CodeAction> code_actions(QueryContext& context, FileId file, TextRange range) {
    std::vector<CodeAction> out;
    auto tree = context.get<FileTree>(file);
    const EditingRules* rules = editing_rules_of(file);
    if (!tree || !*tree || !rules || is_std(file)) return out;
    std::string_view text = (*tree)->text();
    range.end = std::min(range.end, uint32_t(text.size()));
    range.begin = std::min(range.begin, range.end);
    auto is_blank = [&](uint32_t at) {
        return text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r';
    };
    while (range.begin < range.end && is_blank(range.begin)) ++range.begin;
    while (range.begin < range.end && is_blank(range.end - 1)) --range.end;
    for (auto* refactor : kRefactorings) refactor({context, file, **tree, *rules, range, out});
    return out;
}

std::string_view line_indentation(std::string_view text, uint32_t offset) {
    uint32_t begin = offset;
    while (begin > 0 && text[begin - 1] != '\n') --begin;
    uint32_t end = begin;
    while (end < text.size() && (text[end] == ' ' || text[end] == '\t')) ++end;
    return text.substr(begin, end - begin);
}

bool begins_line(std::string_view text, uint32_t offset) {
    while (offset > 0 && (text[offset - 1] == ' ' || text[offset - 1] == '\t')) --offset;
    return offset == 0 || text[offset - 1] == '\n';
}

std::string free_name(QueryContext& context, FileId file, uint32_t offset, std::string_view base) {
    const EditingRules& rules = *editing_rules_of(file);
    auto locals = locals_at(context, file, offset);
    auto visible = rules.visible(context, item_at(context, file, offset));
    auto names = context.get<FileNames>(file);
    auto tree = context.get<FileTree>(file);
    std::string name(base);
    for (int number = 2;; ++number) {
        auto is = [&](const auto& each) { return each.name.text() == name; };
        // Also not one that is declared further down and would be seen by what is moved.
        bool taken =
            std::any_of(locals.begin(), locals.end(), is) || std::any_of(visible.begin(), visible.end(), is) ||
            std::any_of(names->begin(), names->end(), [&](const NameUse& use) {
                return use.is_declaration && (*tree)->text().substr(use.range.begin, use.range.length()) == name;
            });
        if (!taken) return name;
        name = std::string(base) + std::to_string(number);
    }
}

}  // namespace braid
