#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "interpreter/heap/block.h"

namespace braid::heap {

// Cell sizes: every 16 bytes up to 128, then four to each doubling; at most a fifth of a cell is wasted.
inline constexpr auto kCellSizes = [] {
    std::array<uint32_t, 32> sizes{};
    size_t n = 0;
    for (uint32_t size = 16; size <= 128; size += 16) sizes[n++] = size;
    for (uint32_t base = 128; base < kLargestCell; base *= 2)
        for (uint32_t quarter = 1; quarter <= 4; ++quarter) sizes[n++] = base + base / 4 * quarter;
    return sizes;
}();
static_assert(kCellSizes.back() == kLargestCell);

// By size in 16-byte granules.
inline constexpr auto kClassOfGranules = [] {
    std::array<uint8_t, kLargestCell / 16 + 1> classes{};
    size_t size_class = 0;
    for (size_t granules = 0; granules < classes.size(); ++granules) {
        while (kCellSizes[size_class] < granules * 16) ++size_class;
        classes[granules] = static_cast<uint8_t>(size_class);
    }
    return classes;
}();

// Precondition: bytes <= kLargestCell.
constexpr size_t size_class_of(size_t bytes) { return kClassOfGranules[(bytes + 15) / 16]; }

}  // namespace braid::heap
