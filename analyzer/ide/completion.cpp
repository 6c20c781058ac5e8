#include "analyzer/ide/completion.h"

#include <algorithm>
#include <unordered_set>

#include "analyzer/ide/completion_kinds.h"
#include "analyzer/ide/completion_place.h"
#include "analyzer/ide/completion_postfix.h"
#include "analyzer/ide/deprecation.h"
#include "analyzer/ide/expected_type.h"
#include "analyzer/ide/imports.h"
#include "analyzer/ide/signature_help.h"
#include "analyzer/ide/structure.h"
#include "analyzer/semantics/language.h"

namespace braid {
namespace {

using Kind = CompletionPlace::Kind;

// Ranks: what is nearer and fits better comes first.
constexpr int kExpected = -40, kLocal = 100, kArgument = 90, kMember = 100, kDeclared = 120, kWord = 200,
              kPrelude = 220, kSnippet = 230, kImport = 300, kDeprecated = 40;

bool names_type(ItemKind kind) {
    return is_type(kind) || kind == ItemKind::TypeAlias || kind == ItemKind::Module || kind == ItemKind::File;
}

class Completer {
  public:
    Completer(QueryContext& context, FileId file, const SyntaxTree& tree, const EditingRules& rules, uint32_t offset)
        : context_(context),
          file_(file),
          tree_(tree),
          rules_(rules),
          language_(language_of(file_item(file))),
          place_(completion_place(tree, rules, offset)),
          typed_(tree.text().substr(place_.word.begin, place_.word.length())),
          scope_(item_at(context, file, offset)),
          deprecated_(context.get<AllDeprecated>(NoKey{})) {}

    CompletionList list(char typed_character) {
        out_.replaced = place_.word;
        // A colon asks only where it completes a path.
        if (typed_character == ':' && place_.kind != Kind::Path) return std::move(out_);
        const bool in_quotes = typed_character == '"' || typed_character == '\'' || typed_character == '/';
        if (in_quotes && place_.kind != Kind::Quoted) return std::move(out_);
        switch (place_.kind) {
            case Kind::None: break;
            case Kind::Member: add_members(); break;
            case Kind::Path: add_path(); break;
            case Kind::Literal: add_fields(); break;
            case Kind::Import: add_importable(); break;
            case Kind::Module: add_modules(); break;
            case Kind::File: add_files(); break;
            case Kind::Quoted: add_quoted(); break;
            case Kind::Type: add_types(); break;
            case Kind::Pattern: add_pattern(); break;
            case Kind::Arm: add_arms(); break;
            case Kind::Class: add_classes(); break;
            case Kind::Header: add_words(SnippetPlace::Header); break;
            case Kind::Parameter:
                if (rules_.is(place_.node, syntax_role::MarksParameters)) add_words(SnippetPlace::Parameter);
                break;
            case Kind::AttributeName: add_words(SnippetPlace::AttributeName); break;
            case Kind::Attribute: add_words(SnippetPlace::Attribute); break;
            case Kind::Declarations:
                add_words(SnippetPlace::Declaration), add_words(SnippetPlace::Statement), add_values();
                break;
            case Kind::Members: add_words(SnippetPlace::Member); break;
            case Kind::Statement:
                if (is_in_switch()) add_words(SnippetPlace::Arm);
                add_words(SnippetPlace::Statement), add_values();
                break;
            case Kind::Expression:
                if (instantiates()) add_types();
                else add_arguments(), add_choices(), add_values();
                break;
        }
        finish();
        return std::move(out_);
    }

  private:
    CompletionItem& add(std::string label, CompletionKind kind, int rank) {
        out_.items.push_back({std::move(label), kind});
        out_.items.back().rank = rank;
        return out_.items.back();
    }

    bool is_called_already() const {
        size_t end = place_.word.end;
        std::string_view text = tree_.text();
        while (end < text.size() && (isalnum(uint8_t(text[end])) || text[end] == '_')) ++end;
        return end < text.size() && text[end] == '(';
    }

