#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "analyzer/semantics/altru/associated.h"
#include "analyzer/semantics/altru/traits.h"

namespace braid::altru_semantics {

/// The operands that are written, in that order, then the others. Empty where that is how they stand.
hir::EvaluationOrder order_of(const std::vector<uint32_t>& written, size_t count);

/// What the body of an item came to before the mutability of receivers is known: calls of methods whose `self` is
/// inferred leave the kind of their borrow open.
struct BodyDraft {
    Body body;
    struct OpenBorrow {
        ExprId borrow;  // a hir::Borrow
        ItemId method;  // whose receiver decides
    };
    std::vector<OpenBorrow> open_borrows;
    /// Pattern bindings that borrow from what they match without saying so; they become mutable when they must.
    std::vector<LocalId> implicit_bindings;
    std::map<LocalId, ExprId> binding_source;  // the scrutinee such a binding borrows from
    /// deref calls that have a mutable counterpart, by the ExprId of the call.
    std::map<ExprId, ItemId> mutable_deref;
    /// Functions of the body that are given a `move`, or are tasks.
    std::vector<bool> captures_by_value;                 // by BodyFunctionId
    std::map<uint32_t, BodyFunctionId> closure_regions;  // Function types carry a closure's number in `region`
};

struct DraftOf {
    using Key = ItemId;
    using Value = BodyDraft;
    static constexpr const char* name = "altru_draft";
    static Value compute(QueryContext&, const Key&);
    static bool equal(const Value&, const Value&) { return false; }
};

/// Turns the syntax of one item's body into a draft: name resolution, inference and elaboration in one walk.
class BodyBuilder {
  public:
    BodyBuilder(QueryContext& context, ItemId item, ItemTree tree);
    BodyDraft run();

  private:
    // ---- set-up and finish (builder.cpp) ----
    void build_function(const ast::FunctionDecl& function);
    void build_script(const ast::SourceFile& source);
    void build_value(const ast::Ast& declaration);
    void build_type(const ast::Ast& declaration);  // contract clauses and field defaults
    void finish();
    void report_unresolved();
    void report_unused();
    void report_unawaited(LocalId local);

    struct LoopContext {
        ExprId id;
        bool has_break = false;
    };
    struct FunctionContext {
        BodyFunctionId id{};
        Type result = nullptr;  // awaited type for async
        bool is_async = false;
        bool await_allowed = false;
        bool result_is_inferred = false;
        bool saw_return_value = false;
        bool saw_falling_end = false;  // a path that ends without a value
        std::vector<LoopContext> loops;
    };
    FunctionContext& function() { return functions_.back(); }
    BodyFunctionId new_function(BodyFunctionId parent, uint32_t node);
    void add_self(Receiver receiver, Type self, uint32_t node);
    LocalId add_parameter(Name name, Type type, bool is_mutable, uint32_t node);
    /// Checks a body block as the value of the current function and sets its root.
    void check_function_body(const ast::Block& block, const ast::Expression& expression, uint32_t end_node);
    void check_contracts(const std::vector<ast::ContractClause>& clauses, ExprId loop);
    void check_contract(const ast::ContractClause& clause, ExprId loop, std::optional<uint32_t> at = std::nullopt);
    void check_inherited_contracts(const ast::FunctionDecl& function);

    // ---- emission ----
    template <typename T>
    ExprId emit(T data, Type type, uint32_t node) {
        body().expressions.push_back({type, node, hir::ExprData(std::move(data))});
        return ExprId(body().expressions.size() - 1);
    }
    ExprId error_expr(uint32_t node) { return emit(hir::ErrorExpr{}, type::error(), node); }
    template <typename T>
    PatternId emit_pattern(T data, Type type, uint32_t node) {
        body().patterns.push_back({type, node, hir::PatternData(std::move(data))});
        return PatternId(body().patterns.size() - 1);
    }
    Body& body() { return draft_.body; }
    Expr& expr(ExprId id) { return draft_.body.expressions[uint32_t(id)]; }
    Type type_of(ExprId id) { return table_.shallow(draft_.body.expressions[uint32_t(id)].type); }
    uint32_t node_of(const SyntaxElement& element) const { return tree_.node_of(element); }
    uint32_t node_of(const ast::Ast& a) const { return tree_.node_of(a.node); }
    Type fresh(uint32_t node = 0, VariableKind kind = VariableKind::General) { return table_.fresh(kind, node); }

