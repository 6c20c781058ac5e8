#include "bench/syntax/tree_sitter.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" const TSLanguage* tree_sitter_typescript();
extern "C" const TSLanguage* tree_sitter_python();

namespace braid::bench {

namespace {

// Sizes are kept in front of each block, so that both sides are counted as they asked, without what malloc adds.
constexpr size_t Prefix = 16;
size_t in_use = 0;

void* counted(void* block, size_t size) {
    if (!block) std::abort();
    std::memcpy(block, &size, sizeof(size));
    in_use += size;
    return static_cast<char*>(block) + Prefix;
}
void* block_of(void* memory) { return static_cast<char*>(memory) - Prefix; }
size_t size_of(void* memory) {
    size_t size;
    std::memcpy(&size, block_of(memory), sizeof(size));
    return size;
}
void* counting_malloc(size_t size) { return counted(std::malloc(size + Prefix), size); }
void* counting_calloc(size_t count, size_t size) {
    return counted(std::calloc(1, count * size + Prefix), count * size);
}
void counting_free(void* memory) {
    if (!memory) return;
    in_use -= size_of(memory);
    std::free(block_of(memory));
}
void* counting_realloc(void* memory, size_t size) {
    if (!memory) return counting_malloc(size);
    in_use -= size_of(memory);
    return counted(std::realloc(block_of(memory), size + Prefix), size);
}

TSPoint point_at(std::string_view text, uint32_t offset) {
    TSPoint point{0, 0};
    for (uint32_t i = 0; i < offset; ++i) {
        if (text[i] == '\n') point = {point.row + 1, 0};
        else ++point.column;
    }
    return point;
}

}  // namespace

void TreeSitterTreeDeleter::operator()(TSTree* tree) const { ts_tree_delete(tree); }
void TreeSitter::ParserDeleter::operator()(TSParser* parser) const { ts_parser_delete(parser); }

TreeSitter::TreeSitter(const TSLanguage* language) : parser_(ts_parser_new()) {
    if (ts_parser_set_language(parser_.get(), language)) return;
    std::fputs("this tree-sitter cannot read the grammar\n", stderr);
    std::exit(1);
}
TreeSitter TreeSitter::typescript() { return TreeSitter(tree_sitter_typescript()); }
TreeSitter TreeSitter::python() { return TreeSitter(tree_sitter_python()); }

TreeSitterTree TreeSitter::parse(std::string_view text) { return reparse(nullptr, text); }

TreeSitterTree TreeSitter::reparse(TSTree* edited, std::string_view text) {
    return TreeSitterTree(ts_parser_parse_string(parser_.get(), edited, text.data(), uint32_t(text.size())));
}

TSInputEdit TreeSitter::prepare(std::string_view text, const TextEdit& edit) {
    TSPoint begin = point_at(text, edit.range.begin);
    TSPoint old_end = point_at(text, edit.range.end);
    TSPoint new_end = begin;
    for (char c : edit.replacement) {
        if (c == '\n') new_end = {new_end.row + 1, 0};
        else ++new_end.column;
    }
    return {edit.range.begin, edit.range.end, edit.range.begin + uint32_t(edit.replacement.size()), begin,
            old_end,          new_end};
}

TreeSitterTree TreeSitter::edited(const TSTree* tree, const TSInputEdit& edit) {
    TreeSitterTree copy(ts_tree_copy(tree));
    ts_tree_edit(copy.get(), &edit);
    return copy;
}

bool TreeSitter::has_errors(const TSTree* tree) { return ts_node_has_error(ts_tree_root_node(tree)); }

std::vector<TextRange> TreeSitter::tokens(const TSTree* tree) {
    std::vector<TextRange> ranges;
    TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
    for (bool more = true; more;) {
        if (ts_tree_cursor_goto_first_child(&cursor)) continue;
        TSNode leaf = ts_tree_cursor_current_node(&cursor);
        TextRange range{ts_node_start_byte(leaf), ts_node_end_byte(leaf)};
        if (!range.empty() && !ts_node_is_extra(leaf)) ranges.push_back(range);
        while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
            more = ts_tree_cursor_goto_parent(&cursor);
            if (!more) break;
        }
    }
    ts_tree_cursor_delete(&cursor);
    return ranges;
}

void TreeSitter::begin_counting() {
    ts_set_allocator(counting_malloc, counting_calloc, counting_realloc, counting_free);
}
void TreeSitter::end_counting() { ts_set_allocator(nullptr, nullptr, nullptr, nullptr); }
size_t TreeSitter::bytes_alive() { return in_use; }

}  // namespace braid::bench
