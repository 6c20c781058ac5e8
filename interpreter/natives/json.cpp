#include <algorithm>

#include <fmt/format.h>

#include "analyzer/text/utf8.h"
#include "interpreter/natives/json_scanner.h"
#include "interpreter/natives/json_values.h"
#include "interpreter/natives/natives.h"
#include "interpreter/natives/support.h"
#include "interpreter/vm/hash_table.h"

// Altru's `json`: any value to JSON, as its type says; json_reader.cpp is the other way.
namespace braid::natives {

namespace {

using bytecode::FieldDescriptor;
using vm::VariantDescriptor;

class Writer {
  public:
    Writer(vm::Vm& vm, int indent) : vm_(vm), indent_(indent) {}
    std::string out;
    std::string problem;

    void write(const TypeDescriptor& type, Word word, int depth = 0) {
        if (!problem.empty()) return;
        if (depth > kDeepestJson) {
            problem = "the value is nested too deeply for JSON";
            return;
        }
        switch (type.kind) {
            case DescriptorKind::Scalar: return scalar(type.repr, word);
            case DescriptorKind::String: return append_json_text(vm::string_view_of(word), out);
            case DescriptorKind::Reference: return write(*type.element, heap::load_slot_acquire(place(word)), depth);
            case DescriptorKind::Struct: return type.is_tuple ? tuple(type, word, depth) : structure(type, word, depth);
            case DescriptorKind::Enum: return variant(type, word, depth);
            case DescriptorKind::List:
            case DescriptorKind::Array: return list(type, word, depth);
            case DescriptorKind::Map:
            case DescriptorKind::Set: return map(type, word, depth);
            case DescriptorKind::Union: {
                const auto* slots = vm::object_of(word)->slots();
                return write(*descriptor(slots[vm::kUnionType]), heap::load_slot_acquire(slots + vm::kUnionValue),
                             depth);
            }
            case DescriptorKind::Dyn: {
                const auto* slots = vm::object_of(word)->slots();
                Word inner = heap::load_slot_acquire(slots + vm::kDynValue);
                if (slots[vm::kDynIsReference]) inner = heap::load_slot_acquire(place(inner));
                return write(*descriptor(slots[vm::kDynType]), inner, depth);
            }
            default:
                if (type.native_name != "core::error")
                    problem = fmt::format("a value of type {} has no JSON form", type.name);
                else shown(type, word);
        }
    }

  private:
    static const Word* place(Word word) { return reinterpret_cast<const Word*>(static_cast<uintptr_t>(word)); }
    static const TypeDescriptor* descriptor(Word word) {
        return reinterpret_cast<const TypeDescriptor*>(static_cast<uintptr_t>(word));
    }

    void scalar(Repr repr, Word word) {
        if (repr == Repr::Unit) out += "null";
        else if (repr == Repr::Bool) out += word ? "true" : "false";
        else if (repr == Repr::Char) append_json_text(utf8::encode(static_cast<char32_t>(word)), out);
        else if (repr == Repr::F32) append_json_number(static_cast<float>(vm::word_double(word)), out);
        else if (repr == Repr::F64) append_json_number(vm::word_double(word), out);
        else if (bytecode::is_signed(repr)) out += std::to_string(static_cast<int64_t>(word));
        else out += std::to_string(word);
    }
    void shown(const TypeDescriptor& type, Word word) {
        std::string text;
        vm::show_word(vm_, type, word, text);
        append_json_text(text, out);
    }

    void begin(char c) { out += c; }
    void separate(bool& first, int depth) {
        if (!std::exchange(first, false)) out += ',';
        line(depth + 1);
    }
    void end(char c, bool empty, int depth) {
        if (!empty) line(depth);
        out += c;
    }
    void line(int depth) {
        if (indent_ <= 0) return;
        out += '\n';
        out.append(static_cast<size_t>(indent_) * static_cast<size_t>(depth), ' ');
    }
    void name(std::string_view text) {
        append_json_text(text, out);
        out += indent_ > 0 ? ": " : ":";
    }

