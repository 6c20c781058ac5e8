#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "interpreter/heap/value.h"

namespace braid::heap {

class Marker;

using LayoutId = uint32_t;  // index in the heap's table; 0 is no layout

enum class LayoutKind : uint8_t {
    Fixed,   // `slots` words; `traced` says which
    Array,   // a length word, then length elements of `slots` words each; `traced` says which words of an element
    Bytes,   // a length word, then length bytes (zero-padded to a word)
    Native,  // a C++ object of `slots` words, with callbacks
};

// What a native object (LayoutKind::Native) can do. Both run with the world stopped and must not allocate.
struct NativeOperations {
    void (*trace)(void* object, Marker& marker) = nullptr;  // null: holds no traced word
    void (*destroy)(void* object) = nullptr;                // at sweep, and when the heap ends; null: nothing to do
};

// What the collector and the debugger know of a kind of object. Immutable once registered.
struct Layout {
    std::string name;
    LayoutKind kind = LayoutKind::Fixed;
    uint32_t slots = 0;        // words of the object, or of one element
    std::vector<bool> traced;  // per slot; missing ones are not traced
    NativeOperations native;
    const void* description = nullptr;  // the VM's: fields, type, …

    static Layout fixed(std::string name, std::vector<bool> traced) {
        Layout layout{std::move(name), LayoutKind::Fixed, static_cast<uint32_t>(traced.size())};
        layout.traced = std::move(traced);
        return layout;
    }
    static Layout array(std::string name, std::vector<bool> traced_of_element = {true}) {
        Layout layout{std::move(name), LayoutKind::Array, static_cast<uint32_t>(traced_of_element.size())};
        layout.traced = std::move(traced_of_element);
        return layout;
    }
    static Layout raw_array(std::string name) { return array(std::move(name), {false}); }
    static Layout bytes(std::string name) { return {std::move(name), LayoutKind::Bytes, 0}; }

    // T has `void trace(Marker&)` if it holds traced words.
    template <class T>
    static Layout native_object(std::string name) {
        static_assert(alignof(T) <= 8, "objects are aligned to 8 bytes");
        Layout layout{std::move(name), LayoutKind::Native, static_cast<uint32_t>((sizeof(T) + 7) / 8)};
        if constexpr (requires(T & object, Marker & marker) { object.trace(marker); })
            layout.native.trace = [](void* object, Marker& marker) { static_cast<T*>(object)->trace(marker); };
        if constexpr (!std::is_trivially_destructible_v<T>)
            layout.native.destroy = [](void* object) { static_cast<T*>(object)->~T(); };
        return layout;
    }
};

}  // namespace braid::heap
