#include "analyzer/ide/rename.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <span>

#include <fmt/format.h>

#include "analyzer/ide/object_members.h"
#include "analyzer/semantics/editing.h"
#include "analyzer/semantics/language.h"

namespace braid {
namespace {

/// What a name stands for, comparable.
using Meaning = std::pair<ItemId, decltype(NameUse::target)>;
Meaning meaning_of(const NameUse& use) {
    return {std::holds_alternative<ItemId>(use.target) ? ItemId::None : use.home, use.target};
}

bool mentions(QueryContext& context, FileId file, std::string_view word) {
    auto tree = context.get<FileTree>(file);
    return tree && *tree && (*tree)->text().find(word) != std::string_view::npos;
}

SyntaxToken token_of(const SyntaxTree& tree, TextRange range) { return tree.token_at(range.begin); }

/// The node that makes `{ x }` mean `{ x: x }`, if the token is all there is of it.
SyntaxNode shorthand_around(const EditingRules& rules, const SyntaxToken& token) {
    SyntaxNode node = token.parent();
    for (int up = 0; node && up < 2 && !rules.is(node, syntax_role::Shorthand); ++up) node = node.parent();
    if (!node || !rules.is(node, syntax_role::Shorthand) || node.first_token() != token) return {};
    for (SyntaxElement child : node.children())
        if (child.is_token() && child.text() == ":") return {};
    return node;
}

/// What a name stands for, or in whose text that is declared.
ItemId item_of(const Meaning& meaning) {
    auto* item = std::get_if<ItemId>(&meaning.second);
    return item ? *item : meaning.first;
}

bool is_member(const Meaning& meaning) {
    auto* item = std::get_if<ItemId>(&meaning.second);
    return std::holds_alternative<ObjectMemberId>(meaning.second) || (item && kind_of(*item) == ItemKind::Field);
}

std::string name_of_target(QueryContext& context, const NameUse& use) {
    if (auto* item = std::get_if<ItemId>(&use.target)) return std::string(name_of(*item).text());
    if (auto local = local_of(context, use)) return std::string(local->name.text());
    if (auto* member = std::get_if<ObjectMemberId>(&use.target)) return name_of_member(context, *member);
    auto [owner, node] = std::get<TypeParameterId>(use.target);
    return std::string(context.get<ItemSyntax>(owner)->element(node).text());
}

/// Collects everything that has to be renamed together with what stands at one place.
class Renaming {
  public:
    Renaming(QueryContext& context, FileId file, std::string_view old_name, std::string_view new_name,
             LiteralMembers literals = LiteralMembers::Own)
        : context_(context), file_(file), old_(old_name), new_(new_name), literals_(literals) {}

    tl::expected<std::vector<FileEdits>, std::string> edits(const NameUse& use) {
        // A name given by an import is renamed where it was given.
        alias_only_ = name_of_target(context_, use) != old_;
        add(meaning_of(use));
        std::vector<FileId> files = alias_only_ ? std::vector<FileId>{file_} : files_with_name();
        for (size_t before = 0; before != meanings_.size();) {
            before = meanings_.size();
            for (FileId file : files) link(file);
        }
        for (const Meaning& meaning : meanings_)
            if (is_std(file_of(item_of(meaning))) && !alias_only_)
                return tl::make_unexpected(fmt::format("`{}` is declared by the standard library", old_));
        std::vector<FileEdits> out;
        for (FileId file : files)
            if (FileEdits edits = edits_of(file); !edits.edits.empty()) out.push_back(std::move(edits));
        return out;
    }

    bool has_object_members() const {
        return std::any_of(meanings_.begin(), meanings_.end(), [](const Meaning& meaning) {
            return std::holds_alternative<ObjectMemberId>(meaning.second);
        });
    }

    /// Whether it is plain that the edits change what they rename and nothing else: the new name is a word that is
    /// nowhere yet, not even in the standard library, and what else has the old one keeps it for certain. Else one has
    /// to look (changed_meaning).
    bool is_plain(const std::vector<FileEdits>& edits) {
        if (alias_only_ || has_object_members()) return false;
        const bool is_protocol = std::any_of(meanings_.begin(), meanings_.end(), has_type_around);
        for (FileId file : *context_.get<SourceFiles>())
            if (mentions(context_, file, new_) || (is_protocol && is_std(file) && mentions(context_, file, old_)))
                return false;
        for (FileId file : files_with_name())
            if (!is_known_everywhere(file, is_protocol)) return false;
        return std::all_of(edits.begin(), edits.end(), [&](const FileEdits& each) { return is_read_alike(each); });
    }

  private:
    void add(const Meaning& meaning) {
        if (!meanings_.insert(meaning).second || alias_only_) return;
        if (auto* item = std::get_if<ItemId>(&meaning.second))
            for (ItemId other : items_of_one_name(context_, *item)) meanings_.insert({ItemId::None, other});
    }

