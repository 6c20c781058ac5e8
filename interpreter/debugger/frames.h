#pragma once
#include <string>
#include <vector>

#include "interpreter/debugger/inspector.h"
#include "interpreter/debugger/source_map.h"

namespace braid::debugger {

/// A frame of a task that does not run. Pointers into the task's stack: valid until it goes on.
struct FrameInfo {
    const Function* function = nullptr;
    uint32_t pc = 0;
    std::string name;
    const FileMap* file = nullptr;  // null: no source
    TextRange range;                // of the statement (innermost frame) or of the call
    SourcePosition position;
    bool is_library = false;  // of a standard module
    const Word* registers = nullptr;
};

/// Frames of functions with source, innermost first.
std::vector<FrameInfo> frames_of(const vm::VmTask& task, SourceMap& sources);

struct FrameVariables {
    std::vector<Member> locals, captures;
};
/// What the source can name at the frame's place, innermost declaration of each name only, in order of declaration.
FrameVariables variables_of(const FrameInfo& frame, SourceMap& sources, vm::Vm& vm);

/// Module variables and statics of the frame's file.
std::vector<Member> statics_of(const FrameInfo& frame, vm::Vm& vm);

}  // namespace braid::debugger
