#include "analyzer/ide/object_members.h"

#include <algorithm>

#include "analyzer/ide/expected_type.h"
#include "analyzer/ide/structure.h"

namespace braid {
namespace {

using namespace syntax_role;

/// The items of a file whose own text has object types.
struct ObjectTypeOwners {
    using Key = FileId;
    using Value = std::vector<ItemId>;
    static constexpr const char* name = "object_type_owners";
    static Value compute(QueryContext& context, const Key& file) {
        Value owners;
        auto tree = context.get<FileTree>(file);
        const EditingRules* rules = editing_rules_of(file);
        if (!tree || !*tree || !rules || !rules->object_members) return owners;
        for (Preorder walk((*tree)->root()); walk; walk.next()) {
            if (!walk->is_node() || !rules->is(*walk, ObjectType)) continue;
            context.check_cancelled();
            ItemId owner = place_of(context, file, *walk).item;
            if (owner != ItemId::None && (owners.empty() || owners.back() != owner)) owners.push_back(owner);
        }
        std::sort(owners.begin(), owners.end());
        owners.erase(std::unique(owners.begin(), owners.end()), owners.end());
        return owners;
    }
};

struct ObjectMembersOf {
    using Key = ItemId;
    using Value = std::vector<DeclaredMember>;
    static constexpr const char* name = "object_members";
    static Value compute(QueryContext& context, const Key& item) {
        return editing_rules_of(file_of(item))->object_members(context, item);
    }
};

const RecordField* field_of(Type object, std::string_view name) {
    for (const RecordField& field : object->fields)
        if (field.name.text() == name) return &field;
    return nullptr;
}

/// Finds what one name stands for.
class Members {
  public:
    Members(QueryContext& context, FileId file, const SyntaxToken& token, LiteralMembers literals)
        : context_(context), file_(file), rules_(*editing_rules_of(file)), token_(token), literals_(literals) {}

    std::vector<NameUse> find() {
        SyntaxNode part = token_.parent();
        for (int up = 0; part && up < 2 && !is_part(part) && part.first_token() == token_; ++up) part = part.parent();
        if (!part) return {};
        if (part.parent() && rules_.is(part.parent(), ObjectType)) {
            declared_here();
            return std::move(found_);
        }
        if (rules_.is(part, Member) && part.last_token() == token_) member(part);
        else if (rules_.is(part, Property | Shorthand) && part.first_token() == token_) key(part);
        return std::move(found_);
    }

  private:
    bool is_part(const SyntaxNode& node) const {
        return rules_.is(node, Member | Property | Shorthand) ||
               (node.parent() && rules_.is(node.parent(), ObjectType));
    }

    /// In an object type, where the token may also be a modifier.
    void declared_here() {
        const Place place = place_of(context_, file_, token_);
        if (place.item == ItemId::None) return;
        for (const DeclaredMember& each : *context_.get<ObjectMembersOf>(place.item))
            if (each.node == place.node) add({place.item, place.node}, type_of(each.object), true);
    }

    Type type_of(Type object) {
        const RecordField* field = field_of(object, token_.text());
        return field ? field->type : nullptr;
    }

    void member(const SyntaxNode& member) {
        SyntaxNode base = member.first_child().as_node();
        if (!base) return;
        if (SyntaxNode literal = literal_of(base)) return own_key(literal);
        Type type = type_of_expression(context_, file_, base);
        if (type) declared_in(rules_.object_types(context_, type));
    }

    void key(const SyntaxNode& part) {
        SyntaxNode literal = part.parent();
        if (!rules_.is(literal, Literal | FieldsPattern)) return;
        bool takes_apart = rules_.is(literal, FieldsPattern);
        if (!takes_apart && is_initializer(literal)) return own_key(literal);
        if (Type wanted = type_of_fields(context_, file_, literal))
            return declared_in(fitting(literal, rules_.object_types(context_, wanted), takes_apart));
        if (takes_apart) return;
        if (Type type = type_of_expression(context_, file_, literal)) declared_in(rules_.object_types(context_, type));
    }

    /// Of the members of a union those that a literal may make.
    std::vector<Type> fitting(const SyntaxNode& literal, std::vector<Type> objects, bool takes_apart) {
        if (takes_apart || objects.size() < 2) return objects;
        Type own = type_of_expression(context_, file_, literal);
        std::vector<Type> fit;
        for (Type each : objects)
            if (own && rules_.fits(context_, own, each)) fit.push_back(each);
        return fit.empty() ? objects : fit;
    }

    // ---- literals that are what a variable begins with ----

    /// The literal that a variable without a type is declared with.
    SyntaxNode literal_of(const SyntaxNode& base) {
        if (base.first_token() != base.last_token()) return {};
        for (const NameUse& use : names_at(context_, file_, base.first_token().begin())) {
            if (use.range != base.text_range()) continue;
            std::optional<FileRange> declared = place_of_variable(use);
            if (!declared || declared->file != file_) return {};
            auto tree = context_.get<FileTree>(file_);
            return initializer_at((*tree)->token_at(declared->range.begin));
        }
        return {};
    }

