#pragma once
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "analyzer/semantics/body.h"
#include "analyzer/syntax/kind.h"

namespace braid {

class QueryContext;
class SyntaxNode;
class SyntaxToken;
class SyntaxTree;
struct EditingRules;
struct Grammar;

/// One declaration found in a file: what FileItems lists, in source order, parents before children; the first is the
/// file itself. Positions change with every edit above; only rendering and the editor read them.
struct ItemEntry {
    ItemId item = ItemId::None;
    uint32_t node = 0;       // preorder index in the file's tree (syntax/tree.h element_at)
    uint32_t name_node = 0;  // of the identifier token; equal to `node` when there is none
    bool is_public = true;
    bool owns_syntax =
        false;  // File, functions, types, impls…: has an ItemSyntax; fields and variants use the parent's
    friend bool operator==(const ItemEntry&, const ItemEntry&) = default;
};

/// One declaration in a piece of a file, as its text says it: nothing in it depends on where the piece stands.
struct DeclaredItem {
    static constexpr uint32_t kNoParent = 0xffffffff;
    ItemKind kind{};
    Name name;
    uint32_t parent = kNoParent;  ///< index in the piece's list; none: the file
    uint32_t node = 0;            ///< below the piece
    uint32_t name_node = 0;       ///< of the identifier token; equal to `node` when there is none
    bool is_public = true;
    bool owns_syntax = false;
};

/// Answers both languages give about an item; each is the compute function of the query of the same name in
/// semantics/queries.h and may ask other queries through the context.
struct Language {
    std::string_view name;            // "altru"
    std::string_view file_extension;  // ".altru"
    std::string_view line_comment;    // "#"
    bool errors_are_exceptions;       // run-time errors are thrown values that a program may catch
    bool imports_run;                 // the top level of what a file imports runs, before its own
    bool has_any = false;             // a type that follows from itself is `any`, looked at as the program runs
    std::string_view prelude;  // path of the stdlib file whose public items every file sees: "std:altru/core.altru"

    const Grammar& (*grammar)();
    /// What is declared in `piece`, a child of the root of a file's tree; in source order, parents before children.
    std::vector<DeclaredItem> (*declared_items)(FileId file, const SyntaxNode& piece);
    /// Paths of the files that this one names (`mod name`, `import … from "./m.velox"`), beside `path`.
    std::vector<std::string> (*imported_paths)(std::string_view path, const SyntaxTree& tree);
    SyntaxKind identifier, import;  ///< of a name's token; of what brings in names of other files
    /// Whether such a child of a file's root may name another file.
    bool (*may_import)(SyntaxKind kind);

    FunctionSignature (*function_signature)(QueryContext&, ItemId function);
    TypeDefinition (*type_definition)(QueryContext&, ItemId type);
    ImplInfo (*impl_info)(QueryContext&, ItemId impl);
    Type (*value_type)(QueryContext&, ItemId constant_or_static_or_alias);  // TypeAlias: its target
    Body (*body)(QueryContext&,
                 ItemId item);  // function, script (File), static/constant initializer, contract clauses of a type
    std::vector<ItemDiagnostic> (*item_diagnostics)(QueryContext&, ItemId item);  // of declarations (not of bodies)

    // Printing in the language's own spelling.
    std::string (*print_type)(Type type);
    std::string (*print_signature)(QueryContext&, ItemId item);  // for hover: one declaration line
    std::string (*documentation)(QueryContext&, ItemId item);    // of its doc comment, marks removed

    /// What a name of a type, bound or import stands for, in the text of `owner` but outside of bodies (what names in
    /// bodies mean is in Body::resolutions); None: unknown, or not such a place. `name` is a token of the file's tree.
    ItemId (*declared_name)(QueryContext&, ItemId owner, const SyntaxToken& name) = nullptr;

    const EditingRules* editing = nullptr;  ///< what the editor features ask (semantics/editing.h)
};

/// A standard module's source, embedded in the program (stdlib/stdlib.h).
struct StandardFile {
    std::string_view path;  // "std:altru/sync.altru"
    std::string_view text;
};

/// The languages made known at start-up by the program (cli/, lsp/, tests): `{&altru_language, &velox_language}`.
void register_languages(std::span<const Language* const> languages);
const Language* language_of_path(std::string_view path);  // by extension; null: not ours
const Language& language_of(ItemId item);                 // by its file

}  // namespace braid
