#pragma once
#include <optional>
#include <variant>
#include <vector>

#include "analyzer/semantics/editing.h"
#include "analyzer/semantics/queries.h"
#include "analyzer/text/line_index.h"

namespace braid {

/// The tree of a file with its lines, for converting positions. `tree` null: the file is not there.
struct FileLines {
    using Key = FileId;
    struct Value {
        SyntaxTreePtr tree;
        std::shared_ptr<const LineIndex> lines;
    };
    static constexpr const char* name = "file_lines";
    static Value compute(QueryContext&, const Key&);
    static bool equal(const Value& a, const Value& b) { return a.tree == b.tree; }
};

/// Input: what the host knows of a file's lines already, from editing them; those of a tree it does not have any more
/// are of no use.
struct KnownLines {
    using Key = FileId;
    using Value = FileLines::Value;
    static constexpr const char* name = "known_lines";
    static bool equal(const Value& a, const Value& b) { return a.tree == b.tree; }
};

/// A type parameter, by the item whose text declares it and the number of its name there.
struct TypeParameterId {
    ItemId owner = ItemId::None;
    uint32_t node = 0;
    friend auto operator<=>(const TypeParameterId&, const TypeParameterId&) = default;
};

/// A member of an object type or of an object literal, by the item whose text it is written in and the number of its
/// name there; see object_members.h.
struct ObjectMemberId {
    ItemId owner = ItemId::None;
    uint32_t node = 0;
    friend auto operator<=>(const ObjectMemberId&, const ObjectMemberId&) = default;
};

/// One occurrence of a name in a file and what it stands for: the common ground of hover, definition, references,
/// highlights and semantic tokens.
struct NameUse {
    TextRange range;
    ItemId owner = ItemId::None;  ///< the item whose text it is in
    /// A LocalId is one of `home`'s body. Of an object's members only object_members.h says.
    std::variant<LocalId, ItemId, TypeParameterId, ObjectMemberId> target;
    ItemId home = ItemId::None;  ///< of a local: another than `owner` for the name of an argument
    Type type = nullptr;         ///< of the value at this place; null where nothing is known
    bool is_write = false;
    bool is_declaration = false;

    bool same_target(const NameUse& other) const {
        return target == other.target && (std::holds_alternative<ItemId>(target) || home == other.home);
    }
};

/// A name by the number of its token in the words of a Place; `use.range` is empty.
struct PlacedName {
    uint32_t node;
    NameUse use;
};

/// Every resolved name of an item's own text, in order: computed anew only when the item is, wherever it stands.
struct ItemNames {
    using Key = ItemId;
    using Value = std::vector<PlacedName>;
    static constexpr const char* name = "item_names";
    static Value compute(QueryContext&, const Key&);
    static bool equal(const Value&, const Value&) { return false; }
};

/// Every resolved name of a file, in order. One place has several when it stands for several things: `{ x }` for a
/// field and the variable it gets its value from, which comes first. Absolute positions: put together anew for each
/// text, from the names of its items.
struct FileNames {
    using Key = FileId;
    using Value = std::vector<NameUse>;
    static constexpr const char* name = "file_names";
    static Value compute(QueryContext&, const Key&);
    static bool equal(const Value&, const Value&) { return false; }
};

/// Whether an item is a type of its own, with members.
bool is_type(ItemKind kind);

/// The local variable a name stands for; null when it stands for something else.
std::shared_ptr<const LocalInfo> local_of(QueryContext&, const NameUse& use);

/// The type parameters that a type at an element can name, by their declaring tokens, the innermost first.
std::vector<SyntaxToken> type_parameters_at(const EditingRules& rules, const SyntaxElement& element);

/// The name at an offset; also when the offset is just behind it. `names_at`: all that it stands for.
std::optional<NameUse> name_at(QueryContext&, FileId file, uint32_t offset);
std::vector<NameUse> names_at(QueryContext&, FileId file, uint32_t offset);
/// All names that touch a range much shorter than the file.
std::vector<NameUse> names_in(QueryContext&, FileId file, TextRange range);

/// The innermost item whose text has the node or token with this index in the file; null: none.
const ItemEntry* owner_at(const SyntaxTree& tree, const FileItems::Value& items, uint32_t index);

/// Where an item's name stands, and its whole text. None for items that no text declares.
struct DeclaredAt {
    FileId file = FileId::None;
    TextRange name;
    TextRange whole;
};
std::optional<DeclaredAt> declaration_of_item(QueryContext&, ItemId item);

}  // namespace braid
