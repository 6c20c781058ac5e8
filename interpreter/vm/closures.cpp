#include "interpreter/vm/closures.h"

#include "interpreter/vm/interpreter.h"
#include "interpreter/vm/values.h"

namespace braid::vm {

void adapt_arguments(Vm& vm, const Function& f, Word object, std::span<const Word>& arguments, bool& gathered,
                     std::vector<Word>& words) {
    size_t own = f.parameters.size() - (has_receiver(f) ? 1 : 0);
    Object* list = nullptr;
    if (gathered && !arguments.empty() && !(f.rest && arguments.size() == own))
        list = as_object(vm, Value(arguments.back()), ObjectKind::List);
    if (!has_receiver(f) && !list) return;
    if (has_receiver(f)) words.push_back(object);
    words.insert(words.end(), arguments.begin(), arguments.end() - (list ? 1 : 0));
    for (uint64_t i = 0; list && i < list_count(list); ++i) words.push_back(heap::load_slot(list_element(list, i)));
    if (list) gathered = false;
    arguments = words;
}

bool Interpreter::call_member(Word callee, Word object, std::span<const Word> arguments, bytecode::Register destination,
                              bool gathered) {
    const Function& f = *closure_function(object_of(callee));
    if (!has_receiver(f) || vm_.kind_of(object_of(callee)) == ObjectKind::BoundCall)
        return task_.call_value(callee, arguments, destination, 0, false, gathered);
    std::vector<Word> words;
    adapt_arguments(vm_, f, object, arguments, gathered, words);
    if (is_wrapped(f)) return task_.call_async(f, arguments, destination, 0, callee, gathered);
    return task_.call(f, arguments, destination, 0, callee, gathered);
}

}  // namespace braid::vm
