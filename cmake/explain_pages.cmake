# Embeds docs/diagnostics/*.md into braid_diagnostics: each page becomes a line of explain_pages.inc, which explain.cpp
# includes. Run as a script (cmake -DPAGES_DIR=… -DOUTPUT=… -P) it writes that file.
if(CMAKE_SCRIPT_MODE_FILE)
  file(GLOB pages ${PAGES_DIR}/*.md)
  list(SORT pages)
  set(text "")
  foreach(page ${pages})
    get_filename_component(code ${page} NAME_WE)
    file(READ ${page} content)
    string(APPEND text "{\"${code}\", R\"__page__(${content})__page__\"},\n")
  endforeach()
  file(WRITE ${OUTPUT} "${text}")
  return()
endif()

file(GLOB explain_pages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/docs/diagnostics/*.md)
set(explain_output ${CMAKE_BINARY_DIR}/generated/diagnostics/explain_pages.inc)
add_custom_command(
  OUTPUT ${explain_output}
  COMMAND ${CMAKE_COMMAND} -DPAGES_DIR=${CMAKE_SOURCE_DIR}/docs/diagnostics -DOUTPUT=${explain_output}
          -P ${CMAKE_CURRENT_LIST_FILE}
  DEPENDS ${explain_pages} ${CMAKE_CURRENT_LIST_FILE}
  COMMENT "Embedding the pages of the diagnostic codes")
set_source_files_properties(${CMAKE_SOURCE_DIR}/analyzer/diagnostics/explain.cpp
                            PROPERTIES OBJECT_DEPENDS ${explain_output})
target_sources(braid_diagnostics PRIVATE ${explain_output})
target_include_directories(braid_diagnostics PRIVATE ${CMAKE_BINARY_DIR}/generated/diagnostics)
