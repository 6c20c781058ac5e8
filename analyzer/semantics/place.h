#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "analyzer/diagnostics/diagnostic.h"

namespace braid {

/// A declaration, named independently of its position: interned (parent, kind, name, ordinal among equals).
/// Survives every edit that does not rename or reorder it among namesakes. See semantics/item.h.
enum class ItemId : uint32_t { None = 0xffffffff };

/// A place in the source after syntax: a node by its preorder index within an item (trivia not counted).
/// Text moved by an edit elsewhere changes no Place; offsets appear only when a result is rendered.
struct Place {
    ItemId item = ItemId::None;
    uint32_t node = 0;
    friend bool operator==(const Place&, const Place&) = default;
};

using ItemDiagnostic = BasicDiagnostic<Place>;

/// An interned identifier; equal names are equal ids for the life of the process. Thread-safe.
class Name {
  public:
    Name() = default;
    explicit Name(std::string_view text);
    std::string_view text() const { return text_ ? std::string_view(*text_) : std::string_view(); }
    bool empty() const { return !text_; }
    friend bool operator==(const Name&, const Name&) = default;
    friend bool operator<(const Name& a, const Name& b) { return a.text() < b.text(); }
    size_t hash() const { return std::hash<const void*>{}(text_); }

  private:
    static const std::string* intern(std::string_view text);
    const std::string* text_ = nullptr;  // null: the empty name
};

}  // namespace braid

template <>
struct std::hash<braid::Name> {
    size_t operator()(const braid::Name& name) const { return name.hash(); }
};
template <>
struct std::hash<braid::Place> {
    size_t operator()(const braid::Place& place) const {
        return std::hash<uint64_t>{}(uint64_t(place.item) << 32 | place.node);
    }
};
