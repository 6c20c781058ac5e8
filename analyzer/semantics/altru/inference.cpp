#include "analyzer/semantics/altru/inference.h"

namespace braid::altru_semantics {

Type InferenceTable::fresh(VariableKind kind, uint32_t node) {
    variables_.push_back({nullptr, kind, node});
    return type::inference(uint32_t(variables_.size() - 1));
}

Type InferenceTable::shallow(Type t) const {
    while (t->is(TypeKind::Inference) && t->index < variables_.size() && variables_[t->index].bound)
        t = variables_[t->index].bound;
    return t;
}

Type InferenceTable::resolve(Type t) const {
    if (!t->has(TypeHasInference)) return t;
    t = shallow(t);
    if (!t->has(TypeHasInference) || t->is(TypeKind::Inference)) return t;
    return map_type(t, [this](Type part) {
        if (!part->is(TypeKind::Inference)) return part;
        Type bound = shallow(part);
        return bound->is(TypeKind::Inference) ? bound : resolve(bound);
    });
}

Type InferenceTable::resolve_with_defaults(Type t) const {
    return map_type(resolve(t), [this](Type part) {
        Type known = part->is(TypeKind::Inference) ? default_of(part) : nullptr;
        return known ? known : part;
    });
}

VariableKind InferenceTable::kind_of(Type variable) const { return variables_[variable->index].kind; }

bool InferenceTable::occurs(Type variable, Type t) const {
    bool found = false;
    walk_type(resolve(t), [&](Type part) {
        found |= part == variable;
        return !found && part->has(TypeHasInference);
    });
    return found;
}

bool InferenceTable::bind(Type variable, Type t) {
    Variable& v = variables_[variable->index];
    if (t->is(TypeKind::Inference)) {
        Variable& other = variables_[t->index];
        // The younger one refers to the older one, so that a thousand of them do not make a chain.
        if (v.kind == other.kind && variable->index < t->index) return bind(t, variable);
        if (v.kind == VariableKind::General || v.kind == other.kind) {
            trail_.push_back({variable->index, v.bound, v.kind});
            v.bound = t;
            return true;
        }
        if (other.kind != VariableKind::General) return false;
        trail_.push_back({t->index, other.bound, other.kind});
        other.bound = variable;
        return true;
    }
    if (v.kind == VariableKind::Integer && !t->is(TypeKind::Integer) && !t->is(TypeKind::Error)) return false;
    if (v.kind == VariableKind::Float && !t->is(TypeKind::Float) && !t->is(TypeKind::Error)) return false;
    if (t->has(TypeHasInference) && occurs(variable, t)) return false;
    trail_.push_back({variable->index, v.bound, v.kind});
    v.bound = t;
    return true;
}

bool InferenceTable::unify_terms(Type a, Type b, int depth) {
    a = shallow(a);
    b = shallow(b);
    if (a == b || depth > 128) return true;
    if (a->is(TypeKind::Error) || b->is(TypeKind::Error)) return true;
    if (a->is(TypeKind::Inference)) return bind(a, b);
    if (b->is(TypeKind::Inference)) return bind(b, a);
    if (a->kind != b->kind || a->item != b->item || a->integer != b->integer || a->bits != b->bits ||
        a->index != b->index || a->length != b->length || a->text != b->text ||
        a->arguments.size() != b->arguments.size() || a->fields.size() != b->fields.size())
        return false;
    if (a->is(TypeKind::Reference) && a->has(TypeMutable) != b->has(TypeMutable)) return false;
    for (size_t i = 0; i < a->fields.size(); ++i)  // `dyn Source[Item = int]`
        if (a->fields[i].name != b->fields[i].name || !unify_terms(a->fields[i].type, b->fields[i].type, depth + 1))
            return false;
    for (size_t i = 0; i < a->arguments.size(); ++i)
        if (!unify_terms(a->arguments[i], b->arguments[i], depth + 1)) return false;
    return true;
}

bool InferenceTable::unify(Type a, Type b) {
    Snapshot before = snapshot();
    if (unify_terms(a, b, 0)) return true;
    rollback(before);
    return false;
}

void InferenceTable::rollback(Snapshot snapshot) {
    while (trail_.size() > snapshot.trail) {
        const Change& change = trail_.back();
        variables_[change.index].bound = change.bound;
        variables_[change.index].kind = change.kind;
        trail_.pop_back();
    }
}

Type InferenceTable::default_of(Type variable) const {
    switch (kind_of(variable)) {
        case VariableKind::Integer: return type::integer();
        case VariableKind::Float: return type::float_();
        default: return nullptr;
    }
}

void InferenceTable::bind_defaults() {
    for (Variable& v : variables_) {
        if (v.bound) continue;
        if (v.kind == VariableKind::Integer) v.bound = type::integer();
        if (v.kind == VariableKind::Float) v.bound = type::float_();
    }
}

}  // namespace braid::altru_semantics
