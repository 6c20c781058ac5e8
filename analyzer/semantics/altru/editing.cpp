#include "analyzer/semantics/altru/editing.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "analyzer/semantics/altru/std_modules.h"
#include "analyzer/semantics/altru/traits.h"
#include "analyzer/semantics/roles_table.h"

namespace braid::altru_semantics {
namespace {

using namespace syntax_role;

std::span<const uint64_t> roles() {
    static const auto table = roles_by_kind<Kind>({
#define ROLES(kind, bits) {Kind::kind, bits},
#include "analyzer/semantics/altru/editing.def"
#undef ROLES
    });
    return table;
}

constexpr SnippetRule kSnippets[] = {
    {SnippetPlace::Declaration, "fn", "fn ${1:name}($2):\n\t$0", "function"},
    {SnippetPlace::Declaration, "async fn", "async fn ${1:name}($2):\n\t$0", "asynchronous function"},
    {SnippetPlace::Declaration, "struct", "struct ${1:Name}:\n\t${2:field}: ${3:int}", "structure"},
    {SnippetPlace::Declaration, "enum", "enum ${1:Name}:\n\t${2:Variant}", "enumeration"},
    {SnippetPlace::Declaration, "trait", "trait ${1:Name}:\n\tfn ${2:method}(self)", "trait"},
    {SnippetPlace::Declaration, "impl", "impl ${1:Type}:\n\tfn ${2:method}(self):\n\t\t$0", "methods of a type"},
    {SnippetPlace::Declaration, "actor",
     "actor ${1:Name}:\n\t${2:count}: ${3:int} = ${4:0}\n\n\tfn ${5:message}():\n\t\t$0", "actor"},
    {SnippetPlace::Member, "fn", "fn ${1:name}(self$2):\n\t$0", "method"},
    {SnippetPlace::Statement, "if", "if ${1:condition}:\n\t$0", "if"},
    {SnippetPlace::Statement, "for", "for ${1:item} in ${2:items}:\n\t$0", "loop over a sequence"},
    {SnippetPlace::Statement, "while", "while ${1:condition}:\n\t$0", "loop while a condition holds"},
    {SnippetPlace::Statement, "loop", "loop:\n\t$0", "endless loop"},
    {SnippetPlace::Statement, "let", "let ${1:name} = $0", "variable"},
    {SnippetPlace::Statement, "let mut", "let mut ${1:name} = $0", "variable that changes"},
    {SnippetPlace::Statement, "go", "go ${1|move |}||:\n\t$0", "goroutine"},
    {SnippetPlace::Statement, "select", "select:\n\tcase ${1:value} = ${2:receiver}.recv():\n\t\t$0",
     "wait for channels"},
    {SnippetPlace::Statement, "return", "return $0", "return"},
    {SnippetPlace::Expression, "match", "match ${1:value}:\n\t${2:pattern} => $0", "match"},
#define WORD(place, word) \
    { SnippetPlace::place, word, "", "" }
    WORD(Declaration, "pub"),
    WORD(Declaration, "use"),
    WORD(Declaration, "mod"),
    WORD(Declaration, "const"),
    WORD(Declaration, "static"),
    WORD(Declaration, "type"),
    WORD(Member, "pub"),
    WORD(Member, "async"),
    WORD(Statement, "break"),
    WORD(Statement, "continue"),
    WORD(Statement, "else"),
    WORD(Statement, "else if"),
    WORD(Arm, "case"),
    WORD(Arm, "timeout"),
    WORD(Arm, "default"),
    WORD(Header, "for"),
    WORD(Parameter, "mut"),
    WORD(Parameter, "self"),
    WORD(Parameter, "move"),
    {SnippetPlace::AttributeName, "derive", "derive(${1:Clone})", "traits by themselves"},
    WORD(AttributeName, "test"),
    WORD(AttributeName, "mailbox"),
    WORD(AttributeName, "must_use"),
    WORD(AttributeName, "allow"),
    WORD(Attribute, "Clone"),
    WORD(Attribute, "Copy"),
    WORD(Attribute, "Debug"),
    WORD(Attribute, "Default"),
    WORD(Attribute, "Eq"),
    WORD(Attribute, "Hash"),
    WORD(Attribute, "Ord"),
    WORD(Expression, "true"),
    WORD(Expression, "false"),
    WORD(Expression, "not"),
    WORD(Expression, "await"),
    WORD(Expression, "move"),
    WORD(Expression, "async"),
    WORD(Type, "int"),
    WORD(Type, "i8"),
    WORD(Type, "i16"),
    WORD(Type, "i32"),
    WORD(Type, "i64"),
    WORD(Type, "u8"),
    WORD(Type, "u16"),
    WORD(Type, "u32"),
    WORD(Type, "u64"),
    WORD(Type, "f32"),
    WORD(Type, "f64"),
    WORD(Type, "bool"),
    WORD(Type, "char"),
    WORD(Type, "string"),
    WORD(Type, "fn"),
    WORD(Type, "dyn"),
    WORD(Type, "chan"),
    WORD(Type, "Self"),
#undef WORD
};

constexpr WordRule kWords[] = {
#define WORD(word, text) {word, text},
#include "analyzer/semantics/altru/words.def"
#undef WORD
};

Type target_of_deref(QueryContext& context, TraitSolver& traits, InferenceTable& table, Type t) {
    if (t->is(TypeKind::Reference)) return t->element();
    if (!t->is(TypeKind::Nominal)) return nullptr;
    for (ItemId impl : *context.get<ImplsFor>({Known::get().trait_deref, head_of(t)})) {
        auto info = context.get<ImplOf>(impl);
        if (!info->self || !info->self->is(TypeKind::Nominal) || info->self->item != t->item) continue;
        auto before = table.snapshot();
        std::vector<Type> arguments = traits.fresh_arguments(impl);
        if (table.unify(substitute(info->self, impl, arguments), t))
            for (const auto& [name, associated] : info->associated_types)
                if (name.text() == "Target") return table.resolve(substitute(associated, impl, arguments));
        table.rollback(before);
    }
    return nullptr;
}

/// The methods of the impls for one head, or of traits and of impls for any type (0).
struct MethodsWithHead {
    using Key = TypeHead;
    using Value = std::vector<std::pair<Name, MethodIndex::Candidate>>;
    static constexpr const char* name = "altru_methods_with_head";
    static Value compute(QueryContext& context, const Key& head) {
        auto index = context.get<MethodIndex>();
        Value methods;
        for (const auto& [key, positions] : index->by_head)
            if (key.second == head)
                for (uint32_t position : positions)
                    methods.emplace_back(key.first, index->by_name.at(key.first)[position]);
        return methods;
    }
};

class MemberCollector {
  public:
    MemberCollector(QueryContext& context, ItemId scope) : context_(context), scope_(scope), traits_(context, table_) {}

