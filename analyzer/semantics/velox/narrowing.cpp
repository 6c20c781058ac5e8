#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/enum_values.h"
#include "analyzer/semantics/velox/items.h"
#include "analyzer/semantics/velox/type_operators.h"

namespace braid::velox_semantics {

/// A fact of ways that are never taken: a variable that is known to be absent has been found there.
static const std::string kNeverHere = "!";

/// Variables and chains of plain properties below them; empty: nothing that keeps its value.
std::string BodyBuilder::fact_key(const ast::Expression& e) const {
    if (auto paren = e.as<ast::ParenExpr>()) return fact_key(paren.inner());
    if (auto name = e.as<ast::NameExpr>()) {
        if (!name.name()) return {};
        if (auto local = find_local(Name(name.name().text()))) return std::to_string(uint32_t(*local));
        return "static " + std::string(name.name().text());
    }
    if (e.kind() == Kind::ThisExpr) return "this";
    if (auto present = e.as<ast::NonNullExpr>()) return fact_key(present.operand());
    if (auto assigned = e.as<ast::AssignExpr>()) return fact_key(assigned.target());  // `(m = f()) !== null`
    if (auto element = e.as<ast::IndexExpr>()) {
        // `a["b"]` and `a[0]` keep what is known of them as `a.b` does.
        auto literal = element.index().as<ast::LiteralExpr>();
        std::string object = literal && literal.value() ? fact_key(element.object()) : std::string();
        if (object.empty()) return {};
        bool text = to_kind(literal.value().kind()) == Kind::StringLiteral;
        return object + "." + (text ? string_value(literal.value().text()) : std::string(literal.value().text()));
    }
    if (auto member = e.as<ast::MemberExpr>()) {
        std::string object = fact_key(member.object());
        return object.empty() || !member.name() ? std::string() : object + "." + std::string(member.name().text());
    }
    return {};
}

Type BodyBuilder::narrowed(const std::string& key, Type declared) const {
    if (key.empty()) return declared;
    auto found = facts_.find(key);
    return found == facts_.end() ? declared : found->second;
}

void BodyBuilder::forget(const std::string& key) {
    if (key.empty()) return;
    for (auto it = facts_.lower_bound(key); it != facts_.end() && it->first.starts_with(key);)
        it = it->first == key || it->first[key.size()] == '.' ? facts_.erase(it) : std::next(it);
}

/// What a variable of a union type is after an assignment; null: nothing new is known. Of what functions assign that
/// may run meanwhile (`only_here`: there is none) it says at most that something is there: which of its values it is,
/// or that it is absent, holds only until somebody is called.
Type BodyBuilder::narrowed_by_assignment(Type declared, Type produced, bool only_here) {
    if (!declared->is(TypeKind::Union) || produced->is(TypeKind::Any)) return nullptr;
    Type now = restricted(context_, declared, produced->is(TypeKind::Literal) ? produced : widened(produced));
    if (now->is(TypeKind::Never)) return nullptr;
    if (only_here) return now;
    return may_be_absent(now) ? declared : nullable_parts_removed(declared);
}

namespace {

/// Calls `f` with each variable that a node assigns to itself, not in what is inside of it.
template <typename F>
void each_assigned(const SyntaxNode& node, F&& f) {
    auto name = [&](const ast::Expression& target) {
        if (auto plain = target.as<ast::NameExpr>(); plain && plain.name()) f(Name(plain.name().text()));
    };
    if (auto a = ast::AssignExpr::cast(node)) {
        name(a.target());
        if (a.target().kind() == Kind::ArrayExpr || a.target().kind() == Kind::ObjectExpr)
            for (Preorder inner(a.target().node); inner; inner.next())
                if (auto n = inner->is_node() ? ast::NameExpr::cast(*inner) : ast::NameExpr())
                    name(n.as<ast::Expression>());
    } else if (auto p = ast::PostfixExpr::cast(node)) name(p.operand());
    else if (auto p = ast::PrefixExpr::cast(node);
             p && p.op() && (to_kind(p.op().kind()) == Kind::PlusPlus || to_kind(p.op().kind()) == Kind::MinusMinus))
        name(p.operand());
    else if (auto loop = ast::ForOfStmt::cast(node)) name(loop.target().expression());
}

/// The variables that the text of an item assigns, without what its children own.
struct AssignedNames {
    using Key = ItemId;
    using Value = std::set<Name>;
    static constexpr const char* name = "velox_assigned_names";
    static Value compute(QueryContext& context, const Key& item) {
        Value names;
        auto syntax = context.get<ItemSyntax>(item);
        if (*syntax)
            syntax->each_own([&](const SyntaxElement& element) {
                if (element.is_node()) each_assigned(SyntaxNode(element), [&](Name n) { names.insert(n); });
                return true;
            });
        return names;
    }
};

}  // namespace

/// Whether a function inside this one assigns to a variable of that name.
bool BodyBuilder::is_assigned_in_closure(Name name) {
    if (!assigned_in_closures_) {
        auto& names = assigned_in_closures_.emplace();
        auto note = [&](const SyntaxNode& node) { each_assigned(node, [&](Name n) { names.insert(n); }); };
        for (const SyntaxNode& part : tree_.root().child_nodes())
            if (!tree_.is_hole(part)) each_inner_node(part, note);
    }
    return assigned_in_closures_->count(name) != 0;
}

/// Whether a function of the file may set a top-level variable: when it runs is not known here.
bool BodyBuilder::is_assigned_by_functions(Name name) {
    std::vector<ItemId> pending{item_};
    while (!pending.empty()) {
        ItemId at = pending.back();
        pending.pop_back();
        for (const auto& child : *context_.get<ItemChildren>(at)) pending.push_back(child.item);
        if (at != item_ && context_.get<AssignedNames>(at)->count(name)) return true;
    }
    return is_assigned_in_closure(name);
}

/// Before a loop: what its body assigns is not known at its head.
void BodyBuilder::forget_assigned(const SyntaxNode& loop) {
    if (!loop) return;
    for (Preorder walk(loop); walk; walk.next()) {
        if (!walk->is_node()) continue;
        SyntaxNode node(*walk);
        if (auto a = ast::AssignExpr::cast(node)) {
            forget(fact_key(a.target()));
            if (a.target().kind() == Kind::ArrayExpr || a.target().kind() == Kind::ObjectExpr)
                for (Preorder inner(a.target().node); inner; inner.next())
                    if (auto n = inner->is_node() ? ast::NameExpr::cast(*inner) : ast::NameExpr())
                        forget(fact_key(n.as<ast::Expression>()));
        } else if (auto p = ast::PostfixExpr::cast(node)) forget(fact_key(p.operand()));
        else if (auto p = ast::PrefixExpr::cast(node);
                 p && p.op() &&
                 (to_kind(p.op().kind()) == Kind::PlusPlus || to_kind(p.op().kind()) == Kind::MinusMinus))
            forget(fact_key(p.operand()));
    }
}

/// Behind an expression that has been evaluated: the variables that it assigns on every way have a value.
void BodyBuilder::mark_assigned_in(const ast::Expression& e) {
    if ((late_.empty() && late_items_.empty()) || !e) return;
    for (Preorder walk(e.node); walk; walk.next()) {
        if (!walk->is_node()) continue;
        SyntaxNode node(*walk);
        bool may_skip = is_function(to_kind(node.kind())) || ast::ConditionalExpr::cast(node);
        if (auto b = ast::BinaryExpr::cast(node); b && b.op()) {
            Kind op = to_kind(b.op().kind());
            may_skip = op == Kind::AmpersandAmpersand || op == Kind::BarBar || op == Kind::QuestionQuestion;
        }
        if (may_skip) {
            walk.skip_children();
            continue;
        }
        each_assigned(node, [&](Name name) {
            if (auto local = find_local(name)) mark_assigned(*local);
            else if (ItemId item = types_.scope().find_value(name.text()); item != ItemId::None) mark_assigned(item);
        });
    }
}

void BodyBuilder::merge_facts(const Facts& a, bool a_reached, const Facts& b, bool b_reached) {
    const bool a_happens = a_reached && !a.count(kNeverHere), b_happens = b_reached && !b.count(kNeverHere);
    if (!a_reached || (!a_happens && b_happens)) {
        facts_ = b;
    } else if (!b_reached || (!b_happens && a_happens)) {
        facts_ = a;
    } else {
        Facts both;
        for (const auto& [key, t] : a)
            if (auto other = b.find(key); other != b.end())
                both[key] = t == other->second ? t : type::union_of({t, other->second});
        facts_ = std::move(both);
    }
    reachable_ = a_reached || b_reached;
}

/// The type of a variable or property chain, without making expressions.
/// `Color.Red`.
std::optional<ItemId> BodyBuilder::variant_named(const ast::Expression& e) {
    auto member = e.as<ast::MemberExpr>();
    auto holder = member.object().as<ast::NameExpr>();
    if (!holder || !holder.name() || !member.name() || find_local(Name(holder.name().text()))) return std::nullopt;
    ItemId owner = types_.scope().find(holder.name());
    if (owner == ItemId::None || kind_of(owner) != ItemKind::Enum) return std::nullopt;
    for (ItemId variant : context_.get<DefinitionOf>(owner)->variants)
        if (name_of(variant).text() == member.name().text()) return variant;
    return std::nullopt;
}

Type BodyBuilder::plain_type(const ast::Expression& e) {
    std::string key = fact_key(e);
    if (auto found = facts_.find(key); found != facts_.end()) return found->second;
    if (auto paren = e.as<ast::ParenExpr>()) return plain_type(paren.inner());
    if (auto assigned = e.as<ast::AssignExpr>()) return plain_type(assigned.target());
    if (auto name = e.as<ast::NameExpr>()) {
        if (!name.name()) return nullptr;
        if (auto local = find_local(Name(name.name().text()))) return body_[*local].type;
        ItemId item = types_.scope().find_value(name.name());
        return item != ItemId::None && kind_of(item) == ItemKind::Static ? variable_type(item) : nullptr;
    }
    if (e.kind() == Kind::ThisExpr) return this_ == LocalId::None ? nullptr : body_[this_].type;
    if (auto variant = variant_named(e)) return variant_type(context_, *variant);
    if (auto member = e.as<ast::MemberExpr>()) {
        if (!member.name()) return nullptr;
        if (auto owner = member.object().as<ast::NameExpr>();
            owner && owner.name() && !find_local(Name(owner.name().text()))) {
            ItemId item = types_.scope().find(owner.name());
            if (item != ItemId::None && kind_of(item) == ItemKind::Class) {
                std::vector<Type> any(context_.get<GenericsOf>(item)->size(), type::any());
                MemberInfo info = find_member(context_, type::nominal(item, any), Name(member.name().text()), true);
                return info.kind == MemberInfo::None ? nullptr : resolved(context_, info.type);
            }
        }
        Type object = plain_type(member.object());
        if (!object) return nullptr;
        MemberInfo info = find_member(context_, nullable_parts_removed(object), Name(member.name().text()));
        if (info.kind == MemberInfo::None) return nullptr;
        Type type = resolved(context_, info.type);
        bool skips = member.is_optional() && may_be_absent(object);
        return skips ? or_undefined(type) : type;
    }
    if (auto element = e.as<ast::IndexExpr>(); element && !fact_key(e).empty()) {
        Type object = plain_type(element.object());
        if (!object) return nullptr;
        object = nullable_parts_removed(object);
        if (object->is(TypeKind::List)) return object->element();
        auto literal = element.index().as<ast::LiteralExpr>();
        if (to_kind(literal.value().kind()) != Kind::StringLiteral) return nullptr;
        MemberInfo info = find_member(context_, object, Name(string_value(literal.value().text())));
        return info.kind == MemberInfo::None ? nullptr : resolved(context_, info.type);
    }
    return nullptr;
}

/// A script sees the types of its own variables as it goes; asking for those would be a cycle.
Type BodyBuilder::variable_type(ItemId variable) {
    for (const Resolution& r : body_.resolutions)
        if (auto* target = std::get_if<ItemId>(&r.target); target && *target == variable && r.type) return r.type;
    if (kind_of(item_) == ItemKind::File && own_variable_ == name_of(variable) && parent_of(variable) == item_)
        return type::any();
    return resolved(context_, *context_.get<ValueTypeOf>(variable));
}

void BodyBuilder::assume_type(const ast::Expression& e, const std::function<Type(Type)>& narrow) {
    std::string key = fact_key(e);
    if (key.empty()) return;
    Type now = plain_type(e);
    if (!now || now->is(TypeKind::Error)) return;
    Type then = narrow(now);
    bool is_absent = now->is(TypeKind::Null) || now->is(TypeKind::Undefined);
    if (then && then->is(TypeKind::Never) && is_absent) {
        facts_[kNeverHere] = type::unit();
        then = now;
    }
    if (then && then != now) facts_[key] = then;
    // `a?.b` that is there means that `a` is.
    if (auto member = e.as<ast::MemberExpr>(); member && member.is_optional() && then && !may_be_absent(then))
        assume_type(member.object(), [](Type t) { return nullable_parts_removed(t); });
    // A field with a literal type tells the members of a union apart.
    if (auto member = e.as<ast::MemberExpr>(); member && then && member.name()) {
        Name field(member.name().text());
        // The last member of a union that is left, and cannot be it either.
        bool is_left_over = then->is(TypeKind::Never) && facts_.count(fact_key(member.object())) > 0;
        assume_type(member.object(), [&](Type object) -> Type {
            object = resolved(context_, object);
            if (!object->is(TypeKind::Union)) return is_left_over ? type::never() : object;
            std::vector<Type> members;
            for (Type part : object->arguments) {
                MemberInfo info = find_member(context_, part, field);
                if (part->is(TypeKind::Null) || part->is(TypeKind::Undefined)) {
                    if (may_be_absent(then)) members.push_back(part);
                    continue;
                }
                if (info.kind == MemberInfo::None || !restricted(context_, info.type, then)->is(TypeKind::Never))
                    members.push_back(part);
            }
            return type::union_of(std::move(members));
        });
    }
}

namespace {
Type typeof_type(QueryContext& context, std::string_view name) {
    if (name == "function") {
        ItemId item = std_item(context, "Function");
        return item == ItemId::None ? nullptr : type::nominal(item);
    }
    if (name == "number") return type::union_of({type::float_(), type::integer()});
    if (name == "string") return type::string();
    if (name == "boolean") return type::boolean();
    if (name == "undefined") return type::undefined();
    return nullptr;
}
}  // namespace

/// `side` was equal to `with`, or not: literals, null, `typeof`, variants, and variables of literal types.
void BodyBuilder::assume_equal(const ast::Expression& side, const ast::Expression& with, bool same) {
    if (auto paren = side.as<ast::ParenExpr>()) return assume_equal(paren.inner(), with, same);
    if (auto prefix = side.as<ast::PrefixExpr>();
        prefix && prefix.op() && to_kind(prefix.op().kind()) == Kind::TypeofKw) {
        auto literal = with.as<ast::LiteralExpr>();
        if (!literal || !literal.value()) return;
        std::string name = string_value(literal.value().text());
        bool is_object = name == "object";
        Type tested = typeof_type(context_, name);
        if (!tested && !is_object) return;
        return assume_type(prefix.operand(), [&](Type t) -> Type {
            t = resolved(context_, t);
            if (is_object) {
                if (t->is(TypeKind::Unknown)) return same ? type::any() : t;  // `object`: looked at as the program runs
                if (!t->is(TypeKind::Union)) return t;
                std::vector<Type> kept;
                for (Type member : t->arguments) {
                    Type base = widened(member);
                    bool object = base->is(TypeKind::Record) || base->is(TypeKind::Nominal) ||
                                  base->is(TypeKind::List) || base->is(TypeKind::Tuple) || base->is(TypeKind::Null);
                    if (object == same || base->is(TypeKind::Any) || base->is(TypeKind::Parameter))
                        kept.push_back(member);
                }
                return type::union_of(std::move(kept));
            }
            bool callable = is_std_type(tested, "Function");
            if (callable && (t->is(TypeKind::Any) || t->is(TypeKind::Unknown))) return same ? type::any() : t;
            if (!same) return excluded(context_, t, tested);
            if (t->is(TypeKind::Any) || t->is(TypeKind::Unknown))
                return tested->is(TypeKind::Union) ? type::float_() : tested;
            return restricted(context_, t, tested);
        });
    }
    Type tested = nullptr;
    auto literal = with.as<ast::LiteralExpr>();
    auto negative = with.as<ast::PrefixExpr>();
    if (literal && literal.value()) tested = literal_type(literal.value(), false);
    else if (negative && negative.op() && to_kind(negative.op().kind()) == Kind::Minus &&
             negative.operand().kind() == Kind::LiteralExpr)
        tested = literal_type(negative.operand().as<ast::LiteralExpr>().value(), true);
    else if (Type other = plain_type(with)) {
        // Another value: one of a literal type counts as that literal, and what is there as being there.
        if (other->is(TypeKind::Literal) || other->is(TypeKind::Null) || other->is(TypeKind::Undefined)) tested = other;
        else if (same && !may_be_absent(other) && !other->is(TypeKind::Any) && !other->is(TypeKind::Unknown))
            return assume_type(side, [&](Type t) {
                Type there = nullable_parts_removed(t);
                return t->is(TypeKind::Any) || there->is(TypeKind::Never) ? t : there;
            });
    }
    if (!tested) return;
    bool absent = tested->is(TypeKind::Null) || tested->is(TypeKind::Undefined);
    assume_type(side, [&](Type t) -> Type {
        t = resolved(context_, t);
        if (!same) return excluded(context_, t, tested);
        if (absent && (t->is(TypeKind::Any) || t->is(TypeKind::Unknown))) return t;
        // An enum, a text or a number that was equal to a literal is that literal.
        bool of_enum = tested->is(TypeKind::Literal) && tested->element() == t;
        if (!t->is(TypeKind::Union) && !absent) return t->is(TypeKind::Bool) || of_enum ? tested : t;
        Type kept = restricted(context_, t, tested);
        return kept->is(TypeKind::Never) && !t->is(TypeKind::Union) ? t : kept;
    });
    // `a?.b === 1` says that `a` is there.
    if (auto member = side.as<ast::MemberExpr>(); member && member.is_optional() && same && !absent)
        assume_type(member.object(), [](Type t) { return nullable_parts_removed(t); });
}

/// `"name" in object`: of a union, the members that have it, or those that lack it.
void BodyBuilder::assume_has(const ast::Expression& object, Name member, bool holds) {
    assume_type(object, [&](Type t) -> Type {
        t = resolved(context_, t);
        if (!t->is(TypeKind::Union)) return t;
        std::vector<Type> kept;
        for (Type part : t->arguments) {
            MemberInfo info = find_member(context_, part, member);
            bool has = info.kind != MemberInfo::None;
            bool certain = has && !info.by_index && !may_be_absent(info.type);
            if (holds ? has : !certain) kept.push_back(part);
        }
        return kept.empty() ? t : type::union_of(std::move(kept));
    });
}

/// The type guard that `callee` is.
std::optional<Predicate> BodyBuilder::predicate_of(const ast::Expression& callee) {
    if (auto paren = callee.as<ast::ParenExpr>()) return predicate_of(paren.inner());
    if (auto name = callee.as<ast::NameExpr>(); name && name.name()) {
        if (auto local = find_local(Name(name.name().text()))) {
            auto found = guards_.find(uint32_t(*local));
            return found == guards_.end() ? std::nullopt : std::optional(found->second);
        }
        ItemId item = types_.scope().find_value(name.name());
        if (item == ItemId::None) return std::nullopt;
        bool is_constant = kind_of(item) == ItemKind::Static && kind_of(parent_of(item)) == ItemKind::File;
        if (is_constant || kind_of(item) == ItemKind::Function) return *context_.get<PredicateOf>(item);
        return std::nullopt;
    }
    auto member = callee.as<ast::MemberExpr>();
    if (!member || !member.name()) return std::nullopt;
    MemberInfo info;
    auto holder = member.object().as<ast::NameExpr>();
    ItemId item = ItemId::None;
    if (holder && holder.name() && !find_local(Name(holder.name().text()))) item = types_.scope().find(holder.name());
    if (item != ItemId::None && kind_of(item) == ItemKind::Class)
        info = find_member(context_, self_type(context_, item), Name(member.name().text()), true);
    else if (Type object = plain_type(member.object()))
        info = find_member(context_, nullable_parts_removed(object), Name(member.name().text()));
    return info.kind == MemberInfo::Method && info.item != ItemId::None ? *context_.get<PredicateOf>(info.item)
                                                                        : std::nullopt;
}

/// A call of a type guard.
void BodyBuilder::assume_call(const ast::CallExpr& call, bool holds) {
    auto predicate = predicate_of(call.callee());
    if (!predicate || predicate->asserts) return;
    auto arguments = call.arguments().arguments();
    auto member = call.callee().as<ast::MemberExpr>();
    ast::Expression subject = predicate->parameter < 0 && member ? member.object() : ast::Expression();
    if (predicate->parameter >= 0 && size_t(predicate->parameter) < arguments.size())
        subject = arguments[size_t(predicate->parameter)];
    if (!subject || !predicate->type) return;
    // What the guard's own type parameters stand for is not known here: any.
    Type tested = map_type(predicate->type, [&](Type part) {
        bool own = part->is(TypeKind::Parameter) && part->item != item_ && part->item != class_;
        return own ? type::any() : part;
    });
    assume_type(subject, [&](Type t) -> Type {
        t = resolved(context_, t);
        if (holds) {
            Type kept = restricted(context_, t, tested);
            return kept->is(TypeKind::Never) ? tested : kept;
        }
        return t->is(TypeKind::Union) ? excluded(context_, t, tested) : t;
    });
}

/// What is known where `condition` came out as `holds`.
void BodyBuilder::assume(const ast::Expression& condition, bool holds) {
    if (!condition) return;
    if (auto paren = condition.as<ast::ParenExpr>()) return assume(paren.inner(), holds);
    if (auto prefix = condition.as<ast::PrefixExpr>();
        prefix && prefix.op() && to_kind(prefix.op().kind()) == Kind::Exclamation)
        return assume(prefix.operand(), !holds);
    auto b = condition.as<ast::BinaryExpr>();
    if (b && b.op()) {
        Kind op = to_kind(b.op().kind());
        bool is_and = op == Kind::AmpersandAmpersand, is_or = op == Kind::BarBar;
        if (is_and || is_or) {
            if (is_and == holds) {
                assume(b.left(), holds);
                mark_assigned_in(b.right());
                assume(b.right(), holds);
            } else {
                // One of the two decided: what both ways have in common.
                Facts before = facts_;
                assume(b.left(), holds);
                Facts left = facts_;
                facts_ = before;
                assume(b.left(), !holds);
                assume(b.right(), holds);
                Facts right = facts_;
                bool reached = reachable_;
                merge_facts(left, true, right, true);
                reachable_ = reached;
            }
            return;
        }
        if (op == Kind::InstanceofKw) {
            auto name = b.right().as<ast::NameExpr>();
            ItemId klass = name && name.name() ? types_.scope().find_type(name.name()) : ItemId::None;
            if (klass == ItemId::None) return;
            std::vector<Type> arguments(context_.get<GenericsOf>(klass)->size(), type::any());
            Type tested = type::nominal(klass, std::move(arguments));
            bool is_array = is_std_type(tested, "Array");
            if (is_array) tested = list_of(type::any());
            return assume_type(b.left(), [&](Type t) -> Type {
                if (holds) return restricted(context_, t, tested);
                if (!t->is(TypeKind::Union)) return t;
                return excluded(context_, t, tested);
            });
        }
        if (op == Kind::QuestionQuestion) return;
        bool equal = op == Kind::EqualEqualEqual || op == Kind::EqualEqual,
             unequal = op == Kind::ExclamationEqualEqual || op == Kind::ExclamationEqual;
        if (equal || unequal) {
            bool same = equal == holds;
            assume_equal(b.left(), b.right(), same);
            assume_equal(b.right(), b.left(), same);
            return;
        }
        if (op == Kind::InKw) {
            auto literal = b.left().as<ast::LiteralExpr>();
            if (literal && literal.value() && to_kind(literal.value().kind()) == Kind::StringLiteral)
                assume_has(b.right(), Name(string_value(literal.value().text())), holds);
            return;
        }
        if (op == Kind::Comma) return assume(b.right(), holds);
    }
    if (auto call = condition.as<ast::CallExpr>()) return assume_call(call, holds);
    if (auto a = condition.as<ast::AssignExpr>()) return assume(a.target(), holds);
    assume_type(condition, [&](Type t) -> Type {
        t = resolved(context_, t);
        if (t->is(TypeKind::Any) || t->is(TypeKind::Unknown)) return t;
        Type part = holds ? truthy_part(t) : falsy_part(t);
        if (t->is(TypeKind::Null) || t->is(TypeKind::Undefined)) return part;
        return part->is(TypeKind::Never) && !t->is(TypeKind::Union) ? t : part;
    });
}

}  // namespace braid::velox_semantics
