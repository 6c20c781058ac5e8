# Compiler options shared by every target; presets choose the build type and sanitizers.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(LLD ld.lld)
if(LLD)
  add_link_options(-fuse-ld=lld)
endif()

set(BRAID_SANITIZE "" CACHE STRING "Sanitizers, as given to -fsanitize (address,undefined | thread | fuzzer…)")
if(BRAID_SANITIZE)
  add_compile_options(-fsanitize=${BRAID_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=${BRAID_SANITIZE})
endif()

add_compile_options(-Wall -Wextra -Wno-missing-field-initializers)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_library(UV_LIBRARY uv REQUIRED)

