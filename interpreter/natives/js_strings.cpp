#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "analyzer/text/utf8.h"
#include "interpreter/natives/collation.h"
#include "interpreter/natives/js_support.h"
#include "interpreter/natives/natives.h"
#include "interpreter/natives/unicode.h"

// Velox's strings: positions count UTF-16 code units.
namespace braid::natives {

namespace {

/// The receiver; a `char` is a string of one.
Object* receiver(NativeCall& call) {
    if (Object* s = vm::as_object(call.vm(), call.value(0), ObjectKind::String)) return s;
    return call.vm().new_string(text_argument(call, 0));
}
std::string_view view(NativeCall& call) {
    Object* s = receiver(call);
    call.argument_slot(0) = word_of(s);
    return vm::string_view_of(s);
}
int64_t units(std::string_view text) {
    int64_t count = 0;
    for (unsigned char c : text) count += ((c & 0xc0) != 0x80) + (c >= 0xf0);
    return count;
}
/// Code units [begin, end). Half of a pair becomes U+FFFD.
std::string unit_slice(Object* s, int64_t begin, int64_t end) {
    if (begin >= end) return {};
    std::string_view text = vm::string_view_of(s);
    if (vm::is_ascii(s)) return std::string(text.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin)));
    std::string out;
    int64_t unit = 0;
    for (size_t at = 0; at < text.size() && unit < end;) {
        size_t start = at;
        int64_t width = next_character(text, at) >= 0x10000 ? 2 : 1;
        if (unit >= begin && unit + width <= end) out += text.substr(start, at - start);
        else if (unit + width > begin) out += "\xef\xbf\xbd";
        unit += width;
    }
    return out;
}
int64_t length(Object* s) { return static_cast<int64_t>(vm::utf16_length(s)); }

