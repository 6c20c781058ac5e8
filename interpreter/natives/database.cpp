#include <fmt/format.h>

#include "analyzer/text/utf8.h"
#include "interpreter/natives/database_pool.h"
#include "interpreter/natives/natives.h"
#include "interpreter/vm/hash_table.h"

// Altru's `database`.
namespace braid::natives {

namespace {

DatabaseHandle& handle(const NativeCall& call, size_t i) { return *runtime::self_of<DatabaseHandle>(call, i); }
Word new_handle(NativeCall& call, std::shared_ptr<DatabasePool> pool) {
    return word_of(
        call.vm().new_native<DatabaseHandle>(Databases::of(call).altru_layout, DatabaseHandle{std::move(pool)}));
}

/// A value of `database::Parameter`, or of one of its members.
io::SqlValue sql_value(vm::Vm& vm, const TypeDescriptor& type, Word word) {
    switch (type.kind) {
        case DescriptorKind::Reference:
            return sql_value(vm, *type.element,
                             heap::load_slot_acquire(reinterpret_cast<const Word*>(static_cast<uintptr_t>(word))));
        case DescriptorKind::String: return std::string(vm::string_view_of(word));
        case DescriptorKind::Union: {
            const Word* slots = vm::object_of(word)->slots();
            const auto* member = reinterpret_cast<const TypeDescriptor*>(static_cast<uintptr_t>(slots[vm::kUnionType]));
            return sql_value(vm, *member, heap::load_slot_acquire(slots + vm::kUnionValue));
        }
        case DescriptorKind::Enum: {  // an option, or a `Value`
            Object* object = vm::object_of(word);
            const vm::VariantDescriptor& variant = type.variants[vm::variant_tag(object)];
            if (variant.fields.empty()) return std::monostate();
            const auto& field = variant.fields[0];
            return sql_value(vm, *field.type, heap::load_slot_acquire(object->slots() + field.slot));
        }
        case DescriptorKind::Scalar:
            if (type.repr == Repr::Unit) return std::monostate();
            if (type.repr == Repr::Bool) return static_cast<int64_t>(word != 0);
            if (type.repr == Repr::Char) return utf8::encode(static_cast<char32_t>(word));
            if (bytecode::is_float(type.repr)) return vm::word_double(word);
            return static_cast<int64_t>(word);
        default: return std::monostate();
    }
}

/// `database::Value` of this type descriptor.
Word value_word(vm::Vm& vm, const TypeDescriptor& type, const io::SqlValue& value) {
    auto make = [&](std::string_view name, Word payload) {
        return word_of(vm.new_variant(*vm::Vm::find_variant(type, name), {payload}));
    };
    if (const auto* i = std::get_if<int64_t>(&value)) return make("Int", static_cast<Word>(*i));
    if (const auto* d = std::get_if<double>(&value)) return make("Real", vm::double_word(*d));
    if (const auto* text = std::get_if<std::string>(&value)) return make("Text", vm.string_word(*text));
    return word_of(vm.new_variant(*vm::Vm::find_variant(type, "Null")));
}

/// A list of maps, from the name of a column to its value.
Word rows_word(vm::Vm& vm, const TypeDescriptor& type, const io::SqlResult& result) {
    const TypeDescriptor& row_type = *type.element;
    std::vector<Word> names;
    for (const std::string& name : result.columns) names.push_back(vm.string_word(name));
    Object* list = vm.new_list(row_type.repr, result.rows.size());
    for (const auto& row : result.rows) {
        Object* map = vm::new_map(vm, row_type.key->repr, row_type.element->repr);
        for (size_t i = 0; i < row.size(); ++i)
            vm::map_insert(vm, map, row_type.key, names[i], value_word(vm, *row_type.element, row[i]));
        vm.list_push(list, row_type.repr, word_of(map));
    }
    return word_of(list);
}

NativeAction give_problem(NativeCall& call, std::string_view problem) {
    return give_err(call, runtime::make_error(call.vm(), problem));
}

enum class Gives { Rows, Changes };

NativeAction give_answer(NativeCall& call, Gives gives) {
    auto& answer = *call.state<Query>().answer;
    if (!answer.problem.empty()) return give_problem(call, answer.problem);
    if (gives == Gives::Changes) return give_ok(call, static_cast<Word>(answer.result.changes));
    return give_ok(
        call, rows_word(call.vm(), *vm::Vm::find_variant(call.result_type(), "Ok")->fields[0].type, answer.result));
}

/// (sql, values) from `first` on.
void set_statement(NativeCall& call, size_t first, std::shared_ptr<DatabasePool> pool) {
    auto& query = call.state<Query>();
    query.pool = std::move(pool);
    query.sql = std::string(text(call, first));
    ListView values(call, first + 1);
    for (uint64_t i = 0; i < values.count(); ++i)
        query.parameters.positional.push_back(sql_value(call.vm(), *values.element, values.at(i)));
}

template <Gives kGives>
NativeAction on_connection(NativeCall& call) {
    if (call.step() == 0) set_statement(call, 1, handle(call, 0).pool);
    NativeAction action = run_statement(call);
    return action == NativeAction::Next ? give_answer(call, kGives) : action;
}
template <Gives kGives>
NativeAction on_standard(NativeCall& call) {
    if (call.step() == 0) set_statement(call, 0, Databases::of(call).standard());
    NativeAction action = run_statement(call);
    return action == NativeAction::Next ? give_answer(call, kGives) : action;
}

/// (params): `params["query"]` names the statement.
NativeAction by_name(NativeCall& call) {
    auto& query = call.state<Query>();
    if (call.step() == 0) {
        auto params = operand(call, 0);
        Object* map = vm::object_of(params.word);
        vm::MapEntry entry;
        std::optional<std::string> name;
        query.parameters.by_name = query.parameters.ignores_rest = true;
        for (uint64_t i = 0; i < vm::map_used(map); ++i) {
            if (!vm::map_entry(map, i, entry)) continue;
            std::string key(vm::string_view_of(entry.key)), value(vm::string_view_of(entry.value));
            if (key == "query") name = value;
            else query.parameters.named[key] = value;
        }
        if (!name) return give_problem(call, "the parameters name no query: there is no \"query\" among them");
        auto sql = Databases::of(call).prepared(*name);
        if (!sql) return give_problem(call, fmt::format("no statement was prepared under the name \"{}\"", *name));
        query.sql = *sql;
        query.pool = Databases::of(call).standard();
    }
    NativeAction action = run_statement(call);
    return action == NativeAction::Next ? give_answer(call, Gives::Rows) : action;
}

/// (name, sql)
NativeAction prepare(NativeCall& call) {
    std::string sql(text(call, 1));
    if (sql.find_first_not_of(" \t\r\n;") == std::string::npos) return give_problem(call, "there is no statement");
    Databases::of(call).prepare(std::string(text(call, 0)), sql);
    return give_ok(call, 0);
}

/// (path): an open connection, so that it is known to be a database.
NativeAction open(NativeCall& call) {
    auto& query = call.state<Query>();
    query.only_opens = true;
    if (call.step() == 0) query.pool = std::make_shared<DatabasePool>(call.vm(), std::string(text(call, 0)));
    NativeAction action = run_statement(call);
    if (action != NativeAction::Next) return action;
    if (!query.answer->problem.empty()) return give_problem(call, query.answer->problem);
    Databases::of(call).opened(query.pool);
    return give_ok(call, new_handle(call, query.pool));
}
NativeAction standard(NativeCall& call) { return call.give(new_handle(call, Databases::of(call).standard())); }

/// (connection): a connection of its own, in a transaction.
NativeAction begin(NativeCall& call) {
    auto& query = call.state<Query>();
    if (call.step() == 0) {
        query.pool = handle(call, 0).pool;
        query.sql = "begin immediate";
    }
    NativeAction action = run_statement(call);
    if (action != NativeAction::Next) return action;
    if (!query.answer->problem.empty()) return give_problem(call, query.answer->problem);
    query.holds = false;  // the transaction has it from here on
    return give_ok(call, new_handle(call, std::make_shared<DatabasePool>(query.pool, query.answer->connection)));
}
NativeAction close(NativeCall& call) {
    handle(call, 0).pool->close();
    return call.give_unit();
}

}  // namespace

void register_database(vm::NativeRegistry& r) {
    r.add("database::open", open);
    r.add("database::standard", standard);
    r.add("database::prepare", prepare);
    r.add("database::run_prepared", by_name);
    r.add("database::run_query", on_standard<Gives::Rows>);
    r.add("database::run_statement", on_standard<Gives::Changes>);
    const std::string c = "database::Connection::";
    r.add(c + "run_query", on_connection<Gives::Rows>);
    r.add(c + "run_statement", on_connection<Gives::Changes>);
    r.add(c + "begin", begin);
    r.add(c + "close", close);
    vm::NativeTypeOps ops;
    ops.show = [](vm::Vm&, const TypeDescriptor&, Word word, std::string& out) {
        out += "Connection(" + vm::object_of(word)->native<DatabaseHandle>()->pool->path() + ")";
    };
    r.add_type("database::Connection", ops);
}

}  // namespace braid::natives
