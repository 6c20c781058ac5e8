#pragma once
#include <vector>

#include "analyzer/format/document.h"
#include "analyzer/format/flat_tree.h"
#include "analyzer/format/gap.h"
#include "analyzer/format/layout.h"
#include "analyzer/format/options.h"

namespace braid::format {

/// Turns a tree into a document: one walk over the flat tree with a stack of open nodes, so that depth costs no native
/// stack. What both languages share is here; a language says by its tables what layout a kind has and answers a few
/// questions (below). Comments are written where a separator is.
class Writer {
  public:
    Writer(const SyntaxTree& tree, const Options& options);
    virtual ~Writer() = default;
    Document write();

  protected:
    static constexpr uint32_t None = FlatTree::None;

    enum class Bracket : uint8_t { Outside, Opened, Inside, Closed };
    struct Frame {
        Frame(uint32_t its_node, Layout its_layout) : node(its_node), layout(its_layout) {}

        uint32_t node;
        Layout layout;
        uint32_t previous = None;  ///< the child before the one at hand
        const ListRule* list = nullptr;
        Bracket bracket = Bracket::Outside;
        bool fills = false;           ///< its list does
        bool indented = false;        ///< Block: its lines
        uint32_t block_column = 0;    ///< Block: of its lines, in the source
        std::vector<OpKind> closers;  ///< written when the node ends, last first
    };

    // ---- What a language says ----
    virtual Layout layout_of(uint32_t node) const = 0;
    virtual const ListRule* list_of(uint32_t node, uint32_t open) const = 0;
    /// Between two children of a node laid out as Tokens.
    virtual Separator between(uint32_t node, uint32_t left, uint32_t right) const = 0;
    /// When a node begins; what `enter` and `separator` open is closed with the frame, between `leave` and `finish`.
    virtual void enter(Frame&) {}
    virtual void leave(Frame&) {}
    virtual void finish(uint32_t /*node*/) {}
    /// What stands before a child that is not its node's first; by the layout unless a language knows better.
    virtual Separator separator(Frame& frame, uint32_t child) { return by_layout(frame, child); }
    virtual bool drops(uint32_t /*node*/, uint32_t /*token*/) const { return false; }
    /// The node in the last (or first) of a list's elements that may break while the rest stays on its line, or None.
    virtual uint32_t hug_tail(uint32_t /*list*/, uint32_t /*open*/) const { return None; }
    virtual bool allows_trailing_comma(uint32_t /*list*/, uint32_t /*last*/) const { return true; }
    /// The closing bracket stands on a line of its own after a hugged element.
    virtual bool has_tail_line(uint32_t /*list*/, uint32_t /*last*/) const { return false; }
    /// Whether two nested binary expressions are one chain of operators.
    virtual bool same_chain(uint32_t /*outer*/, uint32_t /*inner*/) const { return false; }
    /// By how many steps the operands but the first are indented, from 0 to 2.
    virtual int operator_indent(uint32_t /*binary*/) const { return 1; }
    /// A block that is written on its header's line stays there if it fits.
    virtual bool may_share_line(uint32_t /*block*/) const { return true; }
    virtual bool has_own_group(uint32_t /*block*/) const { return true; }
    /// The node whose first line the lines of a block are indented from.
    virtual uint32_t header_of(uint32_t block) const { return tree_.parent(block); }
    virtual bool is_operator(uint32_t /*child*/) const { return false; }
    virtual bool is_dot(uint32_t /*child*/) const { return false; }
    virtual bool is_call(uint32_t /*link*/) const { return false; }
    /// What a chain is about when the first call belongs to it: `self`, a short or a capitalized name.
    virtual bool is_short_head(uint32_t /*element*/) const { return false; }
    virtual SyntaxKind comma() const = 0;
    virtual uint32_t spaces_before_comment() const { return 1; }

    // ---- Tools of the rules ----
    Separator by_layout(Frame& frame, uint32_t child);
    Separator as_in_source(uint32_t element) const;
    void open_group(Frame& frame, GroupKind kind = GroupKind::Normal);
    void open_indent(Frame& frame);
    void close_all(Frame& frame);

    /// Writes the comments that stand in front of the next token and are indented at least this far.
    void comments_of_block(uint32_t column);
    const Gap& gap() const { return gap_; }

    const FlatTree tree_;
    const Options& options_;
    Document document_;
    std::vector<Frame> frames_;

  private:
    struct ChainStep {
        uint32_t link;
        uint32_t dot;  ///< None: a call, an index…
    };
    enum Mark : uint8_t { Breaks = 1, Indents = 2, IndentsTwice = 4, IsKept = 8 };

    void child(Frame& frame, uint32_t element);
    void write_element(Frame& frame, uint32_t element);
    /// `let (a, b)` of Velox has other brackets than the list that it is read as.
    bool is_closed(const ListRule& list, uint32_t open) const;
    void open_bracket(Frame& frame, uint32_t open);
    void first_in_brackets(Frame& frame, uint32_t element);
    void close_bracket(Frame& frame, uint32_t close);
    bool is_trailing_comma(const Frame& frame, uint32_t element) const;
    bool is_fillable(uint32_t open) const;
    void drop_token();
    void write_token(uint32_t element);
    void write_verbatim(uint32_t element, bool shifted);
    void read_next_gap(uint32_t token);
    void leave_frame();

    void separate(Separator separator);
    bool parts_words() const;
    void line_of(Separator separator, bool blank);
    bool trailing_comments(bool line_follows);
    void inline_comments(bool space);
    void comments_of_dropped();
    void own_line_comments(Separator separator, bool keep_blank);
    bool comments_before_close();
    void write_comment(const Comment& comment);

    Separator in_block(Frame& frame, uint32_t element);
    void leave_block(Frame& frame);
    Separator in_binary(uint32_t element);
    void enter_binary(Frame& frame);
    void enter_chain(Frame& frame);
    std::vector<ChainStep> chain_steps(uint32_t root) const;
    bool is_broken_chain(const std::vector<ChainStep>& steps, std::vector<uint32_t>& dots) const;
    bool call_hugs(uint32_t call) const;
    Separator in_conditional(Frame& frame, uint32_t element);

    Gap gap_;
    uint32_t next_token_ = 0;
    std::vector<uint8_t> marks_;       ///< Mark of the elements before which a chain of calls or operators may break
    std::vector<uint32_t> hug_tails_;  ///< where HugPoints go
};

}  // namespace braid::format