    CompletionItem& add_offer(const Offer& offer, int rank) {
        ItemId item = offer.item;
        CompletionItem& out =
            add(std::string(offer.name.text()),
                item != ItemId::None ? kind_of_item(context_, item) : CompletionKind::Field, rank + offer.distance * 2);
        out.item = item;
        if (item != ItemId::None) {
            out.is_deprecated = deprecated_->count(item) != 0;
            if (out.is_deprecated) out.rank += kDeprecated;
            // Of what is far away there is much; it says what it is when somebody looks at it.
            if (rank < kPrelude) out.detail = language_.print_signature(context_, item);
            bool is_function = kind_of(item) == ItemKind::Function && out.kind != CompletionKind::Property;
            if (is_function && !is_called_already()) {
                bool takes = !context_.get<SignatureOf>(item)->parameters.empty();
                out.insert = out.label + (takes ? "($0)" : "()");
                out.is_snippet = takes;
            }
        } else if (offer.type) {
            out.detail = language_.print_type(offer.type);
        }
        if (Type wanted = expected()) {
            Type have = value_type_of(context_, offer);
            if (have && rules_.fits(context_, have, wanted)) out.rank += kExpected;
        }
        return out;
    }

    void add_members() {
        Type type = type_of_expression(context_, file_, place_.receiver);
        // `Name.` of a type: what belongs to the type itself.
        SyntaxToken last = place_.receiver.last_token();
        if (last && place_.receiver.first_token() == last)
            for (const NameUse& use : names_at(context_, file_, last.begin())) {
                if (use.range.begin != last.begin()) continue;
                const ItemId owner = type_named(use);
                if (owner == ItemId::None) continue;
                for (const Offer& offer : rules_.path_members(context_, owner, scope_)) add_offer(offer, kMember);
                return;
            }
        if (!type) return;
        for (const Offer& offer : rules_.members(context_, type, scope_)) add_offer(offer, kMember);
        if (rules_.result_members && rules_.is(place_.receiver, syntax_role::Call))
            for (const Offer& offer : rules_.result_members(context_, type, scope_)) add_offer(offer, kMember);
        if (rules_.is_awaitable(context_, type)) add_await();
        for (CompletionItem& item : postfix_items(rules_, tree_, place_)) {
            item.rank = kSnippet;
            out_.items.push_back(std::move(item));
        }
    }

    /// The type that a name says or, where variables may, holds; None: it is a value.
    ItemId type_named(const NameUse& use) const {
        auto* item = std::get_if<ItemId>(&use.target);
        auto* local = std::get_if<LocalId>(&use.target);
        if (item && names_type(kind_of(*item))) return *item;
        if (!rules_.class_held || (!item && !local)) return ItemId::None;
        return local ? rules_.class_held(context_, use.home, *local) : rules_.class_held(context_, *item, std::nullopt);
    }

    void add_await() {
        CompletionItem& item = add("await", CompletionKind::Keyword, kMember - 20);
        item.detail = "wait for the value";
        if (rules_.postfix_await) return;
        TextRange receiver = place_.receiver.text_range();
        std::string text(tree_.text().substr(receiver.begin, receiver.length()));
        item.insert = "await " + text;
        item.filter = text + ".await";
        item.replaced = TextRange{receiver.begin, place_.word.end};
        if (text.find('\n') != std::string::npos) out_.items.pop_back();  // a completion stays within a line
    }

    void add_path() {
        for (const NameUse& use : names_at(context_, file_, place_.path_name.begin())) {
            auto* item = std::get_if<ItemId>(&use.target);
            if (!item || use.range.begin != place_.path_name.begin()) continue;
            for (const Offer& offer : rules_.path_members(context_, *item, scope_)) add_path_member(*item, offer);
            return;
        }
        for (const Offer& offer : rules_.visible(context_, scope_))
            if (offer.name.text() == place_.path_name.text() && names_type(kind_of(offer.item))) {
                for (const Offer& member : rules_.path_members(context_, offer.item, scope_))
                    add_path_member(offer.item, member);
                return;
            }
        if (rules_.root_members)
            for (const Offer& offer : rules_.root_members(context_, place_.path_name.text(), scope_))
                add_offer(offer, kMember);
    }

    void add_importable() {
        std::unordered_set<std::string_view> given;
        for (const SyntaxNode& child : place_.node.child_nodes())
            if (SyntaxToken name = child.first_token(); name && !child.text_range().touches(place_.word.end))
                given.insert(name.text());
        for (const Offer& offer : rules_.importable(context_, file_, place_.node)) {
            if (given.count(offer.name.text())) continue;
            CompletionItem& out = add_offer(offer, kMember);
            out.insert.clear();
            out.is_snippet = false;
        }
    }

    void add_modules() {
        add("std", CompletionKind::Module, kDeclared);
        for (const Offer& offer : rules_.visible(context_, scope_))
            if (kind_of(offer.item) == ItemKind::Module) add_offer(offer, kDeclared);
    }

