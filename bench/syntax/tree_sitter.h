#pragma once
#include <tree_sitter/api.h>

#include <memory>
#include <string_view>
#include <vector>

#include "analyzer/text/range.h"

namespace braid::bench {

struct TreeSitterTreeDeleter {
    void operator()(TSTree* tree) const;
};
using TreeSitterTree = std::unique_ptr<TSTree, TreeSitterTreeDeleter>;

/// A tree-sitter parser for one language.
class TreeSitter {
  public:
    static TreeSitter typescript();
    static TreeSitter python();

    TreeSitterTree parse(std::string_view text);
    TreeSitterTree reparse(TSTree* edited, std::string_view text);

    /// Rows and columns are worked out here, so that `edited` costs what tree-sitter costs.
    static TSInputEdit prepare(std::string_view text, const TextEdit& edit);
    /// A copy of `tree` that knows of the edit, as `reparse` wants it.
    static TreeSitterTree edited(const TSTree* tree, const TSInputEdit& edit);

    static bool has_errors(const TSTree* tree);
    /// The leaves, comments left out.
    static std::vector<TextRange> tokens(const TSTree* tree);

    /// Bytes that tree-sitter has asked for and not given back, between the two calls. No parser and no tree may live
    /// across either; nothing is counted, and nothing slowed down, elsewhere.
    static void begin_counting();
    static void end_counting();
    static size_t bytes_alive();

  private:
    struct ParserDeleter {
        void operator()(TSParser* parser) const;
    };
    explicit TreeSitter(const TSLanguage* language);
    std::unique_ptr<TSParser, ParserDeleter> parser_;
};

}  // namespace braid::bench
