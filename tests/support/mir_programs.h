#pragma once
#include <map>
#include <set>

#include "interpreter/bytecode/compiler.h"

/// Programs built by hand as MIR, for tests of bytecode/ and vm/.
namespace braid::testing {

using namespace braid::mir;
using bytecode::SlotPolicy;
using mir::Place;  // not the place in the source

inline Operand copy(Local l) { return Copy{Place{l, {}}}; }
inline Operand copy(Place p) { return Copy{std::move(p)}; }
inline Operand move(Local l) { return Move{Place{l, {}}}; }
inline Operand move(Place p) { return Move{std::move(p)}; }
inline Operand integer(int64_t i, Type t = type::integer()) { return Constant{t, uint64_t(i)}; }
inline Operand number(double d) { return Constant{type::float_(), d}; }
inline Operand boolean(bool b) { return Constant{type::boolean(), b}; }
inline Operand text(std::string s) { return Constant{type::string(), std::move(s)}; }
inline Operand unit() { return Constant{type::unit(), {}}; }
inline Place field(Local l, uint32_t i) { return {l, {FieldOf{i}}}; }
inline Place deref(Local l) { return {l, {mir::Deref{}}}; }
inline Place element(Local list, Local index) { return {list, {IndexOf{index}}}; }

class BodyBuilder {
  public:
    explicit BodyBuilder(ItemId item, Type result) {
        body.item = item;
        body.result = result;
        local(result, LocalKind::Return);
        block();
    }
    Local local(Type t, LocalKind kind = LocalKind::Temporary, std::string_view name = {}, bool cell = false) {
        LocalDeclaration d;
        d.type = t;
        d.kind = kind;
        d.name = Name(name);
        d.in_cell = cell;
        body.locals.push_back(d);
        return Local(body.locals.size() - 1);
    }
    Local parameter(Type t, std::string_view name = "p", bool cell = false) {
        ++body.parameter_count;
        return local(t, LocalKind::Parameter, name, cell);
    }
    Local capture(Type t, std::string_view name = "c", bool slot = false) {
        ++body.capture_count;
        Local l = local(t, LocalKind::Capture, name);
        body.locals[l].is_slot = slot;
        return l;
    }
    Local variable(Type t, std::string_view name = "v", bool cell = false) {
        return local(t, LocalKind::Variable, name, cell);
    }
    BlockId block(bool cleanup = false) {
        body.blocks.emplace_back();
        body.blocks.back().is_cleanup = cleanup;
        return BlockId(body.blocks.size() - 1);
    }
    BodyBuilder& at(BlockId b) {
        current = b;
        return *this;
    }
    BodyBuilder& set(Place p, Rvalue v) {
        body.blocks[current].statements.push_back({Assign{std::move(p), std::move(v)}, ++node});
        return *this;
    }
    BodyBuilder& set(Local l, Rvalue v) { return set(Place{l, {}}, std::move(v)); }
    BodyBuilder& set(Local l, Operand o) { return set(Place{l, {}}, Use{std::move(o)}); }
    BodyBuilder& set(Place p, Operand o) { return set(std::move(p), Use{std::move(o)}); }
    BodyBuilder& push(StatementKind k) {
        body.blocks[current].statements.push_back({std::move(k), ++node});
        return *this;
    }
    BodyBuilder& live(Local l) { return push(StorageLive{l}); }
    BodyBuilder& binary(Local l, hir::BinaryOp op, Operand a, Operand b) {
        return set(l, BinaryOperation{op, std::move(a), std::move(b)});
    }
    void end(TerminatorKind k) { body.blocks[current].terminator = {std::move(k), ++node}; }
    void go(BlockId b) { end(Goto{b}); }
    void ret() { end(ReturnTerminator{}); }
    void branch(Operand condition, BlockId yes, BlockId no) {
        end(SwitchInteger{std::move(condition), {{0, no}}, yes});
    }
    /// Goes on in a fresh block.
    BodyBuilder& call(Place to, ItemId f, std::vector<Operand> args, std::vector<Type> types = {},
                      hir::CallMode mode = hir::CallMode::Plain) {
        CallTerminator c;
        c.callee = hir::DirectCallee{f, std::move(types), nullptr};
        c.function_value = unit();
        c.arguments = std::move(args);
        c.mode = mode;
        c.destination = std::move(to);
        return finish(std::move(c));
    }
    BodyBuilder& call(Local to, ItemId f, std::vector<Operand> args, std::vector<Type> types = {},
                      hir::CallMode mode = hir::CallMode::Plain) {
        return call(Place{to, {}}, f, std::move(args), std::move(types), mode);
    }
    BodyBuilder& call_value(Local to, Operand callee, std::vector<Operand> args) {
        CallTerminator c;
        c.callee = hir::ValueCallee{ExprId::None};
        c.function_value = std::move(callee);
        c.arguments = std::move(args);
        c.destination = Place{to, {}};
        return finish(std::move(c));
    }
    BodyBuilder& call_method(Local to, std::string_view name, std::vector<Operand> args) {
        CallTerminator c;
        c.callee = hir::VirtualCallee{Name(name), ItemId::None};
        c.function_value = unit();
        c.arguments = std::move(args);
        c.destination = Place{to, {}};
        return finish(std::move(c));
    }
    BodyBuilder& finish(CallTerminator c) {
        BlockId next = block();
        body.blocks[next].unwind = body.blocks[current].unwind;
        c.target = next;
        end(std::move(c));
        current = next;
        return *this;
    }
    BodyBuilder& drop(Place p) {
        BlockId next = block();
        body.blocks[next].unwind = body.blocks[current].unwind;
        body.blocks[next].is_cleanup = body.blocks[current].is_cleanup;
        end(Drop{std::move(p), kNoLocal, next});
        current = next;
        return *this;
    }
    void unwind_to(BlockId b) { body.blocks[current].unwind = b; }

