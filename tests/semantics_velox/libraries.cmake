set(LIBRARIES braid_semantics_velox)
