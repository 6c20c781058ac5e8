#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analyzer/semantics/body.h"
#include "analyzer/semantics/velox/callables.h"
#include "analyzer/semantics/velox/relations.h"
#include "analyzer/semantics/velox/signatures.h"

namespace braid::velox_semantics {

struct EnumValue;

/// Makes the typed body of one item: resolves names, infers types, narrows along the flow, and spells every conversion.
class BodyBuilder {
  public:
    BodyBuilder(QueryContext& context, ItemId item);
    Body build();
    /// The type of one variable of the file's top level, from its initializer alone.
    Type variable_type(const ast::Declarator& declarator, Name name);
    /// The type of the element that it takes from an object with an index signature; null: it does no such thing.
    Type open_variable_type(const ast::Declarator& declarator, Name name);

  private:
    // What may be narrowed: a variable, or a chain of properties below one ("12.owner.name").
    using Facts = std::map<std::string, Type>;

    struct Function {
        BodyFunctionId id{};
        Type declared_result = nullptr;  // null: inferred from the returns
        Type shape = nullptr;            // what the results look like, where a call has yet to infer its parts
        std::vector<Type> returned;
        std::vector<Type> yielded;
        bool is_async = false, is_constructor = false, is_generator = false;
        bool adopts = false;    // a promise's handler: what is thenable becomes a promise
        bool is_test = false;   // the library asks it for yes or no: whatever it gives counts as one of them
        size_t scope_base = 0;  // scopes_ below belong to enclosing functions
    };
    struct Jump {  // what break and continue may aim at
        Name label;
        ExprId id;
        bool is_loop, is_switch;
        bool is_left = false;  // by a break; `facts` is what all of them know
        Facts facts = {};
    };
    struct Scope {
        std::map<Name, LocalId> names;
        std::set<Name> early;  // declared before its own statement, for functions that stand above it
    };

    // ---- builder.cpp: entry points and plumbing ----
    void build_function();
    void build_script();
    void build_static();
    void build_field_initializers();
    void build_implicit_constructor();
    BodyFunctionId begin_function(const SyntaxElement& at, Name name, bool is_async);
    void end_function(ExprId root);
    void add_parameters(const std::vector<ast::Parameter>& parameters, const std::vector<Type>& types,
                        std::vector<ExprId>& prologue);
    ExprId function_body(const FunctionParts& parts, const ast::Expression& expression,
                         const std::vector<Type>& parameter_types, std::vector<ExprId> prologue);
    ExprId call_field_initializers(ItemId klass, uint32_t node);
    Type finish_result();
    ExprId add(Type type, uint32_t node, hir::ExprData data);
    ExprId error_expression(uint32_t node) { return add(type::error(), node, hir::ErrorExpr{}); }
    PatternId add_pattern(Type type, uint32_t node, hir::PatternData data);
    uint32_t node_of(const SyntaxElement& e) const { return tree_.node_of(e); }
    ItemDiagnostic& report(DiagnosticCode code, uint32_t node, std::string message);
    BodyFunction& function() { return body_.functions[uint32_t(functions_.back().id)]; }
    Type type_of(ExprId id) const { return body_.expressions[uint32_t(id)].type; }

    // ---- scopes.cpp ----
    LocalId declare(Name name, Type type, uint32_t node, bool is_mutable);
    LocalId temporary(Type type, uint32_t node);
    std::optional<LocalId> find_local(Name name) const;
    ExprId local_reference(LocalId local, uint32_t node);
    void capture(LocalId local, uint32_t node);
    void predeclare(const std::vector<ast::Statement>& statements, std::vector<ExprId>& out);
    bool is_set_up_later(ItemId variable, const SyntaxToken& name);
    bool report_used_early(const SyntaxToken& name);
    void report_unused();
    void check_assigned(LocalId local, uint32_t node);
    void mark_assigned(ItemId variable);
    void check_assigned(ItemId variable, uint32_t node);
    bool is_assigned_by_functions(Name name);
    void mark_assigned(LocalId local);
    void resolve(uint32_t node, std::variant<LocalId, ItemId> target, Type type, bool is_write = false);
    void resolve_member(const SyntaxToken& key, Type owner);
    ExprId let_temporary(LocalId local, ExprId value, uint32_t node);
    ExprId this_expression(uint32_t node);
    void hoist(const std::vector<ast::Statement>& statements);
    std::vector<ast::Statement> in_order_of_making(const std::vector<ast::Statement>& list);
    void report_duplicate_types(const std::vector<ast::Statement>& statements);
    void local_alias(const ast::TypeAliasDecl& alias);
    Type type_of_variable(Name name);
    void local_function(const ast::FunctionDecl& f, std::vector<ExprId>& out);

