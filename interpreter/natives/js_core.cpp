#include <chrono>
#include <cmath>
#include <cstdlib>
#include <unordered_map>

#include <fmt/format.h>

#include "interpreter/natives/js_support.h"
#include "interpreter/natives/natives.h"
#include "interpreter/runtime/promise.h"
#include "interpreter/vm/accessors.h"
#include "interpreter/vm/runtime_state.h"
#include "interpreter/vm/shapes.h"

// Velox's prelude, console, process, Object.
namespace braid::natives {

namespace {

std::string shown(NativeCall& call, bool line, uint64_t from = 0) {
    std::string out;
    Object* values = list_argument(call, 0);
    for (uint64_t i = from; values && i < vm::list_count(values); ++i) {
        if (i) out += ' ';
        vm::inspect_value(call.vm(), Value(element(values, i)), out);
    }
    if (line) out += '\n';
    return out;
}

/// One value where the console's format says how: as node's util.format does.
void append_formatted(NativeCall& call, char format, Value value, std::string& out) {
    vm::Vm& vm = call.vm();
    double number = 0;
    bool is_number = vm::as_double(vm, value, number);
    switch (format) {
        case 's': {
            bool simple = value.is_pointer() && vm.kind_of(value.as_pointer<Object>()) == ObjectKind::String;
            vm::inspect_value(vm, value, out, !simple && value.is_pointer());
            return;
        }
        case 'd':
        case 'i':
        case 'f': {
            std::string text = is_number ? std::string() : vm::text_of(vm, value);
            char* end = nullptr;
            if (!is_number) number = std::strtod(text.c_str(), &end);
            if (!is_number && (end == text.c_str() || (format == 'd' && *end))) number = std::nan("");
            if (format == 'i' && std::isfinite(number)) number = std::trunc(number);
            return vm::inspect_value(vm, Value::number(number), out);
        }
        case 'c': return;
        default: return vm::inspect_value(vm, value, out, true);
    }
}

/// `console.log("%s is %d", …)`: a text with places for the values behind it.
std::string formatted(NativeCall& call) {
    Object* values = list_argument(call, 0);
    uint64_t count = values ? vm::list_count(values) : 0;
    Object* format = count > 1 ? vm::as_object(call.vm(), Value(element(values, 0)), ObjectKind::String) : nullptr;
    if (!format || vm::string_view_of(format).find('%') == std::string_view::npos) return shown(call, true);
    std::string_view text = vm::string_view_of(format);
    std::string out;
    uint64_t next = 1;
    for (size_t i = 0; i < text.size(); ++i) {
        char sign = text[i] == '%' && i + 1 < text.size() ? text[i + 1] : '\0';
        bool place = sign && std::string_view("sdifoOjc").find(sign) != std::string_view::npos;
        if (sign == '%') out += text[i++];
        else if (place && next < count) append_formatted(call, text[++i], Value(element(values, next++)), out);
        else out += text[i];
    }
    return out + shown(call, true, next);
}
/// What the console writes: within `console.group` each line is indented.
std::string console_text(NativeCall& call) {
    std::string text = formatted(call);
    const runtime::Isolate* isolate = runtime::Run::of(call).isolate();
    if (!isolate || isolate->console_indent == 0) return text;
    std::string out, indent(isolate->console_indent, ' ');
    for (size_t begin = 0; begin < text.size();) {
        size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
        out += indent;
        out.append(text, begin, end - begin);
        begin = end;
    }
    return out;
}
NativeAction console_log(NativeCall& call) {
    call.vm().options().print(console_text(call));
    return give_undefined(call);
}
NativeAction console_indent(NativeCall& call) {
    size_t& indent = runtime::Run::of(call).isolate()->console_indent;
    double columns = number_or(call, 0, 0);
    indent = static_cast<size_t>(std::max(0.0, static_cast<double>(indent) + columns));
    return give_undefined(call);
}
NativeAction println(NativeCall& call) {
    call.vm().options().print(shown(call, true));
    return give_undefined(call);
}
NativeAction print(NativeCall& call) {
    call.vm().options().print(shown(call, false));
    return give_undefined(call);
}
NativeAction print_error(NativeCall& call) {
    call.vm().options().print_error(console_text(call));
    return give_undefined(call);
}

NativeAction to_text(NativeCall& call) {
    std::string out;
    vm::inspect_value(call.vm(), call.value(0), out);
    return call.give_text(out);
}

NativeAction program_arguments(NativeCall& call) {
    Object* list = new_array(call);
    for (const std::string& argument : runtime::Run::of(call).arguments()) push_text(call, list, argument);
    return give_object(call, list);
}
NativeAction exit(NativeCall& call) {
    if (call.step() == 0)
        runtime::Run::of(call).exit(static_cast<int>(static_cast<int64_t>(number_or(call, 0, 0)) & 0xff));
    return call.again(1);
}
NativeAction env(NativeCall& call) {
    const char* value = std::getenv(text_argument(call, 0).c_str());
    return value ? call.give_text(value) : give_undefined(call);
}
NativeAction now(NativeCall& call) { return give_double(call, static_cast<double>(call.scheduler().now()) / 1e6); }
NativeAction date_now(NativeCall& call) { return give_double(call, unix_milliseconds(call.scheduler())); }

// --- Object ---

/// Own properties in order, of whatever has some.
template <class F>
void each_property(NativeCall& call, Value value, F&& f) {
    vm::Vm& vm = call.vm();
    if (Object* instance = vm::as_object(vm, value, ObjectKind::Instance)) {
        for (Name name : vm::shape_of(instance)->names())
            if (Word* slot = vm::find_property(instance, name)) f(std::string(name.text()), *slot);
    } else if (Object* list = vm::as_object(vm, value, ObjectKind::List)) {
        for (uint64_t i = 0; i < vm::list_count(list); ++i) f(std::to_string(i), element(list, i));
    } else if (Object* variant = vm::as_object(vm, value, ObjectKind::Variant)) {
        for (const auto& field : vm.info_of(variant).variant->fields)
            f(std::string(field.name.text()), heap::load_slot(variant->slots() + field.slot));
    }
}
NativeAction keys(NativeCall& call) {
    Object* out = new_array(call);
    if (Object* instance = vm::as_object(call.vm(), call.value(0), ObjectKind::Instance))
        for (Name name : vm::shape_of(instance)->keys()) push_text(call, out, std::string(name.text()));
    else each_property(call, call.value(0), [&](const std::string& name, Word) { push_text(call, out, name); });
    return give_object(call, out);
}
enum class Part { Values, Entries };
template <Part kPart>
NativeAction properties(NativeCall& call) {
    Object* out = new_array(call);
    each_property(call, call.value(0), [&](const std::string& name, Word word) {
        if (kPart == Part::Values) push(call, out, word);
        else push(call, out, word_of(pair(call, call.vm().string_word(name), word)));
    });
    return give_object(call, out);
}
NativeAction delete_property(NativeCall& call) {
    Object* target = vm::as_object(call.vm(), call.value(0), ObjectKind::Instance);
    if (!target) return type_error(call, "only members of an object can be deleted");
    NativeAction action{};
    if (frozen(call, target, action)) return action;
    Name name(text_argument(call, 1));
    vm::remove_property(call.vm(), target, name);
    vm::remove_property(call.vm(), target, vm::accessor_name("get", name));
    vm::remove_property(call.vm(), target, vm::accessor_name("set", name));
    return give_boolean(call, true);
}
NativeAction has_accessors(NativeCall& call) {
    Object* object = vm::as_object(call.vm(), call.value(0), ObjectKind::Instance);
    return give_boolean(call, object && vm::shape_of(object)->has_accessors);
}
NativeAction copy_to(NativeCall& call) {
    Object* target = vm::as_object(call.vm(), call.value(0), ObjectKind::Instance);
    if (!target) return type_error(call, "the target is not an object");
    NativeAction action{};
    if (frozen(call, target, action)) return action;
    each_property(call, call.value(1),
                  [&](const std::string& name, Word word) { vm::set_property(call.vm(), target, Name(name), word); });
    return call.give_unit();
}

const vm::ClassDescriptor* class_value(NativeCall& call, size_t i) {
    Object* value = vm::as_object(call.vm(), call.value(i), ObjectKind::Class);
    return value ? reinterpret_cast<const vm::ClassDescriptor*>(value->slots()[0]) : nullptr;
}
/// (class, arguments): as `new` does, where the class is known only now.
NativeAction construct(NativeCall& call) {
    if (call.step() > 0) return call.give(call.traced(0));
    const vm::ClassDescriptor* klass = class_value(call, 0);
    if (!klass) return type_error(call, vm::describe_value(call.vm(), call.value(0)) + " is not a class");
    if (klass->constructor && klass->constructor->kind == bytecode::FunctionKind::Native)
        return type_error(call, "objects of " + klass->name + " are made by its name");
    call.traced(0) = word_of(vm::new_instance(call.vm(), vm::runtime_of(*klass).first_shape));
    if (!klass->constructor) return call.give(call.traced(0));
    std::vector<Word> words{call.traced(0)};
    Object* arguments = list_argument(call, 1);
    for (uint64_t i = 0; arguments && i < vm::list_count(arguments); ++i) words.push_back(element(arguments, i));
    return call.invoke(*klass->constructor, words, 1);
}
NativeAction is_instance(NativeCall& call) {
    const vm::ClassDescriptor* klass = class_value(call, 1);
    if (!klass) return type_error(call, vm::describe_value(call.vm(), call.value(1)) + " is not a class");
    const vm::ClassDescriptor* of = vm::class_of(call.vm(), call.value(0));
    while (of && of != klass) of = of->base;
    return give_boolean(call, of);
}

/// What a value holds directly.
template <class F>
void each_part(vm::Vm& vm, Object* object, F&& f) {
    switch (vm.kind_of(object)) {
        case ObjectKind::List:
            for (uint64_t i = 0; i < vm::list_count(object); ++i) f(element(object, i));
            break;
        case ObjectKind::Map:
        case ObjectKind::Set: {
            vm::MapEntry entry;
            for (uint64_t i = 0; i < vm::map_used(object); ++i)
                if (vm::map_entry(object, i, entry)) f(entry.key), f(entry.value);
            break;
        }
        case ObjectKind::Instance:
            for (Name name : vm::shape_of(object)->names())
                if (Word* slot = vm::find_property(object, name)) f(*slot);
            break;
        default: break;
    }
}
NativeAction freeze(NativeCall& call) {
    std::vector<Word> todo{call.argument(0)};
    while (!todo.empty()) {
        Word word = todo.back();
        todo.pop_back();
        if (!Value::is_pointer(word)) continue;
        Object* object = vm::object_of(word);
        ObjectKind kind = call.vm().kind_of(object);
        bool holds = kind == ObjectKind::List || kind == ObjectKind::Map || kind == ObjectKind::Set ||
                     kind == ObjectKind::Instance;
        if (!holds || (object->set_flags(vm::FlagFrozen) & vm::FlagFrozen)) continue;
        each_part(call.vm(), object, [&](Word part) { todo.push_back(part); });
    }
    return call.give(call.argument(0));
}
NativeAction is_frozen(NativeCall& call) {
    if (!call.value(0).is_pointer()) return give_boolean(call, true);
    Object* object = call.object(0);
    bool immutable = call.vm().kind_of(object) == ObjectKind::String;
    return give_boolean(call, immutable || (object->flags() & vm::FlagFrozen));
}

/// Shells first, then their contents: cycles and shared parts keep their form, and nesting needs no stack.
NativeAction structured_clone(NativeCall& call) {
    vm::Vm& vm = call.vm();
    std::unordered_map<Word, Word> copies;
    std::vector<Word> todo;
    bool failed = false;
    auto copy = [&](Word word) -> Word {
        if (!Value::is_pointer(word)) return word;
        if (auto known = copies.find(word); known != copies.end()) return known->second;
        Object* object = vm::object_of(word);
        Object* fresh = object;
        switch (vm.kind_of(object)) {
            case ObjectKind::List: fresh = vm.new_list(Repr::Boxed, vm::list_count(object)); break;
            case ObjectKind::Map: fresh = vm::new_map(vm, Repr::Boxed, Repr::Boxed); break;
            case ObjectKind::Set: fresh = vm::new_set(vm, Repr::Boxed); break;
            case ObjectKind::Instance:
                fresh = vm::new_instance(vm, vm.shapes().root(vm::shape_of(object)->klass));
                break;
            case ObjectKind::Closure:
            case ObjectKind::BoundCall:
            case ObjectKind::Native: failed = true; break;
            default: break;
        }
        copies.emplace(word, word_of(fresh));
        if (fresh != object) todo.push_back(word);
        return word_of(fresh);
    };
    Word result = copy(call.argument(0));
    while (!todo.empty() && !failed) {
        Object* from = vm::object_of(todo.back());
        Object* to = vm::object_of(copies[todo.back()]);
        todo.pop_back();
        vm::MapEntry entry;
        switch (vm.kind_of(from)) {
            case ObjectKind::List:
                for (uint64_t i = 0; i < vm::list_count(from); ++i) push(call, to, copy(element(from, i)));
                break;
            case ObjectKind::Instance:
                for (Name name : vm::shape_of(from)->names())
                    vm::set_property(vm, to, name, copy(*vm::find_property(from, name)));
                break;
            default:
                for (uint64_t i = 0; i < vm::map_used(from); ++i)
                    if (vm::map_entry(from, i, entry))
                        vm::map_insert(vm, to, nullptr, copy(entry.key), copy(entry.value));
        }
    }
    return failed ? type_error(call, "a function, promise or handle cannot be cloned") : call.give(result);
}

}  // namespace

void register_js_core(vm::NativeRegistry& r) {
    r.add("core::println", [](NativeCall& call) {
        return call.function().policy == bytecode::SlotPolicy::Boxed ? println(call) : altru_println(call);
    });
    r.add("core::print", [](NativeCall& call) {
        return call.function().policy == bytecode::SlotPolicy::Boxed ? print(call) : altru_print(call);
    });
    r.add("core::string", to_text);
    r.add("core::programArguments", program_arguments);
    r.add("core::structuredClone", structured_clone);
    r.add("core::console::indent", console_indent);
    for (const char* name : {"log", "info", "debug"}) r.add(std::string("core::console::") + name, console_log);
    for (const char* name : {"warn", "error"}) r.add(std::string("core::console::") + name, print_error);
    r.add("core::process::exit", exit);
    r.add("core::process::env", env);
    r.add("core::process::now", now);
    r.add("dates::Date::now", date_now);
    r.add("core::Reflect::deleteProperty", delete_property);
    r.add("core::Reflect::construct", {construct, 1});
    r.add("core::Reflect::isInstance", is_instance);
    r.add("collections::Object::keys", keys);
    r.add("collections::Object::ownValues", properties<Part::Values>);
    r.add("collections::Object::ownEntries", properties<Part::Entries>);
    r.add("collections::Object::hasAccessors", has_accessors);
    r.add("collections::Object::copyTo", copy_to);
    r.add("collections::Object::freeze", freeze);
    r.add("collections::Object::isFrozen", is_frozen);
}

}  // namespace braid::natives
