set(LIBRARIES braid_heap)
