#include "interpreter/runtime/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "analyzer/diagnostics/snippet.h"
#include "analyzer/semantics/queries.h"
#include "interpreter/runtime/waiting.h"

namespace braid::runtime {

namespace {

using Graph = std::map<uint64_t, std::vector<uint64_t>>;  // who waits for whom, by task

std::string place(vm::Vm& vm, const vm::SourceSite& site) {
    if (site.item == ItemId::None) return {};
    auto where = vm.model().location(site.item, site.node);
    return where.line ? fmt::format("{}:{}:{}", where.file, where.line, where.column) : std::string();
}

std::string_view trimmed(std::string_view line) {
    size_t begin = line.find_first_not_of(" \t");
    size_t end = line.find_last_not_of(" \t\r\n");
    return begin == std::string_view::npos ? std::string_view() : line.substr(begin, end - begin + 1);
}

/// A source line with a caret below a column, as `check` shows it, after a line break.
std::string marked(const std::string& text, std::string_view file, uint32_t line, uint32_t column) {
    SourceText source(text);
    snippet::Paint paint(false);
    TextStyle style;
    std::string number = std::to_string(line);
    snippet::Canvas canvas{style, paint, int(number.size()), line - 1};
    uint32_t begin = source.lines().offset({0, column - 1}, ColumnUnit::CodePoint);
    std::string shown = snippet::marked_line(canvas, source, 0, {{begin, begin + 1}, '^', {}, {}});
    while (!shown.empty() && shown.back() == '\n') shown.pop_back();
    return fmt::format("\n{:>{}}--> {}:{}:{}\n{}\n{}", "", number.size(), file, line, column, canvas.gutter(), shown);
}

/// A cycle through `start`: the tasks on it in order, or none.
std::vector<uint64_t> cycle_from(const Graph& graph, uint64_t start) {
    std::map<uint64_t, uint64_t> came_from;
    std::vector<uint64_t> queue{start};
    for (size_t i = 0; i < queue.size(); ++i) {
        auto found = graph.find(queue[i]);
        if (found == graph.end()) continue;
        for (uint64_t next : found->second) {
            if (next == start) {
                std::vector<uint64_t> cycle;
                for (uint64_t at = queue[i];; at = came_from[at]) {
                    cycle.push_back(at);
                    if (at == start) break;
                }
                std::reverse(cycle.begin(), cycle.end());
                return cycle;
            }
            if (came_from.emplace(next, queue[i]).second) queue.push_back(next);
        }
    }
    return {};
}

class DeadlockReport {
  public:
    DeadlockReport(vm::Vm& vm, const std::vector<scheduler::Task*>& blocked) : vm_(vm) {
        for (scheduler::Task* task : blocked) {
            tasks_[task->id()] = &vm::vm_task(*task);
            const WaitReason* reason = task->wait_reason();
            if (reason && reason->object) reason->object->holders(graph_[task->id()]);
        }
    }

    std::string text(bool partial) {
        size_t n = tasks_.size();
        std::string who = n == 1 ? "a task is" : fmt::format("{} tasks are", n);
        out_ = partial ? fmt::format("warning: deadlock: {} blocked for good; others still run\n", who)
                       : fmt::format("error: deadlock: {} blocked and nothing else can run\n", who);
        std::set<uint64_t> shown;
        for (const auto& [id, task] : tasks_) {
            if (shown.contains(id)) continue;
            std::vector<uint64_t> cycle = cycle_from(graph_, id);
            if (cycle.empty()) continue;
            out_ += cycle.size() == 1 ? "it waits for itself:\n" : "these wait for each other:\n";
            for (uint64_t member : cycle)
                if (tasks_.contains(member) && shown.insert(member).second) describe(*tasks_[member]);
        }
        bool first = shown.empty();
        for (const auto& [id, task] : tasks_) {
            if (shown.contains(id)) continue;
            if (!std::exchange(first, true)) out_ += "these wait as well:\n";
            if (shown.size() >= kMostTasks) {
                out_ += fmt::format("  … and {} more\n", n - shown.size());
                break;
            }
            shown.insert(id);
            describe(*task);
        }
        return out_;
    }

  private:
    static constexpr size_t kMostTasks = 100;

