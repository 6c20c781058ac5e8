#include <charconv>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "analyzer/text/utf8.h"
#include "interpreter/natives/json_scanner.h"
#include "interpreter/natives/json_values.h"
#include "interpreter/vm/hash_table.h"

namespace braid::natives {

namespace {

using bytecode::FieldDescriptor;
using vm::VariantDescriptor;

/// Builds a value of a type out of the tokens. What does not fit is named with its path: `ports[1]: …`.
class Reader {
  public:
    Reader(vm::Vm& vm, std::string_view text, std::vector<MadeStruct>& made) : vm_(vm), scanner_(text), made_(made) {}
    const std::string& problem() const { return scanner_.problem(); }

    Word read(const TypeDescriptor& type) {
        Word word = value(type, 0);
        scanner_.expect_end();
        return word;
    }

  private:
    Word value(const TypeDescriptor& type, int depth) {
        if (scanner_.failed()) return 0;
        if (depth > kDeepestJson) return scanner_.fail("nesting too deep"), 0;
        switch (type.kind) {
            case DescriptorKind::Scalar: return scalar(type, depth);
            case DescriptorKind::String:
                return is('"') ? vm_.string_word(scanner_.text()) : unexpected("a text", depth);
            case DescriptorKind::Struct: return type.is_tuple ? tuple(type, depth) : structure(type, depth);
            case DescriptorKind::Enum: return enumeration(type, depth);
            case DescriptorKind::List:
            case DescriptorKind::Array: return list(type, depth);
            case DescriptorKind::Map: return map(type, depth);
            case DescriptorKind::Set: return set(type, depth);
            case DescriptorKind::Union: return member(type, depth);
            default: return misfit(fmt::format("a value of type {} cannot be made from JSON", type.name));
        }
    }

    bool is(char c) { return scanner_.peek() == c; }
    bool is_number() { return is('-') || (scanner_.peek() >= '0' && scanner_.peek() <= '9'); }

    Word misfit(std::string_view what) {
        std::string where;
        for (const std::string& part : path_) {
            if (!where.empty() && part[0] != '[') where += '.';
            where += part;
        }
        scanner_.fail_with(where.empty() ? std::string(what) : fmt::format("{}: {}", where, what));
        return 0;
    }
    /// A syntax error, if it is one; else another kind of value than wanted.
    Word unexpected(std::string_view wanted, int depth) {
        char c = scanner_.peek();
        scanner_.skip_value(depth);
        if (scanner_.failed()) return 0;
        std::string_view found = c == '"'               ? "a text"
                                 : c == '{'             ? "an object"
                                 : c == '['             ? "a list"
                                 : c == 'n'             ? "null"
                                 : c == 't' || c == 'f' ? "a boolean"
                                                        : "a number";
        return misfit(fmt::format("{} is expected, and there is {}", wanted, found));
    }

    Word scalar(const TypeDescriptor& type, int depth) {
        switch (type.repr) {
            case Repr::Unit: return scanner_.word("null") ? 0 : unexpected("null", depth);
            case Repr::Bool:
                if (scanner_.word("true")) return 1;
                return scanner_.word("false") ? 0 : unexpected("a boolean", depth);
            case Repr::Char: {
                if (!is('"')) return unexpected("a text of one character", depth);
                std::string text = scanner_.text();
                if (scanner_.failed()) return 0;
                utf8::Decoded c = utf8::decode(text, 0);
                if (c.length == 0 || c.length != text.size()) return misfit("a text of one character is expected");
                return static_cast<Word>(c.value);
            }
            default: break;
        }
        if (!is_number()) return unexpected("a number", depth);
        std::string_view token = scanner_.number();
        if (scanner_.failed()) return 0;
        double number = json_number(token);
        if (bytecode::is_float(type.repr))
            return vm::double_word(type.repr == Repr::F32 ? static_cast<double>(static_cast<float>(number)) : number);
        return integer(type, token);
    }
    Word integer(const TypeDescriptor& type, std::string_view token) {
        auto outside = [&] { return misfit(fmt::format("{} is no {}", token, type.name)); };
        int bits = bytecode::bits_of(type.repr);
        if (token.find_first_of(".eE") != std::string_view::npos) {
            double number = json_number(token);
            if (!(std::trunc(number) == number) || std::fabs(number) > 0x1p53) return outside();
            token_ = fmt::format("{:.0f}", number);
            if (token_ == "-0") token_ = "0";
            token = token_;
        }
        const char* end = token.data() + token.size();
        if (bytecode::is_signed(type.repr)) {
            int64_t value = 0;
            if (std::from_chars(token.data(), end, value).ec != std::errc()) return outside();
            if (bits < 64 && (value >= int64_t{1} << (bits - 1) || value < -(int64_t{1} << (bits - 1))))
                return outside();
            return static_cast<Word>(value);
        }
        uint64_t value = 0;
        if (token == "-0") return 0;
        if (token.front() == '-' || std::from_chars(token.data(), end, value).ec != std::errc()) return outside();
        if (bits < 64 && value >> bits) return outside();
        return value;
    }

