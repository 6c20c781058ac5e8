#pragma once
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "analyzer/flow/mir.h"
#include "analyzer/semantics/queries.h"

/// Lowers one function of a typed Body to MIR. Internal to flow/; the entry is `build_mir` (queries.h).
///
/// Scopes are one stack of *scheduled* things: a local to drop or end, a `finally` to run, a `catch` that stops
/// unwinding. Leaving a scope by any way runs what was scheduled since its mark, top first; unwinding follows
/// `unwind_target`, a chain of cleanup blocks made on demand and shared (as rustc's drop tree).
namespace braid::mir {

class Lowering {
  public:
    Lowering(QueryContext& context, const Body& body, BodyFunctionId function, bool errors_are_exceptions);
    MirBody run();
    /// What a call reaches that only makes a future: checks what the caller owes, then makes it. None: the caller makes
    /// the future itself, since nobody owes anything or the body itself has to check (it destructures its parameters,
    /// or its state is not here yet) and the caller knows which function it calls.
    std::optional<MirBody> run_guard();

  private:
    struct Scheduled {
        enum Kind : uint8_t { Drop, Storage, Finally, Catch } kind;
        Local local = kNoLocal;
        ExprId finally = ExprId::None;
        BlockId handler = kNoBlock;
        BlockId unwind = kNoBlock;  // cached cleanup or handler for "this entry and everything below"
    };
    struct Target {  // of break and continue
        ExprId id;
        size_t mark;
        BlockId break_block, continue_block;
        Place result;
        bool has_result;
    };

    struct Rounds {  // of a `for`: `head` asks for an element, `next` follows the body, `exit` the loop
        BlockId head, next, exit;
        size_t mark;
    };

    // blocks and scopes (lower_scopes.cpp)
    BlockId new_block(bool is_cleanup = false);
    void terminate(TerminatorKind kind, uint32_t node);
    void start(BlockId block) { current_ = block; }
    void go_to(BlockId target, uint32_t node);
    bool reachable() const { return current_ != kNoBlock; }
    void ensure_block() {
        if (!reachable()) current_ = new_block();
    }
    void push(StatementKind kind, uint32_t node);
    void assign(Place place, Rvalue value, uint32_t node) { push(Assign{std::move(place), std::move(value)}, node); }
    void split(uint32_t node);
    void schedule(Scheduled entry);
    void schedule_local(Local local);
    size_t mark() const { return scheduled_.size(); }
    void leave(size_t mark, uint32_t node);       // emits and forgets what was scheduled since
    void emit_exits(size_t mark, uint32_t node);  // emits only (break, continue, return)
    BlockId unwind_target(size_t depth);
    void break_to(const Target& target, BlockId block, uint32_t node);

    // locals and types
    Local new_local(Type type, LocalKind kind = LocalKind::Temporary, Name name = {}, LocalId source = LocalId::None,
                    uint32_t node = 0);
    Local temporary(Type type, uint32_t node);  // dropped with the enclosing temporaries' scope
    Local declare(LocalId local);               // a variable: StorageLive, scheduled
    Place place_of_local(LocalId local);
    bool is_copy(Type type);
    bool needs_drop(Type type);
    static bool may_borrow(Type type);

    // expressions (lower_expression.cpp, lower_calls.cpp, lower_place.cpp)
    void into(Place destination, ExprId expr);
    void effect(ExprId expr);  // for its effects; the value is dropped at once
    Operand operand(ExprId expr);
    Operand stable_operand(ExprId expr, bool later_may_write);
    Operand lent_operand(ExprId expr, bool later_may_write);
    std::vector<Operand> operands(const std::vector<ExprId>& exprs, std::vector<bool>* spread,
                                  const hir::EvaluationOrder& order);
    Operand read(Place place, Type type, uint32_t node);  // Copy or Move by the type
    Place place(ExprId expr);
    bool is_place(ExprId expr) const;
    bool is_trivial(ExprId expr) const;
    Operand consume(Local temp) { return Move{Place{temp, {}}}; }
    Local index_local(ExprId index);
    void evaluate_keys(ExprId target);
    void store(const Place& destination, Rvalue value, Type type, uint32_t node);  // drops the old value