    // ---- narrowing.cpp ----
    std::string fact_key(const ast::Expression& e) const;
    Type narrowed(const std::string& key, Type declared) const;
    void assume(const ast::Expression& condition, bool holds);
    void assume_equal(const ast::Expression& side, const ast::Expression& with, bool same);
    void assume_call(const ast::CallExpr& call, bool holds);
    void assume_has(const ast::Expression& object, Name member, bool holds);
    std::optional<Predicate> predicate_of(const ast::Expression& callee);
    void assume_type(const ast::Expression& e, const std::function<Type(Type)>& narrow);
    void forget(const std::string& key);
    Type narrowed_by_assignment(Type declared, Type produced, bool only_here);
    bool is_assigned_in_closure(Name name);
    void forget_assigned(const SyntaxNode& loop);
    void mark_assigned_in(const ast::Expression& e);
    void merge_facts(const Facts& a, bool a_reached, const Facts& b, bool b_reached);
    void leave_loop(const Jump& loop, bool ends_by_itself);
    Type plain_type(const ast::Expression& e);
    Type variable_type(ItemId variable);

    // ---- conversions.cpp ----
    ExprId coerce(ExprId value, Type to, uint32_t node, std::string_view what = {});
    ExprId convert(ExprId value, Type to);
    /// A type that values can be made to fit: known, and without what a call has yet to infer.
    bool is_target(Type expected) const { return expected && !is_open_here(expected) && !expected->has(TypeHasError); }
    bool fits(ExprId value, Type to);
    bool has_excess(ExprId value);
    void report_no_variant(const ast::Path& path, Type scrutinee, uint32_t node);
    ExprId as_whole(ExprId value);
    ExprId element_of_open(ExprId object, ExprId key, Type declared, uint32_t node);
    ExprId unguarded(ExprId value) const;
    Type element_type_if_open(ExprId value) const;
    ExprId guarded(ExprId place, Type there);
    Type declared_type(ExprId place) const;
    ExprId to_text(ExprId value);
    ExprId as_number(ExprId value, uint32_t node);
    std::optional<ItemId> static_setter(const ast::Expression& target);
    ExprId call_static_setter(ItemId setter, ExprId value, uint32_t node, bool wants_value);
    ExprId own_text(ExprId value);
    ExprId condition(const ast::Expression& e);
    ExprId truth(ExprId value);
    bool member_mismatch(ExprId value, Type to, uint32_t node);
    void mismatch(uint32_t node, Type from, Type to, std::string_view what);
    bool misused_promise(ExprId value, std::string_view message, Severity severity = Severity::Warning);
    bool is_promise_of_answer(Type from, Type to, std::string_view what);
    bool mismatch_inside(ExprId value, Type to, std::string_view what);
    bool present(ExprId& value, uint32_t node, std::string_view use);
    void offer_async(ItemDiagnostic& d);
    ItemDiagnostic::Fix say_it_is_there(uint32_t node) const;
    void offer_optional_chain(uint32_t name);

