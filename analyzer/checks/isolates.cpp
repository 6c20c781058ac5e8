#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "analyzer/checks/body_check.h"
#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/semantics/body_walk.h"
#include "analyzer/semantics/item_diagnostic.h"

// What crosses from one isolate to another.
//
//     worker.postMessage(load());                        // not-send: a promise stays where it was made
//     new Worker(() => count + 1)                        // not-send where `count` is assigned again
//     new Worker(() => { total += 1; })                  // data-race: a variable of the module, in two isolates
//     new ParallelArray(xs).map(x => { seen += 1; … })   // runs-on-one-core: the function cannot leave
//
// Values are copied when they cross, so only what cannot be copied is reported; `any` is checked when it crosses.
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
            if (auto* made = body_.as<New>(id)) this->made(*made);
            else if (auto* call = body_.as<Call>(id)) this->call(*call);
        }
    }

  private:
    /// Of a type: what in it may not cross. What is shared is looked into: its content crosses with it.
    std::optional<CapabilityPath> offence(Type type, int depth = 0) {
        if (type->has(TypeHasError) || depth > 8) return std::nullopt;
        if (!context_.get<CapabilitiesOf>(type)->send) {
            CapabilityPath found = explain_not_send(context_, type);
            if (!found.culprit) found.culprit = type;
            // What a function captures is not in its type: it is looked at when it crosses.
            if (found.culprit->is(TypeKind::Function)) return beside_functions(type, depth);
            return found;
        }
        if (!type->is(TypeKind::Nominal) || !is_std(file_of(type->item)) || is_std_type(type, "Resolver"))
            return std::nullopt;
        for (Type argument : type->arguments)
            if (auto inner = offence(argument, depth + 1)) {
                inner->steps.insert(inner->steps.begin(), fmt::format("content of {}", name_of(type->item).text()));
                return inner;
            }
        return std::nullopt;
    }

    /// The same of an object that holds functions: in what else it holds.
    std::optional<CapabilityPath> beside_functions(Type type, int depth) {
        auto look = [&](Type part, std::string step) -> std::optional<CapabilityPath> {
            auto inner = part->is(TypeKind::Function) ? std::nullopt : offence(part, depth + 1);
            if (inner) inner->steps.insert(inner->steps.begin(), std::move(step));
            return inner;
        };
        if (type->is(TypeKind::Record)) {
            for (const RecordField& field : type->fields)
                if (auto inner = look(field.type, fmt::format(".{}", field.name.text()))) return inner;
        } else if (type->is(TypeKind::Nominal) && !is_std(file_of(type->item)) &&
                   kind_of(type->item) == ItemKind::Class) {
            const std::vector<Type> types = field_types(context_, type, ItemId::None);
            size_t at = 0;
            for (const FieldInfo& field : context_.get<DefinitionOf>(type->item)->fields) {
                if (field.is_static || at >= types.size()) continue;
                auto step = fmt::format("{}.{}", name_of(type->item).text(), field.name.text());
                if (auto inner = look(types[at++], std::move(step))) return inner;
            }
        } else if (type->is(TypeKind::List)) {
            return look(type->element(), "element");
        }
        return std::nullopt;
    }

    void crosses(ExprId value, std::string_view how) {
        value = unconverted(body_, value);
        if (value == ExprId::None || std_call(body_, value, "", "transfer")) return;  // that is looked at itself
        BodyFunctionId function = inside_.function_value(value);
        if (function != BodyFunctionId::None) return captures(function, how);
        Type type = body_[value].type;
        auto found = offence(type);
        if (!found) return parts(value, how);
        ItemDiagnostic d = diagnostic(DiagnosticCode::NotSend, {item_, body_[value].node},
                                      fmt::format("{} has type `{}`, which may not leave its isolate{}", how,
                                                  print_type(item_, type), describe_path(item_, *found, type)));
        if (is_promise(type) && body_[inside_.function(value)].is_async)
            d.fixes.push_back({"send what it gives",
                               {{{item_, body_[value].node}, ItemDiagnostic::FixEdit::InsertBefore, "await "}}});
        out_.push_back(std::move(d));
    }

    /// An object that is written out: its parts one by one, as their types may have been widened to `any`.
    void parts(ExprId value, std::string_view how) {
        auto* aggregate = body_.as<Aggregate>(value);
        if (!aggregate) return;
        for (ExprId part : aggregate->operands) crosses(part, how);
    }

    /// The variables that a function takes with it.
    void captures(BodyFunctionId function, std::string_view how) {
        for (const Capture& capture : body_[function].captures) {
            const LocalInfo& local = body_[capture.local];
            std::string_view name = local.name.text();
            if (is_function_of_its_own(capture.local)) {
                through_function(capture, function, how);
            } else if (local.is_reassigned) {
                ItemDiagnostic d = diagnostic(
                    DiagnosticCode::NotSend, {item_, capture.node},
                    fmt::format("{} captures `{}`, which is assigned again: the other isolate would have a copy that "
                                "does not change with it",
                                how, name));
                story(d, function, local);
                out_.push_back(std::move(d));
            } else if (auto found = offence(local.type)) {
                ItemDiagnostic d =
                    diagnostic(DiagnosticCode::NotSend, {item_, capture.node},
                               fmt::format("{} captures `{}`, whose type `{}` may not leave its isolate{}", how, name,
                                           print_type(item_, local.type), describe_path(item_, *found, local.type)));
                story(d, function, local);
                out_.push_back(std::move(d));
            }
        }
        module_variables(function);
        module_objects(function, how);
    }

    /// A local function goes with what it captures itself.
    void through_function(const Capture& capture, BodyFunctionId function, std::string_view how) {
        const BodyFunctionId taken = inside_.function_value(inside_.initializer(capture.local));
        const LocalInfo& outer = body_[capture.local];
        if (taken == function) return;
        for (const Capture& inner : body_[taken].captures) {
            const LocalInfo& local = body_[inner.local];
            auto found =
                local.is_reassigned || is_function_of_its_own(inner.local) ? std::nullopt : offence(local.type);
            if (!local.is_reassigned && !found) continue;
            const std::string why =
                found ? fmt::format("whose type `{}` may not leave its isolate{}", print_type(item_, local.type),
                                    describe_path(item_, *found, local.type))
                      : "which is assigned again: the other isolate would have a copy of its own";
            ItemDiagnostic d = diagnostic(
                DiagnosticCode::NotSend, {item_, capture.node},
                fmt::format("{} calls `{}`, which captures `{}`, {}", how, outer.name.text(), local.name.text(), why));
            d.related.push_back(
                {{item_, inner.node}, fmt::format("`{}` uses `{}` here", outer.name.text(), local.name.text())});
            story(d, function, local);
            out_.push_back(std::move(d));
            return;
        }
    }

    /// Objects of the module that the function names.
    void module_objects(BodyFunctionId function, std::string_view how) {
        std::set<ItemId> told;
        walk_expressions(body_, body_[function].root, [&](ExprId id) {
            auto* variable = body_.as<StaticRef>(id);
            if (!variable || is_std(file_of(variable->item)) || !told.insert(variable->item).second) return;
            auto found = offence(body_[id].type);
            if (!found) return;
            ItemDiagnostic d = diagnostic(DiagnosticCode::NotSend, {item_, body_[id].node},
                                          fmt::format("{} uses `{}`, whose type `{}` may not leave its isolate{}", how,
                                                      name_of(variable->item).text(), print_type(item_, body_[id].type),
                                                      describe_path(item_, *found, body_[id].type)));
            d.related.push_back({{item_, body_[function].node}, "this function crosses to another isolate"});
            d.related.push_back(
                {{variable->item, 0}, fmt::format("`{}` is declared here", name_of(variable->item).text())});
            out_.push_back(std::move(d));
        });
    }

    void story(ItemDiagnostic& d, BodyFunctionId function, const LocalInfo& local) {
        d.related.push_back({{item_, body_[function].node}, "this function crosses to another isolate"});
        d.related.push_back({{item_, local.node}, fmt::format("`{}` is declared here", local.name.text())});
    }

    bool is_function_of_its_own(LocalId local) {
        ExprId initial = inside_.initializer(local);
        return initial != ExprId::None && inside_.function_value(initial) != BodyFunctionId::None;
    }

    /// The module variable that an assignment in the function changes, with the place.
    std::optional<std::pair<ItemId, uint32_t>> changed_variable(BodyFunctionId function) {
        std::optional<std::pair<ItemId, uint32_t>> changed;
        walk_expressions(body_, body_[function].root, [&](ExprId id) {
            ExprId place = ExprId::None;
            if (auto* assign = body_.as<Assign>(id)) place = assign->place;
            else if (auto* compound = body_.as<CompoundAssign>(id)) place = compound->place;
            else if (auto* step = body_.as<Increment>(id)) place = step->place;
            auto* variable = place == ExprId::None ? nullptr : body_.as<StaticRef>(place);
            if (variable && !changed) changed = std::pair(variable->item, body_[id].node);
        });
        return changed;
    }

    void module_variables(BodyFunctionId function) {
        auto changed = changed_variable(function);
        if (!changed) return;
        std::string_view name = name_of(changed->first).text();
        ItemDiagnostic d = diagnostic(
            DiagnosticCode::DataRace, {item_, changed->second},
            fmt::format("`{}` is changed in another isolate while the one that declares it has it too", name));
        d.related.push_back({{item_, body_[function].node}, "this function runs in another isolate"});
        d.related.push_back({{changed->first, 0}, fmt::format("`{}` belongs to the isolate that made it", name)});
        out_.push_back(std::move(d));
    }

    void made(const New& made) {
        if (made.arguments.empty()) return;
        if (is_std_type(made.type, "Worker")) {
            BodyFunctionId function = inside_.function_value(made.arguments[0]);
            if (function != BodyFunctionId::None) captures(function, "the worker's function");
        } else if (is_std_type(made.type, "ParallelArray")) {
            ExprId list = unconverted(body_, made.arguments[0]);
            Type type = body_[list].type;
            auto found = type->is(TypeKind::List) ? offence(type->element()) : std::nullopt;
            if (!found) return;
            out_.push_back(diagnostic(
                DiagnosticCode::NotSend, {item_, body_[list].node},
                fmt::format("elements of a `ParallelArray` cross to other isolates; `{}` may not{}",
                            print_type(item_, type->element()), describe_path(item_, *found, type->element()))));
        }
    }

    void call(const Call& call) {
        if (call.arguments.size() > 1 && is_std_call(call, "Worker", "postMessage"))
            crosses(call.arguments[1], "the message");
        else if (!call.arguments.empty() && is_std_call(call, "", "transfer"))
            crosses(call.arguments[0], "what is transferred");
        else if (call.arguments.size() > 1) parallel(call);
    }

    void parallel(const Call& call) {
        bool each = is_std_call(call, "ParallelArray", "map") || is_std_call(call, "ParallelArray", "filter") ||
                    is_std_call(call, "ParallelArray", "forEach");
        if (!each) return;
        BodyFunctionId function = inside_.function_value(call.arguments[1]);
        if (function == BodyFunctionId::None) return;
        for (const Capture& capture : body_[function].captures) {
            const LocalInfo& local = body_[capture.local];
            std::string why;
            if (local.is_reassigned) why = "which is assigned again";
            else if (offence(local.type) && !is_function_of_its_own(capture.local))
                why = fmt::format("whose type `{}` may not leave its isolate", print_type(item_, local.type));
            if (!why.empty()) return one_core(capture.node, function, local.name.text(), why);
        }
        if (auto changed = changed_variable(function))
            one_core(changed->second, function, name_of(changed->first).text(), "which it changes");
    }

    void one_core(uint32_t node, BodyFunctionId function, std::string_view name, std::string_view why) {
        ItemDiagnostic d = diagnostic(
            DiagnosticCode::RunsOnOneCore, {item_, node},
            fmt::format("this runs on one core: the function uses `{}`, {}, and cannot cross to other isolates", name,
                        why));
        d.related.push_back({{item_, body_[function].node}, "this function stays in the isolate that made it"});
        out_.push_back(std::move(d));
    }
};

}  // namespace

void isolates(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    check_body<Check>(context, item, out);
}

}  // namespace braid::checks
