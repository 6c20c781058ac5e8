set(LIBRARIES braid_ide braid_stdlib)
