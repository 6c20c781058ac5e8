#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tests/support/drivers.h"
#include "tests/support/lsp_client.h"

namespace braid::test {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    for (size_t end; (end = text.find('\n')) != std::string_view::npos; text.remove_prefix(end + 1)) {
        lines.push_back(text.substr(0, end));
    }
    lines.push_back(text);
    return lines;
}

/// A file as the server has it. Converts between the fixture's positions and the protocol's, which count from 0 and,
/// unless the server agreed to UTF-32, in UTF-16 units.
struct OpenFile {
    std::string text;
    int version = 1;
    int published = 0;
    std::vector<FoundDiagnostic> diagnostics;

    static size_t bytes(char lead) {
        auto byte = static_cast<unsigned char>(lead);
        return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    }

    std::string_view line(int number) const {
        auto lines = lines_of(text);
        return number >= 1 && static_cast<size_t>(number) <= lines.size() ? lines[static_cast<size_t>(number) - 1] : "";
    }

    json to_protocol(Position position, bool utf32) const {
        int character = position.column - 1;
        std::string_view content = line(position.line);
        int seen = 1;
        for (size_t i = 0; !utf32 && i < content.size() && seen < position.column; i += bytes(content[i]), ++seen) {
            if (bytes(content[i]) == 4) ++character;
        }
        return {{"line", position.line - 1}, {"character", character}};
    }

    Position from_protocol(const json& value, bool utf32) const {
        Position result{value.at("line").get<int>() + 1, 1};
        int units = value.at("character").get<int>();
        std::string_view content = line(result.line);
        for (size_t i = 0; units > 0; ++result.column) {
            size_t width = i < content.size() ? bytes(content[i]) : 1;
            units -= !utf32 && width == 4 ? 2 : 1;
            i += width;
        }
        return result;
    }

    Range range(const json& value, bool utf32) const {
        return {from_protocol(value.at("start"), utf32), from_protocol(value.at("end"), utf32)};
    }
};

/// The smallest change between two texts, whole lines at a time: what differs after the common start and end.
json incremental_change(const std::string& before, const std::string& after) {
    auto old_lines = lines_of(before);
    auto new_lines = lines_of(after);
    size_t common =
        std::min(old_lines.size(), new_lines.size()) - 1;  // the last line is never common: it ends the text
    size_t start = 0;
    while (start < common && old_lines[start] == new_lines[start]) ++start;
    size_t tail = 0;
    while (tail < common - start && old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail])
        ++tail;
    std::string text;
    for (size_t i = start; i < new_lines.size() - tail; ++i) {
        text += new_lines[i];
        if (i + 1 < new_lines.size()) text += '\n';
    }
    json end{{"line", old_lines.size() - tail}, {"character", 0}};
    // Without a common tail the end is the end of the last line, in any of the encodings beyond its last unit.
    if (tail == 0) end = {{"line", old_lines.size() - 1}, {"character", old_lines.back().size()}};
    return {{"range", {{"start", {{"line", start}, {"character", 0}}}, {"end", end}}}, {"text", text}};
}

std::string hover_text(const json& contents) {
    if (contents.is_string()) return contents;
    if (contents.is_object()) return contents.value("value", "");
    std::string text;
    for (const json& each : contents) text += hover_text(each) + "\n";
    return text;
}

std::string severity_name(int number) {
    static constexpr std::array<const char*, 5> names{"", "error", "warning", "information", "hint"};
    return number >= 1 && number <= 4 ? names[static_cast<size_t>(number)] : "error";
}

class LspDriver : public Driver {
  public:
    ~LspDriver() override {
        if (!client_) return;
        if (client_->request("shutdown", nullptr)) client_->notify("exit", nullptr);
        client_->finish(120s);
    }

    tl::expected<Subject, std::string> open(const FixtureStep& step) override {
        if (auto ready = client_ ? tl::expected<void, std::string>() : start(); !ready) {
            return tl::unexpected(ready.error());
        }
        for (const FixtureFile& file : step.files) {
            if (step.edited.empty()) open_file(file);
            if (step.edited == file.name) change_file(file);
        }
        if (auto published = await_diagnostics(step); !published) return tl::unexpected(published.error());
        Subject subject = diagnostics_only();
        subject.hover = [this](const std::string& file, Position position) { return hover(file, position); };
        subject.definition = [this](const std::string& file, Position position) { return definition(file, position); };
        return subject;
    }

  private:
    tl::expected<void, std::string> start() {
        auto client = FramedClient::start({.program = braid_program(), .arguments = {"lsp"}});
        if (!client) return tl::unexpected(client.error());
        client_.emplace(std::move(*client));
        json capabilities{{"general", {{"positionEncodings", {"utf-32", "utf-16"}}}},
                          {"textDocument",
                           {{"publishDiagnostics", {{"relatedInformation", true}, {"versionSupport", true}}},
                            {"hover", {{"contentFormat", {"markdown"}}}}}}};
        auto answer = client_->request(
            "initialize",
            {{"processId", nullptr}, {"rootUri", "file://" + folder_.path().string()}, {"capabilities", capabilities}});
        if (!answer) return tl::unexpected(answer.error());
        utf32_ = answer->value("/capabilities/positionEncoding"_json_pointer, "utf-16") == "utf-32";
        client_->notify("initialized", json::object());
        return {};
    }

