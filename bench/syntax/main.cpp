// Parsing, re-parsing after an edit, and the size of the tree, beside tree-sitter in the same process.
#include <fmt/format.h>
#include <ctime>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "analyzer/syntax/altru/altru.h"
#include "analyzer/syntax/velox/velox.h"
#include "analyzer/text/source_text.h"
#include "bench/syntax/edits.h"
#include "bench/syntax/lexing.h"
#include "bench/syntax/programs.h"
#include "bench/syntax/tree_sitter.h"

using namespace braid;
using namespace braid::bench;

namespace {

/// Processor time of this thread: what else the machine does is left out.
double seconds() {
    timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

/// What was freed before would be put in order by whoever next asks malloc for much.
void settle_heap() {
    void* volatile block = std::malloc(1 << 16);
    std::free(block);
}

template <typename Work>
double timed(Work work) {
    settle_heap();
    double begin = seconds();
    work();
    return seconds() - begin;
}

class Samples {
  public:
    void add(double value) { values_.push_back(value); }
    double median() const { return quantile(0.5); }
    double quantile(double q) const {
        if (values_.empty()) return 0;
        auto sorted = values_;
        std::sort(sorted.begin(), sorted.end());
        return sorted[std::min(sorted.size() - 1, size_t(q * double(sorted.size())))];
    }

  private:
    std::vector<double> values_;
};

struct Subject {
    const char* ours;
    const char* theirs;
    const Grammar& grammar;
    TreeSitter (*tree_sitter)();
    uint32_t (*lex)(std::string_view text);
    bool same_text;
};

struct Size {
    uint32_t lines;
    uint32_t parses;  ///< how often the whole is parsed
};

[[noreturn]] void fail(const std::string& why) {
    fmt::print(stderr, "{}\n", why);
    std::exit(1);
}

std::vector<TextRange> tokens_of(const SyntaxTree& tree) {
    std::vector<TextRange> ranges;
    for (Preorder walk(tree.root()); walk; walk.next())
        if (walk->is_token() && !walk->text_range().empty()) ranges.push_back(walk->text_range());
    return ranges;
}

/// The text without the declarations after token number `count`.
std::string cut_after(const std::string& text, const std::vector<TextRange>& tokens, size_t count) {
    if (count >= tokens.size()) return text;
    size_t end = text.find("\n\n", tokens[count].begin);
    return end == std::string::npos ? text : text.substr(0, end + 1);
}

/// Cuts the longer of the two, so that they have as many tokens.
void make_equal(ProgramPair& pair) {
    auto altru = tokens_of(*altru::parse(pair.altru));
    auto python = TreeSitter::tokens(TreeSitter::python().parse(pair.python).get());
    pair.altru = cut_after(pair.altru, altru, python.size());
    pair.python = cut_after(pair.python, python, altru.size());
}

void row(const char* what, const std::string& ours, const std::string& theirs, double ratio) {
    fmt::print("  {:<34} {:>14} {:>14} {:>9.1f}x\n", what, ours, theirs, ratio);
}
std::string rate(double bytes, double time) { return fmt::format("{:.1f} MB/s", bytes / time / 1e6); }
std::string micro(double time) { return fmt::format("{:.1f} us", time * 1e6); }

class Comparison {
  public:
    Comparison(const Subject& subject, SharedText ours, SharedText theirs)
        : subject_(subject), ours_(std::move(ours)), theirs_(std::move(theirs)) {}

    void run(const Size& size, uint32_t edits) {
        size_t bytes = 0;
        {
            size_t before = GreenNode::bytes_alive();
            tree_ = subject_.grammar.parse(ours_);
            bytes = GreenNode::bytes_alive() - before;
        }
        double their_bytes = measure_their_memory();
        sitter_.emplace(subject_.tree_sitter());
        their_tree_ = sitter_->parse(*theirs_);
        if (has_errors(*tree_)) fail(fmt::format("{}: the program has errors", subject_.ours));
        if (TreeSitter::has_errors(their_tree_.get())) fail(fmt::format("{}: the program has errors", subject_.theirs));
        Side our_side{*ours_, tokens_of(*tree_), subject_.same_text, false};
        Side their_side{*theirs_, TreeSitter::tokens(their_tree_.get()), subject_.same_text, true};

        auto lines = std::count(ours_->begin(), ours_->end(), '\n');
        fmt::print("\n{} beside {}: {} lines, {:.2f} MB, {} tokens", subject_.ours, subject_.theirs, lines,
                   double(ours_->size()) / 1e6, our_side.tokens.size());
        if (!subject_.same_text)
            fmt::print(" ({:.2f} MB, {} tokens)", double(theirs_->size()) / 1e6, their_side.tokens.size());
        fmt::print("\n  {:<34} {:>14} {:>14} {:>10}\n", "", "braid", "tree-sitter", "ratio");
        full_parses(size.parses);
        row("tree, bytes per byte of source", fmt::format("{:.2f}", double(bytes) / double(ours_->size())),
            fmt::format("{:.2f}", their_bytes / double(theirs_->size())),
            their_bytes / double(theirs_->size()) / (double(bytes) / double(ours_->size())));
        re_parses(random_edits(our_side, their_side, subject_.same_text, edits));
    }

  private:
    static bool has_errors(const SyntaxTree& tree) {
        auto errors = tree.errors();
        return std::any_of(errors.begin(), errors.end(),
                           [](const SyntaxError& e) { return default_severity(e.code) == Severity::Error; });
    }

    double measure_their_memory() {
        TreeSitter::begin_counting();
        size_t alive = 0;
        {
            // The parser keeps buffers: what it holds after its tree is gone is not the tree's.
            TreeSitter sitter = subject_.tree_sitter();
            TreeSitterTree tree = sitter.parse(*theirs_);
            alive = TreeSitter::bytes_alive();
            tree.reset();
            alive -= TreeSitter::bytes_alive();
        }
        TreeSitter::end_counting();
        return double(alive);
    }

    void full_parses(uint32_t count) {
        Samples ours, theirs, lexing;
        // Small files several times in a row: a sample is about 400 kB.
        uint32_t batch = std::max<uint32_t>(1, 400'000 / uint32_t(ours_->size()));
        for (uint32_t i = 0; i < count; ++i) {
            std::vector<SyntaxTreePtr> trees(batch);
            ours.add(timed([&] {
                         for (auto& tree : trees) tree = subject_.grammar.parse(ours_);
                     }) /
                     batch);
            std::vector<TreeSitterTree> their_trees(batch);
            theirs.add(timed([&] {
                           for (auto& tree : their_trees) tree = sitter_->parse(*theirs_);
                       }) /
                       batch);
            lexing.add(timed([&] {
                           for (uint32_t n = 0; n < batch; ++n) subject_.lex(*ours_);
                       }) /
                       batch);
        }
        auto our_bytes = double(ours_->size()), their_bytes = double(theirs_->size());
        fmt::print("  {:<34} {:>14}\n", "lexing alone", rate(our_bytes, lexing.median()));
        row("full parse", rate(our_bytes, ours.median()), rate(their_bytes, theirs.median()),
            (our_bytes / ours.median()) / (their_bytes / theirs.median()));
        row("full parse, slowest of a hundred", rate(our_bytes, ours.quantile(0.99)),
            rate(their_bytes, theirs.quantile(0.99)),
            (our_bytes / ours.quantile(0.99)) / (their_bytes / theirs.quantile(0.99)));
    }

    void re_parses(const std::vector<EditPair>& edits) {
        struct Class {
            const char* name;
            Samples ours, theirs;
        } all{"re-parse", {}, {}}, typing{"  typing", {}, {}}, damaging{"  bracket, string, comment", {}, {}};
        // Every tree made stays alive, on both sides; of ours the nodes, not the copies of the text.
        std::vector<GreenRef> our_trees;
        std::vector<TreeSitterTree> their_trees;
        for (size_t first = 0; first < edits.size(); first += Block) {
            auto block = std::span(edits).subspan(first, std::min(Block, edits.size() - first));
            std::vector<Prepared> prepared;
            for (const EditPair& edit : block) prepared.push_back(prepare(edit));
            std::vector<double> our_times, their_times;
            for (size_t i = 0; i < block.size(); ++i) {
                SyntaxTreePtr tree;
                our_times.push_back(timed([&] {
                    tree = subject_.grammar.reparse(*tree_, std::span(&block[i].ours, 1), prepared[i].our_text);
                }));
                our_trees.push_back(tree->green_root());
            }
            for (const Prepared& edit : prepared) {
                TreeSitterTree tree;
                their_times.push_back(timed([&] {
                    tree = TreeSitter::edited(their_tree_.get(), edit.their_edit);
                    tree = sitter_->reparse(tree.get(), *edit.their_text);
                }));
                their_trees.push_back(std::move(tree));
            }
            for (size_t i = 0; i < block.size(); ++i) {
                for (Class* kind : {&all, block[i].damaging ? &damaging : &typing}) {
                    kind->ours.add(our_times[i]);
                    kind->theirs.add(their_times[i]);
                }
            }
        }
        for (Class* kind : {&all, &typing, &damaging}) {
            for (double q : {0.5, 0.99}) {
                double ours = kind->ours.quantile(q), theirs = kind->theirs.quantile(q);
                row(fmt::format("{}, {}", kind->name, q == 0.5 ? "median" : "p99").c_str(), micro(ours), micro(theirs),
                    theirs / ours);
            }
        }
        splices(edits);
    }

    /// The sides take turns after so many edits: one by one, each would measure what the other left in the caches.
    static constexpr size_t Block = 50;
    struct Prepared {
        SharedText our_text, their_text;
        TSInputEdit their_edit;
    };
    Prepared prepare(const EditPair& edit) const {
        SharedText ours = changed(*ours_, edit.ours);
        return {ours, subject_.same_text ? ours : changed(*theirs_, edit.theirs),
                TreeSitter::prepare(*theirs_, edit.theirs)};
    }

    static SharedText changed(const std::string& text, const TextEdit& edit) {
        auto copy = std::make_shared<std::string>(text);
        copy->replace(edit.range.begin, edit.range.length(), edit.replacement);
        return copy;
    }

    /// What comes before the re-parse: the new text and its lines.
    void splices(const std::vector<EditPair>& edits) {
        Samples splice;
        SourceText before(*ours_);
        before.lines();
        for (const EditPair& edit : edits) splice.add(timed([&] { before.apply(edit.ours).lines(); }));
        fmt::print("  {:<34} {:>14}\n", "new text and its lines, median", micro(splice.median()));
    }

    const Subject& subject_;
    SharedText ours_, theirs_;
    SyntaxTreePtr tree_;
    std::optional<TreeSitter> sitter_;
    TreeSitterTree their_tree_;
};

void velox_beside_typescript(const Size& size, uint32_t edits) {
    static const Subject subject{
        "Velox", "tree-sitter-typescript", velox::grammar(), &TreeSitter::typescript, &lex_velox, true};
    auto text = std::make_shared<const std::string>(velox_program(size.lines));
    Comparison(subject, text, text).run(size, edits);
}

void altru_beside_python(const Size& size, uint32_t edits) {
    static const Subject subject{"Altru", "tree-sitter-python", altru::grammar(), &TreeSitter::python, &lex_altru,
                                 false};
    ProgramPair pair = altru_and_python(size.lines);
    make_equal(pair);
    Comparison(subject, std::make_shared<const std::string>(pair.altru),
               std::make_shared<const std::string>(pair.python))
        .run(size, edits);
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<Size> sizes{{1'000, 100}, {10'000, 100}, {100'000, 20}};
    uint32_t edits = 1'000;
    bool velox = true, altru = true;
    for (int i = 1; i < argc; ++i) {
        std::string_view argument = argv[i];
        if (argument == "--velox") altru = false;
        else if (argument == "--altru") velox = false;
        else if (argument.starts_with("--edits=")) edits = uint32_t(std::atoi(argv[i] + 8));
        else if (argument.starts_with("--lines=")) sizes = {{uint32_t(std::atoi(argv[i] + 8)), 20}};
        else fail("usage: syntax [--velox | --altru] [--lines=N] [--edits=N]");
    }
    fmt::print("Processor time of one thread; {} edits, each to the unchanged program.\n", edits);
    for (const Size& size : sizes) {
        if (velox) velox_beside_typescript(size, edits);
        if (altru) altru_beside_python(size, edits);
    }
}
