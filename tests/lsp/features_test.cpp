#include <cstdlib>

#include "lsp/convert.h"
#include "lsp/uri.h"
#include "tests/lsp/editor.h"
#include "tests/support/process.h"

namespace braid::test {
namespace {

using Catch::Matchers::Contains;
const std::string kUri = "file:///t/main.altru";
const std::string kText =
    "## Twice.\nfn double(value: int) -> int:\n    return value * 2\n\nfn main():\n"
    "    let (sender, receiver) = channel[int]()\n    sender.send(double(4))\n    println(\"${receiver.recv()}\")\n";

}  // namespace

TEST_CASE("Hover comes as the client shows it", "[lsp][features]") {
    SECTION("markdown") {
        Editor editor(Json{{"textDocument", {{"hover", {{"contentFormat", {"markdown", "plaintext"}}}}}}});
        editor.open(kUri, kText);
        Json answer = editor.result("textDocument/hover", editor.at(kUri, 6, 17));
        CHECK(answer["contents"]["kind"] == "markdown");
        CHECK_THAT(answer["contents"]["value"].get<std::string>(),
                   Contains("```altru\nfn double(value: int) -> int\n```") && Contains("Twice."));
        CHECK(answer["range"] == range(6, 16, 6, 22));
    }
    SECTION("plain text") {
        Editor editor;
        editor.open(kUri, kText);
        Json answer = editor.result("textDocument/hover", editor.at(kUri, 6, 17));
        CHECK(answer["contents"]["kind"] == "plaintext");
        CHECK(answer["contents"]["value"] == "fn double(value: int) -> int\n\nTwice.");
    }
}

TEST_CASE("Definitions in the standard library can be opened", "[lsp][features]") {
    TemporaryFolder cache;
    setenv("XDG_CACHE_HOME", cache.path().c_str(), 1);
    Editor editor;
    editor.open(kUri, kText);
    Json targets = editor.result("textDocument/definition", editor.at(kUri, 6, 12));
    REQUIRE(targets.size() == 1);
    std::string uri = targets[0]["uri"];
    auto path = lsp::path_of_uri(uri);
    REQUIRE(path);
    CHECK_THAT(*path, Contains("/braid/std/altru/sync.altru"));
    auto text = read_file(*path);
    REQUIRE(text);
    CHECK_THAT(*text, Contains("fn send("));
    // Opened in the editor it is the module itself: names are known, nothing is reported, nothing is changed.
    editor.open(uri, *text);
    int line = targets[0]["range"]["start"]["line"], column = targets[0]["range"]["start"]["character"];
    CHECK_THAT(
        editor.result("textDocument/hover", editor.at(uri, line, column))["contents"]["value"].get<std::string>(),
        Contains("fn send("));
    editor.change(uri, 2, Json::array({replace(range(0, 0, 0, 0), "garbage (")}));
    CHECK_THAT(
        editor.result("textDocument/hover", editor.at(uri, line, column))["contents"]["value"].get<std::string>(),
        Contains("fn send("));
    unsetenv("XDG_CACHE_HOME");
}

TEST_CASE("Symbols nest where the client can show it", "[lsp][features]") {
    const std::string text = "struct Point:\n    x: int\n    y: int\n";
    SECTION("nested") {
        Editor editor(Json{{"textDocument", {{"documentSymbol", {{"hierarchicalDocumentSymbolSupport", true}}}}}});
        editor.open(kUri, text);
        Json symbols = editor.result("textDocument/documentSymbol", {{"textDocument", {{"uri", kUri}}}});
        REQUIRE(symbols.size() == 1);
        CHECK(symbols[0]["name"] == "Point");
        CHECK(symbols[0]["selectionRange"] == range(0, 7, 0, 12));
        REQUIRE(symbols[0]["children"].size() == 2);
        CHECK(symbols[0]["children"][1]["name"] == "y");
    }
    SECTION("flat") {
        Editor editor;
        editor.open(kUri, text);
        Json symbols = editor.result("textDocument/documentSymbol", {{"textDocument", {{"uri", kUri}}}});
        REQUIRE(symbols.size() == 3);
        CHECK(symbols[2]["containerName"] == "Point");
    }
}

TEST_CASE("Semantic tokens: deltas applied give the full answer", "[lsp][features]") {
    Editor editor;
    editor.open(kUri, kText);
    Json whole = {{"textDocument", {{"uri", kUri}}}};
    Json first = editor.result("textDocument/semanticTokens/full", whole);
    std::vector<uint32_t> data = first["data"];
    CHECK(data.size() % 5 == 0);
    std::string id = first["resultId"];
    int version = 1;
    for (const Json& change : {replace(range(2, 4, 2, 4), "let y = 1\n    "), replace(range(0, 0, 0, 0), "# c\n"),
                               replace(range(4, 0, 9, 0), "")}) {
        editor.change(kUri, ++version, Json::array({change}));
        Json answer = editor.result("textDocument/semanticTokens/full/delta",
                                    {{"textDocument", {{"uri", kUri}}}, {"previousResultId", id}});
        REQUIRE(answer.contains("edits"));
        for (const Json& edit : answer["edits"]) {
            auto begin = data.begin() + edit["start"].get<long>();
            begin = data.erase(begin, begin + edit["deleteCount"].get<long>());
            std::vector<uint32_t> inserted = edit["data"];
            data.insert(begin, inserted.begin(), inserted.end());
        }
        Json full = editor.result("textDocument/semanticTokens/full", whole);
        CHECK(data == full["data"].get<std::vector<uint32_t>>());
        id = full["resultId"];
    }
    CHECK(editor
              .result("textDocument/semanticTokens/full/delta",
                      {{"textDocument", {{"uri", kUri}}}, {"previousResultId", "x"}})
              .contains("data"));
}

TEST_CASE("Fixes are code actions", "[lsp][features]") {
    Editor editor(
        Json{{"textDocument",
              {{"codeAction", {{"codeActionLiteralSupport", {{"codeActionKind", {{"valueSet", {"quickfix"}}}}}}}}}},
             {"workspace", {{"workspaceEdit", {{"documentChanges", true}}}}}});
    editor.open(kUri, "fn f(a: bool, b: bool) -> bool:\n    return a && b\n");
    Json found = editor.diagnostics(kUri, 1);
    REQUIRE(codes(found) == "foreign-spelling");
    Json params{{"textDocument", {{"uri", kUri}}}, {"range", found[0]["range"]}, {"context", {{"diagnostics", found}}}};
    Json actions = editor.result("textDocument/codeAction", params);
    REQUIRE(actions.size() == 1);
    CHECK(actions[0]["kind"] == "quickfix");
    CHECK(actions[0]["diagnostics"][0]["code"] == "foreign-spelling");
    Json edits = actions[0]["edit"]["documentChanges"][0];
    CHECK(edits["textDocument"]["version"] == 1);
    CHECK(edits["edits"][0]["newText"] == "and");
    params["context"]["only"] = {"refactor"};
    CHECK(editor.result("textDocument/codeAction", params).empty());
    params["context"].erase("only");
    params["range"] = range(0, 0, 0, 1);
    CHECK(editor.result("textDocument/codeAction", params).empty());
}

TEST_CASE("What cannot be extracted says why, to clients that show it", "[lsp][features]") {
    Json literals{{"codeActionLiteralSupport", {{"codeActionKind", {{"valueSet", {"refactor"}}}}}}};
    Json shows = literals;
    shows["disabledSupport"] = true;
    const std::string text = "fn f(a: int) -> int:\n    if a > 1:\n        return 1\n    return a\n";
    Json params{{"textDocument", {{"uri", kUri}}},
                {"range", range(1, 4, 2, 16)},
                {"context", {{"diagnostics", Json::array()}}}};
    Editor editor(Json{{"textDocument", {{"codeAction", shows}}}});
    editor.open(kUri, text);
    Json actions = editor.result("textDocument/codeAction", params);
    REQUIRE(actions.size() == 1);
    CHECK(actions[0]["kind"] == "refactor.extract");
    CHECK(actions[0]["disabled"]["reason"] == "`return` would leave the new function only");
    CHECK_FALSE(actions[0].contains("edit"));
    Editor plain(Json{{"textDocument", {{"codeAction", literals}}}});
    plain.open(kUri, text);
    CHECK(plain.result("textDocument/codeAction", params).empty());
}

TEST_CASE("A hint that names a declaration shows what it says", "[lsp][features]") {
    Editor editor;
    editor.open(kUri,
                "struct Item:\n    ## In cents.\n    price: int\n\nfn f(count: int):\n    let i = Item{price: count}\n"
                "    println(i.price)\n\nf(3)\n");
    Json hints =
        editor.result("textDocument/inlayHint", {{"textDocument", {{"uri", kUri}}}, {"range", range(0, 0, 9, 0)}});
    REQUIRE(hints.size() == 2);
    Json type = editor.result("inlayHint/resolve", hints[0]);
    CHECK(type["tooltip"].dump().find("struct Item") != std::string::npos);
    CHECK(type["label"] == hints[0]["label"]);
    CHECK(editor.result("inlayHint/resolve",
                        Json{{"position", {{"line", 0}, {"character", 0}}}, {"label", "x"}})["label"] == "x");
}

}  // namespace braid::test
