#include "analyzer/semantics/queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "analyzer/semantics/language.h"

namespace braid {

FileTable& files() {
    static FileTable& table = *new FileTable;
    return table;
}

bool is_std(FileId file) { return files().path(file).starts_with("std:"); }

bool is_std_type(Type type, std::string_view name) {
    return type && type->is(TypeKind::Nominal) && is_std(file_of(type->item)) && name_of(type->item).text() == name;
}

ItemId file_item(FileId file) {
    std::string_view name;
    const std::string& path = files().path(file);
    if (is_std(file)) {
        size_t slash = path.rfind('/');
        name = std::string_view(path).substr(slash + 1);
        name = name.substr(0, name.rfind('.'));
    }
    return intern_item({ItemId::None, ItemKind::File, Name(name), 0, file});
}

FileItems::Value FileItems::compute(QueryContext& context, const Key& file) {
    Value value;
    auto tree = context.get<FileTree>(file);
    const Language* language = language_of_path(files().path(file));
    if (!tree || !*tree || !language) return value;
    value.entries = language->items(file, **tree);
    value.index.reserve(value.entries.size());
    for (uint32_t i = 0; i < value.entries.size(); ++i) value.index.emplace(value.entries[i].item, i);
    return value;
}

namespace {
/// The children of all items of a file at once: one walk over its entries, not one for each item.
struct FileChildren {
    using Key = FileId;
    using Value = std::unordered_map<ItemId, ItemChildren::Value>;
    static constexpr const char* name = "file_children";
    static Value compute(QueryContext& context, const Key& file) {
        Value children;
        for (const ItemEntry& entry : context.get<FileItems>(file)->entries)
            children[parent_of(entry.item)].push_back({entry.item, entry.is_public});
        return children;
    }
};
}  // namespace

ItemChildren::Value ItemChildren::compute(QueryContext& context, const Key& item) {
    auto children = context.get<FileChildren>(file_of(item));
    auto found = children->find(item);
    return found == children->end() ? Value() : found->second;
}

ItemSyntax::Value ItemSyntax::compute(QueryContext& context, const Key& item) {
    FileId file = file_of(item);
    auto items = context.get<FileItems>(file);
    const ItemEntry* entry = items->find(item);
    auto tree = context.get<FileTree>(file);
    if (!entry || !entry->owns_syntax || !tree || !*tree) return {};
    SyntaxElement found = element_at((*tree)->root(), entry->node);
    if (!found.is_node()) return {};
    SyntaxNode node(found);
    // A tree of its own over a copy of the item's bytes: a memo must not keep whole old versions of a file alive.
    auto text = std::make_shared<const std::string>(node.full_text());
    auto own = std::make_shared<const SyntaxTree>((*tree)->grammar(), std::move(text), GreenRef(node.green()));
    std::vector<SyntaxNode> holes;
    auto children = context.get<FileChildren>(file);
    auto own_children = children->find(item);
    for (const auto& each : own_children == children->end() ? ItemChildren::Value() : own_children->second) {
        const ItemEntry* child = items->find(each.item);
        if (!child || !child->owns_syntax || child->node <= entry->node) continue;
        SyntaxElement hole = element_at(own->root(), child->node - entry->node);
        if (hole.is_node()) holes.emplace_back(hole);
    }
    return ItemTree(std::move(own), std::move(holes));
}

FunctionSignature SignatureOf::compute(QueryContext& context, const Key& item) {
    return language_of(item).function_signature(context, item);
}
TypeDefinition DefinitionOf::compute(QueryContext& context, const Key& item) {
    return language_of(item).type_definition(context, item);
}
ImplInfo ImplOf::compute(QueryContext& context, const Key& item) { return language_of(item).impl_info(context, item); }
Type ValueTypeOf::compute(QueryContext& context, const Key& item) {
    return language_of(item).value_type(context, item);
}
std::vector<ItemDiagnostic> ItemDiagnosticsOf::compute(QueryContext& context, const Key& item) {
    return language_of(item).item_diagnostics(context, item);
}
Body BodyOf::compute(QueryContext& context, const Key& item) { return language_of(item).body(context, item); }
Body BodyOf::cycle_fallback(const Key& item) {
    Body body;
    body.item = item;
    body.has_errors = true;
    ItemDiagnostic diagnostic;
    diagnostic.code = DiagnosticCode::AnnotationNeeded;
    diagnostic.location = {item, 0};
    diagnostic.message =
        kind_of(item) == ItemKind::File
            ? "types of this file's variables follow from themselves; write one of them"
            : fmt::format("the types in `{}` follow from themselves; write one of them", name_of(item).text());
    body.diagnostics.push_back(std::move(diagnostic));
    return body;
}

Type ValueTypeOf::cycle_fallback(const Key& item) {
    bool is_variable = kind_of(item) == ItemKind::Static;
    return is_variable && language_of(item).has_any ? type::any() : type::error();
}

Type InferredResult::compute(QueryContext& context, const Key& item) {
    Body body = language_of(item).body(context, item);
    return body.functions.empty() || !body.functions[0].result ? type::error() : body.functions[0].result;
}

ImplIndex::Value ImplIndex::compute(QueryContext& context, const Key&) {
    Value value;
    auto sources = context.get<SourceFiles>();
    if (!sources) return value;
    std::vector<ItemId> pending;
    for (FileId file : *sources) pending.push_back(file_item(file));
    // Impls stand in files and in modules; ItemChildren keeps this independent of positions and bodies.
    for (size_t i = 0; i < pending.size(); ++i) {
        for (const auto& child : *context.get<ItemChildren>(pending[i])) {
            if (kind_of(child.item) == ItemKind::Module) pending.push_back(child.item);
            if (kind_of(child.item) == ItemKind::Impl) value.impls.push_back(child.item);
        }
    }
    for (ItemId impl : value.impls) {
        Type trait = context.get<ImplOf>(impl)->trait;
        if (trait && trait->is(TypeKind::Nominal)) value.by_trait[trait->item].push_back(impl);
    }
    return value;
}

// ---- ItemTree ----

ItemTree::ItemTree(SyntaxTreePtr tree, std::vector<SyntaxNode> holes) : tree_(std::move(tree)) {
    for (const SyntaxNode& hole : holes) holes_.push_back({index_of(tree_->root(), hole), hole.size()});
}

uint32_t ItemTree::node_of(const SyntaxElement& element) const {
    if (!element) return 0;  // what is missing in a broken text is reported at the item
    uint32_t index = index_of(tree_->root(), element);
    uint32_t hidden = 0;
    for (const Hole& hole : holes_) {
        if (hole.index >= index) break;
        hidden += hole.size - 1;
    }
    return index - hidden;
}

SyntaxElement ItemTree::element(uint32_t node) const {
    uint32_t index = node;
    for (const Hole& hole : holes_) {
        if (hole.index >= index) break;
        index += hole.size - 1;
    }
    return element_at(tree_->root(), index);
}

bool ItemTree::is_hole(const SyntaxElement& element) const {
    if (!element.is_node()) return false;
    uint32_t index = index_of(tree_->root(), element);
    auto it = std::lower_bound(holes_.begin(), holes_.end(), index,
                               [](const Hole& hole, uint32_t i) { return hole.index < i; });
    return it != holes_.end() && it->index == index && SyntaxNode(element).size() == it->size;
}

bool operator==(const ItemTree& a, const ItemTree& b) {
    if (!a || !b) return !a == !b;
    if (a.tree_->green_root() == b.tree_->green_root()) return true;
    if (a.holes_.empty() && b.holes_.empty()) return tokens_equal(a.root(), b.root());
    if (a.holes_.size() != b.holes_.size()) return false;
    Preorder walk_a(a.root()), walk_b(b.root());
    uint32_t index_a = 0, index_b = 0;
    size_t hole = 0;
    while (walk_a && walk_b) {
        bool in_a = hole < a.holes_.size() && a.holes_[hole].index == index_a;
        bool in_b = hole < b.holes_.size() && b.holes_[hole].index == index_b;
        if (in_a != in_b || walk_a->kind() != walk_b->kind()) return false;
        if (in_a) {
            index_a += a.holes_[hole].size;
            index_b += b.holes_[hole].size;
            ++hole;
            walk_a.skip_children();
            walk_b.skip_children();
        } else {
            if (walk_a->is_token() && walk_a->text() != walk_b->text()) return false;
            ++index_a;
            ++index_b;
        }
        walk_a.next();
        walk_b.next();
    }
    return !walk_a && !walk_b;
}

// ---- rendering ----

FileRange locate(QueryContext& context, Place place) {
    FileId file = file_of(place.item);
    auto items = context.get<FileItems>(file);
    auto tree = context.get<FileTree>(file);
    const ItemEntry* entry = items->find(place.item);
    if (!entry || !tree || !*tree) return {file, {}};
    uint32_t index = entry->node + place.node;
    if (entry->owns_syntax) {
        // Entries stand in preorder, so holes of this item that begin before the place shift it.
        for (const ItemEntry& child : items->entries) {
            if (!child.owns_syntax || parent_of(child.item) != place.item || child.node <= entry->node) continue;
            if (child.node >= index) break;
            SyntaxElement hole = element_at((*tree)->root(), child.node);
            if (hole.is_node()) index += SyntaxNode(hole).size() - 1;
        }
    }
    SyntaxElement element = element_at((*tree)->root(), index);
    if (!element) element = element_at((*tree)->root(), entry->node);
    return {file, element ? element.text_range() : TextRange{}};
}

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// What is removed does not leave its traces: a removed comma takes the blanks after it, and what stood alone on its
/// lines takes the lines. Removals with nothing but blanks between them are one.
void widen_removals(QueryContext& context, Diagnostic::Fix& fix) {
    using Edit = Diagnostic::FixEdit;
    auto is_removal = [](const Edit& e) { return e.position == Edit::Replace && e.text.empty(); };
    if (std::none_of(fix.edits.begin(), fix.edits.end(), is_removal)) return;
    std::stable_sort(fix.edits.begin(), fix.edits.end(), [](const Edit& a, const Edit& b) {
        return std::tuple(a.location.file, a.location.range.begin) <
               std::tuple(b.location.file, b.location.range.begin);
    });
    std::vector<Edit> edits;
    for (Edit& edit : fix.edits) {
        auto tree = context.get<FileTree>(edit.location.file);
        if (!is_removal(edit) || !tree || !*tree) {
            edits.push_back(std::move(edit));
            continue;
        }
        std::string_view text = (*tree)->text();
        TextRange& range = edit.location.range;
        if (text.substr(range.begin, range.length()) == ",")
            while (range.end < text.size() && is_blank(text[range.end])) ++range.end;
        if (!edits.empty() && is_removal(edits.back()) && edits.back().location.file == edit.location.file) {
            TextRange& before = edits.back().location.range;
            auto gap = text.substr(before.end, range.begin > before.end ? range.begin - before.end : 0);
            if (std::all_of(gap.begin(), gap.end(), is_blank)) {
                before.end = std::max(before.end, range.end);
                continue;
            }
        }
        edits.push_back(std::move(edit));
    }
    for (Edit& edit : edits) {
        if (!is_removal(edit)) continue;
        auto tree = context.get<FileTree>(edit.location.file);
        std::string_view text = (*tree)->text();
        TextRange range = edit.location.range;
        while (range.begin > 0 && is_blank(text[range.begin - 1])) --range.begin;
        while (range.end < text.size() && is_blank(text[range.end])) ++range.end;
        bool begins_line = range.begin == 0 || text[range.begin - 1] == '\n';
        if (!begins_line || range.end == text.size() || text[range.end] != '\n') continue;
        edit.location.range = {range.begin, range.end + 1};
    }
    fix.edits = std::move(edits);
}

}  // namespace

Diagnostic render(QueryContext& context, const ItemDiagnostic& diagnostic) {
    Diagnostic out;
    out.code = diagnostic.code;
    out.severity = diagnostic.severity;
    out.message = diagnostic.message;
    out.tags = diagnostic.tags;
    out.location = locate(context, diagnostic.location);
    for (const auto& related : diagnostic.related)
        out.related.push_back({locate(context, related.location), related.message});
    for (const auto& fix : diagnostic.fixes) {
        Diagnostic::Fix rendered{fix.title, {}};
        for (const auto& edit : fix.edits)
            rendered.edits.push_back(
                {locate(context, edit.location), Diagnostic::FixEdit::Position(edit.position), edit.text});
        widen_removals(context, rendered);
        out.fixes.push_back(std::move(rendered));
    }
    return out;
}

}  // namespace braid
