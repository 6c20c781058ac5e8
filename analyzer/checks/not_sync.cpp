#include <algorithm>

#include <fmt/format.h>

#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/semantics/language.h"

// not-sync: something that tasks would share is of a type that they may not reach at once: a static, or a type argument
// that a signature wants to be Sync.
//
//     static SHAPE: dyn Shape = Circle{r: 1.0}     # any implementation may stand behind it
namespace braid::checks {
namespace {

using namespace hir;

class Check {
  public:
    Check(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out)
        : context_(context), item_(item), body_(context.get<BodyOf>(item)), out_(out) {}

    void run() {
        if (kind_of(item_) == ItemKind::Static) check_static();
        for (const Expr& e : body_->expressions)
            if (auto* call = std::get_if<Call>(&e.data)) check_call(e, *call);
    }

  private:
    bool is_sync(Type type) { return type->has(TypeHasError) || context_.get<CapabilitiesOf>(type)->sync; }

    void report(uint32_t node, std::string message, Type type) {
        message += describe_path(item_, explain_not_sync(context_, type), type);
        out_.push_back(diagnostic(DiagnosticCode::NotSync, {item_, node}, std::move(message)));
    }

    void check_static() {
        Type type = *context_.get<ValueTypeOf>(item_);
        if (!type || is_sync(type)) return;
        // There are no locals here that a function could have captured.
        if (Type culprit = explain_not_sync(context_, type).culprit; culprit && culprit->is(TypeKind::Function)) return;
        ExprId root = body_->functions.empty() ? ExprId::None : body_->functions[0].root;
        report(
            root == ExprId::None ? 0 : (*body_)[root].node,
            fmt::format("every task can reach the static `{}`, but its type `{}` may not be shared; a `Mutex` around "
                        "it may",
                        name_of(item_).text(), print_type(item_, type)),
            type);
    }

    std::vector<GenericParameter> generics_of(ItemId function) {
        std::vector<GenericParameter> all;
        ItemId parent = parent_of(function);
        if (kind_of(parent) == ItemKind::Impl) all = context_.get<ImplOf>(parent)->generics;
        const auto& own = context_.get<SignatureOf>(function)->generics;
        all.insert(all.end(), own.begin(), own.end());
        return all;
    }

    void check_call(const Expr& e, const Call& call) {
        auto* direct = std::get_if<DirectCallee>(&call.callee);
        if (!direct || direct->function == ItemId::None) return;
        std::vector<GenericParameter> generics = generics_of(direct->function);
        for (size_t i = 0; i < generics.size() && i < direct->type_arguments.size(); ++i) {
            auto wanted = [](Type bound) {
                return bound->is(TypeKind::Nominal) && name_of(bound->item).text() == "Sync" &&
                       is_std(file_of(bound->item));
            };
            Type argument = direct->type_arguments[i];
            bool asks = std::any_of(generics[i].bounds.begin(), generics[i].bounds.end(), wanted);
            // What may not even leave its task is told as such.
            if (!asks || !argument || is_sync(argument) || !context_.get<CapabilitiesOf>(argument)->send) continue;
            report(call.arguments.empty() ? e.node : (*body_)[call.arguments.back()].node,
                   fmt::format("`{}` needs a type that is Sync; `{}` is not", name_of(direct->function).text(),
                               print_type(item_, argument)),
                   argument);
        }
    }

    QueryContext& context_;
    ItemId item_;
    std::shared_ptr<const Body> body_;
    std::vector<ItemDiagnostic>& out_;
};

}  // namespace

void not_sync(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    if (!language_of(item).has_any) Check(context, item, out).run();
}

}  // namespace braid::checks