    std::vector<FileId> files_with_name() {
        std::vector<FileId> out;
        for (FileId file : *context_.get<SourceFiles>())
            if (!is_std(file) && editing_rules_of(file) == editing_rules_of(file_) && mentions(context_, file, old_))
                out.push_back(file);
        return out;
    }

    bool is_meant(const NameUse& use) { return meanings_.count(meaning_of(use)) != 0; }

    /// What the old name stands for at each of its places in a file.
    const std::vector<std::span<const NameUse>>& uses_in(FileId file) {
        auto [known, is_new] = uses_.try_emplace(file);
        Uses& uses = known->second;
        if (!is_new && uses.has_members == has_object_members()) return uses.places;
        uses.places.clear();
        uses.has_members = has_object_members();
        uses.names = context_.get<FileNames>(file);
        auto tree = context_.get<FileTree>(file);
        const std::string_view text = (*tree)->text();
        auto next = uses.names->begin();
        for (size_t at = text.find(old_); at != std::string_view::npos; at = text.find(old_, at + old_.size())) {
            const TextRange range{uint32_t(at), uint32_t(at + old_.size())};
            next = std::lower_bound(next, uses.names->end(), range.begin,
                                    [](const NameUse& each, uint32_t begin) { return each.range.begin < begin; });
            auto first = next;
            while (next != uses.names->end() && next->range == range) ++next;
            SyntaxToken token = uses.has_members ? (*tree)->token_at(range.begin) : SyntaxToken();
            std::vector<NameUse> members;
            if (token && token.text_range() == range) members = object_members_at(context_, file, token, literals_);
            if (members.empty()) {
                if (first != next) uses.places.emplace_back(first, next);
                continue;
            }
            members.insert(members.begin(), first, next);
            uses.places.emplace_back(uses.with_members.emplace_back(std::move(members)));
        }
        return uses.places;
    }

    /// One token that declares two things, such as a constructor's parameter that is a field, ties them together.
    void link(FileId file) {
        context_.check_cancelled();
        auto tree = context_.get<FileTree>(file);
        const EditingRules* rules = editing_rules_of(file);
        for (std::span<const NameUse> uses : uses_in(file)) {
            if (uses.size() < 2) continue;
            // Of `{ x }` the field is one thing, the variable another.
            const bool is_shorthand = bool(shorthand_around(*rules, token_of(**tree, uses[0].range)));
            for (const bool members : {false, true}) {
                auto is_tied = [&](const NameUse& use) {
                    return !is_shorthand || is_member(meaning_of(use)) == members;
                };
                if (std::any_of(uses.begin(), uses.end(), [&](auto& use) { return is_tied(use) && is_meant(use); }))
                    for (const NameUse& use : uses)
                        if (is_tied(use)) add(meaning_of(use));
            }
        }
    }

    FileEdits edits_of(FileId file) {
        context_.check_cancelled();
        FileEdits out{file, {}};
        auto tree = context_.get<FileTree>(file);
        const EditingRules* rules = editing_rules_of(file);
        for (std::span<const NameUse> uses : uses_in(file)) {
            bool key = false, value = false;
            for (const NameUse& use : uses)
                if (is_meant(use)) (is_member(meaning_of(use)) ? key : value) = true;
            SyntaxToken token = token_of(**tree, uses[0].range);
            if ((!key && !value) || !token) continue;
            SyntaxNode shorthand = shorthand_around(*rules, token);
            std::string text(new_);
            if (shorthand && key != value)
                text = std::string(key ? new_ : old_) + ": " + std::string(key ? old_ : new_);
            out.edits.push_back({uses[0].range, std::move(text)});
        }
        return out;
    }

    /// A field or method: types may be asked whether they have one of this name.
    static bool has_type_around(const Meaning& meaning) {
        auto* item = std::get_if<ItemId>(&meaning.second);
        ItemId parent = item ? parent_of(*item) : ItemId::None;
        return parent != ItemId::None && kind_of(parent) != ItemKind::File && kind_of(parent) != ItemKind::Module;
    }

