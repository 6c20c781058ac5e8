#include <fmt/format.h>

#include "analyzer/flow/mir_walk.h"
#include "analyzer/semantics/language.h"
#include "analyzer/semantics/names.h"

namespace braid::mir {
namespace {

struct Printer {
    const MirBody& body;
    std::string out;

    std::string type(Type t) const { return language_of(body.item).print_type(t); }

    std::string place(const Place& p) const {
        std::string text = fmt::format("_{}", p.local);
        for (const Projection& projection : p.projections) {
            if (std::holds_alternative<Deref>(projection)) text = "(*" + text + ")";
            else if (auto* f = std::get_if<FieldOf>(&projection)) text += fmt::format(".{}", f->index);
            else if (auto* i = std::get_if<IndexOf>(&projection)) text += fmt::format("[_{}]", i->index);
            else if (auto* c = std::get_if<ConstantIndex>(&projection))
                text += fmt::format("[{}{}]", c->from_end ? "-" : "", c->index + c->from_end);
            else if (auto* d = std::get_if<Downcast>(&projection))
                text = fmt::format("({} as {})", text, name_of(d->variant).text());
        }
        return text;
    }

    std::string constant(const Constant& c) const {
        if (c.item != ItemId::None) return qualified_name(c.item);
        if (auto* v = std::get_if<uint64_t>(&c.value)) return fmt::format("{}: {}", int64_t(*v), type(c.type));
        if (auto* v = std::get_if<double>(&c.value)) return fmt::format("{}: {}", *v, type(c.type));
        if (auto* v = std::get_if<bool>(&c.value)) return *v ? "true" : "false";
        if (auto* v = std::get_if<std::string>(&c.value)) return quote(*v);
        return type(c.type);
    }

    std::string operand(const Operand& o) const {
        if (auto* copy = std::get_if<Copy>(&o)) return place(copy->place);
        if (auto* move = std::get_if<Move>(&o)) return "move " + place(move->place);
        return constant(std::get<Constant>(o));
    }

    std::string list(const std::vector<Operand>& operands) const {
        std::string text;
        for (const Operand& o : operands) text += (text.empty() ? "" : ", ") + operand(o);
        return text;
    }

    std::string rvalue(const Rvalue& value) const {
        static constexpr std::string_view kBorrows[] = {"&", "&mut ", "&two-phase ", "&alias "};
        static constexpr std::string_view kAggregates[] = {"tuple", "list",   "array",   "set",
                                                           "map",   "struct", "variant", "record"};
        if (auto* v = std::get_if<Use>(&value)) return operand(v->operand);
        if (auto* v = std::get_if<BorrowOf>(&value)) return std::string(kBorrows[int(v->kind)]) + place(v->place);
        if (auto* v = std::get_if<UnaryOperation>(&value))
            return fmt::format("{}({})", operator_name(v->op), operand(v->operand));
        if (auto* v = std::get_if<BinaryOperation>(&value))
            return fmt::format("{}({}, {})", operator_name(v->op), operand(v->left), operand(v->right));
        if (auto* v = std::get_if<Conversion>(&value))
            return fmt::format("{} {} to {}", conversion_name(v->kind), operand(v->operand), type(v->to));
        if (auto* v = std::get_if<AggregateOf>(&value)) {
            std::string text = fmt::format("{}", kAggregates[int(v->kind)]);
            if (v->item != ItemId::None) text += " " + qualified_name(v->item);
            text += "(";
            for (size_t i = 0; i < v->operands.size(); ++i) {
                if (i) text += ", ";
                if (i < v->names.size() && !v->names[i].empty()) text += std::string(v->names[i].text()) + ": ";
                if (i < v->spread.size() && v->spread[i]) text += "...";
                text += operand(v->operands[i]);
            }
            return text + ")";
        }
        if (auto* v = std::get_if<RepeatOf>(&value))
            return fmt::format("[{}; {}]", operand(v->value), operand(v->count));
        if (auto* v = std::get_if<RangeOf>(&value))
            return fmt::format("{}{}{}", operand(v->begin), v->inclusive ? "..=" : "..", operand(v->end));
        if (auto* v = std::get_if<DiscriminantOf>(&value)) return fmt::format("discriminant({})", place(v->place));
        if (auto* v = std::get_if<LengthOf>(&value)) return fmt::format("length({})", place(v->place));
        if (auto* v = std::get_if<SliceOf>(&value))
            return fmt::format("slice({}, {}, {})", place(v->place), v->skip_front, v->skip_back);
        if (auto* v = std::get_if<TypeTestOf>(&value))
            return fmt::format("{} is {}", operand(v->operand), type(v->tested));
        if (auto* v = std::get_if<TypeOfOperand>(&value)) return fmt::format("typeof {}", operand(v->operand));
        if (auto* v = std::get_if<ClosureOf>(&value))
            return fmt::format("closure #{}({})", uint32_t(v->function), list(v->captures));
        if (auto* v = std::get_if<PropertyOf>(&value)) return fmt::format("{}.{}", operand(v->object), v->name.text());
        if (auto* v = std::get_if<ElementOf>(&value))
            return fmt::format("{}[{}]", operand(v->object), operand(v->index));
        if (auto* v = std::get_if<InterpolateOf>(&value)) {
            std::string text = "interpolate(" + quote(v->texts[0]);
            for (size_t i = 0; i < v->values.size(); ++i) {
                text += ", " + operand(v->values[i]);
                if (!v->formats[i].empty()) text += ":" + v->formats[i];
                text += ", " + quote(v->texts[i + 1]);
            }
            return text + ")";
        }
        return fmt::format("static {}", qualified_name(std::get<StaticRefOf>(value).item));
    }

