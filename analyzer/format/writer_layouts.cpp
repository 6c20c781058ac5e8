// The layouts that both languages share: lists in brackets, blocks, operators, chains of calls.
#include <algorithm>

#include "analyzer/format/writer.h"

namespace braid::format {

// ---- lists ----

bool Writer::is_trailing_comma(const Frame& frame, uint32_t element) const {
    if (!frame.list || !(frame.list->flags & ListRule::Trailing) || frame.bracket != Bracket::Inside) return false;
    if (!tree_.is_token(element) || tree_.kind(element) != comma()) return false;
    uint32_t next = tree_.next_sibling(element);
    bool closes = next != None && tree_.is_token(next) && tree_.kind(next) == frame.list->close;
    return closes && tree_.kind(frame.previous) != comma() && allows_trailing_comma(frame.node, frame.previous);
}

/// Many short values: they share lines.
bool Writer::is_fillable(uint32_t open) const {
    constexpr uint32_t kLongest = 12, kFewest = 8;
    uint32_t count = 0;
    for (uint32_t child = tree_.next_sibling(open); child != None; child = tree_.next_sibling(child)) {
        if (tree_.is_token(child)) continue;
        const auto& first = tree_.token(tree_.first_token(child));
        const auto& last = tree_.token(tree_.last_token(child));
        bool is_short = tree_.end_token(child) - tree_.first_token(child) <= 2 && last.end - first.begin <= kLongest;
        if (!is_short) return false;
        ++count;
    }
    return count >= kFewest;
}

bool Writer::is_closed(const ListRule& list, uint32_t open) const {
    for (uint32_t child = tree_.next_sibling(open); child != None; child = tree_.next_sibling(child))
        if (tree_.is_token(child) && tree_.kind(child) == list.close) return true;
    return false;
}

void Writer::open_bracket(Frame& frame, uint32_t open) {
    frame.bracket = Bracket::Opened;
    if (frame.list->flags & ListRule::Statements) return;
    uint32_t tail = frame.list->flags & ListRule::Hugs ? hug_tail(frame.node, open) : None;
    frame.fills = frame.list->flags & ListRule::Fill && is_fillable(open);
    document_.begin(tail != None ? GroupKind::Hug : GroupKind::Normal);
    hug_tails_.push_back(tail);
}

void Writer::first_in_brackets(Frame& frame, uint32_t element) {
    frame.bracket = Bracket::Inside;
    uint16_t flags = frame.list->flags;
    bool hugs = !(flags & ListRule::Statements) && hug_tails_.back() != None;
    bool keeps = trailing_comments(true) || (flags & ListRule::Keeps && tree_.begins_line(element));
    if (hugs) document_.indent_if_broken();
    else document_.indent();
    if (flags & (ListRule::Statements | ListRule::Broken) || keeps) separate(Separator::Hard);
    else separate(flags & ListRule::Padded ? Separator::Line : Separator::Soft);
    if (frame.fills) document_.begin(GroupKind::Fill);
}

void Writer::close_bracket(Frame& frame, uint32_t) {
    uint16_t flags = frame.list->flags;
    if (frame.bracket == Bracket::Opened) {
        frame.bracket = Bracket::Closed;
        document_.indent();
        bool broken = comments_before_close();
        document_.dedent();
        if (broken) document_.line(LineKind::Hard);
        return;
    }
    if (frame.fills) document_.end();
    bool ends_with_comma = tree_.kind(frame.previous) == comma();
    if (flags & ListRule::Trailing && !ends_with_comma && allows_trailing_comma(frame.node, frame.previous))
        document_.if_broken(",");
    bool tail = has_tail_line(frame.node, frame.previous);
    frame.bracket = Bracket::Closed;
    bool broken = comments_before_close();
    document_.dedent();
    if (broken || flags & (ListRule::Statements | ListRule::Broken)) line_of(Separator::Hard, false);
    else if (tail) line_of(Separator::Tail, false);
    else line_of(flags & ListRule::Padded ? Separator::Line : Separator::Soft, false);
}

// ---- blocks ----

/// Before a statement of a block; the `:` stands first and has no separator of its own.
Separator Writer::in_block(Frame& frame, uint32_t element) {
    if (frame.indented) return Separator::Statement;
    frame.indented = true;
    bool on_header_line = frame.previous != None && !tree_.begins_line(element) && may_share_line(frame.node);
    frame.block_column = on_header_line ? None : tree_.column(tree_.token(tree_.first_token(element)).begin);
    if (on_header_line && has_own_group(frame.node)) open_group(frame);
    open_indent(frame);
    return on_header_line ? Separator::Line : Separator::Hard;
}

void Writer::leave_block(Frame& frame) {
    if (frame.indented) return frame.block_column == None ? void() : comments_of_block(frame.block_column);
    // An empty block may hold comments. Its header may have several lines, of which the first counts.
    uint32_t header = tree_.first_token(header_of(frame.node));
    open_indent(frame);
    comments_of_block(tree_.line_column(tree_.token(header).begin) + 1);
}

// ---- operators ----

void Writer::enter_binary(Frame& frame) {
    uint32_t parent = tree_.parent(frame.node);
    if (layout_of(parent) == Layout::Binary && same_chain(parent, frame.node)) return;
    open_group(frame);
    int steps = operator_indent(frame.node);
    if (steps == 0) return;
    uint32_t innermost = frame.node;
    for (;;) {
        uint32_t left = tree_.first_child(innermost);
        if (left == None || tree_.is_token(left) || layout_of(left) != Layout::Binary || !same_chain(innermost, left))
            break;
        innermost = left;
    }
    uint32_t right = tree_.last_child(innermost);
    if (right == None || right == tree_.first_child(innermost)) return;
    marks_[right] = uint8_t(steps > 1 ? Indents | IndentsTwice : Indents);
    frame.closers.insert(frame.closers.end(), size_t(steps), OpKind::Dedent);
}

Separator Writer::in_binary(uint32_t element) {
    if (marks_[element] & Indents) document_.indent();
    if (marks_[element] & IndentsTwice) document_.indent();
    if (!is_operator(element)) return Separator::Line;
    return tree_.kind(element) == comma() ? Separator::None : Separator::Space;
}

/// `?` and `:` begin lines; a conditional in the last place of another goes on in its group.
Separator Writer::in_conditional(Frame& frame, uint32_t element) {
    if (!is_operator(element)) return Separator::Space;
    uint32_t parent = tree_.parent(frame.node);
    bool goes_on = layout_of(parent) == Layout::Conditional && tree_.last_child(parent) == frame.node;
    if (!frame.indented && !goes_on) open_indent(frame);
    frame.indented = true;
    return Separator::Line;
}

// ---- chains of calls ----

/// From the head of the chain to its end.
std::vector<Writer::ChainStep> Writer::chain_steps(uint32_t root) const {
    std::vector<ChainStep> steps;
    for (uint32_t link = root; link != None && !tree_.is_token(link) && layout_of(link) == Layout::Link;
         link = tree_.first_child(link)) {
        uint32_t dot = None;
        for (uint32_t child = tree_.first_child(link); child != None; child = tree_.next_sibling(child))
            if (is_dot(child)) dot = child;
        steps.push_back({link, dot});
    }
    std::reverse(steps.begin(), steps.end());
    return steps;
}

/// Whether the chain may break, and the dots that would begin lines. As Prettier: a chain of three method calls or more
/// does, one of two if what it is called on is a call itself or nothing in it can break better.
bool Writer::is_broken_chain(const std::vector<ChainStep>& steps, std::vector<uint32_t>& dots) const {
    uint32_t methods = 0;
    bool head_calls = false, in_run = false;
    uint32_t first_call = None, last_call = None;
    uint32_t run = None;  // the first dot since the last call
    for (size_t i = 0; i < steps.size(); ++i) {
        if (steps[i].dot != None) {
            if (!in_run) run = steps[i].dot;
            in_run = true;
            bool called = false;
            for (size_t j = i + 1; j < steps.size() && steps[j].dot == None; ++j) called |= is_call(steps[j].link);
            if (!called) continue;
            ++methods;
            // Fields in front of the first call stay with the head.
            dots.push_back(methods == 1 && !head_calls ? steps[i].dot : run);
            in_run = false;
        } else if (is_call(steps[i].link)) {
            if (methods == 0) head_calls = true;
            else if (methods == 1) first_call = steps[i].link;
            last_call = steps[i].link;
        }
    }
    if (methods < 2) return false;
    uint32_t head = tree_.first_child(steps.front().link);
    bool merges =
        !head_calls && dots.front() == steps.front().dot && is_short_head(head) && !tree_.begins_line(dots.front());
    if (merges) dots.erase(dots.begin());
    if (methods >= 3 || head_calls) return true;
    return !merges && (!call_hugs(last_call) || call_hugs(first_call));
}

bool Writer::call_hugs(uint32_t call) const {
    uint32_t arguments = call == None ? None : tree_.last_child(call);
    uint32_t open = arguments == None ? None : tree_.first_child(arguments);
    return open != None && hug_tail(arguments, open) != None;
}

void Writer::enter_chain(Frame& frame) {
    uint32_t parent = tree_.parent(frame.node);
    if (layout_of(parent) == Layout::Link && tree_.first_child(parent) == frame.node) return;
    std::vector<ChainStep> steps = chain_steps(frame.node);
    std::vector<uint32_t> dots;
    if (!is_broken_chain(steps, dots)) return;
    open_group(frame);
    frame.closers.push_back(OpKind::Dedent);
    bool kept = std::all_of(dots.begin(), dots.end(), [&](uint32_t dot) { return tree_.begins_line(dot); });
    for (uint32_t dot : dots) marks_[dot] = uint8_t(kept ? Breaks | IsKept : Breaks);
    marks_[dots.front()] |= Indents;
}

}  // namespace braid::format
