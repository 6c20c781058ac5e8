#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "interpreter/dap/launch.h"
#include "interpreter/dap/output.h"
#include "interpreter/dap/server.h"
#include "interpreter/debugger/debugger.h"
#include "interpreter/runtime/session.h"
#include "protocol/dap_server.h"
#include "protocol/thread_pool.h"

namespace braid::dap {

using protocol::DapError;
using protocol::DapReply;
using protocol::DapRequest;
using protocol::Json;

/// The failure of a request about a moment that may be over: programs go on while a client still asks. Clients show it
/// where they asked, not as a notification.
inline tl::unexpected<DapError> answer_in_place(std::string message) {
    return tl::make_unexpected(DapError{.message = std::move(message), .show_user = false});
}

/// One debug session. Handlers run on the reading thread, one after the other.
class Adapter final : public debugger::Listener {
  public:
    Adapter(protocol::Transport& transport, ServerOptions options);
    ~Adapter() override;
    int run();

    // --- by the debugger's thread and workers ---
    void stopped(const debugger::Stop& stop) override;
    void logged(const std::string& text, const debugger::FileMap* file, uint32_t line) override;

  private:
    using Handler = DapReply (Adapter::*)(const DapRequest&);
    struct Command {
        const char* name;
        Handler handler;
    };
    static const Command kCommands[];

    // adapter.cpp: life
    DapReply initialize(const DapRequest& request);
    DapReply launch(const DapRequest& request);
    DapReply attach(const DapRequest& request);
    DapReply configuration_done(const DapRequest& request);
    DapReply terminate(const DapRequest& request);
    DapReply disconnect(const DapRequest& request);
    DapReply source(const DapRequest& request);
    void start();
    void run_program();
    void end_program();
    void output(std::string_view category, std::string text);

    // control.cpp
    DapReply set_breakpoints(const DapRequest& request);
    DapReply breakpoint_locations(const DapRequest& request);
    DapReply set_exception_breakpoints(const DapRequest& request);
    DapReply exception_info(const DapRequest& request);
    DapReply continue_(const DapRequest& request);
    DapReply next(const DapRequest& request);
    DapReply step_in(const DapRequest& request);
    DapReply step_out(const DapRequest& request);
    DapReply pause(const DapRequest& request);
    DapReply step(const DapRequest& request, debugger::StepKind kind);
    Json breakpoint_json(const debugger::Breakpoint& breakpoint) const;
    void bind_breakpoints();
    tl::expected<void, DapError> must_be_stopped() const;
    void forget_references();
    void tell_threads(const std::vector<scheduler::TaskRef>& live);

    // inspect.cpp
    DapReply threads(const DapRequest& request);
    DapReply tasks(const DapRequest& request);
    DapReply stack_trace(const DapRequest& request);
    DapReply scopes(const DapRequest& request);
    DapReply variables(const DapRequest& request);
    DapReply evaluate(const DapRequest& request);
    Json frame_json(const debugger::FrameInfo& frame, uint64_t task, size_t index);
    Json spawn_frame(const vm::VmTask& task);
    Json source_json(FileId file) const;
    Json variable_json(const debugger::Member& member, const std::string& evaluate_name);
    void put_value(Json& out, debugger::Datum value, const std::string& evaluate_name);
    std::string thread_name(const vm::VmTask& task, bool with_state) const;
    std::vector<scheduler::TaskRef> shown_tasks() const;
    std::vector<scheduler::TaskRef> listed_tasks() const;
    uint32_t line_out(uint32_t line) const { return lines_from_1_ ? line : line - 1; }
    uint32_t line_in(uint32_t line) const { return lines_from_1_ ? line : line + 1; }
    uint32_t column_out(uint32_t column) const { return columns_from_1_ ? column : column - 1; }

    protocol::ThreadPool pool_;
    protocol::DapServer server_;
    OutputBuffer output_;
    bool lines_from_1_ = true, columns_from_1_ = true;

    LoadedProgram program_;
    std::string program_path_;
    std::unique_ptr<runtime::Session> session_;
    std::unique_ptr<debugger::Debugger> debugger_;  // null: noDebug
    std::thread runner_;
    bool launched_ = false, configured_ = false, started_ = false;
    bool stop_on_entry_ = false;
    std::atomic<bool> ended_{false};

    // Asked for before there was a program, by path.
    std::map<std::string, std::vector<debugger::BreakpointRequest>> early_breakpoints_;
    int next_early_id_ = 1;
    debugger::ErrorFilters filters_;

    // What the client was told of; while stopped only.
    struct Frame {
        uint64_t task;
        debugger::FrameInfo info;
    };
    enum class ScopeKind : uint8_t { Locals, Captures, Statics };
    struct Scope {
        size_t frame;
        ScopeKind kind;
    };
    struct Compound {
        debugger::Datum value;
        std::string evaluate_name;
    };
    std::vector<Frame> frames_;
    std::vector<std::variant<Scope, Compound>> references_;

    mutable std::mutex mutex_;  // of what follows
    std::set<uint64_t> told_threads_;
    debugger::Stop last_stop_;
};

}  // namespace braid::dap
