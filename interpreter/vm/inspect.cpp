#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "analyzer/semantics/queries.h"
#include "analyzer/text/utf8.h"
#include "interpreter/vm/accessors.h"
#include "interpreter/vm/hash_table.h"
#include "interpreter/vm/match_list.h"
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

// As node's util.inspect: nested deeper is [Object]; a line's length; how many levels share a line; lists with more
// elements stand in columns, of which there are so many at most.
constexpr int kMaxDepth = 3;
constexpr size_t kLineWidth = 80;
constexpr int kLevelsOnLine = 3;
constexpr size_t kShortList = 6, kMostColumns = 12;

/// Of the standard library: a class that a program declares under the same name is another one.
bool is_standard(const Shape* shape, std::string_view name) {
    return shape->klass && shape->klass->name == name && is_std(file_of(shape->klass->item));
}

void append_padded(int64_t number, size_t width, std::string& out) {
    std::string digits = std::to_string(number);
    out.append(width > digits.size() ? width - digits.size() : 0, '0').append(digits);
}

/// Milliseconds since 1970 as ISO 8601, in UTC. Days to a date as in H. Hinnant's chrono-Compatible Low-Level Date
/// Algorithms.
std::string iso_date(double milliseconds) {
    if (!(std::abs(milliseconds) <= 8.64e15)) return "Invalid Date";
    auto time = static_cast<int64_t>(milliseconds);
    int64_t days = time / 86400000 - (time % 86400000 < 0), clock = time - days * 86400000;
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100),
            from_march = (5 * of_year + 2) / 153;
    int64_t day = of_year - (153 * from_march + 2) / 5 + 1, month = from_march < 10 ? from_march + 3 : from_march - 9;
    int64_t year = year_of_era + era * 400 + (month <= 2);
    std::string out;
    if (year < 0 || year > 9999) out += year < 0 ? '-' : '+';
    append_padded(std::abs(year), year < 0 || year > 9999 ? 6 : 4, out);
    for (auto [sign, part] : {std::pair('-', month), std::pair('-', day), std::pair('T', clock / 3600000),
                              std::pair(':', clock / 60000 % 60), std::pair(':', clock / 1000 % 60)}) {
        out += sign;
        append_padded(part, 2, out);
    }
    out += '.';
    append_padded(clock % 1000, 3, out);
    return out + 'Z';
}

/// What objects of some standard classes are written as; empty: as any object.
std::string standard_text(Vm& vm, Object* o) {
    const Shape* shape = shape_of(o);
    auto property = [&](const char* name) {
        Word* slot = find_property(o, Name(name));
        return slot ? Value(heap::load_slot(slot)) : Value::undefined();
    };
    auto text = [&](Value v) { return is_string(vm, v) ? std::string(string_view_of(v.word())) : std::string(); };
    if (is_standard(shape, "RegExp")) return "/" + text(property("source")) + "/" + text(property("flags"));
    double time = 0;
    if (is_standard(shape, "Date") && as_double(vm, property("time"), time)) return iso_date(time);
    return "";
}

