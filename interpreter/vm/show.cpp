#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "analyzer/text/utf8.h"
#include "interpreter/vm/builtins.h"
#include "interpreter/vm/hash_table.h"
#include "interpreter/vm/native.h"
#include "interpreter/vm/runtime_state.h"
#include "interpreter/vm/structural.h"
#include "interpreter/vm/values.h"

// Showing values. One walk for both ways: values whose types have a `show` of the user's are met as holes; the plain
// way has none, the native "$show" fills them by calling the user's code and going on.
namespace braid::vm {

using bytecode::DescriptorKind;

void append_quoted(std::string_view text, std::string& out) {
    out += '"';
    for (char c : text) {
        switch (c) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\n': out += "\\n"; break;
            case '\t': out += "\\t"; break;
            case '\r': out += "\\r"; break;
            default: out += c;
        }
    }
    out += '"';
}

void append_float(double value, std::string& out, bool single) {
    if (std::isnan(value)) return void(out += "NaN");
    if (std::isinf(value)) return void(out += value < 0 ? "-inf" : "inf");
    double magnitude = std::fabs(value);
    char buffer[400];
    bool plain = magnitude == 0 || (magnitude >= 1e-5 && magnitude < 1e16);
    auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
    auto [end, error] = single ? std::to_chars(buffer, buffer + sizeof buffer, static_cast<float>(value), format)
                               : std::to_chars(buffer, buffer + sizeof buffer, value, format);
    std::string_view text(buffer, static_cast<size_t>(end - buffer));
    out += text;
    if (plain && text.find('.') == text.npos) out += ".0";
}

namespace {

constexpr int kMaxDepth = 200;

/// What is still to be shown, last first: text, or a value of a type.
struct Item {
    const TypeDescriptor* type = nullptr;
    Word word = 0;
    std::string text;
    bool nested = true;
    int depth = 0;
};

class Shower {
  public:
    Shower(Vm& vm, const TypeDescriptor& type, Word word, bool nested) : vm_(vm) {
        items_.push_back({&type, word, {}, nested, 0});
    }

    /// Goes on until all is shown (null) or a value of a type with user code is next: it is then taken off.
    std::optional<Item> run(std::string& out) {
        while (!items_.empty()) {
            Item item = std::move(items_.back());
            items_.pop_back();
            if (!item.type) {
                out += item.text;
                continue;
            }
            while (item.type->kind == DescriptorKind::Reference && item.word) {
                item.word = heap::load_slot(reinterpret_cast<const Word*>(static_cast<uintptr_t>(item.word)));
                item.type = item.type->element;
            }
            if (item.type->user_show && item.word) return item;
            show(item, out);
        }
        return std::nullopt;
    }

    std::vector<Item>& items() { return items_; }

  private:
    void show(const Item& item, std::string& out) {
        const TypeDescriptor& type = *item.type;
        Word w = item.word;
        if (type.repr == Repr::Boxed) return inspect_value(vm_, Value(w), out, item.nested);
        if (type.kind == DescriptorKind::Scalar) return scalar(type.repr, w, item.nested, out);
        if (!w) return void(out += "<moved>");
        if (item.depth > kMaxDepth) return void(out += "…");
        switch (type.kind) {
            case DescriptorKind::String:
                if (item.nested) append_quoted(string_view_of(w), out);
                else out += string_view_of(w);
                return;
            case DescriptorKind::Struct:
                return fields(type.is_tuple ? "" : base_name(type), type.fields, !type.is_tuple, item, out);
            case DescriptorKind::Enum: {
                uint64_t tag = variant_tag(object_of(w));
                if (tag >= type.variants.size()) return void(out += "<unknown variant>");
                const VariantDescriptor& v = type.variants[tag];
                if (v.fields.empty()) return void(out += v.name.text());
                return fields(std::string(v.name.text()), v.fields, v.named_fields, item, out);
            }
            case DescriptorKind::List:
            case DescriptorKind::Array: {
                std::vector<Item> parts;
                for (uint64_t i = 0; Word* element = list_element(object_of(w), i); ++i)
                    separate(parts),
                        parts.push_back({type.element, heap::load_slot(element), {}, true, item.depth + 1});
                out += '[';
                return push(std::move(parts), "]");
            }
            case DescriptorKind::Map:
            case DescriptorKind::Set: {
                std::vector<Item> parts;
                MapEntry entry;
                for (uint64_t i = 0; i < map_used(object_of(w)); ++i) {
                    if (!map_entry(object_of(w), i, entry)) continue;
                    separate(parts);
                    parts.push_back({type.key, entry.key, {}, true, item.depth + 1});
                    if (type.kind == DescriptorKind::Set) continue;
                    parts.push_back({nullptr, 0, ": "});
                    parts.push_back({type.element, entry.value, {}, true, item.depth + 1});
                }
                out += '{';
                return push(std::move(parts), "}");
            }
            case DescriptorKind::Union: {
                auto* member = reinterpret_cast<const TypeDescriptor*>(object_of(w)->slots()[kUnionType]);
                return void(items_.push_back(
                    {member, heap::load_slot(object_of(w)->slots() + kUnionValue), {}, item.nested, item.depth + 1}));
            }
            case DescriptorKind::Dyn: {
                auto* held = reinterpret_cast<const TypeDescriptor*>(object_of(w)->slots()[kDynType]);
                Word value = heap::load_slot(object_of(w)->slots() + kDynValue);
                if (object_of(w)->slots()[kDynIsReference])
                    value = heap::load_slot(reinterpret_cast<const Word*>(value));
                return void(items_.push_back({held, value, {}, item.nested, item.depth + 1}));
            }
            case DescriptorKind::Closure: return void(out += "<" + closure_function(object_of(w))->name + ">");
            default:
                if (type.ops && type.ops->deref) {  // a guard: what it guards
                    Word held = heap::load_slot(type.ops->deref(vm_, type, w));
                    return void(items_.push_back({type.arguments[0], held, {}, item.nested, item.depth + 1}));
                }
                if (type.ops && type.ops->show) type.ops->show(vm_, type, w, out);
                else out += "<" + type.name + ">";
        }
    }

