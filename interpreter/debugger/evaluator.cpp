#include "interpreter/debugger/evaluator.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "analyzer/syntax/tree.h"
#include "interpreter/vm/structural.h"
#include "interpreter/vm/values.h"

namespace braid::debugger {

using heap::Value;
using Outcome = tl::expected<Result, std::string>;

namespace {

constexpr int kMaxDepth = 100;
constexpr size_t kMaxLength = 10'000;  // of an expression

Outcome fail(std::string message) { return tl::unexpected(std::move(message)); }

/// What self-describing words and typed scalars say in C++; anything else stays where it lies.
Result plain(const Inspector& inspector, Datum value) {
    using bytecode::Repr;
    value = inspector.settle(value);
    if (value.type) {
        Repr repr = value.type->repr;
        if (repr == Repr::Unit) return Nothing{"()"};
        if (repr == Repr::Bool) return value.word != 0;
        if (bytecode::is_integer(repr)) return static_cast<int64_t>(value.word);
        if (bytecode::is_float(repr)) return vm::word_double(value.word);
        std::string_view text;
        if (inspector.is_text(value, text)) return std::string(text);
        return value;
    }
    Value v(value.word);
    int64_t integer;
    double number;
    std::string_view text;
    if (v.is_boolean()) return v.as_boolean();
    if (v.is_null()) return Nothing{"null"};
    if (v.is_undefined() || v.is_empty()) return Nothing{"undefined"};
    if (vm::as_integer(inspector.vm(), v, integer)) return integer;
    if (vm::as_double(inspector.vm(), v, number)) return number;
    if (inspector.is_text(value, text)) return std::string(text);
    return value;
}

std::optional<double> number_of(const Result& r) {
    if (auto* i = std::get_if<int64_t>(&r)) return static_cast<double>(*i);
    if (auto* d = std::get_if<double>(&r)) return *d;
    return std::nullopt;
}

bool equal(const Inspector& inspector, const Result& a, const Result& b) {
    if (auto x = number_of(a), y = number_of(b); x && y) {
        auto *i = std::get_if<int64_t>(&a), *j = std::get_if<int64_t>(&b);
        return i && j ? *i == *j : *x == *y;
    }
    if (auto* x = std::get_if<bool>(&a), *y = std::get_if<bool>(&b); x && y) return *x == *y;
    if (auto* x = std::get_if<std::string>(&a), *y = std::get_if<std::string>(&b); x && y) return *x == *y;
    auto *n = std::get_if<Nothing>(&a), *m = std::get_if<Nothing>(&b);
    if (n && m) return true;
    auto *x = std::get_if<Datum>(&a), *y = std::get_if<Datum>(&b);
    // `x == None`, `state == State.Open`: a variant without payload is known by its name.
    if (n && y) return inspector.variant_name(*y) == n->text && !n->text.empty();
    if (x && m) return inspector.variant_name(*x) == m->text && !m->text.empty();
    if (!x || !y) return false;
    if (x->word == y->word) return true;
    return x->type && x->type == y->type && vm::equal_words(inspector.vm(), *x->type, x->word, y->word);
}

bool truth(const Inspector& inspector, const Result& r) {
    if (auto* b = std::get_if<bool>(&r)) return *b;
    if (auto* i = std::get_if<int64_t>(&r)) return *i != 0;
    if (auto* d = std::get_if<double>(&r)) return *d != 0 && *d == *d;
    if (auto* s = std::get_if<std::string>(&r)) return !s->empty();
    if (auto* d = std::get_if<Datum>(&r)) return inspector.variant_name(*d) != "None";
    return false;
}

template <typename Op>
Outcome arithmetic(Op op, char symbol, int64_t a, int64_t b) {
    int64_t out = 0;
    if (op(a, b, &out)) return fail(std::string("`") + symbol + "` overflows");
    return out;
}

Outcome integers(std::string_view op, int64_t a, int64_t b) {
    auto add = [](int64_t x, int64_t y, int64_t* out) { return __builtin_add_overflow(x, y, out); };
    auto subtract = [](int64_t x, int64_t y, int64_t* out) { return __builtin_sub_overflow(x, y, out); };
    auto multiply = [](int64_t x, int64_t y, int64_t* out) { return __builtin_mul_overflow(x, y, out); };
    if (op == "+") return arithmetic(add, '+', a, b);
    if (op == "-") return arithmetic(subtract, '-', a, b);
    if (op == "*") return arithmetic(multiply, '*', a, b);
    if (op == "/" || op == "%") {
        if (b == 0) return fail("division by zero");
        if (b == -1) return op == "%" ? Outcome(int64_t{0}) : arithmetic(subtract, '-', 0, a);
        return op == "/" ? a / b : a % b;
    }
    if (op == "&") return a & b;
    if (op == "|") return a | b;
    if (op == "^") return a ^ b;
    if (op == "<<" && b >= 0 && b < 64) return static_cast<int64_t>(static_cast<uint64_t>(a) << b);
    if (op == ">>" && b >= 0 && b < 64) return a >> b;
    return fail("`" + std::string(op) + "` is not evaluated here");
}

Outcome doubles(std::string_view op, double a, double b) {
    if (op == "+") return a + b;
    if (op == "-") return a - b;
    if (op == "*") return a * b;
    if (op == "/") return a / b;
    if (op == "%") return std::fmod(a, b);
    if (op == "**") return std::pow(a, b);
    return fail("`" + std::string(op) + "` is not evaluated here");
}

std::optional<bool> ordered(std::string_view op, int order) {
    if (op == "<") return order < 0;
    if (op == "<=") return order <= 0;
    if (op == ">") return order > 0;
    if (op == ">=") return order >= 0;
    return std::nullopt;
}

/// The text of a string literal without its quotes.
std::string unquoted(std::string_view text) {
    size_t hash = text.find_first_of("\"'`");
    if (hash == text.npos) return std::string(text);
    bool raw = hash > 0;
    char quote = text[hash];
    size_t end = text.rfind(quote);
    text = text.substr(hash + 1, end > hash ? end - hash - 1 : text.npos);
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || raw || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        char c = text[++i];
        out += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == '0' ? '\0' : c;
    }
    return out;
}

Outcome number(std::string_view text) {
    std::string digits;
    for (char c : text)
        if (c != '_') digits += c;
    int base = 10;
    size_t skip = 0;
    if (digits.size() > 2 && digits[0] == '0') {
        char mark = digits[1];
        base = mark == 'x' || mark == 'X' ? 16 : mark == 'b' || mark == 'B' ? 2 : mark == 'o' || mark == 'O' ? 8 : 10;
        skip = base == 10 ? 0 : 2;
    }
    int64_t integer = 0;
    const char *begin = digits.data() + skip, *end = digits.data() + digits.size();
    auto [rest, error] = std::from_chars(begin, end, integer, base);
    bool is_float = base == 10 && rest != end && (*rest == '.' || *rest == 'e' || *rest == 'E');
    if (error == std::errc() && !is_float) return integer;  // a suffix (`i32`, `n`) does not change the value
    double value = 0;
    if (std::from_chars(begin, end, value).ec != std::errc()) return fail("`" + std::string(text) + "` is no number");
    return value;
}

}  // namespace