    // ---- expressions.cpp, operators.cpp, literals.cpp ----
    ExprId expression(const ast::Expression& e, Type expected = nullptr);
    ExprId expression_inner(const ast::Expression& e, Type expected);
    ExprId checked(const ast::Expression& e, Type wanted, std::string_view what = {});
    ExprId name(const ast::NameExpr& e);
    ExprId item_reference(ItemId item, uint32_t node);
    ExprId literal(const SyntaxToken& token, bool negative, Type expected, uint32_t node);
    ExprId template_expression(const ast::TemplateExpr& e);
    ExprId template_texts(const SyntaxNode& quoted, Type tag, uint32_t node);
    ExprId tagged_template(const ast::TaggedTemplateExpr& e);
    ExprId array(const ast::ArrayExpr& e, Type expected);
    Type kept_type(ExprId value);
    ExprId elements_for(const ast::ArrayBinding& pattern, ExprId value);
    ExprId initial_value(const ast::Binding& binding, const ast::Expression& value, Type declared);
    ExprId object(const ast::ObjectExpr& e, Type expected);
    Type wanted_member(Type wanted, Name name);
    Type receiver_of(const ast::ObjectExpr& e, Type wanted, std::map<size_t, ExprId>& made);
    Type accessor_type(const ast::Member& accessor);
    Type sequence_wanted(Type wanted, const std::vector<ast::Expression>& elements);
    Type told_apart(const ast::ObjectExpr& e, Type wanted);
    ExprId without_accessors(ExprId object, uint32_t node);
    void check_excess(const ast::ObjectExpr& e, const std::vector<RecordField>& fields, Type wanted);
    void computed_property(const ast::PropertyName& name_written, Type wanted, hir::Aggregate& record,
                           std::vector<ExprId>& steps, std::optional<LocalId>& so_far, std::vector<RecordField>& fields,
                           const std::function<ExprId(Type)>& value_of);
    ExprId snapshot(ExprId container, uint32_t node);
    ExprId as_list(ExprId container, uint32_t node);
    ExprId open_iterator(ExprId iterated, uint32_t node);
    ExprId iterator_of(ExprId iterated, uint32_t node);
    ExprId conversion_call(std::string_view name, const ast::CallExpr& e);
    ExprId yield(const ast::YieldExpr& e);
    ExprId delegate(ExprId iterated, uint32_t node);
    ExprId code_points(ExprId text, uint32_t node);
    ExprId regular_expression(const SyntaxToken& token, uint32_t node);
    ExprId prefix(const ast::PrefixExpr& e, Type expected);
    ExprId deletion(const ast::PrefixExpr& e);
    ExprId update(const ast::Expression& target, const SyntaxToken& op, bool is_prefix, uint32_t node);
    ExprId binary(const ast::BinaryExpr& e, Type expected);
    ExprId arithmetic(hir::BinaryOp op, ExprId left, ExprId right, uint32_t node);
    ExprId addition(ExprId left, ExprId right, uint32_t node);
    ExprId comparison(hir::BinaryOp op, ExprId left, ExprId right, uint32_t node);
    ExprId date_value(ExprId date);
    ExprId logical(const ast::BinaryExpr& e, Type expected);
    ExprId instance_test(const ast::BinaryExpr& e);
    ExprId assignment(const ast::AssignExpr& e, bool wants_value);
    ExprId plain_assignment(const ast::AssignExpr& e, bool wants_value);
    ExprId conditional_assignment(const ast::AssignExpr& e, Kind operation, bool wants_value);
    ExprId destructure(const ast::AssignExpr& e, bool wants_value);
    void destructure_into(const ast::Expression& target, ExprId value, std::vector<ExprId>& out);
    void check_writable(const ast::Expression& target);
    void mark_read(const ast::Expression& target);
    ExprId assign_to(const ast::Expression& target, ExprId value, uint32_t node);
    ExprId assignable(const ast::Expression& target);
    ExprId conditional(const ast::ConditionalExpr& e, Type expected);
    ExprId await(const ast::AwaitExpr& e, Type expected);
    ExprId promise_of_thenable(ExprId value, uint32_t node);
    bool may_be_thenable(const ast::Expression& e);
    ExprId cast(const ast::AsExpr& e);

