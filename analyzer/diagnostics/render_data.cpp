#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analyzer/diagnostics/catalogue.h"
#include "analyzer/diagnostics/render.h"

// The forms that machines read.
namespace braid {

namespace {

using Json = nlohmann::ordered_json;

/// Lines and columns from one, in code points; the end is exclusive.
struct Region {
    LineColumn start, end;
};

Region region_of(const FileRange& range, const SourceProvider& sources) {
    const std::optional<SourceText> text = sources.text(range.file);
    if (!text) return {{1, 1}, {1, 1}};
    auto from_one = [&](uint32_t offset) {
        const LineColumn at = text->lines().position(offset, ColumnUnit::CodePoint);
        return LineColumn{at.line + 1, at.column + 1};
    };
    return {from_one(range.range.begin), from_one(range.range.end)};
}

Json json_range(const FileRange& range, const SourceProvider& sources) {
    const Region region = region_of(range, sources);
    auto position = [](LineColumn at) { return Json{{"line", at.line}, {"column", at.column}}; };
    return {{"start", position(region.start)}, {"end", position(region.end)}};
}

/// Malformed UTF-8 (a path or a quoted piece of source may hold it) becomes U+FFFD.
std::string dump(const Json& json, int indent = -1) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string_view sarif_level(Severity severity) {
    switch (severity) {
        case Severity::Error: return "error";
        case Severity::Warning: return "warning";
        default: return "note";
    }
}

/// RFC 3986: absolute paths become file URIs, relative ones stay relative references.
std::string uri_of(const std::string& path) {
    std::string uri = path.starts_with('/') ? "file://" : "";
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= '0' && byte <= '9') || std::string_view("-._~/").find(c) != std::string_view::npos;
        uri += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
    }
    return uri;
}

Json sarif_region(const FileRange& range, const SourceProvider& sources) {
    const Region region = region_of(range, sources);
    return {{"startLine", region.start.line},
            {"startColumn", region.start.column},
            {"endLine", region.end.line},
            {"endColumn", region.end.column}};
}

Json sarif_location(const FileRange& range, const SourceProvider& sources) {
    return {{"physicalLocation",
             {{"artifactLocation", {{"uri", uri_of(sources.path(range.file))}}},
              {"region", sarif_region(range, sources)}}}};
}

Json sarif_fix(const Diagnostic::Fix& fix, const SourceProvider& sources) {
    Json changes = Json::array();
    for (const auto& [file, edits] : text_edits(fix)) {
        Json replacements = Json::array();
        for (const TextEdit& edit : edits) {
            replacements.push_back({{"deletedRegion", sarif_region({file, edit.range}, sources)},
                                    {"insertedContent", {{"text", edit.replacement}}}});
        }
        changes.push_back(
            {{"artifactLocation", {{"uri", uri_of(sources.path(file))}}}, {"replacements", replacements}});
    }
    return {{"description", {{"text", fix.title}}}, {"artifactChanges", changes}};
}

/// "UseAfterMove": SARIF wants an identifier that people can read.
std::string pascal_case(std::string_view name) {
    std::string out;
    bool starts_word = true;
    for (const char c : name) {
        if (c != '-') out += starts_word && c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
        starts_word = c == '-';
    }
    return out;
}

Json sarif_rule(DiagnosticCode code) {
    Json rule{{"id", code_name(code)},
              {"name", pascal_case(code_name(code))},
              {"shortDescription", {{"text", code_summary(code)}}},
              {"defaultConfiguration", {{"level", sarif_level(default_severity(code))}}}};
    if (const std::string_view page = explain_page(code); !page.empty()) {
        rule["help"] = {{"text", page}, {"markdown", page}};
    }
    return rule;
}

/// FNV-1a of what stays when lines move; tells viewers that a result of one commit is that of another.
std::string fingerprint(const Diagnostic& diagnostic, const SourceProvider& sources) {
    uint64_t hash = 0xcbf29ce484222325;
    const std::string path = sources.path(diagnostic.location.file);
    for (std::string_view part :
         {std::string_view(path), code_name(diagnostic.code), std::string_view(diagnostic.message)}) {
        for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        hash = hash * 0x100000001b3;
    }
    return fmt::format("{:016x}", hash);
}

Json sarif_result(const Diagnostic& diagnostic, size_t rule_index, const SourceProvider& sources) {
    Json result{{"ruleId", code_name(diagnostic.code)},
                {"ruleIndex", rule_index},
                {"level", sarif_level(diagnostic.severity)},
                {"message", {{"text", diagnostic.message}}},
                {"locations", Json::array({sarif_location(diagnostic.location, sources)})},
                {"partialFingerprints", {{"braidDiagnostic/v1", fingerprint(diagnostic, sources)}}}};
    int id = 0;
    for (const auto& related : diagnostic.related) {
        Json location = sarif_location(related.location, sources);
        location["id"] = ++id;
        location["message"] = {{"text", related.message}};
        result["relatedLocations"].push_back(std::move(location));
    }
    for (const auto& fix : diagnostic.fixes) result["fixes"].push_back(sarif_fix(fix, sources));
    return result;
}

/// Escaping of GitHub's workflow commands; in properties more characters have a meaning.
std::string github_escaped(std::string_view text, bool property) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '%': out += "%25"; break;
            case '\r': out += "%0D"; break;
            case '\n': out += "%0A"; break;
            case ':': out += property ? "%3A" : ":"; break;
            case ',': out += property ? "%2C" : ","; break;
            default: out += c;
        }
    }
    return out;
}

}  // namespace

