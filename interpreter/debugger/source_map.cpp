#include "interpreter/debugger/source_map.h"

#include <algorithm>
#include <optional>

namespace braid::debugger {

namespace {

bool contains(TextRange outer, TextRange inner) { return outer.begin <= inner.begin && inner.end <= outer.end; }

bool has_body(const ItemEntry& entry) {
    ItemKind kind = kind_of(entry.item);
    return entry.owns_syntax && (kind == ItemKind::File || kind == ItemKind::Function || kind == ItemKind::Constant ||
                                 kind == ItemKind::Static);
}

/// Calls `f(expression)` for everything of a body that a program can stop at.
template <typename F>
void for_each_statement(const Body& body, F&& f) {
    auto add = [&](ExprId id) {
        if (id != ExprId::None && !body.as<hir::Block>(id) && !body.as<hir::UnitLiteral>(id)) f(body[id]);
    };
    for (const BodyFunction& function : body.functions) add(function.root);
    for (const Expr& expr : body.expressions) {
        if (auto* block = std::get_if<hir::Block>(&expr.data)) {
            for (ExprId id : block->statements) add(id);
            add(block->value);
        } else if (auto* choice = std::get_if<hir::If>(&expr.data)) {
            add(choice->then), add(choice->otherwise);
        } else if (auto* match = std::get_if<hir::Match>(&expr.data)) {
            for (const hir::MatchArm& arm : match->arms) add(arm.body);
        } else if (auto* loop = std::get_if<hir::Loop>(&expr.data)) {
            add(loop->body);
        } else if (auto* loop = std::get_if<hir::For>(&expr.data)) {
            add(loop->body);
        } else if (auto* select = std::get_if<hir::Select>(&expr.data)) {
            for (const hir::SelectArm& arm : select->arms) add(arm.body);
        }
    }
}

bool is_loop(const Expr& expr) {
    return std::holds_alternative<hir::Loop>(expr.data) || std::holds_alternative<hir::For>(expr.data);
}

}  // namespace

uint32_t FileMap::innermost(TextRange range) const {
    // Outer ones come first, so the last that contains it is the innermost.
    auto end = std::upper_bound(statements.begin(), statements.end(), range.begin,
                                [](uint32_t begin, const Statement& s) { return begin < s.range.begin; });
    for (auto s = end; s != statements.begin();)
        if (contains((--s)->range, range)) return static_cast<uint32_t>(s - statements.begin());
    return kNoStatement;
}

std::vector<uint32_t> FileMap::nearest(uint32_t line) const {
    if (statements.empty()) return {};
    auto all_on = [&](uint32_t wanted) {
        // The first of the line, and with it those of the same place; what is nested in it is reached through it.
        std::vector<uint32_t> found;
        for (uint32_t i = 0; i < statements.size(); ++i)
            if (statements[i].line == wanted &&
                (found.empty() || statements[i].range.begin == statements[found[0]].range.begin))
                found.push_back(i);
        return found;
    };
    if (auto exact = all_on(line); !exact.empty()) return exact;
    const Statement* around = nullptr;  // the innermost over the line
    const Statement* next = nullptr;
    for (const Statement& s : statements) {
        if (s.line < line && line <= s.end_line) around = &s;
        if (s.line > line && !next) next = &s;
    }
    // Inside a statement of several lines: the next nested one, or this one when there is none.
    if (around && (!next || next->range.begin >= around->range.end)) {
        bool is_block_end = around->is_loop || around->end_line == line;
        if (!is_block_end || !next) return all_on(around->line);
        if (next->item != around->item) return all_on(around->line);
    }
    return all_on(next ? next->line : statements.back().line);
}

SourcePosition FileMap::position(TextRange range) const {
    auto begin = text.lines().position(range.begin, ColumnUnit::Utf16);
    auto end = text.lines().position(range.end, ColumnUnit::Utf16);
    return {begin.line + 1, begin.column + 1, end.line + 1, end.column + 1};
}

const CodeRun* CodeMap::at(uint32_t pc) const {
    auto after =
        std::upper_bound(runs.begin(), runs.end(), pc, [](uint32_t p, const CodeRun& run) { return p < run.begin; });
    return after == runs.begin() ? nullptr : &*std::prev(after);
}

SourceMap::SourceMap(Snapshot snapshot, const bytecode::Program& program) : snapshot_(std::move(snapshot)) {
    for (const Function& function : program.functions)
        if (function.kind == bytecode::FunctionKind::Bytecode && function.item != ItemId::None)
            functions_[function.item].push_back(&function);
}

template <typename Q, typename K>
std::shared_ptr<const typename Q::Value> SourceMap::ask(const K& key) const {
    auto result = snapshot_.get<Q>(key);
    return result ? *result : nullptr;
}

const FileMap* SourceMap::file(FileId file) {
    std::lock_guard lock(mutex_);
    return file_locked(file);
}

const FileMap* SourceMap::file(const std::string& path) {
    auto id = files().find(path);
    return id ? file(*id) : nullptr;
}

const std::vector<const Function*>& SourceMap::functions(ItemId item) const {
    static const std::vector<const Function*> none;
    auto found = functions_.find(item);
    return found == functions_.end() ? none : found->second;
}

TextRange SourceMap::range_of(ItemId item, uint32_t node) {
    std::lock_guard lock(mutex_);
    return locate_locked(item, node);
}

TextRange SourceMap::locate_locked(ItemId item, uint32_t node) {
    auto range = snapshot_.run([&](QueryContext& context) { return locate(context, Place{item, node}); });
    return range ? range->range : TextRange{};
}

const FileMap* SourceMap::file_locked(FileId file) {
    auto& slot = files_[file];
    if (slot) return slot->file == FileId::None ? nullptr : slot.get();
    slot = std::make_unique<FileMap>();
    auto tree = ask<FileTree>(file);
    auto items = ask<FileItems>(file);
    if (!tree || !*tree || !items) return nullptr;
    slot->file = file;
    slot->text = SourceText(std::string((*tree)->text()));
    for (const ItemEntry& entry : items->entries)
        if (has_body(entry)) add_statements(*slot, entry.item);
    auto& all = slot->statements;
    std::stable_sort(all.begin(), all.end(), [](const Statement& a, const Statement& b) {
        return a.range.begin != b.range.begin ? a.range.begin < b.range.begin : a.range.end > b.range.end;
    });
    auto same = [](const Statement& a, const Statement& b) { return a.range == b.range; };
    all.erase(std::unique(all.begin(), all.end(), same), all.end());
    const LineIndex& lines = slot->text.lines();
    for (Statement& s : all) {
        s.line = lines.line_of(s.range.begin) + 1;
        s.end_line = lines.line_of(s.range.end) + 1;
    }
    return slot.get();
}

void SourceMap::add_statements(FileMap& map, ItemId item) {
    auto body = ask<BodyOf>(item);
    if (!body) return;
    for_each_statement(*body, [&](const Expr& expr) {
        TextRange range = locate_locked(item, expr.node);
        if (!range.empty()) map.statements.push_back({range, 0, 0, item, {}, is_loop(expr)});
    });
}

const CodeMap& SourceMap::code(const Function& function) {
    std::lock_guard lock(mutex_);
    auto& slot = codes_[&function];
    if (!slot) slot = make_code(function);
    return *slot;
}

std::unique_ptr<CodeMap> SourceMap::make_code(const Function& function) {
    auto map = std::make_unique<CodeMap>();
    if (function.kind != bytecode::FunctionKind::Bytecode || function.item == ItemId::None) return map;
    map->file = file_locked(file_of(function.item));
    if (!map->file) return map;
    std::unordered_map<uint32_t, uint32_t> statement_of_node;
    std::unordered_map<uint32_t, uint32_t> first_node;  // of a statement's first run
    for (const bytecode::LineEntry& entry : function.debug.lines) {
        auto [known, is_new] = statement_of_node.emplace(entry.node, kNoStatement);
        if (is_new) known->second = map->file->innermost(locate_locked(function.item, entry.node));
        uint32_t statement = entry.is_statement || map->runs.empty() ? known->second : map->runs.back().statement;
        if (!entry.is_statement && map->runs.empty()) statement = kNoStatement;  // the prologue
        if (!map->runs.empty() && map->runs.back().statement == statement) continue;
        CodeRun run{entry.pc, statement};
        if (statement != kNoStatement) {
            // Clean-up code is compiled twice; a copy begins as the original does. Other runs of a statement are what
            // comes after something nested in it.
            run.enters = first_node.emplace(statement, entry.node).first->second == entry.node;
            run.steps = run.enters || map->file->statements[statement].is_loop;
        }
        map->runs.push_back(run);
    }
    return map;
}

const std::vector<TextRange>& SourceMap::scopes(ItemId item) {
    std::lock_guard lock(mutex_);
    auto& slot = scopes_[item];
    if (slot) return *slot;
    slot = std::make_unique<std::vector<TextRange>>();
    auto body = ask<BodyOf>(item);
    if (!body) return *slot;
    std::vector<TextRange> blocks;
    for (const Expr& expr : body->expressions) {
        bool opens = is_loop(expr) || std::holds_alternative<hir::Block>(expr.data) ||
                     std::holds_alternative<hir::If>(expr.data);
        if (opens) blocks.push_back(locate_locked(item, expr.node));
        auto arm = [&](PatternId pattern, ExprId result) {
            if (pattern == PatternId::None || result == ExprId::None) return;
            blocks.push_back(
                {locate_locked(item, (*body)[pattern].node).begin, locate_locked(item, (*body)[result].node).end});
        };
        if (auto* match = std::get_if<hir::Match>(&expr.data))
            for (const hir::MatchArm& each : match->arms) arm(each.pattern, each.body);
        if (auto* select = std::get_if<hir::Select>(&expr.data))
            for (const hir::SelectArm& each : select->arms) arm(each.pattern, each.body);
        if (auto* attempt = std::get_if<hir::TryCatch>(&expr.data))
            for (const hir::CatchClause& each : attempt->catches) arm(each.pattern, each.body);
    }
    for (const LocalInfo& local : body->locals) {
        TextRange declared = locate_locked(item, local.node);
        TextRange scope{declared.begin, 0xffffffff};
        if (!local.is_parameter)
            for (TextRange block : blocks)
                if (contains(block, declared)) scope.end = std::min(scope.end, block.end);
        slot->push_back(scope);
    }
    return *slot;
}

}  // namespace braid::debugger
