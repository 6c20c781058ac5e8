#pragma once
#include <curl/curl.h>

#include <string>

namespace braid::io {

// The functions of libcurl that the client calls.
#define BRAID_CURL_FUNCTIONS(X) \
    X(curl_global_init)         \
    X(curl_easy_init)           \
    X(curl_easy_setopt)         \
    X(curl_easy_getinfo)        \
    X(curl_easy_cleanup)        \
    X(curl_easy_strerror)       \
    X(curl_slist_append)        \
    X(curl_slist_free_all)      \
    X(curl_multi_init)          \
    X(curl_multi_setopt)        \
    X(curl_multi_add_handle)    \
    X(curl_multi_remove_handle) \
    X(curl_multi_socket_action) \
    X(curl_multi_assign)        \
    X(curl_multi_info_read)     \
    X(curl_multi_cleanup)

struct CurlLibrary {
#define X(name) decltype(&::name) name = nullptr;
    BRAID_CURL_FUNCTIONS(X)
#undef X
    std::string problem;  // why it could not be loaded; empty: it is there
};

/// Loaded at the first call; on the loop's thread.
const CurlLibrary& curl_library();

}  // namespace braid::io
