#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/type_operators.h"

namespace braid::velox_semantics {

using namespace hir;

/// The type of a variable, element or result that is made of the value. A literal written there stands for any value of
/// its kind; what something declares to be one of several literals stays one of these.
Type BodyBuilder::kept_type(ExprId value) {
    Type produced = type_of(value), wide = widened(produced);
    if (wide == produced) return produced;
    ExprId origin = value;
    const Convert* convert = body_.as<Convert>(origin);
    for (; convert && !type_of(convert->operand)->is(TypeKind::Any); convert = body_.as<Convert>(origin))
        origin = convert->operand;
    if (body_.as<StringLiteral>(origin)) return is_choice(produced) ? produced : wide;  // `"up" as Direction`
    if (auto* choice = body_.as<If>(origin); choice && choice->otherwise != ExprId::None) {
        auto written = [&](ExprId branch) {  // what both have in common is their context's
            while (auto* c = body_.as<Convert>(branch)) branch = c->operand;
            return branch;
        };
        Type a = kept_type(written(choice->then)), b = kept_type(written(choice->otherwise));
        Type there = nullable_parts_removed(produced);
        for (Type one : {a, b})
            if (is_choice(one) && is_assignable(context_, there, one)) return type::union_of({one, produced});
        return wide;
    }
    bool is_written = !convert && !body_.as<LocalRef>(origin) && !body_.as<StaticRef>(origin) &&
                      !body_.as<hir::Property>(origin) && !body_.as<hir::Index>(origin) &&
                      !body_.as<hir::Call>(origin) && !body_.as<hir::Await>(origin);
    Type declared = type_of(origin);
    if (is_written) return wide;
    if (!is_choice(declared)) return is_choice(produced) ? produced : wide;  // `text as Direction`
    return may_be_absent(produced) ? declared : nullable_parts_removed(declared);
}

/// `String(x)`, `Number(x)`, `Boolean(x)`; `Error("no")` and `RegExp("a+")` are the same with and without `new`. None:
/// another class.
ExprId BodyBuilder::conversion_call(std::string_view name, const ast::CallExpr& e) {
    uint32_t node = node_of(e.node);
    bool is_boolean = name == "Boolean";
    std::string_view function = name == "String" ? "string" : name == "Number" ? "number" : "";
    if (!is_boolean && function.empty()) {
        ItemId klass = std_item(context_, name), error = std_item(context_, "Error");
        if (klass == ItemId::None || error == ItemId::None || kind_of(klass) != ItemKind::Class) return ExprId::None;
        Type self = self_type(context_, klass);
        ItemId constructor = context_.get<DefinitionOf>(klass)->constructor;
        bool is_known = name == "RegExp" || is_assignable(context_, self, type::nominal(error));
        if (!is_known || constructor == ItemId::None) return ExprId::None;
        std::vector<Type> parameters;
        uint32_t optional = 0;
        for (const ParameterInfo& p : context_.get<SignatureOf>(constructor)->parameters) {
            optional += p.has_default;
            parameters.push_back(p.has_default ? or_undefined(p.type) : p.type);
        }
        Inference inference;
        Arguments arguments{e.arguments().arguments(), node};
        auto values =
            match_arguments(arguments, parameters, optional, false, inference, std::string(name), constructor);
        return add(self, node, New{self, constructor, std::move(values)});
    }
    auto written = e.arguments().arguments();
    if (is_boolean && written.size() == 1) return truth(expression(written[0]));
    if (name == "String" && written.size() == 1 && written[0].kind() != Kind::SpreadExpr) {
        ExprId value = expression(written[0]);
        ExprId text = to_text(value);
        if (text != value) body_.expressions[uint32_t(text)].node = node;
        return text;
    }
    if (written.empty()) {
        if (is_boolean) return add(type::boolean(), node, BoolLiteral{false});
        if (name == "String") return add(type::string(), node, StringLiteral{""});
        if (name == "Number") return add(type::float_(), node, FloatLiteral{0});
    }
    ItemId item = std_item(context_, is_boolean ? "boolean" : function);
    if (item == ItemId::None) return ExprId::None;
    return call_function(item, ExprId::None, nullptr, false, {}, {written, node}, nullptr, node);
}

namespace {
/// The machine keeps these apart: a conversion between two of them is an instruction.
enum class Shape : uint8_t { Number, Int, Bool, Char, Unit, Value };
Shape shape_of(Type t) {
    if (t->is(TypeKind::Literal)) t = t->element();
    switch (t->kind) {
        case TypeKind::Float: return Shape::Number;
        case TypeKind::Integer: return Shape::Int;
        case TypeKind::Bool: return Shape::Bool;
        case TypeKind::Char: return Shape::Char;
        case TypeKind::Unit: return Shape::Unit;
        default: return Shape::Value;
    }
}
bool is_open(Type t) {
    return t->is(TypeKind::Any) || t->is(TypeKind::Unknown) || t->is(TypeKind::Union) || t->is(TypeKind::Parameter);
}
}  // namespace

/// `x!`; in parentheses where the mark would belong to the last operand only.
ItemDiagnostic::Fix BodyBuilder::say_it_is_there(uint32_t node) const {
    static constexpr Kind kTight[] = {Kind::NameExpr,  Kind::MemberExpr, Kind::CallExpr,
                                      Kind::IndexExpr, Kind::ParenExpr,  Kind::ThisExpr};
    Kind kind = to_kind(tree_.element(node).kind());
    bool wraps = std::find(std::begin(kTight), std::end(kTight), kind) == std::end(kTight);
    ItemDiagnostic::Fix fix{"say that it is there", {}};
    if (wraps) fix.edits.push_back({{item_, node}, ItemDiagnostic::FixEdit::InsertBefore, "("});
    fix.edits.push_back({{item_, node}, ItemDiagnostic::FixEdit::InsertAfter, wraps ? ")!" : "!"});
    return fix;
}

/// Reports a promise that stands where its value is meant, and says whether it is one. `severity`: an error where
/// nothing can be done with the promise itself.
bool BodyBuilder::misused_promise(ExprId value, std::string_view message, Severity severity) {
    if (!is_std_type(type_of(value), "Promise")) return false;
    uint32_t node = body_[value].node;
    auto& d = report(DiagnosticCode::MisusedPromise, node, std::string(message));
    d.severity = severity;
    bool can_wait = functions_.back().is_async || kind_of(item_) == ItemKind::File;
    if (can_wait && d.fixes.empty())
        d.fixes.push_back({"await it", {{{item_, node}, ItemDiagnostic::FixEdit::InsertBefore, "await "}}});
    return true;
}

/// A function asked for a yes or no, or for an order, that gives a promise of it: `filter(async …)`.
bool BodyBuilder::is_promise_of_answer(Type from, Type to, std::string_view what) {
    to = nullable_parts_removed(to);
    if (from->is(TypeKind::Function) && to->is(TypeKind::Function)) {
        from = from->arguments.back();
        to = to->arguments.back();
    } else if (what != "result" || !function().name.empty() || functions_.size() < 2) {
        return false;
    }
    return is_std_type(from, "Promise") && (to->is(TypeKind::Bool) || is_number(to) || is_int(to));
}

void BodyBuilder::mismatch(uint32_t node, Type from, Type to, std::string_view what) {
    if (from->has(TypeHasError) || to->has(TypeHasError)) return;
    if (may_be_absent(from) && is_assignable(context_, nullable_parts_removed(from), to)) {
        auto& d = report(
            DiagnosticCode::PossiblyNull, node,
            fmt::format(
                "this may be {}; `{}` is expected here",
                from->is(TypeKind::Null) ? "null" : print_type(excluded(context_, from, nullable_parts_removed(from))),
                print_type(to)));
        if (d.fixes.empty()) d.fixes.push_back(say_it_is_there(node));
        return;
    }
    if (is_promise_of_answer(from, to, what)) {
        auto& d = report(DiagnosticCode::MisusedPromise, node,
                         "this gives a promise, which is always true and no number; the answer is meant: `await` it "
                         "before, for all elements with `Promise.all`");
        d.severity = Severity::Error;
        return;
    }
    bool wants_literal = false;
    walk_type(to, [&](Type part) {
        wants_literal |= part->is(TypeKind::Literal);
        return true;
    });
    if (!wants_literal) from = widened(from);
    if (is_std_type(from, "Promise") && is_assignable(context_, from->arguments[0], to)) {
        auto& d = report(DiagnosticCode::TypeMismatch, node,
                         fmt::format("{}{}`{}` is expected here, this is a promise of one; `await` it", what,
                                     what.empty() ? "" : ": ", print_type(to)));
        if (functions_.back().is_async && d.fixes.empty())
            d.fixes.push_back({"insert `await`", {{{item_, node}, ItemDiagnostic::FixEdit::InsertBefore, "await "}}});
        return;
    }
    bool numbers = (is_int(from) && is_number(to)) || (is_number(from) && is_int(to));
    auto& d = report(DiagnosticCode::TypeMismatch, node,
                     fmt::format("{}{}`{}` is expected here, not `{}`", what, what.empty() ? "" : ": ", print_type(to),
                                 print_type(from)));
    if (numbers && d.fixes.empty()) {
        std::string_view wrap = is_int(to) ? "int(" : "number(";
        d.fixes.push_back({fmt::format("convert with `{})`", wrap),
                           {{{item_, node}, ItemDiagnostic::FixEdit::InsertBefore, std::string(wrap)},
                            {{item_, node}, ItemDiagnostic::FixEdit::InsertAfter, ")"}}});
    }
}

/// Between types one of which fits the other: spells what the machine has to do.
ExprId BodyBuilder::convert(ExprId value, Type to) {
    Type from = type_of(value);
    to = resolved(context_, to);
    if (to->is(TypeKind::Projection)) to = type::any();
    if (to->is(TypeKind::Never)) exhausted_.insert(uint32_t(value));
    if (from == to || from->is(TypeKind::Never) || to->is(TypeKind::Never) || to->has(TypeHasError) ||
        from->has(TypeHasError))
        return value;
    uint32_t node = body_[value].node;
    if (to->is(TypeKind::Unit)) return value;
    if (from->is(TypeKind::Unit) || from->is(TypeKind::Undefined)) {
        // A call without a result, used as a value: it runs, then stands for undefined.
        if (from->is(TypeKind::Unit) && !std::holds_alternative<UndefinedLiteral>(body_[value].data)) {
            ExprId undefined = add(type::undefined(), node, UndefinedLiteral{});
            value = add(type::undefined(), node, Block{{value}, undefined});
        }
        return add(to, node, Convert{ConvertKind::Wrap, value});
    }
    // What may be absent takes an element that is not there as it is.
    if (ExprId element =
            to->is(TypeKind::Any) || to->is(TypeKind::Unknown) || may_be_absent(to) ? unguarded(value) : value;
        element != value)
        return type_of(element) == to ? element : add(to, node, Convert{ConvertKind::Wrap, element});
    if (from->is(TypeKind::Literal)) from = from->element(), body_.expressions[uint32_t(value)].type = from;
    if (to->is(TypeKind::Literal)) to = to->element();
    if (from == to) return value;
    Shape a = shape_of(from), b = shape_of(to);
    if (a == b && a != Shape::Value) return value;
    if (is_open(to) || (a != Shape::Value && b == Shape::Value))
        return add(to, node, Convert{ConvertKind::Wrap, value});
    if (is_open(from) || b != Shape::Value) return add(to, node, Convert{ConvertKind::Unwrap, value});
    return add(to, node, Convert{ConvertKind::Upcast, value});
}

/// A number of the standard library that is whole (a length, an index found) as an `int`; None: it is none.
ExprId BodyBuilder::as_whole(ExprId value) {
    const Expr& e = body_[value];
    uint32_t node = e.node;
    if (auto* literal = std::get_if<FloatLiteral>(&e.data);
        literal && literal->value == std::trunc(literal->value) && std::fabs(literal->value) < 9e18)
        return add(type::integer(), node, IntegerLiteral{uint64_t(int64_t(literal->value))});
    if (!whole_.count(uint32_t(value))) return ExprId::None;
    ExprData data = e.data;
    return add(type::integer(), node, std::move(data));
}

/// A literal with a member that nobody knows, which has been said.
bool BodyBuilder::has_excess(ExprId value) {
    while (auto* c = body_.as<Convert>(value)) value = c->operand;
    auto* literal = body_.as<Aggregate>(value);
    if (!literal || literal->kind != AggregateKind::Record) return false;
    TextRange range = tree_.element(body_[value].node).text_range();
    return std::any_of(body_.diagnostics.begin(), body_.diagnostics.end(), [&](const ItemDiagnostic& d) {
        if (d.code != DiagnosticCode::MissingMember || d.location.item != item_) return false;
        SyntaxElement at = tree_.element(d.location.node);
        auto property = at ? ast::PropertyName::cast(at) : ast::PropertyName();
        return property && property.node.parent().parent().text_range() == range;
    });
}

/// Whether `coerce` would do without an error.
bool BodyBuilder::fits(ExprId value, Type to) {
    Type from = type_of(value);
    if (from == to || is_assignable(context_, from, to)) return true;
    const Expr& e = body_[value];
    if (is_number(from) && is_assignable(context_, type::integer(), to)) {
        if (whole_.count(uint32_t(value))) return true;
        auto* literal = std::get_if<FloatLiteral>(&e.data);
        return literal && literal->value == std::trunc(literal->value);
    }
    if (auto* choice = std::get_if<If>(&e.data); choice && choice->otherwise != ExprId::None)
        return fits(choice->then, to) && fits(choice->otherwise, to);
    if (auto* block = std::get_if<Block>(&e.data); block && block->value != ExprId::None) return fits(block->value, to);
    if (auto* c = std::get_if<Convert>(&e.data); c && c->kind == ConvertKind::Wrap) return fits(c->operand, to);
    return false;
}

/// What is wrong with an object literal is told of its members: those that do not fit, and those that are not there.
bool BodyBuilder::member_mismatch(ExprId value, Type to, uint32_t node) {
    ExprId plain = value;
    while (auto* c = body_.as<Convert>(plain)) plain = c->operand;
    auto* literal = body_.as<Aggregate>(plain);
    to = nullable_parts_removed(resolved(context_, to));
    bool is_object =
        to->is(TypeKind::Record) || (to->is(TypeKind::Nominal) && kind_of(to->item) == ItemKind::Interface);
    if (!literal || literal->kind != AggregateKind::Record || !is_object) return false;
    Aggregate record = *literal;
    bool told = false;
    std::string missing;
    for (const RecordField& wanted : fields_of(context_, to)) {
        if (wanted.name == index_signature()) return false;
        auto at = std::find(record.names.begin(), record.names.end(), wanted.name);
        if (std::find(record.names.begin(), record.names.end(), Name()) != record.names.end()) return false;
        if (at == record.names.end()) {
            if (!wanted.optional && find_member(context_, type_of(plain), wanted.name).kind == MemberInfo::None)
                missing += (missing.empty() ? "`" : ", `") + std::string(wanted.name.text()) + "`";
            continue;
        }
        ExprId member = record.operands[size_t(at - record.names.begin())];
        Type declared = wanted.optional ? or_undefined(wanted.type) : wanted.type;
        while (auto* c = body_.as<Convert>(member)) member = c->operand;
        MemberInfo info = find_member(context_, type_of(plain), wanted.name);
        Type given = info.kind == MemberInfo::None ? type_of(member) : info.type;
        if (is_assignable(context_, given, declared) || fits(member, declared) || given->has(TypeHasError)) continue;
        if (!member_mismatch(member, declared, body_[member].node))
            mismatch(body_[member].node, given, declared, fmt::format("`{}`", wanted.name.text()));
        told = true;
    }
    if (!missing.empty())
        report(DiagnosticCode::TypeMismatch, node,
               fmt::format("this lacks {}, which `{}` has", missing, print_type(to)));
    return told || !missing.empty();
}

/// Reports the branch of a choice, or the member of a literal, that does not fit, if it is one of these.
bool BodyBuilder::mismatch_inside(ExprId value, Type to, std::string_view what) {
    Expr e = body_[value];
    auto part = [&](ExprId inner, Type wanted) {
        if (fits(inner, wanted)) return false;
        if (!mismatch_inside(inner, wanted, what)) mismatch(body_[inner].node, type_of(inner), wanted, what);
        return true;
    };
    if (auto* choice = std::get_if<If>(&e.data); choice && choice->otherwise != ExprId::None) {
        bool first = part(choice->then, to), second = part(choice->otherwise, to);
        return first || second;
    }
    return member_mismatch(value, to, body_[value].node);
}

ExprId BodyBuilder::coerce(ExprId value, Type to, uint32_t node, std::string_view what) {
    Type from = type_of(value);
    if (!to || from == to || (to->is(TypeKind::Never) && exhausted_.count(uint32_t(value)))) return value;
    if (is_assignable(context_, from, to)) return convert(value, to);
    if (!fits(value, to)) {
        if (has_excess(value)) return value;  // a member that is mistyped is the reason
        if (!mismatch_inside(value, to, what)) mismatch(node, from, to, what);
        return value;
    }
    if (is_number(from))
        if (ExprId whole = as_whole(value); whole != ExprId::None) return convert(whole, to);
    // The parts of a choice fit one by one.
    Expr e = body_[value];
    if (auto* choice = std::get_if<If>(&e.data)) {
        If made{choice->condition, coerce(choice->then, to, node), coerce(choice->otherwise, to, node)};
        return add(to, e.node, made);
    }
    if (auto* block = std::get_if<Block>(&e.data)) {
        block->value = coerce(block->value, to, node);
        return add(to, e.node, std::move(*block));
    }
    if (auto* c = std::get_if<Convert>(&e.data)) return coerce(c->operand, to, node);
    return value;
}

/// `object[key]` where only the run knows what is there: read as any, then looked at.
ExprId BodyBuilder::element_of_open(ExprId object, ExprId key, Type declared, uint32_t node) {
    ExprId place = add(type::any(), node, Index{convert(object, type::any()), convert(key, type::any())});
    if (declared->is(TypeKind::Any)) return place;
    open_places_[uint32_t(place)] = declared;
    return add(declared, node, Convert{ConvertKind::Unwrap, place});
}

/// The element itself, where it is only asked whether there is one.
ExprId BodyBuilder::unguarded(ExprId value) const {
    auto* c = std::get_if<Convert>(&body_[value].data);
    return c && c->kind == ConvertKind::Unwrap && open_places_.count(uint32_t(c->operand)) ? c->operand : value;
}

/// `let hit = cache[key]`, where the cache is an object with an index signature: the type of what is there. The
/// variable may hold undefined all the same. Null: another value.
Type BodyBuilder::element_type_if_open(ExprId value) const {
    ExprId place = unguarded(value);
    auto* read = place == value ? nullptr : body_.as<Index>(place);
    if (!read) return nullptr;
    ExprId object = read->base;
    while (auto* c = body_.as<Convert>(object)) object = c->operand;
    return type_of(object)->is(TypeKind::Tuple) || may_be_absent(type_of(value)) ? nullptr : type_of(value);
}

/// A variable of that kind, read: present, unless it is only asked whether it is.
ExprId BodyBuilder::guarded(ExprId place, Type there) {
    open_places_[uint32_t(place)] = there;
    return add(there, body_[place].node, Convert{ConvertKind::Unwrap, place});
}

/// What may be assigned to a place.
Type BodyBuilder::declared_type(ExprId place) const {
    auto open = open_places_.find(uint32_t(place));
    return open == open_places_.end() ? type_of(place) : resolved(context_, open->second);
}

/// An object whose class says itself what its text is; None: it does not.
ExprId BodyBuilder::own_text(ExprId value) {
    Type t = type_of(value);
    if (!t->is(TypeKind::Nominal) || kind_of(t->item) != ItemKind::Class) return ExprId::None;
    MemberInfo info = find_member(context_, t, Name("toString"));
    bool own = info.kind == MemberInfo::Method && info.item != ItemId::None && !is_std(file_of(info.item)) &&
               info.type->is(TypeKind::Function) && info.type->result()->is(TypeKind::String) &&
               info.type->parameters().size() == info.type->optional_parameters;
    if (!own) return ExprId::None;
    return add(type::string(), body_[value].node,
               Call{VirtualCallee{Name("toString"), info.item}, {value}, CallMode::Plain});
}

ExprId BodyBuilder::to_text(ExprId value) {
    if (ExprId own = own_text(value); own != ExprId::None) return own;
    value = unguarded(value);
    Type from = type_of(value);
    if (from->is(TypeKind::String)) return value;
    if (from->is(TypeKind::Literal)) value = convert(value, from->element());
    if (type_of(value)->is(TypeKind::String)) return value;
    return add(type::string(), body_[value].node, Convert{ConvertKind::ToString, value});
}

/// `Number(x)`
ExprId BodyBuilder::as_number(ExprId value, uint32_t node) {
    if (MemberInfo time = find_member(context_, type_of(value), Name("getTime"));
        time.item != ItemId::None && is_std_type(type_of(value), "Date"))
        return call_function(time.item, value, type::nominal(time.owner, time.owner_arguments), true, {}, {{}, node},
                             nullptr, node);
    ItemId function = std_item(context_, "number");
    if (function == ItemId::None) return error_expression(node);
    return call_function(function, ExprId::None, nullptr, false, {}, {{}, node, value}, nullptr, node);
}

ExprId BodyBuilder::truth(ExprId value) {
    value = unguarded(value);
    Type t = type_of(value);
    if (t->is(TypeKind::Bool) || t->has(TypeHasError) || t->is(TypeKind::Never)) return value;
    if (t->is(TypeKind::Literal) && t->element()->is(TypeKind::Bool)) return convert(value, type::boolean());
    return add(type::boolean(), body_[value].node, Convert{ConvertKind::ToBool, value});
}

ExprId BodyBuilder::condition(const ast::Expression& e) {
    if (!e) return error_expression(0);
    ExprId value = expression(e);
    misused_promise(value, "a promise is always true; did you mean to `await` it?");
    return truth(value);
}

/// `a.b();` with an `a` that may be absent: `a?.b();` is the other way out where nobody wants the value.
void BodyBuilder::offer_optional_chain(uint32_t name) {
    if (body_.diagnostics.empty() || body_.diagnostics.back().code != DiagnosticCode::PossiblyNull) return;
    SyntaxNode around = tree_.element(name).parent();
    while (around && (ast::MemberExpr::cast(around) || ast::CallExpr::cast(around))) around = around.parent();
    if (!around || !ast::ExprStmt::cast(around)) return;
    SyntaxToken dot = tree_.element(name).as_token();
    dot = dot ? dot.previous() : dot;
    ItemDiagnostic& d = body_.diagnostics.back();
    if (dot && dot.text() == "." && d.fixes.size() == 1)
        d.fixes.push_back(
            {"leave it out with `?.`", {{{item_, node_of(dot)}, ItemDiagnostic::FixEdit::Replace, "?."}}});
}

/// Reports the use of what may be null or undefined; afterwards the value counts as present.
bool BodyBuilder::present(ExprId& value, uint32_t node, std::string_view use) {
    Type t = type_of(value);
    if (!may_be_absent(t)) return true;
    Type there = nullable_parts_removed(t);
    if (!t->is(TypeKind::Any)) {
        auto& d = report(
            DiagnosticCode::PossiblyNull, node,
            fmt::format("this may be {} {}",
                        there->is(TypeKind::Never) ? print_type(t) : print_type(excluded(context_, t, there)), use));
        if (d.fixes.empty()) d.fixes.push_back(say_it_is_there(node));
    }
    value = there->is(TypeKind::Never) ? error_expression(node) : convert(value, there);
    return false;
}

}  // namespace braid::velox_semantics
