#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "analyzer/text/utf8.h"

using namespace braid;

TEST_CASE("decoding what is well-formed") {
    for (char32_t value : {U'a', U'ä', U'€', U'😀', U'\0', U'\u07ff', U'\uffff', U'\U0010ffff'}) {
        const std::string text = utf8::encode(value);
        const utf8::Decoded character = utf8::decode(text, 0);
        CHECK(character.valid);
        CHECK(character.value == value);
        CHECK(character.length == text.size());
    }
    CHECK(utf8::decode("", 0).length == 0);
    CHECK(utf8::encode(0xD800) == "\uFFFD");
    CHECK(utf8::encode(0x110000) == "\uFFFD");
}

TEST_CASE("a malformed byte is a character of its own") {
    // Lone continuation, overlong, surrogate, too large, cut off, 0xFF.
    for (const std::string text :
         {"\x80", "\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\xFF", "\xE0\x80\x80"}) {
        CHECK(utf8::decode(text, 0).length == 1);
        CHECK_FALSE(utf8::decode(text, 0).valid);
        CHECK_FALSE(utf8::is_valid(text));
        CHECK(utf8::count_code_points(text) == text.size());
    }
    CHECK(utf8::sanitize("a\xFFz") == "a\uFFFDz");
    CHECK(utf8::sanitize("äöü") == "äöü");
}

TEST_CASE("boundaries") {
    const std::string text = "a€😀\x80";
    const size_t expected[] = {0, 1, 1, 1, 4, 4, 4, 4, 8, 9, 9};
    for (size_t offset = 0; offset <= 10; ++offset) CHECK(utf8::floor_boundary(text, offset) == expected[offset]);
}

TEST_CASE("display widths") {
    CHECK(utf8::display_width("abc") == 3);
    CHECK(utf8::display_width("名前") == 4);
    CHECK(utf8::display_width("e\u0301") == 1);
    CHECK(utf8::display_width("😀") == 2);
    CHECK(utf8::display_width("ä→∀") == 3);
}

TEST_CASE("any bytes are a sequence of characters") {
    CHECK(rc::check([](const std::vector<uint8_t>& bytes) {
        const std::string text(bytes.begin(), bytes.end());
        uint32_t code_points = 0, utf16 = 0;
        for (size_t offset = 0; offset < text.size(); ++code_points) {
            RC_ASSERT(utf8::floor_boundary(text, offset) == offset);
            const utf8::Decoded character = utf8::decode(text, offset);
            RC_ASSERT(character.length >= 1u);
            for (size_t inside = 1; inside < character.length; ++inside) {
                RC_ASSERT(utf8::floor_boundary(text, offset + inside) == offset);
            }
            utf16 += utf8::utf16_length(character.value);
            offset += character.length;
        }
        RC_ASSERT(utf8::count_code_points(text) == code_points);
        RC_ASSERT(utf8::count_utf16(text) == utf16);
        RC_ASSERT(utf8::is_valid(utf8::sanitize(text)));
        RC_ASSERT(utf8::count_code_points(utf8::sanitize(text)) == code_points);
    }));
}