    // ---- diagnostics ----
    ItemDiagnostic& error(DiagnosticCode code, uint32_t node, std::string message);
    void mismatch(uint32_t node, Type expected, Type actual, const std::string& hint = {});
    /// For messages: a literal's type reads as what it will be.
    std::string show(Type t) { return print_type(table_.resolve_with_defaults(t)); }
    void resolution(const SyntaxToken& token, std::variant<LocalId, ItemId> target, Type type, bool is_write = false);

    // ---- names (names.cpp) ----
    LocalId declare(Name name, Type type, uint32_t node, bool is_mutable);
    std::optional<LocalId> find_local(Name name) const;
    struct ScopeMark {
        size_t names;
    };
    ScopeMark open_scope() { return {scope_.size()}; }
    void close_scope(ScopeMark mark) { scope_.resize(mark.names); }
    ExprId local_ref(LocalId local, uint32_t node);
    ExprId check_path(const ast::PathExpr& path, Type expected);
    ExprId item_value(ItemId item, std::vector<Type> arguments, uint32_t node, Type expected);
    bool report_module_as_value(const SyntaxToken& token);
    void report_unresolved_name(const SyntaxToken& token, bool is_call);
    /// A path used as a type or function name, perhaps with type arguments: `Stack[int]::new`, `channel[int]`.
    struct Named {
        enum Kind : uint8_t { None, Local, Item, AssociatedFunction, Error } kind = None;
        ItemId item = ItemId::None;          // item, or the associated function
        Type self = nullptr;                 // AssociatedFunction: of this type; item None: its generated `new`
        std::vector<Type> parent_arguments;  // of the impl or trait of an associated function
        std::vector<Type> type_arguments;    // explicit ones, of the item or the function
        bool has_type_arguments = false;
        SyntaxToken token;  // the last name
    };
    Named resolve_callee(const ast::Expression& e);
    Named resolve_named(const std::vector<SyntaxToken>& segments, bool report);
    std::vector<Type> lower_type_arguments(const std::vector<ast::Expression>& arguments);
    Type expression_as_type(const ast::Expression& e);
    /// The static function or constant of a type by name; binds fresh generics.
    std::optional<Named> find_associated(Type self, const SyntaxToken& name);
    void report_abstract(ItemId trait, uint32_t node);
    void report_private(ItemId item, const SyntaxToken& name);
    void check_access(ItemId member, const SyntaxToken& name);
    void report_hidden(const PathResolution& path, const std::vector<SyntaxToken>& segments);
    Type self_type_of(ItemId item, std::vector<Type> arguments, uint32_t node);

    // ---- expressions (expressions.cpp) ----
    ExprId check(const ast::Expression& e, Type expected = nullptr);
    ExprId check_inner(const ast::Expression& e, Type expected);
    /// check, then coerce to `expected`.
    ExprId check_as(const ast::Expression& e, Type expected);
    /// check, then read a borrow of a Copy type as its value.
    ExprId check_value(const ast::Expression& e, Type expected = nullptr);
    ExprId check_literal(const ast::LiteralExpr& e, Type expected, bool negative);
    ExprId check_string(const ast::StringExpr& e);
    ExprId check_list(const std::vector<ast::Expression>& elements, Type expected, uint32_t node);
    ExprId check_repeat(const ast::RepeatExpr& e, Type expected);
    ExprId check_map(const ast::MapExpr& e, Type expected);
    ExprId check_set(const ast::SetExpr& e, Type expected);
    ExprId check_struct(const ast::StructExpr& e, Type expected);
    ExprId check_tuple(const ast::TupleExpr& e, Type expected);
    ExprId check_index(const ast::IndexExpr& e, Type expected);
    ExprId index_value(ExprId base, const ast::Expression& argument, uint32_t node);
    ExprId check_field(const ast::FieldExpr& e);
    ExprId check_try(const ast::TryExpr& e, Type expected);
    ExprId check_await(const ast::AwaitExpr& e, Type expected);
    ExprId check_prefix(const ast::PrefixExpr& e, Type expected);
    ExprId check_borrow(const ast::BorrowExpr& e, Type expected);
    ExprId check_binary(const ast::BinaryExpr& e, Type expected);
    ExprId arithmetic(Kind op, ExprId left, ExprId right, uint32_t node);
    /// What the left side of an operator wants on its right; null when it does not say.
    Type wanted_operand(Kind op, Type left);
    ExprId comparison(Kind op, ExprId left, ExprId right, uint32_t node);
    ExprId check_range(const ast::RangeExpr& e, Type expected);
    ExprId check_cast(const ast::CastExpr& e);
    ExprId check_if(const ast::IfExpr& e, Type expected, bool wants_value = true);
    ExprId check_match(const ast::MatchExpr& e, Type expected, bool wants_value = true);
    /// `if` and `match` whose value nobody wants, and all other expressions.
    ExprId check_discarding(const ast::Expression& e);
    ExprId check_quantifier(const ast::QuantifierExpr& e);
    ExprId check_condition(const ast::Expression& e);
    ExprId to_text(ExprId value, uint32_t node);

