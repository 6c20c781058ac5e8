#include "interpreter/bytecode/code.h"

namespace braid::bytecode {

namespace {
using enum Shape;
constexpr OpcodeInfo kInfos[] = {
#define OP(name, ...) {#name, {__VA_ARGS__}},
#include "interpreter/bytecode/opcodes.def"
#undef OP
};
}  // namespace

const OpcodeInfo& info_of(Opcode opcode) { return kInfos[size_t(opcode)]; }

uint32_t instruction_length(std::span<const Unit> code, uint32_t pc) {
    if (pc >= code.size() || code[pc] >= kOpcodeCount) return 0;
    uint32_t at = pc + 1;
    for (Shape shape : info_of(Opcode(code[pc])).operands) {
        if (shape == Shape::None) break;
        if (at >= code.size()) return 0;
        at += shape == J ? 2 : shape == L ? 1u + code[at] : 1u;
        if (at > code.size()) return 0;
    }
    return at - pc;
}

std::string_view name_of(Repr repr) {
    constexpr std::string_view kNames[] = {"unit", "bool", "i8",  "i16", "i32",  "i64",    "u8",        "u16",
                                           "u32",  "u64",  "f32", "f64", "char", "object", "reference", "boxed"};
    return kNames[size_t(repr)];
}

std::string_view spelling(WellKnown item) {
    constexpr std::string_view kNames[] = {
#define X(name, text) text,
        BRAID_WELL_KNOWN_ITEMS(X)
#undef X
    };
    return kNames[size_t(item)];
}

const Function* Program::find_function(ItemId item) const {
    for (const Function& f : functions)
        if (f.item == item && f.body == BodyFunctionId{}) return &f;
    return nullptr;
}

}  // namespace braid::bytecode
