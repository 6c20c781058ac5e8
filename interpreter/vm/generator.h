#pragma once
#include <vector>

#include "interpreter/vm/task.h"

namespace braid::vm {

/// What a `function*` gives. While it does not run, its one frame lies here: it can only yield in its own body.
class Generator {
  public:
    enum class Status : uint8_t { Fresh, Suspended, Running, Done };
    Status status = Status::Fresh;
    Word call = 0;                                    // Fresh: the bound call of its function
    std::vector<Word> frame;                          // Suspended: header and registers
    bytecode::Register sent = bytecode::kNoRegister;  // where the frame's `yield` gives what `next` was given

    void trace(heap::Marker& marker) const;
};

}  // namespace braid::vm
