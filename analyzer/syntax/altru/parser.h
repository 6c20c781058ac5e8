#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "analyzer/syntax/altru/lexer.h"
#include "analyzer/syntax/builder.h"

namespace braid::altru {

/// Whether this is a literal of one token, unlike strings.
bool is_literal(Kind kind);

/// Recursive descent over tokens with layout.
///
/// Layout. A token that stands first on its line is shown to the grammar as `LineEnd` while lines matter, until
/// `accept_line()`. Blocks set what column their lines have; brackets make line ends invisible, until a block inside of
/// them makes lines matter again. A block's lines are indented deeper than the line its header began on (`line_`).
///
/// Reuse. Statements, members, arms and list elements are units (GreenBuilder). What a unit's text means beside its
/// bytes is in its context: the column of its block or of its line, whether brackets are open around it, whether it is
/// in a contract clause. Nothing else in this class may influence how a unit is parsed.
class Parser {
  public:
    Parser(std::string_view text, ReuseCursor* reuse) : builder_(reuse), lexer_(text), text_(text) {}
    GreenRef parse_file();

  private:
    // What the grammar sees instead of a token that begins a line.
    static constexpr Kind LineEnd = Kind::Count;
    using Mark = GreenBuilder::Mark;
    using Chain = GreenBuilder::Chain;

    struct Layout {
        bool lines = true;      ///< line ends matter
        bool brackets = false;  ///< inside brackets, however deep: closers and commas end a block
        bool contract = false;  ///< inside a contract clause: `?` is no operator, `implies` and quantifiers are
        bool head = false;      ///< in the head of a statement: ` {` opens a block there, as elsewhere it would
    };
    /// Changes the layout for a scope.
    class LayoutScope {
      public:
        LayoutScope(Parser& parser, Layout layout) : parser_(parser), saved_(parser.layout_) {
            parser_.set_layout(layout);
        }
        ~LayoutScope() { parser_.set_layout(saved_); }
        LayoutScope(const LayoutScope&) = delete;
        LayoutScope& operator=(const LayoutScope&) = delete;

      private:
        Parser& parser_;
        Layout saved_;
    };
    /// One level of nesting; false at the limit, after reporting it and skipping what follows.
    class Nesting {
      public:
        explicit Nesting(Parser& parser) : parser_(parser), inside_(parser.builder_.enter()) {
            if (!inside_) parser_.too_deep();
        }
        ~Nesting() { parser_.builder_.leave(); }
        Nesting(const Nesting&) = delete;
        Nesting& operator=(const Nesting&) = delete;
        explicit operator bool() const { return inside_; }

      private:
        Parser& parser_;
        bool inside_;
    };
    /// A unit of reuse being parsed, and what its context will be made of.
    struct Unit {
        GreenBuilder::UnitMark mark;
        uint32_t blocks = 0;    ///< blocks_ at its begin
        bool is_line = false;   ///< it is a line of a block
        bool own_line = false;  ///< it began a line: nothing inside depends on another line
        Column line;
        Column begin;              ///< of the line it begins on
        bool whole_line = false;   ///< the rest of its line is its own, too
        bool misindented = false;  ///< which was reported
    };
    /// What a comma list turned out to be.
    struct Elements {
        Kind first = Kind::List;  ///< kind of the first element
        bool closed = false;
        bool many = false;  ///< two elements or a trailing comma
    };
    /// What other languages write otherwise in the header of a declaration, all of it: one message, and one fix.
    struct HeaderHabits {
        std::optional<SyntaxError> error;  ///< the first one, and what the fixes of all change
        int habits = 0;
        bool is_told = false;  ///< the first message says all of it
        uint32_t end = 0;      ///< of the header in the text
        void swap(HeaderHabits& other) { std::swap(*this, other); }
    };
    /// While a header is parsed its habits are gathered; they are told at its end, or that of its block in braces.
    class HeaderScope {
      public:
        explicit HeaderScope(Parser& parser) : parser_(parser), outer_(parser.header_) {
            own_.swap(parser.before_header_);
            parser_.header_ = &own_;
        }
        ~HeaderScope() {
            parser_.opening_ = nullptr;
            parser_.report_header(own_);
            parser_.header_ = outer_;
        }
        HeaderScope(const HeaderScope&) = delete;
        HeaderScope& operator=(const HeaderScope&) = delete;
        /// A block follows, in braces or not.
        void ends(bool braces) {
            parser_.header_ = nullptr;
            own_.end = parser_.position();
            if (braces) parser_.opening_ = &own_;
            else parser_.report_header(own_);
        }

