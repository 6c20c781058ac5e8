#include "analyzer/ide/tokens.h"

#include <algorithm>

#include "analyzer/ide/deprecation.h"
#include "analyzer/semantics/language.h"

namespace braid {
namespace {

constexpr std::string_view kTypeNames[] = {
#define X(Name, text) text,
    BRAID_TOKEN_TYPES(X)
#undef X
};
constexpr std::string_view kModifierNames[] = {
#define X(Name, text) text,
    BRAID_TOKEN_MODIFIERS(X)
#undef X
};

uint32_t bit(token_modifier::Bit modifier) { return 1u << modifier; }

std::optional<TokenType> lexical_type(TokenClass token_class) {
    switch (token_class) {
        case TokenClass::Keyword: return TokenType::Keyword;
        case TokenClass::Operator: return TokenType::Operator;
        case TokenClass::Number: return TokenType::Number;
        case TokenClass::String: return TokenType::String;
        case TokenClass::Regex: return TokenType::Regexp;
        case TokenClass::Name: return TokenType::Variable;
        case TokenClass::None: return std::nullopt;
    }
    return std::nullopt;
}

TokenType type_of_item(ItemKind kind, bool is_method) {
    switch (kind) {
        case ItemKind::File:
        case ItemKind::Module: return TokenType::Namespace;
        case ItemKind::Function: return is_method ? TokenType::Method : TokenType::Function;
        case ItemKind::Struct: return TokenType::Struct;
        case ItemKind::Class:
        case ItemKind::Actor: return TokenType::Class;
        case ItemKind::Interface:
        case ItemKind::Trait: return TokenType::Interface;
        case ItemKind::Enum: return TokenType::Enum;
        case ItemKind::Variant: return TokenType::EnumMember;
        case ItemKind::Impl:
        case ItemKind::TypeAlias:
        case ItemKind::TraitType: return TokenType::Type;
        case ItemKind::Constant:
        case ItemKind::Static: return TokenType::Variable;
        case ItemKind::Field: return TokenType::Property;
    }
    return TokenType::Variable;
}

class TokenCollector {
  public:
    TokenCollector(QueryContext& context, FileId file, TextRange wanted)
        : context_(context),
          names_(context.get<FileNames>(file)),
          deprecated_(context.get<AllDeprecated>(NoKey{})),
          wanted_(wanted) {
        next_ = std::lower_bound(names_->begin(), names_->end(), wanted.begin,
                                 [](const NameUse& use, uint32_t offset) { return use.range.end < offset; }) -
                names_->begin();
    }

    void visit(const SyntaxToken& token) {
        add_trivia(token);
        TextRange range{token.begin(), token.end()};
        while (next_ < names_->size() && (*names_)[next_].range.begin < range.begin) ++next_;
        auto type = lexical_type(token.tree()->grammar().token_class(token.kind()));
        if (next_ < names_->size() && (*names_)[next_].range == range) return add_name((*names_)[next_]);
        if (type && *type != TokenType::Variable) add(range, *type, 0, token.tree()->text());
    }

    std::vector<SemanticToken> tokens;

  private:
    /// A token of several lines is one token per line: not every client takes others.
    void add(TextRange range, TokenType type, uint32_t modifiers, std::string_view text) {
        while (range.begin < range.end) {
            size_t end = text.substr(0, range.end).find_first_of("\r\n", range.begin);
            uint32_t stop = end == std::string_view::npos ? range.end : uint32_t(end);
            TextRange line{range.begin, stop};
            if (!line.empty() && line.end > wanted_.begin && line.begin < wanted_.end)
                tokens.push_back({line, type, modifiers});
            range.begin = stop + 1;
        }
    }

    void add_trivia(const SyntaxToken& token) {
        std::string_view text = token.tree()->text();
        uint32_t offset = token.full_begin(), end = token.begin();
        while (offset < end) {
            TriviaPiece piece = token.tree()->grammar().next_trivia(text.substr(offset, end - offset));
            if (piece.length == 0) return;
            bool documents = piece.kind == TriviaKind::DocComment;
            if (documents || piece.kind == TriviaKind::LineComment || piece.kind == TriviaKind::BlockComment)
                add({offset, offset + piece.length}, TokenType::Comment,
                    documents ? bit(token_modifier::Documentation) : 0, text);
            offset += piece.length;
        }
    }

    void add_name(const NameUse& use) {
        uint32_t modifiers = 0;
        if (use.is_declaration) modifiers |= bit(token_modifier::Declaration);
        if (use.is_write) modifiers |= bit(token_modifier::Modification);
        TokenType type;
        if (auto* item = std::get_if<ItemId>(&use.target)) {
            type = item_type(*item, modifiers);
        } else if (std::holds_alternative<TypeParameterId>(use.target)) {
            type = TokenType::TypeParameter;
        } else {
            if (use.home != body_owner_) body_ = context_.get<BodyOf>(body_owner_ = use.home);
            const LocalInfo& local = (*body_)[std::get<LocalId>(use.target)];
            type = local.is_self ? TokenType::Keyword : local.is_parameter ? TokenType::Parameter : TokenType::Variable;
            if (local.is_mutable) modifiers |= bit(token_modifier::Mutable);
            else modifiers |= bit(token_modifier::Readonly);
            if (local.is_captured) modifiers |= bit(token_modifier::Captured);
        }
        bool is_first = tokens.empty() || tokens.back().range != use.range;
        if (is_first && use.range.end > wanted_.begin && use.range.begin < wanted_.end)
            tokens.push_back({use.range, type, modifiers});
    }

    TokenType item_type(ItemId item, uint32_t& modifiers) {
        ItemKind kind = kind_of(item);
        bool is_method = false;
        if (deprecated_->count(item)) modifiers |= bit(token_modifier::Deprecated);
        if (is_std(file_of(item))) modifiers |= bit(token_modifier::DefaultLibrary);
        if (kind == ItemKind::Constant) modifiers |= bit(token_modifier::Readonly);
        if (kind == ItemKind::Static) modifiers |= bit(token_modifier::Static);
        if (kind == ItemKind::Function) {
            auto signature = context_.get<SignatureOf>(item);
            is_method = signature->receiver != Receiver::None;
            if (signature->is_async) modifiers |= bit(token_modifier::Async);
            if (signature->is_static) modifiers |= bit(token_modifier::Static);
        }
        return type_of_item(kind, is_method);
    }

    QueryContext& context_;
    std::shared_ptr<const std::vector<NameUse>> names_;
    std::shared_ptr<const AllDeprecated::Value> deprecated_;
    TextRange wanted_;
    size_t next_ = 0;
    ItemId body_owner_ = ItemId::None;
    std::shared_ptr<const Body> body_;
};

}  // namespace

std::span<const std::string_view> token_type_names() { return kTypeNames; }
std::span<const std::string_view> token_modifier_names() { return kModifierNames; }

std::vector<SemanticToken> semantic_tokens(QueryContext& context, FileId file, TextRange range) {
    auto tree = context.get<FileTree>(file);
    if (!tree || !*tree) return {};
    TokenCollector collector(context, file, range);
    for (Preorder walk((*tree)->root()); walk;) {
        if (walk->full_begin() >= range.end && walk->full_begin() != 0) break;
        if (walk->is_token()) {
            collector.visit(SyntaxToken(*walk));
        } else if (walk->full_range().end <= range.begin) {
            walk.skip_children();
        }
        walk.next();
    }
    return std::move(collector.tokens);
}

}  // namespace braid
