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

using ObjectKey = ScheduleFindings::ObjectKey;
using Finding = ScheduleFindings::Finding;

/// For ever at a channel: whether the function that made it waits too is a matter of the schedule.
bool is_abandoned(DiagnosticCode code) {
    return code == DiagnosticCode::ChannelDeadlock || code == DiagnosticCode::GoroutineLeak;
}

bool same_finding(const ItemDiagnostic& a, const ItemDiagnostic& b) {
    return a.location == b.location && (a.code == b.code || (is_abandoned(a.code) && is_abandoned(b.code)));
}

bool is_knot(DiagnosticCode code) { return is_abandoned(code) || code == DiagnosticCode::LockOrderCycle; }

/// The same place, or the same objects in the same kind of knot, whoever came first.
bool same_cause(const Finding& a, const Finding& b) {
    if (same_finding(a.diagnostic, b.diagnostic)) return true;
    const bool locks = a.diagnostic.code == DiagnosticCode::LockOrderCycle;
    return is_knot(a.diagnostic.code) && is_knot(b.diagnostic.code) &&
           locks == (b.diagnostic.code == DiagnosticCode::LockOrderCycle) && a.knot == b.knot;
}

/// They know it as an object that is made in the program, not as an argument of theirs.
bool is_made_here(const std::set<ObjectKey>& knot) {
    return !knot.empty() && std::all_of(knot.begin(), knot.end(),
                                        [](const ObjectKey& key) { return std::get<explore::Symbol>(key) == 0; });
}

/// Findings, one for each cause.
class Findings {
  public:
    void add(Finding found) {
        if (std::none_of(all.begin(), all.end(), [&](const Finding& known) { return same_cause(known, found); }))
            all.push_back(std::move(found));
    }

    std::vector<Finding> all;
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
    for (const explore::Incident& incident : found.incidents) findings.add({explain_incident(context, incident), {}});
    bool unexplained = false;
    for (const explore::State& state : found.stuck) {
        auto stuck = explain_stuck(context, machine, state);
        if (stuck) findings.add({std::move(*stuck), objects_waited_for(state)});
        else unexplained = true;
    }
    Value out = std::move(findings.all);
    bool certain = found.complete && !found.ends_well && !unexplained && out.size() == 1;
    // A promise that stays open keeps no program from being run.
    for (Finding& each : out)
        each.diagnostic.severity =
            certain && each.diagnostic.code != DiagnosticCode::NeverSettled ? Severity::Error : Severity::Warning;
    // What a body shows when it is run alone is told there.
    if (!out.empty())
        for (ItemId other : found.visited) {
            if (other == item || is_std(file_of(other))) continue;
            auto known = context.get<ScheduleFindings>(other);
            std::erase_if(out, [&](const Finding& mine) {
                return std::any_of(known->begin(), known->end(), [&](const Finding& theirs) {
                    return same_finding(mine.diagnostic, theirs.diagnostic) ||
                           (is_made_here(mine.knot) && same_cause(mine, theirs));
                });
            });
        }
    return out;
}

ScheduleDiagnostics::Value ScheduleDiagnostics::compute(QueryContext& context, const Key& file) {
    Value out;
    for (ItemId item : *context.get<explore::TaskUsers>(file)) {
        auto found = context.get<ScheduleFindings>(item);
        for (const Finding& each : *found) out.push_back(each.diagnostic);
    }
    return out;
}

}  // namespace braid::checks
