#include <fmt/format.h>

#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"

// not-send: a value that must stay in its task is given to another one: captured by a task's closure, passed to `go`,
// sent in a message, or used as a type argument that a signature wants to be Send. A borrow of the spawner's locals in
// a task is `borrow-escapes-task`.
namespace braid::checks {
namespace {

using namespace hir;

class Check {
  public:
    Check(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out)
        : context_(context), item_(item), body_(context.get<BodyOf>(item)), out_(out) {}

    void run() {
        for (uint32_t i = 0; i < body_->expressions.size(); ++i) {
            const Expr& e = body_->expressions[i];
            if (auto* call = std::get_if<Call>(&e.data)) check_call(e, *call);
            else if (auto* go = std::get_if<Go>(&e.data)) check_go(e, *go);
        }
        for (const BodyFunction& function : body_->functions)
            if (function.is_task) check_captures(function);
    }

  private:
    bool is_send(Type type) { return type->has(TypeHasError) || context_.get<CapabilitiesOf>(type)->send; }

    ItemDiagnostic& report(uint32_t node, std::string message, Type type) {
        ItemDiagnostic d = diagnostic(DiagnosticCode::NotSend, {item_, node}, std::move(message));
        CapabilityPath path = explain_not_send(context_, type);
        if (path.culprit && path.culprit != type) {
            std::string steps;
            for (const std::string& step : path.steps) steps += (steps.empty() ? "" : ", ") + step;
            d.message += fmt::format(" (`{}: {}`)", steps, print_type(item_, path.culprit));
        }
        out_.push_back(std::move(d));
        return out_.back();
    }

    void check_captures(const BodyFunction& function) {
        for (const Capture& capture : function.captures) {
            const LocalInfo& local = (*body_)[capture.local];
            std::string_view name = local.name.text();
            if (capture.mode == CaptureMode::Borrow || capture.mode == CaptureMode::BorrowMutable) {
                ItemDiagnostic d =
                    diagnostic(DiagnosticCode::BorrowEscapesTask, {item_, capture.node},
                               fmt::format("the task borrows `{}`, which its spawner owns and may end first", name));
                d.related.push_back({{item_, function.node}, "the task is started with this closure"});
                out_.push_back(std::move(d));
            } else if (local.type->is(TypeKind::Reference)) {
                ItemDiagnostic d = diagnostic(DiagnosticCode::BorrowEscapesTask, {item_, capture.node},
                                              fmt::format("`{}` is a borrow (`{}`); a task may not keep it", name,
                                                          print_type(item_, local.type)));
                d.related.push_back({{item_, function.node}, "the task is started with this closure"});
                d.related.push_back({{item_, local.node}, fmt::format("`{}` is bound here", name)});
                out_.push_back(std::move(d));
            } else if (!is_send(local.type)) {
                auto& d = report(capture.node,
                                 fmt::format("the task captures `{}`, whose type `{}` may not leave its task", name,
                                             print_type(item_, local.type)),
                                 local.type);
                d.related.push_back({{item_, function.node}, "the task is started with this closure"});
                d.related.push_back({{item_, local.node}, fmt::format("`{}` is bound here", name)});
            }
        }
    }

    void check_go(const Expr& e, const Go& go) {
        auto* call = body_->as<Call>(go.call);
        if (!call) return;
        for (ExprId argument : call->arguments) {
            const Expr& value = (*body_)[argument];
            if (value.type->is(TypeKind::Reference)) {
                ItemDiagnostic d =
                    diagnostic(DiagnosticCode::BorrowEscapesTask, {item_, value.node},
                               fmt::format("a borrow (`{}`) is given to a goroutine, which may outlive what it borrows",
                                           print_type(item_, value.type)));
                d.related.push_back({{item_, e.node}, "the goroutine is started here"});
                out_.push_back(std::move(d));
            } else if (!is_send(value.type)) {
                auto& d = report(value.node,
                                 fmt::format("a value of type `{}` is given to a goroutine but may not leave its task",
                                             print_type(item_, value.type)),
                                 value.type);
                d.related.push_back({{item_, e.node}, "the goroutine is started here"});
            }
        }
    }

    /// The function's generics with those of what it stands in first: as `type_arguments` are.
    std::vector<GenericParameter> generics_of(ItemId function) {
        std::vector<GenericParameter> all;
        ItemId parent = parent_of(function);
        ItemKind kind = kind_of(parent);
        if (kind == ItemKind::Impl) all = context_.get<ImplOf>(parent)->generics;
        else if (kind != ItemKind::File && kind != ItemKind::Module) all = context_.get<DefinitionOf>(parent)->generics;
        const auto& own = context_.get<SignatureOf>(function)->generics;
        all.insert(all.end(), own.begin(), own.end());
        return all;
    }

    void check_call(const Expr& e, const Call& call) {
        if (std::holds_alternative<MessageCallee>(call.callee)) return check_message(e, call);
        auto* direct = std::get_if<DirectCallee>(&call.callee);
        if (!direct || direct->function == ItemId::None) return;
        std::vector<GenericParameter> generics = generics_of(direct->function);
        for (size_t i = 0; i < generics.size() && i < direct->type_arguments.size(); ++i) {
            bool wants_send = false;
            for (Type bound : generics[i].bounds)
                wants_send |= bound->is(TypeKind::Nominal) && name_of(bound->item).text() == "Send" &&
                              is_std(file_of(bound->item));
            Type argument = direct->type_arguments[i];
            if (!wants_send || !argument || is_send(argument)) continue;
            report(offending_argument(call, argument, e.node),
                   fmt::format("`{}` needs a type that is Send; `{}` is not", name_of(direct->function).text(),
                               print_type(item_, argument)),
                   argument);
        }
    }

    /// The argument whose type it is, so that the caret stands under the value and not under the call.
    uint32_t offending_argument(const Call& call, Type type, uint32_t otherwise) {
        for (ExprId argument : call.arguments)
            if ((*body_)[argument].type == type) return (*body_)[argument].node;
        return otherwise;
    }

    void check_message(const Expr& e, const Call& call) {
        for (size_t i = 1; i < call.arguments.size(); ++i) {
            const Expr& value = (*body_)[call.arguments[i]];
            if (is_send(value.type)) continue;
            report(value.node,
                   fmt::format("a message to an actor carries a value of type `{}`, which may not leave its task",
                               print_type(item_, value.type)),
                   value.type);
        }
        Type result = e.type;
        if (result && !result->is(TypeKind::Unit) && !is_send(result))
            report(
                e.node,
                fmt::format("the actor's reply has type `{}`, which may not leave its task", print_type(item_, result)),
                result);
    }

    QueryContext& context_;
    ItemId item_;
    std::shared_ptr<const Body> body_;
    std::vector<ItemDiagnostic>& out_;
};

}  // namespace

void not_send(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) { Check(context, item, out).run(); }

}  // namespace braid::checks
