#include <algorithm>

#include "analyzer/semantics/altru/builder.h"
#include "analyzer/semantics/altru/captures.h"
#include "analyzer/semantics/body_walk.h"

// From draft to body: which borrows are mutable, and with them the receivers of methods.
namespace braid::altru_semantics {

using namespace hir;

namespace {

/// Makes places mutable where they are written or borrowed mutably: `deref` becomes `deref_mut`, a binding that only
/// happens to borrow becomes a mutable one, and `self` is noted.
class MutabilityPass {
  public:
    MutabilityPass(QueryContext& context, const BodyDraft& draft, Body& body)
        : context_(context), draft_(draft), body_(body) {
        for (size_t i = 0; i < body.locals.size(); ++i)
            if (body.locals[i].is_self) self_ = LocalId(i);
        implicit_.insert(draft.implicit_bindings.begin(), draft.implicit_bindings.end());
    }

    bool self_is_mutable = false;

    void run() {
        for (size_t i = 0; i < body_.expressions.size(); ++i) {
            const Expr& e = body_.expressions[i];
            if (auto* borrow = std::get_if<Borrow>(&e.data)) {
                if (borrow->is_mutable) mark(borrow->place);
            } else if (auto* assign = std::get_if<Assign>(&e.data)) {
                mark(assign->place);
            } else if (auto* compound = std::get_if<CompoundAssign>(&e.data)) {
                mark(compound->place);
            } else if (auto* loop = std::get_if<For>(&e.data)) {
                if (loop->iteration == Iteration::ListMutable) mark(loop->iterable);
            }
        }
    }

    void make_mutable(ExprId borrow) {
        Expr& e = body_.expressions[uint32_t(borrow)];
        auto* b = std::get_if<Borrow>(&e.data);
        if (!b || b->is_mutable) return;
        b->is_mutable = true;
        if (e.type->is(TypeKind::Reference)) e.type = type::reference(e.type->element(), true);
        mark(b->place);
    }

    void mark(ExprId place, int depth = 0) {
        if (depth > 512) return;
        Expr& e = body_.expressions[uint32_t(place)];
        if (auto* field = std::get_if<Field>(&e.data)) return mark(field->base, depth + 1);
        if (auto* index = std::get_if<Index>(&e.data)) return mark(index->base, depth + 1);
        auto* deref = std::get_if<hir::Deref>(&e.data);
        if (!deref) return;
        ExprId reference = deref->reference;
        Expr& r = body_.expressions[uint32_t(reference)];
        if (auto* local = std::get_if<LocalRef>(&r.data)) {
            if (local->local == self_) self_is_mutable = true;
            if (implicit_.count(local->local)) upgrade(local->local);
            return;
        }
        auto* call = std::get_if<Call>(&r.data);
        auto* direct = call ? std::get_if<DirectCallee>(&call->callee) : nullptr;
        if (!direct) return;
        if (auto it = draft_.mutable_deref.find(reference); it != draft_.mutable_deref.end()) {
            direct->function = it->second;
            if (r.type->is(TypeKind::Reference)) r.type = type::reference(r.type->element(), true);
            bool mutably = context_.get<SignatureOf>(it->second)->receiver == Receiver::Mutable;
            if (mutably && !call->arguments.empty()) make_mutable(call->arguments[0]);
            return;
        }
        if (direct->function == map_method("index")) {
            direct->function = map_method("index_mut");
            if (r.type->is(TypeKind::Reference)) r.type = type::reference(r.type->element(), true);
            if (!call->arguments.empty()) make_mutable(call->arguments[0]);
        }
    }

    /// What names bind of a lent value is lent as it is: `self` turned out to be only looked at.
    void share_parts(LocalId whole) {
        for (auto [local, source] : draft_.binding_source) {
            LocalInfo& info = body_.locals[uint32_t(local)];
            if (root_of(source) != whole || !info.type->is(TypeKind::Reference) || !info.type->has(TypeMutable))
                continue;
            rebind(local, BindMode::BorrowMutable, BindMode::Borrow);
            share_parts(local);
        }
    }

  private:
    LocalId root_of(ExprId place) const {
        for (;;) {
            const ExprData& data = body_[place].data;
            if (auto* local = std::get_if<LocalRef>(&data)) return local->local;
            if (auto* field = std::get_if<Field>(&data)) place = field->base;
            else if (auto* index = std::get_if<Index>(&data)) place = index->base;
            else if (auto* deref = std::get_if<hir::Deref>(&data)) place = deref->reference;
            else return LocalId::None;
        }
    }

