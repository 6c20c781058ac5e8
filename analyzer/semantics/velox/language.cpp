#include "analyzer/semantics/velox/language.h"

#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/editing.h"
#include "analyzer/semantics/velox/items.h"

namespace braid::velox_semantics {

const Language language = {
    .name = "velox",
    .file_extension = ".velox",
    .line_comment = "//",
    .errors_are_exceptions = true,
    .imports_run = true,
    .has_any = true,
    .prelude = "std:velox/core.velox",
    .grammar = ast::grammar,
    .declared_items = declared_items,
    .imported_paths = imported_paths,
    .identifier = raw(Kind::Identifier),
    .import = raw(Kind::ImportDecl),
    .may_import =
        [](SyntaxKind kind) { return to_kind(kind) == Kind::ImportDecl || to_kind(kind) == Kind::ExportDecl; },
    .function_signature = function_signature,
    .type_definition = type_definition,
    .impl_info = impl_info,
    .value_type = value_type,
    .body = build_body,
    .item_diagnostics = item_diagnostics,
    .print_type = print_type,
    .print_signature = print_signature,
    .documentation = documentation,
    .declared_name = declared_name,
    .editing = &editing_rules,
};

}  // namespace braid::velox_semantics
