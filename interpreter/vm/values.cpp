#include "interpreter/vm/values.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "interpreter/vm/hash_table.h"
#include "interpreter/vm/runtime_state.h"
#include "interpreter/vm/shapes.h"
#include "interpreter/vm/structural.h"

namespace braid::vm {

using bytecode::WellKnown;

bool truthy(Vm& vm, Value v) {
    if (v.is_boolean()) return v.as_boolean();
    if (v.is_null() || v.is_undefined() || v.is_empty()) return false;
    double d;
    if (as_double(vm, v, d)) return d != 0 && d == d;
    if (Object* s = as_object(vm, v, ObjectKind::String)) return s->length() > 0;
    return true;
}

std::string_view type_of_value(Vm& vm, Value v) {
    if (v.is_undefined() || v.is_empty()) return "undefined";
    if (v.is_boolean()) return "boolean";
    if (v.is_character()) return "string";
    double d;
    if (as_double(vm, v, d)) return "number";
    if (is_string(vm, v)) return "string";
    if (v.is_pointer()) {
        ObjectKind kind = vm.kind_of(v.as_pointer<Object>());
        if (kind == ObjectKind::Closure || kind == ObjectKind::BoundCall || kind == ObjectKind::Class)
            return "function";
    }
    return "object";
}

const ClassDescriptor* class_of(Vm& vm, Value v) {
    auto known = [&](WellKnown which) { return vm.runtime().known_classes[static_cast<size_t>(which)]; };
    if (v.is_boolean()) return known(WellKnown::JsBoolean);
    if (v.is_number() || v.is_small_integer()) return known(WellKnown::JsNumber);
    if (v.is_character()) return known(WellKnown::JsString);
    if (!v.is_pointer()) return nullptr;
    auto* object = v.as_pointer<Object>();
    const LayoutInfo& info = vm.info_of(object);
    switch (info.kind) {
        case ObjectKind::Instance:
            return shape_of(object)->klass ? shape_of(object)->klass : known(WellKnown::JsObject);
        case ObjectKind::String: return known(WellKnown::JsString);
        case ObjectKind::List: return known(WellKnown::JsArray);
        case ObjectKind::Map: return known(WellKnown::JsMap);
        case ObjectKind::Set: return known(WellKnown::JsSet);
        case ObjectKind::BoundCall: {
            // A native bound to what it serves may be of a class of its own (a promise's resolver).
            auto& names = vm.runtime().classes_by_name;
            auto found = names.find(closure_function(object)->native_name);
            return found == names.end() ? known(WellKnown::JsFunction) : found->second;
        }
        case ObjectKind::Closure: return known(WellKnown::JsFunction);
        case ObjectKind::Integer: return known(WellKnown::JsNumber);
        case ObjectKind::Variant: return vm.find_class(info.variant->owner->item);
        case ObjectKind::Native: {
            auto& names = vm.runtime().classes_by_name;
            auto found = names.find(info.native_type);
            return found == names.end() ? nullptr : found->second;
        }
        default: return nullptr;
    }
}

bool is_instance(const ClassDescriptor* klass, const ClassDescriptor* of) {
    for (; klass; klass = klass->base)
        if (klass == of) return true;
    return false;
}

namespace {

bool literal_matches(Vm& vm, Value v, Type type) {
    std::string_view text = type->text.text();
    switch (type->arguments[0]->kind) {
        case TypeKind::Bool: return v.is_boolean() && v.as_boolean() == (text == "true");
        case TypeKind::String: {
            Object* s = as_object(vm, v, ObjectKind::String);
            std::string quoted;
            if (s) append_quoted(string_view_of(s), quoted);
            return s && (quoted == text || string_view_of(s) == text);
        }
        case TypeKind::Nominal:  // of a plain enum
            if (text.starts_with('"')) {
                Object* s = as_object(vm, v, ObjectKind::String);
                return s && string_view_of(s) == text.substr(1, text.size() - 2);
            }
            [[fallthrough]];
        default: {
            double d, wanted = 0;
            std::from_chars(text.data(), text.data() + text.size(), wanted);
            return as_double(vm, v, d) && d == wanted;
        }
    }
}

bool nominal_matches(Vm& vm, Value v, Type type) {
    if (Object* variant = as_object(vm, v, ObjectKind::Variant)) {
        const LayoutInfo& info = vm.info_of(variant);
        return info.variant->owner->item == type->item || info.variant->item == type->item;
    }
    ItemKind kind = kind_of(type->item);
    if (kind == ItemKind::Enum) {  // plain: its values are the numbers or texts they stand for
        for (ItemId variant : vm.model().type_definition(type->item).variants)
            if (!vm.model().type_definition(variant).fields.empty()) return false;
        double d;
        return is_string(vm, v) || as_double(vm, v, d);
    }
    if (kind == ItemKind::Interface || kind == ItemKind::Trait)
        return v.is_pointer();                 // structural: checked where used
    if (as_object(vm, v, ObjectKind::List)) {  // of a class that extends an array
        Type base = vm.model().type_definition(type->item).base;
        if (base && base->is(TypeKind::List)) return true;
    }
    const ClassDescriptor* wanted = vm.find_class(type->item);
    const ClassDescriptor* actual = class_of(vm, v);
    if (wanted && actual) return is_instance(actual, wanted);
    if (as_object(vm, v, ObjectKind::Map)) return braid::name_of(type->item).text() == "Map";
    if (as_object(vm, v, ObjectKind::Set)) return braid::name_of(type->item).text() == "Set";
    if (Object* native = as_object(vm, v, ObjectKind::Native))
        return vm.info_of(native).native_type == qualified_name(type->item);
    return false;
}

}  // namespace

bool value_has_type(Vm& vm, Value v, Type type) {
    switch (type->kind) {
        case TypeKind::Bool: return v.is_boolean();
        case TypeKind::Integer: {
            int64_t i;
            return as_integer(vm, v, i);
        }
        case TypeKind::Float: {
            double d;
            return as_double(vm, v, d);
        }
        case TypeKind::Char: return v.is_character();
        case TypeKind::String: return is_string(vm, v);
        case TypeKind::Null: return v.is_null();
        case TypeKind::Undefined:
        case TypeKind::Unit: return v.is_undefined();
        case TypeKind::Never: return false;
        case TypeKind::List:
        case TypeKind::Array:
        case TypeKind::Tuple: return as_object(vm, v, ObjectKind::List);
        case TypeKind::Function:
            return as_object(vm, v, ObjectKind::Closure) || as_object(vm, v, ObjectKind::BoundCall) ||
                   (v.is_pointer() && vm.kind_of(v.as_pointer<Object>()) == ObjectKind::Native);
        case TypeKind::Literal: return literal_matches(vm, v, type);
        case TypeKind::Union:
            for (Type member : type->arguments)
                if (value_has_type(vm, v, member)) return true;
            return false;
        case TypeKind::Record: {
            if (!v.is_pointer()) return false;
            Object* object = as_object(vm, v, ObjectKind::Instance);
            for (const RecordField& field : type->fields) {
                if (!object || !field.type->is(TypeKind::Literal)) continue;  // shapes are told apart by literal fields
                Word* slot = find_property(object, field.name);
                if (!slot || !literal_matches(vm, Value(*slot), field.type)) return false;
            }
            return true;
        }
        case TypeKind::Nominal: return nominal_matches(vm, v, type);
        default: return true;
    }
}

std::string describe_value(Vm& vm, Value v) {
    if (v.is_pointer()) {
        if (is_string(vm, v)) {
            std::string text(string_view_of(v.word()));
            std::string out = "string ";
            append_quoted(text.size() > 40 ? text.substr(0, 37) + "..." : text, out);
            return out;
        }
        if (as_object(vm, v, ObjectKind::List)) return "an array";
        if (Object* o = as_object(vm, v, ObjectKind::Instance); o && !shape_of(o)->klass) return "an object";
        if (const ClassDescriptor* klass = class_of(vm, v)) return klass->name;
        return std::string(type_of_value(vm, v));
    }
    std::string out;
    inspect_value(vm, v, out, true);
    double d;
    return as_double(vm, v, d) ? "number " + out : out;
}

// --- equality and hashing ---

bool strict_equal(Vm& vm, Value a, Value b) {
    double x, y;
    if (as_double(vm, a, x) && as_double(vm, b, y)) {
        int64_t i, j;
        if (as_integer(vm, a, i) && as_integer(vm, b, j)) return i == j;
        return x == y;
    }
    if (a == b) return true;
    Object *s = as_object(vm, a, ObjectKind::String), *t = as_object(vm, b, ObjectKind::String);
    if (s && t) return string_view_of(s) == string_view_of(t);
    Object *u = as_object(vm, a, ObjectKind::Variant), *w = as_object(vm, b, ObjectKind::Variant);
    return u && w && u->layout() == w->layout() && vm.info_of(u).variant->fields.empty();
}

bool same_value_zero(Vm& vm, Value a, Value b) {
    if (a.is_number() && b.is_number() && a.as_number() != a.as_number()) return b.as_number() != b.as_number();
    return strict_equal(vm, a, b);
}

uint64_t hash_value(Vm& vm, Value v) {
    int64_t i;
    if (as_integer(vm, v, i)) return hash_integer(static_cast<uint64_t>(i));
    if (v.is_number()) {  // equal to the integer, if it is one
        double d = v.as_number();
        bool whole = d >= -0x1p63 && d < 0x1p63 && static_cast<double>(static_cast<int64_t>(d)) == d;
        return whole ? hash_integer(static_cast<uint64_t>(static_cast<int64_t>(d))) : mix_hash(v.word());
    }
    if (Object* s = as_object(vm, v, ObjectKind::String)) return std::hash<std::string_view>{}(string_view_of(s));
    return mix_hash(v.word());
}

// --- operators ---

int32_t to_int32(double d) {
    if (!std::isfinite(d)) return 0;
    return static_cast<int32_t>(static_cast<uint32_t>(static_cast<int64_t>(std::fmod(std::trunc(d), 4294967296.0))));
}

double js_power(double base, double exponent) {
    if (exponent != exponent || (std::fabs(base) == 1 && std::isinf(exponent))) return NAN;
    return std::pow(base, exponent);
}

namespace {

std::optional<int64_t> integer_operation(hir::BinaryOp op, int64_t a, int64_t b, std::string& error) {
    using hir::BinaryOp;
    int64_t r = 0;
    auto overflow = [&]() -> std::optional<int64_t> { return error = "integer overflow", std::nullopt; };
    switch (op) {
        case BinaryOp::Add: return __builtin_add_overflow(a, b, &r) ? overflow() : r;
        case BinaryOp::Subtract: return __builtin_sub_overflow(a, b, &r) ? overflow() : r;
        case BinaryOp::Multiply: return __builtin_mul_overflow(a, b, &r) ? overflow() : r;
        case BinaryOp::Divide:
        case BinaryOp::Remainder:
            if (b == 0) return error = "division by zero", std::nullopt;
            if (b == -1) return op == BinaryOp::Remainder ? 0 : a == INT64_MIN ? overflow() : std::optional(-a);
            return op == BinaryOp::Divide ? a / b : a % b;
        case BinaryOp::BitAnd: return a & b;
        case BinaryOp::BitOr: return a | b;
        case BinaryOp::BitXor: return a ^ b;
        case BinaryOp::ShiftLeft: return static_cast<int64_t>(static_cast<uint64_t>(a) << (b & 63));
        case BinaryOp::ShiftRight: return a >> (b & 63);
        case BinaryOp::UnsignedShiftRight: return static_cast<int64_t>(static_cast<uint64_t>(a) >> (b & 63));
        case BinaryOp::Power: {
            int64_t base = a;
            if (b < 0) return a == 1 ? 1 : 0;
            for (r = 1; b > 0; b >>= 1) {
                if ((b & 1) && __builtin_mul_overflow(r, base, &r)) return overflow();
                if (b > 1 && __builtin_mul_overflow(base, base, &base)) return overflow();
            }
            return r;
        }
        default: return std::nullopt;
    }
}

std::optional<double> number_operation(hir::BinaryOp op, double a, double b) {
    using hir::BinaryOp;
    switch (op) {
        case BinaryOp::Add: return a + b;
        case BinaryOp::Subtract: return a - b;
        case BinaryOp::Multiply: return a * b;
        case BinaryOp::Divide: return a / b;
        case BinaryOp::Remainder: return std::fmod(a, b);
        case BinaryOp::Power: return js_power(a, b);
        case BinaryOp::BitAnd: return to_int32(a) & to_int32(b);
        case BinaryOp::BitOr: return to_int32(a) | to_int32(b);
        case BinaryOp::BitXor: return to_int32(a) ^ to_int32(b);
        case BinaryOp::ShiftLeft: return static_cast<int32_t>(static_cast<uint32_t>(to_int32(a)) << (to_int32(b) & 31));
        case BinaryOp::ShiftRight: return to_int32(a) >> (to_int32(b) & 31);
        case BinaryOp::UnsignedShiftRight: return static_cast<uint32_t>(to_int32(a)) >> (to_int32(b) & 31);
        default: return std::nullopt;
    }
}
}  // namespace

bool dynamic_binary(Vm& vm, hir::BinaryOp op, Value a, Value b, Value& out, std::string& error) {
    int64_t i, j;
    if (as_integer(vm, a, i) && as_integer(vm, b, j)) {
        auto r = integer_operation(op, i, j, error);
        if (!r) return false;
        return out = vm.box_integer(*r), true;
    }
    double x, y;
    if (as_double(vm, a, x) && as_double(vm, b, y)) {
        auto r = number_operation(op, x, y);
        if (!r) return false;
        return out = Value::number(*r), true;
    }
    if (op != hir::BinaryOp::Add && op != hir::BinaryOp::Concat) return false;
    if (!is_string(vm, a) && !is_string(vm, b) && !a.is_character() && !b.is_character()) return false;
    return out = Value(vm.string_word(text_of(vm, a) + text_of(vm, b))), true;
}

bool dynamic_compare(Vm& vm, hir::BinaryOp op, Value a, Value b, bool& out) {
    using hir::BinaryOp;
    auto decide = [&](auto x, auto y) {
        switch (op) {
            case BinaryOp::Less: out = x < y; break;
            case BinaryOp::LessEqual: out = x <= y; break;
            case BinaryOp::Greater: out = x > y; break;
            default: out = x >= y;
        }
        return true;
    };
    int64_t i, j;
    if (as_integer(vm, a, i) && as_integer(vm, b, j)) return decide(i, j);
    double x, y;
    if (as_double(vm, a, x) && as_double(vm, b, y)) return decide(x, y);
    Object *s = as_object(vm, a, ObjectKind::String), *t = as_object(vm, b, ObjectKind::String);
    if (s && t) return decide(string_view_of(s).compare(string_view_of(t)), 0);
    if (a.is_character() && b.is_character()) return decide(a.as_character(), b.as_character());
    return false;
}

bool dynamic_unary(Vm& vm, hir::UnaryOp op, Value a, Value& out, std::string& error) {
    int64_t i;
    if (as_integer(vm, a, i)) {
        if (op == hir::UnaryOp::Negate && i == INT64_MIN) return error = "integer overflow", false;
        return out = vm.box_integer(op == hir::UnaryOp::Negate ? -i : ~i), true;
    }
    double d;
    if (!as_double(vm, a, d)) return false;
    return out = Value::number(op == hir::UnaryOp::Negate ? -d : double(~to_int32(d))), true;
}

}  // namespace braid::vm
