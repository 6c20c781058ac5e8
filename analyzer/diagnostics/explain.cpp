#include <algorithm>
#include <array>

#include "analyzer/diagnostics/catalogue.h"

namespace braid {

namespace {

struct Page {
    std::string_view code;
    std::string_view text;
};

constexpr Page pages[] = {
#include "explain_pages.inc"
    {{}, {}},
};

}  // namespace

std::string_view explain_page(DiagnosticCode code) {
    const std::string_view name = code_name(code);
    auto page = std::find_if(std::begin(pages), std::end(pages), [&](const Page& p) { return p.code == name; });
    return page == std::end(pages) || name.empty() ? std::string_view{} : page->text;
}

}  // namespace braid
