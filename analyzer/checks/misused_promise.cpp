#include <fmt/format.h>

#include "analyzer/checks/body_check.h"
#include "analyzer/checks/checks.h"
#include "analyzer/semantics/item_diagnostic.h"

// misused-promise, where types have nothing against it (conditions, operators and predicates are reported with the
// types): an async function for `forEach`, which waits for nobody; an async executor, whose errors are lost; a promise
// that is printed or turned into text.
//
//     names.forEach(async name => { await store(name); });
//     new Promise(async resolve => { resolve(await load()); });
//     println(load());
namespace braid::checks {
namespace {

using namespace hir;

class Check : public BodyCheck {
  public:
    using BodyCheck::BodyCheck;

    void run() {
        for (uint32_t i = 0; i < body_.expressions.size(); ++i) {
            ExprId id{i};
            if (inside_.function(id) == BodyFunctionId::None) continue;
            if (auto* call = body_.as<Call>(id)) {
                for_each(id, *call);
                shown(*call);
            } else if (auto* made = body_.as<New>(id)) {
                executor(*made);
            }
        }
    }

  private:
    void for_each(ExprId id, const Call& call) {
        bool each = is_std_call(call, "Array", "forEach") || is_std_call(call, "Map", "forEach") ||
                    is_std_call(call, "Set", "forEach");
        if (!each || call.arguments.size() < 2) return;
        ExprId given = unconverted(body_, call.arguments[1]);
        if (!gives_promise(given)) return;
        ItemDiagnostic d = diagnostic(
            DiagnosticCode::MisusedPromise, {item_, body_[given].node},
            "`forEach` does not wait for the promises of this function: what follows runs before it has ended, and its "
            "errors are lost");
        d.related.push_back({{item_, body_[id].node}, "`forEach` returns as soon as each promise is made"});
        out_.push_back(std::move(d));
    }

    bool gives_promise(ExprId function) {
        BodyFunctionId known = inside_.function_value(function);
        if (known != BodyFunctionId::None && body_[known].is_async) return true;
        Type type = body_[function].type;
        return type->is(TypeKind::Function) && is_promise(type->arguments.back());
    }

    void shown(const Call& call) {
        ItemId item = called_item(call);
        if (item == ItemId::None || !is_std(file_of(item))) return;
        std::string_view name = name_of(item).text(), owner = name_of(parent_of(item)).text();
        bool shows = name == "println" || name == "print" || owner == "console" ||
                     (owner == "JSON" && name == "stringify") || name == "string" || name == "number";
        if (!shows) return;
        auto look = [&](ExprId argument) {
            ExprId value = unconverted(body_, argument);
            // A variable that holds a promise may be shown as what it is.
            if (value == ExprId::None || !is_promise(body_[value].type) || !body_.as<Call>(value)) return;
            ItemDiagnostic d = diagnostic(DiagnosticCode::MisusedPromise, {item_, body_[value].node},
                                          fmt::format("`{}` gets a promise, not its value; `await` it", name));
            if (body_[inside_.function(value)].is_async || kind_of(item_) == ItemKind::File)
                d.fixes.push_back(
                    {"await it", {{{item_, body_[value].node}, ItemDiagnostic::FixEdit::InsertBefore, "await "}}});
            out_.push_back(std::move(d));
        };
        for (ExprId argument : call.arguments) {
            auto* rest = body_.as<Aggregate>(unconverted(body_, argument));
            if (!rest || rest->kind != AggregateKind::List) look(argument);
            else
                for (ExprId each : rest->operands) look(each);
        }
    }

    void executor(const New& made) {
        if (!is_promise(made.type) || made.arguments.empty()) return;
        BodyFunctionId function = inside_.function_value(made.arguments[0]);
        if (function == BodyFunctionId::None || !body_[function].is_async) return;
        bool waits = false;
        for (uint32_t i = 0; i < body_.expressions.size(); ++i) {
            auto* attempt = body_.as<TryCatch>(ExprId(i));
            bool whole = attempt && !attempt->catches.empty() && inside_.function(ExprId(i)) == function;
            if (whole) return;  // it looks after its errors
            waits |= body_.as<Await>(ExprId(i)) && inside_.function(ExprId(i)) == function;
        }
        if (!waits) return;
        out_.push_back(diagnostic(DiagnosticCode::MisusedPromise, {item_, body_[function].node},
                                  "the promise does not wait for its async executor: an error in it never rejects the "
                                  "promise, which stays pending"));
    }
};

}  // namespace

void misused_promise(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    check_body<Check>(context, item, out);
}

}  // namespace braid::checks
