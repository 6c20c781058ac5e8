#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "analyzer/checks/await_places.h"
#include "analyzer/checks/callee_changes.h"
#include "analyzer/checks/calls.h"
#include "analyzer/checks/checks.h"
#include "analyzer/checks/effects.h"
#include "analyzer/checks/post_dominators.h"
#include "analyzer/checks/result_sources.h"
#include "analyzer/checks/tasks.h"
#include "analyzer/flow/dataflow.h"
#include "analyzer/flow/mir_walk.h"
#include "analyzer/semantics/body_walk.h"
#include "analyzer/semantics/item_diagnostic.h"

// await-race and stale-response: what other tasks of the isolate can do while one waits.
//
//     let b = this.balance;                     // 1. read …
//     await audit();                            // 2. … another task runs …
//     this.balance = b - amount;                // 3. … and what it wrote is lost
//
//     if (this.left > 0) {                      // 1. checked …
//         await pay();                          // 2. … another task takes the last one …
//         this.left -= 1;                       // 3. … and this relies on the check
//     }
//
//     this.results = await query(text);         // stale-response: an older answer comes after a newer one
//
// A forward dataflow: which values come from which read of which shared place, which branches decided on one, which
// values answer a request made from a parameter; and whether an await stands between. Reading or checking again after
// the await makes it fresh, a write of one's own before it takes the place, a lock keeps the others out. Whether
// anybody can come between is asked of the tasks of the program (tasks.h): nobody can where one task does one thing at
// a time, or where each task has an object of its own.
namespace braid::checks {
namespace {

using namespace mir;
using mir::Place;
using namespace awaits;

braid::Place place_of(QueryContext& context, const Rival& rival) {
    return {rival.function.item, context.get<TaskPlaces>(rival.function.item)->accesses[rival.access]};
}

class Analysis {
  public:
    Analysis(QueryContext& context, ItemId item, const Body& source, const MirBody& body,
             const TaskRivals::Value& rivals, std::vector<ItemDiagnostic>& out)
        : context_(context),
          item_(item),
          source_(source),
          body_(body),
          rivals_(rivals),
          out_(out),
          after_(body),
          places_(context, item, source, body) {
        for (const Block& block : body.blocks) {
            auto* call = std::get_if<CallTerminator>(&block.terminator.kind);
            if (!call) continue;
            tells_the_older_ |= called_name(*call) == "cancel" || called_name(*call) == "abort";
            if (call->is_new && is_std_type(call->new_type, "Promise") && hands_over(source, *call, block))
                handed_over_.insert(call->destination.local);
        }
    }

    void run() {
        auto entry = forward_dataflow_of_blocks(
            body_, State(), [&](BlockId id, State& state) { transfer(id, state); },
            [](State& into, const State& from) { return into.merge(from); });
        reporting_ = true;
        for (BlockId id = 0; id < body_.blocks.size(); ++id)
            if (entry[id]) transfer(id, *entry[id]);
    }

  private:
    /// What is in shared state, or was found there, and can have others that found it too.
    bool is_found(const State& state, const Rvalue& value) const {
        auto known = [&](const Operand& o) {
            auto* place = read_place(o);
            if (!place) return false;
            if (state.found.count(place->local) || state.holds.count(place->local)) return true;
            return places_.variable(*place).has_value() || places_.variable_around(*place).has_value();
        };
        if (auto* use = std::get_if<Use>(&value)) return known(use->operand);
        if (auto* conversion = std::get_if<Conversion>(&value)) return known(conversion->operand);
        if (auto* property = std::get_if<PropertyOf>(&value))
            return places_.property(state, property->object, property->name).has_value() || known(property->object);
        if (auto* element = std::get_if<ElementOf>(&value)) return known(element->object);
        return false;
    }

    /// The call looks something up in shared state: an element of a collection, or a function that gives part of it.
    bool looks_up(const State& state, const CallTerminator& call, const Sources& through) const {
        static const std::set<std::string_view> kLookUps = {"get",   "at",     "find",   "findLast", "peek",
                                                            "slice", "filter", "values", "concat"};
        if (call.is_new) return false;
        if (!through.empty()) return true;
        const ItemId callee = checks::called_function(call);
        if (callee == ItemId::None || !is_std(file_of(callee)) || !kLookUps.count(checks::called_name(call)))
            return false;
        return !call.arguments.empty() && is_found(state, Use{call.arguments[0]});
    }

