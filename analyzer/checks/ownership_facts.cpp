#include "analyzer/checks/ownership_facts.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "analyzer/checks/describe.h"
#include "analyzer/checks/loans.h"
#include "analyzer/checks/tasks.h"
#include "analyzer/flow/dataflow.h"
#include "analyzer/flow/mir_walk.h"

namespace braid::checks {

using namespace mir;
using mir::Place;  // not the place in the source

namespace {

struct State {
    std::set<Local> owned, moved;  // may hold, may have given away

    bool merge(const State& other) {
        size_t before = owned.size() + moved.size();
        owned.insert(other.owned.begin(), other.owned.end());
        moved.insert(other.moved.begin(), other.moved.end());
        return owned.size() + moved.size() != before;
    }
};

class Facts {
  public:
    Facts(QueryContext& context, const MirBody& body) : context_(context), body_(body), loans_(context, body) {}

    std::vector<OwnershipFact> run() {
        State start;
        for (Local local = 1; local <= body_.parameter_count + body_.capture_count; ++local)
            written(start, {local, {}});
        auto entry = forward_dataflow(
            body_, start,
            [&](BlockId id, State state, auto&& leaving) {
                const Block& block = body_.blocks[id];
                for (const Statement& s : block.statements) step(state, s);
                step(state, block.terminator, leaving);
            },
            [](State& into, const State& from) { return into.merge(from); });
        if (loans_.any()) loans_.solve();
        for (BlockId id = 0; id < body_.blocks.size(); ++id)
            if (entry[id] && !body_.blocks[id].is_cleanup) tell(id, *entry[id]);
        return std::move(facts_);
    }

  private:
    bool is_variable(Local local) const {
        const LocalDeclaration& l = body_.locals[local];
        return !l.name.empty() && !l.is_alias;
    }
    void written(State& state, const Place& place) {
        if (!place.is_local() || !is_variable(place.local)) return;
        state.owned.insert(place.local);
        state.moved.erase(place.local);
    }
    void moved(State& state, const Operand& operand) {
        auto* place = moved_place(operand);
        if (!place || !state.owned.count(place->local)) return;
        if (context_.get<CapabilitiesOf>(place_type(context_, body_, *place))->copy) return;
        state.moved.insert(place->local);
        if (place->is_local()) state.owned.erase(place->local);
    }
    void ended(State& state, Local local) { state.owned.erase(local), state.moved.erase(local); }

    void step(State& state, const Statement& s) {
        for_each_operand(
            s, [&](const Operand& o) { moved(state, o); }, [](const Place&) {});
        if (auto* assign = std::get_if<Assign>(&s.kind)) written(state, assign->place);
        if (auto* live = std::get_if<StorageLive>(&s.kind)) ended(state, live->local);
        if (auto* dead = std::get_if<StorageDead>(&s.kind)) ended(state, dead->local);
    }
    template <typename F>
    void step(State& state, const Terminator& t, F&& leaving) {
        for_each_operand(t, [&](const Operand& o) { moved(state, o); });
        for_each_successor(t, [&](BlockId target, const Place* destination) {
            State edge = state;
            if (destination) written(edge, *destination);
            leaving(target, edge);
        });
    }

    void tell(BlockId id, State state) {
        const Block& block = body_.blocks[id];
        std::set<Local> live;
        std::vector<Liveness::Change> changes;
        LoanState held;
        if (loans_.any() && loans_.at_start(id)) {
            held = *loans_.at_start(id);
            loans_.liveness().at_start(id, [&](Local local) { live.insert(local); });
            changes = loans_.liveness().changes(id);
        }
        size_t next = 0;
        auto advance = [&](uint32_t at) {
            for (; next < changes.size() && changes[next].statement == at; ++next)
                if (changes[next].begins) live.insert(changes[next].local);
                else live.erase(changes[next].local);
        };
        for (uint32_t i = 0; i < block.statements.size(); ++i) {
            step(state, block.statements[i]);
            advance(i);
            if (loans_.any()) loans_.apply(block.statements[i], i, id, held);
            add(block.statements[i].node, state, held, live);
        }
        step(state, block.terminator, [](BlockId, const State&) {});
        advance(uint32_t(block.statements.size()));
        add(block.terminator.node, state, held, live);
    }

    void add(uint32_t node, const State& state, const LoanState& held, const std::set<Local>& live) {
        if (node == 0) return;
        OwnershipFact fact{node, names(state.owned), names(state.moved), {}, {}};
        for (Local local : state.owned)
            if (is_guard(context_, body_.locals[local].type)) fact.locked.emplace_back(body_.locals[local].name.text());
        for (Local local : live) {
            if (!is_variable(local)) continue;
            for (Region region : loans_.regions().regions_of(local)) {
                const LoanSet* loans = held.of(loans_.regions().representative(region));
                for (size_t i = 0; loans && i < loans->size(); ++i) {
                    const Loan& loan = loans_.all()[(*loans)[i]];
                    std::string what = describe(context_, body_, loan.place);
                    if (!what.empty())
                        fact.borrowed.push_back(fmt::format("{}{} by {}", what, loan.is_mutable() ? " mutably" : "",
                                                            body_.locals[local].name.text()));
                }
            }
        }
        std::sort(fact.borrowed.begin(), fact.borrowed.end());
        fact.borrowed.erase(std::unique(fact.borrowed.begin(), fact.borrowed.end()), fact.borrowed.end());
        facts_.push_back(std::move(fact));
    }

