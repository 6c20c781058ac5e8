#include "interpreter/vm/generator.h"

#include "interpreter/vm/runtime_state.h"

namespace braid::vm {

void Generator::trace(heap::Marker& marker) const {
    marker.visit(call);
    if (frame.empty()) return;
    auto* f = reinterpret_cast<const Frame*>(frame.data());
    const LinkedFunction& l = linked(*f->function);
    marker.visit_range(f->registers() + l.traced_first, l.traced_words);
}

}  // namespace braid::vm