/// Over the syntax tree, by the names of its nodes: those that both languages have are called the same.
struct Evaluator::Walk {
    const Evaluator& e;
    int depth = 0;

    static std::vector<SyntaxNode> nodes(const SyntaxNode& node) { return node.child_nodes(); }
    static std::string token_text(const SyntaxNode& node, bool last) {
        std::string found;
        for (SyntaxElement child : node.children()) {
            if (!child.is_token() || child.text().empty()) continue;
            if (last || found.empty()) found = std::string(child.text());
        }
        return found;
    }

    Outcome eval(const SyntaxNode& node) {
        if (!node) return fail("an expression is expected");
        if (++depth > kMaxDepth) return fail("the expression is nested too deeply");
        Outcome out = dispatch(node);
        --depth;
        return out;
    }

    Outcome dispatch(const SyntaxNode& node) {
        std::string_view kind = node.kind_name();
        auto parts = nodes(node);
        auto is = [&](std::initializer_list<std::string_view> names) {
            return std::find(names.begin(), names.end(), kind) != names.end();
        };
        if (is({"ExprStmt", "ParenExpr", "NonNullExpr", "TryExpr", "BorrowExpr"}) && parts.size() == 1)
            return eval(parts[0]);
        if (is({"PathExpr", "NameExpr", "ThisExpr", "ScopedExpr"})) return name(std::string(node.text()));
        if (kind == "LiteralExpr") return literal(node.text());
        if (kind == "StringExpr" && parts.empty()) return Result(unquoted(node.text()));
        if (kind == "TemplateExpr" && parts.empty()) return Result(unquoted(node.text()));
        if (is({"FieldExpr", "MemberExpr"}) && parts.size() == 1) return member(parts[0], token_text(node, true));
        if (kind == "IndexExpr" && parts.size() == 2) return index(parts[0], parts[1]);
        if (kind == "CallExpr" && !parts.empty()) return call(parts);
        if (kind == "PrefixExpr" && parts.size() == 1) return prefix(token_text(node, false), parts[0]);
        if (kind == "BinaryExpr" && parts.size() == 2) return binary(operator_of(node), parts[0], parts[1]);
        return fail("`" + std::string(node.text()) + "` is not evaluated here: it may call or change something");
    }

