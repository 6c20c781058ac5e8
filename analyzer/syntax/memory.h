#pragma once
#include <cstddef>

/// Pieces of memory for green nodes, cut from slabs. A piece that comes back serves the next parse, so that parsing a
/// large file again costs the system nothing; only what is idle beyond a few slabs is given back to it. Thread-safe.
namespace braid::green_memory {

inline constexpr size_t ChunkBytes = 32 * 1024;

/// `ChunkBytes` bytes, aligned to as many. Throws std::bad_alloc.
void* take_chunk();
void give_chunk(void* chunk);

}  // namespace braid::green_memory
