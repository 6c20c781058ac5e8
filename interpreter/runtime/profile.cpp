#include "interpreter/runtime/profile.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>

#include "interpreter/vm/task.h"

namespace braid::runtime {

namespace {

/// Of one lane; more are counted only. A trace of several million slices is more than the viewers take.
constexpr size_t kMostEvents = 2'000'000;

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (static_cast<unsigned char>(c) < 0x20) out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else out += c;
    }
    return out + '"';
}

const char* name_of(scheduler::StepResult result) {
    switch (result) {
        case scheduler::StepResult::Yielded: return "preempted";
        case scheduler::StepResult::Parked: return "parked";
        case scheduler::StepResult::Done: return "done";
    }
    return "";
}

double microseconds(uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1000; }

std::atomic<uint64_t> profiles{0};

}  // namespace

struct Profile::Event {
    enum class Kind : uint8_t { Slice, FlowBegins, FlowEnds } kind;
    scheduler::StepResult result{};
    uint64_t begin = 0, end = 0;
    uint64_t id = 0;                    // of the task, or of the flow
    const std::string* name = nullptr;  // of the task
};

/// Written by its worker only.
struct Profile::Lane {
    uint32_t number = 0;
    std::string name;
    std::vector<Event> events;
    uint64_t dropped = 0;
    Event running{};

    void add(const Event& event) {
        if (events.size() < kMostEvents) events.push_back(event);
        else ++dropped;
    }
};

namespace {
struct OfThread {
    uint64_t profile = 0;
    void* lane = nullptr;
};
thread_local OfThread t_lane;
}  // namespace

Profile::Profile() : serial_(profiles.fetch_add(1) + 1) {}
Profile::~Profile() = default;

/// The scheduler's time, which under a seed is virtual: the same run has the same profile.
uint64_t Profile::now() const {
    if (scheduler::Worker* worker = scheduler::Worker::current()) return worker->scheduler().now();
    return static_cast<uint64_t>(std::chrono::nanoseconds(std::chrono::steady_clock::now() - start_).count());
}

Profile::Lane* Profile::lane() const { return t_lane.profile == serial_ ? static_cast<Lane*>(t_lane.lane) : nullptr; }

Profile::Lane& Profile::lane_of(const scheduler::Worker& worker) {
    if (Lane* lane = this->lane()) return *lane;
    std::lock_guard lock(mutex_);
    Lane& lane = lanes_.emplace_back();
    // Workers come first, whoever of them began first.
    lane.number = worker.is_external() ? 1'000 + static_cast<uint32_t>(lanes_.size()) : worker.index() + 1;
    lane.name =
        worker.is_external() ? fmt::format("thread {}", lanes_.size()) : fmt::format("worker {}", worker.index());
    t_lane = {serial_, &lane};
    return lane;
}

void Profile::begins(scheduler::Worker& worker, scheduler::Task& task) {
    lane_of(worker).running = {Event::Kind::Slice, {}, now(), 0, task.id(), &vm::vm_task(task).display_name()};
}

void Profile::ended(scheduler::Worker& worker, scheduler::StepResult result) {
    Lane& lane = lane_of(worker);
    lane.running.end = now();
    lane.running.result = result;
    lane.add(lane.running);
}

uint64_t Profile::flow_begins() {
    Lane* here = lane();
    if (!here) return 0;
    uint64_t flow = next_flow_.fetch_add(1, std::memory_order_relaxed);
    here->add({Event::Kind::FlowBegins, {}, now(), 0, flow, nullptr});
    return flow;
}

void Profile::flow_ends(uint64_t flow) {
    if (Lane* here = lane()) here->add({Event::Kind::FlowEnds, {}, now(), 0, flow, nullptr});
}

bool Profile::write(std::FILE* file) const {
    std::string out = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n";
    out += R"({"ph":"M","pid":1,"name":"process_name","args":{"name":"braid"}})";
    auto flush = [&] {
        std::fwrite(out.data(), 1, out.size(), file);
        out.clear();
    };
    for (const Lane& lane : lanes_) {
        out += fmt::format(",\n{{\"ph\":\"M\",\"pid\":1,\"tid\":{},\"name\":\"thread_name\",\"args\":{{\"name\":{}}}}}",
                           lane.number, quoted(lane.name));
        if (lane.dropped)
            out += fmt::format(
                ",\n{{\"ph\":\"i\",\"pid\":1,\"tid\":{},\"ts\":{:.3f},\"s\":\"t\",\"name\":\"{} later events left "
                "out\"}}",
                lane.number, microseconds(lane.events.back().begin), lane.dropped);
        for (const Event& event : lane.events) {
            if (event.kind == Event::Kind::Slice) {
                out += fmt::format(
                    ",\n{{\"ph\":\"X\",\"pid\":1,\"tid\":{},\"ts\":{:.3f},\"dur\":{:.3f},\"name\":{},\"args\":{{"
                    "\"task\":"
                    "{},\"then\":\"{}\"}}}}",
                    lane.number, microseconds(event.begin), microseconds(event.end - event.begin), quoted(*event.name),
                    event.id, name_of(event.result));
            } else {
                bool begins = event.kind == Event::Kind::FlowBegins;
                out += fmt::format(
                    ",\n{{\"ph\":\"{}\",\"pid\":1,\"tid\":{},\"ts\":{:.3f},\"id\":{},\"cat\":\"message\",\"name\":"
                    "\"message\"{}}}",
                    begins ? 's' : 'f', lane.number, microseconds(event.begin), event.id, begins ? "" : R"(,"bp":"e")");
            }
            if (out.size() > 1 << 16) flush();
        }
    }
    out += "\n]}\n";
    flush();
    return std::fflush(file) == 0 && !std::ferror(file);
}

}  // namespace braid::runtime