    void statement(const Statement& s) {
        if (auto* v = std::get_if<Assign>(&s.kind))
            out += fmt::format("    {} = {}\n", place(v->place), rvalue(v->value));
        else if (auto* v = std::get_if<SetProperty>(&s.kind))
            out += fmt::format("    {}.{} = {}\n", operand(v->object), v->name.text(), operand(v->value));
        else if (auto* v = std::get_if<SetElement>(&s.kind))
            out += fmt::format("    {}[{}] = {}\n", operand(v->object), operand(v->index), operand(v->value));
        else if (auto* v = std::get_if<StorageLive>(&s.kind)) out += fmt::format("    live _{}\n", v->local);
        else if (auto* v = std::get_if<StorageDead>(&s.kind)) out += fmt::format("    dead _{}\n", v->local);
        else if (auto* v = std::get_if<FakeRead>(&s.kind)) out += fmt::format("    read {}\n", place(v->place));
    }

    std::string callee(const CallTerminator& call) const {
        if (auto* c = std::get_if<hir::DirectCallee>(&call.callee)) {
            std::string text = c->function == ItemId::None ? "(no constructor)" : qualified_name(c->function);
            for (size_t i = 0; i < c->type_arguments.size(); ++i)
                text += (i ? ", " : "[") + (c->type_arguments[i] ? type(c->type_arguments[i]) : "_");
            if (!c->type_arguments.empty()) text += "]";
            return c->self ? type(c->self) + "::" + text : text;
        }
        if (auto* c = std::get_if<hir::VirtualCallee>(&call.callee)) return fmt::format("virtual {}", c->name.text());
        if (auto* c = std::get_if<hir::MessageCallee>(&call.callee))
            return fmt::format("message {}", qualified_name(c->method));
        return fmt::format("value {}", operand(call.function_value));
    }