    void add_files() {
        if (!rules_.importable_files) return;
        for (std::string& name : rules_.importable_files(context_, file_))
            add(std::move(name), CompletionKind::File, kDeclared);
    }

    /// The files that an import may name, else the texts that the type wanted here consists of.
    void add_quoted() {
        if (rules_.is(place_.node, syntax_role::ImportLine)) return add_files();
        Type wanted = expected_type(context_, file_, place_.before.previous(), place_.before.begin());
        // A variable may have its type from the very text.
        if (!wanted || wanted->is(TypeKind::Literal)) return;
        for (Type member : members_of(wanted)) {
            std::string_view text = member->is(TypeKind::Literal) ? member->text.text() : std::string_view();
            if (text.size() < 2 || text[0] != '"' || text.find('\\') != std::string_view::npos) continue;
            add(std::string(text.substr(1, text.size() - 2)), CompletionKind::Constant, kMember);
        }
    }

    bool is_in_switch() const {
        SyntaxNode around = enclosing(rules_, place_.before, syntax_role::Switch | syntax_role::Function);
        return around && rules_.is(around, syntax_role::Switch);
    }

    /// Whole arms of a match, and the words that arms begin with.
    void add_arms() {
        Type matched = without_references(matched_type());
        if (matched && !rules_.arm_prefix.empty() && !is_in_switch()) {
            add_variants(matched, kLocal - 30, true), add_literals(matched, kLocal - 30);
            for (CompletionItem& item : out_.items) {
                item.insert = std::string(rules_.arm_prefix) + (item.insert.empty() ? item.label : item.insert);
                item.label = std::string(rules_.arm_prefix) + item.label;
            }
        }
        add_words(SnippetPlace::Arm);
    }

    /// A variable may hold a class.
    void add_classes() {
        for (const VisibleLocal& local : locals_at(context_, file_, place_.word.begin))
            if (seen_.insert(local.name).second)
                add(std::string(local.name.text()), CompletionKind::Variable, kWord).detail =
                    local.type ? language_.print_type(local.type) : std::string();
        add_visible(Wanted::Classes);
        add_imports(Wanted::Classes);
    }

    void add_type_parameters(int rank) {
        std::vector<SyntaxToken> parameters;
        if (place_.before) parameters = type_parameters_at(rules_, place_.before);
        for (const SyntaxToken& parameter : parameters)
            if (seen_.insert(Name(parameter.text())).second)
                add(std::string(parameter.text()), CompletionKind::TypeParameter, rank);
    }

    void add_types() {
        add_type_parameters(kLocal);
        add_visible(Wanted::Types);
        add_words(SnippetPlace::Type);
        add_imports(Wanted::Types);
    }

    /// Behind `f[`: a type when `f` is a declaration, else an index.
    bool instantiates() {
        SyntaxNode list = place_.before ? place_.before.parent() : SyntaxNode();
        SyntaxNode index = list && list.first_token() == place_.before ? list.parent() : SyntaxNode();
        bool is_index = index && rules_.is(index, syntax_role::Instantiation);
        SyntaxNode base = is_index ? index.first_child().as_node() : SyntaxNode();
        if (!base || base == list) return false;
        for (const NameUse& use : names_at(context_, file_, base.last_token().begin()))
            if (auto* item = std::get_if<ItemId>(&use.target))
                return kind_of(*item) != ItemKind::Static && kind_of(*item) != ItemKind::Constant &&
                       kind_of(*item) != ItemKind::Field;
        return false;
    }

    static std::vector<Type> members_of(Type type) {
        return type->is(TypeKind::Union) ? type->arguments : std::vector<Type>{type};
    }

    /// The values that a union of literals or an enum has.
    void add_choices() {
        Type wanted = expected();
        if (!wanted) return;
        add_literals(wanted, kArgument + kExpected);
        std::unordered_set<ItemId> enums;
        for (Type each : members_of(wanted)) {
            if (each->is(TypeKind::Literal)) each = each->element();
            if (each->is(TypeKind::Nominal) && kind_of(each->item) == ItemKind::Enum && !is_std(file_of(each->item)) &&
                enums.insert(each->item).second)
                add_variants(each, kDeclared + kExpected);
        }
    }
    void add_literals(Type type, int rank) {
        for (Type each : members_of(type))
            if (each->is(TypeKind::Literal) && each->element()->is(TypeKind::String))
                add(std::string(each->text.text()), CompletionKind::Constant, rank);
    }

