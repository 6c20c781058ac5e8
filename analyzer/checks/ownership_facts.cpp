#include "analyzer/checks/ownership_facts.h"

#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include <fmt/format.h>

#include "analyzer/checks/describe.h"
#include "analyzer/checks/loans.h"
#include "analyzer/checks/task_starts.h"
#include "analyzer/checks/tasks.h"
#include "analyzer/flow/dataflow.h"
#include "analyzer/flow/mir_walk.h"

namespace braid::checks {

using namespace mir;
using mir::Place;  // not the place in the source

namespace {

class LocalSet {
  public:
    bool has(Local local) const { return local / 64 < words_.size() && words_[local / 64] >> (local % 64) & 1; }
    void insert(Local local) {
        if (local / 64 >= words_.size()) words_.resize(local / 64 + 1);
        words_[local / 64] |= uint64_t(1) << (local % 64);
    }
    void erase(Local local) {
        if (has(local)) words_[local / 64] &= ~(uint64_t(1) << (local % 64));
    }
    /// Whether that was new.
    bool merge(const LocalSet& other) {
        if (words_.size() < other.words_.size()) words_.resize(other.words_.size());
        bool grows = false;
        for (size_t i = 0; i < other.words_.size(); ++i) {
            grows |= (other.words_[i] & ~words_[i]) != 0;
            words_[i] |= other.words_[i];
        }
        return grows;
    }
    template <typename F>
    void each(F&& f) const {
        for (size_t i = 0; i < words_.size(); ++i)
            for (uint64_t rest = words_[i]; rest != 0; rest &= rest - 1)
                f(Local(i * 64 + size_t(std::countr_zero(rest))));
    }

  private:
    std::vector<uint64_t> words_;
};

struct State {
    LocalSet owned, moved;  // may hold, may have given away

    bool merge(const State& other) {
        const bool owns_more = owned.merge(other.owned);
        return moved.merge(other.moved) || owns_more;
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
        if (state.owned.has(place.local) && !state.moved.has(place.local)) return;
        state.owned.insert(place.local);
        state.moved.erase(place.local);
        has_changed_ = true;
    }
    void moved(State& state, const Operand& operand) {
        auto* place = moved_place(operand);
        if (!place || !state.owned.has(place->local)) return;
        if (context_.get<CapabilitiesOf>(place_type(context_, body_, *place))->copy) return;
        state.moved.insert(place->local);
        has_changed_ = true;
        if (place->is_local()) state.owned.erase(place->local);
    }
    void ended(State& state, Local local) {
        if (!state.owned.has(local) && !state.moved.has(local)) return;
        state.owned.erase(local), state.moved.erase(local);
        has_changed_ = true;
    }

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
        has_changed_ = true;
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
        std::vector<std::pair<Local, uint32_t>> borrows = borrows_of(held, live);
        if (has_changed_ || borrows != borrows_) {
            borrows_ = std::move(borrows);
            holdings_ = holdings_in(state);
            has_changed_ = false;
        }
        facts_.push_back({node, holdings_});
    }

    /// The variables that are used again and the loans they hold.
    std::vector<std::pair<Local, uint32_t>> borrows_of(const LoanState& held, const std::set<Local>& live) {
        std::vector<std::pair<Local, uint32_t>> out;
        for (Local local : live) {
            if (!is_variable(local)) continue;
            for (Region region : loans_.regions().regions_of(local)) {
                const LoanSet* loans = held.of(loans_.regions().representative(region));
                for (size_t i = 0; loans && i < loans->size(); ++i) out.emplace_back(local, (*loans)[i]);
            }
        }
        return out;
    }

    std::shared_ptr<const Holdings> holdings_in(const State& state) const {
        auto name_of = [&](Local local) { return std::string(body_.locals[local].name.text()); };
        auto out = std::make_shared<Holdings>();
        state.owned.each([&](Local local) {
            out->owned.push_back(name_of(local));
            if (is_guard(context_, body_.locals[local].type)) out->locked.push_back(name_of(local));
        });
        state.moved.each([&](Local local) { out->moved.push_back(name_of(local)); });
        for (const auto& [local, number] : borrows_) {
            const Loan& loan = loans_.all()[number];
            std::string what = describe(context_, body_, loan.place);
            if (!what.empty())
                out->borrowed.push_back(
                    fmt::format("{}{} by {}", what, loan.is_mutable() ? " mutably" : "", name_of(local)));
        }
        std::sort(out->borrowed.begin(), out->borrowed.end());
        out->borrowed.erase(std::unique(out->borrowed.begin(), out->borrowed.end()), out->borrowed.end());
        return out;
    }

    QueryContext& context_;
    const MirBody& body_;
    Loans loans_;
    std::vector<OwnershipFact> facts_;
    // Of the last of them, unless something has changed since.
    bool has_changed_ = true;
    std::vector<std::pair<Local, uint32_t>> borrows_;
    std::shared_ptr<const Holdings> holdings_;
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

uint32_t line_of(QueryContext& context, ItemId item, uint32_t node) {
    FileRange at = locate(context, {item, node});
    auto tree = context.get<FileTree>(at.file);
    const std::string_view text = (*tree)->text().substr(0, at.range.begin);
    return uint32_t(1 + std::count(text.begin(), text.end(), '\n'));
}

/// In which tasks a function runs: `  runs in the tasks started in: line 12 (main)`.
std::string started(QueryContext& context, ItemId function) {
    std::vector<std::string> places;
    for (const TaskStart& start : starts_of(context, function)) {
        const std::string_view name = name_of(start.item).text();
        places.push_back(fmt::format("line {}{}", line_of(context, start.item, start.node),
                                     name.empty() ? "" : fmt::format(" ({})", name)));
    }
    const std::string text = listed("runs in the tasks started in", places);
    return text.empty() ? text : text + "\n";
}

/// What other tasks may change while a function waits, and by which functions.
std::string shared(QueryContext& context, ItemId item, uint32_t function) {
    if (!shares_state(context, item)) return {};
    std::string out;
    auto rivals = context.get<TaskRivals>(item);
    auto body = context.get<BodyOf>(item);
    for (const auto& entry : rivals->entries) {
        if (entry.function != function) continue;
        std::vector<std::string> writers;
        for (const auto& rival : {entry.writer, entry.changer})
            if (rival)
                writers.emplace_back(kind_of(rival->function.item) == ItemKind::File
                                         ? "the statements of the file"
                                         : name_of(rival->function.item).text());
        writers.erase(std::unique(writers.begin(), writers.end()), writers.end());
        std::string_view name = entry.key.property.text();
        if (entry.key.local != LocalId::None) name = (*body)[entry.key.local].name.text();
        else if (name.empty() && entry.key.owner != ItemId::None) name = name_of(entry.key.owner).text();
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
        std::map<uint32_t, std::shared_ptr<const Holdings>> by_line;  // the last of each line
        for (const OwnershipFact& fact : ownership_facts(context, body)) {
            by_line[line_of(context, item, fact.node)] = fact.holdings;
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
        if (i == 0) out += started(context, item);
        std::string before;
        for (const auto& [line, holdings] : by_line) {
            std::string text = listed("owned", holdings->owned) + listed("moved", holdings->moved) +
                               listed("locked", holdings->locked) + listed("borrowed", holdings->borrowed);
            if (text != before) out += fmt::format("  {}{}\n", line, text.empty() ? "  nothing" : text);
            before = std::move(text);
        }
    }
    return out;
}

}  // namespace braid::checks
