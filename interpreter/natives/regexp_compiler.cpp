#include <algorithm>
#include <charconv>

#include "interpreter/natives/regexp.h"
#include "interpreter/natives/unicode.h"

namespace braid::natives {

namespace {
constexpr size_t kLongestProgram = 50'000;
constexpr int kDeepest = 200;
}  // namespace

/// Recursive descent over the pattern; quantified parts are copied, so that the machine needs no counters.
class RegexpCompiler {
  public:
    RegexpCompiler(std::string_view pattern, Regexp& out) : text_(pattern), out_(out) {}

    std::string run(bool dot_all) {
        dot_all_ = dot_all;
        count_groups();
        emit({Op::Save, 0});
        alternatives(0);
        if (at_ < text_.size()) fail(text_[at_] == ')' ? "Unmatched ')'" : "Unexpected end");
        emit({Op::Save, 1});
        emit({Op::Match});
        out_.marks_ = marks_;
        return problem_;
    }

  private:
    using Op = RegexpInstruction::Op;
    std::vector<RegexpInstruction>& code() { return out_.code_; }

    uint32_t emit(RegexpInstruction i) {
        if (code().size() >= kLongestProgram) fail("Regular expression too large");
        else code().push_back(i);
        return uint32_t(code().size() - 1);
    }
    uint32_t here() { return uint32_t(code().size()); }
    void fail(std::string_view what) {
        if (problem_.empty()) problem_ = what;
        at_ = text_.size();
    }
    bool more() const { return at_ < text_.size() && problem_.empty(); }
    bool take(std::string_view word) {
        if (text_.substr(at_, word.size()) != word) return false;
        at_ += word.size();
        return true;
    }

    /// Groups are numbered, and names known, before anything refers to them.
    void count_groups() {
        out_.names_ = {""};
        bool in_class = false;
        for (size_t i = 0; i < text_.size(); ++i) {
            char c = text_[i];
            if (c == '\\') ++i;
            else if (c == '[') in_class = true;
            else if (c == ']') in_class = false;
            else if (c == '(' && !in_class) {
                bool named =
                    text_.substr(i, 3) == "(?<" && text_.substr(i, 4) != "(?<=" && text_.substr(i, 4) != "(?<!";
                if (named) {
                    std::string name(text_.substr(i + 3, text_.find('>', i) - i - 3));
                    auto& names = out_.names_;
                    if (std::find(names.begin() + 1, names.end(), name) != names.end())
                        return fail("Duplicate capture group name");
                    names.push_back(std::move(name));
                }
                if (!named && text_.substr(i, 2) != "(?") out_.names_.emplace_back();
            }
        }
    }

    void alternatives(int depth) {
        if (depth > kDeepest) return fail("the pattern is nested too deeply");
        uint32_t begin = here();
        sequence(depth);
        std::vector<uint32_t> ends;
        while (more() && take("|")) {
            insert(begin, {Op::Split, 0, 0});
            ends.push_back(emit({Op::Jump}));
            code()[begin].a = begin + 1;
            code()[begin].b = here();
            begin = here();
            sequence(depth);
        }
        for (uint32_t end : ends) code()[end].a = here();
    }
    /// Makes room at `where`; jumps that lie behind move along.
    void insert(uint32_t where, RegexpInstruction i) {
        emit({Op::Match});
        if (!problem_.empty()) return;
        std::rotate(code().begin() + where, code().end() - 1, code().end());
        code()[where] = i;
        for (uint32_t k = where + 1; k < here(); ++k) relocate(code()[k], where, 1);
    }
    static void relocate(RegexpInstruction& i, uint32_t from, uint32_t by) {
        bool jumps = i.op == Op::Jump || i.op == Op::Split || i.op == Op::Look;
        if (jumps && i.a >= from) i.a += by;
        if (i.op == Op::Split && i.b >= from) i.b += by;
    }

    void sequence(int depth) {
        while (more() && text_[at_] != '|' && text_[at_] != ')') term(depth);
    }

    void term(int depth) {
        uint32_t begin = here(), first_group = group_;
        bool is_assertion = false;
        char c = text_[at_];
        if (c == '(') is_assertion = group(depth);
        else if (c == '[') ++at_, character_class();
        else if (c == '\\') is_assertion = escape();
        else if (c == '.') ++at_, emit({Op::Any, dot_all_});
        else if (c == '^') ++at_, emit({Op::Begin}), is_assertion = true;
        else if (c == '$') ++at_, emit({Op::End}), is_assertion = true;
        else if (c == '*' || c == '+' || c == '?') return fail("Nothing to repeat");
        else emit({Op::Char, next_character(text_, at_)});
        quantifier(begin, first_group, is_assertion);
    }