    void describe(const vm::VmTask& task) {
        out_ += fmt::format("  {} {}\n", name_of_task(task), describe_wait(task));
        for (const vm::FrameView& frame : task.frames()) {
            if (frame.function->kind != bytecode::FunctionKind::Bytecode || frame.site.item == ItemId::None) continue;
            if (is_std(file_of(frame.site.item))) continue;
            auto where = vm_.model().location(frame.site.item, frame.site.node);
            out_ += fmt::format("    at {} ({}:{}:{})\n", frame.function->name, where.file, where.line, where.column);
            out_ += fmt::format("        {}\n", trimmed(where.text));
            break;
        }
        const WaitReason* reason = task.wait_reason();
        if (reason && reason->object) {
            if (auto made = place(vm_, reason->object->made); !made.empty())
                out_ += fmt::format("    {} was made at {}\n", reason->object->made_name(), made);
            const auto& holders = graph_[task.id()];
            bool named = false;
            for (uint64_t holder : holders) {
                auto found = tasks_.find(holder);
                if (found == tasks_.end()) continue;
                out_ +=
                    fmt::format("    held up by {}\n", holder == task.id() ? "itself" : name_of_task(*found->second));
                named = true;
            }
            if (std::string why = reason->object->missing(reason->what); !named && !why.empty())
                out_ += "    " + why + "\n";
        }
        if (auto spawned = place(vm_, task.spawn_site()); !spawned.empty())
            out_ += fmt::format("    started at {}\n", spawned);
    }

    vm::Vm& vm_;
    std::map<uint64_t, const vm::VmTask*> tasks_;
    Graph graph_;
    std::string out_;
};

}  // namespace

std::string with_source_line(vm::Vm& vm, std::string error) {
    while (!error.empty() && error.back() == '\n') error.pop_back();
    size_t stack = error.find("\n  at ");
    for (size_t frame = stack; frame != std::string::npos; frame = error.find("\n  at ", frame + 1)) {
        std::string_view rest = std::string_view(error).substr(frame + 1);
        rest = rest.substr(0, rest.find('\n'));
        // `  at name (file:line:column)`; names and files may hold anything, so from the right.
        size_t column = rest.rfind(':'), line = rest.rfind(':', column - 1), open = rest.rfind(" (", line);
        if (column == rest.npos || line == rest.npos || open == rest.npos || rest.back() != ')') continue;
        std::string_view file = rest.substr(open + 2, line - open - 2);
        auto number = [&](size_t from) { return uint32_t(std::strtoul(rest.data() + from + 1, nullptr, 10)); };
        std::string text = vm.model().source_line(file, number(line));
        if (text.empty() || file.starts_with("std:")) continue;
        error.insert(stack, marked(text, file, number(line), number(column)));
        break;
    }
    return error;
}

std::string name_of_task(const vm::VmTask& task) {
    std::string kind(vm::name_of(task.task_kind()));
    if (task.task_kind() == vm::TaskKind::Main) return kind;
    if (task.task_kind() == vm::TaskKind::Fiber) kind = "async call";
    return fmt::format("{} '{}' (task {})", kind, task.display_name(), task.id());
}

std::string describe_wait(const vm::VmTask& task) {
    const WaitReason* reason = task.wait_reason();
    if (!reason) return {};
    std::string_view what = reason->what;
    bool waits = what.starts_with("wait ");  // not "waits to wait for"
    std::string out = waits ? "waits" + std::string(what.substr(4)) : fmt::format("waits to {}", what);
    return reason->object ? out + " " + reason->object->describe() : out;
}

std::string report_deadlock(vm::Vm& vm, const std::vector<scheduler::Task*>& blocked) {
    return DeadlockReport(vm, blocked).text(false);
}

std::string report_partial_deadlock(vm::Vm& vm, const std::vector<scheduler::Task*>& blocked) {
    return DeadlockReport(vm, blocked).text(true);
}

std::string list_tasks(vm::Vm& vm) {
    std::string out;
    for (const scheduler::TaskRef& ref : vm.scheduler().tasks()) {
        const vm::VmTask& task = vm::vm_task(ref);
        std::string wait = describe_wait(task);
        out +=
            fmt::format("{} {}\n{}", name_of_task(task), wait.empty() ? "runs or can run" : wait, task.stack_trace());
    }
    return out;
}

}  // namespace braid::runtime