    std::optional<FileRange> place_of_variable(const NameUse& use) {
        if (auto local = local_of(context_, use)) return locate(context_, {use.home, local->node});
        auto* item = std::get_if<ItemId>(&use.target);
        auto at = item && kind_of(*item) == ItemKind::Static ? declaration_of_item(context_, *item) : std::nullopt;
        return at ? std::optional(FileRange{at->file, at->name}) : std::nullopt;
    }

    SyntaxNode initializer_at(const SyntaxToken& name) {
        SyntaxNode node = name ? name.parent() : SyntaxNode();
        for (; node && node.first_token() == name && !rules_.is(node, Scope); node = node.parent())
            for (const SyntaxNode& child : node.child_nodes()) {
                SyntaxNode value = child.last_child().as_node();
                bool begins = value && child.first_token() && child.first_token().text() == "=";
                if (begins) return rules_.is(value, Literal) && !is_annotated(node) ? value : SyntaxNode();
            }
        return {};
    }
    bool is_annotated(const SyntaxNode& declaration) const {
        for (const SyntaxNode& child : declaration.child_nodes())
            if (rules_.is(child, TypeSyntax) || rules_.is(child.last_child(), TypeSyntax)) return true;
        return false;
    }

    bool is_initializer(const SyntaxNode& literal) {
        SyntaxToken equal = literal.first_token().previous();
        SyntaxToken name = equal && equal.text() == "=" ? equal.previous() : SyntaxToken();
        return name && initializer_at(name) == literal;
    }

    void own_key(const SyntaxNode& literal) {
        for (const SyntaxNode& part : literal.child_nodes()) {
            if (!rules_.is(part, Property | Shorthand)) continue;
            SyntaxToken key = part.first_token();
            if (!key || key.text() != token_.text()) continue;
            add(key, key == token_);
            break;
        }
        Type type = literals_ == LiteralMembers::Alike ? type_of_expression(context_, file_, literal) : nullptr;
        if (type) declared_in(rules_.object_types(context_, type), kSame);
    }

    // ---- object types ----

    // How alike a declared object type and that of a value are.
    static constexpr double kSame = 3, kInstance = 2, kMost = 1;

    void declared_in(const std::vector<Type>& objects, double least = 0) {
        for (Type object : objects)
            if (field_of(object, token_.text())) nearest(object, least);
    }

    /// The declarations that are most like an object's type: the same, or what it was made from.
    void nearest(Type object, double least) {
        double best = least;
        std::vector<ObjectMemberId> alike;
        for (FileId file : *context_.get<SourceFiles>()) {
            auto tree = context_.get<FileTree>(file);
            if (editing_rules_of(file) != &rules_ || !tree || !*tree) continue;
            if ((*tree)->text().find(token_.text()) == std::string_view::npos) continue;
            context_.check_cancelled();
            for (ItemId owner : *context_.get<ObjectTypeOwners>(file))
                for (const DeclaredMember& each : *context_.get<ObjectMembersOf>(owner)) {
                    if (each.name.text() != token_.text()) continue;
                    const double likeness = likeness_of(each.object, object, owner);
                    if (likeness <= 0 || likeness < best) continue;
                    if (likeness > best) alike.clear();
                    best = likeness;
                    alike.push_back({owner, each.node});
                }
        }
        for (ObjectMemberId id : alike) add(id, type_of(object), false);
    }

    double likeness_of(Type declared, Type object, ItemId owner) {
        if (declared == object) return kSame;
        std::vector<Type> arguments;
        if (declared->has(TypeHasParameter) && match_type(declared, object, owner, arguments)) return kInstance;
        const RecordField* mine = field_of(declared, token_.text());
        if (!mine || !is_like(mine->type, field_of(object, token_.text())->type)) return 0;
        size_t common = 0;
        for (const RecordField& field : declared->fields)
            if (const RecordField* other = field_of(object, field.name.text()))
                common += is_like(field.type, other->type) ? 1 : 0;
        return kMost * 2 * double(common) / double(declared->fields.size() + object->fields.size() + 1);
    }

    bool is_like(Type a, Type b) {
        if (a == b || a->has(TypeHasParameter) || a->has(TypeHasError)) return true;
        return rules_.fits(context_, a, b) || rules_.fits(context_, b, a);
    }

    // ---- what was found ----

    void add(const SyntaxToken& key, bool is_declaration) {
        const Place place = place_of(context_, file_, key);
        if (place.item != ItemId::None) add({place.item, place.node}, nullptr, is_declaration);
    }

    void add(ObjectMemberId id, Type type, bool is_declaration) {
        NameUse use;
        use.range = token_.text_range();
        use.owner = use.home = id.owner;
        use.target = id;
        use.type = type;
        use.is_declaration = is_declaration;
        use.is_write = is_written();
        if (std::none_of(found_.begin(), found_.end(), [&](const NameUse& each) { return each.target == use.target; }))
            found_.push_back(std::move(use));
    }

