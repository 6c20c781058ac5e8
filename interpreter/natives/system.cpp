#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <mutex>

#include <fmt/format.h>

#include "analyzer/text/utf8.h"
#include "interpreter/natives/blocking.h"
#include "interpreter/natives/natives.h"
#include "interpreter/natives/support.h"

// Clocks, randomness, environment and streams, of Altru; standard input of both.
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

/// What a read brings, made on a thread of its own.
struct Reading {
    std::string text;
    bool found = false;
    std::string problem;
};
/// One at a time: the stream is everybody's.
void read_input(Reading& reading, bool line) {
    static std::mutex mutex;
    std::lock_guard lock(mutex);
    if (line) {
        reading.found = static_cast<bool>(std::getline(std::cin, reading.text));
    } else {
        reading.text.assign(std::istreambuf_iterator<char>(std::cin), {});
    }
    if (std::cin.bad()) reading.problem = "standard input cannot be read";
    else if (!utf8::is_valid(reading.text)) reading.problem = "standard input is no text in UTF-8";
    if (line && !reading.text.empty() && reading.text.back() == '\r') reading.text.pop_back();
}
NativeAction read(NativeCall& call, bool line) {
    if (call.step() == 0)
        return run_blocking<Reading>(
            call, "read standard input", [line](Reading& reading) { read_input(reading, line); }, 1);
    if (call.was_cancelled()) return call.cancelled();
    vm::Vm& vm = call.vm();
    Reading& result = blocking_result<Reading>(call);
    if (!result.problem.empty()) return give_err(call, runtime::make_error(vm, result.problem));
    if (!line) return give_ok(call, vm.string_word(result.text));
    const TypeDescriptor& option = *vm::Vm::find_variant(call.result_type(), "Ok")->fields[0].type;
    Object* word = result.found ? vm.new_variant(*vm::Vm::find_variant(option, "Some"), {vm.string_word(result.text)})
                                : vm.new_variant(*vm::Vm::find_variant(option, "None"));
    return give_ok(call, word_of(word));
}
NativeAction js_read(NativeCall& call, bool line) {
    if (call.step() == 0)
        return run_blocking<Reading>(
            call, "read standard input", [line](Reading& reading) { read_input(reading, line); }, 1);
    Reading& result = blocking_result<Reading>(call);
    if (!result.problem.empty()) return call.throw_error(bytecode::WellKnown::JsError, result.problem);
    return line && !result.found ? call.give_value(heap::Value::null()) : call.give_text(result.text);
}
NativeAction js_read_line(NativeCall& call) { return js_read(call, true); }
NativeAction js_read_all(NativeCall& call) { return js_read(call, false); }
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
    r.add("core::process::nextLine", js_read_line);
    r.add("core::process::allInput", js_read_all);
    r.add("io::write", write);
    r.add("io::write_error", write_error);
    r.add("io::flush", flush);
}

}  // namespace braid::natives