    /// What the called function reads of the objects it is given, and gives back: as if it was read here.
    Sources through_result(const State& state, ItemId callee, const CallTerminator& call, uint32_t node) const {
        Sources out;
        if (callee == ItemId::None || is_std(file_of(callee))) return out;
        for (const ResultSources::Source& source : *context_.get<ResultSources>(callee)) {
            if (source.parameter >= call.arguments.size()) continue;
            if (auto shared = places_.property(state, call.arguments[source.parameter], source.property))
                out.emplace(*shared, Taint{node, 0, false, false, false});
        }
        return out;
    }

    const TaskRivals::Entry* rivals_of(const Shared& shared) const {
        for (const auto& entry : rivals_.entries)
            if (entry.function == uint32_t(body_.function) && entry.key == shared.key &&
                (entry.object == shared.origin || entry.object == 0))
                return &entry;
        return nullptr;
    }

    /// A value made from both: as stale as the older part, and fresh if one part is.
    static void combine(Sources& into, const Sources& other) {
        for (const auto& [shared, taint] : other) {
            auto [it, inserted] = into.emplace(shared, taint);
            if (inserted) continue;
            bool fresh = !it->second.awaited || !taint.awaited || it->second.is_fresh || taint.is_fresh;
            if (!it->second.awaited && taint.awaited) it->second = taint;
            it->second.is_fresh = fresh;
        }
    }

    Sources sources_of(const State& state, const Operand& operand, uint32_t node) const {
        auto* place = read_place(operand);
        if (!place) return {};
        if (auto shared = places_.variable(*place)) return {{*shared, Taint{node_of(operand, node)}}};
        if (auto around = places_.variable_around(*place))
            return changed({{*around, Taint{node_of(operand, node)}}}, false);
        auto it = state.taints.find(place->local);
        return it == state.taints.end() ? Sources{} : it->second;
    }

    Sources sources_of(State& state, const Rvalue& value, uint32_t node) {
        if (auto* property = std::get_if<PropertyOf>(&value)) {
            if (auto shared = places_.property(state, property->object, property->name))
                return {{*shared, Taint{node}}};
            return changed(sources_of(state, property->object, node), false);
        }
        Sources all;
        for_each_operand(
            value, [&](const Operand& o) { combine(all, sources_of(state, o, node)); },
            [&](const Place& place) { combine(all, sources_of(state, Copy{place}, node)); });
        bool compares = std::holds_alternative<TypeTestOf>(value);
        if (auto* binary = std::get_if<BinaryOperation>(&value))
            compares |= binary->op >= hir::BinaryOp::Equal && binary->op <= hir::BinaryOp::GreaterEqual;
        if (auto* unary = std::get_if<UnaryOperation>(&value)) compares |= unary->op == hir::UnaryOp::Not;
        bool same = std::holds_alternative<Use>(value) || std::holds_alternative<Conversion>(value);
        return same && !compares ? all : changed(std::move(all), compares);
    }

    static Sources changed(Sources sources, bool decides) {
        for (auto& [shared, taint] : sources) taint.as_it_was = false, taint.decides |= decides;
        return sources;
    }

    void report(const Shared& shared, uint32_t node, std::string message, uint32_t read, std::string first,
                uint32_t awaited, bool written, std::string third) {
        const TaskRivals::Entry* entry = rivals_of(shared);
        if (!entry || !reported_.insert(node).second) return;
        const Rival& rival = written && entry->writer ? *entry->writer
                             : entry->changer         ? *entry->changer
                                                      : *entry->writer;
        ItemDiagnostic d = diagnostic(DiagnosticCode::AwaitRace, {item_, node}, std::move(message));
        d.related.push_back({{item_, read}, std::move(first)});
        d.related.push_back({{item_, awaited}, "2. it waits here; another task runs"});
        d.related.push_back(
            {place_of(context_, rival),
             fmt::format("3. the other task {} `{}`{}", rival.same ? "runs this too and changes" : "changes",
                         shared.name, rival.same ? "" : " here")});
        d.related.push_back({{item_, node}, std::move(third)});
        out_.push_back(std::move(d));
    }

