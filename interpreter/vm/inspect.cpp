#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "analyzer/text/utf8.h"
#include "interpreter/vm/accessors.h"
#include "interpreter/vm/hash_table.h"
#include "interpreter/vm/native.h"
#include "interpreter/vm/runtime_state.h"
#include "interpreter/vm/shapes.h"
#include "interpreter/vm/structural.h"
#include "interpreter/vm/values.h"

// Values of the Boxed policy as text: as node's console prints the common kinds, and as JavaScript's ToString.
namespace braid::vm {

void append_number(double d, std::string& out) {
    if (d != d) return void(out += "NaN");
    if (std::isinf(d)) return void(out += d < 0 ? "-Infinity" : "Infinity");
    if (d == 0) return void(out += "0");
    char buffer[32];
    auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, d, std::chars_format::scientific);
    std::string_view text(buffer, static_cast<size_t>(end - buffer));
    std::string digits;
    if (text[0] == '-') out += '-', text.remove_prefix(1);
    size_t e = text.find('e');
    for (char c : text.substr(0, e))
        if (c != '.') digits += c;
    int exponent = std::stoi(std::string(text.substr(e + 1))) + 1, n = static_cast<int>(digits.size());
    // ECMAScript Number::toString: position of the point relative to the digits decides the form.
    if (n <= exponent && exponent <= 21) out += digits + std::string(static_cast<size_t>(exponent - n), '0');
    else if (0 < exponent && exponent <= 21)
        out += digits.substr(0, static_cast<size_t>(exponent)) + "." + digits.substr(static_cast<size_t>(exponent));
    else if (-6 < exponent && exponent <= 0) out += "0." + std::string(static_cast<size_t>(-exponent), '0') + digits;
    else {
        out += digits.substr(0, 1);
        if (n > 1) out += "." + digits.substr(1);
        out += (exponent - 1 < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent - 1));
    }
}