    /// Whether it is known what the old name means wherever it stands in a file, and nothing that could be related has
    /// it.
    bool is_known_everywhere(FileId file, bool is_protocol) {
        auto tree = context_.get<FileTree>(file);
        auto names = context_.get<FileNames>(file);
        const std::string_view text = (*tree)->text();
        for (size_t at = text.find(old_); at != std::string_view::npos; at = text.find(old_, at + old_.size())) {
            SyntaxToken token = (*tree)->token_at(uint32_t(at));
            // `keyof` makes texts of the names of fields.
            const bool is_text = token.begin() + 1 == at && token.text().size() == old_.size() + 2 &&
                                 (*tree)->grammar().token_class(token.kind()) == TokenClass::String;
            if (is_protocol && is_text) return false;
            if (token.begin() != at || token.text() != old_) continue;  // a part of something else, or of a comment
            auto use = std::lower_bound(names->begin(), names->end(), token.begin(),
                                        [](const NameUse& each, uint32_t begin) { return each.range.begin < begin; });
            bool is_known = false, is_renamed = false, is_variable = true;
            for (; use != names->end() && use->range.begin == at; ++use) {
                is_known = true;
                is_renamed |= is_meant(*use);
                is_variable &= std::holds_alternative<LocalId>(use->target);
            }
            if (!is_known || (is_protocol && !is_renamed && !is_variable)) return false;
        }
        return true;
    }

    /// Whether the parser sees names where the edits put them, and all else as before.
    bool is_read_alike(const FileEdits& file) {
        auto tree = context_.get<FileTree>(file.file);
        const SyntaxTree& before = **tree;
        auto text = std::make_shared<std::string>();
        text->reserve(before.text().size() + file.edits.size() * new_.size());
        uint32_t at = 0;
        for (const TextEdit& edit : file.edits) {
            if (edit.replacement != new_) return false;
            text->append(before.text().substr(at, edit.range.begin - at)).append(edit.replacement);
            at = edit.range.end;
        }
        text->append(before.text().substr(at));
        SyntaxTreePtr after = before.grammar().reparse(before, file.edits, std::move(text));
        if (after->root().size() != before.root().size() || after->has_errors() != before.has_errors()) return false;
        int64_t moved = 0;
        for (const TextEdit& edit : file.edits) {
            SyntaxToken token = after->token_at(uint32_t(edit.range.begin + moved));
            moved += int64_t(new_.size()) - int64_t(edit.range.length());
            if (token.text() != new_ || token.kind() != token_of(before, edit.range).kind() ||
                token.parent().kind() != token_of(before, edit.range).parent().kind())
                return false;
        }
        return true;
    }

