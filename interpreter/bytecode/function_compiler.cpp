#include "interpreter/bytecode/function_compiler.h"

#include <type_traits>

#include "interpreter/bytecode/lent_handles.h"

namespace braid::bytecode {

FunctionCompiler::FunctionCompiler(Instances& instances, Function& function, const mir::MirBody& body)
    : instances_(instances), function_(function), body_(body), asm_(function), node_(body.node) {}

std::vector<Type> FunctionCompiler::substituted(const std::vector<Type>& types) {
    std::vector<Type> result;
    for (Type t : types) result.push_back(substituted(t));
    return result;
}

void FunctionCompiler::run() {
    locals_.resize(body_.locals.size());
    for (size_t i = 0; i < locals_.size(); ++i) {
        LocalInfo& local = locals_[i];
        local.type = describe(body_.locals[i].type);
        local.cell = body_.locals[i].in_cell;
        local.reg = asm_.new_register(local.cell || is_traced(local.type->repr));
    }
    find_lent_handles();
    bool unwinds = false;
    for (const mir::Block& block : body_.blocks) {
        blocks_.push_back(asm_.new_label());
        unwinds |= block.unwind != mir::kNoBlock;
    }
    compiled_.assign(body_.blocks.size(), false);
    if (unwinds) unwind_register_ = asm_.new_register(true);
    if (instances_.error()) return;
    prologue();

    // Blocks in an order that falls through where it can; handlers and cleanup after what they guard.
    pending_.push_back(0);
    std::vector<mir::BlockId> unwind_blocks;
    auto drain = [&] {
        while (!pending_.empty() && !instances_.error()) {
            mir::BlockId id = pending_.back();
            pending_.pop_back();
            if (compiled_[id]) continue;
            compile_block(id);
            if (body_.blocks[id].unwind != mir::kNoBlock) unwind_blocks.push_back(body_.blocks[id].unwind);
        }
    };
    drain();
    while (!unwind_blocks.empty() && !instances_.error()) {
        pending_.push_back(unwind_blocks.back());
        unwind_blocks.pop_back();
        drain();
    }
    if (instances_.error()) return;
    for (auto& [label, target] : back_edges_) {
        asm_.bind(label);
        asm_.emit_jump(Opcode::JumpBack, {}, blocks_[target]);
    }
    for (Handler& h : function_.handlers) {
        mir::BlockId block = h.target;
        h.target = asm_.pc_of(blocks_[block]);
        h.catches = body_.blocks[block].is_handler;
    }
    debug_tables();
    std::string problem = asm_.finish();
    if (!problem.empty()) instances_.fail({body_.item, body_.node}, problem);
}

void FunctionCompiler::find_lent_handles() {
    std::vector<bool> handles(locals_.size());
    for (size_t i = 0; i < handles.size(); ++i)
        handles[i] = body_.locals[i].kind == mir::LocalKind::Variable && !locals_[i].cell &&
                     locals_[i].type->kind == DescriptorKind::Handle && locals_[i].type->deep_copy;
    lent_ = lent_handles(body_, std::move(handles));
}

void FunctionCompiler::prologue() {
    asm_.line(body_.node, false);
    for (uint32_t i = 0; i < body_.parameter_count; ++i) {
        LocalInfo& local = locals_[1 + i];
        Repr arrives = function_.parameter_reprs[i];
        bool direct = !local.cell && is_traced(arrives) == is_traced(local.type->repr);
        function_.parameters.push_back(direct ? local.reg : asm_.new_register(is_traced(arrives)));
    }
    if (locals_[0].cell) emit(Opcode::NewCellEmpty, {locals_[0].reg, is_traced(slot_repr(locals_[0].type))});
    if (body_.capture_count > 0) function_.closure = asm_.new_register(true);
    for (uint32_t i = 0; i < body_.parameter_count; ++i) {
        LocalInfo& local = locals_[1 + i];
        Virtual arrival = function_.parameters[i];
        if (arrival == local.reg) continue;
        path_ = body_.locals[1 + i].name.empty() ? kNone : asm_.string(std::string(body_.locals[1 + i].name.text()));
        if (local.cell) {
            emit(Opcode::NewCellEmpty, {local.reg, is_traced(slot_repr(local.type))});
        }
        store(local_location(1 + i), Value{arrival, function_.parameter_reprs[i], local.type});
        path_ = kNone;
    }
    for (uint32_t i = 0; i < body_.capture_count; ++i) {
        uint32_t index = 1 + body_.parameter_count + i;
        LocalInfo& local = locals_[index];
        if (body_.locals[index].is_slot) {
            emit(Opcode::AddressSlot, {local.reg, function_.closure, 1 + i});
            continue;
        }
        if (local.cell) emit(Opcode::NewCellEmpty, {local.reg, is_traced(slot_repr(local.type))});
        Location slot{Location::Slot,  function_.closure,          kNoRegister,
                      uint16_t(1 + i), function_.capture_reprs[i], local.type};
        store(local_location(index), load(slot));
    }
}

void FunctionCompiler::compile_block(mir::BlockId id) {
    compiled_[id] = true;
    current_ = id;
    const mir::Block& block = body_.blocks[id];
    asm_.bind(blocks_[id]);
    uint32_t begin = asm_.pc();
    if (block.is_handler && block.error_local != mir::kNoLocal) {
        LocalInfo& error = locals_[block.error_local];
        if (error.cell) emit(Opcode::NewCellEmpty, {error.reg, 1});
        store(local_location(block.error_local), Value{unwind_register_, Repr::Boxed, error.type});
    }
    const auto& statements = block.statements;
    const mir::BinaryOperation* fused = nullptr;
    for (size_t i = 0; i < statements.size(); ++i) {
        auto mark = asm_.mark();
        node_ = statements[i].node;
        auto* assignment = std::get_if<mir::Assign>(&statements[i].kind);
        if (assignment && i + 1 == statements.size()) {
            // compare-and-branch: the condition is a temporary of this block's switch only
            auto* branch = std::get_if<mir::SwitchInteger>(&block.terminator.kind);
            auto* test = branch ? std::get_if<mir::Move>(&branch->value) : nullptr;
            fused = std::get_if<mir::BinaryOperation>(&assignment->value);
            bool fits = test && fused && assignment->place.is_local() && test->place.is_local() &&
                        test->place.local == assignment->place.local && branch->targets.size() == 1 &&
                        branch->targets[0].first == 0 && !locals_[test->place.local].cell;
            if (fits) {
                asm_.line(node_, true);
                Label yes = edge_to(branch->otherwise), no = edge_to(branch->targets[0].second);
                if (fused_branch(*fused, yes, no, compiled_[branch->otherwise])) {
                    // The handler range ends behind the branch.
                    if (block.unwind != mir::kNoBlock)
                        function_.handlers.push_back({begin, asm_.pc(), block.unwind, unwind_register_, false});
                    pending_.push_back(branch->targets[0].second);
                    pending_.push_back(branch->otherwise);
                    asm_.release(mark);
                    return;
                }
            }
        }
        statement(statements[i]);
        asm_.release(mark);
        if (instances_.error()) return;
    }
    auto mark = asm_.mark();
    node_ = block.terminator.node;
    terminator(block, id);
    asm_.release(mark);
    if (block.unwind != mir::kNoBlock && asm_.pc() > begin)
        function_.handlers.push_back({begin, asm_.pc(), block.unwind, unwind_register_, false});
}

void FunctionCompiler::statement(const mir::Statement& s) {
    std::visit(
        [&](const auto& v) {
            using T = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<T, mir::Assign>) {
                asm_.line(s.node, true);
                path_ = kNone;
                if (has_fresh_cell(v.place)) {
                    // The value may be made from what the old cell holds.
                    const TypeDescriptor* type = locals_[v.place.local].type;
                    Location value{Location::Register, temp(type->repr), kNoRegister, 0, type->repr, type};
                    assign(value, v.value);
                    if (instances_.error()) return;
                    renew_cell(v.place);
                    store(local_location(v.place.local), load(value));
                } else if (lent_[v.place.local]) {
                    const mir::Place& element = std::get<mir::Copy>(std::get<mir::Use>(v.value).operand).place;
                    store(local_location(v.place.local), read_place(element, false));
                } else {
                    assign(location(v.place), v.value);
                }
            } else if constexpr (std::is_same_v<T, mir::SetProperty>) {
                asm_.line(s.node, true);
                Virtual object = boxed_operand(v.object);
                instances_.use_method_name(v.name);
                emit(Opcode::SetProperty, {object, asm_.name(v.name), boxed_operand(v.value), asm_.new_cache()});
            } else if constexpr (std::is_same_v<T, mir::SetElement>) {
                asm_.line(s.node, true);
                set_element(v);
            } else if constexpr (std::is_same_v<T, mir::StorageLive>) {
                const LocalInfo& local = locals_[v.local];
                if (local.cell) emit(Opcode::NewCellEmpty, {local.reg, is_traced(slot_repr(local.type))});
            }
            // StorageDead, FakeRead: nothing to do
        },
        s.kind);
}

void FunctionCompiler::debug_tables() {
    function_.first_node = body_.node;
    for (size_t i = 1; i < body_.locals.size(); ++i) {
        const mir::LocalDeclaration& declared = body_.locals[i];
        if (declared.name.empty() || declared.kind == mir::LocalKind::Temporary) continue;
        VariableEntry entry;
        entry.name = declared.name;
        entry.type = locals_[i].type;
        entry.reg = locals_[i].reg;
        if (locals_[i].cell) {
            entry.kind = VariableEntry::Kind::Cell;
        } else if (declared.kind == mir::LocalKind::Capture && entry.type->kind == DescriptorKind::Reference) {
            entry.kind = VariableEntry::Kind::Cell;
            entry.type = entry.type->element;
        }
        function_.debug.variables.push_back(entry);
    }
}

void compile_body(Instances& instances, Function& function, const mir::MirBody& body) {
    FunctionCompiler(instances, function, body).run();
}

}  // namespace braid::bytecode
