#include "analyzer/semantics/names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <utility>

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

namespace {

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment) that part two names, capitals
/// counted like small letters.
size_t edit_distance(std::string_view a, std::string_view b) {
    auto at = [](std::string_view text, size_t i) { return std::tolower(static_cast<unsigned char>(text[i])); };
    std::vector<size_t> before_last, last(b.size() + 1), row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            const bool equal = at(a, i - 1) == at(b, j - 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (equal ? 0 : 1)});
            const bool swapped = i > 1 && j > 1 && at(a, i - 1) == at(b, j - 2) && at(a, i - 2) == at(b, j - 1);
            if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        before_last = std::exchange(last, row);
    }
    return last[b.size()];
}

}  // namespace

namespace {

/// How far the nearest name may be away. Something of the name has to be left.
size_t farthest(std::string_view name) { return std::min(std::max<size_t>(1, name.size() / 3), name.size() - 1); }

}  // namespace

bool may_be_near(std::string_view name, std::string_view candidate) {
    if (name.empty() || candidate.empty()) return false;
    const size_t most = farthest(name);
    if (candidate.size() > name.size() + most || name.size() > candidate.size() + most) return false;
    // An edit adds one letter at most and takes one away; which, small and capital alike, 32 counters tell well enough.
    std::array<int8_t, 32> letters{};
    constexpr size_t kCounted = 127;
    if (name.size() > kCounted || candidate.size() > kCounted) return true;
    for (char c : name) ++letters[uint8_t(c) % 32];
    for (char c : candidate) --letters[uint8_t(c) % 32];
    size_t missing = 0, added = 0;
    for (int8_t count : letters) (count > 0 ? missing : added) += size_t(std::abs(count));
    return std::max(missing, added) <= most;
}

std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates) {
    if (name.empty()) return {};
    std::string best;
    size_t best_distance = farthest(name) + 1;
    for (const std::string& candidate : candidates) {
        if (candidate.empty() || candidate == name || candidate.size() > name.size() + best_distance ||
            name.size() > candidate.size() + best_distance)
            continue;
        const size_t distance = edit_distance(name, candidate);
        const bool nearer = distance < best_distance;
        if (nearer || (distance == best_distance && candidate < best)) best_distance = distance, best = candidate;
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
