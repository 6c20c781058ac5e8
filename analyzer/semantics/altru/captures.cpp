#include "analyzer/semantics/altru/captures.h"

#include <algorithm>

#include "analyzer/semantics/body_walk.h"

namespace braid::altru_semantics {

using namespace hir;

namespace {

enum class UseOf : uint8_t { Lend, LendMutable, Consume };

class CaptureFinder {
  public:
    CaptureFinder(QueryContext& context, const BodyDraft& draft, Body& body)
        : context_(context), draft_(draft), body_(body) {}

    void run() {
        for (BodyFunctionId id : inner_first()) capture(id);
        std::vector<uint8_t> known(body_.functions.size(), 0);
        for (auto [region, function] : draft_.closure_regions) flags_of(region, 0);
        auto close = [this](Type t) { return t ? closed(t, 0) : t; };
        for (Expr& e : body_.expressions) {
            e.type = close(e.type);
            if (auto* call = std::get_if<Call>(&e.data))
                if (auto* direct = std::get_if<DirectCallee>(&call->callee)) {
                    for (Type& t : direct->type_arguments) t = close(t);
                    direct->self = close(direct->self);
                }
            if (auto* reference = std::get_if<FunctionRef>(&e.data))
                for (Type& t : reference->type_arguments) t = close(t);
        }
        for (Pattern& p : body_.patterns) p.type = close(p.type);
        for (LocalInfo& l : body_.locals) l.type = close(l.type);
        for (BodyFunction& f : body_.functions) f.result = close(f.result);
        for (Resolution& r : body_.resolutions) r.type = close(r.type);
    }

  private:
    /// What closures capture from further out their parents capture too; and what a closure that is held by a variable
    /// captures says whether the closures after it may copy it.
    std::vector<BodyFunctionId> inner_first() const {
        std::vector<std::vector<uint32_t>> inside(body_.functions.size());
        for (uint32_t i = 1; i < body_.functions.size(); ++i) inside[uint32_t(body_.functions[i].parent)].push_back(i);
        std::vector<BodyFunctionId> order;  // outer before inner and last before first, then turned round
        std::vector<uint32_t> work{0};
        while (!work.empty()) {
            uint32_t at = work.back();
            work.pop_back();
            if (at != 0) order.push_back(BodyFunctionId(at));
            work.insert(work.end(), inside[at].begin(), inside[at].end());
        }
        std::reverse(order.begin(), order.end());
        return order;
    }

    bool is_copy(Type t) { return context_.get<CapabilitiesOf>(closed(t, 0))->copy; }

    void capture(BodyFunctionId id) {
        current_ = id;
        captures_.clear();
        BodyFunction& f = body_.functions[uint32_t(id)];
        walk(f.root, UseOf::Consume, 0);
        for (const ContractClause& clause : f.contracts) walk(clause.condition, UseOf::Lend, 0);
        bool by_value = draft_.captures_by_value[uint32_t(id)];
        for (auto& [local, use] : captures_) {
            Capture out{local, CaptureMode::Borrow, use.node};
            Type t = body_[local].type;
            if (by_value || use.use == UseOf::Consume) out.mode = is_copy(t) ? CaptureMode::Copy : CaptureMode::Move;
            else if (use.use == UseOf::LendMutable) out.mode = CaptureMode::BorrowMutable;
            else if (is_shared_borrow(local)) out.mode = CaptureMode::Copy;
            f.captures.push_back(out);
            body_.locals[uint32_t(local)].is_captured = true;
        }
    }

    /// A `&T` that stays what it is: the closure holds it as well, and lives as long as what is borrowed, not as the
    /// variable
    /// (`for part in &parts: s.spawn(|| work(part))`).
    bool is_shared_borrow(LocalId local) const {
        const LocalInfo& info = body_.locals[uint32_t(local)];
        return info.type->is(TypeKind::Reference) && !info.type->has(TypeMutable) && !info.is_mutable;
    }

    void record(LocalId local, UseOf use, uint32_t node) {
        // Locals of closures inside this one are not captures.
        BodyFunctionId owner = body_[local].function;
        if (owner == current_ || !encloses(owner, current_)) return;
        if (use == UseOf::Consume && is_copy(body_[local].type)) use = UseOf::Lend;
        for (auto& [known, seen] : captures_) {
            if (known != local) continue;
            seen.use = std::max(seen.use, use);
            return;
        }
        captures_.push_back({local, {use, node}});
    }