    std::string uri(const std::string& name) const { return "file://" + (folder_.path() / name).string(); }

    OpenFile* find(const std::string& file_uri) {
        for (auto& [name, file] : files_) {
            if (uri(name) == file_uri) return &file;
        }
        return nullptr;
    }

    std::string name_of(const std::string& file_uri) const {
        std::string prefix = uri("");
        return file_uri.compare(0, prefix.size(), prefix) == 0 ? file_uri.substr(prefix.size()) : file_uri;
    }

    void open_file(const FixtureFile& file) {
        folder_.write(file.name, file.text);
        files_[file.name].text = file.text;
        std::string language = comment_mark(file.name) == "#" ? "altru" : "velox";
        client_->notify("textDocument/didOpen",
                        {{"textDocument",
                          {{"uri", uri(file.name)}, {"languageId", language}, {"version", 1}, {"text", file.text}}}});
    }

    void change_file(const FixtureFile& file) {
        OpenFile& open = files_[file.name];
        json change = incremental_change(open.text, file.text);
        open.text = file.text;
        ++open.version;
        client_->notify("textDocument/didChange",
                        {{"textDocument", {{"uri", uri(file.name)}, {"version", open.version}}},
                         {"contentChanges", json::array({change})}});
    }

    void take(const json& params) {
        OpenFile* file = find(params.at("uri"));
        if (file == nullptr) return;
        file->published =
            params.contains("version") && params["version"].is_number() ? params["version"].get<int>() : file->version;
        file->diagnostics.clear();
        for (const json& each : params.at("diagnostics")) {
            FoundDiagnostic found{.file = name_of(params.at("uri")),
                                  .range = file->range(each.at("range"), utf32_),
                                  .severity = severity_name(each.value("severity", 1)),
                                  .code = each.value("code", ""),
                                  .message = each.at("message"),
                                  .related = {}};
            for (const json& related : each.value("relatedInformation", json::array())) {
                const json& location = related.at("location");
                OpenFile* other = find(location.at("uri"));
                if (other == nullptr) continue;
                found.related.push_back(
                    {name_of(location.at("uri")), other->range(location.at("range"), utf32_), related.at("message")});
            }
            file->diagnostics.push_back(std::move(found));
        }
    }

    Subject diagnostics_only() const {
        Subject subject;
        for (const auto& [name, file] : files_) {
            subject.diagnostics.insert(subject.diagnostics.end(), file.diagnostics.begin(), file.diagnostics.end());
        }
        return subject;
    }

    /// A server may publish the cheap diagnostics of a version before the dear ones. So after the first answer for
    /// every file this goes on until the step is content, or nothing new comes for a while.
    tl::expected<void, std::string> await_diagnostics(const FixtureStep& step) {
        auto stale = [&] {
            return std::any_of(files_.begin(), files_.end(),
                               [](const auto& each) { return each.second.published < each.second.version; });
        };
        auto published = [](const json& message) {
            return message.value("method", "") == "textDocument/publishDiagnostics";
        };
        while (stale() || !mismatches(step, diagnostics_only()).empty()) {
            bool answered = !stale();
            auto message = client_->wait_for(published, answered ? 20s : 120s);
            if (!message && answered) return {};
            if (!message) return tl::unexpected("no diagnostics were published: " + message.error());
            take(message->at("params"));
        }
        return {};
    }

    std::optional<std::string> hover(const std::string& name, Position position) {
        auto answer = client_->request("textDocument/hover", at(name, position));
        if (!answer) return answer.error();
        if (!answer->is_object()) return std::nullopt;
        return hover_text(answer->at("contents"));
    }

    std::vector<FoundLocation> definition(const std::string& name, Position position) {
        auto answer = client_->request("textDocument/definition", at(name, position));
        std::vector<FoundLocation> result;
        if (!answer || answer->is_null()) return result;
        json locations = answer->is_array() ? *answer : json::array({*answer});
        for (const json& each : locations) {
            bool link = each.contains("targetUri");
            std::string file_uri = each.at(link ? "targetUri" : "uri");
            const json& range = each.at(link ? "targetSelectionRange" : "range");
            OpenFile* file = find(file_uri);
            result.push_back({name_of(file_uri), (file != nullptr ? *file : OpenFile()).range(range, utf32_)});
        }
        return result;
    }

    json at(const std::string& name, Position position) {
        return {{"textDocument", {{"uri", uri(name)}}}, {"position", files_[name].to_protocol(position, utf32_)}};
    }

    TemporaryFolder folder_;
    std::optional<FramedClient> client_;
    std::map<std::string, OpenFile> files_;
    bool utf32_ = false;
};

}  // namespace

std::unique_ptr<Driver> make_lsp_driver() { return std::make_unique<LspDriver>(); }

}  // namespace braid::test