    static std::string operator_of(const SyntaxNode& node) {
        std::string op;
        for (SyntaxElement child : node.children())
            if (child.is_token() && !child.text().empty()) op += (op.empty() ? "" : " ") + std::string(child.text());
        return op;
    }

    Outcome literal(std::string_view text) {
        if (text == "true") return Result(true);
        if (text == "false") return Result(false);
        if (text == "null" || text == "undefined") return Result(Nothing{std::string(text)});
        if (!text.empty() && (text[0] == '"' || text[0] == '\'' || text[0] == '`' || text[0] == 'r'))
            return Result(unquoted(text));
        return number(text);
    }

    Outcome name(std::string text) {
        if (auto found = e.lookup_(text)) return plain(e.inspector_, *found);
        if (text == "undefined" || text == "null") return Result(Nothing{text});
        size_t last = text.rfind("::");
        std::string_view bare = std::string_view(text).substr(last == text.npos ? 0 : last + 2);
        // A variant's name (`None`, `State::Open`) can only be compared with.
        if (last != text.npos || (!bare.empty() && bare[0] >= 'A' && bare[0] <= 'Z'))
            return Result(Nothing{std::string(bare)});
        return fail("`" + text + "` is not known here");
    }

    Outcome member(const SyntaxNode& base, const std::string& name) {
        Outcome object = eval(base);
        if (!object) return object;
        if (auto* type = std::get_if<Nothing>(&*object)) {
            if (type->text == "null" || type->text == "undefined" || type->text == "()")
                return fail("`" + std::string(base.text()) + "` is " + type->text);
            return Result(Nothing{name});  // `State.Open`
        }
        if (auto* text = std::get_if<std::string>(&*object); text && (name == "length" || name == "len"))
            return Result(static_cast<int64_t>(vm_length(*text)));
        auto* value = std::get_if<Datum>(&*object);
        if (value) {
            if (auto found = e.inspector_.member(*value, name)) return plain(e.inspector_, *found);
            if (name == "length" || name == "size" || name == "len")
                if (auto length = e.inspector_.length(*value)) return Result(static_cast<int64_t>(*length));
        }
        return fail("`" + std::string(base.text()) + "` has no `" + name + "`");
    }

