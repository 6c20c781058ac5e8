#include "analyzer/checks/call_regions.h"

#include <algorithm>

#include "analyzer/checks/stored_borrows.h"

namespace braid::checks {

using namespace mir;

CallRegions::CallRegions(RegionsOfTypes& types, const CallTerminator& call) : types_(types), call_(call) {
    if (auto* direct = std::get_if<hir::DirectCallee>(&call.callee)) function_ = direct->function;
    if (auto* found = std::get_if<hir::VirtualCallee>(&call.callee)) function_ = found->method;
    if (function_ == ItemId::None) return;
    QueryContext& context = types.context();
    signature_ = context.get<SignatureOf>(function_);
    ItemId parent = parent_of(function_);
    if (kind_of(parent) == ItemKind::Impl) self_ = context.get<ImplOf>(parent)->self;
    keeps_functions_ = self_ && types.keeps(self_);
}

std::vector<Name> CallRegions::lifetimes_at(LifetimePlace written) const {
    std::vector<Name> out;
    if (written.of == LifetimePlace::Of::Receiver && written.term > 0)
        written = {LifetimePlace::Of::Self, 0, written.term - 1};
    for (const NamedLifetime& lifetime : signature_->lifetimes)
        if (lifetime.place == written) out.push_back(lifetime.name);
    return out;
}

bool CallRegions::share_lifetime(const Occurrence& a, const Occurrence& b) const {
    return std::find_first_of(a.lifetimes.begin(), a.lifetimes.end(), b.lifetimes.begin(), b.lifetimes.end()) !=
           a.lifetimes.end();
}

void CallRegions::argument(View view) { arguments_.push_back(std::move(view)); }
void CallRegions::function_value(View view) { arguments_.push_back(std::move(view)); }

Type CallRegions::formal_receiver(const View& actual) const {
    if (!actual.type->is(TypeKind::Reference)) return self_;
    return self_ ? type::reference(self_, actual.type->has(TypeMutable)) : nullptr;
}

void CallRegions::match_parts(Type formal, const View& actual, bool writable, Occurrences& out, LifetimePlace written) {
    size_t n = std::min(formal->arguments.size(), actual.type->arguments.size());
    ++written.term;
    for (size_t i = 0; i < n; ++i) {
        match(formal->arguments[i], types_.argument(actual, i), writable, false, out, written);
        if (!signature_->lifetimes.empty()) walk_type(formal->arguments[i], [&](Type) { return ++written.term, true; });
    }
}

void CallRegions::match(Type formal, const View& actual, bool writable, bool outermost, Occurrences& out,
                        LifetimePlace written) {
    if (actual.regions.empty()) return;
    bool open = !formal || formal->is(TypeKind::Parameter) || formal->is(TypeKind::Projection);
    if (open && !formal && actual.type->is(TypeKind::Reference) && outermost && receiver_is_reference_) {
        out.push_back(
            {Role::Reference, nullptr, 0, actual.regions[0], false, true, false, nullptr, lifetimes_at(written)});
        return match(nullptr, types_.target(actual), writable || actual.type->has(TypeMutable), false, out);
    }
    if (open) {
        bool functions = actual.type->is(TypeKind::Nominal) && types_.hidden(actual) != kStatic &&
                         !types_.has_references(actual.type->item);
        for (uint32_t i = 0; i < actual.regions.size(); ++i)
            out.push_back(
                {Role::Parameter, formal, i, actual.regions[i], writable, false, functions && i == 0, nullptr, {}});
        return;
    }
    if (formal->is(TypeKind::Reference) && actual.type->is(TypeKind::Reference)) {
        out.push_back({Role::Reference, nullptr, 0, actual.regions[0], writable, outermost, false, formal->element(),
                       lifetimes_at(written)});
        ++written.term;
        return match(formal->element(), types_.target(actual), writable || formal->has(TypeMutable), false, out,
                     written);
    }
    bool is_function = formal->is(TypeKind::Function) || formal->is(TypeKind::Dyn);
    if (is_function && actual.regions.size() == 1) {
        out.push_back({Role::Function, nullptr, 0, actual.regions[0], writable, false, false, nullptr, {}});
        return;
    }
    bool same = formal->kind == actual.type->kind && formal->item == actual.type->item;
    if (same && (formal->is(TypeKind::Nominal) || !formal->arguments.empty())) {
        if (Region hidden = types_.hidden(actual); hidden != kStatic)
            out.push_back({Role::Hidden, nullptr, 0, hidden, writable, false, !types_.has_references(formal->item),
                           nullptr, lifetimes_at(written)});
        return match_parts(formal, actual, writable, out, written);
    }
    for (Region region : actual.regions)
        out.push_back({Role::Hidden, nullptr, 0, region, writable, false, false, nullptr, {}});
}

/// Parameters that a function argument makes values of: those may hold whatever it was given or captured.
void CallRegions::find_made_by_functions(Type formal, bool in_result) {
    if (!formal) return;
    bool open = formal->is(TypeKind::Parameter) || formal->is(TypeKind::Projection);
    if (open && in_result) made_by_functions_.push_back(formal);
    bool is_function = formal->is(TypeKind::Function);
    if (is_function)
        for (Type parameter : formal->parameters()) functions_get_borrows_ |= parameter->is(TypeKind::Reference);
    for (size_t i = 0; i < formal->arguments.size(); ++i)
        find_made_by_functions(formal->arguments[i], in_result || (is_function && i + 1 == formal->arguments.size()));
}

/// The regions of arguments that stand for the same part of the same parameter.
std::vector<Region> CallRegions::of_parameters(const Occurrence& wanted) const {
    std::vector<Region> out;
    bool made =
        std::find(made_by_functions_.begin(), made_by_functions_.end(), wanted.parameter) != made_by_functions_.end() &&
        wanted.parameter;
    bool found = false;
    for (const Occurrence& o : given_) {
        bool same = o.role == Role::Parameter && o.parameter == wanted.parameter;
        found |= same;
        // What functions kept from before hold shows only in what they are asked for themselves.
        bool reaches = !o.only_functions && (!o.outermost || functions_get_borrows_);
        if ((made && reaches) || (same && o.part == wanted.part)) out.push_back(o.region);
    }
    if (made || found) return out;
    // A projection such as `Self::Item`, or a parameter that only the result names: what the arguments hold, but not
    // the borrow through which a receiver is lent.
    bool projection = wanted.parameter && wanted.parameter->is(TypeKind::Projection);
    for (const Occurrence& o : given_)
        if (!projection || (!o.outermost && !o.only_functions && o.role != Role::Function)) out.push_back(o.region);
    return out;
}

std::vector<Region> CallRegions::sources(const Occurrence& to) const {
    if (to.role == Role::Parameter) return of_parameters(to);
    std::vector<Region> out;
    bool named = std::any_of(given_.begin(), given_.end(), [&](const Occurrence& o) { return share_lifetime(o, to); });
    if (named || std::find(to.lifetimes.begin(), to.lifetimes.end(), Name("'static")) != to.lifetimes.end()) {
        for (const Occurrence& o : given_)
            if (share_lifetime(o, to)) out.push_back(o.region);
        return out;
    }
    bool lent = receiver_is_reference_;
    auto lends = [&](const Occurrence& o) {
        bool known = to.target && o.target;
        return o.role == Role::Reference && (!known || types_.may_contain(o.target, to.target));
    };
    bool any_reference = std::any_of(given_.begin(), given_.end(), lends);
    for (size_t i = 0; i < given_.size(); ++i) {
        const Occurrence& o = given_[i];
        bool of_receiver = lent && i == 0;
        bool elided = lent ? of_receiver : any_reference ? lends(o) : true;
        bool kept = to.role != Role::Reference && (o.role == Role::Function || o.role == Role::Hidden);
        bool owned = !lent && o.role == Role::Hidden;
        if ((elided && !to.only_functions) || kept || owned) out.push_back(o.region);
    }
    return out;
}

/// What the function is known to put into what its arguments refer to; only asked where it might.
void CallRegions::flow_stored(const std::function<void(Region, Region)>& f) {
    auto takes = [](const Occurrence& o) {
        return o.writable && (o.role == Role::Reference || (o.role == Role::Hidden && !o.only_functions));
    };
    auto lends = [](const Occurrence& o) { return o.role == Role::Reference && o.outermost; };
    bool has_body = signature_->has_body && !signature_->is_native && !is_std(file_of(function_));
    if (!has_body || std::none_of(given_.begin(), given_.end(), takes) ||
        std::count_if(given_.begin(), given_.end(), lends) < 2)
        return;
    for (const StoredBorrows::Stored& stored : *types_.context().get<StoredBorrows>(function_)) {
        if (stored.to >= arguments_.size() || stored.from >= arguments_.size()) continue;
        const View &to = arguments_[stored.to], &from = arguments_[stored.from];
        if (to.regions.size() == stored.regions && !from.regions.empty()) f(to.regions[stored.region], from.regions[0]);
    }
}

void CallRegions::flow(const View& result, const std::function<void(Region, Region)>& f) {
    if (!signature_) {
        for (Region to : result.regions)
            for (const View& argument : arguments_)
                for (Region from : argument.regions) f(to, from);
        return;
    }
    bool has_receiver = signature_->receiver != Receiver::None && !arguments_.empty();
    receiver_is_reference_ = has_receiver && arguments_[0].type->is(TypeKind::Reference);
    for (size_t i = 0; i < arguments_.size(); ++i) {
        bool is_receiver = has_receiver && i == 0;
        size_t index = i - has_receiver;
        Type formal = is_receiver                             ? formal_receiver(arguments_[i])
                      : index < signature_->parameters.size() ? signature_->parameters[index].type
                                                              : nullptr;
        using Of = LifetimePlace::Of;
        LifetimePlace written{is_receiver ? receiver_is_reference_ ? Of::Receiver : Of::Self : Of::Parameter,
                              is_receiver ? 0 : uint32_t(index)};
        match(formal, arguments_[i], false, true, given_, written);
        if (!is_receiver) find_made_by_functions(formal, false);
    }
    for (const Occurrence& to : given_) {
        if (!to.writable) continue;
        if (to.role == Role::Parameter)
            for (Region from : of_parameters(to)) f(to.region, from);
        for (const Occurrence& from : given_)
            if (share_lifetime(to, from) && from.region != to.region) f(to.region, from.region);
    }
    if (types_.calls() == Calls::BySummary && std::holds_alternative<hir::DirectCallee>(call_.callee)) flow_stored(f);
    if (keeps_functions_ && has_receiver)
        for (const Occurrence& to : given_)
            if (to.role == Role::Hidden)
                for (const Occurrence& from : given_)
                    if (from.role == Role::Function) f(to.region, from.region);
    if (result.regions.empty()) return;
    Type formal = signature_->result;
    if (call_.mode == hir::CallMode::ColdFuture && !result.type->arguments.empty()) {
        // The future holds its arguments until it is awaited.
        for (const Occurrence& from : given_) f(types_.hidden(result), from.region);
        Occurrences into;
        match(formal, types_.argument(result, 0), false, true, into, {LifetimePlace::Of::Result});
        for (const Occurrence& to : into)
            for (Region from : sources(to)) f(to.region, from);
        return;
    }
    Occurrences into;
    match(formal, result, false, false, into, {LifetimePlace::Of::Result});
    for (const Occurrence& to : into)
        for (Region from : sources(to)) f(to.region, from);
}

}  // namespace braid::checks
