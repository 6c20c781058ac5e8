set(LIBRARIES braid_debugger)
