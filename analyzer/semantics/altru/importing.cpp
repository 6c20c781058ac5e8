#include <algorithm>

#include "analyzer/semantics/altru/editing.h"
#include "analyzer/semantics/altru/scope.h"

// The `use` that makes a declaration of another module known in a file.
namespace braid::altru_semantics {
namespace {

/// From a module's scope outwards: the names of the modules, and the scope around each.
struct Around {
    ItemId scope = ItemId::None;  // around the one before
    Name name;                    // of the one before, as its surroundings call it
};
std::vector<Around> modules_around(QueryContext& context, ItemId scope) {
    constexpr size_t kMaxDepth = 64;
    std::vector<Around> out{{scope, Name()}};
    while (out.size() < kMaxDepth) {
        ItemId module = out.back().scope;
        if (kind_of(module) == ItemKind::File) {
            auto declared = context.get<FileModules>();
            auto found = declared->find(file_of(module));
            if (found == declared->end()) break;
            module = found->second.front();
        }
        out.push_back({enclosing_scope(parent_of(module)), name_of(module)});
    }
    return out;
}

/// `std::sync::Mutex`, `super::shop::Item`; empty when no path leads there.
std::vector<Name> path_to(QueryContext& context, FileId file, ItemId item) {
    std::vector<Name> path;
    ItemId home = parent_of(item);
    if (is_std_item(item)) {
        if (kind_of(home) == ItemKind::File) path = {Name("std"), name_of(home), name_of(item)};
        return path;
    }
    if (kind_of(home) != ItemKind::File && kind_of(home) != ItemKind::Module) return path;
    std::vector<Around> theirs = modules_around(context, home), ours = modules_around(context, file_item(file));
    for (const Around& mine : ours) {
        auto common =
            std::find_if(theirs.begin(), theirs.end(), [&](const Around& a) { return a.scope == mine.scope; });
        if (common != theirs.end()) {
            for (auto step = common; step != theirs.begin(); --step) path.push_back(step->name);
            path.push_back(name_of(item));
            return path;
        }
        path.emplace_back("super");
    }
    return {};
}

}  // namespace

std::optional<TextEdit> import_of(QueryContext& context, FileId file, ItemId item) {
    auto tree = context.get<FileTree>(file);
    std::vector<Name> path = tree && *tree ? path_to(context, file, item) : std::vector<Name>();
    if (path.size() < 2) return std::nullopt;
    PathResolution found = resolve_path(context, file_item(file), path, Want::Any);
    if (found.resolved != path.size() || found.item != item || found.hidden) return std::nullopt;
    std::string line = "use ";
    for (const Name& segment : path) line += (line.size() == 4 ? "" : "::") + std::string(segment.text());
    uint32_t after = 0, before = 0;
    bool first = true;
    for (SyntaxElement child : (*tree)->root().children()) {
        if (ast::UseDecl::cast(child)) after = child.text_range().end;
        if (first && child.is_node()) before = child.text_range().begin, first = false;
    }
    if (after) return TextEdit{{after, after}, "\n" + line};
    std::string_view text = (*tree)->text();
    // A comment directly above the first declaration documents it and stays there.
    while (before > 0 && text[before - 1] != '\n') --before;
    while (before > 0) {
        uint32_t above = before - 1;
        while (above > 0 && text[above - 1] != '\n') --above;
        if (text[above] != '#' && text[above] != '[') break;
        before = above;
    }
    return TextEdit{{before, before}, line + "\n\n"};
}

}  // namespace braid::altru_semantics
