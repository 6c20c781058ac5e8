#include "analyzer/semantics/names.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace braid {

std::string_view operator_name(hir::UnaryOp op) {
    static constexpr std::string_view kNames[] = {"negate", "not", "bit_not"};
    return kNames[int(op)];
}

std::string_view operator_name(hir::BinaryOp op) {
    static constexpr std::string_view kNames[] = {"add",       "subtract",      "multiply",    "divide",
                                                  "remainder", "power",         "bit_and",     "bit_or",
                                                  "bit_xor",   "shift_left",    "shift_right", "unsigned_shift_right",
                                                  "equal",     "not_equal",     "less",        "less_equal",
                                                  "greater",   "greater_equal", "concat",      "contains"};
    return kNames[int(op)];
}

std::string_view operator_name(hir::LogicalOp op) {
    static constexpr std::string_view kNames[] = {"and", "or", "coalesce", "implies"};
    return kNames[int(op)];
}

std::string_view conversion_name(hir::ConvertKind kind) {
    static constexpr std::string_view kNames[] = {"integer_to_integer",
                                                  "integer_to_float",
                                                  "float_to_integer",
                                                  "float_to_float",
                                                  "char_to_integer",
                                                  "integer_to_char",
                                                  "bool_to_integer",
                                                  "wrap",
                                                  "unwrap",
                                                  "to_dyn",
                                                  "copy_out",
                                                  "function_to_value",
                                                  "closure_to_function",
                                                  "upcast",
                                                  "to_string",
                                                  "to_bool"};
    return kNames[int(kind)];
}

std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates) {
    std::string best;
    size_t best_distance = std::max<size_t>(1, name.size() / 3) + 1;
    std::vector<size_t> row;
    for (const std::string& candidate : candidates) {
        if (candidate.empty() || candidate == name || candidate.size() > name.size() + best_distance ||
            name.size() > candidate.size() + best_distance)
            continue;
        row.resize(candidate.size() + 1);
        for (size_t j = 0; j <= candidate.size(); ++j) row[j] = j;
        for (size_t i = 1; i <= name.size(); ++i) {
            size_t diagonal = row[0];
            row[0] = i;
            for (size_t j = 1; j <= candidate.size(); ++j) {
                size_t above = row[j];
                bool equal = std::tolower(static_cast<unsigned char>(name[i - 1])) ==
                             std::tolower(static_cast<unsigned char>(candidate[j - 1]));
                row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (equal ? 0 : 1)});
                diagonal = above;
            }
        }
        bool nearer = row.back() < best_distance;
        if (nearer || (row.back() == best_distance && candidate < best)) best_distance = row.back(), best = candidate;
    }
    return best;
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
