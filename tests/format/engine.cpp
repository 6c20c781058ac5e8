// The layout engine alone, on documents made by hand.
#include <catch2/catch.hpp>

#include "analyzer/format/printer.h"

namespace braid::test {
namespace {

using format::Document;
using format::GroupKind;
using format::LineKind;

std::string printed(Document& document, uint32_t width) {
    format::Options options;
    options.width = width;
    return format::print(document, options).text;
}

void list(Document& document, GroupKind kind, std::initializer_list<const char*> items) {
    document.begin();
    document.text("[");
    document.indent();
    document.line(LineKind::Soft);
    document.begin(kind);
    bool first = true;
    for (const char* item : items) {
        if (!first) {
            document.text(",");
            document.line(LineKind::Space);
        }
        document.text(item);
        first = false;
    }
    document.end();
    document.if_broken(",");
    document.dedent();
    document.line(LineKind::Soft);
    document.text("]");
    document.end();
}

}  // namespace

TEST_CASE("a group is flat where it fits, to the column", "[format][engine]") {
    for (uint32_t width : {8u, 7u}) {
        Document document("");
        list(document, GroupKind::Normal, {"ab", "cd"});
        CHECK(printed(document, width) == (width == 8 ? "[ab, cd]" : "[\n    ab,\n    cd,\n]"));
    }
}

TEST_CASE("what follows a group counts up to the next possible line end", "[format][engine]") {
    Document document("");
    list(document, GroupKind::Normal, {"ab", "cd"});
    document.text(";;");
    CHECK(printed(document, 9) == "[\n    ab,\n    cd,\n];;");
}

TEST_CASE("a filled group breaks only where it must", "[format][engine]") {
    Document document("");
    list(document, GroupKind::Fill, {"aa", "bb", "cc", "dd"});
    CHECK(printed(document, 13) == "[\n    aa, bb,\n    cc, dd,\n]");
}

TEST_CASE("a hugging group keeps its head on the line", "[format][engine]") {
    auto make = [] {
        Document document("");
        document.begin(GroupKind::Hug);
        document.text("f(");
        document.indent_if_broken();
        document.line(LineKind::Soft);
        document.text("a,");
        document.line(LineKind::Space);
        document.hug_point();
        document.text("{");
        document.indent();
        document.line(LineKind::Hard);
        document.text("x");
        document.dedent();
        document.line(LineKind::Hard);
        document.text("}");
        document.dedent();
        document.line(LineKind::Soft);
        document.text(")");
        document.end();
        return document;
    };
    Document wide = make(), narrow = make();
    CHECK(printed(wide, 20) == "f(a, {\n    x\n})");
    CHECK(printed(narrow, 5) == "f(\n    a,\n    {\n        x\n    }\n)");
}

TEST_CASE("a comment waits for the end of its line", "[format][engine]") {
    std::string source = "// c";
    Document document(source);
    document.begin();
    document.text("a");
    document.comment(0, 4, 1);
    document.text(";");
    document.line(LineKind::Space);
    document.text("b");
    document.end();
    CHECK(printed(document, 80) == "a; // c\nb");
}

TEST_CASE("nesting costs no native stack, and time is linear", "[format][engine]") {
    Document document("");
    for (int i = 0; i < 300'000; ++i) {
        document.begin();
        document.text("(");
        document.line(LineKind::Soft);
    }
    for (int i = 0; i < 300'000; ++i) document.end();
    CHECK(printed(document, 80).size() >= 300'000);
}

}  // namespace braid::test
