#include "tests/mutants/mutants.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "interpreter/bytecode/code.h"
#include "interpreter/loader/executable.h"
#include "interpreter/natives/natives.h"
#include "interpreter/runtime/session.h"
#include "workspace/workspace.h"

namespace braid::mutants {

namespace {

using bytecode::Function;
using bytecode::Opcode;
using bytecode::Shape;
using bytecode::Unit;

// Of processor time, then of the clock.
constexpr suseconds_t kMicroseconds = 200'000;
constexpr unsigned kSeconds = 10;
constexpr uint64_t kMemory = 64 << 20;
// Not what a sanitizer ends with.
constexpr int kEnded = 42;

std::vector<uint32_t> instructions(const Function& f) {
    std::vector<uint32_t> pcs;
    for (uint32_t pc = 0; pc < f.code.size(); pc += bytecode::instruction_length(f.code, pc)) pcs.push_back(pc);
    return pcs;
}

/// A number that may mean something in its place.
Unit operand(const Function& f, Shape shape, Unit old, const Choose& choose) {
    switch (choose(4)) {
        case 0: return static_cast<Unit>(old + 1);
        case 1: return static_cast<Unit>(old - 1);
        default: break;
    }
    switch (shape) {
        case Shape::DS:
        case Shape::S: return static_cast<Unit>(choose(f.scalar_count + 1u));
        case Shape::DT:
        case Shape::T: return static_cast<Unit>(f.scalar_count + choose(f.traced_count + 1u));
        case Shape::DA:
        case Shape::A: return static_cast<Unit>(choose(f.scalar_count + f.traced_count + 1u));
        default: return static_cast<Unit>(choose(12));
    }
}

void change_operand(Function& f, uint32_t pc, const Choose& choose) {
    std::vector<std::pair<uint32_t, Shape>> places;
    uint32_t at = pc + 1;
    for (Shape shape : bytecode::info_of(Opcode(f.code[pc])).operands) {
        if (shape == Shape::None) break;
        if (shape == Shape::L) {
            for (uint32_t i = 1; i <= f.code[at]; ++i) places.emplace_back(at + i, Shape::A);
            at += 1u + f.code[at];
            continue;
        }
        places.emplace_back(at, shape);
        at += shape == Shape::J ? 2 : 1;
    }
    if (places.empty()) return;
    auto [place, shape] = places[choose(places.size())];
    f.code[place] = operand(f, shape, f.code[place], choose);
}

/// Another opcode of as many operands.
void change_opcode(Function& f, uint32_t pc, const Choose& choose) {
    size_t count = bytecode::info_of(Opcode(f.code[pc])).operand_count();
    for (int tries = 0; tries < 20; ++tries) {
        auto opcode = static_cast<Opcode>(choose(bytecode::kOpcodeCount));
        if (bytecode::info_of(opcode).operand_count() != count) continue;
        f.code[pc] = static_cast<Unit>(opcode);
        return;
    }
}

/// Two instructions of one length in each other's place, one instead of another, or nothing instead of one.
void move_instructions(Function& f, uint32_t a, uint32_t b, const Choose& choose) {
    uint32_t length = bytecode::instruction_length(f.code, a);
    if (choose(3) == 0) {
        std::fill_n(f.code.begin() + a, length, static_cast<Unit>(Opcode::Nop));
    } else if (length == bytecode::instruction_length(f.code, b)) {
        if (choose(2)) std::swap_ranges(f.code.begin() + a, f.code.begin() + a + length, f.code.begin() + b);
        else std::copy_n(f.code.begin() + b, length, f.code.begin() + a);
    }
}

void change_table(Function& f, const Choose& choose) {
    auto exchange = [&](auto& table) {
        if (!table.empty()) std::swap(table[choose(table.size())], table[choose(table.size())]);
    };
    switch (choose(6)) {
        case 0: return exchange(f.types);
        case 1: return exchange(f.functions);
        case 2: return exchange(f.variants);
        case 3: return exchange(f.words);
        case 4: return exchange(f.statics);
        default: break;
    }
    if (f.handlers.empty()) return;
    bytecode::Handler& handler = f.handlers[choose(f.handlers.size())];
    std::vector<uint32_t> pcs = instructions(f);
    switch (choose(4)) {
        case 0: handler.begin = pcs[choose(pcs.size())]; break;
        case 1: handler.end = pcs[choose(pcs.size())]; break;
        case 2: handler.target = pcs[choose(pcs.size())]; break;
        default: handler.error = static_cast<Unit>(f.scalar_count + choose(f.traced_count + 1u));
    }
}

void change(Function& f, const Choose& choose) {
    std::vector<uint32_t> pcs = instructions(f);
    uint32_t pc = pcs[choose(pcs.size())];
    switch (choose(8)) {
        case 0: return change_table(f, choose);
        case 1: return change_opcode(f, pc, choose);
        case 2: return move_instructions(f, pc, pcs[choose(pcs.size())], choose);
        case 3: f.code[choose(f.code.size())] = static_cast<Unit>(choose(300)); return;
        default: return change_operand(f, pc, choose);
    }
}

[[noreturn]] void run_here(const std::shared_ptr<bytecode::Program>& program) {
    if (int null = open("/dev/null", O_RDWR); null >= 0)
        for (int stream : {0, 1, 2}) dup2(null, stream);
    itimerval budget{};
    budget.it_value.tv_usec = kMicroseconds;
    setitimer(ITIMER_PROF, &budget, nullptr);
    alarm(kSeconds);
    rlimit no_core{};
    setrlimit(RLIMIT_CORE, &no_core);
    runtime::SessionOptions options;
    options.seed = 1;
    options.workers = 1;
    options.max_memory = kMemory;
    options.print = options.print_error = [](std::string_view) {};
    {
        runtime::Session session(program, natives::standard_natives(), std::move(options));
        if (session.link()) session.run();
    }
    _exit(kEnded);
}

/// How the run of the program in another process ended: "" or the crash.
std::string run_elsewhere(const std::shared_ptr<bytecode::Program>& program) {
    std::fflush(nullptr);
    static int number = 0;
    ++number;
    if (const char* at = std::getenv("BRAID_MUTANTS_AT")) {
        if (number != std::atoi(at)) return "";
        run_here(program);
    }
    pid_t child = fork();
    if (child == 0) run_here(program);
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return "no process";
    if (WIFSIGNALED(status)) {
        int signal = WTERMSIG(status);
        bool budget = signal == SIGPROF || signal == SIGALRM;
        return budget ? "" : fmt::format("ended by signal {} (mutant {})", signal, number);
    }
    // Out of memory ends a process, too.
    bool fine = WEXITSTATUS(status) == kEnded || WEXITSTATUS(status) == vm::kExitPanic;
    return fine ? "" : fmt::format("ended with status {}", WEXITSTATUS(status));
}

bool same_handler(const bytecode::Handler& a, const bytecode::Handler& b) {
    return a.begin == b.begin && a.end == b.end && a.target == b.target && a.error == b.error;
}

std::string difference(const Function& before, const Function& after) {
    std::string text;
    std::vector<uint32_t> pcs = instructions(after);
    for (uint32_t pc : pcs) {
        uint32_t length = bytecode::instruction_length(after.code, pc);
        bool same = pc + length <= before.code.size() &&
                    std::equal(after.code.begin() + pc, after.code.begin() + pc + length, before.code.begin() + pc);
        if (!same) text += fmt::format("  {}: {}\n", pc, bytecode::disassemble_instruction(after, pc));
    }
    if (after.variants != before.variants) text += "  its variants\n";
    if (after.types != before.types) text += "  its types\n";
    if (after.functions != before.functions) text += "  its functions\n";
    if (after.words != before.words) text += "  its words\n";
    if (after.statics != before.statics) text += "  its statics\n";
    for (size_t i = 0; i < after.handlers.size(); ++i) {
        const auto& h = after.handlers[i];
        if (!same_handler(h, before.handlers[i]))
            text += fmt::format("  handler {}: {}..{} -> {}, {}\n", i, h.begin, h.end, h.target, h.error);
    }
    return text;
}

}  // namespace

Original::Original(const std::filesystem::path& path, bool optimize) : host_(make_host()) {
    auto file = load_file(*host_, path.string());
    auto made =
        file ? loader::compile(*host_, *file, {bytecode::ContractChecks::All, optimize}) : tl::unexpected(file.error());
    if (!made) throw std::runtime_error(fmt::format("{}: {}", path.string(), made.error()));
    program_ = made->program;
}
Original::~Original() = default;

Outcome Original::run_mutant(const Choose& choose) {
    Function* f = nullptr;
    for (int tries = 0; tries < 1000 && !f; ++tries) {
        Function& one = program_->functions[choose(program_->functions.size())];
        if (one.kind == bytecode::FunctionKind::Bytecode) f = &one;
    }
    if (!f) return {};
    const Function before = *f;
    for (uint64_t changes = 1 + choose(3); changes > 0; --changes) {
        change(*f, choose);
        if (!bytecode::verify(*f).empty()) break;
    }
    bool same = f->code == before.code && f->words == before.words && f->types == before.types &&
                f->functions == before.functions && f->variants == before.variants && f->statics == before.statics &&
                std::equal(f->handlers.begin(), f->handlers.end(), before.handlers.begin(), same_handler);
    Outcome outcome;
    bool accepted = !same && bytecode::verify(*f).empty() && bytecode::verify_types(*program_, *f).empty();
    if (accepted) {
        outcome.kind = Outcome::Kind::Ran;
        if (std::string crash = run_elsewhere(program_); !crash.empty())
            outcome = {Outcome::Kind::Crashed, fmt::format("{} {}\n{}", f->name, crash, difference(before, *f))};
    }
    *f = before;
    return outcome;
}

}  // namespace braid::mutants
