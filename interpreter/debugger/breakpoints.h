#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "interpreter/debugger/source_map.h"
#include "interpreter/vm/debug_hook.h"

namespace braid::debugger {

struct BreakpointRequest {
    uint32_t line = 0;  // from 1
    std::string condition;
    std::string hit_condition;  // `5`, `>= 5`, `% 5`
    std::string log_message;    // with `{expressions}`; such a breakpoint does not stop
    int id = 0;                 // its id, if it has one already
};

struct Breakpoint {
    int id = 0;
    BreakpointRequest request;
    bool verified = false;
    std::string message;      // why not
    SourcePosition position;  // where it stands
    bool is_entry = false;
    std::vector<std::pair<const Function*, uint32_t>> places;
    std::atomic<uint64_t> hits{0};

    /// Whether the n-th hit counts.
    bool wants_hit(uint64_t n) const;
};
using BreakpointPtr = std::shared_ptr<Breakpoint>;

class BreakpointSet {
  public:
    BreakpointSet(SourceMap& sources, vm::Breakpoints& code) : sources_(sources), code_(code) {}

    /// Replaces those of a file. Only while the world stands. Hits of those that stay as they are go on being counted.
    std::vector<BreakpointPtr> set(const std::string& path, const std::vector<BreakpointRequest>& requests);
    void set_entry(const std::vector<const Function*>& functions);
    void clear_entry();
    void clear_all();

    /// By workers, while running.
    std::vector<BreakpointPtr> at(const Function& function, uint32_t pc) const;
    bool exists(int id) const;

  private:
    BreakpointPtr make(const FileMap* file, const BreakpointRequest& request);
    void bind(const BreakpointPtr& breakpoint, const FileMap& file, const std::vector<uint32_t>& statements);
    void unbind(const BreakpointPtr& breakpoint);
    void add(const BreakpointPtr& breakpoint, const Function& function, uint32_t pc);

    SourceMap& sources_;
    vm::Breakpoints& code_;
    int next_id_ = 1 << 20;  // beyond those given out before there was a program
    mutable std::shared_mutex mutex_;
    std::map<std::string, std::vector<BreakpointPtr>> by_file_;
    std::vector<BreakpointPtr> entry_;
    std::map<std::pair<const Function*, uint32_t>, std::vector<BreakpointPtr>> by_place_;
};

}  // namespace braid::debugger
