// Separators with the comments that stand in them.
#include <cctype>

#include "analyzer/format/writer.h"

namespace braid::format {

namespace {

bool ends_or_breaks(Separator separator) {
    return separator != Separator::None && separator != Separator::Space && separator != Separator::SpaceOrLine;
}

bool keeps_blank(Separator separator) { return separator == Separator::Statement || separator == Separator::Element; }

}  // namespace

void Writer::separate(Separator separator) {
    if (separator == Separator::Delegate) return;
    if (separator == Separator::None && parts_words()) separator = Separator::Space;
    if (separator == Separator::SpaceOrLine)
        separator = gap_.has_own_line_comment() ? Separator::Hard : Separator::Space;
    bool breaks = ends_or_breaks(separator);
    if (trailing_comments(breaks) && separator == Separator::Soft) separator = Separator::Hard;
    if (breaks) own_line_comments(separator, keeps_blank(separator));
    else inline_comments(separator == Separator::Space);
}

/// Two words that white space parts, where a sign would stand between them in a text without mistakes.
bool Writer::parts_words() const {
    if (next_token_ == 0 || next_token_ >= tree_.token_count()) return false;
    const auto &left = tree_.token(next_token_ - 1), &right = tree_.token(next_token_);
    auto is_word = [&](uint32_t at) {
        auto byte = static_cast<unsigned char>(tree_.source()[at]);
        return byte >= 0x80 || byte == '_' || std::isalnum(byte);
    };
    return left.end < right.begin && left.begin < left.end && right.begin < right.end && is_word(left.end - 1) &&
           is_word(right.begin);
}

void Writer::line_of(Separator separator, bool blank) {
    switch (separator) {
        case Separator::None:
        case Separator::Delegate: return;
        case Separator::Space:
        case Separator::SpaceOrLine: document_.text(" "); return;
        case Separator::Soft: document_.line(LineKind::Soft, blank); return;
        case Separator::Line:
        case Separator::Element: document_.line(LineKind::Space, blank); return;
        case Separator::Tail: document_.line(LineKind::Tail, blank); return;
        case Separator::Hard:
        case Separator::Statement: document_.line(LineKind::Hard, blank); return;
    }
}

/// Comments on the line of the token before them; whether a line end must follow that they do not ask for themselves.
bool Writer::trailing_comments(bool line_follows) {
    bool is_open = false;
    for (; gap_.has_comments() && gap_.comments[gap_.next].line_ends == 0; ++gap_.next) {
        const Comment& comment = gap_.comments[gap_.next];
        if (comment.is_line) {
            document_.comment(comment.begin, comment.end, spaces_before_comment());
            is_open = false;
        } else {
            if (!line_follows || !gap_.ends_line(gap_.next)) break;
            document_.text(" ");
            write_comment(comment);
            is_open = true;
        }
    }
    return is_open;
}

/// Comments where the line does not break: those that need a line end wait for the next one.
void Writer::inline_comments(bool space) {
    bool any = false;
    for (; gap_.has_comments(); ++gap_.next) {
        const Comment& comment = gap_.comments[gap_.next];
        if (comment.is_line) {
            document_.comment(comment.begin, comment.end, spaces_before_comment());
            continue;
        }
        const auto& ops = document_.ops();
        bool opened = !ops.empty() && ops.back().kind == OpKind::Text && ops.back().b == 1 &&
                      std::string_view("([").find(document_.text_of(ops.back())) != std::string_view::npos;
        if (!opened) document_.text(" ");
        write_comment(comment);
        any = true;
    }
    bool closes = next_token_ < tree_.token_count() && tree_.token_text(next_token_).size() == 1 &&
                  std::string_view(",;)]").find(tree_.token_text(next_token_)) != std::string_view::npos;
    if (space || (any && !closes)) document_.text(" ");
}

/// Comments behind a token that was left out, in front of the first one that is not.
void Writer::comments_of_dropped() {
    for (; gap_.has_comments(); ++gap_.next) {
        const Comment& comment = gap_.comments[gap_.next];
        if (comment.is_line) {
            document_.comment(comment.begin, comment.end, spaces_before_comment());
        } else {
            write_comment(comment);
            document_.text(" ");
        }
    }
}

void Writer::own_line_comments(Separator separator, bool keep_blank) {
    bool first = true;
    for (; gap_.has_comments(); ++gap_.next) {
        const Comment& comment = gap_.comments[gap_.next];
        bool blank = comment.line_ends >= 2 && (keep_blank || !first);
        bool at_start = first && separator == Separator::None;
        if (!at_start) line_of(comment.line_ends > 0 ? Separator::Hard : first ? separator : Separator::Space, blank);
        write_comment(comment);
        first = false;
    }
    if (first) return line_of(separator, gap_.line_ends >= 2 && keep_blank);
    if (gap_.line_ends > 0) document_.line(LineKind::Hard, gap_.line_ends >= 2);
    else document_.text(" ");
}

/// Comments behind the last element of a list or block; whether the bracket must stand on a new line for them.
bool Writer::comments_before_close() {
    if (!gap_.has_comments()) return false;
    trailing_comments(true);
    bool any = false;
    for (; gap_.has_comments(); ++gap_.next) {
        const Comment& comment = gap_.comments[gap_.next];
        if (comment.line_ends > 0) document_.line(LineKind::Hard, comment.line_ends >= 2 && (any || gap_.next > 0));
        else document_.text(" ");
        write_comment(comment);
        any |= comment.line_ends > 0 || comment.is_line;
    }
    return any;
}

void Writer::comments_of_block(uint32_t column) {
    auto belongs = [&](const Comment& comment) {
        return comment.line_ends > 0 && tree_.column(comment.begin) >= column;
    };
    size_t first = gap_.next;
    while (first < gap_.comments.size() && gap_.comments[first].line_ends == 0) ++first;
    if (first == gap_.comments.size() || !belongs(gap_.comments[first])) return;
    trailing_comments(true);
    for (; gap_.has_comments() && belongs(gap_.comments[gap_.next]); ++gap_.next) {
        document_.line(LineKind::Hard, gap_.comments[gap_.next].line_ends >= 2);
        write_comment(gap_.comments[gap_.next]);
    }
}

void Writer::write_comment(const Comment& comment) {
    std::string_view text = tree_.source().substr(comment.begin, comment.end - comment.begin);
    if (comment.is_line) document_.own_line_comment(comment.begin, comment.end);
    else if (text.find('\n') == std::string_view::npos) document_.source_text(comment.begin, comment.end);
    else document_.shifted_text(comment.begin, comment.end, tree_.column(comment.begin));
}

}  // namespace braid::format