      private:
        Parser& parser_;
        HeaderHabits own_;
        HeaderHabits* outer_;
    };
    using Rule = void (Parser::*)();
    /// What the lines of a block are. The role is part of their context: a field is no statement, not even inside a
    /// chunk of methods.
    enum class Role : uint16_t { Statement, Member, Variant, Clause };
    struct Lines {
        Role role;
        KindPredicate kinds;
        void (Parser::*element)(Unit&);
    };
    /// What the elements of a list in brackets are. The role keeps elements of one kind of list out of the others:
    /// `fn()` is a closure among values and a type among indices.
    enum class ElementRole : uint16_t { Value, Argument, Field, Index, Entry };
    struct List {
        std::string_view what;  ///< an element, as messages call it
        Rule element;           ///< parses one; makes its own unit if it is to be taken over
        KindPredicate kinds = nullptr;
        ElementRole role = ElementRole::Value;
    };
    static const List values_, arguments_, fields_, indices_, entries_;
    static const Lines statements_, members_, variants_, match_arms_, select_arms_, clauses_;

    // ---- tokens (parser.cpp) ----
    Kind kind() const { return visible_; }
    bool at(Kind kind) const { return visible_ == kind; }
    std::string_view token_text() const { return text_.substr(token_.text_begin(), token_.length); }
    bool at_word(std::string_view word) const { return at(Kind::Identifier) && token_text() == word; }
    bool at_name_or_keyword() const { return at(Kind::Identifier) || is_keyword(visible_); }
    /// The token after this one as the grammar would see it: a `LineEnd` if it begins a line that matters.
    Token peek();
    Token peek_after(const Token& token);
    void bump() { bump_as(at(LineEnd) ? token_.kind : visible_); }
    void bump_as(Kind kind);
    void report_lexical();
    void push_as(Kind kind);  ///< without lexing on
    void bump_part(Kind kind, uint32_t length);
    bool eat(Kind kind);
    bool expect(Kind kind, std::string_view where);
    void lex();
    void show();
    void set_layout(Layout layout);
    void accept_line();
    void continue_line(bool any_column);
    bool on_new_line() const { return token_.first_on_line || token_.kind == Kind::EndOfFile; }
    bool at_closer() const { return at(Kind::RightParen) || at(Kind::RightBracket) || at(Kind::RightBrace); }
    bool at_statement_end() const;
    uint32_t position() const { return builder_.position(); }

    // ---- errors (errors.cpp) ----
    /// At the current token, or after the last one when the current token begins a line.
    TextRange here() const;
    std::string found() const;
    bool error_here(DiagnosticCode code, std::string message) { return error_at(code, here(), std::move(message)); }
    bool error_at(DiagnosticCode code, TextRange range, std::string message);
    bool expected(DiagnosticCode code, std::string_view what);
    void foreign(TextRange range, std::string message, std::string title, std::string replacement);
    void skip_line();
    void skip_token();
    void skip_into_error(const Mark& begin);
    void skip_string();
    void skip_balanced();
    void too_deep();

    // ---- units and lists (blocks.cpp) ----
    Unit start_line(const Column& block, Role role);
    Unit start_element(const List& list);
    uint16_t context(const Unit& unit) const;
    uint16_t flags_context() const;
    uint16_t element_context(ElementRole role) const;
    void finish(Unit& unit, Kind kind);
    void finish(Unit& unit);
    bool reuse_lines(const Column& block, const Lines& lines);
    const GreenNode* reuse_elements(const List& list, bool& separator);
    void after_reuse(const GreenNode* node);

