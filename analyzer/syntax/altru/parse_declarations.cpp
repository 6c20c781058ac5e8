#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "analyzer/syntax/altru/parser.h"

namespace braid::altru {

namespace {

bool begins_declaration(Kind kind) {
    switch (kind) {
        case Kind::FnKw:
        case Kind::StructKw:
        case Kind::EnumKw:
        case Kind::TraitKw:
        case Kind::ImplKw:
        case Kind::ActorKw:
        case Kind::TypeKw:
        case Kind::ConstKw:
        case Kind::StaticKw:
        case Kind::ModKw:
        case Kind::UseKw:
        case Kind::PubKw:
        case Kind::AsyncKw: return true;
        default: return false;
    }
}

}  // namespace

/// A declaration's keyword, as opposed to a closure (`fn(`) or a path (`async::spawn`).
bool Parser::at_declaration() {
    if (at(Kind::LeftBracket)) return at_attributes();
    if (!begins_declaration(visible_)) return false;
    if (at(Kind::PubKw)) return true;
    Token next = peek();
    if (next.kind == Kind::ColonColon) return false;
    if (at(Kind::AsyncKw)) {
        if (next.kind == Kind::Identifier) {
            std::string_view word = text_.substr(next.text_begin(), next.length);
            return word == "def" || word == "func" || word == "function" || word == "fun";
        }
        if (next.kind != Kind::FnKw) return false;
        next = peek_after(next);
    } else if (!at(Kind::FnKw)) {
        return true;
    }
    return next.kind != Kind::LeftParen && !next.first_on_line;
}

/// `[name, name(…)]` on a line of its own above a declaration.
bool Parser::at_attributes() {
    Token token = peek();
    if (token.kind != Kind::Identifier || token.first_on_line || !token_.first_on_line) return false;
    int depth = 1;
    for (int i = 0; depth > 0; ++i) {
        if (i == 1000) return false;
        token = peek_after(token);
        if (token.kind == Kind::EndOfFile) return false;
        if (token.kind == Kind::LeftBracket || token.kind == Kind::LeftParen) ++depth;
        if (token.kind == Kind::RightBracket || token.kind == Kind::RightParen) --depth;
        // A list expression may be long; attributes are names, numbers and strings.
        if (depth == 1 && (token.kind == Kind::Dot || token.kind == Kind::Semicolon)) return false;
    }
    token = peek_after(token);
    // `[x]` may be the last line of a body, too, with the next declaration further left.
    return token.first_on_line && !deeper(token_.column, token.column) &&
           (begins_declaration(token.kind) || token.kind == Kind::LeftBracket);
}

void Parser::attribute_lists() {
    Column own = line_;
    while (at(Kind::LeftBracket)) {
        bool closed = attribute_list();
        if (closed && at(LineEnd) && token_.column == own &&
            (begins_declaration(token_.kind) || token_.kind == Kind::LeftBracket || token_.kind == Kind::Identifier))
            accept_line();
    }
}

/// False when it is not closed.
bool Parser::attribute_list() {
    Mark mark = builder_.mark();
    Elements elements = bracketed(Kind::LeftBracket, Kind::RightBracket, {"an attribute", &Parser::attribute});
    builder_.finish(mark, raw(Kind::AttributeList));
    return elements.closed;
}

void Parser::attribute() {
    Mark mark = builder_.mark();
    if (!at(Kind::Identifier)) {
        expected(DiagnosticCode::ExpectedName, "the name of an attribute");
        return;
    }
    bump();
    if (at(Kind::LeftParen)) {
        Mark arguments = builder_.mark();
        bracketed(Kind::LeftParen, Kind::RightParen, {"an argument", &Parser::attribute_argument});
        builder_.finish(arguments, raw(Kind::AttributeArgumentList));
    }
    builder_.finish(mark, raw(Kind::Attribute));
}

/// `Clone`, `use-after-move`, `capacity = 8`
void Parser::attribute_argument() {
    Mark mark = builder_.mark();
    while (at_name_or_keyword() || at(Kind::Minus)) bump_as(at(Kind::Minus) ? Kind::Minus : Kind::Identifier);
    if (builder_.empty_since(mark)) expression();
    else if (eat(Kind::Equal)) expression();
    if (!builder_.empty_since(mark)) builder_.finish(mark, raw(Kind::AttributeArgument));
}

void Parser::declared_name(std::string_view what) {
    if (at(Kind::Identifier)) {
        bump();
    } else if (is_keyword(visible_) && !begins_declaration(visible_)) {
        error_here(DiagnosticCode::ExpectedName,
                   fmt::format("`{}` is a reserved word and cannot name {}", token_text(), what));
        skip_token();
    } else {
        expected(DiagnosticCode::ExpectedName, fmt::format("the name of {}", what));
    }
}

/// [attributes] [pub] and a declaration's keyword; members that are no declarations elsewhere are `member`'s business.
void Parser::declaration(Unit& unit) {
    attribute_lists();
    Column header = line_;
    visibility();
    if (foreign_type_declaration(unit)) return;
    switch (visible_) {
        case Kind::AsyncKw:
        case Kind::FnKw: function_rest(header); return finish(unit, Kind::FunctionDecl);
        case Kind::StructKw:
        case Kind::ActorKw: {
            const bool actor = at(Kind::ActorKw);
            {
                HeaderScope scope(*this);  // it ends before the unit does, which keeps what is said
                bump();
                declared_name(actor ? "an actor" : "a struct");
                generic_parameters();
                inheritance();
                where_clause();
                const bool braces = at_braces(header);
                scope.ends(braces);
                if (actor || braces || !at_statement_end() || (at(LineEnd) && begins_line_of_block(&header)))
                    list_block(header, actor ? "the actor's name" : "the struct's name", members_, Kind::MemberList);
            }
            return finish(unit, actor ? Kind::ActorDecl : Kind::StructDecl);
        }
        case Kind::EnumKw:
            bump();
            declared_name("an enum");
            generic_parameters();
            where_clause();
            list_block(header, "the enum's name", variants_, Kind::MemberList);
            return finish(unit, Kind::EnumDecl);
        case Kind::TraitKw: trait_rest(header); return finish(unit, Kind::TraitDecl);
        case Kind::ImplKw: impl_rest(header); return finish(unit, Kind::ImplDecl);
        case Kind::TypeKw: alias_rest(); return finish(unit, Kind::TypeAliasDecl);
        case Kind::ConstKw: constant_rest("a constant", true); return finish(unit, Kind::ConstDecl);
        case Kind::StaticKw: constant_rest("a static", true); return finish(unit, Kind::StaticDecl);
        case Kind::ModKw:
            bump();
            declared_name("a module");
            if (at_braces(header) || at(Kind::Colon))
                list_block(header, "the module's name", members_, Kind::MemberList);
            return finish(unit, Kind::ModDecl);
        case Kind::UseKw:
            bump();
            use_tree();
            return finish(unit, Kind::UseDecl);
        default:
            expected(DiagnosticCode::SyntaxError, "a declaration");
            if (!at_statement_end()) skip_line();
            return finish(unit, Kind::Error);
    }
}

/// [async] fn name [generics] (parameters) [-> type] [where …] [: block]
void Parser::function_rest(const Column& header) {
    if (eat(Kind::AsyncKw) && at(Kind::Identifier)) {
        header_ = &before_header_;
        habit(token_.range(), "a function is declared with `fn`", "write `fn`", {{token_.range(), "fn"}});
        header_ = nullptr;
        token_.kind = Kind::FnKw;
        show();
    }
    if (!expect(Kind::FnKw, "to begin a function")) {
        if (!at_statement_end()) skip_line();
        return;
    }
    signature_rest(header);
}

/// `name(a: T…` or `name(): …` as a statement: a function whose `fn` is missing. Looks at bytes, because every call
/// that is a statement comes by.
bool Parser::at_function_without_fn() {
    constexpr size_t MaxHeader = 400;
    if (!at(Kind::Identifier) || text_.substr(token_.end(), 1) != "(") return false;
    size_t at = token_.end() + 1;
    auto byte = [&] { return at < text_.size() ? text_[at] : '\0'; };
    auto spaces = [&] {
        while (byte() == ' ') ++at;
    };
    bool header;
    if (byte() == ')') {
        ++at;
        spaces();
        header = byte() == ':' || (byte() == '-' && text_.substr(at, 2) == "->");
    } else {
        size_t name = at;
        while (byte() == '_' || std::isalnum(static_cast<unsigned char>(byte()))) ++at;
        bool self = text_.substr(name, at - name) == "self";
        spaces();
        header =
            at > name && ((byte() == ':' && text_.substr(at, 2) != "::") || (self && (byte() == ',' || byte() == ')')));
    }
    if (header) {  // so far; a call has no `:` at the end of its line
        at = std::min({text_.substr(0, at + MaxHeader).find('\n', at), text_.size(), at + MaxHeader});
        std::string_view line = text_.substr(0, at);
        size_t last = line.find_last_not_of(" \r\t");
        header = last != std::string_view::npos && line[last] == ':';
    }
    builder_.looked_at(uint32_t(at) + 2);
    return header;
}

void Parser::function_without_fn(Unit& unit) {
    Column header = unit.begin;
    error_here(DiagnosticCode::ExpectedToken,
               fmt::format("expected `fn` before the name of the function `{}`", token_text()));
    signature_rest(header);
    finish(unit, Kind::FunctionDecl);
}

/// What follows `fn`.
void Parser::signature_rest(const Column& header) {
    HeaderScope scope(*this);
    declared_name("a function");
    generic_parameters();
    if (at(Kind::LeftParen)) {
        parameters();
    } else {
        expected(DiagnosticCode::ExpectedToken, "`(` and the parameters of the function");
        if (!at_statement_end() && !(at(Kind::Colon) && peek().kind == LineEnd)) return skip_line();
    }
    result_type();
    where_clause();
    const bool braces = at_braces(header);
    scope.ends(braces);
    if (braces || at(Kind::Colon) || !at_statement_end() || (at(LineEnd) && begins_line_of_block(&header)))
        block(header, "the function's signature", Contracts::Function);
}

/// -> type; other languages write `: type`, `=> type` or only the type.
void Parser::result_type() {
    if (eat(Kind::Arrow)) return type();
    bool colon = at(Kind::Colon) && colon_before_result();
    bool fat = at(Kind::FatArrow);
    bool bare = at_type() && !at(Kind::AmpAmp);
    if (!colon && !fat && !bare) return;
    TextRange range = token_.range();
    if (bare)
        habit(range, "the type of the result follows a `->`", "write `->`", {{{range.begin, range.begin}, "-> "}});
    else habit(range, "the type of the result follows a `->`", "write `->`", {{range, colon ? " ->" : "->"}});
    if (!bare) skip_token();
    type();
}

/// `: T:` or `: T {`, as opposed to the `:` of a body on the same line.
bool Parser::colon_before_result() {
    Token token = peek_after(token_);
    if (token.kind != Kind::Identifier || token.first_on_line) return false;
    for (int i = 0; i < 64; ++i, token = peek_after(token)) {
        switch (token.kind) {
            case Kind::Identifier:
            case Kind::LeftBracket:
            case Kind::RightBracket:
            case Kind::Less:
            case Kind::Greater:
            case Kind::Comma:
            case Kind::Pipe:
            case Kind::ColonColon: continue;
            case Kind::Colon:
            case Kind::LeftBrace: return peek_after(token).first_on_line;
            default: return false;
        }
    }
    return false;
}

void Parser::parameters() {
    Mark mark = builder_.mark();
    bracketed(Kind::LeftParen, Kind::RightParen, {"a parameter", &Parser::parameter});
    builder_.finish(mark, raw(Kind::ParameterList));
}

/// `self`, `mut self`, `&self`, `&mut self`, `&'a self`, `move self`
bool Parser::at_self_parameter() {
    if (at(Kind::SelfKw)) return true;
    if (!at(Kind::Amp) && !at(Kind::MutKw) && !at(Kind::MoveKw)) return false;
    Token next = peek();
    if (at(Kind::Amp) && next.kind == Kind::Lifetime) next = peek_after(next);
    if (at(Kind::Amp) && next.kind == Kind::MutKw) next = peek_after(next);
    return next.kind == Kind::SelfKw;
}

void Parser::self_parameter() {
    Mark mark = builder_.mark();
    while (!at(Kind::SelfKw)) bump();
    bump();
    builder_.finish(mark, raw(Kind::SelfParameter));
}

/// [mut] name ":" type [ "=" default ]
void Parser::parameter() {
    if (at_self_parameter()) return self_parameter();
    Mark mark = builder_.mark();
    foreign_modifiers();
    if (!at_pattern()) {
        expected(DiagnosticCode::ExpectedName, "a parameter");
        return;
    }
    uint32_t begin = token_.text_begin();
    if (name_before_type()) {
        pattern_of_kind();
        type();
        typed_name({begin, position()});
    } else {
        pattern_operand();
        if (!builder_.empty_since(mark) && to_kind(builder_.last_kind()) == Kind::TypedPattern)
            typed_name({begin, position()});
    }
    if (at(Kind::Question) && peek().kind == Kind::Colon) {
        habit(token_.range(), "what may be left off has a default: `name: T = value`");
        skip_token();
    }
    if (eat(Kind::Colon)) type();
    if (at(Kind::Equal)) {
        HeaderHabits* outer = std::exchange(header_, nullptr);  // its parts may be taken over from the tree before
        bump();
        expression();
        header_ = outer;
    }
    builder_.finish(mark, raw(Kind::Parameter));
}

void Parser::closure_parameter() {
    Mark mark = builder_.mark();
    if (!at_pattern() || at(Kind::Pipe)) {
        expected(DiagnosticCode::ExpectedName, "a parameter");
        return;
    }
    pattern_operand();
    if (eat(Kind::Colon)) annotation_type();
    builder_.finish(mark, raw(Kind::Parameter));
}

/// False when they are not closed.
bool Parser::closure_parameters() {
    Mark mark = builder_.mark();
    const Elements elements = bracketed(Kind::Pipe, Kind::Pipe, {"a parameter", &Parser::closure_parameter});
    builder_.finish(mark, raw(Kind::ParameterList));
    return elements.closed;
}

void Parser::generic_parameters() {
    if (!at(Kind::LeftBracket)) {
        if (at(Kind::Less) && token_.trivia == 0) angle_parameters();
        return;
    }
    Mark mark = builder_.mark();
    bracketed(Kind::LeftBracket, Kind::RightBracket, {"a type parameter", &Parser::generic_parameter});
    builder_.finish(mark, raw(Kind::GenericParameterList));
}

void Parser::generic_parameter() {
    Mark mark = builder_.mark();
    if (at(Kind::Lifetime)) {
        bump();
    } else if (at(Kind::Identifier)) {
        bump();
        if (eat(Kind::Colon)) type_bounds();
        if (eat(Kind::Equal)) type();
    } else {
        expected(DiagnosticCode::ExpectedName, "the name of a type parameter");
        return;
    }
    builder_.finish(mark, raw(Kind::GenericParameter));
}

/// where type: bounds {, type: bounds}; may stand on the next line, as may what follows a comma
void Parser::where_clause() {
    if (at(LineEnd) && token_.kind == Kind::WhereKw) accept_line();
    if (!at(Kind::WhereKw)) return;
    Mark mark = builder_.mark();
    bump();
    do {
        if (at(LineEnd) && token_.kind == Kind::Identifier) accept_line();
        Mark predicate = builder_.mark();
        if (!at_type()) {
            expected(DiagnosticCode::ExpectedType, "a type after `where`");
            break;
        }
        type();
        if (expect(Kind::Colon, "and the traits the type must have")) type_bounds();
        builder_.finish(predicate, raw(Kind::WherePredicate));
    } while (eat(Kind::Comma));
    builder_.finish(mark, raw(Kind::WhereClause));
}

/// trait name [generics] [: bounds] [where …] : members
void Parser::trait_rest(const Column& header) {
    HeaderScope scope(*this);
    bump();
    declared_name("a trait");
    generic_parameters();
    if (at(Kind::Colon)) {
        Token next = peek();
        if (next.kind == Kind::Identifier && !next.first_on_line) {
            bump();
            type_bounds();
        }
    }
    where_clause();
    scope.ends(at_braces(header));
    // A marker has no members and needs no `:`.
    if (!at_statement_end() || (at(LineEnd) && begins_line_of_block(&header)))
        list_block(header, "the trait's name", members_, Kind::MemberList);
}

/// impl [generics] type : members, impl [generics] trait for type : members
void Parser::impl_rest(const Column& header) {
    bump();
    generic_parameters();
    if (at_type()) type();
    else expected(DiagnosticCode::ExpectedType, "the type to implement methods for");
    if (eat(Kind::ForKw)) type();
    where_clause();
    list_block(header, "the type", members_, Kind::MemberList);
}

/// const NAME [: type] = value
void Parser::constant_rest(std::string_view what, bool needs_value) {
    bump();
    if (at(Kind::MutKw)) {
        habit(token_.range(),
              fmt::format("{} cannot be `mut`; share what changes through a `static` with a lock or an atomic", what),
              "remove `mut`", {{{token_.text_begin(), peek().text_begin()}, ""}});
        skip_token();
    }
    declared_name(what);
    if (eat(Kind::Colon)) type();
    if (at(Kind::Equal)) {
        bump();
        continue_line(false);
        expression();
    } else if (needs_value) {
        expected(DiagnosticCode::ExpectedToken, fmt::format("`=` and the value of {}", what));
    }
}

/// type name [generics] [: bounds] [= type]
void Parser::alias_rest() {
    bump();
    declared_name("a type");
    generic_parameters();
    if (eat(Kind::Colon)) type_bounds();
    if (eat(Kind::Equal)) {
        continue_line(false);
        type();
    }
}

/// a::b, a::b as c, a::{b, c as d}, a::*
void Parser::use_tree() {
    Nesting nesting(*this);
    if (!nesting) return;
    Mark mark = builder_.mark();
    bool more = true;
    while (more) {
        more = false;
        if (at_name_or_keyword()) {
            bump_as(at(Kind::SelfKw) || at(Kind::SuperKw) ? visible_ : Kind::Identifier);
            more = eat(Kind::ColonColon);
        } else if (at(Kind::Star)) {
            bump();
        } else if (at(Kind::LeftBrace)) {
            Mark group = builder_.mark();
            bracketed(Kind::LeftBrace, Kind::RightBrace, {"a name to use", &Parser::use_tree});
            builder_.finish(group, raw(Kind::UseGroup));
        } else {
            expected(DiagnosticCode::ExpectedName, "a name to use");
        }
    }
    if (eat(Kind::AsKw)) declared_name("the import");
    if (!builder_.empty_since(mark)) builder_.finish(mark, raw(Kind::UseTree));
}

}  // namespace braid::altru
