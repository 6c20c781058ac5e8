#include <charconv>
#include <cmath>

#include "analyzer/semantics/altru/builder.h"

// Literals, strings and interpolation.
namespace braid::altru_semantics {

using namespace hir;

namespace {

void append_utf8(std::string& out, uint32_t c) {
    if (c < 0x80) {
        out += char(c);
    } else if (c < 0x800) {
        out += char(0xc0 | c >> 6);
        out += char(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        out += char(0xe0 | c >> 12);
        out += char(0x80 | (c >> 6 & 0x3f));
        out += char(0x80 | (c & 0x3f));
    } else {
        out += char(0xf0 | c >> 18);
        out += char(0x80 | (c >> 12 & 0x3f));
        out += char(0x80 | (c >> 6 & 0x3f));
        out += char(0x80 | (c & 0x3f));
    }
}

/// Escapes resolved; what is malformed (the lexer reported it) stays as it is.
std::string unescape(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
        if (c != '\\' || i + 1 >= text.size()) {
            out += c;
            continue;
        }
        char e = text[++i];
        switch (e) {
            case 'n': out += '\n'; break;
            case 't': out += '\t'; break;
            case 'r': out += '\r'; break;
            case '0': out += '\0'; break;
            case 'u': {
                size_t end = i + 1 < text.size() && text[i + 1] == '{' ? text.find('}', i) : std::string_view::npos;
                uint32_t value = 0;
                if (end != std::string_view::npos) {
                    std::from_chars(text.data() + i + 2, text.data() + end, value, 16);
                    append_utf8(out, value > 0x10ffff ? 0xfffd : value);
                    i = end;
                }
                break;
            }
            default: out += e; break;  // \\ \" \' \$
        }
    }
    return out;
}

/// `"""` text: the first line end after the quotes and the indentation all lines share do not belong to it.
std::string dedent(const std::string& text) {
    if (text.empty() || text[0] != '\n') return text;
    std::vector<std::string> lines;
    size_t begin = 1;
    while (true) {
        size_t end = text.find('\n', begin);
        lines.push_back(text.substr(begin, end == std::string::npos ? std::string::npos : end - begin));
        if (end == std::string::npos) break;
        begin = end + 1;
    }
    size_t indent = std::string::npos;
    for (size_t i = 0; i < lines.size(); ++i) {
        size_t first = lines[i].find_first_not_of(" \t");
        if (first == std::string::npos) {
            if (i + 1 == lines.size()) indent = std::min(indent, lines[i].size());  // before the closing quotes
            continue;
        }
        indent = std::min(indent, first);
    }
    if (indent == std::string::npos) indent = 0;
    std::string out;
    for (size_t i = 0; i < lines.size(); ++i) {
        bool last = i + 1 == lines.size();
        std::string line = lines[i].size() >= indent ? lines[i].substr(indent) : "";
        if (last && line.find_first_not_of(" \t") == std::string::npos) break;
        out += line;
        if (!last) out += '\n';
    }
    return out;
}

struct IntegerRange {
    uint64_t max;
    uint64_t min_magnitude;  // of the most negative value
};
IntegerRange range_of_kind(IntegerKind kind) {
    switch (kind) {
        case IntegerKind::I8: return {127, 128};
        case IntegerKind::I16: return {32767, 32768};
        case IntegerKind::I32: return {2147483647, 2147483648};
        case IntegerKind::U8: return {255, 0};
        case IntegerKind::U16: return {65535, 0};
        case IntegerKind::U32: return {4294967295, 0};
        case IntegerKind::U64:
        case IntegerKind::Usize: return {UINT64_MAX, 0};
        default: return {uint64_t(INT64_MAX), uint64_t(INT64_MAX) + 1};
    }
}

}  // namespace

ExprId BodyBuilder::check_literal(const ast::LiteralExpr& e, Type expected, bool negative) {
    uint32_t node = node_of(e);
    std::string text(e.value() ? e.value().text() : std::string_view());
    switch (e.literal_kind()) {
        case Kind::TrueKw: return emit(BoolLiteral{true}, type::boolean(), node);
        case Kind::FalseKw: return emit(BoolLiteral{false}, type::boolean(), node);
        case Kind::CharLiteral: {
            std::string inner =
                unescape(text.size() >= 2 ? std::string_view(text).substr(1, text.size() - 2) : std::string_view());
            uint32_t value = 0xfffd;
            if (!inner.empty()) {
                unsigned char c = inner[0];
                size_t length = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
                value = length == 1 ? c : c & (0xff >> (length + 1));
                for (size_t i = 1; i < length && i < inner.size(); ++i) value = value << 6 | (inner[i] & 0x3f);
            }
            return emit(CharLiteral{value}, type::character(), node);
        }
        case Kind::RawStringLiteral: {
            size_t open = text.find('"'), close = text.rfind('"');
            std::string inner =
                open != std::string::npos && close > open ? text.substr(open + 1, close - open - 1) : "";
            return emit(StringLiteral{inner}, type::string(), node);
        }
        default: break;
    }
    std::string digits;
    for (char c : text)
        if (c != '_') digits += c;
    static constexpr std::string_view kSuffixes[] = {"i8",  "i16", "i32",   "i64",   "u8",  "u16",
                                                     "u32", "u64", "isize", "usize", "f32", "f64"};
    bool is_hex = digits.size() > 1 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    Type t = nullptr;
    for (std::string_view suffix : kSuffixes) {
        if (digits.size() <= suffix.size() || !digits.ends_with(suffix) || (is_hex && suffix[0] == 'f')) continue;
        t = scalar_named(suffix);
        digits.resize(digits.size() - suffix.size());
        break;
    }
    bool is_float = (t && t->is(TypeKind::Float)) || e.literal_kind() == Kind::FloatLiteral;
    Type wanted = expected ? table_.shallow(expected) : nullptr;
    if (wanted && wanted->is(TypeKind::Reference)) wanted = table_.shallow(wanted->element());
    if (is_float) {
        double value = std::strtod(digits.c_str(), nullptr);
        if (std::isinf(value)) error(DiagnosticCode::InvalidLiteral, node, "`" + text + "` is larger than any `f64`");
        if (!t) t = wanted && wanted->is(TypeKind::Float) ? wanted : fresh(node, VariableKind::Float);
        return emit(FloatLiteral{negative ? -value : value}, t, node);
    }
    int base = 10;
    std::string_view number = digits;
    if (number.size() > 2 && number[0] == '0') {
        char mark = char(number[1] | 0x20);
        base = mark == 'x' ? 16 : mark == 'b' ? 2 : mark == 'o' ? 8 : 10;
        if (base != 10) number.remove_prefix(2);
    }
    uint64_t value = 0;
    auto parsed = std::from_chars(number.data(), number.data() + number.size(), value, base);
    bool too_large = parsed.ec == std::errc::result_out_of_range;
    if (!t) t = wanted && wanted->is(TypeKind::Integer) ? wanted : fresh(node, VariableKind::Integer);
    ExprId id = emit(IntegerLiteral{negative ? 0 - value : value}, t, node);
    bool outermost = negative;
    look_at_end([this, t, value, negative = outermost, too_large, node, text] {
        Type known = table_.shallow(t);
        if (known->is(TypeKind::Inference)) known = type::integer();
        if (!known->is(TypeKind::Integer)) return;
        IntegerRange range = range_of_kind(known->integer);
        bool fits = negative ? value <= range.min_magnitude : value <= range.max;
        if (too_large || !fits)
            error(DiagnosticCode::InvalidLiteral, node,
                  "`" + std::string(negative ? "-" : "") + text + "` does not fit into `" + print_type(known) + "`");
    });
    return id;
}

ExprId BodyBuilder::check_string(const ast::StringExpr& e) {
    uint32_t node = node_of(e);
    Interpolate out;
    std::string text;
    bool multi_line = e.is_multi_line();
    if (e.is_plain()) {
        for (const SyntaxElement& part : e.parts()) text += part.text();
        if (multi_line) text = dedent(text);
        return emit(StringLiteral{unescape(text)}, type::string(), node);
    }
    // The parts of a multi-line string are dedented as one text with marks where the values stand.
    std::string whole;
    std::vector<ast::Interpolation> values;
    for (const SyntaxElement& part : e.parts()) {
        if (auto interpolation = ast::Interpolation::cast(part)) {
            whole += '\1';
            values.push_back(interpolation);
        } else {
            whole += part.text();
        }
    }
    if (multi_line) whole = dedent(whole);
    size_t begin = 0;
    for (const ast::Interpolation& value : values) {
        size_t mark = whole.find('\1', begin);
        InterpolatePart part;
        part.text = unescape(std::string_view(whole).substr(begin, mark - begin));
        begin = mark + 1;
        if (value.expression()) {
            part.value = check(value.expression());
            if (value.format()) {
                std::string_view format = value.format().text();
                part.format = std::string(format.substr(format.empty() ? 0 : 1));
            }
        }
        out.parts.push_back(std::move(part));
    }
    out.parts.push_back({unescape(std::string_view(whole).substr(begin)), ExprId::None, ""});
    return emit(std::move(out), type::string(), node);
}

}  // namespace braid::altru_semantics