    bool begins_line_of_block(const Column* header) const;
    bool falls_back(const Column* header, const Column& block) const;
    bool report_indentation(const Column& block, Column& tolerated);
    Unit start_whole_line(const Column& block, Role role, Column& tolerated);
    /// The lines of a block whose header began on the line `header` (null: the file).
    void block_lines(const Column* header, const Column& block, const Lines& lines);
    void finish_line(const Unit& unit);
    void orphan_lines(const Unit& unit);
    bool line_has(Kind kind);
    bool more_on_line() const;
    void skip_lines(const Column& header);
    bool block_colon(const Column& header, std::string_view owner);

    enum class Contracts { None, Function, Loop };
    void block(const Column& header, std::string_view owner, Contracts contracts = Contracts::None);
    void statement_lines(const Column& header, Contracts contracts);
    void arrow_block(const Column& header);
    void one_line_block();
    void lines_below(const Column& header, const Lines& lines, Contracts contracts);
    /// `: lines` of things that are no statements.
    void list_block(const Column& header, std::string_view owner, const Lines& lines, Kind node);

    /// `open element, element close`
    Elements bracketed(Kind open, Kind close, const List& list);
    Elements comma_elements(Kind close, const List& list);
    bool begins_statement(const Column& line);
    bool recover_in_list(Kind close, std::string_view what, const Column& line);
    void close_bracket(bool closed, Kind close, const Token& open);

    // ---- habits of other languages (braces.cpp, habits.cpp, habits_expressions.cpp) ----
    bool at_braces(const Column& header);
    bool braces_are_block();
    void braced_lines(const Column& header, std::string_view owner, const Lines& lines, Contracts contracts,
                      std::string_view opener = ":");
    Token after_string(Token token);
    void habit(TextRange range, std::string message, std::string title = {}, std::vector<TextEdit> edits = {});
    void gather(HeaderHabits& header, SyntaxError error);
    void report_header(HeaderHabits& header);
    bool line_opens_block();
    bool habit_follows(uint16_t follow);
    bool foreign_word(Unit& unit);
    bool import_is_use();
    void foreign_line(Unit& unit, std::string_view word, std::string message, bool import);
    bool foreign_binding(Unit& unit);
    bool foreign_colon(Unit& unit, const Token& colon);
    bool foreign_names(Unit& unit);
    bool foreign_for();
    void bare_pattern();
    void names_without_parentheses(const Mark& mark, uint32_t begin);
    void tuple_value();
    void foreign_modifiers();
    bool name_before_type();
    void typed_name(TextRange range);
    void visibility();
    bool foreign_attribute(Unit& unit);
    void inheritance();
    bool foreign_type_declaration(Unit& unit);
    void foreign_type_suffix(const Mark& mark, uint32_t begin);
    bool foreign_type();
    bool rest_of_operator(const Token& first);
    bool foreign_binary(const Mark& mark, uint32_t begin, int comparison, int minimum, Chain& chain);
    bool foreign_default(const Mark& mark);
    bool at_default_operator();
    bool at_ternary();
    void value_block(const Mark& block);
    void ternary(const Mark& mark, uint32_t begin);
    void python_ternary(const Mark& mark, uint32_t begin);
    void comprehension(const Mark& mark, uint32_t begin);
    void arrow_function(const Mark& mark, uint32_t begin);
    bool foreign_postfix(const Mark& mark, Chain& chain);
    bool foreign_bang();
    bool angle_call(const Mark& mark, Chain& chain);
    void angle_indices(const Mark& mark, uint32_t begin);
    bool foreign_operand();
    bool quoted_string(char quote);
    bool foreign_name();
    bool prefixed_string();
    bool lambda();

