#include "analyzer/explore/machine.h"
#include "analyzer/flow/mir_walk.h"

// Values and places of the explorer.
namespace braid::explore {

namespace {
constexpr uint64_t kMaxList = 32;
// How long a list is, how often a counted loop runs, when the text does not say: often enough that one run of a body
// meets another one.
constexpr uint64_t kAssumedCount = 2;
constexpr uint64_t kLargestCount = 8, kLargestScaled = 100'000'000, kScaledCount = 3;
constexpr size_t kMaxParts = 256;  // of a value with all that is in it
size_t parts_in(const Value& value) {
    size_t parts = 1;
    for (const Value& part : value.parts)
        if (parts <= kMaxParts) parts += parts_in(part);
    return parts;
}

}  // namespace

bool is_large(const Value& value) { return parts_in(value) > kMaxParts; }

const mir::MirBodies* Machine::bodies_of(ItemId item) {
    auto it = bodies_.find(item);
    if (it != bodies_.end()) return it->second.get();
    std::shared_ptr<const mir::MirBodies> bodies;
    if (!context_.get<BodyOf>(item)->has_errors) bodies = context_.get<BuiltMir>(item);
    return bodies_.emplace(item, std::move(bodies)).first->second.get();
}

uint64_t Machine::site(const State& state, TaskIndex task) const {
    if (state.tasks[task].frames.empty()) return state.tasks[task].path;
    const Frame& frame = state.tasks[task].frames.back();
    return mix(mix(frame.path, state.tasks[task].path), uint64_t(frame.block) << 16 | frame.statement);
}

void Machine::resolve(State& state, Value& value) {
    if (!value.is(Value::Kind::Unknown)) return;
    auto it = state.decided.find(value.number);
    if (it != state.decided.end()) value = Value::integer(it->second);
}

/// A count too large to be tried stands for a small one, the same wherever the program writes it: what is right for
/// every such number is right for that one. A second large number is taken as it is.
uint64_t Machine::scaled(uint64_t number) {
    note_count(number);
    if (!scales_ || number <= kLargestCount || number > kLargestScaled) return number;
    if (scaled_ == 0) scaled_ = number;
    if (scaled_ != number) return number;
    assumed = true;
    return kScaledCount;
}

void Machine::note_count(uint64_t number) {
    if (number >= kScaledCount && number <= kLargestScaled && counts_.size() < 3) counts_.insert(number);
}

bool Machine::must_run_unscaled() {
    if (!scaled_ || (counts_.size() == 1 && counts_.count(scaled_))) return false;
    scales_ = incomplete = assumed = false;
    scaled_ = 0;
    steps_ = 0;
    counts_.clear();
    incidents.clear();
    return true;
}

/// Of how long a list is, whatever is known of its elements.
Symbol Machine::length_symbol(const Value& list) {
    return mix(list.is(Value::Kind::Unknown) ? list.number : list.hash(), 67);
}

/// The elements of a list that is given away; of one that the text does not show, some.
std::vector<Value> Machine::elements(State& state, Value list) {
    if (list.is(Value::Kind::Composite)) return std::move(list.parts);
    Value length = Value::unknown(length_symbol(list));
    const uint64_t count = number_of(state, length);
    std::vector<Value> out;
    for (uint64_t i = 0; i < count && i < kMaxList; ++i) out.push_back(*part(&list, i));
    return out;
}

/// The list that a borrow leads to; one that is the task's and that the text does not show gets the elements it is
/// taken to have.
Value* Machine::shown_list(State& state, Value* borrow) {
    Value* list = pointee(state, borrow);
    if (!list->is(Value::Kind::Unknown) || !borrow->is(Value::Kind::Pointer)) return list;
    Value shown = Value::composite(elements(state, *list));
    list = pointee(state, borrow);
    *list = std::move(shown);
    return list;
}

/// What `clone` gives: the same object for a handle, one more end of a channel. Not known of what a closure holds.
std::optional<Value> Machine::cloned(State& state, const Value& value) {
    switch (value.kind) {
        case Value::Kind::Unknown:
        case Value::Kind::Integer:
        case Value::Kind::Object: return value;
        case Value::Kind::Sender: ++state.objects[value.number].senders; return value;
        case Value::Kind::Receiver: ++state.objects[value.number].receivers; return value;
        case Value::Kind::Composite: break;
        default: return std::nullopt;
    }
    Value out = value;
    for (Value& part : out.parts) {
        auto copy = cloned(state, part);
        if (!copy) return std::nullopt;
        part = std::move(*copy);
    }
    return out;
}

/// As a count: what is unknown is decided to be `kAssumedCount`.
uint64_t Machine::number_of(State& state, Value& value) {
    resolve(state, value);
    if (value.is(Value::Kind::Integer)) return scaled(value.number);
    assumed = true;
    if (value.is(Value::Kind::Unknown)) state.decided[value.number] = kAssumedCount;
    return kAssumedCount;
}

Value* Machine::part(Value* value, uint64_t index) {
    bool grows = value->is(Value::Kind::Unknown) && index < kMaxList;
    while (grows && value->parts.size() <= index)
        value->parts.push_back(Value::unknown(mix(value->number, value->parts.size() + 1)));
    if (index < value->parts.size() && (value->is(Value::Kind::Unknown) || value->is(Value::Kind::Composite)))
        return &value->parts[index];
    scratch_.push_back(Value::unknown(mix(value->hash(), index)));
    return &scratch_.back();
}

/// Through borrows of borrows.
Value* Machine::behind_pointers(State& state, Value* value) {
    for (int i = 0; i < 4 && value->is(Value::Kind::Pointer); ++i) value = pointee(state, value);
    return value;
}

Value* Machine::pointee(State& state, Value* value) {
    if (!value->is(Value::Kind::Pointer)) return value;  // an unknown borrow stands for what it points at
    const uint64_t target = value->number;
    Value* found = nullptr;
    if (target & Target::kHeap) {
        size_t cell = target & ~Target::kHeap;
        if (cell < state.heap.size()) found = &state.heap[cell];
    } else {
        auto& tasks = state.tasks;
        size_t task = target >> 44, frame = target >> 24 & 0xfffff, local = target & 0xffffff;
        if (task < tasks.size() && frame < tasks[task].frames.size() && local < tasks[task].frames[frame].locals.size())
            found = &tasks[task].frames[frame].locals[local];
    }
    if (!found) {
        scratch_.push_back(Value::unknown(mix(target, 17)));
        return &scratch_.back();
    }
    for (const Value& index : std::vector<Value>(value->parts)) {
        if (found->is(Value::Kind::Pointer)) found = pointee(state, found);
        found = part(found, index.number);
    }
    return found;
}

Value* Machine::at(State& state, TaskIndex task, const mir::Place& place) {
    Frame& frame = state.tasks[task].frames.back();
    Value* value = is_boxed(frame, place.local) ? box(state, task, place.local) : &frame.locals[place.local];
    for (const mir::Projection& projection : place.projections) {
        if (std::holds_alternative<mir::Deref>(projection)) {
            value = pointee(state, value);
        } else if (value->is(Value::Kind::Pointer) && std::holds_alternative<mir::IndexOf>(projection)) {
            Value number = frame.locals[std::get<mir::IndexOf>(projection).index];
            resolve(state, number);
            value = pointee(state, value);
            value = part(value, number.is(Value::Kind::Integer) ? number.number : number.hash() | kMaxList);
        } else if (auto* field = std::get_if<mir::FieldOf>(&projection)) {
            value = part(value, field->index);
        } else if (auto* index = std::get_if<mir::IndexOf>(&projection)) {
            Value number = frame.locals[index->index];
            resolve(state, number);
            value = part(value, number.is(Value::Kind::Integer) ? number.number : number.hash() | kMaxList);
        } else if (auto* index = std::get_if<mir::ConstantIndex>(&projection)) {
            value = part(value, index->from_end ? value->parts.size() - 1 - index->index : index->index);
        }
    }
    return value;
}

Value Machine::borrow(State& state, TaskIndex task, const mir::Place& place) {
    Frame& frame = state.tasks[task].frames.back();
    Value pointer =
        Value::of(Value::Kind::Pointer, Target::local(task, state.tasks[task].frames.size() - 1, place.local));
    mir::Place prefix{place.local, {}};
    if (is_boxed(frame, place.local)) {
        (void)box(state, task, place.local);
        pointer = Value::of(Value::Kind::Pointer, Target::heap(frame.boxes[place.local]));
    }
    for (const mir::Projection& projection : place.projections) {
        if (std::holds_alternative<mir::Deref>(projection)) {
            const Value* held = at(state, task, prefix);
            // What an unknown borrow points at has no place here: it stands for itself.
            if (!held->is(Value::Kind::Pointer)) {
                Value found = *at(state, task, place);
                resolve(state, found);
                return found;
            }
            pointer = *held;
        } else if (auto* field = std::get_if<mir::FieldOf>(&projection)) {
            pointer.parts.push_back(Value::integer(field->index));
        } else if (auto* index = std::get_if<mir::IndexOf>(&projection)) {
            Value number = frame.locals[index->index];
            resolve(state, number);
            pointer.parts.push_back(Value::integer(number.is(Value::Kind::Integer) ? number.number : kMaxList));
        } else if (auto* index = std::get_if<mir::ConstantIndex>(&projection)) {
            size_t size = at(state, task, prefix)->parts.size();
            pointer.parts.push_back(Value::integer(index->from_end ? size - 1 - index->index : index->index));
        }
        prefix.projections.push_back(projection);
    }
    return pointer;
}

Value Machine::evaluate(State& state, TaskIndex task, const mir::Operand& operand) {
    if (auto* constant = std::get_if<mir::Constant>(&operand)) {
        if (constant->item != ItemId::None) return {Value::Kind::Closure, 0, constant->item, {}};
        if (auto* number = std::get_if<uint64_t>(&constant->value)) return Value::integer(*number);
        if (auto* flag = std::get_if<bool>(&constant->value)) return Value::integer(*flag);
        if (auto* text = std::get_if<std::string>(&constant->value))
            return Value::unknown(mix(std::hash<std::string>{}(*text), 0x51));
        if (auto* real = std::get_if<double>(&constant->value);
            real && state.tasks[task].frames.back().body->errors_are_exceptions) {
            constexpr double kMany = 1e12;  // as `Infinity`
            if (*real >= kMany) return Value::integer(uint64_t(kMany));
            if (*real == double(int64_t(*real))) return Value::integer(uint64_t(int64_t(*real)));
        }
        if (auto* real = std::get_if<double>(&constant->value))
            return Value::unknown(mix(std::hash<double>{}(*real), 0x52));
        return Value::composite({});
    }
    Value* place = at(state, task, *mir::read_place(operand));
    Value value = *place;
    if (std::holds_alternative<mir::Move>(operand)) *place = Value::of(Value::Kind::Moved, 0);
    if (value.parts.empty()) resolve(state, value);
    return value;
}

void Machine::assign(State& state, TaskIndex task, const mir::Place& place, Value value) {
    for (size_t i = 0; i < place.projections.size(); ++i) {
        if (!std::holds_alternative<mir::Deref>(place.projections[i])) continue;
        mir::Place prefix{place.local, {place.projections.begin(), place.projections.begin() + long(i)}};
        if (!at(state, task, prefix)->is(Value::Kind::Pointer)) escape(state, value);  // stored somewhere unknown
    }
    const Frame& frame = state.tasks[task].frames.back();
    if (by_promises_ && !state.open.empty()) {
        const uint32_t box = place.local < frame.boxes.size() ? frame.boxes[place.local] : 0;
        const bool open = box ? is_open(state, Value::of(Value::Kind::Pointer, Target::heap(box)), 1)
                              : !place.projections.empty() && is_open(state, frame.locals[place.local]);
        if (open) escape(state, value);
    }
    name_object(state, frame.body->locals[place.local].name, value);
    if (const Value& pointer = state.tasks[task].frames.back().locals[place.local];
        by_promises_ && pointer.is(Value::Kind::Pointer))
        for (const auto& [item, cell] : state.statics)
            if (pointer.number == Target::heap(cell)) name_object(state, name_of(item), value);
    *at(state, task, place) = std::move(value);
}

/// The first variable that holds an object gives it its name.
void Machine::name_object(State& state, Name name, const Value& value) {
    if (name.empty()) return;
    if (value.is(Value::Kind::Object) || value.is(Value::Kind::Sender)) {
        if (state.objects[value.number].name.empty()) state.objects[value.number].name = name;
    } else if (value.is(Value::Kind::Receiver)) {
        if (state.objects[value.number].receiver_name.empty()) state.objects[value.number].receiver_name = name;
    }
}

Value Machine::closure(State& state, TaskIndex task, const mir::ClosureOf& made) {
    const Frame& frame = state.tasks[task].frames.back();
    const mir::MirBody& body = frame.bodies->functions[uint32_t(made.function)];
    Value closure{Value::Kind::Closure, uint64_t(made.function), frame.body->item, {}};
    for (size_t i = 0; i < made.captures.size(); ++i) {
        Value captured = evaluate(state, task, made.captures[i]);
        if (body.locals[1 + body.parameter_count + i].is_slot) {
            state.heap.push_back(std::move(captured));
            captured = Value::of(Value::Kind::Pointer, Target::heap(state.heap.size() - 1));
        }
        closure.parts.push_back(std::move(captured));
    }
    if (!is_large(closure)) return closure;
    escape(state, closure);
    return Value::unknown(mix(site(state, task), 3));
}

/// False: an unknown has to be decided first.
bool Machine::binary(State& state, const mir::BinaryOperation& operation, TaskIndex task, Value& out) {
    using Op = hir::BinaryOp;
    Value left = evaluate(state, task, operation.left), right = evaluate(state, task, operation.right);
    bool orders = operation.op >= Op::Less && operation.op <= Op::GreaterEqual;
    bool compares = orders || operation.op == Op::Equal || operation.op == Op::NotEqual;
    const bool is_quiet = in_quiet_loop(state.tasks[task].frames.back());
    // The bound of a counted loop; of one that may be stepped over it is no matter.
    if (auto* place = mir::read_place(operation.left);
        orders && place && place->is_local() && left.is(Value::Kind::Integer) &&
        !(is_quiet && right.is(Value::Kind::Integer)) &&
        (right.is(Value::Kind::Unknown) || right.is(Value::Kind::Integer)) &&
        state.tasks[task].frames.back().body->locals[place->local].name.empty())
        right = Value::integer(number_of(state, right));
    else if (compares)
        for (const Value& side : {left, right})
            if (side.is(Value::Kind::Integer) && (!is_quiet || side.number <= kMaxList)) note_count(side.number);
    if (!left.is(Value::Kind::Integer) || !right.is(Value::Kind::Integer)) {
        if (operation.op == Op::Equal || operation.op == Op::NotEqual) {
            bool known = false;
            const bool same = identical(left, right, known);
            if (known) {
                out = Value::integer(same == (operation.op == Op::Equal));
                return true;
            }
        }
        if (orders && (left.is(Value::Kind::Unknown) || left.is(Value::Kind::Integer)) &&
            (right.is(Value::Kind::Unknown) || right.is(Value::Kind::Integer)))
            return order(state, operation, task, left, right, out);
        bool same = left.hash() == right.hash() && !left.is(Value::Kind::Composite);
        if (same && operation.op == Op::Equal) out = Value::integer(1);
        else if (same && operation.op == Op::NotEqual) out = Value::integer(0);
        else out = Value::unknown(mix(mix(uint64_t(operation.op) + 100, left.hash()), right.hash()));
        return true;
    }
    int64_t a = int64_t(left.number), b = int64_t(right.number);
    uint64_t x = left.number, y = right.number;
    switch (operation.op) {
        case Op::Add: out = Value::integer(x + y); break;
        case Op::Subtract: out = Value::integer(x - y); break;
        case Op::Multiply: out = Value::integer(x * y); break;
        case Op::Remainder: out = b > 0 ? Value::integer(uint64_t(a % b)) : Value::unknown(mix(x, y)); break;
        case Op::Divide: out = b > 0 ? Value::integer(uint64_t(a / b)) : Value::unknown(mix(x, y)); break;
        case Op::Equal: out = Value::integer(x == y); break;
        case Op::NotEqual: out = Value::integer(x != y); break;
        case Op::Less: out = Value::integer(a < b); break;
        case Op::LessEqual: out = Value::integer(a <= b); break;
        case Op::Greater: out = Value::integer(a > b); break;
        case Op::GreaterEqual: out = Value::integer(a >= b); break;
        case Op::BitAnd: out = Value::integer(x & y); break;
        case Op::BitOr: out = Value::integer(x | y); break;
        default: out = Value::unknown(mix(mix(uint64_t(operation.op) + 100, x), y));
    }
    return true;
}

/// Of two unknowns one is less than the other, and everybody finds the same: locks are taken in that order.
bool Machine::order(State& state, const mir::BinaryOperation& operation, TaskIndex task, const Value& left,
                    const Value& right, Value& out) {
    using Op = hir::BinaryOp;
    const uint64_t a = left.hash(), b = right.hash();
    if (a == b) {
        out = Value::integer(operation.op == Op::LessEqual || operation.op == Op::GreaterEqual);
        return true;
    }
    const Symbol symbol = mix(mix(std::min(a, b), std::max(a, b)), 0x0cd);
    auto decided = state.decided.find(symbol);
    if (decided == state.decided.end()) {
        if (auto* moved = mir::moved_place(operation.left)) *at(state, task, *moved) = left;
        if (auto* moved = mir::moved_place(operation.right)) *at(state, task, *moved) = right;
        fork_symbol_ = symbol;
        fork_options_ = {0, 1};
        return false;
    }
    const bool less = operation.op == Op::Less || operation.op == Op::LessEqual;
    out = Value::integer((decided->second == 1) == (less == (a < b)));
    return true;
}

/// False: an unknown has to be decided first.
bool Machine::rvalue(State& state, TaskIndex task, const mir::Rvalue& rvalue, Value& out) {
    out = Value::unknown(mix(site(state, task), 3));
    if (auto* use = std::get_if<mir::Use>(&rvalue)) {
        out = evaluate(state, task, use->operand);
    } else if (auto* borrowed = std::get_if<mir::BorrowOf>(&rvalue)) {
        out = borrow(state, task, borrowed->place);
    } else if (auto* conversion = std::get_if<mir::Conversion>(&rvalue)) {
        out = evaluate(state, task, conversion->operand);
        if (conversion->kind == hir::ConvertKind::CopyOut) out = *pointee(state, &out);
        if (conversion->kind == hir::ConvertKind::ToBool && !out.is(Value::Kind::Unknown))
            out = Value::integer(out.is(Value::Kind::Integer) ? out.number != 0
                                                              : !out.is(Value::Kind::Composite) || !out.parts.empty());
    } else if (auto* unary = std::get_if<mir::UnaryOperation>(&rvalue)) {
        Value operand = evaluate(state, task, unary->operand);
        if (operand.is(Value::Kind::Unknown) && unary->op == hir::UnaryOp::Not) {
            if (auto* moved = mir::moved_place(unary->operand)) *at(state, task, *moved) = operand;
            fork_symbol_ = operand.number;
            fork_options_ = {0, 1};
            return false;
        }
        if (operand.is(Value::Kind::Integer))
            out = Value::integer(unary->op == hir::UnaryOp::Not ? !operand.number : uint64_t(0) - operand.number);
    } else if (auto* operation = std::get_if<mir::BinaryOperation>(&rvalue)) {
        return binary(state, *operation, task, out);
    } else if (auto* made = std::get_if<mir::AggregateOf>(&rvalue);
               made && state.tasks[task].frames.back().body->errors_are_exceptions) {
        out = aggregate(state, task, *made);
    } else if (auto* property = std::get_if<mir::PropertyOf>(&rvalue)) {
        out = this->property(state, task, *property);
    } else if (auto* aggregate = std::get_if<mir::AggregateOf>(&rvalue)) {
        std::vector<Value> parts;
        for (const mir::Operand& operand : aggregate->operands) parts.push_back(evaluate(state, task, operand));
        bool opaque = aggregate->kind == hir::AggregateKind::Set || aggregate->kind == hir::AggregateKind::Map ||
                      aggregate->kind == hir::AggregateKind::Record || !aggregate->spread.empty() ||
                      parts.size() > kMaxList;
        uint64_t variant = 0;
        if (aggregate->kind == hir::AggregateKind::Variant) {
            auto definition = context_.get<DefinitionOf>(parent_of(aggregate->item));
            for (size_t i = 0; i < definition->variants.size(); ++i)
                if (definition->variants[i] == aggregate->item) variant = i;
        }
        if (opaque)
            for (const Value& value : parts) escape(state, value);
        else out = Value::composite(std::move(parts), variant);
        if (out.is(Value::Kind::Composite) &&
            (aggregate->kind == hir::AggregateKind::Struct || aggregate->kind == hir::AggregateKind::Variant)) {
            ItemId type = aggregate->kind == hir::AggregateKind::Variant ? parent_of(aggregate->item) : aggregate->item;
            if (type != ItemId::None && *context_.get<DropMethodOf>(type) != ItemId::None) out.item = type;
        }
        if (is_large(out)) {
            escape(state, out);
            out = Value::unknown(mix(site(state, task), 3));
        }
    } else if (auto* repeat = std::get_if<mir::RepeatOf>(&rvalue)) {
        Value value = evaluate(state, task, repeat->value), count = evaluate(state, task, repeat->count);
        uint64_t n = number_of(state, count);
        if (n <= kMaxList && value.parts.empty()) out = Value::composite(std::vector<Value>(n, value));
        else escape(state, value);
    } else if (auto* discriminant = std::get_if<mir::DiscriminantOf>(&rvalue)) {
        Value value = *at(state, task, discriminant->place);
        if (value.is(Value::Kind::Pointer)) value = *pointee(state, &value);
        if (value.is(Value::Kind::Composite)) out = Value::integer(value.number);
        else out = Value::unknown(mix(value.is(Value::Kind::Unknown) ? value.number : value.hash(), 5));
        resolve(state, out);
    } else if (auto* length = std::get_if<mir::LengthOf>(&rvalue)) {
        Value value = *pointee(state, at(state, task, length->place));
        if (is_cut(value)) {
            incomplete = true;
            fork_options_.clear();
            return false;
        }
        if (value.is(Value::Kind::Composite)) out = Value::integer(value.parts.size());
        else out = Value::integer(kAssumedCount), assumed = true;
    } else if (auto* closure = std::get_if<mir::ClosureOf>(&rvalue)) {
        out = this->closure(state, task, *closure);
    } else if (auto* item = std::get_if<mir::StaticRefOf>(&rvalue);
               item && state.tasks[task].frames.back().body->errors_are_exceptions) {
        out = static_of(state, item->item);
    } else if (auto* item = std::get_if<mir::StaticRefOf>(&rvalue)) {
        out = Value::unknown(mix(uint64_t(item->item), 7));
        statics_[out.number] = item->item;
    } else if (auto* test = std::get_if<mir::TypeTestOf>(&rvalue)) {
        Value value = evaluate(state, task, test->operand);
        if (value.is(Value::Kind::Failure) && test->tested->is(TypeKind::Nominal)) {
            const auto name = name_of(test->tested->item).text();
            out = Value::integer(name == "ClosedError" || name == "Error");
            return true;
        }
        out = Value::unknown(mix(value.hash(), test->tested->id));
        resolve(state, out);
    }
    return true;
}

}  // namespace braid::explore