    std::vector<Offer> collect(Type t) {
        constexpr int kMaxSteps = 8;
        for (uint8_t step = 0; t && step < kMaxSteps; ++step) {
            distance_ = uint8_t(step * 3);
            add_members(t);
            t = target_of_deref(context_, traits_, table_, t);
        }
        return std::move(found_);
    }

  private:
    void add(Name name, ItemId item, Type type, uint8_t extra) {
        if (name.empty() || !seen_.insert(name).second) return;
        found_.push_back({name, item, type, uint8_t(distance_ + extra)});
    }
    bool is_visible(ItemId function) { return may_use_member(context_, function, scope_); }

    void add_members(Type t) {
        if (t->is(TypeKind::Nominal) && kind_of(t->item) != ItemKind::Trait)
            for (const FieldInfo& field : context_.get<DefinitionOf>(t->item)->fields)
                if (field.item == ItemId::None || may_use_member(context_, field.item, scope_))
                    add(field.name, field.item, substitute(field.type, t->item, t->arguments), 0);
        if (t->is(TypeKind::Tuple))
            for (size_t i = 0; i < t->arguments.size(); ++i)
                add(Name(std::to_string(i)), ItemId::None, t->arguments[i], 0);
        if (t->is(TypeKind::ActorHandle) || (t->is(TypeKind::Nominal) && kind_of(t->item) == ItemKind::Actor))
            for (ItemId method : context_.get<DefinitionOf>(t->item)->methods)
                if (name_of(method).text() != "new") add(name_of(method), method, nullptr, 0);
        if (t->is(TypeKind::Dyn)) add_traits(traits_.supertraits(type::nominal(t->item, t->arguments)));
        if (t->is(TypeKind::Parameter)) add_traits(traits_.all_bounds(t));
        if (t->is(TypeKind::Reference)) return;
        add_copies(t);
        add_methods(t->is(TypeKind::Array) ? type::list(t->element()) : t);
    }

