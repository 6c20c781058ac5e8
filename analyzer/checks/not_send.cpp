#include <algorithm>

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
    bool is_send(Type type) {
        if (type->has(TypeHasError) || context_.get<CapabilitiesOf>(type)->send) return true;
        if (kind_of(item_) != ItemKind::Function || !type->has(TypeHasParameter)) return false;
        // What this method's `where` says of the parameters of its `impl`.
        Type known = map_type(type, [&](Type part) {
            bool asked = part->is(TypeKind::Parameter) && asks(item_, part->text, "Send");
            return asked ? type::integer() : part;
        });
        return known != type && context_.get<CapabilitiesOf>(known)->send;
    }

    /// Of a parameter of what the function stands in.
    bool asks(ItemId function, Name parameter, std::string_view trait) {
        auto signature = context_.get<SignatureOf>(function);
        return std::any_of(signature->demands.begin(), signature->demands.end(), [&](const TaskDemand& demand) {
            return demand.parameter == parameter && demand.trait.text() == trait;
        });
    }

    std::string path_to_culprit(Type type) { return describe_path(item_, explain_not_send(context_, type), type); }

    /// What to do instead, by the part that may not leave its task.
    std::string advice(Type type) {
        Type culprit = explain_not_send(context_, type).culprit;
        if (!culprit) return {};
        if (culprit->is(TypeKind::Dyn) || culprit->is(TypeKind::Function))
            return fmt::format("; `{} + Send` says that it may", print_type(item_, culprit));
        if (culprit->is(TypeKind::Parameter))
            return fmt::format("; `{}: Send` asks callers for it", print_type(item_, culprit));
        if (is_guard(context_, culprit)) return "; lock inside the task: the lock itself is a handle that tasks share";
        return {};
    }

    ItemDiagnostic& report(uint32_t node, std::string message, Type type) {
        out_.push_back(diagnostic(DiagnosticCode::NotSend, {item_, node},
                                  std::move(message) + path_to_culprit(type) + advice(type)));
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

    static bool asks_for(const GenericParameter& parameter, std::string_view trait) {
        return std::any_of(parameter.bounds.begin(), parameter.bounds.end(), [&](Type bound) {
            return bound->is(TypeKind::Nominal) && name_of(bound->item).text() == trait && is_std(file_of(bound->item));
        });
    }

    void check_call(const Expr& e, const Call& call) {
        if (std::holds_alternative<MessageCallee>(call.callee)) return check_message(e, call);
        auto* direct = std::get_if<DirectCallee>(&call.callee);
        if (!direct || direct->function == ItemId::None) return;
        check_arguments(call, *direct);
        std::vector<GenericParameter> generics = generics_of(direct->function);
        for (size_t i = 0; i < generics.size() && i < direct->type_arguments.size(); ++i) {
            Type argument = direct->type_arguments[i];
            bool here = asks(direct->function, generics[i].name, "Send");
            if (!argument || !(here || asks_for(generics[i], "Send")) || is_send(argument)) continue;
            if (!here && receiver_tells(call, argument)) continue;
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

    /// Only what the call is made on has the type (`receiver.recv()`): it was told where that was made or filled.
    bool receiver_tells(const Call& call, Type type) {
        if (call.arguments.empty() || offending_argument(call, type, 0) != 0) return false;
        bool found = false;
        walk_type((*body_)[call.arguments[0]].type, [&](Type part) {
            found |= part == type;
            return !found;
        });
        return found;
    }

    // ---- functions and futures that are handed to another task ----

    ExprId without_conversion(ExprId id) const {
        while (auto* convert = body_->as<Convert>(id)) id = convert->operand;
        return id;
    }

    /// What made the value of an expression: a variable's initializer, where the variable is never assigned.
    ExprId origin(ExprId id) const {
        for (int depth = 0; depth < 16; ++depth) {
            id = without_conversion(id);
            auto* local = body_->as<LocalRef>(id);
            if (!local || (*body_)[local->local].is_reassigned) return id;
            ExprId initializer = ExprId::None;
            for (const Expr& e : body_->expressions) {
                auto* let = std::get_if<Let>(&e.data);
                auto* bind = let && let->pattern != PatternId::None ? body_->as<BindPattern>(let->pattern) : nullptr;
                if (bind && bind->local == local->local) initializer = let->initializer;
            }
            if (initializer == ExprId::None) return id;
            id = initializer;
        }
        return id;
    }

    void check_arguments(const Call& call, const DirectCallee& direct) {
        auto signature = context_.get<SignatureOf>(direct.function);
        size_t receiver = signature->receiver != Receiver::None;
        auto is_task = [&](const ParameterInfo& parameter) {
            return std::any_of(signature->attributes.begin(), signature->attributes.end(), [&](const Attribute& a) {
                return a.name.text() == "task" && !a.arguments.empty() && a.arguments[0] == parameter.name.text();
            });
        };
        for (size_t i = 0; i < signature->parameters.size() && i + receiver < call.arguments.size(); ++i) {
            const ParameterInfo& parameter = signature->parameters[i];
            ExprId argument = call.arguments[i + receiver];
            bool bounded = parameter.type->is(TypeKind::Function) || parameter.type->is(TypeKind::Dyn);
            bool starts = is_task(parameter);
            if (bounded && parameter.type->has(TypeSendBound)) check_function(argument, starts, is_scoped(*signature));
            else if (starts) check_future(argument);
        }
    }

    /// A scope waits for its tasks: they may borrow, but only what tasks may share.
    static bool is_scoped(const FunctionSignature& signature) {
        return std::any_of(signature.attributes.begin(), signature.attributes.end(), [](const Attribute& a) {
            return a.name.text() == "effect" && !a.arguments.empty() && a.arguments[0] == "scoped";
        });
    }

    bool may_be_lent(const LocalInfo& local, CaptureMode mode) {
        Type type = local.type->is(TypeKind::Reference) ? local.type->element() : local.type;
        bool whole = mode == CaptureMode::BorrowMutable || local.type->has(TypeMutable);
        auto capabilities = context_.get<CapabilitiesOf>(type);
        return type->has(TypeHasError) || (whole ? capabilities->send : capabilities->sync);
    }

    void check_function(ExprId argument, bool starts, bool scoped) {
        const Expr& value = (*body_)[without_conversion(argument)];
        auto* closure = body_->as<Closure>(origin(argument));
        const BodyFunction* function = closure ? &(*body_)[closure->function] : nullptr;
        if (function && function->is_task) return;  // its captures are checked
        if (is_send(value.type)) return;
        std::string_view what = starts ? "a task" : "something that may run in another task";
        for (size_t i = 0; function && i < function->captures.size(); ++i) {
            const Capture& capture = function->captures[i];
            const LocalInfo& local = (*body_)[capture.local];
            bool lends = capture.mode == CaptureMode::Borrow || capture.mode == CaptureMode::BorrowMutable;
            bool reference = local.type->is(TypeKind::Reference);
            if (!lends && !reference && is_send(local.type)) continue;
            if (scoped && (lends || reference)) {
                if (may_be_lent(local, capture.mode)) continue;
                lends = reference = false;
            }
            ItemDiagnostic d = diagnostic(
                lends || reference ? DiagnosticCode::BorrowEscapesTask : DiagnosticCode::NotSend, {item_, value.node},
                fmt::format("this closure is given to {}, but {} `{}`{}", what, lends ? "borrows" : "captures",
                            local.name.text(),
                            lends       ? ", which belongs to this function"
                            : reference ? fmt::format(", a borrow (`{}`)", print_type(item_, local.type))
                                        : fmt::format(", whose type `{}` may not leave its task{}",
                                                      print_type(item_, local.type), path_to_culprit(local.type))));
            d.related.push_back({{item_, capture.node}, fmt::format("`{}` is captured here", local.name.text())});
            if (lends)
                d.fixes.push_back({"let the closure own what it captures",
                                   {{{item_, function->node}, ItemDiagnostic::FixEdit::InsertBefore, "move "}}});
            out_.push_back(std::move(d));
            return;
        }
        if (scoped && function) return;
        report(value.node,
               fmt::format("a value of type `{}` is given to {}, but may not leave its task",
                           print_type(item_, value.type), what),
               value.type);
    }

    /// A future holds what it was called with until it has run.
    void check_future(ExprId argument) {
        auto* call = body_->as<Call>(origin(argument));
        if (!call || call->mode != CallMode::ColdFuture) return;
        uint32_t started = (*body_)[argument].node;
        for (ExprId held : call->arguments) {
            const Expr& value = (*body_)[held];
            if (value.type->is(TypeKind::Reference)) {
                ItemDiagnostic d =
                    diagnostic(DiagnosticCode::BorrowEscapesTask, {item_, value.node},
                               fmt::format("a borrow (`{}`) is held by a future that runs as a task of its own",
                                           print_type(item_, value.type)));
                d.related.push_back({{item_, started}, "the future is started as a task here"});
                out_.push_back(std::move(d));
            } else if (!is_send(value.type)) {
                auto& d = report(value.node,
                                 fmt::format("a value of type `{}` is held by a future that runs as a task of its own, "
                                             "but may not leave its task",
                                             print_type(item_, value.type)),
                                 value.type);
                d.related.push_back({{item_, started}, "the future is started as a task here"});
            }
        }
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