    void written(const Shared& shared, const Sources& sources, State& state, BlockId block, uint32_t node,
                 bool in_place) {
        auto check = state.checks.find(shared);
        auto stale = sources.find(shared);
        // Put together with what is there now, it loses nothing.
        bool is_stale = stale != sources.end() && stale->second.awaited && !stale->second.decides &&
                        !(in_place && stale->second.is_fresh);
        // What is put back unchanged is ambient state: context-lost-across-await.
        bool restores = is_stale && stale->second.as_it_was && shared.object == kNoLocal;
        if (reporting_ && !state.lock_held && !restores) {
            if (is_stale && (!in_place || !stale->second.as_it_was))
                report(shared, node,
                       fmt::format("`{}` is written from a value read before an `await`: what another task writes in "
                                   "between is lost",
                                   shared.name),
                       stale->second.read, fmt::format("1. this task reads `{}` here", shared.name),
                       stale->second.awaited, true, "4. this task goes on and writes over that");
            else if (check != state.checks.end() && check->second.awaited &&
                     !after_.always_follows(block, check->second.branch))
                report(shared, node,
                       fmt::format("this relies on a check of `{}` made before an `await`: another task may have "
                                   "changed it since",
                                   shared.name),
                       check->second.read, fmt::format("1. this task checks `{}` here", shared.name),
                       check->second.awaited, !in_place, "4. this task goes on as if the check still held");
        }
        // It was looked at and is taken now: who comes later turns away there, whatever else this task has looked at.
        if (check != state.checks.end() && !check->second.awaited && !sources.count(shared))
            std::erase_if(state.checks, [&](const auto& entry) {
                return entry.first.object == shared.object && !entry.second.awaited;
            });
        state.checks.erase(shared);
        // `let i = all.length; all.push(…)`: the place is one's own from now on.
        if (in_place)
            for (auto& [local, known] : state.taints)
                if (auto taint = known.find(shared); taint != known.end() && !taint->second.awaited) known.erase(taint);
    }

    void answered(const Shared& shared, const State& state, const Rvalue* value, const Operand* operand, uint32_t node,
                  Type type) {
        if (!reporting_ || state.lock_held || tells_the_older_ || !is_data(type) || reported_.count(node)) return;
        std::optional<Answer> answer;
        auto look = [&](const Operand& o) {
            auto* place = read_place(o);
            auto it = place ? state.answers.find(place->local) : state.answers.end();
            if (it != state.answers.end()) answer = it->second;
        };
        if (value) for_each_operand(*value, look, [](const Place&) {});
        if (operand) look(*operand);
        const TaskRivals::Entry* entry = answer ? rivals_of(shared) : nullptr;
        bool twice =
            uint32_t(body_.function) < rivals_.runs_twice.size() && rivals_.runs_twice[uint32_t(body_.function)];
        if (!entry || !entry->writer || !twice || !told_.insert(answer->asked).second) return;
        reported_.insert(node);
        ItemDiagnostic d =
            diagnostic(DiagnosticCode::StaleResponse, {item_, node},
                       fmt::format("the answer to an older request can arrive last and overwrite the newer one in `{}`",
                                   shared.name));
        d.related.push_back({{item_, answer->asked}, "1. a first task asks and waits here"});
        d.related.push_back({{item_, answer->asked}, "2. a second one asks for something newer, and waits too"});
        d.related.push_back({{item_, node}, fmt::format("3. the second is answered first and sets `{}`", shared.name)});
        d.related.push_back({{item_, node}, "4. the first is answered and sets the older over it"});
        out_.push_back(std::move(d));
    }

    /// Text, numbers, lists, records; not what is opened once and kept: what has something to wait for itself.
    bool is_data(Type type) {
        if (type->is(TypeKind::Union)) {
            for (Type member : type->arguments)
                if (!member->is(TypeKind::Null) && !member->is(TypeKind::Undefined) && !is_data(member)) return false;
            return true;
        }
        if (type->is(TypeKind::Nominal)) {
            bool collection = is_std_type(type, "Map") || is_std_type(type, "Set");
            if (collection || is_std(file_of(type->item))) return collection;
            auto definition = context_.get<DefinitionOf>(type->item);
            return std::none_of(definition->methods.begin(), definition->methods.end(),
                                [&](ItemId method) { return context_.get<SignatureOf>(method)->is_async; });
        }
        return !type->is(TypeKind::Function);
    }

