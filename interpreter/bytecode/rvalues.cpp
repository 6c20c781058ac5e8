#include "interpreter/bytecode/function_compiler.h"

namespace braid::bytecode {

using hir::AggregateKind;

void FunctionCompiler::assign(const Location& to, const mir::Rvalue& value) {
    if (instances_.error()) return;
    std::visit(
        [&](const auto& v) {
            using T = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<T, mir::Use>) {
                Value used = operand(v.operand, to.type);
                if (instances_.error()) return;
                if (to.type->kind == DescriptorKind::Handle && used.type->kind == DescriptorKind::Struct)
                    used = {make_actor(used.reg, used.type, to.type), Repr::Object, to.type};
                store(to, used);
            } else if constexpr (std::is_same_v<T, mir::BorrowOf>) {
                borrow(to, v.place);
            } else if constexpr (std::is_same_v<T, mir::UnaryOperation>) {
                unary(to, v);
            } else if constexpr (std::is_same_v<T, mir::BinaryOperation>) {
                binary(to, v);
            } else if constexpr (std::is_same_v<T, mir::Conversion>) {
                conversion(to, v);
            } else if constexpr (std::is_same_v<T, mir::AggregateOf>) {
                boxed() ? boxed_aggregate(to, v) : aggregate(to, v);
            } else if constexpr (std::is_same_v<T, mir::RepeatOf>) {
                repeat(to, v);
            } else if constexpr (std::is_same_v<T, mir::RangeOf>) {
                range(to, v);
            } else if constexpr (std::is_same_v<T, mir::DiscriminantOf>) {
                discriminant(to, v);
            } else if constexpr (std::is_same_v<T, mir::LengthOf>) {
                length(to, v.place);
            } else if constexpr (std::is_same_v<T, mir::TypeTestOf>) {
                type_test(to, v);
            } else if constexpr (std::is_same_v<T, mir::TypeOfOperand>) {
                Virtual object = boxed_operand(v.operand), result = target(to, Repr::Boxed);
                emit(Opcode::TypeOf, {result, object});
                store(to, {result, Repr::Boxed, to.type});
            } else if constexpr (std::is_same_v<T, mir::ClosureOf>) {
                closure(to, v);
            } else if constexpr (std::is_same_v<T, mir::PropertyOf>) {
                Virtual object = boxed_operand(v.object), result = target(to, Repr::Boxed);
                instances_.use_method_name(v.name);
                emit(Opcode::GetProperty, {result, object, asm_.name(v.name), asm_.new_cache()});
                path_ = asm_.string(std::string(v.name.text()));
                store(to, {result, Repr::Boxed, to.type});
            } else if constexpr (std::is_same_v<T, mir::ElementOf>) {
                element_of(to, v);
            } else if constexpr (std::is_same_v<T, mir::InterpolateOf>) {
                interpolate(to, v);
            } else if constexpr (std::is_same_v<T, mir::SliceOf>) {
                slice(to, v);
            } else if constexpr (std::is_same_v<T, mir::StaticRefOf>) {
                instances_.use_static(v.item, here());
                Virtual result = target(to, Repr::Reference);
                emit(Opcode::StaticReference, {result, asm_.static_item(v.item)});
                store(to, {result, Repr::Reference, to.type});
            }
        },
        value);
}

void FunctionCompiler::discriminant(const Location& to, const mir::DiscriminantOf& d) {
    Value object = load(location(d.place));
    if (instances_.error()) return;
    while (object.type->kind == DescriptorKind::Reference)
        object = load(
            {Location::Address, object.reg, kNoRegister, 0, slot_repr(object.type->element), object.type->element});
    Virtual result = target(to, Repr::I64);
    if (boxed()) emit(Opcode::Tag, {result, object.reg, asm_.type(object.type)});
    else emit(Opcode::LoadSlotS, {result, object.reg, 0});
    store(to, {result, Repr::I64, to.type});
}

