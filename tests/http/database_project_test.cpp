// What a manifest says of databases reaches the program.
#include <catch2/catch.hpp>

#include "tests/support/process.h"

using namespace braid::test;

TEST_CASE("a project names its database and the statements a request may choose") {
    TemporaryFolder folder;
    folder.write("Altru.toml", R"([database]
file = "shop.db"

[database.statements]
cheaper = "select name from items where price < cast(:price as real) order by name"
)");
    folder.write("main.altru", R"altru(
async fn main():
    let _ = await database::execute("create table if not exists items (name text, price real)")
    let _ = await database::execute("insert into items values ('pen', 1.5), ('ink', 4.25)")
    println(await database::query({"query": "cheaper", "price": "3"}))
    println(await database::query({"query": "other"}))
    println((await database::open("elsewhere.db").unwrap().query("select count(*) as n from sqlite_schema")).unwrap())
)altru");
    // Twice, from another folder: the file is the project's, and keeps what was written.
    for (const char* expected : {"Ok([{\"name\": pen}])\n", "Ok([{\"name\": pen}, {\"name\": pen}])\n"}) {
        TemporaryFolder elsewhere;
        ProcessResult result = run_process(
            {.program = braid_program(), .arguments = {"run", folder.path().string()}, .directory = elsewhere.path()});
        INFO(result.errors);
        CHECK(result.status == 0);
        CHECK(result.output ==
              std::string(expected) + "Err(no statement was prepared under the name \"other\")\n[{\"n\": 0}]\n");
        CHECK(std::filesystem::exists(folder.path() / "shop.db"));
    }
}
