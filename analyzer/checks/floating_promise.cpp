#include <fmt/format.h>

#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/checks/discarded.h"

// floating-promise: a statement makes a promise and nobody waits for it or handles its failure.
//
//     save(order);               // floating
//     await save(order);         // waits
//     save(order).catch(report); // handled
//     void save(order);          // said outright
//
// In a constructor the same is `async-in-constructor`: nobody can wait there.
namespace braid::checks {
namespace {

using namespace hir;

std::string_view called_name(const Call& call) {
    if (auto* direct = std::get_if<DirectCallee>(&call.callee)) return name_of(direct->function).text();
    if (auto* found = std::get_if<VirtualCallee>(&call.callee)) return found->name.text();
    return {};
}

/// `p.catch(f)`, `p.then(f, g)`, and `.finally(f)` after one of them.
bool is_handled(const Body& body, ExprId id) {
    auto* call = body.as<Call>(id);
    if (!call || call->arguments.empty() || !is_std_type(body[call->arguments[0]].type, "Promise")) return false;
    std::string_view name = called_name(*call);
    if (name == "catch") return true;
    if (name == "then") {
        if (call->arguments.size() < 3) return false;
        ExprId second = call->arguments[2];
        while (auto* convert = body.as<Convert>(second)) second = convert->operand;
        return !body.as<UndefinedLiteral>(second);
    }
    return name == "finally" && is_handled(body, call->arguments[0]);
}

}  // namespace

void floating_promise(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    auto body = context.get<BodyOf>(item);
    bool in_constructor = kind_of(item) == ItemKind::Function && context.get<SignatureOf>(item)->is_constructor;
    for_each_discarded(*body, [&](BodyFunctionId function, ExprId id) {
        const Expr& e = (*body)[id];
        bool stored = body->as<Assign>(id) || body->as<Let>(id);
        if (stored || !is_std_type(e.type, "Promise") || is_handled(*body, id)) return;
        auto* call = body->as<Call>(id);
        std::string what = call && !called_name(*call).empty()
                               ? fmt::format("`{}` returns a promise", called_name(*call))
                               : std::string("this is a promise");
        if (in_constructor && function == BodyFunctionId(0)) {
            out.push_back(diagnostic(DiagnosticCode::AsyncInConstructor, {item, e.node},
                                     what + " that the constructor cannot wait for: the object is handed out before it "
                                            "is ready, and a failure is lost"));
            return;
        }
        ItemDiagnostic d = diagnostic(
            DiagnosticCode::FloatingPromise, {item, e.node},
            what + " that nobody waits for: a failure in it is lost, and what follows may run before it has ended");
        if ((*body)[function].is_async || kind_of(item) == ItemKind::File)
            d.fixes.push_back({"wait for it", {{{item, e.node}, ItemDiagnostic::FixEdit::InsertBefore, "await "}}});
        d.fixes.push_back(
            {"say that it is not waited for", {{{item, e.node}, ItemDiagnostic::FixEdit::InsertBefore, "void "}}});
        out.push_back(std::move(d));
    });
}

}  // namespace braid::checks
