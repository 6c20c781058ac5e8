#include "tests/lsp/editor.h"

namespace braid::test {
namespace {

const std::string kUri = "file:///t/main.velox";
const Json kOptions{{"tabSize", 4}, {"insertSpaces", true}};

}  // namespace

TEST_CASE("A document is formatted by edits that touch no token", "[lsp][formatting]") {
    Editor editor;
    CHECK(editor.initialized["capabilities"]["documentFormattingProvider"] == true);
    editor.open(kUri, "let a=1;\nlet b = 2;\n");
    Json edits = editor.result("textDocument/formatting", {{"textDocument", {{"uri", kUri}}}, {"options", kOptions}});
    REQUIRE(edits.size() == 2);
    CHECK(edits[0]["range"] == range(0, 5, 0, 5));
    CHECK(edits[0]["newText"] == " ");
}

TEST_CASE("A broken document is left alone", "[lsp][formatting]") {
    Editor editor;
    editor.open(kUri, "let a=(;\n");
    Json edits = editor.result("textDocument/formatting", {{"textDocument", {{"uri", kUri}}}, {"options", kOptions}});
    CHECK(edits == Json::array());
}

TEST_CASE("A range, and a line that was just begun", "[lsp][formatting]") {
    Editor editor;
    editor.open(kUri, "let a=1;\nlet b=2;\nif (a) {\n\n}\n");
    Json edits =
        editor.result("textDocument/rangeFormatting",
                      {{"textDocument", {{"uri", kUri}}}, {"range", range(1, 0, 1, 8)}, {"options", kOptions}});
    REQUIRE(edits.size() == 2);
    CHECK(edits[0]["range"]["start"]["line"] == 1);
    Json params = editor.at(kUri, 3, 0);
    params["ch"] = "\n";
    params["options"] = {{"tabSize", 2}, {"insertSpaces", true}};
    edits = editor.result("textDocument/onTypeFormatting", params);
    REQUIRE(edits.size() == 1);
    CHECK(edits[0]["range"] == range(3, 0, 3, 0));
    CHECK(edits[0]["newText"] == "  ");
}

}  // namespace braid::test