    void add_path_member(ItemId owner, const Offer& offer) {
        if (offer.item != owner) {
            add_offer(offer, kMember);
            return;
        }
        CompletionItem& made = add(std::string(offer.name.text()), CompletionKind::Function, kMember);  // generated
        made.detail = language_.print_signature(context_, owner);
        if (!is_called_already()) made.insert = made.label + "($0)", made.is_snippet = true;
    }

    /// The fields of a literal or a pattern that are not there yet; in a literal also the variables of their names.
    void add_fields() {
        using namespace syntax_role;
        bool takes_apart = rules_.is(place_.node, FieldsPattern);
        std::unordered_set<std::string_view> given;
        for (const SyntaxNode& child : place_.node.child_nodes())
            if (SyntaxToken name = child.first_token();
                name && rules_.is(child, Shorthand | Property) && !child.text_range().touches(place_.word.end))
                given.insert(name.text());
        for (const Offer& field : fields_of_literal()) {
            if (given.count(field.name.text())) continue;
            CompletionItem& out = add(std::string(field.name.text()), CompletionKind::Field, kArgument);
            out.item = field.item;
            if (field.type) out.detail = language_.print_type(field.type);
            if (!takes_apart && !has_value()) out.insert = out.label + std::string(rules_.field_initializer);
        }
        if (!takes_apart) add_values();
    }

    std::vector<Offer> fields_of_literal() {
        SyntaxElement first = place_.node.first_child();
        SyntaxNode path = first.as_node();
        SyntaxToken name;
        if (path && path.text_range().end < place_.before.end() && rules_.is(path, syntax_role::PathSyntax))
            name = path.last_token();
        // A pattern has its path without a node around it.
        for (const SyntaxElement& child : place_.node.children())
            if (path || child.is_node() || child.text() == "{") break;
            else if (SyntaxToken token(child); token.tree()->grammar().token_class(token.kind()) == TokenClass::Name)
                name = token;
        if (!name) return fields_wanted(context_, file_, place_.node, scope_);
        std::vector<Offer> out;
        for (const NameUse& use : names_at(context_, file_, name.begin())) {
            auto* item = std::get_if<ItemId>(&use.target);
            if (!item || use.range.begin != name.begin()) continue;
            for (const FieldInfo& field : context_.get<DefinitionOf>(*item)->fields)
                if (!field.is_static) out.push_back({field.name, field.item, field.type, 0});
        }
        return out;
    }

    /// The word goes on in front of a colon that is there already.
    bool has_value() const {
        std::string_view text = tree_.text();
        size_t end = place_.word.end;
        while (end < text.size() && (isalnum(uint8_t(text[end])) || text[end] == '_')) ++end;
        return end < text.size() && text[end] == ':';
    }

    void add_arguments() {
        auto at = argument_at(tree_, rules_, place_.word.end);
        if (!at || rules_.named_argument.empty()) return;
        bool begins = place_.before && (place_.before.text() == "(" || place_.before.text() == ",") &&
                      place_.before.parent() == at->list;
        auto called = begins ? called_function(context_, file_, at->call) : std::nullopt;
        if (!called || called->overloads.empty()) return;
        for (const ParameterInfo& p : parameters_of(context_, called->overloads[0])) {
            CompletionItem& out = add(std::string(p.name.text()) + std::string(rules_.named_argument),
                                      CompletionKind::Field, kArgument + (p.has_default ? 5 : 45));
            if (!at->name.empty()) out.insert = std::string(p.name.text());  // it has its value already
            out.detail = language_.print_type(p.type);
        }
    }

    /// The variants of what is matched, then all that a pattern may name.
    void add_pattern() {
        bool is_nested = place_.before && rules_.is(place_.before.parent(), syntax_role::PatternSyntax) &&
                         (rules_.is(place_.before, syntax_role::Open) || place_.before.text() == ",");
        Type matched = is_nested ? nullptr : without_references(matched_type());
        if (matched) add_variants(matched, kLocal - 30, true), add_literals(matched, kLocal - 30);
        SyntaxNode around = place_.before ? place_.before.parent() : SyntaxNode();
        bool may_send = around && rules_.is(around, syntax_role::Refutable) && rules_.is(around, syntax_role::Part);
        if (may_send) add_values();  // `case channel <- value`
        else add_visible(Wanted::Patterns);
    }