    // ---- operators of traits (overloads.cpp) ----
    struct OperatorTrait {
        ItemId method = ItemId::None;
        std::vector<Type> arguments;  // of the trait; the first is the type on the right
    };
    std::optional<OperatorTrait> operator_trait(std::string_view trait, std::string_view method, Type self, Type other);
    ExprId call_operator(const OperatorTrait& of, Type self, std::vector<ExprId> operands, uint32_t node);
    std::optional<ExprId> overloaded(std::string_view trait, std::string_view method, ExprId left, ExprId right,
                                     uint32_t node);
    std::optional<ExprId> overloaded_assignment(Kind op, ExprId target, ExprId value, uint32_t node);
    std::optional<ExprId> overloaded_index(ExprId base, const ast::Expression& argument, uint32_t node);

    // ---- coercions (coercions.cpp) ----
    ExprId coerce(ExprId value, Type expected, uint32_t node);
    /// A member or an operator written behind the expression would be one of the whole expression.
    bool binds_tightly(uint32_t expression) const;
    bool report_other_binding(Type wanted, Type actual, uint32_t node);
    void ask_hash(Type key, std::string_view container, uint32_t node);
    bool report_no_dyn(Type wanted, Type actual, uint32_t node);
    /// Only tries; None when it does not fit.
    std::optional<ExprId> try_coerce(ExprId value, Type expected, uint32_t node);
    ExprId decay(ExprId value);         // `&T` of a Copy T becomes T
    ExprId decay_shared(ExprId value);  // the same, but a `&mut` stays one: nobody asked for what is behind it
    ExprId deref(ExprId reference, uint32_t node);
    ExprId borrow(ExprId place, bool is_mutable, uint32_t node);
    /// One step of `*`: through a reference or a type with Deref; None when there is none.
    std::optional<ExprId> deref_step(ExprId value);
    /// Through all references and guards.
    ExprId auto_deref(ExprId value);
    bool is_place(ExprId id);
    bool is_behind_reference(ExprId place);
    bool is_lendable_temporary(ExprId id);
    /// The common type of branches: unify, or the union the context expects.
    struct Join {
        Type expected = nullptr;  // may be null
        Type type = nullptr;
        std::vector<std::pair<ExprId*, uint32_t>> values;
    };
    ExprId join_value(Type& joined, ExprId value, Type expected, uint32_t node);

    // ---- calls (calls.cpp, methods.cpp) ----
    ExprId check_call(const ast::CallExpr& e, Type expected);
    ExprId call_named(const ast::CallExpr& e, Named named, Type expected);
    ExprId call_value(const ast::CallExpr& e, ExprId function);
    ExprId call_variant(const ast::CallExpr& e, ItemId variant, std::vector<Type> arguments, Type expected);
    void fall_back_to_defaults(ItemId owner, const std::vector<Type>& arguments);
    ExprId call_generated_new(const ast::CallExpr& e, Type self);
    std::optional<size_t> check_generated_new_access(const ast::CallExpr& e, const TypeDefinition& definition);
    ExprId call_make(const ast::CallExpr& e);
    ExprId check_method_call(const ast::CallExpr& e, const ast::FieldExpr& field, std::vector<Type> type_arguments,
                             Type expected);
    /// Everything a call of a known function needs.
    struct Target {
        ItemId function = ItemId::None;
        std::vector<Type> parent_arguments;  // of the impl, trait or actor
        std::vector<Type> own_arguments;
        Type self = nullptr;  // of a trait's method
        bool is_dyn = false;
        bool is_message = false;
        ItemId stands_for = ItemId::None;  // the method whose name was written, where another serves (`copied`)
        ItemId written() const { return stands_for == ItemId::None ? function : stands_for; }
    };
    ExprId call_function(const ast::CallExpr& e, Target target, ExprId receiver, Type expected, uint32_t name_node);
    Type instantiate(Type t, const Target& target);
    Type with_open_projections(Type t);
    void register_binding(const AssociatedBindings::Binding& binding, const Target& target, uint32_t node);
    void register_bounds(const Target& target, uint32_t node);
    struct FormalParameter {
        Name name;
        Type type;
        bool has_default;
        bool rest = false;
    };
    /// Arguments in parameter order, defaults filled in.
    struct MatchedArguments {
        std::vector<ExprId> values;
        hir::EvaluationOrder order;
    };
    MatchedArguments match_arguments(const std::vector<ast::Argument>& arguments,
                                     const std::vector<FormalParameter>& parameters, uint32_t node,
                                     const std::string& what, const std::function<ExprId(size_t)>& default_of,
                                     const FunctionSignature* signature);
    ExprId hold(ExprId value, hir::Block& block, uint32_t node);
    static std::string stand_in(Type t);
    uint32_t callee_node(uint32_t call) const;
    ExprId check_argument(const ast::Expression& e, Type expected, bool is_task, bool is_async, bool lends);
    ExprId default_argument(ItemId function, size_t index, Type expected, uint32_t node);
    ExprId default_field(ItemId owner, const FieldInfo& field, Type expected, uint32_t node);
    ExprId default_expression(ItemId owner, const ItemTree& tree, const ast::Expression& e, Type expected,
                              uint32_t node);
    ExprId elsewhere(ItemId owner, const ItemTree& tree, std::vector<std::pair<Name, LocalId>> names, uint32_t node,
                     const std::function<ExprId()>& make);
    ExprId actor_start(ExprId state, Type handle, uint32_t node);
    ExprId call_std(std::string_view module, std::string_view name, std::vector<Type> arguments,
                    std::vector<ExprId> operands, Type result, uint32_t node);
    ExprId call_std_method(ItemId head, std::string_view name, ExprId receiver, std::vector<ExprId> arguments,
                           uint32_t node);

