#pragma once
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "analyzer/ide/names.h"

namespace braid {

/// Edits of one file, in order; they do not overlap.
struct FileEdits {
    FileId file = FileId::None;
    std::vector<TextEdit> edits;
};

/// What renaming at a place would rename: the name as it stands there. Or why it cannot be, for the user.
struct RenamePlace {
    TextRange range;
    std::string name;
};
tl::expected<RenamePlace, std::string> prepare_rename(QueryContext&, FileId file, uint32_t offset);

/// The edits that give what the name at a place stands for another name, in all files. Refused with the reason when
/// afterwards a name would mean something else than before or an error would come or go, so nothing is shadowed,
/// captured or forgotten: unless the new name is new to all files, the renamed program is analyzed and compared name by
/// name.
tl::expected<std::vector<FileEdits>, std::string> rename(QueryContext&, FileId file, uint32_t offset,
                                                         std::string_view new_name);

/// An item with those that have to keep its name: the trait's method and all that implement it, overloads, what
/// overrides it or is overridden.
std::vector<ItemId> items_of_one_name(QueryContext&, ItemId item);

/// Says where the program with these edits means something else than now, judged by the names and the errors of
/// every file that mentions one of `words`; none when it means the same. The edits replace names by names, or by names
/// and what makes them explicit.
std::optional<std::string> changed_meaning(QueryContext&, const std::vector<FileEdits>& edits,
                                           const std::vector<std::string>& words);

}  // namespace braid
