#pragma once
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "analyzer/format/format.h"

namespace braid {

/// Everything that decides how a file is formatted.
struct FormattingRules {
    const Grammar& grammar;
    const format::Rules& rules;
    format::Options options;
};

/// By the file's ending, and the .editorconfig files of its folder and those above, over the `defaults`. None: no
/// source file of ours. The file itself need not exist.
std::optional<FormattingRules> formatting_rules(const std::string& path, const format::Options& defaults = {});

/// Puts a text in place of a file's content in one step, so that no one ever sees half of it; its mode stays, and so
/// does a symbolic link to it. An error is a message for the user.
tl::expected<void, std::string> replace_file(const std::string& path, std::string_view text);

}  // namespace braid
