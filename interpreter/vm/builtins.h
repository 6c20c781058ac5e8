#pragma once
#include "interpreter/vm/native.h"

/// Natives of the machine itself. Private to vm/.
namespace braid::vm {

struct LinkedFunction;

/// "$show", "$drop_map", "$drop_closure", "$drop_dyn"; null: none of these.
const NativeInfo* find_builtin(std::string_view name);
/// First frame of the main task: static initializers, then the entries in order.
NativeAction run_entries(NativeCall& call);
/// `main` gave an Err: its message.
bool failed_result(Vm& vm, const Function& entry, Word result, std::string& message);
void size_native_frame(const Function& function, LinkedFunction& linked);

}  // namespace braid::vm
