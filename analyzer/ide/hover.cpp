#include <algorithm>

#include "analyzer/ide/expression_types.h"
#include "analyzer/ide/hover_facts.h"
#include "analyzer/ide/navigation.h"
#include "analyzer/ide/object_members.h"
#include "analyzer/ide/structure.h"
#include "analyzer/semantics/language.h"

namespace braid {
namespace {

std::string code_block(std::string_view language, const std::string& code) {
    return "```" + std::string(language) + "\n" + code + "\n```";
}

std::string describe_capture(const Body& body, LocalId local) {
    std::string text;
    bool is_alias = false, moves = false, borrows = false;
    for (const BodyFunction& function : body.functions)
        for (const Capture& capture : function.captures) {
            if (capture.local != local || function.parent != body[local].function) continue;
            is_alias |= capture.mode == CaptureMode::Alias;
            moves |= capture.mode == CaptureMode::Move;
            borrows |= capture.mode == CaptureMode::Borrow || capture.mode == CaptureMode::BorrowMutable;
        }
    if (moves) text += "Moved into a closure. ";
    if (borrows) text += "Borrowed by a closure. ";
    if (is_alias) text += "Shared with a closure. ";
    return text;
}

std::string local_text(const Language& language, const Body& body, const NameUse& use) {
    const LocalInfo& local = body[std::get<LocalId>(use.target)];
    Type type = use.type ? use.type : local.type;
    std::string declaration = std::string(local.name.text()) + ": " + language.print_type(type);
    auto keywords = language.grammar().keywords;
    bool says_mut = std::binary_search(keywords.begin(), keywords.end(), std::string_view("mut"));
    if (says_mut && local.is_mutable && !local.is_self) declaration = "mut " + declaration;
    std::string_view what = local.is_parameter ? "(parameter) " : "(local) ";
    std::string text = code_block(language.name, std::string(what) + declaration);
    if (std::string captured = describe_capture(body, std::get<LocalId>(use.target)); !captured.empty()) {
        captured.pop_back();
        text += "\n\n" + captured;
    }
    return text;
}

bool shows_parent(ItemKind kind) {
    return kind == ItemKind::Function || kind == ItemKind::Field || kind == ItemKind::Constant ||
           kind == ItemKind::Static || kind == ItemKind::TypeAlias;
}

std::string item_text(QueryContext& context, ItemId item) {
    const Language& language = language_of(item);
    std::string text;
    ItemId parent = parent_of(item);
    if (shows_parent(kind_of(item)) && parent != ItemId::None) {
        std::string container = qualified_name(parent);
        if (kind_of(parent) == ItemKind::Impl && container.empty())
            container = language.print_type(context.get<ImplOf>(parent)->self);
        if (!container.empty()) text = "`" + container + "`\n\n";
    }
    text += code_block(language.name, language.print_signature(context, item));
    if (std::string documentation = language.documentation(context, item); !documentation.empty())
        text += "\n\n---\n\n" + documentation;
    return text;
}

/// As it is declared, and in what: `T: Show`, "of `fn show[T: Show](value: T)`".
std::string type_parameter_text(QueryContext& context, TypeParameterId id) {
    const Language& language = language_of(id.owner);
    auto syntax = context.get<ItemSyntax>(id.owner);
    SyntaxElement name = *syntax ? syntax->element(id.node) : SyntaxElement();
    if (!name) return {};
    std::string text = code_block(language.name, "(type parameter) " + std::string(name.parent().text()));
    if (kind_of(id.owner) == ItemKind::File) return text;
    std::string signature = language.print_signature(context, id.owner);
    return signature.empty() ? text : text + "\n\nof `" + signature + "`";
}

/// Of a value that is taken from an object: as narrow as the value is known to be there, else what its declarations
/// say; what it is converted to may be something else.
Type type_of_member(QueryContext& context, const EditingRules& rules, const std::vector<NameUse>& declared,
                    Type value) {
    std::vector<Type> types;
    for (const NameUse& use : declared)
        if (use.type) types.push_back(use.type);
    if (types.empty()) return value;
    Type all = type::union_of(std::move(types));
    const bool is_narrower = value && !value->is(TypeKind::Never) && rules.fits(context, value, all);
    return is_narrower ? value : all;
}

/// The type alias that declares a member.
std::string owner_text(const std::vector<NameUse>& declared) {
    if (declared.empty() || kind_of(declared[0].owner) != ItemKind::TypeAlias) return {};
    return "`" + qualified_name(declared[0].owner) + "`\n\n";
}

/// A field that no declaration has (of an object's type), else what a word of the language means.
std::optional<Hover> hover_without_name(QueryContext& context, FileId file, uint32_t offset) {
    auto tree = context.get<FileTree>(file);
    const EditingRules* rules = editing_rules_of(file);
    SyntaxToken token = tree && *tree && rules ? token_touching(**tree, offset) : SyntaxToken();
    if (!token || token.begin() == token.end()) return std::nullopt;
    const Language& language = language_of(file_item(file));
    SyntaxNode part = token.parent();
    for (int up = 0; part && up < 2 && !rules->is(part, syntax_role::Member | syntax_role::Property); ++up)
        part = part.parent();
    bool is_field = part && rules->is(part, syntax_role::Member) && part.last_token() == token;
    bool is_key = part && rules->is(part, syntax_role::Property) && part.first_token() == token;
    SyntaxNode value = is_key ? part.last_child().as_node() : is_field ? part : SyntaxNode();
    std::vector<NameUse> declared = object_members_at(context, file, token);
    if (Type type =
            type_of_member(context, *rules, declared, value ? type_of_expression(context, file, value) : nullptr))
        return Hover{owner_text(declared) + code_block(language.name, "(field) " + std::string(token.text()) + ": " +
                                                                          language.print_type(type)),
                     token.text_range()};
    auto word = std::lower_bound(rules->words.begin(), rules->words.end(), token.text(),
                                 [](const WordRule& rule, std::string_view text) { return rule.word < text; });
    if (word == rules->words.end() || word->word != token.text()) return std::nullopt;
    return Hover{code_block(language.name, std::string(word->word)) + "\n\n" + std::string(word->text),
                 token.text_range()};
}

}  // namespace

std::optional<Hover> hover(QueryContext& context, FileId file, uint32_t offset) {
    auto use = name_at(context, file, offset);
    if (!use) return hover_without_name(context, file, offset);
    if (auto* item = std::get_if<ItemId>(&use->target)) {
        std::string text = item_text(context, *item) + shared_text(context, *item, *use) + tasks_text(context, *item);
        return Hover{std::move(text), use->range};
    }
    if (auto* parameter = std::get_if<TypeParameterId>(&use->target))
        return Hover{type_parameter_text(context, *parameter), use->range};
    auto body = context.get<BodyOf>(use->home);
    std::string text = local_text(language_of(use->owner), *body, *use);
    return Hover{text + why_text(context, *body, *use, file), use->range};
}

}  // namespace braid
