#include "protocol/message.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

namespace braid::protocol {
namespace {

// Brackets outside of strings; whether the text is JSON at all is the parser's question.
bool nested_too_deep(std::string_view body) {
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < body.size(); ++i) {
        const char c = body[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
            continue;
        }
        if (c == '"') in_string = true;
        if ((c == '[' || c == '{') && ++depth > max_json_depth) return true;
        if (c == ']' || c == '}') --depth;
    }
    return false;
}

}  // namespace

tl::expected<Json, std::string> parse_json(std::string_view body) {
    if (nested_too_deep(body)) return tl::unexpected(fmt::format("nested deeper than {} levels", max_json_depth));
    try {
        return Json::parse(body);
    } catch (const Json::exception& error) {
        return tl::unexpected<std::string>(error.what());
    }
}

std::string to_text(const Json& message) { return message.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace braid::protocol
