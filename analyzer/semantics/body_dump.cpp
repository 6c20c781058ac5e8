#include <fmt/format.h>

#include "analyzer/semantics/body_walk.h"
#include "analyzer/semantics/language.h"
#include "analyzer/semantics/names.h"

// One expression per line: `name details: type`, its parts indented below it.
namespace braid {
namespace {

using namespace hir;

struct Printer {
    const Body& body;
    std::string out;

    std::string type(Type t) const { return t ? language_of(body.item).print_type(t) : "?"; }
    std::string local(LocalId id) const {
        const LocalInfo& info = body[id];
        return fmt::format("{}#{}", info.name.empty() ? std::string_view("temp") : info.name.text(), uint32_t(id));
    }

    std::string pattern(PatternId id) const {
        if (id == PatternId::None) return "_";
        const Pattern& p = body[id];
        auto list = [&](const std::vector<PatternId>& ids) {
            std::string text;
            for (PatternId sub : ids) text += (text.empty() ? "" : ", ") + pattern(sub);
            return text;
        };
        if (auto* v = std::get_if<BindPattern>(&p.data)) {
            static constexpr std::string_view kModes[] = {"", "&", "&mut "};
            return fmt::format("{}{}: {}{}", kModes[int(v->mode)], local(v->local), type(body[v->local].type),
                               v->sub == PatternId::None ? "" : " @ " + pattern(v->sub));
        }
        if (auto* v = std::get_if<TuplePattern>(&p.data)) return "(" + list(v->elements) + ")";
        if (auto* v = std::get_if<ListPattern>(&p.data))
            return "[" + list(v->elements) + (v->rest ? ", ..." : "") + "]";
        if (auto* v = std::get_if<VariantPattern>(&p.data))
            return std::string(name_of(v->variant).text()) + "(" + list(v->fields) + ")";
        if (auto* v = std::get_if<OrPattern>(&p.data)) return list(v->alternatives);
        if (auto* v = std::get_if<TypePattern>(&p.data)) return type(v->tested) + " " + pattern(v->sub);
        if (auto* v = std::get_if<DefaultPattern>(&p.data)) return pattern(v->sub) + " = …";
        if (auto* v = std::get_if<StructPattern>(&p.data)) {
            std::string text;
            for (auto [index, sub] : v->fields)
                text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", index, pattern(sub));
            return std::string(name_of(v->item).text()) + "{" + text + "}";
        }
        if (auto* v = std::get_if<RecordPattern>(&p.data)) {
            std::string text;
            for (auto& [name, sub] : v->fields)
                text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", name.text(), pattern(sub));
            return "{" + text + "}";
        }
        if (std::holds_alternative<LiteralPattern>(p.data)) return "literal";
        if (std::holds_alternative<RangePattern>(p.data)) return "range";
        return std::holds_alternative<WildcardPattern>(p.data) ? "_" : "error";
    }

    std::string callee(const Call& call) const {
        static constexpr std::string_view kModes[] = {"", " future", " promise"};
        std::string text;
        if (auto* v = std::get_if<DirectCallee>(&call.callee)) {
            text = qualified_name(v->function);
            for (size_t i = 0; i < v->type_arguments.size(); ++i) text += (i ? ", " : "[") + type(v->type_arguments[i]);
            if (!v->type_arguments.empty()) text += "]";
            if (v->self) text += " for " + type(v->self);
        } else if (auto* v = std::get_if<VirtualCallee>(&call.callee)) {
            text = "virtual " + std::string(v->name.text());
        } else if (auto* v = std::get_if<MessageCallee>(&call.callee)) {
            text = "message " + qualified_name(v->method);
        } else {
            text = "value";
        }
        return text + std::string(kModes[int(call.mode)]);
    }