    void tuple(const TypeDescriptor& type, Word word, int depth) {
        if (type.fields.empty()) {
            out += "null";
            return;
        }
        elements(type.fields, vm::object_of(word), depth);
    }
    void elements(const std::vector<FieldDescriptor>& fields, Object* object, int depth) {
        begin('[');
        bool first = true;
        for (const FieldDescriptor& field : fields) {
            separate(first, depth);
            write(*field.type, heap::load_slot_acquire(object->slots() + field.slot), depth + 1);
        }
        end(']', first, depth);
    }
    void members(const std::vector<FieldDescriptor>& fields, Object* object, int depth) {
        begin('{');
        bool first = true;
        for (const FieldDescriptor& field : fields) {
            separate(first, depth);
            name(field.name.text());
            write(*field.type, heap::load_slot_acquire(object->slots() + field.slot), depth + 1);
        }
        end('}', first, depth);
    }
    void structure(const TypeDescriptor& type, Word word, int depth) {
        if (type.repr == Repr::Unit || word == 0) out += "{}";
        else members(type.fields, vm::object_of(word), depth);
    }
    void variant(const TypeDescriptor& type, Word word, int depth) {
        Object* object = vm::object_of(word);
        const VariantDescriptor& chosen = type.variants[vm::variant_tag(object)];
        bool plain = forms_.of(type) != EnumForm::Tagged;
        if (chosen.fields.empty()) {
            if (plain) out += "null";
            else append_json_text(chosen.name.text(), out);
            return;
        }
        auto payload = [&](int inner) {
            if (chosen.named_fields) return members(chosen.fields, object, inner);
            if (chosen.fields.size() > 1) return elements(chosen.fields, object, inner);
            const FieldDescriptor& field = chosen.fields[0];
            write(*field.type, heap::load_slot_acquire(object->slots() + field.slot), inner + 1);
        };
        if (plain) return payload(depth);
        begin('{');
        line(depth + 1);
        name(chosen.name.text());
        payload(depth + 1);
        end('}', false, depth);
    }
    void list(const TypeDescriptor& type, Word word, int depth) {
        Object* object = vm::object_of(word);
        begin('[');
        bool first = true;
        for (uint64_t i = 0; Word* slot = vm::list_element(object, i); ++i) {
            separate(first, depth);
            write(*type.element, heap::load_slot_acquire(slot), depth + 1);
        }
        end(']', first, depth);
    }
    void map(const TypeDescriptor& type, Word word, int depth) {
        Object* object = vm::object_of(word);
        bool is_set = type.kind == DescriptorKind::Set, first = true;
        begin(is_set ? '[' : '{');
        vm::MapEntry entry;
        for (uint64_t i = 0; i < vm::map_used(object); ++i) {
            if (!vm::map_entry(object, i, entry)) continue;
            separate(first, depth);
            if (is_set) {
                write(*type.key, entry.key, depth + 1);
                continue;
            }
            std::string key;
            vm::show_word(vm_, *type.key, entry.key, key);
            name(key);
            write(*type.element, entry.value, depth + 1);
        }
        end(is_set ? ']' : '}', first, depth);
    }

    vm::Vm& vm_;
    int indent_;
    EnumForms forms_;
};

/// The structs of a value whose `inv` is still to be checked; all of them are parts of what traced(0) holds.
struct Unchecked : vm::NativeState {
    std::vector<MadeStruct> made;
    size_t next = 0;
};

/// (text): `parse` to `json::Value`, `decode` to any type.
NativeAction decode(NativeCall& call) {
    if (call.step() == 0) {
        std::string content(text(call, 0));
        const TypeDescriptor& type = *vm::Vm::find_variant(call.result_type(), "Ok")->fields[0].type;
        std::vector<MadeStruct> made;
        auto word = read_json(call.vm(), content, type, made);
        if (!word) return give_err(call, runtime::make_error(call.vm(), word.error()));
        if (made.empty()) return give_ok(call, *word);
        call.traced(0) = *word;
        call.state<Unchecked>().made = std::move(made);
    }
    auto& unchecked = call.state<Unchecked>();
    if (unchecked.next == unchecked.made.size()) return give_ok(call, call.traced(0));
    MadeStruct& part = unchecked.made[unchecked.next++];
    return call.invoke(*part.invariant, {{vm::word_of(&part.object)}}, 1);
}

NativeAction give_written(NativeCall& call, int indent) {
    if (call.step() == 1) return call.give(call.traced(0));
    Writer writer(call.vm(), indent);
    writer.write(call.argument_type(0), call.argument(0));
    if (!writer.problem.empty()) return call.panic(writer.problem);
    call.traced(0) = call.vm().string_word(writer.out);
    return call.drop(call.argument(0), call.argument_type(0), 1);
}
NativeAction stringify(NativeCall& call) { return give_written(call, 0); }
NativeAction stringify_pretty(NativeCall& call) {
    return give_written(call, static_cast<int>(std::clamp<int64_t>(integer(call, 1), 0, 16)));
}

/// `Response::json`.
NativeAction response_of(NativeCall& call) {
    if (call.step() == 1) return call.give(call.traced(0));
    vm::Vm& vm = call.vm();
    auto value = operand(call, 0);
    int64_t status = 200;
    Writer writer(vm, 0);
    if (value.type->kind == DescriptorKind::Enum && qualified_name(value.type->item) == "core::Result") {
        Object* result = vm::object_of(value.word);
        const VariantDescriptor& chosen = value.type->variants[vm::variant_tag(result)];
        const FieldDescriptor& payload = chosen.fields[0];
        bool failed = chosen.name.text() == "Err";
        if (failed) {
            status = 500;
            writer.out += "{\"error\":";
        }
        writer.write(*payload.type, heap::load_slot_acquire(result->slots() + payload.slot));
        if (failed) writer.out += '}';
    } else {
        writer.write(*value.type, value.word);
    }
    if (!writer.problem.empty()) return call.panic(writer.problem);
    Object* response = vm.new_struct(call.result_type());
    for (const FieldDescriptor& field : call.result_type().fields) {
        Word& slot = response->slots()[field.slot];
        if (field.name.text() == "status_code") {
            slot = static_cast<Word>(status);
        } else if (field.name.text() == "headers") {
            Object* headers = vm::new_map(vm, field.type->key->repr, field.type->element->repr);
            vm::map_insert(vm, headers, field.type->key, vm.string_word("content-type"),
                           vm.string_word("application/json"));
            slot = word_of(headers);
        } else {
            slot = vm.string_word(writer.out);
        }
    }
    call.traced(0) = word_of(response);
    return call.drop(call.argument(0), call.argument_type(0), 1);
}

}  // namespace

void register_json(vm::NativeRegistry& r) {
    r.add("json::parse", {decode, 1});
    r.add("json::decode", {decode, 1});
    r.add("http::Response::json", {response_of, 1});
    r.add("json::stringify", {stringify, 1});
    r.add("json::stringify_pretty", {stringify_pretty, 1});
}

}  // namespace braid::natives