void FunctionCompiler::aggregate(const Location& to, const mir::AggregateOf& a) {
    const TypeDescriptor* type = to.type;
    if (type->kind == DescriptorKind::Handle) type = describe(type::nominal(type->item, type->type->arguments));
    bool is_map = a.kind == AggregateKind::Map, is_set = a.kind == AggregateKind::Set;
    bool is_variant = a.kind == AggregateKind::Variant;
    const VariantDescriptor* variant = nullptr;
    if (is_variant)
        for (const VariantDescriptor& v : type->variants)
            if (v.item == a.item) variant = &v;
    if (is_variant && !variant) return fail("internal: '" + type->name + "' has no such variant");

    std::vector<Virtual> words;
    for (size_t i = 0; i < a.operands.size(); ++i) {
        const TypeDescriptor* wanted = nullptr;
        const auto& fields = variant ? variant->fields : type->fields;
        if (is_map) wanted = i % 2 ? type->element : type->key;
        else if (is_set) wanted = type->key;
        else if (type->element) wanted = type->element;
        else if (i < fields.size()) wanted = fields[i].type;
        Value value = operand(a.operands[i], wanted);
        if (instances_.error()) return;
        if (wanted && wanted->kind == DescriptorKind::Handle && value.type->kind == DescriptorKind::Struct)
            value = {make_actor(value.reg, value.type, wanted), Repr::Object, wanted};
        words.push_back(wanted ? as(value, wanted->repr) : value.reg);
    }
    Virtual result = target(to, Repr::Object);
    if (to.type != type || is_map || is_set) result = temp(Repr::Object);
    switch (a.kind) {
        case AggregateKind::List:
        case AggregateKind::Array: asm_.emit_list(Opcode::NewList, {result, asm_.type(type)}, words); break;
        case AggregateKind::Variant: asm_.emit_list(Opcode::NewVariant, {result, asm_.variant(variant)}, words); break;
        case AggregateKind::Map:
            emit(Opcode::NewMap, {result, asm_.type(type)});
            for (size_t i = 0; i + 1 < words.size(); i += 2)
                emit(Opcode::MapInsert, {result, words[i], words[i + 1], asm_.type(type)});
            break;
        case AggregateKind::Set:
            emit(Opcode::NewSet, {result, asm_.type(type)});
            for (Virtual word : words) emit(Opcode::SetInsert, {result, word, asm_.type(type)});
            break;
        default:
            if (type->kind != DescriptorKind::Struct || words.size() != type->fields.size()) {
                if (type->kind == DescriptorKind::Scalar) return;  // the unit value
                return fail("internal: '" + type->name + "' is made with the wrong number of fields");
            }
            asm_.emit_list(Opcode::NewStruct, {result, asm_.type(type)}, words);
    }
    if (to.type != type) result = make_actor(result, type, to.type);
    store(to, {result, Repr::Object, to.type});
}

void FunctionCompiler::list_with_spread(Virtual list, const TypeDescriptor* type,
                                        const std::vector<mir::Operand>& operands, const std::vector<bool>& spread) {
    asm_.emit_list(Opcode::NewList, {list, asm_.type(type)}, {});
    for (size_t i = 0; i < operands.size(); ++i) {
        auto mark = asm_.mark();
        Virtual word = boxed_operand(operands[i]);
        emit(!spread.empty() && spread[i] ? Opcode::ListExtend : Opcode::ListPushT, {list, word});
        asm_.release(mark);
    }
}

void FunctionCompiler::record(const Location& to, const mir::AggregateOf& a) {
    bool spreads = false;
    for (bool s : a.spread) spreads |= s;
    Virtual result = temp(Repr::Boxed);
    if (!spreads) {
        std::vector<Virtual> words;
        for (const mir::Operand& o : a.operands) words.push_back(boxed_operand(o));
        asm_.emit_list(Opcode::NewRecord,
                       {result, asm_.append(function_.records, RecordInfo{a.names}), asm_.new_cache()}, words);
        return store(to, {result, Repr::Boxed, to.type});
    }
    asm_.emit_list(Opcode::NewRecord, {result, asm_.append(function_.records, RecordInfo{}), asm_.new_cache()}, {});
    for (size_t i = 0; i < a.operands.size(); ++i) {
        auto mark = asm_.mark();
        Virtual word = boxed_operand(a.operands[i]);
        if (a.spread[i]) emit(Opcode::RecordSpread, {result, word});
        else emit(Opcode::SetProperty, {result, asm_.name(a.names[i]), word, asm_.new_cache()});
        asm_.release(mark);
    }
    store(to, {result, Repr::Boxed, to.type});
}

