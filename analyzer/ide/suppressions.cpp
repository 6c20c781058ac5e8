#include "analyzer/ide/suppressions.h"

#include <algorithm>

#include <fmt/format.h>

#include "analyzer/diagnostics/catalogue.h"

namespace braid {
namespace {

/// One code of an attribute or comment.
struct Allow {
    std::string_view name;
    std::optional<DiagnosticCode> code;
    TextRange range;    ///< the name
    TextRange scope;    ///< where it reaches
    TextRange removal;  ///< what goes when the allow does
    bool is_used = false;
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// With the blanks before it; the whole line when there is nothing else on it.
TextRange with_its_line(std::string_view text, TextRange range) {
    while (range.begin > 0 && is_blank(text[range.begin - 1])) --range.begin;
    const bool begins_line = range.begin == 0 || text[range.begin - 1] == '\n';
    uint32_t end = range.end;
    while (end < text.size() && is_blank(text[end])) ++end;
    if (end < text.size() && text[end] != '\n') return {range.begin, range.end};
    if (begins_line && end < text.size()) ++end;
    return {range.begin, end};
}

/// One of several in a list: its comma goes with it.
TextRange with_its_comma(std::string_view text, TextRange range) {
    uint32_t end = range.end;
    while (end < text.size() && is_blank(text[end])) ++end;
    if (end < text.size() && text[end] == ',') {
        ++end;
        while (end < text.size() && is_blank(text[end])) ++end;
        return {range.begin, end};
    }
    uint32_t begin = range.begin;
    while (begin > 0 && is_blank(text[begin - 1])) --begin;
    if (begin > 0 && text[begin - 1] == ',') --begin;
    return {begin, range.end};
}

class Reader {
  public:
    explicit Reader(const SyntaxTree& tree) : tree_(tree), text_(tree.text()) {}

    std::vector<Allow> read() {
        for (size_t at = text_.find("allow"); at != text_.npos; at = text_.find("allow", at + 5)) {
            const SyntaxToken token = tree_.token_at(uint32_t(at));
            if (at < token.begin()) comment(token, uint32_t(at));
            else if (token.text() == "allow") attribute(token);
        }
        return std::move(allows_);
    }

  private:
    void attribute(const SyntaxToken& name) {
        const SyntaxNode attribute = name.parent();
        if (attribute.kind_name() != "Attribute") return;
        const SyntaxNode list = attribute.parent(), declaration = list.parent();
        const size_t first = allows_.size();
        for (const SyntaxNode& arguments : attribute.child_nodes())
            for (const SyntaxNode& argument : arguments.child_nodes())
                add(argument.text_range(), declaration.text_range());
        const bool is_whole_list = list.child_nodes().size() == 1;
        remove_together(first, is_whole_list ? with_its_line(text_, list.text_range())
                                             : with_its_comma(text_, attribute.text_range()));
    }

    void comment(const SyntaxToken& token, uint32_t at) {
        constexpr std::string_view kMark = "braid-";
        uint32_t begin = token.full_begin();
        std::string_view rest = token.leading_trivia();
        TriviaPiece piece = tree_.grammar().next_trivia(rest);
        while (begin + piece.length <= at) {
            begin += piece.length;
            rest.remove_prefix(piece.length);
            piece = tree_.grammar().next_trivia(rest);
        }
        const TextRange comment{begin, begin + piece.length};
        const std::string_view before = text_.substr(begin, at - begin);
        const size_t mark = before.find_first_not_of("#/* \t");
        if (mark == before.npos || before.substr(mark) != kMark) return;
        const size_t first = allows_.size();
        codes({at + 5, comment.end}, reach(token, comment));
        remove_together(first, with_its_line(text_, comment));
    }

    /// `one, two: reason`
    void codes(TextRange range, TextRange scope) {
        auto is_part = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        };
        auto skip_blanks = [&] {
            while (range.begin < range.end && is_blank(text_[range.begin])) ++range.begin;
        };
        while (true) {
            skip_blanks();
            uint32_t end = range.begin;
            while (end < range.end && is_part(text_[end])) ++end;
            if (end == range.begin) return;
            add({range.begin, end}, scope);
            range.begin = end;
            skip_blanks();
            if (range.begin == range.end || text_[range.begin] != ',') return;
            ++range.begin;
        }
    }