    /// The word for the expression and what it says beside its parts.
    std::string head(const ExprData& data) const {
        static constexpr std::string_view kWords[] = {
            "error",     "integer",  "float",       "bool",      "char",    "string",    "unit",    "null",
            "undefined", "local",    "static",      "function",  "class",   "aggregate", "repeat",  "range",
            "spread",    "field",    "property",    "index",     "unary",   "binary",    "logical", "convert",
            "call",      "new",      "super",       "closure",   "borrow",  "deref",     "assign",  "compound",
            "increment", "let",      "block",       "if",        "matches", "match",     "loop",    "for",
            "break",     "continue", "return",      "await",     "go",      "select",    "try",     "throw",
            "try_catch", "yield",    "interpolate", "type_test", "typeof",  "old",       "result",  "quantifier"};
        std::string text(kWords[data.index()]);
        auto add = [&](auto&& detail) { text += fmt::format(" {}", detail); };
        if (auto* v = std::get_if<IntegerLiteral>(&data)) add(int64_t(v->bits));
        else if (auto* v = std::get_if<FloatLiteral>(&data)) add(v->value);
        else if (auto* v = std::get_if<BoolLiteral>(&data)) add(v->value);
        else if (auto* v = std::get_if<CharLiteral>(&data)) add(v->value);
        else if (auto* v = std::get_if<StringLiteral>(&data)) add(quote(v->value));
        else if (auto* v = std::get_if<LocalRef>(&data)) add(local(v->local));
        else if (auto* v = std::get_if<StaticRef>(&data)) add(qualified_name(v->item));
        else if (auto* v = std::get_if<FunctionRef>(&data)) add(qualified_name(v->item));
        else if (auto* v = std::get_if<Aggregate>(&data)) {
            static constexpr std::string_view kKinds[] = {"tuple", "list",   "array",   "set",
                                                          "map",   "struct", "variant", "record"};
            add(kKinds[int(v->kind)]);
            if (v->item != ItemId::None) add(qualified_name(v->item));
            for (const Name& name : v->names) add(name.text());
        } else if (auto* v = std::get_if<Field>(&data)) add(v->index);
        else if (auto* v = std::get_if<Property>(&data)) add(v->name.text());
        else if (auto* v = std::get_if<Unary>(&data)) add(operator_name(v->op));
        else if (auto* v = std::get_if<Binary>(&data)) add(operator_name(v->op));
        else if (auto* v = std::get_if<Logical>(&data)) add(operator_name(v->op));
        else if (auto* v = std::get_if<Convert>(&data)) add(conversion_name(v->kind));
        else if (auto* v = std::get_if<Call>(&data)) add(callee(*v));
        else if (auto* v = std::get_if<hir::Closure>(&data)) add(fmt::format("#{}", uint32_t(v->function)));
        else if (auto* v = std::get_if<Borrow>(&data)) add(v->is_mutable ? "mut" : "shared");
        else if (auto* v = std::get_if<CompoundAssign>(&data)) add(operator_name(v->op));
        else if (auto* v = std::get_if<Increment>(&data)) add(v->delta);
        else if (auto* v = std::get_if<Let>(&data)) add(pattern(v->pattern));
        else if (auto* v = std::get_if<Matches>(&data)) add(pattern(v->pattern));
        else if (auto* v = std::get_if<For>(&data)) add(pattern(v->pattern));
        else if (auto* v = std::get_if<Match>(&data)) {
            for (const MatchArm& arm : v->arms) add("| " + pattern(arm.pattern));
        } else if (auto* v = std::get_if<Select>(&data)) {
            static constexpr std::string_view kArms[] = {"receive", "send", "timeout", "default"};
            for (const SelectArm& arm : v->arms)
                add(fmt::format("| {} {}", kArms[int(arm.kind)], pattern(arm.pattern)));
        } else if (auto* v = std::get_if<TypeTest>(&data)) add(type(v->tested));
        else if (auto* v = std::get_if<Interpolate>(&data)) {
            for (const InterpolatePart& part : v->parts)
                add(quote(part.text) + (part.format.empty() ? "" : ":" + part.format));
        }
        return text;
    }

    void expression(ExprId id, int depth) {
        const Expr& e = body[id];
        out += fmt::format("{:{}}{}: {}\n", "", depth * 2, head(e.data), type(e.type));
        for_each_child(e, [&](ExprId child) { expression(child, depth + 1); });
    }

    void function(uint32_t number, const BodyFunction& f) {
        static constexpr std::string_view kModes[] = {"copy", "move", "borrow", "borrow mut", "alias"};
        static constexpr std::string_view kClauses[] = {"req", "ens", "inv"};
        out += fmt::format("function #{} {}{}(", number, f.is_async ? "async " : "",
                           number == 0 ? qualified_name(body.item) : std::string(f.name.text()));
        for (size_t i = 0; i < f.parameters.size(); ++i)
            out += fmt::format("{}{}: {}", i ? ", " : "", local(f.parameters[i]), type(body[f.parameters[i]].type));
        out += fmt::format(") -> {}\n", type(f.result));
        for (const Capture& c : f.captures)
            out += fmt::format("  capture {} by {}\n", local(c.local), kModes[int(c.mode)]);
        for (const ContractClause& c : f.contracts) {
            out += fmt::format("  {}{}\n", kClauses[int(c.kind)], c.always_checked ? " always" : "");
            expression(c.condition, 2);
        }
        if (f.root != ExprId::None) expression(f.root, 1);
    }
};

}  // namespace

std::string dump_body(const Body& body) {
    Printer printer{body, {}};
    for (uint32_t i = 0; i < body.functions.size(); ++i) printer.function(i, body.functions[i]);
    return printer.out;
}

}  // namespace braid
