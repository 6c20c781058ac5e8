#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>

#include "analyzer/text/utf8.h"
#include "interpreter/natives/natives.h"
#include "interpreter/natives/support.h"
#include "interpreter/natives/unicode.h"

// Altru's string and char.
namespace braid::natives {

namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
std::string_view trimmed(std::string_view s, bool front, bool back) {
    while (front && !s.empty() && is_space(s.front())) s.remove_prefix(1);
    while (back && !s.empty() && is_space(s.back())) s.remove_suffix(1);
    return s;
}

Object* strings(NativeCall& call, const std::vector<std::string_view>& parts) {
    Object* list = call.vm().new_list(Repr::Object, parts.size());
    for (std::string_view part : parts) call.vm().list_push(list, Repr::Object, call.vm().string_word(part));
    return list;
}

NativeAction len(NativeCall& call) { return call.give_integer(static_cast<int64_t>(text(call, 0).size())); }
NativeAction chars(NativeCall& call) {
    std::string_view s = text(call, 0);
    Object* list = call.vm().new_list(Repr::Char, s.size());
    for (size_t at = 0; at < s.size();) call.vm().list_push(list, Repr::Char, next_character(s, at));
    return call.give(word_of(list));
}
NativeAction bytes(NativeCall& call) {
    std::string_view s = text(call, 0);
    Object* list = call.vm().new_list(Repr::U8, s.size());
    for (char c : s) call.vm().list_push(list, Repr::U8, static_cast<unsigned char>(c));
    return call.give(word_of(list));
}
NativeAction lines(NativeCall& call) {
    std::string_view s = text(call, 0);
    std::vector<std::string_view> parts;
    while (!s.empty()) {
        size_t end = s.find('\n');
        std::string_view line = s.substr(0, end);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        parts.push_back(line);
        if (end == std::string_view::npos) break;
        s.remove_prefix(end + 1);
    }
    return call.give(word_of(strings(call, parts)));
}
NativeAction split(NativeCall& call) {
    std::string_view s = text(call, 0), separator = text(call, 1);
    std::vector<std::string_view> parts;
    if (separator.empty()) {
        for (size_t at = 0; at < s.size();) {
            size_t begin = at;
            next_character(s, at);
            parts.push_back(s.substr(begin, at - begin));
        }
        return call.give(word_of(strings(call, parts)));
    }
    for (;;) {
        size_t at = s.find(separator);
        parts.push_back(s.substr(0, at));
        if (at == std::string_view::npos) break;
        s.remove_prefix(at + separator.size());
    }
    return call.give(word_of(strings(call, parts)));
}
NativeAction split_whitespace(NativeCall& call) {
    std::string_view s = text(call, 0);
    std::vector<std::string_view> parts;
    for (;;) {
        s = trimmed(s, true, false);
        if (s.empty()) break;
        auto end = static_cast<size_t>(std::find_if(s.begin(), s.end(), is_space) - s.begin());
        parts.push_back(s.substr(0, end));
        s.remove_prefix(end);
    }
    return call.give(word_of(strings(call, parts)));
}
NativeAction split_once(NativeCall& call) {
    std::string_view s = text(call, 0), separator = text(call, 1);
    size_t at = s.find(separator);
    if (at == std::string_view::npos) return give_none(call);
    const vm::VariantDescriptor* some = vm::Vm::find_variant(call.result_type(), "Some");
    vm::Vm& vm = call.vm();
    return give_some(call, runtime::new_struct_of(
                               vm, *some->fields[0].type,
                               {vm.string_word(s.substr(0, at)), vm.string_word(s.substr(at + separator.size()))}));
}
template <bool kFront, bool kBack>
NativeAction trim(NativeCall& call) {
    return call.give_text(trimmed(text(call, 0), kFront, kBack));
}
NativeAction contains(NativeCall& call) {
    return call.give_bool(text(call, 0).find(text(call, 1)) != std::string_view::npos);
}
NativeAction starts_with(NativeCall& call) { return call.give_bool(text(call, 0).starts_with(text(call, 1))); }
NativeAction ends_with(NativeCall& call) { return call.give_bool(text(call, 0).ends_with(text(call, 1))); }
NativeAction strip_prefix(NativeCall& call) {
    std::string_view s = text(call, 0), part = text(call, 1);
    return s.starts_with(part) ? give_some(call, call.vm().string_word(s.substr(part.size()))) : give_none(call);
}
NativeAction strip_suffix(NativeCall& call) {
    std::string_view s = text(call, 0), part = text(call, 1);
    return s.ends_with(part) ? give_some(call, call.vm().string_word(s.substr(0, s.size() - part.size())))
                             : give_none(call);
}
NativeAction find(NativeCall& call) {
    size_t at = text(call, 0).find(text(call, 1));
    return at == std::string_view::npos ? give_none(call) : give_some(call, at);
}
NativeAction replace(NativeCall& call) {
    return call.give_text(replaced(text(call, 0), text(call, 1), text(call, 2), true));
}
template <bool kUpper>
NativeAction change_case(NativeCall& call) {
    return call.give_text(with_case(text(call, 0), kUpper));
}
NativeAction repeat(NativeCall& call) {
    std::string_view s = text(call, 0);
    int64_t count = integer(call, 1);
    if (count < 0) return call.panic("a text cannot be repeated a negative number of times");
    if (!s.empty() && static_cast<uint64_t>(count) > kLongestText / s.size())
        return call.panic("the text would be too long");
    std::string out;
    out.reserve(s.size() * static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i) out += s;
    return call.give_text(out);
}
NativeAction slice(NativeCall& call) {
    std::string_view s = text(call, 0);
    int64_t from = integer(call, 1), to = integer(call, 2), size = static_cast<int64_t>(s.size());
    if (from < 0 || to < from || to > size)
        return call.panic(fmt::format("slice {}..{} of a text of {} bytes", from, to, size));
    auto inside = [&](int64_t at) {
        return at < size && (static_cast<unsigned char>(s[static_cast<size_t>(at)]) & 0xc0) == 0x80;
    };
    if (inside(from) || inside(to)) return call.panic(fmt::format("slice {}..{} cuts a character in two", from, to));
    return call.give_text(s.substr(static_cast<size_t>(from), static_cast<size_t>(to - from)));
}
template <bool kStart>
NativeAction pad(NativeCall& call) {
    std::string_view s = text(call, 0), fill = text(call, 2);
    std::string padding = filler(count_characters(s), integer(call, 1), fill);
    return call.give_text(kStart ? padding + std::string(s) : std::string(s) + padding);
}
NativeAction reversed(NativeCall& call) {
    std::string_view s = text(call, 0);
    std::string out;
    std::vector<uint32_t> all;
    for (size_t at = 0; at < s.size();) all.push_back(next_character(s, at));
    for (size_t i = all.size(); i-- > 0;) utf8::append(out, char32_t(all[i]));
    return call.give_text(out);
}

/// The value of a text as this type; none: it is not one.
std::optional<Word> parsed(vm::Vm& vm, std::string_view s, const TypeDescriptor& type) {
    auto whole = [&](auto value) -> std::optional<Word> {
        std::string_view digits = s;
        if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);
        auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
        if constexpr (std::is_signed_v<decltype(value)>) return static_cast<Word>(int64_t{value});
        else return Word{value};
    };
    switch (type.repr) {
        case Repr::I8: return whole(int8_t{});
        case Repr::I16: return whole(int16_t{});
        case Repr::I32: return whole(int32_t{});
        case Repr::I64: return whole(int64_t{});
        case Repr::U8: return whole(uint8_t{});
        case Repr::U16: return whole(uint16_t{});
        case Repr::U32: return whole(uint32_t{});
        case Repr::U64: return whole(uint64_t{});
        case Repr::F32:
        case Repr::F64: {
            double value = 0;
            std::string_view digits = s;
            if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);
            auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
            if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
            return vm::double_word(type.repr == Repr::F32 ? double(float(value)) : value);
        }
        case Repr::Bool:
            if (s == "true") return 1;
            if (s == "false") return 0;
            return std::nullopt;
        case Repr::Char: {
            size_t at = 0;
            if (s.empty()) return std::nullopt;
            uint32_t c = next_character(s, at);
            if (at != s.size()) return std::nullopt;
            return c;
        }
        default: break;
    }
    if (type.kind == DescriptorKind::String) return vm.string_word(s);
    return std::nullopt;
}
NativeAction parse(NativeCall& call) {
    std::string_view s = text(call, 0);
    const vm::VariantDescriptor* ok = vm::Vm::find_variant(call.result_type(), "Ok");
    const TypeDescriptor& type = *ok->fields[0].type;
    if (auto word = parsed(call.vm(), s, type)) return give_ok(call, *word);
    std::string quoted;
    vm::append_quoted(s, quoted);
    return give_err(call, runtime::make_error(call.vm(), fmt::format("cannot read {} as {}", quoted, type.name)));
}

