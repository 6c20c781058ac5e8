// Files that belong together: modules of Altru over files, projects, the standard library's own sources.
#include <catch2/catch.hpp>

#include "tests/cli/braid.h"

namespace braid::test {
namespace {

using Catch::Contains;

/// A bank of three modules in files: one beside the main file, one in a folder of its own, one below that.
void write_bank(const TemporaryFolder& folder, const std::string& source = "") {
    folder.write(source + "main.altru",
                 "mod money\n"
                 "mod bank\n"
                 "use bank::open\n"
                 "use bank::limits::daily\n"
                 "\n"
                 "fn main():\n"
                 "    let mut account = open(\"Ada\")\n"
                 "    account.deposit(money::cents(5))\n"
                 "    println(account.owner, account.balance(), daily())\n");
    folder.write(source + "money.altru",
                 "pub fn cents(euros: int) -> int:\n"
                 "    euros * rate()\n"
                 "fn rate() -> int:\n"
                 "    100\n");
    folder.write(source + "bank/mod.altru",
                 "pub mod limits\n"
                 "pub struct Account:\n"
                 "    pub owner: string\n"
                 "    total: int\n"
                 "impl Account:\n"
                 "    pub fn deposit(mut self, amount: int):\n"
                 "        self.total += amount\n"
                 "    pub fn balance(self) -> int:\n"
                 "        self.total\n"
                 "    fn check(self) -> bool:\n"
                 "        self.total >= limits::least()\n"
                 "pub fn open(owner: string) -> Account:\n"
                 "    let account = Account{owner: owner, total: super::money::cents(0)}\n"
                 "    assert(account.check())\n"
                 "    account\n");
    folder.write(source + "bank/limits.altru",
                 "pub fn daily() -> int:\n"
                 "    1000\n"
                 "pub fn least() -> int:\n"
                 "    super::super::money::cents(0)\n");
}

TEST_CASE("modules over files run, and are checked without a word") {
    TemporaryFolder folder;
    write_bank(folder);
    ProcessResult run = braid({"run", "main.altru"}, folder.path());
    CHECK(run.output == "Ada 500 1000\n");
    CHECK(run.errors.empty());
    ProcessResult check = braid({"check", "."}, folder.path());
    CHECK(check.output.empty());
    CHECK(check.status == 0);
}

TEST_CASE("what a module does not let out is private-access, whatever the way to it") {
    TemporaryFolder folder;
    write_bank(folder);
    const std::vector<std::string> uses{"println(money::rate())", "use money::rate\nprintln(rate())",
                                        "println(bank::open(\"B\").total)", "println(bank::open(\"B\").check())",
                                        "let a = bank::Account{owner: \"B\", total: 1}\nprintln(a.owner)"};
    for (const std::string& use : uses) {
        folder.write("wrong.altru", "mod money\nmod bank\n" + use + "\n");
        ProcessResult result = braid({"check", "wrong.altru"}, folder.path());
        INFO(use << "\n" << result.output);
        CHECK(result.status == 1);
        CHECK_THAT(result.output, Contains("private-access"));
    }
}

TEST_CASE("a file of a project is checked with the modules that its project has") {
    TemporaryFolder folder;
    folder.write("Altru.toml", "");
    write_bank(folder, "src/");
    CHECK(braid({"check", "src/bank/limits.altru"}, folder.path()).output.empty());
    CHECK(braid({"run", "."}, folder.path()).output == "Ada 500 1000\n");
    CHECK(braid({"run", folder.path().string()}, folder.path() / "src/bank").output == "Ada 500 1000\n");
    // Without a project nobody knows which module the file is.
    TemporaryFolder other;
    write_bank(other);
    CHECK_THAT(braid({"check", "bank/limits.altru"}, other.path()).output, Contains("declares `mod limits`"));
    CHECK_THAT(braid({"check", "bank/mod.altru"}, other.path()).output, Contains("declares `mod bank`"));
    ProcessResult no_project = braid({"run", "."}, other.path());
    CHECK(no_project.status == 2);
    CHECK_THAT(no_project.errors, Contains("is a folder"));
}

TEST_CASE("a manifest says where its project starts and how") {
    TemporaryFolder folder;
    folder.write("Altru.toml", "name = \"shop\"\nmain = \"src/shop.altru\"\ncontracts = \"off\"\n");
    folder.write("src/shop.altru",
                 "fn half(n: int) -> int:\n    req n > 10\n    return n / 2\nprintln(half(4), env::args())\n");
    folder.write("src/deep/other.altru", "println(\"other\")\n");
    CHECK(braid({"run"}, folder.path()).output == "2 []\n");
    CHECK(braid({"run"}, folder.path() / "src/deep").output == "2 []\n");
    CHECK(braid({"run", ".", "one"}, folder.path()).output == "2 [\"one\"]\n");
    CHECK(braid({"run", "Altru.toml"}, folder.path()).output == "2 []\n");
    CHECK(braid({"run", "--contracts", "all"}, folder.path()).status == 101);
    folder.write("Altru.toml", "source = \"src\"\n");
    ProcessResult nowhere = braid({"run"}, folder.path());
    CHECK(nowhere.status == 2);
    CHECK_THAT(nowhere.errors, Contains("Altru.toml") && Contains("no src/main.altru"));
    TemporaryFolder empty;
    ProcessResult no_project = braid({"run"}, empty.path());
    CHECK(no_project.status == 2);
    CHECK_THAT(no_project.errors, Contains("Altru.toml"));
}

TEST_CASE("what is wrong with a manifest is reported at its line") {
    TemporaryFolder folder;
    folder.write("main.altru", "let x = 1\n");
    folder.write("Altru.toml",
                 "name = \"shop\"\nmains = \"main.altru\"\n\n[diagnostics]\nunused-variable = \"error\"\n");
    ProcessResult result = braid({"check"}, folder.path());
    CHECK(result.status == 1);
    CHECK_THAT(result.output,
               Contains("Altru.toml:2:1") && Contains("did you mean `main`?") && Contains("error[unused-variable]"));
    CHECK(braid({"run"}, folder.path()).status == 1);
    folder.write("Altru.toml", "name = \"shop\"\nmain = 3 3\n");
    for (std::vector<std::string> command : {std::vector<std::string>{"check", "main.altru"}, {"run"}}) {
        ProcessResult broken = braid(command, folder.path());
        CHECK(broken.status == 1);
        CHECK_THAT(broken.output + broken.errors, Contains("syntax-error") && Contains("Altru.toml:2:10"));
    }
    folder.write("Altru.toml", "[diagnostics]\nunused-variable = \"off\"\n");
    CHECK(braid({"check"}, folder.path()).output.empty());
}

TEST_CASE("a Velox project has a manifest, too") {
    TemporaryFolder folder;
    folder.write("Velox.toml", "main = \"start.velox\"\n[diagnostics]\nunused-variable = \"off\"\n");
    folder.write("start.velox", "let unused = 1;\nconsole.log(\"started\");\n");
    ProcessResult result = braid({"run"}, folder.path());
    CHECK(result.output == "started\n");
    CHECK(result.errors.empty());
    folder.write("Velox.toml", "main = \"gone.velox\"\n");
    CHECK_THAT(braid({"check"}, folder.path()).output, Contains("Velox.toml:1:8") && Contains("gone.velox"));
}

TEST_CASE("an error in a file that the program does not use does not keep it from running") {
    TemporaryFolder folder;
    folder.write("Altru.toml", "");
    folder.write("main.altru", "println(missing)\n");
    folder.write("tool.altru", "println(\"tool\")\n");
    CHECK(braid({"run", "tool.altru"}, folder.path()).output == "tool\n");
}

TEST_CASE("modules that hold each other, or are not there") {
    TemporaryFolder folder;
    folder.write("a.altru", "mod b\nprintln(1)\n");
    folder.write("b.altru", "mod a\n");
    folder.write("own.altru", "mod own\n");
    folder.write("lost.altru", "mod nowhere\n");
    CHECK_THAT(braid({"check", "a.altru"}, folder.path()).output, Contains("import-cycle"));
    CHECK_THAT(braid({"check", "own.altru"}, folder.path()).output, Contains("import-cycle"));
    CHECK_THAT(braid({"check", "lost.altru"}, folder.path()).output,
               Contains("unresolved-import") && Contains("nowhere/mod.altru"));
}

TEST_CASE("the standard library's own sources have nothing wrong") {
    ProcessResult result = braid({"check", "stdlib"}, BRAID_SOURCE_DIR);
    CHECK(result.output == "");
    CHECK(result.status == 0);
}

}  // namespace
}  // namespace braid::test
