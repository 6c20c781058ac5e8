#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "analyzer/syntax/error.h"
#include "analyzer/syntax/kind.h"

namespace braid {

class GreenNode;

/// One child of a green node in 64 bits: a pointer to a node, or a token packed inline. A token whose trivia or text is
/// too long for the packing is a `GreenNode` with the flag `Token`. A slot does not own; `GreenNode` and `GreenRef` do.
class GreenSlot {
  public:
    constexpr GreenSlot() = default;
    explicit GreenSlot(const GreenNode* node) : bits_(reinterpret_cast<uint64_t>(node)) {}
    static bool packs(uint32_t trivia, uint32_t length) {
        return trivia < (1u << TriviaBits) && length < (1u << LengthBits);
    }
    static GreenSlot token(SyntaxKind kind, uint32_t trivia, uint32_t length) {
        GreenSlot slot;
        slot.bits_ = 1u | uint64_t(kind) << 1 | uint64_t(trivia) << 11 | uint64_t(length) << (11 + TriviaBits);
        return slot;
    }

    explicit operator bool() const { return bits_ != 0; }
    bool is_inline() const { return bits_ & 1; }
    /// The heap object: a node, or a token too big to pack. Only when not `is_inline()`.
    const GreenNode* heap() const { return reinterpret_cast<const GreenNode*>(bits_); }
    inline bool is_token() const;
    inline bool is_list() const;
    /// The node, or null for a token.
    inline const GreenNode* node() const;
    inline SyntaxKind kind() const;
    inline uint32_t length() const;         ///< bytes covered, leading trivia included
    inline uint32_t trivia_length() const;  ///< of a token; 0 for a node
    inline uint32_t size() const;           ///< nodes and tokens in the subtree, hidden lists not counted
    friend bool operator==(GreenSlot, GreenSlot) = default;

  private:
    static constexpr int TriviaBits = 26;
    static constexpr int LengthBits = 27;
    SyntaxKind inline_kind() const { return SyntaxKind(bits_ >> 1 & 1023); }
    uint32_t inline_trivia() const { return uint32_t(bits_ >> 11) & ((1u << TriviaBits) - 1); }
    uint32_t inline_length() const { return uint32_t(bits_ >> (11 + TriviaBits)); }

    uint64_t bits_ = 0;
};

/// Immutable, position independent, shared between versions of a tree and between threads by its reference count.
/// Followed in memory by its child slots and, with the flag `OwnsErrors`, a pointer to its errors.
class alignas(8) GreenNode {
  public:
    enum Flag : uint16_t {
        Token = 1,        ///< a big token: no children
        OwnsErrors = 2,   ///< has an error list of its own
        HasErrors = 4,    ///< it or something below it owns errors
        Reusable = 8,     ///< finished as a unit of re-parsing: `lookahead`, `height` and `context` are meaningful
        Unreusable = 16,  ///< what is below depended on more than text and context (the depth limit was hit)
        ErrorAtEnd = 32,  ///< an error was reported after its last token, before the next
    };
    static constexpr uint32_t SaturatedLookahead = 0xffff;

    /// What a node records beside its children.
    struct Header {
        SyntaxKind kind = KindList;
        uint16_t flags = 0;
        uint32_t length = 0;
        uint32_t size = 0;
        uint16_t lookahead = 0;  ///< bytes past the end that decided something inside
        uint16_t height = 0;     ///< levels of nesting below, as the depth limit counts them
        uint16_t context = 0;    ///< the parser's state at the start, as far as the language says it matters
    };

    /// Takes over one reference of every heap slot. `errors` may be null; ranges in it are relative to the node.
    static const GreenNode* make(const Header& header, const GreenSlot* slots, uint32_t count,
                                 std::unique_ptr<const std::vector<SyntaxError>> errors = nullptr);
    /// A node without flags and without what units record; the builder adds them before anyone else sees it.
    static GreenNode* make_plain(SyntaxKind kind, uint32_t length, uint32_t size, const GreenSlot* slots,
                                 uint32_t count);
    static const GreenNode* make_token(SyntaxKind kind, uint32_t trivia, uint32_t length);

    SyntaxKind kind() const { return header_.kind; }
    uint16_t flags() const { return header_.flags; }
    bool has(Flag flag) const { return header_.flags & flag; }
    uint32_t length() const { return header_.length; }
    uint32_t size() const { return header_.size; }
    uint16_t lookahead() const { return header_.lookahead; }
    uint16_t height() const { return header_.height; }
    uint16_t context() const { return header_.context; }
    bool is_list() const { return header_.kind == KindList; }

    uint32_t slot_count() const { return has(Token) ? 0 : count_; }
    GreenSlot slot(uint32_t index) const { return slots()[index]; }
    const GreenSlot* begin() const { return slots(); }
    const GreenSlot* end() const { return slots() + slot_count(); }
    uint32_t token_trivia() const { return has(Token) ? count_ : 0; }
    const std::vector<SyntaxError>* own_errors() const;

    void retain() const { refs_.fetch_add(1, std::memory_order_relaxed); }
    void release() const {
        if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy(this);
    }

    /// Bytes of green nodes alive in this process (for memory tests and `braid` statistics).
    static size_t bytes_alive();

  private:
    friend class GreenBuilder;  // completes a node it just made
    GreenNode(const Header& header, uint32_t count) : count_(count), header_(header) {}
    static void destroy(const GreenNode* node);
    const GreenSlot* slots() const { return reinterpret_cast<const GreenSlot*>(this + 1); }

    mutable std::atomic<uint32_t> refs_{1};
    /// Number of child slots; of a big token, the length of its trivia.
    uint32_t count_;
    Header header_;
};
static_assert(sizeof(GreenNode) == 32);

/// Owning pointer to a green node.
class GreenRef {
  public:
    GreenRef() = default;
    static GreenRef adopt(const GreenNode* node) {
        GreenRef ref;
        ref.node_ = node;
        return ref;
    }
    explicit GreenRef(const GreenNode* node) : node_(node) {
        if (node_) node_->retain();
    }
    GreenRef(const GreenRef& other) : GreenRef(other.node_) {}
    GreenRef(GreenRef&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
    GreenRef& operator=(GreenRef other) noexcept {
        std::swap(node_, other.node_);
        return *this;
    }
    ~GreenRef() {
        if (node_) node_->release();
    }
    const GreenNode* get() const { return node_; }
    const GreenNode* operator->() const { return node_; }
    const GreenNode& operator*() const { return *node_; }
    explicit operator bool() const { return node_ != nullptr; }
    friend bool operator==(const GreenRef& a, const GreenRef& b) { return a.node_ == b.node_; }

  private:
    const GreenNode* node_ = nullptr;
};

inline bool GreenSlot::is_token() const { return is_inline() || heap()->has(GreenNode::Token); }
inline bool GreenSlot::is_list() const { return !is_inline() && heap()->is_list(); }
inline const GreenNode* GreenSlot::node() const { return is_token() ? nullptr : heap(); }
inline SyntaxKind GreenSlot::kind() const { return is_inline() ? inline_kind() : heap()->kind(); }
inline uint32_t GreenSlot::length() const { return is_inline() ? inline_trivia() + inline_length() : heap()->length(); }
inline uint32_t GreenSlot::trivia_length() const { return is_inline() ? inline_trivia() : heap()->token_trivia(); }
inline uint32_t GreenSlot::size() const { return is_inline() ? 1 : heap()->size(); }

}  // namespace braid