    TextRange reach(const SyntaxToken& token, TextRange comment) const {
        uint32_t line = comment.begin;
        while (line > 0 && text_[line - 1] != '\n') --line;
        if (text_.substr(line, comment.begin - line).find_first_not_of(" \t") != text_.npos)
            return {line, uint32_t(std::min(text_.find('\n', comment.begin), text_.size()))};
        SyntaxElement widest = token;
        for (SyntaxNode node = token.parent(); node && node.parent() && node.text_range().begin == token.begin();
             node = node.parent()) {
            if (node.kind_name() == "Block") break;
            widest = node;
        }
        return widest.text_range();
    }

    void add(TextRange range, TextRange scope) {
        const std::string_view name = text_.substr(range.begin, range.length());
        allows_.push_back({name, find_code(name), range, scope, range});
    }

    void remove_together(size_t first, TextRange all) {
        const bool only = allows_.size() == first + 1;
        for (size_t i = first; i < allows_.size(); ++i)
            allows_[i].removal = only ? all : with_its_comma(text_, allows_[i].range);
    }

    const SyntaxTree& tree_;
    std::string_view text_;
    std::vector<Allow> allows_;
};

bool is_of_syntax(const Diagnostic& d) {
    return d.code < DiagnosticCode::UnresolvedName && d.severity == Severity::Error;
}

/// The innermost allow of this diagnostic.
Allow* allow_of(std::vector<Allow>& allows, const Diagnostic& d) {
    Allow* found = nullptr;
    if (is_of_syntax(d)) return found;
    const TextRange at = d.location.range;
    for (Allow& allow : allows) {
        const bool covers = at.begin >= allow.scope.begin && at.begin <= allow.scope.end;
        if (allow.code == d.code && covers && (!found || allow.scope.length() < found->scope.length())) found = &allow;
    }
    return found;
}

Diagnostic unused(FileId file, const Allow& allow) {
    Diagnostic out;
    out.code = DiagnosticCode::UnusedAllow;
    out.severity = default_severity(out.code);
    out.location = {file, allow.range};
    auto offer = [&](std::string title, TextRange range, std::string text) {
        out.fixes.push_back({std::move(title), {{{file, range}, Diagnostic::FixEdit::Replace, std::move(text)}}});
    };
    if (allow.code) {
        out.tags = TagUnnecessary;
        out.message = fmt::format("there is no `{}` here to allow", code_name(*allow.code));
        offer("Remove it", allow.removal, "");
        return out;
    }
    out.message = fmt::format("there is no diagnostic `{}`", allow.name);
    const auto near = nearest_codes(allow.name);
    if (near.empty()) {
        offer("Remove it", allow.removal, "");
    } else {
        out.message += fmt::format("; did you mean `{}`?", code_name(near[0]));
        offer(fmt::format("Change to `{}`", code_name(near[0])), allow.range, std::string(code_name(near[0])));
    }
    return out;
}

}  // namespace

void apply_suppressions(const SyntaxTree& tree, FileId file, bool complete, std::vector<Diagnostic>& diagnostics) {
    std::vector<Allow> allows = Reader(tree).read();
    if (allows.empty()) return;
    auto take_away = [&] {
        std::erase_if(diagnostics, [&](const Diagnostic& d) {
            Allow* allow = allow_of(allows, d);
            if (allow) allow->is_used = true;
            return allow != nullptr;
        });
    };
    take_away();
    if (!complete) return;
    // An error silences what follows from it, so what would be allowed may only be hidden by it.
    const bool has_errors = std::any_of(diagnostics.begin(), diagnostics.end(),
                                        [](const Diagnostic& d) { return d.severity == Severity::Error; });
    for (const Allow& allow : allows)
        if (!allow.is_used && (!allow.code || (!has_errors && allow.code != DiagnosticCode::UnusedAllow)))
            diagnostics.push_back(unused(file, allow));
    take_away();
}

}  // namespace braid
