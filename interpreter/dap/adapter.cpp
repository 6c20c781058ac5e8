#include "interpreter/dap/adapter.h"

#include <unistd.h>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "interpreter/natives/natives.h"
#include "workspace/workspace.h"

namespace braid::dap {

namespace {
constexpr int kTerminated = 143;  // as a process ended by SIGTERM
}  // namespace

const Adapter::Command Adapter::kCommands[] = {
    {"initialize", &Adapter::initialize},
    {"launch", &Adapter::launch},
    {"attach", &Adapter::attach},
    {"configurationDone", &Adapter::configuration_done},
    {"terminate", &Adapter::terminate},
    {"disconnect", &Adapter::disconnect},
    {"source", &Adapter::source},
    {"setBreakpoints", &Adapter::set_breakpoints},
    {"breakpointLocations", &Adapter::breakpoint_locations},
    {"setExceptionBreakpoints", &Adapter::set_exception_breakpoints},
    {"exceptionInfo", &Adapter::exception_info},
    {"continue", &Adapter::continue_},
    {"next", &Adapter::next},
    {"stepIn", &Adapter::step_in},
    {"stepOut", &Adapter::step_out},
    {"pause", &Adapter::pause},
    {"threads", &Adapter::threads},
    {"braid/tasks", &Adapter::tasks},
    {"stackTrace", &Adapter::stack_trace},
    {"scopes", &Adapter::scopes},
    {"variables", &Adapter::variables},
    {"evaluate", &Adapter::evaluate},
};

int serve(protocol::Transport& transport, ServerOptions options) {
    return Adapter(transport, std::move(options)).run();
}

Adapter::Adapter(protocol::Transport& transport, ServerOptions options)
    : pool_(1),
      server_(transport, pool_.executor(), {.trace = std::move(options.trace)}),
      output_([this](std::string_view category, std::string text) { output(category, std::move(text)); }) {
    std::vector<protocol::DapCommand> commands;
    for (const Command& command : kCommands)
        commands.push_back(
            {command.name, protocol::RunOn::Reader,
             [this, handler = command.handler](const DapRequest& request) { return (this->*handler)(request); }});
    server_.on_request(std::move(commands));
}

Adapter::~Adapter() = default;

int Adapter::run() {
    int status = server_.run();
    end_program();
    return status;
}

void Adapter::output(std::string_view category, std::string text) {
    server_.event("output", {{"category", category}, {"output", std::move(text)}});
}

// --- life ---

DapReply Adapter::initialize(const DapRequest& request) {
    lines_from_1_ = request.arguments.value("linesStartAt1", true);
    columns_from_1_ = request.arguments.value("columnsStartAt1", true);
    request.after_reply([this] { server_.event("initialized"); });
    Json filters = Json::array({
        {{"filter", "panic"},
         {"label", "Panics"},
         {"description", "Failed contracts, indices, unwraps, and panic()"},
         {"default", true}},
        {{"filter", "uncaught"},
         {"label", "Uncaught Errors"},
         {"description", "Thrown, and nothing catches them"},
         {"default", true}},
        {{"filter", "caught"},
         {"label", "Caught Errors"},
         {"description", "Every error, where it is thrown"},
         {"default", false}},
    });
    return Json{
        {"supportsConfigurationDoneRequest", true},
        {"supportsConditionalBreakpoints", true},
        {"supportsHitConditionalBreakpoints", true},
        {"supportsLogPoints", true},
        {"supportsBreakpointLocationsRequest", true},
        {"supportsEvaluateForHovers", true},
        {"supportsExceptionInfoRequest", true},
        {"supportsTerminateRequest", true},
        {"supportsDelayedStackTraceLoading", true},
        {"supportsSingleThreadExecutionRequests", true},
        {"supportsCancelRequest", true},
        {"exceptionBreakpointFilters", filters},
    };
}

DapReply Adapter::attach(const DapRequest&) {
    return tl::unexpected(
        DapError{"this adapter starts programs itself; use a configuration with \"request\": \"launch\""});
}

DapReply Adapter::launch(const DapRequest& request) {
    const Json& arguments = request.arguments;
    if (launched_) return tl::unexpected(DapError{"a program is being debugged already"});
    auto asked = arguments.find("program");
    if (asked == arguments.end() || !asked->is_string())
        return tl::unexpected(DapError{"\"program\" has to name a file"});
    std::string wanted = arguments.value("contracts", "all");
    auto contracts = bytecode::contract_checks(wanted);
    if (!contracts)
        return tl::unexpected(
            DapError{fmt::format("\"contracts\" is \"all\", \"marked\" or \"off\", not \"{}\"", wanted)});
    runtime::SessionOptions options;
    options.detect_partial_deadlock = true;
    options.arguments = arguments.value("args", std::vector<std::string>{});
    if (auto seed = arguments.find("seed"); seed != arguments.end() && !seed->is_null())
        options.seed = seed->get<uint64_t>();
    if (auto workers = arguments.find("workers"); workers != arguments.end() && !workers->is_null()) {
        auto count = workers->get<int64_t>();
        if (count < 1 || count > 1024) return tl::unexpected(DapError{"\"workers\" is a number from 1 to 1024"});
        options.workers = static_cast<unsigned>(count);
    }
    program_path_ = normalized_path(asked->get<std::string>());
    if (auto cwd = arguments.find("cwd");
        cwd != arguments.end() && cwd->is_string() && !cwd->get<std::string>().empty()) {
        std::error_code error;
        std::filesystem::current_path(cwd->get<std::string>(), error);
        if (error)
            return tl::unexpected(
                DapError{fmt::format("cannot go to {}: {}", cwd->get<std::string>(), error.message())});
    }
    if (auto env = arguments.find("env"); env != arguments.end() && env->is_object())
        for (const auto& [name, value] : env->items()) {
            if (value.is_null()) unsetenv(name.c_str());
            else setenv(name.c_str(), value.is_string() ? value.get<std::string>().c_str() : value.dump().c_str(), 1);
        }

    auto loaded = load_program(program_path_, *contracts);
    if (!loaded) {
        if (!loaded.error().details.empty()) output("stderr", loaded.error().details);
        return tl::unexpected(DapError{loaded.error().message});
    }
    program_ = std::move(*loaded);
    if (!program_.note.empty()) output("console", program_.note + "\n");
    options.print = [this](std::string_view text) { output_.add("stdout", text); };
    options.print_error = [this](std::string_view text) { output_.add("stderr", text); };
    options.on_only_held = [this] {
        if (debugger_) debugger_->only_held();
    };
    session_ = std::make_unique<runtime::Session>(program_.program, natives::standard_natives(), std::move(options));
    if (auto linked = session_->link(); !linked) {
        session_.reset();
        return tl::unexpected(DapError{linked.error()});
    }
    launched_ = true;
    if (!arguments.value("noDebug", false)) {
        debugger_ = std::make_unique<debugger::Debugger>(session_->vm(), program_.host->snapshot(), *this);
        debugger_->stop_at_errors(filters_);
        stop_on_entry_ = arguments.value("stopOnEntry", false);
        if (stop_on_entry_) debugger_->stop_at_entry();
    }
    request.after_reply([this] {
        server_.event("process", {{"name", program_path_},
                                  {"systemProcessId", getpid()},
                                  {"isLocalProcess", true},
                                  {"startMethod", "launch"}});
        bind_breakpoints();
        start();
    });
    return Json();
}

DapReply Adapter::configuration_done(const DapRequest& request) {
    request.after_reply([this] {
        configured_ = true;
        start();
    });
    return Json();
}

void Adapter::start() {
    if (!launched_ || !configured_ || started_) return;
    started_ = true;
    runner_ = std::thread([this] { run_program(); });
}

void Adapter::run_program() {
    int status = session_->run();
    ended_ = true;
    if (debugger_) debugger_->finish();
    output_.flush();
    tell_threads({});
    server_.event("exited", {{"exitCode", status}});
    server_.event("terminated");
}

void Adapter::end_program() {
    if (!runner_.joinable()) return;
    if (!ended_) {
        if (debugger_) debugger_->terminate(kTerminated);
        else session_->stop(kTerminated);
    }
    runner_.join();
}

DapReply Adapter::terminate(const DapRequest& request) {
    if (!launched_) return tl::unexpected(DapError{"no program has been launched"});
    request.after_reply([this] {
        forget_references();
        if (!started_) {
            started_ = true;  // never to be
            server_.event("terminated");
        } else if (!ended_) {
            if (debugger_) debugger_->terminate(kTerminated);
            else session_->stop(kTerminated);
        }
    });
    return Json();
}

DapReply Adapter::disconnect(const DapRequest& request) {
    forget_references();
    end_program();
    request.after_reply([this] { server_.stop(); });
    return Json();
}

DapReply Adapter::source(const DapRequest& request) {
    int64_t reference = request.arguments.value("sourceReference", int64_t{0});
    if (auto source = request.arguments.find("source"); reference == 0 && source != request.arguments.end())
        reference = source->value("sourceReference", int64_t{0});
    const debugger::FileMap* file = nullptr;
    if (debugger_ && reference > 0 && static_cast<size_t>(reference) <= files().size())
        file = debugger_->sources().file(static_cast<FileId>(reference - 1));
    if (!file) return tl::unexpected(DapError{"there is no such source"});
    return Json{{"content", std::string(file->text.view())}};
}

}  // namespace braid::dap
