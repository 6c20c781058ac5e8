#include "analyzer/syntax/green.h"

#include <cstdlib>
#include <cstring>
#include <new>

#include "analyzer/syntax/memory.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif
#ifndef ASAN_POISON_MEMORY_REGION
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

namespace braid {

void SyntaxError::shift(uint32_t delta) {
    auto move = [delta](TextRange& range) {
        range.begin += delta;
        range.end += delta;
    };
    move(range);
    for (Related& entry : related) move(entry.range);
    if (fix)
        for (TextEdit& edit : fix->edits) move(edit.range);
}

namespace {

// Green nodes are bump-allocated from aligned chunks; a chunk counts what lives in it and is given back with the last.
// A parse of a whole file fills chunks front to back; the few nodes of a re-parse share the thread's current chunk with
// their predecessors.
using green_memory::ChunkBytes;

std::atomic<size_t> bytes_in_use{0};

struct Chunk {
    std::atomic<uint32_t> alive;

    static Chunk* of(const void* pointer) {
        return reinterpret_cast<Chunk*>(reinterpret_cast<uintptr_t>(pointer) & ~uintptr_t(ChunkBytes - 1));
    }
    static Chunk* create(uint32_t references) {
        auto* chunk = new (green_memory::take_chunk()) Chunk{{references}};
        bytes_in_use.fetch_add(ChunkBytes, std::memory_order_relaxed);
        return chunk;
    }
    void release(uint32_t references) {
        if (alive.fetch_sub(references, std::memory_order_acq_rel) != references) return;
        bytes_in_use.fetch_sub(ChunkBytes, std::memory_order_relaxed);
        ASAN_UNPOISON_MEMORY_REGION(this, ChunkBytes);
        green_memory::give_chunk(this);
    }
};
constexpr size_t ChunkStart = alignof(GreenNode);
static_assert(sizeof(Chunk) <= ChunkStart);

/// The chunk a thread allocates from. It is born with more references than nodes fit; the thread gives back what it did
/// not use. Trivial, so that no access asks whether it was constructed.
struct CurrentChunk {
    static constexpr uint32_t Stock = 1u << 30;
    Chunk* chunk = nullptr;
    size_t used = ChunkBytes;  // none: nothing fits
    uint32_t given = 0;

    bool fits(size_t bytes) const { return used + bytes <= ChunkBytes; }
    void* allocate(size_t bytes) {
        if (!fits(bytes)) renew();
        void* memory = reinterpret_cast<char*>(chunk) + used;
        used += bytes;
        ++given;
        return memory;
    }
    void renew();
    void retire() {
        if (chunk) chunk->release(Stock - given);
        *this = {};
    }
};
constinit thread_local CurrentChunk current_chunk;

/// Retires the chunk of a thread that ends.
struct Retirement {
    ~Retirement() { current_chunk.retire(); }
    void arrange() {}
};
thread_local Retirement retirement;

void CurrentChunk::renew() {
    retirement.arrange();
    retire();
    chunk = Chunk::create(Stock);
    used = ChunkStart;
}

/// Gives references back, those of one chunk at once.
class Releases {
  public:
    ~Releases() { flush(); }
    void add(const void* node) {
        Chunk* chunk = Chunk::of(node);
        if (chunk != chunk_) {
            flush();
            chunk_ = chunk;
        }
        ++count_;
    }

  private:
    void flush() {
        if (chunk_) chunk_->release(count_);
        count_ = 0;
    }
    Chunk* chunk_ = nullptr;
    uint32_t count_ = 0;
};

}  // namespace

size_t GreenNode::bytes_alive() { return bytes_in_use.load(std::memory_order_relaxed); }

const GreenNode* GreenNode::make(const Header& header, const GreenSlot* slots, uint32_t count,
                                 std::unique_ptr<const std::vector<SyntaxError>> errors) {
    size_t bytes = sizeof(GreenNode) + count * sizeof(GreenSlot) + (errors ? sizeof(void*) : 0);
    auto* node = new (current_chunk.allocate(bytes)) GreenNode(header, count);
    if (count) std::memcpy(static_cast<void*>(node + 1), slots, count * sizeof(GreenSlot));
    if (errors) {
        node->header_.flags |= OwnsErrors | HasErrors;
        const auto* list = errors.release();
        std::memcpy(static_cast<void*>(reinterpret_cast<char*>(node + 1) + count * sizeof(GreenSlot)), &list,
                    sizeof(list));
    }
    return node;
}

GreenNode* GreenNode::make_plain(SyntaxKind kind, uint32_t length, uint32_t size, const GreenSlot* slots,
                                 uint32_t count) {
    size_t bytes = sizeof(GreenNode) + count * sizeof(GreenSlot);
    if (!current_chunk.fits(bytes)) {
        current_chunk.renew();
        return make_plain(kind, length, size, slots, count);
    }
    // Written field by field: to copy a header that was just put together costs more than all the rest.
    auto* node = new (current_chunk.allocate(bytes)) GreenNode({}, count);
    node->header_.kind = kind;
    node->header_.length = length;
    node->header_.size = size;
    auto* out = reinterpret_cast<GreenSlot*>(node + 1);
    for (uint32_t i = 0; i < count; ++i) out[i] = slots[i];
    return node;
}

const GreenNode* GreenNode::make_token(SyntaxKind kind, uint32_t trivia, uint32_t length) {
    Header header;
    header.kind = kind;
    header.flags = Token;
    header.length = trivia + length;
    header.size = 1;
    return new (current_chunk.allocate(sizeof(GreenNode))) GreenNode(header, trivia);
}

const std::vector<SyntaxError>* GreenNode::own_errors() const {
    if (!has(OwnsErrors)) return nullptr;
    const std::vector<SyntaxError>* list;
    std::memcpy(&list, slots() + count_, sizeof(list));
    return list;
}

void GreenNode::destroy(const GreenNode* root) {
    // Iterative: the depth of a tree is no reason to use up the native stack.
    std::vector<const GreenNode*> doomed{root};
    Releases releases;
    while (!doomed.empty()) {
        const GreenNode* node = doomed.back();
        doomed.pop_back();
        for (GreenSlot slot : *node) {
            if (slot.is_inline()) continue;
            const GreenNode* child = slot.heap();
            // The sole owner needs no locked operation.
            if (child->refs_.load(std::memory_order_acquire) == 1 ||
                child->refs_.fetch_sub(1, std::memory_order_acq_rel) == 1)
                doomed.push_back(child);
        }
        delete node->own_errors();
        size_t size = sizeof(GreenNode) + node->slot_count() * sizeof(GreenSlot);
        node->~GreenNode();
        ASAN_POISON_MEMORY_REGION(node, size);  // chunks would hide a use after this from the sanitizer
        releases.add(node);
    }
}

}  // namespace braid
