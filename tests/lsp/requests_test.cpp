#include <fstream>

#include "lsp/uri.h"
#include "tests/lsp/editor.h"
#include "tests/support/process.h"

// Each request as a client makes it: what is announced, what comes back, and what is refused.
namespace braid::test {
namespace {

using Catch::Matchers::Contains;

const std::string kUri = "file:///t/shop.altru";
const std::string kText =
    "use std::sync::Mutex\n"                      // 0
    "\n"                                          // 1
    "## An item.\n"                               // 2
    "struct Item:\n"                              // 3
    "    price: int\n"                            // 4
    "\n"                                          // 5
    "impl Item:\n"                                // 6
    "    ## With tax.\n"                          // 7
    "    fn total(self, percent: int) -> int:\n"  // 8
    "        return self.price + percent\n"       // 9
    "\n"                                          // 10
    "fn main():\n"                                // 11
    "    let item = Item { price: 1 }\n"          // 12
    "    println(\"${item.total(19)}\")\n";       // 13

Json whole(const std::string& uri) { return {{"textDocument", {{"uri", uri}}}}; }
Json at(Editor& editor, int line, int character) { return editor.at(kUri, line, character); }

Json everything() {
    return Json{
        {"textDocument",
         {{"rename", {{"prepareSupport", true}}},
          {"completion", {{"completionItem", {{"snippetSupport", true}, {"documentationFormat", {"markdown"}}}}}},
          {"codeAction", {{"codeActionLiteralSupport", {{"codeActionKind", {{"valueSet", {"quickfix"}}}}}}}}}}};
}

}  // namespace

TEST_CASE("What the server can do is announced", "[lsp][requests]") {
    Editor editor(everything());
    Json can = editor.initialized["capabilities"];
    for (const char* provider :
         {"hoverProvider", "definitionProvider", "declarationProvider", "typeDefinitionProvider",
          "implementationProvider", "referencesProvider", "documentHighlightProvider", "documentSymbolProvider",
          "workspaceSymbolProvider", "foldingRangeProvider", "selectionRangeProvider", "callHierarchyProvider",
          "typeHierarchyProvider", "inlayHintProvider", "completionProvider", "signatureHelpProvider",
          "codeActionProvider", "renameProvider", "semanticTokensProvider"}) {
        INFO(provider);
        CHECK(can.contains(provider));
    }
    CHECK(can["renameProvider"]["prepareProvider"] == true);
    CHECK(can["completionProvider"]["resolveProvider"] == true);
    CHECK(Editor().initialized["capabilities"]["renameProvider"] == true);
}

TEST_CASE("Completion and its resolution", "[lsp][requests]") {
    Editor editor(everything());
    editor.open(kUri, kText);
    Json list = editor.result("textDocument/completion", at(editor, 13, 20));
    REQUIRE(list["items"].size() >= 2);
    Json total;
    for (const Json& item : list["items"])
        if (item["label"] == "total") total = item;
    REQUIRE(!total.is_null());
    CHECK(total["kind"] == 2);
    CHECK(total["textEdit"]["range"] == range(13, 20, 13, 20));
    CHECK_THAT(total["detail"].get<std::string>(), Contains("fn total("));
    Json resolved = editor.result("completionItem/resolve", total);
    CHECK(resolved["documentation"]["kind"] == "markdown");
    CHECK_THAT(resolved["documentation"]["value"].get<std::string>(), Contains("With tax."));
    // An item of an older list, and one of nobody's, come back as they are.
    editor.result("textDocument/completion", at(editor, 13, 20));
    CHECK(editor.result("completionItem/resolve", total) == total);
    CHECK(editor.result("completionItem/resolve", {{"label", "x"}})["label"] == "x");
    CHECK(editor.result("completionItem/resolve", {{"label", "x"}, {"data", {1, 99999}}})["label"] == "x");
    // Without snippets the text is plain.
    Editor plain;
    plain.open(kUri, kText);
    const Json offered = plain.result("textDocument/completion", plain.at(kUri, 13, 20));
    CHECK(!offered["items"].empty());
    for (const Json& item : offered["items"])
        CHECK(item["textEdit"]["newText"].get<std::string>().find('$') == std::string::npos);
}

TEST_CASE("Rename, its preparation and its refusals", "[lsp][requests]") {
    Editor editor(everything());
    editor.open(kUri, kText);
    Json place = editor.result("textDocument/prepareRename", at(editor, 13, 22));
    CHECK(place["placeholder"] == "total");
    CHECK(place["range"] == range(13, 20, 13, 25));
    Json params = at(editor, 13, 22);
    params["newName"] = "with_tax";
    Json edits = editor.result("textDocument/rename", params)["changes"][kUri];
    REQUIRE(edits.size() == 2);
    CHECK(edits[0]["range"] == range(8, 7, 8, 12));
    CHECK(edits[1]["newText"] == "with_tax");
    params["newName"] = "while";
    Json reply = editor.reply(editor.ask("textDocument/rename", params));
    CHECK(reply["error"]["code"] == -32803);
    CHECK_THAT(reply["error"]["message"].get<std::string>(), Contains("while"));
    reply = editor.reply(editor.ask("textDocument/prepareRename", at(editor, 13, 5)));
    CHECK_THAT(reply["error"]["message"].get<std::string>(), Contains("standard library"));
    CHECK(editor.error("textDocument/rename", at(editor, 13, 22)) == -32602);
}

TEST_CASE("Signatures, highlights, references, symbols", "[lsp][requests]") {
    Editor editor(everything());
    editor.open(kUri, kText);
    Json help = editor.result("textDocument/signatureHelp", at(editor, 13, 27));
    CHECK(help["signatures"][0]["label"] == "fn total(self, percent: int) -> int");
    CHECK(help["signatures"][0]["parameters"][0]["label"] == "percent: int");
    CHECK(help["activeParameter"] == 0);
    CHECK(editor.result("textDocument/signatureHelp", at(editor, 12, 6)).is_null());
    Json marks = editor.result("textDocument/documentHighlight", at(editor, 12, 9));
    REQUIRE(marks.size() == 2);
    CHECK(marks[0]["kind"] == 3);
    CHECK(marks[1]["kind"] == 2);
    marks = editor.result("textDocument/documentHighlight", at(editor, 9, 9));
    REQUIRE(marks.size() == 2);
    CHECK(marks[0] == Json{{"range", range(8, 4, 8, 6)}, {"kind", 1}});
    Json params = at(editor, 3, 8);
    params["context"] = {{"includeDeclaration", false}};
    CHECK(editor.result("textDocument/references", params).size() == 2);
    Json symbols = editor.result("workspace/symbol", {{"query", "tot"}});
    REQUIRE(symbols.size() == 1);
    CHECK(symbols[0]["containerName"] == "Item");
    CHECK(symbols[0]["location"]["uri"] == kUri);
    for (const char* method : {"textDocument/declaration", "textDocument/definition", "textDocument/implementation"})
        CHECK(editor.result(method, at(editor, 13, 22))[0]["range"] == range(8, 7, 8, 12));
    CHECK(editor.result("textDocument/typeDefinition", at(editor, 13, 16))[0]["range"] == range(3, 7, 3, 11));
}

TEST_CASE("Structure of a text", "[lsp][requests]") {
    Editor editor(Json{{"textDocument", {{"foldingRange", {{"lineFoldingOnly", true}}}}}});
    const std::string uri = "file:///t/a.velox";
    editor.open(uri, "function f() {\n  g(\n    1,\n  );\n}\n");
    Json folds = editor.result("textDocument/foldingRange", whole(uri));
    REQUIRE(folds.size() == 2);
    CHECK(folds[0] == Json{{"startLine", 0}, {"endLine", 3}});
    CHECK(folds[1] == Json{{"startLine", 1}, {"endLine", 2}});
    Json params = whole(uri);
    params["positions"] = {{{"line", 2}, {"character", 4}}, {{"line", 99}, {"character", 0}}};
    Json selections = editor.result("textDocument/selectionRange", params);
    REQUIRE(selections.size() == 2);
    CHECK(selections[0]["range"] == range(2, 4, 2, 5));
    CHECK(selections[0]["parent"]["parent"].is_object());
    params = whole(uri);
    params["range"] = range(0, 0, 5, 0);
    CHECK(editor.result("textDocument/inlayHint", params).is_array());
}

TEST_CASE("Hierarchies go to and fro", "[lsp][requests]") {
    Editor editor;
    editor.open(kUri, kText);
    Json items = editor.result("textDocument/prepareCallHierarchy", at(editor, 8, 8));
    REQUIRE(items.size() == 1);
    CHECK(items[0]["name"] == "total");
    Json incoming = editor.result("callHierarchy/incomingCalls", {{"item", items[0]}});
    REQUIRE(incoming.size() == 1);
    CHECK(incoming[0]["from"]["name"] == "main");
    CHECK(incoming[0]["fromRanges"][0] == range(13, 20, 13, 25));
    Json outgoing = editor.result("callHierarchy/outgoingCalls", {{"item", incoming[0]["from"]}});
    CHECK(outgoing.dump().find("\"total\"") != std::string::npos);
    Json types = editor.result("textDocument/prepareTypeHierarchy", at(editor, 3, 8));
    REQUIRE(types.size() == 1);
    CHECK(editor.result("typeHierarchy/supertypes", {{"item", types[0]}}).is_array());
    CHECK(editor.result("typeHierarchy/subtypes", {{"item", types[0]}}).empty());
    CHECK(editor.result("textDocument/prepareCallHierarchy", at(editor, 1, 0)).is_null());
}

TEST_CASE("Requests about unknown files, stale positions and cancelled ones", "[lsp][requests]") {
    Editor editor(everything());
    editor.open(kUri, kText);
    for (const char* method :
         {"textDocument/completion", "textDocument/signatureHelp", "textDocument/prepareRename",
          "textDocument/documentHighlight", "textDocument/declaration", "textDocument/implementation",
          "textDocument/prepareCallHierarchy", "textDocument/prepareTypeHierarchy", "textDocument/foldingRange"}) {
        INFO(method);
        CHECK(editor.result(method, editor.at("file:///nowhere.altru", 0, 0)).is_null());
        CHECK(editor.result(method, editor.at("untitled:x", 0, 0)).is_null());
        // Behind the end of the text: clamped, whatever the answer is.
        Json reply = editor.reply(editor.ask(method, editor.at(kUri, 100000, 100000)));
        CHECK((reply.contains("result") || reply["error"]["code"] == -32803));
        CHECK(editor.error(method, Json::array()) == -32602);
        // Cancelled at once: an answer or the protocol's word for it, and nothing else.
        int id = editor.ask(method, at(editor, 13, 20));
        editor.notify("$/cancelRequest", {{"id", id}});
        reply = editor.reply(id);
        CHECK((reply.contains("result") || reply["error"]["code"] == -32800 || reply["error"]["code"] == -32803));
    }
    // An edit between question and answer: answered from the new text, or refused as out of date.
    int version = 1;
    for (int i = 0; i < 10; ++i) {
        int id = editor.ask("textDocument/completion", at(editor, 13, 20));
        editor.change(kUri, ++version, Json::array({replace(range(0, 0, 0, 0), "# x\n")}));
        Json reply = editor.reply(id);
        CHECK((reply.contains("result") || reply["error"]["code"] == -32801));
    }
    CHECK(editor.shut_down() == 0);
}

TEST_CASE("Names are found in files of the workspace that nobody opened", "[lsp][requests]") {
    TemporaryFolder folder;
    auto write = [&](const std::string& name, const std::string& text) {
        std::ofstream((folder.path() / name).string()) << text;
        return lsp::uri_of_path((folder.path() / name).string());
    };
    std::string shape = write("shape.velox", "export function area(): number { return 1; }\n");
    std::string user = write("user.velox", "import { area } from \"./shape.velox\";\narea();\n");
    Editor editor(Json{{"window", {{"workDoneProgress", true}}}}, false);
    editor.result("initialize",
                  {{"processId", nullptr},
                   {"rootUri", nullptr},
                   {"workspaceFolders", {{{"uri", lsp::uri_of_path(folder.path().string())}, {"name", "t"}}}},
                   {"capabilities", {{"window", {{"workDoneProgress", true}}}}}});
    editor.notify("initialized", Json::object());
    Json create = editor.wait([](const Json& m) { return m.value("method", "") == "window/workDoneProgress/create"; });
    editor.client().send({{"jsonrpc", "2.0"}, {"id", create["id"]}, {"result", nullptr}});
    for (const char* kind : {"begin", "end"})
        editor.wait([&](const Json& m) {
            return m.value("method", "") == "$/progress" && m["params"]["value"]["kind"] == kind;
        });
    CHECK(editor.result("workspace/symbol", {{"query", "area"}}).size() == 1);
    editor.open(shape, "export function area(): number { return 1; }\n");
    Json params = editor.at(shape, 0, 18);
    params["context"] = {{"includeDeclaration", false}};
    Json found = editor.result("textDocument/references", params);
    REQUIRE(found.size() == 2);
    CHECK(found[0]["uri"] == user);
    params["newName"] = "surface";
    CHECK(editor.result("textDocument/rename", params)["changes"].size() == 2);
    // A file that comes, and the folder that goes.
    std::string third = write("third.velox", "import { area } from \"./shape.velox\";\narea();\n");
    editor.notify("workspace/didChangeWatchedFiles", {{"changes", {{{"uri", third}, {"type", 1}}}}});
    CHECK(editor.result("textDocument/references", params).size() == 4);
    editor.notify("workspace/didChangeWorkspaceFolders",
                  {{"event",
                    {{"added", Json::array()},
                     {"removed", {{{"uri", lsp::uri_of_path(folder.path().string())}, {"name", "t"}}}}}}});
    CHECK(editor.result("textDocument/references", params).empty());
    CHECK(editor.shut_down() == 0);
}

TEST_CASE("Refactorings are offered by kind", "[lsp][requests]") {
    Editor editor(everything());
    editor.open(kUri, kText);
    Json params = whole(kUri);
    params["range"] = range(9, 15, 9, 35);
    params["context"] = {{"diagnostics", Json::array()}};
    Json actions = editor.result("textDocument/codeAction", params);
    REQUIRE(!actions.empty());
    CHECK(actions[0]["kind"] == "refactor.extract");
    CHECK(actions[0]["edit"]["changes"][kUri].size() == 2);
    params["context"]["only"] = {"refactor"};
    CHECK(editor.result("textDocument/codeAction", params) == actions);
    params["context"]["only"] = {"quickfix"};
    CHECK(editor.result("textDocument/codeAction", params).empty());
    params["context"]["only"] = {"source.organizeImports"};
    actions = editor.result("textDocument/codeAction", params);
    REQUIRE(actions.size() == 1);
    CHECK(actions[0]["title"] == "Organize the imports");
}

}  // namespace braid::test
