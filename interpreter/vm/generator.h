#pragma once
#include <vector>

#include "interpreter/vm/native.h"

namespace braid::vm {

/// What a `function*` gives. While it does not run, its one frame lies here: it can only yield in its own body.
class Generator {
  public:
    enum class Status : uint8_t { Fresh, Suspended, Running, Done };
    Status status = Status::Fresh;
    Word waiting = 0;         // of an async one: the array of those who wait for their turn, once there was one
    Word call = 0;            // Fresh: the bound call of its function
    std::vector<Word> frame;  // Suspended: header and registers
    bytecode::Register sent = bytecode::kNoRegister;  // where the frame's `yield` gives what `next` was given

    void trace(heap::Marker& marker) const;
};

/// FrameFlag of a native that goes on with a generator: the frame above it is the generator's.
constexpr uint16_t kFrameGenerator = 64;

/// Goes on with a generator, argument 0 of the native, where its `yield` gives `sent`. The native is entered at `next`
/// when it yields (its status is Suspended then) or ends, with result() the value.
NativeAction resume(NativeCall& call, Generator& generator, Word sent, uint32_t next);

}  // namespace braid::vm