    void transfer(BlockId id, State& state) {
        const Block& block = body_.blocks[id];
        for (const Statement& s : block.statements) {
            if (auto* assign = std::get_if<Assign>(&s.kind)) assigned(state, id, *assign, s.node);
            else if (auto* set = std::get_if<SetProperty>(&s.kind)) {
                Sources sources = sources_of(state, set->value, s.node);
                if (auto shared = places_.property(state, set->object, set->name)) {
                    written(*shared, sources, state, id, s.node, false);
                    // What is added to what is there overwrites nothing.
                    if (!sources.count(*shared))
                        answered(*shared, state, nullptr, &set->value, s.node,
                                 operand_type(context_, body_, set->value));
                }
            } else if (auto* set = std::get_if<SetElement>(&s.kind)) {
                if (auto held = places_.held_by(state, set->object)) {
                    Sources sources = sources_of(state, set->index, s.node);
                    combine(sources, sources_of(state, set->value, s.node));
                    written(*held, sources, state, id, s.node, true);
                }
            }
        }
        terminator(state, id, block.terminator);
    }

    void assigned(State& state, BlockId block, const Assign& assign, uint32_t node) {
        Sources sources = sources_of(state, assign.value, node);
        if (auto shared = places_.variable(assign.place)) {
            written(*shared, sources, state, block, node, false);
            if (!sources.count(*shared))
                answered(*shared, state, &assign.value, nullptr, node, place_type(context_, body_, assign.place));
            return;
        }
        if (!assign.place.is_local()) {
            auto held = state.holds.find(assign.place.local);
            auto around =
                held == state.holds.end() ? places_.variable_around(assign.place) : std::optional(held->second);
            if (around) {
                Shared shared = *around;
                for (const Projection& projection : assign.place.projections)
                    if (auto* index = std::get_if<IndexOf>(&projection))
                        combine(sources, sources_of(state, Copy{Place{index->index, {}}}, node));
                written(shared, sources, state, block, node, true);
            }
            return;
        }
        Local local = assign.place.local;
        track(state, local, assign.value);
        if (sources.empty()) state.taints.erase(local);
        else state.taints[local] = std::move(sources);
    }

    /// Which object a local has now, and what it answers.
    void track(State& state, Local local, const Rvalue& value) {
        const bool found = is_found(state, value);
        state.same_object.erase(local);
        state.holds.erase(local);
        if (found) state.found.insert(local);
        else state.found.erase(local);
        auto* use = std::get_if<Use>(&value);
        auto* convert = std::get_if<Conversion>(&value);
        const Operand* same = use ? &use->operand : convert ? &convert->operand : nullptr;
        if (auto* place = same ? read_place(*same) : nullptr; place && place->local != local) {
            if (place->is_local()) state.same_object[local] = places_.object_of(state, place->local);
            if (auto held = places_.held_by(state, *same)) state.holds[local] = *held;
        }
        if (auto* property = std::get_if<PropertyOf>(&value))
            if (auto shared = places_.property(state, property->object, property->name)) state.holds[local] = *shared;
        bool asks = false;
        std::optional<Answer> answer;
        for_each_operand(
            value,
            [&](const Operand& o) {
                asks |= asks_with(state, o);
                auto* place = read_place(o);
                auto it = place ? state.answers.find(place->local) : state.answers.end();
                if (it != state.answers.end()) answer = it->second;
            },
            [](const Place&) {});
        set_answer(state, local, asks, answer);
    }

    void set_answer(State& state, Local local, bool asks, const std::optional<Answer>& answer) {
        if (asks) state.asking.insert(local);
        else state.asking.erase(local);
        if (answer) state.answers[local] = *answer;
        else state.answers.erase(local);
    }

    /// A parameter other than `this`, or something made from one.
    bool asks_with(const State& state, const Operand& operand) const {
        auto* place = read_place(operand);
        if (!place) return false;
        const LocalDeclaration& local = body_.locals[place->local];
        bool is_self = local.source != LocalId::None && source_[local.source].is_self;
        return (local.kind == LocalKind::Parameter && !is_self) || state.asking.count(place->local);
    }

