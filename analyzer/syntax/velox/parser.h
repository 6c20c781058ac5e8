#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "analyzer/syntax/builder.h"
#include "analyzer/syntax/velox/foreign.h"
#include "analyzer/syntax/velox/lexer.h"
#include "analyzer/syntax/velox/token_scan.h"

namespace braid::velox {

/// Recursive descent over the tokens of one text, pushing the tree bottom-up into a GreenBuilder. The rules are in
/// parse_*.cpp, one file per group of constructs; each is named after the node it makes.
///
/// - A rule that may fail to find anything returns false and has reported it.
/// - What a re-parse takes over as a whole (a *unit*: statements, members, arms, blocks, object and array literals) is
///   parsed with no state but `context()`: Flags are reset at every bracket.
/// - Speculation never nests: type arguments and parameters are tried once per place, failures are remembered, and
///   where a parenthesis closes is looked up in `ParenMatches`. So parsing stays linear.
class Parser {
  public:
    Parser(std::string_view text, ReuseCursor* reuse);
    GreenRef source_file();

  private:
    struct alignas(32) Token : LexedToken {  // so that finding one takes no multiplication
        uint32_t begin = 0;                  ///< of its own text
        uint32_t end() const { return begin + length; }
    };

    /// What surrounds an expression inside one pair of brackets.
    struct Flags {
        bool no_in = false;           ///< head of a `for`: `in` ends the expression
        bool in_conditional = false;  ///< between `?` and `:`: `(x): …` is no arrow function with a result type
        bool no_arrow = false;        ///< guard or case: `=>` belongs to the arm
    };
    class FlagScope {
      public:
        FlagScope(Parser& parser, Flags flags) : parser_(parser), saved_(parser.flags_) { parser.flags_ = flags; }
        ~FlagScope() { parser_.flags_ = saved_; }
        FlagScope(const FlagScope&) = delete;
        FlagScope& operator=(const FlagScope&) = delete;

      private:
        Parser& parser_;
        Flags saved_;
    };

    /// One level of nesting; false at the limit.
    class Nested {
      public:
        explicit Nested(Parser& parser) : builder_(parser.builder_), fits_(builder_.enter()) {}
        ~Nested() { builder_.leave(); }
        Nested(const Nested&) = delete;
        Nested& operator=(const Nested&) = delete;
        explicit operator bool() const { return fits_; }

      private:
        GreenBuilder& builder_;
        bool fits_;
    };

    // ---- tokens (parser.cpp) ----
    const Token& peek(uint32_t ahead = 0) {
        if (ahead == 0 ? kind_ == NotRead : token_count_ <= ahead) fetch(ahead);
        return tokens_[(first_token_ + ahead) % MaxPeek];
    }
    void fetch(uint32_t ahead);
    Kind kind(uint32_t ahead = 0) {
        if (ahead > 0) return peek(ahead).kind;
        if (kind_ == NotRead) fetch(0);
        return kind_;
    }
    bool at(Kind k) { return kind() == k; }
    bool newline_before(uint32_t ahead = 0) { return peek(ahead).newline_before; }
    /// Identifier or contextual keyword.
    bool at_name(uint32_t ahead = 0) { return is_name(kind(ahead)); }
    /// Reserved words too.
    bool at_word(uint32_t ahead = 0) { return is_name(kind(ahead)) || is_reserved(kind(ahead)); }
    std::string_view token_text(uint32_t ahead = 0);
    bool at_text(std::string_view text) { return at(Kind::Identifier) && token_text() == text; }
    bool at_backtick();  ///< a template in backquotes
    void bump() { bump_as(kind()); }
    void bump_as(Kind kind);
    void bump_slowly(Kind kind);
    void next_token() {
        first_token_ = (first_token_ + 1) % MaxPeek;
        kind_ = --token_count_ == 0 ? NotRead : tokens_[first_token_].kind;
    }
    bool accept(Kind k) {
        if (!at(k)) return false;
        bump();
        return true;
    }
    /// The current token is meant to be of that kind.
    void read_as(Kind kind) { tokens_[first_token_].kind = kind_ = kind; }
    /// Replaces the current token by another reading of the same bytes.
    void rescan(LexedToken token);
    void forget_tokens() {
        token_count_ = 0;
        kind_ = NotRead;
    }
    uint32_t previous_end() { return builder_.position(); }
    void report_lex_error(const Token& token);