    // ---- members.cpp ----
    ExprId chain(const ast::Expression& e, Type expected);
    ExprId member(const ast::MemberExpr& e);
    ExprId index(const ast::IndexExpr& e);
    ExprId super_member(const ast::MemberExpr& e);
    ExprId property(ExprId object, const SyntaxToken& name, const ast::Expression& whole);
    ExprId optional_link(ExprId object, uint32_t node);
    std::optional<ItemId> static_owner(const ast::Expression& e);
    bool private_is_visible(const MemberInfo& member) const {
        return !member.is_private || file_of(member.owner) == file_of(item_);
    }

    // ---- calls.cpp ----
    struct Arguments {
        std::vector<ast::Expression> written;
        uint32_t node;
        ExprId first = ExprId::None;  // made already, before those that are written: the texts of a template
    };
    ExprId call(const ast::CallExpr& e, Type expected);
    ExprId new_of_value(const ast::Expression& callee, const Arguments& arguments);
    ExprId call_reflection(std::string_view name, std::vector<ExprId> arguments, Type result, uint32_t node);
    ExprId new_object(const ast::NewExpr& e, Type expected);
    ExprId super_call(const ast::CallExpr& e);
    ExprId call_method(const ast::CallExpr& e, const ast::MemberExpr& m, const Arguments& arguments, Type expected);
    ExprId call_static(ItemId owner, const ast::CallExpr& e, const ast::MemberExpr& m, const Arguments& arguments,
                       Type expected);
    bool tried(const ast::Expression& e, Type wanted, Inference& inference);
    void assume_asserted(const Predicate& predicate, const Arguments& arguments);
    ItemId pick_overload(ItemId function, Type owner, const Arguments& arguments);
    ExprId call_overload(ItemId chosen, ExprId receiver, Type owner, bool is_virtual,
                         const ast::TypeArgumentList& explicit_types, const Arguments& arguments, Type expected,
                         uint32_t node);
    Type refined_result(ItemId callee, const Arguments& arguments, const std::vector<ExprId>& values, Type result);
    ExprId call_by_symbol(const ast::IndexExpr& callee, Name symbol, const Arguments& arguments, Type expected,
                          uint32_t node);
    ExprId call_value(ExprId callee, const Arguments& arguments, uint32_t node);
    ExprId call_function(ItemId function, ExprId receiver, Type owner, bool is_virtual,
                         const ast::TypeArgumentList& explicit_types, const Arguments& arguments, Type expected,
                         uint32_t node);
    ExprId variant(ItemId variant, const Arguments& arguments, Type expected, uint32_t node);
    ExprId variant_value(ItemId variant, const EnumValue& value, uint32_t node);
    ExprId enum_reference(ItemId plain_enum, uint32_t node);
    std::optional<ItemId> variant_named(const ast::Expression& e);
    struct Given {
        ast::Expression written;
        ExprId value = ExprId::None;  // where it is made already
        bool is_spread = false;
    };
    std::vector<Given> taken_apart(const Arguments& arguments);
    static std::string stand_in(Type t);
    SyntaxNode argument_list(uint32_t call) const;
    bool takes_int_as_number(ItemId declared, Type parameter) const;
    uint32_t callee_node(uint32_t call) const;
    std::vector<ExprId> match_arguments(const Arguments& arguments, std::span<const Type> parameters, uint32_t optional,
                                        bool variadic, Inference& inference, std::string_view callee, ItemId declared);
    ExprId argument(const ast::Expression& e, Type wanted, Inference& inference);
    bool is_function_literal(const ast::Expression& e) const;

    // ---- closures.cpp ----
    /// `receiver`: the function is a method of an object literal, and this the type of its `this`.
    ExprId result_as(Type wanted, ExprId value, uint32_t node);
    ExprId closure(const SyntaxNode& written, Type expected, Type receiver = nullptr);
    ExprId function_expression(const ast::FunctionExpr& e, Type expected);
    Type function_wanted(Type expected);
    bool is_open_here(Type t) const;
    Type initializer_type(const ast::Expression& value);
    void remember_filter(BodyFunctionId id, const ast::Expression& value, const FunctionParts& parts);
    Type closure_type(const FunctionParts& parts, Type expected, std::vector<Type>& parameters);

