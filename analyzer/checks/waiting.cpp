#include "analyzer/checks/waiting.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "analyzer/checks/checks.h"

// The schedules of a body, run by the explorer (analyzer/explore): self-deadlock, lock-order-cycle, channel-deadlock,
// goroutine-leak, missing-close, send-on-closed-channel, double-close, waitgroup-misuse, lost-wakeup.
//
//     let ch = make(chan int)
//     ch <- 1          # nobody can ever receive
//
// What happens on every schedule is an error; what happens on one is a warning and comes with it.
namespace braid::checks {
namespace {

using ObjectKey = std::tuple<uint32_t, uint32_t, explore::Symbol>;

/// For ever at a channel: whether the function that made it waits too is a matter of the schedule.
bool is_abandoned(DiagnosticCode code) {
    return code == DiagnosticCode::ChannelDeadlock || code == DiagnosticCode::GoroutineLeak;
}

bool same_finding(const ItemDiagnostic& a, const ItemDiagnostic& b) {
    return a.location == b.location && (a.code == b.code || (is_abandoned(a.code) && is_abandoned(b.code)));
}

/// Findings, one for each cause: the same objects in the same kind of knot are one, whoever came first.
class Findings {
  public:
    void add(ItemDiagnostic found, std::set<ObjectKey> objects = {}) {
        bool knot = is_abandoned(found.code) || found.code == DiagnosticCode::LockOrderCycle;
        for (const ItemDiagnostic& known : all)
            if (same_finding(known, found)) return;
        bool locks = found.code == DiagnosticCode::LockOrderCycle;
        if (knot && !knots_.emplace(locks, std::move(objects)).second) return;
        all.push_back(std::move(found));
    }

    std::vector<ItemDiagnostic> all;

  private:
    std::set<std::pair<bool, std::set<ObjectKey>>> knots_;
};

std::set<ObjectKey> objects_waited_for(const explore::State& state) {
    std::set<ObjectKey> out;
    for (const explore::Task& task : state.tasks) {
        if (task.status != explore::TaskStatus::Parked || task.pending.object >= state.objects.size()) continue;
        const explore::Object& object = state.objects[task.pending.object];
        out.insert({uint32_t(object.made.item), object.made.node, object.symbol});
    }
    return out;
}

}  // namespace

ScheduleFindings::Value ScheduleFindings::compute(QueryContext& context, const Key& item) {
    if (!context.get<explore::TouchesTasks>(item)->yes) return {};
    explore::Machine machine(context, item);
    explore::Exploration found = explore::explore(context, machine);
    Findings findings;
    for (const explore::Incident& incident : found.incidents) findings.add(explain_incident(context, incident));
    bool unexplained = false;
    for (const explore::State& state : found.stuck) {
        auto stuck = explain_stuck(context, machine, state);
        if (stuck) findings.add(std::move(*stuck), objects_waited_for(state));
        else unexplained = true;
    }
    std::vector<ItemDiagnostic> out = std::move(findings.all);
    bool certain = found.complete && !found.ends_well && !unexplained && out.size() == 1;
    for (ItemDiagnostic& each : out) each.severity = certain ? Severity::Error : Severity::Warning;
    // What a body shows when it is run alone is told there.
    if (!out.empty())
        for (ItemId other : found.visited) {
            if (other == item || is_std(file_of(other))) continue;
            auto known = context.get<ScheduleFindings>(other);
            std::erase_if(out, [&](const ItemDiagnostic& mine) {
                return std::any_of(known->begin(), known->end(),
                                   [&](const ItemDiagnostic& theirs) { return same_finding(mine, theirs); });
            });
        }
    return out;
}

ScheduleDiagnostics::Value ScheduleDiagnostics::compute(QueryContext& context, const Key& file) {
    Value out;
    for (ItemId item : *context.get<explore::TaskUsers>(file)) {
        auto found = context.get<ScheduleFindings>(item);
        out.insert(out.end(), found->begin(), found->end());
    }
    return out;
}

}  // namespace braid::checks