    // ---- errors and recovery (recovery.cpp) ----
    TextRange here();  ///< the current token, or the end of the previous one when it is on another line
    bool error(DiagnosticCode code, TextRange range, std::string message);
    bool error(SyntaxError error);
    /// At the current token; one that is wrong in itself is reported as that.
    bool error_here(DiagnosticCode code, std::string message);
    void hint(TextRange range, std::string message, std::string title, std::vector<TextEdit> edits);
    std::string found();  ///< "found `x`", "the file ends here"
    /// Runs `attempt`, which parses types only and tells whether it fits; what it made is kept if so and without a
    /// complaint.
    template <typename Attempt>
    bool speculate(bool keep, Attempt attempt);
    bool hopeless() const { return speculating_ && complaints_ != hopes_; }
    bool expect(Kind k, std::string_view remedy);
    bool expect_close(Kind k, TextRange opener, std::string_view what);
    bool expect_name(std::string_view what);
    bool too_deep();
    void skip_to_close();  ///< into an Error node, up to what closes the surrounding bracket or ends the statement
    void skip_statement_rest();  ///< into an Error node, up to where the next statement may begin
    void skip_token();           ///< into an Error node
    void skip_arguments();       ///< a whole `(…)`, into an Error node
    /// A hint that the current token should go, and skips it.
    void remove_word(std::string message);
    /// Brackets opened in what is skipped: their closing characters, or the quote of a template's hole.
    struct Skipped {
        std::vector<char> open;
        uint32_t braces = 0;  ///< how many of them are braces or holes
    };
    void skip_balanced(Skipped& skipped);
    bool at_outer_declaration(uint32_t column);
    bool leaves_skipped(const Skipped& skipped, uint32_t column);
    void semicolon(std::string_view after);
    bool at_statement_end();  ///< `;`, `}`, the end, or a new line

    // ---- braces (recovery.cpp) ----
    struct Braces {
        TextRange opener;
        uint32_t column = 0;  ///< indentation of the line it stands in
        uint32_t least = 0;   ///< what stands further out than this is doubtful, though it may be right
        /// Python's `:` instead of braces: what is indented further belongs to it.
        enum Colon : uint8_t { None, Reported, Silent } colon = None;
        /// What it holds is indented further, so that indentation can tell where it should end. Otherwise each
        /// declaration
        /// in it is asked about, and none is taken over without.
        bool indented = false;
        std::string_view what;
    };
    Braces open_braces(std::string_view what);
    bool at_close(const Braces& braces, bool holds_declarations = true);
    void close_braces(const Braces& braces);
    /// Called where braces and indentation disagree about what the current token belongs to.
    bool indentation_decides();
    bool misplaced_in_skipped(uint32_t column);
    /// As `indentation_of_line`; asked again for the same line it costs nothing.
    uint32_t column_of_line(uint32_t offset) const;
    struct Line {
        uint32_t begin = 1;  ///< nothing asked yet
        uint32_t asked = 0;  ///< no line ends between here and its begin
        uint32_t column = 0;
    };
    mutable Line line_;  ///< what `column_of_line` said last
    bool begins_line(const Token& token) const;

    // ---- units and lists (parser.cpp) ----
    enum class Within : uint16_t { Statements, Class, Interface, ObjectType, Object };
    struct Unit : GreenBuilder::UnitMark {
        uint32_t doubts;
    };
    static bool only_types(Within within) { return within == Within::Interface || within == Within::ObjectType; }
    uint16_t context(Within within = Within::Statements);
    static constexpr uint16_t DecidedByItself = 0x4000;  ///< context of an outermost statement with doubts inside
    bool reuse(KindPredicate elements, Within within, bool whole_chunks, bool outermost = false);
    Unit unit(Within within = Within::Statements) { return {builder_.unit(context(within)), doubts_}; }
    void finish_unit(Unit unit, Kind kind);
    void finish(const GreenBuilder::Mark& mark, Kind kind) { builder_.finish(mark, raw(kind)); }
    /// Elements between commas up to `close`. `element` parses one where `starts` holds.
    struct List {
        Kind close;
        std::string_view element_name;  ///< "an argument"
        std::string_view what;          ///< "argument list"
        bool (Parser::*starts)();
        void (Parser::*element)();
        KindPredicate reusable = nullptr;
        bool ends_at_line = false;  ///< what begins a line is after a missing bracket, not after a missing comma
        const Braces* braces = nullptr;
        Within within = Within::Statements;
    };
    void comma_list(const List& list, TextRange opener);
    bool reuse_elements(const List& list, bool* expect_comma);
    bool recover_in_types(const List& list, bool* reported);
    bool recover_in_list(const List& list, bool* reported);

