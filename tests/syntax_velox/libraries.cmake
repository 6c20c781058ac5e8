set(LIBRARIES braid_syntax_velox)