    void add_traits(const std::vector<Type>& traits) {
        for (Type trait : traits) {
            if (!trait->is(TypeKind::Nominal) || kind_of(trait->item) != ItemKind::Trait) continue;
            for (const auto& child : *context_.get<ItemChildren>(trait->item))
                if (is_method(child.item)) add(name_of(child.item), child.item, nullptr, 1);
        }
    }

    /// Of an option or a list whose elements were copied when they were reached: they do no harm.
    void add_copies(Type t) {
        bool holds = t->is(TypeKind::List) || is_nominal(t, Known::get().option);
        if (!holds || t->arguments.empty() || t->arguments[0]->is(TypeKind::Reference)) return;
        for (std::string_view name : {"copied", "cloned"})
            for (const auto& candidate : *context_.get<MethodsNamed>(Name(name))) {
                Type of = kind_of(candidate.parent) == ItemKind::Impl ? context_.get<ImplOf>(candidate.parent)->self
                                                                      : nullptr;
                if (of && of->kind == t->kind && of->item == t->item) add(Name(name), candidate.function, nullptr, 3);
            }
    }

    bool is_method(ItemId function) {
        return kind_of(function) == ItemKind::Function &&
               context_.get<SignatureOf>(function)->receiver != Receiver::None && is_visible(function);
    }

    void add_methods(Type t) {
        // The state of an actor has what its handle has.
        const bool is_state = t->is(TypeKind::Nominal) && kind_of(t->item) == ItemKind::Actor;
        const TypeHead head = head_of(is_state ? type::actor_handle(t->item, t->arguments) : t);
        std::unordered_map<ItemId, std::optional<uint8_t>> known;
        auto add_from = [&](const MethodsWithHead::Value& methods) {
            for (const auto& [name, candidate] : methods) {
                if (seen_.count(name)) continue;
                auto [entry, is_new] = known.try_emplace(candidate.parent);
                if (is_new) {
                    auto before = table_.snapshot();
                    entry->second = applies(candidate.parent, t);
                    table_.rollback(before);
                }
                if (entry->second && is_method(candidate.function))
                    add(name, candidate.function, nullptr, *entry->second);
            }
        };
        if (head != 0) add_from(*context_.get<MethodsWithHead>(head));
        add_from(*context_.get<MethodsWithHead>(0));
    }

    /// How far an impl or trait is from the type; none when it is not one of its own.
    std::optional<uint8_t> applies(ItemId parent, Type t) {
        std::vector<Type> arguments = traits_.fresh_arguments(parent);
        if (kind_of(parent) == ItemKind::Impl) {
            auto info = context_.get<ImplOf>(parent);
            Type self = info->self;
            if (t->is(TypeKind::Nominal) && kind_of(t->item) == ItemKind::Actor) {  // the state: as its handle has them
                if (info->trait) return std::nullopt;
                t = type::actor_handle(t->item, t->arguments);
            }
            if (!self || !table_.unify(substitute(self, parent, arguments), t)) return std::nullopt;
            return self->is(TypeKind::Parameter) ? 2 : 0;
        }
        bool holds = traits_.satisfies(t, type::nominal(parent, std::move(arguments))) == TraitSolver::Answer::Yes;
        return holds ? std::optional<uint8_t>(2) : std::nullopt;
    }

