#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace braid::test {

/// A fenced code block of a Markdown page.
struct MarkdownBlock {
    int line = 0;                    ///< of its first line of code; from 1
    std::string language;            ///< first word after the fence
    std::vector<std::string> words;  ///< the others
    std::string text;                ///< without the indentation of the fence

    bool has(std::string_view word) const;
};

/// The blocks of a page in order. A fence may be indented (in a list); a block that is never closed ends with the page.
std::vector<MarkdownBlock> markdown_blocks(std::string_view page);

}  // namespace braid::test
