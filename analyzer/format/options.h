#pragma once
#include <cstdint>
#include <optional>

namespace braid::format {

enum class LineEnd : uint8_t { Lf, CrLf };

/// How code shall look; what an .editorconfig may say.
struct Options {
    uint32_t width = 100;  ///< lines break beyond this column where they can
    uint32_t indent = 4;
    uint32_t tab_width = 4;
    bool tabs = false;
    std::optional<LineEnd> line_end;  ///< none: as in the source
    bool final_newline = true;        ///< one; else none
};

}  // namespace braid::format
