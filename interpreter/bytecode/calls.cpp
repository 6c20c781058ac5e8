#include "analyzer/semantics/queries.h"
#include "interpreter/bytecode/function_compiler.h"

namespace braid::bytecode {

/// `emit_call` gets the register for the result, whose words come as `repr`.
void FunctionCompiler::finish_call(const mir::Place& destination, mir::BlockId target, const TypeDescriptor* result,
                                   Repr repr, const std::function<void(Virtual)>& emit_call) {
    if (target == mir::kNoBlock) {
        emit_call(kNoRegister);
        return emit(Opcode::Panic, {asm_.string("internal error: a call that cannot return has returned")});
    }
    bool unused = type_of(destination)->repr == Repr::Unit;
    if (unused) {
        emit_call(kNoRegister);
        return jump_to(target);
    }
    Location simple = destination.is_local() ? local_location(destination.local) : Location{Location::Slot};
    Virtual word = simple.kind == Location::Register ? this->target(simple, repr) : temp(repr);
    emit_call(word);
    renew_cell(destination);
    Location to = location(destination);
    if (instances_.error()) return;
    Value value{word, repr, result};
    if (to.type->kind == DescriptorKind::Handle && result->kind == DescriptorKind::Struct)
        value = {make_actor(word, result, to.type), Repr::Object, to.type};
    store(to, value);
    jump_to(target);
}

Virtual FunctionCompiler::make_actor(Virtual state, const TypeDescriptor* state_type, const TypeDescriptor* handle) {
    // Everything that can be asked of the actor is compiled with its creation.
    const Function* native = instances_.intrinsic("$actor", {state_type}, handle, function_.policy);
    if (state_type->needs_drop) instances_.drop_glue(state_type);
    Virtual result = temp(Repr::Object);
    asm_.emit_list(Opcode::Call, {result, asm_.function(native)}, {state});
    return result;
}

std::vector<Virtual> FunctionCompiler::argument_registers(const Function& callee,
                                                          const std::vector<mir::Operand>& arguments) {
    std::vector<Virtual> words;
    for (size_t i = 0; i < arguments.size(); ++i) {
        const TypeDescriptor* wanted = i < callee.parameter_types.size() ? callee.parameter_types[i] : nullptr;
        if (callee.policy == SlotPolicy::Boxed) {
            words.push_back(boxed_operand(arguments[i]));
            continue;
        }
        Value value = operand(arguments[i], wanted);
        if (instances_.error()) return {};
        if (wanted && wanted->kind == DescriptorKind::Handle && value.type->kind == DescriptorKind::Struct)
            value = {make_actor(value.reg, value.type, wanted), Repr::Object, wanted};
        words.push_back(i < callee.parameter_reprs.size() ? as(value, callee.parameter_reprs[i]) : value.reg);
    }
    return words;
}

/// The function a direct call reaches. For natives of the Static policy the words' own types are part of the instance,
/// and arguments of a shown rest parameter are shown here: `registers` then holds the words already.
const Function* FunctionCompiler::resolve(const hir::DirectCallee& callee, const std::vector<mir::Operand>& arguments,
                                          std::vector<Virtual>* registers) {
    ItemId item = callee.function;
    std::vector<Type> types = substituted(callee.type_arguments);
    Type self = callee.self ? substituted(callee.self) : nullptr;
    if (self) {
        ResolvedFunction resolved = instances_.model().resolve_trait_method(item, self, types);
        // Operations the library derives for every type that has them structurally are natives of the trait itself.
        bool derived = resolved.function == ItemId::None && instances_.model().function_signature(item).is_native;
        if (derived) resolved = {item, types, self};
        if (resolved.function == ItemId::None) {
            fail("'" + instances_.model().print_type(self) + "' does not implement '" + qualified_name(item) + "'");
            return nullptr;
        }
        item = resolved.function;
        types = resolved.type_arguments;
        self = resolved.self;
    }
    if (instances_.model().slot_policy(item) == SlotPolicy::Boxed)
        return instances_.function(item, types, self, {}, here());
    FunctionSignature signature = instances_.model().function_signature(item);
    auto mir = instances_.model().mir(item);
    if (mir && !mir->functions.empty() && !signature.is_native)
        return instances_.function(item, types, self, {}, here());

    std::vector<const TypeDescriptor*> site;
    bool shows = !signature.parameters.empty() && signature.parameters.back().rest &&
                 instances_.natives().find(qualified_name(item)).shows_rest;
    size_t fixed = signature.parameters.size() - (shows ? 1 : 0) +
                   (signature.receiver != Receiver::None && !signature.is_constructor ? 1 : 0);
    for (size_t i = 0; i < arguments.size(); ++i) {
        if (shows && i >= fixed && registers) {
            Value value;
            if (auto* copy = std::get_if<mir::Copy>(&arguments[i])) value = read_place(copy->place, false);
            else value = operand(arguments[i]);
            if (instances_.error()) return nullptr;
            if (value.type->element &&
                value.type->element->kind == DescriptorKind::String) {  // shown and gathered before
                registers->push_back(value.reg);
                site.push_back(value.type);
                continue;
            }
            registers->push_back(shown(value, ""));
            site.push_back(describe(type::string()));
            continue;
        }
        if (registers) {
            Value value = operand(arguments[i]);
            if (instances_.error()) return nullptr;
            registers->push_back(value.reg);
            site.push_back(value.type);
        } else {
            site.push_back(type_of(arguments[i]));
        }
    }
    return instances_.function(item, types, self, site, here());
}

void FunctionCompiler::call(const mir::CallTerminator& c) {
    if (c.is_go) return go(c);
    if (auto* direct = std::get_if<hir::DirectCallee>(&c.callee))
        return c.is_new ? new_object(c, *direct) : direct_call(c, *direct);
    if (auto* virtual_callee = std::get_if<hir::VirtualCallee>(&c.callee)) return virtual_call(c, *virtual_callee);
    if (auto* message = std::get_if<hir::MessageCallee>(&c.callee)) return message_call(c, *message);
    value_call(c);
}

Virtual FunctionCompiler::argument_list(const std::vector<mir::Operand>& arguments, const std::vector<bool>& spread) {
    Virtual list = temp(Repr::Boxed);
    list_with_spread(list, describe(type::list(type::any(), TypeShared)), arguments, spread);
    return list;
}

void FunctionCompiler::direct_call(const mir::CallTerminator& c, const hir::DirectCallee& callee) {
    std::vector<Virtual> words;
    const Function* f = resolve(callee, c.arguments, &words);
    if (!f) return;
    if (!c.spread.empty()) {
        Virtual closure = temp(Repr::Boxed);
        emit(Opcode::LoadFunction, {closure, asm_.function(f)});
        Virtual list = argument_list(c.arguments, c.spread);
        return finish_call(c.destination, c.target, f->result_type, f->result, [&](Virtual result) {
            if (result == kNoRegister) result = temp(Repr::Boxed);
            emit(Opcode::CallSpread, {result, closure, list});
        });
    }
    if (words.empty()) words = argument_registers(*f, c.arguments);
    if (instances_.error()) return;
    if (f->policy == SlotPolicy::Static && words.size() != f->parameter_types.size())
        return fail("internal: '" + f->name + "' is called with the wrong number of arguments");
    if (c.mode == hir::CallMode::ColdFuture) {
        const Function* guard = instances_.guarded(f);
        if (guard != f && guard != &function_)
            return finish_call(c.destination, c.target, guard->result_type, guard->result, [&](Virtual result) {
                asm_.emit_list(Opcode::Call, {result, asm_.function(guard)}, words);
            });
        for (const TypeDescriptor* type : f->parameter_types)
            if (type->needs_drop) instances_.drop_glue(type);
        return finish_call(c.destination, c.target, type_of(c.destination), Repr::Object, [&](Virtual result) {
            if (result == kNoRegister) result = temp(Repr::Object);
            asm_.emit_list(Opcode::NewBoundCall, {result, asm_.function(f)}, words);
        });
    }
    finish_call(c.destination, c.target, f->result_type, f->result, [&](Virtual result) {
        asm_.emit_list(Opcode::Call, {result, asm_.function(f)}, words);
    });
}

void FunctionCompiler::new_object(const mir::CallTerminator& c, const hir::DirectCallee& callee) {
    const ClassDescriptor* klass = instances_.klass(c.new_type->item);
    ItemId constructor = callee.function;
    bool native = instances_.model().type_definition(c.new_type->item).is_native;
    const Function* f = constructor == ItemId::None ? (klass ? klass->constructor : nullptr)
                                                    : instances_.function(constructor, {}, nullptr, {}, here());
    if (instances_.error()) return;
    std::vector<Virtual> words;
    Virtual object = temp(Repr::Boxed);
    if (native && f && f->kind != FunctionKind::Bytecode) {  // the native makes the object
        if (!c.spread.empty()) return fail("a spread in the arguments of a built-in class is not supported");
        for (const mir::Operand& o : c.arguments) words.push_back(boxed_operand(o));
        return finish_call(c.destination, c.target, describe(c.new_type), f->result, [&](Virtual result) {
            asm_.emit_list(Opcode::Call, {result, asm_.function(f)}, words);
        });
    }
    if (!f) {
        return finish_call(c.destination, c.target, describe(c.new_type), Repr::Boxed, [&](Virtual result) {
            if (result == kNoRegister) result = temp(Repr::Boxed);
            emit(Opcode::NewInstance, {result, asm_.klass(klass)});
        });
    }
    if (!c.spread.empty()) return fail("a spread in the arguments of `new` is not supported yet");
    for (const mir::Operand& o : c.arguments) words.push_back(boxed_operand(o));
    emit(Opcode::NewInstance, {object, asm_.klass(klass)});
    words.insert(words.begin(), object);
    finish_call(c.destination, c.target, describe(c.new_type), Repr::Boxed, [&](Virtual result) {
        asm_.emit_list(Opcode::Call, {kNoRegister, asm_.function(f)}, words);
        if (result != kNoRegister) asm_.move(result, object);
    });
}

void FunctionCompiler::virtual_call(const mir::CallTerminator& c, const hir::VirtualCallee& callee) {
    VirtualSite site{callee.name, callee.method};
    if (boxed()) {
        instances_.use_method_name(callee.name);
        // A list that comes last is taken apart by a function of other parameters only if it is a rest parameter's.
        if (site.method != ItemId::None && kind_of(site.method) == ItemKind::Function &&
            !is_std(file_of(site.method))) {
            const FunctionSignature& known = instances_.model().function_signature(site.method);
            if (known.parameters.empty() || !known.parameters.back().rest) site.method = ItemId::None;
        }
        std::vector<Virtual> words;
        if (!c.spread.empty()) {
            // The bound method as a value, then its arguments from a list.
            Virtual receiver = boxed_operand(c.arguments[0]), method = temp(Repr::Boxed);
            emit(Opcode::GetProperty, {method, receiver, asm_.name(callee.name), asm_.new_cache()});
            std::vector<mir::Operand> rest(c.arguments.begin() + 1, c.arguments.end());
            Virtual list = argument_list(rest, {c.spread.begin() + 1, c.spread.end()});
            return finish_call(c.destination, c.target, describe(type::any()), Repr::Boxed, [&](Virtual result) {
                if (result == kNoRegister) result = temp(Repr::Boxed);
                emit(Opcode::CallSpread, {result, method, list});
            });
        }
        for (const mir::Operand& o : c.arguments) words.push_back(boxed_operand(o));
        return finish_call(c.destination, c.target, describe(type::any()), Repr::Boxed, [&](Virtual result) {
            if (result == kNoRegister) result = temp(Repr::Boxed);
            asm_.emit_list(Opcode::CallMethod, {result, asm_.append(function_.sites, site), asm_.new_cache()}, words);
        });
    }
    // A trait's method on `dyn`: the signature is the trait's.
    FunctionSignature signature = instances_.model().function_signature(callee.method);
    std::vector<Virtual> words;
    for (const mir::Operand& o : c.arguments) words.push_back(operand(o).reg);
    const TypeDescriptor* result_type = type_of(c.destination);
    if (instances_.error()) return;
    finish_call(c.destination, c.target, result_type, result_type->repr, [&](Virtual result) {
        asm_.emit_list(Opcode::CallDyn, {result, asm_.append(function_.sites, site), asm_.new_cache()}, words);
    });
}

void FunctionCompiler::value_call(const mir::CallTerminator& c) {
    Value callee;
    // A call lends the function: a capture that holds it keeps it.
    if (auto* copy = std::get_if<mir::Copy>(&c.function_value)) callee = load(location(copy->place));
    else callee = operand(c.function_value);
    if (instances_.error()) return;
    if (boxed()) {
        if (!c.spread.empty()) {
            Virtual list = argument_list(c.arguments, c.spread);
            return finish_call(c.destination, c.target, describe(type::any()), Repr::Boxed, [&](Virtual result) {
                if (result == kNoRegister) result = temp(Repr::Boxed);
                emit(Opcode::CallSpread, {result, callee.reg, list});
            });
        }
        std::vector<Virtual> words;
        uint32_t gathered = callee.type->type->has(TypeVariadic);
        for (const mir::Operand& o : c.arguments) words.push_back(boxed_operand(o));
        return finish_call(c.destination, c.target, describe(type::any()), Repr::Boxed, [&](Virtual result) {
            if (result == kNoRegister) result = temp(Repr::Boxed);
            asm_.emit_list(Opcode::CallValue, {result, callee.reg, gathered}, words);
        });
    }
    while (callee.type->kind == DescriptorKind::Reference)
        callee =
            load({Location::Address, callee.reg, kNoRegister, 0, callee.type->element->repr, callee.type->element});
    std::vector<Virtual> words;
    for (size_t i = 0; i < c.arguments.size(); ++i) {
        const TypeDescriptor* wanted = i + 1 < callee.type->members.size() ? callee.type->members[i] : nullptr;
        Value value = operand(c.arguments[i], wanted);
        words.push_back(wanted ? as(value, wanted->repr) : value.reg);
    }
    if (instances_.error()) return;
    const TypeDescriptor* result_type = type_of(c.destination);
    finish_call(c.destination, c.target, result_type, result_type->repr, [&](Virtual result) {
        asm_.emit_list(Opcode::CallClosure, {result, callee.reg}, words);
    });
}

void FunctionCompiler::message_call(const mir::CallTerminator& c, const hir::MessageCallee& callee) {
    // A message lends its handle, however flow spells the operand; only a temporary ends with it.
    const mir::Operand& receiver = c.arguments[0];
    auto* copy = std::get_if<mir::Copy>(&receiver);
    auto* move = std::get_if<mir::Move>(&receiver);
    Value handle = copy || move ? load(location(copy ? copy->place : move->place)) : operand(receiver);
    bool ends = move && move->place.is_local() && body_.locals[move->place.local].kind == mir::LocalKind::Temporary;
    if (instances_.error()) return;
    Value owned = handle;
    while (handle.type->kind == DescriptorKind::Reference)
        handle =
            load({Location::Address, handle.reg, kNoRegister, 0, handle.type->element->repr, handle.type->element});
    ends = ends && owned.type->needs_drop;
    const Function* f =
        instances_.function(callee.method, substituted(handle.type->type->arguments), nullptr, {}, here());
    if (!f) return;
    std::vector<Virtual> words{handle.reg};
    for (size_t i = 1; i < c.arguments.size() && i < f->parameter_types.size(); ++i) {
        words.push_back(as(operand(c.arguments[i], f->parameter_types[i]), f->parameter_reprs[i]));
        if (f->parameter_types[i]->needs_drop) instances_.drop_glue(f->parameter_types[i]);
    }
    if (instances_.error()) return;
    const Function* send = instances_.message(f, handle.type, function_.policy);
    finish_call(c.destination, c.target, f->result_type, f->result_type->repr, [&](Virtual result) {
        asm_.emit_list(Opcode::Call, {result, asm_.function(send)}, words);
        if (ends)
            asm_.emit_list(Opcode::Call, {kNoRegister, asm_.function(instances_.drop_glue(owned.type))}, {owned.reg});
    });
}

void FunctionCompiler::go(const mir::CallTerminator& c) {
    Virtual task = kNoRegister;
    if (auto* direct = std::get_if<hir::DirectCallee>(&c.callee)) {
        std::vector<Virtual> words;
        const Function* f = resolve(*direct, c.arguments, &words);
        if (!f) return;
        if (words.empty()) words = argument_registers(*f, c.arguments);
        for (const TypeDescriptor* type : f->parameter_types)
            if (type->needs_drop) instances_.drop_glue(type);
        task = temp(Repr::Object);
        const Function* guard = instances_.guarded(f);
        asm_.emit_list(guard == f ? Opcode::NewBoundCall : Opcode::Call, {task, asm_.function(guard)}, words);
    } else if (std::get_if<hir::ValueCallee>(&c.callee)) {
        Value callee = operand(c.function_value);
        if (instances_.error()) return;
        if (c.arguments.empty()) {
            task = callee.reg;
        } else {
            std::vector<Virtual> words;
            for (const mir::Operand& o : c.arguments) words.push_back(boxed() ? boxed_operand(o) : operand(o).reg);
            task = temp(Repr::Object);
            asm_.emit_list(Opcode::BindClosure, {task, callee.reg}, words);
        }
    } else {
        return fail("`go` with a call of this kind is not supported yet; wrap it: `go fn(): …`");
    }
    if (instances_.error()) return;
    const TypeDescriptor* any_call = describe(type::function({}, type::unit()));
    const Function* native = instances_.intrinsic("$go", {any_call}, describe(type::unit()), function_.policy);
    asm_.emit_list(Opcode::Call, {kNoRegister, asm_.function(native)}, {task});
    jump_to(c.target);
}

void FunctionCompiler::await(const mir::AwaitTerminator& a) {
    Value value = operand(a.operand);
    if (instances_.error()) return;
    const TypeDescriptor* result_type = type_of(a.destination);
    if (!boxed() && value.type->kind == DescriptorKind::Future) {
        // A cold future runs here, in the task that awaits it.
        const TypeDescriptor* element = value.type->element;
        return finish_call(a.destination, a.target, element, element->repr, [&](Virtual result) {
            asm_.emit_list(Opcode::CallClosure, {result, value.reg}, {});
        });
    }
    const TypeDescriptor* awaited = boxed() ? describe(type::any()) : value.type;
    Virtual word = boxed() ? as(value, Repr::Boxed) : value.reg;
    const TypeDescriptor* given = boxed() ? describe(type::any()) : result_type;
    const Function* native = instances_.intrinsic("$await", {awaited}, given, function_.policy);
    finish_call(a.destination, a.target, boxed() ? result_type : given, given->repr, [&](Virtual result) {
        asm_.emit_list(Opcode::Call, {result, asm_.function(native)}, {word});
    });
}

}  // namespace braid::bytecode
