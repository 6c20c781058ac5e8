#include <map>
#include <set>

#include <fmt/format.h>

#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/flow/dataflow.h"
#include "analyzer/flow/mir_walk.h"
#include "analyzer/semantics/item_diagnostic.h"

// settled-twice and never-settled: what an executor, or whoever holds a resolver, does on each way through a function.
//
//     new Promise((resolve, reject) => { if (failed) reject(e); resolve(1); });   // both when it failed
//     new Promise(resolve => { if (ready) resolve(1); });                         // never when it is not ready
//
// A forward dataflow. Settled: by which call, under which outcomes of conditions that stay what they are (a way that
// contradicts them is none). Unsettled: on some way, as long as nothing has used a resolver in any manner; whoever was
// given it may settle the promise later. An error thrown in the executor rejects.
namespace braid::checks {
namespace {

using namespace mir;
using mir::Place;

/// `resolve` and `reject` of one promise are one group: the parameters of an executor, or a resolver of one's own.
using Group = Local;
constexpr Group kNoGroup = kNoLocal;           // an executor that does not take any
using Outcomes = std::map<std::string, bool>;  // condition as text over unchanging locals → what it was

struct Settled {
    uint32_t node = 0;
    Outcomes outcomes;  // known on all ways to it
    friend bool operator==(const Settled&, const Settled&) = default;
};

struct State {
    std::map<Group, std::map<uint32_t, Settled>> settled;  // by the call's node
    std::map<Group, Outcomes> unsettled;                   // of executors only: on some way, under these outcomes
    Outcomes outcomes;

    bool merge(const State& other) {
        bool changed = false;
        for (const auto& [group, calls] : other.settled)
            for (const auto& [node, call] : calls) {
                auto [it, inserted] = settled[group].emplace(node, call);
                changed |= inserted;
                if (!inserted) changed |= intersect(it->second.outcomes, call.outcomes);
            }
        for (const auto& [group, known] : other.unsettled) {
            auto [it, inserted] = unsettled.emplace(group, known);
            changed |= inserted || intersect(it->second, known);
        }
        return intersect(outcomes, other.outcomes) || changed;
    }

    static bool intersect(Outcomes& into, const Outcomes& other) {
        return std::erase_if(into, [&](const auto& entry) {
                   auto it = other.find(entry.first);
                   return it == other.end() || it->second != entry.second;
               }) > 0;
    }
};

class Analysis {
  public:
    Analysis(ItemId item, const Body& source, const MirBody& body, const std::set<BodyFunctionId>& executors,
             std::vector<ItemDiagnostic>& out)
        : item_(item), body_(body), out_(out) {
        std::map<Local, int> assigned;
        auto assign_to = [&](const Place& place) { ++assigned[place.local]; };
        for (const Block& block : body.blocks) {
            for (const Statement& s : block.statements)
                if (auto* assign = std::get_if<Assign>(&s.kind)) assign_to(assign->place);
            for_each_successor(block.terminator, [&](BlockId, const Place* written) {
                if (written) assign_to(*written);
            });
        }
        std::map<BodyFunctionId, Local> of_executor;  // its resolvers, here
        for (Local local = 0; local < body.locals.size(); ++local) {
            const LocalDeclaration& declared = body.locals[local];
            bool parameter = declared.kind == LocalKind::Parameter, known = declared.source != LocalId::None;
            if (known ? !source[declared.source].is_reassigned : assigned[local] <= (parameter ? 0 : 1))
                constant_.insert(local);
            if (is_std_type(declared.type, "Resolver") && assigned[local] <= 1) {
                groups_[local] = local;
                if (known && declared.kind == LocalKind::Variable && !declared.name.empty())
                    taken_[local] = source[declared.source].node;
            }
            if (auto executor = known ? executor_of(source, executors, declared.source) : std::nullopt)
                groups_[local] = of_executor.emplace(*executor, local).first->second;
        }
        if (!executors.count(body.function)) return;
        auto it = of_executor.find(body.function);
        executor_ = it == of_executor.end() ? kNoGroup : it->second;
        is_executor_ = true;
    }

    void run() {
        if (groups_.empty() && !is_executor_) return;
        State start;
        if (is_executor_) start.unsettled[executor_] = {};
        auto entry = forward_dataflow(
            body_, start, [&](BlockId id, State state, auto&& leaving) { block(id, state, leaving); },
            [](State& into, const State& from) { return into.merge(from); });
        reporting_ = true;
        for (BlockId id = 0; id < body_.blocks.size(); ++id)
            if (entry[id]) block(id, *entry[id], [](BlockId, const State&) {});
    }

  private:
    /// The executor whose first two parameters one is.
    static std::optional<BodyFunctionId> executor_of(const Body& source, const std::set<BodyFunctionId>& executors,
                                                     LocalId local) {
        if (!source[local].is_parameter || !executors.count(source[local].function)) return std::nullopt;
        const auto& parameters = source[source[local].function].parameters;
        for (size_t i = 0; i < 2 && i < parameters.size(); ++i)
            if (parameters[i] == local) return source[local].function;
        return std::nullopt;
    }

