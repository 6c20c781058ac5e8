#include "interpreter/bytecode/instances.h"

#include <fmt/format.h>
#include <algorithm>

#include <functional>
#include <set>

namespace braid::bytecode {

void Instances::fail(Place place, std::string message) {
    if (!error_) error_ = CompileError{std::move(message), place};
}

std::optional<Instances::Work> Instances::next_work() {
    if (work_.empty()) return std::nullopt;
    Work work = work_.back();
    work_.pop_back();
    return work;
}

Type Instances::substitute_in(const Function& function, Type type) {
    if (function.policy == SlotPolicy::Static && type->has(TypeHasParameter)) {
        size_t next = 0;
        for (auto [owner, n] : model_.generic_owners(function.item)) {
            if (next + n > function.type_arguments.size()) break;
            type = substitute(type, owner, std::span(function.type_arguments).subspan(next, n));
            next += n;
        }
        if (function.self)
            type = map_type(type, [&](Type t) {
                return t->is(TypeKind::Parameter) && t->text.text() == "Self" ? function.self : t;
            });
    }
    return model_.normalize(type);
}

Function* Instances::make(InstanceKey key, FunctionKind kind) {
    Function& f = program_->functions.emplace_back();
    f.id = uint32_t(program_->functions.size() - 1);
    f.kind = kind;
    f.item = key.item;
    f.body = key.body;
    f.type_arguments = key.type_arguments;
    f.self = key.self;
    if (program_->functions.size() > limits_.max_instances)
        fail({key.item, 0}, fmt::format("the program needs more than {} instances of functions; a generic function "
                                        "probably calls itself with ever larger types",
                                        limits_.max_instances));
    instances_.emplace(std::move(key), &f);
    return &f;
}

void Instances::set_parameters(Function& f, const std::vector<const TypeDescriptor*>& types) {
    // A native's frame: each argument in the partition of its representation, in order.
    f.parameter_types = types;
    for (const TypeDescriptor* type : types) {
        Repr repr = f.policy == SlotPolicy::Boxed ? Repr::Boxed : type->repr;
        f.parameter_reprs.push_back(repr);
        if (!is_traced(repr)) f.parameters.push_back(f.scalar_count++);
        else f.parameters.push_back(f.traced_count++);
    }
    for (size_t i = 0; i < types.size(); ++i)
        if (is_traced(f.parameter_reprs[i])) f.parameters[i] = Register(f.parameters[i] + f.scalar_count);
}

std::vector<const TypeDescriptor*> Instances::signature_types(const Function& f, const FunctionSignature& signature) {
    std::vector<const TypeDescriptor*> result;
    ItemId parent = parent_of(f.item);
    // A native constructor of a class that is not native itself initializes the object it is given.
    bool initializes = signature.is_constructor && parent != ItemId::None && !model_.type_definition(parent).is_native;
    if ((signature.receiver != Receiver::None && !signature.is_constructor) || initializes) {
        ItemKind kind = kind_of(parent);
        bool typed = kind == ItemKind::Class || kind == ItemKind::Struct || kind == ItemKind::Enum;
        result.push_back(describe(typed ? type::nominal(parent) : type::any(), f.policy));
    }
    for (const ParameterInfo& parameter : signature.parameters)
        result.push_back(describe(substitute_in(f, parameter.type), f.policy));
    return result;
}

namespace {
int depth_of(Type type) {
    int depth = 0;
    for (Type part : type->arguments) depth = std::max(depth, depth_of(part));
    return depth + 1;
}
}  // namespace

namespace {
uint64_t mailbox_capacity(const TypeDefinition& actor) {
    const Attribute* mailbox = find_attribute(actor.attributes, "mailbox");
    if (!mailbox || mailbox->arguments.empty()) return 0;
    std::string digits;
    for (char c : mailbox->arguments[0])
        if (c >= '0' && c <= '9' && digits.size() < 18) digits += c;
    return digits.empty() ? 0 : std::stoull(digits);
}

/// Finds the function that checks the `inv` clauses of a struct or an actor's state: see TypeDescriptor.
void find_invariant(Instances& instances, const TypeDescriptor* state) {
    if (state->invariant || state->kind != DescriptorKind::Struct || state->item == ItemId::None) return;
    auto mir = instances.model().mir(state->item);
    if (!mir || mir->functions.empty()) return;
    const auto& blocks = mir->functions[0].blocks;
    bool checks = std::any_of(blocks.begin(), blocks.end(), [](const mir::Block& block) {
        auto* check = std::get_if<mir::AssertTerminator>(&block.terminator.kind);
        return check && check->contract == 1 + uint8_t(ContractKind::Invariant);
    });
    if (checks)
        const_cast<TypeDescriptor*>(state)->invariant =
            instances.function(state->item, state->type->arguments, nullptr, {}, {});
}

/// What the machine has to know of an actor that is started.
void describe_actor(Instances& instances, const TypeDescriptor* state) {
    if (state->kind != DescriptorKind::Struct) return;
    const_cast<TypeDescriptor*>(state)->mailbox_capacity =
        mailbox_capacity(instances.model().type_definition(state->item));
    find_invariant(instances, state);
}

/// Its end checks what it guards.
bool is_writing_guard(const TypeDescriptor& type) {
    return type.native_name == "sync::MutexGuard" || type.native_name == "sync::WriteGuard";
}

/// What the machine has to know of structs that a native makes as parts of a value.
void describe_made(Instances& instances, const TypeDescriptor* type) {
    std::set<const TypeDescriptor*> seen;
    std::vector<const TypeDescriptor*> open{type};
    while (!open.empty()) {
        const TypeDescriptor* each = open.back();
        open.pop_back();
        if (!each || !seen.insert(each).second) continue;
        if (!each->is_tuple) find_invariant(instances, each);
        for (const FieldDescriptor& field : each->fields) open.push_back(field.type);
        for (const VariantDescriptor& variant : each->variants)
            for (const FieldDescriptor& field : variant.fields) open.push_back(field.type);
        open.insert(open.end(), {each->element, each->key});
        open.insert(open.end(), each->members.begin(), each->members.end());
    }
}
}  // namespace

const Function* Instances::function(ItemId item, std::vector<Type> type_arguments, Type self,
                                    const std::vector<const TypeDescriptor*>& site, Place place, bool late_bound) {
    SlotPolicy policy = model_.slot_policy(item);
    auto mir = model_.mir(item);
    FunctionSignature signature = model_.function_signature(item);
    bool has_code = mir && !mir->functions.empty() && !signature.is_native;
    InstanceKey key{item};
    if (policy == SlotPolicy::Static) {
        key.type_arguments = std::move(type_arguments);
        key.self = self;
        for (Type t : key.type_arguments)
            if (size_t(depth_of(t)) > limits_.max_type_depth) {
                fail(place, fmt::format("instances of '{}' need ever larger types", qualified_name(item)));
                return nullptr;
            }
        if (!has_code)
            for (const TypeDescriptor* t : site) key.arguments.push_back(t->type);
    }
    if (auto found = instances_.find(key); found != instances_.end()) return found->second;

    std::string name = qualified_name(item);
    FunctionKind kind = has_code ? FunctionKind::Bytecode : FunctionKind::Native;
    std::string missing;
    if (!has_code) {
        if (signature.native_missing) missing = fmt::format("'{}' is not available yet", name);
        else if (!signature.is_native) missing = fmt::format("'{}' has no body", name);
        else if (!natives_.find(name).known) missing = fmt::format("'{}' has no native implementation", name);
        if (!missing.empty()) {
            if (!late_bound) return fail(place, missing), nullptr;
            kind = FunctionKind::Missing;
        }
    }
    Function* f = make(std::move(key), kind);
    f->name = name;
    f->missing = missing;
    f->policy = policy;
    f->is_async = signature.is_async && kind != FunctionKind::Native;
    f->is_generator = signature.is_generator;
    f->learns_concurrency = std::any_of(signature.attributes.begin(), signature.attributes.end(),
                                        [](const Attribute& a) { return a.name.text() == "ai_concurrent_optimize"; });
    if (kind == FunctionKind::Bytecode) {
        const mir::MirBody& body = mir->functions[0];
        f->is_async = body.is_async;
        f->result_type = describe(substitute_in(*f, body.locals[0].type), policy);
        for (uint32_t i = 1; i <= body.parameter_count; ++i)
            f->parameter_types.push_back(describe(substitute_in(*f, body.locals[i].type), policy));
        for (const TypeDescriptor* t : f->parameter_types)
            f->parameter_reprs.push_back(policy == SlotPolicy::Boxed ? Repr::Boxed : t->repr);
        if (policy == SlotPolicy::Boxed && !signature.parameters.empty()) f->rest = signature.parameters.back().rest;
        work_.push_back({f, Work::Body});
    } else {
        f->native_name = name;
        for (Type t : f->type_arguments) describe(t, policy);  // NativeCall::type_argument
        f->result_type = describe(substitute_in(*f, signature.result), policy);
        if (policy == SlotPolicy::Boxed) {
            set_parameters(*f, signature_types(*f, signature));
            f->rest = !signature.parameters.empty() && signature.parameters.back().rest;
        } else {
            set_parameters(*f, site);
            for (const TypeDescriptor* type : f->parameter_types) need_drop_of(type);  // what it takes it may drop
            if (name == "actor::start") describe_actor(*this, f->parameter_types[0]);
            if (name == "json::decode") describe_made(*this, f->result_type);
        }
    }
    f->result = policy == SlotPolicy::Boxed ? Repr::Boxed : f->result_type->repr;
    return f;
}

const Function* Instances::guarded(const Function* function) {
    if (!function || !function->is_async || function->kind != FunctionKind::Bytecode ||
        function->policy != SlotPolicy::Static || function->body != BodyFunctionId{})
        return function;
    auto mir = model_.mir(function->item);
    if (!mir || !mir->guard) return function;
    InstanceKey key{function->item, {}, function->type_arguments, function->self};
    key.special = "guard";
    if (auto found = instances_.find(key); found != instances_.end()) return found->second;
    Function* f = make(std::move(key), FunctionKind::Bytecode);
    f->name = function->name;
    f->policy = function->policy;
    f->result_type = describe(substitute_in(*f, mir->guard->locals[0].type), f->policy);
    f->result = f->result_type->repr;
    f->parameter_types = function->parameter_types;
    f->parameter_reprs = function->parameter_reprs;
    for (const TypeDescriptor* type : f->parameter_types) need_drop_of(type);
    work_.push_back({f, Work::Guard});
    return f;
}

namespace {
/// The last parameter of a closure takes what is left: where it is made, its type says so.
bool takes_rest(const Body& body, BodyFunctionId function) {
    for (const Expr& e : body.expressions)
        if (auto* made = std::get_if<hir::Closure>(&e.data); made && made->function == function)
            return e.type->has(TypeVariadic);
    return false;
}
}  // namespace

const Function* Instances::closure(const Function& outer, BodyFunctionId body) {
    InstanceKey key{outer.item, body, outer.type_arguments, outer.self};
    if (auto found = instances_.find(key); found != instances_.end()) return found->second;
    auto mir = model_.mir(outer.item);
    const mir::MirBody& code = mir->functions[size_t(body)];
    Function* f = make(std::move(key), FunctionKind::Bytecode);
    std::string outer_name = qualified_name(outer.item);
    if (outer_name.empty()) outer_name = "script";
    f->name = code.name.empty() ? "closure in " + outer_name : outer_name + "::" + std::string(code.name.text());
    f->policy = outer.policy;
    f->is_async = code.is_async;
    f->is_generator = code.is_generator;
    f->learns_concurrency = outer.learns_concurrency;
    if (f->policy == SlotPolicy::Boxed && mir->body) {
        // A method of an object literal: its first parameter is what it is called on.
        const std::vector<LocalId>& parameters = (*mir->body)[body].parameters;
        bool is_method = !parameters.empty() && (*mir->body)[parameters[0]].is_self;
        f->self = is_method ? (*mir->body)[parameters[0]].type : nullptr;
        f->rest = takes_rest(*mir->body, body);
    }
    f->result_type = describe(substitute_in(*f, code.locals[0].type), f->policy);
    f->result = f->policy == SlotPolicy::Boxed ? Repr::Boxed : f->result_type->repr;
    for (uint32_t i = 1; i <= code.parameter_count; ++i) {
        const TypeDescriptor* t = describe(substitute_in(*f, code.locals[i].type), f->policy);
        f->parameter_types.push_back(t);
        f->parameter_reprs.push_back(f->policy == SlotPolicy::Boxed ? Repr::Boxed : t->repr);
    }
    for (uint32_t i = 0; i < code.capture_count; ++i) {
        const mir::LocalDeclaration& local = code.locals[1 + code.parameter_count + i];
        const TypeDescriptor* t = describe(substitute_in(*f, local.type), f->policy);
        if (local.is_slot) t = t->element;
        f->capture_types.push_back(t);
        bool boxed = f->policy == SlotPolicy::Boxed && t->repr != Repr::Reference;
        f->capture_reprs.push_back(boxed ? Repr::Boxed : t->repr);
        f->owns_captures |= t->needs_drop;
        need_drop_of(t);
    }
    work_.push_back({f, Work::Body});
    return f;
}

const Function* Instances::intrinsic(const std::string& name, const std::vector<const TypeDescriptor*>& arguments,
                                     const TypeDescriptor* result, SlotPolicy policy, SelectInfo* select) {
    InstanceKey key;
    key.special = fmt::format("{}/{}", name, int(policy));
    for (const TypeDescriptor* t : arguments) key.arguments.push_back(t->type);
    key.result = result->type;
    if (!select)
        if (auto found = instances_.find(key); found != instances_.end()) return found->second;
    if (select) key.special += fmt::format("#{}", program_->functions.size());
    Function* f = make(std::move(key), FunctionKind::Native);
    f->name = f->native_name = name;
    // Words arrive as their types say, whatever the policy of the caller: an intrinsic is not called by programs.
    f->policy = SlotPolicy::Static;
    set_parameters(*f, arguments);
    f->policy = policy;
    f->result_type = result;
    f->result = policy == SlotPolicy::Boxed && result->repr != Repr::Unit ? Repr::Boxed : result->repr;
    if (select) f->selects.push_back(*select);
    if (name == "$actor") describe_actor(*this, arguments[0]);
    return f;
}

const Function* Instances::message(const Function* method, const TypeDescriptor* handle, SlotPolicy policy) {
    InstanceKey key;
    key.special = fmt::format("$message/{}#{}", int(policy), method->id);
    key.arguments.push_back(handle->type);
    if (auto found = instances_.find(key); found != instances_.end()) return found->second;
    Function* f = make(std::move(key), FunctionKind::Native);
    f->name = f->native_name = "$message";
    f->policy = SlotPolicy::Static;
    std::vector<const TypeDescriptor*> arguments = method->parameter_types;
    arguments[0] = handle;
    set_parameters(*f, arguments);
    f->policy = policy;
    f->result_type = method->result_type;
    f->result = policy == SlotPolicy::Boxed && f->result_type->repr != Repr::Unit ? Repr::Boxed : f->result_type->repr;
    f->functions.push_back(method);
    return f;
}

const Function* Instances::drop_glue(const TypeDescriptor* type) {
    if (type->drop_glue) return type->drop_glue;
    auto* d = const_cast<TypeDescriptor*>(type);
    InstanceKey key;
    key.special = fmt::format("drop#{}", type->id);
    bool native = type->kind == DescriptorKind::Native || type->kind == DescriptorKind::Handle ||
                  type->kind == DescriptorKind::Map || type->kind == DescriptorKind::Set ||
                  type->kind == DescriptorKind::Closure || type->kind == DescriptorKind::Future ||
                  type->kind == DescriptorKind::Dyn;
    Function* f = make(std::move(key), native ? FunctionKind::Native : FunctionKind::Bytecode);
    d->drop_glue = f;
    f->item = type->item;
    f->name = "drop " + type->name;
    f->result_type = describe(type::unit(), SlotPolicy::Static);
    f->result = Repr::Unit;
    if (native) {
        switch (type->kind) {
            case DescriptorKind::Map:
            case DescriptorKind::Set: f->native_name = "$drop_map"; break;
            case DescriptorKind::Closure:
            case DescriptorKind::Future: f->native_name = "$drop_closure"; break;
            case DescriptorKind::Dyn: f->native_name = "$drop_dyn"; break;
            default: f->native_name = "drop " + type->native_name;
        }
        set_parameters(*f, {type});
        if (type->key) need_drop_of(type->key);
        if (type->element) need_drop_of(type->element);
        for (const TypeDescriptor* t : type->arguments) need_drop_of(t);
        if (is_writing_guard(*type)) find_invariant(*this, type->arguments[0]);
    } else {
        f->parameter_types = {type};
        f->parameter_reprs = {type->repr};
        ResolvedFunction user = model_.user_drop(type->type);
        if (user.function != ItemId::None)
            d->user_drop = function(user.function, user.type_arguments, user.self, {}, {});
        work_.push_back({f, Work::Glue, type});
    }
    return f;
}

bool Instances::shows_user_code(const TypeDescriptor* type) {
    std::unordered_set<const TypeDescriptor*> seen;
    std::function<bool(const TypeDescriptor*)> visit = [&](const TypeDescriptor* t) {
        if (!t || t->policy == SlotPolicy::Boxed || !seen.insert(t).second) return false;
        if (user_show(t)) return true;
        bool found = t->kind == DescriptorKind::Dyn;
        for (const FieldDescriptor& field : t->fields) found |= visit(field.type);
        for (const VariantDescriptor& variant : t->variants)
            for (const FieldDescriptor& field : variant.fields) found |= visit(field.type);
        found |= visit(t->element) | visit(t->key);
        if (t->kind != DescriptorKind::Closure)
            for (const TypeDescriptor* member : t->members) found |= visit(member);
        for (const TypeDescriptor* argument : t->arguments) found |= visit(argument);
        return found;
    };
    bool result = visit(type);
    for (const TypeDescriptor* t : seen)
        if (result && t == type) const_cast<TypeDescriptor*>(t)->has_user_show = true;
    return result;
}

const Function* Instances::user_show(const TypeDescriptor* type) {
    if (type->user_show) return type->user_show;
    bool may = type->kind == DescriptorKind::Struct || type->kind == DescriptorKind::Enum;
    if (!may || type->is_tuple || type->policy == SlotPolicy::Boxed) return nullptr;
    ResolvedFunction user = model_.user_show(type->type);
    if (user.function == ItemId::None) return nullptr;
    const Function* f = function(user.function, user.type_arguments, user.self, {}, {});
    const_cast<TypeDescriptor*>(type)->user_show = f;
    return f;
}

void Instances::use_dyn(const TypeDescriptor* type, ItemId trait) {
    TypeDefinition definition = model_.type_definition(trait);
    for (ItemId method : definition.methods) dyn_method(type, method);
    for (Type super : definition.interfaces) use_dyn(type, super->item);
    need_drop_of(type);
    shows_user_code(type);
}

const Function* Instances::dyn_method(const TypeDescriptor* type, ItemId method) {
    auto* d = const_cast<TypeDescriptor*>(type);
    if (auto found = d->dyn_methods.find(method); found != d->dyn_methods.end()) return found->second;
    d->dyn_methods[method] = nullptr;
    ResolvedFunction resolved = model_.resolve_trait_method(method, type->type, {});
    if (resolved.function == ItemId::None) return nullptr;
    return d->dyn_methods[method] =
               guarded(function(resolved.function, resolved.type_arguments, resolved.self, {}, {method, 0}, true));
}

}  // namespace braid::bytecode
