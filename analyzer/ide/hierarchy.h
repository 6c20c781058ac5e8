#pragma once
#include <string>
#include <vector>

#include "analyzer/ide/navigation.h"

namespace braid {

/// A declaration in a hierarchy of calls or types.
struct HierarchyItem {
    ItemId item = ItemId::None;
    std::string name, detail;
    DeclaredAt place;
};
struct Call {
    HierarchyItem other;            ///< who calls, or who is called
    std::vector<TextRange> places;  ///< of the calls, in the caller's file
};

/// The function at an offset, or the one around it.
std::vector<HierarchyItem> prepare_call_hierarchy(QueryContext&, FileId file, uint32_t offset);
std::vector<Call> incoming_calls(QueryContext&, ItemId function);
std::vector<Call> outgoing_calls(QueryContext&, ItemId function);

std::vector<HierarchyItem> prepare_type_hierarchy(QueryContext&, FileId file, uint32_t offset);
/// What a type extends or implements, one step up; and what extends or implements it, one step down.
std::vector<HierarchyItem> supertypes(QueryContext&, ItemId type);
std::vector<HierarchyItem> subtypes(QueryContext&, ItemId type);

/// What implements the trait, interface or method at a place, or overrides it; the declaration itself when nothing
/// does.
std::vector<Target> implementations(QueryContext&, FileId file, uint32_t offset);

}  // namespace braid
