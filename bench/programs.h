#pragma once
#include <cstddef>
#include <string>

#include <fmt/format.h>

// Programs that type-check without a diagnostic, of any length: the same block of declarations again and again, each
// calling into the one before. For benchmarks and for tests that count what an edit costs.
namespace braid::bench {

struct ProgramShape {
    const char* first;  ///< what the first block calls
    const char* block;  ///< @N: its number, @P: the number before
};

inline constexpr ProgramShape kAltruShape = {"pub fn step_0(value: int) -> int:\n    return value\n\n",
                                             R"(## An account of kind @N.
struct Account@N:
    owner: string
    balance: int
    history: vec[Entry@N]

## What happened to it.
struct Entry@N:
    amount: int
    label: string

enum Choice@N:
    None
    Text(string)
    Amount(int)

impl Account@N:
    pub fn deposit(mut self, amount: int) -> int:
        if amount <= 0:
            return self.balance
        self.balance = self.balance + amount
        self.history.push(Entry@N { amount: amount, label: "deposit" })
        return self.balance

    pub fn largest(self) -> int:
        let mut best = 0
        for entry in self.history:
            if entry.amount > best:
                best = entry.amount
        return best

fn describe_@N(choice: Choice@N) -> string:
    match choice:
        Choice@N::None => return "none"
        Choice@N::Text(text) => return text
        Choice@N::Amount(amount) => return "${amount}"

fn sum_@N(entries: vec[Entry@N]) -> int:
    let mut total = 0
    for entry in entries:
        total = total + entry.amount
    if total % 2 == 0:
        return total + 1
    return total

## One step of the chain.
pub fn step_@N(value: int) -> int:
    let mut account = Account@N { owner: "owner @N", balance: value, history: [] }
    account.deposit(value + 1)
    let best = account.largest()
    let text = describe_@N(Choice@N::Amount(best)) + describe_@N(Choice@N::Text("text"))
    if text.len() > 10:
        return step_@P(sum_@N(account.history))
    return step_@P(value + @N)

)"};

inline constexpr ProgramShape kVeloxShape = {"export function step_0(value: number): number {\n  return value;\n}\n\n",
                                             R"(/** An account of kind @N. */
export class Account@N {
  private balance: number = 0;
  readonly owner: string;
  history: Entry@N[] = [];
  constructor(owner: string, opening: number) {
    this.owner = owner;
    this.balance = opening;
  }
  function deposit(amount: number): number {
    if (amount <= 0) {
      throw new Error(`bad amount ${amount}`);
    }
    this.balance += amount;
    this.history.push({ amount, label: "deposit" });
    return this.balance;
  }
  function largest(): Entry@N | null {
    let best: Entry@N | null = null;
    for (const entry of this.history) {
      if (best === null || entry.amount > best.amount) {
        best = entry;
      }
    }
    return best;
  }
}

interface Entry@N {
  amount: number;
  label: string;
  note?: string;
}

type Choice@N = Entry@N | string | null;

function describe_@N(choice: Choice@N): string {
  if (choice === null) return "none";
  if (typeof choice === "string") return choice;
  return `${choice.label}: ${choice.amount}`;
}

function sum_@N(entries: Entry@N[]): number {
  let total = 0;
  for (const entry of entries) {
    total = total + entry.amount;
  }
  const even = entries.filter((entry) => entry.amount % 2 === 0).map((entry) => entry.amount);
  return even.length > 3 ? total + 1 : total;
}

/** One step of the chain. */
export function step_@N(value: number): number {
  const account = new Account@N("owner @N", value);
  account.deposit(value + 1);
  const best = account.largest();
  const text = describe_@N(best) + describe_@N("text");
  if (text.length > 10) {
    return step_@P(sum_@N(account.history));
  }
  return step_@P(value + @N);
}

)"};

/// A program of at least `lines` lines.
inline std::string program(const ProgramShape& shape, size_t lines) {
    std::string text = shape.first;
    size_t written = 4;
    for (size_t number = 1; written < lines; ++number) {
        for (const char* c = shape.block; *c; ++c) {
            written += *c == '\n';
            if (*c != '@') text += *c;
            else text += std::to_string(*++c == 'N' ? number : number - 1);
        }
    }
    return text;
}

}  // namespace braid::bench
