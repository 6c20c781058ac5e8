#include <fmt/format.h>

#include "interpreter/runtime/channel.h"
#include "interpreter/runtime/profile.h"
#include "interpreter/runtime/run.h"

namespace braid::runtime {

using bytecode::Repr;

namespace {

constexpr const char* kSendOnClosed = "send on a closed channel";

Channel& channel_of(const NativeCall& call, size_t i = 0) { return *self_of<Channel>(call, i); }

NativeAction make_channel(NativeCall& call, uint64_t capacity, bool pair) {
    Object* object = call.vm().new_native<Channel>(Run::of(call).channel, call.vm().heap(), capacity);
    object->native<Channel>()->made = call.call_site();
    if (!pair) return call.give(vm::word_of(object));
    return call.give(new_struct_of(call.vm(), call.result_type(), {vm::word_of(object), vm::word_of(object)}));
}

NativeAction unbounded(NativeCall& call) { return make_channel(call, Channel::kUnbounded, true); }
NativeAction unbuffered(NativeCall& call) { return make_channel(call, 0, true); }
NativeAction bounded(NativeCall& call) {
    if (call.integer(0) < 0) return call.panic("the capacity of a channel is not negative");
    return make_channel(call, static_cast<uint64_t>(call.integer(0)), true);
}
NativeAction two_way(NativeCall& call) {
    if (call.integer(0) < 0) return call.panic("the capacity of a channel is not negative");
    return make_channel(call, static_cast<uint64_t>(call.integer(0)), false);
}

/// One waiter at one channel; true: it is queued and the native returns `parked`.
bool wait_at(NativeCall& call, Channel& channel, bool sends, Word value, int64_t timeout_ms = -1) {
    auto& wait = call.state<ChannelWait>();
    wait.outcome = Outcome::None;
    wait.reason = {sends ? "send to" : "receive from", &channel, timeout_ms >= 0};
    ChannelArm& arm = wait.first;
    arm.wait = &wait;
    arm.channel = &channel;
    arm.sends = sends;
    arm.value = value;
    if (sends) arm.flow = flow_begins(call.vm());
    arm.handle = call.park(&wait.reason);
    if (timeout_ms < 0) {
        if (!channel.enqueue(arm)) return true;
        return !call.unpark(vm::WakeToken(arm.handle));
    }
    vm::WakeToken handle = arm.handle;
    if (channel.enqueue(arm)) return !call.unpark(handle);
    auto& s = call.scheduler();
    wait.timer = s.wake_at(s.now() + static_cast<uint64_t>(timeout_ms) * 1'000'000, *handle.task, handle.token);
    return true;
}

/// After the wake-up: what happened. None: nothing, try again.
Outcome woken(NativeCall& call) {
    auto& wait = call.state<ChannelWait>();
    if (wait.outcome == Outcome::None) wait.unlink();
    if (wait.timer) call.scheduler().cancel_timer(std::exchange(wait.timer, 0));
    if (wait.outcome == Outcome::Received) flow_ends(call.vm(), wait.flow());
    return wait.outcome;
}

NativeAction send_ended(NativeCall& call, Outcome outcome, Word value) {
    if (outcome == Outcome::Closed) return call.panic(kSendOnClosed);
    if (outcome == Outcome::Disconnected) return give_err_variant(call, "Disconnected", value);
    call.argument_slot(1) = 0;
    return give_ok(call, 0);
}

NativeAction send(NativeCall& call) {
    Channel& channel = channel_of(call);
    if (call.step() == 1) {
        bool cancelled = call.was_cancelled();
        Outcome outcome = woken(call);
        if (outcome != Outcome::None) return send_ended(call, outcome, call.argument(1));
        if (cancelled) return call.cancelled();
    }
    for (bool tried = call.step() == 0 && call.tried_fast();; tried = false) {
        Outcome outcome = tried ? Outcome::Full : channel.try_send(call.vm(), call.argument(1), &call.task());
        if (outcome != Outcome::Full) return send_ended(call, outcome, call.argument(1));
        if (wait_at(call, channel, true, call.argument(1))) return call.parked(1);
    }
}
bool send_at_once(vm::FastCall& call) {
    Outcome outcome = self_of<Channel>(call)->try_send(call.vm(), call.argument(1), &call.task());
    return outcome == Outcome::Sent && call.give_success(0);
}

NativeAction try_send(NativeCall& call) {
    Outcome outcome = channel_of(call).try_send(call.vm(), call.argument(1), nullptr);
    if (outcome == Outcome::Sent) return give_ok(call, 0);
    return give_err_variant(call, outcome == Outcome::Full ? "Full" : "Closed", call.argument(1));
}

/// Sends element after element; what could not be sent comes back.
NativeAction send_all(NativeCall& call) {
    Channel& channel = channel_of(call);
    Object* list = vm::object_of(call.argument(1));
    Word& next = call.scalar(0);
    if (call.step() == 0) next = 0;
    auto rest = [&](Outcome outcome) {
        if (outcome == Outcome::Closed) return call.panic(kSendOnClosed);
        Repr repr = operand(call, 1).type->element->repr;
        Object* left = call.vm().new_list(repr, 0);
        for (uint64_t i = next; i < vm::list_count(list); ++i)
            call.vm().list_push(left, repr, *vm::list_element(list, i));
        return give_err_variant(call, "Disconnected", vm::word_of(left));
    };
    if (call.step() == 1) {
        bool cancelled = call.was_cancelled();
        Outcome outcome = woken(call);
        if (outcome == Outcome::Sent) ++next;
        else if (outcome != Outcome::None) return rest(outcome);
        else if (cancelled) return call.cancelled();
    }
    while (next < vm::list_count(list)) {
        Word value = heap::load_slot(vm::list_element(list, next));
        Outcome outcome = channel.try_send(call.vm(), value, &call.task());
        if (outcome == Outcome::Sent) ++next;
        else if (outcome != Outcome::Full) return rest(outcome);
        else if (wait_at(call, channel, true, value)) return call.parked(1);
    }
    return give_ok(call, 0);
}

/// `kBare`: the value itself, and apart from it whether there is one; see Opcode::Received.
template <bool kBare>
NativeAction recv(NativeCall& call) {
    Channel& channel = channel_of(call);
    auto ended = [&](Outcome outcome, Word value) {
        bool closed = outcome != Outcome::Received;
        if (!kBare) return closed ? give_err_variant(call, "") : give_ok(call, value);
        if (closed && bytecode::is_traced(call.function().result))
            value = vm::word_of(call.vm().new_struct(*vm::Vm::find_variant(call.result_type(), "Err")->fields[0].type));
        return call.give_received(value, closed);
    };
    if (call.step() == 1) {
        bool cancelled = call.was_cancelled();
        Outcome outcome = woken(call);
        if (outcome != Outcome::None) return ended(outcome, call.state<ChannelWait>().value());
        if (cancelled) return call.cancelled();
    }
    for (bool tried = call.step() == 0 && call.tried_fast();; tried = false) {
        Word value = 0;
        Outcome outcome = tried ? Outcome::Empty : channel.try_receive(call.vm(), value, &call.task());
        if (outcome != Outcome::Empty) return ended(outcome, value);
        if (wait_at(call, channel, false, 0)) return call.parked(1);
    }
}
template <bool kBare>
bool receive_at_once(vm::FastCall& call) {
    Word value = 0;
    Outcome outcome = self_of<Channel>(call)->try_receive(call.vm(), value, &call.task());
    if (outcome != Outcome::Received) return false;
    return kBare ? call.give_received(value) : call.give_success(value);
}

NativeAction recv_timeout(NativeCall& call) {
    Channel& channel = channel_of(call);
    if (call.step() == 1) {
        bool cancelled = call.was_cancelled(), late = call.wake_tag() == scheduler::WakeTimer;
        Outcome outcome = woken(call);
        if (outcome == Outcome::Received) return give_ok(call, call.state<ChannelWait>().value());
        if (outcome == Outcome::Closed) return give_err_variant(call, "Closed");
        if (cancelled) return call.cancelled();
        if (late) return give_err_variant(call, "Timeout");
    }
    for (;;) {
        Word value = 0;
        Outcome outcome = channel.try_receive(call.vm(), value, &call.task());
        if (outcome == Outcome::Received) return give_ok(call, value);
        if (outcome == Outcome::Closed) return give_err_variant(call, "Closed");
        if (wait_at(call, channel, false, 0, std::max<int64_t>(0, call.integer(1)))) return call.parked(1);
    }
}

NativeAction try_recv(NativeCall& call) {
    Word value = 0;
    Outcome outcome = channel_of(call).try_receive(call.vm(), value, nullptr);
    if (outcome == Outcome::Received) return give_ok(call, value);
    return give_err_variant(call, outcome == Outcome::Empty ? "Empty" : "Closed");
}

NativeAction recv_many(NativeCall& call) {
    Channel& channel = channel_of(call);
    Repr repr = call.result_type().element->repr;
    if (call.step() == 0) call.traced(0) = vm::word_of(call.vm().new_list(repr, 0));
    Object* list = vm::object_of(call.traced(0));
    auto most = static_cast<uint64_t>(std::max<int64_t>(0, call.integer(1)));
    if (call.step() == 1) {
        bool cancelled = call.was_cancelled();
        Outcome outcome = woken(call);
        if (outcome == Outcome::Received) call.vm().list_push(list, repr, call.state<ChannelWait>().value());
        else if (outcome == Outcome::Closed) return call.give(vm::word_of(list));
        else if (cancelled) return call.cancelled();
    }
    for (;;) {
        Word value = 0;
        Outcome outcome = Outcome::Empty;
        while (vm::list_count(list) < most &&
               (outcome = channel.try_receive(call.vm(), value, &call.task())) == Outcome::Received)
            call.vm().list_push(list, repr, value);
        if (vm::list_count(list) > 0 || outcome != Outcome::Empty || most == 0) return call.give(vm::word_of(list));
        if (wait_at(call, channel, false, 0)) return call.parked(1);
    }
}

NativeAction close(NativeCall& call) {
    bool first = channel_of(call).close(call.vm());
    return first ? call.give_unit() : call.panic("the channel is closed already");
}
/// `close(ch)` owns the handle it is given.
NativeAction close_handle(NativeCall& call) {
    Channel& channel = channel_of(call);
    bool first = channel.close(call.vm());
    channel.release(call.vm(), true, true);
    return first ? call.give_unit() : call.panic("the channel is closed already");
}
NativeAction is_closed(NativeCall& call) { return call.give_bool(channel_of(call).is_closed()); }
NativeAction length(NativeCall& call) { return call.give_integer(channel_of(call).length()); }

template <bool kSender, bool kReceiver>
NativeAction clone(NativeCall& call) {
    Word word = operand_word(call, 0);
    vm::object_of(word)->native<Channel>()->retain(kSender, kReceiver);
    return call.give(word);
}

template <bool kSender, bool kReceiver>
vm::NativeTypeOps ends() {
    vm::NativeTypeOps ops;
    ops.clone = [](vm::Vm&, const TypeDescriptor&, Word word) {
        vm::object_of(word)->native<Channel>()->retain(kSender, kReceiver);
        return word;
    };
    if (kSender && kReceiver) ops.copy = ops.clone;
    ops.drop = [](NativeCall& call) {
        Channel& channel = *call.object(0)->native<Channel>();
        if (call.step() == 0) {
            if (!channel.release(call.vm(), kSender, kReceiver)) return call.give_unit();
            const auto& arguments = call.argument_type(0).arguments;
            if (arguments.empty() || !arguments[0]->needs_drop) return call.give_unit();
        }
        if (!channel.take_content(call.traced(0))) return call.give_unit();
        return call.drop(call.traced(0), *call.argument_type(0).arguments[0], 1);
    };
    ops.fast_drop = [](vm::FastCall& call) {
        return vm::object_of(call.argument(0))->native<Channel>()->release_one(kSender, kReceiver) && call.give(0);
    };
    ops.inspect = [](vm::Vm&, const TypeDescriptor&, Word, const auto&) {};
    ops.show = [](vm::Vm&, const TypeDescriptor& type, Word, std::string& out) { out += type.name; };
    return ops;
}

}  // namespace

NativeAction give_err_variant(NativeCall& call, std::string_view name, Word payload) {
    vm::Vm& vm = call.vm();
    const vm::VariantDescriptor* err = vm::Vm::find_variant(call.result_type(), "Err");
    if (!err || err->fields.empty()) return call.panic("internal error: the result has no Err");
    const TypeDescriptor& type = *err->fields[0].type;
    Word error = 0;
    if (const vm::VariantDescriptor* variant = vm::Vm::find_variant(type, name))
        error = vm::word_of(vm.new_variant(*variant, {payload}));
    else error = vm::word_of(vm.new_struct(type));
    return call.give(vm::word_of(vm.new_variant(*err, {error})));
}

Word new_struct_of(vm::Vm& vm, const TypeDescriptor& type, std::initializer_list<Word> fields) {
    Object* object = vm.new_struct(type);
    size_t i = 0;
    for (Word word : fields) object->slots()[type.fields[i++].slot] = word;
    return vm::word_of(object);
}

void register_channels(vm::NativeRegistry& r) {
    r.add("sync::channel", unbounded);
    r.add("sync::bounded_channel", bounded);
    r.add("sync::unbuffered_channel", unbuffered);
    r.add("sync::make_channel", two_way);
    r.add("sync::close", close_handle);
    for (std::string end : {"sync::Sender::", "sync::Channel::"}) {
        r.add(end + "send", send, send_at_once);
        r.add(end + "try_send", try_send);
        r.add(end + "send_all", {send_all, 0, 1});
        r.add(end + "close", close);
        r.add(end + "len", length);
    }
    for (std::string end : {"sync::Receiver::", "sync::Channel::"}) {
        r.add(end + "recv", recv<false>, receive_at_once<false>);
        r.add(end + "try_recv", try_recv);
        r.add(end + "recv_timeout", recv_timeout);
        r.add(end + "recv_many", {recv_many, 1, 0});
        r.add(end + "len", length);
    }
    r.add("$receive", recv<true>, receive_at_once<true>);
    r.add("sync::Channel::is_closed", is_closed);
    r.add("sync::Sender::clone", clone<true, false>);
    r.add("sync::Receiver::clone", clone<false, true>);
    r.add_type("sync::Sender", ends<true, false>());
    r.add_type("sync::Receiver", ends<false, true>());
    r.add_type("sync::Channel", ends<true, true>());
}

}  // namespace braid::runtime
