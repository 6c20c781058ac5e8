// The first byte chooses into what pieces the rest is cut; what comes out of the reader of requests must be the same as
// for the bytes at once. A refusal may come with less: at once, more of what is too long is seen.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "interpreter/io/http_reader.h"

using namespace braid::io;

namespace {

std::string read(std::string_view bytes, std::size_t piece) {
    HttpReader reader(HttpLimits{300, 60});
    std::string said;
    while (!bytes.empty()) {
        const std::size_t used = reader.feed(bytes.substr(0, piece));
        if (reader.state() == HttpReader::State::Failed) return said + '!';
        if (used > bytes.size()) std::abort();
        bytes.remove_prefix(used);
        if (reader.state() == HttpReader::State::Complete) {
            const HttpRequest request = reader.take();
            if (request.body.size() > 3 * 60) std::abort();
            said += request.method + ' ' + request.path;
            for (const auto& [name, value] : request.query) said += '?' + name + '=' + value;
            for (const auto& [name, value] : request.headers) said += '\n' + name + ':' + value;
            said += '[' + request.body + ']';
            encode_response(200, request.headers, request.body, request);
        } else if (used == 0) {
            std::abort();  // neither refused nor read on
        }
    }
    return said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (read(bytes, std::size_t{data[0]} + 1) != read(bytes, bytes.size() + 1)) std::abort();
    return 0;
}
