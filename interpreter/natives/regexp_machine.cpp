#include "interpreter/natives/regexp.h"
#include "interpreter/natives/unicode.h"

namespace braid::natives {

namespace {

constexpr uint64_t kMostSteps = 50'000'000;
constexpr size_t kMostChoices = 4'000'000;

bool is_line_end(uint32_t c) { return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029; }
bool is_word(uint32_t c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool has_letter(char letter, uint32_t c) {
    switch (letter) {
        case 'd': return c >= '0' && c <= '9';
        case 'D': return !(c >= '0' && c <= '9');
        case 'w': return is_word(c);
        case 'W': return !is_word(c);
        case 's': return is_white(c) || is_line_end(c) || c == 0xfeff;
        case 'S': return !has_letter('s', c);
        case 'L': return is_letter(c);
        case 'U': return is_upper(c);
        case 'l': return is_lower(c);
        case 'N': return is_numeric(c);
        default: return !has_letter(char(letter & 0x7f), c);
    }
}

bool contains(const RegexpClass& set, uint32_t c) {
    for (auto [low, high] : set.ranges)
        if (low <= c && c <= high) return true;
    for (char letter : set.letters)
        if (has_letter(letter, c)) return true;
    return false;
}

}  // namespace

/// One search. Choices not taken lie on a stack, with what slots and marks held before on a trail beside it.
class RegexpMachine {
  public:
    RegexpMachine(const Regexp& regexp, std::string_view text)
        : regexp_(regexp), text_(text), slots_(2 * regexp.names_.size(), -1), marks_(regexp.marks_, -1) {}

    std::vector<int64_t>& slots() { return slots_; }
    bool too_hard() const { return steps_ > kMostSteps || choices_.size() > kMostChoices; }

    bool match(size_t from) {
        std::fill(slots_.begin(), slots_.end(), -1);
        trail_.clear();
        return run(0, from, -1, 0);
    }

  private:
    struct Choice {
        uint32_t pc;
        size_t at, trail;
    };
    struct Change {
        bool is_mark;
        uint32_t index;
        int64_t before;
    };
    using Op = RegexpInstruction::Op;

    void set(bool is_mark, uint32_t index, int64_t value) {
        int64_t& place = (is_mark ? marks_ : slots_)[index];
        trail_.push_back({is_mark, index, place});
        place = value;
    }
    void undo_to(size_t size) {
        while (trail_.size() > size) {
            const Change& change = trail_.back();
            (change.is_mark ? marks_ : slots_)[change.index] = change.before;
            trail_.pop_back();
        }
    }
    uint32_t before(size_t at) const {
        while (at > 0 && (static_cast<unsigned char>(text_[--at]) & 0xc0) == 0x80) {
        }
        return next_character(text_, at);
    }
    uint32_t after(size_t at) const { return next_character(text_, at); }
    bool at_word_edge(size_t at) const {
        bool left = at > 0 && is_word(before(at)), right = at < text_.size() && is_word(after(at));
        return left != right;
    }
    bool same(uint32_t a, uint32_t b) const {
        return a == b || (regexp_.ignores_case_ && (lower(a) == lower(b) || upper(a) == upper(b)));
    }
    bool fits(const RegexpClass& wanted, uint32_t c) const {
        bool inside = contains(wanted, c);
        if (!inside && regexp_.ignores_case_) inside = contains(wanted, lower(c)) || contains(wanted, upper(c));
        return inside != wanted.negated;
    }
    bool repeats(uint32_t group, size_t& at) const {
        int64_t begin = slots_[2 * group], end = slots_[2 * group + 1];
        if (begin < 0 || end < 0) return true;
        for (auto i = size_t(begin); i < size_t(end);) {
            if (at >= text_.size() || !same(next_character(text_, i), next_character(text_, at))) return false;
        }
        return true;
    }

