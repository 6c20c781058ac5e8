#pragma once
#include "interpreter/runtime/session.h"
#include "interpreter/vm/native.h"

namespace braid::natives {

/// Everything the standard modules declare native, of both languages and of runtime/.
const vm::NativeRegistry& standard_natives();

// One subject each; files of the same names.
void register_core(vm::NativeRegistry& registry);
void register_text(vm::NativeRegistry& registry);
void register_numbers(vm::NativeRegistry& registry);
void register_lists(vm::NativeRegistry& registry);
void register_collections(vm::NativeRegistry& registry);
void register_ranges(vm::NativeRegistry& registry);
void register_system(vm::NativeRegistry& registry);
void register_files(vm::NativeRegistry& registry);
void register_json(vm::NativeRegistry& registry);
void register_http(vm::NativeRegistry& registry);
void register_database(vm::NativeRegistry& registry);
void register_js_core(vm::NativeRegistry& registry);
void register_js_arrays(vm::NativeRegistry& registry);
void register_js_strings(vm::NativeRegistry& registry);
void register_js_collections(vm::NativeRegistry& registry);
void register_js_numbers(vm::NativeRegistry& registry);
void register_js_json(vm::NativeRegistry& registry);
void register_js_http(vm::NativeRegistry& registry);
void register_js_database(vm::NativeRegistry& registry);

}  // namespace braid::natives
