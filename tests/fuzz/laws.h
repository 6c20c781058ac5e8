#pragma once
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/syntax/grammar.h"
#include "analyzer/syntax/tree.h"

// What the targets demand of a tree. A law that does not hold ends the program: the fuzzer's word for a finding.
namespace braid::fuzz {

inline void require(bool holds) {
    if (!holds) std::abort();
}

/// The tokens are the text, in order, and what is reported lies inside of it.
inline void require_covers_text(const SyntaxTree& tree) {
    std::uint32_t end = 0;
    for (Preorder walk(tree.root()); walk; walk.next()) {
        if (!walk->is_token()) continue;
        require(walk->full_begin() == end);
        end = walk->full_range().end;
    }
    require(end == tree.text().size());
    for (const SyntaxError& error : tree.errors())
        require(error.range.begin <= error.range.end && error.range.end <= end && !error.message.empty());
}

inline void require_same(const SyntaxTree& a, const SyntaxTree& b) {
    Preorder left(a.root()), right(b.root());
    for (; left && right; left.next(), right.next())
        require(left->kind() == right->kind() && left->full_range() == right->full_range());
    require(!left && !right && a.text() == b.text() && a.errors() == b.errors());
}

/// Parses the text and, after each of the edits (each in the text that the one before left), parses it again; the
/// re-parse must be what a parse from scratch is.
class EditedFile {
  public:
    EditedFile(const Grammar& grammar, std::string text) : grammar_(grammar), text_(std::move(text)) {
        tree_ = grammar_.parse(std::make_shared<const std::string>(text_));
        require_covers_text(*tree_);
    }

    const std::string& text() const { return text_; }

    /// Removes up to `removed` bytes at `at` (any number: it wraps around) and inserts there.
    void edit(std::uint32_t at, std::uint32_t removed, std::string inserted) {
        auto size = std::uint32_t(text_.size());
        std::uint32_t begin = at % (size + 1);
        TextEdit edit{{begin, begin + std::min(removed, size - begin)}, std::move(inserted)};
        text_.replace(begin, edit.range.length(), edit.replacement);
        auto shared = std::make_shared<const std::string>(text_);
        tree_ = grammar_.reparse(*tree_, {&edit, 1}, shared);
        require_covers_text(*tree_);
        require_same(*tree_, *grammar_.parse(shared));
    }

  private:
    const Grammar& grammar_;
    std::string text_;
    SyntaxTreePtr tree_;
};

/// A *_parser input: four bytes choose an edit (where, how much goes, how much of the text's end comes there), the
/// rest is a file.
inline void parse_and_edit(const Grammar& grammar, const std::uint8_t* data, std::size_t size) {
    if (size < 4 || size > 1 << 16) return;
    EditedFile file(grammar, std::string(reinterpret_cast<const char*>(data) + 4, size - 4));
    std::size_t copied = std::min<std::size_t>(data[3] % 16, file.text().size());
    file.edit(data[0] | data[1] << 8, data[2], file.text().substr(file.text().size() - copied));
}

/// A *_edits input: how many edits, six bytes for each (where, how much goes, which snippet comes, what is copied to
/// there), then a file.
inline void edit_in_sequence(const Grammar& grammar, std::span<const std::string_view> snippets,
                             const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t MaxEdits = 16;
    if (size < 1 || size > 1 << 14) return;
    std::size_t edits = data[0] % MaxEdits + 1, begin = 1 + 6 * edits;
    if (size < begin) return;
    EditedFile file(grammar, std::string(reinterpret_cast<const char*>(data) + begin, size - begin));
    for (std::size_t i = 0; i < edits; ++i) {
        const std::uint8_t* bytes = data + 1 + 6 * i;
        std::string inserted(snippets[bytes[3] % snippets.size()]);
        if (bytes[4] % 4 == 0) inserted += file.text().substr(bytes[5] * file.text().size() / 256, bytes[4] / 4);
        file.edit(bytes[0] | bytes[1] << 8, bytes[2] % 64, std::move(inserted));
    }
}

}  // namespace braid::fuzz
