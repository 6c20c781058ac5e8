// The first byte chooses into what pieces the rest is cut; then whatever comes out of the decoder is parsed as JSON.
// The same bytes at once must say the same.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "protocol/framing.h"
#include "protocol/message.h"

using namespace braid::protocol;

namespace {

std::string decode(std::string_view bytes, std::size_t piece) {
    FrameDecoder decoder(FrameLimits{256, 4096});
    std::string said;
    while (!bytes.empty()) {
        decoder.feed(bytes.substr(0, piece));
        bytes.remove_prefix(std::min(piece, bytes.size()));
        for (;;) {
            const auto body = decoder.next();
            if (body && !*body) break;
            if (!body) {
                said += '!' + body.error().message;
                if (body.error().fatal) return said;
                continue;
            }
            const auto message = parse_json(**body);
            said += '=' + (message ? to_text(*message) : message.error());
        }
    }
    return said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto at_once = decode(bytes, bytes.size() + 1);
    if (decode(bytes, std::size_t{data[0]} + 1) != at_once) std::abort();
    return 0;
}