NativeAction char_at(NativeCall& call) {
    Object* s = receiver(call);
    double i = std::trunc(number_or(call, 1, 0));
    if (!(i >= 0 && i < static_cast<double>(length(s)))) return call.give_text("");
    return call.give_text(unit_slice(s, static_cast<int64_t>(i), static_cast<int64_t>(i) + 1));
}
/// The code unit at a position; -1: there is none.
int64_t unit_at(Object* s, double position, bool whole) {
    position = std::trunc(position);
    if (!(position >= 0 && position < static_cast<double>(length(s)))) return -1;
    auto wanted = static_cast<int64_t>(position);
    std::string_view text = vm::string_view_of(s);
    if (vm::is_ascii(s)) return static_cast<unsigned char>(text[static_cast<size_t>(wanted)]);
    int64_t unit = 0;
    for (size_t at = 0; at < text.size();) {
        uint32_t c = next_character(text, at);
        if (c < 0x10000) {
            if (unit++ == wanted) return c;
            continue;
        }
        if (unit == wanted) return whole ? c : 0xd800 + ((c - 0x10000) >> 10);
        if (unit + 1 == wanted) return 0xdc00 + ((c - 0x10000) & 0x3ff);
        unit += 2;
    }
    return -1;
}
NativeAction char_code_at(NativeCall& call) {
    int64_t unit = unit_at(receiver(call), number_or(call, 1, 0), false);
    return unit < 0 ? give_double(call, NAN) : give_int(call, unit);
}
NativeAction code_point_at(NativeCall& call) {
    int64_t unit = unit_at(receiver(call), number_or(call, 1, 0), true);
    return unit < 0 ? give_undefined(call) : give_int(call, unit);
}
NativeAction at(NativeCall& call) {
    Object* s = receiver(call);
    double i = std::trunc(number_or(call, 1, 0));
    if (i < 0) i += static_cast<double>(length(s));
    if (!(i >= 0 && i < static_cast<double>(length(s)))) return give_undefined(call);
    return call.give_text(unit_slice(s, static_cast<int64_t>(i), static_cast<int64_t>(i) + 1));
}
/// Where in the bytes a position of the program, clamped to the text, is.
size_t offset_argument(NativeCall& call, size_t i, double otherwise) {
    Object* s = receiver(call);
    double position = number_or(call, i, otherwise);
    if (position >= static_cast<double>(length(s))) return vm::string_view_of(s).size();
    return vm::utf16_offset(s, position > 0 ? static_cast<uint64_t>(position) : 0);
}
NativeAction index_of(NativeCall& call) {
    std::string_view text = view(call);
    size_t found = text.find(text_argument(call, 1), offset_argument(call, 2, 0));
    return give_int(call, found == std::string_view::npos ? -1 : units(text.substr(0, found)));
}
NativeAction last_index_of(NativeCall& call) {
    std::string_view text = view(call);
    size_t found = text.rfind(text_argument(call, 1), offset_argument(call, 2, INFINITY));
    return give_int(call, found == std::string_view::npos ? -1 : units(text.substr(0, found)));
}
NativeAction includes(NativeCall& call) {
    return give_boolean(call,
                        view(call).find(text_argument(call, 1), offset_argument(call, 2, 0)) != std::string_view::npos);
}
NativeAction starts_with(NativeCall& call) {
    return give_boolean(call, view(call).substr(offset_argument(call, 2, 0)).starts_with(text_argument(call, 1)));
}
NativeAction ends_with(NativeCall& call) {
    std::string_view text = view(call).substr(0, offset_argument(call, 2, INFINITY));
    return give_boolean(call, text.ends_with(text_argument(call, 1)));
}
NativeAction slice(NativeCall& call) {
    Object* s = receiver(call);
    return call.give_text(unit_slice(s, index_or(call, 1, 0, length(s)), index_or(call, 2, INFINITY, length(s))));
}
NativeAction substring(NativeCall& call) {
    Object* s = receiver(call);
    auto clamped = [&](size_t i, double otherwise) {
        double d = number_or(call, i, otherwise);
        return static_cast<int64_t>(std::clamp(d == d ? std::trunc(d) : 0.0, 0.0, static_cast<double>(length(s))));
    };
    int64_t a = clamped(1, 0), b = clamped(2, INFINITY);
    return call.give_text(unit_slice(s, std::min(a, b), std::max(a, b)));
}
template <bool kUpper>
NativeAction change_case(NativeCall& call) {
    return call.give_text(with_case(view(call), kUpper));
}
template <bool kStart, bool kEnd>
NativeAction trim(NativeCall& call) {
    std::string_view text = view(call);
    if (kStart)
        for (size_t next = 0; !text.empty(); text.remove_prefix(next), next = 0)
            if (uint32_t c = next_character(text, next); !is_white(c) && c != 0xfeff) break;
    while (kEnd && !text.empty()) {
        size_t begin = text.size() - 1;
        while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xc0) == 0x80) --begin;
        size_t next = begin;
        if (uint32_t c = next_character(text, next); !is_white(c) && c != 0xfeff) break;
        text.remove_suffix(text.size() - begin);
    }
    return call.give_text(text);
}
template <bool kStart>
NativeAction pad(NativeCall& call) {
    std::string_view text = view(call);
    auto width = static_cast<int64_t>(std::clamp(number_or(call, 1, 0), 0.0, static_cast<double>(kLongestText)));
    std::string padding = filler(units(text), width, is_missing(call, 2) ? " " : text_argument(call, 2));
    return call.give_text(kStart ? padding + std::string(text) : std::string(text) + padding);
}
NativeAction repeat(NativeCall& call) {
    std::string_view text = view(call);
    double count = std::trunc(number_or(call, 1, 0));
    if (!(count >= 0) || count * static_cast<double>(text.size()) > static_cast<double>(kLongestText))
        return call.throw_error(WellKnown::RangeError, "Invalid count value: " + vm::text_of(call.vm(), call.value(1)));
    std::string out;
    for (double i = 0; i < count && !text.empty(); ++i) out += text;
    return call.give_text(out);
}
NativeAction replace(NativeCall& call) {
    bool all = !is_missing(call, 3) && call.value(3).as_boolean();
    return call.give_text(replaced(view(call), text_argument(call, 1), text_argument(call, 2), all));
}
NativeAction split(NativeCall& call) {
    std::string_view text = view(call);
    Object* out = new_array(call);
    std::string separator = text_argument(call, 1);
    if (is_missing(call, 1)) {
        push_text(call, out, text);
    } else if (separator.empty()) {
        for (size_t begin = 0; begin < text.size();) {
            size_t end = begin;
            bool is_pair = next_character(text, end) >= 0x10000;  // its halves stand for nothing
            std::string_view unit = is_pair ? "\xef\xbf\xbd" : text.substr(begin, end - begin);
            for (int i = 0; i <= is_pair; ++i) push_text(call, out, unit);
            begin = end;
        }
    } else {
        for (;;) {
            size_t found = text.find(separator);
            push_text(call, out, text.substr(0, found));
            if (found == std::string_view::npos) break;
            text.remove_prefix(found + separator.size());
        }
    }
    return give_object(call, out);
}
NativeAction concat(NativeCall& call) {
    std::string out(view(call));
    Object* others = list_argument(call, 1);
    for (uint64_t i = 0; others && i < vm::list_count(others); ++i)
        out += vm::text_of(call.vm(), Value(element(others, i)));
    return call.give_text(out);
}
/// Unicode's normalization forms (UAX 15).
NativeAction normalize(NativeCall& call) {
    std::string form = is_missing(call, 1) ? "NFC" : text_argument(call, 1);
    int options = form == "NFC" || form == "NFKC"   ? UTF8PROC_COMPOSE
                  : form == "NFD" || form == "NFKD" ? UTF8PROC_DECOMPOSE
                                                    : 0;
    if (!options)
        return call.throw_error(WellKnown::RangeError, "The normalization form should be one of NFC, NFD, NFKC, NFKD.");
    if (form.find('K') != std::string::npos) options |= UTF8PROC_COMPAT;
    std::string text = text_argument(call, 0);
    utf8proc_uint8_t* made = nullptr;
    auto length =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                     &made, static_cast<utf8proc_option_t>(options | UTF8PROC_STABLE));
    std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(made, &std::free);
    if (length < 0) return call.throw_error(WellKnown::RangeError, utf8proc_errmsg(length));
    return call.give_text({reinterpret_cast<const char*>(made), static_cast<size_t>(length)});
}
/// (other, numeric, sensitivity)
NativeAction locale_compare(NativeCall& call) {
    std::string sensitivity = text_argument(call, 3);
    Strength strength = sensitivity == "base"     ? Strength::Base
                        : sensitivity == "accent" ? Strength::Accent
                        : sensitivity == "case"   ? Strength::Case
                                                  : Strength::Variant;
    return give_int(call, collated(view(call), text_argument(call, 1), call.value(2).as_boolean(), strength));
}
NativeAction to_string(NativeCall& call) { return call.give(word_of(receiver(call))); }
NativeAction from_char_code(NativeCall& call) {
    std::string out;
    Object* codes = list_argument(call, 0);
    uint32_t high = 0;
    for (uint64_t i = 0; codes && i < vm::list_count(codes); ++i) {
        double d = 0;
        vm::as_double(call.vm(), Value(element(codes, i)), d);
        uint32_t unit = static_cast<uint32_t>(static_cast<int64_t>(d)) & 0xffff;
        if (high && unit >= 0xdc00 && unit < 0xe000) {
            utf8::append(out, char32_t(0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00)));
            high = 0;
            continue;
        }
        if (high) utf8::append(out, char32_t(0xfffd));
        high = unit >= 0xd800 && unit < 0xdc00 ? unit : 0;
        if (!high) utf8::append(out, char32_t(unit >= 0xdc00 && unit < 0xe000 ? 0xfffd : unit));
    }
    if (high) utf8::append(out, char32_t(0xfffd));
    return call.give_text(out);
}

}  // namespace