    MirBody body;
    BlockId current = 0;
    uint32_t node = 0;
};

class TestModel : public bytecode::ProgramModel {
  public:
    ItemId item(ItemKind kind, std::string_view name, ItemId parent = ItemId::None) {
        return intern_item({parent, kind, Name(name), 0, FileId(0)});
    }
    BodyBuilder function(ItemId item, Type result) { return BodyBuilder(item, result); }
    void add(BodyBuilder b) {
        FunctionSignature s;
        s.result = b.body.result;
        s.is_async = b.body.is_async;
        for (uint32_t i = 1; i <= b.body.parameter_count; ++i)
            s.parameters.push_back({b.body.locals[i].name, b.body.locals[i].type});
        if (!signatures.count(b.body.item)) signatures[b.body.item] = s;
        auto bodies = bodies_.count(b.body.item) ? bodies_[b.body.item] : std::make_shared<MirBodies>();
        if (bodies->functions.size() <= size_t(b.body.function)) bodies->functions.resize(size_t(b.body.function) + 1);
        bodies->functions[size_t(b.body.function)] = std::move(b.body);
        bodies_[bodies->functions.back().item] = bodies;
    }
    ItemId native(std::string_view name, std::vector<Type> parameters, Type result, bool rest = false) {
        ItemId f = item(ItemKind::Function, name);
        FunctionSignature s;
        for (Type t : parameters) s.parameters.push_back({Name("a"), t});
        if (rest && !s.parameters.empty()) s.parameters.back().rest = true;
        s.result = result;
        s.is_native = true;
        signatures[f] = s;
        return f;
    }
    ItemId structure(std::string_view name, std::vector<std::pair<std::string, Type>> fields,
                     ItemKind kind = ItemKind::Struct) {
        ItemId s = item(kind, name);
        for (auto& [n, t] : fields) definitions[s].fields.push_back({Name(n), t});
        definitions[s];
        return s;
    }
    ItemId variant(ItemId owner, std::string_view name, std::vector<Type> payload) {
        ItemId v = item(ItemKind::Variant, name, owner);
        for (size_t i = 0; i < payload.size(); ++i)
            definitions[v].fields.push_back({Name(std::to_string(i)), payload[i]});
        definitions[v];
        definitions[owner].variants.push_back(v);
        return v;
    }

