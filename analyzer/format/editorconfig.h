#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/format/options.h"

namespace braid::format {

/// One .editorconfig file, as https://spec.editorconfig.org/ describes it.
struct EditorConfig {
    struct Section {
        std::string glob;
        std::vector<std::pair<std::string, std::string>> properties;  ///< keys and values in lower case
    };
    bool is_root = false;  ///< the search for more files ends here
    std::vector<Section> sections;
};

EditorConfig parse_editor_config(std::string_view text);

/// Applies what the file says of `path`, which is relative to its folder, with `/`; a later section overrides an
/// earlier one. Values that make no sense are passed over.
void apply(const EditorConfig& config, std::string_view path, Options& options);

}  // namespace braid::format
