#include "analyzer/semantics/altru/builder.h"

// `select` and `go`.
namespace braid::altru_semantics {

using namespace hir;

void BodyBuilder::check_select_arm(const ast::SelectArm& s, SelectArm& arm) {
    const Known& known = Known::get();
    uint32_t node = node_of(s);
    ast::Expression operation = s.operation();
    auto lend = [&](ExprId channel) { return borrow(channel, false, expr(channel).node); };
    auto refuse = [&] {
        error(DiagnosticCode::TypeMismatch, operation ? node_of(operation) : node,
              "an arm of a `select` receives (`p = rx.recv()`, `p = <-ch`) or sends (`tx.send(v)`, `ch <- v`)");
        if (s.pattern()) check_pattern(s.pattern(), type::error(), {});
    };
    if (!operation) return refuse();
    if (s.is_arrow_send()) {
        arm.kind = SelectArmKind::Send;
        ExprId channel = auto_deref(check(operation));
        Type t = type_of(channel);
        if (t->is(TypeKind::Error)) return;
        if (!is_nominal(t, known.channel) && !is_nominal(t, known.sender)) return refuse();
        arm.channel = lend(channel);
        arm.value = check_argument(s.sent_value(), t->arguments[0], true, false, false);
        return;
    }
    ExprId channel = ExprId::None;
    bool receives = false;
    auto prefix = operation.as<ast::PrefixExpr>();
    auto call = operation.as<ast::CallExpr>();
    auto awaited = operation.as<ast::AwaitExpr>();
    if (awaited) call = awaited.operand().as<ast::CallExpr>();
    ast::FieldExpr field = call ? call.callee().as<ast::FieldExpr>() : ast::FieldExpr();
    if (prefix && prefix.op() == Kind::LeftArrow) {
        channel = auto_deref(check(prefix.operand()));
        receives = true;
    } else if (field && field.name() && (field.name().text() == "recv" || field.name().text() == "send")) {
        channel = auto_deref(check(field.base()));
        receives = field.name().text() == "recv";
        if (auto target = find_method_on(type_of(channel), Name(field.name().text())))
            resolution(field.name(), target->function, nullptr);
    } else {
        if (operation) check(operation);
        return refuse();
    }
    Type t = type_of(channel);
    if (t->is(TypeKind::Error)) {
        if (s.pattern()) check_pattern(s.pattern(), type::error(), {});
        return;
    }
    bool fits = is_nominal(t, known.channel) || is_nominal(t, receives ? known.receiver : known.sender);
    if (!fits) return refuse();
    arm.channel = lend(channel);
    if (receives) {
        arm.kind = SelectArmKind::Receive;
        Type result = result_of(t->arguments[0], type::nominal(std_item(ItemKind::Struct, "sync", "Closed")));
        arm.pattern =
            s.pattern() ? check_pattern(s.pattern(), result, {}) : emit_pattern(WildcardPattern{}, result, node);
        return;
    }
    arm.kind = SelectArmKind::Send;
    auto arguments = call.arguments();
    if (arguments.size() != 1) {
        error(DiagnosticCode::WrongArgumentCount, node_of(call),
              "`send` takes 1 argument, not " + std::to_string(arguments.size()));
        return;
    }
    arm.value = check_argument(arguments[0].value(), t->arguments[0], true, false, false);
    if (s.pattern()) error(DiagnosticCode::TypeMismatch, node_of(s.pattern()), "a sending arm gives no value");
}

ExprId BodyBuilder::check_select(const ast::SelectStmt& s) {
    uint32_t node = node_of(s);
    Select select;
    bool before = diverges_, all_diverge = !s.arms().empty();
    uint32_t default_node = 0, timeout_node = 0;
    bool has_default = false;
    for (const ast::Ast& arm_node : s.arms()) {
        SelectArm arm;
        arm.node = node_of(arm_node);
        arm.kind = SelectArmKind::Default;
        auto mark = open_scope();
        ast::Block block;
        diverges_ = before;
        if (auto arm_syntax = ast::SelectArm::cast(arm_node)) {
            arm.kind = SelectArmKind::Receive;
            check_select_arm(arm_syntax, arm);
            block = arm_syntax.body();
        } else if (auto timeout = ast::SelectTimeoutArm::cast(arm_node)) {
            arm.kind = SelectArmKind::Timeout;
            timeout_node = arm.node;
            if (timeout.duration()) {
                ExprId duration = check(timeout.duration(), type::integer());
                Type t = table_.shallow(type_of(duration));
                if (is_std_type(t, "Duration"))
                    arm.channel = call_std_method(t->item, "as_millis", duration, {}, arm.node);
                else arm.channel = coerce(duration, type::integer(), node_of(timeout.duration()));
            } else {
                error(DiagnosticCode::WrongArgumentCount, arm.node,
                      "`timeout` takes a number of milliseconds: `case timeout(1000):`");
                arm.channel = emit(IntegerLiteral{0}, type::integer(), arm.node);
            }
            block = timeout.body();
        } else if (auto otherwise = ast::SelectDefaultArm::cast(arm_node)) {
            if (has_default) error(DiagnosticCode::UnreachableSelectArm, arm.node, "a `select` has one `default`");
            has_default = true;
            default_node = arm.node;
            block = otherwise.body();
        }
        arm.body = check_block(block, nullptr, false);
        all_diverge = all_diverge && diverges_;
        close_scope(mark);
        select.arms.push_back(std::move(arm));
    }
    (void)default_node;
    (void)timeout_node;
    diverges_ = before || all_diverge;
    return emit(std::move(select), all_diverge ? type::never() : type::unit(), node);
}

ExprId BodyBuilder::check_go(const ast::GoStmt& s) {
    uint32_t node = node_of(s);
    ast::Expression operand = s.operand();
    if (!operand) return error_expr(node);
    while (operand.kind() == Kind::ParenExpr) operand = operand.as<ast::ParenExpr>().inner();
    ExprId started;
    if (auto closure = operand.as<ast::ClosureExpr>()) {
        Type unit = type::unit();
        started = check_closure(
            closure, closure.is_async() || closure.result_type() ? nullptr : type::function({}, unit), true, false);
        if (closure.parameters() && !closure.parameters().parameters().empty())
            error(DiagnosticCode::WrongArgumentCount, node_of(operand),
                  "the function of a goroutine takes no parameters; it captures what it needs");
    } else {
        bool before = diverges_;
        bool task = in_go_;
        in_go_ = true;
        started = check(operand);
        in_go_ = task;
        diverges_ = before;
        bool is_call = std::holds_alternative<Call>(expr(started).data);
        Type t = type_of(started);
        if (!is_call && t->is(TypeKind::Function) && t->parameters().empty()) {
            started = emit(Call{ValueCallee{started}, {}}, t->result(), node);
        } else if (!is_call && !t->is(TypeKind::Error)) {
            error(DiagnosticCode::TypeMismatch, node_of(operand), "`go` starts a call: `go work(x)` or `go fn(): …`");
        }
    }
    return emit(Go{started}, type::unit(), node);
}

}  // namespace braid::altru_semantics