    struct MethodMatch {
        Target target;
        ExprId receiver = ExprId::None;  // after the dereferences that led to it
        bool ambiguous = false;
    };
    std::optional<MethodMatch> find_method(ExprId receiver, Name name);
    std::optional<ExprId> lent_elements(const MethodMatch& match, Type expected);
    ExprId copied_receiver(const MethodMatch& match);
    std::optional<Target> find_method_on(Type t, Name name);
    ExprId adjust_receiver(ExprId receiver, const Target& target, uint32_t node);
    Target copied_alternative(Target target, Type expected);
    Target wanted_alternative(Target target, Type receiver, Type wanted);
    ExprId special_method(const ast::CallExpr& e, ExprId receiver, Name name, bool& handled);
    void report_missing_method(ExprId receiver, const SyntaxToken& name);
    std::vector<std::string> member_names(Type t);

    // ---- closures ----
    ExprId check_closure(const ast::ClosureExpr& e, Type expected, bool is_task, bool is_async);

    // ---- patterns (patterns.cpp) ----
    struct PatternContext {
        bool by_reference = false;  // default binding mode
        bool mutable_reference = false;
        bool implicit = false;   // the reference was not written: bindings may become mutable
        bool undecided = false;  // of `self`, which lends mutably only if the body needs it
        ExprId source = ExprId::None;
        std::map<Name, LocalId>* reuse = nullptr;  // alternatives of `p | q` bind the same locals

        bool lends_copies() const { return mutable_reference && !implicit && !undecided; }
    };
    PatternId check_pattern(const ast::Pattern& p, Type expected, PatternContext context);
    PatternId bind_name(const SyntaxToken& name, bool is_mutable, Type expected, const PatternContext& context);
    PatternId check_variant_pattern(const std::vector<SyntaxToken>& path, const std::vector<ast::Pattern>& elements,
                                    bool has_payload, Type expected, const PatternContext& context, uint32_t node);
    PatternId check_struct_pattern(const ast::StructPattern& p, Type expected, const PatternContext& context);
    PatternId check_list_pattern(const ast::ListPattern& p, Type expected, const PatternContext& context);
    PatternId check_literal_pattern(const ast::LiteralPattern& p, Type expected);
    PatternId check_typed_pattern(const ast::TypedPattern& p, Type expected, const PatternContext& context);
    /// Prepares a scrutinee: looks through references; says how names in patterns bind.
    ExprId prepare_scrutinee(ExprId value, PatternContext& context);
    ItemId variant_by_path(const std::vector<SyntaxToken>& path, bool report);
    PatternId reference_pattern(PatternId inner, Type reference, uint32_t node);
    bool is_irrefutable(PatternId p);
    /// Names that one pattern binds twice; `first`: the number of locals before it.
    void report_bound_twice(size_t first);