// --- char ---

template <bool (*kTest)(uint32_t)>
NativeAction test(NativeCall& call) {
    return call.give_bool(kTest(static_cast<uint32_t>(operand_word(call, 0))));
}
template <uint32_t (*kMap)(uint32_t)>
NativeAction map(NativeCall& call) {
    return call.give(kMap(static_cast<uint32_t>(operand_word(call, 0))));
}
NativeAction to_digit(NativeCall& call) {
    auto c = static_cast<uint32_t>(operand_word(call, 0));
    int64_t base = integer(call, 1), digit = 99;
    if (base < 2 || base > 36) return call.panic("the base of a digit is 2 to 36");
    if (c >= '0' && c <= '9') digit = c - '0';
    else if (c >= 'a' && c <= 'z') digit = c - 'a' + 10;
    else if (c >= 'A' && c <= 'Z') digit = c - 'A' + 10;
    return digit < base ? give_some(call, static_cast<Word>(digit)) : give_none(call);
}
NativeAction len_utf8(NativeCall& call) {
    uint64_t c = operand_word(call, 0);
    return call.give_integer(c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4);
}

}  // namespace

void register_text(vm::NativeRegistry& r) {
    for (std::string p : {"string::string::", "string::"}) {
        r.add(p + "len", len);
        r.add(p + "chars", chars);
        r.add(p + "bytes", bytes);
        r.add(p + "lines", lines);
        r.add(p + "split", split);
        r.add(p + "split_whitespace", split_whitespace);
        r.add(p + "split_once", split_once);
        r.add(p + "trim", trim<true, true>);
        r.add(p + "trim_start", trim<true, false>);
        r.add(p + "trim_end", trim<false, true>);
        r.add(p + "contains", contains);
        r.add(p + "starts_with", starts_with);
        r.add(p + "ends_with", ends_with);
        r.add(p + "strip_prefix", strip_prefix);
        r.add(p + "strip_suffix", strip_suffix);
        r.add(p + "find", find);
        r.add(p + "replace", replace);
        r.add(p + "to_upper", change_case<true>);
        r.add(p + "to_lower", change_case<false>);
        r.add(p + "repeat", repeat);
        r.add(p + "slice", slice);
        r.add(p + "pad_start", pad<true>);
        r.add(p + "pad_end", pad<false>);
        r.add(p + "parse", parse);
        r.add(p + "reversed", reversed);
    }
    for (std::string p : {"string::char::", "string::"}) {
        r.add(p + "is_alphabetic", test<is_letter>);
        r.add(p + "is_numeric", test<is_numeric>);
        r.add(p + "is_whitespace", test<is_white>);
        r.add(p + "is_uppercase", test<is_upper>);
        r.add(p + "is_lowercase", test<is_lower>);
        r.add(p + "to_uppercase", map<upper>);
        r.add(p + "to_lowercase", map<lower>);
        r.add(p + "to_digit", to_digit);
        r.add(p + "len_utf8", len_utf8);
    }
}

}  // namespace braid::natives
