#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "interpreter/vm/accessors.h"
#include "interpreter/vm/hash_table.h"
#include "interpreter/vm/interpreter.h"
#include "interpreter/vm/match_list.h"
#include "interpreter/vm/shapes.h"
#include "interpreter/vm/structural.h"
#include "interpreter/vm/values.h"

// Properties, elements and methods of the Boxed policy.
namespace braid::vm {

using bytecode::WellKnown;

const Function* Interpreter::find_method(Value receiver, Name name, InlineCache& cache) {
    const void* key = method_key(vm_, receiver);
    if (key)
        if (const void* target = cache.find(key)) return static_cast<const Function*>(target);
    // An own property goes before a method.
    if (Object* object = as_object(vm_, receiver, ObjectKind::Instance))
        if (shape_of(object)->find(name) != Shape::kMissing) return nullptr;
    const ClassDescriptor* klass = class_of(vm_, receiver);
    if (!klass) return nullptr;
    auto found = klass->methods.find(name);
    if (found == klass->methods.end()) return nullptr;
    if (key) cache.fill(key, found->second);
    return found->second;
}

Interpreter::Property Interpreter::get_property(Value object, Name name, InlineCache& cache, Word& out,
                                                std::string& message) {
    Object* instance = as_object(vm_, object, ObjectKind::Instance);
    if (!instance) return get_builtin_property(object, name, out, message);
    const Shape* shape = shape_of(instance);
    Object* slots = object_of(heap::load_slot_acquire(instance->slots() + kInstanceSlots));
    uint32_t slot = shape->find(name);
    if (slot != Shape::kMissing && slot < slots->length()) {
        if (!cache.find(shape)) cache.fill(shape, InlineCache::target_of(slot));
        return out = heap::load_slot_acquire(slots->elements() + slot), Property::Found;
    }
    return get_builtin_property(object, name, out, message);
}

/// What is no own property: getters, methods as values, lengths and sizes, statics' classes.
Interpreter::Property Interpreter::get_builtin_property(Value object, Name name, Word& out, std::string& message) {
    std::string_view text = name.text();
    if (object.is_null() || object.is_undefined() || object.is_empty()) {
        message = fmt::format("Cannot read properties of {} (reading '{}')", describe_value(vm_, object), text);
        return Property::Failed;
    }
    Object* list = as_object(vm_, object, ObjectKind::List);
    if (list && list->layout() != vm_.runtime().layouts.list)
        if (Object* members = as_object(vm_, Value(list->slots()[kMatchMembers]), ObjectKind::Instance))
            if (Word* member = find_property(members, name)) return out = heap::load_slot(member), Property::Found;
    if (object.is_pointer() && (text == "length" || text == "size")) {
        auto* o = object.as_pointer<Object>();
        int64_t length = -1;
        switch (vm_.kind_of(o)) {
            case ObjectKind::List: length = static_cast<int64_t>(list_count(o)); break;
            case ObjectKind::String: length = static_cast<int64_t>(utf16_length(o)); break;
            case ObjectKind::Map:
            case ObjectKind::Set: length = static_cast<int64_t>(map_count(o)); break;
            default: break;
        }
        // A number unless an int is wanted (the unboxing place converts).
        if (length >= 0) return out = Value::number(static_cast<double>(length)).word(), Property::Found;
    }
    Object* instance = as_object(vm_, object, ObjectKind::Instance);
    if (instance && shape_of(instance)->has_accessors)
        if (Word* getter = find_property(instance, accessor_name("get", name)))
            return out = heap::load_slot(getter), Property::Accessor;
    if (const ClassDescriptor* klass = class_of(vm_, object)) {
        if (auto getter = klass->getters.find(name); getter != klass->getters.end())
            return out = word_of(getter->second), Property::Getter;
        if (auto method = klass->methods.find(name); method != klass->methods.end()) {
            // A method as a value keeps its receiver.
            Object* bound = vm_.new_closure(vm_.method_value());
            bound->slots()[kClosureFirst] = linked(*method->second).shared_closure;
            bound->slots()[kClosureFirst + 1] = object.word();
            return out = word_of(bound), Property::Found;
        }
    }
    if (instance && text == "constructor" && shape_of(instance)->klass)
        return out = runtime_of(*shape_of(instance)->klass).value, Property::Found;
    if (Object* variant = as_object(vm_, object, ObjectKind::Variant)) {
        const LayoutInfo& info = vm_.info_of(variant);
        for (const auto& field : info.variant->fields)
            if (field.name == name) return out = heap::load_slot(variant->slots() + field.slot), Property::Found;
    }
    if (Object* klass = as_object(vm_, object, ObjectKind::Class); klass && text == "name")
        return out = vm_.string_word(reinterpret_cast<const ClassDescriptor*>(klass->slots()[0])->name),
               Property::Found;
    out = Value::undefined().word();
    return Property::Found;
}

/// `xs.length = n`
Interpreter::Property Interpreter::set_length(Object* list, Word value, std::string& message) {
    constexpr double kLongest = 1 << 28;
    double length = -1;
    bool is_whole = as_double(vm_, Value(value), length) && length == std::trunc(length);
    if (!is_whole || length < 0 || length > kLongest) return message = "Invalid array length", Property::Failed;
    auto wanted = static_cast<uint64_t>(length);
    for (uint64_t last = list_count(list); last-- > wanted;)
        if (Word* element = list_element(list, last)) heap::store_traced(element, Value::undefined().word());
    if (list_count(list) > wanted) heap::store_slot(list->slots() + kListCount, wanted);
    while (list_count(list) < wanted) vm_.list_push(list, Repr::Boxed, Value::undefined().word());
    return Property::Found;
}

Interpreter::Property Interpreter::set_property(Value object, Name name, Word value, InlineCache& cache,
                                                std::string& message, const Function*& setter, Word& accessor) {
    Object* instance = as_object(vm_, object, ObjectKind::Instance);
    Object* list = as_object(vm_, object, ObjectKind::List);
    if (list && name.text() == "length" && !(list->flags() & FlagFrozen)) return set_length(list, value, message);
    if (!instance) {
        message = fmt::format("Cannot set properties of {} (setting '{}')", describe_value(vm_, object), name.text());
        return Property::Failed;
    }
    if (instance->flags() & FlagFrozen) return message = "the object is frozen", Property::Failed;
    const Shape* shape = shape_of(instance);
    uint32_t slot = shape->find(name);
    if (slot == Shape::kMissing && shape->klass) {
        auto found = shape->klass->setters.find(name);
        if (found != shape->klass->setters.end()) return setter = found->second, Property::Getter;
    }
    if (slot == Shape::kMissing && shape->has_accessors) {
        if (Word* found = find_property(instance, accessor_name("set", name)))
            return accessor = heap::load_slot(found), Property::Accessor;
        if (find_property(instance, accessor_name("get", name)))
            return message = "'" + std::string(name.text()) + "' has a getter only", Property::Failed;
    }
    vm::set_property(vm_, instance, name, value);
    if (slot != Shape::kMissing && !cache.find(shape)) cache.fill(shape, InlineCache::target_of(slot));
    return Property::Found;
}

namespace {
/// The index a value means: an integer, a number without fraction, or the text of one (`Object.keys` of an array).
bool as_index(Vm& vm, Value v, int64_t& out) {
    if (as_integer(vm, v, out)) return true;
    if (is_string(vm, v)) {
        std::string text = text_of(vm, v);
        auto read = std::from_chars(text.data(), text.data() + text.size(), out);
        bool is_canonical = text == "0" || (!text.empty() && text[0] != '0' && text[0] != '-');
        return is_canonical && read.ec == std::errc() && read.ptr == text.data() + text.size();
    }
    if (!v.is_number() || v.as_number() != std::trunc(v.as_number()) || std::fabs(v.as_number()) > 9e15) return false;
    return out = static_cast<int64_t>(v.as_number()), true;
}
std::string out_of_range(int64_t index, uint64_t length) {
    return "index " + std::to_string(index) + " is out of range: the length is " + std::to_string(length);
}
}  // namespace

bool Interpreter::runs_code(Value object) {
    Object* instance = as_object(vm_, object, ObjectKind::Instance);
    if (!instance) return false;
    const Shape* shape = shape_of(instance);
    return shape->has_accessors || (shape->klass && !(shape->klass->getters.empty() && shape->klass->setters.empty()));
}

bool Interpreter::get_element(Value object, Value index, Word& out, WellKnown& klass, std::string& message) {
    int64_t i;
    if (Object* list = as_object(vm_, object, ObjectKind::List)) {
        if (!as_index(vm_, index, i)) {
            if (is_string(vm_, index))  // a member by its name: a method
                return get_builtin_property(object, Name(text_of(vm_, index)), out, message) != Property::Failed;
            return message = "an array index is a number, found " + describe_value(vm_, index), false;
        }
        Word* element = list_element(list, static_cast<uint64_t>(i));
        if (!element) return klass = WellKnown::RangeError, message = out_of_range(i, list_count(list)), false;
        return out = heap::load_slot_acquire(element), true;
    }
    if (Object* text = as_object(vm_, object, ObjectKind::String)) {
        if (!as_index(vm_, index, i))
            return message = "a string index is a number, found " + describe_value(vm_, index), false;
        uint64_t length = utf16_length(text);
        if (i < 0 || static_cast<uint64_t>(i) >= length)
            return klass = WellKnown::RangeError, message = out_of_range(i, length), false;
        size_t from = utf16_offset(text, static_cast<uint64_t>(i)),
               to = utf16_offset(text, static_cast<uint64_t>(i) + 1);
        return out = vm_.string_word(string_view_of(text).substr(from, to - from)), true;
    }
    if (Object* instance = as_object(vm_, object, ObjectKind::Instance)) {
        Name name(text_of(vm_, index));
        if (Word* slot = find_property(instance, name)) return out = heap::load_slot_acquire(slot), true;
        const ClassDescriptor* klass = shape_of(instance)->klass;
        if (!klass || !klass->methods.count(name)) return out = Value::undefined().word(), true;
        return get_builtin_property(object, name, out, message) != Property::Failed;
    }
    if (Object* map = as_object(vm_, object, ObjectKind::Map)) {
        Word* value = map_find(vm_, map, nullptr, index.word());
        return out = value ? heap::load_slot(value) : Value::undefined().word(), true;
    }
    // A member of another object by its name: a method.
    if (is_string(vm_, index) && object.is_pointer())
        return get_builtin_property(object, Name(text_of(vm_, index)), out, message) != Property::Failed;
    return message = "cannot read an element of " + describe_value(vm_, object), false;
}

bool Interpreter::set_element(Value object, Value index, Word value, WellKnown& klass, std::string& message) {
    int64_t i;
    if (Object* list = as_object(vm_, object, ObjectKind::List)) {
        if (list->flags() & FlagFrozen) return message = "the array is frozen", false;
        if (!as_index(vm_, index, i))
            return message = "an array index is a number, found " + describe_value(vm_, index), false;
        uint64_t length = list_count(list);
        if (i >= 0 && static_cast<uint64_t>(i) == length) return vm_.list_push(list, Repr::Boxed, value), true;
        Word* element = list_element(list, static_cast<uint64_t>(i));
        if (!element) return klass = WellKnown::RangeError, message = out_of_range(i, length), false;
        return heap::store_traced(element, value), true;
    }
    if (Object* instance = as_object(vm_, object, ObjectKind::Instance)) {
        if (instance->flags() & FlagFrozen) return message = "the object is frozen", false;
        return vm::set_property(vm_, instance, Name(text_of(vm_, index)), value), true;
    }
    if (Object* map = as_object(vm_, object, ObjectKind::Map))
        return map_insert(vm_, map, nullptr, index.word(), value), true;
    return message = "cannot set an element of " + describe_value(vm_, object), false;
}

}  // namespace braid::vm