    // ---- statements.cpp, loops.cpp ----
    ExprId statement(const ast::Statement& s);
    ExprId block(const std::vector<ast::Statement>& statements, uint32_t node);
    void statements(const std::vector<ast::Statement>& written, std::vector<ExprId>& out);
    void variables(const ast::VariableDecl& v, std::vector<ExprId>& out);
    std::optional<LocalId> declared_early(const ast::Declarator& d, Type declared, bool is_mutable);

    // ---- local_classes.cpp ----
    ItemId item_of(const SyntaxNode& declaration);
    void meet_class(ItemId klass, uint32_t node, std::vector<ExprId>& out);
    ExprId class_expression(const ast::ClassExpr& e);
    void put_accessors(Name name, uint32_t node, hir::Aggregate& record);
    ExprId scope_of(ItemId klass, uint32_t node);
    ExprId set_scope(ItemId klass, uint32_t node);
    bool is_captured_by_class(Name name);
    ExprId captured_by_class(Name name, uint32_t node);
    void take_scope(std::vector<ExprId>& out);
    void keep_scope(ItemId klass, uint32_t node, std::vector<ExprId>& out);
    ExprId in_scope_of(ItemId klass, ExprId made);

    // ---- statements.cpp ----
    void module_variable(const ast::Declarator& d, std::vector<ExprId>& out);
    ExprId discarded(const ast::Expression& e);
    void remember_guard(const ast::Expression& value, LocalId local);
    ExprId if_statement(const ast::IfStmt& s);
    ExprId return_statement(const ast::ReturnStmt& s);
    ExprId try_statement(const ast::TryStmt& s);
    ExprId while_loop(const ast::WhileStmt& s, Name label);
    ExprId do_loop(const ast::DoStmt& s, Name label);
    ExprId for_loop(const ast::ForStmt& s, Name label);
    ExprId for_of(const ast::ForOfStmt& s, Name label);
    ExprId switch_statement(const ast::SwitchStmt& s);
    ExprId iterate(const ast::ForOfStmt& s, Name label, ExprId iterated, Type element);
    PatternId loop_target(const ast::ForOfStmt& s, Type element, ExprId& store);
    Type element_type(Type iterated, bool is_await);
    ExprId jump(const SyntaxToken& label, bool is_break, uint32_t node);
    ExprId reserve(uint32_t node) { return add(type::unit(), node, hir::UnitLiteral{}); }
    ExprId loop_body(const ast::Statement& body, Name label, ExprId loop);

    // ---- patterns.cpp ----
    PatternId binding(const ast::Binding& b, Type type, bool is_mutable);
    ExprId rest_of(ExprId object, const std::vector<Name>& taken, uint32_t node,
                   const std::vector<LocalId>& taken_keys = {});
    Type rest_type(Type object, const std::vector<Name>& taken);
    void present_type(Type& t, uint32_t node);
    void flush_rests(std::vector<ExprId>& out);
    PatternId binding_with_default(const ast::Binding& b, const ast::Initializer& initializer, Type type,
                                   bool is_mutable);
    ExprId match(const ast::MatchExpr& e, Type expected);
    PatternId pattern(const ast::Pattern& p, Type scrutinee, Type& narrowed);
    PatternId name_pattern(const ast::Pattern& p, Type scrutinee, Type& narrowed);
    PatternId variant_pattern(ItemId variant, const std::vector<ast::Pattern>& fields, Type scrutinee, Type& narrowed,
                              uint32_t node);
    PatternId array_pattern(const ast::ArrayPattern& p, Type scrutinee, Type& narrowed);
    std::vector<Type> sequences(const ast::ArrayPattern& p, Type scrutinee);
    PatternId object_pattern(const ast::ObjectPattern& p, Type scrutinee, Type& narrowed);
    Type literal_type(const ast::Pattern& p);
    Type literal_type(const SyntaxToken& token, bool negative);
    bool takes_all(const std::vector<PatternId>& patterns) const;
    bool is_covered(PatternId id, Type rest, Type scrutinee, const std::set<ItemId>& seen) const;
    bool fits_all_of(const hir::ListPattern& list, Type sequence) const;
    bool tests_discriminants_only(const hir::RecordPattern& record, Type type);
    ItemId resolve_path(const ast::Path& path, Type scrutinee);
    ExprId statement_value(const ast::Statement& s, Type expected);
    void check_exhaustive(const ast::MatchExpr& e, Type rest, const std::set<ItemId>& variants_seen, Type scrutinee,
                          bool has_wildcard);

