set(LIBRARIES braid_protocol)
