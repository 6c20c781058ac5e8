#include "analyzer/checks/sql_tables.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace braid::checks {
namespace {

std::vector<std::string> words(std::string_view sql) {
    std::vector<std::string> out;
    std::string word;
    for (char c : sql) {
        if (std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.') {
            word += char(std::tolower(static_cast<unsigned char>(c)));
        } else if (!word.empty()) {
            out.push_back(std::move(word));
            word.clear();
        }
    }
    if (!word.empty()) out.push_back(std::move(word));
    return out;
}

std::vector<std::string> tables(std::string_view sql) {
    const std::vector<std::string> all = words(sql);
    std::vector<std::string> out;
    for (size_t i = 0; i + 1 < all.size(); ++i)
        if (all[i] == "from" || all[i] == "join" || all[i] == "into" || all[i] == "update") out.push_back(all[i + 1]);
    return out;
}

}  // namespace

std::string shared_table(std::string_view read, std::string_view change) {
    const std::vector<std::string> first = tables(read);
    for (const std::string& table : tables(change))
        if (std::find(first.begin(), first.end(), table) != first.end()) return table;
    return {};
}

bool is_cautious(std::string_view change) {
    const std::vector<std::string> all = words(change);
    bool where = false;
    for (size_t i = 0; i < all.size(); ++i) {
        where |= all[i] == "where";
        if (where && all[i] == "and") return true;
        if (i + 1 < all.size() && (all[i + 1] == "conflict" || all[i + 1] == "ignore") &&
            (all[i] == "on" || all[i] == "or"))
            return true;
    }
    return false;
}

}  // namespace braid::checks
