#include <fmt/format.h>

#include "interpreter/natives/database_pool.h"
#include "interpreter/natives/js_support.h"
#include "interpreter/natives/natives.h"

// Velox's `Database`.
namespace braid::natives {

namespace {

DatabaseHandle* receiver(NativeCall& call) {
    Object* object = vm::as_object(call.vm(), call.value(0), ObjectKind::Native);
    return object && object->layout() == Databases::of(call).velox_layout ? object->native<DatabaseHandle>() : nullptr;
}
NativeAction no_database(NativeCall& call) { return type_error(call, "the receiver is not a database"); }
Word new_handle(NativeCall& call, std::shared_ptr<DatabasePool> pool) {
    return word_of(
        call.vm().new_native<DatabaseHandle>(Databases::of(call).velox_layout, DatabaseHandle{std::move(pool)}));
}

/// False: SQL has no such value.
bool sql_value(NativeCall& call, Word word, io::SqlValue& out) {
    Value value(word);
    int64_t whole = 0;
    if (value.is_null() || value.is_undefined() || value.is_empty()) out = std::monostate();
    else if (value.is_boolean()) out = static_cast<int64_t>(value.as_boolean());
    else if (value.is_number() && std::trunc(value.as_number()) == value.as_number() &&
             std::fabs(value.as_number()) < 0x1p53)
        out = static_cast<int64_t>(value.as_number());
    else if (value.is_number()) out = value.as_number();
    else if (vm::as_integer(call.vm(), value, whole)) out = whole;
    else if (value.is_character() || vm::is_string(call.vm(), value)) out = vm::text_of(call.vm(), value);
    else return false;
    return true;
}

/// An array: by position; an object: by name. Not empty: what is wrong.
std::string read_parameters(NativeCall& call, Value given, io::SqlParameters& out) {
    auto bad = [&](std::string_view which, Word word) {
        return fmt::format("{} is {}, which no column can hold", which, vm::describe_value(call.vm(), Value(word)));
    };
    if (given.is_undefined() || given.is_empty()) return {};
    if (Object* list = vm::as_object(call.vm(), given, ObjectKind::List)) {
        for (uint64_t i = 0; i < vm::list_count(list); ++i)
            if (!sql_value(call, element(list, i), out.positional.emplace_back()))
                return bad(fmt::format("parameter {}", i + 1), element(list, i));
        return {};
    }
    Object* record = vm::as_object(call.vm(), given, ObjectKind::Instance);
    if (!record) return "the parameters are neither an array nor an object";
    out.by_name = true;
    for (Name name : vm::shape_of(record)->names()) {
        Word* slot = vm::find_property(record, name);
        if (slot && !sql_value(call, *slot, out.named[std::string(name.text())]))
            return bad(fmt::format("parameter {}", name.text()), *slot);
    }
    return {};
}

Word value_word(NativeCall& call, const io::SqlValue& value) {
    if (const auto* i = std::get_if<int64_t>(&value)) return Value::number(static_cast<double>(*i)).word();
    if (const auto* d = std::get_if<double>(&value)) return Value::number(*d).word();
    if (const auto* text = std::get_if<std::string>(&value)) return call.vm().string_word(*text);
    return Value::null().word();
}
Word rows_word(NativeCall& call, const io::SqlResult& result) {
    vm::Vm& vm = call.vm();
    std::vector<Name> names(result.columns.begin(), result.columns.end());
    Object* list = new_array(call, result.rows.size());
    for (const auto& row : result.rows) {
        Object* object = vm::new_instance(vm, vm.shapes().root(nullptr));
        for (size_t i = 0; i < row.size(); ++i) vm::set_property(vm, object, names[i], value_word(call, row[i]));
        push(call, list, word_of(object));
    }
    return word_of(list);
}

/// (database, sql, parameters)
NativeAction run(NativeCall& call, bool rows) {
    auto& query = call.state<Query>();
    if (call.step() == 0) {
        DatabaseHandle* database = receiver(call);
        if (!database) return no_database(call);
        query.pool = database->pool;
        query.sql = text_argument(call, 1);
        if (std::string problem = read_parameters(call, call.value(2), query.parameters); !problem.empty())
            return type_error(call, problem);
    }
    NativeAction action = run_statement(call);
    if (action != NativeAction::Next) return action;
    if (!query.answer->problem.empty()) return call.throw_error(WellKnown::JsError, query.answer->problem);
    return rows ? call.give(rows_word(call, query.answer->result)) : give_int(call, query.answer->result.changes);
}
NativeAction rows(NativeCall& call) { return run(call, true); }
NativeAction change(NativeCall& call) { return run(call, false); }

NativeAction connect(NativeCall& call) {
    auto& query = call.state<Query>();
    query.only_opens = true;
    if (call.step() == 0) query.pool = std::make_shared<DatabasePool>(call.vm(), text_argument(call, 0));
    NativeAction action = run_statement(call);
    if (action != NativeAction::Next) return action;
    if (!query.answer->problem.empty()) return call.throw_error(WellKnown::JsError, query.answer->problem);
    return call.give(new_handle(call, query.pool));
}
NativeAction begin(NativeCall& call) {
    auto& query = call.state<Query>();
    if (call.step() == 0) {
        DatabaseHandle* database = receiver(call);
        if (!database) return no_database(call);
        query.pool = database->pool;
        query.sql = "begin immediate";
    }
    NativeAction action = run_statement(call);
    if (action != NativeAction::Next) return action;
    if (!query.answer->problem.empty()) return call.throw_error(WellKnown::JsError, query.answer->problem);
    query.holds = false;  // the transaction has it from here on
    return call.give(new_handle(call, std::make_shared<DatabasePool>(query.pool, query.answer->connection)));
}
NativeAction end(NativeCall& call) {
    DatabaseHandle* database = receiver(call);
    if (!database) return no_database(call);
    database->pool->close();
    return give_undefined(call);
}

}  // namespace

void register_js_database(vm::NativeRegistry& r) {
    const std::string d = "system::Database::";
    r.add(d + "connect", connect);
    r.add(d + "rows", rows);
    r.add(d + "change", change);
    r.add(d + "begin", begin);
    r.add(d + "end", end);
}

}  // namespace braid::natives