    void terminator(const Terminator& t) {
        const TerminatorKind& kind = t.kind;
        if (auto* v = std::get_if<Goto>(&kind)) out += fmt::format("    goto bb{}\n", v->target);
        else if (auto* v = std::get_if<SwitchInteger>(&kind)) {
            out += fmt::format("    switch {} [", operand(v->value));
            for (auto [value, target] : v->targets) out += fmt::format("{}: bb{}, ", int64_t(value), target);
            out += fmt::format("otherwise: bb{}]\n", v->otherwise);
        } else if (std::holds_alternative<ReturnTerminator>(kind)) out += "    return\n";
        else if (std::holds_alternative<Unreachable>(kind)) out += "    unreachable\n";
        else if (std::holds_alternative<ResumeUnwind>(kind)) out += "    resume unwinding\n";
        else if (auto* v = std::get_if<Drop>(&kind))
            out += fmt::format("    drop {}{} -> bb{}\n", place(v->place),
                               v->flag == kNoLocal ? "" : fmt::format(" if _{}", v->flag), v->target);
        else if (auto* v = std::get_if<CallTerminator>(&kind)) {
            static constexpr std::string_view kModes[] = {"", "future ", "promise "};
            std::string target = v->target == kNoBlock ? "never" : fmt::format("bb{}", v->target);
            std::string head = v->is_new ? "new " + type(v->new_type) + " " : "";
            out += fmt::format("    {} = {}{}{}{}({}) -> {}\n", place(v->destination), v->is_go ? "go " : "",
                               kModes[int(v->mode)], head, callee(*v), list(v->arguments), target);
        } else if (auto* v = std::get_if<AwaitTerminator>(&kind))
            out += fmt::format("    {} = await {} -> bb{}\n", place(v->destination), operand(v->operand), v->target);
        else if (auto* v = std::get_if<SelectTerminator>(&kind)) {
            static constexpr std::string_view kArms[] = {"receive", "send", "timeout", "default"};
            out += "    select\n";
            for (const SelectArm& arm : v->arms) {
                out += fmt::format("      {} {}", kArms[int(arm.kind)], operand(arm.channel));
                if (arm.kind == hir::SelectArmKind::Send) out += " <- " + operand(arm.value);
                if (arm.kind == hir::SelectArmKind::Receive) out += " into " + place(arm.destination);
                out += fmt::format(" -> bb{}\n", arm.target);
            }
        } else if (auto* v = std::get_if<ThrowTerminator>(&kind))
            out += fmt::format("    throw {}\n", operand(v->value));
        else if (auto* v = std::get_if<YieldTerminator>(&kind))
            out += fmt::format("    {} = yield {} -> bb{}\n", place(v->destination), operand(v->value), v->target);
        else if (auto* v = std::get_if<AssertTerminator>(&kind))
            out += fmt::format("    assert {} {} -> bb{}\n", operand(v->condition), quote(v->message), v->target);
    }

    void print(std::string_view heading) {
        out += fmt::format("{} {} -> {}\n", heading,
                           body.name.empty() ? qualified_name(body.item) : std::string(body.name.text()),
                           type(body.result));
        static constexpr std::string_view kKinds[] = {"return", "parameter", "capture", "let", "temp"};
        for (size_t i = 0; i < body.locals.size(); ++i) {
            const LocalDeclaration& l = body.locals[i];
            out += fmt::format("  _{}: {} ({}{}{}{})\n", i, type(l.type), kKinds[int(l.kind)],
                               l.name.empty() ? "" : " ", l.name.text(), l.in_cell ? ", in cell" : "");
        }
        for (size_t i = 0; i < body.blocks.size(); ++i) {
            const Block& b = body.blocks[i];
            out += fmt::format("  bb{}{}{}:", i, b.is_cleanup ? " (cleanup)" : "",
                               b.is_handler ? fmt::format(" (catch _{})", b.error_local) : "");
            if (b.unwind != kNoBlock) out += fmt::format(" unwind bb{}", b.unwind);
            out += "\n";
            for (const Statement& s : b.statements) statement(s);
            terminator(b.terminator);
        }
    }
};

}  // namespace

std::string dump(const MirBodies& bodies) {
    std::string out;
    for (size_t i = 0; i < bodies.functions.size(); ++i) {
        Printer printer{bodies.functions[i], {}};
        printer.print(fmt::format("function #{}", i));
        out += printer.out;
    }
    if (bodies.guard) {
        Printer printer{*bodies.guard, {}};
        printer.print("guard of function #0");
        out += printer.out;
    }
    return out;
}

}  // namespace braid::mir
