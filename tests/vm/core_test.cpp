#include <catch2/catch.hpp>

#include "tests/vm/harness.h"

namespace braid::testing {
using hir::BinaryOp;

namespace {
struct Program {
    std::shared_ptr<TestModel> model = std::make_shared<TestModel>();
    ItemId main = model->item(ItemKind::Function, "main");
    ItemId print = model->native("print", {type::any()}, type::unit(), true);
    BodyBuilder b{main, type::unit()};

    Program& say(Operand o) {
        Local none = b.local(type::unit());
        b.call(none, print, {std::move(o)});
        return *this;
    }
    Outcome run(RunSettings s = {}) {
        b.ret();
        model->add(std::move(b));
        return braid::testing::run(model, main, std::move(s));
    }
};
}  // namespace

TEST_CASE("a loop sums integers") {
    Program p;
    Local i = p.b.variable(type::integer(), "i"), sum = p.b.variable(type::integer(), "sum"),
          test = p.b.local(type::boolean());
    p.b.set(i, integer(0)).set(sum, integer(0));
    BlockId head = p.b.block(), body = p.b.block(), done = p.b.block();
    p.b.go(head);
    p.b.at(head).binary(test, BinaryOp::Less, copy(i), integer(1000)).branch(move(test), body, done);
    p.b.at(body).binary(sum, BinaryOp::Add, copy(sum), copy(i)).binary(i, BinaryOp::Add, copy(i), integer(1)).go(head);
    p.b.at(done);
    p.say(copy(sum));
    CHECK(p.run().out == "499500\n");
}

TEST_CASE("recursion") {
    Program p;
    ItemId fib = p.model->item(ItemKind::Function, "fib");
    BodyBuilder f(fib, type::integer());
    Local n = f.parameter(type::integer(), "n"), test = f.local(type::boolean()), a = f.local(type::integer()),
          c = f.local(type::integer()), m = f.local(type::integer());
    f.binary(test, BinaryOp::Less, copy(n), integer(2));
    BlockId small = f.block(), large = f.block();
    f.branch(move(test), small, large);
    f.at(small).set(0, copy(n)).ret();
    f.at(large).binary(m, BinaryOp::Subtract, copy(n), integer(1)).call(a, fib, {copy(m)});
    f.binary(m, BinaryOp::Subtract, copy(n), integer(2))
        .call(c, fib, {copy(m)})
        .binary(0, BinaryOp::Add, copy(a), copy(c))
        .ret();
    p.model->add(std::move(f));
    Local r = p.b.local(type::integer());
    p.b.call(r, fib, {integer(20)});
    p.say(copy(r));
    CHECK(p.run().out == "6765\n");
}

TEST_CASE("endless recursion is a panic") {
    Program p;
    ItemId f = p.model->item(ItemKind::Function, "deeper");
    BodyBuilder b(f, type::unit());
    b.call(b.local(type::unit()), f, {}).ret();
    p.model->add(std::move(b));
    p.b.call(p.b.local(type::unit()), f, {});
    Outcome o = p.run();
    CHECK(o.code == vm::kExitPanic);
    CHECK(o.error.find("stack overflow") != std::string::npos);
    CHECK(o.error.find("at deeper (test:") != std::string::npos);
}

TEST_CASE("integer overflow, division by zero and bad indices are panics with a stack") {
    Program p;
    Local r = p.b.local(type::integer());
    SECTION("add") { p.b.binary(r, BinaryOp::Add, integer(INT64_MAX), integer(1)); }
    SECTION("i8") {
        Local s = p.b.local(type::integer(IntegerKind::I8));
        p.b.binary(s, BinaryOp::Multiply, integer(64, type::integer(IntegerKind::I8)),
                   integer(2, type::integer(IntegerKind::I8)));
    }
    SECTION("division") { p.b.binary(r, BinaryOp::Divide, integer(1), integer(0)); }
    SECTION("index") {
        Local list = p.b.local(type::list(type::integer())), i = p.b.local(type::integer());
        p.b.set(list, AggregateOf{hir::AggregateKind::List, ItemId::None, {}, {integer(1), integer(2)}, {}})
            .set(i, integer(2));
        p.b.set(r, copy(element(list, i)));
    }
    Outcome o = p.run();
    CHECK(o.code == vm::kExitPanic);
    CHECK((o.error.find("integer overflow") != std::string::npos ||
           o.error.find("division by zero") != std::string::npos ||
           o.error.find("index 2 is out of range: the length is 2") != std::string::npos));
    CHECK(o.error.find("at main (test:") != std::string::npos);
}

TEST_CASE("structs: fields, references into them, copies are fresh") {
    Program p;
    ItemId point = p.model->structure("Point", {{"x", type::integer()}, {"y", type::float_()}});
    p.model->copies.insert(point);
    Type t = type::nominal(point);
    Local a = p.b.variable(t, "a"), b = p.b.variable(t, "b"), r = p.b.local(type::reference(type::integer(), true));
    p.b.set(a, AggregateOf{hir::AggregateKind::Struct, point, {}, {integer(1), number(2.5)}, {}});
    p.b.set(b, copy(a));
    p.b.set(r, BorrowOf{BorrowKind::Mutable, field(a, 0)});
    p.b.set(deref(r), integer(7));
    p.say(copy(a)).say(copy(b));
    CHECK(p.run().out == "Point{x: 7, y: 2.5}\nPoint{x: 1, y: 2.5}\n");
}

TEST_CASE("a local in a cell is seen through its reference") {
    Program p;
    Local x = p.b.variable(type::integer(), "x", true), r = p.b.local(type::reference(type::integer(), true));
    p.b.live(x).set(x, integer(1)).set(r, BorrowOf{BorrowKind::Mutable, {x, {}}}).set(deref(r), integer(42));
    p.say(copy(x));
    CHECK(p.run().out == "42\n");
}

TEST_CASE("enums: tags, payloads, generic instances") {
    Program p;
    ItemId option = p.model->item(ItemKind::Enum, "Option");
    GenericParameter parameter;
    parameter.name = Name("T");
    p.model->definitions[option].generics.push_back(parameter);
    Type t = type::parameter(option, 0, Name("T"));
    ItemId some = p.model->variant(option, "Some", {t}), none = p.model->variant(option, "None", {});
    Type ints = type::nominal(option, {type::integer()});

    ItemId get = p.model->item(ItemKind::Function, "get_or");
    FunctionSignature s;
    s.generics.push_back(parameter);
    Type u = type::parameter(get, 0, Name("T"));
    s.parameters = {{Name("o"), type::nominal(option, {u})}, {Name("d"), u}};
    s.result = u;
    p.model->signatures[get] = s;
    BodyBuilder f(get, u);
    Local o = f.parameter(type::nominal(option, {u}), "o"), d = f.parameter(u, "d"), tag = f.local(type::integer());
    f.set(tag, DiscriminantOf{{o, {}}});
    BlockId yes = f.block(), no = f.block();
    f.end(SwitchInteger{copy(tag), {{0, yes}}, no});
    f.at(yes).set(0, move(Place{o, {Downcast{some}, FieldOf{0}}})).ret();
    f.at(no).set(0, move(d)).ret();
    p.model->add(std::move(f));

    Local a = p.b.local(ints), b = p.b.local(ints), r = p.b.local(type::integer());
    p.b.set(a, AggregateOf{hir::AggregateKind::Variant, some, {}, {integer(5)}, {}});
    p.b.set(b, AggregateOf{hir::AggregateKind::Variant, none, {}, {}, {}});
    p.say(copy(a)).say(copy(b));
    p.b.call(r, get, {move(a), integer(9)}, {type::integer()});
    p.say(copy(r));
    p.b.call(r, get, {move(b), integer(9)}, {type::integer()});
    p.say(copy(r));
    Local text_value = p.b.local(type::string()), c = p.b.local(type::nominal(option, {type::string()}));
    p.b.set(c, AggregateOf{hir::AggregateKind::Variant, some, {}, {text("hi")}, {}});
    p.b.call(text_value, get, {move(c), text("")}, {type::string()});
    p.say(copy(text_value));
    CHECK(p.run().out == "Some(5)\nNone\n5\n9\nhi\n");
}

TEST_CASE("closures: captured by copy, by reference and in their own slot") {
    Program p;
    Type int_ref = type::reference(type::integer(), true);
    BodyBuilder c(p.main, type::integer());
    c.body.function = BodyFunctionId(1);
    Local arg = c.parameter(type::integer(), "a"), by_copy = c.capture(type::integer()), by_ref = c.capture(int_ref),
          slot = c.capture(int_ref, "slot", true), sum = c.local(type::integer());
    c.binary(sum, BinaryOp::Add, copy(deref(slot)), integer(1)).set(deref(slot), copy(sum));
    c.binary(sum, BinaryOp::Add, copy(deref(by_ref)), copy(arg)).set(deref(by_ref), copy(sum));
    c.binary(sum, BinaryOp::Add, copy(by_copy), copy(deref(slot))).set(0, copy(sum)).ret();

    Local x = p.b.variable(type::integer(), "x", true), r = p.b.local(int_ref),
          f = p.b.local(type::function({type::integer()}, type::integer())), out = p.b.local(type::integer());
    p.b.live(x).set(x, integer(100)).set(r, BorrowOf{BorrowKind::Mutable, {x, {}}});
    p.b.set(f, ClosureOf{BodyFunctionId(1), {integer(10), move(r), integer(0)}});
    p.b.call_value(out, copy(f), {integer(5)});
    p.say(copy(out)).say(copy(x));
    p.b.call_value(out, copy(f), {integer(5)});
    p.say(copy(out)).say(copy(x));
    p.b.ret();
    p.model->add(std::move(p.b));
    p.model->add(std::move(c));
    CHECK(braid::testing::run(p.model, p.main).out == "11\n105\n12\n110\n");
}

TEST_CASE("drops: order, parts after the whole, and on unwinding") {
    Program p;
    ItemId res = p.model->structure("Res", {{"name", type::string()}});
    Type t = type::nominal(res);
    ItemId dropper = p.model->item(ItemKind::Function, "Res::drop");
    BodyBuilder d(dropper, type::unit());
    Local self = d.parameter(type::reference(t, true), "self"), line = d.local(type::string());
    d.set(line, InterpolateOf{{"drop ", ""}, {""}, {copy(Place{self, {mir::Deref{}, FieldOf{0}}})}});
    d.call(d.local(type::unit()), p.print, {copy(line)}).ret();
    p.model->add(std::move(d));
    p.model->drops[res] = dropper;
    ItemId pair = p.model->structure("Pair", {{"a", t}, {"b", t}});
    auto make = [&](Local l, const char* name) {
        p.b.set(l, AggregateOf{hir::AggregateKind::Struct, res, {}, {text(name)}, {}});
    };

    SECTION("normal") {
        Local a = p.b.local(t), b = p.b.local(t), both = p.b.local(type::nominal(pair));
        make(a, "first"), make(b, "second");
        p.b.set(both, AggregateOf{hir::AggregateKind::Struct, pair, {}, {move(a), move(b)}, {}}).drop({both, {}});
        CHECK(p.run().out == "drop first\ndrop second\n");
    }
    SECTION("a list") {
        Local list = p.b.local(type::list(t)), a = p.b.local(t), b = p.b.local(t);
        make(a, "one"), make(b, "two");
        p.b.set(list, AggregateOf{hir::AggregateKind::List, ItemId::None, {}, {move(a), move(b)}, {}}).drop({list, {}});
        CHECK(p.run().out == "drop one\ndrop two\n");
    }
    SECTION("unwinding") {
        ItemId inner = p.model->item(ItemKind::Function, "inner");
        BodyBuilder f(inner, type::integer());
        Local a = f.local(t);
        f.set(a, AggregateOf{hir::AggregateKind::Struct, res, {}, {text("local")}, {}});
        BlockId next = f.block(), cleanup = f.block(true), resume = f.block(true);
        f.go(next);
        f.at(next).unwind_to(cleanup);
        f.binary(0, BinaryOp::Divide, integer(1), integer(0)).ret();
        f.at(cleanup).end(Drop{{a, {}}, kNoLocal, resume});
        f.at(resume).end(ResumeUnwind{});
        p.model->add(std::move(f));
        p.b.call(p.b.local(type::integer()), inner, {});
        Outcome o = p.run();
        CHECK(o.out == "drop local\n");
        CHECK(o.code == vm::kExitPanic);
        CHECK(o.error.find("division by zero") != std::string::npos);
    }
}

TEST_CASE("a user's show is called for parts") {
    Program p;
    ItemId money = p.model->structure("Money", {{"cents", type::integer()}});
    ItemId show = p.model->item(ItemKind::Function, "Money::show");
    BodyBuilder s(show, type::string());
    Local self = s.parameter(type::reference(type::nominal(money), false), "self");
    s.set(0, InterpolateOf{{"$", ""}, {""}, {copy(Place{self, {mir::Deref{}, FieldOf{0}}})}}).ret();
    p.model->add(std::move(s));
    p.model->shows[money] = show;
    Type t = type::nominal(money);
    Local a = p.b.local(t), list = p.b.local(type::list(t));
    p.b.set(a, AggregateOf{hir::AggregateKind::Struct, money, {}, {integer(5)}, {}});
    p.b.set(list, AggregateOf{hir::AggregateKind::List, ItemId::None, {}, {move(a)}, {}});
    p.say(copy(list));
    CHECK(p.run().out == "[$5]\n");
}

TEST_CASE("a program that reaches a missing native is refused") {
    Program p;
    ItemId missing = p.model->native("std::later::thing", {}, type::unit());
    p.b.call(p.b.local(type::unit()), missing, {});
    Outcome o = p.run();
    CHECK(o.code == -1);
    CHECK(o.error == "'std::later::thing' has no native implementation");
    p.model->signatures[missing].native_missing = true;
    CHECK(braid::testing::run(p.model, p.main).error == "'std::later::thing' is not available yet");
}

TEST_CASE("an instance that needs ever larger types is refused") {
    Program p;
    ItemId grow = p.model->item(ItemKind::Function, "grow");
    GenericParameter parameter;
    parameter.name = Name("T");
    FunctionSignature s;
    s.generics.push_back(parameter);
    s.result = type::unit();
    p.model->signatures[grow] = s;
    BodyBuilder f(grow, type::unit());
    f.call(f.local(type::unit()), grow, {}, {type::list(type::parameter(grow, 0, Name("T")))}).ret();
    p.model->add(std::move(f));
    p.b.call(p.b.local(type::unit()), grow, {}, {type::integer()});
    CHECK(p.run().error.find("ever larger types") != std::string::npos);
}

TEST_CASE("allocation on several workers with a collection at every turn") {
    Program p;
    // fn churn(n): builds and drops linked pairs of lists, checks what it reads back.
    ItemId churn = p.model->item(ItemKind::Function, "churn");
    Type list = type::list(type::string()), pair = type::tuple({list, type::integer()});
    BodyBuilder f(churn, type::unit());
    Local n = f.parameter(type::integer(), "n"), i = f.variable(type::integer(), "i"), test = f.local(type::boolean()),
          l = f.local(list), t = f.local(pair), s = f.local(type::string()), zero = f.local(type::integer()),
          same = f.local(type::boolean());
    f.set(i, integer(0)).set(zero, integer(0));
    BlockId head = f.block(), body = f.block(), done = f.block();
    f.go(head);
    f.at(head).binary(test, BinaryOp::Less, copy(i), copy(n)).branch(move(test), body, done);
    f.at(body).set(s, InterpolateOf{{"item ", ""}, {""}, {copy(i)}});
    f.set(l, AggregateOf{hir::AggregateKind::List, ItemId::None, {}, {copy(s), text("x")}, {}});
    f.set(t, AggregateOf{hir::AggregateKind::Tuple, ItemId::None, {}, {move(l), copy(i)}, {}});
    f.binary(same, BinaryOp::Equal, copy(Place{t, {FieldOf{0}, IndexOf{zero}}}), copy(s));
    BlockId good = f.block();
    AssertTerminator kept;
    kept.condition = copy(same);
    kept.message = "kept";
    kept.target = good;
    f.end(std::move(kept));
    f.at(good).binary(i, BinaryOp::Add, copy(i), integer(1)).go(head);
    f.at(done).call(f.local(type::unit()), p.print, {text("done")}).ret();
    p.model->add(std::move(f));
    for (int k = 0; k < 6; ++k) {
        CallTerminator c;
        c.callee = hir::DirectCallee{churn, {}, nullptr};
        c.function_value = unit();
        c.arguments = {integer(2000)};
        c.destination = {p.b.local(type::unit()), {}};
        c.is_go = true;
        p.b.finish(std::move(c));
    }
    Outcome o = p.run({3, true});
    CHECK(o.error == "");
    CHECK(o.out == "done\ndone\ndone\ndone\ndone\ndone\n");
    CHECK(o.heap.collections > 0);
}

}  // namespace braid::testing
