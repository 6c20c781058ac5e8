#include <random>

#include "analyzer/text/source_text.h"
#include "lsp/documents.h"
#include "lsp/uri.h"
#include "stdlib/stdlib.h"
#include "tests/lsp/editor.h"
#include "tests/support/process.h"

namespace braid::test {
namespace {

using Catch::Matchers::Contains;
const std::string kUri = "file:///t/main.altru";

std::string with_edits(std::string text, const std::vector<TextEdit>& edits) {
    for (const TextEdit& edit : edits) text = std::string(SourceText(text).apply(edit).view());
    return text;
}

}  // namespace

TEST_CASE("URIs and paths", "[lsp][uri]") {
    register_all_languages();
    CHECK(lsp::path_of_uri("file:///a/b%20c.altru") == "/a/b c.altru");
    CHECK(lsp::path_of_uri("file://localhost/a") == "/a");
    CHECK(lsp::path_of_uri("file:///%C3%A4") == "/\xc3\xa4");
    CHECK(!lsp::path_of_uri("untitled:1"));
    CHECK(!lsp::path_of_uri("file:///%"));
    CHECK(!lsp::path_of_uri("file:///%00"));
    for (std::string path : {"/a b/#?.velox", "/\xc3\xa4/%.altru", "/plain-._~"})
        CHECK(lsp::path_of_uri(lsp::uri_of_path(path)) == path);
    CHECK(lsp::path_of_document("untitled:One", "velox") == "untitled:One.velox");
    CHECK(lsp::path_of_document("file:///x.txt", "plaintext") == "");
}

TEST_CASE("Changes are applied in order and clamped", "[lsp][sync]") {
    auto apply = [](const std::string& text, const Json& changes) {
        return with_edits(text, lsp::edits_of_changes(text, LineIndex(text), changes, ColumnUnit::Utf16));
    };
    CHECK(apply("abc\ndef\n", {replace(range(0, 1, 0, 2), "X"), replace(range(0, 2, 0, 2), "Y")}) == "aXYc\ndef\n");
    CHECK(apply("abc\ndef\n", Json::array({replace(range(1, 0, 1, 99), "")})) == "abc\n\n");
    CHECK(apply("abc", Json::array({replace(range(7, 0, 9, 9), "!")})) == "abc!");
    CHECK(apply("abc", Json::array({replace(range(0, 2, 0, 1), "!")})) == "a!c");  // end before start
    CHECK(apply("abc", {{{"text", "whole"}}, replace(range(0, 0, 0, 0), "the ")}) == "the whole");
    CHECK(apply("\xf0\x9f\x98\x80z", Json::array({replace(range(0, 1, 0, 2), "")})) ==
          "z");  // half of a surrogate pair is all of it
    Json many = Json::array();
    std::string expected;
    for (int i = 0; i < 100; ++i) {
        many.push_back(replace(range(0, i, 0, i), std::string(1, char('a' + i % 26))));
        expected += char('a' + i % 26);
    }
    CHECK(lsp::edits_of_changes("", LineIndex(""), many, ColumnUnit::Utf8).size() == 1);
    CHECK(apply("", many) == expected);
}

TEST_CASE("Diagnostics follow the text", "[lsp][diagnostics]") {
    Editor editor(Json{{"textDocument", {{"publishDiagnostics", {{"relatedInformation", true}}}}}});
    editor.open(kUri, "fn f() -> int:\n    return unknown\n", 1);
    Json first = editor.diagnostics(kUri, 1);
    REQUIRE(codes(first) == "unresolved-name");
    CHECK(first[0]["range"] == range(1, 11, 1, 18));
    CHECK(first[0]["severity"] == 1);
    CHECK(first[0]["source"] == "braid");
    editor.change(kUri, 2, Json::array({replace(range(1, 11, 1, 18), "1")}));
    CHECK(codes(editor.diagnostics(kUri, 2)) == "");
    editor.change(kUri, 3,
                  Json::array({replace(range(0, 0, 0, 0), "# one\n# two\n"), replace(range(3, 11, 3, 12), "other")}));
    Json third = editor.diagnostics(kUri, 3);
    REQUIRE(codes(third) == "unresolved-name");
    CHECK(third[0]["range"] == range(3, 11, 3, 16));
    editor.notify("textDocument/didClose", {{"textDocument", {{"uri", kUri}}}});
    Json cleared =
        editor.wait([](const Json& m) { return m.value("method", "") == "textDocument/publishDiagnostics"; });
    CHECK(cleared["params"]["diagnostics"].empty());
    CHECK(editor.shut_down() == 0);
}

TEST_CASE("The story of a moved value has its places", "[lsp][diagnostics]") {
    Editor editor(Json{{"textDocument", {{"publishDiagnostics", {{"relatedInformation", true}}}}}});
    editor.open(kUri,
                "struct Job:\n    name: string\n\nfn take(job: Job):\n    println(job.name)\n\n"
                "fn main():\n    let job = Job { name: \"a\" }\n    take(job)\n    println(job.name)\n");
    Json found = editor.diagnostics(kUri, 1);
    REQUIRE(codes(found) == "use-after-move");
    REQUIRE(found[0].contains("relatedInformation"));
    CHECK(found[0]["relatedInformation"][0]["location"]["uri"] == kUri);
    CHECK(found[0]["relatedInformation"][0]["location"]["range"]["start"]["line"] == 8);
}

TEST_CASE("What is cheap to know does not wait for the checks", "[lsp][diagnostics]") {
    Editor editor(Json::object(), true, std::chrono::milliseconds(0));
    editor.open(kUri,
                "async fn work() -> int:\n    return 1\n\nfn take(list: [string]):\n    println(\"${list.len()}\")\n\n"
                "fn main():\n    let unused = 1\n    let names = [\"a\"]\n    take(names)\n    take(names)\n");
    CHECK(codes(editor.diagnostics(kUri, 1)) == "unused-variable");
    CHECK(codes(editor.diagnostics(kUri, 1)) == "unused-variable use-after-move");
    CHECK(editor.shut_down() == 0);
}

TEST_CASE("Every version is answered, whatever is typed how fast", "[lsp][diagnostics]") {
    Editor editor;
    std::string text = "fn f() -> int:\n    return 1\n";
    editor.open(kUri, text);
    for (int version = 2; version < 60; ++version)
        editor.change(kUri, version, Json::array({replace(range(1, 11, 1, 11), version % 2 ? "1" : "x")}));
    // The last one counts; those before may have been overtaken.
    editor.change(kUri, 60, Json::array({{{"text", text}}}));
    CHECK(codes(editor.diagnostics(kUri, 60)) == "");
    CHECK(editor.shut_down() == 0);
}

TEST_CASE("Questions are answered from the text they were asked about, or not at all", "[lsp][requests]") {
    Editor editor;
    editor.open(kUri, "fn f() -> int:\n    let x = 1\n    return x\n");
    std::vector<int> asked;
    for (int version = 2; version < 40; ++version) {
        asked.push_back(editor.ask("textDocument/hover", editor.at(kUri, 2, 11)));
        editor.change(kUri, version, Json::array({replace(range(1, 12, 1, 13), std::to_string(version % 10))}));
    }
    for (int id : asked) {
        Json answer = editor.reply(id);
        if (answer.contains("error")) CHECK(answer["error"]["code"] == -32801);
        else CHECK_THAT(answer["result"]["contents"]["value"].get<std::string>(), Contains("x: int"));
    }
    int id = editor.ask("textDocument/hover", editor.at(kUri, 2, 11));
    editor.notify("$/cancelRequest", {{"id", id}});
    Json answer = editor.reply(id);
    CHECK((answer.contains("result") || answer["error"]["code"] == -32800));
    CHECK(editor.shut_down() == 0);
}

TEST_CASE("Files that open ones import come from the disk, and are what the editor has once open", "[lsp][files]") {
    TemporaryFolder folder;
    auto helper = folder.write("helper.altru", "pub fn help() -> int:\n    return 1\n");
    auto main = folder.write("main.altru", "");
    const std::string uri = lsp::uri_of_path(main.string()), helper_uri = lsp::uri_of_path(helper.string());
    Editor editor(Json{{"textDocument", {{"definition", {{"linkSupport", true}}}}}});
    editor.open(uri, "mod helper\n\nfn main():\n    println(\"${helper::help()}\")\n");
    CHECK(codes(editor.diagnostics(uri, 1)) == "");
    Json targets = editor.result("textDocument/definition", editor.at(uri, 3, 24));
    REQUIRE(targets.size() == 1);
    CHECK(targets[0]["targetUri"] == helper_uri);
    CHECK(targets[0]["targetSelectionRange"] == range(0, 7, 0, 11));
    SECTION("changed on the disk") {
        folder.write("helper.altru", "pub fn assist() -> int:\n    return 1\n");
        editor.notify("workspace/didChangeWatchedFiles",
                      {{"changes", Json::array({{{"uri", helper_uri}, {"type", 2}}})}});
        Json found = editor.diagnostics(uri, 1);
        CHECK(found.size() == 1);
    }
    SECTION("opened, changed and closed again") {
        editor.open(helper_uri, "pub fn assist() -> int:\n    return 1\n");
        CHECK(editor.diagnostics(uri, 1).size() == 1);
        editor.notify("textDocument/didClose", {{"textDocument", {{"uri", helper_uri}}}});
        CHECK(codes(editor.diagnostics(uri, 1)) == "");
    }
    CHECK(editor.shut_down() == 0);
}

TEST_CASE("a manifest that is wrong is shown beside its name, and counts again when it changes") {
    TemporaryFolder folder;
    auto manifest =
        folder.write("Altru.toml", "[diagnostics]\nunused-variable = \"error\"\nunused-varable = \"off\"\n");
    auto main = folder.write("main.altru", "");
    const std::string uri = lsp::uri_of_path(main.string()), manifest_uri = lsp::uri_of_path(manifest.string());
    Editor editor;
    auto of_manifest = [&] {
        return editor.wait([&](const Json& m) {
            return m.value("method", "") == "textDocument/publishDiagnostics" && m["params"]["uri"] == manifest_uri;
        })["params"]["diagnostics"];
    };
    editor.open(uri, "let x = 1\n");
    CHECK(editor.diagnostics(uri, 1).at(0)["severity"] == 1);
    Json found = of_manifest();
    CHECK(codes(found) == "unknown-attribute");
    CHECK(found.at(0)["range"] == range(2, 0, 2, 14));
    folder.write("Altru.toml", "[diagnostics]\nunused-variable = \"off\"\n");
    editor.notify("workspace/didChangeWatchedFiles",
                  {{"changes", Json::array({{{"uri", manifest_uri}, {"type", 2}}})}});
    CHECK(codes(editor.diagnostics(uri, 1)) == "");
    CHECK(codes(of_manifest()) == "");
    CHECK(editor.shut_down() == 0);
}

}  // namespace braid::test