    QueryContext& context_;
    ItemId scope_;
    InferenceTable table_;
    TraitSolver traits_;
    uint8_t distance_ = 0;
    std::unordered_set<Name> seen_;
    std::vector<Offer> found_;
};

std::vector<Offer> members(QueryContext& context, Type t, ItemId scope) {
    // What the body left open means nothing outside of its inference.
    t = map_type(t, [](Type part) { return part->is(TypeKind::Inference) ? type::error() : part; });
    return MemberCollector(context, scope).collect(t);
}

std::vector<Type> taken_by(QueryContext& context, Type receiver, ItemId method) {
    ItemId impl = parent_of(method);
    if (impl == ItemId::None || kind_of(impl) != ItemKind::Impl) return {};
    Type self = context.get<ImplOf>(impl)->self;
    receiver = without_references(receiver);
    InferenceTable table;
    TraitSolver traits(context, table);
    std::vector<Type> arguments = traits.fresh_arguments(impl);
    if (!self || receiver->has(TypeHasInference) || !table.unify(substitute(self, impl, arguments), receiver))
        return {};
    std::vector<Type> out;
    for (const ParameterInfo& parameter : context.get<SignatureOf>(method)->parameters)
        out.push_back(table.resolve(substitute(parameter.type, impl, arguments)));
    return out;
}

void add_scope(QueryContext& context, ItemId scope, uint8_t distance, bool only_public, std::vector<Offer>& out) {
    auto names = context.get<ScopeNames>(scope);
    std::unordered_set<ItemId> open;
    for (const auto& child : *context.get<ItemChildren>(scope))
        if (!only_public || child.is_public) open.insert(child.item);
    for (const auto& [name, items] : names->names)
        for (ItemId item : items)
            if (open.count(item)) out.push_back({name, item, nullptr, distance});
    for (const Import& import : names->imports) {
        if (only_public && !import.is_public) continue;
        PathResolution target = resolve_path(context, scope, import.path, Want::Any);
        if (target.resolved != import.path.size() || target.item == ItemId::None) continue;
        if (!import.is_glob) {
            out.push_back({import.name, target.item, nullptr, distance});
        } else if (kind_of(target.item) == ItemKind::Enum) {
            for (ItemId variant : context.get<DefinitionOf>(target.item)->variants)
                out.push_back({name_of(variant), variant, nullptr, distance});
        } else {
            ItemId module = module_contents(context, target.item);
            for (const auto& child : *context.get<ItemChildren>(module))
                if (child.is_public && !name_of(child.item).empty() && kind_of(child.item) != ItemKind::Impl)
                    out.push_back({name_of(child.item), child.item, nullptr, distance});
        }
    }
}

std::vector<Offer> std_modules(QueryContext& context) {
    std::vector<Offer> out;
    for (std::string_view name : std_module_names()) {
        auto tree = context.get<FileTree>(file_of(std_module(name)));
        if (tree && *tree) out.push_back({Name(name), std_module(name), nullptr, 11});
    }
    return out;
}

std::vector<Offer> visible(QueryContext& context, ItemId scope) {
    std::vector<Offer> out;
    uint8_t distance = 1;
    for (ItemId s = enclosing_scope(scope); s != ItemId::None;
         s = parent_of(s) == ItemId::None ? ItemId::None : enclosing_scope(parent_of(s)))
        add_scope(context, s, distance, false, out), distance = uint8_t(std::min(distance + 1, 8));
    const Known& known = Known::get();
    for (ItemId variant : {known.some, known.none, known.ok, known.err})
        out.push_back({name_of(variant), variant, nullptr, 9});
    for (ItemId type : {known.map, known.set}) out.push_back({name_of(type), type, nullptr, 9});
    add_scope(context, std_module("core"), 10, false, out);
    for (Offer& module : std_modules(context)) out.push_back(std::move(module));
    std::erase_if(out, [&](const Offer& offer) {
        return offer.item == ItemId::None || kind_of(offer.item) == ItemKind::Impl || offer.name.empty();
    });
    return out;
}

/// Functions and constants of a type's own impls; whether there is a `new` among them.
bool add_associated_of(QueryContext& context, Type self, ItemId scope, std::vector<Offer>& out) {
    auto index = context.get<MethodIndex>();
    bool has_new = false;
    for (const auto& [name, candidates] : index->by_name)
        for (const auto& candidate : candidates) {
            if (kind_of(candidate.parent) != ItemKind::Impl) continue;
            Type of = context.get<ImplOf>(candidate.parent)->self;
            bool is_same = of && of->kind == self->kind && of->item == self->item && of->integer == self->integer &&
                           of->bits == self->bits;
            if (!is_same) continue;
            has_new |= name.text() == "new";
            if (!may_use_member(context, candidate.function, scope)) continue;
            out.push_back({name, candidate.function, nullptr, 0});
        }
    return has_new;
}

/// The functions of traits that are called on the type.
void add_functions_of(const std::vector<Type>& traits, QueryContext& context, std::vector<Offer>& out) {
    for (Type trait : traits) {
        if (!trait->is(TypeKind::Nominal) || kind_of(trait->item) != ItemKind::Trait) continue;
        for (const auto& child : *context.get<ItemChildren>(trait->item))
            if (kind_of(child.item) != ItemKind::Function ||
                context.get<SignatureOf>(child.item)->receiver == Receiver::None)
                out.push_back({name_of(child.item), child.item, nullptr, 1});
    }
}

void add_associated(QueryContext& context, ItemId item, ItemId scope, std::vector<Offer>& out) {
    Type self = self_type(context, item);
    if (!self) return;
    bool has_new = add_associated_of(context, self, scope, out);
    bool makes = kind_of(item) == ItemKind::Struct || kind_of(item) == ItemKind::Actor;
    if (makes && !has_new && !is_std_item(item)) out.push_back({Name("new"), item, nullptr, 0});
    if (derives(context.get<DefinitionOf>(item)->attributes, "Default"))
        add_functions_of({type::nominal(Known::get().trait_default)}, context, out);
}

/// `T::` where `word` is a type parameter around: what its bounds have without a receiver.
void add_parameter_members(QueryContext& context, std::string_view word, ItemId scope, std::vector<Offer>& out) {
    for (ItemId item = scope; item != ItemId::None; item = parent_of(item)) {
        auto names = generic_names(context, item);
        for (uint32_t i = 0; i < names.size(); ++i) {
            if (names[i].text() != word) continue;
            InferenceTable table;
            TraitSolver traits(context, table);
            add_functions_of(traits.all_bounds(type::parameter(item, i, names[i])), context, out);
            return;
        }
    }
}

std::vector<Offer> path_members(QueryContext& context, ItemId item, ItemId scope) {
    std::vector<Offer> out;
    switch (kind_of(item)) {
        case ItemKind::File:
        case ItemKind::Module: {
            add_scope(context, module_contents(context, item), 0, false, out);
            std::erase_if(out, [&](const Offer& o) { return !lets_out(context, item, o.name, o.item, scope); });
            break;
        }
        case ItemKind::Enum:
            for (ItemId variant : context.get<DefinitionOf>(item)->variants)
                out.push_back({name_of(variant), variant, nullptr, 0});
            add_associated(context, item, scope, out);
            break;
        case ItemKind::Trait:
            for (const auto& child : *context.get<ItemChildren>(item))
                out.push_back({name_of(child.item), child.item, nullptr, 0});
            break;
        case ItemKind::Struct:
        case ItemKind::Actor: add_associated(context, item, scope, out); break;
        default: break;
    }
    return out;
}

/// `std::`, `self::`, `super::`, `i32::`, `vec::`.
std::vector<Offer> root_members(QueryContext& context, std::string_view word, ItemId scope) {
    if (word == "std") return std_modules(context);
    std::vector<Offer> out;
    if (Type scalar = scalar_named(word)) {
        add_associated_of(context, scalar, scope, out);
        return out;
    }
    add_parameter_members(context, word, scope, out);
    if (!out.empty()) return out;
    if (word == "vec" || word == "Vec" || word == "list" || word == "List") {
        add_associated_of(context, type::list(type::error()), scope, out);
        return out;
    }
    ItemId module = enclosing_scope(scope);
    while (kind_of(module) == ItemKind::Function) module = enclosing_scope(parent_of(module));
    if (word == "super") module = outer_scope(context, module);
    bool names_module = module != ItemId::None && (word == "self" || word == "super");
    return names_module ? path_members(context, module, scope) : std::vector<Offer>();
}

/// The files beside, as `mod name` finds them, but for those that a line of this file names already.
std::vector<std::string> importable_files(QueryContext& context, FileId file) {
    std::vector<std::string> out;
    const std::string& here = files().path(file);
    const std::string_view folder = std::string_view(here).substr(0, here.rfind('/') + 1);
    constexpr std::string_view kEnding = ".altru", kFolder = "/mod";
    for (FileId other : *context.get<SourceFiles>()) {
        std::string_view name = files().path(other);
        if (other == file || is_std(other) || !name.starts_with(folder) || !name.ends_with(kEnding)) continue;
        name.remove_prefix(folder.size());
        name.remove_suffix(kEnding.size());
        if (name.ends_with(kFolder)) name.remove_suffix(kFolder.size());
        if (!editing_rules.is_name(name) || name == "main" || name == "mod") continue;
        const bool is_known = find_child(context, file_item(file), Name(name), ItemKind::Module) != ItemId::None;
        if (!is_known) out.emplace_back(name);
    }
    return out;
}

std::vector<Offer> importable(QueryContext& context, FileId file, const SyntaxNode& names) {
    std::vector<Name> path;
    for (SyntaxNode node = names.parent(); node; node = node.parent()) {
        ast::UseTree tree = ast::UseTree::cast(node);
        std::vector<Name> prefix;
        if (tree)
            for (const SyntaxToken& segment : tree.segments()) prefix.emplace_back(segment.text());
        path.insert(path.begin(), prefix.begin(), prefix.end());
    }
    ItemId scope = file_item(file);
    if (path.size() == 1 && path[0].text() == "std") return std_modules(context);
    PathResolution module = resolve_path(context, scope, path, Want::Any);
    bool found = module.resolved == path.size() && module.item != ItemId::None;
    return found ? path_members(context, module.item, scope) : std::vector<Offer>();
}

/// Equal up to borrows; a value of a union's member fits the union.
bool fits(QueryContext&, Type from, Type to) {
    from = without_references(from), to = without_references(to);
    if (from->has(TypeHasError) || to->has(TypeHasError)) return false;
    if (to->is(TypeKind::Union))
        return std::find(to->arguments.begin(), to->arguments.end(), from) != to->arguments.end();
    return from == to || from->is(TypeKind::Never);
}

std::string function_text(const NewFunction& f) {
    std::string out = (f.is_async ? "async fn " : "fn ") + f.name + f.generics + "(" + (f.takes_self ? "self" : "");
    for (const NewFunction::Parameter& p : f.parameters)
        out += (out.ends_with('(') ? "" : ", ") + std::string(p.is_assigned ? "mut " : "") + p.name + ": " + p.type;
    out += ")";
    if (!f.result->is(TypeKind::Unit)) out += " -> " + print_type(f.result);
    return out + ":\n" + f.body;
}

std::vector<std::string> missing_members(QueryContext& context, ItemId impl, std::string_view unit) {
    std::vector<std::string> out;
    if (kind_of(impl) != ItemKind::Impl) return out;
    Type trait = context.get<ImplOf>(impl)->trait;
    if (!trait || !trait->is(TypeKind::Nominal)) return out;
    for (const auto& child : *context.get<ItemChildren>(trait->item)) {
        if (kind_of(child.item) != ItemKind::Function || context.get<SignatureOf>(child.item)->has_body) continue;
        if (find_child(context, impl, name_of(child.item), ItemKind::Function) != ItemId::None) continue;
        ast::FunctionDecl declared = declaration_of(context, child.item).as<ast::FunctionDecl>();
        if (!declared) continue;
        // As it is written in the trait, without contracts.
        uint32_t begin = declared.range().begin, end = declared.range().end;
        if (ast::Block body = declared.body()) end = body.range().begin;
        std::string text(declared.node.tree()->text().substr(begin, end - begin));
        while (!text.empty() && (text.back() == ' ' || text.back() == ':' || text.back() == '\n')) text.pop_back();
        out.push_back(text + ":\n" + std::string(unit) + "todo()");
    }
    return out;
}

bool is_awaitable(QueryContext&, Type t) {
    t = without_references(t);
    const Known& known = Known::get();
    return is_nominal(t, known.future) || is_nominal(t, known.task);
}

bool is_name(std::string_view word) {
    bool starts = !word.empty() && (isalpha(uint8_t(word[0])) || word[0] == '_');
    return starts && word != "_" && ast::keyword_kind(word) == Kind::Identifier &&
           std::all_of(word.begin(), word.end(), [](char c) { return isalnum(uint8_t(c)) || c == '_'; });
}

}  // namespace

const EditingRules editing_rules{
    .roles = roles(),
    .indentation = "    ",
    .snippets = kSnippets,
    .words = kWords,
    .path_separator = "::",
    .named_argument = " = ",
    .field_initializer = ": ",
    .binding_prefix = "let ",
    .statement_terminator = "",
    .arm_prefix = "",
    .placeholder = "todo()",
    .has_tail_values = true,
    .has_borrows = true,
    .has_impls = true,
    .function_text = function_text,
    .missing_members = missing_members,
    .members = members,
    .taken_by = taken_by,
    .path_members = path_members,
    .visible = visible,
    .fits = fits,
    .root_members = root_members,
    .importable_files = importable_files,
    .importable = importable,
    .import_of = import_of,
    .is_awaitable = is_awaitable,
    .postfix_await = true,
    .is_name = is_name,
};

}  // namespace braid::altru_semantics
