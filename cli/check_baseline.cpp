#include <filesystem>
#include <fstream>
#include <map>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analyzer/diagnostics/catalogue.h"
#include "cli/check_baseline.h"
#include "workspace/formatting.h"

namespace braid::cli {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Baseline::Baseline(std::string path)
    : path_(std::move(path)), folder_(fs::path(normalized_path(path_)).parent_path().string()) {}

Baseline::Entry Baseline::entry(const Diagnostic& d) const {
    const std::string& path = files().path(d.location.file);
    return {is_std(d.location.file) ? path : fs::path(path).lexically_relative(folder_).generic_string(),
            std::string(code_name(d.code)), d.message};
}

tl::expected<void, std::string> Baseline::read() {
    std::error_code error;
    if (!fs::exists(path_, error))
        return tl::make_unexpected(path_ + ": no such baseline; add --update-baseline to write it");
    auto text = read_source_file(path_);
    if (!text) return tl::make_unexpected(text.error());
    auto damaged = [&] {
        return tl::make_unexpected(path_ + ": is no baseline of braid check; --update-baseline writes it anew");
    };
    const Json json = Json::parse(*text, nullptr, false);
    if (!json.is_object() || !json.contains("diagnostics") || !json["diagnostics"].is_array()) return damaged();
    for (const Json& each : json["diagnostics"]) {
        auto field = [&](const char* name) -> const std::string* {
            auto found = each.is_object() ? each.find(name) : each.end();
            return each.is_object() && found != each.end() ? found->get_ptr<const std::string*>() : nullptr;
        };
        const std::string *file = field("file"), *code = field("code"), *message = field("message");
        if (!file || !code || !message) return damaged();
        const Json count = each.value("count", Json(1));
        if (!count.is_number_unsigned()) return damaged();
        known_[{*file, *code, *message}] += count.get<size_t>();
    }
    return {};
}

std::vector<Diagnostic> Baseline::unknown(std::vector<Diagnostic> diagnostics) const {
    std::map<Entry, size_t> left = known_;
    std::erase_if(diagnostics, [&](const Diagnostic& d) {
        auto found = left.find(entry(d));
        if (found == left.end() || found->second == 0) return false;
        --found->second;
        return true;
    });
    return diagnostics;
}

tl::expected<void, std::string> Baseline::write(const std::vector<Diagnostic>& diagnostics) const {
    std::map<Entry, size_t> counts;
    for (const Diagnostic& d : diagnostics) ++counts[entry(d)];
    std::string lines;
    for (const auto& [key, count] : counts) {
        const auto& [file, code, message] = key;
        const Json line{{"file", file}, {"code", code}, {"message", message}, {"count", count}};
        lines += (lines.empty() ? "\n    " : ",\n    ") + line.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    // One line for each, so that version control shows what came and went.
    const std::string text = fmt::format("{{\n  \"version\": 1,\n  \"diagnostics\": [{}\n  ]\n}}\n", lines);
    std::ofstream(path_, std::ios::app);
    return replace_file(path_, text);
}

}  // namespace braid::cli
