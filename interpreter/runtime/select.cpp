#include <algorithm>
#include <array>

#include "interpreter/runtime/channel.h"
#include "interpreter/runtime/profile.h"
#include "interpreter/runtime/run.h"

// $select. No lock spans two channels: each arm is tried on its own, in an order drawn by the policy, so among ready
// arms the choice is uniform. When none is ready the task parks, puts an entry into each channel's queue, and looks at
// each channel again while it does; the park's token lets exactly one of all counterparts win.
namespace braid::runtime {

using Kind = bytecode::SelectArmInfo::Kind;

namespace {

NativeAction chosen(NativeCall& call, uint32_t arm, Outcome outcome, Word value) {
    const bytecode::SelectArmInfo& info = call.select().arms[arm];
    vm::Vm& vm = call.vm();
    if (info.kind == Kind::Send) {
        if (outcome == Outcome::Closed) return call.panic("send on a closed channel");
        return call.give_select(arm);
    }
    if (info.raw_value) return call.give_select(arm, value);
    const vm::VariantDescriptor* variant =
        vm::Vm::find_variant(*info.value, outcome == Outcome::Received ? "Ok" : "Err");
    if (!variant) return call.panic("internal error: a select arm that receives no result");
    if (outcome != Outcome::Received) value = vm::word_of(vm.new_struct(*variant->fields[0].type));
    return call.give_select(arm, vm::word_of(vm.new_variant(*variant, {value})));
}

/// What an arm does, as the program says; without a channel: `default`, `timeout`.
ChannelOperation operation_of(const NativeCall& call, uint32_t i) {
    const bytecode::SelectArmInfo& info = call.select().arms[i];
    if (info.kind != Kind::Receive && info.kind != Kind::Send) return {};
    bool sends = info.kind == Kind::Send;
    return {self_of<Channel>(call, 2 * i), sends ? call.argument(2 * i + 1) : 0, sends, info.only_ok || info.raw_value,
            info.only_err};
}

void prepare(NativeCall& call, ChannelWait& wait) {
    size_t count = call.select().arms.size();
    wait.many = std::make_unique<SelectArms>(count);
    for (uint32_t i = 0; i < count; ++i) {
        ChannelArm& arm = wait.many->arms[i];
        static_cast<ChannelOperation&>(arm) = operation_of(call, i);
        arm.wait = &wait;
        arm.index = i;
    }
}

/// Tries one arm; true: it was taken, or failed for good.
bool try_arm(NativeCall& call, const ChannelOperation& arm, Outcome& outcome, Word& value) {
    if (arm.sends) return (outcome = arm.channel->try_send(call.vm(), arm.value, &call.task())) != Outcome::Full;
    if (arm.only_err) {
        // Ready only when closed and drained: a value must stay where it is.
        if (!arm.channel->is_closed() || arm.channel->length() > 0) return false;
        outcome = Outcome::Closed;
        return true;
    }
    outcome = arm.channel->try_receive(call.vm(), value, &call.task());
    return outcome == Outcome::Received || (outcome == Outcome::Closed && !arm.only_ok);
}

/// The arms with channels, to be tried in a random order; few lie on the native stack.
class Order {
  public:
    explicit Order(size_t arms) {
        if (arms > few_.size()) many_ = std::make_unique<uint32_t[]>(arms);
    }
    void add(uint32_t arm) { first()[size_++] = arm; }
    void shuffle(scheduler::Scheduler& scheduler) {
        for (size_t left = size_; left > 1; --left) std::swap(first()[left - 1], first()[scheduler.choose(left)]);
    }
    size_t size() const { return size_; }
    std::span<const uint32_t> arms() { return {first(), size_}; }

  private:
    uint32_t* first() { return many_ ? many_.get() : few_.data(); }
    std::array<uint32_t, 8> few_{};
    std::unique_ptr<uint32_t[]> many_;
    size_t size_ = 0;
};

NativeAction select(NativeCall& call) {
    const auto& arms = call.select().arms;
    if (call.step() != 0) {
        auto& wait = call.state<ChannelWait>();
        bool cancelled = call.was_cancelled(), late = call.wake_tag() == scheduler::WakeTimer;
        wait.unlink();
        if (wait.timer) call.scheduler().cancel_timer(std::exchange(wait.timer, 0));
        if (wait.outcome == Outcome::Received) flow_ends(call.vm(), wait.flow());
        if (wait.outcome != Outcome::None) return chosen(call, wait.chosen, wait.outcome, wait.value());
        if (cancelled) return call.cancelled();
        if (late) return call.give_select(static_cast<uint32_t>(call.scalar(0)));
    }
    uint32_t otherwise = UINT32_MAX, timeout = UINT32_MAX;
    Order order(arms.size());
    for (uint32_t i = 0; i < arms.size(); ++i) {
        if (arms[i].kind == Kind::Receive || arms[i].kind == Kind::Send) order.add(i);
        else if (arms[i].kind == Kind::Default) otherwise = i;
        else if (timeout == UINT32_MAX || call.integer(2 * i) < call.integer(2 * timeout)) timeout = i;
    }
    for (;;) {
        order.shuffle(call.scheduler());
        for (uint32_t i : order.arms()) {
            Outcome outcome = Outcome::None;
            Word value = 0;
            if (try_arm(call, operation_of(call, i), outcome, value)) return chosen(call, i, outcome, value);
        }
        if (otherwise != UINT32_MAX) return call.give_select(otherwise);

        auto& wait = call.state<ChannelWait>();
        if (!wait.many) prepare(call, wait);

        wait.outcome = Outcome::None;
        wait.reason = {"take an arm of", wait.many.get(), timeout != UINT32_MAX};
        if (order.size() == 1) {
            const ChannelArm& arm = wait.many->arms[order.arms()[0]];
            wait.reason = {arm.sends ? "send (in a select) to" : "receive (in a select) from", arm.channel,
                           timeout != UINT32_MAX};
        }
        vm::WakeToken handle = call.park(&wait.reason);
        bool ready = false;
        for (uint32_t i : order.arms()) {
            wait.many->arms[i].handle = handle;
            if (wait.many->arms[i].sends) wait.many->arms[i].flow = flow_begins(call.vm());
        }
        for (uint32_t i : order.arms())
            if ((ready = wait.many->arms[i].channel->enqueue(wait.many->arms[i]))) break;
        if (!ready) {
            if (timeout != UINT32_MAX) {
                auto& s = call.scheduler();
                auto ms = static_cast<uint64_t>(std::max<int64_t>(0, call.integer(2 * timeout)));
                call.scalar(0) = timeout;
                wait.timer = s.wake_at(s.now() + ms * 1'000'000, *handle.task, handle.token);
            }
            return call.parked(1);
        }
        if (!call.unpark(handle)) return call.parked(1);
        wait.unlink();
        if (wait.outcome != Outcome::None) return chosen(call, wait.chosen, wait.outcome, wait.value());
    }
}

}  // namespace

void register_select(vm::NativeRegistry& r) { r.add_intrinsic(vm::Intrinsic::Select, {select, 0, 1}); }

}  // namespace braid::runtime