    static uint64_t vm_length(std::string_view text) {
        return static_cast<uint64_t>(
            std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
    }

    Outcome index(const SyntaxNode& base, SyntaxNode at) {
        if (auto inner = nodes(at); at.kind_name() == "IndexArgumentList") {
            if (inner.size() != 1) return fail("one index is expected");
            at = inner[0];
        }
        Outcome object = eval(base), position = object ? eval(at) : object;
        if (!position) return position;
        auto* value = std::get_if<Datum>(&*object);
        if (!value) return fail("`" + std::string(base.text()) + "` has no elements");
        std::optional<Datum> found;
        if (auto* i = std::get_if<int64_t>(&*position)) found = e.inspector_.element(*value, *i);
        if (!found) found = find_entry(*value, *position);
        if (!found) return fail("`" + std::string(base.text()) + "` has no element " + e.text(*position));
        return plain(e.inspector_, *found);
    }

    std::optional<Datum> find_entry(Datum map, const Result& key) {
        if (auto* text = std::get_if<std::string>(&key))
            if (auto property = e.inspector_.member(map, *text)) return property;
        uint64_t length = e.inspector_.length(map).value_or(0);
        std::string wanted = e.text(key);
        for (uint64_t start = 0; start < length; start += 256)
            for (const Member& member : e.inspector_.members(map, start, 256))
                if (member.name == wanted) return member.value;
        return std::nullopt;
    }

    /// The few methods that only look.
    Outcome call(const std::vector<SyntaxNode>& parts) {
        std::string callee(parts[0].text());
        auto inner = nodes(parts[0]);
        std::string_view kind = parts[0].kind_name();
        bool has_arguments = parts.size() > 1 && !nodes(parts.back()).empty();
        if ((kind == "FieldExpr" || kind == "MemberExpr") && inner.size() == 1) {
            std::string name = token_text(parts[0], true);
            if (!has_arguments && (name == "len" || name == "length" || name == "size"))
                return member(inner[0], "length");
            if (!has_arguments && (name == "clone" || name == "toString")) return eval(inner[0]);
            if (!has_arguments && name == "is_empty") {
                Outcome length = member(inner[0], "length");
                return length ? Outcome(std::get<int64_t>(*length) == 0) : length;
            }
            if (!has_arguments && name.rfind("is_", 0) == 0) return is_variant(inner[0], name.substr(3));
            if ((name == "get" || name == "at") && parts.size() == 2 && nodes(parts[1]).size() == 1) {
                SyntaxNode argument = nodes(parts[1])[0];
                if (argument.kind_name() == "Argument" && nodes(argument).size() == 1) argument = nodes(argument)[0];
                return index(inner[0], argument);
            }
        }
        return fail("`" + callee + "(…)` is not called here: calls may change what the program does");
    }

    Outcome is_variant(const SyntaxNode& base, const std::string& wanted) {
        Outcome value = eval(base);
        if (!value) return value;
        auto* datum = std::get_if<Datum>(&*value);
        std::string name(datum ? e.inspector_.variant_name(*datum) : std::string_view());
        std::transform(name.begin(), name.end(), name.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
        return Result(name == wanted);
    }

    Outcome prefix(const std::string& op, const SyntaxNode& operand) {
        Outcome value = eval(operand);
        if (!value) return value;
        if (op == "!" || op == "not") return Result(!truth(e.inspector_, *value));
        if (op == "*") return value;
        if (op == "typeof") return Result(e.type_name(*value));
        if (op == "+" || op == "-") {
            if (auto* i = std::get_if<int64_t>(&*value)) return op == "-" ? integers("-", 0, *i) : value;
            if (auto d = number_of(*value)) return Result(op == "-" ? -*d : *d);
        }
        if (auto* i = std::get_if<int64_t>(&*value); i && op == "~") return Result(~*i);
        return fail("`" + op + "` is not evaluated here");
    }

    Outcome binary(const std::string& op, const SyntaxNode& left, const SyntaxNode& right) {
        Outcome a = eval(left);
        if (!a) return a;
        if (op == "and" || op == "&&") return truth(e.inspector_, *a) ? eval(right) : a;
        if (op == "or" || op == "||") return truth(e.inspector_, *a) ? a : eval(right);
        if (op == "??") return std::holds_alternative<Nothing>(*a) ? eval(right) : a;
        if (op == "implies" || op == "==>") return truth(e.inspector_, *a) ? eval(right) : Outcome(true);
        Outcome b = eval(right);
        if (!b) return b;
        if (op == "==" || op == "===") return Result(equal(e.inspector_, *a, *b));
        if (op == "!=" || op == "!==") return Result(!equal(e.inspector_, *a, *b));
        if (op == "instanceof") return instance(*a, std::string(right.text()));
        auto *s = std::get_if<std::string>(&*a), *t = std::get_if<std::string>(&*b);
        if (s && t) {
            if (auto result = ordered(op, s->compare(*t))) return Result(*result);
        }
        if (op == "+" && (s || t)) return Result(e.text(*a, false) + e.text(*b, false));
        auto x = number_of(*a), y = number_of(*b);
        if (!x || !y) return fail("`" + op + "` needs numbers, not " + e.text(*a) + " and " + e.text(*b));
        auto *i = std::get_if<int64_t>(&*a), *j = std::get_if<int64_t>(&*b);
        if (i && j) {
            if (auto result = ordered(op, *i < *j ? -1 : *i > *j)) return Result(*result);
            if (op != "**") return integers(op, *i, *j);
        } else if (*x != *x || *y != *y) {
            if (ordered(op, 0)) return Result(false);
        } else if (auto result = ordered(op, *x < *y ? -1 : *x > *y)) {
            return Result(*result);
        }
        return doubles(op, *x, *y);
    }

    Outcome instance(const Result& value, const std::string& name) {
        auto* datum = std::get_if<Datum>(&value);
        if (!datum) return Result(false);
        const vm::ClassDescriptor* klass = vm::class_of(e.inspector_.vm(), Value(e.inspector_.settle(*datum).word));
        for (; klass; klass = klass->base)
            if (klass->name == name) return Result(true);
        return Result(false);
    }
};

Outcome Evaluator::evaluate(std::string_view expression) const {
    while (!expression.empty() && (expression.back() == ' ' || expression.back() == '\n' || expression.back() == ';'))
        expression.remove_suffix(1);
    while (!expression.empty() && expression.front() == ' ') expression.remove_prefix(1);
    if (expression.empty()) return fail("an expression is expected");
    if (expression.size() > kMaxLength) return fail("the expression is too long");
    auto tree = grammar_.parse(std::make_shared<const std::string>(std::string(expression) + "\n"));
    // The outermost expression statement has to be all there is.
    for (const SyntaxError& error : tree->errors())
        if (default_severity(error.code) == Severity::Error && error.range.begin < expression.size())
            return fail(error.message);
    auto statements = tree->root().child_nodes();
    if (statements.size() != 1) return fail("one expression is expected");
    return Walk{*this}.eval(statements[0]);
}

tl::expected<bool, std::string> Evaluator::condition(std::string_view expression) const {
    return evaluate(expression).map([&](const Result& r) { return truth(inspector_, r); });
}

std::string Evaluator::interpolate(std::string_view message) const {
    std::string out;
    for (size_t i = 0; i < message.size();) {
        size_t end = message[i] == '{' ? message.find('}', i) : message.npos;
        if (end == message.npos) {
            out += message[i++];
            continue;
        }
        auto value = evaluate(message.substr(i + 1, end - i - 1));
        out += value ? text(*value, false) : "{" + value.error() + "}";
        i = end + 1;
    }
    return out;
}

std::string Evaluator::text(const Result& result, bool quoted) const {
    std::string out;
    if (auto* d = std::get_if<Datum>(&result)) return inspector_.preview(*d);
    if (auto* n = std::get_if<Nothing>(&result)) return n->text;
    if (auto* b = std::get_if<bool>(&result)) return *b ? "true" : "false";
    if (auto* i = std::get_if<int64_t>(&result)) return std::to_string(*i);
    if (auto* d = std::get_if<double>(&result)) {
        if (policy_ == bytecode::SlotPolicy::Boxed) vm::append_number(*d, out);
        else vm::append_float(*d, out);
        return out;
    }
    const auto& s = std::get<std::string>(result);
    if (!quoted) return s;
    return vm::append_quoted(s, out), out;
}

std::string Evaluator::type_name(const Result& result) const {
    if (auto* d = std::get_if<Datum>(&result)) return inspector_.type_name(*d);
    if (auto* n = std::get_if<Nothing>(&result)) return n->text;
    constexpr std::string_view kNames[] = {"", "", "bool", "int", "float", "string"};
    return std::string(kNames[result.index()]);
}

}  // namespace braid::debugger
