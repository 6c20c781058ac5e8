#include "analyzer/ide/completion.h"

#include <algorithm>
#include <unordered_set>

#include "analyzer/ide/completion_place.h"
#include "analyzer/ide/signature_help.h"
#include "analyzer/semantics/language.h"

namespace braid {
namespace {

using Kind = CompletionPlace::Kind;

// Ranks: what is nearer and fits better comes first.
constexpr int kExpected = -40, kLocal = 100, kArgument = 90, kMember = 100, kDeclared = 120, kWord = 200,
              kPrelude = 220, kSnippet = 230, kImport = 300;

CompletionKind kind_of_item(QueryContext& context, ItemId item) {
    switch (kind_of(item)) {
        case ItemKind::File:
        case ItemKind::Module: return CompletionKind::Module;
        case ItemKind::Function: {
            ItemKind parent = parent_of(item) == ItemId::None ? ItemKind::File : kind_of(parent_of(item));
            bool is_free = parent == ItemKind::File || parent == ItemKind::Module || parent == ItemKind::Function;
            auto signature = context.get<SignatureOf>(item);
            if (signature->is_getter || signature->is_setter) return CompletionKind::Property;
            return is_free ? CompletionKind::Function : CompletionKind::Method;
        }
        case ItemKind::Struct: return CompletionKind::Struct;
        case ItemKind::Class:
        case ItemKind::Actor: return CompletionKind::Class;
        case ItemKind::Interface:
        case ItemKind::Trait: return CompletionKind::Interface;
        case ItemKind::Enum: return CompletionKind::Enum;
        case ItemKind::Variant: return CompletionKind::EnumMember;
        case ItemKind::Constant: return CompletionKind::Constant;
        case ItemKind::Static: return CompletionKind::Variable;
        case ItemKind::Field: return CompletionKind::Field;
        case ItemKind::Impl:
        case ItemKind::TypeAlias:
        case ItemKind::TraitType: return CompletionKind::TypeParameter;
    }
    return CompletionKind::Variable;
}

bool names_type(ItemKind kind) {
    return is_type(kind) || kind == ItemKind::TypeAlias || kind == ItemKind::Module || kind == ItemKind::File;
}

/// The type a value of an item has, for comparing it with what is expected: a call's for functions.
Type value_type_of(QueryContext& context, const Offer& offer) {
    if (offer.type && !offer.type->is(TypeKind::Function)) return offer.type;
    if (offer.type) return offer.type->result();
    if (offer.item == ItemId::None) return nullptr;
    switch (kind_of(offer.item)) {
        case ItemKind::Function: return context.get<SignatureOf>(offer.item)->result;
        case ItemKind::Constant:
        case ItemKind::Static: return *context.get<ValueTypeOf>(offer.item);
        case ItemKind::Variant: return type::nominal(parent_of(offer.item));
        default: return nullptr;
    }
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
          scope_(item_at(context, file, offset)) {}

    CompletionList list(char typed_character) {
        out_.replaced = place_.word;
        // A colon asks only where it completes a path.
        if (typed_character == ':' && place_.kind != Kind::Path) return std::move(out_);
        switch (place_.kind) {
            case Kind::None: break;
            case Kind::Member: add_members(); break;
            case Kind::Path: add_path(); break;
            case Kind::Literal: add_fields(), add_values(); break;
            case Kind::Type: add_visible(true), add_words(SnippetPlace::Type), add_imports(true); break;
            case Kind::Pattern: add_pattern(); break;
            case Kind::Declarations:
                add_words(SnippetPlace::Declaration), add_words(SnippetPlace::Statement), add_values();
                break;
            case Kind::Members: add_words(SnippetPlace::Member); break;
            case Kind::Statement: add_words(SnippetPlace::Statement), add_values(); break;
            case Kind::Expression: add_arguments(), add_values(); break;
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
                auto* item = std::get_if<ItemId>(&use.target);
                if (!item || use.range.begin != last.begin() || !names_type(kind_of(*item))) continue;
                for (const Offer& offer : rules_.path_members(context_, *item, scope_)) add_offer(offer, kMember);
                return;
            }
        if (!type) return;
        for (const Offer& offer : rules_.members(context_, type, scope_)) add_offer(offer, kMember);
        if (rules_.is_awaitable(context_, type)) add_await();
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

    void add_fields() {
        SyntaxNode path = place_.node.first_child().as_node();
        SyntaxToken name = path ? path.last_token() : SyntaxToken();
        if (!name) return;
        std::unordered_set<std::string_view> given;
        for (SyntaxElement child : place_.node.children())
            if (child.is_node() && rules_.is(child, syntax_role::Shorthand) &&
                !child.text_range().touches(place_.word.end))
                given.insert(SyntaxNode(child).first_token().text());
        for (const NameUse& use : names_at(context_, file_, name.begin())) {
            auto* item = std::get_if<ItemId>(&use.target);
            if (!item || use.range.begin != name.begin()) continue;
            for (const ParameterInfo& field : parameters_of(context_, *item)) {
                if (given.count(field.name.text())) continue;
                CompletionItem& out = add(std::string(field.name.text()), CompletionKind::Field, kArgument);
                out.detail = language_.print_type(field.type);
                out.insert = out.label + std::string(rules_.field_initializer);
            }
        }
    }

    void add_arguments() {
        auto at = argument_at(tree_, rules_, place_.word.end);
        if (!at || rules_.named_argument.empty() || !at->name.empty()) return;
        bool begins = place_.before && (place_.before.text() == "(" || place_.before.text() == ",") &&
                      place_.before.parent() == at->list;
        auto called = begins ? called_function(context_, file_, at->call) : std::nullopt;
        if (!called || called->overloads.empty()) return;
        for (const ParameterInfo& p : parameters_of(context_, called->overloads[0])) {
            CompletionItem& out = add(std::string(p.name.text()) + std::string(rules_.named_argument),
                                      CompletionKind::Field, kArgument + (p.has_default ? 5 : 45));
            out.detail = language_.print_type(p.type);
        }
    }

    void add_pattern() {
        // The variants of what is matched.
        for (SyntaxNode node = place_.before ? place_.before.parent() : SyntaxNode(); node; node = node.parent()) {
            if (!rules_.is(node, syntax_role::Construct) || rules_.is(node, syntax_role::Function)) continue;
            for (SyntaxElement child : node.children()) {
                if (!child.is_node() || !rules_.is(child, syntax_role::Expression)) continue;
                add_variants(type_of_expression(context_, file_, SyntaxNode(child)));
                break;
            }
            break;
        }
        add_visible(true);
    }

    void add_variants(Type type) {
        while (type && type->is(TypeKind::Reference)) type = type->element();
        if (!type) return;
        for (Type member : type->is(TypeKind::Union) ? type->arguments : std::vector<Type>{type}) {
            if (!member->is(TypeKind::Nominal) || kind_of(member->item) != ItemKind::Enum) continue;
            int order = 0;
            bool short_form = is_std(file_of(member->item));  // `Some`, `Ok`: known without their type
            for (ItemId variant : context_.get<DefinitionOf>(member->item)->variants) {
                std::string name(name_of(variant).text());
                if (!short_form)
                    name = std::string(name_of(member->item).text()) + std::string(rules_.path_separator) + name;
                CompletionItem& out = add(name, CompletionKind::EnumMember, kLocal - 30 + std::min(order++, 20));
                out.item = variant;
                out.detail = language_.print_signature(context_, variant);
                size_t fields = context_.get<DefinitionOf>(variant)->fields.size();
                if (fields == 0) continue;
                out.insert = name + "(";
                for (size_t i = 0; i < fields; ++i) out.insert += (i ? ", ${" : "${") + std::to_string(i + 1) + ":_}";
                out.insert += ")";
                out.is_snippet = true;
            }
        }
    }

    void add_values() {
        for (const VisibleLocal& local : locals_at(context_, file_, place_.word.begin)) {
            CompletionItem& out = add(std::string(local.name.text()), CompletionKind::Variable, kLocal);
            if (local.type) out.detail = language_.print_type(local.type);
            Type wanted = expected();
            if (wanted && local.type && rules_.fits(context_, local.type, wanted)) out.rank += kExpected;
            seen_.insert(local.name);
        }
        add_visible(false);
        add_words(SnippetPlace::Expression);
        add_imports(false);
    }

    void add_visible(bool only_types) {
        for (const Offer& offer : rules_.visible(context_, scope_)) {
            if (offer.item == ItemId::None || !seen_.insert(offer.name).second) continue;
            if (only_types && !names_type(kind_of(offer.item))) continue;
            add_offer(offer, offer.distance >= 9 ? kPrelude : kDeclared);
        }
    }

    void add_words(SnippetPlace where) {
        for (const SnippetRule& rule : rules_.snippets) {
            if (rule.place != where) continue;
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
    void add_imports(bool only_types) {
        out_.is_incomplete = typed_.empty();
        if (typed_.empty()) return;
        for (FileId other : *context_.get<SourceFiles>()) {
            if (other == file_ || language_of_path(files().path(other)) != &language_) continue;
            context_.check_cancelled();
            for (const auto& child : *context_.get<ItemChildren>(file_item(other))) {
                ItemKind kind = kind_of(child.item);
                bool is_wanted = child.is_public && kind != ItemKind::Impl && kind != ItemKind::Module &&
                                 (!only_types || names_type(kind)) && !seen_.count(name_of(child.item));
                if (!is_wanted || !fuzzy_score(typed_, name_of(child.item).text())) continue;
                auto import = rules_.import_of(context_, file_, child.item);
                if (!import) continue;
                CompletionItem& out = add_offer({name_of(child.item), child.item, nullptr, 0}, kImport);
                out.additional.push_back(std::move(*import));
                const std::string& path = files().path(other);
                out.origin = is_std(other) ? path.substr(4) : path.substr(path.rfind('/') + 1);
            }
        }
    }

    /// The type wanted where the cursor is; null when anything goes.
    Type expected() {
        if (expected_known_) return expected_;
        expected_known_ = true;
        if (place_.kind != Kind::Expression) return nullptr;
        if (auto at = argument_at(tree_, rules_, place_.word.begin)) {
            auto called = called_function(context_, file_, at->call);
            if (!called) return nullptr;
            if (called->type) {
                auto parameters = called->type->parameters();
                return expected_ = at->index < parameters.size() ? parameters[at->index] : nullptr;
            }
            std::vector<ParameterInfo> parameters = parameters_of(context_, called->overloads[0]);
            for (size_t i = 0; i < parameters.size(); ++i)
                if (at->name.empty() ? i == at->index : parameters[i].name.text() == at->name)
                    expected_ = parameters[i].type;
            return expected_;
        }
        bool returns = place_.before && rules_.is(place_.before.parent(), syntax_role::Return) &&
                       kind_of(scope_) == ItemKind::Function;
        if (returns) expected_ = context_.get<SignatureOf>(scope_)->result;
        return expected_;
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
    CompletionList out_;
    std::unordered_set<Name> seen_;
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
