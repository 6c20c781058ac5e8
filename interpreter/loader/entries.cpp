#include "interpreter/loader/entries.h"

#include <set>

#include "analyzer/semantics/body_walk.h"
#include "analyzer/semantics/language.h"
#include "analyzer/semantics/queries.h"

namespace braid::loader {

std::vector<FileId> in_order_of_import(const AnalysisHost& host, FileId root) {
    struct Open {
        FileId file;
        std::vector<std::string> imports;
        size_t next = 0;
    };
    std::vector<FileId> order;
    std::set<FileId> seen{root};
    std::vector<Open> stack{{root, host.imports(root)}};
    while (!stack.empty()) {
        Open& top = stack.back();
        if (top.next == top.imports.size()) {
            order.push_back(top.file);
            stack.pop_back();
            continue;
        }
        auto file = files().find(top.imports[top.next++]);
        if (file && host.has_file(*file) && !is_std(*file) && seen.insert(*file).second)
            stack.push_back({*file, host.imports(*file)});
    }
    return order;
}

namespace {

bool has_statements(const Body& body) {
    if (body.functions.empty() || body.functions[0].root == ExprId::None) return false;
    const auto* block = body.as<hir::Block>(body.functions[0].root);
    return !block || !block->statements.empty() || block->value != ExprId::None;
}

ItemId main_of(QueryContext& context, FileId file) {
    for (const auto& child : *context.get<ItemChildren>(file_item(file)))
        if (kind_of(child.item) == ItemKind::Function && name_of(child.item) == Name("main")) return child.item;
    return ItemId::None;
}

/// Calls the function or hands it on. A statement that merely names it (`export default main`) does neither.
bool uses(const Body& body, ItemId function) {
    bool found = false;
    std::set<ExprId> statements;
    for (const BodyFunction& each : body.functions) {
        walk_expressions(body, each.root, [&](ExprId id) {
            if (auto* block = body.as<hir::Block>(id)) {
                statements.insert(block->statements.begin(), block->statements.end());
            } else if (auto* call = body.as<hir::Call>(id)) {
                auto* direct = std::get_if<hir::DirectCallee>(&call->callee);
                found |= direct && direct->function == function;
            } else if (auto* reference = body.as<hir::FunctionRef>(id)) {
                found |= reference->item == function && !statements.count(id);
            }
        });
    }
    return found;
}

}  // namespace

Entries entries_of(const AnalysisHost& host, FileId file) {
    ItemId own = file_item(file);
    std::vector<FileId> order{file};
    if (language_of(own).imports_run) order = in_order_of_import(host, file);
    auto found = host.snapshot().run([&](QueryContext& context) {
        Entries entries;
        for (FileId each : order)
            if (has_statements(*context.get<BodyOf>(file_item(each)))) entries.items.push_back(file_item(each));
        ItemId main = main_of(context, file);
        if (main != ItemId::None && !uses(*context.get<BodyOf>(own), main)) entries.items.push_back(main);
        entries.nothing_to_run = entries.items.empty();
        if (entries.nothing_to_run) entries.items.push_back(own);
        return entries;
    });
    return found ? std::move(*found) : Entries{{own}, false};  // cancelled: somebody writes to the host
}

}  // namespace braid::loader
