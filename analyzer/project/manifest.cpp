#include "analyzer/project/manifest.h"

#include <algorithm>
#include <array>

// Its assertions, which fail for texts like `[$`, would end the program, or be assumed to hold; behind them the parser
// reports.
#undef NDEBUG
#define TOML_ASSERT(condition) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "analyzer/diagnostics/catalogue.h"
#include "analyzer/semantics/names.h"
#include "analyzer/text/line_index.h"

namespace braid {
namespace {

enum class Setting : uint8_t {
#define SETTING(Name, table, key, type) Name,
#include "analyzer/project/settings.def"
#undef SETTING
};
enum class SettingType : uint8_t { Text, Texts, TextTable };
struct SettingInfo {
    Setting setting;
    std::string_view table, key;
    SettingType type;
};
constexpr SettingInfo kSettings[] = {
#define SETTING(Name, table, key, type) {Setting::Name, table, key, SettingType::type},
#include "analyzer/project/settings.def"
#undef SETTING
};

/// Errors of the language stay errors: a program that has one cannot run, whatever a manifest says.
bool is_fixed(DiagnosticCode code) {
    return code < DiagnosticCode::UseAfterMove && default_severity(code) == Severity::Error;
}

class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text), lines_(text) {}

    Manifest read() {
        toml::parse_result parsed = toml::parse(text_);
        if (!parsed) {
            const toml::parse_error& error = parsed.error();
            problem(DiagnosticCode::SyntaxError, one_character(error.source()),
                    "this is no TOML: " + std::string(error.description()));
            return std::move(out_);
        }
        for (const auto& [key, value] : parsed.table()) top(key, value);
        return std::move(out_);
    }

  private:
    uint32_t offset(const toml::source_position& at) const {
        auto zero_based = [](auto number) { return number > 0 ? uint32_t(number - 1) : 0; };
        return lines_.offset({zero_based(at.line), zero_based(at.column)}, ColumnUnit::CodePoint);
    }
    TextRange range(const toml::source_region& region) const {
        uint32_t begin = offset(region.begin), end = offset(region.end);
        return {begin, std::max(begin, end)};
    }
    /// Where toml++ stopped: the rest of the line's word, or what stands there.
    TextRange one_character(const toml::source_region& region) const {
        uint32_t begin = std::min(offset(region.begin), uint32_t(text_.size()));
        TextRange line = lines_.line_range(lines_.line_of(begin));
        if (begin >= line.end && line.end > line.begin) return {line.end - 1, line.end};
        return {begin, std::min(begin + 1, line.end)};
    }

    void problem(DiagnosticCode code, TextRange range, std::string message) {
        out_.problems.push_back({code, range, std::move(message)});
    }

    void top(const toml::key& key, const toml::node& value) {
        std::string_view name = key.str();
        if (name == "diagnostics") return set(kSettings[size_t(Setting::Levels)], key, value);
        if (name == "package" || name == "project" || name == "run" || name == "database") {
            if (!value.is_table()) return wrong_type(key, value, "a table: `[" + std::string(name) + "]`");
            for (const auto& [inner, entry] : *value.as_table())
                member(name == "package" ? "project" : name, inner, entry);
            return;
        }
        member("project", key, value, true);
    }

    void member(std::string_view table, const toml::key& key, const toml::node& value, bool at_top = false) {
        for (const SettingInfo& info : kSettings)
            if (info.table == table && info.key == key.str()) return set(info, key, value);
        std::vector<std::string> known;
        for (const SettingInfo& info : kSettings)
            if (info.table == table && !info.key.empty()) known.emplace_back(info.key);
        if (at_top)
            for (const char* each : {"project", "run", "database", "diagnostics"}) known.emplace_back(each);
        std::string near = nearest_name(key.str(), known);
        std::string where = at_top ? "" : " in `[" + std::string(table) + "]`";
        problem(DiagnosticCode::UnknownAttribute, range(key.source()),
                "a manifest has no `" + std::string(key.str()) + "`" + where +
                    (near.empty() ? "; it is ignored" : "; did you mean `" + near + "`?"));
    }