    ItemId map_method(std::string_view name) {
        for (const auto& candidate : *context_.get<MethodsNamed>(Name(name)))
            if (file_of(candidate.function) == file_of(Known::get().map)) return candidate.function;
        return ItemId::None;
    }

    void upgrade(LocalId local) {
        LocalInfo& info = body_.locals[uint32_t(local)];
        if (!info.type->is(TypeKind::Reference) || info.type->has(TypeMutable)) return;
        rebind(local, BindMode::Borrow, BindMode::BorrowMutable);
        auto source = draft_.binding_source.find(local);
        if (source != draft_.binding_source.end()) mark(source->second);
    }

    void rebind(LocalId local, BindMode from, BindMode to) {
        LocalInfo& info = body_.locals[uint32_t(local)];
        info.type = type::reference(info.type->element(), to == BindMode::BorrowMutable);
        for (Pattern& p : body_.patterns)
            if (auto* bind = std::get_if<BindPattern>(&p.data); bind && bind->local == local && bind->mode == from)
                bind->mode = to;
        for (Expr& e : body_.expressions)
            if (auto* ref = std::get_if<LocalRef>(&e.data); ref && ref->local == local) e.type = info.type;
    }

    QueryContext& context_;
    const BodyDraft& draft_;
    Body& body_;
    LocalId self_ = LocalId::None;
    std::set<LocalId> implicit_;
};

}  // namespace

SelfNeeds::Value SelfNeeds::compute(QueryContext& context, const Key& item) {
    auto draft = context.get<DraftOf>(item);
    Value value;
    Body definite = draft->body;
    MutabilityPass pass(context, *draft, definite);
    pass.run();
    value.is_mutable = pass.self_is_mutable;
    if (value.is_mutable) return value;
    for (const auto& open : draft->open_borrows) {
        Body attempt = draft->body;
        MutabilityPass probe(context, *draft, attempt);
        probe.make_mutable(open.borrow);
        if (probe.self_is_mutable &&
            std::find(value.depends_on.begin(), value.depends_on.end(), open.method) == value.depends_on.end())
            value.depends_on.push_back(open.method);
    }
    return value;
}

Receiver ReceiverOf::compute(QueryContext& context, const Key& item) {
    auto signature = context.get<SignatureOf>(item);
    if (signature->receiver != Receiver::Inferred) return signature->receiver;
    std::vector<ItemId> pending{item};
    std::set<ItemId> seen{item};
    while (!pending.empty()) {
        ItemId next = pending.back();
        pending.pop_back();
        Receiver declared = context.get<SignatureOf>(next)->receiver;
        if (declared == Receiver::Mutable) return Receiver::Mutable;
        if (declared != Receiver::Inferred) continue;
        auto needs = context.get<SelfNeeds>(next);
        if (needs->is_mutable) return Receiver::Mutable;
        for (ItemId method : needs->depends_on)
            if (seen.insert(method).second) pending.push_back(method);
    }
    return Receiver::Shared;
}

Body finalize_body(QueryContext& context, const BodyDraft& draft) {
    Body body = draft.body;
    MutabilityPass pass(context, draft, body);
    for (const auto& open : draft.open_borrows) {
        if (*context.get<ReceiverOf>(open.method) == Receiver::Mutable) pass.make_mutable(open.borrow);
    }
    pass.run();
    if (kind_of(body.item) == ItemKind::Function &&
        context.get<SignatureOf>(body.item)->receiver == Receiver::Inferred &&
        *context.get<ReceiverOf>(body.item) == Receiver::Shared) {
        for (size_t i = 0; i < body.locals.size(); ++i) {
            LocalInfo& local = body.locals[i];
            if (!local.is_self || !local.type->is(TypeKind::Reference)) continue;
            local.type = type::reference(local.type->element(), false);
            for (Expr& e : body.expressions)
                if (auto* ref = std::get_if<LocalRef>(&e.data); ref && ref->local == LocalId(i)) e.type = local.type;
            pass.share_parts(LocalId(i));
        }
    }
    find_captures(context, draft, body);
    return body;
}

Body body(QueryContext& context, ItemId item) { return finalize_body(context, *context.get<DraftOf>(item)); }

}  // namespace braid::altru_semantics
