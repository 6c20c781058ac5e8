#include "interpreter/vm/debug_hook.h"

#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "interpreter/bytecode/code.h"

namespace braid::vm {

using bytecode::Opcode;
using bytecode::Unit;

namespace {
/// Only while the world stands; the workers read it again after that.
Unit exchange(const Function& f, uint32_t pc, Unit opcode) {
    return std::atomic_ref<Unit>(const_cast<Unit&>(f.code[pc])).exchange(opcode);
}
}  // namespace

struct Breakpoints::Table {
    mutable std::shared_mutex mutex;
    std::unordered_map<const Function*, std::unordered_map<uint32_t, Unit>> originals;
};

Breakpoints::Breakpoints() : table_(std::make_unique<Table>()) {}
Breakpoints::~Breakpoints() = default;

void Breakpoints::set(const Function& f, uint32_t pc) {
    std::unique_lock lock(table_->mutex);
    auto& originals = table_->originals[&f];
    if (originals.count(pc)) return;
    originals[pc] = f.code[pc];
    exchange(f, pc, static_cast<Unit>(Opcode::Break));
}

void Breakpoints::clear(const Function& f, uint32_t pc) {
    std::unique_lock lock(table_->mutex);
    auto found = table_->originals.find(&f);
    if (found == table_->originals.end() || !found->second.count(pc)) return;
    exchange(f, pc, found->second[pc]);
    found->second.erase(pc);
}

void Breakpoints::clear_all() {
    std::unique_lock lock(table_->mutex);
    for (auto& [f, originals] : table_->originals)
        for (auto [pc, opcode] : originals) exchange(*f, pc, opcode);
    table_->originals.clear();
}

Unit Breakpoints::original(const Function& f, uint32_t pc) const {
    std::shared_lock lock(table_->mutex);
    auto found = table_->originals.find(&f);
    if (found != table_->originals.end())
        if (auto opcode = found->second.find(pc); opcode != found->second.end()) return opcode->second;
    return static_cast<Unit>(Opcode::Nop);  // cleared since: cannot be seen, the world stood
}

std::vector<uint32_t> statement_starts(const Function& f, uint32_t first_node, uint32_t last_node) {
    std::vector<uint32_t> result;
    uint32_t previous = ~0u;
    for (const bytecode::LineEntry& line : f.debug.lines) {
        bool inside = line.is_statement && line.node >= first_node && line.node <= last_node;
        // One stop per run of instructions of the range.
        if (inside && previous == ~0u) result.push_back(line.pc);
        previous = inside ? line.node : ~0u;
    }
    return result;
}

}  // namespace braid::vm