std::string render_json(const Diagnostic& diagnostic, const SourceProvider& sources) {
    Json json{{"file", sources.path(diagnostic.location.file)},
              {"severity", severity_name(diagnostic.severity)},
              {"code", code_name(diagnostic.code)},
              {"message", diagnostic.message},
              {"range", json_range(diagnostic.location, sources)},
              {"related", Json::array()},
              {"fixes", Json::array()}};
    for (const auto& related : diagnostic.related) {
        json["related"].push_back({{"file", sources.path(related.location.file)},
                                   {"range", json_range(related.location, sources)},
                                   {"message", related.message}});
    }
    for (const auto& fix : diagnostic.fixes) {
        Json edits = Json::array();
        for (const auto& [file, list] : text_edits(fix)) {
            for (const TextEdit& edit : list) {
                edits.push_back({{"file", sources.path(file)},
                                 {"range", json_range({file, edit.range}, sources)},
                                 {"text", edit.replacement}});
            }
        }
        json["fixes"].push_back({{"title", fix.title}, {"edits", edits}});
    }
    return dump(json);
}

std::string render_github(const Diagnostic& diagnostic, const SourceProvider& sources) {
    const std::string_view command = diagnostic.severity == Severity::Error     ? "error"
                                     : diagnostic.severity == Severity::Warning ? "warning"
                                                                                : "notice";
    const Region region = region_of(diagnostic.location, sources);
    std::string out =
        fmt::format("::{} file={},line={},endLine={}", command,
                    github_escaped(sources.path(diagnostic.location.file), true), region.start.line, region.end.line);
    // Columns are only understood within one line.
    if (region.start.line == region.end.line) {
        out += fmt::format(",col={},endColumn={}", region.start.column, region.end.column);
    }
    out += fmt::format(",title={}::{}", github_escaped(code_name(diagnostic.code), true),
                       github_escaped(diagnostic.message, false));
    for (const auto& related : diagnostic.related) {
        const Region at = region_of(related.location, sources);
        out += github_escaped(
            fmt::format("\n{}:{}: {}", sources.path(related.location.file), at.start.line, related.message), false);
    }
    return out;
}

std::string render_sarif(std::span<const Diagnostic> diagnostics, const SourceProvider& sources,
                         const SarifTool& tool) {
    std::vector<DiagnosticCode> codes;
    for (const Diagnostic& diagnostic : diagnostics) codes.push_back(diagnostic.code);
    std::sort(codes.begin(), codes.end());
    codes.erase(std::unique(codes.begin(), codes.end()), codes.end());

    Json rules = Json::array();
    for (DiagnosticCode code : codes) rules.push_back(sarif_rule(code));
    Json results = Json::array();
    for (const Diagnostic& diagnostic : diagnostics) {
        const auto rule = std::lower_bound(codes.begin(), codes.end(), diagnostic.code) - codes.begin();
        results.push_back(sarif_result(diagnostic, static_cast<size_t>(rule), sources));
    }
    Json driver{{"name", "Braid"}, {"version", tool.version}};
    if (!tool.information_uri.empty()) driver["informationUri"] = tool.information_uri;
    driver["rules"] = std::move(rules);
    const Json log{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                   {"version", "2.1.0"},
                   {"runs", Json::array({{{"tool", {{"driver", std::move(driver)}}},
                                          {"columnKind", "unicodeCodePoints"},
                                          {"results", std::move(results)}}})}};
    return dump(log, 2) + "\n";
}

std::string count_summary(std::span<const Diagnostic> diagnostics) {
    auto count = [&](Severity severity) {
        return std::count_if(diagnostics.begin(), diagnostics.end(),
                             [&](const auto& d) { return d.severity == severity; });
    };
    auto counted = [](auto number, std::string_view what) {
        return number == 0 ? std::string() : fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
    };
    const std::string errors = counted(count(Severity::Error), "error");
    const std::string warnings = counted(count(Severity::Warning), "warning");
    return errors.empty() || warnings.empty() ? errors + warnings : errors + ", " + warnings;
}

void sort_for_output(std::vector<Diagnostic>& diagnostics, const SourceProvider& sources) {
    std::map<FileId, std::string> paths;
    for (const Diagnostic& diagnostic : diagnostics) {
        auto& path = paths[diagnostic.location.file];
        if (path.empty()) path = sources.path(diagnostic.location.file);
    }
    auto order = [&](const Diagnostic& d) {
        return std::tuple(std::string_view(paths[d.location.file]), d.location.range.begin, d.severity,
                          d.location.range.end, d.code, std::string_view(d.message));
    };
    std::stable_sort(diagnostics.begin(), diagnostics.end(),
                     [&](const Diagnostic& left, const Diagnostic& right) { return order(left) < order(right); });
}

TextEdit text_edit(const Diagnostic::FixEdit& edit) {
    TextRange range = edit.location.range;
    if (edit.position == Diagnostic::FixEdit::InsertBefore) range.end = range.begin;
    if (edit.position == Diagnostic::FixEdit::InsertAfter) range.begin = range.end;
    return {range, edit.text};
}

std::map<FileId, std::vector<TextEdit>> text_edits(const Diagnostic::Fix& fix) {
    std::map<FileId, std::vector<TextEdit>> files;
    for (const auto& edit : fix.edits) files[edit.location.file].push_back(text_edit(edit));
    for (auto& [file, edits] : files) {
        std::stable_sort(edits.begin(), edits.end(), [](const TextEdit& left, const TextEdit& right) {
            return std::pair(left.range.begin, left.range.end) < std::pair(right.range.begin, right.range.end);
        });
    }
    return files;
}

}  // namespace braid