    // ---- statements (parse_statements.cpp) ----
    void statement_list(const Braces* braces, bool in_switch);
    void statement();
    void outermost_statement();
    void embedded_statement(std::string_view owner);
    Kind statement_body();
    std::optional<Kind> named_statement();
    std::optional<Kind> keyword_statement();
    Kind expression_statement();
    Kind unexpected_in_statements();
    bool starts_statement();
    void block(std::string_view what);
    void condition(std::string_view keyword);
    Kind if_statement();
    void if_rest();
    void bare_for_head(Kind* made);
    void bare_catch();
    Kind for_statement();
    void for_head(Kind* kind);
    void for_parts();
    Kind while_statement();
    Kind do_statement();
    Kind switch_statement();
    void switch_case(const Braces& braces);
    void switch_values();
    Kind try_statement();
    void catch_clause();
    void catch_binding();
    Kind return_statement();
    Kind throw_statement();
    Kind jump_statement(Kind kind);
    Kind labeled_statement();

    // ---- declarations (parse_declarations.cpp) ----
    bool at_declaration();
    bool declaration_follows(uint32_t ahead);
    bool default_declaration_follows();
    Kind declaration();
    bool modifiers(bool (Parser::*is_modifier)());
    bool at_statement_modifier();
    bool at_async_function();
    bool at_member_modifier();
    bool at_parameter_modifier();
    bool at_async_modifier() { return at(Kind::AsyncKw) && kind(1) != Kind::FatArrow; }
    void decorator();
    Kind variable_declaration();
    void declarators();
    void declarator();
    void tuple_binding();
    Kind function_declaration(bool nameless);
    void function_rest(std::string_view what, Within within = Within::Class);
    void function_body();
    void class_rest(bool name_needed);
    void heritage();
    void bases_in_parentheses();
    Kind interface_declaration();
    Kind enum_declaration();
    void enum_variant();
    void payload_field();
    Kind type_alias();
    Kind import_declaration();
    void import_clause();
    void import_specifier();
    void module_path(bool needed);
    Kind export_list();
    void type_parameters();
    void type_parameter();
    void parameters();
    void parameter();
    void type_annotation();
    void initializer();
    bool starts_variant() { return at_word() || at(Kind::StringLiteral); }
    bool starts_payload() { return starts_type(); }
    bool starts_specifier();
    bool starts_type_parameter() { return at_name() || at(Kind::ConstKw) || at(Kind::InKw); }
    bool starts_parameter();

    // ---- members (parse_members.cpp) ----
    void members(Braces& braces, Within within);
    void member(Within within);
    Kind member_body(Within within);
    Kind method(Within within, bool has_function);
    void hint_at_method(TextRange name, uint32_t begin);
    Kind accessor(Kind kind, Within within);
    Kind field(Within within);
    Kind constructor();
    Kind index_signature();
    Kind mapped_member();
    void member_end(Within within, std::string_view after);
    bool at_property_name(uint32_t ahead = 0);
    bool at_accessor();
    void property_name();
    Kind unexpected_member(Within within);
    void object_member();
    Kind object_member_body();
    bool starts_object_member();

    // ---- expressions (parse_expressions.cpp, parse_operands.cpp) ----
    bool expression();  ///< with commas
    bool assignment_expression();
    bool binary_expression(int least);
    Kind binary_operator();
    void operator_word();
    bool unary_expression(Kind* made);
    bool type_assertion();
    bool postfix_expression(Kind* made);
    bool postfix_part(const GreenBuilder::Mark& mark, Kind* made);
    void member_access(const GreenBuilder::Mark& mark);
    bool call_with_type_arguments(const GreenBuilder::Mark& mark);
    bool conditional_tail(const GreenBuilder::Mark& mark);
    void yield_expression();
    bool starts_expression();
    bool starts_element() { return starts_expression() || at(Kind::Ellipsis); }
    bool starts_array_element() { return starts_element() || at(Kind::Comma); }
    void element();
    void array_element();
    void arguments();

    bool primary_expression(Kind* made);
    bool literal();
    bool name_expression();
    void template_expression();
    bool brace_on_line();
    void paren_expression();
    void array_expression();
    void object_expression();
    void function_expression();
    void class_expression();
    void new_expression();
    void import_expression();
    bool expected_expression();

    // ---- arrow functions (parse_arrows.cpp) ----
    bool at_arrow_function();
    bool parameters_then_arrow(uint32_t ahead);
    bool may_begin_parameters(uint32_t ahead, bool* typed);
    bool arrow_after(uint32_t parenthesis, bool typed);
    bool result_then_arrow(uint32_t after_parameters);
    bool generic_arrow_ahead();
    void arrow_function();
    uint32_t close_of(uint32_t parenthesis);  ///< end of the matching `)`; 0: none
    Kind kind_at(uint32_t offset, bool* newline, uint32_t* end = nullptr);