    SlotPolicy slot_policy(ItemId) const override { return policy; }
    std::shared_ptr<const MirBodies> mir(ItemId f) const override {
        auto found = bodies_.find(f);
        return found == bodies_.end() ? nullptr : found->second;
    }
    FunctionSignature function_signature(ItemId f) const override { return signatures.at(f); }
    TypeDefinition type_definition(ItemId t) const override {
        auto found = definitions.find(t);
        return found == definitions.end() ? TypeDefinition{} : found->second;
    }
    Type static_type(ItemId s) const override { return statics.at(s); }
    std::vector<std::pair<ItemId, uint32_t>> generic_owners(ItemId f) const override {
        auto found = signatures.find(f);
        if (found == signatures.end() || found->second.generics.empty()) return {};
        return {{f, uint32_t(found->second.generics.size())}};
    }
    bytecode::ResolvedFunction resolve_trait_method(ItemId method, Type self, const std::vector<Type>&) const override {
        auto found = trait_methods.find({method, self});
        return found == trait_methods.end() ? bytecode::ResolvedFunction{}
                                            : bytecode::ResolvedFunction{found->second, {}, nullptr};
    }
    bytecode::ResolvedFunction user_drop(Type t) const override { return user(drops, t); }
    bytecode::ResolvedFunction user_show(Type t) const override { return user(shows, t); }
    Type normalize(Type t) const override { return t; }
    bytecode::Capabilities capabilities(Type t) const override {
        switch (t->kind) {
            case TypeKind::Nominal: return {copies.count(t->item) > 0, drops.count(t->item) > 0 || needs_drop(t)};
            case TypeKind::List: return {false, capabilities(t->element()).needs_drop};
            case TypeKind::Tuple: {
                bytecode::Capabilities c{true, false};
                for (Type part : t->arguments) {
                    auto p = capabilities(part);
                    c.copy &= p.copy;
                    c.needs_drop |= p.needs_drop;
                }
                return c;
            }
            case TypeKind::Function: return {!t->has(TypeMoveOnly), t->has(TypeMoveOnly)};
            default: return {true, false};
        }
    }
    ItemId find_member(ItemId klass, Name name, MemberKind kind) const override {
        if (kind != MemberKind::Method) return ItemId::None;
        for (ItemId c = klass; c != ItemId::None;) {
            auto found = methods.find({c, std::string(name.text())});
            if (found != methods.end()) return found->second;
            auto d = definitions.find(c);
            c = d != definitions.end() && d->second.base ? d->second.base->item : ItemId::None;
        }
        return ItemId::None;
    }
    ItemId well_known(bytecode::WellKnown w) const override {
        auto found = known.find(w);
        return found == known.end() ? ItemId::None : found->second;
    }
    std::string print_type(Type t) const override {
        switch (t->kind) {
            case TypeKind::Integer: return "int";
            case TypeKind::Float: return "number";
            case TypeKind::Bool: return "bool";
            case TypeKind::String: return "string";
            case TypeKind::Unit: return "()";
            case TypeKind::List: return "[" + print_type(t->element()) + "]";
            case TypeKind::Reference: return "&" + print_type(t->element());
            case TypeKind::Nominal: return std::string(name_of(t->item).text());
            default: return "type";
        }
    }
    std::string source_line(std::string_view, uint32_t) const override { return {}; }
    bytecode::SourceLocation location(ItemId f, uint32_t node) const override {
        return {"test", node, 1, node, 1, std::string(name_of(f).text())};
    }

    SlotPolicy policy = SlotPolicy::Static;
    std::map<ItemId, FunctionSignature> signatures;
    std::map<ItemId, TypeDefinition> definitions;
    std::map<ItemId, Type> statics;
    std::map<ItemId, ItemId> drops, shows;
    std::set<ItemId> copies;
    std::map<std::pair<ItemId, Type>, ItemId> trait_methods;
    std::map<std::pair<ItemId, std::string>, ItemId> methods;
    std::map<bytecode::WellKnown, ItemId> known;

  private:
    bool needs_drop(Type t) const {
        auto found = definitions.find(t->item);
        if (found == definitions.end()) return false;
        auto dropped = [&](const FieldInfo& f) {
            return capabilities(substitute(f.type, t->item, t->arguments)).needs_drop;
        };
        for (const FieldInfo& f : found->second.fields)
            if (dropped(f)) return true;
        for (ItemId v : found->second.variants)
            for (const FieldInfo& f : definitions.at(v).fields)
                if (dropped(f)) return true;
        return false;
    }
    static bytecode::ResolvedFunction user(const std::map<ItemId, ItemId>& table, Type t) {
        if (!t->is(TypeKind::Nominal)) return {};
        auto found = table.find(t->item);
        return found == table.end() ? bytecode::ResolvedFunction{}
                                    : bytecode::ResolvedFunction{found->second, {}, nullptr};
    }
    std::map<ItemId, std::shared_ptr<MirBodies>> bodies_;
};

}  // namespace braid::testing
