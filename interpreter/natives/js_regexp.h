#pragma once

namespace braid::vm {
class NativeRegistry;
}

namespace braid::natives {

/// What class RegExp of the library stands on.
void register_js_regexp(vm::NativeRegistry& registry);

}  // namespace braid::natives
