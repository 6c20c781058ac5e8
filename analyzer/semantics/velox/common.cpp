#include "analyzer/semantics/velox/common.h"

#include <charconv>

#include "analyzer/semantics/names.h"
#include "analyzer/text/utf8.h"

namespace braid::velox_semantics {

StdNames::Value StdNames::compute(QueryContext& context, const Key&) {
    Value names;
    auto sources = context.get<SourceFiles>();
    if (!sources) return names;
    for (FileId file : *sources) {
        if (!is_std(file) || !files().path(file).ends_with(".velox")) continue;
        for (const auto& child : *context.get<ItemChildren>(file_item(file)))
            names.emplace(name_of(child.item), child.item);
    }
    return names;
}

ItemId std_item(QueryContext& context, std::string_view name) {
    auto names = context.get<StdNames>();
    auto found = names->find(Name(name));
    return found == names->end() ? ItemId::None : found->second;
}

Type promise_of(QueryContext& context, Type t) {
    ItemId item = std_item(context, "Promise");
    return item == ItemId::None ? type::error() : type::nominal(item, {awaited(t)});
}

Type awaited(Type t) {
    while (is_std_type(t, "Promise") && !t->arguments.empty()) t = t->arguments[0];
    if (t->is(TypeKind::Union)) {
        std::vector<Type> members;
        for (Type member : t->arguments) members.push_back(awaited(member));
        return type::union_of(std::move(members));
    }
    return t;
}

Type list_of(Type element) { return type::list(element, TypeShared); }

Type nullable_parts_removed(Type t) {
    if (t->is(TypeKind::Null) || t->is(TypeKind::Undefined)) return type::never();
    if (!t->is(TypeKind::Union)) return t;
    std::vector<Type> members;
    for (Type member : t->arguments)
        if (!member->is(TypeKind::Null) && !member->is(TypeKind::Undefined)) members.push_back(member);
    return type::union_of(std::move(members));
}

Name index_signature() {
    static const Name name("[]");
    return name;
}

std::vector<Type> members_of(Type t) { return t->is(TypeKind::Union) ? t->arguments : std::vector<Type>{t}; }

Type or_undefined(Type t) {
    bool anything = t->is(TypeKind::Any) || t->is(TypeKind::Unknown) || t->is(TypeKind::Error);
    return anything ? t : type::union_of({t, type::undefined()});
}

bool may_be_absent(Type t) { return nullable_parts_removed(t) != t; }

static Type base_of(Type t) { return t->is(TypeKind::Literal) ? t->element() : t; }
bool is_number(Type t) { return base_of(t)->is(TypeKind::Float); }
bool is_int(Type t) { return base_of(t)->is(TypeKind::Integer); }

namespace {

std::string print(Type t, bool inside);

bool is_truth(Type literal) { return literal->element()->is(TypeKind::Bool); }

std::string list(std::span<const Type> types) {
    std::string out;
    for (Type t : types) out += (out.empty() ? "" : ", ") + print(t, false);
    return out;
}

std::string function(Type t) {
    std::string out = "(";
    auto parameters = t->parameters();
    for (size_t i = 0; i < parameters.size(); ++i) {
        if (i) out += ", ";
        bool rest = t->has(TypeVariadic) && i + 1 == parameters.size();
        bool optional = i + t->optional_parameters >= parameters.size();
        Type shown = optional ? type::union_of({parameters[i]}) : parameters[i];
        out += (rest ? "..." : "") + std::string("arg") + std::to_string(i) + (optional ? "?: " : ": ") +
               print(shown, false);
    }
    return out + ") => " + print(t->result(), false);
}

std::string print(Type t, bool inside) {
    switch (t->kind) {
        case TypeKind::Error: return "?";
        case TypeKind::Never: return "never";
        case TypeKind::Unit: return "void";
        case TypeKind::Bool: return "boolean";
        case TypeKind::Integer: return "int";
        case TypeKind::Float: return "number";
        case TypeKind::Char: return "char";
        case TypeKind::String: return "string";
        case TypeKind::Null: return "null";
        case TypeKind::Undefined: return "undefined";
        case TypeKind::Any: return "any";
        case TypeKind::Unknown: return "unknown";
        case TypeKind::Nominal:
        case TypeKind::ActorHandle:
        case TypeKind::Dyn: {
            std::string out(name_of(t->item).text());
            return t->arguments.empty() ? out : out + "<" + list(t->arguments) + ">";
        }
        case TypeKind::Record: {
            std::string out;
            for (const RecordField& f : t->fields) {
                bool index = f.name == index_signature();
                out += (out.empty() ? "" : "; ") + std::string(index ? "[key: string]" : f.name.text()) +
                       (f.optional && !index ? "?: " : ": ") + print(f.type, false);
            }
            return out.empty() ? "{}" : "{ " + out + " }";
        }
        case TypeKind::Function: return inside ? "(" + function(t) + ")" : function(t);
        case TypeKind::Tuple: return "[" + list(t->arguments) + "]";
        case TypeKind::List:
        case TypeKind::Array: return print(t->element(), true) + "[]";
        case TypeKind::Union: {
            // `true | false` was written boolean.
            int truths = 0;
            for (Type member : t->arguments) truths += member->is(TypeKind::Literal) && is_truth(member);
            std::string out;
            bool told = false;
            for (Type member : t->arguments) {
                bool both = truths == 2 && member->is(TypeKind::Literal) && is_truth(member);
                if (both && told) continue;
                told |= both;
                out += (out.empty() ? "" : " | ") + (both ? "boolean" : print(member, true));
            }
            bool alone = truths == 2 && t->arguments.size() == 2;
            return inside && !alone ? "(" + out + ")" : out;
        }
        case TypeKind::Literal:
            return t->item == ItemId::None ? std::string(t->text.text()) : qualified_name(t->item, ".");
        case TypeKind::Reference: return print(t->element(), inside);
        case TypeKind::Projection: {
            std::string_view op = t->text.text();
            if (op == "keyof") return "keyof " + print(t->arguments[0], true);
            if (op == "[]") return print(t->arguments[0], true) + "[" + print(t->arguments[1], false) + "]";
            if (op == "&") {
                std::string out;
                for (Type part : t->arguments) out += (out.empty() ? "" : " & ") + print(part, true);
                return inside ? "(" + out + ")" : out;
            }
            return std::string(op) + "<" + list(t->arguments) + ">";
        }
        case TypeKind::Parameter: return std::string(t->text.text());
        case TypeKind::Inference: return "_";
    }
    return "?";
}

}  // namespace

std::string print_type(Type t) { return print(t, false); }

double number_value(std::string_view token) {
    std::string text;
    for (char c : token)
        if (c != '_') text += c;
    char base = text.size() > 2 && text[0] == '0' ? char(text[1] | 0x20) : '\0';
    if (base == 'x' || base == 'b' || base == 'o')
        return double(std::strtoull(text.c_str() + 2, nullptr, base == 'x' ? 16 : base == 'b' ? 2 : 8));
    return std::strtod(text.c_str(), nullptr);
}

ast::ClassDecl class_of(const SyntaxNode& node) {
    ast::ClassDecl view = ast::ClassDecl::cast(node);
    if (!view && ast::ClassExpr::cast(node)) view.node = node;  // the same parts
    return view;
}

bool is_function(Kind kind) {
    return kind == Kind::FunctionDecl || kind == Kind::FunctionExpr || kind == Kind::ArrowExpr ||
           kind == Kind::MethodDecl || kind == Kind::GetterDecl || kind == Kind::SetterDecl ||
           kind == Kind::ConstructorDecl;
}

std::string string_value(std::string_view token) {
    if (token.size() >= 2 && (token.front() == '"' || token.front() == '\'' || token.front() == '`')) {
        bool closed = token.back() == token.front();
        token = token.substr(1, token.size() - (closed ? 2 : 1));
    }
    return unescaped(token);
}

std::string unescaped(std::string_view token) {
    std::string out;
    uint32_t high = 0;  // the first half of a surrogate pair written as two escapes
    auto unit = [&](uint32_t value) {
        if (high) {
            uint32_t first = high;
            high = 0;
            if (value >= 0xDC00 && value < 0xE000)
                return utf8::append(out, char32_t(0x10000 + ((first - 0xD800) << 10) + (value - 0xDC00)));
            utf8::append(out, utf8::replacement);
        }
        if (value >= 0xD800 && value < 0xDC00) high = value;
        else utf8::append(out, char32_t(value));
    };
    auto flush = [&] {
        if (high) utf8::append(out, utf8::replacement);
        high = 0;
    };
    auto hex = [&](size_t at, size_t count) {
        uint32_t value = 0;
        auto text = token.substr(std::min(at, token.size()), count);
        std::from_chars(text.data(), text.data() + text.size(), value, 16);
        return value;
    };
    for (size_t i = 0; i < token.size(); ++i) {
        if (token[i] != '\\' || i + 1 >= token.size()) {
            flush();
            out += token[i];
            continue;
        }
        char c = token[++i];
        if (c == 'u' && i + 1 < token.size() && token[i + 1] == '{') {
            size_t end = token.find('}', i);
            if (end == std::string_view::npos) end = token.size();
            unit(hex(i + 2, end - i - 2));
            i = end;
            continue;
        }
        if (c == 'u') {
            unit(hex(i + 1, 4));
            i += 4;
            continue;
        }
        flush();
        switch (c) {
            case 'n': out += '\n'; break;
            case 't': out += '\t'; break;
            case 'r': out += '\r'; break;
            case 'b': out += '\b'; break;
            case 'f': out += '\f'; break;
            case 'v': out += '\v'; break;
            case '0': out += '\0'; break;
            case '\n': break;
            case 'x':
                utf8::append(out, char32_t(hex(i + 1, 2)));
                i += 2;
                break;
            default: out += c;
        }
    }
    flush();
    return out;
}

std::string_view template_text(const SyntaxElement& part) {
    Kind kind = to_kind(part.kind());
    std::string_view text = part.text();
    if (kind == Kind::TemplateHead || kind == Kind::TemplateMiddle)
        return text.substr(1, text.size() >= 3 ? text.size() - 3 : 0);
    return text.size() >= 2 ? text.substr(1, text.size() - 2) : std::string_view();
}

}  // namespace braid::velox_semantics
