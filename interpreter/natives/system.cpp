#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include <fmt/format.h>

#include "interpreter/natives/natives.h"
#include "interpreter/natives/support.h"

// Clocks, randomness, environment and streams, of Altru.
namespace braid::natives {

namespace {

using runtime::Run;

NativeAction monotonic_nanos(NativeCall& call) {
    return call.give_integer(static_cast<int64_t>(call.scheduler().now()));
}
NativeAction unix_millis(NativeCall& call) {
    return call.give_integer(static_cast<int64_t>(unix_milliseconds(call.scheduler())));
}

NativeAction random_int(NativeCall& call) {
    int64_t low = call.integer(0), high = call.integer(1);
    if (low >= high) return call.panic(fmt::format("no number from {} up to, not including, {}", low, high));
    uint64_t width = static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
    uint64_t limit = UINT64_MAX - UINT64_MAX % width, drawn;
    do drawn = Run::of(call).random();
    while (drawn >= limit);
    return call.give_integer(static_cast<int64_t>(static_cast<uint64_t>(low) + drawn % width));
}
NativeAction random_float(NativeCall& call) { return call.give_number(random_fraction(call)); }
NativeAction random_seed(NativeCall& call) {
    Run::of(call).seed_random(static_cast<uint64_t>(call.integer(0)));
    return call.give_unit();
}

NativeAction env_var(NativeCall& call) {
    std::string name(text(call, 0));
    const char* value = std::getenv(name.c_str());
    if (!value)
        return give_err(call, runtime::make_error(call.vm(), fmt::format("the environment has no variable {}", name)));
    return give_ok(call, call.vm().string_word(value));
}
NativeAction env_args(NativeCall& call) {
    Object* list = call.vm().new_list(Repr::Object, 0);
    for (const std::string& argument : Run::of(call).arguments())
        call.vm().list_push(list, Repr::Object, call.vm().string_word(argument));
    return call.give(word_of(list));
}

/// What a blocking read brings, made on a thread of its own.
struct Reading : vm::NativeState {
    struct Shared {
        std::string text;
        bool found = false;
    };
    std::shared_ptr<Shared> shared = std::make_shared<Shared>();
    runtime::WaitReason reason{"read standard input", nullptr};
};
NativeAction read(NativeCall& call, bool line) {
    auto& reading = call.state<Reading>();
    if (call.step() == 0) {
        vm::WakeHandle handle = call.park(&reading.reason);
        call.scheduler().run_blocking(*handle.task, handle.token, [shared = reading.shared, line] {
            if (line) {
                shared->found = static_cast<bool>(std::getline(std::cin, shared->text));
            } else {
                shared->text.assign(std::istreambuf_iterator<char>(std::cin), {});
            }
        });
        return call.parked(1);
    }
    if (call.was_cancelled()) return call.cancelled();
    vm::Vm& vm = call.vm();
    auto& result = *reading.shared;
    if (!line) return give_ok(call, vm.string_word(result.text));
    if (!result.text.empty() && result.text.back() == '\r') result.text.pop_back();
    const TypeDescriptor& option = *vm::Vm::find_variant(call.result_type(), "Ok")->fields[0].type;
    Object* word = result.found ? vm.new_variant(*vm::Vm::find_variant(option, "Some"), {vm.string_word(result.text)})
                                : vm.new_variant(*vm::Vm::find_variant(option, "None"));
    return give_ok(call, word_of(word));
}
NativeAction read_line(NativeCall& call) { return read(call, true); }
NativeAction read_all(NativeCall& call) { return read(call, false); }
NativeAction write(NativeCall& call) {
    call.vm().options().print(text(call, 0));
    return call.give_unit();
}
NativeAction write_error(NativeCall& call) {
    call.vm().options().print_error(text(call, 0));
    return call.give_unit();
}
NativeAction flush(NativeCall& call) {
    std::fflush(stdout);
    return call.give_unit();
}

}  // namespace

double unix_milliseconds(scheduler::Scheduler& scheduler) {
    // Virtual time begins at a fixed moment, so that runs of one seed agree.
    constexpr double kVirtualStart = 1'700'000'000'000;
    if (scheduler.sequential()) return kVirtualStart + static_cast<double>(scheduler.now() / 1'000'000);
    auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}
double random_fraction(NativeCall& call) { return static_cast<double>(Run::of(call).random() >> 11) * 0x1p-53; }

void register_system(vm::NativeRegistry& r) {
    r.add("time::monotonic_nanos", monotonic_nanos);
    r.add("time::unix_millis", unix_millis);
    r.add("random::int", random_int);
    r.add("random::float", random_float);
    r.add("random::seed", random_seed);
    r.add("env::var", env_var);
    r.add("env::args", env_args);
    r.add("io::read_line", read_line);
    r.add("io::read_all", read_all);
    r.add("io::write", write);
    r.add("io::write_error", write_error);
    r.add("io::flush", flush);
}

}  // namespace braid::natives