    std::vector<std::string> names(const std::set<Local>& locals) const {
        std::vector<std::string> out;
        for (Local local : locals) out.emplace_back(body_.locals[local].name.text());
        return out;
    }

    QueryContext& context_;
    const MirBody& body_;
    Loans loans_;
    std::vector<OwnershipFact> facts_;
};

std::string listed(std::string_view title, const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return names.empty() ? text : fmt::format("  {}: {}", title, text);
}

}  // namespace

std::vector<OwnershipFact> ownership_facts(QueryContext& context, const MirBody& body) {
    return Facts(context, body).run();
}

OwnershipFacts::Value OwnershipFacts::compute(QueryContext& context, const Key& item) {
    Value all;
    for (const MirBody& body : context.get<ElaboratedMir>(item)->functions) {
        Value of_body = ownership_facts(context, body);
        all.insert(all.end(), std::make_move_iterator(of_body.begin()), std::make_move_iterator(of_body.end()));
    }
    return all;
}

namespace {

/// Which variables a task takes along, and how.
std::string captured(const Body& body, const BodyFunction& function) {
    std::vector<std::string> takes, copies, reaches;
    for (const Capture& capture : function.captures) {
        std::string name(body[capture.local].name.text());
        if (capture.mode == CaptureMode::Move) takes.push_back(std::move(name));
        else if (capture.mode == CaptureMode::Copy) copies.push_back(std::move(name));
        else reaches.push_back(std::move(name));
    }
    return listed("takes", takes) + listed("copies", copies) + listed("reaches", reaches);
}

/// What other tasks may change while a function waits, and by which functions.
std::string shared(QueryContext& context, ItemId item, uint32_t function) {
    if (!shares_state(context, item)) return {};
    std::string out;
    auto rivals = context.get<TaskRivals>(item);
    for (const auto& entry : rivals->entries) {
        if (entry.function != function) continue;
        std::vector<std::string> writers;
        for (const auto& rival : {entry.writer, entry.changer})
            if (rival) writers.emplace_back(name_of(rival->function.item).text());
        writers.erase(std::unique(writers.begin(), writers.end()), writers.end());
        std::string_view name = entry.key.property.text();
        if (name.empty() && entry.key.owner != ItemId::None) name = name_of(entry.key.owner).text();
        out += fmt::format("  shared: {}{}\n", name, listed("other tasks change it in", writers));
    }
    if (function < rivals->runs_twice.size() && rivals->runs_twice[function]) out += "  runs beside itself\n";
    if (function < rivals->locked.size() && rivals->locked[function]) out += "  runs with a lock held\n";
    return out;
}

}  // namespace

std::string dump_ownership(QueryContext& context, ItemId item) {
    std::string out;
    auto bodies = context.get<ElaboratedMir>(item);
    const Body& source = *bodies->body;
    for (size_t i = 0; i < bodies->functions.size(); ++i) {
        const MirBody& body = bodies->functions[i];
        std::map<uint32_t, OwnershipFact> by_line;  // the last of each line
        for (OwnershipFact& fact : ownership_facts(context, body)) {
            FileRange at = locate(context, {item, fact.node});
            auto tree = context.get<FileTree>(at.file);
            uint32_t line = 1 + uint32_t(std::count((*tree)->text().begin(),
                                                    (*tree)->text().begin() + ptrdiff_t(at.range.begin), '\n'));
            by_line[line] = std::move(fact);
        }
        const bool by_reference = body.errors_are_exceptions;
        const std::string tasks = by_reference ? shared(context, item, uint32_t(i)) : std::string();
        if (by_reference ? tasks.empty() : by_line.empty()) continue;
        std::string_view name = body.name.empty() && i == 0 ? name_of(item).text() : body.name.text();
        out += fmt::format("function #{}{}{}\n", i, name.empty() ? "" : " ", name);
        if (body.is_task && i < source.functions.size())
            out += fmt::format("  a task{}\n", captured(source, source.functions[i]));
        out += tasks;
        if (by_reference) continue;  // nothing is owned there
        std::string before;
        for (const auto& [line, fact] : by_line) {
            std::string text = listed("owned", fact.owned) + listed("moved", fact.moved) +
                               listed("locked", fact.locked) + listed("borrowed", fact.borrowed);
            if (text != before) out += fmt::format("  {}{}\n", line, text.empty() ? "  nothing" : text);
            before = std::move(text);
        }
    }
    return out;
}

}  // namespace braid::checks
