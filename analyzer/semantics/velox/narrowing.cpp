#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/items.h"

namespace braid::velox_semantics {

/// Variables and chains of plain properties below them; empty: nothing that keeps its value.
std::string BodyBuilder::fact_key(const ast::Expression& e) const {
    if (auto paren = e.as<ast::ParenExpr>()) return fact_key(paren.inner());
    if (auto name = e.as<ast::NameExpr>()) {
        if (!name.name()) return {};
        if (auto local = find_local(Name(name.name().text()))) return std::to_string(uint32_t(*local));
        return "static " + std::string(name.name().text());
    }
    if (e.kind() == Kind::ThisExpr) return "this";
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

/// Before a loop: what its body assigns is not known at its head.
void BodyBuilder::forget_assigned(const SyntaxNode& loop) {
    if (!loop) return;
    for (Preorder walk(loop); walk; walk.next()) {
        if (!walk->is_node()) continue;
        SyntaxNode node(*walk);
        if (auto a = ast::AssignExpr::cast(node)) forget(fact_key(a.target()));
        else if (auto p = ast::PostfixExpr::cast(node)) forget(fact_key(p.operand()));
        else if (auto p = ast::PrefixExpr::cast(node);
                 p && p.op() &&
                 (to_kind(p.op().kind()) == Kind::PlusPlus || to_kind(p.op().kind()) == Kind::MinusMinus))
            forget(fact_key(p.operand()));
    }
}

void BodyBuilder::merge_facts(const Facts& a, bool a_reached, const Facts& b, bool b_reached) {
    if (!a_reached) {
        facts_ = b;
    } else if (!b_reached) {
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
Type BodyBuilder::plain_type(const ast::Expression& e) {
    std::string key = fact_key(e);
    if (auto found = facts_.find(key); found != facts_.end()) return found->second;
    if (auto paren = e.as<ast::ParenExpr>()) return plain_type(paren.inner());
    if (auto name = e.as<ast::NameExpr>()) {
        if (!name.name()) return nullptr;
        if (auto local = find_local(Name(name.name().text()))) return body_[*local].type;
        ItemId item = types_.scope().find_value(name.name().text());
        return item != ItemId::None && kind_of(item) == ItemKind::Static ? *context_.get<ValueTypeOf>(item) : nullptr;
    }
    if (e.kind() == Kind::ThisExpr) return this_ == LocalId::None ? nullptr : body_[this_].type;
    if (auto member = e.as<ast::MemberExpr>()) {
        if (!member.name()) return nullptr;
        Type object = plain_type(member.object());
        if (!object) return nullptr;
        MemberInfo info = find_member(context_, nullable_parts_removed(object), Name(member.name().text()));
        return info.kind == MemberInfo::None ? nullptr : info.type;
    }
    return nullptr;
}

void BodyBuilder::assume_type(const ast::Expression& e, const std::function<Type(Type)>& narrow) {
    std::string key = fact_key(e);
    if (key.empty()) return;
    Type now = plain_type(e);
    if (!now || now->is(TypeKind::Error)) return;
    Type then = narrow(now);
    if (then && then != now) facts_[key] = then;
    // `a?.b` that is there means that `a` is.
    if (auto member = e.as<ast::MemberExpr>(); member && member.is_optional() && then && !may_be_absent(then))
        assume_type(member.object(), [](Type t) { return nullable_parts_removed(t); });
    // A field with a literal type tells the members of a union apart.
    if (auto member = e.as<ast::MemberExpr>(); member && then && member.name()) {
        Name field(member.name().text());
        assume_type(member.object(), [&](Type object) -> Type {
            if (!object->is(TypeKind::Union)) return object;
            std::vector<Type> members;
            for (Type part : object->arguments) {
                MemberInfo info = find_member(context_, part, field);
                if (info.kind == MemberInfo::None || !restricted(context_, info.type, then)->is(TypeKind::Never))
                    members.push_back(part);
            }
            return type::union_of(std::move(members));
        });
    }
}

namespace {
Type typeof_type(std::string_view name) {
    if (name == "number") return type::union_of({type::float_(), type::integer()});
    if (name == "string") return type::string();
    if (name == "boolean") return type::boolean();
    if (name == "undefined") return type::undefined();
    return nullptr;
}
}  // namespace

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
            ItemId klass = name && name.name() ? types_.scope().find_type(name.name().text()) : ItemId::None;
            if (klass == ItemId::None) return;
            std::vector<Type> arguments(context_.get<GenericsOf>(klass)->size(), type::any());
            Type tested = type::nominal(klass, std::move(arguments));
            return assume_type(b.left(), [&](Type t) -> Type {
                if (holds) return restricted(context_, t, tested);
                if (!t->is(TypeKind::Union)) return t;
                return excluded(context_, t, tested);
            });
        }
        bool equal = op == Kind::EqualEqualEqual || op == Kind::EqualEqual,
             unequal = op == Kind::ExclamationEqualEqual || op == Kind::ExclamationEqual;
        if (equal || unequal) {
            bool same = equal == holds;
            auto compare = [&](const ast::Expression& side, const ast::Expression& with) {
                if (auto prefix = side.as<ast::PrefixExpr>();
                    prefix && prefix.op() && to_kind(prefix.op().kind()) == Kind::TypeofKw) {
                    auto literal = with.as<ast::LiteralExpr>();
                    Type tested =
                        literal && literal.value() ? typeof_type(string_value(literal.value().text())) : nullptr;
                    if (!tested) return;
                    assume_type(prefix.operand(), [&](Type t) {
                        if (!same) return excluded(context_, t, tested);
                        if (t->is(TypeKind::Any) || t->is(TypeKind::Unknown))
                            return tested->is(TypeKind::Union) ? type::float_() : tested;
                        return restricted(context_, t, tested);
                    });
                    return;
                }
                auto literal = with.as<ast::LiteralExpr>();
                if (!literal || !literal.value()) return;
                SyntaxToken token = literal.value();
                Type tested = nullptr;
                switch (to_kind(token.kind())) {
                    case Kind::NullKw: tested = type::null(); break;
                    case Kind::UndefinedKw: tested = type::undefined(); break;
                    case Kind::TrueKw:
                    case Kind::FalseKw: tested = type::literal(type::boolean(), token.text()); break;
                    case Kind::StringLiteral:
                        tested = type::literal(type::string(), "\"" + string_value(token.text()) + "\"");
                        break;
                    case Kind::NumberLiteral: tested = type::literal(type::float_(), token.text()); break;
                    default: return;
                }
                assume_type(side, [&](Type t) -> Type {
                    bool absent = tested->is(TypeKind::Null) || tested->is(TypeKind::Undefined);
                    if (!same) return excluded(context_, t, tested);
                    if (absent && (t->is(TypeKind::Any) || t->is(TypeKind::Unknown))) return t;
                    if (!t->is(TypeKind::Union) && !absent) return t;
                    Type kept = restricted(context_, t, tested);
                    return kept->is(TypeKind::Never) && !t->is(TypeKind::Union) ? t : kept;
                });
            };
            compare(b.left(), b.right());
            compare(b.right(), b.left());
            return;
        }
        if (op == Kind::InKw && holds) return;
    }
    if (auto a = condition.as<ast::AssignExpr>()) return assume(a.target(), holds);
    assume_type(condition, [&](Type t) -> Type {
        if (t->is(TypeKind::Any) || t->is(TypeKind::Unknown)) return t;
        Type part = holds ? truthy_part(t) : falsy_part(t);
        return part->is(TypeKind::Never) && !t->is(TypeKind::Union) ? t : part;
    });
}

}  // namespace braid::velox_semantics
