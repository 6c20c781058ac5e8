#pragma once
#include <string>

#include "analyzer/semantics/place.h"

// The accessors of an object literal stand in the object under names of their own, which no program can write.
namespace braid::vm {

inline Name accessor_name(std::string_view word, Name name) {
    return Name("\x01" + std::string(word) + " " + std::string(name.text()));
}
inline bool is_accessor_name(Name name) { return name.text().starts_with('\x01'); }
/// What a program calls it.
inline Name accessed_name(Name accessor) { return Name(accessor.text().substr(accessor.text().find(' ') + 1)); }

}  // namespace braid::vm