namespace {

constexpr int kMaxDepth = 3;  // nested deeper: [Object], as node
constexpr size_t kBreakLength = 80;
constexpr size_t kMaxItems = 100;
constexpr size_t kGroupedFrom = 7;  // an array of so many elements is shown in columns

size_t width_of(const std::string& text) {
    return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

/// Elements of an array as lines of columns, where columns are of use: node's `groupArrayElements`
/// (lib/internal/util/inspect.js). `more`: the last one says how many are left out.
std::vector<std::string> in_columns(const std::vector<std::string>& parts, bool more, bool numbers, size_t indent) {
    constexpr size_t kSeparator = 2, kMaxColumns = 12;
    const size_t count = parts.size() - more;
    size_t total = 0, longest = 0;
    std::vector<size_t> widths(parts.size());
    for (size_t i = 0; i < count; ++i) {
        widths[i] = width_of(parts[i]);
        total += widths[i] + kSeparator;
        longest = std::max(longest, widths[i]);
    }
    const size_t cell = longest + kSeparator;
    const bool alike = double(total) / double(cell) > 5 || longest <= 6;
    if (cell * 3 + indent >= kBreakLength || !alike) return parts;
    // About a square, where a character is two and a half times as high as it is wide.
    const double biased =
        std::max(double(cell) - 3 - std::sqrt(double(cell) - double(total) / double(parts.size())), 1.0);
    const auto square = size_t(std::floor(std::sqrt(2.5 * biased * double(count)) / biased + 0.5));
    const size_t columns = std::min({square, (kBreakLength - indent) / cell, kMaxColumns});
    if (columns <= 1) return parts;
    std::vector<std::string> lines;
    for (size_t begin = 0; begin < count; begin += columns) {
        std::string line;
        const size_t end = std::min(begin + columns, count);
        for (size_t i = begin; i < end; ++i) {
            size_t column = 0;
            for (size_t j = i - begin; j < count; j += columns) column = std::max(column, widths[j]);
            const std::string padding(column - widths[i], ' ');
            const bool last = i + 1 == end;
            line += (numbers ? padding : "") + parts[i] + (last ? "" : ", ") + (numbers || last ? "" : padding);
        }
        lines.push_back(std::move(line));
    }
    if (more) lines.push_back(parts.back());
    return lines;
}

class Inspector {
  public:
    explicit Inspector(Vm& vm) : vm_(vm) {}

    std::string value(Value v, bool nested, int depth) {
        std::string out;
        int64_t i;
        if (as_integer(vm_, v, i)) return std::to_string(i);
        if (v.is_number()) {
            if (v.as_number() == 0 && std::signbit(v.as_number())) return nested ? "-0" : "-0";
            return append_number(v.as_number(), out), out;
        }
        if (v.is_boolean()) return v.as_boolean() ? "true" : "false";
        if (v.is_null()) return "null";
        if (v.is_undefined() || v.is_empty()) return "undefined";
        if (v.is_character()) return utf8::append(out, char32_t(v.as_character())), nested ? "'" + out + "'" : out;
        return v.is_pointer() ? object(v.as_pointer<Object>(), nested, depth) : "?";
    }

  private:
    std::string object(Object* o, bool nested, int depth) {
        const LayoutInfo& info = vm_.info_of(o);
        switch (info.kind) {
            case ObjectKind::String: return nested ? quoted(string_view_of(o)) : std::string(string_view_of(o));
            case ObjectKind::Closure:
            case ObjectKind::BoundCall: return "[Function: " + short_name(closure_function(o)->name) + "]";
            case ObjectKind::Class:
                return "[class " + reinterpret_cast<const ClassDescriptor*>(o->slots()[0])->name + "]";
            case ObjectKind::Panic: return std::string(string_view_of(o->slots()[kPanicMessage]));
            default: break;
        }
        for (Object* above : open_)
            if (above == o) return "[Circular *1]";
        open_.push_back(o);
        std::string text = compound(o, info, depth);
        open_.pop_back();
        return text;
    }

    std::string compound(Object* o, const LayoutInfo& info, int depth) {
        switch (info.kind) {
            case ObjectKind::List: return list(o, depth);
            case ObjectKind::Map:
            case ObjectKind::Set: return map(o, info.kind == ObjectKind::Map, depth);
            case ObjectKind::Instance: return instance(o, depth);
            case ObjectKind::Variant: {
                const VariantDescriptor& v = *info.variant;
                std::string name(v.name.text());
                if (v.fields.empty()) return name;
                std::string inside;
                for (const auto& field : v.fields)
                    inside += (inside.empty() ? "" : ", ") +
                              value(Value(heap::load_slot(o->slots() + field.slot)), true, depth + 1);
                return name + "(" + inside + ")";
            }
            case ObjectKind::Native: {
                const NativeTypeOps* ops = vm_.natives().type(info.native_type);
                std::string out;
                if (ops && ops->show) return ops->show(vm_, TypeDescriptor{}, word_of(o), out), out;
                return info.native_type + " {}";
            }
            default: return "[object]";
        }
    }

    std::string list(Object* o, int depth) {
        if (depth > kMaxDepth - 1) return "[Array]";
        std::vector<std::string> parts;
        uint64_t n = list_count(o);
        bool numbers = true;
        for (uint64_t i = 0; i < n && i < kMaxItems; ++i)
            if (Word* element = list_element(o, i)) {
                Value item(heap::load_slot(element));
                int64_t whole;
                numbers &= item.is_number() || as_integer(vm_, item, whole);
                parts.push_back(value(item, true, depth + 1));
            }
        const bool more = n > kMaxItems;
        if (more) parts.push_back(fmt::format("... {} more item{}", n - kMaxItems, n > kMaxItems + 1 ? "s" : ""));
        const size_t before = parts.size();
        if (before >= kGroupedFrom) parts = in_columns(parts, more, numbers, open_width(depth));
        return join("", "[", parts, "]", depth, parts.size() == before);
    }

    std::string map(Object* o, bool is_map, int depth) {
        std::string head = (is_map ? "Map(" : "Set(") + std::to_string(map_count(o)) + ") ";
        if (depth > kMaxDepth - 1) return is_map ? "[Map]" : "[Set]";
        std::vector<std::string> parts;
        MapEntry entry;
        for (uint64_t i = 0; i < map_used(o); ++i) {
            if (!map_entry(o, i, entry)) continue;
            std::string part = value(Value(entry.key), true, depth + 1);
            if (is_map) part += " => " + value(Value(entry.value), true, depth + 1);
            parts.push_back(std::move(part));
        }
        return join(head, "{", parts, "}", depth);
    }

    std::string instance(Object* o, int depth) {
        const Shape* shape = shape_of(o);
        if (shape->klass && shape->klass->is_error) {
            Word* message = find_property(o, Name("message"));
            std::string text = shape->klass->name;
            if (message && is_string(vm_, Value(*message)) && object_of(*message)->length())
                text += ": " + std::string(string_view_of(*message));
            return text;
        }
        if (depth > kMaxDepth - 1) return shape->klass ? "[" + shape->klass->name + "]" : "[Object]";
        std::vector<std::string> parts;
        for (Name name : shape->keys()) {
            Word* slot = find_property(o, name);
            std::string text = slot ? value(Value(heap::load_slot(slot)), true, depth + 1) : accessors(*shape, name);
            parts.push_back(key(name.text()) + ": " + text);
        }
        return join(shape->klass ? shape->klass->name + " " : "", "{", parts, "}", depth);
    }

    static std::string accessors(const Shape& shape, Name name) {
        const bool reads = shape.find(accessor_name("get", name)) != Shape::kMissing;
        const bool writes = shape.find(accessor_name("set", name)) != Shape::kMissing;
        return reads && writes ? "[Getter/Setter]" : reads ? "[Getter]" : "[Setter]";
    }

    static std::string join(const std::string& head, const char* open, const std::vector<std::string>& parts,
                            const char* close, int depth, bool may_be_one_line = true) {
        if (parts.empty()) return head + open + close;
        constexpr size_t kSlack = 10;  // node's: what is near the end of the line is broken
        size_t total = head.size() + 1 + 2 * parts.size() + open_width(depth) + kSlack;
        for (const std::string& part : parts) total += width_of(part), may_be_one_line &= part.find('\n') == part.npos;
        if (may_be_one_line && total <= kBreakLength)
            return fmt::format("{}{} {} {}", head, open, fmt::join(parts, ", "), close);
        const std::string line = "\n" + std::string(open_width(depth), ' ');
        return fmt::format("{}{}{}  {}{}{}", head, open, line, fmt::join(parts, "," + line + "  "), line, close);
    }
    static size_t open_width(int depth) { return static_cast<size_t>(depth) * 2; }

    static std::string quoted(std::string_view text) {
        char quote = text.find('\'') == text.npos ? '\'' : text.find('"') == text.npos ? '"' : '\'';
        std::string out(1, quote);
        for (char c : text) {
            if (c == '\n') out += "\\n";
            else if (c == '\t') out += "\\t";
            else if (c == '\\' || c == quote) (out += '\\') += c;
            else out += c;
        }
        return out + quote;
    }
    static std::string key(std::string_view name) {
        bool plain = !name.empty() && !(name[0] >= '0' && name[0] <= '9');
        for (char c : name) plain &= std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$' || (c & 0x80);
        return plain ? std::string(name) : quoted(name);
    }
    static std::string short_name(std::string_view name) {
        if (name.rfind("closure in", 0) == 0) return "(anonymous)";
        size_t colon = name.rfind("::");
        return std::string(colon == name.npos ? name : name.substr(colon + 2));
    }

    Vm& vm_;
    std::vector<Object*> open_;
};

}  // namespace

void inspect_value(Vm& vm, Value v, std::string& out, bool nested) { out += Inspector(vm).value(v, nested, 0); }

std::string text_of(Vm& vm, Value v) {
    std::string out;
    if (Object* s = as_object(vm, v, ObjectKind::String)) return std::string(string_view_of(s));
    if (v.is_number()) return append_number(v.as_number(), out), out;
    if (Object* list = as_object(vm, v, ObjectKind::List)) {
        static thread_local int depth = 0;  // an array may contain itself
        if (depth > 30) return "";
        ++depth;
        for (uint64_t i = 0; Word* element = list_element(list, i); ++i) {
            Value item(heap::load_slot(element));
            if (i) out += ',';
            if (!item.is_null() && !item.is_undefined()) out += text_of(vm, item);
        }
        --depth;
        return out;
    }
    if (Object* o = as_object(vm, v, ObjectKind::Instance); o && (!shape_of(o)->klass || !shape_of(o)->klass->is_error))
        return "[object Object]";
    inspect_value(vm, v, out);
    return out;
}

// --- UTF-16 lengths and offsets ---

bool is_ascii(Object* string) {
    uint32_t flags = string->flags();
    if (flags & FlagAscii) return true;
    if (flags & FlagNotAscii) return false;
    for (char c : string_view_of(string))
        if (c & 0x80) return string->set_flags(FlagNotAscii), false;
    string->set_flags(FlagAscii);
    return true;
}

uint64_t utf16_length(Object* string) {
    if (is_ascii(string)) return string->length();
    uint64_t units = 0;
    for (unsigned char c : string_view_of(string)) units += (c & 0xc0) != 0x80 ? (c >= 0xf0 ? 2 : 1) : 0;
    return units;
}

size_t utf16_offset(Object* string, uint64_t unit) {
    std::string_view text = string_view_of(string);
    if (is_ascii(string)) return std::min<size_t>(unit, text.size());
    uint64_t seen = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        auto c = static_cast<unsigned char>(text[i]);
        if ((c & 0xc0) == 0x80) continue;
        if (seen >= unit) return i;
        seen += c >= 0xf0 ? 2 : 1;
    }
    return text.size();
}

}  // namespace braid::vm
