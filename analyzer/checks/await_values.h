#pragma once
#include <map>
#include <set>
#include <string>

#include "analyzer/checks/tasks.h"
#include "analyzer/flow/mir.h"

/// What await_race.cpp knows at a point of a function.
namespace braid::checks::awaits {

using namespace mir;

/// The object that a module variable holds, told apart from the locals.
inline Local object_in(ItemId variable) { return kNoLocal - 1 - uint32_t(variable); }

/// A place that other tasks may reach: a property of an object, or a captured or module variable.
struct Shared {
    // The local that holds the object, resolved through copies; kNoLocal: a variable itself; see `object_in`.
    Local object = kNoLocal;
    std::string name;  // as the source says it: `this.balance`
    StateKey key;
    uint8_t origin = 0;
    friend bool operator==(const Shared& a, const Shared& b) { return a.object == b.object && a.key == b.key; }
    friend bool operator<(const Shared& a, const Shared& b) {
        return a.object != b.object ? a.object < b.object : a.key < b.key;
    }
};

struct Taint {
    uint32_t read = 0;      // node of the read
    uint32_t awaited = 0;   // node of the first await after it; 0: none yet
    bool decides = false;   // it was compared: not the value itself
    bool as_it_was = true;  // the very value that was read
    bool is_fresh = false;  // what was read since is in it too
};
struct Check {
    uint32_t read = 0, awaited = 0;
    BlockId branch = 0;
};
/// What came back for something asked with a parameter of this function.
struct Answer {
    uint32_t asked = 0;  // node of the await
    friend bool operator==(const Answer&, const Answer&) = default;
};

using Sources = std::map<Shared, Taint>;

struct State {
    std::map<Local, Sources> taints;
    std::map<Local, Shared> holds;       // temp → the shared place whose object it is
    std::map<Local, Local> same_object;  // temp → the local it was copied from
    std::set<Local> found;               // hold an object that was found in shared state: others may find it, too
    std::map<Shared, Check> checks;
    std::set<Local> asking;  // promises of what a parameter asks for, and what is made from one
    std::map<Local, Answer> answers;
    bool lock_held = false;

    bool merge(const State& other) {
        bool changed = false;
        for (const auto& [local, sources] : other.taints)
            for (const auto& [shared, taint] : sources) {
                auto [it, inserted] = taints[local].emplace(shared, taint);
                if (inserted) changed = true;
                else if (!it->second.awaited && taint.awaited) it->second = taint, changed = true;
            }
        for (const auto& [shared, check] : other.checks) {
            auto [it, inserted] = checks.emplace(shared, check);
            if (inserted) changed = true;
            else if (!it->second.awaited && check.awaited) it->second = check, changed = true;
        }
        for (const auto& entry : other.same_object) changed |= same_object.insert(entry).second;
        for (Local local : other.found) changed |= found.insert(local).second;
        for (const auto& entry : other.holds) changed |= holds.insert(entry).second;
        for (const auto& entry : other.answers) changed |= answers.insert(entry).second;
        for (Local local : other.asking) changed |= asking.insert(local).second;
        if (lock_held && !other.lock_held) lock_held = false, changed = true;
        return changed;
    }
};

/// `new Promise(resolve => { this.waiters.push(resolve); })`: who is waited for will say when it is time.
bool hands_over(const Body& source, const CallTerminator& call, const Block& block);

/// Of a class or interface of the program, or nothing.
bool is_program_object(Type type);

}  // namespace braid::checks::awaits
