#pragma once
#include <string>
#include <string_view>

namespace braid::natives {

/// How deep JSON may be nested, read and written: what reads it is recursive.
constexpr int kDeepestJson = 2000;

void append_json_text(std::string_view text, std::string& out);
/// The shortest text that reads back; `null` for what JSON has no number for.
void append_json_number(double number, std::string& out);
void append_json_number(float number, std::string& out);
/// Of a number token; what is too large is infinite.
double json_number(std::string_view token);

/// The tokens of a JSON text (RFC 8259). The first problem stays; after it nothing that is read means anything.
class JsonScanner {
  public:
    explicit JsonScanner(std::string_view text) : text_(text) {}

    bool failed() const { return !problem_.empty(); }
    const std::string& problem() const { return problem_; }
    /// With the place: "… at line 1, column 5 of the JSON text".
    void fail(std::string_view what);
    /// As it stands, for problems of another kind than syntax.
    void fail_with(std::string problem);

    /// The character that begins the next token; 0 at the end.
    char peek();
    bool take(char c);
    /// Precondition: peek() told that such a token begins here.
    std::string_view number();
    std::string text();
    bool word(std::string_view expected);
    /// Over one value of any kind.
    void skip_value(int depth);
    void expect_end();

    size_t position() const { return at_; }
    void go_back(size_t position) {
        at_ = position;
        problem_.clear();
    }

  private:
    void skip_space();
    uint32_t four_digits();
    bool digits();

    std::string_view text_;
    size_t at_ = 0;
    std::string problem_;
};

}  // namespace braid::natives
