#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/syntax/green.h"
#include "analyzer/syntax/kind.h"
#include "analyzer/text/range.h"

namespace braid {

/// A parser context under which nothing may be taken over.
inline constexpr uint16_t NoReuse = 0xffff;

/// A set of kinds for reuse requests: a predicate generated from a language's tables.
using KindPredicate = bool (*)(SyntaxKind);

/// Finds nodes of an old tree that an edit left alone. Offsets asked for must be (mostly) ascending: it keeps its
/// place.
class ReuseCursor {
  public:
    /// `edits` refer to the old text, sorted and disjoint. `old_root` must outlive the cursor.
    ReuseCursor(const GreenNode* old_root, std::span<const TextEdit> edits);

    struct Request {
        KindPredicate elements;            ///< kinds of node that may stand here
        uint16_t context = 0;              ///< must equal the node's …
        uint16_t other_context = NoReuse;  ///< … or this
        SyntaxKind separator = 0;          ///< comma lists: the token that may stand between elements; 0: none
        bool at_separator = false;         ///< the list expects a separator here, not an element
        bool whole_chunks = true;          ///< hidden list chunks of such elements may be taken at once
        uint32_t max_height = 0xffff;      ///< set by the builder: levels of nesting left before the depth limit
        bool without_errors = false;       ///< set by the builder, too: an error was just reported here
    };
    /// The largest node (or list chunk) that starts at `new_offset` of the new text and may be taken whole; null when
    /// none.
    const GreenNode* find(uint32_t new_offset, const Request& request);

  private:
    struct Segment {
        uint32_t new_begin;  ///< text from here on is old text again …
        uint32_t old_begin;  ///< … that stood here …
        uint32_t old_end;    ///< … up to here (where the next edit begins)
    };
    struct Level {
        const GreenNode* node;
        uint32_t begin;
        uint32_t index;  ///< child last entered
        uint32_t child_begin;
    };
    bool suits(const GreenNode* node, uint32_t begin, uint32_t limit, const Request& request) const;
    bool list_suits(const GreenNode* list, const Request& request) const;
    void reset();

    const GreenNode* root_;
    std::vector<Segment> segments_;
    size_t segment_ = 0;
    std::vector<Level> path_;
};

/// What a builder has pushed and not yet closed. A push is a comparison and a store.
class SlotStack {
  public:
    uint32_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    bool full() const { return size_ == capacity_; }
    GreenSlot* data() { return slots_.get(); }
    GreenSlot operator[](uint32_t index) const { return slots_[index]; }
    GreenSlot& back() { return slots_[size_ - 1]; }
    GreenSlot back() const { return slots_[size_ - 1]; }
    void push_back(GreenSlot slot) {
        if (full()) grow();
        slots_[size_++] = slot;
    }
    void shrink(uint32_t size) { size_ = size; }

  private:
    void grow();

    std::unique_ptr<GreenSlot[]> slots_;
    uint32_t size_ = 0;
    uint32_t capacity_ = 0;
};

/// Builds a green tree bottom-up. A parser takes a `mark()`, pushes tokens and finished nodes, and closes them with
/// `finish(mark, kind)`; the same mark may be closed again around what is there (left-recursive constructs).
///
/// Position in the text = bytes pushed so far. The builder also keeps what incremental re-parsing needs: how far the
/// lexer has looked, how deep the nesting went, which errors belong to which reusable node.
class GreenBuilder {
  public:
    /// Nesting deeper than this gets `nesting-too-deep`. Every consumer may recurse over a tree.
    static constexpr uint32_t MaxDepth = 400;

    struct Mark {
        uint32_t slots;
        uint32_t position;
        uint32_t size;
        uint32_t errors_seen;
    };
    /// A mark whose node can be reused as a unit: statement, declaration, list element, block…
    struct UnitMark {
        Mark mark;
        uint32_t first_error;
        uint32_t saved_deepest;
        uint32_t saved_unreusable;
        uint32_t saved_unit;
        uint16_t context;  ///< may be set until the unit is finished
    };

    explicit GreenBuilder(ReuseCursor* reuse = nullptr) : reuse_(reuse) {}
    ~GreenBuilder();
    GreenBuilder(const GreenBuilder&) = delete;
    GreenBuilder& operator=(const GreenBuilder&) = delete;

    uint32_t position() const { return position_; }

    Mark mark() const { return {slots_.size(), position_, size_, errors_seen_}; }
    void token(SyntaxKind kind, uint32_t trivia, uint32_t length) {
        if (slots_.full() || !GreenSlot::packs(trivia, length)) return push_token(kind, trivia, length);
        slots_.push_back(GreenSlot::token(kind, trivia, length));
        position_ += trivia + length;
        ++size_;
    }
    /// Closes what was pushed since the mark into a node.
    void finish(const Mark& mark, SyntaxKind kind);
    /// Kind of what was pushed last.
    SyntaxKind last_kind() const { return slots_.empty() ? KindList : slots_.back().kind(); }
    /// True when nothing was pushed since the mark.
    bool empty_since(const Mark& mark) const { return slots_.size() == mark.slots; }

