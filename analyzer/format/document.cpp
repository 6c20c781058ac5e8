#include "analyzer/format/document.h"

namespace braid::format {

void Document::source_text(uint32_t begin, uint32_t end) {
    bool many = source_.substr(begin, end - begin).find('\n') != std::string_view::npos;
    ops_.push_back({OpKind::Text, 0, uint8_t(many ? Op::ManyLines : 0), begin, end - begin});
}

void Document::own_line_comment(uint32_t begin, uint32_t end) {
    source_text(begin, end);
    ops_.back().flags |= Op::EndsLine;
}

void Document::shifted_text(uint32_t begin, uint32_t end, uint32_t column) {
    source_text(begin, end);
    ops_.back().flags |= Op::Shifted;
    ops_.back().c = column;
}

void Document::text(std::string_view text) { pooled(OpKind::Text, text); }
void Document::if_broken(std::string_view text) { pooled(OpKind::IfBroken, text); }

void Document::pooled(OpKind kind, std::string_view text) {
    if (pool_.empty() || pool_.back() != text) pool_.emplace_back(text);
    ops_.push_back({kind, 0, Op::Pooled, uint32_t(pool_.size() - 1), uint32_t(text.size())});
}

void Document::line(LineKind kind, bool blank) {
    ops_.push_back({OpKind::Line, uint8_t(kind), uint8_t(blank ? Op::Blank : 0)});
}

void Document::comment(uint32_t begin, uint32_t end, uint32_t spaces) {
    ops_.push_back({OpKind::Comment, 0, 0, begin, end - begin, spaces});
}

}  // namespace braid::format
