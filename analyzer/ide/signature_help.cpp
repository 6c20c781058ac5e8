#include "analyzer/ide/signature_help.h"

#include <algorithm>

#include "analyzer/ide/expression_types.h"
#include "analyzer/semantics/language.h"

namespace braid {
namespace {

/// Where the parameters stand in a printed signature: between the first brackets, cut at the commas on their level.
std::vector<TextRange> parameter_ranges(std::string_view label) {
    std::vector<TextRange> out;
    size_t open = label.find('(');
    if (open == std::string_view::npos) return out;
    int depth = 0;
    size_t begin = open + 1;
    auto add = [&](size_t end) {
        size_t first = begin;
        while (first < end && label[first] == ' ') ++first;
        if (first < end) out.push_back({uint32_t(first), uint32_t(end)});
        begin = end + 1;
    };
    for (size_t i = open; i < label.size(); ++i) {
        char c = label[i];
        bool is_arrow = c == '>' && i > 0 && (label[i - 1] == '-' || label[i - 1] == '=');
        if (c == '(' || c == '[' || c == '{' || c == '<') ++depth;
        if ((c == ')' || c == ']' || c == '}' || c == '>') && !is_arrow && --depth == 0) {
            add(i);
            break;
        }
        if (c == ',' && depth == 1) add(i);
    }
    return out;
}

bool names_receiver(std::string_view parameter) {
    return parameter == "self" || parameter.ends_with(" self") || parameter == "&self";
}

std::string label_of(QueryContext& context, const Language& language, ItemId item) {
    ItemKind kind = kind_of(item);
    if (kind != ItemKind::Struct && kind != ItemKind::Actor && kind != ItemKind::Variant)
        return language.print_signature(context, item);
    std::string out(name_of(item).text());
    if (kind == ItemKind::Variant)
        out = std::string(name_of(parent_of(item)).text()) +
              std::string(editing_rules_of(file_of(item))->path_separator) + out;
    out += "(";
    for (const ParameterInfo& p : parameters_of(context, item))
        out += (out.ends_with("(") ? "" : ", ") + std::string(p.name.text()) + ": " + language.print_type(p.type) +
               (p.has_default ? " = …" : "");
    return out + ")";
}

SignatureInformation describe(QueryContext& context, const Language& language, ItemId item,
                              const ArgumentPosition& at) {
    SignatureInformation out;
    out.label = label_of(context, language, item);
    out.documentation = language.documentation(context, item);
    out.parameters = parameter_ranges(out.label);
    std::vector<ParameterInfo> known = parameters_of(context, item);
    if (out.parameters.size() > known.size() && !out.parameters.empty()) {
        TextRange first = out.parameters.front();
        if (names_receiver(std::string_view(out.label).substr(first.begin, first.length())))
            out.parameters.erase(out.parameters.begin());
    }
    size_t active = at.index;
    if (!at.name.empty()) {
        auto named = std::find_if(known.begin(), known.end(), [&](const auto& p) { return p.name.text() == at.name; });
        active = size_t(named - known.begin());
    }
    if (!known.empty() && known.back().rest) active = std::min(active, known.size() - 1);
    if (active < out.parameters.size()) out.active = uint32_t(active);
    return out;
}

}  // namespace

std::vector<ParameterInfo> parameters_of(QueryContext& context, ItemId item) {
    if (kind_of(item) == ItemKind::Function) return context.get<SignatureOf>(item)->parameters;
    std::vector<ParameterInfo> out;
    ItemKind kind = kind_of(item);
    bool has_parts =
        kind == ItemKind::Struct || kind == ItemKind::Actor || kind == ItemKind::Variant || kind == ItemKind::Class;
    if (!has_parts) return out;
    auto definition = context.get<DefinitionOf>(item);
    if (kind == ItemKind::Class)
        return definition->constructor == ItemId::None ? out
                                                       : context.get<SignatureOf>(definition->constructor)->parameters;
    for (const FieldInfo& field : definition->fields) {
        ParameterInfo parameter;
        parameter.name = field.name;
        parameter.type = field.type;
        parameter.has_default = field.has_default;
        if (!field.is_static) out.push_back(std::move(parameter));
    }
    return out;
}

std::optional<SignatureHelp> signature_help(QueryContext& context, FileId file, uint32_t offset) {
    auto tree = context.get<FileTree>(file);
    const EditingRules* rules = editing_rules_of(file);
    if (!tree || !*tree || !rules) return std::nullopt;
    auto at = argument_at(**tree, *rules, offset);
    auto called = at ? called_function(context, file, at->call) : std::nullopt;
    if (!called) return std::nullopt;
    const Language& language = language_of(file_item(file));
    SignatureHelp out;
    for (ItemId item : called->overloads) {
        auto constructor =
            kind_of(item) == ItemKind::Class ? context.get<DefinitionOf>(item)->constructor : ItemId::None;
        out.signatures.push_back(describe(context, language, constructor == ItemId::None ? item : constructor, *at));
    }
    if (called->type) {
        SignatureInformation value;
        value.label = std::string(called->name.text()) + ": " + language.print_type(called->type);
        value.parameters = parameter_ranges(value.label);
        if (at->index < value.parameters.size()) value.active = at->index;
        out.signatures.push_back(std::move(value));
    }
    if (out.signatures.empty()) return std::nullopt;
    // Of several, the first that takes as many arguments as are there.
    for (uint32_t i = 0; i < out.signatures.size(); ++i) {
        if (!out.signatures[i].active && at->index != 0) continue;
        out.active = i;
        break;
    }
    return out;
}

}  // namespace braid
