#include "interpreter/debugger/breakpoints.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <tuple>

namespace braid::debugger {

namespace {

struct HitCondition {
    std::string op;
    uint64_t number = 0;
};

std::optional<HitCondition> parse_hit_condition(std::string_view text) {
    HitCondition result;
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    while (!text.empty() && std::string_view("<>=%").find(text.front()) != std::string_view::npos) {
        result.op += text.front();
        text.remove_prefix(1);
    }
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result.number);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    constexpr std::string_view kKnown[] = {"", "=", "==", "===", ">", ">=", "<", "<=", "%"};
    if (std::find(std::begin(kKnown), std::end(kKnown), result.op) == std::end(kKnown)) return std::nullopt;
    return result;
}

bool same(const BreakpointRequest& a, const BreakpointRequest& b) {
    return std::tie(a.line, a.condition, a.hit_condition, a.log_message) ==
           std::tie(b.line, b.condition, b.hit_condition, b.log_message);
}

}  // namespace

bool Breakpoint::wants_hit(uint64_t n) const {
    if (request.hit_condition.empty()) return true;
    auto condition = parse_hit_condition(request.hit_condition);
    if (!condition) return true;
    if (condition->op == ">") return n > condition->number;
    if (condition->op == ">=") return n >= condition->number;
    if (condition->op == "<") return n < condition->number;
    if (condition->op == "<=") return n <= condition->number;
    if (condition->op == "%") return condition->number != 0 && n % condition->number == 0;
    return n == condition->number;
}

std::vector<BreakpointPtr> BreakpointSet::set(const std::string& path, const std::vector<BreakpointRequest>& requests) {
    std::unique_lock lock(mutex_);
    std::vector<BreakpointPtr> old = std::exchange(by_file_[path], {});
    const FileMap* file = sources_.file(path);
    std::vector<BreakpointPtr> fresh;
    for (const BreakpointRequest& request : requests) {
        auto kept =
            std::find_if(old.begin(), old.end(), [&](const BreakpointPtr& b) { return same(b->request, request); });
        if (kept != old.end()) {
            fresh.push_back(*kept);
            old.erase(kept);
        } else {
            fresh.push_back(make(file, request));
        }
    }
    for (const BreakpointPtr& gone : old) unbind(gone);
    // Those new: after the old ones are gone, so that a place in both keeps its patch.
    for (const BreakpointPtr& breakpoint : fresh)
        for (auto [function, pc] : breakpoint->places) add(breakpoint, *function, pc);
    by_file_[path] = fresh;
    return fresh;
}

BreakpointPtr BreakpointSet::make(const FileMap* file, const BreakpointRequest& request) {
    auto breakpoint = std::make_shared<Breakpoint>();
    breakpoint->id = request.id ? request.id : next_id_++;
    breakpoint->request = request;
    breakpoint->position.line = request.line;
    if (!file) {
        breakpoint->message = "this file is not part of the program that runs";
    } else if (auto statements = file->nearest(request.line); statements.empty()) {
        breakpoint->message = "there is no statement in this file";
    } else {
        bind(breakpoint, *file, statements);
    }
    if (!request.hit_condition.empty() && !parse_hit_condition(request.hit_condition)) {
        breakpoint->verified = false;
        breakpoint->places.clear();
        breakpoint->message =
            "a hit count is a number, or one of > >= < <= == % and a number; not `" + request.hit_condition + "`";
    }
    return breakpoint;
}

void BreakpointSet::bind(const BreakpointPtr& breakpoint, const FileMap& file,
                         const std::vector<uint32_t>& statements) {
    breakpoint->position = file.position(file.statements[statements[0]].range);
    for (uint32_t index : statements) {
        const Statement& statement = file.statements[index];
        for (const Function* function : sources_.functions(statement.item))
            for (const CodeRun& run : sources_.code(*function).runs)
                if (run.statement == index && run.enters) breakpoint->places.emplace_back(function, run.begin);
    }
    breakpoint->verified = !breakpoint->places.empty();
    if (!breakpoint->verified) breakpoint->message = "the program never gets here: nothing calls this code";
}

void BreakpointSet::add(const BreakpointPtr& breakpoint, const Function& function, uint32_t pc) {
    auto& list = by_place_[{&function, pc}];
    if (std::find(list.begin(), list.end(), breakpoint) != list.end()) return;
    if (list.empty()) code_.set(function, pc);
    list.push_back(breakpoint);
}

void BreakpointSet::unbind(const BreakpointPtr& breakpoint) {
    for (auto [function, pc] : breakpoint->places) {
        auto found = by_place_.find({function, pc});
        if (found == by_place_.end()) continue;
        std::erase(found->second, breakpoint);
        if (!found->second.empty()) continue;
        code_.clear(*function, pc);
        by_place_.erase(found);
    }
}

void BreakpointSet::set_entry(const std::vector<const Function*>& functions) {
    std::unique_lock lock(mutex_);
    auto breakpoint = std::make_shared<Breakpoint>();
    breakpoint->is_entry = true;
    for (const Function* function : functions)
        for (const CodeRun& run : sources_.code(*function).runs)
            if (run.enters) {
                breakpoint->places.emplace_back(function, run.begin);
                break;
            }
    for (auto [function, pc] : breakpoint->places) add(breakpoint, *function, pc);
    entry_.push_back(breakpoint);
}

void BreakpointSet::clear_entry() {
    std::unique_lock lock(mutex_);
    for (const BreakpointPtr& breakpoint : std::exchange(entry_, {})) unbind(breakpoint);
}

void BreakpointSet::clear_all() {
    std::unique_lock lock(mutex_);
    code_.clear_all();
    by_file_.clear();
    by_place_.clear();
    entry_.clear();
}

std::vector<BreakpointPtr> BreakpointSet::at(const Function& function, uint32_t pc) const {
    std::shared_lock lock(mutex_);
    auto found = by_place_.find({&function, pc});
    return found == by_place_.end() ? std::vector<BreakpointPtr>{} : found->second;
}

bool BreakpointSet::exists(int id) const {
    std::shared_lock lock(mutex_);
    for (const auto& [path, list] : by_file_)
        for (const BreakpointPtr& breakpoint : list)
            if (breakpoint->id == id) return true;
    return false;
}

}  // namespace braid::debugger