    // -- units of reuse --
    UnitMark unit(uint16_t context);
    void finish_unit(const UnitMark& unit, SyntaxKind kind);
    /// Makes a unit of the one node pushed since the mark (an expression as a list element).
    void finish_unit(const UnitMark& unit);
    /// Gives up being a unit (its errors go to the enclosing one); call instead of finish_unit, then use `unit.mark`
    /// freely.
    void abandon_unit(const UnitMark& unit);
    /// Takes a node of the old tree at the current position, if one fits. The caller lexes on from the new
    /// `position()`. Returns the node (or list chunk) taken, or null; `ended_with_separator` tells how a chunk of a
    /// comma list ended.
    const GreenNode* reuse(ReuseCursor::Request request, bool* ended_with_separator = nullptr);
    bool reusing() const { return reuse_ != nullptr; }

    /// The lexer has examined the text up to `end` (exclusive); the end of the text counts as one byte.
    void looked_at(uint32_t end) {
        if (end > looked_at_) looked_at_ = end;
    }

    // -- nesting --
    uint32_t depth() const { return depth_; }
    /// False (and marks the surroundings as not reusable) at the limit: report it, skip, do not descend.
    bool enter() {
        if (deepest_ < ++depth_) deepest_ = depth_;
        if (depth_ <= MaxDepth) return true;
        ++unreusable_;
        return false;
    }
    void leave() { --depth_; }
    /// Levels used below `depth()` by what was parsed since; for left-recursive chains, see `Chain`.
    uint32_t deepest() const { return deepest_; }

    /// Left-recursive constructs (`a + b + c…`, `a.b.c…`) nest without recursion; each `wrap()` puts one more level
    /// around what the chain has built so far, and fails at the depth limit.
    class Chain {
      public:
        explicit Chain(GreenBuilder& builder) : builder_(builder), saved_(builder.deepest_) {
            builder.deepest_ = builder.depth_;
        }
        ~Chain() {
            if (builder_.deepest_ < saved_) builder_.deepest_ = saved_;
        }
        Chain(const Chain&) = delete;
        Chain& operator=(const Chain&) = delete;
        bool wrap() {
            if (builder_.deepest_ < MaxDepth) {
                ++builder_.deepest_;
                return true;
            }
            ++builder_.unreusable_;
            return false;
        }

      private:
        GreenBuilder& builder_;
        uint32_t saved_;
    };

    // -- errors --
    /// Absolute ranges. Dropped (false) when an error was reported and nothing was pushed since: one cause, one error.
    bool error(SyntaxError error);
    bool just_failed() const { return last_error_ == position_; }
    uint32_t errors_seen() const { return errors_seen_; }

    /// The only slot left becomes the root; errors that no unit owns become its own.
    GreenRef finish_root(const Mark& mark, SyntaxKind kind);

    // -- backtracking (speculative parsing) --
    struct Snapshot {
        Mark mark;
        uint32_t errors;
        uint32_t last_error;
        uint32_t unreusable;
    };
    Snapshot snapshot() const { return {mark(), uint32_t(errors_.size()), last_error_, unreusable_}; }
    /// Forgets everything pushed since. What the lexer looked at stays looked at.
    void rewind(const Snapshot& snapshot);

  private:
    void push_token(SyntaxKind kind, uint32_t trivia, uint32_t length);
    GreenNode* make_node(const Mark& mark, SyntaxKind kind);
    uint32_t balance_since(uint32_t first_slot);
    void push_node(const GreenNode* node, uint32_t first_slot) {
        slots_.shrink(first_slot);
        slots_.push_back(GreenSlot(node));
    }
    void add_unit_facts(GreenNode* node, const UnitMark& unit) const;
    GreenNode* with_errors(GreenNode* node, uint32_t first_error, uint32_t base);
    std::unique_ptr<std::vector<SyntaxError>> take_errors(uint32_t first, uint32_t base);

    ReuseCursor* reuse_;
    SlotStack slots_;
    std::vector<SyntaxError> errors_;
    uint32_t position_ = 0;
    uint32_t looked_at_ = 0;
    uint32_t size_ = 0;  // not beside position_: added to as a pair, both would wait for what was stored singly
    uint32_t depth_ = 0;
    uint32_t deepest_ = 0;
    uint32_t errors_seen_ = 0;          ///< counts errors reported and erroneous nodes reused
    uint32_t unreusable_ = 0;           ///< counts what forbids reuse
    uint32_t last_error_ = 0xffffffff;  ///< position_ when the last error was reported
    uint32_t unit_begin_ = 0xffffffff;  ///< of the innermost open unit
};

}  // namespace braid
