#include "analyzer/project/project.h"

#include <algorithm>

#include "analyzer/semantics/loaded_files.h"

namespace braid {
namespace {

/// With the slash at its end.
std::string_view folder_of(std::string_view path) { return path.substr(0, path.rfind('/') + 1); }

}  // namespace

std::string beside(std::string_view manifest_path, std::string_view relative) {
    std::string path(relative.starts_with('/') ? std::string_view() : folder_of(manifest_path));
    for (size_t begin = 0; begin <= relative.size();) {
        size_t end = std::min(relative.find('/', begin), relative.size());
        std::string_view part = relative.substr(begin, end - begin);
        begin = end + 1;
        if (part == "." || (part.empty() && end > 0)) continue;
        bool up = part == "..";
        if (up && path.size() > 1) path.erase(path.rfind('/', path.size() - 2) + 1);
        if (!up) path.append(part).append(end < relative.size() ? "/" : "");
    }
    return path;
}

Manifest ManifestOf::compute(QueryContext& context, const Key& manifest) {
    auto text = context.get<ManifestText>(manifest);
    return text && *text ? read_manifest(**text) : Manifest{};
}

FileId ProjectOf::compute(QueryContext& context, const Key& file) {
    auto manifests = context.get<ManifestFiles>();
    if (!manifests || is_std(file)) return FileId::None;
    const std::string& path = files().path(file);
    FileId nearest = FileId::None;
    size_t length = 0;
    for (FileId manifest : *manifests) {
        const std::string& candidate = files().path(manifest);
        std::string_view folder = folder_of(candidate);
        const ProjectKind* kind = project_kind_of(candidate);
        if (!kind || !path.ends_with(kind->ending) || !path.starts_with(folder) || folder.size() <= length) continue;
        nearest = manifest;
        length = folder.size();
    }
    return nearest;
}

ProjectSeverities::Value ProjectSeverities::compute(QueryContext& context, const Key& manifest) {
    return context.get<ManifestOf>(manifest)->severities;
}

std::vector<Diagnostic> ManifestDiagnostics::compute(QueryContext& context, const Key& manifest) {
    auto read = context.get<ManifestOf>(manifest);
    std::vector<Diagnostic> out;
    auto report = [&](DiagnosticCode code, TextRange range, std::string message) {
        Diagnostic d;
        d.code = code;
        // What is misspelt here is lost without a sign.
        d.severity = code == DiagnosticCode::UnknownAttribute ? Severity::Warning : default_severity(code);
        d.location = {manifest, range};
        d.message = std::move(message);
        out.push_back(std::move(d));
    };
    for (const Manifest::Problem& problem : read->problems) report(problem.code, problem.range, problem.message);
    const std::string& path = files().path(manifest);
    const ProjectKind* kind = project_kind_of(path);
    if (read->main && kind) {
        const Manifest::Text& main = *read->main;
        if (!main.value.ends_with(kind->ending))
            report(
                DiagnosticCode::UnresolvedImport, main.range,
                "`main` names the file the project starts with, and that ends in `" + std::string(kind->ending) + "`");
        else if (loaded_file(context, beside(path, main.value)) == FileId::None)
            report(DiagnosticCode::UnresolvedImport, main.range,
                   "there is no file `" + main.value + "` beside this manifest");
    }
    return out;
}

void apply_severities(QueryContext& context, FileId file, std::vector<Diagnostic>& diagnostics) {
    FileId manifest = *context.get<ProjectOf>(file);
    if (manifest == FileId::None) return;
    auto severities = context.get<ProjectSeverities>(manifest);
    if (severities->empty()) return;
    std::erase_if(diagnostics, [&](Diagnostic& d) {
        auto found = severities->find(d.code);
        if (found == severities->end()) return false;
        if (found->second) d.severity = *found->second;
        return !found->second;
    });
}

}  // namespace braid