void FunctionCompiler::boxed_aggregate(const Location& to, const mir::AggregateOf& a) {
    switch (a.kind) {
        case AggregateKind::Record: return record(to, a);
        case AggregateKind::Variant: {
            const TypeDescriptor* type = describe(type::nominal(parent_of(a.item)));
            std::vector<Virtual> words;
            for (const mir::Operand& o : a.operands) words.push_back(boxed_operand(o));
            Virtual result = target(to, Repr::Boxed);
            for (const VariantDescriptor& variant : type->variants)
                if (variant.item == a.item) asm_.emit_list(Opcode::NewVariant, {result, asm_.variant(&variant)}, words);
            return store(to, {result, Repr::Boxed, to.type});
        }
        case AggregateKind::List:
        case AggregateKind::Array:
        case AggregateKind::Tuple: {
            const TypeDescriptor* type = describe(type::list(type::any(), TypeShared));
            Virtual result = temp(Repr::Boxed);  // the operands may read the destination
            list_with_spread(result, type, a.operands, a.spread);
            return store(to, {result, Repr::Boxed, to.type});
        }
        case AggregateKind::Struct: {
            const ClassDescriptor* klass = instances_.klass(a.item);
            Virtual result = temp(Repr::Boxed);
            emit(Opcode::NewInstance, {result, asm_.klass(klass)});
            for (size_t i = 0; i < a.operands.size() && i < klass->fields.size(); ++i)
                emit(Opcode::SetProperty,
                     {result, asm_.name(klass->fields[i]), boxed_operand(a.operands[i]), asm_.new_cache()});
            return store(to, {result, Repr::Boxed, to.type});
        }
        default: return fail("internal: maps and sets are made by their constructors here");
    }
}

void FunctionCompiler::repeat(const Location& to, const mir::RepeatOf& r) {
    Value value = operand(r.value, to.type->element), count = operand(r.count);
    if (instances_.error()) return;
    Virtual word = boxed() ? as(value, Repr::Boxed) : value.reg;
    Virtual result = target(to, to.type->repr);
    emit(Opcode::NewRepeat, {result, asm_.type(to.type), word, as(count, Repr::I64)});
    store(to, {result, to.type->repr, to.type});
}

/// A range is a struct {begin, end, inclusive}; an open end is the type's own limit.
void FunctionCompiler::range(const Location& to, const mir::RangeOf& r) {
    const TypeDescriptor* type = to.type;
    if (type->kind != DescriptorKind::Struct || type->fields.size() < 2)
        return fail("internal: a range of type '" + type->name + "' cannot be a value");
    auto bound = [&](const mir::Operand& o, uint64_t open) {
        auto* c = std::get_if<mir::Constant>(&o);
        if (!c || !c->type->is(TypeKind::Unit)) return operand(o, type->fields[0].type).reg;
        Virtual word = temp(Repr::I64);
        asm_.load_integer(word, open);
        return word;
    };
    std::vector<Virtual> words{bound(r.begin, 0), bound(r.end, uint64_t(INT64_MAX))};
    if (type->fields.size() > 2) {
        words.push_back(temp(Repr::Bool));
        asm_.load_integer(words.back(), r.inclusive);
    }
    if (instances_.error()) return;
    Virtual result = target(to, Repr::Object);
    asm_.emit_list(Opcode::NewStruct, {result, asm_.type(type)}, words);
    store(to, {result, Repr::Object, type});
}

void FunctionCompiler::closure(const Location& to, const mir::ClosureOf& c) {
    const Function* f = instances_.closure(function_, c.function);
    std::vector<Virtual> words;
    for (size_t i = 0; i < c.captures.size() && i < f->capture_reprs.size(); ++i)
        words.push_back(as(operand(c.captures[i], f->capture_types[i]), f->capture_reprs[i]));
    if (instances_.error()) return;
    if (words.size() != f->capture_reprs.size()) return fail("internal: a closure with the wrong number of captures");
    Virtual result = target(to, Repr::Object);
    if (words.empty()) emit(Opcode::LoadFunction, {result, asm_.function(f)});
    else asm_.emit_list(Opcode::NewClosure, {result, asm_.function(f)}, words);
    store(to, {result, to.type->repr, to.type});
}