    /// Calls `each` for every element of a list; false: there is none here.
    template <class Each>
    bool elements(Each&& each, int depth) {
        if (!is('[')) return unexpected("a list", depth), false;
        scanner_.take('[');
        if (scanner_.take(']')) return true;
        uint64_t i = 0;
        do {
            path_.push_back(fmt::format("[{}]", i));
            each(i++);
            if (!scanner_.failed()) path_.pop_back();
        } while (!scanner_.failed() && scanner_.take(','));
        if (!scanner_.failed() && !scanner_.take(']')) scanner_.fail("a `,` or `]` is missing");
        return !scanner_.failed();
    }
    template <class Each>
    bool properties(Each&& each, int depth) {
        if (!is('{')) return unexpected("an object", depth), false;
        scanner_.take('{');
        if (scanner_.take('}')) return true;
        do {
            if (!is('"')) {
                scanner_.fail("the name of a property is missing");
                break;
            }
            std::string name = scanner_.text();
            if (!scanner_.failed() && !scanner_.take(':')) scanner_.fail("a `:` is missing");
            if (scanner_.failed()) break;
            path_.push_back(name);
            each(name);
            if (!scanner_.failed()) path_.pop_back();
        } while (!scanner_.failed() && scanner_.take(','));
        if (!scanner_.failed() && !scanner_.take('}')) scanner_.fail("a `,` or `}` is missing");
        return !scanner_.failed();
    }

    Word list(const TypeDescriptor& type, int depth) {
        Object* list = vm_.new_list(type.element->repr, type.kind == DescriptorKind::Array ? type.length : 0);
        uint64_t count = 0;
        auto element = [&](uint64_t) {
            Word word = value(*type.element, depth + 1);
            ++count;
            if (!scanner_.failed()) vm_.list_push(list, type.element->repr, word);
        };
        if (!elements(element, depth)) return 0;
        if (type.kind == DescriptorKind::Array && count != type.length)
            return misfit(fmt::format("{} elements are expected, and there are {}", type.length, count));
        return word_of(list);
    }
    Word set(const TypeDescriptor& type, int depth) {
        Object* set = vm::new_set(vm_, type.key->repr);
        auto element = [&](uint64_t) {
            Word word = value(*type.key, depth + 1);
            if (!scanner_.failed()) vm::map_insert(vm_, set, type.key, word, 0);
        };
        return elements(element, depth) ? word_of(set) : 0;
    }
    Word map(const TypeDescriptor& type, int depth) {
        Object* map = vm::new_map(vm_, type.key->repr, type.element->repr);
        auto property = [&](const std::string& name) {
            Word key = key_of(*type.key, name);
            Word word = value(*type.element, depth + 1);
            if (!scanner_.failed()) vm::map_insert(vm_, map, type.key, key, word);
        };
        if (!properties(property, depth)) return 0;
        return word_of(map);
    }
    Word key_of(const TypeDescriptor& type, const std::string& name) {
        if (type.kind == DescriptorKind::String) return vm_.string_word(name);
        if (type.kind == DescriptorKind::Scalar && bytecode::is_integer(type.repr)) {
            JsonScanner key(name);
            if (!name.empty() && (name[0] == '-' || (name[0] >= '0' && name[0] <= '9')) && key.number() == name &&
                !key.failed())
                return integer(type, name);
            return misfit(fmt::format("the name is no {}", type.name));
        }
        return misfit(fmt::format("a key of type {} cannot be made from JSON", type.name));
    }

    Word tuple(const TypeDescriptor& type, int depth) {
        if (type.fields.empty()) return scanner_.word("null") ? 0 : unexpected("null", depth);
        Object* object = vm_.new_struct(type);
        return positional(type.fields, object, depth) ? word_of(object) : 0;
    }
    bool positional(const std::vector<FieldDescriptor>& fields, Object* object, int depth) {
        uint64_t count = 0;
        auto element = [&](uint64_t i) {
            ++count;
            if (i >= fields.size()) return scanner_.skip_value(depth + 1);
            object->slots()[fields[i].slot] = value(*fields[i].type, depth + 1);
        };
        if (!elements(element, depth)) return false;
        if (count != fields.size())
            return misfit(fmt::format("{} elements are expected, and there are {}", fields.size(), count)), false;
        return true;
    }
    /// Properties without a field are skipped; an absent `Option` is `None`.
    bool named(const std::vector<FieldDescriptor>& fields, Object* object, int depth) {
        std::vector<bool> present(fields.size());
        auto property = [&](const std::string& name) {
            for (size_t i = 0; i < fields.size(); ++i) {
                if (fields[i].name.text() != name) continue;
                object->slots()[fields[i].slot] = value(*fields[i].type, depth + 1);
                present[i] = true;
                return;
            }
            scanner_.skip_value(depth + 1);
        };
        if (!properties(property, depth)) return false;
        for (size_t i = 0; i < fields.size(); ++i) {
            if (present[i]) continue;
            if (!is_option(*fields[i].type))
                return misfit(fmt::format("`{}` is missing", fields[i].name.text())), false;
            object->slots()[fields[i].slot] = none_of(*fields[i].type);
        }
        return true;
    }
    Word structure(const TypeDescriptor& type, int depth) {
        Object* object = vm_.new_struct(type);
        if (!named(type.fields, object, depth)) return 0;
        if (type.invariant) made_.push_back({word_of(object), type.invariant});
        return word_of(object);
    }