    static std::string base_name(const TypeDescriptor& type) {
        return std::string(type.item == ItemId::None ? std::string_view(type.name) : braid::name_of(type.item).text());
    }
    static void separate(std::vector<Item>& parts) {
        if (!parts.empty()) parts.push_back({nullptr, 0, ", "});
    }
    void push(std::vector<Item> parts, const char* close) {
        items_.push_back({nullptr, 0, close});
        for (auto part = parts.rbegin(); part != parts.rend(); ++part) items_.push_back(std::move(*part));
    }
    void fields(std::string name, const std::vector<bytecode::FieldDescriptor>& fields, bool named, const Item& item,
                std::string& out) {
        if (fields.empty()) {  // written without braces, too
            out += name;
            return;
        }
        std::vector<Item> parts;
        for (const auto& field : fields) {
            separate(parts);
            if (named) parts.push_back({nullptr, 0, std::string(field.name.text()) + ": "});
            parts.push_back(
                {field.type, heap::load_slot(object_of(item.word)->slots() + field.slot), {}, true, item.depth + 1});
        }
        bool is_tuple_of_one = name.empty() && !named && fields.size() == 1;
        out += name + (named ? "{" : "(");
        push(std::move(parts), named ? "}" : is_tuple_of_one ? ",)" : ")");
    }

    static void scalar(Repr repr, Word w, bool nested, std::string& out) {
        switch (repr) {
            case Repr::Unit: out += "()"; break;
            case Repr::Bool: out += w ? "true" : "false"; break;
            case Repr::F64: append_float(word_double(w), out); break;
            case Repr::F32: append_float(word_double(w), out, true); break;
            case Repr::Char:
                if (nested) out += '\'';
                utf8::append(out, char32_t(w));
                if (nested) out += '\'';
                break;
            default:
                if (bytecode::is_signed(repr)) out += std::to_string(static_cast<int64_t>(w));
                else out += std::to_string(w);
        }
    }

    Vm& vm_;
    std::vector<Item> items_;
};

struct ShowState : NativeState {
    ShowState(Vm& vm, const TypeDescriptor& type, Word word) : shower(vm, type, word, false) {}
    void trace(heap::Marker& marker) override {
        for (const Item& item : shower.items()) marker.visit(item.word);
    }
    Shower shower;
    std::string out;
};

}  // namespace

void show_word(Vm& vm, const TypeDescriptor& type, Word word, std::string& out, bool nested) {
    Shower shower(vm, type, word, nested);
    while (auto hole = shower.run(out)) out += "<" + hole->type->name + ">";
}

/// "$show": the value → its string; calls users' `show` for the holes.
NativeAction show_native(NativeCall& call) {
    bool first = call.step() == 0;
    auto& state = call.state<ShowState>(call.vm(), call.argument_type(0), call.argument(0));
    if (Word shown = first ? 0 : call.result()) state.out += string_view_of(shown);
    auto hole = state.shower.run(state.out);
    if (!hole) return call.give_text(state.out);
    bool traced = bytecode::is_traced(hole->type->repr);
    Word self = word_of(call.vm().new_cell(traced, hole->word)->slots());
    return call.invoke(*hole->type->user_show, {&self, 1}, 1);
}