    QueryContext& context_;
    ItemId item_;
    ItemTree tree_;
    Body body_;
    std::vector<ItemDiagnostic> type_diagnostics_;
    TypeReader types_;
    std::vector<Function> functions_;
    std::optional<std::map<Name, SyntaxToken>> script_variables_;  // names of the top level, once they are asked for
    std::set<Name> declared_later_;  // used before their declarations, which has been reported
    std::vector<Scope> scopes_;
    std::vector<BodyFunctionId> scope_owner_;
    std::vector<Jump> jumps_;
    Facts facts_;
    std::optional<std::set<Name>> assigned_in_closures_;  // found when first asked for
    Jump left_{};                                         // the loop whose body was made last
    bool reachable_ = true;
    int depth_ = 0;
    int try_depth_ = 0;
    ItemId class_ = ItemId::None;
    Name own_variable_;  // whose type is being worked out from its initializer: it is not known there yet
    LocalId this_{uint32_t(LocalId::None)};
    struct Link {
        LocalId local;
        ExprId initializer;
        uint32_t node;
    };
    std::vector<Link>* links_ = nullptr;
    std::set<uint32_t> exhausted_;  // values that the tests before them leave nothing of: they fit `never`
    std::set<uint32_t> whole_;      // values of the standard library that are numbers, or an `int` as wanted
    std::optional<std::vector<uint32_t>> holes_;   // of tree_, once they are asked for
    std::map<ItemId, LocalId> scopes_of_classes_;  // of classes that use variables around them: what gives access
    std::map<LocalId, ItemId> class_variables_;    // `const Point = class { … }`
    std::map<LocalId, Type> open_variables_;       // that hold an element which may not be there: what it is else
    std::map<uint32_t, Type> open_places_;         // elements read as any: what they are declared as
    std::map<uint32_t, Predicate> guards_;         // local functions that are type guards, by LocalId
    std::map<uint32_t, Type> filtered_;  // functions that tell, by BodyFunctionId: what their parameter is when true
    std::set<LocalId> read_;             // locals read anywhere
    bool to_library_ = false;            // what is looked at is an argument of a function of the library
    std::vector<ItemId> inferring_;      // whose type parameters the calls around this place have yet to infer
    std::set<LocalId> late_;             // declared without a value
    std::set<ItemId> late_items_;        // the same of top-level variables that no function sets
    std::set<LocalId> unread_matters_;   // variables that are there to be read
    /// What is taken of an object behind its pattern: `...rest`, or `[key]: pattern`.
    struct Rest {
        LocalId object, rest;
        std::vector<Name> taken;
        uint32_t node;
        std::vector<LocalId> taken_keys = {};
        LocalId key = LocalId::None;
        ExprId computed = ExprId::None;
        PatternId pattern = PatternId::None;
    };
    std::vector<Rest> rests_;      // of the pattern being made, in order
    bool keeps_literals_ = false;  // inside of `… as const`
    /// Arguments and indices are chains of their own: a `?.` in one does not skip the access around it.
    struct ChainBreak {
        explicit ChainBreak(BodyBuilder& builder) : builder(builder), outer(builder.links_) {
            builder.links_ = nullptr;
        }
        ~ChainBreak() { builder.links_ = outer; }
        BodyBuilder& builder;
        std::vector<Link>* outer;
    };
};

/// A `break` in the body leaves the statement around it.
bool has_break(const SyntaxNode& body, Name label);
Body build_body(QueryContext& context, ItemId item);
Type variable_type(QueryContext& context, ItemId file, const ast::Declarator& declarator, Name name);

}  // namespace braid::velox_semantics