    void wrong_type(const toml::key& key, const toml::node& value, const std::string& wanted) {
        problem(DiagnosticCode::TypeMismatch, range(value.source()),
                "`" + std::string(key.str()) + "` has to be " + wanted);
    }

    void set(const SettingInfo& info, const toml::key& key, const toml::node& value) {
        switch (info.type) {
            case SettingType::Text:
                if (auto* text = value.as_string()) return set_text(info.setting, {text->get(), range(value.source())});
                return wrong_type(key, value, "a text: `" + std::string(key.str()) + " = \"…\"`");
            case SettingType::Texts: {
                auto* list = value.as_array();
                bool texts =
                    list && std::all_of(list->begin(), list->end(), [](const auto& e) { return e.is_string(); });
                if (!texts) wrong_type(key, value, "a list of texts");
                return;
            }
            case SettingType::TextTable: {
                auto* table = value.as_table();
                if (!table) return wrong_type(key, value, "a table of texts");
                for (const auto& [name, entry] : *table) {
                    auto* text = entry.as_string();
                    if (!text) wrong_type(name, entry, "a text");
                    else if (info.setting == Setting::Levels) set_level(name, {text->get(), range(entry.source())});
                    else out_.statements[std::string(name.str())] = text->get();
                }
                return;
            }
        }
    }

    void set_text(Setting setting, Manifest::Text text) {
        switch (setting) {
            case Setting::ProjectName: out_.name = std::move(text); break;
            case Setting::Version: out_.version = std::move(text); break;
            case Setting::Main: out_.main = normal(std::move(text)); break;
            case Setting::Source: out_.source = normal(std::move(text)); break;
            case Setting::DatabaseFile: out_.database = std::move(text.value); break;
            case Setting::Contracts:
            case Setting::RunContracts: {
                constexpr std::array kModes = {"all", "marked", "off"};
                if (std::find(kModes.begin(), kModes.end(), text.value) == kModes.end())
                    return problem(DiagnosticCode::TypeMismatch, text.range,
                                   "`contracts` is `\"all\"`, `\"marked\"` or `\"off\"`");
                out_.contracts = std::move(text.value);
                break;
            }
            default: break;
        }
    }

    /// `./src/` is `src`.
    static Manifest::Text normal(Manifest::Text path) {
        while (path.value.starts_with("./")) path.value.erase(0, 2);
        while (path.value.ends_with('/')) path.value.pop_back();
        return path;
    }

    void set_level(const toml::key& key, const Manifest::Text& level) {
        auto code = find_code(key.str());
        if (!code) {
            auto near = nearest_codes(key.str());
            return problem(DiagnosticCode::UnknownAttribute, range(key.source()),
                           "there is no diagnostic `" + std::string(key.str()) + "`" +
                               (near.empty() ? "" : "; did you mean `" + std::string(code_name(near[0])) + "`?"));
        }
        auto severity = level.value == "info" ? Severity::Information : find_severity(level.value);
        if (!severity && level.value != "off")
            return problem(DiagnosticCode::TypeMismatch, level.range,
                           "a diagnostic is `\"error\"`, `\"warning\"`, `\"information\"`, `\"hint\"` or `\"off\"`");
        if (is_fixed(*code) && severity != Severity::Error)
            return problem(
                DiagnosticCode::TypeMismatch, level.range,
                "`" + std::string(code_name(*code)) +
                    "` is an error of the language: a program that has one cannot run, so it stays an error");
        out_.severities[*code] = severity;
    }

    std::string_view text_;
    LineIndex lines_;
    Manifest out_;
};

}  // namespace

const ProjectKind* project_kind_of(std::string_view path) {
    std::string_view name = path.substr(path.rfind('/') + 1);
    for (const ProjectKind& kind : kProjectKinds)
        if (kind.manifest == name) return &kind;
    return nullptr;
}

std::vector<std::string> Manifest::mains(const ProjectKind& kind) const {
    if (main) return {main->value};
    std::string file = "main" + std::string(kind.ending);
    if (source && !source->value.empty() && source->value != ".") return {source->value + "/" + file};
    return {file, "src/" + file};
}

Manifest read_manifest(std::string_view text) { return Reader(text).read(); }

}  // namespace braid
