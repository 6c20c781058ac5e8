#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace braid::format {

/// A text with its possible line breaks, as a flat list of operations: the document algebra of Wadler ("A prettier
/// printer", 2003) and Leijen in the linear form of Oppen ("Prettyprinting", 1980). `Begin`/`End` enclose a group whose
/// lines break together, or none of them does (printer.h says when).
enum class OpKind : uint8_t { Text, Line, Begin, End, Indent, Dedent, IfBroken, Comment, HugPoint };

enum class LineKind : uint8_t {
    Soft /* nothing when flat */,
    Space,
    Hard,
    Tail /* the last one of a hugging group: nothing when flat, a line end also when the group hugs */
};

enum class GroupKind : uint8_t {
    Normal,
    Fill /* each line breaks for itself, when what follows it does not fit */,
    Hug /* may stay flat but for what follows its HugPoint: `call(a, () => {` … `})` */
};

struct Op {
    enum Flag : uint8_t {
        Pooled = 1,      ///< Text: not a part of the source
        ManyLines = 2,   ///< Text: holds line ends
        EndsLine = 8,    ///< Text: a comment that nothing may follow on its line
        Shifted = 4,     ///< Text: its later lines move with its first one
        Blank = 1,       ///< Line: an empty line before, if it breaks
        Forced = 2,      ///< Begin: cannot be flat
        ForcedTail = 4,  ///< Begin of a Hug: cannot be flat, but only behind its HugPoint
        IfGroupBroken = 1 /* Indent */,
    };
    OpKind kind;
    uint8_t variant = 0;  ///< LineKind, GroupKind
    uint8_t flags = 0;
    uint32_t a = 0;  ///< Text: offset in the source, or number in the pool. Begin, Line: width ahead (measured)
    uint32_t b = 0;  ///< Text: length. Begin of a Hug: width up to the first line behind the HugPoint (measured)
    uint32_t c = 0;  ///< Text: column of its begin in the source, for Shifted. Comment: spaces before it
};

/// Built front to back. Texts are ranges of the source or copies.
class Document {
  public:
    explicit Document(std::string_view source) : source_(source) {}

    void source_text(uint32_t begin, uint32_t end);
    void own_line_comment(uint32_t begin, uint32_t end);
    /// A text of several lines that were indented relative to `column`; they keep their relative indentation.
    void shifted_text(uint32_t begin, uint32_t end, uint32_t column);
    void text(std::string_view text);
    void line(LineKind kind, bool blank = false);
    void begin(GroupKind kind = GroupKind::Normal) { ops_.push_back({OpKind::Begin, uint8_t(kind)}); }
    void end() { ops_.push_back({OpKind::End}); }
    void indent() { ops_.push_back({OpKind::Indent}); }
    void indent_if_broken() { ops_.push_back({OpKind::Indent, 0, Op::IfGroupBroken}); }
    void dedent() { ops_.push_back({OpKind::Dedent}); }
    /// Only where the lines of the innermost group break: trailing commas.
    void if_broken(std::string_view text);
    /// A comment that reaches to the end of its line: held back until the next line end.
    void comment(uint32_t begin, uint32_t end, uint32_t spaces);
    void hug_point() { ops_.push_back({OpKind::HugPoint}); }

    std::string_view source() const { return source_; }
    std::string_view text_of(const Op& op) const {
        return op.flags & Op::Pooled ? std::string_view(pool_[op.a]) : source_.substr(op.a, op.b);
    }
    std::vector<Op>& ops() { return ops_; }
    const std::vector<Op>& ops() const { return ops_; }

  private:
    void pooled(OpKind kind, std::string_view text);

    std::string_view source_;
    std::vector<Op> ops_;
    std::deque<std::string> pool_;
};

}  // namespace braid::format
