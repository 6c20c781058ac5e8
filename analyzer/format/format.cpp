#include "analyzer/format/format.h"

#include <algorithm>

#include "analyzer/diagnostics/catalogue.h"
#include "analyzer/format/layout_edits.h"
#include "analyzer/format/printer.h"

namespace braid::format {

namespace {

std::optional<Refusal> syntax_error(const SyntaxTree& tree) {
    if (!tree.has_errors()) return std::nullopt;
    for (const SyntaxError& error : tree.errors())
        if (default_severity(error.code) == Severity::Error) return Refusal{error.code, error.range, error.message};
    return std::nullopt;
}

Options with_line_end(Options options, std::string_view source) {
    if (options.line_end) return options;
    size_t first = source.find('\n');
    bool crlf = first != std::string_view::npos && first > 0 && source[first - 1] == '\r';
    options.line_end = crlf ? LineEnd::CrLf : LineEnd::Lf;
    return options;
}

Printed lay_out(const SyntaxTree& tree, const Rules& rules, const Options& options) {
    Document document = rules.write(tree, options);
    Printed printed = print(document, options);
    size_t end = printed.text.find_last_not_of(" \r\n\t");
    size_t last = printed.anchors.empty() ? 0 : printed.anchors.back().output_end;
    printed.text.resize(std::max(end == std::string::npos ? 0 : end + 1, last));
    bool final_newline = options.final_newline && !printed.text.empty() && printed.text != "\xef\xbb\xbf";
    if (final_newline) printed.text += options.line_end == LineEnd::CrLf ? "\r\n" : "\n";
    return printed;
}

SyntaxTreePtr parse_like(const SyntaxTree& tree, std::string text) {
    return tree.grammar().parse(std::make_shared<const std::string>(std::move(text)));
}

bool keeps_meaning(const SyntaxTree& tree, const Rules& rules, const std::string& text) {
    SyntaxTreePtr after = parse_like(tree, text);
    return !syntax_error(*after) && means_the_same(tree, *after, rules);
}

/// The piece of the source that a place in the output was made from.
TextRange in_source(TextRange output, const Printed& printed) {
    for (const Anchor& anchor : printed.anchors)
        if (output.begin < anchor.output_end) return {anchor.source_begin, anchor.source_end};
    return {0, 0};
}

tl::expected<Printed, Refusal> checked(const SyntaxTree& tree, const Rules& rules, const Options& options) {
    if (auto error = syntax_error(tree)) return tl::unexpected(std::move(*error));
    Printed printed = lay_out(tree, rules, options);
    if (printed.text == tree.text()) return printed;
    SyntaxTreePtr after = parse_like(tree, printed.text);
    bool same = means_the_same(tree, *after, rules);
    // A mistake that the parser only sees on one line.
    if (auto error = syntax_error(*after); same && error) {
        error->range = in_source(error->range, printed);
        return tl::unexpected(std::move(*error));
    }
    if (!same)
        return tl::unexpected(Refusal{{},
                                      {0, 0},
                                      "formatting would change what this file means, so it is left as it is; "
                                      "this is a fault of Braid, please report it"});
    return printed;
}

}  // namespace

tl::expected<std::string, Refusal> format(const SyntaxTree& tree, const Rules& rules, const Options& options) {
    auto printed = checked(tree, rules, with_line_end(options, tree.text()));
    if (!printed) return tl::unexpected(std::move(printed.error()));
    return std::move(printed->text);
}

tl::expected<std::vector<TextEdit>, Refusal> format_edits(const SyntaxTree& tree, const Rules& rules,
                                                          const Options& options) {
    auto printed = checked(tree, rules, with_line_end(options, tree.text()));
    if (!printed) return tl::unexpected(std::move(printed.error()));
    return edits_of(tree.text(), *printed);
}

tl::expected<std::vector<TextEdit>, Refusal> format_range(const SyntaxTree& tree, const Rules& rules,
                                                          const Options& options, TextRange range) {
    Options complete = with_line_end(options, tree.text());
    auto printed = checked(tree, rules, complete);
    if (!printed) return tl::unexpected(std::move(printed.error()));
    std::vector<TextEdit> edits;
    for (TextRange unit : units_in(tree, rules, range)) {
        auto part = edits_within(tree.text(), *printed, unit, complete);
        edits.insert(edits.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
    }
    if (edits.empty() || keeps_meaning(tree, rules, applied(tree.text(), edits))) return edits;
    return std::vector<TextEdit>{};  // a part cannot be indented against its surroundings
}

}  // namespace braid::format