Virtual FunctionCompiler::shown(Value value, const std::string& format) {
    uint16_t with = format.empty() ? kNone : asm_.string(format);
    Virtual result = temp(Repr::Object);
    const TypeDescriptor* type = value.type;
    if (!boxed() && instances_.shows_user_code(type)) {
        const Function* show = instances_.intrinsic("$show", {type}, describe(type::string()), function_.policy);
        asm_.emit_list(Opcode::Call, {result, asm_.function(show)}, {value.reg});
        if (with != kNone) emit(Opcode::FormatString, {result, result, with});
        return result;
    }
    if (type->kind == DescriptorKind::String && with == kNone && !boxed()) return value.reg;
    emit(Opcode::Show, {result, as(value, type->repr), asm_.type(type), with});  // a constant may be boxed
    return result;
}

void FunctionCompiler::interpolate(const Location& to, const mir::InterpolateOf& i) {
    std::vector<Virtual> parts;
    auto text = [&](const std::string& s) {
        if (s.empty()) return;
        parts.push_back(temp(Repr::Object));
        emit(Opcode::LoadString, {parts.back(), asm_.string(s)});
    };
    for (size_t k = 0; k < i.values.size(); ++k) {
        text(i.texts[k]);
        Value value;
        if (auto* copy = std::get_if<mir::Copy>(&i.values[k])) value = read_place(copy->place, false);
        else value = operand(i.values[k]);
        if (instances_.error()) return;
        parts.push_back(shown(value, i.formats[k]));
    }
    if (i.texts.size() > i.values.size()) text(i.texts.back());
    Virtual result = target(to, Repr::Object);
    asm_.emit_list(Opcode::Concat, {result}, parts);
    store(to, {result, to.type->repr, to.type});
}

void FunctionCompiler::element_of(const Location& to, const mir::ElementOf& e) {
    note_path(e.object);
    Value object;
    if (auto* copy = std::get_if<mir::Copy>(&e.object)) object = read_place(copy->place, false);
    else object = operand(e.object);
    if (instances_.error()) return;
    if (boxed()) {
        Virtual base = as(object, Repr::Boxed);
        if (object.type->kind == DescriptorKind::List && !is_traced(type_of(e.index)->repr)) {
            Virtual index = as(operand(e.index), Repr::I64), result = temp(Repr::Boxed);
            emit(Opcode::LoadElementT, {result, base, index});
            return store(to, {result, Repr::Boxed, to.type});
        }
        Virtual result = target(to, Repr::Boxed);
        emit(Opcode::GetElement, {result, base, boxed_operand(e.index)});
        return store(to, {result, Repr::Boxed, to.type});
    }
    const TypeDescriptor* type = object.type;
    while (type->kind == DescriptorKind::Reference) {
        object = load({Location::Address, object.reg, kNoRegister, 0, type->element->repr, type->element});
        type = type->element;
    }
    Value index = operand(e.index);
    if (instances_.error()) return;
    if (type->kind == DescriptorKind::List || type->kind == DescriptorKind::Array) {
        Location element{Location::Element, object.reg, as(index, Repr::I64), 0, type->element->repr, type->element};
        return store(to, load(element));
    }
    if (type->kind != DescriptorKind::Map) return fail("internal: '" + type->name + "' has no elements");
    Virtual result = target(to, type->element->repr);
    emit(Opcode::MapGet, {result, object.reg, index.reg, asm_.type(type)});
    if (type->element->deep_copy) emit(Opcode::CopyValue, {result, result, asm_.type(type->element)});
    store(to, {result, type->element->repr, type->element});
}

