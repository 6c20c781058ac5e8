// A program in what Velox and TypeScript have in common.
#include <fmt/format.h>

#include "bench/syntax/programs.h"
#include "bench/syntax/random.h"

namespace braid::bench {

namespace {

class Writer {
  public:
    std::string program(uint32_t lines) {
        line("import { readFile, writeFile } from \"./files\";");
        line("import { log } from \"./log\";");
        while (lines_ < lines) {
            line("");
            declaration();
        }
        return std::move(text_);
    }

  private:
    void line(const std::string& content) {
        if (!content.empty()) text_.append(depth_ * 4, ' ').append(content);
        text_ += '\n';
        ++lines_;
    }
    void open(const std::string& content) {
        line(content);
        ++depth_;
    }
    void close(const std::string& content = "}") {
        --depth_;
        line(content);
    }

    std::string noun() {
        return random_.pick({"account", "order", "request", "session", "buffer", "worker", "channel", "message", "item",
                             "price", "total", "index", "result", "state", "queue", "user"});
    }
    std::string name() { return fmt::format("{}{}", noun(), random_.below(90) + 10); }
    std::string type_name() { return fmt::format("Record{}", random_.below(900) + 100); }
    std::string type() {
        return random_.pick<std::string>({"number", "string", "boolean", "number[]", "Map<string, number>",
                                          "string | null", "(value: number) => string", type_name()});
    }
    std::string number() {
        return random_.one_in(4) ? fmt::format("{}.{}", random_.below(100), random_.below(90) + 10)
                                 : fmt::format("{}", random_.below(1000));
    }
    std::string string() { return fmt::format("\"{} of {} is missing\"", noun(), name()); }

    std::string operand(int depth) {
        switch (random_.below(depth > 0 ? 12 : 5)) {
            case 0: return number();
            case 1: return string();
            case 2: return name();
            case 3: return fmt::format("{}.{}", name(), noun());
            case 4: return name();
            case 5: return fmt::format("{}({}, {})", name(), expression(depth - 1), expression(depth - 1));
            case 6: return fmt::format("{}[{}]", name(), expression(depth - 1));
            case 7: return fmt::format("({})", expression(depth - 1));
            case 8: return fmt::format("{}.{}({})", name(), noun(), expression(depth - 1));
            case 9: return fmt::format("`${{{}}} and ${{{}}}`", expression(depth - 1), name());
            case 10: return fmt::format("[{}, {}, {}]", number(), name(), expression(depth - 1));
            default: return fmt::format("{{ {}: {}, {}: {} }}", noun(), expression(depth - 1), noun(), number());
        }
    }
    std::string expression(int depth) {
        std::string left = operand(depth);
        if (depth == 0 || random_.one_in(2)) return left;
        return fmt::format("{} {} {}", left, random_.pick({"+", "-", "*", "<", "===", "&&", "||"}), operand(depth - 1));
    }
    std::string condition() {
        return fmt::format("{} {} {}", name(), random_.pick({"<", ">", "===", "!=="}), number());
    }

    void block(int depth) {
        for (uint32_t count = 1 + random_.below(4); count > 0; --count) statement(depth);
    }
    void statement(int depth) {
        switch (random_.below(depth > 0 ? 14 : 7)) {
            case 0: line(fmt::format("const {} = {};", name(), expression(2))); break;
            case 1: line(fmt::format("let {}: {} = {};", name(), type(), expression(1))); break;
            case 2: line(fmt::format("{} = {};", name(), expression(2))); break;
            case 3: line(fmt::format("{}.{}({}, {});", name(), noun(), expression(1), expression(1))); break;
            case 4: line(fmt::format("// The {} may be {} by now.", noun(), noun())); break;
            case 5: line(fmt::format("{}.{} += {};", name(), noun(), expression(1))); break;
            case 6: line(fmt::format("const {{ {}, {} }} = {};", noun(), name(), name())); break;
            case 7:
                open(fmt::format("if ({}) {{", condition()));
                block(depth - 1);
                if (random_.one_in(2)) {
                    --depth_;
                    open("} else {");
                    block(depth - 1);
                }
                close();
                break;
            case 8:
                open(fmt::format("for (const {} of {}) {{", name(), name()));
                block(depth - 1);
                close();
                break;
            case 9:
                open(fmt::format("while ({}) {{", condition()));
                block(depth - 1);
                close();
                break;
            case 10:
                open("try {");
                block(depth - 1);
                --depth_;
                open("} catch (error) {");
                line("log(error);");
                close();
                break;
            case 11:
                open(fmt::format("switch ({}) {{", name()));
                for (int value = 0; value < 3; ++value)
                    line(fmt::format("case {}: {} = {}; break;", value, name(), expression(1)));
                close();
                break;
            case 12:
                open(fmt::format("const {} = {}.map(({}) => {{", name(), name(), noun()));
                block(depth - 1);
                line(fmt::format("return {};", expression(1)));
                close("});");
                break;
            default: line(fmt::format("return await {}({});", name(), expression(1))); break;
        }
    }

    std::string parameters() {
        std::string list;
        for (uint32_t count = random_.below(4); count > 0; --count)
            list += fmt::format("{}{}: {}", list.empty() ? "" : ", ", name(), type());
        return list;
    }
    void declaration() {
        std::string number = fmt::format("{}", ++declarations_);
        switch (random_.below(8)) {
            case 0:
                open(fmt::format("interface Record{} {{", number));
                for (uint32_t count = 2 + random_.below(5); count > 0; --count)
                    line(fmt::format("{}{}: {};", name(), random_.one_in(3) ? "?" : "", type()));
                close();
                break;
            case 1: line(fmt::format("type Choice{} = {} | {};", number, type_name(), type())); break;
            case 2:
                open(fmt::format("class Keeper{} extends {} {{", number, type_name()));
                for (uint32_t count = 1 + random_.below(4); count > 0; --count)
                    line(fmt::format("private {}: {};", name(), type()));
                open(fmt::format("constructor({}) {{", parameters()));
                line("super();");
                block(2);
                close();
                close();
                break;
            case 3:
                line("/** Keeps what was asked for. */");
                open(fmt::format("const table{} = {{", number));
                for (uint32_t count = 2 + random_.below(6); count > 0; --count)
                    line(fmt::format("{}: {},", name(), expression(1)));
                close("};");
                break;
            default:
                if (random_.one_in(3)) line("/* What follows is asked often: it must not wait. */");
                open(fmt::format("{}{}function step{}({}): {} {{", random_.one_in(2) ? "export " : "", "async ", number,
                                 parameters(), type_name()));
                for (uint32_t count = 2 + random_.below(6); count > 0; --count) statement(3);
                close();
                break;
        }
    }

    std::string text_;
    uint32_t lines_ = 0;
    uint32_t depth_ = 0;
    uint32_t declarations_ = 0;
    Random random_{0x5eed};
};

}  // namespace

std::string velox_program(uint32_t lines) { return Writer().program(lines); }

}  // namespace braid::bench
