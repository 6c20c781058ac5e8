set(LIBRARIES braid_semantics_altru)