    void terminator(State& state, BlockId id, const Terminator& t) {
        if (auto* call = std::get_if<CallTerminator>(&t.kind)) {
            called(state, id, *call, t.node);
        } else if (auto* await = std::get_if<AwaitTerminator>(&t.kind)) {
            auto* promise = read_place(await->operand);
            if (promise && handed_over_.count(promise->local)) {
                // Whoever settles it says by that how things stand.
                state.checks.clear();
            } else if (!state.lock_held) {
                for (auto& [local, sources] : state.taints)
                    for (auto& [shared, taint] : sources)
                        if (!taint.awaited) taint.awaited = t.node;
                for (auto& [shared, check] : state.checks)
                    if (!check.awaited) check.awaited = t.node;
            }
            if (!await->destination.is_local()) return;
            state.taints.erase(await->destination.local);
            if (auto asked = promise ? given_.find(promise->local) : given_.end();
                asked != given_.end() && !state.lock_held) {
                Sources& answer = state.taints[await->destination.local] = asked->second;
                for (auto& [shared, taint] : answer) taint.awaited = taint.awaited ? taint.awaited : t.node;
            }
            const Local awaited = await->destination.local;
            if (auto result = promise ? results_.find(promise->local) : results_.end(); result != results_.end())
                combine(state.taints[awaited], result->second);
            if (promise && state.found.count(promise->local)) state.found.insert(awaited);
            else state.found.erase(awaited);
            std::optional<Answer> answer;
            if (asks_with(state, await->operand)) answer = Answer{t.node};
            auto* place = read_place(await->operand);
            if (auto it = place ? state.answers.find(place->local) : state.answers.end(); it != state.answers.end())
                answer = it->second;
            set_answer(state, await->destination.local, false, answer);
        } else if (auto* choice = std::get_if<SwitchInteger>(&t.kind)) {
            for (const auto& [shared, taint] : sources_of(state, choice->value, t.node)) {
                bool fresh = !taint.awaited || taint.is_fresh;
                state.checks[shared] = Check{taint.read, fresh ? 0 : taint.awaited, id};
                // Looked at again after the answer came: whoever is older may notice.
                if (fresh) state.answers.clear();
            }
        }
    }

    void called(State& state, BlockId id, const CallTerminator& call, uint32_t node) {
        std::string_view name = called_name(call);
        if (name == "unlock" || name == "release") state.lock_held = false;
        if (name == "lock" || name == "acquire" || name == "writeLock" || name == "readLock" || name == "tryLock")
            state.lock_held = true;
        // A call's result carries on what went into it: `compute(b)` is as stale as `b`.
        Sources sources;
        bool asks = false;
        std::optional<Answer> answer;
        Sources given;
        for (size_t i = 0; i < call.arguments.size(); ++i) {
            const Operand& o = call.arguments[i];
            Sources carried = changed(sources_of(state, o, node), false);
            if (i > 0 || !std::holds_alternative<hir::VirtualCallee>(call.callee)) combine(given, carried);
            combine(sources, carried);
            asks |= asks_with(state, o);
            auto* place = read_place(o);
            if (auto it = place ? state.answers.find(place->local) : state.answers.end(); it != state.answers.end())
                answer = it->second;
        }
        ItemId callee = ItemId::None;
        if (auto* found = std::get_if<hir::VirtualCallee>(&call.callee)) callee = found->method;
        if (auto* direct = std::get_if<hir::DirectCallee>(&call.callee)) callee = direct->function;
        // What is gone already can be taken out once more.
        const bool takes_out = name == "delete" || name == "clear";
        if (!call.arguments.empty() && is_mutator(callee) && !takes_out)
            if (auto held = places_.held_by(state, call.arguments[0])) {
                Sources stale;
                for (size_t i = 1; i < call.arguments.size(); ++i)
                    combine(stale, sources_of(state, call.arguments[i], node));
                written(*held, stale, state, id, node, true);
            }
        through_callee(state, id, call, callee, node);
        if (!call.destination.is_local()) return;
        Local local = call.destination.local;
        const Sources through = through_result(state, callee, call, node);
        const bool found = looks_up(state, call, through);
        if (call.mode == hir::CallMode::HotPromise) {
            given_[local] = std::move(given);
            results_[local] = through;
        } else {
            combine(sources, through);
        }
        if (found) state.found.insert(local);
        else state.found.erase(local);
        state.same_object.erase(local);
        state.holds.erase(local);
        set_answer(state, local, asks, answer);
        bool carries = !body_.locals[local].type->is(TypeKind::Unit);
        if (sources.empty() || !carries) state.taints.erase(local);
        else state.taints[local] = std::move(sources);
    }