    /// The variants that arms of a match speak of already, the one being written left out.
    void note_handled(const SyntaxNode& match) {
        using namespace syntax_role;
        for (Preorder walk(match); walk; walk.next()) {
            if (!walk->is_node() || !rules_.is(*walk, PatternSyntax)) continue;
            walk.skip_children();
            if (walk->text_range().touches(place_.word.end)) continue;
            std::string_view text = walk->text();
            handled_.insert(std::string(text.substr(0, text.find_first_of("({"))));
        }
    }

    Type matched_type() {
        using namespace syntax_role;
        for (SyntaxNode node = place_.before ? place_.before.parent() : SyntaxNode(); node; node = node.parent()) {
            bool matches = rules_.is(node, Refutable) || (rules_.is(node, Construct) && !rules_.is(node, Function));
            if (!matches) continue;
            note_handled(node);
            for (const SyntaxNode& child : node.child_nodes())
                if (rules_.is(child, Expression)) return type_of_expression(context_, file_, child);
            return nullptr;
        }
        return nullptr;
    }

    /// In a pattern, what a variant carries is to be named.
    void add_variants(Type type, int rank, bool is_pattern = false) {
        int order = 0;
        for (Type member : members_of(type)) {
            if (member->is(TypeKind::Literal) && kind_of_literal(member) == ItemKind::Variant)
                add_variant(member->item, rank + std::min(order++, 20), is_pattern);
            if (!member->is(TypeKind::Nominal) || kind_of(member->item) != ItemKind::Enum) continue;
            for (ItemId variant : context_.get<DefinitionOf>(member->item)->variants)
                add_variant(variant, rank + std::min(order++, 20), is_pattern);
        }
    }
    static ItemKind kind_of_literal(Type literal) {
        return literal->item == ItemId::None ? ItemKind::Constant : kind_of(literal->item);
    }
    void add_variant(ItemId variant, int rank, bool is_pattern) {
        ItemId owner = parent_of(variant);
        std::string name(name_of(variant).text());
        const bool has_short_form = is_std(file_of(owner));  // `Some`, `Ok`: known without their type
        if (!has_short_form) name = std::string(name_of(owner).text()) + std::string(rules_.path_separator) + name;
        if (handled_.count(name)) return;
        CompletionItem& out = add(name, CompletionKind::EnumMember, rank);
        out.item = variant;
        out.detail = language_.print_signature(context_, variant);
        size_t fields = context_.get<DefinitionOf>(variant)->fields.size();
        if (fields == 0) return;
        out.is_snippet = true;
        out.insert = name + "(";
        for (size_t i = 0; is_pattern && i < fields; ++i)
            out.insert += (i ? ", ${" : "${") + std::to_string(i + 1) + ":_}";
        out.insert += is_pattern ? ")" : "$0)";
    }

    void add_values() {
        for (const VisibleLocal& local : locals_at(context_, file_, place_.word.begin)) {
            CompletionItem& out = add(std::string(local.name.text()), CompletionKind::Variable, kLocal);
            if (local.type) out.detail = language_.print_type(local.type);
            Type wanted = expected();
            if (wanted && local.type && rules_.fits(context_, local.type, wanted)) out.rank += kExpected;
            seen_.insert(local.name);
        }
        if (rules_.root_members) add_type_parameters(kDeclared);  // `T::zero()`
        add_visible(Wanted::Anything);
        add_words(SnippetPlace::Expression);
        add_imports(Wanted::Anything);
    }

    /// Which of the visible declarations a place can name.
    enum class Wanted : uint8_t { Anything, Types, Classes, Patterns };
    static bool is_wanted(ItemKind kind, Wanted wanted) {
        if (wanted == Wanted::Classes)
            return kind == ItemKind::Class || kind == ItemKind::Static || kind == ItemKind::Constant ||
                   kind == ItemKind::File || kind == ItemKind::Module;
        if (wanted == Wanted::Anything || names_type(kind)) return true;
        return wanted == Wanted::Patterns && (kind == ItemKind::Variant || kind == ItemKind::Constant);
    }

    /// Types in the code of a function are seen in their block.
    bool is_seen(ItemId item) {
        const ItemKind kind = kind_of(item);
        bool may_be_local = kind == ItemKind::Class || kind == ItemKind::Enum || kind == ItemKind::Interface ||
                            kind == ItemKind::TypeAlias;
        return !may_be_local || file_of(item) != file_ || is_in_block_of(context_, item, file_, place_.word.begin);
    }