std::string class_text(const ClassDescriptor& klass) {
    return "[class " + (klass.name.empty() ? "(anonymous)" : klass.name) + "]";
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
            case ObjectKind::Class: return class_text(*reinterpret_cast<const ClassDescriptor*>(o->slots()[0]));
            case ObjectKind::Panic: return std::string(string_view_of(o->slots()[kPanicMessage]));
            default: break;
        }
        if (std::find(open_.begin(), open_.end(), o) != open_.end()) {
            auto known = std::find(circular_.begin(), circular_.end(), o);
            if (known == circular_.end()) known = circular_.insert(known, o);
            return fmt::format("[Circular *{}]", known - circular_.begin() + 1);
        }
        open_.push_back(o);
        std::string text = compound(o, info, depth);
        open_.pop_back();
        auto known = std::find(circular_.begin(), circular_.end(), o);
        return known == circular_.end() ? text : fmt::format("<ref *{}> {}", known - circular_.begin() + 1, text);
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
        if (list_count(o) > 0 && depth > kMaxDepth - 1) return "[Array]";
        if (list_count(o) > 0) deepest_ = depth;
        std::vector<std::string> parts;
        uint64_t n = list_count(o);
        for (uint64_t i = 0; i < n && i < 100; ++i)
            if (Word* element = list_element(o, i))
                parts.push_back(value(Value(heap::load_slot(element)), true, depth + 1));
        size_t shown = parts.size();
        if (n > 100) parts.push_back("... " + std::to_string(n - 100) + " more item" + (n > 101 ? "s" : ""));
        if (vm_.info_of(o).kind == ObjectKind::List && o->layout() != vm_.runtime().layouts.list) {
            // What a pattern found has members beside its elements.
            Object* members = as_object(vm_, Value(o->slots()[kMatchMembers]), ObjectKind::Instance);
            if (members && find_property(members, Name("groups")))
                for (std::string& part : properties(members, depth)) parts.push_back(std::move(part));
            return join("", "[", std::move(parts), "]", depth);
        }
        bool numbers = true;
        for (uint64_t i = 0; i < n && numbers; ++i)
            if (Word* element = list_element(o, i)) numbers = is_number(Value(heap::load_slot(element)));
        return parts.size() > kShortList
                   ? join("", "[", in_columns(std::move(parts), shown, numbers, depth), "]", depth, n)
                   : join("", "[", std::move(parts), "]", depth);
    }
    bool is_number(Value v) const {
        int64_t i;
        return v.is_number() || as_integer(vm_, v, i);
    }

    /// Elements below each other, where that saves lines: numbers to the right, others to the left.
    static std::vector<std::string> in_columns(std::vector<std::string> parts, size_t shown, bool numbers, int depth) {
        constexpr size_t kBetween = 2;
        std::vector<size_t> widths;
        size_t total = 0, widest = 0;
        for (size_t i = 0; i < shown; ++i) {
            widths.push_back(static_cast<size_t>(utf8::display_width(parts[i])));
            total += widths[i] + kBetween;
            widest = std::max(widest, widths[i]);
        }
        size_t most = widest + kBetween, room = kLineWidth - std::min(kLineWidth, open_width(depth));
        if (most * 3 >= room || (static_cast<double>(total) / static_cast<double>(most) <= 5 && widest > 6))
            return parts;
        // Roughly square: a line is about 2.5 times as high as a letter is wide.
        auto entries = static_cast<double>(shown);
        double bias =
            std::sqrt(static_cast<double>(most) - static_cast<double>(total) / static_cast<double>(parts.size()));
        double biased = std::max(static_cast<double>(most) - 3 - bias, 1.0);
        auto square = static_cast<size_t>(std::round(std::sqrt(2.5 * biased * entries) / biased));
        size_t columns = std::min({square, room / most, kMostColumns});
        if (columns <= 1) return parts;
        std::vector<size_t> column_widths(columns, 0);
        for (size_t i = 0; i < shown; ++i) column_widths[i % columns] = std::max(column_widths[i % columns], widths[i]);
        std::vector<std::string> lines;
        for (size_t i = 0; i < shown; i += columns) {
            std::string& line = lines.emplace_back();
            size_t end = std::min(i + columns, shown);
            for (size_t j = i; j < end; ++j) {
                std::string padding(column_widths[j - i] - widths[j], ' ');
                if (numbers) line += padding + parts[j] + (j + 1 < end ? ", " : "");
                else line += parts[j] + (j + 1 < end ? ", " + padding : "");
            }
        }
        if (shown < parts.size()) lines.push_back(parts.back());
        return lines;
    }

    static std::string accessors(const Shape& shape, Name name) {
        const bool reads = shape.find(accessor_name("get", name)) != Shape::kMissing;
        const bool writes = shape.find(accessor_name("set", name)) != Shape::kMissing;
        return reads && writes ? "[Getter/Setter]" : reads ? "[Getter]" : "[Setter]";
    }
    std::vector<std::string> properties(Object* o, int depth) {
        std::vector<std::string> parts;
        const Shape& shape = *shape_of(o);
        for (Name name : shape.keys()) {
            Word* slot = find_property(o, name);
            std::string text = slot ? value(Value(heap::load_slot(slot)), true, depth + 1) : accessors(shape, name);
            parts.push_back(key(name.text()) + ": " + text);
        }
        return parts;
    }

    std::string map(Object* o, bool is_map, int depth) {
        std::string head = (is_map ? "Map(" : "Set(") + std::to_string(map_count(o)) + ") ";
        if (map_count(o) > 0 && depth > kMaxDepth - 1) return is_map ? "[Map]" : "[Set]";
        if (map_count(o) > 0) deepest_ = depth;
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
        if (std::string text = standard_text(vm_, o); !text.empty()) return text;
        bool is_named = shape->klass && !shape->klass->name.empty();
        bool has_members = !shape->keys().empty();
        if (has_members && depth > kMaxDepth - 1) return is_named ? "[" + shape->klass->name + "]" : "[Object]";
        if (has_members) deepest_ = depth;
        std::string head = is_named                ? shape->klass->name + " "
                           : o->flags() & FlagBare ? "[Object: null prototype] "
                                                   : "";
        return join(head, "{", properties(o, depth), "}", depth);
    }

    /// `entries`: how many there were before some were put on one line.
    std::string join(std::string head, const char* open, std::vector<std::string> parts, const char* close, int depth,
                     size_t entries = 0) {
        if (parts.empty()) return head + open + close;
        std::string out = head + open;
        // What was shown last says how deeply the object is nested, as in node.
        bool flat = deepest_ - depth < kLevelsOnLine && (entries == 0 || entries == parts.size());
        size_t total = 2 * parts.size() + open_width(depth) + out.size() + 10;
        for (const std::string& part : parts) {
            total += utf8::count_utf16(part);
            flat &= part.find('\n') == part.npos;
        }
        if (flat && total <= kLineWidth) {
            for (size_t i = 0; i < parts.size(); ++i) out += (i ? ", " : " ") + parts[i];
            return out + " " + close;
        }
        std::string indent(static_cast<size_t>(depth) * 2 + 2, ' ');
        for (size_t i = 0; i < parts.size(); ++i) out += (i ? ",\n" : "\n") + indent + parts[i];
        return out + "\n" + std::string(static_cast<size_t>(depth) * 2, ' ') + close;
    }
    static size_t open_width(int depth) { return static_cast<size_t>(depth) * 2; }

    static std::string quoted(std::string_view text) {
        char quote = '\'';
        for (char other : {'\'', '"', '`'})
            if (text.find(other) == text.npos) {
                quote = other;
                break;
            }
        std::string out(1, quote);
        for (char c : text) {
            constexpr std::string_view kSigns = "\b\t\n\v\f\r", kLetters = "btnvfr";
            if (size_t sign = kSigns.find(c); sign != kSigns.npos) (out += '\\') += kLetters[sign];
            else if (c == '\\' || c == quote) (out += '\\') += c;
            else if ((static_cast<unsigned char>(c) < 0x20) || c == 0x7f)
                out += fmt::format("\\x{:02X}", static_cast<unsigned>(c));
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
    std::vector<Object*> open_, circular_;
    int deepest_ = 0;  // where the last object stood
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
    Object* o = as_object(vm, v, ObjectKind::Instance);
    if (o && standard_text(vm, o) != "") return standard_text(vm, o);
    if (o && (!shape_of(o)->klass || !shape_of(o)->klass->is_error)) return "[object Object]";
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
