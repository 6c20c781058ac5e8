#include <algorithm>
#include <functional>

#include "interpreter/bytecode/instances.h"

// Classes, statics and methods bound by name: what the Boxed policy finds at run time.
namespace braid::bytecode {

const ClassDescriptor* Instances::klass(ItemId item) {
    if (item == ItemId::None) return nullptr;
    if (auto found = classes_.find(item); found != classes_.end()) return found->second;
    ClassDescriptor& c = program_->classes.emplace_back();
    classes_[item] = &c;
    c.id = uint32_t(program_->classes.size() - 1);
    c.item = item;
    c.name = name_of(item).text();
    TypeDefinition definition = model_.type_definition(item);
    c.is_error = is_well_known(item, WellKnown::JsError);
    ItemId constructor = definition.constructor;
    if (definition.base && definition.base->is(TypeKind::Nominal)) {
        c.base = klass(definition.base->item);
        c.fields = c.base->fields;
        c.is_error |= c.base->is_error;
        if (constructor == ItemId::None) c.constructor = c.base->constructor;
    }
    // One that a base class has, too, is the same field.
    for (const FieldInfo& field : definition.fields)
        if (!field.is_static && std::find(c.fields.begin(), c.fields.end(), field.name) == c.fields.end())
            c.fields.push_back(field.name);
    if (constructor != ItemId::None) c.constructor = function(constructor, {}, nullptr, {}, {item, 0}, true);
    for (size_t i = 0; i < method_names_.size(); ++i) bind_late(c, method_names_[i]);
    return &c;
}

void Instances::bind_late(ClassDescriptor& klass, Name name) {
    using Kind = ProgramModel::MemberKind;
    auto bind = [&](Kind kind, auto& table) {
        ItemId member = model_.find_member(klass.item, name, kind);
        if (member != ItemId::None) table[name] = function(member, {}, nullptr, {}, {member, 0}, true);
    };
    bind(Kind::Method, klass.methods);
    bind(Kind::Getter, klass.getters);
    bind(Kind::Setter, klass.setters);
}

void Instances::use_method_name(Name name) {
    if (!known_names_.insert(name).second) return;
    method_names_.push_back(name);
    for (WellKnown builtin :
         {WellKnown::JsArray, WellKnown::JsString, WellKnown::JsNumber, WellKnown::JsBoolean, WellKnown::JsFunction,
          WellKnown::JsObject, WellKnown::JsMap, WellKnown::JsSet, WellKnown::Promise})
        klass(model_.well_known(builtin));
    for (size_t i = 0; i < program_->classes.size(); ++i)
        if (!program_->classes[i].methods.count(name)) bind_late(program_->classes[i], name);
}

void Instances::use_static(ItemId item, Place) {
    if (statics_.count(item)) return;
    StaticDescriptor& s = program_->statics.emplace_back();
    statics_[item] = &s;
    s.item = item;
    s.name = qualified_name(item);
    s.policy = model_.slot_policy(item);
    s.type = describe(model_.static_type(item), s.policy);
    auto mir = model_.mir(item);
    if (!mir || mir->functions.empty()) return;
    Function* f = make(InstanceKey{item}, FunctionKind::Bytecode);
    f->name = "initializer of " + s.name;
    f->policy = s.policy;
    f->result_type = describe(mir->functions[0].locals[0].type, s.policy);
    f->result = s.policy == SlotPolicy::Boxed ? Repr::Boxed : f->result_type->repr;
    s.initializer = f;
    work_.push_back({f, Work::Body});
}

void Instances::order_statics() {
    std::unordered_set<const Function*> seen_functions;
    std::unordered_set<ItemId> seen;
    std::function<void(StaticDescriptor&, int)> visit = [&](StaticDescriptor& s, int depth) {
        if (!seen.insert(s.item).second) return;
        std::vector<const Function*> pending;
        if (s.initializer) pending.push_back(s.initializer);
        while (!pending.empty()) {
            const Function* f = pending.back();
            pending.pop_back();
            if (!f || !seen_functions.insert(f).second) continue;
            if (depth < 200)
                for (ItemId item : f->statics) visit(*statics_.at(item), depth + 1);
            pending.insert(pending.end(), f->functions.begin(), f->functions.end());
        }
        program_->initialization.push_back(&s);
    };
    for (StaticDescriptor& s : program_->statics) visit(s, 0);
}

}  // namespace braid::bytecode