    // ---- declarations (parse_declarations.cpp, parse_members.cpp) ----
    bool at_declaration();
    bool at_attributes();
    void attribute_lists();
    bool attribute_list();
    void attribute();
    void attribute_argument();
    void declaration(Unit& unit);
    bool at_function_without_fn();
    void function_without_fn(Unit& unit);
    void function_rest(const Column& header);
    void signature_rest(const Column& header);
    void result_type();
    bool colon_before_result();
    void parameters();
    bool closure_parameters();
    void parameter();
    void closure_parameter();
    bool at_self_parameter();
    void self_parameter();
    void generic_parameters();
    void generic_parameter();
    void where_clause();
    void type_bounds();
    void trait_rest(const Column& header);
    void impl_rest(const Column& header);
    void constant_rest(std::string_view what, bool needs_value);
    void alias_rest();
    void use_tree();
    void member(Unit& unit);
    void variant(Unit& unit);
    void payload();
    void payload_field();
    void field(Unit& unit);
    void declared_name(std::string_view what);

    // ---- contracts ----
    bool at_contract_clause(Contracts contracts);
    void contract_clause(Unit& unit);
    void contract_list(const Column& header, const Column& block, Contracts contracts);

    // ---- statements (parse_statements.cpp) ----
    void statement(Unit& unit);
    Kind statement_body();
    bool at_nameless_type();
    void nameless_type(Unit& unit);
    void stray_block(Unit& unit, std::string message);
    bool at_stray_clause();
    void stray_clause(Unit& unit);
    Kind let_statement();
    Kind let_rest(const Column& header);
    Kind expression_statement();
    Kind jump_statement();
    Kind while_statement();
    Kind for_statement();
    Kind loop_statement();
    Kind select_statement();
    Kind go_statement();
    void select_arm(Unit& unit);
    void match_arm(Unit& unit);
    void else_block(const Column& header);
    Kind assignment_rest();
    bool at_jump() const { return at(Kind::ReturnKw) || at(Kind::BreakKw) || at(Kind::ContinueKw); }

    // ---- expressions (parse_expressions.cpp, parse_operands.cpp) ----
    void expression();
    void head_expression();
    void binary(int minimum);
    bool binary_step(const Mark& mark, uint32_t begin, Chain& chain, int minimum);
    bool head_brace();
    void foreign_operator();
    void negation(const Mark& mark, bool with_try);
    void prefix(bool with_try);
    void postfix(const Mark& mark, Chain& chain, bool with_try);
    void field_access(const Mark& mark);
    void operand();
    void path_expression();
    void string_expression(char quote = '"');
    void interpolation(bool multi_line);
    void list_expression();
    void braces_expression();
    void brace_element();
    void struct_field();
    void parenthesized();
    void element_expression();
    void argument_list();
    void argument();
    void index_argument();
    void closure();
    void closure_body(const Column& header);
    void if_expression();
    bool at_else(const Column& header) const;
    bool at_elif(const Column& header) const;
    void match_expression();
    void condition();
    void let_condition();
    void quantifier();
    static bool begins_expression(Kind kind);
    bool at_type_in_expression();

    // ---- types and patterns (parse_types.cpp, parse_patterns.cpp) ----
    void type();
    void union_type();
    void annotation_type();  ///< a type without `|` at its top, as between the bars of a closure
    void type_operand(bool angle);
    void path_type(bool angle);
    void type_argument();
    SyntaxError angle_hint(std::string message);
    void angle_arguments();
    void angle_parameters();
    void plain_type() { type(); }
    void function_type();
    bool at_type() const;
    void pattern();
    void pattern_operand();
    void pattern_of_kind();
    void literal_pattern();
    void path_pattern();
    void struct_field_pattern();
    void range_pattern_rest(const Mark& mark);
    bool at_pattern() const;

    GreenBuilder builder_;
    Lexer lexer_;
    std::string_view text_;
    Token token_;
    Kind visible_ = Kind::EndOfFile;
    bool accepted_ = false;
    Layout layout_;
    Column line_;          ///< where the line of the current token begins
    Column last_line_;     ///< where the line of the token before it begins
    uint32_t blocks_ = 0;  ///< layout blocks opened so far
    std::optional<SyntaxError> lexical_;
    HeaderHabits before_header_;       ///< the word that begins a declaration, until its header is parsed
    HeaderHabits* header_ = nullptr;   ///< that is being parsed
    HeaderHabits* opening_ = nullptr;  ///< whose block in braces is being opened
};

}  // namespace braid::altru
