// Its macros that check types would hide the functions.
#define CURL_DISABLE_TYPECHECK
#include "interpreter/io/curl_library.h"

#include <dlfcn.h>

// The plain macros, too, stand in for variadic functions.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

namespace braid::io {

const CurlLibrary& curl_library() {
    static const CurlLibrary library = [] {
        CurlLibrary made;
        void* handle = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);  // for ever: others may use it by then
        if (!handle) {
            made.problem = "libcurl is not installed (libcurl.so.4)";
            return made;
        }
#define X(function)                                                                      \
    made.function = reinterpret_cast<decltype(made.function)>(dlsym(handle, #function)); \
    if (!made.function) made.problem = "libcurl is too old: it has no " #function;
        BRAID_CURL_FUNCTIONS(X)
#undef X
        if (made.problem.empty()) made.curl_global_init(CURL_GLOBAL_DEFAULT);
        return made;
    }();
    return library;
}

}  // namespace braid::io
