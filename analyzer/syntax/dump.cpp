#include "analyzer/syntax/dump.h"

#include <fmt/format.h>

namespace braid {

namespace {

constexpr size_t LongText = 60;

/// Quoted on one line; the middle of a long text is left out.
std::string quoted(std::string_view text) {
    auto escape = [](std::string_view part) {
        std::string out;
        for (char c : part) {
            auto byte = static_cast<unsigned char>(c);
            if (c == '\n') out += "\\n";
            else if (c == '\r') out += "\\r";
            else if (c == '\t') out += "\\t";
            else if (c == '"' || c == '\\') (out += '\\') += c;
            else if (byte < 0x20 || byte == 0x7f) out += fmt::format("\\x{:02x}", byte);
            else out += c;
        }
        return out;
    };
    if (text.size() <= LongText) return '"' + escape(text) + '"';
    return fmt::format("\"{}\"…\"{}\" ({} bytes)", escape(text.substr(0, LongText / 2)),
                       escape(text.substr(text.size() - 10)), text.size());
}

std::string range(TextRange range) { return fmt::format("{}..{}", range.begin, range.end); }

void dump_comments(const SyntaxElement& element, std::string& out) {
    std::string_view trivia = element.leading_trivia();
    uint32_t begin = element.full_begin();
    while (!trivia.empty()) {
        TriviaPiece piece = element.tree()->grammar().next_trivia(trivia);
        const char* name = piece.kind == TriviaKind::LineComment    ? "line-comment"
                           : piece.kind == TriviaKind::BlockComment ? "block-comment"
                           : piece.kind == TriviaKind::DocComment   ? "doc-comment"
                                                                    : nullptr;
        if (name)
            out += fmt::format("{} {} {}\n", range({begin, begin + piece.length}), name,
                               quoted(trivia.substr(0, piece.length)));
        trivia.remove_prefix(piece.length);
        begin += piece.length;
    }
}

}  // namespace

std::string dump_tokens(const SyntaxTree& tree) {
    std::string out;
    for (Preorder walk(tree.root()); walk; walk.next()) {
        if (!walk->is_token()) continue;
        dump_comments(*walk, out);
        out += fmt::format("{} {} {}\n", range(walk->text_range()), walk->kind_name(), quoted(walk->text()));
    }
    return out;
}

std::string dump_tree(const SyntaxTree& tree) {
    std::string out;
    for (Preorder walk(tree.root()); walk; walk.next()) {
        out.append(size_t(walk.depth()) * 2, ' ');
        out += fmt::format("{} {}", walk->kind_name(), range(walk->text_range()));
        if (walk->is_token()) out += ' ' + quoted(walk->text());
        out += '\n';
    }
    for (const SyntaxError& error : tree.errors()) {
        out += fmt::format("{} {}: {}\n", range(error.range), code_name(error.code), error.message);
        for (const auto& related : error.related)
            out += fmt::format("  {} {}\n", range(related.range), related.message);
        if (error.fix) {
            out += fmt::format("  fix: {}\n", error.fix->title);
            for (const TextEdit& edit : error.fix->edits)
                out += fmt::format("    {} {}\n", range(edit.range), quoted(edit.replacement));
        }
    }
    return out;
}

}  // namespace braid