    void quantifier(uint32_t begin, uint32_t first_group, bool is_assertion) {
        if (!more()) return;
        uint32_t least = 0, most = UINT32_MAX;
        if (take("*")) {
        } else if (take("+")) {
            least = 1;
        } else if (take("?")) {
            most = 1;
        } else if (text_[at_] != '{' || !counts(least, most)) {
            return;
        }
        if (is_assertion && least == 0 && most > 1) most = 1;
        if (least > most) return fail("numbers out of order in {} quantifier");
        bool lazy = take("?");
        std::vector<RegexpInstruction> part(code().begin() + begin, code().end());
        code().resize(begin);
        auto copy = [&] {
            uint32_t to = here();
            if (group_ > first_group) emit({Op::Clear, 2 * (first_group + 1), 2 * (group_ + 1)});
            uint32_t moved = here() - begin;
            for (RegexpInstruction i : part) {
                relocate(i, begin, moved);
                emit(i);
            }
            return to;
        };
        for (uint32_t i = 0; i < least && problem_.empty(); ++i) copy();
        auto choice = [&](uint32_t split, uint32_t into, uint32_t past) {
            code()[split].a = lazy ? past : into;
            code()[split].b = lazy ? into : past;
        };
        if (most == UINT32_MAX) {
            uint32_t mark = marks_++;
            uint32_t split = emit({Op::Split});
            uint32_t into = emit({Op::Mark, mark});
            copy();
            emit({Op::Progress, mark});
            emit({Op::Jump, split});
            if (problem_.empty()) choice(split, into, here());
            return;
        }
        std::vector<uint32_t> splits;
        for (uint32_t i = least; i < most && problem_.empty(); ++i) {
            splits.push_back(emit({Op::Split}));
            copy();
        }
        for (uint32_t split : splits)
            if (problem_.empty()) choice(split, split + 1, here());
    }

    /// `{n}`, `{n,}`, `{n,m}`; anything else is a brace.
    bool counts(uint32_t& least, uint32_t& most) {
        size_t end = text_.find('}', at_);
        if (end == std::string_view::npos) return false;
        std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
        size_t comma = inside.find(',');
        auto number = [](std::string_view digits, uint32_t& value) {
            auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
            return error == std::errc() && stop == digits.data() + digits.size();
        };
        if (!number(inside.substr(0, comma), least)) return false;
        most = least;
        if (comma != std::string_view::npos) {
            most = UINT32_MAX;
            if (comma + 1 < inside.size() && !number(inside.substr(comma + 1), most)) return false;
        }
        at_ = end + 1;
        return true;
    }

    /// True: an assertion, which reads nothing.
    bool group(int depth) {
        uint32_t kind = take("(?=") ? 1 : take("(?!") ? 3 : take("(?<=") ? 2 : take("(?<!") ? 4 : 0;
        if (kind != 0) {
            bool behind = kind == 2 || kind == 4, negated = kind >= 3;
            uint32_t look = emit({Op::Look, 0, uint32_t(behind) | (negated ? 2u : 0u)});
            alternatives(depth + 1);
            emit({Op::Match});
            if (problem_.empty()) code()[look].a = here();
        } else if (take("(?:")) {
            alternatives(depth + 1);
        } else {
            if (take("(?<")) at_ = std::min(text_.find('>', at_), text_.size() - 1) + 1;
            else if (take("(?")) return fail("Invalid group"), false;
            else ++at_;
            uint32_t number = ++group_;
            emit({Op::Save, 2 * number});
            alternatives(depth + 1);
            emit({Op::Save, 2 * number + 1});
        }
        if (!take(")")) fail("Unterminated group");
        return kind != 0;
    }

    bool escape() {
        ++at_;
        if (at_ >= text_.size()) return fail("\\ at end of pattern"), false;
        char c = text_[at_];
        if (take("b")) return emit({Op::Word, 1}), true;
        if (take("B")) return emit({Op::Word, 0}), true;
        if (c >= '1' && c <= '9') {
            uint32_t number = 0;
            auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
            at_ = size_t(end - text_.data());
            if (error != std::errc() || number >= out_.names_.size()) fail("a group that is not there");
            return emit({Op::Back, number}), false;
        }
        if (take("k<")) {
            size_t end = text_.find('>', at_);
            auto name = std::find(out_.names_.begin() + 1, out_.names_.end(), text_.substr(at_, end - at_));
            if (end == std::string_view::npos || name == out_.names_.end())
                return fail("Invalid named capture referenced"), false;
            at_ = end + 1;
            return emit({Op::Back, uint32_t(name - out_.names_.begin())}), false;
        }
        RegexpClass set;
        if (shorthand(set)) {
            out_.classes_.push_back(std::move(set));
            emit({Op::Class, uint32_t(out_.classes_.size() - 1)});
        } else {
            emit({Op::Char, escaped()});
        }
        return false;
    }

