set(LIBRARIES braid_syntax_altru)
