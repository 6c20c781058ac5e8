#include <algorithm>

#include "analyzer/ide/on_type.h"
#include "lsp/session.h"
#include "workspace/formatting.h"

// Formatting: of a document, of a range, and while typing.
namespace braid::lsp {

namespace {

using Edits = std::vector<TextEdit>;

/// What the client would do; an .editorconfig overrides it.
format::Options defaults_of(const Json& params) {
    constexpr int kWidest = 16;
    format::Options options;
    const Json& asked = params.at("options");
    options.indent = options.tab_width = uint32_t(std::clamp(asked.value("tabSize", 4), 1, kWidest));
    options.tabs = !asked.value("insertSpaces", true);
    return options;
}

/// A text with syntax errors is left alone: its diagnostics say why.
Edits edits_or_none(tl::expected<Edits, format::Refusal> edits) { return edits ? std::move(*edits) : Edits{}; }

Json edits_json(const Edits& edits, const LineIndex& lines, ColumnUnit unit) {
    Json out = Json::array();
    for (const TextEdit& edit : edits)
        out.push_back(Json{{"range", to_json(lines, edit.range, unit)}, {"newText", edit.replacement}});
    return out;
}

}  // namespace

Session::Work Session::about_format(
    const Json& params,
    std::function<Edits(const SyntaxTree&, const FormattingRules&, const LineIndex&)> question) const {
    return about_file(params,
                      [defaults = defaults_of(params), unit = features_.unit, question = std::move(question)](
                          QueryContext& context, Converter&, FileId file) -> Json {
                          auto how = formatting_rules(files().path(file), defaults);
                          if (!how) return nullptr;
                          auto lines = context.get<FileLines>(file)->lines;
                          SyntaxTreePtr tree = *context.get<FileTree>(file);
                          return edits_json(question(*tree, *how, *lines), *lines, unit);
                      });
}

void Session::add_formatting() {
    server_.on_snapshot_request("textDocument/formatting", [this](Json params) {
        return about_format(params, [](const SyntaxTree& tree, const FormattingRules& how, const LineIndex&) {
            return edits_or_none(format::format_edits(tree, how.rules, how.options));
        });
    });
    server_.on_snapshot_request("textDocument/rangeFormatting", [this](Json params) {
        return about_format(params, [range = range_from(params.at("range")), unit = features_.unit](
                                        const SyntaxTree& tree, const FormattingRules& how, const LineIndex& lines) {
            return edits_or_none(format::format_range(tree, how.rules, how.options, range.in(lines, unit)));
        });
    });
    server_.on_snapshot_request("textDocument/onTypeFormatting", [this](Json params) {
        std::string typed = params.at("ch");
        LineColumn position = position_from(params.at("position"));
        FileId file = store_.find(params.at("textDocument").at("uri"));
        const EditingRules* editing = file == FileId::None ? nullptr : editing_rules_of(file);
        return about_format(params, [=, unit = features_.unit](const SyntaxTree& tree, const FormattingRules& how,
                                                               const LineIndex& lines) {
            if (typed.empty() || !editing) return Edits{};
            return edits_on_type(tree, *editing, how.rules, how.options, lines.offset(position, unit), typed[0]);
        });
    });
}

}  // namespace braid::lsp
