#include "interpreter/runtime/channel.h"

#include <fmt/format.h>

#include <algorithm>

#include "interpreter/runtime/profile.h"

namespace braid::runtime {

void ChannelWait::unlink() {
    for (ChannelArm& arm : arms())
        if (arm.channel) arm.channel->remove(arm);
}

std::string SelectArms::describe() const {
    std::vector<std::string> channels;
    for (size_t i = 0; i < count; ++i)
        if (arms[i].channel) channels.push_back(arms[i].channel->describe());
    if (channels.empty()) return "a select without channels";
    return fmt::format("a select over {}", fmt::join(channels, ", "));
}

std::string SelectArms::missing(std::string_view) const {
    return "no task is left that could send to or receive from its channels";
}

bool SelectArms::can_be_reached(const std::function<bool(const void*)>& reached) const {
    return std::any_of(arms.get(), arms.get() + count,
                       [&](const ChannelArm& arm) { return arm.channel && reached(arm.channel); });
}

/// Entries of tasks that were woken by something else meanwhile are thrown away on the way.
ChannelArm* Channel::claim_first(vm::Vm& vm, WaiterList& list, const scheduler::Task* self, bool for_value) {
    for (Waiter* w = list.first(); w;) {
        auto* arm = static_cast<ChannelArm*>(w);
        Waiter* next = w->next;
        bool fits = w->handle.task != self && !(for_value && arm->only_err);
        if (fits) {
            list.remove(*w);
            if (vm.claim(w->handle)) return arm;
        }
        w = next;
    }
    return nullptr;
}

/// Precondition: the arm's task is claimed by us.
void Channel::wake(vm::Vm& vm, ChannelArm& arm, Outcome outcome, Word value, uint64_t flow) {
    ChannelWait& wait = *arm.wait;
    vm::WakeToken handle = arm.handle;  // the arm may be gone once its task goes on
    wait.outcome = outcome;
    wait.chosen = arm.index;
    if (outcome == Outcome::Received) {
        wait.value() = value;
        wait.flow() = flow;
    }
    vm.resume(handle);
}

Outcome Channel::try_send(vm::Vm& vm, Word value, const scheduler::Task* self) {
    std::lock_guard lock(mutex_);
    if (closed_) return Outcome::Closed;
    if (receivers_ <= 0) return Outcome::Disconnected;
    if (ChannelArm* receiver = claim_first(vm, receivers_waiting_, self, true)) {
        wake(vm, *receiver, Outcome::Received, value, flow_begins(vm));
        return Outcome::Sent;
    }
    if (buffer_.size() >= capacity_) return Outcome::Full;
    push(value, flow_begins(vm));
    return Outcome::Sent;
}

void Channel::push(Word value, uint64_t flow) {
    buffer_.push(value);
    if (!flow) return;
    if (!flows_) flows_ = std::make_unique<std::deque<uint64_t>>();
    flows_->push_back(flow);
}

Outcome Channel::try_receive(vm::Vm& vm, Word& value, const scheduler::Task* self) {
    std::lock_guard lock(mutex_);
    if (!buffer_.empty()) {
        value = buffer_.pop();
        if (flows_) {
            flow_ends(vm, flows_->front());
            flows_->pop_front();
        }
        if (ChannelArm* sender = claim_first(vm, senders_waiting_, self, false)) {
            push(sender->value, sender->flow);
            wake(vm, *sender, Outcome::Sent);
        }
        return Outcome::Received;
    }
    if (ChannelArm* sender = claim_first(vm, senders_waiting_, self, false)) {
        value = sender->value;
        flow_ends(vm, sender->flow);
        wake(vm, *sender, Outcome::Sent);
        return Outcome::Received;
    }
    return closed_ || senders_ <= 0 ? Outcome::Closed : Outcome::Empty;
}

bool Channel::ready(const ChannelArm& arm) const {
    auto others = [&](const WaiterList& list, bool for_value) {
        for (Waiter* w = list.first(); w; w = w->next) {
            bool useless = for_value && static_cast<ChannelArm*>(w)->only_err;
            if (w->handle.task != arm.handle.task && !useless) return true;
        }
        return false;
    };
    if (arm.sends) return closed_ || receivers_ <= 0 || buffer_.size() < capacity_ || others(receivers_waiting_, true);
    bool value = !buffer_.empty() || others(senders_waiting_, false);
    bool ended = !value && (closed_ || senders_ <= 0);
    return (value && !arm.only_err) || (ended && !arm.only_ok);
}

bool Channel::enqueue(ChannelArm& arm) {
    std::lock_guard lock(mutex_);
    if (ready(arm)) return true;
    (arm.sends ? senders_waiting_ : receivers_waiting_).push_back(arm);
    return false;
}

void Channel::remove(ChannelArm& arm) {
    std::lock_guard lock(mutex_);
    (arm.sends ? senders_waiting_ : receivers_waiting_).remove(arm);
}

void Channel::wake_all(vm::Vm& vm, WaiterList& list, Outcome outcome, bool receivers) {
    for (Waiter* w = list.first(); w;) {
        auto* arm = static_cast<ChannelArm*>(w);
        Waiter* next = w->next;
        if (!(receivers && arm->only_ok)) {
            list.remove(*w);
            if (vm.claim(w->handle)) wake(vm, *arm, outcome);
        }
        w = next;
    }
}

bool Channel::close(vm::Vm& vm) {
    std::lock_guard lock(mutex_);
    if (closed_) return false;
    closed_ = true;
    wake_all(vm, receivers_waiting_, Outcome::Closed, true);
    wake_all(vm, senders_waiting_, Outcome::Closed, false);
    return true;
}

bool Channel::is_closed() {
    std::lock_guard lock(mutex_);
    return closed_ || senders_ <= 0;
}

int64_t Channel::length() {
    std::lock_guard lock(mutex_);
    return static_cast<int64_t>(buffer_.size());
}

void Channel::retain(bool sender, bool receiver) {
    std::lock_guard lock(mutex_);
    senders_ += sender;
    receivers_ += receiver;
}

bool Channel::release(vm::Vm& vm, bool sender, bool receiver) {
    std::lock_guard lock(mutex_);
    if (sender && senders_ > 0 && --senders_ == 0 && !closed_) wake_all(vm, receivers_waiting_, Outcome::Closed, true);
    if (receiver && receivers_ > 0 && --receivers_ == 0 && !closed_)
        wake_all(vm, senders_waiting_, Outcome::Disconnected, false);
    return receivers_ <= 0;
}

bool Channel::release_one(bool sender, bool receiver) {
    std::lock_guard lock(mutex_);
    if ((sender && senders_ <= 1) || (receiver && receivers_ <= 1)) return false;
    senders_ -= sender;
    receivers_ -= receiver;
    return true;
}

bool Channel::take_content(Word& value) {
    std::lock_guard lock(mutex_);
    if (buffer_.empty()) return false;
    value = buffer_.pop();
    return true;
}

std::string Channel::describe() const {
    if (capacity_ == kUnbounded) return "a channel";
    if (capacity_ == 0) return "a channel without buffer";
    return fmt::format("a channel with room for {}", capacity_);
}

std::string Channel::missing(std::string_view what) const {
    return what.find("send") == std::string_view::npos ? "no task is left that could send to it"
                                                       : "no task is left that could receive from it";
}

}  // namespace braid::runtime