    QueryContext& context_;
    FileId file_;
    std::string_view old_, new_;
    LiteralMembers literals_;
    bool alias_only_ = false;
    std::set<Meaning> meanings_;
    struct Uses {
        std::shared_ptr<const FileNames::Value> names;
        std::deque<std::vector<NameUse>> with_members;
        bool has_members = false;                      // whether members of objects have been looked for
        std::vector<std::span<const NameUse>> places;  // of `names` and `with_members`
    };
    std::map<FileId, Uses> uses_;
};

std::optional<std::string> refusal(QueryContext& context, const NameUse& use, std::string_view text) {
    auto* item = std::get_if<ItemId>(&use.target);
    if (!item) {
        auto local = local_of(context, use);
        bool is_self = local && local->is_self;
        return is_self ? std::optional(fmt::format("`{}` is a word of the language", text)) : std::nullopt;
    }
    bool is_alias = name_of(*item).text() != text;
    if (is_std(file_of(*item)) && !is_alias) return fmt::format("`{}` is declared by the standard library", text);
    ItemKind kind = kind_of(*item);
    if (kind == ItemKind::File || (kind == ItemKind::Module && context.get<ItemChildren>(*item)->empty()))
        return fmt::format("`{}` is a file; rename the file", text);
    if (kind == ItemKind::Function && context.get<SignatureOf>(*item)->is_constructor)
        return std::string("a constructor has no name of its own; rename its class");
    return std::nullopt;
}

/// What already has the name where the item is declared.
bool is_taken(QueryContext& context, const NameUse& use, std::string_view name) {
    if (auto* member = std::get_if<ObjectMemberId>(&use.target)) {
        std::vector<Name> beside = members_beside(context, *member);
        return std::find(beside.begin(), beside.end(), Name(name)) != beside.end();
    }
    auto* item = std::get_if<ItemId>(&use.target);
    if (!item || parent_of(*item) == ItemId::None) return false;
    for (const auto& child : *context.get<ItemChildren>(parent_of(*item)))
        if (name_of(child.item).text() == name) return true;
    return false;
}

}  // namespace

tl::expected<RenamePlace, std::string> prepare_rename(QueryContext& context, FileId file, uint32_t offset) {
    auto use = meaning_at(context, file, offset);
    auto tree = context.get<FileTree>(file);
    const EditingRules* rules = editing_rules_of(file);
    if (!use || !tree || !*tree || !rules) return tl::make_unexpected(std::string("there is no name here to rename"));
    if (is_std(file)) return tl::make_unexpected(std::string("the standard library is not changed"));
    std::string text((*tree)->text().substr(use->range.begin, use->range.length()));
    if (!rules->is_name(text)) return tl::make_unexpected(fmt::format("`{}` is a word of the language", text));
    if (auto why = refusal(context, *use, text)) return tl::make_unexpected(std::move(*why));
    return RenamePlace{use->range, std::move(text)};
}

tl::expected<std::vector<FileEdits>, std::string> rename(QueryContext& context, FileId file, uint32_t offset,
                                                         std::string_view new_name) {
    auto place = prepare_rename(context, file, offset);
    if (!place) return tl::make_unexpected(std::move(place.error()));
    if (new_name == place->name) return std::vector<FileEdits>();
    if (!editing_rules_of(file)->is_name(new_name))
        return tl::make_unexpected(fmt::format("`{}` cannot be a name", new_name));
    for (const NameUse& use : meanings_at(context, file, offset))
        if (name_of_target(context, use) == place->name && is_taken(context, use, new_name))
            return tl::make_unexpected(fmt::format("there is a `{}` already", new_name));
    Renaming renaming(context, file, place->name, new_name);
    auto edits = renaming.edits(*meaning_at(context, file, offset));
    if (!edits || renaming.is_plain(*edits)) return edits;
    const std::vector<std::string> names{place->name, std::string(new_name)};
    auto where = changed_meaning(context, *edits, names);
    if (!where) return edits;
    // Literals of the form of a type may be wanted as such further on; if that is what is missing, they go with it.
    if (renaming.has_object_members()) {
        Renaming wider(context, file, place->name, new_name, LiteralMembers::Alike);
        auto more = wider.edits(*meaning_at(context, file, offset));
        if (more && !changed_meaning(context, *more, names)) return more;
    }
    return tl::make_unexpected(fmt::format("`{}` cannot be renamed to `{}`: {}", place->name, new_name, *where));
}

// ---- what shares a name ----

namespace {

void add_trait_functions(QueryContext& context, ItemId trait, Name name, std::vector<ItemId>& out) {
    auto add_from = [&](ItemId parent) {
        for (const auto& child : *context.get<ItemChildren>(parent))
            if (name_of(child.item) == name) out.push_back(child.item);
    };
    add_from(trait);
    auto index = context.get<ImplIndex>();
    if (auto it = index->by_trait.find(trait); it != index->by_trait.end())
        for (ItemId impl : it->second) add_from(impl);
}

/// Base class and interfaces, the nearest only.
std::vector<ItemId> bases_of(QueryContext& context, ItemId type) {
    std::vector<ItemId> out;
    auto definition = context.get<DefinitionOf>(type);
    if (definition->base && definition->base->is(TypeKind::Nominal)) out.push_back(definition->base->item);
    for (Type each : definition->interfaces)
        if (each->is(TypeKind::Nominal)) out.push_back(each->item);
    return out;
}

bool is_class_like(ItemKind kind) { return kind == ItemKind::Class || kind == ItemKind::Interface; }

std::vector<ItemId> classes_of_workspace(QueryContext& context) {
    std::vector<ItemId> out;
    for (FileId file : *context.get<SourceFiles>()) {
        if (is_std(file)) continue;
        for (const ItemEntry& entry : context.get<FileItems>(file)->entries)
            if (is_class_like(kind_of(entry.item))) out.push_back(entry.item);
    }
    return out;
}

/// All classes and interfaces that are related to one by `extends` and `implements`, through any number of steps.
std::set<ItemId> family_of(QueryContext& context, ItemId type) {
    std::set<ItemId> family{type};
    std::vector<ItemId> all = classes_of_workspace(context);
    for (size_t before = 0; before != family.size();) {
        before = family.size();
        for (ItemId each : std::vector<ItemId>(family.begin(), family.end()))
            for (ItemId base : bases_of(context, each)) family.insert(base);
        for (ItemId each : all)
            for (ItemId base : bases_of(context, each))
                if (family.count(base)) family.insert(each);
    }
    return family;
}

}  // namespace

std::vector<ItemId> items_of_one_name(QueryContext& context, ItemId item) {
    std::vector<ItemId> out{item};
    ItemId parent = parent_of(item);
    if (parent == ItemId::None) return out;
    Name name = name_of(item);
    ItemKind kind = kind_of(parent);
    if (kind == ItemKind::Trait) add_trait_functions(context, parent, name, out);
    if (kind == ItemKind::Impl)
        if (Type trait = context.get<ImplOf>(parent)->trait; trait && trait->is(TypeKind::Nominal))
            add_trait_functions(context, trait->item, name, out);
    auto add_from = [&](ItemId type) {
        for (const auto& child : *context.get<ItemChildren>(type))
            if (name_of(child.item) == name) out.push_back(child.item);
    };
    if (is_class_like(kind))
        for (ItemId type : family_of(context, parent)) add_from(type);
    else if (kind_of(item) == ItemKind::Function) add_from(parent);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

}  // namespace braid
