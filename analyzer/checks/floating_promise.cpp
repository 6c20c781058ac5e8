#include <fmt/format.h>

#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/checks/discarded.h"
#include "analyzer/checks/failures.h"

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

/// Made to be dropped: what is sent has been taken over when the call returns.
bool may_be_dropped(const Body& body, ExprId id) {
    return std_call(body, id, "Worker", "postMessage") || std_call(body, id, "Actor", "send");
}

/// `Promise.resolve().then(f)`, `Async.sleep(1).then(f)`: something for later, that cannot fail.
bool is_for_later(QueryContext& context, const Body& body, ExprId id) {
    ExprId first = id;
    for (const Call* then = std_call(body, first, "Promise", "then"); then;
         then = std_call(body, first, "Promise", "then"))
        first = unconverted(body, then->arguments[0]);
    auto* call = body.as<Call>(first);
    ItemId called = call ? called_item(*call) : ItemId::None;
    if (first == id || called == ItemId::None || !is_std(file_of(called))) return false;
    return !may_fail(context, BodyContext(body), id);
}

/// `names.map(async name => …);` as a statement: a list of promises, all dropped.
void report_list(ItemId item, const Body& body, BodyFunctionId function, ExprId id, std::vector<ItemDiagnostic>& out) {
    const Expr& e = body[id];
    bool list = e.type && e.type->is(TypeKind::List) && is_promise(e.type->element());
    if (!list || !body.as<Call>(id)) return;
    ItemDiagnostic d =
        diagnostic(DiagnosticCode::FloatingPromise, {item, e.node},
                   "this makes promises that nobody waits for: their failures are lost, and what follows "
                   "may run before they have ended");
    if (body[function].is_async || kind_of(item) == ItemKind::File)
        d.fixes.push_back({"wait for all of them",
                           {{{item, e.node}, ItemDiagnostic::FixEdit::InsertBefore, "await Promise.all("},
                            {{item, e.node}, ItemDiagnostic::FixEdit::InsertAfter, ")"}}});
    out.push_back(std::move(d));
}

}  // namespace

void floating_promise(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    auto body = context.get<BodyOf>(item);
    bool in_constructor = kind_of(item) == ItemKind::Function && context.get<SignatureOf>(item)->is_constructor;
    for_each_discarded(*body, [&](BodyFunctionId function, ExprId id) {
        const Expr& e = (*body)[id];
        bool stored = body->as<Assign>(id) || body->as<Let>(id);
        if (stored || may_be_dropped(*body, id)) return;
        if (!is_promise(e.type)) return report_list(item, *body, function, id, out);
        if (is_handled(*body, id) || is_for_later(context, *body, id)) return;
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