    bool encloses(BodyFunctionId outer, BodyFunctionId inner) {
        for (BodyFunctionId f = inner; f != BodyFunctionId::None; f = body_[f].parent)
            if (f == outer) return true;
        return false;
    }

    bool is_place(ExprId id) {
        const ExprData& data = body_[id].data;
        return std::holds_alternative<LocalRef>(data) || std::holds_alternative<Field>(data) ||
               std::holds_alternative<Index>(data) || std::holds_alternative<hir::Deref>(data);
    }

    UseOf binding_use(PatternId id) {
        if (id == PatternId::None) return UseOf::Lend;
        const Pattern& p = body_[id];
        UseOf use = UseOf::Lend;
        auto join = [&](PatternId sub) { use = std::max(use, binding_use(sub)); };
        if (auto* bind = std::get_if<BindPattern>(&p.data)) {
            if (bind->mode == BindMode::BorrowMutable) use = UseOf::LendMutable;
            else if (bind->mode == BindMode::Value && !is_copy(body_[bind->local].type)) use = UseOf::Consume;
            join(bind->sub);
        } else if (auto* tuple = std::get_if<TuplePattern>(&p.data)) {
            for (PatternId sub : tuple->elements) join(sub);
        } else if (auto* list = std::get_if<ListPattern>(&p.data)) {
            for (PatternId sub : list->elements) join(sub);
        } else if (auto* variant = std::get_if<VariantPattern>(&p.data)) {
            for (PatternId sub : variant->fields) join(sub);
        } else if (auto* fields = std::get_if<StructPattern>(&p.data)) {
            for (auto [index, sub] : fields->fields) join(sub);
        } else if (auto* alternatives = std::get_if<OrPattern>(&p.data)) {
            for (PatternId sub : alternatives->alternatives) join(sub);
        } else if (auto* typed = std::get_if<TypePattern>(&p.data)) {
            join(typed->sub);
        }
        return use;
    }

