#include "analyzer/syntax/velox/parser.h"

namespace braid::velox {

Kind Parser::import_declaration() {
    bump();
    if (at(Kind::TypeKw) && kind(1) != Kind::FromKw && kind(1) != Kind::Comma) bump();
    if (!at(Kind::StringLiteral)) {
        import_clause();
        if (!expect(Kind::FromKw, "write `import { name } from \"./file.velox\"`")) {
            skip_statement_rest();
            return Kind::ImportDecl;
        }
    }
    module_path(true);
    semicolon("import");
    return Kind::ImportDecl;
}

/// `x`   `{ a, b as c }`   `* as n`   `x, { a }`
void Parser::import_clause() {
    auto mark = builder_.mark();
    if (at_name()) {
        bump_as(Kind::Identifier);
        finish(mark, Kind::DefaultImport);
        if (!accept(Kind::Comma)) return;
        mark = builder_.mark();
    }
    if (accept(Kind::Star)) {
        if (expect(Kind::AsKw, "write `import * as name from …`")) expect_name("the name of the module");
        finish(mark, Kind::NamespaceImport);
    } else if (at(Kind::LeftBrace)) {
        Braces braces = open_braces("import");
        comma_list({.close = Kind::RightBrace,
                    .element_name = "name",
                    .what = "import",
                    .starts = &Parser::starts_specifier,
                    .element = &Parser::import_specifier,
                    .ends_at_line = true,
                    .braces = &braces},
                   braces.opener);
        finish(mark, Kind::NamedImports);
    } else {
        error_here(DiagnosticCode::ExpectedName,
                   "expected what to import: `{ name }`, `name` or `* as name`, " + found());
    }
}

bool Parser::starts_specifier() {
    if (at(Kind::FromKw) && kind(1) == Kind::StringLiteral) return false;  // the `}` before it is missing
    return at_word() || at(Kind::StringLiteral);
}

/// `a`   `a as b`; of imports and exports.
void Parser::import_specifier() {
    auto mark = builder_.mark();
    if (at(Kind::TypeKw) && at_name(1) && kind(1) != Kind::AsKw) bump();
    bump_as(at(Kind::StringLiteral) || at(Kind::DefaultKw) ? kind() : Kind::Identifier);
    if (at(Kind::AsKw)) {
        bump();
        auto alias = builder_.mark();
        if (starts_specifier()) bump_as(at(Kind::StringLiteral) || at(Kind::DefaultKw) ? kind() : Kind::Identifier);
        else error_here(DiagnosticCode::ExpectedName, "expected the new name after `as`, " + found());
        finish(alias, Kind::ImportAlias);
    }
    finish(mark, Kind::ImportSpecifier);
}

void Parser::module_path(bool needed) {
    if (accept(Kind::StringLiteral)) return;
    if (!needed) return;
    error_here(DiagnosticCode::ExpectedToken,
               "expected the path of a module in quotes, like \"./file.velox\", " + found());
    if (!at_statement_end()) skip_statement_rest();
}

/// `export { a } [from "m"]`   `export * [as n] from "m"`
Kind Parser::export_list() {
    bump();
    if (at(Kind::TypeKw)) bump();
    if (accept(Kind::Star)) {
        if (at(Kind::AsKw)) {
            bump();
            auto alias = builder_.mark();
            expect_name("the name of the module");
            finish(alias, Kind::ImportAlias);
        }
        if (expect(Kind::FromKw, "write `export * from \"./file.velox\"`")) module_path(true);
    } else {
        Braces braces = open_braces("export");
        comma_list({.close = Kind::RightBrace,
                    .element_name = "name",
                    .what = "export",
                    .starts = &Parser::starts_specifier,
                    .element = &Parser::import_specifier,
                    .ends_at_line = true,
                    .braces = &braces},
                   braces.opener);
        if (at(Kind::FromKw)) {
            bump();
            module_path(true);
        }
    }
    semicolon("export");
    return Kind::ExportDecl;
}

}  // namespace braid::velox
