// One program, written in Altru and in Python at once. Each statement has as many tokens here as there, as far as the
// languages allow it; what Altru has more (`let`) Python makes up for with a type.
#include <fmt/format.h>

#include "bench/syntax/programs.h"
#include "bench/syntax/random.h"

namespace braid::bench {

namespace {

/// The same in both languages, or one text for each.
struct Both {
    std::string altru;
    std::string python;
    Both(std::string same) : altru(same), python(std::move(same)) {}
    Both(const char* same) : Both(std::string(same)) {}
    Both(std::string a, std::string p) : altru(std::move(a)), python(std::move(p)) {}
};

template <typename... Parts>
Both join(const char* format, const Parts&... parts) {
    return {fmt::format(fmt::runtime(format), parts.altru...), fmt::format(fmt::runtime(format), parts.python...)};
}

class Writer {
  public:
    ProgramPair program(uint32_t lines) {
        while (lines_ < lines) {
            line("");
            declaration();
        }
        return std::move(text_);
    }

  private:
    void line(const Both& content) {
        put(text_.altru, content.altru);
        put(text_.python, content.python);
        ++lines_;
    }
    void put(std::string& text, const std::string& content) const {
        if (!content.empty()) text.append(depth_ * 4, ' ').append(content);
        text += '\n';
    }
    template <typename Body>
    void block(const Both& header, Body body) {
        line(header);
        ++depth_;
        body();
        --depth_;
    }

    std::string noun() {
        return random_.pick({"account", "order", "request", "session", "buffer", "worker", "sender", "message", "item",
                             "price", "total", "index", "answer", "state", "queue", "user"});
    }
    Both name() { return fmt::format("{}_{}", noun(), random_.below(90) + 10); }
    Both type() {
        switch (random_.below(5)) {
            case 0: return {"string", "str"};
            case 1: return "bool";
            case 2: return {"vec[int]", "list[int]"};
            case 3: return {"map[string, int]", "dict[str, int]"};
            default: return "int";
        }
    }
    Both number() {
        return random_.one_in(4) ? fmt::format("{}.{}", random_.below(100), random_.below(90) + 10)
                                 : fmt::format("{}", random_.below(1000));
    }

    Both operand(int depth) {
        switch (random_.below(depth > 0 ? 11 : 5)) {
            case 0: return number();
            case 1: return join("\"{} of {} is missing\"", Both(noun()), name());
            case 2: return name();
            case 3: return join("{}.{}", name(), Both(noun()));
            case 4: return name();
            case 5: return join("{}({}, {})", name(), expression(depth - 1), expression(depth - 1));
            case 6: return join("{}[{}]", name(), expression(depth - 1));
            case 7: return join("({})", expression(depth - 1));
            case 8: return join("{}.{}({})", name(), Both(noun()), expression(depth - 1));
            case 9: {
                Both first = name(), second = name();
                return {fmt::format("\"${{{}}} and ${{{}}}\"", first.altru, second.altru),
                        fmt::format("f\"{{{}}} and {{{}}}\"", first.python, second.python)};
            }
            default: return join("[{}, {}, {}]", number(), name(), expression(depth - 1));
        }
    }
    Both expression(int depth) {
        Both left = operand(depth);
        if (depth == 0 || random_.one_in(2)) return left;
        Both op = random_.pick({"+", "-", "*", "and", "or"});
        return join("{} {} {}", left, op, operand(depth - 1));
    }
    Both condition() { return join("{} {} {}", name(), Both(random_.pick({"<", ">", "==", "!="})), number()); }

    void statements(int depth) {
        for (uint32_t count = 1 + random_.below(4); count > 0; --count) statement(depth);
        // A block must not be empty in Python, and a comment is nothing.
        line(join("{} = {}", name(), number()));
    }
    void statement(int depth) {
        switch (random_.below(depth > 0 ? 11 : 6)) {
            case 0: {
                Both variable = name(), of = type(), value = expression(2);
                line({fmt::format("let {}: {} = {}", variable.altru, of.altru, value.altru),
                      fmt::format("{}: {} = {}", variable.python, of.python, value.python)});
                break;
            }
            case 1: line(join("{} = {}", name(), expression(2))); break;
            case 2: line(join("{}.{}({}, {})", name(), Both(noun()), expression(1), expression(1))); break;
            case 3: line(fmt::format("# The {} may be {} by now.", noun(), noun())); break;
            case 4: line(join("{}.{} += {}", name(), Both(noun()), expression(1))); break;
            case 5: line(join("return {}", expression(1))); break;
            case 6:
                block(join("if {}:", condition()), [&] { statements(depth - 1); });
                if (random_.one_in(2)) block("else:", [&] { statements(depth - 1); });
                break;
            case 7: block(join("for {} in {}:", name(), name()), [&] { statements(depth - 1); }); break;
            case 8: block(join("while {}:", condition()), [&] { statements(depth - 1); }); break;
            case 9: {
                Both variable = name();
                block(join("match {}:", variable), [&] {
                    for (int value = 0; value < 3; ++value) {
                        Both result = name(), other = number();
                        line({fmt::format("{} => {} = {}", value, result.altru, other.altru),
                              fmt::format("case {}: {} = {}", value, result.python, other.python)});
                    }
                });
                break;
            }
            default: {
                Both function = name(), value = expression(1);
                line({fmt::format("{} = |left, right| left < right and {}", function.altru, value.altru),
                      fmt::format("{} = lambda left, right: left < right and {}", function.python, value.python)});
                break;
            }
        }
    }

    Both parameters() {
        Both list = "";
        for (uint32_t count = random_.below(4); count > 0; --count)
            list = join("{}{}{}: {}", list, Both(list.altru.empty() ? "" : ", "), name(), type());
        return list;
    }
    void function(bool method) {
        Both list = parameters();
        if (method) list = join("self{}{}", Both(list.altru.empty() ? "" : ", "), list);
        std::string step = fmt::format("step_{}", ++declarations_);
        Both result = type();
        block({fmt::format("fn {}({}) -> {}:", step, list.altru, result.altru),
               fmt::format("def {}({}) -> {}:", step, list.python, result.python)},
              [&] {
                  for (uint32_t count = 2 + random_.below(4); count > 0; --count) statement(3);
                  statements(1);
              });
    }
    void declaration() {
        uint32_t number = ++declarations_;
        switch (random_.below(6)) {
            case 0:
                block({fmt::format("struct Record{}:", number), fmt::format("class Record{}:", number)}, [&] {
                    for (uint32_t count = 2 + random_.below(5); count > 0; --count)
                        line(join("{}: {}", name(), type()));
                });
                break;
            case 1:
                block({fmt::format("impl Keeper{}:", number), fmt::format("class Keeper{}:", number)}, [&] {
                    for (uint32_t count = 1 + random_.below(3); count > 0; --count) function(true);
                });
                break;
            default:
                line(fmt::format("## Takes the next {}.", noun()));
                function(false);
                break;
        }
    }

    ProgramPair text_;
    uint32_t lines_ = 0;
    uint32_t depth_ = 0;
    uint32_t declarations_ = 0;
    Random random_{0x5eed};
};

}  // namespace

ProgramPair altru_and_python(uint32_t lines) { return Writer().program(lines); }

}  // namespace braid::bench
