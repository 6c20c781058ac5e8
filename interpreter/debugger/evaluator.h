#pragma once
#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <variant>

#include "analyzer/syntax/grammar.h"
#include "interpreter/debugger/inspector.h"

/// Expressions as conditions, watches and log points use them, in the grammar of the frame's language: names, members,
/// elements, literals, arithmetic, comparison, logic, lengths, variants. They have no effect and call nothing of the
/// program.
namespace braid::debugger {

struct Nothing {  // null, undefined, None, ()
    std::string text;
};
/// A value of the program where it lies, or one the evaluation made.
using Result = std::variant<Datum, Nothing, bool, int64_t, double, std::string>;

class Evaluator {
  public:
    using Lookup = std::function<std::optional<Datum>(std::string_view name)>;

    Evaluator(const Inspector& inspector, const Grammar& grammar, bytecode::SlotPolicy policy, Lookup lookup)
        : inspector_(inspector), grammar_(grammar), policy_(policy), lookup_(std::move(lookup)) {}

    tl::expected<Result, std::string> evaluate(std::string_view expression) const;
    /// As `if` would take it.
    tl::expected<bool, std::string> condition(std::string_view expression) const;
    /// `{expression}` replaced by its value; an error stands for itself, in its braces.
    std::string interpolate(std::string_view message) const;

    std::string text(const Result& result, bool quoted = true) const;
    std::string type_name(const Result& result) const;

  private:
    struct Walk;
    const Inspector& inspector_;
    const Grammar& grammar_;
    bytecode::SlotPolicy policy_;  // how numbers are shown
    Lookup lookup_;
};

}  // namespace braid::debugger
