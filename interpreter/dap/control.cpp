#include <algorithm>

#include <fmt/format.h>

#include "interpreter/dap/adapter.h"
#include "workspace/workspace.h"

// Breakpoints, going on, stopping.
namespace braid::dap {

using debugger::BreakpointRequest;
using debugger::StepKind;
using debugger::StopReason;

// --- breakpoints ---

Json Adapter::breakpoint_json(const debugger::Breakpoint& breakpoint) const {
    const debugger::SourcePosition& at = breakpoint.position;
    Json out{{"id", breakpoint.id}, {"verified", breakpoint.verified}, {"line", line_out(at.line)}};
    if (at.column > 0) {
        out["column"] = column_out(at.column);
        out["endLine"] = line_out(at.end_line);
        out["endColumn"] = column_out(at.end_column);
    }
    if (!breakpoint.message.empty()) out["message"] = breakpoint.message;
    return out;
}

DapReply Adapter::set_breakpoints(const DapRequest& request) {
    const Json& source = request.arguments.at("source");
    std::string path = source.value("path", "");
    int64_t reference = source.value("sourceReference", int64_t{0});
    if (reference > 0 && static_cast<size_t>(reference) <= files().size())
        path = files().path(static_cast<FileId>(reference - 1));
    else path = normalized_path(path);
    std::vector<BreakpointRequest> requests;
    Json asked = request.arguments.value("breakpoints", Json::array());
    if (!request.arguments.contains("breakpoints"))  // clients of the protocol's first versions
        for (const Json& line : request.arguments.value("lines", Json::array())) asked.push_back({{"line", line}});
    for (const Json& each : asked) {
        BreakpointRequest breakpoint;
        int64_t line = each.at("line").get<int64_t>();
        breakpoint.line = line_in(static_cast<uint32_t>(std::clamp<int64_t>(line, 0, 1 << 30)));
        breakpoint.condition = each.value("condition", "");
        breakpoint.hit_condition = each.value("hitCondition", "");
        breakpoint.log_message = each.value("logMessage", "");
        requests.push_back(std::move(breakpoint));
    }
    Json out = Json::array();
    if (debugger_) {
        for (const auto& breakpoint : debugger_->set_breakpoints(path, requests))
            out.push_back(breakpoint_json(*breakpoint));
    } else {
        for (BreakpointRequest& each : requests) {
            each.id = next_early_id_++;
            out.push_back({{"id", each.id},
                           {"verified", false},
                           {"line", line_out(each.line)},
                           {"message", launched_ ? "the program runs without a debugger"
                                                 : "the program has not been launched yet"}});
        }
        early_breakpoints_[path] = std::move(requests);
    }
    return Json{{"breakpoints", std::move(out)}};
}

void Adapter::bind_breakpoints() {
    if (!debugger_) return;
    for (const auto& [path, requests] : std::exchange(early_breakpoints_, {}))
        for (const auto& breakpoint : debugger_->set_breakpoints(path, requests))
            server_.event("breakpoint", {{"reason", "changed"}, {"breakpoint", breakpoint_json(*breakpoint)}});
}

DapReply Adapter::breakpoint_locations(const DapRequest& request) {
    const Json& source = request.arguments.at("source");
    uint32_t first = line_in(request.arguments.at("line").get<uint32_t>());
    uint32_t last =
        request.arguments.contains("endLine") ? line_in(request.arguments.at("endLine").get<uint32_t>()) : first;
    Json out = Json::array();
    const debugger::FileMap* file =
        debugger_ ? debugger_->sources().file(normalized_path(source.value("path", ""))) : nullptr;
    if (file)
        for (const debugger::Statement& statement : file->statements) {
            if (statement.line < first || statement.line > last) continue;
            debugger::SourcePosition at = file->position(statement.range);
            out.push_back({{"line", line_out(at.line)},
                           {"column", column_out(at.column)},
                           {"endLine", line_out(at.end_line)},
                           {"endColumn", column_out(at.end_column)}});
        }
    return Json{{"breakpoints", std::move(out)}};
}

DapReply Adapter::set_exception_breakpoints(const DapRequest& request) {
    filters_ = {false, false, false};
    Json out = Json::array();
    for (const Json& filter : request.arguments.at("filters")) {
        auto name = filter.get<std::string>();
        filters_.panics |= name == "panic";
        filters_.uncaught |= name == "uncaught";
        filters_.caught |= name == "caught";
        bool known = name == "panic" || name == "uncaught" || name == "caught";
        out.push_back({{"verified", known}});
    }
    if (debugger_) debugger_->stop_at_errors(filters_);
    return Json{{"breakpoints", std::move(out)}};
}

DapReply Adapter::exception_info(const DapRequest& request) {
    uint64_t id = request.arguments.at("threadId").get<uint64_t>();
    std::lock_guard lock(mutex_);
    if (last_stop_.reason != StopReason::Error || last_stop_.task != id)
        return answer_in_place("this task has not stopped at an error");
    Json details{{"message", last_stop_.text}, {"typeName", last_stop_.description}};
    return Json{{"exceptionId", last_stop_.description},
                {"description", last_stop_.text},
                {"breakMode", "always"},
                {"details", details}};
}

// --- stops ---

void Adapter::stopped(const debugger::Stop& stop) {
    output_.flush();
    {
        std::lock_guard lock(mutex_);
        last_stop_ = stop;
    }
    tell_threads(listed_tasks());
    constexpr const char* kReasons[] = {"entry", "breakpoint", "step", "pause", "exception"};
    Json body{
        {"reason", kReasons[static_cast<size_t>(stop.reason)]}, {"threadId", stop.task}, {"allThreadsStopped", true}};
    if (!stop.breakpoints.empty()) body["hitBreakpointIds"] = stop.breakpoints;
    if (stop.reason == StopReason::Error) {
        body["description"] = stop.description == "panic" ? "Paused on panic" : "Paused on " + stop.description;
        body["text"] = stop.text;
    }
    server_.event("stopped", body);
}

void Adapter::logged(const std::string& text, const debugger::FileMap* file, uint32_t line) {
    output_.flush();
    Json body{{"category", "console"}, {"output", text}};
    if (file) {
        body["source"] = source_json(file->file);
        body["line"] = line_out(line);
    }
    server_.event("output", body);
}

void Adapter::tell_threads(const std::vector<scheduler::TaskRef>& live) {
    std::set<uint64_t> now;
    for (const scheduler::TaskRef& task : live) now.insert(task->id());
    std::lock_guard lock(mutex_);
    for (uint64_t id : told_threads_)
        if (!now.count(id)) server_.event("thread", {{"reason", "exited"}, {"threadId", id}});
    for (uint64_t id : now)
        if (!told_threads_.count(id)) server_.event("thread", {{"reason", "started"}, {"threadId", id}});
    told_threads_ = std::move(now);
}

// --- going on ---

void Adapter::forget_references() {
    frames_.clear();
    references_.clear();
}

tl::expected<void, DapError> Adapter::must_be_stopped() const {
    if (!debugger_) return answer_in_place("no program is being debugged");
    if (ended_) return answer_in_place("the program has ended");
    if (!debugger_->is_stopped()) return answer_in_place("the program is running; pause it first");
    return {};
}

DapReply Adapter::continue_(const DapRequest& request) {
    if (auto ready = must_be_stopped(); !ready) return tl::unexpected(ready.error());
    bool single = request.arguments.value("singleThread", false);
    uint64_t id = request.arguments.value("threadId", uint64_t{0});
    if (single && !debugger_->task(id)) return answer_in_place(fmt::format("there is no task {}", id));
    forget_references();
    request.after_reply([this, single, id] { single ? debugger_->resume_only(id) : debugger_->resume(); });
    return Json{{"allThreadsContinued", !single}};
}

DapReply Adapter::step(const DapRequest& request, StepKind kind) {
    if (auto ready = must_be_stopped(); !ready) return tl::unexpected(ready.error());
    uint64_t id = request.arguments.at("threadId").get<uint64_t>();
    if (!debugger_->task(id)) return answer_in_place(fmt::format("there is no task {}", id));
    forget_references();
    request.after_reply([this, id, kind] { debugger_->step(id, kind); });
    return Json();
}

DapReply Adapter::next(const DapRequest& request) { return step(request, StepKind::Over); }
DapReply Adapter::step_in(const DapRequest& request) { return step(request, StepKind::Into); }
DapReply Adapter::step_out(const DapRequest& request) { return step(request, StepKind::Out); }

DapReply Adapter::pause(const DapRequest& request) {
    if (!debugger_ || !started_) return answer_in_place("no program is being debugged");
    if (ended_) return answer_in_place("the program has ended");
    uint64_t id = request.arguments.value("threadId", uint64_t{0});
    request.after_reply([this, id] { debugger_->pause(id); });
    return Json();
}

}  // namespace braid::dap
