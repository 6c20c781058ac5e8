#include "analyzer/diagnostics/catalogue.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

namespace braid {

namespace {

struct Entry {
    std::string_view name;
    Severity severity;
    std::string_view summary;
};

constexpr std::array catalogue{
#define DIAGNOSTIC(Name, code, severity, summary) Entry{code, Severity::severity, summary},
#include "analyzer/diagnostics/catalogue.def"
#undef DIAGNOSTIC
};

constexpr std::array<std::string_view, 4> severity_names{"error", "warning", "information", "hint"};

const Entry* entry(DiagnosticCode code) {
    const auto index = static_cast<size_t>(code);
    return index < catalogue.size() ? &catalogue[index] : nullptr;
}

std::string normalized(std::string_view name) {
    std::string result(name);
    for (char& c : result) c = c == '_' || c == ' ' ? '-' : c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    return result;
}

/// Levenshtein's distance, one row at a time.
size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), size_t{0});
    for (size_t i = 0; i < left.size(); ++i) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < right.size(); ++j) {
            const size_t substituted = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({substituted, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string_view code_name(DiagnosticCode code) {
    const Entry* found = entry(code);
    return found ? found->name : std::string_view{};
}

Severity default_severity(DiagnosticCode code) {
    const Entry* found = entry(code);
    return found ? found->severity : Severity::Error;
}

std::string_view code_summary(DiagnosticCode code) {
    const Entry* found = entry(code);
    return found ? found->summary : std::string_view{};
}

std::vector<DiagnosticCode> all_codes() {
    std::vector<DiagnosticCode> codes(catalogue.size());
    for (size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<DiagnosticCode>(i);
    return codes;
}

std::optional<DiagnosticCode> find_code(std::string_view name) {
    const std::string wanted = normalized(name);
    auto found = std::find_if(catalogue.begin(), catalogue.end(), [&](const Entry& e) { return e.name == wanted; });
    if (found == catalogue.end()) return std::nullopt;
    return static_cast<DiagnosticCode>(found - catalogue.begin());
}

std::vector<DiagnosticCode> nearest_codes(std::string_view name) {
    constexpr size_t most = 3;
    const std::string wanted = normalized(name.substr(0, 64));
    const size_t reach = std::max<size_t>(2, wanted.size() / 3);
    std::vector<std::pair<size_t, DiagnosticCode>> near;
    for (DiagnosticCode code : all_codes()) {
        const size_t distance = edit_distance(wanted, code_name(code));
        // A part that someone remembers ("race") counts as near, but not as near as a slip of the finger.
        const bool is_part = wanted.size() >= 3 && code_name(code).find(wanted) != std::string_view::npos;
        if (distance <= reach || is_part) near.emplace_back(std::min(distance, reach + 1), code);
    }
    std::stable_sort(near.begin(), near.end(), [](const auto& l, const auto& r) { return l.first < r.first; });
    std::vector<DiagnosticCode> codes;
    for (const auto& [distance, code] : near)
        if (codes.size() < most) codes.push_back(code);
    return codes;
}

bool stops_run(const Diagnostic& diagnostic) {
    const bool waits = diagnostic.code >= DiagnosticCode::SelfDeadlock && diagnostic.code <= DiagnosticCode::BusySelect;
    return diagnostic.severity == Severity::Error && !waits;
}

std::string_view severity_name(Severity severity) { return severity_names[static_cast<size_t>(severity)]; }

std::optional<Severity> find_severity(std::string_view name) {
    auto found = std::find(severity_names.begin(), severity_names.end(), name);
    if (found == severity_names.end()) return std::nullopt;
    return static_cast<Severity>(found - severity_names.begin());
}

}  // namespace braid
