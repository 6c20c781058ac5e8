# cmake -DFOLDER=stdlib -DOUTPUT=file.cpp -P embed_stdlib.cmake: the standard modules' sources as C++ string literals.
file(GLOB sources RELATIVE ${FOLDER} ${FOLDER}/*/*.altru ${FOLDER}/*/*.velox)
list(SORT sources)
set(entries "")
foreach(source ${sources})
  file(READ ${FOLDER}/${source} text)
  # A string literal may be long, but editors and compilers like it in pieces.
  string(APPEND entries "    {\"std:${source}\", R\"braid_std(${text})braid_std\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Made from stdlib/ by cmake/embed_stdlib.cmake.
#include \"stdlib/stdlib.h\"

namespace braid {
std::span<const StandardFile> standard_library() {
    static constexpr StandardFile kFiles[] = {
${entries}    };
    return kFiles;
}
}  // namespace braid
")