    /// What the called function changes of the objects it is given, as if it was changed here.
    void through_callee(State& state, BlockId id, const CallTerminator& call, ItemId callee, uint32_t node) {
        if (callee == ItemId::None || is_std(file_of(callee))) return;
        for (const ChangesOf::Change& change : *context_.get<ChangesOf>(callee)) {
            if (change.parameter >= call.arguments.size()) continue;
            auto shared = places_.property(state, call.arguments[change.parameter], change.property);
            if (!shared) continue;
            Sources given;
            for (size_t i = 0; i < call.arguments.size() && change.how != ChangesOf::How::Step; ++i)
                if (i != change.parameter) combine(given, sources_of(state, call.arguments[i], node));
            given = changed(std::move(given), false);
            auto check = state.checks.find(*shared);
            if (auto it = given.find(*shared); it != given.end() && change.waits_before && !state.lock_held)
                if (!it->second.awaited) it->second.awaited = node;
            // What it is set to says nothing of what it was.
            if (change.how == ChangesOf::How::Set && check != state.checks.end() && check->second.awaited)
                state.checks.erase(check);
            written(*shared, given, state, id, node, change.how == ChangesOf::How::Change);
        }
    }

    QueryContext& context_;
    ItemId item_;
    const Body& source_;
    const MirBody& body_;
    const TaskRivals::Value& rivals_;
    std::vector<ItemDiagnostic>& out_;
    PostDominators after_;
    Places places_;
    std::set<Local> handed_over_;
    std::map<Local, Sources> results_;  // what shared state an async call's answer comes from
    std::map<Local, Sources> given_;    // what an async call was asked with: its answer is as old
    std::set<uint32_t> reported_;
    std::set<uint32_t> told_;  // awaits whose answers can come too late, by their nodes
    bool tells_the_older_ = false;
    bool reporting_ = false;
};

/// A loop through what another task takes elements out of.
void report_loop(QueryContext& context, ItemId item, const TaskRivals::Disturbed& disturbed,
                 std::vector<ItemDiagnostic>& out) {
    auto places = context.get<TaskPlaces>(item);
    const TaskPlaces::Loop& loop = places->iterations[disturbed.iteration];
    ItemDiagnostic d = diagnostic(DiagnosticCode::AwaitRace, {item, loop.node},
                                  "this is gone through with an `await` in between: another task may change it "
                                  "meanwhile, and elements are skipped or seen twice");
    d.related.push_back({{item, loop.node}, "1. this task goes through it"});
    d.related.push_back({{item, loop.awaited}, "2. it waits here, in the middle; another task runs"});
    d.related.push_back(
        {place_of(context, disturbed.remover), fmt::format("3. the other task {} this, and what follows moves up",
                                                           disturbed.remover.same ? "does" : "reaches")});
    d.related.push_back({{item, loop.node}, "4. this task goes on with the next place, where another element is now"});
    if (loop.is_list)
        d.fixes.push_back(
            {"go through a copy", {{{item, loop.node}, ItemDiagnostic::FixEdit::InsertAfter, ".slice()"}}});
    out.push_back(std::move(d));
}

}  // namespace

void await_race(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    auto bodies = context.get<BuiltMir>(item);
    for (const MirBody& body : bodies->functions) {
        if (!body.is_async || !body.errors_are_exceptions) continue;
        if (!shares_state(context, item)) return;
        auto rivals = context.get<TaskRivals>(item);
        for (const auto& loop : rivals->disturbed)
            if (loop.function == uint32_t(body.function)) report_loop(context, item, loop, out);
        uint32_t function = uint32_t(body.function);
        if (rivals->entries.empty() || (function < rivals->locked.size() && rivals->locked[function])) continue;
        Analysis(context, item, *bodies->body, body, *rivals, out).run();
    }
}

}  // namespace braid::checks