    std::optional<Group> group_of(const Operand& operand) const {
        auto* place = read_place(operand);
        if (!place) return std::nullopt;
        auto it = groups_.find(place->local);
        if (it == groups_.end()) return std::nullopt;
        return it->second;
    }

    template <typename Leaving>
    void block(BlockId id, State state, Leaving&& leaving) {
        const Block& block = body_.blocks[id];
        std::map<Local, std::string> texts;  // of temporaries of this block
        for (const Statement& s : block.statements) {
            auto use = [&](const Operand& o) {
                if (auto group = group_of(o)) state.unsettled.erase(*group);
            };
            for_each_operand(s, use, [&](const Place& place) {
                auto it = groups_.find(place.local);
                if (it != groups_.end()) state.unsettled.erase(it->second);
            });
            auto* assign = std::get_if<Assign>(&s.kind);
            if (!assign) continue;
            if (auto it = groups_.find(assign->place.local); it != groups_.end()) state.settled.erase(it->second);
            if (assign->place.is_local() && taken_.count(assign->place.local))
                state.unsettled[assign->place.local] = state.outcomes;
            if (assign->place.is_local()) texts[assign->place.local] = text_of(assign->value, texts);
        }
        // What throws here has not got to the end of the block.
        if (block.unwind != kNoBlock && body_.blocks[block.unwind].is_handler) leaving(block.unwind, state);
        terminator(block.terminator, state, texts, leaving);
    }

    template <typename Leaving>
    void terminator(const Terminator& t, State& state, const std::map<Local, std::string>& texts, Leaving&& leaving) {
        if (auto* call = std::get_if<CallTerminator>(&t.kind)) {
            bool settles = false;
            Group group = 0;
            if (auto called = group_of(call->function_value);
                called && std::holds_alternative<hir::ValueCallee>(call->callee))
                settles = true, group = *called;
            std::string_view name;
            if (auto* method = std::get_if<hir::VirtualCallee>(&call->callee)) name = method->name.text();
            auto* direct = std::get_if<hir::DirectCallee>(&call->callee);
            if (direct && direct->function != ItemId::None) name = name_of(direct->function).text();
            if (!call->arguments.empty() && (name == "resolve" || name == "reject"))
                if (auto called = group_of(call->arguments[0])) settles = true, group = *called;
            if (settles) settle(group, state, t.node);
            for_each_operand(t, [&](const Operand& o) {
                if (auto used = group_of(o)) state.unsettled.erase(*used);
            });
            if (call->destination.is_local())
                if (auto it = groups_.find(call->destination.local); it != groups_.end())
                    state.settled.erase(it->second);
        } else if (std::holds_alternative<ReturnTerminator>(t.kind)) {
            if (reporting_ && is_executor_ && state.unsettled.count(executor_)) never_on_this_way();
            for (const auto& [group, outcomes] : state.unsettled)
                if (auto it = taken_.find(group); reporting_ && it != taken_.end()) never_answered(it->second, group);
        } else if (auto* choice = std::get_if<SwitchInteger>(&t.kind)) {
            return branch(*choice, state, texts, leaving);
        }
        for_each_successor(t, [&](BlockId target, const Place*) { leaving(target, state); });
    }

    template <typename Leaving>
    void branch(const SwitchInteger& choice, const State& state, const std::map<Local, std::string>& texts,
                Leaving&& leaving) {
        std::string text = text_of(Use{choice.value}, texts);
        bool is_bool = choice.targets.size() == 1 && choice.targets[0].first == 0 && !text.empty();
        auto follow = [&](BlockId target, bool outcome) {
            State next = state;
            if (is_bool) {
                bool negated = text[0] == '!';
                std::string key = negated ? text.substr(1) : text;
                bool value = outcome != negated;
                if (auto it = next.outcomes.find(key); it != next.outcomes.end() && it->second != value) return;
                next.outcomes[key] = value;
                for (auto it = next.unsettled.begin(); it != next.unsettled.end();) {
                    auto [known, is_new] = it->second.emplace(key, value);
                    it = is_new || known->second == value ? std::next(it) : next.unsettled.erase(it);
                }
                for (auto& [group, calls] : next.settled)
                    std::erase_if(calls, [&](const auto& entry) {
                        auto it = entry.second.outcomes.find(key);
                        return it != entry.second.outcomes.end() && it->second != value;
                    });
            }
            leaving(target, next);
        };
        for (const auto& [value, target] : choice.targets) follow(target, value != 0);
        follow(choice.otherwise, true);
    }

