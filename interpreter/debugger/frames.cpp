#include "interpreter/debugger/frames.h"

#include <algorithm>

namespace braid::debugger {

using bytecode::SlotPolicy;
using bytecode::VariableEntry;
using heap::Value;

std::vector<FrameInfo> frames_of(const vm::VmTask& task, SourceMap& sources) {
    std::vector<FrameInfo> result;
    bool innermost = true;
    for (const vm::FrameView& view : task.frames()) {
        const Function& function = *view.function;
        bool has_source = function.kind == bytecode::FunctionKind::Bytecode && function.item != ItemId::None;
        if (!has_source) {
            innermost = false;
            continue;
        }
        FrameInfo frame;
        frame.function = &function;
        frame.pc = view.pc;
        frame.name = function.name.empty() ? "function" : function.name;
        frame.registers = view.registers;
        const CodeMap& code = sources.code(function);
        frame.file = code.file;
        frame.is_library = is_std(file_of(function.item));
        if (code.file) {
            const CodeRun* run = code.at(view.pc);
            bool at_statement = run && run->statement != kNoStatement && innermost && run->begin == view.pc;
            frame.range = at_statement ? code.file->statements[run->statement].range
                                       : sources.range_of(view.site.item, view.site.node);
            frame.position = code.file->position(frame.range);
        }
        result.push_back(std::move(frame));
        innermost = false;
    }
    return result;
}

namespace {

Datum read(const VariableEntry& entry, const FrameInfo& frame, bool& present) {
    Word word = frame.registers[entry.reg];
    present = true;
    if (entry.kind == VariableEntry::Kind::Register) return {entry.type, word};
    if (!Value(word).is_pointer()) {
        present = false;  // its cell is made when its scope is entered
        return {};
    }
    if (entry.kind == VariableEntry::Kind::Capture)
        return Inspector::in_slot(entry.type, heap::load_slot(vm::object_of(word)->slots() + entry.slot));
    Word held = heap::load_slot(reinterpret_cast<const Word*>(static_cast<uintptr_t>(word)));
    bool boxed = frame.function->policy == SlotPolicy::Boxed && entry.type->repr != bytecode::Repr::Reference;
    return boxed ? Datum{nullptr, held} : Datum{entry.type, held};
}

struct Visible {
    const VariableEntry* entry;
    uint32_t declared;
    bool captured;
};

/// The locals that the function's debug table was made from, in its order; empty: they do not fit (a default's thunk).
std::vector<const mir::LocalDeclaration*> declarations_of(const Function& function, const mir::MirBodies* bodies) {
    std::vector<const mir::LocalDeclaration*> result;
    auto number = static_cast<size_t>(function.body);
    if (!bodies || number >= bodies->functions.size()) return {};
    const auto& locals = bodies->functions[number].locals;
    for (size_t i = 1; i < locals.size(); ++i)
        if (!locals[i].name.empty() && locals[i].kind != mir::LocalKind::Temporary) result.push_back(&locals[i]);
    if (result.size() != function.debug.variables.size()) result.clear();
    return result;
}

}  // namespace

FrameVariables variables_of(const FrameInfo& frame, SourceMap& sources, vm::Vm& vm) {
    FrameVariables result;
    const auto& scopes = sources.scopes(frame.function->item);
    auto bodies = vm.model().mir(frame.function->item);
    auto declarations = declarations_of(*frame.function, bodies.get());
    std::vector<Visible> visible;
    const auto& entries = frame.function->debug.variables;
    for (size_t i = 0; i < entries.size(); ++i) {
        if (entries[i].reg == bytecode::kNoRegister || entries[i].name.text().substr(0, 1) == "$") continue;
        Visible v{&entries[i], 0, false};
        if (!declarations.empty()) {
            v.captured = declarations[i]->kind == mir::LocalKind::Capture;
            auto local = static_cast<size_t>(declarations[i]->source);
            bool is_own = !v.captured && declarations[i]->kind != mir::LocalKind::Parameter && local < scopes.size();
            if (is_own) {
                TextRange scope = scopes[local];
                if (frame.range.begin <= scope.begin || scope.end <= frame.range.begin) continue;
                v.declared = scope.begin;
            }
        }
        auto same = std::find_if(visible.begin(), visible.end(),
                                 [&](const Visible& o) { return o.entry->name == v.entry->name; });
        if (same == visible.end()) visible.push_back(v);
        else if (v.declared >= same->declared) *same = v;
    }
    for (const Visible& v : visible) {
        bool present = false;
        Datum value = read(*v.entry, frame, present);
        if (present)
            (v.captured ? result.captures : result.locals).push_back({std::string(v.entry->name.text()), value});
    }
    return result;
}

std::vector<Member> statics_of(const FrameInfo& frame, vm::Vm& vm) {
    std::vector<Member> result;
    FileId file = file_of(frame.function->item);
    for (const bytecode::StaticDescriptor& each : vm.program().statics) {
        if (each.item == ItemId::None || file_of(each.item) != file || !each.slot) continue;
        result.push_back(
            {std::string(name_of(each.item).text()), Inspector::in_slot(each.type, heap::load_slot(each.slot))});
    }
    return result;
}

}  // namespace braid::debugger
