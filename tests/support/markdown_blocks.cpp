#include "tests/support/markdown_blocks.h"

#include <algorithm>
#include <sstream>

namespace braid::test {
namespace {

constexpr std::string_view fence = "```";

std::string_view without_indentation(std::string_view line, size_t indentation) {
    size_t blanks = std::min(line.find_first_not_of(' '), line.size());
    return line.substr(std::min(blanks, indentation));
}

void read_words(std::string_view info, MarkdownBlock& block) {
    std::istringstream stream{std::string(info)};
    stream >> block.language;
    for (std::string word; stream >> word;) block.words.push_back(word);
}

}  // namespace

bool MarkdownBlock::has(std::string_view word) const {
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::vector<MarkdownBlock> markdown_blocks(std::string_view page) {
    std::vector<MarkdownBlock> blocks;
    bool inside = false;
    size_t indentation = 0;
    for (int number = 1; !page.empty(); ++number) {
        std::string_view line = page.substr(0, page.find('\n'));
        page.remove_prefix(std::min(line.size() + 1, page.size()));
        std::string_view content = without_indentation(line, inside ? indentation : line.size());
        bool at_fence = content.starts_with(fence);
        if (inside && at_fence) {
            inside = false;
        } else if (inside) {
            blocks.back().text.append(content).append("\n");
        } else if (at_fence) {
            inside = true;
            indentation = line.size() - content.size();
            blocks.push_back({.line = number + 1});
            read_words(content.substr(fence.size()), blocks.back());
        }
    }
    return blocks;
}

}  // namespace braid::test
