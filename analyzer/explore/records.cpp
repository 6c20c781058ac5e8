#include "analyzer/explore/machine.h"
#include "analyzer/flow/mir_walk.h"

// Velox: objects, lists and shared variables live in the heap, and values name their cells. Classes are looked up as at
// run time.
namespace braid::explore {

namespace {

constexpr size_t kMaxRecord = 48;

uint64_t key_of(Name name) { return std::hash<std::string_view>{}(name.text()); }

Value* find(Value& record, Name name) {
    const uint64_t key = key_of(name);
    for (size_t i = 0; i + 1 < record.parts.size(); i += 2)
        if (record.parts[i].number == key) return &record.parts[i + 1];
    return nullptr;
}

}  // namespace

bool Machine::is_boxed(const Frame& frame, mir::Local local) const {
    return frame.body->errors_are_exceptions && frame.body->locals[local].in_cell;
}

/// A variable that closures share: of each round of a loop another one.
Value* Machine::box(State& state, TaskIndex task, mir::Local local) {
    Frame& frame = state.tasks[task].frames.back();
    if (frame.boxes.empty()) frame.boxes.resize(frame.locals.size());
    if (frame.boxes[local] == 0) {
        state.heap.push_back(frame.locals[local]);
        frame.boxes[local] = uint32_t(state.heap.size() - 1);
    }
    return &state.heap[frame.boxes[local]];
}

Value Machine::allocate(State& state, Value value) {
    state.heap.push_back(std::move(value));
    return Value::of(Value::Kind::Pointer, Target::heap(state.heap.size() - 1));
}

/// A variable of a file: where its statements have run, what they made of it.
Value Machine::static_of(State& state, ItemId item) {
    for (const auto& [known, cell] : state.statics)
        if (known == item) return Value::of(Value::Kind::Pointer, Target::heap(cell));
    Value pointer = allocate(state, Value::unknown(mix(uint64_t(item), 7)));
    state.statics.emplace_back(item, state.heap.size() - 1);
    return pointer;
}

Value Machine::property(State& state, TaskIndex task, const mir::PropertyOf& property) {
    const Value object = evaluate(state, task, property.object);
    const Value other = Value::unknown(mix(mix(object.hash(), key_of(property.name)), site(state, task)));
    const std::string_view name = property.name.text();
    if (object.is(Value::Kind::Object)) {
        const Object& channel = state.objects[object.number];
        if (channel.kind != ObjectKind::Channel || channel.wild) return other;
        if (name == "isClosed") return Value::integer(channel.closed);
        if (name == "length") return Value::integer(channel.buffer.size());
        return other;
    }
    if (!object.is(Value::Kind::Pointer)) return other;
    Value copy = object;
    Value* held = pointee(state, &copy);
    if (held->is(Value::Kind::Composite) && name == "length") return Value::integer(held->parts.size());
    if (!held->is(Value::Kind::Record)) return other;
    if (Value* found = find(*held, property.name)) {
        resolve(state, *found);
        return *found;
    }
    // A getter, or something that the explorer has not seen made.
    return other;
}

/// A property that a class computes is read by a call.
bool Machine::enter_getter(State& state, TaskIndex task, const mir::PropertyOf& property) {
    auto* place = mir::read_place(property.object);
    Value object = place ? *at(state, task, *place) : Value();
    if (!object.is(Value::Kind::Pointer)) return false;
    const Value* held = pointee(state, &object);
    if (!held->is(Value::Kind::Record) || held->item == ItemId::None) return false;
    const ItemId getter = member_of(held->item, property.name, true);
    if (getter == ItemId::None || model_of(getter) != Model::None) return false;
    const uint64_t path = mix(site(state, task), uint64_t(getter));
    if (!make_frame(state, task, getter, 0, {object}, nullptr, path)) return false;
    state.tasks[task].frames.back().is_getter = true;
    return true;
}

void Machine::set_property(State& state, const Value& object, Name name, Value value) {
    Value copy = object;
    Value* held = object.is(Value::Kind::Pointer) ? pointee(state, &copy) : nullptr;
    if (!held || !held->is(Value::Kind::Record) || held->parts.size() >= 2 * kMaxRecord) return escape(state, value);
    if (is_open(state, object)) escape(state, value);
    name_object(state, name, value);
    if (Value* found = find(*held, name)) {
        *found = std::move(value);
        return;
    }
    held->parts.push_back(Value::integer(key_of(name)));
    held->parts.push_back(std::move(value));
}

Value Machine::aggregate(State& state, TaskIndex task, const mir::AggregateOf& made) {
    using Kind = hir::AggregateKind;
    std::vector<Value> parts;
    for (const mir::Operand& operand : made.operands) parts.push_back(evaluate(state, task, operand));
    bool opaque = made.kind == Kind::Set || made.kind == Kind::Map || parts.size() > kMaxRecord;
    Value out;
    if (made.kind == Kind::Record && !opaque) {
        out.kind = Value::Kind::Record;
        for (size_t i = 0; i < parts.size(); ++i) {
            opaque |= i < made.spread.size() && made.spread[i];
            if (i < made.names.size()) name_object(state, made.names[i], parts[i]);
            out.parts.push_back(Value::integer(i < made.names.size() ? key_of(made.names[i]) : 0));
            out.parts.push_back(parts[i]);
        }
    } else if (made.kind == Kind::Variant) {
        auto definition = context_.get<DefinitionOf>(parent_of(made.item));
        uint64_t variant = 0;
        for (size_t i = 0; i < definition->variants.size(); ++i)
            if (definition->variants[i] == made.item) variant = i;
        if (!opaque) return Value::composite(std::move(parts), variant);
    } else {
        std::vector<Value> all;
        for (size_t i = 0; i < parts.size() && !opaque; ++i) {
            const bool spread = i < made.spread.size() && made.spread[i];
            const Value* list = spread ? pointee(state, &parts[i]) : nullptr;
            opaque |= spread && !list->is(Value::Kind::Composite);
            if (opaque) break;
            if (spread) all.insert(all.end(), list->parts.begin(), list->parts.end());
            else all.push_back(parts[i]);
        }
        out = Value::composite(std::move(all));
    }
    if (!opaque && !is_large(out)) return allocate(state, std::move(out));
    for (const Value& value : parts) escape(state, value);
    return Value::unknown(mix(site(state, task), 3));
}

/// `known`: what the two are tells whether they are the same.
bool Machine::identical(const Value& left, const Value& right, bool& known) const {
    using Kind = Value::Kind;
    if (!by_promises_ || left.is(Kind::Unknown) || right.is(Kind::Unknown)) return false;
    // A list or a tuple that is a value of its own is no thing that has an identity; nothing has none either.
    auto nothing = [](const Value& value) { return value.is(Kind::Composite) && value.parts.empty(); };
    if ((left.is(Kind::Composite) && !nothing(left)) || (right.is(Kind::Composite) && !nothing(right))) return false;
    known = true;
    return left.hash() == right.hash();
}

/// With a body, of the class or of one that it extends.
ItemId Machine::member_of(ItemId klass, Name name, bool getter) {
    for (int depth = 0; depth < 64 && klass != ItemId::None; ++depth) {
        auto definition = context_.get<DefinitionOf>(klass);
        for (ItemId method : definition->methods) {
            if (name_of(method) != name) continue;
            auto signature = context_.get<SignatureOf>(method);
            if (signature->has_body && signature->is_getter == getter && !signature->is_setter) return method;
        }
        klass = definition->base && definition->base->is(TypeKind::Nominal) ? definition->base->item : ItemId::None;
    }
    return ItemId::None;
}

ItemId Machine::method_of(State& state, const hir::VirtualCallee& callee, Value receiver) {
    const Value* held = behind_pointers(state, &receiver);
    const ItemId klass = held->is(Value::Kind::Record) ? held->item : ItemId::None;
    const ItemId method = member_of(klass, callee.name, false);
    return method == ItemId::None ? callee.method : method;
}

Machine::Outcome Machine::construct(State& state, TaskIndex task, const mir::CallTerminator& call, ItemId constructor,
                                    std::vector<Value> arguments) {
    Value object;
    object.kind = Value::Kind::Record;
    object.item = call.new_type && call.new_type->is(TypeKind::Nominal) ? call.new_type->item : ItemId::None;
    if (object.item == ItemId::None || context_.get<DefinitionOf>(object.item)->is_native ||
        (constructor != ItemId::None && !context_.get<SignatureOf>(constructor)->has_body &&
         context_.get<SignatureOf>(constructor)->is_native))
        return unknown_call(state, task, arguments);
    Value pointer = allocate(state, std::move(object));
    const size_t cell = state.heap.size() - 1;
    if (constructor == ItemId::None) {
        complete(state, task, std::move(pointer));
        return Outcome::Continue;
    }
    arguments.insert(arguments.begin(), pointer);
    Outcome outcome = enter(state, task, constructor, 0, std::move(arguments), nullptr);
    if (outcome == Outcome::Continue && !state.tasks[task].frames.empty() &&
        state.tasks[task].frames.back().body->item == constructor && state.tasks[task].frames.back().statement == 0)
        state.tasks[task].frames.back().constructs = cell;
    return outcome;
}

/// What a list's methods do; those that call a function for each element stack the calls, the first on top.
Machine::Outcome Machine::list_model(State& state, TaskIndex task, Model model, std::vector<Value>& arguments) {
    Value* list = arguments.empty() ? nullptr : pointee(state, &arguments[0]);
    if (!list || !list->is(Value::Kind::Composite)) return unknown_call(state, task, arguments);
    auto done = [&](Value value) {
        complete(state, task, std::move(value));
        return Outcome::Continue;
    };
    auto take = [&](size_t at) {
        Value taken = std::move(list->parts[at]);
        list->parts.erase(list->parts.begin() + long(at));
        return taken;
    };
    switch (model) {
        case Model::ListPush: {
            std::vector<Value> more;
            if (arguments.size() > 1) more = pointee(state, &arguments[1])->parts;
            if (list->parts.size() + more.size() > kMaxRecord) return unknown_call(state, task, arguments);
            if (is_open(state, arguments[0]))
                for (const Value& value : more) escape(state, value);
            list->parts.insert(list->parts.end(), more.begin(), more.end());
            return done(Value::integer(list->parts.size()));
        }
        case Model::ListPop:
        case Model::ListShift:
            if (list->parts.empty()) return done(Value::composite({}));
            return done(take(model == Model::ListShift ? 0 : list->parts.size() - 1));
        case Model::ListCopy: {
            auto given = [&](size_t at) { return at < arguments.size() && !arguments[at].is(Value::Kind::Composite); };
            const bool from_begin = !given(1) || (arguments[1].is(Value::Kind::Integer) && arguments[1].number == 0);
            const bool to_end =
                !given(2) || (arguments[2].is(Value::Kind::Integer) && arguments[2].number >= list->parts.size());
            if (!from_begin || !to_end) return unknown_call(state, task, arguments);
            Value copy = *list;
            return done(allocate(state, std::move(copy)));
        }
        case Model::ListMap:
        case Model::ListEach: {
            Value callable = arguments.size() > 1 ? *pointee(state, &arguments[1]) : Value();
            auto* bodies = callable.is(Value::Kind::Closure) && kind_of(callable.item) != ItemKind::Class
                               ? bodies_of(callable.item)
                               : nullptr;
            if (!bodies || callable.number >= bodies->functions.size() || list->parts.size() > 6)
                return unknown_call(state, task, arguments);
            const std::vector<Value> elements = list->parts;
            Value results = allocate(state, Value::composite(std::vector<Value>(elements.size())));
            if (elements.empty()) return done(std::move(results));
            const size_t cell = state.heap.size() - 1;
            const bool is_async = bodies->functions[callable.number].is_async;
            if (is_async) return start_each(state, task, callable, elements, cell);
            for (size_t i = elements.size(); i-- > 0;) {
                std::vector<Value> given{elements[i], Value::integer(i), arguments[0]};
                if (!make_frame(state, task, callable.item, uint32_t(callable.number), given, &callable.parts,
                                mix(site(state, task), i))) {
                    incomplete = true;
                    return Outcome::Abandon;
                }
                state.tasks[task].frames.back().gather = {cell, uint32_t(i), i + 1 == elements.size()};
            }
            return Outcome::Continue;
        }
        default: return unknown_call(state, task, arguments);
    }
}

/// One of the calls for each element has ended. False: it was the last.
bool Machine::gathered(State& state, const Frame& ended, Value result) {
    std::vector<Value>& results = state.heap[ended.gather.cell].parts;
    if (ended.gather.index < results.size()) results[ended.gather.index] = std::move(result);
    return !ended.gather.last;
}

}  // namespace braid::explore