void register_js_strings(vm::NativeRegistry& r) {
    const std::string p = "collections::String::";
    r.add(p + "charAt", char_at);
    r.add(p + "charCodeAt", char_code_at);
    r.add(p + "codePointAt", code_point_at);
    r.add(p + "at", at);
    r.add(p + "indexOf", index_of);
    r.add(p + "lastIndexOf", last_index_of);
    r.add(p + "includes", includes);
    r.add(p + "startsWith", starts_with);
    r.add(p + "endsWith", ends_with);
    r.add(p + "slice", slice);
    r.add(p + "substring", substring);
    r.add(p + "toUpperCase", change_case<true>);
    r.add(p + "toLowerCase", change_case<false>);
    r.add(p + "trim", trim<true, true>);
    r.add(p + "trimStart", trim<true, false>);
    r.add(p + "trimEnd", trim<false, true>);
    r.add(p + "padStart", pad<true>);
    r.add(p + "padEnd", pad<false>);
    r.add(p + "repeat", repeat);
    r.add(p + "replaceText", replace);
    r.add(p + "splitText", split);
    r.add(p + "normalize", normalize);
    r.add(p + "concat", concat);
    r.add(p + "compareTexts", locale_compare);
    r.add(p + "toString", to_string);
    r.add(p + "fromCharCode", from_char_code);
}

}  // namespace braid::natives
