#include "analyzer/format/writer.h"

namespace braid::format {

Writer::Writer(const SyntaxTree& tree, const Options& options)
    : tree_(tree), options_(options), document_(tree.text()), marks_(tree_.size(), 0) {}

Document Writer::write() {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (tree_.source().substr(0, 3) == kByteOrderMark) document_.source_text(0, 3);
    read_next_gap(0);
    frames_.emplace_back(0, layout_of(0));
    for (uint32_t element = 1; element < tree_.size();) {
        while (tree_[frames_.back().node].end <= element) leave_frame();
        size_t depth = frames_.size();
        child(frames_.back(), element);
        bool entered = frames_.size() > depth;
        element = entered ? element + 1 : tree_[element].end;
    }
    while (!frames_.empty()) leave_frame();
    return std::move(document_);
}

void Writer::child(Frame& frame, uint32_t element) {
    if (is_trailing_comma(frame, element) || drops(frame.node, element)) return drop_token();
    bool is_tail = !hug_tails_.empty() && hug_tails_.back() == element;
    bool in_list = frame.bracket == Bracket::Opened || frame.bracket == Bracket::Inside;
    if (is_tail && !in_list) document_.hug_point();
    bool opens = frame.bracket == Bracket::Outside && tree_.is_token(element);
    const ListRule* list = opens ? list_of(frame.node, element) : nullptr;
    if (list && !is_closed(*list, element)) list = nullptr;
    if (in_list) {
        if (tree_.is_token(element) && tree_.kind(element) == frame.list->close) close_bracket(frame, element);
        else if (frame.bracket == Bracket::Opened) first_in_brackets(frame, element);
        else separate(separator(frame, element));
    } else if (frame.previous != None) {
        separate(separator(frame, element));
    } else if (frames_.size() == 1) {
        own_line_comments(Separator::None, false);
    } else if (frame.layout == Layout::Block && !tree_.is_token(element)) {
        separate(in_block(frame, element));  // a block without `:`
    } else {
        comments_of_dropped();
    }
    // What separates elements is before the tail; what leads to the body of a function is a part of it.
    if (is_tail && in_list) document_.hug_point();
    if (list) {
        frame.list = list;
        open_bracket(frame, element);
    }
    frame.previous = element;
    write_element(frame, element);
}

void Writer::write_element(Frame& frame, uint32_t element) {
    if (tree_.is_token(element)) {
        write_token(element);
        if (frame.bracket == Bracket::Closed) {
            frame.fills = false;
            if (!(frame.list->flags & ListRule::Statements)) {
                document_.end();
                hug_tails_.pop_back();
            }
            frame.bracket = Bracket::Outside;
            frame.list = nullptr;
        }
        return;
    }
    Layout layout = layout_of(element);
    if (layout == Layout::Verbatim) return write_verbatim(element, false);
    if (layout == Layout::Unknown && !tree_.on_one_line(element)) return write_verbatim(element, true);
    frames_.emplace_back(element, layout);
    Frame& entered = frames_.back();
    if (layout == Layout::Binary) enter_binary(entered);
    if (layout == Layout::Link) enter_chain(entered);
    enter(entered);
}

void Writer::write_token(uint32_t element) {
    uint32_t number = tree_.first_token(element);
    const auto& token = tree_.token(number);
    if (token.end > token.begin) document_.source_text(token.begin, token.end);
    read_next_gap(number + 1);
}

void Writer::write_verbatim(uint32_t element, bool shifted) {
    uint32_t begin = tree_.token(tree_.first_token(element)).begin;
    uint32_t end = tree_.token(tree_.last_token(element)).end;
    if (shifted) document_.shifted_text(begin, end, tree_.column(begin));
    else document_.source_text(begin, end);
    read_next_gap(tree_.end_token(element));
}

void Writer::read_next_gap(uint32_t token) {
    next_token_ = token;
    gap_.comments.clear();
    gap_.next = 0;
    gap_.line_ends = 0;
    if (token < tree_.token_count()) read_gap(tree_, token, gap_);
}

/// Leaves the next token out; the comments before it are read on behind it.
void Writer::drop_token() {
    ++next_token_;
    if (next_token_ < tree_.token_count()) read_gap(tree_, next_token_, gap_);
}

void Writer::leave_frame() {
    Frame& frame = frames_.back();
    leave(frame);
    if (frame.layout == Layout::Block) leave_block(frame);
    close_all(frame);
    uint32_t node = frame.node;
    frames_.pop_back();
    finish(node);
}

void Writer::close_all(Frame& frame) {
    for (auto closer = frame.closers.rbegin(); closer != frame.closers.rend(); ++closer)
        document_.ops().push_back({*closer});
    frame.closers.clear();
}

void Writer::open_group(Frame& frame, GroupKind kind) {
    document_.begin(kind);
    frame.closers.push_back(OpKind::End);
}

void Writer::open_indent(Frame& frame) {
    document_.indent();
    frame.closers.push_back(OpKind::Dedent);
}

Separator Writer::by_layout(Frame& frame, uint32_t element) {
    if (frame.bracket == Bracket::Inside && frame.list) {
        if (frame.list->flags & ListRule::Statements) return Separator::Statement;
        bool is_comma = tree_.kind(element) == comma();
        bool after_comma = frame.previous != None && tree_.kind(frame.previous) == comma();
        if (after_comma) return Separator::Element;
        if (is_comma) return Separator::None;
        return between(frame.node, frame.previous, element);
    }
    switch (frame.layout) {
        case Layout::Lines: return Separator::Statement;
        case Layout::Block: return in_block(frame, element);
        case Layout::Binary: return in_binary(element);
        case Layout::Conditional: return in_conditional(frame, element);
        case Layout::Unknown: return as_in_source(element);
        case Layout::Alternatives: return is_operator(element) ? Separator::Line : Separator::Space;
        case Layout::Link:
            if (!(marks_[element] & Breaks)) return between(frame.node, frame.previous, element);
            if (marks_[element] & Indents) document_.indent();
            return marks_[element] & IsKept ? Separator::Hard : Separator::Soft;
        case Layout::Tokens:
        case Layout::Verbatim: return between(frame.node, frame.previous, element);
    }
    return Separator::Space;
}

Separator Writer::as_in_source(uint32_t element) const {
    const auto& token = tree_.token(tree_.first_token(element));
    return token.full_begin == token.begin ? Separator::None : Separator::Space;
}

}  // namespace braid::format
