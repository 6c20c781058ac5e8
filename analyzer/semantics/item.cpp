#include "analyzer/semantics/item.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <unordered_set>

#include "analyzer/text/append_only.h"

namespace braid {
namespace {

struct ItemKeyHash {
    size_t operator()(const ItemKey& key) const {
        size_t h = size_t(key.parent) * 0x9e3779b97f4a7c15ull + key.name.hash();
        return h * 31 + (size_t(key.kind) << 40 ^ size_t(key.ordinal) << 8 ^ size_t(key.file));
    }
};

/// Items are never forgotten: an id is four bytes and a name that comes back gets its old id, with all memos.
class ItemTable {
  public:
    ItemId intern(const ItemKey& key) {
        {
            std::shared_lock lock(mutex_);
            if (auto it = ids_.find(key); it != ids_.end()) return it->second;
        }
        std::unique_lock lock(mutex_);
        auto [it, inserted] = ids_.try_emplace(key, ItemId(keys_.size()));
        if (inserted) keys_.push_back(key);
        return it->second;
    }

    const ItemKey& key(ItemId item) const { return keys_[uint32_t(item)]; }

  private:
    std::shared_mutex mutex_;
    std::unordered_map<ItemKey, ItemId, ItemKeyHash> ids_;
    AppendOnly<ItemKey> keys_;
};

ItemTable& table() {
    static ItemTable& instance = *new ItemTable;
    return instance;
}

}  // namespace

Name::Name(std::string_view text) : text_(text.empty() ? nullptr : intern(text)) {}

const std::string* Name::intern(std::string_view text) {
    struct Hash {
        using is_transparent = void;
        size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
    };
    struct Shard {
        std::mutex mutex;
        std::unordered_set<std::string, Hash, std::equal_to<>> names;
    };
    // Threads that lower different bodies seldom meet in one shard.
    static auto& shards = *new std::array<Shard, 64>;
    Shard& shard = shards[Hash{}(text) % shards.size()];
    std::lock_guard lock(shard.mutex);
    if (auto it = shard.names.find(text); it != shard.names.end()) return &*it;
    return &*shard.names.emplace(text).first;
}

ItemId intern_item(const ItemKey& key) { return table().intern(key); }
const ItemKey& item_key(ItemId item) { return table().key(item); }

const Attribute* find_attribute(const std::vector<Attribute>& attributes, std::string_view name) {
    auto it =
        std::find_if(attributes.begin(), attributes.end(), [&](const Attribute& a) { return a.name.text() == name; });
    return it == attributes.end() ? nullptr : &*it;
}

std::string qualified_name(ItemId item, std::string_view separator) {
    const ItemKey& key = item_key(item);
    bool is_root = key.kind == ItemKind::File;
    if (is_root) return std::string(key.name.text());
    std::string prefix = key.parent == ItemId::None ? "" : qualified_name(key.parent, separator);
    if (key.name.empty()) return prefix;
    return prefix.empty() ? std::string(key.name.text())
                          : prefix + std::string(separator) + std::string(key.name.text());
}

}  // namespace braid
