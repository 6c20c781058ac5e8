#include <charconv>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "analyzer/text/utf8.h"
#include "interpreter/natives/js_support.h"
#include "interpreter/natives/natives.h"
#include "interpreter/natives/unicode.h"
#include "interpreter/runtime/promise.h"

// JSON.stringify and JSON.parse.
namespace braid::natives {

namespace {

constexpr int kDeepest = 2000;

void append_json_text(std::string_view text, std::string& out) {
    out += '"';
    for (char c : text) {
        switch (c) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            case '\b': out += "\\b"; break;
            case '\f': out += "\\f"; break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) out += fmt::format("\\u{:04x}", c);
                else out += c;
        }
    }
    out += '"';
}

class Writer {
  public:
    Writer(vm::Vm& vm, std::string indent) : vm_(vm), indent_(std::move(indent)) {}
    std::string out;
    std::string problem;

    /// False: the value has no JSON form (a function, undefined).
    bool write(Value v, int depth = 0) {
        if (v.is_null()) return out += "null", true;
        if (v.is_boolean()) return out += v.as_boolean() ? "true" : "false", true;
        int64_t whole;
        if (vm::as_integer(vm_, v, whole)) return out += std::to_string(whole), true;
        if (v.is_number()) {
            if (!std::isfinite(v.as_number())) out += "null";
            else vm::append_number(v.as_number(), out);
            return true;
        }
        if (v.is_character() || vm::is_string(vm_, v)) return append_json_text(vm::text_of(vm_, v), out), true;
        if (!v.is_pointer()) return false;
        Object* object = v.as_pointer<Object>();
        if (depth > kDeepest || !open_.insert(object).second) {
            problem =
                depth > kDeepest ? "the value is nested too deeply" : "a value that contains itself has no JSON form";
            return false;
        }
        bool written = compound(object, depth);
        open_.erase(object);
        return written;
    }

  private:
    bool compound(Object* object, int depth) {
        switch (vm_.kind_of(object)) {
            case ObjectKind::List: {
                begin('[');
                uint64_t n = vm::list_count(object);
                for (uint64_t i = 0; i < n; ++i) {
                    separate(i == 0, depth);
                    if (!write(Value(element(object, i)), depth + 1)) out += "null";
                }
                return end(']', n == 0, depth), true;
            }
            case ObjectKind::Instance: {
                begin('{');
                bool first = true;
                for (Name name : vm::shape_of(object)->names())
                    if (Word* slot = vm::find_property(object, name))
                        property(std::string(name.text()), *slot, first, depth);
                return end('}', first, depth), true;
            }
            case ObjectKind::Variant: {
                const auto& variant = *vm_.info_of(object).variant;
                if (variant.fields.empty()) return append_json_text(variant.name.text(), out), true;
                begin('{');
                bool first = true;
                property("type", vm_.string_word(variant.name.text()), first, depth);
                for (const auto& field : variant.fields)
                    property(std::string(field.name.text()), heap::load_slot(object->slots() + field.slot), first,
                             depth);
                return end('}', first, depth), true;
            }
            case ObjectKind::Map:
            case ObjectKind::Set:
            case ObjectKind::Native: return out += "{}", true;
            default: return false;
        }
    }
    void property(const std::string& name, Word word, bool& first, int depth) {
        size_t before = out.size();
        separate(first, depth);
        append_json_text(name, out);
        out += indent_.empty() ? ":" : ": ";
        if (write(Value(word), depth + 1)) first = false;
        else out.resize(before);
    }
    void begin(char c) { out += c; }
    void separate(bool first, int depth) {
        if (!first) out += ',';
        line(depth + 1);
    }
    void end(char c, bool empty, int depth) {
        if (!empty) line(depth);
        out += c;
    }

    void line(int depth) {
        if (indent_.empty()) return;
        out += '\n';
        for (int i = 0; i < depth; ++i) out += indent_;
    }

    vm::Vm& vm_;
    std::string indent_;
    std::set<Object*> open_;
};

NativeAction write(NativeCall& call) {
    Writer writer(call.vm(), text_argument(call, 1).substr(0, 10));
    bool written = writer.write(call.value(0));
    if (!writer.problem.empty()) return type_error(call, writer.problem);
    return written ? call.give_text(writer.out) : give_undefined(call);
}

/// Whether something in the value says itself how it is written.
NativeAction runs_code(NativeCall& call) {
    vm::Vm& vm = call.vm();
    Name method("toJSON");
    std::set<Object*> seen;
    std::vector<Word> todo{call.argument(0)};
    while (!todo.empty()) {
        Word word = todo.back();
        todo.pop_back();
        if (!Value::is_pointer(word)) continue;
        Object* object = vm::object_of(word);
        ObjectKind kind = vm.kind_of(object);
        if ((kind != ObjectKind::Instance && kind != ObjectKind::List) || !seen.insert(object).second) continue;
        if (kind == ObjectKind::List) {
            for (uint64_t i = 0; i < vm::list_count(object); ++i) todo.push_back(element(object, i));
            continue;
        }
        const vm::ClassDescriptor* klass = vm::class_of(vm, Value(word));
        if ((klass && klass->methods.count(method)) || vm::find_property(object, method))
            return give_boolean(call, true);
        for (Name name : vm::shape_of(object)->names()) todo.push_back(*vm::find_property(object, name));
    }
    return give_boolean(call, false);
}