    void lower_into(Place& d, const Expr& e, ExprId id);
    bool lower_simple(Place& d, const Expr& e);
    bool ends_with_statement(const Place& lent, ExprId id);
    void lower_call(Place d, const Expr& e, const hir::Call& call);
    void lower_new(Place d, const Expr& e, Type type, ItemId constructor, const std::vector<ExprId>& arguments);
    void lower_go(const Expr& e, const hir::Go& go);
    void lower_closure(Place d, const Expr& e, const hir::Closure& closure);
    void lower_assign(const Expr& e, const hir::Assign& a);
    void lower_compound(const Expr& e, const hir::CompoundAssign& a);
    bool waits(ExprId id) const;
    void lower_increment(Place d, const Expr& e, const hir::Increment& a);
    void update_member(const Expr& target, uint32_t node, const std::function<Operand(Operand)>& make);
    void lower_try(Place d, const Expr& e, const hir::Try& t);
    void lower_aggregate(Place d, const Expr& e, const hir::Aggregate& a);
    void write_through(ExprId place, Operand value, uint32_t node);  // assignment to any assignable expression

    // control flow (lower_control.cpp, lower_loops.cpp)
    void lower_block(Place d, const hir::Block& block, ExprId id, uint32_t node);
    void lower_let(const hir::Let& let, uint32_t node);
    ExprId dereferenced(ExprId place) const;
    void keep_borrowed_temporaries(ExprId initializer, uint32_t node);
    void lower_if(Place d, const hir::If& e, uint32_t node);
    void condition(ExprId expr, BlockId then, BlockId otherwise);
    void lower_logical(Place d, const hir::Logical& e, uint32_t node);
    void lower_match(Place d, const hir::Match& m, uint32_t node);
    void lower_loop(Place d, const hir::Loop& l, ExprId id, uint32_t node);
    void lower_for(const hir::For& f, ExprId id, uint32_t node);
    void for_range(const hir::For& f, const hir::Range& range, ExprId id, uint32_t node);
    void for_list(const hir::For& f, ExprId id, uint32_t node);
    void for_iterator(const hir::For& f, ExprId id, uint32_t node);
    void for_protocol(const hir::For& f, ExprId id, uint32_t node);
    void lower_select(Place d, const hir::Select& s, uint32_t node);
    void lower_try_catch(Place d, const hir::TryCatch& t, uint32_t node);
    void lower_adopting_return(const hir::Return& r, uint32_t node);
    void lower_return(const hir::Return& r, uint32_t node);
    std::optional<Place> iterable_place(ExprId iterable, bool lends, uint32_t node);
    Rounds begin_rounds(ExprId id, uint32_t node);
    void run_round(const hir::For& f, ExprId id, const Rounds& rounds, Place element, uint32_t node);
    void end_rounds(const Rounds& rounds, uint32_t node);
    void loop_body(ExprId body, ExprId id, BlockId exit, BlockId next, size_t loop_mark, Place result, bool has_result);

    // patterns (lower_pattern.cpp)
    void test(PatternId pattern, const Place& place, BlockId failed);  // falls through when it matches
    void bind(PatternId pattern, const Place& place, bool may_move);
    void declare_bindings(PatternId pattern);
    std::optional<Place> lent_member(const hir::TypePattern& typed, const Place& place, uint32_t node);
    bool binds_reference(PatternId pattern) const;
    void drop_between(size_t from, size_t to, uint32_t node);
    bool is_irrefutable(PatternId pattern) const;
    Place subplace(const Place& place, Projection projection) const;
    Local property_value(const Place& object, Name name, Type type, uint32_t node);

    // contracts (lower_contracts.cpp)
    void capture_old_values();
    void check_contracts(ContractKind kind, uint32_t node);
    void check_clause(const ContractClause& clause, uint32_t node);
    void check_loop_invariants(ExprId loop, uint32_t node);
    void lower_quantifier(Place d, const hir::Quantifier& q, uint32_t node);

    void begin(Type result);
    bool guard_checks() const;
    bool may_be_called_through_dyn() const;
    void finish();

    QueryContext& context_;
    const Body& body_;
    const BodyFunction& function_;
    BodyFunctionId function_id_;
    MirBody mir_;
    BlockId current_ = kNoBlock;
    std::vector<bool> jumped_to_;
    BlockId return_block_ = kNoBlock;
    std::vector<Scheduled> scheduled_;
    std::vector<Target> targets_;
    std::unordered_map<uint32_t, Local> locals_;  // by LocalId, of this function
    std::unordered_map<uint32_t, bool> captured_by_reference_;
    std::unordered_map<uint32_t, Local> old_values_;       // by ExprId of Old
    std::unordered_map<uint32_t, Local> evaluated_keys_;   // by ExprId, of the place that is assigned to
    std::unordered_map<uint32_t, Place> place_overrides_;  // expressions already evaluated once (compound assignment)
};

}  // namespace braid::mir