// --- formats: [[fill]align][sign][0][width][.precision][type] ---

namespace {
struct Format {
    char fill = ' ', align = 0, sign = 0, type = 0;
    int width = 0, precision = -1;
    bool zero = false, valid = true;
};

Format parse_format(std::string_view text) {
    Format f;
    size_t i = 0;
    auto is_align = [](char c) { return c == '<' || c == '>' || c == '^'; };
    if (text.size() > 1 && is_align(text[1])) f.fill = text[0], f.align = text[1], i = 2;
    else if (!text.empty() && is_align(text[0])) f.align = text[0], i = 1;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) f.sign = text[i++];
    if (i < text.size() && text[i] == '0') f.zero = true, ++i;
    auto number = [&] {
        int n = 0;
        while (i < text.size() && text[i] >= '0' && text[i] <= '9') n = std::min(n * 10 + (text[i++] - '0'), 10000);
        return n;
    };
    f.width = number();
    if (i < text.size() && text[i] == '.') ++i, f.precision = std::min(number(), 400);
    if (i < text.size()) f.type = text[i++];
    f.valid = i == text.size();
    return f;
}

size_t characters(std::string_view text) {
    size_t n = 0;
    for (char c : text) n += (c & 0xc0) != 0x80;
    return n;
}

void pad(std::string text, const Format& f, char natural, std::string& out) {
    size_t length = characters(text), width = static_cast<size_t>(f.width);
    if (length >= width) return void(out += text);
    size_t missing = width - length;
    if (f.zero && !f.align) {
        size_t sign = !text.empty() && (text[0] == '-' || text[0] == '+');
        out += text.substr(0, sign) + std::string(missing, '0') + text.substr(sign);
        return;
    }
    char align = f.align ? f.align : natural;
    size_t left = align == '<' ? 0 : align == '>' ? missing : missing / 2;
    out += std::string(left, f.fill) + text + std::string(missing - left, f.fill);
}
}  // namespace

void pad_text(std::string_view text, std::string_view format, std::string& out) {
    Format f = parse_format(format);
    if (!f.valid) return void(out += text);
    if (f.precision >= 0 && characters(text) > static_cast<size_t>(f.precision)) {
        size_t end = 0, seen = 0;
        for (; end < text.size(); ++end)
            if ((text[end] & 0xc0) != 0x80 && seen++ == static_cast<size_t>(f.precision)) break;
        text = text.substr(0, end);
    }
    f.zero = false;
    pad(std::string(text), f, '<', out);
}

void show_formatted(Vm& vm, const TypeDescriptor& type, Word word, std::string_view format, std::string& out) {
    const TypeDescriptor* t = &type;
    while (t->kind == DescriptorKind::Reference && word) {
        word = heap::load_slot(reinterpret_cast<const Word*>(static_cast<uintptr_t>(word)));
        t = t->element;
    }
    Repr repr = t->repr;
    if (repr == Repr::Boxed) {
        Value v(word);
        if (v.is_number()) repr = Repr::F64, word = double_word(v.as_number());
        else if (v.is_small_integer()) repr = Repr::I64, word = static_cast<Word>(v.as_small_integer());
    }
    Format f = parse_format(format);
    std::string text;
    if (f.valid && bytecode::is_float(repr) && (f.precision >= 0 || f.type == 'e')) {
        text = f.type == 'e' ? fmt::format("{:.{}e}", word_double(word), f.precision < 0 ? 6 : f.precision)
                             : fmt::format("{:.{}f}", word_double(word), f.precision);
    } else if (f.valid && bytecode::is_integer(repr) && f.type) {
        bool negative = bytecode::is_signed(repr) && static_cast<int64_t>(word) < 0;
        uint64_t magnitude = negative ? 0 - word : word;
        switch (f.type) {
            case 'x': text = fmt::format("{:x}", magnitude); break;
            case 'X': text = fmt::format("{:X}", magnitude); break;
            case 'b': text = fmt::format("{:b}", magnitude); break;
            case 'o': text = fmt::format("{:o}", magnitude); break;
            default: text = std::to_string(magnitude);
        }
        if (negative) text = "-" + text;
    } else {
        show_word(vm, *t, word, text);
    }
    bool number = bytecode::is_float(repr) || bytecode::is_integer(repr);
    if (!number) return pad_text(text, format, out);
    if (f.sign == '+' && text[0] != '-') text = "+" + text;
    pad(std::move(text), f, '>', out);
}

}  // namespace braid::vm
