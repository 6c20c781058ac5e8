#include <set>
#include <vector>

#include "interpreter/natives/js_support.h"
#include "interpreter/natives/json_scanner.h"
#include "interpreter/natives/natives.h"
#include "interpreter/runtime/promise.h"

// JSON.stringify and JSON.parse.
namespace braid::natives {

namespace {

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
        if (depth > kDeepestJson || !open_.insert(object).second) {
            problem = depth > kDeepestJson ? "the value is nested too deeply"
                                           : "a value that contains itself has no JSON form";
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
        const auto names = vm::shape_of(object)->names();
        if (names.size() != vm::shape_of(object)->keys().size()) return give_boolean(call, true);  // accessors
        for (Name name : names) todo.push_back(*vm::find_property(object, name));
    }
    return give_boolean(call, false);
}

/// Builds values of the Boxed policy out of the tokens.
class Reader {
  public:
    Reader(NativeCall& call, std::string_view text) : call_(call), scanner_(text) {}
    const std::string& problem() const { return scanner_.problem(); }

    Word read() {
        Word word = value(0);
        scanner_.expect_end();
        return word;
    }

  private:
    Word value(int depth) {
        Word undefined = Value::undefined().word();
        if (depth > kDeepestJson) return scanner_.fail("nesting too deep"), undefined;
        char c = scanner_.peek();
        if (c == '{') return object(depth);
        if (c == '[') return array(depth);
        if (c == '"') return call_.vm().string_word(scanner_.text());
        if (scanner_.word("true")) return Value::boolean(true).word();
        if (scanner_.word("false")) return Value::boolean(false).word();
        if (scanner_.word("null")) return Value::null().word();
        if (c == '-' || (c >= '0' && c <= '9')) return Value::number(json_number(scanner_.number())).word();
        scanner_.skip_value(depth);  // says what is wrong
        return undefined;
    }
    Word array(int depth) {
        scanner_.take('[');
        Object* list = new_array(call_);
        if (scanner_.take(']')) return word_of(list);
        do {
            push(call_, list, value(depth + 1));
        } while (!scanner_.failed() && scanner_.take(','));
        if (!scanner_.failed() && !scanner_.take(']')) scanner_.fail("a `,` or `]` is missing");
        return word_of(list);
    }
    Word object(int depth) {
        scanner_.take('{');
        vm::Vm& vm = call_.vm();
        Object* made = vm::new_instance(vm, vm.shapes().root(nullptr));
        if (scanner_.take('}')) return word_of(made);
        do {
            if (scanner_.peek() != '"') scanner_.fail("the name of a property is missing");
            if (scanner_.failed()) break;
            std::string name = scanner_.text();
            if (!scanner_.failed() && !scanner_.take(':')) scanner_.fail("a `:` is missing");
            if (scanner_.failed()) break;
            vm::set_property(vm, made, Name(name), value(depth + 1));
        } while (!scanner_.failed() && scanner_.take(','));
        if (!scanner_.failed() && !scanner_.take('}')) scanner_.fail("a `,` or `}` is missing");
        return word_of(made);
    }

    NativeCall& call_;
    JsonScanner scanner_;
};

NativeAction parse(NativeCall& call) {
    std::string text = text_argument(call, 0);
    Reader reader(call, text);
    Word word = reader.read();
    if (!reader.problem().empty()) return call.raise(runtime::new_error_named(call, "SyntaxError", reader.problem()));
    return call.give(word);
}

}  // namespace

void register_js_json(vm::NativeRegistry& r) {
    r.add("collections::JSON::write", write);
    r.add("collections::JSON::runsCode", runs_code);
    r.add("collections::JSON::read", parse);
}

}  // namespace braid::natives
