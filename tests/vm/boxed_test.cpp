#include <catch2/catch.hpp>

#include "tests/vm/harness.h"

namespace braid::testing {
using hir::BinaryOp;

namespace {
struct Program {
    std::shared_ptr<TestModel> model = std::make_shared<TestModel>();
    ItemId main = model->item(ItemKind::Function, "vmain");
    ItemId print;
    BodyBuilder b{main, type::unit()};

    Program() {
        model->policy = SlotPolicy::Boxed;
        print = model->native("print", {type::any()}, type::unit(), true);
        auto error = [&](bytecode::WellKnown w, const char* name, ItemId base) {
            ItemId c = model->structure(name, {{"message", type::string()}}, ItemKind::Class);
            if (base != ItemId::None)
                model->definitions[c].fields.clear(), model->definitions[c].base = type::nominal(base);
            return model->known[w] = c;
        };
        ItemId base = error(bytecode::WellKnown::JsError, "Error", ItemId::None);
        error(bytecode::WellKnown::TypeError, "TypeError", base);
        error(bytecode::WellKnown::RangeError, "RangeError", base);
    }
    Program& say(Operand o) {
        Type list = type::list(type::any(), TypeShared);
        Local none = b.local(type::unit()), values = b.local(list);
        b.set(values, AggregateOf{hir::AggregateKind::List, ItemId::None, {}, {std::move(o)}, {}});
        b.call(none, print, {move(values)});
        return *this;
    }
    Outcome run() {
        b.ret();
        model->add(std::move(b));
        return braid::testing::run(model, main);
    }
};
}  // namespace

TEST_CASE("boxed: numbers stay unboxed in registers, records have shapes") {
    Program p;
    Type record = type::record({{Name("a"), type::float_()}, {Name("b"), type::string()}});
    Local o = p.b.variable(record, "o"), x = p.b.variable(type::float_(), "x");
    p.b.set(o, AggregateOf{
                   hir::AggregateKind::Record, ItemId::None, {Name("a"), Name("b")}, {number(1.5), text("two")}, {}});
    p.b.set(x, PropertyOf{copy(o), Name("a")}).binary(x, BinaryOp::Add, copy(x), number(1));
    p.b.push(SetProperty{copy(o), Name("c"), copy(x)});
    p.say(copy(x)).say(copy(o));
    CHECK(p.run().out == "2.5\n{ a: 1.5, b: 'two', c: 2.5 }\n");
}

TEST_CASE("boxed: a failed guard throws TypeError with the path and both types") {
    Program p;
    Local any = p.b.variable(type::any(), "data"), x = p.b.variable(type::float_(), "x"), e = p.b.local(type::any());
    p.b.set(any, text("no"));
    BlockId next = p.b.block(), handler = p.b.block(), after = p.b.block();
    p.b.go(next);
    p.b.at(next).unwind_to(handler);
    p.b.set(x, Conversion{hir::ConvertKind::Unwrap, copy(any), type::float_()}).go(after);
    p.b.body.blocks[handler].is_handler = true;
    p.b.body.blocks[handler].error_local = e;
    p.b.at(handler);
    p.say(copy(e)).b.go(after);
    p.b.at(after);
    p.say(text("after"));
    CHECK(p.run().out == "TypeError: 'data': expected number, found string \"no\"\nafter\n");
}

TEST_CASE("boxed: classes, methods by name, inheritance") {
    Program p;
    ItemId animal = p.model->structure("Animal", {{"name", type::string()}}, ItemKind::Class);
    ItemId dog = p.model->structure("Dog", {}, ItemKind::Class);
    p.model->definitions[dog].base = type::nominal(animal);
    ItemId speak = p.model->item(ItemKind::Function, "speak", animal);
    BodyBuilder s(speak, type::string());
    Local self = s.parameter(type::nominal(animal), "this"), n = s.local(type::string());
    s.set(n, PropertyOf{copy(self), Name("name")}).set(0, InterpolateOf{{"", " speaks"}, {""}, {copy(n)}}).ret();
    p.model->add(std::move(s));
    p.model->methods[{animal, "speak"}] = speak;
    ItemId constructor = p.model->item(ItemKind::Function, "constructor", animal);
    BodyBuilder c(constructor, type::unit());
    Local me = c.parameter(type::nominal(animal), "this"), name = c.parameter(type::string(), "name");
    c.push(SetProperty{copy(me), Name("name"), copy(name)}).ret();
    p.model->add(std::move(c));
    p.model->definitions[animal].constructor = constructor;

    CallTerminator make;
    make.callee = hir::DirectCallee{ItemId::None, {}, nullptr};
    make.function_value = unit();
    make.is_new = true;
    make.new_type = type::nominal(dog);
    make.arguments = {text("Rex")};
    Local d = p.b.variable(type::nominal(dog), "d"), r = p.b.local(type::string());
    make.destination = {d, {}};
    p.b.finish(std::move(make));
    for (int i = 0; i < 2; ++i) p.b.call_method(r, "speak", {copy(d)}), p.say(copy(r));
    p.say(copy(d));
    CHECK(p.run().out == "Rex speaks\nRex speaks\nDog { name: 'Rex' }\n");
}

TEST_CASE("boxed: closures share the variable, calls adapt the number of arguments") {
    Program p;
    BodyBuilder c(p.main, type::any());
    c.body.function = BodyFunctionId(1);
    Local a = c.parameter(type::any(), "a"), b = c.parameter(type::any(), "b"),
          count = c.capture(type::reference(type::float_(), true), "count");
    (void)a;
    Local t = c.local(type::float_());
    c.binary(t, BinaryOp::Add, copy(deref(count)), number(1)).set(deref(count), copy(t)).set(0, copy(b)).ret();
    Local n = p.b.variable(type::float_(), "n", true), ref = p.b.local(type::reference(type::float_(), true)),
          f = p.b.local(type::function({type::any()}, type::any())), r = p.b.local(type::any());
    p.b.live(n)
        .set(n, number(0))
        .set(ref, BorrowOf{BorrowKind::Alias, {n, {}}})
        .set(f, ClosureOf{BodyFunctionId(1), {move(ref)}});
    p.b.call_value(r, copy(f), {number(1)});
    p.say(copy(r)).say(copy(n));
    p.b.call_value(r, copy(f), {number(1), text("b"), text("extra")});
    p.say(copy(r)).say(copy(n));
    p.b.ret();
    p.model->add(std::move(p.b));
    p.model->add(std::move(c));
    CHECK(braid::testing::run(p.model, p.main).out == "undefined\n1\nb\n2\n");
}

TEST_CASE("boxed: dynamic operators, arrays, errors that nobody catches") {
    Program p;
    Local list = p.b.variable(type::list(type::any(), TypeShared), "list"), x = p.b.variable(type::any(), "x");
    p.b.set(list, AggregateOf{hir::AggregateKind::List, ItemId::None, {}, {number(1), text("a"), boolean(true)}, {}});
    p.b.set(x, ElementOf{copy(list), number(1)}).binary(x, BinaryOp::Add, copy(x), number(2));
    p.say(copy(x)).say(copy(list));
    p.b.set(x, ElementOf{copy(list), number(7)});
    Outcome o = p.run();
    CHECK(o.out == "a2\n[ 1, 'a', true ]\n");
    CHECK(o.code == vm::kExitThrown);
    CHECK(o.error.find("RangeError: index 7 is out of range: the length is 3") != std::string::npos);
}

TEST_CASE("numbers print as in JavaScript") {
    auto text = [](double d) {
        std::string out;
        vm::append_number(d, out);
        return out;
    };
    CHECK(text(0.1 + 0.2) == "0.30000000000000004");
    CHECK(text(100) == "100");
    CHECK(text(1e21) == "1e+21");
    CHECK(text(123456789012345680000.0) == "123456789012345680000");
    CHECK(text(1e-7) == "1e-7");
    CHECK(text(0.000001) == "0.000001");
    CHECK(text(-1.5e-9) == "-1.5e-9");
}

}  // namespace braid::testing
