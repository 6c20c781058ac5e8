#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "interpreter/dap/adapter.h"

// Tasks, stacks, values.
namespace braid::dap {

using debugger::Datum;
using debugger::FrameInfo;
using debugger::Member;

namespace {

constexpr size_t kMaxThreads = 500;     // DAP cannot page them; braid/tasks can
constexpr size_t kMaxVariables = 1000;  // without a count the client gets the first of them

bool is_plain_name(std::string_view name) {
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
    return std::all_of(name.begin(), name.end(),
                       [](unsigned char c) { return std::isalnum(c) || c == '_' || c >= 0x80; });
}

/// What a member is reached by from the expression for its owner; empty: no expression reaches it.
std::string child_expression(const std::string& owner, const std::string& name) {
    if (owner.empty()) return {};
    if (name[0] == '[') return owner + name;
    bool is_number = std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c); });
    if (is_plain_name(name) || is_number) return owner + "." + name;
    if (name[0] == '"' || name[0] == '\'') return owner + "[" + name + "]";
    return {};
}

}  // namespace

// --- tasks ---

std::vector<scheduler::TaskRef> Adapter::shown_tasks() const {
    bool standing = debugger_->is_stopped();
    std::vector<scheduler::TaskRef> shown;
    for (scheduler::TaskRef& ref : debugger_->tasks()) {
        const vm::VmTask& task = vm::vm_task(ref);
        // The runtime's own helpers (timers, reactions) run no code of the program's but now and then.
        bool helper = task.task_kind() == vm::TaskKind::Fiber && standing && !debugger::has_program_code(task);
        if (!helper) shown.push_back(std::move(ref));
    }
    return shown;
}

/// At most as many as a client can show, the one that stopped among them.
std::vector<scheduler::TaskRef> Adapter::listed_tasks() const {
    auto live = shown_tasks();
    if (live.size() <= kMaxThreads) return live;
    std::lock_guard lock(mutex_);
    auto stopped =
        std::find_if(live.begin(), live.end(), [&](const auto& task) { return task->id() == last_stop_.task; });
    if (stopped != live.end()) std::iter_swap(live.begin(), stopped);
    live.resize(kMaxThreads);
    return live;
}

std::string Adapter::thread_name(const vm::VmTask& task, bool with_state) const {
    std::string name = debugger::task_name(task);
    if (!with_state) return name;
    std::string state = debugger::task_state(task);
    return state.rfind("wait", 0) == 0 ? name + " (" + state + ")" : name;
}

DapReply Adapter::threads(const DapRequest&) {
    Json out = Json::array();
    if (debugger_ && started_ && !ended_) {
        bool standing = debugger_->is_stopped();
        for (const scheduler::TaskRef& task : listed_tasks())
            out.push_back({{"id", task->id()}, {"name", thread_name(vm::vm_task(*task), standing)}});
    }
    return Json{{"threads", std::move(out)}};
}

DapReply Adapter::tasks(const DapRequest& request) {
    if (auto ready = must_be_stopped(); !ready) return tl::unexpected(ready.error());
    size_t start = request.arguments.value("start", size_t{0}), count = request.arguments.value("count", size_t{0});
    auto live = shown_tasks();
    size_t end = count == 0 ? live.size() : std::min(live.size(), start + std::min(count, live.size()));
    Json out = Json::array();
    for (size_t i = start; i < end; ++i) {
        const vm::VmTask& task = vm::vm_task(live[i]);
        out.push_back({{"id", task.id()},
                       {"name", thread_name(task, false)},
                       {"kind", vm::name_of(task.task_kind())},
                       {"state", debugger::task_state(task)}});
    }
    return Json{{"tasks", std::move(out)}, {"total", live.size()}};
}

// --- stacks ---

Json Adapter::source_json(FileId file) const {
    const std::string& path = files().path(file);
    Json out{{"name", std::filesystem::path(path).filename().string()}};
    if (is_std(file)) {
        // Clients ask for the text by its reference; the path is only for people.
        out["name"] = path;
        out["path"] = path;
        out["sourceReference"] = static_cast<uint32_t>(file) + 1;
        out["origin"] = "standard library";
        out["presentationHint"] = "deemphasize";
    } else {
        out["path"] = path;
    }
    return out;
}

