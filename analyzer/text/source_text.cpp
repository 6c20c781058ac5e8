#include "analyzer/text/source_text.h"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include "analyzer/text/utf8.h"

namespace braid {

struct SourceText::Shared {
    explicit Shared(std::string content) : text(std::move(content)) {}
    std::string text;
    mutable std::once_flag once;
    mutable std::unique_ptr<const LineIndex> lines;
};

SourceText::SourceText() {
    static const std::shared_ptr<const Shared> nothing = std::make_shared<const Shared>(std::string());
    shared_ = nothing;
    view_ = shared_->text;
}

SourceText::SourceText(std::string text) {
    if (text.size() > max_size) text.resize(max_size);
    shared_ = std::make_shared<const Shared>(std::move(text));
    view_ = shared_->text;
}

TextRange SourceText::clamp(TextRange range) const {
    const uint32_t end = std::min(range.end, size());
    return {std::min(range.begin, end), end};
}

std::string_view SourceText::slice(TextRange range) const {
    range = clamp(range);
    return view_.substr(range.begin, range.length());
}

const LineIndex& SourceText::lines() const {
    std::call_once(shared_->once, [this] { shared_->lines = std::make_unique<const LineIndex>(view_); });
    return *shared_->lines;
}

SourceText SourceText::apply(const TextEdit& edit) const {
    const TextRange range = clamp(edit.range);
    std::string text;
    text.reserve(view_.size() - range.length() + edit.replacement.size());
    text.append(view_.substr(0, range.begin)).append(edit.replacement).append(view_.substr(range.end));
    return SourceText(std::move(text));
}

tl::expected<SourceText, EditError> SourceText::apply(std::span<const TextEdit> edits) const {
    std::vector<size_t> order(edits.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t left, size_t right) {
        const TextRange& a = edits[left].range;
        const TextRange& b = edits[right].range;
        return a.begin != b.begin ? a.begin < b.begin : a.end < b.end && a.empty();
    });
    std::string text;
    uint32_t done = 0;
    for (size_t index : order) {
        const auto& [range, replacement] = edits[index];
        if (range.begin > range.end || range.end > size()) {
            return tl::make_unexpected(EditError{
                index,
                fmt::format("the edit covers bytes {} to {} of a text of {} bytes", range.begin, range.end, size())});
        }
        if (range.begin < done) {
            return tl::make_unexpected(EditError{
                index, fmt::format("the edit at byte {} overlaps another that ends at {}", range.begin, done)});
        }
        text.append(view_.substr(done, range.begin - done)).append(replacement);
        done = range.end;
    }
    text.append(view_.substr(done));
    return SourceText(std::move(text));
}

uint64_t SourceText::hash() const { return std::hash<std::string_view>{}(view_); }

TextEdit difference(std::string_view before, std::string_view after) {
    const size_t shorter = std::min(before.size(), after.size());
    size_t prefix = 0;
    while (prefix < shorter && before[prefix] == after[prefix]) ++prefix;
    prefix = std::min(utf8::floor_boundary(before, prefix), utf8::floor_boundary(after, prefix));
    size_t suffix = 0;
    while (suffix < shorter - prefix && before[before.size() - 1 - suffix] == after[after.size() - 1 - suffix])
        ++suffix;
    // The kept suffix must begin at a character in both texts.
    while (suffix > 0 && (utf8::floor_boundary(before, before.size() - suffix) != before.size() - suffix ||
                          utf8::floor_boundary(after, after.size() - suffix) != after.size() - suffix)) {
        --suffix;
    }
    return {{static_cast<uint32_t>(prefix), static_cast<uint32_t>(before.size() - suffix)},
            std::string(after.substr(prefix, after.size() - suffix - prefix))};
}

}  // namespace braid