    bool is_option(const TypeDescriptor& type) {
        return type.kind == DescriptorKind::Enum && forms_.of(type) == EnumForm::Option;
    }
    Word none_of(const TypeDescriptor& type) { return word_of(vm_.new_variant(*vm::Vm::find_variant(type, "None"))); }
    Word made(const TypeDescriptor& type, std::string_view name, Word payload) {
        return word_of(vm_.new_variant(*vm::Vm::find_variant(type, name), {payload}));
    }

    Word enumeration(const TypeDescriptor& type, int depth) {
        if (is_option(type)) {
            if (scanner_.word("null")) return none_of(type);
            Word word = value(*vm::Vm::find_variant(type, "Some")->fields[0].type, depth + 1);
            return scanner_.failed() ? 0 : made(type, "Some", word);
        }
        if (forms_.of(type) == EnumForm::Plain && vm::Vm::find_variant(type, "Array")) return any(type, depth);
        if (is('"')) {
            std::string name = scanner_.text();
            const VariantDescriptor* variant = scanner_.failed() ? nullptr : vm::Vm::find_variant(type, name);
            if (!variant || !variant->fields.empty())
                return misfit(fmt::format("{} has no variant \"{}\" without values", type.name, name));
            return word_of(vm_.new_variant(*variant));
        }
        Word result = 0;
        uint64_t count = 0;
        auto property = [&](const std::string& name) {
            const VariantDescriptor* variant = vm::Vm::find_variant(type, name);
            if (++count > 1 || !variant || variant->fields.empty()) {
                path_.pop_back();
                misfit(count > 1 ? fmt::format("one variant of {} is expected", type.name)
                                 : fmt::format("{} has no variant \"{}\" with values", type.name, name));
                return;
            }
            Object* object = vm_.new_variant(*variant);
            result = word_of(object);
            if (variant->named_fields) named(variant->fields, object, depth + 1);
            else if (variant->fields.size() > 1) positional(variant->fields, object, depth + 1);
            else object->slots()[variant->fields[0].slot] = value(*variant->fields[0].type, depth + 1);
        };
        if (!is('{')) return unexpected(fmt::format("a variant of {}", type.name), depth);
        if (!properties(property, depth)) return 0;
        return count == 1 ? result : misfit(fmt::format("one variant of {} is expected", type.name));
    }
    /// `json::Value`.
    Word any(const TypeDescriptor& type, int depth) {
        auto payload = [&](std::string_view name) -> const TypeDescriptor& {
            return *vm::Vm::find_variant(type, name)->fields[0].type;
        };
        switch (scanner_.peek()) {
            case '"': return made(type, "Text", vm_.string_word(scanner_.text()));
            case '[': {
                Word word = list(payload("Array"), depth);
                return scanner_.failed() ? 0 : made(type, "Array", word);
            }
            case '{': {
                Word word = map(payload("Object"), depth);
                return scanner_.failed() ? 0 : made(type, "Object", word);
            }
            default: break;
        }
        if (scanner_.word("null")) return word_of(vm_.new_variant(*vm::Vm::find_variant(type, "Null")));
        if (scanner_.word("true")) return made(type, "Bool", 1);
        if (scanner_.word("false")) return made(type, "Bool", 0);
        if (is_number()) return made(type, "Number", vm::double_word(json_number(scanner_.number())));
        scanner_.skip_value(depth);  // says what is wrong
        return 0;
    }
    /// The first member of a union that the value fits.
    Word member(const TypeDescriptor& type, int depth) {
        size_t begin = scanner_.position(), path = path_.size(), made = made_.size();
        scanner_.skip_value(depth);
        if (scanner_.failed()) return 0;
        // Each union inside tries its members again: as deep as the depth is limited, that would take for ever.
        if (++tried_ > kMostTried) return misfit("too many unions in each other");
        for (const TypeDescriptor* each : type.members) {
            scanner_.go_back(begin);
            Word word = value(*each, depth + 1);
            if (!scanner_.failed()) return vm::new_union(vm_, *each, word);
            path_.resize(path);
            made_.resize(made);
        }
        scanner_.go_back(begin);
        return misfit(fmt::format("a value of {} is expected", type.name));
    }

    static constexpr int kMostTried = 1'000'000;
    vm::Vm& vm_;
    JsonScanner scanner_;
    std::vector<std::string> path_;
    std::string token_;
    std::vector<MadeStruct>& made_;
    int tried_ = 0;
    EnumForms forms_;
};

}  // namespace

tl::expected<Word, std::string> read_json(vm::Vm& vm, std::string_view text, const TypeDescriptor& type,
                                          std::vector<MadeStruct>& made) {
    Reader reader(vm, text, made);
    Word word = reader.read(type);
    if (!reader.problem().empty()) return tl::unexpected(reader.problem());
    return word;
}

}  // namespace braid::natives
