#pragma once
#include <map>
#include <memory>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analyzer/database/database.h"
#include "analyzer/semantics/language.h"
#include "analyzer/syntax/tree.h"
#include "analyzer/text/files.h"

/// The queries of the semantic model. Each asks the language of its item; see language.h for what the languages answer.
///
/// What keeps a keystroke cheap: FileTree and FileItems change with every edit. FileItems announces whose ItemSyntax
/// and ItemChildren are different then (trivia and positions ignored), and everything below reads only those two.
namespace braid {

/// All paths of the process: workspace files by absolute path, the standard library as "std:altru/sync.altru".
FileTable& files();
bool is_std(FileId file);
/// The standard library's nominal type of this name: `Promise<…>`, `Duration`.
bool is_std_type(Type type, std::string_view name);
/// The item of kind File for a file. Its name is the module's name ("sync") for the standard library, else empty.
ItemId file_item(FileId file);

/// Input: the current tree of a file. The host re-parses (Grammar::reparse) and sets it; law: re-parse = parse.
struct FileTree {
    using Key = FileId;
    using Value = SyntaxTreePtr;
    static constexpr const char* name = "file_tree";
    static bool equal(const Value& a, const Value& b) { return a == b; }
};

/// Input: the files of the workspace and of the standard library, sorted.
struct SourceFiles {
    using Key = NoKey;
    using Value = std::vector<FileId>;
    static constexpr const char* name = "source_files";
};

/// Declarations with their present positions. A write brings them up to date from their last version, at the cost of
/// the edit, and announces the items whose own syntax or children changed; so nobody else has to look at all items.
struct FileItems {
    using Key = FileId;
    struct Value {
        using Index = std::vector<std::pair<ItemId, uint32_t>>;
        std::vector<ItemEntry> entries;
        std::shared_ptr<const Index>
            index;           ///< of `entries`, by item; one object for versions that list the same items
        SyntaxTreePtr tree;  ///< what it was made from; null: no such file

        const ItemEntry* find(ItemId item) const;
        /// What is declared inside of it, at any depth: the entries after its own.
        std::span<const ItemEntry> inside(const ItemEntry& entry) const;
        friend bool operator==(const Value& a, const Value& b) { return a.tree == b.tree; }
    };
    static constexpr const char* name = "file_items";
    static Value compute(QueryContext&, const Key&);
    static Value update(QueryContext&, const Key&, const Value& old);
    static void announce(const Value& old, const Value& now, Announcements&);
};

/// Direct children, in order, without positions.
struct ItemChildren {
    using Key = ItemId;
    struct Child {
        ItemId item;
        bool is_public;
        friend bool operator==(const Child&, const Child&) = default;
    };
    using Value = std::vector<Child>;
    static constexpr const char* name = "item_children";
    static constexpr bool announced = true;
    static Value compute(QueryContext&, const Key&);
};

/// The items of a file that own syntax as the leaves of a tree whose nodes have a dozen children or so: for questions
/// about all of them. A query that answers for a group from the answers for its parts looks, after an edit of one item,
/// at that item's group, the group's group, and so on; never at all items.
struct ItemGroup {
    static constexpr uint32_t kTop = 3;  ///< level of the groups that ItemGroups lists
    FileId file = FileId::None;
    uint32_t level = 0;  ///< 0: a group of items
    uint32_t number = 0;
    friend bool operator==(const ItemGroup&, const ItemGroup&) = default;
};
template <>
struct QueryHash<ItemGroup> {
    size_t operator()(const ItemGroup& group) const {
        return combine_hashes(size_t(group.file), size_t(group.level) << 32 | group.number);
    }
};
struct ItemGroups {
    using Key = FileId;
    using Value = std::vector<ItemGroup>;
    static constexpr const char* name = "item_groups";
    static constexpr bool announced = true;
    static Value compute(QueryContext&, const Key&);
};
/// The parts of a group of groups.
struct SubGroups {
    using Key = ItemGroup;
    using Value = std::vector<ItemGroup>;
    static constexpr const char* name = "sub_groups";
    static constexpr bool announced = true;
    static Value compute(QueryContext&, const Key&);
};
/// The parts of a group of items, in source order.
struct GroupItems {
    using Key = ItemGroup;
    using Value = std::vector<ItemId>;
    static constexpr const char* name = "group_items";
    static constexpr bool announced = true;
    static Value compute(QueryContext&, const Key&);
};
/// All groups of a level.
std::vector<ItemGroup> groups_at(QueryContext&, FileId file, uint32_t level);

/// The syntax of one item cut out of its file: offsets begin at the item. Children that own syntax are *holes*: they
/// count as one node and their content does not make two ItemSyntax differ.
class ItemTree {
  public:
    ItemTree() = default;
    struct Hole {
        uint32_t index;  ///< full preorder index below the root
        uint32_t size;   ///< nodes and tokens inside, itself included
    };
    /// `holes`: the direct children that own syntax, in order.
    ItemTree(SyntaxTreePtr tree, std::vector<Hole> holes) : tree_(std::move(tree)), holes_(std::move(holes)) {}

