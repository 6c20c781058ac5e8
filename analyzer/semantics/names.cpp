#include "analyzer/semantics/names.h"

#include <fmt/format.h>

namespace braid {

std::string_view operator_name(hir::UnaryOp op) {
    static constexpr std::string_view kNames[] = {"negate", "not", "bit_not"};
    return kNames[int(op)];
}

std::string_view operator_name(hir::BinaryOp op) {
    static constexpr std::string_view kNames[] = {"add",        "subtract",   "multiply",    "divide",               "remainder", "power",     "bit_and",
                                                  "bit_or",     "bit_xor",    "shift_left",  "shift_right",          "unsigned_shift_right", "equal", "not_equal",
                                                  "less",       "less_equal", "greater",     "greater_equal",        "concat",    "contains"};
    return kNames[int(op)];
}

std::string_view operator_name(hir::LogicalOp op) {
    static constexpr std::string_view kNames[] = {"and", "or", "coalesce", "implies"};
    return kNames[int(op)];
}

std::string_view conversion_name(hir::ConvertKind kind) {
    static constexpr std::string_view kNames[] = {"integer_to_integer", "integer_to_float", "float_to_integer", "float_to_float",
                                                  "char_to_integer",    "integer_to_char",  "bool_to_integer",  "wrap",
                                                  "unwrap",             "to_dyn",           "copy_out",         "function_to_value",
                                                  "closure_to_function", "upcast",          "to_string",        "to_bool"};
    return kNames[int(kind)];
}

std::string quote(std::string_view text) {
    std::string out = "\"";
    for (unsigned char c : text) {
        if (c == '"' || c == '\\') out += fmt::format("\\{}", char(c));
        else if (c == '\n') out += "\\n";
        else if (c < 32 || c == 127) out += fmt::format("\\x{:02x}", c);
        else out += char(c);
    }
    return out + "\"";
}

}  // namespace braid