    // ---- statements (statements.cpp) ----
    /// A block as a value of `expected` (null: no value wanted). `tail`: its value is the function's.
    ExprId check_block(const ast::Block& block, Type expected, bool wants_value);
    ExprId check_statements(const std::vector<ast::Ast>& statements, Type expected, bool wants_value, uint32_t node);
    ExprId check_statement(const ast::Statement& s);
    ExprId check_let(const ast::LetStmt& s);
    ExprId check_assign(const ast::AssignStmt& s);
    ExprId check_send(const ast::SendStmt& s);
    ExprId check_return(const ast::ReturnStmt& s);
    ExprId return_value(const ast::Expression& e, uint32_t node);
    ExprId coerce_result(ExprId value, uint32_t node);
    ExprId check_while(const ast::WhileStmt& s);
    ExprId check_for(const ast::ForStmt& s);
    ExprId check_loop(const ast::LoopStmt& s);
    ExprId check_select(const ast::SelectStmt& s);
    void check_select_arm(const ast::SelectArm& s, hir::SelectArm& arm);
    ExprId check_go(const ast::GoStmt& s);
    ExprId check_break(bool is_break, uint32_t node);
    ExprId for_user_iterator(const ast::ForStmt& s, ExprId iterable, ExprId id);
    bool binds_by_assigning(const ast::PathExpr& target);
    ExprId assign_unbound(const ast::AssignStmt& s, const ast::PathExpr& target);
    ExprId assign_tuple(const ast::TupleExpr& targets, const ast::Expression& value, uint32_t node);
    void report_dropped_operator(uint32_t node);
    void check_discarded(ExprId value, uint32_t node);
    ExprId assign_target(const ast::Expression& e, bool compound);

    // ---- deferred work ----
    struct Deferred {
        std::function<bool(bool last)> attempt;  // true: done
    };
    void defer(std::function<bool(bool last)> attempt) { deferred_.push_back({std::move(attempt)}); }
    void select_deferred(bool last = false);
    /// Work that only looks at types once they are known: nothing waits for it, so it is done at the end.
    void look_at_end(std::function<void()> look) { looks_.push_back(std::move(look)); }

    QueryContext& context_;
    ItemId item_;
    ItemTree tree_;
    ItemId scope_item_;
    InferenceTable table_;
    TraitSolver traits_;
    TypeLowering types_;
    BodyDraft draft_;
    std::set<std::pair<uint32_t, Type>> unmet_bounds_;  // reported: one for each parameter of a call
    std::vector<std::pair<Name, LocalId>> scope_;
    std::vector<FunctionContext> functions_;
    std::vector<std::pair<Type, Type>> function_bounds_;  // `F: fn(A) -> B` of the calls so far
    std::vector<Deferred> deferred_;
    std::vector<std::function<void()>> looks_;
    int open_projections_ = 0;                                  // of those in deferred_
    std::vector<std::pair<ExprId, uint32_t>> pending_matches_;  // exhaustiveness waits for all types
    std::vector<std::pair<PatternId, uint32_t>> pending_lets_;  // refutable patterns without an `else`
    std::vector<uint32_t> local_reads_;                         // by LocalId
    std::unordered_set<uint32_t> warn_unused_;                  // locals declared by let
    std::unordered_set<uint32_t> lendable_;                     // loop variables given from a temporary
    std::unordered_set<uint32_t> implicit_borrow_locals_;       // bound by reference without saying so
    Type self_type_ = nullptr;
    Type result_in_contract_ = nullptr;  // type of `result` inside ens
    bool in_contract_ = false;
    bool in_go_ = false;
    bool given_from_temporary_ = false;
    bool in_tail_ = false;  // the expression's value is the function's
    bool diverges_ = false;
    uint32_t depth_ = 0;
    uint32_t next_closure_ = 1;
};

/// Adds receivers, captures, resolved types; see finalize.cpp.
Body finalize_body(QueryContext&, const BodyDraft&);
/// The mutability of a method's `self`: as declared, or as its body needs (least fixed point over recursion).
struct ReceiverOf {
    using Key = ItemId;
    using Value = Receiver;
    static constexpr const char* name = "altru_receiver";
    static Value compute(QueryContext&, const Key&);
};
/// What one method's body says about its `self`, before other methods are asked.
struct SelfNeeds {
    using Key = ItemId;
    struct Value {
        bool is_mutable = false;
        std::vector<ItemId> depends_on;
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "altru_self_needs";
    static Value compute(QueryContext&, const Key&);
};

Body body(QueryContext&, ItemId item);
/// Missing cases of a match, as patterns in source form; empty when nothing is missing.
std::vector<std::string> missing_cases(QueryContext&, const Body& body, Type scrutinee,
                                       const std::vector<hir::MatchArm>& arms);
/// The patterns of a match that the arms above them leave nothing to.
std::vector<PatternId> unreachable_arms(QueryContext&, const Body& body, Type scrutinee,
                                        const std::vector<hir::MatchArm>& arms);

}  // namespace braid::altru_semantics