    /// Matches the part of a look-around; its captures stay when it holds. Its nesting is that of the pattern.
    bool looks(const RegexpInstruction& look, uint32_t pc, size_t at, int depth) {
        size_t trail = trail_.size();
        bool behind = look.b & 1, negated = look.b & 2, found = false;
        if (!behind) found = run(pc, at, -1, depth + 1);
        // Behind: what ends here may begin anywhere before.
        for (size_t from = at; behind && !found && !too_hard(); --from) {
            bool boundary = from == text_.size() || (static_cast<unsigned char>(text_[from]) & 0xc0) != 0x80;
            found = boundary && run(pc, from, int64_t(at), depth + 1);
            if (from == 0) break;
        }
        if (!found || negated) undo_to(trail);
        return found != negated;
    }

    /// `end`: where the match has to end; -1: anywhere.
    bool run(uint32_t pc, size_t at, int64_t end, int depth) {
        size_t base = choices_.size();
        for (;;) {
            if (++steps_ > kMostSteps || choices_.size() > kMostChoices) return choices_.resize(base), false;
            const RegexpInstruction& i = regexp_.code_[pc];
            bool goes_on = true;
            switch (i.op) {
                case Op::Char:
                case Op::Any:
                case Op::Class: {
                    if (at >= text_.size()) {
                        goes_on = false;
                        break;
                    }
                    uint32_t c = next_character(text_, at);
                    goes_on = i.op == Op::Char  ? same(c, i.a)
                              : i.op == Op::Any ? i.a != 0 || !is_line_end(c)
                                                : fits(regexp_.classes_[i.a], c);
                    ++pc;
                    break;
                }
                case Op::Split:
                    choices_.push_back({i.b, at, trail_.size()});
                    pc = i.a;
                    break;
                case Op::Jump: pc = i.a; break;
                case Op::Save: set(false, i.a, int64_t(at)), ++pc; break;
                case Op::Clear:
                    for (uint32_t slot = i.a; slot < i.b; ++slot) set(false, slot, -1);
                    ++pc;
                    break;
                case Op::Mark: set(true, i.a, int64_t(at)), ++pc; break;
                case Op::Progress: goes_on = marks_[i.a] != int64_t(at), ++pc; break;
                case Op::Begin:
                    goes_on = at == 0 || (regexp_.is_multiline_ && is_line_end(before(at)));
                    ++pc;
                    break;
                case Op::End:
                    goes_on = at == text_.size() || (regexp_.is_multiline_ && is_line_end(after(at)));
                    ++pc;
                    break;
                case Op::Word: goes_on = at_word_edge(at) == (i.a != 0), ++pc; break;
                case Op::Back: goes_on = repeats(i.a, at), ++pc; break;
                case Op::Look:
                    goes_on = looks(i, pc + 1, at, depth);
                    pc = i.a;
                    break;
                case Op::Match:
                    goes_on = end < 0 || int64_t(at) == end;
                    if (goes_on) return choices_.resize(base), true;
                    break;
            }
            if (goes_on) continue;
            if (choices_.size() == base) return false;
            undo_to(choices_.back().trail);
            pc = choices_.back().pc;
            at = choices_.back().at;
            choices_.pop_back();
        }
    }

    const Regexp& regexp_;
    std::string_view text_;
    std::vector<int64_t> slots_, marks_;
    std::vector<Choice> choices_;
    std::vector<Change> trail_;
    uint64_t steps_ = 0;
};

Regexp::Result Regexp::find(std::string_view text, size_t from, bool sticky, std::vector<int64_t>& slots) const {
    RegexpMachine machine(*this, text);
    for (size_t at = from; at <= text.size(); ++at) {
        bool inside = at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
        if (!inside && machine.match(at)) {
            slots = machine.slots();
            return Result::Found;
        }
        if (machine.too_hard()) return Result::TooHard;
        if (sticky) break;
    }
    return Result::None;
}

}  // namespace braid::natives
