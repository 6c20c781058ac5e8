#include "analyzer/semantics/altru/language.h"

#include "analyzer/semantics/altru/builder.h"
#include "analyzer/semantics/altru/editing.h"
#include "analyzer/semantics/altru/items.h"

namespace braid {

const Language altru_language{
    .name = "altru",
    .file_extension = ".altru",
    .line_comment = "#",
    .errors_are_exceptions = false,
    .imports_run = false,
    .prelude = "std:altru/core.altru",
    .grammar = altru::grammar,
    .declared_items = altru_semantics::declared_items,
    .imported_paths = altru_semantics::imported_paths,
    .identifier = altru::raw(altru::Kind::Identifier),
    .import = altru::raw(altru::Kind::UseDecl),
    .may_import = [](SyntaxKind kind) { return kind == altru::raw(altru::Kind::ModDecl); },
    .function_signature = altru_semantics::function_signature,
    .type_definition = altru_semantics::type_definition,
    .impl_info = altru_semantics::impl_info,
    .value_type = altru_semantics::value_type,
    .body = altru_semantics::body,
    .item_diagnostics = altru_semantics::item_diagnostics,
    .print_type = altru_semantics::print_type,
    .print_signature = altru_semantics::print_signature,
    .documentation = altru_semantics::documentation,
    .declared_name = altru_semantics::declared_name,
    .editing = &altru_semantics::editing_rules,
};

}  // namespace braid