    // ---- types (parse_types.cpp) ----
    bool type();
    bool union_type();
    bool intersection_type();
    bool operator_type();
    bool postfix_type();
    bool type_suffix(const GreenBuilder::Mark& mark);
    bool primary_type();
    void infer_constraint();
    void template_type();
    bool paren_type();
    bool function_type_ahead();
    bool function_type(Kind kind);
    void named_type();
    void tuple_element();
    void object_type();
    void type_arguments();
    void type_argument() { type(); }
    /// `<A, B>` where an operator could stand: kept only if what follows fits.
    bool is_less_than();
    bool try_type_arguments();
    bool starts_type();
    bool starts_tuple_element() { return starts_type() || at(Kind::Ellipsis); }
    void path(std::string_view what);

    // ---- bindings and patterns (parse_patterns.cpp) ----
    bool binding(std::string_view what);
    void binding_property();
    void binding_element();
    bool starts_binding();
    bool starts_binding_property() { return at_property_name() || at(Kind::Ellipsis); }
    bool starts_binding_element() { return starts_binding() || at(Kind::Ellipsis) || at(Kind::Comma); }

    // ---- match (parse_match.cpp) ----
    bool at_match();
    void match_expression();
    void match_arm();
    void match_arm_body(bool commas);
    bool arm_pattern();
    bool pattern();
    bool primary_pattern();
    bool literal_pattern();
    void range_bound();
    void named_pattern();
    void object_pattern(const GreenBuilder::Mark& mark);
    void pattern_property();
    void array_pattern_element();
    void pattern_element() { pattern(); }
    bool starts_pattern();
    bool starts_pattern_property() { return at_property_name() || at(Kind::Ellipsis); }
    bool starts_array_pattern_element() { return starts_pattern() || at(Kind::Ellipsis); }

    // ---- habits from other languages (parse_foreign.cpp) ----
    bool foreign_follows(uint16_t next, uint32_t ahead);
    const foreign::Word* foreign_word(uint32_t ahead = 0);
    bool at_foreign_keyword(Kind as = Kind::List, uint32_t ahead = 0);
    void read_foreign_keyword();
    void hint_spelling(Kind kind, std::string message);
    std::optional<Kind> foreign_statement();
    Kind skip_foreign_statement();
    bool at_bare_declaration();
    void bare_declarator();
    int type_beside_name();
    void typed_name(int order, std::string_view what, std::string_view before = {}, bool member = false);
    Kind bare_declaration();
    Kind typed_declaration(int order);
    bool at_typed_function(uint32_t ahead);
    Kind typed_function();
    void skip_result_type();
    void bare_condition(std::string_view keyword);
    void colon_block();
    Braces open_colon();
    void close_colon(const Braces& braces);
    bool foreign_operand();
    void foreign_closure();
    void foreign_receive();
    bool foreign_not();
    Kind foreign_directive();
    bool foreign_pointer(Kind* made);
    bool join_foreign(Kind second, Kind as);
    bool foreign_module_type();
    void foreign_after_name(std::string_view name);
    std::string_view foreign_end();

    std::string_view text_;
    GreenBuilder builder_;
    ParenMatches parens_;
    /// Of the statement of the file that is being parsed: whether its braces match. Asked when they and the
    /// indentation disagree; see `indentation_decides`.
    BraceRegion region_;
    uint32_t doubts_ = 0;  ///< places where braces and indentation disagreed
    Flags flags_;
    static constexpr Kind NotRead = Kind::List;  // no token is a list
    Kind kind_ = NotRead;                        ///< of the current token: rules ask for it all the time
    static constexpr uint32_t MaxPeek = 8;
    Token tokens_[MaxPeek];
    uint32_t first_token_ = 0;
    uint32_t token_count_ = 0;
    uint32_t complaints_ = 0;  ///< errors attempted, reported or not: whether a speculation went wrong
    bool speculating_ = false;
    bool colon_begins_body_ = false;                  ///< of the function declared with `def`
    uint32_t hopes_ = 0;                              ///< complaints_ when the speculation began
    std::unordered_set<uint32_t> no_type_arguments_;  ///< where `<` was tried and is less-than
};

template <typename Attempt>
bool Parser::speculate(bool keep, Attempt attempt) {
    auto before = builder_.snapshot();
    speculating_ = true;
    hopes_ = complaints_;
    bool fits = attempt() && complaints_ == hopes_;
    speculating_ = false;
    if (keep && fits) return true;
    builder_.rewind(before);
    forget_tokens();
    return fits;
}

}  // namespace braid::velox
