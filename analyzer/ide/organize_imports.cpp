#include <algorithm>
#include <unordered_set>

#include "analyzer/ide/code_actions.h"
#include "analyzer/ide/scratch.h"
#include "analyzer/ide/structure.h"

namespace braid {
namespace {

bool gives_away(const SyntaxNode& import) {  // `pub use`, `export`: others may need it
    SyntaxToken first = import.first_token();
    return first && (first.text() == "pub" || first.text() == "export");
}

/// The names an import brings that nothing else in the file uses.
std::unordered_set<std::string_view> unused_names(QueryContext& context, FileId file, const SyntaxTree& tree,
                                                  const std::vector<SyntaxNode>& imports) {
    auto text = [&](const NameUse& use) { return tree.text().substr(use.range.begin, use.range.length()); };
    auto in_imports = [&](const NameUse& use) {
        return std::any_of(imports.begin(), imports.end(),
                           [&](const SyntaxNode& each) { return each.text_range().contains(use.range.begin); });
    };
    auto names = context.get<FileNames>(file);
    std::unordered_set<std::string_view> used, unused;
    for (const NameUse& use : *names)
        if (!in_imports(use)) used.insert(text(use));
    for (const NameUse& use : *names)
        if (in_imports(use) && !used.count(text(use))) unused.insert(text(use));
    return unused;
}

/// An import with its names sorted and without the unused ones; empty when nothing is left. Imports that are more than
/// one list of names are left alone.
std::string tidied(const SyntaxNode& import, const std::unordered_set<std::string_view>& unused) {
    std::string text(import.text());
    size_t open = text.find('{'), close = text.find('}');
    bool has_list =
        open != std::string::npos && close != std::string::npos && text.find('{', open + 1) == std::string::npos;
    if (!has_list || gives_away(import) || text.find('\n') != std::string::npos) {
        bool is_plain = open == std::string::npos && text.find('*') == std::string::npos && !gives_away(import);
        // `use a::b`: its last word is what it brings. An import for its effect brings nothing and stays.
        SyntaxToken last = import.last_token();
        return is_plain && last && unused.count(last.text()) ? std::string() : text;
    }
    std::vector<std::string> names;
    std::string_view list = std::string_view(text).substr(open + 1, close - open - 1);
    while (!list.empty()) {
        size_t comma = std::min(list.find(','), list.size());
        std::string_view name = list.substr(0, comma);
        list.remove_prefix(std::min(comma + 1, list.size()));
        while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
        while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
        size_t space = name.rfind(' ');
        std::string_view given = space == std::string_view::npos ? name : name.substr(space + 1);
        if (!name.empty() && !unused.count(given)) names.emplace_back(name);
    }
    if (names.empty()) return {};
    std::sort(names.begin(), names.end());
    bool spaced = text[open + 1] == ' ';
    std::string out = text.substr(0, open + 1) + (spaced ? " " : "");
    for (size_t i = 0; i < names.size(); ++i) out += (i ? ", " : "") + names[i];
    return out + (spaced ? " " : "") + text.substr(close);
}

}  // namespace

std::vector<CodeAction> organize_imports(QueryContext& context, FileId file) {
    auto tree = context.get<FileTree>(file);
    const EditingRules* rules = editing_rules_of(file);
    if (!tree || !*tree || !rules || is_std(file)) return {};
    // The first run of imports, nothing but line ends between them.
    std::vector<SyntaxNode> run;
    for (const SyntaxNode& child : (*tree)->root().child_nodes()) {
        bool is_import = rules->is(child, syntax_role::ImportLine);
        if (!is_import && !run.empty()) break;
        if (!is_import) continue;
        std::string_view between = child.leading_trivia();
        bool goes_on = run.empty() || (between.find_first_not_of("\r\n \t") == std::string_view::npos &&
                                       std::count(between.begin(), between.end(), '\n') == 1);
        if (!goes_on) break;
        run.push_back(child);
    }
    if (run.empty() || (*tree)->has_errors()) return {};
    auto unused = unused_names(context, file, **tree, run);
    std::vector<std::string> lines;
    for (const SyntaxNode& import : run)
        if (std::string line = tidied(import, unused); !line.empty()) lines.push_back(std::move(line));
    std::stable_sort(lines.begin(), lines.end());
    lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
    TextRange range{run.front().text_range().begin, run.back().text_range().end};
    std::string text;
    for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
    std::string_view all = (*tree)->text();
    if (text.empty())
        while (range.end < all.size() && (all[range.end] == '\n' || all[range.end] == '\r')) ++range.end;
    if (all.substr(range.begin, range.length()) == text) return {};
    std::vector<FileEdits> edits{{file, {{range, std::move(text)}}}};
    if (added_errors(context, edits) > 0) return {};
    return {{"Organize the imports", CodeActionKind::OrganizeImports, std::move(edits), {}}};
}

}  // namespace braid
