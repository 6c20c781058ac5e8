#include <algorithm>
#include <map>
#include <set>

#include "analyzer/checks/callee_changes.h"
#include "analyzer/checks/effects.h"
#include "analyzer/checks/tasks.h"
#include "analyzer/semantics/body_walk.h"

namespace braid::checks {

using namespace hir;

StateKey property_key(QueryContext& context, Type object, Name property) {
    if (object->is(TypeKind::Union))
        for (Type member : object->arguments)
            if (member->is(TypeKind::Nominal)) object = member;
    if (!object->is(TypeKind::Nominal)) return {ItemId::None, property, LocalId::None};
    ItemId owner = object->item;
    for (int depth = 0; depth < 32 && owner != ItemId::None; ++depth) {
        auto definition = context.get<DefinitionOf>(owner);
        bool declares = std::any_of(definition->fields.begin(), definition->fields.end(),
                                    [&](const FieldInfo& field) { return field.name == property; });
        if (declares || !definition->base) break;
        owner = definition->base->item;
    }
    return {owner, property, LocalId::None};
}

namespace {

bool is_named(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// How the library calls a function that it is given.
enum class Calls { InTask, OneTask, ManyTasks, Elsewhere };
Calls calls_of(std::string_view owner, std::string_view name) {
    if (is_named(owner, {"ParallelArray"}) || is_named(name, {"processWithConcurrency", "setInterval", "serve"}))
        return Calls::ManyTasks;
    if (is_named(name, {"setTimeout", "queueMicrotask", "onMessage", "onCancel"}) || owner == "Actor")
        return Calls::OneTask;
    if (owner == "Worker" || owner == "Thread") return Calls::Elsewhere;
    return Calls::InTask;
}

class Facts {
  public:
    Facts(QueryContext& context, ItemId item, const Body& body)
        : context_(context), item_(item), body_(body), inside_(body) {}

    TaskFacts::Value found;
    TaskPlaces::Value places;

    void run() {
        collect_uses();
        for (uint32_t i = 0; i < body_.expressions.size(); ++i) {
            ExprId id{i};
            if (inside_.function(id) == BodyFunctionId::None) continue;
            if (auto* call = body_.as<Call>(id)) this->call(id, *call);
            else if (auto* made = body_.as<New>(id)) this->made(id, *made);
            else if (body_.as<Closure>(id)) stored(id);
            else if (auto* assign = body_.as<Assign>(id)) access(id, assign->place, true, false);
            else if (auto* compound = body_.as<CompoundAssign>(id)) access(id, compound->place, true, false);
            else if (auto* step = body_.as<Increment>(id)) access(id, step->place, true, false);
            else if (auto* loop = body_.as<For>(id)) iteration(*loop);
        }
        if (kind_of(item_) == ItemKind::File) found.runs = top_level_runs();
    }

  private:
    /// More than variables and their first values.
    bool top_level_runs() {
        bool runs = false;
        walk_expressions(body_, body_.functions[0].root, [&](ExprId id) {
            if (body_.as<Await>(id) || body_.as<For>(id) || body_.as<Loop>(id)) runs = true;
            ExprId parent = inside_.parent(id);
            bool statement = parent != ExprId::None && body_.as<Block>(parent);
            runs |= statement && body_.as<Call>(id);
        });
        return runs;
    }

    uint8_t origin(ExprId value) {
        value = unconverted(body_, value);
        if (value == ExprId::None) return 0;
        if (body_.as<New>(value) || body_.as<Aggregate>(value)) return uint8_t(Origin::Own);
        if (auto* property = body_.as<Property>(value)) {
            const Type holder = body_[unconverted(body_, property->base)].type;
            return is_part(context_, property_key(context_, holder, property->name)) ? origin(property->base) : 0;
        }
        auto* local = body_.as<LocalRef>(value);
        if (!local) return 0;
        const LocalInfo& info = body_[local->local];
        BodyFunctionId here = inside_.function(value);
        if (info.is_parameter && !info.is_reassigned) {
            const auto& parameters = body_[info.function].parameters;
            uint32_t at = uint32_t(std::find(parameters.begin(), parameters.end(), local->local) - parameters.begin());
            if (at >= kTrackedParameters || !uses_[uint32_t(local->local)].by_one_task()) return 0;
            if (info.function == here) return uint8_t(uint8_t(Origin::Parameter) + at);
            return info.function == BodyFunctionId(0) ? uint8_t(uint8_t(Origin::Outer) + at) : 0;
        }
        return info.function == here && is_own(local->local) ? uint8_t(Origin::Own) : 0;
    }

    /// How the functions of this body use a variable's object.
    struct Uses {
        ExprId home = ExprId::None;  ///< the loop whose rounds have one each
        bool made_here = false;      ///< by `new`, or an element of a loop
        bool only_receiver = true;   ///< nothing but its members is used
        bool in_inner_loop = false;  ///< a task is started with it in a loop further inside
        size_t calls = 0, starts = 0;
        /// Nobody but one task has it, that one included which is started with it.
        bool by_one_task() const { return starts == 0 || (calls == 1 && !in_inner_loop); }
    };

    void collect_uses() {
        uses_.resize(body_.locals.size());
        for (uint32_t i = 0; i < body_.expressions.size(); ++i) {
            auto* loop = body_.as<For>(ExprId(i));
            auto* bind = loop && loop->pattern != PatternId::None ? body_.as<BindPattern>(loop->pattern) : nullptr;
            if (bind) uses_[uint32_t(bind->local)].made_here = true, uses_[uint32_t(bind->local)].home = ExprId(i);
        }
        for (uint32_t i = 0; i < body_.locals.size(); ++i) {
            ExprId initial = inside_.initializer(LocalId(i));
            if (initial == ExprId::None) continue;
            uses_[i].home = inside_.loop_around(initial);
            uses_[i].made_here = body_.as<New>(unconverted(body_, initial)) != nullptr;
        }
        for (uint32_t i = 0; i < body_.expressions.size(); ++i) {
            ExprId id{i};
            auto* local = body_.as<LocalRef>(id);
            if (!local || inside_.function(id) == BodyFunctionId::None) continue;
            Uses& uses = uses_[uint32_t(local->local)];
            ExprId up = inside_.parent(id);
            auto* call = up == ExprId::None ? nullptr : body_.as<Call>(up);
            if (call && !call->arguments.empty() && call->arguments[0] == id) {
                bool starts = !is_waited_for(up);
                ++uses.calls;
                uses.starts += starts;
                uses.in_inner_loop |= starts && inside_.loop_around(up) != uses.home;
            } else {
                uses.only_receiver &= up != ExprId::None && body_.as<Property>(up);
            }
        }
    }

    /// A variable that holds an object which one task alone has.
    bool is_own(LocalId local) {
        const Uses& uses = uses_[uint32_t(local)];
        return uses.made_here && uses.only_receiver && uses.by_one_task() && !body_[local].is_captured &&
               !body_[local].is_reassigned;
    }

    bool is_waited_for(ExprId call) {
        ExprId up = outside_conversions(call);
        return !is_promise(body_[call].type) || (up != ExprId::None && (body_.as<Await>(up) || body_.as<Return>(up)));
    }

    ExprId outside_conversions(ExprId id) {
        do id = inside_.parent(id);
        while (id != ExprId::None && body_.as<Convert>(id));
        return id;
    }

    /// In a block whose lock is released at its end, or in a function that runs with a lock.
    bool is_locked(ExprId id) {
        ExprId inner = id;
        for (ExprId up = inside_.parent(id); up != ExprId::None; inner = up, up = inside_.parent(up)) {
            auto* attempt = body_.as<TryCatch>(up);
            if (!attempt || attempt->body != inner || attempt->finally == ExprId::None) continue;
            bool unlocks = false;
            walk_expressions(body_, attempt->finally, [&](ExprId at) {
                auto* call = body_.as<Call>(at);
                unlocks |= call && is_named(called_name(*call), {"unlock", "release"});
            });
            if (unlocks) return true;
        }
        ExprId given = inside_.call_given(inside_.function(id));
        auto* call = given == ExprId::None ? nullptr : body_.as<Call>(given);
        return call && is_std_call(*call, "Mutex", "runExclusive");
    }

    void edge(ExprId at, TaskFunction to, std::vector<uint8_t> arguments, bool starts, bool for_each, uint32_t group,
              bool locked = false) {
        TaskFacts::Edge e;
        e.from = uint32_t(inside_.function(at));
        e.to = to;
        e.starts = starts;
        e.in_loop = inside_.loop_around(at) != ExprId::None;
        e.for_each = for_each;
        e.locked = locked || (!starts && is_locked(at));
        if (group) e.group = groups_.emplace(group, uint32_t(groups_.size() + 1)).first->second;
        e.arguments = std::move(arguments);
        if (e.arguments.size() > kTrackedParameters) e.arguments.resize(kTrackedParameters);
        found.edges.push_back(std::move(e));
    }

    struct Fate {
        bool starts = false;
        uint32_t group = 0;
    };

    /// Who waits for a promise that is made here.
    Fate fate_of(ExprId promise, int depth = 0) {
        ExprId up = outside_conversions(promise);
        if (up == ExprId::None || depth > 8) return closure_fate(promise, depth);
        if (body_.as<Await>(up)) return {};
        if (body_.as<Return>(up)) return closure_fate(promise, depth);
        if (auto* call = body_.as<Call>(up)) {
            std::string_view combinator = promise_combinator(*call);
            if (combinator == "all" || combinator == "allSettled") {
                Fate outer = fate_of(up, depth + 1);
                return {true, outer.starts ? outer.group : uint32_t(up) + 1};
            }
            if (!combinator.empty()) return {true, 0};
            if (is_promise(body_[up].type)) return fate_of(up, depth + 1);  // then, catch, finally, timeout
            if (is_std_call(*call, "Array", "push") && !call->arguments.empty())
                return list_fate(call->arguments[0], depth);
            return {true, 0};
        }
        if (body_.as<Aggregate>(up)) {
            // The list of a rest parameter or of a combinator.
            Fate outer = fate_of(up, depth + 1);
            return {true, outer.group};
        }
        if (auto* let = body_.as<Let>(up)) {
            auto* bind = body_.as<BindPattern>(let->pattern);
            if (bind && body_[promise].type->is(TypeKind::List)) return variable_fate(bind->local, depth);
        }
        return {true, 0};
    }

    /// The promise is what a closure gives: that of the call it is given to decides.
    Fate closure_fate(ExprId id, int depth) {
        BodyFunctionId function = inside_.function(id);
        if (function == BodyFunctionId(0)) return {};  // handed on to the caller
        ExprId given = inside_.call_given(function);
        auto* call = given == ExprId::None ? nullptr : body_.as<Call>(given);
        if (!call || depth > 8) return {};
        if (is_std_call(*call, "Array", "map") || is_std_call(*call, "Array", "flatMap")) {
            Fate outer = fate_of(given, depth + 1);
            return {true, outer.group};
        }
        if (is_std_call(*call, "Array", "forEach")) return {true, 0};
        return {};
    }

    Fate list_fate(ExprId list, int depth) {
        auto* local = body_.as<LocalRef>(unconverted(body_, list));
        return local ? variable_fate(local->local, depth) : Fate{true, 0};
    }

    /// `await Promise.all(promises)` somewhere.
    Fate variable_fate(LocalId local, int depth) {
        for (uint32_t i = 0; i < body_.expressions.size(); ++i) {
            auto* call = body_.as<Call>(ExprId(i));
            if (!call || call->arguments.empty() || inside_.function(ExprId(i)) == BodyFunctionId::None) continue;
            std::string_view combinator = promise_combinator(*call);
            auto* use = body_.as<LocalRef>(unconverted(body_, call->arguments[0]));
            if (!use || use->local != local || (combinator != "all" && combinator != "allSettled")) continue;
            if (depth < 8 && !fate_of(ExprId(i), depth + 1).starts) return {true, i + 1};
        }
        return {true, 0};
    }

    void call(ExprId id, const Call& call) {
        std::vector<uint8_t> arguments;
        for (ExprId argument : call.arguments) arguments.push_back(origin(argument));
        Fate fate = is_promise(body_[id].type) ? fate_of(id) : Fate{};
        if (auto* value = std::get_if<ValueCallee>(&call.callee)) {
            BodyFunctionId known = inside_.function_value(value->function);
            if (known != BodyFunctionId::None)
                edge(id, {item_, uint32_t(known)}, arguments, fate.starts, false, fate.group);
            return;
        }
        ItemId item = called_item(call);
        if (item == ItemId::None) return;
        if (!is_std(file_of(item))) edge(id, {item, 0}, arguments, fate.starts, false, fate.group);
        else if (is_mutator(call) && !call.arguments.empty()) access(id, call.arguments[0], false, true);
        given_functions(id, item, call.arguments, fate);
    }

    void given_functions(ExprId id, ItemId callee, const std::vector<ExprId>& arguments, Fate fate) {
        bool library = is_std(file_of(callee));
        std::string_view owner = name_of(parent_of(callee)).text(), name = name_of(callee).text();
        Calls how = library ? calls_of(owner, name) : Calls::InTask;
        bool each = library && is_named(owner, {"Array", "Map", "Set"});
        for (ExprId argument : arguments) {
            TaskFunction to{ItemId::None, 0};
            ExprId value = unconverted(body_, argument);
            if (auto* reference = body_.as<FunctionRef>(value)) {
                if (!is_std(file_of(reference->item))) to = {reference->item, 0};
            } else if (BodyFunctionId known = inside_.function_value(argument); known != BodyFunctionId::None) {
                to = {item_, uint32_t(known)};
            }
            if (to.item == ItemId::None || how == Calls::Elsewhere) continue;
            if (each) {
                bool async = gives_promise(value);
                Fate given = async ? fate_of(id) : Fate{};
                if (async && name == "forEach") given = {true, 0};
                edge(id, to, {uint8_t(Origin::Own)}, async, true, async ? given.group : 0);
            } else if (how == Calls::InTask) {
                edge(id, to, {}, fate.starts, !library && !library_like(callee), fate.group, takes_lock(callee));
            } else {
                bool many = how == Calls::ManyTasks;
                edge(id, to, {uint8_t(many ? Origin::Own : Origin::Shared)}, true, many,
                     many && !fate.starts && name != "setInterval" && name != "serve" ? uint32_t(id) + 1 : 0);
            }
        }
    }

    /// It runs what it is given with a lock held: `mutex.runExclusive(f)`, or a function of the program that locks,
    /// calls a parameter of its own and unlocks, be it by calling what the lock gave it.
    bool takes_lock(ItemId callee) {
        if (is_std(file_of(callee))) return name_of(callee).text() == "runExclusive";
        auto body = context_.get<BodyOf>(callee);
        BodyContext inside(*body);
        auto takes = [](const Call& call) { return is_named(called_name(call), {"lock", "acquire", "writeLock"}); };
        bool locks = false, unlocks = false, calls_back = false;
        for (const Expr& e : body->expressions) {
            auto* call = std::get_if<Call>(&e.data);
            if (!call) continue;
            locks |= takes(*call);
            unlocks |= is_named(called_name(*call), {"unlock", "release"});
            auto* value = std::get_if<ValueCallee>(&call->callee);
            if (!value) continue;
            ExprId from = inside.resolved(value->function);
            if (auto* await = from == ExprId::None ? nullptr : body->as<Await>(from)) from = await->operand;
            auto* taken = from == ExprId::None ? nullptr : body->as<Call>(unconverted(*body, from));
            (taken && takes(*taken) ? unlocks : calls_back) = true;
        }
        return locks && unlocks && calls_back;
    }

    /// A function of the program that calls what it is given once at a time: it starts no tasks itself.
    bool library_like(ItemId callee) {
        auto body = context_.get<BodyOf>(callee);
        bool starts = false;
        for (const Expr& e : body->expressions) {
            auto* call = std::get_if<Call>(&e.data);
            starts |= call && (!promise_combinator(*call).empty() || is_std_call(*call, "Array", "map"));
        }
        return !starts;
    }

    bool gives_promise(ExprId function) {
        BodyFunctionId known = inside_.function_value(function);
        if (known != BodyFunctionId::None && body_[known].is_async) return true;
        Type type = body_[function].type;
        return type->is(TypeKind::Function) && is_promise(type->arguments.back());
    }

    void made(ExprId id, const New& made) {
        if (made.constructor == ItemId::None) return;
        if (!is_std(file_of(made.constructor))) {
            std::vector<uint8_t> arguments{uint8_t(Origin::Own)};
            for (ExprId argument : made.arguments) arguments.push_back(origin(argument));
            edge(id, {made.constructor, 0}, arguments, false, false, 0);
        }
        given_functions(id, made.constructor, made.arguments, Fate{});
    }

    /// Kept somewhere: whoever finds it may call it at any time.
    void stored(ExprId id) {
        BodyFunctionId function = body_.as<Closure>(id)->function;
        ExprId up = outside_conversions(id);
        if (up == ExprId::None || body_.as<Call>(up) || body_.as<New>(up) || body_.as<Let>(up)) return;
        edge(id, {item_, uint32_t(function)}, {}, true, true, 0);
    }

    void iteration(const For& loop) {
        ExprId waited = ExprId::None;
        walk_expressions(body_, loop.body, [&](ExprId id) {
            if (waited == ExprId::None && body_.as<Await>(id)) waited = id;
        });
        size_t known = found.accesses.size();
        access(loop.iterable, loop.iterable, false, false);
        if (waited == ExprId::None || found.accesses.size() == known || is_locked(loop.iterable)) return;
        const auto& a = found.accesses.back();
        found.iterations.push_back({a.function, a.key, a.object});
        places.iterations.push_back({body_[loop.iterable].node, body_[waited].node, loop.iteration == Iteration::List});
    }

    void access(ExprId at, ExprId place, bool is_write, bool is_change) {
        while (true) {
            place = unconverted(body_, place);
            auto* index = body_.as<Index>(place);
            if (!index) break;
            place = index->base;
            is_change |= is_write;
            is_write = false;
        }
        TaskFacts::Access a;
        a.function = uint32_t(inside_.function(at));
        a.is_write = is_write;
        a.is_change = is_change;
        if (auto* call = body_.as<Call>(at); call && is_change)
            a.removes = is_named(called_name(*call), {"splice", "shift", "pop", "unshift", "sort", "reverse", "delete",
                                                      "clear", "dequeue"});
        if (auto* property = body_.as<Property>(place)) {
            a.key = property_key(context_, body_[unconverted(body_, property->base)].type, property->name);
            a.object = origin(property->base);
            if (a.object == uint8_t(Origin::Own)) return;
        } else if (auto* variable = body_.as<StaticRef>(place)) {
            a.key = {variable->item, {}, LocalId::None};
            // What gives it its first value is its declaration: nobody has it before.
            const bool at_top = kind_of(item_) == ItemKind::File && a.function == 0;
            if (is_write && at_top && declared_.insert(variable->item).second) return;
        } else if (auto* local = body_.as<LocalRef>(place); local && body_[local->local].is_captured) {
            a.key = {item_, {}, local->local};
        } else {
            return;
        }
        found.accesses.push_back(std::move(a));
        places.accesses.push_back(body_[at].node);
    }

    QueryContext& context_;
    ItemId item_;
    const Body& body_;
    BodyContext inside_;
    std::vector<Uses> uses_;
    std::set<ItemId> declared_;            // the module variables that have been given a value so far
    std::map<uint32_t, uint32_t> groups_;  // by the expression that waits for them: numbered, not placed
};

}  // namespace

TaskFacts::Value TaskFacts::compute(QueryContext& context, const Key& item) {
    auto body = context.get<BodyOf>(item);
    if (body->has_errors || body->functions.empty() || body->functions[0].root == ExprId::None) return {};
    Facts facts(context, item, *body);
    facts.run();
    return std::move(facts.found);
}

bool shares_state(QueryContext& context, ItemId item) {
    auto facts = context.get<TaskFacts>(item);
    if (!facts->accesses.empty() || !facts->iterations.empty()) return true;
    return std::any_of(facts->edges.begin(), facts->edges.end(), [&](const TaskFacts::Edge& edge) {
        return edge.to.function == 0 && !context.get<ChangesOf>(edge.to.item)->empty();
    });
}

TaskPlaces::Value TaskPlaces::compute(QueryContext& context, const Key& item) {
    auto body = context.get<BodyOf>(item);
    if (body->has_errors || body->functions.empty() || body->functions[0].root == ExprId::None) return {};
    Facts facts(context, item, *body);
    facts.run();
    return std::move(facts.places);
}

}  // namespace braid::checks