Json Adapter::frame_json(const FrameInfo& frame, uint64_t task, size_t index) {
    frames_.push_back({task, frame});
    Json out{{"id", frames_.size()}, {"name", frame.name}, {"line", 0}, {"column", 0}};
    if (frame.file) {
        out["source"] = source_json(frame.file->file);
        out["line"] = line_out(frame.position.line);
        out["column"] = column_out(frame.position.column);
        out["endLine"] = line_out(frame.position.end_line);
        out["endColumn"] = column_out(frame.position.end_column);
    }
    if (frame.is_library && index > 0) out["presentationHint"] = "subtle";
    return out;
}

/// A task that has not begun: where it was started.
Json Adapter::spawn_frame(const vm::VmTask& task) {
    Json out{{"id", 0},
             {"name", task.display_name() + " (not begun)"},
             {"line", 0},
             {"column", 0},
             {"presentationHint", "label"}};
    vm::SourceSite site = task.spawn_site();
    if (site.item == ItemId::None) return out;
    if (const debugger::FileMap* file = debugger_->sources().file(file_of(site.item))) {
        debugger::SourcePosition at = file->position(debugger_->sources().range_of(site.item, site.node));
        out["source"] = source_json(file->file);
        out["line"] = line_out(at.line);
        out["column"] = column_out(at.column);
    }
    return out;
}

DapReply Adapter::stack_trace(const DapRequest& request) {
    if (auto ready = must_be_stopped(); !ready) return tl::unexpected(ready.error());
    uint64_t id = request.arguments.at("threadId").get<uint64_t>();
    scheduler::TaskRef task = debugger_->task(id);
    if (!task) return answer_in_place(fmt::format("there is no task {}", id));
    auto all = debugger_->frames(vm::vm_task(task));
    size_t start = request.arguments.value("startFrame", size_t{0}),
           levels = request.arguments.value("levels", size_t{0});
    size_t end = levels == 0 ? all.size() : std::min(all.size(), start + std::min(levels, all.size()));
    Json out = Json::array();
    for (size_t i = start; i < end; ++i) out.push_back(frame_json(all[i], id, i));
    if (all.empty() && start == 0) out.push_back(spawn_frame(vm::vm_task(task)));
    return Json{{"stackFrames", std::move(out)}, {"totalFrames", std::max<size_t>(all.size(), 1)}};
}

DapReply Adapter::scopes(const DapRequest& request) {
    if (auto ready = must_be_stopped(); !ready) return tl::unexpected(ready.error());
    size_t id = request.arguments.at("frameId").get<size_t>();
    Json out = Json::array();
    if (id == 0) return Json{{"scopes", std::move(out)}};  // of a task that has not begun (spawn_frame)
    if (id > frames_.size()) return answer_in_place("this frame is gone");
    const FrameInfo& frame = frames_[id - 1].info;
    auto add = [&](const char* name, ScopeKind kind, size_t count, const char* hint) {
        if (count == 0 && kind != ScopeKind::Locals) return;
        references_.push_back(Scope{id - 1, kind});
        Json scope{{"name", name},
                   {"variablesReference", references_.size()},
                   {"namedVariables", count},
                   {"expensive", false}};
        if (hint) scope["presentationHint"] = hint;
        out.push_back(std::move(scope));
    };
    debugger::FrameVariables visible = debugger_->variables(frame);
    add("Locals", ScopeKind::Locals, visible.locals.size(), "locals");
    add("Captures", ScopeKind::Captures, visible.captures.size(), nullptr);
    add("Module", ScopeKind::Statics, debugger::statics_of(frame, debugger_->vm()).size(), nullptr);
    return Json{{"scopes", std::move(out)}};
}

// --- values ---

void Adapter::put_value(Json& out, Datum value, const std::string& evaluate_name) {
    const debugger::Inspector& inspector = debugger_->inspector();
    out["type"] = inspector.type_name(value);
    debugger::MemberCount count = inspector.count(value);
    out["variablesReference"] = 0;
    if (count.all() == 0) return;
    references_.push_back(Compound{value, evaluate_name});
    out["variablesReference"] = references_.size();
    if (count.named) out["namedVariables"] = count.named;
    if (count.indexed) out["indexedVariables"] = count.indexed;
}