    bool is_written() const {
        SyntaxNode member = token_.parent(), around = member ? member.parent() : SyntaxNode();
        if (!member || !rules_.is(member, Member) || !around || around.first_child() != member) return false;
        const std::string_view next = token_.next() ? token_.next().text() : std::string_view();
        constexpr std::string_view kComparisons[] = {"==", "===", "!=", "!==", "<=", ">="};
        const bool assigns = next.ends_with('=') && std::find(std::begin(kComparisons), std::end(kComparisons), next) ==
                                                        std::end(kComparisons);
        return (assigns || next == "++" || next == "--") && token_.next().parent() == around;
    }

    QueryContext& context_;
    const FileId file_;
    const EditingRules& rules_;
    const SyntaxToken token_;
    const LiteralMembers literals_;
    std::vector<NameUse> found_;
};

bool may_name_member(const SyntaxToken& token) {
    if (!token || token.begin() == token.end()) return false;
    const TokenClass kind = token.tree()->grammar().token_class(token.kind());
    return kind == TokenClass::Name || kind == TokenClass::Keyword;
}

}  // namespace

std::vector<NameUse> object_members_at(QueryContext& context, FileId file, const SyntaxToken& token,
                                       LiteralMembers literals) {
    const EditingRules* rules = editing_rules_of(file);
    if (!rules || !rules->object_members || !may_name_member(token)) return {};
    return Members(context, file, token, literals).find();
}

std::vector<NameUse> meanings_at(QueryContext& context, FileId file, uint32_t offset) {
    std::vector<NameUse> found = names_at(context, file, offset);
    auto tree = context.get<FileTree>(file);
    if (!tree || !*tree) return found;
    auto is_known = [](const NameUse& use) {
        auto* item = std::get_if<ItemId>(&use.target);
        return item && kind_of(*item) != ItemKind::Static;  // `const { x } = p` at the top declares a variable
    };
    if (std::any_of(found.begin(), found.end(), is_known)) return found;
    for (SyntaxToken token = (*tree)->token_at(offset); token && token.end() >= offset; token = token.previous()) {
        if (token.begin() > offset || token.begin() == token.end()) continue;
        if (!found.empty() && token.text_range() != found[0].range) continue;
        std::vector<NameUse> members = object_members_at(context, file, token);
        found.insert(found.end(), members.begin(), members.end());
        if (!members.empty()) break;
    }
    return found;
}

std::optional<NameUse> meaning_at(QueryContext& context, FileId file, uint32_t offset) {
    auto all = meanings_at(context, file, offset);
    return all.empty() ? std::nullopt : std::optional(all.front());
}

void each_object_member(QueryContext& context, FileId file, std::string_view name,
                        const std::function<void(const NameUse&)>& f) {
    auto tree = context.get<FileTree>(file);
    if (!tree || !*tree || name.empty()) return;
    const std::string_view text = (*tree)->text();
    for (size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + name.size())) {
        SyntaxToken token = (*tree)->token_at(uint32_t(at));
        if (!token || token.begin() != at || token.text() != name) continue;
        context.check_cancelled();
        for (const NameUse& use : object_members_at(context, file, token)) f(use);
    }
}

std::optional<DeclaredAt> declaration_of_member(QueryContext& context, ObjectMemberId member) {
    auto syntax = context.get<ItemSyntax>(member.owner);
    SyntaxElement name = *syntax ? syntax->element(member.node) : SyntaxElement();
    if (!name) return std::nullopt;
    const TextRange at = locate(context, {member.owner, member.node}).range;
    SyntaxNode whole = name.parent();
    while (whole && whole.parent() && whole.first_token() == SyntaxToken(name) &&
           !editing_rules_of(file_of(member.owner))->is(whole, Statement | Property | Shorthand))
        whole = whole.parent();
    const TextRange text = whole ? whole.text_range() : name.text_range();
    const uint32_t moved = at.begin - name.text_range().begin;
    return DeclaredAt{file_of(member.owner), at, {text.begin + moved, text.end + moved}};
}

std::string name_of_member(QueryContext& context, ObjectMemberId member) {
    auto syntax = context.get<ItemSyntax>(member.owner);
    SyntaxElement name = *syntax ? syntax->element(member.node) : SyntaxElement();
    return name ? std::string(name.text()) : std::string();
}

std::vector<Name> members_beside(QueryContext& context, ObjectMemberId member) {
    std::vector<Name> names;
    Type object = nullptr;
    auto members = context.get<ObjectMembersOf>(member.owner);
    for (const DeclaredMember& each : *members)
        if (each.node == member.node) object = each.object;
    for (const DeclaredMember& each : *members)
        if (each.object == object) names.push_back(each.name);
    return names;
}

}  // namespace braid