    void walk(ExprId id, UseOf use, int depth) {
        if (id == ExprId::None || depth > 2000) return;
        const Expr& e = body_[id];
        ++depth;
        auto lend = [&](ExprId x) { walk(x, is_place(x) ? UseOf::Lend : UseOf::Consume, depth); };
        if (auto* local = std::get_if<LocalRef>(&e.data)) return record(local->local, use, e.node);
        if (auto* field = std::get_if<Field>(&e.data)) {
            if (use == UseOf::Consume && is_copy(e.type)) use = UseOf::Lend;
            return walk(field->base, use, depth);
        }
        if (auto* index = std::get_if<Index>(&e.data)) {
            walk(index->base, use == UseOf::LendMutable ? use : UseOf::Lend, depth);
            return walk(index->index, UseOf::Consume, depth);
        }
        if (auto* deref = std::get_if<hir::Deref>(&e.data)) {
            bool unique = body_[deref->reference].type->has(TypeMutable) && use == UseOf::LendMutable;
            return walk(deref->reference,
                        unique                       ? UseOf::LendMutable
                        : is_place(deref->reference) ? UseOf::Lend
                                                     : UseOf::Consume,
                        depth);
        }
        if (auto* borrow = std::get_if<Borrow>(&e.data)) {
            bool place = is_place(borrow->place);
            return walk(borrow->place,
                        !place               ? UseOf::Consume
                        : borrow->is_mutable ? UseOf::LendMutable
                                             : UseOf::Lend,
                        depth);
        }
        if (auto* assign = std::get_if<Assign>(&e.data)) {
            walk(assign->value, UseOf::Consume, depth);
            return walk(assign->place, UseOf::LendMutable, depth);
        }
        if (auto* assign = std::get_if<CompoundAssign>(&e.data)) {
            walk(assign->value, UseOf::Consume, depth);
            return walk(assign->place, UseOf::LendMutable, depth);
        }
        if (auto* closure = std::get_if<hir::Closure>(&e.data)) {
            for (const Capture& inner : body_[closure->function].captures) {
                UseOf passed = inner.mode == CaptureMode::Move            ? UseOf::Consume
                               : inner.mode == CaptureMode::BorrowMutable ? UseOf::LendMutable
                                                                          : UseOf::Lend;
                record(inner.local, passed, inner.node);
            }
            return;
        }
        if (auto* call = std::get_if<Call>(&e.data)) {
            if (auto* value = std::get_if<ValueCallee>(&call->callee)) lend(value->function);
            for (ExprId argument : call->arguments) walk(argument, UseOf::Consume, depth);
            return;
        }
        if (auto* binary = std::get_if<Binary>(&e.data)) {
            lend(binary->left);
            return lend(binary->right);
        }
        if (auto* text = std::get_if<Interpolate>(&e.data)) {
            for (const InterpolatePart& part : text->parts)
                if (part.value != ExprId::None) lend(part.value);
            return;
        }
        if (auto* let = std::get_if<Let>(&e.data)) {
            if (let->initializer != ExprId::None)
                walk(let->initializer, is_place(let->initializer) ? binding_use(let->pattern) : UseOf::Consume, depth);
            return walk(let->otherwise, UseOf::Consume, depth);
        }
        if (auto* match = std::get_if<Match>(&e.data)) {
            UseOf bound = UseOf::Lend;
            for (const MatchArm& arm : match->arms) bound = std::max(bound, binding_use(arm.pattern));
            walk(match->scrutinee, is_place(match->scrutinee) ? bound : UseOf::Consume, depth);
            for (const MatchArm& arm : match->arms) {
                walk(arm.guard, UseOf::Consume, depth);
                walk(arm.body, UseOf::Consume, depth);
            }
            return;
        }
        if (auto* matches = std::get_if<Matches>(&e.data))
            return walk(matches->scrutinee,
                        is_place(matches->scrutinee) ? binding_use(matches->pattern) : UseOf::Consume, depth);
        if (auto* loop = std::get_if<For>(&e.data)) {
            bool lends = is_place(loop->iterable) &&
                         (loop->iteration == Iteration::List || loop->iteration == Iteration::Channel);
            bool mutates = is_place(loop->iterable) && loop->iteration == Iteration::ListMutable;
            walk(loop->iterable, mutates ? UseOf::LendMutable : lends ? UseOf::Lend : UseOf::Consume, depth);
            return walk(loop->body, UseOf::Consume, depth);
        }
        if (auto* block = std::get_if<Block>(&e.data)) {
            for (ExprId statement : block->statements) lend(statement);
            return walk(block->value, UseOf::Consume, depth);
        }
        for_each_child(e, [&](ExprId child) { walk(child, UseOf::Consume, depth); });
    }

    // ---- closure types ----

    uint16_t flags_of(uint32_t region, int depth) {
        if (auto it = flags_.find(region); it != flags_.end()) return it->second;
        auto found = draft_.closure_regions.find(region);
        if (found == draft_.closure_regions.end() || depth > 16) return 0;
        flags_[region] = 0;  // a closure does not capture itself
        uint16_t flags = TypeSendBound;
        for (const Capture& c : body_[found->second].captures) {
            Type t = closed(body_[c.local].type, depth + 1);
            if (c.mode == CaptureMode::Move || c.mode == CaptureMode::BorrowMutable) flags |= TypeMoveOnly;
            bool by_value = c.mode == CaptureMode::Move || c.mode == CaptureMode::Copy;
            if (!by_value || !context_.get<CapabilitiesOf>(t)->send) flags &= ~TypeSendBound;
        }
        return flags_[region] = flags;
    }

    Type closed(Type t, int depth) {
        bool any = false;
        walk_type(t, [&](Type part) {
            any |= part->is(TypeKind::Function) && part->region != 0;
            return !any;
        });
        if (!any) return t;
        return map_type(t, [&](Type part) {
            if (!part->is(TypeKind::Function) || part->region == 0) return part;
            TypeData data = *part;
            data.flags = (data.flags & ~(TypeMoveOnly | TypeSendBound)) | flags_of(part->region, depth);
            data.region = 0;
            return intern(std::move(data));
        });
    }

    struct Seen {
        UseOf use;
        uint32_t node;
    };
    QueryContext& context_;
    const BodyDraft& draft_;
    Body& body_;
    BodyFunctionId current_{};
    std::vector<std::pair<LocalId, Seen>> captures_;
    std::map<uint32_t, uint16_t> flags_;
};

}  // namespace

void find_captures(QueryContext& context, const BodyDraft& draft, Body& body) {
    CaptureFinder(context, draft, body).run();
}

}  // namespace braid::altru_semantics
