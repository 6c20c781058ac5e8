#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "analyzer/semantics/queries.h"
#include "analyzer/text/source_text.h"
#include "interpreter/bytecode/program.h"

/// Which statements a source has, and where each begins in the code. Statements come from typed bodies, so this is the
/// same for both languages.
namespace braid::debugger {

using bytecode::Function;

/// A place as people count: from 1, columns in UTF-16 units as the protocol's clients do.
struct SourcePosition {
    uint32_t line = 0, column = 0, end_line = 0, end_column = 0;
};

struct Statement {
    TextRange range;
    uint32_t line = 0, end_line = 0;  // from 1
    ItemId item = ItemId::None;
    BodyFunctionId function{};
    bool is_loop = false;  // its head runs again for every iteration
};

constexpr uint32_t kNoStatement = 0xffffffff;

/// One file of the program. Immutable.
struct FileMap {
    FileId file = FileId::None;
    SourceText text;
    std::vector<Statement> statements;  // by begin; outer ones first
    /// The innermost statement that contains all of `range`; kNoStatement: none.
    uint32_t innermost(TextRange range) const;
    /// Where a breakpoint asked for at `line` goes; empty: the file has no statements. All of one place (a line).
    std::vector<uint32_t> nearest(uint32_t line) const;
    SourcePosition position(TextRange range) const;
};

/// A piece of a function's code that belongs to one statement.
struct CodeRun {
    uint32_t begin = 0;
    uint32_t statement = kNoStatement;
    bool enters = false;  // the statement begins here: breakpoints stand here
    bool steps = false;   // … or a loop's head comes round again: steps stop here too
};
struct CodeMap {
    const FileMap* file = nullptr;  // null: no source
    std::vector<CodeRun> runs;      // by begin
    /// The run that `pc` is in; null: code before the first statement.
    const CodeRun* at(uint32_t pc) const;
};

/// Thread-safe; results live as long as the map.
class SourceMap {
  public:
    SourceMap(Snapshot snapshot, const bytecode::Program& program);

    const FileMap* file(FileId file);  // null: not of the program
    const FileMap* file(const std::string& path);
    const CodeMap& code(const Function& function);
    /// Functions with code of an item.
    const std::vector<const Function*>& functions(ItemId item) const;
    TextRange range_of(ItemId item, uint32_t node);
    /// By LocalId of the item's body: where the local may be seen, from its declaration to the end of its block.
    const std::vector<TextRange>& scopes(ItemId item);

  private:
    const FileMap* file_locked(FileId file);
    TextRange locate_locked(ItemId item, uint32_t node);
    void add_statements(FileMap& map, ItemId item);
    std::unique_ptr<CodeMap> make_code(const Function& function);
    template <typename Q, typename K>
    std::shared_ptr<const typename Q::Value> ask(const K& key) const;

    Snapshot snapshot_;
    std::unordered_map<ItemId, std::vector<const Function*>> functions_;
    std::recursive_mutex mutex_;
    std::map<FileId, std::unique_ptr<FileMap>> files_;
    std::unordered_map<const Function*, std::unique_ptr<CodeMap>> codes_;
    std::unordered_map<ItemId, std::unique_ptr<std::vector<TextRange>>> scopes_;
};

}  // namespace braid::debugger