class Reader {
  public:
    Reader(NativeCall& call, std::string_view text) : call_(call), text_(text) {}
    std::string problem;

    Word read() {
        Word word = value(0);
        skip();
        if (problem.empty() && at_ < text_.size()) fail("text after the value");
        return word;
    }

  private:
    void fail(std::string_view what) {
        if (problem.empty()) problem = fmt::format("{} at position {} of the JSON text", what, at_);
    }
    void skip() {
        while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
    }
    bool take(char c) {
        skip();
        if (at_ >= text_.size() || text_[at_] != c) return false;
        return ++at_, true;
    }
    bool word(std::string_view w) {
        if (text_.substr(at_, w.size()) != w) return false;
        return at_ += w.size(), true;
    }
    Word value(int depth) {
        Word undefined = Value::undefined().word();
        skip();
        if (depth > kDeepest) return fail("nesting too deep"), undefined;
        if (at_ >= text_.size()) return fail("unexpected end"), undefined;
        char c = text_[at_];
        if (c == '{') return object(depth);
        if (c == '[') return array(depth);
        if (c == '"') return call_.vm().string_word(text());
        if (word("true")) return Value::boolean(true).word();
        if (word("false")) return Value::boolean(false).word();
        if (word("null")) return Value::null().word();
        if (c == '-' || (c >= '0' && c <= '9')) {
            double number = 0;
            auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
            if (error != std::errc()) return fail("a malformed number"), undefined;
            at_ = static_cast<size_t>(end - text_.data());
            return Value::number(number).word();
        }
        return fail(fmt::format("unexpected `{}`", text_.substr(at_, 1))), undefined;
    }
    Word array(int depth) {
        ++at_;
        Object* list = new_array(call_);
        if (take(']')) return word_of(list);
        do {
            push(call_, list, value(depth + 1));
        } while (problem.empty() && take(','));
        if (problem.empty() && !take(']')) fail("a `,` or `]` is missing");
        return word_of(list);
    }
    Word object(int depth) {
        ++at_;
        vm::Vm& vm = call_.vm();
        Object* made = vm::new_instance(vm, vm.shapes().root(nullptr));
        if (take('}')) return word_of(made);
        do {
            skip();
            if (at_ >= text_.size() || text_[at_] != '"') fail("the name of a property is missing");
            if (!problem.empty()) break;
            std::string name = text();
            if (!take(':')) fail("a `:` is missing");
            if (!problem.empty()) break;
            vm::set_property(vm, made, Name(name), value(depth + 1));
        } while (problem.empty() && take(','));
        if (problem.empty() && !take('}')) fail("a `,` or `}` is missing");
        return word_of(made);
    }
    uint32_t four_digits() {
        uint32_t unit = 0;
        auto [end, error] =
            std::from_chars(text_.data() + at_, text_.data() + std::min(at_ + 4, text_.size()), unit, 16);
        if (error != std::errc() || end != text_.data() + at_ + 4) fail("a malformed \\u");
        at_ += 4;
        return unit;
    }
    std::string text() {
        ++at_;
        std::string out;
        while (problem.empty()) {
            if (at_ >= text_.size()) return fail("a text that does not end"), out;
            char c = text_[at_++];
            if (c == '"') return out;
            if (static_cast<unsigned char>(c) < 0x20) return fail("a control character in a text"), out;
            if (c != '\\') {
                out += c;
                continue;
            }
            char escape = at_ < text_.size() ? text_[at_++] : '\0';
            static constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
            if (size_t i = kFrom.find(escape); i != std::string_view::npos && escape) {
                out += kTo[i];
            } else if (escape == 'u') {
                uint32_t unit = four_digits();
                if (unit >= 0xd800 && unit < 0xdc00 && text_.substr(std::min(at_, text_.size()), 2) == "\\u") {
                    at_ += 2;
                    uint32_t low = four_digits();
                    unit = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
                } else if (unit >= 0xd800 && unit < 0xe000) {
                    unit = 0xfffd;
                }
                if (problem.empty()) utf8::append(out, char32_t(unit));
            } else {
                fail("an unknown escape");
            }
        }
        return out;
    }

    NativeCall& call_;
    std::string_view text_;
    size_t at_ = 0;
};

NativeAction parse(NativeCall& call) {
    std::string text = text_argument(call, 0);
    Reader reader(call, text);
    Word word = reader.read();
    if (!reader.problem.empty()) return call.raise(runtime::new_error_named(call, "SyntaxError", reader.problem));
    return call.give(word);
}

}  // namespace

void register_js_json(vm::NativeRegistry& r) {
    r.add("collections::JSON::write", write);
    r.add("collections::JSON::runsCode", runs_code);
    r.add("collections::JSON::read", parse);
}

}  // namespace braid::natives
