#include "workspace/formatting.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "analyzer/format/altru/rules.h"
#include "analyzer/format/editorconfig.h"
#include "analyzer/format/velox/rules.h"
#include "analyzer/syntax/altru/altru.h"
#include "analyzer/syntax/velox/velox.h"
#include "workspace/workspace.h"

namespace braid {

namespace fs = std::filesystem;

namespace {

struct FormattedLanguage {
    std::string_view extension;
    const Grammar& (*grammar)();
    const format::Rules& (*rules)();
};
constexpr FormattedLanguage kLanguages[] = {
    {".altru", altru::grammar, altru::format_rules},
    {".velox", velox::grammar, velox::format_rules},
};

/// From the outermost folder that counts to the file's own, so that nearer files override.
void apply_editor_configs(const fs::path& path, format::Options& options) {
    constexpr uintmax_t kLargest = 1u << 20;
    std::vector<std::pair<format::EditorConfig, std::string>> found;
    for (fs::path folder = path.parent_path();; folder = folder.parent_path()) {
        fs::path file = folder / ".editorconfig";
        std::error_code error;
        bool readable = fs::is_regular_file(file, error) && fs::file_size(file, error) <= kLargest;
        if (std::ifstream in(file, std::ios::binary); readable && in) {
            std::ostringstream text;
            text << in.rdbuf();
            found.emplace_back(format::parse_editor_config(text.str()),
                               path.lexically_relative(folder).generic_string());
            if (found.back().first.is_root) break;
        }
        if (folder == folder.parent_path()) break;
    }
    for (auto config = found.rbegin(); config != found.rend(); ++config)
        format::apply(config->first, config->second, options);
}

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        ssize_t written = write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(size_t(written));
    }
    return fsync(descriptor) == 0;
}

}  // namespace

std::optional<FormattingRules> formatting_rules(const std::string& path, const format::Options& defaults) {
    for (const FormattedLanguage& language : kLanguages) {
        if (!std::string_view(path).ends_with(language.extension)) continue;
        FormattingRules rules{language.grammar(), language.rules(), defaults};
        apply_editor_configs(normalized_path(path), rules.options);
        return rules;
    }
    return std::nullopt;
}

tl::expected<void, std::string> replace_file(const std::string& path, std::string_view text) {
    std::error_code error;
    fs::path target = fs::canonical(path, error);
    auto fail = [&] {
        return tl::make_unexpected(fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
    };
    struct stat status {};
    if (error || stat(target.c_str(), &status) != 0) return fail();
    // Who may not write the file may not replace it either, though its folder would allow it.
    if (access(target.c_str(), W_OK) != 0) return fail();
    std::string temporary = (target.parent_path() / ".braid-fmt-XXXXXX").string();
    int descriptor = mkstemp(temporary.data());
    if (descriptor < 0) return fail();
    bool written = write_all(descriptor, text) && fchmod(descriptor, status.st_mode & 07777) == 0;
    written &= close(descriptor) == 0;
    if (written && rename(temporary.c_str(), target.c_str()) == 0) return {};
    int reason = errno;
    unlink(temporary.c_str());
    errno = reason;
    return fail();
}

}  // namespace braid
