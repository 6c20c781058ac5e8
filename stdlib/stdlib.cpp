#include "stdlib/stdlib.h"

#include "analyzer/semantics/altru/language.h"
#include "analyzer/semantics/velox/language.h"

namespace braid {

void register_all_languages() {
    static constexpr const Language* kLanguages[] = {&altru_language, &velox_semantics::language};
    [[maybe_unused]] static const bool registered = (register_languages(kLanguages), true);  // once, by one thread
}

}  // namespace braid
