#pragma once
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "analyzer/semantics/altru/common.h"

namespace braid::altru_semantics {

/// One name that a `use` brings into scope.
struct Import {
    Name name;  // as it is called here; empty for `a::*`
    std::vector<Name> path;
    std::vector<uint32_t> nodes;  // of the path's segments, within the module's item
    uint32_t name_node = 0;
    bool is_glob = false;
    bool is_public = false;
    friend bool operator==(const Import&, const Import&) = default;
};

/// Names declared directly in a file, module or function body, and its imports.
struct ScopeNames {
    using Key = ItemId;
    struct Value {
        std::unordered_map<Name, std::vector<ItemId>> names;
        std::vector<Import> imports;
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "altru_scope";
    static Value compute(QueryContext&, const Key&);
};

/// Names of the locals that the statements of a script body bind at top level: functions may not use them.
struct ScriptLocals {
    using Key = ItemId;  // File
    using Value = std::vector<std::pair<Name, uint32_t>>;
    static constexpr const char* name = "altru_script_locals";
    static Value compute(QueryContext&, const Key&);
};

/// The functions that a method call by name may mean, of all files. It is another one whenever a method comes or goes:
/// bodies ask MethodsOf.
struct MethodIndex {
    using Key = NoKey;
    struct Candidate {
        ItemId parent;  // Impl (inherent) or Trait
        ItemId function;
        friend bool operator==(const Candidate&, const Candidate&) = default;
    };
    struct Value {
        std::unordered_map<Name, std::vector<Candidate>> by_name;
        std::map<std::pair<Name, TypeHead>, std::vector<uint32_t>> by_head;  ///< of `by_name`; traits fit any type
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "altru_methods";
    static Value compute(QueryContext&, const Key&);
};

struct MethodsNamed {
    using Key = Name;
    using Value = std::vector<MethodIndex::Candidate>;
    static constexpr const char* name = "altru_methods_named";
    static Value compute(QueryContext&, const Key&);
};
/// Those that may be a method of a type, in file order; of the head 0 all.
struct MethodsOf {
    using Key = std::pair<Name, TypeHead>;
    using Value = std::vector<MethodIndex::Candidate>;
    static constexpr const char* name = "altru_methods_of";
    static Value compute(QueryContext&, const Key&);
};

/// Whose modules the files are: every `mod name` without a body, by the file that holds its content.
struct FileModules {
    using Key = NoKey;
    using Value = std::unordered_map<FileId, std::vector<ItemId>>;
    static constexpr const char* name = "altru_file_modules";
    static Value compute(QueryContext&, const Key&);
};

enum class Want : uint8_t { Any, Type, Value };

/// The file, module or function whose scope holds an item's names (the item itself when it is one).
ItemId enclosing_scope(ItemId item);
/// A name declared in or imported into one scope, outer scopes not asked. None when there is none.
ItemId lookup_in_scope(QueryContext&, ItemId scope, Name name, Want want);
/// A name as code inside `scope` sees it: enclosing scopes, then the prelude, then the standard modules.
ItemId lookup_name(QueryContext&, ItemId scope, Name name, Want want);
/// Whether a `use` around `scope` wants to bring this name in and finds nothing, which has been reported there.
bool is_import_missing(QueryContext&, ItemId scope, Name name);
/// A member of a module, file or enum by name.
ItemId lookup_member(QueryContext&, ItemId container, Name name, Want want);
/// The names visible in `scope` that may be meant by a mistyped one.
std::vector<std::string> visible_names(QueryContext&, ItemId scope, std::string_view mistyped);
/// The same in what every file has: the public items of core, its public imports, and `Some None Ok Err`.
ItemId in_prelude(QueryContext&, Name name, Want want);
/// `mod name` whose file is not there, which is reported where it stands.
bool is_without_file(QueryContext&, ItemId module);
/// The file of `mod name` without a body, or the module itself.
ItemId module_contents(QueryContext&, ItemId module);

// ---- visibility (visibility.cpp) ----

/// The scope around one; around a file, the one that declares it as its module. None: there is none.
ItemId outer_scope(QueryContext&, ItemId scope);
/// `scope` is the module, or lies inside of it, also across files.
/// Whether a `mod` of `contents` in `scope` makes a file a part of itself, and is the one to be blamed for it.
bool closes_circle(QueryContext&, ItemId scope, ItemId contents);
bool is_inside(QueryContext&, ItemId scope, ItemId module);
/// Whether code in `scope` may name what `container` knows as `name`: it is inside, or the name is let out by `pub`.
bool lets_out(QueryContext&, ItemId container, Name name, ItemId member, ItemId scope);
/// The same for fields and functions of a type. Where a struct, actor or impl marks some with `pub`, the others are
/// private to its module; where it marks none, all are as visible as the type.
bool may_use_member(QueryContext&, ItemId member, ItemId scope);
std::string private_message(ItemId item, std::string_view name);
/// Why `super` is nothing in a file that no other declares.
std::string no_outer_module(ItemId item);

struct PathResolution {
    ItemId item = ItemId::None;    // what the resolved prefix names
    size_t resolved = 0;           // segments used
    std::vector<ItemId> steps;     // per resolved segment
    std::optional<size_t> hidden;  // the first segment that its module does not let out
};
/// Resolves as many segments as name modules, items and variants; associated functions are left to the caller.
PathResolution resolve_path(QueryContext&, ItemId scope, const std::vector<Name>& segments, Want want);

bool is_type_item(ItemKind kind);

}  // namespace braid::altru_semantics
