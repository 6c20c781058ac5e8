#pragma once
#include <functional>
#include <map>

#include "analyzer/semantics/velox/common.h"
#include "analyzer/semantics/velox/type_operators.h"

namespace braid::velox_semantics {

/// `from "./m.velox"` as a file; None when nobody loaded it.
FileId imported_file(QueryContext& context, FileId from, std::string_view token_text);

/// What a file gives under a name: its own declaration, or what it passes on (`export { a } from …`, `export *`).
ItemId exported_item(QueryContext&, FileId file, Name name, int depth = 0);

/// Whether a file exports a default of any kind.
bool has_default_export(QueryContext&, FileId file);

/// Where names of a file's declarations are looked up: what the functions around and the file declare, what it imports,
/// the standard library.
class FileScope {
  public:
    FileScope(QueryContext& context, FileId file, ItemId within = ItemId::None)
        : context_(context), file_(file), within_(within) {}
    /// A type, value, function or variable by name; None: unknown.
    ItemId find(std::string_view name) const { return find(name, Wanted::Any, {}); }
    ItemId find_type(std::string_view name) const { return find(name, Wanted::Type, {}); }
    ItemId find_value(std::string_view name) const { return find(name, Wanted::Value, {}); }
    /// The same for a token of the code that looks: of namesakes in its blocks the innermost is meant.
    ItemId find(const SyntaxToken& name) const { return find(name.text(), Wanted::Any, name); }
    ItemId find_type(const SyntaxToken& name) const { return find(name.text(), Wanted::Type, name); }
    ItemId find_value(const SyntaxToken& name) const { return find(name.text(), Wanted::Value, name); }
    /// Names that may be meant by a mistyped one.
    std::vector<std::string> names_like(std::string_view mistyped) const;
    /// An import binds the name: where it finds nothing, that has been said at the import.
    bool imports(std::string_view name) const;
    FileId file() const { return file_; }
    ItemId within() const { return within_; }

  private:
    enum class Wanted { Any, Type, Value };
    ItemId find(std::string_view name, Wanted wanted, const SyntaxElement& at) const;
    QueryContext& context_;
    FileId file_;
    ItemId within_;  // whose code looks: it sees the types of the functions around
};

/// The type parameters of a declaration alone, so that classes may name each other in their members.
struct GenericsOf {
    using Key = ItemId;
    using Value = std::vector<GenericParameter>;
    static constexpr const char* name = "velox_generics";
    static Value compute(QueryContext&, const Key&);
    static Value cycle_fallback(const Key&) { return {}; }
};

struct TypeParameterCount {
    using Key = ItemId;
    using Value = uint32_t;
    static constexpr const char* name = "velox_type_parameter_count";
    static Value compute(QueryContext&, const Key&);
};

/// An alias whose target is only worked out where a value of it is used: one that reaches itself, or that is made by
/// operators on types (`A & B`, `keyof T`, `Partial<T>`). It is kept as Nominal(alias, arguments); see `resolved`.
struct IsLazyAlias {
    using Key = ItemId;
    using Value = bool;
    static constexpr const char* name = "velox_lazy_alias";
    static Value compute(QueryContext&, const Key&);
};
/// The target of such an alias with its arguments.
struct AliasTarget {
    using Key = Type;
    using Value = Type;
    static constexpr const char* name = "velox_alias_target";
    static Value compute(QueryContext&, const Key&);
    static Value cycle_fallback(const Key&) { return type::error(); }
};
/// The alias stands for itself, with nothing in between (`type A = A | null`).
bool is_infinite_alias(QueryContext&, ItemId alias);

/// Reports at an element of the item whose syntax is being read; `instead` is what may have been meant there.
using Report = std::function<void(DiagnosticCode, const SyntaxElement&, std::string message, std::string_view instead)>;
/// Somebody else says what is wrong.
Report silent_report();

/// The built-in types that are spelled as names; null: another name.
Type primitive(std::string_view name);

/// Turns type syntax into terms. Type parameters in scope are found by name, innermost last.
class TypeReader {
  public:
    /// `item`: in whose syntax the types stand.
    TypeReader(QueryContext& context, ItemId item, Report report)
        : context_(context), scope_(context, file_of(item), item), report_(std::move(report)) {}

    Type read(const ast::Type& type);
    /// What a class extends: also the class that a constant of the file holds.
    Type read_base(const ast::Type& type);
    Type read(const ast::TypeAnnotation& annotation, Type otherwise) {
        return annotation ? read(annotation.type()) : otherwise;
    }
    /// Brings a declaration's own parameters into scope: they are Parameter(owner, index).
    std::vector<GenericParameter> declare(const ast::TypeParameterList& list, ItemId owner, const ItemTree& tree);
    /// The parameters of an item, and those of the functions around it.
    void enter(ItemId owner);
    void bind(Name name, Type type) { parameters_[name] = type; }
    Type function_of(const ast::ParameterList& parameters, const ast::Type& result) {
        return function(parameters, result, {});
    }
    /// What `this` stands for as a type.
    void set_self(Type self) { self_ = self; }
    const FileScope& scope() const { return scope_; }
    Type instantiate(ItemId item, std::vector<Type> arguments, const SyntaxElement& at);
    /// The type of `new Name<…>(…)` where that is plain without the arguments; null: it is not.
    Type made_by(const SyntaxToken& name, const ast::TypeArgumentList& arguments);
    /// What `typeof name` finds before the file's own variables; null: nothing.
    void set_values(std::function<Type(Name)> values) { values_ = std::move(values); }
    /// Operators on declarations (`Partial<User>`) are left for those who use values of the type.
    void apply_operators_late() { applies_late_ = true; }
    /// Whether arguments are compared with the bounds of their parameters, which needs the declarations they name.
    void check_bounds() { checks_bounds_ = true; }

  private:
    void count_arguments(ItemId item, const std::vector<GenericParameter>& generics, std::vector<Type>& arguments,
                         const SyntaxElement& at);
    Type operation(std::string_view name, std::vector<Type> arguments) {
        return applies_late_ ? late_operator(context_, name, std::move(arguments))
                             : type_operator(context_, name, std::move(arguments));
    }
    Type template_type(const ast::TemplateType&);
    Type mapped_object(const ast::MappedMember& member);
    Type conditional(const ast::ConditionalType& type);
    Type type_of_value(const ast::TypeofType& type);
    Type named(const ast::NamedType& type);
    Type function(const ast::ParameterList& parameters, const ast::Type& result,
                  const ast::TypeParameterList& generics);
    Type object(const std::vector<ast::Member>& members);

    QueryContext& context_;
    FileScope scope_;
    Report report_;
    std::map<Name, Type> parameters_;
    Type self_ = nullptr;
    std::function<Type(Name)> values_;
    bool checks_bounds_ = false, applies_late_ = false;
    int depth_ = 0;
};

}  // namespace braid::velox_semantics