Json Adapter::variable_json(const Member& member, const std::string& evaluate_name) {
    Json out{{"name", member.name}, {"value", debugger_->inspector().preview(member.value)}};
    if (!evaluate_name.empty()) out["evaluateName"] = evaluate_name;
    put_value(out, member.value, evaluate_name);
    return out;
}

DapReply Adapter::variables(const DapRequest& request) {
    if (auto ready = must_be_stopped(); !ready) return tl::unexpected(ready.error());
    size_t id = request.arguments.at("variablesReference").get<size_t>();
    if (id == 0 || id > references_.size()) return answer_in_place("this value is gone");
    uint64_t start = request.arguments.value("start", uint64_t{0}),
             count = request.arguments.value("count", uint64_t{0});
    if (count == 0) count = kMaxVariables;
    Json out = Json::array();
    auto reference = references_[id - 1];  // a copy: the table grows below
    if (auto* scope = std::get_if<Scope>(&reference)) {
        const FrameInfo frame = frames_[scope->frame].info;
        const debugger::FrameVariables visible = debugger_->variables(frame);
        std::vector<Member> statics;
        if (scope->kind == ScopeKind::Statics) statics = debugger::statics_of(frame, debugger_->vm());
        const std::vector<Member>* scopes[] = {&visible.locals, &visible.captures, &statics};  // by ScopeKind
        const auto kind = static_cast<size_t>(scope->kind);
        // A name that a nearer scope also has means that other variable in an expression.
        auto shadowed = [&](const std::string& name) {
            return std::any_of(scopes, scopes + kind, [&](const std::vector<Member>* nearer) {
                return std::any_of(nearer->begin(), nearer->end(), [&](const Member& m) { return m.name == name; });
            });
        };
        const std::vector<Member>& members = *scopes[kind];
        for (uint64_t i = start; i < members.size() && i - start < count; ++i)
            out.push_back(variable_json(members[i], shadowed(members[i].name) ? "" : members[i].name));
        return Json{{"variables", std::move(out)}};
    }
    const Compound& compound = std::get<Compound>(reference);
    debugger::MemberCount parts = debugger_->inspector().count(compound.value);
    std::string filter = request.arguments.value("filter", "");
    if (filter == "indexed") start += parts.named;
    if (filter == "named") count = start < parts.named ? std::min(count, parts.named - start) : 0;
    for (const Member& member : debugger_->inspector().members(compound.value, start, count))
        out.push_back(variable_json(member, child_expression(compound.evaluate_name, member.name)));
    return Json{{"variables", std::move(out)}};
}

DapReply Adapter::evaluate(const DapRequest& request) {
    auto context = request.arguments.value("context", "watch");
    if (auto ready = must_be_stopped(); !ready) return tl::unexpected(ready.error());
    auto expression = request.arguments.at("expression").get<std::string>();
    FrameInfo frame;
    if (size_t id = request.arguments.value("frameId", size_t{0}); id > 0) {
        if (id > frames_.size()) return answer_in_place("this frame is gone");
        frame = frames_[id - 1].info;
    } else {
        uint64_t stopped = 0;
        {
            std::lock_guard lock(mutex_);
            stopped = last_stop_.task;
        }
        scheduler::TaskRef task = debugger_->task(stopped);
        auto all = task ? debugger_->frames(vm::vm_task(task)) : std::vector<FrameInfo>{};
        if (all.empty()) return answer_in_place("there is no frame to evaluate in");
        frame = all[0];
    }
    debugger::Evaluator evaluator = debugger_->evaluator(frame);
    auto result = evaluator.evaluate(expression);
    if (!result) return answer_in_place(result.error());
    Json out{{"result", evaluator.text(*result, context != "clipboard")},
             {"type", evaluator.type_name(*result)},
             {"variablesReference", 0}};
    if (auto* datum = std::get_if<Datum>(&*result)) put_value(out, *datum, expression);
    return out;
}

}  // namespace braid::dap
