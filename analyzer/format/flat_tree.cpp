#include "analyzer/format/flat_tree.h"

#include <algorithm>

namespace braid::format {

FlatTree::FlatTree(const SyntaxTree& tree) : tree_(tree) {
    elements_.reserve(tree.text().size() / 2 + 8);
    tokens_.reserve(tree.text().size() / 5 + 8);
    token_kinds_.reserve(tree.text().size() / 5 + 8);
    struct Open {
        uint32_t element;
        int depth;
    };
    std::vector<Open> open;
    auto close_to = [&](int depth) {
        while (!open.empty() && open.back().depth >= depth) {
            elements_[open.back().element].end = uint32_t(elements_.size());
            open.pop_back();
        }
    };
    for (Preorder walk(tree.root()); walk; walk.next()) {
        close_to(walk.depth());
        bool is_token = walk->is_token();
        if (!is_token && walk.depth() > 0 && walk->slot().length() == 0) {
            walk.skip_children();
            continue;
        }
        uint32_t parent = open.empty() ? None : open.back().element;
        auto element = uint32_t(elements_.size());
        elements_.push_back({walk->kind(), is_token, element + 1, uint32_t(tokens_.size()), parent});
        if (is_token) add_token(*walk);
        else open.push_back({element, walk.depth()});
    }
    close_to(0);
}

void FlatTree::add_token(const SyntaxElement& element) {
    SyntaxToken token(element);
    uint32_t full_begin = token.full_begin();
    bool first =
        tokens_.empty() || source().substr(full_begin, token.begin() - full_begin).find('\n') != std::string_view::npos;
    tokens_.push_back({full_begin, token.begin(), token.end(), first});
    token_kinds_.push_back(token.kind());
}

uint32_t FlatTree::last_child(uint32_t element) const {
    uint32_t last = None;
    for (uint32_t child = first_child(element); child != None; child = next_sibling(child)) last = child;
    return last;
}

uint32_t FlatTree::child(uint32_t element, SyntaxKind kind) const {
    for (uint32_t child = first_child(element); child != None; child = next_sibling(child))
        if (elements_[child].kind == kind) return child;
    return None;
}

bool FlatTree::on_one_line(uint32_t element) const {
    uint32_t begin = tokens_[first_token(element)].begin;
    uint32_t end = tokens_[last_token(element)].end;
    return source().substr(begin, end - begin).find('\n') == std::string_view::npos;
}

uint32_t FlatTree::column(uint32_t offset) const {
    size_t line = offset == 0 ? std::string_view::npos : source().rfind('\n', offset - 1);
    uint32_t column = 0;
    for (size_t at = line == std::string_view::npos ? 0 : line + 1; at < offset; ++at)
        column += source()[at] == '\t' ? 8 - column % 8 : 1;
    return column;
}

uint32_t FlatTree::line_column(uint32_t offset) const {
    size_t line = offset == 0 ? std::string_view::npos : source().rfind('\n', offset - 1);
    size_t text = source().find_first_not_of(" \t", line == std::string_view::npos ? 0 : line + 1);
    return column(uint32_t(std::min<size_t>(text, offset)));
}

}  // namespace braid::format
