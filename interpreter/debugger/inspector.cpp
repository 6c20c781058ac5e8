#include "interpreter/debugger/inspector.h"

#include <fmt/format.h>

#include <algorithm>

#include "analyzer/text/utf8.h"
#include "interpreter/vm/hash_table.h"
#include "interpreter/vm/shapes.h"
#include "interpreter/vm/structural.h"
#include "interpreter/vm/values.h"

namespace braid::debugger {

using bytecode::DescriptorKind;
using bytecode::FieldDescriptor;
using bytecode::Repr;
using bytecode::SlotPolicy;
using heap::Value;
using vm::LayoutInfo;
using vm::Object;
using vm::ObjectKind;

namespace {

constexpr int kMaxDepth = 3;
constexpr uint64_t kPreviewMembers = 8;
constexpr size_t kKeyWidth = 60;
constexpr int kMaxHops = 32;  // references to references

Word load(Word address) { return heap::load_slot(reinterpret_cast<const Word*>(static_cast<uintptr_t>(address))); }
Word slot(Word object, size_t i) { return heap::load_slot(vm::object_of(object)->slots() + i); }
const TypeDescriptor* type_at(Word object, int i) {
    return reinterpret_cast<const TypeDescriptor*>(static_cast<uintptr_t>(slot(object, static_cast<size_t>(i))));
}

bool is_scalar(const TypeDescriptor& type) { return !bytecode::is_traced(type.repr); }

std::string short_name(std::string_view name) {
    size_t colon = name.rfind("::");
    return std::string(colon == name.npos ? name : name.substr(colon + 2));
}

void append_cut(std::string& out, std::string_view text, size_t width) {
    if (text.size() <= width) return vm::append_quoted(text, out);
    size_t end = width;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    vm::append_quoted(text.substr(0, end), out);
    out.insert(out.size() - 1, "…");
}

}  // namespace

/// A settled value's kind, object and the tables its parts are read by.
struct Inspector::Shape {
    enum Kind {
        Scalar,
        Plain /* a self-describing word that is no object */,
        Moved,
        Text,
        Fields,
        List,
        Map,
        Set,
        Closure,
        Bound,
        Instance,
        Class,
        Panic,
        Integer,
        Native,
        Other
    } kind = Other;
    Object* object = nullptr;
    const LayoutInfo* info = nullptr;
    const TypeDescriptor* type = nullptr;
    const std::vector<FieldDescriptor>* fields = nullptr;
    std::string name;         // of a struct, variant or class
    bool positional = false;  // fields have numbers only
};

Datum Inspector::in_slot(const TypeDescriptor* type, Word word) {
    if (type && type->policy == SlotPolicy::Boxed && type->repr != Repr::Reference) return {nullptr, word};
    return {type, word};
}

Datum Inspector::settle(Datum d) const {
    for (int hops = 0; d.type && hops < kMaxHops; ++hops) {
        if (d.type->repr == Repr::Boxed) return {nullptr, d.word};
        if (!d.word) return d;
        switch (d.type->kind) {
            case DescriptorKind::Reference: d = in_slot(d.type->element, load(d.word)); break;
            case DescriptorKind::Union:
                d = in_slot(type_at(d.word, vm::kUnionType), slot(d.word, vm::kUnionValue));
                break;
            case DescriptorKind::Dyn: {
                bool reference = slot(d.word, vm::kDynIsReference);
                Word value = slot(d.word, vm::kDynValue);
                d = in_slot(type_at(d.word, vm::kDynType), reference ? load(value) : value);
                break;
            }
            default: return d;
        }
    }
    return d;
}

Inspector::Shape Inspector::shape(Datum value) const {
    Shape s;
    s.type = value.type;
    if (value.type && is_scalar(*value.type)) {
        s.kind = Shape::Scalar;
        return s;
    }
    if (value.type && !value.word) {
        s.kind = Shape::Moved;
        return s;
    }
    if (!Value(value.word).is_pointer()) {
        s.kind = Shape::Plain;
        return s;
    }
    // Objects say what they are; the static type adds what they do not know (fields' types, elements).
    s.object = vm::object_of(value.word);
    s.info = &vm_.info_of(s.object);
    switch (s.info->kind) {
        case ObjectKind::String: s.kind = Shape::Text; break;
        case ObjectKind::List: s.kind = Shape::List; break;
        case ObjectKind::Map: s.kind = Shape::Map; break;
        case ObjectKind::Set: s.kind = Shape::Set; break;
        case ObjectKind::Struct: {
            const TypeDescriptor* type = s.info->type ? s.info->type : value.type;
            if (!type) break;
            s.kind = Shape::Fields;
            s.type = type;
            s.fields = &type->fields;
            s.positional = type->is_tuple;
            if (!type->is_tuple) s.name = type->name;
            break;
        }
        case ObjectKind::Variant:
            s.kind = Shape::Fields;
            s.fields = &s.info->variant->fields;
            s.positional = !s.info->variant->named_fields;
            s.name = s.info->variant->name.text();
            if (!s.type) s.type = s.info->variant->owner;
            break;
        case ObjectKind::Closure: s.kind = Shape::Closure; break;
        case ObjectKind::BoundCall: s.kind = Shape::Bound; break;
        case ObjectKind::Instance: {
            s.kind = Shape::Instance;
            const vm::Shape* shape = vm::shape_of(s.object);
            if (shape && shape->klass) s.name = shape->klass->name;
            break;
        }
        case ObjectKind::Class: s.kind = Shape::Class; break;
        case ObjectKind::Panic: s.kind = Shape::Panic; break;
        case ObjectKind::Integer: s.kind = Shape::Integer; break;
        case ObjectKind::Native: s.kind = Shape::Native; break;
        default: break;
    }
    return s;
}

// --- one line ---

std::string Inspector::preview(Datum value, size_t width) const {
    std::string out;
    append(out, settle(value), width, 0);
    return out;
}

void Inspector::append_scalar(std::string& out, Datum value) const {
    if (value.type->repr == Repr::Char) {
        out += '\'';
        utf8::append(out, char32_t(value.word));
        out += '\'';
    } else if (value.type->policy == SlotPolicy::Boxed && bytecode::is_float(value.type->repr)) {
        vm::append_number(vm::word_double(value.word), out);
    } else {
        vm::show_word(vm_, *value.type, value.word, out, true);
    }
}

void Inspector::append(std::string& out, Datum value, size_t width, int depth) const {
    value = settle(value);
    Shape s = shape(value);
    switch (s.kind) {
        case Shape::Scalar: return append_scalar(out, value);
        case Shape::Moved: out += "<moved or not yet set>"; return;
        case Shape::Plain: return vm::inspect_value(vm_, Value(value.word), out, true);
        case Shape::Integer: out += std::to_string(static_cast<int64_t>(s.object->slots()[0])); return;
        case Shape::Text: return append_cut(out, vm::string_view_of(s.object), std::max<size_t>(width, 16));
        case Shape::Closure:
        case Shape::Bound: {
            const auto* function = vm::closure_function(s.object);
            out += function->name.empty() ? "function" : function->name;
            return;
        }
        case Shape::Class:
            out += "class " + reinterpret_cast<const vm::ClassDescriptor*>(s.object->slots()[0])->name;
            return;
        case Shape::Panic: out += vm::string_view_of(s.object->slots()[vm::kPanicMessage]); return;
        case Shape::Native: {
            const vm::NativeTypeOps* ops =
                value.type && value.type->ops ? value.type->ops : vm_.natives().type(s.info->native_type);
            if (ops && ops->show && value.type) return ops->show(vm_, *value.type, value.word, out);
            out += type_name(value);
            if (ops && ops->inspect && depth < kMaxDepth) append_members(out, value, s, width, depth);
            return;
        }
        case Shape::Other: out += type_name(value); return;
        default: return append_members(out, value, s, width, depth);
    }
}

void Inspector::append_members(std::string& out, Datum value, const Shape& s, size_t width, int depth) const {
    bool list = s.kind == Shape::List, map = s.kind == Shape::Map, set = s.kind == Shape::Set;
    bool tuple = s.kind == Shape::Fields && s.positional;
    out += s.name;
    MemberCount parts = count(value);
    if (parts.all() == 0) {
        if (s.kind == Shape::Fields && !s.name.empty()) return;  // a variant without payload
        out += list ? "[]" : tuple ? "()" : "{}";
        return;
    }
    if (!s.name.empty() && !tuple) out += ' ';
    out += list ? '[' : tuple ? '(' : '{';
    if (depth >= kMaxDepth) {
        out += "…";
    } else {
        size_t begin = out.size();
        uint64_t shown = 0;
        for (const Member& member : members(value, 0, kPreviewMembers)) {
            if (shown++) out += ", ";
            if (out.size() - begin > width) {
                out += "…";
                shown = parts.all();
                break;
            }
            if (map) out += member.name + ": ";
            else if (!list && !set && !tuple) out += member.name + ": ";
            append(out, member.value, width / 2, depth + 1);
        }
        if (shown < parts.all()) out += ", …";
    }
    out += list ? ']' : tuple ? ')' : '}';
}

std::string Inspector::type_name(Datum value) const {
    Datum settled = settle(value);
    if (settled.type) return settled.type->name;
    Shape s = shape(settled);
    switch (s.kind) {
        case Shape::Instance: return s.name.empty() ? "object" : s.name;
        case Shape::Fields: return s.type ? s.type->name : s.name;
        case Shape::List: return "array";
        case Shape::Map: return "Map";
        case Shape::Set: return "Set";
        case Shape::Native: return short_name(s.info->native_type);
        case Shape::Closure:
        case Shape::Bound: return "function";
        case Shape::Class: return "class";
        case Shape::Other: return "object";
        default: break;
    }
    Value v(settled.word);
    if (v.is_null()) return "null";
    return std::string(vm::type_of_value(vm_, v));
}

// --- parts ---

MemberCount Inspector::count(Datum value) const {
    value = settle(value);
    Shape s = shape(value);
    switch (s.kind) {
        case Shape::Fields: return {s.fields->size(), 0};
        case Shape::List: return {0, vm::list_count(s.object)};
        case Shape::Map:
        case Shape::Set: return {0, vm::map_count(s.object)};
        case Shape::Closure: return {vm::closure_function(s.object)->capture_types.size(), 0};
        case Shape::Bound: return {vm::closure_function(s.object)->parameters.size(), 0};
        case Shape::Instance: return {vm::shape_of(s.object)->count, 0};
        case Shape::Native: return {members(value).size(), 0};
        default: return {};
    }
}

std::string Inspector::capture_name(const vm::Function& function, size_t index) const {
    auto bodies = vm_.model().mir(function.item);
    auto number = static_cast<size_t>(function.body);
    if (bodies && number < bodies->functions.size()) {
        const mir::MirBody& body = bodies->functions[number];
        size_t local = 1 + body.parameter_count + index;
        if (index < body.capture_count && !body.locals[local].name.empty())
            return std::string(body.locals[local].name.text());
    }
    return fmt::format("capture {}", index);
}

std::vector<Member> Inspector::members(Datum value, uint64_t start, uint64_t limit) const {
    value = settle(value);
    Shape s = shape(value);
    std::vector<Member> result;
    uint64_t end = limit > UINT64_MAX - start ? UINT64_MAX : start + limit;
    switch (s.kind) {
        case Shape::Fields:
            for (uint64_t i = start; i < std::min<uint64_t>(end, s.fields->size()); ++i) {
                const FieldDescriptor& field = (*s.fields)[i];
                result.push_back({std::string(field.name.text()),
                                  in_slot(field.type, heap::load_slot(s.object->slots() + field.slot))});
            }
            break;
        case Shape::List:
            for (uint64_t i = start; i < end; ++i) {
                Word* element = vm::list_element(s.object, i);
                if (!element) break;
                result.push_back(
                    {fmt::format("[{}]", i), in_slot(s.type ? s.type->element : nullptr, heap::load_slot(element))});
            }
            break;
        case Shape::Map:
        case Shape::Set: {
            uint64_t number = 0;
            vm::MapEntry entry;
            for (uint64_t i = 0; i < vm::map_used(s.object) && number < end; ++i) {
                if (!vm::map_entry(s.object, i, entry) || number++ < start) continue;
                Datum key = in_slot(s.type ? s.type->key : nullptr, entry.key);
                if (s.kind == Shape::Set) result.push_back({fmt::format("[{}]", number - 1), key});
                else
                    result.push_back(
                        {preview(key, kKeyWidth), in_slot(s.type ? s.type->element : nullptr, entry.value)});
            }
            break;
        }
        case Shape::Closure: {
            const vm::Function& function = *vm::closure_function(s.object);
            for (uint64_t i = start; i < std::min<uint64_t>(end, function.capture_types.size()); ++i)
                result.push_back(
                    {capture_name(function, i),
                     in_slot(function.capture_types[i], heap::load_slot(s.object->slots() + vm::kClosureFirst + i))});
            break;
        }
        case Shape::Bound: {
            const vm::Function& function = *vm::closure_function(s.object);
            for (uint64_t i = start; i < std::min<uint64_t>(end, function.parameters.size()); ++i) {
                const TypeDescriptor* type =
                    i < function.parameter_types.size() ? function.parameter_types[i] : nullptr;
                result.push_back({fmt::format("argument {}", i),
                                  in_slot(type, heap::load_slot(s.object->slots() + vm::kBoundFirst + i))});
            }
            break;
        }
        case Shape::Instance: {
            auto names = vm::shape_of(s.object)->names();
            for (uint64_t i = start; i < std::min<uint64_t>(end, names.size()); ++i)
                if (Word* found = vm::find_property(s.object, names[i]))
                    result.push_back({std::string(names[i].text()), {nullptr, heap::load_slot(found)}});
            break;
        }
        case Shape::Native: {
            static const TypeDescriptor none;
            const vm::NativeTypeOps* ops =
                s.type && s.type->ops ? s.type->ops : vm_.natives().type(s.info->native_type);
            if (!ops || !ops->inspect) break;
            uint64_t number = 0;
            ops->inspect(vm_, s.type ? *s.type : none, value.word,
                         [&](std::string_view name, Word word, const TypeDescriptor* type) {
                             if (number >= start && number < end)
                                 result.push_back({std::string(name), in_slot(type, word)});
                             ++number;
                         });
            break;
        }
        default: break;
    }
    return result;
}

std::optional<Datum> Inspector::member(Datum value, std::string_view name) const {
    value = settle(value);
    Shape s = shape(value);
    if (s.kind == Shape::Instance) {
        Word* found = vm::find_property(s.object, Name(name));
        if (found) return Datum{nullptr, heap::load_slot(found)};
        return std::nullopt;
    }
    if (s.kind == Shape::List || s.kind == Shape::Map || s.kind == Shape::Set) return std::nullopt;
    for (const Member& member : members(value))
        if (member.name == name) return member.value;
    return std::nullopt;
}

std::optional<Datum> Inspector::element(Datum value, int64_t index) const {
    value = settle(value);
    Shape s = shape(value);
    if (index < 0) return std::nullopt;
    if (s.kind == Shape::Fields && !s.positional) return std::nullopt;
    if (s.kind != Shape::List && s.kind != Shape::Fields) return std::nullopt;
    auto found = members(value, static_cast<uint64_t>(index), 1);
    if (found.empty()) return std::nullopt;
    return found[0].value;
}

std::optional<Datum> Inspector::entry(Datum map, const Datum& key) const {
    map = settle(map);
    Shape s = shape(map);
    if (s.kind != Shape::Map) return std::nullopt;
    std::string wanted = preview(key, kKeyWidth);
    for (uint64_t start = 0;; start += 256) {
        auto part = members(map, start, 256);
        for (const Member& member : part)
            if (member.name == wanted) return member.value;
        if (part.size() < 256) return std::nullopt;
    }
}

std::optional<uint64_t> Inspector::length(Datum value) const {
    value = settle(value);
    Shape s = shape(value);
    if (s.kind == Shape::List) return vm::list_count(s.object);
    if (s.kind == Shape::Map || s.kind == Shape::Set) return vm::map_count(s.object);
    if (s.kind != Shape::Text) return std::nullopt;
    if (!value.type || value.type->policy == SlotPolicy::Boxed) return vm::utf16_length(s.object);
    uint64_t characters = 0;
    for (char c : vm::string_view_of(s.object)) characters += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    return characters;
}

bool Inspector::is_text(Datum value, std::string_view& out) const {
    value = settle(value);
    Shape s = shape(value);
    if (s.kind != Shape::Text) return false;
    out = vm::string_view_of(s.object);
    return true;
}

std::string_view Inspector::variant_name(Datum value) const {
    value = settle(value);
    if (!Value(value.word).is_pointer() || (value.type && is_scalar(*value.type))) return {};
    const LayoutInfo& info = vm_.info_of(vm::object_of(value.word));
    return info.kind == ObjectKind::Variant ? info.variant->name.text() : std::string_view();
}

std::pair<std::string, std::string> Inspector::describe_error(Word error) const {
    Datum value{nullptr, error};
    Shape s = shape(value);
    if (s.kind == Shape::Panic) return {"panic", std::string(vm::string_view_of(s.object->slots()[vm::kPanicMessage]))};
    std::string_view text;
    if (auto message = member(value, "message"); message && is_text(*message, text))
        return {type_name(value), std::string(text)};
    return {type_name(value), preview(value)};
}

}  // namespace braid::debugger
