set(LIBRARIES braid_diagnostics)
