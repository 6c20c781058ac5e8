#include "interpreter/scheduler/timer_wheel.h"

#include <algorithm>
#include <bit>

namespace braid::scheduler {

unsigned TimerWheel::level_of(Tick deadline) const {
    Tick differing = (deadline ^ now_) | (kSlots - 1);
    return (63 - static_cast<unsigned>(std::countl_zero(differing))) / kBits;
}

TimerWheel::Tick TimerWheel::start_of(unsigned level, unsigned slot) const {
    unsigned shift = kBits * level;
    Tick above = shift + kBits >= 64 ? 0 : now_ >> (shift + kBits) << (shift + kBits);
    return above | Tick{slot} << shift;
}

void TimerWheel::link(uint32_t index) {
    Node& node = nodes_[index];
    unsigned level = level_of(node.deadline);
    unsigned slot = slot_of(node.deadline, level);
    List& list = slots_[level][slot];
    node.previous = list.tail;
    node.next = kNone;
    (list.tail == kNone ? list.head : nodes_[list.tail].next) = index;
    list.tail = index;
    occupied_[level] |= uint64_t{1} << slot;
}

void TimerWheel::unlink(uint32_t index) {
    Node& node = nodes_[index];
    unsigned level = level_of(node.deadline);
    unsigned slot = slot_of(node.deadline, level);
    List& list = slots_[level][slot];
    (node.previous == kNone ? list.head : nodes_[node.previous].next) = node.next;
    (node.next == kNone ? list.tail : nodes_[node.next].previous) = node.previous;
    if (list.head == kNone) occupied_[level] &= ~(uint64_t{1} << slot);
}

void TimerWheel::release(uint32_t index) {
    Node& node = nodes_[index];
    node.queued = false;
    node.action = {};
    ++node.generation;
    free_.push_back(index);
    --size_;
}

uint64_t TimerWheel::insert(Tick deadline, TimerAction action) {
    uint32_t index;
    if (free_.empty()) {
        index = static_cast<uint32_t>(nodes_.size());
        nodes_.emplace_back();
    } else {
        index = free_.back();
        free_.pop_back();
    }
    Node& node = nodes_[index];
    node.deadline = std::max(deadline, now_);
    node.action = std::move(action);
    node.queued = true;
    ++size_;
    link(index);
    return uint64_t{node.generation} << 32 | index;
}

bool TimerWheel::cancel(uint64_t id) {
    auto index = static_cast<uint32_t>(id);
    if (index >= nodes_.size()) return false;
    Node& node = nodes_[index];
    if (!node.queued || node.generation != id >> 32) return false;
    unlink(index);
    release(index);
    return true;
}

std::optional<TimerWheel::Tick> TimerWheel::next() const {
    // Entries of a level all come before those of the next, and lie in slots not before the present one.
    for (unsigned level = 0; level < kLevels; ++level)
        if (occupied_[level]) return start_of(level, static_cast<unsigned>(std::countr_zero(occupied_[level])));
    return std::nullopt;
}

void TimerWheel::advance(Tick now, std::vector<TimerAction>& due) {
    for (;;) {
        unsigned level = 0;
        while (level < kLevels && !occupied_[level]) ++level;
        if (level == kLevels) break;
        auto slot = static_cast<unsigned>(std::countr_zero(occupied_[level]));
        Tick start = start_of(level, slot);
        if (start > now) break;
        uint32_t index = slots_[level][slot].head;
        slots_[level][slot] = {};
        occupied_[level] &= ~(uint64_t{1} << slot);
        now_ = std::max(now_, start);
        while (index != kNone) {
            uint32_t following = nodes_[index].next;
            if (level == 0) {
                due.push_back(std::move(nodes_[index].action));
                release(index);
            } else {
                link(index);
            }
            index = following;
        }
    }
    now_ = std::max(now_, now);
}

}  // namespace braid::scheduler