    explicit operator bool() const { return tree_ != nullptr; }
    SyntaxNode root() const { return tree_->root(); }
    const SyntaxTree& tree() const { return *tree_; }
    bool is_hole(const SyntaxElement& element) const;

    /// The number a Place carries; that of the item for a null element. `element` must not be inside a hole.
    uint32_t node_of(const SyntaxElement& element) const;
    SyntaxElement element(uint32_t node) const;  ///< null when there is none
    /// Calls `f` for each element in preorder, the root first; not for what is inside a hole (nor for the hole), nor
    /// for what is inside a node for which `f` gives false.
    template <typename F>
    void each_own(F&& f) const;
    friend bool operator==(const ItemTree& a, const ItemTree& b);

  private:
    SyntaxTreePtr tree_;
    std::vector<Hole> holes_;
};

template <typename F>
void ItemTree::each_own(F&& f) const {
    uint32_t index = 0;
    auto hole = holes_.begin();
    for (Preorder walk(root()); walk; walk.next()) {
        while (hole != holes_.end() && hole->index < index) ++hole;
        const bool is_hole = hole != holes_.end() && hole->index == index;
        if (is_hole || !f(*walk)) {
            index += walk->slot().size();
            walk.skip_children();
        } else {
            ++index;
        }
    }
}

struct ItemSyntax {
    using Key = ItemId;
    using Value = ItemTree;  ///< false when the item is not there any more
    static constexpr const char* name = "item_syntax";
    static constexpr bool announced = true;
    static Value compute(QueryContext&, const Key&);
};

/// An item's syntax as it is at present, for places that FileItems gives: ItemSyntax may hold an equal one whose holes
/// were of other sizes.
ItemTree present_syntax(const FileItems::Value& items, const ItemEntry& entry);

#define BRAID_ITEM_QUERY(Query, ValueType, text)         \
    struct Query {                                       \
        using Key = ItemId;                              \
        using Value = ValueType;                         \
        static constexpr const char* name = text;        \
        static Value compute(QueryContext&, const Key&); \
    };
BRAID_ITEM_QUERY(DefinitionOf, TypeDefinition, "definition")  // struct, class, interface, enum, variant, trait, actor
BRAID_ITEM_QUERY(ImplOf, ImplInfo, "impl")
BRAID_ITEM_QUERY(ItemDiagnosticsOf, std::vector<ItemDiagnostic>, "item_diagnostics")
#undef BRAID_ITEM_QUERY

/// A signature that asks for itself (Velox: `update(patch: Partial<User>)` in `User`) takes and gives anything.
struct SignatureOf {
    using Key = ItemId;
    using Value = FunctionSignature;
    static constexpr const char* name = "signature";
    static Value compute(QueryContext&, const Key&);
    static Value cycle_fallback(const Key&) {
        FunctionSignature signature;
        signature.parameters.push_back({.type = type::error(), .rest = true});
        signature.result = type::error();
        return signature;
    }
};

/// Type of a constant, static, module variable; the target of an alias.
struct ValueTypeOf {
    using Key = ItemId;
    using Value = Type;
    static constexpr const char* name = "value_type";
    static Value compute(QueryContext&, const Key&);
    static Value cycle_fallback(const Key&);  ///< `any` for a variable whose type follows from itself, else the error
};

/// Result of a Velox function without annotation; `any` where it follows from itself. It types a body of its own:
/// were it to ask BodyOf, a function that calls itself would have none.
struct InferredResult {
    using Key = ItemId;
    using Value = Type;
    static constexpr const char* name = "inferred_result";
    static Value compute(QueryContext&, const Key&);
    static Value cycle_fallback(const Key&) { return type::any(); }
};

struct BodyOf {
    using Key = ItemId;
    using Value = Body;
    static constexpr const char* name = "body";
    static Value compute(QueryContext&, const Key&);
    static bool equal(const Value&, const Value&) { return false; }  // recomputed only when something it read changed
    /// Types that follow from each other in a way that no language's own check has named: an error, never a silent
    /// void.
    static Value cycle_fallback(const Key&);
};

/// What the self type of an impl has to have in common with a type to fit it: kind and item. 0: fits any type (a
/// parameter), or what fits it is not known yet.
using TypeHead = uint64_t;
TypeHead head_of(Type);

/// Every impl of the workspace and the standard library. It is another one whenever an impl comes or goes: bodies ask
/// ImplsFor.
struct ImplIndex {
    using Key = NoKey;
    struct Value {
        std::vector<ItemId> impls;  // in file order
        std::unordered_map<ItemId, std::vector<ItemId>> by_trait;
        std::map<std::pair<ItemId, TypeHead>, std::vector<uint32_t>>
            by_head;               ///< by trait and self type: of `by_trait`
        std::set<ItemId> dropped;  ///< types with an impl of std's Drop
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "impl_index";
    static Value compute(QueryContext&, const Key&);
};

/// The impls of a trait that may fit a type, in file order; of the head 0 all.
struct ImplsFor {
    using Key = std::pair<ItemId, TypeHead>;
    using Value = std::vector<ItemId>;
    static constexpr const char* name = "impls_for";
    static Value compute(QueryContext&, const Key&);
};

/// What MIR, the checks and the machine may know of a type.
struct Capabilities {
    bool copy = false;        ///< may be duplicated by reading it
    bool needs_drop = false;  ///< something happens when its owner ends (also for counted handles, which are copy too)
    bool send = false;
    bool sync = false;
    friend bool operator==(const Capabilities&, const Capabilities&) = default;
};
struct CapabilitiesOf {
    using Key = Type;
    using Value = Capabilities;
    static constexpr const char* name = "capabilities";
    static Value compute(QueryContext&, const Key&);
    static Value cycle_fallback(const Key&) { return {true, false, true, true}; }  // greatest fixed point
};
/// Whether values of the type hold a lock until they are dropped: std's types with the attribute `guard`.
bool is_guard(QueryContext&, Type);
/// Why a type is not Send (or Sync): from the type down to the offending part: `Job.lock`, `[MutexGuard[int]]`…
struct CapabilityPath {
    std::vector<std::string> steps;  // "Job.lock", "element of list"
    Type culprit = nullptr;
};
CapabilityPath explain_not_send(QueryContext&, Type);
CapabilityPath explain_not_sync(QueryContext&, Type);

/// Types of the slots FieldOf addresses: fields of a struct, actor, tuple; of a variant when `variant` is given.
std::vector<Type> field_types(QueryContext&, Type aggregate, ItemId variant = ItemId::None);
/// The method of the impl that serves a trait's method for `self` (type arguments of impl then method), if there is
/// one; the trait's own default method otherwise.
struct ResolvedMethod {
    ItemId function = ItemId::None;
    std::vector<Type> type_arguments;
};
ResolvedMethod resolve_trait_method(QueryContext&, ItemId trait_method, Type self, std::span<const Type> arguments);
/// Matches `pattern` (with parameters owned by `owner`) against `actual`; fills `arguments`.
bool match_type(Type pattern, Type actual, ItemId owner, std::vector<Type>& arguments);
bool implements(QueryContext&, Type self, ItemId trait);

/// Renders: the present position of a place (its text without trivia); an empty range at the item when it is gone.
FileRange locate(QueryContext&, Place place);
Diagnostic render(QueryContext&, const ItemDiagnostic&);

}  // namespace braid
