#include "analyzer/format/editorconfig.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>

#include "analyzer/format/glob.h"

namespace braid::format {

namespace {

std::string_view trimmed(std::string_view text) {
    size_t begin = text.find_first_not_of(" \t\r\f\v");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r\f\v") + 1 - begin);
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    return out;
}

using Properties = std::map<std::string, std::string, std::less<>>;

/// A number from `least` to `most`, or nothing.
std::optional<uint32_t> number(const Properties& properties, std::string_view key, uint32_t least, uint32_t most) {
    auto found = properties.find(key);
    if (found == properties.end() || found->second.empty() || found->second.size() > 6) return std::nullopt;
    if (found->second.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
    auto value = uint32_t(std::strtoul(found->second.c_str(), nullptr, 10));
    return value >= least && value <= most ? std::optional(value) : std::nullopt;
}

std::string_view value_of(const Properties& properties, std::string_view key) {
    auto found = properties.find(key);
    return found == properties.end() ? std::string_view() : found->second;
}

void set_options(const Properties& properties, Options& options) {
    constexpr uint32_t kWidestIndent = 16, kNarrowest = 20, kNoLimit = 1u << 30;
    std::string_view style = value_of(properties, "indent_style");
    if (style == "tab") options.tabs = true;
    if (style == "space") options.tabs = false;
    auto tab_width = number(properties, "tab_width", 1, kWidestIndent);
    auto indent = number(properties, "indent_size", 1, kWidestIndent);
    // Each stands in for the other; `indent_size = tab` says so, and a tab is one step.
    bool is_tab = value_of(properties, "indent_size") == "tab" || (options.tabs && !indent);
    if (tab_width) options.tab_width = *tab_width;
    else if (indent) options.tab_width = *indent;
    if (is_tab) options.indent = options.tab_width;
    else if (indent) options.indent = *indent;
    if (auto width = number(properties, "max_line_length", kNarrowest, 100'000)) options.width = *width;
    if (value_of(properties, "max_line_length") == "off") options.width = kNoLimit;
    std::string_view line_end = value_of(properties, "end_of_line");
    if (line_end == "lf") options.line_end = LineEnd::Lf;
    if (line_end == "crlf") options.line_end = LineEnd::CrLf;
    if (line_end == "unset") options.line_end.reset();
    std::string_view final_newline = value_of(properties, "insert_final_newline");
    if (!final_newline.empty()) options.final_newline = final_newline != "false";
}

}  // namespace

EditorConfig parse_editor_config(std::string_view text) {
    EditorConfig config;
    if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
    while (!text.empty()) {
        size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line[0] == '#' || line[0] == ';') continue;
        if (line[0] == '[') {
            size_t close = line.rfind(']');
            if (close == std::string_view::npos) close = line.size();
            config.sections.push_back({std::string(line.substr(1, close - 1)), {}});
            continue;
        }
        size_t equals = line.find_first_of("=:");
        if (equals == std::string_view::npos) continue;
        std::string key = lower(trimmed(line.substr(0, equals)));
        std::string value = lower(trimmed(line.substr(equals + 1)));
        if (!config.sections.empty()) config.sections.back().properties.emplace_back(std::move(key), std::move(value));
        else if (key == "root") config.is_root = value == "true";
    }
    return config;
}

void apply(const EditorConfig& config, std::string_view path, Options& options) {
    Properties properties;
    for (const EditorConfig::Section& section : config.sections)
        if (glob_matches(section.glob, path))
            for (const auto& [key, value] : section.properties) properties[key] = value;
    set_options(properties, options);
}

}  // namespace braid::format