    /// `\d`, `\w`, `\s`, `\p{L}` and their opposites, behind the backslash.
    bool shorthand(RegexpClass& set) {
        char c = at_ < text_.size() ? text_[at_] : '\0';
        if (std::string_view("dwsDWS").find(c) != std::string_view::npos && c != '\0') {
            set.letters += c;
            ++at_;
            return true;
        }
        if ((c != 'p' && c != 'P') || text_.substr(at_ + 1, 1) != "{") return false;
        size_t end = text_.find('}', at_);
        std::string_view name = text_.substr(at_ + 2, end - at_ - 2);
        if (size_t equals = name.find('='); equals != std::string_view::npos) name.remove_prefix(equals + 1);
        char kind = name == "Lu" || name == "Uppercase"                       ? 'U'
                    : name == "Ll" || name == "Lowercase"                     ? 'l'
                    : name == "L" || name == "Letter" || name == "Alphabetic" ? 'L'
                    : name.starts_with("N")                                   ? 'N'
                                                                              : '\0';
        if (end == std::string_view::npos || kind == '\0') return fail("Invalid property name"), true;
        set.letters += kind;
        set.negated = c == 'P';
        at_ = end + 1;
        return true;
    }

    uint32_t hexadecimal(size_t digits) {
        uint32_t value = 0;
        std::string_view part = text_.substr(at_, digits);
        auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value, 16);
        if (error != std::errc() || part.size() < digits || end != part.data() + digits)
            return fail("a malformed escape"), 0;
        at_ += digits;
        return value;
    }

    uint32_t escaped() {
        char c = text_[at_];
        static constexpr std::string_view kFrom = "nrtvf0", kTo("\n\r\t\v\f\0", 6);
        if (size_t i = kFrom.find(c); i != std::string_view::npos) return ++at_, uint32_t(kTo[i]);
        if (take("x")) return hexadecimal(2);
        if (take("c")) return at_ < text_.size() ? uint32_t(text_[at_++]) & 31 : 0;
        if (take("u{")) {
            size_t end = std::min(text_.find('}', at_), text_.size());
            uint32_t value = hexadecimal(end - at_);
            at_ = std::min(end + 1, text_.size());
            return value;
        }
        if (take("u")) {
            uint32_t value = hexadecimal(4);
            bool is_pair = value >= 0xd800 && value < 0xdc00 && take("\\u");
            return is_pair ? 0x10000 + ((value - 0xd800) << 10) + (hexadecimal(4) - 0xdc00) : value;
        }
        return next_character(text_, at_);
    }

    void character_class() {
        RegexpClass set;
        set.negated = take("^");
        while (more() && text_[at_] != ']') {
            uint32_t low = 0;
            if (class_atom(set, low)) continue;
            bool is_range = text_.substr(at_, 1) == "-" && at_ + 1 < text_.size() && text_[at_ + 1] != ']';
            if (!is_range) {
                set.ranges.emplace_back(low, low);
                continue;
            }
            ++at_;
            uint32_t high = 0;
            if (class_atom(set, high)) set.ranges.insert(set.ranges.end(), {{low, low}, {'-', '-'}});
            else if (high < low) fail("Range out of order in character class");
            else set.ranges.emplace_back(low, high);
        }
        if (!take("]")) fail("Unterminated character class");
        out_.classes_.push_back(std::move(set));
        emit({Op::Class, uint32_t(out_.classes_.size() - 1)});
    }
    /// True: a set of its own, which cannot bound a range.
    bool class_atom(RegexpClass& set, uint32_t& c) {
        if (text_[at_] != '\\') return c = next_character(text_, at_), false;
        if (++at_ >= text_.size()) return fail("\\ at end of pattern"), true;
        RegexpClass inner;
        if (shorthand(inner)) {
            // The opposite of a property inside a class keeps its sense by its letter.
            for (char letter : inner.letters) set.letters += inner.negated ? char(letter | '\x80') : letter;
            return true;
        }
        if (take("b")) return c = '\b', false;
        return c = escaped(), false;
    }

    std::string_view text_;
    Regexp& out_;
    size_t at_ = 0;
    uint32_t group_ = 0, marks_ = 0;
    bool dot_all_ = false;
    std::string problem_;
};

tl::expected<Regexp, std::string> Regexp::compile(std::string_view pattern, std::string_view flags) {
    for (size_t i = 0; i < flags.size(); ++i)
        if (std::string_view("dgimsuvy").find(flags[i]) == std::string_view::npos ||
            flags.find(flags[i], i + 1) != std::string_view::npos)
            return tl::unexpected("invalid flags `" + std::string(flags) + "`");
    Regexp made;
    made.ignores_case_ = flags.find('i') != std::string_view::npos;
    made.is_multiline_ = flags.find('m') != std::string_view::npos;
    RegexpCompiler compiler(pattern, made);
    std::string problem = compiler.run(flags.find('s') != std::string_view::npos);
    if (!problem.empty())
        return tl::unexpected("Invalid regular expression: /" + std::string(pattern) + "/: " + problem);
    return made;
}

}  // namespace braid::natives
