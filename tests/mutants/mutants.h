#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "interpreter/bytecode/program.h"

namespace braid {
class AnalysisHost;
}

/// Damaged copies of real programs: those that the verifiers accept are run, in a process of their own.
namespace braid::mutants {

/// Where the next decision comes from: a generator, or the bytes of a fuzzer.
using Choose = std::function<uint64_t(uint64_t bound)>;

struct Outcome {
    enum class Kind : uint8_t { Rejected, Ran, Crashed } kind = Kind::Rejected;
    std::string change;  ///< of a crash: what was done to which function, and how it ended
};

class Original {
  public:
    /// Fails a requirement unless the program compiles.
    explicit Original(const std::filesystem::path& path, bool optimize = true);
    ~Original();
    Original(Original&&) = default;

    /// Damages one function at one to three places, asks the verifiers, and runs what they accept. The program is as it
    /// was afterwards. A run has a budget of time and memory; using it up is no crash.
    Outcome run_mutant(const Choose& choose);

  private:
    std::unique_ptr<AnalysisHost> host_;
    std::shared_ptr<bytecode::Program> program_;
};

}  // namespace braid::mutants
