set(LIBRARIES braid_io)
