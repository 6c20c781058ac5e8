// Programs as they come to be: typed a character at a time, with the questions an editor asks while that goes on. What
// is known in the end, and on the way, is what is known of the same text in a file just opened.
#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/lsp/editor.h"

namespace braid::test {
namespace {

std::string example(const std::string& path) {
    std::ifstream in(std::string(BRAID_SOURCE_DIR) + "/examples/" + path);
    std::stringstream text;
    text << in.rdbuf();
    REQUIRE(!text.str().empty());
    return text.str();
}

/// An editor with one document, and where its end is.
class Typist {
  public:
    explicit Typist(std::string uri) : uri_(std::move(uri)) { editor_.open(uri_, "", 1); }

    void type(char c) {
        editor_.change(uri_, ++version_,
                       Json::array({replace(range(line_, column_, line_, column_), std::string(1, c))}));
        text_ += c;
        if (c == '\n') ++line_, column_ = 0;
        else ++column_;
    }
    Json ask(const std::string& method) {
        Json params = editor_.at(uri_, line_, column_);
        params["context"] = {{"triggerKind", 1}};
        return editor_.result(method, params);
    }
    /// Everything that is asked about the whole of it, here and where the text was just opened.
    void compare() {
        Editor fresh;
        fresh.open(uri_, text_, 1);
        INFO(text_);
        CHECK(editor_.diagnostics(uri_, version_) == fresh.diagnostics(uri_, 1));
        const Json document{{"textDocument", {{"uri", uri_}}}};
        for (const char* method : {"textDocument/documentSymbol", "textDocument/foldingRange"})
            CHECK(editor_.result(method, document) == fresh.result(method, document));
        const char* tokens = "textDocument/semanticTokens/full";
        CHECK(editor_.result(tokens, document)["data"] == fresh.result(tokens, document)["data"]);
        fresh.shut_down();
    }
    void end() { CHECK(editor_.shut_down() == 0); }

  private:
    std::string uri_, text_;
    Editor editor_;
    int version_ = 1, line_ = 0, column_ = 0;
};

bool is_letter(char c) { return std::isalpha(uint8_t(c)) || c == '_'; }

void type_all(const std::string& path) {
    const std::string text = example(path);
    Typist typist("file:///typed/" + path);
    const size_t part = text.size() / 4;
    size_t asked = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        if (uint8_t(text[i]) >= 0x80) continue;  // a character of several bytes is not typed in pieces
        typist.type(text[i]);
        const bool begins_word = is_letter(text[i]) && (i == 0 || !is_letter(text[i - 1]));
        if (begins_word || text[i] == '.') ++asked, typist.ask("textDocument/completion");
        if (text[i] == '(' || text[i] == ',') typist.ask("textDocument/signatureHelp");
        if (i % 50 == 49) typist.ask("textDocument/hover");
        if (i % part == part - 1 || i + 1 == text.size()) typist.compare();
    }
    CHECK(asked > 50);
    typist.end();
}

}  // namespace

TEST_CASE("A program of Altru is typed", "[lsp][typed]") { type_all("altru/safe_divide.altru"); }
TEST_CASE("A program of Velox is typed", "[lsp][typed]") { type_all("velox/retry_policy.velox"); }

TEST_CASE("A variable of a script is unused, however the functions below it came to be", "[lsp][typed]") {
    const std::string uri = "file:///typed/script.altru";
    const std::string before =
        "    base: string\nimpl Client:\n    async fn get(self, path: string) -> string:\n        await "
        "async::sleep(1)\n        return(\"${self.base}/${path}\"\nasync fn main():\n";
    Editor edited;
    edited.open(uri, before, 1);
    edited.change(uri, 2, Json::array({replace(range(3, 14, 3, 14), "fn a():\n")}));
    edited.change(uri, 3, Json::array({replace(range(6, 4, 6, 4), "let q = 1\n")}));
    std::string after = before;
    after.insert(92, "fn a():\n").insert(158, "let q = 1\n");
    Editor fresh;
    fresh.open(uri, after, 3);
    const Json found = fresh.diagnostics(uri, 3);
    CHECK(codes(found).find("unused-variable") != std::string::npos);
    CHECK(edited.diagnostics(uri, 3) == found);
}

}  // namespace braid::test