    /// A condition as text, if it only depends on what does not change: `==(_1,null)`, `!_4`.
    std::string text_of(const Rvalue& value, const std::map<Local, std::string>& texts) const {
        if (auto* use = std::get_if<Use>(&value)) return text_of(use->operand, texts);
        if (auto* convert = std::get_if<Conversion>(&value)) return text_of(convert->operand, texts);
        if (auto* unary = std::get_if<UnaryOperation>(&value)) {
            std::string operand = text_of(unary->operand, texts);
            if (unary->op != hir::UnaryOp::Not || operand.empty()) return {};
            return operand[0] == '!' ? operand.substr(1) : "!" + operand;
        }
        auto* binary = std::get_if<BinaryOperation>(&value);
        if (!binary) return {};
        std::string left = text_of(binary->left, texts), right = text_of(binary->right, texts);
        if (left.empty() || right.empty()) return {};
        bool differs = binary->op == hir::BinaryOp::NotEqual;
        int op = int(differs ? hir::BinaryOp::Equal : binary->op);
        return fmt::format("{}({} {} {})", differs ? "!" : "", op, left, right);
    }

    std::string text_of(const Operand& operand, const std::map<Local, std::string>& texts) const {
        if (auto* constant = std::get_if<Constant>(&operand)) {
            std::string text = constant->type ? print_type(item_, constant->type) : "";
            if (auto* n = std::get_if<uint64_t>(&constant->value)) text += fmt::format(":{}", *n);
            if (auto* n = std::get_if<double>(&constant->value)) text += fmt::format(":{}", *n);
            if (auto* b = std::get_if<bool>(&constant->value)) text += *b ? ":true" : ":false";
            if (auto* s = std::get_if<std::string>(&constant->value)) text += ":" + *s;
            return text;
        }
        const Place& place = *read_place(operand);
        bool through = place.projections.size() == 1 && std::holds_alternative<Deref>(place.projections[0]) &&
                       body_.locals[place.local].is_alias;
        if (!place.is_local() && !through) return {};
        if (auto it = texts.find(place.local); it != texts.end() && !it->second.empty()) return it->second;
        return constant_.count(place.local) ? fmt::format("_{}", place.local) : std::string();
    }

    void settle(Group group, State& state, uint32_t node) {
        auto& calls = state.settled[group];
        if (reporting_ && !calls.empty() && reported_.insert(node).second) {
            uint32_t first = calls.begin()->first;
            ItemDiagnostic d = diagnostic(DiagnosticCode::SettledTwice, {item_, node},
                                          "the promise is settled already when this is reached: it has no effect");
            d.related.push_back({{item_, first},
                                 first == node ? "1. the round of the loop before settles the promise"
                                               : "1. the promise is settled here, and it goes on"});
            d.related.push_back({{item_, node}, "2. this second time is ignored, even if it is an error"});
            out_.push_back(std::move(d));
        }
        calls[node] = {node, state.outcomes};
        state.unsettled.erase(group);
    }

    void never_on_this_way() {
        if (!reported_.insert(body_.node).second) return;
        bool mentioned = false;
        for (const Block& block : body_.blocks) {
            auto note = [&](const Operand& o) { mentioned |= group_of(o) == executor_; };
            for (const Statement& s : block.statements)
                for_each_operand(s, note, [&](const Place& p) { mentioned |= groups_.count(p.local) > 0; });
            for_each_operand(block.terminator, note);
        }
        out_.push_back(diagnostic(
            DiagnosticCode::NeverSettled, {item_, body_.node},
            mentioned ? "a way through this function ends without settling the promise: who waits for it waits for ever"
                      : "nothing here can settle the promise: who waits for it waits for ever"));
    }

    void never_answered(uint32_t node, Local local) {
        if (!reported_.insert(node).second) return;
        out_.push_back(diagnostic(DiagnosticCode::NeverSettled, {item_, node},
                                  fmt::format("a way from here to the end leaves `{}` unsettled: who waits for the "
                                              "answer waits for ever",
                                              body_.locals[local].name.text())));
    }

    ItemId item_;
    const MirBody& body_;
    std::vector<ItemDiagnostic>& out_;
    std::map<Local, uint32_t> taken_;  // resolvers out of messages and lists: the node that names each
    std::map<Local, Group> groups_;
    std::set<Local> constant_;
    std::set<uint32_t> reported_;
    Group executor_ = kNoGroup;
    bool is_executor_ = false;
    bool reporting_ = false;
};

/// The functions that `new Promise(…)` is given in this body.
std::set<BodyFunctionId> executors(const Body& body) {
    std::set<BodyFunctionId> found;
    for (const Expr& e : body.expressions) {
        auto* made = std::get_if<hir::New>(&e.data);
        if (!made || !is_std_type(made->type, "Promise") || made->arguments.empty()) continue;
        ExprId value = made->arguments[0];
        while (auto* convert = body.as<hir::Convert>(value)) value = convert->operand;
        if (auto* closure = body.as<hir::Closure>(value)) found.insert(closure->function);
    }
    return found;
}

}  // namespace

void settling(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    auto bodies = context.get<BuiltMir>(item);
    std::set<BodyFunctionId> made = executors(*bodies->body);
    for (const MirBody& body : bodies->functions)
        if (body.errors_are_exceptions) Analysis(item, *bodies->body, body, made, out).run();
}

}  // namespace braid::checks