void FunctionCompiler::set_element(const mir::SetElement& s) {
    if (boxed()) {
        Virtual object = boxed_operand(s.object), index = boxed_operand(s.index), value = boxed_operand(s.value);
        return emit(Opcode::SetElement, {object, index, value});
    }
    Value object;
    if (auto* copy = std::get_if<mir::Copy>(&s.object)) object = read_place(copy->place, false);
    else object = operand(s.object);
    if (instances_.error()) return;
    const TypeDescriptor* type = object.type;
    while (type->kind == DescriptorKind::Reference) {
        object = load({Location::Address, object.reg, kNoRegister, 0, type->element->repr, type->element});
        type = type->element;
    }
    Value index = operand(s.index), value = operand(s.value);
    if (instances_.error()) return;
    if (type->kind == DescriptorKind::Map) {
        if (type->element->needs_drop) drop_entry(*type, object.reg, index.reg);
        return emit(Opcode::MapInsert, {object.reg, index.reg, value.reg, asm_.type(type)});
    }
    if (!type->element) return fail("internal: '" + type->name + "' has no elements");
    store({Location::Element, object.reg, as(index, Repr::I64), 0, type->element->repr, type->element}, value);
}

/// What the map has under the key already ends: it is about to be written over.
void FunctionCompiler::drop_entry(const TypeDescriptor& map, Virtual object, Virtual key) {
    Label absent = asm_.new_label();
    Virtual entry = temp(Repr::Reference), old = temp(map.element->repr);
    emit(Opcode::MapFind, {entry, object, key, asm_.type(&map)});
    asm_.emit_jump(Opcode::JumpIfEmpty, {entry}, absent);
    emit(Opcode::LoadReferenceT, {old, entry});
    asm_.emit_jump(Opcode::JumpIfEmpty, {old}, absent);
    asm_.emit_list(Opcode::Call, {kNoRegister, asm_.function(instances_.drop_glue(map.element))}, {old});
    asm_.bind(absent);
}

void FunctionCompiler::length(const Location& to, const mir::Place& place) {
    Value object = load(location(place));
    if (instances_.error()) return;
    const TypeDescriptor* type = object.type;
    while (type->kind == DescriptorKind::Reference) {
        object = load({Location::Address, object.reg, kNoRegister, 0, slot_repr(type->element), type->element});
        type = type->element;
    }
    Virtual result = target(to, Repr::I64);
    bool list = type->kind == DescriptorKind::List || type->kind == DescriptorKind::Array;
    if (list) emit(Opcode::ListLength, {result, object.reg});
    else emit(Opcode::LengthValue, {result, object.reg, asm_.type(type)});
    store(to, {result, Repr::I64, to.type});
}

void FunctionCompiler::slice(const Location& to, const mir::SliceOf& s) {
    Value list = load(location(s.place));
    if (instances_.error()) return;
    while (list.type->kind == DescriptorKind::Reference)
        list = load({Location::Address, list.reg, kNoRegister, 0, slot_repr(list.type->element), list.type->element});
    Virtual front = temp(Repr::I64), back = temp(Repr::I64), result = target(to, to.type->repr);
    asm_.load_integer(front, s.skip_front);
    asm_.load_integer(back, s.skip_back);
    emit(Opcode::ListSlice, {result, list.reg, front, back});
    store(to, {result, to.type->repr, to.type});
}

void FunctionCompiler::type_test(const Location& to, const mir::TypeTestOf& t) {
    Value value;
    if (auto* copy = std::get_if<mir::Copy>(&t.operand)) value = read_place(copy->place, false);
    else value = operand(t.operand);
    const TypeDescriptor* tested = describe(t.tested);
    if (instances_.error()) return;
    if (!boxed() && value.type->kind == DescriptorKind::Reference)
        value = load({Location::Address, value.reg, kNoRegister, 0, value.type->element->repr, value.type->element});
    Virtual result = target(to, Repr::Bool);
    if (boxed()) {
        emit(Opcode::IsType, {result, as(value, Repr::Boxed), asm_.type(tested)});
    } else if (value.type->kind == DescriptorKind::Union) {
        emit(Opcode::UnionIs, {result, value.reg, asm_.type(tested)});
    } else {
        asm_.load_integer(result, value.type == tested);
    }
    store(to, {result, Repr::Bool, to.type});
}

}  // namespace braid::bytecode
