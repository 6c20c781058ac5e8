#pragma once
#include "analyzer/ide/rename.h"

namespace braid {

/// The program as it would be with some edits, in a database of its own; what is not edited is shared.
class ScratchProgram {
  public:
    ScratchProgram(QueryContext&, const std::vector<FileEdits>& edits);
    Snapshot snapshot() const { return database_.snapshot(); }

  private:
    Database database_;
};

/// The first error of the edited files that is not there without the edits; none when there is none.
std::optional<std::string> first_added_error(QueryContext&, const std::vector<FileEdits>& edits);

/// How many errors the edited files have with the edits more than without; negative: fewer. Checks included.
int added_errors(QueryContext&, const std::vector<FileEdits>& edits);

}  // namespace braid
