#include "interpreter/natives/natives.h"

#include "interpreter/natives/js_regexp.h"

#include "interpreter/runtime/run.h"

namespace braid::natives {

const vm::NativeRegistry& standard_natives() {
    static const vm::NativeRegistry registry = [] {
        vm::NativeRegistry r;
        runtime::register_runtime(r);
        register_core(r);
        register_text(r);
        register_numbers(r);
        register_lists(r);
        register_collections(r);
        register_ranges(r);
        register_system(r);
        register_files(r);
        register_json(r);
        register_database(r);
        register_http(r);
        register_js_core(r);
        register_js_arrays(r);
        register_js_strings(r);
        register_js_collections(r);
        register_js_numbers(r);
        register_js_json(r);
        register_js_database(r);
        register_js_http(r);
        register_js_regexp(r);
        return r;
    }();
    return registry;
}

}  // namespace braid::natives
