#include <catch2/catch.hpp>

#include "interpreter/bytecode/code.h"
#include "interpreter/vm/native.h"
#include "tests/support/mir_programs.h"

namespace braid::testing {
using bytecode::Opcode;
using hir::BinaryOp;

namespace {
std::shared_ptr<bytecode::Program> sample() {
    auto model = std::make_shared<TestModel>();
    ItemId main = model->item(ItemKind::Function, "sum_to");
    BodyBuilder b(main, type::string());
    Local i = b.variable(type::integer(), "i"), test = b.local(type::boolean());
    b.set(i, integer(0));
    BlockId head = b.block(), body = b.block(), done = b.block();
    b.go(head);
    b.at(head).binary(test, BinaryOp::Less, copy(i), integer(10)).branch(move(test), body, done);
    b.at(body).binary(i, BinaryOp::Add, copy(i), integer(1)).go(head);
    b.at(done).set(0, InterpolateOf{{"i = ", ""}, {""}, {copy(i)}}).ret();
    model->add(std::move(b));
    vm::NativeRegistry natives;
    auto program = bytecode::compile(model, natives, {main});
    REQUIRE(program);
    return *program;
}
}  // namespace

TEST_CASE("disassembly") {
    auto program = sample();
    CHECK(disassemble(program->functions[0]) ==
          "function sum_to\n"
          "  scalars 3 traced 3 parameters () -> object\n"
          "    0  LoadImmediate s2, 0\n"
          "    3  MoveS s0, s2\n"
          "    6  LoadImmediate s2, 10\n"
          "    9  JumpLessEqualI64 s2, s0, ->24\n"
          "   14  LoadImmediate s2, 1\n"
          "   17  AddI64 s0, s0, s2\n"
          "   21  JumpBack ->6\n"
          "   24  LoadString t1, \"i = \"\n"
          "   27  Show t2, s0, <int>, -\n"
          "   32  Concat t0, (t1, t2)\n"
          "   37  Return t0\n");
}

TEST_CASE("every opcode has a name and at most the operands the encoder knows") {
    for (size_t op = 0; op < bytecode::kOpcodeCount; ++op) {
        const auto& info = bytecode::info_of(Opcode(op));
        CHECK(!info.name.empty());
        CHECK(info.operand_count() <= bytecode::kMaxOperands);
    }
}

TEST_CASE("the verifier rejects what it must") {
    auto program = sample();
    auto rejects = [&](auto&& change) {
        bytecode::Function f = program->functions[0];
        change(f);
        return !bytecode::verify(f).empty();
    };
    CHECK(bytecode::verify(program->functions[0]) == "");
    CHECK(rejects([](auto& f) { f.code.clear(); }));
    CHECK(rejects([](auto& f) { f.code[0] = 0xfff0; }));
    CHECK(rejects([](auto& f) { f.code[1] = f.scalar_count; }));  // a scalar written to a traced register
    CHECK(rejects([](auto& f) { f.code.back() = 0; }));           // Return of a scalar where an object is promised
    CHECK(rejects([](auto& f) { f.code.pop_back(); }));           // cut off
    CHECK(rejects([](auto& f) { f.code[f.code.size() - 2] = uint16_t(Opcode::Truthy); }));
    CHECK(rejects([](auto& f) { f.code[12] = 1; }));                       // a jump into the middle of an instruction
    CHECK(rejects([](auto& f) { f.code[21] = uint16_t(Opcode::Jump); }));  // a loop edge that is no safepoint
    CHECK(rejects([](auto& f) { f.strings.clear(); }));
    CHECK(rejects([](auto& f) { f.types.clear(); }));
    CHECK(rejects([](auto& f) { f.traced_count = 0; }));
    CHECK(rejects([](auto& f) { f.handlers.push_back({0, 5, 1, uint16_t(f.scalar_count), false}); }));
}

TEST_CASE("random damage never gets past the verifier as an out-of-range access") {
    auto program = sample();
    uint64_t seed = 12345;
    auto next = [&] { return seed = seed * 6364136223846793005 + 1442695040888963407, seed >> 33; };
    for (int round = 0; round < 20000; ++round) {
        bytecode::Function f = program->functions[0];
        for (int k = 0; k < 1 + int(next() % 3); ++k)
            f.code[next() % f.code.size()] = uint16_t(next() % 3 ? next() % 200 : next());
        if (!bytecode::verify(f).empty()) continue;
        // What is accepted decodes completely and stays within its tables.
        uint32_t pc = 0;
        while (pc < f.code.size()) {
            uint32_t length = bytecode::instruction_length(f.code, pc);
            REQUIRE(length > 0);
            CHECK(bytecode::disassemble_instruction(f, pc).find("<bad") == std::string::npos);
            pc += length;
        }
    }
}

}  // namespace braid::testing