    void add_visible(Wanted wanted) {
        for (const Offer& offer : rules_.visible(context_, scope_)) {
            if (offer.item == ItemId::None || !is_seen(offer.item) || !seen_.insert(offer.name).second) continue;
            if (!is_wanted(kind_of(offer.item), wanted)) continue;
            add_offer(offer, offer.distance >= 9 ? kPrelude : kDeclared);
        }
    }

    /// Words that only mean something inside of others.
    bool may_stand_here(std::string_view word) const {
        using namespace syntax_role;
        const uint64_t around = word == "break"      ? Loop | Switch
                                : word == "continue" ? uint64_t(Loop)
                                : word == "return"   ? uint64_t(Function)
                                                     : 0;
        if (around == 0) return true;
        SyntaxToken here = tree_.token_at(place_.word.begin);
        if (!here || here.begin() > place_.word.begin || typed_.empty()) here = place_.before;
        SyntaxNode found = here ? enclosing(rules_, here, around | Function) : SyntaxNode();
        return found && rules_.is(found, around);
    }

    void add_words(SnippetPlace where) {
        for (const SnippetRule& rule : rules_.snippets) {
            if (rule.place != where || !may_stand_here(rule.label)) continue;
            bool is_word = rule.body.empty();
            CompletionItem& out =
                add(std::string(rule.label), is_word ? CompletionKind::Keyword : CompletionKind::Snippet,
                    is_word ? kWord : kSnippet);
            if (is_word) continue;
            out.insert = rule.body;
            out.detail = rule.description;
            out.is_snippet = true;
        }
    }

    /// Declarations of other files, once there are letters to choose by.
    void add_imports(Wanted wanted) {
        out_.is_incomplete = typed_.empty();
        if (typed_.empty()) return;
        for_each_importable(context_, file_, [&](ItemId item) {
            if (!is_wanted(kind_of(item), wanted) || seen_.count(name_of(item)) ||
                !fuzzy_score(typed_, name_of(item).text()))
                return;
            auto import = rules_.import_of(context_, file_, item);
            if (!import) return;
            CompletionItem& out = add_offer({name_of(item), item, nullptr, 0}, kImport);
            out.additional.push_back(std::move(*import));
            out.origin = origin_of(item);
        });
    }

    /// The type wanted where the cursor is; null when anything goes.
    Type expected() {
        if (expected_known_) return expected_;
        expected_known_ = true;
        if (place_.kind != Kind::Expression) return nullptr;
        Type found = expected_type(context_, file_, place_.before, place_.word.begin);
        return expected_ = found && found->is(TypeKind::Unit) ? nullptr : found;
    }

    /// Drops what the typed letters exclude, the best first.
    void finish() {
        std::erase_if(out_.items, [&](CompletionItem& item) {
            auto score = fuzzy_score(typed_, item.label);
            if (score) item.rank += *score;
            return !score;
        });
        std::stable_sort(out_.items.begin(), out_.items.end(), [](const CompletionItem& a, const CompletionItem& b) {
            return a.rank != b.rank ? a.rank < b.rank : a.label < b.label;
        });
        std::unordered_set<std::string> seen;
        std::erase_if(out_.items, [&](const CompletionItem& item) {
            return !seen.insert(item.label + (item.is_snippet && item.kind == CompletionKind::Snippet ? "$" : "") +
                                item.origin)
                        .second;
        });
    }

    QueryContext& context_;
    FileId file_;
    const SyntaxTree& tree_;
    const EditingRules& rules_;
    const Language& language_;
    CompletionPlace place_;
    std::string_view typed_;
    ItemId scope_;
    std::shared_ptr<const AllDeprecated::Value> deprecated_;
    CompletionList out_;
    std::unordered_set<Name> seen_;
    std::unordered_set<std::string> handled_;  // variants
    Type expected_ = nullptr;
    bool expected_known_ = false;
};

}  // namespace

CompletionList completion(QueryContext& context, FileId file, uint32_t offset, char typed) {
    auto tree = context.get<FileTree>(file);
    const EditingRules* rules = editing_rules_of(file);
    if (!tree || !*tree || !rules) return {};
    return Completer(context, file, **tree, *rules, offset).list(typed);
}

void resolve_completion(QueryContext& context, CompletionItem& item) {
    if (item.item == ItemId::None || !context.get<FileItems>(file_of(item.item))->find(item.item)) return;
    const Language& language = language_of(item.item);
    if (item.detail.empty()) item.detail = language.print_signature(context, item.item);
    item.documentation = language.documentation(context, item.item);
}

}  // namespace braid
